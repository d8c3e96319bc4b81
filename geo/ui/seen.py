"""What the page 'Where and when' looks at, worked out once: incidents as they count, and the areas they lie in."""

from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

import geo
from geo.demand.areas import areas_at
from geo.demand.exposure import live_hours
from geo.demand.hexagons import hexagon_names, hexagons_over
from geo.demand.hours import received_in
from geo.demand.kernel import Window, window_over
from geo.demand.rates import Demand
from geo.demand.surface import placement
from geo.demand.weights import Heaviest, heaviest, weigh
from geo.errors import SchemaError
from geo.places.boundaries import Edition
from geo.places.residents import residents_in
from geo.ui import answers
from geo.ui.answers import Question
from geo.week import HOURS, Hours, ShiftPattern

ALL = "all hours"


@dataclass(frozen=True, eq=False)
class Seen:
    """
    The records of a question as they count.

    ``incidents`` are without those of the heaviest where these are left out; ``where`` tells of each whether it lies in
    the county; ``weights`` what it counts for; ``demand`` is None where no rate can be told, and ``why`` says it.
    """

    question: Question
    incidents: pd.DataFrame
    heavy: Heaviest
    watched: pd.DataFrame
    live: Hours
    demand: Demand | None
    why: str

    @cached_property
    def where(self) -> pd.Series:
        """Where each incident lies."""
        return placement(self.incidents, set(self.question.areas.districts("2011-2021")["name"]))

    @cached_property
    def weights(self) -> pd.Series:
        """What each incident counts for."""
        return weigh(self.incidents, self.question.weight)

    @cached_property
    def district(self) -> str:
        """The field that holds the district of the edition asked for."""
        return "district" if self.question.edition == "2011-2021" else "district_2021"


@st.cache_resource(show_spinner="Counting incidents …", max_entries=8, scope="session")
def seen(question: Question) -> Seen:
    """Load what the page looks at; read-only."""
    incidents, _ = answers.records(question)
    heavy = heaviest(incidents)
    kept = incidents if question.heaviest else incidents[~heavy.theirs]
    watched = answers.watched(question)
    demand, why = _demand(question)
    return Seen(question, kept, heavy, watched, live_hours(watched), demand, why)


@st.cache_resource(show_spinner=False, max_entries=8, scope="session")
def narrowed(question: Question, hours: str) -> Seen:
    """Keep what was received in some hours, written as a pattern of shifts; everything in :data:`ALL` hours."""
    here = seen(question)
    if hours == ALL:
        return here
    inside = received_in(here.incidents, in_hours(hours))
    return replace(here, incidents=here.incidents[inside])


def in_hours(hours: str) -> npt.NDArray[np.bool_]:
    """Tell which hours of the week a pattern of shifts touches, shape (168,)."""
    return np.ones(HOURS, dtype=np.bool_) if hours == ALL else np.asarray(ShiftPattern.parse(hours).hours > 0)


def _demand(question: Question) -> tuple[Demand | None, str]:
    """Give the demand of the incidents that count, or say why there is none."""
    try:
        return answers.world(replace(question, weight="incidents", beside="")).demand, ""
    except SchemaError as problem:
        return None, str(problem)


def demand_in(here: Seen, district: str) -> Demand | None:
    """Give the demand of one district: its share of the county's in every hour."""
    if here.demand is None:
        return None
    area = level(here.question, "district").area.reindex(list(here.demand.places))
    share = here.demand.place_shares[:, (area == district).to_numpy()].sum(axis=1)
    return replace(here.demand, hour_rates=here.demand.hour_rates * share[:, None])


@dataclass(frozen=True, eq=False)
class Level:
    """
    One way to divide the county: the shapes to draw (``name``, ``label`` in words, ``geometry``) and the places that
    rates are made of.

    ``residents`` are by place; ``area`` names the area of each place, in the same order.
    """

    shapes: gpd.GeoDataFrame
    residents: pd.Series
    area: pd.Series
    attribution: str = ""

    @property
    def few(self) -> bool:
        """Whether there is room for a number in each area."""
        return len(self.shapes) <= 20


LEVELS = {"district": "districts", "lsoa": "LSOAs", "hexagon": "hexagons of 3 km"}
LAYER = "layer:"
"""What a link puts before the name of a layer of the project."""


