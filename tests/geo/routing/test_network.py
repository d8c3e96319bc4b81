import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pytest

from geo.crs import to_grid, to_lonlat
from geo.errors import CrsError, SourceError
from geo.routing import kept
from geo.routing.areas import RoadArea
from geo.routing.engine import ScipyEngine
from geo.routing.extracts import CLOSURES, NOT_DRIVEN, is_drive
from geo.routing.network import (
    FREE_FLOW,
    GIVEN_TIMES,
    from_graph,
    is_boundary,
    load_graph,
    load_network,
    make_network,
    save_graphml,
)
from geo.routing.roads import CLASSES, RoadNetwork


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


def all_but_first_slow(cases):
    """Each asks a child process: `make test` takes the first, `make test-all` and `make reliability` all of them."""
    first, *others = ((case,) if isinstance(case, str) else case for case in cases)
    return [pytest.param(*first), *(pytest.param(*case, marks=pytest.mark.slow) for case in others)]


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


def timed(graph):
    """OSMnx's own graph with OSMnx's own times, its largest part."""
    return ox.add_edge_travel_times(ox.add_edge_speeds(ox.truncate.largest_component(graph)))


def same_times(graph, roads, pairs=1000):
    """Hold our times against networkx's on the same weights, on random pairs; give how many are connected."""
    place = {(round(x, 3), round(y, 3)): number for number, (x, y) in enumerate(zip(roads.x, roads.y, strict=True))}
    grid = {n: to_grid(d["x"], d["y"]) for n, d in graph.nodes(data=True)}
    ours = {node: place[round(x, 3), round(y, 3)] for node, (x, y) in grid.items()}
    weights = nx.MultiDiGraph()
    weights.add_nodes_from(range(roads.nodes))
    weights.add_weighted_edges_from(
        zip(roads.tail.tolist(), roads.head.tolist(), roads.seconds.tolist(), strict=True), weight="travel_time"
    )
    theirs = sorted((ours[tail], ours[head]) for tail, head in graph.edges())
    assert theirs == sorted(zip(roads.tail.tolist(), roads.head.tolist(), strict=True))
    draw = np.random.default_rng(0)
    starts, ends = np.repeat(draw.integers(roads.nodes, size=pairs // 10), 10), draw.integers(roads.nodes, size=pairs)
    engine, connected = ScipyEngine(roads), 0
    for start in np.unique(starts):
        mine = ends[starts == start]
        expected = nx.single_source_dijkstra_path_length(weights, int(start), weight="travel_time")
        times = [expected.get(int(end), np.inf) for end in mine]
        np.testing.assert_allclose(engine.one_to_all(int(start))[mine], times, rtol=0, atol=1e-6)
        np.testing.assert_allclose(engine.matrix([start], mine)[0], times, rtol=0, atol=1e-6)
        connected += int(np.isfinite(times).sum())
    return connected


@pytest.mark.shared_data
def test_cambridge_has_osmnx_s_own_counts_and_networkx_s_times(cambridge):
    graph, roads = timed(ox.load_graphml(cambridge)), load_network(cambridge)
    assert (roads.nodes, roads.edges) == (len(graph), graph.number_of_edges())
    assert same_times(graph, roads) > 900


@pytest.mark.slow
@pytest.mark.shared_data
def test_rutland_has_osmnx_s_own_counts_and_networkx_s_times(shared_data, tmp_path):
    extract, drive = shared_data / "roads" / "rutland_2018.osm.pbf", tmp_path / "drive.osm"
    theirs = re.findall(r'\["(\w+)"!~"([^"]+)"\]', ox._overpass._get_network_filter("drive"))
    with osmium.BackReferenceWriter(drive, extract, overwrite=True, remove_tags=False) as writer:
        for way in osmium.FileProcessor(extract, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
            if not any(re.search(words, way.tags.get(key, "")) for key, words in theirs):
                writer.add_way(way)
    whole = ox.graph_from_xml(drive, retain_all=True)
    graph, roads = ox.truncate.largest_component(whole), load_network(extract)
    assert (roads.nodes, roads.edges) == (len(graph), graph.number_of_edges()) == (2532, 5738)
    assert roads.dropped_nodes == len(whole) - len(graph) == 84
    assert same_times(graph, roads) > 900
    assert roads.edition == "2018-02-27"
    assert len(roads.joinable) > 0.98 * roads.nodes


@pytest.mark.shared_data
def test_what_rutland_s_extract_leaves_out_is_counted(shared_data):
    extract = shared_data / "roads" / "rutland_2018.osm.pbf"
    tags = [dict(way.tags) for way in osmium.FileProcessor(extract, osmium.osm.WAY)]
    opened = [{key: value for key, value in each.items() if key not in CLOSURES} for each in tags]
    closed = sum(is_drive(after) and not is_drive(before) for before, after in zip(tags, opened, strict=True))
    roads = load_network(extract)
    assert (roads.closed_ways, roads.clipped_ways) == (closed, 0) == (10, 0)
    pairs = set(zip(roads.tail.tolist(), roads.head.tolist(), strict=True))
    assert roads.parallel_edges == roads.edges - len(pairs) == 48
    assert roads.one_way_edges == sum(
        (head, tail) not in pairs for tail, head in zip(roads.tail.tolist(), roads.head.tolist(), strict=True)
    )


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["rutland_2018.osm.pbf", pytest.param("rutland.graphml", marks=pytest.mark.slow)])
def test_a_file_cut_to_a_ring_keeps_every_road_inside(shared_data, tmp_path, name):
    file = shared_data / "roads" / "rutland_2018.osm.pbf"
    county = load_network(file)
    if name.endswith(".graphml"):
        file = tmp_path / name
        save_graphml(load_graph(shared_data / "roads" / "rutland_2018.osm.pbf"), file)
    roads = load_network(file, within=RoadArea.around("486000, 308500", 5))
    there = {(round(x), round(y)) for x, y in zip(roads.x, roads.y, strict=True)}
    away = np.hypot(county.x - 486_000, county.y - 308_500)
    apart = np.isin(np.arange(county.nodes), county.joinable, invert=True)
    inside = [
        (round(x), round(y))
        for x, y in zip(county.x[(away < 4900) & ~apart], county.y[(away < 4900) & ~apart], strict=True)
    ]
    lost = [place for place in inside if place not in there]
    assert len(inside) > 600
    assert len(lost) <= roads.dropped_nodes
    assert roads.nodes < county.nodes / 2
    assert roads.source.endswith("file rutland_2018.osm.pbf, within 486000, 308500 and 5 km around it")
    assert roads.closed_ways == (None if name.endswith(".graphml") else 1)


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
            ((1, 3), {"highway": "residential", "access": "private"}),
        )
    )
    roads = load_network(path)
    assert (roads.nodes, roads.edges) == (3, 3)
    assert (roads.clipped_ways, roads.closed_ways, roads.one_way_edges) == (1, 1, 1)
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

