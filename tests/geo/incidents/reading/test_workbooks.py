import datetime as dt
import io
import zipfile
from itertools import pairwise

import pytest
from openpyxl import Workbook

from geo.incidents.reading import workbooks
from geo.incidents.reading.wire import Refused, receive
from geo.incidents.reading.workbooks import send_workbook, text_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def package(path, rows, extra=()):
    """Write the least workbook that opens, with the sheet's rows given as XML."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0"?>' + text)
        for name, text in extra:
            archive.writestr(name, text)
    return path


def read(path, sheet=""):
    """Give the sheets as sent: name, visibility, and each row's number with its texts."""
    out = io.BytesIO()
    send_workbook(path, path.stat().st_size, sheet, out)
    out.seek(0)
    *blocks, (answer, _) = receive(out)
    found = {number: {} for number, _ in enumerate(answer["sheets"])}
    for head, (numbers, *columns) in blocks:
        texts = []
        for ends, text in zip(columns[::2], columns[1::2], strict=True):
            bounds = memoryview(ends).cast("i")
            texts.append([text[start:end].decode() for start, end in pairwise(bounds)])
        found[head["sheet"]].update(zip(memoryview(numbers).cast("i"), zip(*texts, strict=True), strict=True))
    return [(name, visible, found[number]) for number, (name, visible) in enumerate(answer["sheets"])]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" as typed ", " as typed "),
        (45.0, "45"),
        (45.5, "45.5"),
        (7, "7"),
        (True, "Yes"),
        (False, "No"),
        (dt.date(2016, 2, 4), "2016-02-04"),
        (dt.datetime(2016, 2, 4, 19, 40), "2016-02-04 19:40:00"),  # noqa: DTZ001 - a wall-clock cell
        (dt.time(7, 5), "07:05:00"),
        (dt.timedelta(minutes=45), "0:45:00"),
        (dt.timedelta(days=1, hours=2, minutes=5, seconds=9), "26:05:09"),
        (dt.timedelta(minutes=-90), "-1:30:00"),
    ],
)
def test_a_typed_cell_is_the_text_that_a_person_would_write(cell, text):
    assert text_of(cell) == text


def test_visible_sheets_come_first_and_all_come(tmp_path):
    book = Workbook()
    book.active.title = "Kept"
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("January").append(["Date", 3, True])
    book.create_sheet("February")
    book.active = 1
    book.save(tmp_path / "months.xlsx")
    assert read(tmp_path / "months.xlsx") == [
        ("January", True, {1: ("Date", "3", "Yes")}),
        ("February", True, {}),
        ("Kept", False, {1: ("hidden",)}),
    ]


def test_rows_and_columns_keep_their_place_below_and_beside_an_empty_area(tmp_path):
    book = Workbook()
    book.active["C5"], book.active["D7"] = "five", "seven"
    book.save(tmp_path / "off.xlsx")
    assert read(tmp_path / "off.xlsx")[0][2] == {5: ("", "", "five", ""), 7: ("", "", "", "seven")}


def test_rows_beyond_one_block_are_all_there(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "_BLOCK_ROWS", 3)
    book = Workbook()
    for number in range(1, 9):
        book.active.append([number if number != 5 else None])
    book.save(tmp_path / "long.xlsx")
    assert read(tmp_path / "long.xlsx")[0][2] == {n: (str(n),) for n in (1, 2, 3, 4, 6, 7, 8)}


def test_a_sheet_that_is_not_there_is_answered_with_those_that_are(tmp_path):
    book = Workbook()
    book.active.title = "Log"
    book.save(tmp_path / "one.xlsx")
    with pytest.raises(Refused, match="has no sheet 'log 2016'; its 1 sheets are: 'Log'"):
        read(tmp_path / "one.xlsx", "log 2016")


@pytest.mark.shared_data
@pytest.mark.parametrize("ending", ["xlsx", "xls", "xlsb"])
@pytest.mark.parametrize("name", ["date", "date_1904"])
def test_dates_are_the_same_counted_from_1900_and_from_1904(shared_data, name, ending):
    sheet = read(shared_data / "badinputs" / "calamine-xlsx" / "tests" / f"{name}.{ending}")[0][2]
    assert sheet == {1: ("2021-01-01", "15"), 2: ("2021-01-02", "16"), 3: ("255:10:10", "17")}


def test_a_cell_in_the_far_corner_is_refused_in_words(tmp_path):
    far = package(tmp_path / "far.xlsx", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    with pytest.raises(Refused, match=r"row 1,048,576.*delete what stands far outside"):
        read(far)


@pytest.mark.parametrize("prolog", ["", "<!-- " + "x" * 30_000 + " -->"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_workbook_that_declares_entities_is_refused(tmp_path, encoding, prolog):
    part = f'<?xml version="1.0"?>{prolog}<!DOCTYPE w [<!ENTITY a "A">]><w/>'.encode(encoding)
    with pytest.raises(Refused, match="entities"):
        read(package(tmp_path / "entities.xlsx", "", [("xl/extra.xml", part)]))


def test_a_part_that_unpacks_to_two_hundred_times_its_size_is_refused_before_it_is(tmp_path):
    bomb = package(tmp_path / "bomb.xlsx", "", [("xl/zeros.bin", b"\x00" * (17 * 2**20))])
    with pytest.raises(Refused, match="unpacks to 6 parts and 17 MB"):
        read(bomb)


def test_a_package_of_too_many_parts_is_refused(tmp_path):
    with pytest.raises(Refused, match="unpacks to 5,006 parts"):
        read(package(tmp_path / "many.xlsx", "", [(f"xl/{n}.bin", b"") for n in range(5_001)]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_package_with_two_parts_of_one_name_is_refused(tmp_path):
    with pytest.raises(Refused, match="two parts named 'xl/workbook"):
        read(package(tmp_path / "twice.xlsx", "", [("XL/workbook.xml", b"")]))


@pytest.mark.parametrize(
    ("inside", "words"),
    [("table.csv", "is a ZIP archive, not a"), ("inner.zip", "with another inside \\('inner.zip'\\)")],
)
def test_an_archive_that_is_no_spreadsheet_is_named(tmp_path, inside, words):
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr(inside, b"Date,Notes")
    with pytest.raises(Refused, match=words):
        read(tmp_path / "some.zip")


def test_a_part_larger_than_it_declares_is_refused(tmp_path):
    path = package(tmp_path / "lie.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>' * 50)
    data = path.read_bytes()
    size = len(zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml"))
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(Refused, match=r"damaged|cannot be opened"):
        read(path)


def test_a_package_cut_short_is_damaged(tmp_path):
    path = package(tmp_path / "cut.xlsx", "")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(Refused, match="is a damaged file"):
        read(path)


def test_a_workbook_above_50_mb_is_refused_unread(tmp_path):
    with pytest.raises(Refused, match="has 60 MB, more than 50"):
        send_workbook(tmp_path / "absent.xlsx", 60 * 2**20, "", io.BytesIO())
