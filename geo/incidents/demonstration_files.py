"""The demonstration's rows as messy files: the team's workbook, the control room's CSV and the shift log."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import ProjectError
from geo.whole import whole

Cells = dict[str, Any]
"""One row before it is written, by the demonstration's own names."""

LABEL = "SYNTHETIC DEMONSTRATION"


@dataclass(frozen=True, slots=True)
class Words:
    """What the files of a set say of themselves: the log's title, and what is invented in each file."""

    title: str
    team: str
    control: str
    shifts: str


_WRITTEN = dt.datetime(2016, 12, 31, 12, 0)  # noqa: DTZ001 - a workbook's own date has no zone
_CONTACTS = {
    "face_to_face": ("Face to face", "F2F", "face to face"),
    "telephone": ("Phone", "Telephone"),
    "advice": ("Advice to officers", "Advice", "Advice only"),
    "none": ("No contact",),
    "": ("",),
}
_ASSESSED = {"face_to_face": "Face to face", "telephone": "Telephone", "no": "N", "": ""}
ALLOY = Words(
    title="Operation Alloy \u2013 street triage log (mental-health team)",
    team=(
        f"{LABEL}: not real records. Daily counts, minutes, staffing and deployments of 1-7 February and 7-13 March "
        "2016 are as published; everything else is invented or assumed."
    ),
    control=f"{LABEL}: all rows are invented; clock and places assumed; not real records",
    shifts=f"{LABEL}: staffing of 1-7 February and 7-13 March 2016 as published, the rest invented",
)


