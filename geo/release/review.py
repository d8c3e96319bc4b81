"""The quarterly review: one period against another, in the hours of the week that both watched."""

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.demand.change import ratio_of_rates
from geo.demand.exposure import live_hours, while_live
from geo.deployment.patterns import hour_of_week
from geo.errors import SchemaError
from geo.week import HOURS

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Period:
    """A period of days, both ends included."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise SchemaError(f"the period ends ({self.last}) before it begins ({self.first}); choose a later end")

    @property
    def words(self) -> str:
        """The period as pages write it: ``1 Jan 2016 to 31 Mar 2016``."""
        return f"{_day(self.first)} to {_day(self.last)}"

    def as_dates(self) -> list[str]:
        """Give both days as ISO dates."""
        return [self.first.isoformat(), self.last.isoformat()]


@dataclass(frozen=True, eq=False)
class Review:
    """
    Incidents of two periods in hours of the week that both watched, and the hours watched in each.

    ``now`` and ``before`` are incidents, ``hours`` those of the one and the other; ``against`` is the other period.
    """

    now: pd.DataFrame
    before: pd.DataFrame
    hours: tuple[float, float]
    against: Period

    def whole(self) -> pd.DataFrame:
        """Compare the county: one row of :func:`geo.demand.change.ratio_of_rates` with both counts."""
        return self._held([len(self.now)], [len(self.before)]).assign(area="whole county")

    def by(self, names: list[str], column: str) -> pd.DataFrame:
        """Compare each of ``names`` of a column that holds districts, a row each."""
        now, before = (
            part[column].value_counts().reindex(names, fill_value=0).to_list() for part in (self.now, self.before)
        )
        return self._held(now, before).assign(area=names)

    def _held(self, now: list[int], before: list[int]) -> pd.DataFrame:
        return ratio_of_rates(now, before, self.hours).assign(now=now, before=before)


def parse_period(text: str) -> Period:
    """
    Read a period such as ``2016-01-01..2016-03-31``.

    Raises
    ------
    SchemaError
        If it cannot be read, or ends before it begins.

    Examples
    --------
    >>> parse_period("2016-01-01..2016-03-31").words
    '1 Jan 2016 to 31 Mar 2016'
    """
    found = re.fullmatch(r"\s*(\d{4}-\d\d-\d\d)\s*\.\.\s*(\d{4}-\d\d-\d\d)\s*", text)
    try:
        if not found:
            raise ValueError("two dates are needed")
        first, last = (dt.date.fromisoformat(part) for part in found.groups())
    except ValueError as error:
        raise SchemaError(f"{text!r} is no period ({error}); write it as 2016-01-01..2016-03-31") from error
    return Period(first, last)


def review(
    now: tuple[pd.DataFrame, pd.DataFrame], before: tuple[pd.DataFrame, pd.DataFrame], periods: tuple[Period, Period]
) -> Review:
    """
    Hold a period against another, each as incidents and the stretches watched.

    An hour of the week counts only where both watched it, so a longer shift makes no change; an incident without a
    time of its own has no hour and is left out. Wrong where the mix within those hours changed.

    Raises
    ------
    SchemaError
        If the periods overlap, or share no watched hour of the week.
    """
    mine, theirs = periods
    if mine.first <= theirs.last and theirs.first <= mine.last:
        raise SchemaError(
            f"the periods overlap ({mine.words}; {theirs.words}), so they cannot be held against each other; "
            "choose two that share no day"
        )
    live = [live_hours(watched) if len(watched) else np.zeros(HOURS) for _, watched in (now, before)]
    both = (live[0] > 0) & (live[1] > 0)
    if not both.any():
        raise SchemaError(
            f"{mine.words} and {theirs.words} were live in no same hour of the week, so nothing can be compared; "
            "choose another period"
        )
    kept = [_within(incidents, watched, both) for incidents, watched in (now, before)]
    return Review(kept[0], kept[1], (float(live[0][both].sum()), float(live[1][both].sum())), theirs)


def _within(incidents: pd.DataFrame, watched: pd.DataFrame, both: Flags) -> pd.DataFrame:
    timed = incidents[incidents["received_at"].notna()]
    inside = while_live(timed, watched) & hour_of_week(timed["received_at"]).isin(np.flatnonzero(both))
    return timed[inside]


def change_in_words(row: pd.Series, decimals: int) -> str:
    """
    Say how a rate changed, with its exact 90% limits and a verdict.

    Examples
    --------
    >>> change_in_words(ratio_of_rates([40], [20], (500.0, 500.0)).iloc[0], 1)
    '2.0 times (1.2-3.3): rose'
    """
    if not np.isfinite(row["ratio"]):
        return "nothing to compare with yet"
    ratio, low, high = (f"{row[name]:.{decimals}f}" for name in ("ratio", "low", "high"))
    verdict = "cannot tell yet" if row["cannot_tell"] else "rose" if row["ratio"] > 1 else "fell"
    return f"{ratio} times ({low}-{high}): {verdict}"


def _day(value: dt.date) -> str:
    return f"{value.day} {value:%b %Y}"
