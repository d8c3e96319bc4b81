"""
The road network as a value: nodes, timed edges, and the words that belong beside every figure made from them.

Nothing here knows where roads come from; :mod:`geo.routing.network` reads them, :mod:`geo.routing.estimated` draws
them from postcodes, and the engines time journeys over them.
"""

import json
import math
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, QhullError, cKDTree

from geo.errors import SchemaError, SourceError
from geo.routing.surface import Grid, lay_grid
from geo.whole import whole

Nodes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BUNDLE_FORMAT = 2
"""Raised by one when the saved arrays change their meaning, so that an old program refuses a new file."""

GAP_METRES = 4_000.0
"""A triangle between junctions with a side longer than this spans no roads (water, or outside the map)."""

DETOUR_METRES = 1_000.0
"""A place goes this much further to a junction that can be both left and reached; beyond that it is cut off."""

CLASSES = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "other",
)
"""OpenStreetMap's classes of roads for cars, by number; what the list does not name is ``other``."""

HEADS = ("through", "junction", "signals")
"""What a car meets at the end of an edge, by number: nothing that stops it, other roads, traffic signals."""


@dataclass(frozen=True, eq=False)
class Ways:
    """
    What a street map says of each edge: all that a speed depends on, besides where it lies and what the hour is.

    Parameters
    ----------
    metres
        Length along the road, shape (edges,); >= 0.
    road_class
        Number in :data:`CLASSES`, shape (edges,).
    posted_kmh
        Posted limit in km/h, shape (edges,); NaN where none is recorded.
    head
        Number in :data:`HEADS`, shape (edges,).
    """

    metres: Floats
    road_class: npt.NDArray[np.int8]
    posted_kmh: Floats
    head: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        """Hold the arrays against the contract and keep them from being written to."""
        own: dict[str, npt.NDArray[Any]] = {
            "metres": _numbers(self.metres, "metres"),
            "road_class": np.array(self.road_class, dtype=np.int8).reshape(-1),
            "posted_kmh": _numbers(self.posted_kmh, "posted_kmh"),
            "head": np.array(self.head, dtype=np.int8).reshape(-1),
        }
        for name, values in own.items():
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        if fault := _ways_fault(self):
            raise SchemaError(f"road network: {fault}")


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """
    Junctions and the seconds that a car needs between them.

    Node ids are 0 to n-1. Edges are directed; parallel edges are kept, and engines take the least of them. Times are
    free-flow times of a car without blue lights: when traffic, signals or weather matter, ``label`` says so.

    Parameters
    ----------
    tail, head
        Node ids at the start and the end of each edge, shape (edges,).
    seconds
        Time along each edge, shape (edges,); finite, >= 0.
    x, y
        Metres, shape (nodes,): the British National Grid, or any plane in a test.
    source, edition, licence
        Where the roads come from, of which day, and on what terms.
    label
        The words to show beside every figure made from this network: what it is and how far it can be trusted.
    estimated
        True when no street map stands behind the times.
    dropped_nodes
        Junctions left out on reading because they do not hang together with the rest.
    doors
        Whether a place may open onto each node, shape (nodes,); all of them when not given. False where nobody can
        turn in, as along a motorway.
    ways
        What a street map says of each edge; none where the times are all that is known.
    end_seconds
        What every journey takes besides driving between junctions: leaving and parking; >= 0.
    clipped_ways, closed_ways
        Ways of OpenStreetMap left out on reading: cut off at the edge of an extract; private or closed to cars. None
        where the source does not say.
    """

    tail: Nodes
    head: Nodes
    seconds: Floats
    x: Floats
    y: Floats
    source: str = ""
    edition: str = ""
    licence: str = ""
    label: str = ""
    estimated: bool = False
    dropped_nodes: int = 0
    doors: Flags | None = None
    ways: Ways | None = None
    end_seconds: float = 0.0
    clipped_ways: int | None = None
    closed_ways: int | None = None

    def __post_init__(self) -> None:
        """Hold the arrays against the contract and keep them from being written to."""
        own: dict[str, Nodes | Floats | Flags] = {
            "tail": _ids(self.tail, "tail"),
            "head": _ids(self.head, "head"),
            "seconds": _numbers(self.seconds, "seconds"),
            "x": _numbers(self.x, "x"),
            "y": _numbers(self.y, "y"),
        }
        own["doors"] = np.ones(len(own["x"]), bool) if self.doors is None else np.array(self.doors, bool).reshape(-1)
        for name, values in own.items():
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        if fault := _fault(self):
            raise SchemaError(f"road network: {fault}")

    @classmethod
    def from_edges(
        cls,
        tail: npt.ArrayLike,
        head: npt.ArrayLike,
        seconds: npt.ArrayLike,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        *,
        source: str = "edges given by the caller",
        edition: str = "",
        licence: str = "",
        label: str = "",
        estimated: bool = False,
        dropped_nodes: int = 0,
        doors: npt.ArrayLike | None = None,
        ways: Ways | None = None,
        clipped_ways: int | None = None,
        closed_ways: int | None = None,
    ) -> Self:
        """
        Make a network from lists of edges and of node positions; nothing is dropped and no node is renumbered.

        Raises
        ------
        SchemaError
            If lists differ in length, an edge names a node that is not there, or a time or position is not a finite
            number (times: >= 0).

        Examples
        --------
        >>> line = RoadNetwork.from_edges([0, 1], [1, 2], [60.0, 30.0], [0, 1000, 2000], [0, 0, 0])
        >>> line.nodes, line.edges, line.nearest(1100.0, 0.0)
        (3, 2, (1, 100.0))
        """
        return cls(
            _ids(tail, "tail"),
            _ids(head, "head"),
            _numbers(seconds, "seconds"),
            _numbers(x, "x"),
            _numbers(y, "y"),
            source=source,
            edition=edition,
            licence=licence,
            label=label,
            estimated=estimated,
            dropped_nodes=dropped_nodes,
            doors=None if doors is None else np.array(doors, dtype=bool),
            ways=ways,
            clipped_ways=clipped_ways,
            closed_ways=closed_ways,
        )

    @property
    def nodes(self) -> int:
        """How many junctions there are."""
        return len(self.x)

    @property
    def edges(self) -> int:
        """How many directed edges there are, parallel ones counted."""
        return len(self.tail)

    def with_seconds(self, seconds: npt.ArrayLike, *, end_seconds: float, label: str) -> Self:
        """Give the same roads with other times; what was found of where the junctions lie is shared, not made anew."""
        timed = replace(self, seconds=_numbers(seconds, "seconds"), end_seconds=end_seconds, label=label)
        known = {part.name for part in fields(self)}
        vars(timed).update({name: value for name, value in vars(self).items() if name not in known})
        return timed

    @property
    def one_way_edges(self) -> int:
        """How many edges cannot be driven the other way round: no edge leads straight back."""
        back = self.head.astype(np.int64) * self.nodes + self.tail
        return int((~np.isin(self._pairs, back)).sum())

    @property
    def parallel_edges(self) -> int:
        """How many edges stand beside another one from the same node to the same node."""
        return self.edges - len(np.unique(self._pairs))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The least x and y and the greatest x and y of the nodes, in metres."""
        return float(self.x.min()), float(self.y.min()), float(self.x.max()), float(self.y.max())

    @property
    def _pairs(self) -> npt.NDArray[np.int64]:
        """One number for the two ends of each edge."""
        return self.tail.astype(np.int64) * self.nodes + self.head

    def nearest(self, x: float, y: float) -> tuple[int, float]:
        """Give the node nearest to a point and how many metres away it is, as the crow flies."""
        metres, node = self._tree.query((float(x), float(y)))
        return int(node), float(metres)

    def join(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Nodes, Floats]:
        """
        Give, for each point, the nearest node at which a journey can both begin and end, and the metres to it.

        That is the nearest node of the largest part in which every node can be driven to from every other, so that a
        one-way stub at the edge of a map does not swallow a place; nodes without doors never count. Where such a node
        is more than :data:`DETOUR_METRES` further away than the nearest of all with doors, the place hangs on a part
        of its own and takes that nearest one. A network without such a part (half of the nodes or less) uses all.
        """
        points = np.c_[_numbers(x, "x"), _numbers(y, "y")]
        any_metres, any_place = self._door_tree.query(points)
        if len(self.joinable) == len(self._open):
            return self._open[any_place], any_metres
        metres, place = self._joinable_tree.query(points)
        near = metres <= any_metres + DETOUR_METRES
        nodes = np.where(near, self.joinable[place], self._open[any_place]).astype(np.int32)
        return nodes, np.where(near, metres, any_metres)

    @cached_property
    def joinable(self) -> Nodes:
        """The nodes that :meth:`join` prefers: with doors, and in the largest part that can be driven both ways."""
        ones = csr_array((np.ones(self.edges), (self.tail, self.head)), shape=(self.nodes, self.nodes))
        _, part = connected_components(ones, directed=True, connection="strong")
        core = part[self._open] == np.bincount(part).argmax()
        large = 2 * np.bincount(part).max() > self.nodes and core.any()
        return self._open[core] if large else self._open

    @cached_property
    def _open(self) -> Nodes:
        shown = self.doors if self.doors is not None and self.doors.any() else np.ones(self.nodes, dtype=bool)
        return np.flatnonzero(shown).astype(np.int32)

    @cached_property
    def triangles(self) -> npt.NDArray[np.int64]:
        """
        The triangles between neighbouring nodes, shape (triangles, 3): the surface on which times are drawn.

        Triangles over a gap are left out: those with a side longer than :data:`GAP_METRES`, or than four usual sides
        where the whole network is coarser than that.
        """
        points = np.c_[self.x - self.x.mean(), self.y - self.y.mean()]
        try:
            corners = Delaunay(points).simplices.astype(np.int64)
        except (QhullError, ValueError):  # fewer than three nodes, or all on one line: there is no surface
            return np.empty((0, 3), dtype=np.int64)
        sides = np.hypot(*(points[corners] - points[np.roll(corners, 1, axis=1)]).transpose(2, 0, 1))
        limit = max(GAP_METRES, 4 * float(np.median(sides)))
        return np.asarray(corners[(sides <= limit).all(axis=1)])

    @cached_property
    def grid(self) -> Grid:
        """The grid over :attr:`triangles` on which times are drawn quickly, made once."""
        return lay_grid(self.x, self.y, self.triangles)

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(np.c_[self.x, self.y])

    @cached_property
    def _door_tree(self) -> cKDTree:
        return cKDTree(np.c_[self.x, self.y][self._open])

    @cached_property
    def _joinable_tree(self) -> cKDTree:
        return cKDTree(np.c_[self.x, self.y][self.joinable])

    def __getstate__(self) -> dict[str, object]:
        """Pickle the facts only; the trees are made again when asked for."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write the network to ``path``, whole or not at all, whatever the suffix; ``load_network`` reads it again.

        Raises
        ------
        SourceError
            If the folder cannot be written.
        """
        words = {part.name: getattr(self, part.name) for part in fields(self) if part.name not in (*_ARRAYS, "ways")}
        header = json.dumps({"format": BUNDLE_FORMAT, **words})
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        if self.ways is not None:
            arrays |= {f"{_WAY}{name}": getattr(self.ways, name) for name in _WAY_ARRAYS}
        with whole(path) as temporary, temporary.open("wb") as stream:
            np.savez(stream, triage_map_network=np.array(header), **arrays)


_ARRAYS = ("tail", "head", "seconds", "x", "y", "doors")
_WAY, _WAY_ARRAYS = "way_", tuple(part.name for part in fields(Ways))


def is_bundle(path: Path) -> bool:
    """Say whether a file is a network that :meth:`RoadNetwork.save` wrote (by content, not by name)."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "triage_map_network.npy" in archive.namelist()


