"""docs/drive-times.md and the sources of its table, written from the lines that a run measured."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pandas as pd

from benchmarks.drive_errors import measures
from benchmarks.drive_errors.calibration import Fit
from benchmarks.drive_errors.comparisons import ENDS, ON_THE_MAP_METRES, STARTS, Halves
from benchmarks.drive_errors.published import NEAR_UNIT_METRES
from geo.places.density import AROUND_METRES, URBAN_POSTCODES
from geo.places.packages import AREAS, digest
from geo.routing.accuracy import BEST_GATE, ESTIMATED, HALVES, PUBLISHED, STREETS
from geo.routing.estimated import CALIBRATION, EDITION, LICENCE, Calibration

COMMAND = "make drive-times"
KINDS = {"all": "all", "urban": "urban places", "rural": "rural places"}


def page(lines: pd.DataFrame, split: Halves) -> str:
    """Write the page."""
    parts = [_head(lines), _compared(split), _summary(lines), _bands(lines), _limits(lines), _streets(lines)]
    return "\n\n".join([*parts, _constants(split), _wrong(), _sources(lines)]) + "\n"


def sources(table: Path) -> str:
    """Write the page that says where the table comes from, and the others of its folder."""
    files = "\n".join(
        f"| {file.name} | {file.stat().st_size} | `{digest(file)}` |" for file in sorted(table.parent.glob("*.csv"))
    )
    return f"""# Sources of data/accuracy

`drive_times.csv`: measured errors of drive times, the figures of `docs/drive-times.md` and of the words beside an
isochrone. Figures only: no published minute and no road is in it. It belongs to the constants of
`geo/routing/estimated.py`, and a test holds the label of the estimated roads against it. Made by `{COMMAND}`; do not
edit.

`demand_calibration.csv`: how often intervals of demand hold the truth in simulated data, the figures of
`docs/method.md`. No record is in it. Made by `make calibration`; do not edit.

| measured against | publisher | licence | edition |
|---|---|---|---|
| minutes from LSOAs to stroke units, {AREAS.name} {AREAS.version} (sha256 of the wheel `{AREAS.sha256}`) \
| stroke-modelling project, University of Exeter | MIT (the package) | release {AREAS.version} |
| road networks of Cambridge and Rutland | OpenStreetMap contributors | Open Database Licence (ODbL) 1.0 \
| as in the column `roads` |

Attribution: (c) OpenStreetMap contributors, available under the Open Database Licence (openstreetmap.org/copyright).

| file | bytes | sha256 |
|---|---|---|
{files}
"""


def _head(lines: pd.DataFrame) -> str:
    held = _of(lines, ESTIMATED, PUBLISHED, HALVES)
    every = held[held["kind"] == "all"].iloc[0]
    twenty = held[held["limit"] == 20].iloc[0]
    return f"""# Drive times: how wrong they are

Every figure on this page was written by `{COMMAND}` (`python -m benchmarks.drive_errors`), which also writes
`data/accuracy/drive_times.csv`: the words beside each isochrone are taken from that table.

**In one line.** Estimated roads, judged at hospitals that were left out when their speeds were fitted (error:
cross-validated by hospital): half of {every["pairs"]:,} times up to 60 minutes are within
{every["median_percent"]:.1f}% ({every["median_minutes"]:.1f} minutes), 1 in 10 is out by more than
{every["p90_percent"]:.0f}% ({every["p90_minutes"]:.1f} minutes), and the bias is {every["bias_percent"]:+.1f}%. Of
places {twenty["low"]:g} to {twenty["high"]:g} minutes away {twenty["right_percent"]:.0f}% are put on the right side
of 20 minutes."""


def _compared(split: Halves) -> str:
    hospitals = sum(len(half) for half in split.halves)
    return f"""## What was compared, and what was held out

