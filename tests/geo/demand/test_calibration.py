"""Intervals hold the truth about as often as they claim: a light version of ``make calibration``."""

import numpy as np
import pytest

from benchmarks.calibration import KINDS, Kind, measure, simulate
from geo.demand.calibration import HOURS, LIKE, PLACES, UNLIKE, WINDOWS
from geo.demand.exposure import live_hours


def covered(kind, sets):
    return measure(kind, sets).set_index("of")["covered_percent"]


@pytest.mark.parametrize(
    "kind", [Kind(LIKE, False, 12, 0.0), Kind(UNLIKE, True, 2, 0.5)], ids=["twelve weeks", "nights that differ"]
)
def test_intervals_of_a_few_data_sets_hold_about_what_they_claim(kind):
    share = covered(kind, 12)
    # 24 places, 42 or 168 hours and 7 nights in each of 12 sets, dependent within a set: some 5 points of chance
    assert share[[PLACES, HOURS, WINDOWS]].between(78, 99).all(), share


def test_a_simulated_scheme_has_the_incidents_that_it_says():
    kind = Kind(LIKE, False, 52, 0.0)
    calls, people, rates = simulate(kind, 0)
    expected = live_hours(kind.shifts) @ rates.sum(axis=1)
    assert expected == pytest.approx(60 * 12 * 364 / 365.25)
    assert len(calls) == pytest.approx(expected, abs=4 * np.sqrt(expected))
    assert set(calls["received_at"].dt.hour) == set(range(18, 24))
    assert set(calls["lsoa"]) <= set(people.index)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_intervals_hold_what_they_claim(kind):
    share = covered(kind, 60)
    assert share[[PLACES, HOURS, WINDOWS]].between(83, 97).all(), share
