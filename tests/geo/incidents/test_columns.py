from geo.incidents.columns import INCIDENT_HEADINGS, find_header, looks_like, normal_heading


def test_headings_are_compared_without_case_punctuation_and_brackets():
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
