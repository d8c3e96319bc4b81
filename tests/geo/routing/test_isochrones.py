import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.routing.engine import ScipyEngine
from geo.routing.estimated import estimate_roads
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


def one_way(metres=1000.0):
    """Two rows of junctions: eastwards along the one at y = 0, both ways up and down, westwards along the other."""
    x, y = np.tile(np.arange(5) * metres, 2), np.repeat([0.0, metres], 5)
    streets = [(a, a + 1) for a in range(4)] + [(a + 1, a) for a in range(5, 9)]
    streets += [(a, a + 5) for a in range(5)] + [(a + 5, a) for a in range(5)]
    return RoadNetwork.from_edges(*np.array(streets).T, np.full(len(streets), 60.0), x, y)


def test_towards_a_scene_one_way_streets_are_driven_as_they_run():
    roads = one_way()
    engine = ScipyEngine(roads)
    away, towards = (isochrones(roads, engine, (2000, 0), [2.5], towards=way).geometry[0] for way in (False, True))
    east, west = shapely.Point(4000, 0), shapely.Point(0, 0)
    assert (away.covers(east), away.covers(west)) == (True, False)  # 2 minutes; and up, two along and down: 4
    assert (towards.covers(east), towards.covers(west)) == (False, True)


def test_rings_are_the_areas_without_the_nearer_ones():
    engine = ScipyEngine(GRID)
    for quick in (False, True):
        nested = isochrones(GRID, engine, CENTRE, (5, 10, 12), quick=quick)
        rings = isochrones(GRID, engine, CENTRE, (5, 10, 12), rings=True, quick=quick)
        assert rings["area_km2"].tolist() == pytest.approx(np.diff(nested["area_km2"], prepend=0).tolist())
        assert rings.geometry[1].intersection(rings.geometry[0]).area == pytest.approx(0, abs=1e-3)
        assert rings.geometry.is_valid.all()
    assert isochrones(GRID, engine, CENTRE, (5, 10), rings=True)["area_km2"].tolist() == pytest.approx([50, 150])


def test_quickly_drawn_the_diamond_is_a_diamond_within_a_cell():
    quick = isochrones(GRID, ScipyEngine(GRID), CENTRE, (5, 10), quick=True)
    assert quick["area_km2"].tolist() == pytest.approx([50, 200], rel=0.01)
    diamond = shapely.Polygon([(20_000, 15_000), (15_000, 20_000), (10_000, 15_000), (15_000, 10_000)])
    assert shapely.hausdorff_distance(quick.geometry[0], diamond) < 150  # cells of 100 m: 300 along 30 km
    assert quick.crs.to_epsg() == 27700


def test_quickly_drawn_nothing_within_reach_is_an_empty_area():
    quick = isochrones(GRID, ScipyEngine(GRID), (15_400, 15_400), minutes=(1, 10), quick=True)
    assert quick.geometry[0].is_empty
    assert quick["area_km2"][1] > 100
    nothing = isochrones(GRID, ScipyEngine(GRID), (15_400, 15_400), minutes=(1,), quick=True)
    assert nothing.geometry[0].is_empty
    line = RoadNetwork.from_edges([0, 1], [1, 0], [60.0, 60.0], [0, 1000], [0, 0])
    assert isochrones(line, ScipyEngine(line), (0, 0), quick=True)["area_km2"].tolist() == [0, 0, 0, 0]


def uneven(seed, side=8):
    """The streets of a grid, each direction of each at a pace of its own."""
    draw, streets = np.random.default_rng(seed), grid(side=side)
    return RoadNetwork.from_edges(streets.tail, streets.head, draw.uniform(5, 150, streets.edges), streets.x, streets.y)


def below(times, limit):
    """Give the share of a triangle in which an even surface through three times lies below a limit."""
    a, b, c = np.sort(times)
    if limit <= a or limit >= c:
        return float(limit >= c)
    if limit <= b:
        return (limit - a) ** 2 / ((b - a) * (c - a))
    return 1 - (c - limit) ** 2 / ((c - a) * (c - b))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1, 12), st.booleans())
def test_the_area_is_that_under_the_surface_of_times(seed, limit, towards):
    roads = uneven(seed)
    engine = ScipyEngine(roads)
    minutes = (engine.all_to_one(27) if towards else engine.one_to_all(27)) / 60
    areas = isochrones(roads, engine, (roads.x[27], roads.y[27]), (limit / 2, limit), towards=towards)
    for each, area in zip(areas["minutes"], areas["area_km2"], strict=True):
        shares = [below(minutes[corners], each) for corners in roads.triangles]
        assert area == pytest.approx(0.5 * sum(shares), rel=1e-6)  # triangles of half a square kilometre


