"""Importing: every row accounted for, files that overlap, limits, and decisions made again."""

import datetime as dt

import pytest

import geo
from geo.incidents.columns import ColumnMapping
from geo.incidents.read import Mend
from geo.store.intake import SAYS_SYNTHETIC, import_file

GAZETTEER = geo.Gazetteer.default()
A1 = "A1,04/02/2016,19:00,NN1 1AA,20,"
A2 = "A2,05/02/2016,20:00,,30,officers asked"
SHIFTS = "Date,Start,End,Police staffed,NHS staffed"


def names(project):
    return project.incidents()["incident_id"].tolist()


def states(project):
    return project.left_out().set_index(["file", "row"])["state"].to_dict()


def test_an_import_says_what_became_of_the_rows(project, bring, adds_up):
    imported = bring("one.csv", A1, A2, "A3,06/02/2016,21:00,NN1 1AA,-5,", "Total,,,,50,")
    assert (imported.rows_read, imported.accepted, imported.quarantined, imported.refused) == (4, 2, 1, 1)
    assert str(imported) == "read 4 = accepted 2 + quarantined 1 + refused 1"
    assert names(project) == ["police:a1", "police:a2"]
    assert states(project) == {("one.csv", 4): "quarantined", ("one.csv", 5): "refused"}
    assert adds_up()


def test_the_same_file_again_changes_nothing_whatever_its_name(project, bring):
    bring("one.csv", A1, A2)
    version, history = project.version, len(project.history())
    assert bring("renamed.csv", A1, A2) is None
    assert (project.version, len(project.history())) == (version, history)


def test_a_file_is_kept_under_the_name_that_is_shown(project, tmp_path):
    upload = tmp_path / "upload.csv"
    upload.write_text(f"Ref,Date,Time,Postcode,Minutes,Notes\n{A1}\nA3,06/02/2016,21:00,NN1 1AA,-5,\n")
    imported = import_file(project, upload, "police", GAZETTEER, name="../../Q1 'final'.csv")
    assert imported.file == "../../Q1 'final'.csv"
    assert set(project.incidents()["file"]) | set(project.left_out()["file"]) == {"../../Q1 'final'.csv"}
    assert "upload.csv" not in project.ledger().to_csv() + project.notices().to_csv() + project.history().to_csv()


def test_what_goes_wrong_with_an_upload_names_the_file_as_the_user_does(project, tmp_path):
    upload = tmp_path / "upload.csv"
    upload.write_text("nothing,of\nthe,kind\n")
    with pytest.raises(geo.SourceError, match=r"^Q1\.csv has no heading row"):
        import_file(project, upload, "police", GAZETTEER, name="Q1.csv")


def test_rows_that_an_earlier_file_delivered_are_refused_as_imported_before(project, bring, adds_up):
    bring("q1.csv", A1, A2)
    imported = bring("q2.csv", A2, "A3,01/04/2016,20:00,NN1 1AA,10,", A1)
    assert (imported.accepted, imported.quarantined, imported.refused) == (1, 0, 2)
    reasons = project.left_out().set_index("row")["reason"].to_dict()
    assert reasons == {2: "already imported: q1.csv row 3", 4: "already imported: q1.csv row 2"}
    assert names(project) == ["police:a1", "police:a2", "police:a3"]
    assert adds_up()


def test_another_source_may_use_the_same_reference(project, bring):
    bring("control.csv", A1)
    assert bring("team.csv", A1, source="mental_health") is None  # byte for byte the same file
    assert bring("team.csv", A1, A2, source="mental_health").accepted == 2
    assert names(project) == ["police:a1", "mental_health:a1", "mental_health:a2"]


