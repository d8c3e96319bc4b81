"""
Give every broken layer, and whole ones with damaged bytes, to the reader of areas, and count how they end.

    python benchmarks/reliability/layers.py

A file ends in one of two ways: as a layer whose features add up (read = kept + repaired + refused), or refused in a
sentence that names it. Damaged files are wards in the four formats, of which some bytes were changed, left out or
doubled by a seeded generator.
"""

import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from geo.errors import SourceError
from geo.places.areas import read_areas

SECONDS = 20.0
"""What a file may take; a read that takes longer is stopped and counts as over time."""

AT_ONCE = 2
DAMAGED = 15
SEED = 20_260_401
SOURCES = {
    "generated": ("badinputs/generated", "gj_*.geojson", "GeoJSON faults made for this project"),
    "geojsonhint": ("badinputs/geojsonhint", "*", "the tests of geojsonhint, and their expected results"),
    "boundaries": ("boundaries", "*.geojson", "wards, districts, counties, force areas, LSOAs of ONS"),
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How one file ended: ``layer``, ``refused``, ``crashed`` or ``lost`` (features that do not add up)."""

    corpus: str
    file: str
    ended: str
    sentence: str
    seconds: float


def ending(corpus: str, file: Path) -> Ending:
    """Read one file and say how that ended."""
    began = time.perf_counter()
    try:
        report = read_areas(file, seconds=SECONDS).report
    except SourceError as error:
        names = str(error).startswith(file.name) or repr(str(file))[1:-1] in str(error)
        ended, sentence = ("refused" if names else "lost"), str(error)
    except Exception as error:  # noqa: BLE001 - anything but our own errors is the fault looked for
        ended, sentence = "crashed", repr(error)
    else:
        whole = report.read == report.kept + len(report.repaired) + len(report.refused) and report.kept >= 0
        ended, sentence = ("layer" if whole else "lost"), report.ledger
    return Ending(corpus, file.name, ended, sentence, time.perf_counter() - began)


def damaged(whole: Path, folder: Path, random_: random.Random) -> Iterator[Path]:
    """Write copies of a file with a few places changed, left out or doubled."""
    content = whole.read_bytes()
    for number in range(DAMAGED):
        parts = bytearray(content)
        for _ in range(random_.choice((1, 4, 32))):
            at, length = random_.randrange(len(parts)), random_.randrange(1, 65)
            change = random_.choice(("noise", "cut", "double"))
            piece = parts[at : at + length]
            new = {"noise": random_.randbytes(len(piece)), "cut": b"", "double": bytes(piece) * 2}[change]
            parts[at : at + length] = new
        file = folder / f"{number}-{whole.name}"
        file.write_bytes(parts)
        yield file


def packages(shared: Path, folder: Path) -> list[Path]:
    """Write the wards in the four formats."""
    wards = gpd.read_file(shared / "boundaries" / "wards_2013.geojson").to_crs("EPSG:27700").head(40)
    wards.to_file(folder / "wards.gpkg")
    wards.to_file(folder / "wards.shp")
    wards.to_file(folder / "wards.geojson")
    wards.to_parquet(folder / "wards.parquet")
    return [folder / f"wards.{kind}" for kind in ("gpkg", "shp", "geojson", "parquet")]


def section(shared: Path | None = None) -> str:
    """Read everything and give the figures as Markdown."""
    root = shared or Path(os.environ.get("TRIAGE_MAP_TEST_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
    with tempfile.TemporaryDirectory() as name:
        folder, random_ = Path(name), random.Random(SEED)  # noqa: S311 - damage, not secrets
        files = [
            (corpus, file)
            for corpus, (place, pattern, _) in SOURCES.items()
            for file in sorted((root / place).rglob(pattern))
            if file.is_file()
        ]
        files += [
            (f"damaged {whole.suffix[1:]}", file)
            for whole in packages(root, folder)
            for file in damaged(whole, folder, random_)
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda one: ending(*one), files))
    what = {corpus: words for corpus, (_, _, words) in SOURCES.items()}
    names = list(dict.fromkeys(one.corpus for one in found))
    wrong = [f"{one.file}: {one.sentence}" for one in found if one.ended in ("crashed", "lost")]
    return "\n".join(
        [
            "## Layers of areas",
            "",
            f"Every file was given to the reader of areas, in a child process with a limit of {SECONDS:g} seconds. A "
            "layer counts where its features add up: read = kept + repaired + refused. *Lost* are layers that do not, "
            f"and refusals that do not name their file. Damaged are {DAMAGED} copies of 40 wards in each format, with "
            "bytes changed at up to 32 places.",
            "",
            "| corpus | files | layers | refused in words | crashed | over time | lost | slowest, s |",
            "|---|--:|--:|--:|--:|--:|--:|--:|",
            *(_line(name, what.get(name, ""), [one for one in found if one.corpus == name]) for name in names),
            "",
            *(f"- {sentence}" for sentence in wrong),
            "Command: `python benchmarks/reliability/layers.py`.",
        ]
    )


def _line(corpus: str, what: str, found: Sequence[Ending]) -> str:
    ended = Counter(one.ended for one in found)
    late = sum("took more than" in one.sentence for one in found)
    figures = (len(found), ended["layer"], ended["refused"], ended["crashed"], late, ended["lost"])
    slowest = max(one.seconds for one in found)
    name = f"{corpus}: {what}" if what else corpus
    return f"| {name} | " + " | ".join(f"{figure:,}" for figure in figures) + f" | {slowest:.1f} |"


if __name__ == "__main__":
    print(section())
