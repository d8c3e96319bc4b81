import dataclasses
import pickle

import numpy as np
import pandas as pd

from geo.routing.engine import ScipyEngine
from geo.routing.roads import RoadNetwork
from geo.routing.speeds import Period, SpeedProfile
from geo.routing.timing import KEPT, Roads, main_traffic, traffic_levels

TOWN = pd.DataFrame({"easting": np.arange(100) * 10.0, "northing": 0.0, "live": True})
PEAK = SpeedProfile("Peaks", periods=(Period("Peak", "daily", 18, 20, 2.0, 1.5),))


def road_out_of_town():
    """From 500 m along a street of 100 postcodes, to its next corner, to a village 20 km away."""
    network = RoadNetwork.from_edges([0, 1], [1, 2], [60.0, 1200.0], [500, 600, 20_600], [0, 0, 0])
    return Roads.of(network, TOWN)


def test_traffic_weighs_on_the_town_and_on_the_country():
    _, engine, _ = road_out_of_town().timed(PEAK, 0)
    assert engine.one_to_all(0).tolist() == [0.0, 120.0, 120.0 + 1800.0]


def test_empty_roads_have_no_traffic():
    network, engine, _ = road_out_of_town().timed(PEAK)
    assert engine.one_to_all(0)[2] == 1260.0
    assert "empty roads" in network.label


def test_a_profile_is_put_on_the_roads_once():
    made = []
    roads = dataclasses.replace(
        road_out_of_town(), engines=lambda network: made.append(1) or (ScipyEngine(network), "")
    )
    assert roads.timed(PEAK, 0) is roads.timed(PEAK, 0)
    assert len(made) == 1
    for number in range(KEPT + 1):
        roads.timed(dataclasses.replace(PEAK, town_scale=1 + number / 100))
    roads.timed(PEAK, 0)
    assert len(made) == KEPT + 3


def test_roads_pickle_without_what_was_timed():
    roads = road_out_of_town()
    roads.timed(PEAK, 0)
    again = pickle.loads(pickle.dumps(roads))  # noqa: S301 - our own bytes
    assert again.town.tolist() == [True, False]
    assert again.timed(PEAK, 0).engine.one_to_all(0)[1] == 120.0


def test_periods_of_the_same_traffic_are_one_level():
    alike = dataclasses.replace(PEAK, periods=(*PEAK.periods, Period("Lunch", "daily", 12, 14, 2.0, 1.5)))
    levels = traffic_levels(alike, np.ones(168))
    assert {number: part.sum() for number, part in levels.items()} == {-1: 168 - 28, 0: 28}


def test_the_levels_share_out_all_crewed_hours():
    crewed = np.linspace(0, 1, 168)
    assert np.allclose(sum(traffic_levels(SpeedProfile(), crewed).values()), crewed)


def test_the_main_traffic_is_that_of_most_crewed_hours():
    crewed = np.zeros(168)
    crewed[17:21] = 1.0
    assert main_traffic(PEAK, crewed) == -1  # two hours each: the first
    crewed[17] = 0.0
    assert main_traffic(PEAK, crewed) == 0
