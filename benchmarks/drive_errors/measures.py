"""
How wrong minutes are: errors, shares on the right side, and intervals from resampling whole clusters.

A frame of pairs has ``true`` and ``ours`` (minutes of driving), ``cluster`` (what is resampled: hospitals, or starts)
and ``urban``.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

BANDS = ((0, 5), (5, 10), (10, 20), (20, 30), (30, 60))
"""Bands of true minutes, the upper end included."""

CLASSES = (10, 15, 20, 30)
"""Minutes at which the classes of an isochrone are cut, the limit itself inside."""

LIMITS = (5, 10, 15, 20, 30, 45, 60)
AROUND_LIMIT = 0.5
"""A limit is judged on pairs whose true minutes are within this share of it: nearer than half or farther than one and a
half times the limit nobody asks on which side a place is."""

FARTHEST_MINUTES = 60.0
LEAST_PAIRS = 30
"""A line stands on so many pairs or is left out."""

DRAWS = 200
STATISTICS = ("median_percent", "bias_percent", "p90_percent", "median_minutes", "p90_minutes", "right_percent")


def lines(pairs: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """
    Measure pairs of true and estimated minutes, all together, by band, by place and by limit.

    Returns
    -------
    A line for each group of at least :data:`LEAST_PAIRS`: ``kind`` (all, band, urban, rural, limit), ``low`` and
    ``high`` (true minutes of the group), ``limit``, ``pairs``, ``clusters``, each of :data:`STATISTICS`, and the ends
    of its 95% interval as ``…_low`` and ``…_high`` (missing with one cluster). ``right_percent`` is the share in the
    right one of the classes cut at :data:`CLASSES`; of a limit, the share on its right side.
    """
    groups = [
        {"kind": kind, "low": low, "high": high, "limit": limit, **measured(part, limit, seed=seed)}
        for kind, low, high, limit, part in _groups(pairs)
        if len(part) >= LEAST_PAIRS
    ]
    return pd.DataFrame(groups)


def measured(pairs: pd.DataFrame, limit: float | None = None, *, seed: int = 0) -> dict[str, float]:
    """Measure one group of pairs, with the ends of each statistic's interval."""
    true, ours = (pairs[name].to_numpy(float) for name in ("true", "ours"))
    point = statistics(true, ours, limit)
    spread = _resampled(true, ours, pairs["cluster"].to_numpy(), limit, seed)
    ends = {f"{name}_{end}": spread[name][row] for name in STATISTICS for row, end in enumerate(("low", "high"))}
    return {"pairs": len(pairs), "clusters": pairs["cluster"].nunique(), **point, **ends}


def statistics(true: np.ndarray, ours: np.ndarray, limit: float | None = None) -> dict[str, float]:
    """Give each of :data:`STATISTICS`; percentages are of the true minutes, and a bias above 0 is too slow."""
    out, off = np.abs(ours - true), (ours / true - 1) * 100
    median_off, far_off = np.quantile(np.abs(off), (0.5, 0.9))
    median_out, far_out = np.quantile(out, (0.5, 0.9))
    cuts = CLASSES if limit is None else (limit,)
    right = np.searchsorted(cuts, true) == np.searchsorted(cuts, ours)
    values = (median_off, np.median(off), far_off, median_out, far_out, 100 * right.mean())
    return dict(zip(STATISTICS, (float(value) for value in values), strict=True))


def _groups(pairs: pd.DataFrame) -> Iterator[tuple[str, float, float, float | None, pd.DataFrame]]:
    """Give each group: its kind, its true minutes, the limit that it is about, and its pairs."""
    true = pairs["true"]
    within = pairs[true <= FARTHEST_MINUTES]
    yield "all", 0, FARTHEST_MINUTES, None, within
    for low, high in BANDS:
        yield "band", low, high, None, pairs[(true > low) & (true <= high)]
    for kind, urban in (("urban", True), ("rural", False)):
        yield kind, 0, FARTHEST_MINUTES, None, within[within["urban"] == urban]
    for limit in LIMITS:
        low, high = limit * (1 - AROUND_LIMIT), limit * (1 + AROUND_LIMIT)
        yield "limit", low, high, limit, pairs[(true >= low) & (true <= high)]


def _resampled(
    true: np.ndarray, ours: np.ndarray, cluster: np.ndarray, limit: float | None, seed: int
) -> dict[str, tuple[float, float]]:
    """Draw whole clusters with replacement and give the middle 95% of each statistic."""
    names, place = np.unique(cluster, return_inverse=True)
    if len(names) < 2:
        return dict.fromkeys(STATISTICS, (np.nan, np.nan))
    members = np.split(np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))[:-1])
    draw = np.random.default_rng(seed)
    drawn = []
    for _ in range(DRAWS):
        rows = np.concatenate([members[number] for number in draw.integers(0, len(names), len(names))])
        drawn.append(statistics(true[rows], ours[rows], limit))
    low, high = pd.DataFrame(drawn).quantile([0.025, 0.975]).to_numpy()
    return {name: (float(low[k]), float(high[k])) for k, name in enumerate(STATISTICS)}
