"""The calibration that ships, and the words made of it."""

import pandas as pd
import pytest

from geo.demand.calibration import COLUMNS, Calibration
from geo.errors import SchemaError, SourceError
from geo.store.calibration import calibration_words, load_calibration


def test_the_table_that_ships_has_every_kind_of_data():
    table = load_calibration().table
    assert set(table["live_weeks"]) == {2, 12, 52}
    assert table["sets"].min() >= 200
    kinds = table.groupby(["truth", "round_the_clock", "live_weeks", "nights", "of"]).size()
    assert (kinds == 1).all()
    assert len(kinds) == len(table) == 3 * 2 * 3 * 2 * 4


def test_the_words_name_the_weeks_measured():
    assert calibration_words(10.0, False).startswith("In simulations of a nightly scheme with 12 live weeks,")
    assert calibration_words(400.0, True).startswith("In simulations of a round-the-clock source with 52 live weeks,")
    assert "with 2 live weeks" in calibration_words(0.0, False)


def lines(*covered):
    rows = [
        ("like the model", False, 2, "by chance", of, 200, 30, percent, 1.0)
        for of, percent in zip(("places", "hours", "windows"), covered, strict=True)
    ]
    return Calibration(pd.DataFrame(rows, columns=list(COLUMNS)))


def test_intervals_that_are_too_narrow_are_named():
    assert lines(90.0, 91.2, 89.6).words(2, False) == (
        "In simulations of a nightly scheme with 2 live weeks, intervals that claim 90% held the truth this often: "
        "of places 90%, of hours of the week 91%, of nights of the week 90%."
    )
    assert lines(90.0, 80.0, 90.0).words(2, False).endswith("Too narrow in some: of hours of the week (80%).")


def test_a_damaged_table_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="make calibration"):
        load_calibration(tmp_path / "none.csv")
    with pytest.raises(SchemaError, match="lacks 8 columns"):
        Calibration(pd.DataFrame({"truth": []}))
