"""
What one cell says: dates, times, minutes, yes or no, contact modes, referrals.

Each reader takes a cell as the file gave it and returns the value, or a :class:`Trouble` that names what cannot be
true or cannot be understood. A blank is never a trouble: it is an unknown.
"""

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from geo.tables import LONDON

Cell = str | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta
"""A cell as the reader delivers it; an empty one is the empty string."""

DayOrder = Literal["day", "month", "mixed"]
"""Which number of 03/04/2016 is the day: one answer for a whole file, or ``mixed`` where its own dates disagree."""

EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
"""Dates outside are defaults of some software (1900, 9999) or slips of the pen, not incidents."""

_LONDON = ZoneInfo(LONDON)
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a wall-clock count of days, not an instant
_MAXIMUM_MINUTES = 24 * 60
_OLDEST = 120

BLANKS = frozenset(
    {
        "", "-", "--", ".", "?", "n/k", "nk", "n/a", "na", "nan", "nat", "null", "none", "nil", "unknown", "not known",
        "not recorded", "not asked", "not stated", "declined", "pending", "tbc", "u", "#n/a", "#ref!", "#value!",
        "#name?", "#null!", "#div/0!", "#num!", "(blank)", "blank",
    }
)  # fmt: skip
"""Spellings of 'nothing recorded'. 'None' is one of them: in a yes-or-no field it is a database's null, not a no."""

_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})

_CONTACT = {
    "face_to_face": {"face to face", "f2f", "ftf", "face 2 face", "in person", "seen", "visit", "visited", "attended"},
    "telephone": {"telephone", "phone", "tel", "by phone", "by telephone", "phone call", "telephone call", "call"},
    "advice": {"advice", "information", "info", "advice only", "information only", "advice to officers", "info shared"},
    "none": {"none", "no contact", "not seen", "no"},
}
_ASSESSMENT = {
    "face_to_face": _CONTACT["face_to_face"],
    "telephone": _CONTACT["telephone"],
    "none": {"none", "no", "n", "not assessed", "no assessment"},
}
_PLACE_TYPES = {
    "home": {"home", "own home", "home address", "private", "private address", "residential", "dwelling", "house"},
    "public": {"public", "public place", "street", "road", "bridge", "park", "shop", "station", "car park"},
}
_REFERRALS = {
    "GP": {"gp", "own gp", "general practitioner", "gp letter", "doctor"},
    "police": {"police", "police continued", "police dealt", "officers", "left with police"},
    "primary-care liaison": {"primary care liaison", "pcl", "pcl worker", "primary care liaison worker"},
    "community mental-health team": {"community mental health team", "cmht"},
    "A&E": {"a and e", "ae", "accident and emergency", "emergency department", "ed"},
    "ambulance": {"ambulance", "emas", "paramedics"},
}

_WEEKDAY = re.compile(r"^(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_DATES = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)"),
    re.compile(r"(?P<first>\d{1,2})[-/. ](?P<second>\d{1,2})[-/. ](?P<year>\d{4}|\d{2})(?!\d)"),
    re.compile(r"(?P<day>\d{1,2})[-/. ]*(?P<word>[A-Za-z]{3,9})[-/., ]*(?P<year>\d{4}|\d{2})(?!\d)"),
    re.compile(r"(?P<word>[A-Za-z]{3,9})[-/. ]*(?P<day>\d{1,2}),? +(?P<year>\d{4})(?!\d)"),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_ZONE = re.compile(r"\s*(?P<zone>Z|BST|GMT|UTC|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d+)?)?)?\s*(?P<half>[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?P<hour>\d{1,2})(?P<minute>\d{2})")
_NUMERIC_DATE = re.compile(r"(?P<first>\d{1,2})[-/. ](?P<second>\d{1,2})[-/. ](?:\d{4}|\d{2})(?!\d)")
_DURATION = re.compile(
    r"(?:(?P<hours>\d+(?:\.\d+)?)\s*(?:h|hr|hrs|hour|hours)\.?)?\s*(?:(?:and\s+)?(?P<minutes>\d+(?:\.\d+)?)"
    r"\s*(?:m|min|mins|minute|minutes)?\.?)?",
    re.IGNORECASE,
)


_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0xAD, 0xFEFF))


@dataclass(frozen=True, slots=True)
class Trouble:
    """What cannot be true or cannot be understood in one cell, and how to mend it."""

    reason: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a time of day, or both, as one cell gave them; ``clock`` counts seconds from the day's midnight."""

    day: dt.date | None = None
    clock: int | None = None
    zone: str = ""


