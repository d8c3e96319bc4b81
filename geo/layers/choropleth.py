"""Areas coloured by a number, in classes that begin and end at round numbers."""

from dataclasses import dataclass
from typing import Any

import folium
import geopandas as gpd
import numpy as np

from geo.errors import SchemaError
from geo.layers import legend as keys
from geo.layers import palette, shapes
from geo.layers.base import Drawing, escape, escape_lines, group
from geo.layers.legend import Legend
from geo.layers.palette import Classes

SIMPLIFIED_METRES = 40.0
STATES = ("", "unknown", "cannot_tell", "not_observed", "hidden")


@dataclass(frozen=True, eq=False)
class ChoroplethLayer:
    """
    Areas coloured by ``value``, each with its ``text`` in a tooltip.

    A value that is missing is drawn as unknown: mid-grey, never zero. Zero is drawn as zero. The column ``state``,
    where there is one, says what else an area is: ``cannot_tell`` keeps its colour under a hatch, ``not_observed`` is
    hatched white, ``hidden`` dotted white and without its value. Shapes are simplified for drawing (about 40 m).

    Parameters
    ----------
    areas
        ``name``, ``value`` (number), ``text`` (plain text, its lines kept), ``geometry``; ``state`` is optional.
    classes
        From :mod:`geo.layers.palette`; made from all values when two maps are to be compared.
    legend
        Shown with the layer and switched off with it.
    numbers
        Also write name and value into each area; for districts, not for LSOAs.
    """

    name: str
    areas: gpd.GeoDataFrame
    classes: Classes
    legend: Legend | None = None
    numbers: bool = False
    attribution: str = ""

    def __post_init__(self) -> None:
        shapes.check(self.areas, ("name", "value", "text", "geometry"), self.name)
        if odd := sorted(set(self._states()) - set(STATES)):
            raise SchemaError(f"{self.name}: {len(odd)} states are none of {', '.join(STATES[1:])} (first: {odd[0]!r})")
        for value in self._values():
            self.classes.colour(value)

    @classmethod
    def of(
        cls,
        name: str,
        areas: gpd.GeoDataFrame,
        *,
        unit: str,
        difference: bool = False,
        numbers: bool = False,
        note: str = "",
        attribution: str = "",
    ) -> "ChoroplethLayer":
        """
        Make the layer with classes of its own values and the legend that explains just what is on it.

        Raises
        ------
        SchemaError
            If a column is missing or a value does not fit: infinite, or negative without ``difference``.
        """
        shapes.check(areas, ("name", "value", "text", "geometry"), name)
        classes = palette.diverging(areas["value"]) if difference else palette.sequential(areas["value"])
        plain = cls(name, areas, classes, None, numbers, attribution)
        return cls(name, areas, classes, plain.explained(unit=unit, note=note), numbers, attribution)

    def explained(self, *, unit: str, note: str = "") -> Legend:
        """Make the legend: the classes, and a line for each of zero, unknown, hatch and dots that occurs."""
        states, values = set(self._states()), self._values()
        lines = []
        if "unknown" in states or any(np.isnan(v) and s == "" for v, s in zip(values, self._states(), strict=True)):
            lines.append(keys.UNKNOWN)
        lines += [
            entry
            for state, entry in (
                ("cannot_tell", keys.CANNOT_TELL),
                ("not_observed", keys.NOT_OBSERVED),
                ("hidden", keys.HIDDEN),
            )
            if state in states
        ]
        zero = any(value == 0 for value in values)
        return Legend.of_classes(self.name, self.classes, unit=unit, zero=zero, more=lines, note=note)

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the areas, their tooltips, the numbers and the legend."""
        lighter = shapes.simplified(self.areas.geometry, SIMPLIFIED_METRES)
        data = {"shapes": shapes.features(lighter, self._looks()), "labels": self._labels() if self.numbers else []}
        drawings = [Drawing("areas", data), *([self.legend.drawing()] if self.legend else [])]
        return group(self.name, *drawings, attribution=self.attribution)

    def _values(self) -> list[float]:
        """Give the value of each area, missing where it is hidden, unknown or was not observed."""
        shown = np.isin(self._states(), ("", "cannot_tell"))
        return [float(value) for value in np.where(shown, self.areas["value"].to_numpy(dtype=float), np.nan)]

    def _states(self) -> list[str]:
        return [str(s) for s in self.areas["state"]] if "state" in self.areas.columns else [""] * len(self.areas)

    def _looks(self) -> list[dict[str, Any]]:
        """Give fill, pattern and tooltip of each area."""
        rows = zip(self._values(), self._states(), self.areas["name"], self.areas["text"], strict=True)
        return [
            {**_look(self.classes, value, state), "html": f"<b>{escape(name)}</b><br>{escape_lines(text)}"}
            for value, state, name, text in rows
        ]

    def _labels(self) -> list[dict[str, Any]]:
        """Write name and value into each area; '?' for unknown, a dash for hidden and not observed."""
        rows = zip(
            shapes.label_spots(self.areas.geometry), self.areas["name"], self._values(), self._states(), strict=True
        )
        return [
            {"at": at, "html": f"<i>{escape(name)}</i><b>{_figure(value, state)}</b>"}
            for at, name, value, state in rows
        ]


def _look(classes: Classes, value: float, state: str) -> dict[str, Any]:
    if state in ("not_observed", "hidden"):
        return {"fill": palette.UNSEEN, "pattern": "hatch" if state == "not_observed" else "dots"}
    return {"fill": classes.colour(value), "pattern": "hatch" if state == "cannot_tell" else None}


def _figure(value: float, state: str) -> str:
    if np.isnan(value):
        return "–" if state in ("hidden", "not_observed") else "?"
    return palette.number(round(value, 2))
