"""
Triage Map: where and when a mental-health street triage car is needed, what it reaches and what it misses.

The public vocabulary, in the order of the method: incidents → located incidents → demand → drive times → coverage →
scenarios. Importing this package does no work; each name loads its room when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo.coverage.availability import erlang_b, erlang_c, hypercube, transient_hypercube
    from geo.coverage.reach import Reach, within
    from geo.coverage.response import ResponseStandard
    from geo.demand.areas import area_rates
    from geo.demand.change import ratio_of_rates
    from geo.demand.kernel import heat
    from geo.demand.policy import PolicyDate, policy_rules
    from geo.demand.profile import Profile, published_profile, source_profile
    from geo.demand.rates import Demand, empirical_bayes, fit_demand
    from geo.demand.seasons import bank_holiday_nights, bank_holidays, rate_by_month
    from geo.demand.weights import heaviest
    from geo.demand.windows import WindowTotal, garwood, window_total
    from geo.deployment.models import DeploymentModel
    from geo.deployment.patterns import weekly_table
    from geo.deployment.shifts import read_shift_log
    from geo.deployment.work import Work
    from geo.errors import (
        CrsError,
        DisclosureError,
        GeoError,
        PlaceError,
        ProjectError,
        ScenarioError,
        SchemaError,
        SourceError,
    )
    from geo.incidents.quality import QualityReport, quality_report
    from geo.incidents.read import Extract, read_extract
    from geo.incidents.reconcile import Matches, Reconciliation, chapman, propose_matches, reconcile
    from geo.incidents.template import write_template
    from geo.places.areas import UserAreas, read_areas
    from geo.places.bases import Base
    from geo.places.code_tables import CodeTable, join_codes, read_code_table
    from geo.places.density import is_urban
    from geo.places.editions import districts_by_date
    from geo.places.facilities import Facility, FacilityList
    from geo.places.locate import locate
    from geo.places.postcodes import Gazetteer, PostcodeReading, parse_postcode
    from geo.places.residents import load_residents, residents_in
    from geo.planning.found import Rules
    from geo.planning.location import BaseSet, lscp, mclp, mexclp
    from geo.planning.median import p_median
    from geo.planning.plans import search_plans
    from geo.planning.rotas import Rotas, best_rotas
    from geo.planning.windows import best_windows
    from geo.release.attack import Margin, attack
    from geo.release.disclosure import Policy, protect
    from geo.routing.accuracy import accuracy_table, accuracy_words
    from geo.routing.areas import RoadArea
    from geo.routing.calibrate import Calibration, calibrate
    from geo.routing.engine import DriveTimeEngine, ScipyEngine
    from geo.routing.estimated import estimate_roads
    from geo.routing.hierarchy import SweepEngine
    from geo.routing.isochrones import isochrones
    from geo.routing.journeys import Journeys, journeys_of, read_journeys
    from geo.routing.network import RoadNetwork, load_network
    from geo.routing.snapping import Snapped, snap
    from geo.routing.speeds import SpeedProfile
    from geo.routing.timing import Roads
    from geo.scenarios.compare import Comparison, compare
    from geo.scenarios.evaluate import Outcome, evaluate
    from geo.scenarios.presets import presets
    from geo.scenarios.scenario import Scenario, read_scenario
    from geo.scenarios.world import World
    from geo.shares import bounds
    from geo.week import ShiftPattern

_ROOMS = {
    "coverage.availability": ("erlang_b", "erlang_c", "hypercube", "transient_hypercube"),
    "coverage.reach": ("Reach", "within"),
    "coverage.response": ("ResponseStandard",),
    "demand.areas": ("area_rates",),
    "demand.change": ("ratio_of_rates",),
    "demand.kernel": ("heat",),
    "demand.policy": ("PolicyDate", "policy_rules"),
    "demand.profile": ("Profile", "published_profile", "source_profile"),
    "demand.rates": ("Demand", "empirical_bayes", "fit_demand"),
    "demand.seasons": ("bank_holiday_nights", "bank_holidays", "rate_by_month"),
    "demand.weights": ("heaviest",),
    "demand.windows": ("WindowTotal", "garwood", "window_total"),
    "deployment.models": ("DeploymentModel",),
    "shares": ("bounds",),
    "deployment.patterns": ("weekly_table",),
    "deployment.shifts": ("read_shift_log",),
    "deployment.work": ("Work",),
    "errors": (
        "CrsError",
        "DisclosureError",
        "GeoError",
        "PlaceError",
        "ProjectError",
        "ScenarioError",
        "SchemaError",
        "SourceError",
    ),
    "incidents.quality": ("QualityReport", "quality_report"),
    "incidents.read": ("Extract", "read_extract"),
    "incidents.reconcile": ("Matches", "Reconciliation", "chapman", "propose_matches", "reconcile"),
    "incidents.template": ("write_template",),
    "places.areas": ("UserAreas", "read_areas"),
    "places.bases": ("Base",),
    "places.code_tables": ("CodeTable", "join_codes", "read_code_table"),
    "places.density": ("is_urban",),
    "places.editions": ("districts_by_date",),
    "places.facilities": ("Facility", "FacilityList"),
    "places.locate": ("locate",),
    "places.postcodes": ("Gazetteer", "PostcodeReading", "parse_postcode"),
    "places.residents": ("load_residents", "residents_in"),
    "planning.found": ("Rules",),
    "planning.location": ("BaseSet", "lscp", "mclp", "mexclp"),
    "planning.median": ("p_median",),
    "planning.plans": ("search_plans",),
    "planning.rotas": ("Rotas", "best_rotas"),
    "planning.windows": ("best_windows",),
    "release.attack": ("Margin", "attack"),
    "release.disclosure": ("Policy", "protect"),
    "routing.accuracy": ("accuracy_table", "accuracy_words"),
    "routing.areas": ("RoadArea",),
    "routing.calibrate": ("Calibration", "calibrate"),
    "routing.engine": ("DriveTimeEngine", "ScipyEngine"),
    "routing.estimated": ("estimate_roads",),
    "routing.hierarchy": ("SweepEngine",),
    "routing.isochrones": ("isochrones",),
    "routing.journeys": ("Journeys", "journeys_of", "read_journeys"),
    "routing.network": ("RoadNetwork", "load_network"),
    "routing.snapping": ("Snapped", "snap"),
    "routing.speeds": ("SpeedProfile",),
    "routing.timing": ("Roads",),
    "scenarios.compare": ("Comparison", "compare"),
    "scenarios.evaluate": ("Outcome", "evaluate"),
    "week": ("ShiftPattern",),
    "scenarios.presets": ("presets",),
    "scenarios.scenario": ("Scenario", "read_scenario"),
    "scenarios.world": ("World",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Base",
    "BaseSet",
    "Calibration",
    "CodeTable",
    "Comparison",
    "CrsError",
    "Demand",
    "DeploymentModel",
    "DisclosureError",
    "DriveTimeEngine",
    "Extract",
    "Facility",
    "FacilityList",
    "Gazetteer",
    "GeoError",
    "Journeys",
    "Margin",
    "Matches",
    "Outcome",
    "PlaceError",
    "Policy",
    "PolicyDate",
    "PostcodeReading",
    "Profile",
    "ProjectError",
    "QualityReport",
    "Reach",
    "Reconciliation",
    "ResponseStandard",
    "RoadArea",
    "RoadNetwork",
    "Roads",
    "Rotas",
    "Rules",
    "Scenario",
    "ScenarioError",
    "SchemaError",
    "ScipyEngine",
    "ShiftPattern",
    "Snapped",
    "SourceError",
    "SpeedProfile",
    "SweepEngine",
    "UserAreas",
    "WindowTotal",
    "Work",
    "World",
    "accuracy_table",
    "accuracy_words",
    "area_rates",
    "attack",
    "bank_holiday_nights",
    "bank_holidays",
    "best_rotas",
    "best_windows",
    "bounds",
    "calibrate",
    "chapman",
    "compare",
    "districts_by_date",
    "empirical_bayes",
    "erlang_b",
    "erlang_c",
    "estimate_roads",
    "evaluate",
    "fit_demand",
    "garwood",
    "heat",
    "heaviest",
    "hypercube",
    "is_urban",
    "isochrones",
    "join_codes",
    "journeys_of",
    "load_network",
    "load_residents",
    "locate",
    "lscp",
    "mclp",
    "mexclp",
    "p_median",
    "parse_postcode",
    "policy_rules",
    "presets",
    "propose_matches",
    "protect",
    "published_profile",
    "quality_report",
    "rate_by_month",
    "ratio_of_rates",
    "read_areas",
    "read_code_table",
    "read_extract",
    "read_journeys",
    "read_scenario",
    "read_shift_log",
    "reconcile",
    "residents_in",
    "search_plans",
    "snap",
    "source_profile",
    "transient_hypercube",
    "weekly_table",
    "window_total",
    "within",
    "write_template",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its room when it is first used."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'geo' has no attribute {name!r}")
    value = getattr(import_module(f"geo.{_ROOM_OF[name]}"), name)
    globals()[name] = value
    return value
