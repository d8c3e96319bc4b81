"""
Drive times from bases to places, with the way from the door to the road at both ends.

One base gives a row (:func:`drive_minutes`); many give a matrix that is worked out block by block and never has to be
held whole (:class:`DriveMatrix`), with the sums over it that planning asks for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo.errors import PlaceError, SchemaError
from geo.places.bases import Base
from geo.routing.engine import DriveTimeEngine
from geo.routing.roads import Flags, Floats, Nodes, RoadNetwork

Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1. To cancel, raise from it: what it raises goes through to the caller."""

Value = Callable[[Floats], Floats | Flags]
"""What each of many minutes is worth, 0 to 1, such as the chance to arrive in time; no road (inf) is worth 0."""

ACCESS_KMH = 22.0
"""
Speed over the straight line between a point and its junction, at both ends: an assumption for every network.

It is the town speed that the estimated roads were calibrated with, and stands for side roads, parking and turning.
"""

ROAD_METRES = 3_000.0
"""A point further than this from every junction is not covered by a network. Assumption: between two junctions of a
simplified rural network lie up to about 4 km of road without one."""


CELLS_AT_ONCE = 4_000_000
"""Minutes of a matrix that exist at a time (32 MB, and about as much again for each step of the sum)."""


def access_seconds(metres: npt.ArrayLike) -> Floats:
    """
    Give the seconds between a point and the junction that is so many metres away.

    Examples
    --------
    >>> float(access_seconds(1100))
    180.0
    """
    return np.asarray(metres, dtype=float) / (ACCESS_KMH / 3.6)


def start_at(network: RoadNetwork, easting: float, northing: float, what: str) -> tuple[int, float]:
    """
    Give the junction at which a car starts, and the metres to it.

    Raises
    ------
    PlaceError
        If it is more than :data:`ROAD_METRES` away: the roads that are loaded do not cover the point.
    """
    nodes, metres = network.join([easting], [northing])
    if not metres[0] <= ROAD_METRES:
        raise PlaceError(
            f"{what} lies {metres[0] / 1000:.0f} km from the nearest of the roads that are loaded ({network.source}); "
            "move it, or load roads that reach it"
        )
    return int(nodes[0]), float(metres[0])


def not_covered(network: RoadNetwork, easting: float, northing: float) -> str:
    """
    Say that roads do not cover a place, or nothing where they do.

    Examples
    --------
    >>> town = RoadNetwork.from_edges([0], [1], [60.0], [475_000, 476_000], [257_000, 257_000])
    >>> not_covered(town, 475_100, 257_000)
    ''
    >>> not_covered(town, 445_000, 257_000)
    'these roads do not cover your base: the nearest of them is 30 km away'
    """
    _, metres = network.nearest(easting, northing)
    if metres <= ROAD_METRES:
        return ""
    return f"these roads do not cover your base: the nearest of them is {metres / 1000:.0f} km away"


def drive_minutes(
    network: RoadNetwork,
    engine: DriveTimeEngine,
    base: Base,
    eastings: npt.ArrayLike,
    northings: npt.ArrayLike,
    *,
    towards: bool = False,
) -> Floats:
    """
    Give the minutes of driving from a base to each place, or with ``towards`` from each place to it.

    Each point joins the nearest junction of the network that can be both left and reached (``RoadNetwork.join``), at
    :data:`ACCESS_KMH` in a straight line; between the two junctions the engine's time counts. Two points that share a
    junction are never further apart than the straight line at that speed. It is wrong where a river or a railway lies
    between a place and its nearest junction. It holds the traffic and delays that the network was timed with
    (:func:`geo.routing.speeds.timed`; none where it never was), and no mobilisation: wheels rolling to scene.

    Parameters
    ----------
    network, engine
        The roads, and what times journeys over them (made from the same network).
    base
        Where the car starts; metres in the network's plane.
    eastings, northings
        The places, metres, shape (places,).

    Returns
    -------
    Minutes, shape (places,); inf where a place cannot be reached, has no position (NaN), or lies more than
    :data:`ROAD_METRES` from the nearest junction: then these roads do not cover it.

    Raises
    ------
    PlaceError
        If the base itself lies that far from them.
    SchemaError
        If eastings and northings differ in length.
    """
    return minutes_to(network, engine, base, Ends.of(network, eastings, northings), towards=towards)


def minutes_to(
    network: RoadNetwork, engine: DriveTimeEngine, base: Base, places: "Ends", *, towards: bool = False
) -> Floats:
    """
    Give :func:`drive_minutes` to places whose junctions are known already, as for a base that is moved about.

    ``places`` may have been joined to any network with the same junctions, whatever its times.
    """
    start, start_metres = start_at(network, base.easting, base.northing, f"the base {base.name!r}")
    at = np.array([base.easting]), np.array([base.northing])
    bases = Ends(*at, np.array([start], np.int32), np.array([start_metres]))
    between = engine.all_to_one(start) if towards else engine.one_to_all(start)
    minutes = _door_to_door(bases, places, between[None, places.nodes], network.end_seconds)
    return minutes.reshape(-1)


