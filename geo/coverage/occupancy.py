"""
Occupancy: how often nurse and cars are busy when an incident comes, minute by minute from an empty shift.

Each of the shift's crews is free, advising, or out with the car. A shift begins with all free, so it is less busy than
the steady state that queueing tables give. The chances obey linear differential equations (a Markov chain in
continuous time), solved by fourth-order Runge-Kutta steps for all draws of demand at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geo.deployment.work import Work

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]
State = tuple[int, int, int]

HOURS = 168
MONTH_WEEKS = 365.25 / 7 / 12
STEP_LOAD = 0.5
"""Greatest sum of rates times step: the error of a step is then below 1e-4, and that of the whole below 1e-6."""


class Pattern(Protocol):
    """Weekly windows of a shift: weekday, first and last minute, which may lie beyond midnight."""

    @property
    def windows(self) -> Sequence[tuple[int, int, int]]:
        """Weekday (Monday = 0), first minute, last minute."""


@dataclass(frozen=True, eq=False)
class Occupancy:
    """
    How busy the crews are on nights when they are on duty, by hour of the week and draw.

    Parameters
    ----------
    nurse_busy
        Chance that no nurse is free when an incident comes, shape (draws, 168); 0 in hours without a shift.
    car_busy
        Chance that no car is free, given that a nurse is, shape (draws, 168).
    out
        Distribution of the number of cars that are out, given that a car and a nurse are free, shape
        (draws, 168, cars); column k is the chance of k.
    cars_out
        Mean number of cars out, averaged over the crewed minutes of each hour, shape (draws, 168).
    nurses_busy
        Mean number of nurses that advise or are out with a car, shape (draws, 168).
    overrun
        Mean minutes that cars stay out beyond the end of their shifts, in a week, shape (draws,).
    """

    nurse_busy: Floats
    car_busy: Floats
    out: Floats
    cars_out: Floats
    nurses_busy: Floats
    overrun: Floats


def occupancy(pattern: Pattern, arrivals: Floats, sent: Floats, cars: int, work: Work) -> Occupancy:
    """
    Work out how often an incident finds nurse and car busy.

    Where the nurse cannot advise while she is deployed, a crew is free, advising or out. Where she can, advising and
    driving do not keep each other waiting. What finds nobody free is passed on, not queued. Times on a job are taken
    as exponential with their means; in a loss system the mean is nearly all that counts, and
    :mod:`geo.coverage.simulation` tries others. It is wrong where crews also do other work that is not given.

    Parameters
    ----------
    pattern
        The weekly shift; each window starts with all crews free.
    arrivals
        Incidents an hour in the county, shape (draws, 168); NaN where not observed, which adds nothing.
    sent
        Share of incidents to which the car is sent if it is free, shape (draws,).
    cars
        Crews on duty at once, each with a nurse and a car, 1 to 5.
    work
        How long an incident takes, and what else takes the car.

    Examples
    --------
    One car, one job an hour that takes an hour and no advice: after t hours it is busy with chance (1 - exp(-2t)) / 2.

    >>> from types import SimpleNamespace
    >>> shift = SimpleNamespace(windows=[(0, 0, 60)])
    >>> hour = np.zeros((1, 168)); hour[0, 0] = 1.0
    >>> found = occupancy(shift, hour, np.ones(1), 1, Work(deployed_minutes=60))
    >>> round(float(found.nurse_busy[0, 0]), 4), round(float((1 - (1 - np.exp(-2)) / 2) / 2), 4)
    (0.2838, 0.2838)
    """
    rates = np.nan_to_num(arrivals)
    chain = _Chain.of(cars, work)
    others = work.other_emergencies_a_month / MONTH_WEEKS / _crewed_hours(pattern)
    sums = _Sums.empty(len(rates), cars)
    by_span: dict[tuple[int, int], list[int]] = {}
    for day, start, end in pattern.windows:
        by_span.setdefault((start, end), []).append(day)
    for (start, end), days in by_span.items():
        _run_windows(chain, rates, sent, others, work, (start, end), np.array(days), sums)
    return sums.finished()


def _crewed_hours(pattern: Pattern) -> float:
    return sum(end - start for _, start, end in pattern.windows) / 60


@dataclass(frozen=True, eq=False)
class _Chain:
    """
    The states of the crews and the moves between them, as matrices of rates from row to column.

    A state counts the nurses that advise, the cars out to incidents and those out to other emergencies.
    """

    cars: int
    advising: Floats
    out: Floats
    to_others: Floats
    nurse_free: npt.NDArray[np.bool_]
    advise: Floats
    send: Floats
    take: Floats
    free: Floats

    @classmethod
    def of(cls, cars: int, work: Work) -> "_Chain":
        """Lay out the states of so many crews and the moves between them; those that free a crew are an hour."""
        apart, others = work.advises_while_deployed, work.other_emergencies_a_month > 0
        counts = product(range(cars + 1), range(cars + 1), range(cars + 1 if others else 1))
        states = [s for s in counts if s[1] + s[2] <= cars and (apart or sum(s) <= cars)]
        where = {state: number for number, state in enumerate(states)}
        moves = {name: np.zeros((len(states), len(states))) for name in ("advise", "send", "take", "free")}

        def move(name: str, start: State, end: State, rate: float = 1.0) -> None:
            moves[name][where[start], where[end]] += rate
            moves[name][where[start], where[start]] -= rate

        for state in states:
            a, d, e = state
            car = d + e < cars and (apart or sum(state) < cars)
            if a < cars if apart else sum(state) < cars:
                move("advise", state, (a + 1, d, e))
                move("send", state, (a, d + 1, e) if car else (a + 1, d, e))
            if car and others:
                move("take", state, (a, d, e + 1))
            if a:
                move("free", state, (a - 1, d, e), a * 60 / work.advice_minutes)
            if d:
                move("free", state, (a, d - 1, e), d * 60 / work.deployed_minutes)
            if e:
                move("free", state, (a, d, e - 1), e * 60 / work.other_minutes)
        counts_of = np.array(states, dtype=np.float64)
        advising, to_others = counts_of[:, 0], counts_of[:, 2]
        out = counts_of[:, 1] + to_others
        nurse_free = advising < cars if apart else advising + out < cars
        return cls(cars, advising, out, to_others, nurse_free, *moves.values())

    def change(self, state: Floats, rate: Floats, sent: Floats, others: float) -> Floats:
        """Give the change an hour of the chances of each state, shape (rows, states)."""
        calls = rate * (state @ self.advise + sent * (state @ (self.send - self.advise)))
        return np.asarray(calls + state @ (others * self.take + self.free), dtype=np.float64)


@dataclass(eq=False)
class _Sums:
    """What is added up over the steps: sums over the crewed part of each hour of the week."""

    crewed: Floats
    nurse_free: Floats
    both_free: Floats
    out: Floats
    cars_out: Floats
    nurses_busy: Floats
    overrun: Floats

    @classmethod
    def empty(cls, draws: int, cars: int) -> "_Sums":
        """Begin with nothing."""
        shape = (draws, HOURS)
        return cls(
            crewed=np.zeros(HOURS),
            nurse_free=np.zeros(shape),
            both_free=np.zeros(shape),
            out=np.zeros((*shape, cars)),
            cars_out=np.zeros(shape),
            nurses_busy=np.zeros(shape),
            overrun=np.zeros(draws),
        )

    def add(self, chain: _Chain, state: Floats, hours: npt.NDArray[np.int64], length: float) -> None:
        """Add the mean chances, shape (draws, days, states), of so much of an hour."""
        car = chain.nurse_free & (chain.out < chain.cars)
        nurses = np.minimum(chain.advising + chain.out, chain.cars)
        self.crewed[hours] += length
        self.nurse_free[:, hours] += length * state[..., chain.nurse_free].sum(axis=-1)
        self.both_free[:, hours] += length * state[..., car].sum(axis=-1)
        self.cars_out[:, hours] += length * (state @ chain.out)
        self.nurses_busy[:, hours] += length * (state @ nurses)
        for number in range(chain.cars):
            self.out[:, hours, number] += length * state[..., car & (chain.out == number)].sum(axis=-1)

    def finished(self) -> Occupancy:
        """Turn sums into chances and means."""
        crewed = np.where(self.crewed > 0, self.crewed, 1.0)
        on_duty = self.crewed > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            car_busy = np.where(self.nurse_free > 0, 1 - self.both_free / self.nurse_free, 0.0)
            out = np.where(self.both_free[..., None] > 0, self.out / self.both_free[..., None], 0.0)
        return Occupancy(
            nurse_busy=np.where(on_duty, 1 - self.nurse_free / crewed, 0.0),
            car_busy=np.clip(car_busy, 0.0, 1.0),
            out=out,
            cars_out=self.cars_out / crewed,
            nurses_busy=self.nurses_busy / crewed,
            overrun=self.overrun,
        )


def _run_windows(
    chain: _Chain,
    rates: Floats,
    sent: Floats,
    others: float,
    work: Work,
    span: tuple[int, int],
    days: Days,
    sums: _Sums,
) -> None:
    """Follow one shift from its empty start to its end, on several days of the week and for all draws at once."""
    start, end = span
    state = np.zeros((len(rates), len(days), len(chain.out)))
    state[..., 0] = 1.0
    minute = float(start)
    while minute < end:
        hours = (days * 24 + int(minute // 60)) % HOURS
        until = min(60.0 * (minute // 60 + 1), float(end))
        last = end - work.last_job_minutes
        if minute < last < until:
            until = last
        now = sent[:, None, None] * (minute < last)
        rate = rates[:, hours][..., None]
        length = (until - minute) / 60
        fastest = float(rate.max(initial=0.0)) + others - float(chain.free.diagonal().min())
        steps = max(int(np.ceil(fastest * length / STEP_LOAD)), 1)
        mean = np.zeros_like(state)
        for _ in range(steps):
            after = _step(chain, state, rate, now, others, length / steps)
            middle = _step(chain, state, rate, now, others, length / steps / 2)
            mean += (state + 4 * middle + after) / (6 * steps)  # Simpson's rule
            state = after
        sums.add(chain, mean, hours, length)
        minute = until
    left = (chain.out - chain.to_others) * work.deployed_minutes + chain.to_others * work.other_minutes
    sums.overrun += (state @ left).sum(axis=1)


def _step(chain: _Chain, state: Floats, rate: Floats, sent: Floats, others: float, length: float) -> Floats:
    """Take one Runge-Kutta step."""
    first = chain.change(state, rate, sent, others)
    second = chain.change(state + length / 2 * first, rate, sent, others)
    third = chain.change(state + length / 2 * second, rate, sent, others)
    fourth = chain.change(state + length * third, rate, sent, others)
    return np.asarray(state + length / 6 * (first + 2 * second + 2 * third + fourth), dtype=np.float64)
