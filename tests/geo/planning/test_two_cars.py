import numpy as np
import pytest

from geo.errors import SchemaError
from geo.planning.rotas import best_rotas, every_rota
from geo.planning.two_cars import best_two_cars
from geo.planning.windows import crewed_hours_of

RULES = {"crewed_hours": 42, "lengths": [6], "starts": [3, 9, 15, 20]}


def county(seed, bases=4, places=6):
    """Demand by hour and place, and chances by base and place."""
    rng = np.random.default_rng(seed)
    hours = rng.gamma(1, 1, 24)[:, None] * rng.gamma(1, 1, places)
    return np.tile(hours, (7, 1)) * rng.gamma(5, 0.2, (168, places)), rng.random((bases, places))


def by_trying_all(demand, chance):
    """Every pair of bases with every pair of rotas, place by place and hour by hour."""
    _, crewed = every_rota(*RULES.values())
    best = 0.0
    for i in range(len(chance)):
        for j in range(i, len(chance)):
            one, other = chance[i][None] * crewed[:, :, None], chance[j][None] * crewed[:, :, None]
            for first in one:
                best = max(best, float((demand * (1 - (1 - first) * (1 - other))).sum(axis=(1, 2)).max()))
    return best


@pytest.mark.parametrize("seed", range(2))
def test_tried_whole_no_other_pair_reaches_more(seed):
    demand, chance = county(seed)
    found = best_two_cars(demand, chance, **RULES, tried_whole=100)
    assert found.objective == pytest.approx(by_trying_all(demand, chance), rel=1e-6)
    assert found.gap == 0


@pytest.mark.parametrize("seed", range(8))
def test_what_is_found_by_turns_is_close_and_its_gap_is_true(seed):
    demand, chance = county(seed, bases=6)
    whole = best_two_cars(demand, chance, **RULES, tried_whole=100).objective
    found = best_two_cars(demand, chance, **RULES, tried_whole=1)
    assert whole * 0.99 <= found.objective <= whole * (1 + 1e-9)
    assert whole <= found.objective * (1 + found.gap) * (1 + 1e-6)


def test_the_sum_is_that_of_the_windows_it_names():
    demand, chance = county(3)
    found = best_two_cars(demand, chance, **RULES)
    missed = np.ones_like(demand)
    for base, windows in zip(found.chosen, found.windows, strict=True):
        missed *= 1 - crewed_hours_of(windows)[:, None] * chance[base]
    assert found.objective == pytest.approx((demand * (1 - missed)).sum())


def test_a_second_car_never_reaches_less_than_the_first_alone_nor_more_than_twice():
    demand, chance = county(4)
    found = best_two_cars(demand, chance, **RULES)
    alone = best_rotas(chance @ demand.T, **RULES).objectives[0]
    assert found.alone == pytest.approx(alone, rel=1e-6)
    assert alone <= found.objective <= 2 * alone * (1 + 1e-9)


def test_never_observed_hours_are_counted():
    demand, chance = county(5)
    demand[:18] = np.nan
    found = best_two_cars(demand, chance, crewed_hours=42, lengths=[6], starts=[0])
    assert found.unobserved == 6  # Monday 00:00 to 06:00, and nothing else can be crewed


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: best_two_cars(np.ones((24, 1)), [[1]], crewed_hours=42), r"demand of shape \(24, 1\)"),
        (lambda: best_two_cars(np.ones((168, 1)), [[2]], crewed_hours=42), "a chance is from 0 to 1"),
        (lambda: best_two_cars(np.full((168, 1), np.nan), [[1]], crewed_hours=42), "ever observed"),
        (lambda: best_two_cars(np.ones((168, 1)), [[1]], crewed_hours=3), "no rota"),
    ],
)
def test_questions_without_an_answer_are_refused_in_words(ask, words):
    with pytest.raises(SchemaError, match=words):
        ask()
