"""Other services beside a plan: how much of what it misses falls in their hours, and when nobody is there at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.coverage.gaps import DECISION
from geo.demand.rates import Draws
from geo.places.facilities import Facility
from geo.scenarios.evaluate import TAILS, Outcome
from geo.week import crewed_minutes

Minutes = npt.NDArray[np.bool_]

ALL_OF_THEM = "any of them"
"""What the services together are called."""

MOST_NAMED = 4
"""Services that the sentence names, those open longest first; the table has all."""

NO_SERVICE = frozenset({"base"})
"""Kinds of place to which nobody can be taken or sent on: where a car stands between calls."""


@dataclass(frozen=True, eq=False)
class ServiceWeek:
    """
    One service's week beside a plan's; the last of a plan's is :data:`ALL_OF_THEM` together.

    Parameters
    ----------
    name
        The service.
    windows
        When it is open, as hours of the week from and to, Monday 00:00 = 0.
    open_hours, with_plan, neither
        Hours of the week in which it is open; in which it is open and the plan is crewed; in which neither is there.
    missed
        What the plan misses a month while the service is open, shape (draws,).
    share
        The same as a share of all that the plan misses; NaN where it misses nothing.
    """

    name: str
    windows: tuple[tuple[float, float], ...]
    open_hours: float
    with_plan: float
    neither: float
    missed: Draws
    share: Draws


@dataclass(frozen=True, eq=False)
class Beside:
    """
    A plan's week and those of other services.

    ``plan`` and ``nobody`` are windows of the week as in :class:`ServiceWeek`: when the plan or its line is crewed,
    and when neither it nor any service is there. ``unknown`` names services whose hours are not recorded: they are
    in no figure, and are never taken for open or closed. ``unobserved`` is how many of the hours in which a service
    is open have no rate, so that what is missed in them is not known.
    """

    outcome: Outcome
    services: tuple[ServiceWeek, ...]
    plan: tuple[tuple[float, float], ...]
    nobody: tuple[tuple[float, float], ...]
    unknown: tuple[str, ...]
    unobserved: float

    @property
    def sentence(self) -> str:
        """Say what services catch of what the plan misses, and how long nobody is there; empty without services."""
        if not self.services:
            return ""
        *each, together = self.services
        hours = f"in {together.neither:g} hours of the week neither it nor any of them is there"
        if np.isnan(together.share).any():
            return f"{self.outcome.scenario.name} misses nothing that is known; {hours}."
        mean, low, high = (f"{share:.0%}" for share in (together.share.mean(), *np.quantile(together.share, TAILS)))
        caught = mean if low == high else f"{mean} ({low}-{high})"
        most = sorted(each, key=lambda row: -row.open_hours)[:MOST_NAMED]
        named = ", ".join(f"{row.name} {row.share.mean():.0%}" for row in most)
        return (
            f"Of what {self.outcome.scenario.name} misses{self.outcome.where_observed}, {caught} comes while another "
            f"service is open ({named}); {hours}."
        )

    @property
    def doubt(self) -> str:
        """Say what is not known of the services' hours, whatever the plan; empty where all is."""
        unseen = f"In {self.unobserved:g} of the hours in which a service is open demand was never observed."
        unknown = f"Hours not recorded, so in no figure: {', '.join(self.unknown)}."
        return " ".join(said for said, known in ((unseen, self.unobserved), (unknown, self.unknown)) if known)

    def as_json(self) -> dict[str, Any]:
        """Give the fields that ``triage-map compare --json`` prints; docs/cli.md defines them."""
        return {
            "sentence": self.sentence,
            "services": [_told(each) for each in self.services],
            "nobody": [list(each) for each in self.nobody],
            "unobserved_hours": self.unobserved,
            "hours_not_recorded": list(self.unknown),
        }


def beside(outcome: Outcome, services: Iterable[Facility]) -> Beside:
    """
    Hold the opening hours of other services against what a plan misses.

    Missed is what the plan neither reaches nor decides not to send a car to: every step of the waterfall but these.
    Within an hour it is taken to fall evenly. Being open is not catching: a service may be full, far away, or not take
    the person, so shares are the most that it could do. Wrong on holidays, and where opening hours changed.

    Parameters
    ----------
    services
        Whatever has a kind, a name and opening hours; bases are left out.
    """
    others = [service for service in services if service.kind not in NO_SERVICE]
    known = [(service.name, crewed_minutes(service.opening.windows)) for service in others if service.opening]
    together = np.any([minutes for _, minutes in known], axis=0) if known else np.zeros(7 * 24 * 60, dtype=np.bool_)
    scenario, losses = outcome.scenario, outcome.by_hour
    there = crewed_minutes((*scenario.pattern.windows, *(scenario.line.windows if scenario.line else ())))
    missed = losses.all - losses.steps[DECISION] - losses.reached
    rows = [*known, (ALL_OF_THEM, together)] if known else []
    return Beside(
        outcome=outcome,
        services=tuple(_hours(name, minutes, there, missed) for name, minutes in rows),
        plan=_windows(there),
        nobody=_windows(~(there | together)),
        unknown=tuple(service.name for service in others if service.opening is None),
        unobserved=float(_by_hour(together)[~outcome.told].sum()),
    )


def _hours(name: str, minutes: Minutes, there: Minutes, missed: Draws) -> ServiceWeek:
    caught, whole = missed @ _by_hour(minutes), missed.sum(axis=1)
    return ServiceWeek(
        name=name,
        windows=_windows(minutes),
        open_hours=float(minutes.sum() / 60),
        with_plan=float((minutes & there).sum() / 60),
        neither=float((~(minutes | there)).sum() / 60),
        missed=caught,
        share=np.divide(caught, whole, out=np.full_like(whole, np.nan), where=whole > 0),
    )


def _by_hour(minutes: Minutes) -> Draws:
    """Give the share of each hour of the week, shape (168,)."""
    return np.asarray(minutes.reshape(-1, 60).mean(axis=1), dtype=np.float64)


def _windows(minutes: Minutes) -> tuple[tuple[float, float], ...]:
    """Give the stretches of a week's minutes as hours from and to; one over Sunday midnight is told as two."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], minutes, [False]]).astype(np.int8)))
    return tuple((float(start / 60), float(end / 60)) for start, end in ends.reshape(-1, 2))


def _told(row: ServiceWeek) -> dict[str, Any]:
    return {
        "service": row.name,
        "open_hours": row.open_hours,
        "with_plan": row.with_plan,
        "neither": row.neither,
        "missed_a_month": _interval(row.missed),
        "share_of_missed": None if np.isnan(row.share).any() else _interval(row.share),
    }


def _interval(draws: Draws) -> dict[str, float]:
    """Give the mean of draws with its 80% interval."""
    low, high = np.quantile(draws, TAILS)
    return {"mean": float(draws.mean()), "low": float(low), "high": float(high)}
