"""Other services' hours beside plans: the week of each as a strip, and what plans miss in the hours of others."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from geo.scenarios.beside import Beside, ServiceWeek, beside
from geo.scenarios.evaluate import Outcome
from geo.ui import charts, tables, words
from geo.ui.answers import Question

NOBODY = "nobody there"
NONE = (
    "Other services' hours can stand beside the plan: bring crisis cafés, liaison, places of safety and advice lines "
    "in on the page Data, *Layers and places*."
)
OPEN = "Open is not the same as taking the person: the shares are the most that a service could catch."


def show(question: Question, outcomes: Sequence[Outcome]) -> None:
    """Show the weeks of plans and services, in sentences, as strips and as a table."""
    found = [beside(outcome, question.project.facilities.facilities) for outcome in outcomes]
    if not found[0].services:
        st.caption(f"{NONE} {words.plain(found[0].doubt)}")
        return
    st.markdown("**Other services' hours beside the plan" + ("s**" if len(found) > 1 else "**"))
    said = [words.plain(one.sentence) for one in found]
    st.markdown(said[0] if len(said) == 1 else "\n".join(f"- {one}" for one in said))
    st.altair_chart(charts.weeks(_strips(found)), width="stretch", alt="When plans are crewed and services are open")
    st.caption(f"{OPEN} {words.plain(found[0].doubt)}")
    tables.under("Table of services beside the plan", _table(found), "services-beside")


def _strips(found: Sequence[Beside]) -> pd.DataFrame:
    """Give a row for each stretch of the week: who (``name``), as what (``kind``), ``start`` and ``end`` in hours."""
    rows = []
    for one in found:
        name = one.outcome.scenario.name
        rows += [(name, "plan", *window) for window in one.plan]
        rows += [(f"{NOBODY}: {name}" if len(found) > 1 else NOBODY, NOBODY, *window) for window in one.nobody]
    for service in found[0].services[:-1]:
        rows += [(service.name, "other service", *window) for window in service.windows]
    return pd.DataFrame(rows, columns=["name", "kind", "start", "end"])


def _table(found: Sequence[Beside]) -> pd.DataFrame:
    return pd.DataFrame([_row(one, service) for one in found for service in one.services])


def _row(one: Beside, service: ServiceWeek) -> dict[str, object]:
    low, high = np.quantile(service.share, [0.1, 0.9])
    return {
        "plan": one.outcome.scenario.name,
        "service": service.name,
        "open, hours a week": round(service.open_hours, 1),
        "of these the plan is crewed": round(service.with_plan, 1),
        "neither, hours a week": round(service.neither, 1),
        f"missed while open, {one.outcome.unit} a month": round(float(service.missed.mean()), 1),
        "share of all missed": "nothing missed"
        if np.isnan(low)
        else f"{service.share.mean():.0%} ({low:.0%}-{high:.0%})",
    }
