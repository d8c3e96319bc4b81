"""
What pages show, asked once: the project, its roads, its world, and the answer to each scenario.

Whatever holds incidents is kept for one session only, under the project's version; nothing of it is shared.
"""

import datetime as dt
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

import geo
from geo.deployment.patterns import period_of
from geo.layers.base import Layer
from geo.layers.boundaries import BoundaryLayer
from geo.layers.roads import RoadLayer
from geo.places.boundaries import Areas, Edition, load_areas
from geo.places.postcodes import standing_for
from geo.routing import estimated
from geo.routing.hierarchy import best_engine
from geo.routing.matrix import Ends
from geo.routing.ready import ready_estimate, ready_roads
from geo.routing.speeds import SpeedProfile
from geo.routing.timing import Roads, Timed, traffic_levels
from geo.scenarios.evaluate import Outcome
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World
from geo.store.intake import demonstration_project
from geo.store.loading import Selection, load_roads, load_world, select, watch
from geo.store.project import Project, open_project


@dataclass(frozen=True, slots=True)
class Loaded(Project):
    """A project whose incidents and shifts are read once a session and version: a million take half a minute."""

    known: str

    def incidents(self) -> gpd.GeoDataFrame:
        """Give the accepted incidents as they were read; read-only."""
        return _stored(self.folder, self.known)[0]

    def shifts(self) -> pd.DataFrame:
        """Give the shift log as it was read; read-only."""
        return _stored(self.folder, self.known)[1]


@dataclass(frozen=True, slots=True)
class Question:
    """
    What the page is about: the project as it is now, the records selected, the district edition, and how they count.

    ``weight`` is ``incidents``, ``minutes`` or ``persons``; ``heaviest`` tells whether the heaviest callers and places
    count; ``beside`` is a second source to stand beside the first, or empty.
    """

    folder: Path
    version: str
    selection: Selection
    edition: Edition
    weight: str = "incidents"
    heaviest: bool = True
    beside: str = ""

    @property
    def project(self) -> Project:
        """The open project."""
        return Project(self.folder)

    @property
    def loaded(self) -> Loaded:
        """The open project with its records as they are now."""
        return Loaded(self.folder, self.version)

    @property
    def second(self) -> "Question | None":
        """The same question of the source that stands beside, or None."""
        if self.beside in {"", self.selection.source}:
            return None
        return replace(self, selection=replace(self.selection, source=self.beside), beside="")

    @property
    def areas(self) -> Areas:
        """The boundaries of the project's county."""
        return areas(self.project.facts.county)


@st.cache_resource(show_spinner="Opening the project …")
def find_project(named: str) -> Project:
    """Open the project that was asked for, or the demonstration when none was."""
    return open_project(Path(named)) if named else demonstration_project()


def roads(project: Project) -> Roads:
    """Load the roads of a project, once until they change; they hold nothing derived from incidents."""
    return _roads(project, _stamp(project))


def at_hour(project: Project, speeds: SpeedProfile, period: int) -> Timed:
    """
    Give a project's roads and what times journeys over them, in the traffic of one period of a profile.

    The roads themselves keep what they were timed for; a profile that is new to them is said while it lasts.
    """
    known = roads(project)
    if known.is_timed(speeds, period):
        return known.timed(speeds, period)
    with st.spinner("Preparing drive times, once for these roads and speeds …"):
        return known.timed(speeds, period)


def estimated_roads(project: Project) -> Roads:
    """Give the estimated roads of a project's county, whatever roads it has of its own."""
    return _estimated(project.facts.county, project.drive_times)


def estimated_at_hour(project: Project, speeds: SpeedProfile, period: int) -> Timed:
    """Give the estimated roads of a project's county as :func:`at_hour` gives its own."""
    return estimated_roads(project).timed(speeds, period)


@st.cache_resource(show_spinner="Estimating roads …", max_entries=2)
def _estimated(county: str, folder: Path) -> Roads:
    engines = partial(best_engine, folder=folder)
    return ready_roads(ready_estimate(county, folder), geo.Gazetteer.default().frame, folder, engines)


def both_ends(project: Project) -> tuple[Ends, Ends]:
    """Give where live postcodes join the project's own roads, and the estimated ones: those that both may reach."""
    return _both_ends(project, _stamp(project))


@st.cache_resource(show_spinner=False, max_entries=2)
def _both_ends(project: Project, stamp: int) -> tuple[Ends, Ends]:
    own, other = _roads(project, stamp).network, estimated_roads(project).network
    frame = geo.Gazetteer.of(project.facts.county).frame
    west, south, east, north = own.bounds
    here = frame["easting"].between(west, east) & frame["northing"].between(south, north)
    mine = frame[frame["live"] & here]
    points = mine["easting"], mine["northing"]
    return Ends.of(own, *points), Ends.of(other, *points)


