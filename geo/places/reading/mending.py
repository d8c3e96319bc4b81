"""Shapes of a file as areas on the British National Grid: where they lie, what was mended, and why some are refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID
from geo.incidents.reading.wire import Refused
from geo.places.reading.features import Feature

BRITAIN = (1_000.0, 1_000.0, 700_000.0, 1_300_000.0)
"""
West, south, east, north of the British National Grid, metres; nothing of Great Britain lies within 1 km of its origin,
where degrees would lie that are taken for metres.
"""

SLIVER_METRES = 1.0
"""An area narrower than this on average (twice its area over its outline) is a sliver. Assumption: no beat is."""

_FLAT = "its area is zero"
_OUTSIDE = "it lies outside Great Britain"
_ACROSS = "it reaches outside Great Britain"
_POINTS = ("Point", "MultiPoint")
_LINES = ("LineString", "LinearRing", "MultiLineString")
_WORDS = {
    "Self-intersection": "its outline crosses itself",
    "Ring Self-intersection": "its outline touches itself",
    "Hole lies outside shell": "a hole lies outside it",
    "Holes are nested": "holes lie in its holes",
    "Nested shells": "one part lies inside another",
    "Interior is disconnected": "holes cut it apart",
    "Duplicate Rings": "a ring stands twice",
    "Too few points": "a ring has too few points",
}

Move = Callable[[Any], Any]
"""Moves a shape, or an array of shapes, onto the grid."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the numbers of a file are read: the move onto the grid, in words, and what is odd about it."""

    move: Move
    words: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """
    One feature as an area on the grid, or why it is refused; ``remarks`` say what was mended.

    ``before`` and ``after`` are square metres as drawn in the file and as kept.
    """

    shape: BaseGeometry | None
    refused: str = ""
    remarks: tuple[str, ...] = ()
    before: float = 0.0
    after: float = 0.0


def choose_reading(shapes: Sequence[BaseGeometry], crs: pyproj.CRS | None, stated: str) -> Reading:
    """
    Choose how the numbers of a file are read: as the file says, unless nothing would lie in Great Britain then.

    In that case, or where the file says nothing, the other readings are tried: degrees, latitude before longitude,
    metres of the British National Grid, Web Mercator. The one by which most shapes lie in Great Britain is taken and
    said; their boxes do not meet, so no two fit one shape. Wrong for a layer of another country, which is refused
    shape by shape.

    Raises
    ------
    Refused
        If the file states no reference system and its numbers fit none.
    """
    said = [] if crs is None else [(_mover(crs), stated, "")]
    boxes = shapely.bounds(np.array(shapes, dtype=object)).reshape(-1, 4) if shapes else np.empty((0, 4))
    if said and (not len(boxes) or _inside(boxes, said[0][0]).any()):
        return Reading(*said[0])
    claim = f"the file says {stated}, but its numbers are" if crs is not None else "the file states no system; they are"
    others = [
        (_mover(pyproj.CRS("OGC:CRS84")), "degrees", f"{claim} degrees, longitude first"),
        (_swapped, "degrees, latitude first", f"{claim} latitude before longitude, the wrong way round"),
        (_mover(pyproj.CRS(GRID)), "British National Grid", f"{claim} metres of the British National Grid"),
        (_mover(pyproj.CRS("EPSG:3857")), "Web Mercator", f"{claim} metres of Web Mercator"),
    ]
    counts = [int(_inside(boxes, move).sum()) for move, _, _ in others]
    if max(counts, default=0):
        move, words, fault = others[counts.index(max(counts))]
        return Reading(move, words, f"{fault}, and were read so")
    if said:
        return Reading(*said[0])
    raise Refused("states no reference system, and its numbers lie in Great Britain by none; save it with one")


def _mover(crs: pyproj.CRS) -> Move:
    flat = crs.to_2d()
    if flat.to_epsg() == 27700:
        return _flat
    transformer = pyproj.Transformer.from_crs(flat, GRID, always_xy=True)

    def onto_grid(points: np.ndarray) -> np.ndarray:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return lambda shape: shapely.transform(shape, onto_grid)


def _flat(shape: Any) -> Any:
    return shapely.force_2d(shape)


def _swapped(shape: Any) -> Any:
    turned = shapely.transform(shape, lambda points: points[:, ::-1])
    return _mover(pyproj.CRS("OGC:CRS84"))(turned)


