"""Project: which one is open, its kept plans, its link and its history; opening another, and making a new one."""

from pathlib import Path

import pandas as pd
import platformdirs
import streamlit as st

from geo.errors import ProjectError
from geo.places.boundaries import counties
from geo.store.intake import demonstration_project
from geo.store.project import new_project, open_project
from geo.store.recent import Recent, forget, read_recent
from geo.ui import opening, plans, told, words
from geo.ui.answers import Question
from geo.ui.frame import Links, say
from geo.ui.link import keep_in_link

PARTS = ("This project", "Kept plans", "Share", "History", "Open another", "New project")
WITHOUT_ONE = ("Open another", "New project")
LOCAL = (
    "A folder on this machine, or on a drive that it reaches. The app answers this machine alone, so nobody else can "
    "open one through it."
)
NOT_LOCAL = (
    "This app can be reached from other machines, so it opens no folders: start it on the machine that holds the "
    "project, with: triage-map run FOLDER"
)
BASE = "Where the car starts, as NN1 1DE; every plan of the project begins there."
NAMED = "Blank: the county and the folder's own name."


def show(question: Question | None, links: Links) -> None:
    """Show the parts and the one that is chosen; without an open project only the ways to one."""
    parts = PARTS if question else WITHOUT_ONE
    if st.session_state.setdefault("part", st.query_params.get("part", parts[0])) not in parts:
        st.session_state["part"] = parts[0]
    part = st.segmented_control("Part", parts, key="part", required=True, label_visibility="collapsed")
    keep_in_link({"part": parts[0]}, {"part": str(part)})
    if part == "Open another":
        _open(question)
    elif part == "New project":
        _new()
    elif question is not None:
        _of_project(str(part), question, links)


def _of_project(part: str, question: Question, links: Links) -> None:
    if part == "Kept plans":
        plans.show(question, links)
    elif part == "Share":
        plans.share(links)
    elif part == "History":
        told.show(question)
    else:
        _about(question)


def _about(question: Question) -> None:
    """Say which project is open, where it lies and what is in it."""
    project, ledger = question.project, question.project.ledger()
    facts, last = project.facts, project.history().iloc[0]
    base = facts.base.name if facts.base.name == facts.base.postcode else f"{facts.base.name} {facts.base.postcode}"
    st.markdown(
        f"**{words.plain(facts.name)}** is open: {words.plain(facts.county)}, base {words.plain(base.strip())}. "
        f"{words.count(int(ledger['accepted'].sum()), 'row')} accepted from {words.count(len(ledger), 'file')}, "
        f"{words.count(len(project.scenarios()), 'plan')} kept."
    )
    st.caption("Its folder on this machine:")
    st.code(str(project.folder.resolve()), language=None)
    kept = f"at most {project.retention} months" if project.retention else "without a limit"
    done = " ".join(filter(None, (last["what"], last["file"], f"by {last['by']}" if last["by"] else "")))
    st.caption(
        words.plain(f"Last change {_at(last['at'])} UTC: {done}. Records are kept {kept} (Data, History). ")
        + "All of the project is in this folder: copy the folder to hand it on, and it opens elsewhere as it is."
    )


def _open(question: Question | None) -> None:
    """Ask for a folder, or one of the recent projects, or the demonstration."""
    if not opening.is_on_this_machine():
        st.info(NOT_LOCAL)
        return
    st.caption(LOCAL)
    with st.form("open"):
        text = st.text_input("Folder of a project (its whole path)", key="open-folder")
        if st.form_submit_button("Open"):
            project = open_project(opening.folder_of(text))
            opening.change_to(project, f"{project.facts.name} is open.")
    if st.button("Open the Northamptonshire demonstration"):
        with st.spinner("Making the demonstration, once …"):
            project = demonstration_project()
        opening.change_to(project, f"{project.facts.name} is open; its records are invented.")
    st.markdown("##### Recent projects")
    recent = read_recent()
    if not recent:
        st.caption("None yet. Each project that is opened is listed here, by its folder and the time alone.")
    here = question.project.folder.resolve() if question else None
    for number, one in enumerate(recent):
        _recent(number, one, is_open=one.folder == here)


def _recent(number: int, one: Recent, *, is_open: bool) -> None:
    """Show one recent project, or that it has vanished."""
    text, opened, gone = st.columns([5, 1, 1.4], vertical_alignment="center")
    project = one.open()
    name = project.facts.name if project else "Not there any more, or no project"
    text.markdown(f"**{words.plain(name)}**  \n:gray[{words.plain(str(one.folder))}, opened {_at(one.opened_at)} UTC]")
    if is_open:
        opened.markdown("open now")
    elif project and opened.button("Open", key=f"recent-{number}", width="stretch", help=f"Open {words.plain(name)}"):
        opening.change_to(project, f"{name} is open.")
    if gone.button("Take from the list", key=f"forget-{number}", width="stretch", help="The folder is left alone."):
        forget(one.folder)
        say(f"{one.folder} was taken from the list; the folder itself is as it was.")


def _new() -> None:
    """Ask for what a new project needs: county, base and folder."""
    if not opening.is_on_this_machine():
        st.info(NOT_LOCAL)
        return
    st.caption(f"{LOCAL} The folder must be a new or an empty one.")
    with st.form("new"):
        left, right = st.columns(2)
        county = left.selectbox("County", counties(), key="new-county", help="Another: triage-map data COUNTY")
        postcode = right.text_input("Unit postcode of the base", key="new-base", help=BASE)
        name = left.text_input("Name of the project", key="new-name", help=NAMED)
        folder = right.text_input("New folder (its whole path)", str(_first_folder()), key="new-folder")
        if st.form_submit_button("Make the project", type="primary"):
            if not postcode.strip():
                raise ProjectError("no project was made: give the unit postcode of the base, as NN1 1DE")
            project = new_project(opening.folder_of(folder), str(county), postcode, name)
            opening.change_to(project, f"{project.facts.name} was made and is open: bring files in on the page Data.")


def _first_folder() -> Path:
    """Propose a folder that is not there yet, among the user's documents."""
    documents = Path(platformdirs.user_documents_dir())
    offered = (documents / (f"triage-map-{number}" if number > 1 else "triage-map") for number in range(1, 1000))
    return next((folder for folder in offered if not folder.exists()), documents)


def _at(time: str) -> str:
    return f"{pd.Timestamp(time):%d %b %Y %H:%M}"
