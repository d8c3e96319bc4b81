"""Drive-time outlines: few enough to be told apart, light enough to see through."""

import json

import geopandas as gpd
import pytest
import shapely

from geo.errors import CrsError, SchemaError
from geo.layers import palette
from geo.layers.isochrones import MOST_FILL, IsochroneLayer
from geo.routing.engine import ScipyEngine
from geo.routing.estimated import estimate_roads
from geo.routing.isochrones import isochrones


def drawn(layer):
    return json.loads(next(iter(layer.to_folium()._children.values())).data)["bands"]


def test_the_widest_lies_at_the_bottom_and_the_nearest_is_darkest(bands):
    assert [(band["html"], band["colour"]) for band in drawn(IsochroneLayer(bands))] == [
        ("20 min", palette.ORANGES[1]),
        ("10 min", palette.ORANGES[0]),
    ]


def test_all_fills_together_hide_fifteen_per_cent_at_most(bands):
    clear = 1.0
    for band in drawn(IsochroneLayer(bands)):
        clear *= 1 - band["fill"]
    assert 1 - clear == pytest.approx(MOST_FILL, abs=1e-3)


def test_minutes_stand_at_the_top_of_the_largest_part():
    shape = shapely.MultiPolygon([shapely.box(480_000, 260_000, 490_000, 265_000), shapely.box(0, 0, 10, 900_000)])
    layer = IsochroneLayer(gpd.GeoDataFrame({"minutes": [10]}, geometry=[shape], crs="EPSG:27700"))
    assert drawn(layer)[0]["at"][0] == pytest.approx(52.28, abs=0.02)


def test_the_legend_states_minutes_and_the_label_of_the_roads(bands):
    legend = IsochroneLayer(bands, "Estimated roads. Not for standards.").explained()
    assert [entry.text for entry in legend.entries] == ["within 10", "within 20"]
    assert (legend.unit, legend.note) == ("minutes", "Estimated roads. Not for standards.")


def test_six_outlines_are_refused(bands):
    six = gpd.GeoDataFrame({"minutes": range(5, 35, 5)}, geometry=[bands.geometry.iloc[0]] * 6, crs="EPSG:27700")
    with pytest.raises(SchemaError, match="6 outlines cannot be told apart; give 5 at most"):
        IsochroneLayer(six)
    assert len(drawn(IsochroneLayer(six.iloc[:5]))) == 5


def test_outlines_without_a_reference_system_or_a_shape_are_refused(bands):
    with pytest.raises(CrsError, match="no reference system"):
        IsochroneLayer(bands.set_crs(None, allow_override=True))
    bands.loc[0, "geometry"] = shapely.Polygon()
    with pytest.raises(SchemaError, match="1 of 2 rows have no shape"):
        IsochroneLayer(bands)


@pytest.mark.parametrize("quick", [False, True])
def test_outlines_over_a_county_are_light_and_lie_within_two_pixels_of_those_given(quick):
    roads = estimate_roads("northamptonshire")
    bands = isochrones(roads, ScipyEngine(roads), (475_400, 260_500), (5, 10, 15, 20), quick=quick)
    layer = IsochroneLayer(bands)
    assert len(json.dumps(drawn(layer))) < 30_000
    shown = gpd.GeoSeries([shapely.from_geojson(json.dumps(band["shape"])) for band in drawn(layer)], crs="EPSG:4326")
    west, south, east, north = bands.total_bounds
    pixel = max(east - west, north - south) / 1000
    for given, seen in zip(bands.geometry[::-1], shown.to_crs("EPSG:27700"), strict=True):
        corners = shapely.points(shapely.get_coordinates(given))
        assert shapely.distance(corners, seen.boundary).max() < 2 * pixel  # where a ring begins it is simplified twice


def test_text_on_outlines_is_never_markup(bands):
    layer = IsochroneLayer(bands, name="<b>to</b> the scene")
    assert all("<" not in band["html"] for band in drawn(layer))
    assert "<b>" not in layer.to_folium().layer_name
