"""What a search of plans found: the zone, the windows, the plans not clearly worse, reach against crewed hours."""

from dataclasses import replace

import pandas as pd
import streamlit as st

import geo
from geo.layers.base import Layer
from geo.layers.bases import BaseLayer
from geo.layers.zone import ZoneLayer
from geo.planning import told
from geo.planning.everyone import cars_for_everyone
from geo.planning.found import AS_NOW, FREE, Found, Plan
from geo.planning.sites import zone
from geo.planning.worth import AIMS
from geo.ui import answers, frame, maps, plan, search_charts, search_evidence, tables, words
from geo.ui.answers import Question


def show(question: Question, found: Found) -> None:
    """Show what was found."""
    st.markdown(f"**{words.plain(found.sentence)}**")
    st.caption(words.plain(" ".join([told.gap_words(found), told.ceiling_words(found)])))
    left, right = st.columns(2)
    with left:
        _map(question, found)
    with right:
        _plans(found)
        _use(question, found)
    _windows(found)
    _own_windows(found)
    left, right = st.columns(2)
    with left:
        _curve(question, found)
    with right:
        _efficient(found)
        search_evidence.show(question, found)


@st.cache_resource(show_spinner="Looking for the fewest …", max_entries=4, scope="session")
def _everyone(scenario: geo.Scenario, question: Question) -> str:
    return cars_for_everyone(scenario, answers.world(question)).sentence


def _map(question: Question, found: Found) -> None:
    """Draw the zone of bases that are not clearly worse, the plan's own base, and the best where one may be named."""
    layers: list[Layer] = []
    if len(found.zone):
        near = found.candidates.iloc[found.zone]
        text = f"{words.count(len(near), 'postcode')} not clearly worse"
        layers.append(ZoneLayer(zone(near["easting"], near["northing"]), text))
    layers.append(BaseLayer(found.question.bases, name="Base of the scenario"))
    if found.named:
        best = tuple(replace(base, name=f"best: {base.name}") for base in found.bases)
        layers.append(BaseLayer(best, name="Best"))
    maps.show_county(question, layers, key="plans")
    if said := told.zone_words(found):
        st.caption(words.plain(said))
    near = found.candidates.iloc[found.zone].drop(columns=["easting", "northing"])
    tables.under("Table of the zone", near.round(3), "search-zone")


def _plans(found: Found) -> None:
    """Show the plans that were evaluated, with their intervals."""
    st.markdown(f"**Plans not clearly worse, and others** ({words.plain(AIMS[found.rules.aim])})")
    table = told.plans_table(found)
    shown = table.assign(
        label=[_label(one) for one in found.plans],
        state=[_state(one) for one in found.plans],
    )
    st.altair_chart(
        search_charts.plans(shown, "a month, with its 80% interval"), width="stretch", alt="Plans with their intervals"
    )
    tables.under("Table of plans", table.round(3), "search-plans")


def _state(one: Plan) -> str:
    return "not clearly worse" if one.open else "ceiling" if one.kind == FREE else "clearly worse"


def _label(one: Plan) -> str:
    where = " and ".join(base.postcode or base.name for base in one.scenario.bases)
    before = {AS_NOW: "as now: ", FREE: "ceiling: "}.get(one.kind, "")
    return f"{before}{where}, {one.scenario.pattern.text}"


def _use(question: Question, found: Found) -> None:
    """Let the user take a plan over, or hold it against the present one."""
    offered = sorted((one for one in found.plans if one.kind != AS_NOW), key=lambda one: one.kind == FREE)
    if not offered:
        return
    number = st.selectbox("Plan", range(len(offered)), format_func=lambda row: _label(offered[row]), key="search-plan")
    chosen = offered[number].scenario
    use, compare = st.columns(2)
    if use.button("Use this plan", width="stretch"):
        text = ", ".join(base.postcode or base.name for base in chosen.bases)
        plan.change_form(base=text, pattern=chosen.pattern.text, cars=chosen.cars)
        frame.say("The plan above is now the one that was found; Coverage shows what it reaches.")
    if compare.button("Open in Compare", width="stretch"):
        name = plan_name(chosen)
        question.project.save_scenario(name, replace(chosen, name=name).to_toml())
        st.session_state["compared"] = [name]
        st.query_params["others"] = name
        frame.say(f"Kept as {name}; open the page Compare, where it is held against the plan above.")