def _inside(boxes: np.ndarray, move: Move) -> np.ndarray:
    """Say of which boxes the middle lies on the grid."""
    middles = shapely.points((boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2)
    moved = move(middles)
    east, north = shapely.get_x(moved), shapely.get_y(moved)
    west, south, most_east, most_north = BRITAIN
    return np.asarray((east >= west) & (east <= most_east) & (north >= south) & (north <= most_north))


def area_of(feature: Feature, reading: Reading) -> Area:
    """Make one feature an area on the grid, mended where it can be, or say why it is none."""
    if feature.shape is None:
        return Area(None, feature.fault, feature.remarks)
    if feature.shape.is_empty:
        return Area(None, "its geometry is empty", feature.remarks)
    drawn, left_out = polygons_of(feature.shape)
    if drawn is None:
        where = _where(feature.shape, reading.move(feature.shape))
        return Area(None, f"it is {_kind(feature.shape)}, not an area" + (f", and {where}" if where else ""))
    remarks = [*feature.remarks, *(["points and lines beside its area were left out"] if left_out else [])]
    if fault := _invalid(drawn):
        if _valid(drawn).is_empty:
            return Area(None, "; ".join([_FLAT, *remarks]))
        remarks.append(fault)
    moved = reading.move(drawn)
    if where := _where(drawn, moved):
        return Area(None, "; ".join([where, *remarks]), ())
    return _mended(moved, remarks, mend=bool(fault) or not moved.is_valid)


def point_of(feature: Feature, reading: Reading) -> Area:
    """Give the middle of one feature as a point on the grid, or say why it has none."""
    if feature.shape is None or feature.shape.is_empty:
        return Area(None, feature.fault or "its geometry is empty", feature.remarks)
    point = reading.move(feature.shape.centroid)
    if where := _where(feature.shape, point):
        return Area(None, "; ".join([where, *feature.remarks]))
    return Area(point, "", feature.remarks)


def _mended(moved: BaseGeometry, remarks: list[str], *, mend: bool) -> Area:
    before = abs(float(moved.area))
    if mend:
        moved = _valid(moved)
        remarks = remarks or ["its outline crossed itself on the grid"]
    after = float(moved.area)
    if after <= 0:
        return Area(None, "; ".join([_FLAT, *remarks]))
    return Area(moved, "", tuple(dict.fromkeys(remarks)), before, after)


def _valid(shape: BaseGeometry) -> BaseGeometry:
    """Give the area that an outline bounds: each part once, holes cut out; empty where there is none."""
    valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return polygons_of(valid)[0] or shapely.Polygon()


def polygons_of(shape: BaseGeometry) -> tuple[BaseGeometry | None, bool]:
    """Give the polygons of a shape, or None, and say whether it holds anything else."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape, False
    parts = _parts(shape)
    polygons = [part for part in parts if part.geom_type == "Polygon"]
    if not polygons:
        return None, False
    return (polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)), len(polygons) < len(parts)


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    """Give the single parts of a shape, through collections in collections."""
    parts, queue = [], [shape]
    while queue:
        found = queue.pop(0)
        if hasattr(found, "geoms"):
            queue = [*found.geoms, *queue]
        elif not found.is_empty:
            parts.append(found)
    return parts


def _kind(shape: BaseGeometry) -> str:
    if shape.geom_type in _POINTS:
        return "a point"
    return "a line" if shape.geom_type in _LINES else "a collection of points and lines"


def _invalid(shape: BaseGeometry) -> str:
    """Say what is wrong with an outline, or nothing."""
    if shape.is_valid:
        return ""
    reason = shapely.is_valid_reason(shape).partition("[")[0].strip()
    return next((words for start, words in _WORDS.items() if reason.startswith(start)), reason.lower())


def _where(drawn: BaseGeometry, moved: BaseGeometry) -> str:
    """Say that a shape is not in Great Britain, or nothing."""
    if not any(drawn.bounds):
        return "it lies at 0, 0, as missing coordinates do"
    west, south, east, north = moved.bounds
    if not np.isfinite([west, south, east, north]).all():
        return _OUTSIDE
    if east < BRITAIN[0] or west > BRITAIN[2] or north < BRITAIN[1] or south > BRITAIN[3]:
        return _OUTSIDE
    within = west >= BRITAIN[0] and south >= BRITAIN[1] and east <= BRITAIN[2] and north <= BRITAIN[3]
    return "" if within else _ACROSS


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the areas of a layer lie to each other: slivers, repetitions, and pairs that overlap with their largest."""

    slivers: int
    duplicates: int
    overlaps: int
    largest: float


def coverage_of(shapes: Sequence[BaseGeometry]) -> Coverage:
    """
    Count slivers, areas that are an earlier one again, and pairs that overlap by more than a sliver.

    ``largest`` is the widest overlap as a share of the smaller area of its pair.
    """
    areas = np.array(shapes, dtype=object)
    if not len(areas):
        return Coverage(0, 0, 0, 0.0)
    widths = 2 * shapely.area(areas) / shapely.length(areas)
    normal = shapely.to_wkb(shapely.normalize(areas))
    shares = _overlaps(areas)
    largest = float(shares.max()) if len(shares) else 0.0
    return Coverage(int((widths < SLIVER_METRES).sum()), len(normal) - len(set(normal.tolist())), len(shares), largest)


def _overlaps(areas: np.ndarray) -> np.ndarray:
    """Give the overlap of each pair that overlaps, as a share of the smaller area."""
    if shapely.coverage_is_valid(areas):
        return np.empty(0)
    faulty = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(areas)))
    some = areas[faulty]
    first, second = shapely.STRtree(some).query(some, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.intersection(some[first], some[second])
    size = shapely.area(common)
    wide = size > np.maximum(shapely.length(common) * SLIVER_METRES / 2, 1e-6)
    smaller = np.minimum(shapely.area(some[first]), shapely.area(some[second]))
    return np.asarray(size[wide] / smaller[wide])
