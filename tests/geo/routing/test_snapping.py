import numpy as np
import pytest

from geo.errors import SchemaError
from geo.routing.roads import RoadNetwork
from geo.routing.snapping import snap

ROADS = RoadNetwork.from_edges([0, 1], [1, 0], [60.0, 60.0], [0, 1000], [0, 0])


def test_each_place_has_its_junction_and_the_metres_to_it():
    table = snap(ROADS, ["near", "far"], [1003, 0], [4, 30]).table
    assert table["node"].tolist() == [1, 0]
    assert table["metres"].tolist() == [5, 30]
    assert not table["beyond"].any()


def test_what_lies_beyond_the_roads_is_counted_and_the_first_is_named():
    snapped = snap(ROADS, ["NN1", "PE8 6XX", "PE9"], [0, 0, 0], [3000, 4200, 9000])
    assert snapped.beyond.tolist() == [False, True, True]  # 3 km itself is still covered
    assert snapped.sentence == (
        "2 of 3 places lie more than 3 km from the roads that are loaded (first: PE8 6XX, 4.2 km)"
    )


def test_a_place_without_a_position_has_no_junction_and_is_named_apart():
    snapped = snap(ROADS, ["here", "nowhere"], [0, np.nan], [0, 5])
    assert (snapped.nodes.tolist(), snapped.beyond.tolist()) == ([0, -1], [False, False])
    assert snapped.sentence == "1 of 2 have no position (first: nowhere)"


def test_when_the_roads_cover_all_there_is_nothing_to_say():
    assert snap(ROADS, ["here"], [0], [0]).sentence == ""
    assert snap(ROADS, [], [], []).sentence == ""


def test_names_and_positions_go_together():
    with pytest.raises(SchemaError, match="2 names, 1 eastings and 1 northings"):
        snap(ROADS, ["a", "b"], [0], [0])


def test_the_trees_are_made_once():
    roads = RoadNetwork.from_edges([0, 1, 1], [1, 0, 2], [60.0, 60.0, 60.0], [0, 1000, 2000], [0, 0, 0])
    snap(roads, ["a"], [0], [0])
    roads.nearest(0, 0)
    kept = {name: id(made) for name, made in vars(roads).items() if name.endswith("_tree")}
    snap(roads, ["b"], [9], [9])
    roads.nearest(9, 9)
    assert len(kept) == 3
    assert {name: id(made) for name, made in vars(roads).items() if name.endswith("_tree")} == kept
