"""Coverage: how long the car needs from its base, what share of demand that reaches, and what is lost first."""

import pandas as pd
import streamlit as st

import geo
from geo.coverage.gaps import NOT_COUNTED
from geo.crs import to_grid
from geo.errors import SchemaError
from geo.layers.base import Layer
from geo.layers.bases import BaseLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.isochrones import IsochroneLayer
from geo.routing.timing import main_traffic
from geo.scenarios.evaluate import Outcome
from geo.scenarios.scenario import Scenario
from geo.ui import answers, charts, frame, maps, words
from geo.ui.answers import Question

VIEWS = {"isochrones": "Drive time from the base", "chance": "Chance to arrive in time"}


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    try:
        outcome = answers.answer(scenario, question)
    except SchemaError as problem:
        st.info(
            f"The share of demand within reach cannot be told yet: {problem}. The drive times below need no records."
        )
        _map_of(question, scenario, [_isochrones(question, scenario)])
        return
    st.markdown(f"**{outcome.sentence}**")
    left, right = st.columns(2)
    with left:
        _map(question, scenario, outcome)
    with right:
        _losses(outcome)
        _districts(question, outcome)


def _map(question: Question, scenario: Scenario, outcome: Outcome) -> None:
    view = maps.choose_view(VIEWS, "coverage-view")
    _map_of(
        question, scenario, [_isochrones(question, scenario) if view == "isochrones" else _chance(question, outcome)]
    )


def _map_of(question: Question, scenario: Scenario, layers: list[Layer]) -> None:
    """Show the map on which a click moves the base, and the doubt of its roads."""
    network = answers.roads(question.project).network
    clicked = maps.show_county(question, [*layers, BaseLayer(scenario.bases)], key="coverage", click=True)
    st.caption(f"Click the map to move the base to the nearest postcode. {words.plain(network.label)}")
    if clicked is not None and clicked != st.session_state.get("clicked"):  # the map repeats its last click for ever
        st.session_state["clicked"] = clicked
        frame.move_base(*to_grid(*clicked))


def _isochrones(question: Question, scenario: Scenario) -> Layer:
    traffic = main_traffic(scenario.speeds, scenario.pattern.hours)
    network, engine, _ = answers.roads(question.project).timed(scenario.speeds, traffic)
    base, top = scenario.bases[0], int(scenario.standard.minutes)
    minutes = tuple(range(max(5, top - 20), top + 1, 5))
    bands = geo.isochrones(network, engine, (base.easting, base.northing), minutes=minutes)
    return IsochroneLayer(bands[~bands.is_empty], label=network.label)


def _chance(question: Question, outcome: Outcome) -> Layer:
    county = question.areas
    table = pd.DataFrame({"code": outcome.places, "value": 100 * outcome.in_time.mean(axis=0), "drive": outcome.drive})
    areas = county.lsoas.merge(table, on="code")
    areas = areas.assign(
        text=[f"{row.value:.0f} % in time\nmedian drive {words.minutes(row.drive)} min" for row in areas.itertuples()]
    )
    return ChoroplethLayer.of(
        "Chance in time", areas, unit="% of calls, if the car is free and sent", note=outcome.roads
    )


def _losses(outcome: Outcome) -> None:
    table = outcome.waterfall.table()
    st.markdown(
        f"**What becomes of {outcome.waterfall.all.mean():.1f} incidents a month** "
        "(in observed hours; 80 % intervals above and in the table)"
    )
    st.altair_chart(charts.waterfall(table), width="stretch", alt="Demand by first cause of loss, and what is reached")
    st.caption(
        f"{NOT_COUNTED.capitalize()}. Advice and telephone are nurse contact: not sending the car is a decision, "
        "not a gap."
    )
    with st.expander("Table of losses"):
        st.dataframe(
            table.drop(columns="step").rename(columns={"words": "what becomes of it"}).round(2),
            hide_index=True,
            width="stretch",
        )


def _districts(question: Question, outcome: Outcome) -> None:
    world = answers.world(question)
    table = outcome.by_district(world.districts(question.edition))
    st.markdown("**By district**: incidents and reached a month, 80 % intervals")
    shown = pd.DataFrame(
        {
            "district": table["district"],
            "a month": table["incidents_a_month"].map("{:.1f}".format),
            "drive, min": table["drive_minutes"].map(words.minutes),
            "in time": [
                f"{row.in_time:.0%} ({row.in_time_low:.0%}-{row.in_time_high:.0%})" for row in table.itertuples()
            ],
            "reached": [
                f"{row.reached_a_month:.1f} ({row.reached_low:.1f}-{row.reached_high:.1f})"
                for row in table.itertuples()
            ],
        }
    )
    st.dataframe(shown, hide_index=True, width="stretch")
