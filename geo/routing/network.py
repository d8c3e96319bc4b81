"""
Where road networks come from: OSMnx GraphML, OpenStreetMap extracts, a download by name, or a file of ours.

The only module that knows OSMnx (and osmium, which reads the extracts that OSMnx cannot).
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pyproj

from geo.crs import GRID
from geo.errors import CrsError, SourceError
from geo.routing.roads import CLASSES, HEADS, Floats, RoadNetwork, Ways, is_bundle, load_bundle
from geo.routing.speeds import kmh, posted_kmh
from geo.whole import whole

__all__ = ["RoadNetwork", "from_graph", "is_drive", "load_graph", "load_network", "save_graphml"]

ODBL = "Open Database Licence (ODbL) 1.0, © OpenStreetMap contributors"

FREE_FLOW = (
    "OpenStreetMap roads, free-flow times: the posted limit where one is recorded, the mean of its road class "
    "elsewhere; no junction delay, no congestion; real journeys are longer."
)
GIVEN_TIMES = "Road network with the travel times that came with it; this program has not checked them."

DEADLINE_SECONDS = 600.0
"""OSMnx repeats a refused download for ever, so the process that asks is stopped after this long."""

NOT_DRIVEN = {
    "area": "yes",
    "access": "private",
    "highway": (
        "abandoned|bridleway|bus_guideway|construction|corridor|cycleway|elevator|escalator|footway|no|path|"
        "pedestrian|planned|platform|proposed|raceway|razed|rest_area|service|services|steps|track"
    ),
    "motor_vehicle": "no",
    "motorcar": "no",
    "service": "alley|driveway|emergency_access|parking|parking_aisle|private",
}
"""
Tags of ways that are no public road for cars: a way is left out when a value contains one of these words.

