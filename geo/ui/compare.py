"""Compare: the scenario beside another pattern or base, on the same draws, with a verdict in words."""

from dataclasses import asdict, replace
from typing import Any

import pandas as pd
import streamlit as st

import geo
from geo.errors import GeoError
from geo.layers.bases import BaseLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.places.postcodes import Gazetteer
from geo.scenarios.compare import Comparison
from geo.scenarios.pattern import ShiftPattern
from geo.scenarios.presets import presets
from geo.scenarios.scenario import Scenario
from geo.ui import answers, charts, maps, words
from geo.ui.answers import Question


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    other = _ask_other(scenario)
    for one in (scenario, other):
        answers.prepare(question.project, one)
    comparison = geo.compare([answers.answer(scenario, question), answers.answer(other, question)])
    st.markdown(f"**{comparison.sentence()}**")
    for outcome in comparison.outcomes:
        if outcome.unobserved_hours:
            st.warning(
                f"{outcome.scenario.name}: {outcome.unobserved_hours:g} of its weekly hours were never on duty. "
                "What would be reached then is not known; a round-the-clock source can tell."
            )
    left, right = st.columns([5, 4])
    with left:
        _map(question, comparison)
    with right:
        _differences(comparison)
    _side_by_side(comparison)


def _ask_other(scenario: Scenario) -> Scenario:
    """Ask for the other scenario: a preset's hours, changed as the planner likes."""
    known = presets(*scenario.bases)
    name, pattern, base = st.columns(3)
    chosen = name.selectbox(
        "Compare with", list(known), index=list(known).index("Thames Valley"), key="other", bind="query-params"
    )
    preset = known[chosen]
    like = replace(preset, standard=scenario.standard, speeds=scenario.speeds)  # plans differ, not the way to drive
    text = pattern.text_input(
        "Its shift pattern (days and 24-hour clock)", preset.pattern.text, key=f"other-pattern-{chosen}"
    )
    postcode = base.text_input(
        "Its base (unit postcode)", scenario.bases[0].postcode, key="other-base", bind="query-params"
    )
    try:
        bases = (
            scenario.bases if postcode == scenario.bases[0].postcode else (geo.Base.at(postcode, Gazetteer.default()),)
        )
        wanted = replace(like, pattern=ShiftPattern.parse(text), bases=bases)
    except GeoError as problem:
        st.error(words.plain(f"{problem} Until then {preset.name} is compared as it is."))
        return like
    changed = wanted.pattern != preset.pattern or wanted.bases != scenario.bases
    return replace(wanted, name=f"{preset.name}, changed") if changed else wanted


def _map(question: Question, comparison: Comparison) -> None:
    county = question.areas
    table = comparison.by_district(answers.world(question).districts(question.edition))
    areas = county.districts(question.edition).merge(table, left_on="name", right_on="district")
    text = [f"{row.difference:+.2f} a month (80 %: {row.low:+.2f} to {row.high:+.2f})" for row in areas.itertuples()]
    areas = areas.assign(
        value=areas["difference"], text=text, state=areas["sign_known"].map({True: "", False: "cannot_tell"})
    )
    layer = ChoroplethLayer.of(
        "Difference",
        areas,
        unit="incidents reached a month",
        difference=True,
        numbers=True,
        note="Hatched where the sign is not known (80 % interval)",
    )
    bases = {base: base for outcome in comparison.outcomes for base in outcome.scenario.bases}
    maps.show_county(question, [layer, BaseLayer(tuple(bases))], key="compare")
    st.caption(words.plain(comparison.outcomes[0].roads))
    with st.expander("Table beside the map"):
        st.dataframe(table.round(2), hide_index=True, width="stretch")


def _differences(comparison: Comparison) -> None:
    table = pd.DataFrame([asdict(difference) for difference in comparison.differences()])
    st.markdown("**Difference, with its 80 % interval**")
    st.altair_chart(charts.forest(table.iloc[:2]), width="stretch", alt="Differences with their intervals")
    with st.expander("Table of differences"):
        st.dataframe(table.round(3), hide_index=True, width="stretch")


def _side_by_side(comparison: Comparison) -> None:
    st.markdown("**Side by side**")
    columns = {outcome.scenario.name: _figures(outcome.as_json()) for outcome in comparison.outcomes}
    st.dataframe(pd.DataFrame(columns), width="stretch")


def _figures(found: dict[str, Any]) -> dict[str, str]:
    share = found["share_in_time"]
    in_time = f"{share['mean']:.0%} ({share['low']:.0%}-{share['high']:.0%})" if share else "no car is sent"
    figures = {
        "crewed hours a week": f"{found['crewed_hours']:g}",
        "of these never observed": f"{found['unobserved_hours']:g}",
        "nurse contact a month": f"{found['nurse_contact_a_month']:.1f}",
        "share of demand in time": in_time,
    }
    steps = {step["words"]: f"{step['a_month']:.1f} ({step['low']:.1f}-{step['high']:.1f})" for step in found["steps"]}
    return figures | steps
