"""Land, outline and names of a county."""

import json

import pytest
import shapely

from geo.errors import CrsError, SchemaError
from geo.layers.boundaries import BoundaryLayer


def drawn(layer):
    return json.loads(next(iter(layer.to_folium()._children.values())).data)


def test_the_largest_district_is_named_first(areas):
    areas.loc[0, "geometry"] = shapely.box(470_000, 250_000, 480_000, 251_000)
    layer = BoundaryLayer(areas.union_all(), areas)
    assert [label["html"] for label in drawn(layer)["labels"]] == ["East", "West"]


def test_names_and_districts_can_be_left_out(areas):
    county = areas.union_all()
    assert drawn(BoundaryLayer(county, areas, names=False))["labels"] == []
    assert drawn(BoundaryLayer(county))["districts"] is None


def test_the_source_of_the_boundaries_is_named(areas):
    *_, naming = BoundaryLayer(areas.union_all()).to_folium()._children.values()
    assert "OGL v3.0" in json.loads(naming.options)["attribution"]


def test_a_county_without_an_outline_and_districts_without_names_are_refused(areas):
    with pytest.raises(SchemaError, match="the county has no outline"):
        BoundaryLayer(shapely.Polygon())
    with pytest.raises(SchemaError, match="first: 'name'"):
        BoundaryLayer(areas.union_all(), areas.drop(columns="name"))
    with pytest.raises(CrsError, match="no reference system"):
        BoundaryLayer(areas.union_all(), areas.set_crs(None, allow_override=True))
