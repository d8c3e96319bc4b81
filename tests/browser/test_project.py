"""The project in Chromium: made, left, found again; its plans, its link and its history."""

import re

import pytest
from playwright.sync_api import expect

import geo
from geo.incidents.demonstration import write_weeks
from geo.store.intake import import_file
from geo.store.project import Facts, create_project, open_project

GAZETTEER = geo.Gazetteer.default()
NAME = "Two weeks"


@pytest.fixture
def extracts(tmp_path):
    return write_weeks(tmp_path / "extracts", GAZETTEER)


@pytest.fixture
def project(tmp_path, extracts):
    """A project with the triage team's two weeks; the control room's are not imported yet."""
    base = geo.Base.at("NN1 1DE", GAZETTEER)
    project = create_project(tmp_path / "two-weeks", Facts(NAME, "Northamptonshire", base))
    for file in (extracts.mental_health, extracts.shift_log):
        import_file(project, file, "mental_health", GAZETTEER)
    return project


@pytest.fixture
def opened(visit, app_on, project):
    """A visit of the page Project."""
    visit.open(f"{app_on(project.folder)}/project", 0)
    return visit


def to_project(visit, part):
    """Go to a part of the page Project, which the project's name opens."""
    visit.page.get_by_test_id("stSidebar").get_by_role("link").first.click()
    visit.page.get_by_role("heading", name="Project", exact=True).wait_for(timeout=60_000)
    visit.choose(part)


def listed(visit, folder):
    """Give the line of a recent project, told by its folder."""
    return visit.page.get_by_test_id("stHorizontalBlock").filter(has_text=f"{folder}, opened")


def rows(visit):
    """Give the rows of the page's table, as a reader of the screen is told them."""
    return visit.page.get_by_test_id("stDataFrame").locator("tr")


def test_a_project_is_made_left_for_another_and_found_among_the_recent_ones(opened, project, tmp_path):
    page, folder = opened.page, tmp_path / "second"
    opened.read(f"{NAME} is open: Northamptonshire, base NN1 1DE. 33 rows accepted from 2 files, 0 plans kept.")

    opened.choose("New project")
    opened.fill("Name of the project", "Second quarter")
    opened.fill("New folder (its whole path)", str(folder))
    page.get_by_role("button", name="Make the project").click()
    opened.read("no project was made: give the unit postcode of the base, as NN1 1DE")
    opened.fill("Unit postcode of the base", "ZZ1 1ZZ")
    page.get_by_role("button", name="Make the project").click()
    opened.read("cannot be located (no postcode area is called ZZ: ZZ1 1ZZ)")
    opened.fill("Unit postcode of the base", "nn16 0ae")
    page.get_by_role("button", name="Make the project").click()
    opened.read("the base NN16 0AE lies 14 km outside Cambridgeshire and Peterborough")  # the county listed first
    page.get_by_role("combobox", name="County").click()
    page.get_by_role("option", name="Northamptonshire").click()
    page.get_by_role("button", name="Make the project").click()
    opened.read("Second quarter was made and is open: bring files in on the page Data.")
    assert open_project(folder).facts.base.postcode == "NN16 0AE"

    to_project(opened, "Open another")
    expect(listed(opened, folder)).to_contain_text("open now")
    listed(opened, project.folder).get_by_role("button", name="Open", exact=True).click()
    opened.read(f"{NAME} is open.")

    to_project(opened, "Open another")
    submit = page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Open")
    opened.fill("Folder of a project (its whole path)", str(tmp_path / "nowhere"))
    submit.click()
    opened.read("holds no project")
    opened.fill("Folder of a project (its whole path)", str(folder))
    submit.click()
    opened.read("Second quarter is open.")
    opened.go("Overview", 0)
    opened.read("This page will show where the need is, when it is, and what the plan misses")


@pytest.mark.slow
def test_a_kept_plan_is_copied_renamed_and_removed_and_the_history_names_who_did_it(opened, project):
    page = opened.page
    opened.choose("Kept plans")
    opened.read("This part will list the plans that you keep")
    page.get_by_role("button", name="Scenario").click()
    opened.fill("Shifts (days, 24-hour clock)", "daily 19-23")
    opened.fill("Keep this plan as", "Short nights")
    page.get_by_role("button", name="Keep", exact=True).click()
    opened.read("Kept as Short nights")
    page.keyboard.press("Escape")

    opened.fill("Another name", "Spring")
    page.get_by_role("button", name="Keep a copy").click()
    opened.read("Short nights is kept as Spring too.")
    opened.fill("Another name", "Evenings")
    page.get_by_role("button", name="Rename").first.click()  # what stood here before may still be fading
    opened.read("Short nights is now called Evenings.")
    assert set(project.scenarios()) == {"Evenings", "Spring"}
    page.get_by_text("Yes, remove Evenings for good").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    opened.read("Evenings was removed.")
    assert set(project.scenarios()) == {"Spring"}

    opened.choose("History")
    opened.read("7 of 7 lines")
    who = project.history().iloc[-1]["by"]
    for what in ("plan kept", "plan copied", "plan renamed", "plan removed"):
        expect(rows(opened).filter(has_text=what)).to_contain_text(who)
    expect(rows(opened).filter(has_text="imported").filter(has_text="mental-health.xlsx")).to_have_count(1)


ASKED = "plan=Thames+Valley&minutes=20&from=2016-02-01&to=2016-02-29&edition=2021-&weight=minutes"


@pytest.mark.slow
def test_a_link_restores_the_view_and_its_figures_and_says_when_the_data_changed(visit, app_on, project, extracts):
    answer = re.compile(r"^Your plan, base NN1 1DE\. Of .* within 20 minutes")
    visit.open(f"{app_on(project.folder)}/coverage?{ASKED}", 0)
    figures = visit.read(answer)
    to_project(visit, "Share")
    visit.page.get_by_role("combobox", name="Page to link to").click()
    visit.page.get_by_role("option", name="Coverage").click()
    shown = visit.page.get_by_test_id("stCode")
    expect(shown).to_contain_text("/coverage?")
    link = shown.inner_text().strip()

    visit.open(link, 0)
    assert visit.read(answer) == figures
    visit.read("Your plan · daily 18:00-02:00 · 20 min")
    visit.read("minutes on incidents")
    assert visit.page.get_by_role("combobox", name="District edition").input_value() == "from 2021"
    assert visit.page.get_by_role("group", name="To (day, included)").inner_text().split() == [
        "29",
        "/",
        "02",
        "/",
        "2016",
    ]
    assert not visit.page.get_by_text("This link was made").count()

    import_file(project, extracts.police, "police", GAZETTEER)
    visit.open(link, 0)
    assert visit.read("with other data").startswith("This link was made on ")
    assert visit.read(answer) == figures  # the other source alone has changed
    visit.page.get_by_role("button", name="Renew the link").click()
    expect(visit.page.get_by_text("This link was made")).to_have_count(0, timeout=30_000)
    visit.open(visit.page.url, 0)
    visit.read(answer)
    assert not visit.page.get_by_text("This link was made").count()
