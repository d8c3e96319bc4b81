"""Styles for QGIS: well formed, a rule for every feature, every symbol there."""

from xml.etree import ElementTree as Xml

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from geo.release.styles import qml, style_table

AREA = [box(0, 0, 1, 1)] * 3
TABLES = {
    "county": gpd.GeoDataFrame({"name": ["Northamptonshire"] * 3}, geometry=AREA),
    "districts": gpd.GeoDataFrame({"name": list("abc"), "incidents": pd.array([0, 45, None], "Int64")}, geometry=AREA),
    "coverage": gpd.GeoDataFrame({"chance_in_time": [0.0, 0.4, 1.0]}, geometry=AREA),
    "isochrones": gpd.GeoDataFrame({"minutes": [5, 10, 15]}, geometry=AREA),
    "lsoas": gpd.GeoDataFrame({"incidents": [0, 1, 7]}, geometry=AREA),
    "base": gpd.GeoDataFrame({"name": ["<b>'&\""]}, geometry=[Point(0, 0)]),
    "incidents": gpd.GeoDataFrame({"row": [1]}, geometry=[Point(0, 0)]),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_style_is_well_formed_and_every_rule_has_its_symbol(name):
    root = Xml.fromstring(qml(name, TABLES[name]))  # noqa: S314 - our own text
    rules, symbols = root.findall(".//rule"), root.findall("./renderer-v2/symbols/symbol")
    assert [rule.get("symbol") for rule in rules] == [symbol.get("name") for symbol in symbols]
    assert all(rule.get("label") for rule in rules)
    assert all(symbol.find("layer/Option/Option") is not None for symbol in symbols)


@pytest.mark.parametrize(
    ("name", "column"), [("districts", "incidents"), ("coverage", "chance_in_time"), ("lsoas", "incidents")]
)
def test_every_feature_falls_under_exactly_one_rule(name, column):
    rules = [rule.get("filter") for rule in Xml.fromstring(qml(name, TABLES[name])).findall(".//rule")]  # noqa: S314
    for value in TABLES[name][column]:
        known = None if pd.isna(value) else float(value)
        met = [where for where in rules if meets(where, column, known)]
        assert len(met) == 1, (value, met)


def meets(where, column, value):
    """Whether a value meets a filter, as a database would say."""
    python = where.replace(f'"{column}" IS NOT NULL', str(value is not None)).replace(
        f'"{column}" IS NULL', str(value is None)
    )
    return eval(python.replace("AND", "and").replace(" = ", " == ").replace(f'"{column}"', repr(value)))  # noqa: S307


def test_each_layer_of_a_geopackage_has_its_default_style():
    styles = style_table(TABLES)
    assert styles["f_table_name"].tolist() == list(TABLES)
    assert styles["useAsDefault"].all()