def prepare(project: Project, scenario: Scenario) -> None:
    """Time the roads for every traffic that a scenario's hours meet, and say so while it lasts."""
    for period in traffic_levels(scenario.speeds, scenario.pattern.hours):
        at_hour(project, scenario.speeds, period)


def _stamp(project: Project) -> int:
    return project.roads.stat().st_mtime_ns if project.roads.exists() else 0


@st.cache_resource(show_spinner="Loading roads …", max_entries=4)
def _roads(project: Project, stamp: int) -> Roads:  # noqa: ARG001 - the stamp is part of the key
    return load_roads(project, partial(best_engine, folder=project.drive_times))


@dataclass(frozen=True, eq=False)
class Postcodes:
    """The live postcodes of a county: the LSOA of each, indexed by its name, and where each joins the roads."""

    lsoas: pd.Series
    ends: Ends


def postcodes(project: Project) -> Postcodes:
    """Give the live postcodes of a project's county, joined to its roads."""
    return _postcodes(project, _stamp(project))


@st.cache_resource(show_spinner=False, max_entries=4)
def _postcodes(project: Project, stamp: int) -> Postcodes:
    mine = standing_for(geo.Gazetteer.default().frame, residents(project.facts.county).index)
    return Postcodes(mine["lsoa"], Ends.of(_roads(project, stamp).network, mine["easting"], mine["northing"]))


@st.cache_resource(show_spinner=False, max_entries=8)
def residents(county: str) -> pd.Series:
    """Give the residents of a county by LSOA; read-only."""
    return geo.load_residents(county)


@st.cache_resource(show_spinner="Reading incidents …", max_entries=2, scope="session")
def _stored(folder: Path, version: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:  # noqa: ARG001 - version is the key
    """Read the incidents and shifts of a project, once until it changes; read-only."""
    project = Project(folder)
    return project.incidents(), project.shifts()


@st.cache_resource(show_spinner="Fitting demand …", max_entries=8, scope="session")
def world(question: Question) -> World:
    """Load the world of a question; read-only by agreement and by test."""
    return load_world(
        question.loaded,
        roads(question.project),
        question.selection,
        weight=question.weight,
        with_heaviest=question.heaviest,
    )


@st.cache_resource(show_spinner=False, max_entries=8, scope="session")
def answer(scenario: Scenario, question: Question) -> Outcome:
    """Answer a scenario; the key is the scenario and the question, never a frame."""
    return geo.evaluate(scenario, world(question))


@st.cache_resource(show_spinner=False, max_entries=8)
def areas(county: str) -> Areas:
    """Load the boundaries of a county."""
    return load_areas(county)


@st.cache_resource(show_spinner=False, max_entries=8)
def main_roads(county: str) -> gpd.GeoDataFrame:
    """Load the main roads of a county, to find one's way by."""
    return estimated.main_roads(load_areas(county).county)


@st.cache_resource(show_spinner=False, max_entries=8)
def land(county: str, edition: Edition, names: bool) -> tuple[Layer, Layer]:
    """Give the land, district lines and main roads that every map of a county stands on, worked out once."""
    mine = areas(county)
    return BoundaryLayer(mine.county, mine.districts(edition), names=names), RoadLayer(main_roads(mine.name))


@st.cache_resource(show_spinner=False, max_entries=256)
def base_at(postcode: str) -> geo.Base:
    """Give the base at a postcode."""
    return geo.Base.at(postcode, geo.Gazetteer.default())


@st.cache_resource(show_spinner=False, max_entries=8, scope="session")
def records(question: Question) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the incidents and the shifts of a question; read-only."""
    return select(question.loaded, question.selection)


@st.cache_resource(show_spinner=False, max_entries=8, scope="session")
def watched(question: Question) -> pd.DataFrame:
    """Give the stretches in which the question's source was watched; read-only."""
    return watch(question.loaded, question.selection)


@st.cache_resource(show_spinner=False, max_entries=4, scope="session")
def contents(folder: Path, version: str) -> str:  # noqa: ARG001 - version is the key
    """Give the letters by which a link tells one state of a project's data from another."""
    return Project(folder).contents


@st.cache_resource(show_spinner=False, max_entries=4, scope="session")
def period(folder: Path, version: str) -> tuple[dt.date, dt.date] | None:
    """Give the first and the last day on record, or None where there is none."""
    project = Loaded(folder, version)
    return period_of(project.incidents(), project.shifts())


def forget_records() -> None:
    """Throw away what this session holds of incidents, when another project is opened; the keys tell them apart too."""
    for kept in (_stored, world, answer, records, watched, period):
        kept.clear()
