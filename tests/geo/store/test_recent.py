"""The list of recent projects: paths and times, whole or not at all."""

import json
import shutil

import pytest

from geo.errors import SourceError
from geo.settings import cache_folder, settings_folder
from geo.store.project import Project, create_project
from geo.store.recent import MOST, find_recent, forget, note_opened, read_recent


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIAGE_MAP_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path / "cache"))


def test_the_last_project_opened_comes_first_and_once(tmp_path, project, facts):
    other = create_project(tmp_path / "other", facts)
    for opened in (project, other, project):
        note_opened(opened)
    assert [one.folder for one in read_recent()] == [project.folder, other.folder]


def test_the_list_holds_paths_and_times_and_nothing_else(project):
    note_opened(project)
    kept = json.loads((settings_folder() / "recent.json").read_text(encoding="utf-8"))
    assert [sorted(row) for row in kept["projects"]] == [["folder", "opened_at"]]
    assert project.facts.name not in json.dumps(kept)


def test_the_list_stays_short(tmp_path):
    for number in range(MOST + 3):
        note_opened(Project(tmp_path / str(number)))
    assert [one.folder.name for one in read_recent()] == [str(number) for number in range(MOST + 2, 2, -1)]


def test_a_vanished_project_is_told_and_can_be_forgotten(project):
    note_opened(project)
    shutil.rmtree(project.folder)
    (gone,) = read_recent()
    assert gone.open() is None
    forget(gone.folder)
    assert read_recent() == ()


def test_a_demonstration_in_the_cache_is_not_listed(facts):
    note_opened(create_project(cache_folder() / "demonstration", facts))
    assert read_recent() == ()


def test_a_list_that_cannot_be_read_says_what_to_do(project):
    settings_folder().mkdir()
    (settings_folder() / "recent.json").write_text("[1", encoding="utf-8")
    with pytest.raises(SourceError, match="delete that file: no project is lost"):
        note_opened(project)


def test_a_project_is_found_by_the_origin_that_its_copy_shares(tmp_path, project, facts):
    copy = Project(shutil.copytree(project.folder, tmp_path / "copy"))
    note_opened(create_project(tmp_path / "other", facts))
    assert find_recent(project.origin) is None
    note_opened(copy)
    assert find_recent(project.origin) == copy
