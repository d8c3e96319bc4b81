"""
The p-median: the bases from which the mean drive is shortest.

One and two bases are found by trying every pair. For more, a Lagrangian bound leaves out candidates that no best set
can hold, and the solver decides among the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.spatial.distance import pdist

from geo.errors import SchemaError
from geo.planning.location import (
    SOLVER_SCALE,
    TIME_LIMIT,
    TINY,
    BaseSet,
    Floats,
    Rows,
    bases_by_places,
    best_first,
    exchangeable,
    least_cost,
    locked_rows,
)
from geo.planning.sites import NEAR_TIE
from geo.routing.matrix import demand_of_places

Flags = npt.NDArray[np.bool_]

ROUNDS = 600
"""Steps of the Lagrangian bound; on the OR-Library's networks of 100-200 places it settles within 300."""

MOST_ENTRIES = 3_000_000
"""Entries of the solver's matrix above which it is not asked: it would not come to its first node in time. The gap then
is that of the Lagrangian bound."""


def p_median(
    minutes: npt.ArrayLike,
    weights: npt.ArrayLike,
    p: int,
    *,
    locked: Sequence[int] = (),
    tolerance: float = NEAR_TIE,
    time_limit: float = TIME_LIMIT,
) -> BaseSet:
    """
    Find the ``p`` bases with the least sum of weight times minutes to the nearest of them.

    A place that no road reaches from a base counts as far away from it as the farthest place that any base reaches.
    Exact when ``gap`` is 0. Every car is taken as free and at its base, and a mean hides those who wait longest.

    Parameters
    ----------
    minutes
        Drive minutes (or any cost) from each base to each place, shape (bases, places); inf where no road leads.
    weights
        Demand of each place, shape (places,); >= 0.
    p
        How many bases, >= 1, the locked ones among them.
    locked
        Row numbers that must be chosen.
    tolerance
        The share of the best that a near tie may give away.
    time_limit
        Seconds for the solver.

    Raises
    ------
    SchemaError
        If minutes are no such table, weights do not match, no place is reached, or ``p`` or ``locked`` cannot be had.

    References
    ----------
    Hakimi (1964), Operations Research 12, 450-459. Bound and fixing: Beasley (1993), European Journal of Operational
    Research 65, 383-399. Formulation by radius: Garcia, Labbe & Marin (2011), INFORMS Journal on Computing 23, 546-556.

    Examples
    --------
    >>> found = p_median([[0, 4, 9], [4, 0, 5], [9, 5, 0]], [1, 1, 3], 2)
    >>> found.chosen.tolist(), found.objective
    ([0, 2], 4.0)
    """
    given = bases_by_places(minutes, "minutes")
    weight = demand_of_places(weights, given.shape[1])
    fixed = locked_rows(locked, p, len(given))
    if p < 1:
        raise SchemaError("the drive from no base is undefined; choose at least one")
    finite = np.isfinite(given)
    if not finite.any():
        raise SchemaError(f"none of the {len(given)} bases reaches any place by road; load roads that cover the places")
    cost = np.where(finite, given, given[finite].max()) * weight
    if p <= 2:
        return _pairs(cost, p, fixed, tolerance)
    start = _exchanged(cost, _greedy(cost, p, fixed), fixed)
    if p in (len(fixed), len(cost)):
        return _answer(cost, start, _spent(cost, start), fixed, tolerance)
    bound = _lagrange(cost, p, fixed, start)
    chosen = _exchanged(cost, bound.chosen, fixed)
    chosen = min((start, chosen), key=lambda rows: _spent(cost, rows))
    least = bound.least
    if not _proved(cost, least, _spent(cost, chosen)):
        chosen, least = _by_solver(cost, p, fixed, chosen, bound, time_limit)
    return _answer(cost, chosen, least, fixed, tolerance)


def _spent(cost: Floats, chosen: Rows) -> float:
    return float(cost[chosen].min(axis=0).sum())


def _proved(cost: Floats, least: float, spent: float) -> bool:
    """Tell whether no set can be better, but for rounding; of whole numbers the next better sum is lower by 1."""
    step = 1 - 1e-6 if (cost == np.rint(cost)).all() else 0.0
    return bool(least >= spent - step - 1e-9 * cost.max())


