"""The day that a record counts as where records are erased by date: its own, its shift's, or that of its import."""

from collections.abc import Mapping, Sequence

import pandas as pd

from geo.deployment.patterns import with_days
from geo.incidents.records import read_records
from geo.incidents.values import DayOrder

_DATED = ("received_at", "date", "time", "day", "month", "year")


def days_of_incidents(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.Series:
    """Give the day of each incident: that of its call, or of the shift in whose log it stands; NaT where neither is."""
    return incidents["received_on"].fillna(with_days(incidents, shifts)["day"])


def days_of_fields(fields: Sequence[Mapping[str, str]], source: str, day_order: DayOrder) -> pd.Series:
    """Give the day of each row that could not be read, where its date alone can be; NaT elsewhere."""
    none = pd.Series(pd.NaT, index=range(len(fields)), dtype="datetime64[us]")
    dates = pd.DataFrame(
        [{name: row.get(name, "") for name in _DATED} for row in fields], columns=list(_DATED), dtype="str"
    )
    used = dates.loc[:, dates.ne("").any().to_numpy()]
    if used.empty:
        return none
    ids = [str(place) for place in used.index]
    read = read_records(used, source=source, file="", ids=ids, day_order=day_order).accepted
    found = read.set_index(read["incident_id"].astype("int64"))["received_on"]
    return found.reindex(none.index).astype("datetime64[us]")
