"""
How fast a car drives: by road, posted limit, town or country, hour of the week, blue lights; and what junctions cost.

A :class:`SpeedProfile` is a small frozen value, kept with the scenario. :func:`timed` puts its times on a network.
Every default names its source, or says that it is an assumption; :mod:`geo.routing.calibrate` fits them to journeys.
"""

import math
import re
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import ScenarioError
from geo.routing.roads import CLASSES, HEADS, Flags, Floats, RoadNetwork, Ways

KM_PER_MILE = 1.609344
HOURS = 168
"""Hours of the week, from Monday 00:00."""

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
Free-flow speed in miles an hour by OpenStreetMap road class, before any profile: what ``load_network`` times with.

Source: the national speed limits for cars (Highway Code, rule 124: 70 on motorways, 60 on single carriageways, 30 in
built-up areas; 20 where signed). The 45 of slip roads, tertiary and unclassified roads is our assumption, half-way
between 30 and 60, because these classes run both in and outside built-up areas. Limits are ceilings: on narrow lanes
they are far above what is driven.
"""

OTHER_MPH = 30.0
"""For a class that the table does not list."""

_UK_LIMITS_MPH = {
    "motorway": 70.0,
    "nsl_dual": 70.0,
    "nsl_single": 60.0,
    "national": 60.0,
    "rural": 60.0,
    "nsl_restricted": 30.0,
    "urban": 30.0,
}
"""National limits as mappers write them ('GB:nsl_single'). Source: OpenStreetMap wiki; Highway Code, rule 124."""

_LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?")


def kmh(road_class: str) -> float:
    """
    Give the free-flow speed of a road class in km/h, before any profile.

    Examples
    --------
    >>> round(kmh("residential"), 1)
    48.3
    """
    return MPH_BY_CLASS.get(road_class, OTHER_MPH) * KM_PER_MILE


def posted_kmh(limit: object) -> float:
    """
    Read a posted limit as mappers write it, in km/h; NaN where it says none.

    A number without a unit is km/h, as OpenStreetMap has it. Of several limits (an edge joined from pieces of road,
    lanes that differ) the mean counts. 'none', 'signals', 'variable' and 0 say nothing.

    Examples
    --------
    >>> round(posted_kmh("30 mph"), 2), posted_kmh("50"), round(posted_kmh(["20 mph", "40 mph"]), 2)
    (48.28, 50.0, 48.28)
    >>> round(posted_kmh("GB:nsl_single"), 2), posted_kmh("signals")
    (96.56, nan)
    """
    texts = limit if isinstance(limit, list) else re.split(r"[;|]", str(limit))
    read = [value for text in texts if (value := _one_limit(str(text).strip().casefold())) > 0]
    return float(np.mean(read)) if read else float("nan")


def _one_limit(text: str) -> float:
    """Read one limit in km/h; 0 where it says nothing."""
    if found := _LIMIT.fullmatch(text):
        return float(found[1]) * (KM_PER_MILE if found[2] == "mph" else 1.0)
    return _UK_LIMITS_MPH.get(text.rpartition(":")[2], 0.0) * KM_PER_MILE


class ClassSpeed(NamedTuple):
    """Miles an hour that are driven on a class of road where no limit is recorded, in towns and in the country."""

    road_class: str
    town: float
    country: float


class LimitSpeed(NamedTuple):
    """Miles an hour that are driven under a posted limit, on an open road."""

    limit: float
    driven: float


class Period(NamedTuple):
    """
    Hours of the week with traffic: how many times longer the same drive takes than on an empty road.

    ``days`` is one of :data:`DAYS`; ``start`` and ``end`` are hours of the clock, 0 to 24, the end not included.
    """

    name: str
    days: str
    start: int
    end: int
    town: float
    country: float


DAYS: dict[str, tuple[int, ...]] = {
    "daily": tuple(range(7)),
    "Mon-Fri": tuple(range(5)),
    "Mon-Thu": tuple(range(4)),
    "Fri": (4,),
    "Sat": (5,),
    "Sun": (6,),
    "Sat-Sun": (5, 6),
}
"""Days that a period may name, Monday = 0."""

VEHICLES = ("no blue lights", "blue lights fitted")
GRADES = ("routine", "emergency")
"""Grades of a call: whether the crew may use blue lights where the vehicle has them. Off unless both say so."""

LIMIT_SPEEDS = (LimitSpeed(20, 20), LimitSpeed(30, 30), LimitSpeed(60, 50), LimitSpeed(70, 69))
"""
What is driven on an open road under a limit; between two limits the speed changes evenly, so 40 gives 36.7.

