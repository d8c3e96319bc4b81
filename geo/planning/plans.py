"""
Plans: where and when a car should be crewed, searched together over every base and every legal window.

Bases are timed in every traffic; those that another beats in every traffic are left out, since no windows could prefer
them; free windows (the ceiling) and rotas are then optimised over the rest, exactly. What the best plans are worth is
asked of the whole model, busy crews and all, on the same draws, so that plans which cannot be told apart stay together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coverage.occupancy import occupancy
from geo.demand.rates import WEEKS_A_MONTH, Draws
from geo.errors import SchemaError
from geo.places.bases import Base
from geo.planning import pairs
from geo.planning.apart import best_apart_of
from geo.planning.found import AS_NOW, FREE, Found, OwnWindows, Plan, Rules, worst_share, worth_of
from geo.planning.front import front_of_hours
from geo.planning.location import TIME_LIMIT, mclp
from geo.planning.rotas import CLEARLY, Legal, Rotas, best_rotas, every_rota, standing
from geo.planning.sites import NEAR_TIE
from geo.planning.windows import Window, Windows, best_windows, crewed_hours_of
from geo.planning.worth import (
    Aim,
    Beside,
    Survey,
    Surveyed,
    hour_values,
    nearest_free,
    ready_a_month,
    score_of,
    undominated,
)
from geo.scenarios.evaluate import TAILS, evaluate
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

OTHER_BASES = 6
"""Other bases, each the best of another district, that are evaluated with the best rota."""

OTHER_WINDOWS = 8
"""Other rotas at the best base that are evaluated beside the best."""

CURVE_HOURS = 84
"""The most crewed hours a week for which the curve of reach is drawn: 12 hours daily (assumption)."""


def search_plans(
    scenario: Scenario,
    world: World,
    rules: Rules = Rules(),
    *,
    bases: Sequence[Base] | None = None,
    edition: str = "2011-2021",
    seed: int = 0,
    progress: Progress | None = None,
    left: Left = lambda: np.inf,
) -> Found:
    """
    Find where and when cars should be crewed, and which plans are not clearly worse.

    One car: exact over all candidates and all windows, for the value of an hour that does not depend on which others
    are crewed. Two cars: every pair of one postcode a place, improved over all postcodes, with a proved bound; then a
    rota of its own for each (:mod:`geo.planning.apart`). More: the bases that together cover most
    (:func:`geo.planning.location.mclp`), among one postcode a place. One car beside others that are kept is searched as
    one car is. Hours whose rate is not told are never recommended. Wrong where one job blocks the next: the plans are
    therefore evaluated with busy crews, but searched without.

    Parameters
    ----------
    scenario
        Its speeds, standard, staffing, model and work are kept; its bases and pattern are what is searched.
    bases
        Candidates; every live postcode of the world when omitted.
    edition
        District edition, for the worst district.
    left
        The seconds that are left. Once there are none, the best so far is given and its gap tells how much better
        another base could be at most. A first look at one postcode a place is always taken, and the best is evaluated.

    Raises
    ------
    SchemaError
        If no legal window lies within hours whose rate is told.
    ScenarioError
        If the aim needs a car and the scenario sends none.
    """
    ready = ready_a_month(scenario, world, rules.aim, seed=seed)
    survey = Survey(scenario, world, edition)
    search = _Search(scenario, world, rules, survey, ready, seed, progress or _silent, left)
    pool = search.pool(bases)
    choice = search.choose(pool, bases is None)
    return search.finish(choice)


@dataclass(frozen=True, eq=False)
class _Choice:
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
class _Search:
    """One search: what it is asked, and its steps."""

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

    def choose(self, pool: pd.DataFrame, everywhere: bool) -> _Choice:
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

    def _locked_alone(self) -> _Choice:
        """Take the bases that are kept as the only set there is."""
        pool = self._locked
        reach, every = self._timed(pool, 0.0, 0.9), np.arange(len(pool))
        return _Choice(pool, reach, every[None], self._set_score(reach, every, self.rules.aim)[:, None], 1)

    def _part(self, begin: float, end: float, words: str) -> Callable[[float], None]:
        """Give the progress of a part of the search."""
        return lambda share: self.tell(begin + (end - begin) * share, words)

    def _timed(self, pool: pd.DataFrame, begin: float, end: float, words: str = "") -> Surveyed:
        east, north = pool["easting"].to_numpy(float), pool["northing"].to_numpy(float)
        return self.survey.reach(east, north, self._part(begin, end, words))

    def _singles(self, pool: pd.DataFrame, reach: Surveyed, tried: int) -> _Choice:
        score = reach.score(self.rules.aim)
        return _Choice(pool, reach, np.arange(len(pool))[:, None], score, tried)

    def _with_locked(self, pool: pd.DataFrame, reach: Surveyed, beside: Beside | None, tried: int) -> _Choice:
        """Put each candidate together with the bases that are kept."""
        if beside is None:
            return self._singles(pool, reach, tried)
        kept = np.arange(len(pool), len(pool) + len(self.rules.locked))
        sets = np.column_stack([np.arange(len(pool)), np.tile(kept, (len(pool), 1))])
        both = replace(reach, chances=np.concatenate([reach.chances, beside.chances], axis=1))
        pool = pd.concat([pool, self._locked], ignore_index=True)
        return _Choice(pool, both, sets, beside.score(reach, self.rules.aim), tried)

    def _everywhere(self, pool: pd.DataFrame, beside: Beside | None) -> _Choice:
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
        return float(self._rotas(values, most=1).objectives[0])

    def _pairs(self, pool: pd.DataFrame, everywhere: bool) -> _Choice:
        """Try every pair of a list, or those of a long list that could be the best."""
        if everywhere:
            return self._pairs_everywhere(pool)
        aim, busy, reach = self.rules.aim, self.busy(), self._timed(pool, 0.0, 0.7)
        if len(pool) <= pairs.ALL_PAIRS:
            sets = pairs.every_pair(len(pool))
            return _Choice(pool, reach, sets, pairs.pair_scores(reach, sets, aim, busy), len(sets))
        east, north = pool["easting"].to_numpy(float), pool["northing"].to_numpy(float)
        cluster, middle = pairs.clusters(east, north, np.zeros(len(pool), dtype=np.int64), pairs.SQUARES[-1])
        wholes = pairs.every_pair(len(middle))
        score = pairs.pair_scores(reach, middle[wholes], aim, busy)
        return self._pairs_tried(pool, reach, cluster, wholes, self._known(score), (middle[wholes], score), len(pool))

    def _pairs_everywhere(self, pool: pd.DataFrame) -> _Choice:
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
        first_look = _Choice(pool.iloc[stand_ins].reset_index(drop=True), look, wholes, score, _pairs_of(len(pool)))
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

    def _stopped(self, look: _Choice, known: "_Known", bounds: Floats) -> _Choice:
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
    ) -> _Choice:
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
        return _Choice(
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
        rotas = self._rotas(hour_values(self.ready, self.survey.level_of_hour, score[:, good]), most=1)
        ceiling = pairs.Ceiling.of(score[:, good[rotas.bases[0]]], lambda some: self._windows(some).by_base)
        weight = self._weight(crewed_hours_of(rotas.windows[0]), self.survey.level_of_hour, len(score))
        return _Known(ceiling, weight, float((weight @ score).max()))

    def _several(self, pool: pd.DataFrame, everywhere: bool) -> _Choice:
        """Take the sets of bases that cover most in the mean traffic, among one postcode a place."""
        pool = pool.iloc[self.survey.stand_ins()].reset_index(drop=True) if everywhere else pool
        number = len(pool)
        pool = pd.concat([pool, self._locked], ignore_index=True) if self.rules.locked else pool
        reach = self._timed(pool, 0.0, 0.6)
        weight = self._weight(~np.isnan(self.ready), reach.level_of_hour, len(reach.chances))
        mean = np.tensordot(weight / weight.sum(), reach.chances, axes=1)
        kept = range(number, len(pool))
        limit = float(min(TIME_LIMIT, max(self.left(), 1.0)))
        found = mclp(mean, reach.shares, self.rules.cars, locked=kept, time_limit=limit)
        sets = found.near_ties[:200]
        score = np.array([self._set_score(reach, row, self.rules.aim) for row in sets]).T
        most, stopped = np.inf if found.gap else 0.0, bool(found.gap) and self.late()
        return _Choice(pool, reach, sets, score, number, most_possible=most, stopped=stopped)

    def _set_score(self, reach: Surveyed, rows: Rows, aim: Aim) -> Floats:
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

    def _weight(self, crewed: npt.NDArray[np.bool_], level_of_hour: Rows, levels: int) -> Floats:
        """Give what a score of 1 in each traffic is worth over the crewed hours, shape (levels,)."""
        told = crewed & (level_of_hour >= 0)
        return np.bincount(level_of_hour[told], self.ready[told], levels).astype(np.float64)

    def _windows(self, score: Floats, hours: int | None = None) -> Windows:
        return best_windows(
            hour_values(self.ready, self.survey.level_of_hour, score),
            crewed_hours=self.rules.crewed_hours if hours is None else hours,
            lengths=self.rules.lengths,
            told_only=True,
        )

    def _rotas(self, values: Floats, most: int = 200) -> Rotas:
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
        found = self._windows(score[:, good])
        text = _pattern(found.windows).text if found.windows else "no legal window"
        names = " and ".join(pool["name"].iloc[rows[good[found.base]]])
        return f"best so far {names}, {text}: {found.objective:.1f} a month"

    def finish(self, choice: _Choice) -> Found:
        """Search windows for the sets that no other beats, evaluate the best plans, and put the answer together."""
        good = undominated(choice.score)
        score, sets = choice.score[:, good], choice.sets[good]
        windows = self._windows(score)
        if not windows.windows:
            lengths = self.rules.lengths
            raise SchemaError(
                f"no shift of {min(lengths)} to {max(lengths)} hours lies within the hours whose demand is known "
                f"({int((~np.isnan(self.ready)).sum())} of 168); allow shorter ones, or lend a second exposure"
            )
        values = hour_values(self.ready, choice.reach.level_of_hour, score)
        rotas = self._rotas(values)
        best = sets[rotas.bases[0]]
        crewed = crewed_hours_of(rotas.windows[0])
        candidates, zone = self._zone(choice, crewed)
        own_values = self._own_values()
        own_windows = self._own_windows(choice, float(rotas.objectives[0]))
        drafts = self._drafts(choice, sets, windows, rotas)
        drafts = [drafts[0], drafts[1], drafts[-1]] if self.late() and len(drafts) > 3 else drafts
        plans, draws = self._evaluated(drafts)
        worth = float(rotas.objectives[0])
        gap = max(0.0, choice.most_possible / worth - 1) if worth else 0.0
        live = self.world.demand.live_hours
        return Found(
            question=self.scenario,
            rules=self.rules,
            tried=choice.tried,
            candidates=candidates,
            zone=zone,
            windows=windows,
            rotas=rotas,
            bases=tuple(self._base(choice.pool, row) for row in best),
            curve=self._curve(score[:, [rotas.bases[0]]]),
            own=float((own_values * self.scenario.pattern.hours)[self.scenario.pattern.hours > 0].sum()),
            own_windows=own_windows,
            efficient=self._efficient(choice, sets, score),
            plans=plans,
            draws=draws,
            gap=gap,
            stopped=choice.stopped,
            live_weeks=float(live[crewed].mean()),
            unknown_hours=int(np.isnan(self.ready).sum()),
            worth_by_hour=values[rotas.bases[0]],
        )

    def _zone(self, choice: _Choice, crewed: npt.NDArray[np.bool_]) -> tuple[pd.DataFrame, Rows]:
        """Give what each candidate reaches with the best rota, and which are near ties; of single bases only."""
        weight = self._weight(crewed, choice.reach.level_of_hour, len(choice.reach.chances))
        totals = weight @ choice.score
        a_month = np.full(len(choice.pool), -np.inf)
        for column in choice.sets.T:
            np.maximum.at(a_month, column, totals)
        alone = choice.sets.shape[1] == 1
        worst = weight @ choice.reach.score("equity") / weight.sum() if alone else np.full(len(choice.pool), np.nan)
        order = np.argsort(-a_month, kind="stable")
        near = order[a_month[order] >= (1 - NEAR_TIE) * a_month.max()]
        return choice.pool.assign(a_month=a_month, worst_district=worst), near

    def _legal(self, crewed_hours: int) -> Legal:
        """Give the rotas that keep the rules and crew no hour whose rate is not told."""
        rules = self.rules
        legal = every_rota(crewed_hours, rules.lengths, rest=rules.rest)
        must = np.zeros(len(self.ready)) if rules.must is None else rules.must.hours
        told = legal.worth(np.isnan(self.ready).astype(float)) == 0
        return legal.kept(told & (legal.worth(must) >= must.sum()))

    def _own_windows(self, choice: _Choice, together: float) -> OwnWindows | None:
        """
        Search a rota of its own for each of two cars: at one postcode a place, those near the best with the same
        windows, and the best alone beside any.
        """
        if self.rules.cars != 2:
            return None
        sets, score, aim = choice.sets[:, [0, -1]], choice.score, self.rules.aim
        free = 1.0 if aim == "nurse_contact" else 1 - self.busy()
        alone, level_of_hour = free * choice.reach.score(aim), choice.reach.level_of_hour
        if choice.others is not None:  # where cars share few hours the best one alone matters more than the best pair
            top, every = np.sort(undominated(alone)), np.arange(alone.shape[1])
            with_best = np.column_stack([np.repeat(top, len(every)), np.tile(every, len(top))])
            sets = np.vstack([choice.others[0], with_best, sets])
            theirs = pairs.pair_scores(choice.reach, with_best, aim, self.busy())
            score = np.hstack([choice.others[1], theirs, score])
        hours = 2 * self.rules.crewed_hours
        found = best_apart_of(
            np.vstack([alone[:, sets[:, 0]], alone[:, sets[:, 1]], score]),
            lambda crewed: self._weight(crewed, level_of_hour, len(alone)),
            lambda some: np.nan_to_num(hour_values(self.ready, level_of_hour, some[:, None])[0]),
            self._legal(hours),
            hours,
            late=self.late,
        )
        if found is None:
            return None
        pair, best = found
        one, other = (self._base(choice.pool, row) for row in sets[pair])
        first, second = (_pattern(windows) for windows in best.windows)
        return OwnWindows((one, other), (first, second), best.objective, together, best.gap)

    def _efficient(self, choice: _Choice, sets: Rows, score: Floats) -> pd.DataFrame:
        """Give the rotas and sets of bases that no other beats both in crewed hours and in reach."""
        asked, level_of_hour = self.scenario, choice.reach.level_of_hour
        values = np.nan_to_num(hour_values(self.ready, level_of_hour, score))
        legal = self._legal(max(CURVE_HOURS, self.rules.crewed_hours))
        front = front_of_hours(values, legal)
        every = float(self.world.demand.hour_rates.mean(axis=0)[self.world.demand.told].sum()) * WEEKS_A_MONTH
        crewed_now = asked.pattern.crewed_hours * asked.cars
        an_hour = np.nan if asked.cost_a_year is None else asked.cost_a_year / crewed_now
        rows = []
        for base, rota, a_month in zip(front.bases, front.rotas, front.objectives, strict=True):
            weight = self._weight(legal.crewed([rota])[0], level_of_hour, len(score))
            worst = weight @ self._set_score(choice.reach, sets[base], "equity") / weight.sum()
            names = choice.pool["name"].iloc[sets[base]]
            hours = int(legal.hours[rota])
            rows.append(
                {
                    "bases": ", ".join(names),
                    "pattern": _pattern(legal.rota(rota)).text,
                    "crewed_hours": hours,
                    "cost_a_year": an_hour * hours * self.rules.cars,
                    "a_month": float(a_month),
                    "share": float(a_month) / every,
                    "worst_district": float(worst) if asked.model.sends_car else np.nan,
                }
            )
        return pd.DataFrame(rows)

    def _own_values(self) -> Floats:
        """Give what an hour is worth with the question's own bases."""
        bases = self.scenario.bases
        east, north = (np.array([getattr(base, axis) for base in bases]) for axis in ("easting", "northing"))
        reach = self.survey.reach(east, north)
        nearest = reach.chances.max(axis=1, keepdims=True)
        score = score_of(nearest, reach.shares, reach.member, self.rules.aim)
        return np.asarray(hour_values(self.ready, reach.level_of_hour, score)[0], dtype=np.float64)

    def _curve(self, score: Floats) -> pd.DataFrame:
        """Give what free windows at the best base reach with fewer and with more crewed hours."""
        most = max(CURVE_HOURS, self.rules.crewed_hours)
        found = self._windows(score, most).by_hours[: most + 1]
        return pd.DataFrame({"hours": np.arange(len(found)), "a_month": found})

    def _base(self, pool: pd.DataFrame, row: int) -> Base:
        one = pool.iloc[int(row)]
        known = {(base.easting, base.northing): base for base in self.scenario.bases}
        at = float(one["easting"]), float(one["northing"])
        return known.get(at, Base(str(one["name"]), *at, str(one["name"])))

    def _drafts(
        self,
        choice: _Choice,
        sets: Rows,
        windows: Windows,
        rotas: Rotas,
    ) -> list[tuple[str, Scenario]]:
        """Choose plans to evaluate: the best rota, other windows there, the best base of each district, the ceiling."""
        at_best = [row for row in range(len(rotas.windows)) if rotas.bases[row] == rotas.bases[0]]
        near = [row for row in at_best if rotas.objectives[row] >= (1 - NEAR_TIE) * rotas.objectives[0]]
        drafts = [
            ("best rota" if row == 0 else "other windows", sets[rotas.bases[0]], rotas.windows[row])
            for row in near[: OTHER_WINDOWS + 1]
        ]
        drafts += [("other bases", rows, rotas.windows[0]) for rows in self._elsewhere(choice, rotas.windows[0])]
        drafts.append((FREE, sets[windows.base], windows.windows))
        found = [(AS_NOW, self.scenario)]
        for kind, rows, shifts in drafts:
            made = tuple(self._base(choice.pool, row) for row in rows)
            plan = replace(
                self.scenario,
                name=f"Found {len(found)}",
                bases=made,
                pattern=_pattern(shifts),
                cars=self.rules.cars,
                roaming=0,
                cost_a_year=None,
            )
            if not any(
                plan.bases == other.bases and plan.pattern == other.pattern and plan.cars == other.cars
                for _, other in found[1:]
            ):
                found.append((kind, plan))
        return found

    def _elsewhere(self, choice: _Choice, windows: Sequence[Window]) -> list[Rows]:
        """Give the best near tie of each district, or for several bases of each choice of districts."""
        reach = choice.reach
        totals = self._weight(crewed_hours_of(windows), reach.level_of_hour, len(reach.chances)) @ choice.score
        order = np.argsort(-totals, kind="stable")
        near = order[totals[order] >= (1 - NEAR_TIE) * totals.max()]
        district = np.unique(choice.pool["district"].to_numpy(dtype=object), return_inverse=True)[1]
        kinds = np.sort(district[choice.sets[near]], axis=1)
        first = np.sort(np.unique(kinds, axis=0, return_index=True)[1])
        return list(choice.sets[near[first[: OTHER_BASES + 1]]])

    def _evaluated(self, drafts: list[tuple[str, Scenario]]) -> tuple[tuple[Plan, ...], Draws]:
        """Ask the whole model what each plan is worth, on the same draws; best first."""
        outcomes = []
        for number, (_, plan) in enumerate(drafts):
            self.tell(0.85 + 0.15 * number / len(drafts), f"evaluating plan {number + 1} of {len(drafts)}")
            outcomes.append(evaluate(plan, self.world, seed=self.seed))
        districts = self.world.districts(self.survey.edition)
        table = np.column_stack([worth_of(outcome, self.rules.aim, districts) for outcome in outcomes])
        rotas = [row for row, (kind, _) in enumerate(drafts) if kind not in {AS_NOW, FREE}]
        best, mean = rotas[standing(table[:, rotas]).best], table.mean(axis=0)
        chance, loss = (table[:, [best]] > table).mean(axis=0), 1 - mean / mean[best]
        low, high = np.quantile(table, TAILS, axis=0)
        made = [
            Plan(
                scenario=plan,
                kind=kind,
                mean=float(mean[row]),
                low=float(low[row]),
                high=float(high[row]),
                beaten=float(chance[row]),
                regret=float(loss[row]),
                open=bool(kind != FREE and chance[row] < CLEARLY and loss[row] < NEAR_TIE),
                unobserved=outcomes[row].unobserved_hours,
                borrowed=float((plan.pattern.hours * self.world.demand.borrowed).sum()),
                worst_district=worst_share(outcomes[row], districts),
            )
            for row, (kind, plan) in enumerate(drafts)
        ]
        order = np.argsort([-plan.mean for plan in made], kind="stable")
        return tuple(made[row] for row in order), table[:, order]


def _silent(share: float, words: str) -> None:
    pass


def _pairs_of(number: int) -> int:
    """Count the pairs of so many candidates, each with itself among them."""
    return number * (number + 1) // 2


def _pattern(windows: Sequence[Window]) -> ShiftPattern:
    return ShiftPattern(tuple(sorted(windows)))
