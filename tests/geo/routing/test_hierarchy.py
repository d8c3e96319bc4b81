import gzip
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.errors import NumbaError

from geo.errors import SchemaError, SourceError
from geo.routing import hierarchy
from geo.routing.engine import ScipyEngine
from geo.routing.hierarchy import SweepEngine, best_engine
from geo.routing.network import load_network
from geo.routing.roads import RoadNetwork

ROOT = Path(__file__).resolve().parents[3]


def roads(edges, nodes):
    tail, head, seconds = zip(*edges, strict=True) if edges else ((), (), ())
    return RoadNetwork.from_edges(tail, head, [float(s) for s in seconds], range(nodes), [0] * nodes)


def grid(side, seed=0):
    """A street grid with random times, one-way streets and a few roads that are closed."""
    draw = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    out, back = draw.random(len(tail)) < 0.9, draw.random(len(tail)) < 0.85
    seconds = draw.gamma(2, 10, len(tail)), draw.gamma(2, 10, len(tail))
    return RoadNetwork.from_edges(
        np.concatenate([tail[out], head[back]]),
        np.concatenate([head[out], tail[back]]),
        np.concatenate([seconds[0][out], seconds[1][back]]),
        *np.divmod(np.arange(side * side), side),
    )


def assert_same_times(network, starts, ends, engine=None):
    ours, dijkstra = engine or SweepEngine(network), ScipyEngine(network)
    close = {"rtol": 1e-14, "atol": 1e-6}
    np.testing.assert_allclose(ours.matrix(starts, ends), dijkstra.matrix(starts, ends), **close)
    for node in starts[:5]:
        np.testing.assert_allclose(ours.one_to_all(node), dijkstra.one_to_all(node), **close)
        np.testing.assert_allclose(ours.all_to_one(node), dijkstra.all_to_one(node), **close)


@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_pairs_of_a_street_grid_take_the_time_of_dijkstra(seed):
    draw = np.random.default_rng(seed)
    network = grid(40, seed)
    assert_same_times(network, draw.integers(0, network.nodes, 60), draw.integers(0, network.nodes, 80))


@pytest.mark.parametrize("shape", [(1, 1), (15, 16), (16, 15), (33, 100), (100, 33), (300, 5)])
def test_any_number_of_starts_and_ends_fills_the_lanes_rightly(shape):
    draw = np.random.default_rng(1)
    network = grid(12, 1)
    assert_same_times(network, draw.integers(0, network.nodes, shape[0]), draw.integers(0, network.nodes, shape[1]))


def test_an_everywhere_joined_network_needs_no_special_care():
    nodes, draw = 40, np.random.default_rng(2)
    pairs = [(a, b, draw.random()) for a in range(nodes) for b in range(nodes)]
    assert_same_times(roads(pairs, nodes), np.arange(nodes), np.arange(nodes))


def test_a_star_a_line_and_a_ring():
    for edges in (
        [(0, spoke, spoke) for spoke in range(1, 400)] + [(spoke, 0, 1) for spoke in range(1, 400)],
        [(node, node + 1, 1) for node in range(399)],
        [(node, (node + 1) % 400, 2) for node in range(400)],
    ):
        assert_same_times(roads(edges, 400), np.arange(0, 400, 7), np.arange(0, 400, 3))


times = st.one_of(
    st.sampled_from([0.0, 1.0, 1e-9, 1e9, 1e15, 1e300, sys.float_info.max]),
    st.floats(0, 1e4, allow_subnormal=False),
)
networks = st.integers(1, 12).flatmap(
    lambda nodes: st.tuples(
        st.just(nodes),
        st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1), times), max_size=45),
    )
)


@settings(max_examples=400)
@given(networks)
def test_parallel_zero_huge_and_looping_edges_and_parts_apart_agree_with_dijkstra(network):
    nodes, edges = network
    assert_same_times(roads(edges, nodes), np.arange(nodes), np.arange(nodes))


def test_a_single_node_and_no_edges():
    alone = SweepEngine(roads([], 1))
    assert alone.one_to_all(0).tolist() == alone.all_to_one(0).tolist() == [0]
    assert alone.matrix([0, 0], [0]).tolist() == [[0], [0]]
    apart = SweepEngine(roads([], 2))
    assert apart.one_to_all(1).tolist() == apart.all_to_one(1).tolist() == [np.inf, 0]


def test_empty_lists_give_empty_matrices():
    line = SweepEngine(roads([(0, 1, 1)], 2))
    assert line.matrix([], [1]).shape == (0, 1)
    assert line.matrix([1], []).shape == (1, 0)