def write_files(
    folder: Path,
    team_name: str,
    team: Sequence[Cells],
    control_name: str,
    control: Sequence[Cells],
    shift_name: str,
    shifts: Sequence[Cells],
    words: Words = ALLOY,
) -> None:
    """
    Write the three files, each whole or not at all.

    Raises
    ------
    ProjectError
        If the folder cannot be made or written.
    """
    contents = {
        team_name: _workbook(team, words),
        control_name: _csv(words.control, _CONTROL_COLUMNS, control, "cp1252"),
        shift_name: _csv(words.shifts, _SHIFT_COLUMNS, shifts, "utf-8"),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            with whole(folder / name) as beside:
                beside.write_bytes(data)
    except OSError as error:
        raise ProjectError(
            f"cannot write the demonstration in {str(folder)!r} ({error.strerror}); name another"
        ) from error


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _called_on(row: Cells) -> dt.date:
    """Give the date of the call, the next day's after midnight; that of the night where no time was recorded."""
    night: dt.date = row["night"]
    return night + dt.timedelta(days=(row["clock"] or 0) // (24 * 60))


def _messy_date(row: Cells) -> object:
    """Give the date in one of five styles, all of them day first."""
    if not row["dated"]:
        return ""
    night = _called_on(row)
    styles: tuple[object, ...] = (
        night,
        f"{night:%d/%m/%Y}",
        f"{night.day} {night:%b %Y}",
        f"{night.day}.{night.month}.{night:%y}",
        f"{night:%a} {night.day}/{night.month}/{night:%Y}",
    )
    return styles[row["style"] % len(styles)]


def _messy_time(row: Cells) -> object:
    """Give the time in one of four styles."""
    clock = row["clock"]
    if clock is None:
        return ""
    hour, minute = divmod(clock % (24 * 60), 60)
    styles = (
        f"{hour:02d}:{minute:02d}",
        f"{hour:02d}{minute:02d}",
        f"{hour - 12}.{minute:02d}pm" if hour > 12 else f"{hour or 12}.{minute:02d}am",
        dt.time(hour, minute),
    )
    return styles[row["style"] % len(styles)]


def _truth(name: str) -> Callable[[Cells], object]:
    def spell(row: Cells) -> object:
        spellings = row["spelling"][row[name]]
        return spellings[row["style"] % len(spellings)]

    return spell


def _contact(row: Cells) -> object:
    spellings = _CONTACTS[row["contact"]]
    return spellings[row["style"] % len(spellings)]


def _advised(row: Cells) -> object:
    given = row["contact"] in {"advice", "telephone"} and row["clock"] is not None and row["style"] % 5
    if not given:
        return ""
    midnight = (row["clock"] // (24 * 60) + 1) * 24 * 60
    return _clock(min(row["clock"] + row["style"] % 7 + 1, midnight - 1))


def _own(name: str) -> Callable[[Cells], object]:
    return lambda row: "" if row[name] is None else row[name]


def _when(name: str) -> Callable[[Cells], object]:
    return lambda row: _clock(row[name])


def _same(text: str) -> Callable[[Cells], object]:
    return lambda _: text


_TEAM_COLUMNS: dict[str, Callable[[Cells], object]] = {
    "Ref No.": _own("reference"),
    "Shift ": lambda row: row.get("shift", row["night"].isoformat()),
    "Date of incident": _messy_date,
    "Time rec'd": _messy_time,
    "Post Code": _own("postcode"),
    "Home or public": _own("place_type"),
    "Age": _own("age"),
    "M/F": _own("sex"),
    "Patient ref": _own("person"),
    "Requested by": _own("requester"),
    "Type of incident": _own("type"),
    "MH condition": _own("condition"),
    "Contact": _contact,
    "Time advice given": _advised,
    "Time sent": _when("sent"),
    "Time at scene": _when("scene"),
    "Time clear": _when("clear"),
    "Officers at scene": _own("present"),
    "Time officers released": _when("released"),
    "Approp. for car?": _truth("appropriate"),
    "Car deployed?": _truth("deployed"),
    "Why not deployed": _own("not_sent"),
    "Info shared (Y/N)": _truth("shared"),
    "Assessed by CPN": lambda row: _ASSESSED[row["assessed"]],
    "Why not assessed": _own("not_assessed"),
    "Outcome / referral": _own("referral"),
    "S.136 detention": _truth("s136"),
    "S136 consulted": _truth("consulted"),
    "S136 avoided": _truth("avoided"),
    "Restraint used": _truth("restraint"),
    "KNOWN TO SERVICES": _truth("known"),
    "Mins on incident": _own("minutes"),
    "Notes": _own("note"),
    "Synthetic": _same("synthetic"),
}
_CONTROL_COLUMNS: dict[str, Callable[[Cells], object]] = {
    "URN": _own("reference"),
    "Log Date": lambda row: f"{_called_on(row):%d/%m/%Y}",
    "Log Time": _when("clock"),
    "Location PCode": _own("postcode"),
    "Location Type": _own("place_type"),
    "Incident Category": _own("type"),
    "Nominal Ref": _own("person"),
    "Age": _own("age"),
    "Gender": _own("sex"),
    "MH Tag": _same("Y"),
    "Triage Car Sent": _truth("deployed"),
    "Time Assigned": _when("assigned"),
    "At Scene": _when("at_scene"),
    "Time Closed": _when("closed"),
    "No. of Officers": _own("officers"),
    "S136 Used": _truth("s136"),
    "Remarks": _own("note"),
    "Synthetic": _same("synthetic"),
}
_SPELLED = {"yes": "yes", "no": "no", "unknown": ""}
_SHIFT_COLUMNS: dict[str, Callable[[Cells], object]] = {
    "Shift ID": lambda row: row.get("shift", row["night"].isoformat()),
    "Shift date": lambda row: f"{row['night']:%d/%m/%Y}",
    "Start": lambda row: row.get("start", "18:00"),
    "End": lambda row: row.get("end", "00:00"),
    "Car": lambda row: row.get("car", "Triage car"),
    "Police staffed": lambda row: _SPELLED[row["police"]],
    "NHS staffed": lambda row: _SPELLED[row["nhs"]],
    "Car deployed": lambda row: _SPELLED[row["deployed"]],
    "Reason not staffed": _own("cause"),
    "Bank staff": lambda row: _SPELLED[row["bank"]],
    "Backfilled": lambda row: _SPELLED[row["backfilled"]],
    "Crew roles": lambda row: "; ".join(
        ["police officer", "community psychiatric nurse", *filter(None, [row["crew"]])]
    ),
    "Notes": lambda row: "staffing as published; hours inferred" if row["published"] else row.get("said", "invented"),
    "Synthetic": _same("synthetic"),
}


def _csv(words: str, columns: dict[str, Callable[[Cells], object]], rows: Sequence[Cells], encoding: str) -> bytes:
    """Give a CSV with one line of words above its headings."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([words])
    writer.writerow(columns)
    writer.writerows([give(row) for give in columns.values()] for row in rows)
    return text.getvalue().encode(encoding)


def _workbook(rows: Sequence[Cells], said: Words) -> bytes:
    """Give the team's workbook: a page of words, then the log under a title, with a total at its foot."""
    from openpyxl import Workbook  # slow to load, and a demonstration is written once

    book = Workbook()
    words = book.active
    words.title = "Read me"
    words.append([said.team])
    log = book.create_sheet("Log")
    log.append([said.title])
    log.append([said.team])
    log.append([])
    log.append(list(_TEAM_COLUMNS))
    for row in rows:
        cells = [give(row) for give in _TEAM_COLUMNS.values()]
        log.append([None if cell == "" else cell for cell in cells])
    total: list[object] = [None] * len(_TEAM_COLUMNS)
    total[0], total[1] = "TOTAL", len(rows)
    total[list(_TEAM_COLUMNS).index("Mins on incident")] = sum(row["minutes"] or 0 for row in rows)
    log.append(total)
    book.properties.created = _WRITTEN
    book.properties.creator = LABEL
    saved = io.BytesIO()
    book.save(saved)
    return _settled(saved.getvalue())


def _settled(data: bytes) -> bytes:
    """Give a workbook without the time of its writing, so that the same rows are the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as settled:
        for part in given.infolist():
            content = given.read(part)
            if part.filename == "docProps/core.xml":
                stamp = f">{_WRITTEN:%Y-%m-%dT%H:%M:%S}Z</dcterms:modified>".encode()
                content = re.sub(rb">[^<]*</dcterms:modified>", stamp, content)
            entry = zipfile.ZipInfo(part.filename, _WRITTEN.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            settled.writestr(entry, content)
    return out.getvalue()
