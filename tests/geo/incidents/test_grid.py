import zipfile

import pytest
from openpyxl import Workbook

from geo.errors import SourceError
from geo.incidents.grid import MOST_BYTES, read_grid
from geo.incidents.workbook import read_workbook


def rows_of(path, **choice):
    return [row.cells for row in read_grid(path, **choice).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_is_the_same_in_every_encoding(tmp_path, encoding):
    file = tmp_path / "log.csv"
    file.write_bytes("Date,Notes\r\n04/02/2016,caf\u00e9 \u2013 \u00a35\r\n".encode(encoding))
    assert rows_of(file)[1] == ("04/02/2016", "caf\u00e9 \u2013 \u00a35")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_among_commas_in_notes(tmp_path, delimiter):
    file = tmp_path / "log.csv"
    file.write_text(
        delimiter.join(["Date", "Notes"]) + "\n" + delimiter.join(["04/02/2016", '"one, two; three"']) + "\n"
    )
    assert rows_of(file)[1] == ("04/02/2016", "one, two; three")


def test_a_quote_that_never_closes_swallows_no_row(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text('Date,Notes\n04/02/2016,"open\n05/02/2016,next\n')
    grid = read_grid(file)
    assert [row.cells for row in grid.rows][1:] == [("04/02/2016", '"open'), ("05/02/2016", "next")]
    assert "row 2" in grid.faults[0]


def test_row_numbers_are_those_a_spreadsheet_shows(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text('Date,Notes\n\n04/02/2016,"two\nlines"\n05/02/2016,x\n')
    assert [row.number for row in read_grid(file).rows] == [1, 3, 4]


def test_a_workbook_gives_typed_cells_and_the_sheet_asked_for(tmp_path):
    book = Workbook()
    book.active.title = "Words"
    book.active.append(["nothing here"])
    book.create_sheet("Log").append(["Date", 3, True])
    book.save(tmp_path / "two.xlsx")
    assert rows_of(tmp_path / "two.xlsx", sheet="Log") == [("Date", 3.0, True)]
    with pytest.raises(SourceError, match="'Words', 'Log'"):
        read_grid(tmp_path / "two.xlsx", sheet="log 2016")


def test_a_sheet_asked_of_a_text_file_is_said_not_to_be(tmp_path):
    (tmp_path / "log.csv").write_text("Date,Notes\n")
    with pytest.raises(SourceError, match="without sheets"):
        read_grid(tmp_path / "log.csv", sheet="Log")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "holds no rows"),
        (b"\x89PNG\r\n", "a picture"),
        (b"<!DOCTYPE html>", "web page"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, content, words):
    (tmp_path / "log.csv").write_bytes(content)
    with pytest.raises(SourceError, match=words):
        read_grid(tmp_path / "log.csv")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(SourceError, match="there is no file"):
        read_grid(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="not a file"):
        read_grid(tmp_path)


def test_a_file_over_50_mb_is_refused_unread(tmp_path):
    with (tmp_path / "big.csv").open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(SourceError, match="more than 50"):
        read_grid(tmp_path / "big.csv")


def package(path, rows):
    """Write the least workbook that opens, with the sheet's rows given as XML."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0"?>' + text)
    return path


def test_a_cell_in_the_far_corner_is_refused_in_words(tmp_path):
    far = package(tmp_path / "far.xlsx", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    with pytest.raises(SourceError, match=r"row 1,048,576.*delete what stands far outside"):
        read_grid(far)


def test_two_cells_that_span_the_whole_sheet_end_in_words_not_in_all_our_memory(tmp_path):
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(SourceError, match=r"memory allowed|delete what stands far outside"):
        read_grid(package(tmp_path / "span.xlsx", cells))


def test_a_workbook_that_takes_too_long_is_given_up(tmp_path):
    slow = package(tmp_path / "slow.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')
    with pytest.raises(SourceError, match="took more than"):
        read_workbook(slow, slow.read_bytes(), None, seconds=0.001)


def test_a_workbook_that_declares_entities_is_refused(tmp_path):
    sheet = package(tmp_path / "plain.xlsx", "")
    with zipfile.ZipFile(sheet, "a") as archive:
        archive.writestr("xl/extra.xml", '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "A">]><w/>')
    with pytest.raises(SourceError, match="entities"):
        read_grid(sheet)
