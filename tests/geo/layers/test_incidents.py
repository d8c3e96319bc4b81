"""Incidents as points: every one is drawn or counted, and a rough place looks rough."""

import json

import numpy as np
import pandas as pd
import pytest

from geo.errors import SchemaError
from geo.layers import palette
from geo.layers.incidents import MOST, IncidentLayer


def drawn(layer):
    return json.loads(next(iter(layer.to_folium()._children.values())).data)


def many(number):
    place = np.linspace(0, 10_000, number)
    return pd.DataFrame(
        {
            "easting": 470_000 + place,
            "northing": 250_000 + place,
            "uncertainty_metres": 60.0,
            "precision": "unit",
            "text": "",
        }
    )


def test_ten_thousand_are_drawn_and_one_more_is_said_not_to_be():
    assert IncidentLayer(many(MOST)).message == ""
    layer = IncidentLayer(many(MOST + 1))
    assert layer.message == "first 10\u2009000 of 10\u2009001 drawn"
    assert layer.name == f"Incidents ({layer.message})"
    assert layer.explained().note == layer.message
    assert len(drawn(layer)["points"]) == MOST


def test_a_point_carries_its_place_its_halo_and_its_text_in_lines(points):
    data = drawn(IncidentLayer(points))
    assert data["points"][0][3:] == [60.0, "NN1 5BD<br>10 Mar 2016"]
    assert data["points"][2][3] == 1500.0
    assert all(51 < point[0] < 53 and -2 < point[1] < 0 for point in data["points"])


def test_a_rough_place_is_a_hollow_sign(points):
    data = drawn(IncidentLayer(points, marks=palette.categories(["face to face", "telephone"])))
    icons = [data["icons"][point[2]] for point in data["points"]]
    assert "<circle" in icons[0]
    assert "<rect" in icons[1]
    assert 'fill="#ffffff"' in icons[2]
    assert len(set(icons)) == 3


def test_an_unknown_uncertainty_has_no_halo(points):
    assert drawn(IncidentLayer(points.assign(uncertainty_metres=np.nan)))["points"][0][3] == 0


def test_the_legend_explains_what_occurs_and_nothing_else(points):
    def words(frame, *names):
        return [entry.text for entry in IncidentLayer(frame, marks=palette.categories(names)).explained().entries]

    assert words(points, "face to face", "telephone", "advice") == [
        "face to face",
        "telephone",
        "place only roughly known",
        "halo: where it may have been",
        "several together",
    ]
    assert words(points.iloc[:2]) == ["incident", "several together"]


def test_a_category_without_a_sign_and_a_point_without_a_place_are_refused(points):
    with pytest.raises(SchemaError, match=r"1 categories have no colour and shape \(first: 'telephone'\)"):
        IncidentLayer(points, marks=palette.categories(["face to face"]))
    with pytest.raises(SchemaError, match="1 of 3 rows have no place"):
        IncidentLayer(points.assign(easting=[np.nan, 1.0, 2.0]))
    with pytest.raises(SchemaError, match="first: 'precision'"):
        IncidentLayer(points.drop(columns="precision"))


def test_no_incident_at_all_draws_an_empty_layer():
    layer = IncidentLayer(many(0))
    assert drawn(layer)["points"] == []
    assert [entry.text for entry in layer.explained().entries] == ["several together"]
