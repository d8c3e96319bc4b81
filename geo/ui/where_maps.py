"""The maps of 'Where and when': pictures of finished figures, each with its sentence and its table."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.demand import kernel
from geo.demand.areas import area_rates
from geo.demand.change import Halves
from geo.demand.hexagons import hexagon_at, hexagon_codes, hexagon_shapes
from geo.demand.surface import heat_points
from geo.demand.weights import place_of
from geo.errors import SchemaError
from geo.layers import palette
from geo.layers.base import Layer
from geo.layers.choropleth import ChoroplethLayer
from geo.layers.contours import ContourLayer
from geo.layers.incidents import IncidentLayer
from geo.layers.legend import Legend
from geo.layers.places import MOST, PlaceLayer
from geo.ui import charts, seen, words
from geo.ui.seen import Level, Seen

SINGLE = 3_000
"""Incidents drawn one by one at most; more of them are drawn as places."""

CELL = 1_500.0
"""Width of the hexagons, metres, where there are too many places to draw each."""

SHARES = (0.5, 0.75, 0.9)
MEAN = "hatched: cannot be told from the county's mean (90% interval)"
UNITS = {"incidents": "incidents", "minutes": "minutes recorded", "persons": "persons"}


@dataclass(frozen=True, eq=False)
class Picture:
    """A map's layers, its sentence, and the table under it with its title and the name of its file."""

    layers: list[Layer]
    caption: str
    table: pd.DataFrame
    title: str
    file: str


def points(here: Seen) -> Picture:
    """Draw single incidents, or places by what was counted there, or cells where even places are too many."""
    placed = here.incidents[here.incidents["easting"].notna()]
    if here.question.weight == "incidents" and len(placed) <= SINGLE:
        return _single(placed)
    places = _places(here)
    unit = UNITS[here.question.weight]
    rough = len(placed) - int(places["incidents"].sum())
    short = (
        f" {words.count(rough, 'incident')} known only roughly, or with nothing counted, not drawn." if rough else ""
    )
    if len(places) <= MOST:
        layer: Layer = PlaceLayer(places, unit)
        caption = f"{words.count(len(places), 'place')}, each about 15 addresses or one point.{short}"
    else:
        layer = _cells(places, unit)
        caption = (
            f"{words.count(len(places), 'place')} are too many to draw each: hexagons of {CELL / 1_000:g} km.{short}"
        )
    columns = ["place", "district", "incidents", "counted"]
    return Picture([layer], caption, places[columns].round(1), "Table of places", "places")


def _single(placed: pd.DataFrame) -> Picture:
    received = placed["received_at"].dt.strftime("%d %b %Y %H:%M").fillna("time not recorded")
    kind = placed["incident_type"].mask(placed["incident_type"] == "", "type not recorded")
    where = placed["postcode"].where(placed["postcode"] != "", placed["location"])
    text = where + " (" + placed["precision"] + ")\n" + received + "\n" + kind
    drawn = placed.assign(text=text, category=placed["contact_mode"].map(charts.MODES))
    plain = IncidentLayer(drawn, "Incidents", charts.MODE_MARKS)
    layer = IncidentLayer(drawn, "Incidents", plain.marks, plain.explained())
    table = placed.groupby(["postcode", "precision", "district"]).size().rename("incidents").reset_index()
    caption = "Each point is a postcode, about 15 addresses; hollow ones are known only roughly."
    return Picture([layer], caption, table.sort_values("incidents", ascending=False), "Table of postcodes", "postcodes")


def _places(here: Seen) -> pd.DataFrame:
    """Sum what was counted at each exact place, most first."""
    incidents = here.incidents
    exact = seen.exact(incidents) & here.weights.notna()
    frame = incidents.loc[exact, ["easting", "northing", "district"]].assign(
        place=place_of(incidents)[exact], counted=here.weights[exact]
    )
    grouped = frame.groupby(["place", "easting", "northing", "district"], sort=False, observed=True)["counted"]
    summed = grouped.agg(incidents="size", counted="sum").reset_index()
    summed = summed[summed["counted"] > 0].sort_values("counted", ascending=False, kind="stable", ignore_index=True)
    unit = UNITS[here.question.weight]
    return summed.assign(text=summed["place"] + "\n" + summed["counted"].round(1).astype("str") + f" {unit}")


def _cells(places: pd.DataFrame, unit: str) -> ChoroplethLayer:
    """Sum places into hexagons; only those with any are drawn."""
    cells = hexagon_at(places["easting"], places["northing"], CELL)
    single, at = np.unique(cells, axis=0, return_inverse=True)
    counted = np.bincount(at.ravel(), places["counted"])
    frame = gpd.GeoDataFrame(
        {"name": hexagon_codes(single), "value": counted.round(1)}, geometry=hexagon_shapes(single, CELL), crs=27700
    )
    text = frame["value"].map(palette.number) + f" {unit}"
    return ChoroplethLayer.of("Counts in cells", frame.assign(text=text), unit=unit)


