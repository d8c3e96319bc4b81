"""
Drive times side by side with networkx, igraph, rustworkx, networkit, scipy and pandana; writes docs/performance.md.

    python benchmarks/drive_times.py [--shared FOLDER] [--made NODES] [--only NETWORK]

Three networks: estimated Northamptonshire, New York of the DIMACS challenge (from the folder of real test data; left
out where that is missing), and a made network of a million nodes. For each library: CPU seconds and memory to prepare
the network, in a process of its own; one to all, the same within 20 minutes, and two matrices, in one process, in turn,
each library with the same places. Every answer is compared with scipy's before its time counts. A task that would take
a library too long is asked for fewer starts and says so.
"""

import argparse
import contextlib
import gzip
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from performance_page import put
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

import geo
from geo.planning.sites import best_sites
from geo.routing import hierarchy
from geo.routing.engine import ScipyEngine
from geo.routing.hierarchy import SweepEngine
from geo.routing.matrix import DriveMatrix, within
from geo.routing.roads import RoadNetwork, load_bundle

CUT_OFF = 1_200.0
NY_SECONDS = 0.0036
"""DIMACS times are lengths in 0.1 m over a relative speed of 0.4 to 1; with 1 for 100 km/h (assumption), seconds."""

STARTS, SMALL, LARGE = 400, (200, 2_000), (500, 5_000)
ROUNDS = 9
ENOUGH_SECONDS = 0.02
"""A quick answer is asked for again, from other starts, until a round has taken this long."""

PATIENCE = 4.0
"""CPU seconds that one library may spend on one task; it then sits out the remaining rounds."""

Times = np.ndarray


# --- the networks -------------------------------------------------------------------------------------------------


def new_york(folder: Path) -> RoadNetwork:
    """Read the New York network of the ninth DIMACS challenge: travel times and positions."""
    with gzip.open(folder / "USA-road-t.NY.gr.gz", "rt") as file:
        arcs = np.array([line.split()[1:] for line in file if line.startswith("a")], dtype=np.int64)
    with gzip.open(folder / "USA-road-d.NY.co.gz", "rt") as file:
        at = np.array([line.split()[2:] for line in file if line.startswith("v")], dtype=float) / 1e6
    x, y = at[:, 0] * 111_320 * np.cos(np.radians(40.7)), at[:, 1] * 110_570
    return RoadNetwork.from_edges(arcs[:, 0] - 1, arcs[:, 1] - 1, arcs[:, 2] * NY_SECONDS, x, y, source="New York")


