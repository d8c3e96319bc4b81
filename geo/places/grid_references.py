"""Points given as a grid reference, as easting and northing, or as latitude and longitude: by their form alone."""

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.crs import to_grid

GridKind = Literal["easting_northing", "grid_reference", "none"]

_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_SQUARES = (
    "HP HT HU HW HX HY HZ NA NB NC ND NF NG NH NJ NK NL NM NN NO NR NS NT NU NW NX NY NZ OV SC SD SE SH SJ SK SM SN SO "
    "SP SR SS ST SU SV SW SX SY SZ TA TF TG TL TM TQ TR TV"
)
SQUARES = frozenset(_SQUARES.split())
"""The 100 km squares of the National Grid that hold land of Great Britain or the Isle of Man (Ordnance Survey)."""

EAST_METRES, NORTH_METRES = 700_000, 1_300_000
"""How far the National Grid reaches east and north of its false origin."""

LEAST_METRES = 1.0
"""No recorded point is surer than this."""

DATUM_METRES = 5.0
"""Doubt of a point given in degrees, from the change of datum without Ordnance Survey's table of shifts."""

BRITAIN = {"south": 49.8, "north": 60.9, "west": -8.7, "east": 1.8}
"""Degrees that are plainly in Great Britain; latitudes and longitudes cannot be mistaken for each other there."""

_TIGHT = re.compile(r"([HNOST][A-HJ-Z])((?:\d\d){2,5})")
_NUMBER = r"(\d{3},\d{3}(?:\.\d+)?|\d{5,7}(?:\.\d+)?)"
_SPACES = re.compile(r"\s+")
_PREFIX = re.compile(r"(?:(?:OS|NATIONAL|GRID|REFERENCE|REF|NGR|GR|OSGR|OSGB)\b[ .:(]*)+")
_REFERENCE = re.compile(r"([A-Z]{2}) ?(\d+)(?:(?: ?[,/] ?| )(\d+))?")
_UNLABELLED = re.compile(rf"{_NUMBER}(?: ?[,;/] ?| ){_NUMBER}")
_EASTING = rf"(?:EASTINGS?|E|X) ?[:=]? ?{_NUMBER}"
_NORTHING = rf"(?:NORTHINGS?|N|Y) ?[:=]? ?{_NUMBER}"
_LABELLED = (
    (re.compile(rf"{_EASTING} ?[,;/]? ?{_NORTHING}"), False),
    (re.compile(rf"{_NORTHING} ?[,;/]? ?{_EASTING}"), True),
    (re.compile(rf"{_NUMBER} ?M?E ?[,;/]? ?{_NUMBER} ?M?N"), False),
)
_DEGREES = re.compile(
    r"(?:LAT(?:ITUDE)? ?[:=]? ?)?(-?\d{1,2}\.\d{3,}) ?°? ?([NSEW]?)(?: ?[,;/] ?| )"
    r"(?:LON(?:G(?:ITUDE)?)? ?[:=]? ?)?(-?\d{1,2}\.\d{3,}) ?°? ?([NSEW]?)"
)
_PLAIN_NUMBERS = r"^\s*(?P<easting>[1-6]\d{5})(?:\.0+)?(?:\s*,\s*|\s+)(?P<northing>[1-9]\d{4,6})(?:\.0+)?\s*$"
_WORDS = "OS|NATIONAL|GRID|REFERENCE|REF|NGR|OSGR|OSGB|EASTINGS?|NORTHINGS?|LAT|LATITUDE|LON|LONG|LONGITUDE|[A-Z]{1,2}"
_POINT_WORDS = rf"(?is)^[^A-Z]*(?:(?:{_WORDS})[^A-Z]+)*(?:{_WORDS})?[^A-Z]*$"


@dataclass(frozen=True, slots=True)
class GridReading:
    """
    What one text says as a point: where it is in metres (EPSG:27700), and the radius within which it must lie.

    ``kind`` is ``none`` where the text is nothing of the sort, and then ``reason`` is empty; or where it is a grid
    reference or coordinates that cannot be, and ``reason`` says why.
    """

    given: str
    normal: str
    kind: GridKind
    easting: float
    northing: float
    uncertainty_metres: float
    reason: str


