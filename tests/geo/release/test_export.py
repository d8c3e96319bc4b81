"""Files that leave: whole, labelled, protected, and readable by the tools that analysts use."""

import datetime as dt
import hashlib
import json
import shutil
import sqlite3
import tomllib
import zipfile
from contextlib import closing

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import Point

from geo.errors import DisclosureError, ProjectError, SchemaError
from geo.places.locate import locate
from geo.places.named import NamedPlace, PlaceList
from geo.places.postcodes import Gazetteer
from geo.release.dictionary import dictionary
from geo.release.export import FORMATS, LAYERS, export_project, incident_points, inert
from geo.store.database import DATABASE
from geo.store.loading import Selection
from geo.store.project import Project
from geo.tables import LOCATED_COLUMNS

EVERY = list(FORMATS)
BESIDE = {"about.json", "README.txt", "dictionary.csv", "scenario.toml"}


PLANTED = [
    column.name
    for column in LOCATED_COLUMNS
    if column.kind == "text" and column.name not in {"shift_id", "district", "district_2021", "lsoa"}
]
"""The columns of text that no figure is made from."""


@pytest.fixture(scope="module")
def planted(year, tmp_path_factory):
    """The year with a string of its own in every cell of every column of text."""
    mine = Project(shutil.copytree(year.folder, tmp_path_factory.mktemp("planted") / "year"))
    settings = ", ".join(f"{name} = 'CANARY{name}' || rowid || 'X'" for name in PLANTED)
    with closing(sqlite3.connect(mine.folder / DATABASE)) as database, database:
        database.execute(f"UPDATE incidents SET {settings}")  # noqa: S608 - our own names
        database.execute("UPDATE shifts SET note = 'CANARYnote' || rowid, crew_roles = 'CANARYcrew' || rowid")
    return mine


