"""Coverage: how long the car needs from its base, what share of demand that reaches, and what is lost first."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

import geo
from geo.coverage.reach import Reach, within
from geo.crs import to_grid
from geo.errors import GeoError, PlaceError, SchemaError
from geo.layers.base import Layer
from geo.layers.bases import BaseLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.isochrones import IsochroneLayer
from geo.routing.accuracy import accuracy_table
from geo.routing.matrix import minutes_to
from geo.routing.timing import Timed, main_traffic, traffic_levels
from geo.scenarios.counting import figure
from geo.scenarios.evaluate import Outcome
from geo.scenarios.scenario import Scenario
from geo.ui import answers, charts, maps, missed, plan, sides, speeds, words
from geo.ui.answers import Question

VIEWS = {
    "isochrones": "Drive time from the base",
    "towards": "To the base's place",
    "chance": "Chance in time",
}
DRAG = "Drag the base, or click the map, to move it to the nearest postcode; nothing else is loaded anew."


def show(question: Question, scenario: Scenario) -> None:
    """Show the page: its map and figures, the speeds they rest on, or real and estimated roads side by side."""
    parts: dict[str, Callable[[Question, Scenario], None]] = {
        "Map and figures": lambda question, _: _live(question),
        "Who is missed": missed.show,
        "Speeds": speeds.show,
        "Roads side by side": sides.show,
    }
    part = st.segmented_control(
        "Part of the page",
        list(parts),
        default=next(iter(parts)),
        required=True,
        key="coverage-part",
        bind="query-params",
        label_visibility="collapsed",
    )
    parts[str(part)](question, scenario)


@st.fragment
def _live(question: Question) -> None:
    """Show map and figures; only this part of the page runs again when the base is moved."""
    try:
        _figures(question)
    except GeoError as problem:  # a part that runs alone has no page around it that would say so
        st.error(words.plain(str(problem)))
        if isinstance(problem, PlaceError):
            _empty_map(question)


def _empty_map(question: Question) -> None:
    """Show the base on the county alone, so that one that no road reaches can be moved back."""
    scenario, _ = plan.scenario_now(question)
    maps.show_county(question, [BaseLayer(scenario.bases, drag=len(scenario.bases) == 1)], key="coverage", click=True)


def _figures(question: Question) -> None:
    """Show map and figures of the scenario as it stands."""
    moved = _moved()
    scenario, _ = plan.scenario_now(question)
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        view = maps.choose_view(VIEWS, "coverage-view")
    with right:
        traffic = _choose_traffic(scenario)
    answers.prepare(question.project, scenario)
    try:
        outcome = answers.answer(scenario, question)
    except SchemaError as problem:
        st.info(
            f"The share of demand within reach cannot be told yet: {problem}. The drive times below need no records."
        )
        _map(question, scenario, None, (view, traffic), moved)
        return
    st.markdown(f"**{words.plain(plan.base_line(scenario))}.** **{outcome.sentence}**")
    left, right = st.columns(2)
    with left:
        _map(question, scenario, outcome, (view, traffic), moved)
    with right:
        _losses(outcome)
        _districts(question, outcome)


def _moved() -> bool:
    """Take what was clicked on the map, or where the base was dropped, into the scenario; say whether it moved."""
    clicked = (st.session_state.get("coverage") or {}).get("last_clicked")
    if not clicked or clicked == st.session_state.get("clicked"):  # the map repeats its last click for ever
        return False
    st.session_state["clicked"] = clicked
    plan.move_base(*to_grid(float(clicked["lng"]), float(clicked["lat"])))
    return True


def _choose_traffic(scenario: Scenario) -> int:
    """Ask in which traffic of the plan's hours drives are drawn; the figures count each hour in its own."""
    levels = list(traffic_levels(scenario.speeds, scenario.pattern.hours))
    usual = main_traffic(scenario.speeds, scenario.pattern.hours)
    return int(
        st.selectbox(
            "Traffic on the map (hours of the week)",
            levels,
            index=levels.index(usual),
            format_func=scenario.speeds.traffic_name,
            help="The map and its table are for these hours. The figures beside it count every crewed hour in its own "
            "traffic, by the demand in it.",
        )
    )


def _map(question: Question, scenario: Scenario, outcome: Outcome | None, asked: tuple[str, int], moved: bool) -> None:
    """Show the map on which the base can be moved, what lies within each drive time, and the doubt of the roads."""
    view, traffic = asked
    timed = answers.at_hour(question.project, scenario.speeds, traffic)
    if view == "chance" and outcome:
        layer, bands = _chance(question, outcome), None
    else:
        bands = _bands(scenario, timed, towards=view == "towards", quick=moved)
        layer = IsochroneLayer(
            bands[~bands.is_empty], label=timed.network.label, name=VIEWS["isochrones" if view == "chance" else view]
        )
    bases = BaseLayer(scenario.bases, drag=len(scenario.bases) == 1)
    maps.show_county(question, [layer, bases], key="coverage", click=True)
    plain = answers.roads(question.project).network
    st.caption(f"{DRAG} {words.plain(sides.accuracy(plain, scenario, traffic))}")
    if timed.note:
        st.warning(words.plain(timed.note))
    with st.expander("How sure are these drive times?"):
        st.caption(words.plain(timed.network.label))
        st.dataframe(accuracy_table(plain), hide_index=True, width="stretch")
    if bands is not None:
        _reach(question, scenario, timed, bands, towards=view == "towards")
        if moved:
            st.caption("Outlines and areas are the quick ones, read off a grid of 200 m, until the page runs next.")


