"""Who is there: how often nurse and officer are on duty and a car is judged appropriate, drawn from the records."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.demand.rates import Draws
from geo.deployment.reasons import judged_appropriate
from geo.scenarios.arrival import LEVELS
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World


@dataclass(frozen=True, eq=False)
class Staffing:
    """
    Shares drawn from three-valued records, shape (draws,) each.

    ``nurse`` is on duty in a rostered shift; ``officer`` is there, given the nurse; the car is judged ``appropriate``,
    which is 0 where none is sent. ``stratum`` numbers the scale error that all drives of a draw share;
    ``by_telephone`` is the share of contacts without a visit that are made by telephone, the rest being advice.
    """

    nurse: Draws
    officer: Draws
    appropriate: Draws
    stratum: npt.NDArray[np.int64]
    by_telephone: Draws


def staffing(scenario: Scenario, world: World, *, seed: int = 0) -> Staffing:
    """
    Draw who is there, as many draws as the demand has.

    The same seed gives every scenario the same draws, so that differences between scenarios are not noise.
    """
    draws = len(world.demand.hour_rates)
    rng = np.random.default_rng([seed, 1])
    nurse = _reliability(world.shifts["nhs_staffed"], scenario.nurse_reliability, rng, draws)
    officer = _reliability(_officers_given_nurse(world.shifts), scenario.officer_reliability, rng, draws)
    appropriate = _reliability(judged_appropriate(world.located), scenario.appropriate_share, rng, draws)
    stratum = rng.permutation(np.arange(draws) % LEVELS)
    return Staffing(
        nurse=nurse,
        officer=officer if scenario.model.needs_officer else np.ones(draws),
        appropriate=appropriate if scenario.model.sends_car else np.zeros(draws),
        stratum=stratum,
        by_telephone=_by_telephone(world.located, rng, draws),
    )


def _by_telephone(incidents: pd.DataFrame, rng: np.random.Generator, draws: int) -> Draws:
    """Draw the share of contacts without a visit that are made by telephone, the rest being advice to officers."""
    modes = incidents["contact_mode"] if "contact_mode" in incidents else pd.Series(dtype=object)
    named = {"telephone": "yes", "advice": "no", "unknown": "unknown"}
    return _reliability(modes.map(named), None, rng, draws)


def _reliability(answers: pd.Series, given: float | None, rng: np.random.Generator, draws: int) -> Draws:
    """
    Draw a share from three-valued answers; a given share is taken as it is.

    The known answers give ``Beta(1 + yes, 1 + no)``. Of the blanks each draw takes another share as yes, from none to
    all, so that the interval is as wide as the blanks leave it.
    """
    yes, no, blank = (int((answers == value).sum()) for value in ("yes", "no", "unknown"))
    known, of_blanks = rng.beta(1 + yes, 1 + no, size=draws), rng.random(draws)
    if given is not None:
        return np.full(draws, given)
    every = yes + no + blank
    return (known * (yes + no) + of_blanks * blank) / every if every else of_blanks


def _officers_given_nurse(shifts: pd.DataFrame) -> pd.Series:
    """Police staffing of the shifts whose nurse was on duty: the share that counts once she is there."""
    return shifts.loc[shifts["nhs_staffed"] == "yes", "police_staffed"]
