"""Coverage, Speeds: how fast the car drives, every default with its source, and what driven journeys say of it."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.errors import GeoError
from geo.places.postcodes import Gazetteer
from geo.routing.calibrate import Calibration, calibrate
from geo.routing.journeys import Journeys, journeys_of, read_journeys
from geo.routing.roads import CLASSES
from geo.routing.speeds import DAYS, GRADES, SOURCES, VEHICLES, ClassSpeed, LimitSpeed, Period, SpeedProfile
from geo.scenarios.scenario import Scenario
from geo.ui import answers, frame, words
from geo.ui.answers import Question

WHOLE = (
    "These roads come with their times as a whole, so limits, classes and junctions do not count: only the scales, the "
    "traffic of the hour and blue lights do."
)
TABLE_HELP = "Columns from, to (postcodes), minutes and, where known, departed (date and time): CSV or workbook."


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
    left, right = st.columns([5, 4])
    with left:
        _form(speeds)
    with right:
        _calibration(question, scenario)
        _save(question, scenario)
        with st.expander("Where the defaults come from"):
            st.dataframe(pd.DataFrame(SOURCES.items(), columns=["what", "source"]), hide_index=True, width="stretch")


def _traffic_words(speeds: SpeedProfile) -> str:
    longest = max(speeds.periods, key=lambda period: period.town, default=None)
    if longest is None:
        return "no traffic at any hour"
    return f"drives in towns take up to {longest.town:.2f} times as long ({longest.name.lower()}), at night 1"


def _form(speeds: SpeedProfile) -> None:
    """Ask for every part of the profile; the button puts it into the scenario."""
    with st.form("speeds"):
        name = st.text_input("Name of these speeds", speeds.name)
        one, two, three = st.columns(3)
        signals = one.number_input("Signals (seconds)", 0.0, 120.0, speeds.signal_seconds, 0.5)
        junctions = two.number_input("Other junctions (seconds)", 0.0, 60.0, speeds.junction_seconds, 0.5)
        ends = three.number_input("Ends of a journey (seconds)", 0.0, 600.0, speeds.end_seconds, 10.0)
        town = one.number_input("Scale in towns (x)", 0.25, 4.0, speeds.town_scale, 0.05)
        country = two.number_input("Scale in the country (x)", 0.25, 4.0, speeds.country_scale, 0.05)
        factor = three.number_input("Blue-light factor (x)", 1.0, 1.4, speeds.blue_light_factor, 0.05)
        vehicle = one.selectbox("Vehicle", VEHICLES, VEHICLES.index(speeds.vehicle))
        grade = two.selectbox("Grade of call", GRADES, GRADES.index(speeds.grade))
        st.markdown("**Traffic**: how many times longer than on empty roads; hours not named are empty")
        periods = st.data_editor(
            pd.DataFrame(
                speeds.periods, columns=["period", "days", "from (hour)", "to (hour)", "towns (x)", "country (x)"]
            ),
            column_config={"days": st.column_config.SelectboxColumn(options=list(DAYS), required=True)},
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
        )
        with st.expander("Speeds on the road, miles an hour"):
            limits = st.data_editor(
                pd.DataFrame(speeds.limit_speeds, columns=["posted limit", "driven"]),
                hide_index=True,
                num_rows="dynamic",
            )
            classes = st.data_editor(
                pd.DataFrame(speeds.class_speeds, columns=["road without limit", "towns", "country"]),
                hide_index=True,
                disabled=["road without limit"],
                height=36 * (len(CLASSES) + 1),
            )
        done = st.form_submit_button("Use these speeds", type="primary")
    if st.button("Restore the default speeds", disabled=speeds == SpeedProfile()):
        _use(SpeedProfile())
    if done:
        _use(
            replace(
                speeds,
                name=name.strip() or speeds.name,
                signal_seconds=signals,
                junction_seconds=junctions,
                end_seconds=ends,
                town_scale=town,
                country_scale=country,
                blue_light_factor=factor,
                vehicle=vehicle,
                grade=grade,
                periods=tuple(
                    Period(str(a), str(b), int(c), int(d), float(e), float(f)) for a, b, c, d, e, f in _full(periods)
                ),
                limit_speeds=tuple(LimitSpeed(float(a), float(b)) for a, b in _full(limits)),
                class_speeds=tuple(ClassSpeed(str(a), float(b), float(c)) for a, b, c in _full(classes)),
            )
        )


def _full(table: pd.DataFrame) -> Any:
    """Give the rows of an edited table that are filled in whole."""
    return table.dropna().itertuples(index=False, name=None)


def _use(speeds: SpeedProfile) -> None:
    frame.change_speeds(speeds)
    st.rerun()


def _calibration(question: Question, scenario: Scenario) -> None:
    """Hold the speeds against journeys of the log or of a table, before and after a fit."""
    st.markdown("**Calibration with driven journeys**")
    upload = st.file_uploader("A table of times, instead of the log", type=["csv", "xlsx", "ods"], help=TABLE_HELP)
    try:
        journeys = _table(upload.name, upload.getvalue()) if upload else _log(question, scenario)
        found = _fitted(question, scenario.speeds, journeys)
    except GeoError as problem:
        st.error(str(problem))
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
        if st.button("Use the calibrated speeds", disabled=found.speeds == scenario.speeds):
            _use(found.speeds)


def _log(question: Question, scenario: Scenario) -> Journeys:
    incidents, _ = answers.records(question)
    return journeys_of(incidents, scenario.bases)


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
    return f"{getattr(row, f'{when}_percent'):.0f} % (bias {getattr(row, f'{when}_bias'):+.0f})"


def _scales(found: Calibration) -> pd.DataFrame:
    rows = found.scales
    factors = [f"x {row.factor:.2f} ({row.low:.2f}-{row.high:.2f})" for row in rows.itertuples()]
    return pd.DataFrame({"scale": rows["what"], "n": rows["journeys"], "fitted (80 %)": factors, "": rows["words"]})


def _save(question: Question, scenario: Scenario) -> None:
    """Keep the scenario, speeds and all, in the project."""
    with st.expander("Save this plan with its speeds"):
        name = st.text_input("Name of the plan", scenario.name)
        if st.button("Save the plan", disabled=not name.strip()):
            question.project.save_scenario(name.strip(), replace(scenario, name=name.strip()).to_toml())
            st.success(f"Saved as {words.plain(name.strip())}; `triage-map evaluate` knows it by this name.")
