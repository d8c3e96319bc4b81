"""Triage Map: page configuration and navigation, nothing else."""

from functools import partial

import streamlit as st

from geo.ui import compare, coverage, data, export, frame, method, overview, project, scheme, search, where

PAGES = {
    "Overview": overview.show,
    "Where and when": where.show,
    "What the scheme did": scheme.show,
    "Coverage": coverage.show,
    "Compare": compare.show,
    "Search": search.show,
    "Data": data.show,
    "Export and brief": export.show,
    "Method": method.show,
}

st.set_page_config("Triage Map", page_icon="🗺️", layout="wide", initial_sidebar_state=230)
asked = frame.ask()
links = {}
for title, page in PAGES.items():
    links[title] = st.Page(
        partial(frame.show, title, page, asked, links),
        title=title,
        url_path=title.lower().replace(" ", "-"),
        default=not links,
    )
links[frame.PROJECT] = st.Page(
    partial(frame.show_project, project.show, asked, links), title=frame.PROJECT, url_path="project"
)
chosen = st.navigation(list(links.values()), position="hidden")
frame.show_sidebar(asked, links)
chosen.run()
