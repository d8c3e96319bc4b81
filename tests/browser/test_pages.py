"""Every page in Chromium: shapes are drawn, controls work, nothing goes wrong and nothing goes out."""

import io
import json
import re
import zipfile

import pytest

import geo
from geo.routing.sources import fetch_roads
from geo.store.intake import make_demonstration
from geo.store.project import Facts, create_project, open_project

MAPS = ["Compare"]
PARTS = ["Contacts", "Response", "Figures"]
TABLES = ["Search", "Data", "Export and brief", "Method"]
VIEWS = ["Rates", "Heat", "Change", "Postcodes"]


EVERY_CHART_IS_DRAWN = """() => {
  const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
  return charts.length > 0 && charts.every(chart => chart.querySelector('canvas, svg'));
}"""


def test_the_first_screen_answers_without_a_click(visit, demonstration, pictures):
    visit.open(demonstration)
    page = visit.page
    for answer in ("of 7 districts hold", "hours a week were not observed", "most are missed by"):
        assert page.get_by_text(answer).is_visible()
    assert page.get_by_text("722 incidents from 1 Jan 2016 to 31 Dec 2016, 58 without a place").is_visible()
    assert page.get_by_text("Synthetic demonstration").first.is_visible()
    assert page.get_by_text("estimated roads").first.is_visible()
    assert visit.drawn_pixels() > 1000
    inside = page.get_by_text("without a place").bounding_box()
    assert inside["y"] + inside["height"] <= 768  # whole at 1366 x 768 without scrolling
    page.screenshot(path=pictures / "overview.png")


@pytest.mark.parametrize("title", MAPS)
def test_every_map_is_drawn_with_a_legend_a_sentence_and_a_table(visit, demonstration, title):
    visit.open(demonstration)
    visit.go(title)
    assert visit.drawn_pixels() > 1000
    assert visit.map().locator(".tm-legend").count() >= 1
    assert visit.page.get_by_test_id("stExpander").filter(has_text="able").count() >= 1


@pytest.mark.slow
def test_every_part_of_what_the_scheme_did_has_its_sentence_pictures_and_tables(visit, demonstration, pictures):
    visit.open(demonstration)
    visit.go("What the scheme did")
    assert visit.page.get_by_text("The car was deployed to 225 of 722 incidents").is_visible()
    assert visit.page.get_by_text("340 of 1\u202f800 minutes crewed").is_visible()
    for part in PARTS:
        choose(visit, part)
        visit.page.wait_for_function(EVERY_CHART_IS_DRAWN, timeout=30_000)
        assert visit.page.get_by_test_id("stExpander").filter(has_text="able").count() >= 1, part
        assert f"did={part}" in visit.page.url
    visit.page.screenshot(path=pictures / "what-the-scheme-did.png")
    choose(visit, "Districts")
    assert visit.drawn_pixels() > 1000
    assert visit.map().locator(".tm-legend").count() == 1


def choose(visit, name):
    visit.choose(name)
    visit.settle(400)


def test_every_other_page_opens(visit, demonstration):
    visit.open(demonstration)
    for title in TABLES:
        visit.go(title)
        assert visit.page.get_by_role("heading", name=title, exact=True).is_visible()


@pytest.mark.slow
def test_the_map_shows_incidents_in_every_way_and_narrows_with_the_grid(visit, demonstration, pictures):
    visit.open(demonstration)
    visit.go("Where and when")
    for view in VIEWS:
        visit.choose(view)
        visit.settle()
        assert visit.drawn_pixels() > 1000, view
        assert visit.map().locator(".tm-legend").count() == 1, view
    grid = visit.page.get_by_test_id("stVegaLiteChart").first.bounding_box()
    across, down = grid["x"] + grid["width"] * 0.85, grid["y"] + grid["height"] * 0.5
    visit.page.mouse.move(across, down)
    visit.page.mouse.down()
    visit.page.mouse.move(across + 40, down + 60, steps=6)
    visit.page.mouse.up()
    visit.page.wait_for_url("**hours=**", timeout=30_000)
    visit.settle()
    visit.map().locator(".leaflet-container").click(position={"x": 150, "y": 190})
    visit.page.wait_for_url("**district=**", timeout=30_000)
    visit.settle()
    visit.page.screenshot(path=pictures / "where-and-when-narrowed.png")


