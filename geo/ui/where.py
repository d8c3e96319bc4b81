"""Where and when: incidents on the map of the county beside the hours of the week, each narrowing the other."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from geo.crs import to_grid
from geo.demand.areas import areas_at
from geo.demand.change import Halves, halves
from geo.demand.hours import received_in
from geo.demand.kernel import BANDWIDTHS
from geo.demand.policy import POLICY_DATES
from geo.demand.weights import weighed_in_words
from geo.errors import GeoError
from geo.scenarios.pattern import ShiftPattern
from geo.scenarios.scenario import Scenario
from geo.store.loading import profiles_of
from geo.ui import answers, hours, maps, months, seen, tables, where_charts, where_maps, words
from geo.ui.answers import Question
from geo.ui.hours import ALL, Flags
from geo.ui.seen import Seen

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
PROFILE = (
    "A source that is kept day and night, or a published profile in the project's folder 'profiles', may lend its "
    "rhythm of the week, never its level. Without one nothing is claimed for hours that nobody watched."
)
READY = ("daily 0-6", "Mon-Fri 8-18", "daily 18-24", "Fri-Sat 18-4")


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    if answers.records(question)[0].empty:
        st.info("No incident of this source lies in this period. Choose another source or a longer period above.")
        return
    top = st.container()
    left, right = st.columns([5, 4])
    with right:
        district, chosen, measure = _ask_week(question, scenario)
        grid = st.container()
        here = seen.seen(_ask_profile(question))
    with left:
        view, by, kilometres, at = _ask_map(question, here)
        narrowed = _narrowed(here, chosen)
        picture = where_maps.of(narrowed, view, by, kilometres, lambda: _cut(narrowed, at))
        _map(question, narrowed, picture)
    week = _weeks(here, district, chosen, scenario)
    with grid:
        _beside_the_map(narrowed, view, at, week, measure, district)
    with top:
        _answer(here, week)
    _folded(here, picture, week)


def _ask_profile(question: Question) -> Question:
    """Ask whether hours that were never watched borrow their rhythm from a second exposure; give the question so."""
    named = {"": "not observed"} | {
        name: f"shape from: {words.SOURCES.get(name, name)}"
        for name in profiles_of(question.project)
        if name != question.selection.source
    }
    chosen = st.selectbox(
        "Hours never on duty",
        list(named),
        format_func=named.__getitem__,
        key="profile",
        bind="query-params",
        help=PROFILE,
        disabled=len(named) == 1,
    )
    return replace(question, selection=replace(question.selection, profile=str(chosen or "")))


def _ask_map(question: Question, here: Seen) -> tuple[str, str, float | None, dt.date]:
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
    return view, by, kilometres, at


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


def _ask_week(question: Question, scenario: Scenario) -> tuple[str, Flags, str]:
    """Ask whose calls the grid shows, which hours the map shows, and what the grid's colour is."""
    area, which, what = st.columns([1.45, 1.45, 1.0], vertical_alignment="bottom")
    districts = [WHOLE, *question.areas.districts(question.edition)["name"]]
    if _clicked_district(question):
        st.session_state["district"] = _clicked_district(question)
        st.session_state["district-click"] = _last_click()
    district = str(
        area.selectbox("Grid of", districts, key="district", bind="query-params", help="Or click a district.")
    )
    ready = list(dict.fromkeys([ALL, scenario.pattern.text, *READY]))
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
    return "" if district == WHOLE else district, _hours(str(typed or ALL)), str(measure)


def _hours(text: str) -> Flags:
    """Read which hours of the week are asked for; all of them, with the reason, where it cannot be read."""
    if text == ALL:
        return np.ones(168, dtype=np.bool_)
    try:
        return np.asarray(ShiftPattern.parse(text).hours > 0)
    except GeoError as problem:
        st.error(words.plain(f"{problem}. Until then the map shows {ALL}."))
        return np.ones(168, dtype=np.bool_)


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


def _narrowed(here: Seen, chosen: Flags) -> Seen:
    """Keep what was received in the hours that were chosen; everything where all are."""
    if chosen.all():
        return here
    inside = received_in(here.incidents, chosen)
    return Seen(here.question, here.incidents[inside], here.heavy, here.watched, here.live, here.demand, here.why)


def _cut(here: Seen, at: dt.date) -> Halves:
    return halves(here.incidents, here.watched, at)


def _map(question: Question, here: Seen, picture: where_maps.Picture) -> None:
    maps.show_county(question, picture.layers, key="where", click=True, height=380)
    counts = here.where.value_counts()
    outside, lost = counts.get("outside the county", 0), counts.get("not located", 0)
    st.caption(
        f"{words.plain(picture.caption)} {words.count(outside, 'incident')} outside the county; {lost} not on the map."
    )


