"""
Where road networks come from: OSMnx GraphML, OpenStreetMap extracts, a download of an area, or a file of ours.

The only module that knows OSMnx. Extracts are read by :mod:`geo.routing.extracts`; whatever asks a server runs in a
process of its own (:mod:`geo.routing.child`).
"""

import os
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID, LONLAT
from geo.errors import CrsError, GeoError, SourceError
from geo.routing import child, kept
from geo.routing.areas import RoadArea
from geo.routing.child import silent
from geo.routing.extracts import NO_DATE, Tell, is_drive, write_drive_ways
from geo.routing.overpass import Answers, RefusedError, host_of
from geo.routing.roads import CLASSES, HEADS, Floats, RoadNetwork, Ways, is_bundle, load_bundle
from geo.routing.speeds import kmh, posted_kmh
from geo.settings import map_servers
from geo.whole import whole

__all__ = [
    "RoadNetwork",
    "from_graph",
    "is_boundary",
    "is_drive",
    "load_graph",
    "load_network",
    "make_network",
    "save_graphml",
    "servers",
]

ODBL = "Open Database Licence (ODbL) 1.0, © OpenStreetMap contributors"

FREE_FLOW = (
    "OpenStreetMap roads, free-flow times: the posted limit where one is recorded, the mean of its road class "
    "elsewhere; no junction delay, no congestion; real journeys are longer."
)
GIVEN_TIMES = "Road network with the travel times that came with it; this program has not checked them."

DEADLINE_SECONDS = 600.0
"""OSMnx repeats a refused download for ever, so the process that asks is ended after this long."""


_TEXTS = ("source", "edition", "licence", "label")
_COUNTS = ("clipped", "closed")
_ZERO_LIMIT = re.compile(r"0+(\.0+)?\s*(mph|km/h|kmh|kph)?")
_FILE_NAME = re.compile(r"[/\\]|\.[A-Za-z][A-Za-z0-9]{1,8}$")
_BOUNDARIES = (b"{", b"SQLite format 3", b"PAR1", b"\x00\x00\x27\x0a", b"fgb", b"PK\x03\x04")
"""How GeoJSON, GeoPackage, GeoParquet, shapefiles, FlatGeobuf and zipped ones begin."""
_WORDS = "triage_map"
_REASONS = {
    "No data elements": "OpenStreetMap knows no roads there",
    "ConnectTimeout": "OpenStreetMap did not answer",
    "ReadTimeout": "OpenStreetMap did not answer",
    "ChunkedEncodingError": "the answer was cut off on its way",
    "IncompleteRead": "the answer was cut off on its way",
    "ConnectionError": "OpenStreetMap cannot be reached from here",
    "did not geocode": "OpenStreetMap knows the name, but not as an area",
    "InsufficientResponseError": "OpenStreetMap knows no such area, or no roads in it",
}
Source = str | os.PathLike[str] | RoadArea


def load_network(
    source: Source,
    *,
    within: RoadArea | None = None,
    use_kept: bool = False,
    deadline_seconds: float = DEADLINE_SECONDS,
    tell: Tell = silent,
) -> RoadNetwork:
    """
    Read a road network, or download one of an area.

    What a file is, its content says, not its name: OSMnx GraphML (``travel_time`` is used on the edges that have it,
    free-flow times are worked out for the others), OpenStreetMap XML or PBF (OSMnx's own drive network, simplified),
    or a network saved by Triage Map. Only the largest part that hangs together is kept; the rest is counted in
    ``dropped_nodes``. Free-flow times hold no junction delay and no congestion: real journeys are longer, most of
    all in towns. Ways that an extract cuts off are left out, so roads near its edge are missing.

    Parameters
    ----------
    source
        A file; or an area, which asks OpenStreetMap over the internet: its name such as ``"Rutland, England"``,
        ``"county:Northamptonshire"`` (the outline that ships and a ring around it), a boundary file, or a
        :class:`~geo.routing.areas.RoadArea`.
    within
        Cut an extract or a GraphML to this area; a road that reaches into it is kept whole.
    use_kept
        Use the answer for this area that is kept on this machine, however old, and ask nobody. Without it one that is
        a week old or less is used, and an older one only named when a download fails.
    deadline_seconds
        For a download: it is ended after this long. It arrives whole or not at all.
    tell
        Called with each line of progress of a download, at least once a second; what it raises ends the download.

    Raises
    ------
    SourceError
        If the file is missing or damaged or holds no roads, or the download fails.
    CrsError
        If a GraphML does not say in which coordinates it is, or they cannot be brought to the British grid.
    PlaceError
        If the county does not ship.
    """
    meant = _meant(source)
    if isinstance(meant, RoadArea):
        how: dict[str, Any] = {"use_kept": use_kept, "deadline_seconds": deadline_seconds, "tell": tell}
        return make_network(meant, within=within, **how)
    if is_bundle(meant):
        if within is not None:
            raise SourceError(f"{meant.name} is a network of ours and cannot be cut; cut the extract it was made from")
        return load_bundle(meant)
    return _network(_of_file(meant, within, tell))


