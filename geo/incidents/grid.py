"""A file as columns of text, whatever its kind: told by its content, never by its name, and read by a child process."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from geo.errors import SourceError
from geo.incidents.child import ask_child, check_file, program
from geo.incidents.columns import INCIDENT_HEADINGS, SHIFT_HEADINGS
from geo.incidents.reading.wire import Message

SECONDS = 60.0
_CHILD = program("geo.incidents.reading.program")


@dataclass(frozen=True, eq=False)
class Grid:
    """
    The rows of one sheet as delivered (``sheet`` is empty for a text file), and what was noticed while reading them.

    ``cells`` is a frame of text: its columns count from 0, its index is the row's number in the file, from 1. A cell
    that holds nothing is the empty string; rows without any character are not delivered.
    """

    file: str
    sheet: str
    cells: pd.DataFrame
    faults: tuple[str, ...] = ()
    visible: bool = True


def read_grid(path: str | PathLike[str], sheet: str | None = None) -> Grid:
    """
    Read one sheet as it stands: the one named, or the first that holds anything; errors as :func:`read_grids`.

    See Also
    --------
    read_grids : every sheet.
    """
    return next(grid for grid in read_grids(path, sheet) if len(grid.cells))


def read_grids(path: str | PathLike[str], sheet: str | None = None, *, seconds: float = SECONDS) -> tuple[Grid, ...]:
    """
    Read every sheet of a file, visible ones first, or the one named.

    CSV and TSV up to 512 MB, XLSX, XLSM, XLSB, XLS and ODS up to 50 MB. The file is opened by a child process that
    may use 2 GB of memory (where the system can limit it: not on Windows) and ``seconds`` of time.

    Raises
    ------
    SourceError
        If the file is missing, empty, too large, no table, damaged, locked or hostile, has no such sheet, or takes
        too long or too much memory.
    """
    file = Path(path)
    check_file(file, "one CSV or workbook")
    headings = sorted({*INCIDENT_HEADINGS, *SHIFT_HEADINGS} - {""})
    request = {"sheet": sheet or "", "headings": headings}
    answer, messages = ask_child(_CHILD, file, request, seconds=seconds, instead="export a smaller part as CSV")
    blocks: dict[int, list[Message]] = defaultdict(list)
    for message in messages:
        blocks[message[0]["sheet"]].append(message)
    if not blocks:
        raise SourceError(f"{file.name} holds no rows; export the table again")
    faults = (*_misnamed(file, answer["sheets"]), *answer["faults"])
    return tuple(
        Grid(file.name, name, _cells(blocks[number]), faults, visible)
        for number, (name, visible) in enumerate(answer["sheets"])
    )


def _misnamed(file: Path, sheets: Iterable[tuple[str, bool]]) -> tuple[str, ...]:
    is_text = [name for name, _ in sheets] == [""]
    if is_text and file.suffix.lower() in {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}:
        return (f"{file.name} is named as a workbook but holds text, and was read as CSV",)
    return ()


def _cells(blocks: list[Message]) -> pd.DataFrame:
    """Put the blocks of one sheet together; a block with fewer columns ends in empty cells."""
    width = max((len(buffers) // 2 for _, buffers in blocks), default=0)
    columns = [pa.chunked_array([_array(block, place) for block in blocks]) for place in range(width)]
    numbers = [np.frombuffer(buffers[0], "int32") for _, buffers in blocks]
    frame = pa.table(columns, names=[str(place) for place in range(width)]).to_pandas()
    frame.index = pd.Index(np.concatenate(numbers or [np.empty(0)]).astype("int64"))
    frame.columns = pd.RangeIndex(width)
    return frame


def _array(block: Message, place: int) -> pa.Array:
    head, buffers = block
    if 2 * place + 2 > len(buffers):
        return pa.repeat(pa.scalar("", pa.string()), head["rows"])
    ends, text = buffers[1 + 2 * place : 3 + 2 * place]
    array = pa.StringArray.from_buffers(head["rows"], pa.py_buffer(ends), pa.py_buffer(text))
    array.validate(full=True)
    return array
