"""Nurse and car within a shift: closed forms, published figures, and laws."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage.occupancy import occupancy
from geo.deployment.work import Work
from geo.errors import ScenarioError
from geo.week import ShiftPattern


@dataclass(frozen=True)
class Shift:
    windows: tuple[tuple[int, int, int], ...]


EVENING = ShiftPattern.parse("daily 18-00")
ALL = np.ones(1)


def constant(rate, draws=1):
    return np.full((draws, 168), rate)


def test_one_car_at_a_constant_rate_follows_the_closed_form():
    rate, service = 0.4, 60 / 98  # busy at t: a / (1 + a) (1 - exp(-(rate + service) t)), a = rate / service
    found = occupancy(Shift(((0, 0, 360),)), constant(rate), ALL, 1, Work())
    ends = np.arange(7.0)
    sums = rate / (rate + service) * (ends - (1 - np.exp(-(rate + service) * ends)) / (rate + service))
    assert found.nurse_busy[0, :6] == pytest.approx(np.diff(sums), abs=1e-6)


def test_a_six_hour_shift_is_less_busy_than_the_steady_state():
    rate = 18 / 30.4375 / 6  # 18 deployments a month, two hours each
    found = occupancy(EVENING, constant(rate), ALL, 1, Work(deployed_minutes=120))
    load = 2 * rate
    assert load / (1 + load) == pytest.approx(0.165, abs=5e-4)
    assert found.nurse_busy[0, 18:24].mean() == pytest.approx(0.120, abs=5e-4)


def test_a_long_shift_tends_to_erlang_s_loss():
    day = Shift(((0, 0, 1440),))
    found = occupancy(day, constant(1.5), ALL, 3, Work(deployed_minutes=60))
    assert found.nurse_busy[0, 23] == pytest.approx(0.134328, abs=1e-5)  # Erlang B(3, 1.5)


def test_a_nurse_at_a_desk_and_her_car_do_not_keep_each_other_waiting():
    day, half = Shift(((0, 0, 1440),)), np.full(1, 0.5)
    found = occupancy(day, constant(1.0), half, 1, Work(advice_minutes=30, advises_while_deployed=True))
    assert found.car_busy[0, 23] > 0.3
    assert found.nurse_busy[0, 23] < found.car_busy[0, 23]
    together = occupancy(day, constant(1.0), half, 1, Work(advice_minutes=30))
    assert together.car_busy[0] == pytest.approx(0)
    assert together.nurse_busy[0, 23] > found.nurse_busy[0, 23]


def test_other_emergencies_take_the_car():
    calm = occupancy(EVENING, constant(0.3), ALL, 1, Work())
    more = occupancy(EVENING, constant(0.3), ALL, 1, Work(other_emergencies_a_month=30))
    assert (more.nurse_busy[0, 18:] > calm.nurse_busy[0, 18:])[:6].all()


def test_hours_without_a_shift_or_without_a_rate_are_free():
    rates = constant(0.5)
    rates[0, 20] = np.nan
    found = occupancy(EVENING, rates, ALL, 1, Work())
    assert found.nurse_busy[0, :18].max() == 0
    assert np.isfinite(found.nurse_busy).all()
    assert found.nurse_busy[0, 20] < found.nurse_busy[0, 19] + 0.05


def test_a_last_job_rule_leaves_fewer_cars_out_at_the_end():
    overrun = [
        float(occupancy(EVENING, constant(0.5), ALL, 1, Work(last_job_minutes=minutes)).overrun[0])
        for minutes in (0, 60, 120)
    ]
    assert overrun == sorted(overrun, reverse=True)
    assert overrun[2] < overrun[0] / 1.5


@settings(max_examples=15)
@given(st.floats(0.01, 3), st.floats(0, 1), st.booleans(), st.integers(1, 2))
def test_another_car_never_makes_nurse_or_car_busier(rate, sent, apart, cars):
    work = Work(advises_while_deployed=apart)
    fewer, more = (occupancy(EVENING, constant(rate), np.full(1, sent), n, work) for n in (cars, cars + 1))
    reach = [(1 - found.nurse_busy) * (1 - found.car_busy) for found in (fewer, more)]
    assert (more.nurse_busy <= fewer.nurse_busy + 1e-9).all()
    assert (reach[1] >= reach[0] - 1e-9).all()
    assert more.out[0, 18:24].sum(axis=1) == pytest.approx(1)


def test_days_and_draws_are_followed_apart():
    rates = np.vstack([constant(0.2), constant(0.6)])
    found = occupancy(EVENING, rates, np.ones(2), 1, Work())
    alone = occupancy(EVENING, rates[1:], ALL, 1, Work())
    assert found.nurse_busy[1] == pytest.approx(alone.nurse_busy[0], abs=1e-6)
    assert found.nurse_busy[0, 18:24] == pytest.approx(found.nurse_busy[0, 42:48])


def test_impossible_work_is_refused():
    with pytest.raises(ScenarioError, match="deployed_minutes is 0; give more than 0"):
        Work(deployed_minutes=0)


def test_the_overrun_of_other_emergencies_has_their_own_length():
    short, long = (
        float(
            occupancy(
                EVENING, constant(0.0), ALL, 1, Work(other_emergencies_a_month=60, other_minutes=minutes)
            ).overrun[0]
        )
        for minutes in (30, 240)
    )
    assert 20 < short < 45  # busy at the end with a chance of about 0.14, then 30 minutes, on seven nights
    assert long > 10 * short
