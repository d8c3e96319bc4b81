"""The places where cars start: a dark ring with a white centre and a name."""

from dataclasses import dataclass
from typing import Protocol

import folium

from geo.layers import shapes
from geo.layers.base import Drawing, escape, group
from geo.layers.legend import RING

HINT = "Drag the base to move it"


class Placed(Protocol):
    """Anything with a name and a point in metres: a :class:`geo.places.bases.Base`."""

    @property
    def name(self) -> str:
        """What is written beside the ring."""
        ...

    @property
    def easting(self) -> float:
        """Metres, EPSG:27700."""
        ...

    @property
    def northing(self) -> float:
        """Metres, EPSG:27700."""
        ...


@dataclass(frozen=True)
class BaseLayer:
    """Bases, drawn above all else; with ``drag`` they can be dragged, and each then answers like a click on the map."""

    bases: tuple[Placed, ...]
    name: str = "Base"
    drag: bool = False

    def to_folium(self) -> folium.FeatureGroup:
        """Draw a ring and a name for each base."""
        drawn = [{"at": shapes.spot(base.easting, base.northing), "html": escape(base.name)} for base in self.bases]
        data = {"bases": drawn, "ring": RING, "drag": self.drag, "hint": HINT}
        return group(self.name, Drawing("bases", data))