def test_rows_are_sources_and_columns_targets_in_the_order_asked():
    line = SweepEngine(roads([(0, 1, 1), (1, 2, 10), (2, 0, 100)], 3))
    assert line.matrix([2, 0, 2], [1, 0]).tolist() == [[101, 100], [1, 0], [101, 100]]
    assert line.matrix([2, 0], [1, 0, 1]).tolist() == [[101, 100, 101], [1, 0, 1]]


def test_the_limit_includes_its_own_second_in_both_directions():
    line = SweepEngine(roads([(0, 1, 60), (1, 2, 60)], 3))
    assert line.one_to_all(0, 60).tolist() == [0, 60, np.inf]
    assert line.all_to_one(2, 60).tolist() == [np.inf, 60, 0]


@pytest.mark.parametrize("engine", [ScipyEngine, SweepEngine])
def test_a_node_that_is_not_there_is_named_alike(engine):
    line = engine(roads([(0, 1, 1), (1, 2, 10)], 3))
    for ask in (line.one_to_all, line.all_to_one):
        with pytest.raises(SchemaError, match=r"1 of 1 nodes are no node of this network \(first: 3; nodes are 0 to 2"):
            ask(3)
    with pytest.raises(SchemaError, match="1 of 2 targets"):
        line.matrix([0], [0, -1])
    with pytest.raises(SchemaError, match="a source must be a node number"):
        line.matrix([0.5], [0])


def test_a_pickled_engine_gives_the_same_times():
    network = grid(8)
    engine = SweepEngine(network)
    again = pickle.loads(pickle.dumps(engine))  # noqa: S301 - our own bytes
    np.testing.assert_array_equal(again.one_to_all(5), engine.one_to_all(5))


def test_the_second_start_reads_the_kept_file_and_gives_the_same_times(tmp_path, monkeypatch):
    network = grid(15)
    made, note = SweepEngine.kept(network, tmp_path)
    assert note == ""
    assert [file.suffix for file in tmp_path.iterdir()] == [".npz"]
    monkeypatch.setattr(hierarchy, "_contract", None)  # a second contraction would fail
    kept, note = SweepEngine.kept(network, tmp_path)
    assert note == ""
    np.testing.assert_array_equal(kept.one_to_all(3), made.one_to_all(3))
    np.testing.assert_array_equal(kept.matrix([1, 2], [3, 4]), made.matrix([1, 2], [3, 4]))


def test_other_times_on_the_same_roads_are_kept_apart(tmp_path):
    first, second = roads([(0, 1, 60)], 2), roads([(0, 1, 90)], 2)
    assert SweepEngine.kept(first, tmp_path)[0].one_to_all(0)[1] == 60
    assert SweepEngine.kept(second, tmp_path)[0].one_to_all(0)[1] == 90
    assert len(list(tmp_path.iterdir())) == 2


def _cut(path):
    path.write_bytes(path.read_bytes()[:-200])


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _text(path):
    path.write_text("no arrays")


def _of_other_roads(path):
    SweepEngine.kept(grid(9, 3), path.parent / "other")
    next((path.parent / "other").iterdir()).replace(path)


def _pointing_outside(path):
    with np.load(path) as saved:
        arrays = dict(saved)
    arrays["above"][-1] = 1_000_000
    np.savez(path, **arrays)


@pytest.mark.parametrize("harm", [_cut, _flip, _text, _of_other_roads, _pointing_outside])
def test_a_damaged_or_foreign_file_is_made_again_and_the_user_told(harm, tmp_path):
    network = grid(15)
    engine, _ = SweepEngine.kept(network, tmp_path)
    kept = next(tmp_path.iterdir())
    harm(kept)
    again, note = SweepEngine.kept(network, tmp_path)
    assert kept.name in note
    assert "made again" in note
    np.testing.assert_array_equal(again.one_to_all(3), engine.one_to_all(3))
    assert SweepEngine.kept(network, tmp_path)[1] == ""


def test_a_folder_that_cannot_be_written_costs_the_next_start_and_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    engine, note = SweepEngine.kept(roads([(0, 1, 60)], 2), tmp_path / "file" / "folder")
    assert engine.one_to_all(0).tolist() == [0, 60]
    assert "will be made again at the next start" in note


def test_only_so_many_files_stay_and_the_one_unused_for_longest_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(hierarchy, "KEPT_FILES", 2)
    first, second, third = (roads([(0, 1, seconds)], 2) for seconds in (1, 2, 3))
    SweepEngine.kept(first, tmp_path)
    os.utime(next(tmp_path.iterdir()), (1, 1))
    SweepEngine.kept(second, tmp_path)
    for file in tmp_path.iterdir():
        os.utime(file, (2, 2) if file.stat().st_mtime > 1 else (1, 1))
    SweepEngine.kept(first, tmp_path)  # used now
    SweepEngine.kept(third, tmp_path)
    left = {file.name for file in tmp_path.iterdir()}
    assert left == {f"hierarchy-{hierarchy._digest(network)}.npz" for network in (first, third)}


