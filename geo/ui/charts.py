"""
Altair charts of finished tables: axis titles with units, intervals as thin bars, a second cue beside every colour.
"""

from typing import Any

import altair as alt
import pandas as pd

from geo.layers import palette
from geo.layers.palette import Mark
from geo.scenarios.counting import figure

DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
INK, ORANGE, BLUE, VERMILION, SKY = "#333333", "#E69F00", "#0072B2", "#D55E00", "#56B4E9"
GREY = palette.UNKNOWN

MODES = {
    "face_to_face": "face to face",
    "telephone": "telephone",
    "advice": "advice to officers",
    "none": "no contact",
    "unknown": "not recorded",
}
MODE_MARKS = palette.categories(list(MODES.values())[:-1]) | {MODES["unknown"]: Mark(GREY, "cross")}
"""Colour and shape of each contact mode, the same on maps and in charts."""


def hour_grid(table: pd.DataFrame) -> Any:
    """Draw the 7 x 24 grid: incidents by hour, hours never live crossed out, the shift pattern as an outline."""
    frame = table.assign(
        day=table["weekday"].map(lambda number: DAYS[number]), clock=table["hour"].map("{:02d}:00".format)
    )
    x = alt.X("hour:O", title="hour of day", axis=alt.Axis(labelAngle=0, values=list(range(0, 24, 3))))
    y = alt.Y("day:N", sort=DAYS, title=None)
    tooltip = [
        alt.Tooltip("day:N", title="day"),
        alt.Tooltip("clock:N", title="from"),
        alt.Tooltip("incidents:Q", title="incidents"),
        alt.Tooltip("live_hours:Q", title="live hours", format=".0f"),
    ]
    top = max(int(frame["incidents"].max()), 1)
    scale = alt.Scale(domain=[0, top], range=[palette.BLUES[0], palette.BLUES[-1]])
    legend = alt.Legend(title="incidents", orient="top", format="d", tickCount=min(top, 4), gradientLength=120)
    base = alt.Chart(frame)
    seen = base.transform_filter("datum.observed || datum.incidents > 0").mark_rect(stroke="white", strokeWidth=1)
    unseen = base.transform_filter("!datum.observed && datum.incidents == 0").mark_text(
        text="╱", color="#9a9a9a", size=13
    )
    shift = base.transform_filter("datum.crewed > 0").mark_rect(fillOpacity=0, stroke=INK, strokeWidth=1.4)
    return (
        alt.layer(
            seen.encode(x, y, color=alt.Color("incidents:Q", scale=scale, legend=legend), tooltip=tooltip),
            unseen.encode(x, y, tooltip=tooltip),
            shift.encode(x, y, tooltip=tooltip),
        )
        .properties(height=260)
        .configure_view(stroke=None)
    )


def waterfall(table: pd.DataFrame, unit: str = "incidents") -> Any:
    """Draw what became of all demand, step by step, each loss hanging from what was left."""
    after = table["a_month"].cumsum().shift(fill_value=0.0)
    total = float(table["a_month"].sum())
    reached = table["step"] == "reached"
    frame = table.assign(
        begin=(total - after).where(~reached, table["a_month"]),
        finish=(total - after - table["a_month"]).where(~reached, 0.0),
        colour=[_step_colour(step) for step in table["step"]],
        label=table["a_month"].map(figure) + table["share"].map(" ({:.0%})".format),
    )
    base = alt.Chart(frame).encode(alt.Y("words:N", sort=None, title=None, axis=alt.Axis(labelLimit=200)))
    scale = alt.Scale(domain=[0, max(total * 1.3, 0.1)], nice=False)
    bars = base.mark_bar().encode(
        alt.X("begin:Q", title=f"{unit} a month", scale=scale),
        alt.X2("finish:Q"),
        color=alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip("words:N", title="step"),
            alt.Tooltip("a_month:Q", title="a month", format=".1f"),
            alt.Tooltip("low:Q", title="80% from", format=".1f"),
            alt.Tooltip("high:Q", title="to", format=".1f"),
        ],
    )
    labels = base.mark_text(align="left", dx=5, color=INK).encode(alt.X("begin:Q", scale=scale), text="label:N")
    return (bars + labels).properties(height=30 * len(table) + 50)


def _step_colour(step: str) -> str:
    return {"reached": BLUE, "not_appropriate": GREY}.get(step, ORANGE)


