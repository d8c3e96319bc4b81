"""The weights: each follows from its two shares, and no blank weighs anything."""

import math

import pytest

from geo.incidents.evidence import FINDINGS, START, WEIGHTS, weight_table
from geo.incidents.matching import REVIEW, propose_matches


def weight_of(finding: str) -> float:
    return next(weight.weight for weight in WEIGHTS if weight.finding == finding)


@pytest.mark.parametrize("weight", WEIGHTS, ids=lambda weight: weight.finding)
def test_a_weight_is_the_logarithm_of_its_shares_and_has_a_reason(weight):
    assert weight.weight == pytest.approx(math.log2(weight.same / weight.chance), abs=0.05)
    assert weight.reasoning


def test_the_shares_of_clock_differences_add_up_to_all_pairs():
    shares = [weight.same for weight in WEIGHTS if weight.evidence == "time" and weight.finding.endswith("apart")]
    assert len(shares) == 6
    assert sum(shares) == pytest.approx(1.0)


def test_findings_are_named_once():
    assert len(set(FINDINGS)) == len(FINDINGS) == len(WEIGHTS) + 1


def test_the_table_prints_every_weight():
    table = weight_table()
    assert list(table.columns) == ["evidence", "finding", "weight", "same", "chance", "reasoning"]
    assert table["weight"].tolist() == [weight.weight for weight in WEIGHTS]


def test_a_partial_postcode_is_weaker_evidence_than_a_whole_one():
    sector = weight_of("same postcode sector, or within a doubt of 4 km")
    district = weight_of("same postcode district, or within a doubt of 12 km")
    assert weight_of("same place") > sector > district > 0


def test_a_day_without_a_time_is_weaker_than_any_clock_within_half_an_hour():
    assert weight_of("same day, one without a time") < weight_of("16 to 30 minutes apart")


def pair(located, one, two):
    """The one pair proposed between one record and another."""
    matches = propose_matches(located("police", one), located("mental_health", two))
    return matches.pairs.iloc[0] if len(matches.pairs) else None


QUOTED = {"reference": "NP-00017"}
BASE = {"at": "2016-02-04 19:40", "postcode": "NN1 1AA", **QUOTED}


def weight_between(located, one, two):
    """The weight between two records that quote one reference, without start and reference."""
    found = pair(located, {**QUOTED, **one}, {**QUOTED, **two})
    return round(found["weight"] - START - weight_of("one quotes the other's reference"), 1)


QUIET = 2.3  # one record in the five hours around it: -log2(1 / 5)


@pytest.mark.parametrize(
    ("one", "two", "weight"),
    [
        # at 19:40 and 19:44 (+6.0), the same place (+6.2)
        ({"at": "2016-02-04 19:40", "postcode": "NN1 1AA"}, {"at": "2016-02-04 19:44", "postcode": "NN1 1AA"}, 12.2),
        # a blank place, age or sex weighs nothing: only the time (+6.0) and the quiet hours
        ({"at": "2016-02-04 19:40", "postcode": "NN1 1AA", "sex": "F", "age_band": "25-34"},
         {"at": "2016-02-04 19:44"}, 6.0 + QUIET),
        # 10 minutes (+4.4), 300 m less a doubt of 120 m (+1.7)
        ({"at": "2016-02-04 19:40", "postcode": "NN1 1AA"}, {"at": "2016-02-04 19:50", "postcode": "NN1 1AB"},
         4.4 + 1.7 + QUIET),
        # 10 minutes (+4.4), 7 km (-3.2)
        ({"at": "2016-02-04 19:40", "postcode": "NN1 1AA"}, {"at": "2016-02-04 19:50", "postcode": "NN2 6ZZ"},
         4.4 - 3.2 + QUIET),
        # 10 minutes (+4.4), sector against unit (+3.8), district against unit (+2.6)
        ({"at": "2016-02-04 19:40", "postcode": "NN1 1AA"}, {"at": "2016-02-04 19:50", "postcode": "NN1 1"},
         4.4 + 3.8 + QUIET),
        ({"at": "2016-02-04 19:40", "postcode": "NN1 1AA"}, {"at": "2016-02-04 19:50", "postcode": "NN1"},
         4.4 + 2.6 + QUIET),
        # postcodes that no gazetteer places are compared as words
        ({"at": "2016-02-04 19:40", "postcode": "LS1 4AP"}, {"at": "2016-02-04 19:50", "postcode": "LS1 4AP"}, 10.6),
        ({"at": "2016-02-04 19:40", "postcode": "LS1 4AP"}, {"at": "2016-02-04 19:50", "postcode": "LS1"},
         4.4 + 2.6 + QUIET),
        # a named place without a point, spelt in two ways
        ({"at": "2016-02-04 19:40", "location": "M1  J15"}, {"at": "2016-02-04 19:50", "location": "m1 j15"}, 10.6),
        # across midnight: 23:55 and 00:10 are 15 minutes apart
        ({"at": "2016-02-04 23:55"}, {"at": "2016-02-05 00:10"}, 4.4 + QUIET),
        # age bands: equal +2.0, overlapping +1.0, neighbours -1.2, further -2.8; sex +1.0, -4.1
        ({"at": "2016-02-04 19:40", "age_band": "25-34"}, {"at": "2016-02-04 19:40", "age_band": "25-34"}, 8.0 + QUIET),
        ({"at": "2016-02-04 19:40", "age_band": "25-34"}, {"at": "2016-02-04 19:40", "age_band": "18-30"}, 7.0 + QUIET),
        ({"at": "2016-02-04 19:40", "age_band": "25-34"}, {"at": "2016-02-04 19:40", "age_band": "35-44"}, 4.8 + QUIET),
        ({"at": "2016-02-04 19:40", "age_band": "under 18"}, {"at": "2016-02-04 19:40", "age_band": "75 and over"},
         3.2 + QUIET),
        ({"at": "2016-02-04 19:40", "sex": "F"}, {"at": "2016-02-04 19:40", "sex": "female"}, 7.0 + QUIET),
        ({"at": "2016-02-04 19:40", "sex": "F"}, {"at": "2016-02-04 19:40", "sex": "M"}, 1.9 + QUIET),
        # at one place age and sex say little more (+0.3 each)
        ({"at": "2016-02-04 19:40", "postcode": "NN1 1AA", "sex": "F", "age_band": "25-34"},
         {"at": "2016-02-04 19:40", "postcode": "NN1 1AA", "sex": "F", "age_band": "25-34"}, 12.8),
    ],
)  # fmt: skip
def test_the_weight_of_a_pair_worked_by_hand(located, one, two, weight):
    assert weight_between(located, one, two) == pytest.approx(weight)


