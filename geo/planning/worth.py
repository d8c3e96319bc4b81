"""
Worth: what a crewed hour at a base would bring, in incidents a month, and which bases are worth a closer look.

An hour's worth is the demand of the hour, times the chance that who is needed is there, times the chance to be there in
time from the base. Only the last differs between bases, and only by the traffic of the hour, so a base is known by one
number for each traffic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.coverage.response import chance_of_minutes
from geo.demand.rates import WEEKS_A_MONTH
from geo.errors import ScenarioError
from geo.routing.matrix import DriveMatrix
from geo.routing.timing import traffic_levels
from geo.scenarios.scenario import Scenario
from geo.scenarios.staffing import staffing
from geo.scenarios.world import World
from geo.week import HOURS, Hours

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Chances = npt.NDArray[np.float32]
Aim = Literal["face_to_face", "nurse_contact", "equity"]

AIMS: dict[Aim, str] = {
    "face_to_face": "reached face to face in time",
    "nurse_contact": "with nurse contact",
    "equity": "reached in time if every district were served like the worst",
}

BOUND_MINUTES = 0.5
"""Step to which minutes between a postcode and its stand-in are rounded up for its bound; finer ones cost more."""

ROUNDING_MINUTES = 1e-6
"""What sums of seconds may differ by when they are made in another order, and far more."""

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Surveyed:
    """
    Chances to arrive in time from candidates for a base, in each traffic that told hours meet.

    Parameters
    ----------
    level_of_hour
        Number of the traffic of each hour of the week, shape (168,); -1 for hours without a rate.
    chances
        Shape (levels, candidates, places), whatever the shared error of the drives.
    shares
        Mean share of demand in each place, shape (places,).
    member
        Number of the district of each place, shape (places,).
    """

    level_of_hour: Rows
    chances: Chances
    shares: Floats
    member: Rows

    def score(self, aim: Aim) -> Floats:
        """Give each candidate's share of demand in time in each traffic, shape (levels, candidates)."""
        return score_of(self.chances, self.shares, self.member, aim)

    def values(self, ready: Hours, aim: Aim, rows: Rows | None = None) -> Floats:
        """Give what an hour is worth at each candidate, shape (candidates, 168); NaN where no rate is told."""
        score = self.score(aim) if rows is None else self.score(aim)[:, rows]
        return hour_values(ready, self.level_of_hour, score)


def hour_values(ready: Hours, level_of_hour: Rows, score: Floats) -> Floats:
    """
    Spread the score of each traffic over the hours that have it.

    Examples
    --------
    >>> ready = np.full(168, np.nan); ready[18] = 2.0
    >>> level = np.where(np.arange(168) == 18, 0, -1)
    >>> hour_values(ready, level, np.array([[0.25, 0.5]]))[:, 18].tolist()
    [0.5, 1.0]
    """
    by_hour = score.T[:, np.maximum(level_of_hour, 0)]
    return np.asarray(np.where(level_of_hour >= 0, ready * by_hour, np.nan), dtype=np.float64)


def score_of(chances: Chances, shares: Floats, member: Rows, aim: Aim) -> Floats:
    """
    Give the share of demand in time, or that of the district where it is least, shape (…, candidates).

    Parameters
    ----------
    chances
        Shape (…, candidates, places).
    """
    if aim == "nurse_contact":
        return np.ones(chances.shape[:-1])
    return np.asarray((chances @ weights_of(shares, member, aim)).min(axis=-1), dtype=np.float64)


def weights_of(shares: Floats, member: Rows, aim: Aim) -> Chances:
    """
    Give the weight of each place in each sum whose least is the score, shape (places, sums).

    One sum over all places, or for equity one for each district that has demand; each adds up to 1 over its places.
    """
    if aim != "equity":
        return np.asarray(shares[:, None], dtype=np.float32)
    of_district = np.zeros((len(shares), int(member.max()) + 1), dtype=np.float32)
    of_district[np.arange(len(shares)), member] = shares
    total = of_district.sum(axis=0)
    return np.asarray(of_district[:, total > 0] / total[total > 0])


