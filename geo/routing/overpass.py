"""
What OpenStreetMap's servers answer, heard while it comes and held against what it should be before OSMnx sees it.

OSMnx asks again for ever where a server is busy, and takes an answer that broke off for a whole one; so each answer
passes here first, as a hook of ``requests``.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from geo.routing.extracts import NO_DATE

MOST_BYTES = 2_000_000_000
"""A body of more is no answer for one county (assumption: a county's roads come in some 50 MB)."""

_TITLE = re.compile(r"<(title|h1)[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)


class RefusedError(ValueError):
    """An answer that is not what was asked for; its text says of which server and why."""


class Answers:
    """Hears every answer while it comes, says so, and refuses one that is not whole; remembers the date of the data."""

    def __init__(self, say: Callable[..., None]) -> None:
        self._say = say
        self._dates: list[str] = []

    @property
    def edition(self) -> str:
        """The day of the oldest data that came."""
        return min(self._dates, default=NO_DATE)

    def __call__(self, response: Any, **_: object) -> None:
        """Hear one answer of ``requests``, before its body is read."""
        host, path = host_of(response.url), urlsplit(response.url).path
        if response.is_redirect:
            return
        if response.status_code in {429, 504}:  # OSMnx asks again, until the deadline
            self._say(said=f"{host} answered {response.status_code} {response.reason}")
            return
        response.raw = _Counted(response.raw, self._say)
        body = response.content
        if path.endswith("/status"):
            return
        if not response.ok:
            raise RefusedError(f"{host} answered {response.status_code} {response.reason}")
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise RefusedError(f"{host} answered with a page and no data{_title(body)}") from error
        if fault := _outline_fault(answer) if path.endswith("/search") else _roads_fault(answer):
            raise RefusedError(f"{host} {fault}")
        if isinstance(answer, dict):
            self._dates += [str(answer.get("osm3s", {}).get("timestamp_osm_base", ""))[:10] or NO_DATE]
            self._say(doing=f"received {len(body) / 1e6:.1f} MB; simplifying the roads")


class _Counted:
    """The body of an answer, which says once a second how much of it has come."""

    def __init__(self, raw: Any, say: Callable[..., None]) -> None:
        self._raw, self._say = raw, say

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, *given: Any, **named: Any) -> Iterator[bytes]:
        """Pass on the pieces of the body."""
        came, said = 0, time.monotonic()
        for piece in self._raw.stream(*given, **named):
            came += len(piece)
            if came > MOST_BYTES:
                raise RefusedError(f"the answer is larger than {MOST_BYTES / 1e9:g} GB; ask for a smaller area")
            if time.monotonic() - said > 1:
                said = time.monotonic()
                self._say(doing=f"received {came / 1e6:.1f} MB")
            yield piece


def _outline_fault(answer: Any) -> str:
    """Say what is wrong with an answer of Nominatim, or nothing."""
    right = isinstance(answer, list) and all(isinstance(one, dict) and "boundingbox" in one for one in answer)
    return "" if right else "answered in another shape than Nominatim does"


def _roads_fault(answer: Any) -> str:
    """Say what is wrong with an answer of Overpass, or nothing."""
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        return "answered in another shape than Overpass does"
    if answer.get("remark"):
        return f"broke off and remarked: {str(answer['remark'])[:160].strip()}"
    try:
        here = {part["id"] for part in answer["elements"] if part["type"] == "node" and abs(part["lat"]) <= 90}
        named = {node for part in answer["elements"] if part["type"] == "way" for node in part["nodes"]}
    except (TypeError, LookupError):
        return "answered with roads or junctions of another shape than OpenStreetMap's"
    lacking = named - here
    return f"left out {len(lacking):,} junctions that its roads name (first: {min(lacking)})" if lacking else ""


def _title(page: bytes) -> str:
    """Give the title of a web page, as a continued sentence."""
    found = _TITLE.search(page[:20_000].decode("utf-8", errors="replace"))
    return f": {' '.join(found[2].split())[:120]!r}" if found else ""


def host_of(address: str) -> str:
    """Give the name of the machine in an address."""
    return urlsplit(address).hostname or address
