"""
A second exposure: the rhythm of the week where the scheme itself never was, taken openly from elsewhere.

Either a source that is kept day and night, or a published profile with its citation. It lends its rhythm, never its
level.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc

from geo.demand.model import Record, fit_rhythm
from geo.demand.watched import Watched
from geo.errors import SchemaError
from geo.numbers import thousands
from geo.week import HOURS, Hours

HOW = (
    "give title, citation, edition, weights (168 numbers from Monday 00:00, or 24 for every day alike) and effective "
    "(the incidents that it is worth)"
)


CLEAR = 0.01
"""Share of times that chance alone differs so much, below which two rhythms are said to differ (assumption)."""

BLOCK = 3
"""Hours of the day that are compared together."""

FEWEST = 20
"""Incidents in hours that both saw, below which two rhythms are not compared (assumption)."""


@dataclass(frozen=True, eq=False)
class Profile:
    """
    What another record tells of the rhythm of the week, and the words that name it wherever it is used.

    A little too sure where an incident stands in both records: it is counted in each.
    """

    record: Record
    words: str

    def against(self, own: Record, dispersion: float = 1.0) -> str:
        """
        Say whether a scheme's own record and this one differ through the day by more than chance, where both were live.

        Chi-squared of two Poisson records over blocks of three hours of the day, with what both together expect in
        its denominator, so a block in which one of them holds none counts too; the scheme's own chance is widened by
        the ``dispersion`` of its nights. It cannot show a difference in hours that only one of them saw.
        """
        both = (own.exposure > 0) & self.hours
        ratio = np.divide(own.exposure, self.record.exposure, out=np.zeros(HOURS), where=both)
        seen, told, ratios, hours = (
            np.bincount(np.arange(HOURS) % 24 // BLOCK, weights=values)
            for values in (own.counts * both, self.record.counts * ratio, ratio, both)
        )
        if seen.sum() < FEWEST:
            return "too few incidents in hours that both saw to compare their rhythms"
        if not told.sum() > 0:
            return "it holds no incident in any hour that both saw, where the scheme's own does: do not rely on it"
        scale = seen.sum() / told.sum()
        widening = scale * ratios / np.maximum(hours, 1)
        expected = (widening * seen + scale * told) / (1 + widening)
        used = expected > 0
        variance = expected[used] * (dispersion + widening[used])
        p_value = float(chdtrc(max(used.sum() - 1, 1), np.sum((seen - scale * told)[used] ** 2 / variance)))
        if p_value < CLEAR:
            return (
                f"where both were live their rhythms differ by more than chance (p = {p_value:.1g}): do not rely on it"
            )
        return f"where both were live their rhythms differ no more than chance explains (p = {p_value:.2f})"

    @property
    def hours(self) -> npt.NDArray[np.bool_]:
        """The hours of the week of which it tells, shape (168,)."""
        return self.record.exposure > 0


def source_profile(incidents: pd.DataFrame, watch: pd.DataFrame, name: str) -> Profile:
    """
    Take the rhythm of the week from a source that is kept day and night.

    Parameters
    ----------
    incidents, watch
        Its incidents, and the stretches in which it was kept (:func:`geo.demand.exposure.round_the_clock`).
    name
        What the source is called in sentences.

    Raises
    ------
    SchemaError
        If it holds no incident with a time in its live hours.
    """
    watched = Watched.of(incidents, watch)
    counted = int(watched.counts.sum())
    if counted == 0:
        raise SchemaError(f"{name} holds no incident with a time, so it tells no hour; choose another second source")
    rates = np.exp(fit_rhythm([watched.doubtful()]).moments()[0])
    frailty = watched.dispersion(rates).frailty
    return Profile(watched.record(rates, frailty), f"{name}, {thousands(counted)} incidents with a time")


def published_profile(text: str, what: str = "the profile") -> Profile:
    r"""
    Read a published profile from TOML.

    ``effective`` says how far it is trusted: as far as so many incidents counted in its proportions. An hour of weight
    0 is one without incidents, not an unknown one. Wrong where the published service differs from this one in what it
    records, or in town and country.

    Parameters
    ----------
    text
        ``title``, ``citation``, ``edition``, ``weights`` (168 or 24 numbers, none negative) and ``effective`` (> 0).
    what
        The words by which an error names the text, such as the file's name.

    Raises
    ------
    SchemaError
        If the text is no TOML, or one of these is missing or cannot be used.

    Examples
    --------
    >>> text = 'title = "Calls"\ncitation = "Doe 2020"\nedition = "2019"\neffective = 100\n'
    >>> published_profile(text + f"weights = {[1] * 12 + [3] * 12}").words
    "the published profile 'Calls' (Doe 2020, 2019), trusted like 100 incidents"
    """
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"{what} is not TOML ({error}); {HOW}") from error
    title, citation, edition = (_named(fields, name, what) for name in ("title", "citation", "edition"))
    weights, effective = _weights(fields, what), _effective(fields, what)
    counts = weights * effective / weights.sum()
    words = f"the published profile {title!r} ({citation}, {edition}), trusted like {thousands(effective)} incidents"
    return Profile(Record.plain(counts, np.ones(HOURS)), words)


def _named(fields: Mapping[str, Any], name: str, what: str) -> str:
    value = str(fields.get(name, "")).strip()
    if not value:
        raise SchemaError(f"{what} has no {name}; {HOW}")
    return value


def _weights(fields: Mapping[str, Any], what: str) -> Hours:
    try:
        weights = np.asarray(fields.get("weights", []), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SchemaError(f"{what} has weights that are no numbers; {HOW}") from error
    if weights.shape not in {(HOURS,), (24,)}:
        raise SchemaError(f"{what} has {weights.size} weights; {HOW}")
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.sum() > 0:
        raise SchemaError(f"{what} has weights that are negative, not finite, or all 0; {HOW}")
    return np.resize(weights, HOURS)


def _effective(fields: Mapping[str, Any], what: str) -> float:
    value = fields.get("effective")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise SchemaError(f"{what} has no effective count above 0; {HOW}")
    return float(value)
