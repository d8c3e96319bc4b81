"""Keep a file that was read: all its rows in one transaction, and nothing where the same file is in already."""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from geo.incidents.columns import ColumnMapping
from geo.places.postcodes import Gazetteer
from geo.store import conflicts, decisions, facts, limits, overlap
from geo.store.database import rewrite, writing
from geo.store.delivery import LEFT_OUT, Delivery, as_left_out
from geo.store.erasing import apply_retention
from geo.store.frames import among, insert
from geo.store.ledger import Arrival, Imported, close_line, is_known, open_line
from geo.store.mending import mend_again
from geo.store.placing import read_places


def keep(
    folder: Path,
    arrival: Arrival,
    delivery: Delivery,
    gazetteer: Gazetteer,
    *,
    approved: ColumnMapping | None = None,
    is_synthetic: bool = False,
) -> Imported | None:
    """
    Keep one file whole: its rows, what was left out and why, what was doubted and noticed.

    Records that an earlier file delivered are refused as imported before; those that claim an earlier reference for
    something else are held in quarantine; those past the project's limits are refused and not kept. Mends and refusals
    of earlier days are made again, and records past the retention period are erased.

    Parameters
    ----------
    approved
        The mapping of columns that a person approved, to be kept for the next file.
    is_synthetic
        Whether the file says that its rows are invented; the project then says so for as long as the file is in it.

    Returns
    -------
    What became of the rows; None when the same file was imported before, which changes nothing.
    """
    with writing(folder) as database:
        if is_known(database, arrival.sha256):
            return None
        records = _judge(database, delivery.records)
        _write(database, arrival, delivery, records)
        kept = records.loc[records["fate"].isin(["accepted", "held", "quarantined"]), "record"]
        mended, misfits = mend_again(database, decisions.mends_of(database, kept), gazetteer, read_places(database))
        if approved is not None:
            decisions.save_mapping(database, arrival.source, approved)
        if is_synthetic:
            facts.mark_synthetic(database, arrival.sha256)
        faults = (*delivery.faults, *_overlap_faults(records), *misfits)
        imported = close_line(database, arrival, mended, faults)
        erased = apply_retention(database)
    if erased:
        rewrite(folder)
    return imported


def _judge(database: sqlite3.Connection, records: pd.DataFrame) -> pd.DataFrame:
    """
    Say of each record what becomes of it: its ``fate`` and ``reason``, what it ``repeats``, and its name from now on.

    ``fate`` is accepted, held, quarantined, discarded (decided before to be no incident) or refused.
    """
    why_not = limits.read_limits(database).why_not(records["day"], records["claim"], facts.secret(database))
    may = records[why_not.eq("")]
    repeats, contested = overlap.find_repeats(
        may[["claim", "content", "alike"]],
        conflicts.earlier_records(database, {*may["claim"], *may["alike"]} - {""}),
    )
    places = conflicts.where(database, {*repeats, *contested} - {""})
    new = may[repeats.eq("")]
    ids = pd.Series(
        overlap.free_ids(new["record"].tolist(), _taken(database, new["record"])), index=new.index, dtype="str"
    )
    judged = records.assign(
        original=records["record"],
        record=ids.reindex(records.index, fill_value=""),
        repeats=repeats.reindex(records.index, fill_value=""),
        fate=records["read"].map({True: "accepted", False: "quarantined"}).astype("str"),
        reason=why_not,
    )
    against = contested[contested.ne("") & records.loc[contested.index, "read"]]
    judged.loc[against.index, "fate"] = "held"
    judged.loc[against.index, "reason"] = [
        conflicts.reason(places[record], claim)
        for record, claim in zip(against, records.loc[against.index, "claim"], strict=True)
    ]
    again = repeats[repeats.ne("")]
    judged.loc[again.index, "reason"] = again.map(lambda record: f"already imported: {places[record]}")
    judged.loc[why_not.ne("") | judged["repeats"].ne(""), "fate"] = "refused"
    return _discarded(database, judged)


def _taken(database: sqlite3.Connection, wanted: Iterable[str]) -> Callable[[str], bool]:
    """Tell which records are in the project already; those ``wanted`` are looked up at once."""
    asked = set(wanted)
    found = {
        record
        for (record,) in database.execute(
            "SELECT record FROM received WHERE record IN (SELECT value FROM json_each(?))", (among(asked),)
        )
    }

    def is_taken(record: str) -> bool:
        if record in asked:
            return record in found
        return database.execute("SELECT 1 FROM received WHERE record = ?", (record,)).fetchone() is not None

    return is_taken


