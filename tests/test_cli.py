"""The command line, run as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geo.cli import main

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
    assert set(found) == {"rows_read", "accepted", "quarantined", "refused", "faults"}
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


def test_the_installed_command_is_there():
    command = Path(sys.executable).with_name("triage-map")
    answer = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert "0.1.0" in answer.stdout
