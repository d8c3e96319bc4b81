"""What a reader can work out of a table: least and greatest values, checked by hand and against enumeration."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.release.attack import Margin, attack, is_told

ROWS = ["Married", "Divorced", "Single", "Total"]
WORKED = pd.DataFrame({"female": [38, 7, 3, 48], "male": [17, 4, 1, 22], "all": [55, 11, 4, 70]}, index=ROWS)


def test_hiding_only_the_counts_below_five_hides_nothing():
    shown = WORKED.where(WORKED >= 5)
    assert int(shown.isna().sum().sum()) == 4
    found = attack(shown, ["all", "Total"])
    true = [float(WORKED.loc[row, column]) for row, column in zip(found["row"], found["column"], strict=True)]
    assert found["least"].tolist() == found["greatest"].tolist() == true


def test_without_margins_nothing_bounds_a_hidden_count():
    found = attack(pd.DataFrame({"incidents": [None, 20.0]}, index=["Corby", "Kettering"]))
    assert found.to_dict("records") == [{"row": "Corby", "column": "incidents", "least": 0.0, "greatest": np.inf}]


def test_rounding_widens_what_can_be_told():
    # 50 stands for 48 to 52 and 20 for 18 to 22, so the other is 26 to 34
    shown = pd.DataFrame({"a": [20.0], "b": [None], "all": [50.0]})
    assert attack(shown, ["all"], round_to=5, shown_from=5)[["least", "greatest"]].to_numpy().tolist() == [[26.0, 34.0]]


def test_the_threshold_itself_tells_something():
    # 10 in release mode stands for 10 to 12: 9 and less would be hidden
    shown = pd.DataFrame({"a": [10.0], "b": [None], "all": [30.0]})
    found = attack(shown, ["all"], round_to=5, shown_from=10)
    assert found[["least", "greatest"]].to_numpy().tolist() == [[16.0, 22.0]]


def test_a_shown_zero_is_exactly_zero():
    shown = pd.DataFrame({"a": [0.0], "b": [None], "all": [30.0]})
    found = attack(shown, ["all"], round_to=5, shown_from=5, zeros_shown=True)
    assert found[["least", "greatest"]].to_numpy().tolist() == [[28.0, 32.0]]


def test_parts_that_are_not_whole_only_bound():
    shown = pd.DataFrame({"incidents": [20.0], "deployed": [None]})
    found = attack(shown, [Margin("incidents", ("deployed",), whole=False)])
    assert found[["least", "greatest"]].to_numpy().tolist() == [[0.0, 20.0]]


def test_rows_are_named_by_their_text_column():
    shown = pd.DataFrame({"district": ["Corby", "Kettering", "county"], "incidents": [None, 20.0, 24.0]})
    assert attack(shown, ["county"]).to_dict("records") == [
        {"row": "Corby", "column": "incidents", "least": 4.0, "greatest": 4.0}
    ]


def test_figures_that_contradict_each_other_are_refused():
    with pytest.raises(SchemaError, match="contradict each other"):
        attack(pd.DataFrame({"a": [None], "b": [20.0], "all": [10.0]}), ["all"])


def test_a_margin_that_is_not_there_is_refused():
    with pytest.raises(SchemaError, match="no row or column is called 'sum'"):
        attack(WORKED, ["sum"])
    with pytest.raises(SchemaError, match=r"1 of 2 names of the margin 'all'.*first: 'other'"):
        attack(WORKED, [Margin("all", ("other",))])


def test_what_the_rule_says_itself_is_no_success():
    least, greatest = np.array([1.0, 0.0, 2.0]), np.array([4.0, 4.0, 5.0])
    assert is_told(least, greatest, 5, zeros_shown=True).tolist() == [False, False, True]
    assert is_told(least, greatest, 5, zeros_shown=False).tolist() == [True, False, True]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 4), min_size=4, max_size=4), st.lists(st.booleans(), min_size=9, max_size=9))
def test_the_attack_agrees_with_trying_every_table(cells, hide):
    table = pd.DataFrame(np.reshape(cells, (2, 2)), columns=["a", "b"]).astype(float)
    whole = table.assign(all=table.sum(axis=1))
    whole = pd.concat([whole, whole.sum().to_frame().T], ignore_index=True)
    whole.index = pd.Index(["x", "y", "Total"])
    mask = np.reshape(hide, (3, 3))
    shown = whole.mask(mask)
    possible = []
    for a, b, c, d in itertools.product(range(9), repeat=4):
        filled = np.array([[a, b, a + b], [c, d, c + d], [a + c, b + d, a + b + c + d]])
        if (mask | (filled == whole.to_numpy())).all():
            possible.append(filled[mask])
    found = attack(shown, ["all", "Total"])
    bounded = found["greatest"].to_numpy() <= 8
    assert found["least"].tolist() == (np.min(possible, axis=0).tolist() if mask.any() else [])
    assert (found["greatest"].to_numpy()[bounded] == (np.max(possible, axis=0)[bounded] if mask.any() else [])).all()
