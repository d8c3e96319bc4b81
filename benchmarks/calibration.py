"""
Measure how often the 90% intervals of demand hold the truth, on simulated data, and write the table that ships.

Run: ``python -m benchmarks.calibration [--sets 200]``

Each data set is a shift log and its incidents, fitted as the app fits them. The truth is drawn anew for each: from what
the model assumes; from something unlike it (bumps through the day, town centres many times busier than their residents
explain, and busiest at night); and from something far from it (as many places as a county has LSOAs, one of which takes
a tenth of all, a sudden hour, and demand that doubles over the period). It writes ``data/accuracy/`` and the table of
``docs/method.md``.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.drive_errors.page import sources
from benchmarks.performance_page import replaced
from geo.demand.calibration import (
    BUSIEST,
    BY_CHANCE,
    COLUMNS,
    DIFFERING,
    FAR,
    HOURS,
    LEAST,
    LIKE,
    MOST,
    PLACES,
    UNLIKE,
    WINDOWS,
)
from geo.demand.exposure import elapsed_hours, night_of_hour, round_the_clock
from geo.demand.model import hour_basis
from geo.demand.rates import Demand, fit_demand
from geo.demand.windows import window_total
from geo.deployment.patterns import hour_grid
from geo.routing.accuracy import TABLE as DRIVE_TIMES
from geo.store.calibration import TABLE
from geo.whole import whole

PAGE = Path(__file__).resolve().parents[1] / "docs" / "method.md"
MARK = "calibration of demand"

Array = npt.NDArray[np.float64]

FIRST = pd.Timestamp("2016-01-04")
WEEKS = (2, 12, 52)
PLACE_COUNT = {LIKE: 24, UNLIKE: 24, FAR: 400}
"""Places: as many as a county has wards of a town or groups of villages, and as it has LSOAs."""

A_MONTH = {False: 60, True: 180}
"""Incidents a month: as the two published weeks of Operation Alloy for the evening; three times that day and night
(assumption)."""

FRAILTY = 0.5
"""Variance of the factor by which nights differ (assumption): 2 incidents a night then vary twice as much as by
chance."""

WEEK = np.arange(168)
TAILS = (0.05, 0.95)


@dataclass(frozen=True)
class Kind:
    """One kind of data: what the truth is drawn from, when it was watched, and whether nights differ."""

    truth: str
    day_and_night: bool
    weeks: int
    frailty: float

    @property
    def live(self) -> npt.NDArray[np.bool_]:
        """The hours of the week that are watched."""
        return np.full(168, True) if self.day_and_night else WEEK % 24 >= 18

    @property
    def shifts(self) -> pd.DataFrame:
        """The shift log."""
        last = FIRST + pd.Timedelta(days=7 * self.weeks - 1)
        if self.day_and_night:
            return round_the_clock(FIRST, last)
        days = pd.date_range(FIRST, last)
        start, end = ((days + pd.Timedelta(hours=hours)).tz_localize("Europe/London") for hours in (18, 24))
        return pd.DataFrame({"shift_id": "", "start": start, "end": end, "nhs_staffed": "yes"})


def residents(places: int, rng: np.random.Generator) -> Array:
    """Draw the residents of the places."""
    return np.round(1600 * rng.lognormal(0, 0.5, places))


def truth_like(people: Array, rng: np.random.Generator) -> Array:
    """Draw rates from what the model assumes: harmonics, free hours, gamma places; shape (168, places)."""
    basis = hour_basis()
    hours = np.exp(basis @ rng.normal(0, 0.3, basis.shape[1]) + rng.normal(0, 0.12, 168))
    places = people * rng.gamma(1 / 0.5**2, 0.5**2, len(people))
    return np.asarray(hours[:, None] * places)


def truth_unlike(people: Array, rng: np.random.Generator) -> Array:
    """Draw rates with bumps and jumps through the day, and town centres that are busier still at night."""
    bump = np.exp(-0.5 * ((((WEEK - 20.5) % 24 + 12) % 24 - 12) / 3.5) ** 2)
    noon = np.exp(-0.5 * ((((WEEK - 14) % 24 + 12) % 24 - 12) / 3) ** 2)
    weekend = np.isin(night_of_hour(WEEK), (4, 5)) & ((WEEK % 24 >= 20) | (WEEK % 24 < 4))
    hours = (0.35 + 1.6 * bump + 0.3 * noon) * np.where(weekend, 1.35, 1.0) * rng.gamma(40, 1 / 40, 168)
    centres = rng.permutation(len(people)) < len(people) / 8
    places = people * np.where(centres, 6.0, 1.0) * rng.lognormal(0, 0.3, len(people))
    late = np.where(weekend[:, None] & centres, 1.5, 1.0)
    return np.asarray(hours[:, None] * places * late)


def truth_far(people: Array, rng: np.random.Generator) -> Array:
    """Draw rates as :func:`truth_unlike`, with an hour four times as busy and a place that takes a tenth of all."""
    rates = truth_unlike(people, rng)
    rates[np.isin(WEEK, (4 * 24 + 23, 5 * 24 + 23))] *= 4
    bridge = rng.integers(len(people))
    rates[:, bridge] = rates.sum(axis=1) / 9
    return rates


TRUTHS = {LIKE: truth_like, UNLIKE: truth_unlike, FAR: truth_far}


def simulate(kind: Kind, seed: int) -> tuple[pd.DataFrame, pd.Series, Array]:
    """Draw one data set: its incidents, the residents, and the true incidents an hour, shape (168, places)."""
    rng = np.random.default_rng([seed, kind.weeks, kind.day_and_night, list(TRUTHS).index(kind.truth)])
    people = residents(PLACE_COUNT[kind.truth], rng)
    rates = TRUTHS[kind.truth](people, rng)
    rates *= A_MONTH[kind.day_and_night] * 12 * 7 / 365.25 / rates[kind.live].sum()
    elapsed = elapsed_hours(kind.shifts)
    nights, which = np.unique(elapsed["night"].to_numpy(), return_inverse=True)
    factor = rng.gamma(1 / kind.frailty, kind.frailty, len(nights)) if kind.frailty else np.ones(len(nights))
    if kind.truth == FAR:
        factor = factor * np.linspace(2 / 3, 4 / 3, len(nights))
    hourly = rates.sum(axis=1)[elapsed["bin"]] * factor[which] * elapsed["share"].to_numpy()
    row = np.repeat(np.arange(len(elapsed)), rng.poisson(hourly))
    spread = (rates / rates.sum(axis=1, keepdims=True)).cumsum(axis=1)[elapsed["bin"].to_numpy()[row]]
    place = np.minimum((rng.random(len(row))[:, None] > spread).sum(axis=1), len(people) - 1)
    within = pd.to_timedelta(rng.integers(0, 3600, len(row)), unit="s")
    called = (elapsed["hour"].iloc[row].reset_index(drop=True) + within).dt.tz_convert("Europe/London").dt.as_unit("us")
    names = np.array([f"E{number:03d}" for number in range(len(people))])
    incidents = pd.DataFrame(
        {
            "received_at": called,
            "received_on": called.dt.tz_localize(None).dt.normalize(),
            "shift_id": "",
            "lsoa": pd.Series(names[place], dtype="str"),
        }
    )
    return incidents, pd.Series(people, index=names), rates


def held(
    kind: Kind, incidents: pd.DataFrame, people: pd.Series, demand: Demand, rates: Array
) -> Iterator[tuple[str, float, float]]:
    """Give how much of the truth the intervals of one data set hold, and how wide they are: of, covered, width."""
    live, hours = kind.live, demand.hour_rates
    total = hours[:, live].sum(axis=1)
    by_place, true = total[:, None] * demand.place_shares, rates[live].sum(axis=0)
    yield PLACES, *_held(by_place, true)
    busiest = np.argsort(true / people)[-round(len(people) / 10) :]
    yield BUSIEST, *_held(by_place[:, busiest], true[busiest])
    yield HOURS, *_held(hours[:, live], rates[live].sum(axis=1))
    rng, counts, nights = np.random.default_rng(0), hour_grid(incidents), night_of_hour(WEEK)
    windows = [live & (nights == night) for night in range(7)]
    totals = [window_total(counts, demand.live_hours, w, dispersion=demand.dispersion_in(w)) for w in windows]
    drawn = np.stack([total.draws(rng, 4000) for total in totals], axis=1)
    seen = [demand.live_hours * window for window in windows]
    yield WINDOWS, *_held(drawn, np.array([rates.sum(axis=1) @ hours / hours.sum() for hours in seen]))


def _held(draws: Array, truth: Array) -> tuple[float, float]:
    low, high = np.quantile(draws, TAILS, axis=0)
    return float(np.mean((low <= truth) & (truth <= high))), float(np.mean(high - low) / np.mean(truth))


def measure(kind: Kind, sets: int) -> pd.DataFrame:
    """Measure one kind of data: a row each for places, hours and windows."""
    found, incidents = [], []
    for seed in range(sets):
        calls, people, rates = simulate(kind, seed)
        if calls.empty:
            continue
        demand = fit_demand(calls, kind.shifts, people, seed=seed)
        found += list(held(kind, calls, people, demand, rates))
        incidents.append(len(calls))
    means = pd.DataFrame(found, columns=["of", "covered", "width"]).groupby("of", sort=False).mean()
    return pd.DataFrame(
        {
            "truth": kind.truth,
            "round_the_clock": kind.day_and_night,
            "live_weeks": kind.weeks,
            "nights": DIFFERING if kind.frailty else BY_CHANCE,
            "of": means.index,
            "sets": len(incidents),
            "incidents": round(float(np.mean(incidents))),
            "covered_percent": (100 * means["covered"]).round(1).to_numpy(),
            "width": means["width"].round(2).to_numpy(),
        }
    )[list(COLUMNS)]


KINDS = [Kind(*one) for one in product(TRUTHS, (False, True), WEEKS, (0.0, FRAILTY))]


SHOWN = (PLACES, HOURS, WINDOWS, BUSIEST)


def page(table: pd.DataFrame) -> str:
    """Write the table of the method page, a line a kind of data."""
    keys = ["truth", "round_the_clock", "live_weeks", "nights", "incidents"]
    wide = table.pivot_table(index=keys, columns="of", values="covered_percent", sort=False).reset_index()
    lines = [
        f"| {row['truth']} | {'day and night' if row['round_the_clock'] else '18-00'} | {row['live_weeks']} | "
        f"{row['nights']} | {row['incidents']} | {' | '.join(_cell(row[of]) for of in SHOWN)} |"
        for row in wide.to_dict("records")
    ]
    head = "| truth | watched | live weeks | nights | incidents | places | hours | windows | busiest places |"
    kept = "; ".join(_kept(table))
    return (
        f"How often (%) intervals that claim 90% held the truth, {table['sets'].max()} simulated data sets a line "
        f"(`make calibration`). Figures of places, hours and windows: {kept} (**bold**: too narrow). "
        "*Busiest places*, the tenth that truly has most incidents a resident, are held less often while incidents are "
        "few: shrinkage pulls them to the mean.\n\n" + "\n".join([head, "|---" * 9 + "|", *lines])
    )


def _kept(table: pd.DataFrame) -> Iterator[str]:
    """Say for each truth how many figures lie within, above and below what counts as kept."""
    for truth, mine in table[table["of"] != BUSIEST].groupby("truth", sort=False):
        covered = mine["covered_percent"].round()
        short, over = int((covered < LEAST).sum()), int((covered > MOST).sum())
        within = len(mine) - short - over
        yield f"data {truth}, {within} of {len(mine)} within {LEAST}-{MOST}, {over} above, {short} below"


def _cell(percent: float) -> str:
    return f"**{percent:.0f}**" if round(percent) < LEAST else f"{percent:.0f}"


def main() -> None:
    """Measure every kind of data, print it, and write the table and the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=200)
    sets = parser.parse_args().sets
    parts = []
    for kind in KINDS:
        start = time.perf_counter()
        parts.append(measure(kind, sets))
        covered = dict(zip(parts[-1]["of"], parts[-1]["covered_percent"], strict=True))
        print(kind, covered, f"{(time.perf_counter() - start) / sets:.2f} s a set", flush=True)
    table = pd.concat(parts, ignore_index=True)
    with whole(TABLE) as file:
        table.to_csv(file, index=False, lineterminator="\n")
    with whole(TABLE.parent / "SOURCES.md") as file:
        file.write_text(sources(DRIVE_TIMES), encoding="utf-8")
    text = replaced(PAGE.read_text(encoding="utf-8"), MARK, page(table))
    with whole(PAGE) as file:
        file.write_text(text, encoding="utf-8")
    print(TABLE, PAGE, sep="\n")


if __name__ == "__main__":
    main()