Source: mean free-flow speeds of cars, Department for Transport, Vehicle speed compliance statistics, Great Britain
2019 (69 mph on motorways, 50 on single carriageways with a limit of 60, 31 on roads with one of 30), as reported by the
trade press. The 31 is cut to the limit, and under 20 the limit is taken: a crew without blue lights keeps to it
(assumption).
"""

CLASS_SPEEDS = (
    ClassSpeed("motorway", 69, 69),
    ClassSpeed("motorway_link", 40, 45),
    ClassSpeed("trunk", 30, 55),
    ClassSpeed("trunk_link", 30, 40),
    ClassSpeed("primary", 30, 50),
    ClassSpeed("primary_link", 25, 40),
    ClassSpeed("secondary", 30, 50),
    ClassSpeed("secondary_link", 25, 40),
    ClassSpeed("tertiary", 30, 45),
    ClassSpeed("tertiary_link", 25, 35),
    ClassSpeed("unclassified", 25, 35),
    ClassSpeed("residential", 20, 25),
    ClassSpeed("living_street", 10, 10),
    ClassSpeed("other", 20, 25),
)
"""
What is driven where no limit is recorded.

Source: in towns 30 mph and in the country 60 are the national limits (Highway Code, rule 124), of which 50 are driven
(:data:`LIMIT_SPEEDS`). The lower speeds of lanes, housing streets and slip roads are assumptions: parked cars and bends
hold a car below the limit there.
"""

PERIODS = (
    Period("Weekday daytime", "Mon-Fri", 10, 16, 1.47, 1.18),
    Period("Weekday morning peak", "Mon-Fri", 7, 10, 1.54, 1.18),
    Period("Weekday afternoon peak", "Mon-Fri", 16, 19, 1.54, 1.18),
    Period("Weekend daytime", "Sat-Sun", 10, 19, 1.47, 1.18),
    Period("Evening", "daily", 19, 22, 1.2, 1.1),
)
"""
Traffic by hour; an hour that no period names is one of empty roads (factor 1), and of two periods the later counts.

Source for towns: delay on local A roads of England on weekdays 10:00-16:00 was 46.2 seconds a mile in 2019 and 7 more
in the morning peak (Department for Transport, as reported by the press), beside 98.5 seconds a mile without delay (the
same department, year to June 2019: 25.4 mph and 43.2 seconds of delay): (98.5 + 46.2) / 98.5 = 1.47, and 1.54. For the
country: the strategic road network, 2019: 58.0 mph and 9.5 seconds of delay a mile, so 62.1 / 52.6 = 1.18, all hours.
The afternoon peak like the morning's, weekends like weekdays, and less than half of it in the evening: assumptions.
"""

SIGNAL_SECONDS, JUNCTION_SECONDS = 7.5, 2.0
"""
Seconds lost at traffic signals and at other junctions.

Signals: the mean wait at a cycle of 60 seconds with half of it red is 30 x 30 / (2 x 60) = 7.5 (the uniform term of
Webster 1958, Road Research Technical Paper 39, without a queue). Other junctions: an assumption; none on motorways,
trunk roads and their slip roads, and none round a roundabout, where one has the right of way.
"""

BLUE_LIGHT_FACTOR = 1.2
"""
How many times faster than the same drive without them, where blue lights may be used.

