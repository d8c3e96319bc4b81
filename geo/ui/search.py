"""Search: every postcode of the county as a base; the best, and the zone in which no base is clearly worse."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import streamlit as st

import geo
from geo.coverage.response import chance_of_minutes
from geo.layers.bases import BaseLayer
from geo.layers.zone import ZoneLayer
from geo.planning.sites import Objective, Site, best_sites, zone
from geo.routing.matrix import DriveMatrix
from geo.routing.timing import main_traffic, traffic_levels
from geo.scenarios.scenario import Scenario
from geo.ui import answers, frame, maps, words
from geo.ui.answers import Question

AIMS: dict[Objective, str] = {"in_time": "Most demand in time", "minutes": "Least mean drive"}
SHOWN = 200
"""Plans that the table lists."""

LEAST_WEEKS = 12
"""Below so many weeks of live hours a single best base is not named: the records cannot tell it from its zone."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found: the postcodes that were tried, the scenario's own base last, and the best by each aim."""

    postcodes: pd.DataFrame
    sites: dict[Objective, Site]


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    aim, hours, tie = st.columns(3, vertical_alignment="bottom")
    wanted: Objective = aim.radio("Aim", list(AIMS), format_func=AIMS.__getitem__, horizontal=True, key="aim")
    levels = list(traffic_levels(scenario.speeds, scenario.pattern.hours))
    usual = levels.index(main_traffic(scenario.speeds, scenario.pattern.hours))
    traffic = hours.selectbox("Traffic (hours of the week)", levels, usual, format_func=scenario.speeds.period_name)
    percent = tie.slider("Not clearly worse: gives away at most (%)", 1, 20, 5)
    key = (replace(scenario, bases=scenario.bases[:1], name="search"), question, traffic, percent)
    start, stop, _ = st.columns([2, 1, 4])
    asked = start.button("Search every postcode", type="primary", width="stretch")
    stop.button("Cancel", width="stretch", help="Stops a search; the last result stays.")
    if asked:
        st.session_state["search"] = key, _search(question, scenario, traffic, percent / 100)
    held = st.session_state.get("search")
    if held is None or held[0] != key:
        st.info(
            "This tries every live postcode of the county as the base of one car: the best by the demand it reaches "
            f"within {scenario.standard.minutes:g} minutes, and by the mean drive. It takes some seconds."
        )
        return
    _show_found(question, scenario, held[1], wanted)


def _search(question: Question, scenario: Scenario, traffic: int, tolerance: float) -> Found:
    """Try every postcode, with a progress bar; a click on Cancel, or on anything else, ends it."""
    world = answers.world(question)
    timed = answers.at_hour(question.project, scenario.speeds, traffic)
    base, points = scenario.bases[0], world.points
    east, north = (points[axis].to_numpy(dtype=float) for axis in ("easting", "northing"))
    matrix = DriveMatrix(
        timed.network, timed.engine, np.append(east, base.easting), np.append(north, base.northing), east, north
    )
    weights = world.averaging.T @ world.demand.place_shares.mean(axis=0)
    bar = st.progress(0.0, "Searching …")
    tried = len(points)

    def progress(share: float) -> None:
        bar.progress(share, f"{words.thousands(round(share * tried))} of {words.count(tried, 'postcode')} tried")

    sites = best_sites(matrix, weights, chance_of_minutes(scenario.standard), tolerance=tolerance, progress=progress)
    bar.empty()
    return Found(points[["easting", "northing", "district"]], sites)


def _show_found(question: Question, scenario: Scenario, found: Found, wanted: Objective) -> None:
    site, points = found.sites[wanted], found.postcodes
    ties = site.near_ties[site.near_ties < len(points)]
    weeks = answers.world(question).demand.live_hours.sum() / scenario.pattern.crewed_hours
    st.markdown(f"**{_sentence(scenario, found, wanted, ties, float(weeks))}**")
    left, right = st.columns(2)
    near = points.iloc[ties]
    with left:
        text = f"{words.count(len(ties), 'postcode')} not clearly worse"
        layer = ZoneLayer(zone(near["easting"], near["northing"]), text)
        best = points.iloc[int(ties[0])]
        marks = [BaseLayer(scenario.bases, name="Base of the scenario")]
        if weeks >= LEAST_WEEKS:
            marks.append(BaseLayer((geo.Base(f"best: {best.name}", best["easting"], best["northing"]),), name="Best"))
        maps.show_county(question, [layer, *marks], key="search")
        st.caption(words.plain(answers.roads(question.project).network.label))
    with right:
        _table(site, points, ties)
        choice = st.selectbox("Open in Coverage", list(near.index[:SHOWN]))
        if st.button("Move the base there") and choice:
            frame.change_form(base=str(choice))
            frame.say(f"The base is now {choice}; the page Coverage shows what it reaches.")


def _sentence(scenario: Scenario, found: Found, wanted: Objective, ties: np.ndarray, weeks: float) -> str:
    site, points = found.sites[wanted], found.postcodes
    scores = _scores(site, wanted)
    best, own = int(ties[0]), len(points)
    where = points["district"].iloc[ties].value_counts()
    zone_words = (
        f"{words.thousands(len(ties))} of {words.thousands(len(points))} postcodes give away at most "
        f"{site.tolerance:.0%} of the best, most of them in {where.index[0]} ({where.iloc[0] / len(ties):.0%})"
    )
    here = f"the scenario's base, {scenario.bases[0].postcode or scenario.bases[0].name}, has {scores[own]}"
    named = (
        f"{points.index[best]} is best with {scores[best]}"
        if weeks >= LEAST_WEEKS
        else (
            f"With {weeks:.0f} weeks of live hours no single base can be named; the best of the zone has {scores[best]}"
        )
    )
    return f"{named}; {here}. {zone_words}."


def _scores(site: Site, wanted: Objective) -> list[str]:
    if wanted == "in_time":
        return [f"{share:.1%} of demand in time" for share in site.share_in_time]
    return [f"a mean drive of {minutes:.1f} min" for minutes in site.mean_minutes]


def _table(site: Site, points: pd.DataFrame, ties: np.ndarray) -> None:
    st.markdown(f"**Not clearly worse**: the first {min(SHOWN, len(ties))} of {words.thousands(len(ties))}")
    shown = ties[:SHOWN]
    st.dataframe(
        pd.DataFrame(
            {
                "postcode": points.index[shown],
                "district": points["district"].iloc[shown].to_numpy(),
                "demand in time": [f"{share:.1%}" for share in site.share_in_time[shown]],
                "mean drive, min": [f"{minutes:.1f}" for minutes in site.mean_minutes[shown]],
            }
        ),
        hide_index=True,
        width="stretch",
        height=330,
    )
    st.caption(
        "One car, always free and at its base. Demand by place is its posterior mean; the chance to arrive in time is "
        "that of the response standard, so there is no cliff at the limit. Demand that no road reaches counts as far "
        "away as the farthest place."
    )
