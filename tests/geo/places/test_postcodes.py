"""Postcodes as people type them, and where they are."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlaceError, SchemaError
from geo.places.postcodes import Gazetteer, parse_postcode


@pytest.fixture(scope="module")
def village() -> Gazetteer:
    """Four live postcodes of sector ZE1 0 and one of ZE2 9, and a terminated one, on a plane of metres."""
    rows = [
        ("ZE1 0AA", 0, 0, True, "Shetland"),
        ("ZE1 0AB", 100, 0, True, "Shetland"),
        ("ZE1 0AD", 100, 100, True, "Shetland"),
        ("ZE1 0AE", 1000, 100, True, "Orkney"),
        ("ZE1 0XX", 40, 40, False, "Shetland"),
        ("ZE2 9AA", 5000, 5000, True, "Orkney"),
    ]
    frame = pd.DataFrame(rows, columns=["postcode", "easting", "northing", "live", "district"]).set_index("postcode")
    return Gazetteer(frame.assign(in_county=True, district_2021=frame["district"], lsoa="S01"), ("Shetland",))


@pytest.mark.shared_data
def test_every_case_of_the_table_is_read_as_it_says(shared_data):
    with (shared_data / "badinputs" / "uk_postcode_cases.csv").open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) == 135
    wrong = []
    for case in cases:
        reading = parse_postcode(case["input"])
        unit = reading.normal if reading.precision == "unit" else ""
        # Well formed but perhaps of nowhere: the reading cannot know, the gazetteer does.
        if case["expect_class"] != "terminated_or_unassigned" and unit != case["normalised"]:
            wrong.append((case, reading))
        if case["expect_class"] == "valid_form" and reading.repaired:
            wrong.append((case, reading))
        if case["expect_class"] == "repairable" and not reading.repaired:
            wrong.append((case, reading))
        if reading.precision == "none" and not reading.reason:
            wrong.append((case, reading))
    assert wrong == []


@pytest.mark.shared_data
def test_the_unassigned_cases_are_of_no_place_we_know(shared_data):
    with (shared_data / "badinputs" / "uk_postcode_cases.csv").open(encoding="utf-8", newline="") as file:
        cases = [case["input"] for case in csv.DictReader(file) if case["expect_class"] == "terminated_or_unassigned"]
    assert Gazetteer.default().table(cases)["precision"].tolist() == ["none"] * 6


@pytest.mark.parametrize(
    ("text", "normal", "precision"),
    [
        ("nn15bd", "NN1 5BD", "unit"),
        ("NN1 5BD", "NN1 5BD", "unit"),
        ("NNl 5BD", "NN1 5BD", "unit"),
        ("NN1 SBD", "", "none"),  # S for 5 is not a look-alike that we repair
        ("Flat 2, 12 Billing Road, Northampton NN1 5BD", "NN1 5BD", "unit"),
        ("NN01 5BD", "NN1 5BD", "unit"),
        ("NN1 5", "NN1 5", "sector"),
        ("NN1 5**", "NN1 5", "sector"),
        ("NN1", "NN1", "district"),
        ("NN1 ***", "NN1", "district"),
        ("NN", "", "none"),
        ("Kettering", "", "none"),
    ],
)
def test_a_text_is_read_to_the_precision_it_has(text, normal, precision):
    reading = parse_postcode(text)
    assert (reading.normal, reading.precision) == (normal, precision)


def test_two_readings_are_not_chosen_between():
    # S01 4AP is S1 4AP with a padding zero, or SO1 4AP with 0 for O.
    reading = parse_postcode("S01 4AP")
    assert reading.precision == "none"
    assert "S1 4AP or SO1 4AP" in reading.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no postcode recorded"),
        ("N/K", "no postcode recorded"),
        ("ZZ99 3VZ", "no fixed abode (ZZ99)"),
        ("nfa", "no fixed abode"),
        ("M1 J15", "not a postcode: M1 J15"),
    ],
)
def test_a_text_of_no_place_says_why(text, reason):
    assert parse_postcode(text).reason == reason


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    reading = parse_postcode(text)
    assert (reading.normal == "") == (reading.precision == "none")


@given(st.from_regex(r"NN[1-9] [0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True))
def test_a_normal_form_reads_as_itself(text):
    first = parse_postcode(text)
    again = parse_postcode(first.normal)
    assert again.normal == first.normal
    assert not again.repaired


def test_a_unit_is_found_with_at_least_sixty_metres_of_doubt(village):
    place = village.find("ze10aa")
    assert (place.postcode, place.easting, place.northing, place.precision) == ("ZE1 0AA", 0, 0, "unit")
    assert place.uncertainty_metres == 60  # half of the 100 m to ZE1 0AB is less than the least


def test_a_lonely_unit_is_less_sure(village):
    assert village.find("ZE1 0AE").uncertainty_metres == 450  # half of the 900 m to ZE1 0AD


def test_a_sector_is_the_mean_of_its_live_postcodes(village):
    place = village.find("ZE1 0")
    assert (place.easting, place.northing) == (300, 50)
    assert (place.precision, place.district, place.lsoa) == ("sector", "Shetland", "")
    # Distances 304, 206, 206 and 702 m: the 90th percentile lies 0.7 of the way from 304.1 to 701.8, at 582.5.
    assert place.uncertainty_metres == 582


def test_a_postcode_that_ends_in_xx_and_exists_is_not_a_mask(village):
    assert village.find("ZE1 0XX").precision == "unit"
    assert village.find("ZE2 9XX").precision == "sector"


@pytest.mark.parametrize(
    ("postcode", "cure"),
    [
        ("ZE1 0ZZ", "give its sector 'ZE1 0'"),
        ("ZE2 4AA", "give its postcode district 'ZE2'"),
        ("LS1 4AP", "triage-map data COUNTY"),
        ("nowhere", "give a postcode such as NN1 5BD"),
    ],
)
def test_a_postcode_of_nowhere_says_the_cure(village, postcode, cure):
    with pytest.raises(PlaceError, match=cure) as caught:
        village.find(postcode)
    assert "\n" not in str(caught.value)


def test_the_nearest_postcode_to_a_click_is_named(village):
    assert village.nearest(90, 10) == "ZE1 0AB"
    with pytest.raises(PlaceError, match="within 10 km"):
        village.nearest(90_000, 10)


def test_a_table_keeps_order_and_repeats(village):
    table = village.table(["ZE2 9AA", "junk", "ZE2 9AA"])
    assert table["easting"].tolist()[::2] == [5000, 5000]
    assert table["reason"].tolist() == ["", "not a postcode: junk", ""]
    assert table["postcode"].tolist() == ["ZE2 9AA", "junk", "ZE2 9AA"]


def test_a_mail_office_is_doubtful_over_its_whole_postcode_district():
    office = [(f"ZE{n % 3 + 1} 9{a}{b}", 0, 0) for n, (a, b) in enumerate((a, b) for a in "ABDEF" for b in "ABDE")]
    homes = [("ZE1 1AA", 3000, 4000), ("ZE1 1AB", 3000, 4000)]
    frame = pd.DataFrame(office + homes, columns=["postcode", "easting", "northing"]).set_index("postcode")
    same = {"live": True, "in_county": True, "district": "Shetland", "district_2021": "Shetland", "lsoa": ""}
    gazetteer = Gazetteer(frame.assign(**same), ("Shetland",))
    # 5,000 m from the office to the homes of ZE1, and 60 m around them.
    assert gazetteer.find("ZE1 9AA").uncertainty_metres == 5060


def test_a_gazetteer_without_its_columns_is_refused():
    with pytest.raises(SchemaError, match="lacks 5 columns"):
        Gazetteer(pd.DataFrame({"easting": [0], "northing": [0]}, index=["NN1 5BD"]), ("Northamptonshire",))


def test_the_gazetteer_that_ships_covers_both_counties_and_is_read_once():
    gazetteer = Gazetteer.default()
    assert gazetteer.covers == ("Cambridgeshire and Peterborough", "Northamptonshire")
    assert Gazetteer.default() is gazetteer
    assert gazetteer.find("CB2 3QJ").district == "Cambridge"
    assert gazetteer.find("NN1 5BD").district_2021 == "West Northamptonshire"


def test_one_county_is_smaller_than_all_of_them():
    one = Gazetteer.of("northamptonshire")
    assert len(one.frame) < len(Gazetteer.default().frame)
    with pytest.raises(PlaceError, match="triage-map data 'Kent'"):
        Gazetteer.of("Kent")
