"""
GeoJSON as features, by the standard (RFC 7946), feature by feature: one that is wrong does not take the others along.

Read by Python's own JSON, not by GDAL: that one takes NaN, keys that stand twice and open rings without a word.
"""

import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.incidents.reading.wire import Refused
from geo.places.reading.features import MOST_COLUMNS, MOST_FEATURES, Feature, Features, text_of

MOST_BYTES = 256 * 2**20
_OURS = frozenset({"type", "features", "geometry", "geometries", "coordinates", "properties", "crs"})
_SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
_DEEPEST = 8
_DIGITS = 400
"""A whole number of more digits is beyond all numbers, and not worth reading."""

_LONLAT = "OGC:CRS84"


class _Wrong(Exception):  # noqa: N818 - it is an answer about one feature
    """A feature has no shape; its text says why."""


def read_geojson(data: bytes, layer: str) -> Features:
    """
    Read the features of a GeoJSON text, its shapes in the file's own numbers.

    Raises
    ------
    Refused
        If it is no JSON, or JSON but no GeoJSON, or a key that decides what it is stands twice.
    """
    if len(data) > MOST_BYTES:
        raise Refused(
            f"has {len(data) / 2**20:.0f} MB, more than {MOST_BYTES // 2**20} as GeoJSON; save it as GeoPackage"
        )
    text, faults = _decoded(data)
    root, twice = _parsed(text)
    if wrong := sorted(twice.keys() & _OURS):
        raise Refused(f"has the key {wrong[0]!r} twice in one object, so that it could be read two ways; save it again")
    faults += [
        f"the key {key!r} stands twice in {count} objects; the last one was taken" for key, count in twice.items()
    ]
    found = _features_of(root)
    if len(found) > MOST_FEATURES:
        raise Refused(f"holds {len(found):,} features, more than {MOST_FEATURES:,}; save a smaller part")
    crs, stated = _crs(root)
    return Features(layer, tuple(_feature(one) for one in found), _columns(found), crs, stated, tuple(faults))


def _decoded(data: bytes) -> tuple[str, list[str]]:
    try:
        return data.decode(json.detect_encoding(data)).removeprefix("\ufeff"), []
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), ["it is not UTF-8 and was read as Windows-1252"]


def _parsed(text: str) -> tuple[Any, dict[str, int]]:
    """Read JSON, and count in how many objects a key stands twice."""
    twice: dict[str, int] = {}

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [key for key, _ in pairs]
            for key in {key for key in names if names.count(key) > 1}:
                twice[key] = twice.get(key, 0) + 1
        return found

    try:
        return json.loads(text, object_pairs_hook=made, parse_int=_whole), twice
    except RecursionError:
        raise Refused("is nested deeper than any layer; it may be hostile") from None
    except json.JSONDecodeError as error:
        is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        what = "is cut off" if is_cut else "is no JSON"
        raise Refused(f"{what} (line {error.lineno}, column {error.colno}: {error.msg}); export it again") from error


def _whole(text: str) -> int | float:
    return int(text) if len(text) < _DIGITS else math.inf


def _features_of(root: Any) -> list[Any]:
    """Give the features of a text; a shape or a feature alone is one."""
    kind = root.get("type") if isinstance(root, dict) else None
    if kind == "FeatureCollection":
        if not isinstance(found := root.get("features"), list):
            raise Refused("is a FeatureCollection whose 'features' are no list; export it again")
        return found
    if kind == "Feature":
        return [root]
    if kind in _SHAPES:
        return [{"type": "Feature", "properties": {}, "geometry": root}]
    raise Refused(f"is JSON but no GeoJSON ({_told(root, kind)}); export it as GeoJSON or GeoPackage")


def _told(root: Any, kind: Any) -> str:
    if not isinstance(root, dict):
        return f"it is {_named(root)}, not an object"
    if kind == "Topology":
        return "it is TopoJSON"
    if "rings" in str(root)[:2000] or "spatialReference" in root:
        return "it looks like Esri JSON"
    return f"its type is {str(kind)[:40]!r}" if kind is not None else "it has no 'type'"


def _named(value: Any) -> str:
    kinds = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")


def _crs(root: dict[str, Any]) -> tuple[pyproj.CRS | None, str]:
    """Give the reference system: of the member 'crs' that older files have, else the standard's degrees."""
    member = root.get("crs")
    if member is None:
        return pyproj.CRS(_LONLAT), "degrees, as GeoJSON has them"
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    try:
        crs = pyproj.CRS.from_user_input(str(name))
    except pyproj.exceptions.CRSError as error:
        raise Refused(f"states a reference system that is not known ({str(name)[:60]!r}); reproject it") from error
    # the member's EPSG:4326 means longitude first, whatever the register says
    return (pyproj.CRS(_LONLAT) if crs.to_epsg() == 4326 else crs), f"{crs.name}, by its member 'crs'"