def is_grid_reference(tight: str) -> bool:
    """Say whether capitals and digits without spaces are a grid reference of 4 to 10 figures."""
    found = _TIGHT.fullmatch(tight)
    return found is not None and found[1] in SQUARES


def parse_point(text: str) -> GridReading:
    """
    Read ``text`` as a grid reference, as easting and northing or as degrees, and give its point and doubt.

    A grid reference names a square, whose centre is the point and half of whose diagonal is the doubt: 'SP 754 609' is
    a square of 100 m, so 71 m. Easting and northing are a point as it stands; their doubt is that of the square which
    their last figures other than zero allow (475400, 260900 is rounded to 100 m). Numbers without a label are read so
    only where the easting has six figures, which a telephone number has not. Degrees are read only in Great Britain.
    Wrong where a writer swapped easting and northing, or left the minus of a longitude away.

    Examples
    --------
    >>> parse_point("SP 754 609").easting, parse_point("SP 754 609").uncertainty_metres
    (475450.0, 71.0)
    >>> parse_point("475412, 260931").kind
    'easting_northing'
    >>> parse_point("SP 754 6091").reason
    'a grid reference with 3 and 4 figures: SP 754 6091'
    """
    plain = _PREFIX.sub("", _SPACES.sub(" ", unicodedata.normalize("NFKC", text).upper()).strip(" .,;:()[]"), count=1)
    return (
        _read_reference(text, plain.strip())
        or _read_metres(text, plain)
        or _read_degrees(text, plain)
        or _none(text, "")
    )


def read_points(texts: pd.Series) -> pd.DataFrame:
    """
    Read many texts as :func:`parse_point` does: ``kind, easting, northing, uncertainty_metres, reason``, in order.

    Plain pairs of whole numbers are read all at once, since a control-room extract may hold one for each incident.
    """
    east, north = _plain_pairs(texts)
    step = np.ones(len(texts))
    for size in (10, 100, 1000):
        step[(east % size == 0) & (north % size == 0)] = size
    doubt = _half_diagonal(step)
    unread = np.isnan(east)
    doubt[unread] = np.nan
    kind, reason = np.where(unread, "none", "easting_northing").astype(object), np.full(len(texts), "", dtype=object)
    for at in np.flatnonzero(unread & _may_be_point(texts)):
        point = parse_point(texts.iloc[at])
        east[at], north[at], doubt[at] = point.easting, point.northing, point.uncertainty_metres
        kind[at], reason[at] = point.kind, point.reason
    columns = {"kind": kind, "easting": east, "northing": north, "uncertainty_metres": doubt, "reason": reason}
    return pd.DataFrame(columns, index=texts.index).astype({"kind": "str", "reason": "str"})


def _may_be_point(texts: pd.Series) -> np.ndarray:
    """Leave the plain texts out that hold a word which no point is written with: only a matter of speed."""
    given = pa.array(texts, type=pa.large_string())
    foreign = pc.invert(pc.string_is_ascii(given))
    return np.asarray(pc.or_(foreign, pc.match_substring_regex(given, _POINT_WORDS)))


