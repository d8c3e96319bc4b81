"""Minutes by stage, and officer hours, by hand."""

import numpy as np
import pandas as pd
import pytest

from geo.deployment.stages import elapsed, median_interval, officer_hours, quantiles, stage_table

TIMES = ["received_at", "advice_at", "dispatched_at", "arrived_at", "cleared_at", "officers_released_at"]


def incidents(*rows):
    """Incidents from dictionaries of London times and other fields; what is not said is not recorded."""
    frame = pd.DataFrame(rows)
    blank = {"deployed": "yes", "contact_mode": "face_to_face", "officers_on_scene": np.nan}
    times = {
        name: pd.to_datetime(frame.get(name, pd.Series(index=frame.index, dtype="object"))).dt.tz_localize(
            "Europe/London"
        )
        for name in TIMES
    }
    others = {name: frame.get(name, pd.Series(value, frame.index)).fillna(value) for name, value in blank.items()}
    return pd.DataFrame(times | others)


def stages(*rows):
    return stage_table(incidents(*rows)).set_index("stage")


def test_over_midnight_and_through_both_changes_of_the_clocks_elapsed_time_counts():
    rows = incidents(
        {"received_at": "2016-02-01 23:50", "arrived_at": "2016-02-02 00:20"},
        {"received_at": "2016-03-27 00:30", "arrived_at": "2016-03-27 02:30"},  # 01:00 to 02:00 was skipped
        {"received_at": "2016-10-30 00:30", "arrived_at": "2016-10-30 02:30"},  # 01:00 to 02:00 stood twice
    )
    assert elapsed(rows, "received_at", "arrived_at").tolist() == [30, 60, 180]


def test_missing_and_negative_intervals_are_counted_and_left_out():
    good = {"received_at": "2016-02-01 19:00", "dispatched_at": "2016-02-01 19:04"}
    bad = {"received_at": "2016-02-01 19:00", "dispatched_at": "2016-02-01 18:55"}
    row = stages(*[good] * 6, bad, {"received_at": "2016-02-01 19:00"}).loc["call to car sent"]
    assert row[["n", "timed", "missing", "negative", "median"]].tolist() == [8, 6, 1, 1, 4]


def test_a_stage_is_expected_only_where_it_belongs():
    advised = {"received_at": "2016-02-01 19:00", "deployed": "no", "contact_mode": "advice"}
    table = stages(advised, advised | {"contact_mode": "none"})
    assert (table.loc["call to advice", "n"], table.loc["call to arrival", "n"], table.loc["call to clear", "n"]) == (
        1,
        0,
        2,
    )


def test_below_six_timed_there_is_no_figure_and_below_ten_no_tails():
    row = {"received_at": "2016-02-01 19:00", "cleared_at": "2016-02-01 19:30"}
    assert np.isnan(stages(*[row] * 5).loc["call to clear", "median"])
    six = stages(*[row] * 6).loc["call to clear"]
    assert six["median"] == 30
    assert np.isnan(six["p10"])
    assert stages(*[row] * 10).loc["call to clear", "p10"] == 30


def test_quantiles_are_interpolated():
    assert quantiles(np.arange(1.0, 12.0)) == pytest.approx((2, 3.5, 6, 8.5, 10))


@pytest.mark.parametrize(("n", "limits"), [(5, None), (6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (50, (18, 33))])
def test_the_interval_of_the_median_is_the_tabled_one(n, limits):
    # ranks of the 95% interval: Conover 1999, table A3; Campbell & Gardner 1988, BMJ 296, 1454
    found = median_interval(np.arange(1.0, n + 1))
    assert np.isnan(found).all() if limits is None else found == limits


def test_officer_hours_are_officers_times_minutes_with_what_blanks_allow():
    told = {
        "arrived_at": "2016-02-01 20:00",
        "officers_released_at": "2016-02-01 20:30",
        "cleared_at": "2016-02-01 21:30",
    }
    silent = {"arrived_at": "2016-02-01 20:00", "cleared_at": "2016-02-01 21:00"}
    found = officer_hours(incidents(told | {"officers_on_scene": 2}, silent, {"officers_on_scene": 1}))
    assert (found.n, found.complete, found.unbounded) == (3, 1, 1)
    assert found.until_release == pytest.approx(1.0)  # 2 officers x 30 minutes
    assert found.given_back == pytest.approx(2.0)  # 2 officers x 60 minutes
    assert found.at_most == pytest.approx(
        2 * 1.5 + 2 * 1.0
    )  # the silent one: as many officers as the most, until clear


def test_advice_starts_the_clock_where_no_car_came():
    row = {"deployed": "no", "contact_mode": "advice", "advice_at": "2016-02-01 20:00", "officers_on_scene": 2}
    found = officer_hours(incidents(row | {"officers_released_at": "2016-02-01 20:15"}))
    assert found.until_release == pytest.approx(0.5)
