"""The project's history: when, which file, which decision. It counts records and never quotes one."""

import sqlite3
from datetime import UTC, datetime

import pandas as pd

from geo.store.frames import texts


def now() -> str:
    """Give the moment as the project writes it: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def remember(database: sqlite3.Connection, what: str, *, file: str = "", detail: str = "") -> None:
    """Add a line to the history."""
    database.execute("INSERT INTO history VALUES (?, ?, ?, ?)", (now(), what, file, detail))


def read_history(database: sqlite3.Connection) -> pd.DataFrame:
    """Give the history, newest first: at (UTC), what, file, detail."""
    return texts(database, "SELECT at, what, file, detail FROM history ORDER BY rowid DESC")


def counted(number: int, noun: str) -> str:
    """
    Give a number with its noun.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
