"""Plans: answered, compared, and searched for."""

import time
from pathlib import Path
from typing import Any, cast

import click

from geo.commands.asked import FOLDER, as_json, scenario_of
from geo.commands.told import print_json, rows_of, say_synthetic, tell
from geo.errors import ScenarioError, SourceError
from geo.tables import SOURCES


@click.command()
@click.argument("project", type=FOLDER)
@click.argument("scenarios", nargs=-1, required=True)
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@as_json
def evaluate(project: Path, scenarios: tuple[str, ...], source: str, seed: int, as_json: bool) -> None:
    """
    Answer SCENARIOS (a preset's name, a saved one, or a TOML file) in PROJECT; several are also compared with the
    first.
    """
    from geo.scenarios.compare import compare
    from geo.scenarios.evaluate import evaluate as answer
    from geo.store.loading import Selection, load_roads, load_world
    from geo.store.project import open_project

    opened = open_project(project)
    asked = [scenario_of(name, opened) for name in scenarios]
    world = load_world(opened, load_roads(opened), Selection(source), seed=seed)
    outcomes = [answer(scenario, world, seed=seed) for scenario in asked]
    comparison = compare(outcomes) if len(outcomes) > 1 else None
    if as_json:
        differences = [_plain(comparison.differences(other)) for other in range(1, len(outcomes))] if comparison else []
        print_json(
            {
                "project": opened.facts.name,
                "synthetic": opened.facts.synthetic,
                "source": source,
                "seed": seed,
                "outcomes": [outcome.as_json() for outcome in outcomes],
                "differences_from_first": differences,
            }
        )
        return
    for outcome in outcomes:
        click.echo(outcome.scenario.summary)
        click.echo(outcome.sentence)
    for other in range(1, len(outcomes)):
        click.echo(comparison.sentence(other) if comparison else "")
    click.echo(f"Roads: {outcomes[0].roads}")


