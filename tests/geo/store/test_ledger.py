"""Laws of the ledger, whatever is imported, mended, discarded, taken back or erased, in whatever order."""

import datetime as dt
import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geo
from geo.incidents.read import Mend
from geo.store.delivery import delivery_of_extract
from geo.store.keeping import keep
from geo.store.ledger import Arrival
from geo.store.project import create_project

GAZETTEER = geo.Gazetteer.default()
HEADINGS = "Ref,Date,Time,Postcode,Minutes,Notes"
FILES = {
    "q1": [
        "A1,04/02/2015,19:00,NN1 1AA,20,",
        "A2,05/02/2015,20:00,,-5,",
        "A2,05/02/2015,20:00,,30,",
        ",06/02/2016,,,,",
        ",07/02/2015,19:00,NN1 1AA,20,",
    ],
    "q2": [
        ",07/02/2015,19:00,NN1 1AA,25,",
        "A2,05/02/2015,20:00,,-5,",
        "A1,04/02/2015,19:00,NN1 1AA,25,",
        ",06/02/2016,,,,",
        ",06/02/2016,,,,",
    ],
    "q3": [
        "A3,,,,,",
        ",07/02/2015,19:00,NN1 1AA,25,",
        ",07/02/2015,19:00,NN1 1AA,30,",
        "A1,04/02/2015,19:00,NN1 1AA,25,",
        "A2,05/02/2015,20:00,,5,",
        "Total,,,,55,",
    ],
    "q4": ["A1,04/02/2015,19:00,NN1 1AA,20,", "A4,01/03/2016,19:00,NN1 1AA,1,", "A1#2,01/03/2016,19:00,NN1 1AA,1,"],
}
"""Extracts that overlap, repeat themselves, contradict each other and hold what cannot be read."""


@pytest.fixture(scope="module")
def arrivals(tmp_path_factory):
    """Each extract read once."""
    folder, read = tmp_path_factory.mktemp("received"), {}
    for name, lines in FILES.items():
        file = folder / f"{name}.csv"
        file.write_text("\n".join([HEADINGS, *lines, ""]))
        extract = geo.read_extract(file, source="police")
        arrival = Arrival(name * 32, file.name, "police", extract.columns.to_json(), "day")
        read[name] = (arrival, extract, geo.locate(extract.accepted, GAZETTEER))
    return read


def bring(project, read):
    arrival, extract, located = read
    return keep(
        project.folder, arrival, delivery_of_extract(extract, located, arrival, project.person_secret), GAZETTEER
    )


def mend(project, number):
    """Mend a quarantined row, chosen by a number: make its minutes 5, or its reference one of its own."""
    rows = project.left_out().query("state == 'quarantined'")
    if rows.empty:
        return
    row = rows.iloc[number % len(rows)]
    fields = json.loads(row["fields"])
    field, text = (
        ("minutes_on_incident", "5") if fields.get("minutes_on_incident") == "-5" else ("reference", f"Z{number}")
    )
    project.mend([Mend(row["incident_id"], field, fields.get(field, ""), text)], GAZETTEER)


def discard(project, number):
    rows = project.left_out().query("state == 'quarantined'")
    if len(rows):
        project.discard(rows.iloc[number % len(rows)]["incident_id"], "no incident")


def undo(project, number):
    ledger = project.ledger()
    if len(ledger):
        project.undo(ledger.iloc[number % len(ledger)]["sha256"], with_decisions=number % 2 == 1)


def erase(project, number):
    if number % 3 == 0:
        project.erase(before=dt.date(2015, 2, 5))
    else:
        project.erase(reference=f"A{number % 3}")


def adds_up(project):
    ledger, left_out, incidents = project.ledger(), project.left_out(), project.incidents()
    assert (ledger["rows_read"] == ledger[["accepted", "quarantined", "refused", "erased"]].sum(axis="columns")).all()
    states = left_out["state"].value_counts()
    assert ledger["accepted"].sum() == len(incidents)
    assert ledger["quarantined"].sum() == states.get("quarantined", 0)
    assert ledger["refused"].sum() == states.get("refused", 0)
    named = [*incidents["incident_id"], *left_out.loc[left_out["incident_id"] != "", "incident_id"]]
    assert len(named) == len(set(named))
    assert set(zip(incidents["file"], incidents["row"], strict=True)).isdisjoint(
        zip(left_out["file"], left_out["row"], strict=True)
    )


STEPS = {"mend": mend, "discard": discard, "undo": undo, "erase": erase}
steps = st.one_of(st.sampled_from(sorted(FILES)), st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 11)))
slow = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@slow
@given(st.lists(steps, min_size=2, max_size=9))
def test_the_ledger_adds_up_after_any_sequence(arrivals, facts, sequence):
    with tempfile.TemporaryDirectory() as folder:
        project = create_project(Path(folder) / "p", facts)
        for step in sequence:
            if isinstance(step, str):
                bring(project, arrivals[step])
            else:
                STEPS[step[0]](project, step[1])
            adds_up(project)


@slow
@given(st.lists(st.sampled_from(sorted(FILES)), min_size=1, max_size=6))
def test_importing_again_changes_nothing(arrivals, facts, order):
    with tempfile.TemporaryDirectory() as folder:
        project = create_project(Path(folder) / "p", facts)
        for name in order:
            bring(project, arrivals[name])
        before = (project.version, project.incidents(), project.left_out(), project.ledger())
        assert all(bring(project, arrivals[name]) is None for name in order)
        after = (project.version, project.incidents(), project.left_out(), project.ledger())
        assert before[0] == after[0]
        for one, two in zip(before[1:], after[1:], strict=True):
            pd.testing.assert_frame_equal(one, two)


@slow
@given(st.permutations(sorted(FILES)), st.integers(0, 3))
def test_a_file_taken_back_and_imported_again_loses_no_row(arrivals, facts, order, number):
    with tempfile.TemporaryDirectory() as folder:
        project = create_project(Path(folder) / "p", facts)
        for name in order:
            bring(project, arrivals[name])
        rows = project.ledger()["rows_read"].sum()
        project.undo(project.ledger().iloc[number]["sha256"])
        bring(project, arrivals[order[number]])
        adds_up(project)
        assert project.ledger()["rows_read"].sum() == rows
