"""Targets: what the users of a brief set themselves, held against what each plan would reach."""

import re
from dataclasses import dataclass

import numpy as np

from geo.demand.rates import Draws
from geo.errors import ScenarioError
from geo.scenarios.compare import CLEAR, LEANING
from geo.scenarios.measures import MEASURES

_FORM = re.compile(r"\s*(?P<measure>[a-z_]+)\s*(?P<way>>=|<=)\s*(?P<value>\d+(?:\.\d+)?)\s*(?P<percent>%?)\s*")


@dataclass(frozen=True, slots=True)
class Target:
    """A measure of :data:`geo.scenarios.measures.MEASURES` and the least, or the most, that it is to be."""

    measure: str
    value: float
    at_least: bool = True

    @property
    def words(self) -> str:
        """The target in words: ``Reached face to face, at least 15 incidents a month``."""
        measure = MEASURES[self.measure]
        size = f"{self.value:.0%}" if measure.unit == "share" else f"{self.value:,g} {measure.unit}"
        return f"{measure.words}, at {'least' if self.at_least else 'most'} {size}"

    def chance(self, draws: Draws) -> float:
        """Give the chance that it is met: the share of draws."""
        return float(np.mean(draws >= self.value if self.at_least else draws <= self.value))


def parse_target(text: str) -> Target:
    """
    Read a target such as ``reached>=15`` or ``share_contact>=60%``.

    Raises
    ------
    ScenarioError
        If it cannot be read or names no measure.

    Examples
    --------
    >>> parse_target("share_contact >= 60%").words
    'Share of demand with nurse contact, at least 60%'
    """
    found = _FORM.fullmatch(text)
    if not found or found["measure"] not in MEASURES:
        raise ScenarioError(
            f"the target {text!r} cannot be read; write it as reached>=15 or share_contact>=60%, with one of: "
            f"{', '.join(MEASURES)}"
        )
    value = float(found["value"]) / (100 if found["percent"] else 1)
    return Target(found["measure"], value, found["way"] == ">=")


def verdict(chance: float, *, open_ended: bool = False) -> str:
    """
    Say whether a target is met, in the words of a comparison.

    A plan with crewed hours that were never observed is ``open_ended``: what it would do then is not in the chance, so
    a target that is not clearly met cannot be told.

    Examples
    --------
    >>> [verdict(chance) for chance in (0.95, 0.8, 0.5, 0.2, 0.04)]
    ['met', 'leaning to met', 'cannot tell yet', 'leaning to missed', 'missed']
    >>> verdict(0.04, open_ended=True)
    'cannot tell yet'
    """
    if chance >= CLEAR:
        return "met"
    if open_ended or 1 - LEANING < chance < LEANING:
        return "cannot tell yet"
    if chance >= LEANING:
        return "leaning to met"
    return "missed" if chance <= 1 - CLEAR else "leaning to missed"
