"""Do nights differ by more than chance? Tested on the totals of nights, and answered with a frailty where they do."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from geo.numbers import thousands
from geo.week import Hours

THRESHOLD = 1.3
"""Dispersion above which nights are said to differ; below it intervals still hold what is believed (docs/method.md)."""

FEWEST_NIGHTS = 7
"""Nights below which dispersion is not tested (assumption)."""

TRIED = np.array([0.0, *(0.15 * 2.0 ** np.arange(12))])
"""Excess dispersions tried; the counts weigh them by evidence."""

SPENT = 4.0
"""Freedom that the level and the weekdays of what was expected have spent on the same nights (assumption)."""

_COPIES = 499


@dataclass(frozen=True, slots=True)
class Dispersion:
    """
    How far the totals of nights stray from what was expected of them, against chance.

    Parameters
    ----------
    index
        Mean of ``(counted - expected)² / expected``: 1 by chance; NaN where it was not tested.
    p_value
        How often chance alone strays so far: the share of seeded copies, multinomial over the nights.
    nights
        Live nights that it rests on.
    excess, weights
        Excess dispersions of the total of a night, and how much each is believed: 0 alone where nights differ by
        chance.
    night
        Incidents expected in a night, each incident weighing the same.
    """

    index: float
    p_value: float
    nights: int
    excess: tuple[float, ...] = (0.0,)
    weights: tuple[float, ...] = (1.0,)
    night: float = 1.0

    @property
    def frailty(self) -> float:
        """Variance of the factor by which nights differ, the mean of what is believed; 0 where chance explains it."""
        return float(np.dot(self.excess, self.weights)) / self.night

    def of_window(self, night: float) -> float:
        """Give the dispersion of a window's total in which ``night`` incidents are expected a night."""
        return 1 + self.frailty * night

    def draw(self, night: float, rng: np.random.Generator, draws: int) -> Hours:
        """Draw the dispersion of a total in which ``night`` incidents are expected a night, shape (draws,)."""
        excess = rng.choice(np.array(self.excess), size=draws, p=np.array(self.weights))
        return np.asarray(1 + excess * night / self.night, dtype=np.float64)

    @property
    def words(self) -> str:
        """Say what was found, and what was done about it."""
        if np.isnan(self.index):
            return f"Too few nights ({self.nights}) to tell whether nights differ by more than chance."
        found = (
            f"The totals of {thousands(self.nights)} nights vary {self.index:.2f} times as much as chance expects "
            f"(chance alone does so {_share(self.p_value)})"
        )
        if self.index > THRESHOLD and self.frailty > 0:
            return f"{found}: nights have a factor of their own, and intervals are wider for it."
        return f"{found}: close to chance" + (", and intervals hold the doubt." if self.frailty > 0 else ".")


NOT_TESTED = Dispersion(float("nan"), float("nan"), 0)


def dispersion_of(counts: Hours, expected: Hours, *, seed: int = 0) -> Dispersion:
    """
    Test whether the totals of nights vary by more than chance around what was expected of them.

    The copies are drawn given the sum of all nights, so few incidents a night do no harm. Where the index is above 1,
    each excess is believed by its evidence among negative-binomial totals, chance alone among them. A trend or a season
    that ``expected`` does not hold shows as dispersion too; nights are taken as independent of each other.

    Parameters
    ----------
    counts, expected
        Shape (nights,); only the ratios of ``expected`` matter, and nights of which nothing was expected are left out.

    Examples
    --------
    >>> dispersion_of(np.array([9.0, 0, 8, 0, 9, 0, 8, 0]), np.ones(8)).index > THRESHOLD
    True
    """
    counts, expected = counts[expected > 0], expected[expected > 0]
    total, nights = counts.sum(), len(expected)
    if nights < FEWEST_NIGHTS or total < FEWEST_NIGHTS:
        return Dispersion(float("nan"), float("nan"), nights)
    expected = expected * total / expected.sum()
    index = float(_index(counts, expected))
    copies = np.random.default_rng([seed, 2]).multinomial(int(total), expected / total, size=_COPIES).astype(np.float64)
    p_value = float((1 + np.sum(_index(copies, expected) >= index)) / (1 + _COPIES))
    night = float(expected @ expected / total)
    if index <= 1:
        return Dispersion(index, p_value, nights, night=night)
    evidence = np.array([_evidence(counts, expected, excess / night) for excess in TRIED])
    evidence += 0.5 * SPENT * np.log1p(TRIED)
    weights = np.exp(evidence - evidence.max())
    weights /= weights.sum()
    return Dispersion(index, p_value, nights, tuple(TRIED.tolist()), tuple(weights.tolist()), night)


def _index(counts: Hours, expected: Hours) -> Hours:
    return np.asarray(((counts - expected) ** 2 / expected).sum(axis=-1) / (len(expected) - 1))


def _evidence(counts: Hours, expected: Hours, frailty: float) -> float:
    """Give the log likelihood of totals that are Poisson given a gamma factor of variance ``frailty``."""
    if frailty == 0:
        return float(np.sum(counts * np.log(expected) - expected))
    k = 1 / frailty
    of_factor = gammaln(k + counts) - gammaln(k) + k * np.log(k) - (k + counts) * np.log(k + expected)
    return float(np.sum(of_factor + counts * np.log(expected)))


def _share(p: float) -> str:
    """
    Write a p-value as a share of times.

    Examples
    --------
    >>> _share(0.002), _share(0.31)
    ('fewer than 1 time in 100', '31 times in 100')
    """
    return "fewer than 1 time in 100" if p < 0.01 else f"{100 * p:.0f} time{'s' if p >= 0.015 else ''} in 100"
