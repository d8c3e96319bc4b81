import numpy as np
import pytest

from geo.errors import SchemaError
from geo.places.bases import Base
from geo.routing.engine import ScipyEngine
from geo.routing.matrix import ACCESS_KMH, drive_minutes
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
