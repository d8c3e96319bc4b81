"""Who is missed: what becomes of demand by district, town and country, hour, or fifths of a measure, and why."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from geo.coverage.equity import by_group, fifths, first_cause
from geo.coverage.gaps import STEPS
from geo.errors import ScenarioError, SchemaError
from geo.layers.bases import BaseLayer
from geo.layers.causes import CauseLayer
from geo.layers.palette import Mark
from geo.places.density import is_urban
from geo.places.postcodes import Gazetteer
from geo.scenarios.counting import UNITS, figure
from geo.scenarios.evaluate import Outcome, with_doubt
from geo.scenarios.rehearsal import WEEKS, rehearse
from geo.scenarios.scenario import Scenario
from geo.ui import answers, beside, charts, maps, tables, words
from geo.ui.answers import Question

DISTRICTS, TOWNS, HOURS = "Districts", "Towns and country", "Hours of the day"
SHORT = {
    "outside_shift": "off shift",
    "no_nurse": "no nurse",
    "nurse_busy": "nurse busy",
    "no_officer": "no officer",
    "car_busy": "car busy",
    "shift_end": "shift end",
    "too_far": "too far",
}
MARKS = {STEPS[step]: Mark(charts.FATES[step], "square") for step in SHORT}
"""The colours of the chart beside it; each area also names its cause."""

SURE = 0.8
"""Chance from which a first cause is taken as known; below it the area is hatched."""


def show(question: Question, scenario: Scenario) -> None:
    """Show this part of the page."""
    answers.prepare(question.project, scenario)
    outcome = answers.answer(scenario, question)
    groups = _groups(question, outcome)
    chosen = st.selectbox("What becomes of demand, by", list(groups), key="missed-by", bind="query-params", width=320)
    table = groups[str(chosen)]()
    st.markdown(f"**{words.plain(_sentence(table, outcome))}**")
    left, right = st.columns(2)
    with left:
        st.markdown(f"**Of all demand in each group** (n = {answers.world(question).demand.incidents} incidents)")
        st.altair_chart(charts.fates(table), width="stretch", alt="What becomes of demand, a bar a group")
        if chosen == HOURS:
            st.caption("Hours in which no demand was observed are not shown; the table says so.")
        tables.under("Table of groups, with 80% intervals", _written(table, outcome.unit), "who-is-missed")
    with right:
        _first_causes(question, scenario, outcome)
    _modes(outcome)
    beside.show(question, [outcome])
    _otherwise(question, scenario)
    _rehearsed(question, scenario, outcome)


def _groups(question: Question, outcome: Outcome) -> dict[str, Callable[[], pd.DataFrame]]:
    """Give the ways in which places or hours can be grouped, each made when it is asked for."""
    world = answers.world(question)
    found: dict[str, Callable[[], pd.DataFrame]] = {
        DISTRICTS: lambda: by_group(outcome.by_place, world.districts(question.edition)),
        TOWNS: lambda: by_group(outcome.by_place, _towns(question)),
        HOURS: lambda: by_group(outcome.by_hour, pd.Series([f"{hour % 24:02d}:00" for hour in range(168)])),
    }
    kept = question.project.layers()
    for name in kept.loc[kept["kind"] == "figures", "name"]:
        frame = question.project.figures(name)
        for measure in frame.columns[1:]:
            found[f"Fifths of {measure} ({name})"] = lambda name=name, measure=measure: by_group(  # type: ignore[misc]
                outcome.by_place, _fifths(question, name, measure)
            )
    return found


def _towns(question: Question) -> pd.Series:
    """Tell of each place whether most of its postcodes lie in a town, by the density of postcodes."""
    points = answers.world(question).points
    urban = is_urban(points["easting"], points["northing"], Gazetteer.default().frame)
    share = pd.Series(urban, index=points["lsoa"]).groupby(level=0).mean()
    places = list(answers.world(question).demand.places)
    return pd.Series(np.where(share.reindex(places) >= 0.5, "town", "country"), index=places)


def _fifths(question: Question, name: str, measure: str) -> pd.Series:
    """Give the fifth of each place by one measure of a table that the project keeps."""
    places = answers.world(question).demand.places
    joined = question.project.figures(name).set_index("code")[measure].reindex(list(places))
    return fifths(joined, answers.residents(question.project.facts.county))


def _sentence(table: pd.DataFrame, outcome: Outcome) -> str:
    """Name the group that is reached least and the one that is reached most, with their intervals."""
    step = "reached" if outcome.scenario.model.sends_car else "not_appropriate"
    what = "reached face to face in time" if step == "reached" else "given advice or a call"
    shares = table[(table["step"] == step) & table["share"].notna()].sort_values("share", kind="stable")
    if len(shares) < 2:
        return "There is one group only, so nobody is missed more than others."
    least, most = shares.iloc[0], shares.iloc[-1]
    if least["share"] == most["share"]:
        return f"In every group as much is {what}: {_share(least)} of its demand."
    apart = "" if least["share_high"] < most["share_low"] else " Their intervals overlap: cannot tell yet."
    return (
        f"Least is {what} in {least['group']}: {_share(least)} of its demand; most in {most['group']}: {_share(most)}."
        f"{apart}"
    )


def _share(row: pd.Series) -> str:
    return f"{row['share']:.0%} ({100 * row['share_low']:.0f}-{row['share_high']:.0%})"


def _written(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Write the table of groups; a group of which nothing was observed has no figures."""
    write = "{:.2f}".format if unit == "incidents" else figure
    figures = {
        f"{unit} a month": table["a_month"].map(write),
        "from": table["low"].map(write),
        "to": table["high"].map(write),
        "share": table["share"].map("{:.1%}".format),
        "share from": table["share_low"].map("{:.1%}".format),
        "share to": table["share_high"].map("{:.1%}".format),
    }
    told = {name: values.where(table["share"].notna(), "not observed") for name, values in figures.items()}
    return pd.DataFrame({"group": table["group"], "what becomes of it": table["words"], **told})


