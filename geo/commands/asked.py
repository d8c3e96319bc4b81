"""What commands ask for: options that several share, and words turned into values."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from geo.errors import ScenarioError

FOLDER = click.Path(path_type=Path)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
period_of_records = click.option(
    "--period", "within", default="", help="FROM..TO, both days included; all records when not said."
)


def day_of(text: str) -> dt.date:
    """Read a day, year first."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ScenarioError(f"{text!r} is not a date; write it as 2016-02-01") from error


def names_of(text: str) -> list[str]:
    """Take names between commas apart."""
    return [word.strip() for word in text.split(",") if word.strip()]


def scenario_of(name: str, project: Any) -> Any:
    """Find a scenario by the name of a preset, of a saved one, or by the path of a TOML file."""
    from geo.places.postcodes import Gazetteer
    from geo.scenarios.presets import presets
    from geo.scenarios.scenario import parse_scenario, read_scenario

    saved, known = project.scenarios(), presets(project.facts.base)
    if name in saved:
        return parse_scenario(saved[name], Gazetteer.default(), what=f"the saved scenario {name!r}")
    if name in known:
        return known[name]
    if Path(name).suffix == ".toml":
        return read_scenario(Path(name), Gazetteer.default())
    raise ScenarioError(f"there is no scenario {name!r}; give a .toml file or one of: {', '.join([*saved, *known])}")


def selection_of(source: str, within: str) -> Any:
    """Give the selection of a source and a period as it was typed; all records where none was."""
    from geo.release.review import parse_period
    from geo.store.loading import Selection

    if not within:
        return Selection(source)
    period = parse_period(within)
    return Selection(source, period.first, period.last)
