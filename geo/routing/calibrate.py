"""
Fit speeds to journeys that were driven: how much longer they took, in towns, in the country and in each traffic.

Few journeys move a profile little, and what they cannot show is not claimed: see :func:`calibrate`.
"""

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import PlaceError, ScenarioError
from geo.places.bases import Base
from geo.places.density import is_urban
from geo.routing.journeys import Journeys
from geo.routing.matrix import drive_minutes
from geo.routing.roads import Floats
from geo.routing.speeds import SpeedProfile
from geo.routing.timing import Roads, plain_engine

LEAST_JOURNEYS = 10
"""With fewer journeys, in all or in a group, nothing is claimed of it. Assumption."""

ALL_SD, AREA_SD, PERIOD_SD = 0.2, 0.1, 0.1
"""
What is expected of the scales before any journey, as standard deviations of their logarithm: that all drives are off
together, that towns or the country differ from that, that a traffic does. Assumptions: published class speeds run 15 to
30% fast.
"""

TRIP_SD, TRIP_WEIGHT = 0.25, 5.0
"""Expected error of one trip, and how many journeys that expectation weighs as much as. Assumption."""

FREEDOM = 4.0
"""Degrees of freedom of the t distribution by which odd journeys weigh less (Lange et al. 1989, JASA 84, 881-896)."""

FOLDS, RESAMPLES = 10, 400
BANDS_KM = ((0, 5), (5, 10), (10, 20), (20, 1_000))
CLEAR = 0.9
"""Chance of being better from which a calibration is called clear."""

