"""
Plant duplicates in two sources of a county and measure how many of the proposed pairs are right, and how many are
found.

    python benchmarks/reliability/duplicates.py

A year of a county is invented, events first: night-heavy, busier at weekends, a part of them at a few homes and public
places, callers who ring again the same night. Each event is then told by the control room, by the triage team or by
both, each with its own clock, blanks, wrong and partial places, rounded times and mistaken ages. The pairs told by both
are the planted duplicates. How the records are spoilt was set before the weights were tried; the weights and the rules
of the bands were then set with the first seed and six others in view; the held-out seed and the ten more were not used
for that. But all are our idea of two sources, not linked records, so the figures hold for such data only.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import beta

from geo.incidents.reconcile import Matches, propose_matches
from geo.places.locate import locate
from geo.places.postcodes import Gazetteer
from geo.tables import INCIDENT_COLUMNS, LONDON

SEED, HELD_OUT_SEED = 20160201, 20161231
MORE_SEEDS = tuple(range(101, 111))
PLANTED = 1_000
CONTROL_ROOM_ALONE, TEAM_ALONE = 3_000, 1_500
"""Records of one source only, for each 1,000 planted: 4,000 and 2,500 in all, a county's year."""

HOURS = np.array([5, 4, 3, 2, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 8, 9, 9, 9, 8, 7], dtype=float)
WEEKDAYS = np.array([0.95, 0.9, 0.95, 1.0, 1.1, 1.15, 0.95])
HOMES, SPOTS = 25, 8
AT_HOMES, AT_SPOTS = 0.14, 0.07
RINGS_AGAIN, RINGS_AGAIN_FROM_HOME = 0.03, 0.25
BANDS = ("under 18", "18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75 and over")
BAND_SHARES = (0.1, 0.17, 0.2, 0.18, 0.15, 0.1, 0.05, 0.05)
NIGHT_ENDS = 6


@dataclass(frozen=True, eq=False)
class Planted:
    """Two located sources; records of one event have the same number after the letter of their incident_id."""

    first: pd.DataFrame
    second: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Found:
    """How many pairs a band holds, how many of them are right, and how many were planted."""

    pairs: int
    right: int
    planted: int

    @property
    def precision(self) -> tuple[float, float, float]:
        """The share of proposed pairs that is right, with its 95% Clopper-Pearson interval."""
        return share(self.right, self.pairs)

    @property
    def recall(self) -> tuple[float, float, float]:
        """The share of planted pairs that was proposed, with its 95% Clopper-Pearson interval."""
        return share(self.right, self.planted)


def share(count: int, of: int) -> tuple[float, float, float]:
    """Give a share with its 95% Clopper-Pearson interval."""
    low = float(beta.ppf(0.025, count, of - count + 1)) if count else 0.0
    high = float(beta.ppf(0.975, count + 1, of - count)) if count < of else 1.0
    return count / of, low, high


def plant(seed: int, planted: int = PLANTED) -> Planted:
    """Invent the two sources; fewer planted duplicates mean a shorter stretch of the same density."""
    rng = np.random.default_rng(seed)
    number = planted * (1_000 + CONTROL_ROOM_ALONE + TEAM_ALONE) // 1_000
    events = _events(rng, number, days=round(365 * planted / 1_000))
    told = rng.permutation(number)
    both, control = planted, planted + planted * CONTROL_ROOM_ALONE // 1_000
    in_first = np.sort(told[:control])
    in_second = np.sort(np.concatenate([told[:both], told[control:]]))
    return Planted(
        _located(_as_control_room(rng, events.iloc[in_first])), _located(_as_team(rng, events.iloc[in_second]))
    )


