"""How far a verdict between two plans stands: held again under other speeds, staffing, judgement and records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from geo.planning.robust import FASTER, NOTHING, SLOWER, STAFF
from geo.routing.timing import plain_engine
from geo.scenarios.compare import Difference, compare
from geo.scenarios.evaluate import TAILS, evaluate
from geo.scenarios.scenario import Scenario
from geo.scenarios.staffing import staffing
from geo.scenarios.world import World

AS_NOW = "as now"
Case = tuple[str, str, Scenario, Scenario, World]
"""What is asked, the case of it, the two plans and the world under it."""


@dataclass(frozen=True, slots=True)
class Held:
    """
    The main difference between two plans under one other assumption.

    It stands while its verdict is the one that was given, in the same direction.
    """

    what: str
    case: str
    difference: Difference
    stands: bool

    def as_json(self) -> dict[str, Any]:
        """Give the fields that ``triage-map compare --changes --json`` prints; docs/cli.md defines them."""
        return {"what": self.what, "case": self.case} | asdict(self.difference) | {"stands": self.stands}


def verdict_elsewhere(
    first: Scenario, other: Scenario, world: World, others: Mapping[str, World] | None = None, *, seed: int = 0
) -> list[Held]:
    """
    Hold a plan against the first again under other assumptions, one at a time; as it stands now comes first.

    Speeds of 0.85 and 1.15 times; the shares of shifts with a nurse, with an officer, and of incidents judged
    appropriate (for the car, so deployed) at both ends of their 80% intervals, in the plans that leave them to the
    log; other records. Wrong in that joint changes are not asked.

    Parameters
    ----------
    others
        Worlds of other records of the same county and roads, by their name.
    """
    cases = [(AS_NOW, "", first, other, world), *_cases(first, other, world, seed)]
    cases += [("records", name, first, other, elsewhere) for name, elsewhere in (others or {}).items()]
    held = [(what, case, _main(one, two, where, seed)) for what, case, one, two, where in cases]
    now = held[0][2]
    return [Held(what, case, found, _same(found, now)) for what, case, found in held]


def _cases(first: Scenario, other: Scenario, world: World, seed: int) -> Iterator[Case]:
    """Give every other assumption but that of other records."""
    plain = replace(world, shared_roads=replace(world.roads, engines=plain_engine))
    for case, times in (("0.85 x the speeds", SLOWER), ("1.15 x the speeds", FASTER)):
        yield "drives", case, _stretched(first, times), _stretched(other, times), plain
    there = [staffing(plan, world, seed=seed) for plan in (first, other)]
    for what, share_of, ask in STAFF:
        drawn = [share_of(each) for each in there]
        open_ = [float(np.ptp(share)) > NOTHING for share in drawn]
        if not any(open_):
            continue
        for share in np.quantile(drawn[open_.index(True)], TAILS):
            asked = [
                ask(plan, float(share)) if left else plan for plan, left in zip((first, other), open_, strict=True)
            ]
            yield what, f"{share:.0%}", asked[0], asked[1], world


def _stretched(plan: Scenario, times: float) -> Scenario:
    """Give a plan whose drives take so many times as long."""
    speeds = plan.speeds
    scaled = {name: min(max(getattr(speeds, name) * times, 0.25), 4.0) for name in ("town_scale", "country_scale")}
    return replace(plan, speeds=replace(speeds, **scaled))


def _main(first: Scenario, other: Scenario, world: World, seed: int) -> Difference:
    return compare([evaluate(plan, world, seed=seed) for plan in (first, other)]).differences()[0]


def _same(found: Difference, now: Difference) -> bool:
    return found.verdict == now.verdict and (found.mean > 0) == (now.mean > 0)


def verdict_words(held: Sequence[Held]) -> str:
    """Say whether anything that was asked would change the verdict."""
    asked = held[1:]
    fallen = [one for one in asked if not one.stands]
    if not fallen:
        return f"Under none of {len(asked)} other assumptions is the verdict another."
    named = "; ".join(f"{one.what} {one.case}: {one.difference.verdict}" for one in fallen)
    return f"Under {len(fallen)} of {len(asked)} other assumptions the verdict is another: {named}."
