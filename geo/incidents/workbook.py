"""Spreadsheets as rows of cells, read by a child process with limits on time, memory and size."""

import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from geo.errors import SourceError
from geo.incidents.values import Cell

SECONDS = 60
_MOST_PARTS = 5_000
_MOST_UNPACKED = 800 * 2**20
_CHILD = Path(__file__).with_name("workbook_child.py")

Sheet = tuple[str, list[tuple[int, tuple[Cell, ...]]]]
"""A sheet's name and its rows that hold anything, each with its number from 1."""


def read_workbook(path: Path, data: bytes, sheet: str | None, *, seconds: float = SECONDS) -> list[Sheet]:
    """
    Read one sheet of an XLSX, XLS, XLSB or ODS file, or all of them.

    The memory limit holds where the system has one (not on Windows); the time limit everywhere.

    Raises
    ------
    SourceError
        If the file is damaged, locked, hostile or too large, or has no sheet of that name.
    """
    _check_package(path.name, data)
    answer = _ask_child(path, sheet or "", seconds)
    if refusal := answer.get("refused"):
        raise SourceError(f"{path.name} {refusal}")
    if sheet and not answer["sheets"]:
        listed = ", ".join(repr(name) for name in answer["names"])
        raise SourceError(f"{path.name} has no sheet {sheet!r}; its {len(answer['names'])} sheets are: {listed}")
    return [(found["name"], [_row(cells) for cells in found["rows"]]) for found in answer["sheets"]]


def _check_package(name: str, data: bytes) -> None:
    """Refuse a package by what it declares, before anything is unpacked."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise SourceError(f"{name} is a damaged file ({error}); open it in Excel and save it again") from error
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        unpacked = sum(part.file_size for part in parts) // 2**20
        raise SourceError(f"{name} unpacks to {len(parts):,} parts and {unpacked:,} MB; export only the table as CSV")
    if not any(part.filename in {"[Content_Types].xml", "content.xml"} for part in parts):
        raise SourceError(f"{name} is a ZIP archive, not a spreadsheet; unpack it and choose the table inside")


def _ask_child(path: Path, sheet: str, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-I", str(_CHILD), str(path.resolve()), sheet]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)  # noqa: S603 - our own file
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"{path.name} took more than {seconds:g} seconds to open; export the table as CSV") from error
    if done.returncode != 0:
        raise SourceError(f"{path.name} could not be opened within the memory allowed; export only the table as CSV")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _row(cells: list[Any]) -> tuple[int, tuple[Cell, ...]]:
    return int(cells[0]), tuple(_cell(cell) for cell in cells[1:])


def _cell(cell: Any) -> Cell:
    """Give back what the child's tag stands for; text, numbers and truths come as they are."""
    if not isinstance(cell, dict):
        plain: Cell = cell
        return plain
    ((tag, value),) = cell.items()
    if tag == "seconds":
        return dt.timedelta(seconds=value)
    if tag == "time":
        return dt.time.fromisoformat(value)
    return dt.datetime.fromisoformat(value) if tag == "datetime" else dt.date.fromisoformat(value)
