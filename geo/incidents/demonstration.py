"""
The demonstration: two published weeks, and an illustrative year around them, as files such as the sources would send.

**Synthetic.** As published: incidents, minutes, staffing and deployments by day of the two weeks; 6 of 19 assessed by
the nurse, one of them by telephone; three incidents of the first week without a postcode; one without date and time.
Assumed: that the last is the third of Thursday 10 March, which incidents the car went to, and every place. Invented by
a seeded generator: times, postcodes, ages, conditions, persons, single outcomes, all of the control room's records and
the rest of the year, which alone holds the stages of an answer and the officers at the scene (in the two weeks those
columns are blank). Each file says so. The same seed and gazetteer give the same bytes.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from geo.errors import PlaceError
from geo.incidents.demonstration_files import Cells, write_files
from geo.incidents.demonstration_stages import BLANK_STAGES, on_the_wall, with_stages
from geo.settings import data_folder

COUNTY = "Northamptonshire"
COUNTY_DISTRICTS = ("North Northamptonshire", "West Northamptonshire")
FIRST_DAY, LAST_DAY = dt.date(2016, 1, 1), dt.date(2016, 12, 31)

_SEED = 20160201
_YES_NO = {"yes": ("Y", "Yes", "y", "Y"), "no": ("N", "No", "n", "N"), "unknown": ("",)}


class HasFrame(Protocol):
    """A gazetteer as far as the demonstration needs it: postcodes with grid points, live or not, and districts."""

    @property
    def frame(self) -> pd.DataFrame:
        """Postcodes as index; columns easting, northing, live, district_2021."""


@dataclass(frozen=True, slots=True)
class DemonstrationFiles:
    """The three files of one demonstration set."""

    mental_health: Path
    police: Path
    shift_log: Path


@dataclass(frozen=True, slots=True)
class _Published:
    """One incident of the published weeks: what was published of it, or assumed so that the days add up."""

    night: str
    minutes: float | None
    deployed: str
    contact: str
    assessed: str
    shared: str
    referral: str
    postcode: str = "live"
    in_police: bool = True


_WEEKS = (
    _Published("2016-02-04", 12, "no", "advice", "no", "yes", "Police"),
    _Published("2016-02-04", 18, "no", "", "no", "", "", "blank", in_police=False),
    _Published("2016-02-05", 92, "yes", "face_to_face", "face_to_face", "yes", "GP"),
    _Published("2016-02-05", 78, "yes", "face_to_face", "face_to_face", "yes", "GP; CMHT"),
    _Published("2016-02-06", 95, "yes", "face_to_face", "face_to_face", "yes", "A&E", "blank"),
    _Published("2016-02-06", 14, "no", "advice", "no", "yes", "police"),
    _Published("2016-02-06", 16, "no", "advice", "no", "no", "gp", "blank"),
    _Published("2016-02-07", 15, "no", "telephone", "telephone", "yes", "GP"),
    _Published("2016-03-08", 106, "yes", "face_to_face", "face_to_face", "yes", "Primary care liaison"),
    _Published("2016-03-08", 16, "no", "advice", "no", "yes", "Police", "untidy"),
    _Published("2016-03-08", 18, "no", "advice", "no", "", "", "partial"),
    _Published("2016-03-09", 22, "no", "advice", "no", "yes", "GP", "terminated"),
    _Published("2016-03-09", 18, "no", "", "no", "", "Police", "letter_o", in_police=False),
    _Published("2016-03-10", None, "no", "advice", "no", "yes", "police"),
    _Published("2016-03-10", None, "no", "none", "no", "no", "GP", "outside"),
    _Published("2016-03-10", None, "no", "", "no", "", "", in_police=False),
    _Published("2016-03-11", 112, "yes", "face_to_face", "face_to_face", "yes", "CMHT / GP"),
    _Published("2016-03-11", 106, "yes", "face_to_face", "no", "", "Ambulance"),
    _Published("2016-03-11", 17, "no", "advice", "no", "yes", "PCL"),
)
_UNDATED = 15
_POLICE_ONLY = (
    "2016-02-01", "2016-02-02", "2016-02-02", "2016-02-03", "2016-02-05", "2016-02-06", "2016-02-07", "2016-03-07",
    "2016-03-07", "2016-03-08", "2016-03-09", "2016-03-10", "2016-03-11", "2016-03-12", "2016-03-13",
)  # fmt: skip
_NO_NURSE = ("2016-02-02", "2016-02-03")
_NO_STAFFING_DATA = ("2016-03-07", "2016-03-12", "2016-03-13")
_WEEK_NIGHTS = tuple(
    monday + dt.timedelta(days=day) for monday in (dt.date(2016, 2, 1), dt.date(2016, 3, 7)) for day in range(7)
)

_START_HOURS = np.array([0.11, 0.15, 0.19, 0.23, 0.19, 0.13])
_EVENING_WEIGHT = np.array([0.92, 0.9, 0.92, 0.98, 1.18, 1.22, 0.95])
_NURSE_NIGHT_INCIDENTS, _POLICE_ONLY_INCIDENTS = 2.2, 1.05
_STAFFING = (("yes", "yes", ""), ("yes", "no", "no CPN"), ("no", "yes", "officers pulled to response"),
             ("no", "no", "no CPN; officers pulled to response"), ("unknown", "unknown", ""))  # fmt: skip
_STAFFING_SHARES = (0.775, 0.095, 0.08, 0.01, 0.04)
_CAR_SHARE = 0.36
_UNIT_FAULTS = ("live", "blank", "partial", "outside", "terminated", "letter_o", "untidy", "typo")
_UNIT_SHARES = (0.80, 0.08, 0.025, 0.02, 0.025, 0.01, 0.03, 0.01)

_TYPES = ("Public safety and welfare", "Concern for safety", "Missing person", "Violence", "Anti-social behaviour")
_TYPE_SHARES = (0.48, 0.26, 0.12, 0.08, 0.06)
_CONDITIONS = ("", "Low mood", "Suicidal thoughts", "Psychosis", "Personality disorder", "Dementia", "Anxiety")
_CONDITION_SHARES = (0.14, 0.2, 0.26, 0.14, 0.12, 0.06, 0.08)
_REQUESTERS = ("Response officer", "Control room", "Ambulance", "")
_NOT_SENT = ("Advice was enough", "Not appropriate for the car", "Car busy", "Too far", "")
_OUTCOMES = ("GP", "Police", "", "Primary care liaison", "CMHT", "A&E", "Ambulance", "GP; CMHT", "gp")
_OUTCOME_SHARES = (0.24, 0.24, 0.16, 0.1, 0.09, 0.07, 0.04, 0.03, 0.03)
_CREWS = ("crew A", "crew B", "crew C", "crew D")
_NOTES = (
    "",
    "",
    "",
    "known caller",
    "spoke to family",
    "caf\u00e9 staff rang",
    "officers at scene \u2013 advice given",
)


def published_weeks() -> pd.DataFrame:
    """Give the published tables as they stand: week, date, row, value; '?' is no data, 'n/a' not applicable."""
    return pd.read_csv(data_folder() / "demo" / "published_weeks.csv", dtype="str", keep_default_na=False)


def write_weeks(folder: Path, gazetteer: HasFrame) -> DemonstrationFiles:
    """
    Write the two published weeks as two messy extracts and a shift log; see the module for what is synthetic.

    Raises
    ------
    PlaceError
        If the gazetteer holds no postcodes of Northamptonshire.
    ProjectError
        If the folder cannot be written; nothing is then left half written.
    """
    mental_health, police = _weeks(Places.of(gazetteer))
    shifts = _shift_rows(_WEEK_NIGHTS, {}, mental_health)
    return _write(Path(folder), "operation-alloy", mental_health, police, shifts)


def write_year(folder: Path, gazetteer: HasFrame) -> DemonstrationFiles:
    """
    Write an illustrative 2016 of both sources and its shift log; the two published weeks stand in it row for row.

    About 60 incidents a month of the mental-health team and 1,000 a year of the control room; four nights of five
    fully staffed. Errors as :func:`write_weeks`.
    """
    places = Places.of(gazetteer)
    mental_health, police = _weeks(places)
    staffing = _year_staffing()
    more, more_police = _rest_of_year(places, staffing)
    mental_health = sorted([*mental_health, *more], key=_in_order)
    police = sorted([*police, *more_police], key=_in_order)
    nights = [FIRST_DAY + dt.timedelta(days=day) for day in range((LAST_DAY - FIRST_DAY).days + 1)]
    return _write(
        Path(folder), "northamptonshire-2016", mental_health, police, _shift_rows(nights, staffing, mental_health)
    )


def _write(
    folder: Path, stem: str, mental_health: Sequence[Cells], police: Sequence[Cells], shifts: Sequence[Cells]
) -> DemonstrationFiles:
    files = DemonstrationFiles(
        folder / f"{stem}-mental-health.xlsx", folder / f"{stem}-control-room.csv", folder / f"{stem}-shift-log.csv"
    )
    write_files(
        folder, files.mental_health.name, mental_health, files.police.name, police, files.shift_log.name, shifts
    )
    return files


def _in_order(cells: Cells) -> tuple[dt.date, int, str]:
    return cells["night"], cells["clock"] if cells["clock"] is not None else 24 * 60, cells["reference"]


@dataclass(frozen=True, eq=False)
class Places:
    """Where synthetic incidents may be: postcodes of the county weighted to towns, and the awkward kinds."""

    live: np.ndarray
    weights: np.ndarray
    terminated: np.ndarray
    outside: np.ndarray

    @staticmethod
    def of(gazetteer: HasFrame, districts: Sequence[str] = COUNTY_DISTRICTS, county: str = COUNTY) -> "Places":
        """Take the postcodes of ``districts``, and live ones around them."""
        frame = gazetteer.frame.sort_index()
        inside = frame["district_2021"].isin(districts).to_numpy()
        live = frame["live"].to_numpy(dtype=bool)
        here = frame[inside & live]
        near = frame["easting"].between(here["easting"].min(), here["easting"].max()) & frame["northing"].between(
            here["northing"].min(), here["northing"].max()
        )
        around = frame.index[~inside & live & near.to_numpy()]
        if here.empty or not (inside & ~live).any() or around.empty:
            raise PlaceError(
                f"the gazetteer lacks postcodes of {county}, live, terminated or around it; "
                f"run `triage-map data {county!r}`"
            )
        square = here["easting"] // 1000 * 10_000 + here["northing"] // 1000
        weights = np.sqrt(square.map(square.value_counts()).to_numpy(dtype=float))
        return Places(
            here.index.to_numpy(dtype=object),
            weights / weights.sum(),
            frame.index[inside & ~live].to_numpy(dtype=object),
            around.to_numpy(dtype=object),
        )

    def draw(self, rng: np.random.Generator, number: int) -> np.ndarray:
        """Draw live postcodes of the county, more where postcodes are dense."""
        return rng.choice(self.live, number, p=self.weights)

    def as_recorded(self, rng: np.random.Generator, unit: str, kind: str) -> str:
        """Give a postcode as a busy person would have typed it."""
        if kind == "blank":
            return ""
        if kind == "partial":
            return unit.split()[0]
        if kind == "outside":
            return str(rng.choice(self.outside))
        if kind == "terminated":
            return str(rng.choice(self.terminated))
        if kind == "letter_o":
            zeros = [code for code in self.live if code.split()[1][0] == "0"]
            return str(rng.choice(zeros)).replace(" 0", " O")
        if kind == "untidy":
            return unit.replace(" ", "").lower()
        return unit.replace(" ", " ?") if kind == "typo" else unit


def _weeks(places: Places) -> tuple[list[Cells], list[Cells]]:
    """Give the rows of both sources for the two published weeks."""
    rng = np.random.default_rng(_SEED)
    days = [dt.date.fromisoformat(incident.night) for incident in _WEEKS]
    units = places.draw(rng, len(_WEEKS))
    rows = people_and_kinds(rng, days, [f"OA-{number:03d}" for number in range(1, len(days) + 1)])
    for row, incident, unit in zip(rows, _WEEKS, units, strict=True):
        row.update(
            minutes=incident.minutes,
            deployed=incident.deployed,
            contact=incident.contact,
            assessed=incident.assessed,
            shared=incident.shared or "unknown",
            referral=incident.referral,
            unit=unit,
            postcode=places.as_recorded(rng, unit, incident.postcode),
            s136="unknown",
            appropriate={"yes": "yes", "no": str(rng.choice(["no", "unknown"]))}[incident.deployed],
            not_sent=str(rng.choice(_NOT_SENT)) if incident.deployed == "no" else "",
            not_assessed=_why_not_assessed(rng, incident.deployed, incident.assessed),
        )
    rows[_UNDATED].update(clock=None, dated=False)
    known = [row for row, incident in zip(rows, _WEEKS, strict=True) if incident.in_police]
    only = [dt.date.fromisoformat(night) for night in _POLICE_ONLY]
    return rows, police_rows(rng, places, known, only, "A")


def people_and_kinds(
    rng: np.random.Generator,
    days: Sequence[dt.date],
    references: Sequence[str],
    clocks: np.ndarray | None = None,
) -> list[Cells]:
    """
    Invent what was never published of an incident: its time, person and kind, one row a day given.

    ``clocks`` are minutes from midnight of the night, beyond 24 hours after it; between 18:00 and 00:00 without them.
    """
    number = len(days)
    if clocks is None:
        clocks = (18 + rng.choice(6, number, p=_START_HOURS)) * 60 + rng.integers(0, 60, number)
    ages = np.clip(rng.normal(38, 16, number).round(), 13, 92).astype(int)
    columns = {
        "night": list(days),
        "clock": _sorted_within_day(days, clocks),
        "reference": list(references),
        "age": ages.tolist(),
        "sex": rng.choice(["F", "M", ""], number, p=[0.47, 0.48, 0.05]).tolist(),
        "person": [f"SYN-{person:05d}" for person in rng.choice(90_000, number, replace=False)],
        "type": rng.choice(_TYPES, number, p=_TYPE_SHARES).tolist(),
        "condition": rng.choice(_CONDITIONS, number, p=_CONDITION_SHARES).tolist(),
        "requester": rng.choice(_REQUESTERS, number, p=[0.62, 0.22, 0.06, 0.1]).tolist(),
        "place_type": rng.choice(["Home", "Public place", ""], number, p=[0.56, 0.32, 0.12]).tolist(),
        "known": rng.choice(["yes", "no", "unknown"], number, p=[0.6, 0.2, 0.2]).tolist(),
        "consulted": rng.choice(["yes", "no", "unknown"], number, p=[0.08, 0.2, 0.72]).tolist(),
        "officers": rng.choice([1, 2, 2, 2, 3, 4], number).tolist(),
        "note": rng.choice(_NOTES, number).tolist(),
        "style": rng.integers(0, 60, number).tolist(),
    }
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    whole = {**BLANK_STAGES, "opens": 18 * 60, "closes": 24 * 60, "dated": True, "spelling": _YES_NO}
    return [{**row, **whole, "own": row["reference"]} for row in rows]


def _sorted_within_day(days: Sequence[dt.date], clocks: np.ndarray) -> list[int]:
    """Put the times of one day in order, leaving the days where they stand; ``days`` are in order already."""
    order = np.lexsort((clocks, np.array([day.toordinal() for day in days])))
    return [int(clock) for clock in clocks[order]]


def _why_not_assessed(rng: np.random.Generator, deployed: str, assessed: str) -> str:
    if assessed != "no":
        return ""
    return "Gone on arrival" if deployed == "yes" else str(rng.choice(["Not needed", "Intoxicated", "Declined", ""]))


def police_rows(
    rng: np.random.Generator,
    places: Places,
    known: Sequence[Cells],
    only: Sequence[dt.date],
    series: str,
    clocks: np.ndarray | None = None,
) -> list[Cells]:
    """Give the control room's rows: most of the team's incidents by another clock, and others it alone flagged."""
    alone = people_and_kinds(rng, sorted(only), [""] * len(only), clocks)
    units = places.draw(rng, len(alone))
    kinds = rng.choice(_UNIT_FAULTS, len(alone), p=_UNIT_SHARES)
    for row, unit, kind in zip(alone, units, kinds, strict=True):
        row.update(
            unit=unit, postcode=places.as_recorded(rng, unit, kind), minutes=None, deployed="unknown", s136="unknown"
        )
    shared = [_retold(rng, row) for row in known]
    rows = sorted([*shared, *alone], key=lambda row: (row["night"], row["clock"]))
    return [_timed(rng, {**row, "reference": f"NP{series}-{number:05d}"}) for number, row in enumerate(rows, start=1)]


def _retold(rng: np.random.Generator, row: Cells) -> Cells:
    """Give the team's incident as the control room logged it: minutes earlier or later, other blanks."""
    clock = int(np.clip(row["clock"] + rng.integers(-14, 7), row["opens"], row["closes"] - 1))
    sent = row["deployed"] if row["deployed"] == "yes" or rng.random() < 0.4 else "unknown"
    postcode = row["unit"] if row["postcode"] and rng.random() < 0.9 else row["postcode"]
    person = row["person"] if rng.random() < 0.8 else ""
    return {**row, "clock": clock, "deployed": sent, "postcode": postcode, "person": person, "s136": "unknown"}


