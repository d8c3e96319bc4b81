"""Located incidents made by hand: what a test names is recorded, the rest is blank."""

import pandas as pd
import pytest

from geo.tables import LOCATED_COLUMNS, LONDON, SHIFT_COLUMNS, Column, check

POINTS = {
    # postcode: easting, northing, metres of doubt, precision; NN1 1AA and NN1 1AB are 300 m apart, NN2 6ZZ is 7 km away
    "NN1 1AA": (475_000.0, 260_000.0, 60.0, "unit"),
    "NN1 1AB": (475_300.0, 260_000.0, 60.0, "unit"),
    "NN2 6ZZ": (475_000.0, 267_000.0, 60.0, "unit"),
    "NN1 1": (475_100.0, 260_100.0, 800.0, "sector"),
    "NN1": (475_500.0, 260_500.0, 1_300.0, "district"),
}


def _column(column: Column, rows: list[dict]) -> pd.Series:
    values = [row.get(column.name) for row in rows]
    if column.kind == "number":
        return pd.Series(values, dtype="float64")
    if column.kind == "date":
        return pd.Series(pd.to_datetime(values), dtype="datetime64[us]")
    if column.kind == "time":
        times = pd.to_datetime(pd.Series(values, dtype="object"), utc=True)
        return times.dt.tz_convert(LONDON).astype(f"datetime64[us, {LONDON}]")
    blank = "unknown" if "unknown" in column.choices else "none" if "none" in column.choices else ""
    return pd.Series([blank if value is None else value for value in values], dtype="str")


def _completed(row: dict) -> dict:
    """Add what follows from what is named: the point of a postcode, the London time of ``at``, its day."""
    row = {"incident_id": f"{row['source']}:{row['reference']}", "file": "made.csv", "row": 1, **row}
    if postcode := row.get("postcode"):
        point = POINTS.get(postcode)
        row |= (
            dict(zip(("easting", "northing", "uncertainty_metres", "precision"), point, strict=True)) if point else {}
        )
    if at := row.pop("at", None):
        wall = pd.Timestamp(at)
        row = {
            "received_at": wall.tz_localize(LONDON),
            "received_on": wall.normalize(),
            "time_known": "recorded",
            **row,
        }
    elif "received_on" in row:
        row = {"time_known": "day_only", **row}
    return row


@pytest.fixture(scope="session")
def located():
    """Make a table of located incidents: ``located("police", {"reference": "A1", "at": "2016-02-04 19:40"}, …)``."""

    def make(source: str, *rows: dict) -> pd.DataFrame:
        numbered = [{"source": source, "reference": f"R{place}", **row} for place, row in enumerate(rows, start=1)]
        completed = [_completed(row) for row in numbered]
        frame = pd.DataFrame({column.name: _column(column, completed) for column in LOCATED_COLUMNS})
        return check(frame, LOCATED_COLUMNS, "made by hand")

    return make


@pytest.fixture(scope="session")
def shift_log():
    """Make a log of evenings, 18:00 to midnight: ``shift_log({"date": "2016-02-04", "nhs_staffed": "yes"})``."""

    def make(*rows: dict) -> pd.DataFrame:
        full = [
            {
                "shift_id": row["date"],
                "start": pd.Timestamp(row["date"] + " 18:00").tz_localize(LONDON),
                "end": (pd.Timestamp(row["date"]) + pd.Timedelta(days=1)).tz_localize(LONDON),
                "file": "shifts.csv",
                "row": 1,
                **row,
            }
            for row in rows
        ]
        frame = pd.DataFrame({column.name: _column(column, full) for column in SHIFT_COLUMNS})
        return check(frame, SHIFT_COLUMNS, "made by hand")

    return make