@dataclass(frozen=True, eq=False)
class DriveMatrix:
    """
    The minutes from many bases to many places: those of :func:`drive_minutes`, base by base.

    Only a block of it exists at a time, so a county's postcodes as bases to all its postcodes need no 2.7 GB. A base
    that has no position, or lies too far from these roads to start on them, reaches nothing: its row is inf.

    Parameters
    ----------
    network, engine
        The roads, and what times journeys over them (made from the same network).
    base_eastings, base_northings
        Where cars start, metres, shape (bases,).
    eastings, northings
        The places, metres, shape (places,).

    Examples
    --------
    >>> from geo.routing.engine import ScipyEngine
    >>> line = RoadNetwork.from_edges([0, 1], [1, 0], [60.0, 120.0], [0, 9000], [0, 0])
    >>> matrix = DriveMatrix(line, ScipyEngine(line), [0, 9000], [0, 0], [0, 9000], [0, 0])
    >>> [(rows.start, minutes.tolist()) for rows, minutes in matrix.by_base()]
    [(0, [[0.0, 1.0], [2.0, 0.0]])]
    """

    network: RoadNetwork
    engine: DriveTimeEngine
    base_eastings: npt.ArrayLike
    base_northings: npt.ArrayLike
    eastings: npt.ArrayLike
    northings: npt.ArrayLike

    @property
    def shape(self) -> tuple[int, int]:
        """How many bases and places there are."""
        return len(self._bases.nodes), len(self._places.nodes)

    def by_base(self, progress: Progress | None = None) -> Iterator[tuple[slice, Floats]]:
        """Give the matrix in blocks of rows: which bases, and their minutes to all places, shape (some, places)."""
        bases, places = self.shape
        yield from self._blocks(bases, places, lambda part: (self._bases[part], self._places), progress)

    def by_place(self, progress: Progress | None = None) -> Iterator[tuple[slice, Floats]]:
        """Give the matrix in blocks of columns: which places, and the minutes of all bases, shape (bases, some)."""
        bases, places = self.shape
        yield from self._blocks(places, bases, lambda part: (self._bases, self._places[part]), progress)

    def whole(self, dtype: npt.DTypeLike = np.float32, progress: Progress | None = None) -> npt.NDArray[np.floating]:
        """Give all of it at once, shape (bases, places); half the memory as float32, right to a hundredth of 1 s."""
        held = np.empty(self.shape, dtype=dtype)
        for rows, minutes in self.by_base(progress):
            held[rows] = minutes
        return held

    def _blocks(
        self,
        total: int,
        across: int,
        ends: Callable[[slice], tuple["Ends", "Ends"]],
        progress: Progress | None,
    ) -> Iterator[tuple[slice, Floats]]:
        size = max(1, CELLS_AT_ONCE // max(1, across))
        for begin in range(0, total, size):
            part = slice(begin, min(begin + size, total))
            yield part, self._minutes(*ends(part))
            if progress:
                progress(part.stop / total)

    def _minutes(self, bases: "Ends", places: "Ends") -> Floats:
        """Give one block; a junction that many share is searched once."""
        rows, row = np.unique(bases.nodes, return_inverse=True)
        columns, column = np.unique(places.nodes, return_inverse=True)
        between = self.engine.matrix(rows, columns)
        return _door_to_door(bases, places, np.take(between[row], column, axis=1), self.network.end_seconds)

    @cached_property
    def _bases(self) -> "Ends":
        return Ends.of(self.network, self.base_eastings, self.base_northings)

    @cached_property
    def _places(self) -> "Ends":
        return Ends.of(self.network, self.eastings, self.northings)


@dataclass(frozen=True, eq=False)
class DemandSums:
    """
    What each base is worth to the demand, summed over all places; every array has shape (bases,).

    Parameters
    ----------
    covered
        The sum of weight times value: demand in time.
    demand_minutes
        The sum of weight times minutes over the demand that is reached.
    unreached
        The demand to which no road leads from the base.
    farthest
        The longest of all finite minutes; 0 when nothing is reached.
    demand
        The sum of all weights.
    """

    covered: Floats
    demand_minutes: Floats
    unreached: Floats
    farthest: float
    demand: float


def demand_sums(
    matrix: DriveMatrix, weights: npt.ArrayLike, value: Value, progress: Progress | None = None
) -> DemandSums:
    """
    Sum demand in time, demand-minutes and unreached demand for every base in one pass over the matrix.

    Raises
    ------
    SchemaError
        If there is not one finite weight >= 0 a place, or ``value`` gives something for a place without a road.
    """
    bases, places = matrix.shape
    weight = demand_of_places(weights, places)
    _check_worth_of_no_road(value)
    covered, cost, unreached = np.zeros(bases), np.zeros(bases), np.zeros(bases)
    farthest = 0.0
    for rows, minutes in matrix.by_base(progress):
        covered[rows] = np.asarray(value(minutes), dtype=float) @ weight
        there = np.isfinite(minutes)
        if not there.all():
            unreached[rows] = ~there @ weight
            minutes[~there] = 0.0
        cost[rows] = minutes @ weight
        farthest = max(farthest, float(minutes.max(initial=0.0)))
    return DemandSums(covered, cost, unreached, farthest, float(weight.sum()))


def gram(matrix: DriveMatrix, weights: npt.ArrayLike, value: Value, progress: Progress | None = None) -> Floats:
    """
    Give the demand in time that each pair of bases has in common: (C * weights) C', shape (bases, bases).

    ``C`` is the value of the minutes, shape (bases, places). Its diagonal is each base with itself. Together two bases
    cover s_i + s_j - G_ij, where s is the demand in time of each. Summed over blocks of places; only the result and
    one block are held.

    Raises
    ------
    SchemaError
        As :func:`demand_sums`.
    """
    bases, places = matrix.shape
    weight = demand_of_places(weights, places)
    _check_worth_of_no_road(value)
    shared = np.zeros((bases, bases))
    for columns, minutes in matrix.by_place(progress):
        worth = np.asarray(value(minutes), dtype=float)
        shared += (worth * weight[columns]) @ worth.T
    return shared


def within(limit_minutes: float) -> Value:
    """
    Give the value 1 to journeys of at most so many minutes (boundary included), 0 to longer ones.

    Examples
    --------
    >>> within(20)(np.array([19.0, 20.0, 20.1, np.inf])).tolist()
    [True, True, False, False]
    """
    return lambda minutes: minutes <= limit_minutes


def demand_of_places(weights: npt.ArrayLike, places: int) -> Floats:
    """Check that there is one weight >= 0 a place."""
    weight = np.asarray(weights, dtype=float).reshape(-1)
    if len(weight) != places:
        raise SchemaError(f"{len(weight)} weights but {places} places; give one of each")
    if (odd := ~(np.isfinite(weight) & (weight >= 0))).any():
        raise SchemaError(
            f"{int(odd.sum())} of {places} weights are not >= 0 and finite (first: place {int(odd.argmax())}, "
            f"{weight[odd.argmax()]}); demand is a number of incidents or people"
        )
    return weight


def _check_worth_of_no_road(value: Value) -> None:
    if (worth := float(np.asarray(value(np.array([[np.inf]])))[0, 0])) != 0:
        raise SchemaError(f"a place that no road reaches is worth {worth}; let value(inf) be 0")


@dataclass(frozen=True, eq=False)
class Ends:
    """
    Points and the junctions they join: metres east and north, node, and metres to it (inf: no road goes there).

    Every array has shape (points,); a point without a position joins nothing.
    """

    x: Floats
    y: Floats
    nodes: Nodes
    metres: Floats

    @classmethod
    def of(cls, network: RoadNetwork, eastings: npt.ArrayLike, northings: npt.ArrayLike) -> "Ends":
        """Join points to a network; :class:`SchemaError` if eastings and northings differ in length."""
        x, y = np.asarray(eastings, dtype=float).reshape(-1), np.asarray(northings, dtype=float).reshape(-1)
        if len(x) != len(y):
            raise SchemaError(f"{len(x)} eastings but {len(y)} northings; give one of each a place")
        somewhere = np.isfinite(x) & np.isfinite(y)
        nodes, metres = np.zeros(len(x), np.int32), np.full(len(x), np.inf)
        nodes[somewhere], metres[somewhere] = network.join(x[somewhere], y[somewhere])
        return cls(x, y, nodes, np.where(metres <= ROAD_METRES, metres, np.inf))

    def __getitem__(self, part: slice) -> "Ends":
        return Ends(self.x[part], self.y[part], self.nodes[part], self.metres[part])


def _door_to_door(bases: Ends, places: Ends, between: Floats, end_seconds: float) -> Floats:
    """
    Give minutes of the seconds ``between`` the junctions of bases and places, shape (bases, places), ends included.

    Where the two share a junction, the straight line holds if it is shorter than the way there and back.
    """
    total = between + access_seconds(places.metres + bases.metres[:, None])
    base, place = _at_one_junction(bases.nodes, places.nodes)
    straight = access_seconds(np.hypot(places.x[place] - bases.x[base], places.y[place] - bases.y[base]))
    there = total[base, place]
    total[base, place] = np.where(np.isfinite(there), np.minimum(there, straight), there)
    total += end_seconds
    total /= 60
    return np.asarray(total)


def _at_one_junction(bases: Nodes, places: Nodes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give every pair of a base and a place that join the same node: the numbers of both, shape (pairs,)."""
    order = np.argsort(places, kind="stable")
    begin, end = (np.searchsorted(places, bases, side, order) for side in ("left", "right"))
    count = end - begin
    base = np.repeat(np.arange(len(bases)), count)
    nth = np.arange(len(base)) - np.repeat(np.cumsum(count) - count, count)
    return base, order[np.repeat(begin, count) + nth]
