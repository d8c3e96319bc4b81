"""The area within a drive time of a base, as nested polygons: a picture, never a figure of coverage."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from contourpy import FillType, contour_generator
from geopandas.array import from_shapely

from geo.crs import GRID
from geo.errors import SchemaError
from geo.routing.engine import DriveTimeEngine
from geo.routing.matrix import access_seconds, start_at
from geo.routing.roads import Floats, RoadNetwork

Corners = npt.NDArray[np.int64]


def isochrones(
    network: RoadNetwork,
    engine: DriveTimeEngine,
    point: tuple[float, float] | shapely.Point,
    minutes: Sequence[float] = (5, 10, 15, 20),
    *,
    towards: bool = False,
    rings: bool = False,
    quick: bool = False,
) -> gpd.GeoDataFrame:
    """
    Draw the areas that a car can reach from ``point`` within each of ``minutes``.

    Between neighbouring junctions (the network's Delaunay triangles) the time is taken to change evenly, so every
    junction reached in time lies inside, every other outside, and a longer time always contains a shorter one. It is
    wrong between junctions where there is no road: fields count as if one could drive on at the pace of the roads
    around them. Gaps without junctions (water, the edge of the map) are left out. The way from the point to its
    junction counts as in :func:`geo.routing.matrix.drive_minutes`. Times are those of the engine: for another hour,
    hand in a network and an engine that are timed for it.

    Parameters
    ----------
    network, engine
        The roads, and what times journeys over them (made from the same network).
    point
        Easting and northing in metres, or a shapely point.
    minutes
        Limits, > 0, in any order; each is drawn once.
    towards
        Draw from where a car gets to the point in time, instead of where it gets to from there.
    rings
        Give each area without the one before it, so that none lies on another.
    quick
        Read the same surface at the points of the network's grid (:attr:`geo.routing.roads.RoadNetwork.grid`, made
        once) and draw contours through them: for a base that is being dragged. Then what is narrower than a cell is
        lost, and a junction within a cell of an outline, or of a gap, may lie on its wrong side. Over a county about
        1 in 100 of the junctions that are reached lie outside, and 1 in 1,000 of the others inside; near the edge of
        a small network more (measured in docs/performance.md).

    Returns
    -------
    One row a limit, ascending, in EPSG:27700: ``minutes``, ``area_km2`` and a valid, possibly empty, ``geometry``.

    Raises
    ------
    SchemaError
        If there is no limit, or one that is not above zero.
    PlaceError
        If the roads do not cover the point.
    """
    limits = sorted({float(limit) for limit in minutes})
    if not limits or not limits[0] > 0 or not np.isfinite(limits[-1]):
        raise SchemaError("isochrones need at least one limit, each above 0 minutes and finite; for example 5, 10, 15")
    times = _node_seconds(network, engine, point, towards) / 60
    areas = (_contours if quick else _areas)(network, times, limits, rings)
    return gpd.GeoDataFrame(
        {"minutes": limits, "area_km2": shapely.area(areas) / 1e6, "geometry": from_shapely(areas, crs=GRID)},
        geometry="geometry",
    )


def _node_seconds(
    network: RoadNetwork, engine: DriveTimeEngine, point: tuple[float, float] | shapely.Point, towards: bool
) -> Floats:
    """Give the seconds between the point and every node, the way to its own junction included."""
    x, y = (point.x, point.y) if isinstance(point, shapely.Point) else point
    node, metres = start_at(network, x, y, f"the point {x:.0f}, {y:.0f}")
    seconds = engine.all_to_one(node) if towards else engine.one_to_all(node)
    return np.asarray(seconds + access_seconds(metres) + network.end_seconds)


def _with_far(times: Floats, limits: Sequence[float]) -> Floats:
    """Put what is never reached far beyond every limit, so that a surface can be drawn through it."""
    return np.where(np.isfinite(times), times, 2 * limits[-1] + 1)


def _contours(network: RoadNetwork, times: Floats, limits: Sequence[float], rings: bool) -> npt.NDArray[np.object_]:
    """Draw contours through the part of the network's grid that can be reached at all."""
    rows, columns = network.grid.window(times < limits[-1])
    values = network.grid.values(_with_far(times, limits), rows, columns)
    if min(values.shape) < 2:  # nothing is reached, or no triangle lies there
        return np.full(len(limits), shapely.Polygon())
    lines = contour_generator(
        network.grid.x[columns], network.grid.y[rows], values, fill_type=FillType.ChunkCombinedOffsetOffset
    )
    lowest = [-1.0, *limits[:-1]] if rings else [-1.0] * len(limits)
    return np.array([_filled(*lines.filled(*between)) for between in zip(lowest, limits, strict=True)])


def _filled(
    points: list[Floats | None], rings: list[Corners | None], polygons: list[Corners | None]
) -> shapely.Geometry:
    """Make one area of contourpy's outlines: corners, where each ring starts, and at which ring each polygon starts."""
    if points[0] is None or polygons[0] is None:
        return shapely.Polygon()
    parts = np.array([0, len(polygons[0]) - 1])
    area = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, points[0], (rings[0], polygons[0], parts))[0]
    return area if area.is_valid else shapely.make_valid(area)


