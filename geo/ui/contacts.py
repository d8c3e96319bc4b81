"""What the scheme did, Contacts: how people were helped week by week, and how often the car went, over time."""

from collections.abc import Sequence
from typing import cast

import pandas as pd
import streamlit as st

from geo.demand.policy import policy_rules
from geo.deployment import patterns
from geo.deployment.trends import Unit, answered, change, needed_a_month, share_by
from geo.shares import share_of
from geo.ui import scheme_charts
from geo.ui.readable import readable
from geo.ui.sources import Records, both_told, head, say_difference, side_by_side
from geo.ui.tables import under

MEASURES = {
    "deployed": "car deployed",
    "advice": "advice to officers",
    "telephone": "telephone",
    "face_to_face": "face to face",
}
UNITS: dict[Unit, str] = {"month": "months", "quarter": "quarters", "week": "weeks"}
THEN, NOW = 0.35, 0.20
"""About what share of incidents the car was deployed to in Thames Valley, when the pilot began and a year later."""

MONTH = 365.25 / 12
"""Days."""

NOON = 12
"""At which hour the axis of a day begins, so that an evening and the night after it stand together."""

SHORT = 62
"""Days up to which a period is shown week by week at first."""


def show(sources: Sequence[Records]) -> None:
    """Show contact modes by week, one share over time, and deployments by hour."""
    recorded = [one for one in sources if len(one.incidents)]
    head("How people were helped, by week")
    tables = {one.key: patterns.modes_by_week(one.incidents, one.shifts) for one in recorded}
    weeks = sorted(pd.concat([table["week"] for table in tables.values()]).unique())
    top = max(table.groupby("week")["incidents"].sum().max() for table in tables.values()) if weeks else 1.0
    if weeks:
        side_by_side(sources, lambda one: _modes(one, tables[one.key], weeks, float(top)))
        say_difference(sources, "Contact mode recorded", lambda one: share_of(_is_recorded(one)))
    _over_time(sources)
    head("By hour of the call")
    hours = {one.key: patterns.deployed_by_hour(one.incidents) for one in recorded}
    counts = pd.concat(hours.values()).groupby("hour")["incidents"]
    most = max(float(table.groupby("hour")["incidents"].sum().max()) for table in hours.values())
    shown = _from_first_to_last([hour for hour, count in counts.sum().items() if count])
    side_by_side(sources, lambda one: _hours(one, hours[one.key], shown, most))
    if both_told(sources):
        st.markdown(f"**Busiest hour: {' and '.join(_busiest(hours[one.key], one.words) for one in sources)}.**")


def _is_recorded(one: Records) -> pd.Series:
    return (one.incidents["contact_mode"] != "unknown").map({True: "yes", False: "no"})


def _busiest(table: pd.DataFrame, source: str) -> str:
    counts = table.groupby("hour")["incidents"].sum()
    return f"{int(counts.idxmax()):02d}:00 ({counts.max()} of {counts.sum()}, {source})"


def _from_first_to_last(hours: Sequence[int]) -> list[int]:
    """
    Give the hours of the day from the first that holds an incident to the last, an evening and its night together.

    Examples
    --------
    >>> _from_first_to_last([0, 22])
    [22, 23, 0]
    """
    places = sorted((hour - NOON) % 24 for hour in hours) or [0]
    return [(place + NOON) % 24 for place in range(places[0], places[-1] + 1)]


def _modes(one: Records, table: pd.DataFrame, weeks: list[pd.Timestamp], top: float) -> None:
    drawn = scheme_charts.modes(table, weeks, top)
    st.altair_chart(drawn, width="stretch", alt="Contact modes by week")
    undated = len(one.incidents) - int(table["incidents"].sum())
    left_out = f"; {undated} without a day are left out" if undated else ""
    st.caption(
        f"n = {table['incidents'].sum()} incidents{left_out}. A full row is {top:.0f} incidents a week. "
        "Not sending the car is a decision, not a gap."
    )
    under("Table of contact modes by week", readable(table), f"modes-{one.key}")


def _over_time(sources: Sequence[Records]) -> None:
    head("Did it change over time?")
    left, right = st.columns(2)
    measure = left.segmented_control(
        "Share of incidents with", list(MEASURES), format_func=MEASURES.__getitem__, default="deployed",
        required=True, key="did-share", bind="query-params",
    )  # fmt: skip
    answers = {one.key: answered(one.incidents, one.shifts, str(measure)) for one in sources if len(one.incidents)}
    days = pd.concat([table["day"] for table in answers.values()])
    if days.empty:
        st.info("No incident has a day, so nothing can be said of its change over time.")
        return
    units = list(UNITS) if (days.max() - days.min()).days > SHORT else ["week", "month", "quarter"]
    unit = right.segmented_control(
        "By", units, format_func=UNITS.__getitem__, default=units[0], required=True, key="did-by", bind="query-params"
    )
    tables = {key: share_by(table, cast(Unit, unit)) for key, table in answers.items() if len(table)}
    every = pd.concat(tables.values())
    span = [every["begins"].min(), max(every["begins"].max(), days.max())]
    top = min(float(every["interval_high"].max()) * 1.05, 1.0)
    side_by_side(sources, lambda one: _share(one, answers[one.key], tables.get(one.key), str(unit), span, top))
    say_difference(sources, MEASURES[str(measure)].capitalize(), lambda one: share_of(answers[one.key]["answer"]))


def _share(
    one: Records,
    answers: pd.DataFrame,
    table: pd.DataFrame | None,
    unit: str,
    span: list[pd.Timestamp],
    top: float,
) -> None:
    if table is None:
        st.info("No incident of this source has a day.")
        return
    found = change(answers)
    whole = share_of(answers["answer"])
    st.markdown(f"{whole}. {'First quarter of the period against the last: ' + str(found) if found else ''}")
    rules = policy_rules(span[0].date(), span[1].date())
    drawn = scheme_charts.over_time(table, "begins", (f"{unit} beginning", "share of incidents"), span, top, rules)
    st.altair_chart(drawn, width="stretch", alt=f"Share by {unit} with exact 95% intervals")
    st.caption(_what_it_takes(answers))
    under(f"Table by {unit}", readable(table), f"share-{one.key}")


def _what_it_takes(answers: pd.DataFrame) -> str:
    """Say how many incidents a month would show a change as large as the one that was published."""
    days = (answers["day"].max() - answers["day"].min()).days + 1
    return (
        f"A steady fall from {100 * THEN:.0f} to {100 * NOW:.0f}% within a year, as was reported of deployments in "
        f"Thames Valley, is seen in four years of five with {needed_a_month(THEN, NOW, 12)} incidents a month; here "
        f"{len(answers) / days * MONTH:.1f} a month are on record."
    )


def _hours(one: Records, table: pd.DataFrame, shown: list[int], top: float) -> None:
    counted = int(table["incidents"].sum())
    st.altair_chart(scheme_charts.hours(table, shown, top), width="stretch", alt="Incidents by hour, and deployments")
    st.caption(
        f"n = {counted} incidents with a time. Hours in which the scheme was never on shift hold nothing "
        "because nobody looked."
    )
    under("Table by hour", readable(table), f"hours-{one.key}")
