"""
Time the search for plans on the illustrative years: where and when a car with 42 crewed hours a week should operate.

Prints when the first answer was there and when the exact one was, over every live postcode and every legal window, once
for the hours that were on duty and once for all hours of the week (a flat profile lends the others a rhythm).

    python benchmarks/plans.py [SET …]
"""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

import geo
from geo.planning.found import Found
from geo.routing.hierarchy import best_engine
from geo.scenarios.world import World
from geo.store.intake import make_demonstration
from geo.store.loading import PROFILES, Selection, load_roads, load_world

FLAT = 'title = "Every hour alike"\ncitation = "assumption"\nedition = "none"\neffective = 100\nweights = {weights}\n'


def searched(world: World, scenario: geo.Scenario, cars: int) -> tuple[float, float, Found]:
    """Search; give the seconds to the first answer and to the exact one, and what was found."""
    begun, first = time.perf_counter(), [np.nan]

    def progress(share: float, words: str) -> None:  # noqa: ARG001 - the share is not printed
        if words and np.isnan(first[0]):
            first[0] = time.perf_counter() - begun

    found = geo.search_plans(scenario, world, geo.Rules(cars=cars), progress=progress)
    return first[0], time.perf_counter() - begun, found


def main(sets: list[str]) -> None:
    """Print a line for each set, exposure and number of cars."""
    for name in sets:
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
                    first, exact, found = searched(world, scenario, cars)
                    told = int(world.demand.told.sum())
                    print(
                        f"{name}, {told} hours told, {cars} car(s): first {first:.1f} s, exact {exact:.1f} s, "
                        f"gap {found.gap:.2%}. {found.sentence}"
                    )


if __name__ == "__main__":
    main(sys.argv[1:] or ["northamptonshire"])
