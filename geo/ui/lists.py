"""Long lists on a page, a few entries at a time, as rows that the keyboard reaches and a screen reader reads."""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

Entry = TypeVar("Entry")
AT_ONCE = 10


def a_few(entries: Sequence[Entry], noun: str, key: str) -> Sequence[Entry]:
    """Show which page of a long list is on screen, where it needs more than one, and give its entries."""
    pages = max(1, -(-len(entries) // AT_ONCE))
    if pages == 1:
        return entries
    chosen = st.number_input(f"Page (of {pages}, {AT_ONCE} {noun} each)", 1, pages, key=f"{key}-page")
    return entries[(int(chosen) - 1) * AT_ONCE : int(chosen) * AT_ONCE]
