"""Every comparison of the page: what is estimated, what it is held against, and what was held out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from benchmarks.drive_errors import measures
from benchmarks.drive_errors.calibration import LOCAL_ONLY, OFFSET_MINUTES, CrowFit, Fit, fit, fit_crow, sample
from benchmarks.drive_errors.published import County, live_postcodes, minutes_between
from geo.places.density import is_urban
from geo.routing.engine import ScipyEngine
from geo.routing.estimated import CALIBRATION, estimate_roads
from geo.routing.matrix import access_seconds
from geo.routing.roads import RoadNetwork

STARTS, ENDS = 40, 200
"""Junctions of a street map that are drawn at random, to drive between them."""

ON_THE_MAP_METRES = 500.0
"""A place or hospital is on a street map when it lies inside the map's outline and so near to a junction."""

SPARE_MINUTES = 1.5 * max(measures.LIMITS)
"""Pairs farther than this are of no use to any line."""


@dataclass(frozen=True, eq=False)
class Halves:
    """The hospitals in order of postcode, dealt out in turn to two halves; and the fit to each half, and to all."""

    halves: tuple[tuple[str, ...], tuple[str, ...]]
    fits: tuple[Fit, Fit]
    all: Fit


def fit_halves(counties: Sequence[County]) -> Halves:
    """Fit to each half of the hospitals, and to all of them."""
    hospitals = sorted(set().union(*(county.pairs["hospital"] for county in counties)))
    first, second = tuple(hospitals[0::2]), tuple(hospitals[1::2])
    return Halves((first, second), (fit_to(counties, first), fit_to(counties, second)), fit_to(counties, hospitals))


def fit_to(counties: Iterable[County], hospitals: Iterable[str], *, main_roads: bool = True) -> Fit:
    """Fit to the pairs of some hospitals."""
    wanted = set(hospitals)
    samples = [
        sample(
            county.drawing if main_roads else county.drawing.without_main_roads(),
            county.pairs[county.pairs["hospital"].isin(wanted)],
        )
        for county in counties
    ]
    return fit(samples) if main_roads else fit(samples, LOCAL_ONLY)


def judged(counties: Iterable[County], hospitals: Iterable[str], by: Fit, *, main_roads: bool = True) -> pd.DataFrame:
    """Give the pairs of some hospitals with their true minutes of driving and the minutes by a fit."""
    wanted, parts = set(hospitals), []
    for county in counties:
        ours = county.minutes(by.calibration, main_roads=main_roads)
        parts.append(_truth(county.pairs.assign(ours=ours), by.allowance))
    return pd.concat([part[part["hospital"].isin(wanted)] for part in parts], ignore_index=True)


def judged_crow(counties: Iterable[County], hospitals: Iterable[str], by: CrowFit) -> pd.DataFrame:
    """Give the pairs of some hospitals with the minutes of the straight-line formula."""
    pairs = pd.concat([county.pairs for county in counties], ignore_index=True)
    pairs = pairs[pairs["hospital"].isin(set(hospitals))]
    return _truth(pairs.assign(ours=by.minutes(pairs["km"].to_numpy())), by.allowance)


def by_halves(counties: Sequence[County], split: Halves) -> pd.DataFrame:
    """Judge each half by the fit to the other."""
    (first, second), (by_first, by_second) = split.halves, split.fits
    return pd.concat([judged(counties, first, by_second), judged(counties, second, by_first)], ignore_index=True)


def by_hospital(counties: Sequence[County], split: Halves) -> pd.DataFrame:
    """Judge each hospital by the fit to all the others."""
    hospitals = [name for half in split.halves for name in half]
    others = {name: [other for other in hospitals if other != name] for name in hospitals}
    return pd.concat([judged(counties, [name], fit_to(counties, others[name])) for name in hospitals])


def by_county(counties: Sequence[County]) -> pd.DataFrame:
    """Judge each county by the fit to the other, without the hospitals that serve both."""
    parts = []
    for county in counties:
        here = set(county.pairs["hospital"])
        elsewhere = [other for other in counties if other is not county]
        away = set().union(*(other.pairs["hospital"] for other in elsewhere)) - here
        parts.append(judged([county], here, fit_to(elsewhere, away)))
    return pd.concat(parts, ignore_index=True)


