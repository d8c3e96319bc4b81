"""
Roads made ready for the first map of a start: what was worked out before is read from a folder, or made again.

Nothing here changes a figure: a file that is not there, is damaged, or was made from other data or by another program
is made anew. A folder that may not be written keeps nothing, and the next start is as slow as the first.
"""

import hashlib
import zipfile
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import SourceError
from geo.places import boundaries, density
from geo.routing import estimated, roads, speeds, surface
from geo.routing.arrays import keep, tidy
from geo.routing.roads import Flags, RoadNetwork, load_bundle
from geo.routing.surface import Grid
from geo.routing.timing import Engines, Roads, plain_engine

KEPT_FILES = 4
"""Drawings, and surfaces, that stay in one folder: the estimated roads and a project's own, now and before a change."""


def ready_estimate(county: str, folder: Path) -> RoadNetwork:
    """
    Give the roads of :func:`geo.routing.estimated.estimate_roads`, as a file in ``folder`` keeps them.

    The file is named by a digest of the data that they are drawn from and of the program that draws them.
    """
    path = folder / f"estimated-{_digest_of_files(county)}.npz"
    if path.exists():
        with suppress(SourceError):
            return load_bundle(path)
    network = estimated.estimate_roads(county)
    with suppress(SourceError):
        network.save(path)
        tidy(path, KEPT_FILES)
    return network


def ready_roads(network: RoadNetwork, postcodes: pd.DataFrame, folder: Path, engines: Engines = plain_engine) -> Roads:
    """Give :meth:`geo.routing.timing.Roads.of`, the grid of its network at hand, as a file in ``folder`` keeps both."""
    path = folder / f"surface-{_digest_of_ground(network, postcodes)}.npz"
    kept = _read(path, network)
    if kept is None:
        roads = Roads.of(network, postcodes, engines)
        with suppress(SourceError):
            surface_of = {part.name: getattr(network.grid, part.name) for part in fields(Grid)}
            keep(path, surface_of | {"town": roads.town}, KEPT_FILES)
        return roads
    grid, town = kept
    vars(network)["grid"] = grid
    return Roads(network, town, engines)


def _digest_of_files(county: str) -> str:
    programs = (Path(str(room.__file__)) for room in (boundaries, estimated, roads))
    digest = hashlib.blake2b(digest_size=12)
    for path in (*programs, *estimated.inputs(county)):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _digest_of_ground(network: RoadNetwork, postcodes: pd.DataFrame) -> str:
    programs = (Path(str(room.__file__)) for room in (surface, density, speeds))
    digest = hashlib.blake2b(digest_size=12)
    for path in programs:
        digest.update(path.read_bytes())
    for values in (network.tail, network.head, network.x, network.y):
        digest.update(values.data)
    for column in ("easting", "northing", "live"):
        digest.update(np.ascontiguousarray(postcodes[column].to_numpy()).data)
    return digest.hexdigest()


def _read(path: Path, network: RoadNetwork) -> tuple[Grid, Flags] | None:
    """Read a surface and its towns as they were kept; None where there are none that are whole."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as saved:
            grid, town = Grid(**{part.name: saved[part.name] for part in fields(Grid)}), saved["town"]
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    shape = (3, len(grid.y), len(grid.x))
    fits = grid.corners.shape == grid.weights.shape == shape and town.shape == (network.edges,)
    inside = fits and grid.first.shape == grid.last.shape == (2, network.nodes)
    return (grid, town) if inside and grid.corners.min() >= 0 and grid.corners.max() < network.nodes else None
