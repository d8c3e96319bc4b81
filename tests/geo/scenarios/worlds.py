"""Small random worlds and plans for laws that must hold in all of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import strategies as st

import geo
from geo.demand.rates import Demand
from geo.routing.speeds import GRADES, VEHICLES, SpeedProfile
from geo.scenarios.counting import count_by

DRAWS = 3
DAY = 24 * 60
KM = 1000.0
CALLS = pd.DataFrame(
    {
        "received_at": pd.date_range("2016-02-01 00:30", periods=24, freq="7h", tz="Europe/London"),
        "appropriate_for_car": ["yes", "no", "unknown"] * 8,
        "deployed": ["yes", "no", "unknown", "no"] * 6,
        "contact_mode": ["advice", "telephone", "face_to_face", "unknown"] * 6,
        "minutes_on_incident": [10.0, np.nan, 95.0, 60.0, 120.0, 5.0] * 4,
        "person_key": ["a", "b", "a", "", "c", "a", "d", ""] * 3,
    }
)
SHIFTS = pd.DataFrame({"nhs_staffed": ["yes", "yes", "no", "unknown"], "police_staffed": ["yes", "no", "yes", "yes"]})


class Villages:
    """A gazetteer of so many villages, one postcode and one LSOA each."""

    def __init__(self, spots):
        numbers = range(len(spots))
        self.frame = pd.DataFrame(
            {
                "easting": spots[:, 0],
                "northing": spots[:, 1],
                "live": True,
                "in_county": True,
                "district": [f"District {number % 3}" for number in numbers],
                "district_2021": "All",
                "lsoa": [f"E{number}" for number in numbers],
            },
            index=[f"AA{number} 1AA" for number in numbers],
        )


@st.composite
def worlds(draw, weights=("incidents", "minutes", "persons"), busiest=(0.05, 0.5, 4.0), every_hour=True):
    """
    Two to five villages with any minutes between them, and any demand up to ``busiest`` incidents an hour.

    Without ``every_hour`` some hours of the week were never live and have no rate.
    """
    number, seed = draw(st.integers(2, 5)), draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 50 * KM, (number, 2))
    tail, head = (ends.ravel() for ends in np.nonzero(~np.eye(number, dtype=bool)))
    network = geo.RoadNetwork.from_edges(tail, head, rng.uniform(60, 5400, len(tail)), spots[:, 0], spots[:, 1])
    live = np.ones(168) if every_hour else (rng.random(168) < 0.6).astype(float)
    rates = (
        rng.uniform(0, draw(st.sampled_from(busiest)), 168) * (rng.random(168) < 0.8) * rng.gamma(4, 1 / 4, (DRAWS, 1))
    )
    places = tuple(f"E{n}" for n in range(number))
    demand = Demand(
        hour_rates=np.where(live > 0, rates * rng.gamma(4, 1 / 4, (DRAWS, 1)), np.nan),
        place_shares=rng.dirichlet(np.ones(number), DRAWS),
        places=places,
        live_hours=live,
        incidents=len(CALLS),
        placed=len(CALLS),
    )
    calls = CALLS.assign(lsoa=rng.choice(places, len(CALLS)))
    world = geo.World(calls, demand, SHIFTS, network, Villages(spots))
    return replace(world, weighed=count_by(draw(st.sampled_from(weights)), calls, demand))


@st.composite
def patterns(draw):
    """One to three windows on the quarter hour, past midnight or not, none of which overlaps another."""
    quarter = st.integers(0, DAY // 15 - 1).map(lambda number: 15 * number)
    starts = draw(st.dictionaries(st.integers(0, 6), quarter, min_size=1, max_size=3))
    lengths = {day: draw(st.integers(1, 48)) * 15 for day in starts}
    return geo.ShiftPattern(tuple(windows_of(starts, lengths)))


def windows_of(starts, lengths):
    """Windows by day, each cut where the one of the next day begins."""
    for day, start in sorted(starts.items()):
        until = DAY + starts.get((day + 1) % 7, start)
        yield day, start, min(start + lengths[day], until, start + DAY)


@st.composite
def plans(draw, world, most_cars=2, **fixed):
    """Any plan for a world: one or two bases, any staffing, work and standard, by day or past midnight."""
    share = st.one_of(st.none(), st.floats(0, 1))
    spots = world.gazetteer.frame
    at = draw(st.lists(st.integers(0, len(spots) - 1), min_size=1, max_size=2, unique=True))
    bases = tuple(geo.Base(spots.index[n], *spots.iloc[n][["easting", "northing"]]) for n in at)
    cars = draw(st.integers(len(bases), most_cars))
    asked = {
        "pattern": draw(patterns()),
        "cars": cars,
        "roaming": draw(st.integers(0, cars - len(bases))),
        "model": draw(st.sampled_from(geo.DeploymentModel)),
        "standard": geo.ResponseStandard(draw(st.floats(5, 90))),
        "speeds": SpeedProfile(blue_light_factor=1.2, vehicle=VEHICLES[1], grade=draw(st.sampled_from(GRADES))),
        "line": draw(st.one_of(st.none(), patterns())),
        "work": draw(works),
        "appropriate_share": draw(share),
        "nurse_reliability": draw(share),
        "officer_reliability": draw(share),
        "released_minutes": 60.0,
        "cost_a_year": 200_000.0,
    }
    return geo.Scenario("Plan", bases, **asked | fixed)


works = st.builds(
    geo.Work,
    advice_minutes=st.floats(10, 60),
    deployed_minutes=st.floats(30, 240),
    advises_while_deployed=st.booleans(),
    last_job_minutes=st.sampled_from([0.0, 45.0, 90.0]),
    other_emergencies_a_month=st.sampled_from([0.0, 30.0]),
)
