"""Postcodes: read what people typed, and find where it is. Never a guess: one reading, or none and the reason."""

import itertools
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.errors import PlaceError, SchemaError, SourceError
from geo.places.boundaries import counties, data_file
from geo.settings import data_folder

PostcodePrecision = Literal["unit", "sector", "district", "none"]

_AREA_CODES = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA "
    "PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN "
    "WR WS WV YO ZE"
)
AREAS = frozenset(_AREA_CODES.split())
"""The postcode areas of the United Kingdom that have places in them. Source: ONS Postcode Directory, November 2025."""

INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""The last two letters are never C, I, K, M, O or V (Royal Mail)."""

LETTERED = re.compile(r"(E1W|N1[CP]|NW1W|SE1P|SW1[AEHPVWXY]|W1[A-HJKMNPR-Y]|(EC[1-4]|WC[12])[ABEHMNPRVWXY])")
"""Districts that end in a letter, live or withdrawn: central London only."""

WITHDRAWN_AREAS = {"NPT": "Newport, recoded to NP"}
ISLANDS = {"JE": "Jersey", "GY": "Guernsey", "IM": "the Isle of Man"}
NOT_PLACES = re.compile(
    r"GIR0AA|SANTA1|BX\d.*|XX\d.*|BF1\w*|BFPO\d+|(ASCN|STHL|TDCU|FIQQ|SIQQ|BBND|BIQQ|PCRN|TKCA)\w*|GX11\w*|"
    r"AI2640|KY\d\d{4}|VG\d{4}|MSR\d{4}"
)
_BLANK_WORDS = "NAN NONE NULL NA N/A #N/A NK N/K NOTKNOWN NOTRECORDED NOTSTATED UNKNOWN U/K UK ? - -- . TBC"
BLANKS = frozenset(_BLANK_WORDS.split())
LETTER_FOR = {"0": "O", "1": "I", "5": "S"}
DIGIT_FOR = {"O": "0", "I": "1", "L": "1"}
OUTWARD_SHAPES = ("A9", "A99", "AA9", "AA99", "A9A", "AA9A")
FULL = re.compile(r"(?<![A-Z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})(?![A-Z0-9])")
PARTIAL = re.compile(
    r"([A-Z]{1,2}[0-9][A-Z0-9]?)(?:(?:\s+([0-9])\s*([A-Z]?|[A-Z]?[*?#_X-]|[*?#_X-]{2}))|\s*[*?#_-]{2,3})?"
)

UNIT_METRES = 60.0
"""Least doubt of a unit postcode's point. Assumption: a postcode is about 15 addresses, and half of the live postcode
points of Northamptonshire and its ring have another within 60 m (measured on the shipped gazetteer)."""

OFFICE_DISTRICTS = 3
OFFICE_POSTCODES = 20
"""A point shared by this many postcodes, of this many postcode districts, is a mail office, not where addresses are."""

NEAREST_METRES = 10_000
"""Beyond this, the nearest postcode says nothing about a point."""


@dataclass(frozen=True, slots=True)
class PostcodeReading:
    """What one text says as a postcode: its normal form, how precise it is, and why where it is not clear."""

    given: str
    normal: str
    precision: PostcodePrecision
    repaired: bool
    reason: str


def parse_postcode(text: str) -> PostcodeReading:
    """
    Read ``text`` as a postcode, a sector or a district, or say why it is none of them.

    Spaces, case, punctuation, widths, leading zeros and an address around the postcode are repaired; O for 0, I or L
    for 1 and 0, 1 or 5 for O, I or S are repaired only when exactly one reading exists. A unit is well formed, which
    does not mean that it exists: the gazetteer knows that. 'LS14' without a space is read as the district LS14; wrong
    where a writer cut 'LS1 4' short. 'LS1 4XX' is read as the sector, since XX is how systems mask a unit.

    Examples
    --------
    >>> parse_postcode("nn15bd").normal
    'NN1 5BD'
    >>> parse_postcode("LSI 4AP").reason
    'a letter or digit was mistaken for its look-alike'
    >>> parse_postcode("no fixed abode").precision
    'none'
    """
    given = "" if text is None else str(text)
    plain = _plain(given)
    tight = re.sub(r"[^A-Z0-9]", "", plain)
    if reason := _no_place(plain, tight):
        return PostcodeReading(given, "", "none", repaired=False, reason=reason)
    return (
        _read_unit(given, tight)
        or _read_partial(given, plain)
        or _read_look_alike(given, tight)
        or _read_address(given, plain)
        or PostcodeReading(given, "", "none", repaired=False, reason=f"not a postcode: {_short(given)}")
    )


def _plain(text: str) -> str:
    """Fold widths, drop invisible characters and enclosing marks, and write capitals."""
    folded = unicodedata.normalize("NFKC", text)
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return visible.strip().strip("'\"`").strip().upper()


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 40 else words[:39] + "…"


def _no_place(plain: str, tight: str) -> str:
    """Say why a text is of no place at all: blank, no fixed abode, an island, overseas or for mail only."""
    if not tight or tight.strip("0") == "" or plain in BLANKS or tight in BLANKS:
        return "no postcode recorded"
    if tight in ("NFA", "NOFIXEDABODE", "NOFIXEDADDRESS", "HOMELESS", "ZZ993VZ"):
        return "no fixed abode" + (" (ZZ99)" if tight.startswith("ZZ99") else "")
    if tight.startswith("ZZ99"):
        return "an NHS code for an address not known or not in England (ZZ99)"
    if NOT_PLACES.fullmatch(tight):
        return f"a postcode of no place in Great Britain: {_short(plain)}"
    if (island := ISLANDS.get(tight[:2])) and re.fullmatch(r"[A-Z]{2}\d{1,2}(\d[A-Z]{2})?", tight):
        return f"a postcode of {island}, which has no point on the British National Grid: {_short(plain)}"
    return ""


def _shape(text: str) -> str:
    return "".join("9" if char.isdigit() else "A" for char in text)


def _is_outward(outward: str) -> bool:
    """Hold a postcode district against its six shapes, the areas that exist and the lettered districts."""
    shape = _shape(outward)
    if shape not in OUTWARD_SHAPES:
        return outward in WITHDRAWN_AREAS
    if shape in ("A9A", "AA9A"):
        return LETTERED.fullmatch(outward) is not None
    return outward.rstrip("0123456789") in AREAS


def _is_inward(inward: str) -> bool:
    return _shape(inward) == "9AA" and all(letter in INWARD_LETTERS for letter in inward[1:])


def _unpadded(outward: str) -> str:
    """Take the zero out of 'LS01'; a district is never written so."""
    padded = re.fullmatch(r"([A-Z]{1,2})0([1-9])", outward)
    return padded[1] + padded[2] if padded else outward


def _read_unit(given: str, tight: str) -> PostcodeReading | None:
    outward, inward = tight[:-3], tight[-3:]
    if not (_is_inward(inward) and (_is_outward(outward) or _is_outward(_unpadded(outward)))):
        return None
    if _unpadded(outward) != outward:
        return (
            None if len(_look_alikes(tight)) != 1 else _unit(given, _unpadded(outward), inward, "a zero was left out")
        )
    if inward.endswith("XX"):
        reason = f"the unit looks masked (XX): only its sector {outward} {inward[0]} is used"
        return PostcodeReading(given, f"{outward} {inward[0]}", "sector", repaired=False, reason=reason)
    return _unit(given, outward, inward, "")


def _unit(given: str, outward: str, inward: str, reason: str) -> PostcodeReading:
    normal = f"{outward} {inward}"
    return PostcodeReading(given, normal, "unit", repaired=normal != given, reason=reason)


def _read_partial(given: str, plain: str) -> PostcodeReading | None:
    """Read a district or a sector, whole or left of a mask."""
    found = PARTIAL.fullmatch(" ".join(plain.rstrip(".,").split()))
    if not found or not _is_outward(found[1]):
        return None
    if found[2]:
        normal, words = f"{found[1]} {found[2]}", "only the sector"
        return PostcodeReading(given, normal, "sector", repaired=normal != given, reason=f"{words} is recorded")
    return PostcodeReading(given, found[1], "district", repaired=found[1] != given, reason="only the postcode district")


def _read_look_alike(given: str, tight: str) -> PostcodeReading | None:
    """Try the look-alikes of letters and digits, unless the text already has the shape of a postcode."""
    if _shape(tight[-3:]) == "9AA" and _shape(tight[:-3]) in OUTWARD_SHAPES and _unpadded(tight[:-3]) == tight[:-3]:
        return None
    readings = sorted(_look_alikes(tight))
    if len(readings) == 1:
        outward, inward = readings[0].split(" ")
        return _unit(given, outward, inward, "a letter or digit was mistaken for its look-alike")
    if readings:
        reason = f"not a postcode: {_short(given)} may be {' or '.join(readings)}"
        return PostcodeReading(given, "", "none", repaired=False, reason=reason)
    return None


def _look_alikes(tight: str) -> set[str]:
    """Give every full postcode that differs from ``tight`` only by look-alikes and a padding zero."""
    shapes = [shape + "9AA" for shape in OUTWARD_SHAPES if len(shape) + 3 == len(tight)]
    found = set()
    for shape in shapes:
        swaps = [_fitting(char, slot) for char, slot in zip(tight, shape, strict=True)]
        for candidate in itertools.product(*swaps):
            outward, inward = _unpadded("".join(candidate[:-3])), "".join(candidate[-3:])
            if _is_outward(outward) and _is_inward(inward):
                found.add(f"{outward} {inward}")
    return found


def _fitting(char: str, slot: str) -> str:
    """Give ``char``, or its look-alike, where it fits a slot of the shape; nothing where neither does."""
    if _shape(char) == slot:
        return char
    return (DIGIT_FOR if slot == "9" else LETTER_FOR).get(char, "")


def _read_address(given: str, plain: str) -> PostcodeReading | None:
    """Find the only full postcode inside a longer text; two different ones are not chosen between."""
    found = [
        (outward, inward) for outward, inward in FULL.findall(plain) if _is_outward(outward) and _is_inward(inward)
    ]
    if len(set(found)) == 1:
        return _unit(given, *found[0], "taken out of a longer text")
    if found:
        reason = f"not a postcode: two postcodes are recorded ({' and '.join(' '.join(pair) for pair in found[:2])})"
        return PostcodeReading(given, "", "none", repaired=False, reason=reason)
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a postcode is: its point in metres (EPSG:27700), how sure that is, and the areas it lies in."""

    postcode: str
    easting: float
    northing: float
    precision: PostcodePrecision
    uncertainty_metres: float
    district: str
    district_2021: str
    lsoa: str


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """
    Every unit postcode of some counties and their rings, live and terminated, indexed by its normal form.

    A postcode whose point is a mail office (20 or more postcodes of 3 or more postcode districts: post-office boxes,
    large users, many of them terminated) keeps that point, and its doubt reaches over its whole postcode district.
    Wrong for a postcode introduced after November 2025, and at the outer edge of the ring, where a sector is cut.

    Raises
    ------
    SchemaError
        If the table lacks a column or holds a postcode twice.
    """

    frame: pd.DataFrame
    covers: tuple[str, ...]

    def __post_init__(self) -> None:
        wanted = {"easting", "northing", "live", "in_county", "district", "district_2021", "lsoa"}
        if missing := sorted(wanted - set(self.frame.columns)):
            raise SchemaError(f"the gazetteer lacks {len(missing)} columns (first: {missing[0]!r})")
        if not self.frame.index.is_unique:
            raise SchemaError(f"the gazetteer holds {int(self.frame.index.duplicated().sum())} postcodes twice")

    @classmethod
    def default(cls) -> "Gazetteer":
        """Give the gazetteer of every county that ships; read once."""
        return _read_gazetteer(data_folder(), counties())

    @classmethod
    def of(cls, county: str) -> "Gazetteer":
        """Give the gazetteer of one county and its ring; :class:`PlaceError` if the county does not ship."""
        return _read_gazetteer(data_folder(), (data_file("postcodes", county, "parquet")[0],))

    def find(self, postcode: str) -> Place:
        """
        Find where a postcode, sector or postcode district is.

        Raises
        ------
        PlaceError
            If it is no postcode, or one that the gazetteer does not know; the message says the cure.
        """
        reading = parse_postcode(postcode)
        if reading.precision == "none":
            raise PlaceError(
                f"{_short(postcode)!r} cannot be located ({reading.reason}); give a postcode such as NN1 5BD"
            )
        found = self.table([postcode]).iloc[0]
        if found["precision"] == "none":
            raise PlaceError(
                f"{reading.normal} is not known in {' or '.join(self.covers)} or 24 km around; {self._cure(reading)}"
            )
        return Place(
            str(found["postcode"]),
            float(found["easting"]),
            float(found["northing"]),
            found["precision"],
            float(found["uncertainty_metres"]),
            str(found["district"]),
            str(found["district_2021"]),
            str(found["lsoa"]),
        )

    def _cure(self, reading: PostcodeReading) -> str:
        sector = reading.normal[:-2] if reading.precision == "unit" else ""
        if sector and sector in self._groups.index:
            return f"check it, or give its sector {sector!r}"
        if (district := reading.normal.split(" ")[0]) in self._groups.index:
            return f"check it, or give its postcode district {district!r}"
        return "check it, or add its county with: triage-map data COUNTY"

    def table(self, texts: list[str]) -> pd.DataFrame:
        """
        Place many texts at once: one row a text, in order, with the columns of :class:`Place` and ``reason``.

        A text that cannot be placed has precision ``none``, no point, its own text as ``postcode`` and the reason.
        """
        distinct = list(dict.fromkeys(texts))
        readings = [self._reading(text) for text in distinct]
        rows = pd.DataFrame(
            {
                "postcode": [reading.normal for reading in readings],
                "precision": [reading.precision for reading in readings],
                "reason": [reading.reason if reading.precision == "none" else "" for reading in readings],
            },
            index=pd.Index(distinct, dtype=object),
            dtype="str",
        )
        return self._placed(rows).loc[texts].reset_index(drop=True)

    def _reading(self, text: str) -> PostcodeReading:
        """Read a text; a unit in XX that really exists is that unit, not a mask."""
        reading = parse_postcode(text)
        tight = re.sub(r"[^A-Z0-9]", "", _plain(reading.given))
        unit = f"{tight[:-3]} {tight[-3:]}"
        if reading.precision == "sector" and tight.endswith("XX") and unit in self.frame.index:
            return PostcodeReading(reading.given, unit, "unit", repaired=unit != reading.given, reason="")
        return reading

    def _placed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add point, doubt and areas to readings indexed by their text."""
        found = self._places.reindex(rows["postcode"]).set_axis(rows.index, axis="index")
        lost = found["easting"].isna()
        unit = rows["precision"].eq("unit") & ~lost
        found.loc[unit, "uncertainty_metres"] = self._doubt(found[unit], rows.loc[unit, "postcode"])
        unread = rows["precision"].eq("none")
        unknown = "postcode unknown to the gazetteer: " + rows["postcode"]
        return found.assign(
            postcode=rows["postcode"].where(~unread, pd.Series(rows.index.astype(str), index=rows.index)),
            precision=rows["precision"].where(~lost, "none"),
            reason=rows["reason"].where(unread | ~lost, unknown),
            **{column: found[column].fillna("") for column in ("district", "district_2021", "lsoa")},
        )[_PLACED]

    def nearest(self, easting: float, northing: float) -> str:
        """
        Name the live postcode whose point is nearest to a point in metres (EPSG:27700).

        Raises
        ------
        PlaceError
            If none is within 10 km: the point lies outside the counties and their rings.
        """
        live = self._live
        metres, row = self._tree.query([easting, northing])
        if not metres <= NEAREST_METRES:
            raise PlaceError(
                f"no postcode within {NEAREST_METRES // 1000} km of {easting:.0f}, {northing:.0f}; "
                f"choose a point in {' or '.join(self.covers)} or 24 km around"
            )
        return str(live.index[int(row)])

    @cached_property
    def _outward(self) -> pd.Series:
        return pd.Series(self.frame.index.str.split(" ").str[0], index=self.frame.index)

    @cached_property
    def _at_office(self) -> pd.Index:
        """Postcodes whose point is a mail office."""
        keyed = self.frame[["easting", "northing"]].assign(outward=self._outward)
        shared = keyed.groupby(["easting", "northing"])["outward"].agg(["size", "nunique"])
        points = shared[(shared["size"] >= OFFICE_POSTCODES) & (shared["nunique"] >= OFFICE_DISTRICTS)].index
        return self.frame.index[pd.MultiIndex.from_frame(self.frame[["easting", "northing"]]).isin(points)]

    @cached_property
    def _live(self) -> pd.DataFrame:
        """Live postcodes with a point of their own, in order of postcode."""
        own = self.frame[self.frame["live"] & ~self.frame.index.isin(self._at_office)]
        return own if len(own) else self.frame

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self._live[["easting", "northing"]].to_numpy(dtype="float64"))

    @cached_property
    def _points(self) -> cKDTree:
        """The distinct points of live postcodes."""
        return cKDTree(np.unique(self._live[["easting", "northing"]].to_numpy(dtype="float64"), axis=0))

    def _doubt(self, points: pd.DataFrame, postcodes: pd.Series) -> np.ndarray:
        """Give the doubt of units: half the way to the nearest other live point, at least 60 m; wide at an office."""
        metres, _ = self._points.query(points[["easting", "northing"]].to_numpy(dtype="float64"), k=2)
        half_way = np.where(metres[:, 0] > 0, metres[:, 0], metres[:, 1]) / 2
        half_way = np.where(np.isfinite(half_way), half_way, UNIT_METRES)  # inf: there is no other live point
        district = self._groups.reindex(postcodes.str.split(" ").str[0]).set_axis(points.index, axis="index")
        away = np.hypot(points["easting"] - district["easting"], points["northing"] - district["northing"])
        anywhere = (away + district["uncertainty_metres"]).fillna(UNIT_METRES)
        at_office = postcodes.isin(self._at_office).to_numpy()
        return np.asarray(np.maximum(UNIT_METRES, np.round(np.where(at_office, anywhere, half_way))))

    @cached_property
    def _places(self) -> pd.DataFrame:
        """Everything that has a place: units, sectors and postcode districts."""
        units = self.frame[[*_GROUPED, "lsoa"]].assign(uncertainty_metres=np.nan)
        return pd.concat([units, self._groups])

    @cached_property
    def _groups(self) -> pd.DataFrame:
        """Sectors and postcode districts: mean point of live postcodes, 90th percentile away, commonest districts."""
        everywhere = self.frame[~self.frame.index.isin(self._at_office)]
        by_sector = pd.Series(everywhere.index.str[:-2], index=everywhere.index)
        by_district = self._outward
        parts = [_group(self._live, by_sector), _group(self._live, by_district)]
        for keys, frame in ((by_sector, everywhere), (by_district, everywhere), (by_district, self.frame)):
            done = {key for part in parts for key in part.index}
            left = frame[~keys.reindex(frame.index).isin(done)]
            parts += [_group(left, keys)] if len(left) else []
        return pd.concat(parts)


_GROUPED = ("easting", "northing", "district", "district_2021")
_PLACED = [
    "postcode",
    "easting",
    "northing",
    "precision",
    "uncertainty_metres",
    "district",
    "district_2021",
    "lsoa",
    "reason",
]


def _group(frame: pd.DataFrame, keys: pd.Series) -> pd.DataFrame:
    """Mean point, doubt and commonest districts of each group of postcodes; no LSOA, since a group spans many."""
    own = frame[list(_GROUPED)].assign(key=keys.reindex(frame.index))
    groups = own.groupby("key")
    mean = groups[["easting", "northing"]].mean()
    away = np.hypot(*(own[axis] - own["key"].map(mean[axis]) for axis in ("easting", "northing")))
    doubt = away.groupby(own["key"]).quantile(0.9).clip(lower=UNIT_METRES).round()
    common = {column: _commonest(own, column) for column in ("district", "district_2021")}
    return mean.assign(uncertainty_metres=doubt, **common, lsoa="")


def _commonest(own: pd.DataFrame, column: str) -> pd.Series:
    votes = own.groupby(["key", column]).size().rename("votes").reset_index()
    best = votes.sort_values(["key", "votes", column], ascending=[True, False, True]).drop_duplicates("key")
    return best.set_index("key")[column]


@cache
def _read_gazetteer(folder: Path, names: tuple[str, ...]) -> Gazetteer:
    if not names:
        raise SourceError(f"no county has its data in {folder}; derive one with: triage-map data COUNTY")
    parts = []
    for name in names:
        _, path = data_file("postcodes", name, "parquet")
        try:
            parts.append(pd.read_parquet(path))
        except (OSError, ValueError) as error:
            raise SourceError(f"{path} cannot be read as Parquet; derive it again: triage-map data {name!r}") from error
    everything = pd.concat(parts, ignore_index=True).sort_values(["postcode", "in_county"], ascending=[True, False])
    return Gazetteer(everything.drop_duplicates("postcode").set_index("postcode"), names)
