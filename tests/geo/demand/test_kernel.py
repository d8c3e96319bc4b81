"""A heatmap keeps what it smooths, chooses its bandwidth by the incidents, and says how far it errs."""

import numpy as np
import pytest
import shapely
from scipy.stats import norm

from geo.demand.kernel import (
    ANYWHERE,
    BANDWIDTHS,
    CELL_METRES,
    choose_bandwidth,
    foretold,
    heat,
    heat_table,
    window_over,
)
from geo.errors import SchemaError

SQUARE = shapely.box(470_000, 250_000, 490_000, 270_000)
CELL_KM2 = (CELL_METRES / 1_000) ** 2


@pytest.fixture
def window():
    return window_over(SQUARE)


def spread(number, seed=0, low=(470_000, 250_000), high=(490_000, 270_000)):
    points = np.random.default_rng(seed).uniform(low, high, size=(number, 2))
    return points[:, 0], points[:, 1]


def clusters(number, width, seed=0):
    rng = np.random.default_rng(seed)
    middles = np.array([[475_000, 255_000], [485_000, 265_000], [476_000, 266_000]])
    points = middles[rng.integers(3, size=number)] + rng.normal(0, width, size=(number, 2))
    return points[:, 0], points[:, 1]


def test_the_window_has_the_area_of_its_outline(window):
    assert window.inside.sum() * CELL_KM2 == pytest.approx(400)


@pytest.mark.parametrize("bandwidth", [500.0, 2_000.0, 8_000.0])
def test_no_incident_leaks_over_the_border(window, bandwidth):
    east, north = spread(60)
    weights = np.linspace(0.5, 2, 60)
    surface = heat(east, north, weights, window, bandwidth=bandwidth)
    assert surface.density.sum() * CELL_KM2 == pytest.approx(weights.sum())


def test_an_even_spread_is_even_up_to_the_edge(window):
    x = np.arange(470_125, 490_000, 250.0)
    east, north = (grid.ravel() for grid in np.meshgrid(x, x - 220_000))
    surface = heat(east, north, np.ones(len(east)), window, bandwidth=1_500)
    inside = surface.density[window.inside]
    assert inside == pytest.approx(16.0)  # 16 to a square kilometre; uncorrected it would be 4 in a corner


def test_the_density_is_that_of_the_kernel(window):
    surface = heat(
        *(np.full(10, at) + np.arange(10) * 250.0 for at in (478_125.0, 260_125.0)),
        np.ones(10),
        window,
        bandwidth=1_000,
    )
    row, column = (int(at[0]) for at in window.cells([479_125.0], [261_125.0]))
    steps = np.arange(10) * 250.0 - 1_000.0
    by_hand = sum(norm.pdf(step, scale=1_000) ** 2 for step in steps) * 1e6
    assert surface.density[row, column] == pytest.approx(by_hand, rel=0.01)


def test_what_is_left_out_is_exact(window):
    """The binned score against kernels summed one by one, each cell without its own."""
    east, north = clusters(40, 1_500)
    surface = heat(east, north, np.ones(40), window, bandwidth=1_000)
    sums = np.zeros(window.inside.shape)
    np.add.at(sums, window.cells(east, north), 1.0)
    rows, columns = np.nonzero(sums)
    middles, counts = np.column_stack([columns, rows]) * CELL_METRES, sums[rows, columns]
    apart = np.linalg.norm(middles[:, None] - middles[None], axis=2)
    bare = window_over(SQUARE.buffer(20_000))  # no edge is near, so no correction
    shifted = window_over(SQUARE).inside * 0.0
    shifted[rows, columns] = counts
    kernel = np.exp(-(apart**2) / (2 * 1_000**2)) / (2 * np.pi * 1_000**2) * 1e6
    np.fill_diagonal(kernel, 0.0)
    told = (1 - ANYWHERE) * kernel @ counts / (40 - counts) + ANYWHERE / (bare.inside.sum() * CELL_KM2)
    by_hand = np.average(np.log(told), weights=counts)
    wide = np.zeros(bare.inside.shape)
    np.add.at(wide, bare.cells(east, north), 1.0)
    assert foretold(wide, bare, 1_000.0) == pytest.approx(by_hand, abs=0.02)
    assert surface.places == len(rows)


def test_tighter_clusters_get_a_finer_bandwidth(window):
    chosen = []
    for width in (400, 1_500, 4_000):
        sums = np.zeros(window.inside.shape)
        rows, columns = window.cells(*clusters(400, width))
        on = (rows >= 0) & (columns >= 0) & (rows < sums.shape[0]) & (columns < sums.shape[1])
        np.add.at(sums, (rows[on], columns[on]), 1.0)
        chosen.append(choose_bandwidth(sums, window))
    assert chosen == sorted(chosen)
    assert chosen[0] < chosen[2]
    assert set(chosen) <= set(BANDWIDTHS)


def test_calls_from_one_address_do_not_choose_the_bandwidth(window):
    east, north = spread(60)
    once, often = (
        heat(np.r_[east, np.full(n, east[0])], np.r_[north, np.full(n, north[0])], np.ones(60 + n), window).bandwidth
        for n in (0, 40)
    )
    assert often >= once


def test_contours_hold_their_share_and_lie_in_each_other(window):
    surface = heat(*clusters(300, 1_500), np.ones(300), window)
    total = surface.density.sum()
    for share in (0.5, 0.75, 0.9):
        held = surface.density[surface.within(share)].sum() / total
        assert share <= held < share + 0.02
    areas = [surface.volume(share) for share in (0.5, 0.75, 0.9)]
    assert areas[1].buffer(1).contains(areas[0])
    assert areas[2].buffer(1).contains(areas[1])
    table = heat_table(surface, (0.5, 0.9))
    assert areas[0].area / 1e6 == pytest.approx(table["area_km2"].iloc[0], rel=0.1)


def test_bands_of_density_lie_side_by_side(window):
    surface = heat(*clusters(300, 1_500), np.ones(300), window)
    peak = surface.density.max()
    bands = surface.bands([0.0, peak / 3, peak * 2 / 3, peak])
    assert sum(band.area for band in bands) == pytest.approx(shapely.union_all(bands).area)
    assert bands[0].area > bands[1].area > bands[2].area


def test_more_incidents_leave_less_doubt(window):
    few, many = (heat(*clusters(number, 1_500), np.ones(number), window, bandwidth=1_500) for number in (40, 4_000))
    assert few.peak_error > 3 * many.peak_error
    assert few.kept < many.kept <= 1


def test_the_same_seed_gives_the_same_doubt(window):
    one, two = (heat(*clusters(50, 1_500), np.ones(50), window, seed=7) for _ in range(2))
    assert (one.peak_error, one.kept) == (two.peak_error, two.kept)


def test_the_peak_is_found(window):
    east, north = np.full(30, 480_100.0) + np.arange(30), np.full(30, 260_100.0) + 300.0 * np.arange(30)
    surface = heat(east, north, np.ones(30), window, bandwidth=1_000)
    assert abs(surface.peak[0] - 480_100) <= CELL_METRES


def test_too_few_places_are_no_heatmap(window):
    with pytest.raises(SchemaError, match="20 incidents in 1 places are too few for a heatmap"):
        heat(np.full(20, 480_000.0), np.full(20, 260_000.0), np.ones(20), window)


def test_a_bandwidth_of_nothing_is_refused(window):
    with pytest.raises(SchemaError, match="bandwidth of 0 m"):
        heat(*spread(20), np.ones(20), window, bandwidth=0)