Equal to OSMnx's ``network_type="drive"``, so that an extract and a download give the same roads; a test compares them.
"""

NO_DATE = "date not recorded"
_TEXTS = ("source", "edition", "licence", "label")
_ZERO_LIMIT = re.compile(r"0+(\.0+)?\s*(mph|km/h|kmh|kph)?")
_FILE_NAME = re.compile(r"[/\\]|\.[A-Za-z][A-Za-z0-9]{1,8}$")
_WORDS = "triage_map"
_REASONS = {
    "ConnectionError": "OpenStreetMap cannot be reached from here",
    "Timeout": "OpenStreetMap did not answer",
    "InsufficientResponseError": "OpenStreetMap knows no such area, or no roads in it",
    "did not geocode": "OpenStreetMap knows the name, but not as an area",
}


def load_network(source: str | os.PathLike[str], *, deadline_seconds: float = DEADLINE_SECONDS) -> RoadNetwork:
    """
    Read a road network, or download one by the name of an area.

    What a file is, its content says, not its name: OSMnx GraphML (``travel_time`` is used on the edges that have it,
    free-flow times are worked out for the others), OpenStreetMap XML or PBF (OSMnx's own drive network, simplified),
    or a network saved by Triage Map. Only the largest part that hangs together is kept; the rest is counted in
    ``dropped_nodes``. Free-flow times hold no junction delay and no congestion: real journeys are longer, most of
    all in towns. Ways that an extract cuts off are left out, so roads near its edge are missing.

    Parameters
    ----------
    source
        A file, or the name of an area such as ``"Rutland, England"``: that asks OpenStreetMap over the internet.
    deadline_seconds
        For a download: it is stopped after this long. It arrives whole or not at all.

    Raises
    ------
    SourceError
        If the file is missing or damaged or holds no roads, or the download fails.
    CrsError
        If a GraphML does not say in which coordinates it is, or they cannot be brought to the British grid.
    """
    path = _existing(source)
    if path is not None and is_bundle(path):
        return load_bundle(path)
    return _network(load_graph(source, deadline_seconds=deadline_seconds))


def load_graph(source: str | os.PathLike[str], *, deadline_seconds: float = DEADLINE_SECONDS) -> nx.MultiDiGraph:
    """
    Read or download the OSMnx graph behind :func:`load_network`: largest part only, ``travel_time`` on every edge.

    Raises
    ------
    SourceError, CrsError
        As :func:`load_network`.
    """
    path = _existing(source)
    graph = _read(path) if path is not None else _download(str(source), deadline_seconds)
    origin = f"file {path.name}" if path is not None else str(source)
    graph.graph.setdefault(f"{_WORDS}_source", f"OpenStreetMap, {origin}")
    return _prepared(graph, origin)


def from_graph(graph: nx.MultiDiGraph) -> RoadNetwork:
    """
    Make a network of an OSMnx graph, which stays as it is.

    Times and the part kept are those of :func:`load_network`.

    Raises
    ------
    SourceError
        If the graph has no edges, or lacks lengths or road classes where times must be worked out.
    CrsError
        If it does not say in which coordinates it is, or they cannot be brought to the British grid.
    """
    return _network(_prepared(graph.copy(), "the graph"))


def save_graphml(roads: RoadNetwork | nx.MultiDiGraph, path: str | os.PathLike[str]) -> None:
    """
    Write a GraphML that OSMnx opens, with ``travel_time`` on every edge; whole or not at all.

    A network that never was an OSMnx graph is written in grid metres, each edge as long as the straight line between
    its ends.

    Raises
    ------
    SourceError
        If the file cannot be written.
    """
    graph = _graph_of(roads) if isinstance(roads, RoadNetwork) else roads
    with whole(path) as temporary:
        ox.save_graphml(graph, temporary)


def is_drive(tags: dict[str, str]) -> bool:
    """
    Say whether a way with these tags is a public road for cars.

    Examples
    --------
    >>> is_drive({"highway": "residential"}), is_drive({"highway": "footway"}), is_drive({"waterway": "river"})
    (True, False, False)
    """
    return "highway" in tags and not any(re.search(words, tags.get(key, "")) for key, words in NOT_DRIVEN.items())


# Reading files


def _existing(source: str | os.PathLike[str]) -> Path | None:
    """Give the file that is meant, or nothing where the name of an area is."""
    if not str(source).strip():
        raise SourceError("no road source is named; give a road file or the name of an area")
    path = Path(source)
    if path.is_file():
        return path
    if str(source).startswith("estimated:"):
        raise SourceError(f"{source} names no map to read; make it with `triage-map roads {source!r} --out FILE`")
    if path.is_dir():
        raise SourceError(f"{source} is a folder; give the road file in it")
    if isinstance(source, os.PathLike) or _FILE_NAME.search(str(source)):
        raise SourceError(f"there is no file {source}; check the name, or give the name of an area to download")
    return None


def _read(path: Path) -> nx.MultiDiGraph:
    """Read a graph from a file of any kind that we know, told by how it begins."""
    try:
        with path.open("rb") as stream:
            begin = stream.read(4096)
    except OSError as error:
        raise SourceError(f"{path} cannot be opened ({error.strerror}); check that you may read it") from error
    if b"<graphml" in begin:
        return _read_graphml(path)
    if b"<osm" in begin:
        return _read_extract(path, "osm")
    if b"OSMHeader" in begin[:64]:
        return _read_extract(path, "pbf")
    raise SourceError(
        f"{path.name} is not a road network; give a GraphML saved by OSMnx, an .osm or .osm.pbf extract, "
        "or a network saved by Triage Map"
    )


def _read_graphml(path: Path) -> nx.MultiDiGraph:
    try:
        graph = ox.load_graphml(path)
    except (SyntaxError, EOFError) as error:  # the XML parser's own error is a SyntaxError
        raise SourceError(f"{path.name} is damaged or cut short; save or copy it again") from error
    except (nx.NetworkXError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise SourceError(
            f"{path.name} is a GraphML, but not one that OSMnx saved; save the roads with ox.save_graphml"
        ) from error
    return graph if graph.is_directed() and graph.is_multigraph() else nx.MultiDiGraph(graph)


def _read_extract(path: Path, kind: str) -> nx.MultiDiGraph:
    """Read an OpenStreetMap extract the way OSMnx reads a download: its drive network, simplified."""
    with tempfile.TemporaryDirectory() as folder:
        drive = Path(folder) / "drive.osm"
        try:
            edition = _write_drive_ways(path, kind, drive)
        except (RuntimeError, ValueError) as error:  # osmium's errors
            raise SourceError(f"{path.name} is damaged or cut short; download or copy it again") from error
        if not edition:
            raise _no_roads(path.name)
        graph = ox.graph_from_xml(drive, retain_all=True)
    graph.graph[f"{_WORDS}_edition"] = edition
    return graph


def _write_drive_ways(path: Path, kind: str, target: Path) -> str:
    """
    Write the ways that cars use, and their nodes, as OSM XML; give the extract's date, or nothing without ways.

    A way that names a node which the extract lacks (it was cut off at the edge) is left out whole.
    """
    extract = osmium.io.File(str(path), kind)
    ways = {way.id: {node.ref for node in way.nodes} for way in _drive_ways(extract)}
    named = set().union(*ways.values())
    present = {node.id for node in osmium.FileProcessor(extract, osmium.osm.NODE) if node.id in named}
    kept = {way for way, nodes in ways.items() if len(nodes) > 1 and nodes <= present}
    if not kept:
        return ""
    wanted = set().union(*(ways[way] for way in kept))
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for node in osmium.FileProcessor(extract, osmium.osm.NODE):
            if node.id in wanted:
                writer.add_node(node)
        for way in _drive_ways(extract):
            if way.id in kept:
                writer.add_way(way)
    with osmium.io.Reader(extract, osmium.osm.NOTHING) as reader:
        return reader.header().get("osmosis_replication_timestamp", "")[:10] or NO_DATE


def _drive_ways(extract: Any) -> Iterator[Any]:
    ways = osmium.FileProcessor(extract, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    return (way for way in ways if is_drive(dict(way.tags)))


# Times, parts and positions


def _prepared(graph: nx.MultiDiGraph, what: str) -> nx.MultiDiGraph:
    """Keep the largest part of a graph of our own and put ``travel_time`` on every edge of it."""
    if not graph.number_of_edges():
        raise _no_roads(what)
    _to_grid(graph)
    largest = max(nx.weakly_connected_components(graph), key=len)
    dropped = graph.number_of_nodes() - len(largest)
    if dropped:
        graph = graph.subgraph(largest).copy()
    if not graph.number_of_edges():
        raise _no_roads(what)
    graph.graph[f"{_WORDS}_dropped"] = dropped + int(graph.graph.get(f"{_WORDS}_dropped", 0))
    times = {(tail, head, key): time for tail, head, key, time in graph.edges(keys=True, data="travel_time")}
    given = {edge: time for edge, time in times.items() if time is not None}
    if len(given) < graph.number_of_edges():
        _add_free_flow(graph, what)
        nx.set_edge_attributes(graph, given, "travel_time")
    graph.graph.setdefault(f"{_WORDS}_label", GIVEN_TIMES if given else FREE_FLOW)
    return graph


def _no_roads(what: str) -> SourceError:
    return SourceError(f"{what} holds no roads that a car may use; give a larger area or another file")


def _add_free_flow(graph: nx.MultiDiGraph, what: str) -> None:
    """
    Put free-flow seconds on every edge of a graph of our own.

    The posted limit counts where it is recorded. Elsewhere OSMnx takes the mean of the limits posted on roads of the
    same class in the graph; for a class with none posted, the national table stands in.
    """
    for *_, edge in graph.edges(data=True):
        if _ZERO_LIMIT.fullmatch(str(edge.get("maxspeed", ""))):
            del edge["maxspeed"]  # nobody drives at 0: a slip of the mapper
    try:
        if not all("speed_kph" in edge for *_, edge in graph.edges(data=True)):
            table = {road_class: kmh(road_class) for road_class in _classes_without_limit(graph)}
            ox.add_edge_speeds(graph, hwy_speeds=table)
        ox.add_edge_travel_times(graph)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise SourceError(
            f"{what} has roads without a position, a length or a road class, so no times can be worked out; "
            "save the roads with ox.save_graphml, or give each a travel_time"
        ) from error


def _classes_without_limit(graph: nx.MultiDiGraph) -> set[str]:
    """Give the road classes of which no road has a posted limit that can be read."""
    if any(edge.get("maxspeed") for *_, edge in graph.edges(data=True)):
        trial = ox.add_edge_speeds(graph.copy(), fallback=-1.0)
        unposted = [edge["highway"] for *_, edge in trial.edges(data=True) if edge["speed_kph"] < 0]
    else:
        unposted = [edge["highway"] for *_, edge in graph.edges(data=True)]
    return {road_class[0] if isinstance(road_class, list) else road_class for road_class in unposted}


def _network(graph: nx.MultiDiGraph) -> RoadNetwork:
    """Make a network of a prepared graph."""
    row = {node: number for number, node in enumerate(graph.nodes)}
    edges = [(row[tail], row[head], seconds) for tail, head, seconds in graph.edges(data="travel_time")]
    tails, heads, seconds = zip(*edges, strict=True)
    x, y = _positions(graph)
    words = {name: str(graph.graph.get(f"{_WORDS}_{name}", "")) for name in _TEXTS}
    return RoadNetwork.from_edges(
        tails,
        heads,
        seconds,
        x,
        y,
        source=words["source"] or "an OSMnx graph",
        edition=words["edition"] or str(graph.graph.get("created_date", ""))[:10] or NO_DATE,
        licence=words["licence"] or ODBL,
        label=words["label"],
        estimated=str(graph.graph.get(f"{_WORDS}_estimated")) == "True",
        dropped_nodes=int(graph.graph[f"{_WORDS}_dropped"]),
        doors=_doors(graph),
        ways=_ways(graph),
    )


def _ways(graph: nx.MultiDiGraph) -> Ways | None:
    """
    Give what the map says of each edge, or nothing where it says no class of road.

    Of a junction that is joined from several pieces of road the first class counts, and of several limits their mean,
    as OSMnx has it. Signals that were mapped at their stop lines, before the junction, are lost when a graph is
    simplified: such a junction counts as one without.
    """
    edges = list(graph.edges(data=True))
    if not all("highway" in edge and "length" in edge for *_, edge in edges):
        return None
    heads = {node: _head(graph, node, facts) for node, facts in graph.nodes(data=True)}
    return Ways(
        metres=np.array([edge["length"] for *_, edge in edges], dtype=float),
        road_class=np.array([_class_number(edge["highway"]) for *_, edge in edges]),
        posted_kmh=np.array([posted_kmh(edge.get("maxspeed")) for *_, edge in edges]),
        head=np.array([HEADS.index(_THROUGH if _is_round(edge) else heads[head]) for _, head, edge in edges]),
    )


_THROUGH, _JUNCTION, _SIGNALS = HEADS


def _head(graph: nx.MultiDiGraph, node: Any, facts: dict[str, Any]) -> str:
    """Say what a car meets at a node: three streets or more make a junction."""
    if facts.get("highway") == "traffic_signals":
        return _SIGNALS
    streets = facts.get("street_count") or len({*graph.predecessors(node), *graph.successors(node)})
    return _JUNCTION if int(streets) > 2 else _THROUGH


def _is_round(edge: dict[str, Any]) -> bool:
    """Say whether an edge runs round a roundabout, where it has the right of way at every arm."""
    kind = edge.get("junction")
    return bool({"roundabout", "circular"} & set(kind if isinstance(kind, list) else [kind]))


def _class_number(road: str | list[str]) -> int:
    name = road[0] if isinstance(road, list) else road
    return CLASSES.index(name) if name in CLASSES else CLASSES.index("other")


def _doors(graph: nx.MultiDiGraph) -> list[bool]:
    """Say of each node whether a place may open onto it: not where all roads are motorways or their slip roads."""
    doors = dict.fromkeys(graph.nodes, False)
    for tail, head, road in graph.edges(data="highway"):
        classes = road if isinstance(road, list) else [road]
        if not all(str(name).startswith("motorway") for name in classes):
            doors[tail] = doors[head] = True
    shut = (node for node, flag in graph.nodes(data=f"{_WORDS}_door") if str(flag) == "False")
    return list((doors | dict.fromkeys(shut, False)).values())


def _positions(graph: nx.MultiDiGraph) -> tuple[Floats, Floats]:
    """Give the grid positions of the nodes, in the graph's order."""
    try:
        x, y = (np.array([node[axis] for _, node in graph.nodes(data=True)], dtype=float) for axis in "xy")
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError("the road graph has junctions without a position; save it with ox.save_graphml") from error
    x, y = _to_grid(graph).transform(x, y)
    if lost := int((~(np.isfinite(x) & np.isfinite(y))).sum()):
        raise CrsError(f"{lost} junctions cannot be brought to the British grid; give roads of Great Britain")
    return x, y


def _to_grid(graph: nx.MultiDiGraph) -> pyproj.Transformer:
    """Give the way from a graph's coordinates to the British grid."""
    if not (system := graph.graph.get("crs")):
        raise CrsError("the road graph does not say in which coordinates it is; save it with ox.save_graphml")
    try:
        return pyproj.Transformer.from_crs(system, GRID, always_xy=True)
    except pyproj.exceptions.CRSError as error:
        raise CrsError(f"the road graph is in unknown coordinates ({system!s:.60}); save it in EPSG:4326") from error


def _graph_of(network: RoadNetwork) -> nx.MultiDiGraph:
    """Make a graph that OSMnx can save, in grid metres, with the network's words as graph attributes."""
    words = {f"{_WORDS}_{name}": getattr(network, name) for name in (*_TEXTS, "estimated")}
    graph = nx.MultiDiGraph(crs=GRID, simplified=True, **words)
    graph.graph[f"{_WORDS}_dropped"] = network.dropped_nodes
    nodes = zip(network.x.tolist(), network.y.tolist(), strict=True)
    graph.add_nodes_from((number, {"x": x, "y": y}) for number, (x, y) in enumerate(nodes))
    shut = np.flatnonzero(~network.doors).tolist() if network.doors is not None else []
    nx.set_node_attributes(graph, dict.fromkeys(shut, "False"), f"{_WORDS}_door")
    tail, head = network.tail, network.head
    metres = np.hypot(network.x[tail] - network.x[head], network.y[tail] - network.y[head])
    columns = (tail.tolist(), head.tolist(), metres.tolist(), network.seconds.tolist())
    for number, (start, end, length, seconds) in enumerate(zip(*columns, strict=True)):
        graph.add_edge(start, end, osmid=number, length=length, travel_time=seconds)
    return graph


# Downloading


def _download(place: str, deadline_seconds: float) -> nx.MultiDiGraph:
    """
    Download the drive network of a place in a process of its own, which is stopped at the deadline.

    The process is given the OSMnx settings of this one, without the cache: a cut-off cache file would break every
    later download.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "roads.graphml"
        order = json.dumps({"place": place, "result": str(result), "deadline": deadline_seconds, **_settings()})
        command = [sys.executable, "-W", "ignore", "-c", "from geo.routing import network; network._fetch()"]
        try:
            done = subprocess.run(  # noqa: S603 - our own program; the name travels on its standard input
                command, input=order, capture_output=True, text=True, timeout=deadline_seconds, env=_environment()
            )
        except subprocess.TimeoutExpired as error:
            raise _not_downloaded(place, f"no answer within {deadline_seconds:g} seconds") from error
        if done.returncode or not result.is_file():
            raise _not_downloaded(place, _reason(done.stderr))
        return ox.load_graphml(result)


def _fetch() -> None:
    """Be the child process: read the order from standard input, download, write the result whole."""
    order = json.load(sys.stdin)
    stop = threading.Timer(order["deadline"], os._exit, [1])  # also when the parent is gone
    stop.daemon = True
    stop.start()
    for name, value in order["settings"].items():
        setattr(ox.settings, name, value)
    save_graphml(ox.graph_from_place(order["place"], network_type="drive"), order["result"])


def _settings() -> dict[str, dict[str, Any]]:
    plain = (str, int, float, list, dict, type(None))
    chosen = {k: v for k, v in vars(ox.settings).items() if not k.startswith("_") and isinstance(v, plain)}
    return {"settings": chosen | {"use_cache": False, "log_console": False, "log_file": False}}


def _environment() -> dict[str, str]:
    """Give this environment, with the folder of the package where the child will look for it."""
    here = str(Path(__file__).resolve().parents[2])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))}


def _reason(errors: str) -> str:
    """Say in plain words what the child's last words mean."""
    last = next((line.strip() for line in reversed(errors.splitlines()) if line.strip()), "")
    for sign, words in _REASONS.items():
        if sign in last:
            return words
    return last[:200].rstrip(".") or "the download stopped"


def _not_downloaded(place: str, because: str) -> SourceError:
    return SourceError(
        f"the roads of {place!r} could not be downloaded ({because}); check the name and the connection and try "
        f"again, or give an OpenStreetMap extract (.osm.pbf) or a GraphML file"
    )
