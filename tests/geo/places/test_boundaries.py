"""County, districts of both editions and LSOAs."""

import pytest
import shapely

from geo.errors import PlaceError, SourceError
from geo.places.boundaries import counties, load_areas, slug

COUNTIES = ("Cambridgeshire and Peterborough", "Northamptonshire")


def test_two_counties_ship():
    assert counties() == COUNTIES


def test_northamptonshire_had_seven_districts_and_has_two():
    areas = load_areas("Northamptonshire")
    old, new = areas.districts("2011-2021"), areas.districts("2021-")
    assert dict(zip(old["name"], old["code"], strict=True)) == {
        "Corby": "E07000150",
        "Daventry": "E07000151",
        "East Northamptonshire": "E07000152",
        "Kettering": "E07000153",
        "Northampton": "E07000154",
        "South Northamptonshire": "E07000155",
        "Wellingborough": "E07000156",
    }
    assert dict(zip(new["name"], new["code"], strict=True)) == {
        "North Northamptonshire": "E06000061",
        "West Northamptonshire": "E06000062",
    }


def test_cambridgeshire_and_peterborough_kept_their_six_districts():
    areas = load_areas("cambridgeshire")
    codes = ["E07000008", "E07000009", "E07000010", "E07000011", "E06000031", "E07000012"]
    assert areas.districts("2011-2021")["code"].tolist() == codes
    assert areas.districts("2021-")["code"].tolist() == codes


@pytest.mark.parametrize(("county", "lsoas", "km2"), [(COUNTIES[0], 487, 3389), (COUNTIES[1], 422, 2364)])
def test_a_county_has_its_lsoas_and_its_size(county, lsoas, km2):
    # Areas: ONS Standard Area Measurements, 3,046 + 343 km2 and 2,364 km2; ours are generalised.
    areas = load_areas(county)
    assert len(areas.lsoas) == lsoas
    assert areas.county.area / 1e6 == pytest.approx(km2, rel=0.005)


@pytest.mark.parametrize("county", COUNTIES)
def test_shapes_are_valid_and_districts_tile_the_county(county):
    areas = load_areas(county)
    assert areas.county.is_valid
    assert areas.lsoas.is_valid.all()
    for edition in ("2011-2021", "2021-"):
        districts = areas.districts(edition)
        assert districts.is_valid.all()
        assert districts.area.sum() == pytest.approx(areas.county.area)
        assert shapely.union_all(districts.geometry.to_numpy()).symmetric_difference(areas.county).area < 1


@pytest.mark.parametrize("county", COUNTIES)
def test_each_lsoa_names_a_district_of_each_edition(county):
    areas = load_areas(county)
    assert set(areas.lsoas["district"]) == set(areas.districts("2011-2021")["name"])
    assert set(areas.lsoas["district_2021"]) == set(areas.districts("2021-")["name"])


def test_a_county_that_does_not_ship_says_how_to_add_it():
    with pytest.raises(
        PlaceError, match=r"here: Cambridgeshire and Peterborough, Northamptonshire.*triage-map data 'Kent'"
    ):
        load_areas("Kent")


def test_an_unknown_edition_is_refused():
    with pytest.raises(PlaceError, match="choose 2011-2021 or 2021-"):
        load_areas("Northamptonshire").districts("1974")


def test_a_broken_file_says_how_to_mend_it(tmp_path, monkeypatch):
    for room, suffix in (("boundaries", "parquet"), ("postcodes", "parquet"), ("residents", "csv")):
        (tmp_path / room).mkdir()
        (tmp_path / room / f"rutland.{suffix}").write_bytes(b"broken")
    monkeypatch.setenv("TRIAGE_MAP_DATA", str(tmp_path))
    with pytest.raises(SourceError, match="triage-map data 'rutland'"):
        load_areas("Rutland")


def test_no_data_folder_is_no_counties(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIAGE_MAP_DATA", str(tmp_path / "absent"))
    assert counties() == ()


def test_file_names_are_plain():
    assert slug("Cambridgeshire and Peterborough") == "cambridgeshire-and-peterborough"
