"""Upload: files as received, read on this machine and kept in this session until their columns are approved."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo.errors import GeoError
from geo.incidents.recognise import Proposal, propose_columns
from geo.places.named import PlaceList
from geo.store.intake import SYNTHETIC
from geo.ui import words
from geo.ui.answers import Question
from geo.ui.frame import say

DEMONSTRATION = (
    "This is a demonstration, and its records are invented: it takes no files. Make a project of your own on the page "
    "Project, part New project, which the project's name opens; or with `triage-map new`."
)
KINDS = ["csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that was read and waits for its columns to be approved; ``name`` is shown and never used as a path."""

    name: str
    source: str
    content: bytes
    proposals: tuple[Proposal, ...]

    @property
    def key(self) -> str:
        """Tell this file from others in the names of widgets."""
        return hashlib.sha256(self.content).hexdigest()[:12]

    @property
    def is_shift_log(self) -> bool:
        """Say whether the file is a shift log, not an extract of incidents."""
        return not any(proposal.kind == "incidents" for proposal in self.proposals)


def waiting() -> list[Waiting]:
    """Give the files of this session that wait for approval."""
    found: list[Waiting] = st.session_state.setdefault("waiting", [])
    return found


@contextmanager
def as_file(name: str, content: bytes) -> Iterator[Path]:
    """Write an upload where a reader can open it, under a name of our own, and remove it afterwards."""
    ending = PurePosixPath(name.lower()).suffix
    with tempfile.TemporaryDirectory(prefix="triage-map-") as folder:
        file = Path(folder) / f"upload{ending if ending[1:] in KINDS else ''}"
        file.write_bytes(content)
        yield file


def show(question: Question) -> None:
    """Show the step; a demonstration takes no files, so that invented and real records never stand together."""
    if question.project.facts.synthetic in SYNTHETIC.values():
        st.info(DEMONSTRATION)
        return
    st.caption(
        "Bring in extracts and shift logs as they are. They are read on this machine; nothing leaves it. The next step "
        "shows what each column was taken for, before anything is kept."
    )
    source = st.selectbox(
        "Source of these extracts",
        list(words.SOURCES),
        format_func=words.SOURCES.__getitem__,
        key="upload-source",
        help="Who kept the record. A shift log is recognised by itself.",
    )
    files = st.file_uploader(
        "Extracts and shift logs (CSV, TSV, XLSX, XLS, ODS; at most 50 MB each)", KINDS, accept_multiple_files=True
    )
    if st.button("Read the files", type="primary", disabled=not files):
        _read(question, list(files), source)
    _places(question)


def _read(question: Question, files: list[UploadedFile], source: str) -> None:
    """Read each file and keep it with what its columns look like; say in words which could not be read."""
    saved = question.project.mappings(source)
    read: list[Waiting] = []
    with st.status("Reading the files …", expanded=True) as status:
        for number, file in enumerate(files, start=1):
            status.update(label=f"Reading file {number} of {len(files)} …")
            try:
                with as_file(file.name, file.getvalue()) as path:
                    proposals = propose_columns(path, source=source, saved=saved)
            except GeoError as problem:
                st.error(words.plain(f"{file.name}: {problem}".replace(f"{path.name} ", "", 1)))
                continue
            read.append(Waiting(file.name, source, file.getvalue(), proposals))
        status.update(label=f"Read {words.count(len(read), 'file')} of {len(files)}", state="complete")
    known = {one.key for one in read}
    st.session_state["waiting"] = [*read, *(one for one in waiting() if one.key not in known)]
    if len(read) == len(files):
        st.session_state["next-step"] = "Columns"
        st.rerun()


def _places(question: Question) -> None:
    """Show the project's own list of named places, and take a new one."""
    project = question.project
    with st.expander(f"Your own list of places: {words.count(len(project.places.places), 'place')}"):
        st.caption(
            "Motorway junctions, marker posts, bridges, custody suites: whatever records name without a postcode. A "
            "table with the columns name (several spellings with ; between), and postcode, or easting and northing, or "
            "grid reference; uncertainty metres and sensitive (yes or no). Without a no, the place never leaves this "
            "project."
        )
        file = st.file_uploader("List of places (CSV or XLSX)", ["csv", "tsv", "xlsx"], key="places-file")
        if st.button("Use this list", disabled=file is None) and file is not None:
            with as_file(file.name, file.getvalue()) as path:
                places = PlaceList.read(path)
            moved = project.set_places(places)
            say(
                f"{words.count(len(places.places), 'place')} will be looked for in records that have no postcode; "
                f"{words.count(moved, 'incident')} got another place."
            )
