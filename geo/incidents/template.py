"""
The recording template: a workbook with one entry an incident, lists and checks, and every field of the contract.

Nurses write everything twice already, so the template is prefilled with what the control room has; what it asks for
beyond that is what the questions of this tool need. Its headings are those that reading knows, so that it comes back
without any mapping; a prefilled row to which nobody put initials is then no incident, as the team entered nothing.
"""

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from geo.errors import SchemaError
from geo.incidents.values import NOT_XML
from geo.tables import INCIDENT_COLUMNS, LONDON, check
from geo.whole import whole

Kind = Literal["text", "date", "time", "moment", "minutes", "count", "choice", "postcode", "initials"]
Value = str | float | dt.date | dt.time | dt.datetime | None

SHEET = "Incidents"
GUIDE = "How to fill this in"
SPARE_ROWS = 500
"""Empty rows with lists and checks below the prefilled ones."""

MOST_ROWS = 1_000_000

TRUTH_WORDS = {"yes": "Yes", "no": "No"}
CONTACT_WORDS = {"face_to_face": "Face to face", "telephone": "Telephone", "advice": "Advice", "none": "None"}
ASSESSMENT_WORDS = {"face_to_face": "Face to face", "telephone": "Telephone", "none": "None"}
PLACE_WORDS = {"public": "Public place", "home": "Home"}
SEX_WORDS = {word: word for word in ("Female", "Male", "Other")}
AGE_WORDS = {word: word for word in ("under 18", "18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75 and over")}

_FORMATS: Mapping[Kind, str] = {
    "text": "@", "postcode": "@", "choice": "@", "date": "dd/mm/yyyy", "time": "hh:mm",
    "moment": "dd/mm/yyyy hh:mm", "minutes": "0", "count": "0", "initials": "@",
}  # fmt: skip
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_EARLIEST = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One column of the template: its heading, the field of the contract that it holds ('' for none), what to write."""

    heading: str
    field: str
    kind: Kind
    write: str
    words: Mapping[str, str] | None = None
    width: int = 14


_truth = partial(Entry, kind="choice", words=TRUTH_WORDS, width=13)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "Reference",
        "reference",
        "text",
        "The control room's log number, so that both records are one incident.",
        width=16,
    ),
    Entry("Date", "date", "date", "The day of the call, as 04/02/2016."),
    Entry(
        "Time",
        "time",
        "time",
        "When the call came, as 19:40. Leave it blank when you do not know; never write 00:00 for that.",
        width=8,
    ),
    Entry("Shift", "shift_id", "text", "The shift in whose log this stands, by the date of its evening."),
    Entry(
        "Postcode",
        "postcode",
        "postcode",
        "The postcode of the scene, not of the person's home. A part of it, as NN1 5, is better than nothing.",
        width=11,
    ),
    Entry(
        "Location",
        "location",
        "text",
        "Where there is no postcode: grid reference, easting and northing, junction or marker post.",
        width=26,
    ),
    Entry("Place type", "place_type", "choice", "A public place or somebody's home.", PLACE_WORDS),
    Entry(
        "Person reference",
        "person_key",
        "text",
        "Your own number for the person. It is turned into a key when the file is read, and not kept.",
        width=16,
    ),
    Entry("Age band", "age_band", "choice", "The age band, estimated if need be.", AGE_WORDS),
    Entry("Sex", "sex", "choice", "As the person gives it.", SEX_WORDS, width=10),
    Entry("Incident type", "incident_type", "text", "As the control room opened or closed it.", width=26),
    Entry("Condition", "condition", "text", "How the person presented, in your service's words.", width=20),
    Entry(
        "Requested by",
        "requested_by",
        "text",
        "Who asked for the nurse: a response officer, the control room, ambulance.",
        width=18,
    ),
    Entry(
        "Contact mode",
        "contact_mode",
        "choice",
        "The most that was done: face to face, telephone, advice to officers, or none.",
        CONTACT_WORDS,
    ),
    Entry("Advice at", "advice_at", "moment", "When advice was given, as 19:48.", width=17),
    _truth("Car deployed", "deployed", write="Was the car sent?"),
    _truth(
        "Appropriate for car", "appropriate_for_car", write="Was this a call for the car, whether or not it could go?"
    ),
    Entry(
        "Reason not deployed",
        "reason_not_deployed",
        "text",
        "Why the car was not sent: advice was enough, car busy, too far, no officer.",
        width=22,
    ),
    Entry("Dispatched at", "dispatched_at", "moment", "When the car was sent.", width=17),
    Entry("Arrived at", "arrived_at", "moment", "When it arrived.", width=17),
    Entry("Cleared at", "cleared_at", "moment", "When the incident was done with.", width=17),
    Entry(
        "Minutes on incident",
        "minutes_on_incident",
        "minutes",
        "Minutes spent in all, writing up included. The hours of the scheme are planned from them.",
        width=10,
    ),
    _truth("Information shared", "information_shared", write="Were officers told what the records hold?"),
    Entry("Assessment", "assessment", "choice", "How the nurse assessed, or none.", ASSESSMENT_WORDS),
    Entry("Reason not assessed", "reason_not_assessed", "text", "Why there was no assessment.", width=22),
    Entry(
        "Referrals",
        "referrals",
        "text",
        "To whom the person was passed on; several with a semicolon between them.",
        width=24,
    ),
    _truth("Section 136", "s136", write="Was the person detained under section 136?"),
    _truth("S136 consulted", "s136_consulted", write="Was the nurse asked before the detention?"),
    _truth("S136 avoided", "s136_avoided", write="Do officers say that a detention was avoided?"),
    _truth("Known to services", "known_to_services", write="Was the person known to mental-health services?"),
    _truth("Restraint used", "restraint", write="Was force used?"),
    Entry("Officers on scene", "officers_on_scene", "count", "How many officers were there.", width=10),
    Entry("Officers released at", "officers_released_at", "moment", "When the officers could leave.", width=17),
    Entry("Note", "note", "text", "What else matters. No names, no addresses.", width=40),
)
"""The template's columns in order; date and time are the two parts of ``received_at``."""