def _columns(found: Iterable[Any]) -> dict[str, list[str]]:
    """Give each property as a column of text, and the features' own ids where no property is called so."""
    rows = [_properties(one) for one in found]
    names = list(dict.fromkeys(name for row in rows for name in row))[:MOST_COLUMNS]
    return {name: [text_of(row.get(name)) for row in rows] for name in names}


def _properties(feature: Any) -> dict[str, Any]:
    if not isinstance(feature, dict):
        return {}
    given = feature.get("properties")
    flat = {str(name): _flat(value) for name, value in given.items()} if isinstance(given, dict) else {}
    return flat if "id" not in feature else {"id": _flat(feature["id"])} | flat


def _flat(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _feature(given: Any) -> Feature:
    if not isinstance(given, dict):
        return Feature(None, f"it is {_named(given)}, no feature")
    if given.get("type") != "Feature":
        return Feature(None, f"its type is {str(given.get('type'))[:40]!r}, not 'Feature'")
    if given.get("geometry") is None:
        return Feature(None, "it has no geometry")
    remarks: list[str] = []
    try:
        shape = _shape(given["geometry"], remarks, 0)
    except _Wrong as wrong:
        return Feature(None, str(wrong), tuple(dict.fromkeys(remarks)))
    return Feature(shape, "", tuple(dict.fromkeys(remarks)))


def _shape(geometry: Any, remarks: list[str], depth: int) -> BaseGeometry:
    if not isinstance(geometry, dict):
        raise _Wrong(f"its geometry is {_named(geometry)}, not an object")
    kind = geometry.get("type")
    if kind not in _SHAPES:
        raise _Wrong(f"its geometry's type is {str(kind)[:40]!r}, none of GeoJSON's")
    if kind == "GeometryCollection":
        if depth == _DEEPEST:
            raise _Wrong("its geometry holds collections in collections")
        parts = _listed(geometry.get("geometries"), "its collection")
        return shapely.GeometryCollection([_shape(part, remarks, depth + 1) for part in parts])
    return _made(str(kind), _listed(geometry.get("coordinates"), "its list of coordinates"), remarks)


def _made(kind: str, given: list[Any], remarks: list[str]) -> BaseGeometry:
    if not given:
        raise _Wrong("its geometry is empty")
    if kind == "Point":
        return shapely.Point(_positions([given])[0])
    if kind == "MultiPoint":
        return shapely.MultiPoint(_positions(given))
    if kind == "LineString":
        return _line(given)
    if kind == "MultiLineString":
        return shapely.MultiLineString([_line(line) for line in given])
    if kind == "Polygon":
        return _polygon(given, remarks)
    return shapely.MultiPolygon([_polygon(_listed(part, "a part"), remarks) for part in given])


def _line(given: Any) -> BaseGeometry:
    if len(points := _positions(_listed(given, "a line"))) < 2:
        raise _Wrong("a line of it has fewer than two points")
    return shapely.LineString(points)


def _polygon(rings: list[Any], remarks: list[str]) -> BaseGeometry:
    if not rings:
        raise _Wrong("a part of it has no outline")
    shell, *holes = [_ring(ring, remarks) for ring in rings]
    if shell is None:
        raise _Wrong("its outline has fewer than three points, so it has no area")
    if any(hole is None for hole in holes):
        remarks.append("a hole of fewer than three points was left out")
    return shapely.Polygon(shell, [hole for hole in holes if hole is not None])


def _ring(given: Any, remarks: list[str]) -> np.ndarray | None:
    """Give a ring's points, the first again at the end; None where it has fewer than three."""
    points = _positions(_listed(given, "a ring"))
    if len(np.unique(points, axis=0)) < 3:
        return None
    if (points[0] != points[-1]).any():
        remarks.append("an open ring was closed")
        points = np.vstack([points, points[:1]])
    return points


def _positions(given: list[Any]) -> np.ndarray:
    """Give positions as an array of two columns; heights and what else stands behind them are left away."""
    for place in given:
        if not isinstance(place, list) or len(place) < 2:
            raise _Wrong("a position of it is no pair of numbers")
        if type(place[0]) not in (int, float) or type(place[1]) not in (int, float):
            raise _Wrong(f"a coordinate of it is no number ({str(place[:2])[:40]})")
    points = np.array([place[:2] for place in given], dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(points).all():
        raise _Wrong("a coordinate of it is NaN or infinite")
    return points


def _listed(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Wrong(f"{what} is {_named(value)}, not a list")
    return value
