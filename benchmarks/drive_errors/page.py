"""docs/drive-times.md and the sources of its table, written from the lines that a run measured."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pandas as pd

from benchmarks.drive_errors import measures
from benchmarks.drive_errors.calibration import Fit
from benchmarks.drive_errors.comparisons import ENDS, ON_THE_MAP_METRES, STARTS, Halves
from benchmarks.drive_errors.published import AROUND_METRES, NEAR_UNIT_METRES, URBAN_POSTCODES
from geo.places.packages import AREAS, digest
from geo.routing.accuracy import BEST_GATE, ESTIMATED, HALVES, PUBLISHED, STREETS
from geo.routing.estimated import CALIBRATION, EDITION, LICENCE, Calibration

COMMAND = "make drive-times"
KINDS = {"all": "all", "urban": "urban places", "rural": "rural places"}


def page(lines: pd.DataFrame, split: Halves, missing: Sequence[str]) -> str:
    """Write the page."""
    parts = [_head(lines), _compared(), _summary(lines), _bands(lines), _limits(lines), _streets(lines)]
    return "\n\n".join([*parts, _constants(split), _wrong(), _sources(lines, missing)]) + "\n"


def sources(table: Path) -> str:
    """Write the page that says where the table comes from."""
    return (
        "# Sources of data/accuracy\n\n"
        "`drive_times.csv`: measured errors of drive times, the figures of `docs/drive-times.md` and of the words beside "
        "an isochrone. Figures only: no published minute and no road is in it. It belongs to the constants of "
        "`geo/routing/estimated.py`, and a test holds the label of the estimated roads against it.\n\n"
        f"Made by `{COMMAND}`; do not edit.\n\n"
        "| measured against | publisher | licence | edition |\n|---|---|---|---|\n"
        f"| minutes between LSOAs and stroke units in {AREAS.name} {AREAS.version} (sha256 of the wheel `{AREAS.sha256}`) "
        "| stroke-modelling project, University of Exeter | MIT (the package) | release 0.5.3 |\n"
        "| road networks of Cambridge and Rutland | OpenStreetMap contributors | Open Database Licence (ODbL) 1.0 | as in "
        "the column `roads` |\n\n"
        "Attribution: (c) OpenStreetMap contributors, available under the Open Database Licence "
        "(openstreetmap.org/copyright).\n\n"
        "| file | bytes | sha256 |\n|---|---|---|\n"
        f"| {table.name} | {table.stat().st_size} | `{digest(table)}` |\n"
    )


def _head(lines: pd.DataFrame) -> str:
    held = _of(lines, ESTIMATED, PUBLISHED, HALVES)
    every = held[held["kind"] == "all"].iloc[0]
    twenty = held[held["limit"] == 20].iloc[0]
    return (
        "# Drive times: how wrong they are\n\n"
        f"Every figure on this page was written by `{COMMAND}` (`python -m benchmarks.drive_errors`); it also writes "
        "`data/accuracy/drive_times.csv`, from which the words beside each isochrone are taken.\n\n"
        f"**In one line.** Estimated roads, judged at hospitals that were left out when their speeds were fitted: half of "
        f"{every['pairs']:,} times up to 60 minutes are within {every['median_percent']:.1f} % "
        f"({every['median_minutes']:.1f} minutes), 1 in 10 is out by more than {every['p90_percent']:.0f} % "
        f"({every['p90_minutes']:.1f} minutes), and the bias is {every['bias_percent']:+.1f} %. Of places "
        f"{twenty['low']:g} to {twenty['high']:g} minutes away {twenty['right_percent']:.0f} % are put on the right side of "
        "20 minutes."
    )


def _compared() -> str:
    return (
        "## What was compared, and what was held out\n\n"
        f"- **Published minutes.** {AREAS.name} {AREAS.version} carries the minutes of a car between every LSOA and every "
        "stroke unit, in steps of 4.73 + 1.073 x whole minutes: night-time, without blue lights. Used are the LSOAs of "
        "Northamptonshire and of Cambridgeshire and Peterborough (each at the mean of its live postcodes), with every "
        f"unit that has a postcode of the county or of its ring of 24 km within {NEAR_UNIT_METRES / 1000:g} km. The steps alone put "
        "half of the pairs 0.3 minutes off.\n"
        "- **The allowance.** They hold a few minutes that are not driving between junctions. That number is fitted with the "
        "speeds, on the same hospitals as they, taken off the published minutes to give the *true minutes of driving* of this "
        "page, and never shipped. Percentages are of these driving minutes.\n"
        "- **Held out by hospital.** The hospitals in order of their postcode are dealt out in turn to two halves; each half is "
        "judged by speeds and allowance fitted to the other. *Each hospital* is judged by the fit to all others; *each county* "
        "by the fit to the other county without the hospitals that serve both. The speeds that ship are fitted to all "
        "hospitals together; **their error is the cross-validated one**, not the smaller one in the line 'nothing held out'. "
        "The form of the rule (which roads, how speed falls with density) was chosen with an earlier fit to the same "
        "publication in view; that choice is not held out.\n"
        f"- **Street maps.** Random junctions of two OpenStreetMap networks ({STARTS} starts, {ENDS} ends each), timed as this "
        "program times them. No constant was fitted to them. Their times are a model too: posted limits, and no congestion.\n"
        "- **Intervals** (95 %, in brackets) draw whole hospitals again with replacement (street maps: whole starts; street map "
        f"against published minutes: places), {measures.DRAWS} times. With 13 hospitals, and 3 in the shortest bands, they "
        "are rough.\n"
        f"- **Urban**: {URBAN_POSTCODES:g} or more places of live postcodes a km2 within {AROUND_METRES / 1000:g} km; a rule of "
        "our own, not the official classification."
    )


def _summary(lines: pd.DataFrame) -> str:
    every = lines[lines["kind"] == "all"]
    published = every[every["against"] == PUBLISHED]
    published = published[published["network"] != STREETS]
    rows = [[_name(line), line["held_out"], *_figures(line)] for _, line in published.iterrows()]
    return (
        "## Against the published minutes, up to 60 minutes\n\n"
        + _table(["estimate", "held out", *FIGURES], rows)
        + "\n\n*Right class*: the share of pairs put in the right one of the classes cut at "
        f"{', '.join(str(cut) for cut in measures.CLASSES)} minutes. The two simpler formulas are fitted to the same halves: "
        "the straight line has a speed that rises with distance (three constants), the postcode pattern is the estimated "
        "roads without main roads (two)."
    )


def _bands(lines: pd.DataFrame) -> str:
    held = _of(lines, ESTIMATED, PUBLISHED, HALVES)
    held = held[held["kind"].isin([*KINDS, "band"])]
    rows = [[_group(line), *_figures(line)] for _, line in held.iterrows()]
    return "## By distance and by place, half of the hospitals held out\n\n" + _table(["true minutes", *FIGURES], rows)


def _limits(lines: pd.DataFrame) -> str:
    held = _of(lines, ESTIMATED, PUBLISHED, HALVES)
    held = held[held["kind"] == "limit"]
    rows = [
        [
            f"{line['limit']:g}",
            f"{line['low']:g} to {line['high']:g}",
            f"{line['pairs']:,} ({line['clusters']})",
            _spread(line, "right_percent", 0),
            _spread(line, "median_minutes", 1),
            _spread(line, "p90_minutes", 1),
        ]
        for _, line in held.iterrows()
    ]
    heads = [
        "limit",
        "places, minutes away",
        "pairs (hospitals)",
        "on the right side, %",
        "half within, min",
        "1 in 10 beyond, min",
    ]
    return (
        "## At a limit, half of the hospitals held out\n\n"
        "These are the figures beside an isochrone. Counted are places between half and one and a half times the limit: "
        "farther ones are on the right side in any case and would flatter the share.\n\n" + _table(heads, rows)
    )


def _streets(lines: pd.DataFrame) -> str:
    maps = lines[lines["against"].str.startswith("street map")]
    maps = maps[maps["kind"].isin([*KINDS, "band"])]
    first = [
        [f"{line['against'].removeprefix('street map of ')}, {_group(line)}", *_figures(line)]
        for _, line in maps.iterrows()
    ]
    there = lines[(lines["network"] == STREETS) | (lines["held_out"] == f"{HALVES}, same pairs")]
    there = there[there["kind"].isin([*KINDS, "band"])]
    second = [[f"{_name(line)}, {_group(line)}", *_figures(line)] for _, line in there.iterrows()]
    return (
        "## Estimated roads against street maps\n\n"
        + _table(["street map, true minutes", *FIGURES], first)
        + "\n\n## Street maps against the published minutes\n\n"
        "Only where places and a hospital lie on the same map: Addenbrooke's in Cambridge. No stroke unit lies on the map of "
        "Rutland. One hospital shares whatever is wrong at its own gate among all its pairs: its roads are private and not "
        "driven over, so the nearest junction may lie a detour away. The second line therefore takes the junction within "
        f"{ON_THE_MAP_METRES:g} m that suits best.\n\n" + _table(["times, true minutes", *FIGURES], second)
    )


def _constants(split: Halves) -> str:
    names = [field.name for field in fields(Calibration)]
    shipped = ["what ships", *(f"{getattr(CALIBRATION, name):g}" for name in names), "not shipped"]
    fits = [("all hospitals", split.all), ("first half", split.fits[0]), ("second half", split.fits[1])]
    rows = [shipped, *([title, *_values(fit, names)] for title, fit in fits)]
    halves = "; ".join(
        f"{title}: {', '.join(half)}" for title, half in zip(("first half", "second half"), split.halves, strict=True)
    )
    return (
        "## The constants\n\n"
        "Calibration constants, not speeds to show. The town speed is not fitted: it is the assumed speed between a door and the "
        "road, and left free one half drives it to its bound. Allowance in minutes.\n\n"
        + _table(["fitted to", *(name.replace("_", " ") for name in names), "allowance"], rows)
        + f"\n\nUnits by postcode: {halves}."
    )


def _wrong() -> str:
    return (
        "## When they are wrong\n\n"
        "- Estimated roads cross rivers, railways and motorways where no bridge is; they know no one-way streets, no banned turns "
        "and no bus gates. A place behind such a barrier is out by far more than these figures.\n"
        "- Under 5 minutes a time is a guess: the errors are as large as a third of the trip.\n"
        "- Nothing here holds congestion, weather, roadworks or blue lights. Both yardsticks are models of an uncongested car; "
        "no recorded journey of a response car is among them. A scheme's own arrival times are the better yardstick.\n"
        "- Hospitals stand in towns. Trips from a rural base to a rural place are tested by the map of Rutland alone.\n"
        "- Other counties: not measured. The motorway and dual-carriageway lines were drawn for these two counties only."
    )


def _sources(lines: pd.DataFrame, missing: Sequence[str]) -> str:
    editions = sorted(
        set(lines.loc[lines["against"].str.startswith("street map") | (lines["network"] == STREETS), "roads"])
    )
    absent = f" Not at hand in this run: {', '.join(missing)}." if missing else ""
    return (
        "## Editions and licences\n\n"
        f"Published minutes: {AREAS.name} {AREAS.version}, stroke-modelling project, University of Exeter; package under the MIT "
        f"licence; read for this measurement, not shipped. Estimated roads: {EDITION}; {LICENCE}. Street maps: "
        f"{'; '.join(editions)}; © OpenStreetMap contributors, ODbL 1.0; not shipped.{absent}"
    )


FIGURES = [
    "pairs (clusters)",
    "median, %",
    "bias, %",
    "90th, %",
    "half within, min",
    "1 in 10 beyond, min",
    "right class, %",
]


def _figures(line: pd.Series) -> list[str]:
    """Give the cells of :data:`FIGURES`."""
    return [
        f"{line['pairs']:,} ({line['clusters']})",
        _spread(line, "median_percent", 1),
        _spread(line, "bias_percent", 1, sign="+"),
        _spread(line, "p90_percent", 0),
        _spread(line, "median_minutes", 1),
        _spread(line, "p90_minutes", 1),
        _spread(line, "right_percent", 0),
    ]


def _spread(line: pd.Series, name: str, digits: int, sign: str = "") -> str:
    """Write a figure with its interval, where it has one."""
    value = f"{line[name]:{sign}.{digits}f}"
    low, high = line[f"{name}_low"], line[f"{name}_high"]
    if pd.isna(low):
        return value
    return f"{value} ({low:{sign}.{digits}f} to {high:{sign}.{digits}f})"


def _group(line: pd.Series) -> str:
    return KINDS.get(line["kind"], f"{line['low']:g} to {line['high']:g}")


def _name(line: pd.Series) -> str:
    names = {
        ESTIMATED: "estimated roads",
        STREETS: "street map of Cambridge, nearest junction",
        "postcode_pattern": "postcode pattern alone",
        "straight_line": "straight line",
    }
    return "street map of Cambridge, best junction" if line["against"] == BEST_GATE else names[line["network"]]


def _of(lines: pd.DataFrame, network: str, against: str, held_out: str) -> pd.DataFrame:
    return lines[(lines["network"] == network) & (lines["against"] == against) & (lines["held_out"] == held_out)]


def _values(fit: Fit, names: Sequence[str]) -> list[str]:
    return [*(f"{getattr(fit.calibration, name):.1f}" for name in names), f"{fit.allowance:.1f}"]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
