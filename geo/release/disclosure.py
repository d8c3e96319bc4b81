"""
What may leave the building: three modes, and the protection of counts in each.

``working`` is for the authorised team and is marked; ``partner`` is for the named recipients of the sharing agreement;
``release`` is public. A protected export holds one geography of one edition and no totals, so that no hidden count
can be found by subtraction within it. Two exports that differ in period or edition can still be compared by whoever
holds both.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo.errors import SchemaError

Mode = Literal["working", "partner", "release"]


@dataclass(frozen=True, slots=True)
class Policy:
    """
    How one mode protects counts.

    Counts from 1 to ``threshold - 1`` are hidden and the others rounded to ``round_to``; zero is shown as zero.
    """

    mode: Mode
    threshold: int
    round_to: int
    points: bool
    words: str


POLICIES = {
    "working": Policy(
        "working", 0, 1, points=True, words="Working copy: holds incident-level data, for the authorised team only."
    ),
    "partner": Policy(
        "partner", 5, 5, points=False, words="For named partners: counts below 5 hidden, the rest rounded to 5."
    ),
    "release": Policy("release", 10, 5, points=False, words="Public: counts below 10 hidden, the rest rounded to 5."),
}


def policy_of(mode: str) -> Policy:
    """
    Give the policy of a mode.

    Raises
    ------
    SchemaError
        If there is no such mode.
    """
    if mode not in POLICIES:
        raise SchemaError(f"there is no mode {mode!r}; choose one of {', '.join(POLICIES)}")
    return POLICIES[mode]


def protect(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """
    Protect a table of counts: hide the small, round the rest.

    Parameters
    ----------
    table
        Every numeric column is a count of incidents; text columns name the rows. It must hold no totals.

    Returns
    -------
    A copy in which hidden counts are NaN. Where any count of a row is hidden, so are the row's others except zeros,
    as one could give the other away (deployed of incidents).
    """
    if policy.threshold == 0:
        return table.copy()
    counts = table.select_dtypes("number")
    small = (counts > 0) & (counts < policy.threshold)
    hidden = small | (counts.gt(0) & small.any(axis=1).to_numpy()[:, None])
    rounded = (counts / policy.round_to).round() * policy.round_to
    return table.assign(**{name: rounded[name].mask(hidden[name], np.nan) for name in counts})
