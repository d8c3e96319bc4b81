"""Compare scenarios on the same draws: sizes with intervals, the chance that one is better, and a verdict in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.demand.rates import Draws
from geo.errors import ScenarioError
from geo.scenarios.counting import figure
from geo.scenarios.evaluate import Outcome
from geo.scenarios.measures import MEASURES, Measure, measures
from geo.scenarios.scenario import Scenario

HEADLINE = ("reached", "contact", "share_in_time")
ADDED_TO = {"reached", "contact", "share_contact", "officers_released"}
"""What incidents of hours that were never observed can only add to."""

UNTOUCHED = {"share_in_time", "worst_district", "crewed", "officers_taken", "cost"}
"""What they do not touch; every other measure they may move either way."""

CLEAR, LEANING = 0.9, 0.75
"""Chance of being better from which a difference is called clear, or leaning."""

ROUNDING = 1e-9
"""Incidents a month below which two plans are equal: the last digits of sums in another order."""


@dataclass(frozen=True, slots=True)
class Difference:
    """
    How one scenario differs from the first, in one measure.

    ``low`` and ``high`` bound the difference at 80%; ``better`` is the probability that the other is better: more of
    what is wanted, less of what is lost.
    """

    measure: str
    unit: str
    first: float
    other: float
    mean: float
    low: float
    high: float
    better: float
    verdict: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two to six outcomes, the first of which the others are held against."""

    outcomes: tuple[Outcome, ...]

    @property
    def unit(self) -> str:
        """What demand is counted in, in words."""
        return self.outcomes[0].unit

    def differences(self, other: int = 1) -> list[Difference]:
        """
        Hold outcome number ``other`` against the first, measure by measure.

        Where one of the two sends no car, by decision, only nurse contact is compared: not sending is no shortfall.
        """
        first, second = self.outcomes[0], self.outcomes[other]
        both = first.scenario.model.sends_car and second.scenario.model.sends_car
        return self._held(other, HEADLINE if both else ("contact",), None)

    def table(self, districts: pd.Series, other: int = 1) -> list[Difference]:
        """
        Hold outcome number ``other`` against the first in every measure that both can tell.

        ``districts`` gives the district of each place, for the worst of them.
        """
        return self._held(other, tuple(MEASURES), districts)

    def _held(self, other: int, names: Sequence[str], districts: pd.Series | None) -> list[Difference]:
        first, second = (measures(self.outcomes[number], districts) for number in (0, other))
        hidden = self._hidden(other)
        return [
            _difference(MEASURES[name], self.unit, first[name], second[name], _seen_of(name, hidden))
            for name in names
            if name in first and name in second
        ]

    def cost_of_each_extra(self, other: int = 1) -> str:
        """Say what one more incident with nurse contact costs in plan ``other``; empty where no cost is given."""
        first, second = self.outcomes[0], self.outcomes[other]
        if first.scenario.cost_a_year is None or second.scenario.cost_a_year is None:
            return ""
        more = (second.scenario.cost_a_year - first.scenario.cost_a_year) / 12
        extra = second.incidents.nurse_contact - first.incidents.nurse_contact
        low, high = (float(limit) for limit in np.quantile(extra, [0.1, 0.9]))
        unseen = " Hours that were never observed are not in it." if any(self._hidden(other)) else ""
        if low <= 0 <= high:
            return (
                f"What one more incident with nurse contact costs cannot be told: it may reach more or fewer.{unseen}"
            )
        if more == 0:
            return f"Both plans cost the same.{unseen}"
        if (more > 0) != (low > 0):
            better = "dearer and reaches fewer" if more > 0 else "cheaper and reaches more"
            return f"It is {better} by nurse contact.{unseen}"
        cheap, dear = sorted(abs(more / limit) for limit in (low, high))
        each = abs(more / float(extra.mean()))
        what = (
            "Each incident more with nurse contact costs"
            if more > 0
            else "Each incident fewer with nurse contact saves"
        )
        return f"{what} {each:,.0f} pounds (80% interval {cheap:,.0f} to {dear:,.0f}).{unseen}"

    def sentence(self, other: int = 1) -> str:
        """Say the main difference in one sentence for planners, with its interval, its verdict and the crewed hours."""
        first, second = self.outcomes[0].scenario, self.outcomes[other].scenario
        main = self.differences(other)[0]
        how = "face to face in time" if main.measure == "Reached face to face" else "by nurse contact"
        hours = second.pattern.crewed_hours * second.cars - first.pattern.crewed_hours * first.cars
        more_hours = f"It {'adds' if hours >= 0 else 'saves'} {abs(hours):g} crewed hours a week."
        crewed = more_hours if hours else "Crewed hours are the same."
        seen = "In the hours that were observed, " if self._hidden(other) != (0, 0) else ""
        more = "more" if main.mean >= 0 else "fewer"
        mine, theirs = (_named(one, self._cars_differ) for one in (second, first))
        size = f"{figure(abs(main.mean))} {more} {self.unit} a month {how} than {theirs}"
        size += f" (80% interval {figure(main.low)} to {figure(main.high)})"
        if main.low == main.high == 0:
            size = f"as many {self.unit} {how} as {theirs}"
        return f"{seen}{mine} reaches {size}: {main.verdict}. {crewed}"

    @property
    def _cars_differ(self) -> bool:
        return len({outcome.scenario.cars for outcome in self.outcomes}) > 1

    def _hidden(self, other: int) -> tuple[float, float]:
        """Weekly hours never observed that only the first plan crews, and that only the other one does."""
        extra = self.outcomes[other].unobserved - self.outcomes[0].unobserved
        return float(-extra[extra < 0].sum()), float(extra[extra > 0].sum())

    def by_district(self, districts: pd.Series, other: int = 1) -> pd.DataFrame:
        """Give the difference in what is reached a month by district, its interval, and whether its sign is known."""
        change = self.outcomes[other].by_place.reached - self.outcomes[0].by_place.reached
        names = sorted(districts.unique())
        by_name = np.column_stack([change[:, districts.to_numpy() == name].sum(axis=1) for name in names])
        low, high = np.quantile(by_name, [0.1, 0.9], axis=0)
        chance = _chance_better(by_name)
        return pd.DataFrame(
            {
                "district": names,
                "difference": by_name.mean(axis=0),
                "low": low,
                "high": high,
                "sign_known": np.maximum(chance, 1 - chance) >= CLEAR,
            }
        )