def _timed(rng: np.random.Generator, row: Cells) -> Cells:
    """Add the control room's stamps: assigned and at scene where the car went, closed for most."""
    assigned = row["clock"] + int(rng.integers(2, 9))
    at_scene = assigned + int(rng.gamma(6, 3.5)) + 3
    sent = row["deployed"] == "yes"
    spent = row["minutes"] if row["minutes"] is not None else float(rng.gamma(2.0, 20.0)) + 5
    closed = (at_scene if sent else row["clock"]) + int(spent)
    blank = rng.random() < 0.12
    return {
        **row,
        "assigned": assigned if sent else None,
        "at_scene": at_scene if sent else None,
        "closed": None if blank else on_the_wall(row["night"], closed),
    }


def _year_staffing() -> dict[dt.date, tuple[str, str, str]]:
    """Invent who was on duty on each night of the year outside the published weeks."""
    rng = np.random.default_rng(_SEED + 1)
    nights = [FIRST_DAY + dt.timedelta(days=day) for day in range((LAST_DAY - FIRST_DAY).days + 1)]
    drawn = rng.choice(len(_STAFFING), len(nights), p=_STAFFING_SHARES)
    return {night: _STAFFING[place] for night, place in zip(nights, drawn, strict=True) if night not in _WEEK_NIGHTS}


