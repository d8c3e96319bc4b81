"""Compare: the plan beside one to five others, on the same draws, with verdicts in words."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

import geo
from geo.layers.bases import BaseLayer
from geo.layers.choropleth import ChoroplethLayer
from geo.planning.verdicts import Held, verdict_elsewhere, verdict_words
from geo.scenarios.compare import Comparison, Difference
from geo.scenarios.counting import figure
from geo.scenarios.evaluate import Outcome, with_doubt
from geo.scenarios.measures import MEASURES, measures
from geo.scenarios.presets import first_against
from geo.scenarios.scenario import Scenario
from geo.ui import answers, beside, charts, maps, plan, tables, words
from geo.ui.answers import Question
from geo.ui.link import keep_in_link
from geo.ui.search_evidence import other_worlds

MOST = 5
SAME = (
    "Every plan is asked of the same records with the same draws of demand, staffing and roads, so what differs is the "
    "plan. The others keep the response standard and the speeds of the plan above."
)


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    others = _ask_others(question, scenario)
    if not others:
        st.info("Choose one to five plans to hold against the one above. Keep a plan of your own in its form first.")
        return
    asked = [scenario, *others]
    for one in asked:
        answers.prepare(question.project, one)
    comparison = geo.compare([answers.answer(one, question) for one in asked])
    _verdicts(comparison)
    _cards(comparison)
    shown = _choose_other(comparison)
    left, right = st.columns([5, 4])
    with left:
        _map(question, comparison, shown)
    with right:
        _differences(question, comparison, shown)
    _changes(question, comparison, shown)
    _side_by_side(question, comparison)
    beside.show(question, comparison.outcomes)


def _ask_others(question: Question, scenario: Scenario) -> list[Scenario]:
    """Ask which plans to hold against the one above; the link keeps them."""
    known = {name: one for name, one in plan.plans(question).items() if one != scenario}
    first = [name for name in st.session_state["others"].split("|") if name in known]
    chosen = st.multiselect(
        "Held against these plans (one to five)",
        list(known),
        first[:MOST],
        max_selections=MOST,
        key="compared",
        help=SAME,
    )
    st.session_state["others"] = "|".join(chosen)
    against = first_against(question.project.facts.county)
    keep_in_link({"others": against}, {"others": st.session_state["others"]})
    return [replace(known[name], standard=scenario.standard, speeds=scenario.speeds) for name in chosen]


def _verdicts(comparison: Comparison) -> None:
    """Say what each other plan changes, in a sentence each, and which of its hours nobody has seen."""
    said = [
        f"{_badge(comparison.differences(number)[0].verdict)} **{words.plain(comparison.sentence(number))}** "
        f"{words.plain(comparison.cost_of_each_extra(number))}"
        for number in range(1, len(comparison.outcomes))
    ]
    st.markdown(said[0] if len(said) == 1 else "\n".join(f"- {one}" for one in said))
    unseen = [outcome for outcome in comparison.outcomes if outcome.unobserved_hours]
    if unseen:
        hours = "; ".join(f"{each.scenario.name} {each.unobserved_hours:g}" for each in unseen)
        st.warning(
            words.plain(f"Weekly hours that were never on duty: {hours}. ")
            + "What would be reached then is not known; a round-the-clock source can tell."
        )


def _badge(verdict: str) -> str:
    """Give a verdict's first words as a badge; what cannot be told is grey."""
    short = verdict.split(" (")[0]
    return f":{'blue' if short in {'clear', 'leaning'} else 'gray'}-badge[{short}]"


def _cards(comparison: Comparison) -> None:
    """Show what each plan reaches a month, a card each."""
    for place, outcome in zip(st.columns(len(comparison.outcomes)), comparison.outcomes, strict=True):
        plan, losses = outcome.scenario, outcome.waterfall
        hours = f"{words.count(plan.cars, 'car')}, {plan.pattern.crewed_hours * plan.cars:g} hours a week"
        contact = f"{figure(float(losses.nurse_contact.mean()))} with nurse contact"
        reached = f"{with_doubt(losses.reached)} reached face to face" if plan.model.sends_car else "no car is sent"
        with place.container(border=True):
            st.markdown(
                f"**{words.plain(plan.name)}**: {words.plain(hours)}  \n"
                f"**{words.plain(reached)}**, {words.plain(contact)}"
            )


def _choose_other(comparison: Comparison) -> int:
    """Ask which plan the map and the differences are of."""
    names = [words.plain(outcome.scenario.name) for outcome in comparison.outcomes]
    numbers = range(1, len(names))
    if len(numbers) == 1:
        return 1
    label = "Map and differences: this plan against the one above"
    return int(st.radio(label, list(numbers), format_func=names.__getitem__, horizontal=True, key="held"))


