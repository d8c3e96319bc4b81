"""The documentation holds together: links, pictures, the site's pages, and what it defines."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from geo.cli import main
from geo.incidents.columns import FIELDS, SHIFT_FIELDS
from geo.ui.method import EXPLAINED, chapters

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SITE = ROOT / "build" / "site"
PAGES = sorted(DOCS.rglob("*.md"))
BESIDE = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)")
NAV = re.compile(r"^ *- [^:\n]+: (\S+\.md)$", re.M)


@cache
def text_of(page):
    """A page without its code, where nothing is a link."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))


def anchors(page):
    """The anchors of a page, as the site and the usual viewers of Markdown name them."""
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.M)
    return {re.sub(r"[^\w\s-]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_and_picture_of_a_page_is_there(page):
    for target in LINK.findall(text_of(page)):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(there), f"{page.name} links to {target}"
        assert page in BESIDE or DOCS in there.parents, f"{page.name} links to {target}, which is not in the site"


def test_every_page_is_in_the_site_once():
    listed = NAV.findall((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert sorted(listed) == [page.relative_to(DOCS).as_posix() for page in PAGES]


def test_every_picture_is_shown_somewhere():
    shown = {Path(target).name for page in [*PAGES, *BESIDE] for target in LINK.findall(text_of(page))}
    assert {picture.name for picture in (DOCS / "pictures").iterdir()} <= shown


def test_a_percentage_is_written_in_one_form_by_pages_files_and_docs():
    apart = re.compile(r"[0-9}] %(?! \d+:)")  # what is left out is a remainder within a text
    told = [*PAGES, *sorted((ROOT / "geo").rglob("*.py"))]
    assert [page.name for page in told if apart.search(page.read_text(encoding="utf-8"))] == []


def test_no_page_loads_anything_from_elsewhere():
    for page in [*PAGES, *BESIDE]:
        assert not re.search(r"!\[[^\]]*\]\(https?:", text_of(page)), page.name
        assert not re.search(r"<(?:script|link|img|iframe|style)\b", text_of(page), re.I), page.name
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "highlightjs: false" in settings  # on, it would load its scripts from a content network
    assert "http" not in settings
    assert "url(" not in (DOCS / "site.css").read_text(encoding="utf-8")


@pytest.mark.skipif(not SITE.exists(), reason="the site is not built; run: make docs")
def test_the_built_site_loads_nothing_from_elsewhere():
    pages = list(SITE.rglob("*.html"))
    assert len(pages) >= len(PAGES)
    for page in pages:
        loads = re.findall(r"<(?:script|img|iframe|source)[^>]*\bsrc=\"([^\"]+)\"", page.read_text(encoding="utf-8"))
        loads += re.findall(r"<link[^>]*\bhref=\"([^\"]+)\"", page.read_text(encoding="utf-8"))
        assert loads
        assert not [name for name in loads if name.startswith(("http", "//"))], page.name
    for style in SITE.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import", style.read_text(encoding="utf-8")), style.name


def test_every_column_that_can_be_recorded_is_in_the_page_on_data():
    incidents, shifts = (DOCS / "data.md").read_text(encoding="utf-8").split("## Columns of a shift log")
    assert re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", incidents.split("## Columns of an extract")[1], re.M) == [
        *FIELDS
    ]
    assert re.findall(r"^\| `(\w+)` \| [^|]+ \|$", shifts.split("## ")[0], re.M) == [*SHIFT_FIELDS]


def test_every_chapter_that_a_page_of_the_app_leads_to_is_there():
    for title, names in EXPLAINED.items():
        assert set(names) <= set(chapters()), title
    assert not [name for name, text in chapters().items() if LINK.search(text_without_code(text))]


def text_without_code(text):
    return re.sub(r"`[^`\n]*`", "", text)


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs") / "weeks"
    command = [sys.executable, "-c", "from geo.cli import main; main()", "demo", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


PLANS = ("Operation Alloy", "Thames Valley")
QUICK = {
    "check": ("check", "{weeks}/extracts/operation-alloy-mental-health.xlsx"),
    "patterns": ("patterns", "{weeks}", "--week", "2016-02-01"),
    "places": ("places", "{weeks}"),
    "reconcile": ("reconcile", "{weeks}"),
    "weights": ("reconcile", "{weeks}", "--weights"),
    "quality": ("quality", "{weeks}"),
}
LONG = {
    "evaluate": ("evaluate", "{weeks}", *PLANS),
    "compare": ("compare", "{weeks}", *PLANS),
    "calibrate": ("calibrate", "{weeks}"),
    "roads": ("roads", "estimated:Northamptonshire", "--out", "{weeks}/roads.net"),
    "search": ("search", "{weeks}", "--bases", "NN1 1DE,NN16 0AE", "--lengths", "4-6", "--changes"),
}
CASES = [*QUICK.values(), *(pytest.param(words, marks=pytest.mark.slow) for words in LONG.values())]
BORROWED = {"compare": "evaluate"}
"""Commands whose fields are in part those of another."""


@pytest.mark.parametrize("words", CASES, ids=[*QUICK, *LONG])
def test_every_field_of_the_json_is_defined(words, weeks, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["triage-map", *(word.format(weeks=weeks) for word in words), "--json"])
    main()
    printed = set(fields(json.loads(capsys.readouterr().out)))
    assert printed
    assert not printed - defined(words[0])


def fields(value, above=""):
    """Every field of an object and of what it holds; the reasons of left_out are sentences and not fields."""
    if isinstance(value, list):
        for one in value:
            yield from fields(one, above)
    if isinstance(value, dict):
        for name, one in value.items():
            if above != "left_out":
                yield name
                yield from fields(one, name)


def defined(command):
    """The fields that the page on the command line defines for a command."""
    parts = (DOCS / "cli.md").read_text(encoding="utf-8").split("## JSON")[1].split("## A scenario file")[0]
    (own,) = (part for part in parts.split("### ")[1:] if part.startswith(f"{command}\n"))
    names = set(re.findall(r"`(\w+)`", own))
    return names | defined(BORROWED[command]) if command in BORROWED else names
