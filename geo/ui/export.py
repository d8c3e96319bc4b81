"""Export and brief: the mode first, with what it hides; then layers, formats, one button."""

import io
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import streamlit as st

from geo.errors import SchemaError
from geo.release.disclosure import POLICIES
from geo.release.export import FORMATS, LAYERS, ONLY_WORKING, export_project
from geo.scenarios.scenario import Scenario
from geo.ui import brief
from geo.ui.answers import Question

DEFAULT_FORMATS = ("geojson", "csv", "html")


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    mode = st.radio(
        "Who is it for?",
        ["release", "partner", "working"],
        format_func=lambda name: f"{name}: {POLICIES[name].words}",
        key="mode",
    )
    offered = [name for name in LAYERS if POLICIES[mode].points or name not in ONLY_WORKING]
    layers = st.multiselect("Layers", offered, default=offered, format_func=lambda name: f"{name}: {LAYERS[name]}")
    formats = st.multiselect("Formats", list(FORMATS), default=list(DEFAULT_FORMATS))
    if not POLICIES[mode].points:
        st.caption(
            f"Held back in {mode} mode: {', '.join(ONLY_WORKING)}; no points, no single records. Counts below "
            f"{POLICIES[mode].threshold} are hidden, and more of them until none can be worked out from what is shown, "
            "here or together with an earlier export."
        )
    else:
        st.caption("A working copy is marked as such and logged below, with who made it and when.")
    if st.button("Make the files", type="primary", disabled=not (layers and formats)):
        _make(question, scenario, mode, layers, formats)
    _log(question)
    st.markdown("##### The brief")
    brief.show(question, scenario)


def _log(question: Question) -> None:
    """Show what left the project, newest first: every export is compared with those before it."""
    log = question.project.exports()
    with st.expander("What left before"):
        if log.empty:
            st.caption("Nothing yet. Each export is logged here, in every mode, and later ones are checked against it.")
            return
        at = pd.to_datetime(log["at"], format="ISO8601").dt.strftime("%d %b %Y %H:%M")
        st.dataframe(log.assign(at=at).rename(columns={"at": "at (UTC)"}), hide_index=True, width="stretch")


def _make(question: Question, scenario: Scenario, mode: str, layers: list[str], formats: list[str]) -> None:
    with st.spinner("Writing and checking the files …"):
        content, files, hidden = _zipped(question, scenario, mode, layers, formats)
    st.success(f"{len(files)} files are ready: {', '.join(files)}")
    for sentence in hidden:
        st.caption(f"- {sentence}")
    st.download_button(
        "Download the files (zip)",
        content,
        file_name=f"triage-map-{mode}.zip",
        mime="application/zip",
        on_click="ignore",
    )


def _zipped(
    question: Question, scenario: Scenario, mode: str, layers: list[str], formats: list[str]
) -> tuple[bytes, list[str], tuple[str, ...]]:
    """Write the files into a folder of their own and pack them."""
    if not layers:
        raise SchemaError("no layer was chosen; choose at least one")
    with tempfile.TemporaryDirectory(prefix="triage-map-") as place:
        folder = Path(place) / "export"
        written = export_project(
            question.project,
            folder,
            layers,
            formats,
            mode,
            question.selection,
            scenario=scenario,
            edition=question.edition,
        )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in written.files:
                archive.write(file, file.name)
    return packed.getvalue(), [file.name for file in written.files], written.hidden
