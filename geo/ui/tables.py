"""The table under a picture: folded, and downloadable as CSV that no spreadsheet runs as a formula."""

import csv

import pandas as pd
import streamlit as st

from geo.release.disclosure import POLICIES
from geo.release.export import flat
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
            as_csv(table),
            f"{name}-working-copy.csv",
            "text/csv",
            key=f"download-{name}",
            on_click="ignore",
            help=POLICIES["working"].words,
        )


def as_csv(table: pd.DataFrame) -> bytes:
    """
    Give a table as CSV in UTF-8 with its mark, which Excel needs to see; text cannot act as a formula.

    Examples
    --------
    >>> print(as_csv(pd.DataFrame({"reason": ["=1+1"]})).decode("utf-8-sig").strip())
    "reason"
    "'=1+1"
    """
    text = flat(table).to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC)  # a bare carriage return would break a row
    return str(text).encode("utf-8-sig")