def load_graph(source: Source, *, deadline_seconds: float = DEADLINE_SECONDS, tell: Tell = silent) -> nx.MultiDiGraph:
    """
    Read or download the OSMnx graph behind :func:`load_network`: largest part only, ``travel_time`` on every edge.

    Raises
    ------
    SourceError, CrsError, PlaceError
        As :func:`load_network`.
    """
    meant = _meant(source)
    if not isinstance(meant, RoadArea):
        return _of_file(meant, None, tell)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "roads.graphml"
        make_network(meant, graphml=file, deadline_seconds=deadline_seconds, tell=tell)
        return _osmnx().load_graphml(file)


def make_network(
    source: Source,
    *,
    within: RoadArea | None = None,
    use_kept: bool = False,
    graphml: Path | None = None,
    called: str = "",
    deadline_seconds: float = DEADLINE_SECONDS,
    tell: Tell = silent,
) -> RoadNetwork:
    """
    Make the network of a file or an area as :func:`load_network` does, but in a process of its own, with a deadline.

    Parameters
    ----------
    graphml
        Write the graph there too, as :func:`save_graphml` does.
    called
        What to call a file that lies under another name than its own.

    Raises
    ------
    SourceError, CrsError, PlaceError
        As :func:`load_network`; also for a file when the deadline is over.
    """
    meant = _meant(source)
    area = meant if isinstance(meant, RoadArea) else None
    if area is not None and within is not None:
        raise SourceError(f"{area.words} is asked for as it is; only a file can be cut to an area")
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "roads.net"
        order = {
            "area": _fields(area),
            "file": "" if area is not None else str(meant),
            "called": called,
            "within": _fields(within),
            "use_kept": use_kept,
            "result": str(result),
            "graphml": str(graphml or ""),
            "settings": _settings(),
        }
        try:
            child.run(_CHILD, order, deadline_seconds=deadline_seconds, tell=tell)
        except child.OverdueError as overdue:
            if area is not None:
                raise _not_downloaded(area, str(overdue)) from overdue
            raise SourceError(f"{Path(str(meant)).name} gave {overdue}; allow more, or cut a smaller file") from overdue
        return load_bundle(result)


_CHILD = "from geo.routing import child, network; child.serve(network.fulfil)"


def _fields(area: RoadArea | None) -> dict[str, str] | None:
    return None if area is None else {"words": area.words, "place": area.place, "outline": area.outline}


def servers() -> tuple[str, str]:
    """Name the servers that a download asks: for the outline of a name, and for roads."""
    addresses = _settings()
    return host_of(addresses["nominatim_url"]), host_of(addresses["overpass_url"])


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
        _osmnx().save_graphml(graph, temporary)


# Reading files


