"""Hexagons tile the plane: every point lies in one, and all are of one size."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.demand.hexagons import (
    ACROSS_METRES,
    hexagon_at,
    hexagon_codes,
    hexagon_names,
    hexagon_shapes,
    hexagons_over,
)
from geo.errors import SchemaError

metres = st.floats(0, 700_000, allow_nan=False)


@given(metres, metres, st.sampled_from([500.0, 1_000.0, ACROSS_METRES]))
def test_a_point_lies_in_the_hexagon_that_is_found_for_it(east, north, across):
    shape = hexagon_shapes(hexagon_at([east], [north], across), across)[0]
    assert shape.distance(shapely.Point(east, north)) < 1e-3


def test_a_hexagon_of_three_kilometres_has_its_area():
    shape = hexagon_shapes(np.array([[0, 0]]))[0]
    assert shape.area == pytest.approx(np.sqrt(3) / 2 * 3_000**2)  # 7.79 square kilometres
    assert shape.bounds == pytest.approx((-1_500, -1_732.05, 1_500, 1_732.05), abs=0.01)  # flat sides east and west


def test_hexagons_cover_an_outline_once():
    outline = shapely.Point(475_000, 260_000).buffer(12_000)
    hexagons = hexagons_over(outline)
    assert hexagons.area.sum() == pytest.approx(outline.area)
    assert hexagons.union_all().area == pytest.approx(outline.area)
    assert hexagons["code"].is_unique
    assert hexagons.crs.to_epsg() == 27700


def test_codes_of_points_are_those_of_the_grid():
    outline = shapely.box(470_000, 250_000, 490_000, 270_000)
    rng = np.random.default_rng(0)
    points = rng.uniform([470_000, 250_000], [490_000, 270_000], size=(200, 2))
    codes = hexagon_codes(hexagon_at(points[:, 0], points[:, 1]))
    assert set(codes) <= set(hexagons_over(outline)["code"])


def test_hexagons_of_no_width_are_refused():
    with pytest.raises(SchemaError, match="hexagons 0 m across"):
        hexagon_at([0.0], [0.0], 0)


@given(st.lists(st.tuples(metres, metres), min_size=1, max_size=20))
def test_names_of_many_points_are_those_of_each(points):
    east, north = zip(*points, strict=True)
    shifted = np.array(east) - 350_000  # west of the origin columns are negative
    assert hexagon_names(shifted, north).tolist() == hexagon_codes(hexagon_at(shifted, north)).tolist()
