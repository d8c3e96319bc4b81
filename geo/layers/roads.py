"""Motorways and main roads as thin grey lines: something to find one's way by."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import folium
import geopandas as gpd
import shapely

from geo.crs import GRID
from geo.layers import shapes
from geo.layers.base import Drawing, group

ATTRIBUTION = "Roads © OpenStreetMap contributors, ODbL"
COLOUR = "#c4c4c4"
SIMPLIFIED_METRES = 30.0


@dataclass(frozen=True, eq=False)
class RoadLayer:
    """
    Main roads, ``geometry`` and optionally ``major`` (yes for motorways and the like, drawn twice as wide).

    Lines are simplified for drawing (about 30 m) and merged: they say where roads run, not which.
    """

    roads: gpd.GeoDataFrame
    name: str = "Main roads"
    attribution: str = ATTRIBUTION

    def __post_init__(self) -> None:
        shapes.check(self.roads, ("geometry",), self.name)

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the lines, minor ones first; what is drawn is worked out once."""
        return group(self.name, Drawing("lines", {"lines": self._lines}), attribution=self.attribution)

    @cached_property
    def _lines(self) -> list[dict[str, Any]]:
        grid = self.roads.to_crs(GRID)
        major = grid["major"].astype(bool) if "major" in grid.columns else shapely.is_empty(grid.geometry)
        parts = [(1.0, grid.geometry[~major]), (2.2, grid.geometry[major])]
        return [
            {"shapes": shapes.geometry(_merged(part)), "weight": weight, "colour": COLOUR}
            for weight, part in parts
            if len(part)
        ]


def _merged(lines: gpd.GeoSeries) -> shapely.Geometry:
    """Join lines end to end and make them lighter."""
    return shapely.line_merge(shapely.MultiLineString(_flat(lines))).simplify(SIMPLIFIED_METRES)


def _flat(lines: gpd.GeoSeries) -> list[shapely.LineString]:
    """Give single lines, also where a road has several parts."""
    return [part for line in lines for part in getattr(line, "geoms", [line])]
