"""
Erase records for good: by date, by reference, by the retention period, or with the whole file they came in.

Nothing of an erased record stays but its count: no cell, no reference, no mend, no page of the database that held it.
What is remembered is a mark, with which a later file's same record is known and refused.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd

from geo.incidents.values import DayOrder, plain
from geo.store import conflicts, limits
from geo.store.database import DATABASE
from geo.store.days import days_of_fields, days_of_incidents, days_of_texts
from geo.store.frames import among, query, table
from geo.store.history import counted, remember
from geo.store.layers import FOLDER
from geo.store.ledger import SHIFT_LOG, recount
from geo.tables import LOCATED_COLUMNS, SHIFT_COLUMNS, SOURCES


def erase_before(database: sqlite3.Connection, day: dt.date) -> int:
    """
    Erase every record of a day before ``day``, incidents and shifts, and remember the day.

    A record without a day of its own or of its shift counts as of its import, so it may stay: see :func:`undated`.
    """
    limits.erased_by_day(database, day)
    erased = _erase(database, _records_before(database, day), _mends_before(database, day))
    remember(database, "erased", detail=f"{counted(erased, 'record')} of days before {day}")
    return erased


def undated(database: sqlite3.Connection) -> int:
    """Count the records of which no day can be read; they count as of their import where records are erased by date."""
    return int(_days(database, dt.date.max)["day"].isna().sum())


def erase_reference(database: sqlite3.Connection, reference: str) -> int:
    """
    Erase every record of a reference, in whichever source, and remember its mark.

    An incident's full id erases that one alone. Nothing is remembered where nothing was found.
    """
    claims = [f"{source}:{plain(reference)}" for source in SOURCES]
    found = query(
        database,
        "SELECT record, claim FROM received WHERE claim IN (SELECT value FROM json_each(?)) OR record = ?",
        (among(claims), reference),
    )
    records = set(found["record"])
    if not records:
        return 0
    of_those = query(
        database, "SELECT claim FROM received WHERE record IN (SELECT value FROM json_each(?))", (among(records),)
    )
    for claim in {*claims, *of_those["claim"]}:
        limits.erased_by_claim(database, claim)
    erased = _erase(database, records, {*records, *claims}, words=(reference,))
    remember(database, "erased", detail=f"{counted(erased, 'record')} by reference")
    return erased


def apply_retention(database: sqlite3.Connection) -> int:
    """Erase what is older than the retention period, where there is one."""
    first = limits.read_limits(database).kept_from
    records = _records_before(database, first) if first else set()
    if first is None or not records:
        return 0
    erased = _erase(database, records, _mends_before(database, first))
    remember(database, "erased", detail=f"{counted(erased, 'record')} older than the retention period")
    return erased


def files_beside(folder: Path) -> tuple[Path, ...]:
    """Give the files in a project's folder that may hold records as received; erasing does not touch them."""
    kept = {DATABASE, f"{DATABASE}-journal"}
    layers = set((folder / FOLDER).glob("*.parquet"))
    return tuple(
        sorted(
            path
            for path in set(folder.rglob("*")) - layers
            if path.is_file()
            and path.name not in kept
            and path.suffix != ".net"
            and not path.name.startswith("hierarchy-")
        )
    )


def _records_before(database: sqlite3.Connection, day: dt.date) -> set[str]:
    """Give the records, incidents and shifts, of days before ``day``."""
    imported = {
        sha256: pd.Timestamp(at[:10]) for sha256, at in database.execute("SELECT sha256, imported_at FROM files")
    }
    days = _days(database, day)
    day_or_import = days["day"].fillna(days["sha256"].map(imported))
    return set(days.loc[day_or_import < pd.Timestamp(day), "record"])


def _days(database: sqlite3.Connection, day: dt.date) -> pd.DataFrame:
    """Give record, file and day of the records that may be older than ``day``; NaT where no day can be read."""
    dated = [_incident_days(database, day), _shift_days(database), _quarantined_days(database)]
    return pd.concat([frame for frame in dated if len(frame)] or dated, ignore_index=True)


def _incident_days(database: sqlite3.Connection, day: dt.date) -> pd.DataFrame:
    """Give the days of the incidents that may be older than ``day``: the others say themselves that they are not."""
    old, since = "received_on IS NULL OR received_on < ?", (day.isoformat(),)
    incidents = table(database, "incidents", LOCATED_COLUMNS, old, since)
    files = query(database, f"SELECT incident_id AS record, sha256 FROM incidents WHERE {old} ORDER BY rowid", since)  # noqa: S608
    return files.assign(day=days_of_incidents(incidents, table(database, "shifts", SHIFT_COLUMNS)))


