"""Totals of a window of hours without smoothing: what was counted there, in how many live hours, and exact limits."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammainccinv, gammaincinv

from geo.errors import SchemaError
from geo.week import Hours

LEVEL = 0.90


def garwood(n: int, level: float = LEVEL) -> tuple[float, float]:
    """
    Give the exact limits of a Poisson mean of which ``n`` were counted.

    They cover at least ``level``, and more where counts are small. Too narrow where counts vary by more than chance:
    nights that differ, or one person calling often.

    Raises
    ------
    SchemaError
        If ``n`` is negative, or ``level`` not between 0 and 1.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442.

    Examples
    --------
    >>> low, high = garwood(5, 0.95)
    >>> round(low, 3), round(high, 3)
    (1.623, 11.668)
    """
    if n < 0 or not 0 < level < 1:
        raise SchemaError(f"a count of {n} and a level of {level:g} have no limits; give n >= 0 and a level in (0, 1)")
    tail = (1 - level) / 2
    return float(gammaincinv(n, tail)) if n else 0.0, float(gammainccinv(n + 1, tail))


@dataclass(frozen=True, slots=True)
class WindowTotal:
    """
    What was counted in a window of hours.

    Parameters
    ----------
    incidents, live_hours
        Counted, and in how many hours of watching.
    dispersion
        How many times the variance of the total is that of chance alone; 1 where nights differ by chance.
    """

    incidents: int
    live_hours: float
    dispersion: float = 1.0

    @property
    def rate(self) -> float:
        """Incidents an hour; NaN where the window was never live."""
        return self.incidents / self.live_hours if self.live_hours else float("nan")

    def limits(self, level: float = LEVEL) -> tuple[float, float]:
        """
        Give the limits of the rate: Garwood's, widened by the root of ``dispersion``; from 0 without end where the
        window was never live.
        """
        if not self.live_hours:
            return 0.0, float("inf")
        low, high = garwood(self.incidents, level)
        wider = self.dispersion**0.5
        least = self.incidents - wider * (self.incidents - low)
        return max(least, 0.0) / self.live_hours, (self.incidents + wider * (high - self.incidents)) / self.live_hours

    def draws(self, rng: np.random.Generator, draws: int) -> Hours:
        """Draw the rate from ``Gamma(0.5 + n, E)``, its variance multiplied by ``dispersion``; NaN without exposure."""
        if not self.live_hours:
            return np.full(draws, np.nan)
        shape = (0.5 + self.incidents) / self.dispersion
        return np.asarray(rng.gamma(shape, self.dispersion / self.live_hours, size=draws), dtype=np.float64)


def window_total(
    counts: Hours, exposure: Hours, window: npt.NDArray[np.bool_], *, dispersion: float = 1.0
) -> WindowTotal:
    """
    Add up the hours of a window: counts and live hours, shape (168,) each, where ``window`` (168,) is true.

    Counts in hours without exposure are left out. Wrong as a rate of the window where some of its hours were watched
    far more often than others, and those are the busy or the quiet ones.

    Examples
    --------
    >>> friday = np.arange(168) // 24 == 4
    >>> total = window_total(friday * 1.0, friday * 2.0, friday)
    >>> total.incidents, total.live_hours, total.rate
    (24, 48.0, 0.5)
    """
    seen = window & (exposure > 0)
    return WindowTotal(int(counts[seen].sum()), float(exposure[seen].sum()), dispersion)