@pytest.mark.slow
def test_a_click_on_the_map_moves_the_base_and_the_figures(visit, demonstration, pictures):
    visit.open(demonstration)
    visit.go("Coverage")
    visit.page.screenshot(path=pictures / "coverage.png")
    before = visit.page.get_by_text("of demand lies within that standard").inner_text()
    visit.map().locator(".leaflet-container").click(position={"x": 330, "y": 120})
    visit.page.get_by_text("Your plan, base ").first.wait_for(timeout=30_000)
    visit.settle()
    after = visit.page.get_by_text("of demand lies within that standard").inner_text()
    assert after != before
    assert "base=" in visit.page.url
    type_base(visit, "NN16 0AE", "Your plan, base NN16 0AE")
    assert "base=NN16" in visit.page.url  # the click before does not take the base back


@pytest.mark.slow
def test_a_dragged_base_changes_map_and_figures_and_nothing_else(visit, demonstration, pictures):
    visit.open(demonstration)
    visit.go("Coverage")
    sentence = visit.page.get_by_text("of demand lies within that standard")
    before = sentence.inner_text()
    visit.page.evaluate("document.querySelector('[data-testid=stSidebar]').dataset.mark = 'same page'")
    visit.drag_base(50, -90)
    visit.page.wait_for_function("old => !document.body.innerText.includes(old)", arg=before, timeout=30_000)
    visit.settle()
    assert "base=" in visit.page.url
    assert visit.drawn_pixels() > 1000
    assert visit.page.evaluate("document.querySelector('[data-testid=stSidebar]').dataset.mark") == "same page"
    visit.page.screenshot(path=pictures / "dragged.png")


@pytest.mark.slow
def test_every_postcode_is_searched_and_the_near_ties_are_a_zone(visit, demonstration, pictures):
    visit.open(demonstration)
    visit.go("Search")
    choose(visit, "Base alone")
    visit.page.get_by_role("button", name="Search every postcode").click()
    visit.page.get_by_text("postcodes give away at most 5%").wait_for(timeout=120_000)
    visit.settle()
    assert visit.page.get_by_text("is best with").is_visible()
    assert visit.drawn_pixels() > 1000
    visit.page.screenshot(path=pictures / "search.png")
    visit.page.get_by_text("Least mean drive").click()
    visit.page.get_by_text("is best with a mean drive of").wait_for(timeout=30_000)


@pytest.mark.slow
def test_plans_are_searched_and_one_is_opened_in_compare(visit, demonstration, pictures):
    visit.open(demonstration)
    visit.go("Search")
    visit.page.get_by_role("button", name="Search plans").click()
    visit.page.get_by_text("Of 126 of the 168 hours of the week nothing is known").wait_for(timeout=180_000)
    visit.settle()
    assert visit.page.get_by_text("No other base that was tried").first.is_visible()
    assert visit.drawn_pixels() > 1000
    assert visit.page.get_by_test_id("stVegaLiteChart").count() >= 4
    visit.page.screenshot(path=pictures / "search-plans.png")
    visit.page.get_by_role("button", name="Open in Compare").click()
    visit.page.get_by_text("Kept as Found: ").wait_for(timeout=60_000)
    visit.go("Compare")
    visit.page.get_by_text("incidents a month face to face").first.wait_for(timeout=60_000)
    assert visit.page.get_by_text("Found: ").first.is_visible()


