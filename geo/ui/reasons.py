"""What the scheme did, Reasons: why the car was sent or not, who asked, and how habits differ between shifts."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from geo.deployment.reasons import NOT_RECORDED, appropriate_and_deployed, deployed_by, not_deployed_because
from geo.deployment.variation import between
from geo.shares import bounds, share_of
from geo.ui import scheme_charts
from geo.ui.readable import readable
from geo.ui.sources import Records, head, most_frequent, say_difference, side_by_side
from geo.ui.tables import under

BY = {"requested_by": "who asked", "incident_type": "incident type", "condition": "condition"}


def show(sources: Sequence[Records]) -> None:
    """Show reasons, requesters, the nurse's judgement against what was done, and variation."""
    side_by_side(sources, _variation)
    side_by_side(sources, _not_deployed)
    head("To whom and to what the car was deployed")
    by = st.segmented_control(
        "Share of incidents with the car deployed, by", list(BY), format_func=BY.__getitem__, default="requested_by",
        required=True, key="did-reason", bind="query-params",
    )  # fmt: skip
    side_by_side(sources, lambda one: _deployed_by(one, str(by)))
    say_difference(sources, "Car deployed", lambda one: share_of(one.incidents["deployed"]))
    head("Judged appropriate, and deployed")
    side_by_side(sources, _appropriate)


def _variation(one: Records) -> None:
    """Say whether the share deployed varies between shifts, crews and with bank staff, beyond chance."""
    lines = []
    for name, found in between(one.incidents, one.shifts).items():
        if found is None:
            lines.append(f"- Between {name}: too few answers to compare.")
        else:
            lines.append(f"- The share deployed: {found.in_words(name)}.")
    if len(lines) == 1:
        lines.append("- Between crews: the shift log does not tell crews apart.")
    head("Does it depend on who is on duty?")
    st.markdown("\n".join(lines))
    st.caption(
        "Of fully staffed nights. Shifts also differ in what they met: more than chance is a question to ask, and "
        "nobody's fault."
    )


def _not_deployed(one: Records) -> None:
    table = not_deployed_because(one.incidents)
    head(f"Why the car was not deployed (n = {int(table['incidents'].sum())})")
    if table.empty:
        st.info("No incident is recorded as one to which the car was not deployed.")
        return
    if table["entry"].tolist() == [NOT_RECORDED]:
        st.info("This source does not record the reasons.")
        return
    _draw(table, "Reasons for not deploying", f"not-deployed-{one.key}")


def _draw(table: pd.DataFrame, words: str, name: str) -> None:
    drawn = most_frequent(table).assign(low=lambda rows: rows["share"], high=lambda rows: rows["share"])
    st.altair_chart(scheme_charts.shares(drawn, "entry"), width="stretch", alt=f"{words}, with exact 95% intervals")
    under(f"Table: {words.lower()}", readable(table), name)


def _deployed_by(one: Records, field: str) -> None:
    table = deployed_by(one.incidents, field)
    if table["entry"].tolist() == [NOT_RECORDED]:
        st.info(f"This source does not record {BY[field]}.")
        return
    shown = most_frequent(table)
    named = shown.assign(entry=shown["entry"] + [f" (n = {n})" for n in shown["n"]])
    st.altair_chart(scheme_charts.shares(named, "entry"), width="stretch", alt=f"Share deployed by {BY[field]}")
    under(f"Table by {BY[field]}", readable(table), f"deployed-by-{field}-{one.key}")


def _appropriate(one: Records) -> None:
    table = appropriate_and_deployed(one.incidents)
    counts = table.set_index("appropriate")
    judged = int(counts.loc["yes"].sum())
    if not judged and not int(counts.loc["no"].sum()):
        st.info("This source does not record whether the car was judged appropriate.")
        return
    st.markdown(
        f"Of {judged} incidents judged appropriate for the car it was deployed to {counts.loc['yes', 'deployed']} "
        f"and not to {counts.loc['yes', 'not_deployed']}: {bounds(*(int(count) for count in counts.loc['yes']))}. For "
        f"{int(counts.loc['unknown'].sum())} of {len(one.incidents)} the judgement is not recorded."
    )
    under("Table: judged appropriate, and deployed", readable(table), f"appropriate-{one.key}", expanded=True)
