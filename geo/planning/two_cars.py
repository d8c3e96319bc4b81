"""
Where and when for two cars at once: two bases, and a rota for each.

Where both are on shift a place has two chances, so what the second adds depends on the first. Bases and rotas are
improved in turn, from the best pairs of bases on; for the best of them every pair of rotas is then tried.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import SchemaError
from geo.planning.rotas import DAY_GROUPS, REST_HOURS, Group, every_rota
from geo.planning.windows import DAY, HOURS, LENGTHS, Flags, Floats, Window

Rows = npt.NDArray[np.int64]
Crewed = npt.NDArray[np.float32]
"""Whether each rota crews each hour of the week, shape (rotas, 168), 0 or 1."""

PAIRS = 200
"""Pairs of bases whose rotas are improved in turn."""

TRIED_WHOLE = 3
"""Of these, how many have every pair of rotas tried."""

ROTAS_AT_ONCE = 2_000
"""Rotas of the first car that are held against all of the second at a time."""


@dataclass(frozen=True, eq=False)
class TwoCars:
    """
    Two bases with a rota each.

    Parameters
    ----------
    chosen
        The rows of the bases of the first and the second car; the same when they share one.
    windows
        Weekday, first and last minute of the shifts of each.
    objective
        Demand reached a week: where both are on shift, a place has both cars' chances.
    gap
        How much better, as a share of ``objective``, another choice could be at most: pairs of bases that were not
        tried whole are bounded by what each car would reach alone. 0 when this choice is proved best.
    unobserved
        How many hours of the week that one of them crews were never observed; they count as without demand.
    alone
        What the best single car with one such rota reaches.
    """

    chosen: tuple[int, int]
    windows: tuple[tuple[Window, ...], tuple[Window, ...]]
    objective: float
    gap: float
    unobserved: int
    alone: float


def best_two_cars(
    demand: npt.ArrayLike,
    chance: npt.ArrayLike,
    *,
    crewed_hours: int,
    lengths: Collection[int] = LENGTHS,
    starts: Collection[int] = range(DAY),
    groups: Sequence[tuple[Group, Group]] = DAY_GROUPS,
    rest: int = REST_HOURS,
    tried_whole: int = TRIED_WHOLE,
) -> TwoCars:
    """
    Find two bases and their rotas together.

    Cars succeed independently of each other and are always free; chances do not change with the hour. It is exact for
    the rotas of the pairs of bases that are tried whole, and a good answer, bounded by ``gap``, for the choice of
    bases. For up to about 2,000 candidates; thin them out first.

    Parameters
    ----------
    demand
        Incidents an hour, shape (168, places), Monday 00:00 first; NaN where never observed.
    chance
        The chance of a car from each base to reach each place in time, 0 to 1, shape (bases, places).
    crewed_hours
        Hours a week of each car, at most.
    lengths, starts, groups, rest
        The rules of a rota, for each car, as in :func:`geo.planning.rotas.best_rotas`.
    tried_whole
        How many pairs of bases have every pair of rotas tried.

    Raises
    ------
    SchemaError
        If tables do not match or hold what they must not, or no rota keeps the rules.

    Examples
    --------
    Two towns with demand at opposite hours: each car takes one.

    >>> demand = np.zeros((168, 2))
    >>> demand[np.arange(168) % 24 < 8, 0] = demand[np.arange(168) % 24 >= 16, 1] = 1
    >>> found = best_two_cars(demand, np.eye(2), crewed_hours=56, lengths=[8])
    >>> sorted(found.chosen), found.objective
    ([0, 1], 112.0)
    """
    rates, observed, reach = _tables(demand, chance)
    plans, crewed = every_rota(crewed_hours, lengths, starts, groups, rest)
    values = reach @ rates.T
    alone = _best_alone(values, crewed)
    best_base = int(alone.argmax())
    on = crewed[(crewed @ values[best_base].astype(np.float32)).argmax()].astype(float)
    best, shifts = _Choice(-np.inf, (0, 0), (0, 0)), (on, on)
    while True:
        pairs = _pairs_of_bases(values, rates, reach, *shifts)
        choices = _improved(pairs, values, rates, reach, crewed)
        if not choices[0].reached > best.reached * (1 + 1e-9):
            break
        best = choices[0]
        shifts = crewed[best.rotas[0]].astype(float), crewed[best.rotas[1]].astype(float)
    choices = sorted([best, *choices], key=lambda choice: -choice.reached)
    whole = {tuple(sorted(choice.bases)): choice for choice in reversed(choices)}
    checked = sorted(whole.values(), key=lambda choice: -choice.reached)[:tried_whole]
    for choice in checked:
        tried = _every_pair_of_rotas(choice, values, rates, reach, crewed)
        best = tried if tried.reached > best.reached else best
    return TwoCars(
        chosen=best.bases,
        windows=(plans[best.rotas[0]], plans[best.rotas[1]]),
        objective=best.reached,
        gap=_gap(best.reached, alone, [choice.bases for choice in checked]),
        unobserved=int((crewed[list(best.rotas)].any(axis=0) & ~observed).sum()),
        alone=float(alone.max()),
    )


@dataclass(frozen=True)
class _Choice:
    """Bases and rotas of two cars, and what they reach."""

    reached: float
    bases: tuple[int, int]
    rotas: tuple[int, int]


def _best_alone(values: Floats, crewed: Crewed) -> Floats:
    """Give what the best rota of each base reaches, shape (bases,)."""
    best = [(crewed @ part.T.astype(np.float32)).max(axis=0) for part in np.array_split(values, len(values) // 200 + 1)]
    return np.concatenate(best).astype(np.float64)


def _pairs_of_bases(values: Floats, rates: Floats, reach: Floats, first: Floats, second: Floats) -> Rows:
    """Give the best pairs of bases for given shifts of the first and the second car, shape (pairs, 2)."""
    shared = rates.T @ (first * second)
    together = (values @ first)[:, None] + values @ second - (reach * shared) @ reach.T
    most = min(PAIRS, together.size)
    top = np.argpartition(-together.reshape(-1), most - 1)[:most]
    return np.column_stack(np.unravel_index(top, together.shape))


def _improved(pairs: Rows, values: Floats, rates: Floats, reach: Floats, crewed: Crewed) -> list[_Choice]:
    """Improve the rotas of each pair of bases in turn, until none gets better; best first."""
    one, other = values[pairs[:, 0]], values[pairs[:, 1]]
    both = (reach[pairs[:, 0]] * reach[pairs[:, 1]]) @ rates.T
    second = (crewed @ other.T.astype(np.float32)).argmax(axis=0)
    first = np.zeros_like(second)
    reached = np.full(len(pairs), -np.inf)
    while True:
        first = (crewed @ (one - crewed[second] * both).T.astype(np.float32)).argmax(axis=0)
        second = (crewed @ (other - crewed[first] * both).T.astype(np.float32)).argmax(axis=0)
        on, too = crewed[first].astype(float), crewed[second].astype(float)
        now = (on * one + too * other - on * too * both).sum(axis=1)
        if not (now > reached * (1 + 1e-6) + 1e-12).any():
            break
        reached = np.maximum(now, reached)
    order = np.argsort(-now, kind="stable")
    return [
        _Choice(float(now[k]), (int(pairs[k, 0]), int(pairs[k, 1])), (int(first[k]), int(second[k]))) for k in order
    ]


def _every_pair_of_rotas(choice: _Choice, values: Floats, rates: Floats, reach: Floats, crewed: Crewed) -> _Choice:
    """Try every rota of the first car with every rota of the second that together could reach more."""
    i, j = choice.bases
    both = (reach[i] * reach[j]) @ rates.T
    one, other = (crewed @ values[base].astype(np.float32) for base in (i, j))
    slack = 1e-5 * abs(choice.reached)  # single precision rounds by less
    firsts = np.flatnonzero(one + other.max() > choice.reached - slack)
    seconds = np.flatnonzero(other + one.max() > choice.reached - slack)
    best, which = -np.inf, choice.rotas
    weighted = (crewed[firsts] * both).astype(np.float32)
    for begin in range(0, len(firsts), ROTAS_AT_ONCE):
        part = slice(begin, begin + ROTAS_AT_ONCE)
        together = one[firsts[part]][:, None] + other[seconds] - weighted[part] @ crewed[seconds].T
        row, column = np.unravel_index(together.argmax(), together.shape)
        if together[row, column] > best:
            best, which = float(together[row, column]), (int(firsts[part][row]), int(seconds[column]))
    on, too = (crewed[rota].astype(float) for rota in which)
    reached = float(on @ values[i] + too @ values[j] - (on * too) @ both)
    return max(choice, _Choice(reached, choice.bases, which), key=lambda each: each.reached)


def _gap(reached: float, alone: Floats, whole: Sequence[tuple[int, int]]) -> float:
    """Bound the pairs of bases that were not tried whole by what each car reaches alone."""
    most = alone[:, None] + alone
    for i, j in whole:
        most[[i, j], [j, i]] = -np.inf
    bound = float(most.max())
    return max(0.0, bound / reached - 1) if reached > 0 else 0.0


def _tables(demand: npt.ArrayLike, chance: npt.ArrayLike) -> tuple[Floats, Flags, Floats]:
    """Check both tables; gives rates with 0 for what was never observed, which hours were, and chances."""
    rates, reach = np.asarray(demand, dtype=float), np.asarray(chance, dtype=float)
    if rates.ndim != 2 or len(rates) != HOURS or reach.ndim != 2 or not len(reach) or reach.shape[1] != rates.shape[1]:
        raise SchemaError(
            f"demand of shape {rates.shape} and chances of {reach.shape}; give ({HOURS}, places) and (bases, places)"
        )
    if (np.nan_to_num(rates) < 0).any() or np.isinf(rates).any() or not ((reach >= 0) & (reach <= 1)).all():
        raise SchemaError("demand is >= 0 (NaN where never observed) and a chance is from 0 to 1; mend the tables")
    observed = ~np.isnan(rates).any(axis=1)
    if not observed.any():
        raise SchemaError("no hour of the week was ever observed, so nothing is known of when; load a 24/7 source")
    return np.nan_to_num(rates), observed, reach
