"""
Which records of two sources may be one incident: pairs proposed one to one with their weights, never merged.

Candidates are records close in time, or of one day where a time is missing, or those of which one quotes the other's
reference; see :mod:`geo.incidents.evidence` for what each finding weighs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.errors import SchemaError
from geo.incidents.days import with_days
from geo.incidents.evidence import (
    NIGHT_ENDS_MINUTES,
    WINDOW_MINUTES,
    Codes,
    Findings,
    Numbers,
    Side,
    because,
    sides,
    weigh,
)
from geo.incidents.quality import counted
from geo.numbers import thousands
from geo.tables import LOCATED_COLUMNS, check

MATCH = 5.0
"""From this weight a pair is proposed as the same incident: odds of 32 to 1 by the weights alone."""

REVIEW = 0.0
"""From this weight a pair is put before a person: more likely one incident than not."""

MARGIN = 3.0
"""A pair with a rival (another pair with one of its records) nearer than this goes before a person: odds of 8 to 1."""

MOST_CANDIDATES = 1_000
"""A record with more candidates than this cannot be told apart and is left without a proposal, and counted."""

PAIR_COLUMNS = ("first_id", "second_id", "weight", "minutes_apart", "metres_apart", "because", "band", "verdict")

_CHUNK_PAIRS = 2_000_000
_SHORTEST_REFERENCE = 5
_QUOTE = re.compile(r"[a-z0-9][a-z0-9/_.-]{3,}[a-z0-9]")
_MOST_ASTRAY = 0.2
_FEWEST_ASTRAY = 5
_ASTRAY_MINUTES = 24 * 60
_MOST_BLOCK_CELLS = 25_000_000

Pairs = tuple[Codes, Codes]


@dataclass(frozen=True, eq=False)
class Matches:
    """
    The pairs proposed between two sources, one to one, strongest first.

    ``pairs`` has :data:`PAIR_COLUMNS`: ``band`` is ``match`` or ``review``; ``verdict`` is ``same`` where a person
    settled the pair (its band is then ``match``), else empty. ``apart`` has the pairs that a person settled as
    different incidents, which are proposed no more. Both records of every pair stay in their sources.
    """

    pairs: pd.DataFrame
    apart: pd.DataFrame
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Edges:
    """Pairs of rows worth a look, each with its weight."""

    i: Codes
    j: Codes
    weight: Numbers

    def only(self, kept: npt.NDArray[np.bool_]) -> "_Edges":
        return _Edges(self.i[kept], self.j[kept], self.weight[kept])


def propose_matches(
    first: pd.DataFrame,
    second: pd.DataFrame,
    decisions: pd.DataFrame | None = None,
    shifts: pd.DataFrame | None = None,
) -> Matches:
    """
    Propose which records of two sources tell of one incident, one to one.

    Every candidate pair gets the sum of its weights; the pairs with the greatest sum in all are chosen, each record in
    one pair at most. A pair is a ``match`` when its weight is :data:`MATCH` or more, no rival is nearer than
    :data:`MARGIN`, and it agrees in the place, its postcode sector or a reference; the others from :data:`REVIEW` are
    for ``review``. The order of the rows does not matter. Wrong where one source
    tells of two incidents of one caller as one, and where a caller rang twice and each source holds another call.

    Parameters
    ----------
    first, second
        Located incidents of the two sources (``LOCATED_COLUMNS``); they are left alone.
    decisions
        What a person settled: ``first_id``, ``second_id`` (either way round) and ``verdict``, same or different.
        Settled pairs stay settled; decisions about records of other sources are no matter of these two.
    shifts
        The shift log, which dates records that have no date of their own.

    Raises
    ------
    SchemaError
        If a table does not keep its contract, or a record was settled as the same incident as two others.
    """
    one, two = (
        check(frame, LOCATED_COLUMNS, f"the {word} source's incidents").sort_values("incident_id", ignore_index=True)
        for frame, word in ((first, "first"), (second, "second"))
    )
    settled = _settled(decisions, one["incident_id"], two["incident_id"])
    a, b = sides(one, two, (_days(one, shifts), _days(two, shifts)))
    links, astray = _quotations(one, two, a, b)
    weighing = _Weighing(a, b, links, _rate(a, b), _rate(b, a))
    edges, crowded = _candidates(weighing)
    free = _without(edges, settled, len(b))
    chosen = _one_to_one(free)
    pairs = _table(weighing, one, two, free, chosen, settled["same"])
    apart = _described(weighing, one, two, settled["different"]).assign(band="review", verdict="different")
    return Matches(pairs, apart[list(PAIR_COLUMNS)], (*_crowd_sentence(crowded), *astray))


def _days(incidents: pd.DataFrame, shifts: pd.DataFrame | None) -> pd.Series:
    """Give each record's own day, or that of the shift in whose log it stands."""
    own = incidents["received_on"]
    if shifts is None:
        return own
    return own.fillna(with_days(incidents, shifts)["day"].astype(own.dtype))


