"""Services that a planner shows beside the car: bases, A&E, places of safety and others, with their opening hours."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import GeoError, PlaceError, ScenarioError, SchemaError
from geo.incidents.child import check_file
from geo.incidents.grid import Grid, read_grids
from geo.places.areas import read_features
from geo.places.postcodes import Gazetteer
from geo.week import ShiftPattern

KINDS = {
    "base": "Base",
    "emergency_department": "A&E",
    "place_of_safety": "Place of safety",
    "other": "Other service",
}
"""What a facility may be, and what a map calls it."""

FACILITY_COLUMNS = ("kind", "name", "postcode", "easting", "northing", "hours", "source")
HOURS_UNKNOWN = "not recorded"
APART_METRES = 1_000.0
"""A point and a postcode farther apart than this are said to disagree. Assumption: no site is wider."""

_KIND_WORDS = (
    ("place_of_safety", r"place of safety|hbpos|136|health based"),
    ("emergency_department", r"a ?(?:&|and) ?e\b|accident|emergency dep|\bed\b"),
    ("base", r"\bbase\b|police station|depot"),
)
_HEADINGS = {
    **dict.fromkeys(("name", "facility", "site", "site name", "organisation name", "hospital", "service name"), "name"),
    **dict.fromkeys(("kind", "type", "sub type", "category", "service", "facility type"), "kind"),
    **dict.fromkeys(("postcode", "post code"), "postcode"),
    **dict.fromkeys(("easting", "eastings", "x"), "easting"),
    **dict.fromkeys(("northing", "northings", "y"), "northing"),
    **dict.fromkeys(("hours", "opening hours", "open", "opening times", "opening"), "hours"),
    **dict.fromkeys(("source", "edition", "as of", "publisher"), "source"),
}
_NEVER_RECORDED = frozenset({"", "unknown", "not recorded", "not known", "n/a", "na", "none", "?", "-", "tbc"})
_ALWAYS = frozenset({"24/7", "24 7", "24 hours", "24h", "24hr", "24hrs", "open 24 hours", "always", "always open"})


@dataclass(frozen=True, slots=True)
class Facility:
    """
    One service: its kind, name, point in metres (EPSG:27700), and when it is open.

    ``hours`` is a weekly pattern as :meth:`geo.week.ShiftPattern.parse` reads it, or empty: not recorded,
    which is never taken for always open. Wrong where a service has two stretches a day, or keeps other hours on
    holidays: a pattern holds one stretch a day.

    Raises
    ------
    SchemaError
        If it has no name, its kind is none of ``KINDS``, its point is not finite, or its hours cannot be read.
    """

    kind: str
    name: str
    easting: float
    northing: float
    postcode: str = ""
    hours: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise SchemaError("a facility needs a name")
        if self.kind not in KINDS:
            raise SchemaError(f"{self.name!r} is of the kind {self.kind!r}; choose {', '.join(KINDS)}")
        if not (math.isfinite(self.easting) and math.isfinite(self.northing)):
            raise SchemaError(f"{self.name!r} has no point; give its postcode or its easting and northing")
        if self.hours:
            _pattern(self.hours)

    @classmethod
    def at(
        cls, postcode: str, gazetteer: Gazetteer, kind: str, name: str, hours: str = "", source: str = ""
    ) -> "Facility":
        """
        Put a facility at a unit postcode; its hours are read as people write them.

        Raises
        ------
        PlaceError
            If the postcode is unknown, or is only a sector or district.
        SchemaError
            As the class does.
        """
        place = gazetteer.find(postcode)
        if place.precision != "unit":
            raise PlaceError(f"{place.postcode} names no one place for {name!r}; give its full postcode")
        return cls(kind, name.strip(), place.easting, place.northing, place.postcode, read_hours(hours), source)

    @property
    def opening(self) -> ShiftPattern | None:
        """When it is open, or None where that is not recorded."""
        return _pattern(self.hours) if self.hours else None

    @property
    def hours_in_words(self) -> str:
        """The weekly hours, or that they are not recorded."""
        return self.hours or HOURS_UNKNOWN


def read_hours(text: str) -> str:
    """
    Read opening hours into the words of a weekly pattern; what says nothing is empty.

    Raises
    ------
    SchemaError
        If they cannot be read.

    Examples
    --------
    >>> read_hours("24/7"), read_hours("Mon-Fri 9-17"), read_hours("unknown")
    ('daily 00:00-24:00', 'Mon-Fri 09:00-17:00', '')
    """
    plain = " ".join(text.casefold().split())
    if plain in _NEVER_RECORDED:
        return ""
    return _pattern("daily 00:00-24:00" if plain in _ALWAYS else text.strip()).text


def _pattern(hours: str) -> ShiftPattern:
    try:
        return ShiftPattern.parse(hours)
    except ScenarioError as error:
        raise SchemaError(f"the opening hours {hours[:60]!r} cannot be read: {error}") from error


@dataclass(frozen=True, eq=False)
class FacilityList:
    """
    Facilities, and what became of the rows of the file they came from: read = accepted + refused.

    ``refused`` holds ``row``, ``text``, ``reason``; ``faults`` are sentences about accepted rows.
    """

    facilities: tuple[Facility, ...] = ()
    refused: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["row", "text", "reason"]))
    faults: tuple[str, ...] = ()

    @property
    def rows_read(self) -> int:
        """How many rows the file had below its headings."""
        return len(self.facilities) + len(self.refused)

    @classmethod
    def read(cls, path: str | PathLike[str], gazetteer: Gazetteer, *, source: str = "") -> "FacilityList":
        """
        Read a list from a CSV, workbook, GeoJSON or GeoPackage, row by row.

        Columns, in any order: ``name``, ``kind`` (base, A&E, place of safety; anything else is another service),
        ``postcode`` or ``easting`` and ``northing`` (a GeoJSON has points instead), ``hours``, ``source``. A point goes
        before a postcode. A row without a place, a second time the same, or with hours that cannot be read is refused.

        Parameters
        ----------
        source
            Publisher and edition of rows that state none; the file's name when not said.

        Raises
        ------
        SourceError
            If the file cannot be read.
        SchemaError
            If it has no column of names, or nothing that says where.
        """
        file = Path(path)
        check_file(file, "one CSV, workbook or GeoJSON")
        rows = _from_features(file) if _is_spatial(file) else _from_grids(read_grids(file), file.name)
        return _checked(rows, gazetteer, source or file.name)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "FacilityList":
        """Give the list that :meth:`frame` wrote; :class:`SchemaError` if it lacks a column."""
        if missing := [column for column in FACILITY_COLUMNS if column not in frame.columns]:
            raise SchemaError(f"the facilities lack {len(missing)} columns (first: {missing[0]!r})")
        rows = frame[list(FACILITY_COLUMNS)].to_dict("records")
        return cls(tuple(Facility(**{str(name): value for name, value in row.items()}) for row in rows))

    def frame(self) -> pd.DataFrame:
        """Give the list as a table with ``FACILITY_COLUMNS``."""
        rows = [tuple(getattr(one, column) for column in FACILITY_COLUMNS) for one in self.facilities]
        kinds = {column: "float64" if column in ("easting", "northing") else "str" for column in FACILITY_COLUMNS}
        return pd.DataFrame(rows, columns=list(FACILITY_COLUMNS)).astype(kinds)

    def having(self, *more: Facility) -> "FacilityList":
        """Give the list with further facilities; one that is in it already is not added again."""
        return replace(self, facilities=tuple(dict.fromkeys((*self.facilities, *more))))


_Row = tuple[int, Mapping[str, str], str]
"""Row number, texts by field, and why the row has no place of its own."""


def _is_spatial(file: Path) -> bool:
    with file.open("rb") as stream:
        head = stream.read(64)
    return head.startswith(b"SQLite format 3") or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _from_features(file: Path) -> list[_Row]:
    found = read_features(file, want="points")
    columns = _fields([str(name) for name in found.columns.columns])
    if "name" not in columns:
        raise SchemaError(f"{file.name} has no column of names; call one 'name'")
    texts = found.columns
    x, y = found.rows.geometry.x, found.rows.geometry.y
    points = [
        {} if np.isnan(e) else {"easting": repr(float(e)), "northing": repr(float(n))}
        for e, n in zip(x, y, strict=True)
    ]
    named = [{name: str(texts.iloc[at, place]) for name, place in columns.items()} for at in range(len(texts))]
    numbers, reasons = found.rows["row"].tolist(), found.rows["refused"].tolist()
    return [(row, entry | at, why) for row, entry, at, why in zip(numbers, named, points, reasons, strict=True)]


def _from_grids(grids: Sequence[Grid], file: str) -> list[_Row]:
    for grid in grids:
        for row, *cells in grid.cells.head(20).itertuples(name=None):
            columns = _fields([str(cell) for cell in cells])
            if "name" in columns and ("postcode" in columns or {"easting", "northing"} <= columns.keys()):
                below = grid.cells.loc[row:].iloc[1:]
                return [
                    (int(number), {name: str(texts[at]).strip() for name, at in columns.items()}, "")
                    for number, *texts in below.itertuples(name=None)
                ]
    raise SchemaError(
        f"{file} has no columns 'name' and 'postcode' or 'easting' and 'northing'; name them in the first row"
    )


def _fields(headings: Sequence[str]) -> dict[str, int]:
    """Give the place of each field that a heading names, the first where two do."""
    words = [" ".join(re.findall(r"[A-Z]?[a-z]+|[A-Z]+", heading)).casefold() for heading in headings]
    found: dict[str, int] = {}
    for place, word in enumerate(words):
        if word in _HEADINGS:
            found.setdefault(_HEADINGS[word], place)
    return found


def _checked(rows: Iterable[_Row], gazetteer: Gazetteer, source: str) -> FacilityList:
    accepted: dict[Facility, int] = {}
    refused: list[tuple[int, str, str]] = []
    faults: list[str] = []
    for number, entry, why in rows:
        text = "; ".join(value for value in entry.values() if value)[:200]
        try:
            facility, fault = _facility(entry, gazetteer, source, why)
            if facility in accepted:
                raise SchemaError(f"the same as row {accepted[facility]}")
        except GeoError as error:
            refused.append((number, text, str(error)))
            continue
        accepted[facility] = number
        faults += [f"row {number}: {fault}"] if fault else []
    return FacilityList(
        tuple(accepted), pd.DataFrame(refused, columns=["row", "text", "reason"]), (*_other(accepted), *faults)
    )


def _other(accepted: Iterable[Facility]) -> tuple[str, ...]:
    number = sum(one.kind == "other" for one in accepted)
    return (f"of another kind than base, A&E or place of safety: {number}",) if number else ()


def _facility(entry: Mapping[str, str], gazetteer: Gazetteer, source: str, why: str) -> tuple[Facility, str]:
    """Read one row, and say where its point and its postcode disagree."""
    name = entry.get("name", "")
    kind, hours, said = kind_of(entry.get("kind", "")), entry.get("hours", ""), entry.get("source", "") or source
    postcode = entry.get("postcode", "")
    east, north = (_metres(entry.get(axis, ""), axis) for axis in ("easting", "northing"))
    if math.isnan(east) or math.isnan(north):
        if not postcode:
            raise SchemaError(why or "it has neither a postcode nor an easting and a northing")
        return Facility.at(postcode, gazetteer, kind, name, hours, said), ""
    reading = gazetteer.read(postcode)
    facility = Facility(kind, name.strip(), east, north, reading.normal, read_hours(hours), said)
    return facility, _disagreement(facility, gazetteer)


def _disagreement(facility: Facility, gazetteer: Gazetteer) -> str:
    place = gazetteer.table([facility.postcode], repair=False).iloc[0]
    apart = math.hypot(facility.easting - place["easting"], facility.northing - place["northing"])
    if place["precision"] != "unit" or apart <= APART_METRES + place["uncertainty_metres"]:
        return ""
    return f"its point lies {apart / 1_000:.1f} km from {facility.postcode}; the point was taken"


def kind_of(text: str) -> str:
    """
    Read what kind of facility a text names; whatever is none of ours is another service.

    Examples
    --------
    >>> kind_of("A&E department"), kind_of("Section 136 suite"), kind_of("Mental Health Hospital")
    ('emergency_department', 'place_of_safety', 'other')
    """
    plain = text.casefold().replace("_", " ").replace("-", " ")
    return next((kind for kind, words in _KIND_WORDS if re.search(words, plain)), "other")


def _metres(text: str, axis: str) -> float:
    try:
        value = float(text.replace(",", "")) if text else math.nan
    except ValueError as error:
        raise SchemaError(f"its {axis} is {text[:40]!r}; write it in metres, as a number") from error
    if not math.isnan(value) and not 0 < value < 1_300_000:
        raise SchemaError(
            f"its {axis} is {text[:40]}, which is not in Great Britain; write metres of the National Grid"
        )
    return value
