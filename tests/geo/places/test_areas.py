"""Layers that users bring: every feature kept, repaired or refused with its reason; every faulty file in words."""

import csv
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import nullcontext
from itertools import product

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CrsError, SchemaError, SourceError
from geo.places import areas
from geo.places.areas import UserAreas, layers_of, read_areas, read_features

SQUARE = [[-1.0, 52.0], [-0.9, 52.0], [-0.9, 52.1], [-1.0, 52.1], [-1.0, 52.0]]
NEXT = [[-0.9, 52.0], [-0.8, 52.0], [-0.8, 52.1], [-0.9, 52.1], [-0.9, 52.0]]


def feature(shape, kind="Polygon", **properties):
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": shape}}


@pytest.fixture
def written(tmp_path):
    """Write features, or a whole text, as a GeoJSON file."""

    def write(*features, text=None, name="beats.geojson", **more):
        whole = {"type": "FeatureCollection", "features": list(features)} | more
        (tmp_path / name).write_text(json.dumps(whole) if text is None else text, encoding="utf-8")
        return tmp_path / name

    return write


def frame():
    shapes = [shapely.box(470_000, 255_000, 480_000, 265_000), shapely.box(480_000, 255_000, 490_000, 265_000)]
    return gpd.GeoDataFrame({"WD13CD": ["E1", "E2"], "WD13NM": ["West", "East"]}, geometry=shapes, crs="EPSG:27700")


def ended(path):
    """Say whether a file ends as a layer that accounts for its features, or in words that name it."""
    try:
        report = read_areas(path).report
    except SourceError as refusal:
        return str(refusal).startswith(path.name)
    return report.read == report.kept + len(report.repaired) + len(report.refused) > 0


def test_a_layer_of_two_beats_is_kept_as_it_stands(written):
    found = read_areas(written(feature([SQUARE], name="Castle", code="B1"), feature([NEXT], name="Abbey", code="B2")))
    assert list(found.frame.columns) == ["code", "name", "geometry"]
    assert found.frame["name"].tolist() == ["Castle", "Abbey"]
    assert found.frame["code"].tolist() == ["B1", "B2"]
    assert found.frame.crs.to_epsg() == 27700
    assert found.report.ledger == "read 2 = kept 2 + repaired 0 + refused 0"
    # 0.1 degree at 52 N is about 6.86 km by 11.13 km
    assert found.frame.area.tolist() == pytest.approx([76.3e6, 76.3e6], rel=0.01)


def test_every_feature_is_kept_repaired_or_refused_with_its_row(written):
    bowtie = [[-1.0, 52.0], [-0.9, 52.1], [-0.9, 52.0], [-1.0, 52.1], [-1.0, 52.0]]
    report = read_areas(
        written(
            feature([SQUARE], name="kept"),
            feature([bowtie], name="crossed"),
            feature([SQUARE[:-1]], name="open"),
            {"type": "Feature", "properties": {"name": "none"}, "geometry": None},
            feature([0.0, 52.0], "Point", name="point"),
            feature([[[2.3, 48.8], [2.4, 48.8], [2.4, 48.9], [2.3, 48.8]]], name="Paris"),
            "not a feature",
        )
    ).report
    assert report.ledger == "read 7 = kept 1 + repaired 2 + refused 4"
    assert report.repaired["row"].tolist() == [2, 3]
    assert report.repaired["what"].tolist() == ["its outline crosses itself", "an open ring was closed"]
    assert dict(zip(report.refused["row"], report.refused["reason"], strict=True)) == {
        4: "it has no geometry",
        5: "it is a point, not an area",
        6: "it lies outside Great Britain",
        7: "it is a text, no feature",
    }
    assert report.refused["name"].tolist() == ["none", "point", "Paris", "Area 7"]


