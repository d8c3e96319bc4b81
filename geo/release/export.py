"""
Files that leave: map layers and tables in the formats that analysts use, protected as the mode asks.

Everything is written beside the target first, opened again and compared, checked against every earlier release, logged
in the project, and only then put in place file by file, each whole. Beside the layers stand ``about.json`` (what is
synthetic, the mode, what it hides, sources, licences and checksums), ``README.txt`` with the same in words,
``dictionary.csv`` and ``scenario.toml``.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from geo import crs
from geo.demand.rates import hour_table
from geo.demand.surface import count_by_area
from geo.errors import SchemaError
from geo.places.boundaries import Areas, Edition, load_areas
from geo.places.locate import NEVER_RELEASED
from geo.places.residents import load_residents
from geo.release.cells import flat, inert
from geo.release.counts import MARGINS, MEASURES, Counts, count_records
from geo.release.dictionary import dictionary, readme
from geo.release.disclosure import Policy, policy_of, protect, small
from geo.release.folder import earlier_files, write_folder
from geo.release.formats import FORMATS, SHAPELESS, TABULAR, Tables
from geo.release.ledger import Cell, Release, check_release
from geo.routing.isochrones import isochrones
from geo.routing.timing import main_traffic
from geo.scenarios.evaluate import evaluate, roads_label
from geo.scenarios.presets import presets
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World
from geo.settings import user
from geo.store.loading import Selection, load_roads, load_world
from geo.store.project import Project
from geo.store.releases import Made

__all__ = [
    "FORMATS",
    "LAYERS",
    "ONLY_WORKING",
    "Written",
    "export_project",
    "flat",
    "gather",
    "incident_points",
    "inert",
]

LAYERS = {
    "county": "county outline",
    "districts": "incidents and deployments by district",
    "coverage": "drive time and chance in time by LSOA",
    "isochrones": "drive-time outlines from the base",
    "base": "where the car starts",
    "lsoas": "incidents by LSOA (working copies only)",
    "hours": "incidents by hour of week (working copies only)",
    "incidents": "incidents as points (working copies only)",
}
"""What can be exported, in words; the last three would show single records and stay in working copies."""

ONLY_WORKING = ("lsoas", "hours", "incidents")

_AGE = r"(?:under |over )?\d{1,3}(?: ?(?:-|–|to|and) ?(?:\d{1,3}|under|over)| ?\+)?"
"""What reads as an age or an age band; whatever else a record says of an age may be a name."""

LICENCE = (
    "Boundaries and postcodes: contains OS data (c) Crown copyright and database right; contains Royal Mail data "
    "(c) Royal Mail "
    "copyright and database right; source: Office for National Statistics licensed under the Open Government "
    "Licence v3.0. "
    "Roads: (c) OpenStreetMap contributors, ODbL."
)


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were put in place, and what the mode held back, in sentences for those who made them."""

    files: tuple[Path, ...]
    hidden: tuple[str, ...]


