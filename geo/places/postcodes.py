"""Postcodes: read what people typed with the help of a list, and find where it is. One reading, or none and why."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.spatial import cKDTree

from geo.errors import PlaceError, SchemaError, SourceError
from geo.places.boundaries import counties, data_file
from geo.places.postcode_forms import (
    MISTAKEN,
    NOT_A_POSTCODE,
    WIDER_DIGITS_FOR,
    WIDER_LETTERS_FOR,
    PostcodePrecision,
    PostcodeReading,
    either,
    first_part,
    is_unit,
    look_alikes,
    no_place,
    not_a_postcode,
    parse_postcode,
    partial_look_alikes,
    shorten,
    tighten,
    unread,
)
from geo.settings import data_folder

__all__ = ["Gazetteer", "Place", "PostcodePrecision", "PostcodeReading", "parse_postcode"]

UNIT_METRES = 60.0
"""Least doubt of a unit postcode's point. Assumption: a postcode is about 15 addresses, and half of the live postcode
points of Northamptonshire and its ring have another within 60 m (measured on the shipped gazetteer)."""

OFFICE_DISTRICTS = 3
OFFICE_POSTCODES = 20
"""A point shared by this many postcodes, of this many postcode districts, is a mail office, not where addresses are."""

NEAREST_METRES = 10_000
"""Beyond this, the nearest postcode says nothing about a point."""

SURE_METRES = 100.0
"""A point no more doubtful than this lies in the areas of the nearest live postcode; a wider one in the commonest."""

SINCE_LOOKUP = 202205
"""The first month that the lookup of May 2022 does not know: ``introduced`` here means in this month or later."""


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
    ``introduced`` and ``terminated`` are months (201403 is March 2014; terminated 0: not by April 2022). Wrong for a
    postcode introduced after November 2025, and at the outer edge of the ring, where a sector is cut.

    Raises
    ------
    SchemaError
        If the table lacks a column or holds a postcode twice.
    """

    frame: pd.DataFrame
    covers: tuple[str, ...]

    def __post_init__(self) -> None:
        if missing := sorted({*_FRAME} - set(self.frame.columns)):
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
        reading = self.read(postcode)
        if reading.precision == "none":
            raise PlaceError(
                f"{shorten(postcode)!r} cannot be located ({reading.reason}); give a postcode such as NN1 5BD"
            )
        found = self.table([postcode]).iloc[0]
        if found["precision"] == "none":
            raise PlaceError(
                f"{reading.normal} is not known in {self._counties} or 24 km around; {self._cure(reading)}"
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

    @property
    def _counties(self) -> str:
        return " or ".join(self.covers)

    def _cure(self, reading: PostcodeReading) -> str:
        sector = reading.normal[:-2] if reading.precision == "unit" else ""
        if sector and sector in self._groups.index:
            return f"check it, or give its sector {sector!r}"
        if (district := reading.normal.split(" ")[0]) in self._groups.index:
            return f"check it, or give its postcode district {district!r}"
        return "check it, or add its county with: triage-map data COUNTY"

    def read(self, text: str, *, repair: bool = True) -> PostcodeReading:
        """
        Read a text as a postcode, and repair it where exactly one reading of its look-alikes is in the gazetteer.

        O and 0, I, L and 1, S and 5, B and 8, Z and 2 are look-alikes here. What is in the gazetteer as it stands is
        never changed, and neither is a well-formed postcode of a postcode district outside it, which may well exist.
        Where several readings exist the text is not read, and the reason names them. A unit in XX that exists is that
        unit, not a mask. A unit whose first part ends at another place than a postcode district that stands apart in
        the text ('NN11 DE' for NN1 1DE) is not read, since a digit may be lost. Without ``repair`` look-alikes are
        left as they are: for texts where a postcode is not expected, and a word may look like one; what is none is not
        quoted in the reason then. Wrong where the true postcode is younger than the gazetteer.
        """
        tight = tighten(text)
        if other := self._slip(text, tight):
            return unread(text, either(text, [f"{tight[:-3]} {tight[-3:]}", other]) if repair else NOT_A_POSTCODE)
        if self._row_of(tight) is not None:
            normal = f"{tight[:-3]} {tight[-3:]}"
            return PostcodeReading(text, normal, "unit", repaired=normal != text, reason="")
        reading = parse_postcode(text)
        if not repair:
            nothing = reading.reason == MISTAKEN or reading.reason.startswith(NOT_A_POSTCODE)
            return unread(text, NOT_A_POSTCODE) if nothing else reading
        return reading if self._stands(reading) else self._repaired(reading, tight)

    def _slip(self, text: str, tight: str) -> str:
        """Say what else a unit may be where a postcode district of this gazetteer stands apart in it, or nothing."""
        outward = first_part(text)
        if not is_unit(tight) or outward in (tight, tight[:-3]) or not self._has(outward):
            return ""
        slip = "lacks a digit" if len(outward) > len(tight) - 3 else "has a digit too many"
        return f"a postcode of {outward} that {slip}"

    def _stands(self, reading: PostcodeReading) -> bool:
        """Say whether a reading is not to be tried for look-alikes."""
        if reading.precision == "none":
            return no_place(reading.given) != ""
        if reading.reason == MISTAKEN:
            return False
        normal = reading.normal
        known = self._row_of(normal.replace(" ", "")) is not None if reading.precision == "unit" else self._has(normal)
        return known or (reading.precision == "unit" and not self._has(normal.split(" ")[0]))

    def _repaired(self, reading: PostcodeReading, tight: str) -> PostcodeReading:
        candidates = look_alikes(tight, WIDER_LETTERS_FOR, WIDER_DIGITS_FOR)
        units = sorted(unit for unit in candidates if self._row_of(unit.replace(" ", "")) is not None)
        if len(units) > 1:
            return unread(reading.given, either(reading.given, units))
        if units:
            return PostcodeReading(reading.given, units[0], "unit", repaired=True, reason=MISTAKEN)
        partial = partial_look_alikes(reading.given, WIDER_LETTERS_FOR, WIDER_DIGITS_FOR)
        groups = sorted(group for group in partial if self._has(group))
        if len(groups) > 1:
            return unread(reading.given, either(reading.given, groups))
        if groups:
            precision: PostcodePrecision = "sector" if " " in groups[0] else "district"
            return PostcodeReading(reading.given, groups[0], precision, repaired=True, reason=MISTAKEN)
        return reading

    def _row_of(self, tight: str) -> int | None:
        return self._rows.get(tight)

    def _has(self, group: str) -> bool:
        """Say whether any postcode of a sector or postcode district is here."""
        return group in self._group_names

    def table(self, texts: Iterable[str], *, repair: bool = True) -> pd.DataFrame:
        """
        Place many texts at once: one row a text, in order, each distinct text read once, as :meth:`read` does.

        A text that cannot be placed has precision ``none``, no point, its own text as ``postcode`` and the reason.

        Returns
        -------
        The columns of :class:`Place`, then ``reason`` (why not placed), ``remark`` (how a text was read that did not
        say its postcode as it is), ``introduced``, ``terminated`` and ``live`` (of units; 0 and true for others).
        """
        given = pd.Series(texts, dtype="str").fillna("").reset_index(drop=True)
        row = self._units_as_typed(given)
        read = self._readings(given[row < 0], repair)
        row[read.index] = read["row"]
        placed = self._places.take(row).set_axis(given.index, axis="index").assign(reason="", remark="")
        placed = placed.astype({"reason": "str", "remark": "str"})
        lost = read["row"] < 0
        postcode = read["normal"].where(read["precision"] != "none", read["given"])
        texts_of_read = {"postcode": postcode, "reason": self._reasons(read, lost), "remark": _remarks(read, lost)}
        for column, values in texts_of_read.items():
            placed.loc[read.index, column] = values
        return placed[_PLACED]

    def _units_as_typed(self, given: pd.Series) -> np.ndarray:
        """Give the row of each text that is a unit here but for its case and outer marks, and -1 for any other."""
        texts = pa.array(given, type=pa.large_string())
        row = pc.index_in(pc.ascii_upper(_typed(texts)), value_set=self._tight).fill_null(-1)
        whole = pc.and_(pc.string_is_ascii(texts), pc.match_substring_regex(texts, _TWO_PARTS))
        return np.where(whole, row, -1).astype("int64")

    def _readings(self, given: pd.Series, repair: bool) -> pd.DataFrame:
        """Read texts: ``given, normal, precision, why`` and ``row`` (of the places, -1 for none)."""
        never = _is_never(given)
        words = given[never].map(not_a_postcode) if repair else NOT_A_POSTCODE
        nothing = pd.DataFrame({"given": given[never], "normal": "", "precision": "none", "why": words, "row": -1})
        by_text = {text: self.read(text, repair=repair) for text in given[~never].unique()}
        read = [by_text[text] for text in given[~never]]
        columns = [(one.given, one.normal, one.precision, one.reason, self._place_of(one)) for one in read]
        return pd.concat([nothing, pd.DataFrame(columns, index=given.index[~never], columns=nothing.columns)]).astype(
            {"given": "str", "normal": "str", "precision": "str", "why": "str", "row": "int64"}
        )

    def _place_of(self, reading: PostcodeReading) -> int:
        """Give the row of a reading in the places, -1 for none."""
        if reading.precision == "unit":
            return self._rows.get(reading.normal.replace(" ", ""), -1)
        return self._group_rows.get(reading.normal, -1)

    def _reasons(self, read: pd.DataFrame, lost: pd.Series) -> pd.Series:
        """Say why each text that has no place has none."""
        reasons = read["why"].where(lost, "")
        unknown = lost & (read["precision"] != "none")
        here = read.loc[unknown, "normal"].str.split(" ").str[0].isin(self._group_names)
        normal = read.loc[unknown, "normal"]
        outside = f"in no postcode district of {self._counties} or 24 km around: " + normal
        reasons[unknown] = ("no such postcode by November 2025: " + normal).where(here, outside)
        return reasons

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

    def areas_at(self, points: pd.DataFrame) -> pd.DataFrame:
        """
        Give the districts and the LSOA that points lie in, by the live postcodes around them.

        A point known to 100 m takes those of the nearest live postcode, wrong within a few hundred metres of a border
        in the country. A wider one takes the commonest districts of the postcodes within its doubt, and an LSOA only
        where all of them share it. A point more than 10 km from every postcode has none.

        Parameters
        ----------
        points
            ``easting, northing, uncertainty_metres``.

        Returns
        -------
        ``district, district_2021, lsoa`` (empty where not known) and ``metres`` to the nearest live postcode, indexed
        as ``points``.
        """
        at = points[["easting", "northing"]].to_numpy(dtype="float64")
        metres, row = self._tree.query(at) if len(at) else (np.empty(0), np.empty(0, dtype="int64"))
        near = metres <= NEAREST_METRES
        live = {column: self._live[column].to_numpy(dtype=object) for column in _AREAS}
        areas = {column: np.where(near, names[np.where(near, row, 0)], "") for column, names in live.items()}
        doubt = points["uncertainty_metres"].to_numpy(dtype="float64")
        for place in np.flatnonzero(near & (doubt > SURE_METRES)):
            around = self._tree.query_ball_point(at[place], max(doubt[place], metres[place] * _HAIR))
            for column, names in live.items():
                areas[column][place] = _shared(names[around], column)
        return pd.DataFrame(areas, index=points.index).astype("str").assign(metres=metres)

    @cached_property
    def _outward(self) -> pd.Series:
        return pd.Series(self.frame.index.str[:-4], index=self.frame.index)  # without the space and three characters

    @cached_property
    def _sector(self) -> pd.Series:
        return pd.Series(self.frame.index.str[:-2], index=self.frame.index)

    @cached_property
    def _at_office(self) -> np.ndarray:
        """Whether the point of each row is a mail office."""
        keyed = self.frame[["easting", "northing"]].assign(outward=self._outward.factorize()[0])
        shared = keyed.groupby(["easting", "northing"])["outward"]
        size, districts = shared.transform("size"), shared.transform("nunique")
        return np.asarray((size >= OFFICE_POSTCODES) & (districts >= OFFICE_DISTRICTS))

    @cached_property
    def _is_live(self) -> np.ndarray:
        """Whether each row is live with a point of its own; each of them if none is."""
        own = self.frame["live"].to_numpy() & ~self._at_office
        return own if own.any() else np.ones(len(own), dtype="bool")

    @cached_property
    def _live(self) -> pd.DataFrame:
        """Live postcodes with a point of their own, in order of postcode."""
        return self.frame[self._is_live]

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self._live[["easting", "northing"]].to_numpy(dtype="float64"))

    @cached_property
    def _doubt(self) -> np.ndarray:
        """The doubt of each row: half the way to the nearest other live point, at least 60 m; wide at an office."""
        points = cKDTree(self._live[["easting", "northing"]].drop_duplicates().to_numpy(dtype="float64"))
        metres, _ = points.query(self.frame[["easting", "northing"]].to_numpy(dtype="float64"), k=2)
        half_way = np.where(metres[:, 0] > 0, metres[:, 0], metres[:, 1]) / 2
        half_way = np.where(np.isfinite(half_way), half_way, UNIT_METRES)  # inf: there is no other live point
        half_way[self._at_office] = self._office_doubt()
        return np.asarray(np.maximum(UNIT_METRES, np.round(half_way)))

    def _office_doubt(self) -> np.ndarray:
        """Give the doubt of units at a mail office: as far as the edge of their postcode district."""
        points = self.frame[self._at_office]
        district = self._groups.reindex(self._outward[self._at_office]).set_axis(points.index, axis="index")
        away = np.hypot(points["easting"] - district["easting"], points["northing"] - district["northing"])
        return np.asarray((away + district["uncertainty_metres"]).fillna(UNIT_METRES), dtype="float64")

    @cached_property
    def _tight(self) -> pa.Array:
        """Each postcode without its space."""
        return pc.replace_substring(pa.array(self.frame.index, type=pa.large_string()), " ", "")

    @cached_property
    def _rows(self) -> dict[str, int]:
        """The row of each postcode, written without its space."""
        return {name: row for row, name in enumerate(self._tight.to_pylist())}

    @cached_property
    def _group_rows(self) -> dict[str, int]:
        """The row of each sector and postcode district in the places, which hold the units first."""
        return {name: row for row, name in enumerate(self._groups.index, start=len(self.frame))}

    @cached_property
    def _group_names(self) -> frozenset[str]:
        """The sectors and postcode districts that any postcode here belongs to."""
        return frozenset(self._outward.unique()) | frozenset(self._sector.unique())

    @cached_property
    def _groups(self) -> pd.DataFrame:
        """
        Sectors and postcode districts: mean point of live postcodes, 90th percentile away, commonest districts.

        One without a live postcode is that of its terminated ones; a district of mail offices alone is theirs.
        """
        rank = np.where(self._is_live, 0, np.where(self._at_office, 2, 1))
        ranked = self.frame[list(_GROUPED)].assign(rank=rank)
        sectors = ranked.assign(key=self._sector)[~self._at_office]
        return _groups_of(pd.concat([sectors, ranked.assign(key=self._outward)], ignore_index=True))

    @cached_property
    def _places(self) -> pd.DataFrame:
        """Every unit, then every sector and postcode district, and last (row -1) no place at all."""
        units = self.frame.assign(precision="unit", uncertainty_metres=self._doubt)
        unitless = {"introduced": 0, "terminated": 0, "live": True}
        sector = self._groups.index.str.contains(" ")
        groups = self._groups.assign(precision=np.where(sector, "sector", "district"), **unitless)
        nowhere = pd.DataFrame({"precision": "none", **dict.fromkeys(_AREAS, ""), **unitless}, index=[""])
        places = pd.concat([units, groups, nowhere])
        texts = dict.fromkeys(("postcode", "precision", *_AREAS), "str")
        months = dict.fromkeys(("introduced", "terminated"), "int32")
        return places.assign(postcode=places.index).astype({**texts, **months, "live": "bool"})[_PLACE]


