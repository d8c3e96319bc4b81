"""Mend: rows that could not be accepted, incidents without a place, and entries that were not understood."""

import json
from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from geo.incidents.read import Mend
from geo.places.postcodes import Gazetteer
from geo.ui import words
from geo.ui.answers import Question
from geo.ui.frame import say
from geo.ui.lists import a_few

DATES = "Write dates as 4 Feb 2016 and times as 19:40; leave blank what is not recorded."


def show(question: Question) -> None:
    """Show the step."""
    left_out = question.project.left_out()
    quarantined = left_out[left_out["state"] == "quarantined"]
    incidents = question.project.incidents()
    unplaced = incidents[incidents["precision"] == "none"]
    rows, places, kept = st.tabs(
        [
            f"Rows in quarantine ({len(quarantined)})",
            f"Incidents without a place ({len(unplaced)})",
            "Entries not understood, rows refused, mends",
        ]
    )
    with rows:
        _quarantined(question, quarantined)
    with places:
        _unplaced(question, unplaced)
    with kept:
        _kept(question, left_out)


def _quarantined(question: Question, rows: pd.DataFrame) -> None:
    """Show the rows in quarantine; each is mended, or decided to be no incident."""
    if rows.empty:
        st.caption("None: every row that is an incident was accepted.")
        return
    reasons = rows["reason"].value_counts().rename_axis("reason").reset_index(name="rows")
    st.dataframe(reasons, hide_index=True, width="stretch")
    st.caption(f"A mend is kept, and made again when the same row comes in another file. {DATES}")
    for row in a_few(rows.to_dict("records"), "rows", "quarantined"):
        with st.expander(words.plain(f"{row['file']} {row['sheet']} row {row['row']}: {row['reason']}")):
            st.caption(words.plain(f"{row['suggestion']}."))
            _mend_row(question, row)


def _mend_row(question: Question, row: dict[Hashable, Any]) -> None:
    """Show the cells of one row as they were recorded, to be mended."""
    recorded: dict[str, str] = json.loads(row["fields"] or "{}")  # a shift has none: its log is corrected instead
    if not recorded:
        st.text(row["text"])
    with st.form(f"mend-{row['incident_id']}", border=False):
        places = st.columns(3)
        typed = {
            field: places[number % 3].text_input(
                words.label(words.FIELDS.get(field, field)), cell, key=f"{row['incident_id']}-{field}"
            )
            for number, (field, cell) in enumerate(recorded.items())
        }
        mend, discard, reason = st.columns([1, 1.3, 3], vertical_alignment="bottom")
        because = reason.text_input("If it is no record: why", key=f"{row['incident_id']}-because")
        if recorded and mend.form_submit_button("Save the mend", type="primary"):
            _save(
                question,
                [
                    Mend(row["incident_id"], field, recorded[field], text)
                    for field, text in typed.items()
                    if text != recorded[field]
                ],
            )
        if discard.form_submit_button("It is no record"):
            question.project.discard(row["incident_id"], because)
            say(f"Row {row['row']} of {row['file']} is refused: {because}.")


def _unplaced(question: Question, incidents: pd.DataFrame) -> None:
    """Show the incidents that no map can show, with a field for the postcode or the place of each."""
    if incidents.empty:
        st.caption("None: every incident has a place.")
        return
    reasons = incidents.groupby(["source", "not_located_because"]).size().rename("incidents").reset_index()
    shown = reasons.assign(source=reasons["source"].map(words.SOURCES))
    st.dataframe(shown.rename(columns={"not_located_because": "no place because"}), hide_index=True, width="stretch")
    few = a_few(incidents.to_dict("records"), "incidents", "unplaced")
    with st.form("places", border=False):
        found: list[Mend] = []
        for row in few:
            found.extend(_ask_place(row))
        if st.form_submit_button("Save the places", type="primary"):
            _save(question, found)


def _ask_place(row: dict[Hashable, Any]) -> list[Mend]:
    """Show one incident without a place, and give what was typed for it."""
    record, postcode, place = st.columns([3, 1.2, 1.8], vertical_alignment="bottom")
    when = row["received_on"]
    day = "no date" if pd.isna(when) else words.day(when)
    kind = row["incident_type"] or "type not recorded"
    record.markdown(
        f"{words.plain(row['file'])} row {row['row']}, {day}, {words.plain(kind)}"
        f"  \n:gray[{words.plain(row['not_located_because'])}]"
    )
    name = words.label(f"row {row['row']} of {row['file']}")
    typed = {
        "postcode": postcode.text_input(f"Postcode of {name}", row["postcode"], key=f"pc-{row['incident_id']}"),
        "location": place.text_input(f"Place of {name}", row["location"], key=f"lo-{row['incident_id']}"),
    }
    return [Mend(row["incident_id"], field, row[field], text) for field, text in typed.items() if text != row[field]]


def _save(question: Question, mends: list[Mend]) -> None:
    """Keep mends and say what became of their rows."""
    if not mends:
        st.warning("Nothing was changed, so nothing was saved.")
        return
    say(str(question.project.mend(mends, Gazetteer.default())))


def _kept(question: Question, left_out: pd.DataFrame) -> None:
    """Show what was doubted and still accepted, what was refused, and which mends are kept."""
    project = question.project
    tables = {
        "Entries not understood or doubtful: what they count as": project.doubts(),
        "Rows refused, because they are no incidents": left_out[left_out["state"] == "refused"],
        "Mends that are kept": project.mends_table(),
    }
    for title, table in tables.items():
        st.markdown(f"**{title}: {len(table)}**")
        if len(table):
            shown = table.drop(columns=[name for name in ("sha256", "fields", "state", "suggestion") if name in table])
            st.dataframe(shown, hide_index=True, width="stretch")
