"""
Files as received become incidents: every row ends as accepted, quarantined or refused, and the three add up.

*Accepted* rows are incidents as recorded, blanks as unknowns. *Quarantined* rows are incidents that hold something
impossible or cannot be dated at all; each is kept with its reason and how to mend it. *Refused* rows are not
incidents: totals, repeated headings, footnotes, rows of empty cells, a row that stands there a second time. Only rows
below the headings are counted.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from geo.errors import SchemaError, SourceError
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
    without_brackets,
)
from geo.incidents.distinct import Codes, Distinct, Flags, filled, has_line_ends, matches, plain_column, rows_of
from geo.incidents.grid import Grid, read_grid, read_grids
from geo.incidents.recognise import ColumnGuess, guess_columns
from geo.incidents.records import (
    BEYOND,
    DOUBT_COLUMNS,
    QUARANTINE_COLUMNS,
    SWALLOWED,
    TOTAL,
    Mend,
    Records,
    identify,
    read_records,
)
from geo.incidents.times import DATED, order_of
from geo.incidents.values import DayOrder, Moment
from geo.tables import INCIDENT_COLUMNS, LONDON, SOURCES, check

__all__ = [
    "DOUBT_COLUMNS",
    "QUARANTINE_COLUMNS",
    "REFUSED_COLUMNS",
    "Extract",
    "Mend",
    "Records",
    "kind_of_file",
    "read_extract",
    "read_grid",
    "read_records",
]

REFUSED_COLUMNS = ("sheet", "row", "reason", "text")

_FOOTNOTE = r"^(?:end of|printed|source|notes?\b|prepared|produced|page \d|synthetic|\*|#|key\b|nb\b)"
_MOST_TOTAL_CELLS = 0.5
_ALIKE = 0.5
_JOINT = " | "
_PERSON = "(person reference)"
_ONE_LINE = "1 line that looks like a row"
_DELIMITERS = (",", ";", "\t", "|")
_ORDERS: tuple[DayOrder, DayOrder] = ("day", "month")
_FEWEST_HALVES = 3


@dataclass(frozen=True, eq=False)
class Extract:
    """
    One source's file as read: each row below the headings in exactly one of three tables.

    ``accepted``, ``quarantined`` and ``doubts`` are those of :class:`geo.incidents.records.Records`; ``refused`` has
    the columns of :data:`REFUSED_COLUMNS`. ``faults`` are sentences about the file as a whole; ``columns`` says how it
    was read, and can be saved for the next file of the source; ``day_order`` is the one that its dates were read by.
    """

    source: str
    file: str
    accepted: pd.DataFrame
    quarantined: pd.DataFrame
    refused: pd.DataFrame
    doubts: pd.DataFrame
    rows_read: int
    columns: ColumnMapping
    day_order: DayOrder
    faults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self.accepted, INCIDENT_COLUMNS, f"incidents of {self.file}")
        ended = len(self.accepted) + len(self.quarantined) + len(self.refused)
        if ended != self.rows_read:
            raise SchemaError(f"{self.file}: {self.rows_read} rows were read but {ended} accounted for")


@dataclass(frozen=True, eq=False)
class _Table:
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
        return {**dict(self.twins), **_refusals(self.below, headings, above, self.header)}

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


def read_extract(
    path: str | PathLike[str],
    *,
    source: str,
    sheet: str | None = None,
    person_secret: bytes = b"",
    columns: ColumnMapping | None = None,
    saved: Sequence[ColumnMapping] = (),
    mends: Sequence[Mend] = (),
    latest: dt.date | None = None,
) -> Extract:
    """
    Read one source's extract: CSV, TSV, XLSX, XLS, XLSB or ODS.

    Columns are those of the approved mapping; without one, of a saved mapping whose every heading stands in the file,
    else of the headings that the synonym tables know. A column that only seems to hold a field is named and not used.
    Every sheet that looks like the best one is read (a workbook with a sheet a month); the others are named. The file
    has one day order: the declared one, or the one that its own dates show. A date without a time keeps its day, and
    no time is invented. Person references become keyed hashes; without a secret they are left out, because a plain
    hash of an NHS number can be undone.

    Parameters
    ----------
    path
        The file: text of at most 512 MB, a workbook of at most 50 MB.
    source
        One of :data:`geo.tables.SOURCES`.
    sheet
        The one worksheet to read, where a workbook has several.
    person_secret
        The project's key, so that one person has one key in all its extracts.
    columns, saved
        How to read the columns, as approved for this file; and mappings approved before, newest first.
    mends
        Corrections made before, replayed where the cell still reads as it did.
    latest
        The last day that has been, today when omitted: rows dated later are quarantined.

    Raises
    ------
    SourceError
        If the file cannot be read, has no known headings, or is a shift log.
    SchemaError
        If ``source`` is none of the four.
    """
    grids = read_grids(path, sheet)
    return extract_of(
        grids, source=source, person_secret=person_secret, columns=columns, saved=saved, mends=mends, latest=latest
    )


def extract_of(
    grids: Sequence[Grid],
    *,
    source: str,
    person_secret: bytes = b"",
    columns: ColumnMapping | None = None,
    saved: Sequence[ColumnMapping] = (),
    mends: Sequence[Mend] = (),
    latest: dt.date | None = None,
) -> Extract:
    """Read one source's extract from the sheets of its file; as :func:`read_extract`, without disk."""
    if source not in SOURCES:
        raise SchemaError(f"{source!r} is no source; choose one of {', '.join(SOURCES)}")
    tables = _without_twins(_tables(grids, columns, saved))
    order, order_faults = _day_order(tables)
    records, repeats = _read_tables(tables, source, order, person_secret, mends, latest or london_today())
    below = sum(len(table.below) for table in tables)
    return Extract(
        source=source,
        file=grids[0].file,
        accepted=_joined([part.accepted for part in records]),
        quarantined=_joined([part.quarantined for part in records]),
        refused=_refused(tables),
        doubts=_joined([part.doubts for part in records]),
        rows_read=below,
        columns=_mapping_of(tables),
        day_order=order,
        faults=(
            *(fault for table in tables for fault in table.grid.faults),
            *_passed_over(grids, tables),
            *(fault for table in tables for fault in _header_faults(table, columns)),
            *(() if below else ("there are no rows below the headings",)),
            *order_faults,
            *_half_converted(tables),
            *repeats,
            *_record_faults(records, several=len(tables) > 1),
            *(() if person_secret or not _has(tables, "person_key") else (_NO_SECRET,)),
        ),
    )


