"""Postcodes read with the help of a list, and where they are."""

import csv

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import PlaceError, SchemaError
from geo.places.postcodes import Gazetteer

SAME = {
    "live": True,
    "introduced": 198001,
    "terminated": 0,
    "in_county": True,
    "district": "Shetland",
    "district_2021": "Shetland",
    "lsoa": "S01",
}


@pytest.fixture(scope="module")
def village() -> Gazetteer:
    """Four live postcodes of sector ZE1 0 and one of ZE2 9, and a terminated one, on a plane of metres."""
    rows = [
        ("ZE1 0AA", 0, 0, True, "Shetland"),
        ("ZE1 0AB", 100, 0, True, "Shetland"),
        ("ZE1 0AD", 100, 100, True, "Shetland"),
        ("ZE1 0AE", 1000, 100, True, "Orkney"),
        ("ZE1 0XX", 40, 40, False, "Shetland"),
        ("ZE2 9AA", 5000, 5000, True, "Orkney"),
    ]
    frame = pd.DataFrame(rows, columns=["postcode", "easting", "northing", "live", "district"]).set_index("postcode")
    of_each = {"district": frame["district"], "district_2021": frame["district"], "live": frame["live"]}
    return Gazetteer(frame.assign(**(SAME | of_each)), ("Shetland",))


def gazetteer_of(*postcodes: str) -> Gazetteer:
    """Some live postcodes at one point."""
    frame = pd.DataFrame({"easting": 0, "northing": 0}, index=list(postcodes))
    return Gazetteer(frame.assign(**SAME), ("Shetland",))


@pytest.mark.shared_data
def test_the_unassigned_cases_are_of_no_place_we_know(shared_data):
    with (shared_data / "badinputs" / "uk_postcode_cases.csv").open(encoding="utf-8", newline="") as file:
        cases = [case["input"] for case in csv.DictReader(file) if case["expect_class"] == "terminated_or_unassigned"]
    assert Gazetteer.default().table(cases)["precision"].tolist() == ["none"] * 6


def test_a_unit_well_formed_but_of_nowhere_says_which_nowhere():
    table = Gazetteer.default().table(["NN1 5ZZ", "W1 1AA"])
    assert table["reason"].tolist() == [
        "no such postcode by November 2025: NN1 5ZZ",
        "in no postcode district of Cambridgeshire and Peterborough or Northamptonshire or 24 km around: W1 1AA",
    ]


@pytest.mark.parametrize("text", ["NN1 SBD", "NN1 58D", "NNL 5BD", "nnl-58d", "NN01 SBD"])
def test_look_alikes_are_mended_where_one_reading_is_in_the_gazetteer(text):
    gazetteer = gazetteer_of("NN1 5BD", "NN2 5BD")
    reading = gazetteer.read(text)
    assert (reading.normal, reading.precision, reading.repaired) == ("NN1 5BD", "unit", True)
    assert gazetteer.table([text])["remark"].tolist() == [
        f"read {text} as NN1 5BD: a letter or digit was mistaken for its look-alike"
    ]


@pytest.mark.parametrize(("text", "unit"), [("2E1 OAA", "ZE1 0AA"), ("SIO 1AB", "S10 1AB"), ("8B1 1AA", "BB1 1AA")])
def test_every_pair_of_look_alikes_is_tried(text, unit):
    assert gazetteer_of(unit).read(text).normal == unit


def test_of_two_readings_the_only_one_that_exists_is_taken():
    # By its form S01 4AP may be S1 4AP with a padding zero or SO1 4AP with 0 for O.
    assert gazetteer_of("S1 4AP").read("S01 4AP").normal == "S1 4AP"
    assert gazetteer_of("SO1 4AP").read("S01 4AP").normal == "SO1 4AP"


def test_where_two_readings_exist_none_is_taken_and_both_are_named():
    row = gazetteer_of("S1 4AP", "SO1 4AP").table(["S01 4AP"]).iloc[0]
    assert row["precision"] == "none"
    assert row["reason"] == "not a postcode: S01 4AP may be S1 4AP or SO1 4AP"


def test_a_postcode_that_may_exist_elsewhere_is_not_changed_into_one_from_here():
    # L11 is in Liverpool. Only a gazetteer that holds L11 knows that L11 1AA is none.
    assert gazetteer_of("LL1 1AA").read("L11 1AA").normal == "L11 1AA"
    assert gazetteer_of("LL1 1AA", "L11 1AB").read("L11 1AA").normal == "LL1 1AA"


