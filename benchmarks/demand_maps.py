"""
One million incidents on the page 'Where and when': model, every map and the grid, and the bytes that the page sends.

Incidents are invented: seeded, at random live postcodes of Northamptonshire, over ten years, day and night. Asked for:
all of it in under 10 s, and under 2 MB for any one view. With police.uk files (street crime, real points without an
hour), the same is printed for these.

Run: ``python benchmarks/demand_maps.py [ROWS] [POLICE.csv ...]``; the section ``demand-maps`` of docs/performance.md is
written.
"""

import datetime as dt
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from performance_page import put

import geo
from geo.crs import GRID, LONLAT, turn
from geo.demand.change import halves
from geo.demand.exposure import live_hours, round_the_clock
from geo.demand.rates import fit_demand
from geo.demand.seasons import bank_holiday_nights, rate_by_month
from geo.demand.weights import heaviest
from geo.layers.base import Drawing
from geo.scenarios.presets import presets
from geo.store.loading import Selection
from geo.store.project import Facts, create_project
from geo.ui import answers, hours, tables, where_charts, where_maps
from geo.ui.answers import Question
from geo.ui.seen import Seen

COUNTY = "Northamptonshire"
ROWS = 1_000_000
AIM_SECONDS, AIM_BYTES = 10.0, 2_000_000
CUT = dt.date(2017, 12, 11)
FIRST, LAST = pd.Timestamp("2010-01-01"), pd.Timestamp("2019-12-31")
VIEWS = (
    ("Postcodes", "points", "district"),
    ("Counts by district", "counts", "district"),
    ("Counts by LSOA", "counts", "lsoa"),
    ("Rates by district", "rates", "district"),
    ("Rates by LSOA", "rates", "lsoa"),
    ("Rates by hexagon", "rates", "hexagon"),
    ("Heat", "heat", "district"),
    ("Change", "change", "district"),
)


class Piece(NamedTuple):
    """One piece of the page: seconds on the clock, seconds of CPU, and the bytes that it sends."""

    name: str
    seconds: float
    cpu: float
    size: int


def invented(rows: int) -> pd.DataFrame:
    """Draw located incidents at live postcodes of the county, a tenth of them of regular callers."""
    draw = np.random.default_rng(20160201)
    frame = geo.Gazetteer.of(COUNTY).frame
    mine = frame["live"] & frame["lsoa"].isin(geo.load_residents(COUNTY).index)
    live = frame[mine].reset_index(names="postcode")
    at = draw.integers(len(live), size=rows)
    minutes = draw.integers(int((LAST - FIRST) / pd.Timedelta(minutes=1)), size=rows)
    received = FIRST + pd.to_timedelta(np.sort(minutes), unit="min")
    place = live.iloc[at].reset_index(drop=True)
    return _records(
        place["postcode"], place["easting"], place["northing"], place["lsoa"], received,
        district=place["district"], district_2021=place["district_2021"],
    ).assign(
        person_key=np.where(draw.random(rows) < 0.1, draw.integers(5_000, size=rows).astype(str), ""),
        minutes_on_incident=np.where(draw.random(rows) < 0.1, np.nan, draw.gamma(2.0, 24.0, size=rows).round()),
    )  # fmt: skip


def police(files: list[Path]) -> pd.DataFrame:
    """Read street crime of police.uk: real points, the first of the month as the day, no hour."""
    rows = pd.concat([pd.read_csv(file, dtype={"Month": str}) for file in files]).dropna(subset=["Longitude"])
    grid = turn(rows[["Longitude", "Latitude"]].to_numpy(np.float64), LONLAT, GRID)
    lsoas = answers.areas(COUNTY).lsoas.set_index("code")[["district", "district_2021"]]
    found = lsoas.reindex(rows["LSOA code"]).fillna("").reset_index(drop=True)
    missing = pd.Series(pd.NaT, index=found.index, dtype="datetime64[us]")
    records = _records(
        rows["LSOA name"].fillna("").reset_index(drop=True), pd.Series(grid[:, 0]), pd.Series(grid[:, 1]),
        rows["LSOA code"].fillna("").reset_index(drop=True), missing, **found,
    )  # fmt: skip
    day = pd.to_datetime(rows["Month"] + "-01").reset_index(drop=True)
    return records.assign(received_on=day, precision="place", uncertainty_metres=100.0, incident_type="street crime")


def _records(
    postcode: pd.Series, easting: pd.Series, northing: pd.Series, lsoa: pd.Series, received: Any, **more: pd.Series
) -> pd.DataFrame:
    times = pd.Series(received).dt.tz_localize("Europe/London", ambiguous="NaT", nonexistent="NaT")
    texts = dict.fromkeys(("location", "incident_type", "shift_id", "not_located_because", "person_key"), "")
    return pd.DataFrame(
        {
            "postcode": postcode, "easting": easting.astype(float), "northing": northing.astype(float), "lsoa": lsoa,
            "received_at": times, "received_on": times.dt.tz_localize(None).dt.normalize(), "precision": "unit",
            "uncertainty_metres": 60.0, "contact_mode": "unknown", "minutes_on_incident": np.nan, **texts, **more,
        }
    )  # fmt: skip