def test_a_repair_says_how_the_area_changed(written):
    bowtie = [[-1.0, 52.0], [-0.9, 52.1], [-0.9, 52.0], [-1.0, 52.1], [-1.0, 52.0]]
    repaired = read_areas(written(feature([bowtie]))).report.repaired
    # drawn, the two halves cancel each other; mended they are two triangles, half the square
    assert repaired["before_km2"].iloc[0] < 1
    assert repaired["after_km2"].iloc[0] == pytest.approx(76.3 / 2, rel=0.02)


def moved(shape):
    """The fault of the list, moved from Null Island into Northamptonshire."""
    if isinstance(shape, list) and shape and isinstance(shape[0], int):
        return [-1 + shape[0] / 20, 52 + shape[1] / 20]
    return [moved(part) for part in shape]


FAULTS = {
    "gj_bowtie.geojson": ("it lies outside Great Britain; its outline crosses itself", "its outline crosses itself"),
    "gj_unclosed.geojson": ("it lies outside Great Britain; an open ring was closed", "an open ring was closed"),
    "gj_spike.geojson": ("it lies outside Great Britain; its outline crosses itself", "its outline crosses itself"),
    "gj_hole_outside.geojson": ("it lies outside Great Britain; a hole lies outside it", "a hole lies outside it"),
    "gj_dup_points.geojson": ("it lies outside Great Britain", ""),
    "gj_zero_area.geojson": ("its area is zero", None),
    "gj_nested_shells.geojson": ("outside Great Britain; one part lies inside another", "one part lies inside another"),
    "gj_swapped_latlon.geojson": ("its numbers are latitude before longitude, the wrong way round", None),
    "gj_bng_as_wgs84.geojson": ("its numbers are metres of the British National Grid", None),
    "gj_null_island.geojson": ("it lies at 0, 0, as missing coordinates do", None),
    "gj_webmerc.geojson": ("its numbers are metres of Web Mercator", None),
    "gj_crs_member_27700.geojson": ("it is a point, not an area", None),
    "gj_nan.geojson": ("a coordinate of it is NaN or infinite", None),
    "gj_null_geom.geojson": ("it has no geometry", None),
    "gj_empty_coords.geojson": ("its geometry is empty", None),
    "gj_3d_4d.geojson": ("it is a point, not an area", None),
    "gj_mixed_types.geojson": ("all 2 features are refused", None),
    "gj_truncated.geojson": ("is cut off", None),
    "gj_deep_nest.geojson": ("is nested deeper than any layer", None),
    "gj_not_object.geojson": ("it is a list, not an object", None),
    "gj_dup_keys.geojson": ("has the key 'type' twice in one object", None),
    "gj_bom.geojson": ("it has no geometry", None),
    "gj_antimeridian.geojson": ("it is a line, not an area", None),
}
"""What each faulty file must be told, and what mends its shape once that lies in Great Britain (None: not a shape)."""


@pytest.mark.shared_data
def test_every_geojson_fault_of_the_list_has_its_row_here(shared_data):
    with (shared_data / "badinputs/generated/MANIFEST.csv").open(encoding="utf-8") as stream:
        listed = {row["file"] for row in csv.DictReader(stream) if row["family"] == "geojson"}
    assert listed == set(FAULTS)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", FAULTS)
def test_each_geojson_fault_is_named(shared_data, name):
    with pytest.raises(SourceError) as refusal:
        read_areas(shared_data / "badinputs/generated" / name)
    assert str(refusal.value).startswith(name)
    assert FAULTS[name][0] in str(refusal.value)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", [name for name, (_, mended) in FAULTS.items() if mended is not None])
def test_each_faulty_shape_is_mended_where_it_lies_in_great_britain(shared_data, written, name):
    given = json.loads((shared_data / "badinputs/generated" / name).read_text(encoding="utf-8"))
    shape = given["features"][0]["geometry"]
    found = read_areas(written(feature(moved(shape["coordinates"]), shape["type"])))
    assert found.report.repaired["what"].tolist() == ([FAULTS[name][1]] if FAULTS[name][1] else [])
    assert found.frame.is_valid.all()
    assert (found.frame.area > 0).all()