def test_a_sector_or_district_is_mended_like_a_unit():
    gazetteer = gazetteer_of("NN1 5BD", "PE15 1AA")
    assert gazetteer.read("NNl 5").normal == "NN1 5"
    assert gazetteer.read("PEl5").normal == "PE15"
    assert gazetteer.read("NN1 7").normal == "NN1 7"  # well formed, and no look-alike of it is known
    assert gazetteer.read("LS").precision == "none"


@pytest.mark.parametrize("text", ["NN11 DE", "nn11 de", "NN11-DE", " NN11 DE.", "NN11 D E", "\uff2e\uff2e11 DE"])
def test_a_unit_cut_elsewhere_than_at_a_district_that_stands_apart_is_not_read(text):
    gazetteer = gazetteer_of("NN1 1DE", "NN11 4AA")
    row = gazetteer.table([text]).iloc[0]
    assert row["precision"] == "none"
    assert row["reason"].endswith("may be NN1 1DE or a postcode of NN11 that lacks a digit")
    with pytest.raises(PlaceError, match="may be NN1 1DE or a postcode of NN11 that lacks a digit"):
        gazetteer.find(text)


def test_a_digit_too_many_after_a_district_leaves_two_readings():
    reading = gazetteer_of("NN1 1DE", "NN11 1DE").read("NN1 11DE")
    assert reading.precision == "none"
    assert reading.reason == ("not a postcode: NN1 11DE may be NN11 1DE or a postcode of NN1 that has a digit too many")


def test_a_unit_that_does_not_exist_is_not_read_beside_a_district_either():
    reading = gazetteer_of("NN1 5BD", "NN11 4AA").read("NN11 DE")
    assert (reading.precision, reading.normal) == ("none", "")
    assert "a postcode of NN11 that lacks a digit" in reading.reason


@pytest.mark.parametrize("text", ["NN11DE", "NN1 1DE", "NN1 1 DE", "N N1 1DE", "NN 11DE", "NN1-1DE"])
def test_a_space_that_sets_no_other_district_apart_changes_nothing(text):
    gazetteer = gazetteer_of("NN1 1DE", "NN11 4AA")
    assert gazetteer.read(text).normal == "NN1 1DE"
    assert gazetteer.table([text])[["postcode", "remark"]].to_numpy().tolist() == [["NN1 1DE", ""]]


def test_a_district_that_is_not_in_the_gazetteer_leaves_one_reading():
    assert gazetteer_of("NN1 1DE").read("NN11 DE").normal == "NN1 1DE"


def test_without_repair_what_may_lack_a_digit_is_not_quoted():
    assert gazetteer_of("NN1 1DE", "NN11 4AA").read("NN11 DE", repair=False).reason == "not a postcode"


def test_words_numbers_and_grid_references_are_not_mended_into_postcodes():
    gazetteer = gazetteer_of("CO11 1ER", "SK7 0SS", "S1 4SS")
    assert [gazetteer.read(text).precision for text in ("Collier", "SK7055", "51455")] == ["none"] * 3


def test_without_repair_a_look_alike_is_left_as_it_is():
    gazetteer = gazetteer_of("NN1 5BD")
    assert gazetteer.read("NNI 5BD", repair=False).precision == "none"
    assert gazetteer.read("nn15bd", repair=False).normal == "NN1 5BD"


def test_an_address_around_a_postcode_is_not_repeated():
    row = gazetteer_of("NN1 5BD").table(["Flat 2, 12 Billing Road, Northampton NN1 5BD"]).iloc[0]
    assert row["remark"] == "NN1 5BD taken out of a longer text"


SHIPPED = sorted(Gazetteer.default().frame.index)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(SHIPPED), st.sampled_from([str, str.lower, lambda text: text.replace(" ", "-")]))
def test_what_is_in_the_gazetteer_is_never_changed(postcode, typed):
    gazetteer = Gazetteer.default()
    reading = gazetteer.read(typed(postcode))
    assert (reading.normal, reading.precision) == (postcode, "unit")
    assert gazetteer.table([typed(postcode)])["remark"].tolist() == [""]


TYPED = st.text("NPESLOI01258BZAX .-", max_size=10) | st.text(max_size=12) | st.sampled_from(SHIPPED[:2000])


