"""What crewed hours buy: the rotas that no other beats with as few crewed hours, over all of them and some bases."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.planning.rotas import Legal

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

ROUNDING = 1e-9
"""Share by which sums in another order may differ, and more."""


@dataclass(frozen=True, eq=False)
class Front:
    """
    Rotas that reach more than every other with as few crewed hours, fewest hours first.

    ``bases`` are the rows of the bases, ``rotas`` those of the rotas, ``objectives`` what they are worth, each of shape
    (plans,).
    """

    bases: Rows
    rotas: Rows
    objectives: Floats


def front_of_hours(values: Floats, legal: Legal) -> Front:
    """
    Find the rotas and bases that no other beats both in crewed hours and in worth: exact, all are tried.

    Parameters
    ----------
    values
        What a crewed hour is worth at each base, shape (bases, 168); 0 where no rota may crew it.

    Examples
    --------
    Worth 2 an hour from 18:00 to 22:00 and 1 from then to midnight, on every day: longer shifts add less.

    >>> from geo.planning.rotas import every_rota
    >>> evening = np.tile(np.repeat([0.0, 2.0, 1.0], [18, 4, 2]), 7)[None]
    >>> legal = every_rota(42, [4, 6], [18], [((0, 1, 2, 3, 4, 5, 6), ())])
    >>> front_of_hours(evening, legal).objectives.tolist()
    [56.0, 70.0]
    """
    begins = np.flatnonzero(np.diff(legal.hours, prepend=-1))
    best = np.full(len(begins), -np.inf)
    bases, rotas = np.zeros((2, len(begins)), dtype=np.int64)
    for base, value in enumerate(values):
        worth = legal.worth(value)
        top = np.lexsort((-worth, legal.hours))[begins]
        better = worth[top] > best
        best[better], bases[better], rotas[better] = worth[top[better]], base, top[better]
    before = np.append(0.0, np.maximum.accumulate(best)[:-1])
    ahead = best > before * (1 + ROUNDING)
    return Front(bases[ahead], rotas[ahead], best[ahead])
