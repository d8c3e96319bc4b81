"""What the records leave out and what each blank costs, with numbers worked by hand on the published weeks."""

import numpy as np
import pandas as pd
import pytest

from geo.deployment.shifts import read_shift_log
from geo.errors import SchemaError
from geo.incidents import demonstration
from geo.incidents.quality import (
    EXPECTED,
    TABLE_COLUMNS,
    bounded_shares,
    change_since_last_import,
    clopper_pearson,
    completeness,
    cost_of_blanks,
    days_without_record,
    newcombe,
    quality_report,
)
from geo.incidents.read import read_extract
from geo.places.locate import locate
from geo.places.postcodes import Gazetteer
from geo.tables import INCIDENT_COLUMNS, names

NO_DOUBTS = pd.DataFrame({"field": pd.Series(dtype="str")})
NOTHING_LEFT_OUT = pd.DataFrame({"state": pd.Series(dtype="str"), "file": pd.Series(dtype="str")})
LEDGER = ("name", "source", "imported_at", "rows_read", "accepted", "quarantined", "refused")


def ledger(*files: tuple[str, str, str, int]) -> pd.DataFrame:
    rows = [(name, source, at, number, number, 0, 0) for name, source, at, number in files]
    return pd.DataFrame(rows, columns=list(LEDGER))


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """The two published weeks: incidents of both sources, and the shift log."""
    files = demonstration.write_weeks(tmp_path_factory.mktemp("weeks"), Gazetteer.default())
    parts = [
        read_extract(files.mental_health, source="mental_health").accepted,
        read_extract(files.police, source="police").accepted,
    ]
    incidents = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(locate(incidents, Gazetteer.default())), read_shift_log(files.shift_log).frame


@pytest.fixture(scope="module")
def costs(weeks):
    return cost_of_blanks(*weeks)


def row(table: pd.DataFrame, **wanted: str) -> pd.Series:
    found = table.loc[np.logical_and.reduce([table[name] == value for name, value in wanted.items()])]
    assert len(found) == 1
    return found.iloc[0]


def test_three_of_the_eight_incidents_of_the_first_week_cannot_be_mapped(costs):
    found = row(costs, source="mental_health", period="2016-02-01", field="place")
    assert found["sentence"] == (
        "3 of 8 incidents of the triage team in the week of 1 Feb 2016 cannot be mapped: 38% (95% interval 9-76%); "
        "no district and no drive time counts them"
    )
    assert (found["blank"], found["needed"], found["share"]) == (3, 8, 0.375)


def test_the_minutes_of_the_published_weeks_are_at_least_340_415_and_755(costs):
    by_week = {
        period: row(costs, source="mental_health", period=period, field="minutes_on_incident")
        for period in ("2016-02-01", "2016-03-07", "all")
    }
    # T1: 30 + 170 + 125 + 15, none blank; T2: 140 + 40 + 235, the three of Thursday blank
    assert [found["blank"] for found in by_week.values()] == [0, 3, 3]
    assert "at least" not in by_week["2016-02-01"]["sentence"]
    assert by_week["2016-03-07"]["sentence"].startswith("3 of 11 incidents")
    assert by_week["2016-03-07"]["sentence"].endswith("the time spent is at least 415 minutes")
    assert by_week["all"]["sentence"].endswith("the time spent is at least 755 minutes")


def test_one_incident_of_the_weeks_is_dated_only_by_its_shift(costs):
    assert row(costs, source="mental_health", period="2016-03-07", field="received_on")["blank"] == 1
    assert row(costs, source="mental_health", period="2016-02-01", field="received_on")["blank"] == 0


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("minutes_on_incident", "1 of 1 incident of the triage team has no minutes: 100%"),
        ("deployed", "1 of 1 incident of the triage team does not say whether the car was sent: 100%"),
        ("person_key", "1 of 1 incident of the triage team names no person: 100%"),
        ("fine_place", "1 of 1 incident of the triage team is placed only to a postcode sector or district: 100%"),
    ],
)
def test_one_incident_is_told_as_one(located, shift_log, field, words):
    one = located("mental_health", {"at": "2016-02-04 19:40", "postcode": "NN1"})
    assert row(cost_of_blanks(one, shift_log()), period="all", field=field)["sentence"].startswith(words)


def test_one_blank_of_several_incidents_is_told_as_one(located, shift_log):
    two = located("mental_health", {"at": "2016-02-04 19:40", "minutes_on_incident": 30.0}, {"at": "2016-02-04 20:40"})
    found = row(cost_of_blanks(two, shift_log()), period="all", field="minutes_on_incident")
    assert found["sentence"].startswith("1 of 2 incidents of the triage team has no minutes: 50%")


def test_one_empty_day_is_told_as_one(located, shift_log):
    incidents = located("all_mental_health", {"at": "2016-02-01 12:00"}, {"at": "2016-02-03 12:00"})
    files = ledger(("a.csv", "all_mental_health", "2016-03-01", 2))
    said = " ".join(quality_report(incidents, shift_log(), files, NO_DOUBTS, NOTHING_LEFT_OUT).sentences)
    assert "1 of 3 days from 1 Feb 2016 to 3 Feb 2016 holds no record" in said
    assert "the longest gap is 1 day, from 2 Feb 2016" in said