def _shift_days(database: sqlite3.Connection) -> pd.DataFrame:
    shifts = table(database, "shifts", SHIFT_COLUMNS)
    return query(database, "SELECT record, sha256 FROM shifts ORDER BY rowid").assign(day=shifts["date"])


def _quarantined_days(database: sqlite3.Connection) -> pd.DataFrame:
    """Give the days of rows that could not be read, quarantined or decided to be no incident."""
    rows = query(
        database,
        "SELECT l.incident_id AS record, l.sha256, l.fields, l.text, f.source = ? AS shift, f.day_order "
        "FROM left_out AS l JOIN files AS f USING (sha256) WHERE l.incident_id != '' "
        "AND l.incident_id NOT IN (SELECT incident_id FROM incidents UNION SELECT record FROM shifts)",
        (SHIFT_LOG,),
    )
    groups = [
        group.assign(day=(_text_days if is_shift else _field_days)(group, order).to_numpy())
        for (is_shift, order), group in rows.groupby(["shift", "day_order"])
    ]
    return (
        pd.concat(groups)[["record", "sha256", "day"]] if groups else pd.DataFrame(columns=["record", "sha256", "day"])
    )


def _field_days(rows: pd.DataFrame, order: DayOrder) -> pd.Series:
    return days_of_fields([json.loads(text) for text in rows["fields"]], order)


def _text_days(rows: pd.DataFrame, order: DayOrder) -> pd.Series:
    return days_of_texts(rows["text"].tolist(), order)


def _mends_before(database: sqlite3.Connection, day: dt.date) -> set[str]:
    """Give the records whose mends were made before a day, and that are in no file of the project any more."""
    found = database.execute(
        "SELECT incident_id FROM mends WHERE mended_at < ?1 AND incident_id NOT IN (SELECT record FROM received) UNION "
        "SELECT incident_id FROM discards WHERE discarded_at < ?1 AND incident_id NOT IN (SELECT record FROM received)",
        (day.isoformat(),),
    )
    return {record for (record,) in found}


def _erase(
    database: sqlite3.Connection, records: Collection[str], gone: Iterable[str], words: Collection[str] = ()
) -> int:
    """
    Take records out of every table, count them file by file, and take away what else may quote them.

    ``gone`` are records of files that are not in the project any more, whose mends are still kept.
    """
    listed = (among(records),)
    claims = {
        claim
        for (claim,) in database.execute(
            "SELECT claim FROM received WHERE record IN (SELECT value FROM json_each(?))", listed
        )
    }
    counts = _counts(database, listed)
    for statement in (
        "DELETE FROM incidents WHERE incident_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM shifts WHERE record IN (SELECT value FROM json_each(?))",
        "DELETE FROM left_out WHERE incident_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM doubts WHERE incident_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM received WHERE record IN (SELECT value FROM json_each(?))",
        "UPDATE left_out SET repeats = '', text = '', fields = '' WHERE repeats IN (SELECT value FROM json_each(?))",
    ):
        database.execute(statement, listed)
    _unquote(database, counts, words)
    forget(database, {*records, *gone})
    recount(database, counts, counts)
    conflicts.release(database, claims)
    return sum(counts.values())


def forget(database: sqlite3.Connection, records: Collection[str]) -> None:
    """Take away what was decided of records: mends, refusals, pairs."""
    listed = (among(records),)
    for statement in (
        "DELETE FROM mends WHERE incident_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM discards WHERE incident_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM matches WHERE first_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM matches WHERE second_id IN (SELECT value FROM json_each(?))",
    ):
        database.execute(statement, listed)


def _counts(database: sqlite3.Connection, listed: tuple[str]) -> dict[str, int]:
    """Count the rows of each file that some records are."""
    found = database.execute(
        "SELECT sha256, count(DISTINCT record) FROM received "
        "WHERE record IN (SELECT value FROM json_each(?)) GROUP BY sha256",
        listed,
    )
    return dict(found.fetchall())


def _unquote(database: sqlite3.Connection, files: Collection[str], words: Collection[str]) -> None:
    """Take away the sentences and refused texts that may quote an erased record of these files."""
    listed = (among(files),)
    database.execute(
        "DELETE FROM notices WHERE sha256 IN (SELECT value FROM json_each(?)) "
        "AND (instr(sentence, 'row ') OR instr(sentence, char(39)) OR instr(sentence, char(34)))",
        listed,
    )
    for word in words:
        database.execute(
            "UPDATE left_out SET text = '' WHERE incident_id = '' AND instr(lower(text), lower(?))", (word,)
        )
    database.execute(
        "UPDATE left_out SET text = '' WHERE sha256 IN (SELECT value FROM json_each(?)) "
        "AND NOT EXISTS (SELECT 1 FROM received AS r WHERE r.sha256 = left_out.sha256)",
        listed,
    )
