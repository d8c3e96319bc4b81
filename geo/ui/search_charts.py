"""Charts of a search: windows on the grid of the week, reach against crewed hours, and what would change the answer."""

from collections.abc import Iterable
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from geo.layers import palette
from geo.planning.windows import Window
from geo.ui.charts import BLUE, DAYS, INK, ORANGE, VERMILION
from geo.week import crewed_share

ROW = 24
"""Pixels of a row; a chart's height holds its axis and its legend as well, which stand below the rows."""


def windows_grid(worth: np.ndarray, windows: Iterable[Window], title: str) -> Any:
    """Draw what each hour is worth, hours of which nothing is known hatched, and the windows as an outline."""
    hours = np.arange(168)
    frame = pd.DataFrame(
        {
            "day": [DAYS[hour // 24] for hour in hours],
            "hour": hours % 24,
            "worth": np.nan_to_num(worth),
            "known": ~np.isnan(worth),
            "crewed": crewed_share(windows) > 0,
        }
    )
    base = alt.Chart(frame, title=alt.Title(title, anchor="start", fontSize=12)).encode(
        alt.X("hour:O", title="hour of day", axis=alt.Axis(labelAngle=0, values=list(range(0, 24, 3)))),
        alt.Y("day:N", sort=DAYS, title=None, axis=alt.Axis(labelOverlap=False)),
    )
    tips = ["day:N", "hour:O", alt.Tooltip("worth:Q", title="a month", format=".2f"), "crewed:N"]
    scale = alt.Scale(range=[palette.BLUES[0], palette.BLUES[-1]])
    legend = alt.Legend(
        title="a month, if crewed", orient="bottom", direction="horizontal", gradientLength=110, tickCount=3
    )
    known = base.transform_filter("datum.known").mark_rect(stroke="white", strokeWidth=1)
    unknown = base.transform_filter("!datum.known").mark_text(text="╱", color="#9a9a9a", size=12)
    crewed = base.transform_filter("datum.crewed").mark_rect(fillOpacity=0, stroke=INK, strokeWidth=1.6)
    layers = (
        known.encode(color=alt.Color("worth:Q", scale=scale, legend=legend), tooltip=tips),
        unknown.encode(tooltip=tips),
        crewed.encode(tooltip=tips),
    )
    return alt.layer(*layers).properties(height=7 * ROW + 160).configure_view(stroke=None)


def curve(table: pd.DataFrame, points: pd.DataFrame, unit: str) -> Any:
    """Draw reach against crewed hours, and plans as points with their names; nurse and car always free."""
    x = alt.X("hours:Q", title="crewed hours a week, each car")
    line = alt.Chart(table).mark_line(color=BLUE, interpolate="step-after").encode(x, alt.Y("a_month:Q", title=unit))
    base = alt.Chart(points).encode(alt.X("hours:Q"), alt.Y("a_month:Q"))
    marks = base.mark_point(filled=True, size=90, color=ORANGE, stroke=INK).encode(
        shape=alt.Shape("name:N", legend=None), tooltip=["name:N", "hours:Q", alt.Tooltip("a_month:Q", format=".1f")]
    )
    names = base.mark_text(align="left", dx=8, dy=9, color=INK).encode(text="name:N")
    return alt.layer(line, marks, names).properties(height=230)


def efficient(table: pd.DataFrame, unit: str) -> Any:
    """Draw reach against crewed hours, plan by plan; the darker, the more of the worst district is reached in time."""
    tips = ["bases:N", "pattern:N", "crewed_hours:Q", alt.Tooltip("a_month:Q", format=".1f")]
    if table["cost_a_year"].notna().all():
        tips.append(alt.Tooltip("cost_a_year:Q", title="pounds a year", format=",.0f"))
    colour: Any = alt.value(BLUE)
    if table["worst_district"].notna().all():
        tips.append(alt.Tooltip("worst_district:Q", title="worst district in time", format=".0%"))
        legend = alt.Legend(title="worst district in time", orient="bottom", direction="horizontal", format=".0%")
        scale = alt.Scale(range=[palette.BLUES[1], palette.BLUES[-1]])
        colour = alt.Color("worst_district:Q", scale=scale, legend=legend)
    return (
        alt.Chart(table)
        .mark_point(filled=True, size=60, opacity=1, stroke=INK, strokeWidth=0.6)
        .encode(
            alt.X("crewed_hours:Q", title="crewed hours a week, each car"),
            alt.Y("a_month:Q", title=unit),
            color=colour,
            tooltip=tips,
        )
        .properties(height=320)
    )


def plans(table: pd.DataFrame, unit: str) -> Any:
    """Draw each plan as a dot on its 80% interval, best first; those clearly worse as crosses."""
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=330, labelOverlap=False))
    tips = ["label:N", "state:N", alt.Tooltip("a_month:Q", format=".1f"), alt.Tooltip("gives_away:Q", format=".1%")]
    base = alt.Chart(table)
    scale = alt.Scale(zero=False)
    bar = base.mark_rule(strokeWidth=2, color="#888888").encode(alt.X("low:Q", title=unit, scale=scale), y, x2="high:Q")
    states = ["not clearly worse", "clearly worse", "ceiling"]
    colours, shapes = [BLUE, VERMILION, INK], ["circle", "cross", "triangle-up"]
    legend = alt.Legend(orient="bottom", columns=1, title=None)
    colour = alt.Color("state:N", scale=alt.Scale(domain=states, range=colours), legend=legend)
    shape = alt.Shape("state:N", scale=alt.Scale(domain=states, range=shapes), legend=legend)
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(
        alt.X("a_month:Q"), y, color=colour, shape=shape, tooltip=tips
    )
    return alt.layer(bar, dot).properties(height=ROW * len(table) + 65 + 22 * len(states))


def tornado(table: pd.DataFrame) -> Any:
    """Draw what the plan found reaches under each other assumption, about what it was found to reach."""
    frame = table.assign(
        label=table["what"] + ": " + table["case"],
        change=table["reach_times"] - 1,
        answer=table["stands"].map({True: "the plan stands", False: "another plan is better"}),
    )
    states = ["the plan stands", "another plan is better"]
    bar = (
        alt.Chart(frame)
        .mark_bar(height=12)
        .encode(
            alt.X("change:Q", title="change in what the plan reaches", axis=alt.Axis(format="+.0%")),
            alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=300, labelOverlap=False)),
            color=alt.Color("answer:N", scale=alt.Scale(domain=states, range=[BLUE, VERMILION]), legend=None),
            tooltip=["label:N", alt.Tooltip("change:Q", format="+.1%"), "answer:N", "other:N"],
        )
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK).encode(x="x:Q")
    return alt.layer(bar, zero).properties(height=ROW * len(frame) + 65)
