"""
A project: a folder with ``project.sqlite`` and, beside it, road networks and the files as received.

The database is the record. Every import is one transaction, so a file is in it whole or not at all; the same file
twice changes nothing.
"""

import hashlib
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo import crs
from geo.deployment.shifts import ShiftLog
from geo.errors import ProjectError
from geo.incidents.read import Extract
from geo.places.bases import Base
from geo.tables import LOCATED_COLUMNS, LONDON, SHIFT_COLUMNS, Column, check, names

DATABASE = "project.sqlite"
ROADS = "roads.net"
_FORMAT = 1
_LEFT_OUT = ["state", "file", "row", "reason", "suggestion", "text"]
_SQL_TYPES = {"number": "REAL"}


def _columns(columns: tuple[Column, ...]) -> str:
    return ", ".join(f'"{column.name}" {_SQL_TYPES.get(column.kind, "TEXT")}' for column in columns)


_SCHEMA = f"""
CREATE TABLE facts (word TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL, imported_at TEXT NOT NULL,
  rows_read INTEGER NOT NULL, accepted INTEGER NOT NULL, quarantined INTEGER NOT NULL, refused INTEGER NOT NULL,
  CHECK (rows_read = accepted + quarantined + refused)
);
CREATE TABLE incidents ({_columns(LOCATED_COLUMNS)}, sha256 TEXT NOT NULL REFERENCES files);
CREATE TABLE shifts ({_columns(SHIFT_COLUMNS)}, sha256 TEXT NOT NULL REFERENCES files);
CREATE TABLE left_out (
  state TEXT NOT NULL CHECK (state IN ('quarantined', 'refused')), file TEXT NOT NULL, "row" INTEGER NOT NULL,
  reason TEXT NOT NULL, suggestion TEXT NOT NULL, text TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES files
);
CREATE TABLE scenarios (name TEXT PRIMARY KEY, toml TEXT NOT NULL);
PRAGMA user_version = {_FORMAT};
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a project is about: its name, county, base, and the words that label it when it is synthetic."""

    name: str
    county: str
    base: Base
    synthetic: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """An open project. It holds only its path, so it pickles and carries no open file."""

    folder: Path

    @property
    def roads(self) -> Path:
        """Where the project keeps its road network, if it has one of its own."""
        return self.folder / ROADS

    @property
    def version(self) -> str:
        """A digest of all imported files, the facts and the roads: the key under which answers may be kept."""
        with _open(self.folder) as database:
            rows = [
                *database.execute("SELECT sha256 FROM files ORDER BY sha256"),
                *database.execute("SELECT * FROM facts ORDER BY word"),
            ]
        stamp = self.roads.stat().st_mtime_ns if self.roads.exists() else 0
        return hashlib.sha256(repr((rows, stamp)).encode()).hexdigest()[:16]

    @property
    def facts(self) -> Facts:
        """What the project is about."""
        with _open(self.folder) as database:
            found = dict(database.execute("SELECT word, value FROM facts"))
        try:
            point = float(found["base_easting"]), float(found["base_northing"])
            base = Base(found["base_name"], *point, found["base_postcode"])
            return Facts(found["name"], found["county"], base, found["synthetic"])
        except (KeyError, ValueError) as error:
            raise _damaged(self.folder, f"its facts are not whole: {error}") from error

    @property
    def person_secret(self) -> bytes:
        """The key of the project's person keys; it never leaves the project."""
        with _open(self.folder) as database:
            found = database.execute("SELECT value FROM facts WHERE word = 'person_secret'").fetchone()
        if found is None:
            raise _damaged(self.folder, "it has lost the key of its persons")
        return bytes.fromhex(found[0])

    def incidents(self) -> gpd.GeoDataFrame:
        """
        Give every accepted incident of every file, located where it could be, as points on the British National Grid.
        """
        frame = self._table("incidents", LOCATED_COLUMNS)
        points = gpd.points_from_xy(frame["easting"], frame["northing"], crs=crs.GRID)
        points[frame["easting"].isna().to_numpy()] = None
        return gpd.GeoDataFrame(frame.assign(point=points), geometry="point")

    def shifts(self) -> pd.DataFrame:
        """Give the shift log, oldest first."""
        return self._table("shifts", SHIFT_COLUMNS).sort_values("start", ignore_index=True)

    def ledger(self) -> pd.DataFrame:
        """Give one row a file: when it was imported, and read = accepted + quarantined + refused."""
        with _open(self.folder) as database:
            return pd.read_sql("SELECT * FROM files ORDER BY imported_at, name", database)

    def imported_as(self, file: Path) -> str:
        """Give the source under which the same file was imported before, or the empty string."""
        with _open(self.folder) as database:
            found = database.execute("SELECT source FROM files WHERE sha256 = ?", (_digest(file),)).fetchone()
        return str(found[0]) if found else ""

    def left_out(self) -> pd.DataFrame:
        """Give every row that was quarantined or refused, with its reason and a suggestion."""
        with _open(self.folder) as database:
            return pd.read_sql('SELECT * FROM left_out ORDER BY file, "row"', database)

    def scenarios(self) -> dict[str, str]:
        """Give the saved scenarios by name, as TOML."""
        with _open(self.folder) as database:
            return dict(database.execute("SELECT name, toml FROM scenarios ORDER BY name"))

    def save_scenario(self, name: str, toml: str) -> None:
        """Keep a scenario under its name; one of that name is replaced."""
        with _open(self.folder) as database:
            database.execute("INSERT OR REPLACE INTO scenarios VALUES (?, ?)", (name, toml))

    def mark_synthetic(self, words: str) -> None:
        """Label the project as synthetic, unless it says so already; one synthetic file is enough."""
        with _open(self.folder) as database:
            database.execute("UPDATE facts SET value = ? WHERE word = 'synthetic' AND value = ''", (words,))

    def add_extract(self, file: Path, extract: Extract, located: pd.DataFrame) -> bool:
        """
        Import one extract whole: its located incidents, and what was left out with reasons.

        Returns
        -------
        False when the same file was imported before; then nothing changes.
        """
        incidents = check(located, LOCATED_COLUMNS, f"the located incidents of {extract.file}")
        counts = (extract.rows_read, len(extract.accepted), len(extract.quarantined), len(extract.refused))
        return self._add(file, extract.source, counts, [("incidents", incidents), ("left_out", _left_out(extract))])

    def add_shift_log(self, file: Path, log: ShiftLog) -> bool:
        """Import a shift log whole; False when the same file was imported before."""
        shifts = check(log.frame, SHIFT_COLUMNS, f"the shift log {file.name}")
        refused = log.left_out.assign(state="refused", file=file.name, suggestion="")[_LEFT_OUT]
        counts = (log.rows_read, len(shifts), 0, len(refused))
        return self._add(file, "shift_log", counts, [("shifts", shifts), ("left_out", refused)])

    def _add(self, file: Path, source: str, counts: tuple[int, ...], tables: list[tuple[str, pd.DataFrame]]) -> bool:
        digest = _digest(file)
        with _open(self.folder) as database:
            if database.execute("SELECT 1 FROM files WHERE sha256 = ?", (digest,)).fetchone():
                return False
            now = datetime.now(UTC).isoformat(timespec="seconds")
            database.execute(
                "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (digest, file.name, source, now, *counts)
            )
            for table, frame in tables:
                _as_text(frame).assign(sha256=digest).to_sql(table, database, if_exists="append", index=False)
        return True

    def _table(self, table: str, columns: tuple[Column, ...]) -> pd.DataFrame:
        wanted = ", ".join(f'"{name}"' for name in names(columns))
        with _open(self.folder) as database:
            frame = pd.read_sql(f"SELECT {wanted} FROM {table}", database)  # noqa: S608 - names of our own contract
        try:
            frame = _from_text(frame, columns)
        except ValueError as error:
            raise _damaged(self.folder, f"a value in {table} cannot be read: {error}") from error
        return check(frame, columns, f"the project's {table}")


