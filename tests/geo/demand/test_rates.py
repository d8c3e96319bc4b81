"""Demand: totals exact, unobserved hours empty, shrinkage by evidence."""

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from geo.demand.exposure import live_hours, round_the_clock
from geo.demand.profile import published_profile, source_profile
from geo.demand.rates import (
    WEEKS_A_MONTH,
    empirical_bayes,
    fit_demand,
    hour_table,
    place_shares,
    relative_draws,
    spread_weights,
)
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


def test_the_hour_table_counts_all_and_marks_what_was_observed():
    table = hour_table(calls(7), live_hours(week()), np.ones(168))
    assert table["incidents"].sum() == 7
    assert table["observed"].sum() == 42


@pytest.fixture(scope="module")
def sids():
    """Sudden infant deaths and births of 100 counties of North Carolina, 1979 to 1984, as libpysal ships them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libpysal warns of its own deprecations when it is imported
        from libpysal import examples
    frame = gpd.read_file(examples.get_path("sids2.shp"))
    return frame["SID79"].to_numpy(float), frame["BIR79"].to_numpy(float)


def test_empirical_bayes_gives_the_reference_rates(sids):
    assert empirical_bayes(*sids)[:3] == pytest.approx([0.00162492, 0.00226271, 0.00186202], abs=5e-9)


def test_empirical_bayes_agrees_with_esda_everywhere(sids):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # esda warns of what it will change when it is imported
        from esda.smoothing import Empirical_Bayes
    assert empirical_bayes(*sids) == pytest.approx(Empirical_Bayes(*sids).r.ravel(), rel=1e-9)


def test_places_that_differ_by_chance_all_take_the_mean():
    assert empirical_bayes(np.array([3.0, 5.0]), np.array([4.0, 4.0])) == pytest.approx([1.0, 1.0])
    assert empirical_bayes(np.zeros(2), np.ones(2)) == pytest.approx([0.0, 0.0])
    with pytest.raises(SchemaError, match="nothing is expected"):
        empirical_bayes(np.ones(2), np.array([1.0, 0.0]))


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 20), st.floats(0.5, 10)), min_size=2, max_size=8), st.randoms())
def test_relabelling_places_changes_nothing(places, random):
    order = list(range(len(places)))
    random.shuffle(order)
    counts, expected = np.array(places, dtype=float).T
    assert spread_weights(counts[order], expected[order]) == pytest.approx(spread_weights(counts, expected))
    # given the spread each place's posterior is Gamma(k + count, k + expected), which knows no other place
    assert empirical_bayes(counts[order], expected[order]) == pytest.approx(empirical_bayes(counts, expected)[order])


def test_places_relabelled_in_a_fit_keep_their_shares():
    turned = RESIDENTS.iloc[::-1]
    one, two = (fit_demand(calls(7), week(), people, draws=20_000) for people in (RESIDENTS, turned))
    assert one.place_shares.mean(axis=0) == pytest.approx(two.place_shares.mean(axis=0)[::-1], abs=0.01)


def whole_week():
    """A source kept day and night for ten weeks, with a call at 10:05 and two at 22:05 of each day."""
    days = pd.date_range("2016-01-04", periods=70, tz="Europe/London")
    received = pd.Series([day + pd.Timedelta(hours=h, minutes=5) for day in days for h in (10, 22, 22)])
    incidents = pd.DataFrame(
        {"received_at": received, "received_on": received.dt.tz_localize(None).dt.normalize(), "shift_id": ""}
    )
    return incidents, round_the_clock(pd.Timestamp("2016-01-04"), pd.Timestamp("2016-03-13"))


def test_a_second_exposure_lends_its_rhythm_openly_and_never_its_level():
    profile = source_profile(*whole_week(), "the control room's record")
    alone = fit_demand(calls(7), week(), RESIDENTS)
    lent = fit_demand(calls(7), week(), RESIDENTS, profile=profile)
    assert alone.told.sum() == 42
    assert not alone.borrowed.any()
    assert lent.told.all()
    assert list(lent.borrowed) == [hour % 24 < 18 for hour in range(168)]
    assert np.isfinite(lent.hour_rates).all()
    assert lent.profile_words == (
        "the control room's record, 210 incidents with a time; "
        "too few incidents in hours that both saw to compare their rhythms"
    )
    evening = alone.observed.astype(float)
    assert lent.a_month(evening) == pytest.approx(alone.a_month(evening))  # the level is the scheme's own
    rates = lent.hour_rates.mean(axis=0)
    assert rates[10] > 3 * rates[4]  # where it was never live, mornings follow the other record


def test_a_published_profile_pulls_as_hard_as_it_is_worth():
    def borrowed(effective):
        text = f'title = "T"\ncitation = "C"\nedition = "E"\neffective = {effective}\nweights = {[1] * 12 + [5] * 12}'
        rates = fit_demand(calls(7), week(), RESIDENTS, profile=published_profile(text)).hour_rates
        return np.log(rates[:, 6] / rates[:, 20])

    faint, strong = borrowed(10), borrowed(100_000)
    assert strong.std() < faint.std() / 3
    assert strong.mean() == pytest.approx(np.log(1 / 5), abs=0.3)


def nights(first, periods, a_night):
    """Nightly shifts and so many calls at 20:05 in each."""
    start = pd.date_range(f"{first} 18:00", periods=periods, freq="D", tz="Europe/London")
    shifts = pd.DataFrame({"shift_id": "", "start": start, "end": start + pd.Timedelta(hours=6), "nhs_staffed": "yes"})
    received = pd.Series(start.repeat(a_night) + pd.Timedelta(hours=2, minutes=5))
    received_on = received.dt.tz_localize(None).dt.normalize()
    located = pd.DataFrame({"received_at": received, "received_on": received_on, "shift_id": "", "lsoa": "E1"})
    return located, shifts


def spanning_the_change():
    before, after = nights("2017-11-27", 14, 3), nights("2017-12-11", 14, 1)
    return [pd.concat(parts, ignore_index=True) for parts in zip(before, after, strict=True)]


def test_a_policy_date_splits_the_level_and_the_last_part_counts():
    demand = fit_demand(*spanning_the_change(), RESIDENTS, draws=4000)
    assert [(level.total.incidents, level.total.live_hours) for level in demand.levels] == [(42, 84.0), (14, 84.0)]
    weekly = demand.a_month(demand.observed.astype(float)) / WEEKS_A_MONTH
    assert weekly.mean() == pytest.approx(14.5 / 2, rel=0.05)  # (0.5 + 14) incidents in two weeks
    assert demand.incidents == 56
    assert demand.level_words.startswith(
        "The level is that since 11 December 2017 (section 136 changes of the Policing and Crime Act 2017): "
        "14 incidents in 84 live hours, 0.167 an hour"
    )
    assert "42 incidents in 84 live hours, 0.5 an hour" in demand.level_words


def test_without_the_date_the_level_is_of_the_whole_period():
    demand = fit_demand(*spanning_the_change(), RESIDENTS, draws=4000, policy_dates=())
    weekly = demand.a_month(demand.observed.astype(float)) / WEEKS_A_MONTH
    assert weekly.mean() == pytest.approx(56.5 / 4, rel=0.05)
    assert demand.level_words == ""


def test_a_day_without_a_time_counts_in_its_part():
    located, shifts = spanning_the_change()
    untimed = located.iloc[[0]].assign(received_at=pd.Series([pd.NaT], dtype=located["received_at"].dtype))
    demand = fit_demand(pd.concat([located, untimed], ignore_index=True), shifts, RESIDENTS)
    assert [level.total.incidents for level in demand.levels] == [43, 14]


def test_no_incident_in_live_hours_is_a_low_rate_and_not_none():
    demand = fit_demand(calls(5, hour=12), week(), RESIDENTS, draws=4000)
    assert demand.incidents == 0
    weekly = demand.a_month(demand.observed.astype(float)) / WEEKS_A_MONTH
    assert np.quantile(weekly, 0.95) == pytest.approx(gamma(0.5).ppf(0.95), rel=0.1)  # in one week


def test_nights_that_differ_widen_the_level():
    located, shifts = nights("2016-02-01", 56, 1)
    every_fourth = located.iloc[::4]
    in_bursts = pd.concat([every_fourth] * 4, ignore_index=True)  # as many incidents, all in a quarter of the nights
    even, burst = (fit_demand(calls, shifts, RESIDENTS, draws=4000) for calls in (located, in_bursts))
    assert even.incidents == burst.incidents == 56
    assert even.dispersion.frailty == 0
    assert burst.dispersion.index > 2
    evening = even.observed.astype(float)
    assert burst.a_month(evening).std() > 1.4 * even.a_month(evening).std()
    assert burst.dispersion_in(even.observed) > 2 > even.dispersion_in(even.observed) == 1


def test_the_share_of_a_district_is_not_its_residents_share_alone():
    """Districts that differ by a factor of 1.35 or so either way: intervals of their shares hold the truth."""
    held, sets = 0.0, 40
    for seed in range(sets):
        rng = np.random.default_rng(seed)
        people, member = np.round(1600 * rng.lognormal(0, 0.3, 120)), np.arange(120) % 6
        truth = people * np.exp(rng.normal(0, 0.3, 6))[member] * np.exp(rng.normal(0, 0.5, 120))
        counts = rng.multinomial(60, truth / truth.sum()).astype(float)
        residents = pd.Series(people, index=[f"E{number}" for number in range(120)])
        groups = pd.Series([f"district {number}" for number in member], index=residents.index)
        shares = place_shares(counts, residents, groups, rng, 300)
        belongs = np.eye(6)[member]
        low, high = np.quantile(shares @ belongs, [0.05, 0.95], axis=0)
        right = truth @ belongs / truth.sum()
        held += float(((low <= right) & (right <= high)).mean())
        assert shares.sum(axis=1) == pytest.approx(1)
    assert 0.83 <= held / sets <= 0.97


def test_places_without_groups_stand_alone():
    residents = pd.Series({"E1": 100.0, "E2": 300.0})
    counts = np.array([0.0, 0.0])
    one = place_shares(counts, residents, None, np.random.default_rng(0), 4000).mean(axis=0)
    groups = pd.Series({"E1": "a", "E2": "a"})
    same = place_shares(counts, residents, groups, np.random.default_rng(0), 4000).mean(axis=0)
    assert one == pytest.approx(same, abs=0.02)
