"""Why a row below the headings is no incident: blank, a total, a footnote, the headings again, a form not filled in."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo.incidents import values
from geo.incidents.columns import Header, without_brackets
from geo.incidents.distinct import Codes, Flags, filled, matches, plain_column
from geo.incidents.records import TOTAL

_FOOTNOTE = r"^(?:end of|printed|source|notes?\b|prepared|produced|page \d|synthetic|\*|#|key\b|nb\b)"
_MOST_TOTAL_CELLS = 0.5


def refusals_of(
    below: pd.DataFrame, headings: Sequence[str], above: Sequence[Sequence[str]], header: Header
) -> dict[int, str]:
    """Say which rows are no incidents and why, by position; ``above`` are the rows above the headings."""
    signs = np.column_stack([filled(below[column]) for column in below.columns])
    number = signs.sum(axis=1)
    few = np.flatnonzero((number > 0) & (number <= max(2, _MOST_TOTAL_CELLS * len(header.texts))))
    first = signs[few].argmax(axis=1)
    entries = plain_column(_picked(below.iloc[few], first))
    dates = [plain_column(column) for column in dates_of(below.iloc[few], header)]
    is_summed = np.logical_or.reduce([matches(column, TOTAL) for column in (entries, *dates)])
    totals = few[is_summed & ~_is_dated(dates, len(few))]
    titles = [place for row in above for place in _repeats(below, row, number)]
    notes = few[matches(entries, _FOOTNOTE) & (number[few] == 1) & (first == 0)]
    return {
        **dict.fromkeys(_untouched(below, headings), "prefilled from the control room and not filled in"),
        **dict.fromkeys(notes.tolist(), "a footnote, not an incident"),
        **dict.fromkeys(totals.tolist(), "a total, not an incident"),
        **dict.fromkeys(titles, "the title again"),
        **dict.fromkeys(_repeats(below, headings, number), "the headings again"),
        **dict.fromkeys(np.flatnonzero(number == 0).tolist(), "blank row"),
    }


def _picked(rows: pd.DataFrame, places: Codes) -> pd.Series:
    """Give of each row the cell at its place."""
    cells = [rows[rows.columns[place]][places == place] for place in np.unique(places)]
    return pd.concat(cells).reindex(rows.index) if cells else pd.Series(dtype="str")


def _repeats(below: pd.DataFrame, headings: Sequence[str], number: Codes) -> list[int]:
    """Give the positions of rows that are the headings once more."""
    named = [(column, values.plain(text)) for column, text in enumerate(headings) if not values.is_empty(text)]
    rows = np.flatnonzero(number == len(named))
    for column, text in named:
        rows = rows[(plain_column(below[column].iloc[rows]) == text).to_numpy()]
    return rows.tolist()


def _untouched(below: pd.DataFrame, headings: Sequence[str]) -> list[int]:
    """Give the positions of the recording template's prefilled rows to which nobody put initials."""
    places = {without_brackets(text): column for column, text in reversed(list(enumerate(headings)))}
    if (prefilled := places.get("prefilled")) is None:
        return []
    rows = (plain_column(below[prefilled]) == "yes").to_numpy()
    if (recorded_by := places.get("recorded by")) is not None:
        rows = rows & ~filled(below[recorded_by])
    return np.flatnonzero(rows).tolist()


def dates_of(rows: pd.DataFrame, header: Header) -> list[pd.Series]:
    """Give the columns that may hold the day of the call."""
    return [rows[header.fields[name]] for name in ("date", "received_at") if name in header.fields]


def _is_dated(dates: Sequence[pd.Series], rows: int) -> Flags:
    """Say which rows hold a date of their own; 'Total' is none."""
    if not dates:
        return np.zeros(rows, dtype=np.bool_)
    dated = [~column.isin(values.BLANKS).to_numpy() & ~matches(column, TOTAL) for column in dates]
    return np.asarray(np.logical_or.reduce(dated), dtype=np.bool_)
