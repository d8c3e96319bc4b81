import dataclasses

import numpy as np
import pytest

from geo.errors import PlaceError, SchemaError
from geo.places.bases import Base
from geo.routing import matrix
from geo.routing.engine import ScipyEngine
from geo.routing.hierarchy import SweepEngine
from geo.routing.matrix import ACCESS_KMH, DriveMatrix, demand_sums, drive_minutes, gram, within
from geo.routing.roads import RoadNetwork

ROADS = RoadNetwork.from_edges([0, 1, 1, 2], [1, 0, 2, 1], [120.0, 120.0, 60.0, 60.0], [0, 3000, 5000], [0, 0, 0])
METRE = 60 / (ACCESS_KMH * 1000)  # minutes for one metre between door and junction


def minutes(base, eastings, northings, roads=ROADS):
    return drive_minutes(roads, ScipyEngine(roads), base, eastings, northings)


def test_a_journey_between_junctions_is_the_roads_own_time():
    assert minutes(Base("north", 0, 0), [3000, 5000], [0, 0]).tolist() == [2.0, 3.0]


def test_the_way_to_the_junction_counts_at_both_ends():
    assert minutes(Base("north", 0, 100), [5000], [200])[0] == pytest.approx(3 + 300 * METRE)


def test_neighbours_at_one_junction_are_never_further_than_the_straight_line():
    assert minutes(Base("north", 0, 100), [0, 0], [100, 150]).tolist() == pytest.approx([0, 50 * METRE])


def test_a_place_that_cannot_be_reached_or_has_no_position_is_infinite():
    one_way = RoadNetwork.from_edges([1, 1, 0], [0, 0, 0], [60.0, 60.0, 1.0], [0, 5000], [0, 0])
    assert minutes(Base("west", 0, 0), [5000, np.nan], [0, 0], one_way).tolist() == [np.inf, np.inf]


def test_eastings_and_northings_go_in_pairs():
    with pytest.raises(SchemaError, match="2 eastings but 1 northings"):
        minutes(Base("north", 0, 0), [1, 2], [3])


def test_no_places_give_no_minutes():
    assert minutes(Base("north", 0, 0), [], []).shape == (0,)


def county(seed=0, side=9, places=150):
    """A street grid of 600 m, some roads one way, and places around it: some at one junction, some off the roads."""
    draw = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    back = draw.random(len(tail)) < 0.8
    network = RoadNetwork.from_edges(
        np.concatenate([tail, head[back]]),
        np.concatenate([head, tail[back]]),
        draw.gamma(3, 15, len(tail) + back.sum()),
        *(600.0 * part for part in np.divmod(np.arange(side * side), side)),
    )
    eastings, northings = draw.uniform(-300, 5_200, (2, places))
    eastings[:3], northings[:3] = [np.nan, 60_000, 4_800], [0, 0, 4_800]
    return network, eastings, northings, draw.integers(0, 9, places).astype(float)


def every_row(network, engine, eastings, northings):
    """The matrix of all places as bases, base by base; a base off the roads reaches nothing."""
    rows = []
    for east, north in zip(eastings, northings, strict=True):
        try:
            rows.append(drive_minutes(network, engine, Base("one", east, north), eastings, northings))
        except PlaceError:
            rows.append(np.full(len(eastings), np.inf))
    return np.array(rows)


@pytest.fixture(params=[ScipyEngine, SweepEngine])
def streamed(request, monkeypatch):
    """A matrix in blocks of a few rows, and what it must hold."""
    network, eastings, northings, weights = county()
    monkeypatch.setattr(matrix, "CELLS_AT_ONCE", 7 * len(eastings))
    held = every_row(network, ScipyEngine(network), eastings[1:], northings[1:])
    ends = eastings[1:], northings[1:]
    return DriveMatrix(network, request.param(network), *ends, *ends), held, weights[1:]


def test_blocks_of_bases_hold_the_minutes_of_each_base(streamed):
    drive, held, _ = streamed
    blocks = list(drive.by_base())
    assert [rows.stop - rows.start for rows, _ in blocks] == [7] * 21 + [2]
    np.testing.assert_allclose(np.concatenate([minutes for _, minutes in blocks]), held, rtol=0, atol=1e-7)
    assert np.isinf(held[0]).all()  # 60 km away


def test_blocks_of_places_hold_the_same_minutes(streamed):
    drive, held, _ = streamed
    columns = [minutes for _, minutes in drive.by_place()]
    np.testing.assert_allclose(np.concatenate(columns, axis=1), held, rtol=0, atol=1e-7)


