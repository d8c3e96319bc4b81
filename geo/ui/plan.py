"""
The plan: the scenario's chip and its form, in which every assumption can be changed, kept and put into the link.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from geo.coverage.response import ResponseStandard
from geo.deployment.models import DeploymentModel
from geo.deployment.work import Work
from geo.errors import GeoError, ScenarioError
from geo.places.postcodes import Gazetteer
from geo.routing.speeds import SpeedProfile
from geo.scenarios.presets import first_against, presets, scheme_of
from geo.scenarios.scenario import MOST_CARS, Scenario, parse_scenario
from geo.ui import answers, words
from geo.ui.answers import Question
from geo.ui.link import Value, keep_in_link, read
from geo.week import ShiftPattern

LONGEST_LINK = 8_000
"""Characters of a link's speeds that are read."""
LONGEST_NAME = 60
OWN_NAME = "Your plan"
"""What a plan is called while it differs from the one it began with; no plan is kept under it."""

BASE = "Several, with a comma between them, for several cars. Or drag it, or click the map, on the Coverage page."
SHIFTS = "daily 18-00, or Sun-Thu 15-23, Fri-Sat 17-01"
STANDARD = "From the call to the scene. No national standard exists: the choice is yours."
ROAMING = "A roaming car waits where the need is, instead of at a base."
LINE = "A telephone and advice line beside the car, with a nurse of its own, e.g. daily 00-24. Blank: none."
FROM_LOG = "Blank: as often as the project's own records show, with the doubt that their blanks leave."
DESK = "Whether she can advise on another incident while she drives or is at a scene."
LAST = "No car is sent in the last minutes of a shift. 0: until its end, which costs overrun."
OTHERS = "Other emergencies that take the car, in the crewed hours of a month, as in Peterborough."
RELEASED = "Officer minutes that are given back for each person reached. Blank: not told."
KEPT = "Kept plans are listed, renamed, copied and removed on the page Project, which the project's name opens."
MODELS = {
    "crewed": "nurse and officer in a car",
    "unaccompanied": "nurse alone, where police are",
    "telephone": "telephone and advice only",
}


def ask(question: Question) -> tuple[Scenario, str]:
    """Show the plan's chip, whose form opens on a click; give the scenario, and what is wrong with it as typed."""
    known, first = plans(question), scheme_of(question.project.facts.county)
    if "next-plan" in st.session_state:
        begin_anew()
        st.session_state["plan"] = st.session_state.pop("next-plan")
    if "plan" not in st.session_state:  # at the start, and where another page took the field's value away
        named = st.session_state.get("begun", st.query_params.get("plan", first))
        st.session_state["plan"] = named if named in known else first
    st.session_state["begun"] = st.session_state["plan"]
    against = first_against(question.project.facts.county)
    st.session_state.setdefault("others", st.query_params.get("others", against))  # leaving a page empties its link
    origin = known.get(st.session_state["plan"], known[first])
    standing = _standing(origin)
    if "form" not in st.session_state:
        _open_form({key: read(st.query_params.get(key, ""), value) for key, value in standing.items()})
    elif "changed" in st.session_state:
        _open_form(_typed(standing))
    scenario, problem = scenario_now(question)
    with st.popover(f"Scenario: {words.plain(_chip(scenario))}", width="stretch", help=words.plain(scenario.summary)):
        _show_form(question, known, standing, scenario)
    keep_in_link({"plan": first}, {"plan": st.session_state["plan"]})
    keep_in_link(standing, _typed(standing))
    return scenario, problem


def plans(question: Question) -> dict[str, Scenario]:
    """Give every plan that is known by name: the published schemes at the project's base, and those that were kept."""
    found = presets(question.project.facts.base)
    for name, toml in question.project.scenarios().items():
        found[name] = parse_scenario(toml, Gazetteer.default(), what=f"the saved scenario {name!r}")
    return found


