"""
The log of exports: who made which, when, and what stood behind the counts that left.

The tables are made when they are first needed, so that older projects open as they are. Records are kept as keyed
marks, as for erasing: without the project's key and the record's id nothing can be read from one, and the comparison
with later releases still holds after the record is erased. Exports are no change of the project, so they stand here and
not in its history.
"""

import hmac
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from geo.release.ledger import Cell, Release
from geo.store.facts import secret
from geo.store.frames import texts

_MARK_BYTES = 8
"""Of 10 million records, two have the same mark with a chance of 3 in a million."""

_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS exports (
      number INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, mode TEXT NOT NULL, selection TEXT NOT NULL,
      layers TEXT NOT NULL, formats TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS released (
      export INTEGER NOT NULL REFERENCES exports, area TEXT NOT NULL, measure TEXT NOT NULL, shown INTEGER,
      marks BLOB NOT NULL
    )
    """,
)


@dataclass(frozen=True, slots=True)
class Made:
    """Who made an export, of which layers and in which formats, as the log says it."""

    by: str
    layers: str
    formats: str


def log_export(
    database: sqlite3.Connection,
    release: Release,
    check: Callable[[Release, Sequence[Release]], None],
    made: Made,
) -> None:
    """
    Check a release against all before it and add it to the log; the ``marks`` of its cells are still incident ids.

    The counts of a release that left before just so are not kept twice.
    """
    earlier = read_releases(database)
    marked = replace(release, cells=tuple(_marked(cell, secret(database)) for cell in release.cells))
    check(marked, earlier)
    for statement in _TABLES:
        database.execute(statement)
    number = database.execute(
        "INSERT INTO exports (at, by, mode, selection, layers, formats) VALUES (?, ?, ?, ?, ?, ?)",
        (release.at, made.by, release.mode, release.selection, made.layers, made.formats),
    ).lastrowid
    if any(replace(one, at=marked.at) == marked for one in earlier):
        return
    database.executemany(
        "INSERT INTO released VALUES (?, ?, ?, ?, ?)",
        [(number, cell.area, cell.measure, cell.shown, _packed(cell.marks)) for cell in marked.cells],
    )


def _marked(cell: Cell, key: bytes) -> Cell:
    """Give a cell with a keyed mark for each incident in place of its id."""
    digests = (hmac.digest(key, f"released {one}".encode("utf-8", "surrogatepass"), "sha256") for one in cell.marks)
    return replace(cell, marks=frozenset(digest[:_MARK_BYTES].hex() for digest in digests))


def _packed(marks: frozenset[str]) -> bytes:
    return bytes.fromhex("".join(sorted(marks)))


def read_releases(database: sqlite3.Connection) -> tuple[Release, ...]:
    """Give the releases with counts, oldest first."""
    if not _is_made(database):
        return ()
    cells: dict[int, list[Cell]] = {}
    for export, area, measure, shown, marks in database.execute("SELECT * FROM released ORDER BY rowid"):
        parts = frozenset(marks[at : at + _MARK_BYTES].hex() for at in range(0, len(marks), _MARK_BYTES))
        cells.setdefault(export, []).append(Cell(area, measure, shown, parts))
    lines = database.execute("SELECT number, at, mode, selection FROM exports ORDER BY number").fetchall()
    return tuple(
        Release(at, mode, selection, tuple(cells[number])) for number, at, mode, selection in lines if number in cells
    )


def read_exports(database: sqlite3.Connection) -> pd.DataFrame:
    """Give the log, newest first: at (UTC), by, mode, selection, layers, formats."""
    columns = ["at", "by", "mode", "selection", "layers", "formats"]
    if not _is_made(database):
        return pd.DataFrame(columns=columns, dtype="str")
    return texts(database, f"SELECT {', '.join(columns)} FROM exports ORDER BY number DESC")  # noqa: S608 - our own names


def _is_made(database: sqlite3.Connection) -> bool:
    found = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'exports'").fetchone()
    return found is not None
