"""
Demand: incidents an hour by hour of week and place, as posterior draws.

Hours share a smooth cyclic rhythm and, with enough weeks, have effects of their own; places are shrunk towards their
residents' share by as much as the counts suggest; hour and place are taken as independent. An hour that was never live
has no rate at all, unless a second exposure lends it its rhythm openly. Incidents that could not be placed are taken
to be spread like those that could.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaln

from geo.demand.exposure import HOURS, Hours, night_of_hour
from geo.demand.model import Record, Rhythm, fit_rhythm
from geo.demand.overdispersion import NOT_TESTED, Dispersion, dispersion_of
from geo.demand.policy import POLICY_DATES, Level, PolicyDate, levels_in_words, spanned
from geo.demand.profile import Profile
from geo.demand.watched import Watched
from geo.demand.windows import WindowTotal
from geo.deployment.patterns import hour_grid
from geo.errors import SchemaError

Draws = npt.NDArray[np.float64]

SPREADS = 0.04 * 2.0 ** (np.arange(14) / 2)
"""
Standard deviations tried for places around their residents' share, weighed by evidence and by a prior that avoids 0 and
has its peak at 0.6 (assumption): places that differ in nothing but residents are not believed in.
"""

WEEKS_A_MONTH = 365.25 / 7 / 12


def _none() -> npt.NDArray[np.bool_]:
    return np.zeros(HOURS, dtype=bool)


@dataclass(frozen=True, eq=False)
class Demand:
    """
    Demand of one source in one county.

    Parameters
    ----------
    hour_rates
        Incidents an hour in the whole county, shape (draws, 168); NaN in hours of which nothing was told.
    place_shares
        Share of the county's incidents in each place, shape (draws, places); each row adds up to 1.
    places
        LSOA codes, the columns of ``place_shares``.
    live_hours
        Live hours observed in each hour of week, shape (168,).
    incidents, placed
        How many incidents fell in live hours, and how many of all incidents have an LSOA.
    borrowed
        Hours that were never live, whose rate rests on a second exposure alone, shape (168,).
    profile_words
        What that second exposure is, and whether its rhythm agrees with the source's own; empty without one.
    dispersion
        Whether nights differ by more than chance; where they do, every interval holds it.
    levels
        What was counted before and after policy dates, oldest first; the level of demand is that of the last.
    """

    hour_rates: Draws
    place_shares: Draws
    places: tuple[str, ...]
    live_hours: Hours
    incidents: int
    placed: int
    borrowed: npt.NDArray[np.bool_] = field(default_factory=_none)
    profile_words: str = ""
    dispersion: Dispersion = NOT_TESTED
    levels: tuple[Level, ...] = ()

    @property
    def observed(self) -> npt.NDArray[np.bool_]:
        """Which hours of the week were ever live, shape (168,)."""
        return self.live_hours > 0

    @property
    def told(self) -> npt.NDArray[np.bool_]:
        """Which hours of the week have a rate, observed or borrowed, shape (168,)."""
        return self.observed | self.borrowed

    @property
    def level_words(self) -> str:
        """Say since when the level of demand is; empty where the period holds no policy date."""
        return levels_in_words(self.levels) if self.levels else ""

    def dispersion_in(self, window: npt.NDArray[np.bool_]) -> float:
        """
        Give the dispersion of a total counted in ``window`` (168,): 1 where nights differ by chance alone.

        It is what :func:`geo.demand.windows.window_total` asks for.
        """
        expected = np.nan_to_num(self.hour_rates.mean(axis=0)) * (window & self.observed)
        nights = np.bincount(night_of_hour(np.arange(HOURS)), weights=expected)
        return self.dispersion.of_window(float(nights @ nights / nights.sum())) if nights.sum() else 1.0

    def a_month(self, hours: Hours) -> Draws:
        """
        Give the incidents a month in the county during ``hours`` (share of each hour of week, shape (168,)), a draw
        each.

        Hours without a rate add nothing; ask :attr:`told` how many they are.
        """
        return np.asarray(np.nan_to_num(self.hour_rates) @ hours * WEEKS_A_MONTH, dtype=np.float64)


def fit_demand(
    located: pd.DataFrame,
    shifts: pd.DataFrame,
    residents: pd.Series,
    *,
    seed: int = 0,
    draws: int = 500,
    profile: Profile | None = None,
    policy_dates: Iterable[PolicyDate] = POLICY_DATES,
    groups: pd.Series | None = None,
) -> Demand:
    """
    Fit demand to the incidents of one source and the shift log.

    The level is ``Gamma(0.5 + n, live hours)``, wider where nights differ by more than chance; the rhythm of the week
    is :func:`geo.demand.model.fit_rhythm`'s; places are gamma-Poisson around their residents' share, in ``groups``
    first, the strength of shrinkage mixed by evidence. An incident counts in the rates only if it belongs to a live
    shift, by its record or its time (without a time it tells the level and no hour), and in the places only if it has
    an LSOA of the county. Wrong where hour and place depend on each other (town centres at closing time).

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
    profile
        A second exposure, whose rhythm is shared: then hours that were never live have a rate, marked as borrowed.
    policy_dates
        Dates at which the level may have changed: it is fitted apart before and after, and the last part's counts.
    groups
        The district of each place, by LSOA; see :func:`place_shares`. None where places are few or stand alone.

    Raises
    ------
    SchemaError
        If there is no incident, or no hour was ever live: then no rate can be told.
    """
    if located.empty:
        raise SchemaError("there is no incident of this source in this period; choose another, or import its extract")
    if shifts.empty:
        raise SchemaError("no shift is on record in this period; choose a longer one, or import the shift log")
    watched = Watched.of(located, shifts)
    if not watched.exposure.sum() > 0:
        raise SchemaError("no shift has the nurse recorded on duty, so no rate can be told; check 'nhs_staffed'")
    if not (residents >= 0).all() or not residents.sum() > 0:
        raise SchemaError("residents of places are below 0, not known or all 0; load them for this county")
    rng = np.random.default_rng(seed)
    dates = spanned(policy_dates, watched.elapsed["hour"])
    parts = watched.parts(dates)
    dispersion, rhythm = _rhythm(parts, profile, seed)
    observed = watched.exposure > 0
    told = observed | profile.hours if profile else observed
    here = located["lsoa"].value_counts().reindex(residents.index, fill_value=0).to_numpy(np.float64)
    level = _level(parts[-1], dispersion, rng, draws)
    relative = _relative(rhythm.draw(rng, draws), parts[-1].exposure)
    return Demand(
        hour_rates=np.where(told, level[:, None] * relative, np.nan),
        place_shares=place_shares(here, residents, groups, rng, draws),
        places=tuple(residents.index),
        live_hours=watched.exposure,
        incidents=watched.incidents,
        placed=int(here.sum()),
        borrowed=told & ~observed,
        profile_words=_profile_words(profile, watched, dispersion),
        dispersion=dispersion,
        levels=_levels(parts, dates, dispersion),
    )


def _rhythm(parts: Sequence[Watched], profile: Profile | None, seed: int) -> tuple[Dispersion, Rhythm]:
    """
    Test the nights, and fit the rhythm of the week.

    The nights are tested around a first fit that lets them differ; the second lets them differ as much as was found.
    """
    lent = [profile.record] if profile else []
    rates = np.exp(fit_rhythm([*(part.doubtful() for part in parts), *lent]).moments()[0])
    dispersion = _dispersion(parts, rates, seed)
    return dispersion, fit_rhythm([*(part.record(rates, dispersion.frailty) for part in parts), *lent])


def _relative(rates: Draws, exposure: Hours) -> Draws:
    """Give rates, shape (draws, 168), relative to their mean over the live hours."""
    return np.asarray(rates / (rates @ exposure / exposure.sum())[:, None], dtype=np.float64)


def _dispersion(parts: Sequence[Watched], rates: Hours, seed: int) -> Dispersion:
    """Test the nights of all parts around ``rates``, each part at its own level."""
    counts, expected = zip(*(part.nights(rates)[1:] for part in parts), strict=True)
    scaled = [of * (n.sum() / of.sum()) for n, of in zip(counts, expected, strict=True)]
    return dispersion_of(np.concatenate(counts), np.concatenate(scaled), seed=seed)


def _levels(parts: Sequence[Watched], dates: Sequence[PolicyDate], dispersion: Dispersion) -> tuple[Level, ...]:
    """Give what was counted in each part, and between which policy dates it lies."""
    totals = [
        WindowTotal(part.incidents, float(part.exposure.sum()), dispersion.of_window(part.a_night)) for part in parts
    ]
    return tuple(
        Level(since, until, total) for since, until, total in zip((None, *dates), (*dates, None), totals, strict=True)
    )


def _profile_words(profile: Profile | None, watched: Watched, dispersion: Dispersion) -> str:
    """Name the second exposure, and say how its rhythm agrees with the source's own; nothing where there is none."""
    if profile is None:
        return ""
    own = Record.plain(watched.counts, watched.exposure)
    return f"{profile.words}; {profile.against(own, dispersion.of_window(watched.a_night))}"


