import networkx as nx
import numpy as np
import osmnx as ox
import pytest

from geo.errors import SourceError
from geo.routing.estimated import LABEL
from geo.routing.network import load_network
from geo.routing.roads import RoadNetwork
from geo.routing.sources import fetch_roads


@pytest.fixture
def given(tmp_path):
    """An OSMnx graph of three junctions as a file."""
    graph = nx.MultiDiGraph(crs="EPSG:27700", simplified=True)
    graph.add_nodes_from((n, {"x": 470_000.0 + 1000 * n, "y": 260_000.0 + n}) for n in range(3))
    for number, (tail, head) in enumerate([(0, 1), (1, 0), (1, 2), (2, 1)]):
        graph.add_edge(tail, head, osmid=number, length=1000.0, highway="residential", maxspeed="30 mph")
    ox.save_graphml(graph, tmp_path / "given.graphml")
    return tmp_path / "given.graphml"


@pytest.mark.parametrize("name", ["net.npz", "net.graphml", "NET.GRAPHML", "roads", "deep/er/net.roads"])
def test_roads_are_written_and_load_again_under_any_name(given, tmp_path, name):
    network = fetch_roads(given, tmp_path / "out" / name)
    again = load_network(tmp_path / "out" / name)
    assert (network.nodes, network.edges) == (3, 4)
    np.testing.assert_allclose(np.sort(again.seconds), np.sort(network.seconds))
    assert (again.source, again.label, again.edition) == (network.source, network.label, network.edition)


def test_a_graphml_stays_one_that_osmnx_opens(given, tmp_path):
    fetch_roads(given, tmp_path / "net.graphml")
    graph = ox.load_graphml(tmp_path / "net.graphml")
    assert len(graph) == 3
    assert all(seconds > 0 for *_, seconds in graph.edges(data="travel_time"))
    assert all(road == "residential" for *_, road in graph.edges(data="highway"))


def test_a_network_of_ours_can_be_turned_into_graphml(tmp_path):
    RoadNetwork.from_edges([0, 1], [1, 0], [5.0, 6.0], [0, 1], [0, 0], label="made up").save(tmp_path / "ours")
    fetch_roads(tmp_path / "ours", tmp_path / "net.graphml")
    assert load_network(tmp_path / "net.graphml").label == "made up"


def test_estimated_roads_are_had_by_name_and_keep_their_label(tmp_path):
    network = fetch_roads("estimated:Northamptonshire", tmp_path / "net")
    again = load_network(tmp_path / "net")
    assert network.estimated
    assert again.estimated
    assert again.label == LABEL
    np.testing.assert_array_equal(again.seconds, network.seconds)


@pytest.mark.parametrize("name", ["net.npz", "net.graphml"])
def test_a_failed_fetch_leaves_what_was_there(tmp_path, name):
    (tmp_path / name).write_text("old")
    with pytest.raises(SourceError, match="there is no file"):
        fetch_roads("missing.osm.pbf", tmp_path / name)
    assert (tmp_path / name).read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.shared_data
def test_an_extract_becomes_one_file_that_loads_fast(shared_data, tmp_path):
    network = fetch_roads(shared_data / "roads" / "rutland_2018.osm.pbf", tmp_path / "rutland.graphml")
    graph = ox.load_graphml(tmp_path / "rutland.graphml")
    assert (len(graph), graph.number_of_edges()) == (network.nodes, network.edges)
    assert load_network(tmp_path / "rutland.graphml").edition == network.edition == "2018-02-27"
