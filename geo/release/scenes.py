"""The pictures of a brief, from what it is drawn up from: which figures stand in each, and what it says in words."""

import numpy as np
import pandas as pd

from geo.coverage.gaps import STEPS
from geo.demand.rates import Draws
from geo.deployment.patterns import hour_grid
from geo.release import pictures
from geo.release.brief import MONTHLY, Figures, Picture, letter
from geo.release.disclosure import Policy
from geo.release.material import HELD_BACK, Material, count_in_words, protected_counts
from geo.scenarios.measures import MEASURES
from geo.week import DAYS

BLOCK = 3
"""Hours of a block of the week in protected modes: an hour alone would show single records."""

SHOWN_APART = ("reached", "contact", "no_nurse", "car_busy", "too_far")
"""Measures whose differences are drawn; with more than two others only the first two, to stay readable."""


def draw_pictures(material: Material, figures: Figures) -> tuple[Picture, ...]:
    """Draw the map, the week, what becomes of demand and, with several plans, their differences."""
    drawn = [_map(material, figures), _week(material, figures), _losses(material, figures)]
    if material.comparison is not None:
        drawn.append(_forest(material))
    return tuple(drawn)


def _map(material: Material, figures: Figures) -> Picture:
    shapes = material.areas.districts(material.edition)
    counts = material.places.reindex(list(shapes["name"]))
    labels = [count_in_words(value) for value in counts]
    keys = [
        figures.add(f"K{n}", f"incidents in {name}", label)
        for n, (name, label) in enumerate(zip(counts.index, labels, strict=True), 1)
    ]
    bases = list(dict.fromkeys(base for outcome in material.outcomes for base in outcome.scenario.bases))
    words = ", ".join(f"{name} {label}" for name, label in zip(counts.index, labels, strict=True))
    return Picture(
        f"Where: incidents by district, {keys[0]}-{keys[-1]}",
        f"Incidents by district: {words}.",
        "The ring is the base." if len(bases) == 1 else "The rings are the bases.",
        pictures.county_map(shapes.assign(count=counts.to_numpy(), label=labels), bases),
        tuple(keys),
    )


def _week(material: Material, figures: Figures) -> Picture:
    step = BLOCK if material.protected else 1
    table = week_blocks(material.world.located, material.world.demand.live_hours, material.policy, step)
    seen = [row for row in table.itertuples() if row.label not in {"", "╱"}]
    keys = []
    for row in seen:
        what = f"incidents {DAYS[row.day]} {row.hour:02d}:00-{(row.hour + step) % 24:02d}:00"
        shown = HELD_BACK if row.label == "•" else row.label
        keys.append(figures.add(f"H.{DAYS[row.day]}.{row.hour:02d}", what, shown))
    unseen = int((material.world.demand.live_hours == 0).sum())
    hidden = " • is held back." if (table["label"] == "•").any() else ""
    return Picture(
        f"When: incidents by {'three hours' if step > 1 else 'hour'} of the week, H",
        "; ".join(f"{DAYS[row.day]} {row.hour:02d}:00 {row.label}" for row in seen) + ". • is held back.",
        f"╱ never on duty: {unseen} hours of the week were not observed, which is not quiet.{hidden}",
        pictures.week(table, step),
        tuple(keys),
    )


def week_blocks(incidents: pd.DataFrame, live: Draws, policy: Policy, step: int) -> pd.DataFrame:
    """
    Count incidents with a time by weekday and block of ``step`` hours, protected.

    Returns
    -------
    A row a block: ``day``, ``hour``, ``count``, ``live`` and ``label``: the number, nothing at zero, ``•`` where it is
    held back, ``╱`` where nobody watched.
    """
    grid = hour_grid(incidents).reshape(7, 24 // step, step).sum(axis=2)
    watched = live.reshape(7, 24 // step, step).sum(axis=2).ravel() > 0
    shown = protected_counts(pd.Series(grid.ravel()), policy)
    day, block = np.divmod(np.arange(grid.size), 24 // step)
    label = np.select(
        [shown.isna(), shown.eq(0) & ~watched, shown.eq(0)], ["•", "╱", ""], shown.fillna(0).astype(int).astype(str)
    )
    return pd.DataFrame({"day": day, "hour": block * step, "count": shown, "live": watched, "label": label})


def _losses(material: Material, figures: Figures) -> Picture:
    for number, outcome in enumerate(material.outcomes):
        for row, (step, values) in enumerate(outcome.waterfall.steps.items(), start=1):
            figures.keep(f"W{row}.{letter(number)}", STEPS[step], values, MONTHLY)
    table = material.outcomes[0].waterfall.table()
    kept = table[(table["a_month"] >= 0.05) | (table["step"] == "reached")]
    rows = [f"W{row + 1} {name}" for row, name in zip(kept.index, kept["words"], strict=True)]
    words = ", ".join(f"{row.words.lower()} {row.a_month:.1f}" for row in kept.itertuples())
    return Picture(
        "What becomes of demand under A, W",
        f"Of all demand in a month: {words}.",
        "In hours whose demand is known. A decision not to send the car is no gap.",
        pictures.losses(kept.assign(words=rows)),
        tuple(f"W{row + 1}.A" for row in kept.index),
    )


def _forest(material: Material) -> Picture:
    few = len(material.outcomes) <= 3
    wanted = {MEASURES[name].words for name in (SHOWN_APART if few else SHOWN_APART[:2])}
    rows, keys = [], []
    for number in range(1, len(material.outcomes)):
        for row, one in enumerate(material.differences(number), start=1):
            if one.measure in wanted:
                key = f"D{row}.{letter(number)}"
                keys.append(key)
                rows.append(
                    {
                        "row": f"{key} {one.measure}",
                        "mean": one.mean,
                        "low": one.low,
                        "high": one.high,
                        "verdict": one.verdict,
                    }
                )
    words = "; ".join(f"{row['row']} {row['mean']:+.1f}, {row['verdict']}" for row in rows)
    return Picture(
        "Differences from A, with 80% intervals, D",
        f"{words}.",
        "Right of the line is more than A; the verdicts stand in the table below.",
        pictures.forest(pd.DataFrame(rows)),
        tuple(keys),
    )
