"""The page 'Where and when' without a browser: what its map and grid say under each choice, kept in the link."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.ui.hours import pattern_of

APP = Path(__file__).resolve().parents[3] / "app.py"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path_factory.getbasetemp() / "app-cache"))
    monkeypatch.delenv("TRIAGE_MAP_PROJECT", raising=False)


def opened(**link):
    page = AppTest.from_file(str(APP), default_timeout=120)
    page.query_params.update(link)
    page.run()
    assert not page.exception
    return page


def text_of(page):
    said = [*page.markdown, *page.caption, *page.info, *page.error]
    return "\n".join(element.value for element in said).replace("\\", "")


def charts(page):
    return [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]


def test_the_first_view_says_where_when_and_what_was_never_seen():
    said = text_of(opened())
    assert "In 126 of the 168 hours of the week nobody was ever on duty" in said
    assert "Most: Northampton 34% and Kettering 16% of what lies in the county; 60% came 20:00-23:00." in said
    assert "county: n = 721 of 722 with a time" in said


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (
            {"view": "Counts"},
            "Crude counts, n = 647; they follow where people live. 75 incidents without such an area.",
        ),
        ({"view": "Rates"}, "of 7 areas can be told from the county's mean; hatched: cannot be told"),
        ({"view": "Rates", "by": "LSOAs"}, "of 422 areas can be told from the county's mean"),
        ({"view": "Rates", "by": "hexagons of 3 km"}, "of 363 areas can be told from the county's mean"),
        ({"view": "Heat"}, "n = 624 in 450 places; bandwidth 0.5 km, chosen by cross-validation"),
        ({"view": "Heat", "bandwidth": "4 km"}, "bandwidth 4 km, as you chose; corrected at the county's edge"),
        ({"view": "Change"}, "347 incidents before, 374 after: 1.06 times the earlier rate (90 %: 0.93-1.20)"),
        ({"view": "District rates"}, "of 7 areas can be told from the county's mean"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_each_view_says_what_it_shows(view, words):
    assert words in text_of(opened(**view))


def test_hours_narrow_the_map_and_not_the_grid():
    said = text_of(opened(view="Counts", hours="Fri-Sat 20-23"))
    assert "Crude counts, n = 151" in said
    assert "county: n = 721 of 722 with a time" in said


def test_hours_that_cannot_be_read_are_explained():
    said = text_of(opened(hours="at night"))
    assert "the shift pattern 'at night' cannot be read" in said
    assert "Until then the map shows all hours." in said


def test_a_district_narrows_the_grid_and_not_the_map():
    said = text_of(opened(view="Counts", district="Corby", measure="rates"))
    assert "Crude counts, n = 647" in said
    assert "Mental-health team**, Corby: n = 44 of 45 with a time" in said


def test_minutes_are_at_least_and_persons_counted_once():
    assert "Counted by minutes recorded: at least 28\u2009441 minutes on incidents (57 of 722" in text_of(
        opened(weight="minutes")
    )
    said = text_of(opened(weight="persons", view="Rates"))
    assert "Counted by persons: 646 persons" in said


def test_the_heaviest_are_left_out_and_counted():
    said = text_of(opened(heaviest="out"))
    assert "Without the heaviest: 85 of 722 incidents left out" in said
    assert "637 incidents: 570 in the county" in said


def test_two_sources_stand_side_by_side_on_one_scale():
    page = opened(beside="police")
    said = text_of(page)
    assert "Mental-health team 722 incidents; Control room (police) 1\u2009039 incidents." in said
    assert "Control room (police) has 317 incidents more." in said
    assert said.count("with a time") == 2
    first, second = (
        chart["layer"][0]["encoding"]["color"]["condition"]["scale"]["domain"] for chart in charts(page)[:2]
    )
    assert first == second
    assert first[1] > 30
    assert any(block.label == "Both sources by district" for block in page.expander)


def test_the_shift_is_outlined_and_hours_never_live_are_hatched():
    chart = charts(opened())[0]
    assert {layer["mark"]["type"] for layer in chart["layer"]} == {"rect", "rule"}
    assert any("not observed" in str(layer.get("transform")) for layer in chart["layer"])


def test_too_few_places_give_the_reason_and_not_a_heatmap():
    said = text_of(opened(view="Heat", **{"from": "2016-02-01", "to": "2016-02-03"}))
    assert "No incident of this source lies in this period" in said
    said = text_of(opened(view="Heat", **{"from": "2016-02-01", "to": "2016-02-07"}))
    assert "are too few for a heatmap (10 places at least)" in said


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


@pytest.fixture
def profile():
    from geo.store.intake import demonstration_project

    file = demonstration_project().folder / "profiles" / "week.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(PROFILE, encoding="utf-8")
    yield file.name
    file.unlink()


def test_without_a_second_exposure_nothing_can_be_borrowed():
    assert opened().selectbox(key="profile").disabled


def test_borrowed_hours_are_said_on_top_and_marked_on_the_grid(profile):
    page = opened(measure="rates")
    assert page.selectbox(key="profile").options == ["not observed", "shape from: week.toml"]
    page.selectbox(key="profile").set_value(profile).run()
    assert not page.exception
    said = text_of(page)
    assert "nobody was ever on duty: their rates are borrowed from the published profile 'A made-up week'" in said
    assert "Orange: 126 with a borrowed rhythm." in said
    page.selectbox(key="measure").set_value("counts").run()
    assert "Hatched: 126 hours a week never on duty, not observed." in text_of(page)  # counts are never borrowed


def test_months_bank_holidays_and_policy_dates_are_folded_below():
    page = opened()
    said = text_of(page)
    assert any(block.label == "By month, bank holidays and policy dates" for block in page.expander)
    assert "Nights of bank holidays" in said
    assert "of 12 were watched too little to tell" in said
