"""What demand is counted in: minutes and persons beside incidents, worked by hand in a world of two villages."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import geo
from geo.errors import SchemaError
from geo.scenarios.counting import count_by
from tests.geo.scenarios.test_evaluate import ALLOY, BASE, WORLD

SENT, NOT_SENT = 90.0, 10.0


def recorded(minutes=None, persons=""):
    """The calls of the small world: seven to which the car went and seven to which it did not, in turn."""
    given = np.where(WORLD.located["deployed"] == "yes", SENT, NOT_SENT) if minutes is None else minutes
    return WORLD.located.assign(minutes_on_incident=given, person_key=persons)


def counted(weight, world=WORLD, **columns):
    calls = recorded(**columns)
    return replace(world, located=calls, weighed=count_by(weight, calls, world.demand))


def test_minutes_are_incidents_times_what_one_takes():
    outcome = geo.evaluate(ALLOY, counted("minutes"))
    each = outcome.waterfall.all / outcome.incidents.all
    assert float(each.mean()) == pytest.approx(50, abs=2)  # seven of 90 and seven of 10
    assert 5 < each.std() < 15  # standard error of 14 such: 41.5 / 14 ** 0.5 = 11.1
    assert outcome.unit == "minutes on incidents"
    assert "minutes on incidents a month in the hours that were observed, " in outcome.sentence


def test_an_incident_for_the_car_weighs_its_own_minutes_after_the_decision():
    """One in four for the car: 90 of (90 + 3 x 10) minutes, so three quarters of the contact are left for it."""
    quarter = replace(ALLOY, appropriate_share=0.25, nurse_reliability=1.0, officer_reliability=1.0)
    found = geo.evaluate(quarter, counted("minutes"))
    decided = found.waterfall.steps["not_appropriate"] / found.waterfall.nurse_contact
    assert decided == pytest.approx(1 / 4)
    by_incidents = found.incidents.steps["not_appropriate"] / found.incidents.nurse_contact
    assert by_incidents == pytest.approx(3 / 4)


def test_all_kept_minutes_of_a_place_that_has_twice_as_many_weigh_more():
    long = np.where(WORLD.located["lsoa"] == "E2", 120.0, 60.0) + np.tile([-5.0, 0.0, 5.0], 5)[:14]
    shares = count_by("minutes", recorded(long), WORLD.demand).place_shares
    assert shares.sum(axis=1) == pytest.approx(1)
    # 2 / 3 of the minutes where incidents are even, each draw in the same proportion to its share of incidents
    odds = shares[:, 1] / shares[:, 0] / (WORLD.demand.place_shares[:, 1] / WORLD.demand.place_shares[:, 0])
    assert float(np.median(odds)) == pytest.approx(2, abs=0.25)


def test_unknown_minutes_make_it_the_least():
    some = [60.0, np.nan] * 7
    found = geo.evaluate(ALLOY, counted("minutes", minutes=some))
    assert found.sentence.startswith("Of at least ")
    assert found.counting.words == "at least 420 minutes on incidents (7 of 14 incidents have none recorded)"
    assert float((found.waterfall.all / found.incidents.all).mean()) == pytest.approx(30, abs=2)
    with pytest.raises(SchemaError, match="none of the 14 incidents has minutes on record; count by incidents instead"):
        counted("minutes", minutes=np.nan)


def test_persons_share_their_calls_and_unnamed_ones_make_it_the_most():
    found = geo.evaluate(ALLOY, counted("persons", persons=["a"] * 4 + ["b"] * 4 + ["c", "d", "e", "f", "", ""]))
    share = found.waterfall.all / found.incidents.all
    assert float(share.mean()) == pytest.approx(8 / 14, abs=0.02)
    assert found.sentence.startswith("Of at most ")
    assert "persons a month" in found.sentence


def test_persons_with_one_call_each_are_as_many_as_incidents():
    alone = geo.evaluate(ALLOY, counted("persons", persons=list("abcdefghijklmn")))
    once = geo.evaluate(ALLOY, WORLD)
    for step, part in once.waterfall.steps.items():
        assert alone.waterfall.steps[step] == pytest.approx(part, abs=1e-9)


def test_how_busy_nurse_and_car_are_rests_on_every_incident():
    by_persons = geo.evaluate(ALLOY, counted("persons", persons="a"))
    once = geo.evaluate(ALLOY, WORLD)
    np.testing.assert_array_equal(by_persons.duty.nurses_busy, once.duty.nurses_busy)
    busy = [found.waterfall.steps["nurse_busy"] / found.waterfall.all for found in (by_persons, once)]
    assert busy[0] == pytest.approx(busy[1])


def test_money_and_officers_are_told_by_incidents_whatever_is_counted():
    priced = replace(ALLOY, cost_a_year=120_000.0, released_minutes=60.0)
    pairs = [
        geo.compare([geo.evaluate(priced, world), geo.evaluate(replace(priced, name="b"), world)])
        for world in (WORLD, counted("minutes"))
    ]
    found = [{one.measure: one for one in pair.table(WORLD.districts("2011-2021"))} for pair in pairs]
    for measure in ("Cost of each incident with nurse contact", "Officer hours given back"):
        assert found[0][measure].first == pytest.approx(found[1][measure].first)
    assert found[1]["Reached face to face"].unit == "minutes on incidents a month"
    assert found[1]["Crewed hours"].unit == "hours a month"


def test_answers_that_count_differently_are_not_compared():
    with pytest.raises(geo.errors.ScenarioError, match="different data or seeds"):
        geo.compare([geo.evaluate(ALLOY, WORLD), geo.evaluate(ALLOY, counted("minutes"))])


def test_inputs_are_left_alone():
    calls = recorded()
    before = calls.copy(deep=True)
    count_by("minutes", calls, WORLD.demand, pd.Series({"E1": "West", "E2": "East"}))
    pd.testing.assert_frame_equal(calls, before)
    assert geo.evaluate(replace(ALLOY, bases=(BASE,)), counted("minutes")).weights.shape == (400, 2)
