"""Quality: what the records leave out, what each blank costs, and the template that leaves less out."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from geo.incidents.quality import FIELD_WORDS, QualityReport, quality_report
from geo.incidents.template import template_bytes
from geo.release.cells import as_csv
from geo.store.project import Project
from geo.ui import charts, words
from geo.ui.answers import Question
from geo.ui.tables import under

FIRST_SENTENCES = 6


def show(question: Question) -> None:
    """Show the step."""
    project = question.project
    if project.ledger().empty:
        st.info("Nothing was imported yet. Bring files in with the step Upload.")
        return
    report = _report(project, question.version)
    st.markdown(_bullets(report.sentences[:FIRST_SENTENCES]))
    if others := report.sentences[FIRST_SENTENCES:]:
        with st.expander(f"More: {words.count(len(others), 'finding')}"):
            st.markdown(_bullets(others))
    _take_away(project, report)
    _completeness(report.completeness)
    _more(report)


def _bullets(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {words.plain(sentence)}" for sentence in sentences)


@st.cache_resource(show_spinner="Checking the records …", max_entries=4, scope="session")
def _report(project: Project, version: str) -> QualityReport:  # noqa: ARG001 - the version is the key
    """Make the report; read-only."""
    return quality_report(project.incidents(), project.shifts(), project.ledger(), project.doubts(), project.left_out())


def _take_away(project: Project, report: QualityReport) -> None:
    """Offer the report as a table, and the recording template."""
    table, template, _ = st.columns([1.2, 1.7, 2])
    table.download_button(
        "Download the report (CSV)",
        lambda: as_csv(report.table()),
        "triage-map-quality-working-copy.csv",
        "text/csv",
        on_click="ignore",
        help="Every figure of this page, one a row, with its interval.",
    )
    template.download_button(
        "Download the recording template (XLSX)",
        lambda: template_bytes(pd.DataFrame(project.incidents())),
        "triage-map-recording-template.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        on_click="ignore",
        help="One entry an incident, prefilled from the control room's extract, with lists and checks. "
        "Initials in its first column make a prefilled row a record of the team. "
        "It holds incidents: keep it inside the team.",
    )


def _completeness(table: pd.DataFrame) -> None:
    """Show how much of each field is recorded, by source, with its interval."""
    st.markdown("##### How complete is each field?")
    sources = [name for name in words.SOURCES if name in set(table["source"])]
    if not sources:
        st.caption("No extract of incidents was imported yet, so there is no field to look at.")
        return
    for tab, source in zip(st.tabs([words.SOURCES[name] for name in sources]), sources, strict=True):
        mine = table[(table["source"] == source) & (table["needed"] > 0)]
        with tab:
            named = mine.assign(name=[FIELD_WORDS.get(field, field.replace("_", " ")) for field in mine["field"]])
            st.altair_chart(charts.completeness(named), width="stretch")
            with st.expander("As a table"):
                st.dataframe(mine.drop(columns=["source", "group"]), hide_index=True, width="stretch")


def _more(report: QualityReport) -> None:
    """Show the other tables, folded."""
    shown = {
        "What each blank costs": report.costs,
        "Shares that blanks leave open": report.shares,
        "By week": report.by_week,
        "By shift": report.by_shift,
        "Change since the last import": report.changes,
        "Days without any record, in round-the-clock sources": report.round_the_clock,
        "Entries read with doubt, rows left out": report.entries,
    }
    for title, table in shown.items():
        under(f"{title}: {words.count(len(table), 'row')}", table, f"quality-{'-'.join(title.split()[:3]).lower()}")