ROOT = Path(__file__).resolve().parents[3]
downloads = SimpleNamespace(**runpy.run_path(str(ROOT / "benchmarks" / "reliability" / "downloads.py")))
SOMEWHERE = RoadArea.named("Somewhere")


@pytest.fixture
def openstreetmap(tmp_path, monkeypatch):
    """A server that answers as OpenStreetMap does, and a cache of the test's own."""
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path / "cache"))
    with downloads.openstreetmap() as stand_in:
        for name, address in stand_in.settings.items():
            monkeypatch.setenv(name, address)
        yield stand_in


def questions(stand_in):
    return [path for path in stand_in.asked if path.endswith("/interpreter")]


@pytest.mark.usefixtures("openstreetmap")
def test_an_area_is_downloaded_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = []
    roads = load_network("Somewhere", deadline_seconds=60, tell=told.append)
    assert (roads.nodes, roads.edges, roads.one_way_edges) == (3, 3, 1)
    assert (roads.source, roads.edition, roads.label) == ("OpenStreetMap, Somewhere", "2021-04-10", FREE_FLOW)
    assert (roads.clipped_ways, roads.closed_ways) == (None, None)  # the server left them out, and does not count them
    assert "asking 127.0.0.1 where 'Somewhere' is" in told
    assert "asking 127.0.0.1 for roads" in told
    assert any(line.startswith("received 0.0 MB") for line in told)
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]  # and nothing of OSMnx's own


@pytest.mark.parametrize("area", [RoadArea.around("545000, 258000", 3), RoadArea.county("Cambridgeshire", 0)])
def test_an_area_by_its_outline_asks_for_no_name(openstreetmap, area):
    roads = load_network(area, deadline_seconds=120)
    assert (roads.nodes, roads.edges) == (3, 3)
    assert roads.source == f"OpenStreetMap, {area.words}"
    assert not [path for path in openstreetmap.asked if "search" in path]


def test_a_boundary_file_asks_for_the_roads_within(openstreetmap, tmp_path):
    path = tmp_path / "patch.geojson"
    path.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": downloads.outline()}))
    assert is_boundary(path)
    assert load_network(path, deadline_seconds=60).source == "OpenStreetMap, patch and 10 km around it"
    assert len(questions(openstreetmap)) == 1