NUDGE = 1e-3
"""Relative change of a scale by which the time spent in towns is found."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Calibration:
    """
    What journeys say of a profile.

    Parameters
    ----------
    before, speeds
        The profile as it was, and as fitted; the same where there are too few journeys.
    journeys, unreached
        How many there were, and how many more began or ended beyond the roads.
    scales
        One row a scale: ``what``, ``factor`` (times longer than before), its 80% interval ``low``, ``high``,
        ``journeys`` and ``words``.
    errors
        One row a group: ``group``, ``journeys``, median absolute error and bias in per cent before and after, where
        "after" is of journeys that the fit had not seen; missing where there are fewer than :data:`LEAST_JOURNEYS`.
    better
        Probability that the fitted profile predicts an unseen journey better; missing where nothing was fitted.
    sigma, tau
        Error of one trip, and what remains unknown of the scale that all share: standard deviations of the logarithm.
    """

    before: SpeedProfile
    speeds: SpeedProfile
    journeys: int
    unreached: int
    scales: pd.DataFrame
    errors: pd.DataFrame
    better: float
    sigma: float
    tau: float

    @property
    def supported(self) -> bool:
        """Whether the journeys show that the fitted profile is better."""
        return self.better >= CLEAR

    @property
    def error_source(self) -> str:
        """Say what ``sigma`` and ``tau`` were measured on; empty where there were too few journeys to measure them."""
        return f"measured on {self.journeys} journeys" if len(self.errors) else ""

    @property
    def sentence(self) -> str:
        """Say what the journeys show, with its doubt."""
        beyond = f" ({self.unreached} more began or ended beyond the roads)" if self.unreached else ""
        if self.journeys < LEAST_JOURNEYS:
            return (
                f"{self.journeys} journeys{beyond}: too few to change the speeds. Record when the car was dispatched "
                f"and when it arrived, for {LEAST_JOURNEYS} or more."
            )
        every = self.errors.iloc[0]
        change = (
            f"On journeys that the fit had not seen, the median error is {every['after_percent']:.0f}% instead of "
            f"{every['before_percent']:.0f}% (bias {every['after_bias']:+.0f}% instead of "
            f"{every['before_bias']:+.0f}%)"
        )
        verdict = "clearly better" if self.supported else "cannot tell yet whether that is better"
        return f"{self.journeys} journeys{beyond}. {change}: {verdict} (probability {self.better:.0%})."


def calibrate(
    journeys: Journeys, roads: Roads, speeds: SpeedProfile, postcodes: pd.DataFrame, *, seed: int = 0
) -> Calibration:
    """
    Fit the scales of a profile to journeys, shrunk towards the profile as it is.

    The logarithm of each journey's minutes is taken as t-distributed around the profile's, whose towns, country and
    traffics are each longer by a factor; the factors have the expectations of :data:`ALL_SD` and are found at their
    posterior mode with its normal curvature. Errors "after" are of journeys left out in turn (ten folds). With fewer
    than :data:`LEAST_JOURNEYS` nothing is changed. Wrong where journeys are not like those to come: one base, one
    crew, one season.

    Parameters
    ----------
    roads
        The roads on which the profile is used.
    postcodes
        The gazetteer's frame: it tells town from country at the scenes.

    Raises
    ------
    ScenarioError
        If the profile was fitted to journeys already: fitting it again would claim more than they show.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, chapter 4 (normal approximation).
    """
    if speeds.note.startswith(_FITTED_TO):
        raise ScenarioError(
            f"the speeds {speeds.name!r} were fitted to journeys already; restore the default speeds and fit those"
        )
    frame = journeys.frame
    if len(frame) < LEAST_JOURNEYS:
        return _unchanged(speeds, len(frame))
    parts = _parts(frame, replace(roads, engines=plain_engine), speeds)
    parts = parts[np.isfinite(parts["minutes"]) & (parts["minutes"] > 0)]
    frame = frame.loc[parts.index]
    if len(frame) < LEAST_JOURNEYS:
        return _unchanged(speeds, len(frame), len(journeys.frame) - len(frame))
    observed = np.log(frame["minutes"].to_numpy(dtype=float))
    mode, covariance, sigma = _fit(observed, parts)
    before, after = np.log(parts["minutes"].to_numpy()) - observed, _unseen(observed, parts, seed) - observed
    gain = np.abs(before) - np.abs(after)
    picked = np.random.default_rng(seed).integers(0, len(gain), (RESAMPLES, len(gain)))
    return Calibration(
        before=speeds,
        speeds=_scaled(speeds, parts, mode),
        journeys=len(frame),
        unreached=len(journeys.frame) - len(frame),
        scales=_scales(speeds, parts, mode, covariance),
        errors=_errors(frame, parts, (before, after), speeds, postcodes),
        better=float((gain[picked].mean(axis=1) > 0).mean()),
        sigma=sigma,
        tau=float(np.sqrt(covariance[:2, :2].mean())),
    )


def _parts(frame: pd.DataFrame, roads: Roads, speeds: SpeedProfile) -> pd.DataFrame:
    """
    Give the profile's minutes of each journey: in all, of these in town and in the country, and the traffic it met.

    The time in town is found by making towns a little slower: along a shortest way it grows by just that share.
    """
    traffic = speeds.traffic[_hours_of_week(frame["departed_at"])]
    traffic = np.where(frame["departed_at"].isna(), -1, traffic)
    found = pd.DataFrame({"minutes": np.nan, "town": np.nan, "country": np.nan, "traffic": traffic}, index=frame.index)
    slower_towns = replace(speeds, town_scale=speeds.town_scale * (1 + NUDGE))
    slower_country = replace(speeds, country_scale=speeds.country_scale * (1 + NUDGE))
    starts = frame.groupby(["from_easting", "from_northing", traffic]).groups
    for (easting, northing, period), rows in starts.items():
        base = Base("the start of a journey", float(easting), float(northing))
        ends = frame.loc[rows, ["to_easting", "to_northing"]].to_numpy(dtype=float).T
        try:
            usual, towns, country = (
                drive_minutes(*roads.timed(profile, int(period))[:2], base, *ends)
                for profile in (speeds, slower_towns, slower_country)
            )
        except PlaceError:  # it began beyond the roads: its minutes stay missing, and it is counted as such
            continue
        with np.errstate(invalid="ignore"):
            found.loc[rows, "town"] = (towns - usual) / NUDGE
            found.loc[rows, "country"] = (country - usual) / NUDGE
        found.loc[rows, "minutes"] = usual
    return found


def _hours_of_week(times: pd.Series) -> npt.NDArray[np.int64]:
    """Give the hour of the week of London times, 0 to 167; 0 where there is no time."""
    hours = (times.dt.day_of_week * 24 + times.dt.hour).fillna(0)
    return np.asarray(hours, dtype=np.int64)


def _design(parts: pd.DataFrame) -> tuple[Floats, Floats, Floats, list[int]]:
    """Give minutes in town, in the country and elsewhere, and which traffics the journeys met."""
    town, country = parts["town"].to_numpy(), parts["country"].to_numpy()
    rest = np.maximum(parts["minutes"].to_numpy() - town - country, 0.0)
    return town, country, rest, sorted(set(parts["traffic"]) - {-1})


def _predicted(parts: pd.DataFrame, scales: Floats) -> tuple[Floats, Floats]:
    """Give the logarithm of each journey's minutes under log scales (town, country, each traffic), and its slopes."""
    town, country, rest, traffics = _design(parts)
    met = parts["traffic"].to_numpy()[:, None] == np.array(traffics)[None, :] if traffics else np.zeros((len(town), 0))
    jam = np.exp(met @ scales[2:])
    in_town, in_country = town * np.exp(scales[0]) * jam, country * np.exp(scales[1]) * jam
    minutes = in_town + in_country + rest
    slopes = np.column_stack([in_town, in_country, met * (in_town + in_country)[:, None]]) / minutes[:, None]
    return np.log(minutes), slopes


