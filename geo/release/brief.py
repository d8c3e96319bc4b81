"""
What the brief says, as values: sentences, tables and pictures, each figure with a number that stands in the manifest.

Nothing here knows Word or HTML. A figure's number is a letter for its part (``M`` measures, ``W`` what becomes of
demand), a row and, where plans stand side by side, the plan's letter: ``M2.B``.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.demand.rates import Draws
from geo.scenarios.evaluate import TAILS
from geo.scenarios.scenario import Scenario

LETTERS = "ABCDEF"
"""What the plans are called beside their names, in the order asked."""

MONTHLY = "incidents a month"

LEVEL = 0.8
"""Level of every interval of a model's figure; changes between periods have exact limits at 90%."""

_LONGEST = {"name": 48, "text": 170}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence or cell, and the numbers under which its figures stand in the manifest."""

    text: str
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A small table: its title, what stands over its columns, its rows, and a note below."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Said, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as SVG, with what it shows in words for those who cannot see it, and a short note below."""

    title: str
    words: str
    note: str
    svg: str
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Brief:
    """
    Two pages for commissioners.

    ``facts`` are pairs of a word and what it is (project, period, source ...); ``pictures`` are the map, the week, what
    becomes of demand and, with several plans, their differences. ``change`` is None without a period to compare with.
    """

    title: str
    synthetic: str
    protection: str
    facts: tuple[tuple[str, str], ...]
    plans: Table
    answers: tuple[Said, ...]
    pictures: tuple[Picture, ...]
    measures: Table
    change: Table | None
    objectives: tuple[Said, ...]
    assumptions: Table
    limits: tuple[Said, ...]
    manifest: dict[str, Any]

    @property
    def said(self) -> tuple[Said, ...]:
        """Every sentence and cell that holds figures."""
        tables = [self.plans, self.measures, self.assumptions, *([self.change] if self.change else [])]
        cells = [cell for table in tables for row in table.rows for cell in row]
        return (*self.answers, *cells, *self.objectives, *self.limits)


@dataclass
class Figures:
    """The figures of a brief by number, as they are drawn up; each number is given once."""

    by_number: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, number: str, what: str, shown: str, **more: Any) -> str:
        """Keep a figure under a number, as it is shown, and give the number back."""
        if number in self.by_number:
            raise ValueError(f"the figure {number} was given twice")
        self.by_number[number] = {"what": what, "shown": shown} | more
        return number

    def keep(self, number: str, what: str, values: Draws, unit: str) -> str:
        """Keep the mean and interval of draws under a number, and give how they are written."""
        mean, (low, high) = float(values.mean()), (float(limit) for limit in np.quantile(values, TAILS))
        shown = write(mean, low, high, unit)
        known = {"value": as_json(mean), "low": as_json(low), "high": as_json(high)}
        self.add(number, what, shown, unit=unit, level=LEVEL, **known)
        return shown

    def say(self, number: str, text: str, rests_on: Sequence[str] = ()) -> Said:
        """Keep a sentence as a figure of its own, with the figures it rests on."""
        return Said(text, (self.add(number, "sentence", text, rests_on=list(rests_on)),))


def letter(number: int) -> str:
    """Give the letter of a plan."""
    return LETTERS[number]


def digest_of_scenario(scenario: Scenario) -> str:
    """Give the SHA-256 of a scenario's TOML: the same question has the same digest."""
    return hashlib.sha256(scenario.to_toml().encode()).hexdigest()


def short(text: str, kind: str = "text") -> str:
    r"""
    Cut text of a user to what two pages can hold; one line, cut at a word where there is one.

    Examples
    --------
    >>> short("as many as\n possible"), len(short("a" * 500, "name"))
    ('as many as possible', 48)
    """
    line, most = " ".join(text.split()), _LONGEST[kind]
    if len(line) <= most:
        return line
    kept = line[: most - 2].rsplit(" ", 1)[0] if " " in line[most // 2 : most - 2] else line[: most - 2]
    return f"{kept} …"


def write(mean: float, low: float, high: float, unit: str) -> str:
    """
    Write a figure with its interval as pages do: shares as whole per cent, pounds without pence, the rest with one
    decimal; one number where there is no doubt.

    Examples
    --------
    >>> write(0.612, 0.55, 0.67, "share"), write(4.0, 4.0, 4.0, "hours a month")
    ('61% (55-67%)', '4.0')
    """
    shape = "{:.0%}" if unit == "share" else "{:,.0f}" if unit.startswith("pounds") else "{:.1f}"
    middle, least, most = (shape.format(value + 0.0).replace("-0.0", "0.0") for value in (mean, low, high))
    return middle if least == most == middle else f"{middle} ({least.rstrip('%')}-{most})"


def as_json(value: float) -> float | None:
    """
    Give a number as JSON can carry it, with six figures; null where there is none.

    Examples
    --------
    >>> as_json(2 / 3), as_json(float("inf"))
    (0.666667, None)
    """
    return float(f"{value:.6g}") if math.isfinite(value) else None
