"""The three answers of the first page."""

from dataclasses import replace

import numpy as np
import pandas as pd

import geo
from geo.scenarios import overview
from tests.geo.scenarios.test_evaluate import ALLOY, WORLD


def test_the_fewest_districts_that_hold_most_of_demand_are_named():
    shares = np.tile([0.5, 0.3, 0.2], (10, 1))
    sentence, named = overview.where(shares, pd.Series(["North", "South", "West"], ["a", "b", "c"]))
    assert sentence == "2 of 3 districts hold 80% of demand (80-80%)"
    assert named == ["North", "South"]


def test_hours_that_nobody_watched_are_said_and_why():
    found = overview.when(WORLD.demand, 14, 14, "daily 18:00-00:00")
    assert found.startswith("100% of records fall in daily 18:00-00:00, because the scheme was on duty only then; 126")
    assert "no record has a time" in overview.when(WORLD.demand, 0, 0, "daily 18:00-00:00")


def test_hours_that_borrow_their_rhythm_are_said():
    borrowed = np.zeros(168, dtype=bool)
    borrowed[:10] = True
    found = overview.when(replace(WORLD.demand, borrowed=borrowed), 7, 14, "daily 20:00-00:00")
    assert found.endswith("126 hours a week were not observed, 10 of them take their rhythm from another source")


def test_the_two_largest_gaps_are_named_and_a_decision_is_none():
    found = overview.missed(geo.evaluate(replace(ALLOY, appropriate_share=0.5, nurse_reliability=0.5), WORLD))
    assert "no nurse on duty" in found
    assert "decision" not in found
    assert found.count("(") == 3


def test_few_records_rank_no_bases():
    assert overview.enough(19, 16, "4 Feb 2016", "11 Mar 2016").endswith("too few to rank bases.")
    assert overview.enough(700, 650, "1 Jan 2016", "31 Dec 2016").endswith("within the intervals shown.")
