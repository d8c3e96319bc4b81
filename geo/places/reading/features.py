"""What the readers of all formats hand on: the features of one layer as they stand in the file."""

from dataclasses import dataclass, field
from typing import Any

import pyproj
from shapely.geometry.base import BaseGeometry

MOST_FEATURES = 250_000
"""More than the 188,880 output areas of England and Wales (Census 2021), the largest layer that anyone brings."""

MOST_COLUMNS = 300
MOST_LETTERS = 500
"""A cell longer than this is cut: names and codes are shorter."""


@dataclass(frozen=True, slots=True)
class Feature:
    """
    One feature: its shape in the file's own numbers, or why it has none, and what was done to read it.

    ``fault`` is empty where there is a shape.
    """

    shape: BaseGeometry | None
    fault: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Features:
    """
    The features of one layer, a text for each in every column, and the reference system that the file states.

    ``crs`` is None where the file states none; ``stated`` says how the file does. ``faults`` are sentences about the
    file as a whole.
    """

    layer: str
    features: tuple[Feature, ...]
    columns: dict[str, list[str]]
    crs: pyproj.CRS | None
    stated: str
    faults: tuple[str, ...] = field(default=())


def text_of(value: Any) -> str:
    """
    Write a value of a file as text: whole numbers without '.0', what is missing as nothing.

    Examples
    --------
    >>> text_of(12.0), text_of(None), text_of(True), text_of(" Castle ")
    ('12', '', 'true', 'Castle')
    """
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return str(value).strip()[:MOST_LETTERS]
