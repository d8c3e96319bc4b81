"""Put incidents on the ground by postcode, grid point or named place; what cannot be located stays, and says why."""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import GRID
from geo.places.grid_references import read_points
from geo.places.named import NAMED_METRES, NO_PLACES, NamedPlace, PlaceList
from geo.places.postcode_forms import NOT_A_POSTCODE
from geo.places.postcodes import NEAREST_METRES, SINCE_LOOKUP, Gazetteer
from geo.tables import INCIDENT_COLUMNS, LOCATED_COLUMNS, check, names

WIDE_METRES = 1_000.0
"""A point more doubtful than this (a grid square of 10 km) gives way to a sector or postcode district."""

NEVER_RELEASED = "never to be released"
"""What the remark says of a place that the scheme's list keeps back."""

_RANKS = {"unit": 0, "easting_northing": 1, "grid_reference": 2, "named_place": 3, "sector": 4, "district": 5}
_WIDE, _NOWHERE = 6, 9
_FOUND = (
    *(column for column in INCIDENT_COLUMNS if column.name == "postcode"),
    *LOCATED_COLUMNS[len(INCIDENT_COLUMNS) :],
)
_AREAS = ["district", "district_2021", "lsoa"]
_POINT = ["easting", "northing", "uncertainty_metres"]
_UNRECORDED = "no postcode recorded"

