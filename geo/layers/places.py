"""Places by how much was counted at each: circles whose area is the count."""

from dataclasses import dataclass

import folium
import numpy as np
import pandas as pd

from geo.errors import SchemaError
from geo.layers import shapes
from geo.layers.base import Drawing, escape_lines, group
from geo.layers.legend import Entry, Legend
from geo.layers.palette import MARKS, number

MOST = 5_000
"""Circles drawn at most; more of them lie on each other, and areas say it better."""

LEAST_PIXELS, MOST_PIXELS = 2.5, 16.0


@dataclass(frozen=True, eq=False)
class PlaceLayer:
    """
    Exact places, each once, as circles whose area grows with ``counted``; the largest lie at the bottom.

    Only for authorised eyes: a place is about 15 addresses, or one.

    Parameters
    ----------
    places
        ``easting``, ``northing`` (metres), ``counted`` (above 0), ``text`` (plain text, its lines kept).
    unit
        What is counted.
    """

    places: pd.DataFrame
    unit: str = "incidents"
    name: str = "Places"

    def __post_init__(self) -> None:
        shapes.check(self.places, ("easting", "northing", "counted", "text"), self.name)
        shapes.check_points(self.places, self.name)
        if len(self.places) > MOST:
            raise SchemaError(f"{self.name}: {len(self.places)} places are more than {MOST} circles; sum them by area")
        if odd := int((~(self.places["counted"] > 0)).sum()):
            raise SchemaError(f"{self.name}: {odd} places have nothing counted; leave them out")

    def explained(self) -> Legend:
        """Make the legend: what the largest circle stands for."""
        most = float(self.places["counted"].max()) if len(self.places) else 0.0
        line = Entry(
            f"largest: {number(round(most, 1))} {self.unit}; half the area is half of it", MARKS[0].colour, "point"
        )
        return Legend(self.name, self.unit, (line,))

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the circles, the largest first, and the legend."""
        ordered = self.places.sort_values("counted", ascending=False, kind="stable")
        most = float(ordered["counted"].max()) if len(ordered) else 1.0
        sizes = np.maximum(MOST_PIXELS * np.sqrt(ordered["counted"].to_numpy(np.float64) / most), LEAST_PIXELS)
        points = [
            [*at, round(float(size), 1), escape_lines(text)]
            for at, size, text in zip(
                shapes.spots(ordered["easting"], ordered["northing"]), sizes, ordered["text"], strict=True
            )
        ]
        data = {"colour": MARKS[0].colour, "points": points}
        return group(self.name, Drawing("places", data), self.explained().drawing())
