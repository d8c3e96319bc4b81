"""
Bring files into a project: read, locate, keep. And the demonstration projects, made the same way from written files.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from geo.deployment.shifts import shift_log_of
from geo.errors import ProjectError, SchemaError, SourceError
from geo.incidents import demonstration, demonstration_cambridgeshire
from geo.incidents.columns import SHIFT_HEADINGS, ColumnMapping, Header, find_header, find_mapped, looks_like
from geo.incidents.grid import Grid, read_grids
from geo.incidents.read import extract_of
from geo.incidents.values import is_empty, plain
from geo.places.bases import Base
from geo.places.locate import locate
from geo.places.postcodes import Gazetteer
from geo.scenarios.presets import CAMBRIDGESHIRE_BASE, DEMONSTRATION_BASE
from geo.settings import cache_folder
from geo.store.delivery import Delivery, delivery_of_extract, delivery_of_shift_log
from geo.store.keeping import keep
from geo.store.ledger import SHIFT_LOG, Arrival, Imported
from geo.store.project import Facts, Project, create_project, digest_of, open_project

COUNTY = "Northamptonshire"
EDITION = 5
"""Raised whenever what the demonstration writes or stores changes, so that a cached one is made anew."""

SYNTHETIC = {
    "weeks": (
        "Synthetic demonstration: places, times, persons and the control-room extract are invented, the base is "
        "assumed. The counts, minutes, staffing and deployments by day are those published for two weeks of Operation "
        "Alloy (1-7 February and 7-13 March 2016)."
    ),
    "northamptonshire": (
        "Synthetic demonstration: no real incident, person or place is in it, and the base is assumed. "
        "An illustrative year, invented from the shape of the two published weeks of Operation Alloy, which it "
        "contains."
    ),
    "cambridgeshire": (
        "Synthetic demonstration: no real incident, person or place is in it, and the base is assumed. An illustrative "
        "2017 of two cars; only their hours, their number and about 50 incidents a month of the first are published."
    ),
}
"""The demonstration sets and what each says of itself, on screen and in every file."""

SAYS_SYNTHETIC = "the file says that its rows are invented; the project is labelled so"
"""What is noticed of a file that carries our own label of synthetic rows."""

_LABEL = "SYNTHETIC"


@dataclass(frozen=True, slots=True)
class _Set:
    """One demonstration set: its project's title, county and base, and what writes its files."""

    title: str
    county: str
    base: Base
    write: Callable[[Path, Gazetteer], demonstration.DemonstrationFiles]


_SETS = {
    "weeks": _Set("Operation Alloy, two published weeks", COUNTY, DEMONSTRATION_BASE, demonstration.write_weeks),
    "northamptonshire": _Set(
        "Northamptonshire, illustrative year", COUNTY, DEMONSTRATION_BASE, demonstration.write_year
    ),
    "cambridgeshire": _Set(
        "Cambridgeshire and Peterborough, illustrative year",
        demonstration_cambridgeshire.COUNTY,
        CAMBRIDGESHIRE_BASE,
        demonstration_cambridgeshire.write_cambridgeshire,
    ),
}


def import_file(
    project: Project,
    file: Path,
    source: str,
    gazetteer: Gazetteer,
    *,
    name: str = "",
    columns: ColumnMapping | None = None,
) -> Imported | None:
    """
    Import a file for what it is, a shift log or an extract of ``source``, in one transaction.

    Several files are imported one by one; where that was broken off, doing all again goes on with those that are not in
    yet. A file that carries our own label of synthetic rows labels the whole project so, until it is taken back: the
    label is a row above the headings that begins with SYNTHETIC, or a column 'Synthetic' whose cells say so. What else
    speaks of something synthetic, such as a drug, is no label.

    Parameters
    ----------
    name
        The name to show and to keep, where the file lies under another; it is never used as a path.
    columns
        How to read the columns, as approved for this file; kept for the next file of the source. Without it, a mapping
        that was approved before is used where it fits.

    Returns
    -------
    What became of the rows; None when the same file was imported before, which changes nothing.

    Raises
    ------
    SourceError, SchemaError
        If the file cannot be read.
    ProjectError
        If the project cannot be written; it is then as it was.
    """
    if not file.is_file():
        raise SourceError(f"there is no file {str(file)!r}; check the path")
    if project.imported_as(file):
        return None
    shown = name or file.name
    with _called(file.name, shown):
        grids = read_grids(file)
        arrival, delivery = _read(project, file, shown, grids, source, gazetteer, columns)
    is_synthetic = any(_says_synthetic(grid, arrival) for grid in grids)
    if is_synthetic:
        delivery = replace(delivery, faults=(*delivery.faults, SAYS_SYNTHETIC))
    return keep(project.folder, arrival, delivery, gazetteer, approved=columns, is_synthetic=is_synthetic)


