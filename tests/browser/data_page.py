"""What an analyst does on the page Data, step by step."""

from playwright.sync_api import expect

NO_MAP = 300
"""The page draws no map, so a shorter wait than that for maps is enough (milliseconds)."""

LONG = 90_000
"""How long reading and importing may take on a busy machine (milliseconds)."""


def step(visit, name):
    visit.page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()
    visit.settle(NO_MAP)


def upload(visit, files, source=None):
    step(visit, "Upload")
    if source:
        visit.page.get_by_role("combobox", name="Source of these extracts").click()
        visit.page.get_by_role("option", name=source).click()
        visit.settle(NO_MAP)
    visit.page.locator("input[type=file]").first.set_input_files(files)
    visit.settle(NO_MAP)
    visit.page.get_by_role("button", name="Read the files").click()
    expect(waiting(visit)).to_have_count(len(files), timeout=LONG)
    visit.settle(NO_MAP)


def import_all(visit):
    for left in range(waiting(visit).count() - 1, -1, -1):
        waiting(visit).first.click()
        expect(waiting(visit)).to_have_count(left, timeout=LONG)
        visit.settle(NO_MAP)
    visit.read("Rows in quarantine")


def waiting(visit):
    """Give the buttons of the files that wait for their columns to be approved."""
    return visit.page.get_by_role("button", name="Import this file")
