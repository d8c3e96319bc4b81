import csv
import datetime as dt
import re
import time
import zipfile

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from geo.errors import GeoError, SchemaError, SourceError
from geo.incidents.columns import ColumnMapping, looks_like
from geo.incidents.grid import read_grids
from geo.incidents.read import REFUSED_COLUMNS, Mend, read_extract
from geo.tables import INCIDENT_COLUMNS, TRUTH, names

TRUTHS = [column.name for column in INCIDENT_COLUMNS if column.choices == TRUTH]


@pytest.fixture
def read(tmp_path):
    """Write lines as a CSV and read them as the team's extract."""

    def write_and_read(*lines, **choices):
        file = tmp_path / "log.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_extract(file, source=choices.pop("source", "mental_health"), **choices)

    return write_and_read


def test_every_row_ends_in_exactly_one_of_three(read):
    extract = read(
        "Street triage, SYNTHETIC", "Ref,Date,Time,Postcode,Mins",
        "1,04/02/2016,19:40,NN1 5BD,45",   # accepted
        "2,31/02/2016,19:40,,",            # no such day
        "3,04/02/2016,20:00,,abc",         # minutes that are no duration
        "4,,,,",                           # cannot be dated
        ",,,,",                            # nothing in it
        "Ref,Date,Time,Postcode,Mins",     # headings again
        "Total,,,,45",                     # a sum
    )  # fmt: skip
    assert extract.rows_read == 7
    assert extract.accepted["row"].tolist() == [3]
    assert extract.quarantined["row"].tolist() == [4, 5, 6]
    assert extract.refused["reason"].tolist() == ["blank row", "the headings again", "a total, not an incident"]
    assert extract.quarantined["reason"].iloc[2] == "neither date, time nor shift"
    assert "Street triage" in extract.faults[0]


def test_a_quarantined_row_keeps_its_reasons_a_mend_and_its_text(read):
    row = read("Ref,Date,Time,Mins,Notes", "7,31/02/2016,25:00,abc,see log").quarantined.iloc[0]
    assert [part in row["reason"] for part in ("31/02/2016", "25:00", "abc")] == [True, True, True]
    assert row["suggestion"]
    assert row["text"] == "7 | 31/02/2016 | 25:00 | abc | see log"


def test_accepted_rows_hold_the_contract_with_blanks_as_unknown(read):
    accepted = read("Ref,Date,Time", "1,04/02/2016,19:40").accepted
    assert list(accepted.columns) == names(INCIDENT_COLUMNS)
    row = accepted.iloc[0]
    assert row["received_at"] == pd.Timestamp("2016-02-04 19:40", tz="Europe/London")
    assert set(row[TRUTHS]) == {"unknown"}
    assert row["contact_mode"] == "unknown"
    assert pd.isna(row["minutes_on_incident"])
    assert row["postcode"] == ""


def test_a_row_without_its_own_date_is_dated_by_its_shift(read):
    extract = read("Ref,Shift,Date,Time", "1,2016-03-10,,", "2,2016-03-10,,20:15")
    assert extract.accepted["shift_id"].tolist() == ["2016-03-10", "2016-03-10"]
    assert extract.accepted["received_at"].isna().all()
    assert extract.accepted["received_on"].isna().all()
    assert extract.doubts[["row", "field", "entry"]].to_numpy().tolist() == [[3, "time", "20:15"]]
    assert any("dated by their shift: 2 (first: row 2)" in fault for fault in extract.faults)


def test_a_date_without_a_time_counts_to_its_day_and_to_no_hour(read):
    row = read("Ref,Date,Time", "1,10/03/2016,").accepted.iloc[0]
    assert pd.isna(row["received_at"])
    assert row["received_on"] == pd.Timestamp("2016-03-10")
    assert (row["shift_id"], row["time_known"]) == ("", "day_only")


def test_a_time_alone_cannot_be_dated(read):
    assert read("Ref,Date,Time", "1,,20:15").quarantined["reason"].tolist() == ["a time without a date or a shift"]


def test_clearing_after_midnight_is_the_next_day_and_before_the_call_is_impossible(read):
    extract = read("Ref,Date,Time,Cleared", "1,04/02/2016,23:50,00:40", "2,04/02/2016,21:00,20:30")
    assert extract.accepted["cleared_at"].tolist() == [pd.Timestamp("2016-02-05 00:40", tz="Europe/London")]
    assert extract.quarantined["reason"].tolist() == ["cleared before received"]


