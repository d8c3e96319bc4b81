import datetime as dt
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.incidents.columns import FIELDS
from geo.incidents.records import (
    BEYOND,
    DOUBT_COLUMNS,
    QUARANTINE_COLUMNS,
    SWALLOWED,
    TRUTHS,
    Mend,
    read_records,
)
from geo.incidents.values import BLANKS, plain
from geo.tables import INCIDENT_COLUMNS, check, names


def cells(*rows):
    """Make cells by field, numbered from row 2 as under a heading."""
    return pd.DataFrame(list(rows), index=range(2, len(rows) + 2), dtype="str").fillna("")


def read(*rows, **choices):
    return read_records(cells(*rows), source="police", file="log.csv", **choices)


DAY = {"date": "04/02/2016", "time": "19:40"}


def test_records_hold_the_contract_and_the_other_tables_theirs():
    records = read(DAY, {"reference": "A1"})
    check(records.accepted, INCIDENT_COLUMNS, "records")
    assert list(records.accepted.columns) == names(INCIDENT_COLUMNS)
    assert tuple(records.quarantined.columns) == QUARANTINE_COLUMNS
    assert tuple(records.doubts.columns) == DOUBT_COLUMNS
    none = read_records(cells(DAY).iloc[:0], source="police", file="log.csv")
    check(none.accepted, INCIDENT_COLUMNS, "no records")
    assert (len(none.quarantined), len(none.doubts)) == (0, 0)


def test_a_quarantined_record_keeps_every_mapped_cell():
    row = read({"reference": "A1", "date": "31/02/2016", "postcode": " nn1"}).quarantined.iloc[0]
    assert json.loads(row["fields"]) == {"reference": "A1", "date": "31/02/2016", "postcode": " nn1"}
    assert row["reason"] == "'31/02/2016' is not a day of the calendar"
    assert row[["incident_id", "row"]].tolist() == ["police:a1", 2]


def test_cells_beyond_the_headings_quarantine_a_row_until_they_are_settled():
    beside = {**DAY, "reference": "A1", BEYOND: "b | c"}
    row = read(beside).quarantined.iloc[0]
    assert row["reason"].startswith("2 cells beyond the headings")
    settled = read(beside, mends=[Mend("police:a1", BEYOND, "b | c", "")])
    assert settled.accepted["incident_id"].tolist() == ["police:a1"]


def test_easting_and_northing_are_the_place_where_no_other_text_is():
    records = read(
        {**DAY, "easting": "475400", "northing": " 260900 ", "location": ""},
        {**DAY, "easting": "475400", "northing": "260900", "location": "M1 J15"},
        {**DAY, "easting": "475400", "northing": "", "location": ""},
    )
    assert records.accepted["location"].tolist() == ["475400, 260900", "M1 J15", ""]
    assert records.doubts[["row", "field", "entry"]].to_numpy().tolist() == [[4, "easting", "475400"]]


def test_ids_are_the_reference_or_a_digest_and_repeats_are_numbered_over_all_records():
    wrong = {"date": "31/02/2016"}
    records = read({"reference": "A 1", **wrong}, {"reference": "a  1", **DAY}, {"reference": "N/K", **DAY})
    assert records.quarantined["incident_id"].tolist() == ["police:a 1"]
    assert records.accepted["incident_id"].iloc[0] == "police:a 1#2"
    assert records.accepted["incident_id"].iloc[1] != "police:n/k"


def test_a_reference_that_looks_like_a_repeat_does_not_share_an_id():
    ids = read(*({**DAY, "reference": name} for name in ("a", "a", "a#2", "a"))).accepted["incident_id"]
    assert ids.tolist() == ["police:a", "police:a#3", "police:a#2", "police:a#4"]


def test_a_mend_changes_what_is_read_and_not_the_id():
    rows = [{"reference": "a", "date": "31/02/2016"}, {"reference": "a", "date": "04/02/2016"}]
    before = read(*rows)
    assert before.accepted["incident_id"].tolist() == ["police:a#2"]
    after = read(*rows, mends=[Mend("police:a", "date", "31/02/2016", "28/02/2016")])
    assert after.accepted["incident_id"].tolist() == ["police:a", "police:a#2"]
    assert after.faults == ()


