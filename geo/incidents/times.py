"""
The times of records, column by column: day and clock put together, London's clock changes kept with both readings.

A day and a clock are read once for each distinct text, and the rest is arithmetic on whole columns. Days on which
London's clocks change are few: only their times are looked at one by one.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.incidents import values
from geo.incidents.distinct import Codes, Distinct, Flags, arrow, text_column, troubles_of
from geo.incidents.values import DayOrder, Moment, Trouble
from geo.tables import LONDON, TIME_KNOWN

Instants = npt.NDArray[np.datetime64]
"""UTC, in seconds; NaT where there is none. Shape (rows,)."""

Days = npt.NDArray[np.datetime64]
"""Days of London's calendar; NaT where there is none. Shape (rows,)."""

LATER = ("advice_at", "dispatched_at", "arrived_at", "cleared_at", "officers_released_at")
DATED = ("date", "received_at", *LATER)
"""Fields whose numeric dates tell the file's day order."""

OVERNIGHT = np.timedelta64(12, "h")
"""A bare time before the call is the next day's where it is then within these hours of the call."""

_LONG = np.timedelta64(6, "h")
"""A bare time moved to the next day is doubted where it is then more than these hours after the call."""

_DAY_PARTS = ("day", "month", "year")
_BETWEEN = "\x1f"
_NO_CLOCK = -1
_NO_ZONE = -(10**6)
_MANY = 3000
_DAY_AND_CLOCK = (
    r"^(?P<day>.{5,}[^\sT])(?:\s+|T)(?P<clock>\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?"
    r"(?:\s?(?:Z|BST|GMT|UTC|[+-]\d{2}:?\d{2}))?)\s*$"
)
_BARE_CLOCK = r"^(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?$"
_NUMERIC_DATE = (
    r"^[\s\x{A0}]*(?P<date>(?:[A-Za-z]{3,9}\.?,?[\s\x{A0}]+)?\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2}))(?:\D|$)"
)
_LONDON = ZoneInfo(LONDON)
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class Moments:
    """
    One column of dates, times or both, row by row.

    ``day`` is NaT, ``clock`` (seconds from midnight) -1 where the cell has none; ``ahead`` is how many minutes the
    zone it names is ahead of UTC. ``troubles`` are the cells that cannot be read, by row.
    """

    day: Days
    clock: Codes
    ahead: Codes
    troubles: Mapping[int, Trouble]

    @property
    def has_day(self) -> Flags:
        """Say which rows have a day."""
        return ~np.isnat(self.day)

    @property
    def has_clock(self) -> Flags:
        """Say which rows have a time of day."""
        return self.clock >= 0


@dataclass(frozen=True, eq=False)
class Doubt:
    """Entries of one field that were read with a doubt: the rows' positions, and how each was read."""

    rows: Codes
    field: str
    read_as: Sequence[str]


@dataclass(frozen=True, eq=False)
class Times:
    """
    Every time of the records, row by row, with the troubles of each column by row, and the doubts.

    ``known`` counts in :data:`geo.tables.TIME_KNOWN`.
    """

    received_on: Days
    received_at: Instants
    alternative: Instants
    known: Codes
    later: Mapping[str, Instants]
    troubles: Sequence[Mapping[int, Trouble]]
    doubts: Sequence[Doubt]


def order_of(columns: Sequence[pd.Series]) -> tuple[str, str, str]:
    """Give the evidence for a file's day order as :func:`geo.incidents.values.day_evidence` does, from its columns."""
    texts: dict[str, None] = {}
    for column in columns:
        dates = pc.struct_field(pc.extract_regex(arrow(column).unique(), _NUMERIC_DATE), "date")
        texts.update(dict.fromkeys(dates.unique().drop_null().to_pylist()))
    return values.day_evidence(texts)


