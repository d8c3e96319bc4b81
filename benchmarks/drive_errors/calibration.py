"""
Fit the speeds of the estimated roads to published minutes, and the two simpler formulas they are held against.

A fit alternates: find the fastest routes at the present speeds, then fit the speeds along those routes, and again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import least_squares
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from geo.routing.estimated import Calibration, Drawing

FARTHEST_MINUTES = 60.0
"""Pairs whose published minutes, less the offset below, are more than this do not enter a fit."""

OFFSET_MINUTES = 4.73
"""The published minutes are 4.73 + 1.073 x whole minutes: what their authors added, by their steps."""

LEAST_MINUTES = 4.0
"""Below this an error counts as if the trip were so long: a step of 1.073 minutes is all of a short trip."""

SOFT = 0.08
"""Relative error beyond which a pair pulls in proportion and no more by its square."""

ROUNDS = 4
START = Calibration(22.0, 62.5, 16.3, 113.0, 102.0, 92.0, 120.0)
"""Where every fit begins (an earlier calibration), so that it does not depend on what ships. The town speed stays."""

BOUNDS = {
    "country_kmh": (30.0, 120.0),
    "half_density": (1.0, 400.0),
    "motorway_kmh": (70.0, 130.0),
    "dual_kmh": (55.0, 125.0),
    "single_kmh": (40.0, 115.0),
    "main_half_density": (3.0, 2000.0),
}
LOCAL_ONLY = ("country_kmh", "half_density")
LONGEST_ALLOWANCE = 9.0


@dataclass(frozen=True, slots=True)
class Fit:
    """Speeds, and the minutes that the published times hold beyond driving between junctions (never shipped)."""

    calibration: Calibration
    allowance: float


@dataclass(frozen=True, slots=True)
class CrowFit:
    """Straight-line speed that rises with distance, from ``slow`` towards ``fast``, half way at ``half``."""

    slow_kmh: float
    fast_kmh: float
    half_km: float
    allowance: float

    def minutes(self, km: np.ndarray) -> np.ndarray:
        """Give the minutes over a straight line."""
        return np.asarray(60 * km / (self.slow_kmh + (self.fast_kmh - self.slow_kmh) * km / (km + self.half_km)))


@dataclass(frozen=True, eq=False)
class Sample:
    """Pairs to fit to, over one county's drawing: their nodes, the minutes to the junctions, and what was published."""

    drawing: Drawing
    starts: np.ndarray
    ends: np.ndarray
    access: np.ndarray
    published: np.ndarray


def sample(drawing: Drawing, pairs: pd.DataFrame) -> Sample:
    """Take the pairs within reach (``start, end, access, published``) as a sample over the drawing."""
    near = pairs[pairs["published"] - OFFSET_MINUTES <= FARTHEST_MINUTES]
    return Sample(drawing, *(near[name].to_numpy() for name in ("start", "end", "access", "published")))


def fit(samples: Sequence[Sample], free: Sequence[str] = tuple(BOUNDS), start: Calibration = START) -> Fit:
    """Fit the speeds named in ``free``, and the allowance, to every sample together."""
    now = Fit(start, OFFSET_MINUTES + 1.0)
    for _ in range(ROUNDS):
        now = _fit_along(samples, [routes(one, now.calibration) for one in samples], free, now)
    return now


def fit_crow(km: np.ndarray, published: np.ndarray) -> CrowFit:
    """Fit the straight-line formula and its allowance."""
    near = published - OFFSET_MINUTES <= FARTHEST_MINUTES
    km, published = km[near], published[near]
    bounds = ([5.0, 30.0, 1.0, 0.0], [60.0, 130.0, 100.0, LONGEST_ALLOWANCE])
    found = _least(lambda z: CrowFit(*z).minutes(km) + z[3], published, [20.0, 60.0, 15.0, 5.0], bounds)
    return CrowFit(*(float(value) for value in found))


def routes(one: Sample, calibration: Calibration) -> csr_array:
    """Give how often the fastest route of each pair uses each drawn edge, shape (pairs, edges)."""
    drawing = one.drawing
    nodes, edges = len(drawing.points), len(drawing.edges.metres)
    tail = np.concatenate([drawing.edges.start, drawing.edges.end]).astype(np.int64)
    head = np.concatenate([drawing.edges.end, drawing.edges.start]).astype(np.int64)
    seconds = np.tile(drawing.seconds(calibration), 2)
    order = np.lexsort((seconds, tail * nodes + head))
    key = (tail * nodes + head)[order]
    first = np.concatenate([[True], key[1:] != key[:-1]])  # the least of parallel edges
    key, chosen = key[first], order[first]
    pointers = np.concatenate([[0], np.cumsum(np.bincount(tail[chosen], minlength=nodes))]).astype(np.int32)
    roads = csr_array((seconds[chosen], head[chosen].astype(np.int32), pointers), shape=(nodes, nodes))
    sources, tree = np.unique(one.starts, return_inverse=True)
    _, before = dijkstra(roads, indices=sources, return_predecessors=True)
    node, pair = one.ends.astype(np.int64), np.arange(len(one.ends))
    rows, columns = [], []
    while len(pair):
        last = before[tree[pair], node].astype(np.int64)
        on = last >= 0
        pair, node, last = pair[on], node[on], last[on]
        rows.append(pair)
        columns.append(chosen[np.searchsorted(key, last * nodes + node)] % edges)
        node = last
    row, column = np.concatenate(rows), np.concatenate(columns)
    return coo_array((np.ones(len(row)), (row, column)), shape=(len(one.ends), edges)).tocsr()


def _fit_along(samples: Sequence[Sample], uses: list[csr_array], free: Sequence[str], now: Fit) -> Fit:
    """Fit the speeds with the routes held as they are."""
    used = [np.unique(use.indices) for use in uses]
    uses = [use[:, edges] for use, edges in zip(uses, used, strict=True)]
    driven = [one.drawing.with_edges(edges) for one, edges in zip(samples, used, strict=True)]

    def speeds(z: np.ndarray) -> Calibration:
        return replace(now.calibration, **dict(zip(free, (float(value) for value in z), strict=False)))

    def minutes(z: np.ndarray) -> np.ndarray:
        calibration = speeds(z)
        parts = zip(samples, uses, driven, strict=True)
        return np.concatenate([use @ roads.seconds(calibration) / 60 + one.access for one, use, roads in parts]) + z[-1]

    published = np.concatenate([one.published for one in samples])
    start = [getattr(now.calibration, name) for name in free] + [now.allowance]
    bounds = ([BOUNDS[name][0] for name in free] + [0.0], [BOUNDS[name][1] for name in free] + [LONGEST_ALLOWANCE])
    found = _least(minutes, published, start, bounds)
    return Fit(speeds(found), float(found[-1]))


def _least(
    minutes: Callable[[np.ndarray], np.ndarray],
    published: np.ndarray,
    start: list[float],
    bounds: tuple[list[float], list[float]],
) -> np.ndarray:
    """Find what makes the relative errors small, far-off pairs pulling less."""
    length = np.maximum(published - OFFSET_MINUTES, LEAST_MINUTES)
    inside = np.clip(start, np.add(bounds[0], 1e-6), np.subtract(bounds[1], 1e-6))
    found = least_squares(
        lambda z: (minutes(z) - published) / length,
        inside,
        bounds=bounds,
        x_scale=np.maximum(np.abs(inside), 1.0),
        loss="soft_l1",
        f_scale=SOFT,
    )
    return np.asarray(found.x)