_NO_SECRET = "person references were left out: they need the secret of a project"  # noqa: S105 - a sentence


def london_today() -> dt.date:
    """Give the day that it is in London: no record is later."""
    return dt.datetime.now(ZoneInfo(LONDON)).date()


def kind_of_file(path: str | PathLike[str], sheet: str | None = None) -> str:
    """Tell by its headings what a file is: ``incidents``, ``shifts``, or nothing; errors as :func:`read_grid`."""
    kinds = {looks_like(grid.cells) for grid in read_grids(path, sheet)}
    return next((kind for kind in ("incidents", "shifts") if kind in kinds), "")


def _tables(grids: Sequence[Grid], columns: ColumnMapping | None, saved: Sequence[ColumnMapping]) -> tuple[_Table, ...]:
    """Choose the sheets to read: the visible one whose headings are best known, and those with headings like its."""
    found = [table for grid in grids if (table := _table(grid, columns, saved)) is not None]
    shown = [table for table in found if table.grid.visible] or found
    if not shown:
        raise SourceError(_no_headings(grids, columns))
    best = max(shown, key=lambda table: table.header.recognised)
    wanted = set(best.header.fields)
    return tuple(table for table in shown if len(wanted & set(table.header.fields)) >= _ALIKE * len(wanted))


def _table(grid: Grid, columns: ColumnMapping | None, saved: Sequence[ColumnMapping]) -> _Table | None:
    """Find how one sheet is read, or nothing where it holds no incidents."""
    if columns is not None:
        header = find_mapped(grid.cells, columns)
        return None if header is None else _Table(grid, header, day_order=columns.day_order)
    for mapping in saved:
        header = find_mapped(grid.cells, mapping)
        if header is not None and fits(header, mapping):
            return _guessed(grid, with_names(header, INCIDENT_HEADINGS), mapping.day_order)
    header = find_header(grid.cells, INCIDENT_HEADINGS)
    return None if header is None or looks_like(grid.cells) != "incidents" else _guessed(grid, header)


