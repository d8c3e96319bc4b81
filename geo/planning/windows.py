"""
When: the weekly windows in which a car does most good, for one base or for many at once.

Free windows, one a day of any legal start and length, are a knapsack under a budget of crewed hours, solved exactly by
dynamic programme: the ceiling. A rota that people can work (:mod:`geo.planning.rotas`) is worth somewhat less.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import SchemaError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

HOURS, DAY = 168, 24
LENGTHS = tuple(range(4, 13))
"""Hours that a shift may last (assumption: half a shift of response officers to a long one)."""

BASES_AT_ONCE = 64
"""Bases that one pass of the dynamic programme takes together; what it holds then fits a processor's cache."""

Window = tuple[int, int, int]
"""Weekday (Monday 0), first and last minute; the last may lie after midnight, as in a shift pattern."""


@dataclass(frozen=True, eq=False)
class Windows:
    """
    The best weekly windows of one car.

    Parameters
    ----------
    base
        The row of the base they belong to: the best of all that were given.
    windows
        Weekday, first and last minute of each shift, Monday first.
    objective
        The sum of the value of all crewed hours.
    gap
        0: the dynamic programme is exact.
    unobserved
        How many of the crewed hours were never observed; they count as worth 0, which is not known.
    by_base
        The best sum of each base, shape (bases,).
    by_hours
        The best sum of this base with at most 0, 1, 2 … crewed hours, one more than allowed at the end.
    """

    base: int
    windows: tuple[Window, ...]
    objective: float
    gap: float
    unobserved: int
    by_base: Floats
    by_hours: Floats

    @property
    def crewed(self) -> Flags:
        """Whether each hour of the week is crewed, shape (168,), Monday 00:00 first."""
        return crewed_hours_of(self.windows)

    @property
    def another_hour(self) -> float:
        """What one more crewed hour a week would add."""
        return float(self.by_hours[-1] - self.by_hours[-2])


def best_windows(
    value_per_hour: npt.ArrayLike,
    *,
    crewed_hours: int,
    lengths: Collection[int] = LENGTHS,
    days: int | Collection[int] = 7,
    starts: Collection[int] = range(DAY),
    rest: int = 0,
    told_only: bool = False,
) -> Windows:
    """
    Find the windows that are worth most within a budget of crewed hours, and the base where they are, exactly.

    At most one window begins a day, on the hour; it may pass midnight, and Sunday's runs into Monday. No two overlap.
    An hour that was never observed (NaN) counts as worth 0, and ``unobserved`` tells how many are crewed all the same.
    The value of an hour is taken not to depend on which others are crewed: wrong where one job blocks the next, or
    where the last hour of a shift is worth less. Below 12 weeks of live hours show ties, not this one answer.

    Parameters
    ----------
    value_per_hour
        What a crewed hour is worth, such as incidents reached in time, shape (168,) or (bases, 168); Monday 00:00
        first; >= 0, NaN where never observed. Of draws give the mean.
    crewed_hours
        Hours a week at most.
    lengths
        Hours that a window may last, each 1 to 24.
    days
        On how many days of the week at most a window may begin, or on which (Monday 0).
    starts
        Hours of the day at which a window may begin.
    rest
        Hours from the end of one window to the start of the next, at least.
    told_only
        Whether no window may crew an hour that was never observed.

    Raises
    ------
    SchemaError
        If values are no such table or all NaN, or the rules cannot be met.

    References
    ----------
    Bellman (1957), Dynamic Programming, on the knapsack.

    Examples
    --------
    Worth 1 from 18:00 to midnight on every day, and 3 on Friday and Saturday nights until 02:00.

    >>> value = np.zeros(168)
    >>> for day in range(7):
    ...     value[day * 24 + 18 : day * 24 + 24] = 1
    >>> value[[5 * 24, 5 * 24 + 1, 6 * 24, 6 * 24 + 1]] = 3
    >>> found = best_windows(value, crewed_hours=16, lengths=[8], days=7)
    >>> found.windows, found.objective
    (((4, 1080, 1560), (5, 1080, 1560)), 24.0)
    """
    values, observed = week_values(value_per_hour)
    values = np.where(observed, values, -np.inf) if told_only else values
    rules = _Rules.of(crewed_hours, lengths, days, starts, rest)
    by_base = np.concatenate(
        [
            _closed(_forward(values[first : first + BASES_AT_ONCE], rules)[-1], rules)[:, : rules.hours + 1].max(axis=1)
            for first in range(0, len(values), BASES_AT_ONCE)
        ]
    )
    base = int(by_base.argmax())
    one = values[base : base + 1]
    extended = rules.extended()
    exactly = _closed(_forward(one, extended)[-1], extended)[0]
    hours = int(exactly[: rules.hours + 1].argmax())
    windows = _traced(_forward(one, rules), one, rules, hours)
    crewed = crewed_hours_of(windows)
    return Windows(
        base=base,
        windows=windows,
        objective=float(values[base, crewed].sum()),
        gap=0.0,
        unobserved=int((crewed & ~observed[base]).sum()),
        by_base=by_base,
        by_hours=np.maximum.accumulate(exactly),
    )


