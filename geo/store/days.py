"""The day that a record counts as where records are erased by date: its own, its shift's, or that of its import."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geo.incidents.days import with_days
from geo.incidents.times import read_times
from geo.incidents.values import DayOrder, Moment, read_moment

_DATED = ("received_at", "date", "time", "day", "month", "year")
_WHOLE = ("received_at", "date", "time")
_ENDS = " ,T\u00a0"
_LONGEST = 40


def days_of_incidents(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.Series:
    """Give the day of each incident: that of its call, or of the shift in whose log it stands; NaT where neither is."""
    return incidents["received_on"].fillna(with_days(incidents, shifts)["day"])


def days_of_fields(fields: Sequence[Mapping[str, str]], day_order: DayOrder) -> pd.Series:
    """
    Give the day of each row that could not be read, where its date alone can be, whatever its time; NaT elsewhere.

    >>> rows = [{"date": "04/02/2015", "time": "25:61"}, {"received_at": "5 Feb 2015 late"}, {"date": "a Thursday"}]
    >>> days_of_fields(rows, "day").dt.day.tolist()
    [4.0, 5.0, nan]
    """
    dates = pd.DataFrame(
        [{name: row.get(name, "") for name in _DATED} for row in fields], columns=list(_DATED), dtype="str"
    )
    read = read_times(dates, day_order, np.zeros(len(dates), dtype=np.bool_)).received_on
    days = pd.Series(read.astype("datetime64[us]"))
    alone = [_first_day([row[name] for name in _WHOLE], day_order) for row in dates[days.isna()].to_dict("records")]
    days[days.isna()] = pd.to_datetime(alone).astype("datetime64[us]")
    return days


def days_of_texts(texts: Sequence[str], day_order: DayOrder) -> pd.Series:
    """Give of each row of cells, joined by ' | ', the first day that one of them begins with; NaT where none does."""
    days = [_first_day(text.split(" | "), day_order) for text in texts]
    return pd.Series(pd.to_datetime(days), dtype="datetime64[us]")


def _first_day(cells: Sequence[str], day_order: DayOrder) -> dt.date | None:
    return next((day for cell in cells if (day := _leading_day(cell, day_order))), None)


def _leading_day(cell: str, day_order: DayOrder) -> dt.date | None:
    """Give the day that a cell begins with, whatever stands behind it."""
    ends = [len(cell), *(place for place in range(min(len(cell), _LONGEST), 0, -1) if cell[place:][:1] in _ENDS)]
    moments = (read_moment(cell[:end], day_order) for end in ends)
    return next((moment.day for moment in moments if isinstance(moment, Moment) and moment.day is not None), None)