def read_moments(column: pd.Series, read: Callable[[str], Moment | Trouble]) -> Moments:
    """
    Read a column of dates and times by its distinct texts.

    Where there are very many, the day and the clock of each are read by themselves: a year has few of both. The
    answer is the one that reading each text whole gives.
    """
    distinct = Distinct.of(column)
    texts, codes = distinct.texts, distinct.codes
    day, clock, ahead, alone = _halves(texts, read) if len(texts) > _MANY else _nothing(len(texts))
    entries: list[Moment | Trouble | None] = [None] * len(texts)
    for place, text in zip(np.flatnonzero(alone).tolist(), texts[alone].tolist(), strict=True):
        entry = entries[place] = read(text)
        if isinstance(entry, Moment):
            day[place] = np.datetime64("NaT") if entry.day is None else entry.day
            clock[place] = _NO_CLOCK if entry.clock is None else entry.clock
            ahead[place] = _ahead(entry.zone)
    return Moments(day[codes], clock[codes], ahead[codes], troubles_of(distinct, entries))


def no_moments(rows: int) -> Moments:
    """Give a column in which nothing is recorded."""
    return Moments(*_nothing(rows)[:3], {})


def _nothing(number: int) -> tuple[Days, Codes, Codes, Flags]:
    return (
        np.full(number, "NaT", "datetime64[D]"),
        np.full(number, _NO_CLOCK, np.int64),
        np.full(number, _NO_ZONE, np.int64),
        np.ones(number, dtype=np.bool_),
    )


def _ahead(zone: str) -> int:
    return round(values.ahead(zone).total_seconds() / 60) if zone else _NO_ZONE


def _halves(texts: pd.Index, read: Callable[[str], Moment | Trouble]) -> tuple[Days, Codes, Codes, Flags]:
    """Read texts of a day and a clock by their halves; the last array says which must be read whole."""
    halves = pc.extract_regex(arrow(pd.Series(texts)), _DAY_AND_CLOCK)
    day = read_moments(text_column(pc.fill_null(pc.struct_field(halves, "day"), "")), read)
    clock = read_moments(text_column(pc.fill_null(pc.struct_field(halves, "clock"), "")), _read_second_half)
    good = day.has_day & ~day.has_clock & (day.ahead == _NO_ZONE) & clock.has_clock
    bare = _bare_clocks(texts)
    return (
        np.where(good, day.day, np.datetime64("NaT")),
        np.where(good, clock.clock, bare),
        np.where(good, clock.ahead, _NO_ZONE),
        ~good & (bare == _NO_CLOCK),
    )


def _bare_clocks(texts: pd.Index) -> Codes:
    """Read texts that are a time of day such as 19:40 or 19:40:05 and nothing else, -1 for all others."""
    parts = pc.extract_regex(arrow(pd.Series(texts)), _BARE_CLOCK)
    hour, minute, second = (
        pc.fill_null(pc.cast(pc.if_else(pc.equal(part, ""), "0", part), pa.int64()), 0).to_numpy()
        for part in (pc.struct_field(parts, name) for name in ("hour", "minute", "second"))
    )
    found = np.asarray(pc.is_valid(parts).to_numpy(), dtype=np.bool_)
    return np.where(found, hour * 3600 + minute * 60 + second, _NO_CLOCK)


def _read_second_half(text: str) -> Moment | Trouble:
    """Read a time of day and the zone behind it."""
    moment = values.read_moment(f"2000-01-01 {text}", "day")
    return replace(moment, day=None) if isinstance(moment, Moment) else moment


def instants(day: Days, clock: Codes, ahead: Codes) -> tuple[Instants, Instants]:
    """
    Give the instants that wall-clock times in London may mean: the first reading, and a second where there are two.

    It is :func:`geo.incidents.values.readings` for whole columns.

    Parameters
    ----------
    day, clock, ahead
        As in :class:`Moments`, shape (rows,).
    """
    known = ~np.isnat(day) & (clock >= 0)
    wall = np.where(known, day.astype("datetime64[s]") + clock.astype("timedelta64[s]"), np.datetime64("NaT", "s"))
    zoned = known & (ahead != _NO_ZONE)
    first = wall - np.where(zoned, ahead, _offsets(wall)).astype("timedelta64[m]").astype("timedelta64[s]")
    second = np.full(len(wall), "NaT", "datetime64[s]")
    changing = known & ~zoned & np.isin(wall.astype("datetime64[D]"), _change_days(wall))
    codes, walls = pd.factorize(wall[changing])
    both = [values.readings(*_day_and_clock(moment)) for moment in walls]
    first[changing] = np.array([one.replace(tzinfo=None) for one, _ in both], "datetime64[s]")[codes]
    others = [None if other is None else other.replace(tzinfo=None) for _, other in both]
    second[changing] = np.array(others, "datetime64[s]")[codes]
    return first, second


