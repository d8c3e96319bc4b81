"""
What the records leave out, and what each blank costs: an account that the scheme can act on.

A blank is neither no nor nothing: a share of which some answers are blank is given by its bounds, and every share by
its interval. What a source is expected to record depends on the source: a round-the-clock extract of the control room
knows nothing of the nurse's work, but every day of it ought to hold a record.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaincinv, ndtri

from geo.errors import SchemaError
from geo.incidents.answers import ASSESSED, OUTCOMES, answers
from geo.incidents.days import with_days
from geo.numbers import thousands
from geo.shares import Share, share_of
from geo.tables import LOCATED_COLUMNS, ROUND_THE_CLOCK, check

Truths = npt.NDArray[np.bool_]

SOURCE_WORDS = {
    "police": "the control room",
    "mental_health": "the triage team",
    "all_mental_health": "the record of all mental-health incidents",
    "s136_register": "the section 136 register",
}
"""The sources in the words of a sentence."""

EXPECTED: Mapping[str, tuple[str, ...]] = {
    "mental_health": (
        "reference", "received_on", "received_at", "place", "place_type", "person_key", "age_band", "sex",
        "incident_type", "condition", "requested_by", "contact_mode", "deployed", "appropriate_for_car",
        "reason_not_deployed", "information_shared", "assessment", "reason_not_assessed", "referrals", "s136",
        "s136_consulted", "s136_avoided", "known_to_services", "restraint", "officers_on_scene", "advice_at",
        "dispatched_at", "arrived_at", "cleared_at", "officers_released_at", "minutes_on_incident", "shift_id",
    ),
    "police": (
        "reference", "received_on", "received_at", "place", "place_type", "person_key", "age_band", "sex",
        "incident_type", "deployed", "dispatched_at", "arrived_at", "cleared_at", "officers_on_scene",
        "officers_released_at", "s136", "restraint",
    ),
    "all_mental_health": (
        "reference", "received_on", "received_at", "place", "place_type", "person_key", "age_band", "sex",
        "incident_type", "cleared_at", "s136",
    ),
    "s136_register": (
        "reference", "received_on", "received_at", "place", "place_type", "person_key", "age_band", "sex",
        "s136_consulted", "known_to_services", "restraint", "officers_released_at",
    ),
}  # fmt: skip
"""The fields that each source can be asked to record; ``place`` is a place on the ground, however it was written."""

FIELD_WORDS = {
    "received_on": "date", "received_at": "time of the call", "place": "place", "place_type": "public place or home",
    "person_key": "person reference", "deployed": "car sent or not", "s136": "section 136 detention",
    "s136_consulted": "nurse consulted before section 136", "s136_avoided": "section 136 avoided",
    "reason_not_deployed": "why the car was not sent", "reason_not_assessed": "why not assessed", "shift_id": "shift",
}  # fmt: skip
"""Fields whose name is not the word for them."""

_NEEDED: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "dispatched_at": lambda rows: rows["deployed"] == "yes",
    "arrived_at": lambda rows: rows["deployed"] == "yes",
    "reason_not_deployed": lambda rows: rows["deployed"] == "no",
    "reason_not_assessed": lambda rows: rows["assessment"] == "none",
    "advice_at": lambda rows: rows["contact_mode"].isin(["advice", "telephone"]),
    "officers_released_at": lambda rows: rows["contact_mode"] != "none",
    "s136_consulted": lambda rows: rows["s136"] != "no",
}
"""Fields that only some incidents need; the others need every field."""

MOST_BLANK = 0.05
"""With more blanks than this, a share is told by its bounds first."""

_WEEKLY = ("received_at", "place", "minutes_on_incident")
_FEW_WEEKS = 4
_EXPECTED_AN_HOUR = 5

COMPLETENESS_COLUMNS = ("source", "group", "field", "needed", "recorded", "blank", "share", "low", "high")
COST_COLUMNS = ("source", "period", "field", "blank", "needed", "share", "low", "high", "sentence")
CHANGE_COLUMNS = ("source", "field", "earlier", "latest", "difference", "low", "high", "verdict")
SHARE_COLUMNS = (
    "source", "outcome", "yes", "no", "unknown", "n", "low", "high", "interval_low", "interval_high", "words",
)  # fmt: skip
WATCH_COLUMNS = ("source", "first", "last", "days", "empty_days", "expected_empty", "longest_gap", "gap_from", "gap_to")
TABLE_COLUMNS = ("section", "source", "group", "field", "count", "of", "share", "low", "high", "words")


@dataclass(frozen=True, slots=True)
class _Cost:
    """One thing that blanks make impossible: the field that must be known, and what is lost, in words."""

    field: str
    words: str
    lost: str = ""


_COSTS = (
    _Cost("place", "cannot be mapped", "no district and no drive time counts them"),
    _Cost("minutes_on_incident", "have no minutes"),
    _Cost("received_at", "have no time of day", "they stand in no hour of the week"),
    _Cost("received_on", "have no date of their own"),
    _Cost("fine_place", "are placed only to a postcode sector or district", "the drive to them is not known"),
    _Cost("deployed", "do not say whether the car was sent"),
    _Cost("reason_not_deployed", "to which the car was not sent do not say why", "decisions cannot be compared"),
    _Cost("appropriate_for_car", "do not say whether the car was judged appropriate"),
    _Cost("contact_mode", "do not say what contact there was", "advice and visits cannot be shown side by side"),
    _Cost("information_shared", "do not say whether information was shared"),
    _Cost("s136", "do not say whether section 136 was used"),
    _Cost("known_to_services", "do not say whether the person was known to services"),
    _Cost("dispatched_at", "to which the car was sent have no time of sending", "mobilisation cannot be measured"),
    _Cost("arrived_at", "to which the car was sent have no time of arrival", "response times cannot be measured"),
    _Cost("person_key", "name no person", "those who call again and again cannot be told"),
    _Cost("reference", "have no reference", "they can hardly be traced or matched"),
)
_OF_ONE = {"have": "has", "do": "does", "are": "is", "name": "names"}


@dataclass(frozen=True, eq=False)
class QualityReport:
    """
    The quality of a project's records, as tables and as sentences.

    ``files`` is the ledger of the extracts; ``completeness``, ``by_week`` and ``by_shift`` have
    :data:`COMPLETENESS_COLUMNS`; ``costs``, ``shares``, ``changes``, ``round_the_clock`` and ``entries`` those of their
    names. ``entries`` counts what was read with doubt, field by field, and what was left out.
    """

    files: pd.DataFrame
    completeness: pd.DataFrame
    by_week: pd.DataFrame
    by_shift: pd.DataFrame
    costs: pd.DataFrame
    shares: pd.DataFrame
    changes: pd.DataFrame
    round_the_clock: pd.DataFrame
    entries: pd.DataFrame
    sentences: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Give everything as one long table for a file: :data:`TABLE_COLUMNS`, one figure a row, no text a formula."""
        recorded = {"count": "recorded", "of": "needed"}
        sections: list[tuple[str, pd.DataFrame, dict[str, str]]] = [
            ("files", self.files, {"group": "name", "count": "accepted", "of": "rows_read"}),
            ("completeness", self.completeness, recorded),
            ("completeness by week", self.by_week, recorded),
            ("completeness by shift", self.by_shift, recorded),
            (
                "what blanks cost",
                self.costs,
                {"group": "period", "count": "blank", "of": "needed", "words": "sentence"},
            ),
            ("shares that blanks bound", self.shares, {"field": "outcome", "count": "yes", "of": "n"}),
            ("change since the last import", self.changes, {"share": "difference", "words": "verdict"}),
            ("days without a record", self.round_the_clock, {"count": "empty_days", "of": "days"}),
            ("read with doubt or left out", self.entries, {"group": "kind", "count": "rows"}),
        ]
        rows = [
            _tidy(frame, {"section": section}, {column: columns.get(column, column) for column in TABLE_COLUMNS})
            for section, frame, columns in sections
        ]
        table = pd.DataFrame([row for part in rows for row in part], columns=list(TABLE_COLUMNS))
        return table.assign(**{name: table[name].map(_inert) for name in ("group", "field", "words")})


