"""A scenario: one question as a small frozen value, a TOML file and a link."""

import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tomli_w

from geo.coverage.response import ResponseStandard
from geo.deployment.models import DeploymentModel
from geo.deployment.work import Work
from geo.errors import ScenarioError
from geo.places.bases import Base
from geo.places.postcodes import Gazetteer
from geo.routing.speeds import SpeedProfile
from geo.week import ShiftPattern

MOST_CARS = 5


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    One question: hashable, comparable, the cache key and the link.

    ``bases`` are sorted, and each has at least one car; ``roaming`` of the cars have none and wait where the need is.
    ``speeds`` say how fast the car drives, ``work`` how long incidents keep nurse and car. ``appropriate_share`` and
    the staffing reliabilities are None when the open project's own log is to tell them, doubt included; a number is
    taken as given. ``line`` is a telephone and advice line beside the car, with a nurse of its own. ``officers`` are
    taken from response for each car, and are given back ``released_minutes`` for each person reached; money is pounds.
    """

    name: str
    bases: tuple[Base, ...]
    pattern: ShiftPattern
    objective: str = "face to face in time, where the car is judged appropriate"
    cars: int = 1
    model: DeploymentModel = DeploymentModel.CREWED
    standard: ResponseStandard = ResponseStandard()
    speeds: SpeedProfile = SpeedProfile()
    appropriate_share: float | None = None
    nurse_reliability: float | None = None
    officer_reliability: float | None = None
    note: str = ""
    roaming: int = 0
    line: ShiftPattern | None = None
    work: Work = Work()
    officers: int = 1
    released_minutes: float | None = None
    cost_a_year: float | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ScenarioError("a scenario needs a name")
        if not self.bases:
            raise ScenarioError(f"the scenario {self.name!r} has no base; give a postcode")
        if not 1 <= self.cars <= MOST_CARS:
            raise ScenarioError(f"the scenario {self.name!r} has {self.cars} cars; give 1 to {MOST_CARS}")
        if len(self.bases) > MOST_CARS:
            raise ScenarioError(f"the scenario {self.name!r} has {len(self.bases)} bases; give 1 to {MOST_CARS}")
        for what in ("appropriate_share", "nurse_reliability", "officer_reliability"):
            value = getattr(self, what)
            if value is not None and not 0 <= value <= 1:
                raise ScenarioError(
                    f"the scenario {self.name!r} has {what} {value:g}; give a share from 0 to 1, or leave it out"
                )
        if not 0 <= self.roaming <= self.cars:
            raise ScenarioError(f"the scenario {self.name!r} has {self.roaming} roaming of {self.cars} cars")
        if not 0 <= self.officers <= 4:
            raise ScenarioError(f"the scenario {self.name!r} takes {self.officers} officers for each car; give 0 to 4")
        for what in ("released_minutes", "cost_a_year"):
            value = getattr(self, what)
            if value is not None and not 0 <= value < 1e9:
                raise ScenarioError(f"the scenario {self.name!r} has {what} {value:g}; give 0 or more, or leave it out")
        object.__setattr__(self, "bases", tuple(sorted(self.bases)))
        stationed = 0 if self.roaming == self.cars else min(len(self.bases), MOST_CARS - self.roaming)
        object.__setattr__(self, "cars", max(self.cars, stationed + self.roaming))

    @property
    def summary(self) -> str:
        """One line for the scenario's chip: cars, base, pattern, standard."""
        cars = "1 car" if self.cars == 1 else f"{self.cars} cars"
        where = " and ".join(base.name for base in self.bases)
        return f"{self.name}: {cars}, {where}, {self.pattern.text}, {self.standard.minutes:g} min"

    def to_toml(self) -> str:
        """Write the scenario as TOML, in words that :func:`read_scenario` reads back to an equal value."""
        table: dict[str, Any] = {
            "name": self.name,
            "objective": self.objective,
            "pattern": self.pattern.text,
            "cars": self.cars,
            "model": self.model.value,
            "note": self.note,
            "standard": {name: value for name, value in asdict(self.standard).items() if value != ""},
            "base": [
                {"name": b.name, "postcode": b.postcode, "easting": b.easting, "northing": b.northing}
                for b in self.bases
            ],
        }
        optional = {name: getattr(self, name) for name in _NUMBERS if getattr(self, name) is not None}
        optional |= {name: getattr(self, name) for name in _COUNTS if getattr(self, name) != _STANDING[name]}
        if self.line:
            optional["line"] = self.line.text
        parts = {"speeds": self.speeds.as_table(), "work": self.work.as_table()}
        return tomli_w.dumps(optional | table | {name: part for name, part in parts.items() if part})


_NUMBERS = ("appropriate_share", "nurse_reliability", "officer_reliability", "released_minutes", "cost_a_year")
_STANDING = {"roaming": 0, "officers": 1}
_COUNTS = tuple(_STANDING)
_TEXTS = ("name", "objective", "note")
_TABLES = ("standard", "speeds", "work")
_KNOWN = {*_NUMBERS, *_COUNTS, *_TEXTS, *_TABLES, "pattern", "line", "cars", "model", "base"}


