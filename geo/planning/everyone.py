"""How many cars would reach everyone: the fewest bases from which every place is likely to be reached in time."""

from dataclasses import dataclass

import numpy as np

from geo.errors import SchemaError
from geo.planning.location import lscp
from geo.planning.worth import Survey
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World

LIKELY = 0.5
"""The chance from which a place counts as reached: as likely as not (assumption)."""


@dataclass(frozen=True, eq=False)
class Everyone:
    """
    The fewest bases that reach every place.

    Parameters
    ----------
    names
        One postcode for each base.
    chance
        The chance in time from which a place counts as reached.
    left_out
        Places that no candidate reaches so, and ``share_left_out`` of demand in them.
    gap
        How far from the fewest the answer may be, as a share; 0 when proved.
    """

    names: tuple[str, ...]
    chance: float
    left_out: int
    share_left_out: float
    gap: float

    @property
    def sentence(self) -> str:
        """Say it in a sentence."""
        number = len(self.names)
        least = "" if self.gap == 0 else " at most"
        left = ""
        if self.left_out:
            left = f" {self.left_out} places with {self.share_left_out:.0%} of demand are out of reach of any base."
        return (
            f"{number} car{'' if number == 1 else 's'}{least}, each always free at a base of its own "
            f"({', '.join(self.names)}), would reach every place in time with {self.chance:.0%} or more.{left}"
        )


def cars_for_everyone(scenario: Scenario, world: World, *, chance: float = LIKELY) -> Everyone:
    """
    Give the fewest bases from which every place is reached in time with a chance, in every traffic that is met.

    Set covering over one postcode a place (:func:`geo.planning.location.lscp`). Places count alike, however little
    demand they have. Wrong where cars are busy: then a place needs more than one.

    Raises
    ------
    SchemaError
        If the chance is none, or no place is reached from anywhere.
    """
    if not 0 < chance <= 1:
        raise SchemaError(f"a chance of {chance} in time; give a share above 0, up to 1")
    survey = Survey(scenario, world)
    reach, _ = survey.first_look("face_to_face")
    covered = (reach.chances.min(axis=0) >= chance).astype(float)
    somehow = covered.any(axis=0)
    if not somehow.any():
        raise SchemaError(f"no place is reached with {chance:.0%} from any other; loosen the standard")
    found = lscp(covered[:, somehow])
    names = world.points.index.astype(str)[survey.stand_ins()]
    return Everyone(
        names=tuple(names[row] for row in found.chosen),
        chance=chance,
        left_out=int((~somehow).sum()),
        share_left_out=float(np.sum(reach.shares[~somehow])),
        gap=found.gap,
    )
