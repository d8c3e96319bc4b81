"""
Demand: incidents an hour by hour of week and place, as posterior draws.

A first model, said plainly: hour and place are taken as independent, each hour and each place is shrunk towards the
county's mean by as much as the counts themselves suggest, and hours without a live hour are not observed: no rate at
all, rather than a guess. Incidents that could not be placed are taken to be spread like those that could.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaln

from geo.demand.exposure import HOURS, Hours, live_hours, while_live
from geo.deployment.patterns import hour_grid
from geo.errors import SchemaError

Draws = npt.NDArray[np.float64]

STRENGTHS = np.array([1.0, 3.0, 10.0, 30.0, 100.0, 300.0])
"""Shrinkage tried, in pseudo-incidents; the counts weigh them by evidence."""

WEEKS_A_MONTH = 365.25 / 7 / 12


@dataclass(frozen=True, eq=False)
class Demand:
    """
    Demand of one source in one county.

    Parameters
    ----------
    hour_rates
        Incidents an hour in the whole county, shape (draws, 168); NaN in hours that were never live.
    place_shares
        Share of the county's incidents in each place, shape (draws, places); each row adds up to 1.
    places
        LSOA codes, the columns of ``place_shares``.
    live_hours
        Live hours observed in each hour of week, shape (168,).
    incidents, placed
        How many incidents fell in live hours, and how many of all incidents have an LSOA.
    """

    hour_rates: Draws
    place_shares: Draws
    places: tuple[str, ...]
    live_hours: Hours
    incidents: int
    placed: int

    @property
    def observed(self) -> npt.NDArray[np.bool_]:
        """Which hours of the week were ever live, shape (168,)."""
        return self.live_hours > 0

    def a_month(self, hours: Hours) -> Draws:
        """
        Give the incidents a month in the county during ``hours`` (share of each hour of week, shape (168,)), a draw
        each.

        Hours that were never live add nothing; ask :attr:`observed` how many they are.
        """
        return np.asarray(np.nan_to_num(self.hour_rates) @ hours * WEEKS_A_MONTH, dtype=np.float64)


def fit_demand(
    located: pd.DataFrame, shifts: pd.DataFrame, residents: pd.Series, *, seed: int = 0, draws: int = 500
) -> Demand:
    """
    Fit demand to the incidents of one source and the shift log.

    The county's rate is ``Gamma(0.5 + n, live hours)``; hours and places are gamma-Poisson with the strength of
    shrinkage mixed by evidence. An incident counts in the rates only if it belongs to a live shift, by its record or
    its time (without a time it tells the total and no hour), and in the places only if it has an LSOA of the county.
    Wrong where hour and place depend on each other (town centres at closing time).

    Parameters
    ----------
    located
        Incidents of one source, with ``received_at`` and ``lsoa``.
    shifts
        The shift log; for a source that is kept day and night, :func:`geo.demand.exposure.round_the_clock`.
    residents
        Residents by LSOA of the county; its index becomes the places.
    seed, draws
        Random seed, and how many posterior draws to make.

    Raises
    ------
    SchemaError
        If there is no incident, or no hour was ever live: then no rate can be told.
    """
    exposure = live_hours(shifts)
    if located.empty:
        raise SchemaError("there is no incident of this source in this period; choose another, or import its extract")
    if shifts.empty:
        raise SchemaError("no shift is on record in this period; choose a longer one, or import the shift log")
    if not exposure.sum() > 0:
        raise SchemaError("no shift has the nurse recorded on duty, so no rate can be told; check 'nhs_staffed'")
    rng = np.random.default_rng(seed)
    live = located[while_live(located, shifts)]
    counts = hour_grid(live)
    total = rng.gamma(0.5 + len(live), 1 / exposure.sum(), size=(draws, 1))
    seen = exposure > 0
    relative = relative_draws(counts[seen], exposure[seen] * counts.sum() / exposure.sum(), rng, draws)
    relative /= (relative @ exposure[seen] / exposure.sum())[:, None]
    hour_rates = np.full((draws, HOURS), np.nan)
    hour_rates[:, seen] = total * relative
    here = located["lsoa"].value_counts().reindex(residents.index, fill_value=0).to_numpy(np.float64)
    weight = residents.to_numpy(np.float64) / float(residents.sum())
    by_place = relative_draws(here, weight * here.sum(), rng, draws)
    by_place /= (by_place @ weight)[:, None]
    return Demand(
        hour_rates=hour_rates,
        place_shares=by_place * weight,
        places=tuple(residents.index),
        live_hours=exposure,
        incidents=len(live),
        placed=int(here.sum()),
    )


def relative_draws(counts: Hours, expected: Hours, rng: np.random.Generator, draws: int) -> Draws:
    """
    Draw the rate of each bin relative to what was expected of it, shrunk towards 1.

    ``count ~ Poisson(expected x r)`` and ``r ~ Gamma(k, k)``; the strength ``k`` is drawn by its evidence over
    :data:`STRENGTHS`, then ``r`` from its exact posterior ``Gamma(k + count, k + expected)``.

    Parameters
    ----------
    counts, expected
        Shape (bins,); expected >= 0. A bin with nothing expected keeps its prior.

    Returns
    -------
    Shape (draws, bins).
    """
    evidence = np.array([_evidence(counts, expected, k) for k in STRENGTHS])
    weights = np.exp(evidence - evidence.max())
    strength = rng.choice(STRENGTHS, size=(draws, 1), p=weights / weights.sum())
    return np.asarray(rng.gamma(strength + counts, 1 / (strength + expected)), dtype=np.float64)


def _evidence(counts: Hours, expected: Hours, k: float) -> float:
    """Give the log marginal likelihood of negative-binomial counts with strength ``k``, constants left out."""
    return float(np.sum(gammaln(k + counts) - gammaln(k) + k * np.log(k) - (k + counts) * np.log(k + expected)))


def rates_by_area(demand: Demand, residents: pd.Series, areas: pd.Series) -> pd.DataFrame:
    """
    Give the rate per resident of each area relative to the county's mean, shrunk, with its 90 % interval.

    Parameters
    ----------
    residents
        Residents by LSOA.
    areas
        The area (district, or the LSOA itself) of each place, indexed by LSOA in the order of ``demand.places``.

    Returns
    -------
    One row an area: ``area``, ``residents``, ``relative``, ``low``, ``high``, and ``cannot_tell`` where the interval
    holds the county's mean.
    """
    people = residents.reindex(list(demand.places)).to_numpy(np.float64)
    names, member = np.unique(areas.to_numpy(dtype=object), return_inverse=True)
    in_area = pd.get_dummies(pd.Series(member)).to_numpy(np.float64)
    share_of_people = people @ in_area / people.sum()
    relative = demand.place_shares @ in_area / share_of_people
    low, high = np.quantile(relative, [0.05, 0.95], axis=0)
    return pd.DataFrame(
        {
            "area": names,
            "residents": (people @ in_area).round().astype(int),
            "relative": relative.mean(axis=0),
            "low": low,
            "high": high,
            "cannot_tell": (low <= 1) & (high >= 1),
        }
    )


def hour_table(located: pd.DataFrame, live: Hours, pattern_hours: Hours) -> pd.DataFrame:
    """
    Give the 168 hours of the week: incidents received, live hours, and the share of the hour that a pattern crews.

    ``incidents`` counts every incident with a time, live or not, so the column adds up to what was recorded.
    """
    hours = np.arange(HOURS)
    return pd.DataFrame(
        {
            "weekday": hours // 24,
            "hour": hours % 24,
            "incidents": hour_grid(located).astype(int),
            "live_hours": live,
            "crewed": pattern_hours,
        }
    ).assign(observed=lambda table: table["live_hours"] > 0)