def _level(part: Watched, dispersion: Dispersion, rng: np.random.Generator, draws: int) -> Hours:
    """Draw the incidents a live hour of one part, shape (draws,), as wide as its nights differ."""
    wider = dispersion.draw(part.a_night, rng, draws)
    return np.asarray(rng.gamma((0.5 + part.incidents) / wider, wider / part.exposure.sum()), dtype=np.float64)


def place_shares(
    here: Hours, residents: pd.Series, groups: pd.Series | None, rng: np.random.Generator, draws: int
) -> Draws:
    """
    Draw the share of incidents in each place, shape (draws, places), from its count and residents.

    With ``groups`` in two steps: each group around its residents' share, then each place around its residents' part of
    its group. In one step a sum over many places would hardly differ from its residents' share, however little is known
    of it: the doubts of single places even out, and districts differ by more than that.
    """
    weight = residents.to_numpy(np.float64) / float(residents.sum())
    if groups is None:
        return _of_whole(relative_draws(here, weight * here.sum(), rng, draws) * weight)
    names, member = np.unique(groups.reindex(residents.index).fillna("").to_numpy(dtype=object), return_inverse=True)
    belongs = np.eye(len(names))[member]
    by_group, counted = weight @ belongs, here @ belongs
    shares = _of_whole(relative_draws(counted, by_group * here.sum(), rng, draws) * by_group)
    expected = weight * (counted / by_group)[member]
    within = relative_draws(here, expected, rng, draws) * weight
    return np.asarray(within / (within @ belongs)[:, member] * shares[:, member], dtype=np.float64)


