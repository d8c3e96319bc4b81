"""Where a car starts its shift."""

import pytest

from geo.errors import PlaceError
from geo.places.bases import Base
from geo.places.postcodes import Gazetteer


def test_a_base_stands_at_its_postcode_and_is_named_by_it():
    base = Base.at("nn15bd", Gazetteer.default())
    assert base == Base("NN1 5BD", 476319, 260349, "NN1 5BD")


def test_a_base_may_have_a_name_of_its_own():
    assert Base.at("NN1 5BD", Gazetteer.default(), name="Hospital").name == "Hospital"


def test_bases_sort_by_name_and_hash():
    bases = {Base("b", 1, 2), Base("a", 3, 4), Base("b", 1, 2)}
    assert [base.name for base in sorted(bases)] == ["a", "b"]


def test_a_sector_is_no_place_for_a_base():
    with pytest.raises(PlaceError, match="NN1 5 names no one place for a base"):
        Base.at("NN1 5", Gazetteer.default())


def test_a_postcode_of_nowhere_is_no_place_for_a_base():
    with pytest.raises(PlaceError, match="cannot be located"):
        Base.at("nowhere", Gazetteer.default())


@pytest.mark.parametrize(("name", "easting"), [("", 0.0), ("  ", 0.0), ("a", float("nan")), ("a", float("inf"))])
def test_a_base_needs_a_name_and_a_finite_point(name, easting):
    with pytest.raises(PlaceError):
        Base(name, easting, 0.0)
