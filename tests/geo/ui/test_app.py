"""The app without a browser: its first page, its figures, and what a wrong project says."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[3] / "app.py"


@pytest.fixture(autouse=True)
def own_cache(app_cache, monkeypatch):
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(app_cache))
    monkeypatch.delenv("TRIAGE_MAP_PROJECT", raising=False)


def opened():
    return AppTest.from_file(str(APP), default_timeout=120).run()


def text_of(page):
    return "\n".join(element.value for element in [*page.markdown, *page.caption])


def test_the_first_page_opens_on_the_demonstration():
    page = opened()
    assert not page.exception
    said = text_of(page).replace("\\", "")
    assert "722 incidents from 1 Jan 2016 to 31 Dec 2016, 58 without a place" in said
    assert "4 of 7 districts hold" in said
    assert "126 hours a week were not observed" in said
    assert "most are missed by: nurse busy" in said
    assert "For planning, not for live dispatch" in text_of(page)


def test_another_source_changes_the_count():
    page = opened()
    page.selectbox(key="source").set_value("police").run()
    assert not page.exception
    assert "1039 incidents" in text_of(page)


def test_a_source_without_records_says_what_to_do():
    page = opened()
    page.selectbox(key="source").set_value("s136_register").run()
    assert "Choose another source" in page.info[0].value


def test_a_project_that_is_none_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("TRIAGE_MAP_PROJECT", str(tmp_path))
    page = opened()
    assert not page.exception
    assert "holds no project" in page.error[0].value