def _first_causes(question: Question, scenario: Scenario, outcome: Outcome) -> None:
    """Show what is lost most in each district."""
    districts = answers.world(question).districts(question.edition)
    names = sorted(districts.unique())
    member = np.column_stack([(districts == name).to_numpy(float) for name in names])
    causes = first_cause(outcome.by_place.grouped(member)).assign(district=names)
    areas = question.areas.districts(question.edition).merge(causes, left_on="name", right_on="district")
    texts = [
        f"{row.words}: {row.share:.0%} of its demand\nthe greatest loss with a chance of {row.chance:.0%}"
        for row in areas.itertuples()
    ]
    areas = areas.assign(
        cause=areas["words"], label=areas["step"].map(SHORT), text=texts, cannot_tell=areas["chance"] < SURE
    )
    layer = CauseLayer("First cause of a gap", areas, MARKS, note="Hatched where another cause may be greater")
    maps.show_county(question, [layer, BaseLayer(scenario.bases)], key="missed", height=380)
    st.caption("The greatest loss in each district. Not sending the car is a decision and no gap, so it is never one.")
    tables.under(
        "Table of first causes",
        causes[["district", "words", "share", "chance"]].rename(columns={"words": "first cause"}).round(3),
        "first-causes",
    )


def _rehearsed(question: Question, scenario: Scenario, outcome: Outcome) -> None:
    """Show that exact and simulated agree, and what jobs in their parts would change."""
    with st.expander("How busy are nurse and car? Exact, and played through"):
        contact = float(outcome.incidents.nurse_contact.mean())
        decided = float(outcome.incidents.steps["not_appropriate"].mean())
        try:
            table = rehearse(scenario, answers.world(question), 1 - decided / contact if contact else 0.0)
        except ScenarioError as problem:
            st.caption(words.plain(f"{problem}."))
            return
        named = {"in_parts": "with drives, scenes and handovers", "low": "95% from", "high": "to"}
        st.dataframe(table.round(1).rename(columns=named), hide_index=True, width="stretch")
        st.caption(
            f"On nights with full crews, {WEEKS} weeks played through. Exact and simulated rest on the same "
            "exponential jobs and agree but for chance. In the last column each job has its drive, scene and handover, "
            "some of them long. What finds nobody free is passed on, not queued."
        )


def _otherwise(question: Question, scenario: Scenario) -> None:
    """Show what becomes of demand in each of the ways to count it, and once more without the heaviest."""
    with st.expander("The same counted otherwise, and without the heaviest callers and places"):
        if not st.toggle("Work it out", key="missed-otherwise"):
            st.caption("Shares of incidents, of minutes and of persons side by side. It takes some seconds.")
            return
        columns = {}
        for weight, unit in UNITS.items():
            for heaviest in (True, False):
                name = unit if heaviest else f"{unit}, without the heaviest"
                columns[name] = _shares(replace(question, weight=weight, heaviest=heaviest), scenario)
        st.dataframe(pd.DataFrame(columns), width="stretch")


def _shares(question: Question, scenario: Scenario) -> dict[str, str]:
    """Give all of demand a month, and the share of it that each step takes, with its 80% interval."""
    try:
        outcome = answers.answer(scenario, question)
    except SchemaError as problem:
        return {"All demand, a month": f"cannot be told: {problem}"}
    county = outcome.by_place.grouped(np.ones((len(outcome.places), 1)))
    table = by_group(county, pd.Series(["the county"]))
    whole = f"{outcome.counting.bound}{with_doubt(outcome.waterfall.all)}"
    return {"All demand, a month": whole} | {row["words"]: _share(row) for _, row in table.iterrows()}


def _modes(outcome: Outcome) -> None:
    """Say how many are served by each contact mode."""
    rows = [
        {"contact": charts.MODES[mode], f"{outcome.unit} a month": draws.mean(), "80% from": low, "to": high}
        for mode, draws in outcome.contacts.items()
        for low, high in [np.quantile(draws, [0.1, 0.9])]
    ]
    tables.under("Table of contacts by mode", pd.DataFrame(rows).round(1), "contacts-by-mode")
