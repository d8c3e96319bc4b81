"""
Exact drive times in about a millisecond: a contraction hierarchy, swept from the top down.

Nodes are contracted once, the least important first; a shortcut stands in wherever the only fastest way led through
the one that goes. A journey then climbs to more important junctions and comes down again, so one short search upwards
and one pass over all nodes, the most important first, gives the time to every node (PHAST); to a chosen set of
places only the nodes above them are passed (RPHAST). The only module that knows numba.

References
----------
Geisberger, Sanders, Schultes & Vetter (2012), Transportation Science 46, 388-404 (contraction hierarchies).
Delling, Goldberg, Nowatzyk & Werneck (2013), Journal of Parallel and Distributed Computing 73, 940-952 (PHAST).
Delling, Goldberg & Werneck (2011), ATMOS, 52-63 (RPHAST).
"""

import hashlib
import os
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from geo.errors import SourceError
from geo.routing.arrays import keep
from geo.routing.engine import DriveTimeEngine, ScipyEngine, known_nodes
from geo.routing.roads import Floats, RoadNetwork
from geo.settings import cache_folder

try:
    import numba
    from numba.core.errors import NumbaError

    MISSING = ""
except (ImportError, OSError) as error:  # not installed, or its compiler does not load on this machine
    MISSING = str(error)

Numbers = npt.NDArray[np.uint32]
"""Unsigned: a kernel that cannot count from the end of an array needs no check at each step."""
Counts = npt.NDArray[np.int64]

FORMAT = 1
"""Raised by one when the kept arrays change their meaning, so that an old file is made again."""

KEPT_FILES = 8
"""Hierarchies kept in one folder: a few counties, a few speed profiles each (assumption); the least used goes."""

LANES = 16
"""Journeys swept at a time: two vectors of eight doubles, so that one read of an arc serves sixteen starts."""

GUESS_NODES, CHECK_NODES = 40, 200
"""A search for a way round settles this many nodes while guessing an order, and while contracting. A search that
stops early costs a needless shortcut, never a wrong time."""

WORKERS = 2
"""Sweeps that run at once; each needs its own table of times."""

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def _compiled(kernel: _Kernel) -> Any:
    """
    Compile a kernel when it is first called.

    Compiled code is kept in the cache folder, never beside the program; where that cannot be written, nothing is kept.
    """
    if MISSING:
        return kernel  # every engine refuses before it is called
    settings = {"CACHE_DIR": str(cache_folder() / "compiled"), "CACHE_LOCATOR_CLASSES": _ONLY_THERE}
    before = {name: getattr(numba.config, name) for name in settings}
    try:
        vars(numba.config).update(settings)
        return numba.njit(nogil=True, error_model="numpy", cache=True)(kernel)
    except RuntimeError:  # numba: no locator available, that is, the folder cannot be written
        return numba.njit(nogil=True, error_model="numpy")(kernel)
    finally:
        vars(numba.config).update(before)


_ONLY_THERE = "numba.core.caching.UserProvidedCacheLocator"


@_compiled
def _push(keys, items, size, key, item):  # type: ignore[no-untyped-def]
    """Put an item on a heap of ``size`` whose least key is first."""
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if keys[parent] <= key:
            break
        keys[place], items[place] = keys[parent], items[parent]
        place = parent
    keys[place], items[place] = key, item


@_compiled
def _pop(keys, items, size):  # type: ignore[no-untyped-def]
    """Take the first item off a heap that has ``size`` left without it; the caller has read it."""
    key, item = keys[size], items[size]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[place], items[place] = keys[child], items[child]
        place = child
    keys[place], items[place] = key, item


