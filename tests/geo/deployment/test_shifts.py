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
    log = read(HEAD, ",04/02/2016,18:00,00:00,yes,yes,", ",04/02/2016,18:00,00:00,yes,yes,")
    assert log.frame["shift_id"].tolist() == ["2016-02-04", "2016-02-04#2"]
    assert "repeat an id: 1" in log.faults[0]


def test_rows_that_are_no_shifts_are_left_out_and_named(read):
    log = read(HEAD, "a,04/02/2016,18:00,00:00,yes,yes,", "b,31/02/2016,18:00,00:00,yes,yes,", "Total,,,,,,")
    assert log.rows_read == 3
    assert len(log.frame) == 1
    assert log.left_out["row"].tolist() == [3, 4]
    assert any("left out: 2" in fault for fault in log.faults)


def test_an_entry_that_is_neither_yes_nor_no_is_unknown_and_named(read):
    log = read(HEAD, "a,04/02/2016,18:00,00:00,maybe,yes,")
    assert log.frame["police_staffed"].tolist() == ["unknown"]
    assert any("'maybe' of police staffed, row 2" in fault for fault in log.faults)


def test_an_extract_of_incidents_is_not_mistaken_for_a_shift_log(read):
    with pytest.raises(SourceError, match="looks like an extract of incidents"):
        read("Ref,Date,Time,Postcode", "1,04/02/2016,19:40,NN1 5BD")
    with pytest.raises(SourceError, match="no heading row of a shift log"):
        read("name,colour", "a,red")
