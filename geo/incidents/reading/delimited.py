"""
Text files as columns: the delimiter found, quotes that never close stopped from swallowing rows.

A line without any character is no row and is not delivered, but it is counted, so a row's number is the one that a
spreadsheet shows.
"""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from geo.incidents.reading.decoding import Text
from geo.incidents.reading.wire import MOST_COLUMNS, Block, Refused, block_of, send_answer, send_block

if TYPE_CHECKING:
    from geo.incidents.reading.arrow import Columns

MOST_BYTES = 512 * 2**20
MOST_CELLS = 100_000_000
MOST_QUOTED = 16 * 2**20
"""A quote that has not closed after so many bytes is taken as one that never closes."""

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 60
_LARGE = 2 * 2**20
"""Smaller files are read before Arrow's reader is even loaded."""

_AHEAD = 2

_MARKUP = (
    (re.compile(r"\s*<(?:!doctype html|html)", re.IGNORECASE), "a web page"),
    (re.compile(r"\s*<\?xml", re.IGNORECASE), "an XML file"),
    (re.compile(r"\s*\{\\rtf"), "a Word document"),
    (re.compile(r"\s*[\[{]\s*(?:[\[{\"]|[\]}]?\s*$)"), "a JSON file"),
)
_END = "\x00end of block\x00"


def send_delimited(stream: BinaryIO, size: int, headings: frozenset[str], out: BinaryIO) -> None:
    """
    Send the rows of a CSV or TSV file, and what was noticed on the way.

    Raises
    ------
    Refused
        If the file is too large, no text, or no table.
    """
    if size > MOST_BYTES:
        raise Refused(f"has {size / 2**20:.0f} MB, more than {MOST_BYTES // 2**20}; export a shorter period")
    text = Text(stream)
    blocks = text.blocks()
    table, first = begin(next(blocks, b""), headings)
    rest = chain([first], blocks)
    for block, columns in _with_columns(rest, table.delimiter) if size > _LARGE else ((block, None) for block in rest):
        for part in table.read(block, columns):
            send_block(out, 0, part)
    for part in table.finish():
        send_block(out, 0, part)
    send_answer(out, sheets=[["", True]], faults=[*text.faults, *table.faults])


def _with_columns(blocks: Iterable[bytes], delimiter: str) -> Iterator[tuple[bytes, "Columns | None"]]:
    """Give each block with its columns, which Arrow reads a little ahead, so that two processors work."""
    from geo.incidents.reading.arrow import read_columns  # loading it takes longer than reading a small file

    with ThreadPoolExecutor(_AHEAD) as pool:
        waiting: deque[tuple[bytes, Future[Columns | None]]] = deque()
        for block in blocks:
            waiting.append((block, pool.submit(read_columns, block, delimiter)))
            if len(waiting) > _AHEAD:
                due, columns = waiting.popleft()
                yield due, columns.result()
        for due, columns in waiting:
            yield due, columns.result()


def begin(block: bytes, headings: frozenset[str] = frozenset()) -> tuple["Table", bytes]:
    """
    Look at the first block: find the delimiter, and give the block without a 'sep=' line.

    Raises
    ------
    Refused
        If it is a web page, XML, RTF or JSON.
    """
    csv.field_size_limit(2**30)
    start = block[: 2**20].decode("utf-8", errors="ignore")
    if what := next((what for pattern, what in _MARKUP if pattern.match(start[:256])), ""):
        raise Refused(f"is {what}, not a table; export the table as CSV or XLSX")
    lines = list(io.StringIO(start, newline=""))
    if lines and re.fullmatch(r"\s*sep=[^\"]\s*", lines[0]):
        return Table(lines[0].strip()[4:5] or "\t", passed=1), block[len(lines[0].encode()) :]
    return Table(choose_delimiter(lines, headings)), block


