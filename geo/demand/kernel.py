"""
A heatmap that says what it is: kernel density of incidents within the county, its bandwidth chosen by the incidents.

Incidents are summed into cells of 250 m first, so that a million are as quick as a hundred. The density is
divided by the kernel's mass inside the county, so it does not sink towards the border, and adds up to what was counted.
The bandwidth is the one that best foretells each cell from all the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import cast

import contourpy
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.ndimage import gaussian_filter, gaussian_filter1d
from shapely.geometry.base import BaseGeometry

from geo.errors import SchemaError

Grid = npt.NDArray[np.float64]

CELL_METRES = 250.0
"""Small beside every bandwidth, about a street."""

BANDWIDTHS = (500.0, 750.0, 1_000.0, 1_500.0, 2_000.0, 3_000.0, 4_000.0, 6_000.0, 8_000.0, 12_000.0)
"""Standard deviations of the kernel that are tried, metres: from a neighbourhood to a third of the county."""

FEWEST = 10
"""Places below which there is no heatmap: their points are plainer than any smoothing. Assumption."""

ANYWHERE = 0.01
"""Share of incidents that may lie anywhere in the county, so that one far place does not choose alone. Assumption."""

RESAMPLES = 40
REACH = 4.0
"""Where kernels end, in bandwidths; beyond it lies less than a thousandth of their mass."""


@dataclass(frozen=True, eq=False)
class Window:
    """
    The cells of a county: ``inside`` has shape (rows, columns), the first row in the south, and ``west`` and ``south``
    are the grid's corner in metres. Made once for an outline by :func:`window_over`.
    """

    inside: npt.NDArray[np.bool_]
    west: float
    south: float

    def cells(self, eastings: npt.ArrayLike, northings: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], ...]:
        """Give row and column of the cell of each point, on or off the grid."""
        columns = np.floor((np.asarray(eastings, dtype=np.float64) - self.west) / CELL_METRES).astype(np.int64)
        rows = np.floor((np.asarray(northings, dtype=np.float64) - self.south) / CELL_METRES).astype(np.int64)
        return rows, columns


def window_over(outline: BaseGeometry) -> Window:
    """Lay the grid over an outline in EPSG:27700: a cell is inside where its middle is."""
    west, south, east, north = outline.bounds
    west, south = (CELL_METRES * (np.floor(low / CELL_METRES) - 2) for low in (west, south))
    columns = int(np.ceil((east - west) / CELL_METRES)) + 2
    rows = int(np.ceil((north - south) / CELL_METRES)) + 2
    middles = np.meshgrid(
        west + CELL_METRES * (np.arange(columns) + 0.5), south + CELL_METRES * (np.arange(rows) + 0.5)
    )
    shapely.prepare(outline)
    return Window(shapely.contains_xy(outline, *middles), float(west), float(south))


@dataclass(frozen=True, eq=False)
class Heat:
    """
    Where incidents lie, smoothed.

    Parameters
    ----------
    density
        Incidents (or what they count for) a square kilometre, shape (rows, columns) of the window; 0 outside it. Its
        sum over the county is the sum of what was counted.
    window
        Where its cells lie.
    bandwidth
        Metres; the kernel's standard deviation.
    incidents, places
        How many incidents it is made of, in how many cells.
    peak_error
        Standard deviation of the density at its peak, as a share of it, over the resamples.
    kept
        Share of the area that holds half of the incidents that stays in it, on the mean over the resamples.
    """

    density: Grid
    window: Window
    bandwidth: float
    incidents: int
    places: int
    peak_error: float
    kept: float

    @property
    def peak(self) -> tuple[float, float]:
        """Easting and northing of the densest cell's middle, metres."""
        row, column = np.unravel_index(int(self.density.argmax()), self.density.shape)
        west, south = self.window.west, self.window.south
        return west + CELL_METRES * (int(column) + 0.5), south + CELL_METRES * (int(row) + 0.5)

    def level(self, share: float) -> float:
        """
        Give the density above which that share of what was counted lies: the contour of a percent volume.

        Examples
        --------
        >>> window = Window(np.ones((1, 4), dtype=bool), 0.0, 0.0)
        >>> Heat(np.array([[8.0, 4.0, 2.0, 2.0]]), window, 500.0, 16, 4, 0.0, 1.0).level(0.75)
        4.0
        """
        return _level(self.density, share)

    def within(self, share: float) -> npt.NDArray[np.bool_]:
        """Tell which cells hold that share of what was counted, the densest first; shape (rows, columns)."""
        return self.density >= self.level(share)

    def volume(self, share: float) -> BaseGeometry:
        """Outline the area that holds that share of what was counted, EPSG:27700."""
        return self._between(self.level(share), np.inf)

    def bands(self, edges: Sequence[float]) -> list[BaseGeometry]:
        """Outline the area between each two neighbouring densities, lowest first, EPSG:27700; some may be empty."""
        return [self._between(low, high) for low, high in pairwise(edges)]

    def _between(self, low: float, high: float) -> BaseGeometry:
        """Outline where the density lies between two values."""
        west, south = self.window.west, self.window.south
        rows, columns = self.density.shape
        x, y = west + CELL_METRES * (np.arange(columns) + 0.5), south + CELL_METRES * (np.arange(rows) + 0.5)
        drawer = contourpy.contour_generator(x, y, self.density, fill_type="OuterOffset")
        polygons, offsets = cast(tuple[list[Grid], list[npt.NDArray[np.uint32]]], drawer.filled(low, high))
        shapes = [
            shapely.Polygon(points[at[0] : at[1]], [points[a:b] for a, b in pairwise(at[1:])])
            for points, at in zip(polygons, offsets, strict=True)
        ]
        return shapely.union_all(shapely.make_valid(np.array(shapes, dtype=object)))


