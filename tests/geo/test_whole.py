"""A file is whole or as it was before."""

import errno

import pytest

from geo.errors import SourceError
from geo.whole import whole


def test_what_fails_while_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "net"
    path.write_text("old")

    def fail():
        with whole(path) as beside:
            beside.write_text("half")
            raise SourceError("the source went away")

    with pytest.raises(SourceError, match="went away"):
        fail()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["net"]


def test_a_file_is_not_at_its_place_before_it_is_complete(tmp_path):
    path = tmp_path / "folder" / "table.csv"
    with whole(path) as beside:
        beside.write_text("all of it")
        assert beside.suffix == ".csv"
        assert not path.exists()
    assert path.read_text() == "all of it"


def test_a_full_disk_is_a_plain_sentence(tmp_path):
    def fill():
        with whole(tmp_path / "table.csv"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(SourceError, match=r"No space left on device.*free some space"):
        fill()
    assert list(tmp_path.iterdir()) == []
