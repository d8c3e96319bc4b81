"""Data: what was read, what became of every row, and what could not be placed."""

import streamlit as st

from geo.scenarios.scenario import Scenario
from geo.ui import words
from geo.ui.frame import Question


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
    st.dataframe(ledger.drop(columns="sha256"), hide_index=True, width="stretch")
    st.subheader("Places")
    table = incidents.groupby(["source", "precision"]).size().unstack(fill_value=0)
    st.caption("Incidents by how precisely they are placed; 'none' stay in every count that needs no place.")
    st.dataframe(table, width="stretch")
    reasons = incidents.loc[incidents["precision"] == "none"].groupby(["source", "not_located_because"]).size()
    st.dataframe(reasons.rename("incidents").reset_index(), hide_index=True, width="stretch")
    st.subheader("Rows left out, and why")
    if left_out.empty:
        st.caption("None.")
    st.dataframe(left_out.drop(columns="sha256"), hide_index=True, width="stretch")
