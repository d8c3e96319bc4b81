"""
Mends: a cell corrected by a person, kept, and made again wherever the same record comes with the same cell.

A quarantined row is read again from its cells. An accepted one keeps what it was read as, but for what the mended
fields say.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from geo.errors import ProjectError
from geo.incidents.columns import FIELDS
from geo.incidents.records import Mend, Records, read_records
from geo.incidents.values import DayOrder
from geo.places.locate import locate
from geo.places.named import PlaceList
from geo.places.postcodes import Gazetteer
from geo.store import conflicts, facts, overlap
from geo.store.fields import fields_of
from geo.store.frames import among, insert, query, table, update
from geo.store.history import counted, now, remember
from geo.store.ledger import recount
from geo.store.placing import FOUND
from geo.tables import INCIDENT_COLUMNS, LOCATED_COLUMNS, names

_DATING = ("received_at", "shift_id")
_TIMES = ("received_at", "advice_at", "dispatched_at", "arrived_at", "cleared_at", "officers_released_at")
_CLOCKED = {*_TIMES, "date", "time", "day", "month", "year"}
_PLACING = ["postcode", "location", "received_on"]
_WHERE = {"incident_id", "source", "file", "sheet", "row"}


@dataclass(frozen=True, slots=True)
class MendResult:
    """
    What became of mends: quarantined rows that are accepted now, rows that are ``still`` quarantined, and incidents
    that were accepted before and say something else now. ``faults`` names the mends that did not fit.
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


@dataclass(slots=True)
class _Row:
    """A record as it stands, with its mends: where it is, its fields, and those that the mends replace."""

    record: str
    state: str
    source: str
    sha256: str
    day_order: DayOrder
    fields: dict[str, str]
    mends: list[Mend] = field(default_factory=list)

    @property
    def mended(self) -> dict[str, str]:
        """Give the fields with the mends in place."""
        return self.fields | {mend.field: mend.mended for mend in self.mends}


def mend(database: sqlite3.Connection, mends: Sequence[Mend], gazetteer: Gazetteer, places: PlaceList) -> MendResult:
    """Make mends, keep them, and write into the history how many."""
    rows, faults = _fitting(database, mends)
    result = _apply(database, rows, faults, gazetteer, places)
    made = [mend for row in rows for mend in row.mends]
    for one in made:
        database.execute(
            "INSERT INTO mends VALUES (?, ?, ?, ?, ?) ON CONFLICT (incident_id, field) "
            "DO UPDATE SET mended = excluded.mended, mended_at = excluded.mended_at",
            (one.incident_id, one.field, one.recorded, one.mended, now()),
        )
    if made:
        remember(database, "mended", detail=f"{counted(len(made), 'cell')}: {_figures(result)}")
    return result


def apply_mends(
    database: sqlite3.Connection, mends: Sequence[Mend], gazetteer: Gazetteer, places: PlaceList
) -> tuple[int, tuple[str, ...]]:
    """
    Make kept mends again on records that came in again.

    A row may be mended first as cells and then as an incident, so the mends that do not fit at first are tried again
    while others still fit.

    Returns
    -------
    How many were made, and a sentence for each that did not fit.
    """
    made, waiting = 0, list(mends)
    faults: tuple[str, ...] = ()
    while waiting:
        rows, faults = _fitting(database, waiting)
        _apply(database, rows, (), gazetteer, places)
        done = {(mend.incident_id, mend.field) for row in rows for mend in row.mends}
        if not done:
            break
        made += len(done)
        waiting = [mend for mend in waiting if (mend.incident_id, mend.field) not in done]
        faults = ()
    return made, faults


def _fitting(database: sqlite3.Connection, mends: Sequence[Mend]) -> tuple[list[_Row], tuple[str, ...]]:
    """Give the rows with those mends that fit what stands there now, and a sentence for each that does not."""
    rows = _rows(database, {mend.incident_id for mend in mends})
    faults = []
    for one in mends:
        if fault := _misfit(one, rows.get(one.incident_id)):
            faults.append(fault)
        else:
            rows[one.incident_id].mends.append(one)
    return [row for row in rows.values() if row.mends], tuple(faults)


def _misfit(mend: Mend, row: _Row | None) -> str:
    """Say why a mend does not fit, or nothing."""
    if row is None:
        return f"{mend.incident_id!r} is no incident or quarantined row any more, so its mend was not made"
    known = {*FIELDS, *row.fields} if row.state == "quarantined" else {*names(INCIDENT_COLUMNS), "person_key"}
    if mend.field not in known:
        return f"{mend.field!r} is no field of {mend.incident_id!r}, so its mend was not made"
    if row.mended.get(mend.field, "") != mend.recorded:
        return (
            f"{mend.field.replace('_', ' ')} of {mend.incident_id!r} does not read as it did, so its mend was not made"
        )
    return ""


