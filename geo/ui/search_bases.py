"""The best base alone: every postcode of the county in one traffic, and the zone in which none is clearly worse."""

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
from geo.routing.timing import Timed, main_traffic, traffic_levels
from geo.scenarios.scenario import Scenario
from geo.scenarios.world import World
from geo.ui import answers, frame, maps, plan, words
from geo.ui.answers import Question

AIMS: dict[Objective, str] = {"in_time": "Most demand in time", "minutes": "Least mean drive"}
SHOWN = 200
"""Plans that the table lists."""

LEAST_WEEKS = 12
"""Below so many weeks in which the plan's hours were live no single best base is named: its zone is all there is."""


@dataclass(frozen=True, eq=False)
class Found:
    """
    What a search found.

    ``postcodes`` are those that were tried; ``sites`` the best of them by each aim, ``own`` the scenario's base tried
    alone. ``doubt`` holds, by row of ``postcodes``, the 80% interval of the share in time, for the best of each aim.
    """

    postcodes: pd.DataFrame
    sites: dict[Objective, Site]
    own: dict[Objective, Site]
    doubt: pd.DataFrame


def show(question: Question, scenario: Scenario) -> None:
    """Show the page."""
    aim, hours, tie = st.columns(3, vertical_alignment="bottom")
    wanted: Objective = aim.radio("Aim", list(AIMS), format_func=AIMS.__getitem__, horizontal=True, key="aim")
    levels = list(traffic_levels(scenario.speeds, scenario.pattern.hours))
    usual = levels.index(main_traffic(scenario.speeds, scenario.pattern.hours))
    traffic = hours.selectbox("Traffic (hours of the week)", levels, usual, format_func=scenario.speeds.traffic_name)
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
    _show_found(question, scenario, held[1], wanted, traffic)


def _search(question: Question, scenario: Scenario, traffic: int, tolerance: float) -> Found:
    """Try every postcode, with a progress bar; a click on Cancel, or on anything else, ends it."""
    world = answers.world(question)
    timed = answers.at_hour(question.project, scenario.speeds, traffic)
    points, base = world.points, scenario.bases[0]
    east, north = (points[axis].to_numpy(dtype=float) for axis in ("easting", "northing"))
    weights = world.averaging.T @ world.demand.place_shares.mean(axis=0)
    chance = chance_of_minutes(scenario.standard)
    bar, tried = st.progress(0.0, "Searching …"), len(points)

    def progress(share: float) -> None:
        bar.progress(share, f"{words.thousands(round(share * tried))} of {words.count(tried, 'postcode')} tried")

    every = DriveMatrix(timed.network, timed.engine, east, north, east, north)
    sites = best_sites(every, weights, chance, tolerance=tolerance, progress=progress)
    alone = DriveMatrix(timed.network, timed.engine, [base.easting], [base.northing], east, north)
    own = best_sites(alone, weights, chance)
    bar.empty()
    rows = np.unique(np.concatenate([site.near_ties[:SHOWN] for site in sites.values()]))
    field = "district" if question.edition == "2011-2021" else "district_2021"
    named = points[["easting", "northing"]].assign(district=points[field])
    return Found(named, sites, own, _doubt(world, timed, scenario, rows))


def _doubt(world: World, timed: Timed, scenario: Scenario, rows: np.ndarray) -> pd.DataFrame:
    """Give the 80% interval of the share of demand in time from some postcodes, over the draws of demand."""
    points = world.points
    east, north = (points[axis].to_numpy(dtype=float) for axis in ("easting", "northing"))
    matrix = DriveMatrix(timed.network, timed.engine, east[rows], north[rows], east, north)
    chance = chance_of_minutes(scenario.standard)(np.asarray(matrix.whole(np.float64), dtype=np.float64))
    shares = (world.averaging @ chance.T).T @ world.demand.place_shares.T
    low, high = np.quantile(shares, [0.1, 0.9], axis=1)
    return pd.DataFrame({"low": low, "high": high}, index=rows)


