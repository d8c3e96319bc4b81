"""The command line, run as a user runs it."""

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from geo.cli import main
from geo.routing.network import load_network
from geo.store.project import open_project

downloads = SimpleNamespace(
    **runpy.run_path(str(Path(__file__).resolve().parents[1] / "benchmarks" / "reliability" / "downloads.py"))
)
PUBLISHED = {
    # the two published weeks of Operation Alloy; s136 is unknown here because the cells were blank
    "2016-02-01": {
        "incidents": [0, 0, 0, 2, 2, 3, 1],
        "minutes": [0, 0, 0, 30, 170, 125, 15],
        "police_staffed": ["yes"] * 7,
        "nhs_staffed": ["yes", "no", "no", "yes", "yes", "yes", "yes"],
        "deployed": ["not_applicable"] * 3 + ["no", "yes", "yes", "no"],
        "s136": ["not_applicable"] * 3 + ["unknown"] * 4,
    },
    "2016-03-07": {
        "incidents": [0, 3, 2, 3, 3, 0, 0],
        "minutes": [0, 140, 40, None, 235, 0, 0],
        "police_staffed": ["unknown", "yes", "yes", "yes", "yes", "unknown", "unknown"],
        "nhs_staffed": ["unknown", "yes", "yes", "yes", "yes", "unknown", "unknown"],
        "deployed": ["not_applicable", "yes", "no", "no", "yes", "not_applicable", "not_applicable"],
        "s136": ["not_applicable"] + ["unknown"] * 4 + ["not_applicable"] * 2,
    },
}