@click.command()
@click.argument("project", type=FOLDER)
@click.argument("scenarios", nargs=-1, required=True)
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@click.option(
    "--profile", default="", help="Second exposure for hours never watched: a source, or a file of profiles/."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--changes", is_flag=True, help="Also ask under other speeds, staffing, shares deployed and records.")
@as_json
def compare(
    project: Path, scenarios: tuple[str, ...], source: str, profile: str, seed: int, changes: bool, as_json: bool
) -> None:
    """
    Compare two to six SCENARIOS in PROJECT with the first of them, on the same draws, measure by measure.
    """
    from geo.planning.verdicts import verdict_elsewhere, verdict_words
    from geo.scenarios.beside import beside
    from geo.scenarios.compare import compare as hold_against
    from geo.scenarios.evaluate import evaluate as answer
    from geo.store.loading import Selection, load_world
    from geo.store.project import open_project

    opened = open_project(project)
    asked = [scenario_of(name, opened) for name in scenarios]
    world = load_world(opened, _fast_roads(opened), Selection(source, profile=profile), seed=seed)
    found = hold_against([answer(scenario, world, seed=seed) for scenario in asked])
    districts = world.districts("2011-2021")
    numbers = range(1, len(asked))
    others = _other_worlds(opened, world, source, seed) if changes else {}
    held = {
        number: verdict_elsewhere(asked[0], asked[number], world, others, seed=seed) if changes else []
        for number in numbers
    }
    services = [beside(outcome, opened.facilities.facilities) for outcome in found.outcomes]
    if as_json:
        against = [
            {
                "scenario": asked[number].name,
                "sentence": found.sentence(number),
                "cost_of_each_extra": found.cost_of_each_extra(number),
                "differences": _plain(found.table(districts, number)),
                "by_district": rows_of(found.by_district(districts, number)),
                "changes": [one.as_json() for one in held[number]],
            }
            for number in numbers
        ]
        outcomes = [one.outcome.as_json() | {"beside": one.as_json()} for one in services]
        about = {"project": opened.facts.name, "synthetic": opened.facts.synthetic, "source": source, "seed": seed}
        print_json(about | {"profile": profile, "outcomes": outcomes, "against_first": against})
        return
    for one in services:
        click.echo(one.outcome.scenario.summary)
        click.echo(f"{one.outcome.sentence} {one.sentence}".rstrip())
    if services[0].doubt:
        click.echo(services[0].doubt)
    for number in numbers:
        click.echo(f"{found.sentence(number)} {found.cost_of_each_extra(number)}".rstrip())
        if held[number]:
            click.echo(verdict_words(held[number]))
        for row in found.table(districts, number):
            limits = f"80% {row.low:+.2f} to {row.high:+.2f}"
            click.echo(f"- {row.measure} ({row.unit}): {row.mean:+.2f} ({limits}), {row.verdict}")
    click.echo(f"Roads: {found.outcomes[0].roads}")
    say_synthetic(opened)


@click.command()
@click.argument("project", type=FOLDER)
@click.option("--scenario", "question", default="", help="Whose speeds, standard and staffing are kept; a known name.")
@click.option("--objective", default="face_to_face", show_default=True, help="face_to_face, nurse_contact or equity.")
@click.option("--cars", default=1, show_default=True, type=click.IntRange(1, 5))
@click.option("--crewed-hours", default=42, show_default=True, type=click.IntRange(1, 168), help="A week, of each car.")
@click.option("--lengths", default="4-12", show_default=True, help="Hours that a shift may last, as 6-10 or 8.")
@click.option("--rest", default=11, show_default=True, type=click.IntRange(0, 24), help="Hours between two shifts.")
@click.option("--must", default="", help="Hours that every rota crews, as a shift pattern.")
@click.option("--bases", default="", help="Unit postcodes with commas, or a file with one a line; all when not said.")
@click.option("--lock", "locked", multiple=True, metavar="POSTCODE", help="A base that is kept; once for each.")
@click.option("--limit", type=click.FloatRange(min=0), metavar="SECONDS", help="Stop then, with the best so far.")
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@click.option(
    "--profile", default="", help="Second exposure for hours never watched: a source, or a file of profiles/."
)
@click.option("--changes", is_flag=True, help="Also ask under other speeds, staffing and records (one car).")
@click.option("--keep", help="Keep the best plan in the project under this name.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@as_json
def search(
    project: Path,
    question: str,
    objective: str,
    cars: int,
    crewed_hours: int,
    lengths: str,
    rest: int,
    must: str,
    bases: str,
    locked: tuple[str, ...],
    limit: float | None,
    source: str,
    profile: str,
    changes: bool,
    keep: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """
    Search where and when cars should be crewed in PROJECT: every live postcode, every legal window.

    Says which plans are not clearly worse, and what is not known; progress goes to standard error.
    """
    from dataclasses import replace

    from geo.places.residents import load_residents
    from geo.planning.found import Rules
    from geo.planning.plans import search_plans
    from geo.planning.told import as_json as told
    from geo.planning.told import sentences
    from geo.planning.weighed import weigh_evidence
    from geo.planning.worth import Aim
    from geo.store.loading import Selection, load_world, watch
    from geo.store.project import open_project
    from geo.week import ShiftPattern

    opened = open_project(project)
    asked = scenario_of(question or "Operation Alloy", opened)
    rules = Rules(
        aim=cast(Aim, objective),
        cars=cars,
        crewed_hours=crewed_hours,
        lengths=_lengths(lengths),
        rest=rest,
        must=ShiftPattern.parse(must) if must else None,
        locked=tuple(_bases(",".join(locked)) or ()),
    )
    world = load_world(opened, _fast_roads(opened), Selection(source, profile=profile), seed=seed)
    until = time.monotonic() + (float("inf") if limit is None else limit)
    said = [""]

    def progress(share: float, words: str) -> None:
        if (line := f"{share // 0.1 * 10:3.0f}% {words}".rstrip()) != said[0]:
            said[0] = line
            tell(line)

    def left() -> float:
        return until - time.monotonic()

    found = search_plans(asked, world, rules, bases=_bases(bases), seed=seed, progress=progress, left=left)
    if keep:
        opened.save_scenario(keep, replace(found.best.scenario, name=keep).to_toml())
    others = _other_worlds(opened, world, source, seed) if changes else {}
    watched, residents = watch(opened, Selection(source)), load_residents(opened.facts.county)
    weighed = weigh_evidence(found, world, watched, residents, others if changes else None, seed=seed)
    if as_json:
        about = {"project": opened.facts.name, "synthetic": opened.facts.synthetic, "source": source, "seed": seed}
        print_json(about | {"profile": profile} | told(found) | weighed.as_json())
        return
    for sentence in [*sentences(found), *weighed.sentences]:
        click.echo(sentence)
    say_synthetic(opened)


def _other_worlds(project: Any, world: Any, source: str, seed: int) -> dict[str, Any]:
    """Give the worlds of a project's other sources, those that can tell a rate."""
    from geo.errors import SchemaError
    from geo.store.loading import Selection, load_world

    found: dict[str, Any] = {}
    for name in sorted(set(project.incidents()["source"]) - {source}):
        try:
            found[name] = load_world(project, world.roads, Selection(name), seed=seed)
        except SchemaError as problem:
            tell(f"{name}: {problem}")
    return found


def _fast_roads(project: Any) -> Any:
    """Load a project's roads with the engine that is prepared once and kept in its folder."""
    from functools import partial

    from geo.routing.hierarchy import best_engine
    from geo.store.loading import load_roads

    return load_roads(project, partial(best_engine, folder=project.drive_times))


def _lengths(text: str) -> tuple[int, ...]:
    """Read the hours that a shift may last: ``8``, or from and to, ``6-10``."""
    first, _, last = text.partition("-")
    try:
        return tuple(range(int(first), int(last or first) + 1))
    except ValueError as error:
        raise ScenarioError(f"{text!r} are no lengths of a shift; write hours, as 6-10 or 8") from error


def _bases(text: str) -> Any:
    """Read candidates for a base: postcodes with commas, or a file with one a line; None for every postcode."""
    from geo.places.bases import Base
    from geo.places.postcodes import Gazetteer

    if not text:
        return None
    if Path(text).is_file():
        try:
            named = Path(text).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(
                f"{text} cannot be read as text in UTF-8; give a list with one postcode a line"
            ) from error
    else:
        named = text.split(",")
    return [Base.at(one.strip(), Gazetteer.default()) for one in named if one.strip()]


def _plain(differences: list[Any]) -> list[dict[str, Any]]:
    from dataclasses import asdict

    return [asdict(difference) for difference in differences]
