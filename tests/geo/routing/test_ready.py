"""Roads made ready once: read again from their files, and made anew where those do not fit."""

import numpy as np
import pandas as pd
import pytest

from geo.routing import estimated, ready
from geo.routing.ready import ready_estimate, ready_roads
from geo.routing.roads import RoadNetwork
from geo.routing.timing import Roads

COUNTY = "Northamptonshire"


@pytest.fixture
def network():
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(6) * 500.0, np.arange(5) * 500.0))
    return RoadNetwork.from_edges(np.arange(29), np.arange(1, 30), np.full(29, 30.0), x, y)


@pytest.fixture
def postcodes():
    """Forty live postcodes around the first node, so that the south-west is a town."""
    rng = np.random.default_rng(4)
    return pd.DataFrame({"easting": rng.uniform(0, 900, 90), "northing": rng.uniform(0, 900, 90), "live": True})


def never(*_):
    raise AssertionError("worked out again")


def test_the_second_start_reads_the_estimated_roads(tmp_path, monkeypatch):
    first = ready_estimate(COUNTY, tmp_path)
    monkeypatch.setattr(estimated, "draw_roads", never)
    again = ready_estimate(COUNTY, tmp_path)
    assert again.label == first.label
    for name in ("tail", "head", "seconds", "x", "y", "doors"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))


def test_estimated_roads_are_drawn_again_from_other_data(tmp_path, monkeypatch):
    data = tmp_path / "data"
    first = ready_estimate(COUNTY, tmp_path / "kept")
    data.symlink_to(estimated.data_folder())
    moved = tmp_path / "moved"
    (moved / "postcodes").mkdir(parents=True)
    for name in ("roads", "boundaries", "residents"):
        (moved / name).symlink_to(data / name)
    postcodes = pd.read_parquet(data / "postcodes" / "northamptonshire.parquet")
    postcodes.assign(live=postcodes["live"] & (postcodes.index % 2 == 0)).to_parquet(
        moved / "postcodes" / "northamptonshire.parquet"
    )
    monkeypatch.setenv("TRIAGE_MAP_DATA", str(moved))
    assert ready_estimate(COUNTY, tmp_path / "kept").nodes < first.nodes
    assert len(list((tmp_path / "kept").glob("estimated-*.npz"))) == 2


def test_the_second_start_reads_the_surface_and_the_towns(network, postcodes, tmp_path, monkeypatch):
    first = ready_roads(network, postcodes, tmp_path)
    assert 0 < first.town.sum() < network.edges
    monkeypatch.setattr(Roads, "of", never)
    fresh = RoadNetwork(network.tail, network.head, network.seconds, network.x, network.y)
    again = ready_roads(fresh, postcodes, tmp_path)
    np.testing.assert_array_equal(again.town, first.town)
    for part in ("x", "y", "corners", "weights", "first", "last"):
        np.testing.assert_array_equal(getattr(again.network.grid, part), getattr(network.grid, part))


def test_other_postcodes_are_other_towns(network, postcodes, tmp_path):
    first = ready_roads(network, postcodes, tmp_path)
    away = postcodes.assign(easting=postcodes["easting"] + 50_000)
    assert ready_roads(network, away, tmp_path).town.sum() == 0 < first.town.sum()


@pytest.mark.parametrize("harm", ["cut", "foreign", "outside"])
def test_a_file_that_does_not_fit_is_made_again(harm, network, postcodes, tmp_path):
    first = ready_roads(network, postcodes, tmp_path)
    path = next(tmp_path.glob("surface-*.npz"))
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:500])
    elif harm == "foreign":
        np.savez(path, other=np.arange(3))
    else:
        with np.load(path) as saved:
            arrays = dict(saved)
        arrays["corners"][0, 0, 0] = 999
        np.savez(path, **arrays)
    fresh = RoadNetwork(network.tail, network.head, network.seconds, network.x, network.y)
    np.testing.assert_array_equal(ready_roads(fresh, postcodes, tmp_path).town, first.town)
    assert fresh.grid.corners.max() < network.nodes
    with np.load(path) as saved:
        assert saved["corners"].max() < network.nodes


def test_a_damaged_drawing_is_made_again(tmp_path):
    first = ready_estimate(COUNTY, tmp_path)
    path = next(tmp_path.glob("estimated-*.npz"))
    path.write_bytes(path.read_bytes()[:5_000])
    np.testing.assert_array_equal(ready_estimate(COUNTY, tmp_path).seconds, first.seconds)


def test_a_folder_that_cannot_be_written_keeps_nothing(network, postcodes, tmp_path):
    (tmp_path / "file").write_text("")
    assert ready_roads(network, postcodes, tmp_path / "file" / "folder").network.grid.corners.size
    assert ready_estimate(COUNTY, tmp_path / "file" / "folder").estimated


def test_only_the_last_few_files_stay(network, postcodes, tmp_path, monkeypatch):
    monkeypatch.setattr(ready, "KEPT_FILES", 2)
    for metres in range(4):
        ready_roads(network, postcodes.assign(easting=postcodes["easting"] + metres), tmp_path)
    assert len(list(tmp_path.glob("surface-*.npz"))) == 2
