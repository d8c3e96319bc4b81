import json
import pickle

import numpy as np
import pytest

from geo.errors import SchemaError, SourceError
from geo.routing.engine import ScipyEngine
from geo.routing.network import load_network
from geo.routing.roads import RoadNetwork


def triangle(**words):
    return RoadNetwork.from_edges([0, 1, 2], [1, 2, 0], [60.0, 30.0, 45.0], [0, 1000, 0], [0, 0, 1000], **words)


def test_nodes_keep_their_numbers_and_parallel_edges_stay():
    roads = RoadNetwork.from_edges([0, 0], [1, 1], [60.0, 45.0], [0, 1000, 9999], [0, 0, 0])
    assert (roads.nodes, roads.edges) == (3, 2)


def test_the_nearest_node_is_given_with_its_metres():
    assert triangle().nearest(1003.0, 4.0) == (1, 5.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"head": [1, 2]}, "3 tails, 2 heads"),
        ({"head": [1, 2, 3]}, "1 edges name a node above 2 (first: edge 2)"),
        ({"tail": [0, 1, -1]}, "below 0"),
        ({"tail": [0.0, 1.5, 2.0]}, "integers"),
        ({"seconds": [60.0, -1.0, 45.0]}, "first: edge 1, -1.0 seconds"),
        ({"seconds": [60.0, np.inf, 45.0]}, "not >= 0 and finite"),
        ({"seconds": ["a", "b", "c"]}, "must hold numbers"),
        ({"x": [0, np.nan, 0]}, "no finite position (first: node 1)"),
        ({"y": [0, 1]}, "3 values of x but 2 of y"),
        ({"x": [], "y": []}, "there are no nodes"),
        ({"doors": [True]}, "3 nodes but 1 values of doors"),
    ],
)
def test_a_broken_network_is_refused_in_words(changes, words):
    good = {"tail": [0, 1, 2], "head": [1, 2, 0], "seconds": [1.0, 1.0, 1.0], "x": [0, 1, 2], "y": [0, 0, 1]}
    with pytest.raises(SchemaError, match="road network") as problem:
        RoadNetwork.from_edges(**(good | changes))
    assert words in str(problem.value)


def test_inputs_are_left_alone_and_the_network_cannot_be_written_to():
    seconds = np.array([60.0, 30.0, 45.0])
    roads = RoadNetwork.from_edges([0, 1, 2], [1, 2, 0], seconds, [0, 1, 0], [0, 0, 1])
    seconds[0] = 1.0
    assert roads.seconds[0] == 60.0
    with pytest.raises(ValueError, match="read-only"):
        roads.seconds[0] = 1.0


def test_a_one_way_stub_does_not_swallow_a_place():
    ends_at_3 = RoadNetwork.from_edges([0, 1, 2, 2], [1, 2, 0, 3], [1.0] * 4, [0, 10, 20, 30], [0] * 4)
    assert ends_at_3.nearest(31, 0)[0] == 3
    nodes, metres = ends_at_3.join([31], [0])
    assert (nodes.tolist(), metres.tolist()) == ([2], [11.0])


def test_a_place_does_not_open_onto_a_node_without_doors():
    motorway = RoadNetwork.from_edges([0, 1], [1, 0], [1.0, 1.0], [0, 100], [0, 0], doors=[True, False])
    assert motorway.join([90], [0])[0].tolist() == [0]


def test_a_place_on_an_island_is_not_carried_over_the_water():
    island = RoadNetwork.from_edges([0, 1], [1, 0], [1.0, 1.0], [0, 100, 5000], [0, 0, 0])
    nodes, metres = island.join([4990], [0])
    assert (nodes.tolist(), metres.tolist()) == ([2], [10.0])


def test_a_network_of_one_way_roads_only_uses_all_its_nodes():
    line = RoadNetwork.from_edges([0, 1, 2], [1, 2, 3], [1.0] * 3, [0, 10, 20, 30], [0] * 4)
    assert line.join([29], [0])[0].tolist() == [3]


def test_triangles_do_not_span_a_gap():
    two_villages = np.array([[0, 0], [500, 0], [0, 500], [20_000, 0], [20_500, 0], [20_000, 500]], dtype=float)
    roads = RoadNetwork.from_edges([0], [1], [1.0], *two_villages.T)
    assert sorted(sorted(corners) for corners in roads.triangles.tolist()) == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("name", ["net.npz", "net", "net.bin", "net.graphml.old", "dir/net.roads"])
def test_a_saved_network_comes_back_whole_whatever_its_name(tmp_path, name):
    words = {"source": "a test", "edition": "2016-02-01", "licence": "none", "label": "made up", "estimated": True}
    before = triangle(**words, dropped_nodes=4, doors=[True, True, False], clipped_ways=3, closed_ways=0)
    before.save(tmp_path / name)
    after = load_network(tmp_path / name)
    for part in ("tail", "head", "seconds", "x", "y", "doors"):
        np.testing.assert_array_equal(getattr(after, part), getattr(before, part))
    assert {word: getattr(after, word) for word in words} == words
    assert (after.dropped_nodes, after.clipped_ways, after.closed_ways) == (4, 3, 0)


def test_a_network_saved_before_ways_were_counted_is_still_read(tmp_path):
    words = {"format": 1, "source": "", "edition": "", "licence": "", "label": "old", "estimated": False}
    arrays = {name: getattr(triangle(), name) for name in ("tail", "head", "seconds", "x", "y", "doors")}
    header = json.dumps(words | {"dropped_nodes": 4})
    np.savez_compressed(tmp_path / "old.npz", triage_map_network=np.array(header), **arrays)
    old = load_network(tmp_path / "old.npz")
    assert (old.edges, old.label, old.dropped_nodes) == (3, "old", 4)
    assert (old.clipped_ways, old.closed_ways) == (None, None)  # not known, which is not none


def test_one_way_and_parallel_edges_are_counted():
    roads = RoadNetwork.from_edges([0, 0, 1, 1, 2], [1, 1, 0, 2, 2], [5.0, 4.0, 5.0, 3.0, 1.0], [0, 3, 9], [0, 0, 4])
    assert roads.one_way_edges == 1  # from 1 to 2; the loop at 2 leads back to where it began
    assert roads.parallel_edges == 1  # two from 0 to 1
    assert ScipyEngine(roads).one_to_all(0).tolist() == [0.0, 4.0, 7.0]  # the least of them, never the sum
    assert roads.bounds == (0.0, 0.0, 9.0, 4.0)


def test_a_network_pickles_without_its_trees():
    roads = triangle(label="made up")
    roads.nearest(0, 0)
    again = pickle.loads(pickle.dumps(roads))  # noqa: S301 - our own bytes
    assert again.nearest(1000, 1) == (1, 1.0)
    assert again.label == "made up"


def test_a_damaged_network_file_is_named_with_the_cure(tmp_path):
    path = tmp_path / "net.npz"
    triangle().save(path)
    content = bytearray(path.read_bytes())
    for place in range(60, 160):
        content[place] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(SourceError, match=r"net\.npz is (a damaged road network|not a road network)"):
        load_network(path)


def test_a_folder_that_cannot_be_made_is_a_plain_sentence(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SourceError, match=r"cannot be written .*; choose a folder"):
        triangle().save(tmp_path / "file" / "net.npz")
    with pytest.raises(SourceError, match="is a folder"):
        triangle().save(tmp_path)
