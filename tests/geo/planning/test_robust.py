"""How far a search's answer stands, in the small world of villages in which it is searched."""

from dataclasses import replace

import numpy as np
import pytest

from geo.errors import SchemaError
from geo.planning.plans import search_plans
from geo.planning.robust import (
    changes_table,
    changes_words,
    recording_words,
    what_recording_brings,
    what_would_change,
)
from tests.geo.planning.villages import PLAN, RULES, WORLD, village_world


@pytest.fixture(scope="module")
def found():
    return search_plans(PLAN, WORLD, RULES)


def test_slower_drives_reach_less_and_faster_ones_more(found):
    changes = {(one.what, one.case): one for one in what_would_change(found, WORLD)}
    assert changes["drives", "0.85 x the speeds"].reach < 1 < changes["drives", "1.15 x the speeds"].reach
    assert all(one.gives_away >= 0 for one in changes.values())


def test_a_share_scales_what_is_reached_and_leaves_the_plan(found):
    half = replace(found, question=replace(PLAN, nurse_reliability=0.5))
    kept = [one for one in what_would_change(half, WORLD) if one.what != "drives"]
    assert {one.what for one in kept} == {
        "officer there",
        "judged appropriate",
    }  # the nurse's share is given, not drawn
    for one in kept:
        assert one.stands
    low, high = (one.reach for one in kept if one.what == "officer there")
    assert low < 1 < high


def test_other_records_can_change_the_answer(found):
    east = village_world(counts=(1, 1, 1, 1, 20))
    changes = what_would_change(found, WORLD, {"another source": east})
    other = changes[-1]
    assert other.case == "another source"
    assert not other.stands
    assert other.other.startswith("AA5")
    assert "1 of" in changes_words(changes)
    assert list(changes_table(changes)["stands"]) == [one.stands for one in changes]


def test_recording_is_worth_no_more_than_knowing(found):
    evidence = what_recording_brings(found, WORLD, weeks=(4, 52))
    assert evidence.today[1] == pytest.approx(found.plans[0].mean)
    assert (evidence.gain <= evidence.perfect + 1e-9).all()
    assert "the best with a chance of" in recording_words(evidence)
    draws = np.column_stack([found.draws[:, 0], found.draws[::-1, 0]])
    unsure = what_recording_brings(replace(found, draws=draws, plans=found.plans[:2]), WORLD)
    assert "before you choose" in recording_words(unsure)


def test_the_question_is_of_one_car(found):
    with pytest.raises(SchemaError, match="one car only"):
        what_would_change(replace(found, bases=found.bases * 2), WORLD)