@dataclass(frozen=True, eq=False)
class _Weighing:
    """What the pairs of two sides are weighed with: the quoted references and how crowded each record's hour is."""

    one: Side
    two: Side
    links: Pairs
    rate_one: Numbers
    rate_two: Numbers

    def of(self, i: Codes, j: Codes) -> Findings:
        width = len(self.two)
        quoted = np.isin(i * width + j, self.links[0] * width + self.links[1])
        rate = np.maximum(self.rate_one[i], self.rate_two[j])
        return weigh(self.one, self.two, i, j, quoted=quoted, rate=rate)


def _points(side: Side) -> Numbers:
    """Give where each record stands on London's clocks; one with only a day at its noon."""
    return np.where(side.timeless, side.day + 720, side.wall)


def _rate(one: Side, two: Side) -> Numbers:
    """
    Give how many records of ``two`` an hour holds around each record of ``one``, its own partner apart.

    One record and one hour are added, so that an empty evening is not taken for an hour in which nothing can happen.
    """
    points, others = _points(one), np.sort(_points(two)[~np.isnan(_points(two))])
    reach = np.where(one.timeless, 720, WINDOW_MINUTES)
    near = np.searchsorted(others, points + reach, "right") - np.searchsorted(others, points - reach, "left")
    rate: Numbers = np.where(np.isnan(points), 1.0, np.maximum(near, 1) / (2 * reach / 60 + 1))
    return rate


def _candidates(weighing: _Weighing) -> tuple[_Edges, int]:
    """Weigh all candidate pairs, a few million at a time, and keep those worth a look."""
    one, two = weighing.one, weighing.two
    searches = _searches(one, two)
    counts = np.sum([search.counts(len(one)) for search in searches], axis=0)
    crowded = counts > MOST_CANDIDATES
    kept = []
    for rows in _chunks(np.where(crowded, 0, counts)):
        found = [search.pairs(rows[~crowded[rows]]) for search in searches]
        kept.append(_worth_a_look(weighing, *(np.concatenate(ends) for ends in zip(*found, strict=True))))
    kept.append(_worth_a_look(weighing, *weighing.links))
    i, j, weight = (np.concatenate([getattr(edges, name) for edges in kept]) for name in ("i", "j", "weight"))
    _, single = np.unique(i * max(len(two), 1) + j, return_index=True)
    return _Edges(i[single], j[single], weight[single]), int(crowded.sum())


def _chunks(counts: Codes) -> Iterator[Codes]:
    """Part the rows so that each part has few enough pairs."""
    part = np.cumsum(counts) // _CHUNK_PAIRS
    yield from np.split(np.arange(len(counts)), np.flatnonzero(np.diff(part)) + 1)


def _worth_a_look(weighing: _Weighing, i: Codes, j: Codes) -> _Edges:
    weight = weighing.of(i, j).total
    kept = weight >= REVIEW
    return _Edges(i[kept], j[kept], weight[kept])


