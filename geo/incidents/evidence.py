"""
What speaks for and against two records telling of one incident: fixed weights, each with its reasoning.

A weight is the logarithm to base 2 of how many times likelier a finding is between two records of one incident than
between two records that have nothing to do with each other: +1 doubles the odds, -1 halves them. The weights of a
pair are added to its start; 0 means even odds. Shares marked *assumption* were set from how control rooms and triage
teams keep their records, not measured on linked data: none was at hand. Change them here, and nowhere else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

DAY_RECORDS = 24
"""Records of the other source in a day that the weights are made for: one an hour, a county's busy evening."""

WINDOW_MINUTES = 120
"""Two clock times further apart than this are no candidates, unless one record quotes the other's reference."""

NIGHT_ENDS_MINUTES = 6 * 60
"""A record dated without a time may mean the night that began on that day: until 06:00 of the next."""

OTHER_RECORDS = 1_000
"""Records that are imagined beside those at hand where the share of a place is taken, so that few make no hot place."""

BOUTS = 5
"""A place that calls often calls in bouts: the chance of another call within the hour is this many times its share of
all records (assumption)."""

_FINE_METRES, _SECTOR_METRES, _DISTRICT_METRES = 500.0, 4_000.0, 12_000.0
_NEAR_METRES, _FAR_METRES = 1_000.0, 5_000.0
_NEIGHBOUR_YEARS = 10


@dataclass(frozen=True, slots=True)
class Weight:
    """
    One finding: its share among pairs of one incident (``same``) and among chance pairs of a day (``chance``).
    """

    evidence: str
    finding: str
    same: float
    chance: float
    reasoning: str

    @property
    def weight(self) -> float:
        """The logarithm to base 2 of ``same / chance``, to one decimal, as printed and as added."""
        return round(math.log2(self.same / self.chance), 1)


def _time(finding: str, same: float, minutes: float, reasoning: str) -> Weight:
    """Weigh a difference of clock times against the part of a day, before and after, that it spans."""
    return Weight("time", finding, same, 2 * minutes / 1440, reasoning)


WEIGHTS: tuple[Weight, ...] = (
    Weight("start", "any two records of one day", 0.5, DAY_RECORDS,
           "one of the day's 24 records is the one meant, if the other source has it at all: half do (assumption)"),
    _time("5 minutes or less apart", 0.45, 5, "both clocks follow the same call (assumption: 45% of pairs)"),
    _time("6 to 15 minutes apart", 0.30, 10, "one logs the call, the other the request for the nurse (assumption)"),
    _time("16 to 30 minutes apart", 0.13, 15, "the nurse is asked after officers arrive (assumption)"),
    _time("31 to 60 minutes apart", 0.07, 30, "logged after the event, from memory (assumption)"),
    _time("1 to 2 hours apart", 0.03, 60, "asked for late, or logged at the end (assumption)"),
    _time("more than 2 hours apart", 0.02, 600, "a wrong time; considered only where a reference is quoted"),
    Weight("time", "same day, one without a time", 0.85, 1.0,
           "weak: a chance pair of the day agrees as well; 15% stand under another day (assumption)"),
    Weight("time", "the night that began on that day, one without a time", 0.13, 0.25,
           "a shift's log dates by its evening (assumption: 13%); the six hours are a quarter of a day"),
    Weight("time", "another day, one without a time", 0.02, 1.0, "a wrong date; only where a reference is quoted"),
    Weight("time", "no date in one", 1.0, 365.0,
           "says nothing; but any day of the year may be meant, so the pair starts that much lower"),
    Weight("place", "same place", 0.75, 0.01,
           "same unit postcode, named place, or points within each other's doubt: 3 pairs of 4 (assumption); by chance "
           "1 in 100, since a place that called once calls again, and more where the place is a frequent one"),
    Weight("place", "same postcode sector, or within a doubt of 4 km", 0.85, 0.06,
           "weaker: a sector holds about 1 in 20 of the incidents of its towns (assumption)"),
    Weight("place", "same postcode district, or within a doubt of 12 km", 0.90, 0.15,
           "weaker still: a town's district holds about 1 in 7 (assumption)"),
    Weight("place", "up to 1 km apart", 0.10, 0.03, "the caller's address and the scene (assumption)"),
    Weight("place", "1 to 5 km apart", 0.06, 0.15, "home and scene in one town (assumption)"),
    Weight("place", "more than 5 km apart", 0.09, 0.80, "one has a wrong place, such as a person's home (assumption)"),
    Weight("age band", "same age band", 0.80, 0.20, "eight bands of uneven size; 1 pair in 5 agrees by chance"),
    Weight("age band", "same age band, of one place or person", 0.80, 0.65,
           "says little more: who calls again from a place is mostly the same person (assumption)"),
    Weight("age band", "age bands that overlap", 0.80, 0.40, "the two sources cut ages differently"),
    Weight("age band", "neighbouring age bands", 0.13, 0.30, "ages are often estimated at the scene (assumption)"),
    Weight("age band", "age bands further apart", 0.07, 0.50, "age mistaken, or of another person (assumption)"),
    Weight("sex", "same sex", 0.97, 0.50, "3 in 100 are recorded wrongly (assumption)"),
    Weight("sex", "same sex, of one place or person", 0.97, 0.80, "says little more, as with age (assumption)"),
    Weight("sex", "different sex", 0.03, 0.50, "3 in 100 are recorded wrongly (assumption)"),
    Weight("reference", "one quotes the other's reference", 0.30, 0.00001,
           "some write it down (assumption: 30%); five or more characters do not agree by chance"),
    Weight("reference", "same person reference, at another or no known place", 0.80, 0.03,
           "the same person, who may ring again that evening (assumption: 3%); at one place it says nothing more"),
)  # fmt: skip
"""
Every weight, in the order of a pair's sentence. Three rules beside them. Where the place is not the same, the logarithm
of the records an hour around the pair is taken off: crowded hours count against it, quiet ones for it. The chance of
the same place grows with the share of all records that stand there. A time of exactly 00:00, which may be a default,
counts half as a time and half as a day without one. What either record leaves blank weighs nothing.
"""

