"""Places that a scheme calls by a name, and that have no postcode: junctions, marker posts, bridges, from a list."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path

import pandas as pd

from geo.errors import SchemaError
from geo.incidents.grid import Grid, read_grids
from geo.places.grid_references import parse_point
from geo.places.postcode_forms import parse_postcode, shorten

NAMED_METRES = 250.0
"""Doubt of a place whose list gives a point and no doubt. Assumption: a motorway junction is about 500 m across."""

LIST_COLUMNS = ("names", "postcode", "easting", "northing", "uncertainty_metres", "sensitive")
"""The columns of a list of places as a frame: ``names`` are its spellings, with semicolons between."""

_HEADINGS = {
    **dict.fromkeys(("name", "names", "place", "place name", "location", "spellings"), "names"),
    **dict.fromkeys(("postcode", "post code"), "postcode"),
    **dict.fromkeys(("easting", "eastings", "x"), "easting"),
    **dict.fromkeys(("northing", "northings", "y"), "northing"),
    **dict.fromkeys(("grid reference", "grid ref", "os grid reference", "os grid ref", "ngr"), "grid_reference"),
    **dict.fromkeys(("uncertainty metres", "uncertainty", "radius", "radius metres", "metres"), "uncertainty_metres"),
    **dict.fromkeys(("sensitive", "sensitive place", "never release"), "sensitive"),
}
_YES, _NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})

_WORDS = {
    **dict.fromkeys(("junction", "junct", "junc", "jct", "jctn", "jnc", "jn"), "j"),
    "northbound": "nb",
    "southbound": "sb",
    "eastbound": "eb",
    "westbound": "wb",
    "rd": "road",
    "ave": "avenue",
    "ln": "lane",
    "rbt": "roundabout",
    "rdbt": "roundabout",
    "stn": "station",
    "svcs": "services",
    "of": "",
    "the": "",
    "at": "",
    "on": "",
}
_MARKER = re.compile(r"\b(?:marker posts?|mkr posts?|marker|m/p|driver location signs?|dls)\b")
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[./]\d+)*")
_ROAD, _JUNCTION = re.compile(r"[mab]\d+m?"), re.compile(r"j\d+[a-z]?")


def normal_name(text: str) -> str:
    """
    Write a name of a place in the one form by which it is compared; a normal form is its own normal form.

    Case, punctuation, spaces and usual short forms are evened out: 'M1 Jct 15A', 'M1 junction 15a' and 'Junction 15A of
    the M1' are all 'm1 j15a'; 'M1 marker post 98/4B' is 'm1 mp98.4b'. Nothing is compared by likeness: 'M1 J15' is
    never 'M1 J15A'.

    Examples
    --------
    >>> normal_name("Jct. 15 of the M1")
    'm1 j15'
    """
    even = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    even = _MARKER.sub(" mp ", re.sub(r"['`\u2019]", "", even).replace("&", " and "))
    words = [_WORDS.get(word, word) for word in _TOKEN.findall(even)]
    tokens = _joined([word.replace("/", ".") for word in words if word])
    if len(tokens) > 1 and _JUNCTION.fullmatch(tokens[0]) and _ROAD.fullmatch(tokens[1]):
        tokens[:2] = [tokens[1], tokens[0]]
    return " ".join(tokens)


def _joined(words: list[str]) -> list[str]:
    """Join a road's letter, a junction or a marker post to its number, and a number to the single letter after it."""
    tokens: list[str] = []
    for at, word in enumerate(words):
        number_follows = at + 1 < len(words) and words[at + 1][0].isdecimal()
        last = tokens[-1] if tokens else ""
        letter_of_number = len(word) == 1 and word.isalpha() and last[-1:].isdecimal() and not number_follows
        if letter_of_number or (word[0].isdecimal() and last in ("m", "a", "b", "j", "mp")):
            tokens[-1] += word
        else:
            tokens.append(word)
    return tokens


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """
    A place that people call by name: every spelling, where it is, and whether it must never be released.

    It has a postcode or a point in metres (EPSG:27700). ``uncertainty_metres`` is missing where the list states none.

    Raises
    ------
    SchemaError
        If it has no name, neither a postcode nor a point or half a point, or a doubt that is no number above zero.
    """

    names: tuple[str, ...]
    postcode: str = ""
    easting: float = math.nan
    northing: float = math.nan
    uncertainty_metres: float = math.nan
    sensitive: bool = False

    def __post_init__(self) -> None:
        if not self.names or not all(normal_name(name) for name in self.names):
            raise SchemaError("a place needs a name with a letter or digit")
        if math.isfinite(self.easting) != math.isfinite(self.northing):
            raise SchemaError(f"{self.name!r} has an easting or a northing alone; give both")
        if not self.postcode and not math.isfinite(self.easting):
            raise SchemaError(f"{self.name!r} has no place; give its postcode, easting and northing or grid reference")
        if not (math.isnan(self.uncertainty_metres) or 0 < self.uncertainty_metres < math.inf):
            raise SchemaError(
                f"{self.name!r} has an uncertainty of {self.uncertainty_metres:g} metres; give it above 0"
            )

    @property
    def name(self) -> str:
        """The first spelling."""
        return self.names[0]