def test_a_spike_goes_and_a_nested_part_counts_once(written):
    # a unit is 0.05 degrees: the spike's square measures 4 x 4 of them, the nested shells 9 x 9
    spike = [[0, 0], [4, 0], [4, 4], [2, 4], [2, 9], [2, 4], [0, 4], [0, 0]]
    nested = [[[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]], [[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]]
    unit = 0.05 * 68_600 * 0.05 * 111_250
    found = read_areas(written(feature(moved([spike])), feature(moved(nested), "MultiPolygon"))).frame
    assert found.area.tolist() == pytest.approx([16 * unit, 81 * unit], rel=0.02)


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        (lambda _, degrees: degrees[::-1], "latitude before longitude, the wrong way round, and were read so"),
        (lambda metres, _: list(metres), "metres of the British National Grid, and were read so"),
        (lambda _, degrees: [degrees[0] * 111_319.49, 6_800_000.0], "metres of Web Mercator, and were read so"),
    ],
    ids=["swapped", "grid", "mercator"],
)
def test_numbers_that_are_no_degrees_are_read_as_what_they_are_and_said(written, place, fault):
    corners = [
        ((478_000, 260_000), [-0.86, 52.2]),
        ((479_000, 260_000), [-0.84, 52.2]),
        ((479_000, 262_000), [-0.84, 52.3]),
    ]
    ring = [place(*corner) for corner in corners]
    ring[2][1] += 0.0 if "Mercator" not in fault else 5_000.0
    found = read_areas(written(feature([[*ring, ring[0]]])))
    assert any(fault in sentence for sentence in found.report.sentences)
    assert found.frame.total_bounds[0] == pytest.approx(478_000, abs=1_000)


def test_the_older_member_crs_is_honoured(written):
    ring = [[478_000, 260_000], [479_000, 260_000], [479_000, 261_000], [478_000, 260_000]]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    found = read_areas(written(feature([ring]), crs=crs))
    assert found.report.faults == ()
    assert "British National Grid" in found.report.read_as
    assert found.frame.area.iloc[0] == pytest.approx(500_000)
    with pytest.raises(SourceError, match="states a reference system that is not known"):
        read_areas(written(feature([ring]), crs={"type": "name", "properties": {"name": "EPSG:999999"}}))


def test_nan_takes_only_its_own_feature(written):
    text = json.dumps({"type": "FeatureCollection", "features": [feature([SQUARE]), feature([[[0.5, 52]] * 3])]})
    report = read_areas(written(text=text.replace("0.5", "NaN", 1))).report
    assert report.ledger == "read 2 = kept 1 + repaired 0 + refused 1"


def test_a_key_that_stands_twice_in_properties_is_said(written):
    ring = json.dumps([SQUARE])
    text = '{"type":"Feature","properties":{"name":"A","name":"B"},"geometry":{"type":"Polygon","coordinates":%s}}'
    found = read_areas(written(text=text % ring))
    assert "the key 'name' stands twice in 1 objects; the last one was taken" in found.report.faults
    assert found.frame["name"].tolist() == ["B"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("not json", "is no JSON"),
        ('{"type": "Topology"}', "it is TopoJSON"),
        ('{"spatialReference": {}, "features": []}', "looks like Esri JSON"),
        ('{"type": "FeatureCollection", "features": []}', "holds no features"),
        ('{"type": "FeatureCollection", "features": {}}', "are no list"),
        ("[" * 100_000, "is nested deeper"),
        ("<html>", "is XML or a web page"),
        ("{" * 3, "is "),
        ('{"type": "Point", "coordinates": [' + "9" * 5000 + ", 1]}", "NaN or infinite"),
    ],
)
def test_what_is_no_layer_is_refused_in_words(written, text, words):
    with pytest.raises(SourceError, match=r"^beats\.geojson") as refusal:
        read_areas(written(text=text))
    assert words in str(refusal.value)