@pytest.mark.slow
def test_two_cars_are_searched_with_windows_of_their_own_and_a_base_that_is_kept(visit, demonstration, tmp_path):
    visit.open(demonstration)
    visit.go("Search")
    cars = visit.page.get_by_role("spinbutton", name="Cars (number)").last
    cars.fill("2")
    cars.press("Tab")
    visit.fill("Bases that are kept", "NN16 0AE")
    limit = visit.page.get_by_role("spinbutton", name="Limit (seconds)")
    limit.fill("1")
    limit.press("Tab")
    visit.page.get_by_role("button", name="Search plans").click()
    visit.page.get_by_text("Stopped at the limit, gap").first.wait_for(timeout=180_000)
    visit.settle()
    assert visit.page.get_by_text("NN16 0AE").first.is_visible()
    assert re.search("[Ww]indows of their own", visit.page.locator("body").inner_text())
    assert visit.page.get_by_text("Hours, reach and the worst district").is_visible()
    visit.page.screenshot(path=tmp_path / "two-cars.png", full_page=True)


@pytest.mark.slow
def test_a_search_of_plans_can_be_cancelled(visit, demonstration):
    visit.open(demonstration)
    visit.go("Search")
    visit.page.get_by_role("button", name="Search plans").click()
    visit.page.get_by_text("best so far").wait_for(timeout=90_000)
    visit.page.get_by_role("button", name="Cancel").click()
    visit.page.get_by_text("This tries every base with every legal shift window").wait_for(timeout=60_000)


@pytest.mark.slow
def test_a_search_can_be_cancelled(visit, demonstration):
    visit.open(demonstration)
    visit.go("Search")
    choose(visit, "Base alone")
    visit.page.get_by_role("button", name="Search every postcode").click()
    visit.page.get_by_text("postcodes tried").wait_for(timeout=60_000)
    visit.page.get_by_role("button", name="Cancel").click()
    visit.page.get_by_text("This tries every live postcode").wait_for(timeout=60_000)


@pytest.mark.slow
def test_speeds_are_changed_on_their_page_and_kept_in_the_link(visit, demonstration, pictures):
    visit.open(demonstration)
    visit.go("Coverage")
    visit.choose("Speeds")
    field = visit.page.get_by_role("spinbutton", name="Scale in towns (x)")
    field.wait_for(timeout=30_000)
    visit.page.screenshot(path=pictures / "speeds.png")
    field.fill("1.5")
    field.press("Tab")
    visit.page.get_by_role("button", name="Use these speeds").click()
    visit.page.get_by_text("changed from the defaults").wait_for(timeout=30_000)
    assert "speeds=" in visit.page.url
    visit.page.get_by_role("button", name="Restore the default speeds").click()
    visit.page.get_by_text("The car drives by the defaults").wait_for(timeout=30_000)
    assert "speeds=" not in visit.page.url


@pytest.mark.slow
def test_the_measured_error_of_drives_is_taken_into_the_plan_and_its_link(visit, demonstration):
    visit.open(f"{demonstration}/?coverage-part=Speeds")
    visit.go("Coverage")
    choose(visit, "Speeds")
    visit.page.get_by_role("button", name="Use them with their measured error").click()
    visit.page.get_by_text("(measured on").wait_for(timeout=60_000)
    assert "errors=" in visit.page.url
    visit.page.get_by_role("button", name="Restore the assumed error").click()
    visit.page.get_by_text("one trip 0.25, shared by all 0.12 (assumed)").wait_for(timeout=60_000)
    assert "errors=" not in visit.page.url


@pytest.mark.slow
def test_the_base_moves_by_postcode_and_a_wrong_one_is_explained(visit, demonstration):
    visit.open(demonstration)
    visit.go("Coverage")
    type_base(visit, "NN16 0AE", "Your plan, base NN16 0AE")
    type_base(visit, "ZZ1 1ZZ", "Until then Operation Alloy is shown")


def type_base(visit, postcode, answer):
    """Type a base into the scenario's form, opened where it is closed, and wait for what the page says."""
    field = visit.page.get_by_role("textbox", name="Base (unit postcode)")
    if not field.is_visible():
        visit.page.get_by_role("button", name="Scenario").click()
    field.fill(postcode)
    field.press("Enter")
    visit.page.get_by_text(answer).first.wait_for(timeout=30_000)
    visit.settle()


