import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ScenarioError, SchemaError
from geo.routing.network import load_network
from geo.routing.roads import CLASSES, HEADS, RoadNetwork, Ways
from geo.routing.speeds import (
    CLASS_SPEEDS,
    KM_PER_MILE,
    MPH_BY_CLASS,
    Period,
    SpeedProfile,
    in_town,
    is_as_measured,
    kmh,
    posted_kmh,
    timed,
)

QUIET = SpeedProfile("Quiet", signal_seconds=0.0, junction_seconds=0.0, periods=())


def one_road(road_class="residential", limit=math.nan, head="through", metres=1609.344):
    """A mile of road of one kind, whose own free-flow time is 100 seconds."""
    ways = Ways([metres], [CLASSES.index(road_class)], [limit], [HEADS.index(head)])
    return RoadNetwork.from_edges([0], [1], [100.0], [0, metres], [0, 0], ways=ways, source="A town", edition="2016")


def seconds(network, profile, *, town=True, period=-1):
    return float(timed(network, profile, np.array([town]), period=period).seconds[0])


def test_national_limits_are_in_kilometres_an_hour():
    assert round(kmh("motorway"), 2) == 112.65
    assert round(kmh("trunk"), 2) == 96.56
    assert round(kmh("residential"), 2) == 48.28


def test_an_unlisted_class_is_taken_as_built_up():
    assert kmh("road") == kmh("residential")


def test_no_class_is_above_the_national_limit():
    assert max(MPH_BY_CLASS.values()) == 70


@pytest.mark.parametrize(
    ("written", "mph"),
    [
        ("30 mph", 30),
        ("30mph", 30),
        (["30 mph", "20 mph"], 25),
        ("30 mph;40 mph", 35),
        ("48.28032", 30),
        ("GB:nsl_single", 60),
        ("GB:nsl_dual", 70),
        ("GB:motorway", 70),
        ("national", 60),
        (["signals", "20 mph"], 20),
    ],
)
def test_posted_limits_are_read_as_mappers_write_them(written, mph):
    assert posted_kmh(written) / KM_PER_MILE == pytest.approx(mph)


@pytest.mark.parametrize("written", [None, "", "0", "0 mph", "none", "signals", "walk", "fast", []])
def test_a_limit_that_says_nothing_is_none(written):
    assert math.isnan(posted_kmh(written))


def test_a_mile_under_a_limit_of_30_takes_two_minutes():
    assert seconds(one_road(limit=30 * KM_PER_MILE), QUIET) == pytest.approx(120.0)


def test_between_two_limits_the_speed_changes_evenly():
    assert seconds(one_road(limit=40 * KM_PER_MILE), QUIET) == pytest.approx(3600 / (30 + 20 / 3))
    assert seconds(one_road(limit=10 * KM_PER_MILE), QUIET) == pytest.approx(360.0)


def test_a_road_without_limit_is_driven_by_its_class_in_town_and_country():
    assert seconds(one_road("tertiary"), QUIET, town=True) == pytest.approx(3600 / 30)
    assert seconds(one_road("tertiary"), QUIET, town=False) == pytest.approx(3600 / 45)


def test_signals_and_junctions_take_their_seconds():
    profile = dataclasses.replace(QUIET, signal_seconds=7.5, junction_seconds=2.0)
    assert seconds(one_road(head="signals"), profile) == pytest.approx(180 + 7.5)
    assert seconds(one_road(head="junction"), profile) == pytest.approx(180 + 2.0)
    assert seconds(one_road("trunk", head="junction"), profile, town=False) == pytest.approx(3600 / 55)


def test_traffic_counts_in_its_hours_and_not_in_others():
    profile = dataclasses.replace(QUIET, periods=(Period("Peak", "Mon-Fri", 7, 10, 1.5, 1.2),))
    assert profile.traffic[:24].tolist() == [-1] * 7 + [0] * 3 + [-1] * 14
    assert (profile.traffic >= 0).sum() == 15
    assert seconds(one_road(), profile, period=0) == pytest.approx(270.0)
    assert seconds(one_road(), profile, town=False, period=0) == pytest.approx(3600 / 25 * 1.2)
    assert profile.period_name(0) == "Peak (Mon-Fri 07-10)"


