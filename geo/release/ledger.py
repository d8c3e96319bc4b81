"""
Compare a release with those before it: whoever holds two tables can subtract one from the other.

Each release is kept with the records behind its counts, as marks that say nothing without the project's key. So it is
known exactly which records two counts differ by, also when data were added, mended or erased in between, when the
periods overlap, and when one edition's district is made of another's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack

from geo.errors import DisclosureError
from geo.release.attack import is_told, limits, read_back
from geo.release.disclosure import Policy, policy_of


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of a release: of which area and measure, the figure shown (None: hidden), and marks of its records."""

    area: str
    measure: str
    shown: int | None
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Release:
    """What left once: when (as the project writes times), in which mode, of which selection, and its counts."""

    at: str
    mode: str
    selection: str
    cells: tuple[Cell, ...]

    def __str__(self) -> str:
        """Name the release in a sentence."""
        return f"the export in {self.mode} mode of {self.at[:10]} ({self.selection})"


def check_release(new: Release, earlier: Sequence[Release]) -> None:
    """
    Refuse a release that, with an earlier one, would tell of a few records.

    Two rules. No count that is shown may differ from an earlier one by 1 to ``threshold - 1`` records where one's
    records are all among the other's. And no hidden count, of the new release or an earlier one, may be told from all
    of them together to a range below ``threshold - 1``; the attack supposes that its reader knows which counts have
    records in common. The readers of a mode hold the releases of the stricter modes too, and its threshold counts for
    them. Wrong where a record was undone and came in again under another reference: then it is taken for another one.

    Raises
    ------
    DisclosureError
        If so, naming the earlier release, the counts and what to do.
    """
    for before in earlier:
        if isolated := list(_isolated(new, before)):
            cell, records = isolated[0]
            raise DisclosureError(
                f"together with {before} this release would single out records in {len(isolated)} counts (first: "
                f"{cell.measure} in {cell.area}, which differ by {records}); release the same period and source as "
                "before, one that differs by more, or leave the districts out"
            )
    if told := [one for readers in _readers(new, earlier) for one in _told_together([new, *readers])]:
        release, cell, least, greatest = told[0]
        where = "of this release" if release is new else f"of {release}"
        raise DisclosureError(
            f"together with {_counted(len(earlier))} this release would give away {len(told)} hidden counts (first: "
            f"{cell.measure} in {cell.area}, hidden {where}, would be {least:.0f} to {greatest:.0f}); release the same "
            "period, source and edition as before, or leave the districts out"
        )


def _readers(new: Release, earlier: Sequence[Release]) -> list[list[Release]]:
    """Give the earlier releases that each group of readers holds beside the new one."""
    strict = policy_of(new.mode).threshold
    thresholds = sorted({strict, *(policy_of(one.mode).threshold for one in earlier)})
    groups = [[one for one in earlier if policy_of(one.mode).threshold >= of] for of in thresholds if of <= strict]
    return [group for group in groups if group]


def _isolated(new: Release, before: Release) -> Iterator[tuple[Cell, int]]:
    """Give the shown counts that differ from an earlier one by a few records, and by how many."""
    threshold = _threshold([new, before])
    for cell in new.cells:
        for other in before.cells:
            if cell.shown is None or other.shown is None or cell.measure != other.measure:
                continue
            apart = abs(len(cell.marks) - len(other.marks))
            if 0 < apart < threshold and (cell.marks <= other.marks or other.marks <= cell.marks):
                yield cell, apart


def _told_together(releases: Sequence[Release]) -> list[tuple[Release, Cell, float, float]]:
    """Give the hidden counts that all releases together tell, and their own release alone does not."""
    if not (together := _told(releases)):
        return []
    alone = {(id(one[0]), one[1]) for release in releases for one in _told([release])}
    return [one for one in together if (id(one[0]), one[1]) not in alone]


def _told(releases: Sequence[Release]) -> list[tuple[Release, Cell, float, float]]:
    """Attack all releases together, and give the hidden counts that can be told closely enough."""
    cells = [(release, cell) for release in releases for cell in release.cells]
    policies, threshold = [policy_of(release.mode) for release, _ in cells], _threshold(releases)
    kept = [_is_kept_from(cell, policy, threshold) for (_, cell), policy in zip(cells, policies, strict=True)]
    hidden = np.flatnonzero(kept)
    if not len(hidden):
        return []
    member = _pieces(cell for _, cell in cells)
    low, high = (np.array(bound) for bound in zip(*map(_bounds, cells, policies), strict=True))
    pieces = member.shape[1]
    sums = csr_array(hstack([member, -eye_array(len(cells))], format="csr"))
    least, greatest = limits(
        sums, np.append(np.zeros(pieces), low), np.append(np.full(pieces, np.inf), high), pieces + hidden
    )
    told = is_told(least, greatest, threshold, all(policy.zeros_shown for policy in policies))
    return [
        (*cells[at], least_of, greatest_of)
        for at, least_of, greatest_of, is_out in zip(hidden, least, greatest, told, strict=True)
        if is_out
    ]


def _is_kept_from(cell: Cell, policy: Policy, threshold: int) -> bool:
    """Say whether readers of a threshold must not know a hidden count: they may where only a stricter mode hides it."""
    is_theirs = 0 < len(cell.marks) < threshold or policy.threshold <= threshold
    return cell.shown is None and bool(cell.marks) and is_theirs


def _pieces(cells: Iterable[Cell]) -> csr_array:
    """
    Cut the records into pieces that stand in the same counts, and say which counts each piece is part of.

    Returns
    -------
    1 where a piece (column) is part of a count (row).
    """
    sets = [cell.marks for cell in cells]
    counts_of: dict[str, list[int]] = {}
    for at, marks in enumerate(sets):
        for mark in marks:
            counts_of.setdefault(mark, []).append(at)
    pieces = sorted(set(map(tuple, counts_of.values())))
    rows = [count for piece in pieces for count in piece]
    columns = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(sets), len(pieces)))


def _bounds(cell: tuple[Release, Cell], policy: Policy) -> tuple[float, float]:
    """Give what a reader knows of one count by itself."""
    shown = np.array([np.nan if cell[1].shown is None else float(cell[1].shown)])
    low, high = read_back(shown, policy.round_to, policy.threshold, policy.zeros_shown)
    return float(low[0]), float(high[0])


def _threshold(releases: Iterable[Release]) -> int:
    return min(policy_of(release.mode).threshold for release in releases)


def _counted(earlier: int) -> str:
    return "the earlier release" if earlier == 1 else f"the {earlier} earlier releases"