def _meant(source: Source) -> Path | RoadArea:
    """Give the file or the area that is meant."""
    if isinstance(source, RoadArea):
        return source
    if not str(source).strip():
        raise SourceError("no road source is named; give a road file or the name of an area")
    path = Path(source)
    if path.is_file():
        return RoadArea.boundary(path) if is_boundary(path) else path
    if str(source).startswith("estimated:"):
        raise SourceError(f"{source} names no map to read; make it with `triage-map roads {source!r} --out FILE`")
    if path.is_dir():
        raise SourceError(f"{source} is a folder; give the road file in it")
    if isinstance(source, os.PathLike) or _FILE_NAME.search(str(source)):
        raise SourceError(f"there is no file {source}; check the name, or give the name of an area to download")
    return RoadArea.named(str(source))


def is_boundary(path: Path) -> bool:
    """Say whether a file begins as boundaries do, and is no network of ours: its roads would have to be asked for."""
    return _beginning(path).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_BOUNDARIES) and not is_bundle(path)


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(4096)
    except OSError as error:
        raise SourceError(f"{path} cannot be opened ({error.strerror}); check that you may read it") from error


def _of_file(path: Path, within: RoadArea | None, tell: Tell, called: str = "") -> nx.MultiDiGraph:
    """Read the graph of a file, cut to an area where one is given, and prepare it."""
    graph = _read(path, within, tell)
    graph.graph.setdefault(f"{_WORDS}_source", f"OpenStreetMap, file {called or path.name}")
    if within is not None:
        graph.graph[f"{_WORDS}_source"] += f", within {within.words}"
    return _prepared(graph, f"file {path.name}")


def _read(path: Path, within: RoadArea | None, tell: Tell) -> nx.MultiDiGraph:
    """Read a graph from a file of any kind that we know, told by how it begins."""
    begin = _beginning(path)
    tell(f"reading {path.name}")
    if b"<graphml" in begin:
        graph = _read_graphml(path)
        return graph if within is None else _cut(graph, _shape(within), path.name)
    if b"<osm" in begin:
        return _read_extract(path, "osm", within, tell)
    if b"OSMHeader" in begin[:64]:
        return _read_extract(path, "pbf", within, tell)
    raise SourceError(
        f"{path.name} is not a road network; give a GraphML saved by OSMnx, an .osm or .osm.pbf extract, "
        "or a network saved by Triage Map"
    )


