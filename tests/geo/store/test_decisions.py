"""Decisions of a person: rows that are no incidents, pairs of two sources, mappings, the list of places."""

import pandas as pd
import pytest

from geo.errors import ProjectError
from geo.incidents.columns import ColumnMapping
from geo.places.named import NamedPlace, PlaceList
from geo.store.project import open_project

A1 = "A1,04/02/2016,19:00,NN1 1AA,20,"
WRONG = "A3,06/02/2016,21:00,NN1 1AA,-5,"


def test_a_quarantined_row_that_is_no_incident_is_refused_for_the_reason_given(project, bring, adds_up):
    bring("one.csv", A1, WRONG)
    project.discard("police:a3", " a test of the system ")
    row = project.left_out().iloc[0]
    assert (row["state"], row["reason"]) == ("refused", "a test of the system")
    assert adds_up()
    again = bring("two.csv", WRONG)
    assert again.refused == 1
    assert project.left_out().set_index("file").loc["two.csv", "reason"] == "already imported: one.csv row 3"


def test_only_quarantined_rows_are_discarded_and_only_for_a_reason(project, bring):
    bring("one.csv", A1, WRONG)
    with pytest.raises(ProjectError, match="say why"):
        project.discard("police:a3", "  ")
    with pytest.raises(ProjectError, match="no row 'police:a1' is in quarantine"):
        project.discard("police:a1", "because")


def test_a_row_in_conflict_can_be_discarded_and_frees_what_waited_for_it(project, bring, adds_up):
    bring("one.csv", WRONG)
    bring("two.csv", "A3,06/02/2016,21:00,NN1 1AA,5,")
    assert project.incidents().empty
    project.discard("police:a3", "replaced by the corrected row")
    assert project.incidents()["minutes_on_incident"].tolist() == [5]
    assert adds_up()


def test_settled_pairs_are_kept_and_a_later_verdict_replaces_an_earlier(project, bring):
    bring("police.csv", A1, "A2,04/02/2016,19:00,,,")
    bring("team.csv", "M1,04/02/2016,19:05,,,", "M2,04/02/2016,19:06,,,", source="mental_health")
    project.settle([("police:a1", "mental_health:m1", "same"), ("police:a2", "mental_health:m1", "different")])
    project.settle([("police:a1", "mental_health:m1", "different")])
    assert project.decisions().to_numpy().tolist() == [
        ["police:a2", "mental_health:m1", "different"],
        ["police:a1", "mental_health:m1", "different"],
    ]


def test_one_record_is_the_same_as_one_other_at_most(project, bring):
    bring("police.csv", A1)
    bring("team.csv", "M1,04/02/2016,19:05,,,", "M2,04/02/2016,19:06,,,", source="mental_health")
    project.settle([("police:a1", "mental_health:m1", "same")])
    with pytest.raises(ProjectError, match="'police:a1' would be the same as two records"):
        project.settle([("police:a1", "mental_health:m2", "same")])
    assert len(project.decisions()) == 1


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("police:a1", "police:a9", "same"), "there is no incident 'police:a9'"),
        (("police:a1", "police:a1", "perhaps"), "'perhaps' is no verdict"),
    ],
)
def test_a_pair_that_cannot_be_settled_is_refused(project, bring, pair, words):
    bring("police.csv", A1)
    with pytest.raises(ProjectError, match=words):
        project.settle([pair])


def test_mappings_are_given_newest_first_and_once_each(project):
    one, two = ColumnMapping((("Ref", "reference"),)), ColumnMapping((("Nr", "reference"),), "month")
    for mapping in (one, two, one):
        project.save_mapping("police", mapping)
    assert project.mappings("police") == (one, two)


def test_a_list_of_places_is_kept_and_places_the_incidents_that_it_names(project, bring):
    headings = "Ref,Date,Time,Postcode,Location"
    bring("one.csv", "A1,04/02/2016,19:00,,M1 Jct 15", "A2,04/02/2016,19:00,NN1 1AA,M1 J15", headings=headings)
    assert project.incidents()["precision"].tolist() == ["none", "unit"]
    places = PlaceList(
        (NamedPlace(("M1 J15", "Collingtree junction"), easting=475400.0, northing=255300.0, sensitive=True),)
    )
    assert project.set_places(places) == 1
    again = open_project(project.folder)
    pd.testing.assert_frame_equal(again.places.frame(), places.frame())
    first = again.incidents().set_index("incident_id").loc["police:a1"]
    assert (first["located_by"], first["easting"], first["northing"]) == ("named_place", 475400.0, 255300.0)
    bring("two.csv", "A3,05/02/2016,19:00,,Collingtree junction", headings=headings)
    assert again.incidents()["located_by"].tolist() == ["named_place", "postcode", "named_place"]
    assert again.set_places(PlaceList.empty()) == 2
    assert again.incidents()["precision"].tolist() == ["none", "unit", "none"]


def test_what_was_noticed_and_doubted_is_kept_with_its_file(project, bring):
    headings = "Ref,Date,Time,Postcode,Car deployed"
    bring("one.csv", "A1,04/02/2016,19:00,NN1 1AA,perhaps", headings=headings)
    assert any("not understood" in sentence for sentence in project.notices()["sentence"])
    doubt = project.doubts().iloc[0]
    assert doubt[["incident_id", "file", "row", "field", "entry", "read_as"]].tolist() == [
        "police:a1", "one.csv", 2, "deployed", "perhaps", "unknown",
    ]  # fmt: skip
