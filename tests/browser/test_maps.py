"""
Every map layer in Chromium: it is drawn, gives way to another without moving the map, and runs none of the text that
it shows.
"""

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.layers import palette
from geo.layers.assets import inline
from geo.layers.base import draw
from geo.layers.bases import BaseLayer
from geo.layers.boundaries import BoundaryLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.contours import ContourLayer
from geo.layers.incidents import IncidentLayer
from geo.layers.isochrones import IsochroneLayer
from geo.layers.legend import Entry, Legend
from geo.layers.places import PlaceLayer
from geo.layers.roads import RoadLayer
from geo.places.bases import Base

CENTRE = (52.23, -0.86)
ZOOM = 10.0

PAYLOADS = (
    "<script>window.pwned=1</script>",
    '<img src=x onerror="window.pwned=1">',
    "<svg onload=window.pwned=1>",
    "${window.pwned=1}",
    "`${window.pwned=1}` + `",
    "</script><script>window.pwned=1</script>",
    '" onmouseover="window.pwned=1" autofocus onfocus="window.pwned=1',
    "' onmouseover='window.pwned=1",
    "{{7*7}} {% set x = 1 %}",
    "\\';window.pwned=1;//",
    "--></title></style></textarea><script>window.pwned=1</script>",
    "&lt;img src=x onerror=window.pwned=1&gt;",
)

# A page of our own around one map: which layers, and the text in all of them, come from widgets.
SCRIPT = """
import importlib.util

import streamlit as st

from geo.ui.maps import show_map

spec = importlib.util.spec_from_file_location("maps_under_test", {path!r})
maps = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maps)

st.set_page_config(layout="wide")
text = st.selectbox("Text", ["plain", *maps.PAYLOADS])
made = maps.layers(text)
kind = st.radio("Layer", ["all", *made], horizontal=True)
shown = list(made.values()) if kind == "all" else [made["boundaries"], *([made[kind]] if kind != "boundaries" else [])]
clicked = show_map(shown, key="map", centre=maps.CENTRE, zoom=maps.ZOOM, click=True)
st.text(f"shown: {{kind}}")
if clicked:
    st.text("clicked: %.4f %.4f" % clicked)
st.text("For planning, not for live dispatch")
"""


def layers(text):
    """One of each layer, with ``text`` wherever a layer takes a text."""
    halves = [shapely.box(470_000, 250_000, 480_000, 270_000), shapely.box(480_000, 250_000, 490_000, 270_000)]
    lines = f"{text}\n{text}"
    areas = gpd.GeoDataFrame(
        {"name": [text, f"{text} East"], "value": [12.0, 3.0], "text": lines, "state": ["", "cannot_tell"]},
        geometry=halves,
        crs="EPSG:27700",
    )
    key = Legend(f"{text} key", text, (Entry(text), Entry(text, look="point")), f"{text}. {text}")
    points = pd.DataFrame(
        {
            "easting": [472_000.0, 486_000.0, 486_000.0],
            "northing": [253_000.0, 266_000.0, 266_000.0],
            "uncertainty_metres": [1500.0, 60.0, 60.0],
            "precision": ["sector", "unit", "unit"],
            "text": lines,
            "category": text,
        }
    )
    incidents = IncidentLayer(points, f"{text} incidents", palette.categories([text]))
    circles = [shapely.Point(480_000, 260_000).buffer(radius) for radius in (4_000, 8_000)]
    bands = gpd.GeoDataFrame({"minutes": [10.0, 20.0]}, geometry=circles, crs="EPSG:27700")
    road = gpd.GeoDataFrame(geometry=[shapely.LineString([(468_000, 255_000), (492_000, 262_000)])], crs="EPSG:27700")
    return {
        "boundaries": BoundaryLayer(areas.union_all(), areas, f"{text} land", attribution=text),
        "districts": ChoroplethLayer.of(
            f"{text} districts", areas, unit=text, numbers=True, note=lines, attribution=text
        ),
        "isochrones": IsochroneLayer(bands, f"{text}. {text}", f"{text} minutes", text),
        "places": PlaceLayer(points.assign(counted=[40.0, 3.0, 1.0]), text, f"{text} places"),
        "contours": ContourLayer({0.5: circles[0], 0.9: circles[1]}, text, f"{text} shares"),
        "roads": RoadLayer(road, f"{text} roads", text),
        "incidents": IncidentLayer(points, f"{text} incidents", incidents.marks, incidents.explained(), text),
        "bases": BaseLayer((Base(text, 480_000, 260_000),), f"{text} bases"),
        "legend": key,
    }


