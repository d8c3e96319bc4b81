"""What is to be said of a file as a whole, in sentences: what was passed over, not used, doubted or repeated."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo.incidents import values
from geo.incidents.columns import ColumnMapping, Header
from geo.incidents.distinct import Codes, Distinct, filled
from geo.incidents.grid import Grid
from geo.incidents.records import Records
from geo.incidents.refusals import dates_of
from geo.incidents.sheets import Table, joined, place_of, row_in, row_texts

_FEWEST_HALVES = 3


def half_converted(tables: Sequence[Table]) -> tuple[str, ...]:
    """
    Warn of dates that a spreadsheet took for dates only where it could, and then with day and month exchanged.

    What it left as text has a number above 12 in the place where it looked for the month.
    """
    text = real = 0
    for table in tables:
        for column in dates_of(table.records, table.header):
            left, made = _halves_of(Distinct.of(column))
            if min(left, made) >= _FEWEST_HALVES:
                text, real = text + left, real + made
    if not text:
        return ()
    return (
        f"all {text:,} dates kept as text have a day above 12 and all {real:,} real dates a day of 12 or less: a "
        f"spreadsheet may have exchanged day and month of the {real:,}; compare them with the source's own screen",
    )


def _halves_of(distinct: Distinct) -> tuple[int, int]:
    """Count the dates kept as text and the real ones, nothing of either where their days are of both kinds."""
    kinds = np.array([_half(text) for text in distinct.texts], dtype=np.int64)[distinct.codes]
    return (0, 0) if (kinds == _NEITHER).any() else (int((kinds == _LEFT).sum()), int((kinds == _MADE).sum()))


_NO_DATE, _LEFT, _MADE, _NEITHER = range(4)


def _half(text: str) -> int:
    """Say whether a date is text with a day above 12, a real one with a day of 12 or less, or neither."""
    if match := re.match(r"\s*\d{4}-\d{2}-(?P<day>\d{2})(?!\d)", text):
        return _MADE if int(match["day"]) <= 12 else _NEITHER
    day_first, month_first, either = values.day_evidence([text])
    if day_first or month_first:
        return _LEFT
    same = re.match(r"\s*(\d{1,2})[-/. ]\1[-/. ]\d{2}", text)
    return _NEITHER if either or same else _NO_DATE


def passed_over(grids: Sequence[Grid], tables: Sequence[Table]) -> tuple[str, ...]:
    """Name the sheets that hold rows and were not read."""
    read = {table.grid.sheet for table in tables}
    left = [grid for grid in grids if grid.sheet not in read and len(grid.cells)]
    if not left:
        return ()
    shown = ", ".join(f"{grid.sheet!r} ({len(grid.cells)} row{'s' * (len(grid.cells) > 1)})" for grid in left[:5])
    said = f"sheets passed over, as they hold no such records: {len(left)} ({shown})"
    return (f"{said}; save one as a file of its own to read it",)


def header_faults(table: Table, columns: ColumnMapping | None) -> tuple[str, ...]:
    """Say what stands above the headings, and which columns are not used and why."""
    header, cells = table.header, table.grid.cells
    faults = []
    if header.place:
        first = row_texts(cells.iloc[:1])[0][:120]
        faults.append(f"rows above the headings, passed over: {header.place} (first: {first!r})")
    guessed = {guess.heading for guess in table.guesses}
    faults.extend(
        f"column {guess.heading!r} may be {guess.field.replace('_', ' ')} ({guess.because}): not used until approved"
        for guess in table.guesses
    )
    if unknown := [heading for heading in header.unknown if heading not in guessed]:
        faults.append(f"columns not known and not used: {len(unknown)} ({_listed(unknown)})")
    if unnamed := _unnamed(table):
        faults.append(f"columns with entries and no heading, not used: {len(unnamed)} (first: column {unnamed[0] + 1})")
    if header.repeated:
        shown = _listed(header.repeated)
        faults.append(f"headings that repeat another: {len(header.repeated)} ({shown}); the first column is used")
    if columns is not None and (lacking := _lacking(header, columns)):
        faults.append(f"columns of the mapping that are not in the file: {len(lacking)} ({_listed(lacking)})")
    where = f" of sheet {table.grid.sheet!r}" if table.grid.sheet else ""
    return tuple(f"{fault}{where}" if where and not fault.endswith("approved") else fault for fault in faults)


def _unnamed(table: Table) -> list[int]:
    """Give the columns that have entries but no heading and no field; a text file's slipped cells are no column."""
    written, used = table.grid.cells.iloc[table.header.place], set(table.header.fields.values())
    places = [place for place in table.below.columns if values.is_empty(written[place]) and place not in used]
    inside = [place for place in places if table.grid.sheet or place < len(table.header.texts)]
    return [place for place in inside if filled(table.below[place]).any()]


def _lacking(header: Header, columns: ColumnMapping) -> list[str]:
    here = {values.plain(text) for text in header.texts}
    return [heading for heading, field in columns.fields if field and values.plain(heading) not in here]


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(repr(text[:40]) for text in texts[:5])


_KNOWN_FAULTS = {
    "day_only": "rows with a date and no time: {n} (first: {row}); they count to a day, not an hour",
    "none": "rows without a date of their own, dated by their shift: {n} (first: {row}); no time is used of them",
    "midnight": "rows timed exactly 00:00: {n} (first: {row}); perhaps no time was recorded",
    "repeated_hour": "rows in the hour that the autumn clock change repeats: {n} (first: {row}); both readings are "
    "kept, summer time first",
    "skipped_hour": "rows in the hour that the spring clock change skips: {n} (first: {row}); both readings are kept",
}


def record_faults(records: Sequence[Records], *, several: bool) -> tuple[str, ...]:
    """Gather what is to be said of many rows into one sentence a kind."""
    accepted, doubts = joined([part.accepted for part in records]), joined([part.doubts for part in records])
    faults = [fault for part in records for fault in part.faults]
    for known, words in _KNOWN_FAULTS.items():
        rows = accepted[accepted["time_known"] == known]
        faults.extend([words.format(n=len(rows), row=_row_of(rows.iloc[0], several))] if len(rows) else [])
    odd = doubts[doubts["read_as"] == "unknown"]
    for field, entries in odd.groupby("field", sort=False):
        first = f"{entries['entry'].iloc[0][:40]!r}, {_row_of(entries.iloc[0], several)}"
        words = str(field).replace("_", " ")
        faults.append(f"entries of {words} not understood, which count as unknown: {len(entries)} (first: {first})")
    return tuple(faults)


def repeat_faults(tables: Sequence[Table], repeated: Codes, what: str) -> tuple[str, ...]:
    """Say how many records repeat an earlier one in what is said of them."""
    if not len(repeated):
        return ()
    first = row_in(place_of(tables, int(repeated[0])), several=len(tables) > 1)
    return (f"{what}: {len(repeated)} (first: {first}); all are kept",)


def _row_of(row: pd.Series, several: bool) -> str:
    return row_in((str(row["sheet"]), int(row["row"])), several=several)
