"""The charts of 'Where and when', of finished tables: the week, changes and their intervals, two sources, months."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from geo.layers import palette
from geo.ui.charts import BLUE, DAYS, GREY, INK, ORANGE

BRUSH = "week"
"""Name of the selection on the grid: a range of hours and of days."""

_DAY_NAMES = f"{DAYS}[floor(datum.value)]".replace('"', "'")
_X = alt.Scale(domain=[0, 24], nice=False)
_Y = alt.Scale(domain=[0, 7], nice=False, reverse=True)

MEASURES = {"counts": "counts", "rates": "rates"}


def week(table: pd.DataFrame, measure: str, unit: str, top: float, *, height: int = 250, first: bool = True) -> Any:
    """
    Draw the 7 x 24 grid: counts or rates by colour, hours never live hatched, borrowed ones hatched the other way, the
    shift pattern outlined, hours that the map leaves out faded.

    ``top`` is where the colour scale ends, so that two grids can have the same; the ``first`` of them has the legend,
    and a range can be marked on it. ``table`` is
    :func:`geo.demand.hours.week_table` with ``chosen``, the hours on the map.
    """
    frame = _week_frame(table, measure)
    axis_x = alt.Axis(
        values=list(range(0, 25, 3)), labelExpr="datum.value + (datum.value % 24 ? '' : ':00')", grid=False, tickSize=3
    )
    axis_y = alt.Axis(
        values=[day + 0.5 for day in range(7)],
        labelExpr=_DAY_NAMES,
        grid=False,
        ticks=False,
        domain=False,
        labelOverlap=False,
    )
    x, y = alt.X("hour:Q", title=None, scale=_X, axis=axis_x), alt.Y("weekday:Q", title=None, scale=_Y, axis=axis_y)
    x2, y2 = alt.X2("hour_end:Q"), alt.Y2("weekday_end:Q")
    shown = alt.Legend(
        title=unit, orient="top", titleOrient="left", gradientLength=110, gradientThickness=9, tickCount=3
    )
    legend = shown if first else None
    scale = alt.Scale(domain=[0, top or 1.0], range=[palette.BLUES[0], palette.BLUES[-1]])
    base = alt.Chart(frame)
    fill = alt.condition("datum.value > 0", alt.Color("value:Q", scale=scale, legend=legend), alt.value("#ffffff"))
    fade = alt.condition("datum.chosen", alt.value(1.0), alt.value(0.2))
    cells = base.mark_rect(stroke="#d9d9d9", strokeWidth=0.6).encode(
        x, y, x2, y2, color=fill, opacity=fade, tooltip=_tips(unit)
    )
    if first:
        cells = cells.add_params(alt.selection_interval(name=BRUSH, encodings=["x", "y"]))
    unknown = base.transform_filter("datum.hatch == 'unknown'").mark_rect(stroke="#d9d9d9", strokeWidth=0.6, color=GREY)
    layers = [
        cells,
        unknown.encode(x, y, x2, y2, tooltip=_tips(unit)),
        _hatch(base, "datum.hatch == 'not observed'", x, y, x2, y2, "#9a9a9a"),
    ]
    up, down = alt.Y("weekday_end:Q", title=None, scale=_Y, axis=axis_y), alt.Y2("weekday:Q")
    layers.append(_hatch(base, "datum.hatch == 'borrowed'", x, up, x2, down, ORANGE))
    across, along = alt.X("x:Q", title=None, scale=_X, axis=axis_x), alt.Y("y:Q", title=None, scale=_Y, axis=axis_y)
    edges = alt.Chart(_outline(table["crewed"].to_numpy() > 0)).mark_rule(color=INK, strokeWidth=2)
    layers.append(edges.encode(across, along, alt.X2("x2:Q"), alt.Y2("y2:Q")))
    return alt.layer(*layers).properties(height=height).configure_view(stroke=None)


def _hatch(base: Any, where: str, x: Any, y: Any, x2: Any, y2: Any, colour: str) -> Any:
    lines = base.transform_filter(where).mark_rule(color=colour, strokeWidth=1, clip=True)
    return lines.encode(x, y, x2, y2)


def _week_frame(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Put the table into the columns and words of the chart, short enough to be sent."""

    def between(low: str, high: str, known: pd.Series) -> pd.Series:
        text = table[low].map("{:.2f}".format) + "-" + table[high].map("{:.2f}".format)
        return text.where(known, "not observed")

    told = table["rate"].notna()
    value = table["counted"] if measure == "counts" else table["rate"].fillna(0.0)
    borrowed = table["borrowed"] & (measure == "rates")
    unseen = ~table["observed"] & (value == 0)
    hatch = np.select([borrowed, unseen, value.isna()], ["borrowed", "not observed", "unknown"], "")
    clock = table["hour"].map("{:02d}:00".format)
    return pd.DataFrame(
        {
            "hour": table["hour"],
            "hour_end": table["hour"] + 1,
            "weekday": table["weekday"],
            "weekday_end": table["weekday"] + 1,
            "when": table["weekday"].map(lambda day: DAYS[day]) + " " + clock,
            "value": value.round(4),
            "incidents": table["incidents"],
            "live": table["live_hours"].round(),
            "rate": table["rate"].map("{:.2f}".format).where(told, "not observed"),
            "likely": between("low", "high", told),
            "exact": between("exact_low", "exact_high", table["observed"]),
            "hatch": hatch,
            "chosen": table["chosen"],
        }
    )


def _tips(unit: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("when:N", title="hour from"),
        alt.Tooltip("value:Q", title=unit, format=".3~g"),
        alt.Tooltip("incidents:Q", title="incidents"),
        alt.Tooltip("live:Q", title="live hours"),
        alt.Tooltip("rate:N", title="incidents an hour"),
        alt.Tooltip("likely:N", title="90% interval, smoothed"),
        alt.Tooltip("exact:N", title="90% limits, this hour alone"),
    ]


