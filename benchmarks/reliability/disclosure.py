"""
Attack what leaves: random tables, pairs of filters, planted strings, killed exports.

    python benchmarks/reliability/disclosure.py

Tables are made at random, protected, and attacked by linear programmes that know all a reader knows. Pairs of releases
are made by two filters over the same records, at random, and offered one after the other. Strings of our own stand in
every column of text of a project while it is exported in every format. A process that exports is killed at random
moments. What may not happen is counted: it must be 0.
"""

import hashlib
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio

from geo.errors import DisclosureError
from geo.release.attack import attack, is_told
from geo.release.disclosure import POLICIES, Policy, protect, small
from geo.release.export import FORMATS, export_project
from geo.release.folder import ABOUT
from geo.release.ledger import Cell, Release, check_release
from geo.store.database import DATABASE
from geo.store.intake import make_demonstration
from geo.store.project import Project
from geo.tables import LOCATED_COLUMNS

TABLES, PAIRS, CANARIES, KILLS = 10_000, 100_000, 100, 100
SEED = 136
AT_ONCE = 2
PART = 500
MARGINS = ["all", "Total"]
MODES = ("partner", "release")
RECORDS, DAYS, AREAS = 200, 90, "ABC"

CHILD = """
import sys
from pathlib import Path
from geo.release.export import export_project
from geo.store.project import open_project

project = open_project(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    export_project(project, Path(sys.argv[2]), ["county", "districts", "base"], ["gpkg", "csv", "xlsx"])
"""
EXPORTED = ["county", "districts", "base"]
LONGEST = 5.0
"""Seconds after its start within which an export is killed; one takes about two on a free machine."""


def section() -> str:
    """Measure, and give the figures as a section of the reliability page."""
    head = """## Disclosure: what can be worked out of what leaves

`python benchmarks/reliability/disclosure.py`, which also takes the name of a part: tables, pairs, strings, kills.
"""
    return "\n".join([head, *(part() for part in PARTS.values())])