_BY_FINDING = {weight.finding: weight for weight in WEIGHTS}
FINDINGS = ("", *_BY_FINDING)
"""Every finding by its number; 0 is nothing to find."""

_NUMBER = {finding: number for number, finding in enumerate(FINDINGS)}
_VALUES = np.array([0.0, *(weight.weight for weight in WEIGHTS)])
START = _BY_FINDING["any two records of one day"].weight

_TIMES = np.array([5, 15, 30, 60, WINDOW_MINUTES])
_TIME_NUMBERS = np.array([_NUMBER[weight.finding] for weight in WEIGHTS if "apart" in weight.finding
                          and weight.evidence == "time"])  # fmt: skip
_SAME_PLACE = _NUMBER["same place"]
_ANCHORS = [
    _SAME_PLACE,
    _NUMBER["same postcode sector, or within a doubt of 4 km"],
    _NUMBER["one quotes the other's reference"],
]


def weight_table() -> pd.DataFrame:
    """Give the weights as a table to print: evidence, finding, weight, the two shares and the reasoning."""
    rows = [(w.evidence, w.finding, w.weight, w.same, w.chance, w.reasoning) for w in WEIGHTS]
    return pd.DataFrame(rows, columns=["evidence", "finding", "weight", "same", "chance", "reasoning"])


@dataclass(frozen=True, eq=False)
class Side:
    """
    One source's records as arrays of equal length, ready to be weighed; NaN or -1 is not recorded.

    ``minute`` and ``other_minute`` are instants in minutes (the second reading of a clock change apart); ``wall`` is
    the time on London's clocks and ``day`` the start of the day, in the same minutes. Codes are shared by both sides.
    """

    minute: Numbers
    other_minute: Numbers
    wall: Numbers
    day: Numbers
    midnight: Truths
    easting: Numbers
    northing: Numbers
    doubt: Numbers
    unit: Codes
    sector: Codes
    outward: Codes
    spot: Codes
    at_spot: Numbers
    age_low: Numbers
    age_high: Numbers
    age: Codes
    sex: Codes
    person: Codes

    def __len__(self) -> int:
        return len(self.minute)

    @property
    def timeless(self) -> Truths:
        """Which records have a day and no time."""
        return np.isnan(self.minute) & ~np.isnan(self.day)


@dataclass(frozen=True, eq=False)
class Findings:
    """
    What was found between each of some pairs: a number of :data:`FINDINGS` for each sort of evidence, its weight, the
    minutes and metres apart (NaN where not known) and the whole weight, start included.
    """

    numbers: dict[str, Codes]
    weights: dict[str, Numbers]
    crowd: Numbers
    minutes: Numbers
    metres: Numbers
    total: Numbers

    @property
    def anchored(self) -> Truths:
        """Which pairs agree in something that few records share: the place, its postcode sector, or a reference."""
        return np.isin(self.numbers["place"], _ANCHORS) | np.isin(self.numbers["reference"], _ANCHORS)


