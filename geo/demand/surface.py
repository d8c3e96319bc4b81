"""Where incidents lie: counted by area, and smoothed into a heat surface."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter

from geo.errors import SchemaError

CELL_METRES = 500.0


def placement(located: pd.DataFrame, districts: Collection[str]) -> pd.Series:
    """
    Say of each incident whether it is ``in the county``, ``outside the county`` or ``not located``.

    The postcode's own district decides, not a polygon: generalised boundaries put some postcodes on the wrong side.
    ``districts`` names the county's districts of the 2011-2021 edition.
    """
    inside = located["district"].isin(list(districts))
    values = np.select([located["easting"].isna(), inside], ["not located", "in the county"], "outside the county")
    return pd.Series(values, index=located.index)


def count_by_area(located: pd.DataFrame, field: str) -> pd.Series:
    """Count incidents by ``district``, ``district_2021`` or ``lsoa``; those without one are left out."""
    named = located.loc[located[field] != "", field]
    return named.value_counts()


def heat_points(located: pd.DataFrame, bandwidth_metres: float) -> pd.Series:
    """Tell which incidents a heatmap may count: at a unit postcode, or at a place known to within the bandwidth."""
    known = located["precision"].eq("place") & (located["uncertainty_metres"] <= bandwidth_metres)
    return located["precision"].eq("unit") | known


def heat(located: pd.DataFrame, *, bandwidth_metres: float) -> pd.DataFrame:
    """
    Smooth located incidents into cells of 500 m: a Gaussian kernel of the given bandwidth, in incidents per square
    kilometre.

    Only :func:`heat_points` count; a sector's mean point would draw a peak where nothing was recorded. Wrong near the
    county's edge, where neighbours' incidents are missing, and only as fine as its bandwidth.

    Parameters
    ----------
    bandwidth_metres
        Standard deviation of the kernel; > 0.

    Returns
    -------
    One row a cell above a hundredth of the peak: ``easting``, ``northing`` (its centre, metres) and ``density``.
    """
    if not bandwidth_metres > 0:
        raise SchemaError(f"a bandwidth of {bandwidth_metres:g} m cannot be used; give more than 0")
    points = located.loc[heat_points(located, bandwidth_metres), ["easting", "northing"]].to_numpy(np.float64)
    if len(points) == 0:
        return pd.DataFrame({"easting": [], "northing": [], "density": []}, dtype=np.float64)
    margin = 4 * bandwidth_metres
    low = np.floor((points.min(axis=0) - margin) / CELL_METRES) * CELL_METRES
    shape = np.ceil((points.max(axis=0) + margin - low) / CELL_METRES).astype(int)
    cells = ((points - low) // CELL_METRES).astype(int)
    counts = np.zeros(shape)
    np.add.at(counts, (cells[:, 0], cells[:, 1]), 1.0)
    density = gaussian_filter(counts, bandwidth_metres / CELL_METRES, mode="constant") / (CELL_METRES / 1000) ** 2
    column, row = np.nonzero(density > density.max() / 100)
    return pd.DataFrame(
        {
            "easting": low[0] + (column + 0.5) * CELL_METRES,
            "northing": low[1] + (row + 0.5) * CELL_METRES,
            "density": density[column, row],
        }
    )
