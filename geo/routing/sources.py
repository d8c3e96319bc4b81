"""``triage-map roads`` and the page *Data*, step *Roads*: take roads from anywhere, and leave them in one file."""

import os
from pathlib import Path

from geo.errors import SourceError
from geo.routing.areas import RoadArea
from geo.routing.child import silent
from geo.routing.estimated import estimate_roads
from geo.routing.extracts import Tell
from geo.routing.network import DEADLINE_SECONDS, Source, load_network, make_network, save_graphml
from geo.routing.roads import RoadNetwork, is_bundle
from geo.whole import whole

ESTIMATED = "estimated:"
"""Before the name of a county: roads estimated from its postcodes. They are never given unless asked for by name."""


def fetch_roads(
    source: Source,
    out: str | os.PathLike[str],
    *,
    within: RoadArea | None = None,
    use_kept: bool = False,
    called: str = "",
    deadline_seconds: float = DEADLINE_SECONDS,
    tell: Tell = silent,
) -> RoadNetwork:
    """
    Write the roads of ``source`` to ``out``, whole or not at all, and give them.

    A name ending in ``.graphml`` is written as a GraphML that OSMnx opens, with ``travel_time`` on every edge; any
    other name as our own arrays, which load some hundred times faster. ``load_network`` reads either again. What has
    to be read or downloaded is, in a process of its own, which is ended at the deadline.

    Parameters
    ----------
    source
        What :func:`geo.routing.network.load_network` takes, or ``estimated:COUNTY``.
    out
        The file to write; one that is there is replaced.
    within, use_kept, called, tell
        As for :func:`geo.routing.network.make_network`.
    deadline_seconds
        Reading or downloading is ended after this long.

    Raises
    ------
    SourceError, CrsError, PlaceError
        If the roads cannot be had, or the file cannot be written.
    """
    wants_graph = Path(out).suffix.lower() == ".graphml"
    with whole(out) as temporary:
        if _is_ours(source):
            network = _ours(str(source), within)
            if wants_graph:
                save_graphml(network, temporary)
        else:
            network = make_network(
                source,
                within=within,
                use_kept=use_kept,
                graphml=temporary if wants_graph else None,
                called=called,
                deadline_seconds=deadline_seconds,
                tell=tell,
            )
        if not wants_graph:
            network.save(temporary)
    return network


def left_out(network: RoadNetwork) -> str:
    """
    Say what was left out of roads on reading, and what is not known of it.

    Examples
    --------
    >>> left_out(RoadNetwork.from_edges([0], [1], [60.0], [0, 1], [0, 0], dropped_nodes=84, closed_ways=10))
    'junctions apart from the rest: 84; ways cut off at the edge: not known; private or closed ways: 10'
    """
    counts = {
        "junctions apart from the rest": network.dropped_nodes,
        "ways cut off at the edge": network.clipped_ways,
        "private or closed ways": network.closed_ways,
    }
    return "; ".join(f"{words}: {'not known' if ways is None else f'{ways:,}'}" for words, ways in counts.items())


def _ours(source: str, within: RoadArea | None) -> RoadNetwork:
    """Give roads that need no graph: estimated ones, or a network of ours from its file."""
    if not source.startswith(ESTIMATED):
        return load_network(source, within=within)
    if within is not None:
        raise SourceError("estimated roads are those of one county and cannot be cut; only a file can be")
    return estimate_roads(source.removeprefix(ESTIMATED).strip())


def _is_ours(source: Source) -> bool:
    """Say whether the source is a network already, with no OSMnx graph behind it."""
    if isinstance(source, RoadArea):
        return False
    return str(source).startswith(ESTIMATED) or (Path(source).is_file() and is_bundle(Path(source)))
