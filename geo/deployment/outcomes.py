"""Outcomes as the records tell them, with what each of them rests on."""

import pandas as pd

from geo.incidents.answers import ASSESSED, OUTCOMES, answers
from geo.shares import share_of

EVIDENCE = {
    OUTCOMES["deployed"]: "recorded",
    OUTCOMES["information_shared"]: "recorded",
    OUTCOMES["appropriate_for_car"]: "the nurse's judgement, as recorded",
    OUTCOMES["s136"]: "recorded; a blank is not a no",
    OUTCOMES["s136_consulted"]: "recorded",
    OUTCOMES["s136_avoided"]: "by officers' own account; nobody can know what would have happened",
    OUTCOMES["known_to_services"]: "recorded, as the nurse found it",
    OUTCOMES["restraint"]: "recorded",
    ASSESSED: "recorded",
}
"""What each outcome rests on; none of them shows that the scheme was its cause."""


def outcome_table(incidents: pd.DataFrame) -> pd.DataFrame:
    """
    Give each three-valued outcome with its counts, bounds, interval and what it rests on, one row an outcome.

    Assessment is counted as yes when it was made face to face or by telephone.
    """
    shares = {words: share_of(given) for words, given in answers(incidents).items()}
    return pd.DataFrame(
        [
            {
                "outcome": words,
                "yes": share.yes,
                "no": share.no,
                "unknown": share.unknown,
                "low": share.low,
                "high": share.high,
                "interval_low": share.interval[0],
                "interval_high": share.interval[1],
                "n": share.n,
                "evidence": EVIDENCE[words],
            }
            for words, share in shares.items()
        ]
    )


def referral_table(incidents: pd.DataFrame) -> pd.DataFrame:
    """Count incidents by referral, most frequent first; an incident with several referrals counts in each."""
    several = incidents["referrals"].str.split(";").explode().str.strip()
    counts = several[several != ""].value_counts()
    return counts.rename_axis("referral").reset_index(name="incidents")
