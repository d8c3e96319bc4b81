"""The ways to divide a county, and where incidents fall in each."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import geo
from geo.demand.weights import heaviest
from geo.errors import SchemaError
from geo.places.areas import read_areas
from geo.store.loading import Selection
from geo.store.project import Facts, create_project
from geo.ui import seen, where_maps
from geo.ui.answers import Question


@pytest.fixture
def question(tmp_path):
    base = geo.Base.at("NN1 1DE", geo.Gazetteer.default())
    project = create_project(tmp_path / "project", Facts("A project", "Northamptonshire", base))
    shapes = [
        shapely.box(470_000, 255_000, 480_000, 265_000),
        shapely.box(480_000, 255_000, 490_000, 265_000),
        shapely.box(480_000, 265_000, 490_000, 275_000),
        shapely.box(100_000, 100_000, 110_000, 110_000),
    ]
    names = {"name": ["West", "East", "East", "Elsewhere"], "code": ["1", "2", "3", "4"]}
    gpd.GeoDataFrame(names, geometry=shapes, crs="EPSG:27700").to_file(tmp_path / "beats.gpkg")
    project.keep_layer(read_areas(tmp_path / "beats.gpkg"), "Beats")
    return Question(project.folder, project.version, Selection(), "2011-2021")


def looked_at(question, eastings, precision="unit", district="Northampton"):
    incidents = pd.DataFrame(
        {
            "easting": eastings,
            "northing": 260_000.0,
            "precision": precision,
            "district": district,
            "postcode": [f"P{number}" for number in range(len(eastings))],
            "person_key": "",
            "lsoa": "",
        }
    )
    return seen.Seen(question, incidents, heaviest(incidents), pd.DataFrame(), [], None, "")


def test_a_layer_of_the_project_is_a_way_to_divide_the_county(question):
    assert seen.levels(question)["layer:Beats"] == "Beats"
    divided = seen.level(question, "layer:Beats")
    assert divided.shapes["name"].to_list() == ["West", "East", "East #2"]  # nobody of the county lives elsewhere
    assert divided.residents.sum() > 50_000
    here = looked_at(question, [475_000.0, 485_000.0, 485_001.0, 120_000.0])
    assert where_maps.counts(here, "layer:Beats").table.set_index("area")["incidents"].to_dict() == {
        "East": 2,
        "West": 1,
        "East #2": 0,
    }


def test_a_rough_place_falls_into_no_small_area(question):
    here = looked_at(question, [475_000.0], precision="sector")
    assert seen.places_of(here, "layer:Beats", seen.level(question, "layer:Beats").shapes).to_list() == [""]
    assert seen.places_of(here, "hexagon", seen.level(question, "hexagon").shapes).to_list() == [""]


def test_what_lies_outside_the_county_falls_into_no_hexagon(question):
    here = looked_at(question, [475_000.0], district="Oxford")
    assert seen.places_of(here, "hexagon", seen.level(question, "hexagon").shapes).to_list() == [""]


def test_a_layer_that_lies_elsewhere_is_refused(question, tmp_path):
    frame = gpd.GeoDataFrame({"name": ["Far"]}, geometry=[shapely.box(1e5, 1e5, 1.1e5, 1.1e5)], crs="EPSG:27700")
    frame.to_file(tmp_path / "far.gpkg")
    question.project.keep_layer(read_areas(tmp_path / "far.gpkg"), "Far")
    with pytest.raises(SchemaError, match="no area of 'Far' has a postcode of the county"):
        seen.level(question, "layer:Far")


@pytest.mark.parametrize("by", ["district", "lsoa", "hexagon"])
def test_every_level_has_all_residents_of_the_county(question, by):
    divided = seen.level(question, by)
    assert divided.residents.sum() == pytest.approx(geo.load_residents("Northamptonshire").sum(), rel=0.001)
    assert set(divided.area) <= set(divided.shapes["name"])


def test_more_than_three_thousand_incidents_are_drawn_as_places(question):
    here = looked_at(question, [475_000.0 + number for number in range(where_maps.SINGLE + 1)])
    picture = where_maps.points(here)
    assert picture.caption.startswith("3\u2009001 places, each about 15 addresses")
    assert picture.layers[0].name == "Places"


def test_more_places_than_circles_are_drawn_as_cells(question):
    here = looked_at(question, [475_000.0 + number for number in range(5_001)])
    picture = where_maps.points(here)
    assert "5\u2009001 places are too many to draw each: hexagons of 1.5 km." in picture.caption
    assert len(picture.layers[0].areas) == 4  # five kilometres of a row
    assert picture.table["incidents"].sum() == 5_001
