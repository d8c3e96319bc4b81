"""The two reference systems: metres on the British National Grid inside, longitude and latitude on the way out."""

from functools import cache

import pyproj

GRID = "EPSG:27700"
"""British National Grid, metres: every point, distance and area inside Triage Map."""

LONLAT = "EPSG:4326"
"""Longitude and latitude, degrees: only in ``layers/`` and in exports that need it."""


@cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def to_lonlat(easting: float, northing: float) -> tuple[float, float]:
    """Give the longitude and latitude of a grid point, in degrees."""
    longitude, latitude = _transformer(GRID, LONLAT).transform(easting, northing)
    return float(longitude), float(latitude)


def to_grid(longitude: float, latitude: float) -> tuple[float, float]:
    """Give the easting and northing, in metres, of a point in degrees."""
    easting, northing = _transformer(LONLAT, GRID).transform(longitude, latitude)
    return float(easting), float(northing)
