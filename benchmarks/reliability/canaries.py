"""
Plant strings of our own wherever a project keeps text from files, and search them in the bytes of what leaves.

    python -m benchmarks.reliability canaries

Layers are exported in every format, and briefs drawn up, in partner and release mode. What is packed is unpacked before
it is searched: members of XLSX and DOCX, rows of GeoPackage, pages of Parquet. A working copy shows that the search
finds what is there.
"""

import random
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.reliability.bound import at_most
from geo.release import report
from geo.release.export import FORMATS, export_project
from geo.release.report import make_brief, write_brief
from geo.scenarios.presets import presets
from geo.store.database import DATABASE
from geo.store.intake import make_demonstration
from geo.store.project import Project
from geo.tables import LOCATED_COLUMNS

CANARIES = 100
SEED = 136
MODES = ("partner", "release")
FIGURED = {"shift_id", "district", "district_2021", "lsoa"}
"""Text that figures are made from: it would leave nothing to export."""
COLUMNS = {
    "incidents": [column.name for column in LOCATED_COLUMNS if column.kind == "text" and column.name not in FIGURED],
    "shifts": ["crew_roles", "note"],
    "files": ["name"],
    "notices": ["sentence"],
    "left_out": ["incident_id", "file", "sheet", "reason", "suggestion", "text"],
    "history": ["file", "detail"],
}
"""Where a project keeps text from files."""


@dataclass(frozen=True, slots=True)
class Search:
    """How many strings stood in a project, in what was searched, and the files and logs in which one was found."""

    planted: int
    drawn: int
    searched: tuple[str, ...]
    found: tuple[str, ...]
    working: int
    found_in_working: int


def section() -> str:
    """Measure, and give the figures as a section of the reliability page."""
    with tempfile.TemporaryDirectory(prefix="triage-map-canaries-") as name:
        year = make_demonstration(Path(name) / "year", "northamptonshire")
        of = search_canaries(year, Path(name))
    return f"""## Planted strings

{of.planted:,} strings of our own stood in {sum(map(len, COLUMNS.values()))} columns of text of
{len(COLUMNS)} tables of a project. {of.drawn} of them, drawn at random, and what all begin with were searched, as UTF-8
and UTF-16, in the bytes of {len(of.searched)} files and logs: layers in {len(FORMATS)} formats and briefs in
{len(report.FORMATS)} with their manifests, in partner and release mode, unpacked where packed, and the log of exports.
Files and logs in which one was found: {len(of.found)}{"".join(f", {name}" for name in of.found)}. Of the strings drawn
{0 if not of.found else "some"} of {of.drawn} left, so with 95% confidence {at_most(len(of.found), of.drawn)} of such
strings. In a working copy of the incidents, where they belong, the same search finds them in {of.found_in_working} of
{of.working} files.
"""


def search_canaries(year: Project, folder: Path) -> Search:
    """Plant strings in a copy of a project, export it in every format and protected mode, and search them."""
    mine = Project(shutil.copytree(year.folder, folder / "planted"))
    strings = _planted(mine.folder / DATABASE)
    drawn = random.Random(SEED).sample(strings, CANARIES)  # noqa: S311 - strings, not secrets
    looked = [text.encode(coding) for text in [*drawn, "CANARY"] for coding in ("utf-8", "utf-16-le")]
    for mode in MODES:
        export_project(mine, folder / mode, formats=list(FORMATS), mode=mode)
        brief = make_brief(mine, list(presets(mine.facts.base).values())[:2], mode)
        for ending in report.FORMATS:
            write_brief(brief, folder / mode / f"brief{ending}", folder / mode / f"brief{ending}.json")
    export_project(mine, folder / "working", ["incidents"], ["gpkg", "csv", "xlsx", "parquet"], "working")
    files = [path for mode in MODES for path in sorted((folder / mode).iterdir())]
    held = [(f"{path.parent.name} {path.name}", _bytes(path)) for path in files]
    held += [("log of exports", mine.exports().to_csv().encode())]
    open_to = [path for path in (folder / "working").iterdir() if path.stem in ("incidents", "triage-map")]
    return Search(
        planted=len(strings),
        drawn=len(drawn),
        searched=tuple(name for name, _ in held),
        found=tuple(name for name, content in held if any(one in content for one in looked)),
        working=len(open_to),
        found_in_working=sum(b"CANARYincidentsreference1X" in _bytes(path) for path in open_to),
    )


def _planted(database: Path) -> list[str]:
    """Put a string of its own into every row of the columns, and give them all."""
    strings: list[str] = []
    with closing(sqlite3.connect(database)) as opened, opened:
        for table, names in COLUMNS.items():
            settings = ", ".join(f"{name} = 'CANARY{table}{name}' || rowid || 'X'" for name in names)
            opened.execute(f"UPDATE {table} SET {settings}")  # noqa: S608 - our own names
            rows = [row for (row,) in opened.execute(f"SELECT rowid FROM {table}")]  # noqa: S608 - our own names
            strings += [f"CANARY{table}{name}{row}X" for name in names for row in rows]
    return strings


def _bytes(path: Path) -> bytes:
    """Give the bytes of a file, and of what is packed in it."""
    return path.read_bytes() + b"\n".join(_unpacked(path))


def _unpacked(path: Path) -> Iterator[bytes]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            yield from map(packed.read, packed.namelist())
    if path.suffix == ".parquet":
        yield pd.read_parquet(path).to_csv().encode()
    if path.suffix == ".gpkg":
        with closing(sqlite3.connect(path)) as opened:
            for (table,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                yield repr(opened.execute(f'SELECT * FROM "{table}"').fetchall()).encode()  # noqa: S608 - our own names
