"""The waterfall adds up, step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage.gaps import STEPS, waterfall

share = st.floats(0, 1)


def test_the_steps_are_worked_by_hand():
    one = np.array([1.0])
    found = waterfall(
        one * 100, in_hours=one * 80, nurse=one * 0.75, appropriate=one * 0.5, officer=one * 0.9, in_time=one * 0.8
    )
    assert {name: float(part[0]) for name, part in found.steps.items()} == pytest.approx(
        {"outside_shift": 20, "no_nurse": 20, "not_appropriate": 30, "no_officer": 3, "too_far": 5.4, "reached": 21.6}
    )
    assert float(found.nurse_contact[0]) == pytest.approx(60)


@given(st.floats(0, 1000), share, share, share, share, share)
def test_it_telescopes(demand, inside, nurse, appropriate, officer, in_time):
    value = np.array([demand])
    found = waterfall(
        value,
        in_hours=value * inside,
        nurse=np.array([nurse]),
        appropriate=np.array([appropriate]),
        officer=np.array([officer]),
        in_time=np.array([in_time]),
    )
    assert sum(found.steps.values())[0] == pytest.approx(demand, abs=1e-9)
    assert all(part[0] >= -1e-9 for part in found.steps.values())


def test_the_table_names_every_step_in_order():
    one = np.ones(10)
    table = waterfall(one, in_hours=one, nurse=one, appropriate=one, officer=one, in_time=one).table()
    assert list(table["step"]) == list(STEPS)
    assert table["share"].sum() == pytest.approx(1.0)
