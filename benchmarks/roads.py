"""
Measure roads side by side with the usual way in OSMnx, compare the answers, and write the table.

    python benchmarks/roads.py [--rounds 5] [--shared FOLDER]

Both sides take turns in one run, on the same roads; what counts is the median of CPU time (all threads). The usual way
is OSMnx's own: a filtered extract through ``graph_from_xml``, ``load_graphml`` for what is kept, ``ego_graph`` and a
hull of its junctions for an isochrone, ``nearest_nodes`` for snapping. The section ``roads`` of docs/performance.md is
written anew; other sections of that page stay as they are.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pandas as pd
import shapely
from performance_page import put

import geo
from geo.routing.network import is_drive, load_graph, save_graphml
from geo.routing.roads import RoadNetwork

MINUTES = 20
LIMITS = (5, 10, 15, 20)
BASES, POINTS = 20, 1_000
SAMPLE_SECONDS = 0.02
"""A quick call is repeated until a sample takes this long."""

AIMS = {"load what is kept": 100, "isochrone": 300, "snap one point": 1_000}
"""How many times quicker than the usual way we set out to be."""


@dataclass(frozen=True)
class Contest:
    """One piece of work on one network, done in our way (or several) and in the usual way."""

    work: str
    roads: str
    ours: dict[str, Callable[[], Any]]
    usual: Callable[[], Any] | None
    answers: str = ""


def pbf_contest(name: str, pbf: Path, folder: Path) -> Contest:
    """From an extract to a network with times."""
    ours, theirs = geo.load_network(pbf), usual_network(pbf, folder)
    return Contest(
        "extract to network",
        name,
        {"load_network": lambda: geo.load_network(pbf)},
        lambda: usual_network(pbf, folder),
        f"{ours.nodes:,} and {theirs.number_of_nodes():,} junctions, {ours.edges:,} and {theirs.number_of_edges():,} "
        "edges (ours keeps the largest part and leaves out ways cut off at the edge)",
    )


def usual_network(pbf: Path, folder: Path) -> nx.MultiDiGraph:
    """Filter the ways for cars with osmium, read them with OSMnx, and put speeds and times on them."""
    drive = folder / "drive.osm"
    with osmium.BackReferenceWriter(str(drive), ref_src=str(pbf), overwrite=True) as writer:
        for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
            if is_drive(dict(way.tags)):
                writer.add_way(way)
    return ox.add_edge_travel_times(ox.add_edge_speeds(ox.graph_from_xml(drive)))


def contests(name: str, network: RoadNetwork, graphml: Path, folder: Path) -> list[Contest]:
    """Load, isochrone and snapping over one network; ``graphml`` holds the same one for OSMnx."""
    bundle = folder / f"{graphml.stem}.roads"
    network.save(bundle)
    kept, graph = geo.load_network(bundle), ox.load_graphml(graphml)
    for *_, edge in graph.edges(data=True):
        edge["travel_time"] = float(edge["travel_time"])
    numbers, engine = list(graph.nodes), engine_of(network)
    start = busiest(network)
    at = (float(network.x[start]), float(network.y[start]))
    reached = {numbers[node] for node in np.flatnonzero(engine.one_to_all(start) <= MINUTES * 60)}
    theirs = set(ego(graph, numbers[start]).nodes)
    grid = ox.project_graph(graph, to_crs="EPSG:27700")
    draw = np.random.default_rng(0)
    x, y = (draw.uniform(values.min(), values.max(), POINTS) for values in (network.x, network.y))
    names = [str(number) for number in range(POINTS)]
    metres = np.array([network.nearest(*point)[1] for point in zip(x, y, strict=True)])
    usual_metres = ox.nearest_nodes(grid, x, y, return_dist=True)[1]
    geo.isochrones(network, engine, at, LIMITS, quick=True)
    return [
        Contest(
            "load what is kept",
            name,
            {"arrays": lambda: geo.load_network(bundle)},
            lambda: ox.load_graphml(graphml),
            f"{kept.nodes:,} and {graph.number_of_nodes():,} junctions, {kept.edges:,} and "
            f"{graph.number_of_edges():,} edges; all seconds "
            f"{kept.seconds.sum():,.0f} and {sum(t for *_, t in graph.edges(data='travel_time')):,.0f}",
        ),
        Contest(
            "isochrone",
            name,
            {
                "quick": lambda: geo.isochrones(network, engine, at, (MINUTES,), quick=True),
                "final": lambda: geo.isochrones(network, engine, at, (MINUTES,)),
                "quick, 4 limits": lambda: geo.isochrones(network, engine, at, LIMITS, quick=True),
                "final, 4 limits": lambda: geo.isochrones(network, engine, at, LIMITS),
                f"of it the search ({type(engine).__name__})": lambda: engine.one_to_all(start),
            },
            lambda: hull(ego(graph, numbers[start])),
            f"{len(reached):,} and {len(theirs):,} junctions in {MINUTES} minutes, {len(reached ^ theirs)} differ; "
            f"{areas(network, engine, at, grid, theirs)}",
        ),
        Contest(
            "snap one point",
            name,
            {
                "nearest": lambda: network.nearest(x[0], y[0]),
                "join": lambda: network.join(x[:1], y[:1]),
            },
            lambda: ox.nearest_nodes(grid, x[0], y[0]),
            f"{metres[0]:.1f} and {ox.nearest_nodes(grid, x[0], y[0], return_dist=True)[1]:.1f} m",
        ),
        Contest(
            f"snap {POINTS:,} points",
            name,
            {"snap, named and with those beyond the roads": lambda: geo.snap(network, names, x, y)},
            lambda: ox.nearest_nodes(grid, x, y),
            f"metres to the nearest junction differ by {np.abs(metres - usual_metres).max():.2f} at most",
        ),
    ]


def engine_of(network: RoadNetwork) -> geo.DriveTimeEngine:
    """Give the quickest engine there is."""
    return getattr(geo, "SweepEngine", geo.ScipyEngine)(network)


def busiest(network: RoadNetwork) -> int:
    """Give the junction with the most junctions within 2 km: a base in the middle of the largest town."""
    near = network._tree.query_ball_point(np.c_[network.x, network.y][network.joinable], 2_000, return_length=True)
    return int(network.joinable[near.argmax()])


def ego(graph: nx.MultiDiGraph, start: Any) -> nx.MultiDiGraph:
    """Give what is reached in time, as OSMnx's examples do."""
    return nx.ego_graph(graph, start, radius=MINUTES * 60, distance="travel_time")


