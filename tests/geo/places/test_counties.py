"""Which district belongs to which county."""

import pytest

from geo.errors import PlaceError
from geo.places.counties import MEMBERS, canonical_county, county_of_district, match_county


def test_no_district_is_in_two_counties():
    districts = [district for members in MEMBERS.values() for district in members]
    assert len(districts) == len(set(districts))


def test_the_unitary_and_metropolitan_districts_of_england_are_all_there():
    # 62 unitary authorities with the Isles of Scilly (E06000001-66 less the abolished) and 36 metropolitan districts.
    assert sum(len(members) for members in MEMBERS.values()) == 63 + 36


def test_a_two_tier_district_follows_its_council():
    assert county_of_district("E07000129", "Blaby", "Leicestershire") == "Leicestershire"


def test_a_london_borough_is_in_greater_london():
    assert county_of_district("E09000007", "Camden", "") == "Greater London"


def test_an_unknown_district_has_no_county():
    assert county_of_district("E06000999", "Atlantis", "") == ""


@pytest.mark.parametrize(
    "asked", ["Cambridgeshire", "cambridgeshire-and-peterborough", "CAMBRIDGESHIRE and Peterborough"]
)
def test_a_county_is_found_however_it_is_written(asked):
    assert match_county(asked, ["Cambridgeshire and Peterborough"]) == "Cambridgeshire and Peterborough"


def test_a_county_of_nowhere_is_refused_with_the_closest_names():
    with pytest.raises(PlaceError, match=r"no county of England is called 'Nothamptonshire'; .*Northamptonshire"):
        canonical_county("Nothamptonshire", ["Northamptonshire", "Nottinghamshire", "Kent"])
