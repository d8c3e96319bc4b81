import pandas as pd
import pytest

from geo.deployment.shifts import read_shift_log
from geo.errors import SourceError
from geo.tables import SHIFT_COLUMNS, names


@pytest.fixture
def read(tmp_path):
    def write_and_read(*lines):
        file = tmp_path / "shifts.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_shift_log(file)

    return write_and_read


HEAD = "Shift ID,Shift date,Start,End,Police staffed,NHS staffed,Reason not staffed"


def test_a_shift_that_ends_after_midnight_keeps_the_day_it_began(read):
    shift = read(HEAD, "a,04/02/2016,17:00,01:00,yes,yes,").frame.iloc[0]
    assert shift["date"] == pd.Timestamp("2016-02-04")
    assert shift["start"] == pd.Timestamp("2016-02-04 17:00", tz="Europe/London")
    assert shift["end"] == pd.Timestamp("2016-02-05 01:00", tz="Europe/London")


def test_the_shift_of_the_autumn_clock_change_is_an_hour_longer(read):
    shift = read(HEAD, "a,29/10/2016,22:00,06:00,yes,yes,").frame.iloc[0]
    assert shift["end"] - shift["start"] == pd.Timedelta(hours=9)


def test_blank_staffing_is_unknown_and_the_contract_is_held(read):
    log = read(HEAD, "a,02/02/2016,18:00,00:00,yes,no,no CPN", "b,07/03/2016,,,,?,")
    assert list(log.frame.columns) == names(SHIFT_COLUMNS)
    assert log.frame["nhs_staffed"].tolist() == ["no", "unknown"]
    assert log.frame["police_staffed"].tolist() == ["yes", "unknown"]
    assert log.frame["unstaffed_cause"].tolist() == ["no CPN", ""]
    assert log.frame["start"].isna().tolist() == [False, True]


def test_a_shift_without_an_id_takes_its_date_and_a_repeat_is_kept(read):
    log = read(HEAD, ",04/02/2016,18:00,00:00,yes,yes,", ",04/02/2016,18:00,00:00,yes,no,")
    assert log.frame["shift_id"].tolist() == ["2016-02-04", "2016-02-04#2"]
    assert "repeat an id: 1" in log.faults[0]


def test_a_shift_that_stands_twice_word_for_word_is_one_shift(read):
    log = read(HEAD, "a,04/02/2016,18:00,00:00,yes,yes,", "a,04/02/2016,18:00,00:00,Yes ,yes,")
    assert log.frame["shift_id"].tolist() == ["a"]
    assert log.left_out[["row", "reason"]].to_numpy().tolist() == [[3, "the same as row 2"]]


def test_rows_that_are_no_shifts_are_left_out_and_named(read):
    log = read(HEAD, "a,04/02/2016,18:00,00:00,yes,yes,", HEAD, ",,,,,,", "Total,,,,12,,", "Notes: none,,,,,,")
    assert log.rows_read == 5
    assert len(log.frame) == 1
    assert log.left_out["reason"].tolist() == [
        "the headings again", "blank row", "a total, not a shift", "a footnote, not a shift",
    ]  # fmt: skip
    assert log.quarantined.empty
    assert any("left out: 4 (first: row 3" in fault for fault in log.faults)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("b,30/10/2016,18:00-02:00,,yes,yes,", "'18:00-02:00' is not a date or time that can be read"),
        ("b,,18:00,02:00,yes,yes,", "no date on which the shift began"),
        ("b,31/02/2016,18:00,00:00,yes,yes,", "'31/02/2016' is not a day of the calendar"),
        ("b,04/02/2016,18:00,04/02/2016 17:00,yes,yes,", "the shift ends before it starts"),
    ],
)
def test_a_shift_that_cannot_be_read_is_quarantined_and_never_called_no_shift(read, line, reason):
    log = read(HEAD, "a,04/02/2016,18:00,00:00,yes,yes,", line)
    assert (log.rows_read, len(log.frame), len(log.left_out)) == (2, 1, 0)
    row = log.quarantined.iloc[0]
    assert (row["row"], row["reason"]) == (3, reason)
    assert row["suggestion"].startswith("correct the log and import it again")
    assert any(f"quarantined: 1 (first: row 3, {reason})" in fault for fault in log.faults)


def test_a_shift_longer_than_14_hours_counts_and_is_named(read):
    log = read(HEAD, "a,04/02/2016,18:00,08:00,yes,yes,", "b,05/02/2016,18:00,17:00,yes,yes,")
    assert len(log.frame) == 2
    (fault,) = [fault for fault in log.faults if "longer than 14 hours" in fault]
    assert "1 (first: row 3, 23 hours); all of it counts as live hours" in fault


def test_an_entry_that_is_neither_yes_nor_no_is_unknown_and_named(read):
    log = read(HEAD, "a,04/02/2016,18:00,00:00,maybe,yes,")
    assert log.frame["police_staffed"].tolist() == ["unknown"]
    assert any("'maybe' of police staffed, row 2" in fault for fault in log.faults)


def test_an_extract_of_incidents_is_not_mistaken_for_a_shift_log(read):
    with pytest.raises(SourceError, match="looks like an extract of incidents"):
        read("Ref,Date,Time,Postcode", "1,04/02/2016,19:40,NN1 5BD")
    with pytest.raises(SourceError, match="no heading row of a shift log"):
        read("name,colour", "a,red")
