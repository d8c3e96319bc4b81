"""
Files as received become incidents: every row ends as accepted, quarantined or refused, and the three add up.

*Accepted* rows are incidents as recorded, blanks as unknowns. *Quarantined* rows are incidents that hold something
impossible or cannot be dated at all; each is kept with its reason and how to mend it. *Refused* rows are not
incidents: totals, repeated headings, footnotes, rows of empty cells. Only rows below the headings are counted.
"""

import datetime as dt
import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import pandas as pd

from geo.errors import SchemaError, SourceError
from geo.incidents import values
from geo.incidents.columns import INCIDENT_HEADINGS, Header, find_header, looks_like, normal_heading
from geo.incidents.grid import Grid, Row, read_grid, read_grids
from geo.incidents.values import Cell, DayOrder, Moment, Trouble
from geo.tables import INCIDENT_COLUMNS, LONDON, SOURCES, check, names

__all__ = ["Extract", "kind_of_file", "read_extract", "read_grid"]

_TEXTS = (
    "reference", "sex", "postcode", "incident_type", "condition", "requested_by", "reason_not_deployed",
    "reason_not_assessed", "note",
)  # fmt: skip
_TRUTHS = (
    "deployed", "appropriate_for_car", "information_shared", "s136", "s136_consulted", "s136_avoided",
    "known_to_services", "restraint",
)  # fmt: skip
_CHOICES: Mapping[str, Callable[[Cell], tuple[str, bool]]] = {
    **dict.fromkeys(_TRUTHS, values.read_truth),
    "contact_mode": values.read_contact,
    "assessment": values.read_assessment,
    "place_type": values.read_place_type,
}
_LATER = ("advice_at", "dispatched_at", "arrived_at", "cleared_at", "officers_released_at")
_NUMBERS = ("minutes_on_incident", "officers_on_scene")
_TIMES = ("received_at", *_LATER)
_DATED = ("date", "received_at", *_LATER)
_OVERNIGHT_HOURS = 12
_TOTAL = re.compile(r"^(?:grand |sub ?)?(?:totals?|sum|average|mean|count)\b")
_FOOTNOTE = re.compile(r"^(?:end of|printed|source|notes?\b|prepared|produced|page \d|synthetic|\*|#|key\b|nb\b)")
_MOST_TOTAL_CELLS = 0.5

QUARANTINE_COLUMNS = ("row", "reason", "suggestion", "text")
REFUSED_COLUMNS = ("row", "reason", "text")


