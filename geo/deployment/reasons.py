"""Why the car was sent or not: who asked, what was judged appropriate, and the reasons that were written down."""

import numpy as np
import pandas as pd

from geo.shares import exact_interval, share_of

NOT_RECORDED = "not recorded"
ANSWERS = ("yes", "no", "unknown")


def counted(texts: pd.Series) -> pd.DataFrame:
    """
    Count the entries of a text field, most frequent first and what was not recorded last.

    Entries that differ in case or spaces only are one, spelt as the most frequent of them.

    Returns
    -------
    ``entry``, ``incidents``, ``share`` of all with its exact 95% ``interval_low`` and ``interval_high``, ``n`` (all).
    Without a single entry the share is 0 of 0 and its interval 0 to 1.
    """
    entries = _as_one(texts)
    counts = entries.value_counts().rename_axis("entry").reset_index(name="incidents")
    counts = counts.assign(last=counts["entry"] == NOT_RECORDED)
    ordered = counts.sort_values(["last", "incidents", "entry"], ascending=[True, False, True], ignore_index=True)
    return with_shares(ordered.drop(columns="last"), len(texts))


def with_shares(counts: pd.DataFrame, n: int) -> pd.DataFrame:
    """Add to counts of ``incidents`` their share of ``n``, its exact interval, and ``n``."""
    limits = {int(count): exact_interval(int(count), n) for count in counts["incidents"].unique()}
    return counts.assign(
        share=counts["incidents"] / max(n, 1),
        interval_low=np.array([limits[count][0] for count in counts["incidents"]], dtype=np.float64),
        interval_high=np.array([limits[count][1] for count in counts["incidents"]], dtype=np.float64),
        n=n,
    )


def _as_one(texts: pd.Series) -> pd.Series:
    """Spell entries that differ in case or spaces only in one way."""
    tidy = texts.str.split().str.join(" ")
    key = tidy.str.casefold()
    spellings = pd.DataFrame({"key": key, "as": tidy}).value_counts().reset_index().drop_duplicates("key")
    return key.map(dict(zip(spellings["key"], spellings["as"], strict=True))).astype("str").replace("", NOT_RECORDED)


def not_deployed_because(incidents: pd.DataFrame) -> pd.DataFrame:
    """Count the reasons written down where the car was not deployed, as :func:`counted`; the blanks are a row."""
    return counted(incidents.loc[incidents["deployed"] == "no", "reason_not_deployed"])


def appropriate_and_deployed(incidents: pd.DataFrame) -> pd.DataFrame:
    """
    Set the nurse's judgement against what was done: incidents by ``appropriate`` and by deployed, both three-valued.
    """
    table = pd.crosstab(incidents["appropriate_for_car"], incidents["deployed"])
    whole = table.reindex(index=list(ANSWERS), columns=list(ANSWERS), fill_value=0)
    return whole.rename(columns={"yes": "deployed", "no": "not_deployed", "unknown": "deployed_unknown"}).reset_index(
        names="appropriate"
    )


def deployed_by(incidents: pd.DataFrame, field: str) -> pd.DataFrame:
    """
    Give the share of incidents to which the car was deployed, by the entries of a text field, most incidents first.

    Returns
    -------
    ``entry``, ``yes``, ``no``, ``unknown``, ``n``, ``low`` and ``high`` (what the blanks allow), and the exact 95%
    ``interval_low`` and ``interval_high``.
    """
    entries = _as_one(incidents[field])
    rows = []
    for entry, answers in incidents["deployed"].groupby(entries):
        share = share_of(answers)
        low, high = exact_interval(share.yes, share.n, share.unknown)
        counts = {"yes": share.yes, "no": share.no, "unknown": share.unknown, "n": share.n}
        rows.append(
            {"entry": entry, **counts, "low": share.low, "high": share.high, "interval_low": low, "interval_high": high}
        )
    table = pd.DataFrame(
        rows, columns=["entry", "yes", "no", "unknown", "n", "low", "high", "interval_low", "interval_high"]
    )
    return table.sort_values(["n", "entry"], ascending=[False, True], ignore_index=True)


def judged_appropriate(incidents: pd.DataFrame) -> pd.Series:
    """
    Tell of each incident whether the car was judged appropriate: by the record, or because the car was sent.

    A car that was not sent tells nothing: it may have been busy or too far.
    """
    judged = incidents["appropriate_for_car"]
    return judged.mask((judged == "unknown") & (incidents["deployed"] == "yes"), "yes")
