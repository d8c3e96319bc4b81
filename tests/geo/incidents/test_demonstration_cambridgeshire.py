"""The set of Cambridgeshire and Peterborough: its published hours, cars and number; everything else is invented."""

import hashlib
from types import SimpleNamespace

import pandas as pd
import pytest

from geo.deployment.shifts import read_shift_log
from geo.errors import PlaceError
from geo.incidents.days import with_days
from geo.incidents.demonstration_cambridgeshire import SECOND_CAR, write_cambridgeshire
from geo.incidents.read import read_extract
from geo.scenarios.presets import CAMBRIDGESHIRE_BASE
from geo.settings import data_folder


@pytest.fixture(scope="module")
def gazetteer():
    postcodes = pd.read_parquet(data_folder() / "postcodes" / "cambridgeshire-and-peterborough.parquet")
    return SimpleNamespace(frame=postcodes.set_index("postcode"))


@pytest.fixture(scope="module")
def files(gazetteer, tmp_path_factory):
    return write_cambridgeshire(tmp_path_factory.mktemp("cambridgeshire"), gazetteer)


@pytest.fixture(scope="module")
def team(files):
    return read_extract(files.mental_health, source="mental_health", person_secret=b"test")


@pytest.fixture(scope="module")
def shifts(files):
    return read_shift_log(files.shift_log).frame


def test_the_hours_are_those_published(shifts):
    late = shifts["date"].dt.day_of_week.isin([4, 5])
    assert set(shifts.loc[late, "start"].dt.hour) == {17}
    assert set(shifts.loc[~late, "start"].dt.hour) == {15}
    assert set(shifts["end"] - shifts["start"]) == {pd.Timedelta(hours=8)}  # to 01:00 before the clocks change, too


def test_the_first_car_meets_about_fifty_incidents_a_month_and_the_second_came_later(team, shifts):
    car = team.accepted["shift_id"].str[-5:].value_counts()
    assert 46 <= car["Car 1"] / 12 <= 54
    assert shifts.loc[shifts["car"] == "Car 2", "date"].min() == pd.Timestamp(SECOND_CAR)
    assert shifts["date"].nunique() == 365


def test_nothing_is_quarantined_and_every_incident_lies_in_its_shift(files, team, shifts):
    assert team.quarantined.empty
    assert read_extract(files.police, source="police").quarantined.empty
    dated = with_days(team.accepted, shifts).merge(shifts[["shift_id", "start", "end"]], on="shift_id")
    assert len(dated) == len(team.accepted)
    assert ((dated["received_at"] >= dated["start"]) & (dated["received_at"] < dated["end"])).all()
    assert (dated["received_at"].dt.hour == 0).any()
    assert (dated["day"] == dated["start"].dt.tz_localize(None).dt.normalize()).all()


def test_other_emergencies_are_told_and_keep_cars_away(team, shifts):
    assert shifts["note"].str.contains("other emergencies").mean() > 0.3
    assert (team.accepted["reason_not_deployed"] == "Car on another emergency").sum() > 10


def test_every_file_says_that_it_is_synthetic_and_no_other_scheme_is_named(files):
    for text in (files.police.read_text("cp1252"), files.shift_log.read_text()):
        assert "SYNTHETIC DEMONSTRATION" in text.splitlines()[0]
        assert "Alloy" not in text


def test_the_same_seed_gives_the_same_bytes(files, gazetteer, tmp_path):
    again = write_cambridgeshire(tmp_path, gazetteer)
    for first, second in zip(paths(files), paths(again), strict=True):
        assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()


def paths(files):
    return files.mental_health, files.police, files.shift_log


def test_the_assumed_base_is_a_live_postcode_of_the_county_and_other_counties_are_refused(gazetteer, tmp_path):
    base = gazetteer.frame.loc[CAMBRIDGESHIRE_BASE.postcode]
    assert (base["easting"], base["northing"]) == (CAMBRIDGESHIRE_BASE.easting, CAMBRIDGESHIRE_BASE.northing)
    assert base["live"]
    with pytest.raises(PlaceError, match="Cambridgeshire and Peterborough"):
        write_cambridgeshire(tmp_path, SimpleNamespace(frame=gazetteer.frame.iloc[:0]))
