import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import Delaunay

from geo.routing.surface import FEWEST, MOST, lay_grid

SQUARE = np.array([0.0, 1000.0, 1000.0, 0.0]), np.array([0.0, 0.0, 1000.0, 1000.0])
HALF = np.array([[0, 1, 2]])


def test_between_the_corners_of_a_triangle_values_change_evenly():
    grid = lay_grid(*SQUARE, HALF)
    values = grid.values(np.array([0.0, 10.0, 30.0, np.inf]))
    east, north = np.meshgrid(grid.x, grid.y)
    inside = north <= east + 1e-6
    assert values[inside] == pytest.approx((10 * east + 20 * north)[inside] / 1000, abs=1e-4)


def test_what_no_triangle_covers_has_no_value_and_its_sides_belong_to_it():
    grid = lay_grid(*SQUARE, HALF)
    east, north = np.meshgrid(grid.x, grid.y)
    assert (np.isnan(grid.values(np.zeros(4))) == (north > east + 1e-6)).all()


def test_the_grid_is_as_wide_as_the_nodes_and_its_size_is_bounded():
    town, land = lay_grid(*SQUARE, HALF), lay_grid(*(1000 * side for side in SQUARE), HALF)
    county = lay_grid(*(80 * side for side in SQUARE), HALF)  # 80 km: 400 cells of 200 m
    assert (len(town.x), len(county.x), len(land.x)) == (FEWEST, 401, MOST)
    assert (county.x[0], county.x[-1]) == (0, 80_000)


def test_a_window_holds_the_triangles_at_some_nodes_and_no_more():
    x, y = np.meshgrid(np.arange(21) * 1000.0, np.arange(11) * 1000.0)
    points = np.c_[x.ravel(), y.ravel()]
    grid = lay_grid(*points.T, Delaunay(points).simplices.astype(np.int64))
    rows, columns = grid.window((points == [10_000, 0]).all(axis=1))
    cells = grid.x[1], grid.y[1]
    assert (grid.y[rows][0], grid.y[rows][-1]) == (0, pytest.approx(1000, abs=cells[1]))
    assert grid.x[columns][0] == pytest.approx(9000, abs=cells[0])
    assert grid.x[columns][-1] == pytest.approx(11_000, abs=cells[0])
    whole = grid.window(np.ones(len(points), dtype=bool))
    assert whole == (slice(0, len(grid.y)), slice(0, len(grid.x)))


def test_without_triangles_nothing_is_covered_and_every_window_is_empty():
    alone = lay_grid(np.array([5.0]), np.array([7.0]), np.empty((0, 3), dtype=np.int64))
    assert np.isnan(alone.values(np.zeros(1))).all()
    assert alone.values(np.zeros(1), *alone.window(np.array([True]))).size == 0


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 60))
def test_the_grid_reads_the_surface_that_scipy_draws_through_the_triangles(seed, many):
    draw = np.random.default_rng(seed)
    points, values = draw.uniform(0, 5000, (many, 2)), draw.uniform(0, 30, many)
    mesh = Delaunay(points)
    grid = lay_grid(*points.T, mesh.simplices.astype(np.int64))
    ours, theirs = grid.values(values), LinearNDInterpolator(mesh, values)(*np.meshgrid(grid.x, grid.y))
    both = np.isfinite(ours) & np.isfinite(theirs)
    assert ours[both] == pytest.approx(theirs[both], abs=1e-4)
    assert (np.isfinite(ours) != np.isfinite(theirs)).mean() < 0.001  # points on the outline itself