def test_midnight_is_flagged_as_a_possible_default(read):
    extract = read("Ref,Date,Time", "1,04/02/2016,00:00", "2,04/02/2016,24:00")
    assert any("exactly 00:00: 1 (first: row 2)" in fault for fault in extract.faults)
    assert extract.accepted["time_known"].tolist() == ["midnight", "recorded"]
    assert extract.doubts["row"].tolist() == [2]


def test_a_doubtful_yes_is_unknown_and_listed(read):
    extract = read("Ref,Date,S136", "1,04/02/2016,Y?", "2,04/02/2016,N", "3,04/02/2016,")
    assert extract.accepted["s136"].tolist() == ["unknown", "no", "unknown"]
    assert any("'Y?', row 2" in fault for fault in extract.faults)
    odd = extract.doubts[extract.doubts["field"] == "s136"]
    assert odd[["row", "entry", "read_as"]].to_numpy().tolist() == [[2, "Y?", "unknown"]]


def test_cells_beyond_the_headings_put_a_row_in_quarantine(read):
    assert read("Ref,Date", "1,04/02/2016,b,c").quarantined["reason"].str.contains("2 cells beyond").all()


def test_text_is_kept_verbatim(read):
    row = read("Ref,Date,Postcode,Notes", '1,04/02/2016," nn1 5bd","<b>=1+1</b>  "').accepted.iloc[0]
    assert row["postcode"] == " nn1 5bd"
    assert row["note"] == "<b>=1+1</b>  "


def test_ids_are_the_same_on_each_import_and_differ_for_repeats(read):
    lines = ("Ref,Date,Notes", "A1,04/02/2016,x", "A1,05/02/2016,y", ",06/02/2016,z", ",06/02/2016,z")
    first, second = read(*lines), read(*lines)
    ids = first.accepted["incident_id"].tolist()
    assert ids == second.accepted["incident_id"].tolist()
    assert len(set(ids)) == 4
    assert ids[:2] == ["mental_health:a1", "mental_health:a1#2"]
    assert "rows that repeat an earlier reference: 1 (first: row 3); all are kept" in first.faults
    alike = "rows without a reference that repeat an earlier row word for word: 1 (first: row 5); all are kept"
    assert alike in first.faults


def test_row_order_does_not_change_what_is_accepted(read):
    head, *rows = ("Ref,Date,Time", "1,04/02/2016,19:40", "2,05/02/2016,20:00", "3,31/02/2016,20:00")
    there, back = read(head, *rows).accepted, read(head, *reversed(rows)).accepted
    same = there.drop(columns="row").sort_values("incident_id", ignore_index=True)
    pd.testing.assert_frame_equal(same, back.drop(columns="row").sort_values("incident_id", ignore_index=True))


def test_a_person_has_one_key_under_one_secret_and_none_without(read):
    lines = ("Ref,Date,NHS number", "1,04/02/2016,943 476 5919", "2,05/02/2016,9434765919", "3,06/02/2016,")
    keys = read(*lines, person_secret=b"project").accepted["person_key"].tolist()
    assert keys[0] == keys[1] != ""
    assert keys[2] == ""
    assert "943" not in keys[0]
    assert read(*lines, person_secret=b"other").accepted["person_key"].iloc[0] != keys[0]
    unkeyed = read(*lines)
    assert set(unkeyed.accepted["person_key"]) == {""}
    assert any("secret" in fault for fault in unkeyed.faults)


def test_the_sheet_with_known_headings_is_read(tmp_path):
    book = Workbook()
    book.active.append(["Read me"])
    log = book.create_sheet("Log")
    log.append(["Ref", "Date", "Time", "Minutes"])
    log.append(["1", dt.date(2016, 2, 4), dt.time(19, 40), 45])
    book.save(tmp_path / "two.xlsx")
    extract = read_extract(tmp_path / "two.xlsx", source="police")
    assert extract.accepted["sheet"].tolist() == ["Log"]
    assert extract.accepted["minutes_on_incident"].tolist() == [45]
    assert any("passed over, as they hold no such records: 1 ('Sheet' (1 row))" in fault for fault in extract.faults)
    assert extract.accepted["received_at"].tolist() == [pd.Timestamp("2016-02-04 19:40", tz="Europe/London")]