def _guessed(grid: Grid, header: Header, day_order: Literal["", "day", "month"] = "") -> _Table:
    unsure = [guess for guess in guess_columns(grid, header, header.unknown) if guess.field]
    return _Table(grid, header, tuple(unsure), day_order)


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


def _day_order(tables: Sequence[_Table]) -> tuple[DayOrder, tuple[str, ...]]:
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


def _read_tables(
    tables: Sequence[_Table],
    source: str,
    order: DayOrder,
    secret: bytes,
    mends: Sequence[Mend],
    latest: dt.date,
) -> tuple[list[Records], tuple[str, ...]]:
    """Read the records of each sheet, telling repeated references apart over all of them, and name the repeats."""
    references = _joined([table.references for table in tables])
    contents = _joined([table.records for table in tables])
    ids, repeated = identify(source, references, contents if len(tables) == 1 else contents.fillna(""))
    records, start = [], 0
    for table in tables:
        end = start + len(table.records)
        read = read_records(
            table.fields, source=source, file=table.grid.file, sheet=table.grid.sheet, ids=ids.iloc[start:end],
            day_order=order, person_secret=secret, mends=mends, latest=latest,
        )  # fmt: skip
        records.append(replace(read, quarantined=_with_text(read.quarantined, table)))
        start = end
    is_named = ~plain_column(references.iloc[repeated]).isin(values.BLANKS).to_numpy()
    return records, (
        *_repeat_faults(tables, repeated[is_named], "rows that repeat an earlier reference"),
        *_repeat_faults(
            tables, repeated[~is_named], "rows without a reference that repeat an earlier row word for word"
        ),
    )


def _repeat_faults(tables: Sequence[_Table], repeated: Codes, what: str) -> tuple[str, ...]:
    """Say how many records repeat an earlier one in what is said of them."""
    if not len(repeated):
        return ()
    first = _row_in(_place_of(tables, int(repeated[0])), several=len(tables) > 1)
    return (f"{what}: {len(repeated)} (first: {first}); all are kept",)


def _without_twins(tables: Sequence[_Table]) -> tuple[_Table, ...]:
    """Mark the rows that have the reference and every cell of an earlier row of the file."""
    references = plain_column(_joined([table.references for table in tables]))
    suspect = (references.duplicated(keep=False) & ~references.isin(values.BLANKS)).to_numpy()
    if not suspect.any():
        return tuple(tables)
    first: dict[tuple[tuple[str, str], ...], str] = {}
    marked, start = [], 0
    for table in tables:
        end = start + len(table.records)
        twins: list[tuple[int, str]] = []
        for number, row in _named_cells(table, np.flatnonzero(suspect[start:end])):
            place = _row_in((table.grid.sheet, number), several=len(tables) > 1)
            if (earlier := first.setdefault(row, place)) != place:
                twins.append((int(table.below.index.get_loc(number)), f"the same as {earlier}, word for word"))
        marked.append(replace(table, twins=tuple(twins)) if twins else table)
        start = end
    return tuple(marked)


