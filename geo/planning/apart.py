"""
Two cars with windows of their own: a rota for each, the best of all pairs of rotas, proved.

Where one car is on shift an hour is worth what it reaches alone, where both are what they reach together, so the second
adds less where the first already is. That overlap is priced hour by hour (a Lagrangian bound): at such prices each
car's rota is found by itself, and only rotas that could still be in the best pair are tried against each other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo.planning.rotas import Legal
from geo.planning.windows import Window
from geo.planning.worth import undominated

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ROUNDS = 150
"""Steps by which the prices of hours are improved; more of them leave fewer rotas to be tried."""

PATIENCE = 8
"""After how many steps without a better bound they become half as long."""

TURNS_EVERY = 10
"""Every how many steps rotas are improved in turn, from the one of the bound on."""

FIRSTS_AT_ONCE = 500
"""Rotas of the first car that are held against those of the second at a time."""

MOST_TRIED = 100_000_000
"""Pairs of rotas that are tried at most, best bounds first; if more could be better, the gap says so."""

ROUNDING = 1e-9
"""Share by which sums in another order may differ, and more."""


@dataclass(frozen=True, eq=False)
class Worth:
    """
    What an hour of the week is worth, shape (168,): with only the first car on shift, only the second, and both.

    Having both is worth no less than either. An hour that no rota may crew is worth 0.
    """

    first: Floats
    second: Floats
    both: Floats

    @cached_property
    def shared(self) -> Floats:
        """What both reach, and so count once only; below 0 where they bring more together than each alone."""
        return self.first + self.second - self.both

    def of(self, first: Flags, second: Flags) -> float:
        """Give what two rotas are worth, by the hours they crew."""
        return float(self.first[first].sum() + self.second[second].sum() - self.shared[first & second].sum())


@dataclass(frozen=True, eq=False)
class Apart:
    """
    A rota for each of two cars.

    Parameters
    ----------
    windows
        Weekday, first and last minute of the shifts of each.
    crewed
        Whether each car crews each hour of the week, shape (2, 168).
    objective
        What they are worth together.
    gap
        By how much, as a share, another pair could be better at most: 0 when this one is proved best.
    prices
        The prices of hours, 0 to 1, that proved it, shape (168,).
    """

    windows: tuple[tuple[Window, ...], tuple[Window, ...]]
    crewed: Flags
    objective: float
    gap: float
    prices: Floats


def best_apart(worth: Worth, legal: Legal, crewed_hours: int, *, proved: bool = True) -> Apart | None:
    """
    Find the best rota for each of two cars, together within some crewed hours a week.

    With ``x`` and ``y`` for whether each car is on shift in an hour and ``o`` for what is shared, ``-o x y`` is at most
    ``p o (1 - x - y)`` for any price ``p`` from 0 to 1, and for ``o`` below 0 at most ``-o (p x + (1 - p) y)``. So
    priced, the best rotas of each car bound every pair, and pairs whose bound is below the best known are never tried.
    The value of an hour is taken not to depend on which others are crewed: wrong where one job blocks the next.

    Parameters
    ----------
    legal
        The rotas that either car may work, such as :func:`geo.planning.rotas.every_rota` gives.
    crewed_hours
        Of both cars together, at most. None is given when no two rotas keep them.
    proved
        Whether to try all pairs that could be better; otherwise the bound alone makes the gap.

    References
    ----------
    Fisher (1981), Management Science 27, 1-18, on Lagrangian bounds; the step is that of Polyak (1969).
    """
    pairs = _Pairs(worth, legal, crewed_hours)
    return pairs.solved(np.full(len(worth.both), 0.5), proved=proved) if pairs.any else None


def best_apart_of(
    score: Floats,
    weight: Callable[[Flags], Floats],
    value: Callable[[Floats], Floats],
    legal: Legal,
    crewed_hours: int,
    *,
    late: Callable[[], bool] = lambda: False,
) -> tuple[int, Apart] | None:
    """
    Find the best of many pairs of bases, each with a rota of its own; its gap counts the other pairs of bases too.

    A pair that another equals or beats in every traffic, alone and together, is left out; of the others those are
    solved (:func:`best_apart`) whose bound, at the prices of the best so far, is above it.

    Parameters
    ----------
    score
        Scores in each traffic with only the first car, only the second, and both, one above the other, shape (3 levels,
        pairs).
    weight
        Gives what a score of 1 in each traffic is worth over some hours of the week, shape (levels,).
    value
        Gives what each hour is worth with a score for each traffic, shape (168,).
    late
        Asked before each pair: once true, no other is solved and the gap tells what they could be.
    """
    good = undominated(score)
    parts = np.split(score[:, good], 3)
    pairs = [
        _Pairs(Worth(*(value(part[:, column]) for part in parts)), legal, crewed_hours) for column in range(len(good))
    ]
    if not pairs[0].any:
        return None
    solved: dict[int, Apart] = {}
    best, column, prices = 0, 0, np.full(len(pairs[0].worth.both), 0.5)
    while column not in solved:  # the best pair of bases for the rotas of the best so far, until that is itself
        solved[column] = pairs[column].solved(prices, proved=not late())
        best = max(solved, key=lambda one: solved[one].objective)
        prices, (first, second) = solved[best].prices, solved[best].crewed
        weights = [weight(first & ~second), weight(second & ~first), weight(first & second)]
        column = int((np.concatenate(weights) @ np.vstack(parts)).argmax())
    bounds = np.array([one.bound(prices)[0] for one in pairs])
    for column in np.argsort(-bounds, kind="stable").tolist():
        least = solved[best].objective
        if column not in solved and bounds[column] > least * (1 + ROUNDING) and not late():
            solved[column] = pairs[column].solved(prices, least)
            best = max(best, column, key=lambda one: solved[one].objective)
    for column, one in solved.items():
        bounds[column] = one.objective * (1 + one.gap)
    answer = solved[best]
    return int(good[best]), replace(answer, gap=_gap(float(bounds.max()), answer.objective))


def _gap(most: float, reached: float) -> float:
    """Give by how much, as a share, what is worth most at most could be better than what was reached."""
    gap = max(0.0, most / reached - 1) if reached > 0 else 0.0
    return gap if gap > ROUNDING else 0.0


_Found = tuple[float, int, int]
"""What a pair of rotas is worth, and their rows."""


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Every pair of rotas of two cars."""

    worth: Worth
    legal: Legal
    crewed_hours: int

    @property
    def any(self) -> bool:
        """Whether any two rotas keep the crewed hours."""
        return len(self.legal) > 0 and bool(2 * self.legal.hours[0] <= self.crewed_hours)

    def solved(self, prices: Floats, least: float = 0.0, *, proved: bool = True) -> Apart:
        """Find the best pair from some prices on; of a pair known to be below ``least`` only a bound that says so."""
        most, prices, best = self._improved(prices, least)
        if proved and most > least:
            best, most = self._tried(prices, best)
        reached, first, second = best
        return Apart(
            windows=(self.legal.rota(first), self.legal.rota(second)),
            crewed=self.legal.crewed([first, second]),
            objective=reached,
            gap=_gap(most, reached),
            prices=prices,
        )

    def _improved(self, prices: Floats, least: float) -> tuple[float, Floats, _Found]:
        """Improve the prices of hours; give the least bound, its prices, and the best pair that was met on the way."""
        shared, kept, most = self.worth.shared, prices, np.inf
        step, since, best = 1.0, 0, self._by_turns(0)
        for number in range(ROUNDS):
            bound, first, second = self.bound(prices)
            on, too = self.legal.crewed([first, second])
            best = max(best, (self.worth.of(on, too), first, second))
            if number % TURNS_EVERY == 0:
                best = max(best, self._by_turns(first))
            most, kept, since = (bound, prices, 0) if bound < most else (most, kept, since + 1)
            slope = np.where(shared >= 0, shared * (1.0 - on - too), shared * (1.0 * too - on))
            steep = float(slope @ slope)
            if most <= max(best[0], least) * (1 + ROUNDING) or not steep:
                break
            step = step / 2 if since % PATIENCE == PATIENCE - 1 else step
            prices = np.clip(prices - step * (bound - best[0]) / steep * slope, 0.0, 1.0)
        return most, kept, best

    def bound(self, prices: Floats) -> _Found:
        """Bound every pair by prices; give the rotas that make the bound."""
        one, other = self._priced(prices)
        row = int((one + self._best_beside(other)).argmax())
        answer = int(other[: self._room()[row]].argmax())
        return float(one[row] + other[answer]), row, answer

    def _tried(self, prices: Floats, best: _Found) -> tuple[_Found, float]:
        """Try all pairs whose bound is above the best; give the best, and what any pair is worth at most."""
        one, other = self._priced(prices)
        at_most, theirs = one + self._best_beside(other), other + self._best_beside(one)
        least = best[0] * (1 + ROUNDING)
        firsts, seconds = np.flatnonzero(at_most > least), np.flatnonzero(theirs > least)
        firsts = firsts[np.argsort(-at_most[firsts], kind="stable")]
        on, too = (self.legal.crewed(rows).astype(float) for rows in (firsts, seconds))
        mine, others, weighted = on @ self.worth.first, too @ self.worth.second, on * self.worth.shared
        for begin in range(0, len(firsts), FIRSTS_AT_ONCE):
            if at_most[firsts[begin]] <= best[0] * (1 + ROUNDING):
                break
            if begin * len(seconds) > MOST_TRIED:
                return best, float(at_most[firsts[begin]])
            part = slice(begin, begin + FIRSTS_AT_ONCE)
            hours = self.legal.hours[firsts[part], None] + self.legal.hours[seconds]
            together = mine[part, None] + others - weighted[part] @ too.T
            reached = np.where(hours <= self.crewed_hours, together, -np.inf)
            row, column = np.unravel_index(int(reached.argmax()), reached.shape)
            best = max(best, (float(reached[row, column]), int(firsts[part][row]), int(seconds[column])))
        return best, best[0]

    def _priced(self, prices: Floats) -> tuple[Floats, Floats]:
        """Give the priced worth of each rota to the first and to the second car; with it what is added to any pair."""
        shared, paid = self.worth.shared, prices * self.worth.shared
        returned = np.where(shared >= 0, paid, shared - paid)
        one, other = self.legal.worth(self.worth.first - paid), self.legal.worth(self.worth.second - returned)
        return one + float(paid[shared >= 0].sum()), other

    def _room(self) -> Rows:
        """Tell how many rotas, from the first on, keep the crewed hours beside each; they stand by their hours."""
        return np.searchsorted(self.legal.hours, self.crewed_hours - self.legal.hours, side="right")

    def _best_beside(self, other: Floats) -> Floats:
        """Give the best rota of the other car beside each, within the crewed hours of both; -inf where none is."""
        return np.append(-np.inf, np.maximum.accumulate(other))[self._room()]

    def _by_turns(self, first: int) -> _Found:
        """Improve one rota and the other in turn, from one of the first car on, until neither gets better."""
        room, best = self._room(), (-np.inf, first, 0)
        cars = self.worth.first, self.worth.second
        row, turn = first, 0
        while room[row]:
            on = self.legal.crewed([row])[0]
            answers = self.legal.worth(cars[1 - turn] - np.where(on, self.worth.shared, 0.0))[: room[row]]
            answer = int(answers.argmax())
            reached = float(cars[turn][on].sum() + answers[answer])
            if reached <= best[0] * (1 + ROUNDING):
                break
            best = (reached, row, answer) if turn == 0 else (reached, answer, row)
            row, turn = answer, 1 - turn
        return best
