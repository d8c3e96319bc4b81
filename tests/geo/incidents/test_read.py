import csv
import datetime as dt
import time

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from geo.errors import GeoError, SchemaError, SourceError
from geo.incidents.read import kind_of_file, read_extract
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
    assert len(extract.faults) == 2


def test_a_date_without_a_time_counts_to_its_day_and_to_no_hour(read):
    row = read("Ref,Date,Time", "1,10/03/2016,").accepted.iloc[0]
    assert pd.isna(row["received_at"])
    assert row["shift_id"] == "2016-03-10"


def test_a_time_alone_cannot_be_dated(read):
    assert read("Ref,Date,Time", "1,,20:15").quarantined["reason"].tolist() == ["a time without a date or a shift"]


def test_clearing_after_midnight_is_the_next_day_and_before_the_call_is_impossible(read):
    extract = read("Ref,Date,Time,Cleared", "1,04/02/2016,23:50,00:40", "2,04/02/2016,21:00,20:30")
    assert extract.accepted["cleared_at"].tolist() == [pd.Timestamp("2016-02-05 00:40", tz="Europe/London")]
    assert extract.quarantined["reason"].tolist() == ["cleared before received"]


def test_midnight_is_flagged_as_a_possible_default(read):
    assert any("exactly 00:00" in fault for fault in read("Ref,Date,Time", "1,04/02/2016,00:00").faults)


def test_a_doubtful_yes_is_unknown_and_listed(read):
    extract = read("Ref,Date,S136", "1,04/02/2016,Y?", "2,04/02/2016,N", "3,04/02/2016,")
    assert extract.accepted["s136"].tolist() == ["unknown", "no", "unknown"]
    assert any("'Y?', row 2" in fault for fault in extract.faults)


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
    assert any("repeat an earlier reference: 2" in fault for fault in first.faults)


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
    assert extract.sheet == "Log"
    assert extract.accepted["received_at"].tolist() == [pd.Timestamp("2016-02-04 19:40", tz="Europe/London")]


def test_a_shift_log_is_not_mistaken_for_incidents(tmp_path):
    log = tmp_path / "shifts.csv"
    log.write_text("Shift ID,Date,Start,End,Police staffed,NHS staffed\n1,04/02/2016,18:00,00:00,yes,yes\n")
    with pytest.raises(SourceError, match="looks like a shift log"):
        read_extract(log, source="police")
    assert kind_of_file(log) == "shifts"


def test_an_unknown_source_and_a_file_without_headings_are_named(read):
    with pytest.raises(SchemaError, match="choose one of"):
        read("Ref,Date", source="hearsay")
    with pytest.raises(SourceError, match="no heading row"):
        read("name,colour", "a,red")


def test_no_rows_below_the_headings_is_said(read):
    extract = read("Ref,Date,Time")
    assert extract.rows_read == 0
    assert "there are no rows below the headings" in extract.faults


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
    said_no = [row[4] for row in table if len(row) > 4 and row[4].strip().lower() in {"n", "no", "0", "false"}]
    assert (extract.accepted["s136"] == "no").sum() <= len(said_no)


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
