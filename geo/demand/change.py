"""One period against another: the ratio of two rates, with the doubt that small counts leave."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import beta, binom

from geo.demand.exposure import live_hours, while_live
from geo.deployment.patterns import hour_grid, hour_of_week
from geo.errors import SchemaError
from geo.tables import LONDON
from geo.week import HOURS, Hours

LEVEL = 0.90
BLOCK = 3
"""Hours of a block of the day: eight blocks, so that each has incidents enough to be compared. Assumption."""

Counts = npt.NDArray[np.int64]


def ratio_of_rates(
    later: npt.ArrayLike, earlier: npt.ArrayLike, hours: tuple[float, float] | tuple[Hours, Hours], level: float = LEVEL
) -> pd.DataFrame:
    """
    Compare Poisson counts of two periods: the later rate as a multiple of the earlier one, with exact limits.

    Given their sum, the later count is binomial, so Clopper and Pearson's limits of its share give limits of the ratio
    that hold at any count. Wrong where incidents come in clusters (one caller, one night): then it is too sure.

    Parameters
    ----------
    later, earlier
        Counts, shape (rows,).
    hours
        Live hours of the later and the earlier period, one number or shape (rows,).

    Returns
    -------
    One row a count: ``ratio`` (missing where nothing was counted, infinite where only the later was), ``low``,
    ``high``, ``p`` (of equal rates, two-sided, twice the smaller tail) and ``cannot_tell`` where the limits hold 1.

    Raises
    ------
    SchemaError
        If a period has no live hours.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31, 313-323; Clopper and Pearson (1934), Biometrika 26, 404-413.

    Examples
    --------
    >>> ratio_of_rates([11], [21], (800.0, 3011.0), 0.95)[["ratio", "low", "high"]].round(3).to_numpy().tolist()
    [[1.971, 0.858, 4.277]]
    """
    new, old = np.asarray(later, dtype=np.float64), np.asarray(earlier, dtype=np.float64)
    now, before = (np.broadcast_to(np.asarray(one, dtype=np.float64), new.shape) for one in hours)
    if not ((now > 0).all() and (before > 0).all()):
        raise SchemaError("one of the two periods has no live hours, so rates cannot be compared; move the date")
    tail = (1 - level) / 2
    least = np.where(new > 0, beta.ppf(tail, new, old + 1), 0.0)
    most = np.where(old > 0, beta.isf(tail, new + 1, old), 1.0)
    share = now / (now + before)
    smaller = np.minimum(binom.cdf(new, new + old, share), binom.sf(new - 1, new + old, share))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, low, high = (
            old_to_new * before / now for old_to_new in (new / old, least / (1 - least), most / (1 - most))
        )
    return pd.DataFrame(
        {
            "ratio": ratio,
            "low": low,
            "high": high,
            "p": np.minimum(2 * smaller, 1.0),
            "cannot_tell": (low <= 1) & (high >= 1),
        }
    )


@dataclass(frozen=True, eq=False)
class Halves:
    """
    Two periods about a day, made alike: only live hours of the week that both had, and the incidents in them.

    Parameters
    ----------
    at
        The first day of the later period.
    later, earlier
        Incidents that are compared.
    later_hours, earlier_hours
        Live hours by hour of week, shape (168,); 0 in both where either had none.
    undated, outside
        Incidents without a day, and those outside the live hours that both had.
    """

    at: dt.date
    later: pd.DataFrame
    earlier: pd.DataFrame
    later_hours: Hours
    earlier_hours: Hours
    undated: int
    outside: int

    @property
    def hours(self) -> tuple[float, float]:
        """Live hours of the later and the earlier period."""
        return float(self.later_hours.sum()), float(self.earlier_hours.sum())

    def whole(self) -> pd.DataFrame:
        """Compare the county: one row of :func:`ratio_of_rates` with both counts."""
        return _with_counts([len(self.later)], [len(self.earlier)], self.hours)

    def by(self, field: str, names: list[str]) -> pd.DataFrame:
        """Compare each of ``names`` of a field (``district``): a row each, with both counts; none of them left out."""
        later, earlier = (
            part[field].value_counts().reindex(names, fill_value=0) for part in (self.later, self.earlier)
        )
        return _with_counts(later.to_list(), earlier.to_list(), self.hours).assign(area=names)

    def by_block(self) -> pd.DataFrame:
        """Compare each block of three hours of the day in which both were live, all days of the week together."""
        counts = [hour_grid(part).reshape(7, 24).sum(axis=0) for part in (self.later, self.earlier)]
        hours_live = [live.reshape(7, 24).sum(axis=0) for live in (self.later_hours, self.earlier_hours)]
        rows = []
        for first in range(0, 24, BLOCK):
            block = slice(first, first + BLOCK)
            live = float(hours_live[0][block].sum()), float(hours_live[1][block].sum())
            if min(live) > 0:
                later, earlier = (int(count[block].sum()) for count in counts)
                row = _with_counts([later], [earlier], live)
                rows.append(row.assign(block=f"{first:02d}:00-{(first + BLOCK) % 24:02d}:00"))
        return pd.concat(rows, ignore_index=True)


def halves(incidents: pd.DataFrame, watched: pd.DataFrame, at: dt.date) -> Halves:
    """
    Cut incidents and watched hours at midnight before a day, and keep of both what can be compared.

    An hour of the week counts only where both periods were live in it, so a longer shift in one of them makes no
    change. Within those hours the mix may still differ. An incident without a time of its own has no hour and is left
    out, and so is one outside live hours.

    Parameters
    ----------
    incidents, watched
        As :func:`geo.demand.rates.fit_demand` takes them.
    at
        First day of the later period.

    Raises
    ------
    SchemaError
        If the two periods share no live hour of the week.
    """
    midnight = pd.Timestamp(at, tz=LONDON)
    parts = _cut(watched, None, midnight), _cut(watched, midnight, None)
    live = [live_hours(part) if len(part) else np.zeros(HOURS) for part in parts]
    both = (live[0] > 0) & (live[1] > 0)
    if not both.any():
        raise SchemaError(
            f"before and from {at.day} {at:%b %Y} on, no hour of the week was live both times, so nothing can be "
            "compared; move the date"
        )
    hours = hour_of_week(incidents["received_at"])
    timed = incidents[hours.notna()]
    shared = both[hours.dropna().to_numpy(np.int64)]
    kept = timed[shared & while_live(timed, watched)]
    before = kept["received_at"] < midnight
    return Halves(
        at,
        kept[~before],
        kept[before],
        np.where(both, live[1], 0.0),
        np.where(both, live[0], 0.0),
        len(incidents) - len(timed),
        len(timed) - len(kept),
    )


def _cut(watched: pd.DataFrame, begin: pd.Timestamp | None, end: pd.Timestamp | None) -> pd.DataFrame:
    """Keep of each watched stretch what lies between two moments."""
    start, stop = watched["start"], watched["end"]
    start = start.where(start >= begin, begin) if begin is not None else start
    stop = stop.where(stop <= end, end) if end is not None else stop
    return watched.assign(start=start, end=stop)[start < stop]


def _with_counts(later: list[int], earlier: list[int], hours: tuple[float, float]) -> pd.DataFrame:
    return ratio_of_rates(later, earlier, hours).assign(
        later=later, earlier=earlier, later_hours=hours[0], earlier_hours=hours[1]
    )
