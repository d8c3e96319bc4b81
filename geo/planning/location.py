"""
Location models: which bases together cover most, cover most although cars are busy, or are enough to cover all.

One and two bases are found by trying every pair, from one weighted Gram matrix; three, and more where cover is soft, by
branch and bound; more by the HiGHS solver, after a Lagrangian bound has left out what no best set can hold. Each answer
says how far from the best it may be: ``gap``, 0 when it is proved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, eye_array, hstack

from geo.errors import SchemaError
from geo.planning.sites import NEAR_TIE
from geo.routing.matrix import demand_of_places

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

TIME_LIMIT = 60.0
"""
Seconds that the solver may take (assumption: what a planner waits for); then the gap says what is not proved.

The solver looks at its clock between steps only, so a large problem can take longer.
"""

SOLVER_SCALE = 1_000.0
"""The largest cost that the solver is given: its tolerances are absolute (about 1e-6), so small weights are scaled."""

TINY = 1e-300
"""Weights below this are as good as none; it keeps their scale finite."""

MOST_TIES = 1_000
"""Near ties that are kept, the best first."""

PLACES_AT_ONCE = 1_000
"""Places that are held against all others at a time."""

ROUNDS = 400
"""Steps by which a Lagrangian bound is improved; with 2,000 candidates and 5,000 places they take about 10 s."""

MOST_NODES = 20_000
"""Partial sets that branch and bound looks at before it gives the best so far with its gap."""


@dataclass(frozen=True, eq=False)
class BaseSet:
    """
    The best bases of all candidates.

    Parameters
    ----------
    chosen
        Their row numbers, ascending, shape (bases,); a base that holds several cars is repeated.
    objective
        The plain sum that was asked for, of exactly these bases.
    gap
        How much better, as a share of ``objective``, another set could be at most; 0 when this one is proved best.
    near_ties
        Sets that are not clearly worse, best first, the chosen one among them, shape (sets, bases); at most
        :data:`MOST_TIES`. All of them for one and two bases; for more, and where all must be covered, only those that
        differ from the chosen set in one base.
    tolerance
        The share of the objective that a near tie may give away.
    """

    chosen: Rows
    objective: float
    gap: float
    near_ties: Rows
    tolerance: float


def mclp(
    cover: npt.ArrayLike,
    weights: npt.ArrayLike,
    p: int,
    *,
    locked: Sequence[int] = (),
    tolerance: float = NEAR_TIE,
    time_limit: float = TIME_LIMIT,
) -> BaseSet:
    """
    Find the ``p`` bases that together cover most demand (maximal covering location problem).

    Cover may be soft, a chance: then bases succeed independently, and a place is worth ``1 - (1 - c1)(1 - c2)…``. For
    three bases, and for more where cover is soft, the limit is :data:`MOST_NODES`, not time. Every car is taken as free
    and at its base; soft cover is too high where the errors of two bases go together, such as one traffic for both.

    Parameters
    ----------
    cover
        What each base is worth to each place, 0 to 1, shape (bases, places).
    weights
        Demand of each place, shape (places,); >= 0.
    p
        How many bases, the locked ones among them.
    locked
        Row numbers that must be chosen.
    tolerance
        The share of the best that a near tie may give away.
    time_limit
        Seconds for the solver.

    Raises
    ------
    SchemaError
        If cover is not such a table, weights do not match it, or ``p`` or ``locked`` cannot be had.

    References
    ----------
    Church & ReVelle (1974), Papers of the Regional Science Association 32, 101-118. The bound for soft cover:
    Nemhauser, Wolsey & Fisher (1978), Mathematical Programming 14, 265-294.

    Examples
    --------
    >>> found = mclp([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 1]], [2, 2, 1, 1], 2)
    >>> found.chosen.tolist(), found.objective, found.near_ties.tolist()
    ([1, 2], 6.0, [[1, 2]])
    """
    worth = _cover(cover)
    weight = demand_of_places(weights, worth.shape[1])
    fixed = locked_rows(locked, p, len(worth))
    if p <= 2:
        return _pairs(worth, weight, p, fixed, tolerance, repeat=False)
    start = _greedy(worth, weight, p, fixed, repeat=False)
    if p == 3 or not np.isin(worth, (0.0, 1.0)).all():
        found, bound = _branch(worth, weight, p, fixed, start, repeat=False)
    else:
        found, bound = _fixed_and_solved(worth, weight, p, fixed, np.ones(1), start, time_limit, repeat=False)
    return _answer(worth, weight, [start, found], bound, fixed, tolerance, repeat=False)


def mexclp(
    minutes: npt.ArrayLike,
    weights: npt.ArrayLike,
    cars: int,
    *,
    within: float,
    busy: float,
    locked: Sequence[int] = (),
    tolerance: float = NEAR_TIE,
    time_limit: float = TIME_LIMIT,
) -> BaseSet:
    """
    Find bases for ``cars`` cars that cover most demand although each is busy part of the time.

    A place with k cars within reach is worth ``1 - busy^k`` (maximum expected covering). Several cars may share a base.
    Wrong in that all cars are equally busy and independently so; :func:`geo.coverage.availability.hypercube` tells how
    busy each is.

    Parameters
    ----------
    minutes
        Drive minutes from each base to each place, shape (bases, places); inf where no road leads.
    weights
        Demand of each place, shape (places,); >= 0.
    within
        Minutes within which a place is covered, boundary included.
    busy
        The share of the time that a car is busy, >= 0 and below 1.
    locked
        Row numbers that must hold at least one car.
    tolerance, time_limit
        As for :func:`mclp`.

    Raises
    ------
    SchemaError
        As :func:`mclp`, and if ``busy`` is no such share.

    References
    ----------
    Daskin (1983), Transportation Science 17, 48-70.

    Examples
    --------
    Two cars that are busy half the time: both where most demand is, worth 3/4 of it.

    >>> found = mexclp([[0, 30], [30, 0]], [9, 1], 2, within=20, busy=0.5)
    >>> found.chosen.tolist(), found.objective
    ([0, 0], 6.75)
    """
    if not 0 <= busy < 1:
        raise SchemaError(f"cars that are busy {busy} of the time cannot be placed; give a share from 0 to below 1")
    covered = bases_by_places(minutes, "minutes") <= within
    weight = demand_of_places(weights, covered.shape[1])
    fixed = locked_rows(locked, cars, len(covered), repeat=True)
    worth = np.where(covered, 1.0 - busy, 0.0)
    if cars <= 2:
        return _pairs(worth, weight, cars, fixed, tolerance, repeat=True)
    start = _greedy(worth, weight, cars, fixed, repeat=True)
    if cars == 3:
        found, bound = _branch(worth, weight, cars, fixed, start, repeat=True)
    else:
        gains = (1.0 - busy) * np.power(float(busy), np.arange(cars)).astype(np.float64)
        found, bound = _fixed_and_solved(worth, weight, cars, fixed, gains, start, time_limit, repeat=True)
    return _answer(worth, weight, [start, found], bound, fixed, tolerance, repeat=True)


def lscp(cover: npt.ArrayLike, *, locked: Sequence[int] = (), time_limit: float = TIME_LIMIT) -> BaseSet:
    """
    Find the fewest bases that cover every place (location set covering): how many cars a standard would need.

    ``objective`` is their number. Places count alike here, however little demand they have: leave out those that may be
    missed.

    Parameters
    ----------
    cover
        Whether each base covers each place, 0 or 1, shape (bases, places).
    locked
        Row numbers that must be chosen.
    time_limit
        Seconds for the solver.

    Raises
    ------
    SchemaError
        If cover is no such table, or a place is covered by no base.

    References
    ----------
    Toregas, Swain, ReVelle & Bergman (1971), Operations Research 19, 1363-1373.

    Examples
    --------
    >>> found = lscp([[1, 1, 0], [0, 1, 1], [1, 0, 0]])
    >>> found.chosen.tolist(), found.objective, found.near_ties.tolist()
    ([0, 1], 2.0, [[0, 1], [1, 2]])
    """
    worth = _cover(cover)
    if not np.isin(worth, (0.0, 1.0)).all():
        raise SchemaError(
            "cover that is a chance never covers every place; say which chances count, such as cover > 0.9"
        )
    covered = worth > 0
    if not (somehow := covered.any(axis=0)).all():
        raise SchemaError(
            f"{int((~somehow).sum())} of {covered.shape[1]} places are covered by no base (first: place "
            f"{int((~somehow).argmax())}); leave them out or loosen the standard"
        )
    fixed = locked_rows(locked, len(covered), len(covered))
    needs = _hardest(np.unique(covered, axis=1)).T.astype(float)
    low = np.isin(np.arange(len(covered)), fixed).astype(float)
    result = milp(
        np.ones(len(covered)),
        constraints=LinearConstraint(csr_array(needs), 1, np.inf),
        integrality=np.ones(len(covered)),
        bounds=Bounds(low, 1),
        options={"time_limit": time_limit, "mip_rel_gap": 0},
    )
    chosen = _fewest_greedily(covered, fixed)
    if result.x is not None and result.x.round().sum() < len(chosen):
        chosen = np.flatnonzero(result.x.round())
    bound = float(np.ceil(least_cost(result, 1.0) - 1e-6))
    return BaseSet(chosen, float(len(chosen)), len(chosen) / bound - 1, _other_covers(covered, chosen, fixed), 0.0)


# --- one and two bases: every pair --------------------------------------------------------------------------------
def _pairs(worth: Floats, weight: Floats, p: int, fixed: Rows, tolerance: float, *, repeat: bool) -> BaseSet:
    """Try every set of at most two bases; two of them share the Gram matrix (C w) C'."""
    if p == 0:
        none = np.zeros((1, 0), dtype=np.int64)
        return BaseSet(none[0], 0.0, 0.0, none, tolerance)
    alone = worth @ weight
    if p == 1:
        sets = np.arange(len(worth))[:, None]
        score = alone
    else:
        together = alone[:, None] + alone - (worth * weight) @ worth.T
        sets = np.column_stack(np.triu_indices(len(worth), 0 if repeat else 1))
        score = together[sets[:, 0], sets[:, 1]]
    allowed = np.all([(sets == row).any(axis=1) for row in fixed], axis=0) if len(fixed) else np.ones(len(sets), bool)
    sets, score = sets[allowed], score[allowed]
    ties = best_first(sets, -score, -float(score.max()) * (1 - tolerance))
    return BaseSet(ties[0], reached(worth, weight, ties[0]), 0.0, ties, tolerance)


