"""Triage Map: page configuration and navigation, nothing else."""

from functools import partial
from importlib import import_module

import streamlit as st

from geo.ui import frame

# Each page's module, loaded when it is first opened: nobody waits for the others at the start.
PAGES = {
    "Overview": "overview",
    "Where and when": "where",
    "What the scheme did": "scheme",
    "Coverage": "coverage",
    "Compare": "compare",
    "Search": "search",
    "Data": "data",
    "Export and brief": "export",
    "Method": "method",
    frame.PROJECT: "project",
}


def show(module: str, *asked: object) -> None:
    """Show the page of a module of ``geo.ui``."""
    import_module(f"geo.ui.{module}").show(*asked)


st.set_page_config("Triage Map", frame.ICON, layout="wide", initial_sidebar_state=230)
asked = frame.ask()
links = {}
for title, module in PAGES.items():
    framed = frame.show_project if title == frame.PROJECT else partial(frame.show, title)
    links[title] = st.Page(
        partial(framed, partial(show, module), asked, links),
        title=title,
        url_path=title.lower().replace(" ", "-"),
        default=not links,
    )
chosen = st.navigation(list(links.values()), position="hidden")
frame.show_sidebar(asked, links)
chosen.run()
