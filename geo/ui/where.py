"""Where and when: incidents on the map of the county, and the hours of the week."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from geo.demand.exposure import live_hours
from geo.demand.rates import hour_table, rates_by_area
from geo.demand.surface import CELL_METRES, count_by_area, heat, heat_points, placement
from geo.errors import SchemaError
from geo.layers.base import Layer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.heat import HeatLayer
from geo.layers.incidents import IncidentLayer
from geo.places.residents import load_residents
from geo.scenarios.scenario import Scenario
from geo.ui import answers, charts, maps, words
from geo.ui.answers import Question

VIEWS = {
    "points": "Postcodes",
    "districts": "Districts",
    "rates": "District rates",
    "lsoas": "LSOAs",
    "heat": "Heatmap",
}
MEAN = "Hatched where it cannot be told from the county's mean (90 % interval)"


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    incidents, _ = answers.records(question)
    if incidents.empty:
        st.info("No incident of this source lies in this period. Choose another source or a longer period above.")
        return
    county = question.areas
    where = placement(incidents, set(county.districts("2011-2021")["name"]))
    hours = hour_table(incidents, live_hours(answers.watched(question)), scenario.pattern.hours)
    st.markdown(f"**{_sentence(where, hours)}**")
    left, right = st.columns([5, 4])
    with left:
        _map(question, incidents, where)
    with right:
        _grid(hours, incidents)
        _unplaced(incidents, where)


def _sentence(where: pd.Series, hours: pd.DataFrame) -> str:
    counts = where.value_counts()
    placed = f"{counts.get('in the county', 0)} in the county, {counts.get('outside the county', 0)} outside it"
    unseen = int((~hours["observed"]).sum())
    return (
        f"{words.count(len(where), 'incident')}: {placed}, {counts.get('not located', 0)} without a place. "
        f"In {unseen} of the 168 hours of the week nobody was ever on duty: these records cannot tell what is needed."
    )


def _map(question: Question, incidents: pd.DataFrame, where: pd.Series) -> None:
    view = maps.choose_view(VIEWS, "view")
    layers: dict[str, Callable[[], tuple[list[Layer], pd.DataFrame, str]]] = {
        "points": lambda: _points(incidents),
        "districts": lambda: _counts(question, incidents, "district"),
        "rates": lambda: _rates(question, incidents),
        "lsoas": lambda: _counts(question, incidents, "lsoa"),
        "heat": lambda: _heat(incidents),
    }
    drawn, table, caption = layers[view]()
    maps.show_county(question, drawn, key="where")
    outside = int((where == "outside the county").sum())
    st.caption(
        f"{caption} {words.count(outside, 'incident')} outside the county; {int((where == 'not located').sum())} "
        "not on the map."
    )
    with st.expander("Table beside the map"):
        st.dataframe(table, hide_index=True, width="stretch")


def _points(incidents: pd.DataFrame) -> tuple[list[Layer], pd.DataFrame, str]:
    placed = incidents[incidents["easting"].notna()]
    received = placed["received_at"].dt.strftime("%d %b %Y %H:%M").fillna("time not recorded")
    kind = placed["incident_type"].mask(placed["incident_type"] == "", "type not recorded")
    where = placed["postcode"].where(placed["postcode"] != "", placed["location"])
    text = where + " (" + placed["precision"] + ")\n" + received + "\n" + kind
    points = placed.assign(text=text, category=placed["contact_mode"].map(charts.MODES))
    plain = IncidentLayer(points, "Incidents", charts.MODE_MARKS)
    layer = IncidentLayer(points, "Incidents", plain.marks, plain.explained())
    table = placed.groupby(["postcode", "precision", "district"]).size().rename("incidents").reset_index()
    return (
        [layer],
        table.sort_values("incidents", ascending=False),
        "Each point is a postcode, about 15 addresses; hollow ones are known only roughly.",
    )


def _counts(question: Question, incidents: pd.DataFrame, level: str) -> tuple[list[Layer], pd.DataFrame, str]:
    county = question.areas
    field = "lsoa" if level == "lsoa" else "district" if question.edition == "2011-2021" else "district_2021"
    shapes = county.lsoas if level == "lsoa" else county.districts(question.edition)
    counts = count_by_area(incidents, field)
    key = shapes["code"] if level == "lsoa" else shapes["name"]
    areas = shapes.assign(value=key.map(counts).fillna(0))
    areas = areas.assign(text=areas["value"].map(lambda value: words.count(int(value), "incident")))
    layer = ChoroplethLayer.of("Incidents", areas, unit="incidents recorded", numbers=level != "lsoa")
    table = areas[["name", "value"]].rename(columns={"value": "incidents"}).astype({"incidents": int})
    return (
        [layer],
        table.sort_values("incidents", ascending=False),
        f"Crude counts, n = {int(areas['value'].sum())}; they follow where people live.",
    )


def _rates(question: Question, incidents: pd.DataFrame) -> tuple[list[Layer], pd.DataFrame, str]:
    county = question.areas
    try:
        world = answers.world(question)
    except SchemaError as problem:
        return [], pd.DataFrame(), f"Rates cannot be told yet: {problem}."
    table = rates_by_area(
        world.demand, load_residents(question.project.facts.county), world.districts(question.edition)
    )
    areas = county.districts(question.edition).merge(table, left_on="name", right_on="area")
    text = [
        f"{row.relative:.2f} times the county's mean (90 %: {row.low:.2f}-{row.high:.2f})" for row in areas.itertuples()
    ]
    areas = areas.assign(
        value=(100 * (areas["relative"] - 1)).round(),
        text=text,
        state=areas["cannot_tell"].map({True: "cannot_tell", False: ""}),
    )
    layer = ChoroplethLayer.of(
        "Rate per resident", areas, unit="% above or below the county", difference=True, numbers=True, note=MEAN
    )
    return (
        [layer],
        table,
        f"Shrunk rates, n = {world.demand.placed} of {len(incidents)} incidents with a place in the county; "
        f"residents of 2011. {MEAN}.",
    )


def _heat(incidents: pd.DataFrame) -> tuple[list[Layer], pd.DataFrame, str]:
    kilometres = st.slider(
        "Smoothing (kilometres)",
        0.5,
        5.0,
        1.5,
        0.5,
        key="bandwidth",
        bind="query-params",
    )
    cells = heat(incidents, bandwidth_metres=1000 * kilometres)
    plain = HeatLayer(cells.rename(columns={"density": "weight"}), CELL_METRES, "Heat")
    layer = HeatLayer(plain.cells, plain.cell_metres, plain.name, plain.explained("incidents per km²"))
    top = cells.nlargest(20, "density").round(2)
    number = int(heat_points(incidents, 1000 * kilometres).sum())
    return (
        [layer],
        top,
        f"Smoothed over {kilometres:g} km from {words.count(number, 'incident')} at a unit postcode or a known place; "
        "not corrected at the county's edge.",
    )


def _grid(hours: pd.DataFrame, incidents: pd.DataFrame) -> None:
    timed = int(hours["incidents"].sum())
    st.markdown(
        f"**When calls were received** (n = {timed} of {len(incidents)} with a time; outline: shift pattern; ╱: "
        "not observed)"
    )
    st.altair_chart(
        charts.hour_grid(hours), width="stretch", alt="Incidents by weekday and hour, with the shift pattern"
    )
    with st.expander("Table of hours"):
        shown = hours.assign(weekday=hours["weekday"].map(lambda number: charts.DAYS[number]))
        st.dataframe(shown[shown["observed"] | (shown["incidents"] > 0)], hide_index=True, width="stretch")


def _unplaced(incidents: pd.DataFrame, where: pd.Series) -> None:
    reasons = incidents.loc[where == "not located", "not_located_because"].value_counts()
    with st.expander(
        f"Not on the map: {int(reasons.sum())}, and why", expanded=bool(reasons.sum()) and len(incidents) < 50
    ):
        st.dataframe(reasons.rename_axis("reason").reset_index(name="incidents"), hide_index=True, width="stretch")