def _show_form(question: Question, known: dict[str, Scenario], standing: dict[str, Value], scenario: Scenario) -> None:
    """Show the form: where and when, who and how, what is assumed, and keeping it."""
    number, opened = st.session_state["form"]

    def text(place: Any, key: str, label: str, tip: str = "") -> None:
        place.text_input(label, opened[key], key=f"{key}-{number}", help=tip or None)

    def whole(place: Any, key: str, label: str, most: int, tip: str = "", least: int = 0) -> None:
        value = min(max(int(opened[key]), least), most)
        place.number_input(label, least, most, value, 1, key=f"{key}-{number}", help=tip or None)

    def choice(place: Any, key: str, label: str, named: dict[str, str], tip: str = "") -> None:
        first = list(named).index(str(opened[key])) if opened[key] in named else 0
        place.selectbox(
            label, list(named), first, format_func=named.__getitem__, key=f"{key}-{number}", help=tip or None
        )

    st.selectbox("Begin with", list(known), key="plan", on_change=begin_anew)
    left, middle, right = _row()
    left.text_input("Base (unit postcode)", opened["base"], key=f"base-{number}", help=BASE, on_change=_base_typed)
    text(middle, "pattern", "Shifts (days, 24-hour clock)", SHIFTS)
    whole(right, "minutes", "Response standard (minutes)", 240, STANDARD, least=1)
    left, middle, right = _row()
    whole(left, "cars", "Cars (number)", MOST_CARS, least=1)
    whole(middle, "roaming", "Of these roaming (number)", MOST_CARS, ROAMING)
    choice(right, "model", "Who goes", MODELS)
    left, middle, right = _row()
    text(left, "line", "Advice line (days, clock)", LINE)
    choice(middle, "desk", "Nurse advises while out", {"no": "no", "yes": "yes"}, DESK)
    text(right, "appropriate", "Appropriate for car (%)", FROM_LOG)
    left, middle, right = _row()
    text(left, "nurse", "Nurse on duty (% of shifts)", FROM_LOG)
    text(middle, "officer", "Officer there (% of shifts)", FROM_LOG)
    whole(right, "last", "No car in the last (minutes)", 240, LAST)
    left, middle, right = _row()
    text(left, "cost", "Cost (pounds a year)", "Blank: not told.")
    text(middle, "released", "Given back (officer minutes)", RELEASED)
    whole(right, "emergencies", "Other calls (a month)", 500, OTHERS)
    st.caption(KEPT)
    name, keep, restore = st.columns([2, 1, 1.2], vertical_alignment="bottom")
    named = name.text_input("Keep this plan as", max_chars=LONGEST_NAME, key=f"keep-{number}").strip()
    free = named and named != OWN_NAME and "|" not in named and named not in presets()
    if keep.button("Keep", disabled=not free, width="stretch"):
        question.project.save_scenario(named, replace(scenario, name=named).to_toml())
        st.toast(f"Kept as {words.plain(named)}; the pages Compare and Coverage know it by this name.")
    restore.button("Restore", on_click=_open_form, args=(standing,), width="stretch")


def _row() -> Sequence[Any]:
    return st.columns(3, vertical_alignment="bottom")


def scenario_now(question: Question) -> tuple[Scenario, str]:
    """Give the scenario as its form stands now, and what is wrong with it as typed; a part of a page may ask again."""
    known = plans(question)
    origin = known.get(st.session_state["plan"], known[scheme_of(question.project.facts.county)])
    try:
        return _scenario(origin, _typed(_standing(origin))), ""
    except GeoError as found:
        return origin, f"{found} Until then {origin.name} is shown."


def base_line(scenario: Scenario) -> str:
    """Name a scenario and where its car starts."""
    return f"{scenario.name}, base " + " and ".join(base.postcode or base.name for base in scenario.bases)


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


def change_errors(sigma: float, tau: float, source: str) -> None:
    """Put the errors of drives, and what they were measured on, into the scenario's form."""
    change_form(errors=json.dumps([round(sigma, 4), round(tau, 4), source], ensure_ascii=False))


def restore_errors() -> None:
    """Put the assumed errors of drives back into the scenario's form."""
    usual = ResponseStandard()
    change_errors(usual.sigma, usual.tau, "")


def move_base(easting: float, northing: float) -> None:
    """Move the base of the scenario's form to the postcode nearest to a point."""
    try:
        change_form(base=Gazetteer.default().nearest(easting, northing))
    except GeoError as problem:
        st.warning(words.plain(str(problem)))


def _typed(standing: Mapping[str, Value]) -> dict[str, Value]:
    """Give what stands in the form: what a part of a page put there, what was typed, or what it was opened on."""
    number, opened = st.session_state["form"]
    typed = {key: st.session_state.get(f"{key}-{number}", opened[key]) for key in standing}
    changed: dict[str, Value] = st.session_state.get("changed", {})
    return typed | changed


def _base_typed() -> None:
    """Let a base that is typed take the place of one that was dragged."""
    st.session_state.get("changed", {}).pop("base", None)


def begin_anew() -> None:
    """Let the form open on another plan, none of whose values are changed."""
    _, opened = st.session_state.pop("form", (0, {}))
    st.session_state.pop("changed", None)
    for key in opened:
        st.query_params.pop(key, None)


def _open_form(values: dict[str, Any]) -> None:
    """
    Open the scenario's form anew on these values.

    A form of its own number, because a field inside a closed popover does not take a value that is set from outside.
    """
    st.session_state["forms"] = st.session_state.get("forms", 0) + 1
    st.session_state.pop("changed", None)
    st.session_state["form"] = (st.session_state["forms"], values)


