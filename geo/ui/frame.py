"""
The frame of every page: project and badges on the left, the question bar and the scenario on top, the footer below.

The question and the scenario live in widgets that are bound to the link, so a link restores them.
"""

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

import geo
from geo.deployment.patterns import weeks_of
from geo.errors import GeoError
from geo.layers.base import Layer
from geo.layers.boundaries import BoundaryLayer
from geo.places.boundaries import Areas, Edition, load_areas
from geo.places.postcodes import Gazetteer
from geo.routing.network import RoadNetwork
from geo.scenarios.evaluate import Outcome
from geo.scenarios.pattern import ShiftPattern
from geo.scenarios.presets import presets
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World
from geo.store.intake import demonstration_project
from geo.store.loading import Selection, load_roads, load_world
from geo.store.project import Project, open_project
from geo.ui import maps, words

FOOTER = "For planning, not for live dispatch. Nothing on this page leaves this machine unless you export it."
EDITIONS: dict[Edition, str] = {"2011-2021": "districts 2011-2021", "2021-": "districts from 2021"}


@dataclass(frozen=True, slots=True)
class Question:
    """What the page is about: the project as it is now, the records selected, the district edition."""

    folder: Path
    version: str
    selection: Selection
    edition: Edition

    @property
    def project(self) -> Project:
        """The open project."""
        return Project(self.folder)


@st.cache_resource(show_spinner="Opening the project …")
def find_project(named: str) -> Project:
    """Open the project that was asked for, or the demonstration when none was."""
    return open_project(Path(named)) if named else demonstration_project()


@st.cache_resource(show_spinner="Loading roads …", max_entries=4)
def roads(folder: Path, version: str) -> RoadNetwork:  # noqa: ARG001 - the version is the key
    """Load the roads of a project; they hold nothing derived from incidents."""
    return load_roads(Project(folder))


@st.cache_resource(show_spinner="Fitting demand …", max_entries=8, scope="session")
def world(question: Question) -> World:
    """Load the world of a question; read-only by agreement and by test."""
    return load_world(question.project, roads(question.folder, question.version), question.selection)


@st.cache_resource(show_spinner=False, max_entries=64, scope="session")
def answer(scenario: Scenario, question: Question) -> Outcome:
    """Answer a scenario; the key is the scenario and the question, never a frame."""
    return geo.evaluate(scenario, world(question))


@st.cache_resource(show_spinner=False, max_entries=8)
def areas(county: str) -> Areas:
    """Load the boundaries of a county."""
    return load_areas(county)


def ask_question() -> Question:
    """Show the sidebar and the question bar; give what was asked."""
    project = find_project(os.environ.get("TRIAGE_MAP_PROJECT", ""))
    facts = project.facts
    _sidebar(project)
    source, period, edition = st.columns([2, 3, 2], vertical_alignment="bottom")
    with source:
        chosen = st.selectbox(
            "Source", list(words.SOURCES), format_func=words.SOURCES.__getitem__, key="source", bind="query-params"
        )
    with edition:
        shown = st.selectbox(
            "District edition", list(EDITIONS), format_func=EDITIONS.__getitem__, key="edition", bind="query-params"
        )
    with period:
        first, last = _period(project)
    if facts.synthetic:
        st.caption(f"⚠ {facts.synthetic}")
    return Question(project.folder, project.version, Selection(chosen, first, last), shown)


def _period(project: Project) -> tuple[dt.date, dt.date]:
    mondays = weeks_of(project.incidents(), project.shifts())
    whole = (
        (mondays[0], mondays[-1] + dt.timedelta(days=6)) if mondays else (dt.date(2016, 1, 1), dt.date(2016, 12, 31))
    )
    first, last = st.columns(2)
    begin = first.date_input(
        "From (day)",
        whole[0],
        min_value=whole[0],
        max_value=whole[1],
        format="DD/MM/YYYY",
        key="from",
        bind="query-params",
    )
    end = last.date_input(
        "To (day, included)",
        whole[1],
        min_value=whole[0],
        max_value=whole[1],
        format="DD/MM/YYYY",
        key="to",
        bind="query-params",
    )
    if begin > end:
        st.error(f"The period ends ({end:%d %b %Y}) before it begins ({begin:%d %b %Y}); choose a later end.")
        st.stop()
    return begin, end


