"""The stages that the demonstration's year holds: plausible, with blanks, and never in the two published weeks."""

from types import SimpleNamespace

import pandas as pd
import pytest

from geo.deployment.shifts import read_shift_log
from geo.deployment.stages import stage_table
from geo.incidents.demonstration import published_weeks, write_weeks, write_year
from geo.incidents.read import read_extract
from geo.settings import data_folder

STAGES = ["dispatched_at", "arrived_at", "cleared_at", "officers_on_scene", "officers_released_at"]


@pytest.fixture(scope="module")
def gazetteer():
    postcodes = pd.read_parquet(data_folder() / "postcodes" / "northamptonshire.parquet")
    return SimpleNamespace(frame=postcodes.set_index("postcode"))


@pytest.fixture(scope="module")
def files(gazetteer, tmp_path_factory):
    return write_year(tmp_path_factory.mktemp("year"), gazetteer)


@pytest.fixture(scope="module")
def year(files):
    return read_extract(files.mental_health, source="mental_health", person_secret=b"test").accepted


def test_the_two_weeks_hold_none_of_it(gazetteer, tmp_path):
    weeks = read_extract(write_weeks(tmp_path, gazetteer).mental_health, source="mental_health").accepted
    assert weeks[STAGES].isna().all(axis=None)
    assert set(weeks["s136_avoided"]) == set(weeks["restraint"]) == {"unknown"}


def test_cars_take_minutes_that_a_county_allows_and_jobs_last_as_the_minutes_say(year):
    stages = stage_table(year).set_index("stage")
    assert 15 <= stages.loc["car sent to arrival", "median"] <= 35
    assert 70 <= stages.loc["arrival to clear", "median"] <= 110
    timed = year[year["minutes_on_incident"].notna() & (year["deployed"] == "yes") & year["dispatched_at"].notna()]
    spent = (timed["cleared_at"] - timed["arrived_at"]).dt.total_seconds() / 60
    right = spent.notna() & (timed["arrived_at"] > timed["dispatched_at"])
    pd.testing.assert_series_equal(spent[right], timed.loc[right, "minutes_on_incident"], check_names=False)


def test_cells_are_left_blank_and_a_few_stand_in_the_wrong_order(year):
    table = stage_table(year).set_index("stage")
    assert table.loc["car sent to arrival", "missing"] > 20
    assert table["negative"].between(0, 12).all()
    assert table["negative"].sum() > 0
    assert year["officers_released_at"].notna().mean() < 0.6
    assert (year["s136_avoided"] == "unknown").mean() > 0.5
    assert not ((year["s136"] == "yes") & (year["s136_avoided"] == "yes")).any()


def test_crews_are_lettered_where_both_were_on_duty_outside_the_published_weeks(files):
    shifts = read_shift_log(files.shift_log).frame
    lettered = shifts["crew_roles"].str.contains("crew [A-D]$")
    both = (shifts["police_staffed"] == "yes") & (shifts["nhs_staffed"] == "yes")
    assert (lettered == (both & ~shifts["shift_id"].isin(published_weeks()["date"]))).all()
