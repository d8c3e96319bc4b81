"""
The letters of a text file: which encoding, and the text in blocks of whole lines as UTF-8.

Marks decide; then where zero bytes stand; then UTF-8, and Windows-1252 for each line that is not UTF-8. Wrong for a
file in another eight-bit encoding (Central European, old DOS): its accented letters come out as others.
"""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from geo.incidents.reading.wire import Refused

BLOCK_BYTES = 4 * 2**20
MOST_LINE = 32 * 2**20
"""A line of more bytes is no row of a table."""

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_TWICE_ENCODED = re.compile("\u00c3[\u0080-\u00bf\u00a9\u0192\u2020]|\u00e2\u20ac|\u00c2[\u00a3\u00a0-\u00bf]")
_SHOWN = 5


class Text:
    """A file's text, to be gone through once; ``faults`` is complete after the last block."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        head = stream.read(4096)
        stream.seek(0)
        self._wide = _wide_encoding(head)
        self._modern = self._nuls = self._damaged = self._old_count = 0
        self._old: list[int] = []
        self._read = 0
        self._twice = False

    def blocks(self) -> Iterator[bytes]:
        """Give the text as UTF-8 in blocks that end with a line, the first without its mark; NULs are left out."""
        chunks = _wide_chunks(self._stream, self._wide) if self._wide else _byte_chunks(self._stream)
        first = True
        for block in _whole_lines(chunks):
            text = block if block.isascii() else self._as_utf8(block)
            self._read += len(block)
            if b"\x00" in text:
                self._nuls += text.count(b"\x00")
                text = text.replace(b"\x00", b"")
            if first and _is_binary(text.decode()):
                raise Refused("is not a text file; export the table as CSV or XLSX")
            yield text.removeprefix(codecs.BOM_UTF8) if first else text
            first = False

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the letters, in sentences."""
        faults = []
        if self._old_count and self._modern:
            shown = ", ".join(str(self._line_at(place)) for place in self._old)
            faults.append(f"two encodings in one file; lines read as Windows-1252: {self._old_count:,} (lines {shown})")
        if self._nuls:
            faults.append(
                f"NUL characters removed: {self._nuls:,}; a program that crashed leaves them, so check the last row"
            )
        if self._damaged:
            faults.append(f"damaged characters, shown as \ufffd: {self._damaged:,}")
        if self._twice:
            faults.append(
                "some accented letters look encoded twice (such as '\u00c3\u00a9' for '\u00e9'): export again as UTF-8"
            )
        return tuple(faults)

    def _as_utf8(self, block: bytes) -> bytes:
        try:
            text = block.decode("utf-8")
            self._modern += 1
        except UnicodeDecodeError:
            text = "".join(self._lines(block))
        self._damaged += text.count("\ufffd")
        self._twice = self._twice or bool(_TWICE_ENCODED.search(text))
        return text.encode()

    def _lines(self, block: bytes) -> Iterator[str]:
        """Decode each line by itself: UTF-8, or Windows-1252 where it is not that."""
        place = self._read
        for line in block.splitlines(keepends=True):
            try:
                text = line.decode("utf-8")
                self._modern += not line.isascii()
            except UnicodeDecodeError:
                text = line.decode("cp1252", errors="replace")
                self._old_count += 1
                self._old.extend([place] if len(self._old) < _SHOWN else [])
            place += len(line)
            yield text

    def _line_at(self, place: int) -> int:
        """Give the number of the line that begins at a byte, by reading up to it once more."""
        self._stream.seek(0)
        lines = 1
        while place > 0 and (chunk := self._stream.read(min(place, BLOCK_BYTES))):
            lines += line_ends(chunk)
            place -= len(chunk)
        return lines


def line_ends(text: bytes) -> int:
    r"""
    Count the line ends of all three kinds.

    >>> line_ends(b"one\r\ntwo\nthree\rfour")
    3
    """
    returns = text.count(b"\r")
    return text.count(b"\n") + (returns - text.count(b"\r\n") if returns else 0)


def _wide_encoding(head: bytes) -> str:
    """Give the encoding of two or four bytes a sign, from its mark or from where zero bytes stand; none is empty."""
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    if marked:
        return "" if marked == "utf-8" else marked
    start = re.split(rb"\x00{4,}", head, maxsplit=1)[0]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if len(head) % 2 or even + odd <= len(start) * 0.3:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _byte_chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(BLOCK_BYTES):
        yield chunk


def _wide_chunks(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for chunk in _byte_chunks(stream):
        yield decoder.decode(chunk).encode("utf-8", errors="replace")
    yield decoder.decode(b"", final=True).encode("utf-8", errors="replace")


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut the chunks anew so that each ends with a line; only the last may end without."""
    rest = b""
    for chunk in chunks:
        # a carriage return at the very end may be half of a line end
        cut = rest.rfind(b"\n") + 1 or rest.rfind(b"\r", 0, -1) + 1
        if cut:
            yield rest[:cut]
        rest = rest[cut:] + chunk
        if len(rest) > MOST_LINE:
            raise Refused(f"has a line of more than {MOST_LINE // 2**20} MB, so it is no table; export it again")
    if rest:
        yield rest


def _is_binary(text: str) -> bool:
    head = text[:4096]
    odd = sum(1 for sign in head if (sign < " " and sign not in "\t\r\n\f\v") or sign == "\ufffd")
    return odd > 0.1 * max(len(head), 10)