def best_first(sets: Rows, cost: Floats, worst: float) -> Rows:
    """Give the sets that cost at most ``worst`` (and what rounding adds), least first, at most :data:`MOST_TIES`."""
    near = np.flatnonzero(cost <= worst + 1e-12 * abs(worst))
    return sets[near[np.argsort(cost[near], kind="stable")[:MOST_TIES]]]


def reached(worth: Floats, weight: Floats, chosen: Rows) -> float:
    """Give the demand that the chosen bases cover together, the same base as often as it is named."""
    return float((1 - np.prod(1 - worth[chosen], axis=0)) @ weight)


# --- three and more -----------------------------------------------------------------------------------------------
def _greedy(worth: Floats, weight: Floats, p: int, fixed: Rows, *, repeat: bool) -> Rows:
    """Take the base that adds most, again and again; then exchange single ones while that helps."""
    chosen = fixed.tolist()
    while len(chosen) < p:
        chosen.append(int(_gains(worth, weight, chosen, repeat=repeat).argmax()))
    improved = True
    while improved:
        improved = False
        for place in range(len(fixed), p):
            rest = chosen[:place] + chosen[place + 1 :]
            gains = _gains(worth, weight, rest, repeat=repeat)
            best = int(gains.argmax())
            if gains[best] > gains[chosen[place]] + 1e-12 * weight.sum():
                chosen[place], improved = best, True
    return np.sort(np.array(chosen, dtype=np.int64))


