"""Policy dates: what lies before and after, and the rules on time axes."""

import datetime as dt

import pandas as pd

from geo.demand.policy import POLICY_DATES, PolicyDate, part_of, policy_rules, spanned

RCRP = PolicyDate(dt.date(2023, 9, 4), "Right Care Right Person in this force", "the force's own announcement")


def hours(*times):
    return pd.Series(pd.to_datetime(list(times))).dt.tz_localize("Europe/London")


def test_a_date_is_spanned_only_with_hours_on_both_sides():
    assert spanned(POLICY_DATES, hours("2017-12-10 23:00", "2017-12-11 00:00")) == POLICY_DATES
    assert spanned(POLICY_DATES, hours("2017-12-11 00:00", "2018-12-11 00:00")) == ()
    assert spanned(POLICY_DATES, hours("2016-12-11 00:00", "2017-12-10 23:00")) == ()
    assert spanned(POLICY_DATES, hours().iloc[:0]) == ()


def test_of_dates_with_no_hour_between_them_the_last_counts():
    assert spanned((RCRP, *POLICY_DATES), hours("2017-01-01", "2024-01-01")) == (RCRP,)


def test_midnight_begins_the_new_part():
    dates = spanned((RCRP, *POLICY_DATES), hours("2017-01-01", "2020-01-01", "2024-01-01"))
    assert [date.date.year for date in dates] == [2017, 2023]
    times = hours("2017-12-10 23:59", "2017-12-11 00:00", "2023-09-03 23:59", "2023-09-04 00:00")
    assert list(part_of(times, dates)) == [0, 1, 1, 2]
    assert list(part_of(times, ())) == [0] * 4


def test_rules_of_an_axis_are_those_within_it():
    table = policy_rules(dt.date(2017, 12, 11), dt.date(2023, 9, 4), (RCRP, *POLICY_DATES))
    assert list(table["date"]) == [pd.Timestamp("2017-12-11"), pd.Timestamp("2023-09-04")]
    assert policy_rules(dt.date(2018, 1, 1), dt.date(2018, 2, 1)).empty