def _show_found(question: Question, scenario: Scenario, found: Found, wanted: Objective, traffic: int) -> None:
    site, points = found.sites[wanted], found.postcodes
    ties = site.near_ties
    crewed = scenario.pattern.hours
    weeks = float(answers.world(question).demand.live_hours @ crewed / crewed.sum())
    st.markdown(f"**{words.plain(_sentence(scenario, found, wanted, weeks, traffic))}**")
    left, right = st.columns(2)
    near = points.iloc[ties]
    with left:
        layer = ZoneLayer(
            zone(near["easting"], near["northing"]), f"{words.count(len(ties), 'postcode')} not clearly worse"
        )
        marks = [BaseLayer(scenario.bases, name="Base of the scenario")]
        if weeks >= LEAST_WEEKS:
            best = near.iloc[0]
            marks.append(BaseLayer((geo.Base(f"best: {best.name}", best["easting"], best["northing"]),), name="Best"))
        maps.show_county(question, [layer, *marks], key="search")
        timed = answers.at_hour(question.project, scenario.speeds, traffic)
        st.caption(words.plain(timed.network.label))
    with right:
        _table(found, wanted)
        choice = st.selectbox("Open in Coverage", list(near.index[:SHOWN]))
        if st.button("Move the base there") and choice:
            plan.change_form(base=str(choice))
            frame.say(f"The base is now {choice}; the page Coverage shows what it reaches.")


def _sentence(scenario: Scenario, found: Found, wanted: Objective, weeks: float, traffic: int) -> str:
    site, points = found.sites[wanted], found.postcodes
    best = int(site.near_ties[0])
    where = points["district"].iloc[site.near_ties].value_counts()
    zone_words = (
        f"{words.thousands(len(site.near_ties))} of {words.thousands(len(points))} postcodes give away at most "
        f"{site.tolerance:.0%} of the best, most of them in {where.index[0]} "
        f"({where.iloc[0] / len(site.near_ties):.0%})"
    )
    base = scenario.bases[0]
    here = f"the scenario's base, {base.postcode or base.name}, has {_score(found.own[wanted], 0, wanted)}"
    score = _score(site, best, wanted)
    if wanted == "in_time":
        score += f" (80% interval {100 * found.doubt.loc[best, 'low']:.0f}-{found.doubt.loc[best, 'high']:.0%})"
    named = f"{points.index[best]} is best with {score}"
    if weeks < LEAST_WEEKS:
        named = f"With {weeks:.1f} live weeks no single base can be named; the best of the zone has {score}"
    return f"In the traffic of {scenario.speeds.traffic_name(traffic)}: {named}; {here}. {zone_words}."


def _score(site: Site, row: int, wanted: Objective) -> str:
    if wanted == "in_time":
        return f"{site.share_in_time[row]:.1%} of demand in time"
    return f"a mean drive of {site.mean_minutes[row]:.1f} min"


def _table(found: Found, wanted: Objective) -> None:
    site, points = found.sites[wanted], found.postcodes
    shown = site.near_ties[:SHOWN]
    doubt = found.doubt.loc[shown]
    st.markdown(f"**Not clearly worse**: the first {len(shown)} of {words.thousands(len(site.near_ties))}")
    st.dataframe(
        pd.DataFrame(
            {
                "postcode": points.index[shown],
                "district": points["district"].iloc[shown].to_numpy(),
                "demand in time (80%)": [
                    f"{share:.1%} ({100 * low:.0f}-{high:.0%})"
                    for share, low, high in zip(site.share_in_time[shown], doubt["low"], doubt["high"], strict=True)
                ],
                "mean drive, min": [f"{minutes:.1f}" for minutes in site.mean_minutes[shown]],
            }
        ),
        hide_index=True,
        width="stretch",
        height=330,
    )
    st.caption(
        "One car, always free and at its base, in one traffic; Coverage counts every crewed hour in its own. Ranked by "
        "the posterior mean of demand by place; the intervals are those of demand, not of the roads. The chance to "
        "arrive in time is that of the response standard, so there is no cliff at the limit. Demand that no road "
        "reaches counts as far away as the farthest place."
    )
