"""By month, on bank holidays, and since policy dates: what the year adds to the week, folded."""

import pandas as pd
import streamlit as st

from geo.demand.policy import policy_rules
from geo.demand.seasons import bank_holiday_nights, rate_by_month
from geo.ui import seen, tables, where_charts, words
from geo.ui.answers import Question
from geo.ui.seen import Seen
from geo.ui.where_maps import UNITS
from geo.week import DAYS

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LITTLE = "too little to tell"


def show(here: Seen) -> None:
    """Show months, kinds of night and policy dates in one folded part."""
    with st.expander("By month, bank holidays and policy dates"):
        _series(here)
        if here.demand is not None:
            sentences = filter(None, (here.demand.level_words, here.demand.dispersion.words))
            st.caption(words.plain(" ".join(sentences)))
        left, right = st.columns(2)
        with left:
            _months(here)
        with right:
            _nights(here)
    if not here.watched.empty:
        tables.under("Table of months", _month_table(here).round(4), "months")


def _series(here: Seen) -> None:
    """Show what was counted month by month, with policy dates as rules."""
    days = here.incidents["received_on"].dropna()
    if days.empty:
        st.caption("No incident has a day, so there is no course of time to show.")
        return
    weights = here.weights[days.index].fillna(0.0)
    month = days.dt.to_period("M").dt.to_timestamp()
    counted = weights.groupby(month.rename("month")).sum().rename("counted").reset_index()
    rules = policy_rules(days.min().date(), days.max().date())
    unit = UNITS[here.question.weight]
    st.altair_chart(
        where_charts.months(counted, rules, unit), width="stretch", alt=f"{unit} by month, with policy dates"
    )
    undated = len(here.incidents) - len(days)
    if undated:
        st.caption(f"{words.count(undated, 'incident')} without a day of its own left out.")


def _month_table(here: Seen) -> pd.DataFrame:
    table, _ = _rates(here.question)
    return table.assign(month=[MONTHS[number - 1] for number in table["month"]])


@st.cache_resource(show_spinner=False, max_entries=8, scope="session")
def _rates(question: Question) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Work out the rates of months and of kinds of night, once; read-only."""
    here = seen.seen(question)
    return rate_by_month(here.incidents, here.watched), bank_holiday_nights(here.incidents, here.watched)


def _months(here: Seen) -> None:
    """Show the rate of each calendar month with its exact limits, where enough of it was watched."""
    if here.watched.empty:
        return
    table = _month_table(here)
    told = table[~table["too_little"]]
    st.caption(
        f"**Calendar months**, incidents an hour with exact 90% limits, of chance alone; {12 - len(told)} of 12 were "
        "watched too little to tell."
    )
    if len(told):
        st.altair_chart(where_charts.limits(told, "month"), width="stretch", alt="Incidents an hour by calendar month")


def _nights(here: Seen) -> None:
    """Compare the nights of bank holidays with others of the same weekday."""
    if here.watched.empty:
        return
    _, table = _rates(here.question)
    if table.empty:
        st.caption("**Bank holidays**: none was watched.")
        return
    kind = table["bank_holiday"].map({True: "bank holiday", False: "other"})
    shown = table.assign(night=table["weekday"].map(lambda day: DAYS[day]) + ", " + kind)
    little = shown["too_little"].map({True: LITTLE, False: ""})
    limits = shown["low"].map("{:.2f}".format) + "-" + shown["high"].map("{:.2f}".format)
    shown = shown.assign(rate=shown["rate"].map("{:.2f}".format) + " (" + limits + ")", doubt=little)
    st.caption("**Nights of bank holidays** beside others of the same weekday, incidents an hour (exact 90% limits).")
    st.dataframe(
        shown[["night", "nights", "incidents", "live_hours", "rate", "doubt"]].round(0),
        hide_index=True,
        width="stretch",
    )
