"""
Which project is open: the one chosen in this session, the one that a link is of, or the one the app was started on.

Folders are opened for the person at this machine only: a server that answers other machines opens none.
"""

import ipaddress
import os
from pathlib import Path

import streamlit as st

from geo.errors import GeoError, ProjectError
from geo.store.project import Project, open_project
from geo.store.recent import find_recent, note_opened
from geo.ui import answers
from geo.ui.stamp import Stamp

CHOSEN = "project-folder"
NOTED = "project-noted"


def current(link: Stamp | None) -> Project:
    """Give the project of this session; one that a link names is looked for among the recent ones, once."""
    if CHOSEN not in st.session_state:
        started = answers.find_project(os.environ.get("TRIAGE_MAP_PROJECT", ""))
        st.session_state[CHOSEN] = _linked(started, link)
    chosen: str = st.session_state[CHOSEN]
    if not chosen:
        return answers.find_project(os.environ.get("TRIAGE_MAP_PROJECT", ""))
    return open_project(Path(chosen))


def _linked(started: Project, link: Stamp | None) -> str:
    """Name the folder of the recent project that a link is of, where that is not the one the app was started on."""
    if link is None or not is_on_this_machine() or link.origin == started.origin:
        return ""
    try:
        found = find_recent(link.origin)
    except GeoError:  # a list that cannot be read is said on the page Project
        return ""
    return str(found.folder) if found else ""


def note(project: Project) -> str:
    """Put the project among the recent ones, once a session; say what went wrong where it could not be."""
    folder = str(project.folder)
    if st.session_state.get(NOTED) == folder:
        return ""
    st.session_state[NOTED] = folder
    try:
        note_opened(project)
    except GeoError as problem:
        return str(problem)
    return ""


def change_to(project: Project, sentence: str) -> None:
    """Open another project in this session, with nothing of the one before, and say so."""
    answers.forget_records()
    st.session_state.clear()
    st.query_params.clear()
    st.session_state[CHOSEN] = str(project.folder)
    st.session_state["said"] = (sentence,)
    st.rerun()


def folder_of(text: str) -> Path:
    """
    Read a folder as a person types or pastes it.

    Raises
    ------
    ProjectError
        If it is blank, or does not begin at the root of a disk.

    Examples
    --------
    >>> folder_of(' "/data/alloy" ').as_posix()
    '/data/alloy'
    """
    bare = text.strip().strip("\"'").strip()
    if not bare:
        raise ProjectError("no folder was named; type or paste its whole path")
    try:
        folder = Path(bare).expanduser()
    except RuntimeError as error:
        raise ProjectError(f"the home folder in {bare!r} is not known; write the whole path") from error
    if not folder.is_absolute():
        raise ProjectError(f"{bare!r} is no whole path; write it from the root of the disk, e.g. {Path.home() / bare}")
    return folder


def is_on_this_machine() -> bool:
    """Say whether the app answers this machine alone, and is asked by it."""
    return is_loopback(st.get_option("server.address"), st.context.headers.get("Host", "localhost"))


def is_loopback(address: str | None, host: str) -> bool:
    """
    Say whether a server listens, and is called, on this machine's own address.

    Examples
    --------
    >>> is_loopback("127.0.0.1", "localhost:8501"), is_loopback("127.0.0.1", "[::1]:8501")
    (True, True)
    >>> is_loopback("0.0.0.0", "localhost:8501"), is_loopback("127.0.0.1", "triage.example.org")
    (False, False)
    >>> is_loopback(None, "localhost")  # without an address Streamlit answers every machine
    False
    """
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 or "]:" in host else host
    return address is not None and _is_own(address) and _is_own(name.strip("[]"))


def _is_own(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
