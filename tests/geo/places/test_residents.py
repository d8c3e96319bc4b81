"""Residents by LSOA."""

import pytest

from geo.errors import PlaceError
from geo.places.boundaries import load_areas
from geo.places.residents import load_residents


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
