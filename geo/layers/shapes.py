"""Finished geometry as strict GeoJSON in degrees: how every layer turns metres into what a browser draws."""

import json
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID, LONLAT, to_lonlat, turn
from geo.errors import CrsError, SchemaError

DECIMALS = 5
"""Decimals of a degree that are written: about a metre."""

LABEL_METRES = 200.0
"""How near a label comes to the best place for it."""


def check(frame: pd.DataFrame, columns: tuple[str, ...], layer: str) -> None:
    """
    Refuse a frame without the columns that a layer draws.

    Raises
    ------
    SchemaError
        Names the first column that is missing.
    CrsError
        If a frame of shapes does not say where it lies.
    """
    if missing := [column for column in columns if column not in frame.columns]:
        raise SchemaError(f"{layer}: {len(missing)} columns are missing (first: {missing[0]!r})")
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in columns:
        return
    if frame.crs is None:
        raise CrsError(f"{layer}: the shapes have no reference system; set it with set_crs({GRID!r})")
    if gone := int((frame.geometry.isna() | frame.geometry.is_empty).sum()):
        raise SchemaError(
            f"{layer}: {gone} of {len(frame)} rows have no shape; leave them out and count them beside the map"
        )


def check_points(frame: pd.DataFrame, layer: str) -> None:
    """
    Refuse points without a place: the page counts those, the map cannot show them.

    Raises
    ------
    SchemaError
        Says how many have none.
    """
    lost = ~np.isfinite(frame[["easting", "northing"]].to_numpy(dtype=float)).all(axis=1)
    if lost.any():
        raise SchemaError(
            f"{layer}: {int(lost.sum())} of {len(frame)} rows have no place; give only those that have one"
        )


def simplified(shapes: gpd.GeoSeries, metres: float) -> gpd.GeoSeries:
    """
    Make outlines lighter for drawing, within about ``metres``; edges that neighbours share stay shared.

    Only for the picture: never measure a simplified shape or ask what lies inside it. Shapes that overlap (they are no
    coverage) are simplified one by one, and no part is ever lost.
    """
    grid = shapes.to_crs(GRID)
    areas = bool(grid.geom_type.isin(["Polygon", "MultiPolygon"]).all())
    whole = areas and bool(shapely.coverage_is_valid(grid.to_numpy()))
    lighter = shapely.coverage_simplify(grid.to_numpy(), metres) if whole else grid.simplify(metres).to_numpy()
    return gpd.GeoSeries(lighter, index=shapes.index, crs=GRID)


def geometry(shape: BaseGeometry, crs: Any = GRID) -> dict[str, Any]:
    """Write one shape as a GeoJSON geometry in degrees."""
    return geometries(gpd.GeoSeries([shape], crs=crs))[0]


def geometries(shapes: gpd.GeoSeries) -> list[dict[str, Any]]:
    """Write shapes as GeoJSON geometries in degrees, rounded to :data:`DECIMALS`."""
    if shapes.crs == GRID:
        rounded = shapely.transform(shapes.to_numpy(), lambda points: np.round(turn(points, GRID, LONLAT), DECIMALS))
    else:
        rounded = shapely.transform(shapes.to_crs(LONLAT).to_numpy(), lambda points: np.round(points, DECIMALS))
    return [json.loads(written) for written in shapely.to_geojson(rounded)]


def features(shapes: gpd.GeoSeries, properties: list[dict[str, Any]]) -> dict[str, Any]:
    """Write shapes and what belongs to each as a GeoJSON feature collection."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": shape, "properties": more}
            for shape, more in zip(geometries(shapes), properties, strict=True)
        ],
    }


def spot(easting: float, northing: float) -> list[float]:
    """Give a point in metres as Leaflet's latitude and longitude."""
    longitude, latitude = to_lonlat(easting, northing)
    return [round(latitude, DECIMALS), round(longitude, DECIMALS)]


def spots(eastings: npt.ArrayLike, northings: npt.ArrayLike) -> list[list[float]]:
    """Give points in metres as Leaflet's latitudes and longitudes."""
    points = np.column_stack([np.asarray(eastings, dtype=np.float64), np.asarray(northings, dtype=np.float64)])
    degrees = turn(points, GRID, LONLAT).round(DECIMALS).tolist()
    return [[latitude, longitude] for longitude, latitude in degrees]


def label_spots(shapes: gpd.GeoSeries) -> list[list[float]]:
    """Give the point in each area that lies farthest from its edge: where its label stands."""
    radii = shapely.maximum_inscribed_circle(shapes.to_crs(GRID).to_numpy(), LABEL_METRES)
    middles = shapely.get_point(radii, 0)
    return spots(shapely.get_x(middles), shapely.get_y(middles))
