"""Plans that are kept by name: renamed, copied, removed, told in the history, and never a change of the data."""

import sqlite3
import tomllib
from contextlib import closing

import pytest

import geo
from geo.errors import ProjectError
from geo.store.project import open_project

TOML = geo.presets()["Thames Valley"].to_toml()


@pytest.fixture
def kept(project):
    project.save_scenario("Later", TOML)
    return project


def test_a_copy_is_the_same_plan_under_its_own_name(kept):
    kept.copy_scenario("Later", "Later still")
    first, second = (tomllib.loads(kept.scenarios()[name]) for name in ("Later", "Later still"))
    assert second.pop("name") == "Later still"
    first.pop("name")
    assert first == second


def test_a_renamed_plan_has_one_name(kept):
    kept.rename_scenario("Later", "Latest")
    assert list(kept.scenarios()) == ["Latest"]
    assert tomllib.loads(kept.scenarios()["Latest"])["name"] == "Latest"


def test_a_removed_plan_is_gone_and_removing_it_again_says_so(kept):
    kept.remove_scenario("Later")
    assert kept.scenarios() == {}
    with pytest.raises(ProjectError, match="no plan called 'Later' is kept"):
        kept.remove_scenario("Later")


@pytest.mark.parametrize(
    ("name", "because"),
    [
        *((name, "cannot be") for name in ("", " Late", "a|b", "x" * 61)),
        ("Operation Alloy", "published scheme"),
        ("Later", "kept already"),
    ],
)
def test_a_name_that_is_not_free_is_refused_and_nothing_changes(kept, name, because):
    with pytest.raises(ProjectError, match=because):
        kept.rename_scenario("Later", name)
    assert list(kept.scenarios()) == ["Later"]


def test_the_history_tells_of_plans_and_the_data_stay_the_same(project):
    before = project.version, project.contents
    project.save_scenario("Later", TOML)
    project.copy_scenario("Later", "Copy")
    project.rename_scenario("Copy", "Other")
    project.remove_scenario("Other")
    assert (project.version, project.contents) == before
    told = project.history()
    assert told["what"].tolist()[:4] == ["plan removed", "plan renamed", "plan copied", "plan kept"]
    assert told["detail"].tolist()[:4] == ["Other", "Copy, now Other", "Later, as Copy", "Later"]
    assert list(project.kept_at().index) == ["Later"]


def test_a_change_of_the_data_changes_what_a_link_says_of_them(project, bring):
    before = project.contents
    bring("a.csv", "A1,29/10/2016,23:30,NN1 1AA,,")
    assert project.contents != before
    assert len(project.contents) == 8


def test_who_did_it_stands_in_the_history_also_of_a_project_that_had_no_column_for_it(project, monkeypatch):
    with closing(sqlite3.connect(project.folder / "project.sqlite")) as database:
        database.execute('ALTER TABLE history DROP COLUMN "by"')
    older = open_project(project.folder)
    assert older.history()["by"].tolist() == [""]
    before = older.version
    monkeypatch.setenv("LOGNAME", "an analyst")
    older.save_scenario("Later", TOML)
    assert older.history()["by"].tolist() == ["an analyst", ""]
    assert older.version == before
