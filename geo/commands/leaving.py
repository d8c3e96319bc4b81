"""What leaves: layers and tables, and the brief."""

from pathlib import Path
from typing import Any, cast

import click

from geo.commands.asked import FOLDER, names_of, period_of_records, scenario_of, selection_of
from geo.tables import SOURCES


@click.command()
@click.argument("project", type=FOLDER)
@click.option("--to", "folder", type=FOLDER, required=True, help="Folder for the files.")
@click.option("--layers", default="", help="Comma-separated; all when not said.")
@click.option(
    "--formats", default="geojson,csv,html", show_default=True, help="gpkg, geojson, parquet, csv, xlsx, kml, html"
)
@click.option("--mode", default="release", show_default=True, help="release, partner or working")
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@period_of_records
def export(project: Path, folder: Path, layers: str, formats: str, mode: str, source: str, within: str) -> None:
    """Write map layers and tables of PROJECT into a folder, protected as MODE asks."""
    from geo.release.export import export_project
    from geo.store.project import open_project

    selection = selection_of(source, within)
    written = export_project(open_project(project), folder, names_of(layers), names_of(formats), mode, selection)
    for path in written.files:
        click.echo(str(path))
    for sentence in written.hidden:
        click.echo(f"- {sentence}")


@click.command()
@click.argument("project", type=FOLDER)
@click.argument("scenarios", nargs=-1, required=True)
@click.option("--out", type=FOLDER, required=True, help="The file to write: brief.docx or brief.html.")
@click.option("--mode", default="release", show_default=True, help="release, partner or working")
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@period_of_records
@click.option("--against", default="", help="FROM..TO: hold the period against this one, as a quarterly review.")
@click.option("--target", "targets", multiple=True, help="What is aimed for, as reached>=15; may be given again.")
@click.option("--edition", default="2011-2021", show_default=True, type=click.Choice(["2011-2021", "2021-"]))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--manifest", type=FOLDER, help="Write the run manifest there too; it is inside the brief in any case.")
def report(
    project: Path,
    scenarios: tuple[str, ...],
    out: Path,
    mode: str,
    source: str,
    within: str,
    against: str,
    targets: tuple[str, ...],
    edition: str,
    seed: int,
    manifest: Path | None,
) -> None:
    """Write the brief of SCENARIOS (presets, saved ones, TOML files) in PROJECT: two pages, as Word or as HTML."""
    from geo.release.report import check_ending, make_brief, write_brief
    from geo.release.review import parse_period
    from geo.release.targets import parse_target
    from geo.store.project import open_project

    check_ending(out.suffix)
    opened = open_project(project)
    brief = make_brief(
        opened,
        [scenario_of(name, opened) for name in scenarios],
        mode,
        selection_of(source, within),
        against=parse_period(against) if against else None,
        targets=[parse_target(text) for text in targets],
        edition=cast(Any, edition),
        seed=seed,
    )
    write_brief(brief, out, manifest)
    for said in brief.answers:
        click.echo(said.text)
    for path in [out, manifest] if manifest else [out]:
        click.echo(str(path))