def counts(here: Seen, by: str) -> Picture:
    """Draw what was counted in each area, without regard to who lives there."""
    divided = seen.level(here.question, by)
    unit, table = UNITS[here.question.weight], counts_by(here, by, divided)
    shapes = divided.shapes.merge(table, left_on="name", right_on="area")
    text = [
        f"{palette.number(value) if np.isfinite(value) else 'no'} {unit}\n{words.count(n, 'incident')}"
        for value, n in zip(table["counted"].round(1), table["incidents"], strict=True)
    ]
    shapes = shapes.assign(name=shapes["label"], value=shapes["counted"].round(1), text=text)
    layer = ChoroplethLayer.of("Counts", shapes, unit=unit, numbers=divided.few, attribution=divided.attribution)
    number = int(table["incidents"].sum())
    lost = len(here.incidents) - number
    caption = f"Crude counts, n = {words.thousands(number)}; they follow where people live. {_lost(lost)}"
    shown = _labelled(table, divided).sort_values("counted", ascending=False)
    return Picture([layer], caption, shown, "Table of counts", "counts")


def counts_by(here: Seen, by: str, divided: Level) -> pd.DataFrame:
    """
    Count incidents and what they count for in each area of a level: ``area``, ``incidents``, ``counted``, which is
    missing where none of its incidents has any recorded: that is unknown, never zero.
    """
    names = here.incidents[here.district] if by == "district" else seen.places_of(here, by, divided.shapes)
    weights = here.weights.fillna(0.0)
    summed = weights.groupby(names).agg(["size", "sum"]).reindex(divided.shapes["name"], fill_value=0)
    known = here.weights.notna().groupby(names).sum().reindex(divided.shapes["name"], fill_value=0)
    blank = (summed["size"] > 0) & (known == 0)
    return pd.DataFrame(
        {
            "area": divided.shapes["name"].to_numpy(),
            "incidents": summed["size"].to_numpy(np.int64),
            "counted": summed["sum"].mask(blank).to_numpy(np.float64),
        }
    )


def rates(here: Seen, by: str) -> Picture:
    """Draw the rate per resident against the county's mean, hatched where it cannot be told from it."""
    divided = seen.level(here.question, by)
    places = seen.places_of(here, by, divided.shapes)
    table = area_rates(places, here.weights, divided.residents, divided.area)
    shapes = divided.shapes.merge(table, left_on="name", right_on="area", how="left")
    state = np.where(shapes["relative"].isna(), "unknown", np.where(shapes["cannot_tell"] == True, "cannot_tell", ""))  # noqa: E712 - missing where nobody lives
    above = (100 * (shapes["relative"] - 1)).round()
    shapes = shapes.assign(name=shapes["label"], value=above, text=[*map(_rate_text, shapes.itertuples())], state=state)
    classes = palette.percent_change(above)
    unit = "% above or below the county"
    plain = ChoroplethLayer("Rate per resident", shapes, classes, None, divided.few, divided.attribution)
    legend = plain.explained(unit=unit, note=MEAN.capitalize())
    layer = ChoroplethLayer(plain.name, shapes, classes, legend, divided.few, divided.attribution)
    told, number = int((table["relative"].notna() & ~table["cannot_tell"]).sum()), int(table["incidents"].sum())
    caption = (
        f"{told} of {len(table)} areas can be told from the county's mean; {MEAN}. Shrunk rates, "
        f"n = {words.thousands(number)}; residents of 2011. {_lost(len(here.incidents) - number)}"
    )
    shown = _labelled(table, divided).sort_values("relative", ascending=False)
    return Picture([layer], caption, shown, "Table of rates", "rates")


def _rate_text(row: object) -> str:
    relative, low, high, incidents, residents = (
        getattr(row, name) for name in ("relative", "low", "high", "incidents", "residents")
    )
    if not np.isfinite(relative):
        return "nobody is known to live here: no rate"
    return (
        f"{relative:.2f} times the county's mean (90%: {low:.2f}-{high:.2f})\n"
        f"{words.count(int(incidents), 'incident')}, {words.thousands(round(residents))} residents"
    )


