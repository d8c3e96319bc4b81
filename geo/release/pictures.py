"""
The pictures of the brief, drawn once as SVG without a browser: for HTML as they are, for Word as PNG.

Each says in words and numbers what its colours say, so that it survives a black-and-white printer.
"""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
import geopandas as gpd
import pandas as pd
import vl_convert

from geo.places.bases import Base
from geo.scenarios.pattern import DAYS

INK, GREY, LINE, LAND = "#222222", "#6b6b6b", "#8a8a8a", "#f5f5f2"
BLUE, ORANGE, PALE = "#0072B2", "#E69F00", "#d5d5d5"
LIGHT, DARK = "#dce9f5", "#6baed6"
"""The ends of the one hue for counts, light enough that black numbers stand on them."""

FONT = "Helvetica, Arial, sans-serif"
PNG_SCALE = 3.0
"""Dots of a PNG for one of the SVG: about 290 to the inch as printed."""


def county_map(districts: gpd.GeoDataFrame, bases: Sequence[Base], width: int = 330, height: int = 300) -> str:
    """
    Draw districts with a number each, and the bases.

    ``districts`` in EPSG:27700 has ``name``, ``count`` (missing where it is held back) and ``label``.
    """
    shapes = districts.assign(geometry=districts.geometry.simplify(200))
    top = max(float(districts["count"].max()), 1.0) if districts["count"].notna().any() else 1.0
    features = json.loads(shapes.assign(count=shapes["count"].astype("Float64"))[["name", "count", "geometry"]].to_json())
    scale = alt.Scale(domain=[0, top], range=[LIGHT, DARK])
    fill = alt.condition("isValid(datum.properties.count)", alt.Color("properties.count:Q", scale=scale, legend=None), alt.value(PALE))
    land = alt.Chart(alt.Data(values=features["features"])).mark_geoshape(stroke=LINE, strokeWidth=1).encode(color=fill)
    inside = districts.geometry.representative_point()
    places = pd.DataFrame({"x": inside.x, "y": inside.y, "name": districts["name"], "label": districts["label"]})
    words = alt.Chart(places).encode(longitude="x:Q", latitude="y:Q")
    names = words.mark_text(fontSize=10.5, color=INK, dy=-6).encode(text="name:N")
    numbers = words.mark_text(fontSize=12.5, fontWeight="bold", color=INK, dy=8).encode(text="label:N")
    starts = pd.DataFrame({"x": [base.easting for base in bases], "y": [base.northing for base in bases]})
    where = alt.Chart(starts).encode(longitude="x:Q", latitude="y:Q")
    ring = where.mark_point(size=110, filled=True, fill="white", stroke=INK, strokeWidth=3, opacity=1)
    return _svg(alt.layer(land, ring, names, numbers).project(type="identity", reflectY=True).properties(width=width, height=height))


def week(table: pd.DataFrame, step: int, width: int = 300, height: int = 170) -> str:
    """
    Draw the week in blocks of ``step`` hours.

    ``table`` has ``day`` (0 is Monday), ``hour`` (first of the block), ``count`` (missing where held back), ``label``
    and ``live``, whether any of the block was watched.
    """
    top = max(float(table["count"].max()), 1.0) if table["count"].notna().any() else 1.0
    frame = table.assign(
        weekday=table["day"].map(lambda day: DAYS[day]),
        ends=table["hour"] + step,
        middle=table["hour"] + step / 2,
        text=table["label"],
    )
    x = alt.X("hour:Q", title="hour of the day", scale=alt.Scale(domain=[0, 24], nice=False), axis=alt.Axis(values=list(range(0, 25, 3)), grid=False))
    y = alt.Y("weekday:N", title=None, sort=list(DAYS), axis=alt.Axis(ticks=False, domain=False))
    scale = alt.Scale(domain=[0, top], range=[LIGHT, DARK])
    fill = alt.condition("isValid(datum.count) && datum.count > 0", alt.Color("count:Q", scale=scale, legend=None), alt.value("#ffffff"))
    base = alt.Chart(frame)
    cells = base.mark_rect(stroke="#c8c8c8", strokeWidth=0.6).encode(x, y, alt.X2("ends:Q"), color=fill)
    text = base.mark_text(fontSize=9.5 if step > 1 else 7, color=INK).encode(alt.X("middle:Q"), y, text="text:N")
    return _svg(alt.layer(cells, text).properties(width=width, height=height))


def losses(table: pd.DataFrame, width: int = 250, height: int = 190) -> str:
    """
    Draw what becomes of demand as a waterfall.

    ``table`` has ``words``, ``a_month``, ``low``, ``high``, ``share`` and ``step``, in the order of the work.
    """
    done = table["a_month"].cumsum()
    total = max(float(table["a_month"].sum()), 0.1)
    colour = {"reached": "#3b3b3b", "not_appropriate": "#bdbdbd"}
    frame = table.assign(
        begin=total - done,
        finish=total - done + table["a_month"],
        colour=table["step"].map(lambda step: colour.get(step, "#7da7ca")),
        label=table["a_month"].map("{:.1f}".format) + table["share"].map(" ({:.0%})".format),
    )
    frame.loc[frame["step"] == "reached", ["begin", "finish"]] = [0.0, float(table["a_month"].iloc[-1])]
    scale = alt.Scale(domain=[0, total * 1.32], nice=False)
    base = alt.Chart(frame).encode(alt.Y("words:N", sort=None, title=None, axis=alt.Axis(labelLimit=190, ticks=False, domain=False)))
    bars = base.mark_bar(stroke=INK, strokeWidth=0.5).encode(
        alt.X("begin:Q", title="incidents a month", scale=scale, axis=alt.Axis(grid=False)), alt.X2("finish:Q"), color=alt.Color("colour:N", scale=None)
    )
    labels = base.mark_text(align="left", dx=4, color=INK, fontSize=10.5).encode(alt.X("finish:Q", scale=scale), text="label:N")
    return _svg(alt.layer(bars, labels).properties(width=width, height=height))


def forest(table: pd.DataFrame, width: int = 230, height: int = 190) -> str:
    """Draw differences about zero with their intervals: ``row``, ``mean``, ``low``, ``high`` and ``verdict``."""
    reach = max(float(table[["low", "high"]].abs().max(axis=None)) * 1.1, 1.0)
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK, strokeDash=[4, 3]).encode(alt.X("x:Q", scale=scale))
    base = alt.Chart(table).encode(alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=230, ticks=False, domain=False)))
    axis = alt.Axis(format="+.1~f", grid=False)
    bar = base.mark_rule(strokeWidth=2, color=INK).encode(
        alt.X("low:Q", title="difference from A, incidents a month", scale=scale, axis=axis), alt.X2("high:Q")
    )
    dot = base.mark_point(filled=True, size=70, color=INK, opacity=1).encode(alt.X("mean:Q", scale=scale))
    return _svg(alt.layer(zero, bar, dot).properties(width=width, height=height))


def png(svg: str) -> bytes:
    """Draw an SVG of ours as PNG, for programs that take no SVG."""
    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


def _svg(chart: Any) -> str:
    plain = chart.configure(font=FONT, background="white").configure_view(stroke=None).configure_axis(
        labelColor=INK, titleColor=GREY, titleFontWeight="normal", labelFontSize=10.5, titleFontSize=10.5, domainColor=LINE, tickColor=LINE
    )
    return str(vl_convert.vegalite_to_svg(plain.to_dict(format="vega-lite")))
