"""From files as received to a quality report, as an analyst does it in the browser."""

import csv
import io

import pytest
from openpyxl import load_workbook
from playwright import sync_api

import geo
from geo.incidents.demonstration import write_weeks, write_year
from geo.routing.network import load_network
from geo.store.project import Facts, create_project
from tests.browser.data_page import NO_MAP, import_all, step, upload

GAZETTEER = geo.Gazetteer.default()
HEAD = "Ref,Incident date,Time,Incdnt Postcde,Type of incident,Car deployed\n"


@pytest.fixture
def project(tmp_path):
    base = geo.Base.at("NN1 1DE", GAZETTEER)
    return create_project(tmp_path / "project", Facts("A project", "Northamptonshire", base))


@pytest.fixture
def analyst(visit, app_on, project):
    """A visit of the page Data of a new project."""
    visit.open(app_on(project.folder), NO_MAP)
    visit.go("Data", NO_MAP)
    return visit


def typed(name, text):
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "ledger", "finding", "together"),
    [
        (
            write_weeks,
            "Read 65 = accepted 64 + quarantined 0 + refused 1, from 3 files.",
            "3 of 19 incidents of the triage team cannot be mapped: 16",
            "The triage team holds 19 incidents and the control room 31",
        ),
        (
            write_year,
            "from 3 files.",
            "incidents of the triage team cannot be mapped",
            "The triage team holds 722 incidents and the control room 1\N{THIN SPACE}039",
        ),
    ],
    ids=["weeks", "northamptonshire"],
)
def test_two_extracts_are_matched_and_become_a_quality_report(
    analyst, project, tmp_path, pictures, write, ledger, finding, together
):
    page, files = analyst.page, write(tmp_path / "extracts", GAZETTEER)
    upload(analyst, [files.mental_health, files.shift_log])
    assert page.get_by_text("columns recognised").first.is_visible()
    import_all(analyst)
    upload(analyst, [files.police], "Control room (police)")
    page.screenshot(path=pictures / "columns.png")
    import_all(analyst)
    assert page.get_by_text(ledger).is_visible()
    step(analyst, "Match")
    page.get_by_text(together).wait_for(timeout=60_000)
    page.get_by_text("Nothing is merged").wait_for(state="attached", timeout=30_000)  # in a closed fold
    page.get_by_text("different incidents").first.click()
    page.get_by_role("button", name="Save the decisions").click()
    page.get_by_text("1 pair settled.").wait_for(timeout=60_000)
    assert project.decisions()["verdict"].tolist() == ["different"]
    step(analyst, "Quality")
    page.get_by_text(finding).first.wait_for(timeout=60_000)
    with page.expect_download() as report:
        page.get_by_role("button", name="Download the report (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(report.value.path().read_text(encoding="utf-8-sig"))))
    assert any(finding in row["words"] for row in rows)
    with page.expect_download() as template:
        page.get_by_role("button", name="Download the recording template (XLSX)").click()
    page.screenshot(path=pictures / "quality.png")
    assert load_workbook(io.BytesIO(template.value.path().read_bytes())).sheetnames


@pytest.mark.slow
def test_a_column_that_is_not_certain_is_asked_about_once_and_remembered(analyst, project):
    rows = "".join(f"A{number},0{number}/02/2016,19:00,NN{number} 1AA,Concern,No\n" for number in (1, 2, 3))
    upload(analyst, [typed("q1.csv", HEAD + rows)])
    asked = analyst.page.get_by_role("combobox", name="Field of the column Incdnt Postcde")
    assert analyst.page.get_by_text("Please look at 1 column:").is_visible()
    assert asked.input_value() == "Postcode"
    import_all(analyst)
    assert set(project.incidents()["postcode"]) <= {"NN1 1AA", "NN2 1AA", "NN3 1AA"}
    upload(analyst, [typed("q2.csv", HEAD + rows.replace("A", "B").replace("/02/", "/03/"))])
    assert analyst.page.get_by_text("saved mapping").count() == 6
    assert not analyst.page.get_by_text("Please look at").count()


@pytest.mark.slow
def test_rows_and_places_are_mended_and_the_ledger_follows(analyst, project):
    text = "Ref,Date,Time,Postcode\nA1,31/02/2016,19:00,NN1 1AA\nA2,04/02/2016,19:30,\n"
    upload(analyst, [typed("log.csv", text)])
    import_all(analyst)
    page = analyst.page
    assert page.get_by_text("Read 2 = accepted 1 + quarantined 1 + refused 0, from 1 file.").is_visible()
    page.get_by_text("is not a day of the calendar").last.click()
    analyst.fill("Date of the call", "29 Feb 2016")
    page.get_by_role("button", name="Save the mend").click()
    page.get_by_text("Read 2 = accepted 2 + quarantined 0 + refused 0, from 1 file.").wait_for(timeout=30_000)
    assert str(project.incidents().set_index("reference").loc["A1", "received_on"].date()) == "2016-02-29"
    assert [mend.mended for mend in project.mends()] == ["29 Feb 2016"]
    page.get_by_role("tab", name="Incidents without a place (1)").click()
    analyst.fill("Postcode of row 3 of log.csv", "NN1 5BD")
    page.get_by_role("button", name="Save the places").click()
    page.get_by_role("tab", name="Incidents without a place (0)").wait_for(timeout=30_000)
    assert set(project.incidents()["precision"]) == {"unit"}


HOSTILE_NAMES = ["../../etc/passwd.csv", "a" * 180 + ".csv", "<img src=x onerror=window.__pwn=1>.csv"]


@pytest.mark.slow
def test_hostile_names_are_shown_and_never_used(analyst, project):
    head, row = "Ref,Date,Time,Postcode", "04/02/2016,19:30,NN1 5BD"
    upload(analyst, [typed(name, f"{head}\nA{number},{row}\n") for number, name in enumerate(HOSTILE_NAMES)])
    import_all(analyst)
    assert analyst.page.evaluate("window.__pwn") is None
    assert len(project.incidents()) == len(HOSTILE_NAMES)
    assert sorted(file.name for file in project.folder.iterdir()) == ["drive-times", "project.sqlite"]


@pytest.mark.slow
def test_nothing_is_erased_without_a_yes_and_then_for_good(analyst, project):
    upload(analyst, [typed("log.csv", "Ref,Date,Time,Postcode\nA1,04/02/2016,19:30,NN1 5BD\n")])
    import_all(analyst)
    step(analyst, "History")
    page = analyst.page
    analyst.fill("Or the record with this reference", "A1")
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_text("nothing was erased: tick").wait_for(timeout=30_000)
    assert len(project.incidents()) == 1
    page.get_by_test_id("stCheckbox").get_by_text("Yes, erase").click()
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_text("Records with that reference erased: 1.").wait_for(timeout=30_000)
    assert project.incidents().empty


@pytest.mark.slow
@pytest.mark.shared_data
def test_an_extract_of_roads_is_uploaded_and_does_not_cover_the_base(analyst, project, shared_data):
    page = analyst.page
    step(analyst, "Roads")
    sync_api.expect(page.get_by_text("Estimated roads: postcode pattern").first).to_be_visible()
    page.locator("input[type=file]").first.set_input_files(shared_data / "roads" / "rutland_2018.osm.pbf")
    analyst.settle(NO_MAP)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_text("The project now has 2\u2009532 junctions and 5\u2009738 edges").wait_for(timeout=90_000)
    analyst.settle(NO_MAP)
    roads = load_network(project.roads)
    assert (roads.nodes, roads.source) == (2532, "OpenStreetMap, file rutland_2018.osm.pbf")
    sync_api.expect(page.get_by_text("roads do not cover the base").first).to_be_visible()
    sync_api.expect(
        page.get_by_text("These roads do not cover your base: the nearest of them is").first
    ).to_be_visible()