def _rows(database: sqlite3.Connection, records: Iterable[str]) -> dict[str, _Row]:
    """Give the records of these names as they stand: quarantined, held or accepted."""
    wanted = (among(records),)
    orders = dict(database.execute("SELECT sha256, day_order FROM files"))
    left = database.execute(
        "SELECT l.incident_id, f.source, l.sha256, l.fields FROM left_out AS l JOIN files AS f USING (sha256) "
        "WHERE l.state = 'quarantined' AND l.incident_id IN (SELECT value FROM json_each(?))",
        wanted,
    )
    rows = {
        record: _Row(record, "quarantined", source, sha256, orders[sha256], json.loads(fields))
        for record, source, sha256, fields in left
    }
    files = dict(
        database.execute(
            "SELECT incident_id, sha256 FROM incidents WHERE incident_id IN (SELECT value FROM json_each(?))", wanted
        )
    )
    for incident in table(
        database, "incidents", LOCATED_COLUMNS, "incident_id IN (SELECT value FROM json_each(?))", wanted
    ).to_dict("records"):
        record = str(incident["incident_id"])
        state = "held" if record in rows else "accepted"
        sha256 = files[record]
        rows[record] = _Row(record, state, str(incident["source"]), sha256, orders[sha256], fields_of(incident))
    return rows


def _apply(
    database: sqlite3.Connection, rows: Sequence[_Row], faults: tuple[str, ...], gazetteer: Gazetteer, places: PlaceList
) -> MendResult:
    """Read the rows with their mends, and put each where it belongs now."""
    secret = facts.secret(database)
    counts = {"accepted": 0, "still": 0, "changed": 0}
    said = list(faults)
    groups: dict[tuple[str, str, bool], list[_Row]] = {}
    for row in rows:
        groups.setdefault((row.source, row.day_order, row.state == "quarantined"), []).append(row)
    for (_, _, is_quarantined), group in groups.items():
        settle = _read_quarantined if is_quarantined else _change
        located, sentences = settle(database, group, gazetteer, places, secret)
        said.extend(sentences)
        for name in counts:
            counts[name] += located.count(name)
    recount(database, [row.sha256 for row in rows])
    return MendResult(**counts, faults=tuple(said))


def _read(rows: Sequence[_Row], fields: Sequence[Mapping[str, str]], secret: bytes) -> Records:
    """Read rows of one source and one order of dates from their fields."""
    cells = pd.DataFrame(list(fields), index=range(1, len(rows) + 1)).fillna("").astype("str")
    return read_records(
        cells,
        source=rows[0].source,
        file="",
        sheet="",
        ids=[row.record for row in rows],
        day_order=rows[0].day_order,
        person_secret=secret,
        mends=(),
    )


def _read_quarantined(
    database: sqlite3.Connection, rows: Sequence[_Row], gazetteer: Gazetteer, places: PlaceList, secret: bytes
) -> tuple[list[str], list[str]]:
    """Read quarantined rows again; those that can be read now are accepted, or held where their reference is taken."""
    read = _read(rows, [row.mended for row in rows], secret)
    for left in read.quarantined.to_dict("records"):
        database.execute(
            "UPDATE left_out SET reason = ?, suggestion = ?, fields = ? WHERE incident_id = ?",
            (left["reason"], left["suggestion"], left["fields"], left["incident_id"]),
        )
    stands = query(
        database,
        'SELECT incident_id, file, sheet, "row" FROM left_out WHERE incident_id IN (SELECT value FROM json_each(?))',
        (among(read.accepted["incident_id"]),),
    ).set_index("incident_id")
    found = stands.loc[read.accepted["incident_id"]].reset_index(drop=True)
    incidents = read.accepted.reset_index(drop=True).assign(
        file=found["file"].astype("str"), sheet=found["sheet"].astype("str"), row=found["row"].astype("int64")
    )
    placed = locate(incidents, gazetteer, places)[names(LOCATED_COLUMNS)]
    by_id = {row.record: row for row in rows}
    for record in incidents["incident_id"]:
        one = placed[placed["incident_id"] == record]
        insert(database, "incidents", one, held=1, sha256=by_id[record].sha256)
        _keep_doubts(database, by_id[record], read.doubts[read.doubts["incident_id"] == record])
    ends = _settle(database, [by_id[record] for record in incidents["incident_id"]], secret)
    return [*ends, *["still"] * len(read.quarantined)], []


