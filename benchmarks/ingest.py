"""
One million rows of two sources, read, checked and located, beside ``pandas.read_csv`` of the same two files alone.

Two yardsticks: ``read_csv`` as it comes, which since pandas 3.1 parses in parallel and guesses types (a reference 007
becomes 7), and ``read_csv(dtype=str)``, which keeps every cell as it stands, as an account of every row must.

Each measurement runs in a process of its own, in turn; the table gives medians of wall and CPU seconds (children
included), their ratio, and the greatest memory of the process and of its reading child. The rows are invented:
postcodes are drawn from the shipped gazetteer, 3% of the cells are blank, 1% hold something that cannot be read.

Run: ``python benchmarks/ingest.py [ROWS] [RUNS]``
"""

import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

TEAM = ("Ref", "Date", "Time", "Postcode", "Incident type", "MH condition", "Requested by", "Car deployed",
        "Info shared", "Assessed by CPN", "Outcome", "S136", "Mins on incident", "Notes")  # fmt: skip
CONTROL = ("Log number", "Date and time", "Postcode", "Incident type", "Age", "Gender", "Officers on scene",
           "Time dispatched", "Time arrived", "Time cleared", "S136", "Notes")  # fmt: skip
TYPES = ("Public safety and welfare", "Concern for safety", "Missing person", "Suicidal", "Domestic", "Other")
CONDITIONS = ("depression", "psychosis", "personality disorder", "not known", "dementia")
OUTCOMES = ("GP", "police", "A&E; GP", "CMHT", "ambulance", "primary care liaison")
YES_NO = ("Yes", "No", "Y", "N", "n/k", "")


def write_sources(folder: Path, rows: int) -> dict[str, Path]:
    """Write the two files, half of the rows each."""
    from geo import Gazetteer

    draw = np.random.default_rng(20160201)
    postcodes = Gazetteer.default().frame.index.to_numpy()
    half = rows // 2
    files = {"mental_health": folder / "team.csv", "police": folder / "control.csv"}
    _write(files["mental_health"], TEAM, _team(draw, postcodes, half))
    _write(files["police"], CONTROL, _control(draw, postcodes, rows - half))
    return files


