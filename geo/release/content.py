"""
Draw up the brief: from outcomes of plans and the records behind them to sentences, tables, pictures and a manifest.

Every count of incidents goes through :func:`geo.release.disclosure.protect` before it is drawn, said or kept in the
manifest; what a model says is of the county as a whole, and of districts only where none of their counts is hidden.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.gaps import STEPS
from geo.demand.rates import Draws
from geo.demand.surface import placement
from geo.deployment.patterns import hour_grid
from geo.errors import SchemaError
from geo.incidents.quality import SOURCE_WORDS
from geo.places.boundaries import Areas, Edition
from geo.release import pictures
from geo.release.brief import LETTERS, LEVEL, Brief, Figures, Picture, Said, Table, digest_of_scenario, letter, short, write
from geo.release.disclosure import Policy, protect
from geo.release.inputs import side_by_side
from geo.release.review import Period, Review, change_in_words
from geo.scenarios.compare import Comparison, Difference
from geo.scenarios.evaluate import TAILS, Outcome
from geo.scenarios.measures import MEASURES, measures
from geo.scenarios.pattern import DAYS
from geo.scenarios.world import World
from geo.store.facts import Facts

TITLE = "Street triage: where, when, and what is missed"
OUTSIDE, NOWHERE = "outside the county", "without a place"
BLOCK = 3
"""Hours of a block of the week in protected modes: an hour alone would show single records."""

HELD_BACK = "held back"
SHOWN_APART = ("reached", "contact", "no_nurse", "car_busy", "too_far")
"""Measures whose differences are drawn; with more than two others only the first two, to stay readable."""

_VERDICTS = {"cannot tell yet": "cannot tell", "no difference": "same", "neither better nor worse": ""}


@dataclass(frozen=True, eq=False)
class Material:
    """
    What a brief is drawn up from.

    ``outcomes`` are of one world and one seed, the first the one that the others are held against; ``comparison`` is
    None where it stands alone. ``review`` holds the ``period`` against ``against``, or is None.
    """

    facts: Facts
    areas: Areas
    edition: Edition
    world: World
    outcomes: tuple[Outcome, ...]
    comparison: Comparison | None
    policy: Policy
    source: str
    period: Period
    against: Period | None
    review: Review | None
    seed: int
    run: dict[str, str]
    made: dt.date

    @property
    def protected(self) -> bool:
        """Whether counts are protected."""
        return self.policy.threshold > 0

    @cached_property
    def places(self) -> pd.Series:
        """Incidents by district of the edition, then those outside the county and those without a place, protected."""
        located = self.world.located
        names = list(self.areas.districts(self.edition)["name"])
        where = placement(located, list(self.areas.districts("2011-2021")["name"]))
        field = "district" if self.edition == "2011-2021" else "district_2021"
        named = located[field].where(where == "in the county", OUTSIDE).mask(where == "not located", NOWHERE)
        return protected_counts(named.value_counts().reindex([*names, OUTSIDE, NOWHERE], fill_value=0), self.policy)

    @cached_property
    def total(self) -> float:
        """
        Incidents of the period, protected.

        Raises
        ------
        SchemaError
            If there are so few that even the county's count is held back.
        """
        total = protected_counts(pd.Series({"county": len(self.world.located)}), self.policy)["county"]
        if math.isnan(total):
            raise SchemaError(
                f"the period holds fewer than {self.policy.threshold} incidents of this source, too few for a brief in "
                f"{self.policy.mode} mode; choose a longer period, or a mode for fewer readers"
            )
        return float(total)

    @cached_property
    def of_districts(self) -> bool:
        """Whether figures of a single district may be shown: never in release mode, nor beside a hidden count."""
        return not self.protected or (self.policy.mode == "partner" and bool(self.places.notna().all()))


def protected_counts(counts: pd.Series, policy: Policy) -> pd.Series:
    """
    Protect counts that add up to a total that is known: one hidden alone would be told by the others, so the smallest
    of these is hidden with it.

    Examples
    --------
    >>> from geo.release.disclosure import policy_of
    >>> protected_counts(pd.Series({"a": 3, "b": 22, "c": 41, "d": 0}), policy_of("release")).to_dict()
    {'a': nan, 'b': nan, 'c': 40.0, 'd': 0.0}
    """
    table = pd.DataFrame({"row": counts.index.astype(str), "incidents": counts.to_numpy(dtype=np.float64)})
    shown = pd.Series(protect(table, policy)["incidents"].to_numpy(dtype=np.float64), index=counts.index)
    others = shown[shown > 0]
    if shown.isna().sum() == 1 and len(others):
        shown = shown.mask(shown.index == others.idxmin())
    return shown


def draw_up(material: Material) -> Brief:
    """
    Draw up the brief.

    Raises
    ------
    SchemaError
        If the mode holds back even the county's count.
    """
    figures = Figures()
    facts = _facts(material, figures)
    plans, table = _plans(material, figures), _measures(material, figures)
    answers, drawn = _answers(material, figures), _pictures(material, figures)
    change = _change(material, figures) if material.review is not None else None
    objectives, assumptions = _objectives(material, figures), _assumptions(material, figures)
    limits = _limits(material, figures)
    return Brief(
        title=TITLE,
        synthetic=material.facts.synthetic,
        protection=material.policy.words,
        facts=facts,
        plans=plans,
        answers=answers,
        pictures=drawn,
        measures=table,
        change=change,
        objectives=objectives,
        assumptions=assumptions,
        limits=limits,
        manifest=_manifest(material, figures),
    )


def _facts(material: Material, figures: Figures) -> tuple[tuple[str, str], ...]:
    live = material.world.demand.live_hours
    count, hours = _count(material.total), f"{live.sum():,.0f}"
    figures.add("N1", "incidents of the source in the period", count)
    figures.add("N2", "live hours in the period", hours, value=_number(live.sum()))
    rounded = f" (rounded to {material.policy.round_to})" if material.protected else ""
    return (
        ("Project", f"{short(material.facts.name, 'name')}, {material.facts.county}"),
        ("Period", material.period.words),
        ("Source", f"{SOURCE_WORDS[material.source]}: {count} incidents{rounded} in {hours} live hours [N1, N2]"),
        ("For", material.policy.words),
    )


def _plans(material: Material, figures: Figures) -> Table:
    rows = []
    for number, outcome in enumerate(material.outcomes):
        one, mark = outcome.scenario, letter(number)
        where = " and ".join(short(base.name, "name") for base in one.bases)
        cars = "no car" if not one.model.sends_car else "1 car" if one.cars == 1 else f"{one.cars} cars"
        hours = figures.add(f"P1.{mark}", "crewed hours a week", f"{one.pattern.crewed_hours:g}")
        when = f"{cars} from {where}; {one.pattern.text} ({one.pattern.crewed_hours:g} crewed hours a week)"
        rows.append((Said(f"{mark}  {short(one.name, 'name')}"), Said(short(one.objective)), Said(when, (hours,))))
    return Table("The question", ("Plan", "Its objective", "Where and when"), tuple(rows))


def _measures(material: Material, figures: Figures) -> Table:
    """Put every measure side by side; each cell is kept under its row and the plan's letter."""
    districts = material.world.districts(material.edition)
    told = [measures(outcome, districts if material.of_districts else None) for outcome in material.outcomes]
    for number, outcome in enumerate(material.outcomes):
        _keep(figures, f"W0.{letter(number)}", "all incidents, in hours whose demand is known", outcome.waterfall.all)
    names = [name for name in MEASURES if any(name in found for found in told)]
    verdicts = _verdicts(material, figures, districts)
    rows = []
    for row, name in enumerate(names, start=1):
        measure = MEASURES[name]
        cells = [Said(f"{measure.words}, {measure.unit}" if measure.unit != "share" else measure.words)]
        for number, found in enumerate(told):
            cells.append(_cell(figures, f"M{row}.{letter(number)}", name, found, verdicts[number].get(measure.words, "")))
        rows.append((Said(f"M{row}"), *cells))
    heads = ("", "a month, mean (80 % interval)", *(f"{letter(n)}" for n in range(len(told))))
    note = (
        f"Against A: clear, the one is better with a chance of 90 % or more; leaning, 75 % or more; cannot tell, less. "
        f"{'' if material.of_districts else 'Figures of single districts are held back in this mode.'}"
    )
    return Table("Side by side", heads, tuple(rows), note.strip() if len(told) > 1 else "")


