from itertools import product

import numpy as np
import pytest

from geo.errors import SchemaError
from geo.planning.rotas import DAY_GROUPS, best_rotas, standing, values_in_draws
from geo.planning.windows import best_windows, crewed_hours_of

EVENING = np.tile(np.repeat([0.0, 1.0], [18, 6]), 7)


def by_trying_all(value, hours, lengths, starts, rest):
    """Every rota of the usual groups, by the hour; its sum if it keeps the rules."""
    sums = []
    options = list(product(starts, lengths))
    for first, second in DAY_GROUPS:
        for one, other in product(options, options if second else [None]):
            shifts = sorted(
                [(d * 24 + one[0], d * 24 + sum(one)) for d in first]
                + [(d * 24 + other[0], d * 24 + sum(other)) for d in second]
            )
            following = [*shifts[1:], (shifts[0][0] + 168, 0)]
            if sum(b - a for a, b in shifts) <= hours and all(
                after[0] - before[1] >= rest for before, after in zip(shifts, following, strict=True)
            ):
                sums.append(sum(value[h % 168] for a, b in shifts for h in range(a, b)))
    return sorted(sums, reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_every_rota_is_tried(seed):
    rng = np.random.default_rng(seed)
    value, hours = rng.integers(0, 20, 168).astype(float), int(rng.integers(30, 70))
    sums = by_trying_all(value, hours, [6, 9], [4, 15, 21], 11)
    found = best_rotas(value, crewed_hours=hours, lengths=[6, 9], starts=[4, 15, 21], most=1000)
    assert found.objectives.tolist() == sums
    assert found.tried == len(sums)
    assert found.complete
    assert found.ceiling >= sums[0]
    assert found.price == found.ceiling - sums[0]


def test_the_best_base_and_its_rota_come_together():
    values = np.stack([EVENING, 2 * np.roll(EVENING, 3), EVENING])
    found = best_rotas(values, crewed_hours=42, lengths=[6])
    assert found.bases[0] == 1
    assert found.windows[0] == tuple((day, 21 * 60, 27 * 60) for day in range(7))
    assert found.objectives[0] == 84
    assert found.price == 0


def test_bases_that_are_passed_over_could_not_have_won():
    rng = np.random.default_rng(6)
    values = rng.gamma(3, 1 / 3, (150, 1)) * rng.random((150, 168))
    found = best_rotas(values, crewed_hours=42, lengths=[6, 7], starts=[9, 15, 20], most=5)
    each = [best_rotas(row, crewed_hours=42, lengths=[6, 7], starts=[9, 15, 20], most=5) for row in values]
    assert found.objectives == pytest.approx(sorted(np.concatenate([e.objectives for e in each]), reverse=True)[:5])
    free = best_windows(values, crewed_hours=42, lengths=[6, 7], starts=[9, 15, 20])
    assert found.ceiling == pytest.approx(free.objective)


def test_minimum_cover_is_kept():
    must = np.zeros(168)
    must[10] = 1
    found = best_rotas(EVENING, crewed_hours=42, lengths=[6], must=must)
    assert all(crewed_hours_of(plan)[10] for plan in found.windows)
    assert found.objectives[0] < 42 == found.ceiling


def test_a_night_before_an_early_start_has_no_rest():
    value = np.zeros(168)
    value[[4 * 24 + 8, 5 * 24 + 8]] = 9  # Friday and Saturday mornings beside evenings
    found = best_rotas(value + EVENING, crewed_hours=56, lengths=[8], starts=[6, 18], rest=11)
    loose = best_rotas(value + EVENING, crewed_hours=56, lengths=[8], starts=[6, 18], rest=4)
    # Thursday 18-02 then Friday 06: 4 hours. With 11 hours of rest only one time of day is left all week.
    assert loose.objectives[0] == 5 * 6 + 2 * 9
    assert found.objectives[0] == 42


def test_never_observed_hours_are_counted():
    value = np.where(EVENING > 0, 1.0, np.nan)
    found = best_rotas(value, crewed_hours=56, lengths=[8])
    assert found.objectives[0] == 42
    assert found.unobserved[0] == 14


def test_what_is_left_out_for_want_of_room_is_said():
    found = best_rotas(EVENING, crewed_hours=42, lengths=[5, 6], most=2)
    assert len(found.windows) == 2
    assert not found.complete


def test_plans_that_are_not_clearly_worse_stay_open():
    draws = np.tile([100.0, 99, 96, 90], (10, 1))
    draws[:, 1] += [-5, -5, -5, -5, -5, -5, -5, 9, 9, 9]  # ahead in 3 of 10, mean 98.2
    draws[:, 2] += [-1] * 9 + [9]  # 96 on average, ahead in 1 of 10
    draws[:, 3] += [-20] * 5 + [20] * 5  # even chances, but 10% less on average
    found = standing(draws)
    assert found.best == 0
    assert found.beaten.tolist() == [0, 0.7, 0.9, 0.5]
    assert found.open.tolist() == [0, 1]


def test_rotas_are_valued_on_every_draw():
    found = best_rotas(np.stack([EVENING, 0.9 * EVENING]), crewed_hours=42, lengths=[6], most=3)
    rng = np.random.default_rng(0)
    draws = rng.random((5, 2, 168))
    draws[:, 1, 3] = np.nan
    values = values_in_draws(found, draws)
    for plan, (base, windows) in enumerate(zip(found.bases, found.windows, strict=True)):
        assert values[:, plan] == pytest.approx(np.nansum(draws[:, base, crewed_hours_of(windows)], axis=1))


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: best_rotas(EVENING, crewed_hours=5, lengths=[6]), "no rota of"),
        (lambda: best_rotas(EVENING, crewed_hours=42, groups=[((0, 1), (1,))]), "each once"),
        (lambda: best_rotas(EVENING, crewed_hours=42, must=[1]), "must be crewed"),
        (lambda: standing([[1, float("nan")]]), "one finite number"),
        (lambda: standing([[0, 0]]), "worth nothing"),
    ],
)
def test_questions_without_an_answer_are_refused_in_words(ask, words):
    with pytest.raises(SchemaError, match=words):
        ask()


def test_no_rota_crews_an_hour_without_a_rate_where_that_is_forbidden():
    value = np.full(168, np.nan)
    for day in range(7):
        value[day * 24 + 18 : day * 24 + 24] = 1.0
    free = best_rotas(value, crewed_hours=56, lengths=[6, 8])
    assert free.unobserved[0] >= 0
    told = best_rotas(value, crewed_hours=56, lengths=[6, 8], told_only=True)
    assert told.objectives[0] == told.ceiling == 42
    assert not told.unobserved.any()
    assert {(first, last) for plan in told.windows for _, first, last in plan} == {(18 * 60, 24 * 60)}
    with pytest.raises(SchemaError, match="in hours that were observed"):
        best_rotas(value, crewed_hours=56, lengths=[8], told_only=True)
