"""Taking an import back: whole, and without losing what other files delivered too."""

import pytest

import geo
from geo.errors import ProjectError
from geo.incidents.read import Mend
from geo.store.intake import SYNTHETIC, make_demonstration

GAZETTEER = geo.Gazetteer.default()
A1 = "A1,04/02/2016,19:00,NN1 1AA,20,"
A2 = "A2,05/02/2016,20:00,,30,officers asked"
WRONG = "A3,06/02/2016,21:00,NN1 1AA,-5,"


def sha(project, name):
    ledger = project.ledger().set_index("name")
    return ledger.loc[name, "sha256"]


def test_nothing_of_an_import_that_was_taken_back_is_left_but_its_line_in_the_history(project, bring):
    bring("one.csv", A1, WRONG, "Total,,,,15,")
    project.undo(sha(project, "one.csv"))
    assert project.incidents().empty
    assert project.left_out().empty
    assert project.ledger().empty
    assert project.notices().empty
    assert project.history()["what"].tolist()[:2] == ["import taken back", "imported"]
    assert bring("one.csv", A1, WRONG, "Total,,,,15,").rows_read == 3


def test_a_file_that_was_never_imported_cannot_be_taken_back(project):
    with pytest.raises(ProjectError, match="no import of the file"):
        project.undo("0" * 64)


def test_what_a_later_file_delivered_too_stays_as_that_files(project, bring, adds_up):
    bring("q1.csv", A1, A2, WRONG)
    bring("q2.csv", WRONG, A2, "A4,01/04/2016,20:00,NN1 1AA,10,")
    bring("q3.csv", A2)
    project.undo(sha(project, "q1.csv"))
    assert project.incidents().set_index("incident_id")[["file", "row"]].to_dict("index") == {
        "police:a2": {"file": "q2.csv", "row": 3},
        "police:a4": {"file": "q2.csv", "row": 4},
    }
    assert project.left_out()[["state", "incident_id", "file", "row"]].to_numpy().tolist() == [
        ["quarantined", "police:a3", "q2.csv", 2],
        ["refused", "", "q3.csv", 2],
    ]
    assert project.ledger()[["accepted", "quarantined", "refused"]].to_numpy().tolist() == [[2, 1, 0], [0, 0, 1]]
    assert adds_up()


def test_a_row_in_conflict_is_accepted_when_what_it_conflicts_with_is_taken_back(project, bring, adds_up):
    bring("q1.csv", A1)
    bring("q2.csv", "A1,04/02/2016,19:00,NN1 1AA,25,")
    bring("q3.csv", "A1,04/02/2016,19:00,NN1 1AA,26,")
    project.undo(sha(project, "q1.csv"))
    assert project.incidents()[["incident_id", "file"]].to_numpy().tolist() == [["police:a1#2", "q2.csv"]]
    waiting = project.left_out().iloc[0]
    assert waiting["reason"] == "reference already imported from q2.csv row 2 with other contents"
    assert adds_up()
    bring("q1.csv", A1)
    assert set(project.left_out()["incident_id"]) == {"police:a1#3", "police:a1"}
    assert adds_up()


def test_decisions_are_kept_for_the_next_time_unless_they_are_to_go_too(project, bring):
    bring("one.csv", A1, WRONG)
    bring("team.csv", A2, source="mental_health")
    project.mend([Mend("police:a1", "postcode", "NN1 1AA", "NN1 2AA")], GAZETTEER)
    project.discard("police:a3", "a test call")
    project.settle([("police:a1", "mental_health:a2", "different")])
    project.undo(sha(project, "one.csv"))
    assert (len(project.mends()), len(project.decisions())) == (1, 1)
    again = bring("one.csv", A1, WRONG)
    assert (again.accepted, again.quarantined, again.refused, again.mended) == (1, 0, 1, 1)
    assert project.left_out()["reason"].tolist() == ["a test call"]
    project.undo(sha(project, "one.csv"), with_decisions=True)
    assert (len(project.mends()), len(project.decisions())) == (0, 0)
    assert bring("one.csv", A1, WRONG).quarantined == 1


def test_the_label_of_invented_rows_goes_with_the_last_file_that_gave_it(project, bring):
    headings = "Ref,Date,Time,Postcode,Minutes,Notes,Synthetic"
    bring("one.csv", f"{A1},synthetic", headings=headings)
    bring("two.csv", f"{A2},synthetic", headings=headings)
    bring("real.csv", WRONG)
    project.undo(sha(project, "one.csv"))
    assert project.facts.synthetic.startswith("Synthetic data")
    project.undo(sha(project, "two.csv"))
    assert project.facts.synthetic == ""


def test_a_demonstration_keeps_its_own_label_whatever_is_taken_back(tmp_path):
    demonstration = make_demonstration(tmp_path / "weeks", "weeks")
    for digest in demonstration.ledger()["sha256"]:
        demonstration.undo(digest)
    assert demonstration.facts.synthetic == SYNTHETIC["weeks"]
