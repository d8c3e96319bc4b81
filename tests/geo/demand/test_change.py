"""Change between two periods: exact limits, live hours that both had, and no certainty that is not there."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from geo.demand.change import halves, ratio_of_rates
from geo.demand.exposure import round_the_clock
from geo.errors import SchemaError


def test_the_limits_are_those_of_r():
    row = ratio_of_rates([11], [21], (800.0, 3_011.0), 0.95).iloc[0]  # R: poisson.test(c(11, 21), c(800, 3011))
    assert (row.ratio, row.low, row.high) == pytest.approx((1.971488, 0.8584264, 4.277266), rel=1e-5)


@given(st.integers(0, 60), st.integers(0, 60), st.floats(1, 500), st.floats(1, 500))
def test_the_limits_are_clopper_and_pearsons(later, earlier, now, before):
    if later + earlier == 0:
        return
    row = ratio_of_rates([later], [earlier], (now, before)).iloc[0]
    limits = binomtest(later, later + earlier).proportion_ci(0.9, method="exact")
    expected = limits.low / (1 - limits.low) * before / now
    assert row.low == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert row.low <= row.high


@given(st.integers(0, 40), st.integers(0, 40))
def test_turned_round_it_is_the_inverse(later, earlier):
    forth, back = ratio_of_rates([later], [earlier], (3.0, 5.0)), ratio_of_rates([earlier], [later], (5.0, 3.0))
    assert forth["p"].item() == pytest.approx(back["p"].item())
    assert forth["cannot_tell"].item() == back["cannot_tell"].item()
    with np.errstate(divide="ignore"):
        assert forth["low"].item() == pytest.approx(1 / np.float64(back["high"].item()), rel=1e-9)


def test_nothing_against_nothing_cannot_tell():
    row = ratio_of_rates([0], [0], (10.0, 10.0)).iloc[0]
    assert (row.low, row.high, bool(row.cannot_tell)) == (0.0, np.inf, True)
    assert np.isnan(row.ratio)


def test_something_against_nothing_has_no_upper_limit():
    row = ratio_of_rates([9], [0], (10.0, 10.0)).iloc[0]
    assert np.isinf(row.ratio)
    assert np.isinf(row.high)
    assert not row.cannot_tell


def test_a_period_without_live_hours_is_refused():
    with pytest.raises(SchemaError, match="no live hours"):
        ratio_of_rates([1], [1], (0.0, 5.0))


def test_equal_rates_are_told_apart_no_oftener_than_promised():
    rng = np.random.default_rng(5)
    table = ratio_of_rates(rng.poisson(12, 4_000), rng.poisson(24, 4_000), (50.0, 100.0))
    assert (~table["cannot_tell"]).mean() <= 0.10


def shifts(days, hour, length):
    start = pd.DatetimeIndex(days).tz_localize("Europe/London") + pd.Timedelta(hours=hour)
    identity = [f"s{day:%d%m}{hour}" for day in pd.DatetimeIndex(days)]
    return pd.DataFrame(
        {"shift_id": identity, "start": start, "end": start + pd.Timedelta(hours=length), "nhs_staffed": "yes"}
    )


def calls(days, hour, district="Corby"):
    at = pd.DatetimeIndex(days).tz_localize("Europe/London") + pd.Timedelta(hours=hour, minutes=5)
    return pd.DataFrame(
        {"received_at": at, "received_on": at.tz_localize(None).normalize(), "shift_id": "", "district": district}
    )


EARLY, LATE = pd.date_range("2016-02-01", periods=14), pd.date_range("2016-02-15", periods=14)


def test_a_longer_shift_is_no_change():
    watched = pd.concat([shifts(EARLY, 18, 4), shifts(LATE, 16, 8)])
    incidents = pd.concat([calls(EARLY, 19), calls(LATE, 19), calls(LATE, 17)], ignore_index=True)
    cut = halves(incidents, watched, dt.date(2016, 2, 15))
    assert cut.hours == (56.0, 56.0)
    assert (len(cut.later), len(cut.earlier), cut.outside) == (14, 14, 14)
    assert cut.whole()["ratio"].item() == pytest.approx(1.0)


def test_a_watch_day_and_night_is_cut_at_midnight():
    watched = round_the_clock(EARLY[0], LATE[-1])
    cut = halves(pd.concat([calls(EARLY, 3), calls(LATE, 3), calls(LATE, 4)]), watched, dt.date(2016, 2, 15))
    assert cut.hours == (336.0, 336.0)
    assert cut.whole()["ratio"].item() == pytest.approx(2.0)
    blocks = cut.by_block()
    assert blocks["block"].to_list()[:2] == ["00:00-03:00", "03:00-06:00"]
    assert blocks["later"].to_list()[:2] == [0, 28]


def test_districts_are_compared_each_by_its_counts():
    incidents = pd.concat([calls(EARLY, 19), calls(LATE, 19, "Kettering")], ignore_index=True)
    cut = halves(incidents, pd.concat([shifts(EARLY, 18, 6), shifts(LATE, 18, 6)]), dt.date(2016, 2, 15))
    table = cut.by("district", ["Corby", "Kettering", "Daventry"]).set_index("area")
    assert table["ratio"].to_list()[:2] == [0.0, np.inf]
    assert not table.loc[["Corby", "Kettering"], "cannot_tell"].any()
    assert table.loc["Daventry", "cannot_tell"]


def test_an_incident_without_a_time_is_counted_as_left_out():
    incidents = pd.concat([calls(EARLY, 19), calls(LATE, 19).assign(received_at=pd.NaT)], ignore_index=True)
    incidents["received_at"] = pd.to_datetime(incidents["received_at"], utc=True).dt.tz_convert("Europe/London")
    cut = halves(incidents, pd.concat([shifts(EARLY, 18, 6), shifts(LATE, 18, 6)]), dt.date(2016, 2, 15))
    assert cut.undated == 14


def test_periods_that_share_no_hour_are_not_compared():
    watched = pd.concat([shifts(EARLY, 18, 4), shifts(LATE, 8, 4)])
    with pytest.raises(SchemaError, match="no hour of the week was live both times"):
        halves(calls(EARLY, 19), watched, dt.date(2016, 2, 15))