def heat(here: Seen, kilometres: float | None) -> Picture:
    """Draw the density of incidents with the areas that hold half, three quarters and nine tenths of them."""
    surface = _surface(here, kilometres)
    unit = UNITS[here.question.weight]
    classes = palette.sequential(surface.density[surface.density > 0])
    edges = (classes.edges[1] / 10, *classes.edges[1:])
    bands = gpd.GeoDataFrame(
        {"name": [f"{label} {unit} per km²" for label in classes.labels()], "value": classes.edges[1:], "text": ""},
        geometry=surface.bands(edges),
        crs=27700,
    )
    bands = bands[~bands.is_empty]
    outlines = ContourLayer({share: surface.volume(share) for share in SHARES}, f"of the {unit}")
    legend = Legend.of_classes("Heat", classes, unit=f"{unit} per km²", more=outlines.entries())
    table = kernel.heat_table(surface, SHARES).round(2)
    half = float(table["area_km2"].iloc[0])
    part = half / (here.question.areas.county.area / 1e6)
    chosen = "chosen by cross-validation" if kilometres is None else "as you chose"
    caption = (
        f"n = {words.thousands(surface.incidents)} in {words.count(surface.places, 'place')}; bandwidth "
        f"{surface.bandwidth / 1_000:g} km, {chosen}; corrected at the county's edge. Half lies in {half:.0f} km² "
        f"({part:.1%} of the county). In another such period the peak would vary by "
        f"about {surface.peak_error:.0%}, and {surface.kept:.0%} of that area would stay."
    )
    layer = ChoroplethLayer("Heat", bands, classes, legend)
    return Picture([layer, outlines], caption, table, "Table of contours", "contours")


def _surface(here: Seen, kilometres: float | None) -> kernel.Heat:
    """Smooth the incidents in the county whose place is known to within the finest smoothing."""
    used = heat_points(here.incidents, kernel.BANDWIDTHS[0]) & (here.where == "in the county") & here.weights.notna()
    window = seen.window(here.question.project.facts.county)
    bandwidth = None if kilometres is None else 1_000 * kilometres
    frame = here.incidents[used]
    return kernel.heat(frame["easting"], frame["northing"], here.weights[used], window, bandwidth=bandwidth)


def change(here: Seen, cut: Halves) -> Picture:
    """Draw by how much the rate of each district changed, hatched where not even the sign can be told."""
    divided = seen.level(here.question, "district")
    table = cut.by(here.district, divided.shapes["name"].to_list())
    shapes = divided.shapes.merge(table, left_on="name", right_on="area")
    percent = (100 * (shapes["ratio"] - 1)).round()
    classes = palette.percent_change(percent[np.isfinite(percent)])
    value = percent.clip(upper=classes.edges[-1])
    state = np.where(value.isna(), "unknown", np.where(shapes["cannot_tell"], "cannot_tell", ""))
    text = [_change_text(row) for row in shapes.itertuples()]
    shapes = shapes.assign(value=value, text=text, state=state)
    plain = ChoroplethLayer("Change of the rate", shapes, classes, None, True)
    note = "Hatched: whether it rose or fell cannot be told (90% interval)"
    legend = plain.explained(unit="%, later against earlier", note=note)
    layer = ChoroplethLayer(plain.name, shapes, classes, legend, True)
    told = int((~table["cannot_tell"]).sum())
    chance = (
        f" Of {len(table)} districts that did not change, about {len(table) / 10:.1g} would look changed by chance."
    )
    caption = f"{told} of {len(table)} districts changed beyond doubt; {note[0].lower() + note[1:]}.{chance}"
    return Picture([layer], caption, table[["area", *CHANGE]], "Table of changes by district", "change")


CHANGE = ["earlier", "later", "earlier_hours", "later_hours", "ratio", "low", "high", "p"]


def _change_text(row: object) -> str:
    earlier, later, ratio, low, high = (getattr(row, name) for name in ("earlier", "later", "ratio", "low", "high"))
    if not earlier + later:
        return "no incident in either period"
    times = "from none" if not np.isfinite(ratio) else f"{ratio:.2f} times"
    most = f"{high:.2f}" if np.isfinite(high) else "no upper limit"
    return f"{times} the earlier rate (90%: {low:.2f}-{most})\n{earlier} before, {later} after"


def _labelled(table: pd.DataFrame, divided: Level) -> pd.DataFrame:
    """Put the words of an area in the place of its code."""
    label = divided.shapes.set_index("name")["label"]
    return table.assign(area=table["area"].map(label).fillna(table["area"])).round(3)


def _lost(number: int) -> str:
    return f"{words.count(number, 'incident')} without such an area." if number else ""


def of(here: Seen, view: str, by: str, kilometres: float | None, cut: Callable[[], Halves]) -> Picture:
    """Make the picture of a view; where it cannot be made, the reason stands in its place on an empty map."""
    made: dict[str, Callable[[], Picture]] = {
        "points": lambda: points(here),
        "counts": lambda: counts(here, by),
        "rates": lambda: rates(here, by),
        "heat": lambda: heat(here, kilometres),
        "change": lambda: change(here, cut()),
    }
    try:
        return made[view]()
    except SchemaError as problem:
        return Picture([], f"{str(problem)[0].upper()}{str(problem)[1:]}.", pd.DataFrame(), "", view)
