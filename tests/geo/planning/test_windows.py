from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import Bounds, LinearConstraint, milp

from geo.errors import SchemaError
from geo.planning.windows import best_windows

EVENING = np.tile(np.repeat([0.0, 1.0], [18, 6]), 7)
weeks = arrays(float, 168, elements=st.integers(0, 9).map(float))


def by_trying_all(value, hours, lengths, days, starts, rest=0):
    """The best of all choices of a window or none on each day; those that overlap, or rest too little, do not count."""
    options = [None, *product(starts, lengths)]
    best = 0.0
    for plan in product(*[options if day in days else [None] for day in range(7)]):
        shifts = [(day * 24 + s, day * 24 + s + n) for day, o in enumerate(plan) if o for s, n in [o]]
        if sum(end - begin for begin, end in shifts) > hours:
            continue
        following = shifts[1:] + [(begin + 168, end + 168) for begin, end in shifts[:1]]
        if all(after[0] - before[1] >= rest for before, after in zip(shifts, following, strict=True)):
            best = max(best, sum(value[hour % 168] for begin, end in shifts for hour in range(begin, end)))
    return best


def by_solver(value, hours, lengths, starts, days=range(7)):
    """The same as an integer programme: no hour is crewed twice."""
    windows = [(day, s, n) for day in days for s in starts for n in lengths]
    covers = np.zeros((168, len(windows)))
    for column, (day, s, n) in enumerate(windows):
        covers[np.arange(day * 24 + s, day * 24 + s + n) % 168, column] = 1
    one_a_day = np.array([[day == begins for begins, _, _ in windows] for day in range(7)], dtype=float)
    budget = covers.sum(axis=0)[None]
    rules = LinearConstraint(np.vstack([covers, one_a_day, budget]), -np.inf, [1] * 175 + [hours])
    return -milp(-value @ covers, constraints=rules, integrality=np.ones(len(windows)), bounds=Bounds(0, 1)).fun


def test_the_best_six_hours_a_day_are_found():
    found = best_windows(EVENING, crewed_hours=42, lengths=[6], days=7)
    assert found.windows == tuple((day, 1080, 1440) for day in range(7))
    assert found.objective == 42
    assert found.gap == found.unobserved == 0
    assert found.crewed.sum() == 42
    assert found.another_hour == 0


def test_sunday_night_runs_into_monday():
    value = np.zeros(168)
    value[[166, 167, 0, 1]] = 1
    found = best_windows(value, crewed_hours=4, lengths=[4], days=7)
    assert found.windows == ((6, 22 * 60, 26 * 60),)
    assert found.crewed[[166, 167, 0, 1]].all()


def test_windows_of_two_days_never_crew_an_hour_twice():
    value = np.zeros(168)
    value[24:28] = [5, 5, 5, 5]  # Tuesday 00:00 to 04:00: Monday's night or Tuesday's start, not both
    found = best_windows(value, crewed_hours=16, lengths=[8], starts=[0, 20])
    assert found.objective == 20
    # All day every day crews all week once.
    assert best_windows(np.ones(168), crewed_hours=168, lengths=[24]).objective == 168


def test_the_days_may_be_counted_or_named():
    assert best_windows(EVENING, crewed_hours=42, lengths=[6], days=3).objective == 18
    found = best_windows(EVENING, crewed_hours=42, lengths=[6], days=[4, 5])
    assert [day for day, _, _ in found.windows] == [4, 5]
    assert best_windows(EVENING, crewed_hours=42, lengths=[6], days=0).windows == ()


@given(weeks, st.integers(0, 45), st.sampled_from([(0, 6), (0, 1, 2), (0, 2, 5, 6)]), st.integers(0, 13))
@settings(max_examples=20)
def test_no_other_plan_is_worth_more(value, hours, days, rest):
    starts, lengths = [0, 14, 22], [5, 10]
    found = best_windows(value, crewed_hours=hours, lengths=lengths, days=days, starts=starts, rest=rest)
    assert found.objective == by_trying_all(value, hours, lengths, days, starts, rest)
    assert found.crewed.sum() <= hours


@given(weeks, st.integers(0, 2))
@settings(max_examples=5)
def test_so_many_days_are_the_best_choice_of_named_ones(value, number):
    rules = {"crewed_hours": 30, "lengths": [5, 10], "starts": [0, 14, 22]}
    named = [best_windows(value, days=days, **rules).objective for days in combinations(range(7), number)]
    assert best_windows(value, days=number, **rules).objective == max(named)


