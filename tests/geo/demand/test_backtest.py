"""The back-test: what is foretold of weeks held out, on records whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from geo.demand.backtest import back_test
from geo.errors import SchemaError

RESIDENTS = pd.Series({"E1": 100, "E2": 300})
DISTRICTS = pd.Series({"E1": "West", "E2": "East"})


def record(days, a_night, seed=0, east=0.5, later_times=1.0):
    """Nights of six hours from 18:00; incidents by chance, half of them in the east."""
    rng = np.random.default_rng(seed)
    nights = pd.date_range("2016-02-01 18:00", periods=days, freq="D", tz="Europe/London")
    shifts = pd.DataFrame(
        {
            "shift_id": [f"s{i}" for i in range(days)],
            "start": nights,
            "end": nights + pd.Timedelta(hours=6),
            "nhs_staffed": "yes",
        }
    )
    rate = np.where(np.arange(days) < days // 2, a_night, a_night * later_times)
    received = [
        night + pd.Timedelta(minutes=int(minute))
        for night, count in zip(nights, rng.poisson(rate), strict=True)
        for minute in rng.integers(0, 360, count)
    ]
    when = pd.DatetimeIndex(received)
    calls = pd.DataFrame(
        {
            "received_at": when,
            "received_on": when.tz_localize(None).normalize(),
            "shift_id": "",
            "lsoa": np.where(rng.random(len(when)) < east, "E2", "E1"),
        }
    )
    return calls, shifts


def test_what_came_is_counted_as_it_was_recorded():
    calls, shifts = record(60, 2.0)
    tested = back_test(calls, shifts, RESIDENTS, DISTRICTS)
    later = calls[calls["received_on"] >= tested.since]
    assert tested.days == (30, 30)
    assert tested.since == pd.Timestamp("2016-03-02")
    rows = tested.table.set_index("name")
    assert rows.loc["all live hours", "came"] == len(later)
    assert rows[rows["of"] == "windows"]["came"].sum() == len(later)
    assert rows.loc["East", "came"] == (later["lsoa"] == "E2").sum()
    assert rows[rows["of"] == "districts"]["foretold"].sum() == pytest.approx(len(later))
    assert rows.loc["all live hours", "foretold"] == pytest.approx(
        (len(calls) - len(later) + 0.5) / 180 * 180, rel=0.05
    )


def test_intervals_hold_what_came_about_as_often_as_they_claim():
    """Twenty records like the model: of all figures at least as many within 90% as chance would miss three times."""
    tables = [back_test(*record(84, 2.0, seed), RESIDENTS, DISTRICTS, seed=seed).table for seed in range(20)]
    held = pd.concat(tables)
    assert 0.85 <= held["inside90"].mean() <= 0.97
    assert held["inside80"].mean() < held["inside90"].mean()


def test_a_demand_that_doubled_is_not_foretold():
    tested = back_test(*record(84, 3.0, later_times=2.0), RESIDENTS, DISTRICTS)
    assert not tested.table.set_index("name").loc["all live hours", "inside90"]
    assert tested.coverage.set_index("of").loc["all", "mean_error"] > 0.3
    assert tested.sentence.startswith("Fitted on 42 days, 42 days from 14 Mar 2016 on held out:")


def test_a_short_record_holds_nothing_out():
    with pytest.raises(SchemaError, match="27 days on record are too few"):
        back_test(*record(27, 2.0), RESIDENTS, DISTRICTS)