def test_a_reference_that_comes_again_with_other_contents_waits_in_quarantine(project, bring, adds_up):
    bring("q1.csv", A1)
    imported = bring("q2.csv", "A1,04/02/2016,19:00,NN1 1AA,25,")
    assert (imported.accepted, imported.quarantined) == (0, 1)
    row = project.left_out().iloc[0]
    assert row["reason"] == "reference already imported from q1.csv row 2 with other contents"
    assert "another reference" in row["suggestion"]
    assert row["incident_id"] == "police:a1#2"
    assert project.incidents()["minutes_on_incident"].tolist() == [20]
    assert adds_up()


def test_a_row_in_conflict_is_kept_as_another_incident_when_it_gets_another_reference(project, bring, adds_up):
    bring("q1.csv", A1)
    bring("q2.csv", "A1,04/02/2016,19:00,NN1 1AA,25,seen")
    result = project.mend([Mend("police:a1#2", "reference", "A1", "A1b")], GAZETTEER)
    assert (result.accepted, result.still) == (1, 0)
    again = project.incidents().set_index("incident_id").loc["police:a1#2"]
    assert (again["reference"], again["minutes_on_incident"], again["note"], again["file"]) == (
        "A1b",
        25,
        "seen",
        "q2.csv",
    )
    assert adds_up()
    third = bring("q3.csv", "A1,04/02/2016,19:00,NN1 1AA,25,seen", "A1b,04/02/2016,19:00,NN1 1AA,25,seen")
    assert (third.accepted, third.quarantined, third.refused) == (0, 0, 2)


def test_identical_rows_without_a_reference_are_counted_not_merged(project, bring, adds_up):
    blank = ",04/02/2016,,NN1 1AA,,"
    assert bring("q1.csv", blank, blank).accepted == 2
    imported = bring("q2.csv", blank, blank, blank)
    assert (imported.accepted, imported.refused) == (1, 2)
    assert len(set(names(project))) == len(names(project)) == 3
    assert adds_up()


NONE = ",04/02/2016,19:00,NN1 1AA,20,"


def test_a_row_without_a_reference_that_looks_like_an_earlier_one_waits_in_quarantine(project, bring, adds_up):
    bring("q1.csv", NONE)
    imported = bring("q2.csv", "n/k,04/02/2016,19:00,nn11aa,25,seen")
    assert (imported.accepted, imported.quarantined) == (0, 1)
    assert any(
        "time and place of an earlier file's" in fault and "1 (first: row 2)" in fault for fault in imported.faults
    )
    row = project.left_out().iloc[0]
    assert row["reason"] == "looks like q1.csv row 2 with other contents"
    assert row["suggestion"].startswith("keep it as another incident by giving it another reference")
    assert project.incidents()["minutes_on_incident"].tolist() == [20]
    assert adds_up()
    result = project.mend([Mend(row["incident_id"], "note", "seen", "seen by the nurse")], GAZETTEER)
    assert (result.accepted, result.still) == (0, 1)
    assert project.left_out().iloc[0]["reason"] == "looks like q1.csv row 2 with other contents"
    result = project.mend([Mend(row["incident_id"], "reference", "n/k", "B1")], GAZETTEER)
    assert (result.accepted, result.still) == (1, 0)
    assert adds_up()


def test_a_row_that_looks_like_an_earlier_one_is_accepted_when_that_is_taken_back(project, bring, adds_up):
    bring("q1.csv", NONE)
    bring("q2.csv", NONE.replace("20,", "25,"))
    project.undo(project.ledger().iloc[0]["sha256"])
    assert project.incidents()["minutes_on_incident"].tolist() == [25]
    assert adds_up()


def test_the_same_row_again_is_a_repeat_and_one_more_of_it_a_new_record(bring):
    bring("q1.csv", NONE)
    imported = bring("q2.csv", NONE, NONE)
    assert (imported.accepted, imported.quarantined, imported.refused) == (1, 0, 1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (",04/02/2016,,NN1 1AA,20,", ",04/02/2016,,NN1 1AA,25,"),
        (",04/02/2016,19:00,,20,", ",04/02/2016,19:00,,25,"),
        (NONE, "B1,04/02/2016,19:00,NN1 1AA,25,"),
        (NONE, ",04/02/2016,19:01,NN1 1AA,25,"),
        (NONE, ",04/02/2016,19:00,NN1 2AA,25,"),
    ],
)
def test_rows_with_another_time_or_place_or_without_one_look_like_nothing(bring, first, second):
    bring("q1.csv", first)
    assert bring("q2.csv", second).accepted == 1


