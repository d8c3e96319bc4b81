"""
The pictures of the brief, drawn once as SVG without a browser: for HTML as they are, for Word as PNG.

Each says in words and numbers what its shades say, so that it survives a black-and-white printer.
"""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import vl_convert

from geo.places.bases import Base
from geo.week import DAYS

INK, GREY, LINE = "#222222", "#6b6b6b", "#8a8a8a"
LIGHT, DARK = (222, 235, 247), (107, 174, 214)
"""The ends of the one hue for counts (ColorBrewer's Blues), light enough that black numbers stand on them."""

HELD, ZERO = "#d5d5d5", "#ffffff"
STEP_SHADES = {"reached": "#3b3b3b", "not_appropriate": "#bdbdbd"}
LOSS = "#7da7ca"

FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
LETTER = 6.3
"""Pixels that a letter of an axis label takes at most, in the widest font that may stand in for ours."""

PNG_SCALE = 3.0
"""Dots of a PNG for one of the SVG: about 290 to the inch as printed."""

Points = npt.NDArray[np.float64]


def county_map(districts: gpd.GeoDataFrame, bases: Sequence[Base], width: int = 330, height: int = 270) -> str:
    """
    Draw districts with a number each, and the bases as rings.

    ``districts`` in EPSG:27700 has ``name``, ``count`` (missing where it is held back) and ``label``.
    """
    top = float(districts["count"].max())
    shapes = districts.assign(geometry=districts.geometry.simplify(200), shade=shades(districts["count"], top))
    features = json.loads(shapes[["shade", "geometry"]].to_json())["features"]
    land = alt.Chart(alt.InlineData(values=features)).mark_geoshape(stroke=LINE, strokeWidth=1)
    land = land.encode(color=alt.Color("properties.shade:N", scale=None))
    starts = pd.DataFrame({"x": [base.easting for base in bases], "y": [base.northing for base in bases]})
    where = alt.Chart(starts).encode(longitude="x:Q", latitude="y:Q")
    ring = where.mark_point(size=90, filled=True, fill="white", stroke=INK, strokeWidth=3, opacity=1)
    places = _labels(districts, starts[["x", "y"]].to_numpy(), width, height)
    words = [_haloed(places, "name", 10, "normal", -6), _haloed(places, "label", 12, "bold", 7)]
    drawn = alt.layer(land, ring, *words).project(type="identity", reflectY=True)
    return _svg(drawn.properties(width=width, height=height))


def _haloed(places: pd.DataFrame, column: str, size: float, weight: str, dy: float) -> Any:
    """Draw text on a white edge of its own, so that lines below it do not cross it."""
    at = alt.Chart(places).encode(longitude="x:Q", latitude="y:Q", text=f"{column}:N")
    style: dict[str, Any] = {"fontSize": size, "fontWeight": weight, "dy": dy}
    return at.mark_text(stroke="white", strokeWidth=3, strokeJoin="round", **style) + at.mark_text(color=INK, **style)


def _labels(districts: gpd.GeoDataFrame, bases: Points, width: int, height: int) -> pd.DataFrame:
    """Place a name and a number in each district, pushed up or down where they would touch others or a base."""
    inside = districts.geometry.representative_point()
    west, south, east, north = districts.total_bounds
    metres = max((east - west) / width, (north - south) / height)
    at = np.column_stack([inside.x, inside.y]) / metres
    longest = [
        max(len(name), len(label) * 1.2) for name, label in zip(districts["name"], districts["label"], strict=True)
    ]
    half = np.array(longest) * LETTER / 2
    at = pushed_apart(np.vstack([at, bases / metres]), np.append(half, np.full(len(bases), 8.0)), len(bases))
    return pd.DataFrame(
        {
            "x": at[: len(inside), 0] * metres,
            "y": at[: len(inside), 1] * metres,
            "name": districts["name"],
            "label": districts["label"],
        }
    )


def pushed_apart(at: Points, half_widths: Points, fixed: int, height: float = 25.0, rounds: int = 200) -> Points:
    """
    Move boxes of one height up and down until none touches another; the last ``fixed`` of them stay.

    ``at`` holds the middles, shape (boxes, 2), in pixels. Boxes that cannot be parted in so many rounds stay close.

    Examples
    --------
    >>> pushed_apart(np.array([[0.0, 0.0], [5.0, 10.0]]), np.array([10.0, 10.0]), 0)[:, 1].tolist()
    [-7.5, 17.5]
    """
    now = at.copy()
    free = np.arange(len(at)) < len(at) - fixed
    for _ in range(rounds):
        over = np.abs(now[:, None, 0] - now[None, :, 0]) < half_widths[:, None] + half_widths[None, :]
        gap = now[:, None, 1] - now[None, :, 1]
        missing = np.where(over & ~np.eye(len(at), dtype=bool), np.maximum(height - np.abs(gap), 0.0), 0.0)
        if not missing.any():
            break
        way = np.where(gap > 0, 1.0, np.where(gap < 0, -1.0, np.sign(np.arange(len(at))[:, None] - np.arange(len(at)))))
        now[free, 1] += (missing * way).sum(axis=1)[free] / 2
    return now