def text_of(cell: Cell) -> str:
    """
    Give a cell as text: text verbatim, a whole number without its '.0', a date or time in ISO form.

    >>> text_of(1234.0), text_of(" as typed "), text_of(dt.date(2016, 2, 4))
    ('1234', ' as typed ', '2016-02-04')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float):
        return str(int(cell)) if math.isfinite(cell) and cell == int(cell) else repr(cell)
    if isinstance(cell, dt.timedelta):
        return str(cell)
    return cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else cell.isoformat()


def is_blank(cell: Cell) -> bool:
    """Say whether a cell holds nothing recorded: empty, spaces, or a spelling of 'not recorded'."""
    return isinstance(cell, str) and plain(cell) in BLANKS


def is_empty(cell: Cell) -> bool:
    """Say whether a cell holds no sign at all; 'n/k' is not empty, though it is blank."""
    return isinstance(cell, str) and (not cell or not plain(cell))


def plain(text: str) -> str:
    r"""
    Give text for comparing: lower case, single spaces, without invisible characters.

    >>> plain("  Not\u00a0 Recorded\u200b ")
    'not recorded'
    """
    if not text.isascii():
        text = text.replace("\u00a0", " ").translate(_INVISIBLE)
    return " ".join(text.lower().split())


def day_order(cells: list[Cell]) -> DayOrder:
    """
    Find which number of the file's numeric dates is the day, from those that can be read only one way.

    Without such a date the day comes first, as in Britain; wrong for an American export that holds no day above 12.

    >>> day_order(["03/04/2016", "13/04/2016"]), day_order(["04/13/2016"]), day_order(["13/04/2016", "04/13/2016"])
    ('day', 'month', 'mixed')
    """
    found = [_NUMERIC_DATE.match(_bare(cell)) for cell in cells if isinstance(cell, str)]
    pairs = {(int(match["first"]), int(match["second"])) for match in found if match}
    day_first = any(first > 12 >= second for first, second in pairs)
    month_first = any(second > 12 >= first for first, second in pairs)
    if day_first and month_first:
        return "mixed"
    return "month" if month_first else "day"


def _bare(text: str) -> str:
    """Take the weekday and ordinal endings off a date."""
    return _ORDINAL.sub("", _WEEKDAY.sub("", text.replace("\u00a0", " ").strip()))


@lru_cache(maxsize=65536, typed=True)
def read_moment(cell: Cell, order: DayOrder) -> Moment | Trouble:
    """
    Read a date, a time, or both from one cell.

    Excel's date at midnight is a date without a time. Five-digit numbers are Excel's count of days since 1900.
    """
    if isinstance(cell, dt.datetime):
        return _in_range(Moment(cell.date(), _seconds(cell.time())))
    if isinstance(cell, dt.date):
        return _in_range(Moment(cell))
    if isinstance(cell, dt.time):
        return Moment(clock=_seconds(cell))
    if isinstance(cell, dt.timedelta):
        return read_clock(cell)
    if is_blank(cell):
        return Moment()
    text = _bare(text_of(cell))
    if _SERIAL.fullmatch(text):
        return _serial(float(text))
    return _dated(text, order) or read_clock(cell)


def _serial(days: float) -> Moment | Trouble:
    moment = _EXCEL_EPOCH + dt.timedelta(seconds=round(days * 86400))
    clock = _seconds(moment.time()) if days % 1 else None
    return _in_range(Moment(moment.date(), clock))


def _dated(text: str, order: DayOrder) -> Moment | Trouble | None:
    """Read text that begins with a date; nothing when it does not."""
    for pattern in _DATES:
        if match := pattern.match(text):
            break
    else:
        return None
    day = _day(match, order)
    if isinstance(day, Trouble):
        return day
    rest = text[match.end() :].strip().lstrip("T,").strip()
    zone = _ZONE.search(rest)
    rest = rest[: zone.start()].strip() if zone else rest
    if not rest:
        return _in_range(Moment(day))
    clock = read_clock(rest)
    if isinstance(clock, Trouble):
        return clock
    return _in_range(Moment(day, clock.clock, zone["zone"].upper() if zone else ""))


def _day(match: re.Match[str], order: DayOrder) -> dt.date | Trouble:
    parts = match.groupdict()
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    if "first" in parts:
        day_and_month = _ordered(int(parts["first"]), int(parts["second"]), order, match[0])
        if isinstance(day_and_month, Trouble):
            return day_and_month
        day, month = day_and_month
    else:
        word = parts.get("word")
        month = _month(word) if word else int(parts["month"])
        day = int(parts["day"])
    try:
        return dt.date(year, month, day)
    except ValueError:
        return Trouble(f"{match[0]!r} is not a day of the calendar", "correct the date from the original record")


def _month(word: str) -> int:
    start = word[:3].lower()
    return _MONTHS.index(start) + 1 if start in _MONTHS else 0


def _ordered(first: int, second: int, order: DayOrder, text: str) -> tuple[int, int] | Trouble:
    """Give day and month of a numeric date."""
    if order == "mixed":
        if first <= 12 and second <= 12 and first != second:
            return Trouble(
                f"{text!r} may be day first or month first, and this file holds both",
                "write the month as a word, or export the dates in one order",
            )
        return (first, second) if second <= 12 else (second, first)
    return (first, second) if order == "day" else (second, first)


def _in_range(moment: Moment) -> Moment | Trouble:
    if moment.day is not None and not EARLIEST <= moment.day <= LATEST:
        return Trouble(f"the date {moment.day} is outside {EARLIEST.year} to {LATEST.year}", "check for a default date")
    return moment


def _seconds(clock: dt.time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


@lru_cache(maxsize=65536, typed=True)
def read_clock(cell: Cell) -> Moment | Trouble:
    """
    Read a time of day: 19:40, 1940, 7.40pm, 07h00, Excel's fraction of a day; 24:00 is the end of the day.

    A single number below 100 ('7') and 'midnight' may mean two things and are troubles.

    >>> read_clock("7.40pm").clock == (19 * 60 + 40) * 60
    True
    """
    if isinstance(cell, dt.time):
        return Moment(clock=_seconds(cell))
    if isinstance(cell, dt.timedelta):
        return _checked_clock(int(cell.total_seconds()), text_of(cell))
    if is_blank(cell):
        return Moment()
    text = plain(text_of(cell))
    if text == "noon":
        return Moment(clock=12 * 3600)
    text = re.sub(r"\s*(?:hrs|hours|hr)$", "", text)
    if re.fullmatch(r"0?\.\d+", text):
        return Moment(clock=round(float(text) * 86400))
    digits = _DIGITS.fullmatch(text)
    match = digits or _CLOCK.fullmatch(text)
    if match is None:
        return _not_a_time(text_of(cell))
    return _from_parts(match.groupdict(), text_of(cell))


def _from_parts(parts: dict[str, str | None], text: str) -> Moment | Trouble:
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (parts.get("half") or "")[:1].lower()
    if parts.get("minute") is None and not half:
        return _not_a_time(text)
    if half and not 1 <= hour <= 12:
        return _not_a_time(text)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if minute > 59 or second > 59:
        return _not_a_time(text)
    return _checked_clock(hour * 3600 + minute * 60 + second, text)


def _checked_clock(seconds: int, text: str) -> Moment | Trouble:
    return Moment(clock=seconds) if 0 <= seconds <= 86400 else _not_a_time(text)


def _not_a_time(text: str) -> Trouble:
    return Trouble(f"{_short(text)} is not a date or time that can be read", "write it as 04/02/2016 or 19:40")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def instant(day: dt.date, clock: int, zone: str = "") -> dt.datetime | Trouble:
    """
    Give the instant, in UTC, of a wall-clock time in London.

    A time that a clock change skipped is a trouble. One that it repeated is read as the first (summer time) unless
    the record names its zone; :func:`is_repeated` tells which those are.

    >>> instant(dt.date(2016, 7, 1), 18 * 3600).isoformat()
    '2016-07-01T17:00:00+00:00'
    """
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=clock)
    if zone in {"Z", "UTC", "GMT"}:
        return wall.replace(tzinfo=dt.UTC)
    if zone == "BST":
        return (wall - dt.timedelta(hours=1)).replace(tzinfo=dt.UTC)
    if zone:
        ahead = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        return (wall - ahead if zone[0] == "+" else wall + ahead).replace(tzinfo=dt.UTC)
    moment = wall.replace(tzinfo=_LONDON).astimezone(dt.UTC)
    if moment.astimezone(_LONDON).replace(tzinfo=None) != wall:
        return Trouble(
            f"{wall:%d/%m/%Y %H:%M} did not exist: the clocks went forward",
            f"it is {wall + dt.timedelta(hours=1):%H:%M} summer time if the clock had not been changed",
        )
    return moment


def is_repeated(moment: dt.datetime) -> bool:
    """Say whether London's clocks showed the time of this instant twice."""
    wall = moment.astimezone(_LONDON).replace(tzinfo=None)
    first, second = (wall.replace(tzinfo=_LONDON, fold=fold).utcoffset() for fold in (0, 1))
    return first != second


