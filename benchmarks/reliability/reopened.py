"""
Open exported layers again with other programs, and hold rows, reference system and names against what was exported.

    python -m benchmarks.reliability reopened

Every layer of a working copy is written in every format and opened with geopandas or pandas, with pyogrio's own GDAL,
and with GDAL's ``ogrinfo`` where it is installed (Debian: ``gdal-bin``). The one-file map is opened in Chromium by the
section of naughty text.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import CRS

from geo.release.export import FORMATS, export_project
from geo.store.intake import make_demonstration
from geo.store.project import Project

KINDS = {"gpkg": 27700, "geojson": 4326, "parquet": 27700, "kml": 4326, "csv": None, "xlsx": None}
"""Formats that can be opened as layers, and the reference system (EPSG) that each is to be in."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a program says of a layer: its rows, its reference system, the names of its columns in small letters."""

    rows: int
    crs: int | None
    names: frozenset[str]

    def lacks(self, wanted: "Opened") -> str:
        """Say what is not as it was exported; a program may name more columns (the id of a row, those of KML)."""
        if self.rows != wanted.rows:
            return f"{self.rows} rows instead of {wanted.rows}"
        if wanted.crs is not None and self.crs != wanted.crs:
            return f"EPSG {self.crs} instead of {wanted.crs}"
        missing = sorted(wanted.names - self.names)
        return f"no column {missing[0]}" if missing else ""


Tool = Callable[[Path, str], Opened]


def section() -> str:
    """Measure, and give the figures as a section of the reliability page."""
    with tempfile.TemporaryDirectory(prefix="triage-map-reopened-") as name:
        year = make_demonstration(Path(name) / "year", "northamptonshire")
        tables = written(year, Path(name) / "out")
        lines = [_line(tool, kind, Path(name) / "out", tables) for tool in tools() for kind in KINDS]
    return f"""## Exported layers, opened by other programs

`python -m benchmarks.reliability reopened` wrote the {len(tables)} layers of a working copy in each format and opened
each with other programs. As exported means: the same rows, reference system and names of columns.

| program | format | layers | as exported | not so |
|---|---|--:|--:|---|
""" + "\n".join(filter(None, lines))


def _line(tool: str, kind: str, out: Path, tables: Mapping[str, pd.DataFrame]) -> str:
    if kind not in tools()[tool]:
        return f"| {tool} | {kind} | | | this program does not know the format |"
    found = dict(compared(tools()[tool][kind], kind, out, tables))
    wrong = "; ".join(f"{name}: {fault}" for name, fault in found.items() if fault)
    return f"| {tool} | {kind} | {len(found)} | {sum(not fault for fault in found.values())} | {wrong} |"


def written(project: Project, out: Path) -> dict[str, pd.DataFrame]:
    """Export every layer in every format, and give the tables that were written."""
    tables: dict[str, pd.DataFrame] = {}
    first = FORMATS["gpkg"]

    def kept(given: dict[str, pd.DataFrame], folder: Path, about: dict[str, Any]) -> None:
        tables.update(given)
        first(given, folder, about)

    with patch.dict(FORMATS, gpkg=kept):
        export_project(project, out, formats=list(KINDS), mode="working")
    return tables


def compared(tool: Tool, kind: str, out: Path, tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, str]]:
    """Open each layer of a format, and say what it lacks."""
    for name, table in tables.items():
        shaped = isinstance(table, gpd.GeoDataFrame)
        if KINDS[kind] is not None and not shaped and kind != "parquet":
            continue
        names = frozenset(str(column).casefold() for column in table.columns if column != "geometry")
        wanted = Opened(len(table), KINDS[kind] if shaped else None, names)
        path = out / (f"triage-map.{kind}" if kind in ("gpkg", "xlsx") else f"{name}.{kind}")
        yield name, tool(path, name).lacks(wanted)


def tools() -> dict[str, dict[str, Tool]]:
    """Give the programs that are here, by name and version, and how each opens which format."""
    frames: dict[str, Tool] = {
        "gpkg": lambda path, name: _of_frame(gpd.read_file(path, layer=name)),
        "geojson": lambda path, _: _of_frame(gpd.read_file(path)),
        "kml": lambda path, _: _of_frame(gpd.read_file(path)),
        "parquet": lambda path, name: _of_frame((pd if name == "hours" else gpd).read_parquet(path)),
        "csv": lambda path, _: _of_frame(pd.read_csv(path)),
        "xlsx": lambda path, name: _of_frame(pd.read_excel(path, sheet_name=name, engine="calamine")),
    }
    own = {kind: _by_pyogrio for kind in KINDS if kind != "parquet" or "Parquet" in pyogrio.list_drivers()}
    found: dict[str, dict[str, Tool]] = {
        f"geopandas {version('geopandas')}": frames,
        f"pyogrio {version('pyogrio')}, GDAL {pyogrio.__gdal_version_string__}": own,
    }
    if shutil.which("ogrinfo"):
        said, known = _said("--version"), _said("--formats")
        kinds = [kind for kind in KINDS if kind != "parquet" or "Parquet" in known]
        found[f"ogrinfo of {said.split(',')[0]}"] = dict.fromkeys(kinds, by_ogrinfo)
    return found


def _of_frame(frame: pd.DataFrame) -> Opened:
    crs = frame.crs.to_epsg() if isinstance(frame, gpd.GeoDataFrame) and frame.crs else None
    return Opened(len(frame), crs, frozenset(str(name).casefold() for name in frame.columns))


def _by_pyogrio(path: Path, name: str) -> Opened:
    options = {"HEADERS": "FORCE"} if path.suffix == ".xlsx" else {}
    layer = name if path.suffix in (".gpkg", ".xlsx") else None
    info = pyogrio.read_info(path, layer=layer, force_feature_count=True, **options)
    crs = CRS(info["crs"]).to_epsg() if info["crs"] else None
    return Opened(int(info["features"]), crs, frozenset(str(field).casefold() for field in info["fields"]))


def by_ogrinfo(path: Path, name: str) -> Opened:
    """Open a layer with GDAL's ``ogrinfo`` and read what it says."""
    layer = [name] if path.suffix in (".gpkg", ".xlsx", ".csv") else ["-al"]
    headed = ["--config", "OGR_XLSX_HEADERS", "FORCE"]  # or a sheet of text alone is taken to have no headings
    said = _said("-ro", "-so", *headed, str(path), *layer)
    count = re.search(r"^Feature Count: (\d+)", said, re.MULTILINE)
    codes = re.findall(r'^    ID\["EPSG",(\d+)\]\]', said, re.MULTILINE)
    fields = re.findall(r"^(\w+): (?:String|Integer|Integer64|Real|Date|DateTime|Time)\b", said, re.MULTILINE)
    names = frozenset(field.casefold() for field in fields)
    return Opened(int(count[1]) if count else -1, int(codes[-1]) if codes else None, names)


def _said(*words: str) -> str:
    return subprocess.run(
        [shutil.which("ogrinfo") or "ogrinfo", *words], capture_output=True, text=True, check=True
    ).stdout
