"""County, district and LSOA boundaries of the counties that ship, and which counties those are."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID
from geo.errors import CrsError, PlaceError, SchemaError, SourceError
from geo.places.counties import match_county
from geo.settings import data_folder

Edition = Literal["2011-2021", "2021-"]

_COLUMNS = ("level", "edition", "code", "name", "district", "district_2021", "geometry")


@dataclass(frozen=True, eq=False)
class Areas:
    """
    The boundaries of one county, in EPSG:27700: its outline, its districts by edition and its LSOAs of 2011.

    Generalised to about 200 m: right for maps and totals, wrong within a street of a border. ``lsoas`` has the columns
    ``code, name, district, district_2021, geometry``.
    """

    name: str
    county: BaseGeometry
    lsoas: gpd.GeoDataFrame
    every_district: gpd.GeoDataFrame

    def districts(self, edition: Edition = "2011-2021") -> gpd.GeoDataFrame:
        """
        Give ``code, name, geometry`` of the districts of one edition, in order of name.

        Raises
        ------
        PlaceError
            If there is no such edition.
        """
        chosen = self.every_district[self.every_district["edition"] == edition]
        if chosen.empty:
            known = " or ".join(sorted(self.every_district["edition"].unique()))
            raise PlaceError(f"no districts of the edition {edition!r}; choose {known}")
        return chosen[["code", "name", "geometry"]].sort_values("name", ignore_index=True)


def slug(name: str) -> str:
    """
    Write a county's name as the name of its files.

    Examples
    --------
    >>> slug("Cambridgeshire and Peterborough")
    'cambridgeshire-and-peterborough'
    """
    return "-".join(name.casefold().replace("-", " ").split())


def counties() -> tuple[str, ...]:
    """Name the counties whose boundaries, postcodes and residents are all here, in order."""
    folder = data_folder()
    stems = sorted(
        path.stem
        for path in (folder / "boundaries").glob("*.parquet")
        if (folder / "postcodes" / path.name).is_file() and (folder / "residents" / f"{path.stem}.csv").is_file()
    )
    paths = [folder / "boundaries" / f"{stem}.parquet" for stem in stems]
    return tuple(_county_name(path, path.stat().st_mtime_ns) for path in paths)


def data_file(room: str, county: str, suffix: str) -> tuple[str, Path]:
    """
    Give the proper name of a county that ships and its file in one folder of the data.

    Raises
    ------
    PlaceError
        If the county does not ship; the message names those that do, and how to add it.
    """
    known = counties()
    if name := match_county(county, known):
        return name, data_folder() / room / f"{slug(name)}.{suffix}"
    here = ", ".join(known) or "none"
    raise PlaceError(f"no data for the county {county!r} (here: {here}); add it with: triage-map data {county!r}")


def load_areas(county: str) -> Areas:
    """
    Read the boundaries of one county that ships.

    Raises
    ------
    PlaceError
        If the county does not ship.
    SourceError, SchemaError, CrsError
        If its file cannot be read, lacks a column or a county outline, or is not in EPSG:27700.
    """
    name, path = data_file("boundaries", county, "parquet")
    rows = _read(path)
    outline = rows[rows["level"] == "county"]
    if len(outline) != 1:
        raise SchemaError(f"{path} holds {len(outline)} county outlines instead of one; {_again(path)}")
    lsoas = rows[rows["level"] == "lsoa"].sort_values("code", ignore_index=True)
    return Areas(
        name,
        outline.geometry.iloc[0],
        lsoas[["code", "name", "district", "district_2021", "geometry"]],
        rows[rows["level"] == "district"].reset_index(drop=True),
    )


def _read(path: Path) -> gpd.GeoDataFrame:
    try:
        rows = gpd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read as GeoParquet; {_again(path)}") from error
    if missing := [column for column in _COLUMNS if column not in rows.columns]:
        raise SchemaError(f"{path} lacks {len(missing)} columns (first: {missing[0]!r}); {_again(path)}")
    if rows.crs is None or rows.crs.to_epsg() != int(GRID.removeprefix("EPSG:")):
        raise CrsError(f"{path} is not in {GRID}; {_again(path)}")
    return rows


@lru_cache
def _county_name(path: Path, stamp: int) -> str:  # noqa: ARG001 - the stamp is part of the key
    try:
        rows = pd.read_parquet(path, columns=["level", "name"])
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read as Parquet; {_again(path)}") from error
    return str(rows.loc[rows["level"] == "county", "name"].iloc[0])


def _again(path: Path) -> str:
    return f"derive it again: triage-map data {path.stem!r}"