def heat(
    eastings: npt.ArrayLike,
    northings: npt.ArrayLike,
    weights: npt.ArrayLike,
    window: Window,
    *,
    bandwidth: float | None = None,
    seed: int = 0,
) -> Heat:
    """
    Smooth incidents of a county, with the bandwidth that :func:`choose_bandwidth` finds unless one is given.

    Its error is found by :data:`RESAMPLES` Poisson resamples of whole cells with the same bandwidth: what another year
    of the same pattern would show. It leaves out that the bandwidth smooths real peaks away, and that calls of one
    night may hang together. Wrong for incidents known only roughly: leave those out.

    Parameters
    ----------
    eastings, northings
        Metres, of incidents in the county; one that lies in a cell outside (a generalised border) makes it an inside
        one.
    weights
        What each counts for, >= 0.
    bandwidth
        Metres, > 0.

    Raises
    ------
    SchemaError
        If they lie in fewer than :data:`FEWEST` places, or the bandwidth is not above 0.

    References
    ----------
    Edge correction: Diggle (1985), Applied Statistics 34, 138-147.
    """
    if bandwidth is not None and not bandwidth > 0:
        raise SchemaError(f"a bandwidth of {bandwidth:g} m cannot be used; give more than 0")
    counts, sums, window = _cells(eastings, northings, weights, window)
    places = int(np.count_nonzero(counts))
    if places < FEWEST or not sums.sum() > 0:
        raise SchemaError(
            f"{int(counts.sum())} incidents in {places} places are too few for a heatmap ({FEWEST} places at least); "
            "look at the postcodes, or choose a longer period"
        )
    chosen = bandwidth or choose_bandwidth(sums, window)
    mass = _mass(window, chosen)
    density = _smooth(sums, window, chosen, mass)
    peak_error, kept = _doubt(counts, sums, density, window, chosen, mass, seed)
    return Heat(density, window, chosen, int(counts.sum()), places, peak_error, kept)


def choose_bandwidth(sums: Grid, window: Window) -> float:
    """
    Choose of :data:`BANDWIDTHS` the one by which the other cells best foretell each cell: likelihood cross-validation.

    A cell is left out whole, so that many calls from one address do not vote for the smallest bandwidth; what is left
    out is exact, as its own kernel is known. A small share of incidents (:data:`ANYWHERE`) may lie anywhere.

    Parameters
    ----------
    sums
        What was counted in each cell, shape (rows, columns).

    References
    ----------
    Loader (1999), Local Regression and Likelihood, chapter 5; the rule `bw.ppl` of R's spatstat.
    """
    scores = [foretold(sums, window, bandwidth) for bandwidth in BANDWIDTHS]
    return BANDWIDTHS[int(np.argmax(scores))]