Assumption, in the lower half of what is usual (1.0-1.4). No figure for police cars is published. Ambulances saved 31%
of the time in the country and 38% in a city (ratios 1.43 and 1.68; Ho & Lindquist 2001, Prehospital Emergency Care 5,
159-162; Ho & Casey 1998, Annals of Emergency Medicine 32, 585-588), on short American runs with siren.
"""

SOURCES = {
    "Under a posted limit": "Mean free-flow speeds of cars, Department for Transport, Vehicle speed compliance "
    "statistics, Great Britain 2019, as reported by the press; cut to the limit (assumption).",
    "No limit recorded": "National limits (Highway Code, rule 124) and the speeds driven under them; lanes, housing "
    "streets and slip roads lower (assumption).",
    "Signals": "Mean wait at a cycle of 60 seconds, half of it red, without a queue (Webster 1958).",
    "Other junctions": "Assumption; none on motorways, trunk roads and roundabouts.",
    "Ends of a journey": "None by default: the slow way between a door and its junction stands for it.",
    "Traffic": "Delay a mile on local A roads (towns) and on the strategic road network (country), Department for "
    "Transport, 2019; afternoon peak, weekends and evenings are assumptions.",
    "Blue lights": "Assumption; no figure for police cars is published. Ambulances: 1.43 in the country, 1.68 in a "
    "city (Ho & Lindquist 2001; Ho & Casey 1998).",
    "Town or country": "By the density of postcodes, not the official classification.",
}
"""Where each default comes from, in the words of a page; the constants above say it in full."""

_NUMBERS = (
    "signal_seconds",
    "junction_seconds",
    "end_seconds",
    "town_scale",
    "country_scale",
    "blue_light_factor",
)

_NO_DELAY = frozenset(CLASSES.index(name) for name in ("motorway", "motorway_link", "trunk", "trunk_link"))


@dataclass(frozen=True)
class SpeedProfile:
    """
    How fast the car drives: one small value, comparable and hashable, kept with the scenario.

    On a street map the speed of an edge follows from its posted limit or its class, in town or country; then come
    junctions, the scales of a calibration, the traffic of the hour and blue lights. Over roads whose times are given
    as a whole (estimated roads, GraphML with times of its own) only the scales, the hour and blue lights count.

    Parameters
    ----------
    name
        What pages call it.
    limit_speeds, class_speeds
        Miles an hour driven under a posted limit, and where none is recorded.
    signal_seconds, junction_seconds
        Lost at each set of signals and each other junction; >= 0.
    end_seconds
        Lost at the ends of a journey besides the way to the road (leaving, parking); >= 0. None by default: the slow
        way between a door and its junction (:data:`geo.routing.matrix.ACCESS_KMH`) stands for it.
    town_scale, country_scale
        How many times longer than that drives really take, from a calibration; 0.25 to 4.
    periods
        Traffic by hour of the week.
    vehicle, grade
        One of :data:`VEHICLES` and of :data:`GRADES`; blue lights count where both allow them.
    blue_light_factor
        How many times faster with them; 1.0 to 1.4.
    note
        Where the figures come from, where they are not the defaults.
    """

    name: str = "Default speeds"
    limit_speeds: tuple[LimitSpeed, ...] = LIMIT_SPEEDS
    class_speeds: tuple[ClassSpeed, ...] = CLASS_SPEEDS
    signal_seconds: float = SIGNAL_SECONDS
    junction_seconds: float = JUNCTION_SECONDS
    end_seconds: float = 0.0
    town_scale: float = 1.0
    country_scale: float = 1.0
    periods: tuple[Period, ...] = PERIODS
    vehicle: str = VEHICLES[0]
    grade: str = GRADES[0]
    blue_light_factor: float = BLUE_LIGHT_FACTOR
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit_speeds", tuple(sorted(LimitSpeed(*row) for row in self.limit_speeds)))
        object.__setattr__(self, "class_speeds", tuple(ClassSpeed(*row) for row in self.class_speeds))
        object.__setattr__(self, "periods", tuple(Period(*row) for row in self.periods))
        for number in _NUMBERS:
            object.__setattr__(self, number, float(getattr(self, number)))
        if fault := _fault(self):
            raise ScenarioError(f"the speeds {self.name!r}: {fault}")

    @property
    def blue_light(self) -> float:
        """How many times faster the car is for its vehicle and grade: 1 unless both allow blue lights."""
        return self.blue_light_factor if (self.vehicle, self.grade) == (VEHICLES[1], GRADES[1]) else 1.0

    @cached_property
    def traffic(self) -> npt.NDArray[np.int64]:
        """Number of the period that counts in each hour of the week, shape (168,); -1 where the roads are empty."""
        number = np.full(HOURS, -1)
        for place, period in enumerate(self.periods):
            for day in DAYS[period.days]:
                number[24 * day + period.start : 24 * day + period.end] = place
        return number

    def factors(self, period: int) -> tuple[float, float]:
        """Give how many times longer drives take in a period, by its number, in town and country; 1 for number -1."""
        return (1.0, 1.0) if period < 0 else (self.periods[period].town, self.periods[period].country)

    def period_name(self, period: int) -> str:
        """Name a period by its number, with its hours."""
        if period < 0:
            return "Empty roads (all other hours)"
        named = self.periods[period]
        return f"{named.name} ({named.days} {named.start:02d}-{named.end % 24:02d})"

    def traffic_name(self, period: int) -> str:
        """Name every period whose traffic is that of one of them, by its number."""
        alike = [number for number in range(len(self.periods)) if self.factors(number) == self.factors(period)]
        names = [self.period_name(number) for number in ([-1] if period < 0 else []) + alike]
        return ", ".join(names)

    def as_table(self) -> dict[str, Any]:
        """Give what differs from the default speeds, as TOML and JSON can hold it; :meth:`of_table` reads it back."""
        mine, standing = asdict(self), asdict(SpeedProfile())
        changed = {name: value for name, value in mine.items() if value != standing[name]}
        return {
            name: [list(row) for row in value] if isinstance(value, tuple) else value for name, value in changed.items()
        }

    @classmethod
    def of_table(cls, table: dict[str, Any]) -> "SpeedProfile":
        """
        Read what :meth:`as_table` wrote; what is left out takes its default.

        Raises
        ------
        ScenarioError
            If it holds an unknown word, or a value of the wrong kind or out of range.
        """
        if unknown := sorted(set(table) - set(cls.__dataclass_fields__)):
            raise ScenarioError(
                f"the speeds have {len(unknown)} unknown words (first: {unknown[0]!r}); known are "
                f"{', '.join(cls.__dataclass_fields__)}"
            )
        return cls(**{name: _checked(name, value) for name, value in table.items()})


def timed(network: RoadNetwork, profile: SpeedProfile, town: Flags, *, period: int = -1) -> RoadNetwork:
    """
    Put the times of a profile on a network, for the traffic of one period of the week.

    Wrong where a speed does not follow from class, limit and density: hills, speed humps, lanes too narrow for two
    cars, a town centre at school time.

    Parameters
    ----------
    network
        Roads with free-flow times; they stay as they are.
    town
        Whether each edge lies in a town, shape (edges,): :func:`in_town`.
    period
        Number of the period in ``profile.periods``; -1 for empty roads.

    Returns
    -------
    The same roads with other seconds, and with the profile named in their label.
    """
    empty = network.seconds if network.ways is None else _map_seconds(network.ways, profile, town)
    scale = np.where(town, profile.town_scale, profile.country_scale)
    factor = np.where(town, *profile.factors(period)) / profile.blue_light
    label = f"{roads_words(network)} {_words(network, profile, period)}".strip()
    return network.with_seconds(empty * scale * factor, end_seconds=profile.end_seconds, label=label)


def roads_words(network: RoadNetwork) -> str:
    """
    Say what roads times rest on, without what their free-flow times leave out: a profile's own words say what it holds.

    Roads whose times are given as a whole keep their label.
    """
    return network.label if network.ways is None else f"{network.source} ({network.edition or 'no date'})."


def is_as_measured(network: RoadNetwork, profile: SpeedProfile, period: int) -> bool:
    """
    Say whether times are those whose error was measured: roads whose times are given as a whole, empty, unscaled.

    The errors of ``docs/drive-times.md`` are of free-flow times, before any profile.
    """
    plain = (*profile.factors(period), profile.town_scale, profile.country_scale, profile.blue_light) == (1.0,) * 5
    return network.ways is None and plain and profile.end_seconds == 0.0


def in_town(network: RoadNetwork, is_urban: Flags) -> Flags:
    """
    Say of each edge whether it lies in a town, from whether each node does: where both of its ends do.

    Examples
    --------
    >>> line = RoadNetwork.from_edges([0, 1], [1, 2], [60.0, 30.0], [0, 1000, 2000], [0, 0, 0])
    >>> in_town(line, np.array([True, True, False])).tolist()
    [True, False]
    """
    return np.asarray(is_urban[network.tail] & is_urban[network.head])


def _map_seconds(ways: Ways, profile: SpeedProfile, town: Flags) -> Floats:
    """Give the seconds along each edge on empty roads: its length at its speed, and what waits at its end."""
    table = {row.road_class: row for row in profile.class_speeds}
    rows = np.array([table[name][1:] for name in CLASSES])[ways.road_class]
    unposted = np.where(town, rows[:, 0], rows[:, 1])
    limits, driven = np.array(profile.limit_speeds).T
    posted = ways.posted_kmh / KM_PER_MILE
    below = posted * driven[0] / limits[0]  # under the lowest limit of the table, in proportion
    under_limit = np.where(posted < limits[0], below, np.interp(posted, limits, driven))
    mph = np.where(np.isnan(posted), unposted, under_limit)
    stops = np.array([0.0, profile.junction_seconds, profile.signal_seconds])[ways.head]
    stops[(ways.head == HEADS.index("junction")) & np.isin(ways.road_class, list(_NO_DELAY))] = 0.0
    return np.asarray(ways.metres / (mph * KM_PER_MILE / 3.6) + stops)


def _words(network: RoadNetwork, profile: SpeedProfile, period: int) -> str:
    """Say what the times hold besides the free-flow times that the network's own label speaks of."""
    parts = [profile.period_name(period) if period >= 0 else "empty roads"]
    if network.ways is not None:
        parts.append("speeds by class and limit, junction delays")
    if (profile.town_scale, profile.country_scale) != (1.0, 1.0):
        parts.append(f"scaled x {profile.town_scale:.2f} in towns, x {profile.country_scale:.2f} in the country")
    if profile.blue_light != 1.0:
        parts.append(f"blue lights x {profile.blue_light:g}")
    return f"Speeds: {profile.name} ({'; '.join(parts)})."


