import datetime as dt

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


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_an_ordinary_time_has_one_reading():
    assert values.readings(dt.date(2016, 7, 1), 18 * 3600) == (utc("2016-07-01T17:00"), None)


def test_the_hour_that_autumn_repeats_has_two_readings_summer_time_first():
    # 01:30 summer time is 00:30 UTC, 01:30 winter time is 01:30 UTC
    both = values.readings(dt.date(2016, 10, 30), 90 * 60)
    assert both == (utc("2016-10-30T00:30"), utc("2016-10-30T01:30"))


def test_the_hour_that_spring_skips_has_two_readings_the_unchanged_clock_first():
    # an unchanged clock at 01:30 shows winter time, 01:30 UTC; one changed too early shows summer time, 00:30 UTC
    both = values.readings(dt.date(2016, 3, 27), 90 * 60)
    assert both == (utc("2016-03-27T01:30"), utc("2016-03-27T00:30"))


@pytest.mark.parametrize(("zone", "hour"), [("GMT", 1), ("BST", 0), ("Z", 1), ("+01:00", 0), ("-0100", 2)])
def test_a_named_zone_settles_the_repeated_hour(zone, hour):
    assert values.readings(dt.date(2016, 10, 30), 90 * 60, zone) == (utc(f"2016-10-30T0{hour}:30"), None)


def test_midnight_at_the_end_of_a_day_is_the_next_day():
    assert values.readings(dt.date(2016, 2, 4), 86400) == (utc("2016-02-05T00:00"), None)


def test_a_column_of_times_is_read_as_times_first():
    assert values.read_time("13.10.15", "day") == Moment(clock=13 * 3600 + 10 * 60 + 15)
    assert values.read_time("30/12/1899 19:40", "day") == Moment(clock=(19 * 60 + 40) * 60)
    assert values.read_time("04/02/2016 19:40", "day") == Moment(dt.date(2016, 2, 4), (19 * 60 + 40) * 60)


@pytest.mark.parametrize("parts", [("4", "2", "2016"), ("04", "Feb", "16"), (" 4 ", "February", "2016")])
def test_a_day_kept_in_three_columns_is_one_day(parts):
    assert values.read_day_parts(*parts) == Moment(dt.date(2016, 2, 4))


@pytest.mark.parametrize("parts", [("4", "", "2016"), ("31", "2", "2016"), ("Mon", "2", "2016"), ("4", "2", "1916")])
def test_a_day_in_three_columns_that_cannot_be_is_a_trouble(parts):
    assert isinstance(values.read_day_parts(*parts), Trouble)


def test_a_zone_no_place_has_is_a_trouble():
    assert isinstance(values.read_moment("2024-04-03T23:15+99:00", "day"), Trouble)


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("45", 45), ("45 mins", 45), ("45m", 45), ("45'", 45), ("47.0", 47), ("0", 0), ("approx. 45", 45), ("~45", 45),
        ("c. 45 minutes", 45), ("1h 20", 80), ("1h20m", 80), ("1 hr 20 mins", 80), ("1 hour and 20 minutes", 80),
        ("1:20", 80), ("01:20:30", 80.5), ("0:45:00", 45), ("1.5 hours", 90), ("1 1/2 hrs", 90), ("1\u00bd hours", 90),
        ("2 hrs", 120), ("half an hour", 30), ("1/2 hour", 30), ("quarter of an hour", 15), ("an hour", 60),
        ("three quarters of an hour", 45), ("an hour and a half", 90),
        ("2 and a half hours", 150), ("2 hours and a half", 150), ("PT1H20M", 80), ("PT90S", 1.5), ("24:00", 1440),
    ],
)  # fmt: skip
def test_durations_in_many_spellings_are_minutes(cell, minutes):
    assert values.read_minutes(cell) == minutes


@pytest.mark.parametrize("cell", ["abc", "-5", "2000", "inf", "30-40", "<5", "25:00", "1:75", "PT", "1h 2h"])
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
    assert values.read_referrals("GP & CMHT") == "GP; community mental-health team"
    assert values.read_referrals("family and friends") == "family and friends"


def test_an_impossible_age_is_a_trouble_and_a_band_stays_as_written():
    assert isinstance(values.read_age_band("999"), Trouble)
    assert [values.read_age_band(age) for age in ("17", "18", "74", "75", "40s")] == [
        "under 18", "18-24", "65-74", "75 and over", "40s",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "excel", "clock"),
    [("0.30", "07:12", "00:30"), ("0.15", "03:36", "00:15"), (".5", "12:00", "00:50"), ("0.75", "18:00", "00:45")],
)
def test_a_short_fraction_may_be_two_times_of_day(text, excel, clock):
    # 0.30 of 1,440 minutes is 432, which is 07:12; 0.75 is no 75 minutes past midnight, but three quarters of an hour
    trouble = values.read_clock(text)
    assert isinstance(trouble, Trouble)
    assert excel in trouble.reason
    assert clock in trouble.reason


def test_a_long_fraction_is_excels():
    assert values.read_clock("0.96875") == Moment(clock=(23 * 60 + 15) * 60)
    assert values.read_clock("0.125") == Moment(clock=3 * 3600)


@pytest.mark.parametrize("cell", ["1 1/2", "1.5", "1.20", "1\u00bd", "0.75", "0.03125", "45.125", "approx 1.5", "1.00"])
def test_a_number_that_may_be_hours_or_minutes_is_a_trouble(cell):
    trouble = values.read_minutes(cell)
    assert isinstance(trouble, Trouble)
    assert "hours or minutes" in trouble.reason


@pytest.mark.parametrize(
    ("cell", "minutes"), [("1", 1), ("5.0", 5), ("12.5", 12.5), ("1.5 mins", 1.5), ("10.25", 10.25)]
)
def test_a_number_that_is_sooner_minutes_stays(cell, minutes):
    assert values.read_minutes(cell) == minutes


@pytest.mark.parametrize(("text", "zone"), [("19:40Z", "Z"), ("19:40 BST", "BST"), ("7.40pm gmt", "GMT")])
def test_a_time_of_day_may_name_its_zone(text, zone):
    assert values.read_time(text, "day") == Moment(clock=(19 * 60 + 40) * 60, zone=zone)
    assert values.read_moment(text, "day") == Moment(clock=(19 * 60 + 40) * 60, zone=zone)


@pytest.mark.parametrize("text", ["19:40-10:00", "1940-2010", "Z", "19:40+99:00"])
def test_a_span_of_times_and_a_zone_alone_are_no_time(text):
    assert isinstance(values.read_time(text, "day"), Trouble)
