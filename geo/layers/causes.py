"""Areas by category: the first cause for which demand is lost there, named in each area as well as coloured."""

from dataclasses import dataclass

import folium
import geopandas as gpd

from geo.errors import SchemaError
from geo.layers import shapes
from geo.layers.base import Drawing, escape, escape_lines, group
from geo.layers.legend import CANNOT_TELL, Entry, Legend
from geo.layers.palette import Mark

SIMPLIFIED_METRES = 40.0


@dataclass(frozen=True, eq=False)
class CauseLayer:
    """
    Areas coloured by their cause, which is also written into them, so that no colour need be told apart.

    Parameters
    ----------
    areas
        ``name``, ``cause``, ``label`` (what is written below the name), ``text`` (tooltip, its lines kept),
        ``cannot_tell`` (hatched where true), ``geometry`` in EPSG:27700.
    marks
        The colour of each cause; see :func:`geo.layers.palette.categories`.
    note
        What to know of it, in the legend.
    """

    name: str
    areas: gpd.GeoDataFrame
    marks: dict[str, Mark]
    note: str = ""

    def __post_init__(self) -> None:
        shapes.check(self.areas, ("name", "cause", "label", "text", "cannot_tell", "geometry"), self.name)
        if odd := sorted(set(self.areas["cause"]) - set(self.marks)):
            raise SchemaError(f"{self.name}: {len(odd)} causes have no colour (first: {odd[0]!r}); give each a mark")

    def explained(self) -> Legend:
        """Make the legend: the causes that occur, and the hatch where there is one."""
        here = set(self.areas["cause"])
        entries = [Entry(cause, mark.colour) for cause, mark in self.marks.items() if cause in here]
        return Legend(self.name, "", (*entries, *([CANNOT_TELL] if self.areas["cannot_tell"].any() else [])), self.note)

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the areas, their tooltips, what is written in them, and the legend."""
        lighter = shapes.simplified(self.areas.geometry, SIMPLIFIED_METRES)
        rows = list(self.areas.itertuples(index=False))
        looks = [
            {
                "fill": self.marks[row.cause].colour,
                "pattern": "hatch" if row.cannot_tell else None,
                "html": f"<b>{escape(row.name)}</b><br>{escape_lines(row.text)}",
            }
            for row in rows
        ]
        labels = [
            {"at": at, "html": f"<i>{escape(row.name)}</i><b>{escape(row.label)}</b>"}
            for at, row in zip(shapes.label_spots(self.areas.geometry), rows, strict=True)
        ]
        data = {"shapes": shapes.features(lighter, looks), "labels": labels}
        return group(self.name, Drawing("areas", data), self.explained().drawing())