def _pairs(cost: Floats, p: int, fixed: Rows, tolerance: float) -> BaseSet:
    """Try every base or every pair; of two costs the sum less their difference is twice the lower one."""
    alone = cost.sum(axis=1)
    if p == 1:
        sets, sums = np.arange(len(cost))[:, None], alone
    else:
        sets = np.column_stack(np.triu_indices(len(cost), 1))
        sums = np.maximum(alone[sets[:, 0]] + alone[sets[:, 1]] - pdist(cost, "cityblock"), 0) / 2
    allowed = np.all([(sets == row).any(axis=1) for row in fixed], axis=0) if len(fixed) else slice(None)
    sets, sums = sets[allowed], sums[allowed]
    ties = best_first(sets, sums, float(sums.min()) * (1 + tolerance))
    return BaseSet(ties[0], _spent(cost, ties[0]), 0.0, ties, tolerance)


def _greedy(cost: Floats, p: int, fixed: Rows) -> Rows:
    chosen = fixed.tolist()
    nearest = cost[chosen].min(axis=0, initial=np.inf)
    while len(chosen) < p:
        sums = np.minimum(nearest, cost).sum(axis=1)
        sums[chosen] = np.inf
        chosen.append(int(sums.argmin()))
        nearest = np.minimum(nearest, cost[chosen[-1]])
    return np.array(chosen, dtype=np.int64)


def _exchanged(cost: Floats, chosen: Rows, fixed: Rows) -> Rows:
    """Exchange one base at a time for the one that helps most, until none helps (Whitaker 1983)."""
    here, places = chosen.copy(), np.arange(cost.shape[1])
    movable = ~np.isin(here, fixed)
    while movable.any():
        order = np.argsort(cost[here], axis=0, kind="stable")
        first = cost[here[order[0]], places]
        second = cost[here[order[1]], places] if len(here) > 1 else np.full(len(places), np.inf)
        added = np.maximum(first - cost, 0)
        moved = np.minimum(second, cost) - first + added
        lost = np.zeros((len(here), len(cost)))
        np.add.at(lost, order[0], moved.T)
        better = added.sum(axis=1) - lost
        better[~movable], better[:, here] = -np.inf, -np.inf
        leaves, enters = np.unravel_index(better.argmax(), better.shape)
        if not better[leaves, enters] > 1e-9 * max(1.0, float(first.sum())):
            break
        here[leaves] = enters
    return np.sort(here)


@dataclass(frozen=True, eq=False)
class _Bound:
    """The Lagrangian bound: the least sum possible, what each base adds to it if forced, and the best set met."""

    least: float
    reduced: Floats
    chosen: Rows


