"""Laws of the domain, in small random worlds: what may differ from plan to plan, and what may not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.coverage.equity import by_group, fifths
from geo.coverage.gaps import STEPS
from geo.demand.rates import Demand
from geo.routing.speeds import Period, SpeedProfile
from tests.geo.scenarios.test_evaluate import BASE, WORLD
from tests.geo.scenarios.worlds import DAY, plans, windows_of, worlds

ROUNDING = 1e-9
"""The last digits of sums, as a share of all demand."""

STEPPING = 1e-6
"""What the Runge-Kutta steps of occupancy may be off by, as a share of all demand (docs/method.md)."""

few = settings(max_examples=20)


def reaches_no_less(more, plan, world, *, contact=True):
    """Hold two plans against each other in every draw, by what they reach and by nurse contact."""
    before, after = (geo.evaluate(one, world).waterfall for one in (plan, more))
    assert (after.reached >= before.reached - STEPPING * before.all).all()
    assert not contact or (after.nurse_contact >= before.nurse_contact - STEPPING * before.all).all()


@few
@given(st.data())
def test_another_car_never_reaches_less(data):
    world = data.draw(worlds())
    plan = data.draw(plans(world))
    reaches_no_less(replace(plan, cars=plan.cars + 1), plan, world)


@few
@given(st.data())
def test_a_looser_standard_never_reaches_less(data):
    world = data.draw(worlds())
    plan = data.draw(plans(world))
    looser = replace(plan.standard, minutes=plan.standard.minutes + data.draw(st.floats(0, 60)))
    reaches_no_less(replace(plan, standard=looser), plan, world)


@few
@given(st.data())
def test_faster_drives_never_reach_less(data):
    world = data.draw(worlds())
    plan = data.draw(plans(world))
    scale = st.floats(0.5, 1)
    faster = replace(plan.speeds, town_scale=data.draw(scale), country_scale=data.draw(scale))
    reaches_no_less(replace(plan, speeds=faster), plan, world)


@few
@given(st.data())
def test_a_shift_that_ends_later_never_reaches_less(data):
    world = data.draw(worlds(every_hour=False))
    plan = data.draw(plans(world))
    ends_later = replace(plan, pattern=data.draw(longer(plan.pattern)))
    reaches_no_less(ends_later, plan, world, contact=not plan.work.last_job_minutes)


@few
@given(st.data())
def test_a_shift_that_begins_earlier_never_reaches_less(data):
    """At the demand of a county, all hours alike in traffic and known: docs/method.md says why only then."""
    world = data.draw(worlds(weights=["incidents"], busiest=(0.05, 0.5)))
    plan = data.draw(plans(world, speeds=SpeedProfile("Empty roads", periods=())))
    begins_earlier = replace(plan, pattern=data.draw(longer(plan.pattern, earlier=True)))
    reaches_no_less(begins_earlier, plan, world, contact=not plan.work.last_job_minutes)


def test_a_shift_that_begins_earlier_can_reach_less_where_nothing_is_reached_in_the_hour_it_adds():
    """In the jam the car needs 60 minutes instead of 15, so it is sent in vain, and is still out when roads clear."""
    jam = SpeedProfile("Jam", periods=(Period("Jam", "daily", 17, 18, 4.0, 4.0),))
    whole = {"standard": geo.ResponseStandard(25), "appropriate_share": 1.0, "nurse_reliability": 1.0}
    plan = geo.Scenario("Late", (BASE,), geo.ShiftPattern.parse("daily 18-19"), speeds=jam, **whole)
    one_an_hour = Demand(np.ones((2, 168)), np.tile([0.0, 1.0], (2, 1)), ("E1", "E2"), np.ones(168), 14, 14)
    near = geo.RoadNetwork.from_edges([0, 1], [1, 0], [900.0, 900.0], [0.0, 60_000.0], [0.0, 0.0])
    world = replace(WORLD, demand=one_an_hour, network=near)
    late, early = (
        geo.evaluate(replace(plan, pattern=geo.ShiftPattern.parse(hours)), world).waterfall
        for hours in ("daily 18-19", "daily 17-19")
    )
    assert (early.nurse_contact > late.nurse_contact).all()
    assert (early.reached < late.reached).all()


@few
@given(st.data())
def test_the_waterfall_adds_up_in_every_draw_and_every_group(data):
    world = data.draw(worlds())
    found = geo.evaluate(data.draw(plans(world)), world)
    whole = found.waterfall
    near = {"rel": ROUNDING, "abs": ROUNDING * float(whole.all.max())}
    places = pd.Series(range(len(found.places)), list(found.places))
    for losses, groups in (
        (found.by_place, world.districts("2011-2021")),
        (found.by_place, places.map(lambda number: ("town", "country")[number % 2])),
        (found.by_place, fifths(places.astype(float), places * 0 + 100)),
        (found.by_hour, pd.Series([f"{hour % 24:02d}" for hour in range(168)])),
    ):
        member = pd.get_dummies(groups.reset_index(drop=True)).to_numpy(float)
        grouped = losses.grouped(member)
        assert sum(grouped.steps.values()) == pytest.approx(grouped.all, **near)
        assert all((lost >= -near["abs"]).all() for lost in grouped.steps.values())
        for step, lost in grouped.steps.items():
            assert lost.sum(axis=1) == pytest.approx(whole.steps[step], **near)
        by_step = by_group(losses, groups).groupby("step")["a_month"].sum()
        assert by_step[list(STEPS)].to_numpy() == pytest.approx([whole.steps[step].mean() for step in STEPS], **near)


@few
@given(st.data())
def test_equal_plans_differ_by_exactly_nothing_in_every_measure(data):
    world = data.draw(worlds(every_hour=False))
    plan = data.draw(plans(world))
    both = [geo.evaluate(replace(plan, name=name), world) for name in ("one", "other")]
    found = geo.compare(both).table(world.districts("2011-2021"))
    assert len(found) >= 8
    assert {(each.mean, each.low, each.high, each.first - each.other) for each in found} == {(0.0, 0.0, 0.0, 0.0)}
    assert {each.verdict for each in found} == {"no difference"}


@st.composite
def longer(draw, pattern, earlier=False):
    """The same windows, some of which end later, or begin earlier too."""
    starts = {day: start for day, start, _ in pattern.windows}
    ends = {day: end for day, _, end in pattern.windows}
    if earlier:
        free_from = {day: max(ends.get((day - 1) % 7, 0), ends[day]) - DAY for day in starts}
        starts = {day: draw(st.integers(max(free_from[day], 0), start)) for day, start in starts.items()}
    later = {day: draw(st.integers(0, 240)) for day in starts}
    return geo.ShiftPattern(tuple(windows_of(starts, {day: ends[day] - starts[day] + later[day] for day in starts})))


LAWS = [
    test_another_car_never_reaches_less,
    test_a_looser_standard_never_reaches_less,
    test_faster_drives_never_reach_less,
    test_a_shift_that_ends_later_never_reaches_less,
    test_a_shift_that_begins_earlier_never_reaches_less,
    test_the_waterfall_adds_up_in_every_draw_and_every_group,
    test_equal_plans_differ_by_exactly_nothing_in_every_measure,
]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("law", LAWS)
def test_it_holds_in_many_more_worlds(law):
    settings(max_examples=400)(given(st.data())(law.hypothesis.inner_test))()