def test_a_kept_file_in_a_folder_that_may_only_be_read_is_used(tmp_path, monkeypatch):
    network = grid(6)
    SweepEngine.kept(network, tmp_path)

    def refuse(_):
        raise PermissionError

    monkeypatch.setattr(hierarchy.os, "utime", refuse)
    monkeypatch.setattr(hierarchy, "_contract", None)  # a second contraction would fail
    assert SweepEngine.kept(network, tmp_path)[1] == ""


def test_without_numba_the_engine_says_so_and_the_best_one_is_scipys(tmp_path, monkeypatch):
    monkeypatch.setattr(hierarchy, "MISSING", "No module named 'numba'")
    hierarchy.compile_kernels.cache_clear()
    network = roads([(0, 1, 60)], 2)
    with pytest.raises(SourceError, match="need numba, which does not load here"):
        SweepEngine(network)
    engine, note = best_engine(network, tmp_path)
    assert isinstance(engine, ScipyEngine)
    assert "exact but slow on this machine: fast drive times need numba" in note


def test_a_compiler_that_fails_is_reported_in_one_sentence(monkeypatch):
    def fail(*_):
        raise NumbaError("no such instruction\nand much more")

    hierarchy.compile_kernels.cache_clear()
    monkeypatch.setattr(hierarchy, "_sweep_many", fail)
    with pytest.raises(SourceError, match=r"cannot be compiled on this machine \(no such instruction\); update numba"):
        SweepEngine(roads([(0, 1, 60)], 2))


def test_the_best_engine_of_a_machine_with_numba_sweeps(tmp_path):
    engine, note = best_engine(roads([(0, 1, 60)], 2), tmp_path)
    assert isinstance(engine, SweepEngine)
    assert note == ""


def _python(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_module_imports_where_numba_does_not():
    block = "import sys; sys.modules['numba'] = None; from geo.routing import hierarchy; print(hierarchy.MISSING)"
    assert "numba" in _python(block)


HAS_COMPILED = (
    "from geo.routing import hierarchy; import numpy as np;"
    "hierarchy._push(np.empty(3), np.empty(3, 'int32'), 0, 1.0, 2);"
    "print(hierarchy._push.stats.cache_path)"
)


def test_compiled_code_is_kept_in_the_cache_folder_and_never_beside_the_program(tmp_path):
    assert _python(HAS_COMPILED, TRIAGE_MAP_CACHE=str(tmp_path)).startswith(str(tmp_path))
    assert list((tmp_path / "compiled").rglob("*.nbc"))
    assert not list((ROOT / "geo").rglob("*.nb[ic]"))


def test_a_cache_folder_that_cannot_be_made_keeps_no_code_and_still_runs(tmp_path):
    (tmp_path / "file").write_text("")
    assert _python(HAS_COMPILED, TRIAGE_MAP_CACHE=str(tmp_path / "file")).strip() == "None"
    assert not list((ROOT / "geo").rglob("*.nb[ic]"))


@pytest.mark.shared_data
@pytest.mark.parametrize("file", ["rutland_2018.osm.pbf", "cambridge_2025_drive.graphml"])
def test_thousands_of_pairs_of_real_roads_take_the_time_of_dijkstra(file, shared_data):
    network = load_network(shared_data / "roads" / file)
    draw = np.random.default_rng(7)
    assert_same_times(network, draw.integers(0, network.nodes, 100), draw.integers(0, network.nodes, 100))


@pytest.mark.slow
@pytest.mark.shared_data
def test_a_city_of_a_quarter_of_a_million_junctions_takes_the_time_of_dijkstra(shared_data):
    with gzip.open(shared_data / "roads" / "dimacs_ny" / "USA-road-t.NY.gr.gz", "rt") as file:
        arcs = np.array([line.split()[1:] for line in file if line.startswith("a")], dtype=np.int64)
    nodes = 264_346
    roads = RoadNetwork.from_edges(
        arcs[:, 0] - 1, arcs[:, 1] - 1, arcs[:, 2] * 0.0036, np.arange(nodes) % 500, np.arange(nodes) // 500
    )
    draw = np.random.default_rng(8)
    engine, dijkstra = SweepEngine(roads), ScipyEngine(roads)
    starts, ends = draw.integers(0, nodes, 8), draw.integers(0, nodes, 1_000)
    np.testing.assert_allclose(engine.matrix(starts, ends), dijkstra.matrix(starts, ends), rtol=0, atol=1e-6)
    np.testing.assert_allclose(engine.one_to_all(7), dijkstra.one_to_all(7), rtol=0, atol=1e-6)
    np.testing.assert_allclose(engine.all_to_one(7), dijkstra.all_to_one(7), rtol=0, atol=1e-6)
