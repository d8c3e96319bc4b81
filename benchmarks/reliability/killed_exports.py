"""
Kill exports with SIGKILL, again and again, and look what is left: the old file or the new one, whole.

    python -m benchmarks.reliability killed_exports

Each format of layers and of the brief is written again and again over what was written before, by a process of its own
that is killed: a third of the times at any moment, a third while files are written, a third while they are put in
place. What is left is held byte for byte against the files before and those that were on their way.
"""

import hashlib
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import docx
import geopandas as gpd
import pandas as pd
import pyogrio

from benchmarks.reliability.bound import at_most
from geo.release import export, folder, report
from geo.release.export import FORMATS, export_project
from geo.release.folder import ABOUT
from geo.release.report import make_brief, write_brief
from geo.scenarios.presets import presets
from geo.store.intake import make_demonstration
from geo.store.loading import load_roads
from geo.store.project import Project

KILLS = 100
SEED = 136
AT_ONCE = 2
SPREAD = 1.25
"""Times differ from one export to the next; the last kills come when it is over."""
SHORTER, LONGER = 0.9, 1.03
"""How an export is taken to last after a kill that came too late, and after one that did not."""
STUCK = 60.0
"""Seconds without a word after which a process stands still."""
EDITIONS = ("2011-2021", "2021-")
EXPORTED = ["county", "districts", "base"]
PHASES = ("any moment", "writing", "placing")
Tell = Callable[[str], None]
Work = Callable[[int, Tell], None]

_STATES = ("old", "new", "some old, some new", "broken")


def section() -> Iterator[str]:
    """Measure, and give the figures as a section of the reliability page, anew after each format."""
    found: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory(prefix="triage-map-killed-") as name, ProcessPoolExecutor(AT_ONCE) as pool:
        make_demonstration(Path(name) / "year", "northamptonshire")
        kinds = {pool.submit(kill_exports, Path(name), kind): kind for kind in (*report.FORMATS, *FORMATS)}
        for one in as_completed(kinds):
            found[kinds[one]] = one.result()
            yield _told(found)


def _told(found: dict[str, Counter[str]]) -> str:
    every = sum(found.values(), Counter())
    head = f"""## Killed exports

`python -m benchmarks.reliability killed_exports` wrote each format over its earlier files again and again, in a process
that was killed with SIGKILL {KILLS} times: a third of the times at any moment, a third while files were written, a
third while they were put in place. Files are held byte for byte against those before and those on their way, and
opened; the next export begins with what is left. Each file is the old one or the new one, whole; a folder of several
files may hold some of each, and its `about.json` then says so. What a killed brief leaves beside it is a hidden file,
`.writing-…`. Anything else: {every["broken"]} of {every["kills"]} kills, so with 95% confidence
{at_most(every["broken"], every["kills"])} of such kills.

| format | kills | at work when killed | old | new | some old, some new | anything else | next one ended well |
|---|--:|--:|--:|--:|--:|--:|--:|
"""
    return head + "\n".join(_line(kind, of) for kind, of in found.items())


def _line(kind: str, of: Counter[str]) -> str:
    figures = ("kills", "at work", *_STATES)
    name = f"brief {kind}" if kind in report.FORMATS else kind
    return f"| {name} | " + " | ".join(str(of[name]) for name in figures) + f" | {of['ended well']} of 1 |"


def kill_exports(root: Path, kind: str, kills: int = KILLS) -> Counter[str]:
    """Kill exports of one format at random moments, and count what each kill left."""
    out = root / f"{'brief' if kind in report.FORMATS else 'layers'}-{kind.strip('.')}" / "out"
    rng, found = random.Random(SEED), Counter[str]()  # noqa: S311 - moments, not secrets
    work, ready = (_brief if kind in report.FORMATS else _layers)(root / "year", out, kind)
    lasts = _timed(work)
    for number in range(kills):
        before, phase = _digests(out), PHASES[number % 3]
        at_work = _killed(partial(work, number), phase, rng.uniform(0, SPREAD * lasts[phase]))
        lasts[phase] *= LONGER if at_work else SHORTER
        found += Counter({"kills": 1, "at work": at_work, _left(out, before, ready): 1})
    work(kills, lambda _: None)
    alone = [path.name for path in out.parent.iterdir()] == ["out"]
    return found + Counter({"ended well": int(alone and _left(out, {}, ready) == "new")})


