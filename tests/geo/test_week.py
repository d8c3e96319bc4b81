"""Shift patterns: read, written back, counted."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.errors import ScenarioError
from geo.week import ShiftPattern


def test_six_hours_every_night():
    pattern = ShiftPattern.parse("daily 18-00")
    assert pattern.crewed_hours == 42
    assert pattern.text == "daily 18:00-00:00"
    assert list(pattern.hours[16:26]) == [0, 0, 1, 1, 1, 1, 1, 1, 0, 0]


def test_a_sunday_shift_runs_into_monday():
    pattern = ShiftPattern.parse("Sun 22-02")
    assert (pattern.hours[0], pattern.hours[1], pattern.hours[2], pattern.hours[166]) == (1, 1, 0, 1)


def test_the_cambridgeshire_pattern_has_56_hours():
    pattern = ShiftPattern.parse("Sun-Thu 15-23, Fri-Sat 17-01")
    assert pattern.crewed_hours == 56
    assert pattern.hours.sum() == 56


def test_half_hours_are_half_hours():
    assert ShiftPattern.parse("Mon 18:30-19:15").hours[18:20].tolist() == [0.5, 0.25]


def test_round_the_clock():
    assert ShiftPattern.parse("daily 00-24").hours.sum() == 168


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one window"),
        ("whenever", "cannot be read"),
        ("Mon 25-30", "an hour that does not exist"),
        ("Xyz 18-00", "the day 'Xyz'"),
        ("Mon 18-20; Mon 21-23", "two windows on the same day"),
    ],
)
def test_what_cannot_be_read_is_said(text, words):
    with pytest.raises(ScenarioError, match=words):
        ShiftPattern.parse(text)


@given(st.dictionaries(st.integers(0, 6), st.tuples(st.integers(0, 1439), st.integers(1, 1439)), min_size=1))
def test_words_read_back_to_the_same_pattern(days):
    windows = sorted((day, start, start + length) for day, (start, length) in days.items())
    week = [(day * 1440 + start, day * 1440 + end) for day, start, end in windows]
    after = [*(start for start, _ in week[1:]), week[0][0] + 7 * 1440]
    assume(all(end <= begin for (_, end), begin in zip(week, after, strict=True)))
    pattern = ShiftPattern(tuple(windows))
    assert ShiftPattern.parse(pattern.text).hours.tolist() == pattern.hours.tolist()


def test_a_shift_that_begins_before_the_last_one_ends_is_refused():
    with pytest.raises(ScenarioError, match="begins before the one of the day before ends"):
        ShiftPattern.parse("Mon 18-17, Tue 16-24")
    with pytest.raises(ScenarioError, match="begins before"):
        ShiftPattern.parse("Sun 20-10, Mon 08-16")