@dataclass(frozen=True, eq=False)
class Extract:
    """
    One source's file as read: each row below the headings in exactly one of three tables.

    ``accepted`` has the columns of :data:`geo.tables.INCIDENT_COLUMNS`; ``quarantined`` has row, reason, suggestion
    and text; ``refused`` has row, reason and text. ``faults`` are sentences about the file as a whole.
    """

    source: str
    file: str
    sheet: str
    accepted: pd.DataFrame
    quarantined: pd.DataFrame
    refused: pd.DataFrame
    rows_read: int
    faults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self.accepted, INCIDENT_COLUMNS, f"incidents of {self.file}")
        ended = len(self.accepted) + len(self.quarantined) + len(self.refused)
        if ended != self.rows_read:
            raise SchemaError(f"{self.file}: {self.rows_read} rows were read but {ended} accounted for")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One row as read: the values, what is impossible in it, and entries that were not understood."""

    values: dict[str, Any]
    troubles: tuple[Trouble, ...]
    remarks: tuple[str, ...]


def read_extract(
    path: str | PathLike[str], *, source: str, sheet: str | None = None, person_secret: bytes = b""
) -> Extract:
    """
    Read one source's extract: CSV, TSV, XLSX, XLS, XLSB or ODS.

    The headings are looked for under a preamble, by name; a workbook's sheet is the one whose headings are best
    known. The file has one day order. A date without a time is kept as the shift of that day: ``received_at`` is
    missing and ``shift_id`` is the ISO date where the record names no shift. Person references become keyed hashes;
    without a secret they are left out, because a plain hash of an NHS number can be undone.

    Parameters
    ----------
    path
        The file, at most 50 MB.
    source
        One of :data:`geo.tables.SOURCES`.
    sheet
        The worksheet, where a workbook has several.
    person_secret
        The project's key, so that one person has one key in all its extracts.

    Raises
    ------
    SourceError
        If the file cannot be read, has no known headings, or is a shift log.
    SchemaError
        If ``source`` is none of the four.
    """
    if source not in SOURCES:
        raise SchemaError(f"{source!r} is no source; choose one of {', '.join(SOURCES)}")
    grid, header = _incident_sheet(read_grids(path, sheet))
    return _extract(grid, header, source, person_secret)


def kind_of_file(path: str | PathLike[str], sheet: str | None = None) -> str:
    """Tell by its headings what a file is: ``incidents``, ``shifts``, or nothing; errors as :func:`read_grid`."""
    kinds = {looks_like(grid.cells) for grid in read_grids(path, sheet)}
    return next((kind for kind in ("incidents", "shifts") if kind in kinds), "")


def _incident_sheet(grids: Sequence[Grid]) -> tuple[Grid, Header]:
    """Choose the sheet whose headings are best known."""
    found = [(grid, find_header(grid.cells, INCIDENT_HEADINGS), looks_like(grid.cells)) for grid in grids]
    fitting = [(grid, header) for grid, header, kind in found if header is not None and kind == "incidents"]
    if fitting:
        return max(fitting, key=lambda pair: pair[1].recognised)
    name = grids[0].file
    if any(kind == "shifts" for _, _, kind in found):
        raise SourceError(f"{name} looks like a shift log, not an extract of incidents; read it as the shift log")
    first = next((row for grid in grids for row in grid.rows), None)
    shown = f" (the first row reads {_text(first, ', ')[:80]!r})" if first else ""
    raise SourceError(
        f"{name} has no heading row that names incident fields{shown}; name at least two columns, such as 'Date' and "
        "'Postcode', above the records"
    )


def _extract(grid: Grid, header: Header, source: str, secret: bytes) -> Extract:
    below = grid.rows[header.place + 1 :]
    refusals = {row.number: reason for row in below if (reason := _not_an_incident(row, header))}
    records = [row for row in below if row.number not in refusals]
    order = values.day_order([cell for row in records for cell in _cells(row, header, _DATED).values()])
    readings = [_read_row(row, header, order, secret) for row in records]
    kept = [(row, reading) for row, reading in zip(records, readings, strict=True) if not reading.troubles]
    ids, id_faults = _identify(source, kept)
    return Extract(
        source=source,
        file=grid.file,
        sheet=grid.sheet,
        accepted=_accepted_frame(grid.file, source, kept, ids),
        quarantined=_quarantine_frame(records, readings),
        refused=_frame([(row.number, refusals[row.number], _text(row)) for row in below if row.number in refusals]),
        rows_read=len(below),
        faults=(
            *grid.faults,
            *_header_faults(grid, header),
            *(() if below else ("there are no rows below the headings",)),
            *_order_faults(order),
            *id_faults,
            *_remark_faults(kept),
            *(() if secret or "person_key" not in header.fields else (_NO_SECRET,)),
        ),
    )


_NO_SECRET = "person references were left out: they need the secret of a project"  # noqa: S105 - a sentence


def _cells(row: Row, header: Header, fields: Iterable[str]) -> dict[str, Cell]:
    """Give the row's cells of the named fields that the file has; a short row ends in blanks."""
    return {
        field: row.cells[header.fields[field]] if header.fields[field] < len(row.cells) else ""
        for field in fields
        if field in header.fields
    }


def _text(row: Row, joint: str = " | ") -> str:
    return joint.join(values.text_of(cell) for cell in row.cells).rstrip(" |,")