def test_a_record_dated_without_a_time_is_compared_by_its_day(located):
    timed = {"at": "2016-02-04 19:40"}
    # the more crowded side counts: the timed record's five hours (+2.3), not the other's day (-log2(1 / 25) = +4.6)
    assert weight_between(located, timed, {"received_on": "2016-02-04"}) == pytest.approx(-0.2 + QUIET)
    # 19:40 on the 4th is no part of the night that began on the 3rd
    assert weight_between(located, timed, {"received_on": "2016-02-03"}) == pytest.approx(-5.6 + QUIET)


def test_the_small_hours_belong_to_the_evening_of_a_day_without_a_time(located):
    night = weight_between(located, {"at": "2016-02-05 00:40"}, {"received_on": "2016-02-04"})
    another = weight_between(located, {"at": "2016-02-05 07:00"}, {"received_on": "2016-02-04"})
    assert round(night - another, 1) == pytest.approx(-0.9 - -5.6)


def test_a_missing_date_weighs_nothing_but_the_year_of_days_it_may_mean(located):
    found = pair(located, BASE, {"reference": "NP-00017", "postcode": "NN1 1AA"})
    assert found["weight"] == pytest.approx(START + 14.9 + 6.2 - 8.5)
    assert math.isnan(found["minutes_apart"])
    assert found["band"] == "match"
    assert pair(located, BASE, {"reference": "X", "postcode": "NN1 1AA"}) is None


def test_the_nearer_reading_of_a_clock_change_counts(located):
    # 30 October 2016: 01:30 happened twice; 00:40 UTC is 10 minutes after the first and 50 before the second
    repeated = {
        "received_at": "2016-10-30T00:30Z", "received_at_alternative": "2016-10-30T01:30Z",
        "received_on": "2016-10-30", "time_known": "repeated_hour",
    }  # fmt: skip
    second = {"received_at": "2016-10-30T01:26Z", "received_on": "2016-10-30", "time_known": "recorded"}
    assert pair(located, {**repeated, "postcode": "NN1 1AA"}, {**second, "postcode": "NN1 1AA"})["minutes_apart"] == 4


def test_midnight_may_be_a_default_and_counts_half_as_a_time(located):
    default = {"at": "2016-02-04 00:00", "time_known": "midnight", "postcode": "NN1 1AA"}
    # as a time 00:03 would be +6.0 and the same day -0.2: log2(0.5 * 64 + 0.5 * 0.87) = +5.0
    near = weight_between(located, default, {"at": "2016-02-04 00:03", "postcode": "NN1 1AA"})
    assert near == pytest.approx(5.0 + 6.2)
    # 20 hours later the clock says -5.4, the same day -0.2: log2(0.5 * 0.024 + 0.5 * 0.87) = -1.2
    far = weight_between(located, default, {"at": "2016-02-04 20:00", "postcode": "NN1 1AA"})
    assert far == pytest.approx(-1.2 + 6.2)


def test_a_frequent_place_is_weaker_evidence(located):
    calls = [{"at": f"2016-03-{day:02d} 12:00", "postcode": "NN1 1AA", "reference": f"P{day}"} for day in range(1, 31)]
    call = {"at": "2016-02-04 19:40", "postcode": "NN1 1AA"}
    once = pair(located, call, call)
    often = propose_matches(located("police", call, *calls), located("mental_health", call)).pairs.iloc[0]
    # 30 others at the place, of 30 records and 1,000 imagined: 0.75 / (0.01 + 5 * 30 / 1,030) = 2 ** 2.3
    assert once["weight"] - often["weight"] == pytest.approx(6.2 - 2.3)


def test_the_sentence_names_every_weight_and_adds_up(located):
    found = pair(located, BASE, {"at": "2016-02-04 19:44", "postcode": "NN1 1AA", "sex": "F"})
    assert found["because"] == (
        "start -5.6, 4 minutes apart +6.0, same place +6.2, age band not in both 0, sex not in both 0: weight +6.6"
    )
    assert found["weight"] == 6.6 > REVIEW
