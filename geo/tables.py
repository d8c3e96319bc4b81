"""
The column contracts of the tables that pass between rooms, and the one check that holds them.

A column is declared once here: its name, what kind of value it holds, its unit and its range. Rooms hand on frames
that passed :func:`check`, so no function takes a column's name as an argument.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from geo.errors import SchemaError

if TYPE_CHECKING:  # the command line reads names from here, and need not wait for pandas
    import pandas as pd

Kind = Literal["text", "number", "time", "date", "choice"]

TRUTH = ("yes", "no", "unknown")
"""The three values of every yes-or-no field: a blank is ``unknown``, never ``no``."""

SOURCES = ("police", "mental_health", "all_mental_health", "s136_register")
"""Who kept the record."""

ROUND_THE_CLOCK = ("all_mental_health", "s136_register")
"""Sources that are kept day and night; the others hold only what happened while the scheme was live."""

CONTACT_MODES = ("face_to_face", "telephone", "advice", "none", "unknown")
PRECISIONS = ("unit", "sector", "district", "place", "none")
LOCATED_BY = ("postcode", "easting_northing", "grid_reference", "named_place", "none")
"""Which part of a record gave the point."""

TIME_KNOWN = ("recorded", "midnight", "repeated_hour", "skipped_hour", "day_only", "none")
"""
How well a record dates its incident: date and time as recorded; exactly 00:00, which may be a default of the software;
in an hour that the clock change repeated or skipped, so that ``received_at`` has another reading; a date without a
time; no date of its own.
"""

LONDON = "Europe/London"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract: what it holds, in which unit, between which limits."""

    name: str
    kind: Kind = "text"
    unit: str = ""
    minimum: float | None = None
    choices: tuple[str, ...] = ()


def _truth(name: str) -> Column:
    return Column(name, "choice", choices=TRUTH)


INCIDENT_COLUMNS: tuple[Column, ...] = (
    Column("incident_id"),
    Column("source", "choice", choices=SOURCES),
    Column("reference"),
    Column("person_key"),
    Column("age_band"),
    Column("sex"),
    Column("postcode"),
    Column("location"),
    Column("place_type", "choice", choices=("public", "home", "unknown")),
    Column("received_on", "date"),
    Column("received_at", "time"),
    Column("received_at_alternative", "time"),
    Column("time_known", "choice", choices=TIME_KNOWN),
    Column("advice_at", "time"),
    Column("dispatched_at", "time"),
    Column("arrived_at", "time"),
    Column("cleared_at", "time"),
    Column("minutes_on_incident", "number", unit="minutes", minimum=0),
    Column("shift_id"),
    Column("incident_type"),
    Column("condition"),
    Column("requested_by"),
    Column("contact_mode", "choice", choices=CONTACT_MODES),
    _truth("deployed"),
    _truth("appropriate_for_car"),
    Column("reason_not_deployed"),
    _truth("information_shared"),
    Column("assessment", "choice", choices=("face_to_face", "telephone", "none", "unknown")),
    Column("reason_not_assessed"),
    Column("referrals"),
    _truth("s136"),
    _truth("s136_consulted"),
    _truth("s136_avoided"),
    _truth("known_to_services"),
    _truth("restraint"),
    Column("officers_on_scene", "number", unit="officers", minimum=0),
    Column("officers_released_at", "time"),
    Column("note"),
    Column("file"),
    Column("sheet"),
    Column("row", "number", unit="row of the file, from 1", minimum=1),
)
"""
What ``incidents/`` hands on, before a place is found. Text that is not recorded is the empty string.

``location`` is a place that is no postcode, as recorded: a grid reference, easting and northing, a motorway junction, a
marker post, a named place. ``received_on`` is the day of the call in London, also where no time was recorded.
``received_at_alternative`` is the second reading of a time that a clock change repeated or skipped, missing elsewhere.
"""

LOCATED_COLUMNS: tuple[Column, ...] = (
    *INCIDENT_COLUMNS,
    Column("easting", "number", unit="metres"),
    Column("northing", "number", unit="metres"),
    Column("precision", "choice", choices=PRECISIONS),
    Column("located_by", "choice", choices=LOCATED_BY),
    Column("uncertainty_metres", "number", unit="metres", minimum=0),
    Column("district"),
    Column("district_2021"),
    Column("lsoa"),
    Column("not_located_because"),
    Column("place_remark"),
)
"""
Incidents with the place of each: the point where there is one, the reason where there is none, and what is to be known
of how it was found (a repair, a withdrawn postcode, a list's own name).
"""

SHIFT_COLUMNS: tuple[Column, ...] = (
    Column("shift_id"),
    Column("date", "date"),
    Column("start", "time"),
    Column("end", "time"),
    Column("car"),
    _truth("police_staffed"),
    _truth("nhs_staffed"),
    _truth("deployed"),
    Column("unstaffed_cause"),
    _truth("bank_staff"),
    _truth("backfilled"),
    Column("crew_roles"),
    Column("note"),
    Column("file"),
    Column("row", "number", unit="row of the file, from 1", minimum=1),
)
"""The shift log: one row a car and night; a shift belongs to the day on which it began."""


def names(columns: Iterable[Column]) -> list[str]:
    """Give the names of ``columns`` in order."""
    return [column.name for column in columns]


def check(frame: pd.DataFrame, columns: Iterable[Column], what: str) -> pd.DataFrame:
    """
    Hold ``frame`` against a contract and give back just the contract's columns, in its order.

    Raises
    ------
    SchemaError
        If a column is missing, of another kind, or holds a value outside its choices or range; the message names
        the first fault of each sort.
    """
    wanted = tuple(columns)
    if missing := [column.name for column in wanted if column.name not in frame.columns]:
        raise SchemaError(f"{what}: {len(missing)} columns are missing (first: {missing[0]!r})")
    for column in wanted:
        if fault := _fault(frame[column.name], column):
            raise SchemaError(f"{what}: column {column.name!r} {fault}")
    return frame[names(wanted)]


def _fault(values: pd.Series, column: Column) -> str:
    """Say what is wrong with ``values``, or nothing."""
    import pandas as pd

    if column.kind == "number":
        return _number_fault(values, column)
    if column.kind == "time":
        aware = isinstance(values.dtype, pd.DatetimeTZDtype) and str(values.dtype.tz) == LONDON
        return "" if aware else f"must hold {LONDON} times, not {values.dtype}"
    if column.kind == "date":
        dates = pd.api.types.is_datetime64_dtype(values.dtype)
        return "" if dates else f"must hold dates without a zone, not {values.dtype}"
    return _text_fault(values, column)


def _number_fault(values: pd.Series, column: Column) -> str:
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(values.dtype):
        return f"must hold numbers ({column.unit}), not {values.dtype}"
    low = values < column.minimum if column.minimum is not None else values != values
    if column.minimum is not None and low.any():
        return f"has {int(low.sum())} values below {column.minimum:g} {column.unit} (first: {values[low].iloc[0]:g})"
    return ""


def _text_fault(values: pd.Series, column: Column) -> str:
    if values.isna().any():
        return f"has {int(values.isna().sum())} missing values; text that is not recorded is the empty string"
    odd = [value for value in values.unique() if value not in column.choices] if column.choices else []
    if odd:
        count = int(values.isin(odd).sum())
        return f"has {count} values that are none of {', '.join(column.choices)} (first: {odd[0]!r})"
    return ""