def _prior(traffics: int) -> Floats:
    """Give the covariance expected of the log scales: towns and country move together, and each a little alone."""
    expected = np.diag(np.concatenate([np.full(2, AREA_SD**2), np.full(traffics, PERIOD_SD**2)]))
    expected[:2, :2] += ALL_SD**2
    return expected


def _fit(observed: Floats, parts: pd.DataFrame) -> tuple[Floats, Floats, float]:
    """Give the log scales at their posterior mode, their covariance and the error of one trip."""
    precision = np.linalg.inv(_prior(len(_design(parts)[3])))
    scales, sigma = np.zeros(len(precision)), TRIP_SD
    covariance = np.linalg.inv(precision)
    for _ in range(30):
        predicted, slopes = _predicted(parts, scales)
        residual = observed - predicted
        weight = (FREEDOM + 1) / (FREEDOM + (residual / sigma) ** 2)
        sigma = float(
            np.sqrt((TRIP_WEIGHT * TRIP_SD**2 + (weight * residual**2).sum()) / (TRIP_WEIGHT + len(residual)))
        )
        covariance = np.linalg.inv(precision + slopes.T @ (slopes * weight[:, None]) / sigma**2)
        step = covariance @ (slopes.T @ (weight * residual) / sigma**2 - precision @ scales)
        scales = scales + step
        if np.abs(step).max() < 1e-6:
            break
    return scales, covariance, sigma


def _unseen(observed: Floats, parts: pd.DataFrame, seed: int) -> Floats:
    """Predict each journey by a fit that had not seen it."""
    fold = np.random.default_rng(seed).permutation(len(observed)) % min(FOLDS, len(observed))
    predicted = np.empty(len(observed))
    traffics = _design(parts)[3]
    for number in np.unique(fold):
        seen = fold != number
        learnt = _design(parts[seen])[3]
        mode, _, _ = _fit(observed[seen], parts[seen])
        by_traffic = dict(zip(learnt, mode[2:], strict=True))
        scales = np.concatenate([mode[:2], [by_traffic.get(traffic, 0.0) for traffic in traffics]])
        predicted[~seen] = _predicted(parts, scales)[0][~seen]
    return predicted


def _scaled(speeds: SpeedProfile, parts: pd.DataFrame, mode: Floats) -> SpeedProfile:
    """Give the profile with its scales and traffics as fitted, within what a profile may hold."""
    factor = dict(zip(_design(parts)[3], np.exp(mode[2:]), strict=True))
    periods = [
        period._replace(
            town=_within(period.town * factor.get(number, 1.0), 0.5),
            country=_within(period.country * factor.get(number, 1.0), 0.5),
        )
        for number, period in enumerate(speeds.periods)
    ]
    return replace(
        speeds,
        name=f"{speeds.name.removesuffix(_FITTED)}{_FITTED}",
        town_scale=_within(speeds.town_scale * np.exp(mode[0]), 0.25),
        country_scale=_within(speeds.country_scale * np.exp(mode[1]), 0.25),
        periods=tuple(periods),
        note=f"{_FITTED_TO} {len(parts)} journeys",
    )