def _gains(worth: Floats, weight: Floats, chosen: Sequence[int], *, repeat: bool) -> Floats:
    """Give what each base would add to the chosen ones; -inf for those that are chosen already, unless they repeat."""
    missed = weight * np.prod(1 - worth[list(chosen)], axis=0)
    gains = np.asarray(worth @ missed, dtype=np.float64)
    if not repeat:
        gains[list(chosen)] = -np.inf
    return gains


def _fixed_and_solved(
    worth: Floats,
    weight: Floats,
    p: int,
    fixed: Rows,
    gains: Floats,
    start: Rows,
    time_limit: float,
    *,
    repeat: bool,
) -> tuple[Rows | None, float]:
    """Leave out the bases that a Lagrangian bound excludes, and ask the solver for the rest."""
    covered, known = worth > 0, reached(worth, weight, start)
    bound, scores = _lagrange(covered.astype(float), weight, p, fixed, gains, known, repeat=repeat)
    last = scores.max() if repeat else np.sort(scores)[-p]
    kept = np.flatnonzero(
        (bound - last + scores >= known * (1 - 1e-9)) | np.isin(np.arange(len(worth)), [*start, *fixed])
    )
    at = np.searchsorted(kept, fixed)
    found, still = _covered_by_solver(covered[kept], weight, p, at, gains, p if repeat else 1, time_limit)
    return None if found is None else kept[found], min(bound, max(still, known))


