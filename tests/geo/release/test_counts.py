"""Records counted by area, with the persons, places and records behind each count."""

import pandas as pd
from pandas.testing import assert_frame_equal

from geo.release.counts import MEASURES, count_records

LOCATED = pd.DataFrame(
    {
        "incident_id": ["a", "b", "c", "d", "e"],
        "person_key": ["p", "p", "", "", "q"],
        "easting": [1.0, 1.0, 2.0, None, 3.0],
        "northing": [1.0, 1.0, 1.0, None, 3.0],
        "deployed": ["yes", "no", "unknown", "yes", "yes"],
    }
)
AREA = pd.Series(["Corby", "Corby", "Corby", "Corby", "elsewhere"])


def counted(incidents, deployed, unknown):
    return pd.DataFrame(
        [[0, 0, 0], [incidents, deployed, unknown]], index=["Kettering", "Corby"], columns=list(MEASURES)
    )


def test_incidents_persons_and_places_are_counted_apart():
    counts = count_records(LOCATED, AREA, ["Kettering", "Corby"])
    assert_frame_equal(counts.incidents, counted(4, 2, 1), check_dtype=False)
    # p rang twice; c and d name nobody, so each counts as somebody of their own
    assert_frame_equal(counts.persons, counted(3, 2, 1), check_dtype=False)
    # a and b are one place; d has none, so it counts as one of its own
    assert_frame_equal(counts.places, counted(3, 2, 1), check_dtype=False)


def test_the_records_behind_each_count_are_known():
    records = count_records(LOCATED, AREA, ["Kettering", "Corby"]).records
    assert records.loc["Corby"].tolist() == [frozenset("abcd"), frozenset("ad"), frozenset("c")]
    assert records.loc["Kettering"].tolist() == [frozenset()] * 3


def test_no_record_at_all_counts_nothing():
    counts = count_records(LOCATED.head(0), AREA.head(0), ["Corby"])
    assert counts.incidents.to_numpy().tolist() == [[0, 0, 0]]
