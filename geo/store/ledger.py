"""The ledger: one line a file, in which the rows read are the accepted, quarantined, refused and erased ones."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from geo.incidents.values import DayOrder
from geo.store.frames import insert, query, texts
from geo.store.history import counted, now, remember

SHIFT_LOG = "shift_log"
"""The source of a shift log, which is none of the four sources of incidents."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file as it came: its digest, the name to show, its source, how its columns (as JSON) and dates were read."""

    sha256: str
    name: str
    source: str
    columns: str = ""
    day_order: DayOrder = "day"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's rows; ``mended`` counts mends made again, ``faults`` says what was noticed."""

    file: str
    source: str
    rows_read: int
    accepted: int
    quarantined: int
    refused: int
    mended: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        """Give the sum in one sentence."""
        again = f"; {counted(self.mended, 'mend')} made again" if self.mended else ""
        return (
            f"read {self.rows_read} = accepted {self.accepted} + quarantined {self.quarantined} + "
            f"refused {self.refused}{again}"
        )


def is_known(database: sqlite3.Connection, sha256: str) -> bool:
    """Say whether a file of that digest was imported before."""
    return database.execute("SELECT 1 FROM files WHERE sha256 = ?", (sha256,)).fetchone() is not None


def open_line(database: sqlite3.Connection, arrival: Arrival, counts: tuple[int, int, int]) -> None:
    """Begin the ledger's line of a file with its accepted, quarantined and refused rows."""
    database.execute(
        "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
        (arrival.sha256, arrival.name, arrival.source, now(), sum(counts), *counts, arrival.columns, arrival.day_order),
    )


def close_line(database: sqlite3.Connection, arrival: Arrival, mended: int, faults: tuple[str, ...]) -> Imported:
    """Count a file's rows as they ended, keep what was noticed, and write the import into the history."""
    recount(database, [arrival.sha256])
    insert(database, "notices", pd.DataFrame({"sentence": list(faults)}, dtype="str"), sha256=arrival.sha256)
    read, accepted, quarantined, refused = database.execute(
        "SELECT rows_read, accepted, quarantined, refused FROM files WHERE sha256 = ?", (arrival.sha256,)
    ).fetchone()
    imported = Imported(arrival.name, arrival.source, read, accepted, quarantined, refused, mended, faults)
    remember(database, "imported", file=arrival.name, detail=f"as {arrival.source}: {imported}")
    return imported


def recount(database: sqlite3.Connection, files: Iterable[str], erased: dict[str, int] | None = None) -> None:
    """Count what the rows of each file are now; ``erased`` is how many more of each are gone for good."""
    for sha256 in set(files):
        database.execute(
            """
            UPDATE files SET
              accepted = (SELECT count(*) FROM incidents AS i WHERE i.sha256 = files.sha256 AND NOT held)
                + (SELECT count(*) FROM shifts AS s WHERE s.sha256 = files.sha256 AND NOT held),
              quarantined =
                (SELECT count(*) FROM left_out AS l WHERE l.sha256 = files.sha256 AND state = 'quarantined'),
              refused = (SELECT count(*) FROM left_out AS l WHERE l.sha256 = files.sha256 AND state = 'refused'),
              erased = erased + ?
            WHERE sha256 = ?
            """,
            ((erased or {}).get(sha256, 0), sha256),
        )


def read_ledger(database: sqlite3.Connection) -> pd.DataFrame:
    """Give one line a file, oldest import first."""
    counts = ["rows_read", "accepted", "quarantined", "refused", "erased"]
    return query(database, "SELECT * FROM files ORDER BY rowid").astype(
        dict.fromkeys(["sha256", "name", "source", "imported_at", "columns", "day_order"], "str")
        | dict.fromkeys(counts, "int64")
    )


def read_notices(database: sqlite3.Connection) -> pd.DataFrame:
    """Give what was noticed while reading, newest file first: file, sentence."""
    return texts(
        database,
        "SELECT f.name AS file, n.sentence FROM notices AS n JOIN files AS f USING (sha256) "
        "ORDER BY f.rowid DESC, n.rowid",
    )
