"""What may not be kept: records older than the retention period, before a day that was erased, or erased by name."""

import datetime as dt
import sqlite3
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd

from geo.errors import ProjectError
from geo.store import facts, overlap
from geo.store.history import counted, now
from geo.tables import LONDON

RETENTION = "retention_months"
ERASED_BEFORE = "erased_before"


@dataclass(frozen=True, slots=True)
class Limits:
    """
    The project's limits on one day: the first day kept by the retention period of ``months``, the day before which
    records were erased, and the marks of erased references. None where there is no such limit.
    """

    months: int | None
    kept_from: dt.date | None
    erased_before: dt.date | None
    marks: frozenset[str]

    @property
    def first_day(self) -> dt.date | None:
        """Give the first day whose records may be kept."""
        return max((day for day in (self.kept_from, self.erased_before) if day), default=None)

    def why_not(self, days: pd.Series, claims: pd.Series, secret: bytes) -> pd.Series:
        """Say of each record why it may not be kept, or nothing; a record without a day is as young as its import."""
        reasons = pd.Series("", index=days.index, dtype="str")
        if self.kept_from:
            old = f"older than the {counted(self.months or 0, 'month')} that records are kept"
            reasons = reasons.mask(days < pd.Timestamp(self.kept_from), old)
        if self.erased_before:
            gone = f"before {self.erased_before}, the day before which records were erased"
            reasons = reasons.mask(days < pd.Timestamp(self.erased_before), gone)
        if self.marks:
            erased = claims.map(lambda claim: overlap.mark(claim, secret) in self.marks).astype(bool)
            reasons = reasons.mask(erased, "erased from the project, by its reference")
        return reasons


def today() -> dt.date:
    """Give the day it is in London."""
    return dt.datetime.now(ZoneInfo(LONDON)).date()


def first_day_kept(months: int, day: dt.date) -> dt.date:
    """
    Give the first day that a retention period of whole months keeps, as of ``day``.

    >>> first_day_kept(12, dt.date(2016, 2, 29))
    datetime.date(2015, 2, 28)
    """
    first: dt.date = (pd.Timestamp(day) - pd.DateOffset(months=months)).date()
    return first


def read_limits(database: sqlite3.Connection) -> Limits:
    """Give the project's limits as of today."""
    words = facts.words(database)
    months = int(words[RETENTION]) if words.get(RETENTION) else None
    before = dt.date.fromisoformat(words[ERASED_BEFORE]) if words.get(ERASED_BEFORE) else None
    marks = frozenset(mark for (mark,) in database.execute("SELECT mark FROM erasures"))
    return Limits(months, first_day_kept(months, today()) if months else None, before, marks)


def set_retention(database: sqlite3.Connection, months: int | None) -> None:
    """
    Set how many months records are kept; None is for as long as the project lasts.

    Raises
    ------
    ProjectError
        If ``months`` is below one.
    """
    if months is not None and months < 1:
        raise ProjectError(f"records are kept for whole months, not for {months}; give 1 or more, or none for no limit")
    facts.state(database, RETENTION, str(months or ""))


def erased_by_day(database: sqlite3.Connection, day: dt.date) -> None:
    """Remember that records before a day were erased, so that no later file brings them back."""
    known = facts.words(database).get(ERASED_BEFORE, "")
    facts.state(database, ERASED_BEFORE, max(known, day.isoformat()))


def erased_by_claim(database: sqlite3.Connection, claim: str) -> None:
    """Remember the mark of an erased claim, so that no later file brings it back."""
    database.execute(
        "INSERT OR IGNORE INTO erasures VALUES (?, ?)", (overlap.mark(claim, facts.secret(database)), now())
    )
