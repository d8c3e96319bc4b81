"""The brief as a Word file: headings, tables and pictures of two A4 pages, with the manifest inside."""

import io
import json
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape as escape_xml

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from geo.incidents.values import NOT_XML
from geo.release.brief import Brief, Picture, Said, Table
from geo.release.page import run_in_words
from geo.release.pictures import png

GREY = RGBColor(0x59, 0x59, 0x59)
MANIFEST = "/customXml/manifest.xml"
"""Where the manifest lies in the file: a custom part, which Word keeps and does not show."""

_WIDTH = 186.0
"""Millimetres between the margins."""

_FONT = "Arial"
_FEW = 5
"""Sentences, or plans, above which the type is smaller, so that two pages hold them."""

_PROPERTY = 255
"""Letters that a property of a Word file holds at most."""


def as_document(brief: Brief) -> bytes:
    """Write the brief as DOCX."""
    document = _blank(brief)
    _first_page(document, brief)
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    _second_page(document, brief)
    _attach(document, brief)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _first_page(document: Doc, brief: Brief) -> None:
    document.add_heading(_clean(brief.title), level=0)
    if brief.synthetic:
        _sentence(document, Said(f"Synthetic. {brief.synthetic}"), 8.5, bold_until=len("Synthetic."))
    for word, what in brief.facts:
        _sentence(document, Said(f"{word}: {what}"), 8.5, bold_until=len(word) + 1)
    document.add_heading("The answer", level=1)
    _bullets(document, brief.answers, 9 if len(brief.answers) <= _FEW else 7.5)
    _table(document, brief.plans, (42, 56, 88), 8.5 if len(brief.plans.rows) <= _FEW else 7)
    for objective in brief.objectives:
        _sentence(document, objective, 8)
    where, when, *_ = brief.pictures
    _side_by_side(document, (where, when), 60 if len(brief.plans.rows) <= _FEW else 48)
    if brief.change:
        _table(document, brief.change, (9, 53, 26, 26, 72), 8)


def _second_page(document: Doc, brief: Brief) -> None:
    _side_by_side(document, brief.pictures[2:], 52)
    plans = len(brief.measures.heads) - 2
    _table(document, brief.measures, (9, 64, *[113 / plans] * plans), 8 if plans <= _FEW else 6.5)
    _inputs(document, brief.assumptions, 7)
    document.add_heading("Limits", level=1)
    _bullets(document, brief.limits, 7.5)
    _sentence(document, Said(run_in_words(brief)), 7, grey=True)


def _blank(brief: Brief) -> Doc:
    """Give an empty A4 document with the brief's type and its properties set, without the template's own words."""
    document: Doc = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(12)
    section.top_margin = section.bottom_margin = Mm(10)
    section.header_distance = section.footer_distance = Mm(5)
    for name, size, above, below in (
        ("Normal", 8.5, 0, 1),
        ("Title", 17, 0, 2),
        ("Heading 1", 10, 4, 1),
        ("List Bullet", 8.5, 0, 1),
    ):
        style: Any = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:asciiTheme"), "")
        fonts = style.element.rPr.rFonts
        for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[theme]
        style.font.color.rgb = RGBColor(0x1C, 0x1C, 0x1C)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(above), Pt(below)
        style.paragraph_format.line_spacing = 1.0
    for border in document.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    properties = document.core_properties
    properties.author, properties.language = "Triage Map", "en-GB"
    properties.title, properties.comments = _clean(brief.title)[:_PROPERTY], _clean(brief.protection)[:_PROPERTY]
    return document


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)


def _sentence(
    place: Any, said: Said, size: float, *, bold_until: int = 0, grey: bool = False, style: str | None = None
) -> None:
    """Write a sentence as a paragraph, its figures' numbers small behind it."""
    _write(place.add_paragraph(style=style), said, size, bold_until=bold_until, grey=grey)


