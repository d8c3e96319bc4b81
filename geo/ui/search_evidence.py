"""How far the answer of a search can be trusted: what more weeks would bring, what would change it, the back-test."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from geo.demand.backtest import BackTest, back_test
from geo.demand.weights import heaviest
from geo.errors import GeoError
from geo.planning import robust
from geo.planning.found import Found
from geo.scenarios.world import World
from geo.ui import answers, search_charts, tables, words
from geo.ui.answers import Question


def show(question: Question, found: Found) -> None:
    """Show the evidence: in a sentence whether to record on, and folded what would change the answer."""
    st.markdown("**How sure are we?**")
    held = st.session_state.get("search-recording")
    if held is None or held[0] is not found:
        brought = robust.what_recording_brings(found, answers.world(question), edition=question.edition)
        held = st.session_state["search-recording"] = found, brought
    evidence = held[1]
    st.markdown(words.plain(robust.recording_words(evidence)))
    weeks = pd.DataFrame({"more weeks": evidence.weeks, "gain": evidence.share, "chance of the best": evidence.right})
    tables.under("Table of what more weeks of recording bring", weeks.round(3), "search-weeks")
    _changes(question, found)
    _back_test(question)


def _changes(question: Question, found: Found) -> None:
    """Ask the search again under other assumptions, when wanted: it takes some seconds."""
    if len(found.bases) > 1:
        return
    held = st.session_state.get("search-changes")
    asked = held is not None and held[0] is found
    with st.expander("What would change this answer?", expanded=asked):
        if not asked and st.button("Ask under other assumptions"):
            with st.spinner("Asking …"):
                world, others = answers.world(question), other_worlds(question)
                changes = robust.what_would_change(found, world, others, edition=question.edition)
            st.session_state["search-changes"] = found, changes
            st.rerun()
        if held is None or held[0] is not found:
            st.caption("Other speeds, staffing, shares judged appropriate, and other records, one at a time.")
            return
        st.markdown(f"**{words.plain(robust.changes_words(held[1]))}**")
        table = robust.changes_table(held[1])
        chart = search_charts.tornado(table)
        st.altair_chart(chart, width="stretch", alt="What the plan reaches under other assumptions")
        st.caption("One postcode a place was tried in each case, with nurse and car always free.")
        st.dataframe(table.round(3), hide_index=True, width="stretch")


def other_worlds(question: Question) -> dict[str, World]:
    """Give the worlds of other records: the other sources that can tell a rate, and without the heaviest callers."""
    world, held = answers.world(question), question.project.incidents()["source"].unique()
    found: dict[str, World] = {}
    for source in sorted(set(held) - {question.selection.source}):
        try:
            found[words.SOURCES[source]] = answers.world(
                replace(question, selection=replace(question.selection, source=source))
            )
        except GeoError as problem:
            st.caption(f"{words.SOURCES[source]}: {words.plain(str(problem))}")
    heavy = heaviest(world.located)
    if heavy.theirs.any():
        found["without the heaviest"] = answers.world(replace(question, heaviest=False))
    return found


def _back_test(question: Question) -> None:
    """Fit on the first half of the record and foretell the second, when opened."""
    with st.expander("Table of the back-test: the second half of the record, foretold from the first"):
        try:
            tested = _tested(question)
        except GeoError as problem:
            st.info(words.plain(str(problem)))
            return
        st.markdown(words.plain(tested.sentence))
        st.dataframe(tested.coverage.round(3), hide_index=True, width="stretch")
        st.dataframe(tested.table.round(1), hide_index=True, width="stretch")


@st.cache_resource(show_spinner=False, max_entries=4, scope="session")
def _tested(question: Question) -> BackTest:
    incidents, _ = answers.records(question)
    residents = answers.residents(question.project.facts.county)
    districts = answers.world(question).districts(question.edition)
    return back_test(incidents, answers.watched(question), residents, districts)