@_compiled
def _find_way_round(  # type: ignore[no-untyped-def]
    start, around, longest, most, first, length, to, out, seconds, seen, mark, wanted, left, keys, items
):
    """Label nodes within ``longest`` seconds of ``start``, not through ``around``, until all wanted are settled."""
    seconds[start], seen[start] = 0.0, mark
    keys[0], items[0] = 0.0, start
    size, settled = 1, 0
    while size > 0:
        now, node = keys[0], items[0]
        size -= 1
        _pop(keys, items, size)
        if now > seconds[node]:
            continue
        if wanted[node] == mark:
            left -= 1
            if left == 0:
                return
        settled += 1
        if settled > most:
            return
        for arc in range(first[node], first[node] + length[node]):
            then = now + out[arc]
            if then <= longest:
                end = to[arc]
                if end != around and (seen[end] != mark or then < seconds[end]):
                    seen[end], seconds[end] = mark, then
                    if size < len(keys):
                        _push(keys, items, size, then, end)
                        size += 1


@_compiled
def _simulate(node, most, first, length, to, out, back, seconds, seen, mark, wanted, keys, items, found, times):  # type: ignore[no-untyped-def]
    """
    Find the shortcuts that keep all times right once ``node`` has gone; give their number and the next mark.

    ``found`` takes the places of the two neighbours in the list of arcs of ``node``; -1 when the list is full.
    """
    begin, end = first[node], first[node] + length[node]
    count = 0
    for arc in range(begin, end):
        into = back[arc]
        if into == np.inf:
            continue
        mark += 1
        longest, left = -1.0, np.int64(0)
        for other in range(begin, end):
            if other != arc and out[other] < np.inf:
                wanted[to[other]] = mark
                left += 1
                longest = max(longest, into + out[other])
        if left == 0:
            continue
        _find_way_round(
            to[arc], node, longest, most, first, length, to, out, seconds, seen, mark, wanted, left, keys, items
        )
        for other in range(begin, end):
            if other != arc and out[other] < np.inf:
                through = into + out[other]
                if seen[to[other]] != mark or seconds[to[other]] > through:
                    if count == len(times):
                        return -1, mark
                    found[count, 0], found[count, 1], times[count] = arc, other, through
                    count += 1
    return count, mark


@_compiled
def _price(node, shortcuts, length, gone, level):  # type: ignore[no-untyped-def]
    """
    Say how much a node would leave behind: the least goes next.

    Weights as measured on the estimated roads and a made network, the fewest arcs; no weight makes a time wrong.
    """
    return 2.0 * (shortcuts - 2 * length[node]) + gone[node] + level[node]


