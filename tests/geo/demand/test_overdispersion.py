"""Nights are tested against chance, and get a factor of their own where they differ."""

import numpy as np
import pytest

from geo.demand.overdispersion import THRESHOLD, dispersion_of


def test_the_index_is_the_mean_of_squares_over_what_was_expected():
    found = dispersion_of(np.array([4.0, 0, 2, 2, 2, 2, 2]), np.full(7, 10.0))
    assert found.index == pytest.approx((2**2 / 2 + 2**2 / 2) / 6)  # the sum of all is 14, so 2 a night
    assert found.frailty == 0
    assert found.words.endswith("close to chance.")


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_is_found_to_be_chance(seed):
    counts = np.random.default_rng(seed).poisson(2.0, 364).astype(float)
    found = dispersion_of(counts, np.full(364, 2.0), seed=seed)
    assert found.index == pytest.approx(1, abs=0.2)
    assert found.of_window(2.0) < 1.15


@pytest.mark.parametrize("seed", range(5))
def test_a_gamma_factor_of_each_night_is_found(seed):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(2 * rng.gamma(2, 0.5, 364)).astype(float)  # variance 0.5, so dispersion 1 + 0.5 x 2 = 2
    found = dispersion_of(counts, np.full(364, 2.0), seed=seed)
    assert found.index > THRESHOLD
    assert found.p_value == pytest.approx(1 / 500)
    assert found.frailty == pytest.approx(0.5, abs=0.25)
    assert "a factor of their own" in found.words
    assert found.draw(2.0, rng, 4000).mean() == pytest.approx(found.of_window(2.0), rel=0.05)


def test_under_a_week_of_nights_nothing_is_tested():
    found = dispersion_of(np.full(6, 9.0), np.ones(6))
    assert np.isnan(found.index)
    assert found.frailty == 0
    assert found.words.startswith("Too few nights (6)")


def test_nights_of_which_nothing_was_expected_are_left_out():
    some = dispersion_of(np.array([4.0, 0, 2, 2, 2, 2, 2, 5]), np.array([*[1.0] * 7, 0.0]))
    assert some.nights == 7
