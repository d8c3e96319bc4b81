"""The county outline on its land, and the districts in it with their names."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import folium
import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID
from geo.errors import SchemaError
from geo.layers import shapes
from geo.layers.base import LAND, Drawing, escape, group

ATTRIBUTION = "Boundaries: ONS, OGL v3.0; contains OS data © Crown copyright and database right"
SIMPLIFIED_METRES = 40.0


@dataclass(frozen=True, eq=False)
class BoundaryLayer:
    """
    A county and its districts; draw it above what it frames.

    Outlines are simplified for drawing (about 40 m): where a place lies is never read off this picture. Its land lies
    under every other layer; its lines and names lie where the layer stands in the order.

    Parameters
    ----------
    county
        The outline, EPSG:27700.
    districts
        ``name`` and ``geometry``; none when omitted.
    """

    county: BaseGeometry
    districts: gpd.GeoDataFrame | None = None
    name: str = "County and districts"
    names: bool = True
    attribution: str = ATTRIBUTION

    def __post_init__(self) -> None:
        if self.county.is_empty:
            raise SchemaError(f"{self.name}: the county has no outline")
        if self.districts is not None:
            shapes.check(self.districts, ("name", "geometry"), self.name)

    def to_folium(self) -> folium.FeatureGroup:
        """Draw land, outline, district lines and names; what is drawn is worked out once."""
        return group(self.name, Drawing("boundary", self._data), attribution=self.attribution)

    @cached_property
    def _data(self) -> dict[str, Any]:
        outline = shapes.geometries(shapes.simplified(gpd.GeoSeries([self.county], crs=GRID), SIMPLIFIED_METRES))[0]
        data: dict[str, Any] = {"land": outline, "fill": LAND, "outline": outline, "districts": None, "labels": []}
        if self.districts is not None:
            lines = shapes.simplified(self.districts.geometry, SIMPLIFIED_METRES)
            data["districts"] = shapes.features(lines, [{} for _ in lines])
            if self.names:
                data["labels"] = _labels(self.districts)
        return data


def _labels(districts: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Name each district inside it, the largest first: where two names would overlap it is the one that stays."""
    ordered = districts.iloc[districts.to_crs(GRID).area.argsort()[::-1]]
    places = shapes.label_spots(ordered.geometry)
    return [{"at": at, "html": escape(name)} for at, name in zip(places, ordered["name"], strict=True)]
