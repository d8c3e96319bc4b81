"""Erasing: nothing left of a record but its count, and no way back in."""

import datetime as dt

import pytest

import geo
from geo.errors import ProjectError
from geo.incidents.read import Mend
from geo.store import limits
from geo.store.intake import make_demonstration

GAZETTEER = geo.Gazetteer.default()
MARK = "Zanzibarmark"
OLD = f"OLDREF9,04/02/2015,19:00,NN1 1AA,20,{MARK} one"
OLD_WRONG = f"OLDREF8,05/02/2015,19:00,NN1 1AA,-5,{MARK} two"
NEW = "B1,05/02/2016,20:00,,30,officers asked"


def holds(project, text):
    """Say whether any file of the project's folder holds a text, in whatever case."""
    wanted = text.lower().encode()
    return any(wanted in path.read_bytes().lower() for path in project.folder.rglob("*") if path.is_file())


@pytest.fixture
def filled(project, bring):
    bring("one.csv", OLD, OLD_WRONG, NEW, f"Total {MARK},,,,50,")
    project.mend([Mend("police:oldref8", "time", "19:00", "19:30")], GAZETTEER)
    assert holds(project, MARK)
    assert holds(project, "oldref9")
    assert holds(project, "oldref8")
    return project


def test_records_before_a_day_are_erased_and_counted(filled, adds_up):
    assert filled.erase(before=dt.date(2016, 1, 1)) == 2
    assert filled.incidents()["incident_id"].tolist() == ["police:b1"]
    line = filled.ledger().iloc[0]
    assert line[["rows_read", "accepted", "quarantined", "refused", "erased"]].tolist() == [4, 1, 0, 1, 2]
    assert filled.mends() == ()
    assert adds_up()


def test_no_byte_of_an_erased_record_is_left_in_the_folder(filled):
    filled.erase(before=dt.date(2016, 1, 1))
    assert not holds(filled, "oldref")
    assert not holds(filled, f"{MARK} one")
    assert not holds(filled, f"{MARK} two")
    assert holds(filled, "officers asked")


def test_a_record_is_erased_by_its_reference_however_it_is_written(filled, adds_up):
    assert filled.erase(reference=" oldREF9 ") == 1
    assert not holds(filled, "oldref9")
    assert not holds(filled, f"{MARK} one")
    assert holds(filled, "oldref8")
    assert adds_up()


def test_a_file_that_held_nothing_else_keeps_no_text_of_its_other_rows(filled):
    filled.erase(before=dt.date(2017, 1, 1))
    assert not holds(filled, MARK)
    assert filled.ledger()["refused"].tolist() == [1]


def test_an_erased_record_does_not_come_back_with_another_file(filled, bring, adds_up):
    filled.erase(reference="OLDREF9")
    imported = bring("two.csv", OLD.replace("20", "21"), "C1,01/02/2015,19:00,,,")
    assert (imported.accepted, imported.refused) == (1, 1)
    row = filled.left_out().set_index("file").loc["two.csv"]
    assert (row["reason"], row["text"]) == ("erased from the project, by its reference", "")
    assert not holds(filled, "oldref9")
    filled.erase(before=dt.date(2016, 1, 1))
    imported = bring("three.csv", "C2,31/12/2015,19:00,,,", "C3,01/01/2016,19:00,,,", "C4,31/12/2015,19:00,,-5,")
    assert (imported.accepted, imported.quarantined, imported.refused) == (1, 0, 2)
    assert adds_up()


def test_a_reference_that_nothing_has_erases_nothing_and_is_not_remembered(filled, bring):
    assert filled.erase(reference="NEVER") == 0
    assert bring("two.csv", "NEVER,01/02/2016,19:00,,,").accepted == 1


def test_an_undated_record_is_as_old_as_its_shift_or_its_import(project, bring, adds_up):
    bring("log.csv", "S1,01/02/2015,18:00,00:00,Y,Y", headings="Shift id,Date,Start,End,Police staffed,NHS staffed")
    bring("calls.csv", "A1,,,NN1 1AA,,S1", "A2,,,NN1 1AA,,S9", headings="Ref,Date,Time,Postcode,Minutes,Shift")
    held = len(project.incidents())
    assert project.erase(before=dt.date(2016, 1, 1)) >= 2  # the shift, and the incident that it dates
    assert project.shifts().empty
    assert "police:a1" not in set(project.incidents()["incident_id"])
    assert held - len(project.incidents()) == 1
    assert adds_up()


NEWER = "C1,04/02/2016,19:00,NN1 1AA,20,"


