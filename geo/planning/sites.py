"""The best place for one base, found by trying every candidate."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from geo.errors import SchemaError
from geo.routing.matrix import DriveMatrix, Progress, Value, demand_sums
from geo.routing.roads import Floats

Objective = Literal["in_time", "minutes"]

NEAR_TIE = 0.05
"""A base is not clearly worse while it gives away at most this share of the best (assumption: an expected regret of
5%, as for shift plans)."""


@dataclass(frozen=True, eq=False)
class Site:
    """
    The best single base of all that were tried.

    Parameters
    ----------
    objective_name
        ``in_time``: the most demand in time; ``minutes``: the least demand-minutes.
    chosen
        The row number of the best base, shape (1,); the first of equal ones.
    objective
        Its sum of weight times value (``in_time``), or of weight times minutes (``minutes``).
    gap
        0: every candidate was tried.
    near_ties
        The row numbers of all bases that are not clearly worse, best first, the chosen one among them.
    tolerance
        The share of the best that a near tie may give away.
    in_time
        The sum of weight times value of each candidate, shape (candidates,).
    demand_minutes
        The sum of weight times minutes of each candidate, shape (candidates,); unreached demand counts as far away as
        the farthest place that any candidate reaches.
    unreached
        The demand that no road reaches from each candidate, shape (candidates,).
    demand
        The sum of all weights.
    """

    objective_name: Objective
    chosen: npt.NDArray[np.int64]
    objective: float
    gap: float
    near_ties: npt.NDArray[np.int64]
    tolerance: float
    in_time: Floats
    demand_minutes: Floats
    unreached: Floats
    demand: float

    @property
    def share_in_time(self) -> Floats:
        """The share of all demand that each candidate reaches in time."""
        return self.in_time / self.demand

    @property
    def mean_minutes(self) -> Floats:
        """The mean minutes of each candidate to all demand, unreached demand as far away as the farthest place."""
        return self.demand_minutes / self.demand


ZONE_METRES = 500.0
"""How far around a postcode its zone reaches: about what separates neighbouring postcodes in a village (assumption)."""


def zone(eastings: npt.ArrayLike, northings: npt.ArrayLike, metres: float = ZONE_METRES) -> shapely.Geometry:
    """
    Give the area around points, as one shape with several parts where they lie apart: near-ties as a zone, not a point.

    Examples
    --------
    >>> zone([0, 600, 9000], [0, 0, 0]).geom_type
    'MultiPolygon'
    """
    around = shapely.buffer(shapely.points(np.asarray(eastings, float), np.asarray(northings, float)), metres)
    return shapely.union_all(around)


def best_sites(
    matrix: DriveMatrix,
    weights: npt.ArrayLike,
    value: Value,
    *,
    tolerance: float = NEAR_TIE,
    progress: Progress | None = None,
) -> dict[Objective, Site]:
    """
    Find the best single base by demand in time, and by mean drive time, in one pass over every candidate.

    Exact: each candidate is scored against every place. Demand that no road reaches is never in time, and for the
    mean it counts as far away as the farthest place that any candidate reaches, so that a base cannot win by reaching
    little; how much it is, ``unreached`` says. It is wrong where several cars share the county, or the car is rarely
    at its base: each base is judged as the only one, with the car at home.

    Parameters
    ----------
    matrix
        The minutes from each candidate to each place.
    weights
        Demand of each place, shape (places,); >= 0.
    value
        What so many minutes are worth, 0 to 1: a chance to arrive in time, or ``geo.routing.matrix.within(20)``.
    tolerance
        The share of the best that a near tie may give away.
    progress
        Called with the share that is done; raise from it to cancel.

    Returns
    -------
    The best base for each of the two objectives, ``in_time`` and ``minutes``.

    Raises
    ------
    SchemaError
        If there are no candidates, no demand or no place that any candidate reaches, weights do not match the places,
        the tolerance is below 0, or ``value`` gives something for a place without a road.

    Examples
    --------
    >>> from geo.routing.engine import ScipyEngine
    >>> from geo.routing.matrix import within
    >>> from geo.routing.roads import RoadNetwork
    >>> line = RoadNetwork.from_edges([0, 1, 1, 2], [1, 0, 2, 1], [600.0] * 4, [0, 9000, 18000], [0, 0, 0])
    >>> ends = [0, 9000, 18000], [0, 0, 0]
    >>> found = best_sites(DriveMatrix(line, ScipyEngine(line), *ends, *ends), [5, 1, 3], within(5))
    >>> found["in_time"].chosen.tolist(), found["in_time"].objective
    ([0], 5.0)
    >>> found["minutes"].chosen.tolist(), found["minutes"].objective
    ([0], 70.0)
    """
    if not matrix.shape[0]:
        raise SchemaError("there are no candidates for a base; give at least one")
    if not tolerance >= 0:
        raise SchemaError(f"a tolerance of {tolerance} is below 0; give the share that a near tie may give away")
    sums = demand_sums(matrix, weights, value, progress)
    if not sums.demand > 0:
        raise SchemaError("the best base for zero demand is undefined; check the incident filter")
    if (sums.unreached >= sums.demand).all():
        raise SchemaError(
            f"none of the {matrix.shape[0]} candidates reaches any demand by road; load roads that cover the places"
        )
    demand_minutes = sums.demand_minutes + sums.unreached * sums.farthest

    def best(name: Objective, score: Floats, worst: float) -> Site:
        """Rank by ``score``, least first; a near tie is at most ``worst``."""
        order = np.argsort(score, kind="stable")
        ties = order[score[order] <= worst]
        objective = float(abs(score[order[0]]))
        arrays = (sums.covered, demand_minutes, sums.unreached, sums.demand)
        return Site(name, order[:1], objective, 0.0, ties, tolerance, *arrays)

    return {
        "in_time": best("in_time", -sums.covered, -sums.covered.max() * (1 - tolerance)),
        "minutes": best("minutes", demand_minutes, demand_minutes.min() * (1 + tolerance)),
    }
