"""Which nights had their crew, and why others had not: causes kept apart, blanks as unknowns."""

import numpy as np
import pandas as pd

from geo.shares import Share, bounds, exact_interval, share_of

NO_CAUSE = "no cause recorded"


def fully_staffed(shifts: pd.DataFrame) -> pd.Series:
    """
    Tell for each shift whether police and NHS were both on duty: ``yes``, ``no`` where either was not, or ``unknown``.
    """
    crews = shifts[["police_staffed", "nhs_staffed"]]
    told = np.select(
        [(crews == "no").any(axis="columns"), (crews == "yes").all(axis="columns")], ["no", "yes"], "unknown"
    )
    return pd.Series(told, index=shifts.index, dtype="str")


def staffed_share(shifts: pd.DataFrame) -> Share:
    """Bound the share of shifts that were fully staffed; a shift of which a crew is not recorded may be either."""
    return share_of(fully_staffed(shifts))


def bank_share(shifts: pd.DataFrame) -> Share:
    """Bound the share of shifts with a nurse that bank or agency staff filled."""
    return share_of(shifts.loc[shifts["nhs_staffed"] == "yes", "bank_staff"])


def cause_table(shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Count the shifts that were not fully staffed by cause, most frequent first; a shift with two causes counts in each.

    Returns
    -------
    ``cause``; ``nights`` (and of them ``half`` with one crew, ``none`` with neither); ``backfilled``,
    ``not_backfilled``, ``backfilled_unknown``; ``share`` of all shifts with its exact 95% ``interval_low`` and
    ``interval_high``; ``n``, all shifts.
    """
    lacking = shifts[fully_staffed(shifts) == "no"]
    neither = (lacking["police_staffed"] == "no") & (lacking["nhs_staffed"] == "no")
    rows = pd.DataFrame(
        {
            "cause": lacking["unstaffed_cause"].str.split(";"),
            "half": (~neither).astype(int),
            "none": neither.astype(int),
            **{
                name: (lacking["backfilled"] == answer).astype(int)
                for name, answer in (("backfilled", "yes"), ("not_backfilled", "no"), ("backfilled_unknown", "unknown"))
            },
        }
    ).explode("cause")
    said = rows["cause"].str.strip().replace("", NO_CAUSE)
    first_spelling = said.groupby(said.str.casefold()).transform("first")
    table = rows.assign(cause=first_spelling, nights=1).groupby("cause", as_index=False).sum()
    limits = [exact_interval(int(nights), len(shifts)) for nights in table["nights"]]
    return table.assign(
        share=table["nights"] / max(len(shifts), 1),
        interval_low=[low for low, _ in limits],
        interval_high=[high for _, high in limits],
        n=len(shifts),
    ).sort_values(["nights", "cause"], ascending=[False, True], ignore_index=True)[list(CAUSE_COLUMNS)]


CAUSE_COLUMNS = (
    "cause", "nights", "half", "none", "backfilled", "not_backfilled", "backfilled_unknown", "share", "interval_low",
    "interval_high", "n",
)  # fmt: skip


def officer_hours_taken(shifts: pd.DataFrame) -> tuple[float, float]:
    """
    Give the officer hours that the scheme took from elsewhere: the least and the most, one officer a car (assumption).

    At the least those of shifts on which police were on duty by the record, at the most those of which it is not known
    as well. Shifts without a start or an end count nothing. Wrong where two officers share a car.
    """
    hours = (shifts["end"] - shifts["start"]).dt.total_seconds().fillna(0.0) / 3600
    known = float(hours[shifts["police_staffed"] == "yes"].sum())
    return known, known + float(hours[shifts["police_staffed"] == "unknown"].sum())


def backfilled_share(shifts: pd.DataFrame) -> Share:
    """Bound how often officers who were missing from the car, or pulled from it, were backfilled."""
    missing = shifts[shifts["police_staffed"] == "no"]
    return share_of(missing["backfilled"]) if len(missing) else bounds(0, 0, 0)