@pytest.mark.slow
def test_who_is_missed_is_told_by_group_and_played_through(visit, demonstration, pictures):
    visit.open(demonstration)
    visit.go("Coverage")
    choose(visit, "Who is missed")
    visit.page.get_by_text("Least is reached face to face in time in").wait_for(timeout=30_000)
    visit.settle()
    assert visit.drawn_pixels() > 1000
    visit.page.screenshot(path=pictures / "who-is-missed.png")
    visit.page.get_by_text("How busy are nurse and car?").click()
    visit.page.get_by_text("520 weeks played through").wait_for(timeout=30_000)


@pytest.mark.slow
def test_the_shift_pattern_changes_what_is_lost(visit, demonstration):
    visit.open(f"{demonstration}/?pattern=daily+20-23")
    visit.go("Coverage")
    assert visit.page.get_by_text("Your plan · daily 20:00-23:00 · 30 min").first.is_visible()
    assert "pattern=daily" in visit.page.url


def test_plans_are_compared_with_verdicts(visit, demonstration, pictures):
    visit.open(f"{demonstration}/?others=Thames+Valley%7CSupport+line")
    visit.go("Compare")
    page = visit.page
    assert page.get_by_text("cannot tell yet (14 of its weekly hours were never observed)").first.is_visible()
    assert page.get_by_text("Support line reaches").first.is_visible()
    assert page.get_by_text("Weekly hours that were never on duty: Thames Valley 14; Support line 126").is_visible()
    page.get_by_test_id("stRadio").get_by_text("Support line").click()
    visit.settle()
    assert visit.drawn_pixels() > 1000
    page.get_by_text("Side by side").scroll_into_view_if_needed()
    page.screenshot(path=pictures / "compare.png")


PILOT = "/?plan=Cambridgeshire+and+Peterborough+pilot&others=Cambridgeshire+and+Peterborough+hours"


@pytest.mark.slow
def test_a_link_restores_one_car_against_two(visit, demonstration):
    visit.open(f"{demonstration}{PILOT}")
    visit.go("Compare")
    said = visit.page.get_by_text("than Cambridgeshire and Peterborough pilot (1 car)")
    assert "Cambridgeshire and Peterborough hours (2 cars) reaches" in said.inner_text()
    assert "It adds 56 crewed hours a week." in said.inner_text()
    assert visit.page.get_by_text("2 cars, 112 hours a week").is_visible()
    for title in ("Method", "Data"):
        visit.go(title, 200)
        assert "plan=Cambridgeshire" in visit.page.url  # the plan stays from page to page


@pytest.mark.slow
def test_one_car_is_held_against_two_for_cambridgeshire_and_peterborough(visit, app_on, tmp_path, pictures):
    visit.open(app_on(make_demonstration(tmp_path / "cambridgeshire", name="cambridgeshire").folder) + PILOT)
    visit.go("Compare", 2500)
    page = visit.page
    verdict = page.get_by_text("than Cambridgeshire and Peterborough pilot (1 car)").inner_text()
    assert "more incidents a month face to face in time" in verdict
    assert ": clear. It adds 56 crewed hours a week." in verdict
    assert visit.drawn_pixels() > 1000
    chart = page.get_by_test_id("stVegaLiteChart").first.bounding_box()
    assert chart["y"] + chart["height"] <= 768  # the answer is whole at 1366 x 768 without scrolling
    page.screenshot(path=pictures / "compare-two-cars.png")


@pytest.mark.slow
def test_a_plan_is_changed_kept_and_compared(visit, demonstration):
    visit.open(demonstration)
    page = visit.page
    page.get_by_role("button", name="Scenario").click()
    visit.fill("Shifts (days, 24-hour clock)", "daily 19-23")
    page.get_by_text("Your plan · daily 19:00-23:00 · 30 min").first.wait_for(timeout=30_000)
    visit.fill("Keep this plan as", "Shorter nights")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("Kept as Shorter nights").wait_for(timeout=30_000)
    page.keyboard.press("Escape")
    visit.go("Compare")
    page.get_by_role("combobox", name="Held against these plans").fill("Shorter")  # a long list shows a part of itself
    page.get_by_role("option", name="Shorter nights").click()
    page.get_by_text("Shorter nights reaches as many incidents").first.wait_for(timeout=30_000)


