"""
Colours that can be told apart, and classes that begin and end at round numbers. Pure functions.

Sequential Blues and diverging PuOr are ColorBrewer's (Brewer 2003, colorbrewer2.org, Apache 2.0); categories are of
Okabe and Ito (2008, 'Color universal design', jfly.uni-koeln.de/color), without the pair of red and green.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import SchemaError
from geo.numbers import THIN_SPACE

BLUES = ("#c6dbef", "#9ecae1", "#6baed6", "#3182bd", "#08519c")
"""Light to dark; the lightest stands out from the land."""

ORANGES = ("#662506", "#993404", "#cc4c02", "#ec7014", "#fe9929")
"""One hue, dark to light: the outlines of drive times, nearest first."""

FEWER, MORE = ("#b35806", "#f1a340", "#fee0b6"), ("#d8daeb", "#998ec3", "#542788")
"""PuOr about zero: the strongest fall first, the strongest rise last."""

UNKNOWN = "#9e9e9e"
ZERO = "#ffffff"
UNSEEN = "#ffffff"
"""Under the hatch of 'not observed' and the dots of 'hidden'."""

_ROUND = (1.0, 2.0, 2.5, 4.0, 5.0, 10.0)
_SERIES = (1.0, 2.0, 5.0)
_CROWDED = 0.75
"""Where more than this share of the values would fall into the lowest of equal classes, they follow 1-2-5 instead."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a category is drawn: a colour and, as the second cue, a shape."""

    colour: str
    shape: str


MARKS = (
    Mark("#0072B2", "circle"),
    Mark("#E69F00", "square"),
    Mark("#CC79A7", "triangle"),
    Mark("#009E73", "diamond"),
    Mark("#000000", "cross"),
)


@dataclass(frozen=True, slots=True)
class Classes:
    """
    Classes of a number: the edges between them, ascending, and a colour each.

    A class holds its upper edge and not its lower one (away from zero, where classes lie on both sides of it); exactly
    zero is a class of its own, drawn as zero. Values are compared to ten digits, as edges are written.
    """

    edges: tuple[float, ...]
    colours: tuple[str, ...]
    whole: bool = False

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.colours) + 1 or list(self.edges) != sorted(set(self.edges)):
            raise SchemaError(
                f"{len(self.colours)} classes need {len(self.colours) + 1} ascending edges, not {self.edges}"
            )

    def colour(self, value: float) -> str:
        """
        Give the colour of a value; what is not a number is unknown, and grey.

        Raises
        ------
        SchemaError
            If the value lies outside all classes.
        """
        if math.isnan(value):
            return UNKNOWN
        value = _tidy(value)
        if value == 0:
            return ZERO
        inside = [
            colour
            for low, high, colour in zip(self.edges, self.edges[1:], self.colours, strict=False)
            if (low < value <= high if value > 0 else low <= value < high)
        ]
        if not inside:
            raise SchemaError(f"{value:g} lies outside the classes {self.edges[0]:g} to {self.edges[-1]:g}")
        return inside[0]

    def labels(self) -> tuple[str, ...]:
        """Say in words what each class holds, lowest first."""
        return tuple(self._label(low, high) for low, high in zip(self.edges, self.edges[1:], strict=False))

    def _label(self, low: float, high: float) -> str:
        if not self.whole:
            return f"{number(low)} to {number(high)}"
        first, last = (low + 1, high) if high > 0 else (low, high - 1)
        return number(first) if first == last else f"{number(first)} to {number(last)}"


def number(value: float) -> str:
    r"""
    Write a number as a legend does: a true minus, a thin space in thousands, no needless decimals.

    Examples
    --------
    >>> number(-2.50) == "\u22122.5", number(12500) == "12\u2009500"
    (True, True)
    """
    return f"{value:,.10g}".replace(",", THIN_SPACE).replace("-", "\u2212")