def weeks_agree_with_the_solver(seeds):
    for seed in seeds:
        rng = np.random.default_rng(seed)
        value = rng.integers(0, 50, 168).astype(float)
        hours, lengths = int(rng.integers(4, 90)), sorted(rng.choice(range(4, 13), 3, replace=False).tolist())
        starts = sorted(rng.choice(24, 6, replace=False).tolist())
        found = best_windows(value, crewed_hours=hours, lengths=lengths, starts=starts)
        assert found.objective == pytest.approx(by_solver(value, hours, lengths, starts))


def test_random_weeks_agree_with_an_integer_programme():
    weeks_agree_with_the_solver(range(15))


@pytest.mark.slow
def test_a_thousand_random_weeks_agree_with_an_integer_programme():
    weeks_agree_with_the_solver(range(15, 1015))


@pytest.mark.slow
def test_a_thousand_random_weeks_agree_with_the_solver_and_with_trying_all():
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        value = rng.integers(0, 50, 168).astype(float)
        hours, days = int(rng.integers(4, 40)), sorted(rng.choice(7, 3, replace=False).tolist())
        lengths = sorted(rng.choice(range(4, 13), 2, replace=False).tolist())
        starts = sorted(rng.choice(24, 3, replace=False).tolist())
        found = best_windows(value, crewed_hours=hours, lengths=lengths, starts=starts, days=days)
        assert found.objective == by_trying_all(value, hours, lengths, days, starts)
        assert found.objective == pytest.approx(by_solver(value, hours, lengths, starts, days))


@given(weeks, st.integers(0, 45), st.sets(st.integers(0, 167), min_size=1, max_size=60))
@settings(max_examples=20)
def test_no_window_crews_an_hour_without_a_rate_where_that_is_forbidden(value, hours, unknown):
    gaps = value.copy()
    gaps[list(unknown)] = np.nan
    found = best_windows(gaps, crewed_hours=hours, lengths=[5, 10], starts=[0, 14, 22], told_only=True)
    assert not np.isnan(gaps[found.crewed]).any()
    assert found.unobserved == 0
    banned = np.where(np.isnan(gaps), -1e6, gaps)
    mine = best_windows(gaps, crewed_hours=hours, lengths=[5, 10], starts=[0, 14, 22], days=[1, 4], told_only=True)
    assert mine.objective == by_trying_all(banned, hours, [5, 10], [1, 4], [0, 14, 22])


def test_many_bases_are_searched_as_each_alone():
    rng = np.random.default_rng(1)
    values = rng.random((70, 168))
    found = best_windows(values, crewed_hours=20, lengths=[6, 8], starts=[8, 16, 22])
    alone = [best_windows(row, crewed_hours=20, lengths=[6, 8], starts=[8, 16, 22]).objective for row in values]
    assert found.by_base == pytest.approx(alone)
    assert found.base == int(np.argmax(alone))
    assert found.objective == pytest.approx(max(alone))


@given(weeks, st.integers(0, 60))
@settings(max_examples=10)
def test_another_hour_never_makes_it_worse(value, hours):
    found = best_windows(value, crewed_hours=hours, lengths=[4, 5, 8], starts=[10, 18, 23])
    more = best_windows(value, crewed_hours=hours + 1, lengths=[4, 5, 8], starts=[10, 18, 23])
    assert found.by_hours[-1] == more.objective
    assert found.another_hour == more.objective - found.objective >= 0


def test_hours_that_were_never_observed_are_not_recommended_silently():
    value = EVENING.copy()
    value[EVENING == 0] = np.nan
    found = best_windows(value, crewed_hours=8, lengths=[8])
    assert found.objective == 6
    assert found.unobserved == 2
    assert best_windows(value, crewed_hours=6, lengths=[6]).unobserved == 0


@pytest.mark.parametrize(
    ("value", "rules", "words"),
    [
        (np.zeros(24), {}, r"values of shape \(1, 24\)"),
        (np.full(168, np.nan), {}, "no hour of the week was ever observed"),
        (-EVENING, {}, "42 of 168 values of an hour are not >= 0"),
        (EVENING, {"crewed_hours": 169}, "169 crewed hours"),
        (EVENING, {"lengths": []}, r"windows of \[\] hours"),
        (EVENING, {"lengths": [0.5]}, r"windows of \[0.5\] hours"),
        (EVENING, {"days": [7]}, r"on the days \[7\]"),
        (EVENING, {"starts": [24]}, "begin at"),
        (EVENING, {"rest": -1}, "-1 hours of rest"),
    ],
)
def test_questions_without_an_answer_are_refused_in_words(value, rules, words):
    with pytest.raises(SchemaError, match=words):
        best_windows(value, **{"crewed_hours": 42, "lengths": [6], **rules})