def _not_an_incident(row: Row, header: Header) -> str:
    """Say why a row is no incident, or nothing."""
    filled = [cell for cell in row.cells if not values.is_empty(cell)]
    if not filled:
        return "blank row"
    if _repeats(filled, header):
        return "the headings again"
    first = values.plain(values.text_of(filled[0]))
    few = len(filled) <= max(2, _MOST_TOTAL_CELLS * len(header.texts))
    if few and _TOTAL.match(first) and not _is_dated(row, header):
        return "a total, not an incident"
    if len(filled) == 1 and not values.is_empty(row.cells[0]) and _FOOTNOTE.match(first):
        return "a footnote, not an incident"
    return ""


def _repeats(filled: Sequence[Cell], header: Header) -> bool:
    """Say whether the filled cells are the headings, in their order."""
    headings = [text for text in header.texts if not values.is_empty(text)]
    return len(filled) == len(headings) and all(
        isinstance(cell, str) and normal_heading(cell) == normal_heading(text)
        for cell, text in zip(filled, headings, strict=True)
    )


def _is_dated(row: Row, header: Header) -> bool:
    return any(not values.is_blank(cell) for cell in _cells(row, header, ("date", "received_at")).values())


def _read_row(row: Row, header: Header, order: DayOrder, secret: bytes) -> _Reading:
    cells = _cells(row, header, header.fields)
    read: dict[str, Any] = {field: _as_recorded(cells.get(field, "")) for field in _TEXTS}
    remarks: list[str] = []
    for field, reader in _CHOICES.items():
        read[field], understood = reader(cells.get(field, ""))
        if not understood:
            remarks.append(f"{field}={values.text_of(cells[field])}")
    troubles = [*_too_wide(row, header)]
    numbers = {
        "minutes_on_incident": values.read_minutes(cells.get("minutes_on_incident", "")),
        "officers_on_scene": values.read_count(cells.get("officers_on_scene", ""), "the number of officers"),
        "age_band": values.read_age_band(cells.get("age_band", "")),
    }
    troubles.extend(value for value in numbers.values() if isinstance(value, Trouble))
    times, time_troubles, time_remarks = _read_times(cells, order)
    return _Reading(
        values={
            **read,
            **numbers,
            **times,
            "referrals": values.read_referrals(cells.get("referrals", "")),
            "person_key": _person_key(cells.get("person_key", ""), secret),
        },
        troubles=(*troubles, *time_troubles),
        remarks=(*remarks, *time_remarks),
    )


def _as_recorded(cell: Cell) -> str:
    """Give text verbatim; spaces alone are nothing recorded."""
    return "" if values.is_empty(cell) else values.text_of(cell)


def _too_wide(row: Row, header: Header) -> tuple[Trouble, ...]:
    beyond = [cell for cell in row.cells[len(header.texts) :] if not values.is_empty(cell)]
    if not beyond:
        return ()
    return (
        Trouble(
            f"{len(beyond)} cells beyond the {len(header.texts)} headings, so its cells may stand in wrong columns",
            "quote the text that holds the delimiter",
        ),
    )


def _person_key(cell: Cell, secret: bytes) -> str:
    """Give a keyed hash of a person reference, the same however it is spaced or cased."""
    if values.is_blank(cell) or not secret:
        return ""
    reference = re.sub(r"[\s-]+", "", values.plain(values.text_of(cell)))
    key = hashlib.blake2b(secret, digest_size=32).digest()
    return hashlib.blake2b(reference.encode(), key=key, digest_size=12).hexdigest()


def _read_times(cells: dict[str, Cell], order: DayOrder) -> tuple[dict[str, Any], list[Trouble], list[str]]:
    """Read every time of one row; the later ones take the day of the first where they have none of their own."""
    moments = {field: values.read_moment(cells.get(field, ""), order) for field in ("date", "time", *_TIMES)}
    shift_id = "" if values.is_blank(cells.get("shift_id", "")) else values.text_of(cells["shift_id"]).strip()
    empty: dict[str, Any] = {**dict.fromkeys(_TIMES), "shift_id": shift_id}
    if troubles := [moment for moment in moments.values() if isinstance(moment, Trouble)]:
        return empty, troubles, []
    known = {field: moment for field, moment in moments.items() if isinstance(moment, Moment)}
    day, clock, zone = _received(known)
    if day is None and not shift_id:
        return empty, [_undated(clock)], []
    received = None if day is None or clock is None else values.instant(day, clock, zone)
    if isinstance(received, Trouble):
        return empty, [received], []
    later = {field: _later(known[field], day, received) for field in _LATER}
    troubles = [moment for moment in later.values() if isinstance(moment, Trouble)]
    times = {"received_at": received, **{f: t for f, t in later.items() if not isinstance(t, Trouble)}}
    troubles.extend(_disorder(times))
    night = day.isoformat() if day is not None and received is None else ""
    return {**times, "shift_id": shift_id or night}, troubles, _time_remarks(day, clock, received)