def sides(first: pd.DataFrame, second: pd.DataFrame, days: tuple[pd.Series, pd.Series]) -> tuple[Side, Side]:
    """Give both sources' records as arrays; ``days`` holds the day of each record, NaT where nobody knows it."""
    both = pd.concat([first, second], ignore_index=True)
    cut, n = len(first), len(both)
    columns = {
        **_when(both, pd.concat(days, ignore_index=True)),
        **_where(both),
        **_who(both),
    }
    return tuple(  # type: ignore[return-value]  # two slices give two sides
        Side(**{name: values[part] for name, values in columns.items()}) for part in (slice(0, cut), slice(cut, n))
    )


def _when(both: pd.DataFrame, day: pd.Series) -> dict[str, Any]:
    received = both["received_at"]
    return {
        "minute": _minutes(received.dt.tz_convert("UTC").dt.tz_localize(None)),
        "other_minute": _minutes(both["received_at_alternative"].dt.tz_convert("UTC").dt.tz_localize(None)),
        "wall": _minutes(received.dt.tz_localize(None)),
        "day": _minutes(day),
        "midnight": both["time_known"].eq("midnight").to_numpy(dtype=bool),
    }


def _minutes(times: pd.Series) -> Numbers:
    whole = times.astype("datetime64[s]").to_numpy()
    return np.where(np.isnat(whole), np.nan, whole.astype(np.int64) / 60)


def _where(both: pd.DataFrame) -> dict[str, Any]:
    parts = both["postcode"].str.upper().str.extract(r"^([A-Z]{1,2}\d[A-Z\d]?)(?: (\d)([A-Z]{2})?)?$").fillna("")
    outward, sector, unit = (
        parts[0],
        (parts[0] + " " + parts[1]).where(parts[1] != "", ""),
        (parts[0] + " " + parts[1] + parts[2]).where(parts[2] != "", ""),
    )
    named = both["location"].str.casefold().str.split().str.join(" ")
    spot = _codes(unit.where(unit != "", named))
    return {
        "easting": both["easting"].to_numpy(np.float64),
        "northing": both["northing"].to_numpy(np.float64),
        "doubt": both["uncertainty_metres"].to_numpy(np.float64),
        "unit": _codes(unit),
        "sector": _codes(sector),
        "outward": _codes(outward),
        "spot": spot,
        "at_spot": _share_elsewhere(spot),
    }


def _share_elsewhere(spot: Codes) -> Numbers:
    """Give the share of all records, a pair's own two apart, that stand at each record's place; 0 without a place."""
    count = np.bincount(spot + 1, minlength=1)[spot + 1]
    others = np.where(spot >= 0, np.maximum(count - 2, 0), 0)
    share: Numbers = others / (max(len(spot) - 2, 0) + OTHER_RECORDS)
    return share


def _who(both: pd.DataFrame) -> dict[str, Any]:
    age = both["age_band"].str.casefold().str.strip()
    texts = {text: _years(text) for text in age.unique()}
    return {
        "age_low": age.map({text: years[0] for text, years in texts.items()}).to_numpy(np.float64),
        "age_high": age.map({text: years[1] for text, years in texts.items()}).to_numpy(np.float64),
        "age": _codes(age),
        "sex": _codes(both["sex"].str.casefold().str.strip().str[:1].where(lambda sex: sex.isin(["f", "m"]), "")),
        "person": _codes(both["person_key"]),
    }


def _years(band: str) -> tuple[float, float]:
    """
    Give the least and greatest age of a band; NaN where it names no ages.

    >>> _years("25-34"), _years("under 18"), _years("75 and over"), _years("⁰⁴⁵")
    ((25.0, 34.0), (0.0, 17.0), (75.0, 120.0), (nan, nan))
    """
    ages = [float(word) for word in "".join(sign if sign.isdecimal() else " " for sign in band).split()]
    if not ages or len(ages) > 2:
        return math.nan, math.nan
    if len(ages) == 2:
        return min(ages), max(ages)
    if "under" in band or "<" in band:
        return 0.0, ages[0] - 1
    return (ages[0], 120.0) if any(sign in band for sign in ("over", "+", ">")) else (ages[0], ages[0])