def test_a_shift_log_is_not_mistaken_for_incidents(tmp_path):
    log = tmp_path / "shifts.csv"
    log.write_text("Shift ID,Date,Start,End,Police staffed,NHS staffed\n1,04/02/2016,18:00,00:00,yes,yes\n")
    with pytest.raises(SourceError, match="looks like a shift log"):
        read_extract(log, source="police")
    assert looks_like(read_grids(log)[0].cells) == "shifts"


def test_an_unknown_source_and_a_file_without_headings_are_named(read):
    with pytest.raises(SchemaError, match="choose one of"):
        read("Ref,Date", source="hearsay")
    with pytest.raises(SourceError, match="no heading row"):
        read("name,colour", "a,red")


def test_no_rows_below_the_headings_is_said(read):
    extract = read("Ref,Date,Time")
    assert extract.rows_read == 0
    assert "there are no rows below the headings" in extract.faults


MAPPING = ColumnMapping((("Wann", "received_at"), ("Wo", "postcode"), ("Wer", "")))


def test_an_approved_mapping_reads_headings_that_no_table_knows(read):
    extract = read("Wann;Wo;Wer", "04/02/2016 19:40;NN1 5BD;x", columns=MAPPING)
    assert extract.accepted["postcode"].tolist() == ["NN1 5BD"]
    assert extract.columns == MAPPING


def test_a_mapping_whose_headings_are_not_there_is_named(read):
    with pytest.raises(SourceError, match="none of the headings of the mapping \\(first: 'Wann'\\)"):
        read("Ref,Date", "1,04/02/2016", columns=MAPPING)
    extract = read("Wann,Ref", "04/02/2016,1", columns=MAPPING)
    assert "columns of the mapping that are not in the file: 1 ('Wo')" in extract.faults
    assert "columns not known and not used: 1 ('Ref')" in extract.faults


def test_a_saved_mapping_reads_next_quarters_file_with_a_column_more(read):
    extract = read("Wann,Wo,Wer,Age", "04/02/2016 19:40,NN1 5BD,x,34", saved=[MAPPING])
    assert extract.accepted[["postcode", "age_band"]].to_numpy().tolist() == [["NN1 5BD", "25-34"]]
    assert extract.columns.fields == (*MAPPING.fields, ("Age", "age_band"))


def test_a_saved_mapping_that_does_not_fit_is_not_used(read):
    extract = read("Ref,Date,Wo", "1,04/02/2016,NN1 5BD", saved=[MAPPING])
    assert extract.accepted["postcode"].tolist() == [""]


def test_a_column_that_only_seems_to_hold_a_field_is_named_and_not_used(read):
    rows = [f"{day},0{day}/02/2016,NN{day} 5BD" for day in range(1, 6)]
    extract = read("Ref,Date,Incdnt Pcode", *rows)
    assert set(extract.accepted["postcode"]) == {""}
    assert (
        "column 'Incdnt Pcode' may be postcode (like 'incident pcode' (92%)): not used until approved" in extract.faults
    )
    assert extract.columns.fields[2] == ("Incdnt Pcode", "")


def test_the_way_a_file_was_read_reads_it_again(read):
    lines = ("Ref,Notes,notes,Date,Colour", "1,a,b,13/02/2016,red")
    first = read(*lines)
    assert first.columns.fields == (
        ("Ref", "reference"), ("Notes", "note"), ("notes (2)", ""), ("Date", "date"), ("Colour", ""),
    )  # fmt: skip
    again = read(*lines, columns=first.columns)
    pd.testing.assert_frame_equal(again.accepted, first.accepted)


def test_a_declared_day_order_wins_over_what_the_dates_say(read):
    lines = ("Ref,Date", "1,03/04/2024", "2,13/04/2024", "3,04/14/2024")
    mapping = read(*lines).columns
    found = read(*lines)
    assert found.accepted["reference"].tolist() == ["2", "3"]  # the first may be either
    day = read(*lines, columns=ColumnMapping(mapping.fields, "day"))
    assert day.accepted["received_on"].tolist() == [pd.Timestamp("2024-04-03"), pd.Timestamp("2024-04-13")]
    assert day.quarantined["reason"].tolist() == ["'04/14/2024' is not a day of the calendar"]
    month = read(*lines, columns=ColumnMapping(mapping.fields, "month"))
    assert month.accepted["received_on"].tolist() == [pd.Timestamp("2024-03-04"), pd.Timestamp("2024-04-14")]