def _tidy(frame: pd.DataFrame, fixed: dict[str, str], columns: dict[str, str]) -> list[dict[str, object]]:
    """Give the rows of a frame under the names of the long table; a figure that it has not is left empty."""
    return [
        {**{ours: row.get(theirs) for ours, theirs in columns.items()}, **fixed} for row in frame.to_dict("records")
    ]


def _inert(value: object) -> object:
    """Keep a name from acting as a formula in a spreadsheet: an apostrophe goes before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def quality_report(
    incidents: pd.DataFrame,
    shifts: pd.DataFrame,
    ledger: pd.DataFrame,
    doubts: pd.DataFrame,
    left_out: pd.DataFrame,
) -> QualityReport:
    """
    Say what a project's records leave out and what each blank costs.

    Parameters
    ----------
    incidents
        Every accepted incident of every source, located (``LOCATED_COLUMNS``).
    shifts
        The shift log (``SHIFT_COLUMNS``); it dates incidents without a date and tells staffed nights without a record.
    ledger
        One row a file: ``name``, ``source``, ``imported_at``, ``rows_read``, ``accepted``, ``quarantined`` and
        ``refused``.
    doubts
        Entries that were read with doubt: ``field`` at least.
    left_out
        Rows that are no incidents, or not yet: ``state`` and ``file`` at least.

    Raises
    ------
    SchemaError
        If the incidents do not keep their contract.
    """
    rows = check(pd.DataFrame(incidents), LOCATED_COLUMNS, "incidents")
    files = ledger[ledger["source"].isin(EXPECTED)].sort_values("imported_at", kind="stable", ignore_index=True)
    costs = cost_of_blanks(rows, shifts)
    shares = bounded_shares(rows)
    changes = change_since_last_import(rows, files)
    watch = days_without_record(rows)
    return QualityReport(
        files=files,
        completeness=completeness(rows),
        by_week=completeness(rows, "week", shifts),
        by_shift=completeness(rows, "shift", shifts),
        costs=costs,
        shares=shares,
        changes=changes,
        round_the_clock=watch,
        entries=_entries(doubts, left_out),
        sentences=(
            *_cost_sentences(costs),
            *_bounded_sentences(shares),
            *_change_sentences(changes, files),
            *_watch_sentences(watch, rows),
            *_quiet_nights(rows, shifts),
            *_repeats(rows),
            *(_ledger_sentence(file) for file in files.to_dict("records")),
        ),
    )


def recorded(values: pd.Series) -> pd.Series:
    """Tell which values of a contract column are recorded: text that is not empty, a choice that is not unknown."""
    if pd.api.types.is_string_dtype(values.dtype):
        return ~values.isin(["", "unknown"])
    return values.notna()


def completeness(incidents: pd.DataFrame, by: str = "", shifts: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Count, field by field, how many incidents of each source that need a field have it recorded.

    Every source is asked for the fields of :data:`EXPECTED` only, and an arrival only where the car was sent, a reason
    only where there is something to explain. The interval is Clopper and Pearson's, for the habit of recording behind
    these records. An incident of which it is not known whether the car was sent is not counted among those that need
    an arrival time: with many such blanks this flatters.

    Parameters
    ----------
    by
        Nothing for the whole, ``week`` (its Monday; a night belongs to the day on which it began) or ``shift`` (the
        day on which it began); ``source`` is the whole too.
    shifts
        The shift log that ``week`` and ``shift`` need.

    Returns
    -------
    :data:`COMPLETENESS_COLUMNS`; ``share`` is recorded of needed, NaN where none needs it.

    Raises
    ------
    SchemaError
        If ``by`` is none of these, or the shift log is missing.
    """
    if by not in {"", "source", "week", "shift"}:
        raise SchemaError(f"completeness is by week, shift or source, not by {by!r}")
    group = pd.Series("", index=incidents.index, dtype="str")
    if by in {"week", "shift"}:
        if shifts is None:
            raise SchemaError(f"completeness by {by} needs the shift log")
        group = _groups(incidents, shifts, by)
    parts = [_of_source(incidents[mine], group[mine], source) for source, mine in _by_source(incidents)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COMPLETENESS_COLUMNS))


