"""Answer a scenario from the world: pure, with no clock, disk or network."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from geo.coverage.gaps import NOT_COUNTED, Waterfall, waterfall
from geo.coverage.response import chances_by_place
from geo.demand.exposure import Hours
from geo.demand.rates import Draws
from geo.routing.speeds import roads_words
from geo.routing.timing import traffic_levels
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World

TAILS = (0.1, 0.9)
LEVELS = 25
"""Strata of the scale error that all drives share."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """
    The answer to one scenario.

    Parameters
    ----------
    scenario
        The question.
    waterfall
        Incidents a month in the county by what became of them, shape (draws,).
    by_place
        The same, shape (draws, places).
    in_time
        Chance to arrive in time, given that the car is sent, shape (draws, places).
    drive
        Median minutes from the nearest base, shape (places,); inf where no road leads.
    weights
        Share of demand in each place, shape (draws, places).
    places
        LSOA codes of the columns.
    unobserved
        Share of each hour of the week that is crewed but has no rate, since it was never live and no second exposure
        tells of it, shape (168,).
    roads
        The doubt of the roads, in words.
    """

    scenario: Scenario
    waterfall: Waterfall
    by_place: Waterfall
    in_time: Draws
    drive: npt.NDArray[np.float64]
    weights: Draws
    places: tuple[str, ...]
    unobserved: Hours
    roads: str

    @property
    def unobserved_hours(self) -> float:
        """Crewed hours a week that were never live."""
        return float(self.unobserved.sum())

    @property
    def share_in_time(self) -> Draws:
        """Share of demand to which the car would arrive within the standard, a draw each."""
        return np.asarray((self.in_time * self.weights).sum(axis=1), dtype=np.float64)

    @property
    def without_road(self) -> float:
        """Share of demand in places to which the loaded roads do not lead; it counts as too far."""
        return float(self.weights.mean(axis=0)[~np.isfinite(self.drive)].sum())

    @property
    def sentence(self) -> str:
        """Answer the scenario in one sentence, every figure with its 80 % interval."""
        waterfall, standard = self.waterfall, self.scenario.standard.minutes
        contact = (
            f"Of {_with_doubt(waterfall.all)} incidents a month, at most {_with_doubt(waterfall.nurse_contact)} "
            "have nurse contact"
        )
        unknown = (
            f" {self.unobserved_hours:g} of its weekly hours were never observed." if self.unobserved_hours else ""
        )
        if not self.scenario.model.sends_car:
            return f"{contact}, by telephone or advice; no car is sent, by decision.{unknown}"
        low, high = np.quantile(self.share_in_time, TAILS)
        return (
            f"{contact} and {_with_doubt(waterfall.reached)} are reached face to face within {standard:g} minutes; "
            f"{self.share_in_time.mean():.0%} ({low:.0%}-{high:.0%}) of demand lies within that standard."
            f"{unknown}{self._roads_missing()}"
        )

    def _roads_missing(self) -> str:
        """Warn of demand that lies beyond the roads that are loaded."""
        lost = self.without_road
        return f" {lost:.0%} of demand lies beyond the roads that are loaded and counts as too far." if lost else ""

    def as_json(self) -> dict[str, Any]:
        """Give the fields that ``triage-map evaluate --json`` prints; docs/cli.md defines them."""
        low, high = np.quantile(self.share_in_time, TAILS)
        in_time = {"mean": float(self.share_in_time.mean()), "low": float(low), "high": float(high)}
        return {
            "scenario": self.scenario.name,
            "summary": self.scenario.summary,
            "crewed_hours": self.scenario.pattern.crewed_hours,
            "unobserved_hours": self.unobserved_hours,
            "incidents_a_month": float(self.waterfall.all.mean()),
            "nurse_contact_a_month": float(self.waterfall.nurse_contact.mean()),
            "reached_a_month": float(self.waterfall.reached.mean()),
            "share_in_time": in_time if self.scenario.model.sends_car else None,
            "share_without_road": float(self.without_road),
            "steps": self.waterfall.table().to_dict("records"),
            "not_counted": NOT_COUNTED,
            "roads": self.roads,
        }

    def by_district(self, districts: pd.Series) -> pd.DataFrame:
        """
        Sum up by district: demand a month, share in time, reached a month, each with its 80 % interval.

        ``districts`` gives the district of each place, indexed by LSOA.
        """
        rows = [_district_row(self, name, districts.to_numpy() == name) for name in sorted(districts.unique())]
        return pd.DataFrame(rows).sort_values("incidents_a_month", ascending=False, ignore_index=True)


def _with_doubt(values: Draws) -> str:
    """Write the mean of draws with its 80 % interval, as ``71.0 (67.6-74.5)``."""
    low, high = np.quantile(values, TAILS)
    return f"{values.mean():.1f} ({low:.1f}-{high:.1f})"


def _district_row(outcome: Outcome, name: str, mine: npt.NDArray[np.bool_]) -> dict[str, object]:
    weights = outcome.weights[:, mine]
    share = (outcome.in_time[:, mine] * weights).sum(axis=1) / weights.sum(axis=1)
    reached = outcome.by_place.reached[:, mine].sum(axis=1)
    low, high = np.quantile(share, TAILS)
    reached_low, reached_high = np.quantile(reached, TAILS)
    return {
        "district": name,
        "incidents_a_month": float(outcome.by_place.all[:, mine].sum(axis=1).mean()),
        "in_time": float(share.mean()),
        "in_time_low": float(low),
        "in_time_high": float(high),
        "reached_a_month": float(reached.mean()),
        "reached_low": float(reached_low),
        "reached_high": float(reached_high),
        "drive_minutes": float(np.average(outcome.drive[mine], weights=weights.mean(axis=0))),
    }


def evaluate(scenario: Scenario, world: World, *, seed: int = 0) -> Outcome:
    """
    Answer ``scenario`` from ``world``.

    The same seed gives every scenario the same draws of demand, staffing, judgement and road error, so differences
    between two outcomes are differences between the plans. Drives are timed in the traffic of each crewed hour, which
    counts by the demand expected in it. Cars are taken to be free and at their base (see
    :mod:`geo.coverage.gaps` for what is not counted yet), so further cars add only their bases.

    Returns
    -------
    Outcome
        Incidents a month, over the hours of the week that were ever live.
    """
    demand, draws = world.demand, len(world.demand.hour_rates)
    rng = np.random.default_rng([seed, 1])
    nurse = _reliability(world.shifts["nhs_staffed"], scenario.nurse_reliability, rng, draws)
    officer = _reliability(_officers_given_nurse(world.shifts), scenario.officer_reliability, rng, draws)
    appropriate = _reliability(_judged_appropriate(world.located), scenario.appropriate_share, rng, draws)
    stratum = rng.permutation(np.arange(draws) % LEVELS)
    chances, drive = _by_traffic(scenario, world)
    in_time = chances[stratum]
    if not scenario.model.sends_car:
        appropriate = np.zeros(draws)
    if not scenario.model.needs_officer:
        officer = np.ones(draws)
    everything = demand.a_month(np.ones(168))[:, None] * demand.place_shares
    during = demand.a_month(scenario.pattern.hours)[:, None] * demand.place_shares
    by_place = waterfall(
        everything,
        in_hours=during,
        nurse=nurse[:, None],
        appropriate=appropriate[:, None],
        officer=officer[:, None],
        in_time=in_time,
    )
    return Outcome(
        scenario=scenario,
        waterfall=Waterfall(
            by_place.all.sum(axis=1), {name: part.sum(axis=1) for name, part in by_place.steps.items()}
        ),
        by_place=by_place,
        in_time=in_time,
        drive=drive,
        weights=demand.place_shares,
        places=demand.places,
        unobserved=np.where(demand.told, 0.0, scenario.pattern.hours),
        roads=roads_label(scenario, world),
    )


def _reliability(answers: pd.Series, given: float | None, rng: np.random.Generator, draws: int) -> Draws:
    """
    Draw a share from three-valued answers; a given share is taken as it is.

    The known answers give ``Beta(1 + yes, 1 + no)``. Of the blanks each draw takes another share as yes, from none to
    all, so that the interval is as wide as the blanks leave it.
    """
    yes, no, blank = (int((answers == value).sum()) for value in ("yes", "no", "unknown"))
    known, of_blanks = rng.beta(1 + yes, 1 + no, size=draws), rng.random(draws)
    if given is not None:
        return np.full(draws, given)
    every = yes + no + blank
    return (known * (yes + no) + of_blanks * blank) / every if every else of_blanks


def _judged_appropriate(incidents: pd.DataFrame) -> pd.Series:
    """
    Tell of each incident whether the car was judged appropriate: by the record, or because the car was sent.

    A car that was not sent tells nothing: it may have been busy or too far.
    """
    judged = incidents["appropriate_for_car"]
    return judged.mask((judged == "unknown") & (incidents["deployed"] == "yes"), "yes")


def _officers_given_nurse(shifts: pd.DataFrame) -> pd.Series:
    """Police staffing of the shifts whose nurse was on duty: the share that counts once she is there."""
    return shifts.loc[shifts["nhs_staffed"] == "yes", "police_staffed"]


def _by_traffic(scenario: Scenario, world: World) -> tuple[Draws, npt.NDArray[np.float64]]:
    """
    Give the chance to arrive in time by stratum of the scale error and place, and the median drive to each place.

    Both are means over the traffic that the plan's hours meet, each weighing what demand is expected in its hours; as
    many hours weigh the same where none of them was ever live.
    """
    levels = traffic_levels(scenario.speeds, scenario.pattern.hours)
    expected = np.array([world.demand.a_month(hours).mean() for hours in levels.values()])
    weights = expected if expected.sum() > 0 else np.array([hours.sum() for hours in levels.values()])
    minutes = [_nearest(scenario, world, period) for period in levels]
    shares = weights / weights.sum()
    scales = norm.ppf((np.arange(LEVELS) + 0.5) / LEVELS)
    chances = sum(
        share * chances_by_place(one, world.averaging, scenario.standard, scales)
        for share, one in zip(shares, minutes, strict=True)
    )
    drive = sum(share * (world.averaging @ one) for share, one in zip(shares, minutes, strict=True) if share)
    return np.asarray(chances, dtype=np.float64), np.asarray(drive, dtype=np.float64)


def _nearest(scenario: Scenario, world: World, period: int) -> npt.NDArray[np.float64]:
    """Give the minutes to each postcode from whichever base is nearest, in the traffic of one period."""
    minutes = [world.drive_minutes(base, scenario.speeds, period) for base in scenario.bases]
    return np.asarray(np.min(minutes, axis=0), dtype=np.float64)


def roads_label(scenario: Scenario, world: World) -> str:
    """Say which roads and which speeds the figures rest on."""
    traffic = [scenario.speeds.traffic_name(p) for p in traffic_levels(scenario.speeds, scenario.pattern.hours)]
    return f"{roads_words(world.network)} Speeds: {scenario.speeds.name}; traffic of {', '.join(traffic)}."
