"""
What may leave the building: three modes, and the protection of counts in each.

``working`` is for the authorised team and is marked; ``partner`` is for the named recipients of the sharing agreement;
``release`` is public. A protected table has been attacked before it is shown: what it hides cannot be found by
subtraction within it (:mod:`geo.release.attack`), nor by comparison with what was released before
(:mod:`geo.release.ledger`). Records do not leave in a protected mode at all, so neither do free text, exact times,
postcodes or sensitive places.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import SchemaError
from geo.release.attack import Margin, Sums, is_told, limits, read_back, row_names, sums_of, with_rests

Mode = Literal["working", "partner", "release"]
Hidden = npt.NDArray[np.bool_]

LEAST_RESIDENTS = 1_000
"""The fewest residents an area must have for its counts to be shown: the least that an LSOA is drawn to hold (ONS)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """
    How one mode protects counts.

    Counts from 1 to ``threshold - 1`` are hidden and the others rounded to ``round_to``; zero is shown as zero, unless
    ``zeros_shown`` is false: then it is hidden like a small count. Areas with fewer residents than ``least_residents``
    show no count but zero.
    """

    mode: Mode
    threshold: int
    round_to: int
    points: bool
    words: str
    zeros_shown: bool = True
    least_residents: int = LEAST_RESIDENTS


POLICIES = {
    "working": Policy(
        "working",
        0,
        1,
        points=True,
        words="Working copy: holds incident-level data, for the authorised team only.",
        least_residents=0,
    ),
    "partner": Policy(
        "partner", 5, 5, points=False, words="For named partners: counts below 5 hidden, the rest rounded to 5."
    ),
    "release": Policy("release", 10, 5, points=False, words="Public: counts below 10 hidden, the rest rounded to 5."),
}


def policy_of(mode: str) -> Policy:
    """
    Give the policy of a mode.

    Raises
    ------
    SchemaError
        If there is no such mode.
    """
    if mode not in POLICIES:
        raise SchemaError(f"there is no mode {mode!r}; choose one of {', '.join(POLICIES)}")
    return POLICIES[mode]


def protect(
    table: pd.DataFrame,
    policy: Policy,
    margins: Iterable[Margin | Hashable] | None = None,
    *,
    persons: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
    residents: pd.Series | None = None,
) -> pd.DataFrame:
    """
    Protect a table of counts: hide the small, hide what would give them away, round the rest.

    After the small counts, further ones are hidden until the attack on what is shown leaves every hidden count a range
    of ``threshold - 1`` or wider (:func:`geo.release.attack.is_told`). Which ones is a heuristic (the smallest that
    stands in most of the sums concerned), so a few more may be hidden than need be. Rounded parts may differ from their
    rounded total by a little; the same count is the same figure in every table. Wrong where rows or columns are related
    in ways that ``margins`` does not say.

    Parameters
    ----------
    table
        Every numeric column is a count; text columns name the rows.
    margins
        What adds up to what, as for :func:`geo.release.attack.attack`. When not said, any columns of a row are taken to
        be related, and where one count of a row is hidden so are the row's others except zeros; a row or column that is
        the sum of all others is taken for their total.
    persons, places
        How many different persons and places stand behind each count, in columns of the same names: a count is small
        where these are, however many incidents it has.
    residents
        Who lives in the area of each row, in the order of the rows.

    Returns
    -------
    A copy in which hidden counts are NaN.

    Raises
    ------
    SchemaError
        If a margin is not in the table, or a count is negative or missing.

    Examples
    --------
    >>> table = pd.DataFrame({"female": [38, 7, 3, 48], "male": [17, 4, 1, 22], "all": [55, 11, 4, 70]})
    >>> table = table.set_index(pd.Index(["Married", "Divorced", "Single", "Total"]))
    >>> protect(table, POLICIES["partner"], ["all", "Total"])
              female  male   all
    Married     40.0  15.0  55.0
    Divorced     5.0   NaN  10.0
    Single       NaN   NaN   NaN
    Total       50.0  20.0  70.0
    """
    if policy.threshold == 0:
        return table.copy()
    counts = table.select_dtypes("number")
    if wrong := int((~(counts >= 0)).sum().sum()):
        raise SchemaError(f"a table to protect holds {wrong} counts that are below 0 or missing; give counts only")
    rows = row_names(table)
    hidden = small(counts, policy, persons=persons, places=places, residents=residents)
    if margins is None:
        hidden |= (counts.to_numpy(np.float64) > 0) & hidden.any(axis=1, keepdims=True)
        margins = _totals(counts, rows)
    hidden = _until_the_attack_fails(counts, hidden, sums_of(counts.set_axis(rows), margins), policy)
    rounded = (counts / policy.round_to).round() * policy.round_to
    return table.assign(**{str(name): rounded[name].mask(hidden[:, at]) for at, name in enumerate(counts)})


