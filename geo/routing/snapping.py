"""Places on the roads: which junction each joins, how far it lies from it, and which lie beyond the roads loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import SchemaError
from geo.routing.matrix import ROAD_METRES
from geo.routing.roads import Flags, Floats, Nodes, RoadNetwork


@dataclass(frozen=True, eq=False)
class Snapped:
    """
    Named places and the junctions that they join.

    Parameters
    ----------
    names
        What the places are called: postcodes, bases.
    nodes
        The junction of each, shape (places,); -1 for a place without a position.
    metres
        From each place to it in a straight line, shape (places,); NaN for a place without a position.
    """

    names: tuple[str, ...]
    nodes: Nodes
    metres: Floats

    @property
    def beyond(self) -> Flags:
        """Which places have a position, but lie more than :data:`geo.routing.matrix.ROAD_METRES` from the roads."""
        return np.asarray(self.metres > ROAD_METRES)

    @property
    def table(self) -> pd.DataFrame:
        """One row a place: ``name``, ``node``, ``metres`` and ``beyond``."""
        return pd.DataFrame(
            {"name": list(self.names), "node": self.nodes, "metres": self.metres, "beyond": self.beyond}
        )

    @property
    def sentence(self) -> str:
        """Say how many places the roads do not cover and which first; nothing when they cover all."""
        beyond, lost, every = self.beyond, np.isnan(self.metres), len(self.names)
        words = []
        if beyond.any():
            first = int(beyond.argmax())
            words.append(
                f"{int(beyond.sum())} of {every} places lie more than {ROAD_METRES / 1000:g} km from the roads that "
                f"are loaded (first: {self.names[first]}, {self.metres[first] / 1000:.1f} km)"
            )
        if lost.any():
            words.append(f"{int(lost.sum())} of {every} have no position (first: {self.names[int(lost.argmax())]})")
        return "; ".join(words)


def snap(network: RoadNetwork, names: Sequence[str], eastings: npt.ArrayLike, northings: npt.ArrayLike) -> Snapped:
    """
    Join named places to the roads, as :func:`geo.routing.matrix.drive_minutes` does.

    Each joins the nearest junction that can be both left and reached (``RoadNetwork.join``, on a tree that is made
    once a network). It is wrong where a river or a railway lies between, and where the nearest road passes without a
    junction: the metres are to a junction, so to the road itself they are at most that.

    Parameters
    ----------
    network
        The roads.
    names, eastings, northings
        The places: what they are called, and metres in the network's plane; NaN where there is no position.

    Raises
    ------
    SchemaError
        If there is not one name, one easting and one northing a place.

    Examples
    --------
    >>> roads = RoadNetwork.from_edges([0, 1], [1, 0], [60.0, 60.0], [0, 1000], [0, 0])
    >>> snap(roads, ["PE8 6XX", "NN1 5BD"], [1000, 0], [4200, 30]).sentence
    '1 of 2 places lie more than 3 km from the roads that are loaded (first: PE8 6XX, 4.2 km)'
    """
    x, y = np.asarray(eastings, dtype=float).reshape(-1), np.asarray(northings, dtype=float).reshape(-1)
    if not len(names) == len(x) == len(y):
        raise SchemaError(f"{len(names)} names, {len(x)} eastings and {len(y)} northings; give one of each a place")
    nodes, metres = np.full(len(x), -1, dtype=np.int32), np.full(len(x), np.nan)
    somewhere = np.isfinite(x) & np.isfinite(y)
    nodes[somewhere], metres[somewhere] = network.join(x[somewhere], y[somewhere])
    return Snapped(tuple(names), nodes, metres)