@pytest.mark.slow
@pytest.mark.shared_data
def test_a_download_equals_osmnx_s_own(shared_data, tmp_path, monkeypatch):
    answer = downloads.cambridge(shared_data)
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path))
    with downloads.openstreetmap(answer) as stand_in:
        for name, address in stand_in.settings.items():
            monkeypatch.setenv(name, address)
        roads = load_network("Somewhere", deadline_seconds=120)
        for name, value in {
            "overpass_url": f"{stand_in.address}/api",
            "nominatim_url": stand_in.address,
            "overpass_rate_limit": False,
            "use_cache": False,
        }.items():
            monkeypatch.setattr(ox.settings, name, value)
        graph = ox.graph_from_place("Somewhere", network_type="drive")
    assert (roads.nodes, roads.edges) == (len(graph), graph.number_of_edges())
    assert roads.nodes > 1500
    assert same_times(graph, roads, 200) > 150
    assert roads.edition == "2021-04-10"


def test_an_answer_is_kept_and_used_for_a_week(openstreetmap):
    first = load_network("Somewhere", deadline_seconds=60)
    told = []
    again = load_network("Somewhere", deadline_seconds=60, tell=told.append)
    assert len(questions(openstreetmap)) == 1
    assert any("kept on this machine" in line for line in told)
    np.testing.assert_array_equal(again.seconds, first.seconds)
    assert again.edition == first.edition
    downloads.make_older(kept.kept_at(SOMEWHERE), 30)
    load_network("Somewhere", deadline_seconds=60)
    assert len(questions(openstreetmap)) == 2


@pytest.mark.usefixtures("openstreetmap")
@pytest.mark.parametrize("fault", all_but_first_slow(downloads.SPOILT))
def test_a_spoilt_kept_answer_is_named_and_replaced(fault):
    load_network("Somewhere", deadline_seconds=60)
    path = kept.kept_at(SOMEWHERE)
    downloads.SPOILT[fault](path)
    with pytest.raises(SourceError, match=r"the answer kept in .*\.zip is .*; ask OpenStreetMap instead"):
        load_network("Somewhere", use_kept=True, deadline_seconds=60)
    told = []
    assert load_network("Somewhere", deadline_seconds=60, tell=told.append).nodes == 3
    assert any(str(path) in line and "asking again" in line for line in told)
    assert kept.find(SOMEWHERE).is_fresh


@pytest.mark.slow
def test_an_older_answer_is_offered_and_used_only_when_asked_for(openstreetmap):
    load_network("Somewhere", deadline_seconds=60)
    downloads.make_older(kept.kept_at(SOMEWHERE), 30)
    openstreetmap.fault = "403 Forbidden"
    with pytest.raises(
        SourceError, match=r"\(127\.0\.0\.1 answered 403 Forbidden\).* ask for the kept answer \(--kept\)"
    ):
        load_network("Somewhere", deadline_seconds=60)
    asked = len(openstreetmap.asked)
    assert load_network("Somewhere", use_kept=True, deadline_seconds=60).edition == "2021-04-10"
    assert len(openstreetmap.asked) == asked


def test_a_kept_answer_that_is_not_there_is_not_made_up(openstreetmap):
    with pytest.raises(SourceError, match="no answer for 'Somewhere' is kept on this machine"):
        load_network("Somewhere", use_kept=True, deadline_seconds=60)
    assert openstreetmap.asked == []


@pytest.mark.usefixtures("openstreetmap")
def test_an_unknown_area_is_one_plain_sentence():
    with pytest.raises(SourceError, match=r"'Nowhere' could not be downloaded \(OpenStreetMap knows no such area"):
        load_network("Nowhere", deadline_seconds=60)


LIES = {
    "cuts off in the middle of the body": "the answer was cut off on its way",
    "403 Forbidden": "answered 403 Forbidden",
    "a web page": "answered with a page and no data: 'Service temporarily down'",
    "JSON of another shape": "answered in another shape than Overpass does",
    "elements of another shape": "of another shape than OpenStreetMap's",
    "no elements": "OpenStreetMap knows no roads there",
    "a remark that it ran out of time": "broke off and remarked: runtime error: Query timed out",
    "half the junctions missing": "left out 2 junctions that its roads name (first: 2)",
    "names: a web page": "answered with a page and no data",
    "names: JSON of another shape": "answered in another shape than Nominatim does",
    "names: a place without an outline": "knows the name, but not as an area",
}


