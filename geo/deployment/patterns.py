"""
Deployment patterns: what the scheme did, night by night, as the records tell it.

A blank stays unknown to the last figure. A day belongs to the shift that was on duty, so an incident at 00:40 counts
on the evening before.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from geo.errors import SchemaError
from geo.incidents.days import with_days
from geo.shares import exact_interval

Answer = Literal["yes", "no", "unknown", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Day:
    """
    One column of the evaluation's weekly table.

    ``minutes`` is None where any incident of the day lacks them; both counts are None on a day of which there is no
    record at all, neither a shift nor an incident: nobody knows that nothing happened.
    """

    date: dt.date
    incidents: int | None
    minutes: float | None
    minutes_at_least: float
    police_staffed: Answer
    nhs_staffed: Answer
    deployed: Answer
    s136: Answer
    dated_by_shift: int

    def as_json(self) -> dict[str, Any]:
        """Give the fields that ``triage-map patterns --json`` prints."""
        fields = asdict(self) | {"date": self.date.isoformat()}
        return {name: value for name, value in fields.items() if name not in {"minutes_at_least", "dated_by_shift"}}


def deployed_in_words(deployed: pd.Series) -> str:
    """
    Say how many incidents the car was deployed to, and for how many that was not recorded.

    Examples
    --------
    >>> deployed_in_words(pd.Series(["yes", "no", "unknown"]))
    '1 of 3 incidents (for 1 it is not recorded)'
    """
    yes, unknown = int((deployed == "yes").sum()), int((deployed == "unknown").sum())
    return f"{yes} of {len(deployed)} incidents" + (f" (for {unknown} it is not recorded)" if unknown else "")


def combine(values: Iterable[str]) -> Answer:
    """
    Combine three-valued answers: any yes is yes; otherwise any unknown, or nothing at all, is unknown; otherwise no.

    Examples
    --------
    >>> combine(["no", "yes"]), combine(["no", "unknown"]), combine(["no", "no"]), combine([])
    ('yes', 'unknown', 'no', 'unknown')
    """
    found = set(values)
    if "yes" in found:
        return "yes"
    return "unknown" if not found or "unknown" in found else "no"


def weekly_table(incidents: pd.DataFrame, shifts: pd.DataFrame, monday: dt.date, *, source: str) -> list[Day]:
    """
    Reproduce the evaluation's weekly table for the seven days from ``monday``.

    Incidents are those of one source; days without incidents print ``not_applicable`` for deployment and section 136;
    days without a shift on record print ``unknown`` staffing, and those without any record print nothing else either.

    Raises
    ------
    SchemaError
        If ``monday`` is not a Monday.
    """
    if monday.weekday() != 0:
        nearest = monday - dt.timedelta(days=monday.weekday())
        raise SchemaError(f"a week begins on a Monday and {monday} is a {monday:%A}; ask for {nearest}")
    mine = with_days(incidents[incidents["source"] == source], shifts)
    return [_day(mine, shifts, monday + dt.timedelta(days=offset)) for offset in range(7)]


def _day(incidents: pd.DataFrame, shifts: pd.DataFrame, date: dt.date) -> Day:
    today = incidents[incidents["day"] == pd.Timestamp(date)]
    on_duty = shifts[shifts["date"] == pd.Timestamp(date)]
    minutes = today["minutes_on_incident"]
    if today.empty and on_duty.empty:
        return Day(date, None, None, 0.0, "unknown", "unknown", "unknown", "unknown", 0)
    return Day(
        date=date,
        incidents=len(today),
        minutes=None if minutes.isna().any() else float(minutes.sum()),
        minutes_at_least=float(minutes.sum()),
        police_staffed=combine(on_duty["police_staffed"]),
        nhs_staffed=combine(on_duty["nhs_staffed"]),
        deployed=combine(today["deployed"]) if len(today) else "not_applicable",
        s136=combine(today["s136"]) if len(today) else "not_applicable",
        dated_by_shift=int((today["dated_by"] == "shift").sum()),
    )


def weeks_of(incidents: pd.DataFrame, shifts: pd.DataFrame) -> list[dt.date]:
    """Give the Mondays of every week with an incident or a shift on record, oldest first."""
    days = pd.concat([with_days(incidents, shifts)["day"], shifts["date"]]).dropna()
    mondays = (days - pd.to_timedelta(days.dt.day_of_week, unit="D")).unique()
    return sorted(pd.Timestamp(monday).date() for monday in mondays)


def period_of(incidents: pd.DataFrame, shifts: pd.DataFrame) -> tuple[dt.date, dt.date] | None:
    """Give the first and the last day with an incident or a shift on record, or None where there is no day at all."""
    days = pd.concat([with_days(incidents, shifts)["day"], shifts["date"]]).dropna()
    return None if days.empty else (days.min().date(), days.max().date())


def modes_by_week(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.DataFrame:
    """Count incidents by week (its Monday) and contact mode, advice and telephone beside face to face."""
    dated = with_days(incidents, shifts).dropna(subset="day")
    monday = dated["day"] - pd.to_timedelta(dated["day"].dt.day_of_week, unit="D")
    counts = dated.groupby([monday.rename("week"), "contact_mode"]).size()
    return counts.rename("incidents").reset_index()


def deployed_by_hour(incidents: pd.DataFrame) -> pd.DataFrame:
    """
    Count incidents by the hour of the day of the call (London) and whether the car was deployed.

    Returns
    -------
    ``hour`` (0 to 23), ``deployed`` (yes, no, unknown) and ``incidents``, every combination; incidents without a time
    are left out.
    """
    hours = incidents["received_at"].dt.hour
    counts = pd.crosstab(hours, incidents["deployed"]).reindex(
        range(24), columns=["yes", "no", "unknown"], fill_value=0
    )
    counts.index.name, counts.columns.name = "hour", "deployed"
    return counts.stack().rename("incidents").reset_index()


def by_district(incidents: pd.DataFrame, edition: str) -> pd.DataFrame:
    """
    Count incidents and deployments by district of one edition (``2011-2021`` or ``2021-``).

    Incidents outside the districts of the county, or without a place, are rows of their own, so the column adds up.
    ``deployed_unknown`` and ``minutes_unknown`` count the incidents of which that is not recorded.
    """
    field = "district" if edition == "2011-2021" else "district_2021"
    name = incidents[field].mask(incidents[field] == "", "no district known")
    values = incidents["deployed"]
    return (
        pd.DataFrame(
            {
                "district": name,
                "incidents": 1,
                "deployed": (values == "yes").astype(int),
                "deployed_unknown": (values == "unknown").astype(int),
                "minutes_at_least": incidents["minutes_on_incident"].fillna(0.0),
                "minutes_unknown": incidents["minutes_on_incident"].isna().astype(int),
            }
        )
        .groupby("district", as_index=False)
        .sum()
        .sort_values("incidents", ascending=False, ignore_index=True)
    )


def with_share(districts: pd.DataFrame) -> pd.DataFrame:
    """
    Add to :func:`by_district` the share deployed: its bounds ``low`` and ``high``, the exact 95% interval, and ``n``.
    """
    yes, unknown, n = (districts[name].astype(int) for name in ("deployed", "deployed_unknown", "incidents"))
    limits = [exact_interval(*counts) for counts in zip(yes, n, unknown, strict=True)]
    return districts.assign(
        low=yes / n,
        high=(yes + unknown) / n,
        interval_low=[low for low, _ in limits],
        interval_high=[high for _, high in limits],
        n=n,
    )


def staffing_strip(shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Give each shift's state and its cause.

    The state is ``staffed``, ``half`` (one of the two crews), ``unstaffed``, ``short`` (one was missing, so it was not
    fully staffed, and the other is not recorded) or ``unknown``.
    """
    crews = shifts[["police_staffed", "nhs_staffed"]]
    there, missing = ((crews == answer).sum(axis="columns") for answer in ("yes", "no"))
    state = np.select(
        [there == 2, missing == 2, (there == 1) & (missing == 1), missing == 1],
        ["staffed", "unstaffed", "half", "short"],
        "unknown",
    )
    return shifts[["shift_id", "date", "unstaffed_cause"]].assign(state=state)


def hour_of_week(times: pd.Series) -> pd.Series:
    """
    Give the hour of the week of each time, Monday 00:00 = 0, on the London wall clock; NaN where there is no time.
    """
    return times.dt.day_of_week * 24 + times.dt.hour


def hour_grid(incidents: pd.DataFrame) -> np.ndarray:
    """Count incidents by hour of week, shape (168,), Monday 00:00 first; those without a time are left out."""
    hours = hour_of_week(incidents["received_at"]).dropna().astype(int)
    return np.bincount(hours, minlength=168).astype(np.float64)