def _day_and_clock(wall: np.datetime64) -> tuple[dt.date, int]:
    day = wall.astype("datetime64[D]")
    return day.item(), int((wall - day).astype("timedelta64[s]").astype(np.int64))


def _offsets(wall: Instants) -> Codes:
    """Give the minutes that London is ahead of UTC at the start of each time's day."""
    codes, days = pd.factorize(wall.astype("datetime64[D]").astype("datetime64[s]"), use_na_sentinel=True)
    ahead = np.array([*(_london_ahead(pd.Timestamp(day).to_pydatetime()) for day in days), 0], dtype=np.int64)
    of_each: Codes = ahead[codes]  # a missing time is -1: the zero at the end
    return of_each


def _change_days(wall: Instants) -> Days:
    """Give the days among those of ``wall`` on which London's clocks change."""
    days = pd.unique(wall.astype("datetime64[D]").astype("datetime64[s]"))
    starts = [pd.Timestamp(day).to_pydatetime() for day in days[~np.isnat(days)]]
    changing = [day for day in starts if _london_ahead(day) != _london_ahead(day + dt.timedelta(days=1))]
    return np.array(changing, dtype="datetime64[D]")


def _london_ahead(wall: dt.datetime) -> int:
    offset = wall.replace(tzinfo=_LONDON).utcoffset() or dt.timedelta()
    return round(offset.total_seconds() / 60)


def read_times(cells: pd.DataFrame, order: DayOrder, named_shift: Flags, latest: dt.date = values.LATEST) -> Times:
    """
    Read every time of the records.

    The call's day is that of ``received_at``, else of ``date``, of ``day``, ``month`` and ``year``, of ``time``; its
    clock that of ``time``, else of ``received_at``, of ``date``. A later stamp without a day takes the call's, or the
    next day's where that is within twelve hours of the call; wrong for a stamp that is a day and more late. Where the
    clocks changed, a stamp has the reading that does not stand before the call.

    Parameters
    ----------
    cells
        Columns of text named by field; those that the file lacks are missing.
    named_shift
        Whether the record names its shift, which then dates it, shape (rows,).
    latest
        The last day that has been: what is dated later is a trouble.
    """
    read = partial(values.read_moment, order=order)
    own = {field: _moments(cells, field, read) for field in DATED}
    own["time"] = _moments(cells, "time", partial(values.read_time, order=order))
    own["day"] = _day_parts(cells)
    dated = ("date", "day", "time", "received_at", *LATER)
    unread = [*(own[field].troubles for field in dated), *(_future(own[field].day, latest) for field in dated)]
    call = _call_of(own)
    first, second = instants(call.day, call.clock, call.ahead)
    earliest = np.fmin(first, second)
    stamps = {field: _stamp(own[field], call.day, earliest) for field in LATER}
    known = _known(call, first, second)
    early = (second < first) & np.logical_or.reduce([chosen < first for chosen, _ in stamps.values()])
    first, second = np.where(early, second, first), np.where(early, first, second)
    later = {field: chosen for field, (chosen, _) in stamps.items()}
    clean = np.ones(len(cells), dtype=np.bool_)
    clean[[row for troubles in unread for row in troubles]] = False
    return Times(
        received_on=_london_days(call, first),
        received_at=first,
        alternative=second,
        known=known,
        later=later,
        troubles=(*unread, _undated(call, clean & ~named_shift), *_disorders(first, later, clean)),
        doubts=(*_call_doubts(own, call, first, second, known), *_later_doubts(own, stamps, call, earliest)),
    )


def _future(day: Days, latest: dt.date) -> dict[int, Trouble]:
    """Say which days have not been yet."""
    rows = np.flatnonzero(day > np.datetime64(latest))
    return {
        int(row): Trouble(f"the date {day[row]} is in the future", "correct the year, or the order of day and month")
        for row in rows
    }