def load_bundle(path: Path) -> RoadNetwork:
    """
    Read a network that :meth:`RoadNetwork.save` wrote.

    Raises
    ------
    SourceError
        If the file is damaged or was written by a newer program.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as saved:
            words = json.loads(str(saved["triage_map_network"]))
            newer = words.pop("format") > BUNDLE_FORMAT
            network = None if newer else RoadNetwork(**_saved_arrays(saved), **words)
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise SourceError(f"{path.name} is a damaged road network; make it again with `triage-map roads`") from error
    if network is None:
        raise SourceError(f"{path.name} was saved by another version; make it again with `triage-map roads`")
    return network


def _saved_arrays(saved: Mapping[str, npt.NDArray[Any]]) -> dict[str, Any]:
    """Give the arrays of a network as :meth:`RoadNetwork.save` named them, those of its ways as one value."""
    ways = {name: saved[f"{_WAY}{name}"] for name in _WAY_ARRAYS if f"{_WAY}{name}" in saved}
    return {name: saved[name] for name in _ARRAYS} | ({"ways": Ways(**ways)} if ways else {})


def _ids(values: npt.ArrayLike, name: str) -> Nodes:
    given = np.asarray(values)
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise SchemaError(f"road network: {name} must hold node numbers (integers), not {given.dtype}")
    if given.size and (given.min() < 0 or given.max() > np.iinfo(np.int32).max):
        raise SchemaError(f"road network: {name} holds a node number below 0 or above {np.iinfo(np.int32).max}")
    return np.array(given, dtype=np.int32).reshape(-1)


def _numbers(values: npt.ArrayLike, name: str) -> Floats:
    try:
        return np.array(values, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError) as error:
        raise SchemaError(f"road network: {name} must hold numbers") from error


def _fault(network: RoadNetwork) -> str:
    """Say what is wrong with the arrays, or nothing."""
    edges, nodes = len(network.tail), len(network.x)
    if not nodes:
        return "there are no nodes; give at least one"
    if len(network.y) != nodes:
        return f"{nodes} values of x but {len(network.y)} of y; give one of each a node"
    if network.ways is not None and len(network.ways.metres) != edges:
        return f"{edges} edges but ways of {len(network.ways.metres)}; give one an edge"
    if not (math.isfinite(network.end_seconds) and network.end_seconds >= 0):
        return f"{network.end_seconds} seconds at the ends of a journey; give 0 or more"
    if network.doors is not None and len(network.doors) != nodes:
        return f"{nodes} nodes but {len(network.doors)} values of doors; give one a node"
    if {len(network.head), len(network.seconds)} != {edges}:
        return f"{edges} tails, {len(network.head)} heads and {len(network.seconds)} times; give one of each an edge"
    outside = np.maximum(network.tail, network.head) >= nodes
    if outside.any():
        return f"{int(outside.sum())} edges name a node above {nodes - 1} (first: edge {int(outside.argmax())})"
    odd = ~(np.isfinite(network.seconds) & (network.seconds >= 0))
    if odd.any():
        first = int(odd.argmax())
        return f"{int(odd.sum())} times are not >= 0 and finite (first: edge {first}, {network.seconds[first]} seconds)"
    lost = ~(np.isfinite(network.x) & np.isfinite(network.y))
    if lost.any():
        return f"{int(lost.sum())} nodes have no finite position (first: node {int(lost.argmax())})"
    return ""


def _ways_fault(ways: Ways) -> str:
    """Say what is wrong with what is known of the edges, or nothing."""
    edges = len(ways.metres)
    if {len(ways.road_class), len(ways.posted_kmh), len(ways.head)} != {edges}:
        return f"{edges} lengths, but other numbers of classes, limits or heads; give one of each an edge"
    if (odd := ~(np.isfinite(ways.metres) & (ways.metres >= 0))).any():
        return f"{int(odd.sum())} lengths are not >= 0 and finite (first: edge {int(odd.argmax())})"
    if (odd := (ways.posted_kmh <= 0) | np.isinf(ways.posted_kmh)).any():
        return f"{int(odd.sum())} posted limits are not above 0 (first: edge {int(odd.argmax())})"
    for name, known in (("road_class", CLASSES), ("head", HEADS)):
        values = getattr(ways, name)
        if (odd := (values < 0) | (values >= len(known))).any():
            return f"{int(odd.sum())} values of {name} are not 0 to {len(known) - 1} (first: edge {int(odd.argmax())})"
    return ""
