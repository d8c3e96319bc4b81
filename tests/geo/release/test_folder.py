"""Folders of files put in place whole, also when the writer is killed."""

import hashlib
import json
import subprocess
import sys
import time

import pytest

from geo.errors import ProjectError
from geo.release.folder import ABOUT, earlier_files, write_folder

CHILD = """
import sys
from pathlib import Path
from geo.release.folder import write_folder

def write(stage):
    for number in range(40):
        (stage / f"layer-{number}.csv").write_bytes(b"new" * 40_000)

print("ready", flush=True)
while True:
    write_folder(Path(sys.argv[1]), write, {"mode": "release"}, lambda: None)
"""


def writer(content, *names):
    return lambda stage: [(stage / name).write_text(content) for name in names]


def test_files_stand_in_place_with_their_checksums(tmp_path):
    files = write_folder(tmp_path / "out", writer("text", "a.csv", "b.csv"), {"mode": "release"}, lambda: None)
    assert [path.name for path in files] == ["a.csv", "b.csv", ABOUT]
    about = json.loads((tmp_path / "out" / ABOUT).read_text())
    assert about["sha256"] == dict.fromkeys(["a.csv", "b.csv"], hashlib.sha256(b"text").hexdigest())
    assert "unfinished" not in about
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_refused_leaves_nothing(tmp_path):
    def refuse():
        raise ProjectError("no")

    with pytest.raises(ProjectError, match="no"):
        write_folder(tmp_path / "out", writer("text", "a.csv"), {"mode": "release"}, refuse)
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_was_stopped_is_replaced_by_the_next(tmp_path):
    write_folder(tmp_path / "out", writer("old", "a.csv", "gone.csv"), {"mode": "release"}, lambda: None)
    about = json.loads((tmp_path / "out" / ABOUT).read_text())
    half = about | {"sha256": {"b.csv": ""}, "unfinished": ["a.csv", "gone.csv"]}
    (tmp_path / "out" / ABOUT).write_text(json.dumps(half))
    (tmp_path / ".out-triage-map-left").mkdir()
    write_folder(tmp_path / "out", writer("new", "a.csv"), {"mode": "release"}, lambda: None)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a.csv", ABOUT}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("milliseconds", [5, 40, 90])
def test_a_kill_leaves_each_file_old_or_new_and_whole(tmp_path, milliseconds):
    out = tmp_path / "out"
    names = [f"layer-{number}.csv" for number in range(40)]
    write_folder(out, writer("old" * 40_000, *names), {"mode": "release"}, lambda: None)
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(out)], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout.readline() == "ready\n"
        time.sleep(milliseconds / 1000)
        child.kill()
    assert {(out / name).read_bytes() for name in names} <= {b"old" * 40_000, b"new" * 40_000}
    assert {path.name for path in earlier_files(out, "release")} == {*names, ABOUT}