@dataclass(frozen=True, eq=False)
class PlaceList:
    """
    A scheme's list of named places. A name is found by its normal form or not at all.

    Raises
    ------
    SchemaError
        If two places share a name.
    """

    places: tuple[NamedPlace, ...] = ()

    def __post_init__(self) -> None:
        seen: dict[str, NamedPlace] = {}
        for place in self.places:
            for name in place.names:
                if (other := seen.setdefault(normal_name(name), place)) is not place:
                    raise SchemaError(f"two places of the list are called {name!r} ({other.name!r} is one); rename one")

    @classmethod
    def empty(cls) -> "PlaceList":
        """Give the list of no places."""
        return cls()

    @classmethod
    def read(cls, path: str | PathLike[str]) -> "PlaceList":
        """
        Read a list from a CSV or workbook: its first sheet with a column 'name' and one that says where.

        Columns, in any order: ``name`` (spellings with semicolons between), ``postcode``, ``easting`` and ``northing``
        or ``grid reference``, ``uncertainty_metres``, ``sensitive`` (yes or no; a blank, or no such
        column, counts as yes: such a place is kept back until someone says that it may be shown).

        Raises
        ------
        SourceError
            If the file cannot be read as a table.
        SchemaError
            If no sheet has the columns, or a row cannot be understood; the message names the first.
        """
        grids = read_grids(path)
        for grid in grids:
            if headed := _headed(grid):
                row, columns = headed
                return cls(tuple(_rows(grid.cells.loc[row:].iloc[1:], columns, Path(path).name)))
        raise SchemaError(
            f"{Path(path).name} has no columns 'name' and 'postcode', 'easting' and 'northing' or 'grid reference'; "
            "name them in the first row"
        )

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "PlaceList":
        """Give the list that :meth:`frame` wrote; :class:`SchemaError` if it lacks a column."""
        if missing := [column for column in LIST_COLUMNS if column not in frame.columns]:
            raise SchemaError(f"the list of places lacks {len(missing)} columns (first: {missing[0]!r})")
        numbers = ["easting", "northing", "uncertainty_metres"]
        rows = frame[list(LIST_COLUMNS)].astype(dict.fromkeys(numbers, "float64")).itertuples(index=False, name=None)
        return cls(
            tuple(
                NamedPlace(_spellings(str(names)), str(postcode), east, north, doubt, bool(hidden))
                for names, postcode, east, north, doubt, hidden in rows
            )
        )

    def frame(self) -> pd.DataFrame:
        """Give the list as a table with ``LIST_COLUMNS``; a point or doubt that is not stated is missing."""
        rows = [
            ("; ".join(p.names), p.postcode, p.easting, p.northing, p.uncertainty_metres, p.sensitive)
            for p in self.places
        ]
        kinds = {
            "names": "str",
            "postcode": "str",
            "easting": "float64",
            "northing": "float64",
            "uncertainty_metres": "float64",
            "sensitive": "bool",
        }
        return pd.DataFrame(rows, columns=list(LIST_COLUMNS)).astype(kinds)

    def find(self, text: str) -> NamedPlace | None:
        """
        Give the place of this name, or none.

        Examples
        --------
        >>> bridge = NamedPlace(("M1 J15", "Collingtree junction"), easting=475400, northing=255300)
        >>> PlaceList((bridge,)).find("M1 Junction 15").name
        'M1 J15'
        """
        return self._by_name.get(normal_name(text)) if self.places else None

    @cached_property
    def _by_name(self) -> dict[str, NamedPlace]:
        return {normal_name(name): place for place in self.places for name in place.names}


