"""Scenarios answered and compared in a small world that can be checked by hand."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import geo
from geo.errors import ScenarioError
from geo.routing.speeds import Period, SpeedProfile

BASE = geo.Base("west", 0.0, 0.0)
EAST = geo.Base("east", 60_000.0, 0.0)


class TwoVillages:
    """A gazetteer of two villages, 60 km apart, with a postcode each."""

    frame = pd.DataFrame(
        {
            "easting": [0, 60_000],
            "northing": [0, 0],
            "live": True,
            "in_county": True,
            "district": ["West", "East"],
            "district_2021": ["All", "All"],
            "lsoa": ["E1", "E2"],
        },
        index=["AA1 1AA", "AA2 2AA"],
    )


def small_world(incidents=14):
    nights = pd.date_range("2016-02-01 18:00", periods=14, freq="D", tz="Europe/London")
    shifts = pd.DataFrame(
        {
            "shift_id": [f"s{i}" for i in range(14)],
            "start": nights,
            "end": nights + pd.Timedelta(hours=6),
            "nhs_staffed": ["yes"] * 12 + ["no"] * 2,
            "police_staffed": "yes",
        }
    )
    calls = pd.DataFrame(
        {
            "received_at": (nights[:12].append(nights[:12]))[:incidents] + pd.Timedelta(hours=2),
            "received_on": (nights[:12].append(nights[:12]))[:incidents].tz_localize(None).normalize(),
            "shift_id": "",
            "lsoa": (["E1", "E2"] * 20)[:incidents],
            "deployed": (["yes", "no"] * 20)[:incidents],
            "appropriate_for_car": (["unknown", "no"] * 20)[:incidents],
        }
    )
    demand = geo.fit_demand(calls, shifts, pd.Series({"E1": 100, "E2": 100}), draws=400)
    network = geo.RoadNetwork.from_edges([0, 1], [1, 0], [3600.0, 3600.0], [0.0, 60_000.0], [0.0, 0.0])
    return geo.World(calls, demand, shifts, network, TwoVillages())


WORLD = small_world()
EMPTY_ROADS = SpeedProfile("Empty roads", periods=())
ALLOY = geo.Scenario("Alloy", (BASE,), geo.ShiftPattern.parse("daily 18-00"), speeds=EMPTY_ROADS)


def test_the_near_village_is_reached_and_the_far_one_is_not():
    outcome = geo.evaluate(ALLOY, WORLD)
    assert outcome.drive == pytest.approx([0, 60], abs=0.5)
    near, far = outcome.in_time.mean(axis=0)
    assert near > 0.99
    assert far < 0.05
    assert outcome.share_in_time.mean() == pytest.approx(outcome.weights.mean(axis=0)[0], abs=0.05)


def test_hours_that_a_profile_tells_of_are_not_unobserved():
    text = f'title = "T"\ncitation = "C"\nedition = "E"\neffective = 50\nweights = {[1] * 24}'
    lent = geo.fit_demand(
        WORLD.located, WORLD.shifts, pd.Series({"E1": 100, "E2": 100}), profile=geo.published_profile(text), draws=400
    )
    longer = replace(ALLOY, pattern=geo.ShiftPattern.parse("daily 16-00"))
    assert geo.evaluate(longer, WORLD).unobserved_hours == 14
    told = geo.evaluate(longer, replace(WORLD, demand=lent))
    assert told.unobserved_hours == 0
    assert told.waterfall.all.mean() > geo.evaluate(longer, WORLD).waterfall.all.mean()


def test_the_steps_add_up_to_all_demand():
    outcome = geo.evaluate(ALLOY, WORLD)
    assert sum(outcome.waterfall.steps.values()) == pytest.approx(outcome.waterfall.all)
    assert outcome.by_place.all.sum(axis=1) == pytest.approx(outcome.waterfall.all)


def test_staffing_comes_from_the_log_unless_it_is_given():
    from_log = geo.evaluate(ALLOY, WORLD).waterfall
    assert float((from_log.nurse_contact / from_log.all).mean()) == pytest.approx(
        13 / 16, abs=0.02
    )  # Beta(1 + 12, 1 + 2)
    given = geo.evaluate(replace(ALLOY, nurse_reliability=0.5), WORLD).waterfall
    assert (given.nurse_contact / given.all) == pytest.approx(0.5)


def test_blanks_widen_the_share_judged_appropriate():
    blank = WORLD.located.assign(deployed="unknown", appropriate_for_car="unknown")
    some = geo.evaluate(ALLOY, WORLD).waterfall
    none = geo.evaluate(ALLOY, replace(WORLD, located=blank)).waterfall
    share = [(part.steps["not_appropriate"] / part.nurse_contact).std() for part in (some, none)]
    assert share[1] == pytest.approx(12**-0.5, abs=0.03)  # uniform from none to all
    assert share[0] < share[1] / 2


def test_a_car_that_was_not_sent_is_no_judgement():
    sent = WORLD.located.assign(deployed="no", appropriate_for_car=["yes", "no"] * 7)
    outcome = geo.evaluate(ALLOY, replace(WORLD, located=sent)).waterfall
    judged = 1 - outcome.steps["not_appropriate"] / outcome.nurse_contact
    assert float(judged.mean()) == pytest.approx(0.5, abs=0.03)


def test_demand_beyond_the_roads_is_too_far_and_said_so():
    network = geo.RoadNetwork.from_edges([0, 1], [1, 0], [60.0, 60.0], [0.0, 1000.0], [0.0, 0.0])
    outcome = geo.evaluate(ALLOY, replace(WORLD, network=network))
    assert not np.isfinite(outcome.drive[1])
    assert outcome.without_road == pytest.approx(float(outcome.weights.mean(axis=0)[1]))
    assert "of demand lies beyond the roads that are loaded" in outcome.sentence


def test_a_base_beyond_the_roads_is_refused():
    network = geo.RoadNetwork.from_edges([0, 1], [1, 0], [60.0, 60.0], [0.0, 1000.0], [0.0, 0.0])
    with pytest.raises(geo.PlaceError, match="the base 'east' lies 59 km from the nearest of the roads"):
        geo.evaluate(replace(ALLOY, bases=(EAST,)), replace(WORLD, network=network))


def test_a_telephone_scheme_sends_no_car_and_that_is_no_gap():
    outcome = geo.evaluate(replace(ALLOY, model=geo.DeploymentModel.TELEPHONE), WORLD)
    assert outcome.waterfall.reached.sum() == 0
    assert outcome.waterfall.steps["too_far"].sum() == 0
    assert outcome.waterfall.nurse_contact.mean() > 0
    assert "no car is sent, by decision" in outcome.sentence


def test_an_unaccompanied_nurse_needs_no_officer():
    outcome = geo.evaluate(replace(ALLOY, model=geo.DeploymentModel.UNACCOMPANIED), WORLD)
    assert outcome.waterfall.steps["no_officer"].sum() == 0


def test_hours_never_live_are_counted_and_not_guessed():
    late = geo.evaluate(replace(ALLOY, pattern=geo.ShiftPattern.parse("daily 18-02")), WORLD)
    assert late.unobserved_hours == 14
    assert late.waterfall.reached == pytest.approx(geo.evaluate(ALLOY, WORLD).waterfall.reached)


@pytest.mark.parametrize(
    "better",
    [
        {"standard": geo.ResponseStandard(60)},
        {"bases": (BASE, EAST)},
        {"pattern": geo.ShiftPattern.parse("daily 17-01")},
        {"nurse_reliability": 1.0},
    ],
)
def test_more_never_reaches_less(better):
    assert (
        geo.evaluate(replace(ALLOY, **better), WORLD).waterfall.reached
        >= geo.evaluate(ALLOY, WORLD).waterfall.reached - 1e-9
    ).all()


def test_equal_scenarios_differ_by_exactly_zero():
    comparison = geo.compare([geo.evaluate(ALLOY, WORLD), geo.evaluate(replace(ALLOY, name="same"), WORLD)])
    assert [(d.mean, d.low, d.high, d.verdict) for d in comparison.differences()] == [(0, 0, 0, "no difference")] * 3


def test_a_clear_difference_is_called_clear():
    both = replace(ALLOY, name="both", bases=(BASE, EAST))
    difference = geo.compare([geo.evaluate(ALLOY, WORLD), geo.evaluate(both, WORLD)]).differences()[0]
    assert difference.better == 1.0
    assert difference.verdict == "clear"
    assert difference.low > 0


def test_unobserved_hours_leave_no_verdict_against_their_plan():
    late = replace(ALLOY, name="late", pattern=geo.ShiftPattern.parse("daily 20-02"))
    comparison = geo.compare([geo.evaluate(ALLOY, WORLD), geo.evaluate(late, WORLD)])
    assert comparison.differences()[0].verdict == "cannot tell yet (14 of its weekly hours were never observed)"
    assert "Crewed hours are the same." in comparison.sentence()


def test_a_scheme_without_a_car_is_compared_by_nurse_contact():
    line = replace(ALLOY, name="line", model=geo.DeploymentModel.TELEPHONE)
    comparison = geo.compare([geo.evaluate(ALLOY, WORLD), geo.evaluate(line, WORLD)])
    assert [found.measure for found in comparison.differences()] == ["With nurse contact"]
    assert comparison.sentence().startswith("line reaches as many incidents by nurse contact as Alloy: no difference.")


def test_differences_by_district_add_up():
    both = replace(ALLOY, name="both", bases=(BASE, EAST))
    comparison = geo.compare([geo.evaluate(ALLOY, WORLD), geo.evaluate(both, WORLD)])
    table = comparison.by_district(WORLD.districts("2011-2021"))
    assert table["difference"].sum() == pytest.approx(comparison.differences()[0].mean)
    assert table.set_index("district").loc["East", "sign_known"]
    assert not table.set_index("district").loc["West", "sign_known"]


def test_one_scenario_is_no_comparison_and_other_data_none_either():
    outcome = geo.evaluate(ALLOY, WORLD)
    with pytest.raises(ScenarioError, match="choose two to six"):
        geo.compare([outcome])
    with pytest.raises(ScenarioError, match="different data or seeds"):
        geo.compare([outcome, geo.evaluate(ALLOY, small_world(incidents=3))])


def test_the_same_question_has_the_same_answer():
    np.testing.assert_array_equal(
        geo.evaluate(ALLOY, WORLD, seed=4).waterfall.reached, geo.evaluate(ALLOY, WORLD, seed=4).waterfall.reached
    )


def test_worlds_and_scenarios_pickle():
    again = pickle.loads(pickle.dumps(WORLD))  # noqa: S301 - our own bytes
    assert geo.evaluate(pickle.loads(pickle.dumps(ALLOY)), again).share_in_time.mean() > 0  # noqa: S301


def test_the_world_is_left_alone():
    before = WORLD.located.copy(deep=True), WORLD.shifts.copy(deep=True)
    geo.evaluate(ALLOY, WORLD)
    pd.testing.assert_frame_equal(WORLD.located, before[0])
    pd.testing.assert_frame_equal(WORLD.shifts, before[1])


def test_a_drive_is_timed_in_the_traffic_of_the_hours_in_which_it_is_needed():
    twice = replace(EMPTY_ROADS, periods=(Period("Jam", "daily", 18, 24, 2.0, 2.0),))
    assert geo.evaluate(replace(ALLOY, speeds=twice), WORLD).drive == pytest.approx([0, 120], abs=0.5)


def test_traffic_counts_by_the_demand_in_its_hours_and_not_by_the_hours():
    """All calls came at 20:00, so a jam in the other crewed hours matters less than its five hours of six."""
    jam = Period("Jam", "daily", 18, 20, 2.0, 2.0), Period("Jam again", "daily", 21, 24, 2.0, 2.0)
    drive = geo.evaluate(replace(ALLOY, speeds=replace(EMPTY_ROADS, periods=jam)), WORLD).drive[1]
    assert 60 < drive < 60 + 60 * 5 / 6


def test_the_label_of_the_roads_names_the_speeds_and_the_traffic():
    roads = geo.evaluate(replace(ALLOY, speeds=SpeedProfile()), WORLD).roads
    assert "Speeds: Default speeds; traffic of Empty roads (all other hours), Weekday morning peak" in roads
