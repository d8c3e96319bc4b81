"""Window totals: Garwood's limits as published, and no smoothing."""

import numpy as np
import pytest
from scipy.stats import poisson

from geo.demand.windows import WindowTotal, garwood, window_total
from geo.errors import SchemaError


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (20, 12.217, 30.888)],
)
def test_garwood_limits_are_those_of_the_tables(n, low, high):
    assert garwood(n, 0.95) == pytest.approx((low, high), abs=5e-4)


def test_each_limit_leaves_its_tail_outside():
    low, high = garwood(7, 0.9)
    assert poisson.sf(6, low) == pytest.approx(0.05)
    assert poisson.cdf(7, high) == pytest.approx(0.05)


def test_a_count_below_nothing_has_no_limits():
    with pytest.raises(SchemaError, match="count of -1"):
        garwood(-1)


def test_counts_in_hours_never_live_are_left_out():
    counts, live = np.ones(168), np.where(np.arange(168) < 24, 2.0, 0.0)
    total = window_total(counts, live, np.full(168, True))
    assert (total.incidents, total.live_hours, total.rate) == (24, 48.0, 0.5)
    assert total.limits() == pytest.approx(tuple(limit / 48 for limit in garwood(24)))


def test_a_window_never_live_tells_nothing():
    total = window_total(np.ones(168), np.zeros(168), np.full(168, True))
    assert total.limits() == (0.0, float("inf"))
    assert np.isnan(total.rate)
    assert np.isnan(total.draws(np.random.default_rng(0), 3)).all()


def test_draws_are_gamma_and_dispersion_multiplies_their_variance():
    plain, wide = (
        WindowTotal(20, 10.0, dispersion).draws(np.random.default_rng(0), 100_000) for dispersion in (1.0, 2.0)
    )
    assert plain.mean() == pytest.approx(2.05, rel=0.01)  # (0.5 + 20) / 10
    assert plain.var() == pytest.approx(0.205, rel=0.03)  # (0.5 + 20) / 10²
    assert wide.mean() == pytest.approx(2.05, rel=0.01)
    assert wide.var() == pytest.approx(0.41, rel=0.03)


def test_limits_widen_with_the_root_of_the_dispersion():
    narrow, wide = WindowTotal(20, 1.0).limits(), WindowTotal(20, 1.0, 4.0).limits()
    assert [20 + 2 * (limit - 20) for limit in narrow] == pytest.approx(list(wide))
