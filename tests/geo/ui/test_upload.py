"""An upload's name is shown and never used as a path."""

from pathlib import Path

import pytest

from geo.ui.upload import as_file


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.csv",
        "..\\..\\x.csv",
        "CON.csv",
        "a" * 300 + ".csv",
        "x.csv\u202egnp.exe",
        "incidents;rm -rf.csv",
        "<img src=x onerror=1>.csv",
        "%2e%2e%2fx.csv",
        "nul\x00.csv",
        ".htaccess",
    ],
)
def test_an_upload_is_written_under_a_name_of_our_own_and_removed(name):
    with as_file(name, b"Ref,Date\n") as file:
        assert file.read_bytes() == b"Ref,Date\n"
        assert file.name in {"upload", "upload.csv"}
        assert file.parent.name.startswith("triage-map-")
        folder = file.parent
    assert not Path(folder).exists()
