"""
The hour model: what records tell of the rhythm of the week, as posterior draws.

``y[h] ~ Poisson(E[h] exp(level + f(h) + e[h]))`` for each record; ``f`` is smooth and cyclic, ``e`` free
for each hour. Records share ``f`` and ``e``; each has a level of its own. Where ``E`` is 0 there is no likelihood.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from geo.demand.exposure import NIGHTS, night_of_hour
from geo.week import HOURS, Hours

Draws = npt.NDArray[np.float64]

DAILY, WEEKLY, WEEKEND = 4, 3, 2
"""Harmonics of the day and of the week, and those by which nights of the weekend differ (methods: assumption)."""

DAY_OVER_WEEK = 2.5
"""How much more hours of the day are expected to differ than days of the week, as a ratio of scales (assumption)."""

SMOOTH_SCALES = (0.12, 0.25, 0.5, 1.0)
"""Standard deviations tried for the coefficients of ``f``, weighed by evidence and a half-normal of scale 0.5."""

FREE_SCALES = (0.03, 0.1, 0.2, 0.35)
"""Standard deviations tried for ``e``, weighed by evidence and a half-normal of scale 0.15."""

FREE_WEEKS = 11.5
"""Live weeks from which on each hour has an effect of its own: twelve, but for the odd night."""

LEVEL_VARIANCE = 25.0
_STEPS, _NEAR, _STRIDE = 60, 1e-8, 2.0


@dataclass(frozen=True, eq=False)
class Record:
    """
    What one record tells of the hours of the week.

    Parameters
    ----------
    counts, exposure
        Incidents and live hours, shape (168,). Counts in hours without exposure tell nothing.
    night_variance
        Variance of the logarithm of how far the nights of each weekday were, on the mean, out of the ordinary, shape
        (7,); 0 where nights do not differ by more than chance. It widens what is told and is no part of the rate.
    """

    counts: Hours
    exposure: Hours
    night_variance: Hours

    @classmethod
    def plain(cls, counts: Hours, exposure: Hours) -> "Record":
        """Give a record whose nights differ by chance alone."""
        return cls(counts, exposure, np.zeros(NIGHTS))


def hour_basis(monday: int = 0) -> Draws:
    """
    Give the columns of the smooth part, shape (168, 19): cyclic harmonics of day and week, and how nights of the
    weekend (Friday's and Saturday's, each with its small hours) differ through the day.

    A harmonic is divided by its number, so that one scale fits all and quick wiggles are held to be smaller.
    ``monday`` is the hour of the array at which Monday begins.
    """
    hours = np.arange(HOURS) - monday
    weekend = np.isin(night_of_hour(hours), (4, 5)).astype(np.float64)
    weekend -= weekend.mean()
    day, week = hours / 24, hours / HOURS
    weekend_nights = [weekend, *(weekend * wave for wave in _waves(day, WEEKEND))]
    daily = [DAY_OVER_WEEK * wave for wave in _waves(day, DAILY)]
    return np.stack([*daily, *_waves(week, WEEKLY), *weekend_nights], axis=1)


def _waves(turns: Hours, harmonics: int) -> Iterator[Hours]:
    for k in range(1, harmonics + 1):
        yield np.cos(2 * np.pi * k * turns) / k
        yield np.sin(2 * np.pi * k * turns) / k


class Mode(NamedTuple):
    """
    The posterior at one pair of scales: a normal around its mode, and the logarithm of its evidence.

    ``coefficients`` (levels, smooth part, nights) have the precision ``precision``; given them, hour ``h``'s own effect
    has the precision ``free_precision[h]`` and moves by ``-lean[h]`` for each step of theirs.
    """

    coefficients: Hours
    precision: Draws
    free: Hours
    free_precision: Hours
    lean: Draws
    evidence: float


@dataclass(frozen=True, eq=False)
class Rhythm:
    """The posterior of the hours' relative rates: a mixture of normals on the logarithm, a component for each scale."""

    basis: Draws
    first: int
    modes: tuple[Mode, ...]
    weights: Hours

    def moments(self) -> tuple[Hours, Hours]:
        """Give the mean and the variance of the logarithm of each hour's rate, its record's level left out."""
        means, variances = zip(*(self._moments(mode) for mode in self.modes), strict=True)
        mean = self.weights @ np.array(means)
        return mean, self.weights @ (np.array(variances) + (np.array(means) - mean) ** 2)

    def _moments(self, mode: Mode) -> tuple[Hours, Hours]:
        columns = self._columns(mode)
        spread = np.linalg.solve(mode.precision, columns.T)
        with np.errstate(divide="ignore"):
            own = 1 / mode.free_precision
        return self.basis @ self._smooth(mode) + mode.free, np.einsum("hq,qh->h", columns, spread) + own

    def _smooth(self, mode: Mode) -> Hours:
        return mode.coefficients[self.first : self.first + self.basis.shape[1]]

    def _columns(self, mode: Mode) -> Draws:
        """Give what one step of each coefficient does to each hour's rate, through the hour's own effect too."""
        columns = -mode.lean
        columns[:, self.first : self.first + self.basis.shape[1]] += self.basis
        return columns

    def draw(self, rng: np.random.Generator, draws: int) -> Draws:
        """Draw the relative rates, shape (draws, 168); only ratios between hours have a meaning."""
        parts = [self._draw(mode, rng, n) for mode, n in self._shared_out(rng, draws) if n]
        return np.asarray(rng.permutation(np.exp(np.concatenate(parts))))

    def _shared_out(self, rng: np.random.Generator, draws: int) -> Iterator[tuple[Mode, int]]:
        return zip(self.modes, rng.multinomial(draws, self.weights), strict=True)

    def _draw(self, mode: Mode, rng: np.random.Generator, draws: int) -> Draws:
        upper = np.linalg.cholesky(mode.precision).T
        steps = solve_triangular(upper, rng.normal(size=(len(upper), draws))).T
        own = rng.normal(size=(draws, HOURS)) / np.sqrt(mode.free_precision)
        return np.asarray(self.basis @ self._smooth(mode) + mode.free + steps @ self._columns(mode).T + own)