def pattern_by_halves(counties: Sequence[County], split: Halves) -> pd.DataFrame:
    """Judge the postcode pattern without main roads as :func:`by_halves` does."""
    first, second = split.halves
    return pd.concat(
        judged(counties, test, fit_to(counties, train, main_roads=False), main_roads=False)
        for test, train in ((first, second), (second, first))
    )


def crow_by_halves(counties: Sequence[County], split: Halves) -> pd.DataFrame:
    """Judge the straight-line formula as :func:`by_halves` does."""
    pairs = pd.concat([county.pairs for county in counties])
    first, second = split.halves
    parts = []
    for test, train in ((first, second), (second, first)):
        known = pairs[pairs["hospital"].isin(train)]
        by = fit_crow(known["km"].to_numpy(), known["published"].to_numpy(float))
        parts.append(judged_crow(counties, test, by))
    return pd.concat(parts)


def as_shipped(counties: Sequence[County], split: Halves) -> pd.DataFrame:
    """Judge all hospitals by the constants that ship, which were fitted to these very hospitals."""
    return judged(counties, [name for half in split.halves for name in half], Fit(CALIBRATION, split.all.allowance))


def streets_and_estimate(streets: RoadNetwork, slug: str) -> pd.DataFrame:
    """Give the minutes over a street map, as true, and the estimated ones, between random junctions of the map."""
    at, joinable = np.c_[streets.x, streets.y], streets.joinable
    from_west = joinable[np.lexsort(at[joinable].T)]  # a map may number its junctions otherwise the next time
    draw = np.random.default_rng(0)
    starts, ends = (from_west[np.sort(draw.choice(len(from_west), size, replace=False))] for size in (STARTS, ENDS))
    true = ScipyEngine(streets).matrix(starts, ends) / 60
    ours = minutes_between(estimate_roads(slug), at[starts], at[ends])
    pairs = pd.DataFrame(
        {
            "true": true.ravel(),
            "ours": ours.ravel(),
            "cluster": np.repeat(np.arange(len(starts)), len(ends)),
            "urban": np.tile(is_urban(*at[ends].T, live_postcodes(slug)), len(starts)),
        }
    )
    return pairs[np.isfinite(pairs["true"]) & (pairs["true"] > 0)]


def streets_and_published(
    streets: RoadNetwork, county: County, allowance: float, *, best_gate: bool = False
) -> pd.DataFrame:
    """
    Give the minutes over a street map for the pairs of places and hospitals that are both on it.

    A hospital joins the map where a base does, at the nearest junction; or, with ``best_gate``, at the junction within
    :data:`ON_THE_MAP_METRES` to which the way is shortest: its own roads are often private and missing from the map.
    """
    outline = shapely.convex_hull(shapely.multipoints(np.c_[streets.x, streets.y]))
    on = [
        shapely.contains_xy(outline, *points.T) & (streets.join(*points.T)[1] <= ON_THE_MAP_METRES)
        for points in (county.places, county.units)
    ]
    pairs = county.pairs
    pairs = pairs[on[0][pairs["place"]] & on[1][pairs["unit"]]]
    if pairs.empty:
        return pairs
    between = _to_best_gate if best_gate else minutes_between
    minutes = between(streets, county.places, county.units)[pairs["place"], pairs["unit"]]
    return _truth(pairs.assign(ours=minutes), allowance).assign(cluster=pairs["lsoa"])


def _to_best_gate(streets: RoadNetwork, places: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Give the minutes from each place to the best junction near each unit, the straight way in included."""
    start, start_metres = streets.join(*places.T)
    engine, minutes = ScipyEngine(streets), np.full((len(places), len(units)), np.inf)
    for column, unit in enumerate(units):
        metres = np.hypot(streets.x - unit[0], streets.y - unit[1])
        gates = np.flatnonzero(metres <= ON_THE_MAP_METRES)
        if len(gates):
            seconds = engine.matrix(start, gates) + access_seconds(np.add.outer(start_metres, metres[gates]))
            minutes[:, column] = seconds.min(axis=1) / 60
    return minutes


def _truth(pairs: pd.DataFrame, allowance: float) -> pd.DataFrame:
    """Take the allowance off the published minutes; hospitals are the clusters."""
    true = pairs["published"] - allowance
    near = (true > 0) & (pairs["published"] - OFFSET_MINUTES <= SPARE_MINUTES)
    return pairs.assign(true=true, cluster=pairs["hospital"])[near]
