"""
Files that leave: map layers and tables in the formats that analysts use, protected as the mode asks.

Everything is written beside the target first, opened again to be sure, and only then put in place file by file, each
whole. Beside the layers stands ``about.json``: what is synthetic, the mode, what it hides, sources, licences and
checksums.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely.geometry import Point

from geo import crs
from geo.demand.rates import hour_table
from geo.demand.surface import count_by_area
from geo.deployment.patterns import by_district
from geo.errors import ProjectError, SchemaError
from geo.layers.assets import inline
from geo.layers.base import Layer, around, draw
from geo.layers.bases import BaseLayer
from geo.layers.boundaries import BoundaryLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.isochrones import IsochroneLayer
from geo.places.boundaries import Areas, Edition, load_areas
from geo.places.locate import NEVER_RELEASED
from geo.release.disclosure import Policy, policy_of, protect
from geo.routing.isochrones import isochrones
from geo.routing.timing import main_traffic
from geo.scenarios.evaluate import evaluate, roads_label
from geo.scenarios.presets import presets
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World
from geo.store.loading import Selection, load_roads, load_world
from geo.store.project import Project

Tables = dict[str, pd.DataFrame]

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

COUNTS = ("incidents", "deployed", "deployed_unknown")
SHAPELESS = {"hours"}
TABULAR = {"csv", "xlsx", "parquet"}

LICENCE = (
    "Boundaries and postcodes: contains OS data (c) Crown copyright and database right; contains Royal Mail data "
    "(c) Royal Mail "
    "copyright and database right; source: Office for National Statistics licensed under the Open Government "
    "Licence v3.0. "
    "Roads: (c) OpenStreetMap contributors, ODbL."
)


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were put in place, and what the mode held back, in sentences."""

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
) -> Written:
    """
    Export layers of a project into a folder.

    Parameters
    ----------
    layers, formats
        Of :data:`LAYERS` and :data:`FORMATS`; all layers when none is named. Every format asked for is written, also
        when the mode hides most of it.
    mode
        ``release`` (public), ``partner`` or ``working``; see :mod:`geo.release.disclosure`.

    Raises
    ------
    SchemaError
        If a layer, format or mode does not exist, or the mode holds back every layer asked for.
    ProjectError
        If the folder cannot be written; nothing is then left there.
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
    earlier = _earlier_files(folder, mode)
    asked = scenario or presets(project.facts.base)["Operation Alloy"]
    world = load_world(project, load_roads(project), selection)
    tables = gather(world, load_areas(project.facts.county), asked, allowed, policy, edition)
    origin = project.facts.synthetic or "as recorded in this project's files"
    label = {"data": origin.split(".")[0], "protection": policy.words}
    tables = {name: table.assign(**label) for name, table in tables.items()}
    hidden = [f"{name}: not written, {LAYERS[name]}" for name in wanted if name not in allowed] + _hidden_counts(tables)
    about: dict[str, Any] = {
        "project": project.facts.name,
        "data": origin,
        "mode": mode,
        "protection": policy.words,
        "hidden": hidden,
        "source": selection.source,
        "period": [str(selection.first or "first record"), str(selection.last or "last record")],
        "district_edition": edition,
        "scenario": asked.summary,
        "roads": roads_label(asked, world),
        "licence": LICENCE,
        "made": dt.datetime.now(dt.UTC).date().isoformat(),
        "use": "For planning, not for live dispatch.",
    }
    if policy.points:
        about["incidents"] = _placement(world.located, tables.get("districts"))
    return Written(_write_whole(tables, kinds, folder, about, earlier), tuple(hidden))


def gather(
    world: World, areas: Areas, scenario: Scenario, names: Sequence[str], policy: Policy, edition: Edition
) -> Tables:
    """Make the tables of the layers called ``names``, protected by ``policy``; shapes are in EPSG:27700."""
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "county": lambda: gpd.GeoDataFrame({"name": [areas.name]}, geometry=[areas.county], crs=crs.GRID),
        "districts": lambda: _districts(world, areas, policy, edition),
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


def _districts(world: World, areas: Areas, policy: Policy, edition: Edition) -> gpd.GeoDataFrame:
    shapes = areas.districts(edition)
    counts = by_district(world.located, edition)[["district", *COUNTS]]
    table = shapes.merge(counts, left_on="name", right_on="district", how="left").drop(columns="district")
    protected = protect(table[list(COUNTS)].fillna(0), policy)
    hidden = protected.isna().any(axis=1)
    whole = {name: protected[name].round().astype("Int64") for name in protected}
    return table.assign(**whole, edition=edition, state=hidden.map({True: "hidden", False: "shown"}))


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


def _earlier_files(folder: Path, mode: str) -> list[Path]:
    """
    Give the files of an earlier export of the same mode, which this one replaces.

    Raises
    ------
    ProjectError
        If the folder holds anything else: files of another mode must never stand beside these.
    """
    if not folder.is_dir():
        return []
    there = {path.name for path in folder.iterdir()}
    if not there:
        return []
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        ours = {*about["sha256"], "about.json"} if about["mode"] == mode else set()
    except (OSError, ValueError, KeyError, TypeError):
        ours = set()
    if strange := sorted(there - ours):
        raise ProjectError(
            f"{folder} holds {len(strange)} files that are not of an earlier {mode} export (first: {strange[0]}); "
            "choose an empty folder"
        )
    return [folder / name for name in sorted(there)]


def _known(names: Sequence[str], known: dict[str, Any], what: str) -> list[str]:
    if odd := [name for name in names if name not in known]:
        raise SchemaError(f"there is no {what} {odd[0]!r}; choose of {', '.join(known)}")
    return list(dict.fromkeys(names))


def _hidden_counts(tables: Tables) -> list[str]:
    return [
        f"{name}: {int((table['state'] == 'hidden').sum())} of {len(table)} rows hidden"
        for name, table in tables.items()
        if "state" in table and (table["state"] == "hidden").any()
    ]


def _write_whole(
    tables: Tables, formats: Sequence[str], folder: Path, about: dict[str, Any], earlier: Sequence[Path]
) -> tuple[Path, ...]:
    """Write everything beside the folder, then put it in place."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise ProjectError(
            f"{folder} cannot be written ({error.strerror}); choose a folder in which you may write"
        ) from error
    try:
        for kind in formats:
            FORMATS[kind](tables, stage, about)
        files = sorted(path for path in stage.iterdir())
        digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        text = json.dumps(about | {"sha256": digests}, indent=2, ensure_ascii=False)
        (stage / "about.json").write_text(text, encoding="utf-8")
        folder.mkdir(exist_ok=True)
        for path in earlier:
            path.unlink()
        return tuple(_put(path, folder) for path in [*files, stage / "about.json"])
    except OSError as error:
        raise ProjectError(
            f"{folder} cannot be written ({error.strerror or error}); nothing half written is left"
        ) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _put(path: Path, folder: Path) -> Path:
    with path.open("rb") as written:
        os.fsync(written.fileno())
    return path.replace(folder / path.name)