def _read(
    project: Project,
    file: Path,
    shown: str,
    grids: Sequence[Grid],
    source: str,
    gazetteer: Gazetteer,
    columns: ColumnMapping | None,
) -> tuple[Arrival, Delivery]:
    """Read and place a file for what it is."""
    digest, secret = digest_of(file), project.person_secret
    if columns is None and _is_shift_log(grids):
        log = shift_log_of(grids)
        arrival = Arrival(digest, shown, SHIFT_LOG, day_order=log.day_order)
        return arrival, delivery_of_shift_log(log, arrival, secret)
    saved = project.mappings(source)
    extract = extract_of(grids, source=source, person_secret=secret, columns=columns, saved=saved)
    arrival = Arrival(digest, shown, source, extract.columns.to_json(), extract.day_order)
    located = locate(extract.accepted, gazetteer, project.places)
    return arrival, delivery_of_extract(extract, located, arrival, secret)


@contextmanager
def _called(own: str, shown: str) -> Iterator[None]:
    """Let what goes wrong with a file name it as the user does."""
    try:
        yield
    except (SourceError, SchemaError) as error:
        if own == shown:
            raise
        raise type(error)(str(error).replace(own, shown)) from error


def _is_shift_log(grids: Sequence[Grid]) -> bool:
    """Tell by its headings whether a file is a shift log, and no extract of incidents."""
    kinds = {looks_like(grid.cells) for grid in grids}
    return "shifts" in kinds and "incidents" not in kinds


def _says_synthetic(grid: Grid, arrival: Arrival) -> bool:
    """Tell whether a sheet carries our own label of synthetic rows, above its headings or in a column of its own."""
    header = _header(grid, arrival)
    if header is None:
        return False
    above = grid.cells.iloc[: header.place].itertuples(index=False, name=None)
    if any(_first_entry(row).startswith(_LABEL) for row in above):
        return True
    places = [place for place, text in enumerate(header.texts) if plain(text) == _LABEL.lower()]
    below = grid.cells.iloc[header.place + 1 :]
    return any(bool(below.iloc[:, place].map(plain).eq(_LABEL.lower()).any()) for place in places)


def _header(grid: Grid, arrival: Arrival) -> Header | None:
    """Find the headings of a sheet as its file was read."""
    if arrival.source == SHIFT_LOG:
        return find_header(grid.cells, SHIFT_HEADINGS)
    return find_mapped(grid.cells, ColumnMapping.from_json(arrival.columns))


def _first_entry(row: Sequence[str]) -> str:
    return next((cell.strip() for cell in row if not is_empty(cell)), "")


def make_demonstration(folder: Path, name: str = "weeks") -> Project:
    """
    Make a demonstration project: its extracts are written as files, then read back like any other.

    Parameters
    ----------
    folder
        Absent or empty; the project is in it whole, or the folder is left alone.
    name
        A set of :data:`SYNTHETIC`.

    Raises
    ------
    ProjectError
        If there is no such set, or the folder is occupied or cannot be written.
    """
    if name not in _SETS:
        raise ProjectError(f"there is no demonstration set {name!r}; choose one of {', '.join(_SETS)}")
    chosen, gazetteer = _SETS[name], Gazetteer.default()

    def fill(project: Project) -> None:
        extracts = project.folder / "extracts"
        extracts.mkdir()
        files = chosen.write(extracts, gazetteer)
        import_file(project, files.mental_health, "mental_health", gazetteer)
        import_file(project, files.police, "police", gazetteer)
        import_file(project, files.shift_log, "mental_health", gazetteer)

    return create_project(folder, Facts(chosen.title, chosen.county, chosen.base, SYNTHETIC[name]), fill)


def demonstration_project(name: str = "northamptonshire") -> Project:
    """Open the demonstration of that name from the cache folder, making it there the first time."""
    folder = cache_folder() / f"demonstration-{name}-{EDITION}"
    try:
        return open_project(folder)
    except ProjectError:
        return make_demonstration(folder, name)
