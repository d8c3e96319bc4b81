"""The areas that hold half, three quarters and nine tenths of what was counted: outlines with their share."""

from collections.abc import Mapping
from dataclasses import dataclass

import folium
import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID
from geo.errors import SchemaError
from geo.layers import shapes
from geo.layers.base import Drawing, escape, group
from geo.layers.legend import Entry, Legend

COLOURS = ("#1a1a1a", "#4d4d4d", "#7a7a7a")
"""The smallest area darkest; greys, for they lie on the blues of a density."""

SIMPLIFIED_METRES = 60.0


@dataclass(frozen=True, eq=False)
class ContourLayer:
    """
    Outlines by the share that lies within them, unfilled, each with its share written on it.

    Parameters
    ----------
    outlines
        Shapes by share (0 to 1), EPSG:27700; three at most, none of them empty.
    counted
        What the share is of: 'of the incidents'.
    """

    outlines: Mapping[float, BaseGeometry]
    counted: str = "of the incidents"
    name: str = "Areas that hold a share"

    def __post_init__(self) -> None:
        if len(self.outlines) > len(COLOURS):
            raise SchemaError(f"{self.name}: {len(self.outlines)} outlines cannot be told apart; give {len(COLOURS)}")
        if empty := [share for share, shape in self.outlines.items() if shape.is_empty]:
            raise SchemaError(f"{self.name}: {len(empty)} outlines are empty (first: {empty[0]:.0%})")

    def entries(self) -> tuple[Entry, ...]:
        """Make the lines of a legend, the smallest share first."""
        marked = zip(sorted(self.outlines), COLOURS, strict=False)
        return tuple(Entry(f"{share:.0%} {self.counted}", colour, "line") for share, colour in marked)

    def explained(self) -> Legend:
        """Make a legend of its own."""
        return Legend(self.name, "", self.entries())

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the outlines, the widest at the bottom, and their shares."""
        bands = [self._band(share, colour) for share, colour in zip(sorted(self.outlines), COLOURS, strict=False)]
        return group(self.name, Drawing("isochrones", {"bands": bands[::-1]}))

    def _band(self, share: float, colour: str) -> dict[str, object]:
        lighter = gpd.GeoSeries([self.outlines[share]], crs=GRID).simplify(SIMPLIFIED_METRES)
        largest = max(getattr(lighter.iloc[0], "geoms", [lighter.iloc[0]]), key=lambda part: part.area)
        top = max(largest.exterior.coords, key=lambda corner: corner[1])
        return {
            "shape": shapes.geometries(lighter)[0],
            "colour": colour,
            "fill": 0,
            "weight": 1.2,
            "at": shapes.spot(*top[:2]),
            "html": escape(f"{share:.0%}"),
        }