def _lagrange(
    covers: Floats, weight: Floats, p: int, fixed: Rows, gains: Floats, known: float, *, repeat: bool
) -> tuple[float, Floats]:
    """
    Bound every sum from above: each place pays at most ``pays`` for each car within reach, and keeps what is over.

    Lowered by subgradient steps. Gives the bound, and what each base collects at it; locked ones collect most.
    """
    pays, best, held = gains[0] * weight / 2, np.inf, np.zeros(len(covers))
    scale, stale = 1.0, 0
    for _ in range(ROUNDS):
        scores = covers @ pays
        forced = scores.copy()
        forced[fixed] = np.inf
        taken = np.argsort(-forced, kind="stable")[:p]
        if repeat:
            taken = np.append(fixed, np.full(p - len(fixed), scores.argmax()))
        kept = gains[:, None] * weight - pays
        value = float(np.maximum(kept, 0).sum() + scores[taken].sum())
        if value < best * (1 - 1e-7):
            best, held, lowest, stale = value, forced, pays, 0
        else:
            stale += 1
        if best <= known * (1 + 1e-9) or scale < 1e-3:
            break
        if stale >= 20:
            scale, stale, pays = scale / 2, 0, lowest
            continue
        slope = covers[taken].sum(axis=0) - (kept > 0).sum(axis=0)
        if not (length := float(slope @ slope)):
            break
        pays = np.maximum(pays - scale * (value - known) / length * slope, 0)
    return best, held


def _covered_by_solver(
    covered: npt.NDArray[np.bool_], weight: Floats, p: int, fixed: Rows, gains: Floats, most: int, time_limit: float
) -> tuple[Rows | None, float]:
    """
    Solve for ``p`` cars where the k-th car within reach of a place adds ``gains[k]`` of its weight.

    Places that the same bases cover count as one. Gives the rows (None if time ran out before the first) and the
    highest sum that is still possible.
    """
    patterns, which = np.unique(covered, axis=1, return_inverse=True)
    demand = np.bincount(which.reshape(-1), weight, minlength=patterns.shape[1])
    some = patterns.any(axis=0) & (demand > 0)
    patterns, demand = patterns[:, some], demand[some]
    bases, places = patterns.shape
    if not places:
        return None, 0.0
    scale = SOLVER_SCALE / max(float(demand.max()), TINY)
    cost = np.concatenate([np.zeros(bases), *(-gain * demand * scale for gain in gains)])
    counted = hstack([csr_array(-patterns.T.astype(float)), *[eye_array(places)] * len(gains)], format="csr")
    number = csr_array(np.concatenate([np.ones(bases), np.zeros(places * len(gains))])[None])
    low, high = np.zeros(len(cost)), np.ones(len(cost))
    low[fixed], high[:bases] = 1, most
    result = milp(
        cost,
        constraints=[LinearConstraint(counted, -np.inf, 0), LinearConstraint(number, p, p)],
        integrality=(np.arange(len(cost)) < bases).astype(int),
        bounds=Bounds(low, high),
        options={"time_limit": time_limit, "mip_rel_gap": 0},
    )
    bound = -least_cost(result, -float(gains.sum() * demand.sum()) * scale) / scale
    if result.x is None:
        return None, bound
    return np.repeat(np.arange(bases), result.x[:bases].round().astype(int)), bound