def free_ceiling(values: Floats, crewed_hours: int, lengths: Collection[int], starts: Collection[int]) -> float:
    """
    Give the objective of :func:`best_windows` alone, for checked values of many bases.

    No base can be worth more than its best single hours, so bases that fall short by those are never worked out.
    """
    rules = _Rules.of(crewed_hours, lengths, 7, starts, 0)
    at_most = most_of_hours(values, rules.hours)
    order, best = np.argsort(-at_most, kind="stable"), 0.0
    for first in range(0, len(order), BASES_AT_ONCE):
        some = order[first : first + BASES_AT_ONCE]
        if at_most[some[0]] < best:
            break
        best = max(best, float(_closed(_forward(values[some], rules)[-1], rules).max()))
    return best


def most_of_hours(values: Floats, hours: int) -> Floats:
    """Bound what so many hours can be worth at each base by its best ones, whatever the windows, shape (bases,)."""
    worth = np.maximum(values, 0.0)  # an hour that may not be crewed stands as -inf
    return np.asarray(np.sort(worth, axis=1)[:, HOURS - hours :].sum(axis=1) * (1 + 1e-12), dtype=np.float64)


def week_values(value_per_hour: npt.ArrayLike) -> tuple[Floats, Flags]:
    """Check values by base and hour of week; gives them with 0 for what was never observed, and what was."""
    table = np.asarray(value_per_hour, dtype=float)
    if table.ndim == 1:
        table = table[None]
    if table.ndim != 2 or table.shape[1] != HOURS or not len(table):
        raise SchemaError(f"values of shape {table.shape}; give {HOURS} hours of the week, Monday 00:00 first, a base")
    observed = ~np.isnan(table)
    if not observed.any():
        raise SchemaError("no hour of the week was ever observed, so nothing is known of when; load a 24/7 source")
    if (odd := observed & ~((table >= 0) & np.isfinite(table))).any():
        row, hour = np.argwhere(odd)[0]
        raise SchemaError(
            f"{int(odd.sum())} of {table.size} values of an hour are not >= 0 and finite (first: base {row}, hour "
            f"{hour}, {table[row, hour]}); leave NaN where nothing was observed"
        )
    return np.where(observed, table, 0.0), observed


