"""The week hour by hour: counts, weights, exact limits, and silence where nothing was observed."""

import numpy as np
import pandas as pd
import pytest

from geo.demand.exposure import live_hours, round_the_clock
from geo.demand.hours import received_in, week_table
from geo.demand.rates import fit_demand

RESIDENTS = pd.Series({"E1": 1_000})


def shifts():
    start = pd.date_range("2016-02-01 18:00", periods=14, freq="D", tz="Europe/London")
    return pd.DataFrame(
        {
            "shift_id": [f"s{i}" for i in range(14)],
            "start": start,
            "end": start + pd.Timedelta(hours=6),
            "nhs_staffed": "yes",
        }
    )


def calls():
    times = pd.date_range("2016-02-01 20:05", periods=14, freq="D", tz="Europe/London").append(
        pd.DatetimeIndex(["2016-02-01 09:30"]).tz_localize("Europe/London")
    )
    days = times.tz_localize(None).normalize()
    return pd.DataFrame({"received_at": times, "received_on": days, "shift_id": "", "lsoa": "E1"})


def week(demand=True):
    incidents, watched = calls(), shifts()
    fitted = fit_demand(incidents, watched, RESIDENTS) if demand else None
    weights = pd.Series(2.0, index=incidents.index).where(incidents.index > 0)
    return week_table(incidents, weights, watched, live_hours(watched), np.ones(168), fitted)


def test_an_hour_alone_has_garwoods_limits():
    monday_at_eight = week().iloc[20]  # 2 incidents in 2 live hours
    assert monday_at_eight["exact_low"] == pytest.approx(0.3554 / 2, abs=1e-4)
    assert monday_at_eight["exact_high"] == pytest.approx(6.2958 / 2, abs=1e-4)
    assert monday_at_eight["low"] < monday_at_eight["rate"] < monday_at_eight["high"]


def test_the_smoothed_interval_is_narrower_than_the_hour_alone():
    row = week().iloc[20]
    assert row["high"] - row["low"] < row["exact_high"] - row["exact_low"]


def test_an_hour_never_live_has_counts_and_no_rate():
    monday_at_nine = week().iloc[9]
    assert monday_at_nine["incidents"] == 1
    assert monday_at_nine[["rate", "low", "exact_low", "exact_high"]].isna().all()
    assert not monday_at_nine["observed"]


def test_weights_that_are_blank_add_nothing():
    table = week()
    assert table["counted"].iloc[20] == 2.0  # the first of the two has none
    assert table["counted"].sum() == 2.0 * 14


def test_an_hour_of_blank_weights_is_unknown_and_not_zero():
    incidents, watched = calls(), shifts()
    blank = pd.Series(np.nan, index=incidents.index)
    table = week_table(incidents, blank, watched, live_hours(watched), np.ones(168), None)
    assert table["counted"].isna().to_list() == (table["incidents"] > 0).to_list()


def test_without_a_model_the_limits_stay():
    table = week(demand=False)
    assert table["rate"].isna().all()
    assert table["exact_high"].notna().sum() == 42


def test_received_in_leaves_out_what_has_no_time():
    incidents = calls()
    incidents.loc[0, "received_at"] = pd.NaT
    eight = np.arange(168) % 24 == 20
    assert received_in(incidents, eight).sum() == 13


def test_a_watch_day_and_night_observes_every_hour():
    watched = round_the_clock(pd.Timestamp("2016-02-01"), pd.Timestamp("2016-02-14"))
    incidents = calls()
    table = week_table(incidents, pd.Series(1.0, incidents.index), watched, live_hours(watched), np.zeros(168), None)
    assert table["observed"].all()
    assert table["exact_high"].notna().all()
