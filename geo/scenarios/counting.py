"""What demand is counted in: incidents, minutes on incidents or persons, by hour, by place, and by what is decided."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.demand.rates import WEEKS_A_MONTH, Demand, Draws, relative_draws
from geo.demand.weights import weigh, weighed_in_words
from geo.deployment.patterns import hour_of_week
from geo.deployment.reasons import judged_appropriate
from geo.errors import SchemaError
from geo.numbers import thousands
from geo.week import HOURS

Floats = npt.NDArray[np.float64]
Groups = npt.NDArray[np.int64]

BLOCK = 3
"""Hours of the day whose incidents are taken to count alike (assumption: too few to tell single hours apart)."""

UNITS = {"incidents": "incidents", "minutes": "minutes on incidents", "persons": "persons"}
"""What each weight is counted in."""

BOUNDS = {"minutes": "at least ", "persons": "at most "}
"""What blanks make of a sum: unknown minutes may be more, unknown persons may be the same ones."""


WHOLE_FROM = 200.0
"""From here on figures are written in whole numbers (assumption): minutes a month, seldom incidents."""


def figure(value: float) -> str:
    """
    Write a figure of what is counted: with one decimal, large ones without.

    Examples
    --------
    >>> figure(3.14), figure(3140.0)
    ('3.1', '3\u2009140')
    """
    return thousands(value) if abs(value) >= WHOLE_FROM else f"{value:.1f}"


@dataclass(frozen=True, eq=False)
class Counting:
    """
    What incidents count for, as draws, so that what becomes of them can be told in it.

    Parameters
    ----------
    weight
        ``incidents``, ``minutes`` or ``persons``.
    each
        What an incident counts for in each hour of the week, shape (draws, 168).
    place_shares
        Share of the county's sum in each place, shape (draws, places); each row adds up to 1.
    appropriate, others
        What an incident judged appropriate for the car counts for, and what another does, shape (draws,).
    bound
        ``at least`` or ``at most`` where blanks make the sum a bound; empty otherwise.
    words
        What was counted, with its blanks.
    """

    weight: str
    each: Draws
    place_shares: Draws
    appropriate: Draws
    others: Draws
    bound: str
    words: str

    @classmethod
    def incidents(cls, demand: Demand) -> "Counting":
        """Let every incident count once."""
        one = np.ones(len(demand.hour_rates))
        each = np.broadcast_to(one[:, None], demand.hour_rates.shape)
        return cls("incidents", each, demand.place_shares, one, one, "", "")

    @property
    def unit(self) -> str:
        """What is counted, in words."""
        return UNITS[self.weight]

    def a_month(self, demand: Demand) -> Draws:
        """Give what demand counts for in each hour of the week, a month, shape (draws, 168); 0 where not told."""
        return np.asarray(np.nan_to_num(demand.hour_rates) * WEEKS_A_MONTH * self.each, dtype=np.float64)

    def by_place(self, demand: Demand) -> Draws:
        """Give what demand counts for in each place, a month, shape (draws, places)."""
        return np.asarray(self.a_month(demand).sum(axis=1)[:, None] * self.place_shares, dtype=np.float64)

    def of_appropriate(self, share: Draws) -> Draws:
        """
        Give the share of the sum that lies in incidents judged appropriate, from their share of incidents, (draws,).

        Examples
        --------
        One incident in four is judged appropriate and takes 90 minutes, the others take 30: half of all minutes.

        >>> demand = Demand(np.ones((1, 168)), np.ones((1, 1)), ("E1",), np.ones(168), 4, 4)
        >>> ninety = Counting("minutes", np.ones((1, 168)), np.ones((1, 1)), np.array([90.0]), np.array([30.0]), "", "")
        >>> ninety.of_appropriate(np.array([0.25])), Counting.incidents(demand).of_appropriate(np.array([0.25]))
        (array([0.5]), array([0.25]))
        """
        mine, theirs = share * self.appropriate, (1 - share) * self.others
        return np.asarray(np.where(mine + theirs > 0, mine / np.maximum(mine + theirs, 1e-300), share))


def count_by(
    weight: str, incidents: pd.DataFrame, demand: Demand, groups: pd.Series | None = None, *, seed: int = 0
) -> Counting:
    """
    Tell what the incidents of a demand count for by ``weight``.

    Unknown minutes count nothing, so what is told is the least; whoever is not named counts as a person, so it is the
    most; the incidents of one person share 1 (:func:`geo.demand.weights.weigh`). The mean of an incident is drawn with
    its doubt; hours of the day and ``groups`` of places differ from it as far as their sums differ by more than
    chance (:func:`geo.demand.rates.relative_draws`, on sums scaled to their variance), hour, place and judgement
    independently. Wrong where long incidents are long because of where and when they are both.

    Parameters
    ----------
    incidents
        Those that the demand was fitted to.
    groups
        The district of each place, by LSOA; the places themselves when omitted.

    Raises
    ------
    SchemaError
        If there is no such weight, or nothing is counted: no minutes are recorded at all.
    """
    if weight == "incidents":
        return Counting.incidents(demand)
    worth = weigh(incidents, weight)
    counts = worth.fillna(0.0).to_numpy(np.float64)
    if not counts.sum() > 0:
        raise SchemaError(f"none of the {len(counts)} incidents has minutes on record; count by incidents instead")
    rng = np.random.default_rng([seed, 2])
    draws = len(demand.hour_rates)
    hour = hour_of_week(incidents["received_at"])
    timed = hour.notna().to_numpy()
    block = np.arange(HOURS) % 24 // BLOCK
    by_hour = _relative(counts[timed], block[hour[timed].astype(int)], 24 // BLOCK, rng, draws)[:, block]
    mean = _mean(counts, rng, draws)
    rates = np.nan_to_num(demand.hour_rates)
    each = mean[:, None] * by_hour * (rates.sum(axis=1) / np.maximum((rates * by_hour).sum(axis=1), 1e-300))[:, None]
    names, member = _members(demand.places, groups)
    at = pd.Index(demand.places).get_indexer(incidents["lsoa"])
    by_group = _relative(counts[at >= 0], member[at[at >= 0]], len(names), rng, draws)
    shares = demand.place_shares * by_group[:, member]
    judged = judged_appropriate(incidents).to_numpy()
    blanks = worth.isna() if weight == "minutes" else incidents["person_key"] == ""
    return Counting(
        weight=weight,
        each=each,
        place_shares=shares / shares.sum(axis=1, keepdims=True),
        appropriate=_mean(counts[judged == "yes"], rng, draws, counts),
        others=_mean(counts[judged == "no"], rng, draws, counts),
        bound=BOUNDS[weight] if blanks.any() else "",
        words=weighed_in_words(incidents, weight),
    )


def _members(places: tuple[str, ...], groups: pd.Series | None) -> tuple[Floats, Groups]:
    """Give the groups of places, and which of them each place belongs to."""
    of = pd.Series(places, index=places) if groups is None else groups.reindex(list(places)).fillna("")
    names, member = np.unique(of.to_numpy(dtype=object), return_inverse=True)
    return names, np.asarray(member, dtype=np.int64)


def _mean(values: Floats, rng: np.random.Generator, draws: int, otherwise: Floats | None = None) -> Draws:
    """
    Draw the mean of what some incidents count for: gamma, as wide as they differ; one alone as wide as itself.

    Where there is none, they are taken to count like those of ``otherwise``.
    """
    known = values if len(values) or otherwise is None else otherwise
    mean = float(known.mean())
    variance = float(known.var(ddof=1) / len(known)) if len(known) > 1 else mean**2
    if not mean > 0 or variance <= 1e-12 * mean**2:
        return np.full(draws, mean)
    return np.asarray(rng.gamma(mean**2 / variance, variance / mean, draws), dtype=np.float64)


def _relative(values: Floats, group: Groups, number: int, rng: np.random.Generator, draws: int) -> Draws:
    """Draw how much more than the mean an incident of each group counts for, shape (draws, groups)."""
    mean = float(values.mean()) if len(values) else 0.0
    size = float(values.var() / mean) if mean > 0 else 0.0
    if size <= 1e-9 * mean or size == 0:
        return np.ones((draws, number))
    sums = np.bincount(group, values, minlength=number) / size
    expected = np.bincount(group, minlength=number) * (mean / size)
    return relative_draws(np.asarray(sums, dtype=np.float64), np.asarray(expected, dtype=np.float64), rng, draws)
