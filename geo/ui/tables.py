"""The table under a picture: folded, and downloadable as CSV that no spreadsheet runs as a formula."""

import pandas as pd
import streamlit as st

from geo.release.cells import as_csv
from geo.release.disclosure import POLICIES
from geo.ui import words

MOST_SHOWN = 1_000
"""Rows of a table that a page shows; the download has all."""


def under(title: str, table: pd.DataFrame, name: str, *, expanded: bool = False) -> None:
    """
    Fold a table under the picture it belongs to, with its download.

    ``name`` is the key of the button and the name of the file, which says that it is a working copy. A long table shows
    its first rows and says so.
    """
    with st.expander(title, expanded=expanded):
        st.dataframe(table.head(MOST_SHOWN), hide_index=True, width="stretch")
        if len(table) > MOST_SHOWN:
            st.caption(
                f"First {words.thousands(MOST_SHOWN)} of {words.thousands(len(table))} rows; the download has all."
            )
        st.download_button(
            "Download the table (CSV)",
            lambda: as_csv(table),  # written when it is asked for
            f"{name}-working-copy.csv",
            "text/csv",
            key=f"download-{name}",
            on_click="ignore",
            help=POLICIES["working"].words,
        )
