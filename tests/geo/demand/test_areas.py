"""Rates of areas: shrunk, weighed, and silent where nobody lives."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.demand.areas import area_rates, areas_at
from geo.errors import SchemaError

RESIDENTS = pd.Series({"E1": 1_000, "E2": 3_000})


def counted(first, second, weight=1.0):
    places = pd.Series(["E1"] * first + ["E2"] * second)
    return places, pd.Series(float(weight), index=places.index)


def test_many_incidents_overrule_the_mean():
    table = area_rates(*counted(300, 300), RESIDENTS)
    assert table["relative"].to_list() == pytest.approx([2.0, 2 / 3], rel=0.05)
    assert not table["cannot_tell"].any()
    assert table["incidents"].to_list() == [300, 300]


def test_three_incidents_cannot_be_told_from_the_mean():
    table = area_rates(*counted(2, 1), RESIDENTS)
    assert table["cannot_tell"].all()
    assert (table["low"] < 1).all()
    assert (table["high"] > 1).all()


def test_the_mean_over_residents_is_one():
    table = area_rates(*counted(7, 2), RESIDENTS)
    assert (table["relative"] * table["residents"]).sum() / 4_000 == pytest.approx(1.0)


def test_the_unit_of_a_weight_changes_nothing():
    hours, minutes = (area_rates(*counted(30, 30, weight), RESIDENTS) for weight in (1.0, 60.0))
    assert hours["relative"].to_list() == pytest.approx(minutes["relative"].to_list())
    assert minutes["counted"].sum() == 60 * hours["counted"].sum()


def test_unequal_weights_leave_more_doubt():
    places, even = counted(40, 40)
    uneven = even.where(even.index % 10 > 0, 50.0)
    width = [(t["high"] - t["low"]).iloc[0] for t in (area_rates(places, w, RESIDENTS) for w in (even, uneven))]
    assert width[1] > width[0]


def test_blank_weights_add_nothing():
    places, weights = counted(10, 10)
    table = area_rates(places, weights.where(weights.index > 0), RESIDENTS)
    assert table["incidents"].sum() == 19


def test_an_area_without_residents_has_no_rate():
    table = area_rates(*counted(9, 9), pd.Series({"E1": 1_000.0, "E2": 3_000.0, "E3": np.nan, "E4": 0.0}))
    assert table["relative"].isna().tolist() == [False, False, True, True]
    assert not table["cannot_tell"].iloc[2:].any()


def test_places_are_put_together_to_areas():
    residents = pd.Series({"E1": 1_000, "E2": 1_000, "E3": 2_000})
    areas = pd.Series(["South", "North", "South"])
    table = area_rates(pd.Series(["E1", "E2", "E3", "E9"]), pd.Series([1.0] * 4), residents, areas)
    assert table["area"].to_list() == ["North", "South"]
    assert table["residents"].to_list() == [1_000, 3_000]
    assert table["incidents"].to_list() == [1, 2]  # E9 is no place of the county


def test_nothing_counted_tells_no_rate():
    with pytest.raises(SchemaError, match="nothing is counted in these areas"):
        area_rates(pd.Series(["X"]), pd.Series([1.0]), RESIDENTS)


def test_points_are_named_by_the_first_area_that_holds_them():
    areas = gpd.GeoDataFrame(
        {"name": ["West", "All"]}, geometry=[shapely.box(0, 0, 10, 10), shapely.box(0, 0, 20, 10)], crs="EPSG:27700"
    )
    east = pd.Series([5.0, 15.0, 10.0, 50.0, np.nan, 5.0], index=[9, 8, 7, 6, 5, 4])
    named = areas_at(areas, east, pd.Series(5.0, index=east.index))
    assert named.to_list() == ["West", "All", "West", "", "", "West"]
    assert list(named.index) == [9, 8, 7, 6, 5, 4]