def test_an_arrival_is_asked_for_only_where_the_car_was_sent(costs):
    found = row(costs, source="mental_health", period="all", field="arrived_at")
    assert (found["blank"], found["needed"]) == (6, 6)  # the team's log has no such column; the car was sent to 6 of 19


def test_blank_section_136_is_bounded_by_nothing_and_everything(weeks):
    shares = bounded_shares(weeks[0])
    found = row(shares, source="mental_health", outcome="Section 136 detention")
    assert (found["yes"], found["no"], found["unknown"]) == (0, 0, 19)
    assert (found["low"], found["high"]) == (0.0, 1.0)
    assert found["words"].startswith("0 to 100%")
    assert not ((shares["source"] == "police") & (shares["outcome"] == "Information shared with officers")).any()


def test_completeness_by_week_adds_up_to_the_whole(weeks):
    whole, by_week = completeness(weeks[0]), completeness(weeks[0], "week", weeks[1])
    counts = ["needed", "recorded", "blank"]
    added = by_week.groupby(["source", "field"])[counts].sum()
    pd.testing.assert_frame_equal(added.sort_index(), whole.set_index(["source", "field"])[counts].sort_index())
    place = by_week[(by_week["source"] == "mental_health") & (by_week["field"] == "place")]
    assert place["group"].tolist() == ["2016-02-01", "2016-03-07"]
    assert place["share"].tolist() == [5 / 8, 1.0]
    assert place["low"].iloc[0] == pytest.approx(0.2449, abs=5e-5)  # Clopper-Pearson for 5 of 8


def test_completeness_by_shift_names_the_evening(weeks):
    by_shift = completeness(weeks[0], "shift", weeks[1])
    team = by_shift[(by_shift["source"] == "mental_health") & (by_shift["field"] == "minutes_on_incident")]
    assert dict(zip(team["group"], team["needed"], strict=True)) == {
        "2016-02-04": 2, "2016-02-05": 2, "2016-02-06": 3, "2016-02-07": 1, "2016-03-08": 3, "2016-03-09": 2,
        "2016-03-10": 3, "2016-03-11": 3,
    }  # fmt: skip
    assert team.set_index("group").loc["2016-03-10", "recorded"] == 0


def test_every_expected_field_is_a_column_or_the_place():
    assert {field for fields in EXPECTED.values() for field in fields} <= {*names(INCIDENT_COLUMNS), "place"}


def test_each_source_is_asked_for_its_own_fields(located):
    register = located("s136_register", {"at": "2016-02-04 19:40"})
    assert set(completeness(register)["field"]) == set(EXPECTED["s136_register"])


@pytest.mark.parametrize("by", ["month", "district"])
def test_an_unknown_grouping_is_refused(located, by):
    with pytest.raises(SchemaError, match=f"not by '{by}'"):
        completeness(located("police", {"at": "2016-02-04 19:40"}), by)


def test_weeks_need_the_shift_log(located):
    with pytest.raises(SchemaError, match="needs the shift log"):
        completeness(located("police", {"at": "2016-02-04 19:40"}), "week")


def test_the_exact_interval_at_its_ends():
    # all of 8: (0.025) ** (1 / 8) = 0.631; none of 8: 1 - 0.631
    low, high = clopper_pearson([8, 0, 0], [8, 8, 0])
    assert low.round(3).tolist() == [0.631, 0.0, 0.0]
    assert high.round(3).tolist() == [1.0, 0.369, 1.0]