@settings(max_examples=12, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "crs"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_ends_as_a_layer_or_in_words(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("any") / "any.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [value, feature(value)]}))
    with pytest.raises(SourceError, match=r"any\.geojson"):
        read_areas(file)


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "parquet", "shp", "zip"])
def test_the_same_areas_come_from_each_format(tmp_path, kind):
    given = frame()
    path = tmp_path / f"wards.{kind}"
    if kind == "parquet":
        given.to_parquet(path)
    elif kind == "zip":
        given.to_file(tmp_path / "wards.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for ending in ("shp", "shx", "dbf", "prj", "cpg"):
                archive.write(tmp_path / f"wards.{ending}", f"a folder/wards.{ending}")
    else:
        given.to_file(path)
    found = read_areas(path)
    assert found.layer == "wards"
    assert found.report.ledger == "read 2 = kept 2 + repaired 0 + refused 0"
    assert (found.report.name_column, found.report.code_column) == ("WD13NM", "WD13CD")
    assert found.frame["name"].tolist() == ["West", "East"]
    assert found.frame.area.tolist() == pytest.approx([1e8, 1e8], rel=1e-3)


def test_a_shapefile_without_a_reference_system_is_read_by_its_numbers(tmp_path):
    frame().to_file(tmp_path / "wards.shp")
    (tmp_path / "wards.prj").unlink()
    report = read_areas(tmp_path / "wards.shp").report
    assert report.faults == (
        "the file states no system; they are metres of the British National Grid, and were read so",
    )


def test_of_several_layers_one_must_be_named(tmp_path):
    path = tmp_path / "force.gpkg"
    frame().to_file(path, layer="wards")
    frame().assign(WD13NM=["A", "B"]).to_file(path, layer="beats")
    assert layers_of(path) == ("wards", "beats")
    with pytest.raises(SourceError, match=r"force\.gpkg holds 2 layers 'wards', 'beats'; say which one to read"):
        read_areas(path)
    with pytest.raises(SourceError, match="holds no layer 'x', but 'wards', 'beats'"):
        read_areas(path, layer="x")
    assert read_areas(path, layer="beats").frame["name"].tolist() == ["A", "B"]


def test_the_name_column_is_found_by_its_words_and_can_be_chosen(written):
    named = written(feature([SQUARE], PFA20NM="Force", PFA20CD="E23", team="Blue"))
    assert read_areas(named).frame[["code", "name"]].iloc[0].tolist() == ["E23", "Force"]
    chosen = read_areas(named, name_column="team", code_column="PFA20NM").frame
    assert chosen[["code", "name"]].iloc[0].tolist() == ["Force", "Blue"]
    with pytest.raises(SourceError, match="has no column 'beat'; it has PFA20NM, PFA20CD, team"):
        read_areas(named, name_column="beat")


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("LSOA21NM", "name"),
        ("lsoa21_name", "name"),
        ("WD13NMW", ""),
        ("Beat name", "name"),
        ("LAD24CD", "code"),
        ("x", ""),
    ],
)
def test_words_of_ons_files_tell_names_from_codes(written, heading, found):
    report = read_areas(written(feature([SQUARE], **{heading: "A"}))).report
    assert {"name": report.name_column, "code": report.code_column}.get(found, "") == (heading if found else "")


def test_areas_without_names_are_numbered_and_repeated_codes_are_said(written):
    report = read_areas(written(feature([SQUARE], name="A", code="1"), feature([NEXT], name="", code="1"))).report
    assert "1 areas have the code of an earlier one (first: '1')" in report.faults
    assert read_areas(written(feature([SQUARE]), feature([NEXT]))).frame["name"].tolist() == ["Area 1", "Area 2"]


def test_overlaps_repetitions_and_slivers_are_counted_and_said(written):
    half = [[-0.95, 52.0], [-0.85, 52.0], [-0.85, 52.1], [-0.95, 52.1], [-0.95, 52.0]]
    thin = [[-0.5, 52.0], [-0.5, 52.1], [-0.500001, 52.1], [-0.500001, 52.0], [-0.5, 52.0]]
    report = read_areas(written(feature([SQUARE]), feature([half]), feature([thin]), feature([thin]))).report
    assert (report.slivers, report.duplicates, report.overlaps) == (2, 1, 1)
    assert report.largest_overlap == pytest.approx(0.5, abs=0.01)
    assert "2 areas are thinner than a metre (slivers)" in report.sentences
    assert "1 area has the outline of an earlier one" in report.sentences
    assert any(sentence.startswith("1 pair of areas overlaps (the widest by 50%") for sentence in report.sentences)


