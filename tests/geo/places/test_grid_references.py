"""Points as people write them: grid references, easting and northing, degrees."""

import math

import pandas as pd
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.places.grid_references import SQUARES, is_grid_reference, parse_point, read_points, square_origin


@pytest.mark.parametrize(
    ("text", "easting", "northing", "doubt"),
    [
        # Ordnance Survey, A guide to coordinate systems in Great Britain: TG 51409 13177 is 651409, 313177.
        ("TG 51409 13177", 651_409, 313_177, 1),
        # By hand: SP begins at 400 km east, 200 km north; 754 is 75.4 km, 609 is 60.9 km; the centre is 50 m on.
        ("SP 754 609", 475_450, 260_950, 71),
        ("sp754609", 475_450, 260_950, 71),
        ("SP 75416 09123", 475_416, 209_123, 1),
        ("SP7541,6091", 475_415, 260_915, 7),
        ("SP 7541 / 6091", 475_415, 260_915, 7),
        ("SP7560", 475_500, 260_500, 707),
        ("SP 75 60", 475_500, 260_500, 707),
        ("SP76", 475_000, 265_000, 7071),
        ("Grid ref: SP 754 609.", 475_450, 260_950, 71),
        ("OS NGR (SP 754 609)", 475_450, 260_950, 71),
        # The summit of Ben Nevis and a lane in Hampshire, worked out by hand: NN begins at 200, 700; SU at 400, 100.
        ("NN 166 712", 216_650, 771_250, 71),
        ("SU 731189", 473_150, 118_950, 71),
    ],
)
def test_a_grid_reference_is_the_centre_of_its_square_and_half_its_diagonal(text, easting, northing, doubt):
    point = parse_point(text)
    assert (point.kind, point.easting, point.northing) == ("grid_reference", easting, northing)
    assert point.uncertainty_metres == doubt


@pytest.mark.parametrize(
    ("text", "easting", "northing", "doubt"),
    [
        ("475412, 260931", 475_412, 260_931, 1),
        ("475412 260931", 475_412, 260_931, 1),
        ("475412.0,260931.0", 475_412, 260_931, 1),
        ("475412.6, 260931.2", 475_412.6, 260_931.2, 1),
        ("475410, 260930", 475_410, 260_930, 7),  # rounded to 10 m: half the diagonal is 7.07 m
        ("475400, 260900", 475_400, 260_900, 71),
        ("475000, 260000", 475_000, 260_000, 707),
        ("475,412 260,931", 475_412, 260_931, 1),
        ("E475412 N260931", 475_412, 260_931, 1),
        ("Easting: 475412, Northing: 260931", 475_412, 260_931, 1),
        ("N 260931 E 475412", 475_412, 260_931, 1),
        ("475412mE 260931mN", 475_412, 260_931, 1),
        ("X=475412; Y=260931", 475_412, 260_931, 1),
        ("E 91412 N 11031", 91_412, 11_031, 1),  # the Isles of Scilly: five figures are read with a label
        ("343412, 1020931", 343_412, 1_020_931, 1),  # Orkney: the northing has seven
    ],
)
def test_easting_and_northing_are_the_point_and_their_noughts_its_doubt(text, easting, northing, doubt):
    point = parse_point(text)
    assert (point.kind, point.easting, point.northing) == ("easting_northing", easting, northing)
    assert point.uncertainty_metres == doubt


@pytest.mark.parametrize(
    "text",
    ["52.65801, 1.71607", "1.71607 52.65801", "52.65801N 1.71607E", "lat 52.65801 long 1.71607", "1.71607E, 52.65801N"],
)
def test_degrees_are_the_same_point_within_their_doubt(text):
    # Ordnance Survey's worked example: 52 39 28.83 N, 1 42 57.87 E on ETRS89 is 651409.9, 313177.3.
    point = parse_point(text)
    assert point.kind == "easting_northing"
    assert math.hypot(point.easting - 651_409.9, point.northing - 313_177.3) <= point.uncertainty_metres < 10


def test_west_is_minus():
    assert parse_point("52.2405N 0.9027W").easting == parse_point("52.2405, -0.9027").easting


