"""How far the answer of a search can be trusted: what more weeks would bring, what would change it, the back-test."""

from geo.planning.found import Found
from geo.ui.answers import Question


def show(question: Question, found: Found) -> None:
    """Show the evidence, folded."""
    del question, found