@dataclass(frozen=True, eq=False)
class _Search:
    """For some rows of the first source the stretch, in a sorted list of the second, in which candidates stand."""

    rows: Codes
    low: Codes
    high: Codes
    others: Codes

    @staticmethod
    def between(rows: Codes, low: Numbers, high: Numbers, others: Codes, at: Numbers) -> "_Search":
        """Look for the ``others`` that stand from ``low`` to ``high``, both included."""
        order = np.argsort(at, kind="stable")
        at, by_row = at[order], np.argsort(rows, kind="stable")
        return _Search(
            rows[by_row],
            np.searchsorted(at, low[by_row], "left"),
            np.searchsorted(at, high[by_row], "right"),
            others[order],
        )

    def counts(self, size: int) -> Codes:
        """Count the candidates of each row."""
        return np.asarray(np.bincount(self.rows, self.high - self.low, minlength=size), dtype=np.int64)

    def pairs(self, wanted: Codes) -> Pairs:
        """Give the candidate pairs of the wanted rows, which are in order."""
        here = np.isin(self.rows, wanted, assume_unique=False) if len(wanted) else np.zeros(len(self.rows), dtype=bool)
        low, number = self.low[here], (self.high - self.low)[here]
        start = np.repeat(low - np.concatenate([[0], np.cumsum(number)[:-1]]) if len(number) else low, number)
        return np.repeat(self.rows[here], number), self.others[start + np.arange(number.sum())]


def _searches(one: Side, two: Side) -> list[_Search]:
    """Look by the clock, by each reading of it; and by the day where either side has no time or perhaps a default."""
    rows, at = _readings(one)
    others, other_at = _readings(two)
    day = 1440 + NIGHT_ENDS_MINUTES
    loose, other_loose = (np.flatnonzero(side.timeless | side.midnight) for side in (one, two))
    placed, other_placed = (np.flatnonzero(~np.isnan(_points(side))) for side in (one, two))
    point, other_point = _points(one)[placed], _points(two)[other_placed]
    return [
        _Search.between(rows, at - WINDOW_MINUTES, at + WINDOW_MINUTES, others, other_at),
        _Search.between(loose, one.day[loose], one.day[loose] + day - 1, other_placed, other_point),
        _Search.between(placed, point - day + 1, point, other_loose, two.day[other_loose]),
    ]


def _readings(side: Side) -> tuple[Codes, Numbers]:
    """Give every reading of every time: the row it belongs to and the minute."""
    rows = np.concatenate([np.flatnonzero(~np.isnan(minutes)) for minutes in (side.minute, side.other_minute)])
    known = ~np.isnan(side.minute), ~np.isnan(side.other_minute)
    return rows, np.concatenate([side.minute[known[0]], side.other_minute[known[1]]])


def _quotations(first: pd.DataFrame, second: pd.DataFrame, one: Side, two: Side) -> tuple[Pairs, tuple[str, ...]]:
    """
    Find the pairs of which one record quotes the other's reference, as its own reference or within its note.

    Where a fifth of the equal references, and five at least, stand days apart, both sources just number their rows
    alike: equal references are then no evidence, and that is said.
    """
    equal = _equal_references(first["reference"], second["reference"])
    apart = np.abs(_points(one)[equal[0]] - _points(two)[equal[1]])
    astray = int((apart > _ASTRAY_MINUTES).sum())
    sentences: tuple[str, ...] = ()
    if astray >= max(_FEWEST_ASTRAY, _MOST_ASTRAY * len(equal[0])):
        sentences = (
            f"{len(equal[0])} references are equal in both sources, but {astray} of them stand more than a day apart: "
            "both number their records alike, so equal references were not counted",
        )
        equal = equal[0][:0], equal[1][:0]
    forth = _quoted_in(first["note"], second["reference"])
    back = _quoted_in(second["note"], first["reference"])
    i = np.concatenate([equal[0], forth[0], back[1]])
    j = np.concatenate([equal[1], forth[1], back[0]])
    _, single = np.unique(i * max(len(second), 1) + j, return_index=True)
    return (i[single], j[single]), sentences