def test_that_no_date_tells_the_order_is_said(read):
    assert any("no date tells" in fault for fault in read("Ref,Date", "1,03/04/2024").faults)
    assert not any("no date tells" in fault for fault in read("Ref,Date", "1,03/04/2024", "2,13/04/2024").faults)


def book_of(path, **sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_every_sheet_of_incidents_is_read_each_with_its_own_headings(tmp_path):
    file = book_of(
        tmp_path / "year.xlsx",
        Jan=[["Triage"], ["Ref", "Date", "Time", "Post Code"], ["a", "14/01/2016", "19:40", "NN1"]],
        Feb=[["Date", "Time", "Ref", "Mins"], ["03/02/2016", "20:00", "b", "x"], ["04/02/2016", "21:00", "a", "5"]],
        Pivot=[["District", "Total"], ["Kettering", 3]],
        Shifts=[["Date", "Start", "Police staffed"], ["04/02/2016", "18:00", "yes"]],
    )
    extract = read_extract(file, source="mental_health")
    assert extract.accepted[["incident_id", "sheet", "row"]].to_numpy().tolist() == [
        ["mental_health:a", "Jan", 3], ["mental_health:a#2", "Feb", 3],
    ]  # fmt: skip
    assert extract.quarantined[["incident_id", "sheet", "row"]].to_numpy().tolist() == [["mental_health:b", "Feb", 2]]
    assert extract.rows_read == 3
    assert (
        "sheets passed over, as they hold no such records: 2 ('Pivot' (2 rows), 'Shifts' (2 rows)); save one as a file "
        "of its own to read it" in extract.faults
    )
    assert any("repeat an earlier reference: 1 (first: row 3 of 'Feb')" in fault for fault in extract.faults)
    alone = read_extract(file, source="mental_health", sheet="Feb")
    assert set(alone.accepted["sheet"]) == {"Feb"}


def test_a_hidden_sheet_is_named_and_not_read_beside_a_visible_one(tmp_path):
    rows = [["Ref", "Date"], ["a", "14/01/2016"]]
    book = Workbook()
    for name in ("Old", "Log"):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book["Old"].sheet_state = "hidden"
    book.save(tmp_path / "log.xlsx")
    extract = read_extract(tmp_path / "log.xlsx", source="police")
    assert set(extract.accepted["sheet"]) == {"Log"}
    assert any("'Old' (2 rows)" in fault for fault in extract.faults)


def test_entries_of_a_sheet_under_no_heading_are_said_to_be_unused(tmp_path):
    file = book_of(tmp_path / "log.xlsx", Log=[["Ref", "", "Date"], ["a", "x", "14/01/2016", "y"]])
    extract = read_extract(file, source="police")
    assert len(extract.accepted) == 1
    assert any(
        "columns with entries and no heading, not used: 2 (first: column 2)" in fault for fault in extract.faults
    )


def test_a_mend_is_replayed_and_one_that_no_longer_fits_is_named(read):
    lines = ("Ref,Date,Postcode", "a,31/02/2016,NN1", "b,04/02/2016,NN2 5BD")
    mends = [
        Mend("mental_health:a", "date", "31/02/2016", "28/02/2016"),
        Mend("mental_health:b", "postcode", "NN2", "NN2 6AA"),
    ]
    extract = read(*lines, mends=mends)
    assert extract.accepted["postcode"].tolist() == ["NN1", "NN2 5BD"]
    assert any("mends not applied" in fault and "mental_health:b" in fault for fault in extract.faults)


def test_the_reference_of_a_person_is_not_in_the_text_of_a_quarantined_row(read):
    extract = read("Ref,Date,NHS number,Notes", "1,31/02/2016,943 476 5919,x", person_secret=b"project")
    assert extract.quarantined["text"].tolist() == ["1 | 31/02/2016 | (person reference) | x"]
    assert "943" not in extract.quarantined["fields"].iloc[0]


def test_a_reference_with_a_number_sign_is_no_repeat(read):
    assert not any("repeat" in fault for fault in read("Ref,Date", "log #2,14/02/2016", "log #3,15/02/2016").faults)


def test_refused_rows_say_where_they_stand(read):
    refused = read(
        "Ref,Date,Time,Mins", "1,14/02/2016,19:40,5", "Total,,,5", "End of report", "ref,DATE,Time ,mins"
    ).refused
    assert tuple(refused.columns) == REFUSED_COLUMNS
    assert refused[["row", "reason"]].to_numpy().tolist() == [
        [3, "a total, not an incident"], [4, "a footnote, not an incident"], [5, "the headings again"],
    ]  # fmt: skip


ANY_CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8) | st.sampled_from(
    ["", "04/02/2016", "31/02/2016", "19:40", "Y", "N", "n/k", "Total", "abc", "45", "Ref", "Date", "\n", '"']
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(ANY_CELL, min_size=1, max_size=7), max_size=8))
def test_any_table_adds_up(tmp_path, table):
    file = tmp_path / "any.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["Ref", "Date", "Time", "Postcode", "S136", "Minutes"], *table])
    extract = read_extract(file, source="police")
    assert extract.rows_read == len(table)
    assert len(extract.accepted) + len(extract.quarantined) + len(extract.refused) == extract.rows_read
    numbers = pd.concat([extract.accepted["row"], extract.quarantined["row"], extract.refused["row"]])
    assert numbers.is_unique
    said_no = [row[4] for row in table if len(row) > 4 and row[4].strip().lower() in {"n", "no", "0", "false"}]
    assert (extract.accepted["s136"] == "no").sum() <= len(said_no)