def _codes(texts: pd.Series) -> Codes:
    """Number the distinct texts; -1 for the empty one."""
    codes, _ = pd.factorize(texts.mask(texts == ""), use_na_sentinel=True)
    return np.asarray(codes, dtype=np.int64)


def weigh(one: Side, two: Side, i: Codes, j: Codes, *, quoted: Truths, rate: Numbers) -> Findings:
    """
    Weigh the pairs ``(i, j)``: rows of ``one`` and of ``two``.

    The sorts of evidence are added as if they were independent, but for place, person, age and sex of one caller. Wrong
    where a caller rings twice within minutes and each source holds another call: that looks like one incident.

    Parameters
    ----------
    quoted
        For each pair, whether one record quotes the other's reference.
    rate
        For each pair, the records an hour around it.
    """
    minutes, time, time_weight = _weigh_time(one, two, i, j)
    metres, place, place_weight = _weigh_place(one, two, i, j)
    person = _agree(one.person[i], two.person[j])
    akin = person | (place == _SAME_PLACE)
    numbers = {
        "time": time,
        "place": place,
        "age band": _weigh_age(one, two, i, j, akin),
        "sex": _weigh_sex(one, two, i, j, akin),
        "reference": _weigh_reference(quoted, person & (place != _SAME_PLACE)),
    }
    weights = {name: _VALUES[found] for name, found in numbers.items()} | {"time": time_weight, "place": place_weight}
    crowd: Numbers = np.where(place == _SAME_PLACE, 0.0, -np.log2(rate)).round(1)
    total = np.round(START + crowd + sum(weights.values()), 1)
    return Findings(numbers, weights, crowd, minutes, metres, total)


def _weigh_time(one: Side, two: Side, i: Codes, j: Codes) -> tuple[Numbers, Codes, Numbers]:
    minutes = _apart(one, two, i, j)
    clocked = ~np.isnan(minutes)
    by_clock = _TIME_NUMBERS[np.searchsorted(_TIMES, np.nan_to_num(minutes))]
    by_day = _by_day(one, two, i, j)
    number = np.where(clocked, by_clock, by_day)
    half = clocked & (one.midnight[i] | two.midnight[j])
    mixed = np.log2(0.5 * 2.0 ** _VALUES[by_clock] + 0.5 * 2.0 ** _VALUES[by_day])
    weight: Numbers = np.where(half, mixed, _VALUES[number]).round(1)
    return minutes, number, weight


def _apart(one: Side, two: Side, i: Codes, j: Codes) -> Numbers:
    """Give the least minutes between any reading of the one and any of the other; NaN without a time in both."""
    readings = [
        np.abs(a - b) for a in (one.minute[i], one.other_minute[i]) for b in (two.minute[j], two.other_minute[j])
    ]
    least: Numbers = np.fmin.reduce(readings)
    return least


def _by_day(one: Side, two: Side, i: Codes, j: Codes) -> Codes:
    """Find what the days say where a time is missing, or is no more than a default."""
    a, b = one.day[i], two.day[j]
    number = np.full(len(i), _NUMBER["another day, one without a time"])
    after = np.where(one.timeless[i] | one.midnight[i], two.wall[j] - a, one.wall[i] - b)
    night = (after >= 1440) & (after < 1440 + NIGHT_ENDS_MINUTES)
    number[night] = _NUMBER["the night that began on that day, one without a time"]
    number[a == b] = _NUMBER["same day, one without a time"]
    number[np.isnan(a) | np.isnan(b)] = _NUMBER["no date in one"]
    return number


def _weigh_place(one: Side, two: Side, i: Codes, j: Codes) -> tuple[Numbers, Codes, Numbers]:
    metres = np.hypot(one.easting[i] - two.easting[j], one.northing[i] - two.northing[j])
    number = np.where(np.isnan(metres), _by_words(one, two, i, j), _by_points(one, two, i, j, metres))
    whole = (one.unit[i] >= 0) & (two.unit[j] >= 0)
    apart = (one.sector[i] >= 0) & (two.sector[j] >= 0) & (one.sector[i] != two.sector[j])
    partly = ~whole & ~apart & _agree(one.outward[i], two.outward[j])
    number[partly] = _NUMBER["same postcode district, or within a doubt of 12 km"]
    number[partly & _agree(one.sector[i], two.sector[j])] = _NUMBER["same postcode sector, or within a doubt of 4 km"]
    number[_agree(one.spot[i], two.spot[j])] = _SAME_PLACE
    same = _BY_FINDING["same place"]
    busy = np.maximum(one.at_spot[i], two.at_spot[j])
    frequent = np.round(np.log2(same.same / (same.chance + BOUTS * busy)), 1)
    return metres, number, np.where(number == _SAME_PLACE, frequent, _VALUES[number])