RECORDED_BY = Entry(
    "Recorded by (initials)",
    "",
    "initials",
    "Required: your initials, in every row that you write or complete. A prefilled row without them does not count.",
    width=12,
)
PREFILLED = Entry(
    "Prefilled", "", "text", "Leave it as it is: yes says that the row comes from the control room.", width=10
)
COLUMNS: tuple[Entry, ...] = (RECORDED_BY, *ENTRIES, PREFILLED)
"""The sheet's columns: between the two that say who wrote a row, those of :data:`ENTRIES`."""

GUIDANCE = (
    "One row is one incident, whoever heard of it first. Rows that are filled in come from the control room: complete "
    "those that your team dealt with, do not write them again, and leave the others alone.",
    "Put your initials into the first column of every row that you write or complete: a prefilled row without them is "
    "not counted as an incident of your team.",
    "A blank means that nobody knows. It is never read as No: write No where the answer is no.",
    "Where a list is offered, choose from it. Times after midnight are written as they are: 00:40.",
    "For planning, never for live dispatch. Keep this file where your service keeps records of persons.",
)


def write_template(path: Path, incidents: pd.DataFrame | None = None) -> int:
    """
    Write the recording template of :func:`template_bytes` as a file, whole or not at all; an old one is replaced.

    Returns
    -------
    How many incidents were prefilled.

    Raises
    ------
    SchemaError
        If the name does not end in .xlsx, or there are more incidents than a sheet has rows for.
    SourceError
        If the file cannot be written.
    """
    if path.suffix.casefold() != ".xlsx":
        raise SchemaError(f"{path.name} is no workbook's name; the template is an .xlsx file")
    data = template_bytes(incidents)
    with whole(path) as beside:
        beside.write_bytes(data)
    return 0 if incidents is None else len(control_room(incidents))