@dataclass(frozen=True, eq=False)
class _Call:
    """
    Day, clock and zone of the call, as in :class:`Moments`, and the place of the fields that gave day and clock.
    """

    day: Days
    clock: Codes
    ahead: Codes
    day_from: Codes
    clock_from: Codes


_DAY_FROM = ("received_at", "date", "day", "time")
_CLOCK_FROM = ("time", "received_at", "date")


def _moments(cells: pd.DataFrame, field: str, read: Callable[[str], Moment | Trouble]) -> Moments:
    return read_moments(cells[field], read) if field in cells else no_moments(len(cells))


def _day_parts(cells: pd.DataFrame) -> Moments:
    """Read days kept in three columns."""
    if not set(_DAY_PARTS) <= set(cells.columns):
        return no_moments(len(cells))
    parts = [pc.replace_substring(arrow(cells[part]), _BETWEEN, " ") for part in _DAY_PARTS]
    joined = pc.binary_join_element_wise(*parts, pa.scalar(_BETWEEN, pa.large_string()))
    return read_moments(text_column(joined), lambda text: values.read_day_parts(*text.split(_BETWEEN)))


def _call_of(own: Mapping[str, Moments]) -> _Call:
    """Put the day and the time of the call together from the columns that may hold them."""
    day_from = np.select([own[field].has_day for field in _DAY_FROM], range(len(_DAY_FROM)), -1)
    clock_from = np.select([own[field].has_clock for field in _CLOCK_FROM], range(len(_CLOCK_FROM)), -1)
    nothing = no_moments(len(day_from))
    day, clock, ahead = nothing.day, nothing.clock, nothing.ahead
    for place, field in enumerate(_DAY_FROM):
        day = np.where(day_from == place, own[field].day, day)
    for place, field in enumerate(_CLOCK_FROM):
        clock = np.where(clock_from == place, own[field].clock, clock)
        ahead = np.where(clock_from == place, own[field].ahead, ahead)
    return _Call(day, clock, ahead, day_from, clock_from)


def _known(call: _Call, first: Instants, second: Instants) -> Codes:
    """Say how well each call is dated, as places in :data:`geo.tables.TIME_KNOWN`."""
    cases = {
        "none": np.isnat(call.day),
        "day_only": np.isnat(first),
        "repeated_hour": second > first,
        "skipped_hour": second < first,
        "midnight": call.clock == 0,
    }
    places = [TIME_KNOWN.index(case) for case in cases]
    return np.asarray(np.select(list(cases.values()), places, TIME_KNOWN.index("recorded")), dtype=np.int64)


def _london_days(call: _Call, received: Instants) -> Days:
    """Give London's day of each call; a clock of 24:00 is the next day's, and a named zone may move it."""
    day = np.where(call.clock >= 86400, call.day + _DAY, call.day)
    zoned = ~np.isnat(received) & (call.ahead != _NO_ZONE)
    if zoned.any():
        there = pd.DatetimeIndex(received[zoned]).tz_localize("UTC").tz_convert(LONDON).tz_localize(None)
        day[zoned] = there.to_numpy("datetime64[D]")
    return day


def _stamp(own: Moments, day: Days, earliest: Instants) -> tuple[Instants, Instants]:
    """Choose the reading of a later stamp that does not stand before the call, and give the other that it has."""
    if not own.has_clock.any():
        nothing = np.full(len(day), "NaT", "datetime64[s]")
        return nothing, nothing
    on = np.where(own.has_day, own.day, day)
    first, second = instants(on, own.clock, own.ahead)
    chosen = np.where((first < earliest) & (second >= earliest), second, first)
    late = (chosen < earliest) & ~own.has_day
    if late.any():
        after, _ = instants((on[late] + _DAY).astype("datetime64[D]"), own.clock[late], own.ahead[late])
        overnight = (after >= earliest[late]) & (after - earliest[late] <= OVERNIGHT)
        chosen[late] = np.where(overnight, after, chosen[late])
    return chosen, np.where(chosen == second, first, second)