def week(table: pd.DataFrame, step: int, width: int = 300, height: int = 160) -> str:
    """
    Draw the week in blocks of ``step`` hours.

    ``table`` has ``day`` (0 is Monday), ``hour`` (first of the block), ``count`` (missing where held back) and
    ``label``.
    """
    frame = pd.DataFrame(
        {
            "weekday": table["day"].map(lambda day: DAYS[day]),
            "begins": table["hour"],
            "ends": table["hour"] + step,
            "middle": table["hour"] + step / 2,
            "text": table["label"],
            "shade": shades(table["count"], float(table["count"].max())),
        }
    )
    axis = alt.Axis(values=list(range(0, 25, 3)), grid=False, labelOverlap=False)
    x = alt.X("begins:Q", title="hour of the day", scale=alt.Scale(domain=[0, 24], nice=False), axis=axis)
    y = alt.Y("weekday:N", title=None, sort=list(DAYS), axis=alt.Axis(ticks=False, domain=False))
    base = alt.Chart(frame)
    cells = base.mark_rect(stroke="#c8c8c8", strokeWidth=0.6)
    cells = cells.encode(x, y, alt.X2("ends:Q"), color=alt.Color("shade:N", scale=None))
    text = base.mark_text(fontSize=10 if step > 1 else 7, color=INK).encode(alt.X("middle:Q"), y, text="text:N")
    return _svg(alt.layer(cells, text).properties(width=width, height=height))


def losses(table: pd.DataFrame, width: int = 230, height: int = 150) -> str:
    """
    Draw what becomes of demand as a waterfall, what is reached from zero.

    ``table`` has ``step``, ``words``, ``a_month`` and ``share``, in the order of the work.
    """
    total = max(float(table["a_month"].sum()), 0.1)
    left = total - table["a_month"].cumsum()
    frame = table.assign(
        begin=left.where(table["step"] != "reached", 0.0),
        finish=(left + table["a_month"]).where(table["step"] != "reached", table["a_month"]),
        shade=table["step"].map(lambda step: STEP_SHADES.get(step, LOSS)),
        label=table["a_month"].map("{:.1f}".format) + table["share"].map(" ({:.0%})".format),
    )
    scale = alt.Scale(domain=[0, total * 1.32], nice=False)
    base = alt.Chart(frame).encode(_names("words", table["words"]))
    x = alt.X("begin:Q", title="incidents a month", scale=scale, axis=alt.Axis(grid=False))
    bars = base.mark_bar(stroke=INK, strokeWidth=0.5)
    bars = bars.encode(x, alt.X2("finish:Q"), color=alt.Color("shade:N", scale=None))
    labels = base.mark_text(align="left", dx=4, color=INK, fontSize=10).encode(alt.X("finish:Q"), text="label:N")
    return _svg(alt.layer(bars, labels).properties(width=width, height=height))


def forest(table: pd.DataFrame, width: int = 220, height: int = 150) -> str:
    """Draw differences about zero with their intervals: ``row``, ``mean``, ``low`` and ``high``."""
    reach = max(float(table[["low", "high"]].abs().max(axis=None)) * 1.1, 1.0)
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK, strokeDash=[4, 3])
    base = alt.Chart(table).encode(_names("row", table["row"]))
    title, axis = "difference from A, incidents a month", alt.Axis(format="+.1~f", grid=False)
    bar = base.mark_rule(strokeWidth=2, color=INK).encode(
        alt.X("low:Q", title=title, scale=scale, axis=axis), alt.X2("high:Q")
    )
    dot = base.mark_point(filled=True, size=60, color=INK, opacity=1).encode(alt.X("mean:Q"))
    return _svg(alt.layer(zero.encode(alt.X("x:Q")), bar, dot).properties(width=width, height=height))


def shades(counts: pd.Series, top: float) -> list[str]:
    """
    Give the shade of each count: white at zero, light to dark up to ``top``, grey where it is held back.

    Examples
    --------
    >>> shades(pd.Series([0.0, 10.0, float("nan")]), 10.0)
    ['#ffffff', '#6baed6', '#d5d5d5']
    """
    return [_shade(value, top) for value in counts]


def _shade(value: float, top: float) -> str:
    if np.isnan(value):
        return HELD
    if value <= 0:
        return ZERO
    mixed = [round(light + (dark - light) * value / top) for light, dark in zip(LIGHT, DARK, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def png(svg: str) -> bytes:
    """Draw an SVG of ours as PNG, for programs that take no SVG."""
    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


def _names(column: str, names: pd.Series) -> Any:
    """Give an axis of names in their own order, with room for the longest in any font."""
    room = float(names.str.len().max()) * LETTER
    axis = alt.Axis(labelLimit=room, minExtent=room, ticks=False, domain=False, labelOverlap=False)
    return alt.Y(f"{column}:N", sort=None, title=None, axis=axis)


def _svg(chart: Any) -> str:
    axis: dict[str, Any] = {
        "labelColor": INK,
        "titleColor": GREY,
        "titleFontWeight": "normal",
        "domainColor": LINE,
        "tickColor": LINE,
    }
    plain = chart.configure(font=FONT, background="white").configure_view(stroke=None)
    drawn = plain.configure_axis(labelFontSize=10, titleFontSize=10, **axis)
    return str(vl_convert.vegalite_to_svg(drawn.to_dict(format="vega-lite")))
