"""The history as a page shows it: when, who, what, and whether there is a way back; by kind, with what left."""

import pandas as pd
import streamlit as st

from geo.store.project import Project
from geo.ui.answers import Question

FILES, MENDS, MATCHES = "Files", "Mends", "Matches"
PLANS, RELEASES, ERASURES, PLACES, OTHER = "Plans", "Exports", "Erasures", "Places and layers", "Other"
KINDS = (FILES, MENDS, MATCHES, PLANS, RELEASES, ERASURES, PLACES, OTHER)

COLUMNS = ["at", "by", "what", "file", "way_back", "detail"]
NONE = "none"
UNDONE = {
    "imported": (FILES, "take it back: Data, History"),
    "import taken back": (FILES, "import the file again"),
    "columns approved": (FILES, "approve others with the next file"),
    "mended": (MENDS, "mend the cell again: Data, Mend"),
    "row refused": (MENDS, "triage-map erase --import FILE, then import again"),
    "pairs settled": (MATCHES, "triage-map erase --import FILE, then import again"),
    "plan kept": (PLANS, "remove it: Project, Kept plans"),
    "plan copied": (PLANS, "remove it: Project, Kept plans"),
    "plan renamed": (PLANS, "rename it: Project, Kept plans"),
    "plan removed": (PLANS, NONE),
    "exported": (RELEASES, NONE),
    "erased": (ERASURES, NONE),
    "retention set": (ERASURES, "set another; what was erased stays erased"),
    "layer kept": (PLACES, "remove it: Data, Layers and places"),
    "layer removed": (PLACES, "bring the file in again"),
    "facilities listed": (PLACES, "bring another list in"),
    "places listed": (PLACES, "bring another list in"),
}
"""Of each line of the history its kind, and the way back."""


def show(question: Question) -> None:
    """Show every decision and every export, newest first, by kind."""
    told = told_of(question.project)
    present = [kind for kind in KINDS if kind in set(told["kind"])]
    left, right = st.columns([3, 2])
    kinds = left.multiselect("Kinds of line", present, present, key="told-kinds")
    text = right.text_input("Only lines with these words", key="told-words").strip().casefold()
    found = told[told["kind"].isin(kinds)]
    if text:
        lines = found.astype("str").agg(" ".join, axis="columns").str.casefold()
        found = found[lines.str.contains(text, regex=False)]
    st.caption(f"{len(found)} of {len(told)} lines. The history counts records and never quotes one.")
    shown = found.assign(at=pd.to_datetime(found["at"], format="ISO8601").dt.strftime("%d %b %Y %H:%M"))
    named = {"at": "at (UTC)", "way_back": "way back"}
    st.dataframe(shown[COLUMNS].rename(columns=named), hide_index=True, width="stretch")


def told_of(project: Project) -> pd.DataFrame:
    """Give when, who, what, the file, the detail, the kind and the way back of all that was done, newest first."""
    exports = project.exports()
    left = pd.DataFrame(
        {
            "at": exports["at"],
            "by": exports["by"],
            "what": "exported",
            "file": "",
            "detail": exports["mode"] + ": " + exports["layers"] + " as " + exports["formats"],
        }
    )
    told = pd.concat([project.history(), left], ignore_index=True)
    told = told.assign(
        kind=[UNDONE.get(what, (OTHER, ""))[0] for what in told["what"]],
        way_back=[UNDONE.get(what, (OTHER, ""))[1] for what in told["what"]],
    )
    order = pd.to_datetime(told["at"], format="ISO8601", utc=True).sort_values(ascending=False, kind="stable").index
    return told.loc[order].reset_index(drop=True)
