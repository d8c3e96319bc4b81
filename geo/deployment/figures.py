"""
Pictures of the subjects that the evaluation of Operation Alloy charted, drawn from the records at hand.

Of the evaluation's figures one is published with its values: 6 of 19 incidents were formally assessed by the nurse, 1
of the 6 by telephone. The others are named here by their subject; which number the evaluation gave to each is not
known. So are their values: from the demonstration's rows they are illustrative.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from geo.deployment.reasons import NOT_RECORDED, counted, with_shares
from geo.shares import Share, bounds

PUBLISHED = "as published: 6 of 19 assessed, 1 of the 6 by telephone"
ILLUSTRATIVE = "illustrative: the demonstration's own, not published"
RECORDED = "from the records of this project"

_ASSESSED = {
    "face_to_face": "assessed face to face",
    "telephone": "assessed by telephone",
    "none": "not assessed",
    "unknown": NOT_RECORDED,
}
_PLACES = {"public": "public place", "home": "home", "unknown": NOT_RECORDED}
PUBLISHED_ASSESSED = {"assessed face to face": 5, "assessed by telephone": 1, "not assessed": 13}


@dataclass(frozen=True, eq=False)
class Figure:
    """
    One figure: its subject, its table and what it rests on.

    ``table`` has ``entry``, ``incidents``, ``share``, ``interval_low``, ``interval_high``, ``n`` and
    ``evidence``. Where an incident may have several entries, shares add up to more than one.
    """

    subject: str
    table: pd.DataFrame
    evidence: str
    several: bool = False

    @property
    def is_recorded(self) -> bool:
        """Whether anything is recorded of it."""
        return bool((self.table["entry"] != NOT_RECORDED).any())

    def share_of(self, entry: str) -> Share:
        """Bound the share of an entry; each incident of which nothing is recorded may be one of it."""
        counts = dict(zip(self.table["entry"], self.table["incidents"], strict=True))
        n = int(self.table["n"].max()) if len(self.table) else 0
        yes, unknown = int(counts.get(entry, 0)), int(counts.get(NOT_RECORDED, 0))
        return bounds(yes, n - yes - unknown, unknown)


def figures(incidents: pd.DataFrame, *, demonstration: bool = False) -> tuple[Figure, ...]:
    """
    Draw up the six figures of some incidents.

    Parameters
    ----------
    demonstration
        Whether the incidents are invented: then a figure is labelled as published where its counts are the published
        ones, and as illustrative otherwise.
    """
    own = ILLUSTRATIVE if demonstration else RECORDED
    made = []
    for subject, (count, several) in _SUBJECTS.items():
        table = count(incidents)
        known = dict(zip(table["entry"], table["incidents"], strict=True))
        published = demonstration and subject == ASSESSED and known == PUBLISHED_ASSESSED
        evidence = PUBLISHED if published else own
        made.append(Figure(subject, table.assign(evidence=evidence), evidence, several))
    return tuple(made)


def _choice(field: str, words: dict[str, str]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Count a field of fixed choices, in their order."""

    def count(incidents: pd.DataFrame) -> pd.DataFrame:
        values = incidents[field].value_counts()
        rows = [{"entry": said, "incidents": int(values.get(value, 0))} for value, said in words.items()]
        found = pd.DataFrame([row for row in rows if row["incidents"]], columns=["entry", "incidents"])
        return with_shares(found, len(incidents))

    return count


def _text(field: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda incidents: counted(incidents[field])


def _not_assessed(incidents: pd.DataFrame) -> pd.DataFrame:
    return counted(incidents.loc[incidents["assessment"] == "none", "reason_not_assessed"])


def referral_counts(incidents: pd.DataFrame) -> pd.DataFrame:
    """Count incidents by outcome or referral; one with several counts in each, and the share is of all incidents."""
    entries = incidents["referrals"].str.split(";").explode().str.strip()
    once = entries[~pd.MultiIndex.from_arrays([entries.index, entries.str.casefold()]).duplicated()]
    return with_shares(counted(once)[["entry", "incidents"]], len(incidents))


ASSESSED = "Formally assessed by the nurse, or not"
CONDITION = "Mental-health condition"
PLACE = "Public place or home"

_SUBJECTS: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], bool]] = {
    ASSESSED: (_choice("assessment", _ASSESSED), False),
    "Why not assessed": (_not_assessed, False),
    "Outcomes and referrals": (referral_counts, True),
    "Police incident type": (_text("incident_type"), False),
    CONDITION: (_text("condition"), False),
    PLACE: (_choice("place_type", _PLACES), False),
}