def _cell(figures: Figures, number: str, name: str, found: dict[str, Draws], verdict: str) -> Said:
    if name not in found:
        return Said("not told")
    shown, key = _keep(figures, number, MEASURES[name].words, found[name], MEASURES[name].unit)
    return Said(f"{shown} {verdict}".strip(), (key,))


def _verdicts(material: Material, figures: Figures, districts: pd.Series) -> list[dict[str, str]]:
    """Give the verdict on each measure of each plan against the first, and keep the differences."""
    found: list[dict[str, str]] = [{}]
    for number in range(1, len(material.outcomes)):
        each = _differences(material, number, districts)
        for row, one in enumerate(each, start=1):
            shown = write(one.mean, one.low, one.high, one.unit)
            what = f"{one.measure}, {letter(number)} less A"
            more = {"unit": one.unit, "value": _number(one.mean), "low": _number(one.low), "high": _number(one.high)}
            chance = {"better": _number(one.better), "verdict": one.verdict, "level": LEVEL}
            figures.add(f"D{row}.{letter(number)}", what, shown, **more, **chance)
        found.append({one.measure: _short_verdict(one.verdict) for one in each})
    return found


def _differences(material: Material, number: int, districts: pd.Series) -> list[Difference]:
    if material.comparison is None:
        return []
    worst = MEASURES["worst_district"].words
    each = material.comparison.table(districts, number)
    return [one for one in each if material.of_districts or one.measure != worst]