def test_neighbours_are_no_overlap(written):
    assert read_areas(written(feature([SQUARE]), feature([NEXT]))).report.overlaps == 0


def test_text_of_a_file_stays_as_it_is(written):
    name = "<img src=x onerror=1> ${7*7} \ud800"
    assert read_areas(written(feature([SQUARE], name=name))).frame["name"].iloc[0] == name.replace("\ud800", "?")


@pytest.mark.parametrize("path", ["/vsicurl/http://127.0.0.1:9/x.geojson", "/vsizip/x.zip", "https://x.org/a.gpkg"])
def test_an_address_is_refused_and_never_asked(path):
    with pytest.raises(SourceError, match="is an address, not a file on this machine"):
        read_areas(path)


def test_only_two_drivers_of_gdal_are_left_in_the_child():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from geo.places.reading.program import _gdal; "
        "print(sorted(_gdal().list_drivers()))"
    )
    root = areas.__file__.rpartition("geo")[0].rpartition("geo")[0]
    ran = subprocess.run([sys.executable, "-I", "-c", code, root], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['ESRI Shapefile', 'GPKG']"


def test_a_virtual_layer_is_no_format_of_ours(tmp_path):
    (tmp_path / "x.gpkg").write_text('<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>')
    with pytest.raises(SourceError, match="is XML or a web page, not a layer"):
        read_areas(tmp_path / "x.gpkg")


def test_a_database_that_is_no_geopackage_is_refused(tmp_path):
    (tmp_path / "x.gpkg").write_bytes(b"SQLite format 3\x00" + bytes(200))
    with pytest.raises(SourceError, match="is a database, not a layer"):
        read_areas(tmp_path / "x.gpkg")


@pytest.mark.parametrize("kind", ["gpkg", "parquet", "shp"])
def test_a_cut_file_ends_in_words_or_as_what_is_left(tmp_path, kind):
    path = tmp_path / f"wards.{kind}"
    frame().to_parquet(path) if kind == "parquet" else frame().to_file(path)
    whole = path.read_bytes()
    for share in (0.1, 0.5, 0.95):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert ended(path)


def test_a_bomb_and_a_locked_archive_are_refused_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.geojson", b" " * (64 * 2**20))
    with pytest.raises(SourceError, match="unpacks to 1 files and 64 MB, as a bomb would"):
        read_areas(tmp_path / "bomb.zip")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(201):
            archive.writestr(f"{number}.shp", b"x")
    with pytest.raises(SourceError, match="unpacks to 201 files"):
        read_areas(tmp_path / "many.zip")


def test_an_archive_cannot_write_outside_its_own_folder(tmp_path):
    frame().to_file(tmp_path / "wards.geojson", driver="GeoJSON")
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as archive:
        archive.write(tmp_path / "wards.geojson", "../../../escaped.geojson")
    assert read_areas(tmp_path / "slip.zip").layer == "escaped"
    assert not list(tmp_path.parent.rglob("escaped.geojson"))


def test_a_file_that_takes_too_long_is_given_up(written):
    with pytest.raises(SourceError, match=r"took more than 0.01 seconds to open; save a smaller part"):
        read_areas(written(feature([SQUARE])), seconds=0.01)


def test_a_child_that_ends_early_is_said_to_have_failed(written, monkeypatch):
    monkeypatch.setattr(areas, "_CHILD", "import os; os.abort()")
    with pytest.raises(SourceError, match="could not be opened within the memory allowed, or is damaged"):
        read_areas(written(feature([SQUARE])))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory as asked")
def test_a_file_that_needs_too_much_memory_ends_in_words(written, monkeypatch):
    greedy = (
        "import sys; sys.path.insert(0, sys.argv[1]); from geo.places.reading import program; "
        "program.read_geojson = lambda *given: bytearray(3 * 2**30); program.main()"
    )
    monkeypatch.setattr(areas, "_CHILD", greedy)
    with pytest.raises(SourceError, match="needs more memory than is allowed for one file; save a smaller part"):
        read_areas(written(feature([SQUARE])))


def test_points_are_read_where_points_are_wanted(written):
    found = read_features(
        written(feature([-0.9, 52.2], "Point", name="A"), feature([2.3, 48.8], "Point")), want="points"
    )
    assert found.rows["refused"].tolist() == ["", "it lies outside Great Britain"]
    assert found.rows.geometry.x.iloc[0] == pytest.approx(475_200, abs=300)


def test_a_layer_keeps_its_contract():
    report = None
    with pytest.raises(SchemaError, match="lacks 2 columns"):
        UserAreas("x", frame(), report)
    named = frame().rename(columns={"WD13CD": "code", "WD13NM": "name"})
    with pytest.raises(SchemaError, match="holds no area"):
        UserAreas("x", named.head(0), report)
    with pytest.raises(CrsError, match="is not in EPSG:27700"):
        UserAreas("x", named.to_crs("EPSG:4326"), report)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "number", "first", "columns"),
    [
        ("wards_2013.geojson", 293, ("E05002169", "Barnack"), ("WD13NM", "WD13CD")),
        ("police_force_areas_2020.geojson", 2, ("E23000022", "Northamptonshire"), ("pfa20_name", "pfa20_code")),
        ("lsoa_2021.geojson", 959, ("E01015589", "Peterborough 004A"), ("lsoa21_name", "lsoa21_code")),
        ("districts_2024.geojson", 8, ("E06000031", "Peterborough"), ("ltla24_name", "ltla24_code")),
    ],
)
def test_layers_of_ons_are_kept_whole(shared_data, file, number, first, columns):
    found = read_areas(shared_data / "boundaries" / file)
    assert found.report.ledger == f"read {number} = kept {number} + repaired 0 + refused 0"
    assert tuple(found.frame[["code", "name"]].iloc[0]) == first
    assert (found.report.name_column, found.report.code_column) == columns
    assert found.frame["name"].ne("").all()


