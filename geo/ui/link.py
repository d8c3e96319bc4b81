"""The link: what a page's address says of the question and the plan, so that it restores the view."""

import datetime as dt
from collections.abc import Mapping

import streamlit as st

Value = str | int | dt.date
"""What a widget of the frame holds, and a link can say."""

BLANK = "blank"
"""What a link says of a field that was emptied."""


def read(text: str, standing: Value) -> Value:
    """Read what a link says as a value of the same kind; the standing one where it cannot be read."""
    try:
        if isinstance(standing, dt.date):
            return dt.date.fromisoformat(text)
        if isinstance(standing, int):
            return int(text)
    except ValueError:
        return standing
    return "" if text == BLANK else text or standing


def keep_in_link(standing: Mapping[str, Value], now: Mapping[str, Value]) -> None:
    """Write into the link what differs from the standing values, so that it restores this view."""
    for key, value in standing.items():
        if now[key] == value:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = str(now[key]) or BLANK
