"""``triage-map roads``: take roads from anywhere, and leave them in one file."""

import os
from pathlib import Path

from geo.routing.estimated import estimate_roads
from geo.routing.network import DEADLINE_SECONDS, from_graph, load_graph, load_network, save_graphml
from geo.routing.roads import RoadNetwork, is_bundle
from geo.whole import whole

ESTIMATED = "estimated:"
"""Before the name of a county: roads estimated from its postcodes. They are never given unless asked for by name."""


def fetch_roads(
    source: str | os.PathLike[str], out: str | os.PathLike[str], *, deadline_seconds: float = DEADLINE_SECONDS
) -> RoadNetwork:
    """
    Write the roads of ``source`` to ``out``, whole or not at all, and give them.

    A name ending in ``.graphml`` is written as a GraphML that OSMnx opens, with ``travel_time`` on every edge; any
    other name as our own arrays, which load some hundred times faster. ``load_network`` reads either again.

    Parameters
    ----------
    source
        What :func:`geo.routing.network.load_network` takes, or ``estimated:COUNTY``.
    out
        The file to write; one that is there is replaced.
    deadline_seconds
        For a download: it is stopped after this long.

    Raises
    ------
    SourceError
        If the roads cannot be had, or the file cannot be written.
    """
    with whole(out) as temporary:
        if Path(out).suffix.lower() != ".graphml":
            network = _network(source, deadline_seconds)
            network.save(temporary)
        elif _is_ours(source):
            network = _network(source, deadline_seconds)
            save_graphml(network, temporary)
        else:
            graph = load_graph(source, deadline_seconds=deadline_seconds)
            network = from_graph(graph)
            save_graphml(graph, temporary)
    return network


def _network(source: str | os.PathLike[str], deadline_seconds: float) -> RoadNetwork:
    county = str(source).removeprefix(ESTIMATED)
    if county != str(source):
        return estimate_roads(county.strip())
    return load_network(source, deadline_seconds=deadline_seconds)


def _is_ours(source: str | os.PathLike[str]) -> bool:
    """Say whether the source is a network already, with no OSMnx graph behind it."""
    return str(source).startswith(ESTIMATED) or (Path(source).is_file() and is_bundle(Path(source)))