def _sidebar(project: Project) -> None:
    facts, network = project.facts, roads(project.folder, project.version)
    with st.sidebar:
        st.markdown(f"**{words.plain(facts.name)}**")
        st.badge("working copy", color="gray", help="Incident-level data is on screen, for the authorised team only.")
        st.badge(
            "estimated roads" if network.estimated else f"roads: {words.plain(network.edition)}",
            color="gray",
            help=network.label,
        )
        if facts.synthetic:
            st.badge("synthetic demonstration", color="orange", help=facts.synthetic)


def ask_scenario(question: Question) -> Scenario:
    """Show the scenario's chip, whose form opens on a click; give the scenario."""
    preset = presets(question.project.facts.base)["Operation Alloy"]
    for key, default in _defaults(preset).items():
        st.session_state.setdefault(key, default)
    if moved := st.session_state.pop("base_moved_to", ""):
        st.session_state["base"] = moved
    problem = ""
    try:
        scenario = _scenario(preset)
    except GeoError as found:
        scenario, problem = preset, str(found)
    with st.popover(f"Scenario: {scenario.summary}", width="stretch"):
        left, middle, right = st.columns(3)
        left.text_input(
            "Base (unit postcode)", key="base", bind="query-params", help="Or click the map on the Coverage page."
        )
        middle.text_input(
            "Shift pattern (days and 24-hour clock)",
            key="pattern",
            bind="query-params",
            help="daily 18-00, or Sun-Thu 15-23, Fri-Sat 17-01",
        )
        right.slider(
            "Response standard (minutes)",
            5,
            90,
            step=5,
            key="minutes",
            bind="query-params",
            help="From the call to the scene. No national standard exists: the choice is yours.",
        )
        st.button("Restore Operation Alloy", on_click=lambda: st.session_state.update(_defaults(preset)))
    if problem:
        st.error(f"{problem} Until then Operation Alloy is shown.")
    return scenario


def _defaults(preset: Scenario) -> dict[str, object]:
    return {"base": preset.bases[0].postcode, "pattern": preset.pattern.text, "minutes": int(preset.standard.minutes)}


def _scenario(preset: Scenario) -> Scenario:
    """Read the scenario from its widgets."""
    state = st.session_state
    changed = {key for key, default in _defaults(preset).items() if state[key] != default}
    base = preset.bases[0]
    if "base" in changed:
        base = geo.Base.at(state["base"], Gazetteer.default())
    return replace(
        preset,
        name="Your plan" if changed else preset.name,
        bases=(base,),
        pattern=ShiftPattern.parse(state["pattern"]),
        standard=replace(preset.standard, minutes=float(state["minutes"])),
    )


def show_county(
    question: Question, layers: Sequence[Layer], *, key: str, click: bool = False, height: int = 520
) -> tuple[float, float] | None:
    """
    Show layers on the county's land, under its district lines; give the longitude and latitude of a click where asked.
    """
    county = areas(question.project.facts.county)
    under = BoundaryLayer(county.county, county.districts(question.edition))
    return maps.show_map([under, *layers], key=key, click=click, height=height)


def move_base(easting: float, northing: float) -> None:
    """Move the base to the postcode nearest to a point, and show the page again."""
    try:
        nearest = Gazetteer.default().nearest(easting, northing)
    except GeoError as problem:
        st.warning(str(problem))
        return
    if nearest != st.session_state["base"]:
        st.session_state["base_moved_to"] = nearest
        st.rerun()


def ask() -> tuple[Question, Scenario] | None:
    """Show the frame of every page and give what was asked, or nothing where the project cannot be shown."""
    try:
        question = ask_question()
        return question, ask_scenario(question)
    except GeoError as problem:
        st.error(str(problem))
        return None


def show(title: str, page: Callable[[Question, Scenario], None], asked: tuple[Question, Scenario] | None) -> None:
    """Show one page below the frame; what the user can mend is said in words, anything else is a fault of ours."""
    if asked is not None:
        st.header(title, anchor=False)
        try:
            page(*asked)
        except GeoError as problem:
            st.error(str(problem))
    st.divider()
    st.caption(FOOTER)