def _keys(references: pd.Series) -> pd.Series:
    """Give the references that are long enough not to agree by chance, without case and spaces."""
    keys = references.str.casefold().str.split().str.join("")
    return keys[(keys.str.len() >= _SHORTEST_REFERENCE) & keys.str.contains(r"\d", regex=True)]


def _equal_references(first: pd.Series, second: pd.Series) -> Pairs:
    return _join(_keys(first), _keys(second))


def _quoted_in(notes: pd.Series, references: pd.Series) -> Pairs:
    """Pair the notes with the references that stand in them."""
    written = notes[notes.str.contains(r"\d", regex=True)].str.casefold().str.findall(_QUOTE)
    return _join(written.explode().dropna().astype("str"), _keys(references))


def _join(left: pd.Series, right: pd.Series) -> Pairs:
    """Give the row numbers of both that hold the same text, but for texts that stand many times."""
    frequent = right.value_counts()
    right = right[~right.isin(frequent.index[frequent > MOST_CANDIDATES])]
    one = pd.DataFrame({"i": left.index.to_numpy(), "text": left.to_numpy()})
    two = pd.DataFrame({"j": right.index.to_numpy(), "text": right.to_numpy()})
    both = one.merge(two, on="text")
    return both["i"].to_numpy(np.int64), both["j"].to_numpy(np.int64)


def _settled(decisions: pd.DataFrame | None, first: pd.Series, second: pd.Series) -> dict[str, Pairs]:
    """Give the row numbers of the settled pairs by verdict, whichever way round they were noted."""
    if decisions is None or decisions.empty:
        nothing = np.array([], dtype=np.int64)
        return dict.fromkeys(("same", "different"), (nothing, nothing))
    row_one, row_two = (pd.Series(ids.index, index=ids) for ids in (first, second))
    forth = decisions["first_id"].map(row_one), decisions["second_id"].map(row_two)
    back = decisions["second_id"].map(row_one), decisions["first_id"].map(row_two)
    i, j = forth[0].where(forth[1].notna(), back[0]), forth[1].where(forth[0].notna(), back[1])
    here = i.notna() & j.notna()
    found = {
        verdict: (
            i[here & (decisions["verdict"] == verdict)].to_numpy(np.int64),
            j[here & (decisions["verdict"] == verdict)].to_numpy(np.int64),
        )
        for verdict in ("same", "different")
    }
    for rows, ids in zip(found["same"], (first, second), strict=True):
        if len(twice := rows[pd.Series(rows).duplicated().to_numpy()]):
            raise SchemaError(
                f"{ids[twice[0]]!r} was settled as the same incident as two others; settle one pair as different"
            )
    return found


def _without(edges: _Edges, settled: dict[str, Pairs], width: int) -> _Edges:
    """Leave out what is settled: both records of the same incident, and the pairs of different ones."""
    same, different = settled["same"], settled["different"]
    taken = np.isin(edges.i, same[0]) | np.isin(edges.j, same[1])
    apart = np.isin(edges.i * width + edges.j, different[0] * width + different[1])
    return edges.only(~taken & ~apart)


def _one_to_one(edges: _Edges) -> Codes:
    """Choose the edges with the greatest weight in all, each record in one at most; give their places."""
    if not len(edges.i):
        return np.array([], dtype=np.int64)
    rows, columns = (np.unique(ends, return_inverse=True)[1] for ends in (edges.i, edges.j))
    size = int(rows.max()) + 1 + int(columns.max()) + 1
    graph = coo_array((np.ones(len(rows)), (rows, columns + rows.max() + 1)), shape=(size, size))
    block = connected_components(graph, directed=False)[1][rows]
    order = np.argsort(block, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(block[order])) + 1)
    return np.concatenate([group if len(group) == 1 else _best(edges, group) for group in groups])


