"""Match: which records of two sources are the same incident, proposed, settled by a person, never merged."""

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from geo.incidents.reconcile import Matches, propose_matches, reconcile
from geo.store.project import Project
from geo.ui import words
from geo.ui.answers import Question
from geo.ui.frame import say
from geo.ui.lists import a_few

FIRST_SENTENCES = 3
SHARES = {
    name: st.column_config.NumberColumn(title, format="percent")
    for name, title in {"low": "share missed, at least", "high": "at most"}.items()
}
VERDICTS = {"": "later", "same": "the same incident", "different": "different incidents"}


def show(question: Question) -> None:
    """Show the step."""
    present = list(question.project.ledger()["source"].unique())
    sources = [name for name in words.SOURCES if name in present]
    if len(sources) < 2:
        st.info("Matching needs two sources, such as the mental-health team's log and the control room's extract.")
        return
    left, right = st.columns(2)
    one = left.selectbox("First source", sources, format_func=words.SOURCES.__getitem__, key="match-first")
    others = [name for name in sources if name != one]
    two = right.selectbox("Second source", others, format_func=words.SOURCES.__getitem__, key="match-second")
    first, second, matches = _matched(question.project, question.version, one, two)
    found = reconcile(first, second, matches)
    for sentence in found.sentences[:FIRST_SENTENCES]:
        st.markdown(words.plain(sentence))
    _review(question, first, second, matches.pairs[matches.pairs["band"] == "review"])
    with st.expander(f"Pairs taken for the same incident: {int((matches.pairs['band'] == 'match').sum())}"):
        st.dataframe(matches.pairs[matches.pairs["band"] == "match"], hide_index=True, width="stretch")
    with st.expander("What each source misses, by hour, weekday and district"):
        named = found.missed.replace({"holds": words.SOURCES, "lacks": words.SOURCES})
        st.dataframe(named, hide_index=True, width="stretch", column_config=SHARES)
    with st.expander("What the two records of a pair have recorded, field by field"):
        st.dataframe(found.fields, hide_index=True, width="stretch")
    with st.expander("How many incidents are there in all? How sure are we?"):
        for sentence in found.sentences[FIRST_SENTENCES:]:
            st.markdown(words.plain(sentence))


@st.cache_resource(show_spinner="Comparing the two sources …", max_entries=4, scope="session")
def _matched(
    project: Project,
    version: str,  # noqa: ARG001 - the version is the key
    one: str,
    two: str,
) -> tuple[pd.DataFrame, pd.DataFrame, Matches]:
    """Propose the pairs of two sources; read-only."""
    incidents = pd.DataFrame(project.incidents())
    first, second = (incidents[incidents["source"] == source] for source in (one, two))
    return first, second, propose_matches(first, second, project.decisions(), project.shifts())


def _review(question: Question, first: pd.DataFrame, second: pd.DataFrame, pairs: pd.DataFrame) -> None:
    """Show the pairs that a person must settle, each record beside the other."""
    st.markdown(f"##### To settle: {words.count(len(pairs), 'pair')}")
    if pairs.empty:
        st.caption("None.")
        return
    ones, twos = first.set_index("incident_id"), second.set_index("incident_id")
    with st.form("review", border=False):
        settled = []
        for pair in a_few(pairs.to_dict("records"), "pairs", "review"):
            verdict = _ask_verdict(pair, ones.loc[pair["first_id"]], twos.loc[pair["second_id"]])
            settled.extend([(pair["first_id"], pair["second_id"], verdict)] if verdict else [])
        if st.form_submit_button("Save the decisions", type="primary") and settled:
            question.project.settle(settled)
            say(f"{words.count(len(settled), 'pair')} settled.")


def _ask_verdict(pair: dict[Hashable, Any], one: pd.Series, two: pd.Series) -> str:
    """Show one pair and ask what it is."""
    left, right, why, ask = st.columns([2, 2, 2, 2.2], vertical_alignment="center")
    left.markdown(_record(one))
    right.markdown(_record(two))
    why.caption(words.plain(pair["because"]))
    verdict = ask.radio(
        words.label(f"Are {pair['first_id']} and {pair['second_id']} the same?"),
        list(VERDICTS),
        format_func=VERDICTS.__getitem__,
        key=f"verdict-{pair['first_id']}-{pair['second_id']}",
        label_visibility="collapsed",
    )
    return str(verdict or "")


def _record(record: pd.Series) -> str:
    """Say one record in two short lines."""
    at, on = record["received_at"], record["received_on"]
    when = "no date" if pd.isna(on) else words.day(on) if pd.isna(at) else f"{words.day(at)} {at:%H:%M}"
    where = record["postcode"] or record["location"] or "no place"
    kind = record["incident_type"] or "type not recorded"
    return f"{when}, {words.plain(where)}  \n:gray[{words.plain(kind)}, row {record['row']}]"
