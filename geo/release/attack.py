"""
Attack a protected table as its reader could: find the least and the greatest value that every hidden count can have.

A reader knows the figures shown, how they were rounded, from where counts are shown, and what adds up to what. All of
that is linear, so two linear programmes for each hidden count say exactly how much is given away. A disclosure control
that is not attacked is a hope; :func:`geo.release.disclosure.protect` hides further counts until the attack fails.

References
----------
Willenborg & de Waal (2001), Elements of Statistical Disclosure Control, chapter 8 (the audit of cell suppression).
Huangfu & Hall (2018), Mathematical Programming Computation 10, 119-142 (HiGHS, the solver).
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, eye_array, kron

from geo.errors import SchemaError

Numbers = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Line = tuple[int, Positions, bool]
Side = Literal["columns", "rows"]

_AT_ONCE = 20_000
"""Variables of one linear programme; more hidden counts are attacked in several."""

_HAIR = 1e-6
"""What the solver may be off by (HiGHS: 1e-7) and a little; counts are whole, so nothing turns on it."""


@dataclass(frozen=True, slots=True)
class Margin:
    """
    A total that stands beside its parts, along one side of a table.

    Attributes
    ----------
    total, parts
        Names of columns, or of rows (the index, or the first text column where the index is plain numbers). Without
        ``parts`` all others on that side are meant.
    whole
        Whether the parts make up the total. Where they do not (deployed of incidents), the rest is a count that is not
        shown, and must not be found out either.
    """

    total: Hashable
    parts: tuple[Hashable, ...] = ()
    side: Side = "columns"
    whole: bool = True


@dataclass(frozen=True, eq=False)
class Sums:
    """
    What adds up to what in a table: every row of ``matrix`` times the counts is 0.

    The counts are the table's, row by row, and then the rests (``rests`` of them) of totals whose parts are not whole.
    """

    matrix: csr_array
    rests: int


def attack(
    table: pd.DataFrame,
    margins: Iterable[Margin | Hashable] = (),
    *,
    round_to: int = 1,
    shown_from: int = 0,
    zeros_shown: bool = False,
) -> pd.DataFrame:
    """
    Give the least and greatest value of every hidden count that agree with all that is shown.

    Wrong where the reader knows more than the table: another table of the same records is the business of
    :mod:`geo.release.ledger`, and what somebody was told at the scene is nobody's.

    Parameters
    ----------
    table
        Every numeric column, and every column of which all is hidden, holds counts, missing where hidden; margins stand
        in it, shown or hidden.
    margins
        What adds up to what: a name alone is the total of all others in the columns, the rows or both, wherever it
        stands.
    round_to, shown_from, zeros_shown
        How the figures were made: rounded to what, from which count on they are shown, and whether a zero is always
        shown (then a hidden count is at least 1).

    Returns
    -------
    One row a hidden count: ``row``, ``column``, ``least``, ``greatest`` (infinite where nothing bounds it).

    Raises
    ------
    SchemaError
        If a margin is not in the table, or the figures contradict each other.

    Examples
    --------
    Of Single 3 / 1 / 4 and one more count below 5, hidden alone, nothing stays hidden:

    >>> shown = pd.DataFrame(
    ...     {"female": [38, 7, None, 48], "male": [17, None, None, 22], "all": [55, 11, None, 70]},
    ...     index=["Married", "Divorced", "Single", "Total"],
    ... )
    >>> attack(shown, ["all", "Total"])
            row  column  least  greatest
    0  Divorced    male    4.0       4.0
    1    Single  female    3.0       3.0
    2    Single    male    1.0       1.0
    3    Single     all    4.0       4.0
    """
    columns = count_columns(table)
    values = table[columns].to_numpy(np.float64, na_value=np.nan)
    sums = sums_of(table, margins)
    hidden = np.flatnonzero(np.isnan(values))
    low, high = read_back(values.ravel(), round_to, shown_from, zeros_shown)
    least, greatest = limits(sums.matrix, *with_rests(low, high, sums.rests), hidden)
    row, column = np.divmod(hidden, max(len(columns), 1))
    return pd.DataFrame({"row": row_names(table)[row], "column": columns[column], "least": least, "greatest": greatest})


def sums_of(table: pd.DataFrame, margins: Iterable[Margin | Hashable]) -> Sums:
    """
    Write margins as sums over the counts of a table.

    Raises
    ------
    SchemaError
        If a total or a part is not in the table.
    """
    columns = count_columns(table)
    rows = row_names(table)
    cells = np.arange(len(rows) * len(columns)).reshape(len(rows), len(columns))
    lines: list[Line] = []
    for margin in margins:
        for one in [margin] if isinstance(margin, Margin) else _by_name(margin, columns, rows):
            names, block = (columns, cells) if one.side == "columns" else (rows, cells.T)
            total, parts = _positions(one, names)
            lines += [(int(line[total]), line[parts], one.whole) for line in block]
    return _matrix(lines, cells.size)


def _matrix(lines: Sequence[Line], counts: int) -> Sums:
    """Set the lines of (total, parts, whether they are whole) in a matrix, a rest behind the counts where not whole."""
    rests = np.cumsum([not whole for *_, whole in lines], dtype=int)
    behind = int(rests[-1]) if len(lines) else 0
    at, of, factor = [], [], []
    for number, (total, parts, whole) in enumerate(lines):
        rest = [] if whole else [counts + int(rests[number]) - 1]
        members = [*parts, *rest]
        at += [number] * (len(members) + 1)
        of += [*members, total]
        factor += [1.0] * len(members) + [-1.0]
    return Sums(csr_array((factor, (at, of)), shape=(len(lines), counts + behind)), behind)


def read_back(shown: Numbers, round_to: int, shown_from: int, zeros_shown: bool) -> tuple[Numbers, Numbers]:
    """
    Give the least and greatest count behind each figure, NaN for a hidden one.

    Examples
    --------
    >>> low, high = read_back(np.array([0.0, 10.0, 25.0, np.nan]), round_to=5, shown_from=10, zeros_shown=True)
    >>> low.tolist(), high.tolist()
    ([0.0, 10.0, 23.0, 1.0], [0.0, 12.0, 27.0, inf])
    """
    half = (round_to - 1) // 2 if round_to % 2 else round_to // 2
    low = np.where(shown > 0, np.maximum(shown - half, shown_from), 0.0)
    high = np.where((shown == 0) & (half < max(shown_from, 1)), 0.0, shown + half)
    is_hidden = np.isnan(shown)
    return np.where(is_hidden, float(zeros_shown), low), np.where(is_hidden, np.inf, high)


def is_told(least: Numbers, greatest: Numbers, threshold: int, zeros_shown: bool) -> npt.NDArray[np.bool_]:
    """
    Say which hidden counts an attack has told: those left a range below ``threshold - 1``.

    That a hidden count is at least 1 where zeros are shown is the rule itself, and no success of the attack; 1 to
    ``threshold - 1`` is no more than the rule says.

    Examples
    --------
    >>> is_told(np.array([1.0, 3.0, 1.0]), np.array([9.0, 11.0, 8.0]), threshold=10, zeros_shown=True).tolist()
    [False, True, True]
    """
    floor = np.where(least <= float(zeros_shown), 0.0, least)
    return np.asarray(greatest - floor < threshold - 1, dtype=np.bool_)


def with_rests(low: Numbers, high: Numbers, rests: int) -> tuple[Numbers, Numbers]:
    """Append the bounds of rests, of which a reader knows only that they are counts."""
    return np.append(low, np.zeros(rests)), np.append(high, np.full(rests, np.inf))


def limits(matrix: csr_array, low: Numbers, high: Numbers, targets: Positions) -> tuple[Numbers, Numbers]:
    """
    Give the least and greatest whole value of some variables, where every row of ``matrix`` times all of them is 0.

    Both programmes of many targets are solved as one, since they share nothing but their form.

    Raises
    ------
    SchemaError
        If no values agree with all bounds and sums.
    """
    ceiling = 10 * float(high[np.isfinite(high)].sum() + low.sum()) + 1_000
    least, greatest = low[targets].copy(), high[targets].copy()
    bound = np.flatnonzero(np.diff(matrix.tocsc().indptr)[targets])
    step = max(_AT_ONCE // (2 * matrix.shape[1] or 1), 1)
    for first in range(0, len(bound), step):
        some = bound[first : first + step]
        found = _solve(matrix, low, np.minimum(high, ceiling), targets[some])
        least[some], greatest[some] = found[: len(some)], found[len(some) :]
    greatest[greatest >= ceiling - 1] = np.inf
    return np.ceil(least - _HAIR) + 0.0, np.floor(greatest + _HAIR)


def _solve(matrix: csr_array, low: Numbers, high: Numbers, targets: Positions) -> Numbers:
    """Give the least values of the targets, then the greatest."""
    variables, blocks = matrix.shape[1], 2 * len(targets)
    goal = np.zeros((blocks, variables))
    goal[np.arange(blocks), np.tile(targets, 2)] = np.repeat([1.0, -1.0], len(targets))
    from scipy.optimize import linprog  # slow to load, and most pages ask for no protected figure

    programme = linprog(
        goal.ravel(),
        A_eq=kron(eye_array(blocks), matrix, format="csr"),
        b_eq=np.zeros(blocks * matrix.shape[0]),
        bounds=np.column_stack([np.tile(low, blocks), np.tile(high, blocks)]),
        method="highs",
    )
    if not programme.success:
        raise SchemaError(f"the figures contradict each other ({programme.message}); check the margins named")
    found = np.asarray(programme.x, dtype=np.float64).reshape(blocks, variables)
    return np.asarray(found[np.arange(blocks), np.tile(targets, 2)], dtype=np.float64)


def count_columns(table: pd.DataFrame) -> pd.Index:
    """Name the columns that hold counts: numbers, or nothing because all of it is hidden."""
    is_text = [not pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]
    texts = table.loc[:, is_text]
    return table.columns.drop(texts.columns[texts.notna().any()]) if any(is_text) else table.columns


def row_names(table: pd.DataFrame) -> pd.Index:
    """Give what names the rows: the index, or the first text column where the index is plain numbers."""
    texts = table.columns.drop(count_columns(table))
    if isinstance(table.index, pd.RangeIndex) and len(texts):
        return pd.Index(table[texts[0]])
    return table.index


def _by_name(name: Hashable, columns: pd.Index, rows: pd.Index) -> list[Margin]:
    found: list[Margin] = [Margin(name, side="columns")] if name in columns else []
    found += [Margin(name, side="rows")] if name in rows else []
    if not found:
        raise SchemaError(f"no row or column is called {name!r}; name a total that stands in the table")
    return found


def _positions(margin: Margin, names: pd.Index) -> tuple[int, list[int]]:
    parts = margin.parts or tuple(name for name in names if name != margin.total)
    asked = [margin.total, *parts]
    if missing := [name for name in asked if name not in names]:
        raise SchemaError(
            f"{len(missing)} of {len(asked)} names of the margin {margin.total!r} are not among the {margin.side} "
            f"(first: {missing[0]!r}); name what stands in the table"
        )
    total, *positions = names.get_indexer(pd.Index(asked))
    return int(total), [int(position) for position in positions]
