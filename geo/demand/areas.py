"""How often each area is in need: its rate against the county's mean, shrunk, for any areas and any weight."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.demand.rates import relative_draws
from geo.errors import SchemaError

Array = npt.NDArray[np.float64]

DRAWS = 2_000
LEVEL = (0.05, 0.95)


def area_rates(
    places: pd.Series,
    weights: pd.Series,
    residents: pd.Series,
    areas: pd.Series | None = None,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """
    Give the rate per resident of each area relative to the mean of all of them, shrunk towards it, with its 90%
    interval.

    Places (LSOAs, hexagons, areas of a layer) are gamma-Poisson as in :func:`geo.demand.rates.relative_draws`, and
    areas are made of places. Weights that are not all 1 (minutes, parts of a person) are told as a scaled Poisson: a
    sum ``S`` of weights counts as ``S / s`` incidents of size ``s = sum(w * w) / sum(w)``, which has the right mean and
    variance in the county. Wrong where long incidents all lie in one area, and where an area's need does not follow
    from who lives there: a town centre, a station.

    Parameters
    ----------
    places
        The place of each incident, by the index of ``residents``; an incident of none of them is left out.
    weights
        What each incident counts for, indexed alike; a missing one is left out.
    residents
        Of each place; missing or 0 where nobody is known to live, and then no rate is told.
    areas
        The area of each place, in the order of ``residents``; the places themselves when omitted.

    Returns
    -------
    One row an area: ``area``, ``residents``, ``incidents``, ``counted`` (the sum of weights), ``relative``, ``low``,
    ``high`` (missing without residents), ``cannot_tell`` where the interval holds the mean.

    Raises
    ------
    SchemaError
        If nothing is counted in any place, or nobody lives in them.

    References
    ----------
    Bohm and Zech (2014), Nuclear Instruments and Methods A 748, 1-6: statistics of weighted Poisson events.
    """
    here = places.isin(residents.index) & weights.notna()
    worth, at = weights[here].to_numpy(np.float64), residents.index.get_indexer(pd.Index(places[here]))
    people = residents.fillna(0).to_numpy(np.float64)
    if not worth.sum() > 0 or not people.sum() > 0:
        raise SchemaError(
            "nothing is counted in these areas, so no rate can be told; choose a longer period, or count by incidents"
        )
    sums = np.bincount(at, worth, minlength=len(residents))
    size = float((worth**2).sum() / worth.sum())
    names, member = _members(residents.index if areas is None else pd.Index(areas))
    drawn = _draw(sums / size, people, seed, draws)
    living = np.bincount(member, people)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = _added(drawn * people, member) / np.where(living > 0, living, np.nan)
    low, high = np.quantile(relative, LEVEL, axis=0)
    return pd.DataFrame(
        {
            "area": names,
            "residents": living,
            "incidents": np.bincount(member[at], minlength=len(names)),
            "counted": np.bincount(member, sums),
            "relative": relative.mean(axis=0),
            "low": low,
            "high": high,
            "cannot_tell": (low <= 1) & (high >= 1),
        }
    )


def _members(areas: pd.Index) -> tuple[pd.Index, npt.NDArray[np.int64]]:
    """Give the areas, each once and in order, and which of them each place belongs to."""
    names = areas.unique().sort_values()
    return names, np.asarray(names.get_indexer(areas), dtype=np.int64)


def _draw(counts: Array, people: Array, seed: int, draws: int) -> Array:
    """Draw relative rates whose mean over residents is 1; 0 where nobody lives."""
    lived = people > 0
    share = people[lived] / people.sum()
    drawn = relative_draws(counts[lived], share * counts[lived].sum(), np.random.default_rng(seed), draws)
    relative = np.zeros((draws, len(people)))
    relative[:, lived] = drawn / (drawn @ share)[:, None]
    return relative


def _added(values: Array, member: npt.NDArray[np.int64]) -> Array:
    """Add up the columns that belong to one area."""
    if len(np.unique(member)) == len(member):
        return values[:, np.argsort(member)]
    return np.asarray(np.stack([np.bincount(member, row) for row in values]))


def areas_at(areas: gpd.GeoDataFrame, eastings: pd.Series, northings: pd.Series) -> pd.Series:
    """
    Name the area in which each point lies: its ``name``, the first where several hold it, empty where none does.

    Points are looked up once each, so a million incidents at ten thousand postcodes are quick.
    """
    points = pd.DataFrame({"easting": eastings, "northing": northings})
    single = points.dropna().drop_duplicates()
    tree = shapely.STRtree(shapely.points(single.to_numpy(np.float64)))
    area, point = tree.query(areas.geometry.to_numpy(), predicate="covers")
    found = pd.Series("", index=pd.MultiIndex.from_frame(single), dtype=object)
    order = np.argsort(area, kind="stable")[::-1]
    found.iloc[point[order]] = areas["name"].to_numpy(dtype=object)[area[order]]
    named = found.reindex(pd.MultiIndex.from_frame(points)).fillna("").to_numpy(dtype=object)
    return pd.Series(named, index=eastings.index, dtype="str")