def fit_rhythm(records: Sequence[Record], basis: Draws | None = None) -> Rhythm:
    """
    Fit the rhythm of the week that ``records`` share.

    Newton to the mode, a normal around it (Laplace), mixed over a small grid of scales by their evidence. Hours have
    effects of their own once a record holds :data:`FREE_WEEKS` live weeks. Wrong where records differ in rhythm, and
    where a rate has a jump that twelve weeks of counts cannot show.

    Parameters
    ----------
    records
        At least one with an hour of exposure.
    basis
        Columns of the smooth part, shape (168, columns); :func:`hour_basis` when omitted.

    References
    ----------
    Rue, Martino & Chopin (2009), Journal of the Royal Statistical Society B 71, 319-392.
    """
    smooth = hour_basis() if basis is None else basis
    free_scales = FREE_SCALES if max(live_weeks(record.exposure) for record in records) >= FREE_WEEKS else (0.0,)
    design = _Design.of(records, smooth)
    modes = tuple(_fit_all(design, free_scales))
    evidence = np.array([mode.evidence for mode in modes])
    weights = np.exp(evidence - evidence.max())
    return Rhythm(smooth, len(records), modes, weights / weights.sum())


def live_weeks(exposure: Hours) -> float:
    """
    Give the live weeks of an exposure: how often the hours that were ever live were so, on the mean.

    Examples
    --------
    >>> live_weeks(np.where(np.arange(168) % 24 >= 18, 12.0, 0.0))
    12.0
    """
    return float(exposure[exposure > 0].mean()) if (exposure > 0).any() else 0.0


