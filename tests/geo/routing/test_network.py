import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import networkx as nx
import numpy as np
import osmnx as ox
import pytest

from geo.crs import to_lonlat
from geo.errors import CrsError, SourceError
from geo.routing.engine import ScipyEngine
from geo.routing.network import FREE_FLOW, GIVEN_TIMES, NOT_DRIVEN, from_graph, load_graph, load_network, save_graphml
from geo.routing.roads import RoadNetwork


@pytest.fixture(scope="module")
def cambridge(shared_data):
    return shared_data / "roads" / "cambridge_2025_drive.graphml"


def street(*edges, crs="EPSG:27700", nodes=4):
    """Junctions 1 km apart in a row; each edge is (tail, head, tags)."""
    graph = nx.MultiDiGraph(crs=crs, simplified=True, created_date="2016-02-01 18:00:00")
    graph.add_nodes_from((n, {"x": 470_000.0 + 1000 * n, "y": 260_000.0}) for n in range(nodes))
    for number, (tail, head, tags) in enumerate(edges):
        graph.add_edge(tail, head, osmid=number, **({"length": 1000.0, "highway": "residential"} | tags))
    return graph


def both_ways(tags):
    return [(0, 1, tags), (1, 0, tags)]


MILE_PER_HOUR_SECONDS = 3600 / 1.60934  # one kilometre at one mile an hour, with OSMnx's kilometres a mile


@pytest.mark.shared_data
def test_the_cambridge_graph_is_read_whole(cambridge):
    roads = load_network(cambridge)
    assert (roads.nodes, roads.edges, roads.dropped_nodes) == (3295, 7238, 0)
    assert roads.edition == "2025-04-21"
    assert roads.source == "OpenStreetMap, file cambridge_2025_drive.graphml"
    assert "ODbL" in roads.licence
    assert roads.label == FREE_FLOW
    assert not roads.estimated
    assert 540_000 < roads.x.min() < roads.x.max() < 552_000  # Cambridge, on the British grid
    assert 252_000 < roads.y.min() < roads.y.max() < 264_000


@pytest.mark.shared_data
def test_times_equal_networkx_on_the_same_weights(cambridge):
    graph = ox.add_edge_travel_times(ox.add_edge_speeds(ox.load_graphml(cambridge)))
    roads, names = load_network(cambridge), list(graph.nodes)
    engine, draw = ScipyEngine(roads), np.random.default_rng(0)
    starts, ends = draw.choice(roads.nodes, 8, replace=False), draw.choice(roads.nodes, 200, replace=False)
    ours = engine.matrix(starts, ends)
    for row, start in enumerate(starts):
        theirs = nx.single_source_dijkstra_path_length(graph, names[start], weight="travel_time")
        expected = [theirs.get(names[end], np.inf) for end in ends]
        np.testing.assert_allclose(ours[row], expected, atol=1e-6)
        np.testing.assert_allclose(engine.one_to_all(int(start))[ends], expected, atol=1e-6)


@pytest.mark.shared_data
def test_a_county_extract_gives_its_drive_network(shared_data):
    roads = load_network(shared_data / "roads" / "rutland_2018.osm.pbf")
    assert (roads.nodes, roads.edges, roads.dropped_nodes) == (2532, 5738, 84)
    assert roads.edition == "2018-02-27"
    assert len(roads.joinable) > 0.98 * roads.nodes


@pytest.mark.shared_data
def test_an_extract_is_known_by_its_content(shared_data, tmp_path):
    other = tmp_path / "rutland.dat"
    other.write_bytes((shared_data / "roads" / "rutland_2018.osm.pbf").read_bytes())
    assert load_network(other).nodes == 2532


def test_travel_times_that_are_there_are_used():
    roads = from_graph(street(*both_ways({"travel_time": 12.5})))
    assert roads.seconds.tolist() == [12.5, 12.5]
    assert roads.label == GIVEN_TIMES


def test_missing_travel_times_are_worked_out_beside_given_ones():
    roads = from_graph(street((0, 1, {"travel_time": 12.5}), (1, 0, {"maxspeed": "20 mph"})))
    assert roads.seconds.tolist() == pytest.approx([12.5, MILE_PER_HOUR_SECONDS / 20])


