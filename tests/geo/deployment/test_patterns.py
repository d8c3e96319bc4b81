"""Deployment patterns: days, weeks and nights as the records tell them."""

import datetime as dt

import pandas as pd
import pytest

from geo.deployment.patterns import (
    by_district,
    combine,
    hour_grid,
    modes_by_week,
    staffing_strip,
    weekly_table,
    weeks_of,
)
from geo.deployment.staffing import fully_staffed
from geo.errors import SchemaError
from geo.incidents.days import with_days

MONDAY = dt.date(2016, 2, 1)


def london(*texts):
    return pd.Series(
        pd.to_datetime(pd.Series(texts)).dt.tz_localize("Europe/London").astype("datetime64[us, Europe/London]")
    )


def night(day, police="yes", nhs="yes"):
    start, end = pd.Timestamp(day) + pd.Timedelta(hours=18), pd.Timestamp(day) + pd.Timedelta(hours=26)
    return {
        "shift_id": f"N{day}",
        "date": pd.Timestamp(day),
        "start": start,
        "end": end,
        "police_staffed": police,
        "nhs_staffed": nhs,
        "unstaffed_cause": "",
    }


def log(*nights):
    frame = pd.DataFrame(nights)
    zone = {
        "start": frame["start"].dt.tz_localize("Europe/London"),
        "end": frame["end"].dt.tz_localize("Europe/London"),
    }
    return frame.assign(
        date=frame["date"].astype("datetime64[us]"),
        **{k: v.astype("datetime64[us, Europe/London]") for k, v in zone.items()},
    )


def incidents(times, **columns):
    defaults = {
        "source": "mental_health",
        "shift_id": "",
        "minutes_on_incident": 10.0,
        "deployed": "no",
        "s136": "unknown",
        "contact_mode": "advice",
        "district": "Corby",
        "district_2021": "North Northamptonshire",
    }
    received = london(*times)
    own_day = received.dt.tz_localize(None).dt.normalize()
    return pd.DataFrame({"received_at": received, "received_on": own_day, **(defaults | columns)})


SHIFTS = log(night("2016-02-01"), night("2016-02-02", nhs="no"), night("2016-02-03", police="unknown", nhs="unknown"))


def test_a_call_after_midnight_belongs_to_the_evening_before():
    dated = with_days(incidents(["2016-02-02 00:40", "2016-02-02 12:00"]), SHIFTS)
    assert list(dated["day"].dt.day) == [1, 2]
    assert list(dated["dated_by"]) == ["record", "record"]


def test_a_row_without_date_takes_that_of_its_shift_and_says_so():
    dated = with_days(incidents([None, None], shift_id=["N2016-02-02", ""]), SHIFTS)
    assert dated["day"].iloc[0] == pd.Timestamp("2016-02-02")
    assert pd.isna(dated["day"].iloc[1])
    assert list(dated["dated_by"]) == ["shift", "none"]


def test_a_day_without_minutes_for_one_incident_has_no_total_but_a_least():
    rows = incidents(["2016-02-01 19:00", "2016-02-01 20:00"], minutes_on_incident=[30.0, None], deployed=["no", "yes"])
    day = weekly_table(rows, SHIFTS, MONDAY, source="mental_health")[0]
    assert (day.incidents, day.minutes, day.minutes_at_least, day.deployed) == (2, None, 30.0, "yes")


def test_a_quiet_day_is_not_applicable_and_an_unlogged_one_unknown():
    days = weekly_table(incidents(["2016-02-01 19:00"]), SHIFTS, MONDAY, source="mental_health")
    assert (days[1].incidents, days[1].minutes, days[1].deployed, days[1].s136) == (
        0,
        0.0,
        "not_applicable",
        "not_applicable",
    )
    assert (days[1].nhs_staffed, days[2].nhs_staffed, days[6].police_staffed) == ("no", "unknown", "unknown")
    assert days[0].s136 == "unknown"


def test_a_day_without_any_record_has_no_count_at_all():
    day = weekly_table(incidents(["2016-02-01 19:00"]), SHIFTS, MONDAY, source="mental_health")[6]
    assert (day.incidents, day.minutes, day.deployed) == (None, None, "unknown")


