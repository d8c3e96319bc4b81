"""Coverage, Roads side by side: the project's own roads beside estimated ones, from the same base at the same hour."""

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

import geo
from geo.crs import to_lonlat
from geo.layers.base import Layer
from geo.layers.bases import BaseLayer
from geo.layers.isochrones import IsochroneLayer
from geo.routing.accuracy import accuracy_words
from geo.routing.matrix import minutes_to
from geo.routing.network import RoadNetwork
from geo.routing.speeds import is_as_measured
from geo.routing.timing import main_traffic
from geo.scenarios.scenario import Scenario
from geo.ui import answers, maps, words
from geo.ui.answers import Question

NOTHING_TO_COMPARE = (
    "This project has no roads of its own, so there is nothing to compare: its roads are the estimated ones. Load a "
    "street map on the page Data, step Roads; then both stand here side by side."
)
ZOOM = 9.5


def show(question: Question, scenario: Scenario) -> None:
    """Show two maps, how their areas differ, and how the drives to each postcode do."""
    own = answers.roads(question.project).network
    if own.estimated:
        st.info(NOTHING_TO_COMPARE)
        return
    traffic = main_traffic(scenario.speeds, scenario.pattern.hours)
    sides = {
        "Street map": answers.at_hour(question.project, scenario.speeds, traffic),
        "Estimated roads": answers.estimated_at_hour(question.project, scenario.speeds, traffic),
    }
    base, top = scenario.bases[0], int(scenario.standard.minutes)
    limits = tuple(range(max(5, top - 20), top + 1, 5)) or (top,)
    bands = {
        name: geo.isochrones(side.network, side.engine, (base.easting, base.northing), minutes=limits)
        for name, side in sides.items()
    }
    minutes = {
        name: minutes_to(side.network, side.engine, base, ends)
        for (name, side), ends in zip(sides.items(), answers.both_ends(question.project), strict=True)
    }
    st.markdown(f"**{_sentence(*minutes.values())}**")
    for column, (name, side) in zip(st.columns(2), sides.items(), strict=True):
        with column:
            st.markdown(f"**{name}**")
            _map(question, scenario, name, bands[name])
            st.caption(words.plain(side.network.label))
            plain = own if name == "Street map" else answers.estimated_roads(question.project).network
            st.caption(words.plain(accuracy(plain, scenario, traffic)))
    st.dataframe(_table(bands, minutes), hide_index=True, width="stretch")


def accuracy(network: RoadNetwork, scenario: Scenario, traffic: int) -> str:
    """Say how far drive times are off at the standard, and first where others were measured than are shown."""
    measured = accuracy_words(network, scenario.standard.minutes)
    if is_as_measured(network, scenario.speeds, traffic):
        return measured
    return f"Measured on empty roads, and not for the traffic and speeds shown here. {measured}"


def _sentence(own: np.ndarray, estimated: np.ndarray) -> str:
    """Say how the drives to the postcodes that both reach differ."""
    both = np.isfinite(own) & np.isfinite(estimated) & (own > 0)
    if not both.any():
        return "No postcode is reached over both kinds of roads from this base."
    off = estimated[both] / own[both] - 1
    return (
        f"From this base the estimated roads are {np.median(np.abs(off)):.0%} off the street map for half of "
        f"{words.thousands(int(both.sum()))} postcodes (bias {np.median(off):+.0%}; 1 in 10 more than "
        f"{np.quantile(np.abs(off), 0.9):.0%}), of those that lie within the street map's bounds."
    )


def _map(question: Question, scenario: Scenario, name: str, bands: gpd.GeoDataFrame) -> None:
    base = scenario.bases[0]
    longitude, latitude = to_lonlat(base.easting, base.northing)
    layers: list[Layer] = [
        *answers.land(question.areas.name, question.edition, True),
        IsochroneLayer(bands[~bands.is_empty], label=name),
        BaseLayer(scenario.bases),
    ]
    maps.show_map(layers, key=f"sides-{name}", centre=(latitude, longitude), zoom=ZOOM)


def _table(bands: dict[str, gpd.GeoDataFrame], minutes: dict[str, np.ndarray]) -> pd.DataFrame:
    """Give area and postcodes within each limit, over both kinds of roads."""
    limits = next(iter(bands.values()))["minutes"]
    table = pd.DataFrame({"minutes": limits.map("{:.0f}".format)})
    for name, band in bands.items():
        table[f"{name}: area, km²"] = band["area_km2"].map("{:.0f}".format)
        table[f"{name}: postcodes"] = [words.thousands(int((minutes[name] <= limit).sum())) for limit in limits]
    return table
