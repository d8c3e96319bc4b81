"""The recording template: every field, lists and checks, prefilled, and read back as it was written."""

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from geo.errors import SchemaError, SourceError
from geo.incidents import demonstration
from geo.incidents.read import read_extract
from geo.incidents.template import COLUMNS, ENTRIES, GUIDE, SHEET, write_template
from geo.places.postcodes import Gazetteer
from geo.tables import INCIDENT_COLUMNS, names

MADE_BY_READING = {
    "incident_id", "source", "received_on", "received_at", "received_at_alternative", "time_known", "file", "sheet",
    "row",
}  # fmt: skip


def test_every_field_that_a_person_can_record_has_one_column():
    fields = [entry.field for entry in ENTRIES]
    assert len(fields) == len(set(fields))
    assert set(fields) == {*names(INCIDENT_COLUMNS), "date", "time"} - MADE_BY_READING


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "template.xlsx"
    assert write_template(path) == 0
    return path


def test_an_empty_template_reads_as_no_incident_with_every_heading_known(empty):
    extract = read_extract(empty, source="mental_health")
    assert (extract.rows_read, len(extract.accepted)) == (0, 0)
    assert not [fault for fault in extract.faults if "column" in fault or "heading" in fault.replace("headings", "")]
    used = {field for _, field in extract.columns.fields if field}
    assert used == {entry.field for entry in ENTRIES}


def test_lists_and_checks_stand_on_every_column_that_has_choices(empty):
    sheet = openpyxl.load_workbook(empty)[SHEET]
    checks = {str(found.sqref).split(":")[0].rstrip("2"): found for found in sheet.data_validations.dataValidation}
    headings = {cell.value: cell.column_letter for cell in sheet[1]}
    assert checks[headings["Car deployed"]].formula1 == '"Yes,No"'
    assert checks[headings["Contact mode"]].formula1 == '"Face to face,Telephone,Advice,None"'
    assert checks[headings["Date"]].type == "date"
    assert checks[headings["Date"]].formula1 == "36526"  # 1 January 2000
    assert (checks[headings["Minutes on incident"]].formula1, checks[headings["Minutes on incident"]].formula2) == (
        "0", "1440",
    )  # fmt: skip
    assert (checks[headings["Postcode"]].type, checks[headings["Postcode"]].formula2) == ("textLength", "8")
    free = {"Reference", "Shift", "Location", "Person reference", "Incident type", "Condition", "Requested by",
            "Reason not deployed", "Reason not assessed", "Referrals", "Note", "Prefilled"}  # fmt: skip
    assert {heading for heading, letter in headings.items() if letter not in checks} == free
    for found in checks.values():
        assert found.allow_blank
        assert found.prompt


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.words], ids=lambda entry: entry.heading)
def test_every_word_of_a_list_is_understood(entry, tmp_path):
    path = tmp_path / "filled.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    column = [cell.value for cell in book[SHEET][1]].index(entry.heading) + 1
    for row, word in enumerate(entry.words.values(), start=2):
        book[SHEET].cell(row, 3, dt.date(2016, 2, 4))
        book[SHEET].cell(row, column, word)
    book.save(path)
    extract = read_extract(path, source="mental_health")
    assert extract.accepted[entry.field].tolist() == list(entry.words)
    assert extract.doubts[extract.doubts["field"] == entry.field].empty


def test_the_guide_names_every_column(empty):
    guide = openpyxl.load_workbook(empty)[GUIDE]
    written = {cell.value for cell in guide["A"]}
    assert {entry.heading for entry in COLUMNS} <= written


def sign(path, rows=None):
    """Put initials into the first column: of these rows, or of every prefilled one."""
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for row in rows or range(2, sheet.max_row + 1):
        sheet.cell(row, 1, "JS")
    book.save(path)


@pytest.fixture(scope="module")
def control_room(tmp_path_factory):
    files = demonstration.write_weeks(tmp_path_factory.mktemp("weeks"), Gazetteer.default())
    return read_extract(files.police, source="police").accepted


def test_prefilled_from_the_control_room_it_reads_back_the_same(control_room, tmp_path):
    path = tmp_path / "prefilled.xlsx"
    assert write_template(path, control_room) == 31
    sign(path)
    back = read_extract(path, source="police").accepted
    fields = [name for name in names(INCIDENT_COLUMNS) if name not in {"file", "sheet", "row", "person_key"}]
    ordered = control_room.sort_values("incident_id", ignore_index=True)
    pd.testing.assert_frame_equal(back.sort_values("incident_id", ignore_index=True)[fields], ordered[fields])


@pytest.mark.parametrize("source", ["mental_health", "police"])
def test_a_prefilled_template_that_nobody_filled_in_holds_no_incident(control_room, source, tmp_path):
    path = tmp_path / "untouched.xlsx"
    assert write_template(path, control_room) == 31
    extract = read_extract(path, source=source)
    assert (extract.rows_read, len(extract.accepted), len(extract.quarantined)) == (31, 0, 0)
    assert extract.refused["reason"].unique().tolist() == ["prefilled from the control room and not filled in"]
    assert not [fault for fault in extract.faults if "column" in fault]


