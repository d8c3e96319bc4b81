"""
Text from files never runs: on pages, in maps and briefs opened from the disk, in spreadsheets.

A dozen payloads on two pages and in a brief; the payloads and naughty strings of the shared data on every surface among
the slow tests, and in `make reliability`, which counts them.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.in_chromium import WATCH_CHANGES
from benchmarks.reliability import naughty
from geo.store.intake import make_demonstration
from tests.browser.test_maps import PAYLOADS

FEW = (*PAYLOADS, "![x](http://127.0.0.1/track.png)", "[y](javascript:alert(1)) :red[z]")


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """The two weeks with a dozen payloads wherever text can stand."""
    folder = tmp_path_factory.mktemp("few")
    return naughty.naughty_project(make_demonstration(folder / "weeks"), folder / "mine", FEW)


def test_text_never_runs_on_a_page(chromium, app_on, few):
    address, page = app_on(few.folder), chromium.new_page()
    watched = naughty.Watched(f"{address}/")
    page.add_init_script(WATCH_CHANGES)
    watched.watch(page)
    naughty.walk(page, address, watched, FEW, ["data?step=Mend", "project"], choices=False)
    page.close()
    assert watched.harm == []
    assert len(watched.seen) >= 6, "the payloads stand on these pages to be read"


def test_text_never_runs_in_a_brief_from_the_disk(visit, tmp_path):
    watched = naughty.Watched()
    watched.watch(visit.page)
    path = tmp_path / "brief.html"
    path.write_text(naughty.as_page(naughty.naughty_brief(FEW)), encoding="utf-8")
    visit.page.goto(path.as_uri())
    watched.look(visit.page, "brief", FEW)
    assert watched.harm == []
    assert watched.seen == set(FEW)


def test_what_runs_is_noticed(visit):
    watched = naughty.Watched()
    watched.watch(visit.page)
    visit.page.set_content("<img src=x><b onclick=alert(1)>x</b><a href='javascript:1'>y</a><script>__pwn=1</script>")
    visit.page.evaluate("alert(2)")
    watched.look(visit.page, "here", ["nothing"])
    assert len(watched.harm) == 5


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.timeout(3600)
def test_no_naughty_string_runs_on_any_surface_or_is_a_live_formula(shared_data, tmp_path):
    strings = [*naughty.payloads_of(shared_data), *naughty.listed_of(shared_data)]
    assert len(strings) == 28 + 515
    mine = naughty.naughty_project(
        make_demonstration(tmp_path / "year", "northamptonshire"), tmp_path / "mine", strings
    )
    pages, files = naughty.Watched(), naughty.Watched()
    cells, live = naughty.live_formulas(mine, tmp_path, strings)
    with ThreadPoolExecutor(1) as pool:  # its Chromium is its own, and a thread holds one at most
        pool.submit(naughty.open_files, tmp_path, strings, files).result()
        pool.submit(naughty.walk_app, mine, pages, strings).result()
    assert [*files.harm, *live, *pages.harm] == []
    assert cells > 100_000
    assert len(files.seen | pages.seen) > 400
