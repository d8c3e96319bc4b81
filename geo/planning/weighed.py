"""The evidence behind a search, weighed all at once and told: more weeks, other assumptions, weeks held out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.demand.backtest import BackTest, back_test
from geo.errors import SchemaError
from geo.planning.evidence import Evidence
from geo.planning.found import Found
from geo.planning.robust import (
    Change,
    changes_table,
    changes_words,
    recording_words,
    what_recording_brings,
    what_would_change,
)
from geo.scenarios.world import World


@dataclass(frozen=True, eq=False)
class Weighed:
    """
    What is known of a search's answer.

    ``changes`` is empty where nothing was asked; ``back_test`` is None where the record is too short, and ``why`` says
    so.
    """

    recording: Evidence
    changes: tuple[Change, ...]
    back_test: BackTest | None
    why: str

    @property
    def sentences(self) -> list[str]:
        """Tell it in sentences."""
        said = [recording_words(self.recording), self.back_test.sentence if self.back_test else self.why]
        return said + ([changes_words(self.changes)] if self.changes else [])

    def as_json(self) -> dict[str, Any]:
        """Give the fields that ``triage-map search --json`` adds; docs/cli.md defines them."""
        recording = self.recording
        return {
            "evidence": {
                "sentence": recording_words(recording),
                "right_today": recording.right_today,
                "perfect": recording.perfect,
                "enough": recording.enough,
                "weeks": [
                    {"weeks": int(weeks), "gain": float(gain), "right": float(right)}
                    for weeks, gain, right in zip(recording.weeks, recording.gain, recording.right, strict=True)
                ],
            },
            "changes": changes_table(self.changes).to_dict("records"),
            "back_test": None
            if self.back_test is None
            else {
                "sentence": self.back_test.sentence,
                "since": str(self.back_test.since.date()),
                "days": list(self.back_test.days),
                "coverage": self.back_test.coverage.to_dict("records"),
                "figures": self.back_test.table.to_dict("records"),
            },
        }


def weigh_evidence(
    found: Found,
    world: World,
    watched: pd.DataFrame,
    residents: pd.Series,
    others: Mapping[str, World] | None = None,
    *,
    edition: str = "2011-2021",
    seed: int = 0,
) -> Weighed:
    """
    Weigh what a search's answer rests on.

    Parameters
    ----------
    watched
        The stretches in which the world's source was watched, one row a shift.
    residents
        Residents by LSOA.
    others
        Worlds of other records, by name; None asks under no other assumption at all.

    Raises
    ------
    SchemaError
        If other assumptions are asked of several cars.
    """
    changes = () if others is None else tuple(what_would_change(found, world, others, edition=edition, seed=seed))
    tested, why = None, ""
    try:
        tested = back_test(world.located, watched, residents, world.districts(edition), seed=seed)
    except SchemaError as problem:
        why = f"Not back-tested: {problem}."
    return Weighed(what_recording_brings(found, world, edition=edition, seed=seed), changes, tested, why)
