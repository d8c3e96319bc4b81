"""
The sheets of a file that hold incidents: which are read, where their headings stand, which rows are records.

A workbook may hold a sheet a month; its sheets share one order of dates, and one record may stand in two of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from geo.errors import SourceError
from geo.incidents import values
from geo.incidents.columns import (
    INCIDENT_HEADINGS,
    ColumnMapping,
    Header,
    find_header,
    find_mapped,
    fits,
    looks_like,
    with_names,
)
from geo.incidents.distinct import Codes, filled, has_line_ends, plain_column, rows_of
from geo.incidents.grid import Grid
from geo.incidents.recognise import ColumnGuess, guess_columns
from geo.incidents.records import BEYOND, SWALLOWED
from geo.incidents.refusals import refusals_of
from geo.incidents.times import DATED, order_of
from geo.incidents.values import DayOrder, Moment

_ALIKE = 0.5
_JOINT = " | "
_ONE_LINE = "1 line that looks like a row"
_DELIMITERS = (",", ";", "\t", "|")
_ORDERS: tuple[DayOrder, DayOrder] = ("day", "month")


@dataclass(frozen=True, eq=False)
class Table:
    """
    One sheet with its headings.

    ``guesses`` are columns that seem to hold a field but are not used yet; ``twins`` says of which row another is the
    repetition, by its position below the headings.
    """

    grid: Grid
    header: Header
    guesses: tuple[ColumnGuess, ...] = ()
    day_order: Literal["", "day", "month"] = ""
    twins: tuple[tuple[int, str], ...] = ()

    @cached_property
    def below(self) -> pd.DataFrame:
        """The rows below the headings."""
        return self.grid.cells.iloc[self.header.place + 1 :]

    @cached_property
    def refusals(self) -> dict[int, str]:
        """Why some rows are no incidents, by their position below the headings."""
        *above, headings = rows_of(self.grid.cells.iloc[: self.header.place + 1])
        return {**dict(self.twins), **refusals_of(self.below, headings, above, self.header)}

    @cached_property
    def records(self) -> pd.DataFrame:
        """The rows that are incidents, every cell."""
        if not self.refusals:
            return self.below
        kept = np.ones(len(self.below), dtype=np.bool_)
        kept[list(self.refusals)] = False
        return self.below[kept]

    @property
    def references(self) -> pd.Series:
        """The reference of each record; the empty string where the sheet has no such column."""
        place = self.header.fields.get("reference")
        return pd.Series("", self.records.index, dtype="str") if place is None else self.records[place]

    @property
    def fields(self) -> pd.DataFrame:
        """The records' cells by field."""
        fields = {field: self.records[place] for field, place in self.header.fields.items()}
        noticed = {BEYOND: self._beyond(), SWALLOWED: self._swallowed()}
        fields |= {name: column for name, column in noticed.items() if column is not None}
        return pd.DataFrame(fields, self.records.index, copy=False)

    def _swallowed(self) -> pd.Series | None:
        """Say of rows in whose cells lines look like rows how many do."""
        several = np.logical_or.reduce([has_line_ends(self.records[place]) for place in self.records.columns])
        rows, texts = np.flatnonzero(several), np.full(len(self.records), "", object)
        if not len(rows):
            return None
        swallowed = _Swallowed.of(self.header)
        for row, cells in zip(rows.tolist(), rows_of(self.records.iloc[rows]), strict=True):
            number = swallowed.count(cells)
            texts[row] = "" if not number else f"{number} lines that look like rows" if number > 1 else _ONE_LINE
        return pd.Series(texts, self.records.index, dtype="str") if (texts != "").any() else None

    def _beyond(self) -> pd.Series | None:
        """Give what stands beyond a text file's headings; a sheet's cells cannot slip out of their columns."""
        outside = [place for place in self.records.columns if place >= len(self.header.texts)]
        if self.grid.sheet or not outside:
            return None
        rows = np.flatnonzero(np.logical_or.reduce([filled(self.records[place]) for place in outside]))
        if not len(rows):
            return None
        texts = np.full(len(self.records), "", object)
        cells = rows_of(self.records[outside].iloc[rows])
        texts[rows] = [_JOINT.join(cell for cell in row if not values.is_empty(cell)) for row in cells]
        return pd.Series(texts, self.records.index, dtype="str")


