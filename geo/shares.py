"""Shares of three-valued answers, with the bounds that the blanks allow and the interval that covers them."""

from dataclasses import dataclass

import pandas as pd
from scipy.special import betainccinv, betaincinv, ndtr

from geo.errors import SchemaError

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """
    What a three-valued field lets us say about a share.

    ``low`` and ``high`` are the least and greatest share that the blanks allow; ``interval`` holds the true share
    with 95% confidence, sampling included.
    """

    yes: int
    no: int
    unknown: int
    low: float
    high: float
    interval: tuple[float, float]

    @property
    def n(self) -> int:
        """How many incidents the share is of."""
        return self.yes + self.no + self.unknown

    def __str__(self) -> str:
        """Give the share in words: bounds first, then the interval."""
        if self.n == 0:
            return "no incidents"
        low, high, least, most = (f"{100 * limit:.0f}" for limit in (self.low, self.high, *self.interval))
        core = f"{low}%" if self.unknown == 0 else f"{low} to {high}%"
        return f"{core} (95% interval {least}-{most}%, n = {self.n})"


def bounds(yes: int, no: int, unknown: int) -> Share:
    """
    Bound a share whose denominator holds blanks, and give the interval that covers it.

    The bounds are ``yes / n`` and ``(yes + unknown) / n``: every blank may be either. The interval is Imbens and
    Manski's for the share itself, normal in each bound; where a bound is 0 or 1, and its standard error vanishes, the
    exact (Clopper-Pearson) limit stands in. It is wrong when the same incident is counted twice.

    Parameters
    ----------
    yes, no, unknown
        Incidents by value; each >= 0. With none at all every share from 0 to 1 remains possible.

    Raises
    ------
    SchemaError
        If a count is negative.

    References
    ----------
    Imbens & Manski (2004), Econometrica 72, 1845-1857.

    Examples
    --------
    >>> share = bounds(12, 30, 18)
    >>> share.low, share.high, [round(limit, 3) for limit in share.interval]
    (0.2, 0.5, [0.115, 0.606])
    """
    if min(yes, no, unknown) < 0:
        raise SchemaError(f"counts must not be negative: yes {yes}, no {no}, unknown {unknown}")
    n = yes + no + unknown
    if n == 0:
        return Share(0, 0, 0, 0.0, 1.0, (0.0, 1.0))
    low, high = yes / n, (yes + unknown) / n
    spread = max((low * (1 - low) / n) ** 0.5, (high * (1 - high) / n) ** 0.5)
    reach = _critical((high - low) / spread if spread else float("inf"))
    tail = float(ndtr(-reach))
    lower = low - reach * (low * (1 - low) / n) ** 0.5 if 0 < low < 1 else _exact_lower(yes, n, tail)
    upper = high + reach * (high * (1 - high) / n) ** 0.5 if 0 < high < 1 else _exact_upper(yes + unknown, n, tail)
    return Share(yes, no, unknown, low, high, (max(lower, 0.0), min(upper, 1.0)))


def _critical(width: float) -> float:
    """Solve Imbens and Manski's equation for the number of standard errors beyond each bound."""
    from scipy.optimize import brentq  # slow to load, and seldom asked

    return float(brentq(lambda c: ndtr(c + width) - ndtr(-c) - CONFIDENCE, 0.0, 3.0))


def _exact_lower(count: int, n: int, tail: float) -> float:
    return float(betaincinv(count, n - count + 1, tail)) if count else 0.0


def _exact_upper(count: int, n: int, tail: float) -> float:
    return float(betainccinv(count + 1, n - count, tail)) if count < n else 1.0


def exact_interval(yes: int, n: int, unknown: int = 0) -> tuple[float, float]:
    """
    Give the exact (Clopper-Pearson) 95% interval of a share, wide enough for every blank to be either answer.

    Raises
    ------
    SchemaError
        If a count is negative, or more were counted than there are.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26, 404-413.

    Examples
    --------
    >>> [round(limit, 3) for limit in exact_interval(0, 19)]
    [0.0, 0.176]
    """
    if min(yes, unknown) < 0 or yes + unknown > n:
        raise SchemaError(f"{yes} yes and {unknown} unknown are no counts of {n}; each is 0 or more, n at least both")
    tail = (1 - CONFIDENCE) / 2
    return _exact_lower(yes, n, tail), _exact_upper(yes + unknown, n, tail)


def share_of(values: pd.Series) -> Share:
    """Bound the share of ``yes`` among three-valued ``values``."""
    return bounds(int((values == "yes").sum()), int((values == "no").sum()), int((values == "unknown").sum()))
