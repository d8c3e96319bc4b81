"""
Rows that were read well but claim what an earlier file gave to something else: held until settled.

They claim its reference or, having none, its time and place.
"""

import sqlite3
from collections.abc import Iterable

import pandas as pd

from geo.store import overlap
from geo.store.frames import among, query
from geo.store.ledger import recount

SUGGESTIONS = {
    "incidents": "keep it as another incident by giving it another reference, or decide that it is none",
    "shifts": "take the earlier log back if this one is right, or decide that this row is no shift",
}
"""What a person can do about a held row, by the table that it waits for."""

_STANDS = """
  (EXISTS (SELECT 1 FROM incidents AS i WHERE i.incident_id = r.record)
   OR EXISTS (SELECT 1 FROM shifts AS s WHERE s.record = r.record)
   OR EXISTS (SELECT 1 FROM left_out AS l WHERE l.incident_id = r.record AND l.state = 'quarantined'))
"""
_OPEN = """
  (EXISTS (SELECT 1 FROM incidents AS i WHERE i.incident_id = r.record AND NOT i.held)
   OR EXISTS (SELECT 1 FROM shifts AS s WHERE s.record = r.record AND NOT s.held)
   OR (EXISTS (SELECT 1 FROM left_out AS l WHERE l.incident_id = r.record AND l.state = 'quarantined')
       AND NOT EXISTS (SELECT 1 FROM incidents AS h WHERE h.incident_id = r.record)
       AND NOT EXISTS (SELECT 1 FROM shifts AS h WHERE h.record = r.record)))
"""


def earlier_records(database: sqlite3.Connection, claimed: Iterable[str]) -> pd.DataFrame:
    """Give what earlier files delivered under these claims: claim, content, record, and whether it still stands."""
    return query(
        database,
        f"SELECT claim, content, record, {_STANDS} AS stands FROM received AS r "  # noqa: S608 - our own words
        "WHERE claim IN (SELECT value FROM json_each(?)) ORDER BY rowid",
        (among(set(claimed)),),
    )


def where(database: sqlite3.Connection, records: Iterable[str]) -> dict[str, str]:
    """Say where each record stands: its file, sheet and row."""
    wanted = among(set(records))
    found = database.execute(
        """
        SELECT incident_id, file, sheet, "row" FROM incidents WHERE incident_id IN (SELECT value FROM json_each(?1))
        UNION ALL
        SELECT record, file, '', "row" FROM shifts WHERE record IN (SELECT value FROM json_each(?1))
        UNION ALL
        SELECT incident_id, file, sheet, "row" FROM left_out WHERE incident_id IN (SELECT value FROM json_each(?1))
        """,
        (wanted,),
    )
    return {
        record: f"{file}, {sheet}, row {row}" if sheet else f"{file} row {row}" for record, file, sheet, row in found
    }


def reason(place: str, claim: str) -> str:
    """Say why a row of a claim is held: its reference is taken, or its time and place are those of another record."""
    if not overlap.is_referenced(claim):
        return f"looks like {place} with other contents"
    return f"reference already imported from {place} with other contents"


def opponent(database: sqlite3.Connection, record: str, claim: str, sha256: str) -> str:
    """Give the record of another file that stands under a claim and is not held itself, or nothing."""
    found = database.execute(
        f"SELECT record FROM received AS r WHERE claim = ? AND record != ? AND sha256 != ? AND {_OPEN} "  # noqa: S608
        "ORDER BY rowid LIMIT 1",
        (claim, record, sha256),
    ).fetchone()
    return str(found[0]) if found else ""


def release(database: sqlite3.Connection, claimed: Iterable[str]) -> None:
    """Accept the held rows of these claims that nothing stands against any more, and say of the others what does."""
    held = database.execute(
        """
        SELECT r.record, r.claim, r.sha256 FROM received AS r
        JOIN left_out AS l ON l.incident_id = r.record AND l.state = 'quarantined'
        WHERE r.claim IN (SELECT value FROM json_each(?))
          AND r.rowid = (SELECT max(n.rowid) FROM received AS n WHERE n.record = r.record)
          AND (r.record IN (SELECT incident_id FROM incidents WHERE held)
            OR r.record IN (SELECT record FROM shifts WHERE held))
        ORDER BY r.rowid
        """,
        (among(set(claimed)),),
    ).fetchall()
    for record, claim, sha256 in held:
        other = opponent(database, record, claim, sha256)
        if other:
            database.execute(
                "UPDATE left_out SET reason = ? WHERE incident_id = ?", (_against(database, other, claim), record)
            )
        else:
            accept(database, record)
        recount(database, [sha256])


def hold(database: sqlite3.Connection, record: str, other: str, claim: str) -> None:
    """Let an incident wait in quarantine, as another record stands under its claim."""
    database.execute(
        "UPDATE left_out SET reason = ?, suggestion = ? WHERE incident_id = ?",
        (_against(database, other, claim), SUGGESTIONS["incidents"], record),
    )


def _against(database: sqlite3.Connection, other: str, claim: str) -> str:
    return reason(where(database, [other])[other], claim)


def accept(database: sqlite3.Connection, record: str) -> None:
    """Accept a held row."""
    database.execute("UPDATE incidents SET held = 0 WHERE incident_id = ?", (record,))
    database.execute("UPDATE shifts SET held = 0 WHERE record = ?", (record,))
    database.execute("DELETE FROM left_out WHERE incident_id = ?", (record,))
