"""What the scheme did, Week: the weekly table as the evaluation prints it, and how busy each week was."""

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from geo.demand.policy import policy_rules
from geo.deployment import patterns
from geo.deployment.patterns import Day
from geo.deployment.utilisation import by_week, night_table, utilisation
from geo.incidents.demonstration import published_weeks
from geo.release.cells import as_csv
from geo.ui import scheme_charts, words
from geo.ui.readable import readable
from geo.ui.sources import Records, both_told, head, side_by_side
from geo.ui.tables import under

ROWS = {
    "incidents": "incidents",
    "minutes": "minutes on incidents",
    "police_staffed": "police staffed",
    "nhs_staffed": "NHS staffed",
    "deployed": "car deployed",
    "s136": "s136 detention",
}


def show(sources: Sequence[Records]) -> None:
    """Show one week as a table, one above the other where there are two sources, and every week's utilisation."""
    weeks = [week for one in sources for week in patterns.weeks_of(one.incidents, one.shifts)]
    if not weeks:
        st.info("No incident has a day and no shift log is on record, so no week can be shown.")
        return
    monday = _choose(weeks)
    for one in sources:
        if len(sources) > 1:
            st.markdown(f"**{one.words}**")
        _week(one, monday)
    _say_counts(sources, monday)
    if _is_published(monday) and sources[0].question.project.facts.synthetic:
        _published(monday)
    head("How busy the crew was, week by week")
    tables = {one.key: by_week(night_table(one.incidents, one.shifts)) for one in sources}
    every = pd.concat(tables.values())
    if every.empty:
        st.info("No shift with both crews on duty is on record, so there are no crewed minutes to count by.")
        return
    span = [every["week"].min(), every["week"].max()]
    top = min(float(every["high"].max()) * 1.15, 1.0)
    side_by_side(sources, lambda one: _busy(one, tables[one.key], span, top))


def _say_counts(sources: Sequence[Records], monday: dt.date) -> None:
    """Say how many incidents of the week each of two sources holds."""
    if not both_told(sources):
        return
    days = pd.date_range(monday, periods=7)
    first, second = (int(one.dated["day"].isin(days).sum()) for one in sources)
    if first == second:
        st.markdown(f"**In this week both sources hold {words.count(first, 'incident')}.**")
        return
    st.markdown(
        f"**In this week {sources[0].words} holds {words.count(first, 'incident')}, "
        f"{'more' if first > second else 'fewer'} than {sources[1].words} with {second}.** "
        "The step Match of the page Data shows which are the same."
    )


def _choose(weeks: Sequence[dt.date]) -> dt.date:
    choices = sorted(set(weeks))
    return st.selectbox(
        "The week as the evaluation prints it, beginning (Monday)",
        choices,
        index=choices.index(_first_published(choices)),
        format_func=words.day,
        key="week",
        bind="query-params",
        width=420,
    )


def _first_published(weeks: Sequence[dt.date]) -> dt.date:
    """Open on a published week where the period holds one, otherwise on the latest."""
    return next((week for week in weeks if _is_published(week)), weeks[-1])


def _is_published(monday: dt.date) -> bool:
    return monday.isoformat() in set(published_weeks()["date"])


def _week(one: Records, monday: dt.date) -> None:
    days = patterns.weekly_table(one.incidents, one.shifts, monday, source=one.key)
    table = as_table(days)
    st.dataframe(table, width="stretch")
    nights = night_table(one.incidents, one.shifts)
    week = nights[(nights.index >= pd.Timestamp(monday)) & (nights.index < pd.Timestamp(monday) + pd.Timedelta(days=7))]
    busy = utilisation(week)
    recorded = one.incidents["minutes_on_incident"].notna().any()
    st.caption(_note(days) + (f" Minutes on incidents: {busy}." if busy and recorded else ""))
    st.download_button(
        "Download the week (CSV)",
        as_csv(table.reset_index(names="row")),
        f"week-{monday}-{one.key}-working-copy.csv",
        "text/csv",
        key=f"download-week-{one.key}",
        on_click="ignore",
    )


def as_table(days: Sequence[Day]) -> pd.DataFrame:
    """Give days as the evaluation prints them: a row a fact, a column a day, '?' for what is not recorded."""
    columns = {
        f"{day.date:%a} {day.date.day} {day.date:%b}": [_cell(getattr(day, name)) for name in ROWS] for day in days
    }
    return pd.DataFrame(columns, index=list(ROWS.values()))


def _cell(value: object) -> str:
    if value is None:
        return "?"
    return f"{value:g}" if isinstance(value, int | float) else words.ANSWERS[str(value)]


def _note(days: Sequence[Day]) -> str:
    dated = sum(day.dated_by_shift for day in days)
    by_shift = (
        f"{words.count(dated, 'incident')} had no date and took that of the shift whose log it stands in. "
        if dated
        else ""
    )
    return f"{by_shift}'?' means not recorded, which is neither zero nor no; 'n/a': no incident that night."


def _published(monday: dt.date) -> None:
    """Show the table of that week as the evaluation printed it."""
    table = published_weeks()
    dates = [(monday + dt.timedelta(days=day)).isoformat() for day in range(7)]
    week = table[table["date"].isin(dates)]
    with st.expander("The table as published"):
        cells = week.pivot_table(index="row", columns="date", values="value", aggfunc="first", sort=False)
        st.dataframe(cells, width="stretch")
        st.caption(
            "The published 'no' for section 136 was inferred by the evaluators from blank cells; "
            "from the same blanks our figure says '?'."
        )


def _busy(one: Records, table: pd.DataFrame, span: list[pd.Timestamp], top: float) -> None:
    busy = utilisation(night_table(one.incidents, one.shifts))
    if busy is None or table.empty:
        st.info("No shift with both crews on duty is on record.")
        return
    if one.incidents["minutes_on_incident"].isna().all():
        st.info("This source records no minutes on incidents, so nothing but 'up to all of the shift' can be said.")
        return
    rules = policy_rules(span[0].date(), span[1].date())
    drawn = scheme_charts.over_time(table, "week", ("week beginning", "share of minutes crewed"), span, top, rules)
    st.altair_chart(drawn, width="stretch", alt="Share of crewed minutes spent on incidents, by week")
    st.caption(
        f"Of the whole period: {busy}. Thick bars are what the blanks allow: at the least an incident without minutes "
        "took none, at the most those of a night filled it. Thin bars are 95% intervals, cut off at the frame."
    )
    under("Table of utilisation by week", readable(table), f"utilisation-{one.key}")
