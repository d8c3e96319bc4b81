"""Three people, three journeys, no manual: each from opening the app to what its person leaves with."""

import io
import re
import zipfile

import geopandas as gpd
import pytest
from docx import Document
from playwright.sync_api import expect

import geo
from geo.incidents.demonstration import write_weeks
from geo.store.project import Facts, create_project
from tests.browser.data_page import import_all, step, upload

REACHED = re.compile(
    r"Of (?P<demand>[\d.]+) \([\d.]+-[\d.]+\) incidents a month in the hours that were observed, "
    r"(?P<contact>[\d.]+) \([\d.]+-[\d.]+\) have nurse contact and "
    r"(?P<reached>[\d.]+) \([\d.]+-[\d.]+\) are reached face to face within 30 minutes"
)
"""What Coverage says of a plan, in incidents a month."""


def reached(visit, base):
    """Read what Coverage says of the plan with that base, as numbers."""
    said = visit.read(re.compile(rf"base {base}.*are reached face to face within 30 minutes"))
    return {name: float(value) for name, value in REACHED.search(said).groupdict().items()}


def in_scenario(visit, label, text):
    """Open the scenario's form, type into one of its fields, and close it."""
    visit.page.get_by_role("button", name="Scenario").click()
    visit.fill(label, text)
    visit.page.keyboard.press("Escape")


def test_a_planner_moves_the_base_changes_the_shift_and_keeps_the_plan(visit, demonstration):
    visit.open(demonstration, 0)
    assert "4 of 7 districts hold 70%" in visit.read("of 7 districts hold")
    assert "126 hours a week were not observed" in visit.read("hours a week were not observed")
    missed = visit.read("most are missed by: nurse busy")

    visit.go("Where and when", 0)
    assert "Northampton 34%" in visit.read("in the county; 60% came 20:00-23:00")
    visit.read("Hatched: 126 hours a week never on duty")

    visit.go("Coverage")
    preset = reached(visit, "NN4 0JQ")
    assert f"Of {preset['demand']} (" in missed  # the same demand on every page

    in_scenario(visit, "Shifts (days, 24-hour clock)", "daily 19-23")
    visit.read("Your plan · daily 19:00-23:00 · 30 min")
    visit.read(re.compile(r"^Your plan, base NN4 0JQ\."))
    shorter = reached(visit, "NN4 0JQ")
    assert shorter["demand"] == preset["demand"]
    assert shorter["contact"] < preset["contact"]
    assert shorter["reached"] < preset["reached"]

    visit.settle()  # the map has to be drawn
    visit.drag_base(60, -60)
    moved = reached(visit, "(?!NN4 0JQ)NN")
    assert moved["contact"] == pytest.approx(shorter["contact"], abs=1)  # the desk reaches the county from anywhere
    assert moved["reached"] != shorter["reached"]

    in_scenario(visit, "Base (unit postcode)", "NN16 0AE")
    kettering = reached(visit, "NN16 0AE")
    visit.page.get_by_role("button", name="Scenario").click()
    visit.fill("Keep this plan as", "Kettering evenings")
    visit.page.get_by_role("button", name="Keep", exact=True).click()
    visit.read("Kept as Kettering evenings")
    visit.page.keyboard.press("Escape")

    visit.page.get_by_test_id("stSidebar").get_by_role("link", name="Northamptonshire, illustrative year").click()
    visit.choose("Kept plans")
    row = visit.page.get_by_test_id("stDataFrame").locator("tr").filter(has_text="Kettering evenings")
    expect(row).to_contain_text("daily 19:00-23:00", timeout=30_000)
    expect(row).to_contain_text("NN16 0AE")
    visit.page.get_by_role("button", name="Open it").click()
    visit.read(re.compile(r"^Kettering evenings, base NN16 0AE\."))
    assert reached(visit, "NN16 0AE") == kettering


