"""
Layers of areas that users bring: wards, beats, force areas, LSOAs; read by a child, accounted for row by row.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely

from geo.crs import GRID
from geo.errors import CrsError, SchemaError, SourceError
from geo.incidents.child import ask_child, check_file, program
from geo.incidents.reading.wire import Message

SECONDS = 120.0
"""Time for one file: 36,100 areas of 105 points each took 26 s as GeoPackage and over 60 s as GeoJSON on two busy
cores."""

INSTEAD = "save a smaller part, or simplify the outlines"
AREA_COLUMNS = ("code", "name", "geometry")

_CHILD = program("geo.places.reading.program")
_MARK = "column:"
_ELSEWHERE = re.compile(r"^(?:/vsi|[a-z][a-z0-9+.-]+://)", re.IGNORECASE)
_ONS_NAME = re.compile(r"^[a-z]{2,8}(?:0[1-9]|[1-4]\d)_?(?:nm|name)$")
_ONS_CODE = re.compile(r"^[a-z]{2,8}(?:0[1-9]|[1-4]\d)_?(?:cd|code)$")
_NAMES = (
    "name",
    "area name",
    "beat name",
    "ward name",
    "beat",
    "ward",
    "label",
    "title",
    "area",
    "nm",
    "district",
    "county",
    "force",
    "neighbourhood",
    "locality",
    "sector",
    "station",
)
_CODES = ("code", "area code", "beat code", "ward code", "gss code", "ons code", "cd", "ref", "id", "fid", "objectid")


@dataclass(frozen=True, eq=False)
class AreaReport:
    """
    What became of every feature of a layer: read = kept + repaired + refused.

    Parameters
    ----------
    read_as
        How the numbers of the file were read: the reference system in words.
    columns
        Every column of the file, for choosing another name.
    repaired
        ``row`` (the feature's number in the file, from 1), ``name``, ``what`` was done, ``before_km2``, ``after_km2``.
    refused
        ``row``, ``name``, ``reason``.
    faults
        Sentences about the file as a whole.
    slivers, duplicates, overlaps
        Areas thinner than a metre, areas that are an earlier one again, and pairs that overlap; all of them are kept.
    largest_overlap
        The widest overlap, as a share of the smaller area of its pair.
    """

    file: str
    read: int
    read_as: str
    columns: tuple[str, ...]
    name_column: str
    code_column: str
    repaired: pd.DataFrame
    refused: pd.DataFrame
    faults: tuple[str, ...] = ()
    slivers: int = 0
    duplicates: int = 0
    overlaps: int = 0
    largest_overlap: float = 0.0

    @property
    def kept(self) -> int:
        """How many features are kept just as they stand in the file."""
        return self.read - len(self.repaired) - len(self.refused)

    @property
    def ledger(self) -> str:
        """The sum that must hold, in words."""
        return f"read {self.read} = kept {self.kept} + repaired {len(self.repaired)} + refused {len(self.refused)}"

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What is to be known of the layer, in words, the sum first."""
        named = (
            f"names from the column {self.name_column!r}"
            if self.name_column
            else "no column of names: they are numbered"
        )
        coded = f", codes from {self.code_column!r}" if self.code_column else ", no column of codes"
        counts = (
            (self.slivers, "is thinner than a metre (a sliver)", "are thinner than a metre (slivers)"),
            (self.duplicates, "has the outline of an earlier one", "have the outline of an earlier one"),
        )
        return (
            self.ledger,
            f"read as {self.read_as}; {named}{coded}",
            *self.faults,
            *(
                f"{number} area{'' if number == 1 else 's'} {one if number == 1 else many}"
                for number, one, many in counts
                if number
            ),
            *self._overlapping(),
        )

    def _overlapping(self) -> tuple[str, ...]:
        if not self.overlaps:
            return ()
        pairs = "1 pair of areas overlaps" if self.overlaps == 1 else f"{self.overlaps} pairs of areas overlap"
        share = f"{100 * self.largest_overlap:.2g}%"
        return (f"{pairs} (the widest by {share} of the smaller one): totals over areas may count a place twice",)


@dataclass(frozen=True, eq=False)
class UserAreas:
    """
    A layer of areas that a user brought, in EPSG:27700: ``code`` (may be empty), ``name``, ``geometry``; its report.

    Raises
    ------
    SchemaError
        If a column is missing, or there is no area.
    CrsError
        If the frame is not in EPSG:27700.
    """

    layer: str
    frame: gpd.GeoDataFrame
    report: AreaReport

    def __post_init__(self) -> None:
        if missing := [column for column in AREA_COLUMNS if column not in self.frame.columns]:
            raise SchemaError(f"the layer {self.layer!r} lacks {len(missing)} columns (first: {missing[0]!r})")
        if self.frame.empty:
            raise SchemaError(f"the layer {self.layer!r} holds no area")
        if self.frame.crs is None or self.frame.crs.to_epsg() != int(GRID.removeprefix("EPSG:")):
            raise CrsError(f"the layer {self.layer!r} is not in {GRID}; reproject it first")


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """What the child sent: ``row, shape, refused, remarks, before, after`` of each feature, and the file's columns."""

    file: str
    rows: gpd.GeoDataFrame
    columns: pd.DataFrame
    answer: Mapping[str, Any]


def layers_of(path: str | PathLike[str], *, seconds: float = SECONDS) -> tuple[str, ...]:
    """
    Name the layers with shapes of a GeoPackage, GeoJSON, Shapefile (zipped, too) or GeoParquet.

    Raises
    ------
    SourceError
        If the file is none of these, is damaged or hostile, or takes too long or too much memory.
    """
    file = _local(path)
    answer, _ = _ask(file, "", "layers", seconds)
    return tuple(str(name) for name in answer["layers"])


def read_areas(
    path: str | PathLike[str],
    *,
    layer: str | None = None,
    name_column: str | None = None,
    code_column: str | None = None,
    seconds: float = SECONDS,
) -> UserAreas:
    """
    Read a layer of areas, mend its shapes and account for every feature.

    GeoPackage, GeoJSON, Shapefile (alone or zipped) or GeoParquet, told by content. The file is opened by a child
    process with 2 GB of memory (where the system can limit it) and ``seconds`` of time, which knows no other format
    and no network. Outlines are made valid (each part once, holes cut out); features without a shape, of points or
    lines alone, without area or beyond Great Britain are refused with their row. Where numbers and stated reference
    system do not fit, the system by which they lie in Great Britain is taken, and said. Wrong by up to 5 m where
    shapes are moved from degrees, since the table of Ordnance Survey's shifts does not ship.

    Parameters
    ----------
    layer
        Which layer of several; the only one when not said.
    name_column, code_column
        Which columns hold name and code; found by the words of ONS files (WD13NM, LSOA21CD, name, …) when not said.

    Raises
    ------
    SourceError
        If the file is none of the four, is damaged or hostile, holds several layers and none was named, holds no
        usable area, has no such column, or takes too long or too much memory.
    """
    table = read_features(path, layer=layer, want="areas", seconds=seconds)
    names = _chosen(table, name_column, _ONS_NAME, _NAMES)
    codes = _chosen(table, code_column, _ONS_CODE, _CODES)
    named = _named(table, names, codes)
    report = _report(table, named, names, codes)
    usable = named[named["refused"] == ""]
    if usable.empty:
        raise SourceError(_none_usable(report))
    frame = gpd.GeoDataFrame(
        {"code": usable["code"], "name": usable["name"]}, geometry=usable["shape"].to_numpy(), crs=GRID
    )
    return UserAreas(str(table.answer["layer"]), frame.reset_index(drop=True), report)


def read_features(
    path: str | PathLike[str], *, layer: str | None = None, want: str = "areas", seconds: float = SECONDS
) -> FeatureTable:
    """
    Read one layer's features, as areas or (``want='points'``) as points in EPSG:27700, with all columns as text.

    Raises
    ------
    SourceError
        As :func:`read_areas` does, but for what depends on columns.
    """
    file = _local(path)
    answer, messages = _ask(file, layer or "", want, seconds)
    table = _received([part for _, buffers in messages for part in buffers])
    shapes = [None if wkb is None else shapely.from_wkb(wkb) for wkb in table["shape"].to_pylist()]
    ours = (
        table.select(["refused", "remarks", "before", "after"]).to_pandas().astype({"refused": "str", "remarks": "str"})
    )
    rows = gpd.GeoDataFrame(ours.assign(row=range(1, len(ours) + 1)), geometry=gpd.GeoSeries(shapes, crs=GRID))
    theirs = [name for name in table.column_names if name.startswith(_MARK)]
    columns = table.select(theirs).to_pandas().astype("str").rename(columns=lambda name: str(name).removeprefix(_MARK))
    return FeatureTable(file.name, rows.rename_geometry("shape"), columns, answer)


def _ask(file: Path, layer: str, want: str, seconds: float) -> tuple[dict[str, Any], list[Message]]:
    """Let a child open the file; what it unpacks is removed here, whatever becomes of it."""
    with tempfile.TemporaryDirectory(prefix="triage-map-") as scratch:
        request = {"layer": layer, "want": want, "scratch": scratch}
        return ask_child(_CHILD, file, request, seconds=seconds, instead=INSTEAD)


def _local(path: str | PathLike[str]) -> Path:
    if _ELSEWHERE.match(fspath(path)):
        raise SourceError(f"{fspath(path)[:80]!r} is an address, not a file on this machine; download it first")
    file = Path(path)
    check_file(file, "one GeoPackage, GeoJSON, Shapefile (zipped, too) or GeoParquet")
    return file


def _received(parts: Sequence[bytes]) -> pa.Table:
    """Take the child's table as it is, after a check that its buffers are what they say."""
    table = pa.ipc.open_stream(pa.py_buffer(b"".join(parts))).read_all()
    table.validate(full=True)
    return table


def _chosen(table: FeatureTable, asked: str | None, ons: re.Pattern[str], words: Sequence[str]) -> str:
    """Give the column asked for, or the one whose heading says what it holds, or nothing."""
    columns = [str(column) for column in table.columns.columns]
    if asked:
        if asked not in columns:
            shown = ", ".join(columns[:20]) or "none"
            raise SourceError(f"{table.file} has no column {asked!r}; it has {shown}")
        return asked
    filled = [column for column in columns if table.columns[column].ne("").any()]
    if by_ons := [column for column in filled if ons.match(column.casefold())]:
        return by_ons[0]
    plain = {" ".join(re.findall(r"[a-z]+", column.casefold())): column for column in reversed(filled)}
    return next((plain[word] for word in words if word in plain), "")


def _named(table: FeatureTable, names: str, codes: str) -> gpd.GeoDataFrame:
    """Give each feature its name and code; one without a name takes its code, and one without either its number."""
    number = "Area " + table.rows["row"].astype("str")
    code = table.columns[codes] if codes else pd.Series("", index=table.rows.index, dtype="str")
    name = table.columns[names] if names else code
    fallback = code.where(code.ne(""), number)
    return table.rows.assign(code=code.astype("str"), name=name.where(name.ne(""), fallback).astype("str"))


def _report(table: FeatureTable, named: gpd.GeoDataFrame, names: str, codes: str) -> AreaReport:
    rows, answer = pd.DataFrame(named), table.answer
    refused = rows[rows["refused"] != ""]
    mended = rows[(rows["refused"] == "") & (rows["remarks"] != "")]
    repaired = mended.assign(what=mended["remarks"], before_km2=mended["before"] / 1e6, after_km2=mended["after"] / 1e6)
    return AreaReport(
        table.file,
        len(rows),
        str(answer["read_as"]),
        tuple(table.columns.columns),
        names,
        codes,
        repaired[["row", "name", "what", "before_km2", "after_km2"]].reset_index(drop=True),
        refused[["row", "name", "refused"]].rename(columns={"refused": "reason"}).reset_index(drop=True),
        (*map(str, answer["faults"]), *_unnamed(rows, names), *_repeated(rows)),
        int(answer["slivers"]),
        int(answer["duplicates"]),
        int(answer["overlaps"]),
        float(answer["largest"]),
    )


def _unnamed(rows: pd.DataFrame, names: str) -> tuple[str, ...]:
    blank = int(rows["name"].eq("Area " + rows["row"].astype("str")).sum()) if names else 0
    return (f"{blank} of {len(rows)} features have no name and are numbered",) if blank else ()


def _repeated(rows: pd.DataFrame) -> tuple[str, ...]:
    """Say which codes stand twice: a table joined by code would count twice."""
    kept = rows.loc[(rows["refused"] == "") & (rows["code"] != ""), "code"]
    twice = kept[kept.duplicated()]
    return () if twice.empty else (f"{len(twice)} areas have the code of an earlier one (first: {twice.iloc[0]!r})",)


def _none_usable(report: AreaReport) -> str:
    """Say why no area is left: how many features there are, and the first one's reason."""
    odd = "".join(f"; {fault}" for fault in report.faults)
    if not report.read:
        return f"{report.file} holds no features{odd}; export the areas again"
    first = report.refused.iloc[0]
    number = "its one feature is" if report.read == 1 else f"all {report.read} features are"
    return (
        f"{report.file} holds no area that can be used: {number} refused (first: feature {first['row']}, "
        f"{first['reason']}){odd}; give polygons in Great Britain"
    )