@settings(deadline=None)
@given(TYPED)
def test_a_normal_form_is_its_own_normal_form(text):
    gazetteer = Gazetteer.default()
    first = gazetteer.read(text)
    if first.precision != "none":
        again = gazetteer.read(first.normal)
        assert (again.normal, again.precision) == (first.normal, first.precision)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(TYPED | st.sampled_from(["12 Long Road, by the bridge", "no fixed abode whatever", "0", "FIQQ 1ZZ"])),
    st.booleans(),
)
def test_many_texts_are_read_as_each_is_read_alone(texts, repair):
    gazetteer = Gazetteer.default()
    table = gazetteer.table(texts, repair=repair)
    assert len(table) == len(texts)
    for text, placed in zip(texts, table.to_dict("records"), strict=True):
        reading = gazetteer.read(text, repair=repair)
        if reading.precision == "none":
            assert (placed["postcode"], placed["reason"]) == (text, reading.reason)
        else:
            assert placed["postcode"] == reading.normal
            assert placed["precision"] in (reading.precision, "none")


def test_a_unit_is_found_with_at_least_sixty_metres_of_doubt(village):
    place = village.find("ze10aa")
    assert (place.postcode, place.easting, place.northing, place.precision) == ("ZE1 0AA", 0, 0, "unit")
    assert place.uncertainty_metres == 60  # half of the 100 m to ZE1 0AB is less than the least


def test_a_lonely_unit_is_less_sure(village):
    assert village.find("ZE1 0AE").uncertainty_metres == 450  # half of the 900 m to ZE1 0AD


def test_a_sector_is_the_mean_of_its_live_postcodes(village):
    place = village.find("ZE1 0")
    assert (place.easting, place.northing) == (300, 50)
    assert (place.precision, place.district, place.lsoa) == ("sector", "Shetland", "")
    # Distances 304, 206, 206 and 702 m: the 90th percentile lies 0.7 of the way from 304.1 to 701.8, at 582.5.
    assert place.uncertainty_metres == 582


def test_a_postcode_that_ends_in_xx_and_exists_is_not_a_mask(village):
    assert village.find("ZE1 0XX").precision == "unit"
    assert village.find("ZE2 9XX").precision == "sector"


@pytest.mark.parametrize(
    ("postcode", "cure"),
    [
        ("ZE1 0ZZ", "give its sector 'ZE1 0'"),
        ("ZE2 4AA", "give its postcode district 'ZE2'"),
        ("LS1 4AP", "triage-map data COUNTY"),
        ("nowhere", "give a postcode such as NN1 5BD"),
    ],
)
def test_a_postcode_of_nowhere_says_the_cure(village, postcode, cure):
    with pytest.raises(PlaceError, match=cure) as caught:
        village.find(postcode)
    assert "\n" not in str(caught.value)


def test_the_nearest_postcode_to_a_click_is_named(village):
    assert village.nearest(90, 10) == "ZE1 0AB"
    with pytest.raises(PlaceError, match="within 10 km"):
        village.nearest(90_000, 10)


def test_a_table_keeps_order_and_repeats(village):
    table = village.table(["ZE2 9AA", "junk", "ZE2 9AA"])
    assert table["easting"].tolist()[::2] == [5000, 5000]
    assert table["reason"].tolist() == ["", "not a postcode: junk", ""]
    assert table["postcode"].tolist() == ["ZE2 9AA", "junk", "ZE2 9AA"]


def test_a_mail_office_is_doubtful_over_its_whole_postcode_district():
    office = [(f"ZE{n % 3 + 1} 9{a}{b}", 0, 0) for n, (a, b) in enumerate((a, b) for a in "ABDEF" for b in "ABDE")]
    homes = [("ZE1 1AA", 3000, 4000), ("ZE1 1AB", 3000, 4000)]
    frame = pd.DataFrame(office + homes, columns=["postcode", "easting", "northing"]).set_index("postcode")
    gazetteer = Gazetteer(frame.assign(**SAME), ("Shetland",))
    # 5,000 m from the office to the homes of ZE1, and 60 m around them.
    assert gazetteer.find("ZE1 9AA").uncertainty_metres == 5060


