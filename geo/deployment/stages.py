"""How long each stage of an answer took, and what it meant for the officers at the scene."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from geo.shares import CONFIDENCE

QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
LEAST_TIMED = 6
"""Fewer have no 95% interval of their median: the chance that all lie on one side is then above 5%."""

LEAST_FOR_TAILS = 10
"""Fewer have no tenth and no ninetieth percentile: they would be the shortest and the longest themselves."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its words, the times at which it begins and ends, and which incidents it is expected of."""

    words: str
    begins: str
    ends: str
    expected: Callable[[pd.DataFrame], pd.Series]


def _sent(incidents: pd.DataFrame) -> pd.Series:
    return incidents["deployed"] == "yes"


def _advised(incidents: pd.DataFrame) -> pd.Series:
    return incidents["contact_mode"].isin(["advice", "telephone"])


def _all(incidents: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=incidents.index)


STAGES = (
    Stage("call to advice", "received_at", "advice_at", _advised),
    Stage("call to car sent", "received_at", "dispatched_at", _sent),
    Stage("car sent to arrival", "dispatched_at", "arrived_at", _sent),
    Stage("call to arrival", "received_at", "arrived_at", _sent),
    Stage("arrival to clear", "arrived_at", "cleared_at", _sent),
    Stage("call to clear", "received_at", "cleared_at", _all),
    Stage("arrival to officers released", "arrived_at", "officers_released_at", _sent),
)
"""In the order in which they happen; those of the car are expected of incidents to which it was deployed."""


def elapsed(incidents: pd.DataFrame, begins: str, ends: str) -> pd.Series:
    """
    Give the minutes that passed between two times of each incident, NaN where either is not recorded.

    Elapsed time: over midnight, and through a change of the clocks, as a stopwatch would tell.
    """
    return (incidents[ends] - incidents[begins]).dt.total_seconds() / 60


def stage_table(incidents: pd.DataFrame) -> pd.DataFrame:
    """
    Give each stage's minutes as quantiles, one row a stage.

    An incident counts for a stage where the stage is expected of it, or both of its times are recorded. Of those,
    ``timed`` have both times in order, ``missing`` lack one, and ``negative`` end before they begin: the last two are
    left out and counted. Below :data:`LEAST_TIMED` timed no figure is given; the tenth and ninetieth percentile need
    :data:`LEAST_FOR_TAILS`. Wrong where times are rounded, and where those not recorded were other than those recorded.

    Returns
    -------
    ``stage``, ``n``, ``timed``, ``missing``, ``negative``, ``p10``, ``p25``, ``median``, ``p75``, ``p90`` (minutes) and
    the median's 95% ``interval_low`` and ``interval_high``; NaN where there are too few.
    """
    return pd.DataFrame([_row(incidents, stage) for stage in STAGES])


def _row(incidents: pd.DataFrame, stage: Stage) -> dict[str, object]:
    minutes = elapsed(incidents, stage.begins, stage.ends)
    minutes = minutes[stage.expected(incidents) | minutes.notna()]
    timed = minutes[minutes >= 0].to_numpy(np.float64)
    low, high = median_interval(timed)
    return {
        "stage": stage.words,
        "n": len(minutes),
        "timed": len(timed),
        "missing": int(minutes.isna().sum()),
        "negative": int((minutes < 0).sum()),
        **dict(zip(("p10", "p25", "median", "p75", "p90"), quantiles(timed), strict=True)),
        "interval_low": low,
        "interval_high": high,
    }


def quantiles(minutes: Numbers) -> tuple[float, ...]:
    """
    Give the 10th, 25th, 50th, 75th and 90th percentile, interpolated linearly; NaN where there are too few.

    References
    ----------
    Hyndman & Fan (1996), The American Statistician 50, 361-365: definition 7.
    """
    if len(minutes) < LEAST_TIMED:
        return (np.nan,) * len(QUANTILES)
    found = [float(value) for value in np.quantile(minutes, QUANTILES)]
    if len(minutes) < LEAST_FOR_TAILS:
        found[0] = found[-1] = np.nan
    return tuple(found)


def median_interval(minutes: Numbers) -> tuple[float, float]:
    """
    Give a 95% interval of the median that supposes nothing of how the minutes are spread; NaN below six.

    Its limits are two of the values, the k-th shortest and the k-th longest: with the largest k for which so few on
    one side have a chance of at most 2.5%.

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, 3rd edition, section 3.2.

    Examples
    --------
    >>> median_interval(np.arange(1.0, 21.0))
    (6.0, 15.0)
    """
    ordered = np.sort(minutes)
    tail = (1 - CONFIDENCE) / 2
    ranks = int(np.searchsorted(binom.cdf(np.arange(len(ordered)), len(ordered), 0.5), tail, side="right"))
    if not ranks:
        return np.nan, np.nan
    return float(ordered[ranks - 1]), float(ordered[-ranks])


@dataclass(frozen=True, slots=True)
class OfficerHours:
    """
    Officer hours at the incidents to which the car came or the nurse advised.

    ``until_release`` is what they stayed after the nurse arrived (or gave advice), ``given_back`` what they were spared
    from their release until the incident was cleared; both are 'at least'. ``at_most`` bounds the two together, as far
    as anything does: ``unbounded`` incidents have neither.
    """

    n: int
    complete: int
    until_release: float
    given_back: float
    at_most: float
    unbounded: int
    median: float
    interval: tuple[float, float]


def officer_hours(incidents: pd.DataFrame) -> OfficerHours:
    """
    Add up the hours of the officers at the scene, from the nurse's arrival or advice to their release, and after it.

    Officers times minutes, where number, start and release are all recorded. At the most, an incident without a
    release kept its officers until it was cleared, and one without a number had as many as the largest recorded. The
    hours given back are no proof: without the nurse the officers might have been released earlier, or later.
    """
    mine = incidents[_sent(incidents) | _advised(incidents)]
    begins = mine["arrived_at"].fillna(mine["advice_at"])
    until = (mine["officers_released_at"] - begins).dt.total_seconds() / 60
    until = until.where(~(until < 0))
    after = (mine["cleared_at"] - mine["officers_released_at"]).dt.total_seconds() / 60
    stayed = (mine["cleared_at"] - begins).dt.total_seconds() / 60
    officers = mine["officers_on_scene"]
    most_officers = officers.fillna(officers.max())
    after = after.where(until.notna())
    whole = stayed.where(~(stayed < 0)).fillna(until)
    whole = whole.where(~(whole < until), until)
    complete = until.notna() & officers.notna()
    low, high = median_interval(until.dropna().to_numpy(np.float64))
    return OfficerHours(
        n=len(mine),
        complete=int(complete.sum()),
        until_release=float((officers * until)[complete].sum() / 60),
        given_back=float((officers * after.clip(lower=0)).sum() / 60),
        at_most=float((most_officers * whole).sum() / 60),
        unbounded=int((most_officers * whole).isna().sum()),
        median=quantiles(until.dropna().to_numpy(np.float64))[2],
        interval=(low, high),
    )
