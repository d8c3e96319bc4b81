"""Count records by area for a table that leaves, with what stands behind each count: persons, places, records."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from geo.release.attack import Margin

MEASURES = ("incidents", "deployed", "deployed_unknown")
MARGINS = (Margin("incidents", ("deployed", "deployed_unknown"), whole=False),)
"""The rest of the incidents are those to which the car was not sent; that count is not shown, but could be told."""


@dataclass(frozen=True, eq=False)
class Counts:
    """
    Records counted by area and measure; all frames have the same rows and columns.

    Attributes
    ----------
    incidents, persons, places
        How many records, different persons and different places. A record without a person or a place counts as one of
        its own, so these are too high where much is blank.
    records
        The ``incident_id`` of the records behind each count, as a frozen set.
    """

    incidents: pd.DataFrame
    persons: pd.DataFrame
    places: pd.DataFrame
    records: pd.DataFrame


def count_records(located: pd.DataFrame, area: pd.Series, areas: Sequence[str]) -> Counts:
    """
    Count located incidents by area: all, those the car was sent to, and those of which that is not known.

    Parameters
    ----------
    located
        ``incident_id``, ``person_key``, ``easting``, ``northing`` and ``deployed`` of each incident.
    area
        The area of each incident, indexed like ``located``; what is not in ``areas`` is not counted.
    areas
        The rows of the tables, in this order.
    """
    of_measure = {
        "incidents": located["deployed"].notna(),
        "deployed": located["deployed"] == "yes",
        "deployed_unknown": located["deployed"] == "unknown",
    }
    own = "record " + located["incident_id"]
    place = located["easting"].astype("str") + " " + located["northing"].astype("str")
    known = {
        "person": located["person_key"].where(located["person_key"] != "", own),
        "place": place.where(located["easting"].notna(), own),
        "record": located["incident_id"],
        "area": area,
    }
    told = pd.DataFrame(known, index=located.index)
    by_measure = {name: told[of].groupby("area") for name, of in of_measure.items()}

    def table(column: str, how: str) -> pd.DataFrame:
        found = {name: groups[column].agg(how).reindex(areas, fill_value=0) for name, groups in by_measure.items()}
        return pd.DataFrame(found, index=list(areas))

    behind = {name: groups["record"].agg(frozenset) for name, groups in by_measure.items()}
    records = {name: [found.get(one, frozenset()) for one in areas] for name, found in behind.items()}
    return Counts(
        table("record", "size"),
        table("person", "nunique"),
        table("place", "nunique"),
        pd.DataFrame(records, index=list(areas), dtype="object"),
    )