def nearest_free(chances: Chances, busy: float) -> Chances:
    """
    Give the chance that one of several cars arrives in time: the nearest that is free goes.

    Each is out for a share ``busy`` of the time, whatever the others do (Daskin's maximum expected covering, with
    chances instead of 0 and 1).

    Parameters
    ----------
    chances
        Of each car to arrive in time, shape (cars, …).

    Examples
    --------
    >>> nearest_free(np.float32([[0.5], [1.0]]), 0.5).tolist()
    [0.625]
    """
    gains = (1 - busy) * busy ** np.arange(len(chances))
    return np.asarray(np.tensordot(gains, -np.sort(-chances, axis=0), axes=1), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Beside:
    """
    Cars that are where they must be, and what another brings to them.

    ``chances`` are theirs to arrive in time, shape (levels, cars, places); ``busy`` is how often each car is out, 0 for
    one that is alone.
    """

    chances: Chances
    busy: float

    def with_another(self, level: int, chances: Chances) -> Chances:
        """Give the chances with another car in a traffic, of its own there, shape (candidates, places)."""
        theirs = self.chances[level][:, None]
        together = np.broadcast_to(theirs, (len(theirs), *chances.shape))
        return nearest_free(np.concatenate([together, chances[None]]), self.busy)

    def score(self, reach: Surveyed, aim: Aim) -> Floats:
        """Score each candidate together with them, in each traffic, shape (levels, candidates)."""
        every = [
            score_of(self.with_another(level, chances), reach.shares, reach.member, aim)
            for level, chances in enumerate(reach.chances)
        ]
        return np.array(every)


def ready_a_month(scenario: Scenario, world: World, aim: Aim, *, seed: int = 0) -> Hours:
    """
    Give the incidents a month, by hour of the week, for which who is needed would be there, shape (168,).

    For nurse contact: demand times the chance of a nurse on duty. Face to face: times the shares judged appropriate and
    with an officer. Nurse and car count as free: how busy they are depends on the windows chosen, and is counted when a
    plan is evaluated. NaN where no rate is told.

    Raises
    ------
    ScenarioError
        If the aim is face to face and the scenario sends no car.
    """
    if aim != "nurse_contact" and not scenario.model.sends_car:
        raise ScenarioError(f"{scenario.name} sends no car, so no base reaches anyone; aim for nurse contact instead")
    there = staffing(scenario, world, seed=seed)
    share = there.nurse if aim == "nurse_contact" else there.nurse * there.officer * there.appropriate
    mean = (world.demand.hour_rates * share[:, None]).mean(axis=0) * WEEKS_A_MONTH
    return np.asarray(np.where(world.demand.told, mean, np.nan), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Survey:
    """
    Times candidates in every traffic that told hours meet.

    ``minutes_times`` stretches all drives, to ask what other speeds would change.
    """

    scenario: Scenario
    world: World
    edition: str = "2011-2021"
    minutes_times: float = 1.0

    @cached_property
    def levels(self) -> dict[int, Hours]:
        """The traffic that told hours meet: its period, and its hours."""
        return traffic_levels(self.scenario.speeds, self.world.demand.told.astype(float))

    @property
    def level_of_hour(self) -> Rows:
        """The number of the traffic of each told hour, shape (168,); -1 elsewhere."""
        found = np.full(HOURS, -1, dtype=np.int64)
        for number, hours in enumerate(self.levels.values()):
            found[hours > 0] = number
        return found

    @cached_property
    def member(self) -> Rows:
        """The number of the district of each place."""
        names = self.world.districts(self.edition).to_numpy(dtype=object)
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def place_of_point(self) -> Rows:
        """The number of the place of each of the world's points."""
        column = {place: number for number, place in enumerate(self.world.demand.places)}
        return np.array([column[place] for place in self.world.points["lsoa"]], dtype=np.int64)

    @cached_property
    def _order(self) -> tuple[Rows, Rows]:
        """The postcodes sorted by their place, and where each place begins among them."""
        order = np.argsort(self.place_of_point, kind="stable")
        return order, np.searchsorted(self.place_of_point[order], np.arange(len(self.world.demand.places)))

    def _matrix(self, period: int, east: Floats, north: Floats) -> DriveMatrix:
        timed = self.world.roads.timed(self.scenario.speeds, period)
        points = self.world.points.iloc[self._order[0]]
        ends = points["easting"].to_numpy(float), points["northing"].to_numpy(float)
        return DriveMatrix(timed.network, timed.engine, east, north, *ends)

    def _by_place(self, chances: Floats, begins: Rows) -> Chances:
        """Average postcodes into places, shape (candidates, places)."""
        count = np.diff(np.append(begins, chances.shape[1]))
        return (np.add.reduceat(chances, begins, axis=1) / count).astype(np.float32)

    def reach(self, east: Floats, north: Floats, progress: Progress | None = None) -> Surveyed:
        """Give the chances from candidates at these metres; ``progress`` is told the share done, and may raise."""
        begins, levels = self._order[1], list(self.levels)
        chance = chance_of_minutes(self.scenario.standard)
        found = np.zeros((len(levels), len(east), len(begins)), dtype=np.float32)
        for number, period in enumerate(levels):
            matrix = self._matrix(period, east, north)
            for rows, minutes in matrix.by_base(_part(progress, number, len(levels))):
                found[number, rows] = self._by_place(chance(minutes * self.minutes_times), begins)
        shares = self.world.demand.place_shares.mean(axis=0)
        return Surveyed(self.level_of_hour, found, shares, self.member)

    def stand_ins(self) -> Rows:
        """Give one postcode for each place, the first, as row numbers of the world's points: the coarse candidates."""
        order, begins = self._order
        return order[begins]

    def glance(self) -> Surveyed:
        """Give the chances from stand-ins to stand-ins alone: a rough answer in a moment, before any that counts."""
        points = self.world.points.iloc[self.stand_ins()]
        ends = points["easting"].to_numpy(float), points["northing"].to_numpy(float)
        chance, found = chance_of_minutes(self.scenario.standard), []
        for period in self.levels:
            timed = self.world.roads.timed(self.scenario.speeds, period)
            minutes = DriveMatrix(timed.network, timed.engine, *ends, *ends).whole(np.float64)
            found.append(chance(np.asarray(minutes, dtype=np.float64) * self.minutes_times).astype(np.float32))
        shares = self.world.demand.place_shares.mean(axis=0)
        return Surveyed(self.level_of_hour, np.array(found), shares, self.member)

    def around(self, cluster: Rows, stand_ins: Rows, progress: Progress | None = None) -> tuple[Surveyed, Surveyed]:
        """
        Time one stand-in for each cluster of postcodes; give their reach, and what no postcode of theirs can exceed.

        As :meth:`first_look`, but place by place, so that it holds for pairs too: from a stand-in ``i`` the farthest
        postcode of its cluster lies ``r`` minutes away, so none is nearer to a place than ``t_ig - r``.

        Parameters
        ----------
        cluster
            The number of the cluster of each of the world's points, shape (points,); -1 for none.
        stand_ins
            Row numbers of the points that stand for them, shape (clusters,).
        """
        order, begins = self._order
        points = self.world.points.iloc[stand_ins]
        east, north = points["easting"].to_numpy(float), points["northing"].to_numpy(float)
        by_cluster = np.argsort(cluster[order], kind="stable")
        first = np.searchsorted(cluster[order][by_cluster], np.arange(len(stand_ins) + 1))
        chance, levels = chance_of_minutes(self.scenario.standard), list(self.levels)
        found = np.zeros((2, len(levels), len(stand_ins), len(begins)), dtype=np.float32)
        for number, period in enumerate(levels):
            matrix = self._matrix(period, east, north)
            for rows, minutes in matrix.by_base(_part(progress, number, len(levels))):
                own = [by_cluster[first[row] : first[row + 1]] for row in range(rows.start, rows.stop)]
                away = np.array([row[mine].max() for row, mine in zip(minutes, own, strict=True)])
                with np.errstate(invalid="ignore"):  # no road leads to one of the cluster: it could be anywhere
                    nearer = np.fmax(minutes - away[:, None] - ROUNDING_MINUTES, 0.0)
                found[0, number, rows] = self._by_place(chance(minutes * self.minutes_times), begins)
                found[1, number, rows] = self._by_place(chance(nearer * self.minutes_times), begins)
        shares = self.world.demand.place_shares.mean(axis=0)
        exact, at_most = (Surveyed(self.level_of_hour, chances, shares, self.member) for chances in found)
        return exact, at_most

    def first_look(
        self, aim: Aim, progress: Progress | None = None, beside: "Beside | None" = None
    ) -> tuple[Surveyed, Floats]:
        """
        Time the stand-ins; give their reach, and what the score of each postcode cannot exceed in each traffic, shape
        (levels, points); with the cars it stands beside, where there are any.

        From a stand-in ``i`` of its place, a postcode ``j`` lies ``t_ij`` minutes away, so nowhere is nearer to it than
        to ``i`` by more than that: ``t_jg >= t_ig - t_ij``. inf where no road leads from one to the other.
        """
        order, begins = self._order
        ends = np.append(begins[1:], len(order))
        points = self.world.points.iloc[order[begins]]
        east, north = points["easting"].to_numpy(float), points["northing"].to_numpy(float)
        chance = chance_of_minutes(self.scenario.standard)
        shares, member, levels = self.world.demand.place_shares.mean(axis=0), self.member, list(self.levels)
        bounds = np.full((len(levels), len(order)), np.inf)
        chances = np.zeros((len(levels), len(begins), len(begins)), dtype=np.float32)
        for number, period in enumerate(levels):
            matrix = self._matrix(period, east, north)
            for rows, minutes in matrix.by_base(_part(progress, number, len(levels))):
                for place, row in zip(range(rows.start, rows.stop), minutes, strict=True):
                    mine = slice(begins[place], ends[place])
                    steps = np.ceil(row[mine] / BOUND_MINUTES)
                    known = np.union1d([0.0], steps[np.isfinite(steps)])
                    nearer = np.maximum(row - known[:, None] * BOUND_MINUTES, 0.0) * self.minutes_times
                    by_place = self._by_place(chance(nearer), begins)
                    chances[number, place] = by_place[0]
                    together = beside.with_another(number, by_place) if beside else by_place
                    by_step = dict(zip(known.tolist(), score_of(together, shares, member, aim).tolist(), strict=True))
                    bounds[number, order[mine]] = [by_step.get(step, np.inf) for step in steps.tolist()]
        return Surveyed(self.level_of_hour, chances, shares, member), bounds


def undominated(score: Floats) -> Rows:
    """
    Give the candidates that no other equals or beats in every traffic, best sum first; of equal ones the first.

    No windows could prefer any other, so only these need be searched for them.

    Examples
    --------
    >>> undominated(np.array([[0.5, 0.4, 0.6, 0.5], [0.5, 0.4, 0.3, 0.5]])).tolist()
    [0, 2]
    """
    left = np.argsort(-score.sum(axis=0), kind="stable")
    kept: list[int] = []
    while len(left):
        kept.append(int(left[0]))
        left = left[(score[:, left] > score[:, [kept[-1]]]).any(axis=0)]
    return np.array(kept, dtype=np.int64)


def _part(progress: Progress | None, number: int, of: int) -> Progress | None:
    """Give the progress of one part of several."""
    return None if progress is None else lambda share: progress((number + share) / of)