def test_posted_limits_in_miles_or_kilometres_count():
    roads = from_graph(street((0, 1, {"maxspeed": "30 mph"}), (1, 0, {"maxspeed": "50"})))
    assert roads.seconds.tolist() == pytest.approx([MILE_PER_HOUR_SECONDS / 30, 3600 / 50])


def test_a_road_without_limit_takes_the_mean_of_its_class():
    roads = from_graph(street((0, 1, {"maxspeed": "20 mph"}), (1, 0, {"maxspeed": "40 mph"}), (1, 2, {})))
    assert roads.seconds[2] == pytest.approx(MILE_PER_HOUR_SECONDS / 30)


def test_a_class_without_any_limit_takes_the_national_one():
    posted = from_graph(street((0, 1, {"maxspeed": "20 mph"}), (1, 2, {"highway": "trunk"})))
    assert posted.seconds[1] == pytest.approx(3600 / (60 * 1.609344))
    nothing = from_graph(street((0, 1, {}), (1, 2, {"highway": ["motorway", "trunk"]}), (2, 3, {"highway": "road"})))
    assert nothing.seconds.tolist() == pytest.approx([3600 / (mph * 1.609344) for mph in (30, 70, 30)])


@pytest.mark.parametrize("limit", ["0", "0 mph", "none", "signals"])
def test_a_limit_that_says_nothing_counts_as_none(limit):
    roads = from_graph(street((0, 1, {"maxspeed": limit}), (1, 0, {"maxspeed": "30 mph"})))
    assert roads.seconds[0] == pytest.approx(roads.seconds[1])


def test_the_callers_graph_is_left_alone():
    graph = street((0, 1, {"maxspeed": "30 mph"}), (1, 2, {"maxspeed": "0"}), (2, 1, {}), (3, 3, {}))
    before = json.dumps(nx.node_link_data(graph, edges="edges"))
    from_graph(graph)
    assert json.dumps(nx.node_link_data(graph, edges="edges")) == before


def test_the_largest_part_is_kept_and_the_rest_counted():
    roads = from_graph(street(*both_ways({})))
    assert (roads.nodes, roads.edges, roads.dropped_nodes) == (2, 2, 2)


def test_parallel_edges_stay():
    assert from_graph(street((0, 1, {}), (0, 1, {}), (1, 0, {}))).edges == 3


def test_no_place_opens_onto_a_motorway():
    graph = street((0, 1, {}), (1, 2, {"highway": "motorway_link"}), (2, 3, {"highway": "motorway"}))
    assert from_graph(graph).doors.tolist() == [True, True, False, False]


def test_degrees_become_grid_metres():
    graph = street(*both_ways({}), crs="epsg:4326")
    for _, node in graph.nodes(data=True):
        node["x"], node["y"] = to_lonlat(node["x"], node["y"])
    roads = from_graph(graph)
    assert roads.x.tolist() == pytest.approx([470_000, 471_000], abs=0.01)
    assert roads.y.tolist() == pytest.approx([260_000, 260_000], abs=0.01)


@pytest.mark.parametrize(
    ("graph", "kind", "words"),
    [
        (street(), SourceError, "holds no roads"),
        (nx.MultiDiGraph(crs="EPSG:27700"), SourceError, "holds no roads"),
        (street(*both_ways({}), crs=None), CrsError, "does not say in which coordinates"),
        (street(*both_ways({}), crs="EPSG:99999"), CrsError, "unknown coordinates"),
        (street(*both_ways({"length": None})), SourceError, "a length or a road class"),
    ],
)
def test_a_graph_that_is_no_road_network_is_refused_in_words(graph, kind, words):
    with pytest.raises(kind, match=words):
        from_graph(graph)


def test_a_written_graph_opens_in_osmnx_with_its_times(tmp_path):
    path = tmp_path / "net.graphml"
    save_graphml(load_like_a_file(tmp_path), path)
    graph = ox.load_graphml(path)
    assert {round(seconds, 6) for *_, seconds in graph.edges(data="travel_time")} == {
        round(MILE_PER_HOUR_SECONDS / 30, 6)
    }
    assert load_network(path).label == FREE_FLOW