_HAIR = 1 + 1e-9
"""A radius that should just reach a point is made longer by this, since its square may be rounded down."""

_TWO_PARTS = "^[^A-Za-z0-9]*[A-Za-z0-9]+[^A-Za-z0-9]*[0-9][A-Za-z]{2}[^A-Za-z0-9]*$"
"""A text whose marks, if any, stand around its two parts alone; any other is read by itself."""

_AREAS = ("district", "district_2021", "lsoa")
_GROUPED = ("easting", "northing", "district", "district_2021")
_FRAME = ("easting", "northing", "live", "introduced", "terminated", "in_county", *_AREAS)
_MONTHS = ("introduced", "terminated", "live")
_PLACE = ["postcode", "easting", "northing", "precision", "uncertainty_metres", *_AREAS, *_MONTHS]
_PLACED = [*_PLACE[:-3], "reason", "remark", *_MONTHS]


def standing_for(frame: pd.DataFrame, lsoas: Collection[str]) -> pd.DataFrame:
    """
    Give the postcodes that stand for LSOAs: the live ones, or all where an LSOA has none left.

    Parameters
    ----------
    frame
        The frame of a :class:`Gazetteer`.

    Raises
    ------
    SchemaError
        If an LSOA has no postcode at all.
    """
    mine = frame[frame["lsoa"].isin(lsoas).to_numpy()]
    points = mine[(mine["live"] | ~mine.groupby("lsoa")["live"].transform("any")).to_numpy()]
    if missing := set(lsoas) - set(points["lsoa"].unique()):
        raise SchemaError(f"{len(missing)} places have no postcode (first: {min(missing)!r}); load that county's data")
    return points