def _discarded(database: sqlite3.Connection, judged: pd.DataFrame) -> pd.DataFrame:
    """Refuse again the rows that were decided to be no incidents and still say the same."""
    waiting = judged[judged["fate"].isin(["held", "quarantined"])]
    known = decisions.read_discards(database, waiting["record"])
    found = waiting.reset_index()[["index", "record", "content"]].merge(known, on=["record", "content"])
    judged.loc[found["index"], "fate"] = "discarded"
    judged.loc[found["index"], "reason"] = found["reason"].to_numpy()
    return judged


def _write(database: sqlite3.Connection, arrival: Arrival, delivery: Delivery, records: pd.DataFrame) -> None:
    """Write the rows of a file where their fate puts them."""
    rows = delivery.rows.assign(**{delivery.key: records["record"].iloc[: len(delivery.rows)]})
    fates = records["fate"].iloc[: len(rows)]
    left_out = _left_out(delivery, rows, records)
    quarantined = int(left_out["state"].eq("quarantined").sum())
    open_line(database, arrival, (int(fates.eq("accepted").sum()), quarantined, len(left_out) - quarantined))
    insert(database, delivery.table, rows[fates.eq("accepted")], held=0, sha256=arrival.sha256)
    insert(database, delivery.table, rows[fates.eq("held")], held=1, sha256=arrival.sha256)
    insert(database, "left_out", left_out, file=arrival.name, sha256=arrival.sha256)
    received = records[records["fate"].ne("refused")]
    insert(database, "received", received[["claim", "content", "record"]], sha256=arrival.sha256)
    alike = received.loc[received["alike"].ne(""), ["alike", "content", "record"]].rename(columns={"alike": "claim"})
    insert(database, "received", alike, sha256=arrival.sha256)
    if len(delivery.doubts):
        insert(database, "doubts", _doubts(delivery.doubts, records), sha256=arrival.sha256)


def _left_out(delivery: Delivery, rows: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of a file that are not accepted; of a refused record nothing is kept but why."""
    behind = records.iloc[len(rows) :].set_axis(delivery.quarantined.index)
    cells = delivery.quarantined.assign(incident_id=behind["record"])
    again = cells.assign(state="refused", reason=behind["reason"], suggestion="")
    refused = records[records["fate"].eq("refused")][["sheet", "row", "reason", "repeats"]]
    parts = [
        delivery.refused,
        refused.assign(state="refused", incident_id="", suggestion="", text="", fields=""),
        again[behind["fate"].eq("discarded")],
        cells[behind["fate"].eq("quarantined")],
        _held(delivery, rows, records.iloc[: len(rows)]),
    ]
    return pd.concat([part[LEFT_OUT] for part in parts if len(part)] or [delivery.refused], ignore_index=True)


def _held(delivery: Delivery, rows: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Give the lines of rows that were read well and are not accepted: held, or decided to be no incidents."""
    waits = records["fate"].isin(["held", "discarded"])
    lines = [
        {"incident_id": row[delivery.key], "sheet": row.get("sheet", ""), "row": row["row"], "repeats": ""}
        | as_left_out(row, delivery.table)
        for row in rows[waits].to_dict("records")
    ]
    is_held = records.loc[waits, "fate"].eq("held").to_numpy()
    return pd.DataFrame(lines, columns=["incident_id", "sheet", "row", "repeats", "text", "fields"]).assign(
        state=np.where(is_held, "quarantined", "refused"),
        reason=records.loc[waits, "reason"].to_numpy(),
        suggestion=np.where(is_held, conflicts.SUGGESTIONS[delivery.table], ""),
    )


def _doubts(doubts: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Give the doubts of the records that are kept, under the names that these have now."""
    kept = records[records["fate"].isin(["accepted", "held", "quarantined"])]
    named = doubts["incident_id"].map(kept.set_index("original")["record"])
    return doubts.assign(incident_id=named)[named.notna()]


def _overlap_faults(records: pd.DataFrame) -> tuple[str, ...]:
    """Say how many rows were not kept, or not accepted, because of what the project holds or may hold."""
    again = records[records["repeats"].ne("")]
    held, referenced = records["fate"].eq("held"), records["claim"].map(overlap.is_referenced).astype(bool)
    limited = records[records["fate"].eq("refused") & records["repeats"].eq("")]
    settled = records[records["fate"].eq("discarded")]
    said = [
        (again, "rows imported before and refused here: {n} (first: row {row})"),
        (
            records[held & referenced],
            "rows whose reference an earlier file gave to something else, to be settled: {n} (first: row {row})",
        ),
        (
            records[held & ~referenced],
            "rows without a reference that have the time and place of an earlier file's and say something else, to be "
            "settled: {n} (first: row {row})",
        ),
        (limited, "rows that may not be kept any more, refused: {n} (first: row {row})"),
        (settled, "rows decided before to be no incidents, refused: {n} (first: row {row})"),
    ]
    return tuple(text.format(n=len(rows), row=rows["row"].iloc[0]) for rows, text in said if len(rows))
