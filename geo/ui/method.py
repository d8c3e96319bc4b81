"""Method: how each figure is made, and when it is wrong."""

from pathlib import Path

import streamlit as st

from geo.scenarios.scenario import Scenario
from geo.ui.answers import Question


def show(question: Question, scenario: Scenario) -> None:  # noqa: ARG001 - every page is shown the same way
    """Show the page."""
    st.markdown((Path(__file__).resolve().parents[2] / "docs" / "method.md").read_text(encoding="utf-8"))
