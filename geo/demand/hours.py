"""The week hour by hour: what was counted, in how many live hours, the rate and its doubt."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.demand.exposure import while_live
from geo.demand.rates import Demand, hour_table
from geo.demand.windows import garwood
from geo.deployment.patterns import hour_grid, hour_of_week
from geo.week import HOURS, Hours

LEVEL = (0.05, 0.95)


def week_table(
    incidents: pd.DataFrame,
    weights: pd.Series,
    watched: pd.DataFrame,
    live: Hours,
    pattern_hours: Hours,
    demand: Demand | None,
) -> pd.DataFrame:
    """
    Give the 168 hours of the week with counts, rates and both kinds of doubt.

    To :func:`geo.demand.rates.hour_table` it adds ``counted`` (the sum of what incidents count for, missing where none
    of them has any recorded), ``exact_low`` and ``exact_high`` (Garwood's 90% limits of the rate by the live incidents
    of that hour alone), and of the demand model ``rate``, ``low`` and ``high`` (incidents an hour and its 90%
    interval) and ``borrowed`` where the rhythm comes from a second exposure. Where nothing was observed and nothing is
    borrowed, rates are missing.

    Parameters
    ----------
    weights
        What each incident counts for, indexed alike; missing ones add nothing.
    watched
        The stretches in which the source was watched.
    live
        Its live hours, shape (168,).
    demand
        None where no rate can be told.
    """
    table = hour_table(incidents, live, pattern_hours)
    counts = hour_grid(incidents[while_live(incidents, watched)])
    limits = np.array([garwood(int(count)) for count in counts]).T
    with np.errstate(divide="ignore", invalid="ignore"):
        least, most = (np.where(live > 0, limit / live, np.nan) for limit in limits)
    rate, low, high = _told(demand)
    return table.assign(
        counted=_summed(incidents, weights),
        exact_low=least,
        exact_high=most,
        rate=rate,
        low=low,
        high=high,
        borrowed=demand.borrowed if demand is not None else np.zeros(HOURS, dtype=np.bool_),
    )


def received_in(incidents: pd.DataFrame, hours: npt.NDArray[np.bool_]) -> pd.Series:
    """Tell which incidents were received in some hours of the week, shape (168,); one without a time was not."""
    return hour_of_week(incidents["received_at"]).isin(np.flatnonzero(hours))


def _summed(incidents: pd.DataFrame, weights: pd.Series) -> Hours:
    hours = hour_of_week(incidents["received_at"])
    known = hours.notna() & weights.notna()
    summed, told, all_of_them = (
        np.bincount(hours[which].astype(int), worth, minlength=HOURS)
        for which, worth in ((known, weights[known].to_numpy(np.float64)), (known, None), (hours.notna(), None))
    )
    return np.asarray(np.where((told == 0) & (all_of_them > 0), np.nan, summed), dtype=np.float64)


def _told(demand: Demand | None) -> tuple[Hours, Hours, Hours]:
    """Give the mean and the 90% interval of each hour's rate; missing where there is none."""
    rate, low, high = (np.full(HOURS, np.nan) for _ in range(3))
    if demand is not None:
        told = demand.told
        draws = demand.hour_rates[:, told]
        rate[told] = draws.mean(axis=0)
        low[told], high[told] = np.quantile(draws, LEVEL, axis=0)
    return rate, low, high
