"""
Which rows of a new file were imported before: found by their reference, told apart by their contents.

A record claims its reference; a record without one claims what it says, and its time and place besides. The same claim
with the same contents is the same record again; with other contents it is a conflict, which a person settles.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd

from geo.incidents.values import is_blank, plain
from geo.store.frames import rows_as_text
from geo.tables import INCIDENT_COLUMNS, SHIFT_COLUMNS, names

_NOT_CONTENT = {"incident_id", "source", "reference", "shift_id", "file", "sheet", "row"}
_INCIDENT_CONTENT = [name for name in names(INCIDENT_COLUMNS) if name not in _NOT_CONTENT] + ["shift_id"]
_SHIFT_CONTENT = [name for name in names(SHIFT_COLUMNS) if name not in _NOT_CONTENT]
SEPARATOR = "\x1f"
"""What stands in a claim between its source and a digest; no reference holds it."""

_ALIKE = "alike:"
_NUMBERED = re.compile(r"#\d+$")


def claims(source: str, references: Iterable[str], contents: Iterable[str]) -> list[str]:
    r"""
    Give what each record claims: its source and reference, or its source and what it says where it has none.

    >>> claims("police", ["A1 ", "n/k"], ["9f00", "9f01"])
    ['police:a1', 'police\x1f9f01']
    """
    return [
        f"{source}{SEPARATOR}{content}" if is_blank(reference) else f"{source}:{plain(reference)}"
        for reference, content in zip(references, contents, strict=True)
    ]


def likenesses(incidents: pd.DataFrame, secret: bytes) -> list[str]:
    """
    Give what each incident without a reference claims besides: its source, time and place, as a keyed digest.

    It is empty for an incident with a reference, without a time or without a place. Wrong for two incidents at one
    place in one minute that two files deliver: a person is asked.

    Parameters
    ----------
    incidents
        With the columns of :data:`geo.tables.INCIDENT_COLUMNS`.
    """
    found = [""] * len(incidents)
    bare = [row for row, reference in enumerate(incidents["reference"].tolist()) if is_blank(reference)]
    said = rows_as_text(incidents.iloc[bare][["source", "received_at", "postcode", "location"]])
    for row, (source, time, postcode, location) in zip(bare, said, strict=True):
        if time and (place := _place(postcode, location)):
            (digest,) = _digests([f"{time}{SEPARATOR}{place}"], secret)
            found[row] = f"{source}{SEPARATOR}{_ALIKE}{digest}"
    return found


def _place(postcode: str, location: str) -> str:
    """Give a place for comparing: the postcode, else the location; the empty string where neither is recorded."""
    if not is_blank(postcode):
        return plain(postcode).replace(" ", "")
    return "" if is_blank(location) else plain(location)


def is_referenced(claim: str) -> bool:
    """Say whether a claim is a reference, and not what the record says."""
    return SEPARATOR not in claim


def shift_claims(ids: Iterable[str]) -> list[str]:
    """
    Give what each shift claims: its id, without the number that tells repeated ones of a file apart.

    >>> shift_claims(["2016-02-04", "2016-02-04#2"])
    ['shift:2016-02-04', 'shift:2016-02-04']
    """
    return [f"shift:{_NUMBERED.sub('', plain(name))}" for name in ids]


def incident_contents(incidents: pd.DataFrame, secret: bytes) -> list[str]:
    """Give a keyed digest of what each incident says, whatever its reference, file and row."""
    return _digests((SEPARATOR.join(map(str, row)) for row in rows_as_text(incidents[_INCIDENT_CONTENT])), secret)


def shift_contents(shifts: pd.DataFrame, secret: bytes) -> list[str]:
    """Give a keyed digest of what each shift says, whatever its id, file and row."""
    return _digests((SEPARATOR.join(map(str, row)) for row in rows_as_text(shifts[_SHIFT_CONTENT])), secret)


def field_contents(fields: Iterable[Mapping[str, str]], secret: bytes) -> list[str]:
    """Give a keyed digest of the cells of each row that could not be read."""
    return _digests(map(_said, fields), secret)


def unread_shifts(texts: Iterable[str], secret: bytes) -> list[str]:
    """Give what each shift that could not be read claims and says: a keyed digest of its cells."""
    return [f"shift{SEPARATOR}{digest}" for digest in _digests(texts, secret)]


def mark(claim: str, secret: bytes) -> str:
    """Give what is kept of an erased claim: enough to know it again with the project's key, never to read it."""
    return hmac.digest(secret, claim.encode("utf-8", "surrogatepass"), "sha256").hex()


def find_repeats(new: pd.DataFrame, earlier: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """
    Tell which new rows are records again, and which claim a record that says something else.

    Records without a reference are the same where they say the same; one more of them than before is a new record.
    A row with a reference that says what a record of that reference says is that record, however often it stands.
    A row without one contests a record of the same time and place that says something else.

    Parameters
    ----------
    new
        Claim, content and what it is ``alike`` (see :func:`likenesses`), a row a record of one file.
    earlier
        Claim, content and record of what earlier files delivered, and whether it ``stands``: a record that was decided
        to be no incident is known again, and stands in nobody's way.

    Returns
    -------
    The record that each new row repeats, and the record whose claim it contests; empty where there is none.
    """
    none = pd.Series("", index=new.index, dtype="str")
    if earlier.empty or new.empty:
        return none, none
    referenced = new["claim"].map(is_referenced).astype(bool)
    known = earlier.assign(turn=earlier.groupby(["claim", "content"]).cumcount())
    keys = pd.MultiIndex.from_frame(new[["claim", "content"]])
    turn = new.groupby(["claim", "content"]).cumcount()
    times = pd.Series(keys.map(known.groupby(["claim", "content"]).size()), index=new.index).fillna(1)
    rows = new.assign(turn=turn.where(~referenced, turn.clip(upper=times.astype("int64") - 1)))
    record = known.set_index(["claim", "content", "turn"])["record"]
    repeats = pd.Series(pd.MultiIndex.from_frame(rows[["claim", "content", "turn"]]).map(record), index=new.index)
    first = known[known["stands"].astype(bool)].drop_duplicates("claim").set_index("claim")["record"]
    said_alike = pd.MultiIndex.from_frame(new[["alike", "content"]]).isin(
        pd.MultiIndex.from_frame(known[["claim", "content"]])
    )
    contested = new["claim"].where(referenced, new["alike"].mask(said_alike, "")).map(first).where(repeats.isna())
    return _named(repeats), _named(contested)


def free_ids(wanted: Sequence[str], is_taken: Callable[[str], bool]) -> list[str]:
    """
    Give each record its id, or the same with the next free number where an earlier file's record has it.

    >>> free_ids(["police:a1", "police:b"], {"police:a1", "police:a1#2"}.__contains__)
    ['police:a1#3', 'police:b']
    """
    used = set(wanted)
    given = []
    for record in wanted:
        if is_taken(record):
            plainly, number = _NUMBERED.sub("", record), 2
            while (name := f"{plainly}#{number}") in used or is_taken(name):
                number += 1
            used.add(name)
        else:
            name = record
        given.append(name)
    return given


def _said(fields: Mapping[str, str]) -> str:
    return SEPARATOR.join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name] and name != "reference")


def _digests(said: Iterable[str], secret: bytes) -> list[str]:
    key = hashlib.blake2b(secret, digest_size=32).digest()
    return [
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=12).hexdigest() for text in said
    ]


def _named(records: pd.Series) -> pd.Series:
    return records.astype("object").fillna("").astype("str")
