import datetime as dt
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.incidents import times, values
from geo.incidents.times import instants, order_of, read_moments, read_times
from geo.incidents.values import Moment
from geo.tables import TIME_KNOWN

NO_SHIFT = np.zeros(1, dtype=bool)
DAYS = [
    "04/02/2016",
    "4 Feb 2016",
    "Thu 4/2/2016",
    "20160204",
    "2016-02-04",
    "42404",
    "04/02",
    "31/02/2016",
    "",
    "n/k",
    "Apr 3",
]
CLOCKS = [
    "19:40",
    "1940",
    "7.40pm",
    "7:40 PM",
    "25:10",
    "24:00",
    "00:00:30",
    "23:15:00Z",
    "01:30 BST",
    "23:15+01:00",
    "",
    "x",
]


def one(**cells):
    """Read one record whose cells are named by field."""
    return read_times(pd.DataFrame({field: [text] for field, text in cells.items()}, dtype="str"), "day", NO_SHIFT)


def utc(text):
    return np.datetime64(text, "s")


def reasons(read):
    return [trouble.reason for part in read.troubles for trouble in part.values()]


@pytest.mark.parametrize("reader", [values.read_moment, values.read_time])
@given(st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from([" ", "T", "  ", ", "]), st.sampled_from(CLOCKS))))
def test_reading_day_and_clock_apart_says_what_reading_them_whole_says(reader, parts):
    texts = ["".join(part) for part in parts]
    read = partial(reader, order="day")
    whole = read_moments(pd.Series(texts, dtype="str"), read)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(times, "_MANY", 1)
        halves = read_moments(pd.Series(texts, dtype="str"), read)
    for field in ("day", "clock", "ahead"):
        np.testing.assert_array_equal(getattr(halves, field), getattr(whole, field))
    assert halves.troubles == whole.troubles
    for row, text in enumerate(texts):
        moment = read(text)
        assert (row in whole.troubles) == (not isinstance(moment, Moment))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([dt.date(2016, 3, 26), dt.date(2016, 3, 27), dt.date(2016, 10, 30), dt.date(2000, 1, 1)]),
            st.integers(0, 86400),
        )
    )
)
def test_whole_columns_have_the_readings_of_each_time(moments):
    day = np.array([day for day, _ in moments], dtype="datetime64[D]")
    clock = np.array([clock for _, clock in moments], dtype=np.int64)
    first, second = instants(day, clock, np.full(len(moments), times._NO_ZONE))
    for row, moment in enumerate(moments):
        expected = [None if at is None else at.replace(tzinfo=None) for at in values.readings(*moment)]
        assert [first[row].item(), second[row].item()] == expected


def test_date_and_time_columns_are_put_together():
    read = one(date="04/07/2016", time="19:40")
    assert read.received_at[0] == utc("2016-07-04T18:40")  # British Summer Time is an hour ahead
    assert read.received_on[0] == np.datetime64("2016-07-04")
    assert TIME_KNOWN[read.known[0]] == "recorded"


def test_day_month_and_year_columns_are_put_together():
    read = one(day="4", month="Feb", year="2016", time="19:40")
    assert read.received_at[0] == utc("2016-02-04T19:40")


def test_a_day_without_a_time_keeps_its_day_and_gets_no_time():
    read = one(date="04/02/2016")
    assert np.isnat(read.received_at[0])
    assert read.received_on[0] == np.datetime64("2016-02-04")
    assert TIME_KNOWN[read.known[0]] == "day_only"


def test_midnight_is_kept_and_flagged_and_the_end_of_a_day_is_not():
    assert TIME_KNOWN[one(date="04/02/2016", time="00:00").known[0]] == "midnight"
    end = one(date="04/02/2016", time="24:00")
    assert TIME_KNOWN[end.known[0]] == "recorded"
    assert end.received_on[0] == np.datetime64("2016-02-05")


def test_the_repeated_hour_keeps_both_readings_summer_time_first():
    read = one(date="30/10/2016", time="01:30")
    assert (read.received_at[0], read.alternative[0]) == (utc("2016-10-30T00:30"), utc("2016-10-30T01:30"))
    assert TIME_KNOWN[read.known[0]] == "repeated_hour"


def test_the_skipped_hour_keeps_both_readings_the_unchanged_clock_first():
    read = one(date="27/03/2016", time="01:30")
    assert (read.received_at[0], read.alternative[0]) == (utc("2016-03-27T01:30"), utc("2016-03-27T00:30"))
    assert TIME_KNOWN[read.known[0]] == "skipped_hour"
    assert read.received_on[0] == np.datetime64("2016-03-27")


@pytest.mark.parametrize("zone", ["GMT", "BST", "+01:00"])
def test_a_record_that_names_its_zone_has_one_reading(zone):
    read = one(received_at=f"30/10/2016 01:30 {zone}")
    assert np.isnat(read.alternative[0])
    assert TIME_KNOWN[read.known[0]] == "recorded"


def test_a_named_zone_may_move_the_day():
    read = one(received_at="2024-04-03T23:15:00Z")  # a quarter past midnight in London
    assert read.received_on[0] == np.datetime64("2024-04-04")