def _rest_of_year(places: Places, staffing: dict[dt.date, tuple[str, str, str]]) -> tuple[list[Cells], list[Cells]]:
    """Invent the incidents of the other nights: recorded by the team where a nurse was on duty, and as flagged."""
    rng = np.random.default_rng(_SEED + 2)
    nights = list(staffing)
    weights = np.array([_EVENING_WEIGHT[night.weekday()] for night in nights])
    nurse = np.array([staffing[night][1] == "yes" for night in nights])
    flagged = rng.poisson(_POLICE_ONLY_INCIDENTS * weights * np.where(nurse, 1.0, 1.6))
    recorded = rng.poisson(_NURSE_NIGHT_INCIDENTS * weights * nurse)
    days = [night for night, number in zip(nights, recorded, strict=True) for _ in range(number)]
    rows = people_and_kinds(rng, days, [f"OA-{number:04d}" for number in range(1001, 1001 + len(days))])
    place_and_deal(rng, places, rows, [staffing[day][0] == "yes" for day in days])
    known = [row for row, told in zip(rows, rng.random(len(rows)) < 0.85, strict=True) if told]
    only = [night for night, number in zip(nights, flagged, strict=True) for _ in range(number)]
    police = police_rows(rng, places, known, only, "B")
    return with_stages(rows, police, np.random.default_rng(_SEED + 4)), police