@pytest.fixture(scope="module")
def released(planted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "released"
    export_project(planted, folder, formats=EVERY)
    return folder


@pytest.fixture(scope="module")
def working(year, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "working"
    export_project(year, folder, formats=["geojson", "csv", "xlsx", "gpkg"], mode="working")
    return folder


def strict(text):
    """JSON without NaN and Infinity."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_every_format_is_written_and_opens_again(released):
    assert gpd.read_file(released / "triage-map.gpkg", layer="districts").crs.to_epsg() == 27700
    assert gpd.read_parquet(released / "districts.parquet").crs.to_epsg() == 27700
    assert gpd.read_file(released / "districts.geojson").crs.to_epsg() == 4326
    assert len(gpd.read_file(released / "districts.kml")) == 7
    assert len(pd.read_csv(released / "districts.csv")) == 7
    assert "about" in openpyxl.load_workbook(released / "triage-map.xlsx").sheetnames
    assert "leaflet" in (released / "map.html").read_text(encoding="utf-8")


def test_every_geojson_is_strict_json(released):
    for path in released.glob("*.geojson"):
        assert strict(path.read_text(encoding="utf-8"))["type"] == "FeatureCollection"


def test_release_holds_no_record_and_no_small_or_exact_count(released):
    names = {path.name for path in released.iterdir()}
    assert not {name for name in names if name.split(".")[0] in {"incidents", "lsoas", "hours"}}
    counts = pd.read_csv(released / "districts.csv")[["incidents", "deployed"]].stack().dropna()
    assert ((counts == 0) | (counts >= 10)).all()
    assert (counts % 5 == 0).all()


def test_every_file_says_that_it_is_synthetic(released, working):
    for folder in (released, working):
        about = strict((folder / "about.json").read_text(encoding="utf-8"))
        assert about["data"].startswith("Synthetic demonstration")
        for path in set(folder.glob("*.csv")) - {folder / "dictionary.csv"}:
            assert pd.read_csv(path)["data"].str.startswith("Synthetic demonstration").all(), path.name
        for path in folder.glob("*.geojson"):
            assert gpd.read_file(path)["data"].str.startswith("Synthetic demonstration").all(), path.name
    assert "Synthetic demonstration" in (released / "map.html").read_text(encoding="utf-8")


def test_estimated_roads_are_labelled_in_the_file(released):
    assert gpd.read_file(released / "isochrones.geojson")["roads"].str.startswith("Estimated roads").all()


def test_checksums_are_those_of_the_files(released):
    about = strict((released / "about.json").read_text(encoding="utf-8"))
    for name, digest in about["sha256"].items():
        assert hashlib.sha256((released / name).read_bytes()).hexdigest() == digest
    assert set(about["sha256"]) == {path.name for path in released.iterdir()} - {"about.json"}


def test_a_working_copy_holds_every_incident_and_says_what_it_is(year, working):
    mine = year.incidents().query("source == 'mental_health'")
    points = gpd.read_file(working / "incidents.geojson")
    assert len(points) == len(mine)
    assert int(points.geometry.notna().sum()) == int(mine["easting"].notna().sum())
    assert "note" not in points.columns
    assert "authorised team only" in strict((working / "about.json").read_text(encoding="utf-8"))["protection"]
    assert (
        pd.read_csv(working / "districts.csv")["incidents"].sum()
        == mine["district"].isin(pd.read_csv(working / "districts.csv")["name"]).sum()
    )


def test_a_sensitive_place_does_not_leave_even_in_a_working_copy(year):
    bridge = NamedPlace(("Upton bridge",), easting=471_000, northing=260_000, sensitive=True)
    incidents = pd.DataFrame(year.incidents()).head(2).assign(postcode="", location=["Upton bridge", "SP 754 609"])
    points = incident_points(locate(incidents, Gazetteer.default(), PlaceList((bridge,))))
    assert points.geometry.isna().tolist() == [True, False]
    assert points["easting"].isna().tolist() == [True, False]
    assert "Upton" not in points.drop(columns="geometry").to_csv()


AGES = {
    "34": "34", "25-34": "25-34", "18 – 24": "18 – 24", "Under 18": "Under 18", "75 and over": "75 and over",
    "75+": "75+", "John Smith 34": "", "34 John Smith": "", "07700 900123": "", "9434765919": "", "adult": "", "": "",
}  # fmt: skip


def test_an_age_leaves_only_where_it_reads_as_one(year):
    located = year.incidents().head(len(AGES)).assign(age_band=list(AGES))
    assert incident_points(located)["age_band"].tolist() == list(AGES.values())


def test_text_cannot_act_as_a_formula(working):
    assert inert("=cmd()") == "'=cmd()"
    for sheet in openpyxl.load_workbook(working / "triage-map.xlsx").worksheets:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_county_has_one_edition_at_a_time(year, tmp_path):
    export_project(year, tmp_path / "new", ["districts"], ["csv"], edition="2021-")
    assert set(pd.read_csv(tmp_path / "new" / "districts.csv")["name"]) == {
        "North Northamptonshire",
        "West Northamptonshire",
    }


def test_what_does_not_exist_is_refused_before_anything_is_written(year, tmp_path):
    for words in ({"layers": ["roads"]}, {"formats": ["pdf"]}, {"mode": "public"}):
        with pytest.raises(SchemaError, match="there is no"):
            export_project(year, tmp_path / "out", **words)
    with pytest.raises(SchemaError, match="release mode holds back incidents"):
        export_project(year, tmp_path / "out", ["incidents"])
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_left_as_it_was(year, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ProjectError, match="cannot be written"):
        export_project(year, tmp_path / "file", ["county"], ["csv"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_modes_never_stand_side_by_side(year, tmp_path):
    export_project(year, tmp_path / "out", ["county"], ["csv"], "working")
    with pytest.raises(ProjectError, match="not of an earlier release export"):
        export_project(year, tmp_path / "out", ["county"], ["csv"], "release")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "county.csv").write_text("mine")
    with pytest.raises(ProjectError, match="choose an empty folder"):
        export_project(year, tmp_path / "mine", ["county"], ["csv"])
    assert (tmp_path / "mine" / "county.csv").read_text() == "mine"


def test_the_same_export_again_replaces_the_earlier_one(year, tmp_path):
    export_project(year, tmp_path / "out", ["county", "base"], ["csv"])
    export_project(year, tmp_path / "out", ["county"], ["csv"])
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"county.csv", *BESIDE}


def test_a_table_without_shape_is_refused_as_a_map(year, tmp_path):
    with pytest.raises(SchemaError, match="hours has no shape for a map"):
        export_project(year, tmp_path / "out", ["hours"], ["geojson"], "working")


def test_a_source_that_was_never_imported_is_no_row_of_zeros(year, tmp_path):
    with pytest.raises(SchemaError, match="no incident of this source"):
        export_project(year, tmp_path / "out", selection=Selection("s136_register"))


def test_every_layer_has_its_words():
    assert all(words and words[0].islower() for words in LAYERS.values())


def test_every_table_tells_what_its_columns_mean(released, working):
    for folder in (released, working):
        words = pd.read_csv(folder / "dictionary.csv").set_index("layer")
        for path in set(folder.glob("*.csv")) - {folder / "dictionary.csv"}:
            described = set(words.loc[path.stem, "column"])
            assert set(pd.read_csv(path).columns) == described - {"geometry"}, path.name
    with pytest.raises(KeyError, match="nickname"):
        dictionary({"county": pd.DataFrame({"nickname": ["Shire"]})})


def test_the_scenario_and_the_words_stand_beside_the_files(released):
    assert tomllib.loads((released / "scenario.toml").read_text(encoding="utf-8"))["name"] == "Operation Alloy"
    words = (released / "README.txt").read_text(encoding="utf-8")
    for needed in ("Public: counts below 10 hidden", "Synthetic demonstration", "Open Government", "districts.geojson"):
        assert needed in words


def test_a_geopackage_brings_its_styles(working):
    styles = pyogrio.read_dataframe(working / "triage-map.gpkg", layer="layer_styles")
    layers = {name for name, _ in pyogrio.list_layers(working / "triage-map.gpkg")} - {"layer_styles"}
    assert set(styles["f_table_name"]) == layers
    assert styles["useAsDefault"].all()


def test_a_working_copy_is_marked_and_logged_with_who_and_when(year, tmp_path):
    moment = dt.datetime(2016, 7, 1, 9, 30, tzinfo=dt.UTC)
    export_project(year, tmp_path / "out", ["county"], ["csv"], "working", by="A. Analyst", clock=lambda: moment)
    line = year.exports().iloc[0]
    assert (line["at"], line["by"], line["mode"]) == ("2016-07-01T09:30:00+00:00", "A. Analyst", "working")
    about = strict((tmp_path / "out" / "about.json").read_text(encoding="utf-8"))
    assert (about["made_by"], about["made"]) == ("A. Analyst", "2016-07-01")


def test_a_public_file_does_not_say_who_made_it(released):
    assert "made_by" not in strict((released / "about.json").read_text(encoding="utf-8"))


def test_a_release_that_differs_by_a_few_records_is_refused_and_leaves_nothing(year, tmp_path):
    mine = Project(shutil.copytree(year.folder, tmp_path / "mine"))
    first, longer = (Selection("police", last=last) for last in (dt.date(2016, 11, 30), dt.date(2016, 12, 3)))
    export_project(mine, tmp_path / "first", ["districts"], ["csv"], selection=first)
    with pytest.raises(DisclosureError, match=r"together with the export in release mode .* single out"):
        export_project(mine, tmp_path / "next", ["districts"], ["csv"], selection=longer)
    assert not (tmp_path / "next").exists()


def bytes_of(path):
    """The bytes of a file, and of what is packed in it."""
    whole = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return whole + b"".join(book.read(name) for name in book.namelist())
    return whole + pd.read_parquet(path).to_csv().encode() if path.suffix == ".parquet" else whole


def test_no_planted_string_is_in_any_byte_of_what_leaves_or_of_its_log(planted, released, tmp_path):
    assert len(PLANTED) == 18
    assert planted.incidents()["note"].str.startswith("CANARY").all()
    export_project(planted, tmp_path / "partner", ["districts", "base"], EVERY, "partner")
    for path in [*released.iterdir(), *(tmp_path / "partner").iterdir()]:
        assert b"CANARY" not in bytes_of(path), path.name
    assert "CANARY" not in planted.exports().to_csv()


def test_the_search_finds_what_is_there(planted, tmp_path):
    export_project(planted, tmp_path / "working", ["incidents"], ["xlsx", "parquet", "gpkg"], "working")
    for name in ("triage-map.xlsx", "incidents.parquet", "triage-map.gpkg"):
        assert b"CANARYreference1X" in bytes_of(tmp_path / "working" / name)


NAUGHTY = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", "\u00a0=cmd|' /C calc'!A0", "\uff1d1+1", "\x01=1",
    "\x00", "\ufeff=1", "<script>alert(1)</script>", 'DDE("cmd")', "\u202e=1", "%0A=1", "';=1", "\x1f@a", "a\rb", '"',
]  # fmt: skip
INVISIBLE = "\x00\x01\x1f\ufeff\u202e \t\r\n\u00a0"


def test_no_naughty_text_is_a_live_formula_in_csv_or_workbook(tmp_path):
    table = gpd.GeoDataFrame({"name": NAUGHTY}, geometry=[Point(0, 0)] * len(NAUGHTY), crs="EPSG:27700")
    for kind in ("csv", "xlsx"):
        FORMATS[kind]({"county": table}, tmp_path, {"project": "=1+1"})
    for value in pd.read_csv(tmp_path / "county.csv", dtype="str", keep_default_na=False)["name"]:
        assert not value.strip(INVISIBLE).startswith(("=", "+", "-", "@", "\uff1d")), repr(value)
    book = openpyxl.load_workbook(tmp_path / "triage-map.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert len([cell for cell in cells if cell.value]) > len(NAUGHTY)