def _weeks(here: Seen, district: str, chosen: Flags, scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Work out the week of the source, and of the second one where there is one."""
    both = [here, *([seen.seen(here.question.second)] if here.question.second else [])]
    found = {}
    for one in both:
        name = words.SOURCES[one.question.selection.source]
        found[name] = hours.week(one, district, chosen, scenario.pattern.hours)
    return found


def _beside_the_map(
    here: Seen, view: str, at: dt.date, weeks: dict[str, pd.DataFrame], measure: str, district: str
) -> None:
    if view == "change":
        try:
            districts = here.question.areas.districts(here.question.edition)["name"].to_list()
            hours.show_changes(_cut(here, at), here.district, districts)
        except GeoError as problem:
            st.info(words.plain(str(problem)))
        return
    hours.show(weeks, measure, where_maps.UNITS[here.question.weight], district or "county")
    week = next(iter(weeks.values()))
    borrowed = measure == "rates" and bool(week["borrowed"].any())
    unseen = int((~(week["observed"] | (week["borrowed"] & borrowed))).sum())
    crossed = f" Orange: {int(week['borrowed'].sum())} with a borrowed rhythm." if borrowed else ""
    st.caption(
        f"Outline: the scenario's shifts. Hatched: {unseen} hours a week never on duty, not observed.{crossed} "
        "Mark a range of hours to see it on the map."
    )
    if measure == "rates" and here.demand is None:
        st.caption(f"Rates cannot be told yet: {words.plain(here.why)}.")


def _answer(here: Seen, weeks: dict[str, pd.DataFrame]) -> None:
    """Say on top what the page shows: how many, where, when, and what was never seen."""
    counts = here.where.value_counts()
    placed = f"{counts.get('in the county', 0)} in the county, {counts.get('outside the county', 0)} outside it"
    week = next(iter(weeks.values()))
    never = _never(here, int((~week["observed"]).sum()))
    st.markdown(
        f"**{words.count(len(here.incidents), 'incident')}: {placed}, {counts.get('not located', 0)} without a place. "
        f"{words.plain(never)}** {words.plain(_where_and_when(here, week))}"
    )
    more = [weighed_in_words(here.incidents, here.question.weight)] if here.question.weight != "incidents" else []
    more = [f"Counted by {where_maps.UNITS[here.question.weight]}: {more[0]}."] if more else []
    more += [here.heavy.sentence] if not here.question.heaviest else []
    more += [_compared(here)] if here.question.second else []
    if more:
        st.caption(words.plain(" ".join(more)))


def _never(here: Seen, unseen: int) -> str:
    """Say of how many hours nothing was seen, and whether their rhythm is borrowed."""
    if not unseen:
        return "Every hour of the week was watched."
    never = f"In {unseen} of the 168 hours of the week nobody was ever on duty"
    if here.demand is not None and here.demand.borrowed.any():
        borrowed = int(here.demand.borrowed.sum())
        whose = "their rates" if borrowed == unseen else f"the rates of {borrowed} of them"
        return f"{never}: {whose} are borrowed from {here.demand.profile_words}."
    return f"{never}: these records cannot tell what is needed."


def _where_and_when(here: Seen, week: pd.DataFrame) -> str:
    """Say which districts and which three hours of the day hold most."""
    inside = here.where == "in the county"
    weights = here.weights.fillna(0.0)
    share = weights[inside].groupby(here.incidents.loc[inside, here.district]).sum().nlargest(2)
    whole = float(weights[inside].sum())
    day = week.groupby("hour")["counted"].sum().to_numpy()
    if not whole or not day.sum():
        return ""
    three = day + np.roll(day, -1) + np.roll(day, -2)
    first = int(three.argmax())
    most = " and ".join(f"{name} {value / whole:.0%}" for name, value in share.items())
    hours_of = f"{first:02d}:00-{(first + 3) % 24:02d}:00"
    return f"Most: {most} of what lies in the county; {three[first] / day.sum():.0%} came {hours_of}."


def _compared(here: Seen) -> str:
    """Say by how much two sources differ, as counted."""
    second = here.question.second
    if second is None:
        return ""
    other = seen.seen(second)
    parts = [
        f"{words.SOURCES[one.question.selection.source]} {weighed_in_words(one.incidents, here.question.weight)}"
        for one in (here, other)
    ]
    gap = len(here.incidents) - len(other.incidents)
    more = words.SOURCES[(here if gap > 0 else other).question.selection.source]
    differ = f" {more} has {words.count(abs(gap), 'incident')} more." if gap else ""
    return f"Two sources, not matched: {parts[0]}; {parts[1]}.{differ}"


def _folded(here: Seen, picture: where_maps.Picture, weeks: dict[str, pd.DataFrame]) -> None:
    """Fold tables, the second source by district, and what is not on the map below the pictures."""
    if here.question.second:
        _by_district(here)
    if len(picture.table):
        tables.under(picture.title, picture.table, picture.file)
    for name, table in weeks.items():
        hours.under(name, table)
    months.show(here)
    reasons = here.incidents.loc[here.where == "not located", "not_located_because"].value_counts()
    if len(reasons):
        title = f"Not on the map: {int(reasons.sum())}, and why"
        tables.under(title, reasons.rename_axis("reason").reset_index(name="incidents"), "not-located")


def _by_district(here: Seen) -> None:
    """Show what both sources counted by district, on one scale."""
    second = here.question.second
    if second is None:
        return
    both, unit = (here, seen.seen(second)), where_maps.UNITS[here.question.weight]
    divided = seen.level(here.question, "district")
    counted = pd.concat(
        [
            where_maps.counts_by(one, "district", divided).assign(source=words.SOURCES[one.question.selection.source])
            for one in both
        ]
    )
    with st.expander("Both sources by district", expanded=True):
        st.altair_chart(
            where_charts.sources(counted, unit), width="stretch", alt="What both sources counted by district"
        )
    tables.under("Table of both sources", counted[["area", "source", "incidents", "counted"]].round(1), "two-sources")