def test_a_commissioner_opens_a_link_changes_an_assumption_and_takes_the_brief(visit, demonstration):
    visit.open(f"{demonstration}/compare?others=Thames+Valley%7CSupport+line", 0)
    visit.page.wait_for_url("**made=**")
    link = visit.page.url
    visit.open(link, 0)
    visit.read("Operation Alloy: 1 car, 42 hours a week")
    visit.read("Thames Valley: 1 car, 56 hours a week")
    assert "no car is sent" in visit.read("Support line: 1 car, 168 hours a week")
    visit.read(re.compile("Thames Valley reaches as many .*: cannot tell yet .14 of its weekly hours were never"))
    assert not visit.page.get_by_text("This link was made on").count()  # nothing changed since

    in_scenario(visit, "Appropriate for car (%)", "30")
    held = visit.read(re.compile("Thames Valley reaches .* more incidents a month face to face in time than Your"))
    verdict = held[held.index("In the hours that were observed") :].strip()
    assert re.search(r": clear\. It adds 14 crewed hours a week\.$", verdict)

    visit.go("Export and brief", 0)
    visit.page.get_by_role("button", name="Draw up the brief").click()
    visit.read(re.compile(r"^B against A\."))
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("button", name="Download the brief").click()
    brief = Document(io.BytesIO(waiting.value.path().read_bytes()))
    said = [one.text for one in brief.paragraphs]
    on_screen = visit.page.get_by_test_id("stMarkdown").get_by_role("listitem").filter(visible=True).all_inner_texts()
    assert on_screen[0] == f"B against A. {verdict}"
    assert [one for one in on_screen if not any(text.startswith(one) for text in said)] == []
    assert len(brief.element.xpath("//w:br[@w:type='page']")) == 1  # two pages


def test_an_analyst_brings_two_files_in_and_leaves_with_layers(visit, app_on, tmp_path):
    gazetteer = geo.Gazetteer.default()
    base = geo.Base.at("NN1 1DE", gazetteer)
    project = create_project(tmp_path / "project", Facts("Two extracts", "Northamptonshire", base))
    files = write_weeks(tmp_path / "extracts", gazetteer)
    with files.police.open("a", encoding="cp1252", newline="") as log:
        log.write("NPA-00032,31/02/2016,19:12,NN1 5BD,Home,Concern for safety,,40,F,Y,,,,20:01,2,,,synthetic\r\n")

    visit.open(app_on(project.folder), 0)
    visit.read("This page will show where the need is")
    visit.go("Data", 0)
    upload(visit, [files.mental_health, files.shift_log])
    import_all(visit)
    upload(visit, [files.police], "Control room (police)")
    visit.read("columns recognised")
    import_all(visit)
    visit.read("Read 66 = accepted 64 + quarantined 1 + refused 1, from 3 files.")

    visit.read("is not a day of the calendar")
    visit.page.get_by_text("is not a day of the calendar").last.click()
    visit.fill("Date of the call", "29 Feb 2016")
    visit.page.get_by_role("button", name="Save the mend").click()
    visit.read("Read 66 = accepted 65 + quarantined 0 + refused 1, from 3 files.")

    step(visit, "Match")
    visit.read("The triage team holds 19 incidents and the control room 32")
    visit.page.get_by_text("the same incident").filter(visible=True).first.click()
    visit.page.get_by_role("button", name="Save the decisions").click()
    visit.read("1 pair settled.")

    step(visit, "Quality")
    visit.read("3 of 19 incidents of the triage team cannot be mapped: 16")

    visit.go("Export and brief", 0)
    visit.page.get_by_text("working: Working copy").first.click()
    visit.page.get_by_role("combobox", name="Formats").click()
    visit.page.get_by_role("option", name="gpkg").click()
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("button", name="Make the files").click()
    with visit.page.expect_download(timeout=60_000) as waiting:
        visit.page.get_by_role("button", name="Download the files").click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        archive.extractall(tmp_path / "taken")
    package = tmp_path / "taken" / "triage-map.gpkg"
    named = {"county", "districts", "coverage", "isochrones", "base", "lsoas", "incidents", "layer_styles"}
    assert set(gpd.list_layers(package)["name"]) == named
    incidents = gpd.read_file(package, layer="incidents")
    assert (len(incidents), incidents.geometry.notna().sum()) == (19, 16)  # three have no place, and are kept
    districts = gpd.read_file(package, layer="districts")
    assert len(districts) == 7
    assert {districts.crs.to_epsg(), incidents.crs.to_epsg()} == {27700}
