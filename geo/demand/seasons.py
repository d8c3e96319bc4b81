"""Months and bank holidays: rates with exact limits, where enough hours were live to tell."""

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from geo.demand.watched import Watched
from geo.demand.windows import WindowTotal

MONTH_HOURS = 100.0
"""Live hours of a calendar month, and of a kind of night, below which its rate is too little to tell (assumption)."""

NIGHT_HOURS = 24.0

_MOVED = {
    (2012, "spring"): dt.date(2012, 6, 4),
    (2020, "early May"): dt.date(2020, 5, 8),
    (2022, "spring"): dt.date(2022, 6, 2),
}
_ONCE = (
    dt.date(2011, 4, 29),
    dt.date(2012, 6, 5),
    dt.date(2022, 6, 3),
    dt.date(2022, 9, 19),
    dt.date(2023, 5, 8),
)


def bank_holidays(years: Iterable[int]) -> tuple[dt.date, ...]:
    """
    Give the bank holidays of England and Wales in some years, in order.

    By rule, with substitute days, and the one-off ones and those that were moved from 2011 to 2026 (royal wedding 2011,
    jubilees 2012 and 2022, 75 years of peace 2020, funeral 2022, coronation 2023). Wrong for one-off days of other
    years.

    References
    ----------
    gov.uk/bank-holidays; Banking and Financial Dealings Act 1971, schedule 1.

    Examples
    --------
    >>> [f"{day:%-d %b}" for day in bank_holidays([2022])]
    ['3 Jan', '15 Apr', '18 Apr', '2 May', '2 Jun', '3 Jun', '29 Aug', '19 Sep', '26 Dec', '27 Dec']
    """
    return tuple(sorted(day for year in set(years) for day in _of_year(year)))


def _of_year(year: int) -> set[dt.date]:
    easter = (pd.Timestamp(year, 1, 1) - pd.Timedelta(days=1) + pd.offsets.Easter()).date()
    christmas, boxing = dt.date(year, 12, 25), dt.date(year, 12, 26)
    return {
        _next_weekday(dt.date(year, 1, 1)),
        easter - dt.timedelta(days=2),
        easter + dt.timedelta(days=1),
        _MOVED.get((year, "early May"), _monday_from(dt.date(year, 5, 1))),
        _MOVED.get((year, "spring"), _monday_from(dt.date(year, 5, 25))),
        _monday_from(dt.date(year, 8, 25)),
        *_christmas(christmas, boxing),
        *(day for day in _ONCE if day.year == year),
    }


def _christmas(christmas: dt.date, boxing: dt.date) -> set[dt.date]:
    """Give the days off for Christmas Day and Boxing Day: a Saturday or Sunday is made up for, each once."""
    substitute = {5: (27, 28), 6: (26, 27), 4: (25, 28)}.get(christmas.weekday(), (christmas.day, boxing.day))
    return {christmas.replace(day=day) for day in substitute}


def _next_weekday(day: dt.date) -> dt.date:
    return day + dt.timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


def _monday_from(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=-day.weekday() % 7)


def rate_by_month(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Give the rate of each calendar month, all years together: incidents an hour with exact 90% limits.

    Hours are those of the shift log, so a month of few shifts is not a quiet one. Wrong where shifts of one month lay
    in busier hours than those of another, and too narrow where nights differ by more than chance.

    Returns
    -------
    Twelve rows: ``month`` (1 to 12), ``incidents``, ``live_hours``, ``rate``, ``low``, ``high`` (NaN where never live)
    and ``too_little`` (fewer than :data:`MONTH_HOURS`).
    """
    watched = Watched.of(incidents, shifts)
    hours = watched.elapsed.groupby(watched.elapsed["hour"].dt.tz_convert("Europe/London").dt.month)["share"].sum()
    calls = watched.live.groupby(watched.live["when"].dt.tz_convert("Europe/London").dt.month).size()
    rows = [_row({"month": m}, calls.get(m, 0), hours.get(m, 0.0), MONTH_HOURS) for m in range(1, 13)]
    return pd.DataFrame(rows)


def bank_holiday_nights(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Compare the nights of bank holidays with other nights of the same weekday: incidents an hour, exact 90% limits.

    A night belongs to the day on which it began. Incidents without a time are left out of both. One-off bank holidays
    before 2011 and after 2026 are not known.

    Returns
    -------
    Two rows for each weekday that held a bank holiday: ``weekday`` (0 Monday), ``bank_holiday``, ``nights``,
    ``incidents``, ``live_hours``, ``rate``, ``low``, ``high`` and ``too_little`` (fewer than :data:`NIGHT_HOURS`).

    """
    watched = Watched.of(incidents, shifts)
    night = watched.elapsed.groupby("night")["share"].sum().rename("live_hours").to_frame()
    timed = watched.live.dropna(subset="night").groupby("night").size()
    table = night.assign(incidents=timed.reindex(night.index, fill_value=0))
    holidays = pd.to_datetime(list(bank_holidays(night.index.year)))
    kinds = [table.index.day_of_week, table.index.isin(holidays)]
    rows = [
        _row(
            {"weekday": int(weekday), "bank_holiday": bool(holiday), "nights": len(nights)},
            nights["incidents"].sum(),
            nights["live_hours"].sum(),
            NIGHT_HOURS,
        )
        for (weekday, holiday), nights in table.groupby(kinds)
    ]
    columns = ["weekday", "bank_holiday", "nights", "incidents", "live_hours", "rate", "low", "high", "too_little"]
    found = pd.DataFrame(rows, columns=columns)
    held = set(found.loc[found["bank_holiday"].astype(bool), "weekday"])
    return found[found["weekday"].isin(held)].reset_index(drop=True)


def _row(names: dict[str, object], incidents: float, hours: float, enough: float) -> dict[str, object]:
    total = WindowTotal(int(incidents), float(hours))
    low, high = total.limits() if hours else (float("nan"), float("nan"))
    measured = {"incidents": total.incidents, "live_hours": total.live_hours, "rate": total.rate}
    return names | measured | {"low": low, "high": high, "too_little": total.live_hours < enough}
