"""The plans that a project keeps by name, as TOML: each can be renamed, copied under another name, and removed."""

import sqlite3
import tomllib

import pandas as pd
import tomli_w

from geo.errors import ProjectError
from geo.scenarios.presets import presets
from geo.store.frames import texts
from geo.store.history import OF_PLANS, remember

KEPT, COPIED, RENAMED, REMOVED = (f"{OF_PLANS}{done}" for done in ("kept", "copied", "renamed", "removed"))
LONGEST_NAME = 60
SEPARATOR = "|"
"""What stands between the names of plans in a link."""


def read_plans(database: sqlite3.Connection) -> dict[str, str]:
    """Give every plan that is kept, by name."""
    return dict(database.execute("SELECT name, toml FROM scenarios ORDER BY name"))


def keep_plan(database: sqlite3.Connection, name: str, toml: str) -> None:
    """Keep a plan under its name; one of that name is replaced."""
    database.execute("INSERT OR REPLACE INTO scenarios VALUES (?, ?)", (name, toml))
    remember(database, KEPT, detail=name)


def copy_plan(database: sqlite3.Connection, name: str, copy: str) -> None:
    """Keep a plan under a second name as well."""
    _write_copy(database, name, copy)
    remember(database, COPIED, detail=f"{name}, as {copy}")


def rename_plan(database: sqlite3.Connection, name: str, other: str) -> None:
    """Keep a plan under another name only."""
    _write_copy(database, name, other)
    database.execute("DELETE FROM scenarios WHERE name = ?", (name,))
    remember(database, RENAMED, detail=f"{name}, now {other}")


def remove_plan(database: sqlite3.Connection, name: str) -> None:
    """Remove a plan for good."""
    _toml(database, name)
    database.execute("DELETE FROM scenarios WHERE name = ?", (name,))
    remember(database, REMOVED, detail=name)


def kept_at(database: sqlite3.Connection) -> pd.Series:
    """Give when each plan was last kept under its own name, by name; what an older version kept has no time."""
    found = texts(database, "SELECT detail, max(at) AS at FROM history WHERE what = ? GROUP BY detail", (KEPT,))
    return found.set_index("detail")["at"]


def _write_copy(database: sqlite3.Connection, name: str, other: str) -> None:
    table = tomllib.loads(_toml(database, name)) | {"name": _free(database, other)}
    database.execute("INSERT INTO scenarios VALUES (?, ?)", (other, tomli_w.dumps(table)))


def _toml(database: sqlite3.Connection, name: str) -> str:
    found = database.execute("SELECT toml FROM scenarios WHERE name = ?", (name,)).fetchone()
    if found is None:
        raise ProjectError(f"no plan called {name!r} is kept; load the page again")
    return str(found[0])


def _free(database: sqlite3.Connection, name: str) -> str:
    """Give a name under which a plan can be kept beside the others."""
    if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME or SEPARATOR in name:
        raise ProjectError(
            f"{name!r} cannot be a plan's name; give 1 to {LONGEST_NAME} characters without {SEPARATOR!r}"
        )
    if name in presets():
        raise ProjectError(f"{name!r} is a published scheme; give the plan a name of its own")
    if name in read_plans(database):
        raise ProjectError(f"a plan called {name!r} is kept already; give another name, or remove that one first")
    return name
