"""
Altair charts of what the scheme did: bounds as thick bars, 95% intervals as thin ones, a second cue to every colour.

Where two sources stand side by side each chart is given the scale of both.
"""

import json
from typing import Any

import altair as alt
import pandas as pd

from geo.layers.palette import BLUES
from geo.ui.charts import BLUE, GREY, INK, MODE_MARKS, MODES, ORANGE, SKY, VERMILION

MAUVE = "#A05080"
"""Dark enough for a white sign on it."""

STATES = {
    "staffed": ("● fully staffed", BLUE, "●"),
    "half": ("◐ half staffed", ORANGE, "◐"),
    "unstaffed": ("○ not staffed", VERMILION, "○"),
    "short": ("▽ not fully, the rest not recorded", MAUVE, "▽"),
    "unknown": ("? not recorded", GREY, "?"),
}
DEPLOYED = {"yes": ("car deployed", BLUE), "no": ("not deployed", BLUES[0]), "unknown": ("not recorded", GREY)}
"""Dark, light and middle, so that they differ in grey as well."""

PERCENT = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
SHARE = alt.Scale(domain=[0, 1])
ROWS = {"all": "all incidents"} | MODES
"""The rows of the chart of contact modes, from the top."""

ROW_FILLED = 0.9
"""Which part of a row its highest bar fills."""

ROW = 27
"""Pixels a row of a chart is high."""

NO_RULES = pd.DataFrame({"date": pd.Series(dtype="datetime64[us]"), "words": pd.Series(dtype="str")})
"""No date to be marked on a time axis."""

_UPRIGHT = alt.Axis(labelAngle=0, labelOverlap=True)


def staffing_strip(strip: pd.DataFrame) -> Any:
    """
    Draw one small cell a night: staffed, half, unstaffed or unknown, with the cause on hover.

    Several cars on one night stand in rows of their own, by ``car``.
    """
    month = strip["date"].dt.strftime("%b %Y")
    row = month + " \u00b7 " + strip["car"] if strip["date"].duplicated().any() else month
    frame = strip.assign(
        state_words=strip["state"].map(lambda state: STATES[state][0]),
        symbol=strip["state"].map(lambda state: STATES[state][2]),
        month=row,
        day=strip["date"].dt.day,
        night=strip["date"].dt.strftime("%a %d %b %Y"),
        cause=strip["unstaffed_cause"].mask(strip["unstaffed_cause"] == "", "none recorded"),
    )
    months = list(frame.sort_values(["date", "month"])["month"].unique())
    seen = [marks for state, marks in STATES.items() if state in set(strip["state"])]
    colours = alt.Scale(domain=[words for words, _, _ in seen], range=[colour for _, colour, _ in seen])
    base = alt.Chart(frame).encode(
        alt.X("day:O", title="night of the month", axis=alt.Axis(labelAngle=0, values=[1, 5, 10, 15, 20, 25, 30])),
        alt.Y("month:O", title=None, sort=months, axis=alt.Axis(labelOverlap=False)),
        tooltip=[alt.Tooltip("night:N"), alt.Tooltip("state_words:N", title="crew"), alt.Tooltip("cause:N")],
    )
    legend = alt.Legend(title=None, orient="top", columns=3, labelLimit=220)
    cells = base.mark_rect(stroke="white").encode(color=alt.Color("state_words:N", scale=colours, legend=legend))
    symbols = base.mark_text(size=9, color="white").encode(text="symbol:N")
    return (cells + symbols).properties(height=20 * len(months) + 110).configure_view(stroke=None)


