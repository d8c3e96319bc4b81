"""Incidents put on the ground; what cannot be located stays and says why."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import SchemaError
from geo.places.locate import locate
from geo.places.postcodes import Gazetteer
from geo.tables import INCIDENT_COLUMNS, LOCATED_COLUMNS, LONDON, names

DISTRICTS_2014 = {
    "E07000150": "Corby",
    "E07000151": "Daventry",
    "E07000152": "East Northamptonshire",
    "E07000153": "Kettering",
    "E07000154": "Northampton",
    "E07000155": "South Northamptonshire",
    "E07000156": "Wellingborough",
    "E07000008": "Cambridge",
    "E07000009": "East Cambridgeshire",
    "E07000010": "Fenland",
    "E07000011": "Huntingdonshire",
    "E07000012": "South Cambridgeshire",
    "E06000031": "Peterborough",
}


def incidents(postcodes: list[str]) -> pd.DataFrame:
    """Incidents that keep the contract and differ in their postcode."""
    empty = {
        "text": "",
        "number": float("nan"),
        "time": pd.NaT,
    }
    rows = pd.DataFrame(index=range(len(postcodes)))
    for column in INCIDENT_COLUMNS:
        value = column.choices[-1] if column.kind == "choice" else empty[column.kind]
        kind = "float64" if column.kind == "number" else None if column.kind == "time" else "str"
        rows[column.name] = pd.Series([value] * len(postcodes), dtype=kind)
        if column.kind == "time":
            rows[column.name] = pd.to_datetime(rows[column.name]).dt.tz_localize(LONDON)
    return rows.assign(postcode=postcodes, row=range(1, len(postcodes) + 1))


def test_every_incident_comes_back_with_a_place_or_a_reason():
    texts = ["nn15bd", "", "NN1 5", "ZZ99 3VZ", "LS1 4AP", "by the bridge"]
    located = locate(incidents(texts), Gazetteer.default())
    assert located["precision"].tolist() == ["unit", "none", "sector", "none", "none", "none"]
    assert located["not_located_because"].tolist() == [
        "",
        "no postcode recorded",
        "",
        "no fixed abode (ZZ99)",
        "postcode unknown to the gazetteer: LS1 4AP",
        "not a postcode: by the bridge",
    ]
    assert located["postcode"].tolist() == ["NN1 5BD", "", "NN1 5", "ZZ99 3VZ", "LS1 4AP", "by the bridge"]


def test_points_are_metres_on_the_grid_and_missing_where_there_is_no_place():
    located = locate(incidents(["NN1 5BD", "junk"]), Gazetteer.default())
    assert located.geometry.name == "point"
    assert located.crs.to_epsg() == 27700
    assert shapely.get_coordinates(located.geometry.iloc[0]).tolist() == [[476319, 260349]]
    assert located.geometry.iloc[1] is None
    assert list(located.columns) == [*names(LOCATED_COLUMNS), "point"]


def test_the_incidents_and_their_index_are_left_alone():
    rows = incidents(["nn1 5bd", "NN1"]).set_index(pd.Index([7, 3]))
    before = rows.copy(deep=True)
    located = locate(rows, Gazetteer.default())
    pd.testing.assert_frame_equal(rows, before)
    assert located.index.tolist() == [7, 3]


def test_no_incidents_are_located_as_no_incidents():
    assert len(locate(incidents([]), Gazetteer.default())) == 0


def test_a_frame_that_breaks_the_contract_is_refused():
    with pytest.raises(SchemaError, match="columns are missing"):
        locate(pd.DataFrame({"postcode": ["NN1 5BD"]}), Gazetteer.default())


def postcodes_of_2014(folder: Path) -> pd.DataFrame:
    """Code-Point Open 2014 inside the two counties: postcode and stated district."""
    parts = [
        pd.read_csv(folder / "postcodes" / f"{area}.csv", header=None, usecols=[0, 8]) for area in ("nn", "pe", "cb")
    ]
    frame = pd.concat(parts, ignore_index=True).set_axis(["postcode", "code"], axis="columns")
    inside = frame[frame["code"].isin(DISTRICTS_2014)].reset_index(drop=True)
    return inside.assign(district=inside["code"].map(DISTRICTS_2014))


@pytest.fixture(scope="module")
def against_2014(shared_data) -> pd.DataFrame:
    """Every postcode of 2014 with our place and its distance from the oracle's polygon of the stated district."""
    stated = postcodes_of_2014(shared_data)
    ours = Gazetteer.default().table(stated["postcode"].tolist())
    oracle = gpd.read_file(shared_data / "boundaries" / "districts_2013_oracle.geojson").to_crs(27700)
    polygons = oracle.set_index("name").geometry.reindex(stated["district"]).to_numpy()
    metres = shapely.distance(polygons, shapely.points(ours["easting"], ours["northing"]))
    return ours.assign(stated=stated["district"], metres_outside=metres)


@pytest.mark.shared_data
def test_all_postcodes_of_2014_are_located_as_units(against_2014):
    assert len(against_2014) == 35_518
    assert against_2014["precision"].eq("unit").all()


@pytest.mark.shared_data
def test_at_least_999_in_1000_postcodes_of_2014_are_in_their_stated_district(against_2014):
    elsewhere = against_2014[against_2014["district"] != against_2014["stated"]]
    print(elsewhere[["postcode", "stated", "district", "metres_outside"]].to_string())  # noqa: T201 - the list is the result
    assert len(elsewhere) <= 33  # 99.907 %
    assert 1 - len(elsewhere) / len(against_2014) >= 0.999


@pytest.mark.shared_data
def test_at_least_999_in_1000_points_lie_in_the_stated_district_or_within_60_metres_of_it(against_2014):
    outside = against_2014[against_2014["metres_outside"] > 0]
    print(outside[["postcode", "stated", "district", "metres_outside"]].to_string())  # noqa: T201 - the list is the result
    assert (
        len(outside) <= 38
    )  # 99.893 % strictly inside: the others have moved since 2014, 13 of them by less than 60 m
    assert 1 - (outside["metres_outside"] > 60).sum() / len(against_2014) >= 0.999
