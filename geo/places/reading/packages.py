"""Binary files of areas: GeoPackage and Shapefile through GDAL, GeoParquet through Arrow."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from geo.incidents.reading.wire import Refused
from geo.places.reading.features import MOST_COLUMNS, MOST_FEATURES, Feature, Features, text_of

SKIPPED = (
    *(
        "ADBC",
        "AIVector",
        "AVCBin",
        "AVCE00",
        "AmigoCloud",
        "CAD",
        "CSV",
        "CSW",
        "Carto",
        "DGN",
        "DWG",
        "DXF",
        "EDIGEO",
    ),
    *("EEDA", "ESRIJSON", "Elasticsearch", "FileGDB", "FlatGeobuf", "GDALG", "GML", "GMLAS", "GPSBabel", "GPX", "GTFS"),
    *("Geoconcept", "GeoJSON", "GeoJSONSeq", "GeoRSS", "HANA", "HTTP", "IDB", "INGRES", "Idrisi", "JML", "JSONFG"),
    *(
        "KML",
        "LIBKML",
        "LVBAG",
        "MBTiles",
        "MEM",
        "Memory",
        "MongoDBv3",
        "MSSQLSpatial",
        "MVT",
        "MapInfo File",
        "MapML",
    ),
    *("MiraMonVector", "MySQL", "NAS", "NGW", "OAPIF", "OCI", "ODBC", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT"),
    *("OSM", "OpenFileGDB", "PCIDSK", "PDF", "PDS4", "PGDUMP", "PGeo", "PLSCENES", "PMTiles", "Parquet", "PostgreSQL"),
    *(
        "S57",
        "SOSI",
        "SQLite",
        "SXF",
        "Selafin",
        "TIGER",
        "TopoJSON",
        "VDV",
        "VFK",
        "VICAR",
        "WAsP",
        "WFS",
        "XLS",
        "XLSX",
    ),
    *("XODR", "Arrow", "netCDF"),
)
"""Every vector driver of GDAL 3.12 but GeoPackage and Shapefile: no network, no database, no link elsewhere."""

_ENCODINGS = "WKB"


def read_ogr(pyogrio: Any, file: Path, layer: str, inner: str | None) -> Features:
    """
    Read a layer of a GeoPackage or a shapefile.

    Raises
    ------
    Refused
        If GDAL cannot read it, or it holds more features than are allowed.
    """
    try:
        about = pyogrio.read_info(str(file), layer=inner, force_feature_count=True)
        _check_number(int(about["features"]))
        meta, table = pyogrio.read_arrow(str(file), layer=inner, datetime_as_string=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        raise Refused(f"cannot be read as a layer ({str(error).splitlines()[0][:160]}); export it again") from error
    except (pa.ArrowInvalid, UnicodeDecodeError, RuntimeError, ValueError) as error:
        raise Refused(f"cannot be read as a layer ({str(error)[:160]}); export it again") from error
    name = meta["geometry_name"] or "wkb_geometry"
    if name not in table.column_names:
        raise Refused(f"has no shapes in its layer {layer!r}; export the areas again")
    crs = _crs_of(meta["crs"])
    stated = crs.name if crs is not None else "no reference system"
    return Features(layer, _features(table[name]), _columns(table, name), crs, stated)


def read_geoparquet(file: Path, layer: str) -> Features:
    """
    Read a GeoParquet file with WKB shapes.

    Raises
    ------
    Refused
        If it is no Parquet, says of no column that it holds shapes, or holds them in another encoding.
    """
    try:
        with pq.ParquetFile(file) as package:
            _check_number(package.metadata.num_rows)
            about = json.loads((package.schema_arrow.metadata or {}).get(b"geo", b"{}"))
            table = package.read()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, ValueError) as error:
        raise Refused(f"cannot be read as Parquet ({str(error)[:160]}); export it again") from error
    name = about.get("primary_column") if isinstance(about, dict) else None
    columns = about.get("columns") if isinstance(about, dict) else None
    column = columns.get(name) if isinstance(columns, dict) else None
    if not isinstance(name, str) or not isinstance(column, dict) or name not in table.column_names:
        raise Refused("is Parquet without shapes (no GeoParquet metadata); export it as GeoParquet")
    if column.get("encoding") != _ENCODINGS:
        raise Refused(f"holds its shapes as {str(column.get('encoding'))[:40]!r}; export it with the encoding WKB")
    crs = pyproj.CRS("OGC:CRS84") if "crs" not in column else _crs_of(column["crs"])
    stated = "no reference system" if crs is None else crs.name
    return Features(layer, _features(table[name]), _columns(table, name), crs, stated)


def _check_number(number: int) -> None:
    if number > MOST_FEATURES:
        raise Refused(f"holds {number:,} features, more than {MOST_FEATURES:,}; save a smaller part")


def _crs_of(given: Any) -> pyproj.CRS | None:
    """Read a reference system; one that is not known is none, and the numbers are looked at."""
    if not given:
        return None
    try:
        crs = pyproj.CRS.from_user_input(given)
    except pyproj.exceptions.CRSError:
        return None
    return crs if crs.is_geographic or crs.is_projected or crs.is_compound else None


def _features(shapes: pa.ChunkedArray) -> tuple[Feature, ...]:
    """Take shapes from WKB one by one: what GEOS cannot read is a fault of its feature alone."""
    return tuple(_feature(value.as_py()) for value in shapes)


def _feature(wkb: bytes | None) -> Feature:
    if not wkb:
        return Feature(None, "it has no geometry")
    try:
        shape = shapely.force_2d(shapely.from_wkb(wkb))
    except shapely.errors.GEOSException as error:
        return Feature(None, f"its geometry cannot be read ({str(error)[:80]})")
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return Feature(None, "a coordinate of it is NaN or infinite")
    return Feature(shape)


def _columns(table: pa.Table, shapes: str) -> dict[str, list[str]]:
    """Give the columns of a table as text, without shapes and other bytes."""
    kept = [
        name
        for name in table.column_names
        if name != shapes
        and not pa.types.is_binary(table.schema.field(name).type)
        and table.column_names.count(name) == 1
    ]
    return {name: [text_of(value) for value in table[name].to_pylist()] for name in kept[:MOST_COLUMNS]}