def _received(known: dict[str, Moment]) -> tuple[dt.date | None, int | None, str]:
    """Put day and time of day together from the three columns that may hold them."""
    sources = [known["received_at"], known["date"], known["time"]]
    day = next((moment.day for moment in sources if moment.day is not None), None)
    timed = next((moment for moment in (sources[2], sources[0], sources[1]) if moment.clock is not None), Moment())
    return day, timed.clock, timed.zone


def _undated(clock: int | None) -> Trouble:
    """Say what a row without date and shift lacks."""
    reason = "neither date, time nor shift" if clock is None else "a time without a date or a shift"
    return Trouble(reason, "add the date, or the shift in whose log it stands")


def _later(moment: Moment, day: dt.date | None, received: dt.datetime | None) -> dt.datetime | Trouble | None:
    """Give the instant of a later stamp; a bare time before the call is the next day's if that is within 12 hours."""
    own = moment.day or day
    if moment.clock is None or own is None:
        return None
    stamp = values.instant(own, moment.clock, moment.zone)
    if isinstance(stamp, Trouble) or moment.day is not None or received is None or stamp >= received:
        return stamp
    after_midnight = values.instant(own + dt.timedelta(days=1), moment.clock, moment.zone)
    if isinstance(after_midnight, Trouble):
        return after_midnight
    return after_midnight if after_midnight - received <= dt.timedelta(hours=_OVERNIGHT_HOURS) else stamp


def _disorder(times: dict[str, dt.datetime | None]) -> list[Trouble]:
    """Find stamps that stand before the call, or a clearing before the arrival or the sending."""
    troubles = []
    for field in _LATER:
        stamp = times.get(field)
        before = ("received_at", "dispatched_at", "arrived_at") if field == "cleared_at" else ("received_at",)
        earlier = [name for name in before if stamp and (other := times.get(name)) and stamp < other]
        if earlier:
            words = [name.removesuffix("_at").replace("_", " ") for name in (field, earlier[0])]
            troubles.append(Trouble(f"{words[0]} before {words[1]}", "correct the times from the control-room log"))
    return troubles


def _time_remarks(day: dt.date | None, clock: int | None, received: dt.datetime | None) -> list[str]:
    if day is None:
        return ["dated by its shift" if clock is None else "timed, dated by its shift"]
    if received is None:
        return ["dated without a time"]
    remarks = ["timed exactly 00:00"] if clock == 0 else []
    return [*remarks, "in the repeated hour"] if values.is_repeated(received) else remarks


def _identify(source: str, kept: Sequence[tuple[Row, _Reading]]) -> tuple[list[str], tuple[str, ...]]:
    """
    Give each incident an id that does not change when the file is read again.

    It is the source with the reference, or with a digest of the row's cells where there is none; a repeated one is
    told apart by its occurrence in the file.
    """
    seen: Counter[str] = Counter()
    ids: list[str] = []
    repeated: list[int] = []
    for row, reading in kept:
        reference = values.plain(reading.values["reference"])
        name = f"{source}:{reference or _digest(row)}"
        seen[name] += 1
        ids.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
        if seen[name] > 1:
            repeated.append(row.number)
    if not repeated:
        return ids, ()
    return ids, (f"rows that repeat an earlier reference: {len(repeated)} (first: row {repeated[0]}); all are kept",)


