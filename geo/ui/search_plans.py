"""Search, where and when: what to aim for, what may vary and what must hold; then what was found."""

import time
from dataclasses import replace

import streamlit as st

from geo.places.bases import Base
from geo.planning.found import Found, Rules
from geo.planning.plans import search_plans
from geo.planning.worth import Aim
from geo.scenarios.scenario import Scenario
from geo.ui import answers, search_found, words
from geo.ui.answers import Question
from geo.week import ShiftPattern

AIM_WORDS: dict[Aim, str] = {
    "face_to_face": "Face to face in time",
    "nurse_contact": "Nurse contact",
    "equity": "Worst district first",
}
EVERY, OWN, LISTED = "every postcode", "the plan's own", "a list"
BUDGET = "Of each car. Several cars work the same windows; for two it is also told what windows of their own bring."
LOCKED = "Unit postcodes with commas, each with one of the cars. Blank: none."
LIMIT = "Seconds after which the best so far is given, with its proved gap. 0: none."


def show(question: Question, scenario: Scenario) -> None:
    """Show the search for bases and windows together."""
    rules, bases, limit = _ask(scenario)
    key = (replace(scenario, name="search"), question, rules, bases, limit)
    start, stop, _ = st.columns([2, 1, 4])
    begun = start.button("Search plans", type="primary", width="stretch")
    stop.button("Cancel", width="stretch", help="Stops a search; the last result stays.")
    if begun:
        st.session_state["plans-found"] = key, _search(question, scenario, rules, bases, limit)
    held = st.session_state.get("plans-found")
    if held is None or held[0] != key:
        st.info(
            "This tries every base with every legal shift window, within the crewed hours of a week, and keeps the "
            "plan's speeds, standard and staffing. It takes half a minute for every postcode of a county. Hours that "
            "were never on duty are not recommended, unless the question above lets another record lend them a rhythm."
        )
        return
    search_found.show(question, held[1])


def _ask(scenario: Scenario) -> tuple[Rules, tuple[Base, ...] | None, int]:
    """Ask what to aim for, what may vary, what must hold, and how many seconds it may take (0: as many as it needs)."""
    one, two, three, four = st.columns([1.6, 1.2, 1.2, 1.2], vertical_alignment="bottom")
    aim = one.selectbox("Aim for the most", list(AIM_WORDS), format_func=AIM_WORDS.__getitem__, key="search-aim")
    where = two.selectbox("Base", [EVERY, OWN, LISTED], key="search-where", help="What may vary: where cars start.")
    cars = three.number_input("Cars (number)", 1, 5, scenario.cars, 1, key="search-cars")
    budget = round(scenario.pattern.crewed_hours)
    hours = four.number_input("Crewed hours (a week)", 4, 168, max(4, budget), 1, key="search-hours", help=BUDGET)
    one, two, three = st.columns([1.6, 1.2, 2.4], vertical_alignment="bottom")
    least, most = one.slider("Shift length (hours)", 2, 12, (4, 12), 1, key="search-lengths")
    rest = two.number_input("Rest between shifts (hours)", 0, 24, 11, 1, key="search-rest")
    must = three.text_input(
        "Must be crewed", key="search-must", help="As a shift pattern, e.g. Fri-Sat 20-00. Blank: none."
    )
    one, two, _ = st.columns([2.8, 1.2, 1.2], vertical_alignment="bottom")
    kept = one.text_input("Bases that are kept", key="search-locked", help=LOCKED)
    limit = two.number_input("Limit (seconds)", 0, 3600, 0, 10, key="search-limit", help=LIMIT)
    bases = scenario.bases if where == OWN else None
    if where == LISTED:
        typed = st.text_input("Bases to try (unit postcodes with commas)", key="search-bases")
        bases = _at(typed) or scenario.bases
    rules = Rules(
        aim=aim,
        cars=int(cars),
        crewed_hours=int(hours),
        lengths=tuple(range(least, most + 1)),
        rest=int(rest),
        must=ShiftPattern.parse(must) if must.strip() else None,
        locked=_at(kept),
    )
    return rules, bases, int(limit)


def _at(typed: str) -> tuple[Base, ...]:
    """Read postcodes with commas."""
    return tuple(answers.base_at(one.strip()) for one in typed.split(",") if one.strip())


def _search(question: Question, scenario: Scenario, rules: Rules, bases: tuple[Base, ...] | None, limit: int) -> Found:
    """Search with a progress bar; a click on Cancel, or on anything else, ends it."""
    until = time.monotonic() + (limit or float("inf"))
    bar = st.progress(0.0, "Searching …")

    def progress(share: float, said: str) -> None:
        bar.progress(min(share, 1.0), f"Searching … {words.plain(said)}")

    found = search_plans(
        scenario,
        answers.world(question),
        rules,
        bases=bases,
        edition=question.edition,
        progress=progress,
        left=lambda: until - time.monotonic(),
    )
    bar.empty()
    return found
