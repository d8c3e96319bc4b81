"""What a text says as a postcode, by its form alone."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places.postcode_forms import AREAS, PostcodeParts, parse_postcode, split_postcode

ROOT = Path(__file__).resolve().parents[3]
postcodes = SimpleNamespace(**runpy.run_path(str(ROOT / "benchmarks" / "reliability" / "postcodes.py")))


@pytest.mark.shared_data
def test_all_135_cases_of_the_table_are_read_as_they_say(shared_data):
    table = postcodes.cases(shared_data)
    assert len(table) == 135
    assert [case for case in table if postcodes.is_wrong(case)] == []


@pytest.mark.shared_data
def test_partial_cases_are_read_to_the_precision_they_have(shared_data):
    partial = {case["input"]: case for case in postcodes.cases(shared_data) if case["expect_class"] == "partial"}
    assert {text: parse_postcode(text).precision for text in partial} == {
        "LS1": "district",
        "LS": "none",
        "LS1 4": "sector",
        "LS1 4A": "sector",
        "EC1": "district",
        "LS1 4**": "sector",
        "LS1 4XX": "sector",
        "LS*": "none",
    }


@pytest.mark.shared_data
def test_all_197_cases_of_another_reader_are_taken_apart_alike(shared_data):
    seen, wrong = postcodes.taken_apart(shared_data)
    assert seen == 197
    assert wrong == []


@pytest.mark.shared_data
def test_those_of_them_in_areas_that_exist_are_read_as_units_and_the_others_are_refused(shared_data):
    refused = set()
    for file in sorted((shared_data / "badinputs" / "uk-postcode-js").glob("*.json")):
        for case in json.loads(file.read_text("utf-8"))["tests"]:
            reading, parts = parse_postcode(case["base"]), split_postcode(case["base"])
            if parts is None or parts.area not in AREAS:
                assert reading.precision == "none", case
                refused.add(case["base"])
            else:
                assert (reading.precision, reading.normal) == ("unit", parts.normal), case
    # Invented areas stand for shapes there; the table of 135 refuses them, as Royal Mail has none.
    shaped = [split_postcode(text) for text in refused]
    assert {parts.normal for parts in shaped if parts} == {
        "AA9A 9AA",
        "A9A 9AA",
        "A9 9AA",
        "A99 9AA",
        "AA9 9AA",
        "AA99 9AA",
        "MA1 1AA",
    }


@pytest.mark.parametrize(
    ("text", "normal", "precision"),
    [
        ("nn15bd", "NN1 5BD", "unit"),
        ("NN1 5BD", "NN1 5BD", "unit"),
        ("NNl 5BD", "NN1 5BD", "unit"),
        ("NN1 SBD", "", "none"),  # S for 5 is repaired only with a gazetteer's help
        ("Flat 2, 12 Billing Road, Northampton NN1 5BD", "NN1 5BD", "unit"),
        ("NN01 5BD", "NN1 5BD", "unit"),
        ("NN1 5", "NN1 5", "sector"),
        ("NN1 5**", "NN1 5", "sector"),
        ("NN1", "NN1", "district"),
        ("NN1 ***", "NN1", "district"),
        ("Kettering, NN16", "NN16", "district"),
        ("near Kettering NN16 8", "NN16 8", "sector"),
        ("Flat B5", "", "none"),  # a door, not Birmingham
        ("NN", "", "none"),
        ("Kettering", "", "none"),
        ("SK7055", "", "none"),  # a grid square of 1 km, not SK7 0SS
        ("51455", "", "none"),  # a number, not S1 4SS
        ("BOBS1DE", "", "none"),
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
        ("zz993wz", "an address not known (ZZ99)"),
        ("ZZ99 3CZ", "England, not otherwise stated (ZZ99)"),
        ("ZZ99 6CZ", "a code of the NHS for a country abroad or no postcode (ZZ99)"),
        ("nfa", "no fixed abode"),
        ("overseas", "an address overseas"),
        ("GIR 0AA", "a postcode of Girobank's post, withdrawn: GIR 0AA"),
        ("BFPO 801", "a British Forces post office (BFPO): BFPO 801"),
        ("BF1 2AU", "a British Forces post office (BFPO): BF1 2AU"),
        ("FIQQ 1ZZ", "a postcode of the Falkland Islands, overseas: FIQQ 1ZZ"),
        ("KY1-1001", "a postcode of the Cayman Islands, overseas: KY1-1001"),
        ("JE2 3AB", "a postcode of Jersey, which has no point on the British National Grid: JE2 3AB"),
        ("IM1 1AA", "a postcode of the Isle of Man, which has no point on the British National Grid: IM1 1AA"),
        ("QA1 1AA", "no postcode area is called QA: QA1 1AA"),
        ("M1 J15", "not a postcode: M1 J15"),
    ],
)
def test_a_text_of_no_place_says_why(text, reason):
    assert parse_postcode(text).reason == reason


def test_a_postcode_comes_apart_into_its_parts():
    parts = split_postcode("ec1a 1bb")
    assert parts == PostcodeParts("EC1A", "1BB")
    assert (parts.area, parts.district, parts.sub_district) == ("EC", "EC1", "EC1A")
    assert (parts.sector, parts.unit, parts.normal) == ("EC1A 1", "BB", "EC1A 1BB")
    assert split_postcode("EC1A") is None


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    reading = parse_postcode(text)
    assert (reading.normal == "") == (reading.precision == "none")


@given(st.text("NPESLOI01258B .-Z", max_size=10) | st.text(max_size=12))
def test_a_normal_form_reads_as_itself(text):
    first = parse_postcode(text)
    if first.precision != "none":
        again = parse_postcode(first.normal)
        assert (again.normal, again.precision, again.repaired) == (first.normal, first.precision, False)
