import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage.availability import erlang_b, transient_hypercube
from geo.coverage.simulation import CAUSES, CrewRules, JobTimes, Stream, draw_stream, simulate
from geo.errors import SchemaError

NIGHTLY = [(day, 18 * 60, 24 * 60) for day in range(7)]
ALWAYS = [(day, 0, 24 * 60) for day in range(7)]
EXACT = JobTimes(
    mobilise_mean=3, mobilise_cv=0, drive_sigma=0, scene_mean=40, scene_cv=0, conveyed=0, advice_mean=10, advice_cv=0
)
"""Every part lasts exactly its minutes."""

EXPONENTIAL = JobTimes(mobilise_mean=0, drive_sigma=0, scene_mean=120, scene_cv=1, conveyed=0, advice_mean=0)
"""As the hypercube assumes: jobs exponential, whichever car goes; the nurse never binds."""


def at(*minutes, appropriate=True, emergencies=()):
    """Incidents at these minutes of a Monday, of one class; those numbered are other emergencies."""
    draws = np.full((len(minutes), 8), 0.5)
    draws[:, 0] = 0.0 if appropriate else 0.99
    other = np.isin(np.arange(len(minutes)), emergencies)
    return Stream(np.array(minutes, float), np.zeros(len(minutes), int), other, draws, 1)


def causes(found):
    return [CAUSES[cause] for cause in found.causes]


def run(stream, crews=(NIGHTLY,), drive=((20.0,),), **rules):
    return simulate(stream, crews, drive, appropriate=0.5, times=EXACT, rules=CrewRules(**rules))


def test_one_evening_is_worked_by_hand():
    # Called at 18:10; 3 minutes to mobilise, 20 to drive, 40 there, 20 back: free at 19:33.
    found = run(at(17 * 60, 18 * 60 + 10, 19 * 60, 19 * 60 + 32, 19 * 60 + 33), advises_away=True)
    assert causes(found) == ["off_shift", "deployed", "car_busy", "car_busy", "nurse_busy"]
    # The last but one keeps the nurse until 19:42. Without it the car, just back, goes again.
    found = run(at(17 * 60, 18 * 60 + 10, 19 * 60, 19 * 60 + 33), advises_away=True)
    assert causes(found) == ["off_shift", "deployed", "car_busy", "deployed"]
    assert found.response.tolist()[1] == 23
    assert found.busy_minutes.tolist() == [2 * 83]
    assert found.in_time(23) == 2
    assert found.in_time(22) == 0
    assert found.lost == 1 / 3


def test_a_nurse_who_cannot_advise_away_is_busy_with_the_car():
    stream = at(18 * 60, 18 * 60 + 30)
    assert causes(run(stream)) == ["deployed", "nurse_busy"]
    assert causes(run(stream, advises_away=True)) == ["deployed", "car_busy"]
    # At the desk she is busy only for the ten minutes of each call.
    calls = at(18 * 60, 18 * 60 + 9, 18 * 60 + 10, appropriate=False)
    assert causes(run(calls)) == ["not_appropriate", "nurse_busy", "not_appropriate"]


def test_the_last_job_rule_trades_overrun_against_refusals():
    stream = at(23 * 60, 7 * 60 + 24 * 60 * 6)
    late = run(stream)
    assert causes(late)[0] == "deployed"
    assert late.overrun[0][0] == 23  # 23:00 + 83 minutes
    early = run(stream, last_job_minutes=61)
    assert causes(early)[0] == "shift_end"
    assert early.overrun[0].sum() == 0
    assert causes(run(stream, last_job_minutes=60))[0] == "deployed"  # the boundary minute still counts


def test_a_break_begins_at_the_first_idle_moment_of_the_second_half():
    # Half of 18-24 is 21:00. Out from 20:30 to 21:53, so the break is 21:53 to 22:23.
    stream = at(20 * 60 + 30, 22 * 60, 22 * 60 + 23)
    assert causes(run(stream, break_minutes=30)) == ["deployed", "nurse_busy", "deployed"]
    assert causes(run(stream)) == ["deployed", "deployed", "nurse_busy"]


def test_another_emergency_takes_the_car_and_is_not_an_incident_of_the_scheme():
    found = run(at(18 * 60, 18 * 60 + 30, 18 * 60 + 40, emergencies=[0, 2]), advises_away=True)
    assert causes(found) == ["deployed", "car_busy", "car_busy"]
    assert found.counts["deployed"] == 0
    assert sum(found.counts.values()) == 1
    # It goes on a break, and after the last-job time.
    found = run(at(21 * 60 + 5, 23 * 60 + 30, emergencies=[0, 1]), break_minutes=30, last_job_minutes=90)
    assert causes(found) == ["deployed", "deployed"]


