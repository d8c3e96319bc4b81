"""
What more weeks of recording would be worth: 'record 12 more weeks before you choose' is an answer.

Future counts are simulated from each draw of the demand; a regression learns which plan to choose from them; the gain
is what choosing so brings, on average, over choosing today.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import SchemaError
from geo.planning.sites import NEAR_TIE

Floats = npt.NDArray[np.float64]

FUTURES = 4
"""Futures that are simulated for each draw; more make the answer steadier, not truer."""

FOLDS = 5
"""Parts of the draws, each judged by a regression that has not seen it."""

DRAWS_A_TERM = 10
"""Draws that the regression needs for each of its terms, at least."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """
    What recording for longer is expected to bring.

    Parameters
    ----------
    weeks
        More weeks of recording, shape (choices,).
    gain
        How much more the plan chosen after them is worth than the one chosen today, on average, in the units of the
        values, shape (choices,); 0 where what could be learnt does not show.
    right
        The probability that the plan chosen after them is the best, shape (choices,).
    perfect
        The gain if the demand were known: no recording can bring more.
    today
        The row of the plan that is best today, and what it is worth.
    right_today
        The probability that it is the best.
    """

    weeks: npt.NDArray[np.int64]
    gain: Floats
    right: Floats
    perfect: float
    today: tuple[int, float]
    right_today: float

    @property
    def share(self) -> Floats:
        """The gain as a share of what the plan chosen today is worth."""
        return self.gain / self.today[1]

    @property
    def enough(self) -> int | None:
        """
        The fewest weeks after which perfect knowledge would add less than a near tie (5%) to the plan then chosen: 0
        if that holds today, None if no choice of weeks is enough.
        """
        left = (self.perfect - np.append(0.0, self.gain)) / self.today[1]
        if not (small := left < NEAR_TIE).any():
            return None
        return int(np.append(0, self.weeks)[small.argmax()])


def value_of_weeks(values: npt.ArrayLike, recorded: npt.ArrayLike, weeks: Sequence[int], *, seed: int = 0) -> Evidence:
    """
    Give the expected value of more weeks of recording before a plan is chosen.

    Each draw brings forth futures: Poisson counts in a few bins. The plans' values are regressed on the counts' square
    roots and their squares (Strong et al. 2015), and the plan with the highest fitted value is chosen; draws are judged
    by regressions that did not see them, so chance never counts as a gain. It is a floor: a full analysis of the future
    records could choose better, and counts in other bins could tell more. Wrong where demand changes meanwhile.

    Parameters
    ----------
    values
        What each plan is worth in each draw, shape (draws, plans); > 0 on average.
    recorded
        Incidents that a week of recording would bring in each draw, shape (draws, bins): the hours and places in which
        the plans differ, few of them. Hours in which nothing would be recorded are no bin.
    weeks
        Choices of how many more weeks, each >= 1.

    Raises
    ------
    SchemaError
        If tables do not match or hold anything but finite numbers, counts are below 0, weeks are none, or there are too
        few draws for so many bins.

    References
    ----------
    Strong, Oakley, Brennan & Breeze (2015), Medical Decision Making 35, 570-583.

    Examples
    --------
    A new plan is worth an uncertain rate, the old one 1: recording the rate pays.

    >>> rate = np.random.default_rng(0).gamma(4, 1 / 4, (2000, 1))
    >>> found = value_of_weeks(np.hstack([rate, np.ones_like(rate)]), rate, [4, 52])
    >>> bool(0 < found.gain[0] < found.gain[1] < found.perfect)
    True
    """
    worth, rates = _draws(values, "values of plans"), _draws(recorded, "recorded incidents")
    choices = np.asarray(weeks, dtype=np.int64)
    if not len(choices) or (choices < 1).any():
        raise SchemaError(f"more weeks of {list(weeks)} are none; give whole numbers from 1")
    if len(rates) != len(worth) or (rates < 0).any():
        raise SchemaError(f"{len(worth)} draws of values but {len(rates)} of incidents; give the same draws, all >= 0")
    if len(worth) < (need := DRAWS_A_TERM * (2 * rates.shape[1] + 1)):
        raise SchemaError(f"{len(worth)} draws are too few for {rates.shape[1]} bins; draw {need} or take fewer bins")
    mean = worth.mean(axis=0)
    now = int(mean.argmax())
    if not mean[now] > 0:
        raise SchemaError("the best plan is worth nothing, so no record could help to choose; check the demand")
    best = worth.max(axis=1)
    rng = np.random.default_rng(seed)
    fold = rng.permutation(np.arange(len(worth)) % FOLDS)
    judged = [_after(worth, rates * number, fold, rng) for number in choices]
    return Evidence(
        weeks=choices,
        gain=np.array([max(0.0, float(value.mean() - mean[now])) for value in judged]),
        right=np.array([float((value >= best).mean()) for value in judged]),
        perfect=max(0.0, float((best - worth[:, now]).mean())),
        today=(now, float(mean[now])),
        right_today=float((worth[:, now] >= best).mean()),
    )


def _after(worth: Floats, expected: Floats, fold: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Give what the plan chosen after such counts is worth, shape (futures, draws)."""
    counts = rng.poisson(expected, (FUTURES, *expected.shape))
    chosen = np.empty(counts.shape[:2], dtype=np.int64)
    for part in range(FOLDS):
        seen, unseen = fold != part, fold == part
        terms = _terms(counts[:, seen].reshape(-1, counts.shape[2]), counts[:, seen].reshape(-1, counts.shape[2]))
        weights = np.linalg.lstsq(terms, np.tile(worth[seen], (FUTURES, 1)), rcond=None)[0]
        judged = _terms(counts[:, unseen].reshape(-1, counts.shape[2]), counts[:, seen].reshape(-1, counts.shape[2]))
        chosen[:, unseen] = (judged @ weights).argmax(axis=1).reshape(FUTURES, -1)
    return np.asarray(worth[np.arange(len(worth)), chosen], dtype=np.float64)


def _terms(counts: npt.NDArray[np.int64], scale_by: npt.NDArray[np.int64]) -> Floats:
    """Give the terms of the regression: 1, square roots of counts, and their squares; scaled alike for all."""
    roots, reference = np.sqrt(counts + 0.4), np.sqrt(scale_by + 0.4)
    spread = reference.std(axis=0)
    scaled = (roots - reference.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.column_stack([np.ones(len(scaled)), scaled, scaled**2])


def _draws(table: npt.ArrayLike, what: str) -> Floats:
    numbers = np.asarray(table, dtype=float)
    if numbers.ndim != 2 or not numbers.size or not np.isfinite(numbers).all():
        raise SchemaError(f"{what} of shape {numbers.shape}; give one row a draw, finite numbers only")
    return numbers