def _read_graphml(path: Path) -> nx.MultiDiGraph:
    try:
        graph = _osmnx().load_graphml(path)
    except (SyntaxError, EOFError) as error:  # the XML parser's own error is a SyntaxError
        raise SourceError(f"{path.name} is damaged or cut short; save or copy it again") from error
    except (nx.NetworkXError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise SourceError(
            f"{path.name} is a GraphML, but not one that OSMnx saved; save the roads with ox.save_graphml"
        ) from error
    return graph if graph.is_directed() and graph.is_multigraph() else nx.MultiDiGraph(graph)


def _shape(within: RoadArea) -> BaseGeometry:
    if (shape := within.shape) is None:
        raise SourceError(f"the outline of {within.words!r} is not here, so no file can be cut to it; name a county")
    return shape


def _cut(graph: nx.MultiDiGraph, shape: BaseGeometry, name: str) -> nx.MultiDiGraph:
    """Keep the junctions of a graph within an outline (longitude, latitude), and the edges that reach into it."""
    x, y = _positions(graph)
    grid, _ = _osmnx().projection.project_geometry(shape, crs=LONLAT, to_crs=GRID)
    inside = [node for node, is_in in zip(graph.nodes, shapely.contains_xy(grid, x, y), strict=True) if is_in]
    beside = (other for node in inside for other in (*graph.successors(node), *graph.predecessors(node)))
    cut = graph.subgraph({*inside, *beside}).copy()
    for count in _COUNTS:  # those of the whole file
        cut.graph.pop(f"{_WORDS}_{count}", None)
    if not cut.number_of_edges():
        raise _no_roads(f"{name}, within that area,")
    return cut


def _read_extract(path: Path, kind: str, within: RoadArea | None, tell: Tell) -> nx.MultiDiGraph:
    """Read an OpenStreetMap extract the way OSMnx reads a download: its drive network, simplified."""
    with tempfile.TemporaryDirectory() as folder:
        drive = Path(folder) / "drive.osm"
        found = write_drive_ways(path, kind, drive, None if within is None else _shape(within), tell)
        if not found.ways:
            raise _no_roads(path.name if within is None else f"{path.name}, within {within.words},")
        tell(f"simplifying {found.ways:,} roads")
        graph = _osmnx().graph_from_xml(drive, retain_all=True)
    facts = {"edition": found.edition, "clipped": found.clipped_ways, "closed": found.closed_ways}
    graph.graph.update({f"{_WORDS}_{name}": value for name, value in facts.items()})
    return graph


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
    _order_lists(graph)
    times = {(tail, head, key): time for tail, head, key, time in graph.edges(keys=True, data="travel_time")}
    given = {edge: time for edge, time in times.items() if time is not None}
    if len(given) < graph.number_of_edges():
        _add_free_flow(graph, what)
        nx.set_edge_attributes(graph, given, "travel_time")
    graph.graph.setdefault(f"{_WORDS}_label", GIVEN_TIMES if given else FREE_FLOW)
    return graph


def _order_lists(graph: nx.MultiDiGraph) -> None:
    """
    Put the classes and limits of edges joined from several roads in one order, the most important class first.

    OSMnx gathers them in sets, whose order changes from run to run, and takes the first class for the speed.
    """
    for *_, edge in graph.edges(data=True):
        if isinstance(classes := edge.get("highway"), list):
            edge["highway"] = sorted(classes, key=lambda name: (_class_number(name), str(name)))
        if isinstance(limits := edge.get("maxspeed"), list):
            edge["maxspeed"] = sorted(limits, key=str)


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
            _osmnx().add_edge_speeds(graph, hwy_speeds=table)
        _osmnx().add_edge_travel_times(graph)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise SourceError(
            f"{what} has roads without a position, a length or a road class, so no times can be worked out; "
            "save the roads with ox.save_graphml, or give each a travel_time"
        ) from error


def _classes_without_limit(graph: nx.MultiDiGraph) -> set[str]:
    """Give the road classes of which no road has a posted limit that can be read."""
    if any(edge.get("maxspeed") for *_, edge in graph.edges(data=True)):
        trial = _osmnx().add_edge_speeds(graph.copy(), fallback=-1.0)
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
        ways=None if words["label"] == GIVEN_TIMES else _ways(graph),
        **{f"{name}_ways": _counted(graph, name) for name in _COUNTS},
    )


def _counted(graph: nx.MultiDiGraph, name: str) -> int | None:
    """Give how many ways were left out for one reason, or nothing where the source does not say."""
    return int(graph.graph[key]) if (key := f"{_WORDS}_{name}") in graph.graph else None


def _ways(graph: nx.MultiDiGraph) -> Ways | None:
    """
    Give what the map says of each edge, or nothing where it says no class of road.

    Of an edge that is joined from several pieces of road the most important class counts, and of several limits their
    mean. Signals that were mapped at their stop lines, before the junction, are lost when a graph is
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
    left_out = {f"{_WORDS}_{name}": getattr(network, f"{name}_ways") for name in _COUNTS}
    graph.graph.update({key: ways for key, ways in left_out.items() if ways is not None})
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


@cache
def _osmnx() -> ModuleType:
    """Import OSMnx when it is first needed: it brings along what takes longer to load than all the rest of the app."""
    import osmnx

    return osmnx


# In the child


def fulfil(order: dict[str, Any], say: Callable[..., None]) -> None:
    """Do what :func:`make_network` ordered; see :func:`geo.routing.child.serve`."""
    within = RoadArea(**order["within"]) if order["within"] else None
    if order["area"]:
        for name, value in order["settings"].items():
            setattr(_osmnx().settings, name, value)
        area = RoadArea(**order["area"])
        graph = _prepared(_answered(area, order["use_kept"], say), area.words)
    else:
        graph = _of_file(Path(order["file"]), within, lambda text: say(doing=text), order["called"])
    say(doing=f"timing {graph.number_of_edges():,} edges")
    _network(graph).save(order["result"])
    if order["graphml"]:
        save_graphml(graph, order["graphml"])


def _settings() -> dict[str, Any]:
    """Give the OSMnx settings of this process that the child is to have, without OSMnx's own cache and log."""
    plain = (str, int, float, list, dict, type(None))
    chosen = {k: v for k, v in vars(_osmnx().settings).items() if not k.startswith("_") and isinstance(v, plain)}
    return chosen | {"use_cache": False, "log_console": False, "log_file": False} | map_servers()


