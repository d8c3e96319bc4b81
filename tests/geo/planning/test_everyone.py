"""How many cars would reach everyone, along one road whose drives are known."""

from dataclasses import replace

import pytest

import geo
from geo.errors import SchemaError
from geo.planning.everyone import cars_for_everyone
from geo.routing.speeds import SpeedProfile
from tests.geo.planning.villages import PLAN, WORLD

# At 50 km/h the villages lie at 0, 5, 24, 29 and 72 minutes.
EMPTY = replace(PLAN, speeds=SpeedProfile("Empty roads", periods=()))


@pytest.mark.parametrize(("minutes", "cars"), [(120.0, 1), (60.0, 1), (45.0, 2), (15.0, 3)])
def test_a_looser_standard_needs_fewer_cars(minutes, cars):
    found = cars_for_everyone(replace(EMPTY, standard=geo.ResponseStandard(minutes)), WORLD)
    assert len(found.names) == cars
    assert found.gap == found.left_out == 0
    assert found.sentence.startswith(f"{cars} car")


def test_a_chance_that_is_none_is_refused():
    with pytest.raises(SchemaError, match="a chance of 0"):
        cars_for_everyone(EMPTY, WORLD, chance=0)
    with pytest.raises(SchemaError, match="loosen the standard"):
        cars_for_everyone(replace(EMPTY, standard=geo.ResponseStandard(1.0)), WORLD)