def _bands(scenario: Scenario, timed: Timed, *, towards: bool, quick: bool) -> pd.DataFrame:
    base, top = scenario.bases[0], int(scenario.standard.minutes)
    minutes = tuple(range(max(5, top - 20), top + 1, 5)) or (top,)
    point = (base.easting, base.northing)
    return geo.isochrones(timed.network, timed.engine, point, minutes=minutes, towards=towards, quick=quick)


def _reach(question: Question, scenario: Scenario, timed: Timed, bands: pd.DataFrame, *, towards: bool) -> None:
    """Show area, residents and demand within each drive time."""
    places = answers.postcodes(question.project)
    minutes = minutes_to(timed.network, timed.engine, scenario.bases[0], places.ends, towards=towards)
    reach = within(
        minutes,
        places.lsoas,
        bands["minutes"],
        residents=answers.residents(question.project.facts.county),
        demand=_demand(question),
        areas=bands,
    )
    with st.expander("Table: area, residents and demand within each drive time", expanded=False):
        st.dataframe(_reach_table(reach, words.WEIGHTS[question.weight]), hide_index=True, width="stretch")
        st.caption(
            "Median drives without mobilisation, a cliff at each limit. Residents: Census 2011, spread evenly over the "
            f"live postcodes of each LSOA. {reach.sentence}"
        )


def _demand(question: Question) -> pd.DataFrame | None:
    """Give the demand of each LSOA a month as draws; none where the records cannot tell it."""
    try:
        world = answers.world(question)
    except SchemaError:
        return None
    return pd.DataFrame(world.counting.by_place(world.demand), columns=list(world.demand.places))


def _reach_table(reach: Reach, unit: str) -> pd.DataFrame:
    rows = reach.table
    demand = [
        "not observed"
        if np.isnan(row.demand_a_month)
        else f"{figure(row.demand_a_month)} ({figure(row.demand_low)}-{figure(row.demand_high)})"
        for row in rows.itertuples()
    ]
    return pd.DataFrame(
        {
            "minutes": rows["minutes"].map("{:.0f}".format),
            "area, km²": rows["area_km2"].map("{:.0f}".format),
            "residents": [
                "not loaded"
                if np.isnan(row.residents)
                else f"{words.thousands(round(row.residents))} ({row.residents_share:.0%})"
                for row in rows.itertuples()
            ],
            f"{unit} a month (80%)": demand,
        }
    )


def _chance(question: Question, outcome: Outcome) -> Layer:
    county = question.areas
    table = pd.DataFrame({"code": outcome.places, "value": 100 * outcome.in_time.mean(axis=0), "drive": outcome.drive})
    areas = county.lsoas.merge(table, on="code")
    areas = areas.assign(
        text=[f"{row.value:.0f}% in time\nmedian drive {words.minutes(row.drive)} min" for row in areas.itertuples()]
    )
    return ChoroplethLayer.of(
        "Chance in time", areas, unit="% of calls, if the car is free and sent", note=outcome.roads
    )


def _losses(outcome: Outcome) -> None:
    table = outcome.waterfall.table()
    st.markdown(
        f"**What becomes of {outcome.counting.bound}{figure(float(outcome.waterfall.all.mean()))} {outcome.unit} "
        "a month** (in observed hours; 80% intervals above and in the table)"
    )
    st.altair_chart(
        charts.waterfall(table, outcome.unit), width="stretch", alt="Demand by first cause of loss, and what is reached"
    )
    st.caption(
        "Advice and telephone are nurse contact: not sending the car is a decision, not a gap. What finds nurse or car "
        "busy is passed on."
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
    st.markdown(f"**By district**: {outcome.unit} and reached a month, 80% intervals")
    shown = pd.DataFrame(
        {
            "district": table["district"],
            "a month": table["incidents_a_month"].map(figure),
            "drive, min": table["drive_minutes"].map(words.minutes),
            "in time": [
                f"{row.in_time:.0%} ({100 * row.in_time_low:.0f}-{row.in_time_high:.0%})" for row in table.itertuples()
            ],
            "reached": [
                f"{figure(row.reached_a_month)} ({figure(row.reached_low)}-{figure(row.reached_high)})"
                for row in table.itertuples()
            ],
        }
    )
    st.dataframe(shown, hide_index=True, width="stretch")
