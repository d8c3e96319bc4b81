"""
Attack what leaves: random tables by linear programme, and pairs of filters by subtraction.

    python -m benchmarks.reliability attack

Tables are made at random, protected, and attacked by linear programmes that know all a reader knows. Pairs of releases
are made by two filters over the same records, at random, and offered one after the other. What may not happen is
counted: it must be 0.
"""

import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from benchmarks.reliability.bound import at_most
from geo.errors import DisclosureError
from geo.release.attack import attack, is_told
from geo.release.disclosure import POLICIES, Policy, protect, small
from geo.release.ledger import Cell, Release, check_release

TABLES, PAIRS = 10_000, 100_000
SEED = 136
AT_ONCE = 2
PART = 500
MARGINS = ["all", "Total"]
MODES = ("partner", "release")
RECORDS, DAYS = 200, 90
EDITIONS = (("A", "B", "C"), ("AB", "C"))
"""Areas as two editions of districts divide them: one joins what the other keeps apart."""


def section() -> str:
    """Measure, and give the figures as a section of the reliability page."""
    head = "## Disclosure: what can be worked out of what leaves\n\n`python -m benchmarks.reliability attack`\n"
    return "\n".join([head, _tables(), _pairs()])


def _tables() -> str:
    with ProcessPoolExecutor(AT_ONCE) as pool:
        of = sum(pool.map(attack_tables, range(SEED, SEED + TABLES // PART)), Counter())
    return f"""**Tables.** {of["tables"]:,} random tables of 2 to 6 rows and columns with their totals, in partner and
release mode, zeros shown or hidden, were protected and attacked: for every hidden count two linear programmes gave the
least and the greatest value that agree with all that is shown. A count is told when that range is narrower than the
threshold less one. Tables of which a count was told: {of["failed"]:,} of {of["tables"]:,}, so with 95% confidence
{at_most(of["failed"], of["tables"])} of such tables.

| counts | number |
|---|---:|
| in all | {of["counts"]:,} |
| too small to show | {of["small"]:,} |
| hidden besides, until the attack fails | {of["besides"]:,} |
| told by the attack | {of["told"]:,} |
| told, if only the small ones were hidden and nothing rounded | {of["naive"]:,} |
"""


def _pairs() -> str:
    with ProcessPoolExecutor(AT_ONCE) as pool:
        of = sum(pool.map(offer_pairs, range(SEED, SEED + PAIRS // PART)), Counter())
    return f"""**Pairs of filters.** {of["pairs"]:,} times, two periods of days, modes and editions of areas (one joins
two areas of the other) were drawn over {RECORDS} records, and the counts of the second offered after those of the
first. Two releases single out records where two counts that are shown, of any areas, differ by 1 to threshold - 1
records, all of the one among the other's. Let through: {of["let through"]:,} of {of["pairs"]:,} pairs, so with 95%
confidence {at_most(of["let through"], of["pairs"])} of such pairs.

| pairs | number |
|---|---:|
| refused | {of["refused"]:,} |
| that would single out records | {of["isolating"]:,} |
| of these let through | {of["let through"]:,} |
"""


def attack_tables(seed: int) -> Counter[str]:
    """Protect and attack a part of the random tables, and count."""
    rng, found = np.random.default_rng(seed), Counter[str]()
    for number in range(PART):
        table = _table(rng)
        policy = replace(POLICIES[MODES[number % 2]], zeros_shown=number % 4 < 2)
        few, shown = small(table, policy), protect(table, policy, MARGINS)
        hidden = shown.isna().to_numpy()
        told = _told(shown, policy) + int((few & ~hidden).sum())
        exact = Policy("release", policy.threshold, 1, points=False, words="", zeros_shown=policy.zeros_shown)
        found += Counter(
            {
                "tables": 1,
                "failed": int(told > 0),
                "counts": table.size,
                "small": int(few.sum()),
                "besides": int((hidden & ~few).sum()),
                "told": told,
                "naive": _told(table.mask(few), exact),
            }
        )
    return found


def _table(rng: np.random.Generator) -> pd.DataFrame:
    """Give a table with totals: many small counts, a few large ones, some zeros."""
    rows, columns = rng.integers(2, 7, 2)
    mean = rng.choice([3.0, 8.0, 20.0])
    cells = rng.negative_binomial(0.8, 0.8 / (0.8 + mean), (rows, columns))
    table = pd.DataFrame(cells, index=[f"r{at}" for at in range(rows)], columns=[f"c{at}" for at in range(columns)])
    table["all"] = table.sum(axis=1)
    table.loc["Total"] = table.sum()
    return table


def _told(shown: pd.DataFrame, policy: Policy) -> int:
    """Attack a table as a reader who knows the policy, and count what is told."""
    found = attack(
        shown,
        MARGINS,
        round_to=policy.round_to,
        shown_from=policy.threshold if policy.round_to > 1 else 0,
        zeros_shown=policy.zeros_shown,
    )
    least, greatest = found["least"].to_numpy(), found["greatest"].to_numpy()
    return int(is_told(least, greatest, policy.threshold, policy.zeros_shown).sum())


def offer_pairs(seed: int) -> Counter[str]:
    """Offer a part of the pairs of releases, and count."""
    rng, found = random.Random(seed), Counter[str]()  # noqa: S311 - filters, not secrets
    records = [(f"i{at}", rng.randrange(DAYS), rng.choice(EDITIONS[0])) for at in range(RECORDS)]
    for _ in range(PART):
        first, second = (_drawn(records, rng) for _ in range(2))
        isolates = _isolates(first, second)
        try:
            check_release(second, [first])
            refused = False
        except DisclosureError:
            refused = True
        found += Counter(
            {"pairs": 1, "refused": refused, "isolating": isolates, "let through": isolates and not refused}
        )
    return found


def _drawn(records: list[tuple[str, int, str]], rng: random.Random) -> Release:
    """Give the release of the records of a span of days, in one mode and by one edition of areas."""
    start, end = sorted(rng.sample(range(DAYS + 1), 2))
    mode, areas = rng.choice(MODES), rng.choice(EDITIONS)
    cells = []
    for area in areas:
        marks = frozenset(mark for mark, day, of in records if of in area and start <= day < end)
        hidden = 0 < len(marks) < POLICIES[mode].threshold
        cells.append(Cell(area, "incidents", None if hidden else 5 * round(len(marks) / 5), marks))
    return Release("2016-07-01", mode, f"days {start} to {end}", tuple(cells))


def _isolates(first: Release, second: Release) -> bool:
    """Say whether two releases, subtracted, single out a few records; by the records, not by the rule under test."""
    threshold = min(POLICIES[one.mode].threshold for one in (first, second))
    return any(
        (not one.marks - other.marks or not other.marks - one.marks) and 0 < len(one.marks ^ other.marks) < threshold
        for one, other in product(first.cells, second.cells)
        if one.shown is not None and other.shown is not None
    )
