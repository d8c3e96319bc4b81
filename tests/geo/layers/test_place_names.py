"""Names of towns, in the order of their weight."""

import json

import numpy as np
import pytest

from geo.errors import SchemaError
from geo.layers.place_names import PlaceNamesLayer


def test_names_keep_their_order_and_are_escaped(towns):
    layer = PlaceNamesLayer(towns.assign(name=["Blisworth", "R<oade"]))
    labels = json.loads(next(iter(layer.to_folium()._children.values())).data)["labels"]
    assert [label["html"] for label in labels] == ["Blisworth", "R&#60;oade"]


def test_a_town_of_nowhere_is_refused(towns):
    with pytest.raises(SchemaError, match="1 of 2 rows have no place"):
        PlaceNamesLayer(towns.assign(easting=[np.nan, 1.0]))
