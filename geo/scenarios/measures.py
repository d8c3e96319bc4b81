"""What plans are compared by, in planners' words: each a draw of incidents, hours, shares or pounds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.demand.rates import Draws
from geo.scenarios.evaluate import Outcome


@dataclass(frozen=True, slots=True)
class Measure:
    """
    What a figure is called, its unit, and whether more of it is better (1), worse (-1) or neither (0).

    Where the unit is :data:`COUNTED`, the figure is told in what demand is counted in (:meth:`unit_in`).
    """

    words: str
    unit: str
    better: int

    def unit_in(self, counted: str) -> str:
        """
        Give the unit of a figure, where demand is counted in incidents, minutes on incidents or persons.

        Examples
        --------
        >>> MEASURES["reached"].unit_in("persons"), MEASURES["idle"].unit_in("persons")
        ('persons a month', 'hours a month')
        """
        return f"{counted} a month" if self.unit == COUNTED else self.unit


COUNTED = "incidents a month"

MEASURES = {
    "reached": Measure("Reached face to face", COUNTED, 1),
    "contact": Measure("With nurse contact", COUNTED, 1),
    "share_in_time": Measure("Share of demand in time", "share", 1),
    "share_contact": Measure("Share of demand with nurse contact", "share", 1),
    "worst_district": Measure("Share in time in the worst district", "share", 1),
    "telephone": Measure("By telephone alone", COUNTED, 0),
    "advice": Measure("By advice to officers alone", COUNTED, 0),
    "no_nurse": Measure("No nurse on duty", COUNTED, -1),
    "nurse_busy": Measure("Passed on: nurse busy", COUNTED, -1),
    "car_busy": Measure("Passed on: car busy", COUNTED, -1),
    "shift_end": Measure("Passed on at shift end", COUNTED, -1),
    "too_far": Measure("Too far for the standard", COUNTED, -1),
    "crewed": Measure("Crewed hours", "hours a month", 0),
    "idle": Measure("Crewed hours idle", "hours a month", -1),
    "overrun": Measure("Overrun beyond shift end", "hours a month", -1),
    "officers_taken": Measure("Officer hours taken from response", "hours a month", -1),
    "officers_released": Measure("Officer hours given back", "hours a month", 1),
    "cost": Measure("Cost", "pounds a month", -1),
    "cost_each": Measure("Cost of each incident with nurse contact", "pounds", -1),
}


def measures(outcome: Outcome, districts: pd.Series | None = None) -> dict[str, Draws]:
    """
    Give every measure of an outcome that can be told, shape (draws,) each, in the order of :data:`MEASURES`.

    What a scenario does not say is left out: officer hours given back without the minutes that a contact releases,
    money without a cost, what cars do where none is sent.

    Parameters
    ----------
    districts
        District of each place; without it no worst district is told.
    """
    scenario, losses, incidents, duty = outcome.scenario, outcome.waterfall, outcome.incidents, outcome.duty
    with np.errstate(invalid="ignore", divide="ignore"):
        share_contact = losses.nurse_contact / losses.all
    found = {
        "contact": losses.nurse_contact,
        "share_contact": share_contact,
        "telephone": outcome.contacts["telephone"],
        "advice": outcome.contacts["advice"],
        "no_nurse": losses.steps["outside_shift"] + losses.steps["no_nurse"],
        "nurse_busy": losses.steps["nurse_busy"],
        "crewed": duty.crewed,
        "idle": np.maximum(duty.crewed - duty.nurses_busy, 0.0),
    }
    if scenario.model.sends_car:
        found |= {name: losses.steps[name] for name in ("reached", "car_busy", "shift_end", "too_far")}
        found |= {"share_in_time": outcome.share_in_time, "overrun": duty.overrun}
        if districts is not None:
            found["worst_district"] = _worst(outcome, districts)
    if scenario.model.needs_officer:
        found["officers_taken"] = duty.with_officer * scenario.officers
    if scenario.released_minutes is not None:
        found["officers_released"] = incidents.reached * scenario.released_minutes / 60
    if scenario.cost_a_year is not None:
        month = np.full(len(losses.all), scenario.cost_a_year / 12)
        found |= {"cost": month, "cost_each": month / np.maximum(incidents.nurse_contact, 1e-9)}
    return {name: found[name] for name in MEASURES if name in found}


def _worst(outcome: Outcome, districts: pd.Series) -> Draws:
    """Give the least share in time of any district, in each draw."""
    shares = []
    for name in sorted(districts.unique()):
        mine = (districts == name).to_numpy()
        weights = outcome.weights[:, mine]
        shares.append((outcome.in_time[:, mine] * weights).sum(axis=1) / weights.sum(axis=1))
    return np.asarray(np.min(shares, axis=0), dtype=np.float64)
