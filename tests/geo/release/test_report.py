"""The brief of the two published weeks: every figure numbered, no hidden count, and values worked by hand."""

import datetime as dt
import io
import json
import re
from dataclasses import replace

import pytest
from docx import Document

from geo.cli import main
from geo.errors import ScenarioError, SchemaError, SourceError
from geo.release.brief import short
from geo.release.report import as_bytes, make_brief, manifest_text, write_brief
from geo.release.review import Period
from geo.release.targets import Target
from geo.scenarios.evaluate import evaluate
from geo.scenarios.presets import presets
from geo.store.intake import make_demonstration
from geo.store.loading import Selection, load_roads, load_world

FEBRUARY, MARCH = (
    Period(dt.date(2016, month, first), dt.date(2016, month, first + 6)) for month, first in ((2, 1), (3, 7))
)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    return make_demonstration(tmp_path_factory.mktemp("weeks") / "weeks", "weeks")


@pytest.fixture(scope="module")
def roads(weeks):
    return load_roads(weeks)


@pytest.fixture(scope="module")
def world(weeks, roads):
    return load_world(weeks, roads)


@pytest.fixture(scope="module")
def plans(weeks):
    known = presets(weeks.facts.base)
    return [known["Operation Alloy"], replace(known["Thames Valley"], name="<i>Later</i>" + " and later" * 30)]


@pytest.fixture(scope="module")
def outcomes(world, plans):
    return {plan: evaluate(plan, world) for plan in plans}


@pytest.fixture(scope="module")
def made(weeks, world, plans, outcomes):
    """Briefs of the weeks in each mode."""
    targets = (Target("reached", 0.1), Target("worst_district", 0.5))
    more = {"world": world, "answer": outcomes.__getitem__, "targets": targets}
    return {mode: make_brief(weeks, plans, mode, **more) for mode in ("release", "partner", "working")}


def shown(brief, first):
    return {key: one["shown"] for key, one in brief.manifest["figures"].items() if key.startswith(first)}


def test_every_figure_said_has_a_number_that_stands_in_the_manifest(made):
    for brief in made.values():
        figures = brief.manifest["figures"]
        assert {key for said in brief.said for key in said.figures} <= set(figures)
        assert {key for picture in brief.pictures for key in picture.figures} <= set(figures)


def test_every_number_in_a_cell_of_the_measures_is_that_of_its_figure(made):
    figures = made["working"].manifest["figures"]
    for row in made["working"].measures.rows:
        for cell in row[2:]:
            assert all(cell.text.startswith(figures[key]["shown"]) for key in cell.figures)
            assert cell.figures or cell.text == "not told"


def test_the_numbers_of_a_sentence_are_those_it_rests_on(made, plans):
    figures = made["working"].manifest["figures"]
    sentence = made["working"].answers[1]
    rests = " ".join(figures[key]["shown"] for key in figures[sentence.figures[0]]["rests_on"])
    assert set(NUMBER.findall(sentence.text)) <= set(NUMBER.findall(rests)) | {f"{plans[0].standard.minutes:g}"}


def test_the_figures_are_those_of_the_outcome(made, outcomes, plans):
    found = made["release"].manifest["figures"]["M1.A"]
    assert found["value"] == pytest.approx(float(outcomes[plans[0]].waterfall.reached.mean()), rel=1e-5)


def test_a_working_copy_counts_the_nineteen_incidents_of_the_evaluation(made):
    districts = [int(text) for text in shown(made["working"], "K").values()]
    assert shown(made["working"], "N")["N1"] == "19"
    assert sum(districts) + 3 + 1 == 19  # three without a postcode, one outside the county
    assert "Without a place: 3; outside the county: 1." in made["working"].limits[1].text


@pytest.mark.parametrize("mode", ["release", "partner"])
def test_no_count_below_the_threshold_is_anywhere_in_a_protected_brief(made, mode):
    brief = made[mode]
    assert shown(brief, "N")["N1"] == "20"
    assert set(shown(brief, "K").values()) | set(shown(brief, "H").values()) == {"held back"}
    assert "Without a place: held back" in brief.limits[1].text
    assert not re.search(r">[1-9]</text>", "".join(picture.svg for picture in brief.pictures[:1]))


@pytest.mark.parametrize("mode", ["release", "partner"])
def test_figures_of_a_single_district_are_held_back_beside_a_hidden_count(made, mode):
    assert not [row for row in made[mode].measures.rows if "worst district" in row[1].text]
    assert [row for row in made["working"].measures.rows if "worst district" in row[1].text]
    assert made[mode].objectives[1].text.endswith("A, B not told.")