def _digest(row: Row) -> str:
    recorded = "\x1f".join(values.text_of(cell).strip() for cell in row.cells).rstrip("\x1f")
    return hashlib.blake2b(recorded.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _accepted_frame(file: str, source: str, kept: Sequence[tuple[Row, _Reading]], ids: Sequence[str]) -> pd.DataFrame:
    records = [reading.values for _, reading in kept]
    columns: dict[str, Any] = {
        "incident_id": ids,
        "source": [source] * len(ids),
        "file": [file] * len(ids),
        "row": [row.number for row, _ in kept],
    }
    frame = {
        name: _column(name, columns[name] if name in columns else [record[name] for record in records])
        for name in names(INCIDENT_COLUMNS)
    }
    return pd.DataFrame(frame)


def _column(name: str, entries: Sequence[Any]) -> pd.Series:
    if name in _TIMES:
        return pd.Series(pd.to_datetime(list(entries), utc=True)).dt.as_unit("us").dt.tz_convert(LONDON)
    if name in _NUMBERS:
        return pd.Series([math.nan if entry is None else entry for entry in entries], dtype="float64")
    return pd.Series(entries, dtype="int64" if name == "row" else "str")


def _quarantine_frame(records: Sequence[Row], readings: Sequence[_Reading]) -> pd.DataFrame:
    rows = [
        (
            row.number,
            "; ".join(t.reason for t in read.troubles),
            "; ".join(t.suggestion for t in read.troubles),
            _text(row),
        )
        for row, read in zip(records, readings, strict=True)
        if read.troubles
    ]
    return pd.DataFrame(rows, columns=list(QUARANTINE_COLUMNS)).astype({"row": "int64"})


def _frame(rows: list[tuple[int, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(REFUSED_COLUMNS)).astype({"row": "int64"})


def _header_faults(grid: Grid, header: Header) -> tuple[str, ...]:
    faults = []
    if header.place:
        faults.append(f"rows above the headings, passed over: {header.place} (first: {_text(grid.rows[0])[:120]!r})")
    if header.unknown:
        shown = ", ".join(repr(text) for text in header.unknown[:5])
        faults.append(f"columns not known and not used: {len(header.unknown)} ({shown})")
    if header.repeated:
        shown = ", ".join(repr(text) for text in header.repeated[:5])
        faults.append(f"headings that repeat another: {len(header.repeated)} ({shown}); the first column is used")
    return tuple(faults)


def _order_faults(order: DayOrder) -> tuple[str, ...]:
    if order == "month":
        return ("the dates are month first, as one of them can only be read so",)
    if order == "mixed":
        return ("some dates are day first and some month first; those that could be either are quarantined",)
    return ()


_REMARKS = {
    "dated without a time": "rows with a date and no time: {n} (first: row {row}); they count to a day, not an hour",
    "dated by its shift": "rows without a date of their own, dated by their shift: {n} (first: row {row})",
    "timed, dated by its shift": "rows with a time and no date: {n} (first: row {row}); their shift dates them, "
    "and the time is not used",
    "timed exactly 00:00": "rows timed exactly 00:00: {n} (first: row {row}); perhaps no time was recorded",
    "in the repeated hour": "rows in the hour that the autumn clock change repeats: {n} (first: row {row}); summer "
    "time is assumed unless the record names the zone",
}


def _remark_faults(kept: Sequence[tuple[Row, _Reading]]) -> tuple[str, ...]:
    """Gather the rows' remarks into one sentence a kind."""
    gathered: dict[str, list[tuple[int, str]]] = {}
    for row, reading in kept:
        for remark in reading.remarks:
            kind, _, entry = remark.partition("=")
            gathered.setdefault(kind, []).append((row.number, entry))
    return tuple(_remark_fault(kind, found) for kind, found in gathered.items())


def _remark_fault(kind: str, found: Sequence[tuple[int, str]]) -> str:
    row, entry = found[0]
    if kind in _REMARKS:
        return _REMARKS[kind].format(n=len(found), row=row)
    field = kind.replace("_", " ")
    return f"entries of {field} not understood, which count as unknown: {len(found)} (first: {entry[:40]!r}, row {row})"