def _change(
    database: sqlite3.Connection, rows: Sequence[_Row], gazetteer: Gazetteer, places: PlaceList, secret: bytes
) -> tuple[list[str], list[str]]:
    """Change what the mended fields of accepted and held rows say, and nothing else of them."""
    before = _read(rows, [_needed(row, row.fields) for row in rows], secret).accepted.set_index(
        "incident_id", drop=False
    )
    read = _read(rows, [_needed(row, row.mended) for row in rows], secret)
    faults = [
        f"the mend of {left['incident_id']!r} cannot be read: {left['reason']}"
        for left in read.quarantined.to_dict("records")
    ]
    after = read.accepted.set_index("incident_id", drop=False)
    fits = [row for row in rows if row.record in after.index and row.record in before.index]
    for row in rows:
        if row not in fits:
            row.mends.clear()
    if not fits:
        return [], faults
    records = [row.record for row in fits]
    stood = (
        table(
            database, "incidents", LOCATED_COLUMNS, "incident_id IN (SELECT value FROM json_each(?))", (among(records),)
        )
        .set_index("incident_id", drop=False)
        .loc[records]
    )
    said = stood.assign(
        **{
            name: _changed(stood[name], before.loc[records, name], after.loc[records, name])
            for name in names(INCIDENT_COLUMNS)
            if name not in _WHERE
        }
    )
    placed = pd.DataFrame(locate(said, gazetteer, places))[FOUND]
    moves = (said[_PLACING].fillna(pd.Timestamp(0)) != stood[_PLACING].fillna(pd.Timestamp(0))).any(axis="columns")
    new = said.assign(**{name: said[name].where(~moves, placed[name]) for name in FOUND})
    update(database, "incidents", new.drop(columns="incident_id"), "incident_id", records)
    for row in fits:
        doubts = read.doubts[read.doubts["incident_id"] == row.record]
        _keep_doubts(database, row, doubts[doubts["field"].isin(_touched(row))])
        if row.state == "held":
            database.execute(
                "UPDATE left_out SET fields = ? WHERE incident_id = ?",
                (json.dumps(fields_of(new.loc[row.record])), row.record),
            )
    _know_again(database, [row for row in fits if row.state == "accepted"], secret)
    held = _settle(database, [row for row in fits if row.state == "held"], secret)
    return [*held, *["changed" for row in fits if row.state == "accepted"]], faults


def _needed(row: _Row, fields: Mapping[str, str]) -> dict[str, str]:
    """Give the fields that are read again: the mended ones, and those that they are read with."""
    touched = {mend.field for mend in row.mends}
    wanted = {"reference", *_DATING, *touched, *(_TIMES if touched & _CLOCKED else ())}
    return {name: fields.get(name, "") for name in wanted}


def _touched(row: _Row) -> set[str]:
    """Give the fields whose doubts a row's mends settle."""
    touched = {mend.field for mend in row.mends}
    return touched | (_CLOCKED if touched & _CLOCKED else set())


def _changed(stood: pd.Series, before: pd.Series, after: pd.Series) -> pd.Series:
    """Give a column as it stood, but where the mends make it read otherwise."""
    same = (before == after) | (before.isna() & after.isna())
    return stood.where(same, after)


def _keep_doubts(database: sqlite3.Connection, row: _Row, doubts: pd.DataFrame) -> None:
    """Replace the doubts that a row's mends settle by those of the new reading."""
    settled = among(_touched(row))
    stood = database.execute('SELECT sheet, "row" FROM incidents WHERE incident_id = ?', (row.record,)).fetchone()
    database.execute(
        "DELETE FROM doubts WHERE incident_id = ? AND field IN (SELECT value FROM json_each(?))", (row.record, settled)
    )
    insert(database, "doubts", doubts.assign(sheet=stood[0], row=stood[1]), sha256=row.sha256)


def _know_again(database: sqlite3.Connection, rows: Sequence[_Row], secret: bytes) -> None:
    """Remember what mended records say now, so that a later file that says the same is known to repeat them."""
    if not rows:
        return
    incidents = table(
        database,
        "incidents",
        LOCATED_COLUMNS,
        "incident_id IN (SELECT value FROM json_each(?))",
        (among(row.record for row in rows),),
    ).set_index("incident_id", drop=False)
    incidents = incidents.loc[[row.record for row in rows]]
    contents = overlap.incident_contents(incidents, secret)
    claimed = overlap.claims(rows[0].source, incidents["reference"], contents)
    for row, claim, content in zip(rows, claimed, contents, strict=True):
        database.execute("INSERT INTO received VALUES (?, ?, ?, ?)", (claim, content, row.record, row.sha256))


def _settle(database: sqlite3.Connection, rows: Sequence[_Row], secret: bytes) -> list[str]:
    """Accept held rows whose reference nothing stands against; say of each whether it is accepted or still held."""
    _know_again(database, rows, secret)
    ends = []
    for row in rows:
        claim = database.execute(
            "SELECT claim FROM received WHERE record = ? ORDER BY rowid DESC LIMIT 1", (row.record,)
        ).fetchone()[0]
        if other := conflicts.opponent(database, row.record, claim, row.sha256):
            place = conflicts.where(database, [other])[other]
            database.execute(
                "UPDATE left_out SET reason = ?, suggestion = ? WHERE incident_id = ?",
                (conflicts.reason(place), conflicts.SUGGESTION, row.record),
            )
        else:
            conflicts.accept(database, row.record)
        ends.append("still" if other else "accepted")
    return ends


def _figures(result: MendResult) -> str:
    """Give the counts of a result, without what they are about."""
    return f"{result.accepted} accepted, {result.changed} changed, {result.still} still in quarantine"


def read_fields(database: sqlite3.Connection, record: str) -> dict[str, str]:
    """
    Give the fields of a record as text, as far as they are not blank.

    Raises
    ------
    ProjectError
        If no such record is accepted or quarantined.
    """
    if (row := _rows(database, [record]).get(record)) is None:
        raise ProjectError(f"there is no incident {record!r}; it may have been erased meanwhile: look again")
    return row.fields
