"""Targets: read as written, met by the share of draws, and open where hours were never observed."""

import numpy as np
import pytest

from geo.errors import ScenarioError
from geo.release.targets import Target, parse_target, verdict


def test_the_chance_of_a_target_is_the_share_of_draws_that_meet_it():
    draws = np.array([10.0, 12.0, 15.0, 18.0])
    assert Target("reached", 15.0).chance(draws) == 0.5
    assert Target("too_far", 12.0, at_least=False).chance(draws) == 0.5


def test_a_target_at_most_is_read_as_such():
    assert parse_target("too_far<=2.5").words == "Too far for the standard, at most 2.5 incidents a month"


@pytest.mark.parametrize("text", ["", "reached", "reached>15", "happiness>=3", "reached>=-1", "reached>=15; drop"])
def test_what_is_no_target_is_refused_with_the_measures_that_are(text):
    with pytest.raises(ScenarioError, match="share_in_time"):
        parse_target(text)


def test_hours_never_observed_can_only_add_so_a_met_target_stays_met():
    assert verdict(0.95, open_ended=True) == "met"
    assert verdict(0.8, open_ended=True) == "cannot tell yet"
