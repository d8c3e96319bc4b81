"""Drive times from a base to places, with the way from the door to the road at both ends."""

import numpy as np
import numpy.typing as npt

from geo.errors import PlaceError, SchemaError
from geo.places.bases import Base
from geo.routing.engine import DriveTimeEngine
from geo.routing.roads import Floats, RoadNetwork

ACCESS_KMH = 22.0
"""
Speed over the straight line between a point and its junction, at both ends: an assumption for every network.

It is the town speed that the estimated roads were calibrated with, and stands for side roads, parking and turning.
"""


ROAD_METRES = 3_000.0
"""A point further than this from every junction is not covered by a network. Assumption: between two junctions of a
simplified rural network lie up to about 4 km of road without one."""


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


def drive_minutes(
    network: RoadNetwork, engine: DriveTimeEngine, base: Base, eastings: npt.ArrayLike, northings: npt.ArrayLike
) -> Floats:
    """
    Give the minutes of driving from a base to each place.

    Each point joins the nearest junction of the network that can be both left and reached (``RoadNetwork.join``), at
    :data:`ACCESS_KMH` in a straight line; between the two junctions the engine's time counts. Two points that share a
    junction are never further apart than the straight line at that speed. It is wrong where a river or a railway lies
    between a place and its nearest junction, and it holds no traffic, no signals and no mobilisation: wheels rolling
    to scene, free-flow.

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
    x, y = np.asarray(eastings, dtype=float).reshape(-1), np.asarray(northings, dtype=float).reshape(-1)
    if len(x) != len(y):
        raise SchemaError(f"{len(x)} eastings but {len(y)} northings; give one of each a place")
    start, start_metres = start_at(network, base.easting, base.northing, f"the base {base.name!r}")
    seconds = np.full(len(x), np.inf)
    somewhere = np.isfinite(x) & np.isfinite(y)
    nodes, metres = network.join(x[somewhere], y[somewhere])
    between = engine.one_to_all(start)[nodes]
    total = np.where(metres <= ROAD_METRES, between + access_seconds(metres + start_metres), np.inf)
    straight = access_seconds(np.hypot(x[somewhere] - base.easting, y[somewhere] - base.northing))
    together = (nodes == start) & np.isfinite(total)
    seconds[somewhere] = np.where(together, np.minimum(total, straight), total)
    return seconds / 60
