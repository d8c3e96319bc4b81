"""Take an import back whole. What a later file delivered again stays, as that file's."""

import sqlite3

from geo.errors import ProjectError
from geo.store import conflicts, facts
from geo.store.erasing import forget
from geo.store.frames import query
from geo.store.history import remember
from geo.store.ledger import recount

_MOVED = (
    'UPDATE incidents SET sha256 = :sha256, file = :file, sheet = :sheet, "row" = :row WHERE incident_id = :record',
    'UPDATE shifts SET sha256 = :sha256, file = :file, "row" = :row WHERE record = :record',
    'UPDATE left_out SET sha256 = :sha256, file = :file, sheet = :sheet, "row" = :row WHERE incident_id = :record',
    'UPDATE doubts SET sha256 = :sha256, sheet = :sheet, "row" = :row WHERE incident_id = :record',
    "UPDATE received SET sha256 = :sha256 WHERE record = :record",
)
_TAKEN = ("incidents", "shifts", "left_out", "doubts", "received", "notices", "files")


def undo(database: sqlite3.Connection, sha256: str, *, with_decisions: bool = False) -> None:
    """
    Take back the import of one file.

    A record that a later file repeats becomes that file's record. Mends, settled pairs and refusals are kept for when
    the file is imported again, unless ``with_decisions``. The label of synthetic rows goes with the last file that
    gave it.

    Raises
    ------
    ProjectError
        If no such file was imported.
    """
    found = database.execute("SELECT name FROM files WHERE sha256 = ?", (sha256,)).fetchone()
    if found is None:
        raise ProjectError(f"no import of the file {sha256[:12]!r} is in the project; look at the ledger")
    claims = {claim for (claim,) in database.execute("SELECT claim FROM received WHERE sha256 = ?", (sha256,))}
    heirs = _hand_over(database, sha256)
    if with_decisions:
        forget(
            database, {row[0] for row in database.execute("SELECT record FROM received WHERE sha256 = ?", (sha256,))}
        )
    for table in _TAKEN:
        database.execute(f"DELETE FROM {table} WHERE sha256 = ?", (sha256,))  # noqa: S608 - our own names
    facts.unmark_synthetic(database, sha256)
    recount(database, heirs)
    conflicts.release(database, claims)
    remember(database, "import taken back", file=found[0])


def _hand_over(database: sqlite3.Connection, sha256: str) -> set[str]:
    """Give the records that later files repeat to the first of these, and say which files they are."""
    rows = query(
        database,
        """
        SELECT l.rowid AS line, l.repeats AS record, l.sha256, l.file, l.sheet, l."row" FROM left_out AS l
        WHERE l.repeats IN (SELECT record FROM received WHERE sha256 = ?1) AND l.sha256 != ?1 ORDER BY l.rowid
        """,
        (sha256,),
    ).drop_duplicates("record")
    for row in rows.to_dict("records"):
        named = {str(name): value for name, value in row.items()}
        database.execute("DELETE FROM left_out WHERE rowid = :line", {"line": named["line"]})
        for statement in _MOVED:
            database.execute(statement, named)
    return set(rows["sha256"])