@pytest.mark.shared_data
def test_a_layer_read_through_a_geopackage_is_the_same(shared_data, tmp_path):
    source = shared_data / "boundaries" / "wards_2013.geojson"
    gpd.read_file(source).to_crs("EPSG:27700").to_file(tmp_path / "wards.gpkg")
    one, other = read_areas(source).frame, read_areas(tmp_path / "wards.gpkg").frame
    assert one["name"].tolist() == other["name"].tolist()
    assert one.area.tolist() == pytest.approx(other.area.tolist(), rel=1e-6)


@pytest.mark.parametrize("ending", ["", "; import os; os.abort()"])
def test_the_child_leaves_nothing_behind_even_when_it_dies(written, monkeypatch, tmp_path, ending):
    (tmp_path / "own").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "own"))
    monkeypatch.setattr(areas, "_CHILD", areas._CHILD + ending)
    shutil.make_archive(str(tmp_path / "beats"), "zip", written(feature([SQUARE])).parent, "beats.geojson")
    with nullcontext() if not ending else pytest.raises(SourceError, match="could not be opened"):
        assert read_areas(tmp_path / "beats.zip").layer == "beats"
    assert list((tmp_path / "own").iterdir()) == []


def test_two_shapefiles_of_one_name_in_an_archive_are_told_apart(tmp_path):
    frame().to_file(tmp_path / "wards.shp")
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for folder, ending in product(("north", "south"), ("shp", "shx", "dbf", "prj")):
            archive.write(tmp_path / f"wards.{ending}", f"{folder}/wards.{ending}")
    assert layers_of(tmp_path / "both.zip") == ("wards", "wards (2)")
    assert len(read_areas(tmp_path / "both.zip", layer="wards (2)").frame) == 2
