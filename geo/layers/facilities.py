"""Bases, A&E departments, places of safety and other services: a sign for each kind, name and hours beside it."""

from dataclasses import dataclass
from typing import Protocol

import folium

from geo.layers import shapes
from geo.layers.base import Drawing, escape, group
from geo.layers.legend import RING, Entry, Legend, sign
from geo.layers.palette import MARKS, Mark


class Service(Protocol):
    """Anything with a kind, a name, hours and a point in metres: a :class:`geo.places.facilities.Facility`."""

    @property
    def kind(self) -> str:
        """One of ``SIGNS``."""
        ...

    @property
    def name(self) -> str:
        """What is written beside the sign."""
        ...

    @property
    def hours_in_words(self) -> str:
        """When it is open, or that this is not recorded."""
        ...

    @property
    def easting(self) -> float:
        """Metres, EPSG:27700."""
        ...

    @property
    def northing(self) -> float:
        """Metres, EPSG:27700."""
        ...


SIGNS: dict[str, tuple[str, Mark | None]] = {
    "base": ("Base", None),
    "emergency_department": ("A&E", MARKS[1]),
    "place_of_safety": ("Place of safety", MARKS[2]),
    "other": ("Other service", MARKS[3]),
}
"""What a legend calls each kind, and its colour and shape; a base has the ring of bases."""


@dataclass(frozen=True)
class FacilityLayer:
    """
    Facilities, each with the sign of its kind, its name and its hours, and a legend of the kinds that occur.

    Names stand beside the signs while there are at most ``MOST_NAMES``; with more of them they would hide the map.
    """

    facilities: tuple[Service, ...]
    name: str = "Facilities"
    attribution: str = ""

    MOST_NAMES = 25

    def to_folium(self) -> folium.FeatureGroup:
        """Draw a sign for each facility, kind by kind, and the legend."""
        drawings = [Drawing("bases", drawn) for kind in SIGNS if (drawn := self._of(kind))["bases"]]
        return group(self.name, *drawings, self.explained().drawing(), attribution=self.attribution)

    def explained(self) -> Legend:
        """Make the legend: a line for each kind that occurs, and how many have no hours recorded."""
        found = [kind for kind in SIGNS if any(one.kind == kind for one in self.facilities)]
        unknown = sum(one.hours_in_words == "not recorded" for one in self.facilities)
        note = f"hours not recorded: {unknown} of {len(self.facilities)}" if unknown else ""
        return Legend(self.name, entries=tuple(_entry(kind) for kind in found), note=note)

    def _of(self, kind: str) -> dict[str, object]:
        words, mark = SIGNS[kind]
        chosen = [one for one in self.facilities if one.kind == kind]
        named = len(self.facilities) <= self.MOST_NAMES
        spots = [
            {"at": shapes.spot(one.easting, one.northing), "html": self._text(one, words) if named else ""}
            for one in chosen
        ]
        return {"bases": spots, "ring": RING if mark is None else sign(mark)}

    @staticmethod
    def _text(one: Service, words: str) -> str:
        return f"{escape(one.name)}<br><small>{escape(words)}, hours {escape(one.hours_in_words)}</small>"


def _entry(kind: str) -> Entry:
    words, mark = SIGNS[kind]
    return Entry(words, look="ring") if mark is None else Entry(words, mark.colour, "point", mark.shape)
