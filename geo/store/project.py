"""
A project: a folder with ``project.sqlite`` and, beside it, road networks and the files as received.

The database is the record. Every change is one transaction, so a file is in it whole or not at all; the same file
twice changes nothing.
"""

import datetime as dt
import hashlib
import hmac
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from geo import crs
from geo.errors import PlaceError, ProjectError
from geo.incidents.columns import ColumnMapping
from geo.incidents.records import Mend
from geo.places.areas import UserAreas
from geo.places.bases import Base
from geo.places.boundaries import load_areas
from geo.places.code_tables import CodeTable
from geo.places.facilities import FacilityList
from geo.places.named import PlaceList
from geo.places.postcodes import Gazetteer
from geo.release.ledger import Release
from geo.routing.areas import RING_KM
from geo.store import (
    decisions,
    erasing,
    facts,
    layers,
    ledger,
    limits,
    mending,
    placing,
    plans,
    releases,
    rereading,
    undoing,
)
from geo.store.database import DATABASE, FORMAT, damaged, format_of, initialise, reading, rewrite, writing
from geo.store.facts import Facts
from geo.store.frames import table, texts
from geo.store.history import DATA_LINES, counted, read_history, remember
from geo.store.mending import MendResult
from geo.tables import LOCATED_COLUMNS, SHIFT_COLUMNS, Column

__all__ = ["Facts", "Project", "create_project", "digest_of", "new_project", "open_project"]

ROADS = "roads.net"
DRIVE_TIMES = "drive-times"
"""Folder of what makes drive times fast; it can be made again and holds no record."""

_STATE = ("SELECT * FROM files ORDER BY rowid", f"SELECT at, what, file, detail {DATA_LINES}")

PROFILES = "profiles"
"""Folder for published profiles, a TOML file each (:func:`geo.demand.profile.published_profile`)."""


