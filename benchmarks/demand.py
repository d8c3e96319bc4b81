"""
Measure how long demand takes to fit: a year of a small scheme, and ten years with a million incidents.

Run: ``python -m benchmarks.demand``. It writes a section of ``docs/performance.md``.
"""

import time

import numpy as np
import pandas as pd

from benchmarks.performance_page import put
from geo.demand.rates import fit_demand

PLACES = 422
"""LSOAs of Northamptonshire (2011)."""


def nightly(years: int) -> pd.DataFrame:
    """Give a shift log of every night from 18:00 to 02:00."""
    days = pd.date_range("2012-01-01", periods=round(365.25 * years))
    start, end = (
        (days + pd.Timedelta(hours=hours)).tz_localize("Europe/London", ambiguous=True, nonexistent="shift_forward")
        for hours in (18, 26)
    )
    names = pd.Series([f"shift {number}" for number in range(len(days))], dtype="str")
    return pd.DataFrame({"shift_id": names, "start": start, "end": end, "nhs_staffed": "yes"})


def incidents(n: int, shifts: pd.DataFrame) -> pd.DataFrame:
    """Give so many incidents at any time of the years of a shift log."""
    rng = np.random.default_rng(0)
    first, last = shifts["start"].min(), shifts["end"].max()
    seconds = pd.to_timedelta(rng.integers(0, int((last - first).total_seconds()), n), unit="s")
    called = pd.Series((first + seconds).as_unit("us"))
    lsoa = pd.Series(rng.choice([f"E{number:03d}" for number in range(PLACES)], n), dtype="str")
    day = called.dt.tz_localize(None).dt.normalize()
    return pd.DataFrame(
        {"received_at": called, "received_on": day, "shift_id": pd.Series([""] * n, dtype="str"), "lsoa": lsoa}
    )


def main() -> None:
    """Fit each once to warm up and three times to measure; print and write the table."""
    residents = pd.Series(1500, index=[f"E{number:03d}" for number in range(PLACES)])
    lines = []
    for n, years in ((700, 1), (20_000, 5), (1_000_000, 10)):
        shifts = nightly(years)
        located, took = incidents(n, shifts), []
        for _ in range(4):
            began = time.perf_counter()
            fit_demand(located, shifts, residents)
            took.append(time.perf_counter() - began)
        lines.append(f"| {n:,} | {years} | {len(shifts):,} | {min(took[1:]):.2f} |")
        print(lines[-1])
    head = "| incidents | years | shifts | seconds |\n|---|---|---|---|"
    put(
        "demand",
        "## Demand\n\n`python -m benchmarks.demand`: incidents and shift log to 500 posterior draws of 168 hours and "
        f"{PLACES} places, the best of three.\n\n" + "\n".join([head, *lines]),
    )


if __name__ == "__main__":
    main()