def _answered(area: RoadArea, use_kept: bool, say: Callable[..., None]) -> nx.MultiDiGraph:
    """Give the roads of an area: as they are kept on this machine, or as OpenStreetMap answers, which is then kept."""
    answer = _kept_answer(area, use_kept, say)
    if answer is not None:
        say(doing=f"using the answer of {answer.asked_on} that is kept on this machine")
        with tempfile.TemporaryDirectory() as folder:
            return _read_graphml(kept.unpack(area, Path(folder)))
    graph = _download(area, say)
    if not graph.number_of_edges():
        raise _no_roads(area.words)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "roads.graphml"
        say(doing="keeping the answer")
        _osmnx().save_graphml(graph, file)
        kept.keep(area, file, graph.graph[f"{_WORDS}_edition"], len(graph), graph.number_of_edges())
    return graph


def _kept_answer(area: RoadArea, use_kept: bool, say: Callable[..., None]) -> kept.Answer | None:
    """Give what is kept for an area and may be used; a damaged file is named, and a new answer takes its place."""
    try:
        answer = kept.find(area)
    except SourceError as problem:
        if use_kept:
            raise SourceError(f"{problem}; ask OpenStreetMap instead") from problem
        say(note=f"{problem}; asking again")
        return None
    if use_kept and answer is None:
        raise SourceError(f"no answer for {area.words!r} is kept on this machine; ask OpenStreetMap instead")
    return answer if answer is not None and (use_kept or answer.is_fresh) else None


# Asking OpenStreetMap


def _download(area: RoadArea, say: Callable[..., None]) -> nx.MultiDiGraph:
    """
    Ask for the drive network of an area: every part of it, simplified, with its date.

    Each answer is held against what it should be before OSMnx sees it, because OSMnx takes a broken-off one for whole.
    """
    hears = Answers(say)
    settings = _osmnx().settings
    settings.doh_url_template = None  # nobody but OpenStreetMap is told what is asked
    settings.requests_kwargs = settings.requests_kwargs | {"hooks": {"response": hears}}
    finder, roads = servers()
    try:
        shape = area.shape
        if shape is None:
            say(doing=f"asking {finder} where {area.place!r} is")
            shape = _osmnx().geocode_to_gdf(area.place).union_all()
        say(doing=f"asking {roads} for roads")
        graph = _osmnx().graph_from_polygon(shape, network_type="drive", retain_all=True)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _not_downloaded(area, _reason(error)) from error
    graph.graph |= {f"{_WORDS}_source": f"OpenStreetMap, {area.words}", f"{_WORDS}_edition": hears.edition}
    return graph


def _reason(error: Exception) -> str:
    """Say in plain words what an error of OSMnx or of the connection means."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, RefusedError):
        return str(error)
    return next((words for sign, words in _REASONS.items() if sign in said), said[:200].rstrip("."))


def _not_downloaded(area: RoadArea, because: str) -> SourceError:
    return SourceError(
        f"the roads of {area.words!r} could not be downloaded ({because}); check the name and the connection and try "
        f"again, or give an OpenStreetMap extract (.osm.pbf) or a GraphML file{_kept_words(area)}"
    )


def _kept_words(area: RoadArea) -> str:
    """Say which older answer could be used instead, and how; it is never used unasked."""
    try:
        answer = kept.find(area)
    except GeoError:
        return ""
    if answer is None:
        return ""
    return (
        f". An answer of {answer.asked_on} (data of {answer.edition}) is kept on this machine; to use it, ask for the "
        "kept answer (--kept)"
    )
