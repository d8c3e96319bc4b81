"""The base: where a car starts its shift."""

import math
from dataclasses import dataclass

from geo.errors import PlaceError
from geo.places.postcodes import Gazetteer


@dataclass(frozen=True, slots=True, order=True)
class Base:
    """
    A place where a car starts its shift: a name and a point in metres (EPSG:27700).

    Raises
    ------
    PlaceError
        If it has no name, or its point is not finite.
    """

    name: str
    easting: float
    northing: float
    postcode: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise PlaceError("a base needs a name; give its postcode or what the crew calls it")
        if not (math.isfinite(self.easting) and math.isfinite(self.northing)):
            raise PlaceError(f"base {self.name!r} has no finite point; give its postcode or its easting and northing")

    @classmethod
    def at(cls, postcode: str, gazetteer: Gazetteer, name: str = "") -> "Base":
        """
        Put a base at a unit postcode; it is called by its postcode when no name is given.

        Raises
        ------
        PlaceError
            If the postcode is unknown, or is only a sector or district: a base needs one door.
        """
        place = gazetteer.find(postcode)
        if place.precision != "unit":
            raise PlaceError(f"{place.postcode} names no one place for a base; give the full postcode of a building")
        return cls(name or place.postcode, place.easting, place.northing, place.postcode)