def create_project(folder: Path, facts: Facts, fill: Callable[[Project], None] = lambda _: None) -> Project:
    """
    Make a new project in ``folder``, which must be absent or empty, whole or not at all.

    ``fill`` may import files into it before it appears under its name.

    Raises
    ------
    ProjectError
        If the folder is occupied or cannot be written; nothing is left behind.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(f"{folder} is not empty; choose a folder that does not exist yet")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        _initialise(building, facts)
        fill(Project(building))
        building.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        building.replace(folder)
    except OSError as error:
        if isinstance(error, ProjectError):
            raise
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Project(folder)


def open_project(folder: Path) -> Project:
    """
    Open the project in ``folder``.

    Raises
    ------
    ProjectError
        If there is none, or it was made by a newer Triage Map.
    """
    if not (folder / DATABASE).is_file():
        raise ProjectError(f"{folder} holds no project (no {DATABASE}); make one with: triage-map demo {folder}")
    with _open(folder) as database:
        found = database.execute("PRAGMA user_version").fetchone()[0]
    if found != _FORMAT:
        raise ProjectError(
            f"{folder} has project format {found} and this version reads {_FORMAT}; use the version that made it"
        )
    return Project(folder)


def _initialise(folder: Path, facts: Facts) -> None:
    base = facts.base
    words = {
        "name": facts.name,
        "county": facts.county,
        "synthetic": facts.synthetic,
        "base_name": base.name,
        "base_postcode": base.postcode,
        "base_easting": repr(base.easting),
        "base_northing": repr(base.northing),
        "person_secret": secrets.token_hex(32),
    }
    with _open(folder, new=True) as database:
        database.executescript(_SCHEMA)
        database.executemany("INSERT INTO facts VALUES (?, ?)", words.items())


@contextmanager
def _open(folder: Path, *, new: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the database for one transaction: all of it is kept, or none."""
    mode = "rwc" if new else "rw" if os.access(folder, os.W_OK) else "ro"
    try:
        with closing(sqlite3.connect(f"{(folder / DATABASE).resolve().as_uri()}?mode={mode}", uri=True)) as database:
            database.execute("PRAGMA synchronous = FULL")
            with database:
                yield database
    except (sqlite3.Error, pd.errors.DatabaseError) as error:
        raise _damaged(folder, str(error)) from error


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _damaged(folder: Path, reason: str) -> ProjectError:
    return ProjectError(f"the project in {folder} cannot be used ({reason}); check the folder or restore a copy")


