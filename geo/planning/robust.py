"""
How far the answer of a search stands: under other speeds, staffing and records, and after more weeks of recording.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import SchemaError
from geo.planning.evidence import DRAWS_A_TERM, Evidence, value_of_weeks
from geo.planning.found import FREE, Found
from geo.planning.rotas import best_rotas
from geo.planning.sites import NEAR_TIE
from geo.planning.windows import crewed_hours_of
from geo.planning.worth import Survey, hour_values, ready_a_month, score_of, undominated
from geo.scenarios.evaluate import TAILS
from geo.scenarios.scenario import Scenario
from geo.scenarios.staffing import Staffing, staffing
from geo.scenarios.world import World
from geo.week import ShiftPattern

Floats = npt.NDArray[np.float64]

SLOWER, FASTER = 1 / 0.85, 1 / 1.15
"""Drives at 0.85 and 1.15 times the speeds: what drive times were off by, about, where they could be checked
(assumption)."""

WEEKS = (4, 12, 26, 52)
"""More weeks of recording whose value is told."""

PARTS_OF_DAY = 3
"""Blocks of eight hours by which recorded incidents are told apart."""


@dataclass(frozen=True, eq=False)
class Change:
    """
    What one assumption does to the plan that was found, with the other assumptions as they are.

    ``reach`` is what the plan reaches relative to what it was found to reach; ``gives_away`` is the share by which
    another base and rota would then be better, and ``other`` names them. The plan stands while that is below 5%.
    """

    what: str
    case: str
    reach: float
    gives_away: float
    other: str

    @property
    def stands(self) -> bool:
        """Whether the plan found is still not clearly worse."""
        return self.gives_away < NEAR_TIE


def what_would_change(
    found: Found, world: World, others: Mapping[str, World] | None = None, *, edition: str = "2011-2021", seed: int = 0
) -> list[Change]:
    """
    Ask the search again under other assumptions, one at a time: whether the answer stands, and what it reaches.

    Speeds, and the shares of shifts with a nurse, with an officer, and of incidents judged appropriate at both ends of
    their 80% intervals; then other records. It searches one postcode a place and the plan's own bases, one car, with
    nurse and car always free. Shares that scale all hours alike change how many are reached and never where: that is
    said by the figures, and not known beforehand.

    Parameters
    ----------
    others
        Worlds of other records of the same county by their name, such as ``control room``.
    """
    if len(found.bases) > 1:
        raise SchemaError("what would change the answer is asked of one car only; search for one car")
    scenario, there = found.question, staffing(found.question, world, seed=seed)
    standing = _Case.of(found, scenario, world, edition, 1.0, seed)
    cases = [("drives", "0.85 x the speeds", SLOWER), ("drives", "1.15 x the speeds", FASTER)]
    changes = [
        _Case.of(found, scenario, world, edition, times, seed).against(standing, *words) for *words, times in cases
    ]
    for words, share_of, ask in STAFF:
        low, high = np.quantile(share_of(there), TAILS)
        for share in (low, high) if high - low > NOTHING else ():
            asked = ask(scenario, float(share))
            changes.append(standing.asked(asked, world, seed).against(standing, words, f"{share:.0%}"))
    for name, other in (others or {}).items():
        changes.append(_Case.of(found, scenario, other, edition, 1.0, seed).against(standing, "records", name))
    return changes


STAFF: tuple[tuple[str, Callable[[Staffing], Floats], Callable[[Scenario, float], Scenario]], ...] = (
    ("nurse on duty", lambda there: there.nurse, lambda plan, share: replace(plan, nurse_reliability=share)),
    ("officer there", lambda there: there.officer, lambda plan, share: replace(plan, officer_reliability=share)),
    ("judged appropriate", lambda there: there.appropriate, lambda plan, share: replace(plan, appropriate_share=share)),
)
"""Shares that are asked at both ends of their interval: their words, their draws, and the scenario that takes one."""

NOTHING = 1e-9
"""A share whose interval is narrower is given, not drawn, so there is nothing to ask."""


@dataclass(frozen=True, eq=False)
class _Case:
    """The worth of an hour at each candidate under one set of assumptions; the last candidate is the plan's base."""

    found: Found
    names: tuple[str, ...]
    level_of_hour: npt.NDArray[np.int64]
    score: Floats
    ready: Floats

    @classmethod
    def of(
        cls, found: Found, scenario: Scenario, world: World, edition: str, minutes_times: float, seed: int
    ) -> "_Case":
        survey, aim = Survey(scenario, world, edition, minutes_times), found.rules.aim
        points, base = world.points.iloc[survey.stand_ins()], found.bases[0]
        east = np.append(points["easting"].to_numpy(float), base.easting)
        north = np.append(points["northing"].to_numpy(float), base.northing)
        reach = survey.reach(east, north)
        score = score_of(reach.chances, reach.shares, reach.member, aim)
        names = (*points.index.astype(str), base.postcode or base.name)
        return cls(found, names, reach.level_of_hour, score, ready_a_month(scenario, world, aim, seed=seed))

    def asked(self, scenario: Scenario, world: World, seed: int) -> "_Case":
        """The same roads and places with other staffing."""
        return replace(self, ready=ready_a_month(scenario, world, self.found.rules.aim, seed=seed))

    @property
    def plan(self) -> float:
        """What the plan found is worth here; hours without a rate add nothing."""
        values = hour_values(self.ready, self.level_of_hour, self.score[:, -1:])[0]
        return float(np.nansum(values[crewed_hours_of(self.found.rotas.windows[0])]))

    def against(self, standing: "_Case", what: str, case: str) -> Change:
        """Hold this case against the one that was searched."""
        good, rules = undominated(self.score), self.found.rules
        rotas = best_rotas(
            hour_values(self.ready, self.level_of_hour, self.score[:, good]),
            crewed_hours=rules.crewed_hours,
            lengths=rules.lengths,
            rest=rules.rest,
            told_only=True,
            most=1,
        )
        best = float(rotas.objectives[0])
        name = f"{self.names[good[rotas.bases[0]]]}, {ShiftPattern(rotas.windows[0]).text}"
        return Change(what, case, self.plan / standing.plan, max(0.0, 1 - self.plan / best), name)


