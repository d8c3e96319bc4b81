"""Urban or rural by postcode density: a rule of our own for any point, where no official classification ships."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from geo.errors import SchemaError

LABEL = "urban or rural by postcode density, not the official classification"
"""What stands beside every figure that rests on :func:`is_urban`."""

AROUND_METRES = 1_000.0
"""Postcodes are counted within this distance. Assumption: what a driver would call the same place."""

URBAN_POSTCODES = 25.0
"""
Places of live postcodes a square kilometre from which a point is urban. Assumption: about half of the 45 around the
median live postcode of the shipped gazetteer, since a circle at the edge of a town is half filled; about 900 residents
a square kilometre, as a live postcode holds 37 (Census 2011 on the same gazetteer). By it 77% of the residents of
Northamptonshire and 66% of those of Cambridgeshire and Peterborough are urban.
"""

_COLUMNS = ("easting", "northing", "live")


def postcode_density(
    eastings: npt.ArrayLike, northings: npt.ArrayLike, gazetteer_frame: pd.DataFrame
) -> npt.NDArray[np.float64]:
    """
    Count the places of live postcodes around each point, a square kilometre.

    Postcodes that share one point, as post-office boxes and blocks of flats do, count once. Wrong within 1 km of the
    outer edge of the gazetteer, where a part of the circle is not known, and beyond it, where nothing is.

    Parameters
    ----------
    eastings, northings
        Metres (EPSG:27700), shape (points,).
    gazetteer_frame
        ``easting``, ``northing`` and ``live`` of each postcode: the ``frame`` of a
        :class:`geo.places.postcodes.Gazetteer`.

    Returns
    -------
    Postcodes a square kilometre, shape (points,).

    Raises
    ------
    SchemaError
        If the frame lacks a column, the points are not pairs, or a point is not finite.
    """
    if missing := [column for column in _COLUMNS if column not in gazetteer_frame.columns]:
        raise SchemaError(f"the gazetteer lacks {len(missing)} columns (first: {missing[0]!r})")
    points = _pairs(eastings, northings)
    live = gazetteer_frame.loc[gazetteer_frame["live"], ["easting", "northing"]].drop_duplicates()
    if live.empty or not len(points):
        return np.zeros(len(points), dtype=np.float64)
    found = cKDTree(live.to_numpy(dtype=np.float64)).query_ball_point(points, AROUND_METRES, return_length=True)
    return np.asarray(found / (np.pi * (AROUND_METRES / 1_000) ** 2), dtype=np.float64)


def is_urban(eastings: npt.ArrayLike, northings: npt.ArrayLike, gazetteer_frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """
    Say which points are urban: live postcodes lie as densely around them as in a town, by :data:`URBAN_POSTCODES`.

    A rule of our own (:data:`LABEL`). It calls the middle of a small town (Oundle, Towcester) urban, which the official
    classification of 2011 does not for want of 10,000 residents, and is wrong in business parks and along the edge of
    a town, where few addresses lie.

    Parameters
    ----------
    eastings, northings
        Metres (EPSG:27700), shape (points,).
    gazetteer_frame
        As :func:`postcode_density` takes it.

    Returns
    -------
    True where urban, shape (points,).

    Raises
    ------
    SchemaError
        As :func:`postcode_density` does.

    Examples
    --------
    >>> row = np.arange(100) * 10.0
    >>> street = pd.DataFrame({"easting": row, "northing": 0.0, "live": True})
    >>> is_urban([500.0, 500.0], [0.0, 5_000.0], street)
    array([ True, False])
    """
    return postcode_density(eastings, northings, gazetteer_frame) >= URBAN_POSTCODES


def _pairs(eastings: npt.ArrayLike, northings: npt.ArrayLike) -> npt.NDArray[np.float64]:
    east, north = np.asarray(eastings, dtype=np.float64), np.asarray(northings, dtype=np.float64)
    if east.ndim != 1 or east.shape != north.shape:
        raise SchemaError(f"points need as many eastings as northings, not {east.shape} and {north.shape}")
    points = np.column_stack([east, north])
    if odd := int((~np.isfinite(points).all(axis=1)).sum()):
        first = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        raise SchemaError(f"{odd} points are not finite (first: number {first}); leave them out")
    return points