def test_the_whole_matrix_in_half_the_memory(streamed):
    drive, held, _ = streamed
    kept = drive.whole()
    assert kept.dtype == np.float32
    np.testing.assert_allclose(kept, held, rtol=1e-6)


def test_a_place_without_a_position_is_reached_by_nothing_and_reaches_nothing():
    network, eastings, northings, _ = county()
    nowhere = DriveMatrix(network, ScipyEngine(network), eastings[:1], northings[:1], eastings, northings)
    assert np.isinf(nowhere.whole()).all()
    there = DriveMatrix(network, ScipyEngine(network), eastings[2:3], northings[2:3], eastings, northings)
    assert np.isinf(there.whole()[0, :2]).all()


def soft(minutes):
    return 1 / (1 + np.exp((minutes - 4) / 0.7))


@pytest.mark.parametrize("value", [within(4.0), soft])
def test_streamed_sums_are_those_of_the_rows(streamed, value):
    drive, held, weights = streamed
    sums = demand_sums(drive, weights, value)
    reached = np.isfinite(held)
    np.testing.assert_allclose(sums.covered, value(held) @ weights, rtol=1e-9)
    np.testing.assert_allclose(sums.demand_minutes, np.where(reached, held, 0) @ weights, rtol=1e-9)
    np.testing.assert_allclose(sums.unreached, ~reached @ weights)
    assert sums.farthest == pytest.approx(held[reached].max())
    assert sums.demand == weights.sum()


def test_what_pairs_share_is_streamed_over_places(streamed):
    drive, held, weights = streamed
    worth = soft(held)
    np.testing.assert_allclose(gram(drive, weights, soft), (worth * weights) @ worth.T, rtol=1e-9, atol=1e-12)


def test_two_bases_together_by_hand():
    # On ROADS the minutes from junctions 0 and 2 are 0, 2, 3 and 3, 1, 0; within 2: 1 1 0 and 0 1 1; weights 5, 2, 1.
    ends = [0, 5000], [0, 0]
    drive = DriveMatrix(ROADS, ScipyEngine(ROADS), *ends, [0, 3000, 5000], [0, 0, 0])
    assert demand_sums(drive, [5, 2, 1], within(2)).covered.tolist() == [7, 3]
    assert demand_sums(drive, [5, 2, 1], within(2)).demand_minutes.tolist() == [7, 17]
    assert gram(drive, [5, 2, 1], within(2)).tolist() == [[7, 2], [2, 3]]


def test_progress_rises_to_one_and_raising_from_it_cancels(streamed):
    drive, _, weights = streamed
    seen = []
    demand_sums(drive, weights, within(4), seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1

    class StopError(Exception):
        pass

    def stop(share):
        if share > 0.3:
            raise StopError

    with pytest.raises(StopError):
        gram(drive, weights, within(4), stop)


def test_weights_and_values_that_cannot_be_are_refused(streamed):
    drive, _, weights = streamed
    with pytest.raises(SchemaError, match="2 weights but 149 places"):
        demand_sums(drive, [1, 2], within(4))
    with pytest.raises(SchemaError, match=r"1 of 149 weights are not >= 0 and finite \(first: place 3, nan\)"):
        demand_sums(drive, np.where(np.arange(149) == 3, np.nan, weights), within(4))
    with pytest.raises(SchemaError, match="no road reaches is worth 1"):
        gram(drive, weights, lambda minutes: minutes > 4)


def test_the_way_to_a_base_is_the_way_back_over_one_way_streets():
    ring = RoadNetwork.from_edges([0, 1, 2], [1, 2, 0], [60.0, 60.0, 60.0], [0, 9000, 18_000], [0, 0, 0])
    there, back = (
        drive_minutes(ring, ScipyEngine(ring), Base("a", 0, 0), [9000], [0], towards=t) for t in (False, True)
    )
    assert (there.tolist(), back.tolist()) == ([1.0], [2.0])


def test_what_a_journey_takes_at_its_ends_counts_once():
    line = RoadNetwork.from_edges([0, 1], [1, 0], [60.0, 60.0], [0, 9000], [0, 0])
    slow = dataclasses.replace(line, end_seconds=90.0)
    assert drive_minutes(slow, ScipyEngine(slow), Base("a", 0, 0), [0, 9000], [0, 0]).tolist() == [1.5, 2.5]
    (_, minutes), *_ = DriveMatrix(slow, ScipyEngine(slow), [0], [0], [0, 9000], [0, 0]).by_base()
    assert minutes.tolist() == [[1.5, 2.5]]