class Told:
    """An engine that was told how many minutes each node is away, wherever one starts."""

    def __init__(self, minutes):
        self.seconds = np.array(minutes, dtype=float).ravel() * 60

    def one_to_all(self, _node):
        return self.seconds


def ring():
    """A ring of junctions in time, with two of them, in its west and east, reached in the last minute."""
    minutes = np.full((9, 9), 9)
    minutes[2:7, 2:7] = 1
    minutes[3:6, 3:6] = 9
    minutes[4, [2, 6]] = 5
    return minutes


def island():
    """Junctions in time with a hole in them, in it an island, and between both one reached in the last minute."""
    minutes = np.ones((9, 9))
    minutes[3:6, 3:6] = 9
    minutes[4, 4:6] = 1, 5
    return minutes


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("minutes", [ring(), island()], ids=["ring", "island"])
def test_a_gap_stays_out_though_what_is_around_it_meets_in_points(minutes, quick):
    roads = grid(side=9)
    area = isochrones(roads, Told(minutes), (0, 0), [5], quick=quick).iloc[0]
    shares = [below(minutes.ravel()[corners], 5) for corners in roads.triangles]
    assert area["area_km2"] == pytest.approx(0.5 * sum(shares), rel=0.02 if quick else 1e-9)
    assert area.geometry.is_valid
    nodes = shapely.points(roads.x, roads.y)
    assert shapely.covers(area.geometry, nodes[minutes.ravel() < 5]).all()
    assert not shapely.intersects(area.geometry, nodes[minutes.ravel() > 5]).any()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_quick_outlines_are_valid_nested_and_the_final_ones_within_a_cell(seed, towards):
    roads, minutes = uneven(seed), (2.0, 5.0, 9.0)
    cell = float(np.hypot(roads.grid.x[1] - roads.grid.x[0], roads.grid.y[1] - roads.grid.y[0]))
    at, engine = (roads.x[27], roads.y[27]), ScipyEngine(roads)
    quick = isochrones(roads, engine, at, minutes, quick=True, towards=towards)
    final = isochrones(roads, engine, at, minutes, towards=towards)
    assert quick.geometry.is_valid.all()
    for smaller, larger in zip(quick.geometry[:-1], quick.geometry[1:], strict=True):
        assert smaller.difference(larger).area == pytest.approx(0, abs=1e-3)
    for drawn, exact in zip(quick.geometry, final.geometry, strict=True):
        assert exact.buffer(cell).covers(drawn)
        assert drawn.buffer(cell).covers(exact.buffer(-cell))


@pytest.mark.parametrize("quick", [False, True])
def test_gaps_without_junctions_stay_out(quick):
    near = grid(side=4, metres=500.0)
    x, y = np.concatenate([near.x, near.x + 20_000]), np.concatenate([near.y, near.y])
    bridge = [[0, 16], [16, 0]]  # a causeway of 20 km, ten minutes
    tail = np.concatenate([near.tail, near.tail + 16, [end[0] for end in bridge]])
    head = np.concatenate([near.head, near.head + 16, [end[1] for end in bridge]])
    roads = RoadNetwork.from_edges(tail, head, np.r_[np.full(2 * near.edges, 30.0), 600.0, 600.0], x, y)
    area = isochrones(roads, ScipyEngine(roads), (0, 0), [60], quick=quick)
    assert area["area_km2"][0] == pytest.approx(2 * 1.5**2, rel=0.05)
    assert not area.geometry[0].intersects(shapely.box(2_000, 0, 19_000, 1_500))


def shares_on_the_wrong_side(roads, limit, bases=10):
    """Give the share of reached junctions outside the quick outline, and of the others inside, over several bases."""
    engine, nodes, counts = ScipyEngine(roads), shapely.points(roads.x, roads.y), np.zeros(4)
    for start in np.random.default_rng(0).choice(roads.joinable, bases, replace=False):
        reached = engine.one_to_all(int(start)) <= limit * 60
        area = isochrones(roads, engine, (roads.x[start], roads.y[start]), [limit], quick=True).geometry[0]
        inside = shapely.covers(area, nodes)
        counts += [(reached & ~inside).sum(), reached.sum(), (~reached & inside).sum(), (~reached).sum()]
    return counts[0] / counts[1], counts[2] / counts[3]


@pytest.mark.parametrize("limit", [10, 20])
def test_over_a_county_quick_outlines_hold_what_is_reached_and_little_else(limit):
    outside, inside = shares_on_the_wrong_side(estimate_roads("northamptonshire"), limit)
    assert outside <= 0.03
    assert inside <= 0.001


@pytest.mark.shared_data
def test_over_a_small_county_quick_outlines_hold_most_of_what_is_reached(shared_data):
    roads = load_network(shared_data / "roads" / "rutland_2018.osm.pbf")
    outside, inside = shares_on_the_wrong_side(roads, 15)
    assert outside <= 0.03
    assert inside <= 0.02


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
