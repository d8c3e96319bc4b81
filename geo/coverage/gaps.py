"""
Coverage gaps: demand lost, by first cause, in an order that adds up exactly.

The steps follow the work: is a nurse on duty and free (that is nurse contact), does she judge the car appropriate (a
decision, no gap), are an officer and a car there, is the car free, is there time left in the shift, does it arrive in
time. Steps before the decision are gaps of the nurse, steps after it of the car.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Draws = npt.NDArray[np.float64]

STEPS = {
    "outside_shift": "Outside the shift",
    "no_nurse": "No nurse on duty",
    "nurse_busy": "Nurse busy",
    "not_appropriate": "Car not appropriate: a decision",
    "no_officer": "No officer or car",
    "car_busy": "Car busy",
    "shift_end": "Shift about to end",
    "too_far": "Too far for the standard",
    "reached": "Reached face to face",
}
"""The steps in order; the last is what is left."""

BEFORE_CONTACT = ("outside_shift", "no_nurse", "nurse_busy")
DECISION = "not_appropriate"


@dataclass(frozen=True, eq=False)
class Waterfall:
    """
    What demand counts for a month, by what became of it, as draws: shape (draws,) or (draws, places) for each step of
    :data:`STEPS`.

    The steps add up to ``all`` exactly.
    """

    all: Draws
    steps: dict[str, Draws]

    @property
    def nurse_contact(self) -> Draws:
        """Incidents a month with a nurse on duty and free: advice, telephone or face to face."""
        return np.asarray(self.all - sum(self.steps[name] for name in BEFORE_CONTACT), dtype=np.float64)

    @property
    def reached(self) -> Draws:
        """Incidents a month reached face to face within the standard."""
        return self.steps["reached"]

    @property
    def total(self) -> "Waterfall":
        """All places, or hours, together, shape (draws,)."""
        return Waterfall(self.all.sum(axis=1), {name: part.sum(axis=1) for name, part in self.steps.items()})

    def grouped(self, member: Draws) -> "Waterfall":
        """Add up places, or hours, into groups; ``member`` is 1 where a row belongs to a column, shape (of, groups)."""
        return Waterfall(self.all @ member, {name: part @ member for name, part in self.steps.items()})

    def table(self, level: float = 0.8) -> pd.DataFrame:
        """Give each step with its mean, its interval at ``level`` and its share of all, one row a step."""
        tail = (1 - level) / 2
        rows = [
            {
                "step": step,
                "words": STEPS[step],
                "a_month": float(values.mean()),
                "low": float(np.quantile(values, tail)),
                "high": float(np.quantile(values, 1 - tail)),
                "share": float(values.mean() / self.all.mean()) if self.all.mean() > 0 else float("nan"),
            }
            for step, values in self.steps.items()
        ]
        return pd.DataFrame(rows)


def waterfall(demand: Draws, left: Sequence[Draws]) -> Waterfall:
    """
    Divide demand by first cause of loss.

    Parameters
    ----------
    demand
        All incidents a month in observed hours; >= 0.
    left
        What is left of it after each step of :data:`STEPS` but the last, never growing; each broadcasts against
        ``demand``. What is left after the last of them is reached.

    Examples
    --------
    >>> hundred = np.array([100.0])
    >>> found = waterfall(hundred, [hundred * share for share in (0.8, 0.6, 0.6, 0.3, 0.3, 0.3, 0.3, 0.2)])
    >>> {name: int(lost[0]) for name, lost in found.steps.items() if lost[0]}
    {'outside_shift': 20, 'no_nurse': 20, 'not_appropriate': 30, 'too_far': 10, 'reached': 20}
    """
    after = [np.broadcast_to(each, demand.shape) for each in left]
    lost = [before - now for before, now in zip([demand, *after], after, strict=False)]
    return Waterfall(demand, dict(zip(STEPS, [*lost, after[-1]], strict=True)))
