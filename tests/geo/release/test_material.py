"""Counts of the brief: protected, and not to be worked out from a total that is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.release.disclosure import policy_of
from geo.release.material import protected_counts

RELEASE, PARTNER = policy_of("release"), policy_of("partner")


def shown(counts, policy):
    return protected_counts(pd.Series(counts), policy)


def test_a_small_count_among_many_large_ones_is_hidden_alone():
    found = shown([4, 40, 41, 35, 36, 115, 50], RELEASE)  # six others, each out by 2 at most: 4 may be 1 to 9
    assert found.isna().tolist() == [True, *[False] * 6]


def test_a_small_count_beside_one_other_takes_it_along():
    assert shown([3, 88], RELEASE).isna().all()  # 88 is shown as 90: the total would leave 1 to 5


def test_zeros_are_shown_and_hide_nothing():
    assert shown([0, 40, 60], RELEASE).tolist() == [0.0, 40.0, 60.0]


def test_a_working_copy_shows_every_count():
    assert shown([1, 2, 33], policy_of("working")).tolist() == [1, 2, 33]


@pytest.mark.parametrize("policy", [RELEASE, PARTNER], ids=["release", "partner"])
@given(counts=st.lists(st.integers(0, 60), min_size=2, max_size=9))
def test_a_total_and_rounded_others_leave_every_small_number_possible(policy, counts):
    found = shown(counts, policy)
    hidden = np.array(counts)[found.isna().to_numpy()]
    assert not ((found > 0) & (found < policy.threshold) & (np.array(counts) < policy.threshold)).any()
    if len(hidden) == 1 and hidden[0] < policy.threshold:  # nothing was hidden with it
        slack = policy.round_to // 2 * int((found > 0).sum())
        alone = not (found > 0).any()  # then the total is below the threshold itself, and no brief is made
        assert alone or max(1, hidden[0] - slack) == 1
        assert alone or min(policy.threshold - 1, hidden[0] + slack) == policy.threshold - 1
