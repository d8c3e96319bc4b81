"""Projects: whole or absent, idempotent, faithful to what was read."""

import shutil

import pandas as pd
import pytest

import geo
from geo.errors import ProjectError
from geo.places.bases import Base
from geo.store.intake import import_file, make_demonstration
from geo.store.loading import Selection, select
from geo.store.project import Facts, create_project, open_project

GAZETTEER = geo.Gazetteer.default()
FACTS = Facts("A project", "Northamptonshire", Base("base", 475166.0, 257423.0, "NN4 0JQ"))


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    return make_demonstration(tmp_path_factory.mktemp("demo") / "weeks", "weeks")


def test_a_new_project_knows_what_it_is_about(tmp_path):
    project = create_project(tmp_path / "new", FACTS)
    assert open_project(tmp_path / "new").facts == FACTS
    assert project.incidents().empty
    assert project.shifts().empty


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


def test_a_failed_import_leaves_the_old_state(weeks, tmp_path):
    project = open_project(shutil.copytree(weeks.folder, tmp_path / "copy"))
    version = project.version
    other = tmp_path / "other.csv"
    other.write_text("Ref,Date,Time,Postcode\nA1,01/02/2016,19:00,NN1 1AA\n", encoding="utf-8")
    extract = geo.read_extract(other, source="police")
    located = geo.locate(extract.accepted, GAZETTEER).drop(columns="district")
    with pytest.raises(geo.SchemaError, match="'district'"):
        project.add_extract(other, extract, located)
    assert project.version == version


def test_times_come_back_as_they_went_in(tmp_path):
    file = tmp_path / "autumn.csv"
    file.write_text("Ref,Date,Time,Postcode\nA1,29/10/2016,23:30,NN1 1AA\nA2,,,\n", encoding="utf-8")
    extract = geo.read_extract(file, source="police")
    located = geo.locate(extract.accepted, GAZETTEER)
    project = create_project(tmp_path / "p", FACTS)
    project.add_extract(file, extract, located)
    again = project.incidents()
    assert str(again["received_at"].dtype) == "datetime64[us, Europe/London]"
    pd.testing.assert_series_equal(
        again["received_at"], located["received_at"].reset_index(drop=True), check_freq=False
    )
    assert again.crs.to_epsg() == 27700


def test_an_occupied_folder_is_left_alone(tmp_path):
    (tmp_path / "keep.txt").write_text("mine")
    with pytest.raises(ProjectError, match="is not empty; choose a folder that does not exist yet"):
        create_project(tmp_path, FACTS)
    assert [path.name for path in tmp_path.iterdir()] == ["keep.txt"]


def test_a_project_that_fails_while_it_is_made_leaves_nothing(tmp_path):
    def fill(project):
        (project.folder / "half").write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(ProjectError, match="No space left on device"):
        create_project(tmp_path / "new", FACTS, fill)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_project_says_how_to_make_one(tmp_path):
    with pytest.raises(ProjectError, match="holds no project"):
        open_project(tmp_path)


def test_a_damaged_database_is_said_to_be_damaged(weeks, tmp_path):
    copy = shutil.copytree(weeks.folder, tmp_path / "copy")
    (copy / "project.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    with pytest.raises(ProjectError, match="cannot be used"):
        open_project(copy)


def test_person_keys_do_not_travel_between_projects(weeks, tmp_path):
    other = make_demonstration(tmp_path / "again", "weeks")
    assert weeks.person_secret != other.person_secret
    keys = set(weeks.incidents()["person_key"]) - {""}
    assert keys
    assert not keys & set(other.incidents()["person_key"])


def test_scenarios_are_kept_by_name(tmp_path):
    project = create_project(tmp_path / "p", FACTS)
    toml = geo.presets()["Thames Valley"].to_toml()
    project.save_scenario("TVP", toml)
    assert project.scenarios() == {"TVP": toml}


def test_a_period_keeps_the_undated_and_drops_the_rest(weeks):
    import datetime as dt

    first, last = dt.date(2016, 2, 1), dt.date(2016, 2, 7)
    incidents, shifts = select(weeks, Selection("mental_health", first, last))
    assert (len(incidents), len(shifts)) == (8, 7)
