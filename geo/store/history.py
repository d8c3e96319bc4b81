"""
The project's history: when, who, which file, which decision. It counts records and never quotes one.

What is done with plans stands in it too, but is no change of the data: no answer that was kept is thrown away for it.
"""

import sqlite3
from datetime import UTC, datetime

import pandas as pd

from geo.settings import user
from geo.store.frames import texts

OF_PLANS = "plan "
"""How a line begins that tells of a plan, and not of the data."""

DATA_LINES = f"FROM history WHERE substr(what, 1, {len(OF_PLANS)}) <> '{OF_PLANS}' ORDER BY rowid"


def now() -> str:
    """Give the moment as the project writes it: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def remember(database: sqlite3.Connection, what: str, *, file: str = "", detail: str = "") -> None:
    """Add a line to the history, with the name of who is logged on; a project made before had no column for that."""
    if not _names_users(database):
        database.execute("ALTER TABLE history ADD COLUMN \"by\" TEXT NOT NULL DEFAULT ''")
    line = (now(), what, file, detail, user())
    database.execute('INSERT INTO history (at, what, file, detail, "by") VALUES (?, ?, ?, ?, ?)', line)


def read_history(database: sqlite3.Connection) -> pd.DataFrame:
    """Give the history, newest first: at (UTC), by (blank where it was not kept), what, file, detail."""
    by = '"by"' if _names_users(database) else "'' AS \"by\""
    return texts(database, f"SELECT at, {by}, what, file, detail FROM history ORDER BY rowid DESC")  # noqa: S608 - ours


def _names_users(database: sqlite3.Connection) -> bool:
    return any(column[1] == "by" for column in database.execute("PRAGMA table_info(history)"))


def counted(number: int, noun: str) -> str:
    """
    Give a number with its noun.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
