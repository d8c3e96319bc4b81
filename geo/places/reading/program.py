"""Open one file of areas or points, whatever it is, and send its features: the child's main program."""

import io
import os
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import shapely

from geo.incidents.reading.program import serve
from geo.incidents.reading.wire import Refused, send_answer, send_part
from geo.places.reading.features import Features
from geo.places.reading.geojson import read_geojson
from geo.places.reading.mending import Area, Reading, area_of, choose_reading, coverage_of, point_of

MOST_BYTES = 512 * 2**20
MOST_PARTS = 200
MOST_RATIO = 200
_LARGE_PART = 16 * 2**20
_DATABASE = b"SQLite format 3\x00"
_GEOPACKAGE = (b"GPKG", b"GP10", b"GP11")
_SHAPEFILE = b"\x00\x00\x27\x0a"
_PARQUET = b"PAR1"
_BESIDE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_OTHERS = ((b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"%PDF", "a PDF"), (b"\x1f\x8b", "compressed"))
FORMATS = "GeoPackage, GeoJSON, Shapefile or GeoParquet"


def main() -> None:
    """
    Answer one request: ``path``, ``layer`` (empty: the only one), ``want`` ('layers', 'areas' or 'points') and
    ``scratch``, an empty folder that the parent removes, whatever becomes of the child.
    """
    serve(send_layer)


def send_layer(asked: dict[str, Any], out: BinaryIO) -> None:
    """Send the names of the layers, or the features of one as a table and what is to be said of it."""
    files = unpacked(Path(asked["path"]), Path(asked["scratch"]))
    layers = [(name, file, inner) for file in files for name, inner in _layers_of(file)]
    names = _apart([name for name, _, _ in layers])
    if asked["want"] == "layers":
        send_answer(out, layers=names)
        return
    chosen = asked["layer"] or (names[0] if len(names) == 1 else "")
    if chosen not in names:
        raise Refused(_which(names, asked["layer"]))
    _, file, inner = layers[names.index(chosen)]
    send = _send_points if asked["want"] == "points" else _send_areas
    send(_read(file, chosen, inner), out)


def _apart(names: list[str]) -> list[str]:
    """Number the layers of one name, as two shapefiles in two folders of an archive have it."""
    return [
        name if not (before := names[:at].count(name)) else f"{name} ({before + 1})" for at, name in enumerate(names)
    ]


def _which(names: list[str], asked: str) -> str:
    if not names:
        return "holds no layer with shapes; export the areas again"
    shown = ", ".join(repr(name) for name in names[:20])
    wrong = f"no layer {asked!r}, but" if asked else f"{len(names)} layers"
    return f"holds {wrong} {shown}; say which one to read"


def unpacked(path: Path, folder: Path) -> list[Path]:
    """Give the files to read: the file itself, or those of an archive, unpacked into ``folder`` under our own names."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if path.stat().st_size > MOST_BYTES:
        raise Refused(f"has {path.stat().st_size / 2**20:.0f} MB, more than {MOST_BYTES // 2**20}; save a smaller part")
    if head[:2] == b"PK":
        return _unzipped(path, folder)
    return [_linked(path, folder)] if head == _SHAPEFILE else [path]


def _linked(path: Path, folder: Path) -> Path:
    """Copy a shapefile with the files that belong to it, so that GDAL sees these and no other."""
    target = folder / "1" / f"{path.stem}.shp"
    target.parent.mkdir()
    for ending in _BESIDE:
        for beside in (path if ending == ".shp" else path.with_suffix(ending), path.with_suffix(ending.upper())):
            if beside.is_file() and not target.with_suffix(ending).exists():
                target.with_suffix(ending).write_bytes(beside.read_bytes())
    return target


def _unzipped(path: Path, folder: Path) -> list[Path]:
    """Unpack what may be a layer, and refuse an archive that no exporting program makes."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [part for part in archive.infolist() if not part.is_dir()]
            _check_parts(parts)
            wanted = [part for part in parts if _ending(part) in (*_BESIDE, ".gpkg", ".geojson", ".json", ".parquet")]
            return _written(archive, wanted, folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        raise Refused(f"is a damaged archive ({error}); export it again") from error


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    size = sum(part.file_size for part in parts)
    bombs = [part for part in parts if part.file_size > max(_LARGE_PART, MOST_RATIO * part.compress_size)]
    if len(parts) > MOST_PARTS or size > MOST_BYTES or bombs:
        raise Refused(
            f"unpacks to {len(parts):,} files and {size // 2**20:,} MB, as a bomb would; give the layer alone"
        )
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("is locked with a password; save a copy without one")


def _written(archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], folder: Path) -> list[Path]:
    """Write the parts: those of one shapefile into one folder, whatever their path in the archive was."""
    files: dict[str, Path] = {}
    stems: dict[str, Path] = {}
    for part in wanted:
        inner = PurePosixPath(part.filename.replace("\\", "/"))
        ending = _ending(part)
        stem = str(inner.with_suffix("")).casefold() + ("" if ending in _BESIDE else ending)
        home = stems.setdefault(stem, folder / str(len(stems) + 1))
        home.mkdir(exist_ok=True)
        target = home / f"{_safe(inner.stem)}{ending}"
        if target.exists():
            raise Refused(f"holds two files named {inner.name!r}; give the layer alone")
        target.write_bytes(archive.read(part))
        if ending not in _BESIDE[1:]:
            files[stem] = target
    return list(files.values())


