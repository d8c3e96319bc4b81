import csv
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage.availability import erlang_b, erlang_c, hypercube, transient_hypercube
from geo.errors import SchemaError

LARSON = [0.50, 0.25, 0.35, 0.40], [(0, 1, 2), (0, 2, 1), (1, 0, 2), (2, 0, 1)]
"""Larson & Odoni, Urban Operations Research, 5.4: three units, 1.5 calls an hour, one hour a job."""

rate = st.floats(0.01, 2.0)


@st.composite
def cities(draw, most=4):
    """Rates and full preferences of some classes."""
    number = draw(st.integers(1, most))
    orders = draw(st.lists(st.sampled_from(list(permutations(range(number)))), min_size=1, max_size=4))
    return draw(st.lists(rate, min_size=len(orders), max_size=len(orders))), orders


@pytest.mark.parametrize(("servers", "load", "lost"), [(3, 1.5, 0.134328), (2, 1, 0.2), (30, 25, 0.052603), (0, 1, 1)])
def test_erlang_b_gives_the_tabled_losses(servers, load, lost):
    assert erlang_b(servers, load) == pytest.approx(lost, abs=5e-7)


@pytest.mark.parametrize(("servers", "load", "waits"), [(3, 1.5, 0.236842), (2, 1, 1 / 3), (1, 0.4, 0.4), (5, 0, 0)])
def test_erlang_c_gives_the_tabled_waits(servers, load, waits):
    assert erlang_c(servers, load) == pytest.approx(waits, abs=5e-7)