def load_like_a_file(folder):
    ox.save_graphml(street(*both_ways({"maxspeed": "30 mph"})), folder / "given.graphml")
    return load_graph(folder / "given.graphml")


def test_a_network_of_ours_becomes_a_graphml_and_comes_back_with_its_words(tmp_path):
    words = {
        "source": "estimated",
        "edition": "2025",
        "licence": "OGL",
        "label": "Not for standards.",
        "estimated": True,
    }
    ours = RoadNetwork.from_edges(
        [0, 0, 1, 2], [1, 1, 2, 0], [1.5, 2.5, 3.0, 1 / 3], [0, 3, 3], [0, 0, 4], doors=[True, True, False], **words
    )
    save_graphml(ours, tmp_path / "net.graphml")
    assert ox.load_graphml(tmp_path / "net.graphml").edges[1, 2, 0]["length"] == 4.0
    again = load_network(tmp_path / "net.graphml")
    assert {word: getattr(again, word) for word in words} == words
    for part in ("tail", "head", "seconds", "x", "y", "doors"):
        np.testing.assert_array_equal(getattr(again, part), getattr(ours, part))


# OpenStreetMap extracts


def osm(*ways, nodes=(1, 2, 3, 4)):
    """An extract as text: junctions 0.01 degrees apart, ways as (ids, tags)."""
    points = "".join(f'<node id="{n}" version="1" lat="52.2" lon="{-0.9 + n / 100:.3f}"/>' for n in nodes)
    lines = "".join(
        f'<way id="{number}" version="1">'
        + "".join(f'<nd ref="{ref}"/>' for ref in refs)
        + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        + "</way>"
        for number, (refs, tags) in enumerate(ways, 1)
    )
    return f'<?xml version="1.0"?><osm version="0.6" generator="test">{points}{lines}</osm>'


def test_an_extract_in_xml_is_read_without_footpaths_and_cut_off_ways(tmp_path):
    path = tmp_path / "village.osm"
    path.write_text(
        osm(
            ((1, 2), {"highway": "residential", "maxspeed": "30 mph"}),
            ((2, 3), {"highway": "residential", "oneway": "yes"}),
            ((3, 4), {"highway": "footway"}),
            ((4, 99), {"highway": "residential"}),  # node 99 lies outside the extract
            ((1, 4), {"waterway": "river"}),
        )
    )
    roads = load_network(path)
    assert (roads.nodes, roads.edges) == (3, 3)
    assert roads.edition == "date not recorded"


@pytest.mark.parametrize("ways", [(), (((1, 2), {"highway": "footway"}),), (((1, 99), {"highway": "residential"}),)])
def test_an_extract_without_roads_says_so(tmp_path, ways):
    path = tmp_path / "field.osm"
    path.write_text(osm(*ways))
    with pytest.raises(SourceError, match=r"field\.osm holds no roads that a car may use; give a larger area"):
        load_network(path)


def test_the_roads_kept_are_those_of_osmnx():
    theirs = re.findall(r'\["(\w+)"!~"([^"]+)"\]', ox._overpass._get_network_filter("drive"))
    assert {key: set(words.split("|")) for key, words in theirs} == {
        key: set(words.split("|")) for key, words in NOT_DRIVEN.items()
    }


# Broken files


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.graphml", b"meet at the station\n", "is not a road network; give a GraphML saved by OSMnx"),
        ("empty.graphml", b"", "is not a road network"),
        ("cut.graphml", b'<?xml version="1.0"?><graphml><graph edgedefault="directed"><node id="1"', "damaged or cut"),
        ("bare.graphml", b'<graphml xmlns="http://graphml.graphdrawing.org/xmlns"></graphml>', "not one that OSMnx"),
        ("cut.osm", b'<?xml version="1.0"?><osm version="0.6"><node id="1" lat="52"', "damaged or cut short"),
        ("cut.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7c\x10", "damaged or cut short"),
        ("sheet.npz", b"PK\x05\x06" + bytes(18), "is not a road network"),
    ],
)
def test_a_broken_file_is_one_plain_sentence_with_the_cure(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=re.escape(words)) as problem:
        load_network(path)
    assert name in str(problem.value)
    assert "\n" not in str(problem.value)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["cambridge_2025_drive.graphml", "rutland_2018.osm.pbf"])
