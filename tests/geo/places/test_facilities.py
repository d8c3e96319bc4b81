"""Facilities: kinds, places and hours as people write them, row by row."""

import json
import math

import pytest

from geo.errors import PlaceError, SchemaError, SourceError
from geo.places.facilities import Facility, FacilityList, kind_of, read_hours
from geo.places.postcodes import Gazetteer

GAZETTEER = Gazetteer.default()


@pytest.fixture
def listed(tmp_path):
    """Read a list from lines of CSV."""

    def read(*lines, **more):
        (tmp_path / "sites.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
        return FacilityList.read(tmp_path / "sites.csv", GAZETTEER, **more)

    return read


def test_a_list_is_read_row_by_row(listed):
    found = listed(
        "Kind,Name,Postcode,Easting,Northing,Opening hours",
        "A&E,Northampton General,NN1 5BD,,,24/7",
        "Place of safety,Berrywood,,470900,262300,",
        "Custody suite,Weekley Wood,NN16 9UX,,,Mon-Fri 9-17",
    )
    assert [one.kind for one in found.facilities] == ["emergency_department", "place_of_safety", "other"]
    assert [one.hours_in_words for one in found.facilities] == [
        "daily 00:00-24:00",
        "not recorded",
        "Mon-Fri 09:00-17:00",
    ]
    assert found.facilities[0].postcode == "NN1 5BD"
    assert found.facilities[1].easting == 470_900
    assert found.facilities[0].source == "sites.csv"
    assert found.faults == ("of another kind than base, A&E or place of safety: 1",)
    assert found.rows_read == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("base,,NN1 5BD,,,", "a facility needs a name"),
        ("base,A,,,,", "it has neither a postcode nor an easting and a northing"),
        ("base,A,NN1,,,", "NN1 names no one place for 'A'; give its full postcode"),
        ("base,A,ZE1 0AA,,,", "is not known in"),
        ("base,A,rubbish,,,", "cannot be located"),
        ("base,A,,4e9,260000,", "which is not in Great Britain"),
        ("base,A,,x,260000,", "its easting is 'x'; write it in metres, as a number"),
        ("base,A,NN1 5BD,,,whenever", "the opening hours 'whenever' cannot be read"),
        ("base,First,NN1 5BD,,,", "the same as row 2"),
    ],
)
def test_a_row_that_is_no_facility_is_refused_with_its_reason(listed, row, reason):
    found = listed("kind,name,postcode,easting,northing,hours", "base,First,NN1 5BD,,,", row)
    assert len(found.facilities) == 1
    assert found.refused["row"].tolist() == [3]
    assert reason in found.refused["reason"].iloc[0]


def test_a_point_far_from_its_postcode_is_taken_and_said(listed):
    found = listed("name,postcode,easting,northing", "A,NN1 5BD,500000,260000")
    assert found.facilities[0].easting == 500_000
    assert any("km from NN1 5BD; the point was taken" in fault for fault in found.faults)


@pytest.mark.parametrize("text", ["", "unknown", "Not recorded", "?", "n/a", " - "])
def test_hours_that_nobody_recorded_are_never_always(text):
    assert read_hours(text) == ""
    assert Facility("base", "A", 1.0, 2.0, hours=read_hours(text)).opening is None


def test_hours_are_a_weekly_pattern():
    opening = Facility.at("NN1 5BD", GAZETTEER, "base", "A", "Sun-Thu 15-23, Fri-Sat 17-01").opening
    assert opening.crewed_hours == 56.0
    assert Facility.at("NN1 5BD", GAZETTEER, "base", "A", "24/7").opening.crewed_hours == 168.0


def test_a_facility_keeps_its_contract():
    with pytest.raises(SchemaError, match="is of the kind 'pub'; choose base"):
        Facility("pub", "A", 1.0, 2.0)
    with pytest.raises(SchemaError, match="has no point"):
        Facility("base", "A", math.nan, 2.0)
    with pytest.raises(SchemaError, match="cannot be read"):
        Facility("base", "A", 1.0, 2.0, hours="soon")
    with pytest.raises(PlaceError, match="names no one place"):
        Facility.at("NN1 5", GAZETTEER, "base", "A")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A&E", "emergency_department"),
        ("Emergency Department", "emergency_department"),
        ("ED", "emergency_department"),
        ("HBPoS", "place_of_safety"),
        ("police station", "base"),
        ("medical", "other"),
        ("", "other"),
    ],
)
def test_kinds_are_read_from_usual_words(text, kind):
    assert kind_of(text) == kind


def test_a_list_without_names_or_places_says_what_it_needs(listed, tmp_path):
    with pytest.raises(SchemaError, match=r"sites.csv has no columns 'name' and 'postcode'"):
        listed("a,b", "1,2")
    with pytest.raises(SourceError, match="there is no file"):
        FacilityList.read(tmp_path / "none.csv", GAZETTEER)


def test_points_of_a_geojson_are_facilities(tmp_path):
    def feature(point, **properties):
        shape = None if point is None else {"type": "Point", "coordinates": point}
        return {"type": "Feature", "properties": properties, "geometry": shape}

    rows = [feature([-0.885, 52.235], Name="A", Type="A&E"), feature(None, Name="B", Postcode="NN1 5BD")]
    rows += [feature(None, Name="C"), feature([2.3, 48.9], Name="D")]
    (tmp_path / "x.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    found = FacilityList.read(tmp_path / "x.geojson", GAZETTEER, source="ours, 2024")
    assert [(one.name, one.source) for one in found.facilities] == [("A", "ours, 2024"), ("B", "ours, 2024")]
    assert found.refused["reason"].tolist() == ["it has no geometry", "it lies outside Great Britain"]


def test_a_list_goes_into_a_frame_and_back():
    two = FacilityList().having(Facility("base", "A", 1.5, 2.5, "NN1 5BD", "daily 18:00-24:00", "x"))
    two = two.having(Facility("other", "B", 3.0, 4.0))
    assert FacilityList.from_frame(two.frame()).facilities == two.facilities
    assert two.having(two.facilities[0]).facilities == two.facilities
    assert FacilityList.from_frame(FacilityList().frame()).facilities == ()
    with pytest.raises(SchemaError, match="the facilities lack 1 columns"):
        FacilityList.from_frame(two.frame().drop(columns="hours"))


@pytest.mark.slow
@pytest.mark.shared_data
def test_the_hospitals_of_2014_are_read_and_their_repetitions_refused(shared_data):
    found = FacilityList.read(shared_data / "areas/hospitals_2014.geojson", GAZETTEER, source="NHS Choices, 2014")
    assert (found.rows_read, len(found.facilities), len(found.refused)) == (67, 35, 32)
    assert set(found.refused["reason"].str.replace(r"\d+", "N", regex=True)) == {"the same as row N"}
    assert {one.hours_in_words for one in found.facilities} == {"not recorded"}
    assert "Berrywood Hospital" in {one.name for one in found.facilities}
