"""Live hours: how long the scheme was on shift and logging, hour of week by hour of week."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.tables import LONDON

HOURS = 168

Hours = npt.NDArray[np.float64]


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
    cars on the same night make an hour live once. An hour that was never live is 0: there nothing was observed.
    """
    hours = _elapsed_hours(live_shifts(shifts))
    share = hours.groupby("hour")["share"].max()
    local = share.index.tz_convert("Europe/London")
    bins = np.asarray(local.day_of_week * 24 + local.hour, dtype=np.int64)
    return np.asarray(np.bincount(bins, weights=share.to_numpy(np.float64), minlength=HOURS), dtype=np.float64)


def _elapsed_hours(shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Split shifts at the full hour (UTC, which London's clock shares): one row an hour, with the share of it on duty.
    """
    pieces = [pd.DataFrame({"hour": pd.DatetimeIndex([], tz="UTC"), "share": np.array([], dtype=np.float64)})]
    for start, end in zip(shifts["start"].dt.tz_convert("UTC"), shifts["end"].dt.tz_convert("UTC"), strict=True):
        hours = pd.date_range(start.floor("h"), end, freq="h", inclusive="left")
        begin, stop = (
            hours.where(hours > start, start),
            (hours + pd.Timedelta(hours=1)).where(hours < end.floor("h"), end),
        )
        pieces.append(pd.DataFrame({"hour": hours, "share": (stop - begin) / pd.Timedelta(hours=1)}))
    return pd.concat([piece for piece in pieces if len(piece)] or pieces, ignore_index=True)


def while_live(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.Series:
    """
    Tell for each incident whether it belongs to a live shift: by the shift it names, by the time of its call, or,
    where only its day is known, because a shift began on that day or the watch held all of it.

    An incident with none of these is not live. Wrong for a day without a time when only part of it was live.
    """
    live = live_shifts(shifts)
    named = incidents["shift_id"].isin(set(live["shift_id"]) - {""})
    elsewhere = incidents["shift_id"].isin(set(shifts["shift_id"]) - {""})
    that_day = incidents["received_at"].isna() & _on_a_day_of(incidents["received_on"], live)
    return named | (~elsewhere & (_during(incidents["received_at"], live) | that_day))


def _on_a_day_of(days: pd.Series, shifts: pd.DataFrame) -> pd.Series:
    """Tell for each day whether one of ``shifts`` began on it or held it whole; False where there is no day."""
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
