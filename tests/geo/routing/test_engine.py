import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.routing.engine import ScipyEngine
from geo.routing.roads import RoadNetwork


def roads(edges, nodes):
    tail, head, seconds = zip(*edges, strict=True)
    return RoadNetwork.from_edges(tail, head, [float(s) for s in seconds], range(nodes), [0] * nodes)


def test_the_least_of_parallel_edges_counts():
    assert ScipyEngine(roads([(0, 1, 60), (0, 1, 45), (0, 1, 90)], 2)).one_to_all(0).tolist() == [0, 45]


def test_directions_are_kept():
    assert ScipyEngine(roads([(0, 1, 60)], 2)).one_to_all(1).tolist() == [np.inf, 0]


def test_an_edge_that_takes_no_time_is_still_an_edge():
    engine = ScipyEngine(roads([(0, 1, 0), (1, 2, 5), (0, 2, 7)], 3))
    assert engine.one_to_all(0).tolist() == [0, 0, 5]
    assert engine.matrix([0], [2, 1, 0]).tolist() == [[5, 0, 0]]
    assert engine.matrix([0, 1, 2], [1]).tolist() == [[0], [0], [np.inf]]


def test_a_loop_changes_nothing():
    assert ScipyEngine(roads([(0, 0, 3), (0, 1, 4)], 2)).one_to_all(0).tolist() == [0, 4]


def test_the_limit_includes_its_own_second():
    line = ScipyEngine(roads([(0, 1, 60), (1, 2, 60)], 3))
    assert line.one_to_all(0, 60).tolist() == [0, 60, np.inf]


def test_rows_are_sources_and_columns_targets_in_the_order_asked():
    line = ScipyEngine(roads([(0, 1, 1), (1, 2, 10), (2, 0, 100)], 3))
    assert line.matrix([2, 0, 2], [1, 0]).tolist() == [[101, 100], [1, 0], [101, 100]]
    assert line.matrix([2, 0], [1, 0, 1]).tolist() == [[101, 100, 101], [1, 0, 1]]
    assert line.matrix([], [1]).shape == (0, 1)
    assert line.matrix([1], []).shape == (1, 0)


@pytest.mark.parametrize("node", [-1, 3])
def test_a_node_that_is_not_there_is_named(node):
    line = ScipyEngine(roads([(0, 1, 1), (1, 2, 10)], 3))
    with pytest.raises(SchemaError, match=f"first: {node}; nodes are 0 to 2"):
        line.one_to_all(node)
    with pytest.raises(SchemaError, match="1 of 2 targets"):
        line.matrix([0], [0, node])


def test_a_network_without_edges_reaches_only_its_start():
    alone = RoadNetwork.from_edges([], [], [], [0, 1], [0, 0])
    assert ScipyEngine(alone).one_to_all(1).tolist() == [np.inf, 0]


edges = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=20)


@given(edges)
def test_matrix_and_one_to_all_agree_with_floyd_and_warshall(some):
    least = np.full((6, 6), np.inf)
    np.fill_diagonal(least, 0)
    for tail, head, seconds in some:
        least[tail, head] = min(least[tail, head], seconds)
    for middle in range(6):
        least = np.minimum(least, least[:, [middle]] + least[[middle], :])
    engine = ScipyEngine(roads(some, 6))
    np.testing.assert_array_equal(engine.matrix(range(6), range(6)), least)
    np.testing.assert_array_equal(engine.matrix(range(6), [4, 1]), least[:, [4, 1]])
    np.testing.assert_array_equal(engine.one_to_all(3), least[3])


def test_all_to_one_goes_along_the_edges_and_not_against_them():
    line = ScipyEngine(roads([(0, 1, 60), (1, 2, 30), (2, 1, 5)], 3))
    assert line.all_to_one(2).tolist() == [90, 30, 0]
    assert line.all_to_one(0).tolist() == [0, np.inf, np.inf]
    assert line.all_to_one(2, 30).tolist() == [np.inf, 30, 0]
    with pytest.raises(SchemaError, match="first: 3; nodes are 0 to 2"):
        line.all_to_one(3)


@given(edges)
def test_all_to_one_is_the_column_of_the_matrix(some):
    engine = ScipyEngine(roads(some, 6))
    np.testing.assert_array_equal(engine.all_to_one(2), engine.matrix(range(6), [2])[:, 0])