def _map(question: Question, comparison: Comparison, other: int) -> None:
    county = question.areas
    table = comparison.by_district(answers.world(question).districts(question.edition), other)
    areas = county.districts(question.edition).merge(table, left_on="name", right_on="district")
    text = [f"{row.difference:+.2f} a month (80%: {row.low:+.2f} to {row.high:+.2f})" for row in areas.itertuples()]
    areas = areas.assign(
        value=areas["difference"], text=text, state=areas["sign_known"].map({True: "", False: "cannot_tell"})
    )
    layer = ChoroplethLayer.of(
        "Difference",
        areas,
        unit=f"{comparison.unit} reached a month",
        difference=True,
        numbers=True,
        note="Hatched where the sign is not known (80% interval)",
    )
    bases = {base: base for outcome in comparison.outcomes for base in outcome.scenario.bases}
    maps.show_county(question, [layer, BaseLayer(tuple(bases))], key="compare", height=330)
    st.caption(words.plain(comparison.outcomes[0].roads))
    tables.under("Table beside the map", table.round(2), "difference-by-district")


def _differences(question: Question, comparison: Comparison, other: int) -> None:
    found = comparison.table(answers.world(question).districts(question.edition), other)
    counted = [one for one in found if one.unit == f"{comparison.unit} a month"]
    same = [one.measure.lower() for one in counted if one.verdict == "no difference"]
    differing = pd.DataFrame([_row(one) for one in counted if one.verdict != "no difference"])
    st.markdown(f"**Differences in {comparison.unit} a month, with their 80% intervals**")
    if len(differing):
        chart = charts.forest(differing, comparison.unit)
        st.altair_chart(chart, width="stretch", alt="Differences with their intervals")
    if same:
        st.caption(f"No difference: {', '.join(same)}.")
    every = pd.DataFrame([_row(one) for one in found]).drop(columns="state")
    tables.under("Table of all differences", every.round(3), "differences")


def _row(one: Difference) -> dict[str, object]:
    return {
        "measure": one.measure,
        "unit": one.unit,
        "mean": one.mean,
        "low": one.low,
        "high": one.high,
        "chance of being better": one.better,
        "verdict": one.verdict,
        "state": _state(one),
    }


def _state(one: Difference) -> str:
    """Tell whether a difference is for the better."""
    if one.verdict in {"clear", "leaning"}:
        return "better" if one.better >= 0.5 else "worse"
    return one.verdict if one.verdict.startswith("neither") else "cannot tell yet"


def _changes(question: Question, comparison: Comparison, other: int) -> None:
    """Hold the verdict again under other assumptions, when wanted: it takes some seconds."""
    asked = (question, comparison.outcomes[0].scenario, comparison.outcomes[other].scenario)
    held = st.session_state.get("compare-changes")
    with st.expander("What would change this verdict?", expanded=held is not None and held[0] == asked):
        if held is None or held[0] != asked:
            st.caption("Other speeds, staffing, shares of incidents for the car, and other records, one at a time.")
            if st.button("Ask under other assumptions", key="compare-changes-ask"):
                with st.spinner("Asking …"):
                    found = verdict_elsewhere(asked[1], asked[2], answers.world(question), other_worlds(question))
                st.session_state["compare-changes"] = asked, found
                st.rerun()
            return
        st.markdown(f"**{words.plain(verdict_words(held[1]))}**")
        table = pd.DataFrame([_row(one.difference) | _case(one) for one in held[1]])
        drawn = charts.forest(table, comparison.unit)
        st.altair_chart(drawn, width="stretch", alt="The main difference under other assumptions")
        st.dataframe(table.drop(columns="state").round(2), hide_index=True, width="stretch")


def _case(one: Held) -> dict[str, object]:
    return {"measure": f"{one.what}: {one.case}" if one.case else one.what, "stands": one.stands}


def _side_by_side(question: Question, comparison: Comparison) -> None:
    """Show every measure of every plan, one column a plan."""
    st.markdown("**Side by side** (mean and 80% interval)")
    districts = answers.world(question).districts(question.edition)
    columns = {outcome.scenario.name: _figures(outcome, districts) for outcome in comparison.outcomes}
    table = pd.DataFrame(columns).reindex([each.words for each in MEASURES.values()]).dropna(how="all")
    table.insert(0, "unit", [_unit(name, comparison.unit) for name in table.index])
    st.dataframe(table.fillna("not told"), width="stretch")


def _unit(name: object, counted: str) -> str:
    return next(each.unit_in(counted) for each in MEASURES.values() if each.words == name)


def _figures(outcome: Outcome, districts: pd.Series) -> Mapping[str, str]:
    found = {}
    for name, draws in measures(outcome, districts).items():
        low, high = (float(limit) for limit in pd.Series(draws).quantile([0.1, 0.9]))
        write = "{:.0%}".format if MEASURES[name].unit == "share" else figure
        mean, least, most = (write(value) for value in (float(draws.mean()), low, high))
        found[MEASURES[name].words] = mean if least == most == mean else f"{mean} ({least.rstrip('%')}-{most})"
    return found
