"""Search: where and when cars should be crewed, or where one base does most good in one traffic."""

from collections.abc import Callable
from dataclasses import replace

from geo.scenarios.scenario import Scenario
from geo.ui import maps, search_bases, search_plans
from geo.ui.answers import Question

VIEWS = {"plans": "Where and when", "bases": "Base alone"}
PARTS: dict[str, Callable[[Question, Scenario], None]] = {"plans": search_plans.show, "bases": search_bases.show}


def show(question: Question, scenario: Scenario) -> None:
    """Show the page; plans are searched by incidents, whatever the other pages count in."""
    asked = replace(question, weight="incidents")
    PARTS[maps.choose_view(VIEWS, "searching", "Search for")](asked, scenario)