def export_project(
    project: Project,
    folder: Path,
    layers: Sequence[str] = (),
    formats: Sequence[str] = ("geojson", "csv", "html"),
    mode: str = "release",
    selection: Selection = Selection(),
    *,
    scenario: Scenario | None = None,
    edition: Edition = "2011-2021",
    by: str | None = None,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Written:
    """
    Export layers of a project into a folder, and log that in the project.

    Parameters
    ----------
    layers, formats
        Of :data:`LAYERS` and :data:`FORMATS`; all layers when none is named. Every format asked for is written, also
        when the mode hides most of it.
    mode
        ``release`` (public), ``partner`` or ``working``; see :mod:`geo.release.disclosure`.
    by, clock
        Who makes it (the user of this computer when not said) and when, for the log and the mark of a working copy.

    Raises
    ------
    SchemaError
        If a layer, format or mode does not exist, or the mode holds back every layer asked for.
    DisclosureError
        If it would single out a few records together with an earlier release; nothing is then written.
    ProjectError
        If the folder or the project's log cannot be written; nothing is then left there.
    """
    policy = policy_of(mode)
    wanted = _known(layers or list(LAYERS), LAYERS, "layer")
    kinds = _known(formats, FORMATS, "format")
    allowed = [name for name in wanted if policy.points or name not in ONLY_WORKING]
    if not allowed:
        raise SchemaError(f"{mode} mode holds back {', '.join(wanted)}; ask for other layers, or for --mode working")
    if not kinds:
        raise SchemaError(f"no format was named; choose of {', '.join(FORMATS)}")
    if set(allowed) <= SHAPELESS and set(kinds) - TABULAR:
        raise SchemaError(f"{' and '.join(allowed)} has no shape for a map; ask for {', '.join(sorted(TABULAR))}")
    earlier_files(folder, mode)
    asked = scenario or presets(project.facts.base)["Operation Alloy"]
    world = load_world(project, load_roads(project), selection)
    areas = load_areas(project.facts.county)
    counts = count_districts(world.located, areas, edition)
    origin = project.facts.synthetic or "as recorded in this project's files"
    label = {"data": origin.split(".")[0], "protection": policy.words}
    made, maker = clock(), user() if by is None else by
    tables = {
        name: table.assign(**label) for name, table in gather(world, areas, asked, allowed, policy, edition).items()
    }
    held_back = [f"{name}: not written, {LAYERS[name]}" for name in wanted if name not in allowed]
    about: dict[str, Any] = {
        "project": project.facts.name,
        "data": origin,
        "mode": mode,
        "protection": policy.words,
        "hidden": held_back + _hidden_counts(tables),
        "source": selection.source,
        "period": [str(selection.first or "first record"), str(selection.last or "last record")],
        "district_edition": edition,
        "scenario": asked.summary,
        "roads": roads_label(asked, world),
        "licence": LICENCE,
        "made": made.date().isoformat(),
        "made_with": f"Triage Map {metadata.version('triage-map')}",
        "data_version": project.version,
        "use": "For planning, not for live dispatch.",
    }
    if policy.points:
        about["incidents"] = _placement(world.located, tables.get("districts"))
        about["made_by"] = maker
    release = _release(about, made, counts, tables.get("districts"))

    def write(stage: Path) -> None:
        for kind in kinds:
            FORMATS[kind](tables, stage, about)
        _write_words(stage, tables, asked, about, {name: LAYERS[name] for name in allowed})

    def approve() -> None:
        project.log_export(release, check_release, Made(maker, ", ".join(allowed), ", ".join(kinds)))

    files = write_folder(folder, write, about, approve)
    return Written(files, tuple(held_back + _hidden_in_words(counts, tables, policy)))


def count_districts(located: gpd.GeoDataFrame, areas: Areas, edition: Edition) -> Counts:
    """Count incidents by the districts of one edition, in order of name."""
    field = "district" if edition == "2011-2021" else "district_2021"
    return count_records(located, located[field], list(areas.districts(edition)["name"]))


def gather(
    world: World, areas: Areas, scenario: Scenario, names: Sequence[str], policy: Policy, edition: Edition
) -> Tables:
    """Make the tables of the layers called ``names``, protected by ``policy``; shapes are in EPSG:27700."""
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "county": lambda: gpd.GeoDataFrame({"name": [areas.name]}, geometry=[areas.county], crs=crs.GRID),
        "districts": lambda: protected_districts(world.located, areas, policy, edition),
        "coverage": lambda: _coverage(world, areas, scenario),
        "isochrones": lambda: _isochrones(world, scenario),
        "base": lambda: gpd.GeoDataFrame(
            {"name": [base.name for base in scenario.bases], "postcode": [base.postcode for base in scenario.bases]},
            geometry=[Point(base.easting, base.northing) for base in scenario.bases],
            crs=crs.GRID,
        ),
        "lsoas": lambda: areas.lsoas.assign(
            incidents=areas.lsoas["code"].map(count_by_area(world.located, "lsoa")).fillna(0).astype(int)
        ),
        "hours": lambda: hour_table(world.located, world.demand.live_hours, scenario.pattern.hours),
        "incidents": lambda: incident_points(world.located),
    }
    return {name: makers[name]() for name in names}


def protected_districts(located: gpd.GeoDataFrame, areas: Areas, policy: Policy, edition: Edition) -> gpd.GeoDataFrame:
    """
    Give the districts with their counts, hidden where few incidents, persons, places or residents are behind them.

    ``state`` says of each district whether its counts are shown.
    """
    shapes, counts = areas.districts(edition), count_districts(located, areas, edition)
    residents = _residents(areas, edition).reindex(shapes["name"], fill_value=0)
    protected = protect(
        counts.incidents, policy, MARGINS, persons=counts.persons, places=counts.places, residents=residents
    )
    whole = {name: protected[name].round().astype("Int64").to_numpy() for name in MEASURES}
    hidden = protected.isna()
    state = hidden.any(axis=1).map({True: "partly hidden", False: "shown"}).mask(hidden["incidents"], "hidden")
    table = shapes.assign(edition=edition, state=state.to_numpy())
    return table.assign(**{name: pd.array(values, dtype="Int64") for name, values in whole.items()})


def _residents(areas: Areas, edition: Edition) -> pd.Series:
    """Count the residents of each district."""
    field = "district" if edition == "2011-2021" else "district_2021"
    return (
        areas.lsoas.set_index("code")[field]
        .to_frame("name")
        .join(load_residents(areas.name))
        .groupby("name")["residents"]
        .sum()
    )


