"""
The demonstration set of Cambridgeshire and Peterborough: an illustrative 2017 with two cars that also take other calls.

**Synthetic.** Published are the hours (15:00-23:00 Sunday to Thursday, 17:00-01:00 Friday and Saturday), that there are
two cars, the second added after a pilot of the first, that the first met about 50 incidents a month, and that the cars
take other emergencies too. Everything else is invented by a seeded generator: every row, the year, the day on which the
second car began, how often the crews were short, and how often the cars were on another emergency.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo.incidents.demonstration import (
    DemonstrationFiles,
    HasFrame,
    Places,
    people_and_kinds,
    place_and_deal,
    police_rows,
)
from geo.incidents.demonstration_files import LABEL, Cells, Words, write_files
from geo.incidents.demonstration_stages import with_stages

COUNTY = "Cambridgeshire and Peterborough"
DISTRICTS = ("Cambridge", "East Cambridgeshire", "Fenland", "Huntingdonshire", "Peterborough", "South Cambridgeshire")
FIRST_DAY, LAST_DAY = dt.date(2017, 1, 1), dt.date(2017, 12, 31)
SECOND_CAR = dt.date(2017, 7, 3)
"""From when the second car ran: assumed."""

_SEED = 20170101
_CARS = ("Car 1", "Car 2")
_A_NIGHT = {"Car 1": 1.85, "Car 2": 1.05}
"""Incidents a night with a nurse: 50 a month for the first car, as published; the second's is assumed."""

_EARLY, _LATE = (15 * 60, 23 * 60), (17 * 60, 25 * 60)
_STAFFING = (("yes", "yes", ""), ("yes", "no", "no practitioner"), ("no", "yes", "officers pulled to response"),
             ("no", "no", "no practitioner; officers pulled to response"), ("unknown", "unknown", ""))  # fmt: skip
_STAFFING_SHARES = (0.86, 0.05, 0.05, 0.01, 0.03)
_POLICE_ONLY = 0.9
_OTHER_EMERGENCIES = 0.7
"""Other emergencies a car and night, and the share of refusals that they explain below: assumed."""

_ELSEWHERE = 0.3
_TOLD = 0.85
_WORDS = Words(
    title="Cambridgeshire and Peterborough \u2013 street triage log (invented)",
    team=f"{LABEL}: not real records. Hours and number of cars as published; every row is invented.",
    control=f"{LABEL}: all rows are invented; clock and places assumed; not real records",
    shifts=f"{LABEL}: hours and number of cars as published; staffing and other emergencies invented",
)


@dataclass(frozen=True, slots=True)
class _Shift:
    night: dt.date
    car: str
    police: str
    nhs: str
    cause: str
    others: int

    @property
    def name(self) -> str:
        return f"{self.night.isoformat()} {self.car}"

    @property
    def window(self) -> tuple[int, int]:
        """Minutes from midnight; Friday and Saturday run later."""
        return _LATE if self.night.weekday() in {4, 5} else _EARLY


def write_cambridgeshire(folder: Path, gazetteer: HasFrame) -> DemonstrationFiles:
    """
    Write the illustrative year of both sources and the log of both cars; see the module for what is published.

    Raises
    ------
    PlaceError
        If the gazetteer holds no postcodes of the county.
    ProjectError
        If the folder cannot be written; nothing is then left half written.
    """
    places = Places.of(gazetteer, DISTRICTS, COUNTY)
    rng = np.random.default_rng(_SEED)
    shifts = _shifts(rng)
    team, police = _incidents(rng, places, shifts)
    stem = "cambridgeshire-2017"
    files = DemonstrationFiles(
        folder / f"{stem}-mental-health.xlsx", folder / f"{stem}-control-room.csv", folder / f"{stem}-shift-log.csv"
    )
    write_files(
        folder, files.mental_health.name, team, files.police.name, police, files.shift_log.name,
        [_shift_row(rng, shift, team) for shift in shifts], _WORDS,
    )  # fmt: skip
    return files


