"""The week: its 168 hours, and the patterns in which a car is crewed or a service is open."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo.errors import ScenarioError

HOURS = 168
"""Hours of a week, Monday 00:00-01:00 first."""

Hours = npt.NDArray[np.float64]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_MINUTES = 24 * 60
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
_WINDOW = re.compile(rf"^(?P<days>[A-Za-z,\- ]+?)\s+{_TIME}\s*(?:-|to)\s*{_TIME}$")
_EXAMPLE = "write it like 'daily 18-00' or 'Sun-Thu 15-23, Fri-Sat 17-01'"


@dataclass(frozen=True, order=True)
class ShiftPattern:
    """
    The weekly pattern of one crewed car.

    ``windows`` holds (weekday, first minute, last minute) with Monday = 0; the last minute may lie beyond midnight
    and then belongs to the day on which the shift began. Minutes are wall-clock minutes.
    """

    windows: tuple[tuple[int, int, int], ...]

    def __post_init__(self) -> None:
        for day, start, end in self.windows:
            if not (0 <= day < 7 and 0 <= start < _DAY_MINUTES and start < end <= start + _DAY_MINUTES):
                raise ScenarioError(f"the shift window {(day, start, end)} is none; {_EXAMPLE}")
        if not self.windows:
            raise ScenarioError(f"a shift pattern needs at least one window; {_EXAMPLE}")
        if len({day for day, _, _ in self.windows}) < len(self.windows):
            raise ScenarioError("a shift pattern has two windows on the same day; one car has one shift a day")
        week = sorted((day * _DAY_MINUTES + start, day * _DAY_MINUTES + end) for day, start, end in self.windows)
        following = [*week[1:], (week[0][0] + 7 * _DAY_MINUTES, 0)]
        if any(end > begin for (_, end), (begin, _) in zip(week, following, strict=True)):
            raise ScenarioError("a shift begins before the one of the day before ends; one car has one crew at a time")

    @classmethod
    def parse(cls, text: str) -> "ShiftPattern":
        """
        Read a pattern such as ``daily 18-00`` or ``Sun-Thu 15-23, Fri-Sat 17-01``.

        An end at or before the start lies on the next day, so ``18-00`` ends at midnight and ``17-01`` an hour after
        it.

        Raises
        ------
        ScenarioError
            If a part cannot be read, an hour does not exist, or a day is named twice.

        Examples
        --------
        >>> pattern = ShiftPattern.parse("Sun-Thu 15-23, Fri-Sat 17:00-01:00")
        >>> pattern.text, pattern.crewed_hours
        ('Mon-Thu, Sun 15:00-23:00; Fri-Sat 17:00-01:00', 56.0)
        """
        windows = []
        for part in _parts(text):
            if not (found := _WINDOW.match(part)):
                raise ScenarioError(f"the shift pattern {part!r} cannot be read; {_EXAMPLE}")
            start, end = _minute(found[2], found[3], part), _minute(found[4], found[5], part)
            start %= _DAY_MINUTES
            windows += [(day, start, end if end > start else end + _DAY_MINUTES) for day in _days(found["days"], part)]
        return cls(tuple(sorted(windows)))

    @cached_property
    def hours(self) -> Hours:
        """
        Share of each hour of the week that is crewed, shape (168,), Monday 00:00 first; a Sunday shift runs into
        Monday.
        """
        return crewed_share(self.windows)

    @property
    def crewed_hours(self) -> float:
        """Crewed hours a week."""
        return sum(end - start for _, start, end in self.windows) / 60

    @property
    def text(self) -> str:
        """The pattern in words that :meth:`parse` reads back."""
        by_window: dict[tuple[int, int], list[int]] = {}
        for day, start, end in self.windows:
            by_window.setdefault((start, end), []).append(day)
        return "; ".join(f"{_name_days(days)} {_span(start, end)}" for (start, end), days in by_window.items())


def crewed_share(windows: Iterable[tuple[int, int, int]]) -> Hours:
    """Give the share of each hour of the week that windows (weekday, first and last minute) cover, shape (168,)."""
    return np.asarray(crewed_minutes(windows).reshape(HOURS, 60).mean(axis=1), dtype=np.float64)


def crewed_minutes(windows: Iterable[tuple[int, int, int]]) -> npt.NDArray[np.bool_]:
    """Tell of each minute of the week whether windows cover it, shape (10080,), Monday 00:00 first."""
    minutes = np.zeros(7 * _DAY_MINUTES, dtype=np.bool_)
    for day, start, end in windows:
        minutes[np.arange(day * _DAY_MINUTES + start, day * _DAY_MINUTES + end) % len(minutes)] = True
    return minutes


def _parts(text: str) -> Iterator[str]:
    """Split a pattern into windows: at semicolons, and at commas that follow a time."""
    for part in re.split(r";|(?<=\d),", text):
        if part.strip():
            yield part.strip()


def _minute(hour: str, minute: str | None, part: str) -> int:
    value = int(hour) * 60 + int(minute or 0)
    if value > _DAY_MINUTES or int(minute or 0) > 59:
        raise ScenarioError(f"{part!r} names an hour that does not exist; use 00:00 to 24:00")
    return value


def _days(text: str, part: str) -> list[int]:
    if text.strip().lower() in {"daily", "nightly", "every day"}:
        return list(range(7))
    days: list[int] = []
    for piece in text.split(","):
        ends = [_day(name, part) for name in piece.split("-")]
        if len(ends) > 2:
            raise ScenarioError(f"the days {piece.strip()!r} in {part!r} cannot be read; {_EXAMPLE}")
        days += [(ends[0] + step) % 7 for step in range((ends[-1] - ends[0]) % 7 + 1)]
    return days


def _day(name: str, part: str) -> int:
    short = name.strip().title()[:3]
    if short not in DAYS:
        raise ScenarioError(f"the day {name.strip()!r} in {part!r} is none; use {', '.join(DAYS)} or daily")
    return DAYS.index(short)


def _span(start: int, end: int) -> str:
    return "00:00-24:00" if end - start == _DAY_MINUTES and start == 0 else f"{_clock(start)}-{_clock(end)}"


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _name_days(days: list[int]) -> str:
    """Name days as runs: ``daily``, ``Mon-Thu, Sun``."""
    if len(days) == 7:
        return "daily"
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)
