"""How long an incident keeps a nurse and a car: the inputs of availability, each with its source."""

from dataclasses import dataclass, fields

from geo.errors import ScenarioError


@dataclass(frozen=True, slots=True)
class Work:
    """
    How long incidents keep a nurse and a car, and what else does.

    ``deployed_minutes`` is a whole job: mobilising, drive, scene, conveyance and handover in the share of jobs that
    have them, and the way back. The defaults are derived from the two published weeks of Operation Alloy (755 minutes
    over 16 timed incidents, of which 6 are taken as deployments); they stand until the scheme's own are known.

    Parameters
    ----------
    advice_minutes
        Nurse's minutes for an incident to which no car goes.
    deployed_minutes
        Minutes from sending the car until nurse and car are free again.
    advises_while_deployed
        Whether the nurse can advise on another incident while she drives or is at a scene.
    last_job_minutes
        No car is sent in the last minutes of a shift; 0 sends it until the end, which costs overrun.
    other_emergencies_a_month
        Other emergencies that take the car and its nurse, in the crewed hours of a month, as in Peterborough.
    other_minutes
        Minutes that one of them takes (assumption).
    """

    advice_minutes: float = 17.0
    deployed_minutes: float = 98.0
    advises_while_deployed: bool = False
    last_job_minutes: float = 0.0
    other_emergencies_a_month: float = 0.0
    other_minutes: float = 60.0

    def __post_init__(self) -> None:
        for name in ("advice_minutes", "deployed_minutes", "other_minutes"):
            if not 0 < getattr(self, name) <= 1440:
                raise ScenarioError(f"{name} is {getattr(self, name):g}; give more than 0 and at most 1440 minutes")
        for name in ("last_job_minutes", "other_emergencies_a_month"):
            if not 0 <= getattr(self, name) <= 10_000:
                raise ScenarioError(f"{name} is {getattr(self, name):g}; give 0 or more")

    def as_table(self) -> dict[str, float | bool]:
        """Give what differs from the defaults, as a scenario file holds it."""
        standing = Work()
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != getattr(standing, field.name)
        }
