"""Demand: totals exact, unobserved hours empty, shrinkage by evidence."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from geo.demand.exposure import live_hours
from geo.demand.rates import WEEKS_A_MONTH, fit_demand, hour_table, rates_by_area, relative_draws
from geo.errors import SchemaError

RESIDENTS = pd.Series({"E1": 1000, "E2": 3000})


def week(nights=7, nhs="yes"):
    start = pd.date_range("2016-02-01 18:00", periods=nights, freq="D", tz="Europe/London")
    return pd.DataFrame(
        {
            "shift_id": [f"s{i}" for i in range(nights)],
            "start": start,
            "end": start + pd.Timedelta(hours=6),
            "nhs_staffed": nhs,
        }
    )


def calls(n, lsoa="E1", hour=20):
    times = pd.date_range(f"2016-02-01 {hour}:05", periods=n, freq="D", tz="Europe/London")
    days = times.tz_localize(None).normalize()
    return pd.DataFrame({"received_at": times, "received_on": days, "shift_id": "", "lsoa": lsoa})


def test_the_total_is_the_exact_gamma():
    demand = fit_demand(calls(7), week(), RESIDENTS, draws=20_000)
    weekly = demand.a_month(demand.observed.astype(float)) / WEEKS_A_MONTH
    expected = gamma(7.5, scale=1.0)  # 7 incidents in 42 live hours, scaled to one week of 42 hours
    assert np.quantile(weekly, [0.05, 0.5, 0.95]) == pytest.approx(expected.ppf([0.05, 0.5, 0.95]), rel=0.03)


def test_an_hour_never_live_has_no_rate():
    demand = fit_demand(calls(7), week(), RESIDENTS)
    assert np.isnan(demand.hour_rates[:, 12]).all()
    assert not demand.observed[12]
    assert np.isfinite(demand.hour_rates[:, 18]).all()


def test_a_call_outside_live_hours_changes_no_rate():
    some = fit_demand(calls(5), week(), RESIDENTS)
    outside = calls(3, hour=12).assign(lsoa="")
    more = fit_demand(pd.concat([calls(5), outside], ignore_index=True), week(), RESIDENTS)
    assert some.incidents == more.incidents == 5
    np.testing.assert_array_equal(some.hour_rates, more.hour_rates)


def test_places_are_shrunk_towards_their_residents():
    demand = fit_demand(calls(4), week(), RESIDENTS, draws=4000)
    share = demand.place_shares.mean(axis=0)
    assert 0.25 < share[0] < 1.0  # between its share of residents and its share of the four incidents
    assert demand.place_shares.sum(axis=1) == pytest.approx(1.0)


def test_a_shift_log_without_a_nurse_tells_no_rate():
    with pytest.raises(SchemaError, match="no shift has the nurse recorded on duty"):
        fit_demand(calls(3), week(nhs="unknown"), RESIDENTS)


def test_equal_counts_are_believed_to_be_equal():
    rng = np.random.default_rng(0)
    draws = relative_draws(np.full(50, 40.0), np.full(50, 40.0), rng, 2000)
    assert draws.mean(axis=0) == pytest.approx(1.0, abs=0.05)


def test_many_incidents_overrule_the_mean():
    rng = np.random.default_rng(0)
    draws = relative_draws(np.array([400.0, 0.0]), np.array([200.0, 200.0]), rng, 4000)
    assert draws.mean(axis=0) == pytest.approx([2.0, 0.0], abs=0.1)


def test_the_same_seed_gives_the_same_draws():
    one, two = (fit_demand(calls(7), week(), RESIDENTS, seed=3) for _ in range(2))
    np.testing.assert_array_equal(one.place_shares, two.place_shares)


def test_two_incidents_cannot_tell_an_area_from_the_mean():
    demand = fit_demand(calls(2), week(), RESIDENTS)
    table = rates_by_area(demand, RESIDENTS, pd.Series({"E1": "North", "E2": "South"}))
    assert list(table["area"]) == ["North", "South"]
    assert list(table["residents"]) == [1000, 3000]
    assert table["cannot_tell"].all()


def test_the_hour_table_counts_all_and_marks_what_was_observed():
    table = hour_table(calls(7), live_hours(week()), np.ones(168))
    assert table["incidents"].sum() == 7
    assert table["observed"].sum() == 42