def test_a_point_lies_in_the_areas_of_the_nearest_live_postcode(village):
    points = pd.DataFrame(
        {"easting": [0, 900, 90_000], "northing": [5, 90, 0], "uncertainty_metres": [1.0, 71.0, 1.0]}, index=[7, 3, 5]
    )
    areas = village.areas_at(points)
    assert areas.index.tolist() == [7, 3, 5]
    assert areas["district"].tolist() == ["Shetland", "Orkney", ""]  # the third is 85 km from ZE2 9AA
    assert areas["lsoa"].tolist() == ["S01", "S01", ""]
    assert areas["metres"].round().tolist() == [5, 100, 85_147]  # sqrt(85,000 2 + 5,000 2) = 85,147


def test_a_wide_square_lies_in_the_commonest_district_around_it_and_in_an_lsoa_only_if_all_share_it():
    frame = pd.DataFrame(
        {"easting": [0, 100, 900], "northing": 0, "district": ["A", "A", "B"], "lsoa": ["1", "1", "2"]},
        index=["ZE1 0AA", "ZE1 0AB", "ZE1 0AD"],
    )
    gazetteer = Gazetteer(frame.assign(**{name: SAME[name] for name in SAME if name not in frame}), ("Shetland",))
    points = pd.DataFrame({"easting": 500, "northing": 0, "uncertainty_metres": [707.0, 450.0]})
    areas = gazetteer.areas_at(points)
    # Within 707 m of 500: all three. Within 450 m: 100 and 900, one of each district, the first by name.
    assert areas["district"].tolist() == ["A", "A"]
    assert areas["lsoa"].tolist() == ["", ""]
    assert gazetteer.areas_at(points.assign(easting=0, uncertainty_metres=200.0))["lsoa"].tolist() == ["1", "1"]


def test_a_wide_point_beyond_its_doubt_takes_the_areas_of_the_nearest_live_postcode():
    far = pd.DataFrame({"easting": range(200, 400), "northing": 7, "uncertainty_metres": 101.0})
    areas = gazetteer_of("ZE1 0AA", "ZE1 0AB").areas_at(far)  # some roots of sums of squares are rounded down
    assert areas["district"].eq("Shetland").all()


def test_a_sector_without_a_live_postcode_is_where_its_terminated_ones_were():
    frame = pd.DataFrame(
        {"easting": [0, 100, 300], "northing": 0, "live": [True, False, False]},
        index=["ZE1 0AA", "ZE1 1AA", "ZE1 1AB"],
    )
    gazetteer = Gazetteer(frame.assign(**{name: SAME[name] for name in SAME if name != "live"}), ("Shetland",))
    assert (gazetteer.find("ZE1 1").easting, gazetteer.find("ZE1").easting) == (200, 0)
    assert gazetteer.table(["ZE1 1"])["live"].tolist() == [True]  # of units alone is it known that they are not


def test_a_district_of_mail_offices_alone_is_theirs_and_a_sector_is_not_known():
    office = [f"ZE{n % 3 + 1} 9{a}{b}" for n, (a, b) in enumerate((a, b) for a in "ABDEF" for b in "ABDE")]
    homes = pd.DataFrame({"easting": 3000}, index=["ZE1 1AA", "ZE1 1AB"])
    frame = pd.concat([pd.DataFrame({"easting": 0}, index=office), homes]).assign(northing=0, **SAME)
    table = Gazetteer(frame, ("Shetland",)).table(["ZE2", "ZE2 9", "ZE1"])
    assert table["precision"].tolist() == ["district", "none", "district"]
    assert table["easting"].tolist()[::2] == [0, 3000]


def test_a_gazetteer_without_its_columns_is_refused():
    with pytest.raises(SchemaError, match="lacks 7 columns"):
        Gazetteer(pd.DataFrame({"easting": [0], "northing": [0]}, index=["NN1 5BD"]), ("Northamptonshire",))


def test_the_gazetteer_that_ships_covers_both_counties_and_is_read_once():
    gazetteer = Gazetteer.default()
    assert gazetteer.covers == ("Cambridgeshire and Peterborough", "Northamptonshire")
    assert Gazetteer.default() is gazetteer
    assert gazetteer.find("CB2 3QJ").district == "Cambridge"
    assert gazetteer.find("NN1 5BD").district_2021 == "West Northamptonshire"


def test_one_county_is_smaller_than_all_of_them():
    one = Gazetteer.of("northamptonshire")
    assert len(one.frame) < len(Gazetteer.default().frame)
    with pytest.raises(PlaceError, match="triage-map data 'Kent'"):
        Gazetteer.of("Kent")
