"""What an analyst does on the page Data, step by step."""

from playwright import sync_api

NO_MAP = 300
"""The page draws no map, so a shorter wait than that for maps is enough (milliseconds)."""


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
    visit.page.get_by_text("below the headings").first.wait_for(timeout=60_000)
    visit.settle(NO_MAP)


def import_all(visit):
    waiting = visit.page.get_by_role("button", name="Import this file")
    for left in range(waiting.count() - 1, -1, -1):
        waiting.first.click()
        sync_api.expect(waiting).to_have_count(left, timeout=90_000)
        visit.settle(NO_MAP)
