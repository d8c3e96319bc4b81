"""How far a car gets: outlines with their minutes, lightly filled."""

from dataclasses import dataclass

import folium
import geopandas as gpd
import numpy as np
import shapely

from geo.crs import GRID
from geo.errors import SchemaError
from geo.layers import shapes
from geo.layers.base import Drawing, escape, group
from geo.layers.legend import Entry, Legend
from geo.layers.palette import ORANGES, number

MOST_FILL = 0.15
"""Where all bands lie on each other, their fills together hide no more than this of what is below."""

SIMPLIFIED_METRES = 20.0
"""How far a drawn outline may lie from the one given, at least."""

OUTLINE_PIXELS = 1_000
"""And up to this part of the widest outline's width, which is about a pixel where it fills a map."""


@dataclass(frozen=True, eq=False)
class IsochroneLayer:
    """
    Areas within a drive time of a base, as outlines: one hue, the nearest darkest.

    A picture: what is covered is never read off it. Outlines are simplified for drawing: by 20 m, or by about a pixel
    where they are wider than 20 km. Those from ``isochrones(…, quick=True)`` are drawn alike.

    Parameters
    ----------
    bands
        ``minutes`` and ``geometry``, nested, five at most, as :func:`geo.routing.isochrones.isochrones` gives them.
    label
        What roads and speeds the times rest on: the network's label, shown in the legend.
    """

    bands: gpd.GeoDataFrame
    label: str = ""
    name: str = "Drive time from the base"
    attribution: str = ""

    def __post_init__(self) -> None:
        shapes.check(self.bands, ("minutes", "geometry"), self.name)
        if len(self.bands) > len(ORANGES):
            raise SchemaError(
                f"{self.name}: {len(self.bands)} outlines cannot be told apart; give {len(ORANGES)} at most"
            )

    def explained(self) -> Legend:
        """Make the legend: a line for each outline, and the label of the roads."""
        ordered = sorted(float(minutes) for minutes in self.bands["minutes"])
        lines = tuple(
            Entry(f"within {number(minutes)}", colour, "line")
            for minutes, colour in zip(ordered, ORANGES, strict=False)
        )
        return Legend(self.name, "minutes", lines, self.label)

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the outlines, the widest at the bottom, their minutes and the legend."""
        ordered = self.bands.sort_values("minutes", ignore_index=True)
        lighter = _lighter(ordered.to_crs(GRID).geometry)
        fill = round(1 - (1 - MOST_FILL) ** (1 / max(len(ordered), 1)), 4)
        written, tops = shapes.geometries(lighter), [_top(shape) for shape in lighter]
        bands = [
            {
                "shape": shape,
                "colour": colour,
                "fill": fill,
                "at": shapes.spot(*top),
                "html": escape(f"{number(minutes)} min"),
            }
            for shape, colour, top, minutes in zip(
                written, ORANGES, tops, ordered["minutes"].astype(float), strict=False
            )
        ]
        legend = self.explained().drawing()
        return group(self.name, Drawing("isochrones", {"bands": bands[::-1]}), legend, attribution=self.attribution)


def _lighter(outlines: gpd.GeoSeries) -> gpd.GeoSeries:
    """Make outlines in metres lighter for drawing."""
    west, south, east, north = outlines.total_bounds
    return outlines.simplify(max(SIMPLIFIED_METRES, max(east - west, north - south) / OUTLINE_PIXELS))


def _top(shape: shapely.Geometry) -> tuple[float, float]:
    """Give the northernmost point of a shape's largest part: where its label stands."""
    largest = max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)
    corners = shapely.get_coordinates(largest)
    east, north = corners[int(np.argmax(corners[:, 1]))]
    return float(east), float(north)
