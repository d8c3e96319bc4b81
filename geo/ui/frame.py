"""
The frame of every page: project and badges on the left, the question bar and the scenario on top, the footer below.

The question and the scenario live in widgets that are bound to the link, so a link restores them. The link is stamped,
so that it can say when the data are no longer those for which it was made.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page

from geo.errors import GeoError, SchemaError
from geo.places.boundaries import Edition
from geo.places.editions import BY_DATE, edition_of_period
from geo.routing.matrix import not_covered
from geo.scenarios.scenario import Scenario
from geo.store.loading import Selection, profiles_of
from geo.store.project import Project
from geo.tables import ROUND_THE_CLOCK
from geo.ui import answers, linked, method, opening, plan, words
from geo.ui.answers import Question
from geo.ui.link import Value, keep_in_link, read

Links = Mapping[str, Page]
"""Every page by its title, to be linked to."""

FOOTER = "For planning, not for live dispatch. Nothing on this page leaves this machine unless you export it."
PROJECT = "Project"
ICON = Path(__file__).with_name("icon.svg")
CHANGE = "This project, its kept plans and its history; another project, or a new one."
NEEDS_RECORDS = {"Overview", "Where and when", "What the scheme did", "Compare", "Search", "Export and brief"}
OF_PLANS = {"Overview", "Coverage", "Compare", "Search"}
WILL_SHOW = {
    "Overview": "where the need is, when it is, and what the plan misses",
    "Where and when": "your incidents on the map and over the hours of the week",
    "What the scheme did": "what the shifts, the contacts and the deployments were, week by week",
    "Compare": "what two to six plans reach, side by side",
    "Search": "which base and which hours would reach most",
    "Export and brief": "layers for QGIS, tables, and the brief for commissioners",
}
"""What a page without records is waiting to show."""

COUNTING = "What an incident counts for, whether the heaviest callers and places are in, and a second source beside."
PROFILE = (
    "A source that is kept day and night, or a published profile in the project's folder 'profiles', may lend its "
    "rhythm of the week, never its level. Without one nothing is claimed for hours that nobody watched."
)
HEAVIEST = {"in": "counted", "out": "left out"}

EDITIONS = {"2011-2021": "2011-2021", "2021-": "from 2021", BY_DATE: "by date"}
CHOICES = {
    "source": list(words.SOURCES),
    "edition": list(EDITIONS),
    "weight": list(words.WEIGHTS),
    "heaviest": list(HEAVIEST),
    "beside": ["", *words.SOURCES],
}
"""What the link may say of each choice."""


def ask_question() -> tuple[Question, Scenario]:
    """Show the sidebar, the question bar and the scenario's chip; give what was asked."""
    project = opening.current(linked.made())
    version = project.version
    first, last = answers.period(project.folder, version) or (dt.date(2016, 1, 1), dt.date(2016, 12, 31))
    standing: dict[str, Value] = {"source": "mental_health", "from": first, "to": last, "edition": "2011-2021"}
    standing |= {"weight": "incidents", "heaviest": "in", "beside": "", "profile": ""}
    lent = {"": "not observed"} | _lent(answers.Loaded(project.folder, version))
    _restore(standing, CHOICES | {"profile": list(lent)})
    source, begin, end, edition, counting, chip = st.columns(
        [1.72, 1.27, 1.27, 1.17, 1.17, 3.66], vertical_alignment="bottom", gap="xsmall"
    )
    span: dict[str, Any] = {"min_value": first, "max_value": last, "format": "DD/MM/YYYY"}
    for key in ("from", "to"):
        st.session_state[key] = min(max(first, st.session_state[key]), last)
    asked = Selection(
        source.selectbox("Source", list(words.SOURCES), format_func=words.SOURCES.__getitem__, key="source"),
        begin.date_input("From (day)", key="from", **span),
        end.date_input("To (day, included)", key="to", **span),
    )
    shown = edition.selectbox("District edition", list(EDITIONS), format_func=EDITIONS.__getitem__, key="edition")
    _ask_counting(counting, lent)
    keep_in_link(standing, {key: st.session_state[key] for key in standing})
    if asked.first and asked.last and asked.first > asked.last:
        period = f"ends ({words.day(asked.last)}) before it begins ({words.day(asked.first)})"
        raise SchemaError(f"the period {period}; choose a later end")
    by_date = shown == BY_DATE
    stood = edition_of_period(asked.first or first, asked.last or last) if by_date else cast(Edition, shown)
    weight, heaviest, beside = (str(st.session_state[key]) for key in ("weight", "heaviest", "beside"))
    borrowed = "" if asked.source in ROUND_THE_CLOCK else str(st.session_state["profile"])
    asked = replace(asked, profile=borrowed)
    question = answers.Question(project.folder, version, asked, stood, weight, heaviest == "in", beside)
    with chip:
        scenario, problem = plan.ask(question)
    if problem:
        st.error(words.plain(problem))
    linked.show(question, scenario, standing)
    if problem := opening.note(project):
        st.warning(words.plain(problem))
    return question, scenario


