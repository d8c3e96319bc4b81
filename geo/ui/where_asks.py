"""What 'Where and when' asks: which map, by which areas, of which hours, and of which district the grid."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from geo.crs import to_grid
from geo.demand.areas import areas_at
from geo.demand.kernel import BANDWIDTHS
from geo.demand.policy import POLICY_DATES
from geo.errors import GeoError
from geo.scenarios.scenario import Scenario
from geo.ui import maps, seen, where_charts, words
from geo.ui.answers import Question
from geo.ui.seen import Seen
from geo.week import ShiftPattern

VIEWS = {"points": "Postcodes", "counts": "Counts", "rates": "Rates", "heat": "Heat", "change": "Change"}
FORMER = {
    "Districts": ("counts", "district"),
    "District rates": ("rates", "district"),
    "LSOAs": ("counts", "lsoa"),
    "Heatmap": ("heat", "district"),
}
"""Views of older links: which one they are now, and by which areas."""

WHOLE = "whole county"
CHOSEN = "by the data"
HOURS_HELP = "Choose, mark a range on the grid, or type one like Fri-Sat 17-01. Incidents without a time are left out."
READY = ("daily 0-6", "Mon-Fri 8-18", "daily 18-24", "Fri-Sat 18-4")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the map shows: a view, by which areas, how smooth (km; None: by the data), and from which day on."""

    view: str
    by: str
    kilometres: float | None
    at: dt.date


def ask_map(question: Question, here: Seen) -> Shown:
    """Ask what the map shows and by which areas, how smooth, or from which day on."""
    if (former := FORMER.get(st.query_params.get("view", ""))) and "view" not in st.session_state:
        st.session_state["view"], st.session_state["by"] = former
    first, second = st.columns([5, 2.4], vertical_alignment="bottom")
    with first:
        view = maps.choose_view(VIEWS, "view")
    by, kilometres, at = "district", None, _middle(here)
    with second:
        if view in {"counts", "rates"}:
            by = _ask_level(question)
        elif view == "heat":
            kilometres = _ask_bandwidth()
        elif view == "change":
            at = _ask_day(here)
    return Shown(view, by, kilometres, at)


def _ask_level(question: Question) -> str:
    divided = seen.levels(question)
    return str(st.selectbox("By", list(divided), format_func=divided.__getitem__, key="by", bind="query-params"))


def _ask_bandwidth() -> float | None:
    """Ask how smooth the heat is; the data choose unless the user does."""
    steps = [CHOSEN, *(f"{metres / 1_000:g} km" for metres in BANDWIDTHS)]
    chosen = str(st.selectbox("Smoothing", steps, key="bandwidth", bind="query-params"))
    return None if chosen == CHOSEN else float(chosen.removesuffix(" km"))


def _ask_day(here: Seen) -> dt.date:
    first, last = _period(here)
    day = st.date_input(
        "Later period from",
        _middle(here),
        min_value=first,
        max_value=last,
        format="DD/MM/YYYY",
        key="split",
        bind="query-params",
        help="Days before it are the earlier period. It opens on the last policy date in the period, or on its middle.",
    )
    return day if isinstance(day, dt.date) else _middle(here)


def _period(here: Seen) -> tuple[dt.date, dt.date]:
    """Give the first and the last day of the incidents that have one; the question's own where none has."""
    days = here.incidents["received_on"].dropna()
    if days.empty:
        today = here.question.selection.last or dt.date(2016, 1, 1)
        return today, today
    return days.min().date(), days.max().date()


def _middle(here: Seen) -> dt.date:
    """Give the last policy date within the period, or else its middle."""
    first, last = _period(here)
    if dates := [date.date for date in POLICY_DATES if first < date.date <= last]:
        return max(dates)
    return first + (last - first) // 2 + dt.timedelta(days=1 if last > first else 0)


def ask_week(question: Question, scenario: Scenario) -> tuple[str, str, str]:
    """Ask whose calls the grid shows, which hours the map shows, and what the grid's colour is."""
    area, which, what = st.columns([1.45, 1.45, 1.0], vertical_alignment="bottom")
    districts = [WHOLE, *question.areas.districts(question.edition)["name"]]
    if _clicked_district(question):
        st.session_state["district"] = _clicked_district(question)
        st.session_state["district-click"] = _last_click()
    district = str(
        area.selectbox("Grid of", districts, key="district", bind="query-params", help="Or click a district.")
    )
    ready = list(dict.fromkeys([seen.ALL, scenario.pattern.text, *READY]))
    typed = which.selectbox(
        "Hours on the map", ready, key="hours", accept_new_options=True, help=HOURS_HELP, bind="query-params"
    )
    measure = what.selectbox(
        "Grid shows",
        list(where_charts.MEASURES),
        format_func=where_charts.MEASURES.__getitem__,
        key="measure",
        bind="query-params",
    )
    return "" if district == WHOLE else district, _readable(str(typed or seen.ALL)), str(measure)


def _readable(text: str) -> str:
    """Give the hours that are asked for where they can be read; all of them, with the reason, where they cannot."""
    try:
        return text if text == seen.ALL else ShiftPattern.parse(text).text
    except GeoError as problem:
        st.error(words.plain(f"{problem}. Until then the map shows {seen.ALL}."))
        return seen.ALL


def _last_click() -> dict[str, float] | None:
    clicked: dict[str, float] | None = (st.session_state.get("where") or {}).get("last_clicked")
    return clicked


def _clicked_district(question: Question) -> str:
    """Name the district that was clicked on the map since the last time; empty where there is none."""
    clicked = _last_click()
    if not clicked or clicked == st.session_state.get("district-click"):  # the map repeats its last click for ever
        return ""
    east, north = to_grid(float(clicked["lng"]), float(clicked["lat"]))
    found = areas_at(question.areas.districts(question.edition), pd.Series([east]), pd.Series([north])).iloc[0]
    return str(found) or WHOLE