def crewed_hours_of(windows: Iterable[Window]) -> Flags:
    """Tell which hours of the week windows on the hour crew, shape (168,)."""
    crewed = np.zeros(HOURS, dtype=bool)
    for day, first, last in windows:
        crewed[np.arange(day * DAY + first // 60, day * DAY + last // 60) % HOURS] = True
    return crewed


def window_values(values: Floats, day: int, start: int, length: int) -> Floats:
    """Give what one window is worth at each base, shape (bases,); Sunday runs into Monday."""
    hours = np.arange(day * DAY + start, day * DAY + start + length) % HOURS
    return np.asarray(values[:, hours].sum(axis=1), dtype=np.float64)


# --- the dynamic programme ----------------------------------------------------------------------------------------
# A state is: the hour of today before which no window may begin (what yesterday's left, with its rest), how many
# windows there are so far (only where that is limited), the hour that Monday was blocked to at first (to close the
# week), and the hours used. Axes: blocked, windows, Monday, base, hours.


@dataclass(frozen=True)
class _Rules:
    """What windows are allowed, checked."""

    hours: int
    lengths: tuple[int, ...]
    days: tuple[int, ...]
    most: int | None
    starts: tuple[int, ...]
    rest: int

    @classmethod
    def of(
        cls, hours: int, lengths: Collection[int], days: int | Collection[int], starts: Collection[int], rest: int
    ) -> "_Rules":
        week = tuple(range(7)) if isinstance(days, int) else tuple(sorted(set(days)))
        most = days if isinstance(days, int) else 7
        sorted_lengths, sorted_starts = tuple(sorted(set(lengths))), tuple(sorted(set(starts)))
        if not 0 <= hours <= HOURS or hours != int(hours):
            raise SchemaError(f"{hours} crewed hours a week; give a whole number from 0 to {HOURS}")
        if not sorted_lengths or not set(sorted_lengths) <= set(range(1, DAY + 1)):
            raise SchemaError(f"windows of {list(lengths)} hours; give whole hours, each 1 to {DAY}")
        if not sorted_starts or not set(sorted_starts) <= set(range(DAY)):
            raise SchemaError(f"windows that begin at {list(starts)}; give whole hours of the day, 0 to {DAY - 1}")
        if not set(week) <= set(range(7)) or not 0 <= most <= 7:
            raise SchemaError(f"windows on the days {days}; give a number of days, 0 to 7, or weekdays, Monday 0")
        if not 0 <= rest <= HOURS - DAY or rest != int(rest):
            raise SchemaError(f"{rest} hours of rest between windows; give a whole number from 0 to {HOURS - DAY}")
        return cls(int(hours), sorted_lengths, week, most if most < 7 else None, sorted_starts, int(rest))

    def extended(self) -> "_Rules":
        """The same with one more crewed hour."""
        return _Rules(self.hours + 1, self.lengths, self.days, self.most, self.starts, self.rest)

    def left(self, start: int, length: int) -> int:
        """The hour of tomorrow before which nothing may begin after this window."""
        return max(0, start + length + self.rest - DAY)

    @property
    def blocks(self) -> list[int]:
        """What may be left to Monday: everything that a window leaves, and what of it remains after a day or more."""
        after = {self.left(start, length) for start in self.starts for length in self.lengths}
        return sorted({max(0, block - DAY * day) for block in after for day in range(7)} | {0})


def _forward(values: Floats, rules: _Rules) -> list[Floats]:
    """Give the best sum of every state before each day and after the last."""
    blocks = rules.blocks
    counts = 1 if rules.most is None else rules.most + 1
    state = np.full((blocks[-1] + 1, counts, len(blocks), len(values), rules.hours + 1), -np.inf)
    for which, block in enumerate(blocks):
        state[block, 0, which, :, 0] = 0.0
    path = [state]
    for day in range(7):
        path.append(_day(path[-1], values, day, rules))
    return path


def _day(state: Floats, values: Floats, day: int, rules: _Rules) -> Floats:
    """Take one day: no window, or each that may begin."""
    after = np.full_like(state, -np.inf)
    after[0] = state[: DAY + 1].max(axis=0)
    after[1 : max(1, len(state) - DAY)] = state[DAY + 1 :]
    if day not in rules.days or rules.most == 0:
        return after
    free = np.maximum.accumulate(state, axis=0)
    for start in rules.starts:
        before = free[min(start, len(free) - 1)]
        for length in rules.lengths:
            if length > rules.hours:
                continue
            worth = window_values(values, day, start, length)[:, None]
            source = before if rules.most is None else before[:-1]
            target = after[rules.left(start, length)]
            target = target if rules.most is None else target[1:]
            with_it = source[..., : rules.hours + 1 - length] + worth
            np.maximum(target[..., length:], with_it, out=target[..., length:])
    return after


def _closed(state: Floats, rules: _Rules) -> Floats:
    """Close the week: what Sunday leaves to Monday must not pass what Monday was blocked to; shape (bases, hours)."""
    closed = [state[: block + 1, :, which].max(axis=(0, 1)) for which, block in enumerate(rules.blocks)]
    return np.asarray(np.max(closed, axis=0), dtype=np.float64)


def _traced(path: list[Floats], values: Floats, rules: _Rules, hours: int) -> tuple[Window, ...]:
    """Go back from the best last state of one base to the windows that made it; sums are compared as they were made."""
    best = _closed(path[-1], rules)[0, hours]
    which, block, count = next(
        (which, block, count)
        for which, most in enumerate(rules.blocks)
        for block in range(most + 1)
        for count in range(path[-1].shape[1])
        if path[-1][block, count, which, 0, hours] == best
    )
    windows: list[Window] = []
    state = block, count, hours
    for day in reversed(range(7)):
        best = path[day + 1][state[0], state[1], which, 0, state[2]]
        state, window = _step_back(path[day][:, :, which, 0], float(best), state, day, values, rules)
        windows += [window] if window else []
    return tuple(reversed(windows))


def _step_back(
    before: Floats, best: float, state: tuple[int, int, int], day: int, values: Floats, rules: _Rules
) -> tuple[tuple[int, int, int], Window | None]:
    """Find the state before a day that led to a sum after it, and the window that began in between, if any."""
    block, count, hours = state
    for earlier in range(len(before)):
        if max(0, earlier - DAY) == block and before[earlier, count, hours] == best:
            return (earlier, count, hours), None
    fewer = count if rules.most is None else count - 1
    for start in rules.starts:
        for length in rules.lengths:
            if rules.left(start, length) != block or length > hours:
                continue
            worth = window_values(values, day, start, length)[0]
            for earlier in range(min(start, len(before) - 1) + 1):
                if before[earlier, fewer, hours - length] + worth == best:
                    return (earlier, fewer, hours - length), (day, start * 60, (start + length) * 60)
    raise AssertionError("a sum of the dynamic programme has no origin")
