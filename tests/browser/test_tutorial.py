"""
The tutorial, followed word by word: each numbered step is one action, and what it quotes has to be on screen.

The vocabulary of a step: ``**Open** *page*`` by the sidebar, ``**Choose** *option*`` of a control, ``**Press**
*button*``, ``**Drag** *the base* to the *north-east*``. What stands in double quotation marks is read on the page
afterwards, and a picture that the step shows is taken then.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as TooLate

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
STEP = re.compile(
    r"^(?P<number>\d+)\. \*\*(?P<verb>\w+)\*\* \*(?P<what>[^*]+)\*(?: to the \*(?P<where>[^*]+)\*)?", re.M
)
DIRECTIONS = {"north": (0, -1), "east": (1, 0), "south": (0, 1), "west": (-1, 0)}
DRAGGED = 60
"""Pixels that a drag goes in each direction that its step names."""


@dataclass(frozen=True)
class Step:
    """One numbered step: what is done, what is read then, and the picture that shows it ('' for none)."""

    number: int
    verb: str
    what: str
    where: str
    quoted: tuple[str, ...]
    picture: str


def steps(chapter: str) -> list[Step]:
    """Read the numbered steps of a chapter; a step ends where the next one begins."""
    found = list(STEP.finditer(chapter))
    ends = [match.start() for match in found[1:]] + [len(chapter)]
    return [_step(match, chapter[match.start() : end]) for match, end in zip(found, ends, strict=True)]


def _step(match: re.Match[str], told: str) -> Step:
    pictures = re.findall(r"!\[[^\]]*\]\(pictures/([^)]+)\)", told)
    quoted = tuple(" ".join(words.split()) for words in re.findall(r'"([^"]+)"', told))
    return Step(
        int(match["number"]),
        match["verb"],
        match["what"],
        match["where"] or "",
        quoted,
        pictures[0] if pictures else "",
    )


CHAPTERS = TUTORIAL.read_text(encoding="utf-8").split("\n## ")[1:-1]
"""The chapters that hold steps; the last one says where to go on."""

LONG = {"Where, when, and what is missed", "Would another plan be better?"}
"""Chapters that are left to the whole suite, for the time they take."""

FOLLOWED = [
    pytest.param(text, id=title, marks=[pytest.mark.slow] if title in LONG else [])
    for text in CHAPTERS
    for title in [text.split("\n")[0]]
]


def test_every_numbered_line_is_a_step_that_can_be_followed_and_says_what_one_sees():
    found = [step for chapter in CHAPTERS for step in steps(chapter)]
    numbered = re.findall(r"^(\d+)\. ", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE)
    assert [step.number for step in found] == [int(number) for number in numbered] == list(range(1, len(found) + 1))
    assert {step.verb for step in found} <= set(ACTIONS)
    assert all(step.quoted for step in found)
    assert all(steps(chapter)[0].verb == "Open" for chapter in CHAPTERS)


@pytest.mark.parametrize("chapter", FOLLOWED)
def test_the_tutorial_is_followed_step_by_step(chapter, visit, demonstration, pictures):
    visit.open(demonstration, 0)
    for step in steps(chapter):
        ACTIONS[step.verb](visit, step)
        for words in step.quoted:
            read(visit, step, words)
        if step.picture:
            visit.settle()
            visit.page.screenshot(path=pictures / step.picture)


def open_page(visit, step):
    visit.page.keyboard.press("Escape")
    visit.go(step.what, 0)


def choose(visit, step):
    visit.choose(step.what)
    visit.settle(0)


def press(visit, step):
    visit.page.get_by_role("button", name=step.what).first.click()


def drag(visit, step):
    assert step.what == "the base", "nothing else can be dragged"
    visit.settle()  # the map has to be drawn
    right, down = (DRAGGED * sum(DIRECTIONS[way][axis] for way in step.where.split("-")) for axis in (0, 1))
    visit.drag_base(right, down)


ACTIONS = {"Open": open_page, "Choose": choose, "Press": press, "Drag": drag}


def read(visit, step, words):
    """Wait until words are on screen; the step is named where they never are."""
    try:
        visit.read(words)
    except TooLate as error:
        error.add_note(f"step {step.number} of {TUTORIAL.name} quotes {words!r}, which is not on the page")
        raise
