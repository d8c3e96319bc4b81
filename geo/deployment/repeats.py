"""Persons behind the incidents: how many make how many, with bounds for incidents whose person is not recorded."""

from dataclasses import dataclass

import pandas as pd

from geo.errors import SchemaError


@dataclass(frozen=True, slots=True)
class Repeats:
    """
    The share of incidents that belong to persons with at least ``times`` incidents: counts of what is on record.

    ``low`` and ``high`` are the least and greatest share that incidents without a person allow. There is no interval:
    the records are all there are.
    """

    times: int
    persons: int
    incidents: int
    unknown: int
    n: int
    low: float
    high: float

    def __str__(self) -> str:
        """Say it in words."""
        low, high = f"{100 * self.low:.0f}", f"{100 * self.high:.0f}"
        share = f"{low}%" if low == high else f"{low} to {high}%"
        return (
            f"{self.persons} person{'' if self.persons == 1 else 's'} with {self.times} or more made "
            f"{self.incidents} of {self.n} incidents ({share}; for {self.unknown} the person is not recorded)"
        )


def repeat_callers(incidents: pd.DataFrame, times: int = 2) -> Repeats:
    """
    Bound the share of incidents that persons with at least ``times`` incidents make.

    At the least, each incident without a person is of somebody who called that once. At the most, they fall to those
    whom the fewest lift to ``times``. Persons are told apart by their keyed hash; two references of one person count
    as two persons.

    Raises
    ------
    SchemaError
        If ``times`` is below 2.
    """
    if times < 2:
        raise SchemaError(f"a repeat caller has at least 2 incidents, not {times}")
    known = incidents.loc[incidents["person_key"] != "", "person_key"].value_counts()
    n, unknown = len(incidents), int((incidents["person_key"] == "").sum())
    repeated = known[known >= times]
    made = int(repeated.sum())
    most = _at_most(known, unknown, times)
    return Repeats(times, len(repeated), made, unknown, n, made / n if n else 0.0, most / n if n else 1.0)


def _at_most(known: pd.Series, unknown: int, times: int) -> int:
    """Give the most incidents that persons with at least ``times`` can have made."""
    made = int(known[known >= times].sum())
    left, lifted = unknown, 0
    for count in sorted(known[known < times], reverse=True):
        if left < times - count:
            break
        left -= times - count
        lifted += int(count)
    if made + lifted == 0 and unknown < times:
        return 0
    return made + lifted + unknown


def person_table(incidents: pd.DataFrame) -> pd.DataFrame:
    """
    Count persons by how many incidents each has: one, two, three to four, five to nine, ten or more.

    Returns
    -------
    ``incidents_each``, ``persons``, ``incidents``; the last row holds the incidents whose person is not recorded.
    """
    known = incidents.loc[incidents["person_key"] != "", "person_key"].value_counts()
    rows = [
        {
            "incidents_each": words,
            "persons": int(known.between(low, high).sum()),
            "incidents": int(known[known.between(low, high)].sum()),
        }
        for words, low, high in _CLASSES
    ]
    blank = int((incidents["person_key"] == "").sum())
    rows.append({"incidents_each": "person not recorded", "persons": None, "incidents": blank})
    return pd.DataFrame(rows).astype({"persons": "Int64"})


_CLASSES = (("1", 1, 1), ("2", 2, 2), ("3 to 4", 3, 4), ("5 to 9", 5, 9), ("10 or more", 10, 10**9))
