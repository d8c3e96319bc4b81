"""
How long the search for bases takes: 500 and 2,000 candidates, 5,000 places, one to five bases.

    python benchmarks/locate.py [--limit SECONDS]

The county is made: 25 towns and open country on 60 x 60 km, demand uneven, minutes along 1.3 times the straight line at
55 km/h. Prints a table: seconds, the answer, and its gap (0: proved).
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from geo.planning.location import BaseSet, lscp, mclp, mexclp
from geo.planning.median import p_median

PLACES = 5_000
WITHIN = 20.0


def county(candidates: int) -> tuple[np.ndarray, np.ndarray]:
    """Make minutes (candidates, places) and demand (places,)."""
    rng = np.random.default_rng(7)
    towns = rng.uniform(0, 60, (25, 2))
    places = towns[rng.choice(25, PLACES, p=rng.dirichlet(np.full(25, 0.8)))] + rng.normal(0, 2.5, (PLACES, 2))
    places[: PLACES // 5] = rng.uniform(0, 60, (PLACES // 5, 2))
    bases = places[rng.choice(PLACES, candidates, replace=False)]
    km = np.hypot(*(bases[:, None] - places).transpose(2, 0, 1))
    return km * 1.3 / 55 * 60, rng.gamma(0.5, 1.0, PLACES)


def tasks(minutes: np.ndarray, demand: np.ndarray, limit: float) -> dict[str, Callable[[], BaseSet]]:
    """Name every question."""
    cover, soft = minutes <= WITHIN, 1 / (1 + np.exp((minutes - WITHIN) / 3))
    asked: dict[str, Callable[[], BaseSet]] = {}
    for p in (1, 2, 3, 5):
        asked[f"MCLP, {p}"] = lambda p=p: mclp(cover, demand, p, time_limit=limit)
    for p in (1, 2, 3):
        asked[f"MCLP, cover a chance, {p}"] = lambda p=p: mclp(soft, demand, p, time_limit=limit)
    for cars in (2, 3, 5):
        asked[f"MEXCLP, {cars}"] = lambda cars=cars: mexclp(
            minutes, demand, cars, within=WITHIN, busy=0.2, time_limit=limit
        )
    for p in (1, 2, 3, 5):
        asked[f"p-median, {p}"] = lambda p=p: p_median(minutes, demand, p, time_limit=limit)
    asked["LSCP, 30 minutes"] = lambda: lscp(minutes <= 30, time_limit=limit)
    return asked


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--limit", type=float, default=60.0)
    asked = arguments.parse_args()
    print("| candidates | question | seconds | sum | gap | near ties |\n| --- | --- | --- | --- | --- | --- |")
    for candidates in (500, 2_000):
        minutes, demand = county(candidates)
        for name, answer in tasks(minutes, demand, asked.limit).items():
            began = time.perf_counter()
            found = answer()
            took = time.perf_counter() - began
            print(
                f"| {candidates:,} | {name} | {took:.2f} | {found.objective:,.1f} | {found.gap:.2%} "
                f"| {len(found.near_ties)} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
