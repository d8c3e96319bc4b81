"""The brief as it leaves: a file that opens from disk, asks nobody for anything, and prints on two A4 pages."""

import datetime as dt
import re

import pytest

from geo.release.report import make_brief, write_brief
from geo.release.review import Period
from geo.scenarios.presets import presets
from geo.store.intake import make_demonstration
from geo.store.loading import Selection


@pytest.mark.slow
def test_the_brief_opens_from_disk_without_a_request_and_prints_on_two_pages(visit, tmp_path):
    weeks = make_demonstration(tmp_path / "weeks", "weeks")
    known = presets(weeks.facts.base)
    plans = [known["Operation Alloy"], known["Thames Valley"], known["Support line"]]
    february = Period(dt.date(2016, 2, 1), dt.date(2016, 2, 7))
    march = Selection("mental_health", dt.date(2016, 3, 7), dt.date(2016, 3, 13))
    out = tmp_path / "brief.html"
    write_brief(make_brief(weeks, plans, "working", march, against=february), out)
    asked = []
    visit.page.on("request", lambda request: asked.append(request.url.split(":")[0]))
    visit.page.goto(out.as_uri())
    assert set(asked) <= {"file", "data"}
    assert visit.page.evaluate("[...document.images].every(each => each.complete && each.naturalWidth > 100)")
    assert visit.page.evaluate("JSON.parse(document.getElementById('manifest').textContent).kind") == "brief"
    printed = visit.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
