"""What the scheme did, Nights: who was on duty on which night, and why others were not."""

from collections.abc import Sequence

import streamlit as st

from geo.deployment import patterns
from geo.deployment.staffing import backfilled_share, bank_share, cause_table, staffed_share
from geo.shares import Share
from geo.ui import scheme_charts
from geo.ui.readable import readable
from geo.ui.sources import Records, head, shifts_in_words
from geo.ui.tables import under


def show(sources: Sequence[Records]) -> None:
    """Show the strip of nights and the causes; the shift log is the same for every source."""
    shifts = sources[0].shifts
    if shifts.empty:
        st.info(
            "No shift log is on record for this period, so nobody can tell who was on duty. Page Data: bring it in."
        )
        return
    st.markdown(f"**Fully staffed: {staffed_share(shifts)} of {shifts_in_words(shifts)} on record.**")
    left, right = st.columns(2)
    with left:
        head(f"Who was on duty, night by night (n = {shifts_in_words(shifts)})")
        strip = patterns.staffing_strip(shifts).assign(car=shifts["car"])
        st.altair_chart(scheme_charts.staffing_strip(strip), width="stretch", alt="One cell a night, by crew on duty")
        under("Table of nights", readable(strip), "nights")
    with right:
        _causes(sources[0])


def _causes(one: Records) -> None:
    table = cause_table(one.shifts)
    head(f"Why a night was not fully staffed (share of {shifts_in_words(one.shifts)})")
    if table.empty:
        st.info("No night is on record on which a crew was missing.")
    else:
        drawn = table.assign(low=table["share"], high=table["share"])
        st.altair_chart(scheme_charts.shares(drawn, "cause", "share of shifts"), width="stretch", alt="Nights by cause")
    bank, backfilled = bank_share(one.shifts), backfilled_share(one.shifts)
    st.markdown(
        f"- Nights with a nurse on which she was bank staff: {_of(bank)}.\n"
        f"- Nights without officers on which they were backfilled: {_of(backfilled)}."
    )
    st.caption("A night with two causes counts in each. 'Not recorded' is kept apart from 'not staffed'.")
    under("Table of causes", readable(table), "causes")


def _of(share: Share) -> str:
    return str(share) if share.n else "there was no such night"
