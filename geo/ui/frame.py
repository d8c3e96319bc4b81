"""
The frame of every page: project and badges on the left, the question bar and the scenario on top, the footer below.

The question and the scenario live in widgets that are bound to the link, so a link restores them.
"""

import datetime as dt
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.errors import GeoError, ScenarioError, SchemaError
from geo.places.boundaries import Edition
from geo.places.editions import BY_DATE, edition_of_period
from geo.places.postcodes import Gazetteer
from geo.routing.sources import not_covered
from geo.routing.speeds import SpeedProfile
from geo.scenarios.pattern import ShiftPattern
from geo.scenarios.presets import presets
from geo.scenarios.scenario import Scenario
from geo.store.loading import Selection
from geo.store.project import Project
from geo.ui import answers, words
from geo.ui.answers import Question

FOOTER = "For planning, not for live dispatch. Nothing on this page leaves this machine unless you export it."
BASE = "Or drag it, or click the map, on the Coverage page."
SHIFTS = "daily 18-00, or Sun-Thu 15-23, Fri-Sat 17-01"
STANDARD = "From the call to the scene. No national standard exists: the choice is yours."
LONGEST_LINK = 8_000
"""Characters of a link's speeds that are read."""

Value = str | int | dt.date
"""What a widget of the frame holds, and a link can say."""

NEEDS_RECORDS = {"Where and when", "What the scheme did", "Compare", "Search", "Export"}
EMPTY = (
    "This page will show your incidents. Nothing was imported yet: open the page Data and bring in your extracts and "
    "shift log, or open the demonstration with: triage-map run"
)

