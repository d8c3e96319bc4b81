"""The step Roads without a browser: what it shows, and roads from a stand-in for OpenStreetMap."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

import geo
from geo.routing.network import load_network
from geo.routing.sources import fetch_roads
from geo.store.intake import make_demonstration
from geo.store.loading import load_roads
from geo.store.project import Facts, create_project

ROOT = Path(__file__).resolve().parents[3]
downloads = SimpleNamespace(**runpy.run_path(str(ROOT / "benchmarks" / "reliability" / "downloads.py")))


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path / "cache"))
    base = geo.Base.at("NN1 1DE", geo.Gazetteer.default())
    made = create_project(tmp_path / "project", Facts("A project", "Northamptonshire", base))
    monkeypatch.setenv("TRIAGE_MAP_PROJECT", str(made.folder))
    return made


@pytest.fixture
def openstreetmap(monkeypatch):
    with downloads.openstreetmap() as stand_in:
        for name, address in stand_in.settings.items():
            monkeypatch.setenv(name, address)
        yield stand_in


def step():
    def page():
        from geo.errors import GeoError
        from geo.ui import frame, roads

        question = frame.ask()[0]
        frame._show_said()
        try:
            roads.show(question)
        except GeoError as problem:
            import streamlit as st

            st.error(str(problem))

    return AppTest.from_function(page, default_timeout=120).run()


def text_of(page):
    return "\n".join(each.value for each in [*page.markdown, *page.caption, *page.success]).replace("\\", "")


def press(page, label):
    return next(button for button in page.button if button.label == label).click().run()


def test_estimated_roads_say_what_they_are(project):
    page = step()
    assert not page.exception
    assert "**Trust:** Estimated roads: postcode pattern" in text_of(page)
    assert "ways cut off at the edge: not known" in text_of(page)
    assert not page.warning
    page.radio(key="roads-way").set_value("Estimated roads").run()
    assert next(button for button in page.button if button.label.startswith("Go back")).disabled
    assert not project.roads.exists()


def test_roads_are_downloaded_by_name_and_given_back(project, openstreetmap):
    page = step()
    page.radio(key="roads-way").set_value("Download from OpenStreetMap").run()
    page.selectbox(key="roads-kind").set_value("Name").run()
    assert "127.0.0.1 is sent the name, and 127.0.0.1 the outline that it gives" in text_of(page)
    assert openstreetmap.asked == []
    page.text_input(key="roads-name").set_value("Somewhere").run()
    page = press(page, "Ask OpenStreetMap")
    assert not page.exception
    assert "The project now has 3 junctions and 3 edges from OpenStreetMap, Somewhere (2021-04-10)." in text_of(page)
    assert load_network(project.roads).source == "OpenStreetMap, Somewhere"
    assert "do not cover your base" in page.warning[0].value  # Cambridge is not Northampton
    page.radio(key="roads-way").set_value("Estimated roads").run()
    page = press(page, "Go back to estimated roads")
    assert "has estimated roads again" in text_of(page)
    assert load_roads(project).network.estimated


def test_a_refused_download_leaves_the_roads_as_they_were(project, openstreetmap):
    openstreetmap.fault = "a web page"
    page = step()
    page.radio(key="roads-way").set_value("Download from OpenStreetMap").run()
    page.selectbox(key="roads-kind").set_value("Radius around a postcode").run()
    page = press(page, "Ask OpenStreetMap")
    assert not page.exception
    assert "answered with a page and no data" in page.error[0].value
    assert not project.roads.exists()
    assert [path.name for path in project.folder.iterdir() if path.name.startswith(".writing")] == []


def test_a_centre_that_is_no_place_is_one_sentence(project, openstreetmap):
    page = step()
    page.radio(key="roads-way").set_value("Download from OpenStreetMap").run()
    page.selectbox(key="roads-kind").set_value("Radius around a postcode").run()
    page.text_input(key="roads-centre").set_value("Kettering").run()
    page = press(page, "Ask OpenStreetMap")
    assert not page.exception
    assert "'Kettering'" in page.error[0].value
    assert openstreetmap.asked == []
    assert not project.roads.exists()


@pytest.mark.shared_data
def test_roads_of_the_next_county_are_said_not_to_cover_the_base(project, shared_data):
    fetch_roads(shared_data / "roads" / "rutland_2018.osm.pbf", project.roads)
    page = step()
    assert not page.exception
    assert "hese roads do not cover your base: the nearest of them is 3" in page.warning[0].value.replace("\\", "")


ONE_PAGE = """
import streamlit as st
from geo.ui import frame, {name}

asked = frame.ask()
links = {{title: st.Page(st.empty, title=title, url_path=title.lower()) for title in (frame.PROJECT, "Method")}}
frame.show_sidebar(asked, links)
frame.show("{name}", {name}.show, asked, links)
"""


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "name",
    ["compare", *(pytest.param(name, marks=pytest.mark.slow) for name in ("coverage", "where", "scheme", "export"))],
)
def test_no_page_crashes_on_roads_that_do_not_cover_the_base(monkeypatch, tmp_path, shared_data, name):
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path / "cache"))
    weeks = make_demonstration(tmp_path / "weeks", "weeks")
    fetch_roads(shared_data / "roads" / "rutland_2018.osm.pbf", weeks.roads)
    monkeypatch.setenv("TRIAGE_MAP_PROJECT", str(weeks.folder))
    page = AppTest.from_string(ONE_PAGE.format(name=name), default_timeout=120).run()
    assert not page.exception
    assert "roads do not cover the base" in "\n".join(each.value for each in page.sidebar.markdown)