class Table:
    """
    The rows of one text file, block after block, after ``passed`` rows that were none.

    ``read`` and ``finish`` give the rows that are complete; ``faults`` is complete after ``finish``.
    """

    def __init__(self, delimiter: str, *, passed: int = 0) -> None:
        self.delimiter = delimiter
        self._rows = passed
        self._unclosed = self._last = self._delivered = self._widest = 0
        self._open = b""
        self._spanning: list[tuple[int, int]] = []
        self._is_ended = True

    def read(self, block: bytes, columns: "Columns | None" = None) -> Iterator[Block]:
        """
        Read a block of whole lines; a row that is still open waits for the next.

        ``columns`` are the block's own, where they are known, and count where nothing of the last block is open.
        """
        self._is_ended = block.endswith((b"\n", b"\r")) if block else self._is_ended
        if columns is not None and not (self._open or self._unclosed):
            yield self._numbered(columns)
        elif block:
            yield from self._read_rows(self._open + block)
        if len(self._open) > MOST_QUOTED:
            yield from self.finish()

    def finish(self) -> Iterator[Block]:
        """Take every line as a row, and quotes as signs like others, from the row on whose quote never closes."""
        if self._open:
            self._unclosed = self._rows + 1
            yield from self._read_rows(self._open)

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the rows, in sentences."""
        faults = []
        if self._spanning:
            row, lines = self._spanning[0]
            more = f" (rows like it: {len(self._spanning):,})" if len(self._spanning) > 1 else ""
            faults.append(f"row {row} spans {lines} lines that look like rows: check its quotes{more}")
        if self._unclosed:
            faults.append(
                f"a quote opened in row {self._unclosed} never closes; from there every line is read as a row"
            )
        if self._last and not self._is_ended:
            faults.append(f"the last row (row {self._last}) has no line end: check that the file was not cut short")
        return tuple(faults)

    def _numbered(self, columns: "Columns") -> Block:
        first = self._rows + 1
        self._rows += columns.rows
        self._count(self._rows, columns.rows, len(columns.buffers))
        for row, column, cell in columns.long_cells(self.delimiter):
            self._check_lines(first + row, cell, len(columns.buffers), column)
        return Block(range(first, self._rows + 1), columns.buffers)

    def _read_rows(self, block: bytes) -> Iterator[Block]:
        """Read a block with Python's reader, and keep the text of a last row whose quote is still open."""
        lines = list(io.StringIO(block.decode(), newline=""))
        rows, self._open = self._split(lines)
        first = self._rows + 1
        self._rows += len(rows)
        numbers = [number for number, row in enumerate(rows, start=first) if row]
        if not numbers:
            return
        kept = [row for row in rows if row]
        self._count(numbers[-1], len(numbers), max(map(len, kept)))
        for number, row in zip(numbers, kept, strict=True) if len(rows) < len(lines) else ():
            for column, cell in enumerate(row):
                if self.delimiter in cell and ("\n" in cell or "\r" in cell):
                    self._check_lines(number, cell, len(row), column)
        yield block_of(numbers, kept)

    def _split(self, lines: list[str]) -> tuple[list[list[str]], bytes]:
        """Split lines into rows, and give what follows the last row that is complete."""
        if self._unclosed:
            return list(csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)), b""
        ended = [*lines[:-1], lines[-1].rstrip("\r\n") + "\n", _END]
        rows = list(csv.reader(ended, delimiter=self.delimiter))
        if rows[-1] == [_END]:
            return rows[:-1], b""
        reader = csv.reader(ended, delimiter=self.delimiter)
        ends = [0, *(reader.line_num for _ in reader)]
        return rows[:-1], "".join(lines[ends[-2] :]).encode()

    def _count(self, last: int, rows: int, width: int) -> None:
        """Keep the tally of what is delivered, and refuse what no memory should be given to."""
        self._last = last
        self._delivered += rows
        self._widest = max(self._widest, width)
        if width > MOST_COLUMNS:
            raise Refused(f"has a row of {width:,} cells (up to row {last:,}); check what separates its cells")
        if self._delivered * self._widest > MOST_CELLS:
            raise Refused(
                f"spans more than {MOST_CELLS:,} cells ({self._widest:,} columns); export fewer columns or a shorter "
                "period"
            )

    def _check_lines(self, number: int, cell: str, width: int, column: int) -> None:
        """
        Note a row whose cell holds lines that look like rows: a quote left open, and closed by a later row's.

        The cell's last line would have the cells after it, too.
        """
        lines = re.split(r"\r\n|\n|\r", cell)
        *inner, last = [line.count(self.delimiter) for line in lines[1:]]
        if any(count >= width - 1 for count in inner) or (last and last >= column):
            self._spanning.append((number, len(lines)))


def choose_delimiter(lines: Sequence[str], headings: frozenset[str] = frozenset()) -> str:
    """
    Choose the delimiter that shows most known headings; failing that, the one that cuts rows most evenly.

    ``headings`` are known ones, in lower case and without punctuation. Wrong for a table without two known headings
    whose notes hold as many commas in every row.
    """
    sample = [line for line in lines if line.strip()][:_SAMPLE_LINES]
    cut = {delimiter: list(csv.reader(sample, delimiter=delimiter)) for delimiter in _DELIMITERS}
    return max(_DELIMITERS, key=lambda delimiter: (_known(cut[delimiter], headings), _evenness(cut[delimiter])))


def _known(rows: list[list[str]], headings: frozenset[str]) -> int:
    """Count the known headings of the row that has most of them; one alone may be a word like others."""
    found = (sum(" ".join(re.findall(r"[a-z0-9]+", cell.lower())) in headings for cell in row) for row in rows)
    most = max(found, default=0)
    return most if most > 1 else 0


def _evenness(rows: list[list[str]]) -> float:
    """Weigh the cells that rows of one width share by the square of those rows' share; rows of one cell apart."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max((count * (width - 1) * (count / len(rows)) ** 2 for width, count in widths.items()), default=0.0)
