"""What each incident counts for, and which callers and places weigh so heavily that they are shown apart."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import SchemaError
from geo.numbers import thousands

WEIGHTS = ("incidents", "minutes", "persons")

HEAVIEST = 5
"""How many persons, and how many places, are heaviest at most. Assumption: few enough for a case conference each."""

HEAVIEST_LEAST = 3
"""Incidents from which on a person or place can be heavy: two may be chance."""


def weigh(incidents: pd.DataFrame, weight: str) -> pd.Series:
    """
    Say what each incident counts for: 1, its minutes, or its part of a person.

    Unknown minutes are missing, never zero, so a sum of the others is a lower bound. The incidents of one person share
    1 among them; one whose person is unknown is taken for a person of its own, so a sum of persons is an upper bound.
    Wrong where one person was recorded under two references.

    Raises
    ------
    SchemaError
        If there is no such weight.

    Examples
    --------
    >>> calls = pd.DataFrame({"minutes_on_incident": [30.0, np.nan, 5.0], "person_key": ["a", "", "a"]})
    >>> weigh(calls, "minutes").tolist(), weigh(calls, "persons").tolist()
    ([30.0, nan, 5.0], [0.5, 1.0, 0.5])
    """
    if weight == "incidents":
        return pd.Series(1.0, index=incidents.index)
    if weight == "minutes":
        return incidents["minutes_on_incident"].astype("float64")
    if weight == "persons":
        person = incidents["person_key"]
        return (1 / person.map(person.value_counts())).where(person != "", 1.0).astype("float64")
    raise SchemaError(f"an incident cannot count by {weight!r}; choose {', '.join(WEIGHTS)}")


def weighed_in_words(incidents: pd.DataFrame, weight: str) -> str:
    """
    Say the sum of what incidents count for, with what is not known of it.

    Examples
    --------
    >>> calls = pd.DataFrame({"minutes_on_incident": [30.0, np.nan], "person_key": ["a", ""]})
    >>> weighed_in_words(calls, "minutes")
    'at least 30 minutes on incidents (1 of 2 incidents has none recorded)'
    >>> weighed_in_words(calls, "persons")
    'at most 2 persons (1 of 2 incidents names nobody and counts as a person of its own)'
    """
    total = thousands(float(weigh(incidents, weight).sum()))
    if weight == "incidents":
        return f"{total} incident{'' if len(incidents) == 1 else 's'}"
    blank = incidents["minutes_on_incident"].isna() if weight == "minutes" else incidents["person_key"] == ""
    unknown = int(blank.sum())
    noun = "minutes on incidents" if weight == "minutes" else "persons"
    if not unknown:
        return f"{total} {noun}"
    of = f"{thousands(unknown)} of {thousands(len(incidents))} incidents {'has' if unknown == 1 else 'have'}"
    if weight == "minutes":
        return f"at least {total} {noun} ({of} none recorded)"
    names = of.replace("has", "names nobody and counts").replace("have", "name nobody and count")
    return f"at most {total} {noun} ({names} as a person of {'its' if unknown == 1 else 'their'} own)"


@dataclass(frozen=True, eq=False)
class Heaviest:
    """
    The callers and places with the most incidents, and which incidents are theirs.

    ``persons`` and ``places`` hold how many incidents each of them has, most first, without their names: such a place
    is never named where it could be released. ``theirs`` is shape (incidents,).
    """

    persons: tuple[int, ...]
    places: tuple[int, ...]
    theirs: npt.NDArray[np.bool_]

    @property
    def sentence(self) -> str:
        """What leaving them out takes away."""
        left, whole = thousands(int(self.theirs.sum())), thousands(len(self.theirs))
        if not (self.persons or self.places):
            return f"No caller and no place has {HEAVIEST_LEAST} incidents or more, so nothing is left out."
        heavy = [
            f"{len(counts)} {noun}{'' if len(counts) == 1 else 's'} with {_span(counts)} incidents"
            for counts, noun in ((self.persons, "caller"), (self.places, "place"))
            if counts
        ]
        return f"Without the heaviest: {left} of {whole} incidents left out ({' and '.join(heavy)})."


def heaviest(incidents: pd.DataFrame) -> Heaviest:
    """
    Find the heaviest callers and places: up to five of each, of at least three incidents each.

    A place is a unit postcode, or a named or measured point. Where more tie than there is room for, none of those that
    tie is heavy: chance does not choose between equals. Wrong where a station, hospital or control room is recorded as
    the place of calls that came from elsewhere: then the place is heavy and the need is not there.
    """
    person, place = _heavy(incidents["person_key"]), _heavy(place_of(incidents))
    theirs = incidents["person_key"].isin(person.index) | place_of(incidents).isin(place.index)
    return Heaviest(tuple(map(int, person)), tuple(map(int, place)), theirs.to_numpy(np.bool_))


def place_of(incidents: pd.DataFrame) -> pd.Series:
    """Name the exact place of each incident, a unit postcode or a point; empty where it is known only roughly."""
    postcode = incidents["postcode"].where(incidents["precision"] == "unit", "")
    points = incidents[incidents["precision"] == "place"]
    if points.empty:
        return postcode
    named = (
        points["easting"].round().astype("int64").astype(str)
        + " "
        + points["northing"].round().astype("int64").astype(str)
    )
    return postcode.mask(incidents["precision"] == "place", named.reindex(incidents.index))


def _heavy(names: pd.Series) -> pd.Series:
    """Give how often each of the heaviest names stands, most first."""
    counts = names[names != ""].value_counts()
    counts = counts[counts >= HEAVIEST_LEAST]
    return counts[counts.rank(method="max", ascending=False) <= HEAVIEST]


def _span(counts: tuple[int, ...]) -> str:
    low, high = min(counts), max(counts)
    return str(high) if low == high else f"{low} to {high}"
