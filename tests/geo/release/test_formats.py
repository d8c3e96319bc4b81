"""Formats: what GDAL or a disk refuses is one sentence, and what is written opens as it was."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from geo.errors import ProjectError
from geo.release.cells import flat
from geo.release.formats import FORMATS, TABULAR

TABLE = gpd.GeoDataFrame(
    {"name": ["Corby", "=1"], "postcode": ["", "NN1 1AA"]}, geometry=[Point(489_000, 289_000), None], crs="EPSG:27700"
)
ABOUT = {"project": "A project"}


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "kml"])
def test_what_cannot_be_written_is_one_sentence(kind, tmp_path):
    with pytest.raises(ProjectError, match="could not be written"):
        FORMATS[kind]({"base": TABLE}, tmp_path / "missing", ABOUT)


@pytest.mark.parametrize("kind", ["gpkg", "parquet"])
def test_a_layer_opens_with_the_same_rows_columns_and_reference_system(kind, tmp_path):
    FORMATS[kind]({"base": TABLE}, tmp_path, ABOUT)
    (path,) = tmp_path.iterdir()
    again = gpd.read_parquet(path) if kind == "parquet" else gpd.read_file(path, layer="base")
    assert again.crs.to_epsg() == 27700
    assert again["name"].tolist() == ["Corby", "=1"]
    assert again.geometry.isna().tolist() == [False, True]


def test_tables_without_a_shape_have_formats_of_their_own(tmp_path):
    hours = pd.DataFrame({"weekday": [0], "hour": [18], "incidents": [3], "live_hours": [9.0], "crewed": [1.0]})
    for kind in TABULAR:
        FORMATS[kind]({"hours": hours}, tmp_path, ABOUT)
    assert pd.read_csv(tmp_path / "hours.csv")["incidents"].tolist() == [3]


def test_flat_text_and_headings_cannot_act_as_a_formula():
    assert flat(TABLE)["name"].tolist() == ["Corby", "'=1"]
    assert list(flat(pd.DataFrame({"=1": [1], "name": ["a"]}))) == ["'=1", "name"]


def test_a_workbook_holds_a_sign_in_place_of_what_xml_cannot_hold(tmp_path):
    unholdable = ["\x01", "\ufffe", "\uffff", "\ufffd"]
    FORMATS["xlsx"]({"base": TABLE.iloc[[0, 0, 0, 0]].assign(name=unholdable)}, tmp_path, ABOUT)
    again = pd.read_excel(tmp_path / "triage-map.xlsx", sheet_name="base", engine="calamine")
    assert again["name"].tolist() == ["\ufffd"] * 4
