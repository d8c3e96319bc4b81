"""Speeds fitted to journeys whose truth is known, because it was made."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.routing.calibrate import LEAST_JOURNEYS, calibrate
from geo.routing.journeys import Journeys, sift_journeys
from geo.routing.roads import RoadNetwork
from geo.routing.speeds import Period, SpeedProfile
from geo.routing.timing import Roads

EVENINGS = SpeedProfile("Evenings", periods=(Period("Evening", "daily", 18, 22, 1.2, 1.1),))


def grid_county(side=13, step=1_500.0):
    """A square county: streets each 1.5 km, its western half a town of a postcode each 100 m."""
    row, column = np.divmod(np.arange(side * side), side)
    node = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [np.c_[node[:, :-1].ravel(), node[:, 1:].ravel()], np.c_[node[:-1].ravel(), node[1:].ravel()]]
    )
    both = np.concatenate([pairs, pairs[:, ::-1]])
    network = RoadNetwork.from_edges(*both.T, np.full(len(both), 120.0), column * step, row * step)
    east, north = np.meshgrid(np.arange(0, side * step / 2, 100.0), np.arange(0, side * step, 100.0))
    postcodes = pd.DataFrame({"easting": east.ravel(), "northing": north.ravel(), "live": True})
    return Roads.of(network, postcodes), postcodes


ROADS, POSTCODES = grid_county()


def driven(count, truth, *, seed=0, noise=0.2):
    """Journeys over the county as the profile ``truth`` drives them, with an error of each trip."""
    draw = np.random.default_rng(seed)
    ends = draw.choice(ROADS.network.nodes, count)
    hours = draw.choice([19, 20, 23], count)
    rows = []
    for end, hour in zip(ends, hours, strict=True):
        period = 0 if hour < 22 else -1
        seconds = ROADS.timed(truth, period).engine.one_to_all(84)[end]
        rows.append(
            {
                "from_easting": ROADS.network.x[84],
                "from_northing": ROADS.network.y[84],
                "to_easting": ROADS.network.x[end],
                "to_northing": ROADS.network.y[end],
                "minutes": seconds / 60 * np.exp(noise * draw.standard_normal()),
                "departed_at": pd.Timestamp(f"2016-02-0{1 + end % 7} {hour}:10", tz="Europe/London"),
                "reference": f"j{len(rows)}",
            }
        )
    return sift_journeys(pd.DataFrame(rows))


def test_many_journeys_find_how_much_slower_towns_and_country_are():
    truth = replace(EVENINGS, town_scale=1.5, country_scale=1.2)
    found = calibrate(driven(400, truth), ROADS, EVENINGS, POSTCODES)
    assert found.speeds.town_scale * found.speeds.periods[0].town / 1.2 == pytest.approx(1.5, rel=0.06)
    assert found.speeds.country_scale == pytest.approx(1.2, rel=0.06)
    assert found.supported
    assert found.errors["after_percent"][0] < found.errors["before_percent"][0]
    assert abs(found.errors["after_bias"][0]) < 3
    assert found.sigma == pytest.approx(0.2, rel=0.15)
    assert "clearly better" in found.sentence


def test_the_traffic_of_an_hour_is_found_beside_the_rest():
    truth = replace(EVENINGS, periods=(Period("Evening", "daily", 18, 22, 1.2 * 1.3, 1.1 * 1.3),))
    found = calibrate(driven(600, truth), ROADS, EVENINGS, POSTCODES)
    scales = found.scales.set_index("what")
    assert scales.loc["Evening (daily 18-22)", "factor"] == pytest.approx(1.3, rel=0.07)
    assert scales.loc["Evening (daily 18-22)", "words"] == "slower than before"
    assert scales.loc["towns", "low"] < 1.05


def test_few_journeys_move_the_speeds_less_than_many():
    truth = replace(EVENINGS, town_scale=1.5, country_scale=1.5)
    few, many = (calibrate(driven(n, truth), ROADS, EVENINGS, POSTCODES) for n in (12, 400))
    assert 1.0 < few.speeds.town_scale < many.speeds.town_scale
    assert few.tau > many.tau


def test_too_few_journeys_change_nothing_and_say_so():
    found = calibrate(driven(LEAST_JOURNEYS - 2, EVENINGS), ROADS, EVENINGS, POSTCODES)
    assert found.speeds == EVENINGS
    assert not found.supported
    assert "too few to change the speeds" in found.sentence


def test_speeds_that_are_right_are_not_called_wrong():
    """Over ten logs of the truth, at most two call a scale other than it is (80% intervals, four scales)."""
    wrong = 0
    for seed in range(10):
        found = calibrate(driven(60, EVENINGS, seed=seed), ROADS, EVENINGS, POSTCODES)
        wrong += int(found.supported)
        assert found.speeds.town_scale == pytest.approx(1.0, abs=0.15)
    assert wrong <= 2


def test_an_interval_of_80_per_cent_holds_the_truth_about_as_often():
    truth = replace(EVENINGS, town_scale=1.15, country_scale=1.15)
    held = 0
    for seed in range(60):
        scales = calibrate(driven(40, truth, seed=seed), ROADS, EVENINGS, POSTCODES).scales
        held += int(scales["low"][1] <= 1.15 <= scales["high"][1])
    assert 0.65 <= held / 60 <= 0.95


def test_one_entry_made_hours_later_hardly_moves_the_fit():
    clean = driven(60, EVENINGS)
    odd = clean.frame.assign(minutes=clean.frame["minutes"].where(clean.frame.index > 0, 170.0))
    with_odd = calibrate(Journeys(odd, {}), ROADS, EVENINGS, POSTCODES).speeds
    assert with_odd.country_scale == pytest.approx(
        calibrate(clean, ROADS, EVENINGS, POSTCODES).speeds.country_scale, abs=0.03
    )


def test_a_group_of_few_journeys_gets_no_figure():
    found = calibrate(driven(14, EVENINGS), ROADS, EVENINGS, POSTCODES)
    small = found.errors[found.errors["journeys"] < LEAST_JOURNEYS]
    assert len(small)
    assert small["after_percent"].isna().all()
    assert small["words"].str.startswith("too few journeys").all()


def test_a_place_that_no_road_reaches_is_no_journey_to_fit():
    far = driven(20, EVENINGS).frame
    far = far.assign(to_easting=far["to_easting"].where(far.index > 0, 90_000.0))
    assert calibrate(Journeys(far, {}), ROADS, EVENINGS, POSTCODES).journeys == len(far) - 1
