import numpy as np
import pytest
from scipy.stats import gamma, nbinom

from geo.errors import SchemaError
from geo.planning.evidence import value_of_weeks

SHAPE, BEFORE = 6.0, 4.0
"""Six incidents in four weeks: the rate a week is Gamma(6, 4)."""


def conjugate(weeks, other):
    """The exact gain of recording ``weeks`` more, of a plan worth its rate against one worth ``other``."""
    counts = np.arange(2_000)
    chance = nbinom.pmf(counts, SHAPE, BEFORE / (BEFORE + weeks))
    after = (SHAPE + counts) / (BEFORE + weeks)
    return float(chance @ np.maximum(after, other)) - max(SHAPE / BEFORE, other)


def draws(number=20_000, seed=0):
    rate = np.random.default_rng(seed).gamma(SHAPE, 1 / BEFORE, (number, 1))
    return rate, np.hstack([rate, np.full_like(rate, 1.4)])


def test_the_gain_of_recording_is_that_of_the_conjugate_case():
    rate, values = draws()
    found = value_of_weeks(values, rate, [1, 4, 12, 52])
    exact = [conjugate(weeks, 1.4) for weeks in (1, 4, 12, 52)]
    assert found.gain == pytest.approx(exact, abs=0.008)
    # After one week the choice changes only if it brings none: (4/5)^6, and then 6/5 gives way to 1.4.
    assert exact[0] == pytest.approx(0.8**6 * 0.2)
    # If the rate were known: E max(rate, 1.4) - 1.5, by the gamma's own integrals.
    perfect = 1.4 * gamma.cdf(1.4, SHAPE, scale=1 / BEFORE) + 1.5 * gamma.sf(1.4, SHAPE + 1, scale=1 / BEFORE) - 1.5
    assert found.perfect == pytest.approx(perfect, abs=0.008)
    assert found.today[0] == 0
    assert (np.diff(found.right) > 0).all()
    assert found.right[0] > found.right_today - 0.01


def test_what_cannot_change_the_choice_is_worth_nothing():
    rate, _ = draws(4_000)
    # The second plan is always worth half: no record could make it the better one.
    found = value_of_weeks(np.hstack([rate, rate / 2]), rate, [4, 52])
    assert found.gain.tolist() == [0, 0]
    assert found.perfect == 0
    assert found.right.tolist() == [1, 1]
    assert found.enough == 0


def test_bins_that_tell_nothing_bring_no_gain_by_chance():
    rng = np.random.default_rng(1)
    _, values = draws(3_000)
    found = value_of_weeks(values, rng.gamma(5, 1, (3_000, 20)), [12])
    assert found.perfect > 0.15
    assert found.gain[0] < 0.01


def test_enough_is_when_knowing_all_would_add_less_than_a_near_tie():
    rate, values = draws()
    found = value_of_weeks(values, rate, [1, 12, 52])
    # Of 1.5, knowing all adds 0.189 to today's choice, and 0.136, 0.032, 0.009 to that after 1, 12, 52 weeks.
    assert found.enough == 12
    assert value_of_weeks(values, rate, [1]).enough is None


def test_the_same_seed_gives_the_same_answer():
    rate, values = draws(2_000)
    first, again = (value_of_weeks(values, rate, [8], seed=5) for _ in range(2))
    assert first.gain.tolist() == again.gain.tolist()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: value_of_weeks([[1, 2]], [[1]], [0]), r"more weeks of \[0\]"),
        (lambda: value_of_weeks([[1, 2]], [[1], [1]], [1]), "1 draws of values but 2"),
        (lambda: value_of_weeks([[1, float("nan")]], [[1]], [1]), "finite numbers only"),
        (lambda: value_of_weeks([[1, 2]] * 29, [[1]] * 29, [1]), "29 draws are too few for 1 bins; draw 30"),
        (lambda: value_of_weeks([[0, 0]] * 30, [[1]] * 30, [1]), "worth nothing"),
    ],
)
def test_questions_without_an_answer_are_refused_in_words(ask, words):
    with pytest.raises(SchemaError, match=words):
        ask()
