"""A scheme's own list of junctions, marker posts and other named places."""

import math

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError, SourceError
from geo.places.named import NO_PLACES, NamedPlace, PlaceList, normal_name


@pytest.mark.parametrize(
    "text",
    [
        "M1 J15",
        "m1 j 15",
        "M1 Jct 15",
        "M1, Jct. 15",
        "M1 Junction 15",
        "Junction 15 of the M1",
        "J15 M1",
        "M 1 / Jn15",
    ],
)
def test_a_junction_is_one_name_however_it_is_written(text):
    assert normal_name(text) == "m1 j15"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("M1 J15A", "m1 j15a"),
        ("M1 junction 15 A", "m1 j15a"),
        ("M1 J15 northbound", "m1 j15 nb"),
        ("J15 of M1, NB", "m1 j15 nb"),
        ("A45 / A43 roundabout", "a45 a43 roundabout"),
        ("A1(M) J17", "a1m j17"),
        ("M1 Marker Post 98/4B", "m1 mp98.4b"),
        ("M1 MP 98.4 B", "m1 mp98.4b"),
        ("St. Peter's Bridge", "st peters bridge"),
        ("Town & Gown Rd", "town and gown road"),
    ],
)
def test_short_forms_and_punctuation_are_evened_out(text, normal):
    assert normal_name(text) == normal


@given(st.text(max_size=20) | st.text("MABJmp 0123456789/.()-", max_size=20))
def test_a_normal_form_is_its_own_normal_form(text):
    assert normal_name(normal_name(text)) == normal_name(text)


def test_a_name_is_found_exactly_or_not_at_all():
    junction = NamedPlace(("M1 J15", "Collingtree junction"), easting=475_400, northing=255_300)
    places = PlaceList((junction, NamedPlace(("M1 J15A",), postcode="NN4 9QY")))
    assert places.find("M1 jct 15") is junction
    assert places.find("collingtree JUNCTION") is junction
    assert places.find("M1 J15a").postcode == "NN4 9QY"
    assert places.find("M1 J16") is None
    assert places.find("near M1 J15") is None
    assert places.find("") is None
    assert NO_PLACES.find("M1 J15") is None
    assert PlaceList.empty().places == ()


CSV = """Our places
Name,Postcode,Easting,Northing,Grid reference,Uncertainty (metres),Sensitive
M1 J15; Collingtree junction,,475400,255300,,300,no
Berrywood,nn5 6ud,,,,,
The long bridge,,,,SP 754 609,,Yes
M1 MP 98/4B,,"475,412.5",255300,,,
,,,,,,
"""


def check_list(places: PlaceList) -> None:
    """The places of ``CSV``."""
    junction, hospital, bridge, marker = places.places
    assert junction == NamedPlace(("M1 J15", "Collingtree junction"), "", 475_400, 255_300, 300, sensitive=False)
    assert (hospital.postcode, math.isnan(hospital.easting), math.isnan(hospital.uncertainty_metres)) == (
        "NN5 6UD",
        True,
        True,
    )
    assert (bridge.easting, bridge.northing, bridge.uncertainty_metres, bridge.sensitive) == (
        475_450,
        260_950,
        71,
        True,
    )
    assert marker.easting == 475_412.5


def test_a_list_is_read_from_csv_below_a_title(tmp_path):
    (tmp_path / "places.csv").write_text(CSV, encoding="utf-8")
    check_list(PlaceList.read(tmp_path / "places.csv"))


def test_a_list_is_read_from_a_workbook_whose_first_sheet_is_something_else(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Written by", "the desk"])
    sheet = book.create_sheet("Places")
    for row in (
        ["Name", "Postcode", "Easting", "Northing", "Grid reference", "Uncertainty", "Sensitive"],
        ["M1 J15; Collingtree junction", None, 475400, 255300, None, 300, False],
        ["Berrywood", "NN5 6UD"],
        ["The long bridge", None, None, None, "SP 754 609", None, "yes"],
        ["M1 MP 98/4B", None, 475412.5, 255300],
    ):
        sheet.append(row)
    book.save(tmp_path / "places.xlsx")
    check_list(PlaceList.read(tmp_path / "places.xlsx"))


def test_a_list_comes_back_from_its_table(tmp_path):
    (tmp_path / "places.csv").write_text(CSV, encoding="utf-8")
    table = PlaceList.read(tmp_path / "places.csv").frame()
    check_list(PlaceList.from_frame(table))
    stored = table.astype({"sensitive": "int64", "easting": object}).where(
        table.notna(), None
    )  # as a database keeps it
    check_list(PlaceList.from_frame(stored))
    assert PlaceList.from_frame(PlaceList.empty().frame()).places == ()
    with pytest.raises(SchemaError, match="lacks 1 columns"):
        PlaceList.from_frame(table.drop(columns="sensitive"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("Name,Postcode\nBridge,\n", r"places\.csv, row 2: 'Bridge' has no place; give its postcode"),
        ("Name,Postcode\n,NN1 5BD\n", "row 2: a place needs a name"),
        ("Name,Postcode\nBridge,NN1 5\n", "'NN1 5', which is no full one"),
        ("Name,Grid ref\nBridge,SP 754 6091\n", "'SP 754 6091', which is none; correct it"),
        ("Name,Easting,Northing\nBridge,475400,\n", "no point in metres; correct them"),
        ("Name,Postcode,Uncertainty\nBridge,NN1 5BD,wide\n", "'wide'; write it in metres, as a number"),
        ("Name,Postcode,Uncertainty\nBridge,NN1 5BD,0\n", "an uncertainty of 0 metres; give it above 0"),
        ("Name,Postcode,Sensitive\nBridge,NN1 5BD,perhaps\n", "'perhaps'; write yes or no"),
        ("Name,Postcode\nM1 J15,NN1 5BD\nM1 jct 15,NN1 5BE\n", "two places of the list are called 'M1 jct 15'"),
        ("Title,Place of work\nx,y\n", "has no columns 'name' and 'postcode'"),
    ],
)
def test_a_list_that_cannot_be_understood_names_its_first_fault(tmp_path, rows, message):
    (tmp_path / "places.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(SchemaError, match=message) as caught:
        PlaceList.read(tmp_path / "places.csv")
    assert "\n" not in str(caught.value)


def test_a_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"places\.csv"):
        PlaceList.read(tmp_path / "places.csv")
