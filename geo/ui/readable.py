"""Tables as pages show them: headings in words, shares to a tenth of a per cent, minutes whole."""

import pandas as pd

HEADINGS = {
    "appropriate": "judged appropriate for the car",
    "backfilled": "officers backfilled",
    "backfilled_unknown": "backfill not recorded",
    "begins": "from (day)",
    "contact_mode": "contact mode",
    "crewed_at_least": "minutes crewed, at least",
    "crewed_at_most": "minutes crewed, at most",
    "deployed_unknown": "not recorded whether deployed",
    "entry": "as recorded",
    "evidence": "what it rests on",
    "half": "one crew only (nights)",
    "high": "share, at most (%)",
    "incidents_each": "incidents of each person",
    "interval_high": "95% interval to (%)",
    "interval_low": "95% interval from (%)",
    "low": "share, at least (%)",
    "minutes_at_least": "minutes on incidents, at least",
    "minutes_unknown": "incidents without minutes",
    "negative": "end before beginning",
    "none": "neither crew (nights)",
    "not_backfilled": "officers not backfilled",
    "not_deployed": "not deployed",
    "shift_id": "shift",
    "state": "crew on duty",
    "unknown": "not recorded",
    "unknown_nights": "nights with crew not recorded",
    "unstaffed_cause": "cause",
    "without_minutes": "incidents without minutes",
}
SHARES = ("share", "low", "high", "interval_low", "interval_high")
STAGE_HEADINGS = {
    "interval_high": "95% interval of the median to (minutes)",
    "interval_low": "95% interval of the median from (minutes)",
    "median": "median (minutes)",
    "missing": "not recorded",
    "p10": "10th percentile",
    "p25": "25th percentile",
    "p75": "75th percentile",
    "p90": "90th percentile",
}
"""Of the table of stages, whose figures are minutes."""


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """
    Give a table with headings in words and its shares in per cent.

    Examples
    --------
    >>> readable(pd.DataFrame({"entry": ["GP"], "low": [0.36842], "n": [19]})).to_dict("list")
    {'as recorded': ['GP'], 'share, at least (%)': [36.8], 'n': [19]}
    """
    percents = {name: (100 * table[name].astype(float)).round(1) for name in SHARES if name in table}
    days = {
        name: table[name].dt.strftime("%Y-%m-%d") for name in table if pd.api.types.is_datetime64_dtype(table[name])
    }
    return table.assign(**percents, **days).rename(columns=HEADINGS | {"share": "share (%)"})


def readable_stages(table: pd.DataFrame) -> pd.DataFrame:
    """Give the table of stages with headings in words, minutes to one decimal."""
    return table.round(1).rename(columns=STAGE_HEADINGS | HEADINGS)