@pytest.mark.shared_data
def test_erlang_agrees_with_the_whole_table(shared_data):
    table = (shared_data / "benchmarks" / "erlang" / "erlang_b_c.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    assert len(rows) > 20
    for row in rows:
        servers, load = int(row["servers"]), float(row["offered_erlangs"])
        assert erlang_b(servers, load) == pytest.approx(float(row["erlang_B"]), abs=1e-9)
        if row["erlang_C"] and load < servers:
            assert erlang_c(servers, load) == pytest.approx(float(row["erlang_C"]), abs=1e-9)


def test_the_hypercube_gives_the_workloads_of_larson_and_odoni():
    found = hypercube(*LARSON, 1.0)
    assert found.workloads.round(4).tolist() == [0.5574, 0.4734, 0.4693]
    assert found.all_busy == pytest.approx(0.23684, abs=5e-6)
    assert found.queued == pytest.approx(0.23684, abs=5e-6)
    assert found.inter_response == pytest.approx(0.4353, abs=1e-4)
    assert found.lost == 0
    assert found.dispatches.sum() == pytest.approx(1)


def test_one_car_that_is_lost_to_every_second_class_is_worked_by_hand():
    # Class 1 has no car at all. Class 0 keeps its car busy half the time: half of class 0 and all of class 1 is lost.
    found = hypercube([1.0, 1.0], [(0,), ()], 1.0, queue=False)
    assert found.workloads.tolist() == pytest.approx([0.5])
    assert found.lost == pytest.approx(0.75)
    assert found.all_busy == pytest.approx(0.5)


def test_cars_of_different_speed_share_a_queue():
    # Two cars, rates 1 and 3, demand 2, preference (0, 1). Balance by hand: states 00, 10, 01, 11+queue:
    # the balances of 00, 10 and 01 must hold, and what comes must be done.
    found = hypercube([2.0], [(0, 1)], [1.0, 3.0])
    p00, p10, p01, all_busy = found.states
    assert 2 * p00 == pytest.approx(1 * p10 + 3 * p01)
    p11 = all_busy * (1 - 2 / 4)
    assert (2 + 1) * p10 == pytest.approx(2 * p00 + 3 * p11)
    assert (2 + 3) * p01 == pytest.approx(1 * p11)
    assert sum(found.workloads * [1, 3]) == pytest.approx(2)


@given(cities())
def test_the_number_of_busy_cars_does_not_depend_on_preferences(city):
    rates, orders = city
    cars = len(orders[0])
    plain = hypercube([sum(rates)], [tuple(range(cars))], 1.5, queue=False)
    found = hypercube(rates, orders, 1.5, queue=False)
    assert found.number_busy == pytest.approx(plain.number_busy, abs=1e-9)
    assert found.lost == pytest.approx(erlang_b(cars, sum(rates) / 1.5), abs=1e-9)


@given(st.integers(1, 4), rate)
def test_symmetric_cars_carry_equal_loads(cars, each):
    orders = [tuple(np.roll(range(cars), -first)) for first in range(cars)] + [
        tuple(np.roll(range(cars)[::-1], -first)) for first in range(cars)
    ]
    found = hypercube([each / cars] * len(orders), orders, 4.5)
    assert found.workloads == pytest.approx(np.full(cars, 2 * each / 4.5 / cars), rel=1e-6)
    assert found.all_busy == pytest.approx(erlang_c(cars, 2 * each / 4.5), rel=1e-6)


@settings(max_examples=30)
@given(rate, rate)
def test_one_car_at_a_constant_rate_follows_the_closed_form(come, done):
    found = transient_hypercube([[come]] * 4, [(0,)], done)
    load = come / done
    closed = load / (1 + load) * (1 - np.exp(-(come + done) * found.hours))
    assert found.busy[:, 0] == pytest.approx(closed, abs=1e-9)
    assert found.blocked[:, 0] == pytest.approx(closed, abs=1e-9)
    # Its mean over the shift is the closed form's integral, not a sum over steps.
    mean = load / (1 + load) * (1 - (1 - np.exp(-(come + done) * 4)) / ((come + done) * 4))
    assert found.lost == pytest.approx(mean, abs=1e-9)
    assert found.workloads[0] == pytest.approx(mean, abs=1e-9)


def test_a_short_shift_loses_less_than_steady_state_says():
    rate = 18 / 30.4 / 6  # 18 deployments a month on a nightly shift of six hours, two hours each
    assert erlang_b(1, 2 * rate) == pytest.approx(0.165, abs=5e-4)
    assert transient_hypercube([[rate]] * 6, [(0,)], 0.5).lost == pytest.approx(0.120, abs=5e-4)


@settings(max_examples=25)
@given(cities(3))
def test_the_transient_tends_to_steady_state(city):
    rates, orders = city
    found = transient_hypercube([rates] * 30, orders, 1.5)
    steady = hypercube(rates, orders, 1.5, queue=False)
    assert found.states[-1] == pytest.approx(steady.states, abs=1e-6)
    assert found.lost_by_hour[-1] == pytest.approx(steady.lost, abs=1e-6)


@settings(max_examples=25)
@given(cities(), st.lists(st.floats(0, 3), min_size=1, max_size=8))
def test_a_shift_neither_makes_nor_loses_incidents(city, profile):
    rates, orders = city
    table = np.outer(profile, rates)
    found = transient_hypercube(table, orders, 0.7)
    assert found.states.sum(axis=1) == pytest.approx(np.ones(len(found.hours)))
    assert found.dispatches.sum() + found.lost * found.incidents == pytest.approx(table.sum())
    assert (np.diff(found.states[:13, 0]) <= 1e-12).all() or profile[0] == 0  # the first hour only fills up


@settings(max_examples=30)
@given(rate, st.integers(1, 4))
def test_another_car_never_loses_more(come, cars):
    fewer = transient_hypercube([[come]] * 6, [tuple(range(cars))], 0.5)
    more = transient_hypercube([[come]] * 6, [tuple(range(cars + 1))], 0.5)
    assert more.lost <= fewer.lost + 1e-12


def test_a_quiet_shift_loses_nothing_and_claims_no_loss_by_hour():
    found = transient_hypercube([[0.0], [0.0]], [(0,)], 1.0)
    assert (found.incidents, found.lost, found.busy_at_end) == (0, 0, 0)
    assert np.isnan(found.lost_by_hour).all()


def test_the_chance_of_overrun_is_that_of_a_busy_car_at_the_end():
    found = transient_hypercube([[0.2]] * 6, [(0,)], 0.5)
    assert found.busy_at_end == pytest.approx(0.4 / 1.4 * (1 - np.exp(-0.7 * 6)))


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: erlang_b(-1, 1), "-1 servers"),
        (lambda: erlang_b(1, float("nan")), "a load of nan"),
        (lambda: erlang_c(2, 2), "grow without end"),
        (lambda: hypercube([2.0], [(0, 1)], 1.0), "queue would grow without end"),
        (lambda: hypercube([0.5, 0.1], [(0, 1), (1,)], 1.0), "list all cars"),
        (lambda: hypercube([0.5, 0.1], [(0, 1)], 1.0), "2 rates but 1 orders"),
        (lambda: hypercube([0.5], [(0, 0)], 1.0), "name a car twice"),
        (lambda: hypercube([0.5], [(0, 1)], [1.0]), "name 2 cars and there are 1"),
        (lambda: hypercube([0.5], [tuple(range(11))], 1.0), "1 to 10"),
        (lambda: hypercube([0.5], [(0,)], 0.0), "above 0"),
        (lambda: hypercube([-0.5], [(0,)], 1.0), "class 0, -0.5"),
        (lambda: hypercube([0.0], [(0,)], 1.0), "all rates are 0"),
        (lambda: transient_hypercube([0.5], [(0,)], 1.0), r"shape \(1,\)"),
        (lambda: transient_hypercube([[0.5, 0.5]], [(0,)], 1.0), "2 rates but 1 orders"),
    ],
)
def test_questions_without_an_answer_are_refused_in_words(ask, words):
    with pytest.raises(SchemaError, match=words):
        ask()
