import pandas as pd
import pytest

from geo.errors import SchemaError
from geo.incidents.columns import ColumnMapping
from geo.incidents.grid import Grid
from geo.incidents.recognise import propose_columns


def grid(*rows, sheet=""):
    cells = pd.DataFrame([list(row) for row in rows], index=range(1, len(rows) + 1), dtype="str")
    return Grid("log.csv", sheet, cells)


def propose(*rows, **choices):
    return propose_columns([grid(*rows)], source="police", **choices)[0]


def fields(proposal):
    return {guess.heading: guess.field for guess in proposal.guesses}


def column(heading, *entries):
    """A table of a date and one more column."""
    return [("Ref", "Date", heading), *((f"R{n}", f"{n}/02/2016", entry) for n, entry in enumerate(entries, start=1))]


def test_known_headings_are_certain_and_others_not():
    proposal = propose(("Force extract", "", ""), ("Ref", "Post Code", "Colour"), ("1", "NN1 5BD", "red"))
    assert (proposal.kind, proposal.header_row, proposal.rows) == ("incidents", 2, 1)
    assert [(guess.field, guess.certain, guess.because) for guess in proposal.guesses] == [
        ("reference", True, "named so"), ("postcode", True, "named so"), ("", False, "not known"),
    ]  # fmt: skip
    assert proposal.guesses[1].sample == ("NN1 5BD",)


def test_a_heading_that_is_nearly_known_is_a_guess_with_its_likeness():
    guess = propose(("Ref", "Date", "Incdnt Pcode"), ("1", "04/02/2016", "x")).guesses[2]
    assert (guess.field, guess.certain) == ("postcode", False)
    assert guess.because == "like 'incident pcode' (92%)"  # 12 and 14 letters, 2 of them wanting: 24 / 26


@pytest.mark.parametrize(
    ("entries", "field", "because"),
    [
        (["NN1 5BD", "nn15bd", "NN1", "see log", "NN2 6AA"], "postcode", "values look like postcodes (4 of 5)"),
        (["SP 754 609", "SP754610", "SP 75 60"], "location", "values look like grid references (3 of 3)"),
        (["19:40", "7:05pm", "00:10"], "time", "values look like times of day (3 of 3)"),
        (["own home", "Public place", "street"], "place_type", "values look like home or public place (3 of 3)"),
        (["phone", "F2F", "advice only"], "contact_mode", "values look like contact modes (3 of 3)"),
        (["gp", "CMHT", "gp, a&e"], "referrals", "values look like referrals (3 of 3)"),
        (["the caller rang her mother", "officers stayed with him there", "she was found at the bridge"], "note",
         "values look like free text (3 of 3)"),
        (["male", "F", "f"], "sex", "values look like sexes (3 of 3)"),
        (["red", "blue", "green"], "", "not known"),
        (["Y", "N", "n/k"], "", "not known"),
        (["475400", "475401", "475402"], "", "not known"),
    ],
)  # fmt: skip
def test_a_column_is_recognised_by_its_entries(entries, field, because):
    guess = propose(*column("Spalte", *entries)).guesses[2]
    assert (guess.field, guess.certain, guess.because) == (field, False, because)


def test_eastings_are_guessed_only_beside_northings():
    rows = [("Ref", "Post Code", "O", "N"), *((str(n), "NN1", str(475_400 + n), str(260_900 + n)) for n in range(3))]
    assert fields(propose(*rows)) == {"Ref": "reference", "Post Code": "postcode", "O": "easting", "N": "northing"}


def test_dates_are_recognised_where_no_heading_is_known():
    proposal = propose(("Wann", "Wo"), *((f"{day}/02/2016 19:40", f"NN{day} 5BD") for day in range(11, 15)))
    assert fields(proposal) == {"Wann": "received_at", "Wo": "postcode"}
    assert proposal.mapping == ColumnMapping((("Wann", "received_at"), ("Wo", "postcode")))


def test_no_field_is_proposed_twice():
    proposal = propose(("Ref", "Post Code", "PCode", "Wo"), *(("1", "NN1 5BD", "NN1 5BD", "NN1 5BD"),) * 4)
    assert list(fields(proposal).values()) == ["reference", "postcode", "", ""]
    assert proposal.guesses[2].because == "its field has a column already"
    assert proposal.mapping.fields[2] == ("PCode", "")


SAVED = ColumnMapping((("Wann", "received_at"), ("Wo", "postcode"), ("Notes", "")), "month")


