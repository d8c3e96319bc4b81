"""
Simulation: weeks of shifts, incident by incident, for what no formula holds.

Conveyance and waits for a place of safety, other emergencies, breaks, the last-job rule, overrun, and a nurse who is
busy herself. Each incident brings its own random numbers along, whichever car goes: so two plans are compared on the
same incidents, and differ only by what they do. Where the assumptions of the transient hypercube hold, it agrees with
:func:`geo.coverage.availability.transient_hypercube`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv, ndtri
from scipy.stats import t as student

from geo.errors import SchemaError

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Window = tuple[int, int, int]
"""Weekday (Monday 0), first and last minute of a shift; the last may lie after midnight."""

HOURS, WEEK_MINUTES = 168, 168 * 60
CAUSES = ("off_shift", "nurse_busy", "not_appropriate", "car_busy", "shift_end", "deployed")
"""What becomes of an incident, in the order in which it is decided; all but the first two have nurse contact."""

_OFF, _NURSE, _ADVICE, _CAR, _END, _DEPLOYED = range(len(CAUSES))
_DRAWS = ("appropriate", "mobilise", "drive", "scene", "conveyed", "to_safety", "handover", "advice")


@dataclass(frozen=True, slots=True)
class JobTimes:
    """
    How long the parts of a job last, in minutes; of another emergency the whole.

    Mobilisation, scene and advice are gamma, drives log-normal around the roads' minutes, the handover log-normal with
    a long tail. All defaults but three are assumptions: advice is the time of incidents without a deployment in the two
    published weeks of Operation Alloy (about 17); with a drive of 20 minutes each way the scene makes a deployment last
    about as long as theirs (98); the handover's mean is the aim of Right Care Right Person (an hour).
    """

    mobilise_mean: float = 3.0
    mobilise_cv: float = 0.5
    drive_sigma: float = 0.246
    scene_mean: float = 46.0
    scene_cv: float = 0.7
    conveyed: float = 0.1
    to_safety: float = 20.0
    handover_mean: float = 60.0
    handover_cv: float = 1.5
    advice_mean: float = 17.0
    advice_cv: float = 1.0
    emergency_mean: float = 60.0
    emergency_cv: float = 1.0

    def __post_init__(self) -> None:
        parts = [getattr(self, name) for name in self.__slots__]
        if not all(0 <= part < np.inf for part in parts) or self.conveyed > 1:
            raise SchemaError("minutes of a job, their spreads and the share conveyed are >= 0, the share at most 1")


@dataclass(frozen=True, slots=True)
class CrewRules:
    """
    What crews do beside jobs.

    Parameters
    ----------
    advises_away
        Whether the nurse can advise others while she is driven, at a scene or waiting: a choice of the scheme.
    last_job_minutes
        No deployment starts within so many minutes of the shift's end.
    break_minutes
        A break that begins at the first idle moment of the second half of a shift; the nurse has it too.
    """

    advises_away: bool = False
    last_job_minutes: float = 0.0
    break_minutes: float = 0.0

    def __post_init__(self) -> None:
        if not (0 <= self.last_job_minutes < np.inf and 0 <= self.break_minutes < np.inf):
            raise SchemaError("minutes of the last-job rule and of breaks are >= 0")


@dataclass(frozen=True, eq=False)
class Stream:
    """
    Incidents as they come, each with its own random numbers.

    Parameters
    ----------
    minutes
        When each comes, minutes since the first Monday 00:00, ascending, shape (incidents,).
    classes
        Its class (place), shape (incidents,).
    emergencies
        Whether it is another emergency, which takes the car but is not of the scheme, shape (incidents,).
    draws
        Its uniform random numbers, shape (incidents, 8): judged appropriate, mobilisation, drive, scene, conveyed,
        drive to safety, handover, advice.
    weeks
        How many weeks they cover.
    """

    minutes: Floats
    classes: Rows
    emergencies: npt.NDArray[np.bool_]
    draws: Floats
    weeks: int


def draw_stream(rates: npt.ArrayLike, weeks: int, *, emergencies: npt.ArrayLike | None = None, seed: int = 0) -> Stream:
    """
    Draw incidents of some weeks from their rates by hour of week: Poisson, evenly spread within the hour.

    Parameters
    ----------
    rates
        Incidents an hour, shape (168, classes), Monday 00:00 first; an hour that was never observed cannot be drawn.
    weeks
        How many weeks, >= 1.
    emergencies
        Other emergencies that the car is sent to, as ``rates``; none when omitted. They do not change the incidents.

    Raises
    ------
    SchemaError
        If rates are no such table of numbers >= 0, or there is no week.

    Examples
    --------
    >>> stream = draw_stream(np.full((168, 1), 0.5), 100)
    >>> len(stream.minutes) == len(stream.draws), 8000 < len(stream.minutes) < 8800
    (True, True)
    """
    if weeks < 1:
        raise SchemaError(f"{weeks} weeks cannot be simulated; give at least one")
    table = _rates(rates)
    others = np.zeros_like(table) if emergencies is None else _rates(emergencies)
    if others.shape != table.shape:
        raise SchemaError(f"emergencies of shape {others.shape} beside rates of {table.shape}; give the same classes")
    parts = []
    for kind, (expected, own) in enumerate(zip((table, others), np.random.SeedSequence(seed).spawn(2), strict=True)):
        rng = np.random.default_rng(own)
        week, hour, which = np.nonzero(counts := rng.poisson(expected, (weeks, *expected.shape)))
        times = counts[week, hour, which]
        at = np.repeat(week * HOURS + hour, times) + rng.random(times.sum())
        parts.append(
            (at * 60, np.repeat(which, times), np.full(len(at), kind == 1), rng.random((len(at), len(_DRAWS))))
        )
    minutes, classes, other, draws = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(minutes, kind="stable")
    return Stream(minutes[order], classes[order], other[order], draws[order], weeks)


@dataclass(frozen=True, eq=False)
class Simulated:
    """
    What became of every incident of a stream.

    Parameters
    ----------
    causes
        Of each, the number of its cause in :data:`CAUSES`, shape (incidents,); for other emergencies ``deployed`` or
        ``car_busy`` or ``off_shift``.
    cars
        The car that went, -1 for none, shape (incidents,).
    response
        Minutes from call to scene, NaN where no car went, shape (incidents,).
    emergencies
        As in the stream.
    in_week
        The week in which each came, shape (incidents,).
    overrun
        Minutes that each shift ran over, by car, one array each.
    busy_minutes
        Minutes that each car was on jobs, overrun included, shape (cars,).
    crewed_minutes
        Minutes that each car was on shift, shape (cars,).
    weeks
        How many weeks were simulated.
    """

    causes: Rows
    cars: Rows
    response: Floats
    emergencies: npt.NDArray[np.bool_]
    in_week: Rows
    overrun: tuple[Floats, ...]
    busy_minutes: Floats
    crewed_minutes: Floats
    weeks: int

    @property
    def counts(self) -> dict[str, int]:
        """The number of the scheme's incidents by what became of them; they add up to all."""
        numbers = np.bincount(self.causes[~self.emergencies], minlength=len(CAUSES))
        return dict(zip(CAUSES, numbers.tolist(), strict=True))

    @property
    def lost(self) -> float:
        """Of the incidents judged appropriate during a shift, the share to which no car could go."""
        counts = self.counts
        missed = counts["car_busy"] + counts["shift_end"]
        wanted = missed + counts["deployed"]
        return missed / wanted if wanted else 0.0

    def lost_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Give the interval of :attr:`lost` for the noise of so many weeks; see :meth:`share`."""
        return self.share(("car_busy", "shift_end"), ("car_busy", "shift_end", "deployed"), level)[1:]

    def share(self, parts: Sequence[str], of: Sequence[str], level: float = 0.95) -> tuple[float, float, float]:
        """
        Give the share that some causes are of others, and its interval for the noise of so many weeks.

        Weeks are taken as independent of each other: a ratio of two weekly sums (Cochran 1977, Sampling Techniques,
        6.3); not for fewer than about 20 weeks. NaN where none of ``of`` occurs.
        """
        own = ~self.emergencies
        masks = [own & np.isin(self.causes, [CAUSES.index(name) for name in names]) for names in (parts, of)]
        some, all_of_them = (np.bincount(self.in_week[mask], minlength=self.weeks) for mask in masks)
        if not all_of_them.sum():
            return np.nan, np.nan, np.nan
        value = float(some.sum() / all_of_them.sum())
        spread = np.std(some - value * all_of_them, ddof=1) * np.sqrt(self.weeks) / all_of_them.sum()
        margin = float(student.ppf((1 + level) / 2, self.weeks - 1) * spread)
        return value, max(0.0, value - margin), min(1.0, value + margin)

    def in_time(self, minutes: float) -> int:
        """Count the scheme's incidents reached within so many minutes, boundary included."""
        return int(((self.response <= minutes) & ~self.emergencies).sum())