def _chip(scenario: Scenario) -> str:
    """Say the scenario in one short line; its base stands on the page, where it can move without the rest."""
    cars = f"{scenario.cars} cars · " if scenario.cars > 1 else ""
    return f"{scenario.name} · {cars}{scenario.pattern.text} · {scenario.standard.minutes:g} min"


def _standing(origin: Scenario) -> dict[str, Value]:
    """Give what the form holds of a plan; a blank field is left to the project's records, or not told."""
    return {
        "base": ", ".join(base.postcode or base.name for base in origin.bases),
        "pattern": origin.pattern.text,
        "minutes": int(origin.standard.minutes),
        "cars": origin.cars,
        "roaming": origin.roaming,
        "model": origin.model.value,
        "line": origin.line.text if origin.line else "",
        "appropriate": _percent(origin.appropriate_share),
        "nurse": _percent(origin.nurse_reliability),
        "officer": _percent(origin.officer_reliability),
        "cost": _number(origin.cost_a_year),
        "released": _number(origin.released_minutes),
        "last": int(origin.work.last_job_minutes),
        "emergencies": int(origin.work.other_emergencies_a_month),
        "desk": "yes" if origin.work.advises_while_deployed else "no",
        "speeds": json.dumps(table, ensure_ascii=False) if (table := origin.speeds.as_table()) else "",
        "errors": json.dumps([origin.standard.sigma, origin.standard.tau, origin.standard.error_source]),
    }


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:g}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _scenario(origin: Scenario, typed: Mapping[str, Any]) -> Scenario:
    """Read the scenario from what was typed; the plan itself where nothing differs from it."""
    standing = _standing(origin)
    if typed == standing:
        return origin
    text = {key: str(value) for key, value in typed.items()}
    moved = typed["base"] != standing["base"]
    bases = tuple(answers.base_at(one.strip()) for one in text["base"].split(",") if one.strip())
    if text["model"] not in MODELS:
        raise ScenarioError(f"there is no way to go called {text['model']!r}; choose one of {', '.join(MODELS)}")
    return replace(
        origin,
        name=OWN_NAME,
        bases=bases if moved else origin.bases,
        pattern=ShiftPattern.parse(text["pattern"]),
        standard=_standard(origin.standard, typed),
        cars=int(typed["cars"]),
        roaming=int(typed["roaming"]),
        model=DeploymentModel(text["model"]),
        line=ShiftPattern.parse(text["line"]) if text["line"].strip() else None,
        appropriate_share=_share(text["appropriate"], "judged appropriate"),
        nurse_reliability=_share(text["nurse"], "nurse on duty"),
        officer_reliability=_share(text["officer"], "officer there"),
        cost_a_year=_amount(text["cost"], "the cost"),
        released_minutes=_amount(text["released"], "the minutes given back"),
        work=_work(origin.work, typed),
        speeds=_speeds(text["speeds"]),
    )


def _standard(origin: ResponseStandard, typed: Mapping[str, Any]) -> ResponseStandard:
    """Read the response standard: its minutes, and of a link's list the errors of drives and their source."""
    try:
        sigma, tau, source = json.loads(str(typed["errors"])[:LONGEST_LINK])
        sigma, tau = float(sigma), float(tau)
    except (ValueError, TypeError, RecursionError) as error:
        raise ScenarioError(
            "the errors of drives in this link cannot be read; open it again, or restore them"
        ) from error
    return replace(origin, minutes=float(typed["minutes"]), sigma=sigma, tau=tau, error_source=str(source))


def _work(origin: Work, typed: Mapping[str, Any]) -> Work:
    return replace(
        origin,
        last_job_minutes=float(typed["last"]),
        other_emergencies_a_month=float(typed["emergencies"]),
        advises_while_deployed=typed["desk"] == "yes",
    )


def _share(text: str, what: str) -> float | None:
    """Read a share in per cent; blank is left to the records."""
    value = _amount(text.rstrip(" %"), f"the share {what}")
    return None if value is None else value / 100


def _amount(text: str, what: str) -> float | None:
    """Read a number; blank is not told."""
    if not text.strip():
        return None
    try:
        return float(text.replace(",", "").replace("£", ""))
    except ValueError as error:
        raise ScenarioError(f"{what} is {text!r}, which is no number; write digits, or leave it blank") from error


def _speeds(text: str) -> SpeedProfile:
    """Read the speeds of a link: a JSON object of what differs from the default ones."""
    try:
        table = json.loads(text[:LONGEST_LINK] or "{}")
    except (ValueError, RecursionError) as error:
        raise ScenarioError("the speeds in this link cannot be read; open the link again, or restore them") from error
    if not isinstance(table, dict):
        raise ScenarioError("the speeds in this link cannot be read; open the link again, or restore them")
    return SpeedProfile.of_table(table)
