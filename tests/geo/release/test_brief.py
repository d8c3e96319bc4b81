"""The brief as values, as a page and as a Word file: numbered figures, inert text, two pages."""

import io
import json
import re
import zipfile
from html.parser import HTMLParser

import pytest
from docx import Document

from geo.release.brief import Brief, Figures, Picture, Said, Table, short, write
from geo.release.document import MANIFEST, as_document
from geo.release.page import as_page

HOSTILE = "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)> ${7*7} `x` \x0b=cmd|' /C calc'!A0"
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "strong", "dl", "dt", "dd"}
TAGS |= {"ul", "li", "sup", "span", "table", "thead", "tbody", "tr", "th", "td", "div", "figure", "img", "figcaption"}
TAGS |= {"footer", "script"}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30"/></svg>'


def brief_of(text):
    """A brief whose every text is the same."""
    said = Said(text, ("S1",))
    row = (Said("M1"), said, said)
    picture = Picture(text, text, text, SVG, ("K1",))
    manifest = {"software": "1", "data_version": text, "seed": 0, "draws": 5, "made": "2016-01-01"}
    manifest["scenarios"] = [{"letter": "A", "name": text, "sha256": "0" * 64}]
    return Brief(
        title=text,
        synthetic=text,
        protection=text,
        facts=((text, text),),
        plans=Table(text, (text, text, text), ((said, said, said),)),
        answers=(said,),
        pictures=(picture,) * 4,
        measures=Table(text, ("", text, text), (row,), text),
        change=Table(text, ("", text, text, text, text), ((said,) * 5,), text),
        objectives=(said,),
        assumptions=Table(text, ("", "Input", "Value", "Source"), ((said,) * 4,)),
        limits=(said,),
        manifest=manifest,
    )


class Tags(HTMLParser):
    """The tags of a page, with what they ask for."""

    def __init__(self):
        super().__init__()
        self.tags, self.sources, self.handlers = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs).get("type", "")))
        self.sources += [value for name, value in attrs if name in {"src", "href", "data", "action"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def test_text_of_a_file_is_never_markup_on_the_page():
    tags = Tags()
    tags.feed(as_page(brief_of(HOSTILE)))
    assert [kind for tag, kind in tags.tags if tag == "script"] == ["application/json"]
    assert not tags.handlers
    assert {tag for tag, _ in tags.tags} <= TAGS


def test_the_page_asks_nobody_for_anything():
    tags = Tags()
    page = as_page(brief_of(HOSTILE))
    tags.feed(page)
    assert all(source.startswith("data:image/svg+xml;base64,") for source in tags.sources)
    assert "default-src 'none'" in page
    assert "url(" not in page


def test_the_manifest_on_the_page_is_the_manifest():
    brief = brief_of("</script><b>")
    text = re.search(r'<script type="application/json" id="manifest">(.*?)</script>', as_page(brief), re.S)[1]
    assert json.loads(text) == brief.manifest


def test_the_word_file_opens_again_with_text_that_word_can_hold():
    document = Document(io.BytesIO(as_document(brief_of(HOSTILE))))
    text = HOSTILE.replace("\x0b", "")
    assert document.paragraphs[0].text == text
    assert document.tables[0].rows[0].cells[0].text == text


def test_the_word_file_holds_the_manifest_and_no_link_to_outside():
    brief = brief_of("A & B < C")
    archive = zipfile.ZipFile(io.BytesIO(as_document(brief)))
    inside = re.search(r">(\{.*\})<", archive.read(MANIFEST.lstrip("/")).decode())[1]
    assert json.loads(inside.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) == brief.manifest
    assert not [name for name in archive.namelist() if b'TargetMode="External"' in archive.read(name)]
    assert len(archive.namelist()) == len(set(archive.namelist()))


def test_pictures_in_the_word_file_are_described():
    document = Document(io.BytesIO(as_document(brief_of("a map"))))
    described = [each.get("descr") for each in document.element.iter() if each.tag.endswith("}docPr")]
    assert described == ["a map"] * 4


def test_a_number_is_given_once():
    figures = Figures()
    figures.add("M1.A", "reached", "12.3")
    with pytest.raises(ValueError, match="twice"):
        figures.add("M1.A", "reached", "12.4")


def test_figures_are_written_with_their_interval_and_never_as_minus_zero():
    assert write(12.34, 10.1, 14.44, "incidents a month") == "12.3 (10.1-14.4)"
    assert write(-0.01, -0.5, 0.4, "incidents a month") == "0.0 (-0.5-0.4)"
    assert write(16_666.7, 16_666.7, 16_666.7, "pounds a month") == "16,667"


def test_a_long_name_is_cut_at_a_word():
    assert short("reach " * 100).endswith("reach …")
    assert len(short("reach " * 100)) <= 170