def test_the_nearest_free_car_goes_and_one_without_a_road_never():
    found = run(at(18 * 60, 18 * 60 + 1), crews=(NIGHTLY, NIGHTLY), drive=((20.0,), (5.0,)))
    assert found.cars.tolist() == [1, 0]
    found = run(at(18 * 60, 18 * 60 + 1), crews=(NIGHTLY, NIGHTLY), drive=((20.0,), (np.inf,)), advises_away=True)
    assert found.cars.tolist() == [0, -1]


def test_a_conveyance_adds_the_drive_and_the_wait():
    times = JobTimes(
        mobilise_mean=0,
        drive_sigma=0,
        scene_mean=30,
        scene_cv=0,
        conveyed=1,
        to_safety=25,
        handover_cv=0,
        advice_mean=0,
    )
    found = simulate(at(18 * 60), [NIGHTLY], [[10.0]], appropriate=0.5, times=times)
    assert found.busy_minutes.tolist() == [10 + 30 + 25 + 60 + 10]


def test_by_default_a_deployment_lasts_about_as_long_as_in_the_published_weeks():
    stream = draw_stream(np.full((168, 1), 0.5), 200, seed=2)
    found = simulate(stream, [ALWAYS], [[20.0]], appropriate=1)
    assert found.busy_minutes[0] / found.counts["deployed"] == pytest.approx(98, rel=0.03)


@pytest.mark.parametrize("spread", [0.0, 0.5, 2.0])
def test_the_loss_of_cars_that_are_always_on_shift_depends_on_the_mean_of_a_job_alone(spread):
    times = JobTimes(mobilise_mean=0, drive_sigma=0, scene_mean=60, scene_cv=spread, conveyed=0, advice_mean=0)
    stream = draw_stream(np.full((168, 1), 1.5), 150, seed=4)
    rules = CrewRules(advises_away=True)
    found = simulate(stream, [ALWAYS] * 3, [[0.0]] * 3, appropriate=1, times=times, rules=rules)
    low, high = found.lost_interval(0.999)
    assert low < erlang_b(3, 1.5) < high
    assert high - low < 0.03


def test_the_long_tail_keeps_its_mean():
    stream = draw_stream(np.full((168, 1), 1.0), 400, seed=3)
    times = JobTimes(mobilise_mean=0, scene_mean=0, conveyed=1, to_safety=0, handover_mean=60, advice_mean=0)
    found = simulate(stream, [ALWAYS], [[0.0]], appropriate=1, times=times)
    assert found.busy_minutes[0] / found.counts["deployed"] == pytest.approx(60, rel=0.03)


def test_the_simulation_agrees_with_the_transient_hypercube():
    # Two cars, two classes, six hours; each shift begins empty, as 18 hours lie between.
    rates = np.zeros((168, 2))
    profile = np.array([0.3, 0.6, 0.6, 0.4, 0.2, 0.2])
    for day in range(7):
        rates[day * 24 + 18 : day * 24 + 24] = np.outer(profile, [0.6, 0.4])
    exact = transient_hypercube(rates[18:24], [(0, 1), (1, 0)], 0.5)
    runs = []
    for seed in range(12):
        found = simulate(
            draw_stream(rates, 150, seed=seed),
            [NIGHTLY, NIGHTLY],
            [[0.0, 1e-9], [1e-9, 0.0]],
            appropriate=1,
            times=EXPONENTIAL,
            rules=CrewRules(advises_away=True),
        )
        ended = np.mean((found.overrun[0] > 0) | (found.overrun[1] > 0))
        runs.append((found.lost, ended, *(np.bincount(found.cars + 1, minlength=3)[1:] / len(found.cars))))
    mean, error = np.mean(runs, axis=0), np.std(runs, axis=0, ddof=1) / np.sqrt(12)
    truth = [exact.lost, exact.busy_at_end, *(exact.dispatches.sum(axis=1) / exact.incidents)]
    assert (np.abs(mean - truth) < 4 * error).all()
    assert (error < 0.005).all()


def test_the_interval_holds_the_exact_loss_in_93_of_100_runs():
    rates = np.zeros((168, 1))
    rates[[day * 24 + hour for day in range(7) for hour in range(18, 24)]] = 0.4
    exact = transient_hypercube(rates[18:24], [(0,)], 0.5).lost
    held = 0
    for seed in range(100):
        stream = draw_stream(rates, 60, seed=seed)
        rules = CrewRules(advises_away=True)
        found = simulate(stream, [NIGHTLY], [[0.0]], appropriate=1, times=EXPONENTIAL, rules=rules)
        low, high = found.lost_interval()
        held += low <= exact <= high
    assert held >= 93