@pytest.mark.slow
def test_the_files_can_be_downloaded(visit, demonstration, tmp_path):
    visit.open(demonstration)
    visit.go("Export and brief")
    visit.page.get_by_role("button", name="Make the files").click()
    button = visit.page.get_by_role("button", name="Download the files")
    button.wait_for(timeout=60_000)
    with visit.page.expect_download() as waiting:
        button.click()
    content = waiting.value.path().read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        about = json.loads(archive.read("about.json"))
        (tmp_path / "map.html").write_bytes(archive.read("map.html"))
    assert {"districts.geojson", "districts.csv", "map.html", "about.json"} <= names
    assert not {name for name in names if name.startswith(("incidents", "lsoas", "hours"))}
    assert "Synthetic demonstration" in about["data"]
    visit.page.goto((tmp_path / "map.html").as_uri())
    visit.page.wait_for_selector(".leaflet-overlay-pane", state="attached")
    visit.page.wait_for_timeout(800)


@pytest.mark.slow
@pytest.mark.shared_data
def test_a_street_map_drives_the_coverage_page(visit, app_on, shared_data, tmp_path):
    project = cambridge(tmp_path, shared_data)
    visit.open(app_on(project.folder))
    visit.go("Coverage")
    assert visit.drawn_pixels() > 1000
    visit.page.get_by_text("How sure are these drive times?").click()
    visit.page.get_by_text("speeds by class and limit, junction delays").first.wait_for(timeout=30_000)
    assert visit.page.get_by_text("Estimated roads").count() == 0


@pytest.mark.slow
@pytest.mark.shared_data
def test_real_and_estimated_roads_stand_side_by_side_for_rutland(visit, app_on, shared_data, tmp_path, pictures):
    base = geo.Base.at("LE15 6QT", geo.Gazetteer.default())
    project = create_project(tmp_path / "rutland", Facts("Rutland's roads", "Northamptonshire", base))
    fetch_roads(shared_data / "roads" / "rutland_2018.osm.pbf", project.roads)
    visit.open(app_on(project.folder))
    visit.go("Coverage")
    visit.choose("Roads side by side")
    visit.page.get_by_text("From this base the estimated roads are").wait_for(timeout=90_000)
    visit.settle(2500)
    for number in range(2):
        assert visit.drawn_pixels(number) > 1000
    visit.page.screenshot(path=pictures / "sides.png")


def cambridge(folder, shared_data):
    """A project with a base in Cambridge, the roads of its GraphML, and four evenings of made-up calls."""
    base = geo.Base.at("CB1 1JW", geo.Gazetteer.default())
    shifts = folder / "shifts.csv"
    nights = [f"2016-02-0{day},18:00,00:00,yes,yes" for day in range(1, 5)]
    shifts.write_text("\n".join(["date,start,end,police staffed,nhs staffed", *nights]), encoding="utf-8")
    calls = folder / "calls.csv"
    rows = [f"R{day},2016-02-0{day},20:15,CB1 1JW,yes" for day in range(1, 5)]
    calls.write_text("\n".join(["reference,date,time,postcode,deployed", *rows]), encoding="utf-8")
    from geo.store.intake import import_file

    project = create_project(folder / "project", Facts("Cambridge", "Cambridgeshire and Peterborough", base))
    import_file(project, shifts, "mental_health", geo.Gazetteer.default())
    import_file(project, calls, "mental_health", geo.Gazetteer.default())
    fetch_roads(shared_data / "roads" / "cambridge_2025_drive.graphml", project.roads)
    return open_project(project.folder)


@pytest.mark.slow
def test_a_demonstration_takes_no_files(visit, demonstration):
    visit.open(demonstration)
    visit.go("Data")
    visit.page.get_by_test_id("stButtonGroup").get_by_text("Upload", exact=True).click()
    visit.settle(400)
    visit.page.get_by_text("This is a demonstration, and its records are invented").wait_for()
    assert visit.page.locator("input[type=file]").count() == 0