def modes(table: pd.DataFrame, weeks: list[pd.Timestamp], top: float) -> Any:
    """
    Draw contact modes by week, a row for each mode and one for all of them, so that no colour is needed to read it.

    ``weeks`` are the axis; a row is as high as ``top`` incidents a week.
    """
    totals = table.groupby("week", as_index=False)["incidents"].sum().assign(contact_mode="all")
    every = pd.concat([totals, table], ignore_index=True)
    foot = every["contact_mode"].map(list(ROWS)[::-1].index)
    frame = every.assign(
        mode=every["contact_mode"].map(ROWS), foot=foot, head=foot + ROW_FILLED * every["incidents"] / max(top, 1)
    )
    ticks = [week.isoformat() for week in weeks[:: -(-len(weeks) // 5) or 1]]
    days = [weeks[0] - pd.Timedelta(days=4), weeks[-1] + pd.Timedelta(days=4)]
    colours = alt.Scale(domain=list(ROWS.values()), range=[INK, *(mark.colour for mark in MODE_MARKS.values())])
    scale = alt.Scale(domain=[0, len(ROWS)], nice=False)
    span = max(int((weeks[-1] - weeks[0]).days / 7) + 1, 1)
    bars = (
        alt.Chart(frame)
        .mark_bar(size=max(3.0, min(40.0, 300 / span)))
        .encode(
            alt.X("week:T", title="week beginning", axis=alt.Axis(format="%d %b %Y", values=ticks), scale=_over(days)),
            alt.Y("foot:Q", title=None, axis=_row_names(), scale=scale),
            alt.Y2("head:Q"),
            color=alt.Color("mode:N", scale=colours, legend=None),
            tooltip=[
                alt.Tooltip("week:T", title="week", format="%d %b %Y"),
                alt.Tooltip("mode:N"),
                alt.Tooltip("incidents:Q"),
            ],
        )
    )
    feet = alt.Chart(pd.DataFrame({"foot": range(len(ROWS))})).mark_rule(color="#d9d9d9")
    return (feet.encode(alt.Y("foot:Q", scale=scale)) + bars).properties(height=330)


def _row_names() -> alt.Axis:
    """Write the name of each row at its middle."""
    names = json.dumps(list(ROWS.values())[::-1])
    middles = [foot + ROW_FILLED / 2 for foot in range(len(ROWS))]
    return alt.Axis(values=middles, labelExpr=f"{names}[floor(datum.value)]", grid=False, ticks=False, labelLimit=150)


def _over(days: list[pd.Timestamp]) -> alt.Scale:
    return alt.Scale(domain=[day.isoformat() for day in days])


def _up_to(top: float) -> alt.Scale:
    return alt.Scale(domain=[0, max(top, 1)])


def hours(table: pd.DataFrame, shown: list[int], top: float) -> Any:
    """Draw incidents by hour of the day, in the order of ``shown``, those to which the car was deployed at the foot."""
    order = list(DEPLOYED)
    frame = table[table["hour"].isin(shown)].assign(
        clock=lambda rows: rows["hour"].map("{:02d}:00".format),
        car=table["deployed"].map(lambda answer: DEPLOYED[answer][0]),
        order=table["deployed"].map(order.index),
    )
    colours = alt.Scale(domain=[words for words, _ in DEPLOYED.values()], range=[tint for _, tint in DEPLOYED.values()])
    return (
        alt.Chart(frame)
        .mark_bar(stroke="white", strokeWidth=0.5)
        .encode(
            alt.X("clock:O", title="hour of the call", sort=[f"{hour:02d}:00" for hour in shown], axis=_UPRIGHT),
            alt.Y("incidents:Q", title="incidents", axis=alt.Axis(tickMinStep=1), scale=_up_to(top)),
            color=alt.Color("car:N", scale=colours, legend=alt.Legend(title=None, orient="top", columns=3)),
            order="order:Q",
            tooltip=[alt.Tooltip("clock:O", title="from"), alt.Tooltip("car:N"), alt.Tooltip("incidents:Q")],
        )
        .properties(height=280)
    )


def shares(table: pd.DataFrame, label: str, title: str = "share of incidents", *, head: str = "") -> Any:
    """
    Draw shares with their bounds as a thick bar and the 95% interval as a thin one; a dot where nothing is blank.

    ``label`` is the column of words; ``low`` and ``high`` the bounds, ``interval_low`` and ``interval_high`` the
    interval, ``n`` of how many. ``head`` is written above the picture, on it.
    """
    axis = alt.Axis(labelLimit=230, labelOverlap=False)
    base = alt.Chart(table).encode(alt.Y(f"{label}:N", sort=None, title=None, axis=axis), tooltip=_share_tooltip(label))
    thin = base.mark_rule(color=INK, strokeWidth=1).encode(
        alt.X("interval_low:Q", title=title, axis=PERCENT, scale=SHARE), alt.X2("interval_high:Q")
    )
    thick = base.mark_bar(color=SKY, height=9).encode(alt.X("low:Q", scale=SHARE), alt.X2("high:Q"))
    known = base.transform_filter("datum.low == datum.high")
    dot = known.mark_point(color=BLUE, filled=True, size=55, opacity=1).encode(alt.X("low:Q", scale=SHARE))
    return (thick + thin + dot).properties(height=ROW * len(table) + (130 if head else 92), **_titled(head))


def _titled(head: str) -> dict[str, Any]:
    return {"title": alt.TitleParams(head, fontSize=11, fontWeight="normal", anchor="start")} if head else {}


def _share_tooltip(label: str) -> list[alt.Tooltip]:
    percents = {"low": "at least", "high": "at most", "interval_low": "95% from", "interval_high": "95% to"}
    return [
        alt.Tooltip(f"{label}:N", title="what"),
        *(alt.Tooltip(f"{name}:Q", title=words, format=".0%") for name, words in percents.items()),
        alt.Tooltip("n:Q", title="n"),
    ]


def over_time(
    table: pd.DataFrame,
    begins: str,
    titles: tuple[str, str],
    span: list[pd.Timestamp],
    top: float,
    rules: pd.DataFrame = NO_RULES,
) -> Any:
    """
    Draw shares period by period: bounds as a thick bar, the 95% interval as a thin one, policy dates as rules.

    ``begins`` names the column of each period's first day; ``titles`` are those of the axes; ``span`` is the first and
    last day of the axis; ``rules`` has ``date`` and ``words``.
    """
    format_ = "%d %b %Y" if (span[1] - span[0]).days < 120 else "%b %Y"
    pad = pd.Timedelta(days=max((span[1] - span[0]).days // 30, 3))
    scale = _over([span[0] - pad, span[1] + pad])
    dates = sorted(table[begins].unique())
    ticks = [pd.Timestamp(day).isoformat() for day in dates[:: -(-len(dates) // 6) or 1]]
    x = alt.X(f"{begins}:T", title=titles[0], axis=alt.Axis(format=format_, values=ticks), scale=scale)
    y = alt.Scale(domain=[0, top])
    axis = alt.Axis(format="%", tickCount=5)
    base = alt.Chart(table).encode(x, tooltip=_over_time_tooltip(begins, format_))
    thin = base.mark_rule(color=INK, strokeWidth=1, clip=True).encode(
        alt.Y("interval_low:Q", title=titles[1], axis=axis, scale=y), alt.Y2("interval_high:Q")
    )
    width = max(3.0, min(14.0, 250 / max(len(table), 1)))
    thick = base.mark_bar(color=SKY, size=width, clip=True).encode(alt.Y("low:Q", scale=y), alt.Y2("high:Q"))
    dot = base.transform_filter("datum.low == datum.high").mark_point(color=BLUE, filled=True, size=45, opacity=1)
    drawn = thick + thin + dot.encode(alt.Y("low:Q", scale=y))
    if len(rules):
        on = alt.Chart(rules).encode(alt.X("date:T", scale=scale), tooltip=["words:N"])
        said = on.mark_text(align="right", dx=-5, fontSize=10, color=INK, limit=320).encode(
            text="words:N", y=alt.value(6)
        )
        drawn = drawn + on.mark_rule(strokeDash=[4, 3], color=INK) + said
    return drawn.properties(height=260)


def _over_time_tooltip(begins: str, format_: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{begins}:T", title="from", format=format_), *_share_tooltip(begins)[1:5]]


def stages(table: pd.DataFrame, top: float) -> Any:
    """
    Draw each stage's quantiles: 10th to 90th percentile thin, 25th to 75th thick, the median with its 95% interval.

    Stages with too few times have words in place of a bar.
    """
    base = alt.Chart(table).encode(
        alt.Y("stage:N", sort=None, title=None, axis=alt.Axis(labelLimit=230)), tooltip=_stage_tooltip()
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    told = base.transform_filter("isValid(datum.median)")
    tails = told.mark_rule(color=INK, strokeWidth=1).encode(
        alt.X("p10:Q", title="minutes", axis=alt.Axis(tickCount=8, tickMinStep=1), scale=scale), alt.X2("p90:Q")
    )
    middle = told.mark_bar(color=SKY, height=14).encode(alt.X("p25:Q", scale=scale), alt.X2("p75:Q"))
    doubt = told.mark_bar(color=BLUE, height=5).encode(alt.X("interval_low:Q", scale=scale), alt.X2("interval_high:Q"))
    median = told.mark_tick(color=INK, thickness=2.5, height=20).encode(alt.X("median:Q", scale=scale))
    few = base.transform_filter("!isValid(datum.median)").mark_text(align="left", color="#595959", fontSize=12)
    return (tails + middle + doubt + median + few.encode(x=alt.value(6), text="few:N")).properties(
        height=36 * len(table) + 92
    )


def _stage_tooltip() -> list[alt.Tooltip]:
    minutes = {
        "median": "median", "interval_low": "its 95% from", "interval_high": "to", "p10": "10th", "p25": "25th",
        "p75": "75th", "p90": "90th percentile",
    }  # fmt: skip
    return [
        alt.Tooltip("stage:N"),
        *(alt.Tooltip(f"{name}:Q", title=words, format=".0f") for name, words in minutes.items()),
        alt.Tooltip("timed:Q", title="timed"),
        alt.Tooltip("missing:Q", title="not recorded"),
        alt.Tooltip("negative:Q", title="end before beginning"),
    ]
