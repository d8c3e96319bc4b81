"""
Presets: the schemes that are published, as scenarios for the open county.

Only patterns, cars, models and costs are taken from what is published; the base is the open project's, so a preset
asks what that scheme's hours would reach here.
"""

from typing import Any

from geo.deployment.models import DeploymentModel
from geo.deployment.work import Work
from geo.places.bases import Base
from geo.scenarios.scenario import Scenario
from geo.week import ShiftPattern

DEMONSTRATION_BASE = Base("Northampton (NN4 0JQ, assumed)", 475166.0, 257423.0, "NN4 0JQ")
"""Where the demonstration's car starts: assumed, because the published map's base cannot be recovered. Point: ONS
Postcode Directory, November 2025."""

CAMBRIDGESHIRE_BASE = Base("Cambridge (CB1 1JW, assumed)", 545401.0, 258495.0, "CB1 1JW")
"""Where the cars of the demonstration of Cambridgeshire and Peterborough start: assumed. Point: as above."""

_CARS_TAKE_OTHERS = Work(other_emergencies_a_month=30)
"""That the cars also take other emergencies is published; how many is an assumption."""

_SCHEMES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("Operation Alloy", "daily 18-00", "Northamptonshire, 2016; hours inferred from one interview", {}),
    (
        "Thames Valley",
        "daily 18-02",
        "Oxfordshire pilot; nurse crewed with an officer; 200,000 pounds for a year",
        {"cost_a_year": 200_000.0},
    ),
    (
        "Thames Valley, nurse alone",
        "daily 18-02",
        "only to scenes where police already are",
        {"model": DeploymentModel.UNACCOMPANIED},
    ),
    (
        "Support line",
        "daily 00-24",
        "as South London and Maudsley from December 2015, 24/7",
        {"model": DeploymentModel.TELEPHONE},
    ),
    (
        "Car and support line",
        "daily 18-00",
        "a car in Operation Alloy's hours beside a line as South London and Maudsley's: a mixture to try",
        {"line": ShiftPattern.parse("daily 00-24")},
    ),
    ("Northumbria hours", "daily 10-03", "published hours only", {}),
    ("Nottinghamshire hours", "daily 16-01", "published hours only; three cars", {"cars": 3}),
    (
        "Leicester hours",
        "daily 08-02",
        "published hours only; the second car roams",
        {"cars": 2, "roaming": 1},
    ),
    (
        "Cambridgeshire and Peterborough pilot",
        "Sun-Thu 15-23, Fri-Sat 17-01",
        "one car, before the second was added; it also takes other emergencies, here 30 a month (assumption)",
        {"work": _CARS_TAKE_OTHERS},
    ),
    (
        "Cambridgeshire and Peterborough hours",
        "Sun-Thu 15-23, Fri-Sat 17-01",
        "two cars; they also take other emergencies, here 30 a month (assumption)",
        {"cars": 2, "work": _CARS_TAKE_OTHERS},
    ),
)


def presets(*bases: Base) -> dict[str, Scenario]:
    """
    Give the published schemes as scenarios by name, applied to ``bases``.

    Without a base they are placed at the demonstration's assumed base in Northampton.
    """
    where = bases or (DEMONSTRATION_BASE,)
    return {
        name: Scenario(name, where, ShiftPattern.parse(pattern), note=note, **more)
        for name, pattern, note, more in _SCHEMES
    }


def first_against(county: str) -> str:
    """
    Name the published plan that a county's own is first held against: its pilot with one car, where there was one.

    Examples
    --------
    >>> first_against("Cambridgeshire and Peterborough"), first_against("Kent")
    ('Cambridgeshire and Peterborough pilot', 'Thames Valley')
    """
    pilot = f"{county} pilot"
    return pilot if any(name == pilot for name, *_ in _SCHEMES) else "Thames Valley"


def scheme_of(county: str) -> str:
    """
    Name the published scheme that a county's pages open on: its own, where there is one, otherwise Operation Alloy.

    Examples
    --------
    >>> scheme_of("Cambridgeshire and Peterborough"), scheme_of("Kent")
    ('Cambridgeshire and Peterborough hours', 'Operation Alloy')
    """
    own = f"{county} hours"
    return own if any(name == own for name, *_ in _SCHEMES) else "Operation Alloy"