def _by_points(one: Side, two: Side, i: Codes, j: Codes, metres: Numbers) -> Codes:
    """Find what two points say, beyond the doubt of both; a doubt wider than a postcode district says nothing."""
    reach = one.doubt[i] + two.doubt[j]
    gap = metres - reach
    fine = reach <= _FINE_METRES
    number = np.full(len(i), _NUMBER["more than 5 km apart"])
    number[gap <= _FAR_METRES] = _NUMBER["1 to 5 km apart"]
    near = gap <= _NEAR_METRES
    number[near] = np.where(fine[near], _NUMBER["up to 1 km apart"], 0)
    number[(gap <= 0) & (reach <= _DISTRICT_METRES)] = _NUMBER["same postcode district, or within a doubt of 12 km"]
    number[(gap <= 0) & (reach <= _SECTOR_METRES)] = _NUMBER["same postcode sector, or within a doubt of 4 km"]
    number[(gap <= 0) & fine] = _SAME_PLACE
    number[~(reach <= _DISTRICT_METRES)] = 0
    return number


def _by_words(one: Side, two: Side, i: Codes, j: Codes) -> Codes:
    """Find what two postcodes say that no gazetteer could place."""
    number = np.where((one.outward[i] >= 0) & (two.outward[j] >= 0), _NUMBER["more than 5 km apart"], 0)
    number[_agree(one.outward[i], two.outward[j])] = _NUMBER["1 to 5 km apart"]
    number[_agree(one.sector[i], two.sector[j])] = _NUMBER["up to 1 km apart"]
    return number


def _agree(a: Codes, b: Codes) -> Truths:
    agreed: Truths = (a == b) & (a >= 0)
    return agreed


def _weigh_sex(one: Side, two: Side, i: Codes, j: Codes, akin: Truths) -> Codes:
    number = np.where((one.sex[i] >= 0) & (two.sex[j] >= 0), _NUMBER["different sex"], 0)
    here = np.where(akin, _NUMBER["same sex, of one place or person"], _NUMBER["same sex"])
    return np.where(_agree(one.sex[i], two.sex[j]), here, number)


def _weigh_age(one: Side, two: Side, i: Codes, j: Codes, akin: Truths) -> Codes:
    gap = np.maximum(one.age_low[i], two.age_low[j]) - np.minimum(one.age_high[i], two.age_high[j])
    number = np.full(len(i), _NUMBER["age bands further apart"])
    number[gap <= _NEIGHBOUR_YEARS] = _NUMBER["neighbouring age bands"]
    number[gap <= 0] = _NUMBER["age bands that overlap"]
    number[np.isnan(gap)] = 0
    same = np.where(akin, _NUMBER["same age band, of one place or person"], _NUMBER["same age band"])
    return np.where(_agree(one.age[i], two.age[j]), same, number)


def _weigh_reference(quoted: Truths, person: Truths) -> Codes:
    number = np.where(person, _NUMBER["same person reference, at another or no known place"], 0)
    return np.where(quoted, _NUMBER["one quotes the other's reference"], number)


def because(found: Findings, pair: int, blanks: Sequence[str] = ("place", "age band", "sex")) -> str:
    """
    Say what a pair's weight is made of, in one sentence; ``blanks`` are named where one record leaves them blank.
    """
    minutes, metres = found.minutes[pair], found.metres[pair]
    parts = [f"start {START:+.1f}"]
    for name, numbers in found.numbers.items():
        finding, weight = FINDINGS[numbers[pair]], found.weights[name][pair]
        if name == "time" and not math.isnan(minutes):
            finding = f"{minutes:.0f} minutes apart"
        elif name == "place" and finding.endswith("km apart") and not math.isnan(metres):
            finding = f"{metres / 1000:.1f} km apart"
        if finding:
            parts.append(f"{finding} {weight:+.1f}")
        elif name in blanks:
            parts.append(f"{name} not in both 0")
    if crowd := found.crowd[pair]:
        parts.append(f"{'quiet' if crowd > 0 else 'crowded'} hours {crowd:+.1f}")
    return ", ".join(parts) + f": weight {found.total[pair]:+.1f}"
