"""
Kill an import with SIGKILL, again and again, and look what is left: the old state or the new one, whole.

    python benchmarks/reliability/kills.py

A project that holds one quarter is given the next: new rows, rows it has already, rows that contradict it. A process of
its own imports the file and is killed: every second time at any moment from the opening of the file to the end, the
others while the database is being written. Then the project is opened, its ledger and every page of its database are
checked, and the import is made again.
"""

import datetime as dt
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from geo.places.bases import Base
from geo.places.postcodes import Gazetteer
from geo.store.intake import import_file
from geo.store.project import Facts, Project, create_project, open_project

KILLS = 100
ROWS = 6000
SEED = 136
AT_ONCE = 2
SPREAD = 1.25
"""Two at once are slower than the one that was timed; the last kills come when the import is over."""

CHILD = """
import sys
from pathlib import Path
from geo.places.postcodes import Gazetteer
from geo.store import intake
from geo.store.project import open_project

keep = intake.keep

def tell_and_keep(*given, **named):
    print("writing", flush=True)
    return keep(*given, **named)

intake.keep = tell_and_keep
project, gazetteer = open_project(Path(sys.argv[1])), Gazetteer.default()
print("reading", flush=True)
intake.import_file(project, Path(sys.argv[2]), "police", gazetteer)
print("done", flush=True)
"""
"""What is killed: an ordinary import, which says when it begins to read and when to write."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The project before and after, the file between them, and how long its import reads and writes in seconds."""

    before: Path
    after: Path
    file: Path
    reads: float
    writes: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one kill left: ``old``, ``new`` or what is wrong; whether it broke off a write; the import made again."""

    state: str
    was_writing: bool
    went_on: bool


def section() -> str:
    """Measure, and give the figures as a section of the reliability page."""
    with tempfile.TemporaryDirectory(prefix="triage-map-kills-") as folder:
        stage = set_stage(Path(folder), ROWS)
        outcomes = kill_imports(Path(folder), stage, KILLS, SEED)
    count = {state: sum(outcome.state == state for outcome in outcomes) for state in ("old", "new")}
    broken = [outcome.state for outcome in outcomes if outcome.state not in count]
    return f"""## Killed imports

`python benchmarks/reliability/kills.py`: an import of {ROWS:,} rows into a project that holds {ROWS:,} was killed with
SIGKILL {len(outcomes)} times, half of them at any moment, half while the database was being written.

| what was found afterwards | times |
|---|---:|
| the old state, whole | {count["old"]} |
| the new state, whole | {count["new"]} |
| anything else | {len(broken)}{f" (first: {broken[0]})" if broken else ""} |
| writing was broken off, and rolled back on opening | {sum(outcome.was_writing for outcome in outcomes)} |
| the import, made again, ended in the new state | {sum(outcome.went_on for outcome in outcomes)} |
"""


def set_stage(folder: Path, rows: int) -> Stage:
    """Make the project before and after the import that is to be killed, and time that import once."""
    first, second = folder / "q1.csv", folder / "q2.csv"
    first.write_text(_quarter(0, rows), encoding="utf-8")
    second.write_text(_quarter(rows // 2, rows, spoilt=True), encoding="utf-8")
    facts = Facts("Kills", "Northamptonshire", Base("base", 475166.0, 257423.0))
    before = create_project(folder / "before", facts)
    import_file(before, first, "police", Gazetteer.default())
    after = shutil.copytree(before.folder, folder / "after")
    with _import(after, second) as child:
        began, wrote, _ = [(_wait_for(child, word), time.monotonic())[1] for word in ("reading", "writing", "done")]
        ended = time.monotonic()
    return Stage(before.folder, after, second, wrote - began, ended - wrote)


def kill_imports(folder: Path, stage: Stage, kills: int, seed: int) -> Sequence[Outcome]:
    """Kill ``kills`` imports at moments spread over the whole of it and, every second one, over its writing."""
    rng = random.Random(seed)  # noqa: S311 - moments, not secrets
    moments = [
        ("writing", SPREAD * stage.writes * (number + rng.random()) / kills)
        if number % 2
        else ("reading", SPREAD * (stage.reads + stage.writes) * (number + rng.random()) / kills)
        for number in range(kills)
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda at: _kill_one(folder / f"kill-{at[0]}", stage, *at[1]), enumerate(moments)))


def _kill_one(folder: Path, stage: Stage, word: str, seconds: float) -> Outcome:
    """Kill one import some seconds after it said a word, and look at what it left."""
    shutil.copytree(stage.before, folder)
    with _import(folder, stage.file) as child:
        _wait_for(child, word)
        time.sleep(seconds)
        child.kill()
    journal = folder / "project.sqlite-journal"
    was_writing = journal.exists() and journal.stat().st_size > 0
    state = _state(folder, stage)
    import_file(open_project(folder), stage.file, "police", Gazetteer.default())
    went_on = _state(folder, stage) == "new"
    shutil.rmtree(folder)
    return Outcome(state, was_writing, went_on)


def _state(folder: Path, stage: Stage) -> str:
    """Say whether a project is as before or as after the import, or what else it is."""
    found = _contents(open_project(folder))
    with closing(sqlite3.connect(folder / "project.sqlite")) as database:
        if (checked := database.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            return str(checked)
    if found == _contents(Project(stage.before)):
        return "old"
    return "new" if found == _contents(Project(stage.after)) else "neither the old state nor the new"


def _contents(project: Project) -> tuple[str, ...]:
    """Give all that a project says of its records, but for the moment of their import."""
    ledger = project.ledger().drop(columns="imported_at")
    frames = (
        ledger,
        project.incidents().drop(columns="point"),
        project.left_out(),
        project.notices(),
        project.doubts(),
    )
    return (*(frame.to_csv() for frame in frames), *project.history()["detail"])


def _import(folder: Path, file: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", CHILD, str(folder), str(file)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _wait_for(child: "subprocess.Popen[str]", word: str) -> None:
    for line in child.stdout or ():
        if line.strip() == word:
            return
    raise RuntimeError(f"the import ended before it said {word!r}")


def _quarter(first: int, rows: int, *, spoilt: bool = False) -> str:
    """Give a quarter's extract: a row in ten is wrong, and where ``spoilt`` one in seven contradicts the one before."""
    lines = ["Ref,Date,Time,Postcode,Minutes,Notes"]
    for number in range(first, first + rows):
        at = dt.datetime(2016, 1, 1) + dt.timedelta(minutes=37 * number)  # noqa: DTZ001 - as a source writes it
        minutes = -5 if number % 10 == 0 else 20 + number % 30 + (spoilt and number % 7 == 0)
        lines.append(f"K{number},{at:%d/%m/%Y},{at:%H:%M},NN1 1AA,{minutes},call {number}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(section())
