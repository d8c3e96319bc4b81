"""Coverage, Speeds: how fast the car drives, every default with its source, and what driven journeys say of it."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.errors import GeoError, ScenarioError
from geo.places.postcodes import Gazetteer
from geo.routing.calibrate import Calibration, calibrate
from geo.routing.journeys import Journeys, journeys_of, read_journeys
from geo.routing.roads import CLASSES
from geo.routing.speeds import (
    DAYS,
    GRADES,
    LONGEST_TEXT,
    SOURCES,
    VEHICLES,
    ClassSpeed,
    LimitSpeed,
    Period,
    SpeedProfile,
)
from geo.scenarios.presets import presets
from geo.scenarios.scenario import Scenario
from geo.ui import answers, plan, words
from geo.ui.answers import Question

WHOLE = (
    "These roads come with their times as a whole, so limits, classes and junctions do not count: only the scales, the "
    "traffic of the hour and blue lights do."
)
PERIOD_COLUMNS = {
    "period": "str",
    "days": "str",
    "from (hour)": "Int64",
    "to (hour)": "Int64",
    "towns (x)": "float64",
    "country (x)": "float64",
}
"""Columns of the traffic table, and what each holds: also where the table is empty."""

TABLE_HELP = "Columns from, to (postcodes), minutes and, where known, departed (date and time): CSV or workbook."


MEASURED = (
    "The chance to arrive in time rests on two errors of a drive: of one trip, and of the scale that all share. They "
    "are assumed until they are measured; what is measured holds for the calibrated speeds, so the two go together."
)


def show(question: Question, scenario: Scenario) -> None:
    """Show the profile with its sources, a form to change it, and its calibration."""
    speeds = scenario.speeds
    standing = "the defaults" if speeds == SpeedProfile() else f"{words.plain(speeds.name)}, changed from the defaults"
    st.markdown(
        f"**The car drives by {standing}: {words.plain(_traffic_words(speeds))}; blue lights "
        f"{'x ' + format(speeds.blue_light, 'g') if speeds.blue_light != 1 else 'off'}.** Saved with the scenario and "
        "kept in the link."
    )
    if answers.roads(question.project).network.ways is None:
        st.info(WHOLE)
    _errors_in_use(scenario)
    left, right = st.columns([5, 4])
    with left:
        _form(speeds)
    with right:
        _calibration(question, scenario)
        _save(question, scenario)
        with st.expander("Where the defaults come from"):
            st.dataframe(pd.DataFrame(SOURCES.items(), columns=["what", "source"]), hide_index=True, width="stretch")


def _errors_in_use(scenario: Scenario) -> None:
    """Say which errors of a drive the response standard holds, and put the assumed ones back when asked."""
    words_of_it = f"Error of a drive in the response standard: {scenario.standard.errors_in_words}."
    if not scenario.standard.error_source:
        st.caption(words.plain(words_of_it))
        return
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(words.plain(words_of_it))
    if right.button("Restore the assumed error"):
        plan.restore_errors()
        st.rerun()


def _traffic_words(speeds: SpeedProfile) -> str:
    longest = max(speeds.periods, key=lambda period: period.town, default=None)
    if longest is None:
        return "no traffic at any hour"
    return f"drives in towns take up to {longest.town:.2f} times as long ({longest.name.lower()})"


def _form(speeds: SpeedProfile) -> None:
    """Ask for every part of the profile; the button puts it into the scenario."""
    with st.form("speeds"):
        name = st.text_input("Name of these speeds", speeds.name, max_chars=LONGEST_TEXT)
        one, two, three = st.columns(3)
        signals = one.number_input("Signals (seconds)", 0.0, 600.0, speeds.signal_seconds, 0.5)
        junctions = two.number_input("Other junctions (seconds)", 0.0, 600.0, speeds.junction_seconds, 0.5)
        ends = three.number_input("Ends of a journey (seconds)", 0.0, 600.0, speeds.end_seconds, 10.0)
        town = one.number_input("Scale in towns (x)", 0.25, 4.0, speeds.town_scale, 0.05)
        country = two.number_input("Scale in the country (x)", 0.25, 4.0, speeds.country_scale, 0.05)
        factor = three.number_input("Blue-light factor (x)", 1.0, 1.4, speeds.blue_light_factor, 0.05)
        vehicle = one.selectbox("Vehicle", VEHICLES, VEHICLES.index(speeds.vehicle))
        grade = two.selectbox("Grade of call", GRADES, GRADES.index(speeds.grade))
        st.markdown("**Traffic**: how many times longer than on empty roads; hours not named are empty")
        periods = st.data_editor(
            pd.DataFrame(speeds.periods, columns=list(PERIOD_COLUMNS)).astype(PERIOD_COLUMNS),
            column_config={"days": st.column_config.SelectboxColumn(options=list(DAYS), required=True)},
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
        )
        with st.expander("Speeds on the road, miles an hour"):
            limits = st.data_editor(
                pd.DataFrame(speeds.limit_speeds, columns=["posted limit", "driven"]).astype("float64"),
                hide_index=True,
                num_rows="dynamic",
            )
            classes = st.data_editor(
                pd.DataFrame(speeds.class_speeds, columns=["road without limit", "towns", "country"]).astype(
                    {"towns": "float64", "country": "float64"}
                ),
                hide_index=True,
                disabled=["road without limit"],
                height=36 * (len(CLASSES) + 1),
            )
        done = st.form_submit_button("Use these speeds", type="primary")
    if st.button("Restore the default speeds", disabled=speeds == SpeedProfile()):
        _use(SpeedProfile())
    if done:
        try:
            asked = replace(
                speeds,
                name=name.strip()[:LONGEST_TEXT] or speeds.name,
                signal_seconds=signals,
                junction_seconds=junctions,
                end_seconds=ends,
                town_scale=town,
                country_scale=country,
                blue_light_factor=factor,
                vehicle=vehicle,
                grade=grade,
                periods=tuple(
                    Period(str(a), str(b), _hour(c), _hour(d), float(e), float(f))
                    for a, b, c, d, e, f in _full(periods, "traffic")
                ),
                limit_speeds=tuple(LimitSpeed(float(a), float(b)) for a, b in _full(limits, "posted limits")),
                class_speeds=tuple(ClassSpeed(str(a), float(b), float(c)) for a, b, c in _full(classes, "roads")),
            )
        except (GeoError, ValueError) as problem:
            st.error(words.plain(str(problem)))
            return
        _use(asked)


def _hour(value: float) -> int:
    """Give a whole hour of the clock."""
    if float(value) != int(value):
        raise ScenarioError(f"the hour {value:g} is none; give a whole hour from 0 to 24")
    return int(value)


def _full(table: pd.DataFrame, what: str) -> Any:
    """Give the rows of an edited table; rows that are wholly blank fall away, and half-filled ones are refused."""
    rows = table.dropna(how="all")
    if (half := rows.isna().any(axis="columns")).any():
        raise ScenarioError(
            f"{int(half.sum())} rows of {what} are not filled in (first: row {int(half.to_numpy().argmax()) + 1}); "
            "fill them in, or clear them whole"
        )
    return rows.itertuples(index=False, name=None)


def _use(speeds: SpeedProfile) -> None:
    plan.change_speeds(speeds)
    st.rerun()


def _calibration(question: Question, scenario: Scenario) -> None:
    """Hold the speeds against journeys of the log or of a table, before and after a fit."""
    st.markdown("**Calibration with driven journeys**")
    st.caption(
        f"Dispatched to arrived, from the project's base {question.project.facts.base.postcode}. What lies between "
        "dispatch and wheels rolling counts as driving here, and is in the mobilisation of the response too."
    )
    upload = st.file_uploader("A table of times, instead of the log", type=["csv", "xlsx", "ods"], help=TABLE_HELP)
    try:
        journeys = _table(upload.name, upload.getvalue()) if upload else _log(question)
        found = _fitted(question, scenario.speeds, journeys)
    except GeoError as problem:
        st.error(words.plain(str(problem)))
        return
    st.caption(words.plain(journeys.sentence) + ".")
    st.markdown(words.plain(found.sentence))
    if len(found.errors):
        st.dataframe(_errors(found), hide_index=True, width="stretch")
        st.dataframe(_scales(found), hide_index=True, width="stretch")
        st.caption(
            f"Error of one trip {found.sigma:.2f}, of the scale that all share {found.tau:.2f} (standard deviations of "
            "the logarithm)."
        )
        same, left, right = found.speeds == scenario.speeds, *st.columns(2)
        if left.button("Use the calibrated speeds", disabled=same):
            _use(found.speeds)
        if right.button("Use them with their measured error", disabled=same, help=MEASURED):
            plan.change_errors(found.sigma, found.tau, found.error_source)
            _use(found.speeds)


def _log(question: Question) -> Journeys:
    """Give the log's journeys: its cars started at the project's base, whatever base the plan on screen has."""
    incidents, _ = answers.records(question)
    return journeys_of(incidents, (question.project.facts.base,))


def _table(name: str, content: bytes) -> Journeys:
    with tempfile.TemporaryDirectory(prefix="triage-map-") as folder:
        path = Path(folder) / f"times{Path(name).suffix.lower()}"
        path.write_bytes(content)
        return read_journeys(path, Gazetteer.default())


def _fitted(question: Question, speeds: SpeedProfile, journeys: Journeys) -> Calibration:
    return calibrate(journeys, answers.roads(question.project), speeds, Gazetteer.default().frame)


def _errors(found: Calibration) -> pd.DataFrame:
    rows = found.errors
    figures = [row.words or f"{_off(row, 'before')} → {_off(row, 'after')}" for row in rows.itertuples()]
    return pd.DataFrame({"journeys": rows["group"], "n": rows["journeys"], "median error, before → after": figures})


def _off(row: Any, when: str) -> str:
    return f"{getattr(row, f'{when}_percent'):.0f}% (bias {getattr(row, f'{when}_bias'):+.0f})"


def _scales(found: Calibration) -> pd.DataFrame:
    rows = found.scales
    factors = [f"x {row.factor:.2f} ({row.low:.2f}-{row.high:.2f})" for row in rows.itertuples()]
    return pd.DataFrame({"scale": rows["what"], "n": rows["journeys"], "fitted (80%)": factors, "": rows["words"]})


def _save(question: Question, scenario: Scenario) -> None:
    """Keep the scenario, speeds and all, in the project."""
    with st.expander("Save this plan with its speeds"):
        name = st.text_input("Name of the plan", scenario.name, max_chars=LONGEST_TEXT)
        kept = name.strip() in question.project.scenarios()
        if kept or name.strip() in presets():
            st.caption("A plan of this name is there: it would be replaced." if kept else "A published scheme's name.")
        if st.button("Replace the plan" if kept else "Save the plan", disabled=not name.strip() or name in presets()):
            question.project.save_scenario(name.strip(), replace(scenario, name=name.strip()).to_toml())
            st.success(f"Saved as {words.plain(name.strip())}; `triage-map evaluate` knows it by this name.")
