"""What a search of plans is asked, and what it found: plans, their doubt, and what is not known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.demand.rates import Draws
from geo.errors import ScenarioError
from geo.places.bases import Base
from geo.planning.rotas import REST_HOURS, Rotas
from geo.planning.windows import LENGTHS, Windows
from geo.planning.worth import AIMS, Aim
from geo.scenarios.evaluate import Outcome
from geo.scenarios.scenario import MOST_CARS, Scenario
from geo.week import ShiftPattern

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

AS_NOW = "as now"
"""The kind of the plan that the search was asked about."""

FREE = "free windows"
"""The kind of the ceiling: windows that need not keep the rules of a rota."""

LEAST_WEEKS = 12
"""Below so many live weeks no single plan is named best: tied zones and windows are all there is."""

WORTH_TELLING = 0.001
"""Share by which two cars with windows of their own must reach more for their windows to be told (assumption)."""

FRONT = 12
"""Bases that the front of reach against the worst district shows."""


@dataclass(frozen=True, slots=True)
class Rules:
    """
    What a search aims for, and what plans it may consider.

    ``crewed_hours`` is a week's budget for each car; all cars work the same windows, as a scenario's do, and two are
    also searched with windows of their own, within the budget of both together. ``lengths``
    are the hours that a shift may last, ``rest`` those between two shifts of a rota. ``must`` are hours that every
    rota has to crew. ``locked`` are bases that are kept, each with one of the cars.
    """

    aim: Aim = "face_to_face"
    cars: int = 1
    crewed_hours: int = 42
    lengths: tuple[int, ...] = LENGTHS
    rest: int = REST_HOURS
    must: ShiftPattern | None = None
    locked: tuple[Base, ...] = ()

    def __post_init__(self) -> None:
        if self.aim not in AIMS:
            raise ScenarioError(f"there is no aim {self.aim!r}; choose one of {', '.join(AIMS)}")
        if not 1 <= self.cars <= MOST_CARS:
            raise ScenarioError(f"a search for {self.cars} cars; give 1 to {MOST_CARS}")
        if len(self.locked) > self.cars:
            raise ScenarioError(
                f"{len(self.locked)} bases must be kept, but there are {self.cars} cars; give more cars, or fewer bases"
            )


@dataclass(frozen=True, eq=False)
class OwnWindows:
    """
    Two cars, each with a rota of its own, within the crewed hours of both together.

    ``bases`` and ``patterns`` stand in the same order. ``a_month`` is what they reach with nurse and car always free,
    ``together`` the most that two cars with the same windows do; ``gap`` by how much, as a share, other rotas at any of
    the pairs of bases that were considered could be better at most.
    """

    bases: tuple[Base, Base]
    patterns: tuple[ShiftPattern, ShiftPattern]
    a_month: float
    together: float
    gap: float

    @property
    def better(self) -> bool:
        """Whether they reach more than with the same windows: by 0.1% at least."""
        return self.a_month > self.together * (1 + WORTH_TELLING)


@dataclass(frozen=True, eq=False)
class Plan:
    """
    A plan that was evaluated: its scenario, why it is in the list, and what it is worth, incidents a month.

    ``low`` and ``high`` bound it at 80%. ``beaten`` is the chance that the best plan is worth more, ``regret`` the
    share of the best that it gives away, below 0 where free windows are worth more than any rota; a plan that keeps the
    rules, or is the present one, is ``open`` while it is not clearly worse. ``unobserved`` and ``borrowed``
    count its weekly hours without a rate, and with one that rests on a second exposure alone.
    """

    scenario: Scenario
    kind: str
    mean: float
    low: float
    high: float
    beaten: float
    regret: float
    open: bool
    unobserved: float
    borrowed: float
    worst_district: float | None


@dataclass(frozen=True, eq=False)
class Found:
    """
    What a search found.

    Parameters
    ----------
    question
        The scenario whose speeds, standard, staffing and model were kept.
    rules
        What was searched for.
    tried
        How many bases (or sets of bases) were considered.
    candidates
        Those that were timed: ``name``, ``easting``, ``northing``, ``district``, and with the best rota ``a_month``
        (of several cars, in the best set with it) and ``worst_district``, the share in time of the district where it
        is least (NaN for several cars).
    zone
        Rows of ``candidates`` that give away at most 5% with the best rota, best first.
    windows, rotas
        Free windows, the ceiling, and the best rotas. They count nurse and car as free.
    bases
        The bases of the best rota.
    curve
        ``hours`` and ``a_month``: what free windows at these bases reach with at most so many crewed hours a week.
    own
        What the question's own bases and pattern are worth, counted alike; NaN where it is not told in full.
    own_windows
        Two cars that need not work the same windows; None for any other number, and where no two rotas keep the rules.
    efficient
        The rotas that no other beats both in crewed hours and in reach, fewest hours first: ``bases``, ``pattern``,
        ``crewed_hours`` (of each car), ``cost_a_year`` (NaN where the question tells none), ``a_month``, ``share`` (of
        all incidents whose rate is told) and ``worst_district``.
    plans
        Plans evaluated by the whole model, best first; among them the question itself.
    draws
        What each plan is worth in each draw, shape (draws, plans).
    gap
        By how much, as a share, another base and rota could be better at most; 0 when the best is proved.
    stopped
        Whether the time was up before every base that could be better was tried; the gap tells how much it could be.
    live_weeks
        How often, on the mean, the hours of the best plan were on duty with the record.
    unknown_hours
        Hours of the week without a rate.
    worth_by_hour
        What an hour is worth at the bases of the best rota, shape (168,); NaN without a rate.
    """

    question: Scenario
    rules: Rules
    tried: int
    candidates: pd.DataFrame
    zone: Rows
    windows: Windows
    rotas: Rotas
    bases: tuple[Base, ...]
    curve: pd.DataFrame
    own: float
    own_windows: OwnWindows | None
    efficient: pd.DataFrame
    plans: tuple[Plan, ...]
    draws: Draws
    gap: float
    stopped: bool
    live_weeks: float
    unknown_hours: int
    worth_by_hour: Floats

    @property
    def named(self) -> bool:
        """Whether there are weeks enough to name a single best plan."""
        return self.live_weeks >= LEAST_WEEKS

    @property
    def best(self) -> Plan:
        """The plan with the highest mean among those that keep the rules of a rota."""
        return next(plan for plan in self.plans if plan.kind not in {AS_NOW, FREE})

    @property
    def now(self) -> Plan:
        """The question's own plan."""
        return next(plan for plan in self.plans if plan.kind == AS_NOW)

    @property
    def not_clearly_worse(self) -> tuple[Plan, ...]:
        """The plans that are not clearly worse than the best."""
        return tuple(plan for plan in self.plans if plan.open)

    @property
    def front(self) -> pd.DataFrame:
        """The bases that no other beats both in reach and in the worst district, with the best rota."""
        if self.candidates.empty:
            return self.candidates
        order = self.candidates.sort_values(["a_month", "worst_district"], ascending=False)
        ahead = order["worst_district"] > order["worst_district"].cummax().shift(fill_value=-1.0)
        return order[ahead].head(FRONT)

    @property
    def sentence(self) -> str:
        """Say in a sentence or three what was found, its doubt, and what is not known."""
        best, open_plans = self.best, self.not_clearly_worse
        figure = f"{best.mean:.1f} ({best.low:.1f}-{best.high:.1f}) incidents a month {AIMS[self.rules.aim]}"
        where = " and ".join(base.name for base in best.scenario.bases)
        if self.named:
            said = f"Best: {where}, {best.scenario.pattern.text}, with {figure}"
        else:
            said = (
                f"With {self.live_weeks:.1f} live weeks no single plan can be named; one of the best is {where}, "
                f"{best.scenario.pattern.text}, with {figure}"
            )
        said += f"; {self.now.scenario.name} has {self.now.mean:.1f} ({self.now.low:.1f}-{self.now.high:.1f})."
        others = len([plan for plan in open_plans if plan.kind != AS_NOW]) - 1
        every = len([plan for plan in self.plans if plan.kind not in {AS_NOW, FREE}]) - 1
        if others > 0:
            said += f" {others} of {every} other plans {'is' if others == 1 else 'are'} not clearly worse."
        return said + self._stopped() + self._unknown()

    def _stopped(self) -> str:
        """Say that the time was up, and how far from the best the answer may be."""
        if not self.stopped:
            return ""
        return f" Stopped at the limit, gap {self.gap:.1%}." if np.isfinite(self.gap) else " Stopped at the limit."

    def _unknown(self) -> str:
        """Say of which hours nothing is known, and which are borrowed."""
        told = ""
        if self.unknown_hours:
            told = (
                f" Of {self.unknown_hours} of the 168 hours of the week nothing is known; none of them is recommended."
            )
        if self.best.borrowed:
            told += f" {self.best.borrowed:g} of its weekly hours rest on a second exposure alone."
        return told


