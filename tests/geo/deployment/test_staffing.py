"""Shifts by crew and by cause."""

import pandas as pd
import pytest

from geo.deployment.staffing import (
    NO_CAUSE,
    backfilled_share,
    bank_share,
    cause_table,
    fully_staffed,
    officer_hours_taken,
    staffed_share,
)
from geo.shares import bounds


def log(*shifts):
    columns = ["police_staffed", "nhs_staffed", "unstaffed_cause", "backfilled", "bank_staff"]
    return pd.DataFrame(shifts, columns=columns)


STAFFED = ("yes", "yes", "", "unknown", "no")
NO_NURSE = ("yes", "no", "no CPN", "unknown", "unknown")
PULLED = ("no", "yes", "officers pulled to response", "no", "yes")
NEITHER = ("no", "no", "No CPN; officers pulled to response", "yes", "unknown")
UNKNOWN = ("unknown", "unknown", "", "unknown", "unknown")


def test_of_the_published_nights_64_to_86_per_cent_were_fully_staffed():
    share = staffed_share(log(*[STAFFED] * 9, *[NO_NURSE] * 2, *[UNKNOWN] * 3))
    assert share == bounds(9, 2, 3)
    assert str(share).startswith("64 to 86%")


def test_a_crew_known_to_be_missing_settles_the_night_and_a_blank_does_not():
    crews = [("no", "unknown"), ("yes", "unknown"), ("yes", "yes")]
    assert fully_staffed(log(*[(*crew, "", "", "") for crew in crews])).tolist() == ["no", "unknown", "yes"]


def test_a_night_with_two_causes_counts_in_each_and_spellings_are_one():
    table = cause_table(log(STAFFED, NO_NURSE, PULLED, NEITHER)).set_index("cause")
    assert table["nights"].to_dict() == {"no CPN": 2, "officers pulled to response": 2}
    assert (
        table.loc["officers pulled to response", ["half", "none", "backfilled", "not_backfilled"]].tolist() == [1] * 4
    )
    assert table["share"].tolist() == [0.5, 0.5]
    assert table.loc["no CPN", "interval_low"] == pytest.approx(0.0676, abs=1e-4)  # Clopper-Pearson of 2 in 4


def test_a_cause_that_was_not_written_down_is_named_and_full_crews_need_none():
    assert cause_table(log(("yes", "no", "", "unknown", "unknown")))["cause"].tolist() == [NO_CAUSE]
    assert cause_table(log(STAFFED, UNKNOWN)).empty


def test_bank_staff_are_counted_of_nights_with_a_nurse_and_backfill_of_nights_without_officers():
    shifts = log(STAFFED, NO_NURSE, PULLED, NEITHER)
    assert bank_share(shifts) == bounds(1, 1, 0)
    assert backfilled_share(shifts) == bounds(1, 1, 0)


def test_officer_hours_are_taken_for_every_shift_with_police_and_perhaps_for_the_unknown():
    start = pd.to_datetime(["2016-02-01 18:00"] * 5).tz_localize("Europe/London")
    shifts = log(STAFFED, NO_NURSE, PULLED, UNKNOWN, STAFFED).assign(start=start, end=start + pd.Timedelta(hours=6))
    shifts.loc[4, "end"] = pd.NaT
    assert officer_hours_taken(shifts) == (12, 18)
