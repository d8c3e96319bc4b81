"""The waterfall adds up, step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage.gaps import STEPS, waterfall

SHARES = st.lists(st.floats(0, 1), min_size=len(STEPS) - 1, max_size=len(STEPS) - 1)


def test_the_steps_are_worked_by_hand():
    left = [np.array([value]) for value in (80.0, 60.0, 57.0, 28.5, 27.0, 24.0, 22.0, 18.0)]
    found = waterfall(np.array([100.0]), left)
    assert {name: float(part[0]) for name, part in found.steps.items()} == {
        "outside_shift": 20,
        "no_nurse": 20,
        "nurse_busy": 3,
        "not_appropriate": 28.5,
        "no_officer": 1.5,
        "car_busy": 3,
        "shift_end": 2,
        "too_far": 4,
        "reached": 18,
    }
    assert float(found.nurse_contact[0]) == 57


@given(st.floats(0, 1000), SHARES)
def test_it_telescopes(demand, shares):
    found = waterfall(np.array([demand]), [np.array([demand * share]) for share in np.cumprod(shares)])
    assert sum(found.steps.values())[0] == pytest.approx(demand, abs=1e-9)
    assert all(part[0] >= -1e-9 for part in found.steps.values())


def test_the_table_names_every_step_in_order():
    one = np.ones(10)
    table = waterfall(one, [one] * (len(STEPS) - 1)).table()
    assert list(table["step"]) == list(STEPS)
    assert table["share"].sum() == pytest.approx(1.0)
