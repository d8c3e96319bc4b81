"""Bring a project's data together into the world that scenarios are asked of."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from geo.demand.exposure import round_the_clock
from geo.demand.rates import fit_demand
from geo.deployment.patterns import with_days
from geo.places.postcodes import Gazetteer
from geo.places.residents import load_residents
from geo.routing.estimated import estimate_roads
from geo.routing.network import load_network
from geo.routing.timing import Engines, Roads, plain_engine
from geo.scenarios.world import World
from geo.store.project import Project
from geo.tables import ROUND_THE_CLOCK


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Which records a question is about: a source and a period of days, both ends included; None leaves that end open.
    """

    source: str = "mental_health"
    first: dt.date | None = None
    last: dt.date | None = None


def load_roads(project: Project, engines: Engines = plain_engine) -> Roads:
    """
    Give the project's own road network, or the estimated roads of its county where it has none, with its towns found.

    The default is stated in the design and labelled wherever a figure of it is shown; a network of the project's own
    that cannot be read is an error and never replaced.
    """
    network = load_network(project.roads) if project.roads.exists() else estimate_roads(project.facts.county)
    return Roads.of(network, Gazetteer.default().frame, engines)


def forget_roads(project: Project) -> None:
    """Take the project's own road network away, so that the estimated roads of its county count again."""
    project.roads.unlink(missing_ok=True)


def select(project: Project, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Give the incidents of one source and the shifts within a period.

    A day belongs to the evening on which its shift began. Incidents that no day can be found for stay in every period.
    """
    incidents, shifts = project.incidents(), project.shifts()
    mine = incidents[incidents["source"] == selection.source]
    day = with_days(mine, shifts)["day"]
    first = pd.Timestamp(selection.first or dt.date(1900, 1, 1))
    last = pd.Timestamp(selection.last or dt.date(2200, 1, 1))
    return mine[day.between(first, last) | day.isna()], shifts[shifts["date"].between(first, last)]


def watch(project: Project, selection: Selection) -> pd.DataFrame:
    """
    Give the stretches in which a source was watched, as a shift log: the scheme's own, or day and night.

    A source that is kept day and night was watched from its first day on record to its last, within the period.
    """
    incidents, shifts = select(project, selection)
    days = incidents["received_on"].dropna()
    if selection.source not in ROUND_THE_CLOCK or days.empty:
        return shifts
    return round_the_clock(days.min(), days.max())


def load_world(project: Project, roads: Roads, selection: Selection = Selection(), *, seed: int = 0) -> World:
    """
    Load the world of one project, source and period, on roads that may be shared with other worlds.

    Raises
    ------
    SchemaError
        If that period holds no incident of the source, or no live hour.
    """
    incidents, shifts = select(project, selection)
    residents = load_residents(project.facts.county)
    demand = fit_demand(incidents, watch(project, selection), residents, seed=seed)
    return World(incidents, demand, shifts, roads.network, Gazetteer.default(), roads)