def _by_source(incidents: pd.DataFrame) -> list[tuple[str, pd.Series]]:
    return [(source, mine) for source in EXPECTED if (mine := incidents["source"] == source).any()]


def _groups(incidents: pd.DataFrame, shifts: pd.DataFrame, by: str) -> pd.Series:
    """Give the week's Monday, or the day of the shift, as text; what has none says so."""
    day = with_days(incidents, shifts)["day"]
    if by == "week":
        monday = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
        return monday.dt.strftime("%Y-%m-%d").astype("str").fillna("no date")
    on_log = day.isin(shifts["date"])
    return day.dt.strftime("%Y-%m-%d").astype("str").where(on_log, "outside the shifts on record")


def _of_source(incidents: pd.DataFrame, group: pd.Series, source: str) -> pd.DataFrame:
    fields = EXPECTED[source]
    needed = pd.DataFrame({field: _is_needed(incidents, field) for field in fields}, index=incidents.index)
    known = pd.DataFrame({field: _is_known(incidents, field) for field in fields}, index=incidents.index) & needed
    counts = [frame.groupby(group.rename("group")).sum().stack() for frame in (needed, known)]
    table = pd.concat(counts, axis="columns", keys=["needed", "recorded"]).rename_axis(["group", "field"]).reset_index()
    return _with_interval(table.assign(source=source, blank=table["needed"] - table["recorded"]))