def test_a_saved_mapping_is_reused_where_every_heading_of_it_stands():
    proposal = propose(
        ("Wann", "Wo", "notes", "Age", "Colour"), *(("04/02/2016", "x", "", "7", ""),) * 3, saved=[SAVED]
    )
    assert [(guess.field, guess.because) for guess in proposal.guesses] == [
        ("received_at", "saved mapping"), ("postcode", "saved mapping"), ("", "saved mapping"),
        ("age_band", "named so"), ("", "not known"),
    ]  # fmt: skip
    assert (proposal.day_order, proposal.day_order_because) == ("month", "saved mapping")
    without = propose(("Ref", "Date", "Wann"), ("1", "04/02/2016", "x"), saved=[SAVED])
    assert without.guesses[0].because == "named so"


@pytest.mark.parametrize(
    ("dates", "order", "because"),
    [
        (["13/04/2024", "03/04/2024"], "day", "13/04/2024 can only be day first"),
        (["04/13/2024", "03/04/2024"], "month", "04/13/2024 can only be month first"),
        (["13/04/2024", "04/14/2024"], "mixed", "13/04/2024 can only be day first, 04/14/2024 only month first"),
        (["03/04/2024"], "day", "nothing tells: 03/04/2024 may be either, and day first is usual here"),
        (["2024-04-03"], "day", "no numeric dates"),
    ],
)
def test_the_day_order_is_proposed_with_what_tells_it(dates, order, because):
    proposal = propose(("Ref", "Date"), *(("1", date) for date in dates))
    assert (proposal.day_order, proposal.day_order_because) == (order, because)


def test_each_sheet_that_holds_a_table_has_its_proposal():
    sheets = [
        grid(("Read me",), sheet="Words"),
        grid(("Ref", "Date"), ("1", "04/02/2016"), sheet="February"),
        grid(("Date", "Start", "Police staffed"), ("04/02/2016", "18:00", "yes"), sheet="Shifts"),
    ]
    proposals = propose_columns(sheets, source="mental_health")
    assert [(proposal.sheet, proposal.kind) for proposal in proposals] == [
        ("February", "incidents"),
        ("Shifts", "shifts"),
    ]
    assert fields(proposals[1]) == {"Date": "date", "Start": "start", "Police staffed": "police_staffed"}


def test_a_column_of_a_sheet_without_a_heading_is_shown_where_it_has_entries():
    rows = [("Ref", "", "", "Date"), ("1", "NN1 5BD", "", "04/02/2016"), ("2", "NN2 5BD", "", "05/02/2016"),
            ("3", "NN3 5BD", "", "06/02/2016")]  # fmt: skip
    proposal = propose_columns([grid(*rows, sheet="Log")], source="police")[0]
    assert fields(proposal) == {"Ref": "reference", "column 2": "postcode", "Date": "date"}


def test_rows_of_data_are_no_headings():
    assert propose_columns([grid(("1", "police", "03/04/2024", "NN1 5BD"), ("2", "mh", "", ""))], source="police") == ()


def test_an_unknown_source_is_named():
    with pytest.raises(SchemaError, match="choose one of"):
        propose_columns([], source="hearsay")


@pytest.mark.shared_data
def test_hostile_headings_are_shown_and_not_used(shared_data):
    file = shared_data / "badinputs" / "generated" / "hostile_headers.csv"
    proposal = propose_columns(file, source="police")[0]
    assert fields(proposal)["incident_id"] == "reference"
    assert [guess.field for guess in proposal.guesses[1:]] == [""] * 6
    assert proposal.guesses[1].heading == "x'); DROP TABLE incidents;--"


@pytest.mark.parametrize(
    ("heading", "field", "because"),
    [
        ("Deployed (N = car sent)", "deployed", "'deployed' without its bracket"),
        ("Postcode (home of patient)", "postcode", "'postcode' without its bracket"),
        ("Duration (hours)", "", "not known"),
        ("Time spent (hrs)", "", "not known"),
        ("Duration hrs", "", "not known"),
        ("Time (mins)", "", "not known"),
    ],
)
def test_a_heading_known_only_without_its_bracket_is_a_guess_and_hours_are_none(heading, field, because):
    guess = propose(*column(heading, "1", "2", "3")).guesses[2]
    assert (guess.field, guess.certain, guess.because) == (field, False, because)


@pytest.mark.parametrize("heading", ["Date (of birth)", "DOB", "Born", "Date of birth"])
def test_a_date_of_birth_is_never_guessed_to_be_the_date(heading):
    proposal = propose(("Ref", "Post Code", heading), *((f"{n}", "NN1", f"{n}/02/1986") for n in range(13, 18)))
    assert fields(proposal)[heading] == ""


def test_the_postcode_of_the_incident_is_taken_before_one_of_the_patients_home():
    proposal = propose(("Ref", "Postcode (home of patient)", "Postcode (incident)"), ("1", "NN1 1AA", "NN2 6ZZ"))
    assert fields(proposal) == {
        "Ref": "reference", "Postcode (home of patient)": "", "Postcode (incident)": "postcode",
    }  # fmt: skip