def foretold(sums: Grid, window: Window, bandwidth: float) -> float:
    """Give the mean log density at the incidents of each cell, as told by all other cells; a square kilometre's."""
    mass = _mass(window, bandwidth)
    whole = float(sums.sum())
    smooth = gaussian_filter(sums, bandwidth / CELL_METRES, mode="constant", truncate=REACH)
    filled = sums > 0
    others = smooth[filled] - sums[filled] * _at_home(bandwidth)
    rest = np.maximum(whole - sums[filled], np.finfo(float).tiny)
    there = np.maximum(others, 0.0) / mass[filled] / rest
    anywhere = 1 / np.count_nonzero(window.inside)
    told = ((1 - ANYWHERE) * there + ANYWHERE * anywhere) / (CELL_METRES / 1_000) ** 2
    return float(np.average(np.log(told), weights=sums[filled]))


def _cells(
    eastings: npt.ArrayLike, northings: npt.ArrayLike, weights: npt.ArrayLike, window: Window
) -> tuple[Grid, Grid, Window]:
    """Sum incidents and their weights by cell; give them with the window, grown by cells that hold incidents."""
    rows, columns = window.cells(eastings, northings)
    height, width = window.inside.shape
    on = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    place = rows[on] * width + columns[on]
    counts = np.bincount(place, minlength=height * width).reshape(height, width).astype(np.float64)
    worth = np.asarray(weights, dtype=np.float64)[on]
    sums = np.asarray(np.bincount(place, worth, minlength=height * width).reshape(height, width), dtype=np.float64)
    return counts, sums, replace(window, inside=window.inside | (counts > 0))


def _mass(window: Window, bandwidth: float) -> Grid:
    """Give the share of a kernel at each cell that lies inside the window, shape (rows, columns)."""
    inside = window.inside.astype(np.float64)
    return np.asarray(gaussian_filter(inside, bandwidth / CELL_METRES, mode="constant", truncate=REACH))


def _smooth(sums: Grid, window: Window, bandwidth: float, mass: Grid) -> Grid:
    """Smooth cells into a density a square kilometre, level up to the edge, that adds up to their sum."""
    smooth = gaussian_filter(sums, bandwidth / CELL_METRES, mode="constant", truncate=REACH)
    level = np.divide(smooth, mass, out=np.zeros_like(sums), where=window.inside)
    return np.asarray(level * (sums.sum() / level.sum()) / (CELL_METRES / 1_000) ** 2)


def _at_home(bandwidth: float) -> float:
    """Give the share of a kernel that stays in the cell of its own incident."""
    reach = int(REACH * bandwidth / CELL_METRES + 0.5)
    alone = np.zeros(2 * reach + 1)
    alone[reach] = 1.0
    along = gaussian_filter1d(alone, bandwidth / CELL_METRES, mode="constant", truncate=REACH)
    return float(along[reach]) ** 2


def _level(density: Grid, share: float) -> float:
    """Give the density of the last of the densest cells that together hold a share of the sum."""
    ordered = np.sort(density, axis=None)[::-1]
    held = np.cumsum(ordered)
    return float(ordered[min(int(np.searchsorted(held, share * held[-1] * (1 - 1e-12))), len(ordered) - 1)])


def _doubt(
    counts: Grid, sums: Grid, density: Grid, window: Window, bandwidth: float, mass: Grid, seed: int
) -> tuple[float, float]:
    """Resample whole cells; give the error of the peak, and how much of the half's area stays."""
    rng = np.random.default_rng(seed)
    filled = np.nonzero(counts)
    peak, half = int(density.argmax()), density >= _level(density, 0.5)
    peaks, kept = [], []
    for _ in range(RESAMPLES):
        again = np.zeros_like(sums)
        again[filled] = sums[filled] * rng.poisson(counts[filled]) / counts[filled]
        drawn = _smooth(again, window, bandwidth, mass)
        peaks.append(drawn.flat[peak])
        kept.append((half & (drawn >= _level(drawn, 0.5))).sum() / half.sum())
    return float(np.std(peaks) / density.flat[peak]), float(np.mean(kept))


def heat_table(surface: Heat, shares: Sequence[float]) -> pd.DataFrame:
    """Give the area that holds each share: ``share``, ``area_km2`` and ``density`` (the least in it)."""
    cell = (CELL_METRES / 1_000) ** 2
    rows = [(share, float(surface.within(share).sum()) * cell, surface.level(share)) for share in shares]
    return pd.DataFrame(rows, columns=["share", "area_km2", "density"])
