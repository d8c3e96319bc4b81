"""A grid of equal hexagons over the National Grid: areas that no boundary has drawn, all of one size."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID
from geo.errors import SchemaError

ACROSS_METRES = 3_000.0
"""From one flat side to the other: about 7.8 square kilometres, a large village with its fields. Assumption."""

Cells = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]

_ROWS = 1 << 32
"""More than the rows of any grid of hexagons: columns and rows are packed into one number by it."""


def hexagon_at(eastings: npt.ArrayLike, northings: npt.ArrayLike, across: float = ACROSS_METRES) -> Cells:
    """
    Find the hexagon in which each point lies: column and row, shape (points, 2).

    Hexagons stand on a corner; row 0, column 0 is centred on the origin of the National Grid, so the grid is the same
    for every county and every day. Columns run east, rows north-east, as axial coordinates.

    Raises
    ------
    SchemaError
        If ``across`` is not above 0.

    References
    ----------
    Axial coordinates and their rounding: Patel, 'Hexagonal grids', redblobgames.com/grids/hexagons.

    Examples
    --------
    >>> hexagon_at([0.0, 2_900.0], [0.0, 0.0]).tolist()
    [[0, 0], [1, 0]]
    """
    if not across > 0:
        raise SchemaError(f"hexagons {across:g} m across cannot be drawn; give more than 0")
    east, north = np.asarray(eastings, dtype=np.float64), np.asarray(northings, dtype=np.float64)
    row = north / (across * np.sqrt(3) / 2)
    column = east / across - row / 2
    third = -column - row
    near = np.rint([column, row, third])
    away = np.abs(near - [column, row, third])
    worst = away.argmax(axis=0)
    near[0] = np.where(worst == 0, -near[1] - near[2], near[0])
    near[1] = np.where(worst == 1, -near[0] - near[2], near[1])
    return np.asarray(near[:2].T, dtype=np.int64)


def hexagon_shapes(cells: Cells, across: float = ACROSS_METRES) -> npt.NDArray[np.object_]:
    """Give the outline of each hexagon by its column and row, shape (hexagons,), EPSG:27700."""
    row_step = across * np.sqrt(3) / 2
    middles = np.column_stack([across * (cells[:, 0] + cells[:, 1] / 2), row_step * cells[:, 1]])
    turns = np.deg2rad(30 + 60 * np.arange(6))
    corners = across / np.sqrt(3) * np.column_stack([np.cos(turns), np.sin(turns)])
    return np.asarray(shapely.polygons(middles[:, None, :] + corners[None, :, :]), dtype=object)


def hexagon_codes(cells: Cells) -> Names:
    """
    Write the column and row of each hexagon as its code.

    Examples
    --------
    >>> hexagon_codes(np.array([[94, 100]])).tolist()
    ['94.100']
    """
    return np.char.add(np.char.add(cells[:, 0].astype(str), "."), cells[:, 1].astype(str))


def hexagon_names(eastings: npt.ArrayLike, northings: npt.ArrayLike, across: float = ACROSS_METRES) -> Names:
    """
    Give the code of the hexagon in which each point lies; each hexagon's code is written once, however many points.

    Examples
    --------
    >>> hexagon_names([0.0, 2_900.0], [0.0, 0.0]).tolist()
    ['0.0', '1.0']
    """
    cells = hexagon_at(eastings, northings, across)
    packed = cells[:, 0] * _ROWS + cells[:, 1]
    at, single = pd.factorize(packed)
    row = (single + _ROWS // 2) % _ROWS - _ROWS // 2
    return np.asarray(hexagon_codes(np.column_stack([(single - row) // _ROWS, row]))[at])


def hexagons_over(outline: BaseGeometry, across: float = ACROSS_METRES) -> gpd.GeoDataFrame:
    """
    Lay hexagons over an outline (EPSG:27700): ``code``, ``name`` and ``geometry``, cut off at the outline.

    Those at the border are smaller than the others: compare rates there, not counts.
    """
    west, south, east, north = outline.bounds
    step = across / 2
    columns, rows = np.arange(west - across, east + across, step), np.arange(south - across, north + across, step)
    grid = np.array(np.meshgrid(columns, rows)).reshape(2, -1)
    cells = np.unique(hexagon_at(grid[0], grid[1], across), axis=0)
    shapes = hexagon_shapes(cells, across)
    meets = shapely.intersects(outline, shapes)
    cut = shapely.intersection(shapes[meets], outline)
    codes = hexagon_codes(cells[meets])
    frame = gpd.GeoDataFrame({"code": codes, "name": np.char.add("Hexagon ", codes)}, geometry=cut, crs=GRID)
    return frame[frame.area > 0].reset_index(drop=True)
