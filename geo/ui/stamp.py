"""
The stamp of a link: when it was made, of which project, from which data, with which plans.

It holds digests and a date: no name, no folder and no record. A link whose stamp is another's or another day's data
says so on the page that it opens.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from geo.ui import words

KEY = "made"
"""What the stamp is called in a link."""

_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})\.([0-9a-f]{8})\.([0-9a-f]{8})\.([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a link says of its making; the three digests have eight letters each."""

    made: dt.date
    origin: str
    contents: str
    plans: str

    @property
    def text(self) -> str:
        """The stamp as a link holds it."""
        return f"{self.made.isoformat()}.{self.origin}.{self.contents}.{self.plans}"


def parse_stamp(text: str) -> Stamp | None:
    """
    Read a stamp; None where it is none.

    Examples
    --------
    >>> stamp = Stamp(dt.date(2016, 11, 3), "0a1b2c3d", "11111111", "22222222")
    >>> parse_stamp(stamp.text) == stamp, parse_stamp("2016-13-03.0a1b2c3d.11111111.22222222")
    (True, None)
    """
    found = _STAMP.fullmatch(text)
    if found is None:
        return None
    try:
        return Stamp(dt.date.fromisoformat(found[1]), *found.groups()[1:])
    except ValueError:
        return None


def digest(parts: Sequence[str]) -> str:
    """Give eight letters that change with the parts."""
    return hashlib.sha256(repr(list(parts)).encode()).hexdigest()[:8]


def said_of_link(link: Stamp, now: Stamp, project: str) -> str:
    """
    Say what is no longer as it was when a link was made; the empty string where all is.

    Examples
    --------
    >>> link = Stamp(dt.date(2016, 11, 3), "0a1b2c3d", "11111111", "22222222")
    >>> said_of_link(link, Stamp(dt.date(2016, 12, 1), "0a1b2c3d", "99999999", "22222222"), "Alloy")
    "This link was made on 3 Nov 2016 with other data; these are today's figures."
    """
    made = f"This link was made on {words.day(link.made)}"
    if link.origin != now.origin:
        return f"{made} in another project, which is not among the recent ones; these figures are of {project}."
    if link.contents != now.contents:
        return f"{made} with other data; these are today's figures."
    if link.plans != now.plans:
        return f"{made} with another plan than is kept here today; these are today's figures."
    return ""


def said_of_lost(lost: Sequence[str]) -> str:
    """
    Say what a link asks for that could not be restored.

    Examples
    --------
    >>> said_of_lost(["the plan 'Later'", "from 2015-01-01"])
    "The link asks for the plan 'Later', from 2015-01-01, which cannot be had here."
    """
    return f"The link asks for {', '.join(lost)}, which cannot be had here." if lost else ""
