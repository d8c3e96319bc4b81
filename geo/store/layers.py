"""
What a user brings for maps and rates: layers and tables by code as files beside the database, facilities in it.

A file is named by its content and written whole before the database knows of it, and taken away after the database has
forgotten it. The tables are made when they are first needed, so that older projects open as they are.
"""

import hashlib
import io
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd

from geo.errors import ProjectError
from geo.places.areas import UserAreas
from geo.places.code_tables import CodeTable
from geo.places.facilities import FACILITY_COLUMNS, FacilityList
from geo.store.frames import insert, query
from geo.store.history import counted, now, remember
from geo.whole import whole

FOLDER = "layers"
Kind = Literal["areas", "figures"]

_TABLES = """
CREATE TABLE IF NOT EXISTS layers (
  name TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('areas', 'figures')), sha256 TEXT NOT NULL,
  received TEXT NOT NULL, edition TEXT NOT NULL, holds TEXT NOT NULL, rows_read INTEGER NOT NULL, kept INTEGER NOT NULL,
  repaired INTEGER NOT NULL, refused INTEGER NOT NULL, kept_at TEXT NOT NULL,
  CHECK (rows_read = kept + repaired + refused)
);
CREATE TABLE IF NOT EXISTS facilities (
  kind TEXT NOT NULL, name TEXT NOT NULL, postcode TEXT NOT NULL, easting REAL NOT NULL, northing REAL NOT NULL,
  hours TEXT NOT NULL, source TEXT NOT NULL
);
"""
_LAYER_COLUMNS = (
    *("name", "kind", "received", "edition", "holds", "rows_read", "kept", "repaired", "refused"),
    *("kept_at", "sha256"),
)
_COUNTS = ("rows_read", "kept", "repaired", "refused")


@dataclass(frozen=True, slots=True)
class Written:
    """A file that lies in the project's folder and waits to be known to the database."""

    kind: Kind
    sha256: str
    received: str
    holds: str
    counts: tuple[int, int, int, int]


def write_areas(folder: Path, areas: UserAreas) -> Written:
    """Write a layer of areas as GeoParquet, whole or not at all."""
    buffer = io.BytesIO()
    areas.frame.to_parquet(buffer)
    report = areas.report
    named = " and ".join(filter(None, (report.name_column, report.code_column))) or "no names"
    counts = (report.read, report.kept, len(report.repaired), len(report.refused))
    return Written("areas", _write(folder, buffer), report.file, f"areas, by {named}", counts)


def write_figures(folder: Path, table: CodeTable) -> Written:
    """Write a table by code as Parquet, whole or not at all."""
    buffer = io.BytesIO()
    table.values.to_parquet(buffer)
    codes = f", LSOA codes of {table.edition}" if table.edition else ""
    counts = (table.rows_read, len(table.values), 0, len(table.refused))
    return Written("figures", _write(folder, buffer), table.name, ", ".join(table.values.columns) + codes, counts)


def _write(folder: Path, buffer: io.BytesIO) -> str:
    content = buffer.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    with whole(path_of(folder, sha256)) as beside:
        beside.write_bytes(content)
    return sha256


def path_of(folder: Path, sha256: str) -> Path:
    """Give where the file of that digest lies."""
    return folder / FOLDER / f"{sha256[:16]}.parquet"


def keep(database: sqlite3.Connection, written: Written, name: str, edition: str) -> None:
    """
    Make a written file known under a name; one of that name is replaced.

    Raises
    ------
    ProjectError
        If the name is blank or longer than 80 letters.
    """
    if not name.strip() or len(name) > 80:
        raise ProjectError(f"a layer needs a name of 1 to 80 letters, not {name[:90]!r}")
    _prepare(database)
    row = (name.strip(), written.kind, written.sha256, written.received, edition, written.holds, *written.counts, now())
    database.execute(f"INSERT OR REPLACE INTO layers VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    detail = f"{written.kind}: {counted(written.counts[0], 'row')} read, {written.counts[3]} refused"
    remember(database, "layer kept", file=written.received, detail=detail)


def remove(database: sqlite3.Connection, name: str) -> None:
    """
    Forget a layer or table.

    Raises
    ------
    ProjectError
        If none is called so.
    """
    _prepare(database)
    if not database.execute("DELETE FROM layers WHERE name = ?", (name,)).rowcount:
        raise ProjectError(f"the project has no layer {name!r}; nothing was removed")
    remember(database, "layer removed", detail=name)


def sweep(folder: Path, known: Sequence[str]) -> None:
    """Take away the files that the database does not know, or no longer."""
    wanted = {path_of(folder, sha256) for sha256 in known}
    for path in (folder / FOLDER).glob("*.parquet"):
        if path not in wanted:
            path.unlink(missing_ok=True)


def read_layers(database: sqlite3.Connection) -> pd.DataFrame:
    """Give one row a layer or table, oldest first: name, kind, received, edition, holds, counts, kept_at, sha256."""
    if not _has(database, "layers"):
        return pd.DataFrame(columns=list(_LAYER_COLUMNS)).astype(dict.fromkeys(_COUNTS, "int64"))
    frame = query(database, f"SELECT {', '.join(_LAYER_COLUMNS)} FROM layers ORDER BY rowid")  # noqa: S608
    return frame.astype({name: "int64" if name in _COUNTS else "str" for name in _LAYER_COLUMNS})


def read_areas_of(folder: Path, layers: pd.DataFrame, name: str) -> gpd.GeoDataFrame:
    """
    Read a layer of areas back: code, name, geometry.

    Raises
    ------
    ProjectError
        If there is none of that name, or its file is missing or not the one that was kept.
    """
    return gpd.read_parquet(io.BytesIO(_content(folder, layers, name, "areas")))


def read_figures_of(folder: Path, layers: pd.DataFrame, name: str) -> pd.DataFrame:
    """Read a table by code back; errors as :func:`read_areas_of`."""
    return pd.read_parquet(io.BytesIO(_content(folder, layers, name, "figures")))


def _content(folder: Path, layers: pd.DataFrame, name: str, kind: Kind) -> bytes:
    found = layers[(layers["name"] == name) & (layers["kind"] == kind)]
    if found.empty:
        known = ", ".join(map(repr, layers.loc[layers["kind"] == kind, "name"])) or "none"
        raise ProjectError(f"the project has no {kind} called {name!r}; it has {known}")
    sha256 = str(found["sha256"].iloc[0])
    path = path_of(folder, sha256)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProjectError(f"the file of {name!r} is gone ({path}); remove it and bring it in again") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ProjectError(f"the file of {name!r} is not the one that was kept ({path}); bring it in again")
    return content


def read_facilities(database: sqlite3.Connection) -> FacilityList:
    """Give the project's facilities."""
    if not _has(database, "facilities"):
        return FacilityList()
    frame = query(database, f"SELECT {', '.join(FACILITY_COLUMNS)} FROM facilities ORDER BY rowid")  # noqa: S608
    return FacilityList.from_frame(frame)


def set_facilities(database: sqlite3.Connection, facilities: FacilityList) -> None:
    """Replace the project's facilities."""
    _prepare(database)
    database.execute("DELETE FROM facilities")
    insert(database, "facilities", facilities.frame())
    remember(database, "facilities listed", detail=str(len(facilities.facilities)))


def _prepare(database: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        if statement.strip():
            database.execute(statement)


def _has(database: sqlite3.Connection, table: str) -> bool:
    found = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    return found is not None
