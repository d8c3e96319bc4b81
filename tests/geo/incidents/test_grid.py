import sys

import numpy as np
import pytest
from openpyxl import Workbook

from geo.errors import SourceError
from geo.incidents import grid
from geo.incidents.grid import read_grid, read_grids


def rows_of(path, **choice):
    return [tuple(row) for row in read_grid(path, **choice).cells.to_numpy()]


def test_a_text_file_is_a_frame_of_text_numbered_as_a_spreadsheet_shows_it(tmp_path):
    (tmp_path / "log.csv").write_text('Date,Notes\n\n04/02/2016,"two\nlines"\n05/02/2016\n')
    found = read_grid(tmp_path / "log.csv")
    assert (found.file, found.sheet, found.visible, found.faults) == ("log.csv", "", True, ())
    assert found.cells.index.tolist() == [1, 3, 4]
    assert found.cells.columns.tolist() == [0, 1]
    assert set(map(str, found.cells.dtypes)) == {"str"}
    assert rows_of(tmp_path / "log.csv")[1:] == [("04/02/2016", "two\nlines"), ("05/02/2016", "")]


def test_a_workbook_gives_typed_cells_as_text_and_the_sheet_asked_for(tmp_path):
    book = Workbook()
    book.active.title = "Words"
    book.active.append(["nothing here"])
    book.create_sheet("Log").append(["Date", 3, True])
    book.create_sheet("Empty")
    book.save(tmp_path / "three.xlsx")
    assert rows_of(tmp_path / "three.xlsx", sheet="Log") == [("Date", "3", "Yes")]
    assert [(found.sheet, len(found.cells)) for found in read_grids(tmp_path / "three.xlsx")] == [
        ("Words", 1),
        ("Log", 1),
        ("Empty", 0),
    ]
    with pytest.raises(SourceError, match="'Words', 'Log', 'Empty'"):
        read_grid(tmp_path / "three.xlsx", sheet="log 2016")


def test_a_large_file_is_read_as_a_small_one_would_be(tmp_path):
    generator = np.random.default_rng(0)
    notes = ["plain", "one, two", 'he said "no"', "two\nlines", "caf\u00e9", ""]
    rows = [(str(number), str(generator.choice(notes)), str(generator.choice(notes))) for number in range(150_000)]
    rows[70_000] = ("70000", "short", "")
    lines = [",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows]
    lines[70_000] = "70000,short"
    (tmp_path / "large.csv").write_text("id,first,second\n" + "\n".join(lines) + "\n", encoding="utf-8", newline="")
    found = read_grid(tmp_path / "large.csv")
    assert [tuple(row) for row in found.cells.to_numpy()] == [("id", "first", "second"), *rows]
    assert found.cells.index.tolist() == list(range(1, 150_002))
    assert found.faults == ()


def test_a_sheet_asked_of_a_text_file_is_said_not_to_be(tmp_path):
    (tmp_path / "log.csv").write_text("Date,Notes\n")
    with pytest.raises(SourceError, match="without sheets"):
        read_grid(tmp_path / "log.csv", sheet="Log")


def test_text_named_as_a_workbook_is_read_and_said_to_be_text(tmp_path):
    (tmp_path / "log.xlsx").write_text("Date,Notes\n04/02/2016,x\n")
    assert read_grid(tmp_path / "log.xlsx").faults == (
        "log.xlsx is named as a workbook but holds text, and was read as CSV",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "holds no rows"),
        (b"\n\n", "holds no rows"),
        (b"\x89PNG\r\n", "a picture"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08", "a compressed file"),
        (b"<!DOCTYPE html>", "web page"),
        (b'{"type":', "a JSON file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be opened as a spreadsheet"),
        (b"PK\x03\x04", "is a damaged file"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, content, words):
    (tmp_path / "log.csv").write_bytes(content)
    with pytest.raises(SourceError, match=f"^log.csv .*{words}"):
        read_grid(tmp_path / "log.csv")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(SourceError, match=r"^there is no file"):
        read_grid(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="is not a file; name one"):
        read_grid(tmp_path)
    for name in ("log\x00.csv", "a" * 5_000 + ".csv"):
        with pytest.raises(SourceError, match="cannot be looked up"):
            read_grid(name)


def test_a_file_over_512_mb_is_refused_unread(tmp_path):
    with (tmp_path / "big.csv").open("wb") as stream:
        stream.truncate(513 * 2**20)
    with pytest.raises(SourceError, match="has 513 MB, more than 512"):
        read_grid(tmp_path / "big.csv")


def test_a_name_that_no_system_would_choose_reaches_the_child(tmp_path):
    odd = tmp_path / "-c \u202egnp; 'x' \"y\".csv"
    odd.write_text("Date,Notes\n04/02/2016,x\n")
    assert rows_of(odd)[1] == ("04/02/2016", "x")


def test_a_file_that_takes_too_long_is_given_up(tmp_path):
    (tmp_path / "slow.csv").write_text("Date,Notes\n")
    with pytest.raises(SourceError, match=r"slow.csv took more than 0.001 seconds"):
        read_grids(tmp_path / "slow.csv", seconds=0.001)


@pytest.mark.parametrize("ending", ["", "import os; os.abort()", "raise SystemExit(1)", "print('{')"])
def test_a_child_that_ends_without_an_answer_is_said_to_have_failed(tmp_path, monkeypatch, ending):
    (tmp_path / "log.csv").write_text("Date,Notes\n")
    monkeypatch.setattr(grid, "_CHILD", ending)
    with pytest.raises(SourceError, match="could not be opened within the memory allowed, or is damaged"):
        read_grid(tmp_path / "log.csv")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory as asked")
def test_a_file_that_needs_more_memory_than_allowed_ends_in_words(tmp_path, monkeypatch):
    (tmp_path / "log.csv").write_text("Date,Notes\n")
    greedy = (
        "import sys; sys.path.insert(0, sys.argv[1]); from geo.incidents.reading import delimited, program; "
        "delimited.send_delimited = lambda *given: bytearray(3 * 2**30); program.main()"
    )
    monkeypatch.setattr(grid, "_CHILD", greedy)
    with pytest.raises(SourceError, match=r"log.csv needs more memory than is allowed"):
        read_grid(tmp_path / "log.csv")
