"""Shares over time: by week, month or quarter, and whether the end of a period differs from its beginning."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from geo.errors import SchemaError
from geo.incidents.days import with_days
from geo.shares import CONFIDENCE, Share, exact_interval, share_of

Unit = Literal["week", "month", "quarter"]
Verdict = Literal["rose", "fell", "cannot tell"]

FREQUENCIES: dict[Unit, str] = {"week": "W-SUN", "month": "M", "quarter": "Q"}
END = 0.25
"""Which part of a period's days its beginning is, and its end: a quarter (assumption; of a year, three months)."""

POWER = 0.8
"""The chance to see a change that is there, by custom (Cohen 1988, Statistical Power Analysis, 2nd edition, 2.4)."""


def answered(incidents: pd.DataFrame, shifts: pd.DataFrame, yes: str) -> pd.DataFrame:
    """
    Give the day of each incident and a three-valued answer: ``deployed``, or a contact mode such as ``telephone``.

    Incidents without a day are left out. A contact mode is ``unknown`` where none is recorded.
    """
    dated = with_days(incidents, shifts)
    if yes == "deployed":
        answer = dated["deployed"]
    else:
        modes = dated["contact_mode"]
        answer = pd.Series(np.select([modes == yes, modes == "unknown"], ["yes", "unknown"], "no"), dated.index)
    return pd.DataFrame({"day": dated["day"], "answer": answer.astype("str")}).dropna(subset="day")


