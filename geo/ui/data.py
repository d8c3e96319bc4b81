"""Data: steps from files as received to an account of their quality; roads, layers; the ledger always in sight."""

from collections.abc import Callable

import streamlit as st

from geo.scenarios.scenario import Scenario
from geo.ui import columns, history, layers, match, mend, quality, roads, upload, words
from geo.ui.answers import Question

STEPS: dict[str, Callable[[Question], None]] = {
    "Upload": upload.show,
    "Columns": columns.show,
    "Mend": mend.show,
    "Match": match.show,
    "Quality": quality.show,
    "Roads": roads.show,
    "Layers and places": layers.show,
    "History": history.show,
}


def show(question: Question, scenario: Scenario) -> None:  # noqa: ARG001 - every page is shown the same way
    """Show the ledger, the steps and the one that is chosen."""
    ledger = question.project.ledger()
    total = ledger[["rows_read", "accepted", "quarantined", "refused", "erased"]].sum()
    erased = f" + erased {total['erased']}" if total["erased"] else ""
    shown = {name: words.thousands(value) for name, value in total.items()}
    st.markdown(
        f"**Read {shown['rows_read']} = accepted {shown['accepted']} + quarantined {shown['quarantined']} + "
        f"refused {shown['refused']}{erased}, from {words.count(len(ledger), 'file')}.**"
    )
    if "next-step" in st.session_state:
        st.session_state["step"] = st.session_state.pop("next-step")
    st.session_state.setdefault("step", "Upload" if ledger.empty else "Quality")
    step = st.segmented_control(
        "Step",
        list(STEPS),
        key="step",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    STEPS[str(step or "Upload")](question)