def least_cost(result: OptimizeResult, otherwise: float) -> float:
    """Give the lowest cost that is still possible: the optimum itself when it is proved."""
    if result.status == 0:
        return float(result.fun)
    bound = getattr(result, "mip_dual_bound", None)
    return otherwise if bound is None or not np.isfinite(bound) else float(bound)


def _branch(
    worth: Floats, weight: Floats, p: int, fixed: Rows, start: Rows, *, repeat: bool
) -> tuple[Rows | None, float]:
    """
    Search all sets by branch and bound: no set can add more than its parts add alone (submodularity).

    Gives the best rows and the highest sum that is still possible, which is theirs when the search came to its end.
    """
    best, best_sum = start, reached(worth, weight, start)
    still = best_sum
    free = np.arange(len(worth)) if repeat else np.setdiff1d(np.arange(len(worth)), fixed)
    nodes = [(np.inf, fixed.tolist(), free)]
    seen = 0
    while nodes:
        bound, chosen, allowed = nodes.pop()
        if bound <= best_sum * (1 + 1e-12):
            continue
        if seen >= MOST_NODES:
            still = max(still, bound)
            continue
        seen += 1
        missed = weight * np.prod(1 - worth[chosen], axis=0)
        gains = worth[allowed] @ missed
        order = np.argsort(-gains, kind="stable")
        allowed, gains = allowed[order], gains[order]
        here, left = float(weight.sum() - missed.sum()), p - len(chosen)
        if left == 1:
            if here + gains[0] > best_sum:
                best, best_sum = np.array([*chosen, allowed[0]]), here + float(gains[0])
            continue
        if repeat:
            most = here + left * gains
        else:
            sums = np.concatenate([[0.0], np.cumsum(gains)])
            most = here + sums[left:] - sums[: len(sums) - left]
        skip = 0 if repeat else 1
        children = [(float(most[k]), [*chosen, int(allowed[k])], allowed[k + skip :]) for k in range(len(most))]
        nodes += [child for child in reversed(children) if child[0] > best_sum]
    return np.sort(best), max(still, best_sum)


def _answer(
    worth: Floats,
    weight: Floats,
    found: Sequence[Rows | None],
    bound: float,
    fixed: Rows,
    tolerance: float,
    *,
    repeat: bool,
) -> BaseSet:
    """Take the better of the sets that were found, and list those that differ from it in one base."""
    sets = [rows for rows in found if rows is not None]
    objective, chosen = max(((reached(worth, weight, rows), tuple(rows)) for rows in sets), key=lambda pair: pair[0])
    others, scores = [np.array(chosen)[None]], [np.array([objective])]
    for place in exchangeable(chosen, fixed):
        rest = [*chosen[:place], *chosen[place + 1 :]]
        gains = _gains(worth, weight, rest, repeat=repeat)
        rows = np.flatnonzero(np.isfinite(gains) & (np.arange(len(gains)) != chosen[place]))
        others.append(np.column_stack([np.tile(rest, (len(rows), 1)).astype(np.int64), rows]))
        scores.append(reached(worth, weight, np.array(rest, dtype=np.int64)) + gains[rows])
    every, first = np.unique(np.sort(np.concatenate(others), axis=1), axis=0, return_index=True)
    score = np.concatenate(scores)[first]
    score[(every == chosen).all(axis=1)] = np.inf  # the chosen set comes first among equals
    ties = best_first(every, -score, -objective * (1 - tolerance))
    bound = min(bound, _most_that_parts_add(worth, weight, chosen, repeat=repeat))
    gap = max(0.0, bound / objective - 1) if objective > 0 else 0.0
    return BaseSet(np.array(chosen), objective, gap if gap > 1e-9 else 0.0, ties, tolerance)