- **Published minutes.** {AREAS.name} {AREAS.version} carries the minutes of a car from every LSOA to every stroke unit,
  in steps of 4.73 + 1.073 x whole minutes: night-time, without blue lights. Used are the LSOAs of Northamptonshire and
  of Cambridgeshire and Peterborough (each at the mean of its live postcodes), and the {hospitals} units with a postcode
  of those counties, or of the ring of 24 km around them, within {NEAR_UNIT_METRES / 1000:g} km. The steps alone put
  half of the pairs 0.3 minutes off.
- **The allowance.** They hold a few minutes that are not driving between junctions. That number is fitted with the
  speeds, on the same hospitals, and taken off the published minutes to give the *true minutes of driving* of this page.
  It is never shipped. Percentages are of the minutes of driving.
- **Held out by hospital.** The hospitals, in order of their postcode, are dealt out in turn to two halves; each half is
  judged by speeds and allowance fitted to the other. *Each hospital* is judged by the fit to all the others; *each
  county* by the fit to the other county without the hospitals that serve both. The speeds that ship are fitted to all
  hospitals together, and **their error is the cross-validated one**, not the smaller one of 'nothing held out'. The
  form of the rule (which roads, how speed falls with density) was chosen with an earlier fit to the same publication
  in view; that choice is not held out.
- **Street maps.** Random junctions of two OpenStreetMap networks ({STARTS} starts, {ENDS} ends each), timed as this
  program times them. No constant was fitted to them. Their times are a model too, without congestion.
- **Intervals** (95%, in brackets) draw whole hospitals again with replacement (between junctions of a street map:
  whole starts; where there is one hospital: places), {measures.DRAWS} times. With {hospitals} hospitals, and fewer of
  them in the shortest bands, they are rough.
- **Urban** is where {URBAN_POSTCODES:g} or more places of live postcodes a km2 lie within {AROUND_METRES / 1000:g} km:
  a rule of our own, not the official classification."""


def _summary(lines: pd.DataFrame) -> str:
    every = lines[(lines["kind"] == "all") & (lines["against"] == PUBLISHED) & (lines["network"] != STREETS)]
    rows = [[_name(line), line["held_out"], *_figures(line)] for _, line in every.iterrows()]
    return f"""## Against the published minutes, up to 60 minutes

{_table(["estimate", "held out", *FIGURES], rows)}

*Right class*: the share of pairs put in the right one of the classes cut at {_cuts()} minutes. The two simpler formulas
are fitted to the same halves: the straight line has a speed that rises with distance (three constants and the
allowance), the postcode pattern is the estimated roads without main roads (two and the allowance)."""


def _bands(lines: pd.DataFrame) -> str:
    held = _of(lines, ESTIMATED, PUBLISHED, HALVES)
    rows = [[_group(line), *_figures(line)] for _, line in held[held["kind"] != "limit"].iterrows()]
    table = _table(["true minutes", *FIGURES], rows)
    return f"""## By distance and by place, half of the hospitals held out

{table}"""


def _limits(lines: pd.DataFrame) -> str:
    held = _of(lines, ESTIMATED, PUBLISHED, HALVES)
    heads = ["limit", "places, minutes away", "pairs (hospitals)", "right side, %", "half within, min", BEYOND]
    rows = [
        [
            f"{line['limit']:g}",
            f"{line['low']:g} to {line['high']:g}",
            _counted(line),
            _spread(line, "right_percent", 0),
            _spread(line, "median_minutes", 1),
            _spread(line, "p90_minutes", 1),
        ]
        for _, line in held[held["kind"] == "limit"].iterrows()
    ]
    return f"""## At a limit, half of the hospitals held out

These are the figures beside an isochrone. Counted are places between half and one and a half times the limit: farther
ones are on the right side in any case and would flatter the share.

