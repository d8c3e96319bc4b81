"""What a brief is drawn up from: outcomes, and the records behind them with every count protected."""

import datetime as dt
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from geo.demand.surface import placement
from geo.errors import SchemaError
from geo.places.boundaries import Areas, Edition
from geo.release.disclosure import Policy, protect
from geo.release.export import count_districts, protected_districts
from geo.release.review import Period, Review
from geo.release.targets import Target
from geo.scenarios.compare import Comparison, Difference
from geo.scenarios.evaluate import Outcome
from geo.scenarios.measures import MEASURES
from geo.scenarios.world import World
from geo.store.facts import Facts

OUTSIDE, NOWHERE = "outside the county", "without a place"
HELD_BACK = "held back"


@dataclass(frozen=True, eq=False)
class Material:
    """
    What a brief is drawn up from.

    ``outcomes`` are of one world and one seed, the first the one that the others are held against; ``comparison`` is
    None where it stands alone. ``review`` holds the ``period`` against another one, or is None.
    """

    facts: Facts
    areas: Areas
    edition: Edition
    world: World
    outcomes: tuple[Outcome, ...]
    comparison: Comparison | None
    policy: Policy
    source: str
    period: Period
    review: Review | None
    targets: tuple[Target, ...]
    seed: int
    run: dict[str, str]
    made: dt.date

    @property
    def protected(self) -> bool:
        """Whether counts are protected."""
        return self.policy.threshold > 0

    @cached_property
    def places(self) -> pd.Series:
        """Incidents by district of the edition, then those outside the county and those without a place, protected."""
        located = self.world.located
        districts = protected_districts(located, self.areas, self.policy, self.edition).set_index("name")["incidents"]
        where = placement(located, list(self.areas.districts("2011-2021")["name"]))
        beside = pd.Series(
            {OUTSIDE: int((where == "outside the county").sum()), NOWHERE: int((where == "not located").sum())}
        )
        shown = protect(beside.to_frame("incidents"), self.policy)["incidents"].astype(float)
        counts = pd.concat([count_districts(located, self.areas, self.edition).incidents["incidents"], beside])
        return guarded(counts, pd.concat([districts.astype("Float64").astype(float), shown]), self.policy)

    @cached_property
    def total(self) -> float:
        """
        Incidents of the period, protected.

        Raises
        ------
        SchemaError
            If there are so few that even the county's count is held back.
        """
        total = protected_counts(pd.Series({"county": len(self.world.located)}), self.policy)["county"]
        if math.isnan(total):
            raise SchemaError(
                f"the period holds fewer than {self.policy.threshold} incidents of this source, too few for a brief in "
                f"{self.policy.mode} mode; choose a longer period, or a mode for fewer readers"
            )
        return float(total)

    @cached_property
    def of_districts(self) -> bool:
        """Whether figures of a single district may be shown: never in release mode, nor beside a hidden count."""
        return not self.protected or (self.policy.mode == "partner" and bool(self.places.notna().all()))

    @property
    def districts_told(self) -> pd.Series | None:
        """The district of each place where figures of districts may be shown, else None."""
        return self.world.districts(self.edition) if self.of_districts else None

    def differences(self, number: int) -> list[Difference]:
        """Hold a plan against the first in every measure that may be shown; none where there is nothing to compare."""
        if self.comparison is None:
            return []
        worst = MEASURES["worst_district"].words
        each = self.comparison.table(self.world.districts(self.edition), number)
        return [one for one in each if self.of_districts or one.measure != worst]


def protected_counts(counts: pd.Series, policy: Policy) -> pd.Series:
    """
    Protect counts whose total may be known.

    What the total less the others would say of a hidden count is worked out, each of them rounded; where that leaves
    out any number from 1 to the threshold, the smallest of the others is hidden too.

    Examples
    --------
    >>> from geo.release.disclosure import policy_of
    >>> protected_counts(pd.Series({"a": 3, "b": 22, "c": 41, "d": 0}), policy_of("release")).to_dict()
    {'a': nan, 'b': nan, 'c': 40.0, 'd': 0.0}
    """
    table = pd.DataFrame({"row": counts.index.astype(str), "incidents": counts.to_numpy(dtype=np.float64)})
    shown = pd.Series(protect(table, policy)["incidents"].to_numpy(dtype=np.float64), index=counts.index)
    return guarded(counts, shown, policy)


def guarded(counts: pd.Series, shown: pd.Series, policy: Policy) -> pd.Series:
    """Hide one more of the counts shown where a total that is known would tell of those hidden; see above."""
    hidden, others = counts[shown.isna()], shown[shown > 0]
    most, slack = policy.threshold - 1, policy.round_to // 2 * len(others)
    if policy.threshold == 0 or hidden.empty or hidden.max() > most or others.empty:
        return shown
    total, fellows = int(hidden.sum()), len(hidden) - 1
    least, greatest = max(1, total - slack - fellows * most), min(most, total + slack - fellows)
    return shown if (least, greatest) == (1, most) else shown.mask(shown.index == others.idxmin())


def count_in_words(value: float) -> str:
    """
    Write a count of incidents, or that it is held back.

    Examples
    --------
    >>> count_in_words(1240.0), count_in_words(float("nan"))
    ('1,240', 'held back')
    """
    return HELD_BACK if math.isnan(value) else f"{value:,.0f}"