@dataclass(frozen=True)
class _Swallowed:
    """
    Lines inside a cell that look like rows of the table, as a quote leaves them that closes in a later row.

    A line looks so where it has the cells of a row and a date or a reference in its place, or both of these. Wrong
    for a note that quotes rows of the same table.
    """

    width: int
    dated: tuple[int, ...]
    reference: int | None

    @staticmethod
    def of(header: Header) -> "_Swallowed":
        """Know where the dates and references of a table stand."""
        fields = header.fields
        dated = tuple(fields[name] for name in ("date", "received_at") if name in fields)
        return _Swallowed(len(header.texts), dated, fields.get("reference"))

    def count(self, row: Sequence[str]) -> int:
        """Count the lines of a row's cells that look like rows themselves."""
        shape = "" if self.reference is None else _shape(row[self.reference].splitlines()[:1])
        return sum(
            self._is_row(line, shape, column + 1 if place == last else self.width, column if place == last else None)
            for column, cell in enumerate(row)
            if (last := len(lines := re.split(r"\r\n|\n|\r", cell)) - 1)
            for place, line in enumerate(lines)
            if place
        )

    def _is_row(self, line: str, shape: str, cells_of_a_row: int, end: int | None) -> bool:
        return any(
            self._is_cut(line.split(delimiter)[: None if end is None else end + 1], shape, cells_of_a_row)
            for delimiter in _DELIMITERS
            if delimiter in line
        )

    def _is_cut(self, cells: Sequence[str], shape: str, cells_of_a_row: int) -> bool:
        is_dated = any(place < len(cells) and _has_day(cells[place]) for place in self.dated)
        own = [] if self.reference is None else cells[self.reference : self.reference + 1]
        is_named = bool(shape) and _shape(own) == shape
        return (is_dated and is_named) or (len(cells) >= max(2, cells_of_a_row) and (is_dated or is_named))


def _shape(texts: Sequence[str]) -> str:
    """Give the shape of a reference with figures: 'EV-0017' is 'a-9'; the empty string where it has none."""
    text = values.plain(texts[0]) if texts else ""
    return re.sub(r"\d+", "9", re.sub(r"[a-z]+", "a", text)) if re.search(r"\d", text) else ""


def _has_day(text: str) -> bool:
    moments = (values.read_moment(text, order) for order in _ORDERS)
    return any(isinstance(moment, Moment) and moment.day is not None for moment in moments)


def choose_tables(
    grids: Sequence[Grid], columns: ColumnMapping | None, saved: Sequence[ColumnMapping]
) -> tuple[Table, ...]:
    """Choose the sheets to read: the visible one whose headings are best known, and those with headings like its."""
    found = [table for grid in grids if (table := _table(grid, columns, saved)) is not None]
    shown = [table for table in found if table.grid.visible] or found
    if not shown:
        raise SourceError(_no_headings(grids, columns))
    best = max(shown, key=lambda table: table.header.recognised)
    wanted = set(best.header.fields)
    return tuple(table for table in shown if len(wanted & set(table.header.fields)) >= _ALIKE * len(wanted))


def _table(grid: Grid, columns: ColumnMapping | None, saved: Sequence[ColumnMapping]) -> Table | None:
    """Find how one sheet is read, or nothing where it holds no incidents."""
    if columns is not None:
        header = find_mapped(grid.cells, columns)
        return None if header is None else Table(grid, header, day_order=columns.day_order)
    for mapping in saved:
        header = find_mapped(grid.cells, mapping)
        if header is not None and fits(header, mapping):
            return _guessed(grid, with_names(header, INCIDENT_HEADINGS), mapping.day_order)
    header = find_header(grid.cells, INCIDENT_HEADINGS)
    return None if header is None or looks_like(grid.cells) != "incidents" else _guessed(grid, header)


def _guessed(grid: Grid, header: Header, day_order: Literal["", "day", "month"] = "") -> Table:
    unsure = [guess for guess in guess_columns(grid, header, header.unknown) if guess.field]
    return Table(grid, header, tuple(unsure), day_order)