def _write(file: Path, headings: tuple[str, ...], columns: list[list[str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        writer.writerows(zip(*columns, strict=True))


def _pick(draw: np.random.Generator, choices: object, rows: int) -> list[str]:
    """Draw one entry a row; 3% are blank and 1% are nonsense."""
    entries = draw.choice(np.asarray(choices, dtype=object), rows)
    fate = draw.random(rows)
    return [str(entry) for entry in np.where(fate < 0.03, "", np.where(fate < 0.04, "see log", entries))]


def _times(draw: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    days = np.datetime64("2011-01-01") + draw.integers(0, 3650, rows).astype("timedelta64[D]")
    return days, draw.integers(0, 1440, rows)


def _dates(days: np.ndarray) -> list[str]:
    return [f"{day[8:10]}/{day[5:7]}/{day[:4]}" for day in days.astype("str")]


def _clocks(minutes: np.ndarray) -> list[str]:
    return [f"{minute // 60 % 24:02d}:{minute % 60:02d}" for minute in minutes.tolist()]


def _notes(draw: np.random.Generator, rows: int) -> list[str]:
    return [f"note {number}, call taken" for number in draw.integers(0, 10**9, rows).tolist()]


def _team(draw: np.random.Generator, postcodes: np.ndarray, rows: int) -> list[list[str]]:
    days, minutes = _times(draw, rows)
    return [
        [f"MH{number}" for number in range(rows)],
        _dates(days),
        _clocks(minutes),
        _pick(draw, postcodes, rows),
        _pick(draw, TYPES, rows),
        _pick(draw, CONDITIONS, rows),
        _pick(draw, ("officer", "control room", "ambulance"), rows),
        *(_pick(draw, YES_NO, rows) for _ in range(2)),
        _pick(draw, ("face to face", "telephone", "no", ""), rows),
        _pick(draw, OUTCOMES, rows),
        _pick(draw, YES_NO, rows),
        [str(number) for number in draw.integers(5, 240, rows).tolist()],
        _notes(draw, rows),
    ]


def _control(draw: np.random.Generator, postcodes: np.ndarray, rows: int) -> list[list[str]]:
    days, minutes = _times(draw, rows)
    received = [f"{day} {clock}" for day, clock in zip(_dates(days), _clocks(minutes), strict=True)]
    later = [_clocks(minutes + gap) for gap in (10, 25, 90)]
    return [
        [f"NP-{number}" for number in range(rows)],
        received,
        _pick(draw, postcodes, rows),
        _pick(draw, TYPES, rows),
        [str(age) for age in draw.integers(12, 90, rows).tolist()],
        _pick(draw, ("M", "F"), rows),
        [str(number) for number in draw.integers(1, 5, rows).tolist()],
        *later,
        _pick(draw, YES_NO, rows),
        _notes(draw, rows),
    ]


def run_pandas(files: dict[str, str]) -> int:
    """Read both files with pandas and nothing else."""
    import pandas as pd

    return sum(len(pd.read_csv(file)) for file in files.values())


def run_pandas_text(files: dict[str, str]) -> int:
    """Read both files with pandas, every cell as text."""
    import pandas as pd

    return sum(len(pd.read_csv(file, dtype=str, keep_default_na=False)) for file in files.values())


def run_ours(files: dict[str, str]) -> int:
    """Read, check and locate both files; every row is accounted for."""
    import geo

    total = 0
    for source, file in files.items():
        extract = geo.read_extract(file, source=source, person_secret=b"benchmark")
        located = geo.locate(extract.accepted, geo.Gazetteer.default())
        print(
            f"{Path(file).name}: read {extract.rows_read} = accepted {len(extract.accepted)} + quarantined "
            f"{len(extract.quarantined)} + refused {len(extract.refused)}; "
            f"{int((located['precision'] != 'none').sum())} located",
            file=sys.stderr,
        )
        total += extract.rows_read
    return total


def measure(what: str, files: dict[str, str]) -> None:
    """Run one of the two in this process and print what it took, as JSON."""
    began = time.perf_counter()
    rows = {"pandas": run_pandas, "text": run_pandas_text, "ours": run_ours}[what](files)
    wall = time.perf_counter() - began
    mine, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = mine.ru_utime + mine.ru_stime + child.ru_utime + child.ru_stime
    json.dump({"rows": rows, "wall": wall, "cpu": cpu, "mb": mine.ru_maxrss / 1024, "child_mb": child.ru_maxrss / 1024},
              sys.stdout)  # fmt: skip


def main() -> None:
    """Write the files, run both in turn, print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory(prefix="ingest-") as folder:
        files = {source: str(file) for source, file in write_sources(Path(folder), rows).items()}
        sizes = sum(Path(file).stat().st_size for file in files.values()) / 1e6
        found: dict[str, list[dict[str, float]]] = {"pandas": [], "text": [], "ours": []}
        for number in range(runs):
            for what in found:
                command = [sys.executable, __file__, "--measure", what, json.dumps(files)]
                quiet = None if number == 0 else subprocess.DEVNULL
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=quiet, text=True)
                found[what].append(json.loads(done.stdout))
    median = {
        what: {key: statistics.median(run[key] for run in measured) for key in measured[0]}
        for what, measured in found.items()
    }
    print(f"{rows:,} rows of two sources, {sizes:.0f} MB; medians of {runs} runs each, in turn")
    named = {"pandas": "read_csv", "text": "read_csv(dtype=str)", "ours": "read, checked, located"}
    for what, words in named.items():
        took = median[what]
        print(
            f"{words:24} wall {took['wall']:6.2f} s  CPU {took['cpu']:6.2f} s  "
            f"memory {took['mb']:6.0f} MB + child {took['child_mb']:5.0f} MB"
        )
    for what in ("pandas", "text"):
        wall, cpu = (median["ours"][key] / median[what][key] for key in ("wall", "cpu"))
        print(f"beside {named[what]}: wall {wall:.1f}x, CPU {cpu:.1f}x (asked: at most 5x, under 2,000 MB)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], json.loads(sys.argv[3]))
    else:
        main()
