"""What an incident's record answers with yes, no or not at all; a blank is never a no."""

import pandas as pd

OUTCOMES = {
    "deployed": "Car deployed",
    "information_shared": "Information shared with officers",
    "appropriate_for_car": "Judged appropriate for the car",
    "s136": "Section 136 detention",
    "s136_consulted": "Nurse consulted before section 136",
    "s136_avoided": "Section 136 avoided, by officers' account",
    "known_to_services": "Known to mental-health services",
    "restraint": "Restraint used",
}
"""The three-valued fields that are reported, each with its words."""

ASSESSED = "Formally assessed by the nurse"


def answers(incidents: pd.DataFrame) -> dict[str, pd.Series]:
    """
    Give the ``yes``, ``no`` or ``unknown`` of each incident, by the words for what was asked.

    An assessment counts as yes whether it was made face to face or by telephone.
    """
    assessed = incidents["assessment"].map(
        {"face_to_face": "yes", "telephone": "yes", "none": "no", "unknown": "unknown"}
    )
    return {words: incidents[field] for field, words in OUTCOMES.items()} | {ASSESSED: assessed}
