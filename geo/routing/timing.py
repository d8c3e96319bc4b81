"""The roads of a county under any speeds: each profile and each traffic is put on them once, and kept."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from threading import RLock
from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.places.density import is_urban
from geo.routing.engine import DriveTimeEngine, ScipyEngine
from geo.routing.roads import Flags, RoadNetwork
from geo.routing.speeds import HOURS, SpeedProfile, in_town, timed

KEPT = 24
"""Timed networks that are kept at a time; the oldest goes first. One of a county takes about 5 MB."""


Engines = Callable[[RoadNetwork], tuple[DriveTimeEngine, str]]
"""Makes an engine of a timed network, and gives what to tell the user about it (empty where there is nothing)."""


class Timed(NamedTuple):
    """A network with the times of one profile and traffic, what times journeys over it, and what to tell of that."""

    network: RoadNetwork
    engine: DriveTimeEngine
    note: str


_Key = tuple[SpeedProfile, tuple[float, float], str]


def _key(speeds: SpeedProfile, period: int) -> _Key:
    """Give what times depend on, and what the label says of them."""
    return replace(speeds, periods=(), note=""), speeds.factors(period), speeds.period_name(period)


def plain_engine(network: RoadNetwork) -> tuple[DriveTimeEngine, str]:
    """Make the engine that needs no preparation."""
    return ScipyEngine(network), ""


@dataclass(frozen=True, eq=False)
class Roads:
    """
    A network, where its towns are, and what times journeys over it.

    Parameters
    ----------
    network
        The roads as they came, with free-flow times.
    town
        Whether each edge lies in a town, shape (edges,).
    engines
        Makes an engine of a timed network.
    """

    network: RoadNetwork
    town: Flags
    engines: Engines = plain_engine

    @classmethod
    def of(cls, network: RoadNetwork, postcodes: pd.DataFrame, engines: Engines = plain_engine) -> "Roads":
        """
        Find a network's towns by the density of postcodes (:mod:`geo.places.density`).

        Beyond the counties whose postcodes are loaded every road counts as country.
        """
        return cls(network, in_town(network, is_urban(network.x, network.y, postcodes)), engines)

    def timed(self, speeds: SpeedProfile, period: int = -1) -> Timed:
        """Give the network and its engine under a profile, in the traffic of one of its periods (-1: empty roads)."""
        key = _key(speeds, period)
        with self._lock:  # the pages of several users ask at once
            if key not in self._kept:
                network = timed(self.network, speeds, self.town, period=period)
                self._kept[key] = Timed(network, *self.engines(network))
                while len(self._kept) > KEPT:
                    self._kept.pop(next(iter(self._kept)))
            return self._kept[key]

    def is_timed(self, speeds: SpeedProfile, period: int = -1) -> bool:
        """Say whether :meth:`timed` has its answer ready."""
        return _key(speeds, period) in self._kept

    @cached_property
    def _lock(self) -> RLock:
        return RLock()

    @cached_property
    def _kept(self) -> dict[_Key, Timed]:
        return {}

    def __getstate__(self) -> dict[str, object]:
        """Pickle the facts only; timed networks are made again when asked for."""
        return {part.name: getattr(self, part.name) for part in fields(self)}


def traffic_levels(speeds: SpeedProfile, hours: np.ndarray) -> dict[int, np.ndarray]:
    """
    Give, for each different traffic that a plan meets, the first period that has it and the plan's hours in it.

    Parameters
    ----------
    hours
        Share of each hour of the week that is crewed, shape (168,).

    Returns
    -------
    By period number (-1: empty roads): the crewed share of each hour of the week with that traffic, shape (168,).

    Examples
    --------
    >>> evenings = np.zeros(168)
    >>> evenings[18:24] = 1.0
    >>> {number: int(part.sum()) for number, part in traffic_levels(SpeedProfile(), evenings).items()}
    {-1: 2, 2: 1, 4: 3}
    """
    first: dict[tuple[float, float], int] = {}
    levels: dict[int, np.ndarray] = {}
    for period in range(-1, len(speeds.periods)):
        met = np.where(speeds.traffic == period, hours, 0.0)
        if met.any():
            number = first.setdefault(speeds.factors(period), period)
            levels[number] = levels.get(number, np.zeros(HOURS)) + met
    return levels


def main_traffic(speeds: SpeedProfile, hours: np.ndarray) -> int:
    """
    Give the period whose traffic most of a plan's crewed hours have; -1 for empty roads.

    Examples
    --------
    >>> evenings = np.zeros(168)
    >>> evenings[18:24] = 1.0
    >>> SpeedProfile().period_name(main_traffic(SpeedProfile(), evenings))
    'Evening (daily 19-22)'
    """
    levels = traffic_levels(speeds, hours)
    return max(levels, key=lambda period: float(levels[period].sum()))