def districts_of(frame: pd.DataFrame, lsoas: Collection[str]) -> pd.DataFrame:
    """
    Give the district of LSOAs in both editions (``district``, ``district_2021``): where most of their postcodes lie.

    ``frame`` is that of a :class:`Gazetteer`; one row an LSOA, in the order given.
    """
    points = standing_for(frame, lsoas)
    common = {edition: _commonest(points, "lsoa", edition) for edition in ("district", "district_2021")}
    return pd.DataFrame(common).reindex(list(lsoas))


def _typed(texts: pa.Array) -> pa.Array:
    """Give the plain letters and digits of texts alone."""
    return pc.replace_substring_regex(texts, "[^A-Za-z0-9]+", "")


def _is_never(given: pd.Series) -> np.ndarray:
    """
    Say which texts can hold no postcode: plain numbers, and longer plain texts without a letter before a digit.

    Only a matter of speed: each would be read as no postcode one by one, too.
    """
    texts = pa.array(given, type=pa.large_string())
    typed = _typed(texts)
    letters = pc.match_substring_regex(typed, "[A-Za-z]")
    number = pc.and_(pc.invert(letters), pc.match_substring_regex(typed, "[1-9]"))
    words = pc.and_(pc.greater(pc.utf8_length(typed), 16), pc.invert(pc.match_substring_regex(texts, "[A-Za-z][0-9]")))
    return np.asarray(pc.and_(pc.string_is_ascii(texts), pc.or_(number, words)))