def _events(rng: np.random.Generator, number: int, days: int) -> pd.DataFrame:
    """Invent what happened: minute of the year, place, age, sex and person of each event, in order of time."""
    live = _live()
    day = rng.choice(days, number, p=_shares(WEEKDAYS[np.arange(days) % 7]))
    hour = rng.choice(24, number, p=_shares(HOURS))
    homes, spots = (rng.choice(live.index, size, p=live["weight"]) for size in (HOMES, SPOTS))
    kind = rng.random(number)
    at_home, at_spot = kind < AT_HOMES, (kind >= AT_HOMES) & (kind < AT_HOMES + AT_SPOTS)
    caller = (rng.random(number) ** 2 * HOMES).astype(int)
    band = rng.choice(len(BANDS), number, p=BAND_SHARES)
    sex = rng.choice(["F", "M"], number)
    events = pd.DataFrame(
        {
            "minute": day * 1440 + hour * 60 + rng.integers(0, 60, number),
            "unit": np.where(
                at_home,
                homes[caller],
                np.where(
                    at_spot, spots[rng.integers(0, SPOTS, number)], rng.choice(live.index, number, p=live["weight"])
                ),
            ),
            "band": np.where(at_home, caller % len(BANDS), band),
            "sex": np.where(at_home, np.where(caller % 2, "M", "F"), sex),
            "person": np.where(at_home, -1 - caller, np.arange(number)),
        }
    )
    return _ring_again(rng, events, at_home).sort_values("minute", ignore_index=True)


def _ring_again(rng: np.random.Generator, events: pd.DataFrame, at_home: np.ndarray) -> pd.DataFrame:
    """Make some events the second call of another: same place and person, up to three hours later, one more event."""
    chance = np.where(at_home, RINGS_AGAIN_FROM_HOME, RINGS_AGAIN)
    again = rng.random(len(events)) < chance / (1 + chance)
    earlier = rng.choice(np.flatnonzero(at_home & ~again), len(events))
    ordinary = rng.choice(np.flatnonzero(~at_home & ~again), len(events))
    source = np.where(at_home, earlier, ordinary)
    second = events.iloc[source].reset_index(drop=True)
    second = second.assign(minute=second["minute"] + rng.integers(8, 180, len(events)))
    return pd.concat([events[~again], second[again]])


@cache
def _live() -> pd.DataFrame:
    """Give the live postcodes of Northamptonshire with a weight: more where postcodes are dense."""
    frame = Gazetteer.default().frame.sort_index()
    frame = frame[frame["live"] & frame["district_2021"].str.contains("Northamptonshire")]
    square = frame["easting"] // 1000 * 10_000 + frame["northing"] // 1000
    return frame.assign(weight=_shares(np.sqrt(square.map(square.value_counts()).to_numpy(dtype=float))))