COUNTING = "What an incident counts for, whether the heaviest callers and places are in, and a second source beside."
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
    standing |= {"weight": "incidents", "heaviest": "in", "beside": ""}
    _restore(standing, CHOICES)
    source, begin, end, edition, counting, chip = st.columns(
        [1.8, 1.25, 1.25, 1.15, 1.7, 3.4], vertical_alignment="bottom"
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
    _ask_counting(counting)
    _keep_in_link(standing, {key: st.session_state[key] for key in standing})
    if asked.first and asked.last and asked.first > asked.last:
        period = f"ends ({words.day(asked.last)}) before it begins ({words.day(asked.first)})"
        raise SchemaError(f"the period {period}; choose a later end")
    by_date = shown == BY_DATE
    stood = edition_of_period(asked.first or first, asked.last or last) if by_date else cast(Edition, shown)
    weight, heaviest, beside = (str(st.session_state[key]) for key in ("weight", "heaviest", "beside"))
    question = answers.Question(project.folder, version, asked, stood, weight, heaviest == "in", beside)
    with chip:
        scenario, problem = ask_scenario(question)
    if problem:
        st.error(words.plain(problem))
    return question, scenario


def _ask_counting(place: DeltaGenerator) -> None:
    """Show what an incident counts for, whether the heaviest callers and places count, and what stands beside."""
    weight, heaviest, beside = (st.session_state[key] for key in ("weight", "heaviest", "beside"))
    others = [words.WEIGHTS[weight], *(["without the heaviest"] if heaviest == "out" else [])]
    with place.popover(", ".join(others + (["two sources"] if beside else [])), width="stretch", help=COUNTING):
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


def _restore(standing: Mapping[str, Value], choices: Mapping[str, Sequence[str]]) -> None:
    """Give each widget the value that the link holds for it, or the standing one; only before it is first shown."""
    for key, value in standing.items():
        found = _read(st.query_params.get(key, ""), value)
        allowed = key not in choices or found in choices[key]
        st.session_state.setdefault(key, found if allowed else value)


def _read(text: str, standing: Value) -> Value:
    """Read what a link says as a value of the same kind; the standing one where it cannot be read."""
    try:
        if isinstance(standing, dt.date):
            return dt.date.fromisoformat(text)
        return int(text) if isinstance(standing, int) else text or standing
    except ValueError:
        return standing


def _keep_in_link(standing: Mapping[str, Value], now: Mapping[str, Value]) -> None:
    """Write into the link what differs from the standing values, so that it restores this view."""
    for key, value in standing.items():
        if now[key] == value:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = str(now[key])


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


def ask_scenario(question: Question) -> tuple[Scenario, str]:
    """Show the scenario's chip, whose form opens on a click; give the scenario, and what is wrong with it as typed."""
    preset = presets(question.project.facts.base)["Operation Alloy"]
    standing = _standing(preset)
    if "form" not in st.session_state:
        _open_form({key: _read(st.query_params.get(key, ""), value) for key, value in standing.items()})
    elif "changed" in st.session_state:
        _open_form(_typed(standing))
    number, opened = st.session_state["form"]
    scenario, problem = scenario_now(question)
    with st.popover(f"Scenario: {_chip(scenario)}", width="stretch", help=scenario.summary):
        left, middle, right = st.columns(3, vertical_alignment="bottom")
        left.text_input("Base (unit postcode)", opened["base"], key=f"base-{number}", help=BASE, on_change=_base_typed)
        middle.text_input("Shifts (days, 24-hour clock)", opened["pattern"], key=f"pattern-{number}", help=SHIFTS)
        minutes = min(max(5, opened["minutes"] // 5 * 5), 90)
        right.slider("Response standard (minutes)", 5, 90, minutes, 5, key=f"minutes-{number}", help=STANDARD)
        st.button("Restore Operation Alloy", on_click=_open_form, args=(standing,))
    _keep_in_link(standing, _typed(standing))
    return scenario, problem


def scenario_now(question: Question) -> tuple[Scenario, str]:
    """Give the scenario as its form stands now, and what is wrong with it as typed; a part of a page may ask again."""
    preset = presets(question.project.facts.base)["Operation Alloy"]
    try:
        return _scenario(preset, _typed(_standing(preset))), ""
    except GeoError as found:
        return preset, f"{found} Until then Operation Alloy is shown."


def _typed(standing: Mapping[str, Value]) -> dict[str, Value]:
    """Give what stands in the form: what a part of a page put there, what was typed, or what it was opened on."""
    number, opened = st.session_state["form"]
    typed = {key: st.session_state.get(f"{key}-{number}", opened[key]) for key in standing}
    changed: dict[str, Value] = st.session_state.get("changed", {})
    return typed | changed


def _base_typed() -> None:
    """Let a base that is typed take the place of one that was dragged."""
    st.session_state.get("changed", {}).pop("base", None)


def _open_form(values: dict[str, Any]) -> None:
    """
    Open the scenario's form anew on these values.

    A form of its own number, because a field inside a closed popover does not take a value that is set from outside.
    """
    number, _ = st.session_state.get("form", (0, {}))
    st.session_state.pop("changed", None)
    st.session_state["form"] = (number + 1, values)


def _chip(scenario: Scenario) -> str:
    """Say the scenario in one short line; its base stands on the page, where it can move without the rest."""
    return f"{scenario.name} · {scenario.pattern.text} · {scenario.standard.minutes:g} min"


def base_line(scenario: Scenario) -> str:
    """Name a scenario and where its car starts."""
    return f"{scenario.name}, base " + " and ".join(base.postcode or base.name for base in scenario.bases)


def _standing(preset: Scenario) -> dict[str, Value]:
    return {
        "base": preset.bases[0].postcode,
        "pattern": preset.pattern.text,
        "minutes": int(preset.standard.minutes),
        "speeds": "",
    }


def _scenario(preset: Scenario, typed: Mapping[str, Any]) -> Scenario:
    """Read the scenario from what was typed; the preset where nothing differs from it."""
    standing = _standing(preset)
    if typed == standing:
        return preset
    moved = typed["base"] != standing["base"]
    return replace(
        preset,
        name="Your plan",
        bases=(answers.base_at(str(typed["base"])),) if moved else preset.bases,
        pattern=ShiftPattern.parse(typed["pattern"]),
        standard=replace(preset.standard, minutes=float(typed["minutes"])),
        speeds=_speeds(str(typed["speeds"])),
    )


def _speeds(text: str) -> SpeedProfile:
    """Read the speeds of a link: a JSON object of what differs from the default ones."""
    try:
        table = json.loads(text[:LONGEST_LINK] or "{}")
    except (ValueError, RecursionError) as error:
        raise ScenarioError("the speeds in this link cannot be read; open the link again, or restore them") from error
    if not isinstance(table, dict):
        raise ScenarioError("the speeds in this link cannot be read; open the link again, or restore them")
    return SpeedProfile.of_table(table)


def change_form(**values: Value) -> None:
    """
    Put values into the scenario and the link; the form shows them when the whole page runs next.

    A part of a page that runs alone cannot change the form's fields, which stand outside of it.
    """
    st.session_state["changed"] = st.session_state.get("changed", {}) | values
    for key, value in values.items():
        if value == "":
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = str(value)


def change_speeds(speeds: SpeedProfile) -> None:
    """Put speeds into the scenario's form."""
    table = speeds.as_table()
    change_form(speeds=json.dumps(table, ensure_ascii=False) if table else "")


def move_base(easting: float, northing: float) -> None:
    """Move the base of the scenario's form to the postcode nearest to a point."""
    try:
        change_form(base=Gazetteer.default().nearest(easting, northing))
    except GeoError as problem:
        st.warning(words.plain(str(problem)))


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


def show(title: str, page: Callable[[Question, Scenario], None], asked: tuple[Question, Scenario] | None) -> None:
    """Show one page below the frame; what the user can mend is said in words, anything else is a fault of ours."""
    if asked is not None:
        st.markdown(f"#### {title}")
        _show_said()
        try:
            if title in NEEDS_RECORDS and asked[0].project.ledger().empty:
                st.info(EMPTY)
            else:
                page(*asked)
        except GeoError as problem:
            st.error(words.plain(str(problem)))
    st.divider()
    st.caption(FOOTER)
