"""Free-flow speeds for roads on which no limit is posted and whose class has none posted anywhere in the network."""

KM_PER_MILE = 1.609344

MPH_BY_CLASS: dict[str, float] = {
    "motorway": 70,
    "motorway_link": 45,
    "trunk": 60,
    "trunk_link": 45,
    "primary": 60,
    "primary_link": 45,
    "secondary": 60,
    "secondary_link": 45,
    "tertiary": 45,
    "tertiary_link": 45,
    "unclassified": 45,
    "residential": 30,
    "living_street": 20,
}
"""
Speed in miles an hour by OpenStreetMap road class.

Source: the national speed limits for cars (Highway Code, rule 124: 70 on motorways, 60 on single carriageways, 30 in
built-up areas; 20 where signed). The 45 of slip roads, tertiary and unclassified roads is our assumption, half-way
between 30 and 60, because these classes run both in and outside built-up areas. Limits are ceilings: on narrow lanes
they are far above what is driven.
"""

OTHER_MPH = 30.0
"""For a class that the table does not list."""


def kmh(road_class: str) -> float:
    """
    Give the free-flow speed of a road class in km/h.

    Examples
    --------
    >>> round(kmh("residential"), 1)
    48.3
    """
    return MPH_BY_CLASS.get(road_class, OTHER_MPH) * KM_PER_MILE