def simulate(
    stream: Stream,
    crews: Sequence[Sequence[Window]],
    drive: npt.ArrayLike,
    *,
    appropriate: float,
    times: JobTimes = JobTimes(),
    rules: CrewRules = CrewRules(),
) -> Simulated:
    """
    Let some crews, each a car and a nurse, meet a stream of incidents.

    A nurse who is on duty and free gives contact. What she judges appropriate gets the nearest free car, with its
    nurse; where none is free, or the shift is near its end, she advises instead, as for everything else. A job is
    mobilisation, drive, scene, with some probability a drive to safety and the wait for handover, and the way back;
    then the car is free. Another emergency takes the nearest free car and its nurse, also on a break and near the
    shift's end, and never waits. Nothing is queued, and no job is broken off: wrong where a car is diverted under way.
    Results carry the noise of so many weeks; compare plans on one stream.

    Parameters
    ----------
    stream
        Incidents with their random numbers, from :func:`draw_stream`.
    crews
        The weekly shifts of each crew.
    drive
        Median minutes from each car's base to each class, shape (cars, classes); inf where no road leads, and then
        that car is not sent.
    appropriate
        The share of incidents that the nurse judges appropriate for the car.

    Raises
    ------
    SchemaError
        If drives do not match crews and classes, shifts of a crew overlap, or the share is none.

    Examples
    --------
    >>> nightly = [(day, 18 * 60, 24 * 60) for day in range(7)]
    >>> found = simulate(draw_stream(np.full((168, 1), 0.3), 52), [nightly], [[15.0]], appropriate=0.3)
    >>> sum(found.counts.values()) == len(found.causes), found.counts["not_appropriate"] > found.counts["deployed"]
    (True, True)
    """
    minutes = np.asarray(drive, dtype=float)
    if minutes.ndim != 2 or len(minutes) != len(crews) or minutes.shape[1] <= stream.classes.max(initial=-1):
        raise SchemaError(
            f"drives of shape {minutes.shape}; give one row for each of {len(crews)} cars, a column a class"
        )
    if np.isnan(minutes).any() or (minutes < 0).any():
        raise SchemaError("minutes of driving are >= 0, or inf where no road leads")
    if not 0 <= appropriate <= 1:
        raise SchemaError(f"a share judged appropriate of {appropriate} is none; give 0 to 1")
    shifts = [np.array(_shifts(windows, stream.weeks), dtype=float).reshape(-1, 2) for windows in crews]
    roster = _Roster.of(stream.minutes, shifts, rules)
    wanted = stream.emergencies | (stream.draws[:, _DRAWS.index("appropriate")] < appropriate)
    parts = _parts(stream.draws[roster.rows], times, wanted[roster.rows])
    met = _meet(stream, roster, wanted, parts, minutes, rules)
    causes, sent = np.full(len(stream.minutes), _OFF), np.full(len(stream.minutes), -1)
    response = np.full(len(stream.minutes), np.nan)
    causes[roster.rows], sent[roster.rows] = met.causes, met.cars
    went = roster.rows[(gone := np.array(met.cars, dtype=np.int64) >= 0)]
    away = minutes[sent[went], stream.classes[went]]
    response[went] = parts.mobilise[gone] + away * parts.drive[gone]
    return Simulated(
        causes,
        sent,
        response,
        stream.emergencies,
        (stream.minutes // WEEK_MINUTES).astype(np.int64),
        tuple(np.array(car) for car in met.overrun),
        np.array(met.busy_minutes),
        np.array([(car[:, 1] - car[:, 0]).sum() for car in shifts]),
        stream.weeks,
    )


@dataclass(frozen=True, eq=False)
class _Roster:
    """
    Who is on duty when incidents come, worked out for all of them at once.

    ``rows`` are the incidents that find a crew on duty; ``on_duty`` gives the cars that each of those finds, and
    ``shift``, ``middle``, ``end`` and ``latest`` of each car (outer list) the number of its shift, that shift's middle
    and end, and the last minute at which a deployment may start; of a car off duty they mean nothing.
    """

    rows: Rows
    on_duty: list[tuple[int, ...]]
    shift: list[list[int]]
    middle: list[list[float]]
    end: list[list[float]]
    latest: list[list[float]]
    shifts: list[int]

    @classmethod
    def of(cls, minutes: Floats, shifts: list[Floats], rules: CrewRules) -> "_Roster":
        """Look up the shifts of each car, shape (shifts, 2): first and last minute, ascending."""
        numbers = [np.searchsorted(car[:, 1], minutes, side="right") for car in shifts]
        following = [np.vstack([car, [[np.inf, np.inf]]])[number] for car, number in zip(shifts, numbers, strict=True)]
        on = np.array([begin <= minutes for begin, _ in (each.T for each in following)])
        rows = np.flatnonzero(on.any(axis=0))
        which = (2 ** np.arange(len(shifts)) @ on[:, rows]).tolist()  # a bit for each car
        crews = {bits: tuple(car for car in range(len(shifts)) if bits >> car & 1) for bits in set(which)}
        begins, ends = ([each[rows, side] for each in following] for side in (0, 1))
        return cls(
            rows=rows,
            on_duty=[crews[bits] for bits in which],
            shift=[number[rows].tolist() for number in numbers],
            middle=[((begin + end) / 2).tolist() for begin, end in zip(begins, ends, strict=True)],
            end=[end.tolist() for end in ends],
            latest=[(end - rules.last_job_minutes).tolist() for end in ends],
            shifts=[len(car) for car in shifts],
        )


@dataclass(frozen=True, eq=False)
class _Met:
    """What became of the incidents of a roster's rows, and what the cars did."""

    causes: list[int]
    cars: list[int]
    overrun: list[list[float]]
    busy_minutes: list[float]


def _meet(
    stream: Stream,
    roster: _Roster,
    wanted: npt.NDArray[np.bool_],
    parts: "_Parts",
    drive: Floats,
    rules: CrewRules,
) -> _Met:
    """
    Go through the incidents that find a crew on duty, one after the other, in plain numbers and lists.

    A car is out until ``busy``, on its break until ``resting``, and its nurse on the telephone until ``advising``.
    """
    number = len(drive)
    busy, resting, advising = ([-np.inf] * number for _ in range(3))
    rested, busy_minutes = [-1] * number, [0.0] * number
    overrun = [[0.0] * shifts for shifts in roster.shifts]
    causes, sent = [_NURSE] * len(roster.rows), [-1] * len(roster.rows)
    away, pause = rules.advises_away, rules.break_minutes
    nearest = [[car for car in order if np.isfinite(drive[car, which])] for which, order in enumerate(_nearest(drive))]
    minutes = drive.tolist()
    now_of, class_of, other_of, wanted_of = (
        column[roster.rows].tolist() for column in (stream.minutes, stream.classes, stream.emergencies, wanted)
    )
    mobilise, factor, scene, advice, emergency = (
        column.tolist() for column in (parts.mobilise, parts.drive, parts.at_scene, parts.advice, parts.emergency)
    )
    for row, (now, which, other, wants, crew) in enumerate(
        zip(now_of, class_of, other_of, wanted_of, roster.on_duty, strict=True)
    ):
        if pause:
            for car in crew:
                if rested[car] != roster.shift[car][row]:
                    idle = max(roster.middle[car][row], busy[car])
                    if idle <= now:
                        rested[car], resting[car] = roster.shift[car][row], idle + pause
        nurse = -1
        if not other:
            for car in crew:
                if advising[car] <= now and resting[car] <= now and (away or busy[car] <= now):
                    nurse = car
                    break
            if nurse < 0:
                continue
            if not wants:
                causes[row], advising[nurse] = _ADVICE, now + advice[row]
                continue
        cause = _CAR
        for car in nearest[which]:
            if car not in crew or busy[car] > now:
                continue
            if not other:
                if resting[car] > now or (advising[car] > now and not away):
                    continue
                if now > roster.latest[car][row]:
                    cause = _END
                    continue
            back = mobilise[row] + minutes[car][which] * (factor[row] + 1) + scene[row]
            minutes_away = emergency[row] if other else back
            busy[car] = now + minutes_away
            busy_minutes[car] += minutes_away
            overrun[car][roster.shift[car][row]] = max(0.0, busy[car] - roster.end[car][row])
            cause, sent[row] = _DEPLOYED, car
            break
        causes[row] = cause
        if nurse >= 0 and cause != _DEPLOYED:
            advising[nurse] = now + advice[row]
    return _Met(causes, sent, overrun, busy_minutes)


def _nearest(drive: Floats) -> list[list[int]]:
    """Give the cars by their distance, for each class."""
    order: list[list[int]] = np.argsort(drive, axis=0, kind="stable").T.tolist()
    return order


@dataclass(frozen=True, eq=False)
class _Parts:
    """
    The parts of each incident's job that do not depend on which car goes, minutes; the drive is a factor.

    Parts of a job are worked out where a car is wanted only, and 0 elsewhere.
    """

    mobilise: Floats
    drive: Floats
    at_scene: Floats
    advice: Floats
    emergency: Floats


def _parts(draws: Floats, times: JobTimes, wanted: npt.NDArray[np.bool_]) -> _Parts:
    every = dict(zip(_DRAWS, np.clip(draws, 1e-12, 1 - 1e-12).T, strict=True))
    column = {name: part[wanted] for name, part in every.items()}
    handover = _long_tailed(column["handover"], times.handover_mean, times.handover_cv)
    to_safety = times.to_safety * np.exp(times.drive_sigma * ndtri(column["to_safety"]))
    at_scene = _gamma(column["scene"], times.scene_mean, times.scene_cv)
    at_scene = at_scene + (column["conveyed"] < times.conveyed) * (to_safety + handover)

    def placed(part: Floats) -> Floats:
        whole = np.zeros(len(draws))
        whole[wanted] = part
        return whole

    return _Parts(
        placed(_gamma(column["mobilise"], times.mobilise_mean, times.mobilise_cv)),
        placed(np.exp(times.drive_sigma * ndtri(column["drive"]))),
        placed(at_scene),
        _gamma(every["advice"], times.advice_mean, times.advice_cv),
        placed(_gamma(column["scene"], times.emergency_mean, times.emergency_cv)),
    )


def _gamma(uniform: Floats, mean: float, cv: float) -> Floats:
    """Turn uniform numbers into gamma ones; a spread of 1 makes them exponential, of 0 all the same."""
    if mean == 0 or cv == 0:
        return np.full(len(uniform), mean)
    if cv == 1:
        return np.asarray(-mean * np.log1p(-uniform), dtype=np.float64)
    return np.asarray(mean * cv**2 * gammaincinv(1 / cv**2, uniform), dtype=np.float64)


def _long_tailed(uniform: Floats, mean: float, cv: float) -> Floats:
    """Turn uniform numbers into log-normal ones of this mean."""
    variance = np.log1p(cv**2)
    return np.asarray(mean * np.exp(np.sqrt(variance) * ndtri(uniform) - variance / 2), dtype=np.float64)


def _rates(rates: npt.ArrayLike) -> Floats:
    table = np.asarray(rates, dtype=float)
    if table.ndim != 2 or table.shape[0] != HOURS:
        raise SchemaError(f"rates of shape {table.shape}; give {HOURS} hours of the week, one column a class")
    if (odd := ~(np.isfinite(table) & (table >= 0))).any():
        hour, which = np.argwhere(odd)[0]
        raise SchemaError(
            f"{int(odd.sum())} of {table.size} rates are not >= 0 and finite (first: hour {hour}, class {which}, "
            f"{table[hour, which]}); an hour that was never observed cannot be simulated"
        )
    return table


def _shifts(windows: Sequence[Window], weeks: int) -> list[tuple[float, float]]:
    """Give first and last minute of every shift of all weeks, ascending."""
    weekly = sorted((day * 1440 + first, day * 1440 + last) for day, first, last in windows)
    for (begin, end), (following, _) in zip(
        weekly, [*weekly[1:], *[(b + WEEK_MINUTES, 0) for b, _ in weekly[:1]]], strict=True
    ):
        if not begin < end <= following:
            raise SchemaError(
                f"a shift from minute {begin} to {end} of the week is none, or overlaps the next of its crew"
            )
    return [(begin + week * WEEK_MINUTES, end + week * WEEK_MINUTES) for week in range(weeks) for begin, end in weekly]
