"""Arrow's CSV reader, about five times as fast as Python's, for blocks of text that both read alike."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from geo.incidents.reading.wire import Buffer

_END = "\x00end of block\x00"
_MOST_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a block in which every row has the same number of cells."""

    rows: int
    arrays: tuple[pa.StringArray, ...]
    buffers: tuple[tuple[Buffer, bytes], ...]

    def long_cells(self, delimiter: str) -> Iterator[tuple[int, int, str]]:
        """Give place of row and column, and text, of each cell that holds both a line end and the delimiter."""
        for column, (array, (_, text)) in enumerate(zip(self.arrays, self.buffers, strict=True)):
            ends = [end for end in ("\n", "\r") if end.encode() in text]
            found = [pc.and_(pc.match_substring(array, end), pc.match_substring(array, delimiter)) for end in ends]
            for row in sorted({row for both in found for row in pc.indices_nonzero(both).to_pylist()}):
                yield row, column, array[row].as_py()


def read_columns(block: bytes, delimiter: str) -> Columns | None:
    """
    Read a block of whole lines, or nothing where Python's reader might read it otherwise.

    That is where rows differ in width, where a row has no character at all (it may be an empty line), and where the
    last row's quote is still open: a row of our own is put at the end, and must come out as the last one. The block
    is read in one piece, because Arrow drops a row whose quotes hold the cut between two.
    """
    first = block[: block.find(b"\n") + 1 or len(block)].decode()
    width = len(next(csv.reader(io.StringIO(first, newline=""), delimiter=delimiter)))
    if not 2 <= width <= _MOST_COLUMNS or not delimiter.isascii():
        return None
    ended = b"" if block.endswith((b"\n", b"\r")) else b"\n"
    closed = block + ended + delimiter.join([_END] * width).encode() + b"\n"
    names = [str(place) for place in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(closed),
            arrow_csv.ReadOptions(column_names=names, block_size=len(closed) + 1),
            arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return _columns(table)


def _columns(table: pa.Table) -> Columns | None:
    rows = table.num_rows - 1
    arrays = tuple(column.chunk(0) for column in table.columns)
    if rows < 1 or any(column.num_chunks != 1 for column in table.columns):
        return None
    if any(array[rows].as_py() != _END for array in arrays):
        return None
    buffers = tuple(_buffers(array, rows) for array in arrays)
    characters = sum(np.diff(np.frombuffer(ends, "int32")) for ends, _ in buffers)
    if np.any(characters == 0):
        return None
    return Columns(rows, tuple(array[:rows] for array in arrays), buffers)


def _buffers(array: pa.StringArray, rows: int) -> tuple[Buffer, bytes]:
    _, ends, text = array.buffers()
    bounds = memoryview(ends).cast("i")[: rows + 1]
    return bounds.cast("B"), bytes(memoryview(text)[: bounds[rows]]) if text is not None else b""