def _best(edges: _Edges, group: Codes) -> Codes:
    """Solve the assignment within one block of records that share candidates; a weight of 0 gains nothing."""
    rows, row = np.unique(edges.i[group], return_inverse=True)
    columns, column = np.unique(edges.j[group], return_inverse=True)
    if len(rows) * len(columns) > _MOST_BLOCK_CELLS:
        raise SchemaError(
            f"{len(rows)} and {len(columns)} records of the two sources hang together by time and place; compare a "
            "shorter period"
        )
    gain = np.zeros((len(rows), len(columns)))
    gain[row, column] = edges.weight[group] - REVIEW + 1e-6
    place = np.full(gain.shape, -1)
    place[row, column] = group
    chosen = place[linear_sum_assignment(gain, maximize=True)]
    return np.asarray(chosen[chosen >= 0], dtype=np.int64)


def _table(
    weighing: _Weighing, one: pd.DataFrame, two: pd.DataFrame, edges: _Edges, chosen: Codes, same: Pairs
) -> pd.DataFrame:
    """Put the chosen pairs and those settled as the same into one table, strongest first."""
    pairs = edges.i[chosen], edges.j[chosen]
    rival = edges.weight[chosen] - _best_rival(edges, chosen)
    anchored = weighing.of(*pairs).anchored
    proposed = _described(weighing, one, two, pairs)
    clear = (proposed["weight"] >= MATCH) & (rival >= MARGIN) & anchored
    doubts = [_doubt(*facts) for facts in zip(proposed["weight"], rival, anchored, strict=True)]
    proposed = proposed.assign(
        because=proposed["because"] + pd.Series(doubts, dtype="str"),
        band=np.where(clear, "match", "review"),
        verdict="",
    )
    settled = _described(weighing, one, two, same).assign(band="match", verdict="same")
    both = [part for part in (settled, proposed) if len(part)] or [settled]
    table = pd.concat(both, ignore_index=True)[list(PAIR_COLUMNS)].astype({"band": "str", "verdict": "str"})
    return table.sort_values(["weight", "first_id"], ascending=[False, True], ignore_index=True)


def _doubt(weight: float, rival: float, anchored: bool) -> str:
    """Say why a pair of enough weight is for review all the same, or that a rival is near."""
    if rival < MARGIN:
        return f"; a rival pair is {max(rival, 0.0):.1f} behind"
    return "; neither place nor reference agrees" if weight >= MATCH and not anchored else ""


def _best_rival(edges: _Edges, chosen: Codes) -> Numbers:
    """Give the weight of the best other edge at either end of each chosen edge; minus infinity without one."""
    rival = np.full(len(chosen), -np.inf)
    for ends in (edges.i, edges.j):
        order = np.lexsort((-edges.weight, ends))
        place = pd.Series(np.arange(len(order)), index=order).reindex(chosen).to_numpy()
        starts = np.searchsorted(ends[order], ends[chosen], "left")
        other = np.where(place == starts, starts + 1, starts)
        inside = np.minimum(other, len(order) - 1)
        is_rival = (other < len(order)) & (ends[order][inside] == ends[chosen])
        rival = np.maximum(rival, np.where(is_rival, edges.weight[order][inside], -np.inf))
    return rival


def _described(weighing: _Weighing, one: pd.DataFrame, two: pd.DataFrame, pairs: Pairs) -> pd.DataFrame:
    """Give pairs of rows as the user sees them: ids, weight, distances and why."""
    found = weighing.of(*pairs)
    return pd.DataFrame(
        {
            "first_id": one["incident_id"].to_numpy()[pairs[0]],
            "second_id": two["incident_id"].to_numpy()[pairs[1]],
            "weight": found.total,
            "minutes_apart": found.minutes,
            "metres_apart": found.metres,
            "because": [because(found, pair) for pair in range(len(pairs[0]))],
        }
    ).astype({"first_id": "str", "second_id": "str", "because": "str"})


def _crowd_sentence(crowded: int) -> tuple[str, ...]:
    if not crowded:
        return ()
    return (
        f"{counted(crowded, 'record')} with more than {thousands(MOST_CANDIDATES)} candidates each, which cannot be "
        "told apart: in no pair. Look for a default date or time there",
    )
