"""Live hours: how long the scheme was on shift and logging, hour of week by hour of week."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.tables import LONDON
from geo.week import HOURS, Hours

NIGHTS = 7

MORNING = 6
"""The hour at which a night has ended: 05:59 belongs to the evening before, 06:00 to the new day (assumption)."""

_HOUR = 3_600_000_000


def live_shifts(shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Give the shifts in which the scheme was live: the nurse was on duty, by the record.

    Without a nurse the scheme was not live, whoever else was there. A shift whose nurse is unknown is not counted: it
    may have been live, and its incidents are left out of the rates together with its hours.
    """
    return shifts[(shifts["nhs_staffed"] == "yes") & shifts["start"].notna() & shifts["end"].notna()]


def round_the_clock(first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """
    Give the watch of a source that is kept day and night: one live stretch from the first day to the last, both
    included.

    It has the columns of a shift log that :func:`live_hours` reads. Wrong where such a source has gaps.
    """
    start = pd.Timestamp(first).tz_localize(LONDON)
    end = (pd.Timestamp(last) + pd.Timedelta(days=1)).tz_localize(LONDON)
    return pd.DataFrame({"shift_id": [""], "start": [start], "end": [end], "nhs_staffed": ["yes"]})


def live_hours(shifts: pd.DataFrame) -> Hours:
    """
    Add up the live hours in each hour of the week, shape (168,), Monday 00:00 = 0, on the London wall clock.

    Elapsed time is counted, so a night on which the clocks change has its 23rd or 25th hour where it belongs. Two
    cars at the same time make an hour live once. An hour that was never live is 0: there nothing was observed.
    """
    return add_up(elapsed_hours(shifts))


def add_up(elapsed: pd.DataFrame) -> Hours:
    """Add up a table of :func:`elapsed_hours` by hour of the week, shape (168,)."""
    return np.bincount(elapsed["bin"], weights=elapsed["share"], minlength=HOURS).astype(np.float64)


def elapsed_hours(shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Split the live stretches at the full hour (UTC, which London's clock shares), one row an elapsed hour.

    Returns
    -------
    ``hour`` (its beginning, UTC), ``share`` (of it that was live, by at least one car), ``bin`` (hour of the week in
    London) and ``night`` (the day to which it belongs: 02:00 belongs to the evening before).
    """
    starts, ends = _stretches(live_shifts(shifts))
    first, last = starts // _HOUR, -(-ends // _HOUR)
    stretch = np.repeat(np.arange(len(starts)), last - first)
    hour = first[stretch] + np.arange(len(stretch)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    live = np.minimum(ends[stretch], (hour + 1) * _HOUR) - np.maximum(starts[stretch], hour * _HOUR)
    whole, where = np.unique(hour, return_inverse=True)
    share = np.bincount(where, weights=live / _HOUR, minlength=len(whole))
    begins = pd.Series(pd.to_datetime(whole * _HOUR, unit="us", utc=True))
    return pd.DataFrame({"hour": begins, "share": share, "bin": bins_of(begins), "night": nights_of(begins)})


def _stretches(shifts: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give where each live stretch starts and ends, in microseconds; shifts that overlap or touch make one stretch."""
    ordered = shifts[shifts["end"] > shifts["start"]].sort_values("start")
    starts, ends = (_microseconds(ordered[side]) for side in ("start", "end"))
    latest = np.maximum.accumulate(ends)
    opens = np.append(True, starts[1:] > latest[:-1])[: len(starts)]
    return starts[opens], latest[np.append(opens[1:], True)[: len(latest)]]


def _microseconds(times: pd.Series) -> npt.NDArray[np.int64]:
    """Give times as microseconds of UTC."""
    return np.asarray(pd.DatetimeIndex(times).as_unit("us").asi8)


def bins_of(times: pd.Series) -> npt.NDArray[np.int64]:
    """Give the hour of the week of each time on the London wall clock, Monday 00:00 = 0; every time must be known."""
    clock = pd.DatetimeIndex(times).tz_convert(LONDON)
    return np.asarray(clock.day_of_week * 24 + clock.hour, dtype=np.int64)


def nights_of(times: pd.Series) -> pd.DatetimeIndex:
    """Give the day, without a zone, to which each time belongs: the hours before 06:00 belong to the evening before."""
    clock = pd.DatetimeIndex(times).tz_convert(LONDON).tz_localize(None)
    return (clock - pd.Timedelta(hours=MORNING)).normalize().as_unit("us")


def night_of_hour(hours: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """
    Give the weekday, Monday 0, on whose evening the night of an hour of the week began.

    Examples
    --------
    >>> night_of_hour([5, 6, 6 * 24 + 2])
    array([6, 0, 5])
    """
    return np.asarray(((np.asarray(hours) - MORNING) % HOURS) // 24, dtype=np.int64)


def while_live(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.Series:
    """
    Tell for each incident whether it belongs to a live shift: by the shift it names, by the time of its call, or,
    where only its day is known, because a shift began on that day or the watch held all of it.

    An incident with none of these is not live. Wrong for a day without a time when only part of it was live.
    """
    live = live_shifts(shifts)
    named = incidents["shift_id"].isin(set(live["shift_id"]) - {""})
    elsewhere = incidents["shift_id"].isin(set(shifts["shift_id"]) - {""})
    that_day = pd.Series(False, index=incidents.index)
    untimed = (incidents["received_at"].isna() & incidents["received_on"].notna()).to_numpy()
    that_day[untimed] = _on_a_day_of(incidents.loc[untimed, "received_on"], live)
    return named | (~elsewhere & (_during(incidents["received_at"], live) | that_day))


def _on_a_day_of(days: pd.Series, shifts: pd.DataFrame) -> pd.Series:
    """Tell for each day whether one of ``shifts`` began on it or held it whole."""
    began = days.isin(shifts["start"].dt.tz_localize(None).dt.normalize())
    midnight, next_midnight = ((days + pd.Timedelta(days=after)).dt.tz_localize(LONDON) for after in (0, 1))
    held = _during(midnight, shifts) & _during(next_midnight - pd.Timedelta(seconds=1), shifts)
    return began | held


def _during(received: pd.Series, shifts: pd.DataFrame) -> pd.Series:
    """Tell for each time whether one of ``shifts`` was on duty; False where there is no time."""
    ordered = shifts.sort_values("start")
    starts, ends = ordered["start"].to_numpy("datetime64[us]"), ordered["end"].to_numpy("datetime64[us]")
    times = received.to_numpy("datetime64[us]")
    latest_end = np.maximum.accumulate(ends) if len(ends) else ends
    before = np.searchsorted(starts, times, side="right") - 1
    inside = (before >= 0) & ~np.isnat(times)
    inside[inside] = times[inside] < latest_end[before[inside]]
    return pd.Series(inside, index=received.index)
