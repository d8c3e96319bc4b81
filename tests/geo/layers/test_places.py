"""Places as circles: their area is the count, and the small ones stay in sight."""

import json

import numpy as np
import pandas as pd
import pytest

from geo.errors import SchemaError
from geo.layers.places import LEAST_PIXELS, MOST, MOST_PIXELS, PlaceLayer


def drawn(layer):
    return json.loads(next(iter(layer.to_folium()._children.values())).data)["points"]


def test_a_circle_of_a_quarter_of_the_count_is_half_as_wide(places):
    sizes = [point[2] for point in drawn(PlaceLayer(places))]
    assert sizes == [MOST_PIXELS, MOST_PIXELS / 2, MOST_PIXELS / 4]  # 16, 4 and 1: the largest lies at the bottom


def test_no_circle_is_too_small_to_see(places):
    sizes = [point[2] for point in drawn(PlaceLayer(places.assign(counted=[1.0, 10_000.0, 1.0])))]
    assert min(sizes) == LEAST_PIXELS


def test_text_is_never_markup(places):
    assert {point[3] for point in drawn(PlaceLayer(places))} == {"NN1 1AA<br>1 incident", "NN2 2BB", "&#60;b&#62;"}


def test_the_legend_says_what_the_largest_stands_for(places):
    entry = PlaceLayer(places, "minutes").explained().entries[0]
    assert entry.text == "largest: 16 minutes; half the area is half of it"


def test_nothing_counted_and_too_many_places_are_refused(places):
    with pytest.raises(SchemaError, match="1 places have nothing counted"):
        PlaceLayer(places.assign(counted=[1.0, 0.0, 2.0]))
    with pytest.raises(SchemaError, match="1 places have nothing counted"):
        PlaceLayer(places.assign(counted=[1.0, np.nan, 2.0]))
    with pytest.raises(SchemaError, match=f"{MOST + 1} places are more than {MOST} circles"):
        PlaceLayer(pd.concat([places.iloc[:1]] * (MOST + 1)))


def test_no_place_draws_an_empty_layer(places):
    assert drawn(PlaceLayer(places.iloc[:0])) == []
