"""Residents and demand within drive times, by the minutes of postcodes."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.coverage.reach import within
from geo.errors import SchemaError

LSOAS = pd.Series(["E1", "E1", "E1", "E1", "E2"], index=["AA1", "AA2", "AA3", "AA4", "AA5"])
MINUTES = [4.0, 5.0, 9.0, np.inf, 10.0]
RESIDENTS = pd.Series({"E2": 300, "E1": 1000})


def test_residents_are_spread_evenly_over_the_postcodes_and_the_boundary_minute_counts():
    table = within(MINUTES, LSOAS, (10, 5), residents=RESIDENTS).table
    assert table["minutes"].tolist() == [5, 10]
    assert table["residents"].tolist() == [500, 1050]  # 2 of 4 postcodes; then 3 of 4, and all of E2
    assert table["residents_share"].tolist() == pytest.approx([500 / 1300, 1050 / 1300])


def test_demand_has_an_interval_and_follows_its_lsoas_by_name():
    draws = pd.DataFrame({"E2": [1.0, 3.0], "E1": [4.0, 8.0]})
    table = within(MINUTES, LSOAS, [10], demand=draws).table  # a draw each: 3/4 x 4 + 1, 3/4 x 8 + 3
    assert table["demand_a_month"].tolist() == [6.5]
    assert table[["demand_low", "demand_high"]].to_numpy().ravel() == pytest.approx([4.5, 8.5])


def test_what_is_not_loaded_has_no_figure():
    table = within(MINUTES, LSOAS, [10]).table
    assert table.drop(columns="minutes").isna().all(axis=None)
    assert within(MINUTES, LSOAS, [10], demand=pd.DataFrame()).table["demand_a_month"].isna().all()


def test_postcodes_without_a_road_are_out_of_reach_counted_and_named():
    reach = within([4.0, np.nan, 9.0, np.inf, 10.0], LSOAS, [60], residents=RESIDENTS)
    assert reach.without_road == ("AA2", "AA4")
    assert reach.sentence.startswith("2 of 5 postcodes count as out of reach")
    assert reach.sentence.endswith("(first: AA2)")
    assert reach.table["residents"].tolist() == [800]
    assert within([1.0] * 5, LSOAS, [60]).sentence == ""


def test_areas_are_those_of_the_outlines_by_their_minutes():
    drawn = gpd.GeoDataFrame(
        {"minutes": [5.0, 10.0, 15.0], "area_km2": [20.0, 90.0, 200.0]},
        geometry=[shapely.Polygon()] * 3,
        crs="EPSG:27700",
    )
    assert within(MINUTES, LSOAS, (10, 5), areas=drawn).table["area_km2"].tolist() == [20, 90]
    with pytest.raises(SchemaError, match=r"1 limits are not drawn \(first: 7 minutes\)"):
        within(MINUTES, LSOAS, (5, 7), areas=drawn)


@pytest.mark.parametrize("limits", [(), (0, 5), (-1,), (float("nan"),), (float("inf"),)])
def test_limits_must_be_above_zero(limits):
    with pytest.raises(SchemaError, match="above 0 minutes"):
        within(MINUTES, LSOAS, limits)


@pytest.mark.parametrize(
    ("residents", "words"),
    [
        (pd.Series({"E1": 1}), "1 of 2 LSOAs of the postcodes have no residents"),
        (pd.Series({"E1": 1, "E2": 1, "E9": 1}), "1 LSOAs of residents have no postcode"),
        (pd.Series([1, 2, 3], index=["E1", "E2", "E2"]), "stands twice"),
    ],
)
def test_residents_of_other_lsoas_are_refused(residents, words):
    with pytest.raises(SchemaError, match=words):
        within(MINUTES, LSOAS, [5], residents=residents)


def test_each_postcode_has_one_drive_time():
    with pytest.raises(SchemaError, match="4 drive times but 5 postcodes"):
        within(MINUTES[:4], LSOAS, [5])


@given(
    arrays(float, 5, elements=st.floats(0, 60) | st.just(np.inf) | st.just(np.nan)), st.floats(1, 30), st.floats(0, 30)
)
def test_a_longer_limit_never_holds_less(minutes, limit, extra):
    inside = within(minutes, LSOAS, (limit, limit + extra), residents=RESIDENTS).table["residents"].tolist()
    assert 0 <= inside[0] <= inside[-1] + 1e-9 <= 1300 + 1e-6


def test_inputs_are_left_alone():
    minutes, lsoas, residents = np.array(MINUTES), LSOAS.copy(), RESIDENTS.copy()
    within(minutes, lsoas, [5, 10], residents=residents)
    assert np.array_equal(minutes, MINUTES)
    pd.testing.assert_series_equal(lsoas, LSOAS)
    pd.testing.assert_series_equal(residents, RESIDENTS)
