"""Layers and places, as an analyst brings them in the browser."""

import json

import pytest

import geo
import geo.places.boundaries
from geo.store.project import Facts, create_project

SHORT = 600
"""Wait for what draws no map (milliseconds)."""


@pytest.fixture
def project(tmp_path):
    base = geo.Base.at("NN1 1DE", geo.Gazetteer.default())
    return create_project(tmp_path / "project", Facts("A project", "Northamptonshire", base))


@pytest.fixture
def analyst(visit, app_on, project):
    """A visit of the step Layers and places of a new project."""
    visit.open(app_on(project.folder), 300)
    visit.go("Data", 300)
    visit.page.get_by_test_id("stButtonGroup").get_by_text("Layers and places", exact=True).click()
    visit.settle()
    return visit


def beat(west, name, *, crossed=False):
    ring = [[west, 52.15], [west + 0.1, 52.15], [west + 0.1, 52.3], [west, 52.3]]
    ring = [ring[0], ring[2], ring[1], ring[3]] if crossed else ring
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "properties": {"team": f"{name} team", "name": name}, "geometry": shape}


def layer():
    point = {"type": "Feature", "properties": {"name": "a point"}, "geometry": {"type": "Point", "coordinates": [0, 0]}}
    hostile = "<img src=x onerror=window.__pwn=1>"
    features = [beat(-1.0, "Castle"), beat(-0.9, hostile), beat(-0.8, "Abbey", crossed=True), point]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.slow
def test_a_layer_is_accounted_for_previewed_kept_and_removed(analyst, project, pictures):
    page = analyst.page
    assert page.get_by_test_id("stFileUploader").count() >= 1
    page.locator("input[type=file]").first.set_input_files(
        {"name": "beats.geojson", "mimeType": "application/json", "buffer": layer()}
    )
    page.get_by_text("read 4 = kept 2 + repaired 1 + refused 1").first.wait_for(timeout=60_000)
    analyst.settle(2500)
    page.screenshot(path=pictures / "layers.png")
    assert analyst.drawn_pixels() > 1000
    page.get_by_text("Refused: 1 feature").wait_for()
    page.screenshot(path=pictures / "layers.png")
    page.get_by_role("combobox", name="Column with the areas' names").click()
    page.get_by_role("option", name="team").click()
    page.get_by_text("names from the column 'team'").wait_for(timeout=60_000)
    analyst.settle(SHORT)
    analyst.fill("Publisher and edition", "Force, 2024")
    page.get_by_label("Publisher and edition").first.press("Tab")
    analyst.settle(SHORT)
    page.get_by_role("button", name="Keep this layer").click()
    page.get_by_text("beats is kept").first.wait_for(timeout=60_000)
    kept = project.layers().iloc[0]
    assert (kept["name"], kept["edition"], kept["received"]) == ("beats", "Force, 2024", "beats.geojson")
    assert project.areas("beats")["name"].iloc[0] == "Castle team"
    assert page.evaluate("window.__pwn") is None
    analyst.settle(SHORT)
    page.get_by_text("Remove a layer or table").click()
    analyst.settle(SHORT)
    page.get_by_role("button", name="Remove it from the project").click()
    page.get_by_text("beats was removed").wait_for(timeout=60_000)
    assert project.layers().empty


@pytest.mark.slow
def test_a_file_that_is_no_layer_is_refused_in_one_sentence(analyst, project):
    analyst.page.locator("input[type=file]").first.set_input_files(
        {"name": "x.geojson", "mimeType": "application/json", "buffer": b"[]"}
    )
    analyst.page.get_by_text("x.geojson: is JSON but no GeoJSON (it is a list, not an object)").wait_for(timeout=60_000)
    assert project.layers().empty


@pytest.mark.slow
def test_a_facility_is_added_by_its_postcode_and_its_hours_stay_unknown(analyst, project, pictures):
    page = analyst.page
    page.get_by_test_id("stButtonGroup").get_by_text("Facilities", exact=True).click()
    analyst.settle(SHORT)
    analyst.fill("Name", "Berrywood", exact=True)
    analyst.fill("Postcode", "NN5 6UD", exact=True)
    page.get_by_role("button", name="Add this facility").click()
    page.get_by_text("Berrywood was added; hours not recorded.").wait_for(timeout=60_000)
    (facility,) = project.facilities.facilities
    assert (facility.postcode, facility.hours) == ("NN5 6UD", "")
    page.get_by_test_id("stButtonGroup").get_by_text("Facilities", exact=True).click()
    analyst.settle(2500)
    page.screenshot(path=pictures / "facilities.png")


@pytest.mark.slow
def test_a_facility_is_added_where_the_map_is_clicked(analyst, project):
    page = analyst.page
    page.get_by_test_id("stButtonGroup").get_by_text("Facilities", exact=True).click()
    analyst.settle(2500)
    page.locator("iframe[title^='streamlit_folium']").first.click(position={"x": 250, "y": 150})
    page.get_by_text("Point clicked: easting").wait_for(timeout=60_000)
    analyst.fill("Name", "A lay-by", exact=True)
    page.get_by_role("button", name="Add this facility").click()
    page.get_by_text("A lay-by was added; hours not recorded.").wait_for(timeout=60_000)
    (facility,) = project.facilities.facilities
    west, south, east, north = geo.places.boundaries.load_areas("Northamptonshire").county.bounds
    assert facility.postcode == ""
    assert west < facility.easting < east
    assert south < facility.northing < north