NO_PLACES = PlaceList()
"""The list of a scheme that has none."""


def _spellings(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(";") if name.strip()))


def _headed(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """Find the first row that names a place and where it is: its number, and the column of each heading."""
    for row, *cells in grid.cells.head(20).itertuples(name=None):
        columns: dict[str, int] = {}
        for at, cell in enumerate(cells):
            heading = _HEADINGS.get(" ".join(re.findall(r"[a-z]+", str(cell).casefold())))
            if heading:
                columns.setdefault(heading, at)
        if "names" in columns and (
            columns.keys() & {"postcode", "grid_reference"} or {"easting", "northing"} <= columns.keys()
        ):
            return int(row), columns
    return None


def _rows(cells: pd.DataFrame, columns: dict[str, int], file: str) -> Iterable[NamedPlace]:
    for row, *texts in cells.itertuples(name=None):
        entry = {heading: str(texts[at]).strip() for heading, at in columns.items()}
        if any(entry.values()):
            try:
                yield _place(entry)
            except SchemaError as error:
                raise SchemaError(f"{file}, row {row}: {error}") from error


def _place(entry: dict[str, str]) -> NamedPlace:
    names = _spellings(entry["names"])
    shown = names[0] if names else "a row without a name"
    sensitive = entry.get("sensitive", "").casefold() or "yes"
    if sensitive not in _YES | _NO:
        raise SchemaError(f"{shown!r} is sensitive {sensitive!r}; write yes or no")
    doubt = _number(entry.get("uncertainty_metres", ""), f"the uncertainty of {shown!r}")
    easting, northing, square = _point(entry, shown)
    postcode = entry.get("postcode", "")
    if postcode and parse_postcode(postcode).precision != "unit":
        raise SchemaError(f"{shown!r} has the postcode {shorten(postcode)!r}, which is no full one; correct it")
    stated = square if math.isnan(doubt) else doubt
    return NamedPlace(names, parse_postcode(postcode).normal, easting, northing, stated, sensitive in _YES)


def _point(entry: dict[str, str], shown: str) -> tuple[float, float, float]:
    """Read easting, northing and the doubt of a grid reference; all missing where the row gives none."""
    reference, east, north = (entry.get(heading, "") for heading in ("grid_reference", "easting", "northing"))
    if reference:
        point = parse_point(reference)
        if point.kind == "none":
            raise SchemaError(f"{shown!r} has the grid reference {shorten(reference)!r}, which is none; correct it")
        return point.easting, point.northing, point.uncertainty_metres if point.kind == "grid_reference" else math.nan
    if not east and not north:
        return math.nan, math.nan, math.nan
    point = parse_point(f"E {east} N {north}")
    if point.kind == "none":
        raise SchemaError(
            f"{shown!r} has the easting {east!r} and northing {north!r}, no point in metres; correct them"
        )
    return point.easting, point.northing, math.nan


def _number(text: str, what: str) -> float:
    try:
        return float(text.casefold().removesuffix("metres").removesuffix("m")) if text else math.nan
    except ValueError as error:
        raise SchemaError(f"{what} is {text!r}; write it in metres, as a number") from error