@pytest.fixture(scope="module")
def run():
    """Run the command in this process and give (exit code, standard output, standard error)."""

    def call(*words, capsys):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["triage-map", *map(str, words)])
            code = 0
            try:
                main()
            except SystemExit as stop:
                code = stop.code
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "weeks"
    command = [sys.executable, "-c", "from geo.cli import main; main()", "demo", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("monday", PUBLISHED)
def test_the_published_weeks_are_reproduced(weeks, monday, run, capsys):
    code, out, _ = run("patterns", weeks, "--week", monday, "--json", capsys=capsys)
    days = json.loads(out)["days"]
    assert code == 0
    assert (len(days), days[0]["date"]) == (7, monday)
    assert {field: [day[field] for day in days] for field in PUBLISHED[monday]} == PUBLISHED[monday]


def test_the_weeks_say_that_they_are_synthetic_and_minutes_are_a_least(weeks, run, capsys):
    _, out, _ = run("patterns", weeks, "--week", "2016-03-07", capsys=capsys)
    assert "Synthetic demonstration" in out
    assert "at least 415" in out


def test_check_accounts_for_every_row(weeks, run, capsys):
    file = next((weeks / "extracts").glob("*.xlsx"))
    code, out, _ = run("check", file, "--json", capsys=capsys)
    found = json.loads(out)
    assert code == 0
    assert list(found) == ["rows_read", "accepted", "quarantined", "refused", "faults", "doubts", "columns"]
    assert found["rows_read"] == found["accepted"] + found["quarantined"] + found["refused"]


def test_evaluate_answers_and_compares(weeks, run, capsys):
    code, out, _ = run("evaluate", weeks, "Operation Alloy", "Thames Valley", "--json", capsys=capsys)
    found = json.loads(out)
    assert code == 0
    first, second = found["outcomes"]
    assert first["crewed_hours"] == 42
    assert second["unobserved_hours"] == 14
    assert sum(step["a_month"] for step in first["steps"]) == pytest.approx(first["incidents_a_month"])
    assert "Estimated roads" in first["roads"]
    assert len(found["differences_from_first"]) == 1


@pytest.mark.slow
def test_compare_holds_plans_against_the_first_in_every_measure(weeks, run, capsys):
    code, out, _ = run("compare", weeks, "Operation Alloy", "Thames Valley", "--json", capsys=capsys)
    told = json.loads(out)
    assert code == 0
    assert [outcome["scenario"] for outcome in told["outcomes"]] == ["Operation Alloy", "Thames Valley"]
    (against,) = told["against_first"]
    assert against["scenario"] == "Thames Valley"
    assert {row["measure"] for row in against["differences"]} >= {"Reached face to face", "With nurse contact"}
    assert {row["district"] for row in against["by_district"]} >= {"Northampton", "Corby"}
    _, out, _ = run("compare", weeks, "Operation Alloy", "Thames Valley", capsys=capsys)
    assert "It adds 14 crewed hours a week." in out
    code, _, err = run("compare", weeks, "Operation Alloy", capsys=capsys)
    assert code == 2
    assert "choose two to six" in err


@pytest.mark.slow
def test_compare_holds_the_hours_of_other_services_beside_each_plan(copied, tmp_path, run, capsys):
    listed = tmp_path / "services.csv"
    listed.write_text("name,kind,postcode,hours\nCafé,other,NN1 1DE,daily 18-22\nSuite,place of safety,NN5 6UD,\n")
    run("places", copied, "--facilities", listed, capsys=capsys)
    plans = "Operation Alloy", "Thames Valley"
    _, out, _ = run("compare", copied, *plans, "--json", capsys=capsys)
    beside = [outcome["beside"] for outcome in json.loads(out)["outcomes"]]
    assert [one["services"][0]["neither"] for one in beside] == [168 - 42, 168 - 56]
    assert [one["services"][0]["with_plan"] for one in beside] == [28, 28]
    assert 0 < beside[0]["services"][0]["share_of_missed"]["mean"] < 1
    assert beside[0]["hours_not_recorded"] == ["Suite"]
    _, out, _ = run("compare", copied, *plans, "--changes", capsys=capsys)
    assert "other assumptions" in out
    assert "in 126 hours of the week neither it nor any of them is there." in out
    assert "Hours not recorded, so in no figure: Suite." in out


@pytest.mark.slow
def test_search_finds_a_plan_says_what_is_not_known_and_keeps_it(copied, tmp_path, run, capsys):
    listed = tmp_path / "bases.txt"
    listed.write_text("NN1 1DE\nNN16 0AE\n", encoding="utf-8")
    words = ["search", copied, "--bases", listed, "--lengths", "4-6", "--keep", "Found"]
    code, out, err = run(*words, "--json", capsys=capsys)
    told = json.loads(out)
    assert code == 0
    assert told["tried"] == 2
    assert not told["named"]
    assert "no single plan can be named" in told["sentence"]
    assert told["unknown_hours"] > 100
    assert {plan["bases"] for plan in told["plans"] if plan["kind"] == "best rota"} <= {"NN1 1DE", "NN16 0AE"}
    assert all(plan["unobserved_hours"] == 0 for plan in told["plans"] if plan["kind"] != "as now")
    assert told["evidence"]["weeks"][0]["weeks"] == 4
    assert told["back_test"] is None
    assert "evaluating plan" in err
    _, out, _ = run("evaluate", copied, "Found", capsys=capsys)
    assert "Found: 1 car" in out
    _, out, _ = run("search", copied, "--bases", "NN1 1DE", "--objective", "nurse_contact", capsys=capsys)
    assert "with nurse contact" in out
    assert "Not back-tested: 14 days on record" in out


@pytest.mark.slow
def test_search_keeps_a_base_and_says_that_the_limit_stopped_it(copied, run, capsys):
    words = ["search", copied, "--cars", 2, "--lock", "NN1 1DE", "--limit", 0]
    code, out, _ = run(*words, "--json", capsys=capsys)
    told = json.loads(out)
    assert code == 0
    assert (told["stopped"], told["locked"]) == (True, ["NN1 1DE"])
    assert told["gap"] > 0
    assert f"Stopped at the limit, gap {told['gap']:.1%}." in told["sentence"]
    assert all("NN1 1DE" in plan["bases"] for plan in told["plans"] if plan["kind"] == "best rota")
    assert "NN1 1DE" in told["own_windows"]["bases"]
    code, _, err = run("search", copied, "--lock", "NN1 1DE", "--lock", "NN16 0AE", capsys=capsys)
    assert code == 2
    assert "2 bases must be kept, but there are 1 cars" in err


def test_a_project_of_ones_own_is_made_and_filled(tmp_path, weeks, run, capsys):
    folder = tmp_path / "mine"
    assert run("new", folder, "--county", "Northamptonshire", "--base", "NN1 1DE", capsys=capsys)[0] == 0
    files = sorted((weeks / "extracts").iterdir())
    shifts, team = (next(file for file in files if word in file.name) for word in ("shift-log", "mental-health"))
    code, out, _ = run("import", folder, shifts, team, capsys=capsys)
    assert code == 0
    assert "read 20 = accepted 19 + quarantined 0 + refused 1" in out
    _, out, _ = run("import", folder, team, capsys=capsys)
    assert "imported before, as mental_health; nothing changed" in out
    assert "shift-log" not in out  # the account is of the files that were named
    _, out, _ = run("patterns", folder, "--week", "2016-02-01", "--json", capsys=capsys)
    assert [day["incidents"] for day in json.loads(out)["days"]] == PUBLISHED["2016-02-01"]["incidents"]


def test_a_project_without_a_shift_log_still_answers_what_it_can(tmp_path, weeks, run, capsys):
    folder = tmp_path / "mine"
    run("new", folder, "--county", "Northamptonshire", "--base", "NN1 1DE", capsys=capsys)
    team = next((weeks / "extracts").glob("*mental-health*"))
    _, out, _ = run("import", folder, team, capsys=capsys)
    assert "read 20 = accepted 19" in out
    code, out, _ = run("patterns", folder, "--week", "2016-02-01", "--json", capsys=capsys)
    assert code == 0
    assert [day["incidents"] for day in json.loads(out)["days"]] == [None, None, None, 2, 2, 3, 1]
    code, _, err = run("evaluate", folder, "Operation Alloy", capsys=capsys)
    assert code == 2
    assert "no shift is on record in this period" in err


def test_a_project_of_synthetic_files_says_so(tmp_path, weeks, run, capsys):
    folder = tmp_path / "mine"
    run("new", folder, "--county", "Northamptonshire", "--base", "NN1 1DE", capsys=capsys)
    for word in ("shift-log", "mental-health"):
        run("import", folder, next((weeks / "extracts").glob(f"*{word}*")), capsys=capsys)
    _, out, _ = run("patterns", folder, "--week", "2016-02-01", capsys=capsys)
    assert "Synthetic data" in out


def test_check_names_the_rows_that_it_quarantines(tmp_path, run, capsys):
    file = tmp_path / "calls.csv"
    file.write_text("reference,date,time,postcode\nA1,31/02/2016,19:00,NN1 1DE\nA2,01/02/2016,19:00,NN1 1DE\n")
    _, out, _ = run("check", file, "--json", capsys=capsys)
    found = json.loads(out)
    assert (found["accepted"], found["quarantined"]) == (1, 1)
    assert any(fault.startswith("row 2 quarantined:") for fault in found["faults"])


@pytest.fixture
def copied(weeks, tmp_path):
    """The two weeks in a folder of the test's own, to be changed."""
    return Path(shutil.copytree(weeks, tmp_path / "copied"))


def test_check_proposes_columns_that_import_then_uses(tmp_path, run, capsys):
    file = tmp_path / "odd.csv"
    file.write_text("Reff No,Date,Time,Pcde\nA1,01/02/2016,19:00,NN1 1DE\nA2,02/02/2016,20:00,NN1 1DE\n")
    mapping = tmp_path / "columns.json"
    _, out, _ = run("check", file, "--propose", mapping, capsys=capsys)
    assert "not used until approved" in out
    fields = dict(json.loads(mapping.read_text())["fields"])
    approved = {"Reff No": "reference", "Date": "date", "Time": "time", "Pcde": "postcode"}
    assert fields["Date"] == "date"
    mapping.write_text(json.dumps({"fields": list(approved.items()), "day_order": "day"}))
    _, out, _ = run("check", file, "--columns", mapping, "--json", capsys=capsys)
    assert dict(json.loads(out)["columns"]["fields"]) == approved
    folder = tmp_path / "mine"
    run("new", folder, "--county", "Northamptonshire", "--base", "NN1 1DE", capsys=capsys)
    _, out, _ = run("import", folder, file, "--columns", mapping, capsys=capsys)
    assert "odd.csv: read 2 = accepted 2 + quarantined 0 + refused 0" in out
    assert open_project(folder).incidents()["reference"].tolist() == ["A1", "A2"]


def test_a_list_of_named_places_is_imported_before_the_files(tmp_path, run, capsys):
    folder, places, calls = tmp_path / "mine", tmp_path / "places.csv", tmp_path / "calls.csv"
    places.write_text("name,easting,northing,uncertainty_metres\nM1 J15,475400,255300,150\n")
    calls.write_text("reference,date,time,location\nA1,01/02/2016,19:00,M1 junction 15\n")
    run("new", folder, "--county", "Northamptonshire", "--base", "NN1 1DE", capsys=capsys)
    code, out, _ = run("import", folder, calls, "--places", places, capsys=capsys)
    assert code == 0
    assert "places.csv: 1 named place; 0 incidents placed anew" in out
    incident = open_project(folder).incidents().iloc[0]
    assert (incident["located_by"], incident["easting"], incident["northing"]) == ("named_place", 475400, 255300)
    places.write_text("name,easting,northing,uncertainty_metres\nM1 J15,475500,255300,150\n")
    _, out, _ = run("import", folder, "--places", places, capsys=capsys)
    assert "1 named place; 1 incident placed anew" in out


def test_reconcile_proposes_pairs_and_merges_nothing(weeks, run, capsys):
    code, out, _ = run("reconcile", weeks, "--json", capsys=capsys)
    found = json.loads(out)
    assert code == 0
    assert (found["first"], found["second"]) == ("police", "mental_health")
    assert (found["n_first"], found["n_second"]) == (31, 19)
    assert found["both"] + found["review"] == len(found["pairs"]) == 16  # the demonstration retold 16 of the 19
    assert found["union"] == [31 + 19 - 16, 31 + 19 - found["both"]]
    assert found["only_second"] == [3, 19 - found["both"]]
    assert found["chapman"]["low"] < found["chapman"]["estimate"] < found["chapman"]["high"]
    assert {pair["band"] for pair in found["pairs"]} == {"match", "review"}
    assert all("start -5.6" in pair["because"] for pair in found["pairs"])
    assert "Synthetic demonstration" in found["synthetic"]
    _, out, _ = run("reconcile", weeks, capsys=capsys)
    assert "Nothing is merged" in out
    assert out.count("- for review: police:") == found["review"]
    assert len(open_project(weeks).incidents()) == 31 + 19


def test_a_settled_pair_is_counted_as_settled(copied, run, capsys):
    _, out, _ = run("reconcile", copied, "--json", capsys=capsys)
    before = json.loads(out)
    waiting = [pair for pair in before["pairs"] if pair["band"] == "review"]
    first, second = ((pair["first_id"], pair["second_id"]) for pair in waiting[:2])
    open_project(copied).settle([(*first, "same"), (*second, "different")])
    _, out, _ = run("reconcile", copied, "--json", capsys=capsys)
    after = json.loads(out)
    assert (after["both"], after["review"]) == (before["both"] + 1, before["review"] - 2)
    assert [pair["first_id"] for pair in after["pairs"] if pair["verdict"] == "same"] == [first[0]]
    assert [pair["first_id"] for pair in after["settled_apart"]] == [second[0]]


def test_the_weights_are_printed_with_their_reasoning(weeks, run, capsys):
    _, out, _ = run("reconcile", weeks, "--weights", capsys=capsys)
    assert " +6.2  place: same place (0.75 against 0.01)" in out
    _, out, _ = run("reconcile", weeks, "--weights", "--json", capsys=capsys)
    assert all(weight["reasoning"] for weight in json.loads(out)["weights"])


def test_quality_says_what_blanks_cost_and_writes_table_and_template(weeks, tmp_path, run, capsys):
    table, template = tmp_path / "quality.csv", tmp_path / "template.xlsx"
    code, out, _ = run("quality", weeks, "--csv", table, "--template", template, capsys=capsys)
    assert code == 0
    assert "3 of 8 incidents of the triage team in the week of 1 Feb 2016 cannot be mapped: 38%" in out
    assert "31 incidents prefilled" in out
    figures = pd.read_csv(table)
    mapped = figures[(figures["section"] == "what blanks cost") & (figures["group"] == "2016-02-01")]
    found = mapped[(mapped["source"] == "mental_health") & (mapped["field"] == "place")].iloc[0]
    assert (found["count"], found["of"], found["share"]) == (3, 8, 0.375)
    _, out, _ = run("check", template, "--source", "police", "--json", capsys=capsys)
    assert (json.loads(out)["rows_read"], json.loads(out)["refused"]) == (31, 31)  # nobody filled them in
    _, out, _ = run("quality", weeks, "--json", capsys=capsys)
    answer = json.loads(out)
    assert len(answer["figures"]) == len(figures)
    assert answer["figures"][0]["section"] == "files"


def test_quality_of_a_project_without_records_says_how_to_begin(tmp_path, run, capsys):
    folder = tmp_path / "mine"
    run("new", folder, "--county", "Northamptonshire", "--base", "NN1 1DE", capsys=capsys)
    code, out, _ = run("quality", folder, capsys=capsys)
    assert code == 0
    assert "nothing was imported yet" in out


def test_erase_takes_records_out_for_good(copied, run, capsys):
    code, out, _ = run("erase", copied, "--before", "2016-03-01", capsys=capsys)
    assert code == 0
    assert out.startswith("29 records erased for good")  # of February: 8 of the team, 14 flagged and 7 shifts
    assert "may still hold them as received: delete it yourself" in out
    left = open_project(copied)
    assert (left.incidents()["received_on"].dropna() >= "2016-03-01").all()
    _, out, _ = run("import", copied, *sorted((copied / "extracts").iterdir()), capsys=capsys)
    assert len(open_project(copied).incidents()) == len(left.incidents())
    _, out, _ = run("erase", copied, "--reference", "OA-009", capsys=capsys)
    assert out.startswith("1 record erased for good")
    _, out, _ = run("erase", copied, "--reference", "OA-009", capsys=capsys)
    assert out.startswith("no record fits; nothing was erased")


def test_an_import_is_taken_back_whole_and_can_be_made_again(copied, run, capsys):
    file = next((copied / "extracts").glob("*mental-health*"))
    code, out, _ = run("erase", copied, "--import", file.name, capsys=capsys)
    assert code == 0
    assert "taken back whole" in out
    assert set(open_project(copied).incidents()["source"]) == {"police"}
    _, out, _ = run("import", copied, file, capsys=capsys)
    assert "read 20 = accepted 19 + quarantined 0 + refused 1" in out


def test_a_file_imported_as_the_wrong_source_names_the_way_out(copied, run, capsys):
    file = next((copied / "extracts").glob("*mental-health*"))
    _, out, _ = run("import", copied, file, "--source", "s136_register", capsys=capsys)
    command = f"triage-map erase {copied} --import {file.name}"
    assert "imported before, as mental_health; nothing changed; to import it as s136_register, " in out
    assert f"take it back first with: {command}\n" in out
    assert run(*command.split()[1:], capsys=capsys)[0] == 0
    _, out, _ = run("import", copied, file, "--source", "s136_register", capsys=capsys)
    assert "imported before" not in out
    assert set(open_project(copied).incidents()["source"]) == {"police", "s136_register"}


def test_a_shift_log_tried_again_is_no_wrong_source(copied, run, capsys):
    _, out, _ = run("import", copied, next((copied / "extracts").glob("*shift-log*")), capsys=capsys)
    assert "nothing changed\n" in out


def test_an_untouched_template_imported_as_the_teams_adds_no_incident(weeks, tmp_path, run, capsys):
    folder, template = tmp_path / "mine", tmp_path / "template.xlsx"
    run("quality", weeks, "--template", template, capsys=capsys)
    run("new", folder, "--county", "Northamptonshire", "--base", "NN1 1DE", capsys=capsys)
    _, out, _ = run("import", folder, template, "--source", "mental_health", capsys=capsys)
    assert "read 31 = accepted 0 + quarantined 0 + refused 31" in out
    assert open_project(folder).incidents().empty


def test_doctor_names_every_part(run, capsys):
    code, out, _ = run("doctor", capsys=capsys)
    assert code == 0
    for part in (
        "triage-map",
        "python",
        "osmnx",
        "streamlit",
        "Northamptonshire",
        "Cambridgeshire and Peterborough",
        "cache folder",
    ):
        assert part in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["check", "none.csv"], "none.csv"),
        (["patterns", "nowhere", "--week", "2016-02-01"], "holds no project"),
        (["run", "nowhere"], "holds no project"),
        (["patterns", "{weeks}", "--week", "2016-02-03"], "is a Wednesday; ask for 2016-02-01"),
        (["new", "{new}", "--county", "Atlantis", "--base", "NN1 1DE"], "no data for the county 'Atlantis'"),
        (["new", "{new}", "--county", "Northamptonshire", "--base", "ZZ1 1ZZ"], "ZZ1 1ZZ"),
        (["import", "{weeks}", "none.csv"], "none.csv"),
        (["evaluate", "{weeks}", "Operation Alloy", "--source", "s136_register"], "no incident of this source"),
        (["evaluate", "{weeks}", "Operation Alloy", "--seed", "-1"], "seed"),
        (["export", "{weeks}", "--to", "{new}", "--formats", ""], "no format was named"),
        (["export", "{weeks}", "--to", "{new}", "--period", "February"], "2016-01-01..2016-03-31"),
        (["import", "{weeks}"], "name what to import, or a list with --places"),
        (["import", "{weeks}", "--places", "none.csv"], "none.csv"),
        (["check", "{xlsx}", "--columns", "none.json"], "none.json cannot be read"),
        (["check", "{xlsx}", "--columns", "{broken}"], "a mapping of columns is JSON such as"),
        (["reconcile", "nowhere"], "holds no project"),
        (["reconcile", "{weeks}", "--second", "s136_register"], "has no incident of s136_register"),
        (["reconcile", "{weeks}", "--second", "police"], "cannot be compared with itself"),
        (["quality", "nowhere"], "holds no project"),
        (["quality", "{weeks}", "--template", "{new}"], "is an .xlsx file"),
        (["quality", "{weeks}", "--csv", "/proc/triage-map/quality.csv"], "cannot be written"),
        (["erase", "{weeks}"], "name one thing to erase"),
        (["erase", "{weeks}", "--before", "2016-02-01", "--reference", "OA-001"], "name one thing to erase"),
        (["erase", "{weeks}", "--before", "soon"], "is not a date; write it as 2016-02-01"),
        (["erase", "{weeks}", "--import", "nonesuch.csv"], "no import is called 'nonesuch.csv'"),
        (["patterns", "{weeks}", "--week", "soon"], "is not a date; write it as 2016-02-01"),
        (["check", "{xlsx}", "--sheet", "Nonesuch"], "Nonesuch"),
        (["demo", "{weeks}"], "is not empty"),
        (["demo", "{new}", "--set", "moon"], "there is no demonstration set 'moon'"),
        (["demo", "/proc/triage-map/demo"], "cannot be written"),
        (["evaluate", "{weeks}", "Moonshot"], "there is no scenario 'Moonshot'"),
        (["evaluate", "{weeks}", "{nowhere_toml}"], "ZZ1 1ZZ"),
        (["roads", "{broken}", "--out", "{new}"], "broken.graphml"),
        (["export", "{weeks}", "--to", "/proc/triage-map/out"], "cannot be written"),
        (["export", "{weeks}", "--to", "{new}", "--mode", "public"], "there is no mode 'public'"),
        (["export", "{weeks}", "--to", "{new}", "--formats", "pdf"], "there is no format 'pdf'"),
        (["patterns"], "Missing argument"),
        (["fly"], "No such command"),
    ],
)
def test_what_goes_wrong_is_one_plain_sentence(words, sentence, weeks, tmp_path, run, capsys):
    broken = tmp_path / "broken.graphml"
    broken.write_text("<graphml><graph", encoding="utf-8")
    nowhere = tmp_path / "nowhere.toml"
    nowhere.write_text('name = "x"\npattern = "daily 18-00"\n[[base]]\npostcode = "ZZ1 1ZZ"\n', encoding="utf-8")
    new = tmp_path / "new"
    xlsx = next((weeks / "extracts").glob("*.xlsx"))
    filled = [word.format(weeks=weeks, broken=broken, new=new, xlsx=xlsx, nowhere_toml=nowhere) for word in words]
    code, out, err = run(*filled, capsys=capsys)
    assert code == 2
    assert sentence in err
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert not new.exists()


