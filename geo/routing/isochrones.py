"""The area within a drive time of a base, as nested polygons: a picture, never a figure of coverage."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

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
) -> gpd.GeoDataFrame:
    """
    Draw the areas that a car can reach from ``point`` within each of ``minutes``.

    Between neighbouring junctions (the network's Delaunay triangles) the time is taken to change evenly, so every
    junction reached in time lies inside, every other outside, and a longer time always contains a shorter one. It is
    wrong between junctions where there is no road: fields count as if one could drive on at the pace of the roads
    around them. Gaps without junctions (water, the edge of the map) are left out. The way from the point to its
    junction counts as in :func:`geo.routing.matrix.drive_minutes`.

    Parameters
    ----------
    network, engine
        The roads, and what times journeys over them (made from the same network).
    point
        Easting and northing in metres, or a shapely point.
    minutes
        Limits, > 0, in any order; each is drawn once.

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
    seconds = _node_seconds(network, engine, point)
    areas = _nested_areas(network, seconds / 60, limits)
    return gpd.GeoDataFrame(
        {"minutes": limits, "area_km2": [area.area / 1e6 for area in areas]}, geometry=areas, crs=GRID
    )


def _node_seconds(network: RoadNetwork, engine: DriveTimeEngine, point: tuple[float, float] | shapely.Point) -> Floats:
    """Give the seconds from the point to every node, the way to its own junction included."""
    x, y = (point.x, point.y) if isinstance(point, shapely.Point) else point
    node, metres = start_at(network, x, y, f"the point {x:.0f}, {y:.0f}")
    return np.asarray(engine.one_to_all(node) + access_seconds(metres))


def _nested_areas(network: RoadNetwork, times: Floats, limits: Sequence[float]) -> list[shapely.Geometry]:
    """
    Cut the triangles of the network along each limit in turn and unite what lies below it.

    Pieces of neighbouring triangles share their corners, so the areas fit together exactly and nest exactly.
    """
    far = np.where(np.isfinite(times), times, 2 * max(limits) + 1)
    points, values = np.c_[network.x, network.y], far
    rest = network.triangles[(far[network.triangles] < max(limits)).any(axis=1)]
    areas = [shapely.Polygon()]
    for limit in limits:
        points, values, inside, rest = _cut(points, values, rest, limit)
        pieces = [shapely.polygons(points[part]) for part in inside]
        areas.append(_union(np.concatenate([shapely.get_parts(areas[-1]), *pieces])))
    return areas[1:]


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


def _union(pieces: npt.NDArray[np.object_]) -> shapely.Geometry:
    """Unite pieces that share their corners; no pieces make an empty polygon."""
    united = shapely.coverage_union_all(pieces) if len(pieces) else shapely.Polygon()
    if united.geom_type == "GeometryCollection":
        united = shapely.Polygon() if united.is_empty else shapely.union_all(shapely.get_parts(united))
    return united if united.is_valid else shapely.make_valid(united)
