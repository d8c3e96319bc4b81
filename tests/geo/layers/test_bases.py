"""Bases: a ring and a name each."""

import json

import pytest

from geo.layers.bases import BaseLayer
from geo.places.bases import Base


def test_each_base_has_its_place_and_its_escaped_name():
    layer = BaseLayer((Base("Campbell House", 475_900, 260_300, "NN1 5BD"), Base("<i>", 480_000, 260_000)))
    data = json.loads(next(iter(layer.to_folium()._children.values())).data)
    assert [base["html"] for base in data["bases"]] == ["Campbell House", "&#60;i&#62;"]
    latitude, longitude = data["bases"][0]["at"]
    assert latitude == pytest.approx(52.24, abs=0.01)  # the middle of Northampton
    assert longitude == pytest.approx(-0.89, abs=0.01)
    assert data["ring"].startswith("<svg ")