def tables_part() -> str:
    """Attack random tables."""
    with ProcessPoolExecutor(AT_ONCE) as pool:
        of = sum(pool.map(attack_tables, range(SEED, SEED + TABLES // PART)), Counter())
    return f"""**Tables.** {of["tables"]:,} random tables of 2 to 6 rows and columns with their totals, in partner and
release mode, zeros shown or hidden, were protected and attacked: for every hidden count two linear programmes gave the
least and the greatest value that agree with all that is shown. A count is told when that range is narrower than the
threshold less one.

| counts | number |
|---|---:|
| in all | {of["counts"]:,} |
| too small to show | {of["small"]:,} |
| hidden besides, until the attack fails | {of["besides"]:,} |
| told by the attack | {of["told"]:,} |
| told, if only the small ones were hidden and nothing rounded | {of["naive"]:,} |
"""


def pairs_part() -> str:
    """Offer pairs of releases."""
    with ProcessPoolExecutor(AT_ONCE) as pool:
        of = sum(pool.map(offer_pairs, range(SEED, SEED + PAIRS // PART)), Counter())
    return f"""**Pairs of filters.** {of["pairs"]:,} times, two periods of days were drawn over {RECORDS} records of
{len(AREAS)} areas, and the counts of the second offered after those of the first. Two releases single out records where
a count that is shown differs from one that is shown by 1 to threshold - 1 records, all of the one among the other's.

| pairs | number |
|---|---:|
| refused | {of["refused"]:,} |
| that would single out records | {of["isolating"]:,} |
| of these let through | {of["let through"]:,} |
"""


def strings_part() -> str:
    """Plant strings and search them in what leaves."""
    with _year() as (year, folder):
        of = search_canaries(year, folder)
    return f"""**Planted strings.** {of["planted"]:,} strings stood in {of["columns"]} columns of text; {CANARIES} of
them, drawn at random, and what all begin with were searched in the bytes of {of["files"]} files of partner and release
exports in every format, unpacked where packed, and in the log of exports. Found: {of["found"]}. In a working copy,
where they belong, the same search finds them in {of["working"]} of {of["working files"]} files.
"""


def kills_part() -> str:
    """Kill exports."""
    with _year() as (year, folder):
        of = kill_exports(year, folder, KILLS)
    return f"""**Killed exports.** A process that exported a GeoPackage, CSV and a workbook into the same folder again
and again was killed with SIGKILL {of["kills"]} times, at random moments; the next began with what it left.

| what was found | times |
|---|---:|
| every file there, and whole when opened | {of["whole"]} |
| anything else | {of["kills"] - of["whole"]} |
| of all: killed while files were put in place | {of["unfinished"]} |
| the next export began and was still at work when killed | {of["at work"]} |
| the last export ended well | {of["ended well"]} of {AT_ONCE} |
"""


PARTS = {"tables": tables_part, "pairs": pairs_part, "strings": strings_part, "kills": kills_part}


@contextmanager
def _year() -> Iterator[tuple[Project, Path]]:
    """Give the illustrative year in a folder that goes away again."""
    with tempfile.TemporaryDirectory(prefix="triage-map-disclosure-") as name:
        yield make_demonstration(Path(name) / "year", "northamptonshire"), Path(name)


def attack_tables(seed: int) -> Counter[str]:
    """Protect and attack a part of the random tables, and count."""
    rng, found = np.random.default_rng(seed), Counter[str]()
    for number in range(PART):
        table = _table(rng)
        policy = replace(POLICIES[MODES[number % 2]], zeros_shown=number % 4 < 2)
        few, shown = small(table, policy), protect(table, policy, MARGINS)
        hidden = shown.isna().to_numpy()
        exact = Policy("release", policy.threshold, 1, points=False, words="", zeros_shown=policy.zeros_shown)
        found += Counter(
            {
                "tables": 1,
                "counts": table.size,
                "small": int(few.sum()),
                "besides": int((hidden & ~few).sum()),
                "told": _told(shown, policy) + int((few & ~hidden).sum()),
                "naive": _told(table.mask(few), exact),
            }
        )
    return found


def _table(rng: np.random.Generator) -> pd.DataFrame:
    """Give a table with totals: many small counts, a few large ones, some zeros."""
    rows, columns = rng.integers(2, 7, 2)
    mean = rng.choice([3.0, 8.0, 20.0])
    cells = rng.negative_binomial(0.8, 0.8 / (0.8 + mean), (rows, columns))
    table = pd.DataFrame(cells, index=[f"r{at}" for at in range(rows)], columns=[f"c{at}" for at in range(columns)])
    table["all"] = table.sum(axis=1)
    table.loc["Total"] = table.sum()
    return table


def _told(shown: pd.DataFrame, policy: Policy) -> int:
    """Attack a table as a reader who knows the policy, and count what is told."""
    found = attack(
        shown,
        MARGINS,
        round_to=policy.round_to,
        shown_from=policy.threshold if policy.round_to > 1 else 0,
        zeros_shown=policy.zeros_shown,
    )
    least, greatest = found["least"].to_numpy(), found["greatest"].to_numpy()
    return int(is_told(least, greatest, policy.threshold, policy.zeros_shown).sum())


def offer_pairs(seed: int) -> Counter[str]:
    """Offer a part of the pairs of releases, and count."""
    rng, found = random.Random(seed), Counter[str]()  # noqa: S311 - filters, not secrets
    records = [(f"i{at}", rng.randrange(DAYS), rng.choice(AREAS)) for at in range(RECORDS)]
    for number in range(PART):
        mode = MODES[number % 2]
        first, second = (_filtered(records, sorted(rng.sample(range(DAYS + 1), 2)), mode) for _ in range(2))
        isolates = _isolates(first, second, POLICIES[mode].threshold)
        try:
            check_release(second, [first])
            refused = False
        except DisclosureError:
            refused = True
        found += Counter(
            {"pairs": 1, "refused": refused, "isolating": isolates, "let through": isolates and not refused}
        )
    return found


def _filtered(records: list[tuple[str, int, str]], span: list[int], mode: str) -> Release:
    """Give the release of the records of a span of days."""
    policy = POLICIES[mode]
    cells = []
    for area in AREAS:
        marks = frozenset(mark for mark, day, of in records if of == area and span[0] <= day < span[1])
        hidden = 0 < len(marks) < policy.threshold
        cells.append(Cell(area, "incidents", None if hidden else 5 * round(len(marks) / 5), marks))
    return Release("2016-07-01", mode, f"days {span[0]} to {span[1]}", tuple(cells))


def _isolates(first: Release, second: Release, threshold: int) -> bool:
    """Say whether two releases, subtracted, single out a few records; by the records, not by the rule under test."""
    return any(
        (not one.marks - other.marks or not other.marks - one.marks) and 0 < len(one.marks ^ other.marks) < threshold
        for one, other in zip(first.cells, second.cells, strict=True)
        if one.shown is not None and other.shown is not None
    )


def search_canaries(year: Project, folder: Path) -> Counter[str]:
    """Plant strings, export in every format and mode, and search them."""
    mine = Project(shutil.copytree(year.folder, folder / "planted"))
    needed = {"shift_id", "district", "district_2021", "lsoa"}
    free = [column.name for column in LOCATED_COLUMNS if column.kind == "text" and column.name not in needed]
    settings = ", ".join(f"{name} = 'CANARY{name}' || rowid || 'X'" for name in free)
    with closing(sqlite3.connect(mine.folder / DATABASE)) as database, database:
        rows = database.execute(f"UPDATE incidents SET {settings}").rowcount  # noqa: S608 - our own names
    rng = random.Random(SEED)  # noqa: S311 - strings, not secrets
    drawn = [f"CANARY{rng.choice(free)}{rng.randrange(1, rows + 1)}X".encode() for _ in range(CANARIES)]
    for mode in MODES:
        export_project(mine, folder / mode, formats=list(FORMATS), mode=mode)
    export_project(mine, folder / "working", ["incidents"], ["gpkg", "csv", "xlsx", "parquet"], "working")
    files = [path for mode in MODES for path in (folder / mode).iterdir()]
    open_to = [path for path in (folder / "working").iterdir() if path.stem in ("incidents", "triage-map")]
    log = mine.exports().to_csv().encode()
    return Counter(
        {
            "planted": rows * len(free),
            "columns": len(free),
            "files": len(files),
            "found": sum(string in held for string in [*drawn, b"CANARY"] for held in [log, *map(_bytes, files)]),
            "working": sum(b"CANARYreference1X" in _bytes(path) for path in open_to),
            "working files": len(open_to),
        }
    )


def _bytes(path: Path) -> bytes:
    """Give the bytes of a file, and of what is packed in it."""
    whole = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return whole + b"".join(book.read(name) for name in book.namelist())
    return whole + pd.read_parquet(path).to_csv().encode() if path.suffix == ".parquet" else whole


def kill_exports(year: Project, folder: Path, kills: int) -> Counter[str]:
    """Kill exports at random moments, in two folders at once, and look at what each kill left."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        at_once = range(AT_ONCE)
        return sum(pool.map(lambda at: _kill_many(year, folder / f"{at}", kills // AT_ONCE, at), at_once), Counter())


def _kill_many(year: Project, folder: Path, kills: int, seed: int) -> Counter[str]:
    mine, out = Project(shutil.copytree(year.folder, folder / "year")), folder / "out"
    rng, found = random.Random(SEED + seed), Counter[str]()  # noqa: S311 - moments, not secrets
    command = [sys.executable, "-c", CHILD, str(mine.folder), str(out)]
    export_project(mine, out, EXPORTED, ["gpkg", "csv", "xlsx"])
    for _ in range(kills):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            for line in child.stdout or ():
                if line == "ready\n":
                    break
            time.sleep(rng.uniform(0, LONGEST))
            at_work = child.poll() is None
            child.kill()
        unfinished = "unfinished" in json.loads((out / ABOUT).read_text(encoding="utf-8"))
        found += Counter({"kills": 1, "whole": _is_whole(out), "unfinished": unfinished, "at work": at_work})
    export_project(mine, out, EXPORTED, ["gpkg", "csv", "xlsx"])
    listed = json.loads((out / ABOUT).read_text(encoding="utf-8"))["sha256"]
    same = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in listed} == listed
    return found + Counter({"ended well": same and _is_whole(out) and len(list(folder.iterdir())) == 2})


def _is_whole(out: Path) -> bool:
    """Open every file that an export leaves, and count what it holds."""
    rows = {"county": 1, "districts": 7, "base": 1}
    book = pd.read_excel(out / "triage-map.xlsx", sheet_name=None, engine="calamine")
    return all(
        int(pyogrio.read_info(out / "triage-map.gpkg", layer=name)["features"]) == number
        and len(pd.read_csv(out / f"{name}.csv")) == number
        and len(book[name]) == number
        for name, number in rows.items()
    )


if __name__ == "__main__":
    print("\n".join(PARTS[name]() for name in sys.argv[1:]) if sys.argv[1:] else section())