ROOM = 0.065
"""Share of a bar below which there is no room for its figure."""


def fates(table: pd.DataFrame) -> Any:
    """Draw what becomes of the demand of each group, a bar of 100% each; what befalls nobody is not in the legend."""
    known = table[table["share"].notna() & (table.groupby("step")["share"].transform("max") > 0)]
    steps = list(dict.fromkeys(known["step"]))
    label = known["share"].map("{:.0%}".format).where(known["share"] >= ROOM, "")
    frame = known.assign(order=known["step"].map(steps.index), label=label)
    names = list(dict.fromkeys(known["words"]))
    scale = alt.Scale(domain=names, range=[FATES[step] for step in steps])
    tooltip = [
        alt.Tooltip("group:N", title="group"),
        alt.Tooltip("words:N", title="what becomes of it"),
        alt.Tooltip("a_month:Q", title="a month", format=".1f"),
        alt.Tooltip("share:Q", format=".0%"),
        alt.Tooltip("share_low:Q", title="80% from", format=".0%"),
        alt.Tooltip("share_high:Q", title="to", format=".0%"),
    ]
    base = alt.Chart(frame).encode(
        alt.Y("group:N", title=None, sort=None, axis=alt.Axis(labelLimit=150, labelOverlap=False)),
        order=alt.Order("order:Q"),
    )
    x = alt.X("share:Q", stack="zero", title="share of the group's demand", axis=alt.Axis(format=".0%"))
    legend = alt.Legend(title=None, orient="bottom", columns=2, labelLimit=200)
    bars = base.mark_bar(stroke="white").encode(
        x, color=alt.Color("words:N", scale=scale, legend=legend), tooltip=tooltip
    )
    middle = alt.X("share:Q", stack="zero", bandPosition=0.5)
    text = base.mark_text(size=10).encode(
        middle, text="label:N", color=alt.condition("datum.step == 'reached'", alt.value("white"), alt.value(INK))
    )
    below = 75 + 30 * -(-len(names) // 2)  # the axis, and the rows of the legend
    return (bars + text).properties(height=26 * frame["group"].nunique() + below)


def thin_fates(table: pd.DataFrame) -> Any:
    """Draw what becomes of all demand as one thin bar, the shares written in it, and again in the legend."""
    some = table[table["share"] > 0]
    shares = some["share"].map("{:.0%}".format)
    label = shares.where(some["share"] >= ROOM, "")
    frame = some.assign(words=some["words"] + ", " + shares, label=label, order=range(len(some)))
    scale = alt.Scale(domain=list(frame["words"]), range=[FATES[step] for step in frame["step"]])
    legend = alt.Legend(title=None, orient="bottom", columns=2, labelLimit=240)
    x = alt.X("share:Q", stack="zero", title=None, axis=None, scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart(frame).encode(order=alt.Order("order:Q"))
    tooltip = [alt.Tooltip("words:N", title="what becomes of it"), alt.Tooltip("a_month:Q", format=".1f")]
    bar = base.mark_bar(stroke="white", height=22).encode(
        x, color=alt.Color("words:N", scale=scale, legend=legend), tooltip=tooltip
    )
    text = base.mark_text(size=11).encode(
        alt.X("share:Q", stack="zero", bandPosition=0.5),
        text="label:N",
        color=alt.condition("datum.step == 'reached'", alt.value("white"), alt.value(INK)),
    )
    return (bar + text).properties(height=110).configure_view(stroke=None)


FATES = {
    "outside_shift": "#e4e4e4",
    "no_nurse": "#E69F00",
    "nurse_busy": "#F0CE7A",
    "not_appropriate": "#bdbdbd",
    "no_officer": "#D55E00",
    "car_busy": "#E8A27C",
    "shift_end": "#CC79A7",
    "too_far": "#56B4E9",
    "reached": "#0072B2",
}
"""What becomes of demand: losses of the nurse in yellows, of the car in reds and light blue, what is reached dark blue;
the order is always the same, so that it is the second cue."""


PRESENCE = {"plan": BLUE, "other service": SKY, "nobody there": GREY}
"""Who is there; every row also has its name."""


def weeks(table: pd.DataFrame) -> Any:
    """Draw the week as a strip for each ``name``: bars from ``start`` to ``end``, in hours from Monday 00:00."""
    day = f"{DAYS}[floor(datum.value / 24) % 7]"
    x = alt.X(
        "start:Q",
        title="hour of the week, a line at each midnight",
        scale=alt.Scale(domain=[0, 168], nice=False),
        axis=alt.Axis(values=list(range(0, 168, 24)), labelExpr=day, labelAlign="left", labelOverlap=False),
    )
    kinds = [kind for kind in PRESENCE if kind in set(table["kind"])]
    scale = alt.Scale(domain=kinds, range=[PRESENCE[kind] for kind in kinds])
    frame = table.assign(when=[f"{_clock(one.start)} to {_clock(one.end)}" for one in table.itertuples()])
    bars = (
        alt.Chart(frame)
        .mark_bar(height=14)
        .encode(
            x,
            alt.X2("end:Q"),
            alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=240, labelOverlap=False)),
            alt.Color("kind:N", scale=scale, legend=alt.Legend(title=None, orient="bottom")),
            tooltip=["name:N", "kind:N", alt.Tooltip("when:N")],
        )
    )
    return bars.properties(height=24 * table["name"].nunique() + 130)


