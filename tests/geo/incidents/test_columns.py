import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.incidents.columns import (
    FIELDS,
    INCIDENT_HEADINGS,
    SHIFT_FIELDS,
    SHIFT_HEADINGS,
    ColumnMapping,
    contradicts,
    field_of,
    find_header,
    find_mapped,
    fits,
    looks_like,
    normal_heading,
    unique_headings,
    with_names,
)
from geo.incidents.values import plain
from geo.tables import INCIDENT_COLUMNS, SHIFT_COLUMNS, names


def test_headings_are_compared_without_case_punctuation_and_harmless_brackets():
    assert normal_heading(" POST-CODE (if known)") == "post code"
    assert normal_heading("S.136 detention") == "s136 detention"
    assert normal_heading("Approp. for car?") == "approp for car"


def test_the_heading_row_is_found_under_a_preamble():
    rows = [("Street triage log", ""), (), ("Date", "Post Code"), ("04/02/2016", "NN1 5BD")]
    header = find_header(rows, INCIDENT_HEADINGS)
    assert header is not None
    assert header.place == 2
    assert header.fields == {"date": 0, "postcode": 1}


def test_a_row_of_data_is_no_heading_row():
    assert find_header([("1", "police", "03/04/2024", "23:15", "Yes", "No")], INCIDENT_HEADINGS) is None


def test_a_heading_that_stands_twice_is_named_and_the_first_column_used():
    header = find_header([("Date", "Notes", "Comments", "Colour")], INCIDENT_HEADINGS)
    assert header is not None
    assert header.fields["note"] == 1
    assert header.repeated == ("Comments",)
    assert header.unknown == ("Colour",)


def test_a_shift_log_is_told_from_an_extract():
    assert looks_like([("Date", "Start", "End", "Police staffed", "NHS staffed")]) == "shifts"
    assert looks_like([("Date", "Time", "Postcode")]) == "incidents"
    assert looks_like([("name", "colour")]) == ""


def test_no_spelling_means_two_fields():
    assert INCIDENT_HEADINGS["ref"] == "reference"
    assert INCIDENT_HEADINGS["officers on scene"] == "officers_on_scene"
    assert INCIDENT_HEADINGS["on scene"] == "arrived_at"


FOUND_ELSEWHERE = {
    "incident_id",
    "source",
    "received_on",
    "received_at_alternative",
    "time_known",
    "file",
    "sheet",
    "row",
}


def test_every_field_a_source_can_record_can_be_mapped():
    assert set(names(INCIDENT_COLUMNS)) - FOUND_ELSEWHERE <= set(FIELDS)
    assert set(names(SHIFT_COLUMNS)) - {"file", "row"} == set(SHIFT_FIELDS)


def test_every_column_of_the_contract_is_a_heading_that_is_known():
    for column in names(INCIDENT_COLUMNS):
        assert INCIDENT_HEADINGS.get(column.replace("_", " ")) is not None


@pytest.mark.parametrize("headings", [INCIDENT_HEADINGS, SHIFT_HEADINGS])
def test_a_spelling_is_the_normal_form_of_itself(headings):
    assert [spelling for spelling in headings if normal_heading(spelling) != spelling] == []


def test_the_heading_row_is_found_in_a_frame_too():
    cells = pd.DataFrame([["Street triage log", ""], ["Date", "Post Code"]], index=[1, 4], dtype="str")
    header = find_header(cells, INCIDENT_HEADINGS)
    assert header is not None
    assert header.place == 1


def test_a_second_heading_of_the_same_name_gets_a_number():
    assert unique_headings(["Notes", "Notes", "notes ", "", "Notes (2)"]) == (
        "Notes", "Notes (3)", "notes (4)", "column 4", "Notes (2)",
    )  # fmt: skip


@given(st.lists(st.sampled_from(["", " ", "a", "A", "a (2)", "column 2", "b", "a (3)"]), max_size=12))
def test_headings_made_unique_are_unique_and_end_with_the_last_one_written(texts):
    headings = unique_headings(texts)
    assert len({plain(heading) for heading in headings}) == len(headings)
    assert len(headings) == max((place + 1 for place, text in enumerate(texts) if text.strip()), default=0)


