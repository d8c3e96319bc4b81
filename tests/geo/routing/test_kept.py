import json
import zipfile

import pytest

from geo.errors import SourceError
from geo.routing import kept
from geo.routing.areas import RoadArea

PLACE = RoadArea.named("Somewhere")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def answer(tmp_path):
    roads = tmp_path / "given.graphml"
    roads.write_text("<graphml/>" * 1000)
    return kept.keep(PLACE, roads, "2021-04-10", 4, 5)


def rewrite(**changes):
    path = kept.kept_at(PLACE)
    with zipfile.ZipFile(path) as file:
        about = json.loads(file.read("answer.json")) | changes
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("answer.json", json.dumps(about))
        file.writestr("roads.graphml", "<graphml/>")


def test_what_is_kept_is_found_by_its_question(answer, tmp_path):
    assert kept.find(PLACE) == answer
    assert (answer.edition, answer.nodes, answer.edges, answer.is_fresh) == ("2021-04-10", 4, 5, True)
    assert kept.unpack(PLACE, tmp_path / "out").read_text() == "<graphml/>" * 1000
    assert kept.find(RoadArea.named("Elsewhere")) is None


@pytest.mark.usefixtures("answer")
@pytest.mark.parametrize("day", ["2001-01-01", "2999-01-01"])
def test_an_answer_of_long_ago_or_of_the_future_is_not_fresh(day):
    rewrite(asked_on=day)
    assert not kept.find(PLACE).is_fresh


@pytest.mark.usefixtures("answer")
@pytest.mark.parametrize(
    "changes", [{"place": "Elsewhere"}, {"format": 99}, {"asked_on": "yesterday"}, {"asked_on": 5}, {"more": 1}]
)
def test_an_answer_to_another_question_is_named_and_not_used(changes):
    rewrite(**changes)
    with pytest.raises(SourceError, match=r"the answer kept in .*\.zip is damaged or"):
        kept.find(PLACE)


@pytest.mark.usefixtures("answer")
@pytest.mark.parametrize("part", range(10))
def test_a_file_cut_short_anywhere_is_noticed(part):
    path = kept.kept_at(PLACE)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * part // 10])
    with pytest.raises(SourceError, match="is damaged"):
        kept.find(PLACE)


def test_a_new_answer_takes_the_place_of_a_damaged_one(answer, tmp_path):
    kept.kept_at(PLACE).write_text("not a zip file")
    kept.keep(PLACE, tmp_path / "given.graphml", "2021-04-10", 4, 5)
    assert kept.find(PLACE) == answer
    assert [path.name for path in kept.kept_at(PLACE).parent.iterdir()] == [f"{PLACE.key}.zip"]
