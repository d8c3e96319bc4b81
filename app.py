"""Triage Map: page configuration and navigation, nothing else."""

from functools import partial

import streamlit as st

from geo.ui import compare, coverage, data, export, frame, method, overview, scheme, search, where

PAGES = {
    "Overview": overview.show,
    "Where and when": where.show,
    "What the scheme did": scheme.show,
    "Coverage": coverage.show,
    "Compare": compare.show,
    "Search": search.show,
    "Data": data.show,
    "Export": export.show,
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
st.navigation(list(links.values())).run()
