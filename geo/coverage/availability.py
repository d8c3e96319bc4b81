"""
Availability: whether a car is free when an incident comes.

Erlang's formulas count how many of some equal cars are busy; the hypercube (Larson 1974) tells which. Both are given in
steady state; over a shift of a few hours, which begins with every car free, the transient hypercube is the right one:
steady state overstates the loss of a six-hour shift by 20-40%.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from geo.errors import SchemaError

Floats = npt.NDArray[np.float64]
Preferences = Sequence[Sequence[int]]
"""For each class of demand the cars that may go, 0-based, the first choice first."""

MOST_CARS = 10
"""The hypercube has 2^cars states, and its equations are solved whole."""

STEPS_AN_HOUR = 12
"""The transient hypercube is told every five minutes; its averages do not depend on it."""


def erlang_b(servers: int, load: float) -> float:
    """
    Give the share of incidents that find every one of ``servers`` cars busy and are lost to them.

    Holds in steady state for any distribution of the time a job takes. Wrong within a short shift: it begins with all
    cars free.

    Parameters
    ----------
    servers
        Cars, >= 0.
    load
        Incidents an hour times hours a job, >= 0.

    Raises
    ------
    SchemaError
        If there are fewer than 0 servers, or the load is below 0 or not finite.

    References
    ----------
    Erlang (1917), Elektroteknikeren 13, 5-13; by the stable recursion B(k) = a B(k-1) / (k + a B(k-1)).

    Examples
    --------
    >>> round(erlang_b(3, 1.5), 6), erlang_b(2, 1)
    (0.134328, 0.2)
    """
    _check_queue(servers, load)
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = load * blocked / (server + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """
    Give the share of incidents that find every car busy and wait, in steady state, none giving up.

    Wrong where jobs are far from exponentially long, and within a short shift.

    Raises
    ------
    SchemaError
        As :func:`erlang_b`, and if the load is not below the number of servers: the queue would grow without end.

    Examples
    --------
    >>> round(erlang_c(3, 1.5), 6), round(erlang_c(2, 1), 6)
    (0.236842, 0.333333)
    """
    _check_queue(servers, load)
    if not load < servers:
        raise SchemaError(f"a load of {load:g} makes a queue of {servers} servers grow without end; give more")
    blocked = erlang_b(servers, load)
    return servers * blocked / (servers - load * (1 - blocked))


def _check_queue(servers: int, load: float) -> None:
    if servers < 0 or servers != int(servers):
        raise SchemaError(f"{servers} servers are no number of cars; give 0, 1, 2 …")
    if not 0 <= load < np.inf:
        raise SchemaError(f"a load of {load} is none; give incidents an hour times hours a job, >= 0")


@dataclass(frozen=True, eq=False)
class Availability:
    """
    How busy each car is in steady state.

    Parameters
    ----------
    states
        The probability of each state, shape (2^cars,): bit n of its number is set while car n is busy; a queue counts
        to the last state.
    workloads
        The share of time each car is busy, shape (cars,).
    queued
        The share of incidents that wait; 0 without a queue.
    lost
        The share of incidents that no car takes; 0 with a queue.
    dispatches
        The share of all incidents that each car takes of each class, shape (cars, classes); with ``lost`` they add up
        to 1.
    inter_response
        Of the incidents that a car takes, the share that is not taken by their first choice.
    """

    states: Floats
    workloads: Floats
    queued: float
    lost: float
    dispatches: Floats
    inter_response: float

    @property
    def all_busy(self) -> float:
        """The probability that all cars are busy, the queue included."""
        return float(self.states[-1])

    @property
    def number_busy(self) -> Floats:
        """The probability that so many cars are busy, shape (cars + 1,)."""
        return np.asarray(np.bincount(_busy(len(self.workloads)).sum(axis=1), self.states), dtype=np.float64)


def hypercube(
    rates: npt.ArrayLike, preferences: Preferences, service_rate: npt.ArrayLike, *, queue: bool = True
) -> Availability:
    """
    Solve the hypercube of a few cars in steady state, exactly.

    An incident takes the first free car of its class's preferences; if none is free it waits (first come, first served,
    by whichever car is free first) or, without ``queue``, is lost to the cars. Arrivals are Poisson and jobs
    exponentially long, whatever the class. Wrong within a short shift (:func:`transient_hypercube`), and where a job's
    length depends on how far the car drove.

    Parameters
    ----------
    rates
        Incidents an hour of each class, shape (classes,); >= 0, not all 0.
    preferences
        For each class the cars that may go, 0-based, the first choice first. With a queue every class lists every car.
    service_rate
        Jobs an hour of a car that is always busy: one for all, or shape (cars,).
    queue
        Whether incidents wait.

    Raises
    ------
    SchemaError
        If preferences do not match the rates or name a car twice, a rate is below 0, all are 0, there are more than
        :data:`MOST_CARS` cars, or the queue would grow without end.

    References
    ----------
    Larson & Odoni (1981), Urban Operations Research, 5.4.

    Examples
    --------
    >>> found = hypercube([0.5, 0.5], [(0, 1), (1, 0)], 1.0, queue=False)
    >>> found.workloads.round(4).tolist(), round(found.lost, 4) == round(erlang_b(2, 1), 4)
    ([0.4, 0.4], True)
    """
    demand, service = _rates(rates), _service(service_rate, preferences)
    _check_preferences(demand, preferences, len(service))
    total = float(demand.sum())
    if not total > 0:
        raise SchemaError("all rates are 0, so no incident ever finds a car busy; check the incident filter")
    if queue:
        _check_endless(total, service, preferences)
    moves = _generator(demand, preferences, service)
    states = _steady(moves)
    if queue:  # the queue is geometric, so it only adds to the last state
        growth = total / service.sum()
        states[-1] /= 1 - growth
        states /= states.sum()
    takes = _takes(preferences, len(service))
    idle = states.copy()
    idle[-1] = 0.0
    dispatches = np.einsum("s,jsn,j->nj", idle, takes, demand / total)
    queued = float(states[-1]) if queue else 0.0
    dispatches += queued * np.outer(service / service.sum(), demand / total)
    taken = float(dispatches.sum())
    first = sum(float(dispatches[order[0], which]) for which, order in enumerate(preferences) if len(order))
    return Availability(
        states,
        states @ _busy(len(service)),
        queued,
        0.0 if queue else 1 - taken,
        dispatches,
        1 - first / taken if taken > 0 else 0.0,
    )


@dataclass(frozen=True, eq=False)
class ShiftAvailability:
    """
    How busy the cars are over one shift that begins with all of them free.

    Parameters
    ----------
    hours
        Hours since the shift began, shape (times,): every five minutes, both ends included.
    states
        The probability of each state at each of them, shape (times, 2^cars), as in :class:`Availability`.
    blocked
        The probability at each of them that an incident would find no car that may go, by class, shape
        (times, classes).
    workloads
        The share of the shift that each car is busy, shape (cars,).
    incidents
        Incidents expected in the shift.
    lost
        The share of them that no car takes; averaged over incidents, not over time. 0 where none is expected.
    lost_by_hour
        The same of each hour's incidents, shape (hours,); NaN for an hour without any.
    dispatches
        Incidents expected to be taken by each car of each class, shape (cars, classes).
    """

    hours: Floats
    states: Floats
    blocked: Floats
    workloads: Floats
    incidents: float
    lost: float
    lost_by_hour: Floats
    dispatches: Floats

    @cached_property
    def busy(self) -> Floats:
        """The probability that each car is busy at each of the times, shape (times, cars)."""
        return self.states @ _busy(len(self.workloads))

    @property
    def all_busy(self) -> Floats:
        """The probability that all cars are busy at each of the times, shape (times,)."""
        return self.states[:, -1]

    @property
    def busy_at_end(self) -> float:
        """The probability that at least one car is still on a job when the shift ends."""
        return float(1 - self.states[-1, 0])


def transient_hypercube(
    rates: npt.ArrayLike, preferences: Preferences, service_rate: npt.ArrayLike
) -> ShiftAvailability:
    """
    Follow the hypercube through one shift that begins with every car free, exactly.

    The rules are those of :func:`hypercube` without a queue; the rates are constant within an hour. States and their
    integrals over time come from one matrix exponential for each different hour, so there is no error of step. Wrong
    where jobs are far from exponentially long: within a shift the loss depends on it, a little
    (:mod:`geo.coverage.simulation`).

    Parameters
    ----------
    rates
        Incidents an hour of each class in each hour of the shift, shape (hours, classes); >= 0.
    preferences, service_rate
        As for :func:`hypercube`.

    Raises
    ------
    SchemaError
        If rates are not such a table, or as :func:`hypercube`.

    Examples
    --------
    18 deployments a month, two hours each, on a nightly shift of six hours: steady state against the truth.

    >>> rate = 18 / 30.4 / 6
    >>> round(erlang_b(1, 2 * rate), 3), round(transient_hypercube([[rate]] * 6, [(0,)], 1 / 2).lost, 3)
    (0.165, 0.12)
    """
    table = np.asarray(rates, dtype=float)
    if table.ndim != 2 or not table.size:
        raise SchemaError(f"rates of shape {table.shape} are no shift; give one row an hour, one column a class")
    service = _service(service_rate, preferences)
    cars, states = len(service), 1 << len(service)
    for hour in table:
        _check_preferences(_rates(hour), preferences, cars)
    takes = _takes(preferences, cars)
    empty = np.zeros(states)
    empty[0] = 1.0
    different, which = np.unique(table, axis=0, return_inverse=True)
    steps = [_step(_generator(demand, preferences, service), 1 / STEPS_AN_HOUR) for demand in different]
    path, spent = [empty], []
    for hour in which.reshape(-1):
        step, over = steps[hour]
        time_in = np.zeros(states)
        for _ in range(STEPS_AN_HOUR):
            time_in += path[-1] @ over
            path.append(path[-1] @ step)
        spent.append(time_in)
    time_in_state, followed = np.array(spent), np.array(path)
    dispatches = np.einsum("hs,jsn,hj->hnj", time_in_state, takes, table)
    expected, taken = table.sum(axis=1), dispatches.sum(axis=(1, 2))
    some = expected > 0
    lost_by_hour = np.full(len(table), np.nan)
    lost_by_hour[some] = 1 - taken[some] / expected[some]
    incidents = float(expected.sum())
    return ShiftAvailability(
        hours=np.arange(len(followed)) / STEPS_AN_HOUR,
        states=followed,
        blocked=followed @ (1 - takes.sum(axis=2)).T,
        workloads=time_in_state.sum(axis=0) @ _busy(cars) / len(table),
        incidents=incidents,
        lost=float(1 - taken.sum() / incidents) if incidents > 0 else 0.0,
        lost_by_hour=lost_by_hour,
        dispatches=dispatches.sum(axis=0),
    )


def _rates(rates: npt.ArrayLike) -> Floats:
    demand = np.asarray(rates, dtype=float).reshape(-1)
    if (odd := ~(np.isfinite(demand) & (demand >= 0))).any():
        raise SchemaError(
            f"{int(odd.sum())} of {len(demand)} rates are not >= 0 and finite (first: class {int(odd.argmax())}, "
            f"{demand[odd.argmax()]}); give incidents an hour"
        )
    return demand


def _service(service_rate: npt.ArrayLike, preferences: Preferences) -> Floats:
    """Give one service rate a car; cars are counted by the preferences when there is one rate for all."""
    named = 1 + max((car for order in preferences for car in order), default=-1)
    given = np.asarray(service_rate, dtype=float)
    service = np.full(named, float(given)) if given.ndim == 0 else given.reshape(-1)
    if not 1 <= len(service) <= MOST_CARS or named > len(service):
        raise SchemaError(
            f"the preferences name {named} cars and there are {len(service)}; 1 to {MOST_CARS} can be worked out, each "
            "with its service rate"
        )
    if not (np.isfinite(service) & (service > 0)).all():
        raise SchemaError(f"service rates are jobs an hour of a busy car, above 0; got {service.tolist()}")
    return service


def _check_preferences(demand: Floats, preferences: Preferences, cars: int) -> None:
    if len(demand) != len(preferences):
        raise SchemaError(f"{len(demand)} rates but {len(preferences)} orders of preference; give one of each a class")
    for which, order in enumerate(preferences):
        if len(set(order)) < len(order) or not set(order) <= set(range(cars)):
            raise SchemaError(f"the preferences {tuple(order)} of class {which} name a car twice or one that is none")


def _check_endless(total: float, service: Floats, preferences: Preferences) -> None:
    if not total < service.sum():
        raise SchemaError(
            f"{total:g} incidents an hour but at most {service.sum():g} jobs: the queue would grow without end; give "
            "more cars, or queue=False"
        )
    if any(len(order) < len(service) for order in preferences):
        raise SchemaError("with a queue every class waits for every car; list all cars, or give queue=False")


def _busy(cars: int) -> npt.NDArray[np.int64]:
    """Tell which car is busy in which state, shape (2^cars, cars), 0 or 1."""
    return np.arange(1 << cars)[:, None] >> np.arange(cars) & 1


def _takes(preferences: Preferences, cars: int) -> Floats:
    """Tell which car takes an incident of each class in each state, shape (classes, 2^cars, cars), 0 or 1."""
    busy = _busy(cars)
    takes = np.zeros((len(preferences), len(busy), cars))
    for which, order in enumerate(preferences):
        waiting = np.ones(len(busy), dtype=bool)
        for car in order:
            goes = waiting & (busy[:, car] == 0)
            takes[which, goes, car] = 1.0
            waiting &= ~goes
    return takes


def _generator(demand: Floats, preferences: Preferences, service: Floats) -> Floats:
    """Give the rates from each state to each other, shape (2^cars, 2^cars); every row adds up to 0."""
    cars = len(service)
    busy, state = _busy(cars), np.arange(1 << cars)
    starts = np.einsum("j,jsn->sn", demand, _takes(preferences, cars))
    moves = np.zeros((len(state), len(state)))
    for car in range(cars):
        flipped = state ^ (1 << car)
        moves[state, flipped] = np.where(busy[:, car] == 1, service[car], starts[:, car])
    moves[state, state] = -moves.sum(axis=1)
    return moves


def _steady(moves: Floats) -> Floats:
    """Solve ``p Q = 0`` with probabilities that add up to 1: one balance gives way to the sum."""
    equations = moves.T.copy()
    equations[-1] = 1.0
    right = np.zeros(len(moves))
    right[-1] = 1.0
    return np.asarray(np.linalg.solve(equations, right), dtype=np.float64)


def _step(moves: Floats, hours: float) -> tuple[Floats, Floats]:
    """Give exp(Q t) and its integral from 0 to t, from one exponential of twice the size (Van Loan 1978)."""
    size = len(moves)
    both = np.zeros((2 * size, 2 * size))
    both[:size, :size] = moves
    both[:size, size:] = np.eye(size)
    power = expm(both * hours)
    return power[:size, :size], power[:size, size:]