def _areas(network: RoadNetwork, times: Floats, limits: Sequence[float], rings: bool) -> npt.NDArray[np.object_]:
    """
    Cut the triangles of the network along each limit in turn and draw the edge of what lies below it.

    Pieces of neighbouring triangles share their corners, so the areas fit together exactly and nest exactly.
    """
    far = _with_far(times, limits)
    points, values = np.c_[network.x, network.y], far
    rest = network.triangles[(far[network.triangles] < limits[-1]).any(axis=1)]
    areas, edge = [], np.empty((0, 2), dtype=np.int64)
    for limit in limits:
        points, values, inside, rest = _cut(points, values, rest, limit)
        sides = [part[:, [corner, (corner + 1) % 3]] for part in inside for corner in range(3)]
        edge = _outer(np.concatenate(sides if rings else [edge, *sides]))
        areas.append(_enclosed(points[edge]) if len(edge) else shapely.Polygon())
    return np.array(areas)


def _outer(sides: Corners) -> Corners:
    """Give the sides that belong to one piece only; where two pieces meet is no edge of what they make together."""
    low, high = np.sort(sides, axis=1).T
    _, first, many = np.unique(low << 32 | high, return_index=True, return_counts=True)
    return np.asarray(sides[first[many % 2 == 1]])


def _enclosed(sides: Floats) -> shapely.Geometry:
    """
    Make the area on the left of sides, shape (sides, 2, 2), with its holes.

    Of the faces that the sides bound, those are taken that lie on the left of their own sides. (``build_area`` tells
    gaps by the holes of one face, and fills one around which several faces meet in points.)
    """
    faces = shapely.get_parts(shapely.polygonize(shapely.linestrings(sides)))
    rings = shapely.get_exterior_ring(faces)
    start, end = (shapely.get_coordinates(shapely.get_point(rings, number)) for number in (0, 1))
    left = np.asarray(np.where(shapely.is_ccw(rings)[:, None], np.c_[start, end], np.c_[end, start]))
    own = set(map(tuple, sides.reshape(-1, 4).tolist()))
    area = shapely.multipolygons(faces[[tuple(side) in own for side in left.tolist()]])
    return area if area.is_valid else shapely.make_valid(area)


def _cut(
    points: Floats, values: Floats, corners: Corners, limit: float
) -> tuple[Floats, Floats, list[Corners], Corners]:
    """
    Cut triangles where the value passes ``limit``.

    Returns the points and values with those of the cuts added, the pieces below (whole triangles, corners cut off,
    and the quadrilaterals left when a corner above is cut off) and the triangles above. A corner that lies exactly on
    the limit is its own cut, so no piece without area is made.
    """
    state = np.sign(values[corners] - limit).astype(int)
    whole, none = (state <= 0).all(axis=1), (state >= 0).all(axis=1)
    inside, rest = [corners[whole]], [corners[none & ~whole]]
    mixed, signs = corners[~whole & ~none], state[~whole & ~none]
    lone = np.where((signs < 0).sum(axis=1) == 1, (signs < 0).argmax(axis=1), (signs > 0).argmax(axis=1))
    mixed, signs = _turn(mixed, lone), _turn(signs, lone)  # the corner that stands alone comes first
    points, values, cuts = _edge_cuts(points, values, mixed, limit)
    tips = np.c_[mixed[:, 0], cuts]
    left, right = np.c_[cuts[:, 0], mixed[:, 1:]], np.c_[cuts[:, 0], mixed[:, 2], cuts[:, 1]]
    under = signs[:, 0] < 0
    inside += [tips[under], _proper(left[~under]), _proper(right[~under])]
    rest += [tips[~under], _proper(left[under]), _proper(right[under])]
    return points, values, inside, np.concatenate(rest)


def _turn(corners: npt.NDArray[np.int64], first: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Turn each row so that the column ``first`` comes to the front, keeping the sense of rotation."""
    columns = (first[:, None] + np.arange(3)) % 3
    return np.asarray(np.take_along_axis(corners, columns, axis=1))


def _edge_cuts(points: Floats, values: Floats, corners: Corners, limit: float) -> tuple[Floats, Floats, Corners]:
    """Give the node at which the two edges from each first corner pass ``limit``, made once for each edge."""
    pairs = np.sort(np.stack([corners[:, [0, 1]], corners[:, [0, 2]]], axis=1), axis=2).reshape(-1, 2)
    edges, place = np.unique(pairs, axis=0, return_inverse=True)
    low, high = values[edges[:, 0]], values[edges[:, 1]]
    share = (limit - low) / (high - low)
    places = points[edges[:, 0]] + share[:, None] * (points[edges[:, 1]] - points[edges[:, 0]])
    ids = np.where(high == limit, edges[:, 1], np.where(low == limit, edges[:, 0], len(points) + np.arange(len(edges))))
    grown = np.concatenate([points, places])
    return grown, np.concatenate([values, np.full(len(edges), limit)]), ids[place.reshape(-1)].reshape(-1, 2)


def _proper(corners: Corners) -> Corners:
    """Leave out triangles that name a corner twice."""
    a, b, c = corners.T
    return np.asarray(corners[(a != b) & (b != c) & (a != c)])
