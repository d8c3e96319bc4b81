"""The shift log: which crew was on duty on which night, with blanks as unknowns."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import pandas as pd

from geo.errors import SourceError
from geo.incidents import values
from geo.incidents.columns import SHIFT_HEADINGS, Header, find_header, looks_like
from geo.incidents.grid import Grid, read_grids
from geo.incidents.values import DayOrder, Moment, Trouble
from geo.tables import LONDON, SHIFT_COLUMNS, check, names

_TRUTHS = ("police_staffed", "nhs_staffed", "deployed", "bank_staff", "backfilled")
_TEXTS = ("car", "unstaffed_cause", "crew_roles", "note")
_TIMES = ("start", "end")

LONG = dt.timedelta(hours=14)
"""A shift beyond this is more likely a slip of the pen than a shift; it counts as recorded, and is named."""

TO_CORRECT = "correct the log and import it again, or decide that this row is no shift"
"""What a person can do about a shift that cannot be read."""

_TOTAL = re.compile(r"(?:grand |sub ?)?(?:totals?|sum|average|mean|count)\b")
_FOOTNOTE = re.compile(r"(?:end of|printed|source|notes?\b|prepared|produced|page \d|synthetic|\*|#|key\b|nb\b)")

Row = tuple[int, tuple[str, ...]]
"""The number of a row in the file, from 1, and its cells."""


@dataclass(frozen=True, eq=False)
class ShiftLog:
    """
    The shifts of one file: ``frame`` has the columns of :data:`geo.tables.SHIFT_COLUMNS`.

    ``quarantined`` holds the shifts that cannot be read (row, reason, suggestion, text) and ``left_out`` the rows that
    are no shifts (row, reason, text), so ``rows_read`` is the sum of the three. ``day_order`` is the one that the dates
    were read by.
    """

    frame: pd.DataFrame
    quarantined: pd.DataFrame
    left_out: pd.DataFrame
    rows_read: int
    day_order: DayOrder = "day"
    faults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self.frame, SHIFT_COLUMNS, "shift log")


def read_shift_log(path: str | PathLike[str], *, sheet: str | None = None) -> ShiftLog:
    """
    Read a shift log: CSV, TSV, XLSX, XLS or ODS, one row a car and night.

    Start and end are Europe/London. An end at or before the start is the next day's; the shift keeps the date on
    which it began. A blank staffing cell is unknown. A shift without an id takes its ISO date. Totals, footnotes, blank
    rows, the headings again and a row that stands twice word for word are no shifts; what else cannot be read or has no
    date is quarantined.

    Raises
    ------
    SourceError
        If the file cannot be read, or has no heading row with a date and a crew's staffing.
    """
    return shift_log_of(read_grids(path, sheet))


def shift_log_of(grids: Sequence[Grid]) -> ShiftLog:
    """Read a shift log from the sheets of its file; as :func:`read_shift_log`, without disk."""
    grid, header = _shift_sheet(grids)
    below = [(int(row[0]), row[1:]) for row in grid.cells.iloc[header.place + 1 :].itertuples(name=None)]
    order = values.day_order(_cells(row, header).get(field, "") for row in below for field in ("date", *_TIMES))
    none = _no_shifts(below, grid.cells.iloc[header.place].tolist(), header.fields["date"])
    read = [(row, _read_row(row, header, order)) for row in below if row[0] not in none]
    kept = [(row, shift) for row, shift in read if isinstance(shift, dict)]
    unread = [(row[0], reason, TO_CORRECT, _text(row)) for row, reason in read if isinstance(reason, str)]
    ids, id_faults = _identify([shift for _, shift in kept])
    left = [(row[0], none[row[0]], _text(row)) for row in below if row[0] in none]
    return ShiftLog(
        frame=_frame(grid.file, kept, ids),
        quarantined=_rows(unread, "row", "reason", "suggestion", "text"),
        left_out=_rows(left, "row", "reason", "text"),
        rows_read=len(below),
        day_order=order,
        faults=(
            *grid.faults,
            *id_faults,
            *_unread_faults(unread),
            *_left_faults(left),
            *_long_faults(kept),
            *_entry_faults([row for row, _ in kept], header),
        ),
    )


def _rows(rows: Sequence[tuple[Any, ...]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns)).astype(dict.fromkeys(columns, "str") | {"row": "int64"})


def _no_shifts(rows: Sequence[Row], headings: Sequence[str], date: int) -> dict[int, str]:
    """Say which rows are no shifts and why, by their number in the file; ``date`` is the place of their date."""
    titles = [values.plain(text) for text in headings]
    first: dict[tuple[str, ...], int] = {}
    reasons = {}
    for number, cells in rows:
        said = tuple(values.plain(cell) for cell in cells)
        earlier = first.setdefault(said, number)
        if reason := _no_shift(said, titles, date) or (f"the same as row {earlier}" if earlier != number else ""):
            reasons[number] = reason
    return reasons


def _no_shift(said: Sequence[str], titles: Sequence[str], date: int) -> str:
    """Say why a row is no shift, or nothing."""
    entries = [cell for cell in said if cell]
    if not entries:
        return "blank row"
    if list(said) == list(titles):
        return "the headings again"
    if _TOTAL.match(entries[0]) and (not said[date] or said[date] == entries[0]):
        return "a total, not a shift"
    return "a footnote, not a shift" if len(entries) == 1 and said[0] and _FOOTNOTE.match(said[0]) else ""


def _shift_sheet(grids: Sequence[Grid]) -> tuple[Grid, Header]:
    found = [(grid, find_header(grid.cells, SHIFT_HEADINGS), looks_like(grid.cells)) for grid in grids]
    fitting = [(g, h) for g, h, kind in found if h is not None and kind == "shifts" and "date" in h.fields]
    if fitting:
        return max(fitting, key=lambda pair: pair[1].recognised)
    name = grids[0].file
    if any(kind == "incidents" for _, _, kind in found):
        raise SourceError(f"{name} looks like an extract of incidents, not a shift log; read it as an extract")
    raise SourceError(
        f"{name} has no heading row of a shift log; name at least the columns 'Date', 'Police staffed', 'NHS staffed'"
    )


def _cells(row: Row, header: Header) -> dict[str, str]:
    return {field: row[1][column] for field, column in header.fields.items()}


def _text(row: Row) -> str:
    return " | ".join(row[1]).rstrip(" |")


def _read_row(row: Row, header: Header, order: DayOrder) -> dict[str, Any] | str:
    """Read one shift, or say why it cannot be read."""
    cells = _cells(row, header)
    moments = {
        "date": values.read_moment(cells.get("date", ""), order),
        **{field: values.read_time(cells.get(field, ""), order) for field in _TIMES},
    }
    if troubles := [moment.reason for moment in moments.values() if isinstance(moment, Trouble)]:
        return "; ".join(troubles)
    date, start, end = (moment for moment in moments.values() if isinstance(moment, Moment))
    day = date.day or start.day
    if day is None:
        return "no date on which the shift began"
    began, ended = _span(day, start, end)
    if began is not None and ended is not None and ended <= began:
        return "the shift ends before it starts"
    truths = {field: values.read_truth(cells.get(field, ""))[0] for field in _TRUTHS}
    texts = {field: _recorded(cells.get(field, "")) for field in _TEXTS}
    shift_id = _recorded(cells.get("shift_id", "")).strip()
    return {"shift_id": shift_id, "date": day, "start": began, "end": ended, **truths, **texts}


def _recorded(cell: str) -> str:
    return "" if values.is_empty(cell) else cell


def _span(day: dt.date, start: Moment, end: Moment) -> tuple[dt.datetime | None, dt.datetime | None]:
    """
    Give start and end as instants; an end at or before the start belongs to the next day.

    A time that a clock change repeated is the first, in summer time; one that it skipped is read as by a clock that
    had not been changed.
    """
    began = None if start.clock is None else values.readings(start.day or day, start.clock, start.zone)[0]
    if end.clock is None:
        return began, None
    overnight = end.day is None and start.clock is not None and end.clock <= start.clock
    return began, values.readings(end.day or day + dt.timedelta(days=overnight), end.clock, end.zone)[0]


def _identify(shifts: Sequence[dict[str, Any]]) -> tuple[list[str], tuple[str, ...]]:
    """Give each shift its recorded id or its ISO date; a repeated one is told apart by its occurrence."""
    seen: Counter[str] = Counter()
    ids = []
    for shift in shifts:
        name = shift["shift_id"] or shift["date"].isoformat()
        seen[name] += 1
        ids.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    repeated = sum(count - 1 for count in seen.values())
    return ids, (f"shifts that repeat an id: {repeated}; all are kept",) if repeated else ()


def _frame(file: str, kept: Sequence[tuple[Row, dict[str, Any]]], ids: Sequence[str]) -> pd.DataFrame:
    shifts = [
        {**shift, "shift_id": shift_id, "file": file, "row": row[0]}
        for (row, shift), shift_id in zip(kept, ids, strict=True)
    ]
    return pd.DataFrame({name: _column(name, [shift[name] for shift in shifts]) for name in names(SHIFT_COLUMNS)})


def _column(name: str, entries: Sequence[Any]) -> pd.Series:
    if name in _TIMES:
        return pd.Series(pd.to_datetime(list(entries), utc=True)).dt.as_unit("us").dt.tz_convert(LONDON)
    if name == "date":
        return pd.Series(pd.to_datetime(list(entries))).dt.as_unit("us")
    return pd.Series(entries, dtype="int64" if name == "row" else "str")


def _left_faults(left: Sequence[tuple[int, str, str]]) -> tuple[str, ...]:
    if not left:
        return ()
    return (f"rows that are no shifts, left out: {len(left)} (first: row {left[0][0]}, {left[0][1]})",)


def _unread_faults(unread: Sequence[tuple[int, str, str, str]]) -> tuple[str, ...]:
    if not unread:
        return ()
    row, reason, _, _ = unread[0]
    return (f"shifts that cannot be read, quarantined: {len(unread)} (first: row {row}, {reason}); {TO_CORRECT}",)


def _long_faults(kept: Sequence[tuple[Row, dict[str, Any]]]) -> tuple[str, ...]:
    """Name the shifts that are longer than a shift is likely to be."""
    spans = [(row[0], shift["end"] - shift["start"]) for row, shift in kept if shift["start"] and shift["end"]]
    long = [(row, span) for row, span in spans if span > LONG]
    if not long:
        return ()
    row, span = long[0]
    hours = f"{span / dt.timedelta(hours=1):g} hours"
    return (
        f"shifts longer than {LONG / dt.timedelta(hours=1):g} hours: {len(long)} (first: row {row}, {hours}); "
        "all of it counts as live hours: correct the log and import it again where that is a slip",
    )


def _entry_faults(rows: Sequence[Row], header: Header) -> tuple[str, ...]:
    """Name the yes-or-no entries that say neither."""
    odd = [
        (row[0], field, cell)
        for row in rows
        for field, cell in _cells(row, header).items()
        if field in _TRUTHS and not values.read_truth(cell)[1]
    ]
    if not odd:
        return ()
    number, field, entry = odd[0]
    where = f"first: {entry[:40]!r} of {field.replace('_', ' ')}, row {number}"
    return (f"entries that are neither yes nor no and count as unknown: {len(odd)} ({where})",)
