"""The right side of 'Where and when': the week hour by hour, or how its hours changed."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from geo.demand.change import Halves
from geo.demand.hours import week_table
from geo.ui import seen, tables, where_charts, words
from geo.ui.seen import Seen
from geo.ui.where_maps import CHANGE
from geo.week import DAYS

Flags = npt.NDArray[np.bool_]


def week(here: Seen, district: str, chosen: Flags, pattern_hours: npt.NDArray[np.float64]) -> pd.DataFrame:
    """
    Work out the week of a district, or of the whole county where it is empty; ``of`` is how many incidents it has.

    A district's rates are its share of the county's in every hour, as hour and place are taken as independent.
    """
    incidents = here.incidents if not district else here.incidents[here.incidents[here.district] == district]
    demand = seen.demand_in(here, district) if district else here.demand
    table = week_table(incidents, here.weights[incidents.index], here.watched, here.live, pattern_hours, demand)
    return table.assign(chosen=chosen, of=len(incidents))


def brushed() -> None:
    """Put the hours that were marked on the grid into the control that says which hours the map shows."""
    state = st.session_state.get("week-grid")
    marked = (state or {}).get("selection", {}).get(where_charts.BRUSH) or {}
    if set(marked) >= {"hour", "weekday"}:
        st.session_state["hours"] = pattern_of(marked["hour"], marked["weekday"])


def pattern_of(hours: list[float], days: list[float]) -> str:
    """
    Write a range of hours and of days, as marked on the grid, as a pattern of shifts.

    Examples
    --------
    >>> pattern_of([17.6, 23.2], [4.1, 5.7]), pattern_of([3.0, 4.0], [0.2, 0.4])
    ('Fri-Sat 17-24', 'Mon 3-4')
    """
    first, last = int(min(hours)), int(np.ceil(max(hours)))
    begin, end = int(min(days)), int(np.ceil(max(days))) - 1
    first, begin = min(first, 23), min(begin, 6)
    last, end = max(last, first + 1), max(end, begin)
    return f"{DAYS[begin]}{f'-{DAYS[end]}' if end > begin else ''} {first}-{last}"


def show(tables_by_name: dict[str, pd.DataFrame], measure: str, unit: str, where: str) -> None:
    """Show the grid of each source, on one scale."""
    column = "counted" if measure == "counts" else "rate"
    top = max(float(table[column].fillna(0.0).max()) for table in tables_by_name.values())
    many = len(tables_by_name) > 1
    for number, (name, table) in enumerate(tables_by_name.items()):
        timed, whole = int(table["incidents"].sum()), int(table["of"].iloc[0])
        st.caption(f"**{name}**, {where}: n = {words.thousands(timed)} of {words.thousands(whole)} with a time")
        chart = where_charts.week(
            table,
            measure,
            unit if measure == "counts" else "incidents an hour",
            top,
            height=(195 if not number else 165) if many else 265,
            first=not number,
        )
        st.altair_chart(
            chart,
            width="stretch",
            key="week-grid" if not number else f"week-grid-{number}",
            on_select=brushed if not number else "ignore",
            alt=f"{name}: {unit} by weekday and hour, hours never on duty hatched, the shift pattern outlined",
        )


def under(name: str, table: pd.DataFrame) -> None:
    """Fold the hours of a source in a table."""
    shown = table.drop(columns=["chosen", "of"])[table["observed"] | (table["incidents"] > 0) | table["borrowed"]]
    shown = shown.assign(weekday=shown["weekday"].map(lambda day: DAYS[day])).round(3)
    tables.under(f"Table of hours: {name}", shown, f"hours-{name}".lower().replace(" ", "-"))


def show_changes(cut: Halves, field: str, districts: list[str]) -> None:
    """Show how the county, each block of the day and each district changed, with the counts."""
    whole, blocks = cut.whole(), cut.by_block()
    parts = [whole.assign(row="county"), blocks.assign(row=blocks["block"])]
    parts.append(cut.by(field, districts).rename(columns={"area": "row"}))
    later, earlier = cut.hours
    st.markdown(f"**{change_in_words(whole.iloc[0])}**")
    st.altair_chart(
        where_charts.changes(pd.concat(parts, ignore_index=True)), width="stretch", alt="How the rate changed"
    )
    left = f" {words.count(cut.outside, 'incident')} outside them" if cut.outside else ""
    undated = f" {words.count(cut.undated, 'incident')} without a time" if cut.undated else ""
    not_used = f" Not compared:{left}{' and' if left and undated else ''}{undated}." if left or undated else ""
    st.caption(
        f"Rates in hours of the week that were live both before {words.day(cut.at)} ({earlier:.0f} h) and from then on "
        f"({later:.0f} h).{not_used} Exact 90% limits; too sure where one caller or night made many incidents."
    )
    tables.under("Table of changes by hours", blocks[["block", *CHANGE]].round(3), "change-by-hours")


def change_in_words(row: pd.Series) -> str:
    """Say how the rate of the county changed, with its doubt."""
    counts = f"{row.earlier} incidents before, {row.later} after"
    if not np.isfinite(row.ratio):
        return f"{counts}: nothing to compare with yet."
    size = f"{row.ratio:.2f} times the earlier rate (90%: {row.low:.2f}-{row.high:.2f})"
    if row.cannot_tell:
        return f"{counts}: {size}; whether it rose or fell cannot be told."
    return f"{counts}: the rate {'rose' if row.ratio > 1 else 'fell'} to {size}."
