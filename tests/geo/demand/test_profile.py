"""Second exposures: published profiles are read with care, and sources without a time lend nothing."""

import numpy as np
import pandas as pd
import pytest

from geo.demand.exposure import round_the_clock
from geo.demand.model import Record
from geo.demand.profile import published_profile, source_profile
from geo.errors import SchemaError

HEAD = 'title = "Calls"\ncitation = "Doe 2020"\nedition = "2019"\n'
DAY = [1] * 12 + [3] * 12


def test_weights_are_turned_into_the_incidents_they_are_worth():
    profile = published_profile(f"{HEAD}effective = 96\nweights = {DAY}")
    assert profile.record.counts.sum() == pytest.approx(96)
    assert profile.record.counts[[0, 12, 24]] == pytest.approx([96 / 336, 3 * 96 / 336, 96 / 336])  # 7 x 48 = 336
    assert profile.hours.all()
    assert profile.words == "the published profile 'Calls' (Doe 2020, 2019), trusted like 96 incidents"


def test_a_week_of_weights_is_taken_hour_by_hour():
    profile = published_profile(f"{HEAD}effective = 168\nweights = {list(range(168))}")
    assert profile.record.counts == pytest.approx(168 * np.arange(168) / np.arange(168).sum())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("title = ", "is not TOML"),
        ('title = "Calls"', "has no citation"),
        (f"{HEAD}effective = 5", "has 0 weights"),
        (f"{HEAD}effective = 5\nweights = [1, 2]", "has 2 weights"),
        (f'{HEAD}effective = 5\nweights = ["a"]', "no numbers"),
        (f"{HEAD}effective = 5\nweights = {[-1] * 24}", "negative"),
        (f"{HEAD}effective = 5\nweights = {[0] * 24}", "all 0"),
        (f"{HEAD}effective = 5\nweights = [{', '.join(['nan'] * 24)}]", "not finite"),
        (f"{HEAD}weights = {DAY}", "no effective count"),
        (f"{HEAD}effective = 0\nweights = {DAY}", "no effective count"),
        (f"{HEAD}effective = true\nweights = {DAY}", "no effective count"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(text, fault):
    with pytest.raises(SchemaError, match=fault) as problem:
        published_profile(text, "town.toml")
    assert str(problem.value).startswith("town.toml")


def evening(early, late):
    """A scheme live from 18:00 for four weeks, with so many incidents an hour before and from 21:00."""
    hour = np.arange(168) % 24
    return Record.plain(np.select([hour >= 21, hour >= 18], [late, early], 0.0), np.where(hour >= 18, 4.0, 0.0))


def test_a_rhythm_that_differs_where_both_were_live_is_said():
    flat = published_profile(f"{HEAD}effective = 100000\nweights = {[1] * 24}")
    assert "no more than chance explains (p = 1.00)" in flat.against(evening(1.0, 1.0))
    assert "more than chance" in flat.against(evening(0.5, 1.5))
    # 10.5 and 31.5 of 42 against 21 each: chi-squared 10.5 with 1 degree of freedom, p = 0.001
    assert "(p = 0.001)" in flat.against(evening(0.5, 1.5))
    assert "no more than chance" in flat.against(evening(0.5, 1.5), dispersion=4.0)
    assert "too few" in flat.against(evening(0.2, 0.2))


def test_hours_in_which_the_other_record_holds_none_count_too():
    """Half of the scheme's 42 incidents come from 18:00 to 21:00, where the profile has weight 0: it cannot be so."""
    late = published_profile(f"{HEAD}effective = 1000\nweights = {[1] * 18 + [0] * 3 + [1] * 3}")
    assert "differ by more than chance" in late.against(evening(1.0, 1.0))
    # worth two incidents, of which a quarter stand in the hours that both saw, it could hold none there by chance
    few = published_profile(f"{HEAD}effective = 2\nweights = {[1] * 18 + [0] * 3 + [1] * 3}")
    assert "no more than chance explains" in few.against(evening(1.0, 1.0))
    morning = published_profile(f"{HEAD}effective = 1000\nweights = {[1] * 18 + [0] * 6}")
    assert "holds no incident in any hour that both saw" in morning.against(evening(1.0, 1.0))


def test_a_source_of_days_alone_tells_no_hour():
    days = pd.to_datetime(["2016-02-01", "2016-02-02"])
    received = pd.Series(pd.to_datetime([None, None])).dt.tz_localize("Europe/London")
    register = pd.DataFrame({"received_at": received, "received_on": days, "shift_id": ""})
    with pytest.raises(SchemaError, match="the register holds no incident with a time"):
        source_profile(register, round_the_clock(days[0], days[1]), "the register")
