"""Search: where and when cars should be crewed, or where one base does most good in one traffic."""

from collections.abc import Callable

from geo.scenarios.scenario import Scenario
from geo.ui import maps, search_bases, search_plans
from geo.ui.answers import Question

VIEWS = {"plans": "Where and when", "bases": "Base alone"}
PARTS: dict[str, Callable[[Question, Scenario], None]] = {"plans": search_plans.show, "bases": search_bases.show}


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    PARTS[maps.choose_view(VIEWS, "searching", "Search for")](question, scenario)