def test_two_rows_of_one_file_at_one_time_and_place_are_two_records(bring):
    assert bring("q1.csv", NONE, NONE.replace("20,", "25,")).accepted == 2


def test_references_that_are_blank_claim_nothing(bring):
    bring("q1.csv", "n/k,04/02/2016,19:00,NN1 1AA,20,")
    assert bring("q2.csv", "n/k,05/02/2016,19:00,NN1 1AA,20,").accepted == 1


def test_a_shift_that_an_earlier_log_holds_is_not_counted_twice(project, bring, adds_up):
    bring("one.csv", "01/02/2016,18:00,00:00,Y,Y", "02/02/2016,18:00,00:00,Y,N", headings=SHIFTS)
    imported = bring(
        "two.csv",
        "02/02/2016,18:00,00:00,Y,N",
        "01/02/2016,18:00,02:00,Y,Y",
        "03/02/2016,18:00,00:00,Y,",
        headings=SHIFTS,
    )
    assert (imported.source, imported.accepted, imported.quarantined, imported.refused) == ("shift_log", 1, 1, 1)
    assert project.shifts()["shift_id"].tolist() == ["2016-02-01", "2016-02-02", "2016-02-03"]
    assert states(project) == {("two.csv", 2): "refused", ("two.csv", 3): "quarantined"}
    assert adds_up()
    first = project.ledger().iloc[0]["sha256"]
    project.undo(first)
    assert [end.hour for end in project.shifts()["end"]] == [2, 0, 0]
    assert adds_up()


def test_a_shift_that_cannot_be_read_waits_in_quarantine_until_it_is_discarded(project, bring, adds_up):
    unread = "30/10/2016,18:00-02:00,,Y,Y"
    imported = bring("one.csv", "01/02/2016,18:00,00:00,Y,Y", unread, "Total,,,1,1", headings=SHIFTS)
    assert (imported.accepted, imported.quarantined, imported.refused) == (1, 1, 1)
    row = project.left_out().query("state == 'quarantined'").iloc[0]
    assert row["reason"] == "'18:00-02:00' is not a date or time that can be read"
    assert (row["text"], row["fields"]) == ("30/10/2016 | 18:00-02:00 |  | Y | Y", "{}")
    assert "shifts are not mended" in str(project.mend([Mend(row["incident_id"], "start", "", "18:00")], GAZETTEER))
    assert bring("two.csv", unread, headings=SHIFTS).refused == 1
    assert adds_up()
    project.discard(row["incident_id"], "the car was off the road")
    assert adds_up()
    for digest in project.ledger()["sha256"]:
        project.undo(digest)
    assert bring("one.csv", unread, headings=SHIFTS).refused == 1
    assert project.left_out().iloc[0]["reason"] == "the car was off the road"


def test_approved_columns_are_used_kept_and_fit_the_next_file(project, tmp_path):
    headings = "Thing,When it was,Clock,Where\n"
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(headings + "A1,04/02/2016,19:00,NN1 1AA\n")
    two.write_text(headings + "A2,05/02/2016,20:00,NN1 1AA\n")
    pairs = (("Thing", "reference"), ("When it was", "date"), ("Clock", "time"), ("Where", "postcode"))
    mapping = ColumnMapping(pairs, "day")
    assert import_file(project, one, "police", GAZETTEER, columns=mapping).accepted == 1
    assert project.mappings("police") == (mapping,)
    assert project.mappings("mental_health") == ()
    assert import_file(project, two, "police", GAZETTEER).accepted == 1
    assert project.incidents()["reference"].tolist() == ["A1", "A2"]


