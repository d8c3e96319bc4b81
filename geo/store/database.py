"""
The project's database: its tables, and the ways to open it, each for one transaction that is kept whole or not at all.

A rollback journal, because it is safe on network drives where a write-ahead log is not; every write waits for the
disk, and what is deleted is overwritten with zeros.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from geo.errors import ProjectError
from geo.tables import LOCATED_COLUMNS, SHIFT_COLUMNS, Column

DATABASE = "project.sqlite"
FORMAT = 2
BUSY_SECONDS = 10.0
"""How long to wait for another program that writes into the same project."""

_LITTLE_SPACE = 2**20
_FULL = {sqlite3.SQLITE_FULL}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


def _columns(columns: tuple[Column, ...]) -> str:
    return ", ".join(f'"{column.name}" {_type(column)}' for column in columns)


def _type(column: Column) -> str:
    if column.name == "row":
        return "INTEGER"
    return "REAL" if column.kind == "number" else "TEXT"


_SCHEMA = f"""
CREATE TABLE facts (word TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL, imported_at TEXT NOT NULL,
  rows_read INTEGER NOT NULL, accepted INTEGER NOT NULL, quarantined INTEGER NOT NULL, refused INTEGER NOT NULL,
  erased INTEGER NOT NULL, columns TEXT NOT NULL, day_order TEXT NOT NULL,
  CHECK (rows_read = accepted + quarantined + refused + erased AND erased >= 0)
);
CREATE TABLE notices (sentence TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES files);
CREATE TABLE incidents ({_columns(LOCATED_COLUMNS)}, held INTEGER NOT NULL, sha256 TEXT NOT NULL REFERENCES files);
CREATE TABLE shifts (
  {_columns(SHIFT_COLUMNS)}, record TEXT NOT NULL, held INTEGER NOT NULL, sha256 TEXT NOT NULL REFERENCES files
);
CREATE TABLE left_out (
  state TEXT NOT NULL CHECK (state IN ('quarantined', 'refused')), incident_id TEXT NOT NULL, file TEXT NOT NULL,
  sheet TEXT NOT NULL, "row" INTEGER NOT NULL, reason TEXT NOT NULL, suggestion TEXT NOT NULL, text TEXT NOT NULL,
  fields TEXT NOT NULL, repeats TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES files
);
CREATE TABLE received (
  claim TEXT NOT NULL, content TEXT NOT NULL, record TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES files
);
CREATE TABLE doubts (
  incident_id TEXT NOT NULL, sheet TEXT NOT NULL, "row" INTEGER NOT NULL, field TEXT NOT NULL, entry TEXT NOT NULL,
  read_as TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES files
);
CREATE TABLE mends (
  incident_id TEXT NOT NULL, field TEXT NOT NULL, recorded TEXT NOT NULL, mended TEXT NOT NULL, mended_at TEXT NOT NULL,
  PRIMARY KEY (incident_id, field)
);
CREATE TABLE discards (
  incident_id TEXT PRIMARY KEY, content TEXT NOT NULL, reason TEXT NOT NULL, discarded_at TEXT NOT NULL
);
CREATE TABLE mappings (source TEXT NOT NULL, mapping TEXT NOT NULL, saved_at TEXT NOT NULL);
CREATE TABLE matches (
  first_id TEXT NOT NULL, second_id TEXT NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('same', 'different')),
  decided_at TEXT NOT NULL, PRIMARY KEY (first_id, second_id)
);
CREATE TABLE places (
  names TEXT NOT NULL, postcode TEXT NOT NULL, easting REAL, northing REAL, uncertainty_metres REAL,
  sensitive INTEGER NOT NULL
);
CREATE TABLE erasures (mark TEXT PRIMARY KEY, erased_at TEXT NOT NULL);
CREATE TABLE history (
  at TEXT NOT NULL, what TEXT NOT NULL, file TEXT NOT NULL, detail TEXT NOT NULL, "by" TEXT NOT NULL DEFAULT ''
);
CREATE TABLE scenarios (name TEXT PRIMARY KEY, toml TEXT NOT NULL);
CREATE UNIQUE INDEX incident_by_id ON incidents (incident_id);
CREATE UNIQUE INDEX shift_by_record ON shifts (record);
CREATE INDEX incident_by_file ON incidents (sha256);
CREATE INDEX shift_by_file ON shifts (sha256);
CREATE INDEX left_out_by_id ON left_out (incident_id);
CREATE INDEX left_out_by_repeat ON left_out (repeats);
CREATE INDEX left_out_by_file ON left_out (sha256);
CREATE INDEX received_by_claim ON received (claim);
CREATE INDEX received_by_record ON received (record);
CREATE INDEX received_by_file ON received (sha256);
CREATE INDEX doubt_by_id ON doubts (incident_id);
PRAGMA user_version = {FORMAT};
"""
"""
``held`` rows were read well but another record claims their reference, or their time and place: they wait in
``left_out`` and count as quarantined. ``received`` is what came in, for finding it again in a later file: its reference
(or the digest of its cells and, in a line after it, that of its time and place), a keyed digest of its contents, and
the record that it became. ``repeats`` names the record that a refused row repeats.
"""


def initialise(folder: Path, facts: Mapping[str, str]) -> None:
    """Make the database of a new project."""
    with _connected(folder, "rwc") as database:
        database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        with database:
            database.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the database as it stands at one moment, for reading."""
    with _connected(folder, "rw" if os.access(folder, os.W_OK) else "ro") as database:
        database.execute("BEGIN")
        yield database


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """
    Open the database for one transaction: all of it is kept when the block ends well, none when it does not.

    Raises
    ------
    ProjectError
        If the folder cannot be written, the disk is full, or another program writes; the old state is kept.
    """
    with _connected(folder, "rw") as database:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")


