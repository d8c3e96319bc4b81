"""The page 'Where and when' without a browser: what its map and grid say under each choice, kept in the link."""

import datetime as dt
import json

import pytest
from streamlit.testing.v1 import AppTest

from geo.store.intake import demonstration_project
from geo.ui.hours import pattern_of

PAGE = """
import streamlit as st
from geo.ui import frame, where

links = {"Method": st.Page(st.empty, title="Method", url_path="method")}
frame.show("Where and when", where.show, frame.ask(), links)
"""


STANDING = {
    "view": "points",
    "by": "district",
    "bandwidth": "by the data",
    "hours": "all hours",
    "district": "whole county",
    "measure": "counts",
    "weight": "incidents",
    "heaviest": "in",
    "beside": "",
    "source": "mental_health",
    "from": dt.date(2016, 1, 1),
    "to": dt.date(2016, 12, 31),
}


@pytest.fixture(scope="module")
def page(app_cache):
    """The page, opened once; each test says what it asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIAGE_MAP_CACHE", str(app_cache))
        patch.delenv("TRIAGE_MAP_PROJECT", raising=False)
        yield AppTest.from_string(PAGE, default_timeout=120).run()


def said(page, **asked):
    """Ask, everything else as it stands at first, and give all that the page says."""
    for key, value in (STANDING | asked).items():
        page.session_state[key] = value
    page.run()
    assert not page.exception
    elements = [*page.markdown, *page.caption, *page.info, *page.error]
    return "\n".join(element.value for element in elements).replace("\\", "")


def opened(page, **link):
    """Open a link in a session of its own; the first one made the demonstration."""
    assert page.session_state["view"]
    other = AppTest.from_string(PAGE, default_timeout=120)
    other.query_params.update(link)
    other.run()
    assert not other.exception
    return other, "\n".join(each.value for each in [*other.markdown, *other.caption, *other.error]).replace("\\", "")


def charts(page):
    return [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]


def test_the_first_view_says_where_when_and_what_was_never_seen(page):
    words = said(page)
    assert "In 126 of the 168 hours of the week nobody was ever on duty" in words
    assert "Most: Northampton 34% and Kettering 16% of what lies in the county; 60% came 20:00-23:00." in words
    assert "county: n = 721 of 722 with a time" in words


VIEWS = (
    ({"view": "counts"}, "n = 647; they follow where people live. 75 incidents without such an area."),
    ({"view": "rates"}, "of 7 areas can be told from the county's mean; hatched: cannot be told"),
    ({"view": "rates", "by": "lsoa"}, "of 422 areas can be told from the county's mean"),
    ({"view": "rates", "by": "hexagon"}, "of 363 areas can be told from the county's mean"),
    ({"view": "heat"}, "n = 624 in 450 places; bandwidth 0.5 km, chosen by cross-validation"),
    ({"view": "heat", "bandwidth": "4 km"}, "bandwidth 4 km, as you chose; corrected at the county's edge"),
    ({"view": "change"}, "347 incidents before, 374 after: 1.06 times the earlier rate (90%: 0.93-1.20)"),
)


def test_each_view_says_what_it_shows(page):
    for asked, words in VIEWS:
        assert words in said(page, **asked), asked


def test_links_of_former_views_still_open(page):
    older, words = opened(page, view="District rates")
    assert (older.session_state["view"], older.session_state["by"]) == ("rates", "district")
    assert "of 7 areas can be told" in words


def test_hours_narrow_the_map_and_not_the_grid(page):
    _, words = opened(page, view="Counts", hours="Fri-Sat 20-23")
    assert "Crude counts, n = 151" in words
    assert "county: n = 721 of 722 with a time" in words


def test_hours_that_cannot_be_read_are_explained(page):
    _, words = opened(page, hours="at night")
    assert "the shift pattern 'at night' cannot be read" in words
    assert "Until then the map shows all hours." in words


def test_a_district_narrows_the_grid_and_not_the_map(page):
    words = said(page, view="counts", district="Corby", measure="rates")
    assert "Crude counts, n = 647" in words
    assert "Mental-health team**, Corby: n = 44 of 45 with a time" in words


def test_minutes_are_at_least_and_persons_counted_once(page):
    words = said(page, weight="minutes")
    assert "Counted by minutes recorded: at least 28\u2009441 minutes on incidents (57 of 722" in words
    assert "Counted by persons: 646 persons" in said(page, weight="persons", view="rates")


def test_minutes_that_nobody_recorded_are_unknown_and_not_zero(page):
    words = said(page, source="police", weight="minutes", view="counts", beside="mental_health")
    assert (
        "Control room (police) at least 0 minutes on incidents (1\u2009039 of 1\u2009039 incidents have none recorded)"
        in words
    )
    grid = charts(page)[0]
    assert any("unknown" in str(layer.get("transform")) for layer in grid["layer"])
    assert "nothing is counted in these areas" in said(page, source="police", weight="minutes", view="rates").lower()


def test_the_heaviest_are_left_out_and_counted(page):
    words = said(page, heaviest="out")
    assert "Without the heaviest: 85 of 722 incidents left out" in words
    assert "637 incidents: 570 in the county" in words


def test_two_sources_stand_side_by_side_on_one_scale(page):
    words = said(page, beside="police")
    assert "Mental-health team 722 incidents; Control room (police) 1\u2009039 incidents." in words
    assert "Control room (police) has 317 incidents more." in words
    assert words.count("with a time") == 2
    first, second = (
        chart["layer"][0]["encoding"]["color"]["condition"]["scale"]["domain"] for chart in charts(page)[:2]
    )
    assert first == second
    assert first[1] > 30
    assert any(block.label == "Both sources by district" for block in page.expander)


def test_the_shift_is_outlined_and_hours_never_live_are_hatched(page):
    said(page)
    chart = charts(page)[0]
    assert {layer["mark"]["type"] for layer in chart["layer"]} == {"rect", "rule"}
    assert any("not observed" in str(layer.get("transform")) for layer in chart["layer"])


def test_too_few_places_give_the_reason_and_not_a_heatmap(page):
    days = {"from": dt.date(2016, 2, 1), "to": dt.date(2016, 2, 7)}
    assert "are too few for a heatmap (10 places at least)" in said(page, view="heat", **days)


def test_months_bank_holidays_and_policy_dates_are_folded_below(page):
    words = said(page)
    assert any(block.label == "By month, bank holidays and policy dates" for block in page.expander)
    assert "Nights of bank holidays" in words
    assert "of 12 were watched too little to tell" in words


@pytest.mark.parametrize(
    ("hours", "days", "pattern"),
    [
        ([17.6, 23.2], [4.1, 5.7], "Fri-Sat 17-24"),
        ([0.0, 24.0], [0.0, 7.0], "Mon-Sun 0-24"),
        ([24.0, 24.0], [7.0, 7.0], "Sun 23-24"),
    ],
)
def test_a_range_on_the_grid_becomes_a_pattern(hours, days, pattern):
    assert pattern_of(hours, days) == pattern


PROFILE = """
title = "A made-up week"
citation = "invented for this test"
edition = "2020"
weights = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4]
effective = 500
"""


def test_borrowed_hours_are_said_on_top_and_marked_on_the_grid(page):
    assert said(page)
    assert page.selectbox(key="profile").disabled  # without a second exposure nothing can be borrowed
    file = demonstration_project().folder / "profiles" / "week.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(PROFILE, encoding="utf-8")
    try:
        said(page)
        words = said(page, measure="rates", profile=file.name)
        assert page.selectbox(key="profile").options == ["not observed", "shape from: week.toml"]
        assert "nobody was ever on duty: their rates are borrowed from the published profile 'A made-up week'" in words
        assert "Orange: 126 with a borrowed rhythm." in words
        words = said(page, profile=file.name)
        assert "Hatched: 126 hours a week never on duty, not observed." in words  # counts are never borrowed
        said(page, profile="")
    finally:
        file.unlink()
