"""
Triage Map: where and when a mental-health street triage car is needed, what it reaches and what it misses.

The public vocabulary, in the order of the method: incidents → located incidents → demand → drive times → coverage →
scenarios. Importing this package does no work; each name loads its room when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo.coverage.response import ResponseStandard
    from geo.demand.rates import Demand, fit_demand
    from geo.deployment.models import DeploymentModel
    from geo.deployment.outcomes import bounds
    from geo.deployment.patterns import weekly_table
    from geo.deployment.shifts import read_shift_log
    from geo.errors import CrsError, GeoError, PlaceError, ProjectError, ScenarioError, SchemaError, SourceError
    from geo.incidents.quality import QualityReport, quality_report
    from geo.incidents.read import Extract, read_extract
    from geo.incidents.reconcile import Matches, Reconciliation, chapman, propose_matches, reconcile
    from geo.incidents.template import write_template
    from geo.places.bases import Base
    from geo.places.locate import locate
    from geo.places.postcodes import Gazetteer, PostcodeReading, parse_postcode
    from geo.places.residents import load_residents
    from geo.release.disclosure import Policy, protect
    from geo.routing.areas import RoadArea
    from geo.routing.engine import DriveTimeEngine, ScipyEngine
    from geo.routing.estimated import estimate_roads
    from geo.routing.isochrones import isochrones
    from geo.routing.network import RoadNetwork, load_network
    from geo.scenarios.compare import Comparison, compare
    from geo.scenarios.evaluate import Outcome, evaluate
    from geo.scenarios.pattern import ShiftPattern
    from geo.scenarios.presets import presets
    from geo.scenarios.scenario import Scenario, read_scenario
    from geo.scenarios.world import World

_ROOMS = {
    "coverage.response": ("ResponseStandard",),
    "demand.rates": ("Demand", "fit_demand"),
    "deployment.models": ("DeploymentModel",),
    "deployment.outcomes": ("bounds",),
    "deployment.patterns": ("weekly_table",),
    "deployment.shifts": ("read_shift_log",),
    "errors": ("CrsError", "GeoError", "PlaceError", "ProjectError", "ScenarioError", "SchemaError", "SourceError"),
    "incidents.quality": ("QualityReport", "quality_report"),
    "incidents.read": ("Extract", "read_extract"),
    "incidents.reconcile": ("Matches", "Reconciliation", "chapman", "propose_matches", "reconcile"),
    "incidents.template": ("write_template",),
    "places.bases": ("Base",),
    "places.locate": ("locate",),
    "places.postcodes": ("Gazetteer", "PostcodeReading", "parse_postcode"),
    "places.residents": ("load_residents",),
    "release.disclosure": ("Policy", "protect"),
    "routing.areas": ("RoadArea",),
    "routing.engine": ("DriveTimeEngine", "ScipyEngine"),
    "routing.estimated": ("estimate_roads",),
    "routing.isochrones": ("isochrones",),
    "routing.network": ("RoadNetwork", "load_network"),
    "scenarios.compare": ("Comparison", "compare"),
    "scenarios.evaluate": ("Outcome", "evaluate"),
    "scenarios.pattern": ("ShiftPattern",),
    "scenarios.presets": ("presets",),
    "scenarios.scenario": ("Scenario", "read_scenario"),
    "scenarios.world": ("World",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Base",
    "Comparison",
    "CrsError",
    "Demand",
    "DeploymentModel",
    "DriveTimeEngine",
    "Extract",
    "Gazetteer",
    "GeoError",
    "Matches",
    "Outcome",
    "PlaceError",
    "Policy",
    "PostcodeReading",
    "ProjectError",
    "QualityReport",
    "Reconciliation",
    "ResponseStandard",
    "RoadArea",
    "RoadNetwork",
    "Scenario",
    "ScenarioError",
    "SchemaError",
    "ScipyEngine",
    "ShiftPattern",
    "SourceError",
    "World",
    "bounds",
    "chapman",
    "compare",
    "estimate_roads",
    "evaluate",
    "fit_demand",
    "isochrones",
    "load_network",
    "load_residents",
    "locate",
    "parse_postcode",
    "presets",
    "propose_matches",
    "protect",
    "quality_report",
    "read_extract",
    "read_scenario",
    "read_shift_log",
    "reconcile",
    "weekly_table",
    "write_template",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its room when it is first used."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'geo' has no attribute {name!r}")
    value = getattr(import_module(f"geo.{_ROOM_OF[name]}"), name)
    globals()[name] = value
    return value