def plan_name(chosen: geo.Scenario) -> str:
    """
    Name a plan by its bases and windows, short enough to be kept.

    Examples
    --------
    >>> base = geo.Base("AA1 1AA", 0.0, 0.0, "AA1 1AA")
    >>> plan_name(geo.Scenario("x", (base,), geo.ShiftPattern.parse("daily 18-00")))
    'Found: AA1 1AA, daily 18:00-00:00'
    """
    where = " and ".join(base.postcode or base.name for base in chosen.bases)
    return f"Found: {where}, {chosen.pattern.text}".replace("|", " ")[: plan.LONGEST_NAME]


def _windows(found: Found) -> None:
    """Show free windows beside the best rota, on the grid of the week."""
    left, right = st.columns(2)
    pairs = (
        (left, "Free windows (the ceiling)", found.windows.windows),
        (right, "Best rota", found.rotas.windows[0]),
    )
    for place, title, windows in pairs:
        chart = search_charts.windows_grid(found.worth_by_hour, windows, title)
        place.altair_chart(chart, width="stretch", alt=f"{title}: hours of the week, unknown ones hatched")


def _own_windows(found: Found) -> None:
    """Show two cars that need not work the same hours, each on the grid of the week."""
    own = found.own_windows
    if own is None:
        return
    st.markdown(f"**{words.plain(told.own_windows_words(found))}**")
    if not own.better:
        return
    for place, base, pattern in zip(st.columns(2), own.bases, own.patterns, strict=True):
        title = f"{base.name}, on its own"
        chart = search_charts.windows_grid(found.worth_by_hour, pattern.windows, title)
        place.altair_chart(chart, width="stretch", alt=f"{title}: hours of the week, unknown ones hatched")
    st.caption(
        "The colours are what an hour is worth with both cars at the bases of the best rota. A plan's cars share one "
        "pattern here, so these two are not evaluated with busy crews."
    )


def _efficient(found: Found) -> None:
    """Show the plans that no other beats both in crewed hours and in reach, with the worst district of each."""
    if found.efficient.empty:
        return
    st.markdown("**Hours, reach and the worst district**")
    st.markdown(words.plain(told.efficient_words(found)))
    chart = search_charts.efficient(found.efficient, "incidents a month")
    st.altair_chart(chart, width="stretch", alt="Reach of the best rota for each number of crewed hours")
    tables.under("Table of efficient plans", found.efficient.round(3), "search-efficient")


def _curve(question: Question, found: Found) -> None:
    """Show reach against crewed hours, with the plan as it is and the best rota."""
    st.markdown("**Reach against crewed hours**")
    now, rota = found.question.pattern.crewed_hours, sum(b - a for _, a, b in found.rotas.windows[0]) / 60
    points = pd.DataFrame(
        {
            "name": [found.question.name, "best rota"],
            "hours": [now, rota],
            "a_month": [found.own, float(found.rotas.objectives[0])],
        }
    ).dropna()
    chart = search_charts.curve(found.curve, points, "incidents a month")
    st.altair_chart(chart, width="stretch", alt="Reach against crewed hours")
    st.caption("Free windows at the best base, with nurse and car always free; flat where nothing more is known.")
    tables.under("Table of the curve", found.curve.round(3), "search-curve")
    if not found.front.empty:
        front = found.front.drop(columns=["easting", "northing"]).round(3)
        tables.under("Table of bases between most reach and the worst district", front, "search-front")
    with st.expander("How many cars would reach everyone?"):
        if st.button("Find the fewest") or "search-everyone" in st.session_state:
            st.session_state["search-everyone"] = True
            st.markdown(words.plain(_everyone(found.question, question)))
