"""
Response: the chance that the car arrives in time, given the drive time that the roads promise.

``T = M + D``: mobilisation ``M`` is gamma, the drive ``D`` is log-normal around the network's minutes, with an error
within trips (``sigma``) and a scale error that all trips share (``tau``). So coverage is soft: no cliff at the limit.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import gamma

from geo.errors import ScenarioError

Minutes = npt.NDArray[np.float64]
_GRID = np.linspace(np.log(0.1), np.log(600.0), 481)


@dataclass(frozen=True, slots=True)
class ResponseStandard:
    """
    Minutes from the call to the scene, and the doubt with which they are met.

    No national street-triage standard exists: the minutes are the user's. The defaults for mobilisation (mean 3,
    standard deviation 1.5 minutes) and for the errors of the drive (25 % within trips, 12 % shared by all trips) are
    assumptions, to be replaced by the scheme's own journeys.
    """

    minutes: float = 30.0
    mobilise_mean: float = 3.0
    mobilise_sd: float = 1.5
    sigma: float = 0.246
    tau: float = 0.12

    def __post_init__(self) -> None:
        if not 0 < self.minutes <= 240:
            raise ScenarioError(
                f"a response standard of {self.minutes:g} minutes cannot be used; give 1 to 240 minutes"
            )
        if min(self.mobilise_mean, self.mobilise_sd, self.sigma) <= 0 or self.tau < 0:
            raise ScenarioError("mobilisation and drive errors must be positive; restore the defaults")


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
    return _interpolate(drive_minutes, 0.0, standard.minutes, standard.mobilise_mean, standard.mobilise_sd, spread)


def chance_given_scale(drive_minutes: Minutes, standard: ResponseStandard, scale: float) -> Minutes:
    """
    Give the probability of arriving in time when all drives share one scale error.

    ``scale`` is that error in standard deviations: drives take ``exp(tau x scale)`` times the network's minutes.
    """
    return _interpolate(
        drive_minutes,
        standard.tau * scale,
        standard.minutes,
        standard.mobilise_mean,
        standard.mobilise_sd,
        standard.sigma,
    )


def _interpolate(drive: Minutes, shift: float, within: float, mean: float, sd: float, spread: float) -> Minutes:
    with np.errstate(divide="ignore"):
        log_drive = np.log(np.maximum(np.asarray(drive, dtype=np.float64), 0.0)) + shift
    return np.interp(log_drive, _GRID, _chance_curve(within, mean, sd, spread), right=0.0)


@cache
def _chance_curve(within: float, mean: float, sd: float, spread: float) -> Minutes:
    """
    Tabulate ``P(M + exp(u + spread Z) <= within)`` over the grid of ``u``, by quadrature over the quantiles of ``M``.
    """
    shape = (mean / sd) ** 2
    quantiles = (np.arange(400) + 0.5) / 400
    left = within - gamma.ppf(quantiles, shape, scale=mean / shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        standing = (np.log(np.where(left > 0, left, 0.0))[:, None] - _GRID) / spread
    return np.asarray(ndtr(standing).mean(axis=0), dtype=np.float64)
