"""The link that opened this session: what it asked for, and whether the data are still those for which it was made."""

import datetime as dt
from collections.abc import Mapping

import streamlit as st

from geo.scenarios.scenario import Scenario
from geo.ui import answers, plan, stamp, words
from geo.ui.answers import Question
from geo.ui.link import Value, keep_in_link, read
from geo.ui.stamp import KEY, Stamp

ASKED = "link-asked"
SAID = "link-said"
ANEW = "From now on the address holds today's date and data, and no longer says this."


def asked() -> Mapping[str, str]:
    """Give what the address said when this session began."""
    found: dict[str, str] = st.session_state.setdefault(ASKED, st.query_params.to_dict())
    return found


def made() -> Stamp | None:
    """Give the stamp of the link that began this session; None where it was a bare address."""
    return stamp.parse_stamp(asked().get(KEY, ""))


def show(question: Question, scenario: Scenario, standing: Mapping[str, Value]) -> None:
    """Say what is no longer as it was when the link was made, until that is taken note of; keep the link stamped."""
    now = _now(question, scenario)
    if SAID not in st.session_state:
        st.session_state[SAID] = _said(question, now, standing)
    if said := str(st.session_state[SAID]):
        text, button = st.columns([6, 1], vertical_alignment="center")
        text.warning(words.plain(said))
        button.button("Renew the link", help=ANEW, width="stretch", on_click=_renew)
    old = asked().get(KEY, "") if said else ""
    keep_in_link({KEY: ""}, {KEY: old or now.text})


def _now(question: Question, scenario: Scenario) -> Stamp:
    """Give the stamp that a link made now has."""
    known = plan.plans(question)
    others = [known[name].to_toml() for name in st.session_state["others"].split("|") if name in known]
    contents = answers.contents(question.folder, question.version)
    today = dt.datetime.now().astimezone().date()
    return Stamp(today, question.project.origin, contents, stamp.digest([scenario.to_toml(), *others]))


def _said(question: Question, now: Stamp, standing: Mapping[str, Value]) -> str:
    """Say what of the link could not be restored, and what changed since it was made."""
    link, known = asked(), plan.plans(question)
    named = [link.get("plan", ""), *link.get("others", "").split("|")]
    lost = [f"the plan {name!r}" for name in dict.fromkeys(named) if name and name not in known]
    shown = {key: read(link[key], value) for key, value in standing.items() if key in link}
    lost += [f"{key} {link[key]}" for key, value in shown.items() if str(st.session_state[key]) != str(value)]
    opened = made()
    said = stamp.said_of_link(opened, now, question.project.facts.name) if opened else ""
    return " ".join(filter(None, (said, stamp.said_of_lost(lost))))


def _renew() -> None:
    st.session_state[SAID] = ""