def read_scenario(path: Path, gazetteer: Gazetteer) -> Scenario:
    """
    Read a scenario from a TOML file. A base needs a postcode, or an easting and a northing in metres.

    Raises
    ------
    ScenarioError
        If the file is missing, is no TOML, or holds an unknown word or an impossible value.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(
            f"the scenario file {path} cannot be read ({error}); check the path, and save it as UTF-8"
        ) from error
    return parse_scenario(text, gazetteer, what=str(path))


def parse_scenario(text: str, gazetteer: Gazetteer, *, what: str = "the scenario") -> Scenario:
    """Read a scenario from TOML text; see :func:`read_scenario`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{what} is not TOML ({error}); see the example in docs/cli.md") from error
    if unknown := sorted(set(table) - _KNOWN):
        raise ScenarioError(
            f"{what} has {len(unknown)} unknown words (first: {unknown[0]!r}); known are {', '.join(sorted(_KNOWN))}"
        )
    _check_kinds(table, what)
    try:
        given = {name: table[name] for name in (*_TEXTS, *_NUMBERS, *_COUNTS, "cars") if name in table}
        return Scenario(
            **given,
            bases=tuple(_base(entry, gazetteer) for entry in table["base"]),
            pattern=ShiftPattern.parse(table["pattern"]),
            model=DeploymentModel(table.get("model", "crewed")),
            standard=ResponseStandard(**table.get("standard", {})),
            speeds=SpeedProfile.of_table(table.get("speeds", {})),
            line=ShiftPattern.parse(table["line"]) if "line" in table else None,
            work=_work(table.get("work", {}), what),
        )
    except KeyError as error:
        raise ScenarioError(f"{what} lacks {error.args[0]!r}; a scenario needs name, pattern and [[base]]") from error
    except ValueError as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"{what} holds a value that cannot be used: {error}") from error


def _check_kinds(table: dict[str, Any], what: str) -> None:
    """Hold every word of a scenario file against the kind of value it takes."""
    kinds: dict[str, tuple[type, ...]] = dict.fromkeys((*_TEXTS, "pattern", "model", "line"), (str,))
    kinds |= dict.fromkeys(("cars", *_COUNTS), (int,)) | dict.fromkeys(_TABLES, (dict,)) | {"base": (list,)}
    kinds |= dict.fromkeys(_NUMBERS, (int, float))
    standard = table.get("standard", {})
    given = [(name, value, kinds[name]) for name, value in table.items()]
    if isinstance(standard, dict):
        if unknown := sorted(set(standard) - set(ResponseStandard.__slots__)):
            known = ", ".join(ResponseStandard.__slots__)
            raise ScenarioError(f"{what} has an unknown word in [standard] ({unknown[0]!r}); known are {known}")
        given += [
            (f"standard.{name}", value, (str,) if name == "error_source" else (int, float))
            for name, value in standard.items()
        ]
    for entry in table["base"] if isinstance(table.get("base"), list) else ():
        given += [("base", entry, (dict,))]
        if isinstance(entry, dict):
            numbers = [(name, entry[name], (int, float)) for name in ("easting", "northing") if name in entry]
            given += [*numbers, *((name, entry[name], (str,)) for name in ("name", "postcode") if name in entry)]
    for name, value, wanted in given:
        if not isinstance(value, wanted) or isinstance(value, bool):
            words = {str: "text", int: "a whole number", dict: "a table", list: "a list, written [[base]]"}
            kind = "a number" if float in wanted else words[wanted[0]]
            raise ScenarioError(f"{what}: {name} must be {kind}, not {value!r}; see the example in docs/cli.md")


def _work(table: dict[str, Any], what: str) -> Work:
    """Read how long incidents take; each word is checked."""
    if unknown := sorted(set(table) - set(Work.__slots__)):
        known = ", ".join(Work.__slots__)
        raise ScenarioError(f"{what} has an unknown word in [work] ({unknown[0]!r}); known are {known}")
    for name, value in table.items():
        wanted = bool if name == "advises_while_deployed" else (int, float)
        if not isinstance(value, wanted) or (wanted is not bool and isinstance(value, bool)):
            kind = "true or false" if wanted is bool else "a number"
            raise ScenarioError(f"{what}: work.{name} must be {kind}, not {value!r}; see the example in docs/cli.md")
    return Work(**table)


def _base(entry: dict[str, Any], gazetteer: Gazetteer) -> Base:
    if "easting" in entry and "northing" in entry:
        name = entry.get("name") or f"{entry['easting']:.0f} {entry['northing']:.0f}"
        return Base(str(name), float(entry["easting"]), float(entry["northing"]), str(entry.get("postcode", "")))
    return Base.at(entry["postcode"], gazetteer, name=str(entry.get("name", "")))
