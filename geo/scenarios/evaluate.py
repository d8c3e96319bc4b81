"""Answer a scenario from the world: pure, with no clock, disk or network."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coverage.gaps import Waterfall, waterfall
from geo.coverage.occupancy import Occupancy
from geo.demand.rates import WEEKS_A_MONTH, Demand, Draws
from geo.routing.speeds import roads_words
from geo.routing.timing import traffic_levels
from geo.scenarios.arrival import Arrival, arrivals
from geo.scenarios.counting import Counting, figure
from geo.scenarios.scenario import Scenario
from geo.scenarios.staffing import staffing
from geo.scenarios.world import World
from geo.week import HOURS, Hours, crewed_share

TAILS = (0.1, 0.9)


@dataclass(frozen=True, eq=False)
class Duty:
    """
    What crews do with their hours, in hours a month, shape (draws,) each.

    ``rostered`` by the pattern; ``crewed`` with a nurse on duty; ``with_officer`` of these with officers too, who
    are taken to go back to response when no nurse comes (assumption); ``nurses_busy`` advising or deployed;
    ``cars_out`` to incidents and other emergencies; ``overrun`` beyond the end of the shift.
    """

    rostered: Draws
    crewed: Draws
    with_officer: Draws
    nurses_busy: Draws
    cars_out: Draws
    overrun: Draws


@dataclass(frozen=True, eq=False)
class Outcome:
    """
    The answer to one scenario.

    Parameters
    ----------
    scenario
        The question.
    waterfall
        What demand counts for a month in the county, by what became of it, shape (draws,): incidents, minutes on
        incidents or persons, as ``counting`` says.
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
    by_hour
        The same in each hour of the week, shape (draws, 168).
    by_telephone
        Share of the contacts without a visit that are made by telephone, shape (draws,); the rest is advice.
    duty
        What crews do with their hours.
    told
        Which of the 168 hours of the week have a rate.
    counting
        What demand is counted in.
    incidents
        The waterfall in incidents, whatever it is counted in.
    """

    scenario: Scenario
    waterfall: Waterfall
    by_place: Waterfall
    by_hour: Waterfall
    in_time: Draws
    drive: npt.NDArray[np.float64]
    weights: Draws
    places: tuple[str, ...]
    unobserved: Hours
    roads: str
    by_telephone: Draws
    duty: Duty
    told: npt.NDArray[np.bool_]
    counting: Counting
    incidents: Waterfall

    @property
    def unit(self) -> str:
        """What demand is counted in, in words."""
        return self.counting.unit

    @property
    def contacts(self) -> dict[str, Draws]:
        """What demand counts for a month by contact mode: face to face in time, and by telephone or advice alone."""
        alone = self.waterfall.nurse_contact - self.waterfall.reached
        return {
            "face_to_face": self.waterfall.reached,
            "telephone": alone * self.by_telephone,
            "advice": alone * (1 - self.by_telephone),
        }

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
    def where_observed(self) -> str:
        """Say that incidents are those of observed hours, where not every hour of the week was; empty otherwise."""
        return "" if self.told.all() else " in the hours that were observed"

    @property
    def sentence(self) -> str:
        """Answer the scenario in one sentence, every figure with its 80% interval."""
        waterfall, standard = self.waterfall, self.scenario.standard.minutes
        contact = (
            f"Of {self.counting.bound}{with_doubt(waterfall.all)} {self.unit} a month{self.where_observed}, "
            f"{with_doubt(waterfall.nurse_contact)} "
            "have nurse contact"
        )
        unknown = (
            f" {self.unobserved_hours:g} of its weekly hours were never observed." if self.unobserved_hours else ""
        )
        if not self.scenario.model.sends_car:
            return f"{contact}, by telephone or advice; no car is sent, by decision.{unknown}"
        low, high = np.quantile(self.share_in_time, TAILS)
        return (
            f"{contact} and {with_doubt(waterfall.reached)} are reached face to face within {standard:g} minutes; "
            f"{self.share_in_time.mean():.0%} ({100 * low:.0f}-{high:.0%}) of demand lies within that standard."
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
            "standard": asdict(self.scenario.standard),
            "unobserved_hours": self.unobserved_hours,
            "incidents_a_month": float(self.waterfall.all.mean()),
            "nurse_contact_a_month": float(self.waterfall.nurse_contact.mean()),
            "reached_a_month": float(self.waterfall.reached.mean()),
            "share_in_time": in_time if self.scenario.model.sends_car else None,
            "share_without_road": float(self.without_road),
            "steps": self.waterfall.table().to_dict("records"),
            "roads": self.roads,
        }

    def by_district(self, districts: pd.Series) -> pd.DataFrame:
        """
        Sum up by district: demand a month, share in time, reached a month, each with its 80% interval.

        ``districts`` gives the district of each place, indexed by LSOA.
        """
        rows = [_district_row(self, name, districts.to_numpy() == name) for name in sorted(districts.unique())]
        return pd.DataFrame(rows).sort_values("incidents_a_month", ascending=False, ignore_index=True)


def with_doubt(values: Draws) -> str:
    """
    Write the mean of draws with its 80% interval.

    Examples
    --------
    >>> with_doubt(np.array([1.0, 2.0, 3.0]))
    '2.0 (1.2-2.8)'
    """
    low, high = np.quantile(values, TAILS)
    return f"{figure(float(values.mean()))} ({figure(float(low))}-{figure(float(high))})"


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
    between scenarios are not noise. Drives are timed in the traffic of each crewed hour, from the nearest car that is
    free, and each counts by the demand expected in its hour. Which of several cars is out is taken as chance; a line
    beside the car is taken as always staffed and never busy. Wrong where calls come in clusters, or cars wait elsewhere
    than at their bases.

    Returns
    -------
    Outcome
        What demand counts for a month (:attr:`World.counting`), over the hours of the week whose demand is known.
    """
    there, counting = staffing(scenario, world, seed=seed), world.counting
    nurse, officer, appropriate = there.nurse, there.officer, there.appropriate
    with_officer = _occupancy(scenario, world, appropriate)
    without = _occupancy(scenario, world, np.zeros(len(nurse))) if (officer < 1).any() else with_officer
    arrival = arrivals(scenario, world, with_officer.out)

    busy = (with_officer, without)
    kept = _kept(scenario, busy, nurse, officer, counting.of_appropriate(appropriate))
    by_hour, by_place = _losses(counting, world.demand, kept, arrival, there.stratum)
    incidents = by_place
    if counting.weight != "incidents":
        kept_once = _kept(scenario, busy, nurse, officer, appropriate)
        once = Counting.incidents(world.demand)
        incidents = _losses(once, world.demand, kept_once, arrival, there.stratum)[1]
    ready = counting.a_month(world.demand) * kept[-1]
    weight = np.where(ready.sum(axis=1, keepdims=True) > 0, ready, scenario.pattern.hours)
    return Outcome(
        scenario=scenario,
        waterfall=by_place.total,
        by_place=by_place,
        by_hour=by_hour,
        in_time=arrival.by_place(weight, there.stratum),
        drive=arrival.drive,
        weights=counting.place_shares,
        places=world.demand.places,
        unobserved=np.where(world.demand.told, 0.0, scenario.pattern.hours),
        roads=roads_label(scenario, world),
        by_telephone=there.by_telephone,
        duty=_duty(scenario, busy, nurse, officer),
        told=world.demand.told,
        counting=counting,
        incidents=incidents.total,
    )


