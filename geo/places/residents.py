"""Residents by LSOA and in any area: who could need the scheme, for rates and for the demand surface."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import GRID
from geo.errors import SchemaError, SourceError
from geo.places.boundaries import counties, data_file

EDITION = "Census 2011, usual residents on 27 March 2011"


def load_residents(county: str) -> pd.Series:
    """
    Read the usual residents of each LSOA 2011 of a county that ships: a count, indexed by LSOA code.

    The census of 2011, which is close to the published weeks of 2016 and years from today: wrong where a town has
    grown since (Corby, the edges of Northampton and Cambridge).

    Raises
    ------
    PlaceError
        If the county does not ship.
    SourceError, SchemaError
        If its file cannot be read, or is not a table of counts.
    """
    name, path = data_file("residents", county, "csv")
    try:
        frame = pd.read_csv(path, dtype={"lsoa": str})
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read; derive it again: triage-map data {name!r}") from error
    if list(frame.columns) != ["lsoa", "residents"] or not pd.api.types.is_integer_dtype(frame["residents"].dtype):
        raise SchemaError(
            f"{path} is not a table of lsoa and whole residents; derive it again: triage-map data {name!r}"
        )
    if frame["residents"].lt(0).any() or frame["lsoa"].duplicated().any():
        raise SchemaError(f"{path} holds an LSOA twice or residents below 0; derive it again: triage-map data {name!r}")
    return frame.set_index("lsoa")["residents"].astype("int64")


def load_every_resident() -> pd.Series:
    """Read the residents of every county that ships, as :func:`load_residents` does; errors likewise."""
    return pd.concat([load_residents(county) for county in counties()])


def residents_in(areas: gpd.GeoDataFrame, residents: pd.Series, gazetteer_frame: pd.DataFrame) -> pd.DataFrame:
    """
    Estimate the residents of areas of any outline: each LSOA's residents stand evenly at its live postcodes.

    Wrong where postcodes are not alike: a business park or a hospital has many and few residents, a new estate has
    residents and postcodes that the census did not know. Worst for an area smaller than an LSOA (about 1,600
    residents); within a few per cent for a town.

    Parameters
    ----------
    areas
        ``geometry`` in EPSG:27700.
    residents
        Residents by LSOA code; postcodes of an LSOA that is not in it count as not known.
    gazetteer_frame
        ``easting``, ``northing``, ``live``, ``lsoa`` of each postcode: the ``frame`` of a
        :class:`geo.places.postcodes.Gazetteer`.

    Returns
    -------
    Indexed like ``areas``: ``residents`` (missing where no postcode of the area has a count: not loaded, not zero),
    ``postcodes`` (live ones in the area) and ``not_known`` (those of them without residents loaded, so that the number
    is too low).

    Raises
    ------
    SchemaError
        If ``areas`` are not in EPSG:27700, or a column is missing.
    """
    if areas.crs is None or areas.crs.to_epsg() != int(GRID.removeprefix("EPSG:")):
        raise SchemaError(f"areas must be in {GRID} to count who lives in them; reproject them first")
    if missing := [name for name in ("easting", "northing", "live", "lsoa") if name not in gazetteer_frame.columns]:
        raise SchemaError(f"the gazetteer lacks {len(missing)} columns (first: {missing[0]!r})")
    live = gazetteer_frame[gazetteer_frame["live"]]
    each = live["lsoa"].map(residents / live["lsoa"].value_counts()).to_numpy(dtype=np.float64)
    tree = shapely.STRtree(shapely.points(live["easting"].to_numpy(), live["northing"].to_numpy()))
    area, postcode = tree.query(areas.geometry.to_numpy(), predicate="covers")
    number = len(areas)
    known = ~np.isnan(each[postcode])
    totals = np.bincount(area, np.nan_to_num(each[postcode]), minlength=number)
    counted = np.bincount(area[known], minlength=number)
    postcodes = np.bincount(area, minlength=number)
    return pd.DataFrame(
        {
            "residents": np.where(counted > 0, totals, np.nan),
            "postcodes": postcodes,
            "not_known": postcodes - counted,
        },
        index=areas.index,
    )