def _ending(part: zipfile.ZipInfo) -> str:
    return PurePosixPath(part.filename.lower().replace("\\", "/")).suffix


def _safe(stem: str) -> str:
    return "".join(sign for sign in stem if sign.isalnum() or sign in " -_")[:80] or "layer"


def _layers_of(file: Path) -> list[tuple[str, str]]:
    """Give the layers of a file with shapes: the name to ask for, and the file's own where it has several."""
    kind = _kind_of(file)
    if kind != "geopackage":
        return [(file.stem, "")]
    try:
        found = _gdal().list_layers(str(file))
    except RuntimeError as error:
        raise Refused(f"cannot be read as a GeoPackage ({str(error)[:160]}); export it again") from error
    return [(str(name), str(name)) for name, geometry in found if geometry is not None]


def _kind_of(file: Path) -> str:
    """Tell by its first bytes what a file is."""
    with file.open("rb") as stream:
        head = stream.read(72)
    if head.startswith(_DATABASE):
        if head[68:72] not in _GEOPACKAGE:
            raise Refused(f"is a database, not a layer; export it as {FORMATS}")
        return "geopackage"
    if head.startswith(_SHAPEFILE):
        return "shapefile"
    if head.startswith(_PARQUET):
        return "parquet"
    if what := next((what for mark, what in _OTHERS if head.startswith(mark)), ""):
        raise Refused(f"is {what}, not a layer; export it as {FORMATS}")
    if head.lstrip()[:1] == b"<":
        raise Refused(f"is XML or a web page, not a layer; export it as {FORMATS}")
    return "geojson"


def _read(file: Path, name: str, inner: str) -> Features:
    kind = _kind_of(file)
    if kind == "geojson":
        return read_geojson(file.read_bytes(), name)
    from geo.places.reading import packages

    if kind == "parquet":
        return packages.read_geoparquet(file, name)
    return packages.read_ogr(_gdal(), file, name, inner or None)


def _gdal() -> Any:
    """Load GDAL with two drivers: every other one is left out before it could be asked."""
    from geo.places.reading.packages import SKIPPED

    os.environ |= {"OGR_SKIP": ",".join(SKIPPED), "SHAPE_RESTORE_SHX": "YES", "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO"}
    import pyogrio

    return pyogrio


def _send_areas(given: Features, out: BinaryIO) -> None:
    shapes = [one.shape for one in given.features if one.shape is not None and not one.shape.is_empty]
    reading = choose_reading(shapes, given.crs, given.stated)
    areas = [area_of(one, reading) for one in given.features]
    whole = coverage_of([area.shape for area in areas if area.shape is not None])
    table = _table(given, areas)
    for part in _parts(table):
        send_part(out, part)
    send_answer(
        out,
        layer=given.layer,
        read_as=reading.words,
        faults=[*([reading.fault] if reading.fault else []), *given.faults],
        slivers=whole.slivers,
        duplicates=whole.duplicates,
        overlaps=whole.overlaps,
        largest=whole.largest,
    )


def _send_points(given: Features, out: BinaryIO) -> None:
    """Send the middle of each shape as a point on the grid; a feature without a shape keeps its reason."""
    shapes = [one.shape for one in given.features if one.shape is not None and not one.shape.is_empty]
    reading = choose_reading(shapes, given.crs, given.stated) if shapes else Reading(shapely.force_2d, given.stated)
    points = [point_of(one, reading) for one in given.features]
    for part in _parts(_table(given, points)):
        send_part(out, part)
    faults = [*([reading.fault] if reading.fault else []), *given.faults]
    send_answer(out, layer=given.layer, read_as=reading.words, faults=faults)


def _table(given: Features, areas: list[Area]) -> pa.Table:
    """Give one row a feature: what was found of it, and its columns of text behind a mark of their own."""
    wkb = [None if area.shape is None else bytes(shapely.to_wkb(area.shape)) for area in areas]
    ours = {
        "shape": pa.array(wkb, pa.binary()),
        "refused": pa.array([area.refused for area in areas], pa.string()),
        "remarks": pa.array(["; ".join(area.remarks) for area in areas], pa.string()),
        "before": pa.array(np.array([area.before for area in areas]), pa.float64()),
        "after": pa.array(np.array([area.after for area in areas]), pa.float64()),
    }
    theirs = {f"column:{name}": pa.array(_clean(cells), pa.string()) for name, cells in given.columns.items()}
    return pa.table({_clean([name])[0]: cells for name, cells in (ours | theirs).items()})


def _clean(cells: list[str]) -> list[str]:
    """Give text that UTF-8 can hold: half a surrogate pair becomes a question mark."""
    return [cell.encode("utf-8", errors="replace").decode("utf-8") for cell in cells]


def _parts(table: pa.Table) -> list[bytes]:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return [sink.getvalue()]
