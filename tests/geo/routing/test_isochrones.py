import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.routing.engine import ScipyEngine
from geo.routing.isochrones import isochrones
from geo.routing.network import load_network
from geo.routing.roads import RoadNetwork


def grid(side=31, metres=1000.0, seconds=60.0):
    """Square blocks, the first node at (0, 0), every street both ways at the same pace (1 km at 60 km/h)."""
    node = np.arange(side * side).reshape(side, side)
    east = np.c_[node[:, :-1].ravel(), node[:, 1:].ravel()]
    north = np.c_[node[:-1].ravel(), node[1:].ravel()]
    both = np.concatenate([east, north, east[:, ::-1], north[:, ::-1]])
    y, x = np.divmod(np.arange(side * side), side)
    return RoadNetwork.from_edges(*both.T, np.full(len(both), seconds), x * metres, y * metres)


GRID = grid()
CENTRE = (15_000.0, 15_000.0)


def test_on_a_grid_of_streets_the_area_is_a_diamond():
    areas = isochrones(GRID, ScipyEngine(GRID), CENTRE, minutes=(5, 10))
    five = areas.geometry[0]
    corners = [(20_000, 15_000), (15_000, 20_000), (10_000, 15_000), (15_000, 10_000)]
    assert five.symmetric_difference(shapely.Polygon(corners)).area == pytest.approx(0, abs=1e-3)
    assert areas["area_km2"].tolist() == pytest.approx([50, 200])  # 2 r², r = 5 and 10 km
    assert areas["minutes"].tolist() == [5, 10]
    assert areas.crs.to_epsg() == 27700


def test_a_limit_between_junctions_cuts_the_street_where_it_is_reached():
    areas = isochrones(GRID, ScipyEngine(GRID), CENTRE, minutes=[2.5])
    assert areas["area_km2"][0] == pytest.approx(12.5)


def test_a_point_away_from_its_junction_reaches_less():
    at, beside = (isochrones(GRID, ScipyEngine(GRID), point, minutes=[5]) for point in (CENTRE, (15_000, 15_110)))
    lost_km = 110 / 22_000 * 60  # 110 m at 22 km/h, then one minute a kilometre
    assert at["area_km2"][0] == pytest.approx(50)
    assert beside["area_km2"][0] == pytest.approx(2 * (5 - lost_km) ** 2)


def test_a_shapely_point_and_repeated_limits_in_any_order_are_fine():
    areas = isochrones(GRID, ScipyEngine(GRID), shapely.Point(CENTRE), minutes=(10, 5, 10))
    assert areas["minutes"].tolist() == [5, 10]


def test_a_limit_too_short_to_reach_the_road_gives_an_empty_area():
    areas = isochrones(GRID, ScipyEngine(GRID), (15_400, 15_400), minutes=(1, 10))
    assert areas.geometry[0].is_empty
    assert areas["area_km2"][0] == 0
    assert areas["area_km2"][1] > 100


@pytest.mark.parametrize("minutes", [(), (0, 5), (-1,), (float("nan"),), (float("inf"),)])
def test_limits_must_be_above_zero(minutes):
    with pytest.raises(SchemaError, match="above 0 minutes"):
        isochrones(GRID, ScipyEngine(GRID), CENTRE, minutes=minutes)


def test_a_network_on_one_line_has_no_area():
    line = RoadNetwork.from_edges([0, 1], [1, 0], [60.0, 60.0], [0, 1000], [0, 0])
    assert isochrones(line, ScipyEngine(line), (0, 0))["area_km2"].tolist() == [0, 0, 0, 0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_areas_are_valid_nested_and_hold_exactly_the_junctions_in_time(seed):
    draw = np.random.default_rng(seed)
    streets = grid(side=8)
    uneven = RoadNetwork.from_edges(
        streets.tail, streets.head, draw.integers(0, 4, streets.edges) * 30.0, streets.x, streets.y
    )
    engine = ScipyEngine(uneven)
    areas = isochrones(uneven, engine, (3000, 3000), minutes=(1, 2, 3, 4, 5, 9))
    seconds = engine.one_to_all(27)
    nodes = shapely.points(uneven.x, uneven.y)
    assert areas.geometry.is_valid.all()
    for smaller, larger in zip(areas.geometry[:-1], areas.geometry[1:], strict=True):
        assert larger.covers(smaller)
    for minutes, area in zip(areas["minutes"], areas.geometry, strict=True):
        assert not area.covers(nodes[seconds > minutes * 60]).any()
        within = nodes[seconds < minutes * 60]
        assert area.distance(within).max() == pytest.approx(0, abs=1e-6)


@pytest.mark.shared_data
def test_in_cambridge_reached_junctions_are_inside_and_others_are_not(shared_data):
    roads = load_network(shared_data / "roads" / "cambridge_2025_drive.graphml")
    engine = ScipyEngine(roads)
    start = int(roads.joinable[len(roads.joinable) // 2])
    areas = isochrones(roads, engine, (roads.x[start], roads.y[start]), minutes=(2, 4, 6, 8))
    minutes, nodes = engine.one_to_all(start) / 60, shapely.points(roads.x, roads.y)
    assert areas.geometry.is_valid.all()
    for smaller, larger in zip(areas.geometry[:-1], areas.geometry[1:], strict=True):
        assert larger.covers(smaller)
    for limit, area in zip(areas["minutes"], areas.geometry, strict=True):
        inside = shapely.covers(area, nodes)
        assert inside[minutes <= limit].mean() >= 0.97
        assert inside[minutes > limit].mean() <= 0.01
