"""Other services' hours beside a plan, counted by hand in a world whose every night has its calls at 20:00."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.scenarios.beside import beside
from tests.geo.scenarios.test_evaluate import ALLOY, WORLD
from tests.geo.scenarios.worlds import patterns, plans, worlds


def service(name, hours, kind="other"):
    return geo.Facility(kind, name, 0.0, 0.0, hours=hours)


CAFE = service("Crisis café", "daily 18-20")
LIAISON = service("Liaison", "Mon-Fri 9-17", "emergency_department")
LATE = geo.evaluate(replace(ALLOY, pattern=geo.ShiftPattern.parse("daily 21-00")), WORLD)


def test_hours_of_the_week_are_counted_by_hand():
    found = beside(LATE, [CAFE, LIAISON])
    rows = {row.name: (row.open_hours, row.with_plan, row.neither) for row in found.services}
    assert rows == {"Crisis café": (14, 0, 168 - 21 - 14), "Liaison": (40, 0, 107), "any of them": (54, 0, 93)}
    assert sum(end - start for start, end in found.nobody) == 93
    assert found.plan[0] == (21.0, 24.0)


def test_what_a_plan_misses_falls_in_the_hours_of_a_service_by_its_demand():
    """Demand is known from 18:00 to 24:00; the plan begins at 21:00, the café is open from 18:00 to 20:00."""
    found, losses = beside(LATE, [CAFE, LIAISON]), LATE.by_hour
    missed = losses.all - losses.reached - losses.steps["not_appropriate"]
    by_clock = missed.reshape(-1, 7, 24).sum(axis=1)
    cafe, liaison, together = found.services
    assert cafe.missed == pytest.approx(by_clock[:, 18:20].sum(axis=1))
    assert cafe.share == pytest.approx(by_clock[:, 18:20].sum(axis=1) / by_clock.sum(axis=1))
    assert liaison.missed.max() == 0
    assert together.missed == pytest.approx(cafe.missed)
    assert found.unobserved == 40  # none of the liaison's hours was ever live
    assert found.doubt == "In 40 of the hours in which a service is open demand was never observed."


def test_the_sentence_says_what_comes_while_a_service_is_open():
    plan = replace(ALLOY, pattern=geo.ShiftPattern.parse("daily 20-00"), name="Late")
    sentence = beside(geo.evaluate(plan, WORLD), [service("Line", "daily 00-24")]).sentence
    assert sentence == (
        "Of what Late misses in the hours that were observed, 100% comes while another service is open "
        "(Line 100%); in 0 hours of the week neither it nor any of them is there."
    )


def test_hours_that_are_not_recorded_are_never_taken_for_open_or_closed():
    found = beside(LATE, [service("Suite", "", "place_of_safety"), CAFE])
    assert found.unknown == ("Suite",)
    assert [row.name for row in found.services] == ["Crisis café", "any of them"]
    assert found.doubt == "Hours not recorded, so in no figure: Suite."
    assert beside(LATE, [service("Suite", "", "place_of_safety")]).services == ()


def test_a_base_is_no_service_and_without_services_nothing_is_said():
    found = beside(LATE, [service("Police station", "daily 00-24", "base")])
    assert (found.services, found.unknown, found.sentence) == ((), (), "")
    assert sum(end - start for start, end in found.nobody) == 168 - 21


def test_a_service_past_midnight_is_there_on_monday_morning_and_a_line_is_part_of_the_plan():
    night = service("Night café", "Sun 22-02")
    row = beside(LATE, [night]).services[0]
    assert row.windows == ((0.0, 2.0), (166.0, 168.0))
    assert row.with_plan == 2  # Sunday from 22:00, the plan's own last hours
    with_line = replace(LATE.scenario, line=geo.ShiftPattern.parse("daily 00-24"))
    assert beside(geo.evaluate(with_line, WORLD), [night]).nobody == ()


def test_the_fields_are_those_of_the_command_line():
    told = beside(LATE, [CAFE]).as_json()
    assert set(told) == {"sentence", "services", "nobody", "unobserved_hours", "hours_not_recorded"}
    assert set(told["services"][0]) == {
        "service", "open_hours", "with_plan", "neither", "missed_a_month", "share_of_missed"
    }  # fmt: skip


@settings(max_examples=15)
@given(st.data())
def test_services_together_hold_no_less_than_each_and_no_more_than_all(data):
    world = data.draw(worlds(weights=["incidents"], every_hour=False))
    outcome = geo.evaluate(data.draw(plans(world)), world)
    services = [service(f"S{n}", data.draw(patterns()).text) for n in range(data.draw(st.integers(1, 3)))]
    found = beside(outcome, services)
    *each, together = found.services
    crewed = sum(end - start for start, end in found.plan)
    whole = (outcome.by_hour.all - outcome.by_hour.reached - outcome.by_hour.steps["not_appropriate"]).sum(axis=1)
    for row in each:
        assert (row.missed <= together.missed + 1e-9).all()
        assert row.neither >= together.neither
        assert row.open_hours + crewed - row.with_plan == pytest.approx(168 - row.neither)
    assert (together.missed <= whole + 1e-9).all()
    assert sum(end - start for start, end in found.nobody) == pytest.approx(together.neither)