def _outline(crewed: np.ndarray) -> pd.DataFrame:
    """Give the lines between crewed and other hours: what surrounds the shifts on the grid."""
    grid = np.pad(crewed.reshape(7, 24), 1)
    down = [(x, y, x, y + 1) for y, x in np.argwhere(grid[1:-1, 1:] != grid[1:-1, :-1])]
    along = [(x, y, x + 1, y) for y, x in np.argwhere(grid[1:, 1:-1] != grid[:-1, 1:-1])]
    return pd.DataFrame([*down, *along], columns=["x", "y", "x2", "y2"], dtype="float64")


def changes(table: pd.DataFrame) -> Any:
    """Draw how many times the earlier rate the later one is, by block of the day; half stands as far out as double."""
    least, most = 0.1, 10.0
    frame = table.assign(
        low=table["low"].clip(least, most),
        high=table["high"].clip(least, most),
        mid=table["ratio"].clip(least, most),
        colour=np.where(table["cannot_tell"], GREY, BLUE),
        counts=table["earlier"].astype(str) + " before, " + table["later"].astype(str) + " after",
    )
    scale = alt.Scale(type="log", domain=[least, most], nice=False)
    axis = alt.Axis(values=[0.1, 0.25, 0.5, 1, 2, 4, 10], format="~g", labelExpr="datum.value + ' x'", grid=False)
    x = alt.X("low:Q", title="later rate as a multiple of the earlier (grey: cannot tell)", scale=scale, axis=axis)
    y = alt.Y("row:N", title=None, sort=None)
    tips = [
        alt.Tooltip("row:N", title="of"),
        alt.Tooltip("counts:N", title="incidents"),
        alt.Tooltip("ratio:Q", title="times", format=".2f"),
        alt.Tooltip("p:Q", title="p of no change", format=".3f"),
    ]
    base = alt.Chart(frame).encode(y, color=alt.Color("colour:N", scale=None), tooltip=tips)
    one = (
        alt.Chart(pd.DataFrame({"x": [1.0]})).mark_rule(color=INK, strokeDash=[4, 3]).encode(alt.X("x:Q", scale=scale))
    )
    bar = base.mark_rule(strokeWidth=2).encode(x, alt.X2("high:Q"))
    dot = base.transform_filter("isValid(datum.mid)").mark_point(filled=True, size=60, opacity=1)
    return (one + bar + dot.encode(alt.X("mid:Q", scale=scale))).properties(height=30 * len(frame) + 60)


def sources(table: pd.DataFrame, unit: str) -> Any:
    """Draw what two sources counted in each area on one scale: ``area``, ``source``, ``counted``."""
    names = list(table["source"].unique())
    colours = alt.Scale(domain=names, range=[BLUE, ORANGE])
    shapes = alt.Scale(domain=names, range=["circle", "square"])
    y = alt.Y(
        "area:N",
        title=None,
        sort=alt.EncodingSortField("counted", op="max", order="descending"),
        axis=alt.Axis(labelLimit=170),
    )
    base = alt.Chart(table)
    line = base.mark_rule(color="#c6c6c6").encode(y, alt.X("min(counted):Q"), alt.X2("max(counted):Q"))
    legend = alt.Legend(title=None, orient="top")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        y,
        alt.X("counted:Q", title=unit),
        color=alt.Color("source:N", scale=colours, legend=legend),
        shape=alt.Shape("source:N", scale=shapes, legend=legend),
        tooltip=["area:N", "source:N", alt.Tooltip("counted:Q", title=unit, format=".0f")],
    )
    return (line + dots).properties(height=22 * table["area"].nunique() + 60)


def months(table: pd.DataFrame, rules: pd.DataFrame, unit: str) -> Any:
    """Draw what was counted month by month, with the dates on which policy changed as rules."""
    x = alt.X("yearmonth(month):T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True))
    bars = (
        alt.Chart(table)
        .mark_bar(color=BLUE)
        .encode(
            x,
            alt.Y("counted:Q", title=f"{unit} a month", axis=alt.Axis(tickMinStep=1)),
            tooltip=[
                alt.Tooltip("month:T", title="month", format="%b %Y"),
                alt.Tooltip("counted:Q", title=unit, format=".0f"),
            ],
        )
    )
    if rules.empty:
        return bars.properties(height=180)
    line = alt.Chart(rules).mark_rule(color=INK, strokeDash=[4, 3]).encode(alt.X("date:T"), tooltip=["words:N"])
    text = (
        alt.Chart(rules)
        .mark_text(align="left", dx=4, dy=-4, baseline="top", color=INK)
        .encode(alt.X("date:T"), y=alt.value(0), text="words:N")
    )
    return (bars + line + text).properties(height=180)


def limits(table: pd.DataFrame, name: str) -> Any:
    """Draw the rate of each row, called by the column ``name``, as a dot on its exact 90% limits."""
    base = alt.Chart(table).encode(
        alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
        tooltip=[
            alt.Tooltip(f"{name}:N"),
            alt.Tooltip("incidents:Q"),
            alt.Tooltip("live_hours:Q", title="live hours", format=".0f"),
            alt.Tooltip("rate:Q", title="an hour", format=".3f"),
        ],
    )
    scale = alt.Scale(zero=True)
    bar = base.mark_rule(color=GREY, strokeWidth=2).encode(
        alt.X("low:Q", title="incidents an hour, with 90% limits", scale=scale), alt.X2("high:Q")
    )
    dot = base.mark_point(filled=True, color=BLUE, size=60, opacity=1).encode(alt.X("rate:Q", scale=scale))
    return (bar + dot).properties(height=22 * len(table) + 50)