@_compiled
def _contract(first, length, to, out, back, guess, check):  # type: ignore[no-untyped-def]
    """
    Contract every node, the one with the least price first.

    ``to``, ``out`` and ``back`` hold the arcs of node ``v`` from ``first[v]`` on. A price goes up as neighbours go, so
    it is worked out again before its node goes; -inf stands for one that was never worked out.

    Gives the nodes in the order in which they went, the level of each, and for each step the arcs to nodes that were
    still there: where each step's begin, their ends, and the seconds out to and back from them (inf: no such way).
    """
    nodes = len(first)
    room = length.copy()
    used = len(to)
    step_first = np.zeros(nodes + 1, np.int64)
    order = np.empty(nodes, np.int32)
    up_to, up_out, up_back = np.empty(len(to), np.uint32), np.empty(len(to)), np.empty(len(to))
    ups = 0
    level, gone = np.zeros(nodes, np.int32), np.zeros(nodes, np.int32)
    seconds, seen, wanted = np.zeros(nodes), np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    mark = np.int64(0)  # a plain 0 would be a type of its own, and compiled for itself
    keys, items = np.empty(20_000), np.empty(20_000, np.uint32)
    found, times = np.empty((256, 2), np.int64), np.empty(256)
    prices, queue = np.full(nodes, -np.inf), np.arange(nodes).astype(np.uint32)
    waiting, step = nodes, 0
    while waiting > 0:
        node, most = queue[0], check if prices[0] > -np.inf else guess
        waiting -= 1
        _pop(prices, queue, waiting)
        count = -1
        while count < 0:
            count, mark = _simulate(
                node, most, first, length, to, out, back, seconds, seen, mark, wanted, keys, items, found, times
            )
            if count < 0:
                found, times = np.empty((2 * len(times), 2), np.int64), np.empty(2 * len(times))
        price = _price(node, count, length, gone, level)
        if waiting > 0 and price > prices[0]:
            _push(prices, queue, waiting, price, node)
            waiting += 1
            continue
        begin, end = first[node], first[node] + length[node]
        if ups + end - begin > len(up_to):
            more = 2 * len(up_to) + end - begin
            wider_to, wider_out, wider_back = np.empty(more, np.uint32), np.empty(more), np.empty(more)
            wider_to[:ups], wider_out[:ups], wider_back[:ups] = up_to[:ups], up_out[:ups], up_back[:ups]
            up_to, up_out, up_back = wider_to, wider_out, wider_back
        for arc in range(begin, end):
            other = to[arc]
            up_to[ups], up_out[ups], up_back[ups] = other, out[arc], back[arc]
            ups += 1
            level[other] = max(level[other], level[node] + 1)
            gone[other] += 1
            last = first[other] + length[other] - 1
            place = first[other]
            while to[place] != node:
                place += 1
            to[place], out[place], back[place] = to[last], out[last], back[last]
            length[other] -= 1
        order[step] = node
        step += 1
        step_first[step] = ups
        for number in range(count):
            start, finish, through = to[found[number, 0]], to[found[number, 1]], times[number]
            for side in range(2):
                here, there = (start, finish) if side == 0 else (finish, start)
                place, last = first[here], first[here] + length[here]
                while place < last and to[place] != there:
                    place += 1
                if place == last:
                    if length[here] == room[here]:
                        wide = 2 * room[here] + 4
                        if used + wide > len(to):
                            more = 2 * len(to) + wide
                            wider_to, wider_out, wider_back = np.empty(more, np.uint32), np.empty(more), np.empty(more)
                            wider_to[:used], wider_out[:used], wider_back[:used] = to[:used], out[:used], back[:used]
                            to, out, back = wider_to, wider_out, wider_back
                        for arc in range(length[here]):
                            old = first[here] + arc
                            to[used + arc], out[used + arc], back[used + arc] = to[old], out[old], back[old]
                        first[here], room[here] = used, wide
                        used += wide
                    place = first[here] + length[here]
                    to[place], out[place], back[place] = there, np.inf, np.inf
                    length[here] += 1
                if side == 0:
                    out[place] = min(out[place], through)
                else:
                    back[place] = min(back[place], through)
    return order, level, step_first, up_to[:ups], up_out[:ups], up_back[:ups]


@_compiled
def _climb(start, first, above, seconds, times, waiting, seen):  # type: ignore[no-untyped-def]
    """
    Give the times from ``start`` to every node above it along ways that only climb; ``seen`` takes who they are.

    Nodes are numbered from the top, so the greatest number that waits is complete: nothing below it is left. Those that
    wait are bits of ``waiting``, 32 nodes a word; all are off before and after. Gives how many were seen.
    """
    times[start] = 0.0
    word, done = np.int64(start >> _FIVE), 0
    waiting[word] = _ONE << (start & _LAST_BITS)
    while word >= 0:
        bits = waiting[word]
        if bits == 0:
            word -= 1
            continue
        top = (np.float64(bits).view(np.int64) >> 52) - 1023  # the exponent of a double: the highest bit that is on
        waiting[word] = bits ^ (_ONE << np.uint32(top))
        node = (word << 5) + top
        seen[done] = node
        done += 1
        now = times[node]
        for arc in range(first[node], first[node + 1]):
            then, end = now + seconds[arc], above[arc]
            if then < times[end]:
                times[end] = then
                waiting[end >> _FIVE] |= _ONE << (end & _LAST_BITS)
    return done


_ONE, _FIVE, _LAST_BITS = np.uint32(1), np.uint32(5), np.uint32(31)