_DATED = (
    "withdrawn {end}, before this incident",
    "withdrawn {end} and used anew since, perhaps for another place",
    "withdrawn {end}; this incident has no date",
    "introduced {start}, after this incident",
    "withdrawn since 2022-05, in a month not known, perhaps before this incident",
)
_KEY = 10**6
"""A month (201403) is less than this, so that two of them make one number."""


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """A text for each row, by its number in a list of distinct texts; number 0 is the empty text."""

    numbers: np.ndarray
    texts: pd.Series

    @classmethod
    def of(cls, rows: np.ndarray, keys: np.ndarray, say: Callable[[np.ndarray], pd.Series]) -> "_Words":
        """Say something of each of ``rows`` by its key, each distinct key once, and nothing of the other rows."""
        numbers = np.zeros(len(keys), dtype="int64")
        found, distinct = pd.factorize(keys[rows])
        numbers[rows] = found + 1
        return cls(numbers, pd.concat([pd.Series("", index=[0], dtype="str"), say(distinct)], ignore_index=True))

    def then(self, other: "_Words") -> "_Words":
        """Write two texts as one."""
        width = len(other.texts)
        keys = self.numbers * width + other.numbers
        return self.of(
            keys > 0, keys, lambda key: _joined(_at(self.texts, key // width), _at(other.texts, key % width))
        )

    def series(self) -> pd.Series:
        """Give the text of each row."""
        return _at(self.texts, self.numbers)


def locate(incidents: pd.DataFrame, gazetteer: Gazetteer, places: PlaceList = NO_PLACES) -> gpd.GeoDataFrame:
    """
    Add the place of each incident: point, precision, doubt, district of both editions and LSOA.

    Looked for in this order: a full postcode, easting and northing, a grid reference, a named place of the list, a
    postcode sector, a postcode district, a grid square of 10 km; postcodes first in ``postcode`` and then in
    ``location``, the others the other way round. Postcodes are repaired only in ``postcode``, and only where exactly
    one reading exists in the gazetteer.

    A unit postcode gives its point, with a doubt of at least 60 m; a sector or a postcode district gives the mean point
    of its live postcodes, the distance within which 9 in 10 of them lie, its commonest district and no LSOA. A unit
    at a mail office has a doubt as wide as its postcode district. Points and named places take the areas of the live
    postcodes around them. Every row comes back in its order: one that cannot be located has precision ``none``, no
    point, and ``not_located_because``. ``place_remark`` says what to know of how a place was found: a repair, a
    postcode that was withdrawn or not yet introduced on the day of the incident. Wrong where the recorded postcode is
    that of a person's home or of the police station, and not of the scene: this cannot be seen from the postcode.

    Parameters
    ----------
    incidents
        A frame that holds the columns of ``INCIDENT_COLUMNS``; it is left alone.
    gazetteer
        The postcodes of the counties and their rings.
    places
        The user's list of junctions, marker posts and other named places.

    Returns
    -------
    The columns of ``LOCATED_COLUMNS`` and the geometry ``point`` (EPSG:27700, metres; none where not located).
    ``postcode`` becomes the normal form where it could be read, and stays as recorded where not; a postcode that gave
    the place from ``location`` stands there too, and the remark says so.

    Raises
    ------
    SchemaError
        If ``incidents`` does not keep the incident contract.
    """
    rows = check(incidents, INCIDENT_COLUMNS, "incidents")
    found = _found(rows, gazetteer, places)
    located = rows.assign(**{column.name: found[column.name] for column in _FOUND})
    check(located, _FOUND, "located incidents")
    located = located[names(LOCATED_COLUMNS)].assign(point=found["point"])
    return gpd.GeoDataFrame(located, geometry="point", crs=GRID, copy=False)


def _found(rows: pd.DataFrame, gazetteer: Gazetteer, places: PlaceList) -> pd.DataFrame:
    """Place each row: read each distinct postcode and location once, and choose between the two by their ranks."""
    first, postcode_texts = pd.factorize(rows["postcode"])
    second, location_texts = pd.factorize(rows["location"])
    by_postcode = _read(pd.Series(postcode_texts, dtype="str"), gazetteer, places, repair=True)
    by_location = _read(pd.Series(location_texts, dtype="str"), gazetteer, places, repair=False)
    read = pd.concat([by_postcode, by_location], ignore_index=True)
    second = second + len(by_postcode)
    rank = read["rank"].to_numpy()
    point = (rank >= _RANKS["easting_northing"]) & (rank <= _RANKS["named_place"])
    taken = (rank[second] < rank[first]) | ((rank[second] == rank[first]) & point[second])
    place = np.where(taken, second, first)
    from_location = taken & read["located_by"].eq("postcode").to_numpy()[place]
    remarked = read["remark"].ne("").to_numpy()[place]
    remarks = (
        _Words.of(remarked, place, lambda at: _at(read["remark"], at))
        .then(_Words.of(from_location, first, lambda at: _from_location(_at(read["given"], at))))
        .then(_dated_remarks(read[["introduced", "terminated", "live", "rank"]].take(place), rows["received_on"]))
    )
    columns = {column: _at(read[column], place) for column in ("precision", "located_by", *_POINT, *_AREAS)}
    columns["postcode"] = _at(read["postcode"], np.where(from_location, second, first))
    columns["not_located_because"] = _reasons(read["reason"], first, second, rank[place] == _NOWHERE).series()
    columns["place_remark"] = remarks.series()
    columns["point"] = _points_at(read, place)
    return pd.DataFrame(columns).set_index(rows.index)


def _at(values: pd.Series, rows: np.ndarray) -> pd.Series:
    """Give the values at some rows, numbered anew."""
    return values.take(rows).reset_index(drop=True)


def _points_at(read: pd.DataFrame, place: np.ndarray) -> gpd.GeoSeries:
    """Give the point of each row, made once for each distinct text, and none where there is no place."""
    known = read["easting"].notna().to_numpy()
    points = gpd.points_from_xy(read.loc[known, "easting"], read.loc[known, "northing"], crs=GRID)
    number = np.where(known, np.cumsum(known) - 1, -1)
    return gpd.GeoSeries(points.take(number[place], allow_fill=True))


def _reasons(reason: pd.Series, first: np.ndarray, second: np.ndarray, lost: np.ndarray) -> _Words:
    """Say why neither the postcode nor the location of lost rows gives a place."""
    ours = _Words.of(lost, first, lambda at: _at(reason, at))
    return ours.then(_Words.of(lost, second, lambda at: _of_location(_at(reason, at))))


def _of_location(reason: pd.Series) -> pd.Series:
    unfound = reason.mask(reason.eq(_UNRECORDED), "")
    unfound = unfound.mask(unfound.eq(NOT_A_POSTCODE), "no point, postcode or place of the list")
    return unfound.mask(unfound.ne(""), "location: " + unfound)


def _read(texts: pd.Series, gazetteer: Gazetteer, places: PlaceList, *, repair: bool) -> pd.DataFrame:
    """
    Give what each distinct text says of a place, as a postcode or else as a point or a named place, with its rank.

    A text that is a postcode in the gazetteer is not read as anything else: NN15 is a postcode district here, though
    it is also a grid square of 10 km in Scotland. 'M1' alone is a road, unless the scheme's area holds M1.
    """
    table = gazetteer.table(texts, repair=repair)
    located = table["precision"].ne("none")
    located_by = _at(pd.Series(["none", "postcode"], dtype="str"), located.to_numpy().astype("int64"))
    table = table.assign(given=texts, located_by=located_by, rank=_ranks(table["precision"]))
    other = ~located & texts.ne("")
    if other.any():
        points = _points(texts[other], gazetteer, places)
        columns = [column for column in points if column != "reason"]
        placed = points.index[points["precision"] != "none"]
        table.loc[placed, columns] = points.loc[placed, columns]
        explained = points.index[points["reason"] != ""]
        table.loc[explained, "reason"] = points.loc[explained, "reason"]
        table.loc[placed, "reason"] = ""
    return table


def _ranks(kinds: pd.Series) -> np.ndarray:
    """Give the rank of each kind of place: the lower, the surer."""
    numbers, found = pd.factorize(kinds)
    ranks = np.array([_RANKS.get(kind, _NOWHERE) for kind in found], dtype="int64")
    return np.asarray(ranks[numbers])


def _points(texts: pd.Series, gazetteer: Gazetteer, places: PlaceList) -> pd.DataFrame:
    """Read texts that are no postcodes as points or named places, and give the areas these lie in."""
    points = read_points(texts).rename(columns={"kind": "located_by"}).assign(remark="")
    if places.places:
        points = _with_names(points, texts, gazetteer, places)
    placed = points["located_by"] != "none"
    areas = gazetteer.areas_at(points.loc[placed, _POINT])
    wide = points["located_by"].eq("grid_reference") & (points["uncertainty_metres"] > WIDE_METRES)
    points = points.assign(
        rank=np.where(wide, _WIDE, _ranks(points["located_by"])),
        precision=pd.Series("place", index=points.index, dtype="str").where(placed, "none"),
        **{column: areas[column].reindex(points.index, fill_value="").astype("str") for column in _AREAS},
    )
    far = areas.index[areas["metres"] > NEAREST_METRES]
    if len(far):
        points.loc[far, "remark"] = _joined(points.loc[far, "remark"], _far_remarks(points.loc[far], gazetteer))
    return points


def _with_names(points: pd.DataFrame, texts: pd.Series, gazetteer: Gazetteer, places: PlaceList) -> pd.DataFrame:
    """Put the places of the list where a text that is no point names one."""
    listed = dict(zip(places.places, _listed(places, gazetteer), strict=True))
    unread = texts[points["located_by"].eq("none")]
    found = {at: listed[place] for at, text in unread.items() if (place := places.find(text))}
    if not found:
        return points
    return points.assign(
        **{
            column: points[column].where(
                ~points.index.isin(list(found)), pd.Series({at: one[column] for at, one in found.items()})
            )
            for column in (*_POINT, "located_by", "reason", "remark")
        }
    )


def _listed(places: PlaceList, gazetteer: Gazetteer) -> list[dict[str, Any]]:
    """Give the point, doubt and words of each place of the list, by its own point or else by its postcode."""
    table = gazetteer.table([place.postcode for place in places.places], repair=False)
    return [_one(place, row) for place, row in zip(places.places, table.to_dict("records"), strict=True)]


def _one(place: NamedPlace, row: dict[Hashable, Any]) -> dict[str, Any]:
    pointed = math.isfinite(place.easting)
    east, north, doubt = (
        (place.easting, place.northing, NAMED_METRES) if pointed else (row[column] for column in _POINT)
    )
    known = math.isfinite(east)
    lost = f"the list of places puts {place.name!r} at the postcode {place.postcode}, which is not known here"
    return {
        "easting": east,
        "northing": north,
        "uncertainty_metres": doubt if math.isnan(place.uncertainty_metres) or not known else place.uncertainty_metres,
        "located_by": "named_place" if known else "none",
        "reason": "" if known else lost,
        "remark": (f"named place {place.name!r}" + f", {NEVER_RELEASED}" * place.sensitive) if known else "",
    }


def _far_remarks(points: pd.DataFrame, gazetteer: Gazetteer) -> pd.Series:
    """Say that points lie far from every postcode, and whether they would not with easting and northing swapped."""
    swapped = points[_POINT].set_axis(["northing", "easting", "uncertainty_metres"], axis="columns")
    mended = gazetteer.areas_at(swapped)["metres"].le(NEAREST_METRES) & points["located_by"].eq("easting_northing")
    words = pd.Series(f"more than 10 km from any postcode of {' or '.join(gazetteer.covers)}", index=points.index)
    return words.mask(mended, words + ": easting and northing may be swapped").astype("str")


def _from_location(recorded: pd.Series) -> pd.Series:
    words = pd.Series("postcode taken from the location", index=recorded.index, dtype="str")
    return words.mask(recorded.str.strip().ne(""), words + "; the postcode says " + recorded)


def _dated_remarks(found: pd.DataFrame, received_on: pd.Series) -> _Words:
    """Say where a unit postcode was withdrawn before the day of its incident, or introduced after it; by the month."""
    month = (received_on.dt.year * 100 + received_on.dt.month).fillna(0).to_numpy().astype("int64")
    start, end, live = (found[column].to_numpy() for column in ("introduced", "terminated", "live"))
    unit = (found["rank"].to_numpy() == _RANKS["unit"]) & (start > 0)
    dated, ended = unit & (month > 0), unit & (end > 0)
    over = dated & ended & (month > end)
    lost = dated & ~live & (end == 0) & (start < SINCE_LOOKUP) & (month >= SINCE_LOOKUP)
    sorts = (over & ~live, over & live, ended & (month == 0), dated & (start > month), lost)
    sort = np.select(sorts[::-1], range(len(sorts) - 1, -1, -1), default=-1)  # the last that holds
    return _Words.of(sort >= 0, (sort * _KEY + start) * _KEY + end, _dated_words)


def _dated_words(keys: np.ndarray) -> pd.Series:
    words = [
        _DATED[key // _KEY**2].format(start=_month(key // _KEY % _KEY), end=_month(key % _KEY)) for key in keys.tolist()
    ]
    return pd.Series(words, dtype="str")


def _month(number: int) -> str:
    """
    Write a month of the gazetteer.

    Examples
    --------
    >>> _month(201403)
    '2014-03'
    """
    return f"{number // 100}-{number % 100:02d}" + (" or later" if number == SINCE_LOOKUP else "")


def _joined(first: pd.Series, second: pd.Series) -> pd.Series:
    """Write two remarks as one, with a semicolon where both say something."""
    both = first.ne("") & second.ne("")
    return (first + second).mask(both, first + "; " + second)
