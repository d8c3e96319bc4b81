"""How busy the crew was: minutes on incidents of the minutes crewed, with bounds for what was not recorded."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from geo.deployment.staffing import fully_staffed
from geo.incidents.days import with_days
from geo.shares import CONFIDENCE

Numbers = npt.NDArray[np.float64]
_NARROW = "\u202f"
"""A thin space at which no line ends."""


@dataclass(frozen=True, slots=True)
class Utilisation:
    """
    Minutes on incidents of minutes crewed, over some nights.

    ``low`` and ``high`` are the least and greatest share that the blanks allow. ``interval`` adds the chance in which
    nights happened (95%, nights taken as alike and independent); None where fewer than two nights were crewed.
    """

    nights: int
    unknown_nights: int
    minutes: float
    minutes_at_most: float
    without_minutes: int
    crewed: float
    crewed_at_most: float
    low: float
    high: float
    interval: tuple[float, float] | None

    @property
    def share(self) -> str:
        """The share in words, with its interval."""
        low, high = f"{100 * self.low:.0f}", f"{100 * self.high:.0f}"
        bounds = f"{low}%" if low == high else f"{low} to {high}%"
        doubt = "" if self.interval is None else " (95% interval {:.0f}-{:.0f}%)".format(*_percent(self.interval))
        return f"{bounds}{doubt}"

    def __str__(self) -> str:
        """Say it in words: minutes, of minutes crewed, nights, and the share."""
        minutes = f"{'at least ' if self.without_minutes else ''}{_thousands(self.minutes)}"
        crewed = _thousands(self.crewed)
        if self.unknown_nights:
            crewed += f" to {_thousands(self.crewed_at_most)}"
        nights = f"{self.nights} crewed {'night' if self.nights == 1 else 'nights'}"
        unknown = f" and {self.unknown_nights} not recorded" if self.unknown_nights else ""
        return f"{minutes} of {crewed} minutes crewed on {nights}{unknown}: {self.share}"


def _thousands(number: float) -> str:
    return f"{number:,.0f}".replace(",", _NARROW)


def _percent(interval: tuple[float, float]) -> tuple[float, ...]:
    return tuple(100 * limit for limit in interval)


def night_table(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Add up, night by night, the minutes crewed and the minutes on incidents.

    Crewed is a shift with police and NHS both on duty; its minutes are elapsed time, so a night on which the clocks
    change has 60 more or fewer. Shifts without a start or an end count nothing. An incident belongs to the night of
    its shift (:func:`geo.incidents.days.with_days`).

    Returns
    -------
    Indexed by day: ``crewed`` and ``perhaps`` (minutes crewed by the record, and where staffing was not recorded),
    ``minutes`` (recorded, on incidents), ``without`` (incidents whose minutes were not recorded).
    """
    length = (shifts["end"] - shifts["start"]).dt.total_seconds().fillna(0.0) / 60
    full = fully_staffed(shifts)
    on_duty = pd.DataFrame(
        {
            "day": shifts["date"],
            "crewed": length.where(full == "yes", 0.0),
            "perhaps": length.where(full == "unknown", 0.0),
        }
    )
    dated = with_days(incidents, shifts).dropna(subset="day")
    worked = pd.DataFrame(
        {
            "day": dated["day"],
            "minutes": dated["minutes_on_incident"].fillna(0.0),
            "without": dated["minutes_on_incident"].isna().astype(int),
        }
    )
    nights = on_duty.groupby("day").sum().join(worked.groupby("day").sum(), how="outer").fillna(0.0).sort_index()
    return nights.astype({"without": "int64"})


