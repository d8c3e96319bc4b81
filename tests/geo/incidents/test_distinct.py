import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.incidents import values
from geo.incidents.distinct import Distinct, filled, labelled, matches, plain_column, verbatim

TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
    | st.sampled_from(
        ["", " ", "\u00a0", "\u200b", "\u200b ", "\x1f", "\x85", "\u3000", "A  b", "A\nb", "n/k", "\u0130"]
    ),
    max_size=20,
)


def column(texts):
    return pd.Series(texts, dtype="str")


def test_each_text_is_looked_at_once():
    looked_at = []
    distinct = Distinct.of(column(["b", "a", "b", ""]))
    assert distinct.flags(lambda text: looked_at.append(text) or text == "b").tolist() == [True, False, True, False]
    assert looked_at == ["b", "a", ""]


def test_labels_are_text_even_where_there_is_no_row():
    assert labelled(["yes"], np.array([], dtype=np.int64)).dtype == "str"


@given(TEXTS)
def test_a_column_is_filled_where_its_cells_hold_a_sign(texts):
    assert filled(column(texts)).tolist() == [not values.is_empty(text) for text in texts]


@given(TEXTS)
def test_a_column_made_plain_is_each_cell_made_plain(texts):
    assert plain_column(column(texts)).tolist() == [values.plain(text) for text in texts]


@given(TEXTS)
def test_text_stays_verbatim_but_for_cells_without_a_sign(texts):
    assert verbatim(column(texts)).tolist() == ["" if values.is_empty(text) else text for text in texts]


def test_a_pattern_is_looked_for_in_each_cell():
    assert matches(column(["a1", "b", ""]), r"\d").tolist() == [True, False, False]
