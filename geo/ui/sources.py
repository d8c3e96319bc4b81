"""The records of one source, or of two side by side: what every part of the page 'What the scheme did' is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import streamlit as st

from geo.deployment.trends import difference
from geo.incidents.days import with_days
from geo.shares import Share
from geo.ui import answers, words
from geo.ui.answers import Question

ROOM = 12
"""Entries of a text field that a picture shows; the table under it holds all."""


@dataclass(frozen=True, eq=False)
class Records:
    """The incidents of one source and the shifts, within the period that the question asks for."""

    question: Question
    incidents: pd.DataFrame
    shifts: pd.DataFrame

    @property
    def key(self) -> str:
        """The source's own name, for keys and file names."""
        return self.question.selection.source

    @property
    def words(self) -> str:
        """The source in words."""
        return words.SOURCES[self.key]

    @cached_property
    def dated(self) -> pd.DataFrame:
        """The incidents with the day each belongs to."""
        return with_days(self.incidents, self.shifts)


def records_of(question: Question) -> tuple[Records, ...]:
    """Give the records of the question's source, and those of the second source where one stands beside."""
    asked = [question] if question.second is None else [question, question.second]
    return tuple(Records(one, *answers.records(one)) for one in asked)


def side_by_side(sources: Sequence[Records], draw: Callable[[Records], None], *, counted: bool = True) -> None:
    """
    Draw the same of each source, under its name where there are two, with its incidents where they are all ``counted``;
    one without incidents says so.
    """
    for place, one in zip(st.columns(len(sources)), sources, strict=True):
        with place:
            if len(sources) > 1:
                st.markdown(f"**{one.words}**" + (f" (n = {words.thousands(len(one.incidents))})" if counted else ""))
            if one.incidents.empty:
                st.info("No incident of this source lies in this period.")
            else:
                draw(one)


def shifts_in_words(shifts: pd.DataFrame) -> str:
    """
    Count shifts: nights where one car was on duty at a time, shifts where several were.

    Examples
    --------
    >>> shifts_in_words(pd.DataFrame({"date": [1, 2]})), shifts_in_words(pd.DataFrame({"date": [1, 1]}))
    ('2 nights', '2 shifts')
    """
    return words.count(len(shifts), "shift" if shifts["date"].duplicated().any() else "night")


def head(text: str) -> None:
    """Show the heading of a part."""
    st.markdown(f"##### {text}")


def most_frequent(table: pd.DataFrame) -> pd.DataFrame:
    """
    Give the rows of a table, most frequent first, that a picture has room for, and say how many it leaves to the table.
    """
    if len(table) > ROOM:
        st.caption(f"The {ROOM} most frequent entries are drawn; the table holds all {words.thousands(len(table))}.")
    return table.head(ROOM)


def both_told(sources: Sequence[Records]) -> bool:
    """Tell whether there are two sources, each with incidents, so that a difference can be said."""
    return len(sources) > 1 and not any(one.incidents.empty for one in sources)


def say_difference(sources: Sequence[Records], what: str, share: Callable[[Records], Share]) -> None:
    """Say in words whether a share differs between the two sources, where there are two with incidents."""
    if not both_told(sources):
        return
    first, second = (share(one) for one in sources)
    st.markdown(_difference(sources[0].words, first, sources[1].words, second, what))


def _difference(first: str, share: Share, second: str, other: Share, what: str) -> str:
    if not share.n or not other.n:
        return f"**{what}: one of the sources records nothing of it.**"
    low, high = difference(share, other)
    verdict = f"more in the records of {first}" if low > 0 else f"more in the records of {second}" if high < 0 else ""
    return (
        f"**{what}: {verdict or 'cannot tell whether the two sources differ'}** "
        f"({first} less {second}: {signed(low)} to {signed(high)} points, 95% interval, blanks taken each way)."
    )


def signed(share: float) -> str:
    """
    Write a difference of shares in whole points, with a true minus.

    Examples
    --------
    >>> signed(-0.124) == "\u221212", signed(0.05)
    (True, '+5')
    """
    return f"{100 * share:+.0f}".replace("-", "\u2212")
