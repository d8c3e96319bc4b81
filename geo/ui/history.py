"""History: which file, when, which decision; and taking back or erasing for good."""

import datetime as dt

import pandas as pd
import streamlit as st

from geo.errors import SchemaError
from geo.ui import told, words
from geo.ui.answers import Question
from geo.ui.frame import say

LEDGER = {
    "name": "file",
    "imported_at": "imported at (UTC)",
    "rows_read": "rows read",
    "day_order": "first in dates",
}


def show(question: Question) -> None:
    """Show the step."""
    project = question.project
    ledger = project.ledger()
    named = ledger.replace({"source": words.SOURCES | {"shift_log": "Shift log"}})
    named = named.assign(imported_at=_at(named["imported_at"]))
    wanted = [name for name in named if name not in {"sha256", "columns"}]
    st.dataframe(named[wanted].rename(columns=LEDGER), hide_index=True, width="stretch")
    with st.expander("What was noticed while reading"):
        st.dataframe(project.notices(), hide_index=True, width="stretch")
    st.markdown("##### What was done, newest first")
    told.show(question)
    back, gone = st.columns(2)
    with back, st.form("undo"):
        _undo(question, dict(zip(ledger["sha256"], ledger["name"], strict=True)))
    with gone, st.form("erase"):
        _erase(question)


def _at(times: pd.Series) -> pd.Series:
    """Write times of the record as people read them."""
    return pd.to_datetime(times, format="ISO8601").dt.strftime("%d %b %Y %H:%M")


def _undo(question: Question, files: dict[str, str]) -> None:
    """Take an import back, so that it can be made again in another way."""
    st.markdown("**Take an import back**")
    st.caption("Its rows leave the project; mends are kept, and are made again when the file is imported again.")
    chosen = st.selectbox("File", list(files), format_func=files.__getitem__, key="undo-file")
    if st.form_submit_button("Take it back", disabled=not files) and chosen:
        question.project.undo(chosen)
        say(f"The import of {files[chosen]} was taken back.")


def _erase(question: Question) -> None:
    """Erase records for good, by date or by reference, or set how long they are kept."""
    st.markdown("**Erase for good**")
    st.caption("Erased records cannot be brought back, also not by importing the same file again.")
    before = st.date_input(
        "Records of incidents before (day)",
        None,
        min_value=dt.date(2000, 1, 1),
        format="DD/MM/YYYY",
        key="erase-before",
    )
    reference = st.text_input("Or the record with this reference", key="erase-reference")
    months = st.number_input(
        "Keep records at most (months; 0: no limit)", 0, 600, question.project.retention or 0, key="retention"
    )
    sure = st.checkbox("Yes, erase", key="erase-sure")
    if st.form_submit_button("Erase"):
        if not sure:
            raise SchemaError("nothing was erased: tick 'Yes, erase' if that is what you want")
        sentences = _erased(question, before, reference, int(months))
        say(*(sentences or ["Nothing was asked to be erased."]))


def _erased(question: Question, before: dt.date | None, reference: str, months: int) -> list[str]:
    """Erase what was asked, and say how much it was."""
    project = question.project
    sentences = []
    if months != (project.retention or 0):
        sentences.append(
            f"Kept at most {months or 'unlimited'} months: {project.set_retention(months or None)} erased."
        )
    if before is not None:
        sentences.append(
            f"Records before {words.day(before)} erased: {project.erase(before=before)}. Without a readable date, "
            f"counted as of their import: {project.undated()}."
        )
    if reference.strip():
        sentences.append(f"Records with that reference erased: {project.erase(reference=reference)}.")
    if sentences and (beside := project.files_beside()):
        named = ", ".join(file.name for file in beside[:3])
        sentences.append(
            f"{words.count(len(beside), 'file')} in the project's folder may still hold records as received ({named}): "
            "remove them yourself."
        )
    return sentences
