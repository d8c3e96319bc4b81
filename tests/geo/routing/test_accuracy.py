"""What is said beside an isochrone about its error, and that it is what was measured."""

import hashlib
import re

import numpy as np
import pandas as pd
import pytest

from geo.errors import SourceError
from geo.routing import accuracy
from geo.routing.accuracy import Accuracy, accuracy_table, accuracy_words, load_accuracy
from geo.routing.estimated import LABEL, UNMEASURED_LABEL
from geo.routing.roads import RoadNetwork


def roads(**words):
    return RoadNetwork.from_edges([0], [1], [60.0], [0, 1000], [0, 0], **words)


ESTIMATED = roads(estimated=True, label=LABEL)
ELSEWHERE = roads(estimated=True, label=UNMEASURED_LABEL)
STREETS = roads(source="OpenStreetMap, file rutland.osm.pbf")


def line(**figures):
    usual = {
        "network": "estimated",
        "against": "published minutes",
        "roads": "estimated",
        "held_out": "half of the hospitals",
        "kind": "limit",
        "low": 10.0,
        "high": 30.0,
        "limit": 20.0,
        "pairs": 1234,
        "clusters": 13,
        "median_percent": 6.0,
        "bias_percent": 1.0,
        "p90_percent": 15.0,
        "median_minutes": 1.44,
        "p90_minutes": 3.66,
        "right_percent": 92.6,
    }
    return usual | figures


@pytest.fixture
def measured():
    return Accuracy(
        pd.DataFrame(
            [
                line(held_out="nothing held out", median_minutes=0.1),
                line(),
                line(limit=30.0, low=15.0, high=45.0, median_minutes=1.71),
                line(network="openstreetmap", kind="all", roads="Cambridge, 2025", pairs=69, median_minutes=4.0),
                line(network="openstreetmap", kind="all", against=accuracy.BEST_GATE, median_minutes=0.6),
                line(network="openstreetmap", limit=10.0, low=5.0, high=15.0, pairs=52, roads="Cambridge, 2025"),
            ]
        )
    )


def test_the_words_give_the_half_the_tenth_and_the_side_at_hospitals_held_out(measured):
    assert measured.words(ESTIMATED, 20) == (
        "At 20 minutes half of the estimated times are within 1.4 minutes and 1 in 10 is out by more than 3.7; 93% of "
        "places 10 to 30 minutes away are put on the right side of the limit (1,234 pairs of a place and a hospital, "
        "hospitals held out)."
    )


def test_a_limit_between_two_takes_the_nearer_and_says_so(measured):
    assert measured.words(ESTIMATED, 22).startswith("At 22 minutes (as measured at 20) half of")
    assert measured.words(ESTIMATED, 25).startswith("At 25 minutes (as measured at 30) half of")  # 5/30 < 5/20
    assert "within 1.7 minutes" in measured.words(ESTIMATED, 25)


def test_a_limit_far_from_all_is_not_measured(measured):
    assert measured.words(ESTIMATED, 10) == "At 10 minutes the error of estimated roads is not measured."
    assert measured.words(ESTIMATED, 38).endswith("is not measured.")


def test_a_county_that_was_not_measured_is_named_first(measured):
    words = measured.words(ELSEWHERE, 20)
    assert words.startswith("The error is not measured in this county. In Northamptonshire and in Cambridgeshire")
    assert "where it is, at 20 minutes half of the estimated times are within 1.4 minutes" in words


def test_street_maps_say_what_the_one_check_was_and_no_more(measured):
    words = measured.words(STREETS, 15)
    assert words.startswith("At 15 minutes the error on these roads is not measured. The one check of OpenStreetMap")
    assert "69 places around one hospital (Cambridge, 2025), half within 4.0 minutes" in words
    assert "0.6 and 3.7 from the junction near it that suits best" in words


def test_a_network_of_unknown_times_is_not_measured(measured):
    assert measured.words(roads(), 20) == accuracy.NOT_MEASURED
    assert Accuracy(measured.table.iloc[:3]).words(STREETS, 20) == accuracy.NOT_MEASURED