def levels(question: Question) -> dict[str, str]:
    """Give the ways to divide the county, with the project's own layers, and what each is called."""
    kept = question.project.layers()
    mine = kept.loc[kept["kind"] == "areas", "name"]
    return LEVELS | {LAYER + name: name for name in mine}


def level(question: Question, by: str) -> Level:
    """Give one way to divide the county."""
    county = question.project.facts.county
    if by in {"district", "lsoa"}:
        return _by_lsoa(county, question.edition, by)
    if by == "hexagon":
        return _by_hexagon(county)
    return _by_layer(question, by.removeprefix(LAYER))


def places_of(seen: Seen, by: str, shapes: gpd.GeoDataFrame) -> pd.Series:
    """Name the place of each incident at a level, as :attr:`Level.residents` calls it; empty where it has none."""
    incidents = seen.incidents
    if by in {"district", "lsoa"}:
        return incidents["lsoa"]
    inside = incidents["easting"].where(exact(incidents)), incidents["northing"].where(exact(incidents))
    if by == "hexagon":
        known = inside[0].notna() & (seen.where == "in the county")
        codes = hexagon_names(inside[0][known], inside[1][known])
        return pd.Series(codes, index=incidents.index[known]).reindex(incidents.index, fill_value="")
    named = areas_at(shapes, *inside)
    return named.where(seen.where == "in the county", "")


def exact(incidents: pd.DataFrame) -> pd.Series:
    """Tell which incidents have a place exact enough to fall into a small area: a unit postcode or a point."""
    return incidents["precision"].isin(["unit", "place"])


@st.cache_resource(show_spinner=False, max_entries=8)
def _by_lsoa(county: str, edition: Edition, by: str) -> Level:
    mine, residents = answers.areas(county), answers.residents(county)
    lsoas = mine.lsoas.set_index("code")
    if by == "lsoa":
        shapes = mine.lsoas.assign(label=mine.lsoas["name"], name=mine.lsoas["code"])
        return Level(shapes, residents, pd.Series(residents.index, index=residents.index))
    field = "district" if edition == "2011-2021" else "district_2021"
    districts = mine.districts(edition)
    return Level(districts.assign(label=districts["name"]), residents, lsoas[field].reindex(residents.index))


@st.cache_resource(show_spinner="Laying hexagons …", max_entries=4)
def _by_hexagon(county: str) -> Level:
    shapes = hexagons_over(answers.areas(county).county)
    frame = geo.Gazetteer.of(county).frame
    mine = frame[frame["live"] & frame["lsoa"].isin(answers.residents(county).index)]
    each = mine["lsoa"].map(answers.residents(county) / mine["lsoa"].value_counts())
    codes = hexagon_names(mine["easting"], mine["northing"])
    residents = each.groupby(codes).sum().reindex(shapes["code"], fill_value=0.0)
    usual = pd.Series(mine.index.str.split().str[0], index=mine.index).groupby(codes).agg(lambda names: names.mode()[0])
    label = usual.reindex(shapes["code"]).fillna("no address").to_numpy() + ", hexagon " + shapes["code"]
    shapes = shapes.assign(label=label, name=shapes["code"])
    return Level(shapes, residents, pd.Series(residents.index, index=residents.index))


@st.cache_resource(show_spinner="Counting residents of the layer …", max_entries=4)
def _by_layer(question: Question, name: str) -> Level:
    kept = question.project.areas(name)
    county = answers.residents(question.project.facts.county)
    living = residents_in(kept, county, geo.Gazetteer.default().frame)["residents"]
    here = living.notna().to_numpy()
    if not here.any():
        raise SchemaError(f"no area of {name!r} has a postcode of the county; choose another layer")
    again = kept.groupby("name").cumcount().add(1).astype("str")
    names = kept["name"].mask(kept["name"].duplicated(), kept["name"] + " #" + again)
    shapes = kept.assign(label=names, name=names)[here].reset_index(drop=True)
    residents = living[here].set_axis(pd.Index(shapes["name"]))
    return Level(shapes, residents, pd.Series(residents.index, index=residents.index), name)


@st.cache_resource(show_spinner=False, max_entries=4)
def window(county: str) -> Window:
    """Lay the grid of the heatmap over a county, once."""
    return window_over(answers.areas(county).county)