@pytest.mark.parametrize(
    ("headings", "line"),
    [
        ("Ref,Date,Time,Postcode,Minutes", f"A1,04/02/2015,25:61,NN1 1AA,{MARK}"),
        ("Ref,Date,Time,Postcode,Minutes", f"A1,04/02/2015 about seven,,NN1 1AA,{MARK}"),
        ("Ref,Received at,Postcode,Minutes", f"A1,4 Feb 2015 late,NN1 1AA,{MARK}"),
        ("Ref,Received at,Postcode,Minutes", f"A1,2015-02-04T99:99,NN1 1AA,{MARK}"),
        ("Ref,Day,Month,Year,Time,Postcode,Minutes", f"A1,4,2,2015,25:61,NN1 1AA,{MARK}"),
    ],
)
def test_a_quarantined_row_is_as_old_as_its_date_also_where_its_time_cannot_be_read(project, bring, headings, line):
    bring("one.csv", line, headings=headings)
    assert project.left_out()["state"].tolist() == ["quarantined"]
    assert project.erase(before=dt.date(2016, 1, 1)) == 1
    assert not holds(project, MARK)
    assert bring("two.csv", line, f"A2{line[2:]}", headings=headings).refused == 2


def test_a_shift_that_could_not_be_read_is_erased_by_its_date(project, bring, adds_up):
    bring("log.csv", f"04/02/2015,18:00-02:00,,{MARK},Y", headings="Date,Start,End,Police staffed,NHS staffed")
    assert project.erase(before=dt.date(2016, 1, 1)) == 1
    assert not holds(project, MARK)
    assert adds_up()


def test_rows_without_a_readable_date_stay_and_are_counted(project, bring, adds_up):
    bring("one.csv", NEWER, "A1,a Thursday,19:00,NN1 1AA,,", "A2,,,NN1 1AA,20,")
    assert project.erase(before=dt.date(2016, 1, 1)) == 0
    assert project.undated() == 2
    assert adds_up()


def test_what_was_decided_of_an_erased_record_goes_with_it(project, bring):
    bring("one.csv", OLD, OLD_WRONG)
    bring("team.csv", NEW, source="mental_health")
    project.settle([("police:oldref9", "mental_health:b1", "same")])
    project.discard("police:oldref8", "a test call")
    project.undo(project.ledger().set_index("name").loc["one.csv", "sha256"])
    assert holds(project, "oldref9")
    bring("one.csv", OLD, OLD_WRONG)
    assert project.erase(before=dt.date(2016, 1, 1)) == 2
    assert not holds(project, "oldref")
    assert project.decisions().empty


def test_a_conflict_ends_when_the_earlier_record_is_erased_by_its_date(project, bring, adds_up):
    bring("one.csv", "A1,04/02/2015,19:00,NN1 1AA,20,")
    bring("two.csv", "A1,04/02/2016,19:00,NN1 1AA,20,")
    assert project.left_out()["state"].tolist() == ["quarantined"]
    project.erase(before=dt.date(2016, 1, 1))
    assert project.incidents()["file"].tolist() == ["two.csv"]
    assert adds_up()


def test_a_retention_period_erases_at_once_and_at_every_import(project, bring, adds_up, monkeypatch):
    monkeypatch.setattr(limits, "today", lambda: dt.date(2016, 2, 10))
    bring("one.csv", OLD, NEW)
    assert (project.retention, project.set_retention(12), project.retention) == (None, 1, 12)
    assert not holds(project, MARK)
    imported = bring("two.csv", f"D1,09/02/2015,19:00,,,{MARK}", "D2,10/02/2015,19:00,,,")
    assert (imported.accepted, imported.refused) == (1, 1)
    assert project.left_out()["reason"].tolist() == ["older than the 12 months that records are kept"]
    monkeypatch.setattr(limits, "today", lambda: dt.date(2016, 2, 11))
    bring("three.csv", "D3,11/02/2016,19:00,,,")
    assert project.incidents()["incident_id"].tolist() == ["police:b1", "police:d3"]
    assert adds_up()
    assert project.set_retention(1) == 0
    assert project.history()["detail"].iloc[0] == "1 month"
    assert project.set_retention(None) == 0
    assert project.retention is None


def test_a_retention_period_is_a_whole_number_of_months(project):
    with pytest.raises(ProjectError, match="give 1 or more"):
        project.set_retention(0)


def test_an_import_that_is_taken_back_with_its_decisions_leaves_no_byte(filled):
    filled.undo(filled.ledger().iloc[0]["sha256"], with_decisions=True)
    assert not holds(filled, MARK)
    assert not holds(filled, "oldref")


def test_files_as_received_that_lie_in_the_folder_are_named(tmp_path, project):
    assert project.files_beside() == ()
    demonstration = make_demonstration(tmp_path / "weeks", "weeks")
    assert [path.parent.name for path in demonstration.files_beside()] == ["extracts"] * 3