FIELDS_OF_ROADS = {
    *("nodes", "edges", "seconds", "source", "edition", "licence", "label", "estimated", "bounds"),
    *("dropped_nodes", "clipped_ways", "closed_ways", "one_way_edges", "parallel_edges"),
}


@pytest.mark.shared_data
def test_roads_of_a_file_are_cut_to_a_county_and_counted(shared_data, tmp_path, run, capsys):
    extract, out = shared_data / "roads" / "rutland_2018.osm.pbf", tmp_path / "net"
    words = ["roads", extract, "--county", "Northamptonshire", "--ring", 5, "--out", out, "--json"]
    code, said, err = run(*words, capsys=capsys)
    found = json.loads(said)
    assert (code, err) == (0, "")
    assert set(found) == FIELDS_OF_ROADS
    assert 100 < found["nodes"] < 2532
    assert found["source"].endswith("rutland_2018.osm.pbf, within Northamptonshire and 5 km around it")
    assert load_network(out).nodes == found["nodes"]


@pytest.mark.slow
def test_roads_of_an_area_are_asked_for_and_progress_is_told_beside_the_answer(tmp_path, monkeypatch, run, capsys):
    monkeypatch.setenv("TRIAGE_MAP_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "net"
    with downloads.openstreetmap() as stand_in:
        for name, address in stand_in.settings.items():
            monkeypatch.setenv(name, address)
        code, said, err = run("roads", "545000,258000", "--radius", 4, "--out", out, "--json", capsys=capsys)
        assert (code, json.loads(said)["nodes"]) == (0, 3)
        assert "asking 127.0.0.1 for roads" in err.splitlines()
        stand_in.fault = "429 Too Many Requests"
        words = ["roads", "county:Cambridgeshire", "--ring", 0, "--deadline", 15, "--out", out]
        code, said, err = run(*words, capsys=capsys)
        assert (code, said) == (2, "")
        assert "could not be downloaded (no answer within 15 seconds; 127.0.0.1 answered 429" in err.splitlines()[-1]
        assert load_network(out).nodes == 3  # what was there stays
        code, said, _ = run("roads", "545000,258000", "--radius", 4, "--kept", "--out", out, capsys=capsys)
        assert code == 0
        assert "3 nodes, 3 edges" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["NN1 1DE"], "is a point and no area; say how far around it: --radius KM"),
        (["NN1 1DE", "--radius", "0"], "a radius of 0 km cannot be asked for"),
        (["NN1 1DE", "--radius", "5", "--county", "Northamptonshire"], "--radius stands alone"),
        (["county:Northamptonshire", "--county", "Northamptonshire"], "--county cuts a file"),
        (["county:Mordor"], "no data for the county 'Mordor'"),
        (["Rutland, England", "--county", "Northamptonshire"], "only a file can be cut"),
        (["Rutland, England", "--ring", "5"], "--ring goes around a county or a boundary file"),
        (["estimated:Northamptonshire", "--county", "Northamptonshire"], "cannot be cut"),
    ],
)
def test_a_question_for_roads_that_makes_no_sense_asks_nobody(words, sentence, tmp_path, run, capsys):
    code, out, err = run("roads", *words, "--out", tmp_path / "net", capsys=capsys)
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "net").exists()