def _unwritable(folder: Path, error: OSError) -> ProjectError:
    reason = error.strerror or str(error)
    return ProjectError(f"{folder} cannot be written ({reason}); choose a folder in which you may write")


def _left_out(extract: Extract) -> pd.DataFrame:
    parts = [extract.quarantined.assign(state="quarantined"), extract.refused.assign(state="refused")]
    frame = pd.concat([part for part in parts if len(part)] or parts).assign(file=extract.file)
    return frame.reindex(columns=_LEFT_OUT, fill_value="").fillna({"suggestion": ""})


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Write times as ISO text with their offset, so that both readings of a doubled hour stay apart."""
    times = frame.select_dtypes(include=["datetime", "datetimetz"])
    return frame.assign(**{name: times[name].map(lambda time: time.isoformat(), na_action="ignore") for name in times})


def _from_text(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    return frame.assign(
        **{column.name: _restore(frame[column.name], column) for column in columns if column.kind != "choice"}
    )


def _restore(values: pd.Series, column: Column) -> pd.Series:
    if column.kind == "time":
        return (
            pd.to_datetime(values, utc=True, format="ISO8601").dt.tz_convert(LONDON).astype(f"datetime64[us, {LONDON}]")
        )
    if column.kind == "date":
        return pd.to_datetime(values, format="ISO8601").astype("datetime64[us]")
    if column.kind == "number":
        return pd.to_numeric(values)
    return values.astype("str")
