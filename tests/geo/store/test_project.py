"""Projects: whole or absent, idempotent, faithful to what was read."""

import shutil
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

import geo
from geo.errors import PlaceError, ProjectError
from geo.store.intake import import_file, make_demonstration
from geo.store.loading import Selection, select
from geo.store.project import create_project, new_project, open_project

GAZETTEER = geo.Gazetteer.default()


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    return make_demonstration(tmp_path_factory.mktemp("demo") / "weeks", "weeks")


def test_a_new_project_knows_what_it_is_about(tmp_path, facts):
    project = create_project(tmp_path / "new", facts)
    assert open_project(tmp_path / "new").facts == facts
    assert project.incidents().empty
    assert project.shifts().empty


def test_a_new_project_is_made_from_county_and_postcode(tmp_path):
    facts = new_project(tmp_path / "alloy", "northamptonshire", "nn11de").facts
    assert (facts.name, facts.county, facts.base.postcode) == ("Northamptonshire: alloy", "Northamptonshire", "NN1 1DE")
    assert new_project(tmp_path / "named", "Northamptonshire", "NN1 1DE", " Alloy ").facts.name == "Alloy"


def test_a_base_in_another_part_of_the_country_makes_no_project(tmp_path):
    with pytest.raises(PlaceError, match="lies 42 km outside Northamptonshire, whose roads reach 10 km"):
        new_project(tmp_path / "far", "Northamptonshire", "CB1 1JW")
    assert list(tmp_path.iterdir()) == []


def test_the_ledger_adds_up(weeks):
    ledger = weeks.ledger()
    assert (ledger["rows_read"] == ledger["accepted"] + ledger["quarantined"] + ledger["refused"]).all()
    assert len(weeks.incidents()) + len(weeks.shifts()) == ledger["accepted"].sum()
    assert len(weeks.left_out()) == (ledger["quarantined"] + ledger["refused"]).sum()


def test_the_same_file_twice_changes_nothing(weeks, tmp_path):
    copy = shutil.copytree(weeks.folder, tmp_path / "copy")
    project = open_project(copy)
    version = project.version
    file = next((copy / "extracts").glob("*.xlsx"))
    assert import_file(project, file, "mental_health", GAZETTEER) is None
    assert import_file(project, next((copy / "extracts").glob("*shift-log.csv")), "police", GAZETTEER) is None
    assert len(project.incidents()) == len(weeks.incidents())
    assert project.version == version


def test_times_come_back_as_they_went_in(project, bring, tmp_path):
    rows = ("A1,29/10/2016,23:30,NN1 1AA,,", "A2,30/10/2016,01:30,,,", "A3,27/03/2016,01:30,,,", "A4,04/02/2016,,,,")
    bring("clocks.csv", *rows)
    read = geo.read_extract(tmp_path / "received" / "clocks.csv", source="police").accepted
    again = project.incidents()
    assert str(again["received_at"].dtype) == "datetime64[us, Europe/London]"
    assert again["received_at_alternative"].notna().tolist() == [False, True, True, False]
    for column in geo.tables.INCIDENT_COLUMNS:
        if column.name not in {"postcode", "person_key"}:
            pd.testing.assert_series_equal(again[column.name], read[column.name], check_freq=False)
    assert again.crs.to_epsg() == 27700


def test_a_project_of_an_older_format_says_what_to_do(project):
    with closing(sqlite3.connect(project.folder / "project.sqlite")) as database:
        database.execute("PRAGMA user_version = 1")
    with pytest.raises(
        ProjectError, match="has the older format 1, not 2; make a new project and import its files again"
    ):
        open_project(project.folder)


def test_an_occupied_folder_is_left_alone(tmp_path, facts):
    (tmp_path / "keep.txt").write_text("mine")
    with pytest.raises(ProjectError, match="is not empty; choose a folder that does not exist yet"):
        create_project(tmp_path, facts)
    assert [path.name for path in tmp_path.iterdir()] == ["keep.txt"]


def test_a_project_that_fails_while_it_is_made_leaves_nothing(tmp_path, facts):
    def fill(project):
        (project.folder / "half").write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(ProjectError, match="No space left on device"):
        create_project(tmp_path / "new", facts, fill)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_project_says_how_to_make_one(tmp_path):
    with pytest.raises(ProjectError, match="holds no project"):
        open_project(tmp_path)


def test_a_damaged_database_is_said_to_be_damaged(weeks, tmp_path):
    copy = shutil.copytree(weeks.folder, tmp_path / "copy")
    (copy / "project.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    with pytest.raises(ProjectError, match="cannot be used"):
        open_project(copy)


@pytest.mark.parametrize("content", [b"", b"x", b"a note\n", b"a longer note\n" * 200])
def test_an_empty_or_foreign_database_is_damaged_and_not_of_an_older_format(project, content):
    (project.folder / "project.sqlite").write_bytes(content)
    with pytest.raises(ProjectError, match=r"is damaged .*; check the folder or restore a copy"):
        open_project(project.folder)


def test_person_keys_do_not_travel_between_projects(weeks, tmp_path):
    other = make_demonstration(tmp_path / "again", "weeks")
    assert weeks.person_secret != other.person_secret
    keys = set(weeks.incidents()["person_key"]) - {""}
    assert keys
    assert not keys & set(other.incidents()["person_key"])


def test_scenarios_are_kept_by_name(project):
    toml = geo.presets()["Thames Valley"].to_toml()
    project.save_scenario("TVP", toml)
    assert project.scenarios() == {"TVP": toml}


def test_a_period_keeps_the_undated_and_drops_the_rest(weeks):
    import datetime as dt

    first, last = dt.date(2016, 2, 1), dt.date(2016, 2, 7)
    incidents, shifts = select(weeks, Selection("mental_health", first, last))
    assert (len(incidents), len(shifts)) == (8, 7)
