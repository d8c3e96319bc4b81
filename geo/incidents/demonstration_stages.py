"""
What the demonstration's team might have written of each answer: when the car left, came and cleared, and the officers.

All of it is invented. Where the control room has the incident too, the team's clock differs from its clock by a few
minutes; cells are left blank as busy people leave them, and a few stand in the wrong order.
"""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from geo.incidents.demonstration_files import Cells

BLANK_STAGES: Cells = {
    "sent": None,
    "scene": None,
    "clear": None,
    "present": None,
    "released": None,
    "avoided": "unknown",
    "restraint": "unknown",
}
"""The cells of an incident of which nothing of this was written down."""

_BLANK_SHARES = {"sent": 0.10, "scene": 0.13, "clear": 0.16, "present": 0.22, "released": 0.34}
_WRONG_ORDER = 0.012
_OFFICERS_LEFT_BEFORE = 0.03
_CLOCKS_FORWARD = (dt.date(2016, 3, 26), dt.date(2017, 3, 25))
_CLOCKS_BACK = (dt.date(2016, 10, 29), dt.date(2017, 10, 28))
"""The nights after which the clocks are changed, of the years invented."""


def with_stages(team: Sequence[Cells], police: Sequence[Cells], rng: np.random.Generator) -> list[Cells]:
    """
    Add the stages to the team's rows, near to the control room's where it has the incident (its row's ``own``).

    Clocks are minutes from midnight of the night, beyond 24 hours after it.
    """
    logged = {row["own"]: row for row in police if row["own"]}
    return [{**row, **_stages(row, logged.get(row["own"], {}), rng)} for row in team]


def _stages(row: Cells, logged: Cells, rng: np.random.Generator) -> Cells:
    sent = row["deployed"] == "yes"
    spent = int(row["minutes"] if row["minutes"] is not None else rng.gamma(3.0, 20.0) + 5)
    left = max(_near(logged.get("assigned"), row["clock"] + int(rng.gamma(2.5, 2.5)) + 1, rng), row["clock"] + 1)
    came = max(_near(logged.get("at_scene"), left + int(rng.gamma(5.0, 4.0)) + 4, rng), left + 2)
    begins = came if sent else row["clock"] + row["style"] % 7 + 1
    cleared = begins + spent
    stages = {
        "sent": left if sent else None,
        "scene": came if sent else None,
        "clear": cleared,
        "present": row["officers"] if sent or rng.random() < 0.6 else None,
        "released": begins + int(rng.gamma(2.2, 11.0 if sent else 8.0)) + 3,
    }
    if sent and rng.random() < _OFFICERS_LEFT_BEFORE:
        stages["released"] = max(came - int(rng.integers(1, 6)), row["clock"])
    if sent and rng.random() < _WRONG_ORDER:
        stages["sent"], stages["scene"] = stages["scene"], stages["sent"]
    stages["released"] = stages["released"] if stages["present"] is not None else None
    told = {name: None if rng.random() < _BLANK_SHARES[name] else clock for name, clock in stages.items()}
    clocks = {name: on_the_wall(row["night"], told[name]) for name in ("sent", "scene", "clear", "released")}
    return {**clocks, "present": told["present"], **_answers(row, rng)}


def _near(logged: int | None, own: int, rng: np.random.Generator) -> int:
    """Give the control room's clock give or take some minutes, or the team's own where it has none."""
    return own if logged is None else logged + int(rng.integers(-2, 4))


def _answers(row: Cells, rng: np.random.Generator) -> Cells:
    """Invent what officers said of section 136, and whether restraint was used; mostly nobody wrote it down."""
    avoided = str(rng.choice(["yes", "no", "unknown"], p=[0.09, 0.29, 0.62]))
    return {
        "avoided": "no" if row["s136"] == "yes" else avoided,
        "restraint": str(rng.choice(["yes", "no", "unknown"], p=[0.03, 0.41, 0.56])),
    }


def on_the_wall(night: dt.date, clock: int | None) -> int | None:
    """Give a clock, in minutes from midnight of the night, as the wall shows it where it was changed meanwhile."""
    if clock is None:
        return None
    if night in _CLOCKS_FORWARD and clock >= 25 * 60:
        return clock + 60
    return clock - 60 if night in _CLOCKS_BACK and clock >= 26 * 60 else clock
