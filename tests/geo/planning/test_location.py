import csv
import json
from itertools import combinations, combinations_with_replacement

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import Bounds, LinearConstraint, milp
from spopt.locate import LSCP, MCLP

from geo.errors import SchemaError
from geo.planning.location import lscp, mclp, mexclp
from geo.planning.median import p_median

TOY = [[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 1]], [2, 2, 1, 1]


@pytest.fixture(scope="module")
def san_francisco(shared_data):
    """Metres from 16 stores to 205 tracts, and residents; the published optima beside them."""
    folder = shared_data / "benchmarks" / "spopt_sf205"
    text = (folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    stores = sorted({row["name"] for row in rows}, key=lambda name: int(name.split("_")[1]))
    tracts = sorted({row["DestinationName"] for row in rows})
    metres, people = np.full((len(stores), len(tracts)), np.inf), np.zeros(len(tracts))
    for row in rows:
        place = tracts.index(row["DestinationName"])
        metres[stores.index(row["name"]), place] = float(row["distance"])
        people[place] = float(row["demand"])
    optima = json.loads((folder / "optima_enumerated.json").read_text(encoding="utf-8"))
    return metres, people, optima


@st.composite
def counties(draw, soft=False):
    """Cover of 3 to 7 bases and 1 to 6 places, and their demand."""
    shape = draw(st.tuples(st.integers(3, 7), st.integers(1, 6)))
    worth = st.sampled_from([0, 0.25, 0.5, 0.9, 1]) if soft else st.sampled_from([0, 1])
    return draw(arrays(float, shape, elements=worth)), draw(arrays(float, shape[1], elements=st.integers(0, 9)))


def covered(worth, weights, chosen):
    return float((1 - np.prod(1 - worth[list(chosen)], axis=0)) @ weights)


@pytest.mark.parametrize(("p", "covers"), [(0, 0), (1, 4), (2, 6), (3, 6)])
def test_the_toy_covers_what_is_counted_by_hand(p, covers):
    found = mclp(*TOY, p)
    assert found.objective == covers
    assert found.gap == 0
    assert len(found.chosen) == p


@pytest.mark.shared_data
def test_san_francisco_is_covered_as_published(san_francisco):
    metres, people, optima = san_francisco
    assert lscp(metres <= 5000).objective == optima["LSCP_5000m"] == 8
    found = mclp(metres <= 5000, people, 4)
    assert (found.objective, found.gap) == (875_247, 0)
    for p in range(1, 5):
        assert mclp(metres <= 5000, people, p).objective == optima[f"p={p}"]["mclp_5000m"]
    assert p_median(metres, people, 4).objective == pytest.approx(2_848_268_129.71, abs=0.01)
    assert p_median(metres, people, 4).gap == 0


@given(counties(), st.integers(1, 5))
@settings(max_examples=30)
def test_no_other_set_covers_more(county, p):
    worth, weights = county
    p = min(p, len(worth))
    found = mclp(worth, weights, p)
    assert found.objective == max(covered(worth, weights, s) for s in combinations(range(len(worth)), p))
    assert found.objective == covered(worth, weights, found.chosen)
    assert found.gap == 0
    assert len(set(found.chosen)) == p


@given(counties(soft=True), st.integers(1, 5))
@settings(max_examples=50)
def test_no_other_set_covers_more_where_cover_is_a_chance(county, p):
    worth, weights = county
    p = min(p, len(worth))
    found = mclp(worth, weights, p)
    best = max(covered(worth, weights, s) for s in combinations(range(len(worth)), p))
    assert found.objective == pytest.approx(best)
    assert found.gap == 0


@given(counties(), st.integers(1, 4), st.sampled_from([0.0, 0.3, 0.5]))
@settings(max_examples=30)
def test_busy_cars_share_bases_where_that_is_best(county, cars, busy):
    cover, weights = county
    minutes = np.where(cover > 0, 20.0, 20.1)
    found = mexclp(minutes, weights, cars, within=20, busy=busy)
    many = combinations_with_replacement(range(len(cover)), cars)
    worth = max(float((1 - busy ** cover[list(s)].sum(axis=0)) @ weights) for s in many)
    assert found.objective == pytest.approx(worth)
    assert found.gap == 0
    assert len(found.chosen) == cars


@given(counties())
@settings(max_examples=25)
def test_no_fewer_bases_cover_all(county):
    cover = county[0].copy()
    cover[0, ~cover.any(axis=0)] = 1
    found = lscp(cover)
    fewest = next(
        n for n in range(1, 8) if any(cover[list(s)].any(axis=0).all() for s in combinations(range(len(cover)), n))
    )
    assert found.objective == len(found.chosen) == fewest
    assert found.gap == 0
    assert all(cover[ties].any(axis=0).all() for ties in found.near_ties)


@pytest.mark.filterwarnings("ignore:.*PuLP 4.0:DeprecationWarning")  # spopt speaks to PuLP in an old way
@pytest.mark.parametrize("seed", range(3))
def test_spopt_agrees(seed):
    rng = np.random.default_rng(seed)
    metres = rng.integers(0, 100, (25, 8))
    weights = rng.integers(1, 50, 25)
    theirs = MCLP.from_cost_matrix(metres, weights, service_radius=25, p_facilities=3)
    theirs = theirs.solve(pulp.PULP_CBC_CMD(msg=False))
    assert mclp(metres.T <= 25, weights, 3).objective == pulp.value(theirs.problem.objective)
    every = LSCP.from_cost_matrix(metres, service_radius=60).solve(pulp.PULP_CBC_CMD(msg=False))
    assert lscp(metres.T <= 60).objective == pulp.value(every.problem.objective)


def test_locked_bases_stay():
    assert mclp(*TOY, 2, locked=[0]).objective == 5  # 2 + 2 + 1, where [1, 2] would cover 6
    assert mclp(*TOY, 2, locked=[0]).near_ties.tolist() == [[0, 1], [0, 2]]
    assert mclp(*TOY, 1, locked=[1]).objective == 3
    assert mclp(*TOY, 3, locked=[1]).objective == 6
    far = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert 3 in mclp(far, [9, 8, 7, 1], 3, locked=[3]).chosen
    assert lscp([[1, 1], [1, 0]], locked=[1]).chosen.tolist() == [0, 1]
    assert mexclp([[0], [99]], [1], 3, within=9, busy=0.5, locked=[1]).chosen.tolist() == [0, 0, 1]


def test_near_ties_come_best_first_and_hold_the_chosen_set():
    # Alone 100, 97, 90; the tolerance of 5% keeps two.
    found = mclp(np.eye(3), [100, 97, 90], 1)
    assert found.near_ties.tolist() == [[0], [1]]
    # Pairs 197, 190, 187: 187 is more than 5% below.
    assert mclp(np.eye(3), [100, 97, 90], 2).near_ties.tolist() == [[0, 1], [0, 2]]
    # Threes of four: 287, 286 (9 for 10) and 200, 196.
    assert mclp(np.eye(4), [100, 97, 90, 89], 3).near_ties.tolist() == [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]
    assert mclp(np.eye(4), [100, 97, 90, 89], 3, tolerance=0.01).near_ties.tolist() == [[0, 1, 2], [0, 1, 3]]


def test_the_boundary_minute_counts():
    assert mexclp([[20.0, 20.01]], [1, 1], 1, within=20, busy=0).objective == 1


@given(counties(), st.integers(1, 4))
@settings(max_examples=25)
def test_another_car_never_covers_less(county, p):
    worth, weights = county
    p = min(p, len(worth) - 1)
    assert mclp(worth, weights, p + 1).objective >= mclp(worth, weights, p).objective


def test_a_search_that_is_cut_short_says_what_could_still_be_better(monkeypatch):
    rng = np.random.default_rng(2)
    worth, weights = rng.random((12, 30)) * 0.6, rng.random(30)
    proved = mclp(worth, weights, 4)
    monkeypatch.setattr("geo.planning.location.MOST_NODES", 3)
    short = mclp(worth, weights, 4)
    assert proved.gap == 0 < short.gap
    assert short.objective <= proved.objective <= short.objective * (1 + short.gap)


@pytest.mark.parametrize("cars", [4, 6])
@pytest.mark.parametrize("seed", range(3))
def test_leaving_out_what_a_bound_excludes_loses_no_best_set(seed, cars):
    rng = np.random.default_rng(seed)
    bases, places = rng.uniform(0, 60, (40, 2)), rng.uniform(0, 60, (150, 2))
    minutes, weights = np.hypot(*(bases[:, None] - places).transpose(2, 0, 1)), rng.gamma(0.5, 1.0, 150)
    found = mclp(minutes <= 12, weights, cars, locked=[7])
    # The whole problem to the solver, nothing left out.
    cost = np.concatenate([np.zeros(40), -weights])
    near = np.hstack([-(minutes.T <= 12).astype(float), np.eye(150)])
    number = np.concatenate([np.ones(40), np.zeros(150)])[None]
    low = (np.arange(190) == 7).astype(float)
    whole = milp(
        cost,
        constraints=[LinearConstraint(near, -np.inf, 0), LinearConstraint(number, cars, cars)],
        integrality=np.ones(190),
        bounds=Bounds(low, 1),
    )
    assert found.objective == pytest.approx(-whole.fun, rel=1e-3)
    assert found.objective >= -whole.fun * (1 - 1e-9)
    assert found.gap == 0
    assert 7 in found.chosen


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: mclp([[1, 2]], [1, 1], 1), "1 of 2 cover are above 1"),
        (lambda: mclp([[1, float("nan")]], [1, 1], 1), "not >= 0"),
        (lambda: mclp([1, 1], [1, 1], 1), r"cover of shape \(2,\)"),
        (lambda: mclp([[1, 1]], [1], 1), "1 weights but 2 places"),
        (lambda: mclp([[1, 1]], [1, -1], 1), "first: place 1, -1"),
        (lambda: mclp([[1, 1]], [1, 1], 2), "2 of 1 bases cannot be chosen"),
        (lambda: mclp([[1, 1]], [1, 1], 1, locked=[1]), "not all among rows 0 to 0"),
        (lambda: mclp([[1], [1]], [1], 1, locked=[0, 1]), "2 bases are locked but only 1"),
        (lambda: lscp([[1, 0]]), "1 of 2 places are covered by no base"),
        (lambda: lscp([[1, 0.5]]), "cover > 0.9"),
        (lambda: mexclp([[1]], [1], 1, within=9, busy=1), "busy 1 of the time"),
        (lambda: p_median([[1]], [1], 0), "the drive from no base"),
        (lambda: p_median([[float("inf")]], [1], 1), "reaches any place"),
    ],
)
def test_questions_without_an_answer_are_refused_in_words(ask, words):
    with pytest.raises(SchemaError, match=words):
        ask()
