"""What an incident counts for, and who weighs heavily."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.demand.weights import HEAVIEST, heaviest, place_of, weigh, weighed_in_words
from geo.errors import SchemaError


def calls(persons="", postcodes="", minutes=10.0, precision="unit"):
    number = max(len(each) for each in (persons, postcodes, minutes) if isinstance(each, list))

    def column(value):
        return value if isinstance(value, list) else [value] * number

    return pd.DataFrame(
        {
            "person_key": column(persons),
            "postcode": column(postcodes),
            "minutes_on_incident": column(minutes),
            "precision": column(precision),
            "easting": 475_000.0,
            "northing": 260_000.0,
        }
    )


def test_every_incident_counts_once():
    assert weigh(calls(["a", "", "a"]), "incidents").sum() == 3


def test_a_blank_is_no_zero_minutes():
    frame = calls(minutes=[30.0, np.nan, 5.0])
    assert weigh(frame, "minutes").isna().tolist() == [False, True, False]
    assert weighed_in_words(frame, "minutes") == (
        "at least 35 minutes on incidents (1 of 3 incidents has none recorded)"
    )


def test_known_minutes_are_no_lower_bound():
    assert weighed_in_words(calls(minutes=[30.0, 5.0]), "minutes") == "35 minutes on incidents"


def test_persons_unknown_make_an_upper_bound():
    frame = calls(["a", "a", "", "", "b"])
    assert weighed_in_words(frame, "persons") == (
        "at most 4 persons (2 of 5 incidents name nobody and count as a person of their own)"
    )


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=30))
def test_the_parts_of_persons_add_up_to_persons(persons):
    assert weigh(calls(persons), "persons").sum() == pytest.approx(len(set(persons)))


def test_a_weight_that_is_none_is_refused():
    with pytest.raises(SchemaError, match="cannot count by 'cars'; choose incidents, minutes, persons"):
        weigh(calls(["a"]), "cars")


def test_the_heaviest_are_those_with_three_incidents_or_more():
    heavy = heaviest(calls([*"aaaa", *"bb", "", "", ""], ["NN1 1AA", *["NN2 2BB"] * 3, *["NN3 3CC"] * 2, *["NN4"] * 3]))
    assert (heavy.persons, heavy.places) == ((4,), (3, 3))
    assert heavy.theirs.tolist() == [True] * 4 + [False, False] + [True] * 3
    assert heavy.sentence == (
        "Without the heaviest: 7 of 9 incidents left out (1 caller with 4 incidents and 2 places with 3 incidents)."
    )


def test_unknown_persons_are_no_heavy_caller():
    assert heaviest(calls([""] * 20, [f"P{number}" for number in range(20)])).theirs.sum() == 0
    assert "nothing is left out" in heaviest(calls([""] * 2)).sentence


def test_chance_does_not_choose_between_equals():
    tied = [letter for letter in "abcdef" for _ in range(3)]
    assert heaviest(calls(tied)).persons == ()  # six tie for five places
    assert heaviest(calls([*tied, "a"])).persons == (4,)


def test_no_more_than_five_of_each_are_left_out():
    persons = [letter for number, letter in enumerate("abcdefgh") for _ in range(3 + number)]
    assert heaviest(calls(persons)).persons == (10, 9, 8, 7, 6)
    assert len(heaviest(calls(persons)).persons) == HEAVIEST


def test_a_place_is_a_postcode_or_a_point_and_never_a_rough_one():
    frame = calls(postcodes=["NN1 1AA", "NN1", ""], precision=["unit", "sector", "place"])
    assert place_of(frame).tolist() == ["NN1 1AA", "", "475000 260000"]


def test_inputs_are_left_alone():
    frame = calls(["a", "a"])
    before = frame.copy()
    heaviest(frame), weigh(frame, "persons")
    pd.testing.assert_frame_equal(frame, before)
