"""
OpenStreetMap extracts (.osm, .osm.pbf): the ways that cars use, within an outline where one is given.

The only module that knows osmium. A file of any size is read in one pass that keeps the positions of its nodes in
osmium's own index (16 bytes each) and hands over highways alone; nothing else of it is held.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import SourceError

NOT_DRIVEN = {
    "area": "yes",
    "access": "private",
    "highway": (
        "abandoned|bridleway|bus_guideway|construction|corridor|cycleway|elevator|escalator|footway|no|path|"
        "pedestrian|planned|platform|proposed|raceway|razed|rest_area|service|services|steps|track"
    ),
    "motor_vehicle": "no",
    "motorcar": "no",
    "service": "alley|driveway|emergency_access|parking|parking_aisle|private",
}
"""
Tags of ways that are no public road for cars: a way is left out when a value contains one of these words.

Equal to OSMnx's ``network_type="drive"``, so that an extract and a download give the same roads; a test compares them.
"""

CLOSURES = ("access", "motor_vehicle", "motorcar")
"""The tags of :data:`NOT_DRIVEN` that close a road which would otherwise be one for cars."""

_NOT_DRIVEN = [(key, re.compile(words)) for key, words in NOT_DRIVEN.items()]
_CLOSURES = frozenset(CLOSURES)

NODE_TAGS = ("highway", "junction", "railway", "ref")
"""Tags that OSMnx keeps of nodes (``settings.useful_tags_node``): signals, crossings, junction numbers."""

NO_DATE = "date not recorded"

Tell = Callable[[str], None]
"""What is called with each line of progress; an exception that it raises stops the work."""


@dataclass(frozen=True, slots=True)
class Extract:
    """What was found in an extract: its date, the roads kept and those left out, as ways of OpenStreetMap."""

    edition: str
    ways: int
    clipped_ways: int
    closed_ways: int


@dataclass(slots=True)
class _Kept:
    """The ways kept so far, where their nodes are, and how many were left out."""

    ways: list[tuple[int, list[int], dict[str, str]]] = field(default_factory=list)
    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    clipped: int = 0
    closed: int = 0


def is_drive(tags: dict[str, str]) -> bool:
    """
    Say whether a way with these tags is a public road for cars.

    Examples
    --------
    >>> is_drive({"highway": "residential"}), is_drive({"highway": "footway"}), is_drive({"waterway": "river"})
    (True, False, False)
    """
    return _standing(tags) == "drive"


def is_closed(tags: dict[str, str]) -> bool:
    """
    Say whether a way is a road for cars but for being private or closed to them.

    Examples
    --------
    >>> is_closed({"highway": "residential", "access": "private"}), is_closed({"highway": "track", "access": "private"})
    (True, False)
    """
    return _standing(tags) == "closed"


def _standing(tags: dict[str, str]) -> str:
    """Say whether a way is a public road for cars (``drive``), one but for being closed (``closed``), or neither."""
    if "highway" not in tags:
        return ""
    against = {key for key, words in _NOT_DRIVEN if key in tags and words.search(tags[key])}
    if not against:
        return "drive"
    return "closed" if against <= _CLOSURES else ""


def write_drive_ways(path: Path, kind: str, target: Path, within: BaseGeometry | None, tell: Tell) -> Extract:
    """
    Write the ways that cars use, and their nodes, as OSM XML, and say what was found.

    With an outline (longitude, latitude) a way is kept whole where one of its nodes lies in it, so that no road ends
    at the line. A way that names a node which the extract lacks was cut off at its edge: it is left out whole and
    counted, as are private and closed roads. Nothing is written where no way is left.

    Raises
    ------
    SourceError
        If the file is damaged or cut short.
    """
    extract = osmium.io.File(str(path), kind)
    try:
        kept = _kept(extract, within, tell)
        if kept.ways:
            tell(f"writing {len(kept.ways):,} roads")
            _write(extract, kept, target)
        with osmium.io.Reader(extract, osmium.osm.NOTHING) as reader:
            edition = reader.header().get("osmosis_replication_timestamp", "")[:10] or NO_DATE
    except (RuntimeError, ValueError) as error:  # osmium's errors
        raise SourceError(f"{path.name} is damaged or cut short; download or copy it again") from error
    return Extract(edition, len(kept.ways), kept.clipped, kept.closed)


def _kept(extract: Any, within: BaseGeometry | None, tell: Tell) -> _Kept:
    """Go through the highways of an extract once and keep those that cars use."""
    kept = _Kept()
    if within is not None:
        shapely.prepare(within)
    for number, way in enumerate(_highways(extract), 1):
        if number % 50_000 == 0:
            tell(f"read {number:,} highways, {len(kept.ways):,} kept")
        tags = dict(way.tags)
        standing = _standing(tags)
        if not standing:
            continue
        places = {node.ref: (node.lon, node.lat) for node in way.nodes if node.location.valid()}
        if within is not None and not _reaches(within, places):
            continue
        if standing == "closed":
            kept.closed += 1
        elif any(node.ref not in places for node in way.nodes):
            kept.clipped += 1
        elif len(places) > 1:
            kept.ways.append((way.id, [node.ref for node in way.nodes], tags))
            kept.places |= places
    return kept


def _reaches(within: BaseGeometry, places: dict[int, tuple[float, float]]) -> bool:
    return bool(places) and bool(shapely.contains_xy(within, list(places.values())).any())


def _highways(extract: Any) -> Iterator[Any]:
    both = osmium.FileProcessor(extract, osmium.osm.NODE | osmium.osm.WAY).with_locations("flex_mem")
    ways = both.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    return iter(ways.with_filter(osmium.filter.KeyFilter("highway")))


def _write(extract: Any, kept: _Kept, target: Path) -> None:
    """Write what was kept as OSM XML, with the tags of nodes that OSMnx keeps."""
    tagged = osmium.FileProcessor(extract, osmium.osm.NODE).with_filter(osmium.filter.KeyFilter(*NODE_TAGS))
    tags = {node.id: dict(node.tags) for node in tagged if node.id in kept.places}
    new = osmium.osm.mutable
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for number, place in kept.places.items():
            writer.add_node(new.Node(id=number, location=place, tags=tags.get(number, {})))
        for number, nodes, words in kept.ways:
            writer.add_way(new.Way(id=number, nodes=nodes, tags=words))
