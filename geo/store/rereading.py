"""
Records read again with their mends.

A quarantined row is read again from its cells, by the rules of every row. An accepted incident keeps what it was read
as, but for what its mended fields say.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.errors import ProjectError
from geo.incidents.read import london_today
from geo.incidents.records import Mend, Records, read_records
from geo.incidents.values import DayOrder
from geo.places.locate import locate
from geo.places.named import PlaceList
from geo.places.postcodes import Gazetteer
from geo.store import conflicts, facts, overlap
from geo.store.fields import fields_of
from geo.store.frames import among, insert, query, table, update
from geo.store.ledger import recount
from geo.store.placing import FOUND
from geo.tables import INCIDENT_COLUMNS, LOCATED_COLUMNS, names

_DATING = ("received_at", "shift_id")
_TIMES = ("received_at", "advice_at", "dispatched_at", "arrived_at", "cleared_at", "officers_released_at")
_CLOCKED = {*_TIMES, "date", "time", "day", "month", "year"}
_PLACING = ["postcode", "location", "received_on"]
_SAID = [name for name in names(INCIDENT_COLUMNS) if name not in {"incident_id", "source", "file", "sheet", "row"}]


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands: quarantined, held or accepted; its fields as text, and the mends that are to be made."""

    name: str
    state: str
    source: str
    sha256: str
    day_order: DayOrder
    fields: Mapping[str, str]
    mends: tuple[Mend, ...] = ()

    @property
    def mended(self) -> dict[str, str]:
        """Give the fields with the mends in place."""
        return {**self.fields, **{one.field: one.mended for one in self.mends}}

    @property
    def touched(self) -> set[str]:
        """Give the fields that the mends say something of: a time is read together with the others."""
        fields = {one.field for one in self.mends}
        return fields | (_CLOCKED if fields & _CLOCKED else set())


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of records: accepted, ``still`` quarantined or changed, by name; and what could not be read."""

    ends: Mapping[str, str]
    faults: tuple[str, ...] = ()


def standing(database: sqlite3.Connection, records: Iterable[str]) -> dict[str, Standing]:
    """Give the records of these names as they stand."""
    wanted = (among(records),)
    orders = dict(database.execute("SELECT sha256, day_order FROM files"))
    left = database.execute(
        "SELECT l.incident_id, f.source, l.sha256, l.fields FROM left_out AS l JOIN files AS f USING (sha256) "
        "WHERE l.state = 'quarantined' AND l.incident_id IN (SELECT value FROM json_each(?))",
        wanted,
    )
    found = {
        name: Standing(name, "quarantined", source, sha256, orders[sha256], json.loads(fields))
        for name, source, sha256, fields in left
    }
    files = database.execute(
        "SELECT incident_id, sha256 FROM incidents WHERE incident_id IN (SELECT value FROM json_each(?))", wanted
    )
    sha256_of = dict(files)
    for incident in _incidents(database, list(sha256_of)).to_dict("records"):
        name = str(incident["incident_id"])
        state, sha256 = "held" if name in found else "accepted", sha256_of[name]
        found[name] = Standing(name, state, str(incident["source"]), sha256, orders[sha256], fields_of(incident))
    return found


def read_fields(database: sqlite3.Connection, name: str) -> Mapping[str, str]:
    """
    Give the fields of a record as text, as far as they are not blank.

    Raises
    ------
    ProjectError
        If no such record is accepted or quarantined.
    """
    if (record := standing(database, [name]).get(name)) is None:
        raise ProjectError(f"there is no incident {name!r}; it may have been erased meanwhile: look again")
    return record.fields


def read_again(
    database: sqlite3.Connection, records: Sequence[Standing], gazetteer: Gazetteer, places: PlaceList
) -> Reread:
    """Read records with their mends, and put each where it belongs now."""
    groups: dict[tuple[str, str, bool], list[Standing]] = {}
    for record in records:
        groups.setdefault((record.source, record.day_order, record.state == "quarantined"), []).append(record)
    ends: dict[str, str] = {}
    faults: list[str] = []
    for (_, _, is_quarantined), group in groups.items():
        settle = _read_rows if is_quarantined else _change_incidents
        reread = settle(database, group, gazetteer, places)
        ends.update(reread.ends)
        faults.extend(reread.faults)
    recount(database, [record.sha256 for record in records])
    return Reread(ends, tuple(faults))


def _read(database: sqlite3.Connection, records: Sequence[Standing], fields: Sequence[Mapping[str, str]]) -> Records:
    """Read records of one source and one order of dates from their fields."""
    cells = pd.DataFrame(list(fields), index=range(1, len(records) + 1)).fillna("").astype("str")
    return read_records(
        cells,
        source=records[0].source,
        file="",
        ids=[record.name for record in records],
        day_order=records[0].day_order,
        person_secret=facts.secret(database),
        latest=london_today(),
    )


def _read_rows(
    database: sqlite3.Connection, records: Sequence[Standing], gazetteer: Gazetteer, places: PlaceList
) -> Reread:
    """Read quarantined rows; those that can be read now are accepted, or held where their reference is taken."""
    read = _read(database, records, [record.mended for record in records])
    database.executemany(
        "UPDATE left_out SET reason = :reason, suggestion = :suggestion, fields = :fields "
        "WHERE incident_id = :incident_id",
        read.quarantined[["reason", "suggestion", "fields", "incident_id"]].to_dict("records"),
    )
    accepted = read.accepted["incident_id"].tolist()
    lines = query(
        database,
        'SELECT incident_id, file, sheet, "row", sha256 FROM left_out '
        "WHERE state = 'quarantined' AND incident_id IN (SELECT value FROM json_each(?))",
        (among(accepted),),
    )
    stood = lines.set_index("incident_id").loc[accepted].reset_index()
    where = {
        "file": stood["file"].astype("str"),
        "sheet": stood["sheet"].astype("str"),
        "row": stood["row"].astype("int64"),
    }
    placed = locate(read.accepted.reset_index(drop=True).assign(**where), gazetteer, places)[names(LOCATED_COLUMNS)]
    for sha256, lines_of_file in stood.groupby("sha256"):
        insert(database, "incidents", placed.loc[lines_of_file.index], held=1, sha256=str(sha256))
    mended = [record for record in records if record.name in set(accepted)]
    _keep_doubts(database, mended, read.doubts)
    return Reread({**dict.fromkeys(read.quarantined["incident_id"], "still"), **_settle(database, mended)})


def _change_incidents(
    database: sqlite3.Connection, records: Sequence[Standing], gazetteer: Gazetteer, places: PlaceList
) -> Reread:
    """Change what the mended fields of accepted and held incidents say, and nothing else of them."""
    before = _read(database, records, [_needed(record, record.fields) for record in records])
    after = _read(database, records, [_needed(record, record.mended) for record in records])
    faults = {
        str(left["incident_id"]): f"the mend of {left['incident_id']!r} cannot be read: {left['reason']}"
        for part in (before, after)
        for left in part.quarantined.to_dict("records")
    }
    fits = [record for record in records if record.name not in faults]
    if fits:
        _rewrite(database, [record.name for record in fits], before.accepted, after.accepted, gazetteer, places)
    _keep_doubts(database, fits, after.doubts)
    accepted = [record for record in fits if record.state == "accepted"]
    held = [record for record in fits if record.state == "held"]
    _know_again(database, accepted)
    for incident in _incidents(database, [record.name for record in held]).to_dict("records"):
        fields = json.dumps(fields_of(incident), ensure_ascii=False)
        database.execute("UPDATE left_out SET fields = ? WHERE incident_id = ?", (fields, incident["incident_id"]))
    ends = {record.name: "changed" for record in accepted}
    return Reread({**ends, **_settle(database, held)}, tuple(faults.values()))


def _rewrite(
    database: sqlite3.Connection,
    records: Sequence[str],
    before: pd.DataFrame,
    after: pd.DataFrame,
    gazetteer: Gazetteer,
    places: PlaceList,
) -> None:
    """Write into incidents what the two readings tell apart, and place again those of which that may move the place."""
    stood = _incidents(database, records)
    old, new = (frame.set_index("incident_id").loc[stood["incident_id"]].reset_index() for frame in (before, after))
    said = stood.assign(**{name: _changed(stood[name], old[name], new[name]) for name in _SAID})
    moves = ~_same(said[_PLACING], stood[_PLACING]).all(axis="columns")
    placed = pd.DataFrame(locate(said, gazetteer, places))[FOUND]
    found = {name: said[name].where(~moves, placed[name]) for name in FOUND}
    wanted = list(dict.fromkeys([*_SAID, *FOUND]))
    update(database, "incidents", said.assign(**found)[wanted], "incident_id", said["incident_id"])


def _needed(record: Standing, fields: Mapping[str, str]) -> dict[str, str]:
    """Give the fields that are read again: the mended ones, and those that they are read with."""
    wanted = {"reference", *_DATING, *(record.touched & {*names(INCIDENT_COLUMNS), "person_key"})}
    return {name: fields.get(name, "") for name in wanted}


def _changed(stood: pd.Series, before: pd.Series, after: pd.Series) -> pd.Series:
    """Give a column as it stood, but where the mends make it read otherwise."""
    return stood.where(_same(before, after), after)


def _same(one: Any, other: Any) -> Any:
    return (one == other) | (one.isna() & other.isna())


def _incidents(database: sqlite3.Connection, records: Sequence[str]) -> pd.DataFrame:
    """Give accepted and held incidents by name, in the order in which they came."""
    return table(
        database, "incidents", LOCATED_COLUMNS, "incident_id IN (SELECT value FROM json_each(?))", (among(records),)
    )


def _keep_doubts(database: sqlite3.Connection, records: Sequence[Standing], doubts: pd.DataFrame) -> None:
    """Replace the doubts that the records' mends settle by those of the new reading; a row's are all new."""
    for record in records:
        new = doubts[doubts["incident_id"] == record.name]
        settled = set(new["field"]) if record.state == "quarantined" else record.touched
        database.execute(
            "DELETE FROM doubts WHERE incident_id = ? AND field IN (SELECT value FROM json_each(?))",
            (record.name, among(settled)),
        )
        new = new[new["field"].isin(settled)]
        for doubt in new.to_dict("records"):
            database.execute(
                'INSERT INTO doubts SELECT incident_id, sheet, "row", ?, ?, ?, sha256 FROM incidents '
                "WHERE incident_id = ?",
                (doubt["field"], doubt["entry"], doubt["read_as"], record.name),
            )


def _know_again(database: sqlite3.Connection, records: Sequence[Standing]) -> None:
    """Remember what mended records say now, so that a later file that says the same is known to repeat them."""
    incidents = _incidents(database, [record.name for record in records])
    contents = overlap.incident_contents(incidents, facts.secret(database))
    likenesses = overlap.likenesses(incidents, facts.secret(database))
    sha256_of = {record.name: record.sha256 for record in records}
    for name, source, reference, content, alike in zip(
        incidents["incident_id"], incidents["source"], incidents["reference"], contents, likenesses, strict=True
    ):
        claims = [*overlap.claims(source, [reference], [content]), *([alike] if alike else [])]
        database.executemany(
            "INSERT INTO received VALUES (?, ?, ?, ?)", [(claim, content, name, sha256_of[name]) for claim in claims]
        )


def _settle(database: sqlite3.Connection, records: Sequence[Standing]) -> dict[str, str]:
    """Accept held records whose claim nothing stands against; say of each whether it is accepted or still held."""
    _know_again(database, records)
    ends = {}
    for record in records:
        (claim,) = database.execute(
            "SELECT claim FROM received WHERE record = ? ORDER BY rowid DESC LIMIT 1", (record.name,)
        ).fetchone()
        if other := conflicts.opponent(database, record.name, claim, record.sha256):
            conflicts.hold(database, record.name, other, claim)
        else:
            conflicts.accept(database, record.name)
        ends[record.name] = "still" if other else "accepted"
    return ends
