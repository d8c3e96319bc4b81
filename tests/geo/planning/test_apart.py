"""A rota for each of two cars, against trying every pair of rotas hour by hour."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.planning import apart
from geo.planning.apart import Worth, best_apart, best_apart_of
from geo.planning.rotas import every_rota
from geo.planning.windows import crewed_hours_of

LEGAL = every_rota(70, [4, 6, 9], [3, 15, 20])


def hours_worth(seed, least=0.0):
    """Random values of an hour with one car, with the other, and with both: ``least`` of 1 for their sum."""
    rng = np.random.default_rng(seed)
    day = rng.gamma(1, 1, 24)
    first, second = (np.tile(day, 7) * rng.gamma(5, 0.2, 168) for _ in range(2))
    more = least + (1 - least) * rng.random(168)
    return Worth(first, second, np.maximum(first, second) + more * np.minimum(first, second))


def by_trying_all(worth, hours):
    """The best sum over every pair of rotas, each hour counted by who is on shift."""
    on = LEGAL.crewed(range(len(LEGAL)))
    best = 0.0
    for row, mine in enumerate(on):
        fits = LEGAL.hours[row] + LEGAL.hours <= hours
        value = np.where(mine & on, worth.both, np.where(mine, worth.first, np.where(on, worth.second, 0.0)))
        best = max(best, float(value.sum(axis=1)[fits].max(initial=0.0)))
    return best


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([60, 70, 84]), st.sampled_from([0.0, 1.5]))
def test_no_other_pair_of_rotas_is_better(seed, hours, least):
    worth = hours_worth(seed, least)  # from 1.5 on two cars bring more together than each alone
    found = best_apart(worth, LEGAL, hours)
    assert found.objective == pytest.approx(by_trying_all(worth, hours))
    assert found.gap == 0


@pytest.mark.parametrize("seed", range(6))
def test_unproved_the_gap_is_true(seed, monkeypatch):
    monkeypatch.setattr(apart, "ROUNDS", 3)
    worth = hours_worth(seed)
    found = best_apart(worth, LEGAL, 84, proved=False)
    exact = by_trying_all(worth, 84)
    assert found.objective <= exact * (1 + 1e-9)
    assert exact <= found.objective * (1 + found.gap) * (1 + 1e-9)


def test_the_sum_is_that_of_the_windows_it_names_and_they_keep_the_hours():
    worth = hours_worth(3)
    found = best_apart(worth, LEGAL, 70)
    on, too = (crewed_hours_of(windows) for windows in found.windows)
    assert (found.crewed == [on, too]).all()
    assert on.sum() + too.sum() <= 70
    assert found.objective == pytest.approx(worth.of(on, too))


def test_towns_with_demand_at_opposite_hours_get_a_car_each():
    night, evening = np.zeros(168), np.zeros(168)
    night[np.arange(168) % 24 < 8], evening[np.arange(168) % 24 >= 16] = 1.0, 1.0
    found = best_apart(Worth(night, evening, night + evening), every_rota(70, [8]), 112)
    assert found.objective == 112.0
    assert [windows[0][1] for windows in found.windows] == [0, 16 * 60]


def test_where_the_second_adds_nothing_at_the_same_time_they_share_no_hour():
    value = np.tile(np.repeat([1.0, 2.0], [16, 8]), 7)
    found = best_apart(Worth(value, value, value), every_rota(42, [4, 6], [16, 18, 20]), 56)
    assert not found.crewed.all(axis=0).any()
    assert found.objective == 2 * 8 * 7  # 16 to 20 and 20 to midnight, daily: 56 hours worth 2


def test_where_no_two_rotas_keep_the_hours_there_are_none():
    worth = hours_worth(0)
    assert best_apart(worth, every_rota(42, [6]), 23) is None  # two Fridays and Saturdays of 6 hours are 24
    assert (
        best_apart_of(np.ones((3, 1)), lambda on: on.sum(keepdims=True), lambda one: worth.first * one, LEGAL, 7)
        is None
    )


@pytest.mark.parametrize("seed", range(4))
def test_of_many_pairs_of_bases_no_other_is_better(seed):
    rng = np.random.default_rng(seed)
    ready, level = rng.gamma(1, 1, 168), np.arange(168) // 84
    alone = rng.random((2, 5))
    sets = np.column_stack(np.triu_indices(5))
    one, other = alone[:, sets[:, 0]], alone[:, sets[:, 1]]
    both = np.maximum(one, other) + rng.random(one.shape) * np.minimum(one, other)

    def weight(crewed):
        return np.bincount(level[crewed], ready[crewed], 2)

    def value(score):
        return ready * score[level]

    pair, found = best_apart_of(np.vstack([one, other, both]), weight, value, LEGAL, 70)
    each = [
        best_apart(Worth(*(value(part[:, row]) for part in (one, other, both))), LEGAL, 70).objective
        for row in range(len(sets))
    ]
    assert found.objective == pytest.approx(max(each))
    assert each[pair] == pytest.approx(max(each))
    assert found.gap == 0
    late = best_apart_of(np.vstack([one, other, both]), weight, value, LEGAL, 70, late=lambda: True)[1]
    assert late.objective <= max(each) * (1 + 1e-9) <= late.objective * (1 + late.gap) * (1 + 2e-9)