def share_by(answers: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    """
    Give the share of yes in each week, month or quarter, by its first day, of the answers of :func:`answered`.

    Returns
    -------
    ``begins``, ``yes``, ``no``, ``unknown``, ``n``, ``low`` and ``high`` (what the blanks allow) and the exact 95%
    ``interval_low`` and ``interval_high``; a period without an incident has no row.
    """
    begins = answers["day"].dt.to_period(FREQUENCIES[unit]).dt.start_time
    rows = [{"begins": begin, **_row(share_of(part))} for begin, part in answers["answer"].groupby(begins)]
    return pd.DataFrame(rows, columns=["begins", *_COLUMNS])


_COLUMNS = ("yes", "no", "unknown", "n", "low", "high", "interval_low", "interval_high")


def _row(share: Share) -> dict[str, float]:
    limits = exact_interval(share.yes, share.n, share.unknown)
    values = (share.yes, share.no, share.unknown, share.n, share.low, share.high, *limits)
    return dict(zip(_COLUMNS, values, strict=True))


@dataclass(frozen=True, slots=True)
class Change:
    """
    A share at the beginning of a period and at its end, and what their difference can be.

    ``interval`` holds the difference, end less beginning, with 95% confidence, whatever the blanks were.
    """

    first: Share
    last: Share
    until: dt.date
    since: dt.date
    interval: tuple[float, float]

    @property
    def verdict(self) -> Verdict:
        """Whether the share rose or fell; nobody can tell while the interval holds zero."""
        low, high = self.interval
        return "rose" if low > 0 else "fell" if high < 0 else "cannot tell"

    def __str__(self) -> str:
        """Say it in words, with n and doubt."""
        low, high = (f"{100 * limit:+.0f}".replace("-", "\u2212") for limit in self.interval)
        ends = (
            f"{_shown(self.first)} up to {_day(self.until)} (n = {self.first.n}), "
            f"{_shown(self.last)} from {_day(self.since)} (n = {self.last.n})"
        )
        said = {"rose": "it rose", "fell": "it fell", "cannot tell": "cannot tell yet whether it changed"}
        return f"{ends}: {said[self.verdict]} (difference {low} to {high} points, 95% interval)"


def _shown(share: Share) -> str:
    low, high = f"{100 * share.low:.0f}", f"{100 * share.high:.0f}"
    return f"{low}%" if low == high else f"{low} to {high}%"


def _day(date: dt.date) -> str:
    return f"{date.day} {date:%b %Y}"


def change(answers: pd.DataFrame) -> Change | None:
    """
    Compare the first quarter of a period's days with the last, blanks taken each way.

    A comparison of two ends sees a steady change and one step; it is blind to what rises and falls again, and takes the
    seasons for a change where the period is no whole year.

    Returns
    -------
    None where either end has no incident, or both are the same days.
    """
    if answers.empty:
        return None
    begin, end = answers["day"].min(), answers["day"].max()
    part = (end - begin + pd.Timedelta(days=1)) * END
    early, late = answers["day"] < begin + part, answers["day"] > end - part
    first, last = share_of(answers.loc[early, "answer"]), share_of(answers.loc[late, "answer"])
    if not first.n or not last.n or bool((early & late).any()):
        return None
    return Change(
        first,
        last,
        until=answers.loc[early, "day"].max().date(),
        since=answers.loc[late, "day"].min().date(),
        interval=difference(last, first),
    )


def difference(share: Share, other: Share) -> tuple[float, float]:
    """
    Give the 95% interval of ``share`` less ``other``, whatever their blanks were.

    The two are taken as independent; where they share incidents, as two sources do, the interval is wider than it need
    be.
    """
    return (
        newcombe(share.yes, share.n, other.yes + other.unknown, other.n)[0],
        newcombe(share.yes + share.unknown, share.n, other.yes, other.n)[1],
    )


def newcombe(yes: int, n: int, other_yes: int, other_n: int) -> tuple[float, float]:
    """
    Give the 95% interval of a difference of two independent shares, ``yes / n`` less ``other_yes / other_n``.

    Raises
    ------
    SchemaError
        If either share is of nothing.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890: method 10, the hybrid of Wilson's score intervals.

    Examples
    --------
    >>> [round(limit, 4) for limit in newcombe(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    if min(n, other_n) < 1:
        raise SchemaError(f"a share needs at least one incident on both sides, not {n} and {other_n}")
    share, other = yes / n, other_yes / other_n
    (low, high), (other_low, other_high) = _wilson(share, n), _wilson(other, other_n)
    difference = share - other
    below = np.hypot(share - low, other_high - other)
    above = np.hypot(high - share, other - other_low)
    return float(difference - below), float(difference + above)


def _wilson(share: float, n: int) -> tuple[float, float]:
    z = float(norm.ppf((1 + CONFIDENCE) / 2))
    middle = share + z**2 / (2 * n)
    reach = z * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    return (middle - reach) / (1 + z**2 / n), (middle + reach) / (1 + z**2 / n)


def needed_a_month(first: float, last: float, months: int) -> int:
    """
    Give how many incidents a month :func:`change` needs to see a share move steadily from ``first`` to ``last``.

    ``first`` and ``last`` are the shares of the first and the last of ``months`` months; seen is a change whose 95%
    interval leaves out zero, in four trials of five. The normal approximation; no blanks; the same number every month.

    Raises
    ------
    SchemaError
        If the shares are equal or no shares, or there are fewer than four months.

    References
    ----------
    Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, 3rd edition, 4.2.
    """
    return int(np.ceil(_needed_incidents(first, last, months) / (months * END)))


def power_at(first: float, last: float, months: int, a_month: float) -> float:
    """Give the chance that :func:`change` sees such a move at ``a_month`` incidents a month; as above."""
    early, late = _ends(first, last, months)
    error = ((early * (1 - early) + late * (1 - late)) / (a_month * months * END)) ** 0.5
    return float(norm.cdf(abs(late - early) / error - norm.ppf((1 + CONFIDENCE) / 2)))


def _needed_incidents(first: float, last: float, months: int) -> float:
    """Give how many incidents each end needs."""
    early, late = _ends(first, last, months)
    reach = float(norm.ppf((1 + CONFIDENCE) / 2) + norm.ppf(POWER))
    return float(reach**2 * (early * (1 - early) + late * (1 - late)) / (late - early) ** 2)


def _ends(first: float, last: float, months: int) -> tuple[float, float]:
    """Give the mean share of the first and the last quarter of the months of a steady move."""
    if not (0 <= first <= 1 and 0 <= last <= 1) or first == last or months < 4:
        raise SchemaError(
            f"no move can be seen from {first:g} to {last:g} in {months} months; give two shares, four months"
        )
    half = (months * END - 1) / 2 * (last - first) / (months - 1)
    return first + half, last - half
