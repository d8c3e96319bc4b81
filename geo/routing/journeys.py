"""Journeys that were driven, from the scheme's log or a table of times: what speeds are calibrated with."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import SchemaError
from geo.incidents.grid import Grid, read_grids
from geo.incidents.values import DayOrder, Moment, day_order, read_minutes, read_moment, readings
from geo.places.bases import Base
from geo.places.postcodes import Gazetteer
from geo.tables import LONDON

JOURNEYS = ("from_easting", "from_northing", "to_easting", "to_northing", "minutes", "departed_at", "reference")
"""Columns of journeys: two points in metres (EPSG:27700), minutes between them, London time or NaT, and a name."""

LONGEST_MINUTES, FASTEST_KMH, SHORTEST_METRES = 180.0, 160.0, 500.0
"""Beyond these a pair of times is no drive: an entry made later, a car that was there already. Assumptions."""

_HEADINGS = {
    **dict.fromkeys(("from", "from postcode", "start", "origin", "base"), "from"),
    **dict.fromkeys(("to", "to postcode", "end", "destination", "scene"), "to"),
    **dict.fromkeys(("minutes", "drive minutes", "time minutes", "mins"), "minutes"),
    **dict.fromkeys(("departed", "departed at", "dispatched", "dispatched at", "date and time"), "departed"),
}
"""Headings of a table of times, in lower case without punctuation."""


@dataclass(frozen=True, eq=False)
class Journeys:
    """
    Journeys that can be compared with the roads, and how many were left out for which reason.

    ``untimed`` of them have no readable time of departure: they are compared with empty roads.
    """

    frame: pd.DataFrame
    left_out: dict[str, int]
    untimed: int = 0

    def __post_init__(self) -> None:
        if missing := [name for name in JOURNEYS if name not in self.frame.columns]:
            raise SchemaError(f"journeys lack {len(missing)} columns (first: {missing[0]!r})")

    @property
    def sentence(self) -> str:
        """Say how many journeys there are, and what became of the others."""
        others = ", ".join(f"{count} {reason}" for reason, count in self.left_out.items() if count)
        untimed = f"; {self.untimed} of them without a time, as on empty roads" if self.untimed else ""
        return f"{len(self.frame)} journeys can be used{untimed}" + (f"; left out: {others}" if others else "")


def journeys_of(located: pd.DataFrame, bases: Sequence[Base]) -> Journeys:
    """
    Take the journeys from the base to a scene out of a log: from dispatched to arrived.

    Wrong where the car did not start at its base (after another incident), and by what lies between dispatch and wheels
    rolling. With several bases nobody knows which one a car came from, so there are no journeys.

    Parameters
    ----------
    located
        Located incidents.
    bases
        Where the cars started.
    """
    known = located["dispatched_at"].notna() & located["arrived_at"].notna()
    placed = located["precision"].isin(["unit", "place"])
    used = known & placed & (len(bases) == 1)
    start = bases[0] if bases else Base("none", 0.0, 0.0)
    rows = located[used]
    frame = pd.DataFrame(
        {
            "from_easting": start.easting,
            "from_northing": start.northing,
            "to_easting": rows["easting"].astype(float),
            "to_northing": rows["northing"].astype(float),
            "minutes": (rows["arrived_at"] - rows["dispatched_at"]).dt.total_seconds() / 60,
            "departed_at": rows["dispatched_at"],
            "reference": rows["incident_id"],
        }
    )
    found = sift_journeys(frame)
    lost = {
        "without both times": int((~known).sum()),
        "without a point for their scene": int((known & ~placed).sum()),
        "that began at one of several bases": int((known & placed & ~used).sum()),
    }
    return Journeys(found.frame, lost | found.left_out)


def sift_journeys(frame: pd.DataFrame) -> Journeys:
    """Leave out, and count, what cannot be a drive: see :data:`LONGEST_MINUTES`, :data:`FASTEST_KMH`."""
    metres = np.hypot(frame["to_easting"] - frame["from_easting"], frame["to_northing"] - frame["from_northing"])
    minutes = frame["minutes"]
    reasons = {
        "without a time above zero": ~(minutes > 0),
        f"longer than {LONGEST_MINUTES:.0f} minutes": minutes > LONGEST_MINUTES,
        f"shorter than {SHORTEST_METRES:.0f} metres": metres < SHORTEST_METRES,
        f"faster than {FASTEST_KMH:.0f} km/h as the crow flies": metres / 1000 > minutes / 60 * FASTEST_KMH,
    }
    first = np.select(list(reasons.values()), list(reasons), default="")
    counts = {reason: int((first == reason).sum()) for reason in reasons}
    return Journeys(frame[first == ""].reset_index(drop=True), counts)


def read_journeys(path: str | PathLike[str], gazetteer: Gazetteer) -> Journeys:
    """
    Read a table of times: CSV or workbook with the columns ``from`` and ``to`` (postcodes), ``minutes``, ``departed``.

    ``departed`` (date and time, London) may be missing or blank: such a journey is compared with empty roads, and
    counted. A row whose postcodes or minutes cannot be read is left out and counted.

    Raises
    ------
    SourceError
        If the file cannot be read as a table.
    SchemaError
        If no sheet has the columns.
    """
    for grid in read_grids(path):
        if headed := _headed(grid):
            row, columns = headed
            return _read_rows(grid.cells.loc[row:].iloc[1:], columns, gazetteer)
    raise SchemaError(f"{Path(path).name} has no columns 'from', 'to' and 'minutes'; name them in the first row")


def _headed(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """Find the first row that names the columns: its number, and the column of each heading."""
    for row, *cells in grid.cells.head(20).itertuples(name=None):
        columns: dict[str, int] = {}
        for at, cell in enumerate(cells):
            if heading := _HEADINGS.get(" ".join(re.findall(r"[a-z]+", str(cell).casefold()))):
                columns.setdefault(heading, at)
        if {"from", "to", "minutes"} <= columns.keys():
            return int(row), columns
    return None


def _read_rows(cells: pd.DataFrame, columns: dict[str, int], gazetteer: Gazetteer) -> Journeys:
    texts = {name: cells.iloc[:, at].astype(str).str.strip() for name, at in columns.items()}
    order = day_order(texts["departed"]) if "departed" in texts else "day"
    ends = {name: gazetteer.table(texts[name]) for name in ("from", "to")}
    departed = texts.get("departed", pd.Series("", index=cells.index))
    times = pd.to_datetime([_departure(text, order) for text in departed], utc=True).tz_convert(LONDON)
    frame = pd.DataFrame(
        {
            **{f"{name}_{axis}": ends[name][axis].to_numpy(float) for name in ends for axis in ("easting", "northing")},
            "minutes": [_minutes(text) for text in texts["minutes"]],
            "departed_at": times,
            "reference": [f"row {row}" for row in cells.index],
        }
    )
    unknown = np.array([(table["precision"] != "unit").to_numpy() for table in ends.values()]).any(axis=0)
    found = sift_journeys(frame[~unknown])
    counts = {"whose postcodes are no full ones of the counties here": int(unknown.sum())} | found.left_out
    return Journeys(found.frame, counts, untimed=int(found.frame["departed_at"].isna().sum()))


def _minutes(text: str) -> float:
    found = read_minutes(text)
    return found if isinstance(found, float) else float("nan")


def _departure(text: str, order: DayOrder) -> dt.datetime | None:
    """Read a date and time in London; none where either is missing or cannot be read."""
    moment = read_moment(text, order)
    if not isinstance(moment, Moment) or moment.day is None or moment.clock is None:
        return None
    return readings(moment.day, moment.clock, moment.zone)[0]
