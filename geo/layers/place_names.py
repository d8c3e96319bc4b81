"""Small labels of towns, so that a map without streets can be read."""

from dataclasses import dataclass

import folium
import pandas as pd

from geo.layers import shapes
from geo.layers.base import Drawing, escape, group


@dataclass(frozen=True, eq=False)
class PlaceNamesLayer:
    """
    Names at points (``name``, ``easting``, ``northing``); where names would overlap, the earlier row stays.
    """

    places: pd.DataFrame
    name: str = "Place names"
    attribution: str = ""

    def __post_init__(self) -> None:
        shapes.check(pd.DataFrame(self.places), ("name", "easting", "northing"), self.name)
        shapes.check_points(pd.DataFrame(self.places), self.name)

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the names."""
        spots = shapes.spots(self.places["easting"], self.places["northing"])
        labels = [{"at": at, "html": escape(text)} for at, text in zip(spots, self.places["name"], strict=True)]
        return group(self.name, Drawing("names", {"labels": labels}), attribution=self.attribution)
