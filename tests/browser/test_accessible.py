"""
Every page for those who read it otherwise: by axe-core against WCAG, by keyboard alone, on a small and a large screen.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = {
    "Overview": (),
    "Where and when": ("Counts", "Rates", "Heat", "Change"),
    "What the scheme did": ("Nights", "Contacts", "Districts", "Response", "Reasons", "Outcomes", "Figures"),
    "Coverage": ("Who is missed", "Speeds"),
    "Compare": (),
    "Search": ("Base alone",),
    "Data": ("Upload", "Columns", "Mend", "Match", "Roads", "Layers and places", "History"),
    "Export and brief": (),
    "Method": (),
    "Project": ("Kept plans", "Share", "History", "Open another", "New project"),
}
"""Every page, and the parts that it has beside the one that it opens with."""

EXCLUDED = {
    ".role-mark": "the groups of marks within a Vega chart, which names the chart as a whole: a sentence and a table "
    "stand beside it",
}
"""What axe does not look at, and why; no rule is left out."""

GRAVE = {"serious", "critical"}
UNFOLD = """() => document.querySelectorAll('[data-testid=stExpander] details:not([open]) > summary')
  .forEach(one => one.click())"""
NOTHING_IS_STALE = "!document.querySelector('[data-stale=true]')"
"""What is left of a part that was chosen before is pale until it goes."""

SIDEWAYS = """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
  .some(one => one.scrollWidth > one.clientWidth)"""
CUT = """() => [...document.querySelectorAll('p, label, h4, h5, h6, summary, button, a')]
  .filter(one => one.clientWidth > 1 && one.scrollWidth > one.clientWidth)  // what is 1 wide is hidden on purpose
  .filter(one => getComputedStyle(one).overflowX !== 'visible')
  .map(one => one.innerText.trim()).filter(text => text)"""
SIZES = {"1366 x 768": (1366, 768), "4K": (3840, 2160)}


def to(visit, title):
    """Go to a page, the project's too, which its name opens."""
    if title != "Project":
        visit.go(title)
        return
    visit.page.get_by_test_id("stSidebar").get_by_role("link").first.click()
    visit.page.get_by_role("heading", name=title, exact=True).wait_for()
    visit.settle()


def unfold(visit):
    """Open every fold of the page, once nothing of the part before is left."""
    visit.page.wait_for_function(NOTHING_IS_STALE)
    visit.page.evaluate(UNFOLD)
    visit.settle(500)


def faults(visit, where):
    """Give the serious and critical findings of axe on the page and in each of its maps."""
    visit.page.wait_for_function(NOTHING_IS_STALE)
    found = []
    for frame in visit.page.frames:
        told = Axe().run(frame, context={"exclude": [[one] for one in EXCLUDED]}).response["violations"]
        found += [
            f"{where}: {one['impact']} {one['id']} {one['nodes'][0]['html'][:150]}"
            for one in told
            if one["impact"] in GRAVE
        ]
    return found


def test_the_first_screen_has_no_serious_fault(visit, demonstration):
    visit.open(demonstration)
    assert faults(visit, "Overview") == []


@pytest.mark.slow
@pytest.mark.parametrize("title", PAGES)
def test_no_page_has_a_serious_fault_as_it_opens_and_with_every_fold_open(visit, demonstration, title):
    visit.open(demonstration)
    to(visit, title)
    found = faults(visit, title)
    unfold(visit)
    assert found + faults(visit, title) == []


@pytest.mark.slow
@pytest.mark.parametrize("title", [title for title, parts in PAGES.items() if parts])
def test_no_part_of_a_page_has_a_serious_fault_with_every_fold_open(visit, demonstration, title):
    visit.open(demonstration)
    to(visit, title)
    found = []
    for part in PAGES[title]:
        visit.choose(part)
        visit.settle()
        unfold(visit)
        found += faults(visit, part)
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_nothing_scrolls_sideways_and_nothing_is_cut(visit, demonstration, size):
    width, height = SIZES[size]
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.open(demonstration)
    for title in PAGES:
        to(visit, title)
        assert not visit.page.evaluate(SIDEWAYS), title
        assert visit.page.evaluate(CUT) == [], title


FOCUS = """() => {
  const marked = (one) => {
    const style = getComputedStyle(one);
    const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    const colours = [style.borderTopColor, style.backgroundColor];
    return ring || style.boxShadow !== 'none' || colours.includes('rgb(0, 99, 156)');
  };
  const at = document.activeElement;
  const around = [at, at.parentElement, at.parentElement?.parentElement].filter(Boolean);
  const name = at.getAttribute('aria-label') || (at.matches('main') ? 'the page' : at.innerText) || at.tagName;
  return [name.trim().split('\\n')[0], around.some(marked)];
}"""
"""What has the focus, and whether a ring, an outline or the colour of the app shows that."""

QUESTION_BAR = [
    "Source",
    *(f"{part}, {ends}" for ends in ("From (day)", "To (day, included)") for part in ("day", "month", "year")),
    "District edition",
    "incidents",
    "Scenario: Operation Alloy · daily 18:00-00:00 · 30 min",
]


def tab_to(visit, name, most=30):
    """Press the Tab key until something of that name has the focus; give what had it on the way, seen or not."""
    passed = []
    for _ in range(most):
        visit.page.keyboard.press("Tab")
        passed.append(tuple(visit.page.evaluate(FOCUS)))
        if passed[-1][0] == name:
            return passed
    raise AssertionError(f"{name!r} was not reached; passed: {passed}")


def test_every_page_and_every_control_of_the_question_bar_is_reached_by_keyboard(visit, demonstration):
    visit.open(demonstration)
    keyboard = visit.page.keyboard
    passed = tab_to(visit, "Skip to main content")  # the first stop after the address bar
    assert len(passed) == 1
    passed += tab_to(visit, "Method")
    assert [name for name, _ in passed if name in PAGES] == [title for title in PAGES if title != "Project"]
    keyboard.press("Enter")
    visit.page.get_by_role("heading", name="Method", exact=True).wait_for(timeout=60_000)

    visit.open(demonstration)
    passed += tab_to(visit, QUESTION_BAR[-1], most=40)
    bar = [name for name, _ in passed if name in QUESTION_BAR]
    assert bar == QUESTION_BAR, passed
    assert [name for name, seen in passed if not seen] == []

    keyboard.press("Enter")
    tab_to(visit, "Begin with")
    tab_to(visit, "Response standard (minutes)")
    keyboard.press("ArrowUp")
    keyboard.press("Tab")
    visit.read("Your plan · daily 18:00-00:00 · 31 min")
    visit.page.wait_for_url(re.compile("minutes=31"))