def sequential(values: Iterable[float]) -> Classes:
    """
    Make five classes, light to dark, of numbers that are zero or more.

    Equal steps of 1, 2, 2.5, 4 or 5 times a power of ten; where more than three quarters of the positive values would
    share the lowest class, edges follow 1-2-5 down from the largest (whole numbers may then need fewer than five).
    Whole numbers get whole edges. Wrong for comparing two maps unless both maps' values are given at once.

    Raises
    ------
    SchemaError
        If a value is negative or infinite.

    Examples
    --------
    >>> sequential([0, 3, 9]).edges
    (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)
    >>> sequential([0.1, 0.2, 0.3, 0.4, 10.0]).edges
    (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
    """
    known = _known(values)
    if (known < 0).any():
        raise SchemaError(
            f"{int((known < 0).sum())} values are negative (first: {known[known < 0][0]:g}); use diverging"
        )
    positive = known[known > 0]
    whole = bool(known.size) and bool((known == np.round(known)).all())
    if not positive.size:
        return Classes((0.0, 1.0, 2.0, 3.0, 4.0, 5.0), BLUES, whole=True)
    step = _step(float(positive.max()), len(BLUES), whole)
    if float((positive <= step).mean()) > _CROWDED and len(set(positive)) > 2:
        edges = _series(float(positive.max()), whole)
        return Classes((0.0, *edges), BLUES[-len(edges) :], whole)
    return Classes(tuple(_tidy(step * place) for place in range(len(BLUES) + 1)), BLUES, whole)


def diverging(values: Iterable[float]) -> Classes:
    """
    Make three classes on either side of zero, equal steps, the same on both sides: orange is fewer, purple is more.

    Raises
    ------
    SchemaError
        If a value is infinite.

    Examples
    --------
    >>> diverging([-2.9, 1.0]).edges
    (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
    """
    known = np.abs(_known(values))
    whole = bool(known.size) and bool((known == np.round(known)).all())
    step = _step(float(known.max()), len(MORE), whole) if known.any() else 1.0
    return Classes(tuple(_tidy(step * place) for place in range(-3, 4)), (*FEWER, *MORE), whole)


def percent_change(values: Iterable[float]) -> Classes:
    """
    Make classes of per cent above or below something, which cannot fall below -100: halved stands against doubled.

    The outer edge above is 300, or the next hundred that holds the largest value.

    Raises
    ------
    SchemaError
        If a value is infinite.

    Examples
    --------
    >>> percent_change([-40.0, 320.0]).edges
    (-100.0, -50.0, -20.0, 0.0, 25.0, 100.0, 400.0)
    """
    known = _known(values)
    top = max(300.0, math.ceil(float(known.max(initial=0.0)) / 100) * 100.0)
    return Classes((-100.0, -50.0, -20.0, 0.0, 25.0, 100.0, top), (*FEWER, *MORE))


def categories(names: Iterable[str]) -> dict[str, Mark]:
    """
    Give each category a colour and a shape, in order; five at most can be told apart.

    Raises
    ------
    SchemaError
        If there are more than five.
    """
    wanted = list(dict.fromkeys(names))
    if len(wanted) > len(MARKS):
        raise SchemaError(
            f"{len(wanted)} categories cannot be told apart on a map; put the rarest together, {len(MARKS)} at most"
        )
    return dict(zip(wanted, MARKS, strict=False))


def _known(values: Iterable[float]) -> npt.NDArray[np.float64]:
    """Give the values that are known, refusing infinite ones."""
    given: npt.NDArray[np.float64] = np.array(list(values), dtype=np.float64)
    if np.isinf(given).any():
        raise SchemaError(f"{int(np.isinf(given).sum())} values are infinite; say 'unknown' for them instead")
    known: npt.NDArray[np.float64] = given[~np.isnan(given)]
    return known


def _step(largest: float, count: int, whole: bool) -> float:
    """Give the smallest round number of which ``count`` reach ``largest``; with ``whole``, the smallest whole one."""
    least = largest / count
    scale = 10.0 ** math.floor(math.log10(least)) if not whole or least > 1 else 1.0
    steps = [_tidy(scale * ten * digit) for ten in (1.0, 10.0) for digit in _ROUND]
    return next(s for s in steps if _tidy(s * count) >= _tidy(largest) and (not whole or s == round(s)))


def _series(largest: float, whole: bool) -> tuple[float, ...]:
    """Give up to five edges of the series 1-2-5 that end at or just above ``largest``."""
    power = math.floor(math.log10(largest))
    series = [_tidy(digit * 10.0**place) for place in range(power - 3, power + 2) for digit in _SERIES]
    last = next(place for place, edge in enumerate(series) if edge >= _tidy(largest))
    edges = series[last - len(BLUES) + 1 : last + 1]
    return tuple(edge for edge in edges if not whole or edge >= 1)


def _tidy(value: float) -> float:
    """Drop what binary arithmetic adds after the tenth digit."""
    return float(f"{value:.10g}")