def measure(name: str, incidents: pd.DataFrame) -> list[Piece]:
    """Time each piece of the page for these incidents, and count the bytes of what it would send."""
    found: list[Piece] = []

    def timed(piece: str, work: Callable[[], Any], size: Callable[[Any], int] | None = None) -> Any:
        began, used = time.perf_counter(), time.process_time()
        made = work()
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        found.append(Piece(piece, seconds, cpu, size(made) if size else 0))
        return made

    with tempfile.TemporaryDirectory() as folder:
        base = geo.Base.at("NN1 1DE", geo.Gazetteer.default())
        project = create_project(Path(folder) / "project", Facts(name, COUNTY, base))
        question = Question(project.folder, project.version, Selection("all_mental_health"), "2011-2021")
        days = incidents["received_on"].dropna()
        watched = round_the_clock(days.min(), days.max() + pd.Timedelta(days=27))
        heavy = timed("heaviest callers and places", lambda: heaviest(incidents))
        residents = geo.load_residents(COUNTY)
        demand = timed("demand model", lambda: fit_demand(incidents, watched, residents))
        here = Seen(question, incidents, heavy, watched, live_hours(watched), demand, "")
        for title, view, by in VIEWS:
            timed(f"map: {title}", lambda view=view, by=by: picture(here, view, by), sent)
        timed(
            "months and bank holidays",
            lambda: (rate_by_month(incidents, watched), bank_holiday_nights(incidents, watched)),
        )
        timed("grid of the week", lambda: grid(here), lambda chart: len(chart.to_json()))
    return found


def picture(here: Seen, view: str, by: str) -> tuple[list[list[str]], where_maps.Picture]:
    """Make a map's picture and all that it hands to the browser."""
    made = where_maps.of(here, view, by, None, lambda: halves(here.incidents, here.watched, CUT))
    drawn = [
        [part.data for part in layer.to_folium()._children.values() if isinstance(part, Drawing)]
        for layer in made.layers
    ]
    return drawn, made


def sent(made: tuple[list[list[str]], where_maps.Picture]) -> int:
    """Count the bytes of layers, sentence and table."""
    layers, shown = made
    table = pa.Table.from_pandas(shown.table.head(tables.MOST_SHOWN), preserve_index=False)
    return sum(len(data) for layer in layers for data in layer) + len(shown.caption) + table.nbytes


def grid(here: Seen) -> Any:
    """Make the chart of the week."""
    pattern = presets(here.question.project.facts.base)["Operation Alloy"].pattern
    week = hours.week(here, "", np.ones(168, dtype=np.bool_), pattern.hours)
    return where_charts.week(week, "counts", "incidents", float(week["counted"].max()))


def table_of(rows: list[Piece]) -> str:
    """Write measurements as a table of Markdown, with their sum and the largest."""
    lines = ["| piece | seconds | of it CPU | kB sent |", "|---|--:|--:|--:|"]
    lines += [f"| {row.name} | {row.seconds:.2f} | {row.cpu:.2f} | {row.size / 1_000:.0f} |" for row in rows]
    seconds, cpu, most = sum(row.seconds for row in rows), sum(row.cpu for row in rows), max(row.size for row in rows)
    return "\n".join([*lines, f"| **all** | **{seconds:.2f}** | **{cpu:.2f}** | most: **{most / 1_000:.0f}** |"])


def main(arguments: list[str]) -> None:
    """Measure both sets, print the tables and write the section of the page."""
    logging.getLogger("streamlit").setLevel(logging.ERROR)  # there is no page around what is measured
    rows = int(arguments[0]) if arguments else ROWS
    answers.areas(COUNTY), answers.residents(COUNTY)
    body = "## Maps of one million incidents\n\n`benchmarks/demand_maps.py`; one process, two shared cores. "
    body += f"Asked: under {AIM_SECONDS:.0f} s for all of it, under {AIM_BYTES / 1e6:.0f} MB for any one view.\n"
    sets = {f"{rows:,} invented incidents, ten years, day and night": lambda: invented(rows)}
    if files := [Path(name) for name in arguments[1:]]:
        sets["street crime of Northamptonshire from police.uk"] = lambda: police(files)
    for name, make in sets.items():
        incidents = make()
        measured = measure(name, incidents)
        title = f"\n{name} (n = {len(incidents):,})\n\n{table_of(measured)}\n"
        print(title, flush=True)
        body += title
    if rows == ROWS:
        put("demand-maps", body)


if __name__ == "__main__":
    main(sys.argv[1:])