def _lent(project: Project) -> dict[str, str]:
    """Name the second exposures that may lend the rhythm of the week to hours that were never watched."""
    return {name: f"shape from: {words.SOURCES.get(name, name)}" for name in profiles_of(project)}


def _ask_counting(place: DeltaGenerator, lent: Mapping[str, str]) -> None:
    """Show what an incident counts for, whether the heaviest count, what stands beside, and who lends a rhythm."""
    weight, heaviest, beside, profile = (st.session_state[key] for key in ("weight", "heaviest", "beside", "profile"))
    said = [words.WEIGHTS[weight], *(["without the heaviest"] if heaviest == "out" else [])]
    said += [*(["two sources"] if beside else []), *(["hours borrowed"] if profile else [])]
    place = place.container(gap=None, key="counted")
    place.markdown(":small[Count by]")
    with place.popover(", ".join(said), width="stretch", help=COUNTING):
        st.radio("Count by", list(words.WEIGHTS), format_func=words.WEIGHTS.__getitem__, key="weight", horizontal=True)
        st.radio(
            "Heaviest callers and places",
            list(HEAVIEST),
            format_func=HEAVIEST.__getitem__,
            key="heaviest",
            horizontal=True,
        )
        named = {"": "no other source"} | words.SOURCES
        st.selectbox("Second source, shown beside the first", list(named), format_func=named.__getitem__, key="beside")
        st.selectbox(
            "Hours never on duty",
            list(lent),
            format_func=lambda name: lent.get(name, name),
            key="profile",
            help=PROFILE,
            disabled=len(lent) == 1,
        )


def _restore(standing: Mapping[str, Value], choices: Mapping[str, Sequence[str]]) -> None:
    """Give each widget the value that the link holds for it, or the standing one; only before it is first shown."""
    for key, value in standing.items():
        found = read(st.query_params.get(key, ""), value)
        allowed = key not in choices or found in choices[key]
        st.session_state.setdefault(key, found if allowed else value)


def show_sidebar(asked: tuple[Question, Scenario] | None, links: Links) -> None:
    """Show which project is open, what its figures stand on, and the pages in the order of the questions."""
    with st.sidebar:
        st.page_link(links[PROJECT], label=f"**{_name_of(asked)}**", help=CHANGE, width="stretch")
        if asked is not None:
            _badges(asked[0].project)
        for title, page in links.items():
            if title != PROJECT:
                st.page_link(page, width="stretch")
        if asked is not None and (label := asked[0].project.facts.synthetic):
            st.caption(words.plain(label))


def _name_of(asked: tuple[Question, Scenario] | None) -> str:
    return words.plain(asked[0].project.facts.name) if asked else "No project is open"


def _badges(project: Project) -> None:
    """Show the mode, the roads, and whether the records are invented."""
    network, base = answers.roads(project).network, project.facts.base
    with st.container(horizontal=True, gap="small"):
        st.badge("working copy", color="gray", help="Incident-level data is on screen, for the authorised team only.")
        st.badge(
            "estimated roads" if network.estimated else f"roads: {words.plain(network.edition)}",
            color="gray",
            help=words.plain(network.label),
        )
        if far := not_covered(network, base.easting, base.northing):
            st.badge(
                "roads do not cover the base",
                color="orange",
                help=f"{words.plain(far)}. Page Data, step Roads.".capitalize(),
            )
        if label := project.facts.synthetic:
            st.badge("synthetic demonstration", color="orange", help=words.plain(label))


