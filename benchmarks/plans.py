"""
Time the search for plans on the illustrative years: where and when should a car with 42 crewed hours a week operate.

Over every live postcode and every legal window, for one car and for two, once for the hours that were on duty and once
for all hours of the week (a flat profile lends the others a rhythm). Prints when the first answer was there, when the
exact one was, and its gap; the section ``plans`` of docs/performance.md is written when every set is asked.

    python benchmarks/plans.py [SET …]
"""

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from performance_page import put

import geo
from geo.planning.found import Found
from geo.routing.hierarchy import best_engine
from geo.scenarios.world import World
from geo.store.intake import make_demonstration
from geo.store.loading import PROFILES, Selection, load_roads, load_world

SETS = ("northamptonshire", "cambridgeshire")
FLAT = 'title = "Every hour alike"\ncitation = "assumption"\nedition = "none"\neffective = 100\nweights = {weights}\n'
AIM_FIRST, AIM_EXACT = 5.0, 60.0
EACH = """It is the aim that a first answer is there in {first:g} s and the exact one in {exact:g} s. *Processor* is
the time that the processors were at work for it: on a busy machine a search takes longer by the clock.
"""
HEAD = """| year | hours with a rate | cars | first, s | exact, s | processor, s | gap | best | two rotas (gap) |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


@dataclass(frozen=True, eq=False)
class Timed:
    """A search, the seconds to its first and to its exact answer, and what the processors worked for it."""

    name: str
    told: int
    cars: int
    first: float
    exact: float
    worked: float
    found: Found

    @property
    def row(self) -> str:
        """Give the line of the table."""
        best, own = self.found.best.scenario, self.found.own_windows
        where = " and ".join(base.name for base in best.bases)
        apart = f"{own.a_month:.1f} against {own.together:.1f} ({own.gap:.2%})" if own else "-"
        cells = [
            self.name.capitalize(),
            f"{self.told}",
            f"{self.cars}",
            f"{self.first:.1f}",
            f"{self.exact:.1f}",
            f"{self.worked:.1f}",
            f"{self.found.gap:.2%}",
            f"{where}, {best.pattern.text}",
            apart,
        ]
        return f"| {' | '.join(cells)} |"


def searched(name: str, world: World, scenario: geo.Scenario, cars: int) -> Timed:
    """Search, and time it."""
    begun, worked, first = time.perf_counter(), time.process_time(), [np.nan]

    def progress(share: float, words: str) -> None:  # noqa: ARG001 - the share is not printed
        if words and np.isnan(first[0]):
            first[0] = time.perf_counter() - begun

    found = geo.search_plans(scenario, world, geo.Rules(cars=cars), progress=progress)
    exact, worked = time.perf_counter() - begun, time.process_time() - worked
    return Timed(name, int(world.demand.told.sum()), cars, first[0], exact, worked, found)


def measured(name: str) -> list[Timed]:
    """Search one illustrative year with each exposure, for one car and for two."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        project = make_demonstration(Path(folder) / "project", name)
        (project.folder / PROFILES).mkdir(exist_ok=True)
        (project.folder / PROFILES / "flat.toml").write_text(FLAT.format(weights=[1] * 24), encoding="utf-8")
        roads = load_roads(project, partial(best_engine, folder=project.drive_times))
        scenario = geo.presets(project.facts.base)["Operation Alloy"]
        for profile in ("", "flat.toml"):
            world = load_world(project, roads, Selection(profile=profile))
            for period in range(-1, len(scenario.speeds.periods)):
                roads.timed(scenario.speeds, period)  # prepared once and kept; not a part of the search
            for cars in (1, 2):
                rows.append(searched(name, world, scenario, cars))
                print(rows[-1].row, flush=True)
    return rows


def _aim(seconds: float, aim: float) -> str:
    return f"{seconds:.1f} s at most ({'met' if seconds < aim else 'not met'})"


def main(sets: list[str]) -> None:
    """Measure, print, and write the section."""
    rows = [row for name in sets or SETS for row in measured(name)]
    lines = "\n".join(row.row for row in rows)
    lengths = geo.Rules().lengths
    first, exact = max(row.first for row in rows), max(row.exact for row in rows)
    body = f"""## Plans: where and when should a car with 42 crewed hours a week operate?

Printed by `benchmarks/plans.py`: every live postcode and every legal window, {lengths[0]} to {lengths[-1]} hours, from
a world that is loaded, busy crews and windows of their own included. First answers came after {_aim(first, AIM_FIRST)},
exact ones after {_aim(exact, AIM_EXACT)}.
The load of the machine was then {os.getloadavg()[2]:.1f} on {os.cpu_count()} processors.
{EACH.format(first=AIM_FIRST, exact=AIM_EXACT)}
*Two rotas*: incidents a month reached by two cars with windows of their own, and with the same.

{HEAD}
{lines}
"""
    print(body)
    if not sets:
        print(put("plans", body))


if __name__ == "__main__":
    main(sys.argv[1:])
