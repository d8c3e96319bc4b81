"""A heatmap of counts in grid cells, never of points: no single place can be read back out of it."""

from dataclasses import dataclass

import folium
import numpy as np
import pandas as pd

from geo.errors import SchemaError
from geo.layers import shapes
from geo.layers.base import Drawing, group
from geo.layers.legend import Entry, Legend
from geo.layers.palette import BLUES

LEAST_METRES = 250.0
"""Finest grid that is drawn: a smaller cell would be a street."""

GRADIENT = {0.15: BLUES[0], 0.35: BLUES[1], 0.55: BLUES[2], 0.75: BLUES[3], 1.0: BLUES[4]}


@dataclass(frozen=True, eq=False)
class HeatLayer:
    """
    Weights of grid cells, smoothed by the browser over about one cell, light to dark.

    A picture: its colours say 'more' and 'less' against the busiest place of this map, never a number, and its
    smoothing is neither edge-corrected nor a density. They follow the square root of the weight, so that a town shows
    beside a city: twice as dark is more than twice as much. Its table stands beside it.

    Parameters
    ----------
    cells
        ``easting``, ``northing`` of cell centres (metres) on the grid whose cells begin at whole multiples of
        ``cell_metres``, ``weight`` (0 or more), one row a cell.
    cell_metres
        Width of a cell; 250 or more.

    Raises
    ------
    SchemaError
        If the rows are not cells of such a grid: points must be summed into cells first.
    """

    cells: pd.DataFrame
    cell_metres: float
    name: str = "Heat"
    legend: Legend | None = None
    attribution: str = ""

    def __post_init__(self) -> None:
        shapes.check(pd.DataFrame(self.cells), ("easting", "northing", "weight"), self.name)
        shapes.check_points(pd.DataFrame(self.cells), self.name)
        if fault := self._fault():
            raise SchemaError(f"{self.name}: {fault}; sum the incidents into cells of a grid first")

    def explained(self, unit: str) -> Legend:
        """Make the legend: more and less, with the cell's width."""
        lines = (Entry("least", BLUES[0]), Entry("more", BLUES[2]), Entry("most on this map", BLUES[4]))
        note = f"Smoothed over cells of {self.cell_metres:g} m, square-root scale: a picture, not a number"
        return Legend(self.name, unit, lines, note)

    def to_folium(self) -> folium.FeatureGroup:
        """Draw the cells that have any weight, and the legend."""
        heavy = self.cells[self.cells["weight"] > 0]
        most = float(heavy["weight"].max()) if len(heavy) else 1.0
        weights = 100 * np.sqrt(heavy["weight"].to_numpy(dtype=float) / most)  # below 1 the script sees no difference
        cells = [
            [*at, round(float(weight), 2)]
            for at, weight in zip(shapes.spots(heavy["easting"], heavy["northing"]), weights, strict=True)
        ]
        data = {"cells": cells, "metres": float(self.cell_metres), "gradient": {str(k): c for k, c in GRADIENT.items()}}
        legend = [self.legend.drawing()] if self.legend else []
        return group(self.name, Drawing("heat", data), *legend, attribution=self.attribution)

    def _fault(self) -> str:
        """Say what keeps the rows from being cells of a grid, or nothing."""
        if not self.cell_metres >= LEAST_METRES:
            return f"cells of {self.cell_metres:g} m are finer than {LEAST_METRES:g} m"
        centres = self.cells[["easting", "northing"]].to_numpy(dtype=float) / self.cell_metres
        away = (np.abs(centres % 1 - 0.5) > 1e-3).any(axis=1)
        if away.any():
            return f"{int(away.sum())} of {len(away)} rows are no centres of cells of {self.cell_metres:g} m"
        if twice := int(self.cells.duplicated(["easting", "northing"]).sum()):
            return f"{twice} cells stand twice"
        weights = self.cells["weight"].to_numpy(dtype=float)
        odd = ~(np.isfinite(weights) & (weights >= 0))
        return f"{int(odd.sum())} weights are negative or not finite" if odd.any() else ""
