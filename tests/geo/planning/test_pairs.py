"""Two cars: scores of pairs, bounds, and the best pair held against trying every one."""

import numpy as np
import pytest

from geo.planning import pairs
from geo.planning.windows import best_windows
from geo.planning.worth import Survey, Surveyed, hour_values
from tests.geo.planning.villages import PLAN, WORLD

AIMS = ("face_to_face", "equity")


def county(seed, candidates=40, places=12, levels=3):
    """Chances by traffic, candidate and place; three districts; each hour of the week in one of the traffics."""
    rng = np.random.default_rng(seed)
    level_of_hour = rng.integers(0, levels, 168)
    chances = rng.random((levels, candidates, places)).astype(np.float32)
    return Surveyed(level_of_hour, chances, rng.dirichlet(np.ones(places)), np.arange(places) % 3)


def by_hand(reach, pair, aim, busy):
    """The nearer car goes; it is out as often as busy says, and then the other goes if it is not out as well."""
    one, other = reach.chances[:, pair[0]].astype(float), reach.chances[:, pair[1]].astype(float)
    nearer, farther = np.maximum(one, other), np.minimum(one, other)
    there = (1 - busy) * nearer + busy * (1 - busy) * farther
    if aim == "face_to_face":
        return there @ reach.shares
    of_district = [
        (there * reach.shares)[:, reach.member == one].sum(axis=1) / reach.shares[reach.member == one].sum()
        for one in range(3)
    ]
    return np.min(of_district, axis=0)


@pytest.mark.parametrize("aim", AIMS)
def test_scores_of_pairs_are_those_of_the_nearer_car_and_of_the_other_where_it_is_out(aim):
    reach = county(1, candidates=8)
    every = pairs.every_pair(8)
    for order in (every, np.random.default_rng(0).permutation(every)):
        found = pairs.pair_scores(reach, order, aim, 0.3)
        expected = np.column_stack([by_hand(reach, pair, aim, 0.3) for pair in order])
        assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("seed", range(10))
def test_no_scores_are_worth_more_than_their_ceiling(seed):
    rng = np.random.default_rng(seed)
    ready, level = rng.gamma(1, 1, 168), rng.integers(0, 3, 168)
    if seed % 2:
        ready[rng.random(168) < 0.3] = np.nan

    def worth(score):
        return best_windows(hour_values(ready, level, score), crewed_hours=30, lengths=[4, 7], told_only=True).by_base

    known = rng.random(3) * (rng.random(3) < 0.8)
    ceiling = pairs.Ceiling.of(known, worth)
    score = rng.random((3, 50))
    assert (ceiling.over(score) >= worth(score) - 1e-9).all()
    assert ceiling.over(2 * known[:, None])[0] == pytest.approx(worth(2 * known[:, None])[0])


def test_every_pair_of_parts_belongs_to_a_pair_of_wholes_and_none_is_left_out():
    rng = np.random.default_rng(2)
    parent = rng.integers(0, 6, 25)
    wholes = np.array([[0, 0], [1, 4], [2, 3]])
    found = {tuple(sorted(pair)) for pair in pairs.parts_of(wholes, parent).tolist()}
    kinds = {tuple(pair) for pair in wholes.tolist()}
    every = {tuple(pair) for pair in pairs.every_pair(25).tolist()}
    assert found == {pair for pair in every if tuple(sorted(parent[list(pair)].tolist())) in kinds}


def test_squares_never_pass_the_border_of_what_they_divide():
    rng = np.random.default_rng(3)
    east, north, within = rng.random(60) * 9000, rng.random(60) * 9000, rng.integers(0, 3, 60)
    cluster, middle = pairs.clusters(east, north, within, 3000.0)
    assert cluster[middle].tolist() == list(range(len(middle)))
    for number in range(len(middle)):
        mine = cluster == number
        assert len(set(within[mine])) == 1
        assert np.ptp(east[mine]) <= 3000
        assert np.ptp(north[mine]) <= 3000


@pytest.mark.parametrize("aim", AIMS)
@pytest.mark.parametrize("seed", range(5))
def test_the_best_pair_is_that_of_trying_all_and_others_are_bounded(seed, aim, monkeypatch):
    reach = county(seed)
    rng = np.random.default_rng(seed)
    weight, cluster, busy = rng.random(3), rng.integers(0, 9, 40), 0.2
    cluster[:9] = np.arange(9)
    ceiling = pairs.Ceiling.of(np.full(3, 0.5), lambda score: weight @ score)
    every = weight @ pairs.pair_scores(reach, pairs.every_pair(40), aim, busy)
    monkeypatch.setattr(pairs, "PAIRS_AT_ONCE", 60)
    found = pairs.try_pairs(reach, cluster, pairs.every_pair(9), ceiling, weight, aim, busy)
    assert (weight @ found.score).max() == pytest.approx(every.max(), rel=1e-6)
    assert found.others < every.max()
    monkeypatch.setattr(pairs, "MOST_PAIRS", 100)
    some = pairs.try_pairs(reach, cluster, pairs.every_pair(9), ceiling, weight, aim, busy)
    assert len(some.pairs) < 200
    assert max(some.others, (weight @ some.score).max()) >= every.max() * (1 - 1e-6)


def test_what_a_cluster_cannot_exceed_holds_for_each_of_its_postcodes_at_every_place():
    survey, points = Survey(PLAN, WORLD), WORLD.points
    cluster = np.array([0, 0, 1, 1, 1, 1, 2, 2, -1, -1])
    middle = np.array([0, 3, 7])
    exact, at_most = survey.around(cluster, middle)
    reach = survey.reach(points["easting"].to_numpy(float), points["northing"].to_numpy(float))
    assert exact.chances == pytest.approx(reach.chances[:, middle])
    for point in np.flatnonzero(cluster >= 0):
        assert (at_most.chances[:, cluster[point]] >= reach.chances[:, point]).all()
    assert (at_most.chances < 1).any()
