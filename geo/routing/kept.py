"""
Answers of OpenStreetMap kept on this machine: each under its question, whole or not at all, checked before use.

An answer is a zip file with two parts: what it answers, as JSON, and the roads as OSMnx saved them. A file that was cut
short, changed, or put there by something else is noticed by its checksums and its words, and never used.
"""

import datetime as dt
import json
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from geo.errors import SourceError
from geo.routing.areas import RoadArea
from geo.settings import cache_folder
from geo.whole import whole

FORMAT = 1
FRESH_DAYS = 7
"""An answer kept for no longer than this is used without asking again (assumption: roads change slowly)."""

_ABOUT, _ROADS = "answer.json", "roads.graphml"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, when it was answered (day), the date of the data, and how many junctions and edges came."""

    place: str
    outline: str
    asked_on: str
    edition: str
    nodes: int
    edges: int
    format: int = FORMAT

    @property
    def is_fresh(self) -> bool:
        """Whether it may be used without asking again."""
        age = dt.datetime.now(tz=dt.UTC).date() - dt.date.fromisoformat(self.asked_on)
        return dt.timedelta(0) <= age <= dt.timedelta(days=FRESH_DAYS)


def kept_at(area: RoadArea) -> Path:
    """Give the file in which the answer for an area is kept."""
    return cache_folder() / "roads" / f"{area.key}.zip"


def keep(area: RoadArea, graphml: Path, edition: str, nodes: int, edges: int) -> Answer:
    """
    Keep an answer that was found whole, in the place of an older one.

    Raises
    ------
    SourceError
        If the cache folder cannot be written.
    """
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    answer = Answer(area.place, area.outline, today, edition, nodes, edges)
    with whole(kept_at(area)) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr(_ABOUT, json.dumps(asdict(answer)))
        file.write(graphml, _ROADS)
    return answer


def find(area: RoadArea) -> Answer | None:
    """
    Give what is kept for an area, or nothing where nothing is.

    Raises
    ------
    SourceError
        If the file is damaged or answers another question; it names the file. The next answer takes its place.
    """
    path = kept_at(area)
    if not path.exists():
        return None
    try:
        with zipfile.ZipFile(path) as file:
            answer = Answer(**json.loads(file.read(_ABOUT)))
            spoilt = file.testzip()
            dt.date.fromisoformat(answer.asked_on)
    except (OSError, ValueError, TypeError, LookupError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise SourceError(f"the answer kept in {path} is damaged or no answer of OpenStreetMap") from error
    if spoilt or (answer.place, answer.outline, answer.format) != (area.place, area.outline, FORMAT):
        raise SourceError(f"the answer kept in {path} is damaged or answers another question")
    return answer


def unpack(area: RoadArea, folder: Path) -> Path:
    """Put the roads that are kept for an area into a folder, and give their file; :func:`find` has checked them."""
    with zipfile.ZipFile(kept_at(area)) as file:
        return Path(file.extract(_ROADS, folder))
