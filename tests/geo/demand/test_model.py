"""The rhythm of the week: an oracle for the plain fit, and the laws that a fit must keep."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.demand import model
from geo.demand.model import Record, fit_rhythm, hour_basis, live_weeks

WEEK = np.arange(168)
EVENING = WEEK % 24 >= 18


def drawn(seed, weeks=4.0, live=EVENING, rate=0.5):
    rng = np.random.default_rng(seed)
    exposure = np.where(live, weeks, 0.0)
    return rng.poisson(rate * exposure * (1 + 0.5 * np.cos(2 * np.pi * WEEK / 24))).astype(float), exposure


def test_the_plain_fit_is_that_of_statsmodels(monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns of what it will change
        import statsmodels.api as sm
    monkeypatch.setattr(model, "SMOOTH_SCALES", (1000.0,))  # no shrinkage: the prior is all but flat
    counts, exposure = drawn(0, weeks=10.0, live=np.full(168, True))
    basis = hour_basis()[:, :8]
    mode = fit_rhythm([Record.plain(counts, exposure)], basis).modes[0]
    columns = sm.add_constant(basis)
    oracle = sm.GLM(counts, columns, family=sm.families.Poisson(), offset=np.log(exposure)).fit()
    assert mode.coefficients == pytest.approx(oracle.params, abs=1e-3)
    assert np.sqrt(np.diag(np.linalg.inv(mode.precision))) == pytest.approx(oracle.bse, rel=1e-3)


def test_the_basis_is_cyclic_and_friday_lasts_into_saturday():
    basis = hour_basis()
    assert basis.shape == (168, 19)
    assert np.roll(basis[:, :8], 24, axis=0) == pytest.approx(basis[:, :8])
    weekend = basis[:, 14]
    assert weekend[5 * 24 + 2] == weekend[4 * 24 + 22] > 0  # Saturday 02:00 is of Friday's night
    assert weekend[4 * 24 + 2] < 0  # Friday 02:00 is of Thursday's
    assert weekend[6 * 24 + 2] > 0 > weekend[6 * 24 + 7]  # Sunday 02:00 is of Saturday's, 07:00 is not


@settings(max_examples=8)
@given(st.lists(st.integers(0, 50), min_size=168, max_size=168), st.integers(0, 5), st.sampled_from([3.0, 14.0]))
def test_an_hour_without_exposure_never_changes_the_posterior(stray, seed, weeks):
    counts, exposure = drawn(seed, weeks)
    with_stray = np.where(exposure > 0, counts, np.array(stray, dtype=float))
    one, other = (fit_rhythm([Record.plain(y, exposure)]) for y in (counts, with_stray))
    np.testing.assert_array_equal(one.moments(), other.moments())
    np.testing.assert_array_equal(one.draw(np.random.default_rng(0), 20), other.draw(np.random.default_rng(0), 20))


@settings(max_examples=8)
@given(st.integers(0, 167), st.integers(0, 5), st.sampled_from([3.0, 14.0]))
def test_moving_the_origin_of_the_week_changes_nothing(shift, seed, weeks):
    counts, exposure = drawn(seed, weeks)
    here = fit_rhythm([Record.plain(counts, exposure)])
    moved = fit_rhythm([Record.plain(np.roll(counts, shift), np.roll(exposure, shift))], hour_basis(monday=shift))
    for mine, theirs in zip(here.moments(), moved.moments(), strict=True):
        assert np.roll(mine, shift) == pytest.approx(theirs, rel=1e-5, abs=1e-6)
    assert here.weights == pytest.approx(moved.weights, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("weeks", [4.0, 50.0])
@settings(max_examples=4)
@given(st.integers(0, 20))
def test_doubling_exposure_and_counts_halves_the_variance(weeks, seed):
    counts, exposure = drawn(seed, weeks=weeks, live=np.full(168, True), rate=2e5 / weeks)  # so much: a faint prior
    one, two = (fit_rhythm([Record.plain(k * counts, k * exposure)]) for k in (1, 2))
    assert _variance(two) == pytest.approx(_variance(one) / 2, rel=0.1)


def _variance(rhythm):
    """The variance of each hour's log rate against the week's mean: only ratios between hours have a meaning."""
    draws = np.log(rhythm.draw(np.random.default_rng(0), 2000))
    return (draws - draws.mean(axis=1, keepdims=True)).var(axis=0).mean()


def test_free_hours_follow_a_jump_that_the_smooth_part_cannot():
    exposure = np.full(168, 52.0)
    counts = np.where(WEEK == 100, 520.0, 52.0)
    few = fit_rhythm([Record.plain(counts / 26, exposure / 26)]).moments()[0]
    many = fit_rhythm([Record.plain(counts, exposure)]).moments()[0]
    jump_few, jump_many = (mean[100] - np.median(mean) for mean in (few, many))
    assert jump_many > 0.9 * np.log(10)
    assert jump_few < 0.75 * np.log(10)


def test_two_records_share_the_rhythm_and_not_the_level():
    day = 1 + 0.8 * np.cos(2 * np.pi * (WEEK - 21) / 24)
    night, whole = np.where(EVENING, 4.0, 0.0), np.full(168, 10.0)
    lent = Record.plain(np.round(20 * whole * day), whole)
    alone = fit_rhythm([Record.plain(np.round(night * day), night)])
    both = fit_rhythm([Record.plain(np.round(night * day), night), lent])
    true = np.log(day[9] / day[21])
    assert both.moments()[0][9] - both.moments()[0][21] == pytest.approx(true, abs=0.15)
    assert both.moments()[1][9] < alone.moments()[1][9] / 10


def test_nights_that_differ_widen_the_rhythm():
    counts, exposure = drawn(3)
    plain = fit_rhythm([Record(counts, exposure, np.zeros(7))])
    wide = fit_rhythm([Record(counts, exposure, np.full(7, 0.2))])
    assert (wide.moments()[1][EVENING] > plain.moments()[1][EVENING]).mean() > 0.9


def test_no_incident_at_all_leaves_every_hour_alike():
    mean, _ = fit_rhythm([Record.plain(np.zeros(168), np.where(EVENING, 2.0, 0.0))]).moments()
    assert mean == pytest.approx(0, abs=0.3)


def test_draws_have_the_moments_that_are_told():
    rhythm = fit_rhythm([Record.plain(*drawn(1, weeks=14.0))])
    draws = np.log(rhythm.draw(np.random.default_rng(0), 20_000))
    mean, variance = rhythm.moments()
    assert draws.mean(axis=0) == pytest.approx(mean, abs=0.05)
    assert draws.var(axis=0) == pytest.approx(variance, rel=0.1)


def test_live_weeks_count_only_hours_that_were_ever_live():
    assert live_weeks(np.where(EVENING, 9.0, 0.0)) == 9
    assert live_weeks(np.zeros(168)) == 0
