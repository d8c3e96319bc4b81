"""What the scheme did, Outcomes: with bounds and what each rests on; referrals, persons, conditions and places."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from geo.deployment.figures import CONDITION, PLACE, figures, referral_counts
from geo.deployment.outcomes import outcome_table
from geo.deployment.reasons import NOT_RECORDED
from geo.deployment.repeats import person_table, repeat_callers
from geo.incidents.answers import OUTCOMES
from geo.shares import Share, share_of
from geo.ui import scheme_charts
from geo.ui.figures import draw
from geo.ui.readable import readable
from geo.ui.sources import Records, head, most_frequent, say_difference, side_by_side
from geo.ui.tables import under

KINDS = (CONDITION, PLACE)


def show(sources: Sequence[Records]) -> None:
    """Show outcomes, referrals, persons, conditions and kinds of place."""
    side_by_side(sources, _outcomes)
    _differences(sources)
    side_by_side(sources, _referrals)
    side_by_side(sources, _persons)
    side_by_side(sources, _kinds)


def _outcomes(one: Records) -> None:
    table = outcome_table(one.incidents)
    told = table[table["yes"] + table["no"] > 0]
    silent = table.loc[table["yes"] + table["no"] == 0, "outcome"].str.lower().tolist()
    head(f"Outcomes, with what the blanks allow (n = {len(one.incidents)})")
    if len(told):
        st.altair_chart(
            scheme_charts.shares(told, "outcome"), width="stretch", alt="Outcomes with bounds and 95% intervals"
        )
    unsaid = f" Not recorded at all, so not drawn: {', '.join(silent)}." if silent else ""
    st.caption(
        "Thick bar: what the blanks allow; thin bar: 95% interval; dot: nothing blank. None of these shows that the "
        f"scheme was the cause. 'Avoided' is officers' own account.{unsaid}"
    )
    under("Table of outcomes, with what each rests on", readable(table), f"outcomes-{one.key}")


def _differences(sources: Sequence[Records]) -> None:
    """Say whether the sources differ, for each outcome that both record."""
    if len(sources) < 2:
        return
    fields = [field for field in OUTCOMES if all((one.incidents[field] != "unknown").any() for one in sources)]
    for field in fields:
        say_difference(sources, OUTCOMES[field], partial(_share, field=field))
    if not fields:
        st.markdown("**No outcome is recorded by both sources, so nothing can be compared.**")


def _share(one: Records, field: str) -> Share:
    return share_of(one.incidents[field])


def _referrals(one: Records) -> None:
    table = referral_counts(one.incidents)
    head(f"Outcomes and referrals (n = {len(one.incidents)})")
    if table["entry"].tolist() == [NOT_RECORDED]:
        st.info("This source does not record referrals.")
        return
    drawn = most_frequent(table).assign(low=lambda rows: rows["share"], high=lambda rows: rows["share"])
    st.altair_chart(scheme_charts.shares(drawn, "entry"), width="stretch", alt="Referrals, with exact 95% intervals")
    st.caption("An incident with several counts in each, so shares may add up to more than 100%.")
    under("Table of referrals", readable(table), f"referrals-{one.key}")


def _kinds(one: Records) -> None:
    """Show conditions and kinds of place of the whole period; no place is named."""
    for figure in figures(one.incidents, demonstration=bool(one.question.project.facts.synthetic)):
        if figure.subject in KINDS:
            draw(one, figure)


def _persons(one: Records) -> None:
    head("Persons behind the incidents")
    if (one.incidents["person_key"] == "").all():
        st.info("This source does not tell persons apart.")
        return
    two, three = repeat_callers(one.incidents), repeat_callers(one.incidents, 3)
    st.markdown(f"- {two}.\n- {three}.")
    st.caption("Counts of what is on record, so there is no interval; the range is what unrecorded persons allow.")
    under("Table of persons", _with_n(person_table(one.incidents), one), f"persons-{one.key}")


def _with_n(table: pd.DataFrame, one: Records) -> pd.DataFrame:
    return readable(table.assign(n=len(one.incidents)))