@dataclass(frozen=True, slots=True)
class Project:
    """An open project. It holds only its path, so it pickles and carries no open file."""

    folder: Path

    @property
    def roads(self) -> Path:
        """Where the project keeps its road network, if it has one of its own."""
        return self.folder / ROADS

    @property
    def drive_times(self) -> Path:
        """The folder in which what is worked out of the project's roads is kept; nothing of incidents is in it."""
        return self.folder / DRIVE_TIMES

    @property
    def profiles(self) -> tuple[Path, ...]:
        """The published profiles that the project holds, by name."""
        return tuple(sorted((self.folder / PROFILES).glob("*.toml")))

    @property
    def version(self) -> str:
        """A digest of all files, decisions, facts, roads and profiles: the key under which answers may be kept."""
        rows = self._state(*_STATE, "SELECT * FROM facts ORDER BY rowid")
        stamp = self.roads.stat().st_mtime_ns if self.roads.exists() else 0
        profiles = [(path.name, path.stat().st_mtime_ns) for path in self.profiles]
        return hashlib.sha256(repr((rows, stamp, profiles)).encode()).hexdigest()[:16]

    @property
    def origin(self) -> str:
        """Eight letters that a project shares with its copies and with no other; nothing can be read from them."""
        return hmac.digest(self.person_secret, b"origin", "sha256").hex()[:8]

    @property
    def contents(self) -> str:
        """
        Eight letters that change with the data: with files, decisions, facts, roads and profiles, not with plans.

        A copy of the project has the same, wherever it lies. Nothing can be read from them, so that a link may say for
        which data it was made.
        """
        rows = self._state(*_STATE, "SELECT word, value FROM facts WHERE word <> 'person_secret' ORDER BY rowid")
        files = [digest_of(path) for path in (self.roads, *self.profiles) if path.exists()]
        return hashlib.sha256(repr((rows, files)).encode()).hexdigest()[:8]

    @property
    def facts(self) -> Facts:
        """What the project is about."""
        try:
            return Facts.of(self._words())
        except (KeyError, ValueError) as error:
            raise damaged(self.folder, f"its facts are not whole: {error}") from error

    @property
    def person_secret(self) -> bytes:
        """The key of the project's person keys; it never leaves the project."""
        with reading(self.folder) as database:
            return self._whole(facts.secret, database)

    def incidents(self) -> gpd.GeoDataFrame:
        """
        Give every accepted incident of every file, located where it could be, as points on the British National Grid.
        """
        frame = self._table("incidents", LOCATED_COLUMNS)
        points = gpd.points_from_xy(frame["easting"], frame["northing"], crs=crs.GRID)
        points[frame["easting"].isna().to_numpy()] = None
        return gpd.GeoDataFrame(frame.assign(point=points), geometry="point")

    def shifts(self) -> pd.DataFrame:
        """Give the shift log, oldest first."""
        return self._table("shifts", SHIFT_COLUMNS).sort_values("start", ignore_index=True)

    def ledger(self) -> pd.DataFrame:
        """Give one row a file: when it was imported, and read = accepted + quarantined + refused + erased."""
        with reading(self.folder) as database:
            return ledger.read_ledger(database)

    def notices(self) -> pd.DataFrame:
        """Give what was noticed while reading, newest file first: file, sentence."""
        with reading(self.folder) as database:
            return ledger.read_notices(database)

    def imported_as(self, file: Path) -> str:
        """Give the source under which the same file was imported before, or the empty string."""
        with reading(self.folder) as database:
            found = database.execute("SELECT source FROM files WHERE sha256 = ?", (digest_of(file),)).fetchone()
        return str(found[0]) if found else ""

    def left_out(self) -> pd.DataFrame:
        """
        Give every row that is quarantined or refused: state, incident_id, file, sheet, row, reason, suggestion, text,
        fields (a JSON object of its cells), sha256.
        """
        with reading(self.folder) as database:
            return texts(
                database,
                'SELECT state, incident_id, file, sheet, "row", reason, suggestion, text, fields, sha256 FROM left_out '
                'ORDER BY file, sheet, "row"',
            )

    def doubts(self) -> pd.DataFrame:
        """Give the entries that were read with a doubt: incident_id, file, sheet, row, field, entry, read_as."""
        with reading(self.folder) as database:
            return texts(
                database,
                'SELECT d.incident_id, f.name AS file, d.sheet, d."row", d.field, d.entry, d.read_as FROM doubts AS d '
                "JOIN files AS f USING (sha256) ORDER BY d.rowid",
            )

    def fields(self, incident_id: str) -> Mapping[str, str]:
        """Give what an accepted or quarantined record can be mended in: its fields as text, blanks left away."""
        with reading(self.folder) as database:
            return rereading.read_fields(database, incident_id)

    def mend(self, mends: Sequence[Mend], gazetteer: Gazetteer) -> MendResult:
        """
        Correct cells of quarantined rows and of accepted incidents, read these again, and keep the mends.

        Each mend is made again when the same record comes in again with the same cell, also after its import was taken
        back. One that does not fit what stands there now, or cannot be read in an accepted incident, is not made, and
        named in the result.
        """
        with writing(self.folder) as database:
            return mending.mend(database, mends, gazetteer, placing.read_places(database))

    def mends(self) -> tuple[Mend, ...]:
        """Give the mends that are kept, oldest first."""
        with reading(self.folder) as database:
            return decisions.read_mends(database)

    def mends_table(self) -> pd.DataFrame:
        """Give the mends that are kept as a table: incident_id, field, recorded, mended, mended_at."""
        with reading(self.folder) as database:
            return texts(database, "SELECT * FROM mends ORDER BY rowid")

    def discard(self, incident_id: str, reason: str) -> None:
        """
        Decide that a quarantined row is no incident: it is refused for the reason given, also when it comes again.

        Raises
        ------
        ProjectError
            If no such row is quarantined, or no reason is given.
        """
        with writing(self.folder) as database:
            decisions.discard(database, incident_id, reason)

    def mappings(self, source: str) -> tuple[ColumnMapping, ...]:
        """Give the approved mappings of columns of a source, newest first."""
        with reading(self.folder) as database:
            return decisions.read_mappings(database, source)

    def save_mapping(self, source: str, mapping: ColumnMapping) -> None:
        """Keep an approved mapping of columns for the next file of its source."""
        with writing(self.folder) as database:
            decisions.save_mapping(database, source, mapping)

    def decisions(self) -> pd.DataFrame:
        """Give the settled pairs of records: first_id, second_id, verdict ('same' or 'different')."""
        with reading(self.folder) as database:
            return decisions.read_decisions(database)

    def settle(self, pairs: Sequence[tuple[str, str, str]]) -> None:
        """
        Keep what was decided of pairs of records: (first_id, second_id, 'same' or 'different').

        Raises
        ------
        ProjectError
            If a verdict is none, a record is not in the project, or one record would be the same as two; then none is
            kept.
        """
        with writing(self.folder) as database:
            decisions.settle(database, pairs)

    @property
    def places(self) -> PlaceList:
        """The project's own list of named places."""
        with reading(self.folder) as database:
            return placing.read_places(database)

    def set_places(self, places: PlaceList, gazetteer: Gazetteer | None = None) -> int:
        """Replace the list of named places, place again the incidents it may concern, and say how many were moved."""
        with writing(self.folder) as database:
            return placing.set_places(database, places, gazetteer or Gazetteer.default())

    def layers(self) -> pd.DataFrame:
        """
        Give one row for each layer of areas and table by code: name, kind (areas or figures), received (the file's
        name), edition, holds, rows_read = kept + repaired + refused, kept_at, sha256.
        """
        with reading(self.folder) as database:
            return layers.read_layers(database)

    def keep_layer(self, brought: UserAreas | CodeTable, name: str, *, edition: str = "") -> None:
        """
        Keep a layer of areas, or a table by code, under a name; one of that name is replaced.

        Raises
        ------
        ProjectError
            If the name is blank or too long, or the folder cannot be written; then nothing is changed.
        """
        try:
            with writing(self.folder) as database:
                if isinstance(brought, UserAreas):
                    written = layers.write_areas(self.folder, brought)
                else:
                    written = layers.write_figures(self.folder, brought)
                layers.keep(database, written, name, edition)
        finally:
            self._sweep_layers()

    def remove_layer(self, name: str) -> None:
        """Remove a layer or table and its file; :class:`ProjectError` if none is called so."""
        with writing(self.folder) as database:
            layers.remove(database, name)
        self._sweep_layers()

    def areas(self, name: str) -> gpd.GeoDataFrame:
        """Give a layer of areas: code, name, geometry; :class:`ProjectError` if it is not here as it was kept."""
        return layers.read_areas_of(self.folder, self.layers(), name)

    def figures(self, name: str) -> pd.DataFrame:
        """Give a table by code, one column a measure; :class:`ProjectError` if it is not here as it was kept."""
        return layers.read_figures_of(self.folder, self.layers(), name)

    @property
    def facilities(self) -> FacilityList:
        """The project's bases, A&E departments, places of safety and other services."""
        with reading(self.folder) as database:
            return layers.read_facilities(database)

    def set_facilities(self, facilities: FacilityList) -> None:
        """Replace the project's facilities."""
        with writing(self.folder) as database:
            layers.set_facilities(database, facilities)

    def undo(self, sha256: str, *, with_decisions: bool = False) -> None:
        """
        Take an import back whole; what a later file delivered again stays as that file's.

        Mends, settled pairs and refusals are kept for when the file is imported again, unless ``with_decisions``, which
        leaves nothing of it.

        Raises
        ------
        ProjectError
            If no such file was imported.
        """
        with writing(self.folder) as database:
            undoing.undo(database, sha256, with_decisions=with_decisions)
        if with_decisions:
            rewrite(self.folder)

    def erase(self, *, before: dt.date | None = None, reference: str = "") -> int:
        """
        Erase records for good: of days before ``before``, of a reference, and past the retention period.

        Nothing of them stays in the database, and a later file's same record is refused. Files as received that lie in
        the folder are not touched: see :meth:`files_beside`.

        Returns
        -------
        How many records were erased.
        """
        with writing(self.folder) as database:
            erased = erasing.apply_retention(database)
            erased += erasing.erase_before(database, before) if before else 0
            erased += erasing.erase_reference(database, reference.strip()) if reference.strip() else 0
        rewrite(self.folder)
        return erased

    def undated(self) -> int:
        """Count the records without a readable date: they count as of their import where records are erased by date."""
        with reading(self.folder) as database:
            return erasing.undated(database)

    def files_beside(self) -> tuple[Path, ...]:
        """Give the files in the folder that may still hold records as received; erasing does not touch them."""
        return erasing.files_beside(self.folder)

    @property
    def retention(self) -> int | None:
        """For how many months records are kept; None where there is no limit."""
        words = self._words()
        return int(words[limits.RETENTION]) if words.get(limits.RETENTION) else None

    def set_retention(self, months: int | None) -> int:
        """
        Set how many months records are kept (None: no limit), erase what is older, and say how many records that were.

        Raises
        ------
        ProjectError
            If ``months`` is below one.
        """
        with writing(self.folder) as database:
            limits.set_retention(database, months)
            remember(database, "retention set", detail=counted(months, "month") if months else "no limit")
            erased = erasing.apply_retention(database)
        if erased:
            rewrite(self.folder)
        return erased

    def history(self) -> pd.DataFrame:
        """Give at, by, what, file and detail of every change, newest first; it quotes no record."""
        with reading(self.folder) as database:
            return read_history(database)

    def log_export(
        self,
        release: Release,
        check: Callable[[Release, Sequence[Release]], None],
        made: releases.Made,
    ) -> None:
        """
        Check a release against all before it, as ``check`` says, and keep it in the log of exports, in one transaction.

        The ``marks`` of its cells are incident ids; what is kept are keyed marks of them.

        Raises
        ------
        DisclosureError
            If ``check`` refuses it; then nothing is kept.
        ProjectError
            If the project cannot be written: what is not logged does not leave.
        """
        with writing(self.folder) as database:
            releases.log_export(database, release, check, made)

    def exports(self) -> pd.DataFrame:
        """Give the log of exports, newest first: at (UTC), by, mode, selection, layers, formats."""
        with reading(self.folder) as database:
            return releases.read_exports(database)

    def releases(self) -> tuple[Release, ...]:
        """Give what left in partner and release mode, oldest first, its records as keyed marks."""
        with reading(self.folder) as database:
            return releases.read_releases(database)

    def scenarios(self) -> dict[str, str]:
        """Give the saved scenarios by name, as TOML."""
        with reading(self.folder) as database:
            return plans.read_plans(database)

    def save_scenario(self, name: str, toml: str) -> None:
        """Keep a scenario under its name; one of that name is replaced."""
        with writing(self.folder) as database:
            plans.keep_plan(database, name, toml)

    def rename_scenario(self, name: str, other: str) -> None:
        """Give a saved scenario another name; :class:`ProjectError` if there is none, or the other name is not free."""
        with writing(self.folder) as database:
            plans.rename_plan(database, name, other)

    def copy_scenario(self, name: str, copy: str) -> None:
        """Keep a saved scenario under a second name; :class:`ProjectError` as for :meth:`rename_scenario`."""
        with writing(self.folder) as database:
            plans.copy_plan(database, name, copy)

    def remove_scenario(self, name: str) -> None:
        """Remove a saved scenario; :class:`ProjectError` if there is none."""
        with writing(self.folder) as database:
            plans.remove_plan(database, name)

    def kept_at(self) -> pd.Series:
        """Give when each scenario was last saved (UTC), by name; what an older version saved has no time."""
        with reading(self.folder) as database:
            return plans.kept_at(database)

    def _sweep_layers(self) -> None:
        """Take away files that no layer is kept in, while nobody else writes one."""
        with writing(self.folder) as database:
            layers.sweep(self.folder, layers.read_layers(database)["sha256"].tolist())

    def _state(self, *queries: str) -> list[list[tuple[object, ...]]]:
        with reading(self.folder) as database:
            return [database.execute(query).fetchall() for query in queries]

    def _words(self) -> dict[str, str]:
        with reading(self.folder) as database:
            return facts.words(database)

    def _whole(self, read: Callable[[sqlite3.Connection], bytes], database: sqlite3.Connection) -> bytes:
        try:
            return read(database)
        except (KeyError, ValueError) as error:
            raise damaged(self.folder, "it has lost the key of its persons") from error

    def _table(self, name: str, columns: tuple[Column, ...]) -> pd.DataFrame:
        try:
            with reading(self.folder) as database:
                return table(database, name, columns, "NOT held")
        except ValueError as error:
            raise damaged(self.folder, f"a value in {name} cannot be read: {error}") from error


