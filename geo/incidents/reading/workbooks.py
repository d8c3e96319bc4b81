"""
Workbooks as columns of text: what a package declares is checked before anything is unpacked, then calamine reads it.

Excel's typed cells become the text that a person would write: whole numbers without '.0', dates in ISO form (counted
from 1900 or 1904, as the workbook says), durations as hours, minutes and seconds. A cell that shows an error, such as
#DIV/0!, comes out empty.
"""

import datetime as dt
import math
import zipfile
import zlib
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import python_calamine

from geo.incidents.reading.wire import Refused, block_of, send_answer, send_block

MOST_BYTES = 50 * 2**20
MOST_CELLS = 20_000_000
_MOST_PARTS = 5_000
_MOST_UNPACKED = 800 * 2**20
_MOST_RATIO = 200
_LARGE_PART = 16 * 2**20
_PROLOG = 64 * 2**10
_BLOCK_ROWS = 20_000
_SPREADSHEET = frozenset({"[content_types].xml", "content.xml"})

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta


def send_workbook(path: Path, size: int, wanted: str, out: BinaryIO) -> None:
    """
    Send the wanted sheet of an XLSX, XLS, XLSB or ODS file, or every worksheet with the visible ones first.

    Raises
    ------
    Refused
        If the file is too large, damaged, locked or hostile, or has no such sheet.
    """
    if size > MOST_BYTES:
        raise Refused(f"has {size / 2**20:.0f} MB, more than {MOST_BYTES // 2**20}; export only the table as CSV")
    check_package(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        found = [
            (place, sheet.name, sheet.visible == python_calamine.SheetVisibleEnum.Visible)
            for place, sheet in enumerate(book.sheets_metadata)
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        chosen = _chosen(sorted(found, key=lambda sheet: not sheet[2]), wanted)
        sheets = [book.get_sheet_by_index(place) for place, _, _ in chosen]
        hidden = [send_sheet(number, sheet, out) for number, sheet in enumerate(sheets)]
    except python_calamine.PasswordError:
        raise Refused("is locked with a password; save a copy without one") from None
    except python_calamine.CalamineError as error:
        raise Refused(f"cannot be opened as a spreadsheet ({error}); open it in Excel and save it as XLSX") from error
    send_answer(out, sheets=[[name, is_visible] for _, name, is_visible in chosen], faults=_unshown(sheets, hidden))


def check_package(path: Path) -> None:
    """
    Refuse a package by what it declares, before anything is unpacked; an old XLS file is none.

    Raises
    ------
    Refused
        If the package is damaged, locked, a bomb, no spreadsheet, or declares XML entities.
    """
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":
            return
    try:
        with zipfile.ZipFile(path) as package:
            _check_parts(package.infolist())
            _check_declarations(package)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, zlib.error) as error:
        raise Refused(f"is a damaged file ({error}); open it in Excel and save it again") from error


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename.lower() for part in parts]
    unpacked = sum(part.file_size for part in parts)
    bombs = [part for part in parts if part.file_size > max(_LARGE_PART, _MOST_RATIO * part.compress_size)]
    if len(parts) > _MOST_PARTS or unpacked > _MOST_UNPACKED or bombs:
        raise Refused(
            f"unpacks to {len(parts):,} parts and {unpacked // 2**20:,} MB, as a hostile file would; export only the "
            "table as CSV"
        )
    if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
        raise Refused(f"holds two parts named {twice!r}, as no spreadsheet does; export the table again")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("is locked with a password; save a copy without one")
    if _SPREADSHEET.isdisjoint(names):
        inner = next((part.filename for part in parts if part.filename.lower().endswith((".zip", ".7z", ".rar"))), "")
        what = f" with another inside ({inner!r})" if inner else ""
        raise Refused(f"is a ZIP archive{what}, not a spreadsheet; unpack it and choose the table inside")


def _check_declarations(package: zipfile.ZipFile) -> None:
    """Refuse a workbook whose parts declare a document type: no spreadsheet program writes one."""
    for part in package.namelist():
        if part.lower().endswith((".xml", ".rels")):
            with package.open(part) as stream:
                # two-byte encodings have a NUL beside each letter
                if b"<!DOCTYPE" in stream.read(_PROLOG).replace(b"\x00", b""):
                    raise Refused("declares XML entities, which no spreadsheet program does; it may be hostile")


def _chosen(found: list[tuple[int, str, bool]], wanted: str) -> list[tuple[int, str, bool]]:
    if not found:
        raise Refused("has no worksheet; save the table as XLSX or CSV")
    if not wanted:
        return found
    named = [sheet for sheet in found if sheet[1] == wanted]
    if not named:
        listed = ", ".join(repr(name) for _, name, _ in found)
        raise Refused(f"has no sheet {wanted!r}; its {len(found)} sheets are: {listed}")
    return named


def _unshown(sheets: Sequence["python_calamine.CalamineSheet"], first: Sequence[int]) -> list[str]:
    """Name the sheets that end in rows of errors, or of formulas that show nothing."""
    return [
        f"sheet {sheet.name!r} ends in rows that hold only errors or formulas without a result: up to "
        f"{sheet.end[0] + 2 - row:,} (first: row {row}); they were not read: mend the formulas and save again"
        for sheet, row in zip(sheets, first, strict=True)
        if row and sheet.end is not None
    ]


def send_sheet(number: int, sheet: "python_calamine.CalamineSheet", out: BinaryIO) -> int:
    """
    Send the rows that hold anything, each with its number in the sheet.

    Returns
    -------
    The number of the first row of those at the sheet's end that hold only errors or formulas without a result; 0 where
    there are none. Between rows that hold something they cannot be told from empty ones.
    """
    if sheet.start is None or sheet.end is None:
        return 0
    (top, left), (bottom, right) = sheet.start, sheet.end
    if (bottom + 1) * (right + 1) > MOST_CELLS:
        raise Refused(
            f"has a cell at row {bottom + 1:,}, column {right + 1:,} of sheet {sheet.name!r}, so it spans "
            f"{(bottom + 1) * (right + 1):,} cells; delete what stands far outside the table and save again"
        )
    margin, after = [""] * left, top + 1
    rows = islice(enumerate(sheet.iter_rows(), start=1), top, None)  # the rows come from the sheet's first on
    while some := list(islice(rows, _BLOCK_ROWS)):
        texts = ((place, [*margin, *map(text_of, row)]) for place, row in some)
        kept = [(place, row) for place, row in texts if any(row)]
        if kept:
            after = kept[-1][0] + 1
            send_block(out, number, block_of([place for place, _ in kept], [row for _, row in kept]))
    return after if after <= bottom + 1 else 0


def text_of(cell: Cell) -> str:
    """
    Give a typed cell as the text that a person would write; text stays verbatim.

    >>> text_of(45.0), text_of(True), text_of(dt.date(2016, 2, 4)), text_of(dt.timedelta(hours=26, minutes=5))
    ('45', 'Yes', '2016-02-04', '26:05:00')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, int | float):
        return str(int(cell)) if math.isfinite(cell) and cell == int(cell) else repr(cell)
    if isinstance(cell, dt.timedelta):
        return _duration(round(cell.total_seconds()))
    return cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else cell.isoformat()


def _duration(seconds: int) -> str:
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
