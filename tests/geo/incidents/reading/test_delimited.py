import csv
import io
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.incidents.reading import delimited
from geo.incidents.reading.arrow import read_columns
from geo.incidents.reading.delimited import Table, begin, choose_delimiter
from geo.incidents.reading.wire import Refused


def cells(column):
    ends, text = bytes(column[0]), bytes(column[1])
    bounds = struct.unpack(f"{len(ends) // 4}i", ends)
    return [text[start:end].decode() for start, end in pairwise(bounds)]


def rows(blocks):
    return {
        number: row
        for block in blocks
        for number, row in zip(block.numbers, zip(*map(cells, block.columns), strict=True), strict=True)
    }


def read(*blocks):
    table, first = begin(blocks[0])
    found = [part for block in (first, *blocks[1:]) for part in table.read(block)]
    return rows([*found, *table.finish()]), table.faults


def test_an_empty_line_is_no_row_but_counts():
    assert read(b'a,b\n\n1,"two\nlines"\n3,4\n')[0] == {1: ("a", "b"), 3: ("1", "two\nlines"), 4: ("3", "4")}


def test_a_short_row_ends_in_empty_cells():
    assert read(b"a,b,c\n1\n")[0][2] == ("1", "", "")


def test_a_line_of_delimiters_alone_is_a_row():
    assert read(b"a,b\n,\n")[0][2] == ("", "")


def test_a_sep_line_gives_the_delimiter_and_is_no_row():
    assert read(b"sep=;\r\na;b,c\r\n") == ({2: ("a", "b,c")}, ())


def test_a_quote_that_never_closes_swallows_no_row():
    found, faults = read(b'a,b\n1,"open\n2,next\n3,last\n')
    assert found == {1: ("a", "b"), 2: ("1", '"open'), 3: ("2", "next"), 4: ("3", "last")}
    assert faults == ("a quote opened in row 2 never closes; from there every line is read as a row",)


def test_a_row_that_the_cut_between_blocks_leaves_open_is_read_whole():
    found, faults = read(b'a,b\n1,"two\n', b'lines"\n2,x\n')
    assert found == {1: ("a", "b"), 2: ("1", "two\nlines"), 3: ("2", "x")}
    assert faults == ()


def test_a_quote_that_stays_open_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(delimited, "MOST_QUOTED", 20)
    found, faults = read(b'a,b\n1,"open\n', b"2,next\n" * 4, b'3,"x"\n')
    assert found[2] == ("1", '"open')
    assert list(found) == list(range(1, 8))
    assert found[7] == ("3", '"x"')
    assert "row 2 never closes" in faults[0]


def test_a_quote_closed_by_a_later_row_is_named():
    _, faults = read(b'a,b,c\n1,"open,x\n2,y,z\n3,"closed,x\n4,5,6\n')
    assert faults == ("row 2 spans 3 lines that look like rows: check its quotes",)


def test_a_note_of_two_lines_in_the_first_column_is_not():
    assert read(b'a,b,c\n"two\nlines",y,z\n')[1] == ()


def test_a_last_row_without_line_end_is_named():
    assert read(b"a,b\n1,2")[1] == ("the last row (row 2) has no line end: check that the file was not cut short",)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"  <HTML>", "a web page"),
        (b"<?xml version='1.0'?>", "an XML file"),
        (b"{\\rtf1", "a Word document"),
        (b'{"type": "FeatureCollection"', "a JSON file"),
        (b"[[[[[[", "a JSON file"),
        (b"[]", "a JSON file"),
    ],
)
def test_other_kinds_of_text_are_named(text, what):
    with pytest.raises(Refused, match=what):
        begin(text)


def test_a_note_in_brackets_is_no_json():
    assert read(b"[sic],b\n1,2\n")[0][1] == ("[sic]", "b")


def test_more_cells_than_memory_allows_are_refused(monkeypatch):
    monkeypatch.setattr(delimited, "MOST_CELLS", 10)
    with pytest.raises(Refused, match="spans more than 10 cells"):
        read(b"a,b,c\n" * 4)


def test_a_row_with_more_cells_than_a_spreadsheet_is_refused():
    with pytest.raises(Refused, match="a row of 20,001 cells"):
        read(b"a,b\n" + b"," * 20_000 + b"\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_among_commas_in_notes(delimiter):
    rows = [["when", "what"], ["04/02/2016", "one, two; three"], ["05/02/2016", "four, five; six, seven"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    assert choose_delimiter(out.getvalue().splitlines(keepends=True)) == delimiter


def test_known_headings_outweigh_notes_full_of_commas():
    lines = ["Date;Notes\n", *["04/02/2016;" + "a, b, c, d, e, f\n"] * 40]
    assert choose_delimiter(lines) == ","
    assert choose_delimiter(lines, frozenset({"date", "notes"})) == ";"


def test_even_rows_outweigh_one_long_note():
    # 3 rows of 6 cells weigh 15; 2 of 3 rows of 11 cells weigh 20 * 4 / 9
    lines = ["a\tb\tc\td\te\tf\n", *["1\t2\t3\t4\t5\t" + "x, " * 10 + "\n"] * 2]
    assert choose_delimiter(lines) == "\t"


pieces = st.sampled_from(
    ["a", "\u00e9", ",", ",", '"', '""', "\n", "\n", "\r\n", "\r", " ", "x,y\n", '"q",z\n', '"5\n6",7\n', ",\n"]
)


@given(st.lists(pieces, min_size=1, max_size=30).map("".join))
def test_arrows_reader_reads_as_pythons_or_not_at_all(text):
    columns = read_columns(text.encode(), ",")
    if columns is not None:
        expected = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))]
        assert list(zip(*map(cells, columns.buffers), strict=True)) == expected


def test_arrows_reader_is_used_where_it_can_be():
    columns = read_columns(b'a,b\n1,"two, in\nlines"\n3,""\n', ",")
    assert columns is not None
    assert columns.rows == 3
    assert list(columns.long_cells(",")) == [(1, 1, "two, in\nlines")]


@pytest.mark.parametrize("text", [b"a,b\n1\n", b"a,b\n\n1,2\n", b'a,b\n1,"open\n', b"a\n1\n", b'a,b\n"x\n1,2\n'])
def test_arrows_reader_stands_back_where_rows_are_uneven_empty_or_open(text):
    assert read_columns(text, ",") is None


@given(st.lists(st.lists(pieces, min_size=1, max_size=8).map("".join), min_size=1, max_size=5))
def test_columns_read_ahead_change_nothing(parts):
    blocks = [(part + "\n").encode() for part in parts]
    plain, ahead = Table(","), Table(",")
    slow = [part for block in blocks for part in plain.read(block)]
    fast = [part for block in blocks for part in ahead.read(block, read_columns(block, ","))]
    assert rows([*fast, *ahead.finish()]) == rows([*slow, *plain.finish()])
    assert ahead.faults == plain.faults