KINDS = tuple(layers("plain"))
WITH_LEGEND = {"districts", "isochrones", "places", "incidents", "legend"}
MARKERS = {"incidents": ".tm-point", "bases": ".tm-base", "isochrones": ".tm-minutes", "contours": ".tm-minutes"}
FIND = "const map = window.map || window[Object.keys(window).find((name) => /^map_[0-9a-f]{32}$/.test(name))];"
VIEW = f"() => {{ {FIND} const at = map.getCenter(); return [map.getZoom(), at.lat.toFixed(6), at.lng.toFixed(6)]; }}"
NUMBERS = "all => all.map((one) => [one.querySelector('b').textContent, getComputedStyle(one).visibility])"
OPEN_ALL = f"""() => {{
  {FIND}
  let opened = 0;
  map.eachLayer((layer) => {{
    if (layer.getTooltip && layer.getTooltip()) {{ layer.openTooltip(); opened += 1; layer.closeTooltip(); }}
    if (layer.getPopup && layer.getPopup()) {{ layer.openPopup(); opened += 1; }}
  }});
  map.eachLayer((layer) => layer.spiderfy && layer.spiderfy());
  map.eachLayer((layer) => layer.getTooltip && layer.getTooltip() && layer.openTooltip());
  document.querySelectorAll(".tm-legend details").forEach((one) => (one.open = true));
  document.querySelectorAll(".tm-legend summary, .tm-label > span, .leaflet-control-layers").forEach((one) =>
    ["mouseover", "focus", "mouseenter"].forEach((kind) => one.dispatchEvent(new MouseEvent(kind))));
  return opened;
}}"""
SHOWN = """() => {
  const all = (look) => Array.from(document.querySelectorAll(look), (one) => one.textContent.trim());
  return {
    title: all(".tm-legend > details > summary > b"), entry: all(".tm-legend li span"),
    note: all(".tm-legend .tm-note"), control: all(".leaflet-control-layers-overlays label"),
    attribution: all(".leaflet-control-attribution"),
    number: all(".tm-number i"), district: all(".tm-district"), base: all(".tm-base-name"),
    tip: all(".leaflet-tooltip"), popup: all(".leaflet-popup-content"),
    aria: Array.from(document.querySelectorAll(".tm-point"), (one) => one.getAttribute("aria-label")),
  };
}"""


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    script = tmp_path_factory.mktemp("maps") / "one_map.py"
    script.write_text(SCRIPT.format(path=str(Path(__file__))), encoding="utf-8")
    return serve(script=script)


def choose(visit, kind):
    """Exchange the layers by the widget, and wait until they are drawn."""
    visit.page.get_by_test_id("stRadio").get_by_text(kind, exact=True).click()
    visit.page.get_by_text(f"shown: {kind}", exact=True).wait_for()
    visit.page.wait_for_timeout(250)


def legends(frame):
    return frame.locator(".tm-legend")


@pytest.mark.slow
def test_every_layer_is_drawn_and_gives_way_to_the_next(visit, address):
    visit.open(address)
    frame = visit.map()
    choose(visit, "boundaries")
    bare = visit.drawn_pixels()
    assert bare > 300
    assert legends(frame).count() == 0
    assert frame.locator(".tm-district").count() == 2
    for kind in KINDS[1:]:
        choose(visit, kind)
        more = visit.drawn_pixels() - bare
        if kind in ("districts", "isochrones", "places", "contours", "roads", "incidents"):
            assert more > 200, f"{kind}: {more} pixels"
        if kind in MARKERS:
            assert frame.locator(MARKERS[kind]).count() >= 1, kind
        assert legends(frame).count() == (kind in WITH_LEGEND), kind
        if kind in WITH_LEGEND:
            assert "plain" in legends(frame).inner_text()
            box = legends(frame).bounding_box()
            assert box["width"] <= 215, kind
        if kind == "districts":
            assert frame.locator(".tm-number").evaluate_all(NUMBERS) == [["12", "visible"], ["3", "visible"]]


