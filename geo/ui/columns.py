"""Columns: what each column of a file was taken for, approved or changed before anything is kept."""

from typing import Literal

import streamlit as st

from geo.errors import GeoError
from geo.incidents.columns import FIELDS, ColumnMapping
from geo.incidents.recognise import ColumnGuess, Proposal
from geo.places.postcodes import Gazetteer
from geo.store.intake import import_file
from geo.ui import upload, words
from geo.ui.answers import Question
from geo.ui.frame import say
from geo.ui.upload import Waiting

ORDERS: dict[Literal["", "day", "month"], str] = {
    "": "as the file shows",
    "day": "day first (03/04 is 3 April)",
    "month": "month first (03/04 is 4 March)",
}


def show(question: Question) -> None:
    """Show the step."""
    waiting = upload.waiting()
    if not waiting:
        st.info("No file waits for approval. Bring files in with the step Upload; what was approved is remembered.")
        return
    for file in waiting:
        with st.container(border=True):
            _one(question, file)


def _one(question: Question, file: Waiting) -> None:
    """Show one file: what it is, what its columns are, and the button that imports it."""
    rows = sum(proposal.rows for proposal in file.proposals)
    what = "shift log" if file.is_shift_log else words.SOURCES[file.source]
    st.markdown(f"**{words.plain(file.name)}** · {what} · {words.count(rows, 'row')} below the headings")
    mapping = None if file.is_shift_log else _ask_mapping(file)
    take, leave, _ = st.columns([1.2, 1, 4])
    if take.button("Import this file", type="primary", key=f"import-{file.key}"):
        _import(question, file, mapping)
    if leave.button("Leave it out", key=f"leave-{file.key}"):
        upload.waiting().remove(file)
        say(f"{file.name} was not imported.")


def _ask_mapping(file: Waiting) -> ColumnMapping:
    """Ask about every column that is not certain; the certain ones stand folded below, and can be changed too."""
    guesses = _guesses(file.proposals)
    doubtful = [guess for guess in guesses if not guess.certain]
    certain = [guess for guess in guesses if guess.certain]
    chosen: dict[str, str] = {}
    if doubtful:
        st.caption(f"Please look at {words.count(len(doubtful), 'column')}:")
    for guess in doubtful:
        chosen[guess.heading] = _ask(guess, file.key)
    with st.expander(f"{words.count(len(certain), 'column')} recognised", expanded=not doubtful):
        for guess in certain:
            chosen[guess.heading] = _ask(guess, file.key)
    order = _ask_order(file)
    return ColumnMapping(tuple((guess.heading, chosen[guess.heading]) for guess in guesses), order)


def _guesses(proposals: tuple[Proposal, ...]) -> list[ColumnGuess]:
    """Give the columns of all sheets, each heading once."""
    found: dict[str, ColumnGuess] = {}
    for proposal in proposals:
        if proposal.kind == "incidents":
            found = {guess.heading: guess for guess in proposal.guesses} | found
    return list(found.values())


def _ask(guess: ColumnGuess, key: str) -> str:
    """Show one column with some of its values, and ask which field it is."""
    heading, field, entries, why = st.columns([1.6, 2, 2.4, 1.6], vertical_alignment="center")
    heading.markdown(f"**{words.plain(guess.heading)}**")
    entries.caption(words.plain(", ".join(guess.sample[:3])[:60]))
    options = ["", *FIELDS]
    chosen = field.selectbox(
        f"Field of the column {words.label(guess.heading)}",
        options,
        index=options.index(guess.field),
        format_func=words.FIELDS.__getitem__,
        key=f"field-{key}-{guess.heading}",
        label_visibility="collapsed",
    )
    why.caption(words.plain(guess.because))
    return str(chosen)


def _ask_order(file: Waiting) -> Literal["", "day", "month"]:
    """Ask for the order of day and month; a file whose dates say both must be told."""
    proposal = next(proposal for proposal in file.proposals if proposal.kind == "incidents")
    if proposal.day_order == "mixed":
        st.warning(words.plain(proposal.day_order_because))
    order = st.radio(
        "Dates such as 03/04/2016",
        list(ORDERS),
        format_func=lambda name: f"{ORDERS[name]}: {proposal.day_order} first" if not name else ORDERS[name],
        horizontal=True,
        key=f"order-{file.key}",
        help=words.plain(proposal.day_order_because),
    )
    return order or ""


def _import(question: Question, file: Waiting, mapping: ColumnMapping | None) -> None:
    """Import one file with its approved columns, in steps that are said."""
    project = question.project
    with st.status(f"Importing {words.plain(file.name)}: reading, placing, keeping …") as status:
        try:
            with upload.as_file(file.name, file.content) as path:
                imported = import_file(project, path, file.source, Gazetteer.default(), name=file.name, columns=mapping)
        except GeoError:
            status.update(label=f"{words.plain(file.name)} was not imported", state="error")
            raise
        status.update(label=f"{words.plain(file.name)} is done", state="complete")
    upload.waiting().remove(file)
    if imported is None:
        say(f"{file.name} was imported before; nothing changed.")
    else:
        st.session_state["next-step"] = "Columns" if upload.waiting() else "Mend"
        say(f"{file.name}: {imported}", *imported.faults)