def test_a_mend_may_fill_a_field_that_the_file_lacks():
    records = read({**DAY, "reference": "a"}, mends=[Mend("police:a", "postcode", "", "NN1 5BD")])
    assert records.accepted["postcode"].tolist() == ["NN1 5BD"]


def test_mends_of_one_cell_follow_each_other_and_may_be_replayed_again():
    mends = [Mend("police:a", "postcode", "", "NN1"), Mend("police:a", "postcode", "NN1", "NN1 5BD")]
    for recorded in ("", "NN1", "NN1 5BD"):
        records = read({**DAY, "reference": "a", "postcode": recorded}, mends=mends)
        assert records.accepted["postcode"].tolist() == ["NN1 5BD"]
        assert records.faults == ()


def test_a_mend_of_a_record_that_is_not_here_is_another_files():
    assert read(DAY, mends=[Mend("police:z", "postcode", "", "NN1")]).faults == ()


@given(st.sampled_from(["", "NN1", "x"]), st.sampled_from(["", "NN1", "y"]))
def test_a_mend_is_replayed_only_where_the_recorded_text_still_stands(recorded, now):
    records = read(
        {**DAY, "reference": "a", "postcode": now}, mends=[Mend("police:a", "postcode", recorded, "NN9 9ZZ")]
    )
    applied = now == recorded
    assert records.accepted["postcode"].tolist() == ["NN9 9ZZ" if applied else now]
    assert len(records.faults) == (0 if applied else 1)


def test_a_person_reference_is_nowhere_in_clear_and_a_key_made_before_stays():
    rows = [{**DAY, "person_key": "943 476 5919"}, {"person_key": "9434765919"}]
    records = read(*rows, person_secret=b"project")
    key = records.accepted["person_key"].iloc[0]
    fields = json.loads(records.quarantined["fields"].iloc[0])
    assert fields["person_key"] == f"key:{key}"
    again = read({**DAY, "person_key": fields["person_key"]}, person_secret=b"another")
    assert again.accepted["person_key"].tolist() == [key]


def test_a_day_in_three_columns_may_hold_any_sign():
    row = read({"day": "\x1f4", "month": "2", "year": "2016", "time": "19:40"}).accepted.iloc[0]
    assert row["received_on"] == pd.Timestamp("2016-02-04")


def test_doubts_say_what_was_read_and_come_in_the_order_of_the_rows():
    doubts = read({"date": "04/02/2016", "s136": "Y?"}, {**DAY, "time": "00:00"}, {**DAY, "s136": "No*"}).doubts
    assert doubts[["row", "field", "entry", "read_as"]].to_numpy().tolist() == [
        [2, "s136", "Y?", "unknown"],
        [2, "date", "04/02/2016", "a day without a time"],
        [3, "time", "00:00", "00:00, perhaps no time"],
        [4, "s136", "No*", "unknown"],
    ]


def test_inputs_are_left_alone():
    given_cells = cells({**DAY, "person_key": "a", "postcode": " "})
    before = given_cells.copy()
    read_records(given_cells, source="police", file="f", mends=[Mend("police:x", "postcode", " ", "y")])
    pd.testing.assert_frame_equal(given_cells, before)


ENTRIES = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["", "04/02/2016", "31/02/2016", "2016-10-30 01:30", "19:40", "Y", "N", "n/k", "45", "Yes?", "475400", "GP; A&E"]
)
ROWS = st.lists(st.dictionaries(st.sampled_from([*FIELDS, BEYOND]), ENTRIES, max_size=8), max_size=6)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_every_row_is_accepted_or_quarantined_and_keeps_its_id(rows):
    records = read(*rows) if rows else read_records(pd.DataFrame(dtype="str"), source="police", file="f")
    assert len(records.accepted) + len(records.quarantined) == len(rows)
    both = pd.concat([records.accepted["incident_id"], records.quarantined["incident_id"]])
    assert both.is_unique
    numbers = pd.concat([records.accepted["row"], records.quarantined["row"]])
    assert sorted(numbers) == list(range(2, len(rows) + 2))
    assert set(records.doubts["incident_id"]) <= set(records.accepted["incident_id"])


