"""Overview: where the need is, when it was seen, and what the plan misses, on one screen."""

import numpy as np
import pandas as pd
import streamlit as st

import geo
from geo.deployment.patterns import hour_of_week, period_of
from geo.errors import SchemaError
from geo.layers.base import Layer
from geo.layers.bases import BaseLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.isochrones import IsochroneLayer
from geo.routing.timing import main_traffic
from geo.scenarios import overview
from geo.scenarios.counting import figure
from geo.scenarios.evaluate import Outcome
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World
from geo.ui import answers, maps, tables, words
from geo.ui.answers import Question

OUTLINES = (15, 30, 60)
"""Minutes of the outlines: an emergency grade, and what ambulance and police priority calls ask."""

HEIGHT = 430


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    incidents, shifts = answers.records(question)
    if incidents.empty:
        st.info("No incident of this source lies in this period. Choose another source or a longer period above.")
        return
    answers.prepare(question.project, scenario)
    try:
        world = answers.world(question)
    except SchemaError as problem:
        st.info(
            words.plain(f"{words.count(len(incidents), 'incident')} on record, and no rate can be told: {problem}.")
        )
        return
    left, right = st.columns([6, 5])
    with left:
        table = _map(question, scenario, world)
    with right:
        _where(question, world)
        _when(scenario, world, incidents)
        _missed(answers.answer(scenario, question))
    first, last = period_of(incidents, shifts) or (None, None)
    if first and last:
        placed = int(incidents["easting"].notna().sum())
        st.markdown(words.plain(overview.enough(len(incidents), placed, words.day(first), words.day(last))))
    tables.under("Table of districts", table, "overview")


def _card(title: str, sentence: str, detail: str = "") -> None:
    more = f"  \n:gray[{words.plain(detail)}]" if detail else ""
    st.markdown(f"**{title}**  \n{words.plain(sentence[0].upper() + sentence[1:])}.{more}")


def _where(question: Question, world: World) -> None:
    with st.container(border=True):
        sentence, named = overview.where(world.counting.place_shares, world.districts(question.edition))
        _card("Where", sentence, ", ".join(named))


def _when(scenario: Scenario, world: World, incidents: pd.DataFrame) -> None:
    with st.container(border=True):
        hours = hour_of_week(incidents["received_at"]).dropna().astype(int)
        inside = int((scenario.pattern.hours[hours] > 0).sum())
        _card("When", overview.when(world.demand, inside, len(hours), scenario.pattern.text))


def _missed(outcome: Outcome) -> None:
    with st.container(border=True):
        _card("Missed", overview.missed(outcome))
        from geo.ui import charts  # with Altair, for which the map need not wait

        bar = charts.thin_fates(outcome.waterfall.table())
        st.altair_chart(bar, width="stretch", alt="What becomes of all demand, in one bar")


def _map(question: Question, scenario: Scenario, world: World) -> pd.DataFrame:
    """Show demand by district, the base and its outlines; give the table of districts."""
    districts = world.districts(question.edition)
    names = sorted(districts.unique())
    monthly, unit = world.counting.by_place(world.demand), f"{world.counting.unit} a month"
    rows = []
    for name in names:
        mine = monthly[:, (districts == name).to_numpy()].sum(axis=1)
        low, high = np.quantile(mine, overview.TAILS)
        rows.append({"district": name, unit: mine.mean(), "90% from": low, "to": high})
    table = pd.DataFrame(rows).round(1)
    areas = question.areas.districts(question.edition).merge(table, left_on="name", right_on="district")
    text = [
        f"{figure(value)} {unit} (90%: {figure(low)}-{figure(high)})"
        for value, low, high in zip(areas[unit], areas["90% from"], areas["to"], strict=True)
    ]
    areas = areas.assign(value=areas[unit], text=text)
    drawn: list[Layer] = [ChoroplethLayer.of("Demand", areas, unit=unit, numbers=True)]
    drawn += [_outlines(question, scenario), BaseLayer(scenario.bases)]
    maps.show_county(question, drawn, key="overview", height=HEIGHT)
    return table.sort_values(unit, ascending=False, ignore_index=True)


def _outlines(question: Question, scenario: Scenario) -> Layer:
    period = main_traffic(scenario.speeds, scenario.pattern.hours)
    timed = answers.at_hour(question.project, scenario.speeds, period)
    base = scenario.bases[0]
    bands = geo.isochrones(timed.network, timed.engine, (base.easting, base.northing), minutes=OUTLINES, quick=True)
    return IsochroneLayer(bands[~bands.is_empty], label=timed.network.label)