def _is_needed(incidents: pd.DataFrame, field: str) -> pd.Series:
    everyone = pd.Series(True, index=incidents.index)
    return _NEEDED[field](incidents) if field in _NEEDED else everyone


def _is_known(incidents: pd.DataFrame, field: str) -> pd.Series:
    if field == "place":
        return incidents["precision"] != "none"
    if field == "fine_place":
        return ~incidents["precision"].isin(["sector", "district"])
    return recorded(incidents[field])


def _with_interval(table: pd.DataFrame) -> pd.DataFrame:
    low, high = clopper_pearson(table["recorded"].to_numpy(), table["needed"].to_numpy())
    share = (table["recorded"] / table["needed"]).where(table["needed"] > 0)
    return table.assign(share=share, low=low, high=high)[list(COMPLETENESS_COLUMNS)]


def clopper_pearson(count: npt.ArrayLike, of: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """
    Give the exact 95% interval of shares; of nothing it is 0 to 1.

    Examples
    --------
    >>> [limit.round(3).tolist() for limit in clopper_pearson([3, 0], [8, 0])]
    [[0.085, 0.0], [0.755, 1.0]]
    """
    yes, n = np.asarray(count, dtype=np.float64), np.asarray(of, dtype=np.float64)
    low = np.where(yes > 0, betaincinv(np.maximum(yes, 1), n - yes + 1, 0.025), 0.0)
    high = np.where(yes < n, betaincinv(yes + 1, np.maximum(n - yes, 1), 0.975), 1.0)
    return low, high


def cost_of_blanks(incidents: pd.DataFrame, shifts: pd.DataFrame) -> pd.DataFrame:
    """
    Say what each sort of blank costs, for each source as a whole and week by week.

    Returns
    -------
    :data:`COST_COLUMNS`; ``period`` is the week's Monday, ``no date`` or, for the whole, ``all``. ``share`` is blank of
    needed with its Clopper-Pearson interval, and the sentence says so in words.
    """
    week = _groups(incidents, shifts, "week")
    rows = []
    for source, mine in _by_source(incidents):
        asked = [cost for cost in _COSTS if cost.field in (*EXPECTED[source], "fine_place")]
        periods = {"all": mine} | {monday: mine & (week == monday) for monday in sorted(week[mine].unique())}
        rows += [
            _cost_row(incidents[inside], source, period, cost) for period, inside in periods.items() for cost in asked
        ]
    return pd.DataFrame(rows, columns=list(COST_COLUMNS))


def _cost_row(rows: pd.DataFrame, source: str, period: str, cost: _Cost) -> tuple[object, ...]:
    needed = _is_needed(rows, cost.field)
    blank, of = int((needed & ~_is_known(rows, cost.field)).sum()), int(needed.sum())
    (low,), (high,) = clopper_pearson([blank], [of])
    share = blank / of if of else float("nan")
    lost = f"; {_lost(rows, cost)}" if blank and _lost(rows, cost) else ""
    whose = f"{thousands(blank)} of {counted(of, 'incident')} of {SOURCE_WORDS[source]}{_period_words(period)}"
    said = f"{whose} {_agreeing(blank, cost.words)}"
    sentence = f"{said}: {_percent(share)} (95% interval {low * 100:.0f}-{_percent(high)}){lost}"
    return source, period, cost.field, blank, of, share, low, high, sentence if of else ""


def _agreeing(number: int, words: str) -> str:
    """Give what is said of several incidents as it is said of ``number`` of them."""
    return words if number != 1 else re.sub(r"\b(have|do|are|name)\b", lambda verb: _OF_ONE[verb[0]], words)


def _lost(rows: pd.DataFrame, cost: _Cost) -> str:
    if cost.field == "minutes_on_incident":
        return f"the time spent is at least {thousands(rows['minutes_on_incident'].sum())} minutes"
    return cost.lost


def _percent(share: float) -> str:
    return "under 1%" if 0 < share < 0.005 else f"{share * 100:.0f}%"


def _cost_sentences(costs: pd.DataFrame) -> list[str]:
    """Give the costs of each source as a whole, and where the weeks are few those of its three main blanks by week."""
    few = costs.loc[costs["period"] != "all", "period"].nunique() <= _FEW_WEEKS
    weekly = costs["field"].isin(_WEEKLY) if few else pd.Series(False, index=costs.index)
    told = costs["blank"].gt(0) & (costs["period"].eq("all") | weekly)
    return [str(sentence) for sentence in costs.loc[told, "sentence"]]


def _period_words(period: str) -> str:
    if period == "all":
        return ""
    if period == "no date":
        return " without a date"
    monday = pd.Timestamp(period)
    return f" in the week of {monday.day} {monday:%b %Y}"


def bounded_shares(incidents: pd.DataFrame) -> pd.DataFrame:
    """
    Give each three-valued answer that a source is asked for with the bounds that its blanks allow.

    Returns
    -------
    One row a source and answer: :data:`SHARE_COLUMNS`, ``words`` the share in words.
    """
    fields = {words: field for field, words in OUTCOMES.items()} | {ASSESSED: "assessment"}
    rows = [
        {"source": source, "outcome": words, **_bounded(share_of(given))}
        for source, mine in _by_source(incidents)
        for words, given in answers(incidents[mine]).items()
        if fields[words] in EXPECTED[source]
    ]
    return pd.DataFrame(rows, columns=SHARE_COLUMNS)


def _bounded(share: Share) -> dict[str, object]:
    """Give the columns of one share."""
    low, high = share.interval
    counts = {"yes": share.yes, "no": share.no, "unknown": share.unknown, "n": share.n}
    return counts | {
        "low": share.low, "high": share.high, "interval_low": low, "interval_high": high, "words": str(share),
    }  # fmt: skip


def _bounded_sentences(shares: pd.DataFrame) -> list[str]:
    """Name the shares that blanks keep apart by more than the least that matters."""
    wide = shares[shares["unknown"] > MOST_BLANK * shares["n"]] if len(shares) else shares
    return [
        f"{row.outcome}, by {SOURCE_WORDS[row.source]}: {row.words}; not recorded for {row.unknown}"
        for row in wide.itertuples()
    ]


def change_since_last_import(incidents: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """
    Compare the completeness of each source's latest file with that of its earlier files.

    The interval of the difference is Newcombe's hybrid score interval (method 10, 95%): *more complete* or *less
    complete* where it lies on one side of 0, otherwise *cannot tell yet*. With some thirty fields about one is told
    wrongly even where nothing changed.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890.
    """
    rows = []
    for source, mine in _by_source(incidents):
        names = files.loc[files["source"] == source].sort_values("imported_at", kind="stable")["name"].tolist()
        latest = mine & incidents["file"].eq(names[-1] if names else "")
        earlier = mine & ~latest
        if latest.any() and earlier.any():
            rows += [_change(incidents[earlier], incidents[latest], source, field) for field in EXPECTED[source]]
    return pd.DataFrame([row for row in rows if row is not None], columns=list(CHANGE_COLUMNS))


def _change(earlier: pd.DataFrame, latest: pd.DataFrame, source: str, field: str) -> tuple[object, ...] | None:
    counts = []
    for rows in (latest, earlier):
        needed = _is_needed(rows, field)
        counts += [int((needed & _is_known(rows, field)).sum()), int(needed.sum())]
    if not counts[1] or not counts[3]:
        return None
    low, high = newcombe(*counts)
    now, before = counts[0] / counts[1], counts[2] / counts[3]
    verdict = "more complete" if low > 0 else "less complete" if high < 0 else "cannot tell yet"
    return source, field, before, now, now - before, low, high, verdict


def newcombe(first: int, of_first: int, second: int, of_second: int) -> tuple[float, float]:
    """
    Give the 95% interval of a difference of two shares, by Newcombe's hybrid of Wilson's intervals.

    Examples
    --------
    >>> [round(limit, 4) for limit in newcombe(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    (low_one, high_one), (low_two, high_two) = _wilson(first, of_first), _wilson(second, of_second)
    one, two = first / of_first, second / of_second
    below = float(np.hypot(one - low_one, high_two - two))
    above = float(np.hypot(high_one - one, two - low_two))
    return one - two - below, one - two + above


def _wilson(count: int, of: int) -> tuple[float, float]:
    z = float(ndtri(0.975))
    share = count / of
    middle, reach = share + z * z / (2 * of), z * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return (middle - reach) / (1 + z * z / of), (middle + reach) / (1 + z * z / of)


def _change_sentences(changes: pd.DataFrame, files: pd.DataFrame) -> list[str]:
    """Name the fields whose completeness has changed, source by source; say where there is nothing to compare with."""
    sentences = []
    for source in [source for source in EXPECTED if (files["source"] == source).any()]:
        mine = changes[changes["source"] == source]
        told = mine[mine["verdict"] != "cannot tell yet"]
        if mine.empty:
            sentences.append(f"There is one file of {SOURCE_WORDS[source]}: nothing to compare it with yet.")
        elif told.empty:
            sentences.append(
                f"Since the last import of {SOURCE_WORDS[source]} no field's completeness has clearly changed."
            )
        sentences += [
            f"Since the last import of {SOURCE_WORDS[source]}, {field_words(row.field)} is {row.verdict}: "
            f"{_percent(row.latest)} recorded after {_percent(row.earlier)} (difference "
            f"{row.difference * 100:+.0f} points, 95% interval {row.low * 100:+.0f} to {row.high * 100:+.0f})"
            for row in told.itertuples()
        ]
    return sentences


def counted(number: int, noun: str) -> str:
    r"""
    Give a number with its noun.

    >>> counted(1, "pair"), counted(1200, "pair") == "1\u2009200 pairs"
    ('1 pair', True)
    """
    return f"{thousands(number)} {noun}" if number == 1 else f"{thousands(number)} {noun}s"


def capital(words: str) -> str:
    """Begin a sentence with ``words``."""
    return words[:1].upper() + words[1:]


def field_words(field: str) -> str:
    """Give the words for a field."""
    return FIELD_WORDS.get(field, field.replace("_", " "))


def days_without_record(incidents: pd.DataFrame) -> pd.DataFrame:
    """
    Count, for each source that is kept day and night, the days between its first and its last without any record.

    ``expected_empty`` is how many days chance alone would leave empty if records came evenly (Poisson): many more than
    that are gaps in the extract. Wrong where the number of records grows or falls much within the period.
    """
    rows = []
    for source in ROUND_THE_CLOCK:
        days = incidents.loc[incidents["source"] == source, "received_on"].dropna()
        if days.empty:
            continue
        seen = np.sort(days.unique())
        first, last = pd.Timestamp(seen[0]), pd.Timestamp(seen[-1])
        number = (last - first).days + 1
        steps = (np.diff(seen) / np.timedelta64(1, "D")).astype(int) - 1
        longest = int(steps.max()) if len(steps) else 0
        after = pd.Timestamp(seen[int(steps.argmax())]) if longest else pd.NaT
        gap = (after + pd.Timedelta(days=1), after + pd.Timedelta(days=longest)) if longest else (pd.NaT, pd.NaT)
        chance = number * float(np.exp(-len(days) / number))
        rows.append((source, first, last, number, number - len(seen), chance, longest, *gap))
    return pd.DataFrame(rows, columns=list(WATCH_COLUMNS))


def _watch_sentences(watch: pd.DataFrame, incidents: pd.DataFrame) -> list[str]:
    sentences = []
    for row in watch.itertuples():
        longest = f"; the longest gap is {counted(row.longest_gap, 'day')}, from"
        gap = f"{longest} {_day(row.gap_from)}" if row.longest_gap else ""
        hours = incidents.loc[incidents["source"] == row.source, "received_at"].dropna().dt.hour
        silent = [f"{hour:02d}" for hour in sorted(set(range(24)) - set(hours))]
        expected = len(hours) / 24
        sentences.append(
            f"{capital(SOURCE_WORDS[row.source])} is kept day and night: {row.empty_days} of "
            f"{counted(row.days, 'day')} from {_day(row.first)} to {_day(row.last)} {_hold(row.empty_days)} no record, "
            f"where chance would leave about {row.expected_empty:.1f}{gap}"
        )
        if silent and expected >= _EXPECTED_AN_HOUR:
            sentences.append(
                f"{capital(SOURCE_WORDS[row.source])} holds no record in {len(silent)} of the 24 hours (first: "
                f"{silent[0]}:00), with {expected:.0f} expected in each: was it kept day and night?"
            )
    return sentences


def _hold(number: int) -> str:
    return "holds" if number == 1 else "hold"


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%b %Y}"


def _quiet_nights(incidents: pd.DataFrame, shifts: pd.DataFrame) -> list[str]:
    """Count the shifts with a nurse on duty that hold no record of the team."""
    team = incidents[incidents["source"] == "mental_health"]
    staffed = shifts.loc[shifts["nhs_staffed"] == "yes", "date"].dropna().drop_duplicates()
    if team.empty or staffed.empty:
        return []
    quiet = staffed[~staffed.isin(with_days(team, shifts)["day"])]
    if quiet.empty:
        return []
    return [
        f"{len(quiet)} of {counted(len(staffed), 'night')} with a nurse on duty {_hold(len(quiet))} no record of the "
        f"triage team (first: {_day(quiet.min())}): quiet, or not written down; the log cannot tell"
    ]


def _repeats(incidents: pd.DataFrame) -> list[str]:
    """Count the records whose reference another record of the same source has too."""
    named = incidents[incidents["reference"] != ""]
    again = named.duplicated(["source", "reference"])
    if not again.any():
        return []
    first, number = named[again].iloc[0], int(again.sum())
    repeat, whose = ("repeats", "its") if number == 1 else ("repeat", "their")
    return [
        f"{counted(number, 'record')} {repeat} the reference of another of {whose} source (first: row "
        f"{first['row']:.0f} of {first['file']}); both are kept and counted until one is discarded"
    ]


def _entries(doubts: pd.DataFrame, left_out: pd.DataFrame) -> pd.DataFrame:
    """Count entries read with doubt by field, and rows left out by state."""
    read = doubts.groupby("field").size().rename_axis("field").reset_index(name="rows").assign(kind="read with doubt")
    left = left_out.groupby("state").size().rename_axis("kind").reset_index(name="rows").assign(field="")
    return pd.concat([read, left], ignore_index=True)[["kind", "field", "rows"]]


def _ledger_sentence(file: Mapping[object, object]) -> str:
    return "{name}: read {rows_read} = accepted {accepted} + quarantined {quarantined} + refused {refused}".format(
        **{str(name): value for name, value in file.items()}
    )
