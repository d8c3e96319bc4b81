"""Mends: read again by the same rules, kept, and made again wherever the same cell comes in again."""

import datetime as dt
import json

import pandas as pd
import pytest

import geo
from geo.errors import ProjectError
from geo.incidents.read import Mend

GAZETTEER = geo.Gazetteer.default()
A1 = "A1,04/02/2016,19:00,NN1 1AA,20,"
WRONG = "A2,05/02/2016,20:00,NN1 1AA,-5,seen"
MINUTES = Mend("police:a2", "minutes_on_incident", "-5", "25")


def one(project, incident_id):
    return project.incidents().set_index("incident_id").loc[incident_id]


def test_a_mended_row_is_accepted_located_and_moves_in_the_ledger(project, bring, adds_up):
    bring("one.csv", A1, WRONG)
    result = project.mend([MINUTES], GAZETTEER)
    assert (result.accepted, result.still, result.changed, result.faults) == (1, 0, 0, ())
    assert str(result) == "1 row accepted"
    row = one(project, "police:a2")
    assert (row["minutes_on_incident"], row["note"], row["row"], row["precision"]) == (25, "seen", 3, "unit")
    assert project.left_out().empty
    assert project.mends() == (MINUTES,)
    assert adds_up()


def test_a_row_that_is_mended_in_part_stays_in_quarantine_with_what_is_left(project, bring, adds_up):
    bring("one.csv", "A2,99/02/2016,20:00,NN1 1AA,-5,")
    before = project.left_out().iloc[0]["reason"]
    result = project.mend([MINUTES], GAZETTEER)
    assert (result.accepted, result.still) == (0, 1)
    row = project.left_out().iloc[0]
    assert "-5" in before
    assert "-5" not in row["reason"]
    assert json.loads(row["fields"])["minutes_on_incident"] == "25"
    assert project.mend([Mend("police:a2", "date", "99/02/2016", "9 Feb 2016")], GAZETTEER).accepted == 1
    assert one(project, "police:a2")["received_on"].date() == dt.date(2016, 2, 9)
    assert adds_up()


def test_a_mend_that_does_not_fit_is_not_made_and_named(project, bring):
    bring("one.csv", A1, WRONG)
    version = project.version
    mends = [
        Mend("police:a2", "minutes_on_incident", "-6", "25"),
        Mend("police:a9", "minutes_on_incident", "-5", "25"),
        Mend("police:a1", "colour", "", "red"),
    ]
    result = project.mend(mends, GAZETTEER)
    assert (result.accepted, result.still, result.changed) == (0, 0, 0)
    assert result.faults == (
        "minutes on incident of 'police:a2' does not read as it did, so its mend was not made",
        "'police:a9' is no incident or quarantined row any more, so its mend was not made",
        "'colour' is no field of 'police:a1', so its mend was not made",
    )
    assert (project.mends(), project.version) == ((), version)


def test_a_missing_postcode_of_an_accepted_incident_is_filled_in_and_nothing_else_changes(project, bring, adds_up):
    bring("one.csv", "A1,30/10/2016,01:30,,about 20 mins,caf\u00e9", WRONG)
    before = one(project, "police:a1")
    result = project.mend([Mend("police:a1", "postcode", "", "nn1 1aa")], GAZETTEER)
    assert (result.accepted, result.changed) == (0, 1)
    after = one(project, "police:a1")
    assert (after["postcode"], after["precision"], after["district"]) == ("NN1 1AA", "unit", "Northampton")
    kept = [name for name in geo.tables.names(geo.tables.INCIDENT_COLUMNS) if name not in {"postcode", "incident_id"}]
    pd.testing.assert_series_equal(after[kept], before[kept], check_names=False)
    assert adds_up()


def test_an_accepted_time_is_mended_with_what_hangs_on_it(project, bring):
    bring("one.csv", "A1,04/02/2016,,NN1 1AA,20,")
    assert project.fields("police:a1")["received_at"] == "2016-02-04"
    project.mend([Mend("police:a1", "received_at", "2016-02-04", "2016-02-04 23:50")], GAZETTEER)
    row = one(project, "police:a1")
    assert (str(row["received_at"]), row["time_known"]) == ("2016-02-04 23:50:00+00:00", "recorded")


def test_a_mend_that_makes_no_sense_leaves_an_accepted_incident_as_it_is(project, bring):
    bring("one.csv", A1)
    result = project.mend([Mend("police:a1", "minutes_on_incident", "20", "many")], GAZETTEER)
    assert result.changed == 0
    assert result.faults[0].startswith("the mend of 'police:a1' cannot be read: ")
    assert one(project, "police:a1")["minutes_on_incident"] == 20
    assert project.mends() == ()


@pytest.mark.parametrize("minutes", ["5", "-5"])
def test_a_mend_to_an_entry_that_is_not_understood_is_refused_and_changes_nothing(project, bring, minutes):
    bring("one.csv", f"A1,04/02/2016,19:00,{minutes},yes", headings="Ref,Date,Time,Minutes,Car deployed")
    version, left_out = project.version, project.left_out()
    result = project.mend([Mend("police:a1", "deployed", "yes", "banana")], GAZETTEER)
    assert result.faults == (
        "'banana' is not understood as deployed of 'police:a1', so its mend was not made: write yes, no, or leave it "
        "blank",
    )
    assert (result.changed, result.still, project.mends(), project.version) == (0, 0, (), version)
    pd.testing.assert_frame_equal(project.left_out(), left_out)
    assert project.mend([Mend("police:a1", "deployed", "yes", "N")], GAZETTEER).faults == ()


