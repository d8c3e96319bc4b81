"""
Candidates for bases, narrowed down to the sets that are worth searching windows for.

Bases are timed in every traffic; those that another beats in every traffic are left out, since no windows could prefer
them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coverage.occupancy import occupancy
from geo.places.bases import Base
from geo.planning import pairs
from geo.planning.found import Rules
from geo.planning.location import TIME_LIMIT, mclp
from geo.planning.rotas import Rotas, best_rotas
from geo.planning.sites import NEAR_TIE
from geo.planning.windows import Window, Windows, best_windows, crewed_hours_of
from geo.planning.worth import (
    Aim,
    Beside,
    Survey,
    Surveyed,
    hour_values,
    nearest_free,
    score_of,
    undominated,
)
from geo.scenarios.scenario import Scenario
from geo.scenarios.staffing import staffing
from geo.scenarios.world import World
from geo.week import ShiftPattern

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

Progress = Callable[[float, str], None]
"""Called with the share that is done and the best so far in words; raise from it to cancel."""

Left = Callable[[], float]
"""Gives the seconds that are left; asked between the parts of a search, which stops where none are."""

TIMED_AT_ONCE = 2_000
"""Postcodes that are timed before it is asked again whether there is time for more."""


@dataclass(frozen=True, eq=False)
class Choice:
    """
    Sets of bases that are worth searching: their score in each traffic, shape (levels, sets), and rows of ``pool``,
    shape (sets, bases). Any other set is worth ``most_possible`` at most. ``others`` are sets and scores that are only
    worth searching where two cars have windows of their own.
    """

    pool: pd.DataFrame
    reach: Surveyed
    sets: Rows
    score: Floats
    tried: int
    most_possible: float = 0.0
    stopped: bool = False
    others: tuple[Rows, Floats] | None = None


@dataclass(frozen=True, eq=False)
class _Known:
    """
    What is known before all pairs are tried: what bounds them, what a score in each traffic counts in the best rota so
    far, and what that rota is worth. A pair whose bound is below that is not the best, with free windows or a rota.
    """

    ceiling: pairs.Ceiling
    weight: Floats
    worth: float

    def could_be(self, score: Floats) -> npt.NDArray[np.bool_]:
        """Tell which scores, shape (levels, sets), could be worth as much as what is known."""
        return np.asarray(self.ceiling.over(score) * (1 + pairs.ROUNDING) >= self.worth)


@dataclass(frozen=True, eq=False)
class Search:
    """What a search for plans is asked, and how it comes to the sets of bases that windows are searched for."""

    scenario: Scenario
    world: World
    rules: Rules
    survey: Survey
    ready: Floats
    seed: int
    tell: Progress
    left: Left = lambda: np.inf

    def late(self) -> bool:
        """Tell whether the time is up."""
        return self.left() <= 0

    def pool(self, bases: Sequence[Base] | None) -> pd.DataFrame:
        """Give the candidates: ``name``, ``easting``, ``northing``, ``district``."""
        if self.rules.aim == "nurse_contact":
            bases = self.rules.locked or self.scenario.bases
        if bases is not None:
            rows = [(base.postcode or base.name, base.easting, base.northing, "") for base in bases]
            return pd.DataFrame(rows, columns=["name", "easting", "northing", "district"])
        points = self.world.points
        field = "district" if self.survey.edition == "2011-2021" else "district_2021"
        return pd.DataFrame(
            {
                "name": points.index.astype(str),
                "easting": points["easting"].to_numpy(float),
                "northing": points["northing"].to_numpy(float),
                "district": points[field].to_numpy(dtype=object),
            }
        )

    def choose(self, pool: pd.DataFrame, everywhere: bool) -> Choice:
        """Time candidates and narrow them down to the sets of bases that windows are searched for."""
        cars, aim, locked = self.rules.cars, self.rules.aim, len(self.rules.locked)
        if aim == "nurse_contact":
            return self._singles(pool, self._timed(pool, 0.0, 0.9), len(pool))
        if locked == cars:
            return self._locked_alone()
        if locked == cars - 1:
            beside = self._beside()
            if everywhere:
                return self._everywhere(pool, beside)
            return self._with_locked(pool, self._timed(pool, 0.0, 0.9), beside, len(pool))
        if cars == 2:
            return self._pairs(pool, everywhere)
        return self._several(pool, everywhere)

    @property
    def _locked(self) -> pd.DataFrame:
        """The bases that are kept, as candidates."""
        rows = [(base.postcode or base.name, base.easting, base.northing, "") for base in self.rules.locked]
        return pd.DataFrame(rows, columns=["name", "easting", "northing", "district"])

    def _beside(self) -> Beside | None:
        """Time the bases that are kept; None where there are none."""
        if not self.rules.locked:
            return None
        return Beside(self._timed(self._locked, 0.0, 0.0).chances, self.busy())

    def _locked_alone(self) -> Choice:
        """Take the bases that are kept as the only set there is."""
        pool = self._locked
        reach, every = self._timed(pool, 0.0, 0.9), np.arange(len(pool))
        return Choice(pool, reach, every[None], self.set_score(reach, every, self.rules.aim)[:, None], 1)

    def _part(self, begin: float, end: float, words: str) -> Callable[[float], None]:
        """Give the progress of a part of the search."""
        return lambda share: self.tell(begin + (end - begin) * share, words)

    def _timed(self, pool: pd.DataFrame, begin: float, end: float, words: str = "") -> Surveyed:
        east, north = pool["easting"].to_numpy(float), pool["northing"].to_numpy(float)
        return self.survey.reach(east, north, self._part(begin, end, words))

    def _singles(self, pool: pd.DataFrame, reach: Surveyed, tried: int) -> Choice:
        score = reach.score(self.rules.aim)
        return Choice(pool, reach, np.arange(len(pool))[:, None], score, tried)

    def _with_locked(self, pool: pd.DataFrame, reach: Surveyed, beside: Beside | None, tried: int) -> Choice:
        """Put each candidate together with the bases that are kept."""
        if beside is None:
            return self._singles(pool, reach, tried)
        kept = np.arange(len(pool), len(pool) + len(self.rules.locked))
        sets = np.column_stack([np.arange(len(pool)), np.tile(kept, (len(pool), 1))])
        both = replace(reach, chances=np.concatenate([reach.chances, beside.chances], axis=1))
        pool = pd.concat([pool, self._locked], ignore_index=True)
        return Choice(pool, both, sets, beside.score(reach, self.rules.aim), tried)

    def _everywhere(self, pool: pd.DataFrame, beside: Beside | None) -> Choice:
        """
        Try every postcode for one car: a first look at one a place, then all that could still be within 5% of it.

        A postcode whose bound is below 95% of a known base's score in every traffic is below it in all windows. Those
        with the best bounds come first, so that what is left when the time is up is bounded best.
        """
        aim, stand_ins = self.rules.aim, self.survey.stand_ins()

        def scored(reach: Surveyed) -> Floats:
            return beside.score(reach, aim) if beside else reach.score(aim)

        words = self._so_far(pool, stand_ins[:, None], scored(self.survey.glance()))
        self.tell(0.0, words)
        look, bounds = self.survey.first_look(aim, self._part(0.0, 0.1, words), beside)
        coarse = scored(look)
        better = self._so_far(pool, stand_ins[:, None], coarse)
        self.tell(0.1, better)
        beaten = np.zeros(len(pool), dtype=bool)
        for known in coarse[:, undominated(coarse)].T:
            beaten |= (bounds < (1 - NEAR_TIE) * known[:, None]).all(axis=0)
        bounds = np.minimum(bounds, 1.0)
        kept = np.flatnonzero(~beaten)
        kept = kept[np.argsort(-bounds[:, kept].sum(axis=0), kind="stable")]
        timed, reached = 0, [look]
        while timed < len(kept) and not self.late():
            some, before = pool.iloc[kept[timed : timed + TIMED_AT_ONCE]], timed / len(kept)
            timed += len(some)
            reached.append(self._timed(some, 0.1 + 0.75 * before, 0.1 + 0.75 * timed / len(kept), better))
        rows = np.concatenate([stand_ins, kept[:timed]])
        reach = replace(look, chances=np.concatenate([part.chances for part in reached], axis=1))
        rows, first = np.unique(rows, return_index=True)
        reach = replace(reach, chances=reach.chances[:, first])
        choice = self._with_locked(pool.iloc[rows].reset_index(drop=True), reach, beside, len(pool))
        rest = kept[timed:]
        return replace(choice, most_possible=self._most(bounds[:, rest]), stopped=len(rest) > 0)

    def _most(self, bounds: Floats) -> float:
        """Give what the best rota is worth at most with scores within some bounds, shape (levels, candidates)."""
        if not bounds.size:
            return 0.0
        values = hour_values(self.ready, self.survey.level_of_hour, bounds[:, undominated(bounds)])
        return float(self.rotas(values, most=1).objectives[0])

    def _pairs(self, pool: pd.DataFrame, everywhere: bool) -> Choice:
        """Try every pair of a list, or those of a long list that could be the best."""
        if everywhere:
            return self._pairs_everywhere(pool)
        aim, busy, reach = self.rules.aim, self.busy(), self._timed(pool, 0.0, 0.7)
        if len(pool) <= pairs.ALL_PAIRS:
            sets = pairs.every_pair(len(pool))
            return Choice(pool, reach, sets, pairs.pair_scores(reach, sets, aim, busy), len(sets))
        east, north = pool["easting"].to_numpy(float), pool["northing"].to_numpy(float)
        cluster, middle = pairs.clusters(east, north, np.zeros(len(pool), dtype=np.int64), pairs.SQUARES[-1])
        wholes = pairs.every_pair(len(middle))
        score = pairs.pair_scores(reach, middle[wholes], aim, busy)
        return self._pairs_tried(pool, reach, cluster, wholes, self._known(score), (middle[wholes], score), len(pool))

    def _pairs_everywhere(self, pool: pd.DataFrame) -> Choice:
        """
        Try every pair of postcodes for two cars: first of one a place, then of one a square, then all that could be
        better.

        What a pair of places or squares cannot exceed (:meth:`geo.planning.worth.Survey.around`) decides which of their
        postcodes are timed and tried at all.
        """
        aim, busy, survey = self.rules.aim, self.busy(), self.survey
        stand_ins, place = survey.stand_ins(), survey.place_of_point
        wholes = pairs.every_pair(len(stand_ins))
        words = self._so_far(pool, stand_ins[wholes], pairs.pair_scores(survey.glance(), wholes, aim, busy))
        self.tell(0.0, words)
        look, over = survey.around(place, stand_ins, self._part(0.0, 0.15, words))
        score = pairs.pair_scores(look, wholes, aim, busy)
        near, known, cluster, middle = (wholes, score), self._known(score), place, stand_ins
        first_look = Choice(pool.iloc[stand_ins].reset_index(drop=True), look, wholes, score, _pairs_of(len(pool)))
        for number, metres in enumerate(pairs.SQUARES, start=1):
            if self.late():
                return self._stopped(first_look, known, pairs.pair_scores(over, wholes, aim, busy))
            words = self._so_far(pool, middle[wholes], score)
            self.tell(0.15 * number, words)
            wholes = wholes[known.could_be(pairs.pair_scores(over, wholes, aim, busy))]
            cluster, middle, wholes = self._squares(pool, cluster, wholes, metres)
            look, over = survey.around(cluster, middle, self._part(0.15 * number, 0.15 * (number + 1), words))
            score = pairs.pair_scores(look, wholes, aim, busy)
            known = max(known, self._known(score), key=lambda one: one.worth)
        bounds = pairs.pair_scores(over, wholes, aim, busy)
        if self.late():
            return self._stopped(first_look, known, bounds)
        wholes = wholes[known.could_be(bounds)]
        timed = np.union1d(np.flatnonzero(np.isin(cluster, wholes)), stand_ins)
        kept = pool.iloc[timed].reset_index(drop=True)
        reach = self._timed(kept, 0.45, 0.75, words)
        near = np.searchsorted(timed, stand_ins[near[0]]), near[1]
        return self._pairs_tried(kept, reach, cluster[timed], wholes, known, near, len(pool))

    def _stopped(self, look: Choice, known: "_Known", bounds: Floats) -> Choice:
        """Take what the first look found, where the time is up; pairs within some bounds could be better."""
        return replace(look, most_possible=max(0.0, float(known.ceiling.over(bounds).max(initial=0.0))), stopped=True)

    def _squares(self, pool: pd.DataFrame, cluster: Rows, wholes: Rows, metres: float) -> tuple[Rows, Rows, Rows]:
        """Divide the clusters of some pairs into squares: the square of each candidate, their middles, their pairs."""
        inside = np.flatnonzero(np.isin(cluster, wholes))
        east, north = pool["easting"].to_numpy(float)[inside], pool["northing"].to_numpy(float)[inside]
        square = np.full(len(pool), -1, dtype=np.int64)
        square[inside], middle = pairs.clusters(east, north, cluster[inside], metres)
        middle = inside[middle]
        return square, middle, pairs.parts_of(wholes, cluster[middle])

    def _pairs_tried(
        self,
        pool: pd.DataFrame,
        reach: Surveyed,
        cluster: Rows,
        wholes: Rows,
        known: "_Known",
        others: tuple[Rows, Floats],
        number: int,
    ) -> Choice:
        """
        Try the pairs of candidates of some pairs of clusters; those near the best are chosen, of ``others`` (pairs and
        scores) too. ``number`` is that of all candidates.
        """
        aim, busy = self.rules.aim, self.busy()
        inside = np.flatnonzero(np.isin(cluster, wholes))
        names, compact = np.unique(cluster[inside], return_inverse=True)
        tried = pairs.try_pairs(
            replace(reach, chances=reach.chances[:, inside]),
            compact.astype(np.int64),
            np.searchsorted(names, wholes),
            known.ceiling,
            known.weight,
            aim,
            busy,
            least=known.worth,
            late=self.late,
            progress=self._part(0.75, 0.85, ""),
        )
        sets = np.vstack([others[0], inside[tried.pairs]])
        score = np.hstack([others[1], tried.score])
        totals = known.weight @ score
        near = np.union1d(np.flatnonzero(totals >= (1 - NEAR_TIE) * totals.max()), undominated(score))
        return Choice(
            pool,
            reach,
            sets[near],
            score[:, near],
            _pairs_of(number),
            most_possible=tried.others,
            stopped=self.late() and tried.others > totals.max() * (1 + pairs.ROUNDING),
            others=others,
        )

    def _known(self, score: Floats) -> "_Known":
        """Give what the best rota of sets with these scores, shape (levels, sets), is worth, and what bounds others."""
        good = undominated(score)
        rotas = self.rotas(hour_values(self.ready, self.survey.level_of_hour, score[:, good]), most=1)
        ceiling = pairs.Ceiling.of(score[:, good[rotas.bases[0]]], lambda some: self.windows(some).by_base)
        weight = self.weight(crewed_hours_of(rotas.windows[0]), self.survey.level_of_hour, len(score))
        return _Known(ceiling, weight, float((weight @ score).max()))

    def _several(self, pool: pd.DataFrame, everywhere: bool) -> Choice:
        """Take the sets of bases that cover most in the mean traffic, among one postcode a place."""
        pool = pool.iloc[self.survey.stand_ins()].reset_index(drop=True) if everywhere else pool
        number = len(pool)
        pool = pd.concat([pool, self._locked], ignore_index=True) if self.rules.locked else pool
        reach = self._timed(pool, 0.0, 0.6)
        weight = self.weight(~np.isnan(self.ready), reach.level_of_hour, len(reach.chances))
        mean = np.tensordot(weight / weight.sum(), reach.chances, axes=1)
        kept = range(number, len(pool))
        limit = float(min(TIME_LIMIT, max(self.left(), 1.0)))
        found = mclp(mean, reach.shares, self.rules.cars, locked=kept, time_limit=limit)
        sets = found.near_ties[:200]
        score = np.array([self.set_score(reach, row, self.rules.aim) for row in sets]).T
        most, stopped = np.inf if found.gap else 0.0, bool(found.gap) and self.late()
        return Choice(pool, reach, sets, score, number, most_possible=most, stopped=stopped)

    def set_score(self, reach: Surveyed, rows: Rows, aim: Aim) -> Floats:
        """Score several cars in each traffic: the nearest that is free goes, each out as often as the others."""
        busy = self.busy() if len(rows) > 1 else 0.0
        chances = nearest_free(np.moveaxis(reach.chances[:, rows], 1, 0), busy)
        return score_of(chances[:, None], reach.shares, reach.member, aim)[:, 0]

    def busy(self) -> float:
        """Give the share of the crewed time that a car is out, by the question's own pattern."""
        there = staffing(self.scenario, self.world, seed=self.seed)
        pattern, cars = self.scenario.pattern, self.rules.cars
        rates = self.world.demand.hour_rates.mean(axis=0, keepdims=True)
        found = occupancy(pattern, rates, there.appropriate.mean(keepdims=True), cars, self.scenario.work)
        return float(np.average(found.cars_out[0], weights=pattern.hours) / cars)

    def weight(self, crewed: npt.NDArray[np.bool_], level_of_hour: Rows, levels: int) -> Floats:
        """Give what a score of 1 in each traffic is worth over the crewed hours, shape (levels,)."""
        told = crewed & (level_of_hour >= 0)
        return np.bincount(level_of_hour[told], self.ready[told], levels).astype(np.float64)

    def windows(self, score: Floats, hours: int | None = None) -> Windows:
        """Give the best free windows of so many hours, or of those asked for, by scores of shape (levels, sets)."""
        return best_windows(
            hour_values(self.ready, self.survey.level_of_hour, score),
            crewed_hours=self.rules.crewed_hours if hours is None else hours,
            lengths=self.rules.lengths,
            told_only=True,
        )

    def rotas(self, values: Floats, most: int = 200) -> Rotas:
        """Give the best rota for what each hour is worth, shape (168,) or (bases, 168), and those that come near it."""
        return best_rotas(
            values,
            crewed_hours=self.rules.crewed_hours,
            lengths=self.rules.lengths,
            rest=self.rules.rest,
            must=None if self.rules.must is None else self.rules.must.hours,
            most=most,
            told_only=True,
        )

    def _so_far(self, pool: pd.DataFrame, rows: Rows, score: Floats) -> str:
        """Say the best so far, of sets of candidates (rows of the pool, shape (sets, bases)) whose scores are known."""
        good = undominated(score)
        found = self.windows(score[:, good])
        text = pattern_of(found.windows).text if found.windows else "no legal window"
        names = " and ".join(pool["name"].iloc[rows[good[found.base]]])
        return f"best so far {names}, {text}: {found.objective:.1f} a month"


def _pairs_of(number: int) -> int:
    """Count the pairs of so many candidates, each with itself among them."""
    return number * (number + 1) // 2


def pattern_of(windows: Sequence[Window]) -> ShiftPattern:
    """Give the weekly pattern of windows, in their order."""
    return ShiftPattern(tuple(sorted(windows)))