def create_project(folder: Path, facts: Facts, fill: Callable[[Project], None] = lambda _: None) -> Project:
    """
    Make a new project in ``folder``, which must be absent or empty, whole or not at all.

    ``fill`` may import files into it before it appears under its name.

    Raises
    ------
    ProjectError
        If the folder is occupied or cannot be written; nothing is left behind.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(f"{folder} is not empty; choose a folder that does not exist yet")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        initialise(building, facts.as_words())
        with writing(building) as database:
            remember(database, "project made", detail=facts.name)
        fill(Project(building))
        building.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        building.replace(folder)
    except OSError as error:
        if isinstance(error, ProjectError):
            raise
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Project(folder)


def new_project(folder: Path, county: str, postcode: str, name: str = "") -> Project:
    """
    Make an empty project for a county, with the base at a unit postcode, in a folder that is absent or empty.

    Parameters
    ----------
    name
        What the project is called; the county and the folder's own name when not said.

    Raises
    ------
    PlaceError
        If the county's data are not here, there is no such postcode, or it lies beyond the ring of roads around it.
    ProjectError
        If the folder is occupied or cannot be written; nothing is left behind.
    """
    areas = load_areas(county)
    base = Base.at(postcode, Gazetteer.default())
    away = areas.county.distance(Point(base.easting, base.northing)) / 1000
    if away > RING_KM:
        raise PlaceError(
            f"the base {base.postcode} lies {away:.0f} km outside {areas.name}, whose roads reach {RING_KM:g} km "
            "beyond it; check both"
        )
    return create_project(folder, Facts(name.strip() or f"{areas.name}: {folder.name}", areas.name, base))


def open_project(folder: Path) -> Project:
    """
    Open the project in ``folder``.

    Raises
    ------
    ProjectError
        If there is none, it is damaged, or it was made by another version of Triage Map.
    """
    if not (folder / DATABASE).is_file():
        raise ProjectError(f"{folder} holds no project (no {DATABASE}); make one with: triage-map demo {folder}")
    found = format_of(folder)
    if found > FORMAT:
        raise ProjectError(
            f"{folder} has project format {found} and this version reads {FORMAT}; use the version that made it"
        )
    if not found:
        raise damaged(folder, f"{DATABASE} is empty or no project's")
    if found != FORMAT:
        raise ProjectError(
            f"{folder} has the older format {found}, not {FORMAT}; make a new project and import its files again"
        )
    return Project(folder)


def digest_of(file: Path) -> str:
    """Give the SHA-256 of a file: what makes it the same file, whatever its name."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unwritable(folder: Path, error: OSError) -> ProjectError:
    reason = error.strerror or str(error)
    return ProjectError(f"{folder} cannot be written ({reason}); choose a folder in which you may write")
