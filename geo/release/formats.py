"""
The formats in which layers and tables leave; each file is opened again and held against what was written into it.

A file that does not hold the same rows, columns and reference system is an error, and then nothing leaves.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from geo import crs
from geo.errors import ProjectError
from geo.incidents.values import NOT_XML
from geo.layers.assets import inline
from geo.layers.base import Layer, around, draw
from geo.layers.bases import BaseLayer
from geo.layers.boundaries import BoundaryLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.isochrones import IsochroneLayer
from geo.release.cells import flat, inert
from geo.release.dictionary import dictionary
from geo.release.styles import STYLES_TABLE, style_table

Tables = dict[str, pd.DataFrame]
SHAPELESS = {"hours"}
TABULAR = {"csv", "xlsx", "parquet"}


def _shapes(tables: Tables) -> dict[str, gpd.GeoDataFrame]:
    return {name: table for name, table in tables.items() if isinstance(table, gpd.GeoDataFrame)}


def _vector(table: gpd.GeoDataFrame, path: Path, driver: str, **options: str) -> None:
    """Write a layer and open it again: the same rows, columns and reference system."""
    _write(table, path, driver=driver, **options)
    layer = {"layer": options["layer"]} if "layer" in options else {}
    info = pyogrio.read_info(path, **layer, force_feature_count=True)
    held = {str(name).casefold() for name in info["fields"]}
    _same(path, "rows", len(table), int(info["features"]))
    _same(path, "reference system", table.crs.to_epsg(), CRS(info["crs"]).to_epsg())
    _lacks(path, [name for name in table.columns if name != table.geometry.name and name.casefold() not in held])


def _write(table: pd.DataFrame, path: Path, **options: str) -> None:
    """Write a layer; what GDAL says of a disk or a name is said in our words."""
    try:
        pyogrio.write_dataframe(table, path, **options)
    except (DataSourceError, DataLayerError) as error:
        raise ProjectError(
            f"{path.name} could not be written ({error}); check that the disk has room, or leave this format out"
        ) from error


def _geojson(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    for name, table in _shapes(tables).items():
        _vector(table.to_crs(crs.LONLAT), folder / f"{name}.geojson", "GeoJSON")


def _kml(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    for name, table in _shapes(tables).items():
        _vector(table.to_crs(crs.LONLAT), folder / f"{name}.kml", "KML")


def _gpkg(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    path, shapes = folder / "triage-map.gpkg", _shapes(tables)
    for name, table in shapes.items():
        _vector(table, path, "GPKG", layer=name, VERSION="1.2")
    styles = style_table(shapes)
    _write(styles, path, driver="GPKG", layer=STYLES_TABLE, FID="id")
    _same(path, "styles", len(styles), int(pyogrio.read_info(path, layer=STYLES_TABLE)["features"]))


def _parquet(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        table.to_parquet(path)
        again = gpd.read_parquet(path) if isinstance(table, gpd.GeoDataFrame) else pd.read_parquet(path)
        _like(path, table, again)
        if isinstance(table, gpd.GeoDataFrame):
            _same(path, "reference system", table.crs.to_epsg(), again.crs.to_epsg())


def _csv(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    for name, table in tables.items():
        path, written = folder / f"{name}.csv", flat(table)
        written.to_csv(path, index=False, quoting=csv.QUOTE_NONNUMERIC)  # a bare carriage return is quoted only so
        _like(path, written, pd.read_csv(path, dtype="str", keep_default_na=False, skip_blank_lines=False))


def _xlsx(tables: Tables, folder: Path, about: dict[str, Any]) -> None:
    path = folder / "triage-map.xlsx"
    words = pd.DataFrame({"about": list(about), "value": [inert(str(value)) for value in about.values()]})
    sheets = {"about": words, "dictionary": dictionary(tables), **{name: flat(table) for name, table in tables.items()}}
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for name, table in sheets.items():
            _writable(table).to_excel(book, sheet_name=name, index=False)
    for name, table in sheets.items():
        _like(path, table, pd.read_excel(path, sheet_name=name, engine="calamine", dtype="str"))


def _html(tables: Tables, folder: Path, about: dict[str, Any]) -> None:
    shapes, path = _shapes(tables), folder / "map.html"
    everything = pd.concat([table.geometry.to_crs(crs.LONLAT) for table in shapes.values()])
    west, south, east, north = everything.total_bounds
    drawn = draw(
        _drawn(shapes, about),
        centre=((south + north) / 2, (west + east) / 2),
        fit_bounds=around([(west, south, east, north)]),
    )
    text = inline(drawn)
    path.write_text(text, encoding="utf-8")
    _same(path, "characters", len(text), len(path.read_text(encoding="utf-8")))


FORMATS: dict[str, Callable[[Tables, Path, dict[str, Any]], None]] = {
    "gpkg": _gpkg,
    "geojson": _geojson,
    "parquet": _parquet,
    "csv": _csv,
    "xlsx": _xlsx,
    "kml": _kml,
    "html": _html,
}
"""Formats by name, and what writes each."""


def _like(path: Path, written: pd.DataFrame, again: pd.DataFrame) -> None:
    """Hold a table that was opened again against what was written."""
    _same(path, "rows", len(written), len(again))
    _lacks(path, [str(name) for name in written.columns if name not in again.columns])


def _same(path: Path, what: str, written: object, found: object) -> None:
    if written != found:
        raise ProjectError(
            f"{path.name} was opened again and does not hold what was written ({what}: {written} written, {found} "
            "found); nothing was put in place: try again, and report this if it stays"
        )


def _lacks(path: Path, columns: Iterable[str]) -> None:
    if missing := list(columns):
        raise ProjectError(
            f"{path.name} was opened again and lacks {len(missing)} columns (first: {missing[0]}); nothing was put in "
            "place: try again, and report this if it stays"
        )


def _writable(table: pd.DataFrame) -> pd.DataFrame:
    """Put a sign in place of what a workbook cannot hold."""
    texts = table.select_dtypes(["object", "string"])
    return table.assign(
        **{name: texts[name].map(lambda text: NOT_XML.sub("\ufffd", text), na_action="ignore") for name in texts}
    )


def _drawn(shapes: dict[str, gpd.GeoDataFrame], about: dict[str, Any]) -> list[Layer]:
    """Draw what a one-file map can show; points never stand in it."""
    layers: list[Layer] = []
    if "county" in shapes:
        layers.append(BoundaryLayer(shapes["county"].geometry.iloc[0], shapes.get("districts")))
    if "districts" in shapes:
        layers.append(_district_layer(shapes["districts"], about))
    if len(shapes.get("isochrones", ())):
        bands = shapes["isochrones"]
        layers.append(IsochroneLayer(bands[bands["base"] == bands["base"].iloc[0]].iloc[-5:], label=about["roads"]))
    if "base" in shapes:
        points = [
            _Spot(row.name_, row.geometry.x, row.geometry.y)
            for row in shapes["base"].rename(columns={"name": "name_"}).itertuples()
        ]
        layers.append(BaseLayer(tuple(points)))
    return layers


@dataclass(frozen=True, slots=True)
class _Spot:
    """A named point in metres."""

    name: str
    easting: float
    northing: float


def _district_layer(districts: gpd.GeoDataFrame, about: dict[str, Any]) -> Layer:
    value = districts["incidents"].astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    hidden = districts["incidents"].isna()
    text = ["hidden" if of else f"{count:.0f} incidents" for of, count in zip(hidden, value, strict=True)]
    areas = districts.assign(value=value, text=text, state=hidden.map({True: "hidden", False: ""}))
    note = f"{about['protection']} {about['data']}"
    return ChoroplethLayer.of("Incidents by district", areas, unit="incidents", numbers=True, note=note)