def test_of_two_periods_the_later_counts():
    profile = dataclasses.replace(
        QUIET, periods=(Period("Day", "daily", 0, 24, 1.2, 1.0), Period("Friday", "Fri", 20, 24, 1.4, 1.0))
    )
    assert profile.traffic[4 * 24 + 19 : 4 * 24 + 21].tolist() == [0, 1]


def test_blue_lights_count_only_where_vehicle_and_grade_allow_them():
    assert SpeedProfile().blue_light == 1.0
    assert SpeedProfile(vehicle="blue lights fitted").blue_light == 1.0
    assert SpeedProfile(grade="emergency").blue_light == 1.0
    both = dataclasses.replace(QUIET, vehicle="blue lights fitted", grade="emergency", blue_light_factor=1.25)
    assert seconds(one_road(), both) == pytest.approx(180 / 1.25)


def test_roads_whose_times_are_given_keep_them_but_for_scale_and_hour():
    given = RoadNetwork.from_edges([0], [1], [100.0], [0, 1], [0, 0], label="Estimated.")
    profile = dataclasses.replace(QUIET, town_scale=1.1, periods=(Period("Peak", "daily", 8, 9, 1.5, 1.0),))
    assert seconds(given, SpeedProfile()) == 100.0
    assert seconds(given, profile) == pytest.approx(110.0)
    assert seconds(given, profile, period=0) == pytest.approx(165.0)


def test_the_label_says_what_the_times_hold():
    label = timed(one_road(), SpeedProfile(), np.array([True]), period=0).label
    assert label == (
        "A town (2016). Speeds: Default speeds "
        "(Weekday daytime (Mon-Fri 10-16); speeds by class and limit, junction delays)."
    )


def test_the_network_is_left_alone():
    network = one_road()
    timed(network, SpeedProfile(), np.array([True]), period=0)
    assert network.seconds.tolist() == [100.0]


def test_the_default_daytime_factor_is_the_departments_delay():
    free = 3600 / 25.4 - 43.2
    assert SpeedProfile().factors(0)[0] == pytest.approx((free + 46.2) / free, abs=0.005)
    assert SpeedProfile().factors(1)[0] == pytest.approx((free + 53.2) / free, abs=0.005)
    assert SpeedProfile().factors(0)[1] == pytest.approx((3600 / 58) / (3600 / 58 - 9.5), abs=0.005)


def test_a_profile_is_kept_as_what_differs_from_the_default():
    assert SpeedProfile().as_table() == {}
    mine = SpeedProfile("Ours", town_scale=1.2, periods=(Period("Peak", "Fri", 16, 19, 1.6, 1.2),))
    table = mine.as_table()
    assert table == {"name": "Ours", "town_scale": 1.2, "periods": [["Peak", "Fri", 16, 19, 1.6, 1.2]]}
    assert SpeedProfile.of_table(table) == mine
    assert hash(SpeedProfile.of_table(table)) == hash(mine)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"speed": 3}, "1 unknown words (first: 'speed')"),
        ({"town_scale": 9.0}, "town_scale is 9; give 0.25 to 4"),
        ({"town_scale": "fast"}, "town_scale must hold numbers, not 'fast'"),
        ({"blue_light_factor": 2.0}, "give 1.0 to 1.4"),
        ({"vehicle": "helicopter"}, "vehicle must be one of"),
        ({"junction_seconds": -1.0}, "junction_seconds is -1"),
        ({"periods": [["Night", "daily", 22, 2, 1.0, 1.0]]}, "a night takes two periods"),
        ({"periods": [["Peak", "Mon", 8, 9, 1.0, 1.0]]}, "must name days"),
        ({"periods": [["Peak", "Fri", 8, 9, 9.0, 1.0]]}, "above 4"),
        ({"periods": [["Peak", "Fri"]]}, "each row of periods needs 6 values, not 2"),
        ({"periods": [5]}, "periods must be a list of rows"),
        ({"name": [1, 2]}, "name must hold text"),
        ({"name": "x" * 200}, "at most 120 characters"),
        ({"town_scale": True}, "must hold numbers, not True"),
        ({"limit_speeds": [[float("nan"), 30]]}, "must hold numbers, not nan"),
        ({"periods": [["Peak", "Fri", 7.5, 9, 1.2, 1.0]]}, "must hold whole numbers, not 7.5"),
        ({"limit_speeds": [[1e9, 30]]}, "up to 120 miles an hour"),
        ({"limit_speeds": [[30, 300]]}, "1 to 120 miles an hour"),
        ({"class_speeds": [["residential", 20, 20]]}, "every class of road needs one row"),
    ],
)
def test_speeds_that_cannot_be_are_refused_in_words(table, words):
    with pytest.raises(ScenarioError) as problem:
        SpeedProfile.of_table(table)
    assert words in str(problem.value)


