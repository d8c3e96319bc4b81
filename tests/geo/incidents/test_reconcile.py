"""Two sources side by side: overlap, what each misses, and an estimate that says what it is worth."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.errors import SchemaError
from geo.incidents.read import read_extract
from geo.incidents.reconcile import CAVEATS, chapman, propose_matches, reconcile
from geo.places.locate import locate
from geo.places.postcodes import Gazetteer

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("counts", "estimate", "sd", "low", "high"),
    [
        # 11 * 16 / 6 - 1; variance 11 * 16 * 5 * 10 / (36 * 7); 19.5 + 10.5 * exp(-+ 1.95996 * 0.74443)
        ((10, 15, 5), 28.3333, 5.909, 21.94, 64.67),
        # all shared: 11 * 11 / 11 - 1 = 10 with no variance; 9.5 + 0.5 * 0.5 / 10.5 * exp(-+ 1.96 * 8.0 ** 0.5)
        ((10, 10, 10), 10.0, 0.0, 9.50, 34.0),
    ],
)
def test_chapmans_estimate_and_its_transformed_logit_interval(counts, estimate, sd, low, high):
    found = chapman(*counts)
    assert found.estimate == pytest.approx(estimate, abs=5e-5)
    assert found.sd == pytest.approx(sd, abs=5e-4)
    assert found.low == pytest.approx(low, abs=5e-3)
    if counts == (10, 15, 5):
        assert found.high == pytest.approx(high, abs=5e-3)
    assert str(chapman(10, 15, 5)) == "28 (95% interval 22-65)"


@pytest.mark.parametrize("counts", [(3, 5, 4), (5, 3, -1)])
def test_more_pairs_than_records_are_refused(counts):
    with pytest.raises(SchemaError, match="count each pair once"):
        chapman(*counts)


def call(reference: str, at: str, postcode: str = "NN1 1AA", **more: object) -> dict:
    return {"reference": reference, "at": at, "postcode": postcode, **more}


@pytest.fixture(scope="module")
def two(located):
    """Five records against four: two certain pairs, one to review (10 minutes, no place), the others alone."""
    first = located(
        "police",
        call("A1", "2016-02-04 19:40", district="Corby", place_type="public"),
        call("A2", "2016-02-05 21:00", "NN2 6ZZ", district="Kettering"),
        call("A3", "2016-02-06 23:00", ""),
        call("A4", "2016-02-07 03:00", district="Corby"),
        call("A5", "2016-02-09 20:00", district="Corby"),
    )
    second = located(
        "mental_health",
        call("B1", "2016-02-04 19:44", place_type="home", age_band="25-34"),
        call("B2", "2016-02-05 21:03", "NN2 6ZZ", minutes_on_incident=30.0),
        call("B3", "2016-02-06 23:03", "NN1 1AB", sex="F"),
        call("B4", "2016-02-08 20:00"),
    )
    return first, second, propose_matches(first, second)


@pytest.fixture(scope="module")
def found(two):
    return reconcile(*two)


def test_the_counts_add_up_with_the_review_band_apart(two, found):
    assert two[2].pairs["band"].tolist() == ["match", "match", "review"]
    assert (found.n_first, found.n_second, found.both, found.review) == (5, 4, 2, 1)
    assert found.only_first == (2, 3)
    assert found.only_second == (1, 2)
    assert found.union == (6, 7)  # 5 + 4 - 3 and 5 + 4 - 2


def test_shares_are_bounded_by_the_review_band(found):
    shares = found.first_also_in_second, found.second_also_in_first
    assert [(share.low, share.high) for share in shares] == [(2 / 5, 3 / 5), (2 / 4, 3 / 4)]
    assert all(share.interval[0] < share.low < share.high < share.interval[1] for share in shares)


def test_the_estimate_is_for_the_days_that_both_sources_reach(found):
    # from 4 to 8 February: A5 of the 9th stands outside, so 4 and 4 share 2, and 3 if the review pair is one incident
    assert found.period == (pd.Timestamp("2016-02-04"), pd.Timestamp("2016-02-08"))
    assert (found.n_first_in_period, found.n_second_in_period) == (4, 4)
    assert found.chapman == chapman(4, 4, 2)
    assert found.chapman_if_reviewed == chapman(4, 4, 3)


def test_what_each_source_misses_adds_up_by_every_sort(found):
    for (holds, by), group in found.missed.groupby(["holds", "by"]):
        expected = (5, 2, 3) if holds == "police" else (4, 1, 2)
        assert tuple(group[["incidents", "missed_at_least", "missed_at_most"]].sum()) == expected, (holds, by)


def test_what_is_missed_is_told_by_district_and_hour(found):
    police = found.missed[found.missed["holds"] == "police"].set_index(["by", "value"])
    assert police.loc[("district", "Corby"), ["incidents", "missed_at_least", "missed_at_most"]].tolist() == [3, 2, 2]
    assert police.loc[("district", "no district known"), ["missed_at_least", "missed_at_most"]].tolist() == [0, 1]
    assert police.loc[("part of the day", "00:00-06:00"), "missed_at_least"] == 1
    assert set(police.loc["weekday"].index) == {"Thursday", "Friday", "Saturday", "Sunday", "Tuesday"}


def test_the_fields_of_a_pair_are_compared_side_by_side(found):
    fields = found.fields.set_index("field")
    # of the two pairs taken, A1-B1 and A2-B2: B1 alone has an age, B2 alone minutes; A1 and B1 differ in the place type
    assert fields.loc["age_band", ["pairs", "both", "only_first", "only_second", "neither"]].tolist() == [2, 0, 0, 1, 1]
    assert fields.loc["minutes_on_incident", ["only_second", "neither"]].tolist() == [1, 1]
    assert fields.loc["place_type", ["both", "neither", "differ"]].tolist() == [1, 1, 1]
    assert fields.loc["postcode", ["both", "differ"]].tolist() == [2, 0]


def test_the_sentences_say_it_with_the_caveats(found):
    assert found.sentences[0] == (
        "The control room holds 5 incidents and the triage team 4: 2 are taken to be in both; 1 more pair waits for a "
        "person. Together that is 6 to 7 incidents."
    )
    assert found.sentences[1].endswith("the triage team lacks 2 to 3.")
    assert CAVEATS in found.sentences
    assert "Nothing is merged" in found.sentences[-1]


def test_sources_without_a_common_day_give_no_estimate(located):
    first, second = located("police", call("A1", "2016-02-04 19:40")), located("mental_health", {"reference": "B1"})
    found = reconcile(first, second, propose_matches(first, second))
    assert (found.period, found.chapman, found.union) == (None, None, (2, 2))
    assert "share no day" in " ".join(found.sentences)
    assert found.sentences[0].startswith("The control room holds 1 incident and the triage team 1: 0 are taken")


def test_one_incident_in_both_sources_is_told_as_one(located):
    first, second = (located(source, call("A12345", "2016-02-04 19:40")) for source in ("police", "mental_health"))
    found = reconcile(first, second, propose_matches(first, second))
    assert found.sentences[0] == (
        "The control room holds 1 incident and the triage team 1: 1 is taken to be in both. Together that is 1 "
        "incident."
    )


def test_pairs_of_other_tables_are_refused(two):
    first, second, matches = two
    with pytest.raises(
        SchemaError, match=r"1 pair names a record that the first source does not hold \(first: 'police"
    ):
        reconcile(first.iloc[1:], second, matches)


def test_no_row_is_lost_or_changed(two):
    first, second, matches = two
    before = first.copy(), second.copy()
    reconcile(first, second, matches)
    pd.testing.assert_frame_equal(first, before[0])
    pd.testing.assert_frame_equal(second, before[1])


@pytest.fixture(scope="module")
def planted():
    """What the benchmark does, on a fifth of a year with 200 planted duplicates."""
    return runpy.run_path(str(ROOT / "benchmarks" / "reliability" / "duplicates.py"))


def test_of_planted_duplicates_nearly_every_proposed_match_is_right(planted):
    found = planted["measure"](planted["SEED"], 200)
    assert found["match"].precision[0] >= 0.98  # two wrong of about 80 would fail; the benchmark holds 0.99 on 1,000
    assert found["match"].recall[0] > 0.3
    assert found["match and review"].recall[0] > 0.7


def test_matches_of_records_that_share_no_incident_are_few(planted):
    two = planted["plant"](planted["SEED"], 200)
    strangers = two.second[
        ~two.second["incident_id"].str.split(":").str[1].isin(two.first["incident_id"].str.split(":").str[1])
    ]
    matches = propose_matches(two.first, strangers)
    assert (matches.pairs["band"] == "match").sum() <= 0.01 * len(strangers)


def test_the_interval_of_a_share_is_exact(planted):
    assert np.round(planted["share"](3, 8), 3).tolist() == [0.375, 0.085, 0.755]
    assert planted["share"](8, 8)[2] == 1.0


@pytest.mark.shared_data
def test_the_broken_file_of_two_sources_proposes_pairs_and_deletes_nothing(shared_data):
    file = shared_data / "badinputs" / "generated" / "dup_two_sources.csv"
    police, team = (read_extract(file, source=source).accepted for source in ("police", "mental_health"))
    first = locate(police[police["reference"].str.startswith("A")], Gazetteer.default())
    second = locate(team[team["reference"].str.startswith("B")], Gazetteer.default())
    matches = propose_matches(first, second)
    ids = zip(matches.pairs["first_id"], matches.pairs["second_id"], strict=True)
    pairs = {(one.split(":")[1], two.split(":")[1]) for one, two in ids}
    # A1 stands twice, so which of the two is B7 is for a person; A2 and B8 are 15 minutes apart across midnight
    assert ("a2", "b8") in pairs
    assert {one.removesuffix("#2") for one, two in pairs if two == "b7"} == {"a1"}
    assert (matches.pairs["band"] == "review").all()
    found = reconcile(first, second, matches)
    assert (found.n_first, found.n_second) == (3, 3)  # A3 has neither date nor time and waits in quarantine
    for record in (*first.to_dict("records"), *second.to_dict("records")):
        assert record["file"] == "dup_two_sources.csv"
        assert record["row"] >= 2