def utilisation(nights: pd.DataFrame) -> Utilisation | None:
    """
    Bound the share of crewed minutes that went to incidents, over the nights of :func:`night_table`.

    Only nights that were crewed, or may have been, count, with the incidents of those nights. An incident without
    minutes took none at the least; at the most, those of a night fill it, one incident at a time. A night whose
    staffing was not recorded is taken as crewed or not, whichever makes the share least or greatest. Wrong where two
    incidents ran side by side: then even the recorded share may pass 100%.

    Returns
    -------
    None where no night was crewed or may have been.
    """
    duty = nights[(nights["crewed"] > 0) | (nights["perhaps"] > 0)]
    if duty.empty:
        return None
    sure, perhaps = duty["crewed"].to_numpy(float), duty["perhaps"].to_numpy(float)
    recorded, blank = duty["minutes"].to_numpy(float), duty["without"].to_numpy() > 0
    filled = np.where(blank, np.maximum(recorded, sure), recorded)
    filled_perhaps = np.where(blank, np.maximum(recorded, sure + perhaps), recorded)
    least = _extreme(np.where(sure > 0, recorded, 0.0), recorded, sure, perhaps, 1.0)
    most = _extreme(np.where(sure > 0, filled, 0.0), filled_perhaps, sure, perhaps, -1.0)
    low, high = _ratio(*least), _ratio(*most)
    return Utilisation(
        nights=int((sure > 0).sum()),
        unknown_nights=int((perhaps > 0).sum()),
        minutes=float(recorded.sum()),
        minutes_at_most=float(filled_perhaps.sum()),
        without_minutes=int(duty["without"].sum()),
        crewed=float(sure.sum()),
        crewed_at_most=float((sure + perhaps).sum()),
        low=low,
        high=high,
        interval=_interval(least, most),
    )


def _extreme(
    without: Numbers, with_it: Numbers, sure: Numbers, perhaps: Numbers, sign: float
) -> tuple[Numbers, Numbers]:
    """
    Choose which uncertain nights were crewed so that minutes over minutes crewed is least (sign 1) or greatest (-1).

    The best choice takes nights in the order of what they add, minutes by minute crewed, and stops when the next
    would not help: so it is one of the prefixes of that order.

    Returns
    -------
    Minutes on incidents and minutes crewed of the nights that count, as chosen.
    """
    gained = with_it - without
    rate = np.divide(gained, perhaps, out=np.full_like(gained, np.inf), where=perhaps > 0)
    order = [night for night in np.argsort(sign * rate, kind="stable") if perhaps[night] > 0]
    minutes = without.sum() + np.cumsum([0.0, *gained[order]])
    crewed = sure.sum() + np.cumsum([0.0, *perhaps[order]])
    shares = np.divide(minutes, crewed, out=np.full_like(minutes, sign * np.inf), where=crewed > 0)
    taken = order[: int(np.argmin(sign * shares))]
    chosen = np.isin(np.arange(len(sure)), taken)
    counts = chosen | (sure > 0)
    return np.where(chosen, with_it, without)[counts], (sure + np.where(chosen, perhaps, 0.0))[counts]


def _ratio(minutes: Numbers, crewed: Numbers) -> float:
    return float(minutes.sum() / crewed.sum())


def _interval(least: tuple[Numbers, Numbers], most: tuple[Numbers, Numbers]) -> tuple[float, float] | None:
    """Give the lower limit of the least share and the upper limit of the greatest."""
    below, above = _reach(*least), _reach(*most)
    if below is None or above is None:
        return None
    return max(_ratio(*least) - below, 0.0), _ratio(*most) + above


def _reach(minutes: Numbers, crewed: Numbers) -> float | None:
    """Give how far the 95% interval of a ratio of totals reaches (Cochran 1977, Sampling Techniques, 6.4)."""
    nights = len(minutes)
    if nights < 2:
        return None
    left = minutes - _ratio(minutes, crewed) * crewed
    if not left.any():  # nights that are all alike tell nothing of how nights differ
        return None
    spread = np.sqrt(nights / (nights - 1) * float((left**2).sum())) / crewed.sum()
    return float(student.ppf((1 + CONFIDENCE) / 2, nights - 1) * spread)


def by_week(nights: pd.DataFrame) -> pd.DataFrame:
    """
    Give the utilisation of each week, by its Monday; weeks without a night that was crewed, or may have been, have
    none.
    """
    weekday = pd.to_timedelta(nights.index.day_of_week, unit="D")
    rows = [
        {"week": week, **_row(found)}
        for week, part in nights.groupby(nights.index - weekday)
        if (found := utilisation(part)) is not None
    ]
    return pd.DataFrame(rows, columns=["week", *_COLUMNS])


_COLUMNS = (
    "nights", "unknown_nights", "minutes_at_least", "without_minutes", "crewed_at_least", "crewed_at_most", "low",
    "high", "interval_low", "interval_high",
)  # fmt: skip


def _row(found: Utilisation) -> dict[str, float]:
    interval = found.interval or (float("nan"), float("nan"))
    values = (
        found.nights, found.unknown_nights, found.minutes, found.without_minutes, found.crewed, found.crewed_at_most,
        found.low, found.high, *interval,
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))