def _layers(year: Path, out: Path, kind: str) -> tuple[Work, list[str]]:
    """Give what exports layers, of one edition of districts and then of the other; the records are read once."""
    project = Project(shutil.copytree(year, out.parent.with_suffix(".year")))
    roads = load_roads(project)
    world = export.load_world(project, roads)
    export.load_roads, export.load_world = (lambda _: roads), (lambda *_: world)  # type: ignore[assignment]

    def work(number: int, tell: Tell) -> None:
        export.write_folder = _telling(folder.write_folder, "writing", tell)
        folder._put_all = _telling(_PUT_ALL, "placing", tell)
        export_project(project, out, EXPORTED, [kind], "working", edition=EDITIONS[number % 2])

    return work, []


_PUT_ALL = folder._put_all


def _brief(year: Path, out: Path, kind: str) -> tuple[Work, list[str]]:
    """Give what writes a brief of one plan, and then of two, each drawn once; and the digests of both."""
    project = Project(shutil.copytree(year, out.parent.with_suffix(".year")))
    plans = list(presets(project.facts.base).values())[:2]
    briefs = [make_brief(project, plans[:most], "working") for most in (1, 2)]
    drawn = [report.as_bytes(brief, kind) for brief in briefs]
    out.mkdir(parents=True)

    def work(number: int, tell: Tell) -> None:
        report.whole, report.as_bytes = partial(_whole, tell), lambda *_: drawn[number % 2]  # type: ignore[assignment]
        write_brief(briefs[number % 2], out / f"brief{kind}")

    return work, [hashlib.sha256(one).hexdigest() for one in drawn]


_WHOLE = report.whole


@contextmanager
def _whole(tell: Tell, path: Path) -> Iterator[Path]:
    tell("writing")
    with _WHOLE(path) as beside:
        yield beside
        tell("placing")


def _telling(function: Callable[..., object], phase: str, tell: Tell) -> Callable[..., object]:
    def told(*given: object) -> object:
        tell(phase)
        return function(*given)

    return told


def _timed(work: Work) -> dict[str, float]:
    """Run twice from beginning to end, and give how long it takes from the beginning of each phase."""
    work(0, lambda _: None)
    began = {"any moment": time.monotonic()}
    work(1, lambda phase: began.setdefault(phase, time.monotonic()) and None)
    end = time.monotonic()
    return {phase: end - at for phase, at in began.items()}


def _killed(work: Callable[[Tell], None], phase: str, after: float) -> bool:
    """Run in a process of its own, kill it so long after the phase began, and say whether it was still at work."""
    fork = get_context("fork")
    while True:
        ours, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=_child, args=(work, theirs))
        process.start()
        theirs.close()
        began = _began(ours, phase)
        time.sleep(after if began else 0)
        at_work = process.is_alive()
        process.kill()
        process.join()
        ours.close()
        if began:
            return at_work


def _began(told: Connection, phase: str) -> bool:
    """Wait for a phase; a process that was forked while a lock was held may stand still before it, and is left out."""
    while told.poll(STUCK):
        if told.recv() == phase:
            return True
    return False


def _child(work: Callable[[Tell], None], told: Connection) -> None:
    told.send(PHASES[0])
    work(told.send)


def _digests(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir() if path.name[0] != "."}


def _left(out: Path, before: dict[str, str], ready: list[str]) -> str:
    """Say what a kill left; ``before`` are the digests of what was there, ``ready`` those of briefs on their way."""
    now = _digests(out)
    if not all(_opens(out / name) for name in now):
        return "broken"
    if now == before:
        return "old"
    if ready:
        return "new" if set(now.values()) <= set(ready) else "broken"
    about = json.loads((out / ABOUT).read_text(encoding="utf-8"))
    listed, rest = about["sha256"], {name: digest for name, digest in now.items() if name != ABOUT}
    if "unfinished" not in about:
        return "new" if rest == listed else "broken"
    known = all(digest in (before.get(name), listed.get(name)) for name, digest in rest.items())
    return "some old, some new" if known and set(before) <= {*now, *listed} else "broken"


def _opens(path: Path) -> bool:
    """Open a file with the reader of its kind; whether it is complete its digest says."""
    try:
        READERS.get(path.suffix, Path.read_bytes)(path)
    except Exception as error:  # noqa: BLE001 - any failure to open is what is counted
        print(path.name, error)
        return False
    return True


READERS: dict[str, Callable[[Path], object]] = {
    ".gpkg": lambda path: [pyogrio.read_dataframe(path, layer=name) for name, _ in pyogrio.list_layers(path)],
    ".geojson": gpd.read_file,
    ".kml": gpd.read_file,
    ".parquet": gpd.read_parquet,
    ".csv": pd.read_csv,
    ".xlsx": partial(pd.read_excel, sheet_name=None, engine="calamine"),
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".docx": lambda path: docx.Document(str(path)),
}