def test_the_order_of_days_and_months_that_a_file_shows_is_kept_for_its_mends(project, bring):
    bring("american.csv", "A1,04/14/2016,19:00,NN1 1AA,20,", "A2,03/04/2016,19:00,NN1 1AA,-5,")
    project.mend([Mend("police:a2", "minutes_on_incident", "-5", "5")], GAZETTEER)
    assert project.incidents().set_index("incident_id").loc["police:a2", "received_on"].date() == dt.date(2016, 3, 4)


def test_dates_that_a_mixed_file_leaves_open_stay_open_when_the_row_is_mended(project, bring):
    bring("mixed.csv", "A1,04/14/2016,19:00,,20,", "A2,14/04/2016,19:00,,20,", "A3,03/04/2016,19:00,,-5,")
    result = project.mend([Mend("police:a3", "minutes_on_incident", "-5", "5")], GAZETTEER)
    assert (result.accepted, result.still) == (0, 1)
    result = project.mend([Mend("police:a3", "date", "03/04/2016", "3 Apr 2016")], GAZETTEER)
    assert (result.accepted, result.still) == (1, 0)


def test_a_synthetic_file_labels_the_project_in_the_same_transaction(project, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(f"SYNTHETIC DATA\nRef,Date,Time,Postcode,Minutes,Notes\n{A1}\n")
    imported = import_file(project, file, "police", GAZETTEER)
    assert project.facts.synthetic.startswith("Synthetic data")
    assert SAYS_SYNTHETIC in imported.faults
    assert SAYS_SYNTHETIC in set(project.notices()["sentence"])


def test_a_column_of_our_own_labels_the_project_too(project, bring):
    bring("log.csv", "01/02/2016,18:00,00:00,Y,Y,synthetic", headings=f"{SHIFTS},Synthetic")
    assert project.facts.synthetic.startswith("Synthetic data")


@pytest.mark.parametrize(
    ("headings", "line"),
    [
        ("Ref,Date,Time,Postcode,Minutes,Notes", "A1,04/02/2016,19:00,NN1 1AA,20,taking synthetic cannabis"),
        ("Ref,Date,Time,Postcode,Minutes,Notes", "A1,04/02/2016,19:00,NN1 1AA,20,SYNTHETIC CANNABIS"),
        ("Ref,Date,Time,Postcode,Synthetic", "A1,04/02/2016,19:00,NN1 1AA,Y"),
        ("Calls about synthetic drugs\nRef,Date,Time,Postcode,Minutes", "A1,04/02/2016,19:00,NN1 1AA,20"),
    ],
)
def test_a_real_record_of_something_synthetic_labels_nothing(project, bring, headings, line):
    assert SAYS_SYNTHETIC not in bring("one.csv", line, headings=headings).faults
    assert project.facts.synthetic == ""


def test_several_files_go_on_where_they_were_broken_off(project, tmp_path):
    files = []
    for number in range(3):
        files.append(tmp_path / f"{number}.csv")
        files[-1].write_text(f"Ref,Date,Time\nR{number},04/02/2016,19:0{number}\n")
    import_file(project, files[0], "police", GAZETTEER)
    done = [import_file(project, file, "police", GAZETTEER) for file in files]
    assert [one is None for one in done] == [True, False, False]
    assert len(project.incidents()) == 3


def test_the_history_says_when_which_file_and_what_and_quotes_no_record(project, bring):
    bring("one.csv", "SECRETREF,04/02/2016,19:00,NN1 1AA,-5,SECRETNOTE")
    project.mend([Mend("police:secretref", "minutes_on_incident", "-5", "7")], GAZETTEER)
    project.erase(reference="SECRETREF")
    history = project.history()
    assert history["what"].tolist() == ["erased", "mended", "imported", "project made"]
    assert history["file"].tolist() == ["", "", "one.csv", ""]
    assert history["at"].str.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$").all()
    assert "secret" not in history.to_csv().lower()