def test_the_installed_command_is_there():
    command = Path(sys.executable).with_name("triage-map")
    answer = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert "0.1.0" in answer.stdout


@pytest.fixture
def own(tmp_path, run, capsys):
    """A new project of one's own, and three files for it."""
    run("new", tmp_path / "own", "--county", "Northamptonshire", "--base", "NN1 1DE", capsys=capsys)
    ring = [[-1.0, 52.2], [-0.9, 52.2], [-0.9, 52.3], [-1.0, 52.2]]
    shapes = [{"type": "Polygon", "coordinates": [ring]}, {"type": "Polygon", "coordinates": [ring[:3]]}, None]
    rows = [{"type": "Feature", "properties": {"beat": f"B{at}"}, "geometry": one} for at, one in enumerate(shapes)]
    (tmp_path / "beats.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    (tmp_path / "imd.csv").write_text("lsoa,IMD decile\nE01027223,4\nx,1\n")
    (tmp_path / "sites.csv").write_text("name,kind,postcode,hours\nBerrywood,place of safety,NN5 6UD,\nNowhere,A&E,,\n")
    return tmp_path


def test_places_are_brought_in_with_their_account_and_listed(own, run, capsys):
    code, out, _ = run("places", own / "own", capsys=capsys)
    assert (code, out.splitlines()) == (0, ["layers and tables: not loaded", "facilities: not loaded"])
    _, out, _ = run("places", own / "own", "--layer", own / "beats.geojson", "--edition", "Force, 2024", capsys=capsys)
    assert "beats.geojson: read 3 = kept 1 + repaired 1 + refused 1" in out
    assert "- repaired: feature 2 (B1): an open ring was closed" in out
    assert "- refused: feature 3 (B2): it has no geometry" in out
    assert "1 area has the outline of an earlier one" in out
    _, out, _ = run("places", own / "own", "--table", own / "imd.csv", capsys=capsys)
    assert "imd.csv: read 2 = accepted 1 + refused 1" in out
    assert "(LSOA codes of 2011): 1 of 422 areas matched, 421 not loaded" in out
    _, out, _ = run("places", own / "own", "--facilities", own / "sites.csv", capsys=capsys)
    assert "sites.csv: read 2 = accepted 1 + refused 1" in out
    assert "Berrywood: place_of_safety, NN5 6UD, hours not recorded; sites.csv" in out
    code, out, _ = run("places", own / "own", "--remove", "imd", "--json", capsys=capsys)
    found = json.loads(out)
    assert [(row["name"], row["edition"], row["refused"]) for row in found["layers"]] == [("beats", "Force, 2024", 1)]
    assert [(row["name"], row["hours"]) for row in found["facilities"]] == [("Berrywood", "")]


def test_an_edition_is_of_one_file(own, run, capsys):
    words = ("--layer", own / "beats.geojson", "--table", own / "imd.csv", "--edition", "x")
    code, _, err = run("places", own / "own", *words, capsys=capsys)
    assert code == 2
    assert "bring the files one after the other" in err


def test_a_layer_that_is_refused_leaves_the_project_as_it_was(own, run, capsys):
    (own / "none.geojson").write_text("[]")
    code, _, err = run("places", own / "own", "--layer", own / "none.geojson", capsys=capsys)
    assert code == 2
    assert "none.geojson is JSON but no GeoJSON" in err
    assert open_project(own / "own").layers().empty


def test_speeds_are_calibrated_to_a_table_of_times_and_kept(copied, tmp_path, run, capsys):
    table = tmp_path / "times.csv"
    rows = [f"NN4 0JQ,{end},{minutes},05/02/2016 20:00" for end, minutes in SLOW.items()]
    table.write_text("\n".join(["from,to,minutes,departed", *rows, "NN4 0JQ,ZZ1 1ZZ,9,"]), encoding="utf-8")
    code, out, _ = run("calibrate", copied, "--table", table, "--save", "Measured", "--json", capsys=capsys)
    found = json.loads(out)
    assert code == 0
    assert found["journeys"] == len(SLOW)
    assert found["left_out"]["whose postcodes are no full ones of the counties here"] == 1
    assert found["speeds"]["town_scale"] > 1.1
    assert "Measured" in open_project(copied).scenarios()
    code, out, _ = run("evaluate", copied, "Measured", "--json", capsys=capsys)
    assert code == 0
    assert json.loads(out)["outcomes"][0]["standard"]["error_source"] == ""
    run("calibrate", copied, "--table", table, "--save", "Measured", "--with-error", capsys=capsys)
    _, out, _ = run("evaluate", copied, "Measured", "--json", capsys=capsys)
    standard = json.loads(out)["outcomes"][0]["standard"]
    assert standard["error_source"] == f"measured on {len(SLOW)} journeys"
    assert (standard["sigma"], standard["tau"]) == (found["sigma"], found["tau"])


SLOW = {
    "NN1 1DE": 24,
    "NN3 6HL": 30,
    "NN5 4EG": 24,
    "NN8 1BX": 50,
    "NN16 0AE": 70,
    "NN17 1PG": 95,
    "NN11 4BQ": 65,
    "NN12 6AA": 45,
    "NN10 0AB": 60,
    "NN14 4EA": 75,
    "NN2 7AZ": 24,
    "NN6 0AA": 30,
}
"""Postcodes of the county and about twice the minutes that the estimated roads give from the base."""


def test_a_log_with_few_journeys_changes_no_speed_and_says_so(weeks, run, capsys):
    code, out, _ = run("calibrate", weeks, capsys=capsys)
    assert code == 0
    assert "0 journeys: too few to change the speeds" in out


def test_an_export_holds_the_period_asked_for(run, weeks, tmp_path, capsys):
    words = ("--layers", "hours", "--formats", "csv", "--mode", "working", "--period", "2016-02-01..2016-02-07")
    code, _, err = run("export", weeks, "--to", tmp_path / "out", *words, capsys=capsys)
    assert (code, err) == (0, "")
    assert pd.read_csv(tmp_path / "out" / "hours.csv")["incidents"].sum() == 8  # as published of that week
    about = json.loads((tmp_path / "out" / "about.json").read_text(encoding="utf-8"))
    assert about["period"] == ["2016-02-01", "2016-02-07"]