@dataclass(frozen=True, eq=False)
class _Design:
    """The live hours of all records, a row each, and the coefficients that they depend on."""

    columns: Draws
    hour: npt.NDArray[np.int64]
    counts: Hours
    exposure: Hours
    smooth: slice
    variance: Hours
    start: Hours

    @classmethod
    def of(cls, records: Sequence[Record], smooth: Draws) -> "_Design":
        live = [np.flatnonzero(record.exposure > 0) for record in records]
        hour = np.concatenate(live)
        of_record = np.repeat(np.arange(len(records)), [len(hours) for hours in live])
        levels = (of_record[:, None] == np.arange(len(records))).astype(np.float64)
        nights = (night_of_hour(hour)[:, None] == np.arange(NIGHTS)).astype(np.float64)
        by_night = (levels[:, :, None] * nights[:, None, :]).reshape(len(hour), -1)
        variance = np.concatenate([record.night_variance for record in records])
        enter = variance > 0
        columns = np.hstack([levels, smooth[hour], by_night[:, enter]])
        start = np.zeros(columns.shape[1])
        start[: len(records)] = [
            np.log((record.counts[hours].sum() + 0.5) / record.exposure[hours].sum())
            for record, hours in zip(records, live, strict=True)
        ]
        return cls(
            columns=columns,
            hour=hour,
            counts=np.concatenate([record.counts[hours] for record, hours in zip(records, live, strict=True)]),
            exposure=np.concatenate([record.exposure[hours] for record, hours in zip(records, live, strict=True)]),
            smooth=slice(len(records), len(records) + smooth.shape[1]),
            variance=np.concatenate(
                [np.full(len(records), LEVEL_VARIANCE), np.zeros(smooth.shape[1]), variance[enter]]
            ),
            start=start,
        )

    def by_hour(self, values: Hours) -> Hours:
        """Add up rows by hour of the week."""
        return np.bincount(self.hour, weights=values, minlength=HOURS).astype(np.float64)


def _fit_all(design: _Design, free_scales: Sequence[float]) -> Iterator[Mode]:
    """Fit at every pair of scales, each from the mode before."""
    coefficients, free = design.start, np.zeros(HOURS)
    for smooth, own in product(SMOOTH_SCALES, free_scales):
        mode = _fit(design, smooth, own, coefficients, free)
        coefficients, free = mode.coefficients, mode.free
        prior = -0.5 * (smooth / 0.5) ** 2 + np.log(smooth) - (0.5 * (own / 0.15) ** 2 - np.log(own) if own else 0.0)
        yield mode._replace(evidence=mode.evidence + prior)


def _fit(design: _Design, smooth: float, own: float, coefficients: Hours, free: Hours) -> Mode:
    """
    Climb to the mode at one pair of scales.

    Each hour's own effect touches no other hour, so it is eliminated first, and what is left has some 20 unknowns.
    """
    variance = design.variance.copy()
    variance[design.smooth] = smooth**2
    prior, own_prior = 1 / variance, 1 / own**2 if own else np.inf
    for _ in range(_STEPS):
        expected = design.exposure * np.exp(design.columns @ coefficients + free[design.hour])
        over = design.counts - expected
        slope = design.columns.T @ over - prior * (coefficients - design.start)
        precision = design.columns.T @ (design.columns * expected[:, None]) + np.diag(prior)
        free_precision = design.by_hour(expected) + own_prior
        lean = np.zeros((HOURS, len(coefficients)))
        if own:
            np.add.at(lean, design.hour, design.columns * expected[:, None])
            own_slope = design.by_hour(over) - own_prior * free
            precision -= (lean / free_precision[:, None]).T @ lean
            slope -= (lean / free_precision[:, None]).T @ own_slope
            lean /= free_precision[:, None]
        step = np.linalg.solve(precision, slope)
        own_step = own_slope / free_precision - lean @ step if own else np.zeros(HOURS)
        reach = max(np.abs(step).max(), np.abs(own_step).max())
        if reach < _NEAR:
            break
        coefficients = coefficients + step * min(1.0, _STRIDE / reach)
        free = free + own_step * min(1.0, _STRIDE / reach)
    off = coefficients - design.start
    evidence = float(
        np.sum(design.counts * np.log(expected) - expected)
        - 0.5 * np.sum(prior * off**2)
        + 0.5 * np.sum(np.log(prior))
        - 0.5 * np.linalg.slogdet(precision)[1]
    )
    if own:
        evidence -= 0.5 * float(own_prior * (free @ free) + np.sum(np.log(free_precision / own_prior)))
    return Mode(coefficients, precision, free, free_precision, lean, evidence)