@pytest.mark.parametrize(("fault", "words"), all_but_first_slow(LIES.items()))
def test_an_answer_that_is_not_whole_is_refused_in_words_and_not_kept(openstreetmap, fault, words):
    openstreetmap.fault = fault
    with pytest.raises(SourceError, match=re.escape(words)) as problem:
        load_network("Somewhere", deadline_seconds=60)
    assert "\n" not in str(problem.value)
    assert "'Somewhere' could not be downloaded" in str(problem.value)
    assert kept.find(SOMEWHERE) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "said"),
    all_but_first_slow(
        [("429 Too Many Requests", "; 127.0.0.1 answered 429 Too Many Requests"), ("accepts and never answers", "")]
    ),
)
def test_a_download_that_never_ends_is_ended_at_the_deadline(openstreetmap, fault, said):
    openstreetmap.fault = fault
    told = []
    with pytest.raises(SourceError, match=re.escape(f"could not be downloaded (no answer within 20 seconds{said});")):
        load_network(RoadArea.around("545000, 258000", 3), deadline_seconds=20, tell=told.append)
    assert questions(openstreetmap)
    assert any(re.fullmatch(r"asking 127\.0\.0\.1 for roads … \d+ s", line) for line in told)


class Enough(Exception):  # noqa: N818 - it says what its raiser thinks
    """The test has heard what it waited for."""


@pytest.mark.parametrize(
    ("fault", "words"),
    all_but_first_slow(
        [
            ("504 Gateway Timeout", "127.0.0.1 answered 504 Gateway Timeout"),
            ("names: 429 Too Many Requests", "127.0.0.1 answered 429 Too Many Requests"),
        ]
    ),
)
def test_what_a_busy_server_answers_is_told_while_it_is_asked_again(openstreetmap, fault, words):
    openstreetmap.fault = fault

    def hear(line):
        if line == words:
            raise Enough

    with pytest.raises(Enough):
        load_network("Somewhere", deadline_seconds=120, tell=hear)


def test_a_download_is_cancelled_by_what_hears_of_it(openstreetmap):
    openstreetmap.fault = "accepts and never answers"

    def cancel(line):
        if line.startswith("asking"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_network("Somewhere", deadline_seconds=60, tell=cancel)
    assert kept.find(SOMEWHERE) is None


def test_a_file_is_read_in_a_child_as_it_is_here(tmp_path):
    path = tmp_path / "village.osm"
    path.write_text(osm(((1, 2), {"highway": "residential", "maxspeed": "30 mph"})))
    here, there = load_network(path), make_network(path, graphml=tmp_path / "net.graphml", deadline_seconds=60)
    np.testing.assert_array_equal(there.seconds, here.seconds)
    assert (there.source, there.closed_ways) == (here.source, 0)
    assert load_network(tmp_path / "net.graphml").closed_ways == 0
    (tmp_path / "cut.osm").write_text('<?xml version="1.0"?><osm version="0.6"><node id="1" lat="52"')
    with pytest.raises(SourceError, match=r"cut\.osm is damaged or cut short"):
        make_network(tmp_path / "cut.osm", deadline_seconds=60)


def test_a_file_that_takes_too_long_is_named(tmp_path):
    path = tmp_path / "village.osm"
    path.write_text(osm(((1, 2), {"highway": "residential"})))
    with pytest.raises(SourceError, match=r"village\.osm gave no answer within 0\.1 seconds; allow more"):
        make_network(path, deadline_seconds=0.1)


def test_an_area_is_not_cut_and_a_name_cuts_nothing(tmp_path):
    ring = RoadArea.around("486000, 308500", 5)
    with pytest.raises(SourceError, match="only a file can be cut"):
        load_network("Somewhere", within=ring)
    path = tmp_path / "village.osm"
    path.write_text(osm(((1, 2), {"highway": "residential"})))
    with pytest.raises(SourceError, match="the outline of 'Somewhere' is not here"):
        load_network(path, within=SOMEWHERE)
    with pytest.raises(SourceError, match="holds no roads"):
        load_network(path, within=ring)
    RoadNetwork.from_edges([0, 1], [1, 0], [5.0, 6.0], [0, 1], [0, 0]).save(tmp_path / "ours")
    with pytest.raises(SourceError, match="cannot be cut"):
        load_network(tmp_path / "ours", within=ring)
    assert not is_boundary(path)
    assert not is_boundary(tmp_path / "ours")


def test_an_edge_of_several_classes_is_timed_the_same_in_whatever_order_they_come():
    one, other = (
        from_graph(street(*both_ways({"highway": classes}), (1, 2, {"highway": "tertiary", "maxspeed": "40 mph"})))
        for classes in (["residential", "tertiary"], ["tertiary", "residential"])
    )
    assert one.seconds.tolist() == other.seconds.tolist()
    assert one.ways.road_class.tolist() == other.ways.road_class.tolist() == [CLASSES.index("tertiary")] * 3
