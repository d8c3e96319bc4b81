"""The log of exports: who, when, what left, and nothing from which a record could be read."""

import pytest

from geo.errors import DisclosureError
from geo.release.ledger import Cell, Release, check_release
from geo.store.database import DATABASE
from geo.store.releases import Made

SELECTION = "districts 2011-2021, police, first record to last record"


def release(records, shown, mode="release", at="2016-07-01T09:00:00+00:00"):
    return Release(at, mode, SELECTION, (Cell("Corby", "incidents", shown, frozenset(records)),))


def log(project, one, check=check_release):
    project.log_export(one, check, Made("A. Analyst", "districts", "csv"))


def test_a_project_that_exported_nothing_has_an_empty_log(project):
    assert project.exports().empty
    assert project.releases() == ()


def test_an_export_is_logged_with_who_and_when(project):
    log(project, Release("2016-07-01T09:00:00+00:00", "working", SELECTION, ()))
    assert project.exports().to_dict("records") == [
        {
            "at": "2016-07-01T09:00:00+00:00",
            "by": "A. Analyst",
            "mode": "working",
            "selection": SELECTION,
            "layers": "districts",
            "formats": "csv",
        }
    ]
    assert project.releases() == ()


def test_what_left_is_kept_as_marks_that_are_the_same_for_the_same_record(project):
    log(project, release({"police:k1", "police:k2"}, None))
    log(project, release({"police:k1"}, None), check=lambda *_: None)
    first, second = project.releases()
    (wide,), (narrow,) = first.cells, second.cells
    assert narrow.marks < wide.marks
    assert len(wide.marks) == 2
    assert b"police:k1" not in (project.folder / DATABASE).read_bytes()


def test_the_same_release_again_is_logged_and_not_kept_twice(project):
    for at in ("2016-07-01T09:00:00+00:00", "2016-08-01T09:00:00+00:00"):
        log(project, release({f"police:k{n}" for n in range(40)}, 40, at=at))
    assert len(project.exports()) == 2
    assert len(project.releases()) == 1


def test_a_refused_release_leaves_no_trace(project):
    log(project, release({f"police:k{n}" for n in range(40)}, 40))
    with pytest.raises(DisclosureError, match="differ by 3"):
        log(project, release({f"police:k{n}" for n in range(43)}, 45))
    assert len(project.exports()) == 1


def test_the_log_is_no_change_of_the_project(project):
    before = project.version
    log(project, release({"police:k1"}, None))
    assert project.version == before
    assert "police:k1" not in project.history().to_csv()


def test_an_erased_record_still_counts_in_what_left(project, bring):
    bring("one.csv", *(f"K{n},01/02/2016,18:{n:02},NN1 1AA,30," for n in range(12)))
    ids = set(project.incidents()["incident_id"])
    log(project, release(ids, 10))
    project.erase(reference="K3")
    with pytest.raises(DisclosureError, match="differ by 1"):
        log(project, release(set(project.incidents()["incident_id"]), 10))
    assert b"K3" not in (project.folder / DATABASE).read_bytes()
