import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.planning.sites import best_sites
from geo.routing.engine import ScipyEngine
from geo.routing.hierarchy import SweepEngine
from geo.routing.matrix import DriveMatrix, within
from geo.routing.roads import RoadNetwork

LINE = RoadNetwork.from_edges(
    [0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [600.0] * 6, [0, 9000, 18000, 27000], [0, 0, 0, 0]
)
TOWNS = LINE.x, LINE.y


def drive(network=LINE, engine=ScipyEngine):
    ends = network.x, network.y
    return DriveMatrix(network, engine(network), *ends, *ends)


def test_the_two_questions_can_have_two_answers():
    # Minutes between towns 10 apart; demand 6, 0, 2, 5. Within 10: 6, 8, 7, 7.
    # Demand-minutes: 2*20+5*30=190, 6*10+2*10+5*20=180, 6*20+5*10=170, 6*30+2*10=200.
    found = best_sites(drive(), [6, 0, 2, 5], within(10))
    assert found["in_time"].chosen.tolist() == [1]
    assert found["in_time"].objective == 8
    assert found["in_time"].in_time.tolist() == [6, 8, 7, 7]
    assert found["minutes"].chosen.tolist() == [2]
    assert found["minutes"].objective == 170
    assert found["minutes"].demand_minutes.tolist() == [190, 180, 170, 200]
    assert found["minutes"].gap == found["in_time"].gap == 0
    assert found["in_time"].share_in_time.tolist() == [6 / 13, 8 / 13, 7 / 13, 7 / 13]
    assert found["minutes"].mean_minutes[2] == 170 / 13


def test_near_ties_come_best_first_and_the_tolerance_includes_its_end():
    tied = best_sites(drive(), [6, 0, 2, 5], within(10), tolerance=0.125)["in_time"]
    assert tied.near_ties.tolist() == [1, 2, 3]  # 7 is exactly 12.5% below 8
    assert best_sites(drive(), [6, 0, 2, 5], within(10), tolerance=0.12)["in_time"].near_ties.tolist() == [1]
    assert best_sites(drive(), [6, 0, 2, 5], within(10))["minutes"].near_ties.tolist() == [2]
    assert best_sites(drive(), [6, 0, 2, 5], within(10), tolerance=0.06)["minutes"].near_ties.tolist() == [2, 1]


def test_a_soft_curve_weighs_every_minute():
    found = best_sites(drive(), [6, 0, 2, 5], lambda minutes: np.exp2(-minutes / 10))
    # 1, 1/2, 1/4, 1/8 for 0 to 30 minutes: 6+.5+.625, 3+1+1.25, 1.5+2+2.5, .75+1+5
    assert found["in_time"].in_time.tolist() == pytest.approx([7.125, 5.25, 6.0, 6.75])
    assert found["in_time"].chosen.tolist() == [0]


def test_unreached_demand_counts_as_the_farthest_place_and_cannot_make_a_base_win():
    # One way only out of town 2 and into it nothing: towns 0 and 1 cannot reach it.
    one_way = RoadNetwork.from_edges([0, 1, 2], [1, 0, 0], [600.0, 600.0, 1200.0], [0, 9000, 18000], [0, 0, 0])
    found = best_sites(drive(one_way), [1, 1, 4], within(10))["minutes"]
    assert found.unreached.tolist() == [4, 4, 0]
    # 0: 10 + 4 x 30 (the farthest is 2 -> 1, 30 min); 1: the same; 2: 20 + 30
    assert found.demand_minutes.tolist() == [130, 130, 50]
    assert found.chosen.tolist() == [2]
    assert found.in_time.tolist() == [2, 2, 4]


def test_of_equal_bases_the_first_is_chosen_and_the_others_are_near_ties():
    found = best_sites(drive(), [1, 1, 1, 1], within(30))["in_time"]
    assert found.chosen.tolist() == [0]
    assert found.near_ties.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("engine", [ScipyEngine, SweepEngine])
@given(demand=st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any), limit=st.sampled_from([0, 10, 20, 30]))
def test_no_candidate_beats_the_chosen_one(engine, demand, limit):
    minutes = np.abs(np.subtract.outer(range(4), range(4))) * 10
    found = best_sites(drive(engine=engine), demand, within(limit))
    assert found["in_time"].objective == ((minutes <= limit) @ demand).max()
    assert found["minutes"].objective == pytest.approx((minutes @ demand).min())


def test_questions_without_an_answer_are_refused():
    with pytest.raises(SchemaError, match="no candidates"):
        best_sites(DriveMatrix(LINE, ScipyEngine(LINE), [], [], *TOWNS), [1, 1, 1, 1], within(10))
    with pytest.raises(SchemaError, match="zero demand"):
        best_sites(drive(), [0, 0, 0, 0], within(10))
    with pytest.raises(SchemaError, match=r"tolerance of -0\.1 is below 0"):
        best_sites(drive(), [1, 1, 1, 1], within(10), tolerance=-0.1)
    with pytest.raises(SchemaError, match="none of the 1 candidates reaches any demand"):
        best_sites(DriveMatrix(LINE, ScipyEngine(LINE), [90_000], [0], *TOWNS), [1, 1, 1, 1], within(10))


def test_the_answer_comes_with_its_progress():
    seen = []
    best_sites(drive(), [1, 1, 1, 1], within(10), progress=seen.append)
    assert seen == [1.0]
