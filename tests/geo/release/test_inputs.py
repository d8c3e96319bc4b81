"""Assumptions: every input stands there with its value and its source, and plans that differ say which is which."""

from dataclasses import replace

from geo.coverage.response import ResponseStandard
from geo.release.inputs import AS_SET, ASSUMED, WEEKS, inputs, side_by_side
from geo.scenarios.presets import presets

ALLOY, VALLEY = presets()["Operation Alloy"], presets()["Thames Valley"]


def source_of(scenario, name):
    return next(each.source for each in inputs(scenario) if each.name.startswith(name))


def test_every_input_has_a_value_and_a_source():
    assert all(each.value and each.source for each in inputs(ALLOY))


def test_the_minutes_of_work_come_from_the_published_weeks_until_the_plan_sets_them():
    assert source_of(ALLOY, "Minutes of advice") == WEEKS
    assert source_of(replace(ALLOY, work=replace(ALLOY.work, deployed_minutes=80.0)), "Minutes of advice") == AS_SET


def test_a_default_of_the_standard_is_an_assumption_until_it_is_set():
    assert source_of(ALLOY, "Mobilising") == ASSUMED
    assert source_of(replace(ALLOY, standard=ResponseStandard(mobilise_mean=4.0)), "Mobilising") == AS_SET


def test_a_share_that_the_log_tells_says_so_and_one_that_is_given_is_shown():
    name = "Share judged appropriate"
    given = replace(ALLOY, appropriate_share=0.32)
    assert "recorded judgements" in source_of(ALLOY, name)
    assert next(each.value for each in inputs(given) if each.name.startswith(name)) == "32%"


def test_what_plans_share_stands_once_and_what_differs_has_their_letters():
    merged = {each.name: each.value for each in side_by_side([ALLOY, VALLEY], "AB")}
    assert merged["Response standard, minutes"] == "30"
    assert merged["Cost a year, pounds"] == "A: not told; B: 200,000"
