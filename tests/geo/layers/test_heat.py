"""Heat is drawn from cells; what might be a record's own place is refused."""

import json

import numpy as np
import pandas as pd
import pytest

from geo.demand.surface import CELL_METRES, heat
from geo.errors import SchemaError
from geo.layers.heat import HeatLayer


def drawn(layer):
    return json.loads(next(iter(layer.to_folium()._children.values())).data)


def test_cells_are_weighted_against_the_busiest_by_square_root_and_empty_ones_left_out(cells):
    quarter = drawn(HeatLayer(cells, 500))["cells"]  # weights 4 and 1: a quarter is drawn as a half
    assert [cell[2] for cell in quarter] == [100, 50]


@pytest.mark.parametrize("number", [1, 2, 500])
def test_raw_points_are_refused(number):
    rng = np.random.default_rng(2016)
    raw = pd.DataFrame(
        {"easting": rng.integers(470_000, 490_000, number), "northing": rng.integers(250_000, 270_000, number)}
    ).assign(weight=1.0)
    with pytest.raises(SchemaError, match=rf"{number} of {number} rows are no centres of cells of 500 m; sum the inc"):
        HeatLayer(raw, 500)


def test_a_grid_as_fine_as_streets_is_refused(cells):
    with pytest.raises(SchemaError, match="cells of 100 m are finer than 250 m"):
        HeatLayer(cells, 100)
    with pytest.raises(SchemaError, match="cells of nan m"):
        HeatLayer(cells, float("nan"))


def test_a_cell_that_stands_twice_is_refused(cells):
    with pytest.raises(SchemaError, match="1 cells stand twice"):
        HeatLayer(pd.concat([cells, cells.iloc[:1]]), 500)


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_a_weight_that_is_no_weight_is_refused(cells, weight):
    with pytest.raises(SchemaError, match="1 weights are negative or not finite"):
        HeatLayer(cells.assign(weight=[1.0, weight, 2.0]), 500)


def test_no_cells_draw_nothing(cells):
    assert drawn(HeatLayer(cells.iloc[:0], 500))["cells"] == []


def test_the_smoothed_surface_of_demand_fits(points):
    smooth = heat(points, bandwidth_metres=1000).rename(columns={"density": "weight"})
    assert len(drawn(HeatLayer(smooth, CELL_METRES))["cells"]) == len(smooth)


def test_the_legend_gives_no_numbers(cells):
    legend = HeatLayer(cells, 500).explained("incidents per km²")
    assert [entry.text for entry in legend.entries] == ["least", "more", "most on this map"]
    assert "500 m" in legend.note
