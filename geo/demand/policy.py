"""Dates on which policy changed what is recorded or done: they split the level of demand, and stand on time axes."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from geo.demand.windows import WindowTotal
from geo.numbers import thousands


@dataclass(frozen=True, slots=True, order=True)
class PolicyDate:
    """A day from which on a policy held, in words, and where that is written."""

    date: dt.date
    words: str
    source: str = ""


SECTION_136 = PolicyDate(
    dt.date(2017, 12, 11),
    "section 136 changes of the Policing and Crime Act 2017",
    "Policing and Crime Act 2017, part 4 chapter 4 (sections 80 to 83), in force from 11 December 2017",
)

POLICY_DATES = (SECTION_136,)
"""The dates known for all of England and Wales. Right Care Right Person began force by force: users give its date."""


@dataclass(frozen=True, slots=True)
class Level:
    """What was counted between two policy dates: from which day on and before which (None: an open end)."""

    since: PolicyDate | None
    until: PolicyDate | None
    total: WindowTotal


def spanned(dates: Iterable[PolicyDate], hours: pd.Series) -> tuple[PolicyDate, ...]:
    """
    Give, in order, the dates before which and from which on some of ``hours`` (London or UTC times) lie.

    Of dates between which no hour lies the last counts.
    """
    if hours.empty:
        return ()
    inside = [date for date in sorted(dates) if hours.min() < _midnight(date) <= hours.max()]
    held = set(part_of(hours, inside))
    return tuple(date for part, date in enumerate(inside, start=1) if part in held)


def part_of(times: pd.Series, dates: Sequence[PolicyDate]) -> pd.Series:
    """Number each time by the policy dates, in order, that had begun: 0 before the first."""
    return sum((times >= _midnight(date)).astype(int) for date in dates) + pd.Series(0, index=times.index)


def _midnight(date: PolicyDate) -> pd.Timestamp:
    return pd.Timestamp(date.date, tz="Europe/London")


def policy_rules(first: dt.date, last: dt.date, dates: Iterable[PolicyDate] = POLICY_DATES) -> pd.DataFrame:
    """
    Give the policy dates within a time axis, a row each: ``date`` (without a zone) and ``words``, for a chart's rules.

    Examples
    --------
    >>> policy_rules(dt.date(2017, 1, 1), dt.date(2018, 12, 31))["words"].item()
    'section 136 changes of the Policing and Crime Act 2017'
    """
    inside = [date for date in sorted(dates) if first <= date.date <= last]
    dated = pd.Series([pd.Timestamp(date.date) for date in inside], dtype="datetime64[us]")
    return pd.DataFrame({"date": dated, "words": pd.Series([date.words for date in inside], dtype="str")})


def levels_in_words(levels: Sequence[Level]) -> str:
    """Say from when the level of demand is, and what it was before; nothing where no policy date lies within."""
    latest = levels[-1]
    if latest.since is None:
        return ""
    before = [f"{_counted(level.total)} before {_day(level.until)}" for level in levels if level.until]
    return (
        f"The level is that since {_day(latest.since)} ({latest.since.words}): {_counted(latest.total)}; "
        f"{'; '.join(before)}. The rhythm of the week and the places are of the whole period."
    )


def _day(date: PolicyDate) -> str:
    return f"{date.date.day} {date.date:%B %Y}"


def _counted(total: WindowTotal) -> str:
    low, high = total.limits()
    return (
        f"{thousands(total.incidents)} incidents in {thousands(total.live_hours)} live hours, {total.rate:.3g} an hour "
        f"(90% {low:.3g}-{high:.3g})"
    )
