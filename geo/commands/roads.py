"""Roads, and speeds calibrated to driven journeys."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from geo.commands.asked import FOLDER, as_json, scenario_of
from geo.commands.told import print_json, rows_of, tell
from geo.tables import SOURCES


@click.command()
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
        tell=tell if sys.stderr.isatty() or not Path(source).is_file() else silent,
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
        print_json(found)
        return
    click.echo("{nodes} nodes, {edges} edges in {seconds:.1f} s from {source} ({edition})".format(**found))
    click.echo("one way: {one_way_edges}; parallel: {parallel_edges} (the fastest counts)".format(**found))
    click.echo(f"left out: {left_out(network)}")
    click.echo(network.label)


@click.command()
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
    asked = scenario_of(scenario, opened)
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
        print_json(
            {
                "journeys": found.journeys,
                "left_out": journeys.left_out,
                "sentence": found.sentence,
                "supported": found.supported,
                "scales": rows_of(found.scales),
                "errors": rows_of(found.errors),
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
