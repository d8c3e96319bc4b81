"""
What two sources say together: how far they overlap, what each misses, and how many incidents there are at least.

Nothing is merged: a pair is a proposal (see :mod:`geo.incidents.matching`), and both records stay in their source.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from geo.errors import SchemaError
from geo.incidents.matching import Matches, propose_matches
from geo.incidents.quality import EXPECTED, SOURCE_WORDS, capital, counted, field_words, recorded
from geo.numbers import thousands
from geo.shares import Share, bounds
from geo.tables import INCIDENT_COLUMNS, LOCATED_COLUMNS, check

__all__ = ["Estimate", "Matches", "Reconciliation", "chapman", "propose_matches", "reconcile"]

CAVEATS = (
    "Chapman's estimate is a sensitivity line, not a count: it holds only if being in one source says nothing about "
    "being in the other, if every incident had a chance to be in both, and if every pair is right. Here the control "
    "room sends the team much of its work, so the sources lean on each other and the estimate is too low; incidents "
    "that neither could know of, such as those outside the scheme's hours, are in no estimate. The union is the floor."
)

MISSED_COLUMNS = (
    "holds", "lacks", "by", "value", "incidents", "missed_at_least", "missed_at_most", "low", "high"
)  # fmt: skip
_NOT_MERGED = "Nothing is merged: both records of each pair stay in their source, with their file and row."
FIELD_COLUMNS = ("field", "pairs", "both", "only_first", "only_second", "neither", "differ")

_FIELDS = (
    "received_at", "postcode", "location", "place_type", "age_band", "sex", "person_key", "incident_type", "condition",
    "requested_by", "contact_mode", "deployed", "minutes_on_incident", "dispatched_at", "arrived_at", "cleared_at",
    "s136", "referrals", "note",
)  # fmt: skip
_MAY_DIFFER = {
    column.name for column in INCIDENT_COLUMNS if column.kind in {"text", "choice"} and column.name != "note"
}
_ALWAYS = ("postcode", "location", "note")
_HOURS = ((0, 6), (6, 12), (12, 18), (18, 24))


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimated number of incidents with its standard deviation and its 95% interval."""

    estimate: float
    sd: float
    low: float
    high: float

    def __str__(self) -> str:
        """Give the estimate in words."""
        return f"{self.estimate:.0f} (95% interval {self.low:.0f}-{self.high:.0f})"


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """
    Two sources side by side.

    Counts of incidents: ``both`` are in a pair taken or settled as the same, ``review`` in one that waits for a
    person; ``only_first``, ``only_second`` and ``union`` are (low, high), as the review band may turn out.
    ``first_also_in_second`` and the other are shares bounded by the review band. ``missed`` (:data:`MISSED_COLUMNS`)
    counts by day and district what one source holds and the other lacks; ``fields`` (:data:`FIELD_COLUMNS`) compares
    what the two records of the pairs have recorded. ``chapman`` counts the pairs of ``both``, ``chapman_if_reviewed``
    those of the review band too; both within ``period``, the days that the two sources share, or None without one.
    """

    first_source: str
    second_source: str
    n_first: int
    n_second: int
    both: int
    review: int
    first_also_in_second: Share
    second_also_in_first: Share
    period: tuple[pd.Timestamp, pd.Timestamp] | None
    n_first_in_period: int
    n_second_in_period: int
    chapman: Estimate | None
    chapman_if_reviewed: Estimate | None
    missed: pd.DataFrame
    fields: pd.DataFrame
    remarks: tuple[str, ...] = ()

    @property
    def only_first(self) -> tuple[int, int]:
        """How many incidents only the first source holds, at least and at most."""
        return self.n_first - self.both - self.review, self.n_first - self.both

    @property
    def only_second(self) -> tuple[int, int]:
        """How many incidents only the second source holds, at least and at most."""
        return self.n_second - self.both - self.review, self.n_second - self.both

    @property
    def union(self) -> tuple[int, int]:
        """How many incidents the two sources hold together, at least and at most."""
        together = self.n_first + self.n_second - self.both
        return together - self.review, together

    @property
    def sentences(self) -> tuple[str, ...]:
        """Say what was found, in words for the page, the command line and the brief."""
        said = (*_overlap_sentences(self), *_field_sentences(self), *_chapman_sentences(self), *self.remarks)
        return (*(capital(sentence) for sentence in said), _NOT_MERGED)