def _short_verdict(verdict: str) -> str:
    return _VERDICTS.get(verdict, "cannot tell" if verdict.startswith("cannot tell") else verdict)


def _answers(material: Material, figures: Figures) -> tuple[Said, ...]:
    """Say the differences first, each with its verdict, then what each plan reaches."""
    said = []
    for number in range(1, len(material.outcomes)):
        assert material.comparison is not None  # noqa: S101 - several outcomes are always compared
        mark = letter(number)
        rests = [key for key in figures.by_number if key.startswith("D") and key.endswith(f".{mark}")]
        cost = material.comparison.cost_of_each_extra(number)
        text = f"{mark} against A. {material.comparison.sentence(number)} {cost}".strip()
        said.append(figures.say(f"S{len(said) + 1}", text, [*rests, "P1.A", f"P1.{mark}"]))
    for number, outcome in enumerate(material.outcomes):
        mark = letter(number)
        rests = [key for key in figures.by_number if key.endswith(f".{mark}") and key[0] in "WM"]
        said.append(
            figures.say(f"S{len(said) + 1}", f"{mark}, {short(outcome.scenario.name, 'name')}. {outcome.sentence}", rests)
        )
    return tuple(said)


def _pictures(material: Material, figures: Figures) -> tuple[Picture, ...]:
    drawn = [_map(material, figures), _week(material, figures), _losses(material, figures)]
    if material.comparison is not None:
        drawn.append(_forest(material))
    return tuple(drawn)


def _map(material: Material, figures: Figures) -> Picture:
    shapes = material.areas.districts(material.edition)
    counts = material.places.reindex(list(shapes["name"]))
    labels = [_count(value) for value in counts]
    keys = [figures.add(f"K{n}", f"incidents in {name}", label) for n, (name, label) in enumerate(zip(counts.index, labels, strict=True), 1)]
    bases = list(dict.fromkeys(base for outcome in material.outcomes for base in outcome.scenario.bases))
    words = ", ".join(f"{name} {label}" for name, label in zip(counts.index, labels, strict=True))
    return Picture(
        f"Where: incidents by district, {keys[0]}-{keys[-1]}",
        f"Incidents by district: {words}. The ring is the base.",
        pictures.county_map(shapes.assign(count=counts.to_numpy(), label=labels), bases),
        tuple(keys),
    )