def test_a_file_cut_short_is_one_plain_sentence(shared_data, tmp_path, name):
    content = (shared_data / "roads" / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError, match=r"damaged or cut short; .* again"):
        load_network(tmp_path / name)


def test_an_empty_graph_says_so(tmp_path):
    ox_like = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed"/></graphml>'
    (tmp_path / "empty.graphml").write_text(ox_like)
    with pytest.raises(SourceError, match="holds no roads"):
        load_network(tmp_path / "empty.graphml")


@pytest.mark.parametrize("name", ["missing.graphml", "missing.osm.pbf", "no/such/place", r"C:\roads\net.npz"])
def test_a_missing_file_is_not_taken_for_the_name_of_a_place(name):
    with pytest.raises(SourceError, match="there is no file"):
        load_network(name)


def test_a_folder_and_a_blank_are_no_source(tmp_path):
    with pytest.raises(SourceError, match="is a folder"):
        load_network(tmp_path)
    with pytest.raises(SourceError, match="no road source is named"):
        load_network(" ")


def test_estimated_roads_are_never_downloaded():
    with pytest.raises(SourceError, match="names no map to read; make it with `triage-map roads"):
        load_network("estimated:Rutland")


# Downloads, from a stand-in on this machine

SQUARE = [[[-1, 52], [0, 52], [0, 53], [-1, 53], [-1, 52]]]
PLACE = [{"boundingbox": ["52", "53", "-1", "0"], "lat": "52.5", "lon": "-0.5", "display_name": "Somewhere",
          "importance": 1, "place_id": 1, "osm_type": "relation", "osm_id": 1, "class": "boundary", "type": "x",
          "name": "Somewhere", "geojson": {"type": "Polygon", "coordinates": SQUARE}}]  # fmt: skip
ANSWER = {
    "elements": [
        *({"type": "node", "id": n, "lat": 52.2, "lon": -0.5 + n / 100} for n in (1, 2, 3)),
        {"type": "way", "id": 1, "nodes": [1, 2, 3], "tags": {"highway": "residential", "maxspeed": "30 mph"}},
    ]
}


@pytest.fixture
def openstreetmap(monkeypatch):
    """A server that answers as OpenStreetMap does; ``status`` is what its roads are answered with."""
    asked = []

    class Answers(BaseHTTPRequestHandler):
        status = 200

        def do_GET(self):
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("content-length") or 0))
            roads = "interpreter" in self.path
            body = json.dumps(ANSWER if roads else PLACE if "Somewhere" in self.path else []).encode()
            self.send_response(self.status if roads else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}/"
    for name, value in {
        "overpass_url": f"{home}api",
        "nominatim_url": home,
        "overpass_rate_limit": False,
        "doh_url_template": None,
    }.items():
        monkeypatch.setattr(ox.settings, name, value)
    yield Answers, asked
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("openstreetmap")
def test_an_area_is_downloaded_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    roads = load_network("Somewhere", deadline_seconds=60)
    assert (roads.nodes, roads.edges) == (2, 2)
    assert roads.source == "OpenStreetMap, Somewhere"
    assert roads.label == FREE_FLOW
    assert list(tmp_path.iterdir()) == []  # no cache is left behind


@pytest.mark.usefixtures("openstreetmap")
def test_an_unknown_area_is_one_plain_sentence():
    with pytest.raises(SourceError, match=r"'Nowhere' could not be downloaded \(OpenStreetMap knows no such area"):
        load_network("Nowhere", deadline_seconds=60)


def test_a_download_that_never_ends_is_stopped_at_the_deadline(openstreetmap):
    answers, asked = openstreetmap
    answers.status = 504  # OSMnx then asks again and again
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"could not be downloaded \(no answer within 4 seconds\); .*\.osm\.pbf"):
        load_network("Somewhere", deadline_seconds=4)
    assert time.monotonic() - began < 8
    assert asked
