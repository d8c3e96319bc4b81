"""
Presets: the schemes that are published, as scenarios for the open county.

Only patterns, cars and models are taken from what is published; the base is the open project's, so a preset asks what
that scheme's hours would reach here.
"""

from geo.deployment.models import DeploymentModel
from geo.places.bases import Base
from geo.scenarios.pattern import ShiftPattern
from geo.scenarios.scenario import Scenario

DEMONSTRATION_BASE = Base("Northampton (NN4 0JQ, assumed)", 475166.0, 257423.0, "NN4 0JQ")
"""Where the demonstration's car starts: assumed, because the published map's base cannot be recovered. Point: ONS
Postcode Directory, November 2025."""

CAMBRIDGESHIRE_BASE = Base("Cambridge (CB1 1JW, assumed)", 545401.0, 258495.0, "CB1 1JW")
"""Where the cars of the demonstration of Cambridgeshire and Peterborough start: assumed. Point: as above."""

_SCHEMES: tuple[tuple[str, str, int, DeploymentModel, str], ...] = (
    (
        "Operation Alloy",
        "daily 18-00",
        1,
        DeploymentModel.CREWED,
        "Northamptonshire, 2016; hours inferred from one interview",
    ),
    ("Thames Valley", "daily 18-02", 1, DeploymentModel.CREWED, "Oxfordshire pilot; nurse crewed with an officer"),
    (
        "Thames Valley, nurse alone",
        "daily 18-02",
        1,
        DeploymentModel.UNACCOMPANIED,
        "only to scenes where police already are",
    ),
    (
        "Support line",
        "daily 00-24",
        1,
        DeploymentModel.TELEPHONE,
        "as South London and Maudsley from December 2015, 24/7",
    ),
    ("Northumbria hours", "daily 10-03", 1, DeploymentModel.CREWED, "published hours only"),
    ("Nottinghamshire hours", "daily 16-01", 3, DeploymentModel.CREWED, "published hours only; three cars"),
    (
        "Leicester hours",
        "daily 08-02",
        2,
        DeploymentModel.CREWED,
        "published hours only; the second car roams, which is not modelled",
    ),
    (
        "Cambridgeshire and Peterborough hours",
        "Sun-Thu 15-23, Fri-Sat 17-01",
        2,
        DeploymentModel.CREWED,
        "two cars; they also take other emergencies, which is not modelled",
    ),
)


def presets(*bases: Base) -> dict[str, Scenario]:
    """
    Give the published schemes as scenarios by name, applied to ``bases``.

    Without a base they are placed at the demonstration's assumed base in Northampton.
    """
    where = bases or (DEMONSTRATION_BASE,)
    return {
        name: Scenario(name, where, ShiftPattern.parse(pattern), cars=cars, model=model, note=note)
        for name, pattern, cars, model, note in _SCHEMES
    }
