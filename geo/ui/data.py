"""Data: what was read, what became of every row, and what could not be placed."""

import streamlit as st

from geo.scenarios.scenario import Scenario
from geo.ui import words
from geo.ui.answers import Question

LEDGER = {"name": "file", "imported_at": "imported at (UTC)", "rows_read": "rows read"}


def show(question: Question, scenario: Scenario) -> None:  # noqa: ARG001 - every page is shown the same way
    """Show the page."""
    project = question.project
    ledger, left_out, incidents = project.ledger(), project.left_out(), project.incidents()
    total = ledger[["rows_read", "accepted", "quarantined", "refused"]].sum()
    st.markdown(
        f"**Read {total['rows_read']} = accepted {total['accepted']} + quarantined {total['quarantined']} + "
        f"refused {total['refused']}, "
        f"from {words.count(len(ledger), 'file')}.**"
    )
    shown = ledger.drop(columns="sha256").replace({"source": words.SOURCES | {"shift_log": "Shift log"}})
    st.dataframe(shown.rename(columns=LEDGER), hide_index=True, width="stretch")
    st.markdown("##### Places")
    named = incidents.assign(source=incidents["source"].map(words.SOURCES))
    table = named.groupby(["source", "precision"]).size().unstack(fill_value=0)
    st.caption("Incidents by how precisely they are placed; 'none' stay in every count that needs no place.")
    st.dataframe(table, width="stretch")
    reasons = named[named["precision"] == "none"].groupby(["source", "not_located_because"]).size()
    shown = reasons.rename("incidents").reset_index().rename(columns={"not_located_because": "not placed because"})
    st.dataframe(shown, hide_index=True, width="stretch")
    st.markdown("##### Rows left out, and why")
    if left_out.empty:
        st.caption("None.")
    st.dataframe(left_out.drop(columns="sha256"), hide_index=True, width="stretch")