def by_simpy(stream, durations):
    """The same two cars as processes of simpy, first the first."""
    world = simpy.Environment()
    cars = [simpy.Resource(world) for _ in range(2)]
    went = []

    def job(car, minutes):
        with cars[car].request() as mine:
            yield mine
            yield world.timeout(minutes)

    def source():
        for now, minutes in zip(stream.minutes, durations, strict=True):
            yield world.timeout(now - world.now)
            free = [car for car in range(2) if not cars[car].count]
            went.append(free[0] if free else -1)
            if free:
                world.process(job(free[0], minutes))
                yield world.timeout(0)

    world.process(source())
    world.run()
    return went


def test_simpy_sends_the_same_cars():
    stream = draw_stream(np.full((168, 1), 1.2), 4, seed=5)
    found = simulate(
        stream, [ALWAYS, ALWAYS], [[0.0], [0.0]], appropriate=1, times=EXPONENTIAL, rules=CrewRules(advises_away=True)
    )
    durations = -120 * np.log1p(-stream.draws[:, 3])
    assert found.cars.tolist() == by_simpy(stream, durations)
    assert {-1, 0, 1} == set(found.cars.tolist())


@given(st.integers(0, 1000), st.floats(0, 1), st.booleans())
@settings(max_examples=15)
def test_incidents_add_up_and_another_car_never_meets_fewer(seed, share, away):
    stream = draw_stream(np.full((168, 1), 0.8), 3, emergencies=np.full((168, 1), 0.1), seed=seed)
    rules = CrewRules(advises_away=away, break_minutes=20, last_job_minutes=30)
    one = simulate(stream, [NIGHTLY], [[15.0]], appropriate=share, rules=rules)
    two = simulate(stream, [NIGHTLY, NIGHTLY], [[15.0], [15.0]], appropriate=share, rules=rules)
    for found in (one, two):
        assert sum(found.counts.values()) == (~stream.emergencies).sum()
        assert (np.isfinite(found.response) == (found.cars >= 0)).all()
    assert one.counts["off_shift"] == two.counts["off_shift"]
    assert two.counts["nurse_busy"] <= one.counts["nurse_busy"] + 2  # a busier second nurse can be in the way, rarely


def test_equal_plans_differ_by_exactly_nothing_and_emergencies_leave_incidents_as_they_are():
    rates = np.full((168, 2), 0.3)
    stream = draw_stream(rates, 5, seed=1)
    first, again = (simulate(stream, [NIGHTLY], [[10.0, 30.0]], appropriate=0.3) for _ in range(2))
    assert (first.causes == again.causes).all()
    with_others = draw_stream(rates, 5, emergencies=np.full((168, 2), 0.2), seed=1)
    assert (with_others.minutes[~with_others.emergencies] == stream.minutes).all()
    assert (with_others.draws[~with_others.emergencies] == stream.draws).all()


def test_a_night_of_sunday_runs_into_the_next_week():
    stream = draw_stream(np.full((168, 1), 2.0), 2, seed=0)
    found = simulate(stream, [[(6, 22 * 60, 26 * 60)]], [[10.0]], appropriate=0)
    on_duty = np.array(CAUSES)[found.causes] != "off_shift"
    hour = stream.minutes // 60
    assert on_duty[(hour == 168) | (hour == 169)].all()
    assert not on_duty[hour < 166].any()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: draw_stream(np.zeros((24, 1)), 1), r"rates of shape \(24, 1\)"),
        (lambda: draw_stream(np.full((168, 1), np.nan), 1), "never observed cannot be simulated"),
        (lambda: draw_stream(np.zeros((168, 1)), 0), "0 weeks"),
        (lambda: draw_stream(np.zeros((168, 1)), 1, emergencies=np.zeros((168, 2))), "the same classes"),
        (lambda: run(at(0), drive=((20.0,), (20.0,))), "each of 1 cars"),
        (lambda: run(at(0), drive=((float("nan"),),)), "minutes of driving"),
        (lambda: simulate(at(0), [NIGHTLY], [[1.0]], appropriate=2), "a share judged appropriate of 2"),
        (lambda: run(at(0), crews=([(0, 0, 1500), (1, 0, 60)],)), "overlaps the next"),
        (lambda: JobTimes(conveyed=1.5), "the share at most 1"),
        (lambda: CrewRules(break_minutes=-1), ">= 0"),
    ],
)
def test_questions_without_an_answer_are_refused_in_words(ask, words):
    with pytest.raises(SchemaError, match=words):
        ask()
