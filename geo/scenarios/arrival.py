"""The chance to arrive in time from whichever car is free and nearest, by place and by hour of the week."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from geo.coverage.response import chances_by_place
from geo.demand.rates import Draws
from geo.places.bases import Base
from geo.routing.timing import traffic_levels
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World

Floats = npt.NDArray[np.float64]

LEVELS = 25
"""Strata of the scale error that all drives share."""

WAITING_PLACES = 8
"""Places at which a roaming car is taken to be, each as likely: by demand, from west to east."""

ROAMING = -1
"""Stands for a roaming car among the numbers of bases."""


@dataclass(frozen=True, eq=False)
class Arrival:
    """
    Chances to arrive in time by what may hold: which traffic, and which bases have a car that is free.

    Parameters
    ----------
    chances
        Chance by case, stratum of the scale error and place, shape (cases, strata, places).
    weights
        Chance of each case in each hour of the week, given that a car is free, shape (cases, draws, 168); they add up
        to 1 over the cases, in every hour.
    drive
        Median minutes from the nearest base, shape (places,), averaged over the plan's hours; inf without a road.
    """

    chances: Floats
    weights: tuple[Floats, ...]
    drive: Floats

    def by_hour(self, place_shares: Draws, stratum: npt.NDArray[np.int64]) -> Draws:
        """Give the chance in each hour of the week, over all places, shape (draws, 168)."""
        over_places = ((chance[stratum] * place_shares).sum(axis=1) for chance in self.chances)
        parts = (weight * chance[:, None] for weight, chance in zip(self.weights, over_places, strict=True))
        return np.asarray(sum(parts), dtype=np.float64)

    def by_place(self, hours: Draws, stratum: npt.NDArray[np.int64], *, total: bool = False) -> Draws:
        """
        Give the chance at each place over hours that weigh so much, shape (draws, places); with ``total`` the sum of
        weight times chance instead of the mean.
        """
        parts = (
            (weight * hours).sum(axis=1)[:, None] * chance[stratum]
            for weight, chance in zip(self.weights, self.chances, strict=True)
        )
        summed = np.asarray(sum(parts), dtype=np.float64)
        return summed if total else summed / hours.sum(axis=1)[:, None]


def arrivals(scenario: Scenario, world: World, out: Floats) -> Arrival:
    """
    Give the chances of a plan whose cars are out as often as ``out`` says.

    Parameters
    ----------
    out
        Chance that so many cars are out, given that one is free, shape (draws, 168, cars).
    """
    levels = traffic_levels(scenario.speeds, scenario.pattern.hours)
    scales = ndtri((np.arange(LEVELS) + 0.5) / LEVELS)
    stations = _stations(scenario)
    sets = _free_sets(stations)
    expected = np.array([world.demand.a_month(hours).mean() for hours in levels.values()])
    shares = expected if expected.sum() > 0 else np.array([hours.sum() for hours in levels.values()])
    chances, weights, drive = [], [], np.zeros(len(world.demand.places))
    for number, (period, hours) in enumerate(levels.items()):
        minutes = {station: _minutes(scenario, world, period, station) for station in sorted(set(stations))}
        for free, by_out in sets.items():
            of_case = [
                chances_by_place(one, world.averaging, scenario.standard, scales) for one in _nearest(minutes, free)
            ]
            chances.append(np.mean(of_case, axis=0))
            weights.append((out @ by_out) * (hours > 0))
        if shares[number]:
            whole = [world.averaging @ one for one in _nearest(minutes, frozenset(stations))]
            drive = drive + shares[number] / shares.sum() * np.mean(whole, axis=0)
    return Arrival(np.array(chances), tuple(weights), drive)


def _stations(scenario: Scenario) -> list[int]:
    """Give where each car waits: the number of its base, or :data:`ROAMING`."""
    fixed = scenario.cars - scenario.roaming
    return [number % len(scenario.bases) for number in range(fixed)] + [ROAMING] * scenario.roaming


def _free_sets(stations: list[int]) -> dict[frozenset[int], Floats]:
    """
    Give each set of stations that may have a free car, with its chance by the number of cars out, shape (cars,).

    With so many out, each choice of cars is as likely.
    """
    cars = len(stations)
    found: dict[frozenset[int], Floats] = {}
    for away in range(cars):
        choices = list(combinations(stations, cars - away))
        for free in choices:
            found.setdefault(frozenset(free), np.zeros(cars))[away] += 1 / len(choices)
    return found


def _minutes(scenario: Scenario, world: World, period: int, station: int) -> list[Floats]:
    """Give the minutes to each postcode from a station, once for each place where its car may be."""
    places = _waiting_places(world) if station == ROAMING else [scenario.bases[station]]
    return [world.drive_minutes(place, scenario.speeds, period) for place in places]


def _nearest(minutes: dict[int, list[Floats]], free: frozenset[int]) -> Iterator[Floats]:
    """Give the minutes from the nearest free car, once for each place where a roaming one may be."""
    fixed = [minutes[station][0] for station in free if station != ROAMING]
    for roaming in minutes[ROAMING] if ROAMING in free else [None]:
        yield np.min([*fixed, *([] if roaming is None else [roaming])], axis=0)


def _waiting_places(world: World) -> list[Base]:
    """Give the places where a roaming car is taken to wait: by demand, evenly from west to east."""
    spots = world.points.groupby("lsoa")[["easting", "northing"]].first().reindex(list(world.demand.places))
    order = np.argsort(spots["easting"].to_numpy(), kind="stable")
    below = np.cumsum(world.demand.place_shares.mean(axis=0)[order])
    chosen = order[np.searchsorted(below / below[-1], (np.arange(WAITING_PLACES) + 0.5) / WAITING_PLACES)]
    return [Base("waiting", float(row.easting), float(row.northing)) for row in spots.iloc[chosen].itertuples()]
