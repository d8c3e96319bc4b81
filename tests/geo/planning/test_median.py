from itertools import combinations

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse.csgraph import floyd_warshall
from spopt.locate import PMedian

from geo.planning.median import p_median

OPTIMA = [5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255]
"""Beasley (1990), OR-Library, pmed1 to pmed10."""

SLOW = (6,)


def or_library(path):
    """Give the matrix and p; edges repeat and the later cost wins."""
    nodes, edges, p, *rest = (int(word) for word in path.read_text(encoding="utf-8").split())
    direct = np.full((nodes, nodes), np.inf)
    for tail, head, cost in np.array(rest).reshape(edges, 3):
        direct[tail - 1, head - 1] = direct[head - 1, tail - 1] = cost
    return floyd_warshall(direct, directed=False), p


@pytest.mark.shared_data
@pytest.mark.parametrize("number", [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in range(1, 11)])
def test_the_or_library_is_solved_and_proved(number, shared_data):
    minutes, p = or_library(shared_data / "benchmarks" / "pmed" / f"pmed{number}.txt")
    found = p_median(minutes, np.ones(len(minutes)), p)
    assert found.objective == OPTIMA[number - 1]
    assert found.gap == 0
    assert len(set(found.chosen)) == p


@given(
    arrays(float, (7, 9), elements=st.floats(0, 60)),
    arrays(float, 9, elements=st.floats(0, 5)),
    st.integers(1, 6),
    st.lists(st.integers(0, 6), max_size=2),
)
@settings(max_examples=60)
def test_no_other_set_is_nearer(minutes, weights, p, locked):
    locked = locked[:p]
    found = p_median(minutes, weights, p, locked=locked)
    sets = [s for s in combinations(range(7), p) if set(locked) <= set(s)]
    least = min(float(minutes[list(s)].min(axis=0) @ weights) for s in sets)
    assert found.objective == pytest.approx(least, rel=1e-9, abs=1e-9)
    assert found.objective == pytest.approx(float(minutes[found.chosen].min(axis=0) @ weights))
    assert found.gap == 0
    assert set(locked) <= set(found.chosen)


@pytest.mark.filterwarnings("ignore:.*PuLP 4.0:DeprecationWarning")  # spopt speaks to PuLP in an old way
@pytest.mark.parametrize("seed", range(3))
def test_spopt_agrees(seed):
    rng = np.random.default_rng(seed)
    metres, weights = rng.integers(0, 100, (30, 12)).astype(float), rng.integers(1, 50, 30)
    theirs = PMedian.from_cost_matrix(metres, weights, p_facilities=4).solve(pulp.PULP_CBC_CMD(msg=False))
    found = p_median(metres.T, weights, 4)
    assert found.objective == pytest.approx(pulp.value(theirs.problem.objective))
    assert found.gap == 0


def test_a_place_without_a_road_counts_as_the_farthest():
    found = p_median([[0, np.inf], [30, 12]], [3, 1], 1)
    assert found.objective == 30  # 0 x 3 + 30 x 1, against 30 x 3 + 12
    assert found.chosen.tolist() == [0]


def test_near_ties_hold_the_chosen_set_first():
    minutes = np.abs(np.subtract.outer(range(5), range(5))).astype(float)
    found = p_median(minutes, np.ones(5), 3)
    assert found.objective == 2
    assert found.near_ties[0].tolist() == found.chosen.tolist()
    assert all(minutes[ties].min(axis=0).sum() == 2 for ties in found.near_ties)
    assert p_median(minutes, np.ones(5), 1).near_ties.tolist() == [[2]]  # 6 minutes, the next 7


def test_without_time_the_gap_is_that_of_the_bound(monkeypatch):
    monkeypatch.setattr("geo.planning.median.ROUNDS", 5)
    monkeypatch.setattr("geo.planning.median.MOST_ENTRIES", 0)
    rng = np.random.default_rng(4)
    minutes = rng.random((20, 40)) * 60
    short = p_median(minutes, np.ones(40), 5)
    monkeypatch.undo()
    proved = p_median(minutes, np.ones(40), 5)
    assert proved.gap == 0 < short.gap < 1
    assert short.objective * (1 - short.gap) <= proved.objective <= short.objective
