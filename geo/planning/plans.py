"""
Plans: where and when a car should be crewed, searched together over every base and every legal window.

Candidates for bases are narrowed down (:mod:`geo.planning.candidates`); free windows (the ceiling) and rotas are then
optimised over the rest, exactly. What the best plans are worth is asked of the whole model, busy crews and all, on the
same draws, so that plans which cannot be told apart stay together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.demand.rates import WEEKS_A_MONTH, Draws
from geo.errors import SchemaError
from geo.places.bases import Base
from geo.planning import pairs
from geo.planning.apart import best_apart_of
from geo.planning.candidates import Choice, Floats, Left, Progress, Rows, Search, pattern_of
from geo.planning.found import AS_NOW, FREE, Found, OwnWindows, Plan, Rules, worst_share, worth_of
from geo.planning.front import front_of_hours
from geo.planning.rotas import CLEARLY, Legal, Rotas, every_rota, standing
from geo.planning.sites import NEAR_TIE
from geo.planning.windows import Window, Windows, crewed_hours_of
from geo.planning.worth import (
    Survey,
    hour_values,
    ready_a_month,
    score_of,
    undominated,
)
from geo.scenarios.evaluate import TAILS, evaluate
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World

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
    search = Search(scenario, world, rules, survey, ready, seed, progress or _silent, left)
    pool = search.pool(bases)
    choice = search.choose(pool, bases is None)
    return _Account(search).finish(choice)


@dataclass(frozen=True, eq=False)
class _Account:
    """What is told of the sets of bases that a search came to."""

    search: Search

    def finish(self, choice: Choice) -> Found:
        """Search windows for the sets that no other beats, evaluate the best plans, and put the answer together."""
        good, asked = undominated(choice.score), self.search.scenario
        score, sets = choice.score[:, good], choice.sets[good]
        windows = self.search.windows(score)
        if not windows.windows:
            lengths = self.search.rules.lengths
            raise SchemaError(
                f"no shift of {min(lengths)} to {max(lengths)} hours lies within the hours whose demand is known "
                f"({int((~np.isnan(self.search.ready)).sum())} of 168); allow shorter ones, or lend a second exposure"
            )
        values = hour_values(self.search.ready, choice.reach.level_of_hour, score)
        rotas = self.search.rotas(values)
        best = sets[rotas.bases[0]]
        crewed = crewed_hours_of(rotas.windows[0])
        candidates, zone = self._zone(choice, crewed)
        own_values = self._own_values()
        own_windows = self._own_windows(choice, float(rotas.objectives[0]))
        drafts = self._drafts(choice, sets, windows, rotas)
        drafts = [drafts[0], drafts[1], drafts[-1]] if self.search.late() and len(drafts) > 3 else drafts
        plans, draws = self._evaluated(drafts)
        worth = float(rotas.objectives[0])
        gap = max(0.0, choice.most_possible / worth - 1) if worth else 0.0
        live = self.search.world.demand.live_hours
        return Found(
            question=asked,
            rules=self.search.rules,
            tried=choice.tried,
            candidates=candidates,
            zone=zone,
            windows=windows,
            rotas=rotas,
            bases=tuple(self._base(choice.pool, row) for row in best),
            curve=self._curve(score[:, [rotas.bases[0]]]),
            own=float((own_values * asked.pattern.hours)[asked.pattern.hours > 0].sum()),
            own_windows=own_windows,
            efficient=self._efficient(choice, sets, score),
            plans=plans,
            draws=draws,
            gap=gap,
            stopped=choice.stopped,
            live_weeks=float(live[crewed].mean()),
            unknown_hours=int(np.isnan(self.search.ready).sum()),
            worth_by_hour=values[rotas.bases[0]],
        )

    def _zone(self, choice: Choice, crewed: npt.NDArray[np.bool_]) -> tuple[pd.DataFrame, Rows]:
        """Give what each candidate reaches with the best rota, and which are near ties; of single bases only."""
        weight = self.search.weight(crewed, choice.reach.level_of_hour, len(choice.reach.chances))
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
        rules = self.search.rules
        legal = every_rota(crewed_hours, rules.lengths, rest=rules.rest)
        must = np.zeros(len(self.search.ready)) if rules.must is None else rules.must.hours
        told = legal.worth(np.isnan(self.search.ready).astype(float)) == 0
        return legal.kept(told & (legal.worth(must) >= must.sum()))

    def _own_windows(self, choice: Choice, together: float) -> OwnWindows | None:
        """
        Search a rota of its own for each of two cars: at one postcode a place, those near the best with the same
        windows, and the best alone beside any.
        """
        if self.search.rules.cars != 2:
            return None
        sets, score, aim = choice.sets[:, [0, -1]], choice.score, self.search.rules.aim
        free = 1.0 if aim == "nurse_contact" else 1 - self.search.busy()
        alone, level_of_hour = free * choice.reach.score(aim), choice.reach.level_of_hour
        if choice.others is not None:  # where cars share few hours the best one alone matters more than the best pair
            top, every = np.sort(undominated(alone)), np.arange(alone.shape[1])
            with_best = np.column_stack([np.repeat(top, len(every)), np.tile(every, len(top))])
            sets = np.vstack([choice.others[0], with_best, sets])
            theirs = pairs.pair_scores(choice.reach, with_best, aim, self.search.busy())
            score = np.hstack([choice.others[1], theirs, score])
        hours = 2 * self.search.rules.crewed_hours
        found = best_apart_of(
            np.vstack([alone[:, sets[:, 0]], alone[:, sets[:, 1]], score]),
            lambda crewed: self.search.weight(crewed, level_of_hour, len(alone)),
            lambda some: np.nan_to_num(hour_values(self.search.ready, level_of_hour, some[:, None])[0]),
            self._legal(hours),
            hours,
            late=self.search.late,
        )
        if found is None:
            return None
        pair, best = found
        one, other = (self._base(choice.pool, row) for row in sets[pair])
        first, second = (pattern_of(windows) for windows in best.windows)
        return OwnWindows((one, other), (first, second), best.objective, together, best.gap)

    def _efficient(self, choice: Choice, sets: Rows, score: Floats) -> pd.DataFrame:
        """Give the rotas and sets of bases that no other beats both in crewed hours and in reach."""
        asked, level_of_hour = self.search.scenario, choice.reach.level_of_hour
        values = np.nan_to_num(hour_values(self.search.ready, level_of_hour, score))
        legal = self._legal(max(CURVE_HOURS, self.search.rules.crewed_hours))
        front = front_of_hours(values, legal)
        every = (
            float(self.search.world.demand.hour_rates.mean(axis=0)[self.search.world.demand.told].sum()) * WEEKS_A_MONTH
        )
        crewed_now = asked.pattern.crewed_hours * asked.cars
        an_hour = np.nan if asked.cost_a_year is None else asked.cost_a_year / crewed_now
        rows = []
        for base, rota, a_month in zip(front.bases, front.rotas, front.objectives, strict=True):
            weight = self.search.weight(legal.crewed([rota])[0], level_of_hour, len(score))
            worst = weight @ self.search.set_score(choice.reach, sets[base], "equity") / weight.sum()
            names = choice.pool["name"].iloc[sets[base]]
            hours = int(legal.hours[rota])
            rows.append(
                {
                    "bases": ", ".join(names),
                    "pattern": pattern_of(legal.rota(rota)).text,
                    "crewed_hours": hours,
                    "cost_a_year": an_hour * hours * self.search.rules.cars,
                    "a_month": float(a_month),
                    "share": float(a_month) / every,
                    "worst_district": float(worst) if asked.model.sends_car else np.nan,
                }
            )
        return pd.DataFrame(rows)

    def _own_values(self) -> Floats:
        """Give what an hour is worth with the question's own bases."""
        bases = self.search.scenario.bases
        east, north = (np.array([getattr(base, axis) for base in bases]) for axis in ("easting", "northing"))
        reach = self.search.survey.reach(east, north)
        nearest = reach.chances.max(axis=1, keepdims=True)
        score = score_of(nearest, reach.shares, reach.member, self.search.rules.aim)
        return np.asarray(hour_values(self.search.ready, reach.level_of_hour, score)[0], dtype=np.float64)

    def _curve(self, score: Floats) -> pd.DataFrame:
        """Give what free windows at the best base reach with fewer and with more crewed hours."""
        most = max(CURVE_HOURS, self.search.rules.crewed_hours)
        found = self.search.windows(score, most).by_hours[: most + 1]
        return pd.DataFrame({"hours": np.arange(len(found)), "a_month": found})

    def _base(self, pool: pd.DataFrame, row: int) -> Base:
        one = pool.iloc[int(row)]
        known = {(base.easting, base.northing): base for base in self.search.scenario.bases}
        at = float(one["easting"]), float(one["northing"])
        return known.get(at, Base(str(one["name"]), *at, str(one["name"])))

    def _drafts(
        self,
        choice: Choice,
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
        found = [(AS_NOW, self.search.scenario)]
        for kind, rows, shifts in drafts:
            made = tuple(self._base(choice.pool, row) for row in rows)
            plan = replace(
                self.search.scenario,
                name=f"Found {len(found)}",
                bases=made,
                pattern=pattern_of(shifts),
                cars=self.search.rules.cars,
                roaming=0,
                cost_a_year=None,
            )
            if not any(
                plan.bases == other.bases and plan.pattern == other.pattern and plan.cars == other.cars
                for _, other in found[1:]
            ):
                found.append((kind, plan))
        return found

    def _elsewhere(self, choice: Choice, windows: Sequence[Window]) -> list[Rows]:
        """Give the best near tie of each district, or for several bases of each choice of districts."""
        reach = choice.reach
        totals = self.search.weight(crewed_hours_of(windows), reach.level_of_hour, len(reach.chances)) @ choice.score
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
            self.search.tell(0.85 + 0.15 * number / len(drafts), f"evaluating plan {number + 1} of {len(drafts)}")
            outcomes.append(evaluate(plan, self.search.world, seed=self.search.seed))
        districts = self.search.world.districts(self.search.survey.edition)
        table = np.column_stack([worth_of(outcome, self.search.rules.aim, districts) for outcome in outcomes])
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
                borrowed=float((plan.pattern.hours * self.search.world.demand.borrowed).sum()),
                worst_district=worst_share(outcomes[row], districts),
            )
            for row, (kind, plan) in enumerate(drafts)
        ]
        order = np.argsort([-plan.mean for plan in made], kind="stable")
        return tuple(made[row] for row in order), table[:, order]


def _silent(share: float, words: str) -> None:
    pass