def test_the_table_has_a_row_for_each_limit_that_was_measured(measured):
    table = measured.frame(ESTIMATED)
    assert table["Limit, minutes"].tolist() == [20, 30]
    assert table["Places, minutes away"].tolist() == ["10 to 30", "15 to 45"]
    assert table["On the right side"].tolist() == ["93%", "93%"]
    assert measured.frame(STREETS)["Pairs"].tolist() == [52]
    assert Accuracy(measured.table.iloc[:3]).frame(STREETS).empty


def test_the_label_of_estimated_roads_is_what_was_measured():
    assert load_accuracy().label() == LABEL


def test_the_label_would_differ_if_the_figures_did():
    shipped = load_accuracy().table
    worse = Accuracy(shipped.assign(median_minutes=shipped["median_minutes"] + 0.1))
    assert worse.label() != LABEL


@pytest.mark.parametrize("minutes", [5, 10, 15, 20, 30, 45, 60])
def test_every_usual_limit_was_measured(minutes):
    assert accuracy_words(ESTIMATED, minutes).startswith(f"At {minutes} minutes half of the estimated times are within")


def test_the_table_that_ships_holds_what_can_be():
    table = load_accuracy().table
    assert (table["pairs"] >= 30).all()
    assert table["right_percent"].between(0, 100).all()
    for name in ("median_percent", "p90_percent", "median_minutes", "p90_minutes"):
        known = table[table[f"{name}_low"].notna()]
        assert (known[f"{name}_low"] <= known[f"{name}_high"]).all()
    assert (table["median_percent"] <= table["p90_percent"]).all()
    published = table[(table["against"] == "published minutes") & (table["kind"] == "all")]
    held = published[published["network"] == "estimated"].set_index("held_out")
    in_sample, held_out = (held.loc[name, "median_percent"] for name in ("nothing held out", "half of the hospitals"))
    assert in_sample < held_out  # the error that is shown is not the flattering one
    simpler = published[published["network"].isin(["postcode_pattern", "straight_line"])]
    assert len(simpler) == 2
    assert (simpler["median_percent"] > held_out).all()
    assert np.isfinite(accuracy_table(ESTIMATED)["Half are within, minutes"]).all()


def test_the_table_is_the_one_whose_sha256_is_recorded():
    page = (accuracy.TABLE.parent / "SOURCES.md").read_text(encoding="utf-8")
    recorded = re.search(r"^\| drive_times\.csv \| \d+ \| `([0-9a-f]{64})` \|$", page, re.M)
    assert recorded[1] == hashlib.sha256(accuracy.TABLE.read_bytes()).hexdigest()
    assert "Open Database Licence" in page


def test_the_page_tells_the_figures_of_the_table():
    page = (accuracy.TABLE.parents[2] / "docs" / "drive-times.md").read_text(encoding="utf-8").replace("\n", " ")
    table = load_accuracy().table
    held = table[(table["held_out"] == accuracy.HALVES) & (table["network"] == "estimated")]
    every, twenty = held[held["kind"] == "all"].iloc[0], held[held["limit"] == 20].iloc[0]
    assert f"half of {every['pairs']:,} times up to 60 minutes are within {every['median_percent']:.1f}%" in page
    assert f"1 in 10 is out by more than {every['p90_percent']:.0f}% ({every['p90_minutes']:.1f} minutes)" in page
    assert f"10 to 30 minutes away {twenty['right_percent']:.0f}% are put on the right side of 20 minutes" in page
    assert "cross-validated by hospital" in page


def test_a_missing_or_damaged_table_names_the_cure(tmp_path):
    with pytest.raises(SourceError, match="write it with `make drive-times`"):
        load_accuracy(tmp_path / "none.csv")
    (tmp_path / "odd.csv").write_text("network,against\nestimated,x\n")
    with pytest.raises(SourceError, match=r"lacks 14 columns \(first: 'roads'\)"):
        load_accuracy(tmp_path / "odd.csv")