def _plain_pairs(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Read the texts that are nothing but a six-figure easting and a northing; the others are missing."""
    found = pc.extract_regex(pa.array(texts, type=pa.large_string()), _PLAIN_NUMBERS).flatten()
    east, north = (np.array(pc.cast(part, pa.float64()).to_numpy(zero_copy_only=False)) for part in found)
    outside = ~(north < NORTH_METRES)
    east[outside] = north[outside] = np.nan
    return east, north


def _none(given: str, reason: str) -> GridReading:
    return GridReading(given, "", "none", math.nan, math.nan, math.nan, reason)


def _half_diagonal(side: np.ndarray | float) -> np.ndarray:
    """Give the distance from the centre of a square to its corner in whole metres, at least 1."""
    return np.maximum(LEAST_METRES, np.round(np.asarray(side, dtype="float64") / math.sqrt(2)))


def _read_reference(given: str, plain: str) -> GridReading | None:
    found = _REFERENCE.fullmatch(plain)
    if not found:
        return None
    letters, first, second = found[1], found[2], found[3] or ""
    shown = " ".join(given.split())
    if letters not in SQUARES:
        return None
    if not second and len(first) % 2:
        return _none(given, f"a grid reference with an odd number of figures: {shown}") if len(first) > 3 else None
    if second and len(first) != len(second):
        return _none(given, f"a grid reference with {len(first)} and {len(second)} figures: {shown}")
    east, north = (first, second) if second else (first[: len(first) // 2], first[len(first) // 2 :])
    if len(east) > 5:
        return _none(given, f"a grid reference of more than ten figures: {shown}")
    side = 10 ** (5 - len(east))
    origin_east, origin_north = square_origin(letters)
    return GridReading(
        given,
        f"{letters} {east} {north}",
        "grid_reference",
        origin_east + int(east) * side + (side / 2 if side > 1 else 0.0),
        origin_north + int(north) * side + (side / 2 if side > 1 else 0.0),
        float(_half_diagonal(side)),
        "",
    )


def square_origin(letters: str) -> tuple[float, float]:
    """
    Give the south-west corner of a 100 km square, in metres.

    The first letter names a square of 500 km, the second one of the 25 in it; both run west to east and north to south
    without I. Source: Ordnance Survey, A guide to coordinate systems in Great Britain.

    Examples
    --------
    >>> square_origin("TG")
    (600000.0, 300000.0)
    """
    first, second = (_LETTERS.index(letter) for letter in letters)
    east = (first - 2) % 5 * 5 + second % 5
    north = 19 - first // 5 * 5 - second // 5
    return east * 100_000.0, north * 100_000.0


def _read_metres(given: str, plain: str) -> GridReading | None:
    if found := _UNLABELLED.fullmatch(plain):
        whole = [part.replace(",", "").split(".")[0] for part in found.groups()]
        if len(whole[0]) != 6 or whole[0] >= "7" or whole[1].startswith("0"):
            return None
        return _metres(given, found[1], found[2])
    for pattern, swapped in _LABELLED:
        if found := pattern.fullmatch(plain):
            return _metres(given, found[2], found[1]) if swapped else _metres(given, found[1], found[2])
    return None


def _metres(given: str, east_text: str, north_text: str) -> GridReading:
    east, north = (float(text.replace(",", "")) for text in (east_text, north_text))
    if not (0 <= east < EAST_METRES and 0 <= north < NORTH_METRES):
        return _none(given, f"easting and northing outside Great Britain: {' '.join(given.split())}")
    step = next(size for size in (1000, 100, 10, 1, 0) if size == 0 or (east % size == 0 and north % size == 0))
    normal = f"{east:g}, {north:g}" if step == 0 else f"{east:.0f}, {north:.0f}"
    return GridReading(given, normal, "easting_northing", east, north, float(_half_diagonal(step)), "")


def _read_degrees(given: str, plain: str) -> GridReading | None:
    found = _DEGREES.fullmatch(plain)
    if not found:
        return None
    first, second = _signed(found[1], found[2]), _signed(found[3], found[4])
    if found[2] in ("E", "W") or found[4] in ("N", "S") or (found[2] == "" and first < BRITAIN["south"]):
        first, second = second, first
    latitude, longitude = first, second
    if not (BRITAIN["south"] <= latitude <= BRITAIN["north"] and BRITAIN["west"] <= longitude <= BRITAIN["east"]):
        return _none(given, f"latitude and longitude outside Great Britain: {' '.join(given.split())}")
    figures = min(len(text.partition(".")[2]) for text in (found[1], found[3]))
    side = 111_320 * 10.0**-figures
    easting, northing = to_grid(longitude, latitude)
    doubt = math.hypot(DATUM_METRES, float(_half_diagonal(side)))
    return GridReading(
        given, f"{latitude}, {longitude}", "easting_northing", round(easting), round(northing), round(doubt), ""
    )


def _signed(number: str, side: str) -> float:
    degrees = float(number)
    return -abs(degrees) if side in ("W", "S") else degrees
