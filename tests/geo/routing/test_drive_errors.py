"""The measure of drive-time errors: its statistics by hand, its split, and a fit that finds what made the times."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from geo.routing import estimated
from geo.routing.engine import ScipyEngine
from geo.routing.estimated import CALIBRATION, Calibration, Drawing

ROOT = Path(__file__).resolve().parents[3] / "benchmarks" / "drive_errors"
measures = SimpleNamespace(**runpy.run_path(str(ROOT / "measures.py")))
calibration = SimpleNamespace(**runpy.run_path(str(ROOT / "calibration.py")))


def test_errors_are_of_the_true_minutes():
    found = measures.statistics(np.array([10.0, 20.0, 40.0]), np.array([11.0, 18.0, 60.0]))
    assert found["median_percent"] == pytest.approx(10)  # 10, 10, 50
    assert found["bias_percent"] == pytest.approx(10)  # -10, 10, 50
    assert found["p90_percent"] == pytest.approx(42)  # 10 + 0.8 x 40
    assert found["median_minutes"] == pytest.approx(2)  # 1, 2, 20
    assert found["p90_minutes"] == pytest.approx(2 + 0.8 * 18)


def test_the_limit_itself_is_inside():
    at_limit = np.array([20.0])
    assert measures.statistics(at_limit, np.array([19.0]), 20)["right_percent"] == 100
    assert measures.statistics(at_limit, np.array([20.1]), 20)["right_percent"] == 0


def test_a_class_lies_between_two_cuts():
    true = np.array([9.0, 12.0, 12.0, 45.0])
    ours = np.array([10.0, 14.0, 16.0, 31.0])
    assert measures.statistics(true, ours)["right_percent"] == 75


def pairs(true, ours, cluster):
    frame = pd.DataFrame({"true": true, "ours": ours, "cluster": cluster})
    return frame.assign(urban=frame.index % 2 == 0)


def test_a_limit_is_judged_on_places_from_half_to_one_and_a_half_of_it():
    true = np.arange(1.0, 81.0)
    lines = measures.lines(pairs(true, true + 1, np.arange(80) % 4))
    twenty = lines[lines["limit"] == 20]
    assert twenty.empty  # 10 to 30 are 21 pairs, below the least of 30
    thirty = lines[lines["limit"] == 30].iloc[0]
    assert (thirty["low"], thirty["high"], thirty["pairs"]) == (15, 45, 31)
    assert thirty["right_percent"] == pytest.approx(100 * 30 / 31)  # 30 itself comes out at 31
    assert lines[lines["kind"] == "all"]["pairs"].tolist() == [60]
    assert lines[lines["kind"].isin(["urban", "rural"])]["pairs"].tolist() == [30, 30]


def test_an_interval_draws_whole_hospitals():
    true = np.full(60, 20.0)
    alike = measures.measured(pairs(true, true + 2, np.arange(60) % 3))
    assert (alike["median_minutes_low"], alike["median_minutes_high"]) == (2, 2)
    apart = measures.measured(pairs(true, true + np.repeat([1.0, 2.0, 6.0], 20), np.repeat([0, 1, 2], 20)))
    assert (apart["median_minutes_low"], apart["median_minutes_high"]) == (1, 6)
    alone = measures.measured(pairs(true, true + 2, 0))
    assert np.isnan(alone["median_minutes_low"])


@pytest.fixture(scope="module")
def grid():
    """Streets of 25 x 25 crossings 1 km apart: every fourth row a main road, dense in the middle."""
    side = 25
    x, y = (part.ravel().astype(float) * 1000 for part in np.meshgrid(np.arange(side), np.arange(side)))
    number = np.arange(side * side).reshape(side, side)
    start = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    row = y[start] / 1000
    along = y[start] == y[end]
    road = np.select(
        [along & (row == 4), along & (row == 12), along & (row % 4 == 0)],
        [estimated.MOTORWAY, estimated.DUAL, estimated.SINGLE],
        estimated.LOCAL,
    )
    density = 80 * np.exp(-np.hypot(x[start] - 12_000, y[start] - 12_000) / 6_000)
    edges = estimated._edges(start, end, np.full(len(start), 1000.0), road)
    return Drawing(np.c_[x, y], edges, density, np.ones(side * side, dtype=bool), 0)


TRUE = Calibration(22.0, 50.0, 20.0, 100.0, 90.0, 75.0, 150.0)


def sampled(grid, allowance):
    """Every crossing to nine others, timed by the true constants."""
    units = np.repeat(np.array([0, 24, 312, 600, 624, 60, 100, 400, 500]), len(grid.points))
    places = np.tile(np.arange(len(grid.points)), 9)
    minutes = ScipyEngine(grid.network(TRUE)).matrix(np.unique(units), np.arange(len(grid.points))) / 60
    published = minutes[np.searchsorted(np.unique(units), units), places] + allowance
    far = places != units
    return calibration.Sample(grid, units[far], places[far], np.zeros(far.sum()), published[far])


def test_a_fit_finds_the_speeds_and_the_allowance_that_made_the_times(grid):
    found = calibration.fit([sampled(grid, 5.5)])
    assert found.allowance == pytest.approx(5.5, abs=0.1)
    for name in calibration.BOUNDS:
        assert getattr(found.calibration, name) == pytest.approx(getattr(TRUE, name), rel=0.03), name
    assert found.calibration.town_kmh == 22.0  # held, not fitted


def test_routes_add_up_to_the_time_of_the_fastest_way(grid):
    one = sampled(grid, 0.0)
    minutes = calibration.routes(one, TRUE) @ grid.seconds(TRUE) / 60
    np.testing.assert_allclose(minutes, one.published, rtol=1e-9)


def test_the_straight_line_formula_finds_its_own_constants():
    made = calibration.CrowFit(20.0, 80.0, 10.0, 5.0)
    km = np.linspace(0.5, 50, 200)
    found = calibration.fit_crow(km, made.minutes(km) + made.allowance)
    near = np.linspace(1, 40, 50)
    np.testing.assert_allclose(found.minutes(near), made.minutes(near), rtol=0.02)
    assert found.allowance == pytest.approx(5.0, abs=0.2)


def test_what_ships_lies_inside_the_bounds_of_the_fit():
    for name, (low, high) in calibration.BOUNDS.items():
        assert low < getattr(CALIBRATION, name) < high
