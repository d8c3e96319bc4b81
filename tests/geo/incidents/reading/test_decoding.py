import io
from itertools import pairwise

import pytest

from geo.incidents.reading import decoding
from geo.incidents.reading.decoding import Text
from geo.incidents.reading.wire import Refused


def read(data):
    text = Text(io.BytesIO(data))
    return b"".join(text.blocks()).decode(), text.faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_text_is_the_same_in_every_encoding(encoding):
    line = "04/02/2016,caf\u00e9 \u2013 \u00a35\r\n"
    assert read(line.encode(encoding)) == (line, ())


def test_lines_of_two_encodings_are_each_read_in_their_own_and_named():
    data = "one,caf\u00e9\n".encode() + "two,caf\u00e9\n".encode("cp1252") + b"three,plain\n"
    text, faults = read(data)
    assert text == "one,caf\u00e9\ntwo,caf\u00e9\nthree,plain\n"
    assert faults == ("two encodings in one file; lines read as Windows-1252: 1 (lines 2)",)


def test_the_number_of_an_odd_line_counts_from_the_files_start_not_the_blocks(monkeypatch):
    monkeypatch.setattr(decoding, "BLOCK_BYTES", 16)
    data = b"plain,plain\n" * 6 + "caf\u00e9\n".encode() + b"plain\r\n" + "caf\u00e9\n".encode("cp1252")
    assert read(data)[1] == ("two encodings in one file; lines read as Windows-1252: 1 (lines 9)",)


def test_blocks_end_with_a_line_and_lose_nothing(monkeypatch):
    monkeypatch.setattr(decoding, "BLOCK_BYTES", 10)
    data = b"a,b\r\nlong line that spans blocks\rc\r\n\r\nlast"
    blocks = list(Text(io.BytesIO(data)).blocks())
    assert b"".join(blocks) == data
    assert all(block.endswith((b"\n", b"\r")) for block in blocks[:-1])
    assert not any(block.endswith(b"\r") and after.startswith(b"\n") for block, after in pairwise(blocks))


def test_nuls_are_left_out_and_counted():
    assert read(b"a,b\n1,\x002\n" + b"\x00" * 4096) == (
        "a,b\n1,2\n",
        ("NUL characters removed: 4,097; a program that crashed leaves them, so check the last row",),
    )


def test_letters_that_were_encoded_twice_are_named():
    _, faults = read("caf\u00c3\u00a9\n".encode())
    assert "encoded twice" in faults[0]


def test_bytes_that_no_encoding_knows_are_counted():
    text, faults = read(b"caf\xe9 \x81\n")
    assert text == "caf\u00e9 \ufffd\n"
    assert faults == ("damaged characters, shown as \ufffd: 1",)


def test_what_is_not_text_is_refused():
    with pytest.raises(Refused, match="is not a text file"):
        read(bytes(range(32)) * 8)


def test_a_line_without_end_is_refused_before_memory_is_full(monkeypatch):
    monkeypatch.setattr(decoding, "MOST_LINE", 1000)
    monkeypatch.setattr(decoding, "BLOCK_BYTES", 100)
    with pytest.raises(Refused, match="has a line of more than"):
        read(b"x" * 2000)
