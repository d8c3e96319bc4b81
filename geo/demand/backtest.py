"""Back-test: fit on the first weeks of a record, foretell the weeks held out, and say how often that held."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.demand.profile import Profile
from geo.demand.rates import Demand, fit_demand
from geo.demand.watched import Watched
from geo.errors import SchemaError

Floats = npt.NDArray[np.float64]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PARTS = {"night": range(6), "morning": range(6, 12), "afternoon": range(12, 18), "evening": range(18, 24)}
"""Hours of the day that a window of the back-test holds."""

LEVELS = (0.8, 0.9)
LEAST_DAYS = 14
"""Days of either part: two weeks, so that each weekday stands in both twice."""

ALL, WINDOWS, DISTRICTS = "all", "windows", "districts"


@dataclass(frozen=True, eq=False)
class BackTest:
    """
    What was foretold of the weeks held out, and what came.

    Parameters
    ----------
    since
        The first day held out.
    days
        How many days were fitted, and how many held out.
    table
        A row a figure: ``of`` (all, windows, districts), ``name``, ``foretold`` (mean), ``low80``, ``high80``,
        ``low90``, ``high90``, ``came``, ``inside80``, ``inside90``.
    """

    since: pd.Timestamp
    days: tuple[int, int]
    table: pd.DataFrame

    @property
    def coverage(self) -> pd.DataFrame:
        """How often the intervals held what came, by kind of figure, and the mean error as a share of what came."""
        groups = self.table.groupby("of", sort=False)
        error = (self.table["foretold"] - self.table["came"]).abs()
        mean_error = error.groupby(self.table["of"], sort=False).sum() / groups["came"].sum()
        held = groups[["inside80", "inside90"]].mean()
        return held.assign(figures=groups.size(), mean_error=mean_error).reset_index()

    @property
    def sentence(self) -> str:
        """Say in a sentence how well the weeks held out were foretold."""
        whole = self.table[self.table["of"] == ALL].iloc[0]
        parts = [
            f"{round(row.figures * row.inside90)} of {row.figures} {row.of} within their 90% interval"
            for row in self.coverage[self.coverage["of"] != ALL].itertuples()
        ]
        return (
            f"Fitted on {self.days[0]} days, {self.days[1]} days from {self.since:%d %b %Y} on held out: "
            f"{whole['foretold']:.0f} incidents foretold (90%: {whole['low90']:.0f}-{whole['high90']:.0f}), "
            f"{whole['came']:.0f} came; {', '.join(parts)}."
        )


def back_test(
    incidents: pd.DataFrame,
    watched: pd.DataFrame,
    residents: pd.Series,
    districts: pd.Series,
    *,
    fitted: float = 0.5,
    seed: int = 0,
    profile: Profile | None = None,
) -> BackTest:
    """
    Foretell the later part of a record from the earlier.

    Totals by weekday and part of the day are foretold for the hours that were live in the later part; districts as
    their share of the incidents that were placed. Wrong as a promise: demand may change more than it did between these
    parts, and one split is one trial; :mod:`geo.demand.calibration` tells of many simulated ones.

    Parameters
    ----------
    incidents, watched
        The records of one source, and the stretches in which it was watched, one row a shift.
    residents
        Residents by LSOA.
    districts
        District of each place, indexed by LSOA as ``residents``.
    fitted
        Share of the watched days that is fitted, above 0 and below 1.

    Raises
    ------
    SchemaError
        If either part is shorter than two weeks, or nothing was live in it.
    """
    day = watched["start"].dt.tz_localize(None).dt.normalize()
    days = np.sort(day.dropna().unique())
    cut = int(len(days) * fitted)
    if min(cut, len(days) - cut) < LEAST_DAYS:
        raise SchemaError(
            f"{len(days)} days on record are too few to hold some out; a back-test needs {LEAST_DAYS} on either side"
        )
    since = pd.Timestamp(days[cut])
    called = incidents["received_on"].fillna(incidents["received_at"].dt.tz_localize(None).dt.normalize())
    earlier, later = (called < since).to_numpy(), (called >= since).to_numpy()
    demand = fit_demand(
        incidents[earlier], watched[day < since], residents, seed=seed, profile=profile, groups=districts
    )
    held = Watched.of(incidents[later], watched[day >= since])
    if not held.exposure.sum() > 0:
        raise SchemaError("nothing was live in the days held out; choose a longer period")
    rng = np.random.default_rng([seed, 7])
    rows = _windows(demand, held, rng) + _districts(demand, incidents[later], districts, rng)
    return BackTest(since, (cut, len(days) - cut), pd.DataFrame(rows))


def _windows(demand: Demand, held: Watched, rng: np.random.Generator) -> list[dict[str, object]]:
    """Foretell the total of all live hours, and of each weekday and part of the day among them."""
    known = np.where(demand.told, held.exposure, 0.0)
    wanted = {(ALL, "all live hours"): np.ones(168, dtype=bool)}
    hour = np.arange(168)
    for weekday, day in enumerate(DAYS):
        for part, clock in PARTS.items():
            wanted[WINDOWS, f"{day} {part}"] = np.isin(hour, weekday * 24 + np.array(clock))
    rows = []
    for (of, name), hours in wanted.items():
        live = np.where(hours, known, 0.0)
        if not live.any():
            continue
        expected = np.nan_to_num(demand.hour_rates) @ live
        wider = demand.dispersion_in(hours & (live > 0)) - 1
        if wider > 0:
            expected = rng.gamma(expected / wider, wider)
        rows.append(_row(of, name, rng.poisson(expected), float(held.counts[(live > 0)].sum())))
    return rows


def _districts(
    demand: Demand, incidents: pd.DataFrame, districts: pd.Series, rng: np.random.Generator
) -> list[dict[str, object]]:
    """Foretell how many of the incidents that were placed fall into each district."""
    of_place = districts.reindex(list(demand.places)).to_numpy(dtype=object)
    came = incidents["lsoa"].map(districts).value_counts()
    names = sorted(set(of_place))
    shares = np.column_stack([demand.place_shares[:, of_place == name].sum(axis=1) for name in names])
    counts = np.array([rng.multinomial(int(came.sum()), row / row.sum()) for row in shares])
    return [_row(DISTRICTS, name, counts[:, n], float(came.get(name, 0))) for n, name in enumerate(names)]


def _row(of: str, name: str, draws: npt.NDArray[np.int64], came: float) -> dict[str, object]:
    row: dict[str, object] = {"of": of, "name": name, "foretold": float(draws.mean()), "came": came}
    for level in LEVELS:
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
        per_cent = round(100 * level)
        row |= {f"low{per_cent}": float(low), f"high{per_cent}": float(high)}
        row[f"inside{per_cent}"] = bool(low <= came <= high)
    return row