def _write(
    paragraph: Any, said: Said, size: float, *, bold_until: int = 0, grey: bool = False, numbers: bool = True
) -> None:
    text = _clean(said.text)
    for piece, bold in ((text[:bold_until], True), (text[bold_until:], False)):
        if piece:
            run = paragraph.add_run(piece)
            run.font.size, run.bold = Pt(size), bold
            if grey:
                run.font.color.rgb = GREY
    if said.figures and numbers:
        mark = paragraph.add_run(f" {', '.join(said.figures)}")
        mark.font.size, mark.font.superscript, mark.font.color.rgb = Pt(size), True, GREY


def _bullets(document: Doc, said: Iterable[Said], size: float) -> None:
    for one in said:
        _sentence(document, one, size, style="List Bullet")


def _table(document: Doc, table: Table, widths: tuple[float, ...], size: float) -> None:
    """Write a table under its heading; where its rows have numbers, these stand for the figures of their cells."""
    document.add_heading(_clean(table.title), level=1)
    drawn = document.add_table(rows=1 + len(table.rows), cols=len(table.heads))
    _set_widths(drawn, widths)
    _rule(drawn)
    keyed = not table.heads[0]
    rows = [tuple(Said(head) for head in table.heads), *table.rows]
    for line, row in enumerate(rows):
        for place, (cell, said) in enumerate(zip(drawn.rows[line].cells, row, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            bold = len(said.text) if not line else 0
            _write(paragraph, said, size, bold_until=bold, grey=keyed and not place, numbers=not keyed)
    _repeat_head(drawn)
    _sentence(document, Said(table.note), max(size - 1, 6), grey=True)


def _inputs(document: Doc, table: Table, size: float) -> None:
    """Write the assumptions in two columns: number, input, value, source."""
    document.add_heading(f"{_clean(table.title)}: input, value (source)", level=1)
    drawn = document.add_table(rows=1, cols=2)
    _set_widths(drawn, (_WIDTH / 2, _WIDTH / 2))
    half = -(-len(table.rows) // 2)
    for cell, rows in zip(drawn.rows[0].cells, (table.rows[:half], table.rows[half:]), strict=True):
        for number, (key, name, value, source) in enumerate(rows):
            paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0.5)
            _write(paragraph, Said(f"{key.text} "), size, grey=True)
            _write(paragraph, Said(f"{name.text}: "), size)
            _write(paragraph, Said(value.text), size, bold_until=len(value.text))
            _write(paragraph, Said(f" ({source.text})"), size)


def _set_widths(drawn: Any, widths: Sequence[float]) -> None:
    """Set the columns' widths where Word looks for them, and where others do."""
    drawn.autofit = False
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _rule(drawn: Any) -> None:
    """Draw thin lines between rows and take the margins of cells in."""
    properties = drawn._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for side, colour in (("top", "1C1C1C"), ("bottom", "1C1C1C"), ("insideH", "D0D0D0")):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "40")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    properties.extend([borders, margins])


def _repeat_head(drawn: Any) -> None:
    """Mark the first row as the head, for screen readers and for tables over two pages."""
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    drawn.rows[0]._tr.get_or_add_trPr().append(head)


def _side_by_side(document: Doc, pictures: Sequence[Picture], height: float) -> None:
    """
    Put pictures of at most a height in millimetres side by side, each under its title and over its note.

    They stand in the cells of a table without lines.
    """
    table = document.add_table(rows=1, cols=2)
    _set_widths(table, (_WIDTH / 2, _WIDTH / 2))
    for cell, picture in zip(table.rows[0].cells, pictures, strict=False):
        title = cell.paragraphs[0]
        _write(title, Said(picture.title), 8, bold_until=len(picture.title))
        image = cell.add_paragraph()
        shape = image.add_run().add_picture(io.BytesIO(png(picture.svg)))
        scale = min(Mm(_WIDTH / 2 - 5) / shape.width, Mm(height) / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape._inline.docPr.set("descr", _clean(picture.words))
        _sentence(cell, Said(picture.note), 6.5, grey=True)


def _attach(document: Doc, brief: Brief) -> None:
    text = escape_xml(json.dumps(brief.manifest, ensure_ascii=True, allow_nan=False))
    content = f'<?xml version="1.0" encoding="UTF-8"?><manifest xmlns="urn:triage-map:manifest">{text}</manifest>'
    part = Part(PackURI(MANIFEST), "application/xml", content.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
