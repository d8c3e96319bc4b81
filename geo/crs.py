"""The two reference systems: metres on the British National Grid inside, longitude and latitude on the way out."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import numpy.typing as npt
import pyproj

GRID = "EPSG:27700"
"""British National Grid, metres: every point, distance and area inside Triage Map."""

LONLAT = "EPSG:4326"
"""Longitude and latitude, degrees: only in ``layers/`` and in exports that need it."""


@cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


@cache
def _projection() -> ThreadPoolExecutor:
    """
    Give where coordinates are turned: pyproj prepares a turn anew in every thread (about 30 ms), and each part of a
    page that runs alone has a thread of its own.
    """
    return ThreadPoolExecutor(1, thread_name_prefix="projection")


if hasattr(os, "register_at_fork"):  # the thread of the process that was forked is not in the new one
    os.register_at_fork(after_in_child=_projection.cache_clear)


def turn(points: npt.NDArray[np.float64], source: str, target: str) -> npt.NDArray[np.float64]:
    """
    Give points, shape (points, 2), in another reference system: easting or longitude first.

    Examples
    --------
    >>> turn(np.array([[475_166.0, 257_423.0]]), GRID, LONLAT).round(2).tolist()
    [[-0.9, 52.21]]
    """
    transform = _transformer(source, target).transform
    return np.column_stack(_projection().submit(transform, points[:, 0], points[:, 1]).result())


def to_lonlat(easting: float, northing: float) -> tuple[float, float]:
    """Give the longitude and latitude of a grid point, in degrees."""
    longitude, latitude = turn(np.array([[easting, northing]], dtype=np.float64), GRID, LONLAT)[0]
    return float(longitude), float(latitude)


def to_grid(longitude: float, latitude: float) -> tuple[float, float]:
    """Give the easting and northing, in metres, of a point in degrees."""
    easting, northing = turn(np.array([[longitude, latitude]], dtype=np.float64), LONLAT, GRID)[0]
    return float(easting), float(northing)