def test_other_layers_keep_the_zoom_the_place_and_what_was_switched_off(visit, address):
    visit.open(address)
    frame = visit.map()
    frame.locator(".leaflet-control-zoom-in").click()
    visit.page.wait_for_timeout(400)
    box = visit.page.locator("iframe[title^='streamlit_folium']").bounding_box()
    visit.page.mouse.move(box["x"] + 300, box["y"] + 150)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 360, box["y"] + 190, steps=4)
    visit.page.mouse.up()
    visit.page.wait_for_timeout(400)
    view = frame.evaluate(VIEW)
    assert view[0] == ZOOM + 1
    choose(visit, "incidents")
    legends(frame).locator("summary").first.click()
    frame.locator(".leaflet-control-layers").hover()
    frame.get_by_label("plain land").uncheck()
    choose(visit, "districts")
    assert frame.evaluate(VIEW) == view
    assert frame.locator(".tm-district").count() == 0
    assert not legends(frame).locator("ul").is_visible()


def test_a_click_gives_the_point_under_the_pointer(visit, address):
    visit.open(address)
    choose(visit, "districts")
    frame = visit.map()
    expected = frame.evaluate(
        f"() => {{ {FIND} const at = map.containerPointToLatLng([200, 150]); return [at.lng, at.lat]; }}"
    )
    frame.locator(".leaflet-container").click(position={"x": 200, "y": 150})
    answer = visit.page.get_by_text(re.compile("^clicked: "))
    answer.wait_for()
    longitude, latitude = (float(number) for number in answer.inner_text().split()[1:])
    assert [longitude, latitude] == pytest.approx(expected, abs=0.002)


OURS = r"\d|within|unknown|cannot tell|place only|halo|several|Smoothed"  # lines of a legend in our own words


def assert_only_shown(shown, text):
    """Every field shows ``text`` as it was given, and so does nothing else."""
    words = " ".join(text.split())
    for field, values in shown.items():
        assert values, field
        for value in values:
            read = " ".join((value or "").split())
            if field in ("entry", "note") and re.match(OURS, read):
                continue
            assert words in read, (field, value)


def harmless(page, frame):
    visited = [frame.evaluate("() => window.pwned"), page.evaluate("() => window.pwned")]
    inside = frame.evaluate(
        "() => document.querySelectorAll('img[src=x], svg[onload], .leaflet-container script, [onmouseover]').length"
    )
    return visited == [None, None] and inside == 0


@pytest.mark.slow
def test_text_never_runs_in_the_app(visit, address):
    visit.open(address)
    frame = visit.map()
    for text in PAYLOADS:
        visit.page.get_by_role("combobox").click()
        visit.page.get_by_role("option", name=text, exact=True).click()
        frame.get_by_text(f"{text} key", exact=True).first.wait_for(timeout=15_000)
        visit.page.wait_for_timeout(300)  # the tooltips of the text before fade out
        assert frame.evaluate(OPEN_ALL) >= 4
        assert harmless(visit.page, frame), text
        assert_only_shown(frame.evaluate(SHOWN), text)


def test_text_never_runs_in_the_one_file_map(visit, tmp_path):
    for place, text in enumerate(PAYLOADS):
        page = tmp_path / f"{place}.html"
        page.write_text(inline(draw(layers(text).values(), centre=CENTRE, zoom=ZOOM), title=text), encoding="utf-8")
        visit.page.goto(page.as_uri())
        visit.page.wait_for_timeout(120)
        assert visit.page.evaluate(OPEN_ALL) >= 4
        assert harmless(visit.page, visit.page.main_frame), text
        assert_only_shown(visit.page.evaluate(SHOWN), text)
        assert visit.page.title() == text


def test_the_one_file_map_opens_without_any_server(visit, tmp_path):
    asked = []
    visit.page.on("request", lambda request: asked.append(request.url))
    for kind, layer in layers("plain").items():
        page = tmp_path / f"{kind}.html"
        page.write_text(inline(draw([layer], centre=CENTRE, zoom=ZOOM)), encoding="utf-8")
        visit.page.goto(page.as_uri())
        visit.page.wait_for_timeout(150)
        assert visit.page.locator(".leaflet-overlay-pane").count() == 1
        assert visit.page.locator(".tm-legend").count() == (kind in WITH_LEGEND), kind
        if kind in ("boundaries", "districts", "isochrones", "places", "contours", "roads", "incidents"):
            assert visit.page.evaluate(COUNT_PIXELS) > 200, kind
    assert {address.split(":")[0] for address in asked} <= {"file", "data"}


COUNT_PIXELS = """() => {
  let drawn = 0;
  for (const canvas of document.querySelectorAll('.leaflet-overlay-pane canvas')) {
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 3; i < data.length; i += 4) drawn += data[i] > 0;
  }
  return drawn;
}"""
