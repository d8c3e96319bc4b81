"""Method: how each figure is made, and when it is wrong; the paragraph that explains a figure is a link away."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from geo.scenarios.scenario import Scenario
from geo.ui.answers import Question

DOCS = Path(__file__).resolve().parents[2] / "docs"
ALSO = {
    "Drive times: how wrong they are": "drive-times.md",
    "Privacy": "privacy.md",
    "How to read the brief": "brief.md",
    "Questions and answers": "faq.md",
    "Words": "glossary.md",
}
"""What else can be read here: pages of the documentation that need no picture."""

EXPLAINED = {
    "Overview": ("Demand", "What a plan reaches"),
    "Where and when": ("Maps", "Demand"),
    "What the scheme did": ("What the scheme did",),
    "Coverage": ("What a plan reaches", "Response", "Drive times"),
    "Compare": ("Comparing", "What a plan reaches"),
    "Search": ("Where and when together", "What would change the answer"),
    "Data": ("Records", "Two sources", "Places"),
    "Export and brief": ("Release", "How to read the brief"),
}
"""The chapters that explain the figures of each page."""


def show(question: Question, scenario: Scenario) -> None:  # noqa: ARG001 - every page is shown the same way
    """Show the list of chapters, and the one that was asked for."""
    told = chapters()
    if (asked := st.query_params.get("chapter", "")) in told:
        st.session_state["chapter"] = asked
    listed, text = st.columns([1, 3])
    chosen = listed.radio("Chapter", list(told), key="chapter", on_change=_keep_chapter)
    text.markdown(told[str(chosen)])


def _keep_chapter() -> None:
    """Put the chapter into the link, so that it can be sent to others."""
    st.query_params["chapter"] = st.session_state["chapter"]


def link(title: str, page: Page) -> None:
    """Show where the figures of a page are explained; the link keeps the question and the plan."""
    names = EXPLAINED.get(title, ())
    if not names:
        return
    st.caption("How sure are we?", width="content")
    for name in names:
        st.page_link(page, label=f":primary[{name}]", query_params=dict(st.query_params) | {"chapter": name})


@cache
def chapters() -> Mapping[str, str]:
    """Give the text of each chapter of the method, and of the other pages, by its name."""
    found = {
        part.split("\n", 1)[0]: f"### {part}"
        for part in (DOCS / "method.md").read_text(encoding="utf-8").split("\n## ")[1:]
    }
    found |= {name: (DOCS / file).read_text(encoding="utf-8") for name, file in ALSO.items()}
    return {name: _without_links(_smaller(text)) for name, text in found.items()}


def _smaller(text: str) -> str:
    """Make the headings of a whole page as small as those of a chapter."""
    return re.sub(r"^# ", "### ", re.sub(r"^## ", "#### ", text, flags=re.MULTILINE), flags=re.MULTILINE)


def _without_links(text: str) -> str:
    """Leave the words of links to other pages: within the app these stand in the list of chapters."""
    return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", text)