def test_mends_are_made_again_when_a_file_is_taken_back_and_imported_again(project, bring, adds_up):
    bring("one.csv", A1, WRONG)
    project.mend([MINUTES, Mend("police:a1", "postcode", "NN1 1AA", "NN1 2AA")], GAZETTEER)
    project.mend([Mend("police:a2", "postcode", "NN1 1AA", "NN1 2AA")], GAZETTEER)
    mended = project.incidents().sort_values("incident_id", ignore_index=True)
    project.undo(project.ledger().iloc[0]["sha256"])
    assert project.incidents().empty
    imported = bring("one.csv", A1, WRONG)
    assert (imported.accepted, imported.quarantined, imported.mended) == (2, 0, 3)
    pd.testing.assert_frame_equal(project.incidents().sort_values("incident_id", ignore_index=True), mended)
    assert adds_up()


def test_a_mend_does_not_overrule_a_later_file_that_says_otherwise(project, bring):
    bring("one.csv", WRONG)
    project.mend([MINUTES], GAZETTEER)
    project.undo(project.ledger().iloc[0]["sha256"])
    imported = bring("corrected.csv", "A2,05/02/2016,20:00,NN1 1AA,40,seen")
    assert (imported.accepted, imported.mended) == (1, 0)
    assert one(project, "police:a2")["minutes_on_incident"] == 40
    assert any("does not read as it did" in fault for fault in imported.faults)


def test_the_mended_row_is_known_again_in_the_next_file(project, bring, adds_up):
    bring("q1.csv", WRONG)
    project.mend([MINUTES], GAZETTEER)
    as_before = bring("q2.csv", WRONG, A1)
    corrected = bring("q3.csv", "A2,05/02/2016,20:00,NN1 1AA,25,seen", A1)
    assert [(one.accepted, one.quarantined, one.refused) for one in (as_before, corrected)] == [(1, 0, 1), (0, 0, 2)]
    assert adds_up()


def test_a_person_reference_is_never_kept_only_its_key(project, bring):
    headings = "Ref,Date,Time,NHS number,Minutes"
    bring("one.csv", "A1,04/02/2016,19:00,943 476 5919,-5", "A2,04/02/2016,19:30,9434765919,5", headings=headings)
    project.mend([Mend("police:a1", "minutes_on_incident", "-5", "5")], GAZETTEER)
    keys = project.incidents()["person_key"].tolist()
    assert keys[0] == keys[1] != ""
    assert b"5919" not in (project.folder / "project.sqlite").read_bytes()


def test_fields_are_asked_of_records_that_are_there(project, bring):
    bring("one.csv", A1, WRONG)
    assert project.fields("police:a2")["minutes_on_incident"] == "-5"
    assert project.fields("police:a1") == {
        "reference": "A1", "postcode": "NN1 1AA", "received_at": "2016-02-04 19:00", "minutes_on_incident": "20",
    }  # fmt: skip
    with pytest.raises(ProjectError, match="there is no incident 'police:a7'"):
        project.fields("police:a7")


def test_doubts_follow_what_a_mended_row_says_now(project, bring):
    headings = "Ref,Date,Time,Postcode,Minutes,Car deployed"
    bring("one.csv", "A2,05/02/2016,00:00,NN1 1AA,-5,perhaps", headings=headings)
    project.mend([MINUTES], GAZETTEER)
    assert set(project.doubts()["field"]) == {"time", "deployed"}
    assert project.doubts()["row"].tolist() == [2, 2]
    project.mend([Mend("police:a2", "deployed", "", "yes")], GAZETTEER)
    assert "deployed" not in set(project.doubts()["field"])
    assert one(project, "police:a2")["deployed"] == "yes"


def test_a_shift_is_not_mended_but_corrected_in_its_log(project, bring):
    headings = "Date,Start,End,Police staffed,NHS staffed"
    bring("one.csv", "01/02/2016,18:00,00:00,Y,Y", headings=headings)
    bring("two.csv", "01/02/2016,18:00,02:00,Y,Y", headings=headings)
    waiting = project.left_out().iloc[0]
    assert "take the earlier log back" in waiting["suggestion"]
    result = project.mend([Mend(waiting["incident_id"], "note", "", "x")], GAZETTEER)
    assert "shifts are not mended" in str(result)
    project.discard(waiting["incident_id"], "a slip")
    assert len(project.shifts()) == 1


def test_a_mend_cannot_put_a_record_into_the_future(project, bring):
    bring("one.csv", "Z1,31/02/2016,19:00,NN1 5BD,20,")
    assert project.mend([Mend("police:z1", "date", "31/02/2016", "1 Mar 2090")], GAZETTEER).still == 1
    assert "in the future" in project.left_out()["reason"].iloc[0]