@lru_cache(maxsize=4096, typed=True)
def read_minutes(cell: Cell) -> float | Trouble:
    """
    Read a duration in minutes: 45, '45 mins', '1h 20', '1:20', '1.5 hours'; NaN where nothing is recorded.

    >>> read_minutes("1h 20"), read_minutes("1:20"), read_minutes("45 mins")
    (80.0, 80.0, 45.0)
    """
    if is_blank(cell):
        return math.nan
    minutes = _minutes(cell)
    if minutes is None or not 0 <= minutes <= _MAXIMUM_MINUTES:
        return Trouble(f"minutes {_short(text_of(cell))} is not a duration of 0 to 24 hours", "write whole minutes")
    return minutes


def _minutes(cell: Cell) -> float | None:
    if isinstance(cell, dt.timedelta):
        return cell.total_seconds() / 60
    if isinstance(cell, dt.time):
        return _seconds(cell) / 60
    if isinstance(cell, float) and not isinstance(cell, bool):
        return cell if math.isfinite(cell) else None
    text = plain(text_of(cell)).replace("approx", "").replace("c.", "").strip(" ~")
    if clock := re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", text):
        return int(clock[1]) * 60.0 + int(clock[2])
    match = _DURATION.fullmatch(text)
    if match is None or not (match["hours"] or match["minutes"]):
        return None
    return float(match["hours"] or 0) * 60 + float(match["minutes"] or 0)