def _week(material: Material, figures: Figures) -> Picture:
    step = BLOCK if material.protected else 1
    table = week_blocks(material.world.located, material.world.demand.live_hours, material.policy, step)
    keys = []
    for row in table.itertuples():
        if row.label not in {"", "╱"}:
            what = f"incidents {DAYS[row.day]} {row.hour:02d}:00-{(row.hour + step) % 24:02d}:00"
            shown = HELD_BACK if row.label == "•" else row.label
            keys.append(figures.add(f"H.{DAYS[row.day]}.{row.hour:02d}", what, shown))
    unseen = int((material.world.demand.live_hours == 0).sum())
    hidden = " • is held back." if (table["label"] == "•").any() else ""
    return Picture(
        f"When: incidents by {'three hours' if step > 1 else 'hour'} of the week, H",
        f"╱ was never on duty: {unseen} hours of the week were not observed, which is not quiet.{hidden}",
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
            _keep(figures, f"W{row}.{letter(number)}", STEPS[step], values)
    table = material.outcomes[0].waterfall.table()
    kept = table[(table["a_month"] >= 0.05) | (table["step"] == "reached")]
    rows = [f"W{row + 1} {name}" for row, name in zip(kept.index, kept["words"], strict=True)]
    words = ", ".join(f"{row.words.lower()} {row.a_month:.1f}" for row in kept.itertuples())
    return Picture(
        "What becomes of demand under A, W",
        f"Of all demand in a month: {words}. A decision not to send the car is no gap.",
        pictures.losses(kept.assign(words=rows)),
        tuple(f"W{row + 1}.A" for row in kept.index),
    )


def _forest(material: Material) -> Picture:
    districts = material.world.districts(material.edition)
    few = len(material.outcomes) <= 3
    wanted = {MEASURES[name].words for name in (SHOWN_APART if few else SHOWN_APART[:2])}
    rows, keys = [], []
    for number in range(1, len(material.outcomes)):
        for row, one in enumerate(_differences(material, number, districts), start=1):
            if one.measure in wanted:
                key = f"D{row}.{letter(number)}"
                keys.append(key)
                rows.append({"row": f"{key} {one.measure}", "mean": one.mean, "low": one.low, "high": one.high, "verdict": one.verdict})
    words = "; ".join(f"{row['row']} {row['mean']:+.1f}, {row['verdict']}" for row in rows)
    return Picture(
        "Differences from A, with 80 % intervals, D", f"Right of the line is more than A. {words}.",
        pictures.forest(pd.DataFrame(rows)), tuple(keys),
    )


def _change(material: Material, figures: Figures) -> Table:
    """Hold the period against the earlier or later one, the county first; a row with a hidden count says no more."""
    assert material.review is not None and material.against is not None  # noqa: S101 - asked for by the caller
    names = list(material.areas.districts(material.edition)["name"])
    field = "district" if material.edition == "2011-2021" else "district_2021"
    parts = [material.review.whole(), material.review.by(names, field)]
    rows = [_change_row(figures, f"C{n}", row, material) for n, (_, row) in enumerate(_shown_changes(parts, material.policy), 1)]
    hours = "{:,.0f} and {:,.0f}".format(*material.review.hours)
    return Table(
        f"This period against {material.against.words}",
        ("", "", "This period", "The other", "Rate, as a multiple (90 % limits)"),
        tuple(rows),
        f"In hours of the week that both watched ({hours} hours); exact limits, too sure where one caller made many.",
    )


def _shown_changes(parts: Sequence[pd.DataFrame], policy: Policy) -> list[tuple[Any, pd.Series]]:
    """Give the rows of the county and its districts with both counts protected; the county on its own."""
    shown = []
    for part in parts:
        counts = protect(part[["area", "now", "before"]], policy)
        hidden = counts[["now", "before"]].isna().any(axis=1)
        if hidden.sum() == 1 and len(part) > 1:
            least = part.loc[~hidden, ["now", "before"]].sum(axis=1)
            hidden |= hidden.index == least[least > 0].idxmin() if (least > 0).any() else False
        for name in ("now", "before"):
            counts[name] = counts[name].astype(float).mask(hidden & part[name].gt(0))
        shown.append(part.assign(now=counts["now"], before=counts["before"], hidden=hidden))
    return list(pd.concat(shown, ignore_index=True).iterrows())


def _change_row(figures: Figures, number: str, row: pd.Series, material: Material) -> tuple[Said, ...]:
    hidden = bool(row["hidden"])
    words = HELD_BACK if hidden else change_in_words(row, 1 if material.protected else 2)
    now, before = _count(row["now"]), _count(row["before"])
    figures.add(number, f"change of incidents, {row['area']}", words, now=now, before=before, level=0.9)
    return Said(number), Said(str(row["area"])), Said(now, (number,)), Said(before, (number,)), Said(words, (number,))


def _objectives(material: Material, figures: Figures) -> Said:
    named = list(dict.fromkeys(outcome.scenario.objective.strip() for outcome in material.outcomes))
    aim = f"Objective: {short(named[0])}." if len(named) == 1 else f"The plans name {len(named)} objectives (table above)."
    return figures.say(
        "O1", f"{aim} No plan names a target in numbers, so nothing is marked as met or missed: hold M1 onwards against yours."
    )


def _assumptions(material: Material, figures: Figures) -> Table:
    rows = []
    for number, one in enumerate(side_by_side([each.scenario for each in material.outcomes], LETTERS), start=1):
        key = figures.add(f"I{number}", one.name, one.value, source=one.source)
        rows.append((Said(key), Said(one.name), Said(one.value, (key,)), Said(one.source)))
    return Table("Assumptions", ("", "Input", "Value", "Source"), tuple(rows))


def _limits(material: Material, figures: Figures) -> tuple[Said, ...]:
    said = [*_unseen(material), *_records(material)]
    said += [f"Roads. {text}" for text in dict.fromkeys(outcome.roads for outcome in material.outcomes)][:1]
    said.append(f"Policy. {_policy(material)}")
    said.append(f"Chance. {material.world.demand.dispersion.words}")
    said.append("Model. Hour and place are taken as independent, and which car is out as chance; all callers count. For planning, not for live dispatch.")
    return tuple(figures.say(f"L{number}", text) for number, text in enumerate(said, start=1))


def _unseen(material: Material) -> list[str]:
    live = int((material.world.demand.live_hours > 0).sum())
    borrowed = int(material.world.demand.borrowed.sum())
    lent = f" {borrowed} more borrow their rhythm from a second source." if borrowed else ""
    missing = [f"{letter(n)} {one.unobserved_hours:g}" for n, one in enumerate(material.outcomes) if one.unobserved_hours]
    crewed = f" Crewed hours a week that were never observed: {', '.join(missing)}; they can only add." if missing else ""
    return [f"Not observed. The source was live in {live} of the week's 168 hours.{lent} Off duty is not quiet.{crewed}"]


def _records(material: Material) -> list[str]:
    outside, nowhere = (_count(material.places[name]) for name in (OUTSIDE, NOWHERE))
    return [
        f"Records. Without a place: {nowhere}; outside the county: {outside}. They count in the level of demand, and the "
        "placed stand for them on the map. A blank is unknown, never 'no'."
    ]


def _policy(material: Material) -> str:
    """Say since when the level of demand is; the counts beside it are left out where counts are protected."""
    since = material.world.demand.levels[-1].since if material.world.demand.levels else None
    if since is None:
        return "No known policy date lies within the period; Right Care, Right Person began force by force."
    day = f"{since.date.day} {since.date:%B %Y}"
    return f"The level of demand is that since {day} ({since.words}); the rhythm of the week is of the whole period."


def _keep(figures: Figures, number: str, what: str, values: Draws, unit: str = "incidents a month") -> tuple[str, str]:
    """Keep the mean and interval of draws, and give how they are written with their number."""
    mean, (low, high) = float(values.mean()), (float(limit) for limit in np.quantile(values, TAILS))
    shown = write(mean, low, high, unit)
    key = figures.add(number, what, shown, unit=unit, value=_number(mean), low=_number(low), high=_number(high), level=LEVEL)
    return shown, key


def _manifest(material: Material, figures: Figures) -> dict[str, Any]:
    named = [outcome.scenario for outcome in material.outcomes]
    return {
        "kind": "brief",
        **material.run,
        "made": material.made.isoformat(),
        "project": material.facts.name,
        "data": material.facts.synthetic or "as recorded in this project's files",
        "mode": material.policy.mode,
        "protection": material.policy.words,
        "source": material.source,
        "period": [material.period.first.isoformat(), material.period.last.isoformat()],
        "against": [material.against.first.isoformat(), material.against.last.isoformat()] if material.against else None,
        "district_edition": material.edition,
        "seed": material.seed,
        "draws": len(material.world.demand.hour_rates),
        "roads": material.outcomes[0].roads,
        "scenarios": [
            {"letter": letter(n), "name": one.name, "objective": one.objective, "sha256": digest_of_scenario(one)}
            for n, one in enumerate(named)
        ],
        "figures": figures.by_number,
    }


def _number(value: Any) -> float | None:
    """Give a number as JSON can carry it."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _count(value: float) -> str:
    return HELD_BACK if math.isnan(value) else f"{value:,.0f}"