def test_without_a_shift_log_the_date_of_the_call_counts():
    rows = incidents(["2016-02-01 19:00", None])
    dated = with_days(rows, SHIFTS.iloc[:0])
    assert dated["day"].iloc[0] == pd.Timestamp("2016-02-01")
    assert weeks_of(rows, SHIFTS.iloc[:0]) == [MONDAY]
    assert weekly_table(rows, SHIFTS.iloc[:0], MONDAY, source="mental_health")[0].incidents == 1


def test_only_the_source_asked_for_is_counted():
    rows = incidents(["2016-02-01 19:00", "2016-02-01 19:05"], source=["police", "mental_health"])
    assert weekly_table(rows, SHIFTS, MONDAY, source="police")[0].incidents == 1


def test_a_week_begins_on_monday():
    with pytest.raises(SchemaError, match="is a Wednesday; ask for 2016-02-01"):
        weekly_table(incidents(["2016-02-01 19:00"]), SHIFTS, dt.date(2016, 2, 3), source="police")


def test_any_yes_wins_and_a_blank_outweighs_no():
    assert combine(["no", "yes", "unknown"]) == "yes"
    assert combine(["no", "unknown"]) == "unknown"
    assert combine(["no"]) == "no"


def test_weeks_come_from_incidents_and_shifts():
    assert weeks_of(incidents(["2016-03-09 19:00"]), SHIFTS) == [MONDAY, dt.date(2016, 3, 7)]


def test_districts_add_up_with_those_without_one():
    table = by_district(
        incidents(["2016-02-01 19:00"] * 3, district=["Corby", "Corby", ""], deployed=["yes", "no", "unknown"]),
        "2011-2021",
    )
    assert table["incidents"].sum() == 3
    assert set(table["district"]) == {"Corby", "no district known"}
    assert table["deployed"].sum() == 1


def test_half_staffed_is_kept_apart_from_unknown():
    assert list(staffing_strip(SHIFTS)["state"]) == ["staffed", "half", "unknown"]


def test_a_shift_that_lacked_a_crew_was_not_fully_staffed_whatever_is_not_recorded():
    answers = [("no", "unknown"), ("unknown", "no"), ("yes", "unknown"), ("no", "no"), ("unknown", "unknown")]
    shifts = log(*(night(f"2016-02-0{day}", *crew) for day, crew in enumerate(answers, 1)))
    assert list(staffing_strip(shifts)["state"]) == ["short", "short", "unknown", "unstaffed", "unknown"]
    assert list(fully_staffed(shifts)) == ["no", "no", "unknown", "no", "unknown"]


def test_modes_are_counted_by_the_week_of_the_shift():
    table = modes_by_week(incidents(["2016-02-08 00:10"]), log(night("2016-02-07")))
    assert table["week"].iloc[0] == pd.Timestamp("2016-02-01")


def test_the_hour_grid_starts_on_monday_and_leaves_out_the_timeless():
    grid = hour_grid(incidents(["2016-02-01 00:30", "2016-02-07 23:30", None]))
    assert (grid[0], grid[167], grid.sum()) == (1, 1, 2)


def test_inputs_are_left_alone():
    rows = incidents(["2016-02-01 19:00"])
    before = rows.copy(deep=True)
    weekly_table(rows, SHIFTS, MONDAY, source="mental_health")
    pd.testing.assert_frame_equal(rows, before)


def test_a_call_after_midnight_belongs_to_the_car_that_is_still_on_duty():
    shifts = pd.DataFrame(
        {
            "shift_id": ["A", "B"],
            "date": pd.to_datetime(["2016-02-04", "2016-02-04"]),
            "start": pd.to_datetime(["2016-02-04 14:00", "2016-02-04 18:00"]).tz_localize("Europe/London"),
            "end": pd.to_datetime(["2016-02-05 02:00", "2016-02-04 23:00"]).tz_localize("Europe/London"),
        }
    )
    calls = pd.DataFrame(
        {
            "shift_id": "",
            "received_at": pd.to_datetime(["2016-02-05 00:40", "2016-02-05 03:00"]).tz_localize("Europe/London"),
            "received_on": pd.to_datetime(["2016-02-05", "2016-02-05"]),
        }
    )
    assert with_days(calls, shifts)["day"].dt.day.tolist() == [4, 5]