def made(nodes: int, seed: int = 20160201) -> RoadNetwork:
    """
    Make a network like roads: towns and scattered places, streets between neighbours, faster roads between hubs.

    Density as in an English county. Streets join neighbours between which no third place lies, less three in ten;
    the ways between hubs of two ranks are made faster; 6 in 100 streets are one way.
    """
    draw = np.random.default_rng(seed)
    side = np.sqrt(nodes / 30) * 1_000
    towns = max(20, nodes // 1_500)
    size = draw.pareto(1.3, towns) + 0.3
    town = draw.choice(towns, int(nodes * 0.7), p=size / size.sum())
    spread = 350 * np.sqrt(size[town] / size.mean())[:, None]
    middles = draw.uniform(0, side, (towns, 2))
    around = middles[town] + draw.normal(0, 1, (len(town), 2)) * spread
    points = np.concatenate([around % side, draw.uniform(0, side, (nodes - len(town), 2))])
    start, end = _streets(points, draw)
    metres = np.maximum(np.hypot(*(points[start] - points[end]).T), 5) * draw.uniform(1.02, 1.3, len(start))
    kmh = _faster_between_hubs(points, start, end, metres, middles[np.argsort(-size)])
    seconds = metres / (kmh / 3.6) + draw.uniform(0, 3, len(start))
    both = draw.random(len(start)) > 0.06
    network = RoadNetwork.from_edges(
        np.concatenate([start, end[both]]),
        np.concatenate([end, start[both]]),
        np.concatenate([seconds, seconds[both]]),
        *points.T,
        source="made",
    )
    return _largest_part(network)


def _streets(points: Times, draw: np.random.Generator) -> tuple[Times, Times]:
    """Join neighbours between which no third place lies, and leave out three in ten."""
    corners = Delaunay(points).simplices.astype(np.int64)
    sides, obtuse = [], []
    for first in range(3):
        a, b, c = (corners[:, (first + turn) % 3] for turn in range(3))
        sides.append(np.minimum(a, b) * len(points) + np.maximum(a, b))
        obtuse.append(((points[a] - points[c]) * (points[b] - points[c])).sum(axis=1) < 0)
    edges, place = np.unique(np.concatenate(sides), return_inverse=True)
    kept = edges[np.bincount(place, np.concatenate(obtuse)) == 0]
    kept = kept[draw.random(len(kept)) > 0.3]
    return kept // len(points), kept % len(points)


def _faster_between_hubs(points: Times, start: Times, end: Times, metres: Times, middles: Times) -> Times:
    """Give the speed of each street: 35 km/h, and more along the quickest ways between hubs of two ranks."""
    nodes, kmh = len(points), np.full(len(start), 35.0)
    edge_of = csr_array((np.arange(1, len(start) + 1), (start, end)), shape=(nodes, nodes))
    edge_of = (edge_of + edge_of.T).tocsr()
    tree = cKDTree(points)
    reach = np.sqrt(nodes / 30) * 1_000
    for hubs, near, speed in ((24, 1.5 * reach, 105.0), (min(nodes // 4_000, 80), reach / 12, 75.0)):
        at = np.unique(tree.query(middles[: min(hubs, len(middles))])[1])
        hours = csr_array((metres / kmh, (start, end)), shape=(nodes, nodes))
        hours = (hours + hours.T).tocsr()  # once: scipy would turn it round for every hub
        for hub in at:
            others = at[np.hypot(*(points[at] - points[hub]).T) < near]
            cost, before = dijkstra(hours, indices=hub, return_predecessors=True, limit=2 * near / kmh.min())
            here = others[np.isfinite(cost[others])]
            while len(here := here[before[here] >= 0]):
                edge = np.asarray(edge_of[here, before[here]]).reshape(-1) - 1
                kmh[edge] = np.maximum(kmh[edge], speed)
                here = np.unique(before[here])
    return kmh


def _largest_part(network: RoadNetwork) -> RoadNetwork:
    """Keep the nodes that can all be driven to and from each other."""
    inside = np.zeros(network.nodes, bool)
    inside[network.joinable] = True
    number = np.cumsum(inside) - 1
    kept = inside[network.tail] & inside[network.head]
    return RoadNetwork.from_edges(
        number[network.tail[kept]],
        number[network.head[kept]],
        network.seconds[kept],
        network.x[inside],
        network.y[inside],
        source=network.source,
    )


# --- the libraries: each is prepared once and then asked ----------------------------------------------------------


class NetworkX:
    """The library behind OSMnx."""

    name, package, many = "networkx", "networkx", False

    def __init__(self, roads: RoadNetwork, _: Path) -> None:
        import networkx as nx

        self.nx, self.nodes = nx, roads.nodes
        self.graph = nx.DiGraph()
        self.graph.add_nodes_from(range(roads.nodes))
        self.graph.add_weighted_edges_from(zip(*(part.tolist() for part in _least(roads)), strict=True), weight="s")

    def one_to_all(self, start: int, limit: float = np.inf) -> Times:
        """Give the seconds to every node; inf beyond the limit."""
        cutoff = None if limit == np.inf else limit
        found = self.nx.single_source_dijkstra_path_length(self.graph, start, cutoff=cutoff, weight="s")
        return _spread(self.nodes, np.fromiter(found, np.int64), np.fromiter(found.values(), float))


class IGraph:
    """C library; distances by Dijkstra's method."""

    name, package, many = "igraph", "igraph", True

    def __init__(self, roads: RoadNetwork, _: Path) -> None:
        import igraph

        tail, head, seconds = _least(roads)
        self.graph = igraph.Graph(n=roads.nodes, edges=np.c_[tail, head], directed=True)
        self.graph.es["s"] = seconds.tolist()

    def one_to_all(self, start: int, limit: float = np.inf) -> Times:
        """Give the seconds to every node; inf beyond the limit."""
        return _cut(np.array(self.graph.distances([start], weights="s", algorithm="dijkstra")[0]), limit)

    def matrix(self, starts: Times, ends: Times) -> Times:
        """Give the seconds from each start to each end."""
        return np.array(self.graph.distances(starts.tolist(), ends.tolist(), weights="s", algorithm="dijkstra"))


class RustworkX:
    """Rust library."""

    name, package, many = "rustworkx", "rustworkx", False

    def __init__(self, roads: RoadNetwork, _: Path) -> None:
        import rustworkx

        self.search = rustworkx.dijkstra_shortest_path_lengths
        self.nodes = roads.nodes
        self.graph = rustworkx.PyDiGraph(multigraph=False)
        self.graph.add_nodes_from(range(roads.nodes))
        self.graph.extend_from_weighted_edge_list(list(zip(*(part.tolist() for part in _least(roads)), strict=True)))

    def one_to_all(self, start: int, limit: float = np.inf) -> Times:
        """Give the seconds to every node; inf beyond the limit."""
        found = self.search(self.graph, int(start), edge_cost_fn=float)
        times = _spread(self.nodes, np.fromiter(found.keys(), np.int64), np.fromiter(found.values(), float))
        times[start] = 0.0
        return _cut(times, limit)


class Networkit:
    """C++ library; its matrix runs in parallel."""

    name, package, many = "networkit", "networkit", True

    def __init__(self, roads: RoadNetwork, _: Path) -> None:
        import networkit

        tail, head, seconds = _least(roads)
        self.kit = networkit.distance
        self.graph = networkit.GraphFromCoo((seconds, (tail, head)), n=roads.nodes, weighted=True, directed=True)

    def one_to_all(self, start: int, limit: float = np.inf) -> Times:
        """Give the seconds to every node; inf beyond the limit."""
        search = self.kit.Dijkstra(self.graph, int(start), False, False)
        search.run()
        return _cut(_never(np.asarray(search.getDistances(asarray=True), dtype=float)), limit)

    def matrix(self, starts: Times, ends: Times) -> Times:
        """Give the seconds from each start to each end."""
        search = self.kit.SPSP(self.graph, starts.tolist(), ends.tolist())
        search.run()
        return _never(np.asarray(search.getDistances(asarray=True), dtype=float))


class Scipy:
    """scipy through our own default engine: the answer that all others are held against."""

    name, package, many = "scipy", "scipy", True

    def __init__(self, roads: RoadNetwork, _: Path) -> None:
        self.engine = ScipyEngine(roads)

    def one_to_all(self, start: int, limit: float = np.inf) -> Times:
        """Give the seconds to every node; inf beyond the limit."""
        return self.engine.one_to_all(start, limit)

    def matrix(self, starts: Times, ends: Times) -> Times:
        """Give the seconds from each start to each end."""
        return self.engine.matrix(starts, ends)


class Pandana:
    """C++ contraction hierarchy for pairs; rounds every time to a thousandth and knows no one-to-all."""

    name, package, many = "pandana", "pandana", True

    def __init__(self, roads: RoadNetwork, _: Path) -> None:
        import pandana
        import pandas as pd

        tail, head, seconds = _least(roads)
        self.nodes = roads.nodes
        with _quiet():
            self.network = pandana.Network(
                pd.Series(roads.x), pd.Series(roads.y), pd.Series(tail), pd.Series(head),
                pd.DataFrame({"s": seconds}), twoway=False,
            )  # fmt: skip

    def one_to_all(self, start: int, limit: float = np.inf) -> Times:
        """Give the seconds to every node; inf beyond the limit."""
        if limit == np.inf:
            return self.matrix(np.array([start]), np.arange(self.nodes))[0]
        found = self.network.nodes_in_range([int(start)], limit, imp_name="s")
        return _spread(self.nodes, found["destination"].to_numpy(), found["s"].to_numpy(dtype=float))

    def matrix(self, starts: Times, ends: Times) -> Times:
        """Give the seconds from each start to each end."""
        a, b = np.repeat(starts, len(ends)).tolist(), np.tile(ends, len(starts)).tolist()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of each pair without a way; the answer says so as well
            times = np.array(self.network.shortest_path_lengths(a, b, imp_name="s"))
        return np.where(times > 4_294_967, np.inf, times).reshape(len(starts), len(ends))


class Ours:
    """The contraction hierarchy with sweeps."""

    name, package, many = "Triage Map", "triage-map", True

    def __init__(self, roads: RoadNetwork, folder: Path) -> None:
        self.engine, self.note = SweepEngine.kept(roads, folder)
        self.one_to_all, self.matrix = self.engine.one_to_all, self.engine.matrix


LIBRARIES = {library.name: library for library in (NetworkX, IGraph, RustworkX, Networkit, Scipy, Pandana, Ours)}
ROUNDS_BY = {"pandana": 1.0}
"""Seconds by which an answer may differ: pandana rounds each edge to 0.001 and a way has up to a thousand."""


def _least(roads: RoadNetwork) -> tuple[Times, Times, Times]:
    """Give tail, head and seconds of the least of parallel edges."""
    order = np.lexsort((roads.seconds, roads.head, roads.tail))
    tail, head, seconds = roads.tail[order], roads.head[order], roads.seconds[order]
    first = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])] & (tail != head)
    return tail[first], head[first], seconds[first]


def _spread(nodes: int, found: Times, seconds: Times) -> Times:
    times = np.full(nodes, np.inf)
    times[found] = seconds
    return times


def _cut(times: Times, limit: float) -> Times:
    return times if limit == np.inf else np.where(times <= limit, times, np.inf)


def _never(times: Times) -> Times:
    return np.where(times > 1e300, np.inf, times)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep a C++ library from printing its progress."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


# --- measuring ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """One question for every library: its words, how many different questions there are, and how to ask one."""

    words: str
    needs_matrix: bool
    ask: Callable[[Any, int], Times]


def tasks(nodes: int) -> dict[str, Task]:
    """Give the four questions, with places drawn once for all libraries."""
    draw = np.random.default_rng(7)
    starts = draw.integers(0, nodes, STARTS)
    small, large = ([draw.choice(nodes, size, replace=False) for size in shape] for shape in (SMALL, LARGE))
    return {
        "one": Task("one to all", False, lambda it, n: it.one_to_all(int(starts[n % STARTS]))),
        "cut": Task("one to all within 20 min", False, lambda it, n: it.one_to_all(int(starts[n % STARTS]), CUT_OFF)),
        "small": Task("200 x 2,000", True, lambda it, _: it.matrix(*small)),
        "large": Task("500 x 5,000", True, lambda it, _: it.matrix(*large)),
    }


def too_long(library: str, task: str, nodes: int) -> bool:
    """Say whether a library is not asked at all: the answer alone would take minutes."""
    if library == "pandana":
        return {"one": nodes > 100_000, "cut": False, "small": False, "large": True}[task]
    if library == "scipy":
        return task == "large" and nodes > 300_000
    return library != "Triage Map" and task in ("small", "large") and nodes > 100_000


def compare(
    libraries: dict[str, Any], task: str, question: Task, nodes: int
) -> tuple[dict[str, float], dict[str, int]]:
    """Ask all libraries in turn, round by round; give the median CPU seconds of one answer, and how many rounds."""
    asked = {
        name: it
        for name, it in libraries.items()
        if (hasattr(it, "matrix") or not question.needs_matrix) and not too_long(name, task, nodes)
    }
    spent, took = dict.fromkeys(asked, 0.0), {name: [] for name in asked}
    again = dict.fromkeys(asked, 1)
    right: Times | None = None
    for number in range(ROUNDS):
        for name in sorted(asked, key=lambda name: name != "scipy"):
            if spent[name] > PATIENCE:
                continue
            began = time.process_time()
            for more in range(again[name]):
                answer = question.ask(asked[name], number + more * ROUNDS)
            cpu = time.process_time() - began
            spent[name] += cpu
            took[name].append(cpu / again[name])
            if number == 0:
                right = answer if right is None else right
                agree(name, answer, right)
                again[name] = max(1, min(STARTS // ROUNDS, int(ENOUGH_SECONDS / max(cpu, 1e-6))))
                if not question.needs_matrix and again[name] > 1:
                    took[name].clear()  # the first answer of a quick one warms up; it was compared, not timed
    return {name: statistics.median(cpu) for name, cpu in took.items()}, {name: len(cpu) for name, cpu in took.items()}


def agree(library: str, answer: Times, right: Times) -> None:
    """Hold an answer against scipy's; pandana, which rounds, may see a node just at the limit otherwise."""
    reached = np.isfinite(answer) & np.isfinite(right)
    other = np.isfinite(answer) != np.isfinite(right)
    apart = float(np.abs(answer[reached] - right[reached]).max(initial=0.0))
    if apart > ROUNDS_BY.get(library, 1e-6) or other.mean() > (1e-3 if library in ROUNDS_BY else 0):
        raise AssertionError(
            f"{library} and scipy differ by {apart} s; {int(other.sum())} of {other.size} are reached by one only"
        )


def prepare(library: str, bundle: Path, folder: Path, result: Path) -> None:
    """In a process of its own: prepare one library, and write what it took."""
    roads = load_bundle(bundle)
    warm = RoadNetwork.from_edges([0, 1], [1, 0], [1.0, 1.0], [0, 1], [0, 1])
    LIBRARIES[library](warm, folder / "warm")  # imports, and compiles what is compiled at run time
    before, began = _memory("VmRSS"), time.process_time()
    it = LIBRARIES[library](roads, folder)
    cpu = time.process_time() - began
    peak = _memory("VmHWM")
    load = 0.0
    if library == "Triage Map":
        began = time.process_time()
        it = LIBRARIES[library](roads, folder)
        load = time.process_time() - began
    it.one_to_all(0, CUT_OFF)
    result.write_text(json.dumps({"cpu": cpu, "peak": peak - before, "load": load}), encoding="utf-8")


def _memory(what: str) -> float:
    """Megabytes that this process holds now (VmRSS), or has held at most (VmHWM; of this program alone)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def in_child(*arguments: str, cache: Path | None = None) -> None:
    """Run this program with other arguments in a process of its own."""
    environment = {**os.environ, **({"TRIAGE_MAP_CACHE": str(cache)} if cache else {})}
    subprocess.run([sys.executable, __file__, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)


def bandwidth(megabytes: float) -> float:
    """Measure how many GB a second one core reads from a table of this size, read again and again."""
    table = np.ones(max(1_000, int(megabytes * 2**20 / 8)))
    rounds = max(3, int(2**30 / table.nbytes))
    best = np.inf
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(rounds):
            table.max()
        best = min(best, (time.perf_counter() - began) / rounds)
    return table.nbytes / best / 1e9


def sweep_bytes(engine: SweepEngine, nodes: int) -> int:
    """
    Count the bytes that one sweep must touch once.

    Arcs: the node above (4) and the seconds down (8). Nodes: where the arcs begin (4), the time written (8), the place
    read (4), the answer written (8). Times read through arcs and places are counted as staying in the cache.
    """
    return engine.arcs * 12 + nodes * 24


def climb_seconds(engine: SweepEngine, nodes: int) -> float:
    """Measure the first part of a sweep alone: the search from the start to the top."""
    tree = engine._hierarchy
    times, waiting, seen = np.empty(nodes), np.zeros(nodes // 32 + 1, np.uint32), np.empty(nodes, np.uint32)
    took = []
    for start in tree.place[:: max(1, nodes // 100)]:
        times.fill(np.inf)
        began = time.perf_counter()
        hierarchy._climb(start, tree.first, tree.above, tree.out, times, waiting, seen)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


# --- the page -----------------------------------------------------------------------------------------------------


def section(title: str, roads: RoadNetwork, folder: Path) -> list[str]:
    """Measure all libraries on one network; give its part of the page."""
    print(f"{title}: {roads.nodes:,} nodes, {roads.edges:,} edges", flush=True)
    bundle = folder / "roads.npz"
    roads.save(bundle)
    made_of, missing = {}, []
    for name, library in LIBRARIES.items():
        try:
            version(library.package)
        except ModuleNotFoundError:
            missing.append(name)
            continue
        if name == "pandana" and roads.nodes > 300_000:
            continue  # its own contraction would take the ten minutes that the whole run may
        result = folder / "result.json"
        in_child("--prepare", name, str(bundle), str(folder), str(result))
        made_of[name] = json.loads(result.read_text(encoding="utf-8"))
        print(f"  {name}: prepared in {made_of[name]['cpu']:.2f} s", flush=True)
    libraries = {name: LIBRARIES[name](roads, folder) for name in made_of}
    questions = tasks(roads.nodes)
    found, rounds = {}, {}
    for key, question in questions.items():
        found[key], rounds[key] = compare(libraries, key, question, roads.nodes)
        print(
            "  " + question.words + ": " + ", ".join(f"{n} {s * 1e3:.2f} ms" for n, s in found[key].items()), flush=True
        )
    lines = [
        f"## {title}",
        "",
        f"{roads.nodes:,} nodes, {roads.edges:,} edges. CPU milliseconds of one answer, median of up to {ROUNDS} "
        "rounds in turn; in brackets how many times longer than ours. Preparation in CPU seconds, memory in MB above "
        "the network itself, at the peak.",
        "",
        "| library | " + " | ".join(question.words for question in questions.values()) + " | prepare | memory |",
        "|---|" + "--:|" * (len(questions) + 2),
    ]
    ours = {key: times["Triage Map"] for key, times in found.items()}
    for name, cost in made_of.items():
        cells = [
            f"{found[key][name] * 1e3:,.2f} ({found[key][name] / ours[key]:,.1f}x)" if name in found[key] else "–"
            for key in questions
        ]
        lines.append(f"| {name} | {' | '.join(cells)} | {cost['cpu']:.2f} s | {cost['peak']:,.0f} |")
    engine = libraries["Triage Map"].engine
    touched = sweep_bytes(engine, roads.nodes)
    speed = bandwidth(touched / 2**20)
    least = touched / (speed * 1e9)
    lines += [
        "",
        f"Ours reads its kept file in {made_of['Triage Map']['load'] * 1e3:.0f} ms of CPU. One sweep passes "
        f"{engine.arcs:,} arcs and must touch {touched / 1e6:.1f} MB; one core reads a table of that size at "
        f"{speed:.1f} GB/s, so {least * 1e3:.2f} ms is the least it could take; ours takes {ours['one'] / least:.1f} "
        f"times that. {climb_seconds(engine, roads.nodes) * 1e3:.2f} ms of it go into the climb from the start to the "
        "top; the rest waits for times read here and there through the arcs, and puts the answer into the order of the "
        "network.",
    ]
    if missing:
        lines += ["", f"Not installed, so not measured: {', '.join(missing)}."]
    return lines


def every_postcode(folder: Path) -> list[str]:
    """Try every live postcode of Northamptonshire as the base, on the estimated roads; give its part of the page."""
    county = "Northamptonshire"
    roads = geo.estimate_roads(county)
    frame = geo.Gazetteer.of(county).frame
    points = frame[frame["live"] & frame["in_county"]]
    residents = geo.load_residents(county).reindex(points["lsoa"]).fillna(0).to_numpy()
    weights = residents / points.groupby("lsoa", dropna=False)["easting"].transform("size").to_numpy()
    began, cpu_began = time.perf_counter(), time.process_time()
    engine, _ = SweepEngine.kept(roads, folder)
    ready = time.perf_counter() - began
    at = points["easting"], points["northing"]
    matrix = DriveMatrix(roads, engine, *at, *at)
    lines = [
        "## Every live postcode as a base",
        "",
        f"{len(points):,} live postcodes of {county} tried as the one base, each against all {len(points):,}, on the "
        "estimated roads; residents of an LSOA (2011) spread evenly over its postcodes. Exact: no candidate is left "
        f"out. The kept hierarchy was ready after {ready:.2f} s.",
        "",
        "| in time means | best postcode | share in time | near ties within 5% | best for the mean | mean minutes | wall s | CPU s |",  # noqa: E501
        "|---|---|--:|--:|---|--:|--:|--:|",
    ]
    soft: Callable[[Times], Times] = lambda minutes: 1 / (1 + np.exp((minutes - 20) / 3))  # noqa: E731
    for words, value in (("at most 20 minutes", within(20)), ("1 / (1 + exp((minutes - 20) / 3))", soft)):
        began, cpu_began = time.perf_counter(), time.process_time()
        found = best_sites(matrix, weights, value)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        first, second = found["in_time"], found["minutes"]
        lines.append(
            f"| {words} | {points.index[first.chosen[0]]} | {first.share_in_time[first.chosen[0]]:.1%} "
            f"| {len(first.near_ties):,} | {points.index[second.chosen[0]]} "
            f"| {second.mean_minutes[second.chosen[0]]:.2f} | {wall:.1f} | {cpu:.1f} |"
        )
    return lines


def compiling(folder: Path) -> str:
    """Measure the first start on a fresh machine, and the next one; give the sentence."""
    code = (
        "import time; began = time.perf_counter(); from geo import SweepEngine, RoadNetwork;"
        "SweepEngine(RoadNetwork.from_edges([0], [1], [1.0], [0, 1], [0, 0])); print(time.perf_counter() - began)"
    )
    environment = {**os.environ, "TRIAGE_MAP_CACHE": str(folder / "fresh")}
    seconds = [
        float(subprocess.run([sys.executable, "-c", code], check=True, env=environment, stdout=subprocess.PIPE).stdout)
        for _ in range(2)
    ]
    return (
        f"On a fresh machine the first engine waits {seconds[0]:.1f} s for its code to be compiled and kept in the "
        f"cache folder; the next start takes {seconds[1]:.1f} s, imports included."
    )


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--shared", type=Path, default=os.environ.get("TRIAGE_MAP_TEST_DATA", "../shared/data"))
    parser.add_argument("--made", type=int, default=1_000_000, help="nodes of the made network")
    parser.add_argument("--only", choices=("county", "new-york", "made", "postcodes"), help="print this part alone")
    parser.add_argument("--prepare", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.prepare:
        prepare(given.prepare[0], *map(Path, given.prepare[1:]))
        return
    began = time.perf_counter()
    york = Path(given.shared) / "roads" / "dimacs_ny"
    with tempfile.TemporaryDirectory(prefix="drive-times-") as name:
        folder = Path(name)
        parts: dict[str, Callable[[], list[str]]] = {
            "county": lambda: section("Northamptonshire, estimated", geo.estimate_roads("Northamptonshire"), folder),
            "new-york": lambda: section("New York (DIMACS)", new_york(york), folder),
            "made": lambda: section("A made network", made(given.made), folder),
            "postcodes": lambda: every_postcode(folder),
        }
        if not york.is_dir():
            parts["new-york"] = lambda: ["## New York (DIMACS)", "", "Not measured: the real test data are not here."]
        if given.only:
            print("\n".join(parts[given.only]()))
            return
        body = [line for part in parts.values() for line in [*part(), ""]]
        first = compiling(folder)
    peers = ", ".join(f"{name} {version(it.package)}" for name, it in LIBRARIES.items() if name != "Triage Map")
    head = [
        "## Drive times beside other libraries",
        "",
        "Printed by `benchmarks/drive_times.py` in one run. All libraries answered the same questions and "
        "were compared with scipy before their time counted: to a millionth of a second, pandana to one second (it "
        "rounds each edge to a thousandth).",
        "",
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"{peers}. The run took {(time.perf_counter() - began) / 60:.0f} minutes.",
        "",
        "A dash: not asked, because the library has no such question (a matrix in networkx and rustworkx) or the "
        "answer alone would take minutes. igraph, rustworkx and networkit know no cut-off and search everything. "
        "pandana is left out of the made network: its preparation alone would take minutes.",
        "",
        "Aimed at: one to all 20 times as fast as scipy and 450 times as networkx; 200 x 2,000 60 times as scipy and "
        "200 times as pandana; a million nodes 15 times as scipy; 100,000 nodes prepared in under 10 s.",
        "",
        first,
        "",
    ]
    lower = [f"#{line}" if line.startswith("## ") else line for line in body]
    text = "\n".join([*head, *lower])
    print(text)
    print(put("drive-times", text))


if __name__ == "__main__":
    main()