def test_hours_are_not_read_as_minutes_and_the_real_date_is_used(read):
    extract = read("Ref,Date (of birth),Date of incident,Duration (hours)", "1,13/04/1976,14/04/2016,2")
    assert extract.accepted["received_on"].tolist() == [pd.Timestamp("2016-04-14")]
    assert extract.accepted["minutes_on_incident"].isna().all()
    assert "columns not known and not used: 2 ('Date (of birth)', 'Duration (hours)')" in extract.faults


def test_a_heading_known_only_without_its_bracket_waits_for_approval(read):
    extract = read("Ref,Date,Deployed (N = car sent)", "1,13/04/2016,N")
    assert extract.accepted["deployed"].tolist() == ["unknown"]
    assert any("'Deployed (N = car sent)' may be deployed" in fault for fault in extract.faults)


def test_a_row_of_the_future_is_quarantined_by_todays_date_unless_another_is_given(read):
    lines = ("Ref,Date", "1,13/04/2016", "2,13/04/2098")
    assert read(*lines).quarantined["reason"].tolist() == ["the date 2098-04-13 is in the future"]
    assert len(read(*lines, latest=dt.date(2098, 4, 13)).accepted) == 2
    assert len(read(*lines, latest=dt.date(2016, 4, 12)).accepted) == 0


def test_a_row_whose_quote_swallowed_others_is_quarantined_with_all_its_text(read):
    extract = read(
        "Ref,Date,Time,Notes", "A1,13/04/2016,19:40,x", 'A2,13/04/2016,20:00,"he said', "A3,14/04/2016,21:00,y",
        'A4,14/04/2016,22:00,z"', "A5,15/04/2016,19:40,x",
    )  # fmt: skip
    assert extract.accepted["reference"].tolist() == ["A1", "A5"]
    row = extract.quarantined.iloc[0]
    assert row["reason"] == "a cell holds 2 lines that look like rows, as after a quote left open"
    assert "A3,14/04/2016,21:00,y" in row["fields"]
    assert "A4,14/04/2016" in row["text"]


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Ref,Notes,Date,Time,Postcode", 'A1,"came home,\nthen left, and went on",13/04/2016,19:40,NN1'),
        ("Ref,Date,Time,Notes", 'A1,13/04/2016,19:40,"rang back,\n19:50, nobody, there, at all"'),
        ("Ref,Date,Time,Notes", '7,13/04/2016,19:40,"1. seen\n2. advice given, GP told"'),
    ],
)
def test_a_note_of_several_lines_is_accepted(read, head, row):
    assert len(read(head, row).accepted) == 1


def test_totals_and_titles_among_the_rows_are_no_incidents(read):
    extract = read(
        "Triage log April,,,,", "Ref,Date,Time,Postcode,Mins", "1,13/04/2016,19:40,NN1,60", ",Total,,,60",
        "Sub-total,,,,60", "Triage log April,,,,", "Total,13/04/2016,,,60",
    )  # fmt: skip
    assert len(extract.accepted) == 1
    assert extract.refused["reason"].tolist() == [
        "a total, not an incident", "a total, not an incident", "the title again",
    ]  # fmt: skip
    assert extract.quarantined["reason"].tolist() == ["looks like a total, with neither time nor place"]