def _no_headings(grids: Sequence[Grid], columns: ColumnMapping | None) -> str:
    """Say why no sheet can be read."""
    name = grids[0].file
    if columns is not None:
        wanted = next((heading for heading, field in columns.fields if field), "")
        return f"{name} has none of the headings of the mapping (first: {wanted!r}); map the columns of this file anew"
    if any(looks_like(grid.cells) == "shifts" for grid in grids):
        return f"{name} looks like a shift log, not an extract of incidents; read it as the shift log"
    first = next((grid.cells.iloc[0] for grid in grids if len(grid.cells)), None)
    shown = "" if first is None else f" (the first row reads {', '.join(first).rstrip(' ,')[:80]!r})"
    return (
        f"{name} has no heading row that names incident fields{shown}; name at least two columns, such as 'Date' and "
        "'Postcode', above the records"
    )


def without_twins(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Mark the rows that have the reference and every cell of an earlier row of the file."""
    references = plain_column(joined([table.references for table in tables]))
    suspect = (references.duplicated(keep=False) & ~references.isin(values.BLANKS)).to_numpy()
    if not suspect.any():
        return tuple(tables)
    first: dict[tuple[tuple[str, str], ...], str] = {}
    marked, start = [], 0
    for table in tables:
        end = start + len(table.records)
        twins: list[tuple[int, str]] = []
        for number, row in _named_cells(table, np.flatnonzero(suspect[start:end])):
            place = row_in((table.grid.sheet, number), several=len(tables) > 1)
            if (earlier := first.setdefault(row, place)) != place:
                twins.append((int(table.below.index.get_loc(number)), f"the same as {earlier}, word for word"))
        marked.append(replace(table, twins=tuple(twins)) if twins else table)
        start = end
    return tuple(marked)


def _named_cells(table: Table, positions: Codes) -> Iterator[tuple[int, tuple[tuple[str, str], ...]]]:
    """Give row number and filled cells with their headings, in the headings' order, of some records."""
    rows = table.records.iloc[positions]
    texts = [*table.header.texts, *map(str, range(len(table.header.texts), len(rows.columns)))]
    for number, cells in zip(rows.index.tolist(), rows_of(rows), strict=True):
        yield int(number), tuple(sorted((text, cell) for text, cell in zip(texts, cells, strict=False) if cell))


def mapping_of(tables: Sequence[Table]) -> ColumnMapping:
    """Say how the file's columns were read, each heading and each field once."""
    fields: dict[str, str] = {}
    for table in tables:
        of_column = {place: field for field, place in table.header.fields.items()}
        for place, heading in enumerate(table.header.texts):
            field = of_column.get(place, "")
            if heading not in fields and (not field or field not in fields.values()):
                fields[heading] = field
    return ColumnMapping(tuple(fields.items()), next((table.day_order for table in tables if table.day_order), ""))


def day_order_of(tables: Sequence[Table]) -> tuple[DayOrder, tuple[str, ...]]:
    """Find the one day order of the file, and say what tells it where it is not the British one."""
    for table in tables:
        if table.day_order:
            return table.day_order, ()
    columns = [
        table.records[table.header.fields[field]] for table in tables for field in DATED if field in table.header.fields
    ]
    day_first, month_first, either = order_of(columns)
    if day_first and month_first:
        return "mixed", (
            f"some dates are day first ({day_first}) and some month first ({month_first}); those that could be either "
            "are quarantined: declare the order if you know it",
        )
    if month_first:
        return "month", (f"the dates are month first, as {month_first} can only be read so",)
    if either and not day_first:
        return "day", (
            f"no date tells whether the day or the month stands first (such as {either}); the day was taken",
        )
    return "day", ()


def place_of(tables: Sequence[Table], position: int) -> tuple[str, int]:
    """Give sheet and row number of a record by its position among all."""
    for table in tables:
        if position < len(table.records):
            return table.grid.sheet, int(table.records.index[position])
        position -= len(table.records)
    raise IndexError(position)


def row_texts(rows: pd.DataFrame) -> list[str]:
    """Give each row as one text, its cells apart."""
    return [_JOINT.join(row).rstrip(" |") for row in rows_of(rows)]


def joined(parts: Sequence[Any]) -> Any:
    """Put frames, or columns, of several sheets together."""
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def has_field(tables: Sequence[Table], field: str) -> bool:
    """Say whether any sheet has a column of this field."""
    return any(field in table.header.fields for table in tables)


def row_in(place: tuple[str, int], *, several: bool) -> str:
    """Name a row, with its sheet where there are several."""
    sheet, number = place
    return f"row {number} of {sheet!r}" if several else f"row {number}"
