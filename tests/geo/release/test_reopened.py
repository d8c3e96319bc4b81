"""Exported layers, opened by other programs: the same rows, reference system and names. Skips what is not installed."""

import shutil

import pytest

from benchmarks.reliability import qgis, reopened


@pytest.fixture(scope="module")
def exported(year, tmp_path_factory):
    """A working copy in every format, and the tables that were written into it."""
    folder = tmp_path_factory.mktemp("reopened") / "out"
    return folder, reopened.written(year, folder)


def faults(tool, kind, exported):
    return {name: fault for name, fault in reopened.compared(tool, kind, *exported) if fault}


@pytest.mark.parametrize("kind", reopened.KINDS)
def test_other_programs_find_the_same_rows_reference_system_and_names(kind, exported):
    own = {name: tools[kind] for name, tools in reopened.tools().items() if "ogrinfo" not in name and kind in tools}
    assert own
    assert {name: faults(tool, kind, exported) for name, tool in own.items()} == {name: {} for name in own}


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="GDAL's tools are not installed (Debian: gdal-bin)")
@pytest.mark.parametrize("kind", [kind for kind in reopened.KINDS if kind != "parquet"])
def test_the_tools_of_gdal_find_them_too(kind, exported):
    assert faults(reopened.by_ogrinfo, kind, exported) == {}


def test_a_layer_with_other_rows_names_or_reference_system_is_noticed():
    whole = reopened.Opened(7, 27700, frozenset({"name", "incidents"}))
    assert whole.lacks(whole) == ""
    assert reopened.Opened(6, 27700, whole.names).lacks(whole) == "6 rows instead of 7"
    assert reopened.Opened(7, 4326, whole.names).lacks(whole) == "EPSG 4326 instead of 27700"
    assert reopened.Opened(7, 27700, frozenset({"name"})).lacks(whole) == "no column incidents"


def test_qgis_itself_loads_the_styles(exported):
    found = qgis.loaded(exported[0] / "triage-map.gpkg")
    if found is None:
        pytest.skip("QGIS is not installed (Debian: python3-qgis)")
    assert set(found["layers"]) == {name for name, table in exported[1].items() if "geometry" in table}
    for name, of in found["layers"].items():
        assert of["loaded"], name
        assert of["complete"], name
        assert of["under one rule"] == of["features"] == len(exported[1][name]), name