def compare(outcomes: Sequence[Outcome]) -> Comparison:
    """
    Compare two to six outcomes of one world, made with the same seed.

    Raises
    ------
    ScenarioError
        If there are too few or too many, or they do not rest on the same draws.
    """
    if not 2 <= len(outcomes) <= 6:
        raise ScenarioError(f"{len(outcomes)} scenarios cannot be compared; choose two to six")
    first = outcomes[0]
    if any(one.unit != first.unit or not np.array_equal(one.weights, first.weights) for one in outcomes):
        raise ScenarioError("the scenarios rest on different data or seeds; evaluate them again together")
    return Comparison(tuple(outcomes))


def _named(scenario: Scenario, with_cars: bool) -> str:
    """Name a plan, with its cars where plans differ in them."""
    return f"{scenario.name} ({scenario.cars} car{'' if scenario.cars == 1 else 's'})" if with_cars else scenario.name


def _chance_better(change: Draws) -> Draws:
    """Probability above zero, ties shared evenly, along the draws."""
    return np.asarray(((change > 0) + 0.5 * (change == 0)).mean(axis=0), dtype=np.float64)


def _seen_of(name: str, hidden: tuple[float, float]) -> tuple[float, float]:
    """Give the weekly hours that only one plan crews and nobody observed, as they bear on a measure."""
    if name in UNTOUCHED:
        return 0.0, 0.0
    both = sum(hidden)
    return hidden if name in ADDED_TO else (both, both)


def _difference(measure: Measure, counted: str, first: Draws, other: Draws, hidden: tuple[float, float]) -> Difference:
    change = np.where(np.abs(other - first) < ROUNDING, 0.0, other - first)
    better = float(_chance_better(change if measure.better >= 0 else -change))
    low, high = (float(limit) for limit in np.quantile(change, [0.1, 0.9]))
    same = bool((change == 0).all())
    verdict = _verdict(better, same, hidden)
    return Difference(
        measure=measure.words,
        unit=measure.unit_in(counted),
        first=float(first.mean()),
        other=float(other.mean()),
        mean=float(change.mean()),
        low=low,
        high=high,
        better=better,
        verdict=verdict if measure.better or same else "neither better nor worse",
    )


def _verdict(better: float, same: bool, hidden: tuple[float, float]) -> str:
    """
    Put a difference in words.

    Hours that were never observed can only add to a plan, so they leave a lead of their own plan standing and put any
    other verdict in doubt.
    """
    mine, theirs = hidden[1], hidden[0]
    if mine == theirs > 0:
        return f"cannot tell yet ({mine:g} weekly hours were never observed)"
    if same and mine == theirs:
        return "no difference"
    if (better <= 1 - LEANING or same) and mine > theirs:
        return f"cannot tell yet ({mine:g} of its weekly hours were never observed)"
    if (better >= LEANING or same) and theirs > mine:
        return f"cannot tell yet ({theirs:g} weekly hours of the other were never observed)"
    for limit, word in ((CLEAR, "clear"), (LEANING, "leaning")):
        if better >= limit or better <= 1 - limit:
            return word
    return "cannot tell yet"
