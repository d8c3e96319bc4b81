"""Protection of counts: small ones hidden, the rest rounded, companions hidden with them."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.release.disclosure import policy_of, protect


def table(*pairs):
    return pd.DataFrame(pairs, columns=["incidents", "deployed"]).assign(district=[f"d{i}" for i in range(len(pairs))])


def test_release_hides_below_ten_and_rounds_to_five():
    shown = protect(table((9, 0), (12, 0), (0, 0), (48, 13)), policy_of("release"))
    assert shown["incidents"].isna().tolist() == [True, False, False, False]
    assert shown["incidents"].dropna().tolist() == [10, 0, 50]
    assert shown["deployed"].tolist() == [0, 0, 0, 15]


def test_a_hidden_part_hides_its_whole():
    shown = protect(table((40, 3)), policy_of("release"))
    assert shown[["incidents", "deployed"]].isna().all(axis=None)


def test_partners_see_from_five():
    assert protect(table((5, 0), (4, 0)), policy_of("partner"))["incidents"].isna().tolist() == [False, True]


def test_a_working_copy_shows_all():
    assert protect(table((1, 1)), policy_of("working"))["incidents"].tolist() == [1]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1))
def test_no_shown_count_is_small_or_exact(pairs):
    shown = protect(table(*pairs), policy_of("release"))
    values = shown[["incidents", "deployed"]].stack().dropna()
    assert ((values == 0) | (values >= 10)).all()
    assert (values % 5 == 0).all()


def test_an_unknown_mode_is_refused():
    with pytest.raises(SchemaError, match="choose one of working, partner, release"):
        policy_of("public")
