"""Why the car was sent or not, counted with the blanks as a row."""

import pandas as pd
import pytest

from geo.deployment.reasons import NOT_RECORDED, appropriate_and_deployed, counted, deployed_by, not_deployed_because


def test_spellings_are_one_and_blanks_stand_last():
    table = counted(pd.Series(["Too far", "too  far", "Car busy", "", "", ""]))
    assert table["entry"].tolist() == ["Too far", "Car busy", NOT_RECORDED]
    assert table["incidents"].tolist() == [2, 1, 3]
    assert table["share"].sum() == pytest.approx(1.0)
    assert table.loc[1, "interval_high"] == pytest.approx(0.6412, abs=1e-4)  # Clopper-Pearson of 1 in 6


def test_nothing_to_count_is_an_empty_table():
    assert counted(pd.Series([], dtype="str")).empty


def test_reasons_are_those_of_incidents_without_a_car():
    frame = pd.DataFrame(
        {"deployed": ["no", "yes", "unknown"], "reason_not_deployed": ["Too far", "Car busy", "Car busy"]}
    )
    assert not_deployed_because(frame)["entry"].tolist() == ["Too far"]


def test_the_judgement_stands_against_what_was_done_and_adds_up():
    frame = pd.DataFrame(
        {"appropriate_for_car": ["yes", "yes", "no", "unknown"], "deployed": ["yes", "no", "no", "unknown"]}
    )
    table = appropriate_and_deployed(frame).set_index("appropriate")
    assert table.loc["yes"].tolist() == [1, 1, 0]
    assert table.loc["no"].tolist() == [0, 1, 0]
    assert table.to_numpy().sum() == 4


def test_the_share_deployed_by_requester_has_bounds_for_its_blanks():
    frame = pd.DataFrame({"requested_by": ["Ambulance"] * 4 + [""], "deployed": ["yes", "no", "no", "unknown", "yes"]})
    row = deployed_by(frame, "requested_by").iloc[0]
    assert row[["entry", "yes", "no", "unknown", "n"]].tolist() == ["Ambulance", 1, 2, 1, 4]
    assert (row["low"], row["high"]) == (0.25, 0.5)
    assert deployed_by(frame, "requested_by")["n"].sum() == 5
