import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.places.density import URBAN_POSTCODES, is_urban, postcode_density
from geo.places.postcodes import Gazetteer
from geo.places.residents import load_residents


def postcodes(points, live=True):
    return pd.DataFrame(points, columns=["easting", "northing"]).assign(live=live)


def test_postcodes_within_a_kilometre_count_and_the_boundary_counts():
    found = postcode_density([0.0], [0.0], postcodes([(0, 0), (1000, 0), (0, 1000.1), (600, 800)]))
    assert found == pytest.approx([3 / math.pi])


def test_twenty_five_a_square_kilometre_are_urban_and_one_less_is_not():
    # A circle of 1 km holds 3.1416 square kilometres: 79 postcodes are 25.1 a square kilometre, 78 are 24.8.
    street = [(10.0 * place, 0.0) for place in range(79)]
    assert is_urban([400.0], [0.0], postcodes(street)).tolist() == [True]
    assert is_urban([400.0], [0.0], postcodes(street[:78])).tolist() == [False]


def test_withdrawn_postcodes_do_not_count_and_a_mail_office_counts_once():
    street = [(10.0 * place, 0.0) for place in range(79)]
    assert not is_urban([400.0], [0.0], postcodes(street, live=False))[0]
    assert not is_urban([400.0], [0.0], postcodes([(400.0, 0.0)] * 500))[0]


def test_nothing_known_is_rural_and_no_points_are_no_answers():
    assert is_urban([1.0], [2.0], postcodes([])).tolist() == [False]
    assert is_urban([], [], postcodes([(0, 0)])).shape == (0,)


def test_points_that_are_no_points_are_refused():
    with pytest.raises(SchemaError, match=r"1 points are not finite \(first: number 1\)"):
        is_urban([1.0, math.nan], [1.0, 1.0], postcodes([(0, 0)]))
    with pytest.raises(SchemaError, match="as many eastings as northings"):
        is_urban([1.0], [1.0, 2.0], postcodes([(0, 0)]))
    with pytest.raises(SchemaError, match="lacks 1 columns"):
        is_urban([1.0], [1.0], pd.DataFrame({"easting": [1.0], "northing": [1.0]}))


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), max_size=60), st.integers(0, 3000))
def test_another_postcode_never_makes_a_place_less_dense(points, at):
    before = postcode_density([1500.0], [1500.0], postcodes(points))
    after = postcode_density([1500.0], [1500.0], postcodes([*points, (at, at)]))
    assert after[0] >= before[0]


@pytest.mark.parametrize(
    ("postcode", "urban"),
    [
        ("NN1 1DE", True),  # Northampton, centre
        ("PE15 8NH", True),  # March
        ("PE1 1HL", True),  # Peterborough, centre
        ("CB2 1TN", True),  # Cambridge, centre
        ("PE8 4BA", True),  # Oundle: a small town, rural in the official classification
        ("NN6 6HA", False),  # a village street west of the M1
        ("NN7 4QB", False),  # a village street west of Northampton
    ],
)
def test_towns_are_urban_and_villages_are_not(postcode, urban):
    gazetteer = Gazetteer.default()
    place = gazetteer.find(postcode)
    assert is_urban([place.easting], [place.northing], gazetteer.frame).tolist() == [urban]


@pytest.mark.parametrize(("county", "share"), [("Northamptonshire", 0.765), ("Cambridgeshire and Peterborough", 0.663)])
def test_the_shares_of_urban_residents_are_those_that_justify_the_threshold(county, share):
    frame, residents = Gazetteer.default().frame, load_residents(county)
    live = frame[frame["live"] & frame["lsoa"].isin(residents.index)]
    each = live["lsoa"].map(residents) / live["lsoa"].map(live["lsoa"].value_counts())
    urban = is_urban(live["easting"], live["northing"], frame)
    assert each[urban].sum() / each.sum() == pytest.approx(share, abs=0.001)
    assert each.mean() == pytest.approx(37, abs=1)


def test_half_the_density_around_the_median_postcode_is_about_the_threshold():
    frame = Gazetteer.default().frame
    live = frame.loc[frame["live"], ["easting", "northing"]].drop_duplicates()
    median = np.median(postcode_density(live["easting"], live["northing"], frame))
    assert median == pytest.approx(45, abs=0.5)
    assert abs(URBAN_POSTCODES - median / 2) < 3
