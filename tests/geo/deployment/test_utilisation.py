"""Minutes on incidents of minutes crewed: the two published weeks by hand, and laws of the bounds."""

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.deployment.utilisation import by_week, night_table, utilisation

NIGHT = 360.0
"""Minutes from 18:00 to 00:00."""


def nights(*rows):
    """Nights from (crewed, perhaps crewed, minutes on incidents, incidents without minutes)."""
    days = pd.date_range("2016-02-01", periods=len(rows), freq="D")
    return pd.DataFrame(rows, index=days, columns=["crewed", "perhaps", "minutes", "without"])


def log(*shifts):
    """A shift log from (day, hours on duty, police, NHS)."""
    start = pd.to_datetime([f"{day} 18:00" for day, *_ in shifts]).tz_localize("Europe/London")
    hours = pd.to_timedelta([hours for _, hours, *_ in shifts], unit="h")
    return pd.DataFrame(
        {
            "shift_id": [day for day, *_ in shifts],
            "date": pd.to_datetime([day for day, *_ in shifts]).astype("datetime64[us]"),
            "start": start,
            "end": start + hours,
            "police_staffed": [police for *_, police, _ in shifts],
            "nhs_staffed": [nhs for *_, nhs in shifts],
        }
    )


def incidents(*rows):
    """Incidents from (shift, minutes)."""
    none = pd.Series(pd.NaT, index=range(len(rows)))
    return pd.DataFrame(
        {
            "shift_id": [shift for shift, _ in rows],
            "received_on": none.astype("datetime64[us]"),
            "received_at": none.dt.tz_localize("Europe/London").astype("datetime64[us, Europe/London]"),
            "minutes_on_incident": [minutes for _, minutes in rows],
        }
    )


FIRST = nights(
    (NIGHT, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (NIGHT, 0, 30, 0), (NIGHT, 0, 170, 0), (NIGHT, 0, 125, 0),
    (NIGHT, 0, 15, 0),
)  # fmt: skip
SECOND = nights(
    (0, NIGHT, 0, 0), (NIGHT, 0, 140, 0), (NIGHT, 0, 40, 0), (NIGHT, 0, 0, 3), (NIGHT, 0, 235, 0), (0, NIGHT, 0, 0),
    (0, NIGHT, 0, 0),
)  # fmt: skip


def test_the_first_published_week_has_340_of_1800_minutes():
    found = utilisation(FIRST)
    assert (found.minutes, found.crewed, found.without_minutes, found.nights) == (340, 1800, 0, 5)
    assert found.low == found.high == pytest.approx(340 / 1800)
    assert str(found).startswith("340 of 1\u202f800 minutes crewed on 5 crewed nights: 19% (95% interval 0-45%)")


def test_the_second_published_week_has_at_least_415_minutes_of_1440_to_2520():
    found = utilisation(SECOND)
    assert (found.minutes, found.without_minutes, found.crewed, found.crewed_at_most) == (415, 3, 1440, 2520)
    assert found.low == pytest.approx(415 / 2520)  # three more nights may have been crewed, and quiet
    assert found.high == pytest.approx((415 + 360) / 1440)  # the night without minutes may have been busy throughout
    said = "at least 415 of 1\u202f440 to 2\u202f520 minutes crewed on 4 crewed nights and 3 not recorded: 16 to 54%"
    assert str(found).startswith(said)


def test_the_interval_is_that_of_a_ratio_of_totals():
    # residuals of 340/1800 a night: -68, -38, 102, 57, -53; sum of squares 22 530; t(4) 2.776
    low, high = utilisation(FIRST).interval
    reach = 2.7764 * (5 / 4 * 22_530) ** 0.5 / 1800
    assert (low, high) == pytest.approx((max(340 / 1800 - reach, 0), 340 / 1800 + reach), abs=1e-4)


def test_one_crewed_night_has_no_interval_and_none_no_share():
    assert utilisation(nights((NIGHT, 0, 30, 0))).interval is None
    assert utilisation(nights((0, 0, 30, 1))) is None


def test_minutes_of_a_night_without_a_full_crew_do_not_count():
    table = night_table(
        incidents(("2016-02-01", 60.0), ("2016-02-02", 45.0)),
        log(("2016-02-01", 6, "yes", "yes"), ("2016-02-02", 6, "no", "yes")),
    )
    assert utilisation(table).minutes == 60


def test_the_night_of_the_clock_change_has_an_hour_more_or_less():
    table = night_table(incidents(), log(("2016-03-26", 9, "yes", "yes"), ("2016-10-29", 9, "yes", "yes")))
    assert table["crewed"].tolist() == [540, 540]  # nine elapsed hours each, whatever the clock on the wall says


def test_a_shift_without_hours_counts_nothing_and_an_unknown_crew_perhaps():
    shifts = log(("2016-02-01", 6, "yes", "unknown"), ("2016-02-02", 6, "yes", "yes"))
    shifts.loc[1, "end"] = pd.NaT
    table = night_table(incidents(("2016-02-01", None)), shifts)
    assert table[["crewed", "perhaps", "minutes", "without"]].to_numpy().tolist() == [[0, 360, 0, 1], [0, 0, 0, 0]]


def test_weeks_stand_by_their_monday_and_those_without_a_crew_have_no_row():
    later = SECOND.set_index(pd.date_range("2016-03-07", periods=7))
    empty = nights((0, 0, 0, 0)).set_index(pd.DatetimeIndex(["2016-02-20"]))
    weeks = by_week(pd.concat([FIRST, empty, later]))
    assert weeks["week"].dt.strftime("%Y-%m-%d").tolist() == ["2016-02-01", "2016-03-07"]
    assert weeks["minutes_at_least"].tolist() == [340, 415]


night = st.tuples(
    st.sampled_from([0.0, 360.0, 720.0]), st.sampled_from([0.0, 360.0]), st.integers(0, 300), st.integers(0, 2)
)


@given(st.lists(night, min_size=1, max_size=6))
def test_the_bounds_are_those_of_trying_every_choice(rows):
    found = utilisation(nights(*rows))
    duty = [row for row in rows if row[0] or row[1]]
    shares = []
    for chosen in itertools.product([False, True], repeat=len(duty)):
        for full in (False, True):
            minutes = crewed = 0.0
            for (sure, perhaps, recorded, without), counts in zip(duty, chosen, strict=True):
                length = sure + perhaps * counts
                if length:
                    minutes += max(recorded, length) if full and without else recorded
                    crewed += length
            shares += [minutes / crewed] if crewed else []
    assert (found is None) == (not shares)
    if shares:
        assert (found.low, found.high) == pytest.approx((min(shares), max(shares)))
