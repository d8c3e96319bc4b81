"""The day that an incident belongs to: that of the shift that was on duty, so 00:40 counts on the evening before."""

import numpy as np
import pandas as pd


def with_days(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Add to each incident the day it belongs to and how we know: ``day``, ``dated_by``.

    The shift named in the record decides; failing that, the shift during which the call was received; failing that,
    the date of the call itself. ``dated_by`` is ``record`` (it has a date, be it without a time), ``shift`` (no date
    of its own) or ``none``. A shift id that the log does not hold counts only where it is itself a date (2016-03-10).

    Returns
    -------
    A copy with ``day`` (date without zone, NaT when none) and ``dated_by``.
    """
    by_id = dict(zip(shifts["shift_id"], shifts["date"], strict=True))
    as_date = pd.to_datetime(incidents["shift_id"], format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    named = pd.to_datetime(incidents["shift_id"].map(by_id)).astype("datetime64[us]").fillna(as_date)
    own = incidents["received_on"]
    during = _shift_date(incidents["received_at"], shifts)
    dated_by = np.select([own.notna(), named.notna()], ["record", "shift"], "none")
    return incidents.assign(day=named.fillna(during).fillna(own).astype("datetime64[us]"), dated_by=dated_by)


def _shift_date(received: pd.Series, shifts: pd.DataFrame) -> pd.Series:
    """Give the date of the shift on duty at each time, NaT when none was."""
    none = pd.Series(pd.NaT, index=received.index, dtype="datetime64[us]")
    if shifts.empty:
        return none
    on_duty = shifts[["start", "end", "date"]].dropna().sort_values("start")
    starts, ends = (on_duty[name].to_numpy("datetime64[us]") for name in ("start", "end"))
    times, found = received.to_numpy("datetime64[us]"), none.to_numpy(copy=True)
    before = np.searchsorted(starts, times, side="right") - 1
    for back in range(AT_ONCE):  # the shift that began last, or one that began before it and lasts longer
        at = np.maximum(before - back, 0)
        inside = ~np.isnat(times) & (before >= back) & (times < ends[at]) if len(ends) else np.zeros(len(times), bool)
        found = np.where(np.isnat(found) & inside, on_duty["date"].to_numpy("datetime64[us]")[at], found)
    return pd.Series(found, index=received.index, dtype="datetime64[us]")


AT_ONCE = 6
"""Shifts that may run at once, at most."""