STYLE = """<style>
  .stMainBlockContainer { padding: 2.2rem 2rem 1rem 2rem; }
  [data-testid="stSidebarHeader"] { height: 1.5rem; }
  .stVerticalBlock { gap: 0.6rem; }
  [data-testid="stSidebar"] .stVerticalBlock { gap: 0.35rem; }
  [data-testid="stSidebar"] .stHorizontalBlock { gap: 0.1rem 0.4rem; padding-bottom: 0.4rem; }
  .st-key-counted [data-testid="stMarkdown"] { margin-bottom: -5px; }
  [data-testid="stPageLink"] p { white-space: normal; overflow-wrap: anywhere; }
  [data-testid="stPageLink-NavLink"] { height: auto; min-height: 1.75rem; }
  :is(a, button, summary, main, section, [role="tab"]):focus-visible { outline: 2px solid; outline-offset: -2px; }
</style>"""


def ask() -> tuple[Question, Scenario] | None:
    """Show the frame of every page and give what was asked, or nothing where the project cannot be shown."""
    st.html(STYLE)
    try:
        return ask_question()
    except GeoError as problem:
        st.error(words.plain(str(problem)))
        return None


def say(*sentences: str) -> None:
    """Show the page again, with sentences on top about what was done."""
    st.session_state["said"] = sentences
    st.rerun()


def _show_said() -> None:
    """Show what was done just before: the first sentence on its own, the others below it."""
    first, *others = st.session_state.pop("said", ("",))
    if first:
        st.success(words.plain(first))
    if others:
        st.caption("\n".join(f"- {words.plain(sentence)}" for sentence in others))


def _say_counted(title: str, question: Question) -> None:
    """Say what the figures of a plan count, where that is not simply every incident."""
    if title not in OF_PLANS:
        return
    said = []
    if question.weight != "incidents" and title == "Search":
        said.append("Plans are searched by incidents, whatever the other pages count in.")
    elif question.weight != "incidents" and (counted := answers.world(question).counting.words):
        said.append(f"Counted: {words.plain(counted)}. How busy nurse and car are still rests on every incident.")
    if not question.heaviest:
        said.append("The heaviest callers and places are left out.")
    if said:
        st.caption(" ".join(said))


def show(
    title: str,
    page: Callable[[Question, Scenario], None],
    asked: tuple[Question, Scenario] | None,
    links: Links,
) -> None:
    """Show one page below the frame; what the user can mend is said in words, anything else is a fault of ours."""
    if asked is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"#### {title}", width="content")
            method.link(title, links["Method"])
        _show_said()
        try:
            if title in NEEDS_RECORDS and asked[0].project.ledger().empty:
                _show_empty(title, links)
            else:
                _say_counted(title, asked[0])
                page(*asked)
        except GeoError as problem:
            st.error(words.plain(str(problem)))
    _show_footer()


def show_project(
    page: Callable[[Question | None, Links], None], asked: tuple[Question, Scenario] | None, links: Links
) -> None:
    """Show the page of the project, which is there also while none can be opened."""
    st.markdown(f"#### {PROJECT}")
    _show_said()
    try:
        page(asked[0] if asked else None, links)
    except GeoError as problem:
        st.error(words.plain(str(problem)))
    _show_footer()


def _show_empty(title: str, links: Links) -> None:
    """Say what a page will show, and the two ways to get there."""
    st.info(f"This page will show {WILL_SHOW[title]}. Nothing was imported into this project yet.")
    st.page_link(links["Data"], label="Bring in your extracts and shift log: page Data")
    st.page_link(links[PROJECT], label="Or look at the demonstration first: page Project, Open another")


def _show_footer() -> None:
    st.divider()
    st.caption(FOOTER)
