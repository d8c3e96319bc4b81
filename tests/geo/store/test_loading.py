"""Second exposures are loaded by name, from the project's own records or its folder of profiles."""

import os

import numpy as np
import pytest

from geo.demand.rates import fit_demand
from geo.errors import SchemaError, SourceError
from geo.places.residents import load_residents
from geo.store.loading import Selection, load_profile, profiles_of, watch
from geo.store.project import PROFILES

REGISTER = [f"r{day},{day:02d}/02/2016,{hour}:15,NN1 5BD,10," for day in range(1, 29) for hour in (3, 22)]
PUBLISHED = f'title = "Calls"\ncitation = "Doe 2020"\nedition = "2019"\neffective = 50\nweights = {[1] * 24}'


def test_a_source_kept_day_and_night_lends_its_rhythm(project, bring):
    bring("register.csv", *REGISTER, source="s136_register")
    profile = load_profile(project, Selection("mental_health", profile="s136_register"))
    assert profile.words == "the section 136 register, 56 incidents with a time"
    assert profile.record.exposure == pytest.approx(np.full(168, 4.0))  # February 2016 began on a Monday: 28 days
    assert profile.record.counts[3] == 4


def test_the_rhythm_lent_is_of_the_period_asked_for(project, bring):
    bring("register.csv", *REGISTER, source="s136_register")
    only = Selection("mental_health", first=None, last=np.datetime64("2016-02-14").item(), profile="s136_register")
    assert load_profile(project, only).words == "the section 136 register, 28 incidents with a time"


def test_without_a_name_nothing_is_lent(project):
    assert load_profile(project, Selection()) is None
    assert profiles_of(project) == []


def test_a_published_profile_is_a_file_of_the_project(project, bring):
    bring("register.csv", *REGISTER, source="s136_register")
    (project.folder / PROFILES).mkdir()
    (project.folder / PROFILES / "town.toml").write_text(PUBLISHED, encoding="utf-8")
    assert profiles_of(project) == ["s136_register", "town.toml"]
    assert load_profile(project, Selection(profile="town.toml")).words.startswith("the published profile 'Calls'")


def test_a_profile_that_changes_changes_the_version(project):
    before = project.version
    (project.folder / PROFILES).mkdir()
    file = project.folder / PROFILES / "town.toml"
    file.write_text(PUBLISHED, encoding="utf-8")
    first = project.version
    os.utime(file, ns=(0, 1))
    assert len({before, first, project.version}) == 3


@pytest.mark.parametrize("name", ["none.toml", "../project.sqlite", "mental_health"])
def test_a_profile_that_is_not_there_is_an_error(project, name):
    with pytest.raises(SourceError, match="no profile"):
        load_profile(project, Selection(profile=name))


def test_a_file_that_is_no_profile_says_so_by_name(project):
    (project.folder / PROFILES).mkdir()
    (project.folder / PROFILES / "bad.toml").write_text("title = 1", encoding="utf-8")
    with pytest.raises(SchemaError, match=r"bad\.toml has no citation"):
        load_profile(project, Selection(profile="bad.toml"))


def test_a_round_the_clock_source_borrows_nothing(project, bring):
    bring("register.csv", *REGISTER, source="s136_register")
    asked = Selection("s136_register")
    incidents = project.incidents()
    demand = fit_demand(incidents, watch(project, asked), load_residents("Northamptonshire"), draws=20)
    assert demand.observed.all()
    assert not demand.borrowed.any()
    assert demand.incidents == 56