def changes_table(changes: Sequence[Change]) -> pd.DataFrame:
    """Give the changes as a table, a row each."""
    return pd.DataFrame(
        [
            {
                "what": one.what,
                "case": one.case,
                "reach_times": one.reach,
                "gives_away": one.gives_away,
                "stands": one.stands,
                "other": one.other,
            }
            for one in changes
        ]
    )


def changes_words(changes: Sequence[Change]) -> str:
    """Say whether anything asked would change the answer."""
    fallen = [one for one in changes if not one.stands]
    if not fallen:
        return f"None of {len(changes)} other assumptions makes another plan better by 5% or more."
    named = "; ".join(f"{one.what} {one.case}: {one.other} would be better by {one.gives_away:.0%}" for one in fallen)
    return f"{len(fallen)} of {len(changes)} other assumptions would change the answer: {named}."


def what_recording_brings(
    found: Found, world: World, *, edition: str = "2011-2021", weeks: Sequence[int] = WEEKS, seed: int = 0
) -> Evidence:
    """
    Give what more weeks of recording would bring to the choice among the plans that were evaluated.

    Counts are told apart by district and by eight hours of the day, in the hours that the scheme records; the smallest
    districts are put together where there are too few draws.
    """
    demand = world.demand
    live = np.where(demand.observed, 1.0, 0.0)
    rates = np.nan_to_num(demand.hour_rates) * live
    part = np.arange(168) % 24 // (24 // PARTS_OF_DAY)
    blocks = [rates[:, part == number].sum(axis=1) for number in range(PARTS_OF_DAY)]
    blocks = [block for block in blocks if block.any()]
    most = (len(rates) // DRAWS_A_TERM - 1) // 2
    names = world.districts(edition).to_numpy(dtype=object)
    shares = np.column_stack([demand.place_shares[:, names == name].sum(axis=1) for name in sorted(set(names))])
    shares = shares[:, np.argsort(-shares.mean(axis=0), kind="stable")]
    room = max(1, most // len(blocks))
    if shares.shape[1] > room:
        shares = np.column_stack([shares[:, : room - 1], shares[:, room - 1 :].sum(axis=1)])
    bins = np.column_stack([block * share for block in blocks for share in shares.T])
    workable = [row for row, plan in enumerate(found.plans) if plan.kind != FREE]
    return value_of_weeks(found.draws[:, workable], bins, weeks, seed=seed)


def recording_words(evidence: Evidence) -> str:
    """Say whether to record for longer before choosing."""
    today = f"The plan chosen today is the best with a chance of {evidence.right_today:.0%}"
    perfect = f"knowing demand for certain would add {evidence.perfect / evidence.today[1]:.1%}"
    if evidence.enough == 0:
        return f"{today}; {perfect}, so more weeks of recording would hardly change the choice."
    best = (
        f"record {evidence.enough} more weeks" if evidence.enough else "no number of weeks tried is enough; record on"
    )
    return f"{today}; {perfect}: {best} before you choose."
