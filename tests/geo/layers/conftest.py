"""A made-up county of two districts south of Northampton, and one of each layer on it."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.layers import palette
from geo.layers.bases import BaseLayer
from geo.layers.boundaries import BoundaryLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.contours import ContourLayer
from geo.layers.facilities import FacilityLayer
from geo.layers.incidents import IncidentLayer
from geo.layers.isochrones import IsochroneLayer
from geo.layers.places import PlaceLayer
from geo.layers.roads import RoadLayer
from geo.layers.zone import ZoneLayer
from geo.places.bases import Base
from geo.places.facilities import Facility

KINDS = (
    "boundaries",
    "districts",
    "incidents",
    "isochrones",
    "places",
    "contours",
    "bases",
    "facilities",
    "roads",
    "legend",
)


@pytest.fixture
def areas():
    """Two districts of 10 x 20 km with a value each."""
    return gpd.GeoDataFrame(
        {"name": ["West", "East"], "value": [12.0, 3.0], "text": ["12 incidents", "3 incidents\nof 40"]},
        geometry=[shapely.box(470_000, 250_000, 480_000, 270_000), shapely.box(480_000, 250_000, 490_000, 270_000)],
        crs="EPSG:27700",
    )


@pytest.fixture
def bands():
    """Circles of 4 and 8 km, the wider first."""
    centre = shapely.Point(480_000, 260_000)
    circles = [centre.buffer(8_000), centre.buffer(4_000)]
    return gpd.GeoDataFrame({"minutes": [20.0, 10.0]}, geometry=circles, crs="EPSG:27700")


@pytest.fixture
def points():
    """Three incidents: two on one postcode, one known by its sector."""
    return pd.DataFrame(
        {
            "easting": [475_000.0, 475_000.0, 486_000.0],
            "northing": [255_000.0, 255_000.0, 264_000.0],
            "uncertainty_metres": [60.0, 60.0, 1500.0],
            "precision": ["unit", "unit", "sector"],
            "text": ["NN1 5BD\n10 Mar 2016", "NN1 5BD", "NN4 0"],
            "category": ["face to face", "telephone", "telephone"],
        }
    )


@pytest.fixture
def places():
    """Three places by what was counted there."""
    return pd.DataFrame(
        {
            "easting": [475_250.0, 475_750.0, 480_250.0],
            "northing": [255_250.0, 255_250.0, 260_750.0],
            "counted": [1.0, 16.0, 4.0],
            "text": ["NN1 1AA\n1 incident", "NN2 2BB", "<b>"],
        }
    )


@pytest.fixture
def roads():
    lines = [
        shapely.LineString([(470_000, 255_000), (490_000, 262_000)]),
        shapely.LineString([(476_000, 2.5e5), (476_000, 2.7e5)]),
    ]
    return gpd.GeoDataFrame({"major": [True, False]}, geometry=lines, crs="EPSG:27700")


@pytest.fixture(params=KINDS)
def layer(request, areas, bands, points, places, roads):
    """Each layer in turn, with the frame that it was given."""
    marks = palette.categories(["face to face", "telephone"])
    districts = ChoroplethLayer.of("Incidents", areas, unit="incidents", numbers=True)
    incidents = IncidentLayer(points, marks=marks)
    made = {
        "boundaries": (BoundaryLayer(areas.union_all(), areas), areas),
        "districts": (districts, areas),
        "incidents": (IncidentLayer(points, "Calls", marks, incidents.explained()), points),
        "isochrones": (IsochroneLayer(bands, "Estimated roads: no street map. Not for standards."), bands),
        "places": (PlaceLayer(places), places),
        "contours": (ContourLayer({0.9: bands.geometry[0], 0.5: bands.geometry[1]}), bands),
        "bases": (BaseLayer((Base("Campbell House", 475_900, 260_300, "NN1 5BD"),)), areas),
        "facilities": (FacilityLayer((Facility("place_of_safety", "Berrywood", 470_900, 262_300),)), areas),
        "roads": (RoadLayer(roads), roads),
        "zone": (ZoneLayer(areas.union_all(), "12 postcodes"), areas),
        "legend": (districts.explained(unit="incidents"), areas),
    }
    return made[request.param]
