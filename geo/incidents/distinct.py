"""
A column of text read by its distinct texts: each is looked at once, however many rows hold it.

A year of a control room has half a million rows and a few hundred days, postcodes by the thousand, three spellings of
yes. What a reader says of a text is worked out once and taken to every row that holds it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.incidents import values
from geo.incidents.values import Trouble

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_SIGNLESS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\u200c\u200d\u00ad\ufeff"


@dataclass(frozen=True, eq=False)
class Distinct:
    """One column: its distinct texts, and for each row the place of its text among them."""

    texts: pd.Index
    codes: Codes

    @staticmethod
    def of(column: pd.Series) -> "Distinct":
        """Find the distinct texts of a column, in the order in which they first stand there."""
        codes, texts = pd.factorize(column)
        return Distinct(texts, codes.astype(np.int64, copy=False))

    def flags(self, says: Callable[[str], bool]) -> Flags:
        """Give what ``says`` answers for each row's text, shape (rows,)."""
        return np.array([says(text) for text in self.texts], dtype=np.bool_)[self.codes]

    def where(self, chosen: Flags) -> Codes:
        """Give the positions of the rows whose text is among those chosen, shape of ``chosen`` (texts,)."""
        return np.flatnonzero(chosen[self.codes])


def labelled(labels: Sequence[str], codes: Codes) -> pd.Series:
    """
    Give a column of text from labels and, for each row, the place of its label.

    >>> labelled(["yes", "no"], np.array([1, 0, 1])).tolist()
    ['no', 'yes', 'no']
    """
    return text_column(pa.array(labels, pa.large_string()).take(pa.array(codes)))


def text_column(array: pa.Array | pa.ChunkedArray) -> pd.Series:
    """Give an Arrow array of text as a column of pandas' text."""
    return pd.Series(pd.array(array, dtype="str"))


def arrow(column: pd.Series) -> pa.ChunkedArray:
    """Give a column of pandas' text as Arrow text, without a copy where it is that already."""
    return pa.chunked_array(pa.array(column, pa.large_string()))


def filled(column: pd.Series) -> Flags:
    """Say for each cell whether it holds any sign at all; invisible characters are none. Shape (rows,)."""
    text = arrow(column)
    is_plain = pc.all(pc.string_is_ascii(text)).as_py() is not False
    trimmed = pc.utf8_trim_whitespace(text) if is_plain else pc.utf8_trim(text, characters=_SIGNLESS)
    return _flags(pc.not_equal(trimmed, ""))


def rows_of(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Give the rows of a frame of text, each a tuple of its cells; by columns, as they lie in memory."""
    if not len(frame.columns):
        return [()] * len(frame)
    return list(zip(*(arrow(frame[column]).to_pylist() for column in frame.columns), strict=True))


def _flags(array: pa.ChunkedArray) -> Flags:
    return np.asarray(array.to_numpy(), dtype=np.bool_)


def verbatim(column: pd.Series) -> pd.Series:
    """Give text as recorded, the empty string where spaces are all there is."""
    text = column.reset_index(drop=True)
    has_signs = filled(text)
    return text if has_signs.all() else text.where(has_signs, "")


def plain_column(column: pd.Series) -> pd.Series:
    """Give every text as :func:`geo.incidents.values.plain` does, fast where it is one line of plain ASCII."""
    text = arrow(column)
    simple = text_column(pc.utf8_lower(pc.utf8_trim_whitespace(text)))
    awkward = _flags(pc.match_substring_regex(text, r"[^\x20-\x7E]|\x20\x20"))
    if not awkward.any():
        return simple
    return simple.mask(awkward, pd.Series([values.plain(t) for t in column[awkward]], np.flatnonzero(awkward), "str"))


def has_line_ends(column: pd.Series) -> Flags:
    """Say for each cell whether it holds more than one line, shape (rows,)."""
    text = arrow(column)
    return _flags(pc.or_(pc.match_substring(text, "\n"), pc.match_substring(text, "\r")))


def matches(column: pd.Series, pattern: str) -> Flags:
    """Say for each cell whether an RE2 pattern is found in it, shape (rows,)."""
    return _flags(pc.match_substring_regex(arrow(column), pattern))


def troubles_of(distinct: Distinct, read: Sequence[object]) -> dict[int, Trouble]:
    """Give the trouble of each row whose text reads as one, by the row's position."""
    found = {code: entry for code, entry in enumerate(read) if isinstance(entry, Trouble)}
    if not found:
        return {}
    chosen = np.zeros(len(read), dtype=np.bool_)
    chosen[list(found)] = True
    return {int(row): found[int(distinct.codes[row])] for row in distinct.where(chosen)}