def test_every_class_has_one_speed():
    assert [row.road_class for row in CLASS_SPEEDS] == list(CLASSES)


def test_an_edge_is_in_town_where_both_its_ends_are():
    network = RoadNetwork.from_edges([0, 1], [1, 0], [1.0, 1.0], [0, 1], [0, 0])
    assert in_town(network, np.array([True, False])).tolist() == [False, False]


def test_ways_that_do_not_fit_the_edges_are_refused():
    ways = Ways([1.0, 2.0], [0, 0], [50.0, 50.0], [0, 0])
    with pytest.raises(SchemaError, match="1 edges but ways of 2"):
        RoadNetwork.from_edges([0], [1], [1.0], [0, 1], [0, 0], ways=ways)
    with pytest.raises(SchemaError, match="not 0 to 13"):
        Ways([1.0], [99], [50.0], [0])
    with pytest.raises(SchemaError, match="limits are not above 0"):
        Ways([1.0], [0], [0.0], [0])


def test_ways_are_saved_with_the_network(tmp_path):
    before = timed(one_road(limit=50.0, head="signals"), SpeedProfile(end_seconds=30.0), np.array([True]))
    before.save(tmp_path / "net")
    after = load_network(tmp_path / "net")
    assert after.ways.posted_kmh.tolist() == [50.0]
    assert (after.ways.head.tolist(), after.end_seconds) == ([2], 30.0)


@given(
    st.floats(5, 70),
    st.floats(0, 20),
    st.floats(1.0, 4.0),
    st.floats(1.0, 1.4),
    st.sampled_from(CLASSES),
    st.booleans(),
)
def test_more_delay_never_makes_a_drive_shorter(limit, delay, factor, lights, road_class, town):
    quick = dataclasses.replace(
        QUIET, vehicle="blue lights fitted", grade="emergency", blue_light_factor=lights, class_speeds=CLASS_SPEEDS
    )
    slow = dataclasses.replace(QUIET, junction_seconds=delay, periods=(Period("All", "daily", 0, 24, factor, factor),))
    road = one_road(road_class, limit * KM_PER_MILE, head="junction")
    assert seconds(road, slow, town=town, period=0) >= seconds(road, quick, town=town) * (1 - 1e-12)


@pytest.mark.shared_data
def test_the_map_of_cambridge_says_limits_classes_and_signals(shared_data):
    ways = load_network(shared_data / "roads" / "cambridge_2025_drive.graphml").ways
    assert round(float((~np.isnan(ways.posted_kmh)).mean()), 2) == 0.72
    assert (ways.head == HEADS.index("signals")).sum() > 100  # arms of 42 signals
    assert (ways.road_class == CLASSES.index("residential")).mean() > 0.7


@pytest.mark.shared_data
def test_junctions_and_limits_make_real_streets_slower_than_free_flow(shared_data):
    network = load_network(shared_data / "roads" / "cambridge_2025_drive.graphml")
    slower = timed(network, SpeedProfile(), np.ones(network.edges, bool)).seconds.sum() / network.seconds.sum()
    assert 1.05 < slower < 2


def test_whole_numbers_are_read_as_numbers():
    assert SpeedProfile.of_table({"end_seconds": 60, "town_scale": 2}) == SpeedProfile(end_seconds=60.0, town_scale=2.0)


def test_traffic_of_the_same_factors_is_named_with_all_its_periods():
    assert SpeedProfile().traffic_name(0) == "Weekday daytime (Mon-Fri 10-16), Weekend daytime (Sat-Sun 10-19)"
    assert SpeedProfile().traffic_name(-1) == "Empty roads (all other hours)"


def test_errors_were_measured_on_empty_roads_before_any_profile():
    given = RoadNetwork.from_edges([0], [1], [100.0], [0, 1], [0, 0])
    assert is_as_measured(given, SpeedProfile(), -1)
    assert not is_as_measured(given, SpeedProfile(), 0)
    assert not is_as_measured(given, SpeedProfile(town_scale=1.1), -1)
    assert not is_as_measured(one_road(), SpeedProfile(), -1)