def _shapes(tables: Tables) -> dict[str, gpd.GeoDataFrame]:
    return {name: table for name, table in tables.items() if isinstance(table, gpd.GeoDataFrame)}


def _vector(table: gpd.GeoDataFrame, path: Path, driver: str, **options: str) -> None:
    pyogrio.write_dataframe(table, path, driver=driver, **options)
    if pyogrio.read_info(path, **({"layer": options["layer"]} if "layer" in options else {}))["features"] != len(table):
        raise OSError(f"{path.name} does not hold the {len(table)} rows that were written")


def _geojson(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    for name, table in _shapes(tables).items():
        _vector(table.to_crs(crs.LONLAT), folder / f"{name}.geojson", "GeoJSON")


def _kml(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    for name, table in _shapes(tables).items():
        _vector(table.to_crs(crs.LONLAT), folder / f"{name}.kml", "KML")


def _gpkg(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    for name, table in _shapes(tables).items():
        _vector(table, folder / "triage-map.gpkg", "GPKG", layer=name)


def _parquet(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")


def _csv(tables: Tables, folder: Path, _: dict[str, Any]) -> None:
    for name, table in tables.items():
        flat(table).to_csv(folder / f"{name}.csv", index=False)


def _xlsx(tables: Tables, folder: Path, about: dict[str, Any]) -> None:
    words = pd.DataFrame({"about": list(about), "value": [inert(str(value)) for value in about.values()]})
    with pd.ExcelWriter(folder / "triage-map.xlsx", engine="openpyxl") as book:
        words.to_excel(book, sheet_name="about", index=False)
        for name, table in tables.items():
            flat(table).to_excel(book, sheet_name=name, index=False)


def _html(tables: Tables, folder: Path, about: dict[str, Any]) -> None:
    shapes = _shapes(tables)
    everything = pd.concat([table.geometry.to_crs(crs.LONLAT) for table in shapes.values()])
    west, south, east, north = everything.total_bounds
    drawn = draw(
        _drawn(shapes, about),
        centre=((south + north) / 2, (west + east) / 2),
        fit_bounds=around([(west, south, east, north)]),
    )
    (folder / "map.html").write_text(inline(drawn), encoding="utf-8")


def _drawn(shapes: dict[str, gpd.GeoDataFrame], about: dict[str, Any]) -> list[Layer]:
    """Draw what a one-file map can show; points never stand in it."""
    layers: list[Layer] = []
    if "county" in shapes:
        layers.append(BoundaryLayer(shapes["county"].geometry.iloc[0], shapes.get("districts")))
    if "districts" in shapes:
        layers.append(_district_layer(shapes["districts"], about))
    if len(shapes.get("isochrones", ())):
        bands = shapes["isochrones"]
        layers.append(IsochroneLayer(bands[bands["base"] == bands["base"].iloc[0]].iloc[-5:], label=about["roads"]))
    if "base" in shapes:
        points = [
            _Spot(row.name_, row.geometry.x, row.geometry.y)
            for row in shapes["base"].rename(columns={"name": "name_"}).itertuples()
        ]
        layers.append(BaseLayer(tuple(points)))
    return layers


@dataclass(frozen=True, slots=True)
class _Spot:
    """A named point in metres."""

    name: str
    easting: float
    northing: float


def _district_layer(districts: gpd.GeoDataFrame, about: dict[str, Any]) -> Layer:
    value = districts["incidents"].astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    text = [
        "hidden" if state == "hidden" else f"{count:.0f} incidents"
        for state, count in zip(districts["state"], value, strict=True)
    ]
    areas = districts.assign(value=value, text=text, state=districts["state"].map({"hidden": "hidden", "shown": ""}))
    note = f"{about['protection']} {about['data']}"
    return ChoroplethLayer.of("Incidents by district", areas, unit="incidents", numbers=True, note=note)


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """Give the table without shapes, its text unable to act as a formula."""
    flat = pd.DataFrame(table.drop(columns="geometry")) if isinstance(table, gpd.GeoDataFrame) else table
    texts = flat.select_dtypes(["object", "string"])
    return flat.assign(**{name: texts[name].map(inert, na_action="ignore") for name in texts})


def inert(text: str) -> str:
    """
    Keep text from acting as a formula in a spreadsheet: an apostrophe goes before ``= + - @``, tab and carriage return.

    Examples
    --------
    >>> inert("=1+1"), inert("Corby")
    ("'=1+1", 'Corby')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


FORMATS: dict[str, Callable[[Tables, Path, dict[str, Any]], None]] = {
    "gpkg": _gpkg,
    "geojson": _geojson,
    "parquet": _parquet,
    "csv": _csv,
    "xlsx": _xlsx,
    "kml": _kml,
    "html": _html,
}
"""Formats by name, and what writes each."""
