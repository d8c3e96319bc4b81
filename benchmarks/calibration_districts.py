"""
Measure how often the 90% intervals of the shares of districts, and of their places, hold the truth.

Run: ``python -m benchmarks.calibration_districts [--sets 200]`` (part of `make calibration`).

422 places in seven districts of uneven size, as in Northamptonshire; districts and the places within them differ from
their residents' share by log-normal factors. Beside it the fit in one step, without districts, which is why there are
two.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.performance_page import replaced
from geo.demand.calibration import LEAST
from geo.demand.rates import place_shares
from geo.whole import whole

PAGE = Path(__file__).resolve().parents[1] / "docs" / "method.md"
MARK = "calibration of districts"

PLACES, DISTRICTS = 422, 7
INCIDENTS = (16, 150, 650)
"""Incidents with a place: as in the two published weeks, three months and a year."""

SPREADS = ((0.0, 0.5), (0.3, 0.5), (0.6, 0.5), (0.3, 0.9))
"""Log standard deviation of districts, and of places within them."""


def measure(incidents: int, spread: tuple[float, float], sets: int) -> dict[str, float]:
    """Give the percentage of intervals that held the truth, over so many data sets."""
    held = {"districts": 0.0, "places": 0.0, "districts in one step": 0.0}
    for seed in range(sets):
        rng = np.random.default_rng([seed, incidents])
        people = np.round(1600 * rng.lognormal(0, 0.3, PLACES))
        member = np.minimum((rng.random(PLACES) ** 1.5 * DISTRICTS).astype(int), DISTRICTS - 1)
        truth = people * np.exp(rng.normal(0, spread[0], DISTRICTS))[member] * np.exp(rng.normal(0, spread[1], PLACES))
        truth /= truth.sum()
        counts = rng.multinomial(incidents, truth).astype(float)
        residents, belongs = pd.Series(people), np.eye(DISTRICTS)[member]
        both = place_shares(counts, residents, pd.Series(member).astype(str), rng, 500)
        once = place_shares(counts, residents, None, rng, 500)
        held["districts"] += _held(both @ belongs, truth @ belongs)
        held["places"] += _held(both, truth)
        held["districts in one step"] += _held(once @ belongs, truth @ belongs)
    return {name: 100 * value / sets for name, value in held.items()}


def _held(draws: np.ndarray, truth: np.ndarray) -> float:
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    return float(((low <= truth) & (truth <= high)).mean())


def main() -> None:
    """Measure, print, and write the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=200)
    sets = parser.parse_args().sets
    lines = []
    for incidents, spread in product(INCIDENTS, SPREADS):
        found = measure(incidents, spread, sets)
        cells = [f"**{value:.0f}**" if round(value) < LEAST else f"{value:.0f}" for value in found.values()]
        lines.append(f"| {incidents} | {spread[0]:g} | {spread[1]:g} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    head = "| incidents | spread of districts | of places within | districts | places | districts in one step |"
    text = (
        f"How often (%) 90% intervals of shares held the truth, {sets} simulated data sets a line; spreads are of the "
        "logarithm. The last column is the fit without districts, for comparison (**bold**: too narrow).\n\n"
        + "\n".join([head, "|---" * 6 + "|", *lines])
    )
    page = replaced(PAGE.read_text(encoding="utf-8"), MARK, text)
    with whole(PAGE) as file:
        file.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
