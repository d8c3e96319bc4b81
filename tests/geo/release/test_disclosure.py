"""Protection of counts: small ones hidden, the rest rounded, companions hidden until the attack fails."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.errors import SchemaError
from geo.release.attack import Margin, attack, is_told
from geo.release.disclosure import POLICIES, Policy, policy_of, protect, small
from tests.geo.release.test_attack import WORKED

PROTECTED = ["partner", "release"]


def table(*pairs):
    return pd.DataFrame(pairs, columns=["incidents", "deployed"]).assign(district=[f"d{i}" for i in range(len(pairs))])


def with_totals(counts):
    """A table of counts with a total of each row and column."""
    plain = pd.DataFrame(counts, columns=[f"c{i}" for i in range(counts.shape[1])])
    whole = plain.assign(all=plain.sum(axis=1))
    whole.index = pd.Index([f"r{i}" for i in range(len(whole))])
    whole.loc["Total"] = whole.sum()
    return whole


def attacked(shown, policy, margins):
    """What an attack that knows the policy tells."""
    found = attack(
        shown, margins, round_to=policy.round_to, shown_from=policy.threshold, zeros_shown=policy.zeros_shown
    )
    told = is_told(found["least"].to_numpy(), found["greatest"].to_numpy(), policy.threshold, policy.zeros_shown)
    return found[told]


def test_release_hides_below_ten_and_rounds_to_five():
    shown = protect(table((9, 0), (12, 0), (0, 0), (48, 13)), policy_of("release"))
    assert shown["incidents"].isna().tolist() == [True, False, False, False]
    assert shown["incidents"].dropna().tolist() == [10, 0, 50]
    assert shown["deployed"].tolist() == [0, 0, 0, 15]


def test_a_hidden_part_hides_its_whole_where_nothing_is_known_of_margins():
    shown = protect(table((40, 3)), policy_of("release"))
    assert shown[["incidents", "deployed"]].isna().all(axis=None)


def test_partners_see_from_five():
    assert protect(table((5, 0), (4, 0)), policy_of("partner"))["incidents"].isna().tolist() == [False, True]


def test_a_working_copy_shows_all():
    assert protect(table((1, 1)), policy_of("working"))["incidents"].tolist() == [1]


def test_the_worked_table_is_safe_without_rounding():
    exact = Policy("release", 5, 1, points=False, words="")
    shown = protect(WORKED, exact, ["all", "Total"])
    assert shown.isna().sum().sum() > (WORKED < 5).sum().sum()
    assert shown.loc["Married"].notna().any()
    assert attacked(shown, exact, ["all", "Total"]).empty


@pytest.mark.parametrize("mode", PROTECTED)
def test_the_worked_table_is_safe_in_every_mode(mode):
    shown = protect(WORKED, POLICIES[mode], ["all", "Total"])
    assert attacked(shown, POLICIES[mode], ["all", "Total"]).empty


def test_totals_that_nobody_named_are_found():
    exact = Policy("release", 10, 1, points=False, words="")
    names = ["Corby", "Kettering", "Daventry", "county"]
    for counts in (
        pd.DataFrame({"incidents": [40, 30, 3, 73]}, index=names),
        pd.DataFrame({"district": names, "incidents": [40, 30, 3, 73]}),
    ):
        shown = protect(counts, exact)
        assert shown["incidents"].isna().tolist() == [False, True, True, False]
        assert attacked(shown, exact, ["county"]).empty
    assert attacked(protect(WORKED, POLICIES["partner"]), POLICIES["partner"], ["all", "Total"]).empty


COUNTS = arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(0, 30))


@settings(max_examples=120)
@given(COUNTS, st.sampled_from(PROTECTED), st.booleans())
def test_no_attack_tells_a_hidden_count_of_a_table_with_totals(counts, mode, zeros_shown):
    policy = POLICIES[mode]
    policy = Policy(policy.mode, policy.threshold, policy.round_to, points=False, words="", zeros_shown=zeros_shown)
    whole = with_totals(counts)
    shown = protect(whole, policy, ["all", "Total"])
    assert attacked(shown, policy, ["all", "Total"]).empty
    assert shown.isna().to_numpy()[small(whole, policy)].all()
    kept = shown.notna()
    assert ((shown - whole).abs() <= 2).to_numpy()[kept.to_numpy()].all()


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=5))
def test_the_rest_of_a_total_is_not_told_either(parts):
    policy = POLICIES["release"]
    counts = pd.DataFrame(parts, columns=["deployed", "unknown", "rest"])
    known = counts[["deployed", "unknown"]].assign(incidents=counts.sum(axis=1))
    shown = protect(known, policy, [Margin("incidents", ("deployed", "unknown"), whole=False)])
    whole = Margin("incidents", ("deployed", "unknown", "rest"))
    found = attack(shown.assign(rest=np.nan), [whole], round_to=policy.round_to, shown_from=policy.threshold)
    rest = found[found["column"] == "rest"]
    told = is_told(rest["least"].to_numpy(), rest["greatest"].to_numpy(), policy.threshold, zeros_shown=True)
    assert not counts["rest"].between(1, policy.threshold - 1).to_numpy()[told].any()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1))
def test_no_shown_count_is_small_or_exact(pairs):
    shown = protect(table(*pairs), policy_of("release"))
    values = shown[["incidents", "deployed"]].stack().dropna()
    assert ((values == 0) | (values >= 10)).all()
    assert (values % 5 == 0).all()


def test_many_incidents_of_one_person_or_place_are_small():
    counts = pd.DataFrame({"incidents": [40, 40, 40]})
    people = pd.DataFrame({"incidents": [1, 20, 20]})
    places = pd.DataFrame({"incidents": [20, 1, 20]})
    shown = protect(counts, POLICIES["partner"], (), persons=people, places=places)
    assert shown["incidents"].isna().tolist() == [True, True, False]


def test_an_area_with_few_residents_shows_only_zeros():
    counts = pd.DataFrame({"incidents": [40, 0, 40]})
    shown = protect(counts, POLICIES["release"], (), residents=pd.Series([999, 999, 1000]))
    assert shown["incidents"].isna().tolist() == [True, False, False]


def test_a_policy_can_hide_zeros():
    policy = Policy("release", 10, 5, points=False, words="", zeros_shown=False)
    assert protect(pd.DataFrame({"incidents": [0, 9, 10]}), policy, ())["incidents"].isna().tolist() == [True] * 2 + [
        False
    ]


def test_the_table_is_left_alone():
    before = WORKED.copy()
    protect(WORKED, POLICIES["release"], ["all", "Total"])
    pd.testing.assert_frame_equal(WORKED, before)


def test_what_is_no_count_is_refused():
    with pytest.raises(SchemaError, match="2 counts that are below 0 or missing"):
        protect(pd.DataFrame({"incidents": [-1.0, np.nan, 3.0]}), POLICIES["release"])


def test_an_unknown_mode_is_refused():
    with pytest.raises(SchemaError, match="choose one of working, partner, release"):
        policy_of("public")
