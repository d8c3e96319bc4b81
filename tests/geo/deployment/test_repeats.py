"""Incidents against persons, with what incidents of unknown persons allow."""

import itertools
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.deployment.repeats import person_table, repeat_callers
from geo.errors import SchemaError


def people(text):
    return pd.DataFrame({"person_key": [letter.strip() for letter in text]}, dtype="str")


def test_incidents_of_repeat_callers_are_counted_of_all_incidents():
    found = repeat_callers(people("aaabbc"))
    assert (found.persons, found.incidents, found.n, found.low, found.high) == (
        2,
        5,
        6,
        pytest.approx(5 / 6),
        pytest.approx(5 / 6),
    )
    assert repeat_callers(people("aaabbc"), 3).low == pytest.approx(0.5)


def test_a_person_not_recorded_may_be_anybody():
    # a twice, b once, one unknown: it may be a new person, or lift b to two
    found = repeat_callers(people("aab "))
    assert (found.low, found.high) == (0.5, 1.0)
    assert str(found) == "1 person with 2 or more made 2 of 4 incidents (50 to 100%; for 1 the person is not recorded)"


def test_a_single_unknown_incident_repeats_nobody():
    assert repeat_callers(people(" ")).high == 0
    assert repeat_callers(people("  ")).high == 1


@given(st.text(alphabet="abcd ", min_size=1, max_size=5), st.sampled_from([2, 3]))
def test_the_bounds_are_those_of_trying_every_person(text, times):
    found = repeat_callers(people(text), times)
    blanks = [place for place, letter in enumerate(text) if letter == " "]
    shares = []
    for guess in itertools.product("abcdefghij"[: 4 + len(blanks)], repeat=len(blanks)):
        letters = list(text)
        for place, letter in zip(blanks, guess, strict=True):
            letters[place] = letter
        counts = Counter(letters).values()
        shares.append(sum(count for count in counts if count >= times) / len(text))
    assert (found.low, found.high) == pytest.approx((min(shares), max(shares)))


def test_persons_by_number_of_incidents_add_up():
    table = person_table(people("aaaaabbbcc  "))
    assert table["incidents"].sum() == 12
    assert dict(zip(table["incidents_each"], table["persons"].fillna(-1), strict=True)) == {
        "1": 0, "2": 1, "3 to 4": 1, "5 to 9": 1, "10 or more": 0, "person not recorded": -1,
    }  # fmt: skip


def test_once_is_no_repeat():
    with pytest.raises(SchemaError, match="at least 2"):
        repeat_callers(people("a"), 1)
