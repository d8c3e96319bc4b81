"""
Rehearsal: a plan played through, incident by incident, beside the exact figures of how busy nurse and car are.

Once with jobs as the exact model has them (exponential), where both must agree; once with jobs in their parts, with
handovers that can be long, which shows what the exact model's simplicity is worth.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coverage.occupancy import MONTH_WEEKS, occupancy
from geo.coverage.simulation import CrewRules, JobTimes, Simulated, draw_stream, simulate
from geo.errors import ScenarioError
from geo.routing.timing import main_traffic
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World
from geo.week import Hours

Floats = npt.NDArray[np.float64]

WEEKS = 520
"""Weeks that are played through: ten years, so that chance leaves little doubt."""


def rehearse(
    scenario: Scenario, world: World, appropriate: float, *, weeks: int = WEEKS, seed: int = 0
) -> pd.DataFrame:
    """
    Play a plan through and hold it against the exact figures, with nurse and officers always on duty.

    Demand is the posterior mean; hours without a rate bring no incident. One seed gives every plan the same incidents.

    Parameters
    ----------
    appropriate
        The share of incidents judged appropriate for the car, 0 to 1.
    weeks
        How many weeks are played through, at least 20.

    Returns
    -------
    One row a figure: ``figure``, ``exact``, ``simulated`` with its 95% interval ``low`` to ``high`` for the noise of
    so many weeks, and ``in_parts``, simulated with jobs in their parts.

    Raises
    ------
    ScenarioError
        If a car roams, whose way is not simulated, or nothing was observed in the plan's hours.
    """
    if scenario.roaming:
        raise ScenarioError("a plan with a roaming car cannot be played through; give each car a base")
    rates = np.nan_to_num(world.demand.hour_rates).mean(axis=0)
    if not rates @ scenario.pattern.hours > 0:
        raise ScenarioError("no incident was ever observed in this plan's hours, so it cannot be played through")
    sent = appropriate if scenario.model.sends_car else 0.0
    exact = _exact(scenario, rates, sent)
    whole = JobTimes(
        mobilise_mean=0.0,
        scene_mean=scenario.work.deployed_minutes,
        scene_cv=1.0,
        conveyed=0.0,
        advice_mean=scenario.work.advice_minutes,
        emergency_mean=scenario.work.other_minutes,
    )
    at_once = np.zeros((scenario.cars, 1))
    simulated = _play(scenario, rates[:, None], at_once, sent, whole, weeks, seed)
    places = rates[:, None] * world.demand.place_shares.mean(axis=0)
    in_parts = _play(
        scenario,
        places,
        _drives(scenario, world),
        sent,
        replace(JobTimes(), advice_mean=whole.advice_mean, emergency_mean=whole.emergency_mean),
        weeks,
        seed,
    )
    rows = []
    for figure, value in exact.items():
        mean, low, high = _figure(figure, simulated)
        rows.append(
            {
                "figure": figure,
                "exact": value,
                "simulated": mean,
                "low": low,
                "high": high,
                "in_parts": _figure(figure, in_parts)[0],
            }
        )
    return pd.DataFrame(rows)


NURSE, CAR, OVERRUN = "Nurse busy, % of calls in shifts", "Car busy, % of calls for it", "Overrun, hours a month"


def _exact(scenario: Scenario, rates: Hours, sent: float) -> dict[str, float]:
    busy = occupancy(scenario.pattern, rates[None], np.array([sent]), scenario.cars, scenario.work)
    calls = rates * scenario.pattern.hours
    free = calls * (1 - busy.nurse_busy[0])
    return {
        NURSE: 100 * float(calls @ busy.nurse_busy[0] / calls.sum()),
        CAR: 100 * float(free @ busy.car_busy[0] / free.sum()) if sent else 0.0,
        OVERRUN: float(busy.overrun[0]) / 60 * MONTH_WEEKS,
    }


def _play(
    scenario: Scenario, rates: Floats, drive: Floats, sent: float, times: JobTimes, weeks: int, seed: int
) -> Simulated:
    work = scenario.work
    a_week = work.other_emergencies_a_month / MONTH_WEEKS
    others = np.zeros_like(rates)
    others[:, 0] = a_week * scenario.pattern.hours / scenario.pattern.crewed_hours
    stream = draw_stream(rates, weeks, emergencies=others if a_week else None, seed=seed)
    rules = CrewRules(advises_away=work.advises_while_deployed, last_job_minutes=work.last_job_minutes)
    crews = [scenario.pattern.windows] * scenario.cars
    return simulate(stream, crews, drive, appropriate=sent, times=times, rules=rules)


def _drives(scenario: Scenario, world: World) -> Floats:
    """Give the median minutes from each car's base to each place, in the traffic of most of the plan's hours."""
    period = main_traffic(scenario.speeds, scenario.pattern.hours)
    by_base = [world.averaging @ world.drive_minutes(base, scenario.speeds, period) for base in scenario.bases]
    return np.array([by_base[car % len(by_base)] for car in range(scenario.cars)])


def _figure(figure: str, played: Simulated) -> tuple[float, float, float]:
    """Give a figure of what was played through, with its 95% interval."""
    if figure == OVERRUN:
        by_shift = np.concatenate(played.overrun) / 60 * MONTH_WEEKS
        mean, margin = by_shift.sum() / played.weeks, 1.96 * by_shift.std() * len(by_shift) ** 0.5 / played.weeks
        return float(mean), float(mean - margin), float(mean + margin)
    parts, of = {
        NURSE: (("nurse_busy",), ("nurse_busy", "not_appropriate", "car_busy", "shift_end", "deployed")),
        CAR: (("car_busy",), ("car_busy", "shift_end", "deployed")),
    }[figure]
    value, low, high = played.share(parts, of)
    return 100 * value, 100 * low, 100 * high
