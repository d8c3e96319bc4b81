"""Reach: how many residents and how much demand lie within each drive time, by the minutes of their postcodes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import SchemaError

TAILS = (0.1, 0.9)
"""Ends of the 80% interval of demand."""


@dataclass(frozen=True, eq=False)
class Reach:
    """
    What lies within each of some drive times.

    Parameters
    ----------
    table
        One row a limit, ascending: ``minutes``, ``area_km2``, ``residents``, ``residents_share``, ``demand_a_month``,
        ``demand_low`` and ``demand_high`` (80% interval). NaN where what a column is made of is not loaded.
    without_road
        Names of the points to which no road leads, or that have no position; never within a limit.
    points
        How many points there are in all.
    """

    table: pd.DataFrame
    without_road: tuple[str, ...]
    points: int

    @property
    def sentence(self) -> str:
        """Say how many points are left out because no road leads to them, and which first; nothing when none is."""
        if not self.without_road:
            return ""
        return (
            f"{len(self.without_road)} of {self.points} postcodes count as out of reach, for no road that is loaded "
            f"leads to them (first: {self.without_road[0]})"
        )


def within(
    minutes: npt.ArrayLike,
    lsoas: pd.Series,
    limits: Sequence[float],
    *,
    residents: pd.Series | None = None,
    demand: pd.DataFrame | None = None,
    areas: pd.DataFrame | None = None,
) -> Reach:
    """
    Count what lies within each drive time: by the minutes to each postcode, never by what a polygon holds.

    A postcode is within a limit when its minutes are at most that (boundary included). The residents and the demand of
    an LSOA are spread evenly over its postcodes, so a part of an LSOA counts in part. It is wrong where people live
    unevenly over postcodes (a care home, a prison), where the roads' times are: the limit is a cliff, and the
    interval of demand holds nothing of the error of the drive. What a plan covers is told by
    :func:`geo.scenarios.evaluate.evaluate`, which has no cliff. The area is that of the drawn outline, fields
    included.

    Parameters
    ----------
    minutes
        Drive minutes to or from each postcode, shape (postcodes,); inf where no road leads, NaN without a position.
    lsoas
        The LSOA of each postcode, indexed by its name: one county's live ones, as ``World.points`` has them.
    limits
        Minutes, > 0, in any order; each is counted once.
    residents
        By LSOA; not loaded when omitted.
    demand
        Incidents a month as draws, one row a draw, one column an LSOA; not loaded when omitted.
    areas
        ``minutes`` and ``area_km2`` of each limit, as :func:`geo.routing.isochrones.isochrones` gives them (without
        rings); not drawn when omitted.

    Raises
    ------
    SchemaError
        If lengths differ, a limit is not above zero, or the LSOAs of residents or demand are not those of the
        postcodes.

    Examples
    --------
    >>> lsoas = pd.Series(["E1", "E1", "E2"], index=["NN1 1AA", "NN1 1AB", "NN6 9ZZ"])
    >>> reach = within([5.0, 12.0, np.inf], lsoas, [5, 15], residents=pd.Series({"E1": 1000, "E2": 500}))
    >>> reach.table["residents"].tolist(), reach.sentence[:39]
    ([500.0, 1000.0], '1 of 3 postcodes count as out of reach,')
    """
    drive = np.asarray(minutes, dtype=float).reshape(-1)
    if len(drive) != len(lsoas):
        raise SchemaError(f"{len(drive)} drive times but {len(lsoas)} postcodes; give one each")
    ascending = np.unique(np.asarray(limits, dtype=float))
    if not len(ascending) or not ascending[0] > 0 or not np.isfinite(ascending[-1]):
        raise SchemaError("reach needs at least one limit, each above 0 minutes and finite; for example 5, 10, 15")
    shares = _shares(drive, lsoas, ascending)
    living, draws = _residents(shares, residents), _demand(shares, demand)
    table = pd.DataFrame(
        {
            "minutes": ascending,
            "area_km2": _areas(ascending, areas),
            "residents": living,
            "residents_share": living / float(residents.sum()) if residents is not None and residents.sum() else np.nan,
            "demand_a_month": draws.mean(axis=0),
            "demand_low": np.quantile(draws, TAILS[0], axis=0),
            "demand_high": np.quantile(draws, TAILS[1], axis=0),
        }
    )
    return Reach(table, tuple(lsoas.index[~np.isfinite(drive)].astype(str)), len(drive))


def _shares(drive: npt.NDArray[np.float64], lsoas: pd.Series, limits: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Give the share of each LSOA's postcodes within each limit: one row an LSOA, one column a limit."""
    inside = pd.DataFrame(drive[:, None] <= limits, columns=limits)
    return inside.groupby(lsoas.to_numpy()).mean()


def _residents(shares: pd.DataFrame, residents: pd.Series | None) -> npt.NDArray[np.float64]:
    """Give the residents within each limit; NaN when they are not loaded."""
    if residents is None:
        return np.full(shares.shape[1], np.nan)
    _same_lsoas(residents.index, shares.index, "residents")
    return np.asarray(residents.reindex(shares.index).to_numpy(float) @ shares.to_numpy())


def _demand(shares: pd.DataFrame, demand: pd.DataFrame | None) -> npt.NDArray[np.float64]:
    """Give the incidents a month within each limit, shape (draws, limits); one draw of NaN when it is not loaded."""
    if demand is None or demand.empty:
        return np.full((1, shares.shape[1]), np.nan)
    _same_lsoas(demand.columns, shares.index, "demand")
    return np.asarray(demand[shares.index].to_numpy(float) @ shares.to_numpy())


def _areas(limits: npt.NDArray[np.float64], areas: pd.DataFrame | None) -> npt.NDArray[np.float64]:
    """Give the area drawn for each limit; NaN when nothing is drawn."""
    if areas is None:
        return np.full(len(limits), np.nan)
    drawn = areas.set_index("minutes")["area_km2"]
    if missing := sorted(set(limits) - set(drawn.index)):
        raise SchemaError(f"{len(missing)} limits are not drawn (first: {missing[0]:g} minutes); draw the same limits")
    return np.asarray(drawn.loc[limits], dtype=float)


def _same_lsoas(given: pd.Index, known: pd.Index, what: str) -> None:
    if given.has_duplicates:
        raise SchemaError(f"{what}: an LSOA stands twice (first: {given[given.duplicated()][0]!r})")
    if missing := set(given) - set(known):
        raise SchemaError(f"{len(missing)} LSOAs of {what} have no postcode (first: {min(missing)!r}); load their data")
    if missing := set(known) - set(given):
        raise SchemaError(
            f"{len(missing)} of {len(known)} LSOAs of the postcodes have no {what} (first: {min(missing)!r}); "
            "give those of one county"
        )
