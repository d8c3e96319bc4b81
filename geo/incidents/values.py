"""
What one cell says: dates, times, minutes, yes or no, contact modes, referrals.

Each reader takes a cell's text and returns the value, or a :class:`Trouble` that names what cannot be true or cannot
be understood. A blank is never a trouble: it is an unknown. A column is read by its distinct texts, so a reader may
take its time.
"""

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

DayOrder = Literal["day", "month", "mixed"]
"""Which number of 03/04/2016 is the day: one answer for a whole file, or ``mixed`` where its own dates disagree."""

EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
"""Dates outside are defaults of some software (1900, 9999) or slips of the pen, not incidents."""

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold (its section 2.2), and so no workbook or Word file: control characters, halves of pairs."""

_LONDON = ZoneInfo("Europe/London")
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
_EPOCH_DAY = re.compile(r"(?:1899-12-3[01]|1900-01-0[01]|3[01]/12/1899|0?1/0?1/1900)[ T]+(?=\d{1,2}:)")
_HOURS = r"(?:hours|hour|hrs|hr|h)\.?"
_MINUTES = r"(?:minutes|minute|mins|min|m|')\.?"
_DURATION = re.compile(
    rf"(?:(?P<hours>\d+(?:\.\d+)?)\s*{_HOURS})?,?\s*(?:and\s+)?(?:(?P<minutes>\d+(?:\.\d+)?)\s*(?:{_MINUTES})?)?"
)
_UNITLESS = re.compile(r"0*\d\.(?!0$)\d+|\d+\.\d{3,}")
_ISO_DURATION = re.compile(r"pt(?:(?P<hours>\d+(?:\.\d+)?)h)?(?:(?P<minutes>\d+(?:\.\d+)?)m)?(?:(?P<seconds>\d+)s)?")
_ABOUT = re.compile(r"(?:^(?:approximately|approx|about|around|circa|roughly|ca|c)\b\.?|^~|\(?(?:approx|ish)\)?\.?$)")
_FRACTIONS = (
    (re.compile(r"^(?:a )?(?:half|1/2|\u00bd)(?: an| of an| a)?(?= hour)"), "0.5"),
    (re.compile(r"^(?:a |one )?(?:quarter|1/4|\u00bc)(?: of)?(?: an| a)?(?= hour)"), "0.25"),
    (re.compile(r"^(?:three[ -]quarters|3/4|\u00be)(?: of)?(?: an)?(?= hour)"), "0.75"),
    (re.compile(r"(?<=\d)(?: ?(?:1/2|\u00bd)| and a half(?= h))"), ".5"),
    (re.compile(r"(?<=\d) ?(?:1/4|\u00bc)"), ".25"),
    (re.compile(r"(?<=\d) ?(?:3/4|\u00be)"), ".75"),
    (re.compile(r"^(?:an?|one)(?= hour)"), "1"),
    (re.compile(r"^(\d+) hours? and a half$"), r"\1.5 hours"),
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


def is_blank(text: str) -> bool:
    """Say whether a cell holds nothing recorded: empty, spaces, or a spelling of 'not recorded'."""
    return plain(text) in BLANKS


def is_empty(text: str) -> bool:
    """Say whether a cell holds no sign at all; 'n/k' is not empty, though it is blank."""
    return not plain(text)


def plain(text: str) -> str:
    r"""
    Give text for comparing: lower case, single spaces, without invisible characters.

    >>> plain("  Not\u00a0 Recorded\u200b ")
    'not recorded'
    """
    if not text.isascii():
        text = text.replace("\u00a0", " ").translate(_INVISIBLE)
    return " ".join(text.lower().split())


def day_order(texts: Iterable[str]) -> DayOrder:
    """
    Find which number of the file's numeric dates is the day, from those that can be read only one way.

    Without such a date the day comes first, as in Britain; wrong for an American export that holds no day above 12.

    >>> day_order(["03/04/2016", "13/04/2016"]), day_order(["04/13/2016"]), day_order(["13/04/2016", "04/13/2016"])
    ('day', 'month', 'mixed')
    """
    day_first, month_first, _ = day_evidence(texts)
    if day_first and month_first:
        return "mixed"
    return "month" if month_first else "day"


def day_evidence(texts: Iterable[str]) -> tuple[str, str, str]:
    """
    Give a numeric date that can be read only day first, one only month first, and one either way; '' where none is.

    >>> day_evidence(["03/04/2016", "13/04/2016", "04/02/2016"])
    ('13/04/2016', '', '03/04/2016')
    """
    day_first = month_first = either = ""
    for text in texts:
        if not (match := _NUMERIC_DATE.match(_bare(text))):
            continue
        first, second = int(match["first"]), int(match["second"])
        if first > 12 >= second >= 1:
            day_first = day_first or match[0]
        elif second > 12 >= first >= 1:
            month_first = month_first or match[0]
        elif first != second and first <= 12 and second <= 12:
            either = either or match[0]
    return day_first, month_first, either


def _bare(text: str) -> str:
    """Take the weekday and ordinal endings off a date."""
    return _ORDINAL.sub("", _WEEKDAY.sub("", text.replace("\u00a0", " ").strip()))


def read_moment(text: str, order: DayOrder) -> Moment | Trouble:
    """
    Read a date, a time, or both from one cell.

    Five-digit numbers are Excel's count of days since 1900; a whole one is a date without a time.
    """
    if is_blank(text):
        return Moment()
    text = _bare(text)
    if _SERIAL.fullmatch(text):
        return _serial(float(text))
    return _dated(text, order) or _zoned_clock(text)


def _zoned_clock(text: str) -> Moment | Trouble:
    """Read a time of day, and the zone behind it; an offset of minus ten hours is sooner the end of a span of time."""
    zone = _ZONE.search(text)
    if zone is None or zone["zone"].startswith("-") or _is_no_offset(zone["zone"]):
        return read_clock(text)
    clock = read_clock(text[: zone.start()])
    if not isinstance(clock, Moment) or clock.clock is None:
        return _not_a_time(text)
    return replace(clock, zone=zone["zone"].upper())


def read_time(text: str, order: DayOrder) -> Moment | Trouble:
    """
    Read a cell of a column of times: a time of day before a date, so that 13.10.15 is a quarter past one.

    A time that a database wrote with its own first day ('30/12/1899 19:40') is a time alone; a zone behind it counts.

    >>> read_time("13.10.15", "day").clock == (13 * 60 + 10) * 60 + 15
    True
    """
    clock = _zoned_clock(_EPOCH_DAY.sub("", text.strip()))
    return clock if isinstance(clock, Moment) else read_moment(text, order)


def read_day_parts(day: str, month: str, year: str) -> Moment | Trouble:
    """
    Read a date kept in three columns; all blank is no date, some blank a trouble.

    >>> read_day_parts("4", "Feb", "16").day, read_day_parts("", "", "").day
    (datetime.date(2016, 2, 4), None)
    """
    parts = [part.strip() for part in (day, month, year)]
    if all(is_blank(part) for part in parts):
        return Moment()
    number = _month(parts[1]) or (int(parts[1]) if re.fullmatch(r"\d{1,2}", parts[1]) else 0)
    if not (re.fullmatch(r"\d{1,2}", parts[0]) and re.fullmatch(r"\d{4}|\d{2}", parts[2]) and number):
        return Trouble(f"{_short(' '.join(parts))} is no day, month and year", "write all three, such as 4, 2 and 2016")
    return _in_range_or_trouble(f"{parts[2]:0>4}" if len(parts[2]) == 4 else f"20{parts[2]}", number, parts)


def _in_range_or_trouble(year: str, month: int, parts: list[str]) -> Moment | Trouble:
    try:
        return _in_range(Moment(dt.date(int(year), month, int(parts[0]))))
    except ValueError:
        return _no_such_day(" ".join(parts))


def _no_such_day(text: str) -> Trouble:
    return Trouble(f"{text!r} is not a day of the calendar", "correct the date from the original record")


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
    if zone and _is_no_offset(zone["zone"]):
        return _not_a_time(text)
    rest = rest[: zone.start()].strip() if zone else rest
    if not rest:
        return _in_range(Moment(day))
    clock = read_clock(rest)
    if isinstance(clock, Trouble):
        return clock
    return _in_range(Moment(day, clock.clock, zone["zone"].upper() if zone else ""))


def _is_no_offset(zone: str) -> bool:
    return zone[0] in "+-" and (int(zone[1:3]) > 14 or int(zone[-2:]) > 59)


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
        return _no_such_day(match[0])


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


def read_clock(text: str) -> Moment | Trouble:
    """
    Read a time of day: 19:40, 1940, 7.40pm, 07h00, Excel's fraction of a day; 24:00 is the end of the day.

    A single number below 100 ('7'), 'midnight' and a short fraction ('0.30') may mean two things and are troubles.

    >>> read_clock("7.40pm").clock == (19 * 60 + 40) * 60
    True
    """
    if is_blank(text):
        return Moment()
    clock = plain(text)
    if clock == "noon":
        return Moment(clock=12 * 3600)
    clock = re.sub(r"\s*(?:hrs|hours|hr)$", "", clock)
    if re.fullmatch(r"0?\.\d{1,2}", clock):
        return _two_times(text, clock.partition(".")[2])
    if re.fullmatch(r"0?\.\d+", clock):
        return Moment(clock=round(float(clock) * 86400))
    match = _DIGITS.fullmatch(clock) or _CLOCK.fullmatch(clock)
    return _not_a_time(text) if match is None else _from_parts(match.groupdict(), text)


def _two_times(text: str, decimals: str) -> Trouble:
    """Say what a short fraction may mean: Excel's part of a day, or minutes after midnight (beyond 59, of an hour)."""
    share, written = float(f"0.{decimals}"), int(f"{decimals:0<2}")
    after_midnight = written if written < 60 else share * 60
    excel, clock = (
        f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (round(share * 1440), round(after_midnight))
    )
    return Trouble(
        f"the time {_short(text.strip())} may be {excel}, as Excel keeps a part of a day, or {clock}",
        f"write {excel} or {clock}",
    )


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


