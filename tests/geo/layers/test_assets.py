"""Every script comes from an installed package; what does not is refused before it is shown."""

import base64
import re

import folium
import folium.plugins
import pytest
from branca.colormap import LinearColormap

from geo.errors import SourceError
from geo.layers import assets
from geo.layers.assets import ASSETS, Asset
from geo.layers.base import draw, ground

CENTRE = (52.23, -0.86)


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset.name)
def test_every_asset_is_in_an_installed_package(asset):
    assert asset.path().is_file()
    assert len(assets.text(asset)) > 100


def test_a_style_sheet_holds_its_pictures():
    sheet = next(asset for asset in ASSETS if asset.name == "leaflet_css")
    addresses = re.findall(r"url\(([^)]+)\)", assets.text(sheet))
    assert len(addresses) >= 3
    assert all(address.startswith(("data:image/", "#")) for address in addresses)


def test_a_script_points_to_no_source_map():
    assert not [asset.name for asset in ASSETS if "sourceMappingURL" in assets.text(asset)]


def test_a_missing_package_and_a_missing_file_say_what_to_do():
    with pytest.raises(SourceError, match="package no_such_package is missing; install again"):
        Asset("x", "no_such_package", "x.js", "js").path()
    with pytest.raises(SourceError, match=r"static/x\.js is not in package geo\.layers; install the locked versions"):
        Asset("x", "geo.layers", "static/x.js", "js").path()


def test_an_unknown_asset_is_refused_by_name():
    canvas = ground(centre=CENTRE)
    folium.plugins.Fullscreen().add_to(canvas)
    with pytest.raises(SourceError, match=r"Fullscreen asks for 1 files .*first: Control\.Fullscreen\.js"):
        assets.localise(canvas, assets.embedded)


def test_a_colour_map_of_branca_is_refused():
    canvas = ground(centre=CENTRE)
    canvas.add_child(LinearColormap(["white", "black"]))
    with pytest.raises(SourceError, match="loads d3 from a public server"):
        assets.localise(canvas, assets.embedded)


def test_only_this_map_is_changed_not_folium():
    before = (list(folium.Map.default_js), list(folium.Map.default_css))
    assets.localise(ground(centre=CENTRE), lambda asset: f"here/{asset.name}")
    assert (folium.Map.default_js, folium.Map.default_css) == before


def test_icons_that_no_layer_uses_are_dropped():
    plain = folium.Map(tiles=None)
    assets.localise(plain, lambda asset: f"here/{asset.name}")
    assert plain.default_js == [("leaflet", "here/leaflet"), ("jquery", "here/jquery")]
    assert plain.default_css == [("leaflet_css", "here/leaflet_css")]


def test_an_embedded_asset_carries_its_own_text():
    asset = next(asset for asset in ASSETS if asset.name == "triage_map")
    kind, _, written = assets.embedded(asset).partition(";charset=utf-8;base64,")
    assert kind == "data:text/javascript"
    assert base64.b64decode(written).decode() == assets.text(asset)


def test_one_file_holds_every_asset_once_and_forbids_loading():
    page = assets.inline(draw([], centre=CENTRE), title="A & <b>")
    assert "<title>A &amp; &lt;b&gt;</title>" in page
    assert page.count("window.TriageMap = ") == page.count("L.markerClusterGroup=function") == 1
    assert "asset:" not in page
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_one_file_with_a_picture_from_outside_is_refused():
    canvas = ground(centre=CENTRE)
    canvas.get_root().html.add_child(folium.Element('<img src="https://example.org/x.png">'))
    with pytest.raises(SourceError, match=r"asks for 1 files from outside \(first: <img src="):
        assets.inline(canvas)
