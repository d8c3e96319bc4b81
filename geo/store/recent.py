"""
The projects that this user opened lately: a short list in the user's folder of settings.

It holds paths and times and nothing else. It is written whole or not at all; of two programs that write it at once the
later one wins.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from geo.errors import GeoError, SourceError
from geo.settings import cache_folder, settings_folder
from geo.store.history import now
from geo.store.project import Project, open_project
from geo.whole import whole

FILE = "recent.json"
MOST = 12
"""Projects that are listed; the one opened longest ago leaves the list first."""


@dataclass(frozen=True, slots=True)
class Recent:
    """A project that was opened: its folder, and when (UTC)."""

    folder: Path
    opened_at: str

    def open(self) -> Project | None:
        """Open the project, or give None where it has vanished or can no longer be opened."""
        try:
            return open_project(self.folder)
        except GeoError:
            return None


def read_recent() -> tuple[Recent, ...]:
    """
    Give the projects that were opened, the last one first.

    Raises
    ------
    SourceError
        If the list cannot be read; it can be deleted without loss.
    """
    file = settings_folder() / FILE
    if not file.exists():
        return ()
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["projects"]
        return tuple(Recent(Path(row["folder"]), str(row["opened_at"])) for row in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"the list of recent projects in {file} cannot be read ({error}); delete that file: no project is lost"
        ) from error


def note_opened(project: Project) -> None:
    """
    Put a project at the top of the list; what lies in the cache folder, as a demonstration does, is not listed.

    Raises
    ------
    SourceError
        If the list cannot be read or written.
    """
    folder = project.folder.resolve()
    if folder.is_relative_to(cache_folder().resolve()):
        return
    others = [one for one in read_recent() if one.folder != folder]
    _write([Recent(folder, now()), *others][:MOST])


def forget(folder: Path) -> None:
    """Take a project from the list; its folder is left alone. :class:`SourceError` as for :func:`note_opened`."""
    _write([one for one in read_recent() if one.folder != folder])


def find_recent(origin: str) -> Project | None:
    """Give the recent project that has this ``origin``, as a link names it; of several copies the last opened."""
    opened = (one.open() for one in read_recent())
    return next((project for project in opened if project is not None and project.origin == origin), None)


def _write(projects: list[Recent]) -> None:
    rows = [{"folder": str(one.folder), "opened_at": one.opened_at} for one in projects]
    with whole(settings_folder() / FILE) as beside:
        beside.write_text(json.dumps({"projects": rows}, ensure_ascii=False, indent=1), encoding="utf-8")
