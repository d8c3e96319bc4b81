"""Main roads as merged grey lines."""

import json

import geopandas as gpd
import pytest
import shapely

from geo.errors import CrsError
from geo.layers.roads import RoadLayer


def drawn(layer):
    return json.loads(next(iter(layer.to_folium()._children.values())).data)["lines"]


def test_major_roads_lie_above_and_are_twice_as_wide(roads):
    assert [line["weight"] for line in drawn(RoadLayer(roads))] == [1.0, 2.2]
    assert [line["weight"] for line in drawn(RoadLayer(roads.drop(columns="major")))] == [1.0]


def test_pieces_are_joined_end_to_end():
    pieces = [shapely.LineString([(x, 250_000), (x + 1_000, 250_000)]) for x in range(470_000, 480_000, 1_000)]
    parts = [*pieces[:8], shapely.MultiLineString(pieces[8:])]
    (line,) = drawn(RoadLayer(gpd.GeoDataFrame(geometry=parts, crs="EPSG:27700")))
    assert line["shapes"]["type"] == "LineString"
    assert len(line["shapes"]["coordinates"]) == 2


def test_roads_without_a_reference_system_are_refused(roads):
    with pytest.raises(CrsError, match="no reference system"):
        RoadLayer(roads.set_crs(None, allow_override=True))
