"""
Two cars: the pair of bases that together reach most, found among all pairs, with a proved bound on what is missed.

Both work the same windows, as a scenario's cars do. The nearer car goes; where it is out, as often as ``busy`` says,
the other does (Daskin's maximum expected covering, with chances instead of 0 and 1).
"""

from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from geo.planning.worth import Aim, Chances, Surveyed, score_of

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

PAIRS_AT_ONCE = 4_000
"""Pairs whose chances are held at a time."""

ALL_PAIRS = 500
"""Candidates of which every pair is tried; of more, the pairs of their stand-ins, improved one base at a time."""

STARTS = 5
"""Pairs of stand-ins from which the improvement starts."""


def together(first: Chances, second: Chances, busy: float) -> Chances:
    """
    Give the chance that one of two cars arrives in time, each out for a share ``busy`` of the time.

    Examples
    --------
    >>> float(together(np.float32([0.5]), np.float32([1.0]), 0.5)[0])
    0.625
    """
    nearer = np.maximum(first, second)
    return np.asarray((1 - busy) * ((1 - busy) * nearer + busy * (first + second)), dtype=np.float32)


def pair_scores(reach: Surveyed, chances: Chances, pairs: Rows, aim: Aim, busy: float) -> Floats:
    """
    Give the score of pairs in each traffic, shape (levels, pairs).

    Parameters
    ----------
    chances
        Shape (levels, candidates, places), of which ``pairs`` names the rows, shape (pairs, 2).
    """
    found = np.empty((len(chances), len(pairs)))
    for begin in range(0, len(pairs), PAIRS_AT_ONCE):
        part = slice(begin, begin + PAIRS_AT_ONCE)
        for number, level in enumerate(chances):
            both = together(level[pairs[part, 0]], level[pairs[part, 1]], busy)
            found[number, part] = score_of(both, reach.shares, reach.member, aim)
    return found


def every_pair(number: int) -> Rows:
    """Give every pair of so many candidates, a base with itself among them, shape (pairs, 2)."""
    return np.array(list(combinations_with_replacement(range(number), 2)), dtype=np.int64)


def improve(reach: Surveyed, pair: tuple[int, int], weight: Floats, aim: Aim, busy: float) -> tuple[int, int]:
    """
    Move one base at a time to where the pair is worth most, until neither moves (coordinate ascent).

    It ends at a pair that no single move betters, which need not be the best of all: :func:`most_possible` bounds what
    is missed.

    Parameters
    ----------
    weight
        What the score of each traffic counts, shape (levels,).
    """
    current, worth = pair, -1.0
    while True:
        for held in (current[0], current[1]):
            options = np.column_stack([np.full(reach.chances.shape[1], held), np.arange(reach.chances.shape[1])])
            totals = weight @ pair_scores(reach, reach.chances, options, aim, busy)
            current = held, int(totals.argmax())
        if not totals.max() > worth + 1e-9:
            return min(current), max(current)
        worth = float(totals.max())


def envelope(reach: Surveyed, cluster: Rows) -> Chances:
    """
    Give the best chance that any candidate of a cluster has at each place, shape (levels, clusters, places).

    A pair of clusters so enveloped is worth at least as much as any pair of their candidates, whatever the windows.
    """
    order = np.argsort(cluster, kind="stable")
    begins = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    return np.asarray(np.maximum.reduceat(reach.chances[:, order], begins, axis=1), dtype=np.float32)
