"""What a project is about, as words and values: its name, county, base, labels and settings."""

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from geo.places.bases import Base

IMPORTED_SYNTHETIC = "Synthetic data: a file of this project says that its rows are invented."
"""What a project says of itself while a file with the label of synthetic rows is in it."""

_SECRET = "person_secret"  # noqa: S105 - the name of a fact
_SYNTHETIC_FILE = "synthetic_file:"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a project is about: its name, county, base, and the words that label it when it is synthetic."""

    name: str
    county: str
    base: Base
    synthetic: str = ""

    def as_words(self) -> dict[str, str]:
        """Give the facts of a new project as the database keeps them, with a new key for its persons."""
        return {
            "name": self.name,
            "county": self.county,
            "synthetic": self.synthetic,
            "base_name": self.base.name,
            "base_postcode": self.base.postcode,
            "base_easting": repr(self.base.easting),
            "base_northing": repr(self.base.northing),
            _SECRET: secrets.token_hex(32),
        }

    @staticmethod
    def of(words: Mapping[str, str]) -> "Facts":
        """
        Read the facts back.

        Raises
        ------
        KeyError, ValueError
            If one is missing or no number.
        """
        point = float(words["base_easting"]), float(words["base_northing"])
        base = Base(words["base_name"], *point, words["base_postcode"])
        return Facts(words["name"], words["county"], base, words["synthetic"])


def words(database: sqlite3.Connection) -> dict[str, str]:
    """Give every fact by its word."""
    return dict(database.execute("SELECT word, value FROM facts"))


def secret(database: sqlite3.Connection) -> bytes:
    """
    Give the key of the project's persons and digests.

    Raises
    ------
    KeyError
        If it is lost.
    """
    return bytes.fromhex(words(database)[_SECRET])


def state(database: sqlite3.Connection, word: str, value: str) -> None:
    """Set one fact; the empty string takes it away, unless a project always has it."""
    database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (word, value))


def mark_synthetic(database: sqlite3.Connection, sha256: str) -> None:
    """Label the project as synthetic because of a file, unless it says so already; one synthetic file is enough."""
    state(database, f"{_SYNTHETIC_FILE}{sha256}", "yes")
    database.execute("UPDATE facts SET value = ? WHERE word = 'synthetic' AND value = ''", (IMPORTED_SYNTHETIC,))


def unmark_synthetic(database: sqlite3.Connection, sha256: str) -> None:
    """
    Take the label away with the last file that gave it, or with the last file of all; a project's own label stays.
    """
    was_marked = database.execute("DELETE FROM facts WHERE word = ?", (f"{_SYNTHETIC_FILE}{sha256}",)).rowcount > 0
    still = database.execute("SELECT 1 FROM facts WHERE instr(word, ?) = 1", (_SYNTHETIC_FILE,)).fetchone()
    is_empty = database.execute("SELECT 1 FROM files").fetchone() is None
    if still is None and (was_marked or is_empty):
        database.execute("UPDATE facts SET value = '' WHERE word = 'synthetic' AND value = ?", (IMPORTED_SYNTHETIC,))
