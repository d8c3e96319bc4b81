"""The brief: which plans, for whom, against which period and targets; its sentences first, then the file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from geo.errors import SchemaError
from geo.release.brief import Brief
from geo.release.disclosure import POLICIES
from geo.release.report import FORMATS, MOST, as_bytes, make_brief
from geo.release.review import Period, parse_period
from geo.release.targets import parse_target
from geo.scenarios.scenario import Scenario
from geo.ui import answers, plan, words
from geo.ui.answers import Question

MODES = ("release", "partner", "working")
MIMES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
}
NAMES = {".docx": "Word (DOCX)", ".html": "one HTML file, to print"}


def show(question: Question, scenario: Scenario) -> None:
    """Show the form of the brief, and the brief once it was made."""
    st.caption(
        "Two pages for commissioners; every figure has a number that stands in the run manifest inside the file."
    )
    left, right = st.columns(2)
    with left:
        others = _ask_others(question, scenario)
        against = st.text_input(
            "Hold the period against (FROM..TO)", key="brief-against", placeholder=_example(question)
        )
    with right:
        mode = st.radio(
            "Who is the brief for?", MODES, format_func=lambda name: f"{name}: {POLICIES[name].words}", key="brief-mode"
        )
        targets = st.text_input("Targets, if any", key="brief-targets", placeholder="reached>=15, share_contact>=60%")
    ending = st.radio("As", list(FORMATS), format_func=NAMES.__getitem__, key="brief-format", horizontal=True)
    if st.button("Draw up the brief", type="primary", key="brief-make"):
        period = parse_period(against) if against.strip() else None
        with st.spinner("Answering the plans and drawing the brief …"):
            made = _made(question, [scenario, *others], mode, period, targets)
        _preview(made)
        st.download_button(
            "Download the brief", as_bytes(made, ending), f"brief-{mode}{ending}", MIMES[ending], on_click="ignore"
        )


def _ask_others(question: Question, scenario: Scenario) -> list[Scenario]:
    """Ask which plans stand beside the one above; they keep its response standard and speeds."""
    known = {name: one for name, one in plan.plans(question).items() if one != scenario and name != scenario.name}
    first = [name for name in st.session_state["others"].split("|") if name in known][: MOST - 1]
    label = f"The plan above, beside these (none to {MOST - 1})"
    chosen = st.multiselect(label, list(known), first, max_selections=MOST - 1, key="brief-plans")
    return [replace(known[name], standard=scenario.standard, speeds=scenario.speeds) for name in chosen]


def _example(question: Question) -> str:
    """Give the period of the same length just before, as an example."""
    first, last = question.selection.first, question.selection.last
    if first is None or last is None:
        return "2016-01-01..2016-03-31"
    return f"{first - (last - first) - dt.timedelta(days=1)}..{first - dt.timedelta(days=1)}"


def _made(question: Question, scenarios: Sequence[Scenario], mode: str, against: Period | None, targets: str) -> Brief:
    """Draw up the brief from the answers that are at hand; it counts incidents, whatever the pages count in."""
    question = replace(question, weight="incidents")
    if question.project.version != question.version:
        raise SchemaError("the project changed meanwhile; load the page again")
    for one in scenarios:
        answers.prepare(question.project, one)
    return make_brief(
        question.project,
        scenarios,
        mode,
        question.selection,
        against=against,
        targets=[parse_target(text) for text in targets.split(",") if text.strip()],
        edition=question.edition,
        world=answers.world(question),
        answer=lambda one: answers.answer(one, question),
    )


def _preview(brief: Brief) -> None:
    """Show the sentences of the brief, and what its mode does."""
    said = [*brief.answers, *brief.objectives]
    st.markdown("\n".join(f"- {words.plain(one.text)}" for one in said))
    with st.expander("Limits, as the brief says them"):
        st.markdown("\n".join(f"- {words.plain(one.text)}" for one in brief.limits))
    st.caption(words.plain(brief.protection))