def hull(reached: nx.MultiDiGraph) -> shapely.Geometry:
    """Draw the hull of its junctions, as OSMnx's examples do."""
    return shapely.MultiPoint([(node["x"], node["y"]) for _, node in reached.nodes(data=True)]).convex_hull


def areas(
    network: RoadNetwork, engine: geo.DriveTimeEngine, at: tuple[float, float], grid: nx.MultiDiGraph, reached: set[Any]
) -> str:
    """Say how large each outline is, and how many of the junctions in it are not reached in time."""
    points = shapely.MultiPoint([(grid.nodes[node]["x"], grid.nodes[node]["y"]) for node in reached])
    outlines = {
        "quick": geo.isochrones(network, engine, at, (MINUTES,), quick=True).geometry[0],
        "final": geo.isochrones(network, engine, at, (MINUTES,)).geometry[0],
        "convex hull": points.convex_hull,
        "concave hull (0.3)": shapely.concave_hull(points, 0.3),
    }
    late = shapely.points(network.x, network.y)[engine.one_to_all(network.nearest(*at)[0]) > MINUTES * 60]
    return "; ".join(
        f"{name} {outline.area / 1e6:,.0f} km2 with {int(shapely.covers(outline, late).sum()):,} junctions not reached"
        for name, outline in outlines.items()
    )


def accuracy(name: str, network: RoadNetwork) -> list[dict[str, object]]:
    """Say how many of the junctions that are reached, and that are not, lie inside the outlines; over several bases."""
    engine, nodes = engine_of(network), shapely.points(network.x, network.y)
    bases = np.random.default_rng(0).choice(network.joinable, BASES, replace=False)
    rows = []
    for way in ("quick", "final"):
        counts = np.zeros((len(LIMITS), 4), dtype=int)
        for base in bases:
            minutes = engine.one_to_all(int(base)) / 60
            at = (float(network.x[base]), float(network.y[base]))
            outlines = geo.isochrones(network, engine, at, LIMITS, quick=way == "quick").geometry
            for number, (limit, outline) in enumerate(zip(LIMITS, outlines, strict=True)):
                shapely.prepare(outline)
                inside, near = shapely.intersects(outline, nodes), minutes <= limit
                counts[number] += [(inside & near).sum(), near.sum(), (inside & ~near).sum(), (~near).sum()]
        rows += [
            {
                "roads": name,
                "way": way,
                "limit": limit,
                "reached and inside": f"{held / near:.1%}" if near else "none",
                "not reached and inside": f"{wrong / far:.2%}" if far else "none",
            }
            for limit, (held, near, wrong, far) in zip(LIMITS, counts, strict=True)
        ]
    return rows


