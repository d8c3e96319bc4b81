import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geo.errors import PlaceError, SourceError
from geo.routing import child

PROGRAM = "from geo.routing import child; from geo.errors import *; import os, sys, time; child.serve({work})"


def run(work, seconds=60, tell=child.silent, **order):
    child.run(PROGRAM.format(work=work), order, deadline_seconds=seconds, tell=tell)


def test_what_the_child_says_is_told_and_what_it_prints_is_not():
    told = []
    run("lambda order, say: (print('noise'), say(doing=order['name']), say(said='busy'))", tell=told.append, name="Ü")
    assert [line for line in told if "…" not in line] == ["Ü", "busy"]


def test_what_the_child_refuses_is_raised_here_in_its_own_kind():
    with pytest.raises(PlaceError, match="no such county"):
        run("lambda order, say: (_ for _ in ()).throw(PlaceError('no such county'))")


@pytest.mark.parametrize(
    ("work", "words"),
    [
        ("lambda order, say: os._exit(7)", "ended with code 7"),
        ("lambda order, say: os.kill(os.getpid(), 11)", "ended with code -11"),
        ("lambda order, say: 1 / 0", r"ended with code 1 \(ZeroDivisionError: division by zero\)"),
        ("lambda order, say: (_ for _ in ()).throw(MemoryError)", "this takes more than 8 GB of memory"),
        ("nonsense", "ended with code 1 .*nonsense"),
    ],
)
def test_a_child_that_crashes_is_a_plain_sentence(work, words):
    with pytest.raises(SourceError, match=words):
        run(work)


def test_the_child_is_ended_at_the_deadline_and_the_last_answer_named(tmp_path):
    mark = tmp_path / "child"
    work = f"lambda order, say: (open({str(mark)!r}, 'w').write(str(os.getpid())), say(said='busy'), time.sleep(600))"
    with pytest.raises(child.OverdueError, match="no answer within 6 seconds; busy"):
        run(work, seconds=6)
    assert not is_running(int(mark.read_text()))


def test_waiting_is_told_once_a_second():
    told = []
    run("lambda order, say: (say(doing='asking'), time.sleep(2.5))", tell=told.append)
    assert len([line for line in told if line.startswith("asking … ")]) in {1, 2}


def test_a_child_ends_itself_when_its_parent_is_gone(tmp_path):
    mark = tmp_path / "child"
    work = f"lambda order, say: (open({str(mark)!r}, 'w').write(str(os.getpid())), time.sleep(60))"
    parent = f"from geo.routing import child; child.run({PROGRAM.format(work=work)!r}, {{}}, deadline_seconds=60)"
    root = str(Path(__file__).resolve().parents[3])
    process = subprocess.Popen([sys.executable, "-c", parent], env=os.environ | {"PYTHONPATH": root})
    assert until(lambda: mark.exists() and mark.read_text())
    process.kill()
    process.wait()
    assert until(lambda: not is_running(int(mark.read_text())))


def until(true, seconds=30):
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def is_running(number):
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