def place_and_deal(rng: np.random.Generator, places: Places, rows: list[Cells], officers: Sequence[bool]) -> None:
    """Invent where each incident was and what the scheme did, a few callers and places weighing heavily."""
    number = len(rows)
    units = places.draw(rng, number)
    kinds = rng.choice(_UNIT_FAULTS, number, p=_UNIT_SHARES)
    heavy_homes, heavy_places = places.draw(rng, 8), places.draw(rng, 4)
    heavy = rng.random(number)
    callers, spots = rng.integers(0, 8, number) // rng.integers(1, 4, number), rng.integers(0, 4, number)
    sent = (rng.random(number) < _CAR_SHARE) & np.array(officers)
    minutes = np.where(sent, rng.gamma(6.0, 98 / 6, number), rng.gamma(4.0, 17 / 4, number)).round()
    blank = rng.random((number, 4)) < (0.08, 0.05, 0.12, 0.06)
    other = rng.choice(["advice", "telephone", "none", ""], number, p=[0.58, 0.21, 0.08, 0.13])
    outcomes = rng.choice(_OUTCOMES, number, p=_OUTCOME_SHARES)
    detained = rng.choice(["yes", "no", "unknown"], number, p=[0.03, 0.37, 0.6])
    shared = rng.choice(["yes", "no", "unknown"], number, p=[0.66, 0.12, 0.22])
    for place, row in enumerate(rows):
        unit = units[place]
        if heavy[place] < 0.12:
            unit = heavy_homes[callers[place]]
            row.update(person=f"SYN-9{callers[place]:04d}", place_type="Home", known="yes", age=31 + 3 * callers[place])
        elif heavy[place] < 0.18:
            unit = heavy_places[spots[place]]
            row.update(place_type="Public place", type=_TYPES[0])
        deployed = "yes" if sent[place] else "no"
        contact = "face_to_face" if sent[place] else str(other[place])
        assessed = _assessed(rng, contact)
        row.update(
            minutes=None if blank[place, 0] else max(float(minutes[place]), 3.0),
            deployed="unknown" if blank[place, 1] and not sent[place] else deployed,
            contact=contact,
            assessed="" if blank[place, 3] else assessed,
            shared=str(shared[place]),
            referral=str(outcomes[place]),
            unit=unit,
            postcode=places.as_recorded(rng, unit, str(kinds[place])),
            s136=str(detained[place]),
            appropriate="unknown" if blank[place, 2] else ("yes" if sent[place] or rng.random() < 0.12 else "no"),
            not_sent="" if sent[place] else str(rng.choice(_NOT_SENT)),
            not_assessed=_why_not_assessed(rng, deployed, assessed),
        )