def _named_cells(table: _Table, positions: Codes) -> Iterator[tuple[int, tuple[tuple[str, str], ...]]]:
    """Give row number and filled cells with their headings, in the headings' order, of some records."""
    rows = table.records.iloc[positions]
    texts = [*table.header.texts, *map(str, range(len(table.header.texts), len(rows.columns)))]
    for number, cells in zip(rows.index.tolist(), rows_of(rows), strict=True):
        yield int(number), tuple(sorted((text, cell) for text, cell in zip(texts, cells, strict=False) if cell))


def _place_of(tables: Sequence[_Table], position: int) -> tuple[str, int]:
    """Give sheet and row number of a record by its position among all."""
    for table in tables:
        if position < len(table.records):
            return table.grid.sheet, int(table.records.index[position])
        position -= len(table.records)
    raise IndexError(position)


def _with_text(quarantined: pd.DataFrame, table: _Table) -> pd.DataFrame:
    """Show each quarantined row as it stands in the file, but for the reference of its person."""
    rows = table.below.loc[quarantined["row"]].copy()
    if (person := table.header.fields.get("person_key")) is not None and len(rows):
        rows[person] = rows[person].mask(filled(rows[person]), _PERSON)
    return quarantined.assign(text=pd.Series(_texts(rows), dtype="str"))


def _texts(rows: pd.DataFrame) -> list[str]:
    return [_JOINT.join(row).rstrip(" |") for row in rows_of(rows)]


def _joined(parts: Sequence[Any]) -> Any:
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _refused(tables: Sequence[_Table]) -> pd.DataFrame:
    return _joined([_refused_of(table) for table in tables])


def _refused_of(table: _Table) -> pd.DataFrame:
    rows = table.below.iloc[sorted(table.refusals)]
    columns = {
        "sheet": pd.Series([table.grid.sheet] * len(rows), dtype="str"),
        "row": pd.Series(rows.index.to_numpy(np.int64)),
        "reason": pd.Series([table.refusals[place] for place in sorted(table.refusals)], dtype="str"),
        "text": pd.Series(_texts(rows), dtype="str"),
    }
    return pd.DataFrame(columns)


def _refusals(
    below: pd.DataFrame, headings: Sequence[str], above: Sequence[Sequence[str]], header: Header
) -> dict[int, str]:
    """Say which rows are no incidents and why, by position; ``above`` are the rows above the headings."""
    signs = np.column_stack([filled(below[column]) for column in below.columns])
    number = signs.sum(axis=1)
    few = np.flatnonzero((number > 0) & (number <= max(2, _MOST_TOTAL_CELLS * len(header.texts))))
    first = signs[few].argmax(axis=1)
    entries = plain_column(_picked(below.iloc[few], first))
    dates = [plain_column(column) for column in _dates(below.iloc[few], header)]
    is_summed = np.logical_or.reduce([matches(column, TOTAL) for column in (entries, *dates)])
    totals = few[is_summed & ~_is_dated(dates, len(few))]
    titles = [place for row in above for place in _repeats(below, row, number)]
    notes = few[matches(entries, _FOOTNOTE) & (number[few] == 1) & (first == 0)]
    return {
        **dict.fromkeys(_untouched(below, headings), "prefilled from the control room and not filled in"),
        **dict.fromkeys(notes.tolist(), "a footnote, not an incident"),
        **dict.fromkeys(totals.tolist(), "a total, not an incident"),
        **dict.fromkeys(titles, "the title again"),
        **dict.fromkeys(_repeats(below, headings, number), "the headings again"),
        **dict.fromkeys(np.flatnonzero(number == 0).tolist(), "blank row"),
    }


def _picked(rows: pd.DataFrame, places: Codes) -> pd.Series:
    """Give of each row the cell at its place."""
    cells = [rows[rows.columns[place]][places == place] for place in np.unique(places)]
    return pd.concat(cells).reindex(rows.index) if cells else pd.Series(dtype="str")


