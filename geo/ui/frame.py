"""
The frame of every page: project and badges on the left, the question bar and the scenario on top, the footer below.

The question and the scenario live in widgets that are bound to the link, so a link restores them.
"""

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page

from geo.errors import GeoError, SchemaError
from geo.places.boundaries import Edition
from geo.places.editions import BY_DATE, edition_of_period
from geo.routing.sources import not_covered
from geo.scenarios.scenario import Scenario
from geo.store.loading import Selection, profiles_of
from geo.store.project import Project
from geo.tables import ROUND_THE_CLOCK
from geo.ui import answers, method, plan, words
from geo.ui.answers import Question
from geo.ui.link import Value, keep_in_link, read

Links = Mapping[str, Page]
"""Every page by its title, to be linked to."""

FOOTER = "For planning, not for live dispatch. Nothing on this page leaves this machine unless you export it."
NEEDS_RECORDS = {"Overview", "Where and when", "What the scheme did", "Compare", "Search", "Export"}
OF_PLANS = {"Overview", "Coverage", "Compare", "Search"}
EMPTY = (
    "This page will show your incidents. Nothing was imported yet: open the page Data and bring in your extracts and "
    "shift log, or open the demonstration with: triage-map run"
)

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
    project = answers.find_project(os.environ.get("TRIAGE_MAP_PROJECT", ""))
    _sidebar(project)
    version = project.version
    first, last = answers.period(project.folder, version) or (dt.date(2016, 1, 1), dt.date(2016, 12, 31))
    standing: dict[str, Value] = {"source": "mental_health", "from": first, "to": last, "edition": "2011-2021"}
    standing |= {"weight": "incidents", "heaviest": "in", "beside": "", "profile": ""}
    lent = {"": "not observed"} | _lent(answers.Loaded(project.folder, version))
    _restore(standing, CHOICES | {"profile": list(lent)})
    source, begin, end, edition, counting, chip = st.columns(
        [1.75, 1.45, 1.45, 1.35, 1.4, 3.0], vertical_alignment="bottom"
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
    return question, scenario


def _lent(project: Project) -> dict[str, str]:
    """Name the second exposures that may lend the rhythm of the week to hours that were never watched."""
    return {name: f"shape from: {words.SOURCES.get(name, name)}" for name in profiles_of(project)}


def _ask_counting(place: DeltaGenerator, lent: Mapping[str, str]) -> None:
    """Show what an incident counts for, whether the heaviest count, what stands beside, and who lends a rhythm."""
    weight, heaviest, beside, profile = (st.session_state[key] for key in ("weight", "heaviest", "beside", "profile"))
    said = [words.WEIGHTS[weight], *(["without the heaviest"] if heaviest == "out" else [])]
    said += [*(["two sources"] if beside else []), *(["hours borrowed"] if profile else [])]
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


def _sidebar(project: Project) -> None:
    facts, network = project.facts, answers.roads(project).network
    with st.sidebar:
        st.markdown(f"**{words.plain(facts.name)}**")
        st.badge("working copy", color="gray", help="Incident-level data is on screen, for the authorised team only.")
        st.badge(
            "estimated roads" if network.estimated else f"roads: {words.plain(network.edition)}",
            color="gray",
            help=network.label,
        )
        if far := not_covered(network, facts.base.easting, facts.base.northing):
            st.badge("roads do not cover the base", color="orange", help=f"{far}. Page Data, step Roads.".capitalize())
        if facts.synthetic:
            st.badge("synthetic demonstration", color="orange", help=facts.synthetic)
            st.caption(words.plain(facts.synthetic))


STYLE = """<style>
  .stMainBlockContainer { padding: 2.2rem 2rem 1rem 2rem; }
  [data-testid="stSidebarHeader"] { height: 1.5rem; }
  .stVerticalBlock { gap: 0.6rem; }
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
    if question.weight == "persons":
        said.append("Each person counts once, at the first incident of the period: read 'incidents' as 'persons'.")
    if question.weight == "minutes":
        said.append("Plans are counted in incidents; minutes act on the pages before.")
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
                st.info(EMPTY)
            else:
                _say_counted(title, asked[0])
                page(*asked)
        except GeoError as problem:
            st.error(words.plain(str(problem)))
    st.divider()
    st.caption(FOOTER)
