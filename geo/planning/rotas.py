"""
Rotas: weekly windows that people can work, one window for each of one or two groups of days.

All of them are tried, at every base. They stand beside the free optimum (:mod:`geo.planning.windows`): the difference
is the price of a simple rota. Which rotas are not clearly worse than the best, draws of the demand tell.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.errors import SchemaError
from geo.planning.sites import NEAR_TIE
from geo.planning.windows import (
    DAY,
    HOURS,
    LENGTHS,
    Flags,
    Floats,
    Window,
    crewed_hours_of,
    free_ceiling,
    most_of_hours,
    week_values,
    window_values,
)

Rows = npt.NDArray[np.int64]
Group = tuple[int, ...]

DAY_GROUPS: tuple[tuple[Group, Group], ...] = (
    ((0, 1, 2, 3, 4, 5, 6), ()),
    ((0, 1, 2, 3, 6), (4, 5)),
    ((0, 1, 2, 3, 4), (5, 6)),
    ((0, 1, 2, 3), (4, 5, 6)),
    ((0, 1, 2, 6), (3, 4, 5)),
    ((4, 5), ()),
    ((3, 4, 5), ()),
    ((4, 5, 6), ()),
    ((3, 4, 5, 6), ()),
    ((0, 1, 2, 3, 4), ()),
)
"""How a week is divided into one or two groups of days, Monday 0 (assumption: what rotas commonly do, such as Sunday to
Thursday and Friday to Saturday; days in neither are not crewed)."""

REST_HOURS = 11
"""Hours between two shifts of one worker: Working Time Regulations 1998, regulation 10. Asked of every two consecutive
windows, as if one crew worked them all."""

CLEARLY = 0.8
"""A plan that the best one beats with this probability is clearly worse (assumption)."""


@dataclass(frozen=True, eq=False)
class Rotas:
    """
    The best rotas of all bases, best first.

    Parameters
    ----------
    bases
        The row of the base of each, shape (rotas,).
    windows
        Weekday, first and last minute of the shifts of each.
    objectives
        The sum of the value of all crewed hours of each, shape (rotas,).
    unobserved
        How many crewed hours of each were never observed, shape (rotas,); they count as worth 0.
    gap
        0: all rotas were tried.
    tried
        How many rotas that keep the rules there are, over all bases.
    ceiling
        The best that free windows would reach with as many crewed hours.
    complete
        Whether every rota within the tolerance of the best is here; otherwise only the best of them.
    """

    bases: Rows
    windows: tuple[tuple[Window, ...], ...]
    objectives: Floats
    unobserved: Rows
    gap: float
    tried: int
    ceiling: float
    complete: bool

    @property
    def price(self) -> float:
        """What the best rota gives away for being simple."""
        return max(float(self.ceiling - self.objectives[0]), 0.0)  # sums in another order differ in their last digit


def best_rotas(
    value_per_hour: npt.ArrayLike,
    *,
    crewed_hours: int,
    lengths: Collection[int] = LENGTHS,
    starts: Collection[int] = range(DAY),
    groups: Sequence[tuple[Group, Group]] = DAY_GROUPS,
    rest: int = REST_HOURS,
    must: npt.ArrayLike | None = None,
    most: int = 200,
    told_only: bool = False,
) -> Rotas:
    """
    Find the best rotas by trying all of them at every base: one or two groups of days, one window each.

    As for :func:`geo.planning.windows.best_windows` the value of an hour is taken not to depend on the others, and an
    hour that was never observed (NaN) counts as worth 0 and is reported.

    Parameters
    ----------
    value_per_hour
        What a crewed hour is worth, shape (168,) or (bases, 168); >= 0, NaN where never observed.
    crewed_hours
        Hours a week at most.
    lengths, starts
        Whole hours that a window may last, and at which it may begin.
    groups
        Pairs of groups of weekdays; the second may be empty.
    rest
        Hours between the end of a window and the start of the next, at least.
    must
        Hours of the week that every rota has to crew (minimum cover), shape (168,); none when omitted.
    most
        How many to keep.
    told_only
        Whether no rota may crew an hour that was never observed.

    Raises
    ------
    SchemaError
        If values are no such table or all NaN, groups share a day, or no rota keeps the rules.

    Examples
    --------
    Worth 1 from 18:00 to midnight, and on Friday and Saturday until 02:00: two windows do what one cannot.

    >>> value = np.zeros(168)
    >>> for day in range(7):
    ...     value[day * 24 + 18 : day * 24 + 24] = 1
    >>> value[[5 * 24, 5 * 24 + 1, 6 * 24, 6 * 24 + 1]] = 1
    >>> found = best_rotas(value, crewed_hours=46)
    >>> found.objectives[0], found.price, found.windows[0][4]
    (np.float64(46.0), 0.0, (4, 1080, 1560))
    """
    values, observed = week_values(value_per_hour)
    values = np.where(observed, values, -np.inf) if told_only else values
    ceiling = free_ceiling(values, crewed_hours, lengths, starts)
    required = np.zeros(HOURS) if must is None else np.asarray(must, dtype=float)
    if required.shape != (HOURS,):
        raise SchemaError(f"hours that must be crewed of shape {required.shape}; give {HOURS} hours of the week")
    options = [(start, length) for start in sorted(set(starts)) for length in sorted(set(lengths))]
    table = np.array([[window_values(values, day, *option) for option in options] for day in range(7)])
    needed = np.array([[window_values(required[None], day, *option)[0] for option in options] for day in range(7)])
    kept: list[tuple[float, int, int, int, int]] = []
    at_most = most_of_hours(values, int(crewed_hours))
    order = np.argsort(-at_most, kind="stable").tolist()  # bases whose best single hours are worth too little come last
    tried, least = 0, -np.inf
    for which, (first, second) in enumerate(groups):
        _check_group(first, second)
        allowed = _allowed(options, first, second, crewed_hours, rest)
        allowed &= _sum(needed, first)[:, None] + _sum(needed, second) >= required.sum()
        allowed = allowed if second else allowed[:, :1]
        pairs = np.argwhere(allowed)
        tried += len(pairs) * len(values)
        if not len(pairs):
            continue
        one, other = _sum(table, first), _sum(table, second)
        for base in order:
            if at_most[base] < least:
                break
            sums = one[pairs[:, 0], base] + (other[pairs[:, 1], base] if second else 0.0)
            if sums.max() <= least:
                continue
            top = np.argpartition(-sums, min(most, len(sums)) - 1)[:most]
            top = top[sums[top] > -np.inf]
            kept += [(float(sums[row]), which, base, int(pairs[row, 0]), int(pairs[row, 1])) for row in top]
            if len(kept) > 4 * most:
                kept = sorted(kept, key=lambda plan: (-plan[0], *plan[1:]))[:most]
                least = kept[-1][0]
    if not kept:
        raise SchemaError(
            f"no rota of {sorted(set(lengths))} hours keeps {crewed_hours} crewed hours, {rest} hours of rest and the "
            f"hours that must be crewed{', in hours that were observed' if told_only else ''}; allow more"
        )
    kept = sorted(kept, key=lambda plan: (-plan[0], *plan[1:]))[:most]
    complete = tried <= most or kept[-1][0] < kept[0][0] * (1 - NEAR_TIE)
    windows = tuple(_windows(groups[which], options[a], options[b]) for _, which, _, a, b in kept)
    crewed = np.array([crewed_hours_of(plan) for plan in windows])
    bases = np.array([base for _, _, base, _, _ in kept])
    return Rotas(
        bases=bases,
        windows=windows,
        objectives=np.array([float(values[base, hours].sum()) for base, hours in zip(bases, crewed, strict=True)]),
        unobserved=(crewed & ~observed[bases]).sum(axis=1),
        gap=0.0,
        tried=tried,
        ceiling=ceiling,
        complete=complete,
    )


@dataclass(frozen=True, eq=False)
class Legal:
    """
    Every rota that keeps the rules, fewest crewed hours first.

    Parameters
    ----------
    groups, options
        The divisions of the week, and the windows (first hour, length), by number.
    group
        The division of each rota, shape (rotas,).
    windows
        The window of its first and of its second group of days, shape (rotas, 2).
    hours
        Its crewed hours a week, shape (rotas,), ascending.
    """

    groups: tuple[tuple[Group, Group], ...]
    options: tuple[tuple[int, int], ...]
    group: Rows
    windows: Rows
    hours: Rows

    def __len__(self) -> int:
        return len(self.hours)

    def rota(self, row: int) -> tuple[Window, ...]:
        """Give the windows of one rota."""
        one, other = (self.options[number] for number in self.windows[row])
        return _windows(self.groups[self.group[row]], one, other)

    def crewed(self, rows: Iterable[int]) -> Flags:
        """Tell which hours of the week some rotas crew, shape (rows, 168)."""
        return np.array([crewed_hours_of(self.rota(row)) for row in rows], dtype=bool).reshape(-1, HOURS)

    def worth(self, value_per_hour: Floats) -> Floats:
        """Add up the value of the hours that each rota crews, shape (rotas,), of values of shape (168,)."""
        sums = np.append(0.0, np.cumsum(np.concatenate([value_per_hour, value_per_hour])))
        start, length = np.array(self.options).T
        begins = np.arange(7)[:, None] * DAY + start
        table = sums[begins + length] - sums[begins]
        one, other = (np.array([_sum(table, group[which]) for group in self.groups]) for which in (0, 1))
        return np.asarray(one[self.group, self.windows[:, 0]] + other[self.group, self.windows[:, 1]], dtype=np.float64)

    def kept(self, which: Flags) -> "Legal":
        """Give some of the rotas only."""
        return replace(self, group=self.group[which], windows=self.windows[which], hours=self.hours[which])


def every_rota(
    crewed_hours: int,
    lengths: Collection[int] = LENGTHS,
    starts: Collection[int] = range(DAY),
    groups: Sequence[tuple[Group, Group]] = DAY_GROUPS,
    rest: int = REST_HOURS,
) -> Legal:
    """
    Give every rota that keeps the rules of :func:`best_rotas`.

    Raises
    ------
    SchemaError
        If none does.

    Examples
    --------
    >>> legal = every_rota(42, [6], [18])
    >>> len(legal), legal.hours[-1], legal.rota(0)
    (10, np.int64(42), ((4, 1080, 1440), (5, 1080, 1440)))
    """
    options = [(start, length) for start in sorted(set(starts)) for length in sorted(set(lengths))]
    found = []
    for number, (first, second) in enumerate(groups):
        _check_group(first, second)
        allowed = _allowed(options, first, second, crewed_hours, rest)
        pairs = np.argwhere(allowed if second else allowed[:, :1])
        found.append(np.column_stack([np.full(len(pairs), number), pairs]))
    table, length = np.concatenate(found), np.array(options)[:, 1]
    if not len(table):
        raise SchemaError(
            f"no rota of {sorted(set(lengths))} hours keeps {crewed_hours} crewed hours and {rest} hours of rest; "
            "allow more"
        )
    days = np.array([[len(first), len(second)] for first, second in groups])[table[:, 0]]
    hours = (length[table[:, 1:]] * days).sum(axis=1)
    order = np.argsort(hours, kind="stable")
    return Legal(tuple(groups), tuple(options), table[order, 0], table[order, 1:], hours[order])


@dataclass(frozen=True, eq=False)
class Standing:
    """
    How plans stand against the best of them, over draws of the demand.

    Parameters
    ----------
    best
        The row of the plan with the highest mean.
    beaten
        The probability that the best one is worth more, shape (plans,).
    regret
        The share of the best one's mean that each gives away, shape (plans,).
    open
        The rows of plans that are not clearly worse, by mean, best first: beaten with less than :data:`CLEARLY` and a
        regret below the tolerance.
    """

    best: int
    beaten: Floats
    regret: Floats
    open: Rows


def standing(values: npt.ArrayLike, *, tolerance: float = NEAR_TIE) -> Standing:
    """
    Tell which plans are not clearly worse than the best, so that never one optimal plan stands alone.

    Parameters
    ----------
    values
        What each plan is worth in each draw, the same draws for all, shape (draws, plans).
    tolerance
        The share that a plan may give away.

    Raises
    ------
    SchemaError
        If values are no such table, or the best plan is worth nothing.

    Examples
    --------
    The second is as often ahead as behind, the third is never ahead.

    >>> found = standing([[10, 9, 5], [10, 10.5, 5]])
    >>> found.beaten.tolist(), found.regret.tolist(), found.open.tolist()
    ([0.0, 0.5, 1.0], [0.0, 0.025, 0.5], [0, 1])
    """
    table = np.asarray(values, dtype=float)
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        raise SchemaError(f"values of shape {table.shape}; give one finite number a draw (rows) and plan (columns)")
    mean = table.mean(axis=0)
    best = int(mean.argmax())
    if not mean[best] > 0:
        raise SchemaError("the best plan is worth nothing, so none can be told from another; check the demand")
    beaten = (table[:, [best]] > table).mean(axis=0)
    regret = (mean[best] - mean) / mean[best]
    order = np.argsort(-mean, kind="stable")
    still = (beaten < CLEARLY) & (regret < tolerance)
    return Standing(best, beaten, regret, order[still[order]])


def values_in_draws(plans: Rotas, draws: npt.ArrayLike) -> Floats:
    """
    Give what each plan is worth in each draw, shape (draws, plans); never observed hours are worth 0.

    Parameters
    ----------
    draws
        The value of an hour, shape (draws, bases, 168), with the bases that the rotas were found with.
    """
    table = np.nan_to_num(np.asarray(draws, dtype=float))
    if table.ndim != 3 or table.shape[2] != HOURS or table.shape[1] <= plans.bases.max():
        raise SchemaError(f"draws of shape {table.shape}; give draws, bases and {HOURS} hours of the week")
    crewed = np.array([crewed_hours_of(plan) for plan in plans.windows], dtype=float)
    return np.asarray(np.einsum("sph,ph->sp", table[:, plans.bases], crewed), dtype=np.float64)


def _sum(table: Floats, group: Group) -> Floats:
    """Add up the days of a group, shape (options, …); of no days 0."""
    return np.asarray(table[list(group)].sum(axis=0), dtype=np.float64)


def _check_group(first: Group, second: Group) -> None:
    if not first or set(first) & set(second) or not set(first) | set(second) <= set(range(7)):
        raise SchemaError(f"the groups of days {first} and {second} are none; give weekdays, Monday 0, each once")


def _allowed(options: Sequence[tuple[int, int]], first: Group, second: Group, crewed_hours: int, rest: int) -> Flags:
    """Tell which pairs of windows keep the budget and the rest, shape (options, options)."""
    start, length = np.array(options).T
    hours = length[:, None] * len(first) + length * len(second)
    allowed = np.asarray(hours <= crewed_hours)
    working = sorted([(day, 0) for day in first] + [(day, 1) for day in second])
    for (day, here), (following, there) in zip(working, working[1:] + working[:1], strict=True):
        apart = ((following - day - 1) % 7 + 1) * DAY
        ends = (start + length)[:, None] if here == 0 else (start + length)[None]
        begins = start[:, None] if there == 0 else start[None]
        allowed &= begins + apart - ends >= rest
    return allowed


def _windows(group: tuple[Group, Group], one: tuple[int, int], other: tuple[int, int]) -> tuple[Window, ...]:
    pairs = [(day, one) for day in group[0]] + [(day, other) for day in group[1]]
    return tuple((day, start * 60, (start + length) * 60) for day, (start, length) in sorted(pairs))
