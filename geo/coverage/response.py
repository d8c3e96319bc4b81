"""
Response: the chance that the car arrives in time, given the drive time that the roads promise.

``T = M + D``: mobilisation ``M`` is gamma, the drive ``D`` is log-normal around the network's minutes, with an error
within trips (``sigma``) and a scale error that all trips share (``tau``). So coverage is soft: no cliff at the limit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.special import gammaincinv, ndtr

from geo.errors import ScenarioError

Minutes = npt.NDArray[np.float64]
MOST_ERROR = 2.0
"""Greatest standard deviation of the logarithm of a drive: above it anything from a seventh to seven times is usual."""

LONGEST_SOURCE = 120
_GRID = np.linspace(np.log(0.1), np.log(600.0), 481)


@dataclass(frozen=True, slots=True)
class ResponseStandard:
    """
    Minutes from the call to the scene, and the doubt with which they are met.

    No national street-triage standard exists: the minutes are the user's. The defaults for mobilisation (mean 3,
    standard deviation 1.5 minutes) and for the errors of the drive (25% within trips, 12% shared by all trips) are
    assumptions, to be replaced by the scheme's own journeys; ``error_source`` then says which, and is blank otherwise.
    """

    minutes: float = 30.0
    mobilise_mean: float = 3.0
    mobilise_sd: float = 1.5
    sigma: float = 0.246
    tau: float = 0.12
    error_source: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.minutes <= 240:
            raise ScenarioError(
                f"a response standard of {self.minutes:g} minutes cannot be used; give 1 to 240 minutes"
            )
        if not (min(self.mobilise_mean, self.mobilise_sd, self.sigma) > 0 and self.tau >= 0):
            raise ScenarioError("mobilisation and drive errors must be positive; restore the defaults")
        if not max(self.sigma, self.tau) <= MOST_ERROR:
            raise ScenarioError(f"an error of drives above {MOST_ERROR:g} cannot be used; restore the defaults")
        if len(self.error_source) > LONGEST_SOURCE:
            raise ScenarioError(f"the source of the error of drives is longer than {LONGEST_SOURCE} characters")

    @property
    def errors_in_words(self) -> str:
        """The errors of the drive and where they come from."""
        of_each = f"one trip {self.sigma:.2f}, shared by all {self.tau:.2f}"
        usual = ResponseStandard()
        standing = "assumed" if (self.sigma, self.tau) == (usual.sigma, usual.tau) else "as the plan sets it"
        return f"{of_each} ({self.error_source or standing})"


def chance_in_time(drive_minutes: Minutes, standard: ResponseStandard) -> Minutes:
    """
    Give the probability of arriving within the standard, whatever the shared scale error.

    Parameters
    ----------
    drive_minutes
        Median drive, any shape; inf where no road leads, which is never in time.

    Examples
    --------
    >>> [round(float(chance_in_time(np.array(18.0), ResponseStandard(x))), 2) for x in (15, 20, 25, 30)]
    [0.08, 0.42, 0.76, 0.93]
    """
    spread = float(np.hypot(standard.sigma, standard.tau))
    with np.errstate(divide="ignore"):
        log_drive = np.log(np.maximum(np.asarray(drive_minutes, dtype=np.float64), 0.0))
    curve = _chance_curve(standard.minutes, standard.mobilise_mean, standard.mobilise_sd, spread)
    return np.interp(log_drive, _GRID, curve, right=0.0)


def chances_by_place(
    drive_minutes: Minutes, averaging: csr_matrix, standard: ResponseStandard, scales: Minutes
) -> Minutes:
    """
    Give the mean probability of arriving in time at the points of each place, when all drives share one scale error.

    Points of a place that take about as long are counted together (steps of 1.8%, evened out between them), which
    changes no probability by more than 0.001.

    Parameters
    ----------
    drive_minutes
        Median drive to each point, shape (points,); inf where no road leads, which is never in time.
    averaging
        Weight of each point in each place, shape (places, points); the rows add up to 1.
    scales
        The shared error in standard deviations, shape (scales,): drives take ``exp(tau x scale)`` times their minutes.

    Returns
    -------
    Shape (scales, places).
    """
    curve = _chance_curve(standard.minutes, standard.mobilise_mean, standard.mobilise_sd, standard.sigma)
    shifted = np.array([np.interp(_GRID + standard.tau * scale, _GRID, curve, right=0.0) for scale in scales])
    by_step = averaging @ _steps(np.asarray(drive_minutes, dtype=np.float64))
    return np.asarray((by_step @ shifted.T).T, dtype=np.float64)


def _steps(drive: Minutes) -> csr_matrix:
    """Share each point between the two steps of the grid beside its logarithm; none beyond the grid's end."""
    point = np.flatnonzero(drive <= np.exp(_GRID[-1]))
    place = (np.log(np.maximum(drive[point], np.exp(_GRID[0]))) - _GRID[0]) / (_GRID[1] - _GRID[0])
    lower = np.minimum(place.astype(np.int64), len(_GRID) - 2)
    share = place - lower
    weights = np.concatenate([1 - share, share])
    return csr_matrix(
        (weights, (np.concatenate([point, point]), np.concatenate([lower, lower + 1]))), shape=(len(drive), len(_GRID))
    )


@cache
def _chance_curve(within: float, mean: float, sd: float, spread: float) -> Minutes:
    """
    Tabulate ``P(M + exp(u + spread Z) <= within)`` over the grid of ``u``, by quadrature over the quantiles of ``M``.
    """
    shape = (mean / sd) ** 2
    quantiles = (np.arange(400) + 0.5) / 400
    left = within - mean / shape * gammaincinv(shape, quantiles)
    with np.errstate(divide="ignore", invalid="ignore"):
        standing = (np.log(np.where(left > 0, left, 0.0))[:, None] - _GRID) / spread
    return np.asarray(ndtr(standing).mean(axis=0), dtype=np.float64)


STEP_MINUTES = 0.05
"""Step of the table of :func:`chance_of_minutes`; between two steps the nearer counts."""


def chance_of_minutes(standard: ResponseStandard) -> Callable[[Minutes], Minutes]:
    """
    Give :func:`chance_in_time` as a table that is read in a moment, for the millions of minutes of a search.

    It is off by less than 0.003.

    Examples
    --------
    >>> chance = chance_of_minutes(ResponseStandard(30))
    >>> bool(abs(chance(np.array([18.0])) - chance_in_time(np.array([18.0]), ResponseStandard(30)))[0] < 0.003)
    True
    >>> chance(np.array([np.inf])).tolist()
    [0.0]
    """
    steps = np.arange(0.0, 3 * standard.minutes + 60.0, STEP_MINUTES)
    table = np.append(chance_in_time(steps, standard), 0.0)

    def chance(minutes: Minutes) -> Minutes:
        place = np.minimum(minutes * (1 / STEP_MINUTES) + 0.5, len(steps))
        return np.take(table, place.astype(np.int32))

    return chance