def test_ordnance_surveys_example_agrees_with_pyproj():
    # The same guide: 52 39 27.2531 N, 1 43 4.5177 E on OSGB36 is 651409.903, 313177.270.
    latitude, longitude = 52 + 39 / 60 + 27.2531 / 3600, 1 + 43 / 60 + 4.5177 / 3600
    east, north = pyproj.Transformer.from_crs(4277, 27700, always_xy=True).transform(longitude, latitude)
    assert (round(east, 1), round(north, 1)) == (651_409.9, 313_177.3)
    point = parse_point("TG 51409 13177")
    assert (point.easting, point.northing) == (math.floor(east), math.floor(north))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SP 754 6091", "a grid reference with 3 and 4 figures: SP 754 6091"),
        ("SP75460", "a grid reference with an odd number of figures: SP75460"),
        ("SP 754123 609123", "a grid reference of more than ten figures: SP 754123 609123"),
        ("E 975412 N 260931", "easting and northing outside Great Britain: E 975412 N 260931"),
        ("48.8566, 2.3522", "latitude and longitude outside Great Britain: 48.8566, 2.3522"),
    ],
)
def test_a_point_that_cannot_be_says_why(text, reason):
    point = parse_point(text)
    assert (point.kind, point.reason) == ("none", reason)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "by the bridge",
        "M1 J15",
        "NN1 5BD",
        "01604 555555",  # a telephone number
        "07700 900123",
        "12, 34",
        "4754, 2609",
        "04/02/2016",
        "AB 123 456",  # no square of the grid
        "SP",  # a square of 100 km says nothing
        "52.2, -0.9",
    ],
)
def test_what_is_no_point_is_left_alone(text):
    point = parse_point(text)
    assert (point.kind, point.reason) == ("none", "")


def test_the_squares_lie_in_the_grid_and_no_two_on_another():
    origins = {square_origin(letters) for letters in SQUARES}
    assert len(origins) == len(SQUARES) == 56
    assert all(0 <= east < 700_000 and 0 <= north < 1_300_000 for east, north in origins)
    assert square_origin("SV") == (0, 0)
    assert square_origin("HP") == (400_000, 1_200_000)


def test_a_tight_reference_is_told_from_a_postcode():
    assert is_grid_reference("SK7055")
    assert not is_grid_reference("SK70")  # it may be a postcode district
    assert not is_grid_reference("SK705")


@given(st.sampled_from(sorted(SQUARES)), st.integers(0, 99_999), st.integers(0, 99_999), st.integers(1, 5))
def test_a_shorter_reference_is_never_farther_off_than_its_doubt(letters, east, north, figures):
    whole = parse_point(f"{letters} {east:05d} {north:05d}")
    short = parse_point(f"{letters} {f'{east:05d}'[:figures]} {f'{north:05d}'[:figures]}")
    away = math.hypot(whole.easting - short.easting, whole.northing - short.northing)
    assert away <= short.uncertainty_metres + 0.5
    assert parse_point(short.normal).normal == short.normal


WRITTEN = st.one_of(
    st.text(max_size=15),
    st.text("SPNE0123456789 ,.-", max_size=16),
    st.builds("{}, {}".format, st.integers(90_000, 720_000), st.integers(0, 1_310_000)),
    st.sampled_from(
        ["SP 754 609", "475400.0 260900", "52.2405, -0.9027", "Easting 475412 Northing 260931", "by the bridge"]
    ),
)


@settings(deadline=None)
@given(st.lists(WRITTEN, max_size=8))
def test_many_texts_are_read_as_each_is_read_alone(texts):
    points = read_points(pd.Series(texts, dtype="str", index=range(5, 5 + len(texts))))
    assert points.index.tolist() == list(range(5, 5 + len(texts)))
    for text, row in zip(texts, points.itertuples(index=False), strict=True):
        alone = parse_point(text)
        assert (row.kind, row.reason) == (alone.kind, alone.reason), text
        if alone.kind != "none":
            assert (row.easting, row.northing) == (alone.easting, alone.northing)
            assert row.uncertainty_metres == alone.uncertainty_metres
