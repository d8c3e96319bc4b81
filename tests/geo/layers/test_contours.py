"""Outlines that hold a share: the widest at the bottom, each with its share written on it."""

import json

import pytest
import shapely

from geo.errors import SchemaError
from geo.layers.contours import COLOURS, ContourLayer

WIDE, NARROW = (shapely.Point(480_000, 260_000).buffer(metres) for metres in (8_000, 2_000))


def drawn(layer):
    return json.loads(next(iter(layer.to_folium()._children.values())).data)["bands"]


def test_the_smallest_area_is_darkest_and_lies_on_top():
    bands = drawn(ContourLayer({0.9: WIDE, 0.5: NARROW}))
    assert [(band["html"], band["colour"]) for band in bands] == [("90%", COLOURS[1]), ("50%", COLOURS[0])]
    assert {band["fill"] for band in bands} == {0}


def test_a_label_stands_on_the_top_of_the_largest_part():
    far = shapely.union_all([NARROW, shapely.Point(480_000, 290_000).buffer(500)])
    label = drawn(ContourLayer({0.5: far}))[0]["at"]
    assert label == pytest.approx([52.2527, -0.8295], abs=0.01)  # the northernmost point of the larger circle


def test_the_legend_names_what_the_share_is_of():
    entries = ContourLayer({0.75: WIDE, 0.5: NARROW}, "of the minutes").entries()
    assert [entry.text for entry in entries] == ["50% of the minutes", "75% of the minutes"]
    assert ContourLayer({0.5: NARROW}).explained().entries[0].text == "50% of the incidents"


def test_empty_outlines_and_too_many_of_them_are_refused():
    with pytest.raises(SchemaError, match=r"1 outlines are empty \(first: 75%\)"):
        ContourLayer({0.5: NARROW, 0.75: shapely.Polygon()})
    with pytest.raises(SchemaError, match="4 outlines cannot be told apart; give 3"):
        ContourLayer(dict.fromkeys((0.2, 0.4, 0.6, 0.8), NARROW))
