"""Layers, tables and facilities of a project: whole or absent, and only as they were kept."""

import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import pytest
import shapely

from geo.errors import ProjectError
from geo.places.areas import read_areas
from geo.places.code_tables import read_code_table
from geo.places.facilities import Facility, FacilityList
from geo.store.project import open_project


@pytest.fixture
def beats(tmp_path):
    """A layer of two beats, as it is read from a file."""
    shapes = [shapely.box(470_000, 255_000, 480_000, 265_000), shapely.box(480_000, 255_000, 490_000, 265_000)]
    frame = gpd.GeoDataFrame({"name": ["West", "East"], "code": ["1", "2"]}, geometry=shapes, crs="EPSG:27700")
    frame.to_file(tmp_path / "beats.gpkg")
    return read_areas(tmp_path / "beats.gpkg")


@pytest.fixture
def figures(tmp_path):
    (tmp_path / "imd.csv").write_text("code,imd decile\nE01027223,4\nE01027224,\nx,1\n")
    return read_code_table(tmp_path / "imd.csv")


def files(project):
    return sorted(path.name for path in (project.folder / "layers").glob("*"))


def test_a_project_without_layers_has_none_and_its_database_is_left_alone(project):
    before = (project.folder / "project.sqlite").read_bytes()
    assert project.layers().empty
    assert project.facilities.facilities == ()
    assert (project.folder / "project.sqlite").read_bytes() == before


def test_a_layer_comes_back_as_it_was_kept(project, beats):
    version = project.version
    project.keep_layer(beats, "Beats", edition="Force, 2024")
    row = project.layers().iloc[0]
    assert (row["name"], row["kind"], row["edition"], row["received"]) == (
        "Beats",
        "areas",
        "Force, 2024",
        "beats.gpkg",
    )
    assert row["rows_read"] == row["kept"] + row["repaired"] + row["refused"] == 2
    again = open_project(project.folder).areas("Beats")
    assert again.drop(columns="geometry").to_dict() == beats.frame.drop(columns="geometry").to_dict()
    assert again.geometry.geom_equals(beats.frame.geometry).all()
    assert again.crs.to_epsg() == 27700
    assert project.version != version
    assert project.history()["what"].iloc[0] == "layer kept"


def test_a_table_by_code_comes_back_with_its_blanks(project, figures):
    project.keep_layer(figures, "IMD")
    again = project.figures("IMD")
    assert again["imd_decile"].isna().tolist() == [False, True]
    assert project.layers()["holds"].tolist() == ["imd_decile, LSOA codes of 2011"]
    assert project.layers()[["rows_read", "kept", "refused"]].iloc[0].tolist() == [3, 2, 1]


def test_one_of_the_same_name_is_replaced_and_its_file_goes(project, beats, figures):
    project.keep_layer(beats, "A")
    old = files(project)
    project.keep_layer(figures, "A")
    assert project.layers()["kind"].tolist() == ["figures"]
    assert len(files(project)) == 1
    assert files(project) != old


def test_two_names_of_one_content_share_a_file_until_both_are_gone(project, beats):
    project.keep_layer(beats, "A")
    project.keep_layer(beats, "B")
    assert len(files(project)) == 1
    project.remove_layer("A")
    assert len(project.areas("B")) == 2
    project.remove_layer("B")
    assert files(project) == []
    with pytest.raises(ProjectError, match="has no layer 'B'; nothing was removed"):
        project.remove_layer("B")


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_layer_that_cannot_be_kept_leaves_nothing(project, beats, name):
    with pytest.raises(ProjectError, match="needs a name of 1 to 80 letters"):
        project.keep_layer(beats, name)
    assert project.layers().empty
    assert files(project) == []


def test_a_hostile_name_is_a_name_and_never_a_path(project, beats):
    name = "../../<img src=x onerror=1>'); DROP TABLE layers;--"
    project.keep_layer(beats, name)
    assert project.layers()["name"].tolist() == [name]
    assert len(project.areas(name)) == 2
    assert sorted(path.name for path in project.folder.iterdir()) == ["layers", "project.sqlite"]


def test_a_file_that_is_gone_or_changed_is_said(project, beats):
    project.keep_layer(beats, "Beats")
    (path,) = (project.folder / "layers").glob("*.parquet")
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ProjectError, match="is not the one that was kept"):
        project.areas("Beats")
    path.unlink()
    with pytest.raises(ProjectError, match=r"is gone .*; remove it and bring it in again"):
        project.areas("Beats")
    with pytest.raises(ProjectError, match="has no areas called 'x'; it has 'Beats'"):
        project.areas("x")


def test_layers_hold_no_records_and_are_not_named_when_records_are_erased(project, beats):
    project.keep_layer(beats, "Beats")
    (project.folder / "log.csv").write_text("as received")
    assert [path.name for path in project.files_beside()] == ["log.csv"]


def test_the_ledger_of_a_layer_is_held_by_the_database(project, beats):
    project.keep_layer(beats, "Beats")
    with closing(sqlite3.connect(project.folder / "project.sqlite")) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute("UPDATE layers SET kept = kept + 1")


def test_facilities_are_kept_in_their_order_and_replaced_whole(project):
    two = FacilityList(
        (Facility("base", "A", 1.0, 2.0, "NN1 5BD", "daily 18:00-24:00", "x"), Facility("other", "B", 3, 4))
    )
    project.set_facilities(two)
    assert open_project(project.folder).facilities.facilities == two.facilities
    project.set_facilities(FacilityList(two.facilities[1:]))
    assert [one.name for one in project.facilities.facilities] == ["B"]


def test_a_project_stays_of_its_format(project, beats):
    project.keep_layer(beats, "Beats")
    with closing(sqlite3.connect(project.folder / "project.sqlite")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
    assert json.dumps(open_project(project.folder).layers()["name"].tolist()) == '["Beats"]'