def _undated(call: _Call, without: Flags) -> dict[int, Trouble]:
    """Say what a row without date and shift lacks."""
    mend = "add the date, or the shift in whose log it stands"
    neither = Trouble("neither date, time nor shift", mend)
    timed = Trouble("a time without a date or a shift", mend)
    rows = np.flatnonzero(np.isnat(call.day) & without)
    return {int(row): neither if call.clock[row] < 0 else timed for row in rows}


def _disorders(received: Instants, later: Mapping[str, Instants], clean: Flags) -> list[dict[int, Trouble]]:
    """Find stamps that stand before the call, or a clearing before the sending or the arrival."""
    found = []
    for field in LATER:
        before = {"received": received}
        if field == "cleared_at":
            before |= {"dispatched": later["dispatched_at"], "arrived": later["arrived_at"]}
        told = np.zeros(len(received), dtype=np.bool_)
        for word, earlier in before.items():
            wrong = (later[field] < earlier) & clean & ~told
            told |= wrong
            reason = f"{field.removesuffix('_at').replace('_', ' ')} before {word}"
            trouble = Trouble(reason, "correct the times from the control-room log")
            found.append(dict.fromkeys(np.flatnonzero(wrong).tolist(), trouble))
    return found


def _call_doubts(
    own: Mapping[str, Moments], call: _Call, first: Instants, second: Instants, known: Codes
) -> list[Doubt]:
    """Name what is doubtful in the times of the calls."""
    two = np.flatnonzero(~np.isnat(second))
    readings = {int(row): _both(first[row], second[row]) for row in two}
    doubts = []
    for place, field in enumerate(_CLOCK_FROM):
        from_here = call.clock_from == place
        doubts.append(doubt(from_here & (known == TIME_KNOWN.index("midnight")), field, "00:00, perhaps no time"))
        doubts.append(doubt(from_here & (known == TIME_KNOWN.index("none")), field, "not used: its shift dates it"))
        other = from_here & ~np.isnat(second)
        doubts.append(Doubt(np.flatnonzero(other), field, [readings[int(row)] for row in np.flatnonzero(other)]))
        unlike = (call.clock_from < place) & (own[field].clock > 0) & (own[field].clock != call.clock)
        doubts.append(doubt(unlike, field, "its time is not used: another column has another"))
    for place, field in enumerate(_DAY_FROM):
        day_only = (call.day_from == place) & (known == TIME_KNOWN.index("day_only"))
        doubts.append(doubt(day_only, field, "a day without a time"))
        unlike = (call.day_from < place) & own[field].has_day & (own[field].day != call.day)
        doubts.append(doubt(unlike, field, "its date is not used: another column has another"))
    return doubts


def _later_doubts(
    own: Mapping[str, Moments], stamps: Mapping[str, tuple[Instants, Instants]], call: _Call, earliest: Instants
) -> list[Doubt]:
    """Name what is doubtful in the later stamps."""
    doubts = []
    for field, (chosen, other) in stamps.items():
        two = np.flatnonzero(~np.isnat(other))
        doubts.append(Doubt(two, field, [_both(chosen[row], other[row]) for row in two]))
        doubts.append(doubt(own[field].has_day & ~own[field].has_clock, field, "not used: a day without a time"))
        undated = own[field].has_clock & ~own[field].has_day & np.isnat(call.day)
        doubts.append(doubt(undated, field, "not used: a time without a day"))
        moved = own[field].has_clock & ~own[field].has_day & (own[field].clock < call.clock)
        late = moved & (chosen - earliest > _LONG)
        doubts.append(doubt(late, field, f"the next day, more than {_LONG.astype(int)} hours after the call"))
    return doubts


def doubt(rows: Flags, field: str, read_as: str) -> Doubt:
    """Give the doubt that rows share which read one field alike."""
    positions = np.flatnonzero(rows)
    return Doubt(positions, field, [read_as] * len(positions))


def _both(chosen: np.datetime64, other: np.datetime64) -> str:
    """Say both readings of a time that the clocks repeated or skipped."""
    return f"{_on_the_clock(chosen)}; it may be {_on_the_clock(other)}"


def _on_the_clock(instant: np.datetime64) -> str:
    return f"{pd.Timestamp(instant, tz='UTC').tz_convert(LONDON):%H:%M %Z}"
