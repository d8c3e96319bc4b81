"""Bank holidays by rule, and rates by month and kind of night."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from geo.demand.exposure import round_the_clock
from geo.demand.seasons import bank_holiday_nights, bank_holidays, rate_by_month

# gov.uk/bank-holidays, England and Wales
PUBLISHED = {
    2011: "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27",
    2012: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
    2015: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2016: "01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_bank_holidays_are_those_published(year):
    assert bank_holidays([year]) == tuple(dt.date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year].split())


def calls(*times):
    received = pd.Series(pd.to_datetime(list(times))).dt.tz_localize("Europe/London")
    days = received.dt.tz_localize(None).dt.normalize()
    return pd.DataFrame({"received_at": received, "received_on": days, "shift_id": ""})


def test_a_bank_holiday_monday_is_held_against_other_mondays():
    watch = round_the_clock(pd.Timestamp("2016-08-01"), pd.Timestamp("2016-08-31"))
    table = bank_holiday_nights(calls("2016-08-29 20:00", "2016-08-30 02:00", "2016-08-22 20:00"), watch)
    # Mondays 1, 8, 15, 22 and 29 August, the last a bank holiday; 02:00 on Tuesday belongs to Monday's night; the watch
    # began at midnight of 1 August, so its nights of Mondays have 24 hours each
    assert table[["weekday", "bank_holiday", "nights", "incidents", "live_hours"]].to_numpy().tolist() == [
        [0, False, 4, 1, 96.0],
        [0, True, 1, 2, 24.0],
    ]
    assert table["rate"].tolist() == pytest.approx([1 / 96, 2 / 24])
    assert (table["low"] < table["rate"]).all()
    assert (table["rate"] < table["high"]).all()


def test_no_bank_holiday_is_an_empty_table():
    watch = round_the_clock(pd.Timestamp("2016-07-01"), pd.Timestamp("2016-07-31"))
    assert bank_holiday_nights(calls("2016-07-04 20:00"), watch).empty


def test_a_month_of_few_hours_is_too_little():
    watch = round_the_clock(pd.Timestamp("2016-01-01"), pd.Timestamp("2016-02-02"))
    table = rate_by_month(calls("2016-01-05 20:00", "2016-01-06 20:00", "2016-02-01 10:00"), watch)
    assert table["incidents"].tolist() == [2, 1, *[0] * 10]
    assert table["live_hours"].tolist() == [744.0, 48.0, *[0.0] * 10]
    assert table["too_little"].tolist() == [False, *[True] * 11]
    assert table["rate"].iloc[0] == pytest.approx(2 / 744)
    assert np.isnan(table["rate"].iloc[2])
