"""
What the child hands back: columns of text in the layout of Arrow's strings, a block of rows at a time, then an answer.

A message is one line of JSON and the buffers whose sizes it lists. A block's buffers are its row numbers and, for each
column, where its cells end and their text, as Arrow keeps them in memory, so that the parent takes them as they are.
"""

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import Any, BinaryIO

Buffer = bytes | bytearray | memoryview
Message = tuple[dict[str, Any], list[bytes]]

MOST_COLUMNS = 16_384
"""As many as a spreadsheet has."""


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The file will not be read; its text is the sentence for the user, without the file's name."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of one sheet: their numbers, from 1, and each column's cell ends (32 bits, from 0) and text (UTF-8)."""

    numbers: Sequence[int]
    columns: Sequence[tuple[Buffer, Buffer]]


def block_of(numbers: Sequence[int], rows: Sequence[Sequence[str]]) -> Block:
    """Turn rows of cells into columns; a short row ends in empty cells."""
    return Block(numbers, [_column(cells) for cells in zip_longest(*rows, fillvalue="")])


def _column(cells: Sequence[str]) -> tuple[Buffer, Buffer]:
    text = "".join(cells)
    if text.isascii():
        return memoryview(array("i", accumulate(map(len, cells), initial=0))).cast("B"), text.encode()
    encoded = [cell.encode("utf-8", errors="replace") for cell in cells]
    return memoryview(array("i", accumulate(map(len, encoded), initial=0))).cast("B"), b"".join(encoded)


def send_block(out: BinaryIO, sheet: int, block: Block) -> None:
    """Send some rows of the sheet of that number."""
    numbers = memoryview(array("i", block.numbers)).cast("B")
    _send(
        out, {"sheet": sheet, "rows": len(block.numbers)}, [numbers, *(part for pair in block.columns for part in pair)]
    )


def send_part(out: BinaryIO, part: Buffer) -> None:
    """Send one buffer that is no block of rows, such as a table in Arrow's stream format."""
    _send(out, {}, [part])


def send_answer(out: BinaryIO, **answer: object) -> None:
    """Send the last message: ``sheets`` and ``faults``, or ``refused``."""
    _send(out, answer, [])


def _send(out: BinaryIO, head: dict[str, Any], buffers: Sequence[Buffer]) -> None:
    out.write(json.dumps({**head, "sizes": [len(buffer) for buffer in buffers]}).encode() + b"\n")
    for buffer in buffers:
        out.write(buffer)


def receive(stream: BinaryIO) -> Iterator[Message]:
    """Give the messages that arrive whole; a child that was stopped leaves the last one out."""
    while line := stream.readline():
        try:
            head = json.loads(line)
        except json.JSONDecodeError:
            return
        buffers = [stream.read(size) for size in head["sizes"]]
        if [len(buffer) for buffer in buffers] != head["sizes"]:
            return
        yield head, buffers
