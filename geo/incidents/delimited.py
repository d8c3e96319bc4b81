"""
Text files as rows of cells: encoding and delimiter found, quotes that never close stopped from swallowing rows.

A line without any character is no row and is not delivered, but it is counted, so a row's number is the one that a
spreadsheet shows.
"""

import csv
import io
import re
from collections import Counter

from geo.errors import SourceError
from geo.incidents.columns import INCIDENT_HEADINGS, SHIFT_HEADINGS, find_header

Numbered = tuple[int, tuple[str, ...]]
"""The number of a row, from 1, and its cells."""

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 60
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_TWICE_ENCODED = re.compile("\u00c3[\u0080-\u00bf\u00a9\u0192\u2020]|\u00e2\u20ac|\u00c2[\u00a3\u00a0-\u00bf]")
_END = "\x00end of file\x00"


def read_delimited(data: bytes, name: str) -> tuple[list[Numbered], tuple[str, ...]]:
    """
    Read the rows of a CSV or TSV file, and what was noticed on the way.

    Raises
    ------
    SourceError
        If the bytes are not text.
    """
    text, faults = _decode(data, name)
    lines = list(io.StringIO(text, newline=""))
    skipped = 1 if lines and re.fullmatch(r"\s*sep=.\s*", lines[0]) else 0
    delimiter = lines[0].strip()[4:5] if skipped else _delimiter(lines)
    rows, quote_fault = _rows(lines[skipped:], delimiter or "\t")
    numbered = [(number + skipped, cells) for number, cells in enumerate(rows, start=1) if cells]
    return numbered, (*faults, *quote_fault, *_cut_short(text, numbered))


def _decode(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None) or _unmarked(data)
    faults: list[str] = []
    if encoding:
        text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
    else:
        text, faults = _eight_bit(data)
    if nuls := text.count("\x00"):
        faults.append(f"NUL characters removed: {nuls}; a program that crashed leaves them, so check the last row")
        text = text.replace("\x00", "")
    if damaged := text.count("\ufffd"):
        faults.append(f"damaged characters, shown as \ufffd: {damaged}")
    if _TWICE_ENCODED.search(text):
        faults.append(
            "some accented letters look encoded twice (such as '\u00c3\u00a9' for '\u00e9'): export again as UTF-8"
        )
    if _is_binary(text):
        raise SourceError(f"{name} is not a text file; export the table as CSV or XLSX")
    return text, tuple(faults)


def _unmarked(data: bytes) -> str | None:
    """Tell UTF-16 without a mark by where its zero bytes stand."""
    head = re.split(rb"\x00{4,}", data[:4096], maxsplit=1)[0]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd <= len(head) * 0.3:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _eight_bit(data: bytes) -> tuple[str, list[str]]:
    """Decode UTF-8, or Windows-1252 where that fails, line by line where a file holds both."""
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        pass  # a line that is not UTF-8 is read as Windows-1252 below, and said so where both occur
    lines = data.split(b"\n")
    modern = [_is_utf8(line) for line in lines]
    mixed = any(good and not line.isascii() for good, line in zip(modern, lines, strict=True))
    if not mixed:
        return data.decode("cp1252", errors="replace"), []
    odd = [str(number) for number, good in enumerate(modern, start=1) if not good]
    text = "\n".join(
        line.decode("utf-8" if good else "cp1252", errors="replace") for good, line in zip(modern, lines, strict=True)
    )
    shown = ", ".join(odd[:5])
    return text, [f"two encodings in one file; lines read as Windows-1252: {len(odd)} (lines {shown})"]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_binary(text: str) -> bool:
    head = text[:4096]
    odd = sum(1 for sign in head if (sign < " " and sign not in "\t\r\n\f\v") or sign == "\ufffd")
    return odd > 0.1 * max(len(head), 10)


def _delimiter(lines: list[str]) -> str:
    """Choose the delimiter that shows most known headings; failing that, the one that cuts rows most evenly."""
    sample = [line for line in lines if line.strip()][:_SAMPLE_LINES]
    _allow_long_cells()
    cut = {delimiter: list(csv.reader(sample, delimiter=delimiter)) for delimiter in _DELIMITERS}
    return max(_DELIMITERS, key=lambda delimiter: (_known_headings(cut[delimiter]), _evenness(cut[delimiter])))


def _known_headings(rows: list[list[str]]) -> int:
    found = [find_header(rows, headings) for headings in (INCIDENT_HEADINGS, SHIFT_HEADINGS)]
    return max((header.recognised for header in found if header is not None), default=0)


def _evenness(rows: list[list[str]]) -> int:
    """Count the cells that rows of the commonest width share, rows of one cell apart."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max((count * (width - 1) for width, count in widths.items()), default=0)


def _allow_long_cells() -> None:
    """Let a cell be as long as a file may be; the module's own limit is 131,072 characters."""
    csv.field_size_limit(2**30)


def _rows(lines: list[str], delimiter: str) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """Split lines into rows; after a quote that never closes, every line is a row and quotes are signs like others."""
    _allow_long_cells()
    ended = [*lines[:-1], *([lines[-1].rstrip("\r\n") + "\n"] if lines else []), _END]
    reader = csv.reader(ended, delimiter=delimiter)
    rows: list[tuple[str, ...]] = []
    faults: list[str] = []
    start = 0
    for row in reader:
        if row == [_END]:
            return rows, tuple(faults)
        if reader.line_num == len(ended):
            break
        rows.append(tuple(row))
        inside = lines[start + 1 : reader.line_num]
        if len(row) > 1 and any(line.count(delimiter) >= len(row) - 1 for line in inside):
            faults.append(f"row {len(rows)} spans {len(inside) + 1} lines that look like rows: check its quotes")
        start = reader.line_num
    rest = csv.reader(lines[start:], delimiter=delimiter, quoting=csv.QUOTE_NONE)
    faults.append(f"a quote opened in row {len(rows) + 1} never closes; from there every line is read as a row")
    return [*rows, *(tuple(row) for row in rest)], tuple(faults)


def _cut_short(text: str, rows: list[Numbered]) -> tuple[str, ...]:
    if not rows or text.endswith(("\n", "\r")):
        return ()
    return (f"the last row (row {rows[-1][0]}) has no line end: check that the file was not cut short",)