def test_the_lower_of_two_heading_rows_is_used_where_it_says_more(read):
    extract = read("Incident,Incident,Incident,Car,S136", "ref,date,time,deployed,used", "A1,13/04/2016,19:40,Y,N")
    assert extract.accepted[["reference", "deployed"]].to_numpy().tolist() == [["A1", "yes"]]


def test_the_same_row_twice_is_refused_once_and_another_of_its_reference_is_kept(read):
    extract = read("Ref,Date,Notes", "A1,13/04/2016,x", "B,14/04/2016,y", "A1,13/04/2016,x", "A1,13/04/2016,z")
    assert extract.accepted["row"].tolist() == [2, 3, 5]
    assert extract.refused[["row", "reason"]].to_numpy().tolist() == [[4, "the same as row 2, word for word"]]
    assert "rows that repeat an earlier reference: 1 (first: row 5); all are kept" in extract.faults


def test_the_same_row_in_two_sheets_is_refused_in_the_second(tmp_path):
    file = book_of(
        tmp_path / "year.xlsx",
        Jan=[["Ref", "Date", "Time"], ["a", "14/01/2016", "19:40"]],
        All=[["Date", "Time", "Ref"], ["14/01/2016", "19:40", "a"], ["15/01/2016", "19:40", "b"]],
    )
    extract = read_extract(file, source="police")
    assert extract.accepted["reference"].tolist() == ["a", "b"]
    assert extract.refused["reason"].tolist() == ["the same as row 2 of 'Jan', word for word"]


HALF = ["13/04/2016", "14/04/2016", "25/04/2016", dt.date(2016, 3, 4), dt.date(2016, 12, 4), dt.date(2016, 1, 4)]


@pytest.mark.parametrize(
    ("dates", "is_warned"),
    [
        (HALF, True), (HALF[1:], False), (HALF[:5], False), ([*HALF, dt.date(2016, 4, 13)], False),
        ([*HALF, "03/04/2016"], False), ([*HALF, "n/k"], True),
    ],
)  # fmt: skip
def test_dates_that_excel_converted_by_halves_are_warned_of(tmp_path, dates, is_warned):
    rows = [[f"R{place}", date] for place, date in enumerate(dates)]
    extract = read_extract(book_of(tmp_path / "half.xlsx", Log=[["Ref", "Date"], *rows]), source="police")
    warned = [fault for fault in extract.faults if "exchanged day and month" in fault]
    assert len(warned) == is_warned
    assert not warned or "all 3 dates kept as text" in warned[0]


