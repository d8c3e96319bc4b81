import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.incidents import values
from geo.incidents.values import Moment, Trouble


@pytest.mark.parametrize(
    "text",
    ["04/02/2016", "4.2.16", "4 Feb 2016", "4th February 2016", "Thu 4/2/2016", "2016-02-04", "20160204", "42404"],
)
def test_one_day_is_read_from_eight_spellings(text):
    # 42404 is Excel's count of days: 42370 is 1 January 2016, and 34 days later it is 4 February.
    assert values.read_moment(text, "day") == Moment(dt.date(2016, 2, 4))


@pytest.mark.parametrize("text", ["19:40", "1940", "7.40pm", "7:40 PM", "19.40", "19h40", "1940hrs"])
def test_one_time_is_read_from_seven_spellings(text):
    assert values.read_clock(text) == Moment(clock=(19 * 60 + 40) * 60)


@pytest.mark.parametrize("text", ["25:00", "12:60", "7", "-01:00", "midnight", "tomorrow"])
def test_a_time_that_cannot_be_or_may_mean_two_things_is_a_trouble(text):
    assert isinstance(values.read_clock(text), Trouble)


@pytest.mark.parametrize("text", ["31/02/2016", "29/02/2015", "00/00/0000", "01/01/1900", "31/12/9999", "04/02", "60"])
def test_an_impossible_or_default_date_is_a_trouble(text):
    assert isinstance(values.read_moment(text, "day"), Trouble)


def test_a_file_with_both_day_orders_is_not_guessed():
    order = values.day_order(["13/04/2024", "04/14/2024"])
    assert order == "mixed"
    assert values.read_moment("13/04/2024", order) == Moment(dt.date(2024, 4, 13))
    assert values.read_moment("04/14/2024", order) == Moment(dt.date(2024, 4, 14))
    assert isinstance(values.read_moment("03/04/2024", order), Trouble)


def test_the_hour_that_spring_skips_is_a_trouble_and_the_one_autumn_repeats_is_known():
    assert isinstance(values.instant(dt.date(2016, 3, 27), 90 * 60), Trouble)
    first = values.instant(dt.date(2016, 10, 30), 90 * 60)
    assert isinstance(first, dt.datetime)
    assert first.hour == 0  # 01:30 summer time is 00:30 UTC
    assert values.is_repeated(first)


def test_a_named_zone_settles_the_repeated_hour():
    winter = values.instant(dt.date(2016, 10, 30), 90 * 60, "GMT")
    assert isinstance(winter, dt.datetime)
    assert winter.hour == 1


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [("45", 45), ("45 mins", 45), ("1h 20", 80), ("1:20", 80), ("1.5 hours", 90), (47.0, 47), (dt.time(1, 20), 80)],
)
def test_durations_in_many_spellings_are_minutes(cell, minutes):
    assert values.read_minutes(cell) == minutes


@pytest.mark.parametrize("cell", ["abc", "-5", -5.0, "2000", math.inf])
def test_a_duration_that_cannot_be_is_a_trouble(cell):
    assert isinstance(values.read_minutes(cell), Trouble)


@given(st.sampled_from(sorted(values.BLANKS)), st.sampled_from(["", " ", "\u00a0", "\t"]), st.booleans())
def test_blank_never_becomes_no(blank, space, upper):
    cell = space + (blank.upper() if upper else blank) + space
    assert values.read_truth(cell) == ("unknown", True)
    assert values.read_contact(cell)[0] in {"unknown", "none"}


@given(st.text())
def test_only_the_four_spellings_of_no_are_no(text):
    if values.read_truth(text)[0] == "no":
        assert values.plain(text) in {"no", "n", "false", "0"}


@pytest.mark.parametrize("entry", ["Y?", "No*", "Yes (see log)", "x", "\u2713"])
def test_a_doubtful_yes_or_no_is_unknown_and_listed(entry):
    assert values.read_truth(entry) == ("unknown", False)


def test_several_referrals_in_one_cell_are_told_apart():
    assert values.read_referrals("Gp, A&E / primary care liaison") == "GP; A&E; primary-care liaison"
    assert values.read_referrals("n/k") == ""


def test_an_impossible_age_is_a_trouble_and_a_band_stays_as_written():
    assert isinstance(values.read_age_band("999"), Trouble)
    assert [values.read_age_band(age) for age in ("17", "18", "74", 75.0, "40s")] == [
        "under 18", "18-24", "65-74", "75 and over", "40s",
    ]  # fmt: skip