def _totals(counts: pd.DataFrame, rows: pd.Index) -> list[Margin]:
    """Find columns and rows that are the sum of all others on their side; one by chance only hides a little more."""
    across, down = counts.set_axis(rows), counts.set_axis(rows).T
    columns = [Margin(name) for name in _sums_of_the_others(across)]
    return [*columns, *(Margin(name, side="rows") for name in _sums_of_the_others(down))]


def _sums_of_the_others(table: pd.DataFrame) -> list[Hashable]:
    """Name the columns that are the sum of two others or more."""
    whole = table.sum(axis=1)
    if len(table.columns) < 3 or not table.columns.is_unique or not whole.any():
        return []
    return [name for name in table if (2 * table[name] == whole).all()]


def small(
    counts: pd.DataFrame,
    policy: Policy,
    *,
    persons: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
    residents: pd.Series | None = None,
) -> Hidden:
    """
    Say which counts are small by themselves: by incidents, persons, places or the residents of their area.

    Parameters are those of :func:`protect`; shape (rows, columns).
    """
    value = counts.to_numpy(np.float64)
    some = value > 0
    few: Hidden = some & (value < policy.threshold)
    for behind in (persons, places):
        if behind is not None:
            few |= some & (behind[list(counts)].to_numpy(np.float64) < policy.threshold)
    if residents is not None:
        few |= some & (residents.to_numpy(np.float64) < policy.least_residents)[:, None]
    return few if policy.zeros_shown else few | (value == 0)


def _until_the_attack_fails(counts: pd.DataFrame, hidden: Hidden, sums: Sums, policy: Policy) -> Hidden:
    """Hide one count after another until no hidden one, and no small rest of a total, can be told closely enough."""
    value = counts.to_numpy(np.float64).ravel()
    rest = _rests(value, sums)
    guarded_rests = len(value) + np.flatnonzero((rest > 0) & (rest < policy.threshold))
    hidden = hidden.ravel().copy()
    suspects = np.append(np.flatnonzero(hidden), guarded_rests)
    while True:
        exposed = suspects[_told(value, hidden, sums, policy, suspects)]
        if len(exposed):
            companion = _companion(value, hidden, sums, exposed)
            hidden[companion] = True
            suspects = np.append(exposed, companion)
            continue
        every = np.append(np.flatnonzero(hidden), guarded_rests)
        if len(suspects) == len(every):
            return hidden.reshape(counts.shape)
        suspects = every


def _rests(value: npt.NDArray[np.float64], sums: Sums) -> npt.NDArray[np.float64]:
    """Give the count of every rest: its total less the parts that are shown of it."""
    if not sums.rests:
        return np.zeros(0)
    open_lines = sums.matrix[:, [len(value) + rest for rest in range(sums.rests)]].T
    return np.asarray(-(open_lines @ (sums.matrix[:, : len(value)] @ value)), dtype=np.float64)


def _told(
    value: npt.NDArray[np.float64], hidden: Hidden, sums: Sums, policy: Policy, targets: npt.NDArray[np.intp]
) -> Hidden:
    """Attack what would be shown, and say which targets can be told."""
    shown = np.where(hidden, np.nan, (value / policy.round_to).round() * policy.round_to)
    low, high = read_back(shown, policy.round_to, policy.threshold, policy.zeros_shown)
    least, greatest = limits(sums.matrix, *with_rests(low, high, sums.rests), targets)
    return is_told(least, greatest, policy.threshold, policy.zeros_shown)


def _companion(value: npt.NDArray[np.float64], hidden: Hidden, sums: Sums, exposed: npt.NDArray[np.intp]) -> int:
    """Choose the count to hide next: of those shown in sums with an exposed one, in most of them; then the smallest."""
    member = sums.matrix[:, : len(value)] != 0
    concerned = (sums.matrix[:, exposed] != 0).sum(axis=1) > 0
    open_to = ~hidden & (value > 0)
    shared = np.asarray(concerned.astype(int) @ member.astype(int))
    candidates = np.flatnonzero(open_to & (shared > 0))
    if not len(candidates):
        candidates = np.flatnonzero(open_to)
    return int(min(candidates, key=lambda cell: (-shared[cell], value[cell])))
