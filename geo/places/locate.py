"""Put incidents on the ground by postcode, grid point or named place; what cannot be located stays, and says why."""

import math
from collections.abc import Hashable
from typing import Any

import geopandas as gpd
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
_AREAS = ["district", "district_2021", "lsoa"]
_POINT = ["easting", "northing", "uncertainty_metres"]
_UNRECORDED = "no postcode recorded"


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
    found = _found(rows["postcode"], rows["location"], gazetteer, places)
    located = rows.assign(
        postcode=found["postcode"],
        precision=found["precision"],
        located_by=found["located_by"],
        not_located_because=found["reason"],
        place_remark=_joined(found["remark"], _dated_remarks(found, rows["received_on"])),
        **{column: found[column] for column in (*_POINT, *_AREAS)},
    )
    check(located, LOCATED_COLUMNS[len(INCIDENT_COLUMNS) :], "located incidents")
    points = gpd.GeoSeries.from_xy(located["easting"], located["northing"], crs=GRID)
    points[located["precision"].eq("none")] = None
    return gpd.GeoDataFrame(located[names(LOCATED_COLUMNS)].assign(point=points), geometry="point", crs=GRID)


def _found(postcodes: pd.Series, locations: pd.Series, gazetteer: Gazetteer, places: PlaceList) -> pd.DataFrame:
    """Place each row by its distinct pair of postcode and location."""
    first, postcode_texts = pd.factorize(postcodes)
    second, location_texts = pd.factorize(locations)
    width = max(len(location_texts), 1)
    pair_of_row, pairs = pd.factorize(first.astype("int64") * width + second)
    by_postcode = _read(pd.Series(postcode_texts, dtype="str"), gazetteer, places, repair=True)
    by_location = _read(pd.Series(location_texts, dtype="str"), gazetteer, places, repair=False)
    chosen = _choose(by_postcode.take(pairs // width), by_location.take(pairs % width))
    return chosen.take(pair_of_row).set_index(postcodes.index)


def _read(texts: pd.Series, gazetteer: Gazetteer, places: PlaceList, *, repair: bool) -> pd.DataFrame:
    """
    Give what each distinct text says of a place, as a postcode or else as a point or a named place, with its rank.

    A text that is a postcode in the gazetteer is not read as anything else: NN15 is a postcode district here, though
    it is also a grid square of 10 km in Scotland. 'M1' alone is a road, unless the scheme's area holds M1.
    """
    table = gazetteer.table(texts, repair=repair)
    table = table.assign(given=texts, located_by=table["precision"].mask(table["precision"] != "none", "postcode"))
    other = table["precision"].eq("none") & texts.ne("")
    if other.any():
        points = _points(texts[other], gazetteer, places)
        columns = [column for column in points if column != "reason"]
        placed = points.index[points["precision"] != "none"]
        table.loc[placed, columns] = points.loc[placed, columns]
        explained = points.index[points["reason"] != ""]
        table.loc[explained, "reason"] = points.loc[explained, "reason"]
        table.loc[placed, "reason"] = ""
    kind = table["located_by"].mask(table["located_by"] == "postcode", table["precision"])
    wide = table["located_by"].eq("grid_reference") & (table["uncertainty_metres"] > WIDE_METRES)
    return table.assign(rank=kind.map(_RANKS).fillna(_NOWHERE).mask(wide, _WIDE).astype("int64"))


def _points(texts: pd.Series, gazetteer: Gazetteer, places: PlaceList) -> pd.DataFrame:
    """Read texts that are no postcodes as points or named places, and give the areas these lie in."""
    points = read_points(texts).rename(columns={"kind": "located_by"}).assign(remark="")
    if places.places:
        points = _with_names(points, texts, gazetteer, places)
    placed = points["located_by"] != "none"
    areas = gazetteer.areas_at(points.loc[placed, _POINT])
    points = points.assign(
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


def _choose(by_postcode: pd.DataFrame, by_location: pd.DataFrame) -> pd.DataFrame:
    """Choose between what the postcode and what the location says, pair by pair."""
    ours, other = by_postcode.reset_index(drop=True), by_location.reset_index(drop=True)
    point = other["rank"].between(_RANKS["easting_northing"], _RANKS["named_place"])
    taken = (other["rank"] < ours["rank"]) | ((other["rank"] == ours["rank"]) & point)
    chosen = ours.mask(taken, other)
    from_location = taken & other["located_by"].eq("postcode")
    lost = chosen["rank"] == _NOWHERE
    unfound = other["reason"].mask(other["reason"].eq(_UNRECORDED), "")
    unfound = unfound.mask(unfound.eq(NOT_A_POSTCODE), "no point, postcode or place of the list")
    return chosen.assign(
        postcode=ours["postcode"].mask(from_location, other["postcode"]),
        reason=_joined(ours["reason"], unfound.mask(unfound.ne(""), "location: " + unfound)).where(lost, ""),
        remark=_joined(chosen["remark"], _from_location(ours["given"]).where(from_location, "")),
    )


def _from_location(recorded: pd.Series) -> pd.Series:
    words = pd.Series("postcode taken from the location", index=recorded.index, dtype="str")
    return words.mask(recorded.str.strip().ne(""), words + "; the postcode says " + recorded)


def _dated_remarks(found: pd.DataFrame, received_on: pd.Series) -> pd.Series:
    """Say where a unit postcode was withdrawn before the day of its incident, or introduced after it; by the month."""
    month = (received_on.dt.year * 100 + received_on.dt.month).fillna(0).astype("int64")
    start, end = found["introduced"], found["terminated"]
    unit = found["precision"].eq("unit") & start.gt(0)
    dated, ended = unit & month.gt(0), unit & end.gt(0)
    lost = dated & ~found["live"] & end.eq(0) & start.lt(SINCE_LOOKUP) & month.ge(SINCE_LOOKUP)
    remarks = pd.Series("", index=found.index, dtype="str")
    for rows, words in (
        (dated & ended & month.gt(end) & ~found["live"], "withdrawn {end}, before this incident"),
        (
            dated & ended & month.gt(end) & found["live"],
            "withdrawn {end} and used anew since, perhaps for another place",
        ),
        (ended & ~month.gt(0), "withdrawn {end}; this incident has no date"),
        (dated & start.gt(month), "introduced {start}, after this incident"),
        (lost, "withdrawn since 2022-05, in a month not known, perhaps before this incident"),
    ):
        months = found.loc[rows, ["introduced", "terminated"]]
        said = {
            pair: words.format(start=_month(pair[0]), end=_month(pair[1]))
            for pair in set(months.itertuples(index=False, name=None))
        }
        remarks[rows] = [said[pair] for pair in months.itertuples(index=False, name=None)]
    return remarks


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