def template_bytes(incidents: pd.DataFrame | None = None) -> bytes:
    """
    Make the recording template as a workbook, prefilled with what the control room has of ``incidents``.

    Text from a record is written so that no spreadsheet program runs it as a formula; characters that a workbook cannot
    hold are left out. Person references are not prefilled: a project keeps only their keys. Of a time that the clock
    change repeated the zone is written beside it where it is the second one. A prefilled row says so in its last
    column; read back, it is an incident only where somebody put initials to it.

    Parameters
    ----------
    incidents
        Incidents of any sources (``INCIDENT_COLUMNS``); see :func:`control_room` for which are prefilled.

    Raises
    ------
    SchemaError
        If there are more incidents than a sheet has rows for.
    """
    rows = [] if incidents is None else _prefilled(control_room(incidents))
    if len(rows) > MOST_ROWS:
        raise SchemaError(f"{len(rows):,} incidents do not fit into one sheet; choose a shorter period")
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    _fill(sheet, rows)
    _guide(book.create_sheet(GUIDE))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def control_room(incidents: pd.DataFrame) -> pd.DataFrame:
    """
    Give the incidents that the control room flagged, oldest first; of a project without any, its round-the-clock ones.
    """
    rows = check(pd.DataFrame(incidents), INCIDENT_COLUMNS, "the incidents of the template")
    flagged = rows[rows["source"] == "police"]
    chosen = flagged if len(flagged) else rows[rows["source"] == "all_mental_health"]
    return chosen.sort_values(["received_on", "received_at", "reference"], kind="stable", na_position="last")


def _fill(sheet: Worksheet, rows: list[list[Value]]) -> None:
    """Write headings, formats, prefilled rows, lists and checks."""
    for number, entry in enumerate(COLUMNS, start=1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width, column.number_format = entry.width, _FORMATS[entry.kind]
        _head(_write(sheet, 1, number, entry.heading, "text"))
    for place, row in enumerate(rows, start=2):
        for number, (entry, value) in enumerate(zip(COLUMNS, row, strict=True), start=1):
            if value is not None:
                _write(sheet, place, number, value, entry.kind)
    last = len(rows) + 1 + SPARE_ROWS
    for number, entry in enumerate(COLUMNS, start=1):
        if (validation := _check_of(entry)) is not None:
            letter = get_column_letter(number)
            validation.add(f"{letter}2:{letter}{last}")
            sheet.add_data_validation(validation)
    sheet.freeze_panes = "E2"
    sheet.row_dimensions[1].height = 32
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{len(rows) + 1}"


def _head(cell: Cell) -> None:
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="DDE6EE")
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _write(sheet: Worksheet, row: int, column: int, value: Value, kind: Kind) -> Cell:
    """Write one cell; text stays text, whatever it begins with."""
    cell: Cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = NOT_XML.sub("", value)
        cell.data_type = "s"
        cell.number_format = "@"
        if value.startswith(_FORMULA_SIGNS):
            cell.quotePrefix = True
        return cell
    cell.value = value
    cell.number_format = _FORMATS[kind]
    return cell


def _check_of(entry: Entry) -> DataValidation | None:
    """Give the list or the check of a column, with the words of its refusal; None where any text may stand."""
    made = _check_by_kind(entry)
    if made is None:
        return None
    made.allow_blank = True
    made.showInputMessage = made.showErrorMessage = True
    made.promptTitle, made.prompt = entry.heading[:32], entry.write[:255]
    made.errorTitle = entry.heading[:32]
    return made


