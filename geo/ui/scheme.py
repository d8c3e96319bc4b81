"""What the scheme did: one sentence, then a part of the page for each question, for one source or two side by side."""

from collections.abc import Callable, Sequence

import streamlit as st

from geo.deployment import patterns
from geo.deployment.utilisation import night_table, utilisation
from geo.scenarios.scenario import Scenario
from geo.shares import share_of
from geo.ui import contacts, districts, figures, nights, outcomes, reasons, response, weeks
from geo.ui.answers import Question
from geo.ui.sources import Records, records_of, shifts_in_words

PARTS: dict[str, Callable[[Sequence[Records]], None]] = {
    "Week": weeks.show,
    "Nights": nights.show,
    "Contacts": contacts.show,
    "Districts": districts.show,
    "Response": response.show,
    "Reasons": reasons.show,
    "Outcomes": outcomes.show,
    "Figures": figures.show,
}
EMPTY = "No incident of this source lies in this period. Choose another source or a longer period above."


def show(question: Question, scenario: Scenario) -> None:  # noqa: ARG001 - every page is shown the same way
    """Show the page."""
    sources = records_of(question)
    if all(one.incidents.empty for one in sources):
        st.info(EMPTY)
        return
    for place, one in enumerate(sources):
        _sentence(one, named=len(sources) > 1, on_duty=not place)
    part = st.segmented_control(
        "Part of the page",
        list(PARTS),
        default=next(iter(PARTS)),
        required=True,
        key="did",
        bind="query-params",
        label_visibility="collapsed",
    )
    _say_how_counted(question)
    PARTS[str(part)](sources)


def _sentence(one: Records, *, named: bool, on_duty: bool) -> None:
    """Say what the scheme did by one source, and who was on duty, which is the same by all."""
    who = f"{one.words}: the" if named else "The"
    if one.incidents.empty:
        st.markdown(f"**{one.words}: no incident of this source lies in this period.**")
        return
    deployed = patterns.deployed_in_words(one.incidents["deployed"])
    share = share_of(one.incidents["deployed"])
    said = [f"{who} car was deployed to {deployed}: {share}.", _on_duty(one) if on_duty else "", _busy(one)]
    st.markdown(f"**{' '.join(filter(None, said))}**")


def _on_duty(one: Records) -> str:
    if one.shifts.empty:
        return "No shift log is on record for this period, so nobody can tell who was on duty."
    states = patterns.staffing_strip(one.shifts)["state"].value_counts()
    staffed = f"{states.get('staffed', 0)} of {shifts_in_words(one.shifts)} were fully staffed"
    unknown = f", {states['unknown']} not recorded" if "unknown" in states else ""
    return f"{staffed}{unknown}."


def _busy(one: Records) -> str:
    busy = utilisation(night_table(one.incidents, one.shifts))
    recorded = one.incidents["minutes_on_incident"].notna().any()
    return f"Incidents took {busy.share} of the minutes crewed." if busy and recorded else ""


def _say_how_counted(question: Question) -> None:
    """Say that this page counts every incident once, where the question bar asks for another count."""
    if question.weight != "incidents" or not question.heaviest:
        st.caption("This page tells what was done, so it counts every incident once, the heaviest callers included.")