def with_errors(path, *rows):
    """Give the cells of some rows of a written workbook as errors, as Excel keeps them."""
    written = {part: zipfile.ZipFile(path).read(part) for part in zipfile.ZipFile(path).namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for part, content in written.items():
            text = content
            for row in rows if part.endswith("sheet1.xml") else ():
                cell = f'<c r="A{row}" t="e"><v>#REF!</v></c>'.encode()
                text = re.sub(rf'<c r="A{row}"[^>]*>.*?</c>'.encode(), cell, text)
            package.writestr(part, text)
    return path


def test_rows_of_errors_at_the_end_of_a_sheet_are_told(tmp_path):
    file = book_of(tmp_path / "log.xlsx", Log=[["Ref", "Date"], ["=A9"], ["=A9"]])
    extract = read_extract(with_errors(file, 2, 3), source="police")
    assert extract.rows_read == 0
    assert any("only errors or formulas without a result: up to 2 (first: row 2)" in fault for fault in extract.faults)


@pytest.mark.shared_data
def test_broken_files_end_in_a_full_account_or_in_one_sentence(shared_data):
    folder = shared_data / "badinputs" / "generated"
    slow, odd = [], []
    for file in sorted(folder.glob("*.csv")) + sorted(folder.glob("*.xls*")) + sorted(folder.glob("*.zip")):
        began = time.perf_counter()
        try:
            extract = read_extract(file, source="police", person_secret=b"test")
        except GeoError as problem:
            odd.extend([file.name] if "\n" in str(problem) else [])
        else:
            parts = len(extract.accepted) + len(extract.quarantined) + len(extract.refused)
            odd.extend([file.name] if parts != extract.rows_read else [])
        slow.extend([file.name] if time.perf_counter() - began > 10 else [])
    assert not slow
    assert not odd


ROWS = {
    "crlf": 4, "cr_only": 4, "mixed_eol": 4, "semicolon": 4, "tab": 4, "pipe": 4, "sep_line": 4, "preamble": 4,
    "ragged": 6, "unclosed_quote": 6, "newline_in_quotes": 5, "case_headers": 4, "header_only": 0, "blank_lines": 4,
    "nul_padded": 4, "long_cell_1MB": 1, "enc_mixed": 6, "enc_utf-32": 1, "enc_utf16_no_bom_declared_utf8": 1,
    "tristate": 35, "dates": 39, "times": 17,
}  # fmt: skip


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_broken_files_lose_no_row(shared_data, name, rows):
    assert read_extract(shared_data / "badinputs" / "generated" / f"{name}.csv", source="police").rows_read == rows


def generated(shared_data, name, **choices):
    return read_extract(shared_data / "badinputs" / "generated" / f"{name}.csv", source="police", **choices)


AMBIGUOUS, UNREAD, NO_DAY, DEFAULT = "day first or month first", "can be read", "not a day of the calendar", "outside"
DATES = {
    0: AMBIGUOUS, 1: "2024-04-13", 2: "2024-04-13", 3: "2024-04-03", 4: "2024-04-03", 5: "2024-04-03",
    6: "2024-04-03", 7: "2024-04-03", 8: AMBIGUOUS, 9: "2024-04-03",  # 45,385 days after 30 December 1899
    10: "2024-04-03T23:15", 11: UNREAD, 12: NO_DAY, 13: NO_DAY, 14: "2024-02-29", 15: NO_DAY, 16: DEFAULT, 17: DEFAULT,
    18: UNREAD, 19: UNREAD, 20: "2024-04-04T00:15", 21: "2024-04-03T23:15", 22: "2024-04-03T23:15",
    23: "2024-04-25T00:00", 24: AMBIGUOUS, 25: UNREAD, 26: UNREAD, 27: UNREAD, 28: UNREAD, 29: UNREAD,
    30: "2024-03-31T02:30", 31: "2024-10-27T01:30", 32: "2024-10-27T01:30", 33: "2024-10-27T01:30",
    34: "2025-10-26T01:59:59", 35: "2025-03-30T02:00", 36: AMBIGUOUS, 37: UNREAD, 38: UNREAD,
}  # fmt: skip
BOTH_READINGS = {30: "skipped_hour", 31: "repeated_hour", 34: "repeated_hour", 35: "skipped_hour"}


@pytest.mark.shared_data
def test_the_39_spellings_of_a_date_are_read_or_refused_one_by_one(shared_data):
    extract = generated(shared_data, "dates")
    accepted = extract.accepted.set_index(extract.accepted["row"] - 2)
    quarantined = extract.quarantined.set_index(extract.quarantined["row"] - 2)
    for number, expected in DATES.items():
        if not expected[0].isdigit():
            assert expected in quarantined.loc[number, "reason"], number
            continue
        row = accepted.loc[number]
        wall = pd.Timestamp(expected)
        assert row["received_on"] == wall.normalize(), number
        assert pd.isna(row["received_at"]) == ("T" not in expected), number
        if "T" in expected:
            assert row["received_at"].tz_localize(None) == wall, number
            assert row["time_known"] == BOTH_READINGS.get(number, "recorded"), number
            assert pd.isna(row["received_at_alternative"]) == (number not in BOTH_READINGS), number
    assert accepted.loc[32, "received_at"].utcoffset() == dt.timedelta(hours=1)  # it says BST
    assert accepted.loc[33, "received_at"].utcoffset() == dt.timedelta(0)  # it says GMT
    assert set(BOTH_READINGS) <= set(extract.doubts["row"] - 2)
    assert any("some dates are day first (13/04/2024) and some month first (04/13/2024)" in f for f in extract.faults)


@pytest.mark.shared_data
def test_a_file_with_both_orders_is_not_guessed(shared_data):
    extract = generated(shared_data, "dates_mixed_dm_md")
    assert extract.quarantined["row"].tolist() == [4, 5]
    assert extract.accepted["received_on"].tolist() == [pd.Timestamp("2024-04-13"), pd.Timestamp("2024-04-14")]


SECONDS = {0: "23:15", 1: "23:15", 2: "23:15", 3: "23:15", 4: "23:15:30", 5: "23:15", 6: "24:00", 9: "07:00",
           10: "07:00", 11: "12:00", 14: "00:00"}  # fmt: skip


@pytest.mark.shared_data
def test_the_17_spellings_of_a_time_are_read_or_refused_one_by_one(shared_data, tmp_path):
    lines = (shared_data / "badinputs" / "generated" / "times.csv").read_text("utf-8").splitlines()
    dated = tmp_path / "times.csv"
    dated.write_text("\n".join(["date," + lines[0], *(f"2024-04-03,{line}" for line in lines[1:])]) + "\n")
    extract = read_extract(dated, source="police")
    accepted = extract.accepted.set_index(extract.accepted["row"] - 2)
    for number in range(17):
        if number in SECONDS:
            hour, minute, *second = (int(part) for part in SECONDS[number].split(":"))
            after = pd.Timedelta(hours=hour, minutes=minute, seconds=sum(second))
            assert accepted.loc[number, "received_at"].tz_localize(None) == pd.Timestamp("2024-04-03") + after, number
    assert accepted["time_known"][accepted["time_known"] != "recorded"].to_dict() == {13: "day_only", 14: "midnight"}
    assert (extract.quarantined["row"] - 2).tolist() == [7, 8, 12, 15, 16]
    undated = generated(shared_data, "times")  # as it comes, without a date
    assert (len(undated.accepted), len(undated.quarantined)) == (0, 17)


YES_OR_NO = {**dict.fromkeys(range(1, 6), "no"), **dict.fromkeys(range(6, 10), "yes")}
LISTED = [30, 31, 32, 33, 34]


@pytest.mark.shared_data
def test_the_35_spellings_of_yes_no_and_nothing_are_read_one_by_one(shared_data, tmp_path):
    lines = (shared_data / "badinputs" / "generated" / "tristate.csv").read_text("utf-8").splitlines()
    dated = tmp_path / "tristate.csv"
    dated.write_text(
        "\n".join(["date," + lines[0], *(f"2024-04-03,{line}" for line in lines[1:])]) + "\n", encoding="utf-8"
    )
    columns = ColumnMapping((("date", "date"), ("incident_id", "reference"), ("mh_related", "s136")))
    extract = read_extract(dated, source="police", columns=columns)
    assert extract.accepted["s136"].tolist() == [YES_OR_NO.get(number, "unknown") for number in range(35)]
    listed = extract.doubts[extract.doubts["field"] == "s136"]
    assert (listed["row"] - 2).tolist() == LISTED
    assert listed["entry"].tolist() == ["Y?", "No*", "Yes (see log)", "x", "\u2713"]


FOUR = {"accepted": [1, 3, 4], "quarantined": [2]}
LEDGERS = {
    "case_headers": FOUR, "preamble": FOUR, "zero_width": FOUR, "nbsp": FOUR, "dup_headers": FOUR,
    "footer_total": {**FOUR, "refused": ["a total, not an incident"]},
    "ragged": {"accepted": [1, 3, 4], "quarantined": [2, 5, 6]},
    "unclosed_quote": {"accepted": [1, 3, 4, 5, 6], "quarantined": [2]},
    "truncated": FOUR,
    "header_only": {"accepted": [], "quarantined": []},
    "hostile_headers": {"accepted": [], "quarantined": [1]},
}  # fmt: skip


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "ledger"), LEDGERS.items())
def test_each_row_of_a_broken_file_ends_where_it_should(shared_data, name, ledger):
    extract = generated(shared_data, name)
    assert extract.accepted["reference"].tolist() == [str(number) for number in ledger["accepted"]]
    assert extract.quarantined["incident_id"].tolist() == [f"police:{number}" for number in ledger["quarantined"]]
    assert extract.refused["reason"].tolist() == ledger.get("refused", [])


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dup_headers", "headings that repeat another: 1 ('mh_related (2)')"),
        ("header_only", "there are no rows below the headings"),
        ("hostile_headers", "columns not known and not used: 6"),
        ("preamble", "rows above the headings, passed over"),
        ("truncated", "no line end"),
    ],
)
def test_what_is_odd_about_a_file_is_named(shared_data, name, words):
    assert any(words in fault for fault in generated(shared_data, name).faults)


@pytest.mark.shared_data
def test_a_file_without_headings_is_refused_in_words(shared_data):
    with pytest.raises(SourceError, match="no heading row"):
        generated(shared_data, "no_header")
