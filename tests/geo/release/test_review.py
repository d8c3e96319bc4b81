"""One period against another: only hours that both watched, exact limits, and no overlap."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from geo.errors import SchemaError
from geo.release.review import Period, change_in_words, parse_period, review

JANUARY = Period(dt.date(2016, 1, 4), dt.date(2016, 1, 10))
MARCH = Period(dt.date(2016, 3, 7), dt.date(2016, 3, 13))


def night(day, start, end):
    """One shift of a staffed night, as the shift log holds it."""
    return {
        "shift_id": day,
        "date": pd.Timestamp(day),
        "start": pd.Timestamp(f"{day} {start}", tz="Europe/London"),
        "end": pd.Timestamp(f"{day} {end}", tz="Europe/London"),
        "police_staffed": "yes",
        "nhs_staffed": "yes",
    }


def incidents(*times):
    received = pd.Series(
        [pd.Timestamp(time, tz="Europe/London") for time in times], dtype="datetime64[us, Europe/London]"
    )
    days = received.dt.tz_localize(None).dt.normalize()
    return pd.DataFrame({"received_at": received, "received_on": days, "shift_id": "", "district": "Corby"})


EARLIER = incidents("2016-01-04 19:00", "2016-01-04 22:30"), pd.DataFrame([night("2016-01-04", "18:00", "23:00")])
LATER = (
    incidents("2016-03-07 18:30", "2016-03-07 19:30", "2016-03-07 20:30", "2016-03-07 22:30"),
    pd.DataFrame([night("2016-03-07", "18:00", "22:00")]),
)


def test_an_hour_that_one_of_them_did_not_watch_counts_in_neither():
    held = review(LATER, EARLIER, (MARCH, JANUARY))
    assert held.hours == (4.0, 4.0)
    assert held.whole()[["now", "before"]].iloc[0].tolist() == [3, 1]
    assert held.whole()["ratio"].item() == pytest.approx(3.0)


def test_every_district_named_has_a_row_also_without_incidents():
    table = review(LATER, EARLIER, (MARCH, JANUARY)).by(["Corby", "Daventry"], "district")
    assert table["now"].tolist() == [3, 0]
    assert table["area"].tolist() == ["Corby", "Daventry"]


def test_periods_that_overlap_are_refused():
    with pytest.raises(SchemaError, match="overlap"):
        review(LATER, EARLIER, (MARCH, Period(dt.date(2016, 1, 1), dt.date(2016, 3, 7))))


def test_periods_that_watched_no_same_hour_are_refused():
    mornings = pd.DataFrame([night("2016-01-04", "08:00", "12:00")])
    with pytest.raises(SchemaError, match="no same hour"):
        review(LATER, (EARLIER[0], mornings), (MARCH, JANUARY))


@pytest.mark.parametrize("text", ["2016-01-01", "2016-01-01..", "1/1/2016..2/1/2016", "2016-02-30..2016-03-01"])
def test_what_is_no_period_is_refused_with_an_example(text):
    with pytest.raises(SchemaError, match=r"2016-01-01\.\.2016-03-31"):
        parse_period(text)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(SchemaError, match="before it begins"):
        parse_period("2016-03-31..2016-01-01")


def test_nothing_counted_before_leaves_nothing_to_compare_with():
    row = pd.Series({"ratio": np.inf, "low": 1.0, "high": np.inf, "cannot_tell": False})
    assert change_in_words(row, 1) == "nothing to compare with yet"