def take_turns(contest: Contest, rounds: int) -> list[dict[str, object]]:
    """Time both sides in turns; give a row for each of our ways, the ratio of medians with its aim beside it."""
    sides = contest.ours | ({"": contest.usual} if contest.usual else {})
    samples: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, work in sides.items():
            samples[side].append(sample(work))
    usual = float(np.median(samples.pop("")))
    aim = AIMS.get(contest.work)
    rows: list[dict[str, object]] = []
    for side, seconds in samples.items():
        ours = float(np.median(seconds))
        counts = aim is not None and not side.startswith("of it") and "limits" not in side
        rows.append(
            {
                "work": contest.work,
                "roads": contest.roads,
                "ours": side,
                "ours ms": figure(ours * 1000),
                "usual ms": figure(usual * 1000),
                "times": figure(usual / ours),
                "aim": "" if not counts else f"{aim:,}x, {'met' if usual / ours >= aim else 'not met'}",
            }
        )
    return rows


def sample(work: Callable[[], Any]) -> float:
    """Give the CPU seconds of one call, over as many calls as make a sample."""
    calls, began = 0, time.process_time()
    while calls == 0 or time.process_time() - began < SAMPLE_SECONDS:
        work()
        calls += 1
    return (time.process_time() - began) / calls


def figure(value: float) -> str:
    """Write three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def markdown(rows: list[dict[str, object]]) -> str:
    """Write rows as a table."""
    frame = pd.DataFrame(rows)
    lines = [frame.columns, ["---"] * len(frame.columns), *frame.astype(str).to_numpy()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def section(times: list[dict[str, object]], answers: list[str], inside: list[dict[str, object]], rounds: int) -> str:
    """Write the section of the page."""
    return f"""## Roads, isochrones and snapping, beside the usual way in OSMnx {ox.__version__}

Printed by `benchmarks/roads.py`: medians of CPU time over {rounds} rounds in which both sides take turns. An isochrone
is that of {MINUTES} minutes from the middle of the largest town, the search included; the usual way is `ego_graph` and
the convex hull of its junctions. Rows with four limits ({", ".join(map(str, LIMITS))} minutes) do four times what the
usual way does, and the search alone a part of it. Milliseconds differ from machine to machine; ratios less so.

{markdown(times)}

What both sides answered:

{chr(10).join(f"- {answer}" for answer in answers)}

Junctions on the right side of an outline, over {BASES} bases each. A quick outline is read off a grid and loses what is
narrower than a cell; figures of coverage are made from minutes, never from an outline.

{markdown(inside)}
"""


def main() -> None:
    """Measure, print, and write the section."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(os.environ.get("TRIAGE_MAP_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    arguments.add_argument("--shared", type=Path, default=shared, help="the folder of street maps")
    arguments.add_argument("--rounds", type=int, default=5)
    asked = arguments.parse_args()
    sources = {
        "Rutland (street map)": asked.shared / "roads" / "rutland_2018.osm.pbf",
        "Cambridge (street map)": asked.shared / "roads" / "cambridge_2025_drive.graphml",
    }
    times: list[dict[str, object]] = []
    answers: list[str] = []
    inside: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as made:
        folder, networks = Path(made), {}
        for number, (name, file) in enumerate(sources.items()):
            if not file.is_file():
                print(f"not measured on {name}: {file} is not here (--shared)")
                continue
            graphml = folder / f"{number}.graphml"
            save_graphml(load_graph(file), graphml)
            networks[name] = (geo.load_network(graphml), graphml)
        county = geo.estimate_roads("northamptonshire")
        save_graphml(county, folder / "county.graphml")
        networks["Northamptonshire (estimated)"] = (county, folder / "county.graphml")
        made_contests = [contest for name, given in networks.items() for contest in contests(name, *given, folder)]
        if (pbf := sources["Rutland (street map)"]).is_file():
            made_contests.insert(0, pbf_contest("Rutland (street map)", pbf, folder))
        for contest in made_contests:
            times += take_turns(contest, asked.rounds)
            answers.append(f"{contest.work}, {contest.roads}: {contest.answers}")
            print(pd.DataFrame(times).tail(len(contest.ours)).to_string(index=False, header=False), flush=True)
        for name, (network, _) in networks.items():
            inside += accuracy(name, network)
    print(*answers, pd.DataFrame(inside).to_string(index=False), sep="\n")
    print(put("roads", section(times, answers, inside, asked.rounds)))


if __name__ == "__main__":
    main()