_ROWS: dict[str, tuple[type, tuple[type, ...]]] = {
    "limit_speeds": (LimitSpeed, (float, float)),
    "class_speeds": (ClassSpeed, (str, float, float)),
    "periods": (Period, (str, str, int, int, float, float)),
}
"""What each row of a table in a file or a link must hold, in order."""

LONGEST_TEXT = 120
"""Characters that a name or a note may have."""


def _checked(name: str, value: Any) -> Any:
    """Hold one entry of a file or a link against the kind of value it takes."""
    if name not in _ROWS:
        return _kind(value, float if name in _NUMBERS else str, name)
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise ScenarioError(f"the speeds: {name} must be a list of rows")
    made, kinds = _ROWS[name]
    for row in value:
        if len(row) != len(kinds):
            raise ScenarioError(f"the speeds: each row of {name} needs {len(kinds)} values, not {len(row)}")
    return tuple(made(*(_kind(one, kind, name) for one, kind in zip(row, kinds, strict=True))) for row in value)


def _kind(value: Any, kind: type, name: str) -> Any:
    """Give a value that is of a kind: a short text, a whole number, or a finite number."""
    if kind is str:
        if isinstance(value, str) and len(value) <= LONGEST_TEXT:
            return value
        raise ScenarioError(f"the speeds: {name} must hold text of at most {LONGEST_TEXT} characters")
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or (kind is int and value != int(value)):
        raise ScenarioError(f"the speeds: {name} must hold {'whole ' if kind is int else ''}numbers, not {value!r:.40}")
    return kind(value)


