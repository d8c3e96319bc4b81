"""
Mends: a cell corrected by a person, kept, and made again wherever the same record comes with the same cell.

What becomes of the mended record is :mod:`geo.store.rereading`'s.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from geo.incidents.columns import FIELDS
from geo.incidents.records import Mend, read_records
from geo.places.named import PlaceList
from geo.places.postcodes import Gazetteer
from geo.store.history import counted, now, remember
from geo.store.ledger import SHIFT_LOG
from geo.store.rereading import Reread, Standing, read_again, standing
from geo.tables import INCIDENT_COLUMNS, SOURCES, names

_CHOICES = {column.name: column.choices for column in INCIDENT_COLUMNS if column.kind == "choice"}


@dataclass(frozen=True, slots=True)
class MendResult:
    """
    What became of mends: quarantined rows that are accepted now, rows that are ``still`` quarantined, and incidents
    that were accepted before and say something else now. ``faults`` names the mends that were not made.
    """

    accepted: int = 0
    still: int = 0
    changed: int = 0
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Give the result in a sentence or two."""
        parts = [
            f"{counted(self.accepted, 'row')} accepted" if self.accepted else "",
            f"{counted(self.changed, 'incident')} changed" if self.changed else "",
            f"{counted(self.still, 'row')} still in quarantine" if self.still else "",
        ]
        kept = ", ".join(part for part in parts if part) or "nothing was changed"
        return "; ".join([f"{kept[0].upper()}{kept[1:]}", *self.faults])


def mend(database: sqlite3.Connection, mends: Sequence[Mend], gazetteer: Gazetteer, places: PlaceList) -> MendResult:
    """Make mends, keep those that could be made, and write into the history how many."""
    records, misfits = _fitting(database, mends)
    reread = read_again(database, records, gazetteer, places)
    made = _made(records, reread)
    for one in made:
        database.execute(
            "INSERT INTO mends VALUES (?, ?, ?, ?, ?) ON CONFLICT (incident_id, field) "
            "DO UPDATE SET mended = excluded.mended, mended_at = excluded.mended_at",
            (one.incident_id, one.field, one.recorded, one.mended, now()),
        )
    ends = list(reread.ends.values())
    counts = {end: ends.count(end) for end in ("accepted", "still", "changed")}
    if made:
        figures = ", ".join(f"{number} {end}" for end, number in counts.items())
        remember(database, "mended", detail=f"{counted(len(made), 'cell')}: {figures}")
    return MendResult(**counts, faults=(*misfits, *reread.faults))


def mend_again(
    database: sqlite3.Connection, mends: Sequence[Mend], gazetteer: Gazetteer, places: PlaceList
) -> tuple[int, tuple[str, ...]]:
    """
    Make kept mends again on records that came in again.

    A row may be mended first as cells and then as an incident, so the mends that do not fit at first are tried again
    while others still fit.

    Returns
    -------
    How many were made, and a sentence for each that was not.
    """
    waiting = list(mends)
    while waiting:
        records, misfits = _fitting(database, waiting)
        reread = read_again(database, records, gazetteer, places)
        done = {(one.incident_id, one.field) for one in _made(records, reread)}
        if not done:
            return len(mends) - len(waiting), (*misfits, *reread.faults)
        waiting = [one for one in waiting if (one.incident_id, one.field) not in done]
    return len(mends), ()


def _made(records: Sequence[Standing], reread: Reread) -> list[Mend]:
    return [one for record in records if record.name in reread.ends for one in record.mends]


def _fitting(database: sqlite3.Connection, mends: Sequence[Mend]) -> tuple[list[Standing], tuple[str, ...]]:
    """Give the records with those mends that fit what stands there now, and a sentence for each that does not."""
    records = standing(database, {one.incident_id for one in mends})
    misfits = []
    for one in mends:
        if misfit := _misfit(one, records.get(one.incident_id)):
            misfits.append(misfit)
        else:
            record = records[one.incident_id]
            records[one.incident_id] = replace(record, mends=(*record.mends, one))
    return [record for record in records.values() if record.mends], tuple(misfits)


def _misfit(one: Mend, record: Standing | None) -> str:
    """Say why a mend does not fit, or nothing."""
    if record is None:
        return f"{one.incident_id!r} is no incident or quarantined row any more, so its mend was not made"
    if record.source == SHIFT_LOG:
        return f"{one.incident_id!r} is a shift, and shifts are not mended: correct the log and import it again"
    known = {*FIELDS, *record.fields} if record.state == "quarantined" else {*names(INCIDENT_COLUMNS), "person_key"}
    if one.field not in known:
        return f"{one.field!r} is no field of {one.incident_id!r}, so its mend was not made"
    words = one.field.replace("_", " ")
    if record.mended.get(one.field, "") != one.recorded:
        return f"{words} of {one.incident_id!r} does not read as it did, so its mend was not made"
    if not _is_understood(one.field, one.mended):
        choices = ", ".join(choice.replace("_", " ") for choice in _CHOICES[one.field] if choice != "unknown")
        return (
            f"{one.mended[:40]!r} is not understood as {words} of {one.incident_id!r}, so its mend was not made: write "
            f"{choices}, or leave it blank"
        )
    return ""


@lru_cache(maxsize=1000)
def _is_understood(field: str, entry: str) -> bool:
    """Say whether an entry of a field with few choices is one of them, as a file's row would be read."""
    if field not in _CHOICES:
        return True
    cells = pd.DataFrame({"shift_id": ["any"], field: [entry]}, index=[1])
    doubts = read_records(cells, source=SOURCES[0], file="").doubts
    return not bool((doubts["field"].eq(field) & doubts["read_as"].eq("unknown")).any())
