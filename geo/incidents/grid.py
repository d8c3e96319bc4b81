"""A file as columns of text, whatever its kind: told by its content, never by its name, and read by a child process."""

import json
import stat
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from geo.errors import SourceError
from geo.incidents.columns import INCIDENT_HEADINGS, SHIFT_HEADINGS
from geo.incidents.reading.wire import Message, receive

SECONDS = 60.0
_ROOT = str(Path(__file__).resolve().parents[2])
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from geo.incidents.reading.program import main; main()"
_PIPE_BYTES = 2**20


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
    _check(file)
    answer, messages = _ask_child(file, sheet or "", seconds)
    if refusal := answer.get("refused"):
        raise SourceError(f"{file.name} {refusal}")
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


def _check(file: Path) -> None:
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceError(f"there is no file {str(file)!r}; check the path") from error
    except (OSError, ValueError) as error:
        raise SourceError(f"{str(file)!r} cannot be looked up ({error}); check the path") from error
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{str(file)!r} is not a file; name one CSV or workbook")
    if not status.st_size:
        raise SourceError(f"{file.name} is empty (0 bytes); export it again")


def _ask_child(file: Path, sheet: str, seconds: float) -> tuple[dict[str, Any], list[Message]]:
    """Let a child open the file; give its answer and the blocks of rows it sent."""
    headings = sorted({*INCIDENT_HEADINGS, *SHIFT_HEADINGS} - {""})
    request = {"path": str(file.resolve()), "sheet": sheet, "headings": headings, "seconds": seconds}
    child = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-I", "-c", _CHILD, _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pipesize=_PIPE_BYTES,
    )
    late = threading.Event()

    def give_up() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(seconds, give_up)
    timer.start()
    try:
        with child:
            messages = _converse(child, json.dumps(request).encode())
    finally:
        timer.cancel()
    if late.is_set():
        raise SourceError(f"{file.name} took more than {seconds:g} seconds to open; export a smaller part as CSV")
    if child.returncode != 0 or not messages:
        raise SourceError(
            f"{file.name} could not be opened within the memory allowed, or is damaged; export a smaller part as CSV"
        )
    return messages[-1][0], messages[:-1]


def _converse(child: "subprocess.Popen[bytes]", request: bytes) -> list[Message]:
    """Send the request and take in all that the child sends until it ends."""
    to_child, from_child = cast(BinaryIO, child.stdin), cast(BinaryIO, child.stdout)
    try:
        to_child.write(request)
        to_child.close()
    except OSError:
        return []  # the child is gone already; its return code is looked at next
    return list(receive(from_child))


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