@pytest.mark.parametrize(
    ("received", "cleared", "expected"),
    [
        ("04/02/2016 21:00", "21:40", "2016-02-04T21:40"),
        ("04/02/2016 23:50", "00:40", "2016-02-05T00:40"),          # after midnight
        ("30/10/2016 01:50", "01:10", "2016-10-30T01:10"),          # in the second 01:10, as it cannot be the first
        ("26/03/2016 23:50", "02:10", "2016-03-27T01:10"),          # the night has no 01:10
    ],
)  # fmt: skip
def test_a_later_stamp_without_a_day_does_not_stand_before_the_call(received, cleared, expected):
    read = one(received_at=received, cleared_at=cleared)
    assert read.later["cleared_at"][0] == utc(expected)
    assert reasons(read) == []


def test_a_call_in_the_skipped_hour_is_read_so_that_nothing_stands_before_it():
    # cleared at 02:10 summer time, 01:10 UTC: the call at 01:30 was then half past midnight
    read = one(received_at="27/03/2016 01:30", cleared_at="27/03/2016 02:10")
    assert (read.received_at[0], read.alternative[0]) == (utc("2016-03-27T00:30"), utc("2016-03-27T01:30"))
    assert reasons(read) == []


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"received_at": "04/02/2016 21:00", "cleared_at": "20:30"}, "cleared before received"),
        ({"received_at": "04/02/2016 21:00", "arrived_at": "03/02/2016 21:10"}, "arrived before received"),
        ({"received_at": "04/02/2016 21:00", "arrived_at": "21:30", "cleared_at": "21:20"}, "cleared before arrived"),
        ({"received_at": "04/02/2016 21:00", "dispatched_at": "21:30", "cleared_at": "21:20"},
         "cleared before dispatched"),
        ({"time": "21:00"}, "a time without a date or a shift"),
        ({"date": "", "time": ""}, "neither date, time nor shift"),
    ],
)  # fmt: skip
def test_times_that_cannot_be_are_troubles(cells, reason):
    assert reasons(one(**cells)) == [reason]


def test_a_named_shift_dates_a_record_that_has_no_date():
    cells = pd.DataFrame({"time": ["20:15"]}, dtype="str")
    read = read_times(cells, "day", np.ones(1, dtype=bool))
    assert reasons(read) == []
    assert TIME_KNOWN[read.known[0]] == "none"
    assert [doubt.read_as for doubt in read.doubts if len(doubt.rows)] == [["not used: its shift dates it"]]


def test_columns_that_disagree_are_doubts():
    read = one(date="04/02/2016", received_at="05/02/2016 19:40", time="20:15")
    assert read.received_at[0] == utc("2016-02-05T20:15")
    found = {doubt.field: doubt.read_as[0] for doubt in read.doubts if len(doubt.rows)}
    assert found == {
        "received_at": "its time is not used: another column has another",
        "date": "its date is not used: another column has another",
    }


def test_the_day_order_is_told_by_dates_with_a_time_and_a_weekday_too():
    column = pd.Series(["03/04/2016 10:00", "Wed 13/04/2016", "2016-04-30", "1.2.16"], dtype="str")
    assert order_of([column]) == ("13/04/2016", "", "03/04/2016")
    assert order_of([column, pd.Series(["04/14/2016 1:00"], dtype="str")])[1] == "04/14/2016"
    assert order_of([]) == ("", "", "")


def test_a_zone_in_the_column_of_times_counts_as_beside_a_date():
    assert one(date="04/07/2016", time="19:40Z").received_at[0] == utc("2016-07-04T19:40")
    assert one(date="04/07/2016", time="19:40 BST").received_at[0] == utc("2016-07-04T18:40")
    assert one(date="04/07/2016", time="19:40", cleared_at="20:10Z").later["cleared_at"][0] == utc("2016-07-04T20:10")


def test_what_is_dated_after_the_last_day_is_a_trouble_and_that_day_itself_is_not():
    def on(**cells):
        frame = pd.DataFrame({field: [text] for field, text in cells.items()}, dtype="str")
        return reasons(read_times(frame, "day", NO_SHIFT, dt.date(2016, 4, 13)))

    assert on(date="13/04/76") == ["the date 2076-04-13 is in the future"]
    assert on(date="12/04/2016", cleared_at="14/04/2016 10:00") == ["the date 2016-04-14 is in the future"]
    assert on(date="13/04/2016", time="23:59") == []
    assert reasons(one(date="13/04/2061", time="19:40")) == []  # without a last day nothing is in the future


def doubts(read):
    return [text for doubt in read.doubts for text in doubt.read_as]


def test_a_stamp_moved_to_the_next_day_by_more_than_six_hours_is_doubted():
    assert doubts(one(date="04/02/2016", time="20:00", cleared_at="02:00")) == []
    assert doubts(one(date="04/02/2016", time="20:00", cleared_at="02:01")) == [
        "the next day, more than 6 hours after the call"
    ]
    assert doubts(one(date="04/02/2016", time="10:00", cleared_at="19:00")) == []