@pytest.mark.parametrize(
    ("counts", "limits"),
    [
        # Newcombe (1998), table II, method 10
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_the_interval_of_a_difference_is_newcombes(counts, limits):
    assert newcombe(*counts) == pytest.approx(limits, abs=5e-5)


def test_the_latest_file_is_compared_with_all_earlier_ones(located):
    def month(file: str, number: int, with_sex: int) -> pd.DataFrame:
        return located(
            "police",
            *(
                {"reference": f"{file}-{n}", "at": "2016-02-04 19:40", "file": file, "sex": "F" if n < with_sex else ""}
                for n in range(number)
            ),
        )

    incidents = pd.concat([month("a.csv", 40, 20), month("b.csv", 40, 28), month("c.csv", 70, 56)], ignore_index=True)
    files = ledger(("c.csv", "police", "2016-04-01", 70), ("a.csv", "police", "2016-02-01", 40),
                   ("b.csv", "police", "2016-03-01", 40))  # fmt: skip
    found = row(change_since_last_import(incidents, files), source="police", field="sex")
    # 56 of 70 after 48 of 80: Newcombe's own example
    assert (found["earlier"], found["latest"]) == (0.6, 0.8)
    assert (found["low"], found["high"]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found["verdict"] == "more complete"
    same = row(change_since_last_import(incidents, files), source="police", field="age_band")
    assert same["verdict"] == "cannot tell yet"


def test_days_without_a_record_of_a_round_the_clock_source(located):
    days = ["2016-02-01", "2016-02-01", "2016-02-02", "2016-02-06", "2016-02-07", "2016-02-09"]
    found = days_without_record(located("all_mental_health", *({"at": f"{day} 12:00"} for day in days)))
    one = found.iloc[0]
    # of the nine days from the 1st to the 9th the 3rd, 4th, 5th and 8th are empty; chance: 9 * exp(-6 / 9) = 4.6
    assert (one["days"], one["empty_days"], one["longest_gap"]) == (9, 4, 3)
    assert (one["gap_from"], one["gap_to"]) == (pd.Timestamp("2016-02-03"), pd.Timestamp("2016-02-05"))
    assert one["expected_empty"] == pytest.approx(9 * np.exp(-6 / 9))


def test_the_schemes_own_sources_are_not_blamed_for_quiet_days(located):
    assert days_without_record(located("police", {"at": "2016-02-01 12:00"}, {"at": "2016-02-09 12:00"})).empty


def test_a_round_the_clock_source_with_silent_hours_is_questioned(located, shift_log):
    evenings = [{"at": f"2016-02-{day:02d} {hour}:00"} for day in range(1, 30) for hour in range(18, 24)]
    incidents = located("all_mental_health", *evenings)
    found = quality_report(
        incidents, shift_log(), ledger(("a.csv", "all_mental_health", "2016-03-01", 174)), NO_DOUBTS, NOTHING_LEFT_OUT
    )
    assert any(
        "holds no record in 18 of the 24 hours (first: 00:00), with 7 expected in each" in s for s in found.sentences
    )


def test_a_staffed_night_without_a_record_may_be_quiet_or_not_written_down(weeks):
    files = ledger(("team.xlsx", "mental_health", "2016-03-14", 19), ("police.csv", "police", "2016-03-14", 31))
    report = quality_report(*weeks, files, NO_DOUBTS, NOTHING_LEFT_OUT)
    # the nurse was on duty on 9 nights; only Monday 1 February has no incident
    assert (
        "1 of 9 nights with a nurse on duty holds no record of the triage team (first: 1 Feb 2016): quiet, or not "
        "written down; the log cannot tell" in report.sentences
    )
    assert "There is one file of the triage team: nothing to compare it with yet." in report.sentences


def test_a_repeated_reference_is_named_and_both_rows_stay(located, shift_log):
    twice = located(
        "police",
        {"reference": "A1", "at": "2016-02-04 19:40", "row": 2},
        {"reference": "A1", "at": "2016-02-04 19:40", "row": 8, "incident_id": "police:A1#2"},
    )
    report = quality_report(
        twice, shift_log(), ledger(("made.csv", "police", "2016-03-01", 2)), NO_DOUBTS, NOTHING_LEFT_OUT
    )
    said = "1 record repeats the reference of another of its source (first: row 8 of made.csv)"
    assert any(sentence.startswith(said) for sentence in report.sentences)
    assert row(report.completeness, source="police", field="reference")["recorded"] == 2


def test_the_table_holds_every_section_once_and_its_figures(weeks):
    doubts = pd.DataFrame({"field": ["deployed", "deployed", "received_at"]})
    left_out = pd.DataFrame({"state": ["refused", "quarantined"], "file": ["a.csv", "a.csv"]})
    files = ledger(("team.xlsx", "mental_health", "2016-03-14", 19))
    report = quality_report(*weeks, files, doubts, left_out)
    table = report.table()
    assert list(table.columns) == list(TABLE_COLUMNS)
    found = row(table, section="completeness by week", source="mental_health", group="2016-02-01", field="place")
    assert (found["count"], found["of"]) == (5, 8)
    read = table[(table["section"] == "read with doubt or left out") & (table["field"] == "deployed")]
    assert read["count"].tolist() == [2]
    assert len(table) == sum(
        len(frame)
        for frame in (
            report.files, report.completeness, report.by_week, report.by_shift, report.costs, report.shares,
            report.changes, report.round_the_clock, report.entries,
        )
    )  # fmt: skip


def test_a_files_name_cannot_act_as_a_formula_in_the_table(located, shift_log):
    incidents = located("police", {"at": "2016-02-04 19:40"})
    files = ledger(("=cmd.csv", "police", "2016-03-01", 1))
    table = quality_report(incidents, shift_log(), files, NO_DOUBTS, NOTHING_LEFT_OUT).table()
    assert table.loc[table["section"] == "files", "group"].tolist() == ["'=cmd.csv"]


def test_a_project_without_records_has_an_empty_report(located, shift_log):
    report = quality_report(located("police"), shift_log(), ledger(), NO_DOUBTS, NOTHING_LEFT_OUT)
    assert report.sentences == ()
    assert report.table().empty


def test_inputs_are_left_alone(weeks):
    before = weeks[0].copy(), weeks[1].copy()
    quality_report(*weeks, ledger(), NO_DOUBTS, NOTHING_LEFT_OUT)
    pd.testing.assert_frame_equal(weeks[0], before[0])
    pd.testing.assert_frame_equal(weeks[1], before[1])