@_compiled
def _sweep(  # type: ignore[no-untyped-def]
    start, first, above, climbing, falling, place, limit, times, waiting, seen, answer
):
    """Fill ``answer`` with the seconds to every node, in the order of the network."""
    times[:] = np.inf
    _climb(start, first, above, climbing, times, waiting, seen)
    begin = first[0]
    for node in range(len(times)):
        least, end = times[node], first[node + 1]
        for arc in range(begin, end):
            least = min(least, times[above[arc]] + falling[arc])
        begin = end
        times[node] = least
    for node in range(len(times)):
        least = times[place[node]]
        answer[node] = least if least <= limit else np.inf


@_compiled
def _select(targets, first, above, chosen):  # type: ignore[no-untyped-def]
    """Mark in ``chosen`` every node above one of the targets, and themselves."""
    stack, size = np.empty(len(chosen), np.uint32), 0
    for target in targets:
        if not chosen[target]:
            chosen[target] = True
            stack[size] = target
            size += 1
    while size > 0:
        size -= 1
        node = np.int64(stack[size])
        for arc in range(first[node], first[node + 1]):
            end = above[arc]
            if not chosen[end]:
                chosen[end] = True
                stack[size] = end
                size += 1


@_compiled
def _sweep_many(  # type: ignore[no-untyped-def]
    starts, first, above, climbing, small_first, small_above, falling, chosen, small, ends, answer
):
    """
    Fill ``answer`` with the seconds from each start to each end, shape (starts, ends).

    ``small_first``, ``small_above`` and ``falling`` are the arcs of the nodes ``chosen``, those above the ends;
    ``small`` gives the number of each node among them, and ``ends`` are numbered so.
    """
    nodes, few = len(first) - 1, len(small_first) - 1
    times, waiting = np.full(nodes, np.inf), np.zeros(nodes // 32 + 1, np.uint32)
    seen = np.empty(nodes, np.uint32)
    table = np.empty((few, LANES))
    for begin in range(0, len(starts), LANES):
        lanes = min(LANES, len(starts) - begin)
        table[:] = np.inf
        for lane in range(lanes):
            for number in range(_climb(starts[begin + lane], first, above, climbing, times, waiting, seen)):
                node = seen[number]
                if chosen[node]:
                    table[small[node], lane] = times[node]
                times[node] = np.inf
        for node in range(few):
            for arc in range(small_first[node], small_first[node + 1]):
                higher, down = small_above[arc], falling[arc]
                for lane in range(LANES):
                    table[node, lane] = min(table[node, lane], table[higher, lane] + down)
        for number in range(len(ends)):
            end = ends[number]
            for lane in range(lanes):
                answer[begin + lane, number] = table[end, lane]


@dataclass(frozen=True, eq=False)
class _Hierarchy:
    """
    Nodes renumbered from the top down, each with its arcs to higher ones.

    ``place`` gives the new number of each node. The arcs of node ``p`` are ``first[p]`` to ``first[p + 1]``: the
    node ``above``, the seconds ``out`` to it and ``back`` from it, inf where no way leads.
    """

    place: Numbers
    first: Numbers
    above: Numbers
    out: Floats
    back: Floats


class SweepEngine:
    """
    A contraction hierarchy with one-to-all sweeps: the times of :class:`ScipyEngine`, many times faster.

    Directions are kept, the least of parallel edges counts, and an edge that takes no time stays an edge. Times are
    those of Dijkstra's method to a millionth of a second (sums are made in another order, so the last digits of a
    double may differ; where times pass 10^9 seconds, a double itself is no finer). The hierarchy holds for one
    network and its times: when a second changes, it is made again, about 5 s for 100,000 nodes.

    Raises
    ------
    SourceError
        If numba is not there, or cannot compile on this machine.

    Examples
    --------
    >>> roads = RoadNetwork.from_edges([0, 0, 1], [1, 1, 2], [60.0, 45.0, 0.0], [0, 1, 2], [0, 0, 0])
    >>> SweepEngine(roads).one_to_all(0).tolist()
    [0.0, 45.0, 45.0]
    """

    def __init__(self, network: RoadNetwork) -> None:
        compile_kernels()
        self._hierarchy = _hierarchy(network)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Refuse where numba cannot compile, as the constructor does."""
        compile_kernels()
        self.__dict__.update(state)

    @classmethod
    def kept(cls, network: RoadNetwork, folder: Path) -> tuple[Self, str]:
        """
        Give the engine of a network from a file in ``folder``, made and kept there the first time.

        The file is named by a digest of the network's arrays, so another network or other times never meet it. A
        damaged or foreign file is made again. :data:`KEPT_FILES` stay; the one unused for longest goes.

        Returns
        -------
        The engine, and what to tell the user: empty, or why a file was made again or could not be kept.

        Raises
        ------
        SourceError
            If numba is not there, or cannot compile on this machine.
        """
        compile_kernels()
        path = folder / f"hierarchy-{_digest(network)}.npz"
        engine = cls.__new__(cls)
        fault = ""
        if path.exists():
            loaded = _load(path, network.nodes)
            if isinstance(loaded, _Hierarchy):
                engine._hierarchy = loaded
                return engine, ""
            fault = f"{path.name} {loaded}; the hierarchy of roads was made again"
        engine._hierarchy = _hierarchy(network)
        try:
            _save(engine._hierarchy, path)
        except SourceError as problem:
            return engine, f"the hierarchy of roads will be made again at the next start: {problem}"
        return engine, fault

    @property
    def arcs(self) -> int:
        """How many arcs one sweep reads."""
        return len(self._hierarchy.above)

    def one_to_all(self, node: int, limit_seconds: float = np.inf) -> Floats:
        """
        Give the seconds from ``node`` to every node, shape (nodes,).

        A node that cannot be reached, or not within ``limit_seconds`` (boundary included), is inf.

        Raises
        ------
        SchemaError
            If there is no such node.
        """
        tree = self._hierarchy
        return _to_every_node(tree, node, limit_seconds, tree.out, tree.back)

    def all_to_one(self, node: int, limit_seconds: float = np.inf) -> Floats:
        """
        Give the seconds from every node to ``node``, shape (nodes,).

        A node from which it cannot be reached, or not within ``limit_seconds`` (boundary included), is inf.

        Raises
        ------
        SchemaError
            If there is no such node.
        """
        tree = self._hierarchy
        return _to_every_node(tree, node, limit_seconds, tree.back, tree.out)

    def matrix(self, sources: npt.ArrayLike, targets: npt.ArrayLike) -> Floats:
        """
        Give the seconds from each source to each target, shape (sources, targets); inf where unreachable.

        The search starts from the shorter of the two lists, backwards over the roads when that is the targets.

        Raises
        ------
        SchemaError
            If a source or a target is no node of the network.
        """
        tree, nodes = self._hierarchy, len(self._hierarchy.place)
        rows, columns = known_nodes(sources, nodes, "source"), known_nodes(targets, nodes, "target")
        if len(columns) < len(rows):
            return np.ascontiguousarray(_between(tree, tree.place[columns], tree.place[rows], tree.back, tree.out).T)
        return _between(tree, tree.place[rows], tree.place[columns], tree.out, tree.back)


def best_engine(network: RoadNetwork, folder: Path) -> tuple[DriveTimeEngine, str]:
    """
    Give the fastest engine that this machine can run, and what to tell the user about it.

    The sweeps of :meth:`SweepEngine.kept` in ``folder``; where numba is not there or cannot compile, scipy with the
    reason in words. Both give the same times.
    """
    try:
        return SweepEngine.kept(network, folder)
    except SourceError as problem:
        return ScipyEngine(network), f"Drive times are exact but slow on this machine: {problem}"


@cache
def compile_kernels() -> None:
    """
    Compile every kernel, or read what was compiled before: about 10 s the first time on a machine, then 0.2 s.

    Raises
    ------
    SourceError
        If numba is not there, or cannot compile.
    """
    if MISSING:
        raise SourceError(f"fast drive times need numba, which does not load here ({MISSING}); reinstall Triage Map")
    try:
        tree = _hierarchy(RoadNetwork.from_edges([0], [1], [1.0], [0, 1], [0, 0]))
        _to_every_node(tree, 0, np.inf, tree.out, tree.back)
        _between(tree, tree.place, tree.place, tree.out, tree.back)
    except (NumbaError, OSError) as error:
        first = next(iter(str(error).splitlines()), "")
        raise SourceError(f"fast drive times cannot be compiled on this machine ({first}); update numba") from error


def _hierarchy(network: RoadNetwork) -> _Hierarchy:
    """Contract a network and number its nodes from the top down."""
    first, length, to, out, back = _two_way_arcs(network)
    order, level, step_first, up_to, up_out, up_back = _contract(first, length, to, out, back, GUESS_NODES, CHECK_NODES)
    step = np.empty(network.nodes, np.int64)
    step[order] = np.arange(network.nodes)
    degree = np.diff(step_first)[step]
    down = np.lexsort((_along_a_curve(network.x, network.y), -degree, -level))
    place = np.empty(network.nodes, np.uint32)
    place[down] = np.arange(network.nodes, dtype=np.uint32)
    begins = np.concatenate(([0], np.cumsum(degree[down])))
    arcs = np.arange(begins[-1]) + np.repeat(step_first[step[down]] - begins[:-1], degree[down])
    return _Hierarchy(place, begins.astype(np.uint32), place[up_to[arcs]], up_out[arcs], up_back[arcs])


def _to_every_node(tree: _Hierarchy, node: int, limit_seconds: float, climbing: Floats, falling: Floats) -> Floats:
    """Sweep all nodes from one."""
    nodes = len(tree.place)
    start = tree.place[known_nodes([node], nodes, "node")[0]]
    times, answer = np.empty(nodes), np.empty(nodes)
    waiting, seen = np.zeros(nodes // 32 + 1, np.uint32), np.empty(nodes, np.uint32)
    arcs = tree.first, tree.above, climbing, falling
    _sweep(start, *arcs, tree.place, float(limit_seconds), times, waiting, seen, answer)
    return answer


def _between(tree: _Hierarchy, starts: Numbers, ends: Numbers, climbing: Floats, falling: Floats) -> Floats:
    """Sweep the nodes above the ends, from every start; in two threads where there are starts enough."""
    unique, row = np.unique(starts, return_inverse=True)
    small = _above(tree, ends, falling)
    found = np.empty((len(unique), len(ends)))

    def sweep(part: slice) -> None:
        _sweep_many(unique[part], tree.first, tree.above, climbing, *small, found[part])

    share = -(-len(unique) // (WORKERS * LANES)) * LANES
    if len(unique) <= 2 * LANES:
        sweep(slice(None))
    else:
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(sweep, [slice(begin, begin + share) for begin in range(0, len(unique), share)]))
    return found[row]


def _two_way_arcs(network: RoadNetwork) -> tuple[Counts, Counts, Numbers, Floats, Floats]:
    """
    Give for each node its neighbours, and the least seconds out to and back from each; inf where no edge leads.

    Returns
    -------
    Where the arcs of each node begin, how many they are, their ends, seconds out, seconds back. Loops are left out.
    """
    real = network.tail != network.head
    tail, head, seconds = network.tail[real], network.head[real], network.seconds[real]
    never = np.full(len(tail), np.inf)
    here, there = np.concatenate((tail, head)), np.concatenate((head, tail))
    order = np.lexsort((there, here))
    here, there = here[order], there[order]
    begins = np.flatnonzero(np.r_[True, (here[1:] != here[:-1]) | (there[1:] != there[:-1])][: len(here)])
    if not len(begins):  # nothing to reduce
        none = np.zeros(network.nodes, np.int64)
        return none, none.copy(), np.empty(0, np.uint32), np.empty(0), np.empty(0)
    out = np.minimum.reduceat(np.concatenate((seconds, never))[order], begins)
    back = np.minimum.reduceat(np.concatenate((never, seconds))[order], begins)
    length = np.bincount(here[begins], minlength=network.nodes)
    return np.cumsum(length) - length, length, there[begins].astype(np.uint32), out, back


def _along_a_curve(x: Floats, y: Floats) -> npt.NDArray[np.uint64]:
    """Give the rank of each point along a curve that keeps neighbours together (Morton order)."""
    rank = np.zeros(len(x), np.uint64)
    for bit, values in enumerate((x, y)):
        span = max(float(np.ptp(values)), 1.0)
        cell = ((values - values.min()) / span * 65_535).astype(np.uint64)
        for shift in (8, 4, 2, 1):
            cell = (cell | (cell << np.uint64(shift))) & _SPREAD[shift]
        rank |= cell << np.uint64(bit)
    return rank


_SPREAD = {8: np.uint64(0x00FF00FF), 4: np.uint64(0x0F0F0F0F), 2: np.uint64(0x33333333), 1: np.uint64(0x55555555)}


def _above(
    tree: _Hierarchy, ends: Numbers, falling: Floats
) -> tuple[Numbers, Numbers, Floats, npt.NDArray[np.bool_], Numbers, Numbers]:
    """Give the part of the hierarchy above some nodes: its arcs, who is in it, their numbers, those of the ends."""
    chosen = np.zeros(len(tree.place), np.bool_)
    _select(ends, tree.first, tree.above, chosen)
    number = np.cumsum(chosen, dtype=np.uint32) - _ONE  # of a node that is not chosen: without meaning
    first = tree.first.astype(np.int64)
    length = first[1:] - first[:-1]
    arcs = np.repeat(chosen, length)
    begins = np.concatenate(([0], np.cumsum(length[chosen]))).astype(np.uint32)
    return begins, number[tree.above[arcs]], falling[arcs], chosen, number, number[ends]


def _digest(network: RoadNetwork) -> str:
    digest = hashlib.blake2b(f"{FORMAT} {network.nodes}".encode(), digest_size=12)
    for values in (network.tail, network.head, network.seconds):
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def _save(tree: _Hierarchy, path: Path) -> None:
    """Keep a hierarchy, and let the files unused for longest go."""
    keep(path, {part.name: getattr(tree, part.name) for part in fields(tree)}, KEPT_FILES)


def _load(path: Path, nodes: int) -> _Hierarchy | str:
    """Read a kept hierarchy; a text says what is wrong with the file."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as saved:
            tree = _Hierarchy(**{part.name: saved[part.name] for part in fields(_Hierarchy)})
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile):
        return "was damaged"
    if not _is_whole(tree, nodes):
        return "was not made by this program"
    with suppress(OSError):  # a folder that may only be read: then nothing is ever let go from it either
        os.utime(path)
    return tree


def _is_whole(tree: _Hierarchy, nodes: int) -> bool:
    """Say whether the arrays are a hierarchy of so many nodes: a sweep over any other could read outside of them."""
    arcs = len(tree.above)
    kinds = (np.uint32, np.uint32, np.uint32, np.float64, np.float64)
    shapes = (nodes, nodes + 1, arcs, arcs, arcs)
    for part, kind, shape in zip(fields(tree), kinds, shapes, strict=True):
        values = getattr(tree, part.name)
        if values.dtype != kind or values.shape != (shape,):
            return False
    first = tree.first.astype(np.int64)
    length = first[1:] - first[:-1]
    return bool(
        tree.first[0] == 0
        and tree.first[-1] == arcs
        and (length >= 0).all()
        and (np.bincount(np.minimum(tree.place, nodes), minlength=nodes) == 1).all()
        and (tree.above < np.repeat(np.arange(nodes), length)).all()
        and (tree.out >= 0).all()
        and (tree.back >= 0).all()
    )
