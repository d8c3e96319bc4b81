"""From the outside the package reads as the method, from two files to a verdict."""

from dataclasses import replace

import pytest

import geo
from geo.incidents.demonstration import write_year


@pytest.mark.shared_data
def test_a_planner_can_read_it_aloud(tmp_path, shared_data):
    files = write_year(tmp_path, geo.Gazetteer.default())
    extract = geo.read_extract(files.mental_health, source="mental_health")
    located = geo.locate(extract.accepted, geo.Gazetteer.default())
    shifts = geo.read_shift_log(files.shift_log).frame
    residents = geo.load_residents("Northamptonshire")
    demand = geo.fit_demand(located, shifts, residents, seed=0)
    world = geo.World(located, demand, shifts, geo.estimate_roads("Northamptonshire"))
    today = geo.evaluate(geo.presets()["Operation Alloy"], world)
    earlier = geo.evaluate(
        replace(today.scenario, name="earlier", pattern=geo.ShiftPattern.parse("Sun-Thu 15-23, Fri-Sat 17-01")), world
    )
    verdict = geo.compare([today, earlier])
    assert "cannot tell yet (19 of its weekly hours were never observed)" in verdict.sentence()
    cambridge = geo.load_network(shared_data / "roads" / "cambridge_2025_drive.graphml")
    bands = geo.isochrones(cambridge, geo.ScipyEngine(cambridge), (545_400, 258_500), minutes=(5, 10, 15, 20))
    assert bands["area_km2"].is_monotonic_increasing
    assert bands.crs.to_epsg() == 27700
