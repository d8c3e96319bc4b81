"""The plans that the project keeps: opened, held against the plan above, shared, renamed, copied, removed."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import pandas as pd
import streamlit as st

from geo.scenarios.presets import scheme_of
from geo.scenarios.scenario import Scenario
from geo.store.plans import LONGEST_NAME, SEPARATOR
from geo.ui import plan, words
from geo.ui.answers import Question
from geo.ui.frame import Links, say

MOST_OTHERS = 5
PAGES = ("Overview", "Where and when", "What the scheme did", "Coverage", "Compare")
NO_RECORDS = (
    "The address of every page is its link: it holds the question, the plan and what was changed in it, and a stamp of "
    "the project's data; no record and no folder. Whoever opens it needs this project, or a copy of it, on their own "
    "machine; where the data are others by then, the page says so."
)
NOTHING_KEPT = (
    "This part will list the plans that you keep. Change the scenario at the top of the page and press 'Keep' in its "
    "form, or keep one that was found on the page Search."
)


def show(question: Question, links: Links) -> None:
    """Show the plans that are kept, and what can be done with one."""
    kept = {name: one for name, one in plan.plans(question).items() if name in question.project.scenarios()}
    if not kept:
        st.info(NOTHING_KEPT)
        return
    st.dataframe(_table(kept, question.project.kept_at()), hide_index=True, width="stretch")
    name = str(st.selectbox("Plan", list(kept), key="kept-plan"))
    opened, against = st.columns(2)
    if opened.button("Open it", width="stretch", on_click=_open, args=(name,)):
        st.switch_page(links["Coverage"])
    if against.button("Hold it against the plan above", width="stretch", on_click=_hold, args=(name,)):
        st.switch_page(links["Compare"])
    _change(question, name)


def _table(kept: Mapping[str, Scenario], at: pd.Series) -> pd.DataFrame:
    times = pd.to_datetime(at.reindex(list(kept)), format="ISO8601").dt.strftime("%d %b %Y %H:%M").fillna("not known")
    return pd.DataFrame(
        {
            "plan": list(kept),
            "base": [", ".join(base.postcode or base.name for base in one.bases) for one in kept.values()],
            "shifts": [one.pattern.text for one in kept.values()],
            "cars": [one.cars for one in kept.values()],
            "standard (minutes)": [one.standard.minutes for one in kept.values()],
            "kept at (UTC)": times.to_list(),
        }
    )


def _change(question: Question, name: str) -> None:
    """Ask for another name, under which the plan is kept instead, or as well; or remove it."""
    project = question.project
    named, renamed, copied = st.columns([2, 1, 1], vertical_alignment="bottom")
    other = named.text_input("Another name", max_chars=LONGEST_NAME, key="kept-other").strip()
    if renamed.button("Rename", width="stretch", disabled=not other):
        project.rename_scenario(name, other)
        _follow(question, name, other)
        say(f"{name} is now called {other}.")
    if copied.button("Keep a copy", width="stretch", disabled=not other):
        project.copy_scenario(name, other)
        say(f"{name} is kept as {other} too.")
    sure, removed = st.columns([3, 1], vertical_alignment="center")
    certain = sure.checkbox(f"Yes, remove {words.plain(name)} for good", key=f"kept-sure-{name}")
    if removed.button("Remove", width="stretch", disabled=not certain):
        project.remove_scenario(name)
        _follow(question, name, "")
        say(f"{name} was removed.")


def _open(name: str) -> None:
    """Let the scenario at the top of the page be this plan, unchanged."""
    plan.begin_anew()
    st.session_state["plan"] = name


def _hold(name: str) -> None:
    """Put the plan first among those that Compare holds against the one above."""
    others = [one for one in str(st.session_state["others"]).split(SEPARATOR) if one not in {"", name}]
    st.session_state["others"] = SEPARATOR.join([name, *others][:MOST_OTHERS])
    st.session_state.pop("compared", None)


def _follow(question: Question, name: str, other: str) -> None:
    """Let what this session holds of a plan follow it to its other name; where it has none, the first plan is shown."""
    if st.session_state["plan"] == name:
        st.session_state["next-plan"] = other or scheme_of(question.project.facts.county)
    others = (other if one == name else one for one in str(st.session_state["others"]).split(SEPARATOR))
    st.session_state["others"] = SEPARATOR.join(filter(None, others))
    st.session_state.pop("compared", None)


def share(links: Links) -> None:
    """Show the link of a page as it stands now, to be copied."""
    st.caption(NO_RECORDS)
    title = st.selectbox("Page to link to", PAGES, key="share-page")
    st.markdown("**Link to this view**")
    st.code(address(str(st.context.url or ""), links[title].url_path, st.query_params.to_dict()), language=None)


def address(here: str, page: str, parameters: Mapping[str, str]) -> str:
    """
    Write the link of a page of this app, with the question, the plan and the stamp that stand in the address now.

    Examples
    --------
    >>> address("http://127.0.0.1:8501/project", "compare", {"part": "Share", "plan": "Late shift", "made": "x"})
    'http://127.0.0.1:8501/compare?plan=Late%20shift&made=x'
    """
    kept = {key: value for key, value in parameters.items() if key != "part"}
    root = here.split("?")[0].removesuffix("/").removesuffix("/project")
    return f"{root}/{page}?{urlencode(kept, quote_via=quote)}"
