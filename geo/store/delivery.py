"""A file's rows on their way into a project: what each claims and says, and which table it would stand in."""

import json
from dataclasses import dataclass

import pandas as pd

from geo.deployment.shifts import ShiftLog
from geo.incidents.read import Extract
from geo.store import overlap
from geo.store.days import days_of_fields, days_of_texts
from geo.store.fields import fields_of
from geo.store.ledger import Arrival
from geo.tables import LOCATED_COLUMNS, SHIFT_COLUMNS, check, names

LEFT_OUT = ["state", "incident_id", "sheet", "row", "reason", "suggestion", "text", "fields", "repeats"]


@dataclass(frozen=True, eq=False)
class Delivery:
    """
    The rows of one file, read and placed.

    ``rows`` were read well and have the columns of ``table``, with their record's name under ``key``; ``quarantined``
    could not be read and ``refused`` are no records, both with the columns of ``LEFT_OUT``. ``records`` has a line for
    each of ``rows`` and then of ``quarantined``: record, claim, content, what it is ``alike``, day, sheet, row, and
    whether it was ``read``.
    """

    table: str
    key: str
    rows: pd.DataFrame
    quarantined: pd.DataFrame
    refused: pd.DataFrame
    records: pd.DataFrame
    doubts: pd.DataFrame
    faults: tuple[str, ...]


def delivery_of_extract(extract: Extract, located: pd.DataFrame, arrival: Arrival, secret: bytes) -> Delivery:
    """
    Give the delivery of an extract; ``located`` are its accepted incidents with their places.

    Raises
    ------
    SchemaError
        If ``located`` does not keep its contract.
    """
    rows = check(pd.DataFrame(located), LOCATED_COLUMNS, f"the located incidents of {arrival.name}")
    rows = rows.reset_index(drop=True).assign(file=arrival.name)
    quarantined = _left_out(extract.quarantined, "quarantined")
    cells = [json.loads(text) for text in quarantined["fields"]]
    said = overlap.incident_contents(extract.accepted, secret) + overlap.field_contents(cells, secret)
    references = [*extract.accepted["reference"], *(row.get("reference", "") for row in cells)]
    days = days_of_fields(cells, arrival.day_order)
    both = pd.concat(
        [rows[["incident_id", "sheet", "row"]], quarantined[["incident_id", "sheet", "row"]]], ignore_index=True
    )
    records = both.rename(columns={"incident_id": "record"}).assign(
        claim=overlap.claims(arrival.source, references, said),
        content=said,
        alike=overlap.likenesses(extract.accepted, secret) + [""] * len(quarantined),
        day=[*rows["received_on"], *days],
        read=[True] * len(rows) + [False] * len(quarantined),
    )
    return Delivery(
        "incidents",
        "incident_id",
        rows,
        quarantined,
        _left_out(extract.refused, "refused"),
        _kinds(records),
        extract.doubts,
        extract.faults,
    )


def delivery_of_shift_log(log: ShiftLog, arrival: Arrival, secret: bytes) -> Delivery:
    """Give the delivery of a shift log."""
    shifts = check(log.frame, SHIFT_COLUMNS, f"the shift log {arrival.name}").reset_index(drop=True)
    rows = shifts.assign(file=arrival.name, record="shift:" + shifts["shift_id"])
    unread = overlap.unread_shifts(log.quarantined["text"], secret)
    names_of_unread = [claim.replace(overlap.SEPARATOR, ":unread ") for claim in unread]
    quarantined = _left_out(log.quarantined.assign(incident_id=names_of_unread, fields="{}"), "quarantined")
    both = pd.concat([rows[["record", "row"]], quarantined[["incident_id", "row"]].set_axis(["record", "row"], axis=1)])
    records = both.reset_index(drop=True).assign(
        sheet="",
        claim=[*overlap.shift_claims(shifts["shift_id"]), *unread],
        content=[*overlap.shift_contents(shifts, secret), *unread],
        alike="",
        day=[*shifts["date"], *days_of_texts(log.quarantined["text"].tolist(), arrival.day_order)],
        read=[True] * len(rows) + [False] * len(quarantined),
    )
    refused = _left_out(log.left_out, "refused")
    return Delivery("shifts", "record", rows, quarantined, refused, _kinds(records), pd.DataFrame(), log.faults)


def as_left_out(row: dict[str, object], table: str) -> dict[str, str]:
    """Give the text and the fields of a row that was read well and is held all the same."""
    fields = fields_of(row) if table == "incidents" else {}
    said = fields.values() if fields else (str(row[name]) for name in names(SHIFT_COLUMNS) if row[name])
    return {"text": " | ".join(text for text in said if text), "fields": json.dumps(fields, ensure_ascii=False)}


def _left_out(rows: pd.DataFrame, state: str) -> pd.DataFrame:
    return (
        rows.reset_index(drop=True)
        .assign(state=state)
        .reindex(columns=LEFT_OUT, fill_value="")
        .astype({"row": "int64"})
    )


def _kinds(records: pd.DataFrame) -> pd.DataFrame:
    kinds = dict.fromkeys(["record", "claim", "content", "alike", "sheet"], "str")
    return records.astype(kinds | {"day": "datetime64[us]", "row": "int64", "read": "bool"})
