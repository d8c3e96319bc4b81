"""The world that questions are asked of: loaded once, read by all, changed by none."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from geo.coverage.occupancy import Occupancy, occupancy
from geo.demand.rates import Demand
from geo.deployment.work import Work
from geo.places.bases import Base
from geo.places.postcodes import Gazetteer, districts_of, standing_for
from geo.routing.matrix import Ends, minutes_to
from geo.routing.roads import RoadNetwork
from geo.routing.speeds import SpeedProfile
from geo.routing.timing import Roads
from geo.scenarios.counting import Counting
from geo.week import ShiftPattern

Array = npt.NDArray[np.float64]

KEPT = 24
"""How many occupancies are kept: two for each of six plans side by side, and for those before. One takes about 2 MB."""


@dataclass(frozen=True, eq=False)
class World:
    """
    Located incidents of one source, demand, shift history and roads of one county.

    Demand lives in LSOAs; drive times are taken to every live postcode of an LSOA and averaged, each postcode
    weighing the same, so a large rural LSOA is not judged by one point in its middle. ``shared_roads`` are the same
    roads where others have timed them already; without them the world times its own. ``weighed`` says what its
    incidents count for, once each when it is not given.
    """

    located: pd.DataFrame
    demand: Demand
    shifts: pd.DataFrame
    network: RoadNetwork
    gazetteer: Gazetteer = field(default_factory=Gazetteer.default)
    shared_roads: Roads | None = None
    weighed: Counting | None = None

    @cached_property
    def roads(self) -> Roads:
        """The world's roads, to be timed under any speeds."""
        return self.shared_roads or Roads.of(self.network, self.gazetteer.frame)

    @cached_property
    def counting(self) -> Counting:
        """What its incidents count for."""
        return self.weighed or Counting.incidents(self.demand)

    @cached_property
    def points(self) -> pd.DataFrame:
        """The postcodes that stand for each place: live ones, or all where an LSOA has none left."""
        return standing_for(self.gazetteer.frame, self.demand.places)

    @cached_property
    def averaging(self) -> csr_matrix:
        """The matrix that averages postcodes into places, shape (places, postcodes)."""
        column = pd.Index(self.demand.places).get_indexer(self.points["lsoa"])
        weight = 1 / np.bincount(column, minlength=len(self.demand.places))[column]
        shape = (len(self.demand.places), len(column))
        return csr_matrix((weight, (column, np.arange(len(column)))), shape=shape)

    @cached_property
    def ends(self) -> Ends:
        """Where :attr:`points` join the roads."""
        return Ends.of(self.network, self.points["easting"], self.points["northing"])

    def drive_minutes(self, base: Base, speeds: SpeedProfile, period: int = -1) -> Array:
        """
        Give the minutes from ``base`` to each of :attr:`points`, in the traffic of one of the profile's periods; inf
        where no road leads.
        """
        timed = self.roads.timed(speeds, period)
        return minutes_to(timed.network, timed.engine, base, self.ends)

    def occupancy(self, pattern: ShiftPattern, sent: Array, cars: int, work: Work) -> Occupancy:
        """
        Give :func:`geo.coverage.occupancy.occupancy` for the world's demand, worked out once for each of the last few.

        It does not depend on where the base is, how fast cars drive and what counts as in time; read-only.
        """
        key = (pattern.windows, sent.tobytes(), cars, work)
        found = self._occupied.get(key)
        if found is None:
            found = self._occupied[key] = occupancy(pattern, self.demand.hour_rates, sent, cars, work)
            for oldest in list(self._occupied)[:-KEPT]:
                self._occupied.pop(oldest, None)  # two pages may ask at once
        return found

    @cached_property
    def _occupied(self) -> dict[tuple[object, ...], Occupancy]:
        return {}

    def districts(self, edition: str) -> pd.Series:
        """Give the district of each place by LSOA, for one edition: where most of its postcodes lie."""
        return self._districts["district" if edition == "2011-2021" else "district_2021"]

    @cached_property
    def _districts(self) -> pd.DataFrame:
        return districts_of(self.points, self.demand.places)