@settings(max_examples=20, deadline=None)
@given(ROWS.filter(bool))
def test_reading_twice_gives_the_same(rows):
    first, second = read(*rows), read(*rows)
    for name in ("accepted", "quarantined", "doubts"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


@settings(max_examples=30, deadline=None)
@given(ROWS.filter(bool), st.randoms(use_true_random=False))
def test_another_order_of_the_rows_gives_the_same_records(rows, random):
    table = cells(*rows)
    shuffled = list(table.index)
    random.shuffle(shuffled)
    there = read_records(table, source="police", file="f")
    back = read_records(table.loc[shuffled], source="police", file="f")
    for name in ("accepted", "quarantined"):
        one, other = (
            getattr(records, name).drop(columns="incident_id").sort_values("row", ignore_index=True)
            for records in (there, back)
        )
        pd.testing.assert_frame_equal(one, other)
    assert set(there.accepted["incident_id"]) | set(there.quarantined["incident_id"]) == (
        set(back.accepted["incident_id"]) | set(back.quarantined["incident_id"])
    )


@pytest.mark.parametrize("field", TRUTHS)
def test_a_blank_is_never_yes_nor_no(field):
    spaces = ("", " ", "\u00a0", "\t", "\u200b")
    entries = [
        f"{space}{word}{space}" for blank in sorted(BLANKS) for word in (blank, blank.upper()) for space in spaces
    ]
    records = read(*({**DAY, field: entry} for entry in entries))
    assert records.accepted[field].tolist() == ["unknown"] * len(entries)
    assert records.doubts.empty


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(TRUTHS), st.lists(ENTRIES, min_size=1, max_size=8))
def test_only_a_no_is_no_and_only_a_yes_is_yes(field, entries):
    found = read(*({**DAY, field: entry} for entry in entries)).accepted[field].tolist()
    for entry, value in zip(entries, found, strict=True):
        assert (value == "no") == (plain(entry) in {"no", "n", "false", "0"})
        assert (value == "yes") == (plain(entry) in {"yes", "y", "true", "1"})


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        ({"reference": "Total", "date": "13/04/2016"}, ["looks like a total, with neither time nor place"]),
        ({"reference": "Total", "date": "13/04/2016", "time": "19:40"}, []),
        ({"reference": "Total", "date": "13/04/2016", "postcode": "NN1"}, []),
        ({"reference": "Totley 7", "date": "13/04/2016"}, []),
    ],
)
def test_a_dated_total_without_time_and_place_is_quarantined(row, reasons):
    assert read(row).quarantined["reason"].tolist() == reasons


def test_one_cell_beyond_the_headings_is_said_in_the_singular():
    reason = read({**DAY, BEYOND: "x"}).quarantined["reason"].iloc[0]
    assert reason.startswith("1 cell beyond the headings")


def test_lines_swallowed_by_a_cell_are_cleared_by_a_mend():
    row = {**DAY, SWALLOWED: "2 lines that look like rows"}
    quarantined = read(row).quarantined.iloc[0]
    assert quarantined["reason"] == "a cell holds 2 lines that look like rows, as after a quote left open"
    mend = Mend(quarantined["incident_id"], SWALLOWED, "2 lines that look like rows", "")
    assert len(read(row, mends=[mend]).accepted) == 1


def test_a_record_after_the_last_day_is_quarantined_where_one_is_given():
    future = {"reference": "x", "date": "13/04/2061"}
    assert len(read(future).accepted) == 1
    assert read(future, latest=dt.date(2026, 1, 1)).quarantined["reason"].tolist() == [
        "the date 2061-04-13 is in the future"
    ]
