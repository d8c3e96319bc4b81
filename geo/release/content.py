"""
Draw up the brief: from outcomes of plans and the records behind them to sentences, tables, pictures and a manifest.

Every count of incidents goes through :func:`geo.release.disclosure.protect` before it is drawn, said or kept in the
manifest; what a model says is of the county as a whole, and of districts only where none of their counts is hidden.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo.demand.rates import Draws
from geo.incidents.quality import SOURCE_WORDS
from geo.release.brief import (
    LETTERS,
    LEVEL,
    MONTHLY,
    Brief,
    Figures,
    Said,
    Table,
    as_json,
    digest_of_scenario,
    letter,
    short,
    write,
)
from geo.release.inputs import side_by_side
from geo.release.material import HELD_BACK, NOWHERE, OUTSIDE, Material, count_in_words, protected_counts
from geo.release.review import Review, change_in_words
from geo.release.scenes import draw_pictures
from geo.release.targets import Target, verdict
from geo.scenarios.compare import Comparison
from geo.scenarios.measures import MEASURES, measures

FEW = 3
"""Plans up to which each is said in a sentence of its own."""

TITLE = "Street triage: where, when, and what is missed"
_VERDICTS = {"cannot tell yet": "cannot tell", "no difference": "same", "neither better nor worse": ""}


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
    answers, drawn = _answers(material, figures), draw_pictures(material, figures)
    change = _change(material, material.review, figures) if material.review else None
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
    count, hours = count_in_words(material.total), f"{live.sum():,.0f}"
    figures.add("N1", "incidents of the source in the period", count)
    figures.add("N2", "live hours in the period", hours, value=as_json(live.sum()))
    rounded = f" (rounded to {material.policy.round_to})" if material.protected else ""
    return (
        ("Project", f"{short(material.facts.name, 'name')}, {material.facts.county}"),
        ("Period", material.period.words),
        (
            "Source",
            f"{SOURCE_WORDS[material.source].capitalize()}: {count} incidents{rounded} in {hours} live hours [N1, N2]",
        ),
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
    told = [measures(outcome, material.districts_told) for outcome in material.outcomes]
    for number, outcome in enumerate(material.outcomes):
        figures.keep(
            f"W0.{letter(number)}", "all incidents, in hours whose demand is known", outcome.waterfall.all, MONTHLY
        )
    names = [name for name in MEASURES if any(name in found for found in told)]
    verdicts = _verdicts(material, figures)
    rows = []
    for row, name in enumerate(names, start=1):
        measure = MEASURES[name]
        cells = [Said(measure.words if measure.unit in {"share", MONTHLY} else f"{measure.words}, {measure.unit}")]
        for number, found in enumerate(told):
            cells.append(
                _cell(figures, f"M{row}.{letter(number)}", name, found, verdicts[number].get(measure.words, ""))
            )
        rows.append((Said(f"M{row}"), *cells))
    heads = (
        "",
        "Incidents a month, where no unit is said: mean (80% interval)",
        *(f"{letter(n)}" for n in range(len(told))),
    )
    note = (
        f"Against A: clear, the one is better with a chance of 90% or more; leaning, 75% or more; cannot tell, less. "
        f"{'' if material.of_districts else 'Figures of single districts are held back in this mode.'}"
    )
    return Table("Side by side", heads, tuple(rows), note.strip() if len(told) > 1 else "")


def _cell(figures: Figures, number: str, name: str, found: dict[str, Draws], word: str) -> Said:
    if name not in found:
        return Said("not told")
    shown = figures.keep(number, MEASURES[name].words, found[name], MEASURES[name].unit)
    return Said(f"{shown} {word}".strip(), (number,))


def _verdicts(material: Material, figures: Figures) -> list[dict[str, str]]:
    """Give the verdict on each measure of each plan against the first, and keep the differences."""
    found: list[dict[str, str]] = [{}]
    for number in range(1, len(material.outcomes)):
        each = material.differences(number)
        for row, one in enumerate(each, start=1):
            shown = write(one.mean, one.low, one.high, one.unit)
            what = f"{one.measure}, {letter(number)} less A"
            more = {"unit": one.unit, "value": as_json(one.mean), "low": as_json(one.low), "high": as_json(one.high)}
            chance = {"better": as_json(one.better), "verdict": one.verdict, "level": LEVEL}
            figures.add(f"D{row}.{letter(number)}", what, shown, **more, **chance)
        found.append({one.measure: _short_verdict(one.verdict) for one in each})
    return found


def _short_verdict(words: str) -> str:
    return _VERDICTS.get(words, "cannot tell" if words.startswith("cannot tell") else words)


def _answers(material: Material, figures: Figures) -> tuple[Said, ...]:
    """
    Say the differences first, each with its verdict, then what each plan reaches.

    With many plans only the first is said whole, to keep two pages: the table holds the others.
    """
    said = _verdict_sentences(material.comparison, figures) if material.comparison else []
    whole = material.outcomes if len(material.outcomes) <= FEW else material.outcomes[:1]
    for number, outcome in enumerate(whole):
        mark = letter(number)
        rests = [key for key in figures.by_number if key.endswith(f".{mark}") and key[0] in "WM"]
        text = f"{mark}, {short(outcome.scenario.name, 'name')}. {outcome.sentence}"
        said.append(figures.say(f"S{len(said) + 1}", text, rests))
    return tuple(said)


def _verdict_sentences(comparison: Comparison, figures: Figures) -> list[Said]:
    said = []
    for number in range(1, len(comparison.outcomes)):
        mark = letter(number)
        rests = [key for key in figures.by_number if key.startswith("D") and key.endswith(f".{mark}")]
        text = f"{mark} against A. {comparison.sentence(number)} {comparison.cost_of_each_extra(number)}".strip()
        for one in (comparison.outcomes[0].scenario, comparison.outcomes[number].scenario):
            text = text.replace(one.name, short(one.name, "name"))
        said.append(figures.say(f"S{number}", text, [*rests, "P1.A", f"P1.{mark}"]))
    return said


def _change(material: Material, review: Review, figures: Figures) -> Table:
    """Hold the period against the earlier or later one, the county first; a row with a hidden count says no more."""
    changes = _changes(material, review)
    rows = [_change_row(figures, f"C{n}", row, material) for n, (_, row) in enumerate(changes.iterrows(), 1)]
    hours = "{:,.0f} and {:,.0f}".format(*review.hours)
    return Table(
        f"This period against {review.against.words}",
        ("", "", "This period", "The other", "Rate, as a multiple (90% limits)"),
        tuple(rows),
        f"In hours of the week that both watched ({hours} hours); exact limits, too sure where one caller made many.",
    )


def _changes(material: Material, review: Review) -> pd.DataFrame:
    """Give the rows of the county and its districts; where a count is hidden here or on the map, nothing is told."""
    names = list(material.areas.districts(material.edition)["name"])
    field = "district" if material.edition == "2011-2021" else "district_2021"
    parts = []
    for part in (review.whole(), review.by(names, field)):
        now, before = (protected_counts(part[name], material.policy) for name in ("now", "before"))
        elsewhere = part["area"].map(material.places).isna() & part["area"].isin(names)
        hidden = now.isna() | before.isna() | elsewhere
        parts.append(part.assign(now=now.mask(hidden), before=before.mask(hidden), hidden=hidden))
    return pd.concat(parts, ignore_index=True)


def _change_row(figures: Figures, number: str, row: pd.Series, material: Material) -> tuple[Said, ...]:
    hidden = bool(row["hidden"])
    words = HELD_BACK if hidden else change_in_words(row, 1 if material.protected else 2)
    now, before = count_in_words(row["now"]), count_in_words(row["before"])
    figures.add(number, f"change of incidents, {row['area']}", words, now=now, before=before, level=0.9)
    return Said(number), Said(str(row["area"])), Said(now, (number,)), Said(before, (number,)), Said(words, (number,))


def _objectives(material: Material, figures: Figures) -> tuple[Said, ...]:
    """Hold every plan against each target with the chance that it meets it; say so where none was set."""
    if not material.targets:
        text = (
            "No target in numbers was set, so no objective is marked as met or missed: hold M1 onwards against yours."
        )
        return (figures.say("O1", text),)
    told = [measures(one, material.districts_told) for one in material.outcomes]
    unseen = "".join(letter(n) for n, one in enumerate(material.outcomes) if one.unobserved_hours)
    return tuple(_target(figures, f"O{n}", target, told, unseen) for n, target in enumerate(material.targets, start=1))


def _target(figures: Figures, number: str, target: Target, told: Sequence[dict[str, Draws]], unseen: str) -> Said:
    chances = {
        letter(n): target.chance(found[target.measure]) for n, found in enumerate(told) if target.measure in found
    }
    words = [
        f"{mark} {verdict(chance, open_ended=mark in unseen)} (chance {chance:.0%})" for mark, chance in chances.items()
    ]
    untold = [letter(n) for n in range(len(told)) if letter(n) not in chances]
    words += [f"{', '.join(untold)} not told"] if untold else []
    text = f"Target: {target.words}: {'; '.join(words)}."
    rounded = {mark: round(chance, 3) for mark, chance in chances.items()}
    return Said(text, (figures.add(number, target.words, text, chances=rounded),))


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
    said.append(
        "Model. Hour and place are taken as independent, and which car is out as chance; all callers count. "
        "For planning, not for live dispatch."
    )
    return tuple(figures.say(f"L{number}", text) for number, text in enumerate(said, start=1))


def _unseen(material: Material) -> list[str]:
    live = int((material.world.demand.live_hours > 0).sum())
    borrowed = int(material.world.demand.borrowed.sum())
    lent = f" {borrowed} more borrow their rhythm from a second source." if borrowed else ""
    missing = [
        f"{letter(n)} {one.unobserved_hours:g}" for n, one in enumerate(material.outcomes) if one.unobserved_hours
    ]
    crewed = (
        f" Crewed hours a week that were never observed: {', '.join(missing)}; they can only add." if missing else ""
    )
    return [
        f"Not observed. The source was live in {live} of the week's 168 hours.{lent} Off duty is not quiet.{crewed}"
    ]


def _records(material: Material) -> list[str]:
    outside, nowhere = (count_in_words(material.places[name]) for name in (OUTSIDE, NOWHERE))
    return [
        f"Records. Without a place: {nowhere}; outside the county: {outside}. They count in the level of demand, and "
        "the placed stand for them on the map. A blank is unknown, never 'no'."
    ]


def _policy(material: Material) -> str:
    """Say since when the level of demand is; the counts beside it are left out where counts are protected."""
    since = material.world.demand.levels[-1].since if material.world.demand.levels else None
    if since is None:
        return "No known policy date lies within the period; Right Care, Right Person began force by force."
    day = f"{since.date.day} {since.date:%B %Y}"
    return f"The level of demand is that since {day} ({since.words}); the rhythm of the week is of the whole period."


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
        "period": material.period.as_dates(),
        "against": material.review.against.as_dates() if material.review else None,
        "district_edition": material.edition,
        "seed": material.seed,
        "draws": len(material.world.demand.hour_rates),
        "scenarios": [
            {
                "letter": letter(n),
                "name": one.name,
                "objective": one.objective,
                "sha256": digest_of_scenario(one),
                "roads": material.outcomes[n].roads,
            }
            for n, one in enumerate(named)
        ],
        "figures": figures.by_number,
    }