def _assessed(rng: np.random.Generator, contact: str) -> str:
    if contact == "face_to_face":
        return "face_to_face" if rng.random() < 0.84 else "no"
    return "telephone" if contact == "telephone" and rng.random() < 0.25 else "no"


def _shift_rows(
    nights: Sequence[dt.date], staffing: dict[dt.date, tuple[str, str, str]], incidents: Sequence[Cells]
) -> list[Cells]:
    """Give one row a night: staffing as published in the two weeks, invented elsewhere; deployed as the team's rows."""
    sent: dict[dt.date, set[str]] = {}
    for row in incidents:
        sent.setdefault(row["night"], set()).add(row["deployed"])
    rng = np.random.default_rng(_SEED + 3)
    bank = dict(zip(nights, rng.choice(["no", "yes", "unknown"], len(nights), p=[0.7, 0.15, 0.15]), strict=True))
    crews = dict(zip(nights, np.random.default_rng(_SEED + 5).choice(_CREWS, len(nights)), strict=True))
    rows = []
    for night in nights:
        police, nhs, cause = staffing.get(night) or _published_staffing(night)
        answers = sent.get(night, {"unknown"})
        rows.append(
            {
                "night": night,
                "police": police,
                "nhs": nhs,
                "cause": cause,
                "deployed": next(answer for answer in ("yes", "unknown", "no") if answer in answers),
                "bank": str(bank[night]) if nhs == "yes" and night in staffing else "unknown",
                "backfilled": "no" if "response" in cause else "unknown",
                "crew": str(crews[night]) if police == nhs == "yes" and night in staffing else "",
                "published": night in _WEEK_NIGHTS,
            }
        )
    return rows


def _published_staffing(night: dt.date) -> tuple[str, str, str]:
    if night.isoformat() in _NO_STAFFING_DATA:
        return "unknown", "unknown", ""
    return ("yes", "no", "no CPN") if night.isoformat() in _NO_NURSE else ("yes", "yes", "")
