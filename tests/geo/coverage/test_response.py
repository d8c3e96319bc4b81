"""Chance to arrive in time: the published quadrature and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.stats import norm

from geo.coverage.response import ResponseStandard, chance_in_time, chances_by_place
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
    mean = chances_by_place(np.array([18.0]), csr_matrix([[1.0]]), standard, scales).mean()
    assert mean == pytest.approx(float(chance_in_time(np.array(18.0), standard)), abs=2e-3)


@given(st.floats(0.5, 120), st.floats(0, 60), st.integers(5, 85), st.floats(0, 30))
def test_farther_never_helps_and_a_looser_standard_never_hurts(drive, farther, minutes, looser):
    near = float(chance_in_time(np.array(drive), ResponseStandard(minutes)))
    assert float(chance_in_time(np.array(drive + farther), ResponseStandard(minutes))) <= near + 1e-12
    assert float(chance_in_time(np.array(drive), ResponseStandard(minutes + looser))) >= near - 1e-9


def test_an_impossible_standard_is_refused():
    with pytest.raises(ScenarioError, match="0 minutes cannot be used"):
        ResponseStandard(0)


def test_a_place_has_the_mean_chance_of_its_points():
    drive = np.array([5.0, 18.0, 33.3, np.inf])
    averaging = csr_matrix([[0.5, 0.5, 0, 0], [0, 0, 0.25, 0.75]])
    standard = ResponseStandard(30, tau=0.0)
    chance = chance_in_time(drive, standard)
    expected = [chance[:2].mean(), 0.25 * chance[2]]
    assert chances_by_place(drive, averaging, standard, np.array([0.0]))[0] == pytest.approx(expected, abs=1e-3)


def test_a_shared_error_of_one_standard_deviation_makes_all_drives_longer_by_tau():
    standard = ResponseStandard(30, tau=0.12)
    alone = csr_matrix([[1.0]])
    slower = chances_by_place(np.array([18.0]), alone, standard, np.array([1.0]))
    longer = chances_by_place(np.array([18.0 * np.exp(0.12)]), alone, standard, np.array([0.0]))
    assert slower[0, 0] == pytest.approx(longer[0, 0], abs=1e-3)


def test_errors_say_where_they_come_from():
    assert ResponseStandard().errors_in_words == "one trip 0.25, shared by all 0.12 (assumed)"
    assert ResponseStandard(sigma=0.3).errors_in_words == "one trip 0.30, shared by all 0.12 (as the plan sets it)"
    measured = ResponseStandard(sigma=0.21, tau=0.05, error_source="measured on 40 journeys")
    assert measured.errors_in_words == "one trip 0.21, shared by all 0.05 (measured on 40 journeys)"


@pytest.mark.parametrize(
    "errors", [{"sigma": float("nan")}, {"sigma": 3.0}, {"tau": -0.1}, {"error_source": "x" * 121}]
)
def test_impossible_errors_are_refused(errors):
    with pytest.raises(ScenarioError, match="error"):
        ResponseStandard(**errors)