def _remarks(read: pd.DataFrame, lost: pd.Series) -> pd.Series:
    """Say how each placed text was read that does not say its postcode, sector or district as it is."""
    said = lost | read["why"].isin(("", "only the sector is recorded", "only the postcode district"))
    rows = read.loc[~said, ["given", "normal", "why"]].itertuples(index=False, name=None)
    words = pd.Series("", index=read.index, dtype="str")
    words[~said] = [_remark(*row) for row in rows]
    return words


def _remark(given: str, normal: str, why: str) -> str:
    if "longer text" in why:
        return f"{normal} taken out of a longer text"  # an address is not to be repeated
    return f"read {shorten(given)} as {normal}: {why}"


def _shared(names: np.ndarray, column: str) -> str:
    """Give the commonest district, the first by name among equals; of an LSOA only one that all share."""
    found, counts = np.unique(names.astype(str), return_counts=True)
    if column == "lsoa" and len(found) > 1:
        return ""
    return str(found[counts.argmax()])


def _groups_of(keyed: pd.DataFrame) -> pd.DataFrame:
    """Mean point, doubt and commonest districts of the postcodes of lowest rank of each key; no LSOA, it spans many."""
    keyed = keyed.assign(key=keyed["key"].astype("category"))
    own = keyed[keyed["rank"] == keyed.groupby("key", observed=True)["rank"].transform("min")]
    groups = own.groupby("key", observed=True)
    mean = groups[["easting", "northing"]].mean()
    away = np.hypot(*(own[axis] - groups[axis].transform("mean") for axis in ("easting", "northing")))
    doubt = away.groupby(own["key"], observed=True).quantile(0.9).clip(lower=UNIT_METRES).round()
    common = {column: _commonest(own, "key", column) for column in ("district", "district_2021")}
    found = mean.assign(uncertainty_metres=doubt, **common, lsoa="")
    return found.set_axis(found.index.astype("str"), axis="index")


def _commonest(own: pd.DataFrame, key: str, column: str) -> pd.Series:
    """Give the commonest value of a column for each key; the first by name where several are."""
    votes = own.groupby([key, column], observed=True).size().rename("votes").reset_index()
    best = votes.sort_values([key, "votes", column], ascending=[True, False, True]).drop_duplicates(key)
    return best.set_index(key)[column]


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
