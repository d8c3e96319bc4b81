"""What Triage Map is made of here: every part, its version and its state."""

import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata

from geo.errors import GeoError
from geo.settings import cache_folder, data_folder

NEEDED = (
    "altair",
    "contourpy",
    "folium",
    "geopandas",
    "numba",
    "numpy",
    "osmium",
    "osmnx",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "python-calamine",
    "python-docx",
    "scipy",
    "shapely",
    "streamlit",
    "streamlit-folium",
    "vl-convert-python",
    "XStatic-jQuery",
    "XStatic-Leaflet",
    "XStatic-Leaflet-MarkerCluster",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: whether it is needed, whether it is well, and what to say of it."""

    name: str
    version: str
    state: str
    well: bool = True
    needed: bool = True


def examine() -> list[Part]:
    """
    Examine the parts: Python, the packages, the shipped data, the places to write, Chromium for the browser tests.
    """
    return [
        Part("triage-map", metadata.version("triage-map"), "installed"),
        Part("python", platform.python_version(), sys.executable, well=sys.version_info >= (3, 11)),
        *(_package(name) for name in NEEDED),
        *_data(),
        _cache(),
        _chromium(),
    ]


def _package(name: str) -> Part:
    try:
        return Part(name, metadata.version(name), "installed")
    except metadata.PackageNotFoundError:
        return Part(name, "", "missing; run: make run", well=False)


def _data() -> list[Part]:
    from geo.places.boundaries import counties, load_areas
    from geo.places.postcodes import Gazetteer
    from geo.places.residents import load_residents

    parts = []
    for county in counties():
        try:
            areas, residents = load_areas(county), load_residents(county)
            postcodes = len(Gazetteer.of(county).frame)
            state = f"{len(areas.lsoas)} LSOAs, {postcodes} postcodes, {int(residents.sum())} residents"
            parts.append(Part(county, "data", state))
        except GeoError as problem:
            parts.append(Part(county, "data", str(problem), well=False))
    return parts or [Part("data", "", f"no county in {data_folder()}; run: make data", well=False)]


def _cache() -> Part:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Part(
            "cache folder", "", f"{folder} cannot be written ({error.strerror}); set TRIAGE_MAP_CACHE", well=False
        )
    return Part("cache folder", "", f"{folder} can be written")


def _chromium() -> Part:
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    return Part("chromium", "", found or "not found; only the browser tests need it", well=bool(found), needed=False)
