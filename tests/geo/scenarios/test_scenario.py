"""Scenarios as values, as files and as presets."""

from dataclasses import replace

import pytest

import geo
from geo.errors import PlaceError, ScenarioError
from geo.routing.speeds import SpeedProfile
from geo.scenarios.presets import DEMONSTRATION_BASE
from geo.scenarios.scenario import parse_scenario

GAZETTEER = geo.Gazetteer.default()
ALLOY = geo.presets()["Operation Alloy"]


def test_the_presets_are_the_published_schemes():
    patterns = {name: scenario.pattern.text for name, scenario in geo.presets().items()}
    assert patterns["Operation Alloy"] == "daily 18:00-00:00"
    assert patterns["Thames Valley"] == "daily 18:00-02:00"
    assert patterns["Cambridgeshire and Peterborough hours"] == "Mon-Thu, Sun 15:00-23:00; Fri-Sat 17:00-01:00"
    assert patterns["Northumbria hours"] == "daily 10:00-03:00"
    assert patterns["Nottinghamshire hours"] == "daily 16:00-01:00"
    assert patterns["Leicester hours"] == "daily 08:00-02:00"
    assert patterns["Support line"] == "daily 00:00-24:00"


@pytest.mark.parametrize("name", geo.presets())
def test_a_scenario_reads_back_from_its_file(name, tmp_path):
    scenario = replace(geo.presets()[name], appropriate_share=0.3)
    file = tmp_path / "plan.toml"
    file.write_text(scenario.to_toml(), encoding="utf-8")
    assert geo.read_scenario(file, GAZETTEER) == scenario


def test_a_base_may_be_just_a_postcode():
    text = 'name = "plan"\npattern = "daily 18-00"\n[[base]]\npostcode = "nn40jq"\n'
    assert parse_scenario(text, GAZETTEER).bases[0].postcode == "NN4 0JQ"


def test_the_assumed_base_stands_where_its_postcode_is():
    place = GAZETTEER.find(DEMONSTRATION_BASE.postcode)
    assert (place.easting, place.northing) == (DEMONSTRATION_BASE.easting, DEMONSTRATION_BASE.northing)


def test_a_scenario_is_a_key():
    assert len({ALLOY, replace(ALLOY), replace(ALLOY, name="other")}) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "is not TOML"),
        ('name = "x"', "lacks 'base'"),
        ('name = 5\npattern = "daily 18-00"', "name must be text, not 5"),
        ('name = "x"\n[base]\npostcode = "NN4 0JQ"', "base must be a list"),
        ('name = "x"\n[[base]]\npostcode = 5', "postcode must be text, not 5"),
        ('name = "x"\ncars = 1.5', "cars must be a whole number"),
        ('name = "x"\nstandard = 30', "standard must be a table"),
        ('name = "x"\n[standard]\nminuts = 30', "unknown word in .standard. .'minuts'"),
        ('name = "x"\ncolour = "red"', "unknown words"),
        ('name = "x"\npattern = "daily 18-00"\nmodel = "drone"\n[[base]]\npostcode = "NN4 0JQ"', "cannot be used"),
        ('name = "x"\npattern = "daily 18-00"\ncars = 9\n[[base]]\npostcode = "NN4 0JQ"', "9 cars; give 1 to 5"),
        (
            'name = "x"\npattern = "daily 18-00"\nnurse_reliability = 2\n[[base]]\npostcode = "NN4 0JQ"',
            "a share from 0 to 1",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why(text, words):
    with pytest.raises(ScenarioError, match=words):
        parse_scenario(text, GAZETTEER)


def test_a_base_of_nowhere_says_so():
    with pytest.raises(PlaceError, match="ZZ1 1ZZ"):
        parse_scenario('name = "x"\npattern = "daily 18-00"\n[[base]]\npostcode = "ZZ1 1ZZ"', GAZETTEER)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        geo.read_scenario(tmp_path / "none.toml", GAZETTEER)


def test_speeds_are_kept_with_the_scenario_where_they_differ():
    mine = replace(ALLOY, speeds=SpeedProfile("Ours", town_scale=1.3, vehicle="blue lights fitted"))
    assert "[speeds]" not in ALLOY.to_toml()
    assert parse_scenario(mine.to_toml(), GAZETTEER) == mine


def test_the_measured_error_of_drives_and_its_source_are_kept_with_the_scenario():
    measured = geo.ResponseStandard(sigma=0.21, tau=0.05, error_source="measured on 40 journeys")
    mine = replace(ALLOY, standard=measured)
    assert "error_source" not in ALLOY.to_toml()
    assert parse_scenario(mine.to_toml(), GAZETTEER) == mine
    with pytest.raises(ScenarioError, match="error_source must be text, not 5"):
        parse_scenario(ALLOY.to_toml().replace("sigma = 0.246", "error_source = 5"), GAZETTEER)


def test_speeds_that_cannot_be_are_named_with_the_scenario():
    text = ALLOY.to_toml() + "[speeds]\ntown_scale = 12.0\n"
    with pytest.raises(ScenarioError, match="town_scale is 12; give"):
        parse_scenario(text, GAZETTEER)