def chapman(n1: int, n2: int, m: int) -> Estimate:
    """
    Estimate how many incidents there are from two sources of ``n1`` and ``n2`` that share ``m``.

    Chapman's estimator with Seber's variance and Sadinle's transformed-logit interval (95%), which never reaches
    below the ``n1 + n2 - m`` incidents seen by half a one. It is wrong where the sources depend on each other, where
    some incidents could not be in both, and where pairs are wrong or missed: use it as a sensitivity line only.

    Raises
    ------
    SchemaError
        If a count is negative, or more are shared than a source holds.

    References
    ----------
    Chapman (1951), University of California Publications in Statistics 1, 131-160; Seber (1970), Biometrika 57,
    313-318; Sadinle (2009), Communications in Statistics: Simulation and Computation 38, 1909-1924.

    Examples
    --------
    >>> found = chapman(10, 15, 5)
    >>> [round(value, 2) for value in (found.estimate, found.sd, found.low, found.high)]
    [28.33, 5.91, 21.94, 64.67]
    """
    if not 0 <= m <= min(n1, n2):
        raise SchemaError(f"{m} shared incidents of {n1} and {n2} cannot be; count each pair once")
    estimate = (n1 + 1) * (n2 + 1) / (m + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
    one, two, both = n1 - m + 0.5, n2 - m + 0.5, m + 0.5
    spread = np.exp(float(ndtri(0.975)) * (1 / both + 1 / one + 1 / two + both / (one * two)) ** 0.5)
    seen, unseen = n1 + n2 - m - 0.5, one * two / both
    return Estimate(estimate, variance**0.5, float(seen + unseen / spread), float(seen + unseen * spread))


def reconcile(first: pd.DataFrame, second: pd.DataFrame, matches: Matches) -> Reconciliation:
    """
    Say how far two sources overlap and what each misses, as far as the pairs are settled.

    Overlap is counted over all records; Chapman's estimate over the days from the later of the two first days to the
    earlier of the two last, records without a day included. A source that logged only some of those days or hours
    makes the other look as if it missed nothing: compare sources over the hours that both watched.

    Parameters
    ----------
    first, second
        Located incidents of one source each (``LOCATED_COLUMNS``); they are left alone.
    matches
        What :func:`propose_matches` gave for these two tables.

    Raises
    ------
    SchemaError
        If a table does not keep its contract, or a pair names a record that is not in it.
    """
    one, two = (check(frame, LOCATED_COLUMNS, "incidents").set_index("incident_id") for frame in (first, second))
    pairs = matches.pairs
    _check_pairs(pairs, one, two)
    taken, waiting = pairs[pairs["band"] == "match"], pairs[pairs["band"] == "review"]
    both, review = len(taken), len(waiting)
    names = _source(one), _source(two)
    state_one, state_two = (
        _states(frame, taken[ids], waiting[ids]) for frame, ids in ((one, "first_id"), (two, "second_id"))
    )
    period = _shared_period(one, two)
    inside = [_within(frame, period) for frame in (one, two)]
    counted = _pairs_within(pairs, *inside)
    n_in = int(inside[0].sum()), int(inside[1].sum())
    return Reconciliation(
        first_source=names[0],
        second_source=names[1],
        n_first=len(one),
        n_second=len(two),
        both=both,
        review=review,
        first_also_in_second=bounds(both, len(one) - both - review, review),
        second_also_in_first=bounds(both, len(two) - both - review, review),
        period=period,
        n_first_in_period=n_in[0],
        n_second_in_period=n_in[1],
        chapman=chapman(*n_in, counted[0]) if period else None,
        chapman_if_reviewed=chapman(*n_in, sum(counted)) if period else None,
        missed=pd.concat([_missed(one, state_one, *names), _missed(two, state_two, *names[::-1])], ignore_index=True),
        fields=_field_table(one, two, taken),
        remarks=matches.sentences,
    )


def _check_pairs(pairs: pd.DataFrame, one: pd.DataFrame, two: pd.DataFrame) -> None:
    for ids, frame, word in (("first_id", one, "first"), ("second_id", two, "second")):
        if len(strange := pairs[ids][~pairs[ids].isin(frame.index)]):
            name = "names" if len(strange) == 1 else "name"
            raise SchemaError(
                f"{counted(len(strange), 'pair')} {name} a record that the {word} source does not hold (first: "
                f"{strange.iloc[0]!r}); propose the pairs again from these tables"
            )


def _source(frame: pd.DataFrame) -> str:
    return " and ".join(sorted(frame["source"].unique())) or "no source"


def _states(frame: pd.DataFrame, taken: pd.Series, waiting: pd.Series) -> pd.Series:
    """Give each record's state: in both sources, for review, or in this one only."""
    state = pd.Series("only", index=frame.index, dtype="str")
    return state.mask(frame.index.isin(waiting), "review").mask(frame.index.isin(taken), "both")


def _shared_period(one: pd.DataFrame, two: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Give the first and last day that both sources reach; None where they share none."""
    days = [frame["received_on"].dropna() for frame in (one, two)]
    if any(day.empty for day in days):
        return None
    start, end = max(day.min() for day in days), min(day.max() for day in days)
    return (start, end) if start <= end else None


def _within(frame: pd.DataFrame, period: tuple[pd.Timestamp, pd.Timestamp] | None) -> pd.Series:
    if period is None:
        return pd.Series(False, index=frame.index)
    return frame["received_on"].between(*period) | frame["received_on"].isna()


def _pairs_within(pairs: pd.DataFrame, one: pd.Series, two: pd.Series) -> tuple[int, int]:
    """Count the pairs, taken and for review, whose two records both stand within the shared days."""
    inside = pairs["first_id"].map(one).astype(bool) & pairs["second_id"].map(two).astype(bool)
    return int((inside & (pairs["band"] == "match")).sum()), int((inside & (pairs["band"] == "review")).sum())


def _missed(frame: pd.DataFrame, state: pd.Series, holds: str, lacks: str) -> pd.DataFrame:
    """Count what ``holds`` has and ``lacks`` has not: in all, by part of the day, weekday, district and deployment."""
    hour = frame["received_at"].dt.hour
    part = pd.Series("no time recorded", index=frame.index, dtype="str")
    for start, end in _HOURS:
        part = part.mask(hour.between(start, end - 1), f"{start:02d}:00-{end % 24:02d}:00")
    groups = {
        "all": pd.Series("all incidents", index=frame.index, dtype="str"),
        "part of the day": part,
        "weekday": frame["received_on"].dt.day_name().astype("str").fillna("no date recorded"),
        "district": frame["district"].where(frame["district"] != "", "no district known"),
        "car deployed": frame["deployed"],
    }
    rows = [
        _missed_row(holds, lacks, by, str(value), state[group == value])
        for by, group in groups.items()
        for value in _in_order(by, group)
    ]
    return pd.DataFrame(rows, columns=MISSED_COLUMNS)


def _in_order(by: str, group: pd.Series) -> list[str]:
    if by != "weekday":
        return sorted(group.unique())
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "no date recorded"]
    return [day for day in days if (group == day).any()]


def _missed_row(holds: str, lacks: str, by: str, value: str, state: pd.Series) -> tuple[object, ...]:
    only, review = int((state == "only").sum()), int((state == "review").sum())
    low, high = bounds(only, len(state) - only - review, review).interval
    return holds, lacks, by, value, len(state), only, only + review, low, high


def _field_table(one: pd.DataFrame, two: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """Compare, field by field, what the two records of the pairs taken as the same have recorded."""
    left, right = one.loc[taken["first_id"]], two.loc[taken["second_id"]]
    rows = []
    for field in _FIELDS:
        a, b = recorded(left[field]).to_numpy(), recorded(right[field]).to_numpy()
        differ = (
            (left[field].to_numpy() != right[field].to_numpy()) & a & b if field in _MAY_DIFFER else np.zeros(0, bool)
        )
        counts = [int(found.sum()) for found in (a & b, a & ~b, b & ~a, ~a & ~b, differ)]
        rows.append((field, len(taken), *counts))
    return pd.DataFrame(rows, columns=FIELD_COLUMNS)


def _overlap_sentences(found: Reconciliation) -> tuple[str, ...]:
    one, two = _words(found.first_source), _words(found.second_source)
    least, most = found.union
    wait = "waits" if found.review == 1 else "wait"
    waiting = f"; {counted(found.review, 'more pair')} {wait} for a person" if found.review else ""
    together = counted(most, "incident") if least == most else f"{_range(least, most)} incidents"
    return (
        f"{one} holds {counted(found.n_first, 'incident')} and {two} {thousands(found.n_second)}: "
        f"{thousands(found.both)} {'is' if found.both == 1 else 'are'} taken to be in both{waiting}. "
        f"Together that is {together}.",
        f"Of the incidents of {one}, {found.first_also_in_second} are in {two} too; {two} lacks "
        f"{_range(*found.only_first)}.",
        f"Of the incidents of {two}, {found.second_also_in_first} are in {one} too; {one} lacks "
        f"{_range(*found.only_second)}.",
    )


def _words(source: str) -> str:
    return " and ".join(SOURCE_WORDS.get(name, name) for name in source.split(" and "))


def _range(low: int, high: int) -> str:
    return thousands(low) if low == high else f"{thousands(low)} to {thousands(high)}"


def _field_sentences(found: Reconciliation) -> tuple[str, ...]:
    """Name the three fields that each source is asked for and lacks most often where the other has them."""
    fields, sentences = found.fields, []
    sources = (found.first_source, "only_second"), (found.second_source, "only_first")
    for lacks, column in sources:
        asked = fields["field"].isin([*EXPECTED.get(lacks, ()), *_ALWAYS])
        most = fields[asked & (fields[column] > 0)].sort_values(column, ascending=False, kind="stable").head(3)
        if len(most):
            named = ", ".join(f"{field_words(row.field)} in {getattr(row, column)}" for row in most.itertuples())
            pairs = counted(found.both, "pair")
            sentences.append(f"Of the {pairs} taken, the record of {_words(lacks)} lacks what the other has: {named}.")
    return tuple(sentences)


def _chapman_sentences(found: Reconciliation) -> tuple[str, ...]:
    if found.period is None or found.chapman is None or found.chapman_if_reviewed is None:
        return ("The two sources share no day, so nothing can be estimated from their overlap.",)
    start, end = (f"{day.day} {day:%b %Y}" for day in found.period)
    if not found.both + found.review:
        return (f"No pair was found in the days that both sources reach ({start} to {end}), so nothing is estimated.",)
    if_reviewed = f"; {found.chapman_if_reviewed} if all pairs for review are the same" if found.review else ""
    return (
        f"From {start} to {end}, the days that both sources reach, Chapman's estimate of all incidents is "
        f"{found.chapman}{if_reviewed}.",
        CAVEATS,
    )
