"""Variation between shifts against what chance alone would bring about."""

import numpy as np
import pandas as pd
import pytest

from geo.deployment.variation import between, variation


def answers(text):
    return pd.Series([{"y": "yes", "n": "no", "?": "unknown"}[letter] for letter in text])


def groups(text):
    return pd.Series([letter.strip() for letter in text])


def test_two_shifts_of_opposite_habits_vary_by_more_than_chance():
    found = variation(answers("y" * 8 + "n" * 8), groups("a" * 8 + "b" * 8))
    # of C(16, 8) = 12 870 ways to deal eight yes out, two are as extreme: p = 0.00016
    assert found.chance < 0.002
    assert found.spread == pytest.approx(15)  # chi-square is 16; its mean under dealing is 16 / 15
    assert found.in_words("shifts").startswith("varies more between shifts than chance would give")


def test_answers_dealt_evenly_cannot_be_told_from_chance():
    found = variation(answers("yn" * 10), groups("a" * 10 + "b" * 10))
    assert found.chance > 0.9
    assert found.in_words("crews").startswith("cannot tell whether it varies between crews beyond chance")


def test_one_incident_a_shift_says_nothing():
    found = variation(answers("yn" * 6), groups("abcdefghijkl"))
    assert (found.spread, found.chance) == (pytest.approx(1.0), 1.0)


def test_blanks_and_incidents_without_a_group_are_left_out():
    found = variation(answers("y?n" * 5 + "y"), groups("a" * 8 + "b" * 7 + " "))
    assert (found.n, found.unknown, found.groups) == (10, 5, 2)


def test_too_little_to_compare_gives_nothing():
    assert variation(answers("yn" * 10), groups("a" * 20)) is None
    assert variation(answers("yyyynnnn"), groups("aabbccdd")) is None
    assert variation(answers("y" * 20), groups("ab" * 10)) is None


def test_by_chance_alone_it_is_said_to_vary_as_seldom_as_promised():
    rng = np.random.default_rng(3)
    shifts = pd.Series(np.repeat(np.arange(20), 3).astype(str))
    said = [variation(pd.Series(rng.choice(["yes", "no"], 60, p=[0.3, 0.7])), shifts).chance < 0.05 for _ in range(40)]
    assert np.mean(said) <= 0.15  # 5% expected; at most 6 of 40 by Bin(40, 0.05) with 99% certainty


def test_nights_without_a_full_crew_or_with_two_cars_do_not_count():
    days = pd.to_datetime(["2016-02-01", "2016-02-02", "2016-02-03", "2016-02-04", "2016-02-04"]).astype(
        "datetime64[us]"
    )
    shifts = pd.DataFrame(
        {
            "shift_id": ["a", "b", "c", "d", "e"],
            "date": days,
            "start": (days + pd.Timedelta(hours=18)).tz_localize("Europe/London"),
            "end": (days + pd.Timedelta(hours=23)).tz_localize("Europe/London"),
            "police_staffed": ["yes", "yes", "no", "yes", "yes"],
            "nhs_staffed": "yes",
            "crew_roles": ["crew A", "crew B", "crew C", "crew D", "crew E"],
            "bank_staff": ["no", "unknown", "no", "no", "yes"],
        }
    )
    none = pd.Series(pd.NaT, index=range(50))
    incidents = pd.DataFrame(
        {
            "shift_id": np.repeat(["a", "b", "c", "d", "e"], 10),
            "received_on": none.astype("datetime64[us]"),
            "received_at": none.dt.tz_localize("Europe/London").astype("datetime64[us, Europe/London]"),
            "deployed": ["yes"] * 5 + ["no"] * 5 + ["yes"] * 5 + ["no"] * 35,
        }
    )
    found = between(incidents, shifts)
    assert set(found) == {"shifts", "crews"}  # one kind of nurse alone is known of the nights that count
    assert (found["shifts"].groups, found["shifts"].n) == (2, 20)
    assert found["crews"].chance == 1.0
