"""
Two cars: the pair of bases that together reach most, of all pairs of all candidates, proved by bounds.

Both work the same windows, as a scenario's cars do. The nearer car goes; where it is out, as often as ``busy`` says,
the other does (Daskin's maximum expected covering, with chances instead of 0 and 1). Candidates are put into clusters:
what a pair of clusters cannot exceed decides whether any pair of their candidates has to be tried.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.planning.worth import Aim, Surveyed, weights_of

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SQUARES = (3_000.0, 1_000.0)
"""Sides, in metres, of the squares into which the postcodes of a place are put, one after the other: the smaller a
square, the nearer is its bound, and only squares that could hold the best are divided."""

ALL_PAIRS = 500
"""Candidates of a list of which every pair is tried; of more, those pairs that could be the best."""

MOST_PAIRS = 2_000_000
"""Pairs of bases that are tried one by one at most, best bounds first; if more could be better, the gap says so."""

PAIRS_AT_ONCE = 200_000
"""Pairs that are tried before the bounds of the others are held against what was found."""

ROUNDING = 1e-5
"""Share by which sums in single precision may be off, and more."""


def pair_scores(reach: Surveyed, pairs: Rows, aim: Aim, busy: float) -> Floats:
    """
    Give the score of pairs in each traffic, shape (levels, pairs).

    By cars with the chances ``a`` and ``b`` a place is reached with ``(1 - busy) (max(a, b) + busy min(a, b))``. The
    minimum is what the two add up to beyond the maximum, so only maxima are worked out place by place.

    Parameters
    ----------
    pairs
        Rows of the candidates, shape (pairs, 2); quick where pairs with the same first one stand together.

    Examples
    --------
    Half the demand of either place; each car reaches its own for certain and the other's with a chance of a half.

    >>> share, whole = np.array([0.5, 0.5]), np.zeros(168, dtype=np.int64)
    >>> reach = Surveyed(whole, np.float32([[[1, 0.5], [0.5, 1]]]), share, np.array([0, 0]))
    >>> pair_scores(reach, np.array([[0, 1], [0, 0]]), "face_to_face", 0.5).tolist()
    [[0.625, 0.5625]]
    """
    weights = weights_of(reach.shares, reach.member, aim)
    firsts, seconds = np.ascontiguousarray(pairs.T)
    begins = np.flatnonzero(np.diff(firsts, prepend=-1))
    found = np.empty((len(reach.chances), len(pairs)))
    for number, level in enumerate(reach.chances):
        alone = level @ weights
        for begin, end in zip(begins, [*begins[1:], len(pairs)], strict=True):
            first, others = firsts[begin], seconds[begin:end]
            nearer = np.maximum(level[others], level[first]) @ weights
            both = (1 - busy) * nearer + busy * (alone[first] + alone[others])
            found[number, begin:end] = (1 - busy) * both.min(axis=1)
    return found


def every_pair(number: int) -> Rows:
    """
    Give every pair of so many candidates, a base with itself among them, shape (pairs, 2).

    Examples
    --------
    >>> every_pair(2).tolist()
    [[0, 0], [0, 1], [1, 1]]
    """
    return np.column_stack(np.triu_indices(number)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Ceiling:
    """
    Bounds what scores can be worth in the best windows, without looking for these.

    The worth ``F`` of scores is a maximum of sums over windows, so it grows with each score, ``F(k u) = k F(u)`` and
    ``F(u + v) <= F(u) + F(v)``. Scores are taken apart into a multiple of some whose worth is known and what is left of
    each; or they are below a multiple of those.

    Parameters
    ----------
    known, worth
        Scores, one for each traffic, shape (levels,), and what they are worth.
    alone
        What a score of 1 in one traffic and none in the others is worth, shape (levels,).
    """

    known: Floats
    worth: float
    alone: Floats

    @classmethod
    def of(cls, known: Floats, worth_of: Callable[[Floats], Floats]) -> "Ceiling":
        """Make it from what the worth of each of some scores, shape (levels, sets), is."""
        worth = worth_of(np.column_stack([known, np.eye(len(known))]))
        return cls(known, float(worth[0]), worth[1:])

    def over(self, score: Floats) -> Floats:
        """
        Give what scores of shape (levels, sets) are worth at most, shape (sets,).

        Examples
        --------
        >>> Ceiling(np.array([0.5, 0.5]), 10.0, np.array([15.0, 6.0])).over(np.array([[0.5, 0.6], [0.5, 0.5]])).tolist()
        [10.0, 11.5]
        """
        held = self.known > 0
        if not (self.worth > 0 and held.any()):
            return np.asarray(self.alone @ score, dtype=np.float64)
        times = score[held] / self.known[held, None]
        least = times.min(axis=0)
        taken_apart = least * self.worth + self.alone @ (score - least * self.known[:, None])
        below = np.where((score[~held] > 0).any(axis=0), np.inf, times.max(axis=0)) * self.worth
        return np.asarray(np.minimum(taken_apart, below), dtype=np.float64)


def clusters(east: Floats, north: Floats, within: Rows, metres: float) -> tuple[Rows, Rows]:
    """
    Put points into squares, apart by what they lie ``within``; give the cluster of each and the point in its middle.

    Examples
    --------
    >>> cluster, middle = clusters(np.array([0, 100, 200, 5000]), np.zeros(4), np.zeros(4, dtype=np.int64), 1_000.0)
    >>> cluster.tolist(), middle.tolist()
    ([0, 0, 0, 1], [1, 3])
    """
    keys = np.column_stack([within, np.floor(east / metres), np.floor(north / metres)])
    cluster = np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)
    count = np.bincount(cluster)
    x, y = (np.bincount(cluster, axis) / count for axis in (east, north))
    order = np.lexsort((np.hypot(east - x[cluster], north - y[cluster]), cluster))
    return cluster.astype(np.int64), order[np.cumsum(count) - count]


def envelope(reach: Surveyed, cluster: Rows) -> Surveyed:
    """
    Give the best chance that any candidate of a cluster has at each place, for clusters 0, 1, 2 … without a gap.

    A pair of clusters so enveloped is worth at least as much as any pair of their candidates, whatever the windows.
    """
    order = np.argsort(cluster, kind="stable")
    begins = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    return replace(reach, chances=np.maximum.reduceat(reach.chances[:, order], begins, axis=1))


def parts_of(pairs: Rows, parent: Rows) -> Rows:
    """
    Give the pairs of parts of some pairs of wholes, those with the same first one together.

    ``parent`` is the whole of each part, shape (parts,).

    Examples
    --------
    >>> parts_of(np.array([[0, 0], [0, 1]]), np.array([0, 0, 1])).tolist()
    [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2]]
    """
    order = np.argsort(parent, kind="stable")
    count = np.bincount(parent, minlength=int(pairs.max(initial=-1)) + 1)
    begins = np.cumsum(count) - count
    found = [np.empty((0, 2), dtype=np.int64)]
    for one, other in pairs:
        mine, theirs = (order[begins[whole] : begins[whole] + count[whole]] for whole in (one, other))
        if one == other:
            first, second = np.triu_indices(len(mine))
            found.append(np.column_stack([mine[first], mine[second]]))
        else:
            found.append(np.column_stack([np.repeat(mine, len(theirs)), np.tile(theirs, len(mine))]))
    every = np.concatenate(found)
    return every[np.lexsort((every[:, 1], every[:, 0]))]


@dataclass(frozen=True, eq=False)
class Tried:
    """
    The pairs that were tried one by one, shape (pairs, 2), their scores, shape (levels, pairs), and what any other pair
    could be worth at most.
    """

    pairs: Rows
    score: Floats
    others: float


def try_pairs(
    reach: Surveyed,
    cluster: Rows,
    wholes: Rows,
    ceiling: Ceiling,
    weight: Floats,
    aim: Aim,
    busy: float,
    *,
    least: float = 0.0,
    late: Callable[[], bool] = lambda: False,
    progress: Callable[[float], None] | None = None,
) -> Tried:
    """
    Try every pair of candidates that could be the best, and bound the others.

    Exact: a pair of clusters is left out only where no pair of their candidates can be worth as much as what was found.
    Its answer is proved where ``others`` is at most the best that was found.

    Parameters
    ----------
    cluster
        The cluster of each candidate, 0, 1, 2 … without a gap.
    wholes
        Pairs of clusters that could hold the best pair, shape (pairs, 2).
    weight
        What a score in each traffic counts in some windows, shape (levels,): what was found is worth that at least.
    least
        What some pair is known to be worth.
    late
        Asked between parts: once true, no more pairs are tried.
    """
    at_most = ceiling.over(pair_scores(envelope(reach, cluster), wholes, aim, busy)) * (1 + ROUNDING)
    order = np.argsort(-at_most, kind="stable")
    size = np.bincount(cluster)[wholes].prod(axis=1)[order]
    pairs, scores = [np.empty((0, 2), dtype=np.int64)], [np.empty((len(reach.chances), 0))]
    tried = begin = 0
    while begin < len(order) and at_most[order[begin]] >= least and tried < MOST_PAIRS and not late():
        end = begin + max(1, int(np.searchsorted(np.cumsum(size[begin:]), PAIRS_AT_ONCE)))
        some = parts_of(wholes[order[begin:end]], cluster)
        score = pair_scores(reach, some, aim, busy)
        least = max(least, float((weight @ score).max()))
        pairs.append(some)
        scores.append(score)
        tried, begin = tried + len(some), end
        if progress:
            progress(begin / len(order))
    others = float(at_most[order[begin]]) if begin < len(order) else 0.0
    return Tried(np.concatenate(pairs), np.concatenate(scores, axis=1), others)
