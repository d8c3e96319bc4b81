"""The figures: what is published is called so, and nothing else is."""

import pandas as pd

from geo.deployment.figures import ASSESSED, ILLUSTRATIVE, PUBLISHED, RECORDED, figures
from geo.shares import bounds


def incidents(assessment, **columns):
    blank = dict.fromkeys(["reason_not_assessed", "referrals", "incident_type", "condition"], "")
    return pd.DataFrame({"assessment": assessment}).assign(**blank, place_type="unknown", **columns)


AS_PUBLISHED = ["face_to_face"] * 5 + ["telephone"] + ["none"] * 13


def test_six_of_nineteen_is_published_and_everything_else_illustrative():
    drawn = figures(incidents(AS_PUBLISHED), demonstration=True)
    assert {figure.evidence for figure in drawn if figure.subject == ASSESSED} == {PUBLISHED}
    assert {figure.evidence for figure in drawn if figure.subject != ASSESSED} == {ILLUSTRATIVE}
    assert all((figure.table["evidence"] == figure.evidence).all() for figure in drawn)
    assert len(drawn) == 6


def test_other_counts_are_never_called_published():
    assert figures(incidents(AS_PUBLISHED[:-1]), demonstration=True)[0].evidence == ILLUSTRATIVE
    assert figures(incidents(AS_PUBLISHED))[0].evidence == RECORDED


def test_why_not_assessed_is_of_those_not_assessed():
    rows = incidents(["none", "none", "telephone"]).assign(reason_not_assessed=["Declined", "", "Declined"])
    table = next(figure.table for figure in figures(rows) if figure.subject == "Why not assessed")
    assert table[["entry", "incidents", "n"]].to_numpy().tolist() == [["Declined", 1, 2], ["not recorded", 1, 2]]


def test_an_incident_with_two_outcomes_counts_in_each_and_once_in_each():
    rows = incidents(["none", "none"]).assign(referrals=["GP; police; gp", "GP"])
    table = next(figure.table for figure in figures(rows) if figure.subject == "Outcomes and referrals")
    assert table[["entry", "incidents", "n"]].to_numpy().tolist() == [["GP", 2, 2], ["police", 1, 2]]


def test_the_share_of_an_entry_has_bounds_for_what_is_not_recorded():
    rows = incidents(["none"] * 4).assign(incident_type=["Violence", "Violence", "Concern", ""])
    figure = next(figure for figure in figures(rows) if figure.subject == "Police incident type")
    assert figure.share_of("Violence") == bounds(2, 1, 1)
    assert figure.is_recorded
    assert not next(figure for figure in figures(rows) if figure.subject == "Mental-health condition").is_recorded
