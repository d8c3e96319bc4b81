"""Incidents as points: stacked ones as a number, and how precisely each place is known as a halo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import folium
import pandas as pd

from geo.errors import SchemaError
from geo.layers import shapes
from geo.layers.base import Drawing, escape_lines, group
from geo.layers.legend import Entry, Legend, sign
from geo.layers.palette import MARKS, Mark
from geo.numbers import thousands

ROUGH = ("sector", "district")
"""Precisions that are drawn hollow: the point stands for an area."""

MOST = 10_000
"""Points drawn at most: with more of them a browser takes seconds over each step (at 100,000 about seven)."""


@dataclass(frozen=True, eq=False)
class IncidentLayer:
    """
    Incidents at their places: 5 px points, hollow and with a halo where only a sector or district is known.

    Points closer than a finger's width are one circle with their number. At most :data:`MOST` are drawn, in the order
    of the frame; :attr:`name` and :attr:`message` say how many are not. Only for authorised eyes: each point is a
    record.

    Parameters
    ----------
    incidents
        ``easting``, ``northing`` (metres), ``uncertainty_metres`` (radius of the halo), ``precision``, ``text`` (plain
        text, its lines kept); ``category`` is optional and must then be one of ``marks``.
    marks
        Colour and shape of each category, from :func:`geo.layers.palette.categories`.
    legend
        Shown with the layer; :meth:`explained` makes it.
    """

    incidents: pd.DataFrame
    title: str = "Incidents"
    marks: Mapping[str, Mark] = field(default_factory=dict)
    legend: Legend | None = None
    attribution: str = ""

    def __post_init__(self) -> None:
        wanted = ("easting", "northing", "uncertainty_metres", "precision", "text")
        shapes.check(pd.DataFrame(self.incidents), wanted, self.title)
        shapes.check_points(pd.DataFrame(self.incidents), self.title)
        if odd := sorted(set(self._categories()) - set(self._names())):
            raise SchemaError(f"{self.title}: {len(odd)} categories have no colour and shape (first: {odd[0]!r})")

    @property
    def name(self) -> str:
        """The title, and how many are drawn where not all are."""
        return self.title if not self.message else f"{self.title} ({self.message})"

    @property
    def message(self) -> str:
        """How many of how many are drawn, or nothing when all are."""
        everything = len(self.incidents)
        return "" if everything <= MOST else f"first {thousands(MOST)} of {thousands(everything)} drawn"

    def explained(self) -> Legend:
        """Make the legend: categories, and what a hollow point, a halo and a number mean, where they occur."""
        rough = self.incidents["precision"].isin(ROUGH)
        seen = set(self._categories())
        lines = [
            Entry(key or "incident", self._mark(key).colour, "point", self._mark(key).shape)
            for key in self._names()
            if key in seen
        ]
        if rough.any():
            lines.append(Entry("place only roughly known", MARKS[0].colour, "open_point"))
            lines.append(Entry("halo: where it may have been", look="halo"))
        lines.append(Entry("several together", MARKS[0].colour, "count"))
        return Legend(self.title, entries=tuple(lines), note=self.message)

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the points, clustered, with halos and the legend."""
        drawn = self.incidents.head(MOST)
        kinds = [(key, hollow) for key in self._names() for hollow in (False, True)]
        places = {kind: place for place, kind in enumerate(kinds)}
        rows = zip(
            shapes.spots(drawn["easting"], drawn["northing"]),
            self._categories(),
            drawn["precision"].isin(ROUGH),
            drawn["uncertainty_metres"].fillna(0.0),
            drawn["text"],
            strict=False,
        )
        points: list[list[Any]] = [
            [*at, places[category, bool(hollow)], round(float(metres)), escape_lines(text)]
            for at, category, hollow, metres, text in rows
        ]
        icons = [sign(self._mark(key), hollow=hollow) for key, hollow in kinds]
        legend = [self.legend.drawing()] if self.legend else []
        return group(
            self.name, Drawing("incidents", {"icons": icons, "points": points}), *legend, attribution=self.attribution
        )

    def _names(self) -> list[str]:
        """Name the categories that may occur; a single one without a name where there are none."""
        return list(self.marks) or [""]

    def _categories(self) -> list[str]:
        if not self.marks or "category" not in self.incidents.columns:
            return [""] * len(self.incidents)
        return [str(category) for category in self.incidents["category"]]

    def _mark(self, category: str) -> Mark:
        return self.marks[category] if self.marks else MARKS[0]