def _check_by_kind(entry: Entry) -> DataValidation | None:
    if entry.words is not None:
        listed = ",".join(dict.fromkeys(entry.words.values()))
        style = "warning" if entry.field in {"age_band", "sex"} else "stop"
        return DataValidation("list", formula1=f'"{listed}"', errorStyle=style, error="Choose from the list.")
    if entry.kind == "date":
        first = (_EARLIEST - dt.date(1899, 12, 30)).days
        return DataValidation("date", operator="greaterThanOrEqual", formula1=str(first), error="Write 04/02/2016.")
    if entry.kind == "time":
        return DataValidation("decimal", operator="between", formula1="0", formula2="0.999989", error="Write 19:40.")
    if entry.kind == "moment":
        error = "Write a time, as 19:40, or date and time, as 04/02/2016 19:40."
        return DataValidation("decimal", operator="greaterThanOrEqual", formula1="0", error=error)
    if entry.kind == "minutes":
        return DataValidation("decimal", operator="between", formula1="0", formula2="1440", error="0 to 1440 minutes.")
    if entry.kind == "count":
        return DataValidation("whole", operator="between", formula1="0", formula2="99", error="A whole number.")
    if entry.kind == "postcode":
        error = "A postcode has 2 to 8 characters, as NN1 5BD."
        return DataValidation("textLength", operator="between", formula1="2", formula2="8", error=error)
    if entry.kind == "initials":
        return DataValidation("textLength", operator="between", formula1="1", formula2="12", error="Your initials.")
    return None


def _guide(sheet: Worksheet) -> None:
    """Write how the template is filled in: the rules, then every column with what to write and its list."""
    for row, sentence in enumerate(GUIDANCE, start=1):
        _write(sheet, row, 1, sentence, "text")
    top = len(GUIDANCE) + 2
    for column, word in enumerate(("In this column", "write", "and choose from"), start=1):
        _head(_write(sheet, top, column, word, "text"))
    for row, entry in enumerate(COLUMNS, start=top + 1):
        listed = ", ".join(dict.fromkeys(entry.words.values())) if entry.words else ""
        for column, text in enumerate((entry.heading, entry.write, listed), start=1):
            _write(sheet, row, column, text, "text")
    for letter, width in zip("ABC", (24, 90, 60), strict=True):
        sheet.column_dimensions[letter].width = width


def _prefilled(incidents: pd.DataFrame) -> list[list[Value]]:
    """Give the known values of each incident in the template's order, without initials and marked as prefilled."""
    return [[None, *(_value(entry, row) for entry in ENTRIES), "yes"] for row in incidents.to_dict("records")]


def _value(entry: Entry, row: Mapping[Any, Any]) -> Value:
    if entry.field == "date":
        return None if pd.isna(row["received_on"]) else row["received_on"].date()
    if entry.field == "time":
        return None if pd.isna(row["received_at"]) else _clock(row["received_at"])
    if entry.field == "person_key":
        return None
    value = row[entry.field]
    if entry.kind == "moment":
        return None if pd.isna(value) else _moment(value)
    if entry.kind in {"minutes", "count"}:
        return None if pd.isna(value) else float(value)
    if entry.words is not None:
        return entry.words.get(value, value if value != "unknown" else None) or None
    return str(value) or None


def _clock(moment: pd.Timestamp) -> dt.time | str:
    """Give the time on London's clocks; where they showed it twice and this is the second, with date and zone."""
    if _is_second(moment):
        return f"{moment:%d/%m/%Y %H:%M:%S} GMT"
    clock: dt.time = moment.time()
    return clock


def _moment(moment: pd.Timestamp) -> dt.datetime | str:
    """Give date and time; as text where only a text says it: at midnight, and in the second of a repeated hour."""
    if _is_second(moment):
        return f"{moment:%d/%m/%Y %H:%M:%S} GMT"
    if moment == moment.normalize():
        return f"{moment:%d/%m/%Y %H:%M}"
    wall: dt.datetime = moment.tz_localize(None).to_pydatetime()
    return wall


def _is_second(moment: pd.Timestamp) -> bool:
    """Say whether London's clocks had shown this time an hour before."""
    wall = moment.tz_localize(None)
    first = wall.tz_localize(LONDON, ambiguous=True, nonexistent="shift_forward")
    return bool(first < moment)
