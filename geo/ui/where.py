"""Where and when: incidents on the map of the county beside the hours of the week, each narrowing the other."""

import datetime as dt
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from geo.demand.change import halves
from geo.demand.weights import weighed_in_words
from geo.errors import GeoError
from geo.scenarios.scenario import Scenario
from geo.ui import answers, hours, maps, months, seen, tables, where_charts, where_maps, words
from geo.ui.answers import Question
from geo.ui.seen import Seen
from geo.ui.where_asks import Shown, ask_map, ask_week
from geo.week import ShiftPattern


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    if answers.records(question)[0].empty:
        st.info("No incident of this source lies in this period. Choose another source or a longer period above.")
        return
    top = st.container()
    left, right = st.columns([5, 4])
    with right:
        district, chosen, measure = ask_week(question, scenario)
        grid = st.container()
    here = seen.seen(question)
    if here.incidents.empty:
        st.info(f"{here.heavy.sentence} Nothing is left to show: let the heaviest count again.")
        return
    with left:
        shown = ask_map(question, here)
        picture = _picture(question, chosen, shown)
        _map(question, seen.narrowed(question, chosen), picture)
    weeks = _weeks(here, district, chosen, scenario.pattern)
    with grid:
        if shown.view == "change":
            _changes(seen.narrowed(question, chosen), shown.at)
        else:
            _grids(here, weeks, measure, district)
    with top:
        _answer(here, weeks)
    _folded(here, picture, weeks)


@st.cache_resource(show_spinner="Drawing the map …", max_entries=16, scope="session")
def _picture(question: Question, chosen: str, shown: Shown) -> where_maps.Picture:
    """Make the map's picture, once for each choice; read-only."""
    here = seen.narrowed(question, chosen)
    cut = partial(halves, here.incidents, here.watched, shown.at)
    return where_maps.of(here, shown.view, shown.by, shown.kilometres, cut)


def _map(question: Question, here: Seen, picture: where_maps.Picture) -> None:
    maps.show_county(question, picture.layers, key="where", click=True, height=380)
    counts = here.where.value_counts()
    outside, lost = counts.get("outside the county", 0), counts.get("not located", 0)
    st.caption(
        f"{words.plain(picture.caption)} {words.count(outside, 'incident')} outside the county; {lost} not on the map."
    )


def _weeks(here: Seen, district: str, chosen: str, pattern: ShiftPattern) -> dict[str, pd.DataFrame]:
    """Work out the week of the source, and of the second one where there is one."""
    both = [here.question, *([here.question.second] if here.question.second else [])]
    return {words.SOURCES[one.selection.source]: _week(one, district, chosen, pattern) for one in both}


@st.cache_resource(show_spinner=False, max_entries=16, scope="session")
def _week(question: Question, district: str, chosen: str, pattern: ShiftPattern) -> pd.DataFrame:
    """Work out the week of one source, once for each choice; read-only."""
    return hours.week(seen.seen(question), district, seen.in_hours(chosen), pattern.hours)


def _changes(here: Seen, at: dt.date) -> None:
    """Show how county, hours and districts changed, or why that cannot be told."""
    try:
        districts = here.question.areas.districts(here.question.edition)["name"].to_list()
        hours.show_changes(halves(here.incidents, here.watched, at), here.district, districts)
    except GeoError as problem:
        st.info(words.plain(str(problem)))


def _grids(here: Seen, weeks: dict[str, pd.DataFrame], measure: str, district: str) -> None:
    """Show the grid of each source, and what its signs mean."""
    hours.show(weeks, measure, where_maps.UNITS[here.question.weight], district or "county")
    week = next(iter(weeks.values()))
    borrowed = week["borrowed"] & (measure == "rates")
    unseen = int((~(week["observed"] | borrowed)).sum())
    hatched = f" Hatched: {unseen} hours a week never on duty, not observed." if unseen else ""
    crossed = f" Orange: {int(borrowed.sum())} with a borrowed rhythm." if borrowed.any() else ""
    st.caption(f"Outline: the scenario's shifts.{hatched}{crossed} Mark a range of hours to see it on the map.")
    if measure == "rates" and here.demand is None:
        st.caption(f"Rates cannot be told yet: {words.plain(here.why)}.")


def _answer(here: Seen, weeks: dict[str, pd.DataFrame]) -> None:
    """Say on top what the page shows: how many, where, when, and what was never seen."""
    counts = here.where.value_counts()
    inside, outside, lost = (
        words.thousands(int(counts.get(where, 0))) for where in ("in the county", "outside the county", "not located")
    )
    week = next(iter(weeks.values()))
    never = _never(here, int((~week["observed"]).sum()))
    number = words.count(len(here.incidents), "incident")
    st.markdown(
        f"**{number}: {inside} in the county, {outside} outside it, {lost} without a place. "
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