def _of_whole(parts: Draws) -> Draws:
    return np.asarray(parts / parts.sum(axis=1, keepdims=True), dtype=np.float64)


def relative_draws(counts: Hours, expected: Hours, rng: np.random.Generator, draws: int) -> Draws:
    """
    Draw the rate of each bin relative to what was expected of it, shrunk towards 1.

    ``count ~ Poisson(expected x r)`` and ``r ~ Gamma(k, k)``; the spread ``k ** -0.5`` is drawn by its evidence over
    :data:`SPREADS`, then ``r`` from its exact posterior ``Gamma(k + count, k + expected)``.

    Parameters
    ----------
    counts, expected
        Shape (bins,); expected >= 0. A bin with nothing expected keeps its prior.

    Returns
    -------
    Shape (draws, bins).
    """
    strength = rng.choice(SPREADS**-2.0, size=(draws, 1), p=spread_weights(counts, expected))
    return np.asarray(rng.gamma(strength + counts, 1 / (strength + expected)), dtype=np.float64)


def spread_weights(counts: Hours, expected: Hours) -> Hours:
    """Give how much each of :data:`SPREADS` is believed, from counts and what was expected; they add up to 1."""
    prior = 2 * np.log(SPREADS) - 0.5 * (SPREADS / 0.45) ** 2
    evidence = prior + np.array([_evidence(counts, expected, spread**-2.0) for spread in SPREADS])
    weights = np.exp(evidence - evidence.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _evidence(counts: Hours, expected: Hours, k: float) -> float:
    """Give the log marginal likelihood of negative-binomial counts with strength ``k``, constants left out."""
    return float(np.sum(gammaln(k + counts) - gammaln(k) + k * np.log(k) - (k + counts) * np.log(k + expected)))


def empirical_bayes(counts: Hours, expected: Hours) -> Hours:
    """
    Give each place's rate shrunk towards the mean rate of all: a point estimate for maps, never an interval.

    Marshall's: the spread between places is the variance of the raw rates, weighted by ``expected``, less what chance
    adds; 0 where chance explains it all. Intervals around it would cover far too little, since it takes the spread
    for known.

    Parameters
    ----------
    counts, expected
        Incidents, and residents or expected incidents, of each place, shape (places,); expected > 0.

    References
    ----------
    Marshall (1991), Applied Statistics 40, 283-294.

    Examples
    --------
    >>> empirical_bayes(np.array([0.0, 30.0]), np.array([10.0, 10.0])).round(2)
    array([0.1, 2.9])
    """
    if not (expected > 0).all():
        raise SchemaError("a place of which nothing is expected has no rate; leave it out")
    mean = counts.sum() / expected.sum()
    raw = counts / expected
    between = float(expected @ (raw - mean) ** 2 / expected.sum() - mean / expected.mean())
    trust = max(between, 0.0) / (max(between, 0.0) + mean / expected) if mean else np.zeros(len(raw))
    return np.asarray(trust * raw + (1 - trust) * mean, dtype=np.float64)


def rates_by_area(demand: Demand, residents: pd.Series, areas: pd.Series) -> pd.DataFrame:
    """
    Give the rate per resident of each area relative to the county's mean, shrunk, with its 90% interval.

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
