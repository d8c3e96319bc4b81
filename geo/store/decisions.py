"""What a person decided: mappings of columns, pairs of records, rows that are no incidents, the list of places."""

import sqlite3
from collections.abc import Iterable, Sequence

import pandas as pd

from geo.errors import ProjectError
from geo.incidents.columns import ColumnMapping
from geo.incidents.records import Mend
from geo.store import conflicts
from geo.store.frames import among, query, texts
from geo.store.history import counted, now, remember
from geo.store.ledger import recount

VERDICTS = ("same", "different")


def save_mapping(database: sqlite3.Connection, source: str, mapping: ColumnMapping) -> None:
    """Keep a mapping of columns for the next file of its source; saving it again makes it the newest."""
    text = mapping.to_json()
    database.execute("DELETE FROM mappings WHERE source = ? AND mapping = ?", (source, text))
    database.execute("INSERT INTO mappings VALUES (?, ?, ?)", (source, text, now()))
    remember(database, "columns approved", detail=f"{counted(len(mapping.fields), 'column')} of {source}")


def read_mappings(database: sqlite3.Connection, source: str) -> tuple[ColumnMapping, ...]:
    """Give the mappings of a source, newest first."""
    found = database.execute("SELECT mapping FROM mappings WHERE source = ? ORDER BY rowid DESC", (source,))
    return tuple(ColumnMapping.from_json(text) for (text,) in found)


def read_mends(database: sqlite3.Connection) -> tuple[Mend, ...]:
    """Give every mend that is kept, oldest first."""
    found = database.execute("SELECT incident_id, field, recorded, mended FROM mends ORDER BY rowid")
    return tuple(Mend(*row) for row in found)


def mends_of(database: sqlite3.Connection, records: Iterable[str]) -> tuple[Mend, ...]:
    """Give the mends of some records, oldest first."""
    wanted = set(records)
    return tuple(mend for mend in read_mends(database) if mend.incident_id in wanted)


def settle(database: sqlite3.Connection, pairs: Sequence[tuple[str, str, str]]) -> None:
    """
    Keep what was decided of pairs of records; a later decision on the same pair replaces the earlier one.

    Raises
    ------
    ProjectError
        If a verdict is none, a record is not in the project, or one record would be the same as two.
    """
    for first, second, verdict in pairs:
        if verdict not in VERDICTS:
            raise ProjectError(f"{verdict!r} is no verdict on a pair; choose one of {', '.join(VERDICTS)}")
        _must_stand(database, [first, second])
        database.execute("INSERT OR REPLACE INTO matches VALUES (?, ?, ?, ?)", (first, second, verdict, now()))
    _must_be_one_to_one(database)
    same = sum(verdict == "same" for _, _, verdict in pairs)
    detail = f"{counted(same, 'pair')} the same, {len(pairs) - same} different"
    remember(database, "pairs settled", detail=detail)


def read_decisions(database: sqlite3.Connection) -> pd.DataFrame:
    """Give the settled pairs: first_id, second_id, verdict."""
    return texts(database, "SELECT first_id, second_id, verdict FROM matches ORDER BY rowid")


def discard(database: sqlite3.Connection, record: str, reason: str) -> None:
    """
    Decide that a quarantined row is no incident: it is refused for the reason given, also when it comes again.

    Raises
    ------
    ProjectError
        If no row of that name is quarantined, or no reason is given.
    """
    if not reason.strip():
        raise ProjectError("a row is refused for a reason; say why it is no incident")
    found = database.execute(
        "SELECT l.sha256, l.file, r.content FROM left_out AS l JOIN received AS r ON r.record = l.incident_id "
        "WHERE l.incident_id = ? AND l.state = 'quarantined' ORDER BY r.rowid",
        (record,),
    ).fetchone()
    if found is None:
        raise ProjectError(f"no row {record!r} is in quarantine; it may have been settled meanwhile: look again")
    sha256, file, content = found
    refuse(database, record, reason.strip())
    database.execute("INSERT OR REPLACE INTO discards VALUES (?, ?, ?, ?)", (record, content, reason.strip(), now()))
    conflicts.release(
        database, [claim for (claim,) in database.execute("SELECT claim FROM received WHERE record = ?", (record,))]
    )
    recount(database, [sha256])
    remember(database, "row refused", file=file, detail="1 quarantined row was decided to be no incident")


def refuse(database: sqlite3.Connection, record: str, reason: str) -> None:
    """Turn a quarantined row into a refused one."""
    database.execute("DELETE FROM incidents WHERE incident_id = ? AND held", (record,))
    database.execute("DELETE FROM shifts WHERE record = ? AND held", (record,))
    database.execute("DELETE FROM doubts WHERE incident_id = ?", (record,))
    database.execute(
        "UPDATE left_out SET state = 'refused', reason = ?, suggestion = '' WHERE incident_id = ?", (reason, record)
    )


def read_discards(database: sqlite3.Connection, records: Iterable[str]) -> pd.DataFrame:
    """Give, of some records, those that were decided to be no incidents: record, content, reason."""
    return query(
        database,
        "SELECT incident_id AS record, content, reason FROM discards "
        "WHERE incident_id IN (SELECT value FROM json_each(?))",
        (among(set(records)),),
    )


def _must_stand(database: sqlite3.Connection, records: Sequence[str]) -> None:
    for record in records:
        if database.execute("SELECT 1 FROM incidents WHERE incident_id = ? AND NOT held", (record,)).fetchone() is None:
            raise ProjectError(f"there is no incident {record!r}; it may have been erased meanwhile: look again")


def _must_be_one_to_one(database: sqlite3.Connection) -> None:
    for side in ("first_id", "second_id"):
        found = database.execute(
            f"SELECT {side} FROM matches WHERE verdict = 'same' GROUP BY {side} HAVING count(*) > 1"  # noqa: S608
        ).fetchone()
        if found:
            raise ProjectError(f"{found[0]!r} would be the same as two records; settle one of the pairs as different")
