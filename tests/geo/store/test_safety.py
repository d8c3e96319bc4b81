"""Full disks, folders that cannot be written, locked databases, killed processes: a sentence, and the old state."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

import geo
from geo.errors import ProjectError
from geo.store import database
from geo.store.intake import import_file
from geo.store.project import create_project, open_project

GAZETTEER = geo.Gazetteer.default()
KILLS = Path(__file__).resolve().parents[3] / "benchmarks" / "reliability" / "kills.py"


@pytest.fixture
def large(tmp_path):
    """A file that needs some hundreds of kilobytes in the database."""
    file = tmp_path / "large.csv"
    names = ("ZEBRA" if n == 77 else f"R{n}" for n in range(1500))  # one that no other record's mark can look like
    rows = (f"{name},04/02/2016,19:00,NN1 1AA,20,{'a long note ' * 40}" for name in names)
    file.write_text("\n".join(["Ref,Date,Time,Postcode,Minutes,Notes", *rows, ""]))
    return file


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Mount something at a folder, or skip where that is not allowed."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_in_words_and_changes_nothing(tmp_path, project, large):
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=700k", "tmpfs") as disk:
        small = create_project(disk / "small", project.facts)
        version = small.version
        with pytest.raises(ProjectError, match=r"the disk that holds .* is full; nothing was changed: free some space"):
            import_file(small, large, "police", GAZETTEER)
        assert small.version == version
        assert small.ledger().empty
        assert small.incidents().empty
        assert [path.name for path in small.folder.iterdir()] == ["project.sqlite"]


def test_records_are_erased_also_where_the_disk_has_no_room_to_pack(tmp_path, project, large):
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=4m", "tmpfs") as disk:
        small = create_project(disk / "small", project.facts)
        import_file(small, large, "police", GAZETTEER)
        name, kept = re.compile(rb"police:zebra"), small.folder / "project.sqlite"
        assert name.search(kept.read_bytes())
        (disk / "filler").write_bytes(b"0" * (shutil.disk_usage(disk).free - 400_000))
        with pytest.raises(ProjectError, match=r"the records are gone from .*, but it could not be packed afterwards"):
            small.erase(reference="ZEBRA")
        assert len(small.incidents()) == 1499
        assert not name.search(kept.read_bytes())
        assert small.ledger()["erased"].tolist() == [1]


def test_a_file_that_may_not_grow_is_said_in_words_and_changes_nothing(project, large):
    version = project.version
    code = (
        "import resource, sys\nfrom pathlib import Path\nimport geo\nfrom geo.store.intake import import_file\n"
        "from geo.store.project import open_project\ngazetteer = geo.Gazetteer.default()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n    import_file(open_project(Path(sys.argv[1])), Path(sys.argv[2]), 'police', gazetteer)\n"
        "except geo.ProjectError as error:\n    print(error)\n"
    )
    command = [sys.executable, "-c", code, str(project.folder), str(large)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"the disk that holds {project.folder} could not be written (")
    assert "nothing was changed: check that it is there and has room" in said
    assert said.count("\n") == 1
    assert project.version == version
    assert project.incidents().empty


def test_a_folder_that_cannot_be_written_can_be_read_and_says_so(tmp_path, project, bring, large):
    bring("one.csv", "A1,04/02/2016,19:00,NN1 1AA,20,")
    with read_only(project.folder, tmp_path / "view") as folder:
        seen = open_project(folder)
        assert seen.incidents()["incident_id"].tolist() == ["police:a1"]
        with pytest.raises(ProjectError, match="cannot be written; nothing was changed: choose a folder"):
            import_file(seen, large, "police", GAZETTEER)
        with pytest.raises(ProjectError, match="cannot be written"):
            seen.erase(reference="A1")
        with pytest.raises(ProjectError, match="cannot be written"):
            create_project(folder / "new", project.facts)
    assert project.incidents()["incident_id"].tolist() == ["police:a1"]


@contextmanager
def read_only(folder: Path, view: Path) -> Iterator[Path]:
    """Give a folder that this user, root too, cannot write."""
    if os.geteuid():
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)
        return
    with mounted(view, "--bind", str(folder)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(view)], check=True)
        yield view


def test_a_project_that_another_program_writes_into_says_so(project, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(project.folder / "project.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProjectError, match=r"another program is writing into .*: try again in a minute"):
            project.save_scenario("one", "")
        other.execute("ROLLBACK")
    assert project.scenarios() == {}


def test_what_fails_in_the_middle_of_a_change_changes_nothing(project, bring, monkeypatch):
    bring("one.csv", "A1,04/02/2016,19:00,NN1 1AA,20,")
    version = project.version
    monkeypatch.setattr("geo.store.keeping.close_line", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring("two.csv", "A2,04/02/2016,19:00,NN1 1AA,20,")
    assert project.version == version
    assert len(project.incidents()) == 1


@pytest.mark.parametrize("times", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_an_import_killed_at_any_moment_leaves_the_old_state_or_the_new(tmp_path, times):
    spec = spec_from_file_location("kills", KILLS)
    kills = module_from_spec(spec)
    sys.modules["kills"] = kills
    spec.loader.exec_module(kills)
    outcomes = kills.kill_imports(tmp_path, kills.set_stage(tmp_path, 1500), times, seed=0)
    assert len(outcomes) == times
    assert {outcome.state for outcome in outcomes} <= {"old", "new"}
    assert all(outcome.went_on for outcome in outcomes)
    assert any(outcome.state == "old" for outcome in outcomes)
