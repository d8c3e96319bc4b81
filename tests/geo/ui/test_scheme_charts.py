"""Charts of what the scheme did: what is drawn follows from the table, and every chart fits its schema."""

import numpy as np
import pandas as pd
import pytest

from geo.ui import scheme_charts

SPAN = [pd.Timestamp("2017-01-01"), pd.Timestamp("2017-12-31")]

MONTHS = pd.DataFrame(
    {
        "begins": [SPAN[0], pd.Timestamp("2017-12-01")],
        "low": [0.2, 0.3],
        "high": [0.4, 0.3],
        "interval_low": [0.1, 0.2],
        "interval_high": [0.5, 0.4],
        "n": [20, 30],
    }
)


def drawn(chart):
    """The chart as the browser is given it, checked against its schema."""
    return chart.to_dict()


def marks(chart):
    return [
        layer["mark"] if isinstance(layer["mark"], str) else layer["mark"]["type"] for layer in drawn(chart)["layer"]
    ]


def test_policy_dates_stand_on_the_time_axis_as_rules_with_their_words():
    rules = pd.DataFrame({"date": pd.to_datetime(["2017-12-11"]), "words": ["section 136 changes"]})
    titles = ("month beginning", "share of incidents")
    without = scheme_charts.over_time(MONTHS, "begins", titles, SPAN, 0.6)
    with_rule = scheme_charts.over_time(MONTHS, "begins", titles, SPAN, 0.6, rules)
    assert marks(with_rule) == [*marks(without), "rule", "text"]


def test_two_sources_may_be_given_one_scale():
    chart = drawn(scheme_charts.over_time(MONTHS, "begins", ("month", "share"), SPAN, 0.6))
    assert {str(layer["encoding"]["y"]["scale"]["domain"]) for layer in chart["layer"]} == {"[0, 0.6]"}


def test_a_share_has_bounds_interval_and_a_dot_where_nothing_is_blank():
    table = pd.DataFrame(
        {"entry": ["GP"], "low": [0.3], "high": [0.3], "interval_low": [0.1], "interval_high": [0.6], "n": 9}
    )
    assert marks(scheme_charts.shares(table, "entry")) == ["bar", "rule", "point"]
    assert drawn(scheme_charts.shares(table, "entry", head="illustrative"))["title"]["text"] == "illustrative"


def test_a_stage_with_too_few_times_has_words_in_place_of_a_bar():
    numbers = dict.fromkeys(["p10", "p25", "median", "p75", "p90", "interval_low", "interval_high"], np.nan)
    table = pd.DataFrame(
        [{"stage": "call to arrival", "few": "2 timed of 6: too few", "timed": 2, "missing": 4} | numbers]
    )
    chart = drawn(scheme_charts.stages(table.assign(negative=0), 60.0))
    (words,) = [layer for layer in chart["layer"] if layer["mark"]["type"] == "text"]
    assert words["encoding"]["text"]["field"] == "few"
    assert words["transform"] == [{"filter": "!isValid(datum.median)"}]


@pytest.mark.parametrize(
    ("cars", "rows"),
    [(["Car 1"], ["Jul 2017"]), (["Car 1", "Car 2"], ["Jul 2017 \u00b7 Car 1", "Jul 2017 \u00b7 Car 2"])],
)
def test_two_cars_on_a_night_stand_in_rows_of_their_own(cars, rows):
    strip = pd.DataFrame({"date": pd.Timestamp("2017-07-03"), "state": "staffed", "unstaffed_cause": "", "car": cars})
    assert drawn(scheme_charts.staffing_strip(strip))["layer"][0]["encoding"]["y"]["sort"] == rows


def test_every_state_of_a_night_has_a_sign_of_its_own():
    words, colours, signs = zip(*scheme_charts.STATES.values(), strict=True)
    assert len(set(words)) == len(set(colours)) == len(set(signs)) == 5
    assert all(text.startswith(sign) for text, sign in zip(words, signs, strict=True))


def test_contact_modes_stand_in_rows_that_need_no_colour():
    week = pd.Timestamp("2016-02-01")
    table = pd.DataFrame({"week": [week] * 2, "contact_mode": ["face_to_face", "advice"], "incidents": [2, 4]})
    chart = drawn(scheme_charts.modes(table, [week], 6.0))
    bars = chart["datasets"][chart["layer"][1]["data"]["name"]]
    places = {bar["mode"]: (bar["foot"], round(bar["head"] - bar["foot"], 3)) for bar in bars}
    assert places == {"all incidents": (5, 0.9), "face to face": (4, 0.3), "advice to officers": (2, 0.6)}