def test_day_month_and_year_count_only_together():
    three = find_header([("Ref", "Day", "Month", "Year")], INCIDENT_HEADINGS)
    assert three is not None
    assert three.fields == {"reference": 0, "day": 1, "month": 2, "year": 3}
    two = find_header([("Ref", "Date", "Day")], INCIDENT_HEADINGS)  # here 'Day' is Monday
    assert two is not None
    assert two.fields == {"reference": 0, "date": 1}


MAPPING = ColumnMapping((("Wann", "received_at"), ("Wo", "postcode"), ("Was", "")), "month")


def test_a_mapping_is_the_same_after_json():
    assert ColumnMapping.from_json(MAPPING.to_json()) == MAPPING
    assert hash(MAPPING) == hash(ColumnMapping.from_json(MAPPING.to_json()))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"fields": 3}', '{"fields": [["a"]]}', '{"fields": [["a", "nope"]]}']
)
def test_text_that_is_no_mapping_is_named(text):
    with pytest.raises(SchemaError):
        ColumnMapping.from_json(text)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ((("a", "postcode"), ("b", "postcode")), "'a' and 'b' are both 'postcode'"),
        ((("a", ""), ("a", "")), "stands twice"),
        ((("a", "colour"),), "'colour' is no field"),
    ],
)
def test_a_mapping_that_cannot_be_is_named(fields, words):
    with pytest.raises(SchemaError, match=words):
        ColumnMapping(fields)


def test_a_mapping_finds_its_headings_whatever_their_case_and_reads_no_others():
    header = find_mapped([("Auszug", "", "", ""), ("WANN", " Wo ", "was", "Datum")], MAPPING)
    assert header is not None
    assert (header.place, dict(header.fields), header.unknown) == (1, {"received_at": 0, "postcode": 1}, ("Datum",))
    assert fits(header, MAPPING)
    assert find_mapped([("Ref", "Date")], MAPPING) is None


def test_a_mapping_fits_only_where_every_heading_of_it_stands():
    header = find_mapped([("Wann", "Wo")], MAPPING)
    assert header is not None
    assert not fits(header, MAPPING)


def test_headings_that_a_mapping_lacks_are_read_by_their_names():
    header = find_mapped([("Wann", "Wo", "Was", "Age", "Post Code", "Colour")], MAPPING)
    assert header is not None
    more = with_names(header, INCIDENT_HEADINGS)
    assert more.fields == {"received_at": 0, "postcode": 1, "age_band": 3}
    assert more.unknown == ("Post Code", "Colour")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Duration (hours)", None), ("Time spent (hrs)", None), ("Date (of birth)", None), ("Date (DOB)", None),
        ("Postcode (home of patient)", None), ("Deployed (N = car sent)", None), ("Time (mins)", None),
        ("Duration(s)", None), ("Duration (h)", None),
        ("Time (arrived)", "arrived_at"), ("Postcode (incident)", "postcode"), ("Date (of incident)", "date"),
        ("Time (24h)", "time"), ("Time (24 hr)", "time"), ("S136 (Y/N)", "s136"), ("S136 (yes/no)", "s136"),
        ("Post Code (if known)", "postcode"), ("Date (dd/mm/yyyy)", "date"), ("Date (DD-MMM-YY)", "date"),
        ("Time (hh:mm)", "time"), ("Duration (mins)", "minutes_on_incident"), ("Duration (Minutes)",
        "minutes_on_incident"), ("Notes (optional)", "note"), ("Ref (number)", "reference"), ("Log (no.)", "reference"),
        ("Referral(s)", "referrals"),
    ],
)  # fmt: skip
def test_a_bracket_carries_meaning_unless_it_changes_nothing(heading, field):
    assert field_of(heading, INCIDENT_HEADINGS) == field


def test_a_date_of_birth_is_no_date_of_the_incident_and_repeats_none():
    header = find_header([("Ref", "Date (of birth)", "Date of incident")], INCIDENT_HEADINGS)
    assert header is not None
    assert header.fields == {"reference": 0, "date": 2}
    assert (header.repeated, header.unknown) == ((), ("Date (of birth)",))
    assert all(contradicts(text, "date") for text in ("Date of Birth", "DOB", "Born"))


def test_a_heading_over_several_columns_counts_once():
    rows = [("Incident", "Incident", "Incident", "Car", "S136"), ("ref", "date", "time", "deployed", "used")]
    header = find_header(rows, INCIDENT_HEADINGS)
    assert header is not None
    assert (header.place, header.recognised) == (1, 4)
