"""Which roads are meant: the area that is asked of OpenStreetMap, or to which an extract is cut."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import GRID, LONLAT
from geo.errors import SourceError
from geo.places.bases import Base
from geo.places.boundaries import load_areas
from geo.places.postcode_forms import parse_postcode
from geo.places.postcodes import Gazetteer

COUNTY = "county:"
"""Before the name of a county that ships: its outline, and a ring around it."""

RING_KM = 10.0
"""Kilometres around a county whose roads are wanted too, so that its border is not the end of the world; assumption."""

MOST_KM = 100.0
"""A ring or a radius beyond this is no county's business, and more than a public server should be asked for."""

SMOOTH_METRES = 100.0
"""Outlines are simplified by this much: the shipped ones are generalised to about 200 m, and each corner is asked."""

_EASTING_NORTHING = re.compile(r"\s*(\d{4,6}(?:\.\d+)?)\s*[, ]\s*(\d{4,7}(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class RoadArea:
    """
    An area of roads: by the name that OpenStreetMap knows it by, or by its outline.

    Parameters
    ----------
    words
        What it is, to say beside the roads.
    place
        The name to look up; empty where the outline is known here.
    outline
        The outline as WKT in longitude and latitude (about a metre); empty where it is to be looked up.
    """

    words: str
    place: str = ""
    outline: str = ""

    @classmethod
    def named(cls, place: str) -> Self:
        """
        Take an area by its name, such as ``"Rutland, England"``; ``county:NAME`` is the outline that ships.

        Raises
        ------
        SourceError, PlaceError
            If the name is that of a unit postcode, which is no area, or the county does not ship.
        """
        name = " ".join(place.split())
        if name.startswith(COUNTY):
            return cls.county(name.removeprefix(COUNTY).strip())
        if parse_postcode(name).precision == "unit" or _EASTING_NORTHING.fullmatch(name):
            raise SourceError(f"{name} is a point and no area; say how far around it: --radius KM")
        return cls(name, place=name)

    @classmethod
    def county(cls, county: str, ring_km: float = RING_KM) -> Self:
        """
        Take a county that ships and a ring of so many kilometres around it.

        Raises
        ------
        PlaceError, SourceError
            If the county does not ship, or the ring is not between 0 and :data:`MOST_KM`.
        """
        areas = load_areas(county)
        return cls._around(areas.name, areas.county, ring_km)

    @classmethod
    def boundary(cls, path: str | os.PathLike[str], ring_km: float = RING_KM) -> Self:
        """
        Take the areas of a boundary file that GDAL reads (GeoJSON, GeoPackage, shapefile) or GeoParquet, and a ring.

        Raises
        ------
        SourceError
            If the file cannot be read, holds no area, or does not say in which coordinates it is.
        """
        file = Path(path)
        read = gpd.read_parquet if file.suffix.lower() in {".parquet", ".geoparquet"} else gpd.read_file
        try:
            rows = read(file)
        except (OSError, ValueError, RuntimeError) as error:
            raise SourceError(f"{file.name} cannot be read as boundaries; export it as GeoJSON") from error
        shapes = gpd.GeoSeries(rows.get("geometry", []), crs=getattr(rows, "crs", None))
        shapes = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"])]
        if shapes.empty:
            raise SourceError(f"{file.name} holds no area; give the outline of one (Polygon or MultiPolygon)")
        if shapes.crs is None:
            raise SourceError(f"{file.name} does not say in which coordinates it is; export it as GeoJSON")
        return cls._around(file.stem, shapes.make_valid().to_crs(GRID).union_all(), ring_km)

    @classmethod
    def around(cls, centre: str, radius_km: float) -> Self:
        """
        Take the circle around a unit postcode, or around an easting and northing such as ``"475166, 257423"``.

        Raises
        ------
        PlaceError, SourceError
            If the centre is neither, or the radius is not above 0 and at most :data:`MOST_KM`.
        """
        if not 0 < radius_km <= MOST_KM:
            raise SourceError(
                f"a radius of {radius_km:g} km cannot be asked for; give more than 0, at most {MOST_KM:g}"
            )
        words, point = _point(centre)
        return cls._around(words, point, radius_km)

    @classmethod
    def _around(cls, words: str, shape: BaseGeometry, km: float) -> Self:
        """Take a shape on the grid and so many kilometres around it."""
        if not 0 <= km <= MOST_KM:
            raise SourceError(f"a ring of {km:g} km cannot be asked for; give 0 to {MOST_KM:g}")
        grown = shape.buffer(1000 * km, quad_segs=4).simplify(SMOOTH_METRES) if km else shape.simplify(SMOOTH_METRES)
        lonlat = gpd.GeoSeries([grown], crs=GRID).to_crs(LONLAT).iloc[0]
        return cls(f"{words} and {km:g} km around it" if km else words, outline=shapely.to_wkt(lonlat, 5))

    @property
    def shape(self) -> BaseGeometry | None:
        """The outline in longitude and latitude, where it is known here."""
        return shapely.from_wkt(self.outline) if self.outline else None

    @property
    def key(self) -> str:
        """A short name for this question, to keep its answer by."""
        return hashlib.sha256(f"{self.place}\n{self.outline}".encode()).hexdigest()[:20]


def _point(centre: str) -> tuple[str, BaseGeometry]:
    """Give the words and the point of a unit postcode or of an easting and northing."""
    if found := _EASTING_NORTHING.fullmatch(centre):
        return f"{found[1]}, {found[2]}", shapely.Point(float(found[1]), float(found[2]))
    base = Base.at(centre, Gazetteer.default())
    return base.postcode, shapely.Point(base.easting, base.northing)
