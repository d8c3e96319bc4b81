"""Residents by LSOA, and in areas of any outline."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import PlaceError, SchemaError
from geo.places.boundaries import load_areas
from geo.places.postcodes import Gazetteer
from geo.places.residents import load_every_resident, load_residents, residents_in


@pytest.mark.parametrize(
    ("county", "residents"), [("Northamptonshire", 691_952), ("Cambridgeshire and Peterborough", 804_841)]
)
def test_residents_add_up_to_the_census(county, residents):
    # Census 2011, ONS: Northamptonshire 691,952; Cambridgeshire 621,210 with Peterborough 183,631.
    assert load_residents(county).sum() == residents


@pytest.mark.parametrize("county", ["Northamptonshire", "Cambridgeshire and Peterborough"])
def test_every_lsoa_has_residents(county):
    assert set(load_residents(county).index) == set(load_areas(county).lsoas["code"])


def test_a_county_that_does_not_ship_is_refused():
    with pytest.raises(PlaceError, match="no data for the county 'Kent'"):
        load_residents("Kent")


def test_every_county_together_is_the_sum_of_each():
    assert load_every_resident().sum() == 691_952 + 804_841
    assert load_every_resident().index.is_unique


def street(*lsoas, live=True):
    """Postcodes 100 m apart along a line, each in the LSOA given."""
    east = [470_000.0 + 100 * place for place in range(len(lsoas))]
    return pd.DataFrame({"easting": east, "northing": 250_000.0, "live": live, "lsoa": list(lsoas)})


def box(first, last):
    """The part of the line between two postcodes, both included."""
    shape = shapely.box(469_950 + 100 * first, 249_900, 470_050 + 100 * last, 250_100)
    return gpd.GeoDataFrame(geometry=[shape], crs="EPSG:27700")


def test_residents_stand_evenly_at_the_postcodes_of_their_lsoa():
    # 900 residents at three postcodes, 100 at one: two of the three and the one are 700
    found = residents_in(box(1, 3), pd.Series({"A": 900, "B": 100}), street("A", "A", "A", "B"))
    assert found.iloc[0].to_dict() == {"residents": 700.0, "postcodes": 3, "not_known": 0}


def test_an_area_without_a_count_is_not_loaded_and_never_zero():
    found = residents_in(box(0, 0), pd.Series({"B": 100}), street("A", "B"))
    assert found["residents"].isna().all()
    assert found["not_known"].tolist() == [1]
    assert residents_in(box(5, 6), pd.Series({"B": 100}), street("A", "B"))["residents"].isna().all()


def test_withdrawn_postcodes_hold_nobody():
    found = residents_in(box(0, 1), pd.Series({"A": 100}), street("A", "A", live=[True, False]))
    assert found.iloc[0].to_dict() == {"residents": 100.0, "postcodes": 1, "not_known": 0}


def test_areas_in_degrees_are_refused():
    with pytest.raises(SchemaError, match="must be in EPSG:27700"):
        residents_in(box(0, 1).to_crs("EPSG:4326"), pd.Series({"A": 1}), street("A"))
    with pytest.raises(SchemaError, match="lacks 1 columns"):
        residents_in(box(0, 1), pd.Series({"A": 1}), street("A").drop(columns="live"))


@pytest.mark.parametrize("county", ["Northamptonshire", "Cambridgeshire and Peterborough"])
def test_the_districts_hold_within_two_per_cent_of_their_census(county):
    areas, residents = load_areas(county), load_residents(county)
    census = areas.lsoas.assign(residents=areas.lsoas["code"].map(residents)).groupby("district")["residents"].sum()
    districts = areas.districts()
    found = residents_in(districts, residents, Gazetteer.default().frame).set_index(districts["name"])["residents"]
    assert (found / census.reindex(found.index) - 1).abs().max() < 0.02