def _most_that_parts_add(worth: Floats, weight: Floats, chosen: Sequence[int], *, repeat: bool) -> float:
    """Bound every set's sum by what is covered by the first few chosen bases and what each base alone adds to that."""
    bounds = []
    for few in range(len(chosen) + 1):
        gains = _gains(worth, weight, chosen[:few], repeat=True)
        best = float(gains.max()) * len(chosen) if repeat else float(np.sort(gains)[::-1][: len(chosen)].sum())
        bounds.append(reached(worth, weight, np.array(chosen[:few], dtype=np.int64)) + best)
    return min(bounds)


def exchangeable(chosen: Sequence[int], fixed: Rows) -> list[int]:
    """Give the places of chosen bases that may be exchanged: one car of each locked base stays."""
    firsts = {chosen.index(int(row)) for row in fixed}
    return [place for place in range(len(chosen)) if place not in firsts]


def _hardest(covered: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Leave out places that are covered whenever another one is: those whose bases hold all bases of the other."""
    by = covered.astype(np.float32)
    number = by.sum(axis=0)
    hard = np.ones(len(number), dtype=bool)
    for begin in range(0, len(number), PLACES_AT_ONCE):
        part = slice(begin, begin + PLACES_AT_ONCE)
        hard[part] = (by[:, part].T @ by == number).sum(axis=1) == 1  # only its own bases lie within its bases
    return covered[:, hard]


def _fewest_greedily(covered: npt.NDArray[np.bool_], fixed: Rows) -> Rows:
    chosen = fixed.tolist()
    open_places = ~covered[chosen].any(axis=0)
    while open_places.any():
        chosen.append(int(covered[:, open_places].sum(axis=1).argmax()))
        open_places &= ~covered[chosen[-1]]
    return np.sort(np.array(chosen, dtype=np.int64))


def _other_covers(covered: npt.NDArray[np.bool_], chosen: Rows, fixed: Rows) -> Rows:
    """Give the chosen bases, and every set as small that covers all and differs from them in one base."""
    sets = [chosen]
    for place in exchangeable(chosen.tolist(), fixed):
        rest = np.delete(chosen, place)
        missed = ~covered[rest].any(axis=0)
        others = np.setdiff1d(np.flatnonzero(covered[:, missed].all(axis=1)), chosen)
        sets += [np.sort(np.append(rest, row)) for row in others]
    return np.array(sets[:MOST_TIES])


# --- what is asked ------------------------------------------------------------------------------------------------
def bases_by_places(values: npt.ArrayLike, what: str) -> Floats:
    """Check a table of bases by places that holds numbers >= 0 only (inf may be)."""
    table = np.asarray(values, dtype=float)
    if table.ndim != 2 or not len(table):
        raise SchemaError(f"{what} of shape {table.shape}; give one row a base, at least one, and one column a place")
    if (odd := ~(table >= 0)).any():
        row, place = np.argwhere(odd)[0]
        raise SchemaError(
            f"{int(odd.sum())} of {table.size} {what} are not >= 0 (first: base {row}, place {place}, "
            f"{table[row, place]}); mend them or leave the place out"
        )
    return table


def _cover(cover: npt.ArrayLike) -> Floats:
    worth = bases_by_places(cover, "cover")
    if worth.max(initial=0.0) > 1:
        row, place = np.argwhere(worth > 1)[0]
        raise SchemaError(
            f"{int((worth > 1).sum())} of {worth.size} cover are above 1 (first: base {row}, place {place}, "
            f"{worth[row, place]:g}); cover is 0, 1 or a chance: compare minutes with the standard first"
        )
    return worth


def locked_rows(locked: Sequence[int], p: int, bases: int, *, repeat: bool = False) -> Rows:
    """Check how many bases are to be chosen, and which of them are given; gives those, ascending."""
    fixed = np.unique(np.asarray(locked, dtype=np.int64))
    if p != int(p) or p < 0 or (p > bases and not repeat):
        raise SchemaError(f"{p} of {bases} bases cannot be chosen; give a whole number from 0 to {bases}")
    if len(fixed) and not (fixed[0] >= 0 and fixed[-1] < bases):
        raise SchemaError(f"the locked bases {fixed.tolist()} are not all among rows 0 to {bases - 1}")
    if len(fixed) > p:
        raise SchemaError(f"{len(fixed)} bases are locked but only {p} may be chosen; lock fewer or choose more")
    return fixed