def _shares(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum()


def _as_control_room(rng: np.random.Generator, events: pd.DataFrame) -> pd.DataFrame:
    """Tell the events as the control room logs them: an exact clock, few blanks, the caller's address now and then."""
    n = len(events)
    number = events.index.to_numpy()
    return pd.DataFrame(
        {
            "incident_id": [f"police:{event}" for event in number],
            "source": "police",
            "reference": [f"NP-{event:06d}" for event in number],
            "minute": events["minute"].to_numpy(),
            "time_known": "recorded",
            "postcode": _misplaced(rng, events["unit"].to_numpy(), blank=0.04, partial=0.02, near=0.03, wrong=0.03),
            "age_band": _mistaken_band(rng, events["band"].to_numpy(), blank=0.25),
            "sex": np.where(rng.random(n) < 0.06, "", _mistaken_sex(rng, events["sex"].to_numpy())),
            "person_key": _person(rng, events["person"].to_numpy(), known=0.4),
            "note": "",
        }
    )


def _as_team(rng: np.random.Generator, events: pd.DataFrame) -> pd.DataFrame:
    """Tell the events as a busy team writes them down, during the shift or at its end."""
    n = len(events)
    number = events.index.to_numpy()
    minute = events["minute"].to_numpy() + _lag(rng, n)
    minute = np.where(rng.random(n) < 0.4, np.round(minute / 5).astype(int) * 5, minute)
    kind = rng.random(n)
    time_known = np.where(kind < 0.07, "day_only", np.where(kind < 0.08, "midnight", "recorded"))
    quote = rng.random(n) < 0.08
    return pd.DataFrame(
        {
            "incident_id": [f"mental_health:{event}" for event in number],
            "source": "mental_health",
            "reference": [f"OA-{place:05d}" for place in range(n)],
            "minute": minute,
            "time_known": time_known,
            "postcode": _misplaced(rng, events["unit"].to_numpy(), blank=0.12, partial=0.08, near=0.05, wrong=0.10),
            "age_band": _mistaken_band(rng, events["band"].to_numpy(), blank=0.15),
            "sex": np.where(rng.random(n) < 0.06, "", _mistaken_sex(rng, events["sex"].to_numpy())),
            "person_key": _person(rng, events["person"].to_numpy(), known=0.5),
            "note": [f"see log NP-{event:06d}" if told else "" for event, told in zip(number, quote, strict=True)],
        }
    )


def _lag(rng: np.random.Generator, n: int) -> np.ndarray:
    """Invent how many minutes later than the control room the team dates an event; earlier where negative."""
    kinds = [rng.normal(4, 5, n), rng.gamma(2.0, 9.0, n), rng.uniform(-60, 60, n), rng.uniform(60, 180, n)]
    kind = rng.choice(4, n, p=[0.6, 0.26, 0.11, 0.03])
    return np.round(np.choose(kind, kinds)).astype(int)


def _misplaced(
    rng: np.random.Generator, units: np.ndarray, *, blank: float, partial: float, near: float, wrong: float
) -> np.ndarray:
    """Spoil postcodes: none, a part, another postcode of the neighbourhood, or one anywhere in the county."""
    live = _live()
    sectors = live.groupby(live.index.str[:-2]).groups
    kind = rng.choice(5, len(units), p=[blank, partial, near, wrong, 1 - blank - partial - near - wrong])
    anywhere = rng.choice(live.index, len(units), p=live["weight"])
    whole = rng.random(len(units)) < 0.5
    spoilt = []
    for unit, how, other, to_sector in zip(units, kind, anywhere, whole, strict=True):
        part = unit[:-2] if to_sector else unit.split()[0]
        neighbour = str(rng.choice(sectors[unit[:-2]])) if how == 2 else ""
        spoilt.append(("", part, neighbour, other, unit)[how])
    return np.array(spoilt, dtype=object)


def _mistaken_band(rng: np.random.Generator, bands: np.ndarray, *, blank: float) -> np.ndarray:
    off = np.where(rng.random(len(bands)) < 0.07, rng.choice([-1, 1], len(bands)), 0)
    texts = np.array(BANDS, dtype=object)[np.clip(bands.astype(int) + off, 0, len(BANDS) - 1)]
    return np.where(rng.random(len(bands)) < blank, "", texts)


def _mistaken_sex(rng: np.random.Generator, sexes: np.ndarray) -> np.ndarray:
    other = np.where(sexes == "F", "M", "F")
    return np.where(rng.random(len(sexes)) < 0.02, other, sexes)


def _person(rng: np.random.Generator, persons: np.ndarray, *, known: float) -> np.ndarray:
    keys = np.array([f"person {person}" for person in persons], dtype=object)
    return np.where(rng.random(len(persons)) < known, keys, "")


def _located(records: pd.DataFrame) -> pd.DataFrame:
    """Bring records into the incident contract and onto the ground, as an import does."""
    wall = pd.Timestamp("2016-01-04") + pd.to_timedelta(records["minute"], unit="min")
    at = wall.dt.tz_localize(LONDON, ambiguous=True, nonexistent="shift_forward").astype(f"datetime64[us, {LONDON}]")
    evening = wall.dt.normalize() - pd.to_timedelta((wall.dt.hour < NIGHT_ENDS).astype(int), unit="D")
    midnight, timeless = records["time_known"] == "midnight", records["time_known"] == "day_only"
    default = wall.dt.normalize().dt.tz_localize(LONDON).astype(at.dtype)
    columns = {column.name: _blank(column.kind, column.choices, len(records)) for column in INCIDENT_COLUMNS}
    known = {name: records[name].astype("str") for name in records.columns if name != "minute"}
    times = {
        "received_at": at.where(~midnight, default).mask(timeless),
        "received_on": wall.dt.normalize().where(~timeless, evening).astype("datetime64[us]"),
    }
    rows = pd.Series(range(1, len(records) + 1), dtype="float64")
    return pd.DataFrame(locate(pd.DataFrame({**columns, **known, **times, "row": rows}), Gazetteer.default()))


def _blank(kind: str, choices: tuple[str, ...], n: int) -> pd.Series:
    """Give a column of which nothing is recorded."""
    if kind == "number":
        return pd.Series(np.nan, index=range(n))
    if kind == "time":
        return pd.Series(pd.NaT, index=range(n), dtype=f"datetime64[us, {LONDON}]")
    if kind == "date":
        return pd.Series(pd.NaT, index=range(n), dtype="datetime64[us]")
    return pd.Series("unknown" if "unknown" in choices else "", index=range(n), dtype="str")


def judge(matches: Matches, planted: int) -> dict[str, Found]:
    """Count the right pairs of the proposed matches, and of these with the pairs for review."""
    pairs = matches.pairs
    right = pairs["first_id"].str.split(":").str[1] == pairs["second_id"].str.split(":").str[1]
    match = pairs["band"] == "match"
    return {
        "match": Found(int(match.sum()), int((match & right).sum()), planted),
        "match and review": Found(len(pairs), int(right.sum()), planted),
    }


def measure(seed: int, planted: int = PLANTED) -> dict[str, Found]:
    """Plant duplicates, propose pairs and judge them."""
    two = plant(seed, planted)
    return judge(propose_matches(two.first, two.second), planted)


def _together(seeds: tuple[int, ...]) -> dict[str, Found]:
    """Measure several seeds and add them up."""
    each = [measure(seed) for seed in seeds]
    return {
        band: Found(*(sum(getattr(found[band], count) for found in each) for count in ("pairs", "right", "planted")))
        for band in each[0]
    }


def section() -> str:
    """Give the Markdown section of the reliability page with the figures measured now."""
    first, second = (len(frame) for frame in (plant(SEED).first, plant(SEED).second))
    lines = [
        "## Planted duplicates",
        "",
        f"`python benchmarks/reliability/duplicates.py` plants {PLANTED:,} incidents in two invented sources of a "
        f"county year ({first:,} control-room and {second:,} team records: night-heavy, frequent callers who ring "
        "again, frequent places; clocks apart, times rounded or left out, wrong, partial and blank places, mistaken "
        "ages). The weights and the bands were set with the first seed and six others in view; the held-out one and "
        "the ten more were not used for that, but come from the same invention. On a scheme's own records, settle a "
        "sample of the matches by hand before trusting the share.",
        "",
        "| seed | band | pairs | right | precision (95% interval) | recall (95% interval) |",
        "|---|---|---|---|---|---|",
    ]
    for name, seeds in (("first", (SEED,)), ("held out", (HELD_OUT_SEED,)), ("ten more, together", MORE_SEEDS)):
        for band, found in _together(seeds).items():
            lines.append(
                f"| {name} | {band} | {found.pairs:,} | {found.right:,} | {_words(found.precision)} | "
                f"{_words(found.recall)} |"
            )
    return "\n".join(lines) + "\n"


def _words(figures: tuple[float, float, float]) -> str:
    return f"{figures[0]:.1%} ({figures[1]:.1%}-{figures[2]:.1%})"


if __name__ == "__main__":
    print(section())