def readings(day: dt.date, clock: int, zone: str = "") -> tuple[dt.datetime, dt.datetime | None]:
    """
    Give the instants, in UTC, that a wall-clock time in London may mean: one, or two where the clocks changed.

    In the hour that autumn repeats the first reading is summer time. A time that spring skips was shown by a clock
    that had not been changed, which is the first reading (01:30 is half an hour after the change), or that had been
    changed too early, which is the second. A record that names its zone has one reading.

    >>> first, second = readings(dt.date(2016, 10, 30), 90 * 60)
    >>> first.isoformat(), second.isoformat()
    ('2016-10-30T00:30:00+00:00', '2016-10-30T01:30:00+00:00')

    References
    ----------
    PEP 495, Local Time Disambiguation: ``fold``.
    """
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=clock)
    if zone:
        return (wall - ahead(zone)).replace(tzinfo=dt.UTC), None
    first, second = (wall.replace(tzinfo=_LONDON, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    return first, None if first == second else second


def ahead(zone: str) -> dt.timedelta:
    """Give how far a zone is ahead of UTC: Z, UTC, GMT, BST, +01:00 or -0500."""
    if zone in {"Z", "UTC", "GMT"}:
        return dt.timedelta()
    if zone == "BST":
        return dt.timedelta(hours=1)
    offset = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return offset if zone[0] == "+" else -offset


def read_minutes(text: str) -> float | Trouble:
    """
    Read a duration in minutes: 45, '45 mins', '1h 20', '1:20', '1.5 hours', 'half an hour', 'PT1H20M'; NaN for blanks.

    A colon stands between hours and minutes, so '1:20' is 80. A range ('30-40') is a trouble, and so is a number
    without a unit that may be hours: a fraction below 10 ('1.5'), or three decimals and more.

    >>> read_minutes("1h 20"), read_minutes("1:20"), read_minutes("1 1/2 hrs"), read_minutes("half an hour")
    (80.0, 80.0, 90.0, 30.0)
    """
    if is_blank(text):
        return math.nan
    minutes = _minutes(plain(text))
    if isinstance(minutes, Trouble):
        return minutes
    if minutes is None or not 0 <= minutes <= _MAXIMUM_MINUTES:
        return Trouble(f"minutes {_short(text)} is not a duration of 0 to 24 hours", "write whole minutes")
    return minutes


def _minutes(text: str) -> float | Trouble | None:
    written = text
    text = _ABOUT.sub("", text).strip(" ~").replace("\u2019", "'")
    if clock := re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?", text):
        return int(clock[1]) * 60.0 + int(clock[2]) + int(clock[3] or 0) / 60
    if iso := _ISO_DURATION.fullmatch(text):
        hours, minutes, seconds = (float(part or 0) for part in iso.groups())
        return hours * 60 + minutes + seconds / 60 if text != "pt" else None
    for pattern, number in _FRACTIONS:
        text = pattern.sub(number, text)
    if _UNITLESS.fullmatch(text):
        return Trouble(
            f"minutes {_short(written)} may be hours or minutes",
            "write whole minutes, or the unit, such as '1.5 hours'",
        )
    match = _DURATION.fullmatch(text)
    if match is None or not (match["hours"] or match["minutes"]):
        return None
    return float(match["hours"] or 0) * 60 + float(match["minutes"] or 0)


def read_count(text: str, what: str) -> float | Trouble:
    """Read a whole number of 0 or more; NaN where nothing is recorded."""
    if is_blank(text):
        return math.nan
    if not re.fullmatch(r"\d{1,3}", text.strip(), re.ASCII):
        return Trouble(f"{what} {_short(text.strip())} is not a whole number", "write a number such as 2")
    return float(text)


def read_truth(text: str) -> tuple[str, bool]:
    """
    Read yes, no or unknown, and whether the entry was understood; a blank is unknown, never no.

    >>> read_truth("Y"), read_truth(""), read_truth("n/k"), read_truth("No*")
    (('yes', True), ('unknown', True), ('unknown', True), ('unknown', False))
    """
    entry = plain(text)
    if entry in _YES:
        return "yes", True
    if entry in _NO:
        return "no", True
    return "unknown", entry in BLANKS


def read_contact(text: str) -> tuple[str, bool]:
    """Read a contact mode, and whether the entry was understood; 'none' is a mode, a blank is unknown."""
    return _choice(text, _CONTACT)


def read_assessment(text: str) -> tuple[str, bool]:
    """Read how the nurse assessed, and whether the entry was understood; 'no' is none, a blank is unknown."""
    return _choice(text, _ASSESSMENT)


def read_place_type(text: str) -> tuple[str, bool]:
    """Read public or home, and whether the entry was understood."""
    return _choice(text, _PLACE_TYPES)


def _choice(text: str, spellings: dict[str, set[str]]) -> tuple[str, bool]:
    entry = " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text)).split())
    for choice, words in spellings.items():
        if entry in words or entry == choice.replace("_", " "):
            return choice, True
    return "unknown", is_blank(text)


def read_referrals(text: str) -> str:
    """
    Give the referrals of one cell, each in the scheme's words, joined by '; '; others stay as written.

    >>> read_referrals("gp, CMHT / Samaritans"), read_referrals("GP and A&E")
    ('GP; community mental-health team; Samaritans', 'GP; A&E')
    """
    if is_blank(text):
        return ""
    parts = [piece for part in re.split(r"[;,/|+\n]", text) for piece in _told_apart(part.strip())]
    known = dict.fromkeys(_referral(part) or part for part in parts if not is_blank(part))
    return "; ".join(known)


def _told_apart(part: str) -> list[str]:
    """Split at 'and' or '&' where every piece is a referral that is known; 'A and E' is one."""
    pieces = re.split(r"\s+(?:and|&)\s+", part, flags=re.IGNORECASE)
    return pieces if not _referral(part) and all(_referral(piece) for piece in pieces) else [part]


def _referral(text: str) -> str:
    """Give the scheme's words for a referral, or nothing."""
    key = " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text).replace("&", " and ")).split())
    return next((name for name, words in _REFERRALS.items() if key in words), "")


def read_age_band(text: str) -> str | Trouble:
    """
    Give the age band of an age in years; a band, or any other words, stay as written.

    >>> read_age_band("34"), read_age_band("25-34")
    ('25-34', '25-34')
    """
    if is_blank(text):
        return ""
    if not re.fullmatch(r"-?\d+", text.strip(), re.ASCII):
        return text
    age = int(text) if len(text.strip()) < 9 else -1
    if not 0 <= age <= _OLDEST:
        return Trouble(f"age {_short(text.strip())} is impossible", "correct the age, or leave it blank")
    starts = (18, 25, 35, 45, 55, 65, 75)
    if age < starts[0]:
        return "under 18"
    if age >= starts[-1]:
        return "75 and over"
    place = sum(age >= start for start in starts)
    return f"{starts[place - 1]}-{starts[place] - 1}"
