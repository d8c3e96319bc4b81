"""Where incidents lie: in the county or not, counted by area, and known well enough to be smoothed."""

from collections.abc import Collection

import numpy as np
import pandas as pd


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