def _fault(profile: SpeedProfile) -> str:
    """Say what is wrong with a profile, or nothing."""
    named = [row.road_class for row in profile.class_speeds]
    if sorted(named) != sorted(CLASSES):
        missing = sorted(set(CLASSES) ^ set(named)) or [name for name in named if named.count(name) > 1]
        return f"every class of road needs one row; see {missing[0]!r}"
    speeds = [row.driven for row in profile.limit_speeds] + [v for row in profile.class_speeds for v in row[1:]]
    if not profile.limit_speeds or not all(1 <= speed <= 120 for speed in speeds):
        return "speeds must be 1 to 120 miles an hour"
    limits = [row.limit for row in profile.limit_speeds]
    if not all(0 < limit <= 120 for limit in limits) or len(set(limits)) < len(limits):
        return "each posted limit needs one row, above 0 and up to 120 miles an hour"
    for what in ("signal_seconds", "junction_seconds", "end_seconds"):
        if not 0 <= getattr(profile, what) <= 600:
            return f"{what} is {getattr(profile, what):g}; give 0 to 600 seconds"
    for what in ("town_scale", "country_scale"):
        if not 0.25 <= getattr(profile, what) <= 4:
            return f"{what} is {getattr(profile, what):g}; give 0.25 to 4"
    if not 1.0 <= profile.blue_light_factor <= 1.4:
        return f"the blue-light factor is {profile.blue_light_factor:g}; give 1.0 to 1.4"
    if profile.vehicle not in VEHICLES or profile.grade not in GRADES:
        return f"the vehicle must be one of {', '.join(VEHICLES)}, and the grade one of {', '.join(GRADES)}"
    return next((fault for period in profile.periods if (fault := _period_fault(period))), "")


def _period_fault(period: Period) -> str:
    whole = all(isinstance(hour, int) for hour in (period.start, period.end))
    if period.days not in DAYS or not whole or not 0 <= period.start < period.end <= 24:
        return (
            f"the period {period.name!r} must name days ({', '.join(DAYS)}) and whole hours from 0 to 24, the end "
            "after the start; a night takes two periods"
        )
    if not (0.5 <= period.town <= 4 and 0.5 <= period.country <= 4):
        return f"the period {period.name!r} has a factor below 0.5 or above 4"
    return ""