def test_of_a_prefilled_template_the_rows_with_initials_are_incidents(control_room, tmp_path):
    path = tmp_path / "two.xlsx"
    write_template(path, control_room)
    sign(path, [3, 7])
    extract = read_extract(path, source="mental_health")
    assert extract.accepted["row"].tolist() == [3, 7]
    assert len(extract.refused) == 29


def test_a_prefilled_row_stays_none_where_the_column_for_initials_was_deleted(control_room, tmp_path):
    path = tmp_path / "deleted.xlsx"
    write_template(path, control_room)
    book = openpyxl.load_workbook(path)
    book[SHEET].delete_cols(1)
    book.save(path)
    assert read_extract(path, source="mental_health").accepted.empty


def test_a_row_that_the_team_wrote_itself_counts_without_initials(control_room, tmp_path):
    path = tmp_path / "own.xlsx"
    write_template(path, control_room)
    book = openpyxl.load_workbook(path)
    book[SHEET].cell(33, 2, "MH-1")
    book[SHEET].cell(33, 3, dt.date(2016, 2, 4))
    book.save(path)
    assert read_extract(path, source="mental_health").accepted["reference"].tolist() == ["MH-1"]


def test_times_of_the_clock_change_and_midnight_keep_their_reading(located, tmp_path):
    incidents = located(
        "police",
        {"received_at": "2016-10-30T00:30Z", "received_on": "2016-10-30", "time_known": "repeated_hour"},
        {"received_at": "2016-10-30T01:30Z", "received_on": "2016-10-30", "cleared_at": "2016-10-31T00:00Z"},
        {"at": "2016-02-04 23:50", "dispatched_at": "2016-02-05T00:00Z", "arrived_at": "2016-02-05T00:12Z"},
        {"received_on": "2016-02-05"},
    )
    path = tmp_path / "clocks.xlsx"
    write_template(path, incidents)
    sign(path)
    back = read_extract(path, source="police").accepted.set_index("reference")
    for name in ("received_on", "received_at", "dispatched_at", "arrived_at", "cleared_at"):
        wanted = incidents.set_index("reference")[name].sort_index()
        pd.testing.assert_series_equal(back[name].sort_index(), wanted, obj=name)


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+44 1604", "-1", "@SUM(A1)", "\tx", "caf\u00e9 \u2013 \U0001f600"])
def test_text_cannot_act_as_a_formula_and_reads_back_verbatim(located, text, tmp_path):
    path = tmp_path / "text.xlsx"
    write_template(path, located("police", {"at": "2016-02-04 19:40", "note": text, "reference": text}))
    book = openpyxl.load_workbook(path)
    cells = [cell for row in book[SHEET].iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    written = [cell for cell in cells if cell.value == text]
    assert len(written) == 2
    assert all(cell.quotePrefix == text.startswith(("=", "+", "-", "@", "\t")) for cell in written)
    sign(path)
    assert read_extract(path, source="police").accepted["note"].tolist() == [text]


def test_characters_that_a_workbook_cannot_hold_are_left_out(located, tmp_path):
    path = tmp_path / "odd.xlsx"
    write_template(path, located("police", {"at": "2016-02-04 19:40", "note": "a\x00b\x0bc\ufffe"}))
    assert openpyxl.load_workbook(path)[SHEET].cell(2, len(ENTRIES) + 1).value == "abc"


def test_person_keys_stay_in_the_project(located, tmp_path):
    path = tmp_path / "keys.xlsx"
    write_template(path, located("police", {"at": "2016-02-04 19:40", "person_key": "0123456789abcdef01234567"}))
    values = {str(cell.value) for row in openpyxl.load_workbook(path)[SHEET].iter_rows(min_row=2) for cell in row}
    assert not [value for value in values if "0123456789abcdef" in value]


def test_a_template_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "template.xlsx"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(SourceError, match=r"cannot be written \(No space left on device\)"):
        write_template(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_control_rooms_incidents_are_prefilled(located, tmp_path):
    team, room = located("mental_health", {"at": "2016-02-04 19:40"}), located("police", {"at": "2016-02-04 19:35"})
    register = located("all_mental_health", {"at": "2016-02-04 19:30"}, {"at": "2016-02-05 19:30"})
    path = tmp_path / "template.xlsx"
    assert write_template(path, pd.concat([team, room, register], ignore_index=True)) == 1
    assert read_extract(path, source="police").rows_read == 1
    assert write_template(path, pd.concat([team, register], ignore_index=True)) == 2
    assert write_template(path, team) == 0


def test_a_template_is_a_workbook(tmp_path):
    with pytest.raises(SchemaError, match=r"is an \.xlsx file"):
        write_template(tmp_path / "template.csv")
