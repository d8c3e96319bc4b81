import numpy as np
import pytest

from geo.planning.front import front_of_hours
from geo.planning.rotas import every_rota

LEGAL = every_rota(60, [4, 6, 9], [3, 15, 20])


@pytest.mark.parametrize("seed", range(3))
def test_no_rota_at_any_base_beats_one_of_the_front_in_both(seed):
    values = np.random.default_rng(seed).gamma(1, 1, (3, 168))
    found = front_of_hours(values, LEGAL)
    hours = LEGAL.hours[found.rotas]
    sums = np.array([LEGAL.crewed(range(len(LEGAL))) @ value for value in values])
    for most, worth in zip(hours, found.objectives, strict=True):
        assert worth == pytest.approx(sums[:, most >= LEGAL.hours].max())
    assert (np.diff(hours) > 0).all()
    assert (np.diff(found.objectives) > 0).all()
    assert found.objectives == pytest.approx(sums[found.bases, found.rotas])


def test_hours_that_bring_nothing_more_are_not_on_it():
    value = np.zeros((1, 168))
    value[0, [4 * 24 + 20, 5 * 24 + 20]] = 1.0  # Friday and Saturday at eight: the shortest shifts are enough
    found = front_of_hours(value, LEGAL)
    assert LEGAL.hours[found.rotas].tolist() == [8]
    assert found.objectives.tolist() == [2.0]
