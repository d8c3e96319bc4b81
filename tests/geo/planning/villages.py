"""A small world of five villages along one road, for searches that can be checked by trying everything."""

import numpy as np
import pandas as pd

import geo
from geo.planning.found import Rules
from geo.routing.speeds import Period, SpeedProfile

KM = 1000.0
SPOTS = [0.0, 4 * KM, 20 * KM, 24 * KM, 60 * KM]
RUSH = SpeedProfile("Slow early evenings", periods=(Period("Early", "daily", 18, 20, 2.0, 2.0),))


class Villages:
    """A gazetteer of five villages on a line, two postcodes each, 200 m apart."""

    frame = pd.DataFrame(
        {
            "easting": [spot + step for spot in SPOTS for step in (0.0, 200.0)],
            "northing": 0.0,
            "live": True,
            "in_county": True,
            "district": np.repeat(["West", "West", "Middle", "Middle", "East"], 2),
            "district_2021": "All",
            "lsoa": np.repeat(["E1", "E2", "E3", "E4", "E5"], 2),
        },
        index=[f"AA{village} {step}AA" for village in range(1, 6) for step in (1, 2)],
    )


def village_world(weeks=14, counts=(9, 3, 6, 2, 1), profile=None):
    nights = pd.date_range("2016-02-01 18:00", periods=7 * weeks, freq="D", tz="Europe/London")
    shifts = pd.DataFrame(
        {
            "shift_id": [f"s{i}" for i in range(len(nights))],
            "start": nights,
            "end": nights + pd.Timedelta(hours=6),
            "nhs_staffed": "yes",
            "police_staffed": "yes",
        }
    )
    lsoas = [f"E{n + 1}" for n, count in enumerate(counts) for _ in range(count * weeks // 7)]
    received = [nights[i % len(nights)] + pd.Timedelta(hours=i % 5) for i in range(len(lsoas))]
    calls = pd.DataFrame(
        {
            "received_at": received,
            "received_on": pd.DatetimeIndex(received).tz_localize(None).normalize(),
            "shift_id": "",
            "lsoa": lsoas,
            "deployed": "yes",
            "appropriate_for_car": "yes",
        }
    )
    demand = geo.fit_demand(
        calls, shifts, pd.Series(dict.fromkeys(["E1", "E2", "E3", "E4", "E5"], 100)), draws=200, profile=profile
    )
    length = np.diff(SPOTS)
    one, other = np.arange(4), np.arange(1, 5)
    seconds = length / (50 / 3.6)
    network = geo.RoadNetwork.from_edges(
        np.r_[one, other], np.r_[other, one], np.r_[seconds, seconds], SPOTS, [0.0] * 5
    )
    return geo.World(calls, demand, shifts, network, Villages())


WORLD = village_world()
PLAN = geo.Scenario(
    "Now",
    (geo.Base("AA5 1AA", 60 * KM, 0.0, "AA5 1AA"),),
    geo.ShiftPattern.parse("daily 18-22"),
    standard=geo.ResponseStandard(20.0),
    speeds=RUSH,
)
RULES = Rules(crewed_hours=28, lengths=(4, 6))
