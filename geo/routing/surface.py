"""The grid on which times between junctions are drawn quickly: made once for a network, read for every contour."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]

CELL_METRES = 200.0
"""How far apart the points of the grid lie over a county: about a pixel or two of a map that shows half an hour."""

FEWEST, MOST = 300, 1_000
"""Points along a side: a town is drawn finer than :data:`CELL_METRES`, a region wider than 200 km coarser."""

SLACK = 1e-9
"""Of a cell: a point this near to a side lies on it."""


@dataclass(frozen=True, eq=False)
class Grid:
    """
    Points in rows and columns, each with the triangle of junctions around it and how near it is to each corner.

    The time at a point is the sum of the times at its three corners, weighed: the same surface as that of the
    triangles themselves, read at the points of the grid.

    Parameters
    ----------
    x, y
        Where columns and rows lie, metres, ascending, shapes (columns,) and (rows,).
    corners
        Nodes around each point, shape (3, rows, columns); 0 where there is no triangle.
    weights
        Their weights, adding up to 1, the same shape; NaN where there is no triangle.
    first, last
        The first row and column, and the last, that the triangles at each node touch, shape (2, nodes).
    """

    x: Floats
    y: Floats
    corners: Ids
    weights: Singles
    first: Ids
    last: Ids

    def values(self, nodes: Floats, rows: slice = slice(None), columns: slice = slice(None)) -> Singles:
        """Give the value at each point of a window from one value a node; NaN where there is no triangle."""
        around = nodes.astype(np.float32).take(self.corners[:, rows, columns])
        return np.asarray(np.einsum("kij,kij->ij", around, self.weights[:, rows, columns]))

    def window(self, nodes: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
        """Give the rows and columns that the triangles at some nodes touch."""
        first = self.first.min(axis=1, where=nodes, initial=MOST)
        last = self.last.max(axis=1, where=nodes, initial=-1)
        return slice(int(first[0]), int(last[0]) + 1), slice(int(first[1]), int(last[1]) + 1)


def lay_grid(x: Floats, y: Floats, triangles: Ids) -> Grid:
    """
    Lay a grid over triangles of nodes: find the triangle around each of its points, and the weights of its corners.

    Row by row, each triangle covers the points between its two sides; a point on a side that two triangles share takes
    either, for both give it the same value.

    Parameters
    ----------
    x, y
        Where the nodes lie, metres, shape (nodes,).
    triangles
        Their corners, shape (triangles, 3); none give a grid that covers nothing.
    """
    across, up = _axis(x), _axis(y)
    east, north = (x - across[0]) / (across[1] - across[0]), (y - up[0]) / (up[1] - up[0])  # in cells
    which, rows = _spread(*_whole_between(north[triangles].min(axis=1), north[triangles].max(axis=1)))
    ends = _sides_at(east[triangles[which]], north[triangles[which]], rows)
    place, columns = _spread(*_whole_between(*ends))
    which, rows = which[place], rows[place]
    weights = _weights(east[triangles[which]], north[triangles[which]], columns, rows)
    grid = Grid(
        across,
        up,
        np.zeros((3, len(up), len(across)), dtype=np.int64),
        np.full((3, len(up), len(across)), np.nan, dtype=np.float32),
        *_touched(np.stack([north, east]), triangles),
    )
    grid.corners[:, rows, columns] = triangles[which].T
    grid.weights[:, rows, columns] = weights
    return grid


def _touched(cells: Floats, triangles: Ids) -> tuple[Ids, Ids]:
    """Give the first and the last row and column that the triangles at each node touch; none where it has none."""
    first, last = np.full(cells.shape, MOST), np.full(cells.shape, -1)
    for number, along in enumerate(cells[:, triangles]):
        for corner in triangles.T:
            np.minimum.at(first[number], corner, np.floor(along.min(axis=1) + SLACK).astype(np.int64))
            np.maximum.at(last[number], corner, np.ceil(along.max(axis=1) - SLACK).astype(np.int64))
    return first, last


def _axis(values: Floats) -> Floats:
    """Give evenly spaced places from the least to the greatest of some values; a metre long at least."""
    low, high = float(values.min()), float(max(values.max(), values.min() + 1))
    return np.linspace(low, high, int(np.clip(np.ceil((high - low) / CELL_METRES) + 1, FEWEST, MOST)))


def _whole_between(low: Floats, high: Floats) -> tuple[Ids, Ids]:
    """Give the first whole number from each low to its high, and how many there are; both ends count."""
    first = np.ceil(low - SLACK).astype(np.int64)
    return first, np.floor(high + SLACK).astype(np.int64) - first + 1


def _spread(first: Ids, many: Ids) -> tuple[Ids, Ids]:
    """Count up from each first number: whose number it is, and the number."""
    owner = np.repeat(np.arange(len(first)), many)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many) + first[owner]


def _sides_at(x: Floats, y: Floats, rows: Ids) -> tuple[Floats, Floats]:
    """Give where each triangle (corners in x and y, shape (triangles, 3)) begins and ends on its row."""
    next_x, next_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    level = np.clip(rows, y.min(axis=1), y.max(axis=1))[:, None]
    rise = next_y - y
    share = np.divide(level - y, rise, out=np.full(y.shape, np.nan), where=rise != 0)
    met = np.where((share >= 0) & (share <= 1), x + share * (next_x - x), np.nan)
    met = np.concatenate([met, np.where(y == level, x, np.nan)], axis=1)  # a side along the row, and the tips
    return np.nanmin(met, axis=1), np.nanmax(met, axis=1)


def _weights(x: Floats, y: Floats, columns: Ids, rows: Ids) -> Floats:
    """Give each point's barycentric weights in its triangle, shape (3, points), kept within it against rounding."""
    a, b, c = np.stack([x - columns[:, None], y - rows[:, None]]).transpose(2, 1, 0)
    parts = np.stack([_cross(b, c), _cross(c, a), _cross(a, b)])
    total = parts.sum(axis=0)
    shares = np.divide(parts, total, out=np.full(parts.shape, 1 / 3), where=total != 0).clip(0, 1)
    return np.asarray(shares / shares.sum(axis=0))


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
