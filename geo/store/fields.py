"""An accepted incident as the fields it could be read from again: what a person sees and mends."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.tables import INCIDENT_COLUMNS, Column

_OWN = {
    "incident_id",
    "source",
    "person_key",
    "received_on",
    "received_at_alternative",
    "time_known",
    "file",
    "sheet",
    "row",
}


def fields_of(incident: Mapping[Any, Any]) -> dict[str, str]:
    """
    Give the fields of an incident as text, blanks left away but for its reference.

    The person is not among them: only a keyed hash of the reference is kept.
    """
    fields = {
        column.name: _text(incident[column.name], column) for column in INCIDENT_COLUMNS if column.name not in _OWN
    }
    fields["received_at"] = _received(incident)
    return {name: text for name, text in fields.items() if text or name == "reference"}


def _received(incident: Mapping[Any, Any]) -> str:
    """Give when the call was received; a day alone where no time was recorded, the zone where the hour is doubled."""
    received, day = incident["received_at"], incident["received_on"]
    if not pd.isna(received):
        return (
            f"{_time(received)} {received:%Z}" if not pd.isna(incident["received_at_alternative"]) else _time(received)
        )
    return "" if pd.isna(day) else f"{day:%Y-%m-%d}"


def _time(time: pd.Timestamp) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}" if time.second else f"{time:%Y-%m-%d %H:%M}"


def _text(value: Any, column: Column) -> str:
    if column.kind == "time":
        return "" if pd.isna(value) else _time(value)
    if column.kind == "number":
        return "" if pd.isna(value) else f"{value:g}"
    if column.kind == "choice":
        return "" if value == "unknown" else str(value).replace("_", " ")
    return str(value)
