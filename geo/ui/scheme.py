"""
What the scheme did: the weekly table, the nights, contact modes, deployments by district, outcomes with their bounds.
"""

import datetime as dt

import pandas as pd
import streamlit as st

from geo.deployment import patterns
from geo.deployment.outcomes import outcome_table, referral_table
from geo.deployment.patterns import Day
from geo.incidents.demonstration import published_weeks
from geo.layers.choropleth import ChoroplethLayer
from geo.scenarios.scenario import Scenario
from geo.ui import answers, charts, maps, words
from geo.ui.answers import Question

ROWS = {
    "incidents": "incidents",
    "minutes": "minutes on incidents",
    "police_staffed": "police staffed",
    "nhs_staffed": "NHS staffed",
    "deployed": "car deployed",
    "s136": "s136 detention",
}


COLUMNS = {
    "deployed_unknown": "not recorded whether deployed",
    "minutes_at_least": "minutes, at least",
    "minutes_unknown": "minutes not recorded",
}


def show(question: Question, scenario: Scenario) -> None:  # noqa: ARG001 - every page is shown the same way
    """Show the page."""
    incidents, shifts = answers.records(question)
    if incidents.empty:
        st.info("No incident of this source lies in this period. Choose another source or a longer period above.")
        return
    _sentence(incidents, shifts)
    _weekly(question, incidents, shifts)
    left, right = st.columns(2)
    with left:
        _nights(shifts)
        _modes(incidents, shifts)
    with right:
        _deployments(question, incidents)
        _outcomes(incidents)


def _head(text: str) -> None:
    st.markdown(f"##### {text}")


def _sentence(incidents: pd.DataFrame, shifts: pd.DataFrame) -> None:
    deployed = patterns.deployed_in_words(incidents["deployed"])
    strip = patterns.staffing_strip(shifts)["state"].value_counts()
    staffed = (
        f"{strip.get('staffed', 0)} of {len(shifts)} nights were fully staffed, {strip.get('unknown', 0)} not recorded."
    )
    who = staffed if len(shifts) else "No shift log is on record for this period, so nobody can tell who was on duty."
    st.markdown(f"**The car was deployed to {deployed}. {who}**")


def _weekly(question: Question, incidents: pd.DataFrame, shifts: pd.DataFrame) -> None:
    weeks = patterns.weeks_of(incidents, shifts)
    monday = st.selectbox(
        "The week as the evaluation prints it, beginning (Monday)",
        weeks,
        index=weeks.index(_first_published(weeks)),
        format_func=words.day,
        key="week",
        bind="query-params",
        width=420,
    )
    days = patterns.weekly_table(incidents, shifts, monday, source=question.selection.source)
    st.dataframe(_as_table(days), width="stretch")
    st.caption(_weekly_note(days))
    if question.project.facts.synthetic:
        _published([day.date.isoformat() for day in days])


def _first_published(weeks: list[dt.date]) -> dt.date:
    """Open on a published week where the period holds one, otherwise on the latest."""
    published = set(published_weeks()["date"])
    return next((week for week in weeks if week.isoformat() in published), weeks[-1])


def _published(dates: list[str]) -> None:
    """Show the table of that week as the evaluation printed it, where it did."""
    table = published_weeks()
    week = table[table["date"].isin(dates)]
    if week.empty:
        return
    with st.expander("The table as published"):
        cells = week.pivot_table(index="row", columns="date", values="value", aggfunc="first", sort=False)
        st.dataframe(cells, width="stretch")
        st.caption(
            "The published 'no' for section 136 was inferred by the evaluators from blank cells; "
            "from the same blanks our figure says '?'."
        )


def _as_table(days: list[Day]) -> pd.DataFrame:
    columns = {
        f"{day.date:%a} {day.date.day} {day.date:%b}": [_cell(getattr(day, name)) for name in ROWS] for day in days
    }
    return pd.DataFrame(columns, index=list(ROWS.values()))


def _cell(value: object) -> str:
    if value is None:
        return "?"
    return f"{value:g}" if isinstance(value, int | float) else words.ANSWERS[str(value)]


def _weekly_note(days: list[Day]) -> str:
    least = sum(day.minutes_at_least for day in days)
    blanks = [day for day in days if day.minutes is None]
    minutes = f"{'At least ' if blanks else ''}{least:.0f} minutes on incidents in the week. "
    if not least and any(day.incidents for day in days):
        minutes = "Minutes on incidents were not recorded. "
    dated = sum(day.dated_by_shift for day in days)
    by_shift = (
        f"{words.count(dated, 'incident')} had no date and took that of the shift whose log it stands in. "
        if dated
        else ""
    )
    return f"{minutes}{by_shift}'?' means not recorded, which is neither zero nor no; 'n/a': no incident that night."


def _nights(shifts: pd.DataFrame) -> None:
    if shifts.empty:
        return
    _head("The nights: who was on duty")
    strip = patterns.staffing_strip(shifts)
    st.altair_chart(charts.staffing_strip(strip), width="stretch", alt="One cell a night, by crew on duty")
    with st.expander("Table of nights"):
        st.dataframe(strip, hide_index=True, width="stretch")


def _modes(incidents: pd.DataFrame, shifts: pd.DataFrame) -> None:
    table = patterns.modes_by_week(incidents, shifts)
    _head(f"How people were helped, by week (n = {table['incidents'].sum()})")
    st.altair_chart(charts.modes(table), width="stretch", alt="Contact modes by week")
    with st.expander("Table of contact modes"):
        st.dataframe(table, hide_index=True, width="stretch")


def _deployments(question: Question, incidents: pd.DataFrame) -> None:
    _head("Deployments by district")
    county = question.areas
    table = patterns.by_district(incidents, question.edition)
    districts = (
        county.districts(question.edition)
        .merge(table, left_on="name", right_on="district", how="left")
        .fillna({"deployed": 0, "incidents": 0})
    )
    text = [
        f"{row.name_}: {row.deployed:.0f} deployments of {row.incidents:.0f} incidents"
        for row in districts.rename(columns={"name": "name_"}).itertuples()
    ]
    layer = ChoroplethLayer.of(
        "Deployments (count)",
        districts.assign(value=districts["deployed"], text=text),
        unit="deployments",
        numbers=True,
    )
    maps.show_county(question, [layer], key="scheme", height=430)
    outside = table[~table["district"].isin(districts["name"])]
    st.caption(
        f"{int(table['deployed'].sum())} deployments of {int(table['incidents'].sum())} incidents; "
        f"{int(outside['incidents'].sum())} incidents lie outside the county's districts or have no place; "
        f"for {int(table['deployed_unknown'].sum())} it is not recorded whether the car went."
    )
    with st.expander("Table by district"):
        st.dataframe(table.rename(columns=COLUMNS), hide_index=True, width="stretch")


def _outcomes(incidents: pd.DataFrame) -> None:
    table = outcome_table(incidents)
    _head(f"Outcomes, with what the blanks allow (n = {len(incidents)})")
    st.altair_chart(charts.outcomes(table), width="stretch", alt="Outcomes with bounds and 95 % intervals")
    with st.expander("Table of outcomes and referrals"):
        st.dataframe(table, hide_index=True, width="stretch")
        st.dataframe(referral_table(incidents), hide_index=True, width="stretch")
