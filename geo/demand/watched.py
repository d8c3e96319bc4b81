"""What was counted while a source was watched: its incidents by hour and by night, and the hours of watching."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from geo.demand.exposure import NIGHTS, add_up, bins_of, elapsed_hours, live_shifts, nights_of, while_live
from geo.demand.model import Record
from geo.demand.overdispersion import Dispersion, dispersion_of
from geo.demand.policy import PolicyDate, part_of
from geo.week import HOURS, Hours


@dataclass(frozen=True, eq=False)
class Watched:
    """
    The incidents of one source that fell in its live hours, and those hours.

    Parameters
    ----------
    elapsed
        As :func:`geo.demand.exposure.elapsed_hours` gives it.
    live
        One row an incident: ``when`` (UTC; by its call, its day's noon or its shift's start), ``bin`` (hour of the
        week, -1 without a time) and ``night`` (the day it belongs to, missing without a time).
    """

    elapsed: pd.DataFrame
    live: pd.DataFrame

    @classmethod
    def of(cls, incidents: pd.DataFrame, shifts: pd.DataFrame) -> "Watched":
        """Keep the incidents of one source that were live by the shift log, and the log's live hours."""
        mine = incidents.loc[while_live(incidents, shifts), ["received_at", "received_on", "shift_id"]]
        called = mine["received_at"].dt.tz_convert("UTC").dt.as_unit("us").reset_index(drop=True)
        timed = called.notna().to_numpy()
        bins, nights = np.full(len(mine), -1), pd.Series(pd.NaT, index=called.index, dtype="datetime64[us]")
        bins[timed], nights[timed] = bins_of(called[timed]), nights_of(called[timed])
        when = called.fillna(_otherwise(mine, shifts).reset_index(drop=True))
        return cls(elapsed_hours(shifts), pd.DataFrame({"when": when, "bin": bins, "night": nights}))

    @property
    def incidents(self) -> int:
        """How many incidents were live, those without a time too."""
        return len(self.live)

    @property
    def a_night(self) -> float:
        """Incidents a live night."""
        return self.incidents / max(int(self.elapsed["night"].nunique()), 1)

    @cached_property
    def exposure(self) -> Hours:
        """Live hours by hour of the week, shape (168,)."""
        return add_up(self.elapsed)

    @cached_property
    def counts(self) -> Hours:
        """Incidents by hour of the week, shape (168,), those outside every live hour of the week left out."""
        timed = self.live.loc[self.live["bin"] >= 0, "bin"]
        return np.where(self.exposure > 0, np.bincount(timed, minlength=HOURS), 0.0)

    def parts(self, dates: Sequence[PolicyDate]) -> list["Watched"]:
        """Split at policy dates, oldest part first."""
        hours, calls = (part_of(times, dates) for times in (self.elapsed["hour"], self.live["when"]))
        return [
            Watched(self.elapsed[hours == part], self.live[calls == part].reset_index(drop=True))
            for part in range(len(dates) + 1)
        ]

    def nights(self, rates: Hours) -> tuple[pd.DatetimeIndex, Hours, Hours]:
        """Give the live nights, what was counted in each, and what ``rates`` (168,) expect in its live hours."""
        nights, which = np.unique(self.elapsed["night"].to_numpy(), return_inverse=True)
        expected = np.bincount(which, weights=self.elapsed["share"] * rates[self.elapsed["bin"]], minlength=len(nights))
        timed = self.live[(self.live["bin"] >= 0) & (self.exposure[self.live["bin"]] > 0)]
        place = pd.Index(nights).get_indexer(timed["night"])
        counts = np.bincount(place[place >= 0], minlength=len(nights)).astype(np.float64)
        return pd.DatetimeIndex(nights), counts, expected.astype(np.float64)

    def dispersion(self, rates: Hours, *, seed: int = 0) -> Dispersion:
        """Test whether nights differ by more than chance around ``rates``, incidents an hour, shape (168,)."""
        _, counts, expected = self.nights(rates)
        return dispersion_of(counts, expected, seed=seed)

    def doubtful(self) -> Record:
        """
        Give what this tells of the rhythm of the week for a fit around which nights are tested.

        Nights may vary twice as much as by chance: otherwise a fit to two weeks takes what single nights did for a
        habit of their weekdays, and finds that nights hardly differ.
        """
        return self.record(np.ones(HOURS), 1 / max(self.a_night, 0.1))

    def record(self, rates: Hours, frailty: float) -> Record:
        """Give what this tells of the rhythm of the week, when nights differ by a factor of variance ``frailty``."""
        nights, _, expected = self.nights(rates)
        weekday = np.asarray(nights.day_of_week)
        total, squares = (np.bincount(weekday, weights=values, minlength=NIGHTS) for values in (expected, expected**2))
        variance = np.divide(frailty * squares, total**2, out=np.zeros(NIGHTS), where=total > 0)
        return Record(self.counts, self.exposure, variance)


def _otherwise(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.Series:
    """Give noon of each incident's day or, without a day, the start of the shift that it names; UTC."""
    noon = (incidents["received_on"] + pd.Timedelta(hours=12)).dt.tz_localize("UTC").dt.as_unit("us")
    live = live_shifts(shifts).drop_duplicates("shift_id")
    which = pd.Index(live["shift_id"]).get_indexer(incidents["shift_id"])
    starts = live["start"].dt.tz_convert("UTC").dt.as_unit("us").reset_index(drop=True)
    return noon.fillna(starts.reindex(which).set_axis(incidents.index))
