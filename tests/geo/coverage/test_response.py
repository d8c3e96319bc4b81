"""Chance to arrive in time: the published quadrature and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from geo.coverage.response import ResponseStandard, chance_given_scale, chance_in_time
from geo.errors import ScenarioError


@pytest.mark.parametrize(("within", "published"), [(15, 0.084), (20, 0.419), (25, 0.759), (30, 0.925)])
def test_the_published_fixture_is_met(within, published):
    # median drive 18 minutes; adaptive quadrature gives 0.0843, 0.4185, 0.7589, 0.9253
    assert float(chance_in_time(np.array(18.0), ResponseStandard(within))) == pytest.approx(published, abs=1e-3)


def test_no_road_is_never_in_time_and_no_distance_nearly_always():
    chance = chance_in_time(np.array([np.inf, 0.0]), ResponseStandard(30))
    assert chance[0] == 0.0
    assert chance[1] > 0.999


def test_the_scale_error_averages_to_the_whole():
    standard = ResponseStandard(25)
    scales = norm.ppf((np.arange(200) + 0.5) / 200)
    mean = np.mean([chance_given_scale(np.array(18.0), standard, scale) for scale in scales])
    assert mean == pytest.approx(float(chance_in_time(np.array(18.0), standard)), abs=2e-3)


@given(st.floats(0.5, 120), st.floats(0, 60), st.integers(5, 85), st.floats(0, 30))
def test_farther_never_helps_and_a_looser_standard_never_hurts(drive, farther, minutes, looser):
    near = float(chance_in_time(np.array(drive), ResponseStandard(minutes)))
    assert float(chance_in_time(np.array(drive + farther), ResponseStandard(minutes))) <= near + 1e-12
    assert float(chance_in_time(np.array(drive), ResponseStandard(minutes + looser))) >= near - 1e-9


def test_an_impossible_standard_is_refused():
    with pytest.raises(ScenarioError, match="0 minutes cannot be used"):
        ResponseStandard(0)