_FITTED, _FITTED_TO = ", calibrated", "fitted to"


def _within(value: float, least: float) -> float:
    return round(float(min(max(value, least), 4.0)), 3)


def _unchanged(speeds: SpeedProfile, journeys: int, unreached: int = 0) -> Calibration:
    scales = pd.DataFrame(columns=["what", "factor", "low", "high", "journeys", "words"])
    errors = pd.DataFrame(
        columns=["group", "journeys", "before_percent", "before_bias", "after_percent", "after_bias", "words"]
    )
    tau = float(np.hypot(ALL_SD, AREA_SD))
    return Calibration(speeds, speeds, journeys, unreached, scales, errors, float("nan"), TRIP_SD, tau)


def _scales(speeds: SpeedProfile, parts: pd.DataFrame, mode: Floats, covariance: Floats) -> pd.DataFrame:
    """Tell each scale with its 80% interval, and what can be said of it."""
    town, country, _, traffics = _design(parts)
    met = [int((parts["traffic"] == number).sum()) for number in traffics]
    names = ["towns", "country", *(speeds.period_name(number) for number in traffics)]
    counts = [int((town > country).sum()), int((country >= town).sum()), *met]
    reach = NormalDist().inv_cdf(0.9) * np.sqrt(np.diag(covariance))
    low, high = np.exp(mode - reach), np.exp(mode + reach)
    words = [_say(one, other, count) for one, other, count in zip(low, high, counts, strict=True)]
    return pd.DataFrame(
        {"what": names, "factor": np.exp(mode), "low": low, "high": high, "journeys": counts, "words": words}
    )


def _say(low: float, high: float, journeys: int) -> str:
    if journeys < LEAST_JOURNEYS:
        return f"too few journeys ({journeys})"
    if low <= 1.0 <= high:
        return "cannot tell yet"
    return "slower than before" if low > 1.0 else "faster than before"


def _errors(
    frame: pd.DataFrame,
    parts: pd.DataFrame,
    errors: tuple[Floats, Floats],
    speeds: SpeedProfile,
    postcodes: pd.DataFrame,
) -> pd.DataFrame:
    """Tell the errors before and after, in all and by distance, traffic, and town or country at the scene."""
    km = np.hypot(frame["to_easting"] - frame["from_easting"], frame["to_northing"] - frame["from_northing"]) / 1000
    urban = is_urban(frame["to_easting"], frame["to_northing"], postcodes)
    traffic = parts["traffic"].to_numpy()
    groups: dict[str, Flags] = {"all journeys": np.ones(len(frame), dtype=bool)}
    for low, high in BANDS_KM:
        name = f"{low} to {high} km" if high < BANDS_KM[-1][1] else f"over {low} km"
        groups[name] = ((km >= low) & (km < high)).to_numpy()
    groups |= {speeds.period_name(number): traffic == number for number in sorted(set(traffic))}
    groups |= {"scene in a town": urban, "scene in the country": ~urban}
    return pd.DataFrame([_group(name, members, *errors) for name, members in groups.items()])


def _group(name: str, members: Flags, before: Floats, after: Floats) -> dict[str, object]:
    count = int(members.sum())
    enough = count >= LEAST_JOURNEYS
    row: dict[str, object] = {"group": name, "journeys": count}
    for when, error in (("before", before), ("after", after)):
        off = 100 * np.expm1(error[members])
        row[f"{when}_percent"] = float(np.median(np.abs(off))) if enough else float("nan")
        row[f"{when}_bias"] = float(np.median(off)) if enough else float("nan")
    return row | {"words": "" if enough else f"too few journeys ({count}) to say"}
