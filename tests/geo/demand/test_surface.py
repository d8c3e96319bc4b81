"""Counting and smoothing of places."""

import pandas as pd
import pytest

from geo.demand.surface import count_by_area, heat, heat_points, placement
from geo.errors import SchemaError


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


def test_heat_keeps_the_incidents_it_smooths():
    cells = heat(located().iloc[:2], bandwidth_metres=2000)
    assert cells["density"].sum() * 0.25 == pytest.approx(2.0, rel=0.05)  # cells of a quarter square kilometre
    peak = cells.loc[cells["density"].idxmax()]
    assert abs(peak["easting"] - 475250) <= 500


def test_imprecise_places_do_not_heat():
    assert heat(located(precision=["sector"] * 4), bandwidth_metres=1000).empty


def test_a_bandwidth_of_nothing_is_refused():
    with pytest.raises(SchemaError, match="bandwidth of 0 m"):
        heat(located(), bandwidth_metres=0)


def test_a_named_place_heats_where_its_doubt_is_within_the_bandwidth():
    places = located(precision=["place"] * 4).assign(uncertainty_metres=[100.0, 1000.0, 1001.0, 50.0])
    assert heat_points(places, 1000).tolist() == [True, True, False, True]