{_table(heads, rows)}"""


def _streets(lines: pd.DataFrame) -> str:
    groups = lines[lines["kind"] != "limit"]
    maps = groups[groups["against"].str.startswith("street map")]
    between = [
        [f"{line['against'].removeprefix('street map of ')}, {_group(line)}", *_figures(line)]
        for _, line in maps.iterrows()
    ]
    there = groups[(groups["network"] == STREETS) | groups["against"].str.endswith("same pairs")]
    published = [[f"{_name(line)}, {_group(line)}", *_figures(line)] for _, line in there.iterrows()]
    return f"""## Estimated roads against street maps

{_table(["street map, its minutes", *FIGURES], between)}

## Street maps against the published minutes

Only where places and a hospital lie on the same map: Addenbrooke's in Cambridge; no stroke unit lies on the map of
Rutland. The allowance is that of the fit to all hospitals. One hospital shares whatever is wrong at its own gate among
all its pairs: where its own roads are private they are missing from the map, and the nearest junction may lie a detour
away. The second group therefore takes, for each place, the junction within {ON_THE_MAP_METRES:g} m of the hospital that
suits best, which flatters it a little. A base that stands on such a site is better moved to its gate.

{_table(["times, true minutes", *FIGURES], published)}"""


def _constants(split: Halves) -> str:
    names = [field.name for field in fields(Calibration)]
    fits = [("all hospitals", split.all), ("first half", split.fits[0]), ("second half", split.fits[1])]
    rows = [["what ships", *(f"{getattr(CALIBRATION, name):g}" for name in names), "none"]]
    rows += [[title, *_values(fit, names)] for title, fit in fits]
    heads = ["fitted to", *(name.replace("_", " ") for name in names), "allowance, min"]
    return f"""## The constants

Calibration constants, not speeds to show. The town speed is not fitted: it is the assumed speed between a door and the
road, and the published times do not tell it from the density at which local roads slow down.

{_table(heads, rows)}

Units of the first half: {", ".join(split.halves[0])}. Of the second: {", ".join(split.halves[1])}."""


def _wrong() -> str:
    return """## When they are wrong

- Estimated roads cross rivers, railways and motorways where no bridge is; they know no one-way streets, no banned turns
  and no bus gates. A place behind such a barrier is out by far more than these figures.
- Under 5 minutes a time is a rough guess: read the band 0 to 5, here and against the street maps.
- Nothing here holds congestion, weather, roadworks or blue lights. Both yardsticks are models of an uncongested car; no
  recorded journey of a response car is among them. A scheme's own arrival times are the better yardstick.
- Hospitals stand in towns. Trips from one rural place to another are tested by the map of Rutland alone, which lies in
  the ring around Northamptonshire, where the estimate is coarser than in the county.
- Other counties: not measured. The motorway and dual-carriageway lines were drawn for these two counties only."""


def _sources(lines: pd.DataFrame) -> str:
    maps = sorted({roads for roads in lines["roads"] if "OpenStreetMap" in roads})
    return f"""## Editions and licences

Published minutes: {AREAS.name} {AREAS.version}, stroke-modelling project, University of Exeter; package under the MIT
licence; read for this measurement, not shipped. Estimated roads: {EDITION}. {LICENCE}. Street maps:
{"; ".join(maps)}; © OpenStreetMap contributors, ODbL 1.0; not shipped."""


BEYOND = "1 in 10 beyond, min"
FIGURES = ["pairs (clusters)", "median, %", "bias, %", "90th, %", "half within, min", BEYOND, "right class, %"]


def _figures(line: pd.Series) -> list[str]:
    """Give the cells of :data:`FIGURES`."""
    return [
        _counted(line),
        _spread(line, "median_percent", 1),
        _spread(line, "bias_percent", 1, sign="+"),
        _spread(line, "p90_percent", 0),
        _spread(line, "median_minutes", 1),
        _spread(line, "p90_minutes", 1),
        _spread(line, "right_percent", 0),
    ]


def _counted(line: pd.Series) -> str:
    return f"{line['pairs']:,} ({line['clusters']})"


def _cuts() -> str:
    return ", ".join(str(cut) for cut in measures.CLASSES)


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
