"""Bring a project's data together into the world that scenarios are asked of."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pandas as pd

from geo.demand.exposure import round_the_clock
from geo.demand.policy import POLICY_DATES, PolicyDate
from geo.demand.profile import Profile, published_profile, source_profile
from geo.demand.rates import fit_demand
from geo.demand.weights import heaviest
from geo.errors import SourceError
from geo.incidents.days import with_days
from geo.incidents.quality import SOURCE_WORDS
from geo.places.postcodes import Gazetteer, districts_of
from geo.places.residents import load_residents
from geo.routing.ready import ready_estimate, ready_roads
from geo.routing.roads import RoadNetwork
from geo.routing.timing import Engines, Roads, plain_engine
from geo.scenarios.counting import count_by
from geo.scenarios.world import World
from geo.store.project import PROFILES, Project
from geo.tables import ROUND_THE_CLOCK


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Which records a question is about: a source and a period of days, both ends included; None leaves that end open.

    ``profile`` names a second exposure for the hours in which the source was never watched: a source that is kept day
    and night, or a file of the project's folder ``profiles`` (``town.toml``); empty for none.
    """

    source: str = "mental_health"
    first: dt.date | None = None
    last: dt.date | None = None
    profile: str = ""


def load_roads(project: Project, engines: Engines = plain_engine) -> Roads:
    """
    Give the project's own road network, or the estimated roads of its county where it has none, with its towns found.

    The default is stated in the design and labelled wherever a figure of it is shown; a network of the project's own
    that cannot be read is an error and never replaced.
    """
    return ready_roads(_network(project), Gazetteer.default().frame, project.drive_times, engines)


def _network(project: Project) -> RoadNetwork:
    if not project.roads.exists():
        return ready_estimate(project.facts.county, project.drive_times)
    from geo.routing.network import load_network  # with NetworkX, for which the first map need not wait

    return load_network(project.roads)


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
    _, shifts = select(project, selection)
    incidents = project.incidents()
    days = incidents.loc[incidents["source"] == selection.source, "received_on"].dropna()
    if selection.source not in ROUND_THE_CLOCK or days.empty:
        return shifts
    first = max(days.min(), pd.Timestamp(selection.first or days.min()))
    last = min(days.max(), pd.Timestamp(selection.last or days.max()))
    return round_the_clock(first, last) if first <= last else shifts.iloc[:0]


def profiles_of(project: Project) -> list[str]:
    """
    Name the second exposures that a project holds: sources kept day and night that have incidents, then the files of
    its folder ``profiles``.
    """
    held = set(project.incidents()["source"])
    return [source for source in ROUND_THE_CLOCK if source in held] + [path.name for path in project.profiles]


def load_profile(project: Project, selection: Selection) -> Profile | None:
    """
    Load the second exposure that a selection names, within its period; None where it names none.

    Raises
    ------
    SourceError
        If it names neither a source that is kept day and night nor a file of the folder ``profiles``.
    SchemaError
        If that source holds no incident with a time in the period, or the file is no profile.
    """
    if not selection.profile:
        return None
    if selection.profile in ROUND_THE_CLOCK:
        other = replace(selection, source=selection.profile)
        return source_profile(select(project, other)[0], watch(project, other), SOURCE_WORDS[selection.profile])
    return published_profile(_profile_text(project, selection.profile), selection.profile)


def _profile_text(project: Project, name: str) -> str:
    """Read a file of the project's folder ``profiles``; only its own files can be named."""
    path = project.folder / PROFILES / name
    try:
        if Path(name).name != name:
            raise FileNotFoundError(name)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"no profile {name!r} can be read; name one of {', '.join(ROUND_THE_CLOCK)}, or put a TOML file into the "
            f"project's folder {PROFILES}"
        ) from error


@cache
def _districts(county: str) -> pd.Series:
    """Give the district of each place of a county, of the edition 2011-2021, which divides it most finely."""
    return districts_of(Gazetteer.default().frame, list(load_residents(county).index))["district"]


def load_world(
    project: Project,
    roads: Roads,
    selection: Selection = Selection(),
    *,
    seed: int = 0,
    policy_dates: Iterable[PolicyDate] = POLICY_DATES,
    weight: str = "incidents",
    with_heaviest: bool = True,
) -> World:
    """
    Load the world of one project, source and period, on roads that may be shared with other worlds.

    Its incidents count by ``weight`` (:func:`geo.scenarios.counting.count_by`); without ``with_heaviest`` those of the
    heaviest callers and places are left out. The level of demand is that since the last of ``policy_dates`` within the
    period.

    Raises
    ------
    SchemaError
        If that period holds no incident of the source, or no live hour, or nothing that counts by ``weight``.
    SourceError
        If the selection names a second exposure that the project does not hold.
    """
    everything, shifts = select(project, selection)
    incidents = everything if with_heaviest else everything[~heaviest(everything).theirs]
    districts = _districts(project.facts.county)
    demand = fit_demand(
        incidents,
        watch(project, selection),
        load_residents(project.facts.county),
        seed=seed,
        profile=load_profile(project, selection),
        policy_dates=policy_dates,
        groups=districts,
    )
    weighed = count_by(weight, incidents, demand, districts, seed=seed)
    return World(incidents, demand, shifts, roads.network, Gazetteer.default(), roads, weighed)
