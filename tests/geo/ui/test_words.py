"""Words and numbers as pages show them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.ui import words


@given(st.text())
def test_text_from_a_file_is_never_markup(text):
    shown = words.plain(text)
    unescaped = shown.replace("\\\\", "").replace("\\", "\\")
    for sign in "*_[]<>`$":
        assert all(unescaped[place - 1] == "\\" for place, char in enumerate(unescaped) if char == sign)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("team-log 2016.xlsx", "team-log 2016.xlsx"),
        ("![x](http://a/b.png)", r"\!\[x\](http\://a/b.png)"),
        ("<b>\n:red[x] $y$", r"\<b\> \:red\[x\] \$y\$"),
    ],
)
def test_text_in_a_label_is_never_markup_and_stays_readable(text, shown):
    assert words.label(text) == shown


@pytest.mark.parametrize(("number", "shown"), [(1, "1 incident"), (0, "0 incidents"), (12345, "12\u2009345 incidents")])
def test_numbers_carry_their_noun(number, shown):
    assert words.count(number, "incident") == shown


def test_days_and_minutes():
    assert words.day(dt.date(2016, 3, 10)) == "10 Mar 2016"
    assert words.minutes(17.4) == "17"
    assert words.minutes(float("inf")) == "no road to"