def _lagrange(cost: Floats, p: int, fixed: Rows, start: Rows) -> _Bound:
    """Raise the bound by subgradient steps: each place pays at most its multiplier, the ``p`` cheapest bases open."""
    bases = len(cost)
    best, best_sum = start, _spent(cost, start)
    pays = np.sort(cost, axis=0)[min(bases - 1, bases // (2 * p) + 1)].copy()
    least, held, scale, stale = -np.inf, pays, 1.5, 0
    for _ in range(ROUNDS):
        saved = cost - pays
        reduced = _forced(np.minimum(saved, 0).sum(axis=1), fixed)
        opened = np.argsort(reduced, kind="stable")[:p]
        value = float(pays.sum() + np.minimum(saved[opened], 0).sum())
        if value > least + 1e-9 * abs(best_sum):
            least, held, stale = value, pays.copy(), 0
        else:
            stale += 1
        if (met := _spent(cost, opened)) < best_sum:
            best, best_sum = opened, met
        if _proved(cost, least, best_sum) or scale < 1e-3:
            break
        if stale >= 25:
            scale, stale, pays = scale / 2, 0, held.copy()
        slope = 1 - (saved[opened] < 0).sum(axis=0)
        if not (length := float(slope @ slope)):
            break
        pays = pays + scale * (1.02 * best_sum - value) / length * slope
    return _Bound(least, np.minimum(cost - held, 0).sum(axis=1), np.sort(best))


def _forced(reduced: Floats, fixed: Rows) -> Floats:
    """Make locked bases the cheapest of all."""
    forced = reduced.copy()
    forced[fixed] = -np.inf
    return forced


def _by_solver(cost: Floats, p: int, fixed: Rows, chosen: Rows, bound: _Bound, time_limit: float) -> tuple[Rows, float]:
    """Fix what the bound decides, and ask the solver for the rest; gives the best set and the least sum possible."""
    spent = _spent(cost, chosen)
    worth = _forced(bound.reduced, fixed)
    order = np.argsort(worth, kind="stable")
    inside = np.isin(np.arange(len(cost)), order[:p])
    slack = spent - bound.least + 1e-9 * abs(spent)
    last, following = worth[order[p - 1]], worth[order[p]]
    out = ~inside & (worth - last > slack)
    out[chosen] = False
    stays = inside & (following - worth > slack) & np.isin(np.arange(len(cost)), chosen)
    rows = np.flatnonzero(~out)
    answer = _radius(cost[rows], p, stays[rows], time_limit)
    if answer is None:
        return chosen, bound.least
    found, least = answer
    if found is not None and _spent(cost, rows[found]) < spent:
        chosen = np.sort(rows[found])
    return chosen, min(max(bound.least, least), _spent(cost, chosen))


def _radius(cost: Floats, p: int, stays: Flags, time_limit: float) -> tuple[Rows | None, float] | None:
    """
    Solve by radius: for each place and each step of its costs, whether no open base lies within it.

    Gives the rows and the least sum possible; None when the problem is too large to be put to the solver.
    """
    bases, places = cost.shape
    order = np.argsort(cost, axis=0, kind="stable")
    sorted_cost = np.take_along_axis(cost, order, axis=0)
    # A place never pays more than a base that stays open, nor than the p-th dearest base.
    most = np.minimum(cost[stays].min(axis=0, initial=np.inf), sorted_cost[bases - p])
    entries_i, entries_j, values, low, steps = [], [], [], [], []
    rows = total = 0
    for place in range(places):
        costs = sorted_cost[:, place]
        within = costs < most[place]
        levels, level = np.unique(costs[within], return_inverse=True)
        count, members = len(levels), order[within, place]
        own = bases + total + np.arange(count)
        entries_i += [rows + level, rows + np.arange(count), rows + 1 + np.arange(count - 1)]
        entries_j += [members, own, own[:-1]]
        values += [np.ones(len(members)), np.ones(count), -np.ones(max(count - 1, 0))]
        low.append((np.arange(count) == 0).astype(float))
        steps.append(np.diff(np.append(levels, most[place])))
        rows, total = rows + count, total + count
        if 3 * total > MOST_ENTRIES:
            return None
    constant = float(np.minimum(sorted_cost[0], most).sum())
    if not total:  # whatever else opens, every place pays the same
        return None, constant
    matrix = csr_array(
        (np.concatenate(values), (np.concatenate(entries_i), np.concatenate(entries_j))), shape=(rows, bases + total)
    )
    number = csr_array(np.concatenate([np.ones(bases), np.zeros(total)])[None])
    scale = SOLVER_SCALE / max(float(cost.max()), TINY)
    result = milp(
        np.concatenate([np.zeros(bases), *steps]) * scale,
        constraints=[LinearConstraint(matrix, np.concatenate(low), np.inf), LinearConstraint(number, p, p)],
        integrality=(np.arange(bases + total) < bases).astype(int),
        bounds=Bounds(np.concatenate([stays.astype(float), np.zeros(total)]), 1),
        options={"time_limit": time_limit, "mip_rel_gap": 0},
    )
    found = None if result.x is None else np.flatnonzero(result.x[:bases].round())
    return found, constant + least_cost(result, 0.0) / scale


def _answer(cost: Floats, chosen: Rows, least: float, fixed: Rows, tolerance: float) -> BaseSet:
    """List the chosen set and those that differ from it in one base."""
    spent = _spent(cost, chosen)
    sets, sums = [chosen[None]], [np.array([-np.inf])]
    for place in exchangeable(chosen.tolist(), fixed):
        rest = np.delete(chosen, place)
        others = np.setdiff1d(np.arange(len(cost)), chosen)
        sets.append(np.sort(np.column_stack([np.tile(rest, (len(others), 1)), others]), axis=1))
        sums.append(np.minimum(cost[rest].min(axis=0), cost[others]).sum(axis=1))
    ties = best_first(np.concatenate(sets), np.concatenate(sums), spent * (1 + tolerance))
    gap = 0.0 if _proved(cost, least, spent) else 1 - least / spent
    return BaseSet(chosen, spent, gap, ties, tolerance)
