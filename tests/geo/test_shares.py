"""Shares of three-valued answers: bounds, intervals and their laws."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.shares import bounds, share_of

counts = st.integers(0, 200)


def test_the_published_fixture_is_met():
    share = bounds(12, 30, 18)
    assert (share.low, share.high) == (0.2, 0.5)
    assert share.interval == pytest.approx((0.115, 0.606), abs=5e-4)


def test_without_blanks_the_interval_is_the_normal_one():
    share = bounds(50, 50, 0)
    assert share.low == share.high == 0.5
    assert share.interval == pytest.approx((0.5 - 1.96 * 0.05, 0.5 + 1.96 * 0.05), abs=1e-4)


def test_no_yes_at_all_still_leaves_doubt():
    share = bounds(0, 19, 0)
    assert share.interval[0] == 0.0
    assert 0.1 < share.interval[1] < 0.2  # the exact two-sided limit, 1 - 0.025 ** (1 / 19), is 0.177


def test_nothing_recorded_means_anything_is_possible():
    assert bounds(0, 0, 7).interval == (0.0, 1.0)
    assert bounds(0, 0, 0).interval == (0.0, 1.0)


@given(counts, counts, counts)
def test_the_interval_holds_the_bounds(yes, no, unknown):
    share = bounds(yes, no, unknown)
    assert 0 <= share.interval[0] <= share.low <= share.high <= share.interval[1] <= 1


@given(counts, counts, st.integers(1, 50))
def test_turning_blanks_into_no_never_widens_what_is_possible(yes, no, unknown):
    before, after = bounds(yes, no, unknown), bounds(yes, no + unknown, 0)
    assert before.low == after.low
    assert before.high > after.high


def test_negative_counts_are_refused():
    with pytest.raises(SchemaError, match="must not be negative"):
        bounds(-1, 2, 3)


def test_blank_is_never_no():
    assert share_of(pd.Series(["unknown"] * 3)).no == 0