def _shifts(rng: np.random.Generator) -> list[_Shift]:
    """Invent who was on duty, and how often the car was elsewhere, one shift a car and night."""
    nights = [FIRST_DAY + dt.timedelta(days=day) for day in range((LAST_DAY - FIRST_DAY).days + 1)]
    rostered = [(night, car) for night in nights for car in _CARS if car == _CARS[0] or night >= SECOND_CAR]
    staffing = rng.choice(len(_STAFFING), len(rostered), p=_STAFFING_SHARES)
    others = rng.poisson(_OTHER_EMERGENCIES, len(rostered))
    return [
        _Shift(night, car, *_STAFFING[place], others=int(number) if _STAFFING[place][0] == "yes" else 0)
        for (night, car), place, number in zip(rostered, staffing, others, strict=True)
    ]


def _incidents(rng: np.random.Generator, places: Places, shifts: Sequence[_Shift]) -> tuple[list[Cells], list[Cells]]:
    """Invent the incidents of both sources: recorded by the team where a nurse was on duty, and as flagged."""
    numbers = [int(rng.poisson(_A_NIGHT[shift.car])) if shift.nhs == "yes" else 0 for shift in shifts]
    met = [shift for shift, number in zip(shifts, numbers, strict=True) for _ in range(number)]
    drawn = sorted(zip(met, _clocks(rng, met), strict=True), key=lambda one: (one[0].night, one[1]))
    on = [shift for shift, _ in drawn]
    references = [f"CP-{number:04d}" for number in range(1, len(on) + 1)]
    clocks = np.array([clock for _, clock in drawn])
    rows = people_and_kinds(rng, [shift.night for shift in on], references, clocks)
    for row, shift in zip(rows, on, strict=True):
        row.update(shift=shift.name, opens=shift.window[0], closes=shift.window[1])
    place_and_deal(rng, places, rows, [shift.police == "yes" for shift in on])
    for row, shift in zip(rows, on, strict=True):
        if row["not_sent"] and shift.others and rng.random() < _ELSEWHERE:
            row.update(not_sent="Car on another emergency")
    known = [row for row in rows if rng.random() < _TOLD]
    first = [shift for shift in shifts if shift.car == _CARS[0]]
    only = [shift for shift in first for _ in range(int(rng.poisson(_POLICE_ONLY)))]
    police = police_rows(rng, places, known, [shift.night for shift in only], "C", _clocks(rng, only))
    return with_stages(rows, police, rng), police


def _clocks(rng: np.random.Generator, shifts: Sequence[_Shift]) -> np.ndarray:
    """Draw when calls come within each shift, more of them after its middle."""
    opens = np.array([shift.window[0] for shift in shifts])
    closes = np.array([shift.window[1] for shift in shifts])
    return np.asarray(opens + ((closes - opens) * rng.beta(1.7, 1.3, len(shifts))).astype(int))


def _shift_row(rng: np.random.Generator, shift: _Shift, team: Sequence[Cells]) -> Cells:
    answers = {row["deployed"] for row in team if row["shift"] == shift.name} or {"unknown"}
    minutes = int(rng.gamma(2.5, 16.0, max(shift.others, 1)).sum())
    others = f"; other emergencies: {shift.others}, {minutes} minutes" if shift.others else ""
    start, end = (f"{minute // 60 % 24:02d}:00" for minute in shift.window)
    return {
        "shift": shift.name,
        "night": shift.night,
        "start": start,
        "end": end,
        "car": shift.car,
        "police": shift.police,
        "nhs": shift.nhs,
        "cause": shift.cause,
        "deployed": next(answer for answer in ("yes", "unknown", "no") if answer in answers),
        "bank": str(rng.choice(["no", "yes", "unknown"], p=[0.7, 0.15, 0.15])) if shift.nhs == "yes" else "unknown",
        "backfilled": str(rng.choice(["no", "unknown"], p=[0.8, 0.2])) if "response" in shift.cause else "unknown",
        "crew": "",
        "published": False,
        "said": f"invented{others}",
    }
