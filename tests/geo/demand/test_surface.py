"""Counting of places, and which of them a heatmap may count."""

import pandas as pd

from geo.demand.surface import count_by_area, heat_points, placement


def located(**columns):
    base = {
        "easting": [475000.0, 475000.0, 400000.0, None],
        "northing": [260000.0, 260000.0, 200000.0, None],
        "district": ["Northampton", "Northampton", "Oxford", ""],
        "precision": ["unit", "unit", "unit", "none"],
        "uncertainty_metres": [60.0, 60.0, 60.0, None],
    }
    return pd.DataFrame(base | columns)


def test_every_incident_is_inside_outside_or_nowhere():
    assert placement(located(), {"Northampton"}).value_counts().to_dict() == {
        "in the county": 2,
        "outside the county": 1,
        "not located": 1,
    }


def test_areas_are_counted_without_the_unknown():
    assert count_by_area(located(), "district").to_dict() == {"Northampton": 2, "Oxford": 1}


def test_a_named_place_heats_where_its_doubt_is_within_the_bandwidth():
    places = located(precision=["place"] * 4).assign(uncertainty_metres=[100.0, 1000.0, 1001.0, 50.0])
    assert heat_points(places, 1000).tolist() == [True, True, False, True]