def _losses(
    counting: Counting, demand: Demand, kept: list[Draws], arrival: Arrival, stratum: npt.NDArray[np.int64]
) -> tuple[Waterfall, Waterfall]:
    """Give what becomes of demand by hour and by place, from the share of it that is left after each step."""
    a_month, shares = counting.a_month(demand), counting.place_shares
    ready = a_month * kept[-1]
    by_hour = waterfall(a_month, [a_month * share for share in kept] + [ready * arrival.by_hour(shares, stratum)])
    reached = arrival.by_place(ready, stratum, total=True)
    left = [(a_month * share).sum(axis=1)[:, None] * shares for share in kept] + [reached * shares]
    return by_hour, waterfall(a_month.sum(axis=1)[:, None] * shares, left)


def _occupancy(scenario: Scenario, world: World, sent: Draws) -> Occupancy:
    """Work out how busy the crews are; a line's nurses and cars that are never sent stay free of jobs."""
    return world.occupancy(scenario.pattern, sent, scenario.cars, scenario.work)


def _kept(
    scenario: Scenario, busy: tuple[Occupancy, Occupancy], nurse: Draws, officer: Draws, appropriate: Draws
) -> list[Draws]:
    """
    Give the share of demand that is left after each step but the last two, shape (draws, 168) each.

    ``busy`` holds how busy crews are on nights with officers and on nights without. Where a line is on duty, its nurse
    answers what the car's nurse cannot.
    """
    crewed, line = scenario.pattern.hours, scenario.line.hours if scenario.line else np.zeros(HOURS)
    n, o, a = (share[:, None] for share in (nurse, officer, appropriate))
    free, alone = 1 - busy[0].nurse_busy, 1 - busy[1].nurse_busy
    car, time_left = 1 - busy[0].car_busy, _time_left(scenario)
    with_officer = crewed * n * (o * free)
    contact = with_officer + crewed * n * ((1 - o) * alone)
    sent = [with_officer * a, with_officer * a * car]
    without_line = [crewed, crewed * n, contact, contact * a, *sent]
    ones = np.ones_like(contact)
    with_line = [ones, ones, ones, ones * a, crewed * n * o * a, sent[-1]]
    mixed = [(1 - line) * one + line * other for one, other in zip(without_line, with_line, strict=True)]
    return [np.broadcast_to(each, contact.shape) for each in (*mixed, mixed[-1] * time_left)]