def worth_of(outcome: Outcome, aim: Aim, districts: pd.Series) -> Draws:
    """
    Give what an outcome is worth by an aim, incidents a month in each draw.

    For equity: the demand of all, times the share reached in the district where it is least.
    """
    if aim == "nurse_contact":
        return outcome.waterfall.nurse_contact
    if aim == "face_to_face":
        return outcome.waterfall.reached
    return np.asarray(_least(outcome, districts, np.asarray(outcome.by_place.all)) * outcome.waterfall.all)


def _least(outcome: Outcome, districts: pd.Series, of: Draws) -> Draws:
    names = sorted(districts.unique())
    shares = []
    for name in names:
        mine = (districts == name).to_numpy()
        shares.append(outcome.by_place.reached[:, mine].sum(axis=1) / of[:, mine].sum(axis=1))
    return np.asarray(np.min(shares, axis=0), dtype=np.float64)


def worst_share(outcome: Outcome, districts: pd.Series) -> float | None:
    """Give the mean share in time of the district where it is least; None where no car is sent."""
    if not outcome.scenario.model.sends_car:
        return None
    shares = []
    for name in sorted(districts.unique()):
        mine = (districts == name).to_numpy()
        weights = outcome.weights[:, mine]
        shares.append((outcome.in_time[:, mine] * weights).sum(axis=1) / weights.sum(axis=1))
    return float(np.min(shares, axis=0).mean())
