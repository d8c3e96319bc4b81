"""A file as rows of cells, whatever its kind: told by its content, never by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from geo.errors import SourceError
from geo.incidents.delimited import read_delimited
from geo.incidents.values import Cell
from geo.incidents.workbook import read_workbook

MOST_BYTES = 50 * 2**20
"""Larger files are refused: a year of a scheme is below 1 MB."""

_WORKBOOK = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_OTHERS = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a Word document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as delivered: its number in the file, from 1, and its cells."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of one sheet (``sheet`` is empty for a text file), and what was noticed while reading them."""

    file: str
    sheet: str
    rows: tuple[Row, ...]
    faults: tuple[str, ...] = ()

    @property
    def cells(self) -> Sequence[tuple[Cell, ...]]:
        """Give the cells alone, row by row."""
        return [row.cells for row in self.rows]


def read_grid(path: str | PathLike[str], sheet: str | None = None) -> Grid:
    """
    Read one sheet as it stands: the one named, or the first that holds anything.

    Lines without a character and sheet rows without a value are not delivered. Cells are text, or what Excel typed.

    Raises
    ------
    SourceError
        If the file is missing, empty, above 50 MB, no table, damaged or hostile, or has no such sheet.
    """
    grids = read_grids(path, sheet)
    return next((grid for grid in grids if grid.rows), grids[0])


def read_grids(path: str | PathLike[str], sheet: str | None = None) -> tuple[Grid, ...]:
    """Read every sheet of a file, visible ones first, or the one named; errors as :func:`read_grid`."""
    file = Path(path)
    data = _load(file)
    if data.startswith(_WORKBOOK):
        sheets = read_workbook(file, data, sheet)
        if not sheets:
            raise SourceError(f"{file.name} has no worksheet; save the table as XLSX or CSV")
        return tuple(Grid(file.name, name, tuple(Row(*row) for row in rows)) for name, rows in sheets)
    if sheet:
        raise SourceError(f"{file.name} is a text file without sheets; leave the sheet {sheet!r} away")
    _refuse_others(file.name, data)
    rows, faults = read_delimited(data, file.name)
    if not rows:
        raise SourceError(f"{file.name} holds no rows; export the table again")
    named = (f"{file.name} is named as a workbook but holds text, and was read as CSV",)
    return (Grid(file.name, "", tuple(Row(*row) for row in rows), (*(named if _is_misnamed(file) else ()), *faults)),)


def _load(file: Path) -> bytes:
    if not file.exists():
        raise SourceError(f"there is no file {str(file)!r}; check the path")
    if not file.is_file():
        raise SourceError(f"{str(file)!r} is not a file; name one CSV or workbook")
    try:
        if (size := file.stat().st_size) > MOST_BYTES:
            raise SourceError(f"{file.name} has {size / 2**20:.0f} MB, more than 50; export a shorter period")
        data = file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file.name} cannot be read ({error.strerror}); close it elsewhere and try again") from error
    if not data:
        raise SourceError(f"{file.name} is empty (0 bytes); export it again")
    return data


def _refuse_others(name: str, data: bytes) -> None:
    head = data[:64].lstrip().lower()
    for mark, what in _OTHERS:
        if head.startswith(mark.lower()):
            raise SourceError(f"{name} is {what}, not a table; export the table as CSV or XLSX")


def _is_misnamed(file: Path) -> bool:
    return file.suffix.lower() in {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
