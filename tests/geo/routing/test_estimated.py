import numpy as np
import pytest

from geo.errors import SourceError
from geo.places.boundaries import load_areas
from geo.routing import estimated
from geo.routing.engine import ScipyEngine
from geo.routing.estimated import CALIBRATION, LABEL, UNMEASURED_LABEL, Calibration, Drawing, estimate_roads
from geo.routing.matrix import ACCESS_KMH


@pytest.fixture(scope="module")
def northamptonshire():
    return estimate_roads("Northamptonshire")


def test_the_label_says_how_far_to_trust_it(northamptonshire):
    assert northamptonshire.estimated
    assert northamptonshire.label == LABEL
    assert LABEL.startswith(
        "Estimated roads: postcode pattern and main roads, no street map. Measured for an uncongested car"
    )
    assert LABEL.endswith("Not for response standards: download the roads before deciding.")
    assert "OpenStreetMap contributors" in northamptonshire.licence
    assert "Open Government Licence" in northamptonshire.licence


def test_the_network_is_of_the_size_measured_and_hangs_together(northamptonshire):
    assert 40_000 < northamptonshire.nodes < 60_000
    assert 80_000 < northamptonshire.edges / 2 < 120_000
    assert np.isfinite(ScipyEngine(northamptonshire).one_to_all(0)).all()


def test_every_street_can_be_driven_both_ways_at_the_same_pace(northamptonshire):
    half = northamptonshire.edges // 2
    np.testing.assert_array_equal(northamptonshire.tail[:half], northamptonshire.head[half:])
    np.testing.assert_array_equal(northamptonshire.seconds[:half], northamptonshire.seconds[half:])


def test_the_same_data_give_the_same_roads(northamptonshire):
    again = estimate_roads("northamptonshire")
    np.testing.assert_array_equal(again.seconds, northamptonshire.seconds)


def test_the_county_lies_inside_its_network(northamptonshire):
    west, south, east, north = load_areas("Northamptonshire").county.bounds
    assert northamptonshire.x.min() < west - 20_000 < east + 20_000 < northamptonshire.x.max()
    assert northamptonshire.y.min() < south - 20_000 < north + 20_000 < northamptonshire.y.max()


def test_places_open_onto_local_roads_only(northamptonshire):
    main = ~northamptonshire.doors
    assert 1_000 < main.sum() < 10_000
    x, y = northamptonshire.x[main][0], northamptonshire.y[main][0]
    assert northamptonshire.doors[northamptonshire.join([x], [y])[0]].all()


def test_northampton_to_kettering_takes_about_as_long_as_route_planners_say(northamptonshire):
    northampton, kettering = (475_200, 260_500), (486_700, 278_700)
    nodes, _ = northamptonshire.join(*np.transpose([northampton, kettering]))
    assert 20 < ScipyEngine(northamptonshire).matrix(nodes[:1], nodes[1:])[0, 0] / 60 < 32


def test_a_county_without_postcodes_names_the_cure():
    with pytest.raises(SourceError, match=r"cannot be estimated for Atlantis: .* run `triage-map data 'Atlantis'`"):
        estimate_roads("Atlantis")


def test_a_county_where_the_error_was_never_measured_says_so(monkeypatch):
    monkeypatch.setattr(estimated, "MEASURED", ())
    label = estimate_roads("Northamptonshire").label
    assert label == UNMEASURED_LABEL
    assert "Error not measured for this county" in label
    assert "half of the times" not in label


def test_points_are_joined_where_no_third_lies_between():
    square_with_centre = np.array([[0, 0], [2, 0], [2, 2], [0, 2], [1, 1]], dtype=float) * 1000
    edges = estimated._gabriel(square_with_centre)
    joined = {frozenset(pair) for pair in zip(edges.start.tolist(), edges.end.tolist(), strict=True)}
    spokes = {frozenset((corner, 4)) for corner in range(4)}
    sides = {frozenset((corner, (corner + 1) % 4)) for corner in range(4)}  # the centre is on their circle, not in it
    assert joined == spokes | sides


def test_postcodes_in_one_square_are_one_node():
    points = np.array([[10, 10], [50, 30], [70, 10]], dtype=float)
    assert sorted(estimated._thin(points, 60).tolist()) == [[30, 20], [70, 10]]


def test_main_roads_are_cut_in_even_pieces_by_their_class():
    points = np.array([[0, 0], [9000, 0]], dtype=float)
    crow = np.array([9000.0] * 3)
    roads = [estimated.SINGLE, estimated.DUAL, estimated.MOTORWAY]
    split, edges = estimated._split(points, estimated._edges([0, 0, 0], [1, 1, 1], [9900.0] * 3, roads), crow)
    assert [int((edges.road == road).sum()) for road in roads] == [5, 3, 1]  # 1,800 m, at most 4,000 m, never
    assert len(split) == 2 + 4 + 2
    assert edges.metres.tolist() == pytest.approx([1980] * 5 + [3300] * 3 + [9900])
    np.testing.assert_allclose(split[edges.end[0]], [1800, 0])


ROUND = Calibration(20.0, 60.0, 10.0, 110.0, 100.0, 90.0, 120.0)


def test_local_roads_are_slower_where_postcodes_are_dense():
    kmh = ROUND.kmh(np.full(3, estimated.LOCAL), np.array([0.0, 10.0, 30.0]))
    assert kmh.tolist() == pytest.approx([60, 20 + 40 / 2, 20 + 40 / 4])


def test_main_roads_keep_their_class_speed_in_the_country():
    classes = np.array([estimated.MOTORWAY, estimated.DUAL, estimated.SINGLE])
    assert ROUND.kmh(classes, np.zeros(3)).tolist() == pytest.approx([110, 100, 90])
    assert ROUND.kmh(classes, np.full(3, 120.0)).tolist() == pytest.approx([110, 100 * 3 / 4, 45])
    assert ROUND.kmh(classes, np.full(3, 1200.0)).tolist() == pytest.approx([110, 100 * 3 / 13, 20])  # never below town


def test_a_drawing_takes_as_long_as_its_metres_at_its_speed():
    edges = estimated._edges([0, 1], [1, 2], [1000.0, 500.0], [estimated.LOCAL, estimated.MOTORWAY])
    points = np.array([[0, 0], [1000, 0], [1500, 0]], dtype=float)
    drawing = Drawing(points, edges, np.array([10.0, 0.0]), np.array([True, True, False]), 0)
    assert drawing.seconds(ROUND).tolist() == pytest.approx([3600 / 40, 1800 / 110])
    roads = drawing.network(ROUND, source="two edges")
    assert (roads.edges, roads.estimated, roads.source) == (4, True, "two edges")
    assert roads.doors.tolist() == [True, True, False]
    assert drawing.without_main_roads().edges.metres.tolist() == [1000.0]


def test_the_town_speed_is_that_of_the_way_to_the_door():
    assert CALIBRATION.town_kmh == ACCESS_KMH


def test_main_roads_are_lines_in_and_around_the_county():
    outline = load_areas("Northamptonshire").county
    roads = estimated.main_roads(outline)
    assert roads.crs.to_epsg() == 27700
    assert 100 < len(roads) < 5000
    assert roads["major"].any()
    assert not roads["major"].all()
    assert roads.distance(outline).max() <= estimated.ROUND_THE_BOX_METRES
