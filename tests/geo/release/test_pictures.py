"""Pictures: every number that a shade stands for is written too, and labels stand clear of each other."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from geo.places.bases import Base
from geo.release import pictures

SQUARES = gpd.GeoDataFrame(
    {"name": ["West <b>", "East"], "count": [40.0, np.nan], "label": ["40", "held back"]},
    geometry=[box(0, 0, 10_000, 10_000), box(10_000, 0, 20_000, 10_000)],
    crs="EPSG:27700",
)


def test_the_map_writes_names_and_numbers_and_escapes_them():
    svg = pictures.county_map(SQUARES, [Base("here", 5_000.0, 2_000.0, "")])
    assert "held back" in svg
    assert ">40<" in svg
    assert "<b>" not in svg
    assert pictures.HELD in svg


def test_the_week_marks_each_block_with_its_number():
    table = pd.DataFrame({"day": [0, 1], "hour": [18, 21], "count": [25.0, np.nan], "label": ["25", "•"]})
    svg = pictures.week(table, 3)
    assert ">25<" in svg
    assert ">•<" in svg


def test_a_picture_becomes_a_png_for_word():
    table = pd.DataFrame({"row": ["D1.B"], "mean": [0.4], "low": [-0.3], "high": [1.1]})
    assert pictures.png(pictures.forest(table)).startswith(b"\x89PNG")


def test_labels_that_would_touch_are_parted_and_a_base_stays():
    at = np.array([[0.0, 0.0], [3.0, 5.0], [1.0, -4.0]])
    moved = pictures.pushed_apart(at, np.array([20.0, 20.0, 8.0]), fixed=1)
    assert moved[2].tolist() == [1.0, -4.0]
    gaps = np.abs(moved[:, None, 1] - moved[None, :, 1])[~np.eye(3, dtype=bool)]
    assert gaps.min() >= 25.0 - 1e-6