def _time_left(scenario: Scenario) -> Hours:
    """Give the share of each crewed hour in which a car is still sent, shape (168,); 1 where there is no shift."""
    last = scenario.work.last_job_minutes
    windows = [(day, start, max(end - int(last), start)) for day, start, end in scenario.pattern.windows]
    sent = crewed_share(windows)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(scenario.pattern.hours > 0, sent / scenario.pattern.hours, 1.0)


def _duty(scenario: Scenario, busy: tuple[Occupancy, Occupancy], nurse: Draws, officer: Draws) -> Duty:
    """Add up what crews do with their hours, a month: on duty, idle, out, and beyond the end of their shifts."""
    crewed = scenario.pattern.hours * scenario.cars
    mixed = {
        name: officer[:, None] * getattr(busy[0], name) + (1 - officer[:, None]) * getattr(busy[1], name)
        for name in ("cars_out", "nurses_busy")
    }
    weeks = WEEKS_A_MONTH * nurse
    return Duty(
        rostered=np.full(len(nurse), crewed.sum() * WEEKS_A_MONTH),
        crewed=crewed.sum() * weeks,
        with_officer=crewed.sum() * weeks * officer,
        nurses_busy=(mixed["nurses_busy"] @ scenario.pattern.hours) * weeks,
        cars_out=(mixed["cars_out"] @ scenario.pattern.hours) * weeks,
        overrun=(officer * busy[0].overrun + (1 - officer) * busy[1].overrun) / 60 * weeks,
    )


def roads_label(scenario: Scenario, world: World) -> str:
    """Say which roads and which speeds the figures rest on."""
    traffic = [scenario.speeds.traffic_name(p) for p in traffic_levels(scenario.speeds, scenario.pattern.hours)]
    return f"{roads_words(world.network)} Speeds: {scenario.speeds.name}; traffic of {', '.join(traffic)}."