def _release(about: dict[str, Any], made: dt.datetime, counts: Counts, districts: pd.DataFrame | None) -> Release:
    """Say what leaves, for the log; a working copy holds nothing that later releases must be compared with."""
    selection = f"districts {about['district_edition']}, {about['source']}, {' to '.join(about['period'])}"
    cells: tuple[Cell, ...] = ()
    if districts is not None and about["mode"] != "working":
        shown = districts.set_index("name")[list(MEASURES)]
        cells = tuple(
            Cell(area, measure, None if pd.isna(shown.loc[area, measure]) else int(shown.loc[area, measure]), marks)
            for measure in MEASURES
            for area, marks in counts.records[measure].items()
        )
    return Release(made.isoformat(timespec="seconds"), about["mode"], selection, cells)


def _write_words(
    stage: Path, tables: Tables, scenario: Scenario, about: dict[str, Any], layers: dict[str, str]
) -> None:
    """Write the dictionary, the scenario and the README beside the layers."""
    words = dictionary(tables)
    flat(words).to_csv(stage / "dictionary.csv", index=False)
    (stage / "scenario.toml").write_text(scenario.to_toml(), encoding="utf-8")
    files = sorted(path.name for path in stage.iterdir())
    (stage / "README.txt").write_text(readme(about, layers, words, files), encoding="utf-8")


def _coverage(world: World, areas: Areas, scenario: Scenario) -> gpd.GeoDataFrame:
    outcome = evaluate(scenario, world)
    table = pd.DataFrame(
        {
            "code": outcome.places,
            "drive_minutes": outcome.drive.round(1),
            "chance_in_time": outcome.in_time.mean(axis=0).round(3),
            "standard_minutes": scenario.standard.minutes,
            "roads": outcome.roads,
        }
    )
    return areas.lsoas.merge(table, on="code")


def _isochrones(world: World, scenario: Scenario) -> gpd.GeoDataFrame:
    network, engine, _ = world.roads.timed(scenario.speeds, main_traffic(scenario.speeds, scenario.pattern.hours))
    bands = [
        isochrones(network, engine, (base.easting, base.northing), minutes=range(5, 31, 5)).assign(base=base.name)
        for base in scenario.bases
    ]
    every = pd.concat(bands, ignore_index=True).assign(roads=network.label)
    return every[~every.is_empty]


def incident_points(located: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Points of a working copy, without free text and without sensitive places; times as the clock showed them.

    An age band stays only where it reads as one ('34', '25-34', 'under 18', '75 and over'): a name may stand beside it.
    """
    sensitive = located["place_remark"].str.contains(NEVER_RELEASED, regex=False)
    located = located.assign(
        **{name: located[name].mask(sensitive) for name in ("easting", "northing", "point")},
        postcode=located["postcode"].mask(sensitive, ""),
        age_band=located["age_band"].where(located["age_band"].str.fullmatch(_AGE, case=False), ""),
    )
    times = located.select_dtypes("datetimetz")
    plain = located.assign(**{name: times[name].dt.strftime("%Y-%m-%dT%H:%M%z").fillna("") for name in times})
    return plain.drop(columns=["note", "location", "place_remark"]).rename_geometry("geometry")


def _placement(located: pd.DataFrame, districts: pd.DataFrame | None) -> dict[str, int]:
    """Count what was recorded, what has no place, and what the districts of the export hold."""
    counts = {"recorded": len(located), "without_a_place": int(located["easting"].isna().sum())}
    return counts if districts is None else counts | {"in_the_districts": int(districts["incidents"].sum())}


def _known(names: Sequence[str], known: dict[str, Any], what: str) -> list[str]:
    if odd := [name for name in names if name not in known]:
        raise SchemaError(f"there is no {what} {odd[0]!r}; choose of {', '.join(known)}")
    return list(dict.fromkeys(names))


def _hidden_counts(tables: Tables) -> list[str]:
    """Say how many counts are hidden, as whoever receives the files may know it."""
    if "districts" not in tables:
        return []
    counts = tables["districts"][list(MEASURES)]
    hidden = int(counts.isna().sum().sum())
    return [f"districts: {hidden} of {counts.size} counts hidden"] if hidden else []


def _hidden_in_words(counts: Counts, tables: Tables, policy: Policy) -> list[str]:
    """Say besides how many of them only protect others, which is for those who made the files."""
    if not (words := _hidden_counts(tables)):
        return []
    alone = small(counts.incidents, policy, persons=counts.persons, places=counts.places)
    more = int((tables["districts"][list(MEASURES)].isna().to_numpy() & ~alone).sum())
    return [f"{words[0]}, {more} of them to protect the others"]
