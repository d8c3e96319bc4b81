"""
Bring files into a project: read, locate, keep. And the demonstration projects, made the same way from written files.
"""

from pathlib import Path

from geo.deployment.shifts import read_shift_log
from geo.errors import ProjectError
from geo.incidents import demonstration
from geo.incidents.grid import read_grids
from geo.incidents.read import kind_of_file, read_extract
from geo.places.locate import locate
from geo.places.postcodes import Gazetteer
from geo.scenarios.presets import DEMONSTRATION_BASE
from geo.settings import cache_folder
from geo.store.project import Facts, Project, create_project, open_project

COUNTY = "Northamptonshire"
EDITION = 2
"""Raised whenever what the demonstration writes changes, so that a cached one is made anew."""

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
}
"""The demonstration sets and what each says of itself, on screen and in every file."""


IMPORTED_SYNTHETIC = "Synthetic data: a file of this project says that its rows are invented."


def import_file(project: Project, file: Path, source: str, gazetteer: Gazetteer) -> tuple[str, ...] | None:
    """
    Import a file for what it is, a shift log or an extract of ``source``, in one transaction.

    A file that calls itself synthetic labels the whole project so.

    Returns
    -------
    What was noticed while reading, in sentences; None when the same file was imported before, which changes nothing.
    """
    if kind_of_file(file) == "shifts":
        log = read_shift_log(file)
        faults, is_new = log.faults, project.add_shift_log(file, log)
    else:
        extract = read_extract(file, source=source, person_secret=project.person_secret)
        faults, is_new = extract.faults, project.add_extract(file, extract, locate(extract.accepted, gazetteer))
    if is_new and _says_synthetic(file):
        project.mark_synthetic(IMPORTED_SYNTHETIC)
    return faults if is_new else None


def _says_synthetic(file: Path) -> bool:
    """Tell whether one of the first lines of a file calls its rows synthetic."""
    return any(
        "synthetic" in str(cell).casefold() for grid in read_grids(file) for row in grid.rows[:12] for cell in row.cells
    )


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
    if name not in SYNTHETIC:
        raise ProjectError(f"there is no demonstration set {name!r}; choose one of {', '.join(SYNTHETIC)}")
    gazetteer = Gazetteer.default()

    def fill(project: Project) -> None:
        write = demonstration.write_weeks if name == "weeks" else demonstration.write_year
        extracts = project.folder / "extracts"
        extracts.mkdir()
        files = write(extracts, gazetteer)
        import_file(project, files.mental_health, "mental_health", gazetteer)
        import_file(project, files.police, "police", gazetteer)
        import_file(project, files.shift_log, "mental_health", gazetteer)

    title = "Operation Alloy, two published weeks" if name == "weeks" else "Northamptonshire, illustrative year"
    return create_project(folder, Facts(title, COUNTY, DEMONSTRATION_BASE, SYNTHETIC[name]), fill)


def demonstration_project(name: str = "northamptonshire") -> Project:
    """Open the demonstration of that name from the cache folder, making it there the first time."""
    folder = cache_folder() / f"demonstration-{name}-{EDITION}"
    try:
        return open_project(folder)
    except ProjectError:
        return make_demonstration(folder, name)
