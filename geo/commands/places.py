"""Places: layers, tables by area code and facilities, brought into a project."""

from pathlib import Path
from typing import Any

import click

from geo.commands.asked import FOLDER, as_json
from geo.commands.told import print_json, rows_of


@click.command()
@click.argument("project", type=FOLDER)
@click.option("--layer", type=FOLDER, help="Areas: GeoPackage, GeoJSON, Shapefile (zipped, too) or GeoParquet.")
@click.option("--layer-name", help="Which layer of a file that holds several.")
@click.option("--name-column", help="Which column names the areas; found by its heading when not said.")
@click.option("--table", type=FOLDER, help="Residents or deprivation by area code (CSV or XLSX).")
@click.option("--facilities", type=FOLDER, help="Bases, A&E, places of safety and others (CSV, XLSX or GeoJSON).")
@click.option("--called", help="Name under which the layer or table is kept; the file's own when not said.")
@click.option("--edition", default="", help="Publisher and edition, as 'ONS, December 2013'.")
@click.option("--remove", help="Remove the layer or table of this name.")
@as_json
def places(
    project: Path,
    layer: Path | None,
    layer_name: str | None,
    name_column: str | None,
    table: Path | None,
    facilities: Path | None,
    called: str | None,
    edition: str,
    remove: str | None,
    as_json: bool,
) -> None:
    """
    Bring areas, figures by area code and facilities into PROJECT, and list what is kept.

    Every row read is accounted for; a list of facilities replaces the one before it.
    """
    from geo.store.project import open_project

    if (called or edition) and sum(file is not None for file in (layer, table, facilities)) > 1:
        raise click.UsageError("--called and --edition are of one file: bring the files one after the other.")
    opened, said = open_project(project), []
    if remove is not None:
        opened.remove_layer(remove)
        said.append(f"{remove}: removed")
    if layer is not None:
        said += _bring_layer(opened, layer, layer_name, name_column, called, edition)
    if table is not None:
        said += _bring_table(opened, table, called, edition)
    if facilities is not None:
        said += _bring_facilities(opened, facilities, edition)
    kept = opened.layers().drop(columns="sha256")
    services = opened.facilities.frame()
    if as_json:
        print_json({"sentences": said, "layers": rows_of(kept), "facilities": rows_of(services)})
        return
    for sentence in said:
        click.echo(sentence)
    _print_places(kept, services)


def _bring_layer(
    opened: Any, file: Path, layer: str | None, name_column: str | None, called: str | None, edition: str
) -> list[str]:
    from geo.places.areas import read_areas

    areas = read_areas(file, layer=layer, name_column=name_column)
    opened.keep_layer(areas, called or areas.layer, edition=edition)
    report = areas.report
    rows = [
        f"- repaired: feature {row.row} ({row.name}): {row.what}" for row in report.repaired.itertuples(index=False)
    ]
    rows += [
        f"- refused: feature {row.row} ({row.name}): {row.reason}" for row in report.refused.itertuples(index=False)
    ]
    return [*(f"{file.name}: {sentence}" for sentence in report.sentences), *rows]


def _bring_table(opened: Any, file: Path, called: str | None, edition: str) -> list[str]:
    from geo.places.boundaries import load_areas
    from geo.places.code_tables import join_codes, read_code_table

    table = read_code_table(file)
    opened.keep_layer(table, called or file.stem, edition=edition)
    codes = load_areas(opened.facts.county).lsoas["code"].tolist()
    said = [f"{file.name}: read {table.rows_read} = accepted {len(table.values)} + refused {len(table.refused)}"]
    said += [f"{file.name}: {join_codes(table, str(measure), codes).sentence}" for measure in table.values.columns]
    return said + [f"- refused: row {row.row}: {row.reason}" for row in table.refused.itertuples(index=False)]


def _bring_facilities(opened: Any, file: Path, source: str) -> list[str]:
    from geo.places.facilities import FacilityList
    from geo.places.postcodes import Gazetteer

    listed = FacilityList.read(file, Gazetteer.default(), source=source)
    opened.set_facilities(listed)
    said = [f"{file.name}: read {listed.rows_read} = accepted {len(listed.facilities)} + refused {len(listed.refused)}"]
    said += [f"{file.name}: {sentence}" for sentence in listed.faults]
    return said + [f"- refused: row {row.row}: {row.reason}" for row in listed.refused.itertuples(index=False)]


def _print_places(kept: Any, services: Any) -> None:
    """List what a project keeps of places; what it has none of is not loaded."""
    for row in kept.itertuples(index=False):
        edition = row.edition or "edition not stated"
        click.echo(
            f"{row.name}: {row.holds}; {edition}; read {row.rows_read} = kept {row.kept} + repaired {row.repaired} + "
            f"refused {row.refused}"
        )
    for row in services.itertuples(index=False):
        where, hours = row.postcode or "no postcode", row.hours or "not recorded"
        click.echo(f"{row.name}: {row.kind}, {where}, hours {hours}; {row.source}")
    for what, number in (("layers and tables", len(kept)), ("facilities", len(services))):
        if not number:
            click.echo(f"{what}: not loaded")