def _repeats(below: pd.DataFrame, headings: Sequence[str], number: Codes) -> list[int]:
    """Give the positions of rows that are the headings once more."""
    named = [(column, values.plain(text)) for column, text in enumerate(headings) if not values.is_empty(text)]
    rows = np.flatnonzero(number == len(named))
    for column, text in named:
        rows = rows[(plain_column(below[column].iloc[rows]) == text).to_numpy()]
    return rows.tolist()


def _untouched(below: pd.DataFrame, headings: Sequence[str]) -> list[int]:
    """Give the positions of the recording template's prefilled rows to which nobody put initials."""
    places = {without_brackets(text): column for column, text in reversed(list(enumerate(headings)))}
    if (prefilled := places.get("prefilled")) is None:
        return []
    rows = (plain_column(below[prefilled]) == "yes").to_numpy()
    if (recorded_by := places.get("recorded by")) is not None:
        rows = rows & ~filled(below[recorded_by])
    return np.flatnonzero(rows).tolist()


def _dates(rows: pd.DataFrame, header: Header) -> list[pd.Series]:
    return [rows[header.fields[name]] for name in ("date", "received_at") if name in header.fields]


def _is_dated(dates: Sequence[pd.Series], rows: int) -> Flags:
    """Say which rows hold a date of their own; 'Total' is none."""
    if not dates:
        return np.zeros(rows, dtype=np.bool_)
    dated = [~column.isin(values.BLANKS).to_numpy() & ~matches(column, TOTAL) for column in dates]
    return np.asarray(np.logical_or.reduce(dated), dtype=np.bool_)


def _half_converted(tables: Sequence[_Table]) -> tuple[str, ...]:
    """
    Warn of dates that a spreadsheet took for dates only where it could, and then with day and month exchanged.

    What it left as text has a number above 12 in the place where it looked for the month.
    """
    text = real = 0
    for table in tables:
        for column in _dates(table.records, table.header):
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


def _has(tables: Sequence[_Table], field: str) -> bool:
    return any(field in table.header.fields for table in tables)


def _mapping_of(tables: Sequence[_Table]) -> ColumnMapping:
    """Say how the file's columns were read, each heading and each field once."""
    fields: dict[str, str] = {}
    for table in tables:
        of_column = {place: field for field, place in table.header.fields.items()}
        for place, heading in enumerate(table.header.texts):
            field = of_column.get(place, "")
            if heading not in fields and (not field or field not in fields.values()):
                fields[heading] = field
    return ColumnMapping(tuple(fields.items()), next((table.day_order for table in tables if table.day_order), ""))


def _passed_over(grids: Sequence[Grid], tables: Sequence[_Table]) -> tuple[str, ...]:
    """Name the sheets that hold rows and were not read."""
    read = {table.grid.sheet for table in tables}
    left = [grid for grid in grids if grid.sheet not in read and len(grid.cells)]
    if not left:
        return ()
    shown = ", ".join(f"{grid.sheet!r} ({len(grid.cells)} row{'s' * (len(grid.cells) > 1)})" for grid in left[:5])
    said = f"sheets passed over, as they hold no such records: {len(left)} ({shown})"
    return (f"{said}; save one as a file of its own to read it",)


def _header_faults(table: _Table, columns: ColumnMapping | None) -> tuple[str, ...]:
    header, cells = table.header, table.grid.cells
    faults = []
    if header.place:
        first = _texts(cells.iloc[:1])[0][:120]
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


def _unnamed(table: _Table) -> list[int]:
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


def _record_faults(records: Sequence[Records], *, several: bool) -> tuple[str, ...]:
    """Gather what is to be said of many rows into one sentence a kind."""
    accepted, doubts = _joined([part.accepted for part in records]), _joined([part.doubts for part in records])
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


def _row_of(row: pd.Series, several: bool) -> str:
    return _row_in((str(row["sheet"]), int(row["row"])), several=several)


def _row_in(place: tuple[str, int], *, several: bool) -> str:
    sheet, number = place
    return f"row {number} of {sheet!r}" if several else f"row {number}"
