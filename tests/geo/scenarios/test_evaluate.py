"""Scenarios answered and compared in a small world that can be checked by hand."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import geo
from geo import scenarios
from geo.coverage.occupancy import occupancy
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
    on_duty = 1 - from_log.steps["no_nurse"] / from_log.all
    assert float(on_duty.mean()) == pytest.approx(13 / 16, abs=0.02)  # Beta(1 + 12, 1 + 2)
    given = geo.evaluate(replace(ALLOY, nurse_reliability=0.5), WORLD).waterfall
    assert (given.steps["no_nurse"] / given.all) == pytest.approx(0.5)


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


@pytest.mark.parametrize("better", [{"bases": (BASE, EAST)}, {"nurse_reliability": 1.0}])
def test_another_base_and_a_surer_nurse_never_reach_less(better):
    more, now = (geo.evaluate(plan, WORLD).waterfall.reached for plan in (replace(ALLOY, **better), ALLOY))
    assert (more >= now - 1e-9).all()


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
    assert comparison.differences()[0].mean > 0  # a nurse who is never out with a car is free more often
    free = replace(ALLOY, appropriate_share=0.0)
    same = geo.compare([geo.evaluate(free, WORLD), geo.evaluate(line, WORLD)])
    assert same.sentence().startswith("line reaches as many incidents by nurse contact as Alloy: no difference.")


def test_differences_by_district_add_up():
    both = replace(ALLOY, name="both", bases=(BASE, EAST))
    comparison = geo.compare([geo.evaluate(ALLOY, WORLD), geo.evaluate(both, WORLD)])
    table = comparison.by_district(WORLD.districts("2011-2021"))
    assert table["difference"].sum() == pytest.approx(comparison.differences()[0].mean)
    assert table.set_index("district")["sign_known"].all()  # the near village gains too: a car is free more often
    assert (
        table.set_index("district").loc["East", "difference"]
        > 5 * table.set_index("district").loc["West", "difference"]
    )


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


def test_a_busy_scheme_has_its_nurse_and_its_car_out():
    busy = replace(WORLD, demand=replace(WORLD.demand, hour_rates=10 * WORLD.demand.hour_rates))
    calm, rushed = (geo.evaluate(ALLOY, world).waterfall for world in (WORLD, busy))
    share = [float((found.steps["nurse_busy"] / found.all).mean()) for found in (calm, rushed)]
    assert share[0] < 0.2 < share[1]
    assert rushed.steps["car_busy"] == pytest.approx(0)  # her car is out exactly when she is
    apart = replace(ALLOY, work=geo.Work(advises_while_deployed=True))
    desk = geo.evaluate(apart, busy).waterfall
    assert desk.steps["nurse_busy"].mean() < rushed.steps["nurse_busy"].mean()
    assert desk.steps["car_busy"].mean() > 0


def test_a_last_job_rule_trades_refusals_for_overrun():
    rule = replace(ALLOY, work=geo.Work(last_job_minutes=90))
    without, with_rule = geo.evaluate(ALLOY, WORLD), geo.evaluate(rule, WORLD)
    assert without.waterfall.steps["shift_end"] == pytest.approx(0)
    assert with_rule.waterfall.steps["shift_end"].mean() > 0
    assert with_rule.duty.overrun.mean() < without.duty.overrun.mean()


def test_a_line_beside_the_car_answers_when_nobody_else_does():
    line = replace(ALLOY, line=geo.ShiftPattern.parse("daily 00-24"))
    found = geo.evaluate(line, WORLD)
    assert found.waterfall.nurse_contact == pytest.approx(found.waterfall.all)
    assert found.waterfall.reached == pytest.approx(geo.evaluate(ALLOY, WORLD).waterfall.reached)
    modes = found.contacts
    assert sum(modes.values()) == pytest.approx(found.waterfall.nurse_contact)


def test_a_roaming_car_is_nearer_to_the_far_village():
    fixed = geo.evaluate(replace(ALLOY, cars=2), WORLD)
    roaming = geo.evaluate(replace(ALLOY, cars=2, roaming=1), WORLD)
    assert roaming.in_time[:, 1].mean() > fixed.in_time[:, 1].mean() + 0.3


def test_hours_of_the_week_add_up_to_the_month():
    outcome = geo.evaluate(ALLOY, WORLD)
    for name, by_hour in outcome.by_hour.steps.items():
        assert by_hour.sum(axis=1) == pytest.approx(outcome.waterfall.steps[name])


def test_what_crews_do_stays_within_their_hours():
    duty = geo.evaluate(ALLOY, WORLD).duty
    assert (duty.crewed <= duty.rostered).all()
    assert (duty.cars_out <= duty.nurses_busy + 1e-12).all()
    assert (duty.nurses_busy < duty.crewed).all()


def test_every_measure_that_can_be_told_is_compared():
    costly = replace(ALLOY, name="costly", cars=2, cost_a_year=300_000.0, released_minutes=60.0)
    comparison = geo.compare([geo.evaluate(replace(ALLOY, cost_a_year=200_000.0), WORLD), geo.evaluate(costly, WORLD)])
    found = {one.measure: one for one in comparison.table(WORLD.districts("2011-2021"))}
    assert found["Cost"].mean == pytest.approx(100_000 / 12)
    assert found["Cost"].better == 0.0
    assert found["Passed on: nurse busy"].mean < 0
    assert found["Passed on: nurse busy"].verdict == "clear"
    assert found["Crewed hours"].verdict == "neither better nor worse"
    assert "Officer hours given back" not in found  # the first does not say what a contact releases
    assert found["Share in time in the worst district"].other < 0.05
    assert comparison.cost_of_each_extra().startswith("Each incident more with nurse contact costs ")


def test_what_an_extra_incident_costs_is_not_told_where_there_may_be_none():
    same = [geo.evaluate(replace(ALLOY, name=name, cost_a_year=cost), WORLD) for name, cost in (("a", 1.0), ("b", 2.0))]
    assert "cannot be told" in geo.compare(same).cost_of_each_extra()
    assert not geo.compare([geo.evaluate(ALLOY, WORLD)] * 2).cost_of_each_extra()


def test_officers_are_taken_from_response_only_when_they_are_there():
    taken = [
        geo.compare([geo.evaluate(ALLOY, WORLD), geo.evaluate(replace(ALLOY, officer_reliability=share), WORLD)])
        .outcomes[1]
        .duty.with_officer.mean()
        for share in (0.0, 0.5, 1.0)
    ]
    assert taken[0] == 0
    assert taken[1] == pytest.approx(taken[2] / 2)


def test_a_plan_that_is_dearer_and_reaches_fewer_has_no_cost_of_an_extra_incident():
    less = replace(ALLOY, name="less", nurse_reliability=0.2, cost_a_year=300_000.0)
    more = replace(ALLOY, nurse_reliability=1.0, cost_a_year=100_000.0)
    found = [geo.evaluate(one, WORLD) for one in (more, less)]
    assert geo.compare(found).cost_of_each_extra() == "It is dearer and reaches fewer by nurse contact."
    assert geo.compare(found[::-1]).cost_of_each_extra() == "It is cheaper and reaches more by nurse contact."
    saved = geo.evaluate(replace(less, cost_a_year=50_000.0), WORLD)
    assert "Each incident fewer with nurse contact saves" in geo.compare([found[0], saved]).cost_of_each_extra()


def test_hours_that_nobody_observed_leave_losses_and_costs_in_doubt():
    late = replace(ALLOY, name="late", pattern=geo.ShiftPattern.parse("daily 18-02"))
    found = geo.compare([geo.evaluate(one, WORLD) for one in (ALLOY, late)])
    verdicts = {one.measure: one.verdict for one in found.table(WORLD.districts("2011-2021"))}
    assert verdicts["Crewed hours idle"] == "cannot tell yet (14 weekly hours were never observed)"
    assert verdicts["Passed on: nurse busy"].startswith("cannot tell yet")
    assert verdicts["Share of demand in time"] == "no difference"


def test_the_sentence_says_that_incidents_are_those_of_observed_hours():
    assert "incidents a month in the hours that were observed," in geo.evaluate(ALLOY, WORLD).sentence


def test_how_busy_crews_are_is_worked_out_once_for_every_base_and_standard(monkeypatch):
    world = small_world()
    asked = []

    def counted(*given):
        asked.append(given)
        return occupancy(*given)

    monkeypatch.setattr(scenarios.world, "occupancy", counted)
    geo.evaluate(ALLOY, world)
    first = len(asked)
    moved = replace(ALLOY, bases=(EAST,), standard=replace(ALLOY.standard, minutes=45.0))
    again = geo.evaluate(moved, world)
    assert len(asked) == first > 0
    fresh = geo.evaluate(moved, small_world())
    np.testing.assert_array_equal(again.waterfall.reached, fresh.waterfall.reached)
    geo.evaluate(replace(ALLOY, pattern=geo.ShiftPattern.parse("daily 18-23")), world)
    geo.evaluate(replace(ALLOY, cars=2), world)
    assert len(asked) == 4 * first  # the fresh world, the shorter shift and the second car


def test_only_the_last_occupancies_are_kept(monkeypatch):
    monkeypatch.setattr(scenarios.world, "KEPT", 2)
    world = small_world()
    for end in range(20, 24):
        geo.evaluate(replace(ALLOY, pattern=geo.ShiftPattern.parse(f"daily 18-{end}")), world)
    assert len(world._occupied) == 2
