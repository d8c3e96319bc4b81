"""What the scheme did, Response: how long each stage took, and officer hours until release and given back."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from geo.deployment.staffing import officer_hours_taken
from geo.deployment.stages import LEAST_TIMED, OfficerHours, officer_hours, stage_table
from geo.ui import scheme_charts, words
from geo.ui.readable import readable_stages
from geo.ui.sources import Records, head, shifts_in_words, side_by_side
from geo.ui.tables import under


def show(sources: Sequence[Records]) -> None:
    """Show the stages as quantile bars and the officers' hours under them."""
    head("How long each stage took (minutes)")
    tables = {one.key: _with_words(stage_table(one.incidents)) for one in sources}
    longest = pd.concat(list(tables.values()))[["p75", "p90", "interval_high"]].max(axis=None)
    top = 60.0 if pd.isna(longest) else max(float(longest) * 1.05, 10.0)
    side_by_side(sources, lambda one: _stages(one, tables[one.key], top))
    _say_stages(sources, tables)
    head("Officers: what the scheme took, and what it gave back")
    _taken(sources[0])
    side_by_side(sources, _officers)


def _with_words(table: pd.DataFrame) -> pd.DataFrame:
    few = [
        f"{timed} timed of {n}: too few" if timed < LEAST_TIMED else ""
        for timed, n in zip(table["timed"], table["n"], strict=True)
    ]
    return table.assign(few=few)


def _stages(one: Records, table: pd.DataFrame, top: float) -> None:
    named = table.assign(stage=table["stage"] + [f" (n = {timed})" for timed in table["timed"]])
    st.altair_chart(scheme_charts.stages(named, top), width="stretch", alt="Minutes by stage, as quantiles")
    negative, missing = int(table["negative"].sum()), int(table["missing"].sum())
    st.caption(
        "Line: 10th to 90th percentile; light bar: middle half; tick: median; dark bar: its 95% interval. "
        f"Left out: {words.count(missing, 'interval')} with a time not recorded, {negative} that end before they "
        f"begin. Below {LEAST_TIMED} timed there is no figure."
    )
    under("Table of stages", readable_stages(table.drop(columns="few")), f"stages-{one.key}")


def _say_stages(sources: Sequence[Records], tables: dict[str, pd.DataFrame]) -> None:
    """Say which medians differ between two sources: those whose intervals lie apart."""
    if len(sources) < 2:
        return
    first, second = (tables[one.key].set_index("stage") for one in sources)
    told = first["median"].notna() & second["median"].notna()
    apart = (first["interval_low"] > second["interval_high"]) | (first["interval_high"] < second["interval_low"])
    differ = [
        f"{stage} ({first.loc[stage, 'median']:.0f} and {second.loc[stage, 'median']:.0f} minutes)"
        for stage in first.index[told & apart]
    ]
    silent = int((~told).sum())
    said = f"differ for {', '.join(differ)}" if differ else "cannot be told apart in any stage"
    rest = f"; {silent} of {len(told)} stages are not timed by both" if silent else ""
    st.markdown(f"**The medians of the two sources {said}{rest}.**")


def _taken(one: Records) -> None:
    """Say what the shifts cost in officer hours; the log is the same for every source."""
    if one.shifts.empty:
        return
    low, high = officer_hours_taken(one.shifts)
    span = words.thousands(round(low)) + ("" if round(low) == round(high) else f" to {words.thousands(round(high))}")
    st.markdown(
        f"- Crewing the car took {span} officer hours ({shifts_in_words(one.shifts)}, one officer a car assumed)."
    )


def _officers(one: Records) -> None:
    found = officer_hours(one.incidents)
    if not found.complete:
        st.info(
            f"Nothing can be said of officer hours: of {words.count(found.n, 'incident')} with the car or advice, none "
            "has the officers at the scene, the nurse's arrival or advice, and the time of their release."
        )
        return
    st.markdown(_officers_in_words(found))
    st.caption(
        "Officers times minutes. 'Given back' is from the officers' release until the incident was cleared; nobody "
        "knows when they would have been released without the nurse, so it is not the scheme's effect."
    )
    under("Table of officer hours", _officer_table(found), f"officers-{one.key}")


def _officers_in_words(found: OfficerHours) -> str:
    low, high = found.interval
    median = f"{found.median:.0f} minutes (95% interval {low:.0f}-{high:.0f})" if low == low else "too few to say"
    return (
        f"- From the nurse's arrival or advice to the officers' release: median {median}.\n"
        f"- Until release: at least {found.until_release:.0f} officer hours. Given back after it: at least "
        f"{found.given_back:.0f} officer hours (n = {found.complete} of {found.n} incidents recorded in full).\n"
        f"- Both together at most {found.at_most:.0f} officer hours; for {words.count(found.unbounded, 'incident')} "
        "nothing recorded bounds them."
    )


def _officer_table(found: OfficerHours) -> pd.DataFrame:
    low, high = found.interval
    rows = {
        "incidents with the car or advice": found.n,
        "recorded in full": found.complete,
        "officer hours until release, at least": found.until_release,
        "officer hours given back, at least": found.given_back,
        "both together, at most": found.at_most,
        "incidents that nothing bounds": found.unbounded,
        "median minutes to release": found.median,
        "its 95% interval from": low,
        "its 95% interval to": high,
    }
    return pd.DataFrame({"figure": list(rows), "value": [round(float(value), 1) for value in rows.values()]})