def _clock(hour: float) -> str:
    """Write an hour of the week as a day and a time."""
    minute = round(hour * 60) % (7 * 24 * 60)
    return f"{DAYS[minute // 1440]} {minute // 60 % 24:02d}:{minute % 60:02d}"


STATES = {
    "better": (BLUE, "circle"),
    "worse": (VERMILION, "square"),
    "cannot tell yet": (GREY, "diamond"),
    "neither better nor worse": (INK, "triangle-up"),
}
"""Colour and shape of a difference."""


def forest(table: pd.DataFrame, unit: str = "incidents") -> Any:
    """Draw differences with their 80% intervals about zero; colour and shape tell whether each is for the better."""
    reach = max(float(table[["low", "high"]].abs().max(axis=None)), 1.0)
    scale = alt.Scale(domain=[-reach * 1.1, reach * 1.1], nice=False)
    states = [state for state in STATES if state in set(table["state"])]
    colours, shapes = ([STATES[state][cue] for state in states] for cue in (0, 1))
    legend = alt.Legend(title=None, orient="bottom", columns=2, labelLimit=240)
    colour = alt.Color("state:N", scale=alt.Scale(domain=states, range=colours), legend=legend)
    shape = alt.Shape("state:N", scale=alt.Scale(domain=states, range=shapes), legend=legend)
    frame = table.assign(label=[f"{mean:+.1f}" for mean in table["mean"]])
    base = alt.Chart(frame).encode(alt.Y("measure:N", sort=None, title=None, axis=alt.Axis(labelLimit=200)))
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="x:Q")
    bar = base.mark_rule(strokeWidth=2).encode(
        alt.X("low:Q", title=f"difference, {unit} a month", scale=scale, axis=alt.Axis(format="+.1~f")),
        alt.X2("high:Q"),
        color=colour,
    )
    dot = base.mark_point(filled=True, size=90, opacity=1).encode(
        alt.X("mean:Q", scale=scale),
        color=colour,
        shape=shape,
        tooltip=["measure:N", alt.Tooltip("mean:Q", format=".2f"), "verdict:N"],
    )
    names = base.mark_text(dy=-10, size=11, color=INK).encode(alt.X("mean:Q", scale=scale), text="label:N")
    return (zero + bar + dot + names).properties(height=32 * len(table) + 75 + 30 * -(-len(states) // 2))


def completeness(table: pd.DataFrame) -> Any:
    """Draw the share recorded of each field (``name``) as a dot on its 95% interval, the emptiest field first."""
    frame = table.assign(count=[f"{row.recorded} of {row.needed}" for row in table.itertuples()])
    order = list(frame.sort_values("share", kind="stable")["name"])
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelOverlap=False))
    x = alt.X("low:Q", title="share recorded, with its 95% interval", axis=alt.Axis(format=".0%"))
    tooltip = [
        alt.Tooltip("name:N", title="field"),
        alt.Tooltip("count:N", title="recorded"),
        alt.Tooltip("share:Q", title="share", format=".0%"),
    ]
    base = alt.Chart(frame)
    bar = base.mark_rule(color=GREY, strokeWidth=2).encode(x, y, x2="high:Q", tooltip=tooltip)
    dot = base.mark_point(filled=True, color=BLUE, size=60, opacity=1).encode(alt.X("share:Q"), y, tooltip=tooltip)
    return alt.layer(bar, dot).properties(height=18 * len(frame))
