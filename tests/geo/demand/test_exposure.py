"""Live hours: elapsed time on the London wall clock, only while the nurse is on duty."""

import pandas as pd
import pytest

from geo.demand.exposure import elapsed_hours, live_hours, round_the_clock, while_live


def shifts(*rows):
    frame = pd.DataFrame(rows, columns=["shift_id", "start", "end", "nhs_staffed"])
    return frame.assign(
        **{name: pd.to_datetime(frame[name], utc=True).dt.tz_convert("Europe/London") for name in ("start", "end")}
    )


def test_an_evening_shift_gives_its_six_hours():
    hours = live_hours(shifts(("a", "2016-02-01T18:00Z", "2016-02-02T00:00Z", "yes")))
    assert list(hours[18:24]) == [1.0] * 6
    assert hours.sum() == 6


def test_without_a_nurse_the_scheme_is_not_live():
    hours = live_hours(
        shifts(
            ("a", "2016-02-01T18:00Z", "2016-02-02T00:00Z", "no"),
            ("b", "2016-02-02T18:00Z", "2016-02-03T00:00Z", "unknown"),
        )
    )
    assert hours.sum() == 0


def test_parts_of_hours_count_as_parts():
    hours = live_hours(shifts(("a", "2016-02-01T18:30Z", "2016-02-01T20:15Z", "yes")))
    assert (hours[18], hours[19], hours[20]) == pytest.approx((0.5, 1.0, 0.25))


def test_the_autumn_night_is_an_hour_longer():
    # 30 October 2016: 02:00 BST becomes 01:00 GMT, so a shift from 18:00 BST to 04:00 GMT lasts 11 hours
    hours = live_hours(shifts(("a", "2016-10-29T17:00Z", "2016-10-30T04:00Z", "yes")))
    assert hours.sum() == 11
    assert hours[6 * 24 + 1] == 2


def test_the_spring_night_is_an_hour_shorter():
    # 27 March 2016: 01:00 GMT becomes 02:00 BST; from 18:00 GMT to 04:00 BST are 9 hours, none at 01:00
    hours = live_hours(shifts(("a", "2016-03-26T18:00Z", "2016-03-27T03:00Z", "yes")))
    assert hours.sum() == 9
    assert hours[6 * 24 + 1] == 0


def test_two_cars_make_an_hour_live_once():
    night = ("2016-02-01T18:00Z", "2016-02-02T00:00Z", "yes")
    assert live_hours(shifts(("a", *night), ("b", *night))).sum() == 6


def test_cars_that_relieve_each_other_within_an_hour_make_it_whole():
    hours = live_hours(
        shifts(
            ("a", "2016-02-01T18:00Z", "2016-02-01T20:30Z", "yes"),
            ("b", "2016-02-01T20:30Z", "2016-02-01T22:00Z", "yes"),
            ("c", "2016-02-01T19:15Z", "2016-02-01T19:45Z", "yes"),
        )
    )
    assert list(hours[18:23]) == [1, 1, 1, 1, 0]


def test_a_night_has_its_small_hours():
    table = elapsed_hours(shifts(("a", "2016-02-05T22:00Z", "2016-02-06T07:00Z", "yes")))
    assert list(table["bin"]) == [4 * 24 + 22, 4 * 24 + 23, *range(5 * 24, 5 * 24 + 7)]
    assert list(table["night"].dt.day) == [5] * 8 + [6]  # 06:00 on Saturday is no longer Friday's night


def test_a_winter_and_a_summer_year_of_hours_adds_up():
    hours = live_hours(round_the_clock(pd.Timestamp("2016-01-04"), pd.Timestamp("2017-01-01")))
    assert hours.sum() == 52 * 168  # the clock gave an hour in October and took one in March
    assert (hours[6 * 24 + 1], hours[6 * 24 + 2]) == (52, 52)  # 01:00 of a Sunday was skipped once, and came twice once


def test_an_incident_is_live_by_its_shift_or_its_time():
    log = shifts(
        ("a", "2016-02-01T18:00Z", "2016-02-02T00:00Z", "yes"), ("b", "2016-02-02T18:00Z", "2016-02-03T00:00Z", "no")
    )
    times = pd.to_datetime(
        pd.Series(["2016-02-01T19:00Z", None, None, "2016-02-02T19:00Z", "2016-02-01T12:00Z"]), utc=True
    )
    assert list(while_live(calls(times, ["", "a", "b", "", ""]), log)) == [True, True, False, False, False]


def calls(times, shift_ids):
    received = times.dt.tz_convert("Europe/London")
    day = received.dt.tz_localize(None).dt.normalize()
    return pd.DataFrame({"received_at": received, "received_on": day, "shift_id": shift_ids})


def test_a_day_without_a_time_is_live_where_a_live_shift_began_on_it():
    log = shifts(
        ("a", "2016-02-01T18:00Z", "2016-02-02T02:00Z", "yes"), ("b", "2016-02-02T18:00Z", "2016-02-03T00:00Z", "no")
    )
    day_only = calls(pd.to_datetime(pd.Series([None] * 5), utc=True), ["", "", "", "b", "other"]).assign(
        received_on=pd.to_datetime(["2016-02-01", "2016-02-02", "2016-02-03", "2016-02-01", "2016-02-01"])
    )
    # the first began a live shift; the second saw only its end, and a shift without a nurse; the fourth names that one
    assert list(while_live(day_only, log)) == [True, False, False, False, True]


def test_a_day_without_a_time_is_live_on_a_watch_that_held_all_of_it():
    watch = round_the_clock(pd.Timestamp("2016-02-01"), pd.Timestamp("2016-02-03"))
    days = pd.to_datetime(["2016-01-31", "2016-02-01", "2016-02-03", "2016-02-04"])
    day_only = calls(pd.to_datetime(pd.Series([None] * 4), utc=True), [""] * 4).assign(received_on=days)
    assert list(while_live(day_only, watch)) == [False, True, True, False]


def test_a_source_kept_day_and_night_is_live_in_every_hour():
    hours = live_hours(round_the_clock(pd.Timestamp("2016-02-01"), pd.Timestamp("2016-02-14")))
    assert (hours == 2).all()  # two whole weeks


def test_no_shift_at_all_is_no_live_hour():
    empty = shifts(("a", "2016-02-01T18:00Z", "2016-02-02T00:00Z", "yes")).iloc[:0]
    assert live_hours(empty).sum() == 0
