import geopandas as gpd
import pytest
import shapely

from geo.crs import GRID, LONLAT, to_lonlat
from geo.errors import PlaceError, SourceError
from geo.places.boundaries import load_areas
from geo.routing.areas import RoadArea


def on_grid(area):
    return gpd.GeoSeries([area.shape], crs=LONLAT).to_crs(GRID).iloc[0]


def test_a_county_is_its_outline_and_the_ring_around_it():
    county, area = load_areas("Northamptonshire").county, RoadArea.county("northamptonshire")
    assert area.words == "Northamptonshire and 10 km around it"
    assert area.place == ""
    assert on_grid(area).buffer(300).contains(county.buffer(10_000 * 0.98))
    assert county.buffer(10_300).contains(on_grid(area))
    assert RoadArea.named("county:Northamptonshire") == area


def test_without_a_ring_the_outline_stays():
    area = RoadArea.county("Northamptonshire", 0)
    assert area.words == "Northamptonshire"
    assert on_grid(area).area == pytest.approx(load_areas("Northamptonshire").county.area, rel=0.01)


@pytest.mark.parametrize("centre", ["475166, 257423", "475166 257423", "475166.0,257423.0"])
def test_a_circle_is_drawn_around_a_grid_point(centre):
    shape = on_grid(RoadArea.around(centre, 5))
    assert shape.centroid.distance(shapely.Point(475_166, 257_423)) < 30
    assert shapely.Point(475_166, 257_423 + 4_800).within(shape)
    assert not shapely.Point(475_166, 257_423 + 5_100).within(shape)


def test_a_circle_is_drawn_around_a_postcode():
    area = RoadArea.around("nn11de", 2)
    assert area.words == "NN1 1DE and 2 km around it"
    assert on_grid(area).area == pytest.approx(12_566_371, rel=0.05)


def test_one_question_has_one_key():
    assert RoadArea.named("Rutland,  England ").key == RoadArea.named("Rutland, England").key
    assert len({RoadArea.around("475166, 257423", km).key for km in (5, 6)} | {RoadArea.named("5").key}) == 3


@pytest.mark.parametrize("name", ["NN1 1DE", "475166, 257423"])
def test_a_point_is_no_area(name):
    with pytest.raises(SourceError, match="say how far around it: --radius KM"):
        RoadArea.named(name)


@pytest.mark.parametrize("centre", ["ZZ1 1ZZ", "Northampton", "NN1", ""])
def test_a_centre_that_cannot_be_found_is_refused(centre):
    with pytest.raises(PlaceError):
        RoadArea.around(centre, 5)


@pytest.mark.parametrize("km", [0, -1, 101, float("nan")])
def test_a_radius_out_of_reason_is_refused(km):
    with pytest.raises(SourceError, match=r"a radius of .* cannot be asked for"):
        RoadArea.around("475166, 257423", km)


def test_a_ring_out_of_reason_is_refused():
    with pytest.raises(SourceError, match="a ring of 500 km cannot be asked for; give 0 to 100"):
        RoadArea.county("Northamptonshire", 500)


def square(crs=GRID, shape=None):
    return gpd.GeoDataFrame(geometry=[shape or shapely.box(470_000, 260_000, 474_000, 264_000)], crs=crs)


@pytest.mark.parametrize("name", ["patch.geojson", "patch.gpkg", "patch.shp", "patch.parquet"])
def test_a_boundary_file_gives_its_outline_and_a_ring(tmp_path, name):
    path = tmp_path / name
    rows = square().to_crs(LONLAT) if name.endswith("json") else square()
    rows.to_parquet(path) if name.endswith("parquet") else rows.to_file(path)
    area = RoadArea.boundary(path, 1)
    assert area.words == "patch and 1 km around it"
    assert on_grid(area).area == pytest.approx(4_000**2 + 4 * 4_000 * 1_000 + 3.14 * 1_000**2, rel=0.01)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "cannot be read as boundaries|holds no area"),
        ('{"type": "FeatureCollection", "features": []}', "holds no area|cannot be read"),
        ('{"type": "Point", "coordinates": [0, 52]}', "holds no area"),
    ],
)
def test_a_file_without_an_area_is_refused(tmp_path, content, words):
    path = tmp_path / "odd.geojson"
    path.write_text(content)
    with pytest.raises(SourceError, match=words):
        RoadArea.boundary(path)


def test_a_boundary_without_coordinates_is_refused(tmp_path):
    square(None).to_parquet(tmp_path / "patch.parquet")
    with pytest.raises(SourceError, match="does not say in which coordinates"):
        RoadArea.boundary(tmp_path / "patch.parquet")


def test_the_outline_is_in_degrees():
    assert RoadArea.around("475166, 257423", 1).shape.contains(shapely.Point(to_lonlat(475_166, 257_423)))
