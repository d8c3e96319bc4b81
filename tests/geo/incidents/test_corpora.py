"""
Files of the corpora are read or refused in words, in time, and whole.

Every generated file, and each thirty-sixth file of the other corpora; all of them with the
environment variable TRIAGE_MAP_WHOLE_CORPORA set, as `make test-all` and `make reliability` do.
"""

import os
import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from geo.incidents.grid import read_grids
from geo.incidents.reading import program

ROOT = Path(__file__).resolve().parents[3]
corpora = SimpleNamespace(**runpy.run_path(str(ROOT / "benchmarks" / "reliability" / "corpora.py")))
pytestmark = pytest.mark.timeout(900)  # each file is read in a child of its own
WHOLE = bool(os.environ.get("TRIAGE_MAP_WHOLE_CORPORA"))


@pytest.fixture(scope="module")
def found(shared_data):
    files = corpora.files_of(shared_data)
    few = [(corpus, file) for corpus, file in files if corpus in {"generated", "blns"}]
    others = [pair for pair in files if pair not in few]
    return corpora.outcomes(files if WHOLE else [*few, *others[::36]])


@pytest.mark.shared_data
def test_no_file_crashes_the_reader(found):
    assert len(found) > (1_600 if WHOLE else 90)
    assert [(one.file, one.sentence) for one in found if one.ended == "crashed"] == []


@pytest.mark.slow  # a busy machine is no fault of the reader's
@pytest.mark.shared_data
def test_no_file_takes_longer_than_ten_seconds(found):
    assert corpora.SECONDS == 10
    assert [one.file for one in found if "took more than" in one.sentence] == []


@pytest.mark.shared_data
def test_nothing_that_was_read_is_lost_or_delivered_twice(found):
    assert [(one.file, one.lost) for one in found if one.lost] == []


@pytest.mark.shared_data
def test_every_row_of_an_extract_is_accepted_quarantined_or_refused_once(found):
    assert sum(one.extract is not None for one in found) > (40 if WHOLE else 15)
    assert [(one.file, one.unaccounted) for one in found if one.unaccounted] == []


@pytest.mark.shared_data
def test_what_is_refused_is_refused_in_one_sentence_that_says_what_to_do(found):
    refused = [one for one in found if one.ended == "refused"]
    assert len(refused) > (300 if WHOLE else 12)
    assert [one.sentence for one in refused if "; " not in one.sentence or "Traceback" in one.sentence] == []


@pytest.mark.shared_data
def test_json_is_never_taken_for_a_table_of_incidents(found):
    given = [one for one in found if one.corpus in corpora.NO_TABLES or one.file.endswith((".json", ".geojson"))]
    assert len(given) > (500 if WHOLE else 15)
    assert [one.file for one in given if one.ended != "refused"] == []


@pytest.mark.shared_data
def test_every_generated_file_is_expected(shared_data):
    assert set(corpora.manifest(shared_data)) == set(corpora.EXPECTED)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", sorted(corpora.EXPECTED))
def test_a_generated_file_ends_as_its_list_says(found, name):
    (one,) = [one for one in found if one.corpus == "generated" and one.file == name]
    assert corpora.EXPECTED[name](one), one


@pytest.mark.shared_data
def test_a_zip_slip_writes_nothing(shared_data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    corpora.outcome("generated", shared_data / "badinputs" / "generated" / "zip_slip.zip")
    assert list(tmp_path.rglob("*")) == []
    assert not Path("/tmp/evil.csv").exists()  # noqa: S108 - where the archive would put it
    assert not Path("/abs.csv").exists()


@pytest.mark.shared_data
def test_a_bomb_of_256_mb_is_refused_in_an_eighth_of_the_memory(shared_data, monkeypatch):
    limited = (
        "import sys; sys.path.insert(0, sys.argv[1]); from geo.incidents.reading import program; "
        "program.MEMORY_BYTES = 256 * 2**20; program.main()"
    )
    assert program.MEMORY_BYTES == 2 * 2**30
    monkeypatch.setattr("geo.incidents.grid._CHILD", limited)
    bomb = corpora.outcome("generated", shared_data / "badinputs" / "generated" / "zip_bomb_256MB.zip")
    assert "unpacks to 1 parts and 256 MB" in bomb.sentence


def test_the_count_of_lost_signs_can_fail(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text('a,b\n1,"two\nlines"\n')
    (grid,) = read_grids(file)
    assert corpora.lost_from(file, [grid]) == ""
    for cells in (grid.cells.iloc[:1], pd.concat([grid.cells, grid.cells.iloc[1:]]), grid.cells.iloc[::-1]):
        assert corpora.lost_from(file, [SimpleNamespace(sheet="", cells=cells)]) != ""


def test_the_count_of_unaccounted_rows_can_fail(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("Ref,Date,Postcode\n1,04/02/2016,NN1 1AA\n2,05/02/2016,NN1 1AA\nTotal,,2\n")
    (grid,) = read_grids(file)
    whole = corpora.outcome("", file)
    assert (whole.extract.rows_read, whole.unaccounted) == (3, 0)
    assert whole.extract.refused["row"].tolist() == [4]
    fewer = SimpleNamespace(
        accepted=whole.extract.accepted.iloc[:1], quarantined=whole.extract.quarantined, refused=whole.extract.refused
    )
    assert corpora._unaccounted(fewer, [grid]) == 1
