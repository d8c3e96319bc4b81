"""Pairs of two sources: proposed one to one, banded by doubt, settled by a person, never merged."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.incidents.matching import MARGIN, MATCH, PAIR_COLUMNS, REVIEW, propose_matches


def call(reference: str, at: str, postcode: str = "NN1 1AA", **more: object) -> dict:
    return {"reference": reference, "at": f"2016-02-04 {at}", "postcode": postcode, **more}


def proposed(matches) -> dict[tuple[str, str], str]:
    """The pairs by reference, each with its band."""
    ids = zip(matches.pairs["first_id"], matches.pairs["second_id"], strict=True)
    short = [(first.split(":")[1], second.split(":")[1]) for first, second in ids]
    return dict(zip(short, matches.pairs["band"], strict=True))


def test_the_same_incident_in_both_sources_is_proposed_as_a_match(located):
    first = located("police", call("A1", "19:40"), call("A2", "22:00", "NN2 6ZZ"))
    second = located("mental_health", call("B1", "19:44"), call("B2", "23:50"))
    matches = propose_matches(first, second)
    assert proposed(matches) == {("A1", "B1"): "match"}
    assert list(matches.pairs.columns) == list(PAIR_COLUMNS)
    assert matches.pairs.loc[0, ["minutes_apart", "metres_apart", "verdict"]].tolist() == [4.0, 0.0, ""]


def test_each_record_is_in_one_pair_at_most(located):
    first = located("police", call("A1", "19:40"), call("A2", "21:00"))
    second = located("mental_health", call("B1", "19:42"), call("B2", "21:05"), call("B3", "21:50"))
    assert proposed(propose_matches(first, second)) == {("A1", "B1"): "match", ("A2", "B2"): "match"}


def test_the_greatest_sum_is_chosen_not_the_greatest_pair(located):
    # greedy would take A1-B2 (4 minutes, +6.0) and leave A2 and B1, 26 minutes apart, with +2.6
    first = located("police", call("A1", "20:00"), call("A2", "20:14"))
    second = located("mental_health", call("B1", "19:48"), call("B2", "20:04"))
    matches = propose_matches(first, second)
    assert set(proposed(matches)) == {("A1", "B1"), ("A2", "B2")}


def test_a_near_rival_sends_a_pair_to_review_and_says_so(located):
    first = located("police", call("A1", "20:00"))
    second = located("mental_health", call("B1", "20:02"), call("B2", "20:10"))
    matches = propose_matches(first, second)
    # 2 minutes are +6.0 and 10 minutes +4.4: 1.6 behind, and the margin is 3
    assert proposed(matches) == {("A1", "B1"): "review"}
    assert matches.pairs["because"][0].endswith("; a rival pair is 1.6 behind")
    assert MARGIN > 1.6


def test_without_place_or_reference_nothing_is_more_than_for_review(located):
    person = {"age_band": "25-34", "sex": "F"}
    first = located("police", {"reference": "A1", "at": "2016-02-04 20:00", **person})
    second = located("mental_health", {"reference": "B1", "at": "2016-02-04 20:00", **person})
    matches = propose_matches(first, second)
    assert matches.pairs["weight"][0] >= MATCH
    assert proposed(matches) == {("A1", "B1"): "review"}
    assert matches.pairs["because"][0].endswith("; neither place nor reference agrees")


def test_a_reference_quoted_in_a_note_counts(located):
    first = located("police", call("NP-00017", "20:00", "NN2 6ZZ"), call("NP-00018", "20:00", "NN2 6ZZ"))
    second = located("mental_health", call("B1", "21:10", "", note="Seen with PC Smith, log np-00017."))
    assert proposed(propose_matches(first, second)) == {("NP-00017", "B1"): "match"}


def test_references_of_two_sources_that_number_alike_are_no_evidence(located):
    first = [{"reference": f"R-{n:05d}", "at": f"2016-02-{n:02d} 20:00"} for n in range(1, 21)]
    second = [{"reference": f"R-{n:05d}", "at": f"2016-03-{n:02d} 20:00"} for n in range(1, 21)]
    matches = propose_matches(located("police", *first), located("mental_health", *second))
    assert matches.pairs.empty
    assert matches.sentences == (
        "20 references are equal in both sources, but 20 of them stand more than a day apart: both number their "
        "records alike, so equal references were not counted",
    )


def test_short_references_are_no_evidence(located):
    first, second = located("police", {"reference": "12"}), located("mental_health", {"reference": "12"})
    assert propose_matches(first, second).pairs.empty


def test_a_record_without_a_date_takes_the_day_of_its_shift(located, shift_log):
    first = located("police", call("A1", "20:00"))
    second = located("mental_health", {"reference": "B1", "postcode": "NN1 1AA", "shift_id": "thursday"})
    log = shift_log({"date": "2016-02-04", "shift_id": "thursday"})
    assert propose_matches(first, second).pairs.empty
    assert proposed(propose_matches(first, second, shifts=log)) == {("A1", "B1"): "review"}


def test_a_settled_pair_stays_settled_whichever_way_round_it_was_noted(located):
    first = located("police", call("A1", "20:00"), call("A2", "23:00", "NN2 6ZZ"))
    second = located("mental_health", call("B1", "20:02"), call("B2", "20:30", "NN2 6ZZ"))
    decisions = pd.DataFrame(
        [("mental_health:B1", "police:A1", "different"), ("police:A2", "mental_health:B2", "same")],
        columns=["first_id", "second_id", "verdict"],
    )
    matches = propose_matches(first, second, decisions)
    assert matches.pairs[["first_id", "second_id", "band", "verdict"]].to_numpy().tolist() == [
        ["police:A2", "mental_health:B2", "match", "same"]
    ]
    assert matches.apart[["first_id", "second_id", "verdict"]].to_numpy().tolist() == [
        ["police:A1", "mental_health:B1", "different"]
    ]


def test_settling_a_rival_as_different_frees_the_other_pair(located):
    first = located("police", call("A1", "20:00"))
    second = located("mental_health", call("B1", "20:02"), call("B2", "20:10"))
    decisions = pd.DataFrame({"first_id": ["police:A1"], "second_id": ["mental_health:B2"], "verdict": ["different"]})
    assert proposed(propose_matches(first, second, decisions)) == {("A1", "B1"): "match"}


def test_decisions_about_records_of_other_sources_are_no_matter_of_these_two(located):
    first, second = located("police", call("A1", "20:00")), located("mental_health", call("B1", "20:02"))
    decisions = pd.DataFrame({"first_id": ["police:A1"], "second_id": ["s136_register:C9"], "verdict": ["same"]})
    matches = propose_matches(first, second, decisions)
    assert proposed(matches) == {("A1", "B1"): "match"}
    assert matches.sentences == ()


def test_a_record_cannot_be_settled_as_the_same_as_two(located):
    first = located("police", call("A1", "20:00"))
    second = located("mental_health", call("B1", "20:02"), call("B2", "20:10"))
    decisions = pd.DataFrame(
        {"first_id": ["police:A1"] * 2, "second_id": ["mental_health:B1", "mental_health:B2"], "verdict": ["same"] * 2}
    )
    with pytest.raises(SchemaError, match="'police:A1' was settled as the same incident as two others"):
        propose_matches(first, second, decisions)


def test_nothing_to_pair_is_no_pair(located):
    empty = located("police")
    some = located("mental_health", call("B1", "20:00"))
    for first, second in ((empty, some), (some, empty), (empty, empty)):
        matches = propose_matches(first, second)
        assert matches.pairs.empty
        assert list(matches.pairs.columns) == list(PAIR_COLUMNS)


def test_inputs_are_left_alone(located):
    first = located("police", call("A2", "20:00"), call("A1", "19:00"))
    second = located("mental_health", call("B1", "20:02"))
    before = first.copy(), second.copy()
    propose_matches(first, second)
    pd.testing.assert_frame_equal(first, before[0])
    pd.testing.assert_frame_equal(second, before[1])


def test_records_that_share_a_default_are_left_out_and_counted(located, monkeypatch):
    monkeypatch.setattr("geo.incidents.matching.MOST_CANDIDATES", 3)
    first = located("police", call("A1", "20:00"), call("A2", "02:00", "NN2 6ZZ"))
    crowd = [call(f"B{n}", "20:00") for n in range(5)]
    second = located("mental_health", *crowd, call("C1", "02:01", "NN2 6ZZ"))
    matches = propose_matches(first, second)
    assert proposed(matches) == {("A2", "C1"): "match"}
    assert matches.sentences[0].startswith("1 record with more than 3 candidates each, which cannot be told apart")


TIMES = st.integers(0, 180).map(lambda minute: f"{18 + minute // 60}:{minute % 60:02d}")
CALLS = st.lists(st.tuples(TIMES, st.sampled_from(["NN1 1AA", "NN1 1AB", "NN1", ""])), min_size=0, max_size=5)


@settings(max_examples=20, deadline=None)
@given(first=CALLS, second=CALLS, seed=st.integers(0, 9))
def test_the_order_of_the_rows_does_not_matter(located, first, second, seed):
    one = located("police", *(call(f"A{n}", *made) for n, made in enumerate(first)))
    two = located("mental_health", *(call(f"B{n}", *made) for n, made in enumerate(second)))
    shuffle = np.random.default_rng(seed)
    mixed = [frame.iloc[shuffle.permutation(len(frame))] for frame in (one, two)]
    pd.testing.assert_frame_equal(propose_matches(one, two).pairs, propose_matches(*mixed).pairs)


@settings(max_examples=10, deadline=None)
@given(first=CALLS, second=CALLS)
def test_the_sum_is_the_greatest_that_any_pairing_reaches(located, first, second):
    one = located("police", *(call(f"A{n}", *made) for n, made in enumerate(first)))
    two = located("mental_health", *(call(f"B{n}", *made) for n, made in enumerate(second)))
    weights = {
        ids: pair["weight"]
        for ids in itertools.product(one["incident_id"], two["incident_id"])
        if (pair := _alone(one, two, *ids)) is not None
    }
    matches = propose_matches(one, two)
    assert matches.pairs["first_id"].is_unique
    assert matches.pairs["second_id"].is_unique
    assert matches.pairs["weight"].sum() == pytest.approx(_best_sum(list(weights.items())))


def _alone(one, two, first, second):
    """The pair that is proposed when every other pair with either record was settled as different."""
    others = [
        (a, b, "different")
        for a, b in itertools.product(one["incident_id"], two["incident_id"])
        if (a == first) != (b == second)
    ]
    decisions = pd.DataFrame(others, columns=["first_id", "second_id", "verdict"])
    pairs = propose_matches(one, two, decisions).pairs
    found = pairs[(pairs["first_id"] == first) & (pairs["second_id"] == second)]
    return found.iloc[0] if len(found) else None


def _best_sum(weights: list) -> float:
    """Try every one-to-one pairing."""
    if not weights:
        return 0.0
    (first, second), weight = weights[0]
    without = [item for item in weights[1:] if first not in item[0] and second not in item[0]]
    return max(_best_sum(weights[1:]), weight + _best_sum(without))


def test_two_large_sources_are_compared_without_a_full_matrix(located):
    # 20,000 records a side over 200 days: a full matrix would be 400 million pairs
    number, rng = 20_000, np.random.default_rng(0)
    base = located("police", call("A", "20:00"))
    minutes = np.sort(rng.integers(0, 200 * 1440, number))
    start = base["received_at"][0]

    def many(source: str, late: int) -> pd.DataFrame:
        at = start + pd.to_timedelta(pd.Series(minutes + late), unit="min")
        grid = pd.Series(np.arange(number) * 200.0)
        frame = base.loc[base.index.repeat(number)].reset_index(drop=True)
        return frame.assign(
            source=source,
            incident_id=[f"{source}:{n:05d}" for n in range(number)],
            received_at=at.astype(base["received_at"].dtype),
            received_on=at.dt.tz_localize(None).dt.normalize().astype("datetime64[us]"),
            easting=grid, northing=0.0, postcode="", location=[f"spot {n}" for n in range(number)],
        )  # fmt: skip

    pairs = propose_matches(many("police", 0), many("mental_health", 3)).pairs
    right = pairs["first_id"].str.split(":").str[1] == pairs["second_id"].str.split(":").str[1]
    assert right.mean() > 0.99
    assert (pairs["band"] == "match").sum() > 0.95 * number
    assert (pairs["weight"] >= REVIEW).all()
