"""What the scheme did, Figures: the subjects that the evaluation charted, each with what its values rest on."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from geo.deployment.figures import Figure, figures
from geo.deployment.reasons import NOT_RECORDED
from geo.incidents.demonstration import published_weeks
from geo.ui import scheme_charts, words
from geo.ui.readable import readable
from geo.ui.sources import Records, most_frequent, say_difference, side_by_side
from geo.ui.tables import under

ABOUT = (
    "The subjects that the evaluation of Operation Alloy charted (its figures 1 to 6), named by what they show. Of its "
    "values one is published: 6 of 19 incidents were formally assessed, 1 of the 6 by telephone."
)


def show(sources: Sequence[Records]) -> None:
    """Show the six figures, of the two published weeks where the demonstration's period holds them."""
    st.caption(ABOUT)
    drawn = {one.key: _figures(one) for one in sources}
    if len(sources) > 1:
        for place in range(len(drawn[sources[0].key])):
            side_by_side(sources, partial(_numbered, drawn=drawn, place=place), counted=False)
            _say_difference(sources, [drawn[one.key][place] for one in sources])
        return
    left, right = st.columns(2)
    for place, figure in enumerate(drawn[sources[0].key]):
        with (left, right)[place % 2]:
            draw(sources[0], figure)


def _numbered(one: Records, drawn: Mapping[str, Sequence[Figure]], place: int) -> None:
    draw(one, drawn[one.key][place])


def _say_difference(sources: Sequence[Records], pair: Sequence[Figure]) -> None:
    """Say whether the entry that is most frequent in the first source's figure has another share in the second's."""
    entry = next((entry for entry in pair[0].table["entry"] if entry != NOT_RECORDED), None)
    if entry is not None and all(figure.is_recorded for figure in pair):
        shares = dict(zip((one.key for one in sources), (figure.share_of(entry) for figure in pair), strict=True))
        say_difference(sources, f"{pair[0].subject}, '{words.plain(entry)}'", lambda one: shares[one.key])


def _figures(one: Records) -> tuple[Figure, ...]:
    """Draw up the figures: a demonstration's of the published weeks alone, a project's of its whole period."""
    synthetic = bool(one.question.project.facts.synthetic)
    days = pd.to_datetime(published_weeks()["date"].unique())
    weeks = one.dated[one.dated["day"].isin(days)]
    mine = weeks if synthetic and len(weeks) else one.dated
    return figures(mine, demonstration=synthetic)


def draw(one: Records, figure: Figure) -> None:
    """Draw one figure with what it rests on, and its table under it."""
    table = figure.table
    n = int(table["n"].max()) if len(table) else 0
    st.markdown(f"###### {figure.subject} (n = {n})")
    if not figure.is_recorded:
        st.info("This source does not record it.")
        return
    shown = most_frequent(table)
    named = shown.assign(
        entry=[f"{entry}: {count}" for entry, count in zip(shown["entry"], shown["incidents"], strict=True)],
        low=shown["share"],
        high=shown["share"],
    )
    head = figure.evidence + ("; an incident may count in several" if figure.several else "")
    drawn = scheme_charts.shares(named, "entry", head=head)
    st.altair_chart(drawn, width="stretch", alt=f"{figure.subject}: {figure.evidence}")
    under(f"Table: {figure.subject.lower()}", readable(table), f"figure-{_name(figure)}-{one.key}")


def _name(figure: Figure) -> str:
    return "-".join(figure.subject.lower().replace(",", "").split())
