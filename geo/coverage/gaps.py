"""
Coverage gaps: demand lost, by first cause, in an order that adds up exactly.

The steps follow the work: is a nurse on duty, does she judge the car appropriate (a decision, no gap), is there an
officer and a car, does the car arrive in time. Not counted yet: nurse busy, car busy and shift end, so nurse contact
and reach are upper bounds; with about 60 incidents a month and one car these losses are the small ones.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Draws = npt.NDArray[np.float64]

STEPS = {
    "outside_shift": "Outside the shift",
    "no_nurse": "No nurse on duty",
    "not_appropriate": "Car not appropriate: a decision",
    "no_officer": "No officer or car",
    "too_far": "Too far for the standard",
    "reached": "Reached face to face",
}
"""The steps in order; the last is what is left."""

NOT_COUNTED = "nurse busy, car busy and shift end are not counted yet, so nurse contact and reach are upper bounds"


@dataclass(frozen=True, eq=False)
class Waterfall:
    """
    Incidents a month by what became of them, as draws: shape (draws,) or (draws, places) for each step of
    :data:`STEPS`.

    The steps add up to ``all`` exactly.
    """

    all: Draws
    steps: dict[str, Draws]

    @property
    def nurse_contact(self) -> Draws:
        """Incidents a month with a nurse on duty: advice, telephone or face to face."""
        return self.all - self.steps["outside_shift"] - self.steps["no_nurse"]

    @property
    def reached(self) -> Draws:
        """Incidents a month reached face to face within the standard."""
        return self.steps["reached"]

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


def waterfall(
    demand: Draws, *, in_hours: Draws, nurse: Draws, appropriate: Draws, officer: Draws, in_time: Draws
) -> Waterfall:
    """
    Divide demand by first cause of loss.

    Parameters
    ----------
    demand
        All incidents a month in observed hours; >= 0.
    in_hours
        Incidents a month during the pattern; at most ``demand``.
    nurse, appropriate, officer, in_time
        Shares from 0 to 1: nurse on duty; car judged appropriate, given a nurse; officer and car there, given a
        nurse; in time. All broadcast against ``demand``.
    """
    on_duty = in_hours * nurse
    judged = on_duty * appropriate
    crewed = judged * officer
    reached = crewed * in_time
    steps = {
        "outside_shift": demand - in_hours,
        "no_nurse": in_hours - on_duty,
        "not_appropriate": on_duty - judged,
        "no_officer": judged - crewed,
        "too_far": crewed - reached,
        "reached": reached,
    }
    return Waterfall(demand, steps)
