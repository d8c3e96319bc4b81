"""Groups of places: who is reached and who is not."""

import numpy as np
import pandas as pd
import pytest

from geo.coverage.equity import by_group, fifths, first_cause
from geo.coverage.gaps import STEPS, waterfall
from geo.errors import SchemaError

CODES = list("abcdefghij")


def two_places():
    demand = np.tile([60.0, 40.0], (4, 1))
    kept = [(1.0, 1.0), (0.8, 0.8), (0.8, 0.8), (0.4, 0.4), (0.4, 0.4), (0.4, 0.4), (0.4, 0.4), (0.35, 0.1)]
    return waterfall(demand, [demand * np.array(share) for share in kept])


def test_ten_equal_places_make_five_pairs():
    found = fifths(pd.Series(np.arange(10.0), CODES), pd.Series(100, CODES))
    assert found.tolist() == [f"{name} fifth" for name in ("1st", "2nd", "3rd", "4th", "5th") for _ in range(2)]


def test_fifths_are_of_residents_not_of_places():
    people = pd.Series([800, *[25] * 8, 0], CODES)
    found = fifths(pd.Series(np.arange(10.0), CODES), people)
    assert found["a"] == "3rd fifth"  # its residents reach from none to four fifths
    assert set(found[1:9]) == {"5th fifth"}


def test_a_place_without_a_value_is_not_loaded_and_never_a_fifth():
    found = fifths(pd.Series({"a": 1.0}), pd.Series({"a": 10, "b": 10}))
    assert found["b"] == "not loaded"
    with pytest.raises(SchemaError, match="none of the 1 places has a value"):
        fifths(pd.Series(dtype=float), pd.Series({"a": 10}))


def test_groups_add_up_to_the_whole():
    table = by_group(two_places(), pd.Series(["town", "country"]))
    assert table["a_month"].sum() == pytest.approx(100)
    share = table.set_index(["group", "step"])["share"]
    assert share["town", "reached"] == pytest.approx(0.35)
    assert share["country", "too_far"] == pytest.approx(0.3)
    assert list(table["step"][: len(STEPS)]) == list(STEPS)


def test_the_first_cause_is_the_greatest_loss_and_never_a_decision():
    found = first_cause(two_places())
    assert found["step"].tolist() == ["no_nurse", "too_far"]
    assert found["share"].tolist() == pytest.approx([0.2, 0.3])
    assert found["chance"].tolist() == [1.0, 1.0]
