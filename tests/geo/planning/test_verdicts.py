"""How far a verdict between two plans stands, in the small world of two villages."""

from dataclasses import replace

import pytest

import geo
from geo.planning.verdicts import AS_NOW, verdict_elsewhere, verdict_words
from tests.geo.scenarios.test_evaluate import ALLOY, EAST, WORLD

BOTH = replace(ALLOY, name="both", bases=(*ALLOY.bases, EAST))


@pytest.fixture(scope="module")
def held():
    busier = replace(WORLD, demand=replace(WORLD.demand, hour_rates=2 * WORLD.demand.hour_rates))
    return verdict_elsewhere(ALLOY, BOTH, WORLD, {"control room": busier})


def test_it_begins_with_the_verdict_as_it_is_now(held):
    now = geo.compare([geo.evaluate(plan, WORLD) for plan in (ALLOY, BOTH)]).differences()[0]
    assert (held[0].what, held[0].difference, held[0].stands) == (AS_NOW, now, True)


def test_speed_staffing_share_deployed_and_records_are_all_asked(held):
    asked = {one.what for one in held[1:]}
    assert asked == {"drives", "nurse on duty", "officer there", "judged appropriate", "records"}
    assert [one.case for one in held if one.what == "drives"] == ["0.85 x the speeds", "1.15 x the speeds"]
    nurse = [one for one in held if one.what == "nurse on duty"]
    assert nurse[0].difference.mean < held[0].difference.mean < nurse[1].difference.mean


def test_a_clear_lead_stands_and_the_sentence_says_so(held):
    assert all(one.stands for one in held)
    assert verdict_words(held) == f"Under none of {len(held) - 1} other assumptions is the verdict another."


def test_a_verdict_that_other_records_do_not_bear_out_is_named():
    quiet = replace(WORLD, demand=replace(WORLD.demand, hour_rates=0 * WORLD.demand.hour_rates))
    found = verdict_elsewhere(ALLOY, BOTH, WORLD, {"a quiet year": quiet})
    assert not found[-1].stands
    said = f"Under 1 of {len(found) - 1} other assumptions the verdict is another: records a quiet year: no difference."
    assert verdict_words(found) == said


def test_what_both_plans_give_is_not_asked():
    line = replace(ALLOY, name="line", model=geo.DeploymentModel.TELEPHONE)
    given = [replace(plan, appropriate_share=0.3, nurse_reliability=0.8) for plan in (ALLOY, line)]
    assert {one.what for one in verdict_elsewhere(*given, WORLD)} == {AS_NOW, "drives", "officer there"}


def test_the_fields_are_those_of_the_command_line(held):
    assert {"what", "case", "measure", "mean", "low", "high", "better", "verdict", "stands"} <= set(held[1].as_json())