def rewrite(folder: Path) -> None:
    """
    Write the database anew, so that no page of it holds anything deleted.

    Raises
    ------
    ProjectError
        If there is no room for that; what was deleted was overwritten with zeros before, and stays deleted.
    """
    try:
        with _connected(folder, "rw") as database:
            database.execute("VACUUM")
    except ProjectError as error:
        raise ProjectError(
            f"the records are gone from {folder}, but it could not be packed afterwards, for want of room: free some "
            "space and do it again"
        ) from error


def format_of(folder: Path) -> int:
    """Give the format of the database in a folder."""
    with reading(folder) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _connected(folder: Path, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"{(folder / DATABASE).resolve().as_uri()}?mode={mode}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)) as database:
            for setting in ("synchronous = EXTRA", "secure_delete = ON", "temp_store = MEMORY", "trusted_schema = OFF"):
                database.execute(f"PRAGMA {setting}")
            database.execute("PRAGMA foreign_keys = ON")
            yield database
    except sqlite3.Error as error:
        raise _in_words(folder, error) from error


def _in_words(folder: Path, error: sqlite3.Error) -> ProjectError:
    """Say what went wrong with the database in one sentence, and what to do."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _FULL or (code == sqlite3.SQLITE_IOERR and _is_nearly_full(folder)):
        return ProjectError(f"the disk that holds {folder} is full; nothing was changed: free some space and try again")
    if code in _BUSY:
        return ProjectError(f"another program is writing into {folder}; nothing was changed: try again in a minute")
    if code in _READ_ONLY and (folder / DATABASE).exists():
        return ProjectError(f"{folder} cannot be written; nothing was changed: choose a folder in which you may write")
    if code == sqlite3.SQLITE_IOERR:
        return ProjectError(
            f"the disk that holds {folder} could not be written ({error}); nothing was changed: check that it is there "
            "and has room"
        )
    return damaged(folder, str(error))


def _is_nearly_full(folder: Path) -> bool:
    return folder.exists() and shutil.disk_usage(folder).free < _LITTLE_SPACE


def damaged(folder: Path, reason: str) -> ProjectError:
    """Say that a project cannot be used."""
    return ProjectError(
        f"the project in {folder} is damaged and cannot be used ({reason}); check the folder or restore a copy"
    )