def read_count(cell: Cell, what: str) -> float | Trouble:
    """Read a whole number of 0 or more; NaN where nothing is recorded."""
    if is_blank(cell):
        return math.nan
    text = text_of(cell).strip()
    if not re.fullmatch(r"\d{1,3}", text):
        return Trouble(f"{what} {_short(text)} is not a whole number", "write a number such as 2")
    return float(text)


def read_truth(cell: Cell) -> tuple[str, bool]:
    """
    Read yes, no or unknown, and whether the entry was understood; a blank is unknown, never no.

    >>> read_truth("Y"), read_truth(""), read_truth("n/k"), read_truth("No*")
    (('yes', True), ('unknown', True), ('unknown', True), ('unknown', False))
    """
    if isinstance(cell, bool):
        return ("yes" if cell else "no"), True
    text = plain(text_of(cell))
    if text in _YES:
        return "yes", True
    if text in _NO:
        return "no", True
    return "unknown", text in BLANKS


def read_contact(cell: Cell) -> tuple[str, bool]:
    """Read a contact mode, and whether the entry was understood; 'none' is a mode, a blank is unknown."""
    return _choice(cell, _CONTACT)


def read_assessment(cell: Cell) -> tuple[str, bool]:
    """Read how the nurse assessed, and whether the entry was understood; 'no' is none, a blank is unknown."""
    return _choice(cell, _ASSESSMENT)


def read_place_type(cell: Cell) -> tuple[str, bool]:
    """Read public or home, and whether the entry was understood."""
    return _choice(cell, _PLACE_TYPES)


def _choice(cell: Cell, spellings: dict[str, set[str]]) -> tuple[str, bool]:
    text = " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text_of(cell))).split())
    for choice, words in spellings.items():
        if text in words or text == choice.replace("_", " "):
            return choice, True
    return "unknown", is_blank(cell)


def read_referrals(cell: Cell) -> str:
    """
    Give the referrals of one cell, each in the scheme's words, joined by '; '; others stay as written.

    >>> read_referrals("gp, CMHT / Samaritans")
    'GP; community mental-health team; Samaritans'
    """
    if is_blank(cell):
        return ""
    parts = [part.strip() for part in re.split(r"[;,/|+\n]", text_of(cell))]
    known = dict.fromkeys(_referral(part) for part in parts if not is_blank(part))
    return "; ".join(known)


def _referral(text: str) -> str:
    key = " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text).replace("&", " and ")).split())
    return next((name for name, words in _REFERRALS.items() if key in words), text)


def read_age_band(cell: Cell) -> str | Trouble:
    """
    Give the age band of an age in years; a band, or any other words, stay as written.

    >>> read_age_band("34"), read_age_band("25-34")
    ('25-34', '25-34')
    """
    if is_blank(cell):
        return ""
    text = text_of(cell)
    if not re.fullmatch(r"-?\d+", text.strip()):
        return text
    age = int(text)
    if not 0 <= age <= _OLDEST:
        return Trouble(f"age {age} is impossible", "correct the age, or leave it blank")
    starts = (18, 25, 35, 45, 55, 65, 75)
    if age < starts[0]:
        return "under 18"
    if age >= starts[-1]:
        return "75 and over"
    place = sum(age >= start for start in starts)
    return f"{starts[place - 1]}-{starts[place] - 1}"
