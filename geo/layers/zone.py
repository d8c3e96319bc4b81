"""A zone: where a base may stand without being clearly worse than the best."""

from dataclasses import dataclass

import folium
import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID
from geo.errors import SchemaError
from geo.layers import shapes
from geo.layers.base import Drawing, escape, group
from geo.layers.legend import Entry, Legend
from geo.layers.palette import BLUES

COLOUR = BLUES[-1]
FILL = 0.15
SIMPLIFIED_METRES = 50.0


@dataclass(frozen=True, eq=False)
class ZoneLayer:
    """
    One shape, outlined and lightly filled, with what it stands for in its legend.

    Parameters
    ----------
    shape
        EPSG:27700, metres; not empty.
    text
        What lies in it: '812 postcodes not clearly worse'.
    note
        What to know of it, in the legend.
    """

    shape: BaseGeometry
    text: str
    name: str = "Not clearly worse than the best"
    note: str = ""

    def __post_init__(self) -> None:
        if self.shape.is_empty:
            raise SchemaError(f"{self.name}: the zone is empty")

    def explained(self) -> Legend:
        """Make the legend: one line for the zone."""
        return Legend(self.name, "", (Entry(self.text, COLOUR, "line"),), self.note)

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the outline and the legend."""
        lighter = gpd.GeoSeries([self.shape], crs=GRID).simplify(SIMPLIFIED_METRES)
        top = lighter.iloc[0].representative_point()
        band = {
            "shape": shapes.geometries(lighter)[0],
            "colour": COLOUR,
            "fill": FILL,
            "at": shapes.spot(top.x, top.y),
            "html": escape(""),
        }
        return group(self.name, Drawing("isochrones", {"bands": [band]}), self.explained().drawing())