def test_targets_are_held_against_each_plan_with_their_chance(made, outcomes, plans):
    chance = float((outcomes[plans[0]].waterfall.reached >= 0.1).mean())
    assert f"A met (chance {chance:.0%})" in made["working"].objectives[0].text


def test_a_brief_without_targets_says_so(weeks, world, plans, outcomes):
    brief = make_brief(weeks, plans[:1], "working", world=world, answer=outcomes.__getitem__)
    assert "No target in numbers was set" in brief.objectives[0].text
    assert len(brief.pictures) == 3


def test_the_manifest_names_the_run(made, weeks, plans):
    run = json.loads(manifest_text(made["release"]))
    assert run["data_version"] == weeks.version
    assert run["period"] == ["2016-02-01", "2016-03-13"]
    assert [each["name"] for each in run["scenarios"]] == [plan.name for plan in plans]
    assert all(len(each["sha256"]) == 64 for each in run["scenarios"])


def test_one_week_is_held_against_the_other_in_hours_that_both_watched(weeks, roads, plans):
    selection = Selection("mental_health", MARCH.first, MARCH.last)
    here = load_world(weeks, roads, selection)
    brief = make_brief(weeks, plans[:1], "working", selection, against=FEBRUARY, world=here)
    county = brief.change.rows[0]
    # both were staffed on Thursday and Friday alone: 3 + 3 in March, of which one has no time, and 2 + 2 in February
    assert [cell.text for cell in county[1:4]] == ["whole county", "5", "4"]
    assert "cannot tell yet" in county[4].text


def test_a_release_of_so_few_incidents_that_the_county_is_hidden_is_refused(weeks, roads, plans):
    selection = Selection("mental_health", FEBRUARY.first, FEBRUARY.last)
    with pytest.raises(SchemaError, match="fewer than 10"):
        make_brief(weeks, plans[:1], "release", selection, world=load_world(weeks, roads, selection))


def test_the_word_file_has_the_headings_and_pictures_of_the_brief(made):
    document = Document(io.BytesIO(as_bytes(made["release"], ".docx")))
    headings = [each.text for each in document.paragraphs if each.style.name.startswith("Heading")]
    assert headings == ["The answer", "The question", "Side by side", "Assumptions: input, value (source)", "Limits"]
    assert len(document.inline_shapes) == 4
    assert any("Synthetic." in each.text for each in document.paragraphs)


def test_a_name_from_a_scenario_is_text_on_the_page(made):
    page = as_bytes(made["release"], ".html").decode()
    assert "<i>" not in page
    assert "&#60;i&#62;Later&#60;/i&#62; and later" in page


def test_a_name_that_two_pages_cannot_hold_is_cut_in_every_sentence(made, plans):
    sentence = made["release"].answers[0].text
    assert plans[1].name not in sentence
    assert short(plans[1].name, "name") in sentence


def test_one_plan_twice_or_none_is_refused(weeks, plans):
    with pytest.raises(ScenarioError, match="twice"):
        make_brief(weeks, [plans[0], plans[0]])
    with pytest.raises(ScenarioError, match="one to 6"):
        make_brief(weeks, [])


def test_another_ending_is_refused_and_leaves_nothing(made, tmp_path):
    with pytest.raises(SourceError, match=r"\.docx or \.html"):
        write_brief(made["release"], tmp_path / "brief.pdf")
    assert not list(tmp_path.iterdir())


def test_the_command_writes_the_brief_and_its_manifest(weeks, tmp_path, monkeypatch, capsys):
    out, manifest = tmp_path / "brief.html", tmp_path / "brief.json"
    words = ["report", str(weeks.folder), "Operation Alloy", "--out", str(out), "--manifest", str(manifest)]
    monkeypatch.setattr("sys.argv", ["triage-map", *words, "--target", "reached>=5"])
    main()
    assert "O1" in json.loads(manifest.read_text(encoding="utf-8"))["figures"]
    assert str(out) in capsys.readouterr().out
    assert "Target: Reached face to face, at least 5" in out.read_text(encoding="utf-8")


def test_every_brief_is_logged_in_its_mode_and_its_hidden_counts_checked(weeks, made):
    log = weeks.exports()
    assert set(log.loc[log["layers"] == "brief", "mode"]) == set(made)
    cells = [cell for release in weeks.releases() for cell in release.cells]
    assert len(cells) >= 7
    assert all(cell.shown is None for cell in cells)
