"""Metres become degrees of five decimals, and nothing without a place or a reference system gets through."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import to_lonlat
from geo.errors import CrsError, SchemaError
from geo.layers import shapes


def grid(*geometries):
    return gpd.GeoSeries(list(geometries), crs="EPSG:27700")


def test_caister_water_tower_lies_where_the_ordnance_survey_says():
    # 'A guide to coordinate systems in Great Britain', OS: 52 39 28.8282 N, 1 42 57.8663 E (ETRS89)
    latitude, longitude = shapes.spot(651_409.8, 313_177.4)
    assert latitude == pytest.approx(52.65801, abs=1e-4)
    assert longitude == pytest.approx(1.71607, abs=1e-4)


def test_every_written_coordinate_has_five_decimals_at_most(areas):
    written = shapes.geometries(areas.geometry)
    numbers = np.array(written[0]["coordinates"]).ravel()
    assert (numbers == np.round(numbers, 5)).all()
    longitude, latitude = to_lonlat(480_000, 250_000)
    assert [round(longitude, 5), round(latitude, 5)] in written[0]["coordinates"][0]


def test_shapes_in_degrees_stay_where_they_are():
    square = shapely.box(-1, 52, -0.5, 52.5)
    assert shapely.from_geojson(str(shapes.geometry(square, "EPSG:4326")).replace("'", '"')).equals(square)


@given(st.floats(100_000, 600_000), st.floats(50_000, 600_000))
def test_one_point_and_many_points_are_written_alike(easting, northing):
    assert shapes.spots([easting], [northing]) == [shapes.spot(easting, northing)]


def test_shapes_without_a_reference_system_are_refused(areas):
    with pytest.raises(CrsError, match="Test: the shapes have no reference system"):
        shapes.check(areas.set_crs(None, allow_override=True), ("geometry",), "Test")


def test_a_missing_column_and_a_missing_shape_are_named(areas):
    with pytest.raises(SchemaError, match=r"2 columns are missing \(first: 'minutes'\)"):
        shapes.check(areas, ("minutes", "name", "share"), "Test")
    areas.loc[0, "geometry"] = shapely.Polygon()
    with pytest.raises(SchemaError, match="1 of 2 rows have no shape"):
        shapes.check(areas, ("geometry",), "Test")


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_points_without_a_place_are_refused_and_counted(lost):
    frame = pd.DataFrame({"easting": [1.0, lost, 2.0], "northing": [1.0, 1.0, 2.0]})
    with pytest.raises(SchemaError, match="Test: 1 of 3 rows have no place"):
        shapes.check_points(frame, "Test")


def test_neighbours_still_share_their_edge_when_simplified():
    ragged = [(5_000 + (7 if y % 400 else 0), y) for y in range(0, 10_001, 200)]
    west = shapely.Polygon([(0, 0), *ragged, (0, 10_000)])
    east = shapely.Polygon([(10_000, 0), *ragged, (10_000, 10_000)])
    lighter = shapes.simplified(grid(west, east), 40)
    assert lighter.count_coordinates().sum() < 20
    assert lighter.iloc[0].intersection(lighter.iloc[1]).area == 0
    assert lighter.union_all().area == pytest.approx(1e8)


def test_overlapping_shapes_are_each_simplified_and_none_is_lost():
    circle = shapely.Point(0, 0).buffer(1_000, quad_segs=200)
    lighter = shapes.simplified(grid(circle, shapely.Point(0, 0).buffer(10)), 20)
    assert lighter.is_valid.all()
    assert not lighter.is_empty.any()
    assert len(lighter.iloc[0].exterior.coords) < 60


def test_a_label_stands_well_inside_its_area():
    horseshoe = shapely.box(0, 0, 10_000, 10_000) - shapely.box(2_000, 2_000, 7_000, 10_001)
    ((latitude, longitude),) = shapes.label_spots(grid(horseshoe))
    there = gpd.GeoSeries([shapely.Point(longitude, latitude)], crs="EPSG:4326").to_crs("EPSG:27700").iloc[0]
    assert horseshoe.contains(there)
    assert horseshoe.exterior.distance(there) == pytest.approx(
        1_560, abs=210
    )  # in the corner where the widest arms meet


def test_features_keep_what_belongs_to_each_shape(areas):
    made = shapes.features(areas.geometry, [{"fill": "a"}, {"fill": "b"}])
    assert [one["properties"]["fill"] for one in made["features"]] == ["a", "b"]
    with pytest.raises(ValueError, match="zip"):
        shapes.features(areas.geometry, [{}])
